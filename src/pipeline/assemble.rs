//! From counts and findings to the report's value: names for numbers, sums by code, and whether everything closes.

use std::collections::BTreeMap;

use super::books::{add_books_rows, add_books_verdicts};
use super::conservation;
use super::error::RunError;
use super::inputs::Inputs;
use super::matches::match_rows;
use super::read::{Means, Read};
use super::totals::Totals;
use crate::ingest::native::sentence;
use crate::model::currency::Currency;
use crate::model::finding::{Code, FileNote, Finding, Note, Status};
use crate::model::found::FoundRow;
use crate::model::names::{NameId, Names};
use crate::model::origin::Origins;
use crate::model::text::Text;
use crate::report::books::{Books, BooksSums};
use crate::report::insight::Insight;
use crate::report::view::{
    BatchRow, CodeRow, ControlRow, CountRow, FailOnRow, InputRow, KindRow, RejectRow, Report, SkippedRow, StatedRow,
    Summary, ToleratedRow, Total, VerdictRow,
};
use crate::rules::batches::Batches;
use crate::rules::control::{Sum, Tally};
use crate::rules::finish::{CodeSum, CodeSums};
use crate::rules::operations::Match;

/// What the rules yield, findings apart.
pub struct Outcome {
    /// Findings by code, status and currency.
    pub codes: Vec<CodeRow>,
    /// Verdicts and fates of the rules.
    pub tally: Tally,
    /// The operations' side of batches.
    pub batches: Batches,
    /// Matches, where asked for.
    pub matches: Option<Vec<Match>>,
    /// Tolerated pairs.
    pub tolerated: BTreeMap<Currency, (u64, i128)>,
}

/// Ids of native settlement files that take part, by provider: they count for `file-gap` even without rows.
#[must_use]
pub fn native_ids(inputs: &Inputs, names: &Names) -> Vec<(NameId, NameId)> {
    let natives = inputs.files.iter().filter_map(|file| Some((file, file.native.as_ref()?)));
    natives.map(|(file, native)| (names.intern(&file.provider), names.intern(&native.settlement_id))).collect()
}

/// `file-total` of every stated total that is not that of the body, and `file-net` of a header that does not tie with
/// itself in any sign convention.
#[must_use]
pub fn stated_findings(inputs: &Inputs, means: &Means<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in inputs.files.iter().filter(|file| file.state == "read") {
        let Some(native) = &file.native else { continue };
        let mut found = |code, currency, (expected_minor, actual_minor), line: u64, explanation| {
            findings.push(Finding {
                code,
                provider: Some(means.names.intern(&file.provider)),
                currency,
                expected_minor,
                actual_minor,
                count: 1,
                rows: Origins::new(),
                whole_order: false,
                note: Note::File(Box::new(FileNote {
                    settlement_id: native.settlement_id.clone(),
                    explanation,
                    sources: format!("{}:{line}", file.input.shown),
                })),
            });
        };
        for stated in native.stated.iter().filter(|stated| stated.stated != stated.actual) {
            let explanation = sentence(stated, &native.settlement_id, means.currencies);
            found(Code::FileTotal, stated.currency, (stated.stated, stated.actual), stated.line, explanation);
        }
        if let Some(net) = &native.header_net {
            let explanation = net.sentence(&native.settlement_id, means.currencies);
            let sides = (net.expected_minor(), net.actual_minor);
            found(Code::FileNet, Some(net.currency), sides, net.line, explanation);
        }
    }
    findings
}

/// What `check` shows: the files, their rows and sums, and the totals that they state.
///
/// # Errors
/// A file cannot be read any more.
pub fn summary_of_files(inputs: &Inputs, read: &Read, means: &Means<'_>) -> Result<Summary, RunError> {
    let mut summary = Summary {
        program: format!("avstem {}", env!("CARGO_PKG_VERSION")),
        as_of: means.plan.as_of.to_string(),
        timezone: means.settings().zone.0.name().to_owned(),
        exit_status: 0,
        complete: true,
        incomplete: Vec::new(),
        night: None,
        fail_on: None,
        inputs: input_rows(inputs, read)?,
        control_totals: control_rows(inputs, &read.tally, means),
        verdicts: Vec::new(),
        codes: Vec::new(),
        other_kinds: other_kinds(&read.batches, means),
        tolerated: Vec::new(),
        equal_rows_without_id: Vec::new(),
        stated_totals: stated_rows(inputs, means),
        journal: None,
        skipped_checks: Vec::new(),
        files: Vec::new(),
    };
    add_books_rows(inputs, &mut summary.control_totals);
    let rejected: u64 = summary.inputs.iter().map(|input| input.rejected).sum();
    if rejected > 0 {
        summary.complete = false;
        summary.incomplete.push(format!("{rejected} {} could not be read", if rejected == 1 { "row" } else { "rows" }));
    }
    summary.exit_status = match (summary.complete, summary.stated_totals.iter().all(|total| total.ties)) {
        (false, _) => 3,
        (true, false) => 1,
        (true, true) => 0,
    };
    Ok(summary)
}

