//! One document of Dintero's APIs to the facts that it tells.

use super::{orders, records, transactions};
use crate::ingest::canonical::Reject;
use crate::ingest::payload::document::{DocContext, Document};
use crate::ingest::payload::fact::{Api, Fact, OperationFact, Place, Told};
use crate::ingest::payload::json::{Node, Shape};
use crate::ingest::payload::recognise::Dintero;
use crate::ingest::payload::scalar::rejected;

/// A document while its facts are told.
pub(super) struct Telling<'t> {
    document: &'t Document<'t>,
    /// What is known of its file.
    pub context: &'t DocContext,
    out: &'t mut dyn FnMut(Fact),
    reject: &'t mut dyn FnMut(u64, Reject),
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
    pub fn order_id(&self) -> Option<String> {
        self.context.path.order_id.clone()
    }

    /// Hands out a fact.
    pub fn tell(&mut self, fact: Fact) {
        (self.out)(fact);
    }

    /// Hands out a reject of a value of the document.
    pub fn refuse(&mut self, value: &Node<'_>, reject: Reject) {
        (self.reject)(self.document.line_of(value), reject);
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

/// The reject of something that is not there.
pub(super) fn lacks(column: &str, reason: &str) -> Reject {
    Reject { column: column.to_owned(), value: String::new(), reason: reason.to_owned() }
}

/// An operation of which nothing is known but how it is told.
pub(super) fn blank(told: Told) -> OperationFact {
    OperationFact {
        place: Place::default(),
        api: Api::Dintero,
        told,
        moved: None,
        order_id: None,
        operation_id: None,
        transaction_number: None,
        payee_reference: None,
        transaction_id: None,
        receipt_reference: None,
        payment_id: None,
        amount_minor: None,
        vat_minor: None,
        currency: None,
        created_at: None,
        updated_at: None,
        state: None,
        reconciliation_number: None,
        parts: Vec::new(),
        payex_reference: None,
    }
}

/// Tells the facts of one document. Rejects come with their line: a part of a document that cannot be read does not
/// take the others with it.
///
/// Orders API: the items of a draft or of a stored order, and its captures, refunds and cancellations. Authorizations
/// move no money and are no facts; the log of an order's events repeats what its collections tell.
///
/// Checkout API: the transaction, its items, and its captures and refunds.
///
/// A document of a settlement gives none: see [`super::settlement`].
pub fn facts(
    document: &Document<'_>,
    kind: Dintero,
    context: &DocContext,
    out: &mut dyn FnMut(Fact),
    reject: &mut dyn FnMut(u64, Reject),
) {
    let telling = &mut Telling { document, context, out, reject };
    let root = telling.root();
    match kind {
        Dintero::Draft => orders::draft(telling, root),
        Dintero::Order => orders::stored(telling, root),
        Dintero::Operation => records::single(telling, root),
        Dintero::Collection => records::collections(telling, root),
        Dintero::Transaction => transactions::transaction(telling, root),
        Dintero::Webhook => transactions::webhook(telling, root),
        Dintero::OrderEvents | Dintero::SettlementList | Dintero::SettlementReport => {}
    }
}
