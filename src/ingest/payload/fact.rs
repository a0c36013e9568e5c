//! What documents of a provider's API say, one fact a thing that they tell of. Readers fill in what stands there and
//! leave the rest empty: they join nothing and guess nothing. Facts sort by what they say, their place last, so that
//! no choice among them depends on the names of files.

use serde::{Deserialize, Serialize};

use crate::model::text::Text;

/// Where a document begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Number of the file among those read together.
    pub file: u32,
    /// Line in it, from 1, on which the object of the fact begins (of an NDJSON document, the document's).
    pub line: u64,
}

/// Whose API it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Api {
    /// Swedbank Pay.
    SwedbankPay,
    /// Dintero.
    Dintero,
}

impl Api {
    /// The provider of rows where the configuration names none.
    #[must_use]
    pub fn provider(self) -> &'static str {
        match self {
            Self::SwedbankPay => "swedbank_pay",
            Self::Dintero => "dintero",
        }
    }
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fact {
    /// An order, with its items or what it says of itself.
    Order(OrderFact),
    /// A capture or reversal, asked for, recorded or executed.
    Operation(OperationFact),
    /// A checkout transaction exists for an order (Dintero), whatever happened in it.
    Transaction(TransactionFact),
}

/// An order as one document has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OrderFact {
    /// Swedbank Pay: the last segment of the payment order's `id`. Dintero: the order's `id` or `options.order_id`;
    /// of a transaction, its `merchant_reference`. `None` where the document has none: the file's folder may say it.
    pub order_id: Option<Text>,
    /// Dintero: the checkout transaction whose items these are.
    pub transaction_id: Option<Text>,
    /// ISO 4217 code as it stands.
    pub currency: Option<Text>,
    /// When the order was made, as it stands.
    pub created_at: Option<Text>,
    /// When it was changed last, as it stands.
    pub updated_at: Option<Text>,
    /// The items; `None` where the document does not hold them (a mere link, or nothing).
    pub items: Option<Vec<ItemFact>>,
    /// The items are all that the order has: those of earlier documents that are not among them are gone (Swedbank
    /// Pay's UpdateOrder, any payment order with expanded items). Otherwise they add to the order or replace lines
    /// one by one (Dintero's drafts).
    pub whole: bool,
    /// The items and cancellations are those of a checkout transaction: they count only where nothing else tells of
    /// the order's lines, or of what was cancelled.
    pub of_transaction: bool,
    /// The order's amount, minor units.
    pub order_amount_minor: Option<i64>,
    /// What of it was cancelled, minor units.
    pub cancelled_minor: Option<i64>,
    /// The cancellations that `cancelled_minor` is the sum of, where the document names each; empty where it states
    /// what was cancelled in all (Swedbank Pay's `cancelled`, and the status of an order that is). Over several
    /// documents of an order they are put together by their ids, so that one told of twice is counted once.
    pub cancellations: Vec<CancellationFact>,
    /// `remainingCaptureAmount`, minor units; absent is not 0.
    pub remaining_capture_minor: Option<i64>,
    /// `remainingReversalAmount`, minor units; absent is not 0.
    pub remaining_reversal_minor: Option<i64>,
    /// The document says that nobody has paid yet, and that nothing can be captured (Swedbank Pay's `Initialized`).
    #[serde(default)]
    pub unpaid: bool,
    /// Where the document stands.
    pub place: Place,
}

/// A part of an order that was cancelled before it was captured.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CancellationFact {
    /// Swedbank Pay: `payeeReference`, else `number`. Dintero: `id` of the recorded cancellation, or of the checkout
    /// event; `None` for a request, which its answer
    /// repeats with an id: it counts only where no cancellation with an id is known of the order.
    pub cancellation_id: Option<Text>,
    /// What was cancelled, signed, minor units.
    pub amount_minor: i64,
}

