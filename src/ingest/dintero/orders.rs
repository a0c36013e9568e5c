//! Orders API: drafts, and stored orders with what is embedded in them.

use serde::Deserialize;

use super::facts::Telling;
use super::items::{Shape, items};
use super::json::{Field, List, object, refused};
use super::records::{cancellations, operations};
use crate::ingest::canonical::Reject;
use crate::ingest::payload::fact::{Fact, Moved, OrderFact};

/// `{options: {..}, order: {..}}`, new or an update of an order.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Draft<'a> {
    #[serde(borrow)]
    options: Field<'a>,
    order: Field<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Options<'a> {
    #[serde(borrow)]
    order_id: Field<'a>,
}

/// An order, stored or drafted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Order<'a> {
    #[serde(borrow)]
    id: Field<'a>,
    currency: Field<'a>,
    created_at: Field<'a>,
    updated_at: Field<'a>,
    items: List<'a>,
    captures: List<'a>,
    refunds: List<'a>,
    cancellations: List<'a>,
}

/// A draft. Its order is that of `options.order_id`, else of the path: a new draft has none yet.
pub(super) fn draft<'a>(telling: &mut Telling<'a, '_>, document: &'a str) {
    let Some(draft) = telling.object::<Draft<'_>>(document, "") else { return };
    let Some(raw) = draft.order.0 else {
        return telling.refuse(document, refused("order", "", "a draft without an order"));
    };
    let Some(order) = telling.object::<Order<'_>>(raw, "order") else { return };
    let order_id = match draft.options.0 {
        None => Ok(None),
        Some(raw) => object(raw)
            .map_err(|error| refused("options", raw, error.reason))
            .and_then(|options: Options<'_>| options.order_id.owned("options.order_id")),
    };
    match order_id.and_then(|order_id| head(telling, &order, order_id)) {
        Ok(fact) => {
            let items = order.items.0.as_ref().map(|elements| items(telling, elements, Shape::Order));
            telling.tell(Fact::Order(OrderFact { items, ..fact }));
        }
        Err(reject) => telling.refuse(document, reject),
    }
}

/// A stored order with its captures, refunds and cancellations, where they are embedded.
///
/// That an order was cancelled (`status`, `cancelled_at`) says no amount, so only its cancellations do.
pub(super) fn stored<'a>(telling: &mut Telling<'a, '_>, document: &'a str) {
    let Some(order) = telling.object::<Order<'_>>(document, "") else { return };
    let own_id = order.id.owned("id");
    match own_id.and_then(|order_id| head(telling, &order, order_id)) {
        Ok(fact) => {
            let order_id = fact.order_id.clone();
            let items = order.items.0.as_ref().map(|elements| items(telling, elements, Shape::Order));
            let (cancelled_minor, cancellations) = cancellations(telling, order.cancellations.elements());
            telling.tell(Fact::Order(OrderFact { items, cancelled_minor, cancellations, ..fact }));
            operations(telling, order.captures.elements(), Moved::Capture, order_id.as_deref());
            operations(telling, order.refunds.elements(), Moved::Reversal, order_id.as_deref());
        }
        Err(reject) => telling.refuse(document, reject),
    }
}

fn head(telling: &Telling<'_, '_>, order: &Order<'_>, order_id: Option<String>) -> Result<OrderFact, Reject> {
    Ok(OrderFact {
        place: telling.place,
        order_id: order_id.or_else(|| telling.hints.order_id.clone()),
        currency: order.currency.owned("currency")?,
        created_at: order.created_at.owned("created_at")?,
        updated_at: order.updated_at.owned("updated_at")?,
        ..OrderFact::default()
    })
}
