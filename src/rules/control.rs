//! Control totals (RULES.md 7): what became of every row, counted where it is decided, to be compared with what was
//! read.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::compact::Operation;
use crate::model::currency::Currency;
use crate::model::encoding::parts::OperationParts;
use crate::model::finding::Code;
use crate::model::money::add;
use crate::model::names::NameId;
use crate::model::origin::Origin;
use crate::model::record::Dataset;

/// What became of an accepted record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It agrees with its counterpart.
    Matched,
    /// An order line whose reversal lines account for the difference.
    MatchedWithReversalLines,
    /// An order line whose missing part the order states as cancelled.
    MatchedCancelled,
    /// Several records on a side that sum to the other side.
    MatchedGroup,
    /// Agrees within the tolerance.
    MatchedWithTolerance,
    /// An operation without effect that needs no settlement row.
    MatchedWithoutRow,
    /// An operation that did not complete: no money moved.
    NotCompleted,
    /// A row of an operation whose other rows completed: it takes no part.
    NoPart,
    /// A settlement row that is neither capture nor reversal.
    OtherKind,
    /// The leg was skipped.
    Skipped,
    /// The finding of this code.
    Found(Code),
}

impl Verdict {
    /// The name in `summary.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::MatchedWithReversalLines => "matched (with reversal lines)",
            Self::MatchedCancelled => "matched (cancelled)",
            Self::MatchedGroup => "matched (group)",
            Self::MatchedWithTolerance => "matched (with tolerance)",
            Self::MatchedWithoutRow => "matched (no row needed)",
            Self::NotCompleted => "not completed",
            Self::NoPart => "no part",
            Self::OtherKind => "other kind",
            Self::Skipped => "skipped",
            Self::Found(code) => code.name(),
        }
    }
}

/// A count of rows and the sum of their amounts as stated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// Rows.
    pub count: u64,
    /// Sum, minor units.
    pub sum_minor: i128,
}

impl Sum {
    /// So many rows that come to this.
    #[must_use]
    pub fn of_rows(count: usize, sum_minor: i128) -> Self {
        Self { count: u64::try_from(count).unwrap_or(u64::MAX), sum_minor }
    }

    /// Counts one row.
    #[inline]
    pub fn row(&mut self, amount_minor: impl Into<i128>) {
        self.count = self.count.saturating_add(1);
        add(&mut self.sum_minor, amount_minor);
    }

    /// Counts what another sum has counted.
    pub fn join(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        add(&mut self.sum_minor, other.sum_minor);
    }
}

/// What became of the readable rows of a dataset, file and currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fates {
    /// Read, counted by the reader.
    pub read: Sum,
    /// Equal to an earlier one.
    pub repeated: Sum,
    /// Replaced by another version.
    pub superseded: Sum,
    /// Taking part.
    pub accepted: Sum,
}

/// The fate of a row on its way from a file to the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// See [`Fates::read`].
    Read,
    /// See [`Fates::repeated`].
    Repeated,
    /// See [`Fates::superseded`].
    Superseded,
    /// See [`Fates::accepted`].
    Accepted,
}

/// Records of a verdict and the rows that they consist of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerdictSum {
    /// Lines, operations or settlement rows.
    pub records: u64,
    /// Their rows.
    pub rows: Sum,
}

/// Dataset, file number, currency.
pub type FileKey = (Dataset, usize, Currency);
/// Dataset, provider, currency, verdict.
pub type VerdictKey = (Dataset, NameId, Currency, Verdict);

/// The counts of one task; tasks are joined in any order.
#[derive(Debug, Default)]
pub struct Tally {
    fates: Listed<FileKey, Fates>,
    verdicts: Listed<VerdictKey, VerdictSum>,
    /// Rows without any id that equal another one, captures and reversals.
    pub equal_without_id: BTreeMap<Dataset, u64>,
    /// Effects of captures and of reversals by provider, currency and day, where the books ask for them.
    pub flows: BTreeMap<(NameId, Currency, NaiveDate), [i128; 2]>,
}

/// A short list of keys and values, which remembers the last hit of every dataset: keys are few and runs long.
#[derive(Debug)]
struct Listed<K, V> {
    list: Vec<(K, V)>,
    last: [usize; Dataset::ALL.len()],
}

impl<K, V> Default for Listed<K, V> {
    fn default() -> Self {
        Self { list: Vec::new(), last: [0; Dataset::ALL.len()] }
    }
}

impl<K: PartialEq, V: Default> Listed<K, V> {
    #[inline]
    fn entry(&mut self, dataset: Dataset, key: K) -> &mut V {
        let last = match dataset {
            Dataset::Orders => &mut self.last[0],
            Dataset::Captures => &mut self.last[1],
            Dataset::Reversals => &mut self.last[2],
            Dataset::Settlements | Dataset::Bank | Dataset::Payouts => &mut self.last[3],
        };
        if self.list.get(*last).is_none_or(|(known, _)| *known != key) {
            *last = self.list.iter().position(|(known, _)| *known == key).unwrap_or(self.list.len());
        }
        if *last == self.list.len() {
            self.list.push((key, V::default()));
        }
        &mut self.list[*last].1
    }
}

