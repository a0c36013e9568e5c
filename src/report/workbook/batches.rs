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
/// With more codes than this, what explains a batch is one text.
const CODES_MAX: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    Provider,
    Number,
    Currency,
    Operations,
    OperationSum,
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

impl Field {
    fn column(&self) -> Column {
        match self {
            Self::Provider => Column::new("Provider", Style::Text, 20),
            Self::Number => Column::new("Reconciliation number", Style::Id, 20),
            Self::Currency => Column::new("Currency", Style::Text, 11),
            Self::Operations => Column::new("Operations", Style::Whole, 14),
            Self::OperationSum => Column::new("Captured less reversed", Style::Text, 24),
            Self::Code(code) => Column::new(code.clone(), Style::Text, 24),
            Self::Explained => Column::new("Explained by", Style::Wrapped, 60),
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

/// The sheet of batches: from left to right captured less reversed, what each code adds, settled, less fees, net.
pub(super) fn table<'a>(report: &'a Report, amounts: Amounts<'a>) -> Table<'a> {
    let codes: BTreeSet<&str> =
        report.batches.iter().flat_map(|batch| &batch.explained).map(|(code, _)| code.as_str()).collect();
    let mut fields = vec![Field::Provider, Field::Number, Field::Currency, Field::Operations, Field::OperationSum];
    if codes.len() > CODES_MAX {
        fields.push(Field::Explained);
    } else {
        fields.extend(codes.into_iter().map(|code| Field::Code(code.to_owned())));
    }
    fields.extend([
        Field::Residual,
        Field::Settled,
        Field::Rows,
        Field::Fees,
        Field::NetDeviation,
        Field::Net,
        Field::Others,
    ]);
    let columns: Vec<Column> = fields.iter().map(Field::column).collect();
    let printed = columns.len();
    of_rows(BATCHES, Tab::Detail, columns, printed, &report.batches, move |row, column| {
        fields.get(column).map_or(Cell::Empty, |field| field.cell(row, amounts))
    })
}