/// The whole report.
///
/// # Errors
/// A file cannot be read any more.
pub fn report(
    inputs: &Inputs,
    read: Read,
    findings: Vec<FoundRow>,
    outcome: Outcome,
    sums: BooksSums,
    means: &Means<'_>,
    beside: &Totals,
) -> Result<Report, RunError> {
    let mut summary = summary_of_files(inputs, &read, means)?;
    let mut tally = outcome.tally;
    tally.join(read.tally);
    summary.control_totals = control_rows(inputs, &tally, means);
    summary.verdicts = verdict_rows(&tally, means);
    summary.codes = outcome.codes;
    summary.tolerated = tolerated_rows(&outcome.tolerated, means);
    summary.equal_rows_without_id = tally
        .equal_without_id
        .iter()
        .map(|(dataset, count)| CountRow { dataset: dataset.name().to_owned(), count: *count })
        .collect();
    let skipped_legs = Skipped {
        settled: read.settled_keys.keys().copied().collect(),
        lined: read.line_providers.iter().copied().collect(),
        operating: read.operation_providers.iter().copied().collect(),
    };
    summary.skipped_checks = skipped_legs.rows(inputs, means);

    let mut batches = outcome.batches;
    batches.join(read.batches);
    let batches = batch_rows(&batches, &skipped_legs.settled, means);
    let matches = outcome.matches.map(|matches| match_rows(&matches, inputs, means)).transpose()?;
    let mut rejects: Vec<RejectRow> =
        inputs.rejects.iter().cloned().chain(read.rejects).map(|(_, reject)| reject).collect();
    rejects.sort();
    let mut report = Report {
        summary,
        findings,
        batches,
        rejects,
        matches,
        cleared: None,
        insight: Insight::default(),
        books: Books { sums, ..Books::default() },
    };
    if !beside.0.is_empty() {
        Totals::of(&report).plus(beside).put_into(&mut report);
    }

    let summary = &mut report.summary;
    summary.incomplete.extend(tally.gaps());
    if !beside.0.is_empty() {
        // What was added up apart must close together, too.
        summary.incomplete.extend(conservation::gaps(&summary.control_totals, &summary.verdicts));
    }
    add_books_rows(inputs, &mut summary.control_totals);
    add_books_verdicts(summary);
    let residuals = report.batches.iter().filter(|batch| batch.residual != 0).count();
    if residuals > 0 {
        summary.incomplete.push(format!("batches that differ by more than their findings explain: {residuals}"));
    }
    summary.complete = summary.incomplete.is_empty();
    summary.fail_on = FailOnRow::of(&means.settings().fail_on);
    let fails = means.settings().fail_on.fails_of(&report.findings);
    summary.exit_status = match (summary.complete, fails) {
        (false, _) => 3,
        (true, true) => 1,
        (true, false) => 0,
    };
    Ok(report)
}

fn total(sum: Sum) -> Total {
    Total { count: sum.count, sum: sum.sum_minor }
}