impl Tally {
    /// Counts a row's fate.
    #[inline]
    pub fn fate(&mut self, fate: Fate, dataset: Dataset, origin: Origin, currency: Currency, amount_minor: i64) {
        self.fated(fate, (dataset, origin.file(), currency)).row(amount_minor);
    }

    /// Counts the fate that many rows have in common.
    pub fn fates_of(&mut self, fate: Fate, key: FileKey, rows: Sum) {
        self.fated(fate, key).join(rows);
    }

    #[inline]
    fn fated(&mut self, fate: Fate, key: FileKey) -> &mut Sum {
        let fates = self.fates.entry(key.0, key);
        match fate {
            Fate::Read => &mut fates.read,
            Fate::Repeated => &mut fates.repeated,
            Fate::Superseded => &mut fates.superseded,
            Fate::Accepted => &mut fates.accepted,
        }
    }

    /// Counts the verdict of a record with its rows.
    #[inline]
    pub fn verdict(&mut self, dataset: Dataset, provider: NameId, currency: Currency, verdict: Verdict, rows: Sum) {
        self.verdicts_of((dataset, provider, currency, verdict), 1, rows);
    }

    /// Counts the verdict that many records have in common.
    pub fn verdicts_of(&mut self, key: VerdictKey, records: u64, rows: Sum) {
        let total = self.verdicts.entry(key.0, key);
        total.records = total.records.saturating_add(records);
        total.rows.join(rows);
    }

    /// Counts the verdict of an operation.
    pub fn operation(&mut self, operation: &Operation, verdict: Verdict) {
        let rows = Sum::of_rows(operation.rows.len(), operation.stated_minor);
        self.verdict(operation.dataset, operation.provider, operation.currency, verdict, rows);
    }

    /// Adds the counts of another task.
    pub fn join(&mut self, other: Self) {
        for (key, fates) in other.fates.list {
            let mine = self.fates.entry(key.0, key);
            mine.read.join(fates.read);
            mine.repeated.join(fates.repeated);
            mine.superseded.join(fates.superseded);
            mine.accepted.join(fates.accepted);
        }
        for (key, sum) in other.verdicts.list {
            let mine = self.verdicts.entry(key.0, key);
            mine.records = mine.records.saturating_add(sum.records);
            mine.rows.join(sum.rows);
        }
        for (dataset, count) in other.equal_without_id {
            let mine = self.equal_without_id.entry(dataset).or_default();
            *mine = mine.saturating_add(count);
        }
        for (key, [captured_minor, reversed_minor]) in other.flows {
            let mine = self.flows.entry(key).or_default();
            add(&mut mine[0], captured_minor);
            add(&mut mine[1], reversed_minor);
        }
    }

    /// Counts a completed operation into the day on which it was made.
    pub fn flow(&mut self, operation: &OperationParts<'_>, day: NaiveDate) {
        let of_day = self.flows.entry((operation.provider, operation.currency, day)).or_default();
        let place = usize::from(operation.dataset == Dataset::Reversals);
        add(&mut of_day[place], operation.effect_minor());
    }

    /// The fates by dataset, file and currency.
    #[must_use]
    pub fn fates(&self) -> &[(FileKey, Fates)] {
        &self.fates.list
    }

    /// The verdicts by dataset, provider, currency and verdict.
    #[must_use]
    pub fn verdicts(&self) -> &[(VerdictKey, VerdictSum)] {
        &self.verdicts.list
    }

    /// Where totals do not close: rows read against their fates, and accepted rows against their verdicts, a sentence
    /// each. Nothing, in every run of a program without defects.
    #[must_use]
    pub fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        let mut accepted: BTreeMap<(Dataset, Currency), Sum> = BTreeMap::new();
        for ((dataset, file, currency), fates) in &self.fates.list {
            let mut judged = fates.accepted;
            judged.join(fates.repeated);
            judged.join(fates.superseded);
            if judged != fates.read {
                gaps.push(format!(
                    "{} of file {file}: {} rows read, {} accounted for",
                    dataset.name(),
                    fates.read.count,
                    judged.count
                ));
            }
            accepted.entry((*dataset, *currency)).or_default().join(fates.accepted);
        }
        let mut decided: BTreeMap<(Dataset, Currency), Sum> = BTreeMap::new();
        for ((dataset, _, currency, _), sum) in &self.verdicts.list {
            decided.entry((*dataset, *currency)).or_default().join(sum.rows);
        }
        // A currency in which every row was replaced by a version in another one has nothing to decide.
        accepted.retain(|_, sum| *sum != Sum::default());
        decided.retain(|_, sum| *sum != Sum::default());
        if accepted != decided {
            gaps.push("accepted records and their verdicts do not sum to the same".to_owned());
        }
        gaps
    }
}
