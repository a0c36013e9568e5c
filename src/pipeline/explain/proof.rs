//! What is told is what the run found, or nothing is told.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Reading;
use super::group::Alone;
use crate::model::finding::Code;
use crate::model::found::FoundRow;
use crate::model::origin::Origin;
use crate::model::record::Dataset;
use crate::pipeline::RunError;
use crate::report::view::MatchRow;
use crate::rules::control::Verdict;
use crate::rules::path::Decision;

/// The codes that are the verdict of a record, and not a finding beside it.
const LINE_CODES: [Code; 9] = [
    Code::LineCurrency,
    Code::LineWrongDirection,
    Code::ReversalLineUnlinked,
    Code::ReversalLineExceedsOriginal,
    Code::ReversalExceedsCapture,
    Code::LineOvercaptured,
    Code::LineUncaptured,
    Code::LineUndercaptured,
    Code::LineVat,
];
const OPERATION_CODES: [Code; 9] = [
    Code::Unsettled,
    Code::BatchMissing,
    Code::SettledUnknown,
    Code::SettledTwice,
    Code::SettledNotCompleted,
    Code::SettledAmount,
    Code::SettledDirection,
    Code::SettledCurrency,
    Code::Ambiguous,
];

fn is_verdict(code: Code, dataset: Dataset) -> bool {
    if dataset == Dataset::Orders { LINE_CODES.contains(&code) } else { OPERATION_CODES.contains(&code) }
}

/// The verdicts that findings give to rows: code and id of the finding.
fn verdicts<'f>(findings: &'f [FoundRow]) -> HashMap<Origin, Vec<&'f FoundRow>> {
    let mut verdicts: HashMap<Origin, Vec<&'f FoundRow>> = HashMap::new();
    for finding in findings.iter().filter(|one| LINE_CODES.contains(&one.code) || OPERATION_CODES.contains(&one.code)) {
        finding.rows.iter().for_each(|row| verdicts.entry(*row).or_default().push(finding));
    }
    verdicts
}

/// The kind and the sources of each match, by the sources of each of its records.
type Matches<'m> = HashMap<BTreeSet<String>, (&'m str, BTreeSet<String>)>;

/// The matches of the small run.
fn matches(rows: &[MatchRow]) -> Matches<'_> {
    let mut of_match: BTreeMap<&str, Vec<&MatchRow>> = BTreeMap::new();
    rows.iter().for_each(|row| of_match.entry(&row.match_id).or_default().push(row));
    let mut matches = HashMap::new();
    for rows in of_match.into_values() {
        let of = |row: &&MatchRow| row.sources.split("; ").map(str::to_owned).collect::<BTreeSet<String>>();
        let all: BTreeSet<String> = rows.iter().flat_map(of).collect();
        for row in rows {
            matches.insert(of(&row), (row.kind.as_str(), all.clone()));
        }
    }
    matches
}

impl Reading {
    /// Holds what would be told against what the run and the small run found. Gives the ids of the findings that are the
    /// verdicts of rows, by their places.
    pub(super) fn prove(
        &self,
        key: &str,
        places: &[usize],
        alone: &Alone,
    ) -> Result<BTreeMap<usize, String>, RunError> {
        let (whole, small) = (verdicts(&self.report.findings), verdicts(&alone.report.findings));
        let matched = matches(alone.report.matches.as_deref().unwrap_or_default());
        let mut ids = BTreeMap::new();
        for decision in &alone.decisions {
            for part in decision.parts.iter().filter(|part| part.fate == "used") {
                let source = &alone.sources[part.row];
                let dataset = source.row.dataset;
                let told: BTreeSet<Code> = match decision.verdict {
                    Verdict::Found(code) => BTreeSet::from([code]),
                    _ => BTreeSet::new(),
                };
                let fresh = &self.rows[places[part.row]];
                let given = Origin::new(fresh.file, fresh.offset);
                let of_run = given.and_then(|origin| whole.get(&origin)).map(Vec::as_slice).unwrap_or_default();
                let of_group = small.get(&alone.origins[part.row]).map(Vec::as_slice).unwrap_or_default();
                for (findings, by) in [(of_run, "the run"), (of_group, "its group alone")] {
                    let found: BTreeSet<Code> =
                        findings.iter().map(|one| one.code).filter(|code| is_verdict(*code, dataset)).collect();
                    if found != told {
                        let found: Vec<&str> = found.into_iter().map(Code::name).collect();
                        let found = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
                        return Err(differs(key, &source.place, decision.verdict.name(), by, &found));
                    }
                }
                if let Some(finding) = of_run.iter().find(|one| told.contains(&one.code)) {
                    ids.insert(places[part.row], finding.id().to_string());
                }
            }
            self.prove_match(key, decision, places, alone, &matched)?;
        }
        Ok(ids)
    }

    fn prove_match(
        &self,
        key: &str,
        decision: &Decision,
        places: &[usize],
        alone: &Alone,
        matched: &Matches<'_>,
    ) -> Result<(), RunError> {
        if decision.record == "order line" {
            return Ok(());
        }
        let place = |row: usize| format!(":{}", places[row]);
        let used = decision.parts.iter().filter(|part| part.fate == "used");
        let own: BTreeSet<String> = used.map(|part| place(part.row)).collect();
        let told: BTreeSet<String> = decision.matched.iter().map(|row| place(*row)).collect();
        let kind = match_kind(decision, alone);
        let (found_kind, found) = matched.get(&own).cloned().unwrap_or_default();
        if (kind, &told) == (found_kind, &found) {
            return Ok(());
        }
        let list = |places: &BTreeSet<String>| places.iter().cloned().collect::<Vec<_>>().join(" ");
        let first = decision.parts.first().map_or("", |part| alone.sources[part.row].place.as_str());
        let told = format!("{kind} {}", list(&told));
        Err(differs(key, first, &told, "its group alone", &format!("{found_kind} {}", list(&found))))
    }
}

/// The kind of a match, as in `matches.csv`; empty where the record is in none.
pub(super) fn match_kind(decision: &Decision, alone: &Alone) -> &'static str {
    match decision.verdict {
        Verdict::Matched if decision.matched.is_empty() => "",
        Verdict::Matched => "1:1",
        Verdict::MatchedWithTolerance => "1:1 within tolerance",
        Verdict::MatchedWithoutRow => "no row needed",
        Verdict::MatchedGroup => {
            let rows = &decision.matched;
            let is_row = |row: &&usize| alone.sources[**row].row.dataset == Dataset::Settlements;
            let settled = rows.iter().filter(is_row).count();
            let first = |one: &&Decision| one.parts.iter().any(|part| part.fate == "used" && rows.contains(&part.row));
            let operations =
                alone.decisions.iter().filter(|one| one.record != "settlement row" && one.record != "order line");
            match (operations.filter(first).count(), settled) {
                (1, 1) => "1:1",
                (1, _) => "1:N",
                (_, 1) => "N:1",
                _ => "N:M",
            }
        }
        _ => "",
    }
}

fn differs(key: &str, place: &str, told: &str, by: &str, found: &str) -> RunError {
    RunError::Differs(format!("{key}: the way to the verdict on {place} leads to {told}, and {by} gives {found}"))
}
