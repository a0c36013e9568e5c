//! Facts of Dintero's documents: what both test files read with and compare by.

mod samples;
mod shapes;
mod silences;

use super::facts::{blank, facts};
use crate::ingest::canonical::Reject;
use crate::ingest::payload::document::{DocContext, Document};
use crate::ingest::payload::fact::{Fact, ItemFact, Moved, OperationFact, OrderFact, PartFact, Place, Told};
use crate::ingest::payload::heard::Heard;
use crate::ingest::payload::path::PathHints;
use crate::ingest::payload::recognise::Kind;
use crate::model::text::Text;

/// Facts and rejects, each with its line.
type Read = (Vec<Fact>, Vec<(u64, Reject)>);

/// Reads one document that stands on line 1 of file 7 at a path.
fn read(path: &str, text: &str) -> Read {
    let document = Document::parse(text, 1).unwrap();
    let Some(Kind::Dintero(kind)) = document.kind() else { panic!("{path}: {:?}", document.kind()) };
    let context = DocContext { file: 7, path: PathHints::new(path), ..DocContext::default() };
    let mut heard = Heard::default();
    facts(&document, kind, &context, &mut heard);
    (heard.facts, heard.rejects)
}

fn text(text: &str) -> Option<Text> {
    Some(text.into())
}

fn place(line: u64) -> Place {
    Place { file: 7, line }
}

fn part(line_id: &str, amount_minor: i64) -> PartFact {
    PartFact { line_id: line_id.into(), amount_minor, vat_minor: None }
}

fn rejected(line: u64, column: &str, value: &str, reason: &str) -> (u64, Reject) {
    (line, Reject { column: column.to_owned(), value: value.to_owned(), reason: reason.to_owned() })
}

/// A recorded operation on an order.
fn recorded(line: u64, moved: Moved, order_id: &str, parts: Vec<PartFact>) -> OperationFact {
    OperationFact { place: place(line), moved: Some(moved), order_id: text(order_id), parts, ..blank(Told::Recorded) }
}

/// An executed operation of the transaction T-1 for the order O-1.
fn executed(line: u64, moved: Moved, id: &str, amount_minor: i64) -> OperationFact {
    OperationFact {
        place: place(line),
        moved: Some(moved),
        order_id: text("O-1"),
        operation_id: text(id),
        transaction_id: text("T-1"),
        amount_minor: Some(amount_minor),
        currency: text("NOK"),
        state: text("completed"),
        ..blank(Told::Executed)
    }
}

/// An order of a draft, or a stored one.
fn order(order_id: Option<&str>, items: Option<Vec<ItemFact>>) -> OrderFact {
    let (order_id, currency) = (order_id.map(Text::from), text("NOK"));
    OrderFact { place: place(1), order_id, currency, items, ..OrderFact::default() }
}
