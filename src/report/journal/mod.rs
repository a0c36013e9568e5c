//! A [`Journal`] as files that accounting systems import, one module a format, and the proof of such a file from its bytes
//! alone ([`read`]).
//!
//! A writer is pure: the same journal gives the same bytes, and no clock, no folder and no setting is asked. Every text of
//! a journal may come from a file that somebody else wrote, so each format says which characters it takes
//! (`letters`); what has to be written otherwise is listed in [`JournalFile::notes`]. Amounts are never rounded: a format
//! that has too few decimals for a currency refuses the journal.

mod beancount;
mod cp437;
mod gbat10;
mod hledger;
mod letters;
pub mod read;
mod sie;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use self::letters::{Letters, Notes};
use crate::model::voucher::{Account, AccountClass, Journal, Posting, Unit, Voucher};

/// A form of journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JournalFormat {
    /// SIE type 4I: vouchers for a Swedish accounting system, one file a currency.
    Sie,
    /// One journal that hledger and ledger both read, strictly.
    Hledger,
    /// One beancount ledger.
    Beancount,
    /// The import of vouchers that Norwegian accounting systems share, one file a currency.
    Gbat10,
}

impl JournalFormat {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 4] = [Self::Sie, Self::Hledger, Self::Beancount, Self::Gbat10];

    /// The word for `--reports`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sie => "sie",
            Self::Hledger => "hledger",
            Self::Beancount => "beancount",
            Self::Gbat10 => "gbat10",
        }
    }

    /// The format with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format of a file with this name; `None` where it is no journal of ours.
    #[must_use]
    pub fn of_file(name: &str) -> Option<Self> {
        match name {
            hledger::FILE => Some(Self::Hledger),
            beancount::FILE => Some(Self::Beancount),
            _ if sie::currency_of(name).is_some() => Some(Self::Sie),
            _ if gbat10::currency_of(name).is_some() => Some(Self::Gbat10),
            _ => None,
        }
    }
}

/// A file of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalFile {
    /// Its name, without a folder.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Texts that the format cannot hold as they are, and what was written; sorted, each once.
    pub notes: Vec<String>,
}

/// The files of a journal in a format; none where the journal has no voucher.
///
/// # Errors
/// What the format cannot hold without a loss, or a journal that is not whole: vouchers that do not balance, names of
/// nothing. Nothing may be imported then. The text says what is wrong and what to do.
pub fn files(journal: &Journal, format: JournalFormat) -> Result<Vec<JournalFile>, String> {
    whole(journal)?;
    if journal.vouchers.is_empty() {
        return Ok(Vec::new());
    }
    match format {
        JournalFormat::Sie => sie::files(journal),
        JournalFormat::Hledger => Ok(vec![hledger::file(journal)]),
        JournalFormat::Beancount => Ok(vec![beancount::file(journal)]),
        JournalFormat::Gbat10 => gbat10::files(journal),
    }
}

/// The most digits that the number of an account has.
const NUMBER_LENGTH_MAX: usize = 20;
/// The most decimals of a currency.
const EXPONENT_MAX: u32 = 9;
/// The longest id of a voucher, in characters.
const ID_LENGTH_MAX: usize = 100;

/// A journal may be written at all: it balances, and it names nothing that it does not declare.
fn whole(journal: &Journal) -> Result<(), String> {
    let units: BTreeSet<&str> = journal.units.iter().map(|unit| unit.code.as_str()).collect();
    let accounts: BTreeSet<&str> = journal.accounts.iter().map(|account| account.number.as_str()).collect();
    if let Some(unit) = journal.units.iter().find(|unit| !is_code(&unit.code)) {
        return Err(format!("the currency {:?} is not three capital letters: no journal names it so", unit.code));
    }
    if let Some(unit) = journal.units.iter().find(|unit| unit.exponent > EXPONENT_MAX) {
        return Err(format!("{} has {} decimals, more than {EXPONENT_MAX}", unit.code, unit.exponent));
    }
    if let Some(account) = journal.accounts.iter().find(|account| !is_number(&account.number)) {
        return Err(format!(
            "the account {:?} is not a number of 1 to {NUMBER_LENGTH_MAX} digits: correct it in [accounts]",
            account.number
        ));
    }
    if accounts.len() != journal.accounts.len() || units.len() != journal.units.len() {
        return Err("the journal declares an account or a currency twice".to_owned());
    }
    let dimensions: BTreeSet<u32> = journal.dimensions.iter().map(|dimension| dimension.number).collect();
    if dimensions.len() != journal.dimensions.len() {
        return Err("the journal declares a dimension twice".to_owned());
    }
    let objects: BTreeSet<(u32, &str)> = journal
        .dimensions
        .iter()
        .flat_map(|dimension| dimension.objects.iter().map(|(code, _)| (dimension.number, code.as_str())))
        .collect();
    let mut ids = BTreeSet::new();
    for voucher in &journal.vouchers {
        let wrong = |what: String| Err(format!("the voucher {:?} {what}", voucher.id));
        if !is_id(&voucher.id) {
            return wrong(format!("has an id that is not 1 to {ID_LENGTH_MAX} letters, digits and -"));
        }
        if !ids.insert(&voucher.id) {
            return wrong("stands in the journal twice".to_owned());
        }
        if !units.contains(voucher.of.currency.as_str()) {
            return wrong(format!("is in {:?}, which the journal does not declare", voucher.of.currency));
        }
        if voucher.corrects.as_ref().is_some_and(|id| !is_id(id)) {
            return wrong("corrects an id that is none".to_owned());
        }
        if !(1900..=9999).contains(&chrono::Datelike::year(&voucher.dated)) {
            return wrong(format!("is dated {}, outside of the years 1900 to 9999", voucher.dated));
        }
        let sum = voucher.postings.iter().try_fold(0_i128, |sum, posting| sum.checked_add(posting.amount_minor));
        if voucher.postings.is_empty() || sum != Some(0) {
            return wrong("does not balance, or has no posting".to_owned());
        }
        for posting in &voucher.postings {
            if posting.amount_minor == 0 {
                return wrong(format!("has a posting of 0 on {}", posting.account));
            }
            if !accounts.contains(posting.account.as_str()) {
                return wrong(format!("names the account {:?}, which the journal does not declare", posting.account));
            }
            let twice = |(index, (number, _)): (usize, &(u32, String))| {
                posting.dimensions.iter().take(index).any(|(other, _)| other == number)
            };
            if posting.dimensions.iter().enumerate().any(twice) {
                return wrong("has a posting with two objects of one dimension".to_owned());
            }
            let unknown = posting.dimensions.iter().find(|(number, code)| !objects.contains(&(*number, code)));
            if let Some((number, code)) = unknown {
                return wrong(format!("names {code:?} of dimension {number}, which the journal does not declare"));
            }
        }
    }
    Ok(())
}

