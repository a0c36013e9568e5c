//! Orders API: captures, refunds and cancellations, as asked for and as answered. They record what was done elsewhere.

use std::collections::HashSet;

use super::facts::{Telling, blank, lacks, list, object, unknown_operations};
use super::items::parts;
use crate::ingest::canonical::Reject;
use crate::ingest::payload::fact::{CancellationFact, Fact, Moved, OperationFact, OrderFact, Told};
use crate::ingest::payload::heard::Silent;
use crate::ingest::payload::json::Node;
use crate::ingest::payload::path::Collection;
use crate::ingest::payload::scalar::{boolean, id, minor_near, text};
use crate::model::text::Text;

/// `{"captures": [..]}` and its like; the order is the path's. Authorizations move no money.
pub(super) fn collections(telling: &mut Telling<'_>, root: Node<'_>) {
    let order_id = telling.order_id();
    authorizations(telling, root.get("authorizations"));
    operations(telling, root.get("captures"), Moved::Capture, order_id.as_deref());
    operations(telling, root.get("refunds"), Moved::Reversal, order_id.as_deref());
    let (cancelled_minor, cancellations) = cancellations(telling, root.get("cancellations"));
    cancelled(telling, root, cancelled_minor, cancellations);
    unknown_operations(telling, root, &COLLECTIONS);
}

/// One operation alone: the path says which kind it is and whose.
pub(super) fn single(telling: &mut Telling<'_>, root: Node<'_>) {
    let order_id = telling.order_id();
    match telling.context.path.collection {
        Some(Collection::Captures | Collection::Sales) => told(telling, root, Moved::Capture, order_id.as_deref()),
        Some(Collection::Refunds | Collection::Reversals) => told(telling, root, Moved::Reversal, order_id.as_deref()),
        Some(Collection::Cancellations) => match cancellation(root) {
            Ok(Some(fact)) => cancelled(telling, root, Some(fact.amount_minor), vec![fact]),
            Ok(None) => telling.note(Silent::NotCancelled, &root),
            Err(reject) => telling.refuse(&root, reject),
        },
        Some(Collection::Authorizations) => telling.note(Silent::Moneyless, &root),
        None => {
            let reason = "nothing says whether this is an authorization, a capture, a refund or a cancellation: name \
                          the file after it, as in orders/<order_id>/captures.json";
            telling.refuse(&root, lacks("", reason));
        }
    }
}

/// The collections that are known.
pub(super) const COLLECTIONS: [&str; 4] = ["captures", "refunds", "authorizations", "cancellations"];

/// Authorizations move no money: they are counted.
pub(super) fn authorizations(telling: &mut Telling<'_>, value: Option<Node<'_>>) {
    match (list("authorizations", value), value) {
        (Ok(elements), _) => {
            elements.into_iter().flatten().for_each(|element| telling.note(Silent::Moneyless, &element));
        }
        (Err(reject), Some(value)) => telling.refuse(&value, reject),
        (Err(_), None) => {}
    }
}

/// Captures or refunds; one that cannot be read is rejected.
pub(super) fn operations(telling: &mut Telling<'_>, value: Option<Node<'_>>, moved: Moved, order_id: Option<&str>) {
    let column = if moved == Moved::Capture { "captures" } else { "refunds" };
    match (list(column, value), value) {
        (Ok(elements), _) => {
            for element in elements.into_iter().flatten() {
                told(telling, element, moved, order_id);
            }
        }
        (Err(reject), Some(value)) => telling.refuse(&value, reject),
        (Err(_), None) => {}
    }
}

fn told(telling: &mut Telling<'_>, value: Node<'_>, moved: Moved, order_id: Option<&str>) {
    let place = telling.place(&value);
    match operation(value) {
        Ok(fact) => {
            let order_id = order_id.map(Text::from);
            telling.tell(Fact::Operation(OperationFact { place, moved: Some(moved), order_id, ..fact }));
        }
        Err(reject) => telling.refuse(&value, reject),
    }
}

