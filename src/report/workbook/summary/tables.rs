//! The tables of the summary. Their columns are shared: texts in the first four, then counts and amounts.

use std::collections::BTreeMap;

use crate::model::finding::Code;
use crate::model::money::add;
use crate::report::view::{InputRow, Report, StatedRow, Summary, Total};
use crate::report::words::{Lang, code};

use super::super::amount::Amounts;
use super::super::cell::Cell;
use super::super::lines::Lines;
use super::super::styles::Style;

/// So many rows of one table stand in the summary; the others are in `summary.json`.
const ROWS_MAX: usize = 5_000;

fn text(text: &str) -> (Cell<'_>, Style) {
    (Cell::text(text), Style::Text)
}

fn empty<'a>() -> (Cell<'a>, Style) {
    (Cell::Empty, Style::Text)
}

fn count<'a>(count: u64) -> (Cell<'a>, Style) {
    (Cell::count(count), Style::Whole)
}

/// An amount, or a count where there is no currency.
fn amount<'a>(amount_minor: i128, currency: &str, amounts: Amounts<'_>) -> (Cell<'a>, Style) {
    (amounts.cell(amount_minor, currency), Style::Whole)
}

/// Adds rows, or as many as fit, and says where the others are.
fn rows<'a, R>(all: &'a [R], lines: &mut Lines<'a>, row: impl Fn(&'a R) -> Vec<(Cell<'a>, Style)>) {
    all.iter().take(ROWS_MAX).for_each(|one| lines.row(row(one)));
    let more = all.len().saturating_sub(ROWS_MAX);
    if more > 0 {
        lines.free(vec![(Cell::text(format!("and {more} more, in summary.json")), Style::Remark)]);
    }
}

/// Findings by code, status and currency, and what they sum to.
pub(super) fn findings<'a>(summary: &'a Summary, amounts: Amounts<'_>, lines: &mut Lines<'a>) {
    lines.section("Findings");
    if summary.codes.is_empty() {
        lines.free(vec![(Cell::text("There are none."), Style::Remark)]);
        return;
    }
    lines.head(&["Code", "In plain words", "Status", "Currency"], &["Findings", "Records", "Difference"]);
    let mut sums: BTreeMap<(usize, &str, &str), (u64, u64, i128)> = BTreeMap::new();
    let order = |status: &str| ["open", "pending", "listed"].iter().position(|one| *one == status).unwrap_or(3);
    let mut codes: Vec<_> = summary.codes.iter().collect();
    codes.sort_by_key(|row| order(&row.status));
    for row in codes {
        let words = Code::ALL.iter().find(|code| code.name() == row.code).map(|found| code(Lang::En, *found).title);
        lines.row(vec![
            text(&row.code),
            text(words.unwrap_or_default()),
            (Cell::text(row.status.as_str()), Style::Status),
            text(&row.currency),
            count(row.findings),
            count(row.records),
            amount(row.difference, &row.currency, amounts),
        ]);
        let (findings, records, difference) = sums.entry((order(&row.status), &row.status, &row.currency)).or_default();
        *findings = findings.saturating_add(row.findings);
        *records = records.saturating_add(row.records);
        add(difference, row.difference);
    }
    for ((_, status, currency), (findings, records, difference)) in sums {
        lines.sums(vec![
            text("Together"),
            empty(),
            text(status),
            text(currency),
            count(findings),
            count(records),
            amount(difference, currency, amounts),
        ]);
    }
}

