//! `summary.json`: the control totals, the fingerprints of all other files, and last its own hash.
//!
//! A file cannot hold its own hash, so the hash is of the bytes that have 64 zeros in its place; before it stands the
//! check of the file's own lines, made likewise. So the file's end has a fixed form:
//!
//! ```text
//!   "line_checks": { "batches.csv": "48 hex digits", ... },
//!   "content_line_check": "48 hex digits",
//!   "content_sha256": "64 hex digits"
//! }
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::seal::{Changed, LINE_CHECK_LENGTH, LineCheck, Seal};
use crate::report::view::{FileRow, Summary};

/// Name of the summary.
pub const SUMMARY_FILE: &str = "summary.json";

/// The program's name, the first word of [`Summary::program`].
pub const PROGRAM: &str = "avstem";

const SHA256_LENGTH: usize = 64;

/// The line checks of the other files, by name (see [`crate::report::seal`]).
pub(super) type LineChecks = BTreeMap<String, LineCheck>;

#[derive(Serialize)]
struct Body<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    line_checks: BTreeMap<&'a str, String>,
}

#[derive(Deserialize)]
struct Checks {
    #[serde(default)]
    line_checks: BTreeMap<String, String>,
}

/// What tells whether a folder is a report, in this version and later ones.
#[derive(Deserialize)]
pub(super) struct Head {
    /// As in [`Summary`].
    pub(super) program: String,
    /// As in [`Summary`].
    pub(super) files: Vec<FileRow>,
}

/// The bytes of `summary.json`.
pub(super) fn render(summary: &Summary, checks: &LineChecks) -> serde_json::Result<Vec<u8>> {
    let line_checks = checks.iter().map(|(name, check)| (name.as_str(), check.to_string())).collect();
    let mut text = serde_json::to_string_pretty(&Body { summary, line_checks })?;
    text.truncate(text.strip_suffix("\n}").map_or(text.len(), str::len));
    let (zero_check, zero_sha256) = (zeros(LINE_CHECK_LENGTH), zeros(SHA256_LENGTH));
    let lines = Seal::of(with_end(&text, &zero_check, &zero_sha256).as_bytes()).lines.unwrap_or_default().to_string();
    let sha256 = Seal::of(with_end(&text, &lines, &zero_sha256).as_bytes()).sha256;
    Ok(with_end(&text, &lines, &sha256).into_bytes())
}

fn with_end(text: &str, lines: &str, sha256: &str) -> String {
    format!("{text}{}", end(lines, sha256))
}

fn end(lines: &str, sha256: &str) -> String {
    format!(",\n  \"content_line_check\": \"{lines}\",\n  \"content_sha256\": \"{sha256}\"\n}}\n")
}

fn zeros(length: usize) -> String {
    "0".repeat(length)
}

/// Reads a summary; unknown members are left alone.
pub(super) fn parse(text: &str) -> serde_json::Result<(Summary, LineChecks)> {
    let summary = serde_json::from_str(text)?;
    let checks: Checks = serde_json::from_str(text)?;
    let parsed = checks.line_checks.into_iter().filter_map(|(name, text)| Some((name, LineCheck::parse(&text)?)));
    Ok((summary, parsed.collect()))
}

/// Reads the head of a summary.
pub(super) fn parse_head(bytes: &[u8]) -> serde_json::Result<Head> {
    serde_json::from_slice(bytes)
}

/// How a summary differs from its own hash.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OwnFault {
    /// The line that changed, where it is one.
    pub(super) line: Option<u64>,
    /// What is wrong.
    pub(super) problem: String,
}

/// Checks a summary against the hash of itself that it ends with.
pub(super) fn check_own(text: &str) -> Result<(), OwnFault> {
    let last_line = u64::try_from(text.lines().count()).unwrap_or(u64::MAX).saturating_sub(1);
    let Some((body, lines, sha256)) = split_end(text) else {
        let problem = "does not end with its content_line_check and content_sha256".to_owned();
        return Err(OwnFault { line: None, problem });
    };
    let found = Seal::of(with_end(body, lines, &zeros(SHA256_LENGTH)).as_bytes()).sha256;
    if found == sha256 {
        return Ok(());
    }
    let now = Seal::of(with_end(body, &zeros(LINE_CHECK_LENGTH), &zeros(SHA256_LENGTH)).as_bytes()).lines;
    let changed = LineCheck::parse(lines).zip(now).map_or(Changed::Several, |(then, now)| then.changed(now));
    let line = match changed {
        Changed::Line(line) => Some(line),
        // No other line has changed, so it is the hash itself.
        Changed::None => Some(last_line),
        Changed::Count(_) | Changed::Several => None,
    };
    Err(OwnFault { line, problem: format!("the file's own SHA-256 is {found}, not {sha256}: it was changed") })
}

/// The text before the file's end, the line check and the hash.
fn split_end(text: &str) -> Option<(&str, &str, &str)> {
    let sha256_from = text.len().checked_sub("\"\n}\n".len() + SHA256_LENGTH)?;
    let sha256 = text.get(sha256_from..sha256_from + SHA256_LENGTH)?;
    let body_length = text.len().checked_sub(end(&zeros(LINE_CHECK_LENGTH), &zeros(SHA256_LENGTH)).len())?;
    let (body, tail) = text.split_at_checked(body_length)?;
    let lines_from = ",\n  \"content_line_check\": \"".len();
    let lines = tail.get(lines_from..lines_from + LINE_CHECK_LENGTH)?;
    (tail == end(lines, sha256)).then_some((body, lines, sha256))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn rendered() -> String {
        let checks = [("batches.csv".to_owned(), Seal::of(b"a\nb\n").lines.unwrap())].into();
        String::from_utf8(render(&sample::report().summary, &checks).unwrap()).unwrap()
    }

    #[test]
    fn reads_back_whole_and_ends_with_its_own_hash() {
        let mut summary = sample::report().summary;
        summary.codes[0].difference = i128::MIN;
        summary.control_totals[0].read.sum = i128::MAX;
        let checks: LineChecks = [("batches.csv".to_owned(), Seal::of(b"a\nb\n").lines.unwrap())].into();
        for checks in [checks, LineChecks::new()] {
            let text = String::from_utf8(render(&summary, &checks).unwrap()).unwrap();
            assert!(text.contains(&format!("\"difference\": {}", i128::MIN)), "{text}");
            assert_eq!(parse(&text).unwrap(), (summary.clone(), checks));
            assert_eq!(check_own(&text), Ok(()));
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(value.as_object().unwrap().keys().next_back().unwrap(), "content_sha256");
            let stated = value["content_sha256"].as_str().unwrap();
            assert_eq!(Seal::of(text.replace(stated, &"0".repeat(64)).as_bytes()).sha256, stated);
            assert!(text.ends_with("\"\n}\n"));
        }
    }

    #[test]
    fn any_changed_byte_is_found_and_its_line_named() {
        let text = rendered();
        let mut line = 1;
        for (index, byte) in text.bytes().enumerate() {
            let mut changed = text.clone().into_bytes();
            changed[index] = if byte == b'7' { b'8' } else { b'7' };
            let fault = check_own(&String::from_utf8(changed).unwrap()).unwrap_err();
            if byte == b'\n' {
                line += 1;
            } else if fault.line.is_some() {
                assert_eq!(fault.line, Some(line), "byte {index}");
            } else {
                // Only what checks the others, and the brackets around it, is named by no check.
                assert!(line + 4 > u64::try_from(text.lines().count()).unwrap(), "byte {index}");
            }
        }
    }
}
