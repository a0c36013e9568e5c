//! What stands in a balance (`:60F:`) and in an entry (`:61:`).

use chrono::{Datelike, NaiveDate};

use crate::ingest::bank::collect;
use crate::model::bank::Balance;
use crate::model::currency::{Currencies, Currency};

/// The most of a number that a message shows.
const SHOWN_BYTES_MAX: usize = 40;

/// An entry as its line has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// The day it was booked; the value date where none is stated.
    pub booked_on: NaiveDate,
    /// Minor units, credits positive.
    pub amount_minor: i64,
    /// The reference of who gave the order.
    pub customer_reference: String,
    /// The bank's own.
    pub bank_reference: String,
    /// The lines below.
    pub details: String,
}

/// Reads `C260930SEK1234,56`.
pub fn balance(text: &str, currencies: &Currencies) -> Result<(Currency, Balance), String> {
    let mut rest = text;
    let is_credit = match cut(&mut rest, 1) {
        "C" => true,
        "D" => false,
        mark => return Err(is_not("it begins with neither C nor D", mark)),
    };
    let on = day(cut(&mut rest, 6))?;
    let code = cut(&mut rest, 3);
    if code.is_empty() {
        return Err("it ends before its currency".to_owned());
    }
    let currency = currencies
        .find(code.as_bytes())
        .ok_or_else(|| format!("the currency {code:?} is not an active ISO 4217 code; add it with its decimals in [currencies] if it is right"))?;
    let amount_minor = amount(rest.trim_end(), currencies.exponent(currency))?;
    Ok((currency, Balance { amount_minor: if is_credit { amount_minor } else { -amount_minor }, on }))
}

/// Reads `2610051005C121222,74NTRFR1234-0001//98765` and the lines below.
pub fn entry(text: &str, exponent: u32) -> Result<Line, String> {
    let (first, details) = text.split_once('\n').unwrap_or((text, ""));
    let mut rest = first.trim_end();
    let value_on = day(cut(&mut rest, 6))?;
    let booked_on =
        if rest.starts_with(|c: char| c.is_ascii_digit()) { nearest(cut(&mut rest, 4), value_on)? } else { value_on };
    // A credit taken back is a debit, and a debit taken back a credit.
    let marks = [("RC", false), ("RD", true), ("C", true), ("D", false)];
    let Some((mark, is_credit)) = marks.into_iter().find(|(mark, _)| rest.starts_with(mark)) else {
        let wanted = "the mark behind its days is none of C, D, RC and RD";
        return Err(is_not(wanted, rest.get(..1).unwrap_or_default()));
    };
    cut(&mut rest, mark.len());
    // The third letter of the currency may follow.
    if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        cut(&mut rest, 1);
    }
    let len = rest.bytes().position(|byte| !is_of_number(byte)).unwrap_or(rest.len());
    let amount_minor = amount(cut(&mut rest, len), exponent)?;
    let kind = cut(&mut rest, 4);
    let is_kind = kind.len() == 4 && kind.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if !is_kind || !kind.starts_with(|c: char| c.is_ascii_uppercase()) {
        return Err("the amount is not followed by a type of four letters and digits, such as NTRF".to_owned());
    }
    let (customer_reference, bank_reference) = rest.split_once("//").unwrap_or((rest, ""));
    Ok(Line {
        booked_on,
        amount_minor: if is_credit { amount_minor } else { -amount_minor },
        customer_reference: customer_reference.trim().to_owned(),
        bank_reference: bank_reference.trim().to_owned(),
        details: details.to_owned(),
    })
}

/// What a number of any form may have; others end it.
fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b',' | b'.' | b'-' | b'+')
}

/// A reason with what stands there, where that is a number or one capital: anything else may be the text of a person.
fn is_not(reason: &str, text: &str) -> String {
    let is_mark = matches!(text.as_bytes(), [mark] if mark.is_ascii_uppercase());
    let is_short = text.len() <= SHOWN_BYTES_MAX && !text.is_empty();
    if is_mark || is_short && text.bytes().all(is_of_number) {
        format!("{reason}: {text:?}")
    } else {
        reason.to_owned()
    }
}

/// Cuts off so many bytes; nothing where there are fewer.
fn cut<'a>(rest: &mut &'a str, len: usize) -> &'a str {
    let (part, left) = rest.split_at_checked(len).unwrap_or(("", rest));
    *rest = left;
    part
}