/// An item of an order: an order line of RULES.md 2.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ItemFact {
    /// Dintero `line_id` (a number as its digits), Swedbank Pay `reference`.
    pub line_id: Text,
    /// Article.
    pub item_id: Option<Text>,
    /// Name or description.
    pub description: Option<Text>,
    /// Quantity as it stands.
    pub quantity: Option<Text>,
    /// Total of the line with VAT, signed, minor units.
    pub gross_minor: i64,
    /// VAT of the line, signed, minor units.
    pub vat_minor: Option<i64>,
    /// Percent x 100, as digits.
    pub vat_rate_bp: Option<i64>,
    /// Dintero `related_item.line_id`.
    pub related_line_id: Option<Text>,
    /// Dintero `related_item.type`.
    pub relation: Option<Text>,
    /// Dintero `reversed_reason`.
    pub reversed_reason: Option<Text>,
    /// Line in the file, from 1, on which the item begins; 0 where that is the document's.
    pub line: u64,
}

/// How a document tells of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Told {
    /// A request: what was asked for. Alone it is money that did not move.
    Asked,
    /// A response or a list: what the provider says that it did.
    Executed,
    /// A record of an order system that executes nothing (Dintero's order captures and refunds).
    Recorded,
}

/// The kind of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Moved {
    /// A capture or sale.
    Capture,
    /// A reversal or refund.
    Reversal,
}

/// An operation as one document tells of it. Ids and times are texts as they stand, trimmed; a number is its digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OperationFact {
    /// Whose API it is.
    pub api: Api,
    /// How it is told.
    pub told: Told,
    /// Capture or reversal; `None` for a request that does not say (the file's path may).
    pub moved: Option<Moved>,
    /// The order, as in [`OrderFact::order_id`].
    pub order_id: Option<Text>,
    /// Dintero: `id` of the recorded operation, or of the event. Swedbank Pay has none: its `id` is another one in
    /// every document.
    pub operation_id: Option<Text>,
    /// Swedbank Pay `number`; Dintero: `payex:transaction:number` of the event.
    pub transaction_number: Option<Text>,
    /// Swedbank Pay `payeeReference`; Dintero `event_reference`.
    pub payee_reference: Option<Text>,
    /// Dintero: `id` of the checkout transaction; of a recorded operation, `payment_details.payment_id`.
    pub transaction_id: Option<Text>,
    /// `receiptReference`.
    pub receipt_reference: Option<Text>,
    /// Dintero `payment_details.payment_id`.
    pub payment_id: Option<Text>,
    /// The operation's own amount, as stated, minor units.
    pub amount_minor: Option<i64>,
    /// Its VAT, as stated, minor units.
    pub vat_minor: Option<i64>,
    /// ISO 4217 code, where the document has one.
    pub currency: Option<Text>,
    /// When it was made.
    pub created_at: Option<Text>,
    /// When it was changed last.
    pub updated_at: Option<Text>,
    /// The state as it stands; `success: false` is `failed`. `None` where the document only tells of what succeeded.
    pub state: Option<Text>,
    /// Swedbank Pay `reconciliationNumber`; Dintero: the `settlement_id`, where the event has exactly one.
    pub reconciliation_number: Option<Text>,
    /// Its lines; empty where the document names none.
    pub parts: Vec<PartFact>,
    /// Dintero: the `payex:transaction:payee_reference` under which Swedbank Pay knows this operation.
    pub payex_reference: Option<Text>,
    /// Where it stands.
    pub place: Place,
}

impl OperationFact {
    /// An operation of which nothing is known but whose API tells of it, and how.
    #[must_use]
    pub fn blank(api: Api, told: Told) -> Self {
        Self {
            api,
            told,
            moved: None,
            order_id: None,
            operation_id: None,
            transaction_number: None,
            payee_reference: None,
            transaction_id: None,
            receipt_reference: None,
            payment_id: None,
            amount_minor: None,
            vat_minor: None,
            currency: None,
            created_at: None,
            updated_at: None,
            state: None,
            reconciliation_number: None,
            parts: Vec::new(),
            payex_reference: None,
            place: Place::default(),
        }
    }
}

/// What an operation moved on one line.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PartFact {
    /// The order line, as in [`ItemFact::line_id`].
    pub line_id: Text,
    /// As stated, minor units.
    pub amount_minor: i64,
    /// As stated, minor units.
    pub vat_minor: Option<i64>,
}

/// A checkout transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TransactionFact {
    /// Its `id`.
    pub transaction_id: Text,
    /// Its `merchant_reference`.
    pub order_id: Option<Text>,
    /// ISO 4217 code as it stands.
    pub currency: Option<Text>,
    /// Where it stands.
    pub place: Place,
}
