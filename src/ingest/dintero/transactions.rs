//! Checkout API: a transaction, its items, and its captures and refunds. Here is where money moves.

use std::collections::HashSet;

use serde::Deserialize;

use super::facts::{Telling, blank};
use super::items::{Shape, item, items, parts};
use super::json::{Field, List, refused};
use super::records::state;
use crate::ingest::canonical::Reject;
use crate::ingest::payload::fact::{CancellationFact, Fact, Moved, OperationFact, OrderFact, Told, TransactionFact};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Transaction<'a> {
    #[serde(borrow)]
    id: Field<'a>,
    amount: Field<'a>,
    currency: Field<'a>,
    merchant_reference: Field<'a>,
    created_at: Field<'a>,
    updated_at: Field<'a>,
    items: List<'a>,
    shipping_option: Field<'a>,
    events: List<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Event<'a> {
    #[serde(borrow)]
    id: Field<'a>,
    event: Field<'a>,
    amount: Field<'a>,
    success: Field<'a>,
    items: List<'a>,
    event_reference: Field<'a>,
    request_id: Field<'a>,
    correlation_request_id: Field<'a>,
    metadata: Field<'a>,
    settlements: Field<'a>,
    created_at: Field<'a>,
}

/// What the metadata of an event says of the same operation at Swedbank Pay.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata<'a> {
    #[serde(borrow, rename = "payex:transaction:number")]
    payex_number: Field<'a>,
    #[serde(rename = "payex:transaction:payee_reference")]
    payex_reference: Field<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Settlements<'a> {
    #[serde(borrow)]
    events: List<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SettlementEvent<'a> {
    #[serde(borrow)]
    settlement_id: Field<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Envelope<'a> {
    #[serde(borrow)]
    transaction: Field<'a>,
}

/// Events that move no money of their own, whatever amount they state.
const NO_MONEY: [&str; 6] = ["INITIALIZE", "INITIATE", "AUTHORIZE", "VOID", "INITIATE_VOID", "SETTLEMENT"];

/// What an event does, by its name in capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Moves money.
    Move(Moved),
    /// Asks for it; a later event says what became of it.
    Initiate(Moved),
    /// Takes back what was authorized and not captured.
    Void,
    /// Nothing with money.
    Nothing,
    /// It is not known.
    Unknown,
}

fn does(name: &str) -> Does {
    match name {
        "CAPTURE" => Does::Move(Moved::Capture),
        "REFUND" => Does::Move(Moved::Reversal),
        "INITIATE_CAPTURE" => Does::Initiate(Moved::Capture),
        "INITIATE_REFUND" => Does::Initiate(Moved::Reversal),
        "VOID" => Does::Void,
        name if NO_MONEY.contains(&name) => Does::Nothing,
        _ => Does::Unknown,
    }
}

/// A webhook's envelope around a transaction.
pub(super) fn webhook<'a>(telling: &mut Telling<'a, '_>, document: &'a str) {
    let Some(envelope) = telling.object::<Envelope<'_>>(document, "") else { return };
    if let Some(raw) = envelope.transaction.0 {
        transaction(telling, raw);
    }
}

/// What all facts of a transaction have in common.
struct Head {
    transaction_id: Option<String>,
    order_id: Option<String>,
    currency: Option<String>,
}

/// A transaction. Its order is its `merchant_reference`, else the path's.
pub(super) fn transaction<'a>(telling: &mut Telling<'a, '_>, document: &'a str) {
    let Some(read) = telling.object::<Transaction<'_>>(document, "") else { return };
    let head = match head(telling, &read) {
        Ok(head) => head,
        Err(reject) => return telling.refuse(document, reject),
    };
    if head.transaction_id.is_none() && head.order_id.is_none() {
        return nobodys(telling, &read, document);
    }
    if let Some(transaction_id) = head.transaction_id.clone() {
        let Head { order_id, currency, .. } = &head;
        let place = telling.place_of(document);
        let (order_id, currency) = (order_id.clone(), currency.clone());
        telling.tell(Fact::Transaction(TransactionFact { place, transaction_id, order_id, currency }));
    }
    order(telling, &read, &head, document);
    events(telling, read.events.elements(), &head);
}

