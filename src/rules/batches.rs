//! RULES.md 5, batches: both sides of every reconciliation number, what explains the difference, and batches of which
//! no row came.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::books::settled::{RowKey, Settled, SettledRows};
use super::control::{Sum, Verdict};
use super::operations::Outcome;
use crate::model::compact::{Operation, SettledRow, SettlementKind};
use crate::model::currency::Currency;
use crate::model::finding::{Code, Finding, Note};
use crate::model::money::add;
use crate::model::names::NameId;

/// What a match explains that bridges two batches.
pub const MATCHED: &str = "matched";
/// What a tolerated pair explains.
pub const TOLERANCE: &str = "tolerance";

/// Provider, reconciliation number (`None`: none stated), currency.
pub type BatchKey = (NameId, Option<NameId>, Currency);

/// Both sides of a batch, minor units.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Completed operations and their effects.
    pub operations: Sum,
    /// Settlement rows of kind capture and reversal.
    pub rows: Sum,
    /// Fees stated on those rows.
    pub fee_minor: i128,
    /// Nets of those rows: as stated, else gross - fee.
    pub net_minor: i128,
    /// Settlement rows of other kinds, which are only counted.
    pub others: u64,
    /// What each code explains: its rows' effects less its operations'.
    pub explained: BTreeMap<&'static str, i128>,
}

impl Batch {
    /// The difference of the sides that no code explains.
    #[must_use]
    pub fn residual_minor(&self) -> i128 {
        self.rows.sum_minor - self.operations.sum_minor - self.explained.values().sum::<i128>()
    }
}

/// Settlement rows that take no part in matching.
#[derive(Debug, Clone, Copy, Default)]
pub struct OtherKind {
    /// Rows and gross.
    pub gross: Sum,
    /// Fees stated.
    pub fee_minor: i128,
    /// Nets: as stated, else gross - fee.
    pub net_minor: i128,
}

/// All batches of a task; tasks are joined in any order.
#[derive(Debug, Default)]
pub struct Batches {
    /// The batches.
    pub by_key: FxHashMap<BatchKey, Batch>,
    /// Other rows by provider, kind and currency.
    pub others: FxHashMap<(NameId, NameId, Currency), OtherKind>,
    /// The numbers that stand on any settlement row of a provider, of any kind.
    pub numbers: FxHashSet<(NameId, NameId)>,
    /// The settlement ids of a provider's rows.
    pub settlements: FxHashSet<(NameId, NameId)>,
    /// What the rows of each settlement sum to.
    pub settled: Settled,
}

impl Batches {
    #[inline]
    fn batch(&mut self, provider: NameId, number: Option<NameId>, currency: Currency) -> &mut Batch {
        self.by_key.entry((provider, number, currency)).or_default()
    }

    /// Counts settlement rows, before any operation.
    pub fn settlements(&mut self, rows: SettledRows) {
        for (key, sums) in rows.into_sums() {
            let RowKey { settled, number } = key;
            let provider = settled.provider;
            self.settled.add(settled, sums.rows, sums.fee_rows);
            self.settlements.extend(settled.settlement.map(|settlement| (provider, settlement)));
            self.numbers.extend(number.map(|number| (provider, number)));
            // A batch is all settlement rows of its number, so one of other kinds alone has its row, with nothing counted.
            let batch = self.batch(provider, number, settled.currency);
            assert!(batch.operations.count == 0, "settlement rows are counted before operations are");
            let (sum, fee_minor, net_minor) = if let SettlementKind::Other(kind) = settled.kind {
                batch.others = batch.others.saturating_add(sums.rows.count);
                let other = self.others.entry((provider, kind, settled.currency)).or_default();
                (&mut other.gross, &mut other.fee_minor, &mut other.net_minor)
            } else {
                (&mut batch.rows, &mut batch.fee_minor, &mut batch.net_minor)
            };
            sum.join(sums.rows);
            add(fee_minor, sums.fee_rows.sum_minor);
            add(net_minor, sums.net_minor);
        }
    }

    /// Counts a completed operation into its batch, explained by a code.
    pub fn operation(&mut self, operation: &Operation, number: Option<NameId>, code: &'static str) {
        let batch = self.batch(operation.provider, number, operation.currency);
        batch.operations.row(operation.effect_minor);
        add(batch.explained.entry(code).or_default(), -operation.effect_minor);
    }

    /// Counts completed operations into their batch, each matched with a settlement row of it that was counted before and
    /// comes to the same, which explains nothing: the same as one after the other.
    pub fn pairs(&mut self, key: BatchKey, effects: Sum) {
        let (provider, number, currency) = key;
        let batch = self.batch(provider, number, currency);
        batch.operations.join(effects);
        batch.explained.entry(MATCHED).or_default();
    }

    /// Explains a settlement row, counted before, by a code.
    pub fn explain_row(&mut self, row: &SettledRow, code: &'static str) {
        let batch = self.batch(row.provider, row.reconciliation, row.currency);
        add(batch.explained.entry(code).or_default(), row.gross_minor);
    }

    /// Adds the batches of another task.
    pub fn join(&mut self, other: Self) {
        for (key, batch) in other.by_key {
            let mine = self.by_key.entry(key).or_default();
            mine.operations.join(batch.operations);
            mine.rows.join(batch.rows);
            mine.others = mine.others.saturating_add(batch.others);
            add(&mut mine.fee_minor, batch.fee_minor);
            add(&mut mine.net_minor, batch.net_minor);
            for (code, sum_minor) in batch.explained {
                add(mine.explained.entry(code).or_default(), sum_minor);
            }
        }
        for (key, kind) in other.others {
            let mine = self.others.entry(key).or_default();
            mine.gross.join(kind.gross);
            add(&mut mine.fee_minor, kind.fee_minor);
            add(&mut mine.net_minor, kind.net_minor);
        }
        self.numbers.extend(other.numbers);
        self.settlements.extend(other.settlements);
        self.settled.join(other.settled);
    }
}

/// Operations that no row answers: of a batch of which no row came, together, else each by itself.
///
/// `numbers` are those that stand on any settlement row.
pub fn report_unanswered(unanswered: Vec<Operation>, numbers: &FxHashSet<(NameId, NameId)>, out: &mut Outcome) {
    let mut missing: BTreeMap<(NameId, NameId, Currency), Finding> = BTreeMap::new();
    for operation in unanswered {
        let absent = operation.reconciliation.filter(|number| !numbers.contains(&(operation.provider, *number)));
        let code = if absent.is_some() { Code::BatchMissing } else { Code::Unsettled };
        out.tally.operation(&operation, Verdict::Found(code));
        out.batches.operation(&operation, operation.reconciliation, code.name());
        let finding = Finding {
            code,
            provider: Some(operation.provider),
            currency: Some(operation.currency),
            expected_minor: operation.effect_minor,
            actual_minor: 0,
            count: 1,
            rows: operation.rows,
            whole_order: false,
            note: Note::None,
        };
        let Some(number) = absent else {
            out.findings.push(finding);
            continue;
        };
        match missing.entry((operation.provider, number, operation.currency)) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(finding);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let batch = entry.get_mut();
                batch.count += 1;
                add(&mut batch.expected_minor, finding.expected_minor);
                batch.rows.extend(finding.rows);
            }
        }
    }
    out.findings.extend(missing.into_values());
}
