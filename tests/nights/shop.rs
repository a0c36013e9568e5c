//! A shop with two providers, told night by night: orders, what is captured the same or later nights, settled nights
//! after that, reversed months later, and orders that are stated anew.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate};

use crate::faults;
use crate::list;
use crate::mischief::Delivery;
use crate::night::{File, Story};
use crate::reference::Dataset;
use crate::reference::random_day::{Fields, fields};
use crate::reference::rng::Rng;

/// How long a story is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    nights: i64,
    orders_max: i64,
    /// Reversals come up to so many nights after their capture.
    reversal_nights: i64,
}

/// A few weeks.
pub const WEEKS: Size = Size { nights: 24, orders_max: 6, reversal_nights: 14 };

/// A year.
pub const YEAR: Size = Size { nights: 365, orders_max: 4, reversal_nights: 200 };

const SETTINGS: &str = "timezone = \"Europe/Stockholm\"\n\n[rules]\namount_tolerance = { SEK = 1, EUR = 1 }\n\
                        tolerance_budget = { SEK = 3 }\n";

/// A row that is due.
type Due = (Dataset, &'static str, Fields);

struct Shop {
    rng: Rng,
    size: Size,
    first: NaiveDate,
    night: i64,
    orders: u64,
    operations: u64,
    files: u64,
    settlements: BTreeMap<&'static str, u64>,
    agenda: BTreeMap<i64, Vec<Due>>,
    delivery: Delivery,
}

/// The story of a seed.
pub fn story(seed: u64, size: Size) -> Story {
    let rng = Rng::new(seed.wrapping_mul(0xC2B2_AE3D_27D4_EB4F).wrapping_add(11));
    let first = NaiveDate::from_ymd_opt(2025, 2, 20).unwrap();
    let mut shop = Shop {
        rng,
        size,
        first,
        night: 0,
        orders: 0,
        operations: 0,
        files: 0,
        settlements: BTreeMap::new(),
        agenda: BTreeMap::new(),
        delivery: Delivery::new(usize::try_from(size.nights).unwrap()),
    };
    while shop.night < size.nights {
        for _ in 0..shop.rng.range(1, size.orders_max) {
            shop.order();
        }
        shop.write_night();
        shop.night += 1;
    }
    let nights = shop.delivery.nights(&mut shop.rng, first, size.nights < 100);
    Story { settings: SETTINGS.to_owned(), nights }
}

/// An operation's way from capture to settlement.
struct Move<'a> {
    dataset: Dataset,
    provider: &'static str,
    order_id: &'a str,
    currency: &'a str,
    night: i64,
    /// Line, size and VAT.
    parts: Vec<(String, i64, i64)>,
}

impl Shop {
    fn time(&mut self, night: i64) -> String {
        let day = self.first + Duration::days(night);
        format!("{day} {:02}:{:02}:00", self.rng.range(6, 23), self.rng.range(0, 59))
    }

    fn due(&mut self, night: i64, dataset: Dataset, provider: &'static str, row: Fields) {
        self.agenda.entry(night).or_default().push((dataset, provider, row));
    }

    /// A new order, and all that will ever come of it.
    fn order(&mut self) {
        self.orders += 1;
        let provider = self.rng.pick(&["swedbank_pay", "dintero"]);
        let currencies: &[&str] =
            if provider == "dintero" { &["NOK", "NOK", "SEK", "EUR"] } else { &["SEK", "SEK", "SEK", "NOK", "EUR"] };
        let currency = self.rng.pick(currencies);
        let order_id = format!("{}{:05}", &provider[..1].to_uppercase(), self.orders);
        let mut lines: Vec<(String, i64, i64)> = (1..=self.rng.range(1, 3))
            .map(|number| (number.to_string(), self.rng.pick(&[10_000, 25_000, 4_900, 12_500]), 0))
            .collect();
        lines.iter_mut().for_each(|line| line.2 = line.1 / 5);
        let created_at = self.time(self.night);
        let mut rows: Vec<Fields> = lines
            .iter()
            .map(|(line, gross, vat)| {
                fields(&[
                    ("order_id", &order_id),
                    ("line_id", line),
                    ("gross_amount", &gross.to_string()),
                    ("currency", currency),
                    ("created_at", &created_at),
                    ("vat_amount", &vat.to_string()),
                    ("vat_rate", "2500"),
                ])
            })
            .collect();
        let total: i64 = lines.iter().map(|line| line.1).sum();
        if self.rng.percent(25) {
            rows.iter_mut().for_each(|row| drop(row.insert("order_amount", total.to_string())));
        }
        for row in &rows {
            self.due(self.night, Dataset::Orders, provider, row.clone());
        }
        if self.rng.percent(10) {
            self.stated_anew(provider, rows, total);
        }
        if self.rng.percent(92) {
            self.captures(provider, &order_id, currency, lines);
        }
    }

