//! What goes to the driver, as JSON: findings, what a partition adds up, rejected rows. Few of them, so that a text does.

use std::io::Write;

use serde::{Deserialize, Serialize};

use super::kind;
use super::rows::Given;
use crate::engine::wire::{Wire, WireRow};
use crate::model::finding::{Code, Status};
use crate::model::found::{FoundColumns, FoundRow, FoundTexts, Packed};
use crate::model::origin::Origins;
use crate::model::reject::RejectRow;
use crate::model::text::Text;
use crate::pipeline::RunError;
use crate::pipeline::totals::Totals;

/// A stream that goes out.
pub(super) struct Out<W: Write>(Wire<W>);

impl<W: Write> Out<W> {
    pub(super) fn new(output: W) -> Result<Self, RunError> {
        Ok(Self(Wire::new(output)?))
    }

    pub(super) fn row(&mut self, row: &WireRow<'_>) -> Result<(), RunError> {
        Ok(self.0.put(row)?)
    }

    /// Something as JSON, of a file or of none.
    pub(super) fn said(&mut self, kind: &str, file: Option<usize>, what: &impl Serialize) -> Result<(), RunError> {
        self.dealt(kind, None, file, what)
    }

    /// The same, to be dealt out by a number.
    pub(super) fn dealt(
        &mut self,
        kind: &str,
        shard: Option<usize>,
        file: Option<usize>,
        what: &impl Serialize,
    ) -> Result<(), RunError> {
        let text = serde_json::to_string(what).map_err(|error| RunError::Differs(error.to_string()))?;
        let file = file.and_then(|file| i32::try_from(file).ok());
        let shard = shard.and_then(|shard| i64::try_from(shard).ok());
        self.row(&WireRow { kind, shard, file, text: &text, ..WireRow::default() })
    }

    /// Totals, where there are any.
    pub(super) fn totals(&mut self, totals: &Totals) -> Result<(), RunError> {
        let numbers: Vec<(&String, &String, &String, String)> =
            totals.0.iter().map(|((section, key, name), value)| (section, key, name, value.to_string())).collect();
        if numbers.is_empty() { Ok(()) } else { self.said(kind::TOTALS, None, &numbers) }
    }

    /// Findings, described, with the rows that hints read back.
    pub(super) fn findings(&mut self, found: &[FoundRow], given: &Given) -> Result<(), RunError> {
        for finding in found {
            let rows = if is_hinted(finding.code) { given.cited(&finding.rows)? } else { Vec::new() };
            self.said(kind::FINDING, None, &SaidFinding::of(finding, rows))?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), RunError> {
        Ok(self.0.finish()?)
    }
}

/// Whether the nearest miss of such findings is looked for, for which their rows are read back.
fn is_hinted(code: Code) -> bool {
    matches!(code, Code::Unsettled | Code::BatchMissing | Code::SettledUnknown)
}

/// The totals of a text.
pub(super) fn totals(text: &str) -> Option<Totals> {
    let numbers: Vec<(String, String, String, String)> = serde_json::from_str(text).ok()?;
    let number = |(section, key, name, value): (_, _, _, String)| Some(((section, key, name), value.parse().ok()?));
    numbers.into_iter().map(number).collect::<Option<_>>().map(Totals)
}

/// A row of `discrepancies.csv` on its way to the driver.
#[derive(Serialize, Deserialize)]
pub(super) struct SaidFinding {
    id: Text,
    code: String,
    status: String,
    /// Provider, order, line, payee reference, transaction number, reconciliation number, settlement, currency.
    texts: [Text; 8],
    /// Expected and actual, minor units; a number of JSON may be too small for them.
    sides: [String; 2],
    count: u64,
    age_days: Option<i64>,
    first_seen: Text,
    explanation: String,
    sources: String,
    /// File and text of the rows that hints read back.
    pub(super) rows: Vec<(usize, String)>,
}

impl SaidFinding {
    fn of(row: &FoundRow, rows: Vec<(usize, String)>) -> Self {
        let texts = row.texts();
        let ids = [
            texts.provider,
            texts.order_id,
            texts.line_id,
            texts.payee_reference,
            texts.transaction_number,
            texts.reconciliation_number,
            texts.settlement_id,
            texts.currency,
        ];
        Self {
            id: texts.id.into(),
            code: row.code.name().to_owned(),
            status: row.status.name().to_owned(),
            texts: ids.map(Text::from),
            sides: [row.expected_minor, row.actual_minor].map(|minor| minor.to_string()),
            count: row.count,
            age_days: row.age_days,
            first_seen: texts.first_seen.into(),
            explanation: texts.explanation.to_owned(),
            sources: texts.sources.to_owned(),
            rows,
        }
    }

    /// The row again, without its rows; `None` where no worker has written this.
    pub(super) fn found(self) -> Option<FoundRow> {
        let code = Code::ALL.iter().copied().find(|code| code.name() == self.code)?;
        let statuses = [Status::Open, Status::Pending, Status::Listed, Status::Closed];
        let status = statuses.into_iter().find(|status| status.name() == self.status)?;
        let [
            provider,
            order_id,
            line_id,
            payee_reference,
            transaction_number,
            reconciliation_number,
            settlement_id,
            currency,
        ] = self.texts.each_ref().map(Text::as_str);
        let [expected_minor, actual_minor] = self.sides.map(|minor| minor.parse::<i128>().ok());
        let (expected_minor, actual_minor) = (expected_minor?, actual_minor?);
        let texts = FoundTexts {
            id: &self.id,
            provider,
            order_id,
            line_id,
            payee_reference,
            transaction_number,
            reconciliation_number,
            settlement_id,
            currency,
            first_seen: &self.first_seen,
            explanation: &self.explanation,
            sources: &self.sources,
            ..FoundTexts::default()
        };
        Some(Box::new(FoundColumns {
            code,
            status,
            expected_minor,
            actual_minor,
            difference_minor: actual_minor.checked_sub(expected_minor)?,
            count: self.count,
            age_days: self.age_days,
            rows: Origins::new(),
            packed: Packed::of(&texts),
        }))
    }
}

/// A row of `rejects.csv` on its way to the driver; its file is known by number.
#[derive(Serialize, Deserialize)]
pub(super) struct SaidReject {
    line: u64,
    column: String,
    value: String,
    reason: String,
}

impl SaidReject {
    pub(super) fn of(reject: RejectRow) -> Self {
        let RejectRow { line, column, value, reason, .. } = reject;
        Self { line, column, value, reason }
    }

    pub(super) fn reject(self, file: String) -> RejectRow {
        RejectRow { file, line: self.line, column: self.column, value: self.value, reason: self.reason }
    }
}
