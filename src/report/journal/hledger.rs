//! One journal that hledger (`check --strict`) and ledger (`--strict --pedantic`) both accept: what both want declared is
//! declared, in the words that both know.
//!
//! Both find meaning in the text of comments and descriptions (`key: value`, `[date]`, `;`, `|`, `(code)`, two spaces), so
//! texts keep letters, digits and a few harmless signs.

use std::collections::BTreeSet;

use super::letters::{Letters, Notes};
use super::{JournalFile, accounts, class, exponents, major, title_in};
use crate::model::voucher::{Account, Journal, Posting, Voucher};

/// The name of the file.
pub(super) const FILE: &str = "journal.hledger";

/// The tags that vouchers and postings have, besides those of dimensions.
pub(super) const TAGS: [&str; 4] = ["provider", "settlement", "corrects", "copy"];

/// Letters and digits of all languages, which both programs read as UTF-8, and signs that mean nothing in any place.
const LETTERS: Letters = Letters { takes, stand_in: Some('_') };

/// Whether a text may have this character besides the space.
pub(super) fn takes(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | ',' | '/' | '&' | '\'' | '(' | ')' | '+' | '#')
}

/// The journal as a file.
pub(super) fn file(journal: &Journal) -> JournalFile {
    let mut notes = Notes::default();
    let (exponents, accounts) = (exponents(journal), accounts(journal));
    let mut vouchers: Vec<&Voucher> = journal.vouchers.iter().collect();
    vouchers.sort_by_key(|voucher| (voucher.dated, &voucher.of.currency, &voucher.id));
    let described: Vec<(&Voucher, String)> =
        vouchers.iter().map(|voucher| (*voucher, title_in(voucher, LETTERS, &mut notes))).collect();
    let mut out = String::new();
    for given in [&journal.program, &journal.entity.name, &journal.entity.organisation_number] {
        let written = LETTERS.noted(given.trim(), &mut notes);
        if !written.is_empty() {
            out.push_str(&format!("; {written}\n"));
        }
    }
    declare(journal, &described, &mut out, &mut notes);
    for (voucher, text) in &described {
        let exponent = exponents.get(voucher.of.currency.as_str()).copied().unwrap_or(0);
        out.push_str(&format!("\n{} * ({}) {text}\n", voucher.dated.format("%Y-%m-%d"), voucher.id));
        for (key, value) in tags(voucher) {
            out.push_str(&format!("    ; {key}: {}\n", LETTERS.noted(&value, &mut notes)));
        }
        for posting in &voucher.postings {
            if let Some(account) = accounts.get(posting.account.as_str()) {
                write_posting(posting, account, &voucher.of.currency, exponent, &mut out, &mut notes);
            }
        }
    }
    JournalFile { name: FILE.to_owned(), bytes: out.into_bytes(), notes: notes.into_list() }
}

/// What both programs want to know before they meet it.
fn declare(journal: &Journal, described: &[(&Voucher, String)], out: &mut String, notes: &mut Notes) {
    for unit in &journal.units {
        out.push_str(&format!("\ncommodity {}\n", unit.code));
        // Of a currency without decimals ledger accepts no format, and hledger needs none.
        if unit.exponent > 0 {
            let decimals = usize::try_from(unit.exponent).unwrap_or(0);
            out.push_str(&format!("    format 1000.{} {}\n", "0".repeat(decimals), unit.code));
        }
    }
    let dimensions: BTreeSet<u32> = journal.dimensions.iter().map(|dimension| dimension.number).collect();
    out.push('\n');
    TAGS.iter().for_each(|tag| out.push_str(&format!("tag {tag}\n")));
    dimensions.iter().for_each(|number| out.push_str(&format!("tag dimension-{number}\n")));
    out.push('\n');
    for account in accounts(journal).values() {
        out.push_str(&format!("account {}\n", account_name(account, notes)));
    }
    out.push('\n');
    let payees: BTreeSet<&String> = described.iter().map(|(_, text)| text).collect();
    payees.iter().for_each(|text| out.push_str(&format!("payee {text}\n")));
}

/// What is said of a voucher besides its text.
pub(super) fn tags(voucher: &Voucher) -> Vec<(&'static str, String)> {
    let [provider, settlement, corrects, copy] = TAGS;
    let mut tags = vec![(provider, voucher.of.provider.clone()), (settlement, voucher.of.settlement_id.clone())];
    tags.extend(voucher.corrects.clone().map(|id| (corrects, id)));
    tags.extend(voucher.is_copy.then(|| (copy, "yes".to_owned())));
    tags.retain(|(_, value)| !LETTERS.spell(value).is_empty());
    tags
}

fn account_name(account: &Account, notes: &mut Notes) -> String {
    let name = LETTERS.noted(&account.name, notes);
    format!("{}:{} {name}", class(account.class), account.number).trim_end().to_owned()
}

fn write_posting(
    posting: &Posting,
    account: &Account,
    currency: &str,
    exponent: u32,
    out: &mut String,
    notes: &mut Notes,
) {
    let amount = major(posting.amount_minor, exponent);
    out.push_str(&format!("    {}  {amount} {currency}\n", account_name(account, notes)));
    let text = LETTERS.noted(&posting.text, notes);
    if !text.is_empty() {
        out.push_str(&format!("    ; {text}\n"));
    }
    for (number, code) in &posting.dimensions {
        let code = LETTERS.noted(code, notes);
        if !code.is_empty() {
            out.push_str(&format!("    ; dimension-{number}: {code}\n"));
        }
    }
}