/// The answer adds id, amount and times to the request. An amount of the operation is only what is stated.
fn operation(record: Node<'_>) -> Result<OperationFact, Reject> {
    let mut fact = blank(Told::Recorded);
    let mut processed_at = None;
    for value in object("", Some(record))? {
        let field = Some(value);
        match &*value.key() {
            "id" => fact.operation_id = id("id", field)?,
            "amount" => fact.amount_minor = minor_near("amount", field)?,
            "success" => fact.state = boolean("success", field)?.map(state),
            "items" => fact.parts = parts(field)?,
            "created_at" => fact.created_at = text("created_at", field)?,
            "processed_at" => processed_at = text("processed_at", field)?,
            "updated_at" => fact.updated_at = text("updated_at", field)?,
            "payment_details" => {
                let payment_id = object("payment_details", field)?.find(|value| value.key() == "payment_id");
                fact.payment_id = id("payment_details.payment_id", payment_id)?;
            }
            _ => {}
        }
    }
    if fact.amount_minor.is_none() && fact.parts.is_empty() {
        return Err(lacks("amount", "the operation has no amount, and no items with line_id and amount"));
    }
    fact.transaction_id.clone_from(&fact.payment_id);
    fact.created_at = fact.created_at.or(processed_at);
    Ok(fact)
}

/// The word for `success`.
pub(super) fn state(success: bool) -> Text {
    if success { "completed" } else { "failed" }.into()
}

/// Cancellations alone: what they say of the path's order.
fn cancelled(
    telling: &mut Telling<'_>,
    root: Node<'_>,
    cancelled_minor: Option<i64>,
    cancellations: Vec<CancellationFact>,
) {
    if !cancellations.is_empty() {
        let (place, order_id) = (telling.place(&root), telling.order_id());
        telling.tell(Fact::Order(OrderFact {
            place,
            order_id,
            cancelled_minor,
            cancellations,
            ..OrderFact::default()
        }));
    }
}

/// The successful cancellations and their sum; `None` where there are none. One that stands twice counts once;
/// without an id nothing says that it is the same.
pub(super) fn cancellations(
    telling: &mut Telling<'_>,
    value: Option<Node<'_>>,
) -> (Option<i64>, Vec<CancellationFact>) {
    let elements = match (list("cancellations", value), value) {
        (Err(reject), Some(value)) => {
            telling.refuse(&value, reject);
            None
        }
        (elements, _) => elements.ok().flatten(),
    };
    let mut found = Vec::new();
    let mut known = HashSet::new();
    let mut sum = 0_i64;
    for element in elements.into_iter().flatten() {
        match cancellation(element) {
            Ok(Some(fact)) => {
                if fact.cancellation_id.is_some() && !known.insert(fact.clone()) {
                    continue;
                }
                match sum.checked_add(fact.amount_minor) {
                    Some(total) => {
                        sum = total;
                        found.push(fact);
                    }
                    None => telling.refuse(&element, lacks("amount", "the sum of the cancellations is too large")),
                }
            }
            Ok(None) => telling.note(Silent::NotCancelled, &element),
            Err(reject) => telling.refuse(&element, reject),
        }
    }
    ((!found.is_empty()).then_some(sum), found)
}

/// `None` for one that failed.
fn cancellation(record: Node<'_>) -> Result<Option<CancellationFact>, Reject> {
    object("cancellations", Some(record)).map(drop)?;
    let cancellation_id = id("id", record.get("id"))?;
    let parts = parts(record.get("items"))?;
    let stated = minor_near("amount", record.get("amount"))?;
    if boolean("success", record.get("success"))? == Some(false) {
        return Ok(None);
    }
    let of_parts = parts.iter().try_fold(0_i64, |sum, part| sum.checked_add(part.amount_minor));
    let reason = "the cancellation has no amount, and no items with line_id and amount";
    let amount_minor = stated.or(of_parts.filter(|_| !parts.is_empty())).ok_or_else(|| lacks("amount", reason))?;
    Ok(Some(CancellationFact { cancellation_id, amount_minor }))
}