fn head(telling: &Telling<'_, '_>, read: &Transaction<'_>) -> Result<Head, Reject> {
    let order_id = read.merchant_reference.owned("merchant_reference")?;
    Ok(Head {
        transaction_id: read.id.owned("id")?,
        order_id: order_id.or_else(|| telling.hints.order_id.clone()),
        currency: read.currency.owned("currency")?,
    })
}

/// A transaction without an id and without an order: each of its captures and refunds is rejected, and the whole
/// where it has none of them.
fn nobodys<'a>(telling: &mut Telling<'a, '_>, read: &Transaction<'a>, document: &'a str) {
    let reason = "the transaction has neither id nor merchant_reference, so nothing says which order this belongs to: \
                  put the file under orders/<order_id>/, or fetch the whole transaction";
    let mut found = false;
    for element in read.events.elements() {
        let Some(event) = telling.object::<Event<'_>>(element, "events") else { continue };
        if let (Ok(Some(name)), Some(amount)) = (event.event.text("event"), event.amount.0)
            && matches!(does(&name.to_ascii_uppercase()), Does::Move(_) | Does::Initiate(_) | Does::Unknown)
        {
            found = true;
            let value = crate::ingest::field::shown(format!("{name} {amount}").as_bytes());
            let (column, reason) = ("merchant_reference".to_owned(), reason.to_owned());
            telling.refuse(element, Reject { column, value, reason });
        }
    }
    if !found {
        telling.refuse(document, refused("merchant_reference", "", reason));
    }
}

/// The items as order lines, and the delivery where no item is it.
fn order<'a>(telling: &mut Telling<'a, '_>, read: &Transaction<'a>, head: &Head, document: &'a str) {
    let times = || {
        let amount = read.amount.minor("amount")?;
        Ok((amount, read.created_at.owned("created_at")?, read.updated_at.owned("updated_at")?))
    };
    let (order_amount_minor, created_at, updated_at) = match times() {
        Ok(times) => times,
        Err(reject) => return telling.refuse(document, reject),
    };
    let mut lines = read.items.0.as_ref().map(|elements| items(telling, elements, Shape::Checkout));
    if let Some(raw) = read.shipping_option.0
        && let Some(shipping) = item(telling, raw, Shape::Checkout)
    {
        let lines = lines.get_or_insert_default();
        if !lines.iter().any(|line| line.line_id == shipping.line_id) {
            lines.push(shipping);
        }
    }
    if order_amount_minor.is_none() && lines.is_none() {
        return;
    }
    let fact = OrderFact {
        place: telling.place_of(document),
        order_id: head.order_id.clone(),
        transaction_id: head.transaction_id.clone(),
        currency: head.currency.clone(),
        created_at,
        updated_at,
        items: lines,
        of_transaction: true,
        order_amount_minor,
        ..OrderFact::default()
    };
    telling.tell(Fact::Order(fact));
}

/// Captures, refunds and voids of the events, in their order.
fn events<'a>(telling: &mut Telling<'a, '_>, elements: &[&'a str], head: &Head) {
    let mut read: Vec<(usize, &'a str, Event<'a>, Does)> = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        let Some(event) = telling.object::<Event<'_>>(element, "events") else { continue };
        match event.event.text("event") {
            Ok(name) => {
                let name = name.unwrap_or_default();
                let known = does(&name);
                // Written in capitals; a page of Dintero's has them small.
                let known = if known == Does::Unknown { does(&name.to_ascii_uppercase()) } else { known };
                read.push((index, element, event, known));
            }
            Err(reject) => telling.refuse(element, reject),
        }
    }
    let completed: HashSet<(Moved, String)> = read
        .iter()
        .filter_map(|(.., event, does)| {
            let Does::Move(moved) = does else { return None };
            Some((*moved, event.correlation_request_id.owned("correlation_request_id").ok()??))
        })
        .collect();
    for (index, element, event, does) in &read {
        match told(*index, event, *does, head, &completed) {
            Ok(Some(fact)) => {
                let place = telling.place_of(element);
                telling.tell(match fact {
                    Fact::Operation(fact) => Fact::Operation(OperationFact { place, ..fact }),
                    Fact::Order(fact) => Fact::Order(OrderFact { place, ..fact }),
                    other => other,
                });
            }
            Ok(None) => {}
            Err(reject) => telling.refuse(element, reject),
        }
    }
}

