//! Days of noise around the borders of the rules: lines, reversal lines, operations and settlement rows whose amounts
//! nearly fit, over ids that mostly do.

use super::Dataset;
use super::random_day::{Clock, Day, Fields, PROVIDERS, fields};
use super::rng::Rng;

const STEPS: [i64; 8] = [0, 5, 10, 10, 20, 20, 30, -10];

/// A day near the borders.
pub fn day(rng: &mut Rng, clock: &Clock) -> Day {
    let mut day: Day = Dataset::ALL.iter().map(|d| (*d, Vec::new())).collect();
    let one_transaction_for = rng.pick(&[1, 2, 4]);
    let tiny = rng.percent(50);
    let provider_count = rng.range(1, 3) as usize;
    for order in 1..=rng.range(3, 9) {
        let provider = rng.pick(&PROVIDERS[..provider_count]);
        let lines = lines(rng, clock, provider, order);
        let (whole, single) = (rng.percent(20), rng.percent(50));
        for _ in 0..rng.range(0, 2 * lines.len() as i64) {
            let dataset = rng.pick(&[Dataset::Captures, Dataset::Captures, Dataset::Reversals]);
            let number = day[&Dataset::Captures].len() + day[&Dataset::Reversals].len();
            let transaction = format!("{}", 4000 + number / one_transaction_for);
            for _ in 0..if single { 1 } else { rng.range(1, 2) } {
                let line = rng.pick(&lines);
                let mut row = operation(rng, clock, dataset, &line, &lines);
                row.insert("operation_id", format!("op{number}"));
                // The transaction that several operations share is a key of each provider under its own name.
                let column = if provider == "dintero" { "transaction_id" } else { "transaction_number" };
                row.insert(column, transaction.clone());
                if whole && rng.percent(60) {
                    row.remove("line_id");
                }
                settle(rng, &row, dataset, tiny, &mut day);
                add(&mut day, dataset, row);
            }
        }
        for line in lines {
            add(&mut day, Dataset::Orders, line);
        }
    }
    for rows in day.values_mut() {
        // Most rows are dear to their neighbours, a few are not.
        if !rows.is_empty() && rng.percent(15) {
            rows.remove(rng.below(rows.len()));
        }
    }
    day
}

fn add(day: &mut Day, dataset: Dataset, row: Fields) {
    day.get_mut(&dataset).expect("every dataset is there").push(row);
}

fn lines(rng: &mut Rng, clock: &Clock, provider: &str, order: i64) -> Vec<Fields> {
    let mut lines: Vec<Fields> = Vec::new();
    let created_at = clock.text(rng);
    let other_currency = rng.percent(10);
    let stated = rng.percent(40);
    for number in 1..=rng.range(1, 5) {
        let mut gross = rng.pick(&STEPS);
        let mut related = String::new();
        if number > 1 && rng.percent(50) {
            let original = rng.pick(&lines);
            related = original["line_id"].clone();
            let whole = -number_in(&original, "gross_amount");
            gross = rng.pick(&[whole, whole, whole / 2, whole / 2, -5, gross]);
        }
        let statement = |rng: &mut Rng, percent: usize| match stated && rng.percent(percent) {
            true => (5 * rng.range(-2, 8)).to_string(),
            false => String::new(),
        };
        // At 100 % half of an odd amount is VAT, which must be rounded away from zero.
        let (rate, share) = rng.pick(&[("2500", 5), ("10000", 2), ("10000", 2), ("", 4)]);
        let vat = (gross / share + rng.pick(&[-2, -1, 0, 0, 0, 1, 2])).to_string();
        let vat = rng.maybe(60, &[&vat]);
        lines.push(fields(&[
            ("order_id", &format!("T{order}")),
            ("line_id", &number.to_string()),
            ("gross_amount", &gross.to_string()),
            ("currency", if other_currency && rng.percent(30) { "NOK" } else { "SEK" }),
            ("created_at", &created_at),
            ("provider", provider),
            ("vat_amount", &vat),
            ("vat_rate", rate),
            ("related_line_id", &related),
            ("relation", if related.is_empty() { "" } else { "return" }),
            ("updated_at", &clock.maybe(rng, 20)),
            ("order_amount", &statement(rng, 90)),
            ("cancelled_amount", &statement(rng, 60)),
            ("remaining_capture_amount", &statement(rng, 90)),
            ("remaining_reversal_amount", &statement(rng, 90)),
        ]));
    }
    lines
}

