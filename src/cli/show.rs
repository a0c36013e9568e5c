//! What standard output shows, as text. Composed here, printed in [`super::console`].

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::table::{Align, Colour, Table};
use crate::model::currency::Currencies;
use crate::model::money::Major;
use crate::model::record::Dataset;
use crate::report::verify::Proof;
use crate::report::view::{CodeRow, ControlRow, InputRow, StatedRow, Summary};

/// The statuses of findings in the order in which people need them.
const STATUSES: [(&str, Colour); 4] =
    [("open", Colour::Red), ("pending", Colour::Yellow), ("listed", Colour::Plain), ("closed", Colour::Plain)];

/// The result of `run`: findings by code, control totals, the folder.
#[must_use]
pub fn run(summary: &Summary, currencies: &Currencies, out: &Path, colours: bool) -> String {
    let totals = control_totals(summary);
    let colour = if summary.complete { Colour::Plain } else { Colour::Red };
    let night = summary
        .night
        .as_ref()
        .map(|night| format!("night {}: {} new, {} cleared\n", night.number, count(night.new), count(night.cleared)));
    format!(
        "{}\n{}{}\nreport: {}\n",
        codes(summary, currencies, colours),
        night.unwrap_or_default(),
        colour.paint(&totals, colours),
        shown(out).display()
    )
}

fn codes(summary: &Summary, currencies: &Currencies, colours: bool) -> String {
    if summary.codes.is_empty() {
        return "no discrepancies\n".to_owned();
    }
    let mut table = Table::new([
        ("code", Align::Left),
        ("status", Align::Left),
        ("currency", Align::Left),
        ("findings", Align::Right),
        ("difference", Align::Right),
    ]);
    let mut blocks = 0_usize;
    for (status, colour) in STATUSES {
        let rows: Vec<&CodeRow> = summary.codes.iter().filter(|row| row.status == status).collect();
        if !rows.is_empty() && blocks > 0 {
            table.row(Default::default(), Colour::Plain);
        }
        blocks = blocks.saturating_add(usize::from(!rows.is_empty()));
        for row in rows {
            let difference =
                if row.currency.is_empty() { String::new() } else { major(row.difference, &row.currency, currencies) };
            let cells = [row.code.clone(), row.status.clone(), row.currency.clone(), count(row.findings), difference];
            table.row(cells, colour);
        }
    }
    table.render(colours)
}

/// A path without the steps that lead back out of a folder, for people: `a/../b` is shown as `b`.
fn shown(path: &Path) -> PathBuf {
    let mut shown = PathBuf::new();
    for component in path.components() {
        match (component, shown.components().next_back()) {
            (Component::ParentDir, Some(Component::Normal(_))) => {
                shown.pop();
            }
            _ => shown.push(component),
        }
    }
    shown
}

/// The control totals in one line. Counts only: sums are by currency, and in the report.
fn control_totals(summary: &Summary) -> String {
    let mut read: BTreeMap<&str, u64> = BTreeMap::new();
    let [mut rejected, mut repeated, mut superseded, mut accepted] = [0_u64; 4];
    for input in summary.inputs.iter().filter(|input| input.rejected > 0) {
        add(read.entry(&input.dataset).or_default(), input.rejected);
        add(&mut rejected, input.rejected);
    }
    for row in &summary.control_totals {
        add(read.entry(&row.dataset).or_default(), row.read.count);
        add(&mut repeated, row.repeated.count);
        add(&mut superseded, row.superseded.count);
        add(&mut accepted, row.accepted.count);
    }
    let mut parts = Vec::new();
    for dataset in Dataset::OF_FILES {
        if let Some(rows) = read.get(dataset.name()) {
            let noun = match dataset {
                Dataset::Orders => "order line",
                Dataset::Captures => "capture",
                Dataset::Reversals => "reversal",
                Dataset::Settlements => "settlement row",
                Dataset::Bank => "bank entry",
                Dataset::Payouts => "payout",
            };
            let noun = match (*rows, dataset) {
                (1, _) => noun.to_owned(),
                (_, Dataset::Bank) => "bank entries".to_owned(),
                _ => format!("{noun}s"),
            };
            parts.push(format!("{} {noun}", count(*rows)));
        }
    }
    let read = if parts.is_empty() { "no rows".to_owned() } else { parts.join(", ") };
    let verdict = match (summary.control_totals.iter().all(closes), summary.complete) {
        (false, _) => "do not close, incomplete",
        (true, false) => "close, incomplete",
        (true, true) => "close",
    };
    format!(
        "control totals: {read} read = {} rejected + {} repeated + {} superseded + {} accepted: {verdict}",
        count(rejected),
        count(repeated),
        count(superseded),
        count(accepted)
    )
}

fn closes(row: &ControlRow) -> bool {
    let parts = [row.repeated, row.superseded, row.accepted];
    let counted = parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(part.count));
    let summed = parts.iter().try_fold(0_i128, |sum, part| sum.checked_add(part.sum));
    (counted, summed) == (Some(row.read.count), Some(row.read.sum))
}

