//! What documents give: every published one, the versions and shapes that none was published of, and refusals.

mod items;
mod refusals;
mod samples;
mod shapes;
mod silences;

use crate::ingest::canonical::Reject;
use crate::ingest::payload::document::{DocContext, Document};
use crate::ingest::payload::fact::{Api, Fact, ItemFact, Moved, OperationFact, OrderFact, PartFact, Place, Told};
use crate::ingest::payload::heard::Heard;
use crate::ingest::payload::path::PathHints;
use crate::ingest::payload::recognise::Kind;
use crate::model::text::Text;

/// The facts of a document, and what of it is refused.
fn read(path: &str, text: &str) -> (Vec<Fact>, Vec<(u64, Reject)>) {
    let document = Document::parse(text, 1).unwrap();
    let context = DocContext { file: 3, path: PathHints::new(path), ..DocContext::default() };
    let mut heard = Heard::default();
    let Some(Kind::SwedbankPay(kind)) = document.kind() else { panic!("not known: {text}") };
    super::facts(&document, kind, &context, &mut heard);
    (heard.facts, heard.rejects)
}

/// The facts of a document of which nothing is refused.
fn facts(path: &str, text: &str) -> Vec<Fact> {
    let (found, refused) = read(path, text);
    assert_eq!(refused, [], "{text}");
    found
}

fn text(text: &str) -> Option<Text> {
    Some(text.into())
}

fn place(line: u64) -> Place {
    Place { file: 3, line }
}

/// An operation with nothing but its kind and amount.
fn operation(line: u64, moved: Moved, amount_minor: i64) -> OperationFact {
    OperationFact {
        place: place(line),
        moved: Some(moved),
        amount_minor: Some(amount_minor),
        ..OperationFact::blank(Api::SwedbankPay, Told::Executed)
    }
}

fn part(line_id: &str, amount_minor: i64, vat_minor: i64) -> PartFact {
    PartFact { line_id: line_id.into(), amount_minor, vat_minor: Some(vat_minor) }
}

fn item(line: u64, line_id: &str, gross_minor: i64) -> ItemFact {
    ItemFact { line, line_id: line_id.into(), gross_minor, ..ItemFact::default() }
}

fn refusal(line: u64, column: &str, value: &str, reason: &str) -> (u64, Reject) {
    (line, Reject { column: column.to_owned(), value: value.to_owned(), reason: reason.to_owned() })
}

/// A fact in a line, for tables in which only a few fields matter.
fn brief(fact: &Fact) -> String {
    let show = |text: &Option<Text>| text.clone().unwrap_or_else(|| "-".into());
    let number = |value: Option<i64>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
    match fact {
        Fact::Operation(fact) => format!(
            "{:?} {} order={} number={} reference={} amount={} vat={} state={} currency={}",
            fact.told,
            fact.moved.map_or("unsaid".to_owned(), |moved| format!("{moved:?}")),
            show(&fact.order_id),
            show(&fact.transaction_number),
            show(&fact.payee_reference),
            number(fact.amount_minor),
            number(fact.vat_minor),
            show(&fact.state),
            show(&fact.currency),
        ),
        Fact::Order(fact) => format!(
            "Order {} amount={} cancelled={} by={} capture={} reversal={} items={} whole={} currency={}",
            show(&fact.order_id),
            number(fact.order_amount_minor),
            number(fact.cancelled_minor),
            show(&fact.cancellations.first().and_then(|one| one.cancellation_id.clone())),
            number(fact.remaining_capture_minor),
            number(fact.remaining_reversal_minor),
            fact.items.as_ref().map_or("-".to_owned(), |items| items.len().to_string()),
            fact.whole,
            show(&fact.currency),
        ),
        Fact::Transaction(_) => "transaction".to_owned(),
    }
}

fn briefs(path: &str, text: &str) -> Vec<String> {
    facts(path, text).iter().map(brief).collect()
}
