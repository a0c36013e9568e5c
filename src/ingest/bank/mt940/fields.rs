//! Fields of a message: a tag, and all lines up to the next one.

use std::io::BufRead;

use encoding_rs::WINDOWS_1252;

use super::{Fault, HELP_CUT};

/// SWIFT allows 65 characters; some banks put a whole text into one line.
const LINE_BYTES_MAX: usize = 1 << 14;
/// A field, all its lines together.
const FIELD_BYTES_MAX: usize = 1 << 16;

/// A field.
#[derive(Debug, Default)]
pub struct Field {
    /// `61`, `28C`.
    pub tag: String,
    /// Its lines, joined by line feeds.
    pub text: String,
    /// Physical line of its tag, from 1.
    pub line: u64,
}

impl Field {
    /// The first line, without white space around it.
    pub fn first_line(&self) -> &str {
        self.text.lines().next().unwrap_or_default().trim()
    }
}

/// The fields of a file.
pub struct Fields<R> {
    input: R,
    line: u64,
    /// The field that may go on.
    open: Option<Field>,
}

/// The tag of a line and what stands behind it: two digits with or without a letter, or two letters.
pub fn tag_of(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.strip_prefix(':')?.split_once(':')?;
    let is_tag = match tag.as_bytes() {
        [one, two] => {
            (one.is_ascii_digit() && two.is_ascii_digit()) || (one.is_ascii_uppercase() && two.is_ascii_uppercase())
        }
        [one, two, letter] => one.is_ascii_digit() && two.is_ascii_digit() && letter.is_ascii_uppercase(),
        _ => false,
    };
    is_tag.then_some((tag, rest))
}

/// A line without blocks of SWIFT's envelope before it; `None` where it holds nothing else.
pub fn without_blocks(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(['\u{1}', '\u{3}', '\u{feff}']);
    if !line.starts_with('{') {
        return Some(line);
    }
    line.split_once("{4:").map(|(_, text)| text).filter(|text| !text.is_empty())
}

impl<R: BufRead> Fields<R> {
    pub fn new(input: R) -> Self {
        Self { input, line: 0, open: None }
    }

    /// The next field; `None` at the end of the file.
    pub fn next(&mut self) -> Result<Option<Field>, Fault> {
        loop {
            let Some(line) = self.read_line()? else { return Ok(self.open.take()) };
            let is_block = line.starts_with('{') || line.starts_with('\u{1}');
            let Some(text) = without_blocks(&line) else {
                match self.open.take() {
                    Some(done) => return Ok(Some(done)),
                    None => continue,
                }
            };
            let begun =
                tag_of(text).map(|(tag, rest)| Field { tag: tag.to_owned(), text: rest.to_owned(), line: self.line });
            if let Some(begun) = begun {
                match self.open.replace(begun) {
                    Some(done) => return Ok(Some(done)),
                    None => continue,
                }
            }
            if text == "-" || text.starts_with("-}") || is_block {
                match self.open.take() {
                    Some(done) => return Ok(Some(done)),
                    None => continue,
                }
            }
            // What stands before the first field, and between messages, belongs to envelopes of the bank's own.
            let Some(open) = &mut self.open else { continue };
            if open.text.len() + text.len() > FIELD_BYTES_MAX {
                let problem = format!("a field is longer than {FIELD_BYTES_MAX} bytes");
                return Err(Fault { line: self.line, problem, help: HELP_CUT });
            }
            open.text.push('\n');
            open.text.push_str(text);
        }
    }

    fn read_line(&mut self) -> Result<Option<String>, Fault> {
        self.line += 1;
        let mut bytes = Vec::new();
        let limit = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
        let mut limited = std::io::Read::take(&mut self.input, limit + 1);
        let fault = |line: u64, problem: String| Fault { line, problem, help: HELP_CUT };
        limited.read_until(b'\n', &mut bytes).map_err(|error| fault(self.line, format!("cannot be read: {error}")))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.len() > LINE_BYTES_MAX {
            return Err(fault(self.line, format!("a line is longer than {LINE_BYTES_MAX} bytes")));
        }
        if bytes.contains(&0) {
            return Err(fault(self.line, "a NUL byte, which no text has".to_owned()));
        }
        let text = String::from_utf8(bytes)
            .unwrap_or_else(|error| WINDOWS_1252.decode_without_bom_handling(error.as_bytes()).0.into_owned());
        let text = text.trim_end_matches(['\r', '\n']);
        if text.contains('\r') {
            let problem = "lines that end with CR alone".to_owned();
            return Err(Fault { line: self.line, problem, help: "save the file with lines that end with CR and LF" });
        }
        Ok(Some(text.to_owned()))
    }
}
