//! What all readers of journals do: open a voucher, add its postings, close it in balance; and the small forms that all
//! formats write alike.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};

use super::{Line, Proved};
use crate::report::journal::is_number;

/// What is wrong, on which line from 1; 0 is the file as a whole.
pub(super) type Wrong = (u64, String);

/// A journal while it is read.
#[derive(Debug, Default)]
pub(super) struct Book {
    proved: Proved,
    /// Decimals by currency, the same in all amounts.
    decimals: BTreeMap<String, usize>,
    /// Day, name, sum and postings of the voucher that is open.
    open: Option<(NaiveDate, String, i128, u64)>,
    used: BTreeSet<String>,
}

impl Book {
    /// Opens a voucher; the one before must be closed.
    pub fn begin(&mut self, dated: NaiveDate, name: &str) -> Result<(), String> {
        if self.open.is_some() {
            return Err("a voucher begins inside of another".to_owned());
        }
        self.open = Some((dated, name.to_owned(), 0, 0));
        Ok(())
    }

    /// Says how many decimals the amounts of a currency have.
    pub fn declare(&mut self, currency: &str, decimals: usize) -> Result<(), String> {
        match self.decimals.insert(currency.to_owned(), decimals) {
            Some(other) if other != decimals => Err(format!(
                "an amount in {currency} has {decimals} decimals, and others have {other}: all have those of the currency"
            )),
            _ => Ok(()),
        }
    }

    /// Adds a posting to the open voucher and gives its amount, minor units.
    pub fn post(&mut self, account: &str, amount: &str, currency: &str) -> Result<i128, String> {
        let Some((dated, voucher, sum, postings)) = self.open.as_mut() else {
            return Err("a posting stands outside of a voucher".to_owned());
        };
        if !is_number(account) {
            return Err(format!("the account {account:?} is not a number"));
        }
        let Some((amount_minor, decimals)) = minor(amount) else {
            return Err(format!("the amount {amount:?} is not digits with a point and a minus at most, and not 0"));
        };
        *sum = sum.checked_add(amount_minor).ok_or("the sum of a voucher is beyond all numbers")?;
        *postings = postings.saturating_add(1);
        let line = Line {
            dated: *dated,
            voucher: voucher.clone(),
            account: account.to_owned(),
            amount_minor,
            currency: currency.to_owned(),
        };
        self.proved.lines.push(line);
        self.used.insert(account.to_owned());
        let of_account = self.proved.sums_by_account.entry((account.to_owned(), currency.to_owned())).or_default();
        *of_account = of_account.checked_add(amount_minor).ok_or("the sum of an account is beyond all numbers")?;
        self.declare(currency, decimals)?;
        Ok(amount_minor)
    }

    /// Closes the open voucher.
    pub fn end(&mut self) -> Result<(), String> {
        let Some((_, name, sum, postings)) = self.open.take() else {
            return Err("a voucher ends that has not begun".to_owned());
        };
        if postings == 0 {
            return Err(format!("the voucher {name:?} has no posting"));
        }
        if sum != 0 {
            return Err(format!("the voucher {name:?} does not balance: its postings sum to {sum} minor units"));
        }
        self.proved.vouchers = self.proved.vouchers.saturating_add(1);
        Ok(())
    }

    /// A voucher is open.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The journal is at its end: a voucher at least, and each account that it declares has a posting.
    pub fn finish<'a>(self, declared: impl IntoIterator<Item = &'a str>) -> Result<Proved, Wrong> {
        if let Some((_, name, ..)) = self.open {
            return Err((0, format!("the file ends inside of the voucher {name:?}")));
        }
        if self.proved.vouchers == 0 {
            return Err((0, "the file has no voucher".to_owned()));
        }
        if let Some(account) = declared.into_iter().find(|account| !self.used.contains(*account)) {
            return Err((0, format!("the account {account} is declared, and nothing is posted on it")));
        }
        Ok(self.proved)
    }
}

/// An amount as the writers write it, in minor units, and its decimals. `None` for any other form, and for 0.
pub(super) fn minor(text: &str) -> Option<(i128, usize)> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || fraction.is_some_and(|fraction| !all_digits(fraction)) {
        return None;
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    let fraction = fraction.unwrap_or("");
    let sign = if digits.len() == text.len() { "" } else { "-" };
    let amount: i128 = format!("{sign}{whole}{fraction}").parse().ok()?;
    (amount != 0).then_some((amount, fraction.len()))
}

/// A date in digits that are parted by `apart`: `20261031` or `2026-10-31`.
pub(super) fn date(text: &str, apart: &str) -> Result<NaiveDate, String> {
    let form = format!("%Y{apart}%m{apart}%d");
    NaiveDate::parse_from_str(text, &form)
        .ok()
        .filter(|date| date.format(&form).to_string() == text && (1900..=9999).contains(&date.year()))
        .ok_or_else(|| format!("{text:?} is not a date"))
}

/// A text has only characters of its format, single spaces, and none at its ends.
pub(super) fn check_text(text: &str, takes: impl Fn(char) -> bool) -> Result<(), String> {
    if let Some(letter) = text.chars().find(|letter| *letter != ' ' && !takes(*letter)) {
        return Err(format!("the text {text:?} has the character {letter:?}, which has no place in this format"));
    }
    if text.starts_with(' ') || text.ends_with(' ') || text.contains("  ") {
        return Err(format!("the text {text:?} has spaces at its ends, or two together"));
    }
    Ok(())
}

/// The lines of a UTF-8 file whose lines end in `\n`, with their numbers.
pub(super) fn utf8_lines(bytes: &[u8]) -> Result<Vec<(u64, &str)>, Wrong> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes.get(..error.valid_up_to()).unwrap_or(&[]).split(|byte| *byte == b'\n').count();
        (u64::try_from(line).unwrap_or(0), "the file is not UTF-8".to_owned())
    })?;
    let Some(text) = text.strip_suffix('\n') else {
        return Err((0, "the file does not end with a line end".to_owned()));
    };
    Ok((1..).zip(text.split('\n')).collect())
}
