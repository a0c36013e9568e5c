//! GBAT10: the import of vouchers that Norwegian accounting systems share, one file a currency.
//!
//! A posting a line, fields apart by `;`, no header, Windows-1252, a point in amounts. The lines have no currency: it
//! stands in the name of the file, and the file is imported into the books of that currency. A voucher's net amounts sum
//! to 0 and so do its gross amounts; VAT is posted here as postings of its own, so that net is gross and the VAT code 0.

use std::fmt::Write as _;

use chrono::Datelike as _;
use encoding_rs::WINDOWS_1252;

use super::letters::{Letters, Notes};
use super::{JournalFile, Part, major, parts, title_in, two_decimals};
use crate::model::voucher::{Journal, Posting, Voucher};

/// The fields of a line, in their order. Those that are used are named in [`line`]; all others are empty.
#[rustfmt::skip]
pub(super) const FIELDS: [&str; 31] = [
    "line type", "voucher number", "voucher date", "voucher type", "period", "year", "account", "VAT code", "net",
    "gross", "customer", "supplier", "contact", "address", "postal code", "city", "invoice number", "payment id",
    "due date", "not used", "bank account", "not used", "not used", "invoice text", "voucher text", "interest",
    "project", "department", "terms of payment", "gross calculation", "reminder",
];

/// The number that SIE gives to the dimension of cost centres, which are departments here.
const COST_CENTRE: u32 = 1;
/// The number that SIE gives to the dimension of projects.
const PROJECT: u32 = 6;

/// Windows-1252 but for what ends a field or begins a quoted one.
const LETTERS: Letters = Letters { takes, stand_in: None };

/// Whether a field may have this character besides the space.
pub(super) fn takes(letter: char) -> bool {
    let mut utf8 = [0; 4];
    !matches!(letter, ';' | '"') && !letter.is_control() && !WINDOWS_1252.encode(letter.encode_utf8(&mut utf8)).2
}

/// The name of the file of a currency.
pub(super) fn name(currency: &str) -> String {
    format!("journal-gbat10-{currency}.csv")
}

/// The currency in the name of a file.
pub(super) fn currency_of(name: &str) -> Option<&str> {
    name.strip_prefix("journal-gbat10-")?.strip_suffix(".csv").filter(|code| super::is_code(code))
}

/// The files of a journal, by currency. Vouchers are numbered from 1 through all files of a journal; the receiver gives
/// its own numbers.
pub(super) fn files(journal: &Journal) -> Result<Vec<JournalFile>, String> {
    let mut number = 0_u64;
    let mut files = Vec::new();
    for part in parts(journal) {
        two_decimals(&part, "GBAT10")?;
        codes_stay_apart(&part)?;
        let mut notes = Notes::default();
        let mut out = String::new();
        for voucher in &part.vouchers {
            number = number.saturating_add(1);
            for posting in &voucher.postings {
                line(voucher, posting, number, journal, part.unit.exponent, &mut out, &mut notes);
            }
        }
        let bytes = WINDOWS_1252.encode(&out).0.into_owned();
        files.push(JournalFile { name: name(&part.unit.code), bytes, notes: notes.into_list() });
    }
    Ok(files)
}

/// Two objects of a dimension must not become one.
fn codes_stay_apart(part: &Part<'_>) -> Result<(), String> {
    let mut taken = std::collections::BTreeMap::new();
    for (number, code) in &part.objects {
        let written = LETTERS.spell(code);
        if ![COST_CENTRE, PROJECT].contains(number) {
            return Err(format!(
                "GBAT10 has cost centres (dimension {COST_CENTRE}) and projects (dimension {PROJECT}), and the journal has \
                 dimension {number}: leave it out, or gbat10"
            ));
        }
        if as_text(&written) != written {
            return Err(format!("the code {code:?} of dimension {number} begins like a formula: give it another"));
        }
        if written.is_empty() {
            return Err(format!("GBAT10 has no letters for the code {code:?} of dimension {number}: give it another"));
        }
        if let Some(other) = taken.insert((*number, written.clone()), *code) {
            return Err(format!(
                "GBAT10 would write the codes {other:?} and {code:?} of dimension {number} both as {written:?}: give one \
                 of them another code"
            ));
        }
    }
    Ok(())
}

fn line(
    voucher: &Voucher,
    posting: &Posting,
    number: u64,
    journal: &Journal,
    exponent: u32,
    out: &mut String,
    notes: &mut Notes,
) {
    let (period, year) = period(voucher, journal.entity.year_begins);
    let amount = major(posting.amount_minor, exponent);
    let title = title_in(voucher, LETTERS, notes);
    let voucher_text = as_text(&title);
    notes.compare(&title, &voucher_text);
    let posting_text = field(&posting.text, notes);
    let posting_text = if posting_text.is_empty() { voucher_text.clone() } else { posting_text };
    let dimension = |wanted: u32| posting.dimensions.iter().find(|(number, _)| *number == wanted);
    let mut code = |wanted| dimension(wanted).map_or_else(String::new, |(_, code)| field(code, notes));
    let (cost_centre, project) = (code(COST_CENTRE), code(PROJECT));
    for (index, name) in FIELDS.iter().enumerate() {
        let value = match *name {
            "line type" => "GBAT10".to_owned(),
            "voucher number" => number.to_string(),
            "voucher date" => voucher.dated.format("%Y%m%d").to_string(),
            // One kind of voucher: the general ledger.
            "voucher type" => "1".to_owned(),
            "period" => period.to_string(),
            "year" => year.to_string(),
            "account" => posting.account.clone(),
            "VAT code" => "0".to_owned(),
            "net" | "gross" => amount.clone(),
            "invoice text" => voucher_text.clone(),
            "voucher text" => posting_text.clone(),
            "project" => project.clone(),
            "department" => cost_centre.clone(),
            _ => String::new(),
        };
        let end = if index == FIELDS.len().saturating_sub(1) { "\r\n" } else { ";" };
        // Writing to a text cannot fail.
        let _ = write!(out, "{value}{end}");
    }
}

/// Period and year of a voucher: the first period is the month in which the financial year begins, and the year is that
/// in which it begins.
fn period(voucher: &Voucher, year_begins: u32) -> (u32, i32) {
    let begins = if (1..=12).contains(&year_begins) { year_begins } else { 1 };
    let (month, year) = (voucher.dated.month(), voucher.dated.year());
    if month >= begins {
        (month.saturating_sub(begins).saturating_add(1), year)
    } else {
        (month.saturating_add(13).saturating_sub(begins), year.saturating_sub(1))
    }
}

/// A text as a field. One that a spreadsheet would run as a formula begins with `'`, as in the tables of a report.
fn field(given: &str, notes: &mut Notes) -> String {
    let written = as_text(&LETTERS.spell(given));
    notes.compare(given, &written);
    written
}

fn as_text(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() }
}
