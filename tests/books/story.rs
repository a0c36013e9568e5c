//! Random years in the books: nights of a shop with three providers, four currencies and all that goes wrong between a
//! capture and the bank account.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{Days, NaiveDate};

use crate::bank::{self, Entry};
use crate::native;
use crate::rng::Rng;
use crate::settings::Settings;

pub const CURRENCIES: [&str; 4] = ["SEK", "NOK", "EUR", "ISK"];

/// Decimals of the currencies above.
pub fn exponent(currency: &str) -> usize {
    if currency == "ISK" { 0 } else { 2 }
}

/// An input file.
#[derive(Clone, Debug)]
pub struct File {
    pub path: String,
    /// Empty where the file says itself what it holds.
    pub dataset: &'static str,
    /// Of a list that does not name its provider.
    pub provider: &'static str,
    pub text: String,
}

#[derive(Clone, Debug)]
pub struct Night {
    pub as_of: NaiveDate,
    pub files: Vec<File>,
    pub settings: Settings,
}

pub struct Story {
    pub nights: Vec<Night>,
}

/// A settlement row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub gross_minor: i64,
    pub currency: &'static str,
    pub batch: String,
    pub operation_id: String,
    pub number: String,
    pub reference: String,
    pub kind: &'static str,
    pub service: &'static str,
    pub fee_minor: Option<i64>,
}

/// A captured or reversed row.
struct Operation {
    dataset: &'static str,
    provider: &'static str,
    fields: String,
}

struct Stated {
    provider: &'static str,
    line: String,
}

struct Teller {
    rng: Rng,
    first: NaiveDate,
    days: Vec<NaiveDate>,
    next: u64,
    /// By night.
    operations: BTreeMap<usize, Vec<Operation>>,
    rows: BTreeMap<(usize, &'static str), Vec<Row>>,
    again: BTreeMap<usize, Vec<File>>,
    payouts: BTreeMap<usize, Vec<Stated>>,
    entries: BTreeMap<usize, Vec<Entry>>,
    balances: BTreeMap<&'static str, i64>,
    settlements: BTreeMap<&'static str, u64>,
    /// Whether settlements of the provider `default` name fees, and an id.
    default_fees: bool,
    default_ids: bool,
    acquirer: bool,
}

const OPERATION_HEADER: &str = "order_id,line_id,amount,currency,created_at,provider,operation_id,payee_reference,\
                                transaction_number,reconciliation_number,state\n";
const ROW_HEADER: &str = "gross_amount,currency,provider,settlement_id,reconciliation_number,operation_id,\
                          transaction_number,payee_reference,kind,fee_amount,net_amount,settled_at,service\n";
const PAYOUT_HEADER: &str = "provider,settlement_id,currency,gross_amount,fee_amount,fee_vat_amount,\
                             brought_forward_amount,payout_amount,paid_at,reference\n";

const PROVIDERS: [&str; 3] = ["swedbank_pay", "dintero", "default"];
pub const ACQUIRER_SERVICE: &str = "Faktura";

/// The story of a seed: a few nights, or so many.
pub fn story(seed: u64, nights: Option<usize>) -> Story {
    let mut rng = Rng::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(77));
    let first = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap() + Days::new(rng.below(300) as u64);
    let few = 4 + rng.below(5);
    let count = nights.unwrap_or(few);
    let mut days = vec![first];
    while days.len() < count {
        // Sometimes more comes on the same day.
        let apart = if rng.percent(12) { 0 } else { 1 + rng.below(8) as u64 };
        days.push(*days.last().unwrap() + Days::new(apart));
    }
    let (default_fees, default_ids, acquirer) = (rng.percent(50), rng.percent(75), rng.percent(30));
    let changes = Settings::over_nights(&days, acquirer, &mut rng);
    let mut teller = Teller {
        rng,
        first,
        next: 0,
        operations: BTreeMap::new(),
        rows: BTreeMap::new(),
        again: BTreeMap::new(),
        payouts: BTreeMap::new(),
        entries: BTreeMap::new(),
        balances: BTreeMap::new(),
        settlements: BTreeMap::new(),
        default_fees,
        default_ids,
        acquirer,
        days,
    };
    let nights = changes.into_iter().enumerate().map(|(at, settings)| teller.night(at, settings)).collect();
    Story { nights }
}

