//! What the records of a finding say together: the texts on which all of them agree.

use std::sync::LazyLock;

use crate::model::record::{Columns, Dataset};
use crate::model::text::Text;

/// What the records of a finding say of one thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Agreement<T> {
    /// No record says anything.
    #[default]
    None,
    /// All records that say something say this.
    All(T),
    /// They differ.
    Differ,
}

impl<T: PartialEq<str> + for<'a> From<&'a str>> Agreement<T> {
    /// Takes another record's text into account.
    fn add(&mut self, text: &str) {
        match self {
            Self::None => *self = Self::All(text.into()),
            Self::All(known) if *known != *text => *self = Self::Differ,
            _ => {}
        }
    }
}

/// A column that a finding speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the columns")]
pub enum Said {
    Currency,
    OrderId,
    LineId,
    OperationId,
    TransactionNumber,
    PayeeReference,
    TransactionId,
    ReconciliationNumber,
    SettlementId,
}

impl Said {
    /// The columns, each at its own place.
    const COLUMNS: [&str; 9] = [
        "currency",
        "order_id",
        "line_id",
        "operation_id",
        "transaction_number",
        "payee_reference",
        "transaction_id",
        "reconciliation_number",
        "settlement_id",
    ];

    fn place(self) -> usize {
        match self {
            Self::Currency => 0,
            Self::OrderId => 1,
            Self::LineId => 2,
            Self::OperationId => 3,
            Self::TransactionNumber => 4,
            Self::PayeeReference => 5,
            Self::TransactionId => 6,
            Self::ReconciliationNumber => 7,
            Self::SettlementId => 8,
        }
    }
}

/// Where these columns stand in each dataset; a finding a row asks for all of them.
static PLACES: LazyLock<[[Option<usize>; Said::COLUMNS.len()]; Dataset::ALL.len()]> =
    LazyLock::new(|| Dataset::ALL.map(|dataset| Said::COLUMNS.map(|name| dataset.column(name))));

/// The records of one side of a finding: order lines, operations or settlement rows.
#[derive(Debug, Default)]
pub struct Side {
    rows: u64,
    noun: Agreement<&'static str>,
    texts: [Agreement<Text>; Said::COLUMNS.len()],
}

impl Side {
    /// Takes a row into account.
    pub fn row(&mut self, row: &dyn Columns) {
        self.rows = self.rows.saturating_add(1);
        let (index, noun) = match row.dataset() {
            Dataset::Orders => (0, "order line"),
            Dataset::Captures => (1, "capture"),
            Dataset::Reversals => (2, "reversal"),
            Dataset::Settlements | Dataset::Bank | Dataset::Payouts => (3, "settlement row"),
        };
        self.noun = match self.noun {
            Agreement::None => Agreement::All(noun),
            Agreement::All(known) if known == noun => self.noun,
            _ => Agreement::Differ,
        };
        for (agreement, place) in self.texts.iter_mut().zip(PLACES[index]) {
            if let Some(text) = place.and_then(|place| row.text_at(place)) {
                agreement.add(text);
            }
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The text of a column on which all rows agree, else nothing.
    #[must_use]
    pub fn text(&self, column: Said) -> &str {
        match &self.texts[column.place()] {
            Agreement::All(text) => text,
            _ => "",
        }
    }

    /// The id that a person would search for.
    #[must_use]
    pub fn id(&self) -> &str {
        [Said::TransactionNumber, Said::OperationId, Said::PayeeReference, Said::TransactionId]
            .into_iter()
            .map(|column| self.text(column))
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    /// What the rows are called.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        match self.noun {
            Agreement::All(noun) => noun,
            _ => "operation",
        }
    }
}

/// The text of a column on which the rows of all sides agree, else nothing.
#[must_use]
pub fn agreed(sides: [&Side; 3], column: Said) -> &str {
    let mut known: Option<&Text> = None;
    for side in sides {
        match (&side.texts[column.place()], known) {
            (Agreement::None, _) => {}
            (Agreement::All(text), None) => known = Some(text),
            (Agreement::All(text), Some(known)) if text == known => {}
            _ => return "",
        }
    }
    known.map(Text::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(order_ids: &[&str]) -> Side {
        let mut side = Side::default();
        order_ids.iter().for_each(|text| side.texts[Said::OrderId.place()].add(text));
        side
    }

    #[test]
    fn sides_agree_where_none_of_them_differs() {
        let none = side(&[]);
        let one = side(&["1001", "1001"]);
        let other = side(&["1002"]);
        let mixed = side(&["1001", "1002"]);
        let text = |sides| agreed(sides, Said::OrderId);
        assert_eq!(text([&none, &none, &none]), "");
        assert_eq!(text([&none, &one, &none]), "1001");
        assert_eq!(text([&one, &none, &one]), "1001");
        assert_eq!(text([&one, &other, &none]), "");
        assert_eq!(text([&none, &mixed, &one]), "");
        assert_eq!(text([&one, &none, &mixed]), "");
        assert_eq!(agreed([&one, &one, &one], Said::LineId), "");
    }
}
