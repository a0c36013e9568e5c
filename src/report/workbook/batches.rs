//! The sheet of batches, each a bridge: what the operations say, what every code explains, what was settled, fees and net.

use std::collections::BTreeSet;

use super::amount::Amounts;
use super::cell::Cell;
use super::others::of_rows;
use super::sheet::Tab;
use super::styles::Style;
use super::table::{Column, Table};
use crate::report::view::{BatchRow, Report};

/// The sheet of batches.
pub(super) const BATCHES: &str = "Batches";
/// With more codes than this none has a column of its own, and what explains a batch is the text alone.
const CODES_MAX: usize = 24;

/// What a column of batches shows.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    Provider,
    Number,
    Currency,
    Operations,
    OperationSum,
    Difference,
    Code(String),
    Explained,
    Residual,
    Settled,
    Rows,
    Fees,
    NetDeviation,
    Net,
    Others,
}

/// The bridge, which is printed; behind it stands a column for each code that explains something.
const PRINTED: [Field; 14] = [
    Field::Provider,
    Field::Number,
    Field::Currency,
    Field::Operations,
    Field::OperationSum,
    Field::Difference,
    Field::Explained,
    Field::Residual,
    Field::Rows,
    Field::Settled,
    Field::Fees,
    Field::NetDeviation,
    Field::Net,
    Field::Others,
];

impl Field {
    fn column(&self) -> Column {
        match self {
            Self::Provider => Column::new("Provider", Style::Text, 20),
            Self::Number => Column::new("Reconciliation number", Style::Id, 20),
            Self::Currency => Column::new("Currency", Style::Text, 11),
            Self::Operations => Column::new("Operations", Style::Whole, 14),
            Self::OperationSum => Column::new("Captured less reversed", Style::Text, 24),
            Self::Difference => Column::new("Difference", Style::Text, 24),
            Self::Code(code) => Column::new(code.clone(), Style::Text, 24),
            Self::Explained => Column::new("Explained by", Style::Wrapped, 40),
            Self::Residual => Column::new("Not explained", Style::Text, 24),
            Self::Settled => Column::new("Settled", Style::Text, 24),
            Self::Rows => Column::new("Settlement rows", Style::Whole, 14),
            Self::Fees => Column::new("Fees", Style::Text, 24),
            Self::NetDeviation => Column::new("Net differs by", Style::Text, 24),
            Self::Net => Column::new("Net", Style::Text, 24),
            Self::Others => Column::new("Rows of other kinds", Style::Whole, 14),
        }
    }

    fn cell<'a>(&self, row: &'a BatchRow, amounts: Amounts<'_>) -> Cell<'a> {
        let amount = |amount_minor| amounts.cell(amount_minor, &row.currency);
        match self {
            Self::Provider => Cell::text(row.provider.as_str()),
            Self::Number => Cell::text(row.reconciliation_number.as_str()),
            Self::Currency => Cell::text(row.currency.as_str()),
            Self::Operations => Cell::count(row.operation_count),
            Self::OperationSum => amount(row.operation_sum),
            Self::Difference => amount(row.difference),
            Self::Code(code) => {
                row.explained.iter().find(|(of, _)| of == code).map_or(Cell::Empty, |(_, sum)| amount(*sum))
            }
            Self::Explained => {
                let part = |(code, sum): &(String, i128)| {
                    format!("{code} {}", super::amount::decimal(*sum, amounts.exponent(&row.currency)))
                };
                Cell::text(row.explained.iter().map(part).collect::<Vec<_>>().join("; "))
            }
            Self::Residual => amount(row.residual),
            Self::Settled => amount(row.row_sum),
            Self::Rows => Cell::count(row.row_count),
            Self::Fees => amount(row.fee_sum),
            Self::NetDeviation => amount(row.net_deviation),
            Self::Net => amount(row.net_sum),
            Self::Others => Cell::count(row.other_count),
        }
    }
}

/// The sheet of batches: from left to right captured less reversed, what the codes add, settled, less fees, net.
pub(super) fn table<'a>(report: &'a Report, amounts: Amounts<'a>) -> Table<'a> {
    let codes: BTreeSet<&str> =
        report.batches.iter().flat_map(|batch| &batch.explained).map(|(code, _)| code.as_str()).collect();
    let mut fields = PRINTED.to_vec();
    if codes.len() <= CODES_MAX {
        fields.extend(codes.into_iter().map(|code| Field::Code(code.to_owned())));
    }
    let columns: Vec<Column> = fields.iter().map(Field::column).collect();
    of_rows(BATCHES, Tab::Detail, columns, PRINTED.len(), &report.batches, move |row, column| {
        fields.get(column).map_or(Cell::Empty, |field| field.cell(row, amounts))
    })
}
