//! The small parts of a workbook: which sheets it has and where they stand, which number formats are dates, and from
//! when its days are counted.

use std::collections::HashMap;

use super::number::{CellKind, kind_of_builtin, kind_of_code};
use super::package::{Package, damaged};
use crate::ingest::source::FileError;
use crate::ingest::xml::{Item, Tag, XmlError, decoded, local};

/// Parts beside sheets and texts are small.
const PART_BYTES_MAX: u64 = 64 << 20;
const PART_BOUND: &str = "64 MiB";
/// Sheets, relations, formats: each is counted up to here.
const LIST_MAX: usize = 100_000;

/// A sheet of cells.
#[derive(Debug)]
pub struct SheetPart {
    /// Its name.
    pub name: String,
    /// Its part.
    pub path: String,
    /// It is not shown to people.
    pub hidden: bool,
}

/// What the small parts say.
#[derive(Debug)]
pub struct Parts {
    /// The sheets of cells, in their order.
    pub sheets: Vec<SheetPart>,
    /// The part of shared texts.
    pub strings: Option<String>,
    /// What the number of a cell is, by its style.
    pub kinds: Vec<CellKind>,
    /// Days are counted from 1904.
    pub from_1904: bool,
}

/// A relation: its kind's last word, and the part.
struct Relation {
    kind: String,
    path: String,
}

impl Parts {
    /// Reads them.
    ///
    /// # Errors
    /// One of them is missing or damaged.
    pub fn read(package: &mut Package<'_>) -> Result<Self, FileError> {
        let roots = relations(package, "_rels/.rels", "")?;
        let workbook = roots.into_values().find(|relation| relation.kind == "officedocument");
        let workbook = workbook.map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.path);
        if workbook.to_lowercase().ends_with(".bin") {
            let help = "open it in Excel and save it as .xlsx";
            return Err(FileError::new(package.shown(), "a binary workbook (.xlsb) is not read", help));
        }
        let (folder, file) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
        let related = relations(package, &format!("{folder}/_rels/{file}.rels"), folder)?;
        let part = |kind: &str| {
            let found = related.values().find(|relation| relation.kind == kind);
            found.map(|relation| relation.path.clone())
        };
        let (sheets, from_1904) = sheets(package, &workbook, &related)?;
        let styles = part("styles").filter(|path| package.has(path));
        let kinds = match styles {
            Some(path) => kinds(package, &path)?,
            None => Vec::new(),
        };
        let strings = part("sharedstrings").filter(|path| package.has(path));
        Ok(Self { sheets, strings, kinds, from_1904 })
    }
}

/// The value of an attribute by its name without a prefix.
pub fn attribute(tag: &Tag<'_>, name: &str) -> Result<Option<String>, XmlError> {
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| tag.place.damaged(&error.to_string()))?;
        if local(attribute.key.as_ref()) == name {
            let value = decoded(&attribute).map_err(|reason| tag.place.damaged(&reason))?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// Hands every element of a small part to `found`.
fn each(
    package: &mut Package<'_>,
    path: &str,
    found: &mut dyn FnMut(&Tag<'_>) -> Result<(), XmlError>,
) -> Result<(), FileError> {
    let shown = package.shown().to_owned();
    let mut document = package.part(path, PART_BYTES_MAX, PART_BOUND)?;
    let mut read = || {
        loop {
            match document.item()? {
                Item::Open(tag) => found(&tag)?,
                Item::Text(_) | Item::Close => {}
                Item::End => return Ok(()),
            }
        }
    };
    read().map_err(|error| damaged(&shown, path, &error))
}

fn bounded(count: usize, tag: &Tag<'_>) -> Result<(), XmlError> {
    match count < LIST_MAX {
        true => Ok(()),
        false => Err(tag.place.damaged(&format!("more than {LIST_MAX} elements <{}>", tag.name))),
    }
}

/// The relations of a part by their ids; paths are those of the archive.
fn relations(package: &mut Package<'_>, path: &str, folder: &str) -> Result<HashMap<String, Relation>, FileError> {
    let mut relations = HashMap::new();
    each(package, path, &mut |tag| {
        if tag.name != "Relationship" || attribute(tag, "TargetMode")?.as_deref() == Some("External") {
            return Ok(());
        }
        bounded(relations.len(), tag)?;
        let [id, kind, target] = ["Id", "Type", "Target"].map(|name| attribute(tag, name));
        let (Some(id), Some(kind), Some(target)) = (id?, kind?, target?) else { return Ok(()) };
        let kind = kind.rsplit('/').next().unwrap_or_default().to_lowercase();
        relations.insert(id, Relation { kind, path: resolved(folder, &target) });
        Ok(())
    })?;
    Ok(relations)
}

/// A target as a path in the archive.
fn resolved(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn sheets(
    package: &mut Package<'_>,
    workbook: &str,
    related: &HashMap<String, Relation>,
) -> Result<(Vec<SheetPart>, bool), FileError> {
    let (mut sheets, mut from_1904) = (Vec::new(), false);
    each(package, workbook, &mut |tag| {
        match tag.name {
            "workbookPr" => {
                let stated = attribute(tag, "date1904")?;
                from_1904 |= stated.is_some_and(|stated| matches!(stated.as_str(), "1" | "true" | "on"));
            }
            "sheet" => {
                bounded(sheets.len(), tag)?;
                let relation = attribute(tag, "id")?.and_then(|id| related.get(&id));
                // Sheets of charts and macros hold no cells.
                if let Some(relation) = relation.filter(|relation| relation.kind == "worksheet") {
                    let name = attribute(tag, "name")?.unwrap_or_default();
                    let hidden = attribute(tag, "state")?.is_some_and(|state| state != "visible");
                    sheets.push(SheetPart { name, path: relation.path.clone(), hidden });
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok((sheets, from_1904))
}

/// What the numbers of cells are, by style: `cellXfs` names a number format each.
fn kinds(package: &mut Package<'_>, path: &str) -> Result<Vec<CellKind>, FileError> {
    let mut codes: HashMap<String, CellKind> = HashMap::new();
    let (mut kinds, mut in_cells) = (Vec::new(), false);
    each(package, path, &mut |tag| {
        match tag.name {
            "numFmt" => {
                bounded(codes.len(), tag)?;
                if let (Some(id), Some(code)) = (attribute(tag, "numFmtId")?, attribute(tag, "formatCode")?) {
                    codes.insert(id, kind_of_code(&code));
                }
            }
            "cellXfs" => in_cells = true,
            "cellStyleXfs" | "cellStyles" | "dxfs" => in_cells = false,
            "xf" if in_cells => {
                bounded(kinds.len(), tag)?;
                let id = attribute(tag, "numFmtId")?.unwrap_or_default();
                kinds.push(codes.get(&id).copied().unwrap_or_else(|| kind_of_builtin(&id)));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(kinds)
}
