//! Sheets of findings: what is to be done, what waits, and everything leg by leg.

use std::cmp::Reverse;

use super::amount::Amounts;
use super::cell::Cell;
use super::sheet::{Tab, WORK};
use super::styles::Style;
use super::table::{Column, Table};
use crate::model::finding::{Leg, Status};
use crate::model::found::FoundRow;
use crate::report::view::Report;

/// The sheet of what is open.
pub(super) const TO_DO: &str = "To do";
/// The sheet of what may still resolve itself.
pub(super) const PENDING: &str = "Pending";
/// The sheets of the legs, in the order in which money goes.
pub(super) const LEGS: [(Leg, &str); 6] = [
    (Leg::Line, "Lines"),
    (Leg::Operation, "Operations"),
    (Leg::Batch, "Batch findings"),
    (Leg::Bank, "Bank"),
    (Leg::File, "Files"),
    (Leg::Record, "Records"),
];

/// What a column of findings shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Work,
    Note,
    Status,
    Code,
    Cause,
    Provider,
    Currency,
    Difference,
    Expected,
    Actual,
    Order,
    Line,
    PayeeReference,
    TransactionNumber,
    ReconciliationNumber,
    Settlement,
    Count,
    Age,
    FirstSeen,
    Explanation,
    Hint,
    HintKey,
    Sources,
    Id,
}

/// The columns behind those of the sheet's own, up to what is printed, and those that are not.
const PRINTED: [Field; 14] = [
    Field::Code,
    Field::Provider,
    Field::Currency,
    Field::Difference,
    Field::Expected,
    Field::Actual,
    Field::Order,
    Field::Line,
    Field::PayeeReference,
    Field::TransactionNumber,
    Field::ReconciliationNumber,
    Field::Settlement,
    Field::Age,
    Field::Explanation,
];
const BEHIND: [Field; 6] = [Field::Count, Field::FirstSeen, Field::Hint, Field::HintKey, Field::Sources, Field::Id];

impl Field {
    fn column(self) -> Column {
        let column = |title: &'static str, style, width_max| Column::new(title, style, width_max);
        match self {
            Self::Work => column("Status", Style::Work, 12),
            Self::Note => column("Note", Style::Wrapped, 24).wide(),
            Self::Status => column("Status", Style::Status, 12),
            Self::Code => column("Code", Style::Text, 26),
            Self::Cause => column("Cause", Style::Text, 10),
            Self::Provider => column("Provider", Style::Text, 20),
            Self::Currency => column("Currency", Style::Text, 11),
            Self::Difference => column("Difference", Style::Text, 24),
            Self::Expected => column("Expected", Style::Text, 24),
            Self::Actual => column("Actual", Style::Text, 24),
            Self::Order => column("Order id", Style::Id, 24),
            Self::Line => column("Line id", Style::Id, 16),
            Self::PayeeReference => column("Payee reference", Style::Id, 24),
            Self::TransactionNumber => column("Transaction number", Style::Id, 24),
            Self::ReconciliationNumber => column("Reconciliation number", Style::Id, 20),
            Self::Settlement => column("Settlement id", Style::Id, 24),
            Self::Count => column("Count", Style::Whole, 12),
            Self::Age => column("Age in days", Style::Whole, 10),
            Self::FirstSeen => column("First seen", Style::Day, 12),
            Self::Explanation => column("Explanation", Style::Wrapped, 60),
            Self::Hint => column("Hint", Style::Text, 50),
            Self::HintKey => column("Hint key", Style::Text, 40),
            Self::Sources => column("Sources", Style::Text, 60),
            Self::Id => column("Id", Style::Id, 40),
        }
    }

