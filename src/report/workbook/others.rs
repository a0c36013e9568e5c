//! Tables beside the findings: what is gone, what could not be read, what findings have in common, and how the last nights went.

use std::collections::BTreeSet;

use rust_xlsxwriter::{Chart, ChartFormat, ChartLegendPosition, ChartLine, ChartType, Color};

use super::amount::Amounts;
use super::cell::Cell;
use super::sheet::{CHART_SIZE, Tab};
use super::styles::Style;
use super::table::{Column, Table};
use crate::report::insight::{Cause, CauseRow};
use crate::report::view::{ClearedRow, RejectRow, Report};

/// The sheet of the last nights.
pub(super) const TREND: &str = "Trend";
/// The sheet of causes.
pub(super) const CAUSES: &str = "Causes";
/// So many ids of findings stand beside a cause.
const IDS_MAX: usize = 20;

pub(super) fn columns(columns: &[(&'static str, Style, u16)]) -> Vec<Column> {
    columns.iter().map(|(title, style, width_max)| Column::new(*title, *style, *width_max)).collect()
}

/// What is gone since the night before.
pub(super) fn cleared<'a>(rows: &'a [ClearedRow], amounts: Amounts<'a>) -> Table<'a> {
    let columns = columns(&[
        ("Code", Style::Text, 30),
        ("Provider", Style::Text, 20),
        ("Currency", Style::Text, 11),
        ("Difference", Style::Text, 24),
        ("Order id", Style::Id, 24),
        ("Line id", Style::Id, 16),
        ("Payee reference", Style::Id, 24),
        ("Transaction number", Style::Id, 24),
        ("Reconciliation number", Style::Id, 20),
        ("Settlement id", Style::Id, 24),
        ("First seen", Style::Day, 12),
        ("Cleared on", Style::Day, 12),
        ("Closed by", Style::Wrapped, 40),
        ("Explanation", Style::Wrapped, 60),
        ("Id", Style::Id, 40),
    ]);
    let cell = move |row: &'a ClearedRow, column| match column {
        0 => Cell::text(row.code.as_str()),
        1 => Cell::text(row.provider.as_str()),
        2 => Cell::text(row.currency.as_str()),
        3 => amounts.cell(row.difference_minor, &row.currency),
        4 => Cell::text(row.order_id.as_str()),
        5 => Cell::text(row.line_id.as_str()),
        6 => Cell::text(row.payee_reference.as_str()),
        7 => Cell::text(row.transaction_number.as_str()),
        8 => Cell::text(row.reconciliation_number.as_str()),
        9 => Cell::text(row.settlement_id.as_str()),
        10 => Cell::day(&row.first_seen),
        11 => Cell::day(&row.cleared_on),
        12 => Cell::text(row.closed_by.as_str()),
        13 => Cell::text(row.explanation.as_str()),
        _ => Cell::text(row.id.as_str()),
    };
    of_rows("Cleared", Tab::Work, columns, 14, rows, cell)
}

/// What could not be read.
pub(super) fn rejects(rows: &[RejectRow]) -> Table<'_> {
    let columns = columns(&[
        ("File", Style::Text, 50),
        ("Line", Style::Whole, 12),
        ("Column", Style::Text, 26),
        ("Value", Style::Wrapped, 40),
        ("Reason", Style::Wrapped, 70),
    ]);
    of_rows("Rejects", Tab::Detail, columns, 5, rows, |row, column| match column {
        0 => Cell::text(row.file.as_str()),
        1 => Cell::count(row.line),
        2 => Cell::text(row.column.as_str()),
        3 => Cell::text(row.value.as_str()),
        _ => Cell::text(row.reason.as_str()),
    })
}

/// What findings have in common.
pub(super) fn causes<'a>(report: &'a Report, amounts: Amounts<'a>) -> Table<'a> {
    let columns = columns(&[
        ("Cause", Style::Whole, 10),
        ("What", Style::Text, 40),
        ("Provider", Style::Text, 20),
        ("Number", Style::Id, 24),
        ("Currency", Style::Text, 11),
        ("Findings", Style::Whole, 14),
        ("Difference", Style::Text, 24),
        ("Explanation", Style::Wrapped, 70),
        ("Ids", Style::Wrapped, 50),
    ]);
    let rows = &report.insight.causes;
    let numbered = move |index: usize, row: &'a CauseRow, column| match column {
        0 => Cell::count(u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1)),
        1 => Cell::text(what(&row.cause)),
        2 => Cell::text(row.provider.as_str()),
        3 => Cell::text(row.number.as_str()),
        4 => Cell::text(row.currency.as_str()),
        5 => Cell::count(u64::try_from(row.findings.len()).unwrap_or(u64::MAX)),
        6 => amounts.cell(row.difference_minor, &row.currency),
        7 => Cell::text(row.explanation.as_str()),
        _ => Cell::text(ids(report, row)),
    };
    Table {
        name: CAUSES,
        tab: Tab::Overview,
        columns,
        printed: 8,
        frozen: 0,
        work: None,
        rows: rows.len(),
        cell: Box::new(move |row, column| rows.get(row).map_or(Cell::Empty, |found| numbered(row, found, column))),
    }
}

