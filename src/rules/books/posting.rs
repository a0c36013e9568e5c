//! From settlements, receipts and operations to the vouchers that book them, as they should stand in the books tonight.
//!
//! A settlement takes what it settles off the clearing account, service by service and reversals apart, and puts what the
//! provider will pay on the receivable account, fees and VAT on theirs. Rows that were not matched go to suspense, a
//! difference of a matched one to differences, each by its code. What came to the bank takes it off the receivable
//! account. So the clearing account holds what was captured and is not settled, and nothing else.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use xxhash_rust::xxh3::xxh3_64;

use super::accounts::Role;
use super::payout::Settlement;
use super::settings::BooksSettings;
use crate::model::finding::Code;
use crate::model::money::add;
use crate::model::payout::SettlementKey;
use crate::model::voucher::{Posting, Voucher, VoucherKind};

/// Rows of a settlement that a finding of the operation leg is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// The settlement.
    pub key: SettlementKey,
    /// The service of the rows.
    pub service: String,
    /// `capture` or `reversal`.
    pub kind: String,
    /// What was found.
    pub code: Code,
    /// The effect of the rows, minor units.
    pub row_minor: i128,
    /// What of it takes an operation off the clearing account all the same.
    pub cleared_minor: i128,
}

/// Money that came for a settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The settlement.
    pub key: SettlementKey,
    /// Minor units, credits positive.
    pub amount_minor: i128,
    /// The day it was booked.
    pub booked_on: NaiveDate,
    /// The bank entry, and what else tells it from others: `file:line`.
    pub source: String,
}

/// What was captured and reversed on a day, of providers whose settlements are reconciled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The provider.
    pub provider: String,
    /// ISO 4217 code.
    pub currency: String,
    /// The day.
    pub day: NaiveDate,
    /// Effects of captures, minor units.
    pub captured_minor: i128,
    /// Effects of reversals, which take back: mostly negative.
    pub reversed_minor: i128,
}

impl Flow {
    /// What tells it from others, in the order in which they stand.
    #[must_use]
    pub fn place(&self) -> (&str, &str, NaiveDate) {
        (&self.provider, &self.currency, self.day)
    }
}

/// An id of letters, digits and `-`: parts joined, and a hash where they lost something by that.
#[must_use]
pub fn voucher_id(parts: &[&str]) -> String {
    // Room for the hash, and for the numbers of vouchers that follow: an id has at most 100 characters.
    const LEN_MAX: usize = 70;
    let joined = parts.join("-");
    let plain: String = joined.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' }).collect();
    let split = parts.iter().any(|part| part.contains('-'));
    if plain.len() <= LEN_MAX && plain == joined && !split {
        return plain;
    }
    // The parts apart, so that `a-b` and `c` are not `a` and `b-c`.
    let hash = xxh3_64(parts.join("\u{1f}").as_bytes());
    format!("{}-{hash:016x}", plain.chars().take(LEN_MAX).collect::<String>())
}

/// The voucher of a settlement, as it should stand. `None` where there is nothing to book.
#[must_use]
pub fn settlement_voucher(settlement: &Settlement, asides: &[Aside], settings: &BooksSettings) -> Option<Voucher> {
    let key = &settlement.key;
    let mut pen = Pen::new(&key.provider, settings);
    let mut apart: BTreeMap<(&str, &str), i128> = BTreeMap::new();
    for aside in asides.iter().filter(|aside| aside.key == *key) {
        add(apart.entry((&aside.service, &aside.kind)).or_default(), aside.row_minor);
        let code = aside.code.name();
        pen.post(Role::Clearing, -aside.cleared_minor, code);
        let role = if aside.code == Code::SettledAmount { Role::Differences } else { Role::Suspense };
        let account = settings.accounts.of_code(code, role).to_owned();
        pen.post_to(account, aside.cleared_minor - aside.row_minor, code);
    }
    for sum in &settlement.sums {
        let of = |what: &str| if sum.service.is_empty() { capital(what) } else { format!("{}, {what}", sum.service) };
        match sum.kind.as_str() {
            "payout" | "postponed" | "fee" => {}
            "capture" | "reversal" => {
                let apart_minor = apart.get(&(sum.service.as_str(), sum.kind.as_str())).copied().unwrap_or(0);
                let what = if sum.kind == "capture" { "captures" } else { "reversals" };
                pen.post(Role::Clearing, -(sum.gross_minor - apart_minor - sum.tolerance_minor), &of(what));
                pen.post(Role::Rounding, -sum.tolerance_minor, "Within the tolerance");
            }
            "chargeback" => pen.post(Role::Chargebacks, -sum.gross_minor, &of("chargebacks")),
            other => {
                let account = settings.accounts.of_code(other, Role::Suspense).to_owned();
                pen.post_to(account, -sum.gross_minor, &of(other));
            }
        }
    }
    if settlement.sums.is_empty() {
        // A payout of which no settlement row is known.
        pen.post(Role::Suspense, -settlement.gross_minor, "Payout without its settlement");
    }
    pen.post(Role::Fees, settlement.fee_minor, "Fees");
    pen.post(Role::FeeVat, settlement.fee_vat_minor, "VAT on fees");
    pen.post(Role::Acquirer, settlement.acquirer_minor, "Paid out by the acquirer");
    pen.post(Role::Receivable, settlement.net_minor(), "To be paid out");
    let voucher = Voucher {
        id: voucher_id(&[&key.provider, &key.settlement_id, &key.currency]),
        kind: VoucherKind::Settlement,
        of: key.clone(),
        corrects: None,
        dated: settlement.day,
        text: format!("{} {}", key.provider, if key.settlement_id.is_empty() { "(no id)" } else { &key.settlement_id }),
        is_copy: false,
        postings: pen.postings,
    };
    voucher.balanced()
}

