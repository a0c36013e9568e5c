//! What a run finds: the codes of RULES.md, and a finding before and after its texts are read back.

use chrono::NaiveDate;

use super::currency::Currency;
use super::names::NameId;
use super::origin::Origins;

/// The part of the reconciliation that a finding belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leg {
    /// Payouts against entries of the bank account.
    Bank,
    /// Whole batches.
    Batch,
    /// Settlement files as such.
    File,
    /// Order lines against captures and reversals.
    Line,
    /// Operations against settlement rows.
    Operation,
    /// Contradicting versions of one record.
    Record,
}

impl Leg {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Batch => "batch",
            Self::File => "file",
            Self::Line => "line",
            Self::Operation => "operation",
            Self::Record => "record",
        }
    }
}

macro_rules! codes {
    ($($variant:ident $name:literal $leg:ident $doc:literal;)*) => {
        /// The code of a finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $doc] $variant,)* }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in reports and on the page of rules.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The leg that finds it.
            #[must_use]
            pub fn leg(self) -> Leg {
                match self { $(Self::$variant => Leg::$leg,)* }
            }
        }
    };
}

codes! {
    RecordConflict "record-conflict" Record "Versions of one record that contradict each other (RULES.md 2).";
    OrderUnknown "order-unknown" Line "Operations on an order that no export holds (RULES.md 3).";
    LineUnknown "line-unknown" Line "Operations on a line that its order does not hold.";
    LineCurrency "line-currency" Line "An operation in another currency than the line's.";
    LineWrongDirection "line-wrong-direction" Line "Captured and gross have opposite signs.";
    ReversalLineUnlinked "reversal-line-unlinked" Line "A reversal line without a line that it takes back.";
    ReversalLineExceedsOriginal "reversal-line-exceeds-original" Line "Reversal lines take back more than the line.";
    ReversalExceedsCapture "reversal-exceeds-capture" Line "More was reversed than captured.";
    LineOvercaptured "line-overcaptured" Line "More was captured than ordered.";
    LineUncaptured "line-uncaptured" Line "Nothing was captured.";
    LineUndercaptured "line-undercaptured" Line "Less was captured than ordered.";
    LineVat "line-vat" Line "Captured VAT differs from the line's.";
    VatRate "vat-rate" Line "Amount, VAT and rate of an order line do not agree.";
    OrderTotal "order-total" Line "The order's own total is not the sum of its lines.";
    OrderRemainingCapture "order-remaining-capture" Line "The order states another remainder to capture.";
    OrderRemainingReversal "order-remaining-reversal" Line "The order states another remainder to reverse.";
    Unsettled "unsettled" Operation "An operation that no settlement row answers (RULES.md 4).";
    SettledUnknown "settled-unknown" Operation "A settlement row that no operation answers.";
    SettledTwice "settled-twice" Operation "A settlement row beyond what its operations explain.";
    SettledNotCompleted "settled-not-completed" Operation "A settlement row for an operation that did not complete.";
    SettledAmount "settled-amount" Operation "Settled with another amount.";
    SettledDirection "settled-direction" Operation "Settled in the other direction.";
    SettledCurrency "settled-currency" Operation "Settled in another currency.";
    Ambiguous "ambiguous" Operation "Several candidates, none of which is the only one.";
    WrongBatch "wrong-batch" Operation "Settled in another batch than the operation states.";
    ReferenceReused "reference-reused" Operation "One payee reference on several operations.";
    ItemsTotal "items-total" Operation "The rows of an operation do not sum to its own total.";
    ReferenceFormat "reference-format" Operation "A payee reference breaks its provider's documented form (RULES.md 9).";
    RecordedOnly "recorded-only" Operation "An operation that was recorded, with no checkout event behind it.";
    ToleranceBudget "tolerance-budget" Operation "Tolerated differences sum past their budget.";
    BatchMissing "batch-missing" Batch "No settlement row of the batch that operations name.";
    FileTotal "file-total" File "A settlement file's stated total is not that of its body (RULES.md 5).";
    FileNet "file-net" File "Net is not gross minus fee.";
    FileRepeated "file-repeated" File "A file that was read already.";
    FileRestated "file-restated" File "A settlement file replaced by a later one with its id.";
    FileGap "file-gap" File "Numbers missing in a series of settlement files.";
    FileMissing "file-missing" File "An expected file has not come by its latest day (RULES.md 9).";
    FeeTariff "fee-tariff" Batch "Fees charged differ from the declared tariff (RULES.md 9).";
    PayoutNet "payout-net" Batch "The stated payout is not what its parts come to.";
    PayoutMissing "payout-missing" Bank "A payout without a bank entry.";
    PayoutAmount "payout-amount" Bank "A bank entry with the reference of a payout and another amount.";
    PayoutUnknown "payout-unknown" Bank "A credit of a provider that no payout explains.";
    PayoutAmbiguous "payout-ambiguous" Bank "Payouts and bank entries that fit each other equally well.";
    StatementGap "statement-gap" Bank "A bank statement that does not follow on the one before.";
}

