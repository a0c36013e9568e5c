//! RULES.md 4: the rounds that operations and settlement rows go through, with what each record met there.

use std::collections::{BTreeMap, BTreeSet};

use super::pairing::Free;
use super::versions::Operation;
use super::{Decision, LISTED_MAX, Outcome, Part, Party, Refused, Round, Source, Step, World};
use crate::model::compact::KeyKind;
use crate::model::finding::Code;
use crate::model::record::Dataset;
use crate::rules::control::Verdict;

/// A record of one side, as the rounds see it.
pub(super) struct Side {
    pub(super) currency: String,
    pub(super) effect_minor: i128,
    pub(super) reconciliation: Option<String>,
    completed: bool,
    source: String,
    ids: [Option<String>; 4],
    /// Its rows.
    rows: Vec<usize>,
    steps: Vec<Step>,
    /// How it ended, and the rows of its match.
    end: Option<(Verdict, Vec<usize>)>,
    /// The round in which that was, and with whom.
    used: Option<(usize, Vec<String>)>,
}

/// A settlement row, as the rounds see it.
pub(super) type Row = Side;

impl Side {
    fn party(&self) -> Party {
        Party {
            source: self.source.clone(),
            currency: self.currency.clone(),
            effect_minor: self.effect_minor,
            completed: self.completed,
            reconciliation_number: self.reconciliation.clone(),
        }
    }
}

/// Which side a record stands on, and its place there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Operation(usize),
    Row(usize),
}

/// The ways of operations and settlement rows; `operations` and `settled` are all of their groups.
pub(super) fn decide(
    rows: &[Source],
    operations: Vec<Operation>,
    settled: &[usize],
    world: &World<'_>,
) -> Vec<Decision> {
    let mut decisions = Vec::new();
    let mut providers: BTreeSet<String> = operations.iter().map(|operation| operation.provider.clone()).collect();
    providers.extend(settled.iter().map(|row| rows[*row].row.provider().to_owned()));
    let mut operations = operations;
    for provider in providers {
        let (mut own, others): (Vec<_>, Vec<_>) = operations.into_iter().partition(|one| one.provider == provider);
        operations = others;
        own.sort_by(|a, b| a.rank.cmp(&b.rank));
        let mut own_rows: Vec<usize> =
            settled.iter().copied().filter(|row| rows[*row].row.provider() == provider).collect();
        let head = |row: &usize| {
            let row = &rows[*row].row;
            [row.value("settlement_id").clone(), row.value("reconciliation_number").clone()]
        };
        own_rows.sort_by(|a, b| {
            head(a).cmp(&head(b)).then_with(|| rows[*a].row.values.cmp(&rows[*b].row.values)).then(a.cmp(b))
        });
        decisions.extend(of_provider(&provider, own, &own_rows, rows, world));
    }
    decisions
}

/// Whether a settlement row takes part in matching.
fn takes_part(row: &crate::model::record::Row) -> bool {
    matches!(row.text("kind"), None | Some("capture" | "reversal"))
}

fn of_provider(
    provider: &str,
    operations: Vec<Operation>,
    settled: &[usize],
    rows: &[Source],
    world: &World<'_>,
) -> Vec<Decision> {
    let mut meeting = Meeting {
        operations: operations.iter().map(|operation| side_of(operation, rows, world)).collect(),
        rows: settled.iter().filter(|row| takes_part(&rows[**row].row)).map(|row| row_of(*row, rows, world)).collect(),
        world,
    };
    if world.settled_providers.contains(provider) {
        for (round, kind) in (1..).zip(world.settings.keys(provider)) {
            meeting.round(round, kind);
        }
    }
    let mut decisions = Vec::new();
    for (operation, side) in operations.into_iter().zip(std::mem::take(&mut meeting.operations)) {
        decisions.push(finished(operation, side, world));
    }
    for side in meeting.rows {
        let (verdict, matched) = side.end.unwrap_or((Verdict::Found(Code::SettledUnknown), Vec::new()));
        decisions.push(of_row(&side.rows, provider, side.steps, verdict, matched));
    }
    for row in settled.iter().filter(|row| !takes_part(&rows[**row].row)) {
        let kind = rows[*row].row.text("kind").unwrap_or_default();
        let why = format!("a row of kind {kind} is no capture and no reversal; it is totalled by kind");
        decisions.push(of_row(&[*row], provider, vec![Step::Skipped { why }], Verdict::OtherKind, Vec::new()));
    }
    decisions
}

