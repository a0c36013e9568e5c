//! What a header can mean, whatever the dataset, and which canonical column that is in each of them.

use crate::model::record::Dataset;

/// What a column of an export holds, as its header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Concept {
    /// The shop's order.
    OrderId,
    /// A line of the order.
    LineId,
    /// An article.
    ItemId,
    /// What was sold, in words.
    Description,
    /// How many.
    Quantity,
    /// An amount that does not say of what.
    Amount,
    /// An amount with VAT.
    Gross,
    /// The amount of a line.
    LineGross,
    /// What was captured.
    CaptureAmount,
    /// What was given back.
    RefundAmount,
    /// The amount of the whole order.
    OrderAmount,
    /// What was cancelled of the order.
    CancelledAmount,
    /// What may still be captured.
    RemainingCapture,
    /// What may still be given back.
    RemainingReversal,
    /// VAT as an amount.
    VatAmount,
    /// VAT as a rate.
    VatRate,
    /// A currency.
    Currency,
    /// A day that does not say of what.
    Date,
    /// When the row was created.
    CreatedAt,
    /// When the order was placed.
    OrderDate,
    /// When the money was asked for.
    TransactionDate,
    /// When it was captured.
    CaptureDate,
    /// When it was given back.
    RefundDate,
    /// When it was booked.
    BookingDate,
    /// When it was settled or paid out.
    PayoutDate,
    /// When the row was changed last.
    UpdatedAt,
    /// The payment provider.
    Provider,
    /// The line that this one takes back.
    RelatedLine,
    /// Why it was taken back.
    ReversedReason,
    /// One capture or reversal.
    OperationId,
    /// The merchant's reference at the provider.
    PayeeReference,
    /// The provider's number of the transaction.
    TransactionNumber,
    /// The provider's id of the transaction.
    TransactionId,
    /// A receipt.
    ReceiptReference,
    /// A payment.
    PaymentId,
    /// Whether it was done.
    State,
    /// A batch of the provider.
    ReconciliationNumber,
    /// A settlement file.
    SettlementId,
    /// `Utbetalning` alone: a settlement, or what it came to.
    Payout,
    /// What kind of row it is.
    Kind,
    /// What the provider takes.
    Fee,
    /// What is left of the amount.
    Net,
    /// The transaction that this one refers to.
    ReferencedTransaction,
    /// VAT on what the provider takes.
    FeeVat,
    /// What is left of earlier settlements.
    BroughtForward,
    /// A bank account.
    Account,
    /// The balance of an account.
    Balance,
    /// What a bank's statement says of an entry.
    EntryText,
    /// Who paid, or was paid.
    Counterparty,
    /// The bank's own id of an entry.
    BankReference,
    /// An amount without VAT or of one piece, a person, a place: nothing that is read.
    Nothing,
}

use Concept as C;

/// Canonical column and what it may be found as, the best first.
type Wishes = &'static [(&'static str, &'static [Concept])];

const ORDERS: Wishes = &[
    ("order_id", &[C::OrderId]),
    ("line_id", &[C::LineId]),
    ("gross_amount", &[C::LineGross, C::Gross, C::Amount]),
    ("currency", &[C::Currency]),
    ("created_at", &[C::OrderDate, C::CreatedAt, C::Date, C::TransactionDate]),
    ("provider", &[C::Provider]),
    ("item_id", &[C::ItemId]),
    ("description", &[C::Description]),
    ("quantity", &[C::Quantity]),
    ("vat_amount", &[C::VatAmount]),
    ("vat_rate", &[C::VatRate]),
    ("related_line_id", &[C::RelatedLine]),
    ("reversed_reason", &[C::ReversedReason]),
    ("updated_at", &[C::UpdatedAt]),
    ("order_amount", &[C::OrderAmount]),
    ("cancelled_amount", &[C::CancelledAmount]),
    ("remaining_capture_amount", &[C::RemainingCapture]),
    ("remaining_reversal_amount", &[C::RemainingReversal]),
];

