//! What documents give their reader: facts, what in them cannot be read, and what was understood and moves no money,
//! so that nothing of a document is passed over unsaid.

use std::collections::BTreeMap;

use super::fact::Fact;
use crate::ingest::canonical::Reject;

/// What one document or several give.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The facts.
    pub facts: Vec<Fact>,
    /// What cannot be read, with its line.
    pub rejects: Vec<(u64, Reject)>,
    /// What was understood and gives no row.
    pub notes: Notes,
}

/// Something that was understood and gives no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Silent {
    /// An authorization or a verification.
    Moneyless,
    /// A URL or an id of something that the document does not hold.
    Link,
    /// An attempt that failed and cannot be named, or was none to move money.
    Failed,
    /// A checkout transaction whose payment was declined, or given up before it was authorized.
    NeverAuthorized,
    /// A cancellation or void that was only asked for, or did not succeed.
    NotCancelled,
    /// A request that asks for no amount.
    WithoutAmount,
    /// What undoes or repeats another transaction and names no operation of its own.
    Outcome,
    /// An event of an unknown name that states no amount.
    UnknownEvent,
    /// An answer that says why a request was refused.
    Problem,
    /// The log of an order's events, which repeats what its collections tell.
    Log,
    /// A document that tells of nothing else.
    Document,
}

impl Silent {
    /// Many of it, for people.
    fn many(self) -> &'static str {
        match self {
            Self::Moneyless => "authorizations and verifications, which move no money",
            Self::Link => "links to what the document does not hold (fetch it expanded where it matters)",
            Self::Failed => "attempts that failed",
            Self::NeverAuthorized => "transactions that were never authorized: nobody owes what they hold",
            Self::NotCancelled => "cancellations that were only asked for or did not succeed",
            Self::WithoutAmount => "requests without an amount",
            Self::Outcome => "outcomes that repeat another transaction",
            Self::UnknownEvent => "events of an unknown name without an amount",
            Self::Problem => "answers that say why a request was refused",
            Self::Log => "logs of an order's events, which repeat what its captures and refunds tell",
            Self::Document => "documents that tell of no order line, capture, reversal or cancellation",
        }
    }
}

/// How much was understood and gives no row, by what it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// How often, and the first line.
    all: BTreeMap<Silent, (u64, u64)>,
}

impl Notes {
    /// Notes one more, on a line.
    pub fn add(&mut self, what: Silent, line: u64) {
        self.add_many(what, 1, line);
    }

    fn add_many(&mut self, what: Silent, many: u64, line: u64) {
        let (count, first) = self.all.entry(what).or_insert((0, line));
        *count = count.saturating_add(many);
        *first = line.min(*first);
    }

    /// Adds other notes of the same file.
    pub fn join(&mut self, others: Self) {
        for (what, (count, first)) in others.all {
            self.add_many(what, count, first);
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.all.values().map(|(count, _)| *count).fold(0, u64::saturating_add)
    }

    /// A sentence each, for people.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let sentence = |(what, (count, first)): (&Silent, &(u64, u64))| match count {
            1 => format!("{}: 1, on line {first}", what.many()),
            _ => format!("{}: {count}, the first on line {first}", what.many()),
        };
        self.all.iter().map(sentence).collect()
    }
}

impl Heard {
    /// Hears one document that begins on a line; one that gives nothing at all is noted.
    pub fn document(&mut self, line: u64, tell: impl FnOnce(&mut Self)) {
        let before = (self.facts.len(), self.rejects.len(), self.notes.count());
        tell(self);
        let told = self.facts.iter().skip(before.0).any(tells);
        if !told && self.rejects.len() == before.1 && self.notes.count() == before.2 {
            self.notes.add(Silent::Document, line);
        }
    }
}

/// Whether a fact can give a row, or a statement of an order's rows.
#[must_use]
pub fn tells(fact: &Fact) -> bool {
    match fact {
        Fact::Operation(_) => true,
        Fact::Order(order) => {
            order.items.is_some()
                || order.order_amount_minor.is_some() && !order.of_transaction
                || order.cancelled_minor.is_some()
                || order.remaining_capture_minor.is_some()
                || order.remaining_reversal_minor.is_some()
        }
        Fact::Transaction(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fact::{OrderFact, TransactionFact};
    use super::*;

    #[test]
    fn what_gives_nothing_is_noted_once_a_document() {
        let mut heard = Heard::default();
        heard.document(1, |_| {});
        heard.document(2, |heard| heard.notes.add(Silent::Moneyless, 3));
        heard.document(4, |heard| heard.facts.push(Fact::Transaction(TransactionFact::default())));
        let amount = OrderFact { order_amount_minor: Some(5), ..OrderFact::default() };
        heard.document(5, |heard| heard.facts.push(Fact::Order(amount.clone())));
        heard.document(6, |heard| heard.facts.push(Fact::Order(OrderFact { of_transaction: true, ..amount.clone() })));
        let mut others = Notes::default();
        others.add(Silent::Moneyless, 2);
        heard.notes.join(others);
        assert_eq!(
            heard.notes.sentences(),
            [
                "authorizations and verifications, which move no money: 2, the first on line 2",
                "documents that tell of no order line, capture, reversal or cancellation: 3, the first on line 1",
            ]
        );
        let mut one = Notes::default();
        one.add(Silent::Log, 7);
        let expected = "logs of an order's events, which repeat what its captures and refunds tell: 1, on line 7";
        assert_eq!(one.sentences(), [expected]);
    }
}
