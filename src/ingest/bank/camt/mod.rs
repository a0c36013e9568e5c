//! ISO 20022 camt.053 (statements) and camt.054 (advice of entries), versions .02 to .13, with any prefix.
//!
//! ```text
//! Document
//!   BkToCstmrStmt | BkToCstmrDbtCdtNtfctn
//!     Stmt | Ntfctn: Id, StmtPgntn, ElctrncSeqNb, Acct, Bal...
//!       Ntry: Amt, CdtDbtInd, Sts, BookgDt, AcctSvcrRef, ...
//!         NtryDtls
//!           TxDtls: Refs, Amt, RltdPties, RmtInf, ...
//! ```
//!
//! The versions differ in two shapes, and both are read in all: a status is `Sts` or `Sts/Cd`, a party's name
//! `Dbtr/Nm` or `Dbtr/Pty/Nm`. Nothing but the elements named here is looked at.

mod balance;
mod entry;
mod statement;

use std::io::BufReader;

use super::collect::Room;
use super::{BankFile, BankWays};
use crate::engine::source::Bytes;
use crate::ingest::source::{FileError, Sequential};
use crate::ingest::xml::{Document, Item, Place, Tag, XmlError};
use crate::model::bank::StatementKind;
use statement::Reading;

/// The oldest and the newest version that are read.
const VERSIONS: std::ops::RangeInclusive<u32> = 2..=13;
/// A text of an element is no longer; the longest that the schemas allow has 500 characters.
const TEXT_BYTES_MAX: usize = 1 << 14;

const HELP_VERSION: &str = "ask the bank for camt.053 in version 02 to 13, or MT940";
pub(super) const HELP_BANK: &str = "fetch the file again from the bank; if it is the same, ask the bank";

/// A message as the name of its body says.
fn message(name: &str) -> Option<(&'static str, StatementKind)> {
    match name {
        "BkToCstmrStmt" => Some(("camt.053", StatementKind::Statement)),
        "BkToCstmrDbtCdtNtfctn" => Some(("camt.054", StatementKind::Advice)),
        // An intraday report, which is refused.
        "BkToCstmrAcctRpt" => Some(("camt.052", StatementKind::List)),
        _ => None,
    }
}

/// The `camt.053.001.08` of a namespace that a tag declares.
fn declared(tag: &Tag<'_>) -> Option<String> {
    tag.attributes().flatten().filter(|attribute| attribute.key.as_ref().starts_with("xmlns")).find_map(|attribute| {
        let at = attribute.value.find("camt.05")?;
        let name: String = attribute.value.get(at..)?.chars().take("camt.053.001.08".len()).collect();
        Some(name)
    })
}

/// Whether a file is camt.053, camt.054 or camt.052 (which is told apart when it is read), from its first bytes in UTF-8.
#[must_use]
pub fn is_camt(head: &[u8]) -> bool {
    // The declaration tells of the encoding in the file, and these bytes are decoded already.
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let declaration = if head.starts_with(b"<?xml") { memchr::memmem::find(head, b"?>") } else { None };
    let mut document = Document::new(head.get(declaration.map_or(0, |at| at + 2)..).unwrap_or_default());
    loop {
        match document.item() {
            Ok(Item::Open(tag)) if message(tag.name).is_some() => return true,
            Ok(Item::Open(tag)) if tag.name == "Document" && declared(&tag).is_some_and(|name| is_ours(&name)) => {
                return true;
            }
            Ok(Item::End) => return false,
            // A DOCTYPE, or a tag that goes on behind these bytes: the reader says what is wrong with it.
            Err(_) => {
                let names = |name: &&str| memchr::memmem::find(head, name.as_bytes()).is_some();
                return head.starts_with(b"<") && NAMESPACES.iter().any(names);
            }
            Ok(_) => {}
        }
    }
}

/// Of namespaces: an intraday report, a statement, an advice.
const NAMESPACES: [&str; 3] = ["camt.052", "camt.053", "camt.054"];

fn is_ours(declared: &str) -> bool {
    NAMESPACES.iter().any(|message| declared.starts_with(message))
}

/// Reads camt.053 or camt.054. `shown` is the path as given.
///
/// # Errors
/// The file is damaged, of another version, or holds an entry that is in doubt: without an amount in a known currency, a
/// direction, a status or a day.
pub fn read_camt(shown: &str, bytes: &Bytes, ways: &BankWays<'_>) -> Result<BankFile, FileError> {
    let input = BufReader::new(Sequential::new(bytes));
    let read = read(shown, Document::new(input), ways);
    read.map_err(|error| {
        // What is wrong with any XML is said for files of providers.
        let help = error.help.replace("the provider", "the bank").replace("a provider", "a bank");
        FileError::new(shown, error.problem, help).at(error.line, Some(error.column))
    })
}

