//! SIE type 4I: vouchers for a Swedish accounting system, one file a currency.
//!
//! What the format asks for (SIE file format, version 4B): code page 437, a record a line, fields apart by a space, texts
//! in quotes with `\"` for a quote, no control characters, `#FLAGGA 0` first (a system that has imported the file makes
//! it 1), amounts with a point and at most two decimals. A file of type 4I brings vouchers only: balances, budgets, their
//! period and the years (`#IB`, `#UB`, `#OIB`, `#OUB`, `#RES`, `#PSALDO`, `#PBUDGET`, `#OMFATTN`, `#RAR`) are the
//! receiver's own, and so are the numbers of vouchers, which stay empty here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::letters::{Letters, Notes};
use super::{JournalFile, Part, cp437, major, parts, title, two_decimals};
use crate::model::voucher::{Entity, Journal, Voucher};

/// The longest text, in characters as they are written: many systems cut what is longer.
pub(super) const TEXT_LENGTH_MAX: usize = 50;

/// All of code page 437 but braces, which some readers take for those of records inside of texts too, and the backslash,
/// which some read as an escape and some do not.
const LETTERS: Letters =
    Letters { takes: |letter| !matches!(letter, '{' | '}' | '\\') && cp437::byte(letter).is_some(), stand_in: None };

/// The name of the file of a currency.
pub(super) fn name(currency: &str) -> String {
    format!("journal-{currency}.si")
}

/// The currency in the name of a file.
pub(super) fn currency_of(name: &str) -> Option<&str> {
    name.strip_prefix("journal-")?.strip_suffix(".si").filter(|code| super::is_code(code))
}

/// The files of a journal, by currency.
pub(super) fn files(journal: &Journal) -> Result<Vec<JournalFile>, String> {
    if LETTERS.spell(&journal.entity.name).is_empty() {
        return Err("a SIE file must name the company (#FNAMN): give its name in the configuration".to_owned());
    }
    parts(journal).iter().map(|part| file(journal, part)).collect()
}

fn file(journal: &Journal, part: &Part<'_>) -> Result<JournalFile, String> {
    two_decimals(part, "SIE")?;
    let mut notes = Notes::default();
    let codes = codes(part)?;
    let mut out = String::new();
    head(journal, part, &mut out, &mut notes);
    for account in &part.accounts {
        let name = named(&account.name, &account.number, &mut notes);
        line(&mut out, &format!("#KONTO {} {name}", account.number));
    }
    let dimensions = || {
        let named = |number| part.objects.iter().any(|(named, _)| *named == number);
        journal.dimensions.iter().filter(move |dimension| named(dimension.number))
    };
    for dimension in dimensions() {
        let name = named(&dimension.name, &dimension.number.to_string(), &mut notes);
        line(&mut out, &format!("#DIM {} {name}", dimension.number));
    }
    for dimension in dimensions() {
        for (code, name) in &dimension.objects {
            if let Some(written) = codes.get(&(dimension.number, code.as_str())) {
                notes.compare(code, written);
                let name = named(name, written, &mut notes);
                line(&mut out, &format!("#OBJEKT {} {} {name}", dimension.number, escaped(written)));
            }
        }
    }
    for voucher in &part.vouchers {
        write_voucher(voucher, part.unit.exponent, &journal.entity, &codes, &mut out, &mut notes);
    }
    // The line ends are the only bytes that are no characters of the page.
    let bytes = out.split_inclusive('\n').flat_map(|line| {
        let mut bytes = cp437::bytes(line.trim_end_matches('\n'));
        bytes.extend(b"\r\n");
        bytes
    });
    Ok(JournalFile { name: name(&part.unit.code), bytes: bytes.collect(), notes: notes.into_list() })
}

fn head(journal: &Journal, part: &Part<'_>, out: &mut String, notes: &mut Notes) {
    let (program, version) = journal.program.rsplit_once(' ').unwrap_or((&journal.program, ""));
    line(out, "#FLAGGA 0");
    line(out, &format!("#PROGRAM {} {}", quoted(program, notes), quoted(version, notes)));
    line(out, "#FORMAT PC8");
    line(out, &format!("#GEN {}", journal.as_of.format("%Y%m%d")));
    line(out, "#SIETYP 4");
    let entity = &journal.entity;
    if !entity.organisation_number.trim().is_empty() {
        line(out, &format!("#ORGNR {}", quoted(&swedish(&entity.organisation_number), notes)));
    }
    line(out, &format!("#FNAMN {}", quoted(&entity.name, notes)));
    if let Some(plan) = plan(&entity.plan) {
        line(out, &format!("#KPTYP {plan}"));
    }
    if part.unit.code != "SEK" {
        line(out, &format!("#VALUTA {}", part.unit.code));
    }
}

