//! One document of Dintero's APIs to the facts that it tells.

use super::{orders, records, transactions};
use crate::ingest::canonical::Reject;
use crate::ingest::payload::document::{DocContext, Document};
use crate::ingest::payload::fact::{Api, Fact, OperationFact, Place, Told};
use crate::ingest::payload::heard::{Heard, Silent};
use crate::ingest::payload::json::{Node, Shape};
use crate::ingest::payload::recognise::Dintero;
use crate::ingest::payload::scalar::rejected;
use crate::model::text::Text;

/// A document while its facts are told.
pub(super) struct Telling<'t> {
    document: &'t Document<'t>,
    /// What is known of its file.
    pub context: &'t DocContext,
    heard: &'t mut Heard,
}

impl<'t> Telling<'t> {
    /// The document's object.
    pub fn root(&self) -> Node<'t> {
        self.document.root()
    }

    /// The line on which the document begins.
    pub fn line(&self) -> u64 {
        self.document.line()
    }

    /// Where a value of the document begins. Lines are counted on from the value asked for before, so values are asked
    /// for in their order.
    pub fn place(&self, value: &Node<'_>) -> Place {
        self.context.place(self.document.line_of(value))
    }

    /// The order that the file's path names.
    pub fn order_id(&self) -> Option<Text> {
        self.context.path.order_id.clone()
    }

    /// Hands out a fact.
    pub fn tell(&mut self, fact: Fact) {
        self.heard.facts.push(fact);
    }

    /// Hands out a reject of a value of the document.
    pub fn refuse(&mut self, value: &Node<'_>, reject: Reject) {
        self.heard.rejects.push((self.document.line_of(value), reject));
    }

    /// Notes a value of the document that is understood and gives no row.
    pub fn note(&mut self, what: Silent, value: &Node<'_>) {
        self.heard.notes.add(what, self.document.line_of(value));
    }
}

/// The values of a list; none where it is absent.
///
/// # Errors
/// Something else stands there.
pub(super) fn list<'d>(
    column: &str,
    value: Option<Node<'d>>,
) -> Result<Option<impl Iterator<Item = Node<'d>> + use<'d>>, Reject> {
    match value {
        None => Ok(None),
        Some(value) => match value.shape() {
            Shape::Null => Ok(None),
            Shape::Array => Ok(Some(value.values())),
            _ => Err(rejected(column, &value, "a list must stand here")),
        },
    }
}

/// The values of an object with their keys; none where it is absent.
///
/// # Errors
/// Something else stands there.
pub(super) fn object<'d>(
    column: &str,
    value: Option<Node<'d>>,
) -> Result<impl Iterator<Item = Node<'d>> + use<'d>, Reject> {
    if let Some(value) = &value
        && !matches!(value.shape(), Shape::Object | Shape::Null)
    {
        return Err(rejected(column, value, "an object must stand here"));
    }
    Ok(value.into_iter().flat_map(|value| value.values()))
}

/// Refuses collections of operations under a name that is not known, each once: their money is not passed over unseen.
pub(super) fn unknown_operations(telling: &mut Telling<'_>, root: Node<'_>, known: &[&str]) {
    let lists = root.values().filter(|value| value.shape() == Shape::Array && !known.contains(&&*value.key()));
    for list in lists {
        let is_operation = |element: &Node<'_>| {
            let has = |key: &str| element.get(key).is_some();
            has("amount") && (has("success") || has("payment_details"))
        };
        if let Some(first) = list.values().find(is_operation) {
            let reason = "a collection of this name is not known, and it states amounts: it was not used";
            telling.refuse(&first, rejected(&list.key(), &list, reason));
        }
    }
}

/// The reject of something that is not there.
pub(super) fn lacks(column: &str, reason: &str) -> Reject {
    Reject { column: column.to_owned(), value: String::new(), reason: reason.to_owned() }
}

/// An operation of which nothing is known but how it is told.
pub(super) fn blank(told: Told) -> OperationFact {
    OperationFact::blank(Api::Dintero, told)
}

/// Tells the facts of one document. Rejects come with their line: a part of a document that cannot be read does not
/// take the others with it. What moves no money is noted.
///
/// Orders API: the items of a draft or of a stored order, and its captures, refunds and cancellations. Authorizations
/// move no money and are no facts; the log of an order's events repeats what its collections tell.
///
/// Checkout API: the transaction, its items, and its captures and refunds.
///
/// A document of a settlement gives none: see [`super::settlement`].
pub fn facts(document: &Document<'_>, kind: Dintero, context: &DocContext, heard: &mut Heard) {
    heard.document(document.line(), |heard| {
        let telling = &mut Telling { document, context, heard };
        let root = telling.root();
        match kind {
            Dintero::Draft => orders::draft(telling, root),
            Dintero::Order => orders::stored(telling, root),
            Dintero::Operation => records::single(telling, root),
            Dintero::Collection => records::collections(telling, root),
            Dintero::Transaction => transactions::transaction(telling, root),
            Dintero::Webhook => transactions::webhook(telling, root),
            Dintero::OrderEvents => telling.note(Silent::Log, &root),
            Dintero::SettlementList | Dintero::SettlementReport => {}
        }
    });
}
