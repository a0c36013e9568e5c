//! What the rows of settlements sum to: a sum a provider, settlement, currency, service, kind of row and
//! day.

use std::hash::{Hash, Hasher};

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use crate::model::compact::{SettledRow, SettlementKind, SettlementRec};
use crate::model::currency::{Currencies, Currency};
use crate::model::money::add;
use crate::model::names::{NameId, Names};
use crate::model::payout::{SettledSum, SettlementKey};
use crate::rules::control::Sum;
use crate::rules::counted::Counted;

/// The rows of one sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// Provider.
    pub provider: NameId,
    /// The settlement, where stated.
    pub settlement: Option<NameId>,
    /// Currency.
    pub currency: Currency,
    /// The service, where stated.
    pub service: Option<NameId>,
    /// What the rows are for.
    pub kind: SettlementKind,
    /// The day on which they were settled, where somebody asks for it.
    pub day: Option<NaiveDate>,
}

/// The rows of one sum that have one reconciliation number: nothing else is asked of rows as they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowKey {
    /// The sum.
    pub settled: Key,
    /// Their number, where stated.
    pub number: Option<NameId>,
}

impl Hash for RowKey {
    // A row has its key hashed: two fields a word, and an absent name as one that no run has, where a derived one takes a word
    // a field and another whether it is there.
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Key { provider, settlement, currency, service, kind, day } = self.settled;
        let id = |name: Option<NameId>| u64::from(name.map_or(u32::MAX, |name| name.0));
        let (kind, word) = match kind {
            SettlementKind::Capture => (0, None),
            SettlementKind::Reversal => (1, None),
            SettlementKind::Other(word) => (2, Some(word)),
        };
        state.write_u64((id(settlement) << 32) | id(self.number));
        state.write_u64((u64::from(provider.0) << 32) | (u64::from(currency.0) << 2) | kind);
        state.write_u64((id(service) << 32) | id(word));
        if let Some(day) = day {
            day.hash(state);
        }
    }
}

/// What such rows come to.
#[derive(Debug, Clone, Copy, Default)]
pub struct RowSums {
    /// Their gross.
    pub rows: Sum,
    /// Those that state a fee, and the fees.
    pub fee_rows: Sum,
    /// Nets: as stated, else gross - fee.
    pub net_minor: i128,
}

/// The settlement rows that one task has read: each is looked up once, whatever it counts into.
#[derive(Debug, Default)]
pub struct SettledRows(Counted<RowKey, RowSums>);

impl SettledRows {
    /// Counts a row.
    #[inline]
    pub fn row(&mut self, record: &SettlementRec) {
        let SettlementRec { row, kind, fee_minor, net_minor, settlement, service, day } = *record;
        let SettledRow { provider, currency, gross_minor, reconciliation, .. } = row;
        let settled = Key { provider, settlement, currency, service, kind, day };
        let sums = self.0.of(RowKey { settled, number: reconciliation });
        sums.rows.row(gross_minor);
        if let Some(fee_minor) = fee_minor {
            sums.fee_rows.row(fee_minor);
        }
        let net = || i128::from(gross_minor) - i128::from(fee_minor.unwrap_or(0));
        add(&mut sums.net_minor, net_minor.map_or_else(net, i128::from));
    }

    /// What was counted.
    pub fn into_sums(self) -> Vec<(RowKey, RowSums)> {
        self.0.into_sums()
    }
}

/// The sums of a task; tasks are joined in any order.
#[derive(Debug, Clone, Default)]
pub struct Settled(FxHashMap<Key, (Sum, Sum)>);

impl Settled {
    /// Counts rows, and those among them that state a fee.
    pub fn add(&mut self, key: Key, rows: Sum, fee_rows: Sum) {
        let (known_rows, known_fee_rows) = self.0.entry(key).or_default();
        known_rows.join(rows);
        known_fee_rows.join(fee_rows);
    }

    /// Adds the sums of another task.
    pub fn join(&mut self, other: Self) {
        for (key, (rows, fee_rows)) in other.0 {
            self.add(key, rows, fee_rows);
        }
    }

    /// The sums with names, sorted.
    #[must_use]
    pub fn named(&self, names: &Names, currencies: &Currencies) -> Vec<SettledSum> {
        let text = |id: Option<NameId>| id.map(|id| names.text(id).to_string()).unwrap_or_default();
        let named = |(key, (rows, fee_rows)): (&Key, &(Sum, Sum))| SettledSum {
            key: SettlementKey {
                provider: text(Some(key.provider)),
                settlement_id: text(key.settlement),
                currency: currencies.code(key.currency).to_owned(),
            },
            service: text(key.service),
            kind: match key.kind {
                SettlementKind::Capture => "capture".to_owned(),
                SettlementKind::Reversal => "reversal".to_owned(),
                SettlementKind::Other(kind) => text(Some(kind)),
            },
            rows: rows.count,
            gross_minor: rows.sum_minor,
            fee_rows: fee_rows.count,
            fee_minor: fee_rows.sum_minor,
            tolerance_minor: 0,
            day: key.day,
        };
        let mut named: Vec<SettledSum> = self.0.iter().map(named).collect();
        named.sort_by(|a, b| a.place().cmp(&b.place()));
        named
    }
}
