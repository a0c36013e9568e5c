//! The answer of `avstem explain` as text: a paragraph a record, a line a step.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::cli::show::major;
use crate::cli::table::Colour;
use crate::model::currency::Currencies;
use crate::model::record::{ColumnKind, Dataset};
use crate::pipeline::explain::answer::{Answer, BatchOut, FindingOut, Reading, Record, RowOut};
use crate::pipeline::explain::folder::Said;
use crate::rules::path::{Outcome, Party, Round, Step};

/// A text in the making. Writing into a text does not fail.
struct Page<'a> {
    text: String,
    currencies: &'a Currencies,
    colours: bool,
}

/// The answer, for people.
pub(super) fn answer(answer: &Answer, currencies: &Currencies, colours: bool) -> String {
    let mut page = Page { text: String::new(), currencies, colours };
    for reading in &answer.readings {
        page.reading(&answer.key, reading);
    }
    for record in &answer.records {
        page.record(record);
    }
    for more in &answer.more_records {
        page.line(0, &format!("\nand {} more records: {}", more.records, more.verdict));
    }
    for aside in &answer.aside {
        page.line(0, &format!("\nnot counted: {}: {}", aside.source, aside.why));
    }
    for finding in &answer.findings {
        page.finding(finding);
    }
    for batch in &answer.batches {
        page.batch(batch);
    }
    for reject in &answer.rejects {
        let head = format!("\nrejected: {}: {} `{}`: {}", reject.source, reject.column, reject.value, reject.reason);
        page.line(0, &head);
    }
    for note in &answer.notes {
        page.line(0, &format!("\nnote: {note}"));
    }
    page.text
}

/// What a folder says, for people: a line a field.
pub(super) fn said(said: &Said, currencies: &Currencies, colours: bool) -> String {
    const MONEY: [&str; 10] = [
        "expected",
        "actual",
        "difference",
        "operation_sum",
        "row_sum",
        "fee_sum",
        "net_sum",
        "residual",
        "effect",
        "sum",
    ];
    let mut page = Page { text: String::new(), currencies, colours };
    for (table, rows) in &said.tables {
        for row in rows {
            let gap = if page.text.is_empty() { "" } else { "\n" };
            let head = Colour::Bold.paint(table, colours);
            page.line(0, &format!("{gap}{head}"));
            let currency = row.get("currency").and_then(Value::as_str).unwrap_or_default();
            for (name, value) in row {
                let text = value.as_str().unwrap_or_default();
                let amount =
                    text.parse::<i128>().ok().filter(|_| MONEY.contains(&name.as_str()) && !currency.is_empty());
                let shown = amount.map_or_else(|| text.to_owned(), |amount| page.money(amount, currency));
                page.line(1, &format!("{name}: {shown}"));
            }
        }
    }
    for note in &said.notes {
        page.line(0, &format!("\nnote: {note}"));
    }
    page.text
}