fn input_rows(inputs: &Inputs, read: &Read) -> Result<Vec<InputRow>, RunError> {
    let mut rows = Vec::with_capacity(inputs.files.len());
    for (number, (file, volume)) in inputs.files.iter().zip(&inputs.volumes).enumerate() {
        let converted = count(inputs.rejects.iter().filter(|(of, _)| *of == number).count());
        let rejected = count(read.rejects.iter().filter(|(of, _)| *of == number).count());
        let plain = inputs.sha256(number)?;
        let (sha256, content_sha256) = match &file.given_sha256 {
            Some(given) => (given.clone(), Some(plain)),
            None => (plain, None),
        };
        rows.push(InputRow {
            path: file.input.shown.clone(),
            dataset: volume.layout.dataset.name().to_owned(),
            format: file.format.clone(),
            provider: file.provider.clone(),
            bytes: file.given_len,
            sha256,
            content_sha256,
            state: file.state.to_owned(),
            rows: match file.known_rows.filter(|_| file.state == "read") {
                Some(known) => known,
                None => read.rows.get(&number).copied().unwrap_or(0) + converted,
            },
            rejected: rejected + converted,
            ignored_columns: volume.layout.ignored.clone(),
            notes: file.notes.clone(),
            tells_nothing: file.tells_nothing,
        });
    }
    Ok(rows)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn control_rows(inputs: &Inputs, tally: &Tally, means: &Means<'_>) -> Vec<ControlRow> {
    let mut rows: Vec<ControlRow> = tally
        .fates()
        .iter()
        .map(|((dataset, file, currency), fates)| ControlRow {
            dataset: dataset.name().to_owned(),
            file: inputs.files.get(*file).map(|file| file.input.shown.clone()).unwrap_or_default(),
            currency: means.currencies.code(*currency).to_owned(),
            read: total(fates.read),
            repeated: total(fates.repeated),
            superseded: total(fates.superseded),
            accepted: total(fates.accepted),
        })
        .collect();
    rows.sort_by(|a, b| (&a.dataset, &a.file, &a.currency).cmp(&(&b.dataset, &b.file, &b.currency)));
    rows
}

fn verdict_rows(tally: &Tally, means: &Means<'_>) -> Vec<VerdictRow> {
    let mut rows: Vec<VerdictRow> = tally
        .verdicts()
        .iter()
        .map(|((dataset, provider, currency, verdict), sum)| VerdictRow {
            dataset: dataset.name().to_owned(),
            provider: means.names.text(*provider).to_string(),
            currency: means.currencies.code(*currency).to_owned(),
            verdict: verdict.name().to_owned(),
            records: sum.records,
            rows: total(sum.rows),
        })
        .collect();
    rows.sort_by(|a, b| {
        (&a.dataset, &a.provider, &a.currency, &a.verdict).cmp(&(&b.dataset, &b.provider, &b.currency, &b.verdict))
    });
    rows
}

/// What findings come to, in the order of the summary.
pub fn code_rows(sums: &CodeSums) -> Vec<CodeRow> {
    let named = |((code, status, currency), sum): (&(Code, Status, Text), &CodeSum)| {
        ([code.leg().name(), code.name(), status.name(), currency.as_str()].map(str::to_owned), *sum)
    };
    let codes: BTreeMap<[String; 4], CodeSum> = sums.iter().map(named).collect();
    let row = |([leg, code, status, currency], sum): ([String; 4], CodeSum)| CodeRow {
        code,
        leg,
        status,
        currency,
        findings: sum.findings,
        records: sum.records,
        difference: sum.difference_minor,
    };
    codes.into_iter().map(row).collect()
}

fn other_kinds(batches: &Batches, means: &Means<'_>) -> Vec<KindRow> {
    let mut rows: Vec<KindRow> = batches
        .others
        .iter()
        .map(|((provider, kind, currency), other)| KindRow {
            provider: means.names.text(*provider).to_string(),
            kind: means.names.text(*kind).to_string(),
            currency: means.currencies.code(*currency).to_owned(),
            gross: total(other.gross),
            fee_sum: other.fee_minor,
            net_sum: other.net_minor,
        })
        .collect();
    rows.sort_by(|a, b| (&a.provider, &a.kind, &a.currency).cmp(&(&b.provider, &b.kind, &b.currency)));
    rows
}

fn tolerated_rows(tolerated: &BTreeMap<Currency, (u64, i128)>, means: &Means<'_>) -> Vec<ToleratedRow> {
    let budgets = &means.settings().tolerance_budget_minor;
    let row = |(currency, (pairs, size_sum)): (&Currency, &(u64, i128))| {
        let code = means.currencies.code(*currency);
        let budget = i128::from(budgets.get(code).copied().unwrap_or(0));
        ToleratedRow { currency: code.to_owned(), pairs: *pairs, size_sum: *size_sum, budget }
    };
    tolerated.iter().map(row).collect()
}

fn stated_rows(inputs: &Inputs, means: &Means<'_>) -> Vec<StatedRow> {
    let mut rows = Vec::new();
    for file in inputs.files.iter().filter(|file| file.state == "read") {
        for stated in file.native.iter().flat_map(|native| &native.stated) {
            rows.push(StatedRow {
                file: file.input.shown.clone(),
                what: stated.what.clone(),
                currency: stated
                    .currency
                    .map(|currency| means.currencies.code(currency).to_owned())
                    .unwrap_or_default(),
                stated: stated.stated,
                actual: stated.actual,
                ties: stated.stated == stated.actual,
            });
        }
    }
    rows
}

fn batch_rows(batches: &Batches, settled: &[NameId], means: &Means<'_>) -> Vec<BatchRow> {
    let mut rows: Vec<BatchRow> = batches
        .by_key
        .iter()
        // A provider whose settlement leg is skipped has none.
        .filter(|((provider, ..), _)| settled.contains(provider))
        .map(|((provider, number, currency), batch)| BatchRow {
            provider: means.names.text(*provider).to_string(),
            reconciliation_number: number.map(|number| means.names.text(number).to_string()).unwrap_or_default(),
            currency: means.currencies.code(*currency).to_owned(),
            operation_count: batch.operations.count,
            operation_sum: batch.operations.sum_minor,
            row_count: batch.rows.count,
            row_sum: batch.rows.sum_minor,
            other_count: batch.others,
            fee_sum: batch.fee_minor,
            net_sum: batch.net_minor,
            net_deviation: batch.net_minor - (batch.rows.sum_minor - batch.fee_minor),
            difference: batch.rows.sum_minor - batch.operations.sum_minor,
            explained: batch
                .explained
                .iter()
                .filter(|(_, sum_minor)| **sum_minor != 0)
                .map(|(code, sum_minor)| ((*code).to_owned(), *sum_minor))
                .collect(),
            residual: batch.residual_minor(),
        })
        .collect();
    rows.sort_by(|a, b| {
        (&a.provider, &a.reconciliation_number, &a.currency).cmp(&(&b.provider, &b.reconciliation_number, &b.currency))
    });
    rows
}

/// Which providers have what, and so which legs are skipped.
struct Skipped {
    settled: Vec<NameId>,
    lined: Vec<NameId>,
    operating: Vec<NameId>,
}

impl Skipped {
    fn rows(&self, inputs: &Inputs, means: &Means<'_>) -> Vec<SkippedRow> {
        let mut rows = Vec::new();
        let mut skip = |check: &str, provider: NameId, reason: &str| {
            rows.push(SkippedRow {
                check: check.to_owned(),
                provider: means.names.text(provider).to_string(),
                reason: reason.to_owned(),
            });
        };
        for provider in &self.operating {
            if !self.lined.contains(provider) {
                skip("order lines", *provider, "no order line of this provider was accepted");
            }
            if !self.settled.contains(provider) {
                skip("settlements", *provider, "no settlement row of this provider was accepted");
            }
            if !means.settings().unique_reference(&means.names.text(*provider)) {
                skip("reference-reused", *provider, "references of this provider name no single operation");
            }
        }
        if means.settings().expected.is_empty() {
            rows.push(SkippedRow {
                check: "file-missing".to_owned(),
                provider: String::new(),
                reason: "the configuration expects no file".to_owned(),
            });
        }
        rows.extend(missing_columns(inputs));
        rows.sort_by(|a, b| (&a.check, &a.provider, &a.reason).cmp(&(&b.check, &b.provider, &b.reason)));
        rows.dedup();
        rows
    }
}

/// Rules that need a column which no file of the dataset has.
fn missing_columns(inputs: &Inputs) -> Vec<SkippedRow> {
    use crate::model::record::Dataset::{Captures, Orders, Reversals, Settlements};
    let rules: [(&str, &[_], &[&str]); 11] = [
        ("vat-rate", &[Orders], &["vat_amount", "vat_rate"]),
        ("line-vat", &[Orders, Captures], &["vat_amount"]),
        ("order-total", &[Orders], &["order_amount"]),
        ("order-remaining-capture", &[Orders], &["order_amount", "remaining_capture_amount"]),
        ("order-remaining-reversal", &[Orders], &["remaining_reversal_amount"]),
        ("items-total", &[Captures, Reversals], &["operation_amount"]),
        ("file-net", &[Settlements], &["fee_amount", "net_amount"]),
        ("file-gap", &[Settlements], &["settlement_id"]),
        ("wrong-batch", &[Captures, Reversals, Settlements], &["reconciliation_number"]),
        ("batch-missing", &[Captures, Reversals], &["reconciliation_number"]),
        ("reference-reused", &[Captures, Reversals], &["payee_reference"]),
    ];
    let mut rows = Vec::new();
    for (check, datasets, columns) in rules {
        for column in columns {
            for dataset in datasets {
                let mut layouts = inputs
                    .volumes
                    .iter()
                    .map(|volume| &volume.layout)
                    .filter(|layout| layout.dataset == *dataset)
                    .peekable();
                if layouts.peek().is_some() && !layouts.any(|layout| layout.has(column)) {
                    rows.push(SkippedRow {
                        check: check.to_owned(),
                        provider: String::new(),
                        reason: format!("no file of {} has the column {column}", dataset.name()),
                    });
                }
            }
        }
    }
    rows
}
