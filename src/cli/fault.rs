//! What stops the program before anything is written, as it is shown: where, what is wrong, the excerpt, what to do.

use std::fmt;
use std::ops::Range;

use crate::ingest::source::FileError;
use crate::pipeline::RunError;
use crate::state::StateError;

/// A reason to end with status 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it is, where that is a file.
    pub place: Option<Place>,
    /// What is wrong.
    pub what: String,
    /// The line of the file that it is about.
    pub excerpt: Option<Box<Excerpt>>,
    /// What to do.
    pub help: Option<String>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as typed or configured.
    pub file: String,
    /// Its line, from 1.
    pub line: Option<u64>,
    /// The column in that line, in characters from 1.
    pub column: Option<u64>,
}

/// A line of a text file with a part of it marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    line: usize,
    column: usize,
    width: usize,
    text: String,
}

/// The most characters of a line that are shown: as many as a wide terminal has.
const SHOWN_MAX: usize = 160;

impl Excerpt {
    /// The line, or of a long one what is around the mark.
    fn new(line: usize, column: usize, width: usize, text: &str) -> Self {
        let skipped = if text.chars().count() > SHOWN_MAX { column.saturating_sub(SHOWN_MAX / 2) } else { 0 };
        let text = text.chars().skip(skipped).take(SHOWN_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let column = column.saturating_sub(skipped);
        Self { line, column, width: width.min(SHOWN_MAX.saturating_sub(column)).max(1), text }
    }
}

impl Fault {
    /// A fault without a place.
    pub fn new(what: impl Into<String>) -> Self {
        Self { place: None, what: what.into(), excerpt: None, help: None }
    }

    /// A fault of a file as a whole.
    pub fn of_file(file: &str, what: impl Into<String>) -> Self {
        let place = Place { file: file.to_owned(), line: None, column: None };
        Self { place: Some(place), ..Self::new(what) }
    }

    /// A fault at a range of bytes of a text file.
    #[must_use]
    pub fn at(file: &str, text: &str, span: Range<usize>, what: &str) -> Self {
        let start = text.floor_char_boundary(span.start.min(text.len()));
        let end = text.floor_char_boundary(span.end.clamp(start, text.len()));
        let head = text.get(..start).unwrap_or_default();
        let line_start = head.rfind('\n').map_or(0, |at| at.saturating_add(1));
        let line_text = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let marked = text.get(start..end).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let line = head.matches('\n').count().saturating_add(1);
        let column = text.get(line_start..start).unwrap_or_default().chars().count().saturating_add(1);
        let excerpt = Excerpt::new(line, column, marked.chars().count().max(1), line_text);
        let number = |number: usize| u64::try_from(number).ok();
        let place = Place { file: file.to_owned(), line: number(line), column: number(column) };
        Self { place: Some(place), excerpt: Some(Box::new(excerpt)), ..Self::new(what) }
    }

    /// The same with what to do.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl From<RunError> for Fault {
    fn from(error: RunError) -> Self {
        let help = error.help().map(str::to_owned);
        match error {
            RunError::File(FileError { file, line, column, problem, .. }) => {
                Self { place: Some(Place { file, line, column }), help, ..Self::new(problem) }
            }
            RunError::State(error) => error.into(),
            RunError::Earlier { state, last, as_of } => {
                let problem = format!("its last night was {last}, and this run is as of {as_of}");
                Self { help, ..Self::of_file(&state.display().to_string(), problem) }
            }
            other => Self { help, ..Self::new(other.to_string()) },
        }
    }
}

impl From<StateError> for Fault {
    fn from(error: StateError) -> Self {
        Self::of_file(&error.path().display().to_string(), error.problem()).help(error.help())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.file)?;
        [self.line, self.column].into_iter().flatten().try_for_each(|number| write!(out, ":{number}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(out, "{place}: ")?;
        }
        out.write_str(&self.what)?;
        if let Some(Excerpt { line, column, width, text }) = self.excerpt.as_deref() {
            let number = line.to_string();
            let margin = " ".repeat(number.len());
            let (before, marks) = (" ".repeat(column.saturating_sub(1)), "^".repeat(*width));
            write!(out, "\n {number} | {text}\n {margin} | {before}{marks}")?;
        }
        if let Some(help) = &self.help {
            write!(out, "\n  help: {help}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_the_end_of_the_file_has_a_place() {
        let text = "a = 1\r\nåäö = xy\n\tb";
        let cases = [
            (0..1, "f:1:1: no\n 1 | a = 1\n   | ^"),
            (text.find("xy").unwrap_or(0)..text.find("\n\tb").unwrap_or(0), "f:2:7: no\n 2 | åäö = xy\n   |       ^^"),
            (text.len()..text.len(), "f:3:3: no\n 3 |  b\n   |   ^"),
            (999..1_000, "f:3:3: no\n 3 |  b\n   |   ^"),
            (0..text.len(), "f:1:1: no\n 1 | a = 1\n   | ^^^^^"),
        ];
        for (span, shown) in cases {
            assert_eq!(Fault::at("f", text, span, "no").to_string(), shown);
        }
        // Of a long line what is around the mark.
        let long = format!("{}MARK{}", "a".repeat(500), "b".repeat(500));
        let shown = Fault::at("f", &long, 500..504, "no").to_string();
        let expected =
            format!("f:1:501: no\n 1 | {}MARK{}\n   | {}^^^^", "a".repeat(79), "b".repeat(77), " ".repeat(79));
        assert_eq!(shown, expected);
        assert!(Fault::at("f", &long, 0..1004, "no").to_string().len() < 400);
        assert_eq!(Fault::at("f", "", 0..0, "no").help("go").to_string(), "f:1:1: no\n 1 | \n   | ^\n  help: go");
    }
}
