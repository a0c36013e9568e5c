//! GBAT10, field by field: net and gross of each voucher, dates, periods, and no field that means more than it says.

use chrono::{Datelike as _, NaiveDate};
use encoding_rs::WINDOWS_1252;

use super::Proved;
use super::book::{Book, Wrong, check_text, date, minor};
use crate::report::journal::gbat10::{FIELDS, currency_of, takes};

/// The fields that may be something else than empty.
#[rustfmt::skip]
const USED: [&str; 14] = [
    "line type", "voucher number", "voucher date", "voucher type", "period", "year", "account", "VAT code", "net",
    "gross", "invoice text", "voucher text", "project", "department",
];

/// The voucher that is open.
struct Voucher {
    number: u64,
    dated: NaiveDate,
    period_and_year: (String, String),
    gross_minor: i128,
}

/// Proves a GBAT10 file.
pub(super) fn prove(name: &str, bytes: &[u8]) -> Result<Proved, Wrong> {
    let Some(currency) = currency_of(name) else {
        return Err((0, "the name of the file does not say a currency".to_owned()));
    };
    let text = WINDOWS_1252.decode_without_bom_handling(bytes).0;
    let Some(text) = text.strip_suffix("\r\n") else {
        return Err((0, "the last line does not end with CR and LF".to_owned()));
    };
    let mut book = Book::default();
    let mut open: Option<Voucher> = None;
    let mut last = 0;
    for (number, line) in (1_u64..).zip(text.split("\r\n")) {
        last = number;
        read(line, currency, &mut book, &mut open).map_err(|problem| (number, problem))?;
    }
    close(&mut book, open.take()).map_err(|problem| (last, problem))?;
    book.finish([])
}

fn close(book: &mut Book, voucher: Option<Voucher>) -> Result<(), String> {
    let Some(voucher) = voucher else { return Ok(()) };
    book.end()?;
    if voucher.gross_minor == 0 {
        return Ok(());
    }
    Err(format!(
        "the voucher {} does not balance: its gross amounts sum to {} minor units",
        voucher.number, voucher.gross_minor
    ))
}

fn read(line: &str, currency: &str, book: &mut Book, open: &mut Option<Voucher>) -> Result<(), String> {
    let values: Vec<&str> = line.split(';').collect();
    if values.len() != FIELDS.len() {
        return Err(format!("a line has {} fields and not {}", values.len(), FIELDS.len()));
    }
    let value = |name: &str| {
        FIELDS.iter().position(|field| *field == name).and_then(|index| values.get(index)).copied().unwrap_or("")
    };
    for (name, value) in FIELDS.iter().zip(&values) {
        check_text(value, takes)?;
        if !value.is_empty() && !USED.contains(name) {
            return Err(format!("the field {name} is not empty"));
        }
        let is_amount = ["net", "gross"].contains(name);
        if value.starts_with(['=', '+', '-', '@']) && !is_amount {
            return Err(format!("the field {name} begins like a formula"));
        }
    }
    for (name, wanted) in [("line type", "GBAT10"), ("voucher type", "1"), ("VAT code", "0")] {
        if value(name) != wanted {
            return Err(format!("the field {name} is {:?} and not {wanted:?}", value(name)));
        }
    }
    if value("voucher text").is_empty() {
        return Err("the field voucher text is empty".to_owned());
    }
    if value("net") != value("gross") {
        return Err("net is not gross, and there is no VAT code".to_owned());
    }
    let dated = date(value("voucher date"), "")?;
    let period_and_year = (value("period").to_owned(), value("year").to_owned());
    check_period(dated, &period_and_year)?;
    let number: u64 = value("voucher number")
        .parse()
        .ok()
        .filter(|number: &u64| *number > 0 && number.to_string() == value("voucher number"))
        .ok_or_else(|| format!("the voucher number {:?} is no number from 1", value("voucher number")))?;
    let is_new = match open {
        Some(voucher) if voucher.number == number => {
            if (voucher.dated, &voucher.period_and_year) != (dated, &period_and_year) {
                return Err(format!("the voucher {number} has two days, or two periods"));
            }
            false
        }
        Some(voucher) if number != voucher.number.saturating_add(1) => {
            return Err(format!("after the voucher {} comes {number}", voucher.number));
        }
        _ => true,
    };
    if is_new {
        close(book, open.take())?;
        book.begin(dated, &number.to_string())?;
        *open = Some(Voucher { number, dated, period_and_year, gross_minor: 0 });
    }
    book.post(value("account"), value("net"), currency)?;
    if let (Some(voucher), Some((gross_minor, _))) = (open, minor(value("gross"))) {
        voucher.gross_minor =
            voucher.gross_minor.checked_add(gross_minor).ok_or("the sum of a voucher is beyond all numbers")?;
    }
    Ok(())
}

/// The period is a month of the financial year, which begins in the year that stands there.
fn check_period(dated: NaiveDate, (period, year): &(String, String)) -> Result<(), String> {
    let wrong = || format!("period {period} of {year} does not have the day {dated}");
    let number: u32 = period.parse().map_err(|_| wrong())?;
    let same_year = *year == dated.year().to_string();
    let year_before = *year == dated.year().saturating_sub(1).to_string();
    // In the year in which it began, a period is not later than its month; in the next, it is later.
    let right = (same_year && (1..=dated.month()).contains(&number))
        || (year_before && (dated.month().saturating_add(1)..=12).contains(&number));
    if right && number.to_string() == *period { Ok(()) } else { Err(wrong()) }
}