impl Page<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.text, "{}{text}", "  ".repeat(depth));
    }

    fn money(&self, amount_minor: i128, currency: &str) -> String {
        format!("{currency} {}", major(amount_minor, currency, self.currencies))
    }

    fn reading(&mut self, key: &str, reading: &Reading) {
        let rows = match (reading.rows, reading.dataset.is_empty()) {
            (_, true) => String::new(),
            (1, _) => format!(" of 1 row of {}", reading.dataset),
            (rows, _) => format!(" of {rows} rows of {}", reading.dataset),
        };
        let head = Colour::Bold.paint(key, self.colours);
        self.line(0, &format!("{head} is the {}{rows}", reading.is));
    }

    fn record(&mut self, record: &Record) {
        let sources: Vec<&str> =
            record.rows.iter().filter(|row| row.fate == "used").map(|row| row.source.as_str()).collect();
        let head = format!("{} {}", record.record, sources.join("; "));
        let head = Colour::Bold.paint(&head, self.colours);
        self.line(0, &format!("\n{head}"));
        for row in &record.rows {
            self.row(row, record);
        }
        let mut asked: Vec<&str> = Vec::new();
        for step in &record.path {
            match step {
                Step::Compared { rule, holds: false, .. } if *rule != "cancelled" => asked.push(rule),
                step => {
                    self.asked(&mut asked);
                    self.step(step, &record.currency);
                }
            }
        }
        self.asked(&mut asked);
        let mut verdict = record.verdict.clone();
        if !record.match_kind.is_empty() {
            let others: Vec<&str> =
                record.matched.iter().map(String::as_str).filter(|place| !sources.contains(place)).collect();
            let with = if others.is_empty() { String::new() } else { format!(" with {}", others.join("; ")) };
            let _ = write!(verdict, ", {}{with}", record.match_kind);
        }
        if !record.finding.is_empty() {
            let _ = write!(verdict, ", finding {}", record.finding);
        }
        let colour = if record.finding.is_empty() { Colour::Green } else { Colour::Red };
        self.line(1, &format!("verdict: {}", colour.paint(&verdict, self.colours)));
    }

    /// The rules that were asked and did not hold.
    fn asked(&mut self, rules: &mut Vec<&str>) {
        if !rules.is_empty() {
            let text = format!("does not hold: {}", rules.join(", "));
            self.line(1, &text);
            rules.clear();
        }
    }

    fn row(&mut self, row: &RowOut, record: &Record) {
        let currency = row.columns.get("currency").and_then(Value::as_str).unwrap_or(&record.currency).to_owned();
        let columns = self.columns(&row.columns, &record.record, &currency);
        match row.fate.as_str() {
            "used" => self.line(1, &columns),
            fate => self.line(1, &format!("{fate}: {}: {}: {columns}", row.source, row.why)),
        }
    }

    fn columns(&self, columns: &Map<String, Value>, record: &str, currency: &str) -> String {
        let dataset = match record {
            "order line" => Dataset::Orders,
            "settlement row" => Dataset::Settlements,
            _ => Dataset::Captures,
        };
        let kind = |name: &str| dataset.columns().iter().find(|column| column.name == name).map(|column| column.kind);
        let shown = columns.iter().filter(|(name, _)| *name != "currency").map(|(name, value)| {
            let text = match (kind(name), value.as_i64()) {
                (Some(ColumnKind::Minor), Some(minor)) => self.money(minor.into(), currency),
                _ => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
            };
            format!("{name} {text}")
        });
        shown.collect::<Vec<_>>().join(", ")
    }

    fn step(&mut self, step: &Step, own: &str) {
        match step {
            Step::Skipped { why } => self.line(1, &format!("not judged: {why}")),
            Step::Ordered { line_id, currency, gross_minor, role, takes_back, reversal_lines_minor } => {
                let mut text = format!("ordered: {role} {line_id}, {}", self.money(*gross_minor, currency));
                if let Some(line) = takes_back {
                    let _ = write!(text, ", takes back line {line}");
                }
                if let Some(minor) = reversal_lines_minor {
                    let _ = write!(text, ", its reversal lines {}", self.money(*minor, currency));
                }
                self.line(1, &text);
            }
            Step::Moved { .. } => self.moved(step, own),
            Step::Compared { rule, holds, expected_minor, actual_minor, .. } => {
                let (expected, actual) = (self.money(*expected_minor, own), self.money(*actual_minor, own));
                let text = match (*rule, holds) {
                    ("cancelled", true) => format!("cancelled: the order states {expected}, which is what is missing"),
                    ("cancelled", false) => format!("cancelled: the order states {expected}, and {actual} are missing"),
                    (rule, _) => format!("holds: {rule}, expected {expected}, actual {actual}"),
                };
                self.line(1, &text);
            }
            Step::Summed { currency, effect_minor, completed, reconciliation_number } => {
                let number =
                    reconciliation_number.as_ref().map(|number| format!(", batch {number}")).unwrap_or_default();
                let state = if *completed { "" } else { ", did not complete" };
                let text = format!("effect: {}{number}{state}", self.money(*effect_minor, currency));
                self.line(1, &text);
            }
            Step::Round(round) => self.round(round),
            Step::Batch { reconciliation_number, known } => {
                let what = if *known {
                    "settlement rows of its provider have it"
                } else {
                    "no settlement row of its provider has it, so it waits as long as the newest operation of the batch"
                };
                self.line(1, &format!("states batch {reconciliation_number}: {what}"));
            }
            Step::Window { created_on, as_of, age_days, window, pending } => {
                let made = created_on.as_deref().unwrap_or("no day");
                let age = age_days.map(|age| format!(", {age} days before {as_of}")).unwrap_or_default();
                let state = if *pending { "still pending" } else { "over" };
                self.line(1, &format!("window: made on {made}{age}; {window} are allowed: {state}"));
            }
        }
    }

    fn moved(&mut self, step: &Step, own: &str) {
        let Step::Moved {
            captures,
            reversals,
            more,
            captured_minor,
            reversed_minor,
            position_minor,
            reversal_lines_captured_minor,
            other_currency,
        } = step
        else {
            return;
        };
        for (what, parties) in [("captured", captures), ("reversed", reversals)] {
            for party in parties {
                let text = format!("{what}: {}", self.party(party));
                self.line(1, &text);
            }
        }
        if *more > 0 {
            self.line(1, &format!("and {more} rows more"));
        }
        let money = |minor: &i128| self.money(*minor, own);
        let mut text = format!(
            "moved: captured {}, reversed {}, position {}",
            money(captured_minor),
            money(reversed_minor),
            money(position_minor)
        );
        if let Some(minor) = reversal_lines_captured_minor {
            let _ = write!(text, ", captured on its reversal lines {}", money(minor));
        }
        if *other_currency {
            text.push_str(", and something in another currency");
        }
        self.line(1, &text);
    }

    fn party(&self, party: &Party) -> String {
        let number = party.reconciliation_number.as_ref().map(|number| format!(", batch {number}")).unwrap_or_default();
        let state = if party.completed { "" } else { ", did not complete" };
        format!("{}, {}{number}{state}", party.source, self.money(party.effect_minor, &party.currency))
    }

    fn round(&mut self, round: &Round) {
        let Some(value) = &round.value else {
            self.line(1, &format!("round {}: {}: it has none", round.round, round.key));
            return;
        };
        let count = |count: usize, one: &str, many: &str| match count {
            1 => format!("1 {one}"),
            count => format!("{count} {many}"),
        };
        let what = match round.outcome {
            Outcome::NoId => "it has none",
            Outcome::Alone => "nobody on the other side: it goes on",
            Outcome::NoneCompleted => "no operation there completed, and none that did not is equal: it goes on",
            Outcome::Paired => "equal in currency and effect: paired",
            Outcome::PairedWithTolerance => "equal within the tolerance: paired",
            Outcome::Group => "both sides sum to the same: matched as a group",
            Outcome::Differs => "one and one are left, and they differ",
            Outcome::Ambiguous => "several are left, and they do not sum to the same",
            Outcome::Left => "the other side is used up: it is left over",
            Outcome::NotCompleted => "equal to an operation that did not complete",
        };
        let with = if round.with.is_empty() { String::new() } else { format!(" with {}", round.with.join(", ")) };
        let text = format!(
            "round {}: {} {value}: {}, {}: {what}{with}",
            round.round,
            round.key,
            count(round.operations.len(), "operation", "operations"),
            count(round.rows.len(), "settlement row", "settlement rows"),
        );
        self.line(1, &text);
        if round.operations.len().saturating_add(round.rows.len()) > 2 || round.outcome == Outcome::Differs {
            for (what, parties) in [("operation", &round.operations), ("settlement row", &round.rows)] {
                for party in parties {
                    let text = format!("{what} {}", self.party(party));
                    self.line(2, &text);
                }
            }
        }
        if round.more > 0 {
            self.line(2, &format!("and {} more", round.more));
        }
        for refused in &round.refused {
            let own = round.operations.first().or(round.rows.first()).map_or("", |party| party.currency.as_str());
            let by =
                refused.difference_minor.map(|minor| format!(", by {}", self.money(minor, own))).unwrap_or_default();
            self.line(2, &format!("not taken: {}: {}{by}", refused.source, refused.why));
        }
    }

    fn finding(&mut self, finding: &FindingOut) {
        let FindingOut { id, code, status, currency, .. } = finding;
        let money = if currency.is_empty() {
            String::new()
        } else {
            format!(", {}", self.money(finding.difference_minor, currency))
        };
        let head = format!("finding {id} {} ({status}{money})", code.name());
        let colour = if status == "open" { Colour::Red } else { Colour::Yellow };
        self.line(0, &format!("\n{}", colour.paint(&head, self.colours)));
        for (what, text) in [
            ("says", finding.explanation.as_str()),
            ("means", finding.meaning),
            ("to do", finding.action),
            ("nearest", &finding.hint),
            ("nearest at", &finding.hint_key),
            ("first seen", &finding.first_seen),
            ("records", &finding.sources),
        ] {
            if !text.is_empty() {
                self.line(1, &format!("{what}: {text}"));
            }
        }
    }

    fn batch(&mut self, batch: &BatchOut) {
        let BatchOut { provider, reconciliation_number, currency, .. } = batch;
        let money = |minor: i128| self.money(minor, currency);
        let explained = batch.explained_minor.iter().map(|(code, sum)| {
            let sum = sum.as_i64().map_or_else(|| sum.to_string(), |sum| money(sum.into()));
            format!("{code} {sum}")
        });
        let explained: Vec<String> = explained.collect();
        let number = if reconciliation_number.is_empty() { "without a number" } else { reconciliation_number };
        let text = format!(
            "operations: {}, {}\n  settlement rows: {}, {}; fees {}, net {}\n  difference: {}{}; residual {}",
            batch.operation_count,
            money(batch.operation_sum_minor),
            batch.row_count,
            money(batch.row_sum_minor),
            money(batch.fee_sum_minor),
            money(batch.net_sum_minor),
            money(batch.difference_minor),
            if explained.is_empty() { String::new() } else { format!(", of that {}", explained.join(", ")) },
            money(batch.residual_minor),
        );
        let head = Colour::Bold.paint(&format!("batch {number} of {provider}, {currency}"), self.colours);
        self.line(0, &format!("\n{head}"));
        self.line(1, &text);
    }
}