impl Teller {
    fn night(&mut self, at: usize, settings: Settings) -> Night {
        for _ in 0..self.rng.range(1, 6) {
            self.happening(at);
        }
        let mut files = self.again.remove(&at).unwrap_or_default();
        let mut texts: BTreeMap<&'static str, String> = BTreeMap::new();
        for operation in self.operations.remove(&at).unwrap_or_default() {
            let text = texts.entry(operation.dataset).or_insert_with(|| OPERATION_HEADER.to_owned());
            text.push_str(&operation.fields.replace("{provider}", said(operation.provider)));
        }
        files.extend(texts.into_iter().map(|(dataset, text)| file(at, dataset, dataset, text)));
        for provider in PROVIDERS {
            if let Some(rows) = self.rows.remove(&(at, provider)) {
                files.push(self.settlement(at, provider, rows));
            }
        }
        if let Some(stated) = self.payouts.remove(&at) {
            let mut text = PAYOUT_HEADER.to_owned();
            stated.iter().for_each(|one| writeln!(text, "{},{}", said(one.provider), one.line).unwrap());
            files.push(file(at, "payouts", "payouts", text));
        }
        let mut entries = self.entries.remove(&at).unwrap_or_default();
        if self.rng.percent(60) {
            entries.push(self.noise());
        }
        if !entries.is_empty() {
            let form = self.rng.pick(&[bank::Form::Csv, bank::Form::Csv, bank::Form::Camt, bank::Form::Mt940]);
            let name = format!("in/{at:02}-bank.{}", form.extension());
            let text = bank::statements(form, at, self.days[at], &entries, &mut self.balances);
            files.push(File { path: name, dataset: "bank", provider: "", text });
        }
        if files.is_empty() {
            // A night without any input is a mistake of the caller's.
            files.push(file(at, "captures", "captures", OPERATION_HEADER.to_owned()));
        }
        Night { as_of: self.days[at], files, settings }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn later(&mut self, at: usize, most: i64) -> usize {
        at + usize::try_from(self.rng.range(0, most)).unwrap()
    }

    fn amount(&mut self, currency: &str) -> i64 {
        let round = self.rng.pick(&[10_000, 4_900, 12_500, 25_000]);
        let odd = if self.rng.percent(40) { self.rng.range(-99, 99) } else { 0 };
        if currency == "ISK" { round / 10 + odd.abs() } else { round + odd }
    }

    /// An operation of this effect on a night, made some days before it.
    fn operation(&mut self, at: usize, row: &Row, provider: &'static str, effect_minor: i64, state: &str) {
        let back = self.rng.below(6) as u64;
        let made = self.days[at.min(self.days.len() - 1)] - Days::new(back);
        let made = made.max(self.first - Days::new(3));
        let dataset =
            if effect_minor < 0 && !(provider == "dintero" && self.rng.percent(30)) { "reversals" } else { "captures" };
        let amount = if dataset == "reversals" { -effect_minor } else { effect_minor };
        let id = self.number();
        let parts = if amount > 1_000 && self.rng.percent(15) { vec![amount - 700, 700] } else { vec![amount] };
        let mut fields = String::new();
        for (line, part) in parts.iter().enumerate() {
            let Row { currency, batch, operation_id, number, reference, .. } = row;
            let line = line + 1;
            writeln!(
                fields,
                "O{id},{line},{part},{currency},{made} 10:00:00,{{provider}},{operation_id},{reference},{number},{batch},{state}"
            )
            .unwrap();
        }
        self.operations.entry(at).or_default().push(Operation { dataset, provider, fields });
    }

    fn settled(&mut self, at: usize, provider: &'static str, row: Row) {
        self.rows.entry((at, provider)).or_default().push(row);
    }

    /// One operation with all that comes of it, or something that should not be.
    fn happening(&mut self, at: usize) {
        let provider = self.rng.pick(&PROVIDERS);
        let currency = self.rng.pick(&["SEK", "SEK", "NOK", "EUR", "ISK"]);
        let id = self.number();
        let size = self.amount(currency);
        let effect = if self.rng.percent(25) { -size } else { size };
        let row = Row {
            gross_minor: effect,
            currency,
            batch: if self.rng.percent(50) { format!("B{}", id % 5) } else { String::new() },
            operation_id: format!("op{id}"),
            number: format!("{}", 900_000 + id),
            reference: format!("ref{id}"),
            service: self.rng.pick(&["", "Swish", "Card", ACQUIRER_SERVICE]),
            kind: if self.rng.percent(40) {
                ""
            } else if effect < 0 {
                "reversal"
            } else {
                "Capture"
            },
            fee_minor: None,
        };
        let then = self.later(at, 3);
        match self.rng.below(20) {
            0..=5 => {
                self.operation(at, &row, provider, effect, "completed");
                self.settled(then, provider, row);
            }
            6 => self.operation(at, &row, provider, effect, ""),
            7 => {
                let row = Row { batch: format!("M{id}"), ..row };
                self.operation(at, &row, provider, effect, "");
            }
            // Settled before it is known.
            8 | 9 => {
                self.settled(at, provider, row.clone());
                if then > at {
                    self.operation(then, &row, provider, effect, "");
                }
            }
            10 => {
                self.operation(at, &row, provider, effect, "");
                let off = self.rng.pick(&[-500, -3, 7, 1_000]);
                self.settled(then, provider, Row { gross_minor: effect + off, kind: "", ..row });
            }
            // Within the tolerance, where there is one.
            11 => {
                self.operation(at, &row, provider, effect, "");
                let off = self.rng.pick(&[-2, -1, 1, 2]);
                self.settled(then, provider, Row { gross_minor: effect + off, ..row });
            }
            12 => {
                self.operation(at, &row, provider, effect, "");
                self.settled(then, provider, Row { gross_minor: -effect, kind: "", ..row });
            }
            13 => {
                self.operation(at, &row, provider, effect, "");
                let other = if currency == "SEK" { "EUR" } else { "SEK" };
                self.settled(then, provider, Row { currency: other, ..row });
            }
            14 => {
                self.operation(at, &row, provider, effect, "");
                self.settled(at, provider, row.clone());
                self.settled(then, provider, row);
            }
            15 => {
                self.operation(at, &row, provider, effect, "initialized");
                self.settled(then, provider, row.clone());
                if self.rng.percent(40) {
                    let row = Row { operation_id: format!("op{id}b"), ..row };
                    self.operation(then, &row, provider, effect, "");
                }
            }
            16..=18 => self.group(at, provider, &row),
            _ => {
                // Nothing moves, and a row of something else comes under its name.
                self.operation(at, &row, provider, 0, "");
                if self.rng.percent(50) {
                    self.settled(then, provider, row);
                }
            }
        }
    }

    /// Operations and rows under one reference, which come on several nights: a sum, or nobody knows.
    fn group(&mut self, at: usize, provider: &'static str, like: &Row) {
        let mut left = 0;
        for _ in 0..self.rng.range(1, 3) {
            let id = self.number();
            let size = self.amount(like.currency) + self.rng.range(0, 9);
            let row = Row { operation_id: format!("op{id}"), number: format!("{}", 900_000 + id), ..like.clone() };
            let when = self.later(at, 1);
            self.operation(when, &row, provider, size, "");
            left += size;
        }
        let (rows, fits) = (self.rng.range(1, 3), self.rng.percent(60));
        for number in 0..rows {
            let last = number + 1 == rows;
            let gross_minor = if last && fits { left } else { self.rng.range(1, left.max(2)) };
            left -= gross_minor;
            let currency = if !fits && self.rng.percent(20) { "EUR" } else { like.currency };
            let plain = Row { operation_id: String::new(), number: String::new(), kind: "", ..like.clone() };
            let when = self.later(at, 2);
            self.settled(when, provider, Row { gross_minor, currency, ..plain });
        }
    }

    /// The settlement of a night, as a table or as a transaction list, with what is stated and what comes of it.
    fn settlement(&mut self, at: usize, provider: &'static str, mut rows: Vec<Row>) -> File {
        let count = self.settlements.entry(provider).or_default();
        // Some settlements come in two parts.
        if *count == 0 || self.rng.percent(85) {
            *count += 1;
        }
        let is_native = provider == "swedbank_pay" && self.rng.percent(45);
        let prefix = if is_native { "R1234" } else { "S77" };
        let id = match provider {
            "default" if !self.default_ids => String::new(),
            _ if is_native => format!("{prefix}-{:04}", *count + 100 * at as u64),
            "default" => format!("{prefix}{count:05}"),
            _ => format!("{prefix}-{}-{count:04}", &provider[..1]),
        };
        let has_fees = provider == "dintero" || (provider == "default" && self.default_fees);
        if is_native {
            rows.iter_mut().for_each(|row| (row.operation_id, row.kind) = (String::new(), ""));
        } else {
            self.other_kinds(&mut rows);
            for row in rows.iter_mut().filter(|_| has_fees) {
                row.fee_minor = Some(if row.gross_minor > 0 { row.gross_minor / 50 + 1 } else { 0 });
            }
        }
        self.paid(at, provider, &id, &rows);
        let settled_on = self.days[at] - Days::new(self.rng.below(3) as u64);
        if !is_native {
            let settled_on = if self.rng.percent(80) { settled_on.to_string() } else { String::new() };
            return file(at, &format!("settlements-{provider}"), "settlements", csv(provider, &id, &rows, &settled_on));
        }
        if self.rng.percent(55) {
            let then = at + 1 + self.rng.below(2);
            let restated = self.restated(&rows);
            let made = settled_on + Days::new(1);
            let path = format!("in/{then:02}-{id}-again.xml");
            let text = native::list(&id, made, &restated);
            self.again.entry(then).or_default().push(File { path, dataset: "", provider, text });
        }
        let text = native::list(&id, settled_on, &rows);
        File { path: format!("in/{at:02}-{id}.xml"), dataset: "", provider, text }
    }

    fn restated(&mut self, rows: &[Row]) -> Vec<Row> {
        let mut rows = rows.to_vec();
        let place = self.rng.below(rows.len());
        match self.rng.below(4) {
            0 if rows.len() > 1 => drop(rows.remove(place)),
            1 => rows[place].gross_minor += 300,
            2 => rows[place].service = "Invoice",
            _ => {
                let id = self.number();
                let (number, reference) = (format!("{}", 900_000 + id), format!("ref{id}"));
                rows.push(Row { number, reference, ..rows[place].clone() });
            }
        }
        rows
    }

    /// Fees, chargebacks and whatever else a settlement holds.
    fn other_kinds(&mut self, rows: &mut Vec<Row>) {
        for (kind, percent) in
            [("fee", 20), ("chargeback", 15), ("adjustment", 15), ("Reserve", 8), ("payout", 10), ("postponed", 5)]
        {
            if self.rng.percent(percent) {
                let like = &rows[0];
                let (currency, service) = (like.currency, like.service);
                let gross_minor = -self.rng.range(100, 900);
                rows.push(Row { gross_minor, currency, service, kind, ..Row::default() });
            }
        }
    }

    /// What is stated of the payouts of a settlement, and what comes to the bank account.
    fn paid(&mut self, at: usize, provider: &'static str, id: &str, rows: &[Row]) {
        for currency in CURRENCIES {
            let of: Vec<&Row> = rows.iter().filter(|row| row.currency == currency).collect();
            if of.is_empty() {
                continue;
            }
            let by_acquirer = self.acquirer && provider == "swedbank_pay";
            let pays = |row: &&&Row| {
                let is_theirs = by_acquirer && row.service == ACQUIRER_SERVICE;
                !matches!(row.kind, "fee" | "payout" | "postponed") && !is_theirs
            };
            let gross: i64 = of.iter().filter(pays).map(|row| row.gross_minor).sum();
            let of_rows: i64 = of.iter().filter_map(|row| row.fee_minor).sum();
            let of_kind: i64 = of.iter().filter(|row| row.kind == "fee").map(|row| -row.gross_minor).sum();
            let fee = if provider == "swedbank_pay" { gross.abs() / 40 } else { of_rows + of_kind };
            let vat = if provider == "swedbank_pay" { (fee + 2) / 4 } else { 0 };
            let brought = if self.rng.percent(10) { -self.rng.range(1, 2_000) } else { 0 };
            let off = if self.rng.percent(10) { self.rng.range(-300, 300) } else { 0 };
            let net = gross - fee - vat + brought + off;
            if !id.is_empty() && self.rng.percent(70) {
                let shown = |known: bool, amount: i64| if known { amount.to_string() } else { String::new() };
                let states_fee = self.rng.percent(90);
                let line = format!(
                    "{id},{currency},,{},{},{},{},{},{}",
                    shown(states_fee, fee),
                    shown(states_fee || self.rng.percent(50), vat),
                    shown(brought != 0, brought),
                    shown(self.rng.percent(90), net),
                    self.days[at],
                    if self.rng.percent(20) { format!("PO-{at}-{currency}77") } else { String::new() },
                );
                let when = self.later(at, 2);
                self.payouts.entry(when).or_default().push(Stated { provider, line });
            }
            self.received(at, provider, id, currency, net);
        }
    }

    fn received(&mut self, at: usize, provider: &'static str, id: &str, currency: &'static str, net: i64) {
        let payer = match provider {
            "swedbank_pay" => "PayEx Sverige AB",
            "dintero" => "Dintero AS",
            _ => "Kassa Betal AB",
        };
        let text = if self.rng.percent(75) { format!("{payer} {id}") } else { payer.to_owned() };
        let amounts = match self.rng.below(12) {
            0..=7 => vec![net],
            8 => vec![net + 15],
            9 => vec![net - net / 3, net / 3],
            _ => vec![],
        };
        for amount_minor in amounts.into_iter().filter(|amount| *amount != 0) {
            let when = self.later(at, 2);
            self.entries.entry(when).or_default().push(Entry { amount_minor, currency, text: text.clone() });
        }
    }

    fn noise(&mut self) -> Entry {
        let text = self.rng.pick(&["Rent", "Dintero AS", "PayEx", "Salary R9999-0001"]).to_owned();
        Entry { amount_minor: self.rng.range(-5_000, 5_000) * 2 + 1, currency: self.rng.pick(&CURRENCIES), text }
    }
}

/// A provider as its column names it: rows of the default one name none.
fn said(provider: &'static str) -> &'static str {
    if provider == "default" { "" } else { provider }
}

fn file(at: usize, name: &str, dataset: &'static str, text: String) -> File {
    File { path: format!("in/{at:02}-{name}.csv"), dataset, provider: "", text }
}

fn csv(provider: &'static str, id: &str, rows: &[Row], settled_on: &str) -> String {
    let mut text = ROW_HEADER.to_owned();
    for row in rows {
        let Row { gross_minor, currency, batch, operation_id, number, reference, kind, service, fee_minor } = row;
        let fee = fee_minor.map(|fee| fee.to_string()).unwrap_or_default();
        let net = fee_minor.map(|fee| (gross_minor - fee).to_string()).unwrap_or_default();
        writeln!(
            text,
            "{gross_minor},{currency},{},{id},{batch},{operation_id},{number},{reference},{kind},{fee},{net},{settled_on},{service}",
            said(provider)
        )
        .unwrap();
    }
    text
}