fn of_row(rows: &[usize], provider: &str, steps: Vec<Step>, verdict: Verdict, matched: Vec<usize>) -> Decision {
    let parts = rows.iter().map(|row| Part { row: *row, fate: "used", why: String::new() }).collect();
    Decision { record: "settlement row", provider: provider.to_owned(), parts, steps, verdict, matched }
}

fn side_of(operation: &Operation, rows: &[Source], world: &World<'_>) -> Side {
    let mut places: Vec<usize> = operation.used.clone();
    places.sort_unstable();
    Side {
        currency: world.code(operation.currency),
        effect_minor: operation.effect_minor,
        reconciliation: operation.reconciliation.clone(),
        completed: operation.completed,
        source: places.iter().map(|row| rows[*row].place.as_str()).collect::<Vec<_>>().join("; "),
        ids: KeyKind::ALL.map(|kind| operation.id(kind, rows).map(str::to_owned)),
        rows: places,
        steps: Vec::new(),
        end: None,
        used: None,
    }
}

fn row_of(row: usize, rows: &[Source], world: &World<'_>) -> Row {
    let Source { row: typed, place } = &rows[row];
    Side {
        currency: world.code(typed.currency),
        effect_minor: i128::from(typed.amount_minor()),
        reconciliation: typed.text("reconciliation_number").map(str::to_owned),
        completed: true,
        source: place.clone(),
        ids: KeyKind::ALL.map(|kind| typed.text(kind.column()).map(str::to_owned)),
        rows: vec![row],
        steps: Vec::new(),
        end: None,
        used: None,
    }
}

/// After the last round (RULES.md 4).
fn finished(operation: Operation, side: Side, world: &World<'_>) -> Decision {
    let provider = operation.provider.clone();
    let mut steps = vec![Step::Summed {
        currency: side.currency.clone(),
        effect_minor: side.effect_minor,
        completed: side.completed,
        reconciliation_number: side.reconciliation.clone(),
    }];
    steps.extend(side.steps);
    let (verdict, matched) = match side.end {
        Some(end) => end,
        None if !side.completed => (Verdict::NotCompleted, Vec::new()),
        None if !world.settled_providers.contains(&provider) => {
            steps.push(Step::Skipped { why: format!("no settlement row of {provider} was accepted") });
            (Verdict::Skipped, Vec::new())
        }
        None if side.effect_minor == 0 => (Verdict::MatchedWithoutRow, side.rows.clone()),
        None => {
            let mut code = Code::Unsettled;
            if let Some(number) = side.reconciliation {
                let known = world.numbers.contains(&(provider.clone(), number.clone()));
                if !known {
                    code = Code::BatchMissing;
                }
                steps.push(Step::Batch { reconciliation_number: number, known });
            }
            // A batch waits as a whole: its newest operation may be in another group.
            if code == Code::Unsettled {
                steps.push(world.window(operation.created, world.settings.settlement_window()));
            }
            (Verdict::Found(code), Vec::new())
        }
    };
    let record = if operation.dataset == Dataset::Captures { "capture" } else { "reversal" };
    Decision { record, provider, parts: operation.parts, steps, verdict, matched }
}

/// Both sides of a provider.
struct Meeting<'a> {
    operations: Vec<Side>,
    rows: Vec<Row>,
    world: &'a World<'a>,
}

/// What a round did to a record: how, with whom, and how it ended where it did.
type Done = (Who, Outcome, Vec<Who>, Option<Verdict>);

