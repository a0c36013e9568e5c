//! The journal for hledger and ledger, line by line: what it declares, in what order, and nothing that either program would
//! take for more than it is.

use std::collections::{BTreeMap, BTreeSet};

use super::Proved;
use super::book::{Book, Wrong, check_text, date, utf8_lines};
use crate::report::journal::hledger::{TAGS, takes};
use crate::report::journal::{is_code, is_id, is_number};

/// What the file has declared so far.
#[derive(Debug, Default)]
struct File {
    book: Book,
    /// Which part of the file the last line was of: comments, commodities, tags, accounts, payees, vouchers.
    part: usize,
    commodities: BTreeMap<String, usize>,
    /// The commodity of the line before, whose format may follow.
    commodity: Option<String>,
    tags: BTreeSet<String>,
    /// Numbers of accounts by their whole names.
    accounts: BTreeMap<String, String>,
    payees: BTreeSet<String>,
    ids: BTreeSet<String>,
    /// A posting of the open voucher was read.
    has_posting: bool,
}

/// Proves the journal.
pub(super) fn prove(bytes: &[u8]) -> Result<Proved, Wrong> {
    let mut file = File::default();
    let mut last = (0, "");
    for (number, line) in utf8_lines(bytes)? {
        if line.is_empty() && (last.1.is_empty() && last.0 > 0) {
            return Err((number, "two lines together are empty".to_owned()));
        }
        file.line(line).map_err(|problem| (number, problem))?;
        last = (number, line);
    }
    if last.1.is_empty() {
        return Err((last.0, "the last line is empty".to_owned()));
    }
    if file.book.is_open() {
        file.book.end().map_err(|problem| (last.0, problem))?;
    }
    file.book.finish(file.accounts.values().map(String::as_str))
}

impl File {
    fn line(&mut self, line: &str) -> Result<(), String> {
        let commodity = self.commodity.take();
        if line.is_empty() {
            return if self.book.is_open() { self.book.end() } else { Ok(()) };
        }
        if let Some(inside) = line.strip_prefix("    ") {
            if let (Some(code), Some(form)) = (commodity, inside.strip_prefix("format 1000.")) {
                let decimals = form.bytes().take_while(|byte| *byte == b'0').count();
                if decimals == 0 || form != format!("{} {code}", "0".repeat(decimals)) {
                    return Err(format!("{inside:?} is not the format of {code}"));
                }
                self.commodities.insert(code.clone(), decimals);
                return self.book.declare(&code, decimals);
            }
            return self.inside(inside);
        }
        if self.book.is_open() {
            return Err("a voucher does not end with an empty line".to_owned());
        }
        let (word, rest) = line.split_once(' ').ok_or_else(|| format!("{line:?} is no directive"))?;
        let part = ["commodity", "tag", "account", "payee"].iter().position(|known| *known == word);
        let part = part.map_or(if word == ";" { 0 } else { 5 }, |part| part.saturating_add(1));
        if part < self.part {
            return Err(format!("{word} stands too late"));
        }
        self.part = part;
        match word {
            ";" => check_text(rest, takes),
            "commodity" => {
                self.commodity = Some(rest.to_owned());
                once(is_code(rest) && self.commodities.insert(rest.to_owned(), 0).is_none(), line)
            }
            "tag" => once(is_tag(rest) && self.tags.insert(rest.to_owned()), line),
            "account" => {
                let number = account_number(rest)?;
                once(self.accounts.values().all(|other| other != number), line)?;
                self.accounts.insert(rest.to_owned(), number.to_owned());
                Ok(())
            }
            "payee" => {
                check_text(rest, takes)?;
                once(!rest.is_empty() && self.payees.insert(rest.to_owned()), line)
            }
            _ => self.voucher(word, rest),
        }
    }

    fn voucher(&mut self, day: &str, rest: &str) -> Result<(), String> {
        let inside = rest.strip_prefix("* (").and_then(|rest| rest.split_once(") "));
        let Some((id, text)) = inside.filter(|(id, _)| is_id(id)) else {
            return Err("a voucher does not begin with a day, *, an id in parentheses and a text".to_owned());
        };
        if !self.payees.contains(text) {
            return Err(format!("the payee {text:?} is not declared"));
        }
        once(self.ids.insert(id.to_owned()), id)?;
        self.has_posting = false;
        self.book.begin(date(day, "-")?, id)
    }

    /// A line of a voucher.
    fn inside(&mut self, line: &str) -> Result<(), String> {
        if !self.book.is_open() {
            return Err("a line is indented, and no voucher is open".to_owned());
        }
        if let Some(comment) = line.strip_prefix("; ") {
            let Some((tag, value)) = comment.split_once(": ") else {
                return if self.has_posting {
                    check_text(comment, takes)
                } else {
                    Err("a voucher has a comment of its own".to_owned())
                };
            };
            if !self.tags.contains(tag) || TAGS.contains(&tag) == self.has_posting {
                return Err(format!("the tag {tag:?} is not declared, or not for this place"));
            }
            return check_text(value, takes);
        }
        let posting = line.split_once("  ").and_then(|(account, amount)| Some((account, amount.split_once(' ')?)));
        let Some((account, (amount, currency))) = posting else {
            return Err("a posting is not an account, two spaces, an amount and a currency".to_owned());
        };
        let Some(number) = self.accounts.get(account) else {
            return Err(format!("the account {account:?} is not declared"));
        };
        let Some(decimals) = self.commodities.get(currency) else {
            return Err(format!("the commodity {currency:?} is not declared"));
        };
        self.book.declare(currency, *decimals)?;
        self.has_posting = true;
        self.book.post(number, amount, currency).map(drop)
    }
}

fn once(first: bool, what: &str) -> Result<(), String> {
    if first { Ok(()) } else { Err(format!("{what:?} stands there twice, or is not of its form")) }
}

fn is_tag(tag: &str) -> bool {
    TAGS.contains(&tag) || tag.strip_prefix("dimension-").is_some_and(is_number)
}

/// The number in the name of an account, such as `assets:1580 Clearing`.
fn account_number(name: &str) -> Result<&str, String> {
    let wrong = || format!("{name:?} is not the name of an account");
    let (class, rest) = name.split_once(':').ok_or_else(wrong)?;
    let (number, text) = rest.split_once(' ').unwrap_or((rest, ""));
    if !["assets", "liabilities", "income", "expenses"].contains(&class) || !is_number(number) {
        return Err(wrong());
    }
    check_text(text, takes)?;
    Ok(number)
}