/// Where the money is: the bridge over all batches of a provider and currency.
pub(super) fn money<'a>(report: &'a Report, amounts: Amounts<'_>, lines: &mut Lines<'a>) {
    if report.batches.is_empty() {
        return;
    }
    /// Batches, operations, and the sums of the bridge.
    #[derive(Default)]
    struct Bridge {
        batches: u64,
        operations: u64,
        sums: [i128; 7],
    }
    let mut bridges: BTreeMap<(&str, &str), Bridge> = BTreeMap::new();
    for row in &report.batches {
        let bridge = bridges.entry((&row.provider, &row.currency)).or_default();
        bridge.batches = bridge.batches.saturating_add(1);
        bridge.operations = bridge.operations.saturating_add(row.operation_count);
        let parts =
            [row.operation_sum, row.difference, row.row_sum, row.fee_sum, row.net_deviation, row.net_sum, row.residual];
        bridge.sums.iter_mut().zip(parts).for_each(|(sum, part)| add(sum, part));
    }
    lines.section("Where the money is");
    lines.head(
        &["Provider", "", "", "Currency"],
        &["Batches", "Operations", "Captured less reversed", "Differences", "Settled", "Fees", "Net", "Not explained"],
    );
    for ((provider, currency), bridge) in &bridges {
        let [operations, difference, settled, fees, _, net, residual] = bridge.sums;
        let mut cells =
            vec![text(provider), empty(), empty(), text(currency), count(bridge.batches), count(bridge.operations)];
        cells.extend([operations, difference, settled, fees, net, residual].map(|sum| amount(sum, currency, amounts)));
        lines.row(cells);
    }
    let deviates = bridges.iter().filter(|(_, bridge)| bridge.sums.get(4).is_some_and(|sum| *sum != 0));
    for ((provider, currency), _) in deviates {
        let text = format!(
            "{provider} {currency}: net is not settled less fees; see the column Net differs by of the sheet Batches"
        );
        lines.free(vec![(Cell::text(text), Style::Remark)]);
    }
}

/// What was not checked.
pub(super) fn skipped<'a>(summary: &'a Summary, lines: &mut Lines<'a>) {
    lines.section("Not checked");
    if summary.skipped_checks.is_empty() {
        lines.free(vec![(Cell::text("Everything was checked."), Style::Remark)]);
        return;
    }
    lines.head(&["Check", "Provider", "Why"], &[]);
    for row in summary.skipped_checks.iter().take(ROWS_MAX) {
        let provider = if row.provider.is_empty() { "all" } else { row.provider.as_str() };
        lines.free(vec![text(&row.check), text(provider), text(&row.reason)]);
    }
}

/// Rows read = repeated + superseded + accepted.
pub(super) fn control_totals<'a>(summary: &'a Summary, amounts: Amounts<'_>, lines: &mut Lines<'a>) {
    lines.section("Control totals: read = repeated + superseded + accepted");
    lines.head(
        &["File", "Dataset", "", "Currency"],
        &["Read", "Repeated", "Superseded", "Accepted", "Sum read", "Sum repeated", "Sum superseded", "Sum accepted"],
    );
    rows(&summary.control_totals, lines, |row| {
        let totals = [row.read, row.repeated, row.superseded, row.accepted];
        let mut cells = vec![text(&row.file), text(&row.dataset), empty(), text(&row.currency)];
        cells.extend(totals.map(|total: Total| count(total.count)));
        cells.extend(totals.map(|total| amount(total.sum, &row.currency, amounts)));
        cells
    });
}

/// What became of the accepted records.
pub(super) fn verdicts<'a>(summary: &'a Summary, amounts: Amounts<'_>, lines: &mut Lines<'a>) {
    lines.section("What became of the records");
    lines.head(&["Dataset", "Verdict", "Provider", "Currency"], &["Records", "Rows", "Sum"]);
    rows(&summary.verdicts, lines, |row| {
        vec![
            text(&row.dataset),
            text(&row.verdict),
            text(&row.provider),
            text(&row.currency),
            count(row.records),
            count(row.rows.count),
            amount(row.rows.sum, &row.currency, amounts),
        ]
    });
}