/// What operations may be found as: captures and reversals differ in the columns that say which of both they are of.
macro_rules! operations {
    ($amount:expr, $day:expr) => {
        &[
            ("order_id", &[C::OrderId]),
            ("amount", &[$amount, C::LineGross, C::Gross, C::Amount]),
            ("currency", &[C::Currency]),
            ("created_at", &[$day, C::TransactionDate, C::CreatedAt, C::Date, C::BookingDate, C::OrderDate]),
            ("provider", &[C::Provider]),
            ("line_id", &[C::LineId]),
            ("operation_id", &[C::OperationId]),
            ("payee_reference", &[C::PayeeReference]),
            ("transaction_number", &[C::TransactionNumber]),
            ("transaction_id", &[C::TransactionId]),
            ("receipt_reference", &[C::ReceiptReference]),
            ("payment_id", &[C::PaymentId]),
            ("vat_amount", &[C::VatAmount]),
            ("state", &[C::State]),
            ("updated_at", &[C::UpdatedAt]),
            ("reconciliation_number", &[C::ReconciliationNumber]),
        ]
    };
}

const CAPTURES: Wishes = operations!(C::CaptureAmount, C::CaptureDate);

const REVERSALS: Wishes = operations!(C::RefundAmount, C::RefundDate);

const SETTLEMENTS: Wishes = &[
    ("gross_amount", &[C::Gross, C::Amount, C::LineGross]),
    ("currency", &[C::Currency]),
    ("provider", &[C::Provider]),
    ("settlement_id", &[C::SettlementId]),
    ("reconciliation_number", &[C::ReconciliationNumber]),
    ("operation_id", &[C::OperationId]),
    ("transaction_number", &[C::TransactionNumber]),
    ("payee_reference", &[C::PayeeReference]),
    ("order_id", &[C::OrderId]),
    ("transaction_id", &[C::TransactionId]),
    ("kind", &[C::Kind]),
    ("fee_amount", &[C::Fee]),
    ("net_amount", &[C::Net]),
    ("vat_amount", &[C::VatAmount]),
    ("created_at", &[C::TransactionDate, C::CaptureDate, C::CreatedAt, C::Date, C::OrderDate]),
    ("settled_at", &[C::PayoutDate, C::BookingDate]),
    ("referenced_transaction", &[C::ReferencedTransaction]),
];

const BANK: Wishes = &[
    ("amount", &[C::Amount, C::Gross]),
    ("currency", &[C::Currency]),
    ("booked_on", &[C::BookingDate, C::Date, C::TransactionDate, C::CreatedAt]),
    ("account", &[C::Account]),
    ("reference", &[C::PayeeReference]),
    ("text", &[C::EntryText, C::Description]),
    ("name", &[C::Counterparty]),
    ("bank_reference", &[C::BankReference]),
    ("balance", &[C::Balance]),
];

const PAYOUTS: Wishes = &[
    ("settlement_id", &[C::SettlementId]),
    ("currency", &[C::Currency]),
    ("provider", &[C::Provider]),
    ("gross_amount", &[C::Gross, C::Amount]),
    ("fee_amount", &[C::Fee]),
    ("fee_vat_amount", &[C::FeeVat]),
    ("brought_forward_amount", &[C::BroughtForward]),
    ("payout_amount", &[C::Net]),
    ("paid_at", &[C::PayoutDate, C::TransactionDate, C::Date]),
    ("reference", &[C::PayeeReference]),
];

/// The canonical columns of a dataset that headers can mean, each with the concepts that it may be found as, the best
/// first.
#[must_use]
pub fn wishes(dataset: Dataset) -> Wishes {
    match dataset {
        Dataset::Orders => ORDERS,
        Dataset::Captures => CAPTURES,
        Dataset::Reversals => REVERSALS,
        Dataset::Settlements => SETTLEMENTS,
        Dataset::Bank => BANK,
        Dataset::Payouts => PAYOUTS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_canonical_columns_and_required_ones_can_be_found() {
        for dataset in Dataset::OF_FILES {
            for (name, concepts) in wishes(dataset) {
                assert!(dataset.column(name).is_some() && !concepts.is_empty(), "{name}");
            }
            for column in dataset.columns().iter().filter(|column| column.required) {
                assert!(wishes(dataset).iter().any(|(name, _)| *name == column.name), "{}", column.name);
            }
        }
    }
}
