//! What a document is, told by the keys of its object alone: one table for both providers and for canonical rows, so
//! that no reader is tried in turn.

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A document of Swedbank Pay's API.
    SwedbankPay(SwedbankPay),
    /// A document of one of Dintero's APIs.
    Dintero(Dintero),
    /// A row whose keys are canonical columns (RULES.md 2).
    CanonicalRow,
}

/// Documents of Swedbank Pay, versions 1, 2, 3.0 and 3.1. Keys are compared without case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SwedbankPay {
    /// Has `payment` or `paymentOrder`: its URL beside a resource or a list, or the whole object.
    Enveloped,
    /// A payment order, or the payment of version 1, without the envelope.
    Order,
    /// One list or resource without the envelope: `captureList`, `financialTransactionsList`.
    List,
    /// `transaction` without the URL of what it belongs to: a request, or an element of a list alone.
    Transaction,
    /// A problem (an answer that says why a request was refused): it tells of no money.
    Problem,
}

/// Documents of Dintero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dintero {
    /// Orders API: a draft, `order` with `items`, `options` where it says which order it is.
    Draft,
    /// Orders API: one authorization, capture, refund or cancellation, as asked for or as answered; its keys do not
    /// say which of them.
    Operation,
    /// Orders API: `captures`, `refunds`, `authorizations` or `cancellations` alone.
    Collection,
    /// Orders API: a stored order.
    Order,
    /// Orders API: `events` of an order with their `state`.
    OrderEvents,
    /// Checkout API: a transaction with its `events`.
    Transaction,
    /// Checkout API: a webhook that carries a transaction.
    Webhook,
    /// Settlements API: the list of settlements, `items` with `last_evaluated_key`.
    SettlementList,
    /// A settlement report, `transactions` under `dintero_settlement_id`.
    SettlementReport,
}

/// One row of the table: a document has all of `all`, one of `any` where that is not empty, and none of `none`.
struct Entry {
    kind: Kind,
    all: &'static [&'static str],
    any: &'static [&'static str],
    none: &'static [&'static str],
}

const fn entry(kind: Kind, all: &'static [&'static str], any: &'static [&'static str]) -> Entry {
    Entry { kind, all, any, none: &[] }
}

/// Collections of the orders API.
const COLLECTIONS: &[&str] = &["captures", "refunds", "authorizations", "cancellations"];

/// Keys that only canonical rows, or only objects that a canonical row never is, have.
const TABLE: [Entry; 18] = [
    entry(Kind::CanonicalRow, &["gross_amount", "currency"], &[]),
    entry(Kind::CanonicalRow, &["order_id", "amount"], &["currency", "created_at", "dataset"]),
    entry(Kind::Dintero(Dintero::SettlementReport), &["dintero_settlement_id"], &["transactions"]),
    entry(Kind::Dintero(Dintero::SettlementList), &["items", "last_evaluated_key"], &[]),
    entry(Kind::Dintero(Dintero::Webhook), &["transaction"], &["event_delivery", "account_id"]),
    entry(Kind::Dintero(Dintero::Draft), &["order"], &[]),
    entry(Kind::Dintero(Dintero::Operation), &["items", "payment_details"], &["success"]),
    entry(
        Kind::Dintero(Dintero::Order),
        &["id", "items"],
        &["payment_status", "authorizations", "captures", "refunds", "cancellations"],
    ),
    entry(
        Kind::Dintero(Dintero::Transaction),
        &["events"],
        &["merchant_reference", "session_id", "settlement_status", "items"],
    ),
    entry(Kind::Dintero(Dintero::OrderEvents), &["events", "state"], &[]),
    // An answer for the order as a whole, without lines.
    Entry {
        kind: Kind::Dintero(Dintero::Operation),
        all: &["amount", "success"],
        any: &["payment_details", "created_at", "processed_at"],
        none: &["items", "event", "events", "currency", "transaction"],
    },
    entry(Kind::SwedbankPay(SwedbankPay::Enveloped), &[], &["payment", "paymentorder"]),
    entry(
        Kind::SwedbankPay(SwedbankPay::List),
        &[],
        &[
            "capturelist",
            "reversallist",
            "salelist",
            "transactionlist",
            "authorizationlist",
            "cancellationlist",
            "financialtransactionslist",
        ],
    ),
    entry(Kind::SwedbankPay(SwedbankPay::Transaction), &["transaction"], &[]),
    entry(
        Kind::SwedbankPay(SwedbankPay::Order),
        &["id", "amount"],
        &["remainingcaptureamount", "remainingreversalamount", "payeeinfo", "orderitems", "financialtransactions"],
    ),
    entry(Kind::SwedbankPay(SwedbankPay::Order), &["operation", "amount", "vatamount"], &[]),
    entry(Kind::SwedbankPay(SwedbankPay::Problem), &["type", "title", "status"], &["detail", "instance", "problems"]),
    // A collection alone: `captures` of a Swedbank Pay payment stand beside `payment`, which was looked for before.
    Entry { kind: Kind::Dintero(Dintero::Collection), all: &[], any: COLLECTIONS, none: &["id", "items"] },
];

/// What an object with these keys is; `None` where it is nothing that is known.
#[must_use]
pub fn recognise(keys: &[&str]) -> Option<Kind> {
    let fits = |entry: &&Entry| {
        // Swedbank Pay writes one key in several cases; Dintero and the canonical columns do not.
        let folded = matches!(entry.kind, Kind::SwedbankPay(_));
        let has = |wanted: &&str| {
            keys.iter().any(|key| if folded { key.eq_ignore_ascii_case(wanted) } else { key == wanted })
        };
        entry.all.iter().all(has) && (entry.any.is_empty() || entry.any.iter().any(has)) && !entry.none.iter().any(has)
    };
    TABLE.iter().find(fits).map(|entry| entry.kind)
}

