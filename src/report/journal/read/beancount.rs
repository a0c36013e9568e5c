//! The beancount ledger, line by line.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::Proved;
use super::book::{Book, Wrong, check_text, date, utf8_lines};
use crate::report::journal::beancount::takes;
use crate::report::journal::hledger::TAGS;
use crate::report::journal::{is_code, is_id, is_number};

/// An account that was opened.
#[derive(Debug)]
struct Opened {
    number: String,
    dated: NaiveDate,
    currencies: BTreeSet<String>,
    /// What was posted: the first day, and the currencies.
    first: Option<NaiveDate>,
    used: BTreeSet<String>,
}

/// What the file has said so far.
#[derive(Debug, Default)]
struct File {
    book: Book,
    /// Which part of the file the last line was of: 0 options, 1 accounts, 2 vouchers.
    part: usize,
    options: Vec<String>,
    currencies: BTreeSet<String>,
    accounts: BTreeMap<String, Opened>,
    ids: BTreeSet<String>,
    /// The day of the open voucher.
    dated: Option<NaiveDate>,
    has_posting: bool,
    /// The line before opened an account, and its name is due.
    name_due: bool,
}

/// Proves the ledger.
pub(super) fn prove(bytes: &[u8]) -> Result<Proved, Wrong> {
    let mut file = File::default();
    let mut last = (0, "");
    for (number, line) in utf8_lines(bytes)? {
        if line.is_empty() && last.1.is_empty() {
            return Err((number, "two lines together are empty, or the first".to_owned()));
        }
        file.line(line).map_err(|problem| (number, problem))?;
        last = (number, line);
    }
    if last.1.is_empty() || file.name_due {
        return Err((last.0, "the last line is empty, or an account has no name".to_owned()));
    }
    if file.book.is_open() {
        file.book.end().map_err(|problem| (last.0, problem))?;
    }
    if file.options != ["title", "inferred_tolerance_default"] {
        return Err((0, "the options are not the title and the tolerance of 0".to_owned()));
    }
    for (name, account) in &file.accounts {
        if account.first != Some(account.dated) || account.used != account.currencies {
            return Err((0, format!("{name} is not opened on its first day for its currencies alone")));
        }
    }
    file.book.finish(file.accounts.values().map(|account| account.number.as_str()))
}

impl File {
    fn line(&mut self, line: &str) -> Result<(), String> {
        if std::mem::take(&mut self.name_due) {
            let name = line.strip_prefix("  name: ").ok_or("an account has no name")?;
            return string(name).map(drop);
        }
        if line.is_empty() {
            return if self.book.is_open() { self.book.end() } else { Ok(()) };
        }
        if let Some(inside) = line.strip_prefix("    ").filter(|_| self.has_posting) {
            let (key, value) = inside.split_once(": ").ok_or("a posting has a line that is no key and text")?;
            if key != "text" && !key.strip_prefix("dimension-").is_some_and(is_number) {
                return Err(format!("{key:?} is no key of a posting"));
            }
            return string(value).map(drop);
        }
        if let Some(inside) = line.strip_prefix("  ") {
            return self.inside(inside);
        }
        if self.book.is_open() {
            return Err("a voucher does not end with an empty line".to_owned());
        }
        let (word, rest) = line.split_once(' ').ok_or_else(|| format!("{line:?} is no directive"))?;
        let opened = rest.strip_prefix("open ");
        let part = if word == "option" { 0 } else { if opened.is_some() { 1 } else { 2 } };
        if part < self.part {
            return Err(format!("{line:?} stands too late"));
        }
        self.part = part;
        match (word, opened) {
            ("option", _) => self.option(rest),
            (day, Some(account)) => self.open(date(day, "-")?, account),
            (day, None) => self.voucher(date(day, "-")?, rest),
        }
    }