/// Whether a finding needs somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It needs somebody.
    Open,
    /// It may still resolve itself within its window.
    Pending,
    /// For information.
    Listed,
    /// Somebody closed it, and it has not changed since (with a state).
    Closed,
}

impl Status {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Listed => "listed",
            Self::Closed => "closed",
        }
    }
}

/// Ages of open items are told in four buckets; the first days of them.
pub const AGE_BUCKETS: [i64; 4] = [0, 8, 31, 91];

/// The bucket of an age in days, as its place in [`AGE_BUCKETS`].
#[must_use]
pub fn age_bucket(days: i64) -> usize {
    AGE_BUCKETS.iter().rposition(|first| days >= *first).unwrap_or(0)
}

/// A finding as the rules make it: numbers and origins, no texts.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What was found.
    pub code: Code,
    /// Provider; `None` for findings over all providers.
    pub provider: Option<NameId>,
    /// Currency of both amounts; `None` where the finding has none.
    pub currency: Option<Currency>,
    /// The merchant's side, minor units.
    pub expected_minor: i128,
    /// The other side, minor units.
    pub actual_minor: i128,
    /// How many records it is about (an operation counts once).
    pub count: u64,
    /// The rows of those records.
    pub rows: Origins,
    /// The finding is about an order as a whole: its line id is `*`.
    pub whole_order: bool,
    /// Texts that belong to no row: of a file, a series, a budget.
    pub note: Note,
}

/// Findings in the pieces in which they were made: a million of them are never moved only to stand in one piece.
pub type Findings = Vec<Vec<Finding>>;

/// What a finding says that no row says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Note {
    /// Nothing.
    #[default]
    None,
    /// About a settlement file or a series of them.
    File(Box<FileNote>),
    /// About money on its way to the books: a fee, a payout, a bank entry, a statement.
    Books(Box<BooksNote>),
    /// For an operation leg's group: the ids that brought its candidates together.
    Group {
        /// How many operations.
        operations: u64,
        /// How many settlement rows.
        rows: u64,
    },
}

/// What a finding about settlement files says: the id, what differs, and the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileNote {
    /// `settlement_id`, empty where the file has none.
    pub settlement_id: String,
    /// The explanation.
    pub explanation: String,
    /// File and line of what it is about.
    pub sources: String,
}

/// What a finding of fees, payouts and the bank says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BooksNote {
    /// `settlement_id`: of the settlement, or the id of a bank statement; empty where there are several or none.
    pub settlement_id: String,
    /// `transaction_number`: the bank's own id of an entry; empty where there are several or none.
    pub bank_reference: String,
    /// What tells the finding from others with these ids, such as a service or an account; part of its id and nothing else.
    pub which: String,
    /// The day from which its age counts.
    pub since: Option<NaiveDate>,
    /// It is still inside its window.
    pub is_pending: bool,
    /// The explanation.
    pub explanation: String,
    /// Where it is about: `file:line`, several joined by `; `.
    pub sources: String,
}
