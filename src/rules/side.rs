//! What the records of a finding say together: the texts on which all of them agree.

use std::sync::LazyLock;

use crate::model::record::{Dataset, Row};

/// Texts of a column over the records of a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Agreement {
    /// No record has one.
    #[default]
    None,
    /// All records that have one have this.
    All(String),
    /// They differ.
    Differ,
}

impl Agreement {
    /// Takes another record's text into account.
    pub fn add(&mut self, text: &str) {
        match self {
            Self::None => *self = Self::All(text.to_owned()),
            Self::All(known) if known != text => *self = Self::Differ,
            _ => {}
        }
    }

    /// The text on which all agree, else nothing.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::All(text) => text,
            _ => "",
        }
    }
}

/// The columns that a finding speaks of.
const TEXTS: [&str; 9] = [
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

/// Where these columns stand in each dataset; a finding a row asks for all of them.
static PLACES: LazyLock<[[Option<usize>; TEXTS.len()]; Dataset::ALL.len()]> =
    LazyLock::new(|| Dataset::ALL.map(|dataset| TEXTS.map(|name| dataset.column(name))));

/// The records of one side of a finding: order lines, operations or settlement rows.
#[derive(Debug, Default)]
pub struct Side {
    rows: u64,
    datasets: Agreement,
    texts: [Agreement; TEXTS.len()],
}

impl Side {
    /// Takes a row into account.
    pub fn row(&mut self, row: &Row) {
        self.rows = self.rows.saturating_add(1);
        let (index, noun) = match row.dataset {
            Dataset::Orders => (0, "order line"),
            Dataset::Captures => (1, "capture"),
            Dataset::Reversals => (2, "reversal"),
            Dataset::Settlements | Dataset::Bank | Dataset::Payouts => (3, "settlement row"),
        };
        self.datasets.add(noun);
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

    fn agreement(&self, column: &str) -> &Agreement {
        let place = TEXTS.iter().position(|known| *known == column);
        place.and_then(|place| self.texts.get(place)).unwrap_or(&Agreement::None)
    }

    /// The text of a column on which all rows agree, else nothing.
    #[must_use]
    pub fn text(&self, column: &str) -> &str {
        self.agreement(column).text()
    }

    /// The id that a person would search for.
    #[must_use]
    pub fn id(&self) -> &str {
        ["transaction_number", "operation_id", "payee_reference", "transaction_id"]
            .into_iter()
            .map(|column| self.text(column))
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    /// What the rows are called.
    #[must_use]
    pub fn noun(&self) -> &str {
        let noun = self.datasets.text();
        if noun.is_empty() { "operation" } else { noun }
    }
}

/// The text of a column on which the rows of all sides agree, else nothing.
#[must_use]
pub fn agreed<'a>(sides: [&'a Side; 3], column: &str) -> &'a str {
    let mut known = "";
    for side in sides {
        match side.agreement(column) {
            Agreement::None => {}
            Agreement::Differ => return "",
            Agreement::All(text) if known.is_empty() => known = text,
            Agreement::All(text) if text == known => {}
            Agreement::All(_) => return "",
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(texts: &[(&str, &[&str])]) -> Side {
        let mut side = Side::default();
        for (column, all) in texts {
            let place = TEXTS.iter().position(|known| known == column).unwrap();
            all.iter().for_each(|text| side.texts[place].add(text));
        }
        side
    }

    #[test]
    fn sides_agree_where_none_of_them_differs() {
        let none = side(&[]);
        let one = side(&[("order_id", &["1001", "1001"])]);
        let other = side(&[("order_id", &["1002"])]);
        let mixed = side(&[("order_id", &["1001", "1002"])]);
        let text = |sides| agreed(sides, "order_id").to_owned();
        assert_eq!(text([&none, &none, &none]), "");
        assert_eq!(text([&none, &one, &none]), "1001");
        assert_eq!(text([&one, &none, &one]), "1001");
        assert_eq!(text([&one, &other, &none]), "");
        assert_eq!(text([&none, &mixed, &one]), "");
        assert_eq!(text([&one, &none, &mixed]), "");
        assert_eq!(agreed([&one, &one, &one], "no_such_column"), "");
    }
}
