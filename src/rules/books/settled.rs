//! What the rows of settlements sum to: a sum a provider, settlement, currency, service, kind of row and
//! day.

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use crate::model::compact::{SettlementKind, SettlementRec};
use crate::model::currency::{Currencies, Currency};
use crate::model::money::add;
use crate::model::names::{NameId, Names};
use crate::model::payout::{SettledSum, SettlementKey};

/// The rows of one sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    provider: NameId,
    settlement: Option<NameId>,
    currency: Currency,
    service: Option<NameId>,
    kind: SettlementKind,
    day: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    rows: u64,
    gross_minor: i128,
    fee_rows: u64,
    fee_minor: i128,
}

/// The sums of a task; tasks are joined in any order.
#[derive(Debug, Clone, Default)]
pub struct Settled {
    sums: Vec<(Key, Sums)>,
    places: FxHashMap<Key, usize>,
    /// Rows of one sum mostly follow each other.
    last: usize,
}

impl Settled {
    /// Counts a settlement row.
    #[inline]
    pub fn row(&mut self, record: &SettlementRec) {
        let key = Key {
            provider: record.row.provider,
            settlement: record.settlement,
            currency: record.row.currency,
            service: record.service,
            kind: record.kind,
            day: record.day,
        };
        let sums = self.sums(key);
        sums.rows = sums.rows.saturating_add(1);
        add(&mut sums.gross_minor, record.row.gross_minor);
        if let Some(fee_minor) = record.fee_minor {
            sums.fee_rows = sums.fee_rows.saturating_add(1);
            add(&mut sums.fee_minor, fee_minor);
        }
    }

    fn sums(&mut self, key: Key) -> &mut Sums {
        if self.sums.get(self.last).is_none_or(|(known, _)| *known != key) {
            self.last = *self.places.entry(key).or_insert(self.sums.len());
            if self.last == self.sums.len() {
                self.sums.push((key, Sums::default()));
            }
        }
        &mut self.sums[self.last].1
    }

    /// Adds the sums of another task.
    pub fn join(&mut self, other: Self) {
        for (key, theirs) in other.sums {
            let mine = self.sums(key);
            mine.rows = mine.rows.saturating_add(theirs.rows);
            add(&mut mine.gross_minor, theirs.gross_minor);
            mine.fee_rows = mine.fee_rows.saturating_add(theirs.fee_rows);
            add(&mut mine.fee_minor, theirs.fee_minor);
        }
    }

    /// The sums with names, sorted.
    #[must_use]
    pub fn named(&self, names: &Names, currencies: &Currencies) -> Vec<SettledSum> {
        let text = |id: Option<NameId>| id.map(|id| names.text(id).to_string()).unwrap_or_default();
        let named = |(key, sums): &(Key, Sums)| SettledSum {
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
            rows: sums.rows,
            gross_minor: sums.gross_minor,
            fee_rows: sums.fee_rows,
            fee_minor: sums.fee_minor,
            tolerance_minor: 0,
            day: key.day,
        };
        let mut named: Vec<SettledSum> = self.sums.iter().map(named).collect();
        named.sort_by(|a, b| a.place().cmp(&b.place()));
        named
    }
}
