//! One document of Dintero's APIs to the facts that it tells.

use super::json::{Lines, object};
use super::{orders, records, transactions};
use crate::ingest::canonical::Reject;
use crate::ingest::payload::fact::{Api, Fact, OperationFact, Place, Told};
use crate::ingest::payload::path::PathHints;
use crate::ingest::payload::recognise::Dintero;

/// A document while its facts are told.
pub(super) struct Telling<'a, 'o> {
    /// Where the document begins.
    pub place: Place,
    /// What its path says.
    pub hints: &'o PathHints,
    lines: Lines<'a>,
    out: &'o mut dyn FnMut(Fact),
    reject: &'o mut dyn FnMut(u64, Reject),
}

impl<'a> Telling<'a, '_> {
    /// Where a part of the document begins.
    pub fn place_of(&mut self, part: &str) -> Place {
        Place { line: self.lines.of(part), ..self.place }
    }

    /// Hands out a fact.
    pub fn tell(&mut self, fact: Fact) {
        (self.out)(fact);
    }

    /// Hands out a reject of a part of the document.
    pub fn refuse(&mut self, part: &str, reject: Reject) {
        let line = self.lines.of(part);
        (self.reject)(line, reject);
    }

    /// Reads a part of the document as an object; `None` where it is none, which is rejected. `column` is the key
    /// that the part stands under, empty for the document itself.
    pub fn object<T: serde::Deserialize<'a>>(&mut self, part: &'a str, column: &str) -> Option<T> {
        match object(part) {
            Ok(read) => Some(read),
            Err(error) => {
                let line = self.lines.of(part).saturating_add(error.line - 1);
                let reject = Reject { column: column.to_owned(), value: String::new(), reason: error.reason };
                (self.reject)(line, reject);
                None
            }
        }
    }
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
    document: &[u8],
    kind: Dintero,
    hints: &PathHints,
    place: Place,
    out: &mut dyn FnMut(Fact),
    reject: &mut dyn FnMut(u64, Reject),
) {
    let Ok(text) = std::str::from_utf8(document) else {
        let reason = "the document is not UTF-8: save the file as UTF-8, or fetch it again".to_owned();
        return reject(place.line, Reject { column: String::new(), value: String::new(), reason });
    };
    let telling = &mut Telling { place, hints, lines: Lines::new(text, place.line), out, reject };
    match kind {
        Dintero::Draft => orders::draft(telling, text),
        Dintero::Order => orders::stored(telling, text),
        Dintero::Operation => records::single(telling, text),
        Dintero::Collection => records::collections(telling, text),
        Dintero::Transaction => transactions::transaction(telling, text),
        Dintero::Webhook => transactions::webhook(telling, text),
        Dintero::OrderEvents | Dintero::SettlementList | Dintero::SettlementReport => {}
    }
}
