//! The values of a profile, checked as they are read: how a file is delimited, encoded, and writes numbers and days.

use serde::Deserialize;

use super::values::nearest;
use crate::ingest::profile::date::DateFormat;
use crate::ingest::profile::{AmountUnit, Encoding, Grouping, Quote, RateUnit};

/// The byte between fields.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct Delimiter(pub u8);

/// What stands around fields.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct QuoteName(pub Quote);

/// The name of an encoding.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct EncodingName(pub Encoding);

/// The decimal sign.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct DecimalSign(pub char);

/// What separates groups of digits.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct GroupingName(pub Grouping);

/// What amounts count.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct AmountUnitName(pub AmountUnit);

/// What VAT rates count.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct RateUnitName(pub RateUnit);

/// A format of days and times.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Format(pub String);

/// A line or row, from 1.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "i64")]
pub struct RowNumber(pub u64);

/// One ASCII character that can stand between or around fields.
fn mark(text: &str, what: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [byte] if byte.is_ascii_punctuation() || matches!(byte, b' ' | b'\t' | 0x01..=0x08 | 0x1c..=0x1f) => Ok(*byte),
        _ => Err(format!("the {what} is one ASCII character that is no letter, digit or line end, not {text:?}")),
    }
}

impl TryFrom<String> for Delimiter {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let text = if text == "tab" { "\t" } else { &text };
        let byte = mark(text, "delimiter")?;
        if byte == b'"' { Err("the delimiter cannot be the quote".to_owned()) } else { Ok(Self(byte)) }
    }
}

impl TryFrom<String> for QuoteName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(Quote::Never));
        }
        mark(&text, "quote").map(|byte| Self(Quote::Byte(byte))).map_err(|what| format!("{what}, or \"none\""))
    }
}

impl TryFrom<String> for EncodingName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        const NAMES: [&str; 10] = [
            "windows-1252",
            "iso-8859-1",
            "iso-8859-15",
            "utf-8",
            "utf-16",
            "utf-16le",
            "utf-16be",
            "latin1",
            "cp1252",
            "ansi",
        ];
        Encoding::from_name(&name).map(Self).ok_or_else(|| {
            format!("no such encoding: `{name}`; the nearest is `{}` of {}", nearest(&name, NAMES), NAMES.join(", "))
        })
    }
}

/// One of a few words, or an error that lists them.
fn one_of<T>(text: &str, known: &[(&str, T)]) -> Result<T, String>
where
    T: Copy,
{
    let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let names: Vec<String> = known.iter().map(|(name, _)| format!("{name:?}")).collect();
        format!("must be one of {}, not {text:?}", names.join(", "))
    })
}

impl TryFrom<String> for DecimalSign {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        one_of(&text, &[(".", '.'), (",", ',')]).map(Self)
    }
}

impl TryFrom<String> for GroupingName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known = [
            ("space", Grouping::Space),
            (".", Grouping::Dot),
            (",", Grouping::Comma),
            ("'", Grouping::Apostrophe),
            (" ", Grouping::Space),
        ];
        match known.iter().find(|(name, _)| *name == text) {
            Some((_, grouping)) => Ok(Self(*grouping)),
            None => one_of(&text, known.get(..4).unwrap_or_default()).map(Self),
        }
    }
}

impl TryFrom<String> for AmountUnitName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        one_of(&text, &[("major", AmountUnit::Major), ("minor", AmountUnit::Minor)]).map(Self)
    }
}

impl TryFrom<String> for RateUnitName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known =
            [("percent", RateUnit::Percent), ("basis points", RateUnit::BasisPoints), ("fraction", RateUnit::Fraction)];
        one_of(&text, &known).map(Self)
    }
}

impl TryFrom<String> for Format {
    type Error = String;

    fn try_from(format: String) -> Result<Self, String> {
        DateFormat::new(&format).map(|_| Self(format))
    }
}

impl TryFrom<i64> for RowNumber {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        u64::try_from(number)
            .ok()
            .filter(|row| *row > 0)
            .map(Self)
            .ok_or_else(|| format!("rows are counted from 1, not {number}"))
    }
}
