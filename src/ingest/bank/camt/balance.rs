//! Balances of a statement, and which of them are the first and the last.

use chrono::NaiveDate;

use super::{HELP_BANK, Leaf};
use crate::ingest::bank::BankWays;
use crate::ingest::bank::collect::amount;
use crate::ingest::xml::{Place, XmlError};
use crate::model::bank::Balance;

/// A balance while it is read.
#[derive(Debug)]
pub struct BalanceDraft {
    place: Place,
    code: String,
    currency: String,
    amount: String,
    direction: Option<bool>,
    day: String,
}

impl BalanceDraft {
    pub fn new(place: Place) -> Self {
        let (code, currency, amount, day) = <(String, String, String, String)>::default();
        Self { place, code, currency, amount, direction: None, day }
    }

    /// A leaf inside `Bal`.
    pub fn leaf(&mut self, path: &str, leaf: Leaf<'_>) -> Result<(), XmlError> {
        match path {
            "/Tp/CdOrPrtry/Cd" => self.code = leaf.text.to_owned(),
            "/Amt" => (self.amount, self.currency) = (leaf.text.to_owned(), leaf.currency.to_owned()),
            "/CdtDbtInd" => self.direction = Some(is_credit(leaf)?),
            "/Dt/Dt" | "/Dt/DtTm" => self.day = leaf.text.to_owned(),
            _ => {}
        }
        Ok(())
    }

    /// The code, currency and value of a balance that opens or closes; `None` for others.
    pub fn finish(self, ways: &BankWays<'_>) -> Result<Option<(Code, String, Balance)>, XmlError> {
        let code = match self.code.as_str() {
            "OPBD" => Code::Opening,
            "PRCD" => Code::Previous,
            "CLBD" => Code::Closing,
            "ITBD" => Code::Interim,
            _ => return Ok(None),
        };
        let amount_minor = minor(&self.amount, &self.currency, ways, self.place)?;
        let Some(is_credit) = self.direction else {
            return Err(self.place.error("a balance without CdtDbtInd", HELP_BANK));
        };
        let amount_minor = if is_credit { amount_minor } else { -amount_minor };
        let on = day(&self.day, self.place)?;
        Ok(Some((code, self.currency, Balance { amount_minor, on })))
    }
}

/// What a balance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// `OPBD`: booked, before the first entry.
    Opening,
    /// `PRCD`: booked, at the end of the statement before.
    Previous,
    /// `CLBD`: booked, after the last entry.
    Closing,
    /// `ITBD`: booked, between pages.
    Interim,
}

/// The booked balances of a page.
#[derive(Debug, Default)]
pub struct Balances {
    opening: Option<Balance>,
    previous: Option<Balance>,
    closing: Option<Balance>,
    interim: Vec<Balance>,
}

impl Balances {
    /// Takes a balance.
    ///
    /// # Errors
    /// The page states it twice, with different amounts.
    pub fn take(&mut self, code: Code, balance: Balance, place: Place) -> Result<(), XmlError> {
        let slot = match code {
            Code::Opening => &mut self.opening,
            Code::Previous => &mut self.previous,
            Code::Closing => &mut self.closing,
            Code::Interim => {
                // More than two say as little as two.
                if self.interim.len() < 3 && !self.interim.contains(&balance) {
                    self.interim.push(balance);
                }
                return Ok(());
            }
        };
        match slot.replace(balance) {
            Some(other) if other.amount_minor != balance.amount_minor => {
                Err(place.error("states a balance twice, with different amounts", HELP_BANK))
            }
            _ => Ok(()),
        }
    }

    /// Whether the page says that a statement begins here, and that one ends.
    pub fn ends(&self) -> (bool, bool) {
        (self.opening.or(self.previous).is_some(), self.closing.is_some())
    }

    /// The balances before the first entry and after the last. An interim balance stands for the one that is missing
    /// where it can only be that.
    pub fn outer(&self) -> (Option<Balance>, Option<Balance>) {
        let (opening, closing) = (self.opening.or(self.previous), self.closing);
        match (opening, closing, self.interim.as_slice()) {
            (None, Some(_), [interim]) => (Some(*interim), closing),
            (Some(_), None, [interim]) => (opening, Some(*interim)),
            _ => (opening, closing),
        }
    }
}

/// Whether `CdtDbtInd` says credit.
pub fn is_credit(leaf: Leaf<'_>) -> Result<bool, XmlError> {
    match leaf.text {
        "CRDT" => Ok(true),
        "DBIT" => Ok(false),
        _ => Err(leaf.place.error("CdtDbtInd is neither CRDT nor DBIT", HELP_BANK)),
    }
}

/// Whether a flag is set.
pub fn is_true(leaf: Leaf<'_>) -> Result<bool, XmlError> {
    match leaf.text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(leaf.place.error("RvslInd is neither true nor false", HELP_BANK)),
    }
}

/// An amount in minor units of its currency.
pub fn minor(text: &str, code: &str, ways: &BankWays<'_>, place: Place) -> Result<i64, XmlError> {
    if code.is_empty() {
        return Err(place.error("an amount without its currency (Ccy)", HELP_BANK));
    }
    let Some(currency) = ways.currencies.find(code.as_bytes()) else {
        let problem = format!("an amount in the currency {:?}, which is not an active ISO 4217 code", short(code));
        return Err(place.error(problem, "if it is right, add it with its decimals in [currencies]"));
    };
    amount(text, ways.currencies.exponent(currency)).map_err(|reason| {
        place.error(format!("the amount {:?} {code} cannot be read: {reason}", short(text)), HELP_BANK)
    })
}

/// The day of a date or time as written: where it is is the bank's affair.
pub fn day(text: &str, place: Place) -> Result<NaiveDate, XmlError> {
    let (date, rest) = text.split_at_checked(10).unwrap_or((text, ""));
    let is_date = date.len() == 10
        && date
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    let goes_on = rest.is_empty() || rest.starts_with(['T', 'Z', '+', '-']);
    let day = if is_date && goes_on { NaiveDate::parse_from_str(date, "%Y-%m-%d").ok() } else { None };
    day.ok_or_else(|| place.error(format!("{:?} is no day: a day is YYYY-MM-DD", short(text)), HELP_BANK))
}

/// The beginning of a value, for a message.
pub fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
