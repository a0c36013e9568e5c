//! How amounts are written: the readings under which every one of them is an amount.

use crate::ingest::profile::amount::{self, RowCurrency};
use crate::ingest::profile::number::Dialect;
use crate::ingest::profile::{AmountUnit, Grouping};

/// An amount as it stands, with the currency of its row where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<'t> {
    /// The text.
    pub text: &'t str,
    /// ISO 4217 code; empty where it is not known.
    pub code: &'t str,
    /// Decimals of its major unit, where the code is known.
    pub exponent: Option<u32>,
}

/// What amounts say of how they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// Ways to read all of them, each with other amounts: one where it is clear, none where there are no amounts.
    pub readings: Vec<Reading>,
    /// Amounts that were looked at.
    pub count: usize,
    /// Texts that are an amount in no way.
    pub unread: usize,
}

/// One way to read all amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// How they are written: a decimal sign only where one was seen.
    pub dialect: Dialect,
    /// Amounts with decimals.
    pub with_decimals: usize,
    /// Amounts with grouped digits.
    pub grouped: usize,
    /// In units that are 1/10 000 of the major one where the currency is not known, else in minor ones: the amount that
    /// another reading reads otherwise.
    pub values: Vec<Option<i64>>,
}

const GROUPINGS: [Option<Grouping>; 5] =
    [None, Some(Grouping::Space), Some(Grouping::Dot), Some(Grouping::Comma), Some(Grouping::Apostrophe)];

/// Decimals that are read where the currency does not say how many there are.
const EXPONENT_UNKNOWN: u32 = 4;

