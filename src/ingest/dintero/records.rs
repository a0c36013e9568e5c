//! Orders API: captures, refunds and cancellations, as asked for and as answered. They record what was done elsewhere.

use std::collections::HashSet;

use serde::Deserialize;

use super::facts::{Telling, blank};
use super::items::parts;
use super::json::{Field, List, object, refused};
use crate::ingest::canonical::Reject;
use crate::ingest::payload::fact::{CancellationFact, Fact, Moved, OperationFact, OrderFact, PartFact, Told};
use crate::ingest::payload::path::Collection;

/// One operation. The answer adds id, amount and times to the request.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Record<'a> {
    #[serde(borrow)]
    id: Field<'a>,
    amount: Field<'a>,
    success: Field<'a>,
    items: List<'a>,
    payment_details: Field<'a>,
    created_at: Field<'a>,
    processed_at: Field<'a>,
    updated_at: Field<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PaymentDetails<'a> {
    #[serde(borrow)]
    payment_id: Field<'a>,
}

/// Collections alone. Authorizations move no money.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Collections<'a> {
    #[serde(borrow)]
    captures: List<'a>,
    refunds: List<'a>,
    cancellations: List<'a>,
}

/// `{"captures": [..]}` and its like; the order is the path's.
pub(super) fn collections<'a>(telling: &mut Telling<'a, '_>, document: &'a str) {
    let Some(read) = telling.object::<Collections<'_>>(document, "") else { return };
    let order_id = telling.hints.order_id.clone();
    operations(telling, read.captures.elements(), Moved::Capture, order_id.as_deref());
    operations(telling, read.refunds.elements(), Moved::Reversal, order_id.as_deref());
    cancelled(telling, read.cancellations.elements());
}

/// One operation alone: the path says which kind it is and whose.
pub(super) fn single<'a>(telling: &mut Telling<'a, '_>, document: &'a str) {
    let order_id = telling.hints.order_id.clone();
    match telling.hints.collection {
        Some(Collection::Captures | Collection::Sales) => {
            operations(telling, &[document], Moved::Capture, order_id.as_deref());
        }
        Some(Collection::Refunds | Collection::Reversals) => {
            operations(telling, &[document], Moved::Reversal, order_id.as_deref());
        }
        Some(Collection::Cancellations) => cancelled(telling, &[document]),
        Some(Collection::Authorizations) => {}
        None => {
            let reason = "nothing says whether this is an authorization, a capture, a refund or a cancellation: \
                          name the file after it, as in orders/<order_id>/captures.json";
            telling.refuse(document, refused("", "", reason));
        }
    }
}

/// Captures or refunds; one that cannot be read is rejected.
pub(super) fn operations<'a>(
    telling: &mut Telling<'a, '_>,
    elements: &[&'a str],
    moved: Moved,
    order_id: Option<&str>,
) {
    let column = if moved == Moved::Capture { "captures" } else { "refunds" };
    for element in elements {
        let Some(record) = telling.object::<Record<'_>>(element, column) else { continue };
        let place = telling.place_of(element);
        match operation(&record) {
            Ok(fact) => {
                let order_id = order_id.map(str::to_owned);
                telling.tell(Fact::Operation(OperationFact { place, moved: Some(moved), order_id, ..fact }));
            }
            Err(reject) => telling.refuse(element, reject),
        }
    }
}

fn operation(record: &Record<'_>) -> Result<OperationFact, Reject> {
    let payment_id = payment_id(record)?;
    let amount_minor = record.amount.minor("amount")?;
    let parts = parts(record.items.elements())?;
    if amount_minor.is_none() && parts.is_empty() {
        return Err(refused("amount", "", "the operation has no amount, and no items with line_id and amount"));
    }
    let created_at = match record.created_at.owned("created_at")? {
        None => record.processed_at.owned("processed_at")?,
        created_at => created_at,
    };
    Ok(OperationFact {
        operation_id: record.id.owned("id")?,
        transaction_id: payment_id.clone(),
        payment_id,
        amount_minor,
        created_at,
        updated_at: record.updated_at.owned("updated_at")?,
        state: record.success.flag("success")?.map(state),
        parts,
        ..blank(Told::Recorded)
    })
}

/// The word for `success`.
pub(super) fn state(success: bool) -> String {
    if success { "completed" } else { "failed" }.to_owned()
}

fn payment_id(record: &Record<'_>) -> Result<Option<String>, Reject> {
    let Some(raw) = record.payment_details.0 else { return Ok(None) };
    let details: PaymentDetails<'_> = object(raw).map_err(|error| refused("payment_details", raw, error.reason))?;
    details.payment_id.owned("payment_details.payment_id")
}

/// Cancellations alone: what they say of the path's order.
fn cancelled<'a>(telling: &mut Telling<'a, '_>, elements: &[&'a str]) {
    let (cancelled_minor, cancellations) = cancellations(telling, elements);
    if !cancellations.is_empty() {
        let order_id = telling.hints.order_id.clone();
        let fact = OrderFact { place: telling.place, order_id, cancelled_minor, cancellations, ..OrderFact::default() };
        telling.tell(Fact::Order(fact));
    }
}

/// The successful cancellations and their sum; `None` where there are none.
pub(super) fn cancellations<'a>(
    telling: &mut Telling<'a, '_>,
    elements: &[&'a str],
) -> (Option<i64>, Vec<CancellationFact>) {
    let mut found: Vec<CancellationFact> = Vec::new();
    let mut known: HashSet<CancellationFact> = HashSet::new();
    let mut sum = 0_i64;
    for element in elements {
        let Some(record) = telling.object::<Record<'_>>(element, "cancellations") else { continue };
        let added = cancellation(&record).and_then(|fact| {
            let Some(fact) = fact else { return Ok(None) };
            let total = sum.checked_add(fact.amount_minor);
            total.map(|total| Some((fact, total))).ok_or_else(|| refused("amount", "", "the sum is too large"))
        });
        match added {
            Ok(Some((fact, total))) => {
                // One that stands twice in a document counts once; without an id nothing says that it is the same.
                if fact.cancellation_id.is_none() || known.insert(fact.clone()) {
                    sum = total;
                    found.push(fact);
                }
            }
            Ok(None) => {}
            Err(reject) => telling.refuse(element, reject),
        }
    }
    ((!found.is_empty()).then_some(sum), found)
}

fn cancellation(record: &Record<'_>) -> Result<Option<CancellationFact>, Reject> {
    let cancellation_id = record.id.owned("id")?;
    let parts = parts(record.items.elements())?;
    let of_parts = |parts: &[PartFact]| {
        let sum = parts.iter().try_fold(0_i64, |sum, part| sum.checked_add(part.amount_minor));
        sum.filter(|_| !parts.is_empty())
    };
    let amount = record.amount.minor("amount")?.or_else(|| of_parts(&parts));
    if record.success.flag("success")? == Some(false) {
        return Ok(None);
    }
    let reason = "the cancellation has no amount, and no items with line_id and amount";
    let amount_minor = amount.ok_or_else(|| refused("amount", "", reason))?;
    Ok(Some(CancellationFact { cancellation_id, amount_minor }))
}
