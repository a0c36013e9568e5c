//! Causes that findings share, each one line that opens to its findings.

use std::num::NonZeroU32;

use super::pen::{Pen, whole};
use crate::model::finding::Status;
use crate::model::found::FoundRow;
use crate::report::insight::{Cause, CauseRow};
use crate::report::view::Report;
use crate::report::words::fill;

/// More causes are not listed.
const CAUSES_MAX: usize = 100;
/// More findings of a cause are not listed under it.
const FINDINGS_MAX: usize = 50;

/// The causes of a report.
pub(super) struct Causes {
    pub(super) lines: Vec<CauseLine>,
    pub(super) left_out: u64,
    /// The causes of findings, as places in the report's causes; empty where there is none. Four bytes a finding, as a
    /// cause may have a million of them.
    of_finding: Vec<Option<NonZeroU32>>,
    /// How many causes have an open finding.
    pub(super) open: u64,
}

/// A cause.
pub(super) struct CauseLine {
    pub(super) number: usize,
    pub(super) title: String,
    pub(super) provider: String,
    pub(super) batch: String,
    pub(super) findings: u64,
    pub(super) count: String,
    pub(super) difference_minor: i128,
    pub(super) currency: String,
    pub(super) explanation: String,
    pub(super) members: Vec<Member>,
    pub(super) left_out: u64,
}

/// A finding under its cause.
pub(super) struct Member {
    pub(super) id: String,
    pub(super) title: &'static str,
    pub(super) order: String,
    pub(super) difference: String,
}

impl Causes {
    pub(super) fn of(report: &Report, pen: &Pen<'_>) -> Self {
        let rows = &report.insight.causes;
        let mut of_finding = vec![None; if rows.is_empty() { 0 } else { report.findings.len() }];
        let mut open = 0_u64;
        for (number, row) in rows.iter().enumerate() {
            let counted = u32::try_from(number.saturating_add(1)).ok().and_then(NonZeroU32::new);
            for finding in &row.findings {
                if let Some(cause @ None) = of_finding.get_mut(*finding) {
                    *cause = counted;
                }
            }
            let is_open = |place: &usize| report.findings.get(*place).is_some_and(|row| row.status == Status::Open);
            open = open.saturating_add(u64::from(row.findings.iter().any(is_open)));
        }
        let line = |(number, row): (usize, &CauseRow)| line(number, row, &report.findings, pen);
        Self {
            lines: rows.iter().enumerate().take(CAUSES_MAX).map(line).collect(),
            left_out: whole(rows.len().saturating_sub(CAUSES_MAX)),
            of_finding,
            open,
        }
    }

    /// The cause of a finding, by its place in the report; the number under which it is listed.
    pub(super) fn of_finding(&self, place: usize) -> Option<usize> {
        let counted = self.of_finding.get(place).copied().flatten()?;
        usize::try_from(counted.get()).ok()?.checked_sub(1)
    }

    /// A cause that is listed.
    pub(super) fn line(&self, number: usize) -> Option<&CauseLine> {
        self.lines.get(number)
    }
}

fn line(number: usize, row: &CauseRow, findings: &[FoundRow], pen: &Pen<'_>) -> CauseLine {
    let member = |found: &FoundRow| Member {
        id: found.id().to_string(),
        title: crate::report::words::code(pen.lang, found.code).title,
        order: if found.order_id().is_empty() { found.settlement_id() } else { found.order_id() }.to_string(),
        difference: pen.money(&found.difference_minor, found.currency()),
    };
    CauseLine {
        number,
        title: title(&row.cause, pen),
        provider: row.provider.clone(),
        batch: row.number.clone(),
        findings: whole(row.findings.len()),
        count: pen.words.count.of(pen.lang, whole(row.findings.len())),
        difference_minor: row.difference_minor,
        currency: row.currency.clone(),
        explanation: row.explanation.clone(),
        members: row.findings.iter().filter_map(|place| findings.get(*place)).take(FINDINGS_MAX).map(member).collect(),
        left_out: whole(row.findings.len().saturating_sub(FINDINGS_MAX)),
    }
}

fn title(cause: &Cause, pen: &Pen<'_>) -> String {
    let words = pen.words;
    match cause {
        Cause::FileMissing => words.cause_file.to_owned(),
        Cause::WholeBatch => words.cause_batch.to_owned(),
        Cause::ColumnMissing { source, column } => fill(words.cause_column, &[("source", source), ("column", column)]),
        Cause::FeesTakenOut => words.cause_fees.to_owned(),
        Cause::ConstantFactor { actual, expected } => {
            let [actual, expected] = [actual, expected].map(|part| pen.lang.amount(i128::from(*part), 0));
            fill(words.cause_factor, &[("actual", &actual), ("expected", &expected)])
        }
    }
}