/// Finds the readings of amounts.
#[must_use]
pub fn numbers(amounts: &[Written<'_>]) -> Numbers {
    let mut ways: Vec<(Dialect, Vec<Option<i64>>)> = Vec::new();
    for decimal in [',', '.'] {
        for grouping in GROUPINGS {
            if mark(grouping) == Some(decimal) {
                continue;
            }
            let dialect = Dialect { decimal: Some(decimal), grouping };
            ways.push((dialect, amounts.iter().map(|amount| minor(amount, dialect)).collect()));
        }
    }
    let is_read = |place: usize| ways.iter().any(|(_, values)| values.get(place).is_some_and(Option::is_some));
    let read: Vec<bool> = (0..amounts.len()).map(is_read).collect();
    let count = read.iter().filter(|read| **read).count();
    let mut readings: Vec<Reading> = Vec::new();
    for (dialect, values) in ways {
        let all = values.iter().zip(&read).all(|(value, read)| value.is_some() == *read);
        if count == 0 || !all || readings.iter().any(|known| known.values == values) {
            continue;
        }
        let texts = || amounts.iter().zip(&read).filter(|(_, read)| **read).map(|(amount, _)| amount.text);
        let with_decimals = texts().filter(|text| dialect.decimal.is_some_and(|sign| has_decimals(text, sign))).count();
        let grouped = texts().filter(|text| is_grouped(text, dialect.grouping)).count();
        let decimal = dialect.decimal.filter(|_| with_decimals > 0);
        let grouping = dialect.grouping.filter(|_| grouped > 0);
        readings.push(Reading { dialect: Dialect { decimal, grouping }, with_decimals, grouped, values });
    }
    Numbers { readings, count, unread: amounts.len() - count }
}

fn minor(amount: &Written<'_>, dialect: Dialect) -> Option<i64> {
    let exponent = amount.exponent.unwrap_or(EXPONENT_UNKNOWN);
    let text = if amount.code.is_empty() { without_words(amount.text) } else { amount.text };
    let currency = RowCurrency { code: amount.code, exponent: Some(exponent) };
    amount::minor(text, dialect, AmountUnit::Major, currency).ok()
}

/// What is left without a currency that nobody can check yet.
fn without_words(text: &str) -> &str {
    let is_word = |letter: char| letter.is_alphabetic() || letter.is_whitespace() || matches!(letter, '€' | '$' | '£');
    let text = text.trim_start_matches(is_word);
    let end = text.trim_end_matches(is_word);
    // `kr.` ends in a full stop, an amount does not.
    if end.len() < text.len() {
        end
    } else {
        text.strip_suffix('.').map_or(text, |head| head.trim_end_matches(is_word))
    }
}

fn has_decimals(text: &str, sign: char) -> bool {
    text.rsplit_once(sign).is_some_and(|(_, behind)| {
        behind.chars().take_while(char::is_ascii_digit).count() > 0
            || behind.starts_with(['-', '\u{2013}', '\u{2014}', '\u{2212}'])
    })
}

fn mark(grouping: Option<Grouping>) -> Option<char> {
    match grouping {
        Some(Grouping::Dot) => Some('.'),
        Some(Grouping::Comma) => Some(','),
        _ => None,
    }
}

fn is_grouped(text: &str, grouping: Option<Grouping>) -> bool {
    let Some(grouping) = grouping else { return false };
    let is_mark = |letter: char| match grouping {
        Grouping::Space => matches!(letter, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}'),
        Grouping::Dot => letter == '.',
        Grouping::Comma => letter == ',',
        Grouping::Apostrophe => matches!(letter, '\'' | '\u{2019}'),
    };
    let letters: Vec<char> = text.chars().collect();
    letters.windows(3).any(|three| match three {
        [before, between, after] => before.is_ascii_digit() && is_mark(*between) && after.is_ascii_digit(),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(texts: &str, code: &'static str) -> String {
        let exponent = match code {
            "" => None,
            "JPY" => Some(0),
            _ => Some(2),
        };
        let amounts: Vec<Written<'_>> = texts.split('|').map(|text| Written { text, code, exponent }).collect();
        let Numbers { readings, count, unread } = numbers(&amounts);
        let one = |reading: &Reading| {
            let grouping = match reading.dialect.grouping {
                None => "none",
                Some(Grouping::Space) => "space",
                Some(Grouping::Dot) => "dot",
                Some(Grouping::Comma) => "comma",
                Some(Grouping::Apostrophe) => "apostrophe",
            };
            let sign = reading.dialect.decimal.unwrap_or('-');
            format!("{sign} {grouping} {}/{}", reading.with_decimals, reading.grouped)
        };
        let readings: Vec<String> = readings.iter().map(one).collect();
        format!("{count} {unread}: {}", readings.join(" or "))
    }

    #[test]
    fn readings_of_amounts() {
        let table = [
            ("100|200", "SEK", "2 0: - none 0/0"),
            ("100,50|7", "SEK", "2 0: , none 1/0"),
            ("100.50|7", "SEK", "2 0: . none 1/0"),
            ("1 234,50|7,00", "SEK", "2 0: , space 2/1"),
            ("1\u{a0}234,50|7,00", "SEK", "2 0: , space 2/1"),
            ("1.234,50|7,00", "SEK", "2 0: , dot 2/1"),
            ("1,234.50|7.00", "SEK", "2 0: . comma 2/1"),
            ("1'234.50", "SEK", "1 0: . apostrophe 1/1"),
            ("1 234", "SEK", "1 0: - space 0/1"),
            ("1.234.567", "SEK", "1 0: - dot 0/1"),
            ("100,50-|7,00", "SEK", "2 0: , none 2/0"),
            ("\u{2212}100,50", "SEK", "1 0: , none 1/0"),
            ("(100,50)", "SEK", "1 0: , none 1/0"),
            ("100,50 kr", "SEK", "1 0: , none 1/0"),
            ("kr 100,-", "NOK", "1 0: , none 1/0"),
            // With two decimals a crown has no thousandth.
            ("1.234|12", "SEK", "2 0: - dot 0/1"),
            ("1.234|12", "", "2 0: - dot 0/1 or . none 1/0"),
            ("1.500|12", "SEK", "2 0: - dot 0/1 or . none 1/0"),
            ("1,500", "SEK", "1 0: , none 1/0 or - comma 0/1"),
            ("1,500", "JPY", "1 0: - comma 0/1"),
            ("1.500|1.234", "SEK", "2 0: - dot 0/2"),
            ("100,50 kr.", "", "1 0: , none 1/0"),
            ("€ 100,50", "", "1 0: , none 1/0"),
            ("100,50|Totalt|7,00", "SEK", "2 1: , none 2/0"),
            ("Totalt", "SEK", "0 1: "),
            ("100,50|100.50", "SEK", "2 0: "),
        ];
        for (texts, code, expected) in table {
            assert_eq!(shown(texts, code), expected, "{texts} {code}");
        }
    }
}