fn add(sum: &mut u64, rows: u64) {
    *sum = sum.saturating_add(rows);
}

/// The result of `check`: a line a file.
#[must_use]
pub fn check(summary: &Summary, currencies: &Currencies, colours: bool) -> String {
    let mut table = Table::new([
        ("file", Align::Left),
        ("format", Align::Left),
        ("dataset", Align::Left),
        ("provider", Align::Left),
        ("state", Align::Left),
        ("rows", Align::Right),
        ("rejected", Align::Right),
        ("sum", Align::Left),
        ("stated totals", Align::Left),
    ]);
    for input in &summary.inputs {
        let (stated, ties) = stated(summary, input, currencies);
        let colour = match (input.rejected, ties) {
            (0, true) if input.state == "read" => Colour::Plain,
            (0, true) => Colour::Yellow,
            _ => Colour::Red,
        };
        let cells = [
            input.path.clone(),
            input.format.clone(),
            input.dataset.clone(),
            or_dash(input.provider.clone()),
            input.state.clone(),
            count(input.rows),
            count(input.rejected),
            or_dash(sums(summary, input, currencies)),
            or_dash(stated),
        ];
        table.row(cells, colour);
    }
    table.render(colours)
}

/// The exit status of `check`: 3 with rows that cannot be read, 1 where a stated total does not tie, else 0.
#[must_use]
pub fn check_status(summary: &Summary) -> u8 {
    if summary.inputs.iter().any(|input| input.rejected > 0) {
        return 3;
    }
    u8::from(!summary.stated_totals.iter().all(|stated| stated.ties))
}

fn sums(summary: &Summary, input: &InputRow, currencies: &Currencies) -> String {
    let of_input = |row: &&ControlRow| row.file == input.path && row.dataset == input.dataset;
    let sum = |row: &ControlRow| format!("{} {}", row.currency, major(row.read.sum, &row.currency, currencies));
    summary.control_totals.iter().filter(of_input).map(sum).collect::<Vec<_>>().join(", ")
}

/// What the file states of itself: nothing, that all ties, or what does not.
fn stated(summary: &Summary, input: &InputRow, currencies: &Currencies) -> (String, bool) {
    let rows: Vec<&StatedRow> = summary.stated_totals.iter().filter(|row| row.file == input.path).collect();
    let off: Vec<String> = rows
        .iter()
        .filter(|row| !row.ties)
        .map(|row| {
            let [stated, actual] = [row.stated, row.actual].map(|amount| match row.currency.as_str() {
                "" => Major { amount_minor: amount, exponent: 0 }.to_string(),
                currency => format!("{currency} {}", major(amount, currency, currencies)),
            });
            format!("file-total ({}): stated {stated}, actual {actual}", row.what)
        })
        .collect();
    match (rows.is_empty(), off.is_empty()) {
        (true, _) => (String::new(), true),
        (false, true) => ("ties".to_owned(), true),
        (false, false) => (off.join("; "), false),
    }
}

/// The result of `verify`.
#[must_use]
pub fn proof(folder: &Path, proof: &Proof, colours: bool) -> String {
    let text = format!(
        "{}: proved from its {} files: {} findings, {} batches",
        folder.display(),
        count(proof.files),
        count(proof.findings),
        count(proof.batches)
    );
    format!("{}\n", Colour::Green.paint(&text, colours))
}

pub(super) fn major(amount_minor: i128, currency: &str, currencies: &Currencies) -> String {
    let exponent = currencies.find(currency.as_bytes()).map_or(0, |currency| currencies.exponent(currency));
    Major { amount_minor, exponent }.to_string()
}

pub(super) fn count(number: u64) -> String {
    Major { amount_minor: number.into(), exponent: 0 }.to_string()
}

