//! The equations of `summary.json`: within itself, and with the tables.

use std::collections::BTreeMap;

use super::batches::Batches;
use super::cleared::Cleared;
use super::discrepancies::Findings;
use super::matches::Matches;
use super::places::Places;
use super::rejects::Rejects;
use super::{Faults, Tally, shown};
use crate::model::finding::{Code, Status};
use crate::report::csv::CLEARED_FILE;
use crate::report::json::SUMMARY_FILE;
use crate::report::view::{InputRow, Summary, Total};

/// What an input can be; rows count where it is the first.
const INPUT_STATES: [&str; 3] = ["read", "repeated", "restated"];

/// The dataset of settlement rows.
const SETTLEMENTS: &str = "settlements";

/// The check of one summary.
pub(super) struct Check<'a> {
    pub(super) summary: &'a Summary,
    pub(super) places: &'a Places,
    pub(super) faults: &'a mut Faults,
}

impl Check<'_> {
    /// Checks all that the tables that could be read allow.
    pub(super) fn run(
        &mut self,
        findings: Option<&Findings>,
        batches: Option<&Batches>,
        rejects: Option<&Rejects>,
        matches: Option<&Matches>,
    ) {
        self.controls();
        self.inputs();
        self.verdicts();
        self.stated();
        self.status(findings);
        if let Some(findings) = findings {
            self.codes(findings);
            self.tolerance(findings);
        }
        if let Some(batches) = batches {
            self.settled(batches);
        }
        if let Some(rejects) = rejects {
            self.rejects(rejects);
        }
        if let Some(matches) = matches {
            self.matches(matches);
        }
    }

    /// What the summary says of the night is what the tables hold (RULES.md 6).
    pub(super) fn night(&mut self, has_cleared: bool, findings: Option<&Findings>, cleared: Option<&Cleared>) {
        let Some(night) = &self.summary.night else {
            if has_cleared {
                self.fault("files", format!("there is no night, but {CLEARED_FILE}, which only a night has"));
            }
            return;
        };
        if !has_cleared {
            self.fault("night", format!("there is a night, but no {CLEARED_FILE}, which every night has"));
        }
        if night.number == 0 {
            self.fault("night.number", "night.number is 0, but nights are counted from 1");
        }
        if let Some(cleared) = cleared.filter(|cleared| cleared.rows != night.cleared) {
            let problem = format!("night.cleared is {}, but {CLEARED_FILE} has {} rows", night.cleared, cleared.rows);
            self.fault("night.cleared", problem);
        }
        let of_day = |findings: &Findings| findings.by_first_seen.get(&self.summary.as_of).copied().unwrap_or(0);
        if let Some(new) = findings.map(of_day).filter(|new| *new != night.new) {
            let problem = format!("night.new is {}, but {new} findings were first seen on its day", night.new);
            self.fault("night.new", problem);
        }
    }

    /// Notes a fault at a member.
    fn fault(&mut self, path: &str, problem: impl Into<String>) {
        self.faults.add(SUMMARY_FILE, self.places.line(path), problem);
    }

    /// Notes a fault where a count or a sum is not what it is computed to be, and says which.
    fn equal(&mut self, path: &str, stated: Total, rule: &str, computed: Tally) {
        if computed.count != Some(stated.count) {
            let problem = format!("{path}.count is {}, but {rule} is {}", stated.count, shown(computed.count));
            self.fault(&format!("{path}.count"), problem);
        }
        if computed.sum != Some(stated.sum) {
            let problem = format!("{path}.sum is {}, but {rule} is {}", stated.sum, shown(computed.sum));
            self.fault(&format!("{path}.sum"), problem);
        }
        if stated.count == 0 && stated.sum != 0 {
            self.fault(&format!("{path}.sum"), format!("{path}.sum is of no rows, but not 0"));
        }
    }

    /// Rows read = repeated + superseded + accepted, a file and currency.
    fn controls(&mut self) {
        for (index, row) in self.summary.control_totals.iter().enumerate() {
            let path = format!("control_totals[{index}]");
            let computed = tally(&[row.repeated, row.superseded, row.accepted]);
            self.equal(&format!("{path}.read"), row.read, "repeated + superseded + accepted", computed);
            for (name, part) in [("repeated", row.repeated), ("superseded", row.superseded), ("accepted", row.accepted)]
            {
                if part.count == 0 && part.sum != 0 {
                    self.fault(&format!("{path}.{name}.sum"), format!("{path}.{name}.sum is of no rows, but not 0"));
                }
            }
            if !self.summary.inputs.iter().any(|input| input.path == row.file && input.dataset == row.dataset) {
                self.fault(&format!("{path}.file"), format!("{:?} is no input of {}", row.file, row.dataset));
            }
        }
    }

    /// Data rows = rejected + read. A file that was skipped as a whole may count its rows or not.
    fn inputs(&mut self) {
        let mut groups: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        for (index, input) in self.summary.inputs.iter().enumerate() {
            groups.entry((&input.path, &input.dataset)).or_default().push(index);
            if !INPUT_STATES.contains(&input.state.as_str()) {
                self.fault(&format!("inputs[{index}].state"), format!("there is no state {:?}", input.state));
            }
            if input.rejected > input.rows {
                self.fault(&format!("inputs[{index}].rejected"), "more rows are rejected than there are");
            }
        }
        for ((file, dataset), indexes) in groups {
            let read = tally(
                &self
                    .summary
                    .control_totals
                    .iter()
                    .filter(|row| row.file == file && row.dataset == dataset)
                    .map(|row| row.read)
                    .collect::<Vec<_>>(),
            );
            let rows = self.by_state(&indexes, |input| input.rows);
            let rejected = self.by_state(&indexes, |input| input.rejected);
            let closes = |rows: Option<u64>, rejected: Option<u64>| {
                rows.is_some()
                    && rows == rejected.zip(read.count).and_then(|(rejected, read)| rejected.checked_add(read))
            };
            if !closes(rows.0, rejected.0) && !closes(rows.1, rejected.1) {
                let problem = format!(
                    "{file} has {} rows of {dataset}, but {} were rejected and {} read",
                    shown(rows.1),
                    shown(rejected.1),
                    shown(read.count)
                );
                self.fault(&format!("inputs[{}].rows", indexes.first().copied().unwrap_or_default()), problem);
            }
        }
    }

    /// A number summed over some inputs: over those that were read, and over all.
    fn by_state(&self, indexes: &[usize], number: impl Fn(&InputRow) -> u64) -> (Option<u64>, Option<u64>) {
        let (mut read, mut all) = (Some(0_u64), Some(0_u64));
        for input in indexes.iter().filter_map(|index| self.summary.inputs.get(*index)) {
            all = all.and_then(|sum| sum.checked_add(number(input)));
            if input.state == INPUT_STATES[0] {
                read = read.and_then(|sum| sum.checked_add(number(input)));
            }
        }
        (read, all)
    }

    /// Every accepted row has its verdict: by dataset and currency, counts and sums are the same.
    fn verdicts(&mut self) {
        let mut accepted: BTreeMap<(&str, &str), (String, Tally)> = BTreeMap::new();
        for (index, row) in self.summary.control_totals.iter().enumerate() {
            let first = || (format!("control_totals[{index}].accepted"), Tally::default());
            let (_, tally) = accepted.entry((&row.dataset, &row.currency)).or_insert_with(first);
            tally.add(row.accepted.count, row.accepted.sum);
        }
        let mut judged: BTreeMap<(&str, &str), (String, Tally)> = BTreeMap::new();
        for (index, row) in self.summary.verdicts.iter().enumerate() {
            let first = || (format!("verdicts[{index}].rows"), Tally::default());
            let (_, tally) = judged.entry((&row.dataset, &row.currency)).or_insert_with(first);
            tally.add(row.rows.count, row.rows.sum);
            let path = format!("verdicts[{index}]");
            if row.records > row.rows.count || (row.records == 0) != (row.rows.count == 0) {
                self.fault(&format!("{path}.records"), "a record has at least one row");
            }
            if row.rows.count == 0 && row.rows.sum != 0 {
                self.fault(&format!("{path}.rows.sum"), format!("{path}.rows.sum is of no rows, but not 0"));
            }
        }
        for (key, (path, accepted)) in &accepted {
            let found = judged.remove(key);
            let (at, judged) = found.map_or((path.clone(), Tally::default()), |(at, judged)| (at, judged));
            self.same(&at, *key, "the verdicts", judged, "the accepted rows", *accepted);
        }
        for (key, (path, judged)) in judged {
            self.same(&path, key, "the verdicts", judged, "the accepted rows", Tally::default());
        }
    }

    /// Notes a fault where two sums over many rows differ.
    fn same(&mut self, path: &str, key: (&str, &str), left: &str, of: Tally, right: &str, with: Tally) {
        let (dataset, currency) = key;
        if of.count.is_none() || of.count != with.count {
            let counts = format!("{left} count {}, {right} {}", shown(of.count), shown(with.count));
            self.fault(&format!("{path}.count"), format!("{dataset} in {currency}: {counts}"));
        }
        if of.sum.is_none() || of.sum != with.sum {
            let sums = format!("{left} sum to {}, {right} to {}", shown(of.sum), shown(with.sum));
            self.fault(&format!("{path}.sum"), format!("{dataset} in {currency}: {sums}"));
        }
    }

    /// A stated total ties where both numbers are equal, and only there.
    fn stated(&mut self) {
        for (index, row) in self.summary.stated_totals.iter().enumerate() {
            if row.ties != (row.stated == row.actual) {
                let problem = format!("ties is {}, but {} is stated and {} found", row.ties, row.stated, row.actual);
                self.fault(&format!("stated_totals[{index}].stated"), problem);
            }
        }
    }

    /// The exit status and the complete flag are what the rest of the summary says.
    fn status(&mut self, findings: Option<&Findings>) {
        let summary = self.summary;
        if summary.complete != summary.incomplete.is_empty() {
            self.fault("complete", "complete does not fit the list of what is incomplete");
        }
        if summary.complete && summary.inputs.iter().any(|input| input.rejected > 0) {
            self.fault("complete", "complete is true, but rows were rejected");
        }
        let fails = match (&summary.fail_on, findings) {
            (None, _) => summary.codes.iter().any(|row| row.status == Status::Open.name() && row.findings > 0),
            (Some(fail_on), Some(findings)) => fail_on.fail_on().fails(&findings.open),
            // Without the table nobody can say.
            (Some(_), None) => return,
        };
        let computed = match (summary.complete, fails) {
            (false, _) => 3,
            (true, true) => 1,
            (true, false) => 0,
        };
        if summary.exit_status != computed {
            self.fault("exit_status", format!("exit_status is {}, but should be {computed}", summary.exit_status));
        }
    }

    /// The sums by code are those of `discrepancies.csv`.
    fn codes(&mut self, findings: &Findings) {
        let mut rest = findings.by_code.clone();
        for (index, row) in self.summary.codes.iter().enumerate() {
            let path = format!("codes[{index}]");
            let leg = Code::ALL.iter().find(|code| code.name() == row.code).map(|code| code.leg().name());
            if leg != Some(row.leg.as_str()) {
                self.fault(&format!("{path}.leg"), format!("{} is no code of the leg {}", row.code, row.leg));
            }
            let key = (row.code.clone(), row.status.clone(), row.currency.clone());
            let (found, records) = rest.remove(&key).unwrap_or_default();
            let rows = [
                ("findings", Some(i128::from(row.findings)), found.count.map(i128::from)),
                ("records", Some(i128::from(row.records)), records.count.map(i128::from)),
                ("difference", Some(row.difference), found.sum),
            ];
            for (name, stated, computed) in rows {
                if stated != computed {
                    let problem =
                        format!("{path}.{name} is {}, but that of the findings is {}", shown(stated), shown(computed));
                    self.fault(&format!("{path}.{name}"), problem);
                }
            }
        }
        for (code, status, currency) in rest.into_keys() {
            self.fault("codes", format!("there are findings {code} {status} {currency}, but codes does not hold them"));
        }
    }

    /// A currency whose tolerated sizes pass its budget has its finding, and no other one has (RULES.md 4).
    fn tolerance(&mut self, findings: &Findings) {
        let mut budgets = findings.budgets.clone();
        for (index, row) in self.summary.tolerated.iter().enumerate() {
            let found = budgets.remove(&row.currency);
            let expected = (row.size_sum > row.budget).then_some((row.budget, row.size_sum));
            let stated = found.map(|(_, budget, sum)| (budget, sum));
            if stated != expected {
                let problem = format!(
                    "{} were tolerated in {} of a budget of {}, which the findings do not say",
                    row.size_sum, row.currency, row.budget
                );
                self.fault(&format!("tolerated[{index}].size_sum"), problem);
            }
            if row.pairs == 0 && row.size_sum != 0 {
                self.fault(&format!("tolerated[{index}].size_sum"), "size_sum is of no pairs, but not 0");
            }
        }
        for currency in budgets.into_keys() {
            self.fault(
                "tolerated",
                format!("a finding says the budget in {currency} is passed; nothing was tolerated"),
            );
        }
    }

    /// Settlement rows accepted = those in batches and those of other kinds (RULES.md 5).
    fn settled(&mut self, batches: &Batches) {
        let mut accepted: BTreeMap<&str, (String, Tally)> = BTreeMap::new();
        for (index, row) in self.summary.control_totals.iter().enumerate().filter(|(_, row)| row.dataset == SETTLEMENTS)
        {
            let first = || (format!("control_totals[{index}].accepted"), Tally::default());
            let (_, tally) = accepted.entry(&row.currency).or_insert_with(first);
            tally.add(row.accepted.count, row.accepted.sum);
        }
        let mut found: BTreeMap<&str, Tally> =
            batches.settled.iter().map(|(currency, tally)| (currency.as_str(), *tally)).collect();
        for (index, row) in self.summary.other_kinds.iter().enumerate() {
            found.entry(&row.currency).or_default().add(row.gross.count, row.gross.sum);
            accepted.entry(&row.currency).or_insert_with(|| (format!("other_kinds[{index}].gross"), Tally::default()));
        }
        for (currency, (path, accepted)) in accepted {
            let found = found.remove(currency).unwrap_or_default();
            let key = (SETTLEMENTS, currency);
            self.same(&path, key, "the accepted rows", accepted, "the batches and the other kinds", found);
        }
        for (currency, tally) in found {
            if tally != Tally::default() {
                self.fault("control_totals", format!("the batches hold rows in {currency}, but none was accepted"));
            }
        }
    }

    /// As many rows of each file are in `rejects.csv` as its input says.
    fn rejects(&mut self, rejects: &Rejects) {
        let mut rest = rejects.by_file.clone();
        let mut files: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, input) in self.summary.inputs.iter().enumerate() {
            files.entry(&input.path).or_default().push(index);
        }
        for (file, indexes) in files {
            let (listed, _) = rest.remove(file).unwrap_or_default();
            let (read, all) = self.by_state(&indexes, |input| input.rejected);
            if Some(listed) != read && Some(listed) != all {
                let problem = format!("{file} has {} rejected rows, but rejects.csv holds {listed}", shown(all));
                self.fault(&format!("inputs[{}].rejected", indexes.first().copied().unwrap_or_default()), problem);
            }
        }
        for (file, (_, line)) in rest {
            self.faults.add(crate::report::csv::REJECTS_FILE, Some(line), format!("{file:?} is no input"));
        }
    }

    /// The tolerated pairs are those of `matches.csv`.
    fn matches(&mut self, matches: &Matches) {
        let mut rest = matches.tolerated.clone();
        for (index, row) in self.summary.tolerated.iter().enumerate() {
            let found = rest.remove(&row.currency).unwrap_or_default();
            if found.count != Some(row.pairs) {
                let problem = format!("pairs is {}, but matches.csv holds {}", row.pairs, shown(found.count));
                self.fault(&format!("tolerated[{index}].pairs"), problem);
            }
            if found.sum != Some(row.size_sum) {
                let problem = format!("size_sum is {}, but that of matches.csv is {}", row.size_sum, shown(found.sum));
                self.fault(&format!("tolerated[{index}].size_sum"), problem);
            }
        }
        for currency in rest.into_keys() {
            self.fault(
                "tolerated",
                format!("matches.csv holds pairs within tolerance in {currency}, tolerated does not"),
            );
        }
    }
}

/// The sum of some totals.
fn tally(totals: &[Total]) -> Tally {
    let mut tally = Tally::default();
    for total in totals {
        tally.add(total.count, total.sum);
    }
    tally
}
