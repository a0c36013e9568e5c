//! What the records of a finding say together: the texts on which all of them agree.

use std::sync::LazyLock;

use crate::model::record::{Columns, Dataset};

/// What the records of a side say in one column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Agreement {
    /// No record says anything.
    #[default]
    None,
    /// All records that say something say what stands here, among the texts of the side.
    All { start: usize, end: usize },
    /// They differ.
    Differ,
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

/// The records of one side of a finding: order lines, operations or settlement rows. Used again for every finding.
#[derive(Debug, Default)]
pub struct Side {
    rows: u64,
    /// What they are called; nothing where they are called differently.
    noun: Option<&'static str>,
    agreements: [Agreement; Said::COLUMNS.len()],
    /// What they say, one text after the other.
    texts: String,
}

impl Side {
    /// Forgets its records.
    pub fn clear(&mut self) {
        if self.rows > 0 {
            (self.rows, self.noun, self.agreements) = (0, None, Default::default());
            self.texts.clear();
        }
    }

    /// Takes a row into account.
    pub fn row(&mut self, row: &dyn Columns) {
        let (index, noun) = match row.dataset() {
            Dataset::Orders => (0, "order line"),
            Dataset::Captures => (1, "capture"),
            Dataset::Reversals => (2, "reversal"),
            Dataset::Settlements | Dataset::Bank | Dataset::Payouts => (3, "settlement row"),
        };
        self.noun = Some(noun).filter(|noun| self.rows == 0 || self.noun == Some(noun));
        self.rows = self.rows.saturating_add(1);
        for (agreement, place) in self.agreements.iter_mut().zip(PLACES[index]) {
            let Some(text) = place.and_then(|place| row.text_at(place)) else { continue };
            match *agreement {
                Agreement::None => {
                    let start = self.texts.len();
                    self.texts.push_str(text);
                    *agreement = Agreement::All { start, end: self.texts.len() };
                }
                Agreement::All { start, end } if self.texts.get(start..end) != Some(text) => {
                    *agreement = Agreement::Differ;
                }
                Agreement::All { .. } | Agreement::Differ => {}
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
        match self.agreements[column.place()] {
            Agreement::All { start, end } => self.texts.get(start..end).unwrap_or_default(),
            Agreement::None | Agreement::Differ => "",
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
        self.noun.unwrap_or("operation")
    }
}

/// The text of a column on which the rows of all sides agree, else nothing.
#[must_use]
pub fn agreed(sides: &[Side; 3], column: Said) -> &str {
    let mut known: Option<&str> = None;
    for side in sides {
        match (side.agreements[column.place()], known) {
            (Agreement::None, _) => {}
            (Agreement::All { .. }, None) => known = Some(side.text(column)),
            (Agreement::All { .. }, Some(known)) if side.text(column) == known => {}
            (Agreement::All { .. } | Agreement::Differ, _) => return "",
        }
    }
    known.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::currency::Currencies;
    use crate::model::origin::Origin;
    use crate::model::record::{Row, Value};

    fn side(order_ids: &[&str]) -> Side {
        let mut side = Side::default();
        let currency = Currencies::default().find(b"SEK").unwrap();
        for order_id in order_ids {
            let values = vec![Value::Text((*order_id).into())];
            side.row(&Row { dataset: Dataset::Captures, currency, values, origin: Origin(0) });
        }
        side
    }

    #[test]
    fn sides_agree_where_none_of_them_differs() {
        let (nothing, one, other, mixed): (&[&str], _, _, _) =
            (&[], &["1001", "1001"][..], &["1002"][..], &["1001", "1002"][..]);
        let cases = [
            ([nothing, nothing, nothing], ""),
            ([nothing, one, nothing], "1001"),
            ([one, nothing, one], "1001"),
            ([one, other, nothing], ""),
            ([nothing, mixed, one], ""),
            ([one, nothing, mixed], ""),
        ];
        for (ids, expected) in cases {
            let mut sides = ids.map(side);
            assert_eq!(agreed(&sides, Said::OrderId), expected, "{ids:?}");
            assert_eq!(agreed(&sides, Said::LineId), "");
            // Nothing is left of them when they are used again.
            sides.iter_mut().for_each(Side::clear);
            assert!(sides.iter().all(|side| side.rows() == 0 && side.text(Said::OrderId).is_empty()));
        }
    }

    #[test]
    fn a_side_is_called_what_all_of_its_rows_are() {
        let currency = Currencies::default().find(b"SEK").unwrap();
        let mut side = Side::default();
        let mut noun_with = |dataset| {
            side.row(&Row { dataset, currency, values: Vec::new(), origin: Origin(0) });
            side.noun()
        };
        let [capture, reversal] = [Dataset::Captures, Dataset::Reversals];
        assert_eq!(
            [capture, capture, reversal, reversal].map(&mut noun_with),
            ["capture", "capture", "operation", "operation"]
        );
        side.clear();
        assert_eq!(side.noun(), "operation");
    }
}
