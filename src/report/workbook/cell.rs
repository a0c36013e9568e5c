//! A cell, and how it is written into the XML of a sheet.
//!
//! Texts are strings in the cell itself, so that no reader takes one for a formula or a number.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::NaiveDate;

use super::amount::{decimal, fits};
use super::styles::Style;

/// The most UTF-16 units that a cell may hold.
const UNITS_MAX: usize = 32_767;
/// What stands at the end of a text that was cut.
const CUT: &str = " ... (cut here: the whole text is in the CSV file of this table)";
/// The first and the last day that a spreadsheet has a number for, as those numbers.
const DAYS: std::ops::RangeInclusive<i64> = 61..=2_958_465;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    /// Nothing.
    Empty,
    /// A text, whatever it looks like.
    Text(Cow<'a, str>),
    /// An amount of minor units, shown in major units.
    Amount {
        /// Minor units.
        amount_minor: i128,
        /// Decimals of the currency.
        exponent: u32,
    },
    /// A count.
    Whole(i128),
    /// A day.
    Day(NaiveDate),
}

impl<'a> Cell<'a> {
    /// A text; an empty one leaves the cell empty.
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// A count.
    pub(super) fn count(count: u64) -> Self {
        Self::Whole(count.into())
    }

    /// A day of the form `YYYY-MM-DD`; any other text stays a text.
    pub(super) fn day(text: &'a str) -> Self {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        match day.filter(|day| DAYS.contains(&serial(*day)) && day.format("%Y-%m-%d").to_string() == text) {
            Some(day) => Self::Day(day),
            None => Self::text(text),
        }
    }

    /// Whether it is a number that has too many digits to be one in a spreadsheet.
    pub(super) fn is_written_as_text(&self) -> bool {
        match self {
            Self::Amount { amount_minor: number, .. } | Self::Whole(number) => !fits(*number),
            Self::Empty | Self::Text(_) | Self::Day(_) => false,
        }
    }

    /// How it looks, where its column says how texts look.
    pub(super) fn style(&self, of_text: Style) -> Style {
        match self {
            _ if self.is_written_as_text() => Style::Digits,
            Self::Empty | Self::Text(_) => of_text,
            Self::Amount { exponent, .. } => Style::Amount(*exponent),
            Self::Whole(_) => Style::Whole,
            Self::Day(_) => Style::Day,
        }
    }

    /// How many characters wide it is, up to a bound.
    pub(super) fn width(&self, max: usize) -> usize {
        match self {
            Self::Empty => 0,
            Self::Text(text) => text.lines().map(|line| line.chars().take(max).count()).max().unwrap_or(0),
            Self::Amount { amount_minor, exponent } => {
                let text = decimal(*amount_minor, *exponent);
                text.len().saturating_add(text.len() / 3).min(max)
            }
            Self::Whole(number) => number.to_string().len().saturating_add(1).min(max),
            Self::Day(_) => 10,
        }
    }

    /// At most so many bytes are written for it.
    pub(super) fn bytes_max(&self) -> u64 {
        let bytes = match self {
            Self::Empty => 40,
            Self::Text(text) => {
                let escapes = text.chars().filter(|c| needs_care(*c)).count().saturating_mul("_x0000_".len());
                text.len().saturating_add(escapes).saturating_add(120)
            }
            Self::Amount { .. } | Self::Whole(_) | Self::Day(_) => 120,
        };
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

/// The number that a spreadsheet has for a day.
fn serial(day: NaiveDate) -> i64 {
    NaiveDate::from_ymd_opt(1899, 12, 30).map_or(0, |zero| (day - zero).num_days())
}

/// The letters of a column, counted from 0: `A`, `Z`, `AA`.
pub(super) fn letters(column: u16) -> String {
    let mut letters = Vec::new();
    let mut rest = u32::from(column).saturating_add(1);
    while rest > 0 {
        let digit = rest.saturating_sub(1) % 26;
        letters.push(char::from_digit(digit.saturating_add(10), 36).unwrap_or('a').to_ascii_uppercase());
        rest = rest.saturating_sub(1) / 26;
    }
    letters.iter().rev().collect()
}

/// Writes a cell: its place (`B7`), the number of its format, what it holds.
pub(super) fn write(out: &mut String, (letters, row): (&str, u32), cell: &Cell<'_>, format: u32) {
    // Writing into a text cannot fail.
    let _ = match cell {
        Cell::Empty => write!(out, r#"<c r="{letters}{row}" s="{format}"/>"#),
        Cell::Text(text) => {
            // Readers leave out blanks at both ends unless they are told not to.
            let kept = if text.trim().len() < text.len() { r#" xml:space="preserve""# } else { "" };
            let _ = write!(out, r#"<c r="{letters}{row}" s="{format}" t="inlineStr"><is><t{kept}>"#);
            write_text(out, text);
            out.write_str("</t></is></c>")
        }
        Cell::Amount { amount_minor, exponent } => {
            write_number(out, (letters, row), &decimal(*amount_minor, *exponent), fits(*amount_minor), format)
        }
        Cell::Whole(number) => write_number(out, (letters, row), &number.to_string(), fits(*number), format),
        Cell::Day(day) => write!(out, r#"<c r="{letters}{row}" s="{format}"><v>{}</v></c>"#, serial(*day)),
    };
}

fn write_number(
    out: &mut String,
    (letters, row): (&str, u32),
    digits: &str,
    fits: bool,
    format: u32,
) -> std::fmt::Result {
    if fits {
        write!(out, r#"<c r="{letters}{row}" s="{format}"><v>{digits}</v></c>"#)
    } else {
        write!(out, r#"<c r="{letters}{row}" s="{format}" t="inlineStr"><is><t>{digits}</t></is></c>"#)
    }
}

/// Writes a text so that XML can carry it: what XML has no sign for stands as `_x0001_`, as the format has it.
fn write_text(out: &mut String, text: &str) {
    let (text, cut) = bounded(text);
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let plain = rest.find(needs_care).unwrap_or(rest.len());
        if plain > 0 {
            let (before, after) = rest.split_at(plain);
            out.push_str(before);
            rest = after;
            continue;
        }
        let after = rest.split_at(next.len_utf8()).1;
        match next {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '_' if !looks_escaped(rest) => out.push('_'),
            other => {
                let _ = write!(out, "_x{:04X}_", u32::from(other));
            }
        }
        rest = after;
    }
    if cut {
        out.push_str(CUT);
    }
}

fn needs_care(c: char) -> bool {
    matches!(c, '&' | '<' | '>' | '_' | '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether a text begins as an escape does, which a reader would take for one.
fn looks_escaped(text: &str) -> bool {
    let bytes = text.as_bytes();
    let hex = bytes.get(2..6).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    bytes.get(1) == Some(&b'x') && hex && bytes.get(6) == Some(&b'_')
}

/// The text as far as a cell can hold it, and whether that is not all.
fn bounded(text: &str) -> (&str, bool) {
    // A text has no more UTF-16 units than bytes.
    if text.len() <= UNITS_MAX || text.encode_utf16().count() <= UNITS_MAX {
        return (text, false);
    }
    let mut left = UNITS_MAX.saturating_sub(CUT.len());
    let end = text.char_indices().find_map(|(place, c)| match left.checked_sub(c.len_utf16()) {
        Some(fewer) => {
            left = fewer;
            None
        }
        None => Some(place),
    });
    (text.split_at(end.unwrap_or(text.len())).0, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cell: &Cell<'_>) -> String {
        let mut out = String::new();
        write(&mut out, ("C", 7), cell, 4);
        out
    }

    fn text(inner: &str) -> String {
        let kept = if inner.starts_with(' ') { r#" xml:space="preserve""# } else { "" };
        format!(r#"<c r="C7" s="4" t="inlineStr"><is><t{kept}>{inner}</t></is></c>"#)
    }

    #[test]
    fn texts_are_strings_whatever_they_look_like() {
        let cases = [
            ("=1+1", "=1+1"),
            ("+46", "+46"),
            ("-5", "-5"),
            ("@a", "@a"),
            ("0012", "0012"),
            (" a\tb\nc ", " a\tb\nc "),
            ("a\r\u{1}\u{fffe}", "a_x000D__x0001__xFFFE_"),
            ("_x0041_ a_b _x004", "_x005F_x0041_ a_b _x004"),
            ("<&>\"'", "&lt;&amp;&gt;\"'"),
            ("åäö€😀", "åäö€😀"),
        ];
        for (given, inner) in cases {
            assert_eq!(written(&Cell::text(given)), text(inner), "{given:?}");
        }
        assert_eq!(Cell::text(""), Cell::Empty);
        assert_eq!(written(&Cell::Empty), r#"<c r="C7" s="4"/>"#);
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_and_says_so() {
        for (given, left) in [("a".repeat(40_000), 32_703), ("😀".repeat(20_000), 32_702)] {
            let written = written(&Cell::text(given.as_str()));
            let inner = written.split_once("<t>").unwrap().1.split_once("</t>").unwrap().0;
            assert!(inner.encode_utf16().count() <= UNITS_MAX, "{left}");
            assert_eq!(inner.strip_suffix(CUT).unwrap().encode_utf16().count(), left);
        }
        for given in ["a".repeat(32_767), "😀".repeat(16_383)] {
            assert_eq!(written(&Cell::text(given.as_str())), text(&given));
        }
    }

    #[test]
    fn numbers_and_days_are_numbers() {
        let amount = |amount_minor| Cell::Amount { amount_minor, exponent: 2 };
        let number = |digits: &str| format!(r#"<c r="C7" s="4"><v>{digits}</v></c>"#);
        assert_eq!(written(&amount(-149_505)), number("-1495.05"));
        assert_eq!(written(&Cell::Whole(12)), number("12"));
        assert_eq!(written(&Cell::day("2026-10-31")), number("46326"));
        assert_eq!(written(&Cell::day("1900-03-01")), number("61"));
        let large = r#"<c r="C7" s="4" t="inlineStr"><is><t>10000000000000.00</t></is></c>"#;
        assert_eq!(written(&amount(1_000_000_000_000_000)), large);
        for no_day in ["1900-02-28", "2026-02-30", "2026-1-05", "x", "20261031"] {
            assert_eq!(written(&Cell::day(no_day)), text(no_day));
        }
        let styles = [amount(5), amount(i128::MAX), Cell::Whole(1), Cell::day("2026-10-31"), Cell::text("x")]
            .map(|cell| cell.style(Style::Id));
        assert_eq!(styles, [Style::Amount(2), Style::Digits, Style::Whole, Style::Day, Style::Id]);
    }

    #[test]
    fn no_cell_takes_more_bytes_than_was_said() {
        let texts = ["", "a", "&&&&", "\r\r", "_x0041__x0041_", "åäö€😀", "=1+1"];
        let mut cells: Vec<Cell<'_>> = texts.map(Cell::text).into();
        cells.extend([
            Cell::Whole(i128::MIN),
            Cell::Amount { amount_minor: i128::MIN, exponent: 8 },
            Cell::day("2026-10-31"),
        ]);
        for cell in cells {
            let mut out = String::new();
            write(&mut out, ("XFD", 1_048_576), &cell, 4_294_967_295);
            assert!(u64::try_from(out.len()).unwrap() <= cell.bytes_max(), "{out}");
        }
    }

    #[test]
    fn columns_have_letters() {
        for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(column), name);
        }
    }
}
