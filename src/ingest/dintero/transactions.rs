//! Checkout API: a transaction, its items, and its captures and refunds. Here is where money moves.

use std::collections::HashSet;

use compact_str::format_compact;

use super::facts::{Telling, blank, lacks, list, object, unknown_operations};
use super::items::{Ledger, item, items, parts};
use super::records::state;
use crate::ingest::canonical::Reject;
use crate::ingest::field::shown;
use crate::ingest::payload::document::OrderReference;
use crate::ingest::payload::fact::{
    CancellationFact, Fact, ItemFact, Moved, OperationFact, OrderFact, PartFact, Told, TransactionFact,
};
use crate::ingest::payload::heard::Silent;
use crate::ingest::payload::json::{Node, Shape};
use crate::ingest::payload::scalar::{boolean, id, minor_near, rejected, text};
use crate::model::text::Text;

/// Events that move no money of their own, whatever amount they state.
const NO_MONEY: [&str; 5] = ["INITIALIZE", "INITIATE", "AUTHORIZE", "INITIATE_VOID", "SETTLEMENT"];

/// States of a transaction whose payment was never authorized: a shopper who gave up or was declined owes nothing.
const NEVER_AUTHORIZED: [&str; 4] = ["INITIATED", "INITIALIZED", "DECLINED", "FAILED"];

/// The state of a transaction that was authorized, and of which nothing was captured before that was taken back.
const VOIDED: &str = "AUTHORIZATION_VOIDED";

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