impl Meeting<'_> {
    fn side(&self, who: Who) -> &Side {
        match who {
            Who::Operation(place) => &self.operations[place],
            Who::Row(place) => &self.rows[place],
        }
    }

    fn side_mut(&mut self, who: Who) -> &mut Side {
        match who {
            Who::Operation(place) => &mut self.operations[place],
            Who::Row(place) => &mut self.rows[place],
        }
    }

    fn everybody(&self) -> Vec<Who> {
        (0..self.operations.len()).map(Who::Operation).chain((0..self.rows.len()).map(Who::Row)).collect()
    }

    /// All that try a key, an id after the other.
    fn round(&mut self, round: usize, kind: KeyKind) {
        let mut by_id: BTreeMap<String, Vec<Who>> = BTreeMap::new();
        let mut all_by_id: BTreeMap<String, Vec<Who>> = BTreeMap::new();
        for who in self.everybody() {
            let side = self.side(who);
            let free = side.used.is_none() && side.end.is_none();
            match &side.ids[kind.index()] {
                Some(id) => {
                    all_by_id.entry(id.clone()).or_default().push(who);
                    if free {
                        by_id.entry(id.clone()).or_default().push(who);
                    }
                }
                None if free => {
                    let step = self.told(round, kind, None, &[], Outcome::NoId, &[], Vec::new());
                    self.side_mut(who).steps.push(step);
                }
                None => {}
            }
        }
        for (id, group) in by_id {
            let done = self.resolve(&group);
            let mut steps = Vec::new();
            for (who, outcome, with, verdict) in &done {
                let refused = self.refused(*who, with, &all_by_id[&id], &done);
                steps.push((*who, self.told(round, kind, Some(&id), &group, *outcome, with, refused), with, verdict));
            }
            let sources = |with: &[Who], this: &Self| with.iter().map(|who| this.side(*who).source.clone()).collect();
            let ends: Vec<_> = steps
                .into_iter()
                .map(|(who, step, with, verdict)| {
                    let mut rows: Vec<usize> = self.side(who).rows.clone();
                    with.iter().for_each(|other| rows.extend(&self.side(*other).rows));
                    rows.sort_unstable();
                    (who, step, sources(with, self), rows, *verdict)
                })
                .collect();
            for (who, step, with, rows, verdict) in ends {
                let left = matches!(&step, Step::Round(round) if round.outcome == Outcome::Left);
                let side = self.side_mut(who);
                side.steps.push(step);
                if let Some(verdict) = verdict {
                    let matched =
                        matches!(verdict, Verdict::Matched | Verdict::MatchedGroup | Verdict::MatchedWithTolerance);
                    side.end = Some((verdict, if matched { rows } else { Vec::new() }));
                    side.used = Some((round, with));
                } else if left {
                    // As after the last round: no other key is tried.
                    side.used = Some((round, Vec::new()));
                }
            }
        }
    }

    /// The steps of RULES.md 4 on the free records with one id.
    fn resolve(&self, group: &[Who]) -> Vec<Done> {
        let (mut completed, mut failed, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for who in group {
            match *who {
                Who::Operation(place) if self.operations[place].completed => completed.push(place),
                Who::Operation(place) => failed.push(place),
                Who::Row(place) => rows.push(place),
            }
        }
        if rows.is_empty() || (completed.is_empty() && failed.is_empty()) {
            return group.iter().map(|who| (*who, Outcome::Alone, Vec::new(), None)).collect();
        }
        let mut done: Vec<Done> = Vec::new();
        let mut left = rows;
        if !completed.is_empty() {
            let mut free = self.free(completed.clone(), left);
            for (outcome, verdict, pairs) in [
                (Outcome::Paired, Verdict::Matched, free.pair_equal()),
                (
                    Outcome::PairedWithTolerance,
                    Verdict::MatchedWithTolerance,
                    free.pair_tolerated(|code| self.tolerance(code)),
                ),
            ] {
                for (operation, row) in pairs {
                    put_together(&mut done, &[operation], &[row], outcome, verdict);
                }
            }
            let operations = free.operations;
            left = free.rows;
            if operations.is_empty() || left.is_empty() {
                done.extend(operations.iter().map(|place| (Who::Operation(*place), Outcome::Left, Vec::new(), None)));
            } else {
                let (outcome, verdict) = self.both_left(&operations, &left);
                put_together(&mut done, &operations, &left, outcome, verdict);
                left = Vec::new();
            }
        }
        let mut free = self.free(failed, left);
        for (operation, row) in free.pair_equal() {
            let verdict = Verdict::Found(Code::SettledNotCompleted);
            put_together(&mut done, &[operation], &[row], Outcome::NotCompleted, verdict);
        }
        for place in &free.rows {
            done.push(if completed.is_empty() {
                (Who::Row(*place), Outcome::NoneCompleted, Vec::new(), None)
            } else {
                (Who::Row(*place), Outcome::Left, Vec::new(), Some(Verdict::Found(Code::SettledTwice)))
            });
        }
        let outcome = Outcome::NoneCompleted;
        done.extend(free.operations.iter().map(|place| (Who::Operation(*place), outcome, Vec::new(), None)));
        done
    }

    fn free(&self, operations: Vec<usize>, rows: Vec<usize>) -> Free<'_> {
        Free { operations, rows, all_operations: &self.operations, all_rows: &self.rows }
    }

    fn tolerance(&self, code: &str) -> i64 {
        self.world.settings.amount_tolerance_minor.get(code).copied().unwrap_or(0).max(0)
    }

    /// Step 2: what is left on both sides.
    fn both_left(&self, operations: &[usize], rows: &[usize]) -> (Outcome, Verdict) {
        let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
        for place in rows {
            *sums.entry(&self.rows[*place].currency).or_default() += self.rows[*place].effect_minor;
        }
        for place in operations {
            *sums.entry(&self.operations[*place].currency).or_default() -= self.operations[*place].effect_minor;
        }
        if sums.values().all(|difference| *difference == 0) {
            return (Outcome::Group, Verdict::MatchedGroup);
        }
        let ([operation], [row]) = (operations, rows) else {
            return (Outcome::Ambiguous, Verdict::Found(Code::Ambiguous));
        };
        let (operation, row) = (&self.operations[*operation], &self.rows[*row]);
        let code = if operation.currency != row.currency {
            Code::SettledCurrency
        } else if operation.effect_minor.signum() * row.effect_minor.signum() < 0 {
            Code::SettledDirection
        } else {
            Code::SettledAmount
        };
        (Outcome::Differs, Verdict::Found(code))
    }

    /// Why each other candidate with the id was not taken.
    fn refused(&self, who: Who, with: &[Who], all: &[Who], done: &[Done]) -> Vec<Refused> {
        let own = self.side(who);
        let is_operation = |who: &Who| matches!(who, Who::Operation(_));
        let others = all.iter().filter(|other| is_operation(other) != is_operation(&who) && !with.contains(other));
        let refused = others.take(LISTED_MAX).map(|other| {
            let side = self.side(*other);
            let (operation, row) = if is_operation(&who) { (own, side) } else { (side, own) };
            let difference = row.effect_minor - operation.effect_minor;
            let names = |others: &[String]| others.join(", ");
            let now = done.iter().find(|(one, ..)| one == other).filter(|(_, _, with, _)| !with.is_empty());
            let mut difference_minor = None;
            let why = if let Some((round, with)) = side.used.as_ref().filter(|(_, with)| !with.is_empty()) {
                format!("was taken in round {round} by {}", names(with))
            } else if side.used.is_some() || side.end.is_some() {
                "was left over in an earlier round".to_owned()
            } else if let Some((_, _, with, _)) = now {
                let with: Vec<String> = with.iter().map(|who| self.side(*who).source.clone()).collect();
                format!("goes together with {}", names(&with))
            } else if own.currency != side.currency {
                format!("has another currency, {}", side.currency)
            } else if difference != 0 {
                difference_minor = Some(difference);
                "has another amount".to_owned()
            } else if !operation.completed {
                "did not complete".to_owned()
            } else {
                "is as good as another one, which was first".to_owned()
            };
            Refused { source: side.source.clone(), why, difference_minor }
        });
        refused.collect()
    }

    #[allow(clippy::too_many_arguments)]
    fn told(
        &self,
        round: usize,
        kind: KeyKind,
        id: Option<&str>,
        group: &[Who],
        outcome: Outcome,
        with: &[Who],
        refused: Vec<Refused>,
    ) -> Step {
        let parties = |operations: bool| -> Vec<Party> {
            let those = group.iter().filter(|who| matches!(who, Who::Operation(_)) == operations);
            those.map(|who| self.side(*who).party()).collect()
        };
        let (mut operations, mut rows) = (parties(true), parties(false));
        let all = operations.len().saturating_add(rows.len());
        let currencies = operations.iter().chain(&rows).map(|party| party.currency.clone());
        let tolerance_minor =
            currencies.map(|code| (code.clone(), self.tolerance(&code))).filter(|(_, most)| *most > 0).collect();
        operations.truncate(LISTED_MAX);
        rows.truncate(LISTED_MAX);
        Step::Round(Box::new(Round {
            round,
            key: kind.column(),
            value: id.map(str::to_owned),
            more: all.saturating_sub(operations.len()).saturating_sub(rows.len()),
            operations,
            rows,
            tolerance_minor,
            outcome,
            with: with.iter().take(LISTED_MAX).map(|who| self.side(*who).source.clone()).collect(),
            refused,
        }))
    }
}

/// Notes operations and rows that were brought together; each is with the whole other side, and in a group with its own.
fn put_together(done: &mut Vec<Done>, operations: &[usize], rows: &[usize], outcome: Outcome, verdict: Verdict) {
    let all: Vec<Who> = operations
        .iter()
        .map(|place| Who::Operation(*place))
        .chain(rows.iter().map(|place| Who::Row(*place)))
        .collect();
    for who in &all {
        let with = all.iter().copied().filter(|other| other != who).collect();
        done.push((*who, outcome, with, Some(verdict)));
    }
}
