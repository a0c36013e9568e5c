//! One beancount ledger, which `bean-check` accepts with a tolerance of 0.
//!
//! Beancount wants the components of an account to be letters, digits and hyphens, so the name of an account stands beside
//! it as a text. All other texts are strings, in which only the quote and the backslash mean something. Its arithmetic
//! has 28 digits, more than any sum of settlements has.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::letters::{Letters, Notes, is_shapeless};
use super::{JournalFile, accounts, class, exponents, hledger, major, title_in};
use crate::model::voucher::{Account, Journal, Posting, Voucher};

/// The name of the file.
pub(super) const FILE: &str = "journal.beancount";

/// Everything but what ends a string.
const LETTERS: Letters = Letters { takes, stand_in: None };

/// What components of accounts have besides hyphens.
const COMPONENT: Letters = Letters { takes: |letter| letter.is_ascii_alphanumeric(), stand_in: Some('-') };

/// Whether a string may have this character besides the space.
pub(super) fn takes(letter: char) -> bool {
    !matches!(letter, '"' | '\\') && !is_shapeless(letter) && !letter.is_whitespace()
}

/// The journal as a file.
pub(super) fn file(journal: &Journal) -> JournalFile {
    let mut notes = Notes::default();
    let exponents = exponents(journal);
    let mut out = String::new();
    option(&mut out, "title", &string(&journal.entity.name, &mut notes));
    // Amounts have all decimals of their currency, so that what beancount itself infers is half of a minor unit, which
    // is no unit; without decimals it infers nothing, and this says 0.
    option(&mut out, "inferred_tolerance_default", "\"*:0\"");
    for unit in &journal.units {
        option(&mut out, "operating_currency", &format!("\"{}\"", unit.code));
    }
    out.push('\n');
    let names: BTreeMap<&str, String> =
        accounts(journal).into_iter().map(|(number, account)| (number, account_name(account))).collect();
    open(journal, &names, &mut out, &mut notes);
    let mut vouchers: Vec<&Voucher> = journal.vouchers.iter().collect();
    vouchers.sort_by_key(|voucher| (voucher.dated, &voucher.of.currency, &voucher.id));
    for voucher in vouchers {
        let exponent = exponents.get(voucher.of.currency.as_str()).copied().unwrap_or(0);
        let payee = string(&voucher.of.provider, &mut notes);
        let text = format!("\"{}\"", title_in(voucher, LETTERS, &mut notes));
        let date = voucher.dated.format("%Y-%m-%d");
        out.push_str(&format!("\n{date} * {payee} {text} ^{}\n", voucher.id));
        for (key, value) in hledger::tags(voucher) {
            out.push_str(&format!("  {key}: {}\n", string(&value, &mut notes)));
        }
        for posting in &voucher.postings {
            if let Some(name) = names.get(posting.account.as_str()) {
                write_posting(posting, name, &voucher.of.currency, exponent, &mut out, &mut notes);
            }
        }
    }
    JournalFile { name: FILE.to_owned(), bytes: out.into_bytes(), notes: notes.into_list() }
}

fn option(out: &mut String, name: &str, value: &str) {
    out.push_str(&format!("option \"{name}\" {value}\n"));
}

/// Opens each account on the first day on which it is named, for the currencies that it has.
fn open(journal: &Journal, names: &BTreeMap<&str, String>, out: &mut String, notes: &mut Notes) {
    let mut uses: BTreeMap<&str, (NaiveDate, BTreeSet<&str>)> = BTreeMap::new();
    for voucher in &journal.vouchers {
        for posting in &voucher.postings {
            let (first, currencies) = uses.entry(&posting.account).or_insert_with(|| (voucher.dated, BTreeSet::new()));
            *first = (*first).min(voucher.dated);
            currencies.insert(&voucher.of.currency);
        }
    }
    for (number, account) in accounts(journal) {
        let (Some((first, currencies)), Some(name)) = (uses.get(number), names.get(number)) else {
            continue;
        };
        let currencies: Vec<&str> = currencies.iter().copied().collect();
        out.push_str(&format!("{} open {name} {}\n", first.format("%Y-%m-%d"), currencies.join(",")));
        out.push_str(&format!("  name: {}\n", string(&account.name, notes)));
    }
}

/// An account as beancount names it: `Assets:1580-Clearing`. The number makes it unique.
fn account_name(account: &Account) -> String {
    let spelled = COMPONENT.spell(&account.name);
    let words: Vec<&str> = spelled.split(['-', ' ']).filter(|word| !word.is_empty()).collect();
    let class = class(account.class);
    let (first, rest) = class.split_at(1);
    let name = if words.is_empty() { String::new() } else { format!("-{}", words.join("-")) };
    format!("{}{rest}:{}{name}", first.to_uppercase(), account.number)
}

fn string(given: &str, notes: &mut Notes) -> String {
    format!("\"{}\"", LETTERS.noted(given, notes))
}

fn write_posting(posting: &Posting, account: &str, currency: &str, exponent: u32, out: &mut String, notes: &mut Notes) {
    out.push_str(&format!("  {account}  {} {currency}\n", major(posting.amount_minor, exponent)));
    if !posting.text.trim().is_empty() {
        out.push_str(&format!("    text: {}\n", string(&posting.text, notes)));
    }
    for (number, code) in &posting.dimensions {
        out.push_str(&format!("    dimension-{number}: {}\n", string(code, notes)));
    }
}