    fn cell<'a>(self, row: &'a FoundRow, cause: Option<u32>, amounts: Amounts<'_>) -> Cell<'a> {
        // What has neither sum nor currency has no amounts at all.
        let amount = |amount_minor| amounts.cell(amount_minor, row.currency());
        match self {
            Self::Work => Cell::text(WORK[0]),
            Self::Note => Cell::Empty,
            Self::Status => Cell::text(row.status.name()),
            Self::Code => Cell::text(row.code.name()),
            Self::Cause => cause.map_or(Cell::Empty, |cause| Cell::count(cause.into())),
            Self::Provider => Cell::text(row.provider()),
            Self::Currency => Cell::text(row.currency()),
            Self::Difference => amount(row.difference_minor),
            Self::Expected => amount(row.expected_minor),
            Self::Actual => amount(row.actual_minor),
            Self::Order => Cell::text(row.order_id()),
            Self::Line => Cell::text(row.line_id()),
            Self::PayeeReference => Cell::text(row.payee_reference()),
            Self::TransactionNumber => Cell::text(row.transaction_number()),
            Self::ReconciliationNumber => Cell::text(row.reconciliation_number()),
            Self::Settlement => Cell::text(row.settlement_id()),
            Self::Count => Cell::count(row.count),
            Self::Age => row.age_days.map_or(Cell::Empty, |days| Cell::Whole(days.into())),
            Self::FirstSeen => Cell::day(row.first_seen()),
            Self::Explanation => Cell::text(row.explanation()),
            Self::Hint => Cell::text(row.hint()),
            Self::HintKey => Cell::text(row.hint_key()),
            Self::Sources => Cell::text(row.sources()),
            Self::Id => Cell::text(row.id()),
        }
    }
}

/// The cause of each finding, as the number of its row on the sheet of causes, from 1; the first where there are several.
fn causes(report: &Report) -> Vec<Option<u32>> {
    if report.insight.causes.is_empty() {
        return Vec::new();
    }
    let mut causes = vec![None; report.findings.len()];
    for (row, number) in report.insight.causes.iter().zip(1_u32..) {
        for finding in &row.findings {
            if let Some(cause) = causes.get_mut(*finding) {
                cause.get_or_insert(number);
            }
        }
    }
    causes
}

/// The sheets of findings: to do, pending, and a leg each that has any.
pub(super) fn tables<'a>(report: &'a Report, amounts: Amounts<'a>) -> (Vec<Table<'a>>, Vec<Table<'a>>) {
    let causes = std::rc::Rc::new(causes(report));
    let places = |of: &dyn Fn(&FoundRow) -> bool| -> Vec<usize> {
        report.findings.iter().enumerate().filter(|(_, row)| of(row)).map(|(place, _)| place).collect()
    };
    let table = |name, tab, own: &[Field], places: Vec<usize>| {
        let behind_code = if causes.is_empty() { None } else { Some(Field::Cause) };
        let mut fields: Vec<Field> = own.to_vec();
        fields.extend(PRINTED.into_iter().take(1).chain(behind_code).chain(PRINTED.into_iter().skip(1)));
        let printed = fields.len();
        fields.extend(BEHIND);
        let causes = std::rc::Rc::clone(&causes);
        let work = fields.iter().position(|field| *field == Field::Work);
        Table {
            name,
            tab,
            columns: fields.iter().map(|field| field.column()).collect(),
            printed,
            frozen: 0,
            work: work.and_then(|place| u16::try_from(place).ok()),
            rows: places.len(),
            cell: Box::new(move |row, column| {
                let (Some(place), Some(field)) = (places.get(row), fields.get(column)) else { return Cell::Empty };
                let cause = causes.get(*place).copied().flatten();
                report.findings.get(*place).map_or(Cell::Empty, |row| field.cell(row, cause, amounts))
            }),
        }
    };
    let by_size = |mut places: Vec<usize>| {
        // The largest first within a currency, and what has none last; equal ones stay as they are in the CSV file.
        places.sort_by_key(|place| {
            report
                .findings
                .get(*place)
                .map(|row| (row.currency().is_empty(), row.currency(), Reverse(row.difference_minor.unsigned_abs())))
        });
        places
    };
    let of_status = |status| by_size(places(&|row| row.status == status));
    let work = vec![
        table(TO_DO, Tab::Work, &[Field::Work, Field::Note], of_status(Status::Open)),
        table(PENDING, Tab::Work, &[], of_status(Status::Pending)),
    ];
    let legs = LEGS
        .into_iter()
        .map(|(leg, name)| (name, places(&|row| row.code.leg() == leg)))
        .filter(|(_, places)| !places.is_empty())
        .map(|(name, places)| table(name, Tab::Detail, &[Field::Status], places))
        .collect();
    (work, legs)
}