    /// The order once more, some nights later, with other statements or another line.
    fn stated_anew(&mut self, provider: &'static str, mut rows: Vec<Fields>, total: i64) {
        let night = self.night + self.rng.range(1, 20);
        let updated_at = self.time(night);
        let way = self.rng.below(4);
        for row in &mut rows {
            row.insert("updated_at", updated_at.clone());
            match way {
                0 => drop(row.insert("gross_amount", "7500".to_owned())),
                1 => drop(row.insert("remaining_capture_amount", "0".to_owned())),
                2 => drop(row.insert("cancelled_amount", total.to_string())),
                _ => {}
            }
            row.insert("order_amount", total.to_string());
        }
        if way == 3 {
            let mut back = rows[0].clone();
            back.insert("line_id", "r1".to_owned());
            back.insert("related_line_id", "1".to_owned());
            back.insert("gross_amount", "-4900".to_owned());
            back.insert("vat_amount", "-980".to_owned());
            back.remove("order_amount");
            rows.push(back);
        }
        for row in rows {
            self.due(night, Dataset::Orders, provider, row);
        }
    }

    fn captures(&mut self, provider: &'static str, order_id: &str, currency: &str, lines: Vec<(String, i64, i64)>) {
        let night = self.night + self.rng.pick(&[0, 0, 0, 1, 1, 2, 4, 9, 13]);
        let together = self.rng.percent(50);
        let groups: Vec<_> =
            if together { vec![lines.clone()] } else { lines.iter().map(|line| vec![line.clone()]).collect() };
        for (number, parts) in groups.into_iter().enumerate() {
            // The rest of an order is captured later, or never.
            if number > 0 && self.rng.percent(10) {
                continue;
            }
            let night = if number > 0 && self.rng.percent(15) { night + self.rng.range(1, 12) } else { night };
            self.moved(Move { dataset: Dataset::Captures, provider, order_id, currency, night, parts });
        }
        if self.rng.percent(14) {
            let night = night + self.rng.range(1, self.size.reversal_nights);
            let (line, gross, vat) = self.rng.pick(&lines);
            let part = self.rng.pick(&[1, 1, 2]);
            let parts = vec![(line, gross / part, vat / part)];
            self.moved(Move { dataset: Dataset::Reversals, provider, order_id, currency, night, parts });
        }
    }

    /// The rows of one operation, and of its settlement.
    fn moved(&mut self, moved: Move<'_>) {
        self.operations += 1;
        let settled = moved.night + self.rng.pick(&[1, 1, 2, 2, 3, 4, 8, 11]);
        let batch = if moved.provider == "dintero" { format!("B-{settled}") } else { (70_000 + settled).to_string() };
        let created_at = self.time(moved.night);
        let number = self.operations.to_string();
        // Some orders of Dintero settle by their transaction alone.
        let by_transaction = self.orders.is_multiple_of(3);
        let ids = if moved.provider == "dintero" {
            fields(&[("operation_id", &format!("op-{number}")), ("transaction_id", &format!("t-{}", moved.order_id))])
        } else {
            fields(&[
                ("transaction_number", &format!("41{number:0>8}")),
                ("payee_reference", &format!("{}-{number}", moved.order_id)),
            ])
        };
        let states_batch = self.rng.percent(60);
        let total: i64 = moved.parts.iter().map(|part| part.1).sum();
        for (line, size, vat) in &moved.parts {
            let mut row = fields(&[
                ("order_id", moved.order_id),
                ("line_id", line),
                ("amount", &size.to_string()),
                ("currency", moved.currency),
                ("created_at", &created_at),
                ("vat_amount", &vat.to_string()),
                ("operation_amount", &total.to_string()),
            ]);
            row.extend(ids.clone());
            if states_batch {
                row.insert("reconciliation_number", batch.clone());
            }
            self.due(moved.night, moved.dataset, moved.provider, row);
        }
        if self.rng.percent(3) {
            return;
        }
        let effect = if moved.dataset == Dataset::Reversals { -total } else { total };
        let fee = if moved.dataset == Dataset::Reversals { 0 } else { total / 50 };
        let mut row = fields(&[
            ("gross_amount", &effect.to_string()),
            ("currency", moved.currency),
            ("fee_amount", &fee.to_string()),
            ("net_amount", &(effect - fee).to_string()),
            ("settled_at", &self.time(settled)),
            ("reconciliation_number", &batch),
        ]);
        row.extend(ids);
        if by_transaction && moved.provider == "dintero" {
            row.remove("operation_id");
        }
        self.due(settled, Dataset::Settlements, moved.provider, row);
    }

