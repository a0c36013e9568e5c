//! A report as a workbook (`report.xlsx`), for people who sort, filter and write beside it.
//!
//! The sheets are values made from the report; `package` writes them row by row, so that memory does not grow with their rows.
//! The same report gives the same bytes.

mod ageing;
mod amount;
mod batches;
mod books;
mod cell;
mod findings;
mod legend;
mod lines;
mod others;
mod package;
mod sheet;
mod styles;
mod summary;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use self::amount::Amounts;
use self::package::Properties;
use self::sheet::Sheet;
use self::table::{Laid, Limits, Table};
use crate::model::currency::Currencies;
use crate::report::view::Report;

/// Name of the workbook in the folder of a report.
pub const WORKBOOK_FILE: &str = "report.xlsx";

/// Writes a report as a workbook into a folder.
///
/// # Errors
/// It cannot be written there.
pub fn write_file(folder: &Path, report: &Report, currencies: &Currencies) -> io::Result<()> {
    write(report, currencies, File::create_new(folder.join(WORKBOOK_FILE))?)
}

/// Writes a report as a workbook. The currencies say how many decimals amounts have.
///
/// # Errors
/// `out` cannot be written.
pub fn write(report: &Report, currencies: &Currencies, out: impl Write) -> io::Result<()> {
    write_with(report, currencies, Limits::FORMAT, out)
}

/// The same with sheets that hold so much.
fn write_with(report: &Report, currencies: &Currencies, limits: Limits, out: impl Write) -> io::Result<()> {
    let amounts = Amounts(currencies);
    let words = legend::words();
    let mut sheets = Vec::new();
    let laid: Vec<Laid> =
        tables(report, amounts, &words).into_iter().map(|table| lay(table, limits, &mut sheets)).collect();
    sheets.insert(0, summary::sheet(report, amounts, &laid));
    let properties = Properties { program: &report.summary.program, as_of: &report.summary.as_of };
    package::write(&sheets, &exponents(report, amounts), &properties, BufWriter::new(out))
}

/// The tables in the order of their sheets.
fn tables<'a>(report: &'a Report, amounts: Amounts<'a>, words: &'a [legend::Word]) -> Vec<Table<'a>> {
    let (work, legs) = findings::tables(report, amounts);
    let insight = &report.insight;
    let mut tables = work;
    tables.extend(report.cleared.as_ref().map(|rows| others::cleared(rows, amounts)));
    tables.extend((!insight.causes.is_empty()).then(|| others::causes(report, amounts)));
    tables.extend((!insight.nights.is_empty()).then(|| others::trend(report, amounts)));
    tables.extend((!insight.days_to_settle.is_empty()).then(|| others::days_to_settle(report)));
    tables.push(batches::table(report, amounts));
    tables.extend(report.books.payouts.as_ref().map(|rows| books::payouts(rows, amounts)));
    tables.extend(report.summary.journal.as_ref().map(|journal| books::accounts(&journal.accounts, amounts)));
    tables.push(ageing::table(report, amounts));
    tables.extend(legs);
    tables.push(others::rejects(&report.rejects));
    tables.push(legend::table(words));
    tables
}

fn lay<'a>(table: Table<'a>, limits: Limits, sheets: &mut Vec<Sheet<'a>>) -> Laid {
    let laid = table.lay(limits, sheets);
    if let (true, Some(sheet)) = (laid.names.first().is_some_and(|name| name == others::TREND), sheets.last_mut()) {
        let nights = sheet.rows.saturating_sub(1);
        sheet.chart = Some(Box::new(others::chart(nights)));
    }
    laid
}

/// The decimals that amounts of a report have.
fn exponents(report: &Report, amounts: Amounts<'_>) -> Vec<u32> {
    let summary = &report.summary;
    let mut codes: BTreeSet<&str> = report.findings.iter().map(|row| row.currency()).collect();
    codes.extend(report.batches.iter().map(|row| row.currency.as_str()));
    codes.extend(report.cleared.iter().flatten().map(|row| row.currency.as_str()));
    codes.extend(report.books.payouts.iter().flatten().map(|row| row.currency.as_str()));
    codes.extend(summary.journal.iter().flat_map(|journal| &journal.accounts).map(|row| row.currency.as_str()));
    codes.extend(report.insight.causes.iter().map(|row| row.currency.as_str()));
    codes.extend(report.insight.nights.iter().flat_map(|row| &row.unsettled_minor).map(|(code, _)| code.as_str()));
    codes.extend(summary.control_totals.iter().map(|row| row.currency.as_str()));
    codes.extend(summary.verdicts.iter().map(|row| row.currency.as_str()));
    codes.extend(summary.codes.iter().map(|row| row.currency.as_str()));
    codes.extend(summary.other_kinds.iter().map(|row| row.currency.as_str()));
    codes.extend(summary.tolerated.iter().map(|row| row.currency.as_str()));
    codes.extend(summary.stated_totals.iter().map(|row| row.currency.as_str()));
    let exponents: BTreeSet<u32> = codes.into_iter().map(|code| amounts.exponent(code)).collect();
    exponents.into_iter().collect()
}