fn is_code(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_number(number: &str) -> bool {
    (1..=NUMBER_LENGTH_MAX).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_id(id: &str) -> bool {
    (1..=ID_LENGTH_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// An amount as all formats write it: `-1234.50`, with all decimals of its currency and no grouping.
fn major(amount_minor: i128, exponent: u32) -> String {
    let decimals = usize::try_from(exponent).unwrap_or(usize::MAX);
    let digits = amount_minor.unsigned_abs().to_string();
    let padded = format!("{digits:0>width$}", width = decimals.saturating_add(1));
    let (whole, fraction) = padded.split_at(padded.len().saturating_sub(decimals));
    let sign = if amount_minor < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// What a voucher is called: its text, which says where it is a copy.
fn title(voucher: &Voucher) -> String {
    let text = if voucher.text.trim().is_empty() { &voucher.id } else { &voucher.text };
    if voucher.is_copy { format!("COPY {text}") } else { text.clone() }
}

/// What a voucher is called in the letters of a format; its id where nothing of the text can be written.
fn title_in(voucher: &Voucher, letters: Letters, notes: &mut Notes) -> String {
    let text = letters.noted(&title(voucher), notes);
    if text.is_empty() { voucher.id.clone() } else { text }
}

/// The accounts that vouchers name, by number.
fn accounts(journal: &Journal) -> BTreeMap<&str, &Account> {
    let postings = journal.vouchers.iter().flat_map(|voucher| &voucher.postings);
    let named: BTreeSet<&str> = postings.map(|posting| posting.account.as_str()).collect();
    let accounts = journal.accounts.iter().map(|account| (account.number.as_str(), account));
    accounts.filter(|(number, _)| named.contains(number)).collect()
}

/// The name of a class as hledger and beancount spell its top level, in small letters.
fn class(class: AccountClass) -> &'static str {
    match class {
        AccountClass::Asset => "assets",
        AccountClass::Liability => "liabilities",
        AccountClass::Income => "income",
        AccountClass::Expense => "expenses",
    }
}

/// The vouchers of one currency, and what of the journal they name.
struct Part<'a> {
    unit: &'a Unit,
    vouchers: Vec<&'a Voucher>,
    accounts: Vec<&'a Account>,
    /// The objects by dimension and code.
    objects: BTreeSet<(u32, &'a str)>,
}

/// A journal by currency, in the order of its units; a currency without a voucher is left out.
fn parts(journal: &Journal) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for unit in &journal.units {
        let vouchers: Vec<&Voucher> =
            journal.vouchers.iter().filter(|voucher| voucher.of.currency == unit.code).collect();
        let postings: Vec<&Posting> = vouchers.iter().flat_map(|voucher| &voucher.postings).collect();
        let named: BTreeSet<&str> = postings.iter().map(|posting| posting.account.as_str()).collect();
        let mut accounts: Vec<&Account> =
            journal.accounts.iter().filter(|account| named.contains(account.number.as_str())).collect();
        accounts.sort_by_key(|account| &account.number);
        let objects = postings.iter().flat_map(|posting| &posting.dimensions);
        let objects = objects.map(|(number, code)| (*number, code.as_str())).collect();
        if !vouchers.is_empty() {
            parts.push(Part { unit, vouchers, accounts, objects });
        }
    }
    parts
}

/// Decimals by currency.
fn exponents(journal: &Journal) -> BTreeMap<&str, u32> {
    journal.units.iter().map(|unit| (unit.code.as_str(), unit.exponent)).collect()
}

/// Refuses a currency with more decimals than the amounts of a format have.
fn two_decimals(part: &Part<'_>, format: &str) -> Result<(), String> {
    let Unit { code, exponent } = part.unit;
    if *exponent > 2 {
        return Err(format!(
            "{format} has amounts of at most 2 decimals, and {code} has {exponent}: take its vouchers from hledger or \
             beancount (--reports), and leave {format} out"
        ));
    }
    Ok(())
}
