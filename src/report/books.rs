//! What a report says of the books: what settlements sum to, their payouts, and the journal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::journal::JournalFile;
use crate::model::money::add;
use crate::model::payout::SettledSum;
use crate::model::voucher::Journal;
use crate::rules::books::posting::Flow;

/// What a report says of the books.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// What settlements and operations sum to; the state keeps it.
    pub sums: BooksSums,
    /// `payouts.csv`, where the books are asked for, sorted by provider, settlement and currency.
    pub payouts: Option<Vec<PayoutRow>>,
    /// The vouchers to be imported, where journals are asked for.
    pub journal: Option<Journal>,
    /// The journal as files, in each form that is asked for.
    pub journal_files: Vec<JournalFile>,
}

/// What the journal comes to, in `summary.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalSummary {
    /// Vouchers.
    pub vouchers: u64,
    /// What they post, by account and currency.
    pub accounts: Vec<AccountRow>,
}

/// What a journal posts on an account. Minor units; debits are positive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccountRow {
    /// Number of the account.
    pub account: String,
    /// Its name.
    pub name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Sum of the postings.
    pub amount: i128,
}

impl JournalSummary {
    /// What a journal comes to.
    #[must_use]
    pub fn of(journal: &Journal) -> Self {
        let mut sums: BTreeMap<(&str, &str), i128> = BTreeMap::new();
        for voucher in &journal.vouchers {
            for posting in &voucher.postings {
                add(sums.entry((&posting.account, &voucher.of.currency)).or_default(), posting.amount_minor);
            }
        }
        let name = |number: &str| journal.accounts.iter().find(|account| account.number == number);
        let row = |((account, currency), amount): ((&str, &str), i128)| AccountRow {
            account: account.to_owned(),
            name: name(account).map(|account| account.name.clone()).unwrap_or_default(),
            currency: currency.to_owned(),
            amount,
        };
        Self {
            vouchers: u64::try_from(journal.vouchers.len()).unwrap_or(u64::MAX),
            accounts: sums.into_iter().map(row).collect(),
        }
    }
}

/// What settlements and operations sum to, over all nights or of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BooksSums {
    /// Settlement rows, sorted.
    pub settled: Vec<SettledSum>,
    /// Operations by day, sorted.
    pub flows: Vec<Flow>,
}

impl BooksSums {
    /// These and others together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        let (settled, flows) = (self.settled.len(), self.flows.len());
        for sum in &other.settled {
            // Both are sorted: what is pushed stands behind, and is sorted in the end.
            let known = self.settled.get(..settled).unwrap_or_default();
            match known.binary_search_by(|known| known.place().cmp(&sum.place())) {
                Ok(place) => {
                    let known = &mut self.settled[place];
                    known.rows = known.rows.saturating_add(sum.rows);
                    known.fee_rows = known.fee_rows.saturating_add(sum.fee_rows);
                    add(&mut known.gross_minor, sum.gross_minor);
                    add(&mut known.fee_minor, sum.fee_minor);
                    add(&mut known.tolerance_minor, sum.tolerance_minor);
                }
                Err(_) => self.settled.push(sum.clone()),
            }
        }
        for flow in &other.flows {
            let known = self.flows.get(..flows).unwrap_or_default();
            match known.binary_search_by(|known| known.place().cmp(&flow.place())) {
                Ok(place) => {
                    let known = &mut self.flows[place];
                    add(&mut known.captured_minor, flow.captured_minor);
                    add(&mut known.reversed_minor, flow.reversed_minor);
                }
                Err(_) => self.flows.push(flow.clone()),
            }
        }
        self.settled.sort_by(|a, b| a.place().cmp(&b.place()));
        self.flows.sort_by(|a, b| a.place().cmp(&b.place()));
        self
    }
}

/// A row of `payouts.csv`. Minor units; `None` is what is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutRow {
    /// Provider.
    pub provider: String,
    /// Settlement.
    pub settlement_id: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Day of the settlement.
    pub settled_on: String,
    /// What the provider itself pays out, before fees.
    pub gross_minor: i128,
    /// What the merchant's own acquirer pays out.
    pub acquirer_minor: i128,
    /// Fees without VAT; a cost is positive.
    pub fee_minor: Option<i128>,
    /// VAT on them.
    pub fee_vat_minor: Option<i128>,
    /// `stated`, `rows`, `tariff`, or empty where nothing says what the fees are.
    pub fees_from: String,
    /// Balance brought forward.
    pub brought_forward_minor: i128,
    /// gross - fee - VAT + balance brought forward.
    pub computed_minor: Option<i128>,
    /// The payout as stated.
    pub stated_minor: Option<i128>,
    /// Day of the payout, where it is stated.
    pub paid_on: String,
    /// What came to the bank account, where bank statements were given.
    pub received_minor: Option<i128>,
    /// `received`, `pending`, `missing`, `other amount`, `ambiguous`, `nothing due`, `postponed`, or empty where that was
    /// not judged.
    pub state: String,
}

impl PayoutRow {
    /// What is to be paid out: as stated, and else as computed.
    #[must_use]
    pub fn due_minor(&self) -> Option<i128> {
        self.stated_minor.or(self.computed_minor)
    }
}