fn or_dash(text: String) -> String {
    if text.is_empty() { "-".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::view::Total;

    fn total(count: u64, sum: i128) -> Total {
        Total { count, sum }
    }

    fn input(path: &str, dataset: &str, state: &str, rejected: u64) -> InputRow {
        InputRow {
            path: path.to_owned(),
            dataset: dataset.to_owned(),
            format: "canonical csv".to_owned(),
            provider: if dataset == "settlements" { "dintero".to_owned() } else { String::new() },
            bytes: 10,
            sha256: String::new(),
            content_sha256: None,
            state: state.to_owned(),
            rows: 2_012,
            rejected,
            ignored_columns: Vec::new(),
            notes: Vec::new(),
            tells_nothing: false,
        }
    }

    fn control(dataset: &str, file: &str, currency: &str, read: Total, repeated: Total, accepted: Total) -> ControlRow {
        let (dataset, file, currency) = (dataset.to_owned(), file.to_owned(), currency.to_owned());
        ControlRow { dataset, file, currency, read, repeated, superseded: total(0, 0), accepted }
    }

    fn code(code: &str, status: &str, currency: &str, findings: u64, difference: i128) -> CodeRow {
        let [code, status, currency] = [code, status, currency].map(str::to_owned);
        CodeRow { code, leg: String::new(), status, currency, findings, records: findings, difference }
    }

    fn stated(file: &str, what: &str, currency: &str, stated: i128, actual: i128) -> StatedRow {
        let [file, what, currency] = [file, what, currency].map(str::to_owned);
        StatedRow { file, what, currency, stated, actual, ties: stated == actual }
    }

    fn summary() -> Summary {
        Summary {
            program: "avstem".to_owned(),
            as_of: "2026-10-31".to_owned(),
            timezone: "Europe/Stockholm".to_owned(),
            exit_status: 1,
            complete: true,
            incomplete: Vec::new(),
            night: None,
            fail_on: None,
            inputs: vec![
                input("o.csv", "orders", "read", 0),
                input("copy.csv", "orders", "repeated", 0),
                input("s.csv", "settlements", "read", 0),
                input("t.xml", "settlements", "read", 0),
            ],
            control_totals: vec![
                control("orders", "o.csv", "ISK", total(12, 149_500), total(0, 0), total(12, 149_500)),
                control("orders", "o.csv", "SEK", total(2_000, -5), total(1, -6), total(1_999, 1)),
                control("settlements", "t.xml", "XYZ", total(7, 1_500), total(0, 0), total(7, 1_500)),
            ],
            verdicts: Vec::new(),
            codes: vec![
                code("file-gap", "listed", "", 1, 0),
                code("line-uncaptured", "open", "SEK", 12, -149_500),
                code("line-uncaptured", "pending", "SEK", 1_040, -123_000_000),
                code("settled-unknown", "open", "XYZ", 1, 2_000),
            ],
            other_kinds: Vec::new(),
            tolerated: Vec::new(),
            equal_rows_without_id: Vec::new(),
            stated_totals: vec![
                stated("s.csv", "rows", "", 5, 5),
                stated("t.xml", "sum", "XYZ", 2_000, 1_500),
                stated("t.xml", "rows", "", 8, 7),
            ],
            journal: None,
            skipped_checks: Vec::new(),
            files: Vec::new(),
        }
    }

    fn currencies() -> Currencies {
        Currencies::new(&BTreeMap::from([("XYZ".to_owned(), 3)]))
    }

    #[test]
    fn a_run_shows_open_before_pending_before_listed() {
        let expected = "\
code             status   currency  findings     difference
line-uncaptured  open     SEK             12      -1 495.00
settled-unknown  open     XYZ              1          2.000

line-uncaptured  pending  SEK          1 040  -1 230 000.00

file-gap         listed                    1

control totals: 2 012 order lines, 7 settlement rows read = 0 rejected + 1 repeated + 0 superseded + 2 018 accepted: close
report: out
";
        assert_eq!(run(&summary(), &currencies(), Path::new("out"), false), expected);
    }

    #[test]
    fn control_totals_say_what_is_wrong_with_them() {
        let quiet = Summary { codes: Vec::new(), inputs: Vec::new(), control_totals: Vec::new(), ..summary() };
        let rejected =
            Summary { complete: false, inputs: vec![input("c.csv", "captures", "read", 3)], ..quiet.clone() };
        let open = control("captures", "c.csv", "SEK", total(2, 5), total(0, 0), total(2, 4));
        let broken = Summary { complete: false, control_totals: vec![open], ..quiet.clone() };
        let cases = [
            (quiet, "no rows read = 0 rejected + 0 repeated + 0 superseded + 0 accepted: close"),
            (rejected, "3 captures read = 3 rejected + 0 repeated + 0 superseded + 0 accepted: close, incomplete"),
            (broken, "2 captures read = 0 rejected + 0 repeated + 0 superseded + 2 accepted: do not close, incomplete"),
        ];
        for (summary, totals) in cases {
            let expected = format!("no discrepancies\n\ncontrol totals: {totals}\nreport: out\n");
            assert_eq!(run(&summary, &currencies(), Path::new("out"), false), expected);
        }
    }

    #[test]
    fn a_check_shows_a_line_a_file() {
        let expected = "\
file      format         dataset      provider  state      rows  rejected  sum                     stated totals
o.csv     canonical csv  orders       -         read      2 012         0  ISK 149 500, SEK -0.05  -
copy.csv  canonical csv  orders       -         repeated  2 012         0  -                       -
s.csv     canonical csv  settlements  dintero   read      2 012         0  -                       ties
t.xml     canonical csv  settlements  dintero   read      2 012         0  XYZ 1.500               file-total (sum): stated XYZ 2.000, actual XYZ 1.500; file-total (rows): stated 8, actual 7
";
        assert_eq!(check(&summary(), &currencies(), false), expected);
    }

    #[test]
    fn rejected_rows_win_over_totals_that_do_not_tie() {
        let off = summary();
        let ties = Summary { stated_totals: vec![stated("s.csv", "rows", "", 5, 5)], ..off.clone() };
        let rejected = Summary { inputs: vec![input("o.csv", "orders", "read", 1)], ..off.clone() };
        assert_eq!([off, ties, rejected].map(|summary| check_status(&summary)), [1, 0, 3]);
    }
}
