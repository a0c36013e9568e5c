//! Accounting entries before any accounting system's form: vouchers that balance, the accounts and the dimensions that
//! they name.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::payout::SettlementKey;

/// What a voucher books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum VoucherKind {
    /// A settlement, for the first time.
    Settlement,
    /// A settlement again after its provider sent it again with other content: the first voucher taken back, and the new.
    Correction,
    /// What later nights know better of a settlement that was booked: money that came, an item that was found.
    Transfer,
    /// A payout that came to the bank account.
    Receipt,
    /// What was captured and reversed on a day.
    Operations,
}

/// An accounting entry. Its postings sum to 0 ([`Voucher::balanced`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voucher {
    /// Its own id, the same whenever it is written: at most 100 letters, digits and `-`.
    pub id: String,
    /// What it books.
    pub kind: VoucherKind,
    /// The settlement, whose id is empty for [`VoucherKind::Operations`].
    pub of: SettlementKey,
    /// Id of the voucher that it corrects or adds to.
    pub corrects: Option<String>,
    /// The day on which it is booked.
    pub dated: NaiveDate,
    /// What it is, for people; names the settlement. Not cut to any system's length.
    pub text: String,
    /// It was written before, and this is a copy (`avstem journal --settlement`).
    pub is_copy: bool,
    /// Its postings, never empty, none of 0.
    pub postings: Vec<Posting>,
}

/// One line of a voucher.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Posting {
    /// The number of the account.
    pub account: String,
    /// Minor units; a debit is positive, a credit negative.
    pub amount_minor: i128,
    /// What it is, for people.
    pub text: String,
    /// Number of a dimension of [`Journal::dimensions`], and the code of an object of it; sorted.
    pub dimensions: Vec<(u32, String)>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Account {
    /// Its number in the plan of accounts.
    pub number: String,
    /// Its name.
    pub name: String,
    /// What it is, for systems that tell apart.
    pub class: AccountClass,
}

/// What an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AccountClass {
    /// What is owned: bank, receivables, VAT to get back.
    Asset,
    /// What is owed, and what is unexplained.
    Liability,
    /// Income.
    Income,
    /// Costs.
    Expense,
}

/// A dimension, such as cost centres.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Dimension {
    /// Its number, as SIE counts: 1 cost centre, 6 project.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Codes and names of its objects, sorted.
    pub objects: Vec<(String, String)>,
}

/// Who books.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// Name of the company.
    pub name: String,
    /// Its organisation number, as written by its authority; empty where it is not configured.
    pub organisation_number: String,
    /// The plan of accounts, as SIE names it (`BAS2026`); empty where it is another.
    pub plan: String,
    /// Series of vouchers; empty for none.
    pub series: String,
    /// First month of the financial year, 1 to 12.
    pub year_begins: u32,
}

/// A currency with its decimals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unit {
    /// ISO 4217 code.
    pub code: String,
    /// Decimals.
    pub exponent: u32,
}

/// What is to be imported into the books: vouchers, and everything that they name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// Who books.
    pub entity: Entity,
    /// The day of the run.
    pub as_of: NaiveDate,
    /// Name and version of the program.
    pub program: String,
    /// Currencies of the vouchers, sorted.
    pub units: Vec<Unit>,
    /// The accounts that vouchers name, sorted by number, each once.
    pub accounts: Vec<Account>,
    /// The dimensions that postings name, sorted by number.
    pub dimensions: Vec<Dimension>,
    /// The vouchers, sorted by (currency, day, id).
    pub vouchers: Vec<Voucher>,
}

impl Voucher {
    /// Brings the postings into order (debits first, then by account and text), those together that differ in nothing but
    /// the amount, and those of 0 away. `None` where nothing is left.
    ///
    /// # Panics
    /// The postings do not balance: a defect of the program, and nothing may be booked then.
    #[must_use]
    pub fn balanced(mut self) -> Option<Self> {
        self.postings.sort_by(|a, b| (&a.account, &a.text, &a.dimensions).cmp(&(&b.account, &b.text, &b.dimensions)));
        let mut postings: Vec<Posting> = Vec::with_capacity(self.postings.len());
        for posting in self.postings {
            match postings.last_mut() {
                Some(last)
                    if (&last.account, &last.text, &last.dimensions)
                        == (&posting.account, &posting.text, &posting.dimensions) =>
                {
                    super::money::add(&mut last.amount_minor, posting.amount_minor);
                }
                _ => postings.push(posting),
            }
        }
        postings.retain(|posting| posting.amount_minor != 0);
        postings.sort_by_key(|posting| posting.amount_minor < 0);
        let mut sum_minor = 0;
        postings.iter().for_each(|posting| super::money::add(&mut sum_minor, posting.amount_minor));
        assert!(sum_minor == 0, "voucher {} does not balance: its postings sum to {sum_minor}", self.id);
        self.postings = postings;
        (!self.postings.is_empty()).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voucher(postings: &[(&str, i128, &str)]) -> Voucher {
        let key = |text: &str| text.to_owned();
        Voucher {
            id: key("p-R1-SEK"),
            kind: VoucherKind::Settlement,
            of: SettlementKey { provider: key("p"), settlement_id: key("R1"), currency: key("SEK") },
            corrects: None,
            dated: NaiveDate::default(),
            text: key("Settlement R1"),
            is_copy: false,
            postings: postings
                .iter()
                .map(|(account, amount_minor, text)| Posting {
                    account: key(account),
                    amount_minor: *amount_minor,
                    text: key(text),
                    dimensions: Vec::new(),
                })
                .collect(),
        }
    }

    #[test]
    fn postings_are_gathered_and_those_of_nothing_left_out() {
        let given =
            voucher(&[("1580", -100, "a"), ("1930", 60, "b"), ("1580", 40, "a"), ("6570", 7, "c"), ("6570", -7, "c")]);
        assert_eq!(
            given.balanced().map(|voucher| voucher.postings),
            Some(voucher(&[("1930", 60, "b"), ("1580", -60, "a")]).postings)
        );
        assert_eq!(voucher(&[("1580", 1, "a"), ("1580", -1, "a")]).balanced(), None);
    }

    #[test]
    #[should_panic(expected = "voucher p-R1-SEK does not balance: its postings sum to 1")]
    fn what_does_not_balance_is_not_booked() {
        drop(voucher(&[("1580", -99, "a"), ("1930", 100, "b")]).balanced());
    }
}