/// Keys beside `items` that a recorded operation of the orders API never has: it is a transaction or an order, whose
/// items have other meanings, or a request to the checkout, which says nothing of what became of it.
const NO_OPERATION: [&str; 14] = [
    "order_id",
    "currency",
    "status",
    "order",
    "options",
    "event",
    "events",
    "merchant_reference",
    "session_id",
    "settlement_status",
    "payment_product",
    "capture_reference",
    "refund_reference",
    "reason",
];

/// What an object with `items` is whose own keys do not say it, by those of its first item: a page of the list of
/// settlements that is the last one, or an operation of which neither outcome nor payment is stated.
#[must_use]
pub fn recognise_items(keys: &[&str], first_item: &[&str]) -> Option<Kind> {
    let item_has = |key: &str| first_item.contains(&key);
    if item_has("amounts") && ["settled_at", "provider_reference", "payment_status"].into_iter().any(item_has) {
        return Some(Kind::Dintero(Dintero::SettlementList));
    }
    let is_operation = item_has("line_id") && item_has("amount") && !keys.iter().any(|key| NO_OPERATION.contains(key));
    is_operation.then_some(Kind::Dintero(Dintero::Operation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_tell_where_the_keys_do_not() {
        let operation = Some(Kind::Dintero(Dintero::Operation));
        let list = Some(Kind::Dintero(Dintero::SettlementList));
        let line = "amount line_id";
        let table = [
            ("items", "id amounts settled_at", list),
            ("items", "id provider_reference amounts", list),
            ("items total", "id payment_status amounts created_at", list),
            ("items", "id amounts", None),
            ("items", line, operation),
            ("id created_at amount items", line, operation),
            ("items processed_at metadata", "line_id amount payout", operation),
            ("items", "line_id gross_amount", None),
            ("items", "id amount", None),
            ("items", "", None),
            // A request to the checkout to capture or refund, an order, a transaction.
            ("amount capture_reference items", line, None),
            ("amount reason items", line, None),
            ("id currency items", line, None),
            ("id merchant_reference amount items", line, None),
            ("event amount items", line, None),
        ];
        for (keys, first, expected) in table {
            let words = |text: &'static str| text.split_whitespace().collect::<Vec<_>>();
            assert_eq!(recognise(&words(keys)), None, "{keys:?}");
            assert_eq!(recognise_items(&words(keys), &words(first)), expected, "{keys:?} {first:?}");
        }
    }

    #[test]
    fn documents_are_told_by_their_keys() {
        use Dintero as D;
        use SwedbankPay as S;
        let swedbank = |kind| Some(Kind::SwedbankPay(kind));
        let dintero = |kind| Some(Kind::Dintero(kind));
        let table = [
            ("payment capture", swedbank(S::Enveloped)),
            ("paymentorder financialTransactions", swedbank(S::Enveloped)),
            ("paymentOrder operations", swedbank(S::Enveloped)),
            ("PaymentOrder", swedbank(S::Enveloped)),
            ("orderReference paymentOrder", swedbank(S::Enveloped)),
            ("payment captures", swedbank(S::Enveloped)),
            ("payment transaction", swedbank(S::Enveloped)),
            ("transaction", swedbank(S::Transaction)),
            ("id transaction", swedbank(S::Transaction)),
            ("id created status amount vatAmount remainingReversalAmount", swedbank(S::Order)),
            ("id created state amount orderItems", swedbank(S::Order)),
            ("operation amount vatAmount", swedbank(S::Order)),
            ("id financialTransactionsList", swedbank(S::List)),
            ("id captureList", swedbank(S::List)),
            ("type title status detail problems", swedbank(S::Problem)),
            ("options order", dintero(D::Draft)),
            ("order", dintero(D::Draft)),
            ("items payment_details success", dintero(D::Operation)),
            ("id created_at amount success items payment_details", dintero(D::Operation)),
            ("id created_at amount success", dintero(D::Operation)),
            ("amount success payment_details", dintero(D::Operation)),
            ("id event amount success created_at", None),
            ("captures", dintero(D::Collection)),
            ("refunds", dintero(D::Collection)),
            ("authorizations", dintero(D::Collection)),
            ("cancellations", dintero(D::Collection)),
            ("id currency items status payment_status captures", dintero(D::Order)),
            ("id currency items authorizations", dintero(D::Order)),
            ("id amount currency merchant_reference events items", dintero(D::Transaction)),
            ("id session_id events", dintero(D::Transaction)),
            ("amount currency items events", dintero(D::Transaction)),
            ("account_id event event_delivery transaction", dintero(D::Webhook)),
            ("events state", dintero(D::OrderEvents)),
            ("items last_evaluated_key", dintero(D::SettlementList)),
            ("dintero_settlement_id amount currency transactions", dintero(D::SettlementReport)),
            ("order_id line_id gross_amount currency created_at", Some(Kind::CanonicalRow)),
            ("order_id amount currency created_at", Some(Kind::CanonicalRow)),
            ("gross_amount currency", Some(Kind::CanonicalRow)),
            ("", None),
            ("a b", None),
            ("id amount", None),
            ("items", None),
        ];
        for (keys, expected) in table {
            let keys: Vec<&str> = keys.split_whitespace().collect();
            assert_eq!(recognise(&keys), expected, "{keys:?}");
            let turned: Vec<&str> = keys.iter().rev().copied().collect();
            assert_eq!(recognise(&turned), expected, "the order of keys does not matter: {turned:?}");
        }
    }
}
