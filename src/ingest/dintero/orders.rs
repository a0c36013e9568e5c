//! Orders API: drafts, and stored orders with what is embedded in them.

use super::facts::{Telling, object, unknown_operations};
use super::items::{Ledger, items};
use super::records::{COLLECTIONS, authorizations, cancellations, operations};
use crate::ingest::canonical::Reject;
use crate::ingest::payload::fact::{Fact, Moved, OrderFact};
use crate::ingest::payload::json::Node;
use crate::ingest::payload::scalar::{id, text};
use crate::model::text::Text;

/// `{options: {..}, order: {..}}`, new or an update of an order. Its order is that of `options.order_id`, else the
/// path's: a new draft has none yet.
pub(super) fn draft(telling: &mut Telling<'_>, root: Node<'_>) {
    let Some(order) = root.get("order") else { return };
    let read = object("options", root.get("options")).and_then(|mut options| {
        let order_id = options.find(|value| value.key() == "order_id");
        head(telling, root, order, id("options.order_id", order_id)?)
    });
    match read {
        Ok(fact) => {
            let items = items(telling, order.get("items"), Ledger::Orders);
            telling.tell(Fact::Order(OrderFact { items, ..fact }));
        }
        Err(reject) => telling.refuse(&root, reject),
    }
}

/// A stored order with its captures, refunds and cancellations, where they are embedded.
///
/// That an order was cancelled (`status`, `cancelled_at`) says no amount, so only its cancellations do.
pub(super) fn stored(telling: &mut Telling<'_>, root: Node<'_>) {
    let read = id("id", root.get("id")).and_then(|order_id| head(telling, root, root, order_id));
    let fact = match read {
        Ok(fact) => fact,
        Err(reject) => return telling.refuse(&root, reject),
    };
    let order_id = fact.order_id.clone();
    let items = items(telling, root.get("items"), Ledger::Orders);
    let (cancelled_minor, cancellations) = cancellations(telling, root.get("cancellations"));
    telling.tell(Fact::Order(OrderFact { items, cancelled_minor, cancellations, ..fact }));
    authorizations(telling, root.get("authorizations"));
    operations(telling, root.get("captures"), Moved::Capture, order_id.as_deref());
    operations(telling, root.get("refunds"), Moved::Reversal, order_id.as_deref());
    unknown_operations(telling, root, &COLLECTIONS);
}

fn head(telling: &Telling<'_>, root: Node<'_>, order: Node<'_>, order_id: Option<Text>) -> Result<OrderFact, Reject> {
    let mut fact = OrderFact {
        place: telling.place(&root),
        order_id: order_id.or_else(|| telling.order_id()),
        ..OrderFact::default()
    };
    for value in object("order", Some(order))? {
        let field = Some(value);
        match &*value.key() {
            "currency" => fact.currency = text("currency", field)?,
            "created_at" => fact.created_at = text("created_at", field)?,
            "updated_at" => fact.updated_at = text("updated_at", field)?,
            _ => {}
        }
    }
    Ok(fact)
}
