//! The tables below the findings: batches, what was cleared, control totals, inputs and what could not be read. Each
//! shows its first rows and says where the rest is.

use super::pen::{Pen, whole};
use crate::report::books::{AccountRow, PayoutRow};
use crate::report::view::{BatchRow, ClearedRow, ControlRow, InputRow, RejectRow, Report};

/// Rows of a table of batches or files.
const ROWS_MAX: usize = 500;
/// Rows of `rejects.csv` and `cleared.csv`.
const LINES_MAX: usize = 200;

/// What the tables show.
pub(super) struct Tables<'a> {
    pub(super) report: &'a Report,
    pub(super) pen: &'a Pen<'a>,
}

/// A batch.
pub(super) struct BatchLine<'a> {
    pub(super) row: &'a BatchRow,
    /// `agrees`, `differs` or `missing`.
    pub(super) state: &'static str,
    pub(super) title: &'static str,
    /// What explains the difference, and by how much.
    pub(super) explained: Vec<(&'a str, String)>,
}

/// The first rows of a table.
pub(super) struct Shown<T> {
    pub(super) rows: Vec<T>,
    pub(super) left_out: u64,
    pub(super) all: u64,
}

impl<'a> Tables<'a> {
    /// Batches that do not agree, missing ones first.
    pub(super) fn differing(&self) -> Shown<BatchLine<'a>> {
        let of = |state| self.batches().filter(move |line| line.state == state);
        let all: Vec<_> = of("missing").chain(of("differs")).collect();
        shown(all.into_iter(), ROWS_MAX)
    }

    /// Batches that agree.
    pub(super) fn agreeing(&self) -> Shown<BatchLine<'a>> {
        shown(self.batches().filter(|line| line.state == "agrees"), ROWS_MAX)
    }

    fn batches(&self) -> impl Iterator<Item = BatchLine<'a>> {
        let pen = self.pen;
        self.report.batches.iter().map(move |row| {
            let (state, title) = match (row.row_count, row.difference) {
                (0, _) if row.operation_count > 0 && !row.reconciliation_number.is_empty() => {
                    ("missing", pen.words.missing)
                }
                (_, 0) => ("agrees", pen.words.agrees),
                (_, _) => ("differs", pen.words.differs),
            };
            let residual = (row.residual != 0).then_some((pen.words.unexplained, row.residual));
            let explained = row.explained.iter().map(|(code, sum)| (pen.code_title(code), *sum)).chain(residual);
            let explained = explained.map(|(title, sum)| (title, pen.amount(&sum, &row.currency))).collect();
            BatchLine { row, state, title, explained }
        })
    }

    /// How the state of a payout looks: as that of a batch.
    pub(super) fn payout_look(&self, state: &str) -> &'static str {
        match state {
            "received" | "nothing due" | "postponed" | "" => "agrees",
            "pending" => "pending",
            "missing" => "missing",
            _ => "differs",
        }
    }

    /// Payouts that are as they should be stand last.
    pub(super) fn payouts(&self) -> Shown<&'a PayoutRow> {
        let rows = self.report.books.payouts.as_deref().unwrap_or_default();
        let (right, wrong): (Vec<_>, Vec<_>) = rows.iter().partition(|row| self.payout_look(&row.state) == "agrees");
        shown(wrong.into_iter().chain(right), ROWS_MAX)
    }

    /// What the journal posts, an account and currency a row.
    pub(super) fn accounts(&self) -> &'a [AccountRow] {
        self.report.summary.journal.as_ref().map(|journal| journal.accounts.as_slice()).unwrap_or_default()
    }

    pub(super) fn cleared(&self) -> Shown<&'a ClearedRow> {
        shown(self.report.cleared.as_deref().unwrap_or_default().iter(), LINES_MAX)
    }

    pub(super) fn control(&self) -> Shown<&'a ControlRow> {
        shown(self.report.summary.control_totals.iter(), ROWS_MAX)
    }

    pub(super) fn inputs(&self) -> Shown<&'a InputRow> {
        shown(self.report.summary.inputs.iter(), ROWS_MAX)
    }

    pub(super) fn rejects(&self) -> Shown<&'a RejectRow> {
        shown(self.report.rejects.iter(), LINES_MAX)
    }
}

fn shown<T>(all: impl Iterator<Item = T>, most: usize) -> Shown<T> {
    let mut count = 0_usize;
    let mut rows = Vec::new();
    for row in all {
        if rows.len() < most {
            rows.push(row);
        }
        count = count.saturating_add(1);
    }
    Shown { left_out: whole(count.saturating_sub(rows.len())), all: whole(count), rows }
}
