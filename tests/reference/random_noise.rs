//! Days of free noise: every field drawn from a tiny pool, so that ids collide in every way.

use super::Dataset;
use super::random_day::{Clock, Day, Fields, PROVIDERS, fields};
use super::rng::Rng;

const AMOUNTS: [&str; 14] =
    ["100", "100", "100", "200", "50", "99", "101", "+100", "150", "0", "-100", "-50", "-40", "1000"];
const CURRENCIES: [&str; 8] = ["SEK", "SEK", "SEK", "SEK", "SEK", "SEK", "NOK", "EUR"];
const LINES: [&str; 4] = ["1", "2", "3", "L4"];
const NUMBERS: [&str; 3] = ["4001", "4002", "4003"];
const REFERENCES: [&str; 4] = ["PR1", "PR2", "PR3", "4001"];
const BATCHES: [&str; 3] = ["701", "702", "703"];
const STATES: [&str; 7] = ["completed", "Completed", "SUCCESS", "true", "failed", "Pending", "AUTHORIZED"];
const KINDS: [&str; 8] = ["capture", "Capture", "reversal", "REVERSAL", "fee", "payout", "chargeback", "Rounding"];
const FILES: [&str; 7] = ["R12-0001", "R12-0002", "R12-0005", "R12-7", "B-9", "123-4", "loose"];

/// What varies from day to day, so that some days have few collisions and some are nothing else.
struct Pools {
    orders: Vec<&'static str>,
    providers: Vec<&'static str>,
    ids: usize,
    lines: usize,
    copies: usize,
}

/// A day of noise.
pub fn day(rng: &mut Rng, clock: &Clock) -> Day {
    let order_count = rng.range(1, 6) as usize;
    let provider_count = rng.range(1, 3) as usize;
    let mut providers = PROVIDERS.to_vec();
    rng.shuffle(&mut providers);
    let pools = Pools {
        orders: ["A1", "A2", "7", "A-4", "\u{c5}5", "A 6"][..order_count].to_vec(),
        providers: providers[..provider_count].to_vec(),
        ids: rng.pick(&[15, 50, 80]),
        lines: rng.pick(&[40, 80, 97, 100]),
        copies: rng.pick(&[10, 30, 60]),
    };
    let mut day = Day::new();
    for dataset in [Dataset::Orders, Dataset::Captures, Dataset::Reversals] {
        let mut rows: Vec<Fields> = Vec::new();
        for _ in 0..rng.range(5, 30) {
            if !rows.is_empty() && rng.percent(pools.copies) {
                let row = changed_copy(rng, clock, &rows);
                rows.push(row);
            } else if dataset == Dataset::Orders {
                rows.push(order_line(rng, clock, &pools));
            } else {
                rows.push(operation(rng, clock, &pools));
            }
        }
        day.insert(dataset, rows);
    }
    let rows = (0..rng.range(5, 40)).map(|_| settlement_row(rng, clock, &pools, &day)).collect();
    day.insert(Dataset::Settlements, rows);
    day
}

fn order_line(rng: &mut Rng, clock: &Clock, pools: &Pools) -> Fields {
    let statements = rng.pick(&[0, 0, 40, 90]);
    fields(&[
        ("order_id", rng.pick(&pools.orders)),
        ("line_id", rng.pick(&LINES)),
        ("gross_amount", rng.pick(&AMOUNTS)),
        ("currency", rng.pick(&CURRENCIES)),
        ("created_at", &clock.text(rng)),
        ("provider", rng.pick(&pools.providers)),
        ("item_id", &rng.maybe(10, &["sku-1", "sku-2"])),
        ("description", &rng.maybe(10, &["shirt", "shirt, blue", "\"best\" shirt", "5\" pipe"])),
        ("quantity", &rng.maybe(20, &["1", "1.0", "+1.0000", "2.5", "-1"])),
        ("vat_amount", &rng.maybe(60, &["20", "20", "19", "21", "-20", "0", "25"])),
        ("vat_rate", &rng.maybe(40, &["2500", "2500", "1200", "0"])),
        ("related_line_id", &rng.maybe(25, &["1", "2", "3", "9"])),
        ("relation", &rng.maybe(5, &["return"])),
        ("reversed_reason", &rng.maybe(5, &["regret"])),
        ("updated_at", &clock.maybe(rng, 40)),
        ("order_amount", &rng.maybe(statements, &["100", "200", "300", "0"])),
        ("cancelled_amount", &rng.maybe(statements, &["0", "100", "50", "200"])),
        ("remaining_capture_amount", &rng.maybe(statements, &["0", "100", "200"])),
        ("remaining_reversal_amount", &rng.maybe(statements, &["0", "100", "200"])),
    ])
}