    fn option(&mut self, rest: &str) -> Result<(), String> {
        let (name, value) = rest.split_once(' ').ok_or("an option has no value")?;
        match (string(name)?, string(value)?) {
            ("operating_currency", code) if is_code(code) && self.currencies.insert(code.to_owned()) => return Ok(()),
            ("inferred_tolerance_default", "*:0") | ("title", _) => {}
            _ => return Err(format!("the option {name} is not as it should be")),
        }
        self.options.push(string(name)?.to_owned());
        Ok(())
    }

    fn open(&mut self, dated: NaiveDate, rest: &str) -> Result<(), String> {
        let (name, currencies) = rest.split_once(' ').ok_or("an account is opened without a currency")?;
        let number = account_number(name)?;
        if self.accounts.values().any(|account| account.number == number) {
            return Err(format!("the account {number} is opened twice"));
        }
        let list: Vec<&str> = currencies.split(',').collect();
        let currencies: BTreeSet<String> = list.iter().map(|code| (*code).to_owned()).collect();
        if currencies.len() != list.len() || !currencies.is_subset(&self.currencies) {
            return Err(format!("{name} is opened for a currency that is not declared, or twice for one"));
        }
        let opened = Opened { number: number.to_owned(), dated, currencies, first: None, used: BTreeSet::new() };
        self.accounts.insert(name.to_owned(), opened);
        self.name_due = true;
        Ok(())
    }

    fn voucher(&mut self, dated: NaiveDate, rest: &str) -> Result<(), String> {
        let inside = rest.strip_prefix("* ").and_then(|rest| rest.rsplit_once(" ^"));
        let texts = inside.and_then(|(texts, id)| Some((texts.split_once("\" \"")?, id)));
        let Some(((payee, text), id)) = texts.filter(|(_, id)| is_id(id)) else {
            return Err("a voucher does not begin with a day, *, two texts and an id".to_owned());
        };
        string(&format!("{payee}\""))?;
        if string(&format!("\"{text}"))?.is_empty() {
            return Err("a voucher has no text".to_owned());
        }
        if !self.ids.insert(id.to_owned()) {
            return Err(format!("the voucher {id} stands there twice"));
        }
        (self.dated, self.has_posting) = (Some(dated), false);
        self.book.begin(dated, id)
    }

    /// A line of a voucher.
    fn inside(&mut self, line: &str) -> Result<(), String> {
        let Some(dated) = self.dated.filter(|_| self.book.is_open()) else {
            return Err("a line is indented, and no voucher is open".to_owned());
        };
        if let Some((key, value)) = line.split_once(": ").filter(|(key, _)| TAGS.contains(key)) {
            return if self.has_posting { Err(format!("{key} stands too late")) } else { string(value).map(drop) };
        }
        let posting = line.split_once("  ").and_then(|(account, amount)| Some((account, amount.split_once(' ')?)));
        let Some((name, (amount, currency))) = posting else {
            return Err("a posting is not an account, two spaces, an amount and a currency".to_owned());
        };
        let Some(account) = self.accounts.get_mut(name) else {
            return Err(format!("the account {name:?} is not opened"));
        };
        if !account.currencies.contains(currency) {
            return Err(format!("{name} is not opened for {currency}"));
        }
        account.first = Some(account.first.map_or(dated, |first| first.min(dated)));
        account.used.insert(currency.to_owned());
        self.has_posting = true;
        self.book.post(&account.number, amount, currency).map(drop)
    }
}

/// The text of a string in quotes.
fn string(text: &str) -> Result<&str, String> {
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let inside = inside.ok_or_else(|| format!("{text:?} is not a text in quotes"))?;
    check_text(inside, takes).map(|()| inside)
}

/// The number in the name of an account, such as `Assets:1580-Clearing`.
fn account_number(name: &str) -> Result<&str, String> {
    let wrong = || format!("{name:?} is not the name of an account");
    let (class, rest) = name.split_once(':').ok_or_else(wrong)?;
    let is_component = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let number = rest.split('-').next().unwrap_or("");
    if ["Assets", "Liabilities", "Income", "Expenses"].contains(&class) && is_number(number) && is_component(rest) {
        Ok(number)
    } else {
        Err(wrong())
    }
}