fn does(name: Node<'_>) -> Does {
    // Written in capitals; a page of Dintero's has them small.
    match name.text().unwrap_or_default().trim().to_ascii_uppercase().as_str() {
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
pub(super) fn webhook(telling: &mut Telling<'_>, root: Node<'_>) {
    if let Some(value) = root.get("transaction") {
        transaction(telling, value);
    }
}

/// What all facts of a transaction have in common.
#[derive(Default)]
struct Head {
    transaction_id: Option<Text>,
    order_id: Option<Text>,
    currency: Option<Text>,
    /// In capitals.
    status: String,
}

impl Head {
    /// What the transaction says of its order.
    fn order(&self, fact: OrderFact) -> OrderFact {
        OrderFact {
            order_id: self.order_id.clone(),
            transaction_id: self.transaction_id.clone(),
            currency: self.currency.clone(),
            of_transaction: true,
            ..fact
        }
    }

    /// What of it was taken back before it was captured.
    fn cancelled(&self, cancellation_id: Option<Text>, amount_minor: i64) -> OrderFact {
        self.order(OrderFact {
            cancelled_minor: Some(amount_minor),
            cancellations: vec![CancellationFact { cancellation_id, amount_minor }],
            ..OrderFact::default()
        })
    }
}

/// A transaction. Its order is its `merchant_reference`, or the second one where that is asked for, else the path's.
pub(super) fn transaction(telling: &mut Telling<'_>, value: Node<'_>) {
    let read = head(value, telling.context.order_reference);
    let (mut head, order) = match read {
        Ok(read) => read,
        Err(reject) => return telling.refuse(&value, reject),
    };
    head.order_id = head.order_id.or_else(|| telling.order_id());
    if head.transaction_id.is_none() && head.order_id.is_none() {
        return nobodys(telling, value);
    }
    let place = telling.place(&value);
    if let Some(transaction_id) = head.transaction_id.clone() {
        let (order_id, currency) = (head.order_id.clone(), head.currency.clone());
        telling.tell(Fact::Transaction(TransactionFact { place, transaction_id, order_id, currency }));
    }
    let amount_minor = order.order_amount_minor;
    let lines = lines(telling, value);
    let (did, facts) = events(telling, value.get("events"), &head);
    if NEVER_AUTHORIZED.contains(&&*head.status) && did == Did::default() {
        telling.note(Silent::NeverAuthorized, &value);
    } else if amount_minor.is_some() || lines.is_some() {
        telling.tell(Fact::Order(head.order(OrderFact { place, items: lines, ..order })));
        // An event need not say how much it took back.
        if let Some(amount_minor) = amount_minor.filter(|_| head.status == VOIDED && did == Did::default()) {
            let cancelled = head.cancelled(head.transaction_id.clone(), amount_minor);
            telling.tell(Fact::Order(OrderFact { place, ..cancelled }));
        }
    }
    facts.into_iter().for_each(|fact| telling.tell(fact));
    unknown_operations(telling, value, &["events", "items", "gift_cards"]);
}

fn head(value: Node<'_>, order_reference: OrderReference) -> Result<(Head, OrderFact), Reject> {
    let (mut head, mut order, mut second) = (Head::default(), OrderFact::default(), None);
    for value in object("transaction", Some(value))? {
        let field = Some(value);
        match &*value.key() {
            "id" => head.transaction_id = id("id", field)?,
            "merchant_reference" => head.order_id = id("merchant_reference", field)?,
            "merchant_reference_2" if order_reference == OrderReference::Second => {
                second = id("merchant_reference_2", field)?;
            }
            "currency" => head.currency = text("currency", field)?,
            "amount" => order.order_amount_minor = minor_near("amount", field)?,
            "created_at" => order.created_at = text("created_at", field)?,
            "updated_at" => order.updated_at = text("updated_at", field)?,
            // Written in capitals; a page of Dintero's has it small. What is none says nothing.
            "status" => head.status = value.text().unwrap_or_default().trim().to_ascii_uppercase(),
            _ => {}
        }
    }
    head.order_id = second.or(head.order_id);
    Ok((head, order))
}

/// A transaction without an id and without an order: each of its captures and refunds is rejected, and the whole
/// where it has none of them.
fn nobodys(telling: &mut Telling<'_>, value: Node<'_>) {
    let reason = "the transaction has neither id nor merchant_reference, so nothing says which order this belongs to: \
                  put the file under orders/<order_id>/, or fetch the whole transaction";
    let mut found = false;
    for event in value.get("events").into_iter().flat_map(|events| events.values()) {
        let (Some(name), Some(amount)) = (event.get("event"), event.get("amount")) else { continue };
        if matches!(does(name), Does::Move(_) | Does::Initiate(_) | Does::Unknown) {
            found = true;
            let value = shown(format!("{} {}", name.raw(), amount.raw()).as_bytes());
            telling.refuse(&event, Reject { value, ..lacks("merchant_reference", reason) });
        }
    }
    if !found {
        telling.refuse(&value, lacks("merchant_reference", reason));
    }
}

/// The items as order lines, and the delivery where no item is it.
fn lines(telling: &mut Telling<'_>, value: Node<'_>) -> Option<Vec<ItemFact>> {
    let mut lines = items(telling, value.get("items"), Ledger::Checkout);
    let shipping = value.get("shipping_option").filter(|shipping| shipping.shape() != Shape::Null);
    if let Some(shipping) = shipping.and_then(|shipping| item(telling, &shipping, Ledger::Checkout)) {
        let lines = lines.get_or_insert_default();
        if !lines.iter().any(|line| line.line_id == shipping.line_id) {
            lines.push(shipping);
        }
    }
    lines
}

/// An event as it stands.
#[derive(Default)]
struct Event<'d> {
    event: Option<Node<'d>>,
    own_id: Option<Text>,
    amount_minor: Option<i64>,
    success: Option<bool>,
    parts: Vec<PartFact>,
    event_reference: Option<Text>,
    request_id: Option<Text>,
    correlation_request_id: Option<Text>,
    created_at: Option<Text>,
    settlement_id: Option<Text>,
    payex_number: Option<Text>,
    payex_reference: Option<Text>,
}

fn event(value: Node<'_>) -> Result<Event<'_>, Reject> {
    let mut event = Event::default();
    for value in object("events", Some(value))? {
        let field = Some(value);
        match &*value.key() {
            "event" => event.event = field,
            "id" => event.own_id = id("id", field)?,
            "amount" => event.amount_minor = minor_near("amount", field)?,
            "success" => event.success = boolean("success", field)?,
            "items" => event.parts = parts(field)?,
            "event_reference" => event.event_reference = id("event_reference", field)?,
            "request_id" => event.request_id = id("request_id", field)?,
            "correlation_request_id" => event.correlation_request_id = id("correlation_request_id", field)?,
            "created_at" => event.created_at = text("created_at", field)?,
            "settlements" => event.settlement_id = settlement_id(value)?,
            "metadata" => {
                for value in object("metadata", field)? {
                    let column = "metadata.payex:transaction";
                    match &*value.key() {
                        "payex:transaction:number" => event.payex_number = id(column, Some(value))?,
                        "payex:transaction:payee_reference" => event.payex_reference = id(column, Some(value))?,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok(event)
}

/// The settlement that the event was paid out in, where there is exactly one.
fn settlement_id(settlements: Node<'_>) -> Result<Option<Text>, Reject> {
    let mut only: Option<Text> = None;
    let entries = object("settlements", Some(settlements))?.find(|value| value.key() == "events");
    for entry in list("settlements.events", entries)?.into_iter().flatten() {
        let Some(found) = id("settlement_id", entry.get("settlement_id"))? else { continue };
        if only.as_ref().is_some_and(|known| *known != found) {
            return Ok(None);
        }
        only = Some(found);
    }
    Ok(only)
}

/// What the events of a transaction did, whatever its state says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Did {
    /// Moved money.
    moved: bool,
    /// Took back an amount that is stated.
    voided: bool,
}

/// Captures, refunds and voids of the events, in their order.
fn events(telling: &mut Telling<'_>, value: Option<Node<'_>>, head: &Head) -> (Did, Vec<Fact>) {
    let (mut did, mut facts) = (Did::default(), Vec::new());
    let elements = match (list("events", value), value) {
        (Err(reject), Some(value)) => {
            telling.refuse(&value, reject);
            return (did, facts);
        }
        (elements, _) => elements.ok().flatten(),
    };
    let mut read = Vec::new();
    let mut answered = HashSet::new();
    for (index, element) in elements.into_iter().flatten().enumerate() {
        match event(element) {
            Ok(event) => {
                let does = event.event.map_or(Does::Unknown, does);
                if let (Does::Move(moved), Some(request_id)) = (does, &event.correlation_request_id) {
                    answered.insert((moved, request_id.clone()));
                }
                read.push((index, element, event, does));
            }
            Err(reject) => telling.refuse(&element, reject),
        }
    }
    for (index, element, event, does) in read {
        did.moved |= matches!(does, Does::Move(_)) && event.success != Some(false);
        let state = event.success.map(state);
        let told = match does {
            Does::Nothing => continue,
            Does::Unknown => unknown(&event),
            Does::Void => Ok(voided(event, head)),
            Does::Move(moved) => operation(index, event, moved, state, head).map(Some),
            Does::Initiate(moved) => {
                let is_answered = |id: &Text| answered.contains(&(moved, id.clone()));
                if event.request_id.as_ref().is_some_and(is_answered) {
                    continue;
                }
                // Nothing says that it was done, so it is money that did not move.
                let state = state.filter(|_| event.success == Some(false)).unwrap_or_else(|| "initiated".into());
                operation(index, event, moved, Some(state), head).map(Some)
            }
        };
        let place = telling.place(&element);
        match told {
            Ok(Some(Fact::Operation(fact))) => facts.push(Fact::Operation(OperationFact { place, ..fact })),
            Ok(Some(Fact::Order(fact))) => {
                did.voided = true;
                facts.push(Fact::Order(OrderFact { place, ..fact }));
            }
            Ok(Some(Fact::Transaction(_))) => {}
            Ok(None) => {
                let what = if does == Does::Void { Silent::NotCancelled } else { Silent::UnknownEvent };
                telling.note(what, &element);
            }
            Err(reject) => telling.refuse(&element, reject),
        }
    }
    (did, facts)
}

/// An event that is not known moves no money as long as it states none.
fn unknown(event: &Event<'_>) -> Result<Option<Fact>, Reject> {
    if event.amount_minor.unwrap_or(0) == 0 {
        return Ok(None);
    }
    let reason = "an event of this name is not known, and it has an amount: it was not used";
    Err(event.event.map_or_else(|| lacks("event", reason), |name| rejected("event", &name, reason)))
}

/// A void that states what it took back is a cancellation of the order. It is the checkout's word, as its items are:
/// an order system that records its own cancellations says the same once more.
fn voided(event: Event<'_>, head: &Head) -> Option<Fact> {
    let amount_minor = event.amount_minor.filter(|amount| *amount > 0 && event.success == Some(true))?;
    Some(Fact::Order(head.cancelled(event.own_id.or(event.request_id), amount_minor)))
}

fn operation(index: usize, event: Event<'_>, moved: Moved, state: Option<Text>, head: &Head) -> Result<Fact, Reject> {
    if event.amount_minor.is_none() && event.parts.is_empty() {
        return Err(lacks("amount", "the event has no amount, and no items with line_id and amount"));
    }
    // Events are only added, so the place among them stays.
    let numbered = || head.transaction_id.as_ref().map(|id| format_compact!("{id}/{index}"));
    Ok(Fact::Operation(OperationFact {
        moved: Some(moved),
        order_id: head.order_id.clone(),
        operation_id: event.own_id.or(event.request_id).or_else(numbered),
        transaction_number: event.payex_number,
        payee_reference: event.event_reference,
        transaction_id: head.transaction_id.clone(),
        amount_minor: event.amount_minor,
        currency: head.currency.clone(),
        created_at: event.created_at,
        state,
        reconciliation_number: event.settlement_id,
        parts: event.parts,
        payex_reference: event.payex_reference,
        ..blank(Told::Executed)
    }))
}