fn operation(rng: &mut Rng, clock: &Clock, pools: &Pools) -> Fields {
    let completed = rng.percent(75);
    fields(&[
        ("order_id", rng.pick(&pools.orders)),
        ("amount", rng.pick(&AMOUNTS)),
        ("currency", rng.pick(&CURRENCIES)),
        ("created_at", &clock.text(rng)),
        ("provider", rng.pick(&pools.providers)),
        ("line_id", &rng.maybe(pools.lines, &LINES)),
        ("operation_id", &rng.maybe(pools.ids / 2, &["op1", "op2", "op3"])),
        ("payee_reference", &rng.maybe(pools.ids, &REFERENCES)),
        ("transaction_number", &rng.maybe(pools.ids, &NUMBERS)),
        ("transaction_id", &rng.maybe(pools.ids / 3, &["t1", "t2", "4001"])),
        ("receipt_reference", &rng.maybe(5, &["rc1", "rc2"])),
        ("payment_id", &rng.maybe(5, &["pay1"])),
        ("vat_amount", &rng.maybe(60, &["20", "20", "19", "-20", "0"])),
        ("state", &if completed { rng.maybe(30, &STATES[..4]) } else { rng.pick(&STATES).to_string() }),
        ("updated_at", &clock.maybe(rng, 30)),
        ("reconciliation_number", &rng.maybe(40, &BATCHES)),
        ("operation_amount", &rng.maybe(15, &["100", "-100", "150", "200"])),
    ])
}

/// A settlement row of its own, or one that follows an operation's row more or less.
fn settlement_row(rng: &mut Rng, clock: &Clock, pools: &Pools, day: &Day) -> Fields {
    let mut row = fields(&[
        ("gross_amount", rng.pick(&AMOUNTS)),
        ("currency", rng.pick(&CURRENCIES)),
        ("provider", rng.pick(&pools.providers)),
        ("settlement_id", &rng.maybe(60, &FILES)),
        ("reconciliation_number", &rng.maybe(60, &BATCHES)),
        ("operation_id", &rng.maybe(pools.ids / 2, &["op1", "op2", "op3"])),
        ("transaction_number", &rng.maybe(pools.ids, &NUMBERS)),
        ("payee_reference", &rng.maybe(pools.ids, &REFERENCES)),
        ("order_id", &rng.maybe(30, &pools.orders)),
        ("transaction_id", &rng.maybe(pools.ids / 3, &["t1", "t2", "4001"])),
        ("kind", &rng.maybe(25, &KINDS)),
        ("fee_amount", &rng.maybe(30, &["2", "0", "-1", "10"])),
        ("net_amount", &rng.maybe(20, &["98", "100", "-102", "90"])),
        ("vat_amount", &rng.maybe(10, &["0", "1"])),
        ("created_at", &clock.maybe(rng, 30)),
        ("settled_at", &clock.maybe(rng, 30)),
        ("referenced_transaction", &rng.maybe(5, &["4001", "x"])),
    ]);
    if rng.percent(55) {
        let dataset = rng.pick(&[Dataset::Captures, Dataset::Captures, Dataset::Reversals]);
        let source = rng.pick(&day[&dataset]);
        for name in ["provider", "operation_id", "transaction_number", "payee_reference", "transaction_id"] {
            row.remove(name);
            if let Some(text) = source.get(name) {
                row.insert(name, text.clone());
            }
        }
        row.insert("currency", source["currency"].clone());
        let stated = source["amount"].trim_start_matches('+');
        let reversed = dataset == Dataset::Reversals && !stated.starts_with('-') && stated != "0";
        row.insert("gross_amount", if reversed { format!("-{stated}") } else { stated.to_string() });
    }
    row
}

/// An earlier row again, as it was or with one or two fields of another.
fn changed_copy(rng: &mut Rng, clock: &Clock, rows: &[Fields]) -> Fields {
    let mut row = rng.pick(rows);
    let other = rng.pick(rows);
    for _ in 0..rng.below(3) {
        match rng.below(6) {
            0 => {
                row.insert("updated_at", clock.text(rng));
            }
            1 => {
                let column = if row.contains_key("amount") { "amount" } else { "gross_amount" };
                row.insert(column, rng.pick(&AMOUNTS).to_string());
            }
            2 => {
                row.insert("line_id", rng.pick(&LINES).to_string());
            }
            3 if row.contains_key("amount") => {
                row.insert("state", rng.pick(&STATES).to_string());
            }
            _ => {
                let names: Vec<&str> = other.keys().copied().collect();
                let name = rng.pick(&names);
                if let Some((key, text)) = other.get_key_value(name) {
                    row.insert(key, text.clone());
                }
            }
        }
    }
    row
}