/// The fact of one event, without its place.
fn told(
    index: usize,
    event: &Event<'_>,
    does: Does,
    head: &Head,
    completed: &HashSet<(Moved, String)>,
) -> Result<Option<Fact>, Reject> {
    match does {
        Does::Nothing => Ok(None),
        Does::Unknown => unknown(event),
        Does::Void => voided(event, head),
        Does::Move(moved) => {
            let state = event.success.flag("success")?.map(state);
            operation(index, event, moved, state, head).map(Some)
        }
        Does::Initiate(moved) => {
            if let Some(request_id) = event.request_id.owned("request_id")?
                && completed.contains(&(moved, request_id))
            {
                return Ok(None);
            }
            // Nothing says that it was done, so it is money that did not move.
            let failed = event.success.flag("success")? == Some(false);
            let state = if failed { state(false) } else { "initiated".to_owned() };
            operation(index, event, moved, Some(state), head).map(Some)
        }
    }
}

/// An event that is not known moves no money as long as it states none.
fn unknown(event: &Event<'_>) -> Result<Option<Fact>, Reject> {
    if event.amount.minor("amount")?.unwrap_or(0) == 0 {
        return Ok(None);
    }
    let reason = "an event of this name is not known, and it has an amount: it was not used";
    Err(refused("event", event.event.0.unwrap_or_default(), reason))
}

/// A void that states what it took back is a cancellation of the order.
fn voided(event: &Event<'_>, head: &Head) -> Result<Option<Fact>, Reject> {
    let amount = event.amount.minor("amount")?.filter(|amount| *amount > 0);
    let (Some(amount_minor), Some(true)) = (amount, event.success.flag("success")?) else { return Ok(None) };
    let cancellation_id = match event.id.owned("id")? {
        None => event.request_id.owned("request_id")?,
        id => id,
    };
    Ok(Some(Fact::Order(OrderFact {
        order_id: head.order_id.clone(),
        transaction_id: head.transaction_id.clone(),
        currency: head.currency.clone(),
        cancelled_minor: Some(amount_minor),
        cancellations: vec![CancellationFact { cancellation_id, amount_minor }],
        ..OrderFact::default()
    })))
}

fn operation(
    index: usize,
    event: &Event<'_>,
    moved: Moved,
    state: Option<String>,
    head: &Head,
) -> Result<Fact, Reject> {
    let amount_minor = event.amount.minor("amount")?;
    let parts = parts(event.items.elements())?;
    if amount_minor.is_none() && parts.is_empty() {
        return Err(refused("amount", "", "the event has no amount, and no items with line_id and amount"));
    }
    let own_id = match event.id.owned("id")? {
        None => event.request_id.owned("request_id")?,
        id => id,
    };
    let payex = payex(event)?;
    Ok(Fact::Operation(OperationFact {
        moved: Some(moved),
        order_id: head.order_id.clone(),
        // Events are only added, so the place among them stays.
        operation_id: own_id.or_else(|| head.transaction_id.as_ref().map(|id| format!("{id}/{index}"))),
        transaction_number: payex.payex_number.owned("metadata.payex:transaction:number")?,
        payee_reference: event.event_reference.owned("event_reference")?,
        transaction_id: head.transaction_id.clone(),
        amount_minor,
        currency: head.currency.clone(),
        created_at: event.created_at.owned("created_at")?,
        state,
        reconciliation_number: settlement_id(event),
        parts,
        payex_reference: payex.payex_reference.owned("metadata.payex:transaction:payee_reference")?,
        ..blank(Told::Executed)
    }))
}

fn payex<'a>(event: &Event<'a>) -> Result<Metadata<'a>, Reject> {
    let raw = event.metadata.0.filter(|raw| memchr::memmem::find(raw.as_bytes(), b"payex:").is_some());
    let Some(raw) = raw else { return Ok(Metadata::default()) };
    super::json::object(raw).map_err(|error| refused("metadata", raw, error.reason))
}

/// The settlement that the event was paid out in, where there is exactly one.
fn settlement_id(event: &Event<'_>) -> Option<String> {
    let settlements: Settlements<'_> = super::json::object(event.settlements.0?).ok()?;
    let mut only: Option<String> = None;
    for raw in settlements.events.elements() {
        let entry: SettlementEvent<'_> = super::json::object(raw).ok()?;
        let id = entry.settlement_id.owned("settlement_id").ok()??;
        match &only {
            Some(known) if *known != id => return None,
            _ => only = Some(id),
        }
    }
    only
}
