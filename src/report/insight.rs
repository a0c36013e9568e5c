//! What people look for first in a report: findings under the cause that they share, and how the last nights went. All of
//! it follows from other parts of the report and of a state; nothing is found or summed by it alone.

/// What the page and the workbook show beside findings and totals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Insight {
    /// Causes that several findings share, those with most findings first.
    pub causes: Vec<CauseRow>,
    /// The last nights, the oldest first; empty without a state.
    pub nights: Vec<TrendRow>,
    /// How long providers take, by provider; empty where nothing was settled.
    pub days_to_settle: Vec<SpeedRow>,
}

/// What findings have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A settlement file that has not come, or whose numbers are missing in a series.
    FileMissing,
    /// A whole batch without a settlement row, or a whole settlement that no operation is known of.
    WholeBatch,
    /// A source without the column by which its rows would be found.
    ColumnMissing {
        /// The path of the source.
        source: String,
        /// The column.
        column: String,
    },
    /// Settled amounts are what was expected less the fee that their rows state.
    FeesTakenOut,
    /// Settled amounts are all the same multiple of what was expected, such as 100 to 1.
    ConstantFactor {
        /// Settled parts.
        actual: i64,
        /// To so many that were expected.
        expected: i64,
    },
}

/// A cause, and the findings that share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseRow {
    /// What they share.
    pub cause: Cause,
    /// Their provider.
    pub provider: String,
    /// The batch or settlement, where it is one.
    pub number: String,
    /// ISO 4217 code, empty where they have none.
    pub currency: String,
    /// The sum of their differences, minor units.
    pub difference_minor: i128,
    /// The findings, as places in [`super::view::Report::findings`], ascending.
    pub findings: Vec<usize>,
    /// The cause in a sentence, in English.
    pub explanation: String,
}

/// A night of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrendRow {
    /// Its number, from 1.
    pub night: u64,
    /// Its day, `YYYY-MM-DD`.
    pub as_of: String,
    /// Open findings after it.
    pub open: u64,
    /// Pending findings after it.
    pub pending: u64,
    /// Findings that were not there before.
    pub new: u64,
    /// Findings that were gone.
    pub cleared: u64,
    /// What was captured less reversed and not settled after it: ISO 4217 code and minor units, by currency; empty for
    /// nights of versions that did not count it.
    pub unsettled_minor: Vec<(String, i128)>,
}

/// How long a provider takes from an operation to the settlement row that answers it, over all that are matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpeedRow {
    /// Provider.
    pub provider: String,
    /// Operations that are matched and whose both days are known.
    pub operations: u64,
    /// Calendar days within which half of them were settled.
    pub median_days: u64,
    /// Calendar days within which nine of ten were.
    pub most_days: u64,
}