/// The voucher of money that came to the bank account.
#[must_use]
pub fn receipt_voucher(receipt: &Receipt, settings: &BooksSettings) -> Option<Voucher> {
    let key = &receipt.key;
    let mut pen = Pen::new(&key.provider, settings);
    pen.post(Role::Bank, receipt.amount_minor, "Payout");
    pen.post(Role::Receivable, -receipt.amount_minor, "Payout");
    let voucher = Voucher {
        // Named by the settlement and the entry's day: the file may be another one tomorrow.
        id: voucher_id(&[&key.provider, &key.settlement_id, &key.currency, "paid", &receipt.booked_on.to_string()]),
        kind: VoucherKind::Receipt,
        of: key.clone(),
        corrects: None,
        dated: receipt.booked_on,
        text: format!("{} {} paid out", key.provider, key.settlement_id),
        is_copy: false,
        postings: pen.postings,
    };
    voucher.balanced()
}

/// The voucher of what was captured and reversed on a day.
#[must_use]
pub fn flow_voucher(flow: &Flow, settings: &BooksSettings) -> Option<Voucher> {
    let mut pen = Pen::new(&flow.provider, settings);
    for (amount_minor, text) in [(flow.captured_minor, "Captured"), (flow.reversed_minor, "Reversed")] {
        pen.post(Role::Clearing, amount_minor, text);
        pen.post(Role::Sales, -amount_minor, text);
    }
    let voucher = Voucher {
        id: voucher_id(&[&flow.provider, "captured", &flow.currency, &flow.day.to_string()]),
        kind: VoucherKind::Operations,
        of: SettlementKey {
            provider: flow.provider.clone(),
            settlement_id: String::new(),
            currency: flow.currency.clone(),
        },
        corrects: None,
        dated: flow.day,
        text: format!("{} captured and reversed", flow.provider),
        is_copy: false,
        postings: pen.postings,
    };
    voucher.balanced()
}

/// Adds up receipts of one voucher: those of a settlement on one day.
#[must_use]
pub fn receipts_by_day(receipts: &[Receipt]) -> Vec<Receipt> {
    let mut days: BTreeMap<(SettlementKey, NaiveDate), Receipt> = BTreeMap::new();
    let mut sorted: Vec<&Receipt> = receipts.iter().collect();
    sorted.sort_by(|a, b| (&a.key, a.booked_on, &a.source).cmp(&(&b.key, b.booked_on, &b.source)));
    for receipt in sorted {
        match days.entry((receipt.key.clone(), receipt.booked_on)) {
            std::collections::btree_map::Entry::Vacant(entry) => drop(entry.insert(receipt.clone())),
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let day = entry.get_mut();
                add(&mut day.amount_minor, receipt.amount_minor);
                day.source = format!("{}; {}", day.source, receipt.source);
            }
        }
    }
    days.into_values().collect()
}

/// Writes the postings of one voucher.
struct Pen<'a> {
    settings: &'a BooksSettings,
    dimensions: Vec<(u32, String)>,
    postings: Vec<Posting>,
}

impl<'a> Pen<'a> {
    fn new(provider: &str, settings: &'a BooksSettings) -> Self {
        let mut dimensions = settings.dimensions.get(provider).cloned().unwrap_or_default();
        dimensions.sort();
        Self { settings, dimensions, postings: Vec::new() }
    }

    fn post(&mut self, role: Role, amount_minor: i128, text: &str) {
        self.post_to(self.settings.accounts.number(role).to_owned(), amount_minor, text);
    }

    fn post_to(&mut self, account: String, amount_minor: i128, text: &str) {
        let dimensions = self.dimensions.clone();
        self.postings.push(Posting { account, amount_minor, text: text.to_owned(), dimensions });
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_differ_give_ids_that_differ() {
        let long = "x".repeat(120);
        let cases: [&[&str]; 9] = [
            &["dintero", "s1", "NOK"],
            &["dintero", "", "NOK"],
            &["a-b", "c", "SEK"],
            &["a", "b-c", "SEK"],
            &["a_b", "c", "SEK"],
            &["p", "captured", "SEK", "paid", "2026-01-02"],
            &["p", "captured", "SEK", "2026-01-02"],
            &["p", &long, "SEK"],
            &["p", &long[1..], "SEK"],
        ];
        let ids: Vec<String> = cases.iter().map(|parts| voucher_id(parts)).collect();
        assert_eq!(ids[..2], ["dintero-s1-NOK", "dintero--NOK"]);
        let distinct: std::collections::BTreeSet<&String> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "{ids:?}");
        for id in &ids {
            // 100 characters with the number of a later voucher.
            assert!(id.len() <= 90 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{id}");
        }
    }
}