/// An organisation number of ten digits with the hyphen that the format wants after the sixth; any other as it is.
fn swedish(number: &str) -> String {
    let digits = number.trim();
    match digits.split_at_checked(6) {
        Some((first, last)) if digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{first}-{last}")
        }
        _ => digits.to_owned(),
    }
}

/// The plan of accounts in the words of `#KPTYP`: the plans of BAS from 2000 on have the word EUBAS97, and a plan that the
/// format has no word for is not named.
fn plan(plan: &str) -> Option<&'static str> {
    let year =
        plan.strip_prefix("BAS").filter(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()));
    match plan {
        "BAS95" => Some("BAS95"),
        "BAS96" => Some("BAS96"),
        "EUBAS97" => Some("EUBAS97"),
        "NE2007" => Some("NE2007"),
        _ => year.filter(|year| *year >= "2000").map(|_| "EUBAS97"),
    }
}

/// The codes of objects as they are written. Two objects must not become one.
fn codes<'a>(part: &Part<'a>) -> Result<BTreeMap<(u32, &'a str), String>, String> {
    let mut codes = BTreeMap::new();
    let mut taken = BTreeMap::new();
    for (number, code) in &part.objects {
        let written = cut(&LETTERS.spell(code));
        if written.is_empty() {
            return Err(format!(
                "SIE has no letters for the code {code:?} of dimension {number}: give it another code"
            ));
        }
        if let Some(other) = taken.insert((*number, written.clone()), *code) {
            return Err(format!(
                "SIE would write the codes {other:?} and {code:?} of dimension {number} both as {written:?}: give one of \
                 them another code"
            ));
        }
        codes.insert((*number, *code), written);
    }
    Ok(codes)
}

fn write_voucher(
    voucher: &Voucher,
    exponent: u32,
    entity: &Entity,
    codes: &BTreeMap<(u32, &str), String>,
    out: &mut String,
    notes: &mut Notes,
) {
    let date = voucher.dated.format("%Y%m%d");
    let series = quoted(&entity.series, notes);
    line(out, &format!("#VER {series} \"\" {date} {}", escaped(&text(voucher, notes))));
    line(out, "{");
    for posting in &voucher.postings {
        let mut objects = String::new();
        for (number, code) in &posting.dimensions {
            if let Some(code) = codes.get(&(*number, code.as_str())) {
                let space = if objects.is_empty() { "" } else { " " };
                // Writing to a text cannot fail.
                let _ = write!(objects, "{space}{number} {}", escaped(code));
            }
        }
        let amount = major(posting.amount_minor, exponent);
        let text = quoted(&posting.text, notes);
        line(out, &format!("#TRANS {} {{{objects}}} {amount} \"\" {text}", posting.account));
    }
    line(out, "}");
}

/// The text of a voucher, in which the settlement is named however short it becomes.
fn text(voucher: &Voucher, notes: &mut Notes) -> String {
    let given = title(voucher);
    let whole = LETTERS.spell(&given);
    let settlement = LETTERS.spell(&voucher.of.settlement_id);
    let mut written = cut(&whole);
    if whole.contains(&settlement) && !written.contains(&settlement) {
        written = cut(&format!("{settlement} {whole}"));
    }
    if written.is_empty() {
        written = cut(&voucher.id);
    }
    notes.compare(&given, &written);
    written
}

/// The text of a voucher as it is written.
#[cfg(test)]
pub(super) fn title_of(voucher: &Voucher) -> String {
    text(voucher, &mut Notes::default())
}

/// A name in quotes; the number or code where nothing of it can be written.
fn named(given: &str, code: &str, notes: &mut Notes) -> String {
    let written = cut(&LETTERS.spell(given));
    let written = if written.is_empty() { code } else { &written };
    if !given.trim().is_empty() {
        notes.compare(given, written);
    }
    escaped(written)
}

/// A text in quotes.
fn quoted(given: &str, notes: &mut Notes) -> String {
    let written = cut(&LETTERS.spell(given));
    notes.compare(given, &written);
    escaped(&written)
}

fn escaped(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\""))
}

/// So much of a text that it is not too long in the file, where a quote takes two characters.
fn cut(text: &str) -> String {
    let mut length = 0_usize;
    let fits = |letter: &char| {
        length = length.saturating_add(if *letter == '"' { 2 } else { 1 });
        length <= TEXT_LENGTH_MAX
    };
    let cut: String = text.chars().take_while(fits).collect();
    cut.trim_end().to_owned()
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}
