//! Small workbooks for tests: the least that a workbook must hold, and anything a test puts in its place.

use std::io::Write;

use zip::write::{SimpleFileOptions, ZipWriter};

const ROOT_RELATIONS: &str = r#"<Relationships><Relationship Id="rId1"
    Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

/// A workbook of these parts.
pub fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).expect("a part");
        archive.write_all(text.as_bytes()).expect("memory");
    }
    archive.finish().expect("an archive").into_inner()
}

/// A workbook of these sheets, each the inside of its `sheetData`, and these parts beside them, the later of one name
/// in place of the earlier.
pub fn book(sheets: &[(&str, &str)], more: &[(&str, &str)]) -> Vec<u8> {
    let (mut names, mut relations, mut parts) = (String::new(), String::new(), Vec::new());
    for (number, (name, rows)) in sheets.iter().enumerate() {
        names.push_str(&format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"s{number}\"/>"));
        relations.push_str(&format!(
            "<Relationship Id=\"s{number}\" Type=\"x/worksheet\" Target=\"/xl/worksheets/sheet{number}.xml\"/>"
        ));
        let sheet = format!("<worksheet><dimension ref=\"A1\"/><sheetData>{rows}</sheetData></worksheet>");
        parts.push((format!("xl/worksheets/sheet{number}.xml"), sheet));
    }
    relations.push_str("<Relationship Id=\"t\" Type=\"x/sharedStrings\" Target=\"texts.xml\"/>");
    relations.push_str("<Relationship Id=\"f\" Type=\"x/styles\" Target=\"./styles.xml\"/>");
    let fixed = [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        ("_rels/.rels", ROOT_RELATIONS.to_owned()),
        ("xl/_rels/workbook.xml.rels", format!("<Relationships>{relations}</Relationships>")),
        ("xl/workbook.xml", format!("<workbook xmlns:r=\"r\"><workbookPr/><sheets>{names}</sheets></workbook>")),
    ];
    parts.extend(fixed.into_iter().map(|(name, text)| (name.to_owned(), text)));
    let replaced = |name: &str| more.iter().any(|(other, _)| *other == name);
    let mut all: Vec<(&str, &str)> = Vec::new();
    all.extend(parts.iter().filter(|(name, _)| !replaced(name)).map(|(name, text)| (name.as_str(), text.as_str())));
    all.extend(more.iter().filter(|(_, text)| !text.is_empty()));
    archive(&all)
}

/// Rows of texts as the inside of a sheet: numbers are number cells, empty texts are no cells, empty rows no rows.
pub fn rows(table: &[&[&str]]) -> String {
    let mut rows = String::new();
    for (number, texts) in (1..).zip(table) {
        let cells: Vec<String> = texts
            .iter()
            .map(|text| {
                let is_number = !text.is_empty() && text.chars().all(|letter| "-0123456789.".contains(letter));
                match text.chars().next() {
                    None => "<c/>".to_owned(),
                    Some('#') => format!("<c t=\"e\"><v>{text}</v></c>"),
                    // A day has two dashes.
                    _ if is_number && text.matches('-').count() < 2 => format!("<c><v>{text}</v></c>"),
                    _ => format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>"),
                }
            })
            .collect();
        if !texts.is_empty() {
            rows.push_str(&format!("<row r=\"{number}\">{}</row>", cells.concat()));
        }
    }
    rows
}