fn what(cause: &Cause) -> &'static str {
    match cause {
        Cause::FileMissing => "A settlement file is missing",
        Cause::WholeBatch => "A whole batch or settlement",
        Cause::ColumnMissing { .. } => "A source without the column to match by",
        Cause::FeesTakenOut => "Fees taken out of the settled amount",
        Cause::ConstantFactor { .. } => "The same factor between the amounts",
    }
}

/// The ids of the first findings, and how many more there are; the column `Cause` of the other sheets has them all.
fn ids(report: &Report, row: &CauseRow) -> String {
    let ids: Vec<&str> = row
        .findings
        .iter()
        .take(IDS_MAX)
        .filter_map(|place| report.findings.get(*place))
        .map(|finding| finding.id())
        .collect();
    match row.findings.len().saturating_sub(IDS_MAX) {
        0 => ids.join(", "),
        more => format!("{} and {more} more", ids.join(", ")),
    }
}

/// How the last nights went.
pub(super) fn trend<'a>(report: &'a Report, amounts: Amounts<'a>) -> Table<'a> {
    let nights = &report.insight.nights;
    let currencies: BTreeSet<&str> =
        nights.iter().flat_map(|night| &night.unsettled_minor).map(|(currency, _)| currency.as_str()).collect();
    let currencies: Vec<&str> = currencies.into_iter().collect();
    let mut columns = columns(&[
        ("Night", Style::Whole, 10),
        ("Day", Style::Day, 12),
        ("Open", Style::Whole, 14),
        ("Pending", Style::Whole, 14),
        ("New", Style::Whole, 14),
        ("Cleared", Style::Whole, 14),
    ]);
    columns.extend(currencies.iter().map(|code| Column::new(format!("Unsettled {code}"), Style::Text, 24)));
    Table {
        name: TREND,
        tab: Tab::Overview,
        printed: columns.len(),
        columns,
        frozen: 0,
        work: None,
        rows: nights.len(),
        cell: Box::new(move |row, column| {
            let Some(night) = nights.get(row) else { return Cell::Empty };
            match column {
                0 => Cell::count(night.night),
                1 => Cell::day(&night.as_of),
                2 => Cell::count(night.open),
                3 => Cell::count(night.pending),
                4 => Cell::count(night.new),
                5 => Cell::count(night.cleared),
                other => {
                    let code = currencies.get(other.saturating_sub(6)).copied().unwrap_or_default();
                    let sum = night.unsettled_minor.iter().find(|(currency, _)| currency == code);
                    sum.map_or(Cell::Empty, |(_, sum)| amounts.cell(*sum, code))
                }
            }
        }),
    }
}

/// What is open and pending, night by night, as lines over so many nights.
pub(super) fn chart(nights: u32) -> Chart {
    let mut chart = Chart::new(ChartType::Line);
    chart.title().set_name("Open and pending findings");
    for (name, column, colour) in [("Open", 2, 0xC2_410C), ("Pending", 3, 0x9C_A3AF)] {
        chart
            .add_series()
            .set_categories((TREND, 1, 1, nights, 1))
            .set_values((TREND, 1, column, nights, column))
            .set_name(name)
            .set_format(ChartFormat::new().set_line(ChartLine::new().set_color(Color::RGB(colour)).set_width(2)));
    }
    chart.x_axis().set_num_format("yyyy-mm-dd");
    chart.y_axis().set_num_format("#,##0");
    chart.legend().set_position(ChartLegendPosition::Bottom);
    chart.set_width(CHART_SIZE.0).set_height(CHART_SIZE.1);
    chart
}

/// How long providers take to settle.
pub(super) fn days_to_settle(report: &Report) -> Table<'_> {
    let columns = columns(&[
        ("Provider", Style::Text, 24),
        ("Operations settled", Style::Whole, 16),
        ("Half of them within days", Style::Whole, 18),
        ("Nine of ten within days", Style::Whole, 18),
    ]);
    let rows = report.insight.days_to_settle.as_slice();
    of_rows("Days to settle", Tab::Overview, columns, 4, rows, |row, column| match column {
        0 => Cell::text(row.provider.as_str()),
        1 => Cell::count(row.operations),
        2 => Cell::count(row.median_days),
        _ => Cell::count(row.most_days),
    })
}

/// A table with a row for each of what is given.
pub(super) fn of_rows<'a, R>(
    name: &'static str,
    tab: Tab,
    columns: Vec<Column>,
    printed: usize,
    rows: &'a [R],
    cell: impl Fn(&'a R, usize) -> Cell<'a> + 'a,
) -> Table<'a> {
    Table {
        name,
        tab,
        columns,
        printed,
        frozen: 0,
        work: None,
        rows: rows.len(),
        cell: Box::new(move |row, column| rows.get(row).map_or(Cell::Empty, |found| cell(found, column))),
    }
}