fn number_in(row: &Fields, column: &str) -> i64 {
    row.get(column).and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// An operation's row on a line: its amount is that of the line, of what reversal lines leave of it, or near them.
fn operation(rng: &mut Rng, clock: &Clock, dataset: Dataset, line: &Fields, lines: &[Fields]) -> Fields {
    let gross = number_in(line, "gross_amount");
    let related = lines.iter().filter(|l| l.get("related_line_id") == line.get("line_id"));
    let taken_back: i64 = related.map(|l| number_in(l, "gross_amount")).sum();
    let near = rng.pick(&STEPS);
    let amount = rng.pick(&[gross, gross, gross + taken_back, taken_back, gross / 2, near]);
    // A reversal of a line states what its reversal lines take back as a positive amount.
    let amount = if dataset == Dataset::Reversals && rng.percent(60) { amount.abs() } else { amount };
    fields(&[
        ("order_id", &line["order_id"]),
        ("amount", &amount.to_string()),
        ("currency", if rng.percent(96) { line["currency"].as_str() } else { "EUR" }),
        ("created_at", &clock.text(rng)),
        ("provider", line.get("provider").map_or("", String::as_str)),
        ("line_id", if rng.percent(97) { line["line_id"].as_str() } else { "77" }),
        ("payee_reference", &rng.maybe(30, &["PR1", "PR2", "PR3", "PR4", "PR5", "PR6"])),
        ("vat_amount", &rng.maybe(80, &["0", "1", "2", "3", "-1", "-2"])),
        ("state", &rng.maybe(12, &["completed", "failed"])),
        ("reconciliation_number", &rng.maybe(40, &["701", "702"])),
    ])
}

/// Settlement rows that nearly follow an operation's row.
fn settle(rng: &mut Rng, operation: &Fields, dataset: Dataset, tiny: bool, day: &mut Day) {
    let sign = if dataset == Dataset::Reversals { -1 } else { 1 };
    let effect = sign * number_in(operation, "amount");
    for _ in 0..rng.pick(&[0, 1, 1, 1, 1, 1, 2]) {
        let off = if tiny && rng.percent(40) { rng.range(-3, 3) } else { 0 };
        let gross = rng.pick(&[effect, effect, effect, effect, effect, effect, -effect, effect / 2, 10]) + off;
        let text = |column: &str| operation.get(column).map_or("", String::as_str);
        let currency = if rng.percent(95) { text("currency") } else { "NOK" };
        let row = fields(&[
            ("gross_amount", &gross.to_string()),
            ("currency", currency),
            ("provider", text("provider")),
            ("settlement_id", &rng.maybe(70, &["R3-001", "R3-002", "R3-4"])),
            ("reconciliation_number", &rng.maybe(60, &["701", "702", "703"])),
            ("operation_id", &rng.maybe(8, &[text("operation_id")])),
            ("transaction_number", &rng.maybe(85, &[text("transaction_number")])),
            ("transaction_id", &rng.maybe(85, &[text("transaction_id")])),
            ("payee_reference", &rng.maybe(70, &[text("payee_reference")])),
            ("order_id", &rng.maybe(20, &[text("order_id")])),
            ("fee_amount", &rng.maybe(30, &["0", "1"])),
            ("net_amount", &rng.maybe(10, &["9", "10"])),
        ]);
        add(day, Dataset::Settlements, row);
    }
}