/// Settlement rows that take no part in matching.
pub(super) fn other_kinds<'a>(summary: &'a Summary, amounts: Amounts<'_>, lines: &mut Lines<'a>) {
    if summary.other_kinds.is_empty() {
        return;
    }
    lines.section("Settlement rows of other kinds");
    lines.head(&["Provider", "Kind", "", "Currency"], &["Rows", "", "Gross", "Fees", "Net"]);
    rows(&summary.other_kinds, lines, |row| {
        vec![
            text(&row.provider),
            text(&row.kind),
            empty(),
            text(&row.currency),
            count(row.gross.count),
            empty(),
            amount(row.gross.sum, &row.currency, amounts),
            amount(row.fee_sum, &row.currency, amounts),
            amount(row.net_sum, &row.currency, amounts),
        ]
    });
}

/// What was let pass, and rows that may be there twice.
pub(super) fn tolerated<'a>(summary: &'a Summary, amounts: Amounts<'_>, lines: &mut Lines<'a>) {
    if !summary.tolerated.is_empty() {
        lines.section("Matched within the tolerance");
        lines.head(&["", "", "", "Currency"], &["Pairs", "", "Differences", "Budget"]);
        rows(&summary.tolerated, lines, |row| {
            let sums = [row.size_sum, row.budget].map(|sum| amount(sum, &row.currency, amounts));
            let mut cells = vec![empty(), empty(), empty(), text(&row.currency), count(row.pairs), empty()];
            cells.extend(sums);
            cells
        });
    }
    if !summary.equal_rows_without_id.is_empty() {
        lines.section("Rows without any id that equal another one");
        lines.head(&["Dataset", "", "", ""], &["Rows"]);
        rows(&summary.equal_rows_without_id, lines, |row| {
            vec![text(&row.dataset), empty(), empty(), empty(), count(row.count)]
        });
    }
}

/// What settlement files state of themselves and do not hold.
pub(super) fn stated<'a>(summary: &'a Summary, amounts: Amounts<'_>, lines: &mut Lines<'a>) {
    if summary.stated_totals.is_empty() {
        return;
    }
    lines.section("Totals that the files state");
    let off: Vec<&StatedRow> = summary.stated_totals.iter().filter(|row| !row.ties).collect();
    let ties = summary.stated_totals.len().saturating_sub(off.len());
    lines.free(vec![(Cell::text(format!("{ties} tie with what was found, {} do not.", off.len())), Style::Remark)]);
    if off.is_empty() {
        return;
    }
    lines.head(&["File", "What", "", "Currency"], &["", "", "Stated", "Found"]);
    for row in off.into_iter().take(ROWS_MAX) {
        // A count of 0 is stated all the same.
        let sum = |number| match row.currency.as_str() {
            "" => (Cell::Whole(number), Style::Whole),
            currency => amount(number, currency, amounts),
        };
        let before = [text(&row.file), text(&row.what), empty(), text(&row.currency), empty(), empty()];
        lines.row(before.into_iter().chain([row.stated, row.actual].map(sum)).collect());
    }
}

/// The files that were read.
pub(super) fn inputs<'a>(summary: &'a Summary, lines: &mut Lines<'a>) {
    lines.section("Inputs");
    lines.head(
        &["File", "Format", "Dataset", "Provider", "State", "SHA-256", "", "", ""],
        &["Rows", "Rejected", "Bytes"],
    );
    rows(&summary.inputs, lines, |row| {
        vec![
            text(&row.path),
            text(&row.format),
            text(&row.dataset),
            text(&row.provider),
            text(&row.state),
            (Cell::text(row.sha256.as_str()), Style::Hash),
            empty(),
            empty(),
            empty(),
            count(row.rows),
            count(row.rejected),
            count(row.bytes),
        ]
    });
    let packed: Vec<&InputRow> = summary.inputs.iter().filter(|row| row.content_sha256.is_some()).collect();
    if packed.is_empty() {
        return;
    }
    lines.section("Inputs that were packed: the SHA-256 of what is in them");
    lines.head(&["File", "", "", "", "", "SHA-256 of the content"], &[]);
    for row in packed.into_iter().take(ROWS_MAX) {
        let hash = (Cell::text(row.content_sha256.as_deref().unwrap_or_default()), Style::Hash);
        lines.row(vec![text(&row.path), empty(), empty(), empty(), empty(), hash]);
    }
}