fn number(text: &str, from: usize) -> Option<u32> {
    let digits = text.get(from..from + 2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

/// The day of `YYMMDD`; years from 80 on are those of the last century.
fn day(text: &str) -> Result<NaiveDate, String> {
    let read = || {
        let year = i32::try_from(number(text, 0)?).ok()?;
        let year = if year < 80 { 2000 + year } else { 1900 + year };
        NaiveDate::from_ymd_opt(year, number(text, 2)?, number(text, 4)?)
    };
    read().ok_or_else(|| is_not("a day is YYMMDD", text))
}

/// The day of `MMDD` that is nearest to another one: the year may have turned between them.
fn nearest(text: &str, to: NaiveDate) -> Result<NaiveDate, String> {
    let year = to.year();
    let read = |year: i32| NaiveDate::from_ymd_opt(year, number(text, 0)?, number(text, 2)?);
    let days = [year - 1, year, year + 1].into_iter().filter_map(read);
    days.min_by_key(|day| (*day - to).num_days().abs()).ok_or_else(|| is_not("the day of booking is MMDD", text))
}

/// An amount with the comma that SWIFT demands.
fn amount(text: &str, exponent: u32) -> Result<i64, String> {
    let refused = || is_not("an amount is digits with one comma", text);
    let (whole, fraction) = text.split_once(',').ok_or_else(refused)?;
    if whole.is_empty() || whole.contains('.') || fraction.contains(['.', ',']) {
        return Err(refused());
    }
    collect::amount(&format!("{whole}.{fraction}"), exponent).map_err(|reason| is_not(&reason, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn balances() {
        let currencies = Currencies::default();
        let sek = currencies.find(b"SEK").unwrap();
        let good = [
            ("C260930SEK1234,56", 123_456, "2026-09-30"),
            ("D991231SEK0,5", -50, "1999-12-31"),
            ("C260930SEK7,", 700, "2026-09-30"),
        ];
        for (text, amount_minor, day) in good {
            let balance = Balance { amount_minor, on: on(day) };
            assert_eq!(super::balance(text, &currencies), Ok((sek, balance)), "{text}");
        }
        let bad = [
            ("", "it begins with neither C nor D"),
            ("X260930SEK1,", "it begins with neither C nor D: \"X\""),
            ("x260930SEK1,", "it begins with neither C nor D"),
            ("C261330SEK1,", "a day is YYMMDD: \"261330\""),
            ("C26093xSEK1,", "a day is YYMMDD"),
            ("C260930SE", "it ends before its currency"),
            ("C260930SEK1.00", "an amount is digits with one comma: \"1.00\""),
            ("C260930SEK1", "an amount is digits with one comma: \"1\""),
            ("C260930SEK1,005", "the currency has 2 decimals: \"1,005\""),
            ("C260930SEK-1,00", "an amount is digits with at most one decimal mark, without a sign: \"-1,00\""),
            ("C260930SEKmany", "an amount is digits with one comma"),
        ];
        for (text, reason) in bad {
            assert_eq!(super::balance(text, &currencies), Err(reason.to_owned()), "{text}");
        }
        assert!(super::balance("C260930XQX1,", &currencies).unwrap_err().starts_with("the currency \"XQX\" is not"));
    }

    #[test]
    fn entries() {
        let good = [
            ("2610051006C121222,74NTRFR1234-0001//98765", "2026-10-06", 12_122_274, "R1234-0001", "98765"),
            ("261005CK1,5NTRFNONREF", "2026-10-05", 150, "NONREF", ""),
            ("2610051005DR200,NMSC", "2026-10-05", -20_000, "", ""),
            ("2610051005RC1,00NTRFA//B", "2026-10-05", -100, "A", "B"),
            ("2610051005RCR1,00S103A//B", "2026-10-05", -100, "A", "B"),
            ("2610051005RD1,00FTRF//B", "2026-10-05", 100, "", "B"),
            // The booking was before the turn of the year, the value after it, and the other way round.
            ("2601021231C1,00NTRFA", "2025-12-31", 100, "A", ""),
            ("2512310102C1,00NTRFA", "2026-01-02", 100, "A", ""),
            ("2803010229C1,00NTRFA", "2028-02-29", 100, "A", ""),
        ];
        for (text, booked_on, amount_minor, customer, bank) in good {
            let line = Line {
                booked_on: on(booked_on),
                amount_minor,
                customer_reference: customer.to_owned(),
                bank_reference: bank.to_owned(),
                details: String::new(),
            };
            assert_eq!(entry(text, 2), Ok(line), "{text}");
        }
        assert_eq!(
            entry("261005C1,NTRFA//B\nmore\nand more", 2).map(|line| line.details),
            Ok("more\nand more".to_owned())
        );
        let bad = [
            ("", "a day is YYMMDD"),
            ("2610321005C1,00NTRFA", "a day is YYMMDD: \"261032\""),
            ("2610051332C1,00NTRFA", "the day of booking is MMDD: \"1332\""),
            ("2610051005X1,00NTRFA", "the mark behind its days is none of C, D, RC and RD: \"X\""),
            ("2610051005C1.00NTRFA", "an amount is digits with one comma: \"1.00\""),
            ("2610051005C1,0,0NTRFA", "an amount is digits with one comma: \"1,0,0\""),
            ("2610051005C,5NTRFA", "an amount is digits with one comma: \",5\""),
            ("2610051005C-1,00NTRFA", "an amount is digits with at most one decimal mark, without a sign: \"-1,00\""),
            ("2610051005C1,00", "the amount is not followed by a type of four letters and digits, such as NTRF"),
            ("2610051005C1,00ntrf", "the amount is not followed by a type of four letters and digits, such as NTRF"),
        ];
        for (text, reason) in bad {
            assert_eq!(entry(text, 2), Err(reason.to_owned()), "{text}");
        }
    }
}