/// The text of a leaf element and where it stands.
#[derive(Debug, Clone, Copy)]
struct Leaf<'a> {
    text: &'a str,
    /// The attribute `Ccy`.
    currency: &'a str,
    place: Place,
}

fn read(
    shown: &str,
    mut document: Document<BufReader<Sequential<'_>>>,
    ways: &BankWays<'_>,
) -> Result<BankFile, XmlError> {
    let mut version: Option<String> = None;
    let mut body: Option<(Reading<'_>, String)> = None;
    // Names of the open elements inside the body, with a slash before each, and where each begins.
    let mut path = String::new();
    let mut starts: Vec<usize> = Vec::new();
    let mut text = String::new();
    let mut currency = String::new();
    let mut place = Place { line: 1, column: 1 };
    let mut depth = 0_usize;
    let mut body_depth = None;
    loop {
        // Most of a statement: elements of a text alone, which need no more than one look each.
        if let (Some((reading, _)), true) = (&mut body, body_depth.is_some())
            && let Some(leaf) = document.leaf()
        {
            place = leaf.place;
            check_len(leaf.text.len(), place)?;
            let len = path.len();
            path.push('/');
            path.push_str(leaf.name);
            reading.open(&path, place)?;
            reading.close(&path, Leaf { text: leaf.text.trim(), currency: "", place })?;
            path.truncate(len);
            text.clear();
            continue;
        }
        match document.item()? {
            Item::Open(tag) => {
                place = tag.place;
                let within = body_depth.is_some();
                if !within {
                    version = declared(&tag).filter(|name| is_ours(name)).or(version);
                    if let Some((name, kind)) = message(tag.name) {
                        if body.is_some() {
                            return Err(place.error("holds a second message", HELP_BANK));
                        }
                        let format = format_of(name, version.as_deref(), place)?;
                        body = Some((Reading::new(shown, kind, *ways, Room::default()), format));
                        body_depth = (!tag.empty).then_some(depth);
                    }
                } else if let Some((reading, _)) = &mut body {
                    starts.push(path.len());
                    path.push('/');
                    path.push_str(tag.name);
                    text.clear();
                    currency.clear();
                    if tag.name == "Amt" {
                        let known = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == "Ccy");
                        currency.push_str(known.as_ref().map_or("", |attribute| attribute.value.trim()));
                    }
                    reading.open(&path, place)?;
                    if tag.empty {
                        reading.close(&path, Leaf { text: "", currency: &currency, place })?;
                        path.truncate(starts.pop().unwrap_or(0));
                    }
                }
                depth += usize::from(!tag.empty);
            }
            Item::Text(piece) => {
                if body_depth.is_some() {
                    check_len(text.len() + piece.len(), place)?;
                    text.push_str(&piece);
                }
            }
            Item::Close => {
                depth = depth.saturating_sub(1);
                match (&mut body, starts.pop()) {
                    (Some((reading, _)), Some(start)) => {
                        reading.close(&path, Leaf { text: text.trim(), currency: &currency, place })?;
                        path.truncate(start);
                        text.clear();
                    }
                    _ if body_depth == Some(depth) => body_depth = None,
                    _ => {}
                }
            }
            Item::End => break,
        }
    }
    let Some((reading, format)) = body else {
        return Err(place.error("holds neither a statement (camt.053) nor an advice (camt.054)", HELP_VERSION));
    };
    let (statements, notes) = reading.finish();
    if statements.is_empty() && notes.is_empty() {
        return Err(place.error("holds no statement", HELP_BANK));
    }
    Ok(BankFile { format, statements, notes })
}

/// Bounds the text of an element.
fn check_len(len: usize, place: Place) -> Result<(), XmlError> {
    if len > TEXT_BYTES_MAX {
        return Err(place.error(format!("a text is longer than {TEXT_BYTES_MAX} bytes"), HELP_BANK));
    }
    Ok(())
}

/// The format of a message in the namespace that its file declares.
fn format_of(name: &str, version: Option<&str>, place: Place) -> Result<String, XmlError> {
    if name == "camt.052" {
        let problem = "is an intraday report (camt.052), which may still change";
        return Err(place.error(problem, "ask the bank for the statement of the day (camt.053)"));
    }
    // Without a namespace the elements speak for themselves.
    let Some(version) = version else { return Ok(name.to_owned()) };
    let number = version.strip_prefix(name).and_then(|rest| rest.strip_prefix(".001."));
    match number
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
    {
        Some(number) if VERSIONS.contains(&number) => Ok(version.to_owned()),
        _ => Err(place.error(format!("declares {version:?}, which is not read as {name}"), HELP_VERSION)),
    }
}

#[cfg(test)]
mod tests;