    /// Puts what is due tonight into files.
    fn write_night(&mut self) {
        let mut groups: BTreeMap<(Dataset, &str), Vec<Fields>> = BTreeMap::new();
        // A fault may make a row due tonight once more.
        while let Some(due) = self.agenda.remove(&self.night) {
            for (dataset, provider, row) in due {
                if !self.rng.percent(5) {
                    groups.entry((dataset, provider)).or_default().push(row);
                    continue;
                }
                let updated_at = self.time(self.night + 1);
                let disturbed = faults::disturb(&mut self.rng, dataset, row, &updated_at);
                groups.entry((dataset, provider)).or_default().extend(disturbed.now);
                for (nights, row) in disturbed.later {
                    self.due(self.night + nights, dataset, provider, row);
                }
            }
        }
        for ((dataset, provider), mut rows) in groups {
            self.rng.shuffle(&mut rows);
            let second = if self.rng.percent(20) { rows.split_off(rows.len() / 2) } else { Vec::new() };
            for rows in [rows, second].into_iter().filter(|rows| !rows.is_empty()) {
                if dataset == Dataset::Settlements {
                    self.settlement(provider, rows);
                } else {
                    self.canonical(dataset, provider, rows, "");
                }
            }
        }
    }

    fn at(&self) -> usize {
        usize::try_from(self.night).unwrap()
    }

    fn canonical(&mut self, dataset: Dataset, provider: &'static str, mut rows: Vec<Fields>, name: &str) {
        self.files += 1;
        let source = self.rng.percent(50);
        if !source {
            rows.iter_mut().for_each(|row| drop(row.insert("provider", provider.to_owned())));
        }
        let day = self.first + Duration::days(self.night);
        let file = File {
            path: format!("in/{}/{day}-{provider}{name}-{}.csv", dataset.name(), self.files),
            dataset: dataset.name(),
            provider: source.then(|| provider.to_owned()),
            bytes: list::csv(&rows),
        };
        let night = self.at();
        self.delivery.give(&mut self.rng, night, file);
    }

    /// A settlement file under the next number of its series, now and then under the one after that.
    fn settlement(&mut self, provider: &'static str, mut rows: Vec<Fields>) {
        let skipped = self.rng.percent(2);
        let next = self.settlements.entry(provider).or_default();
        *next += if skipped { 2 } else { 1 };
        let number = *next;
        if provider == "dintero" || self.rng.percent(40) {
            let id = format!("{}-{number:04}", if provider == "dintero" { "D55" } else { "R4711" });
            rows.iter_mut().for_each(|row| drop(row.insert("settlement_id", id.clone())));
            self.canonical(Dataset::Settlements, provider, rows, &format!("-{id}"));
        } else {
            self.native(&format!("R4711-{number:04}"), rows);
        }
    }

    /// A transaction list, which may be issued again.
    fn native(&mut self, id: &str, mut rows: Vec<Fields>) {
        let night = self.at();
        let day = self.first + Duration::days(self.night);
        let off_minor = if self.rng.percent(4) { 100 } else { 0 };
        let file = |name: &str, bytes: Vec<u8>| File {
            path: format!("in/settlements/{day}-{id}{name}.xml"),
            dataset: "",
            provider: None,
            bytes,
        };
        let first = file("", list::xml(id, day, &rows, off_minor));
        self.delivery.give(&mut self.rng, night, first);
        if !self.rng.percent(12) {
            return;
        }
        let later = night + self.rng.pick(&[0, 1, 3, 9, 25]);
        // The same records in another order are the same file; other records replace it, or are replaced.
        rows.reverse();
        match self.rng.below(5) {
            0 => {}
            1 => drop(rows.pop()),
            2 => {
                let mut more = rows[0].clone();
                more.insert("transaction_number", format!("X-{}", self.rng.below(50)));
                rows.push(more);
            }
            _ => drop(rows[0].insert("gross_amount", "4200".to_owned())),
        }
        let dated = day + Duration::days(self.rng.pick(&[3, 3, 3, 0, -1]));
        let again = file("-again", list::xml(id, dated, &rows, 0));
        self.delivery.put(later, again);
    }
}
