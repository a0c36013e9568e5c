//! Writes test data of any size: a shop's orders, captures and reversals, the provider's settlement rows,
//! and `labels.csv`, which names every fault that was put in.
//!
//! Nothing is held in memory. A row is a pure function of the seed and its number, and each file visits its row
//! numbers in a shuffled order given by a permutation that is computed, not stored; so four threads write four files
//! without knowing of each other, and the same seed always gives the same bytes.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::thread;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const USAGE: &str = "usage: generate --rows N --out DIR [--seed S] [--faults PERCENT]";
const ROWS_MIN: u64 = 1_000;
const PROVIDER: &[u8] = b"swedbank_pay";

/// October has one settlement file a day. With `--as-of 2026-11-30` everything in it is past every waiting time.
const DAYS: u64 = 31;
const BATCH_FIRST: u64 = 738_480;

/// Four orders of one to four lines: a line's number gives its order by division.
const ORDERS_A_GROUP: u64 = 4;
const LINES_A_GROUP: u64 = 10;
const LINE_IN_GROUP: [(u64, u64); 10] =
    [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (3, 0), (3, 1), (3, 2), (3, 3)];

/// Rows that a group of orders comes to, times ten: for the first guess at how many orders fill the files.
const ROWS_TEN_GROUPS: u64 = 281;

// Numbers of an order's operations: captures at 0 to 3 (by line), then these.
const SLOTS_AN_ORDER: u64 = 8;
const SLOT_REVERSAL: u64 = 4;
const SLOT_UNKNOWN_LINE: u64 = 5;
const SLOT_UNKNOWN_ROW: u64 = 6;
const TRANSACTION_FIRST: u64 = 40_000_000_000;
const ORDER_FIRST: u64 = 10_000_000;
const LINE_UNKNOWN: u64 = 9;

fn main() -> Outcome<()> {
    let options = Options::from_args(std::env::args().skip(1))?;
    let shop = Shop::with_rows(&options)?;
    fs::create_dir_all(&options.out)?;
    let rows = write_all(&shop, &options.out)?;
    let total: u64 = rows.iter().sum();
    if total != options.rows {
        return Err(format!("wrote {total} rows where {} were asked for", options.rows).into());
    }
    writeln!(io::stdout(), "{total} rows in {}, {} faults", options.out.display(), shop.faults)?;
    Ok(())
}

/// One thread a file; the labels are few and come last.
fn write_all(shop: &Shop, out: &Path) -> Outcome<Vec<u64>> {
    let rows = thread::scope(|scope| {
        let threads = [
            scope.spawn(|| write_orders(shop, &out.join("orders.csv"))),
            scope.spawn(|| write_captures(shop, &out.join("captures.csv"))),
            scope.spawn(|| write_reversals(shop, &out.join("reversals.csv"))),
            scope.spawn(|| write_settlements(shop, &out.join("settlements.csv"))),
        ];
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a writer panicked")?).collect::<Outcome<Vec<u64>>>()
    })?;
    write_labels(shop, &out.join("labels.csv"))?;
    Ok(rows)
}

struct Options {
    rows: u64,
    out: PathBuf,
    seed: u64,
    faults_ppm: u64,
}

impl Options {
    fn from_args(mut args: impl Iterator<Item = String>) -> Outcome<Self> {
        let (mut rows, mut out, mut seed, mut faults_ppm) = (None, None, 1, 10_000);
        while let Some(flag) = args.next() {
            let value = args.next().ok_or(USAGE)?;
            match flag.as_str() {
                "--rows" => rows = Some(value.parse()?),
                "--out" => out = Some(PathBuf::from(value)),
                "--seed" => seed = value.parse()?,
                "--faults" => faults_ppm = parts_per_million(&value)?,
                _ => return Err(USAGE.into()),
            }
        }
        let rows = rows.ok_or(USAGE)?;
        if rows < ROWS_MIN {
            return Err(format!("--rows must be at least {ROWS_MIN}").into());
        }
        Ok(Self { rows, out: out.ok_or(USAGE)?, seed, faults_ppm })
    }
}

/// `1.25` percent is 12 500 parts in a million: decimal text, never a float.
fn parts_per_million(percent: &str) -> Outcome<u64> {
    let (whole, fraction) = percent.split_once('.').unwrap_or((percent, ""));
    if fraction.len() > 4 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("--faults takes a percentage with at most four decimals".into());
    }
    let ppm = whole.parse::<u64>()?.checked_mul(10_000).ok_or(USAGE)? + format!("{fraction:0<4}").parse::<u64>()?;
    if ppm > 1_000_000 {
        return Err("--faults is at most 100".into());
    }
    Ok(ppm)
}

// ---------------------------------------------------------------------------------------------------------------------
// Chance

/// The output function of splitmix64: a bijection that mixes every bit.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Independent draws about one thing; the second of two equal calls differs from the first.
struct Draw(u64);

impl Draw {
    fn about(seed: u64, thing: u64) -> Self {
        Self(mix(seed) ^ mix(thing.wrapping_mul(0x2545_f491_4f6c_dd1d)))
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        ((mix(self.0) >> 32) * limit) >> 32
    }
}

/// A shuffle of `0..size` that needs no memory: a Feistel network over the next power of two, applied again while
/// the outcome lies outside (which halves the odds each time, and keeps it a bijection).
struct Shuffle {
    size: u64,
    seed: u64,
    bits_right: u32,
    mask_left: u64,
    mask_right: u64,
}

impl Shuffle {
    const ROUNDS: u64 = 3;

    fn new(size: u64, seed: u64) -> Self {
        let bits = u64::BITS - size.max(4).saturating_sub(1).leading_zeros();
        let bits_right = bits / 2;
        Self { size, seed, bits_right, mask_left: (1 << (bits - bits_right)) - 1, mask_right: (1 << bits_right) - 1 }
    }

    fn place_of(&self, index: u64) -> u64 {
        let mut place = index;
        loop {
            let (mut left, mut right) = self.halves(place);
            for round in 0..Self::ROUNDS {
                left ^= self.noise(round, right) & self.mask_left;
                right ^= self.noise(!round, left) & self.mask_right;
            }
            place = left << self.bits_right | right;
            if place < self.size {
                return place;
            }
        }
    }

    fn index_of(&self, place: u64) -> u64 {
        let mut index = place;
        loop {
            let (mut left, mut right) = self.halves(index);
            for round in (0..Self::ROUNDS).rev() {
                right ^= self.noise(!round, left) & self.mask_right;
                left ^= self.noise(round, right) & self.mask_left;
            }
            index = left << self.bits_right | right;
            if index < self.size {
                return index;
            }
        }
    }

    fn halves(&self, value: u64) -> (u64, u64) {
        (value >> self.bits_right, value & self.mask_right)
    }

    fn noise(&self, round: u64, half: u64) -> u64 {
        mix(self.seed ^ round << 48 ^ half)
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// What happened in the shop

/// What can be wrong with an order; an order has at most one fault, so each is exactly one finding.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    Unsettled,
    SettledUnknown,
    SettledAmount,
    SettledTwice,
    LineUncaptured,
    LineUndercaptured,
    LineOvercaptured,
    OrderUnknown,
    LineUnknown,
    WrongBatch,
    RepeatedOrder,
    RepeatedOperation,
}

use Fault::{
    LineOvercaptured, LineUncaptured, LineUndercaptured, LineUnknown, OrderUnknown, RepeatedOperation, RepeatedOrder,
    SettledAmount, SettledTwice, SettledUnknown, Unsettled, WrongBatch,
};

const FAULTS: [Fault; 12] = [
    Unsettled,
    SettledUnknown,
    SettledAmount,
    SettledTwice,
    LineUncaptured,
    LineUndercaptured,
    LineOvercaptured,
    OrderUnknown,
    LineUnknown,
    WrongBatch,
    RepeatedOrder,
    RepeatedOperation,
];

impl Fault {
    fn code(self) -> &'static [u8] {
        match self {
            Unsettled => b"unsettled",
            SettledUnknown => b"settled-unknown",
            SettledAmount => b"settled-amount",
            SettledTwice => b"settled-twice",
            LineUncaptured => b"line-uncaptured",
            LineUndercaptured => b"line-undercaptured",
            LineOvercaptured => b"line-overcaptured",
            OrderUnknown => b"order-unknown",
            LineUnknown => b"line-unknown",
            WrongBatch => b"wrong-batch",
            RepeatedOrder | RepeatedOperation => b"repeated",
        }
    }

    /// A line that was not captured in full must not be reversed in full as well.
    fn is_about_captured(self) -> bool {
        matches!(self, LineUncaptured | LineUndercaptured | LineOvercaptured)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Capture,
    Reversal,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    None,
    Half,
    Full,
}

#[derive(Clone, Copy)]
struct Instant {
    day: u64,
    second: u64,
}

struct Order {
    number: u64,
    lines: u64,
    currency: &'static [u8],
    captured_at: Instant,
    /// One capture over all lines, with equal ids on each; otherwise each line is captured by itself.
    is_spread: bool,
    reversal: Extent,
    reversed_at: Instant,
    fault: Option<Fault>,
    /// The line that the fault or the reversal of a single line is about.
    line: u64,
    gross: [u64; 4],
    vat_rate: u64,
}

/// One capture or reversal as the provider booked it: what a settlement row is made of.
struct Operation {
    kind: Kind,
    slot: u64,
    amount: u64,
    at: Instant,
}

impl Order {
    fn lines(&self) -> std::ops::Range<u64> {
        0..self.lines
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn gross(&self, line: u64) -> u64 {
        self.gross[index(line)]
    }

    fn vat(&self, line: u64) -> u64 {
        let divisor = 10_000 + self.vat_rate;
        (self.gross(line) * self.vat_rate + divisor / 2) / divisor
    }

    /// 0 is no capture at all.
    fn captured(&self, line: u64) -> u64 {
        let gross = self.gross(line);
        match self.fault {
            Some(fault) if line != self.line || !fault.is_about_captured() => gross,
            Some(LineUncaptured) => 0,
            Some(LineUndercaptured) => gross / 2,
            Some(LineOvercaptured) => gross + gross / 4,
            _ => gross,
        }
    }

    /// A spread capture is taken back on all of its lines, a capture of one line on that line.
    fn reversed(&self, line: u64) -> u64 {
        match self.reversal {
            Extent::None => 0,
            _ if !self.is_spread && line != self.line => 0,
            Extent::Half => self.gross(line) / 2,
            Extent::Full => self.gross(line),
        }
    }

    fn capture_slot(&self, line: u64) -> u64 {
        if self.is_spread { 0 } else { line }
    }

    fn capture(&self, slot: u64) -> Option<Operation> {
        let of_slot = |line: &u64| self.capture_slot(*line) == slot;
        let amount = self.lines().filter(of_slot).map(|line| self.captured(line)).sum();
        Some(Operation { kind: Kind::Capture, slot, amount, at: self.captured_at }).filter(|_| amount > 0)
    }

    fn reversal(&self) -> Option<Operation> {
        let amount = self.lines().map(|line| self.reversed(line)).sum();
        Some(Operation { kind: Kind::Reversal, slot: SLOT_REVERSAL, amount, at: self.reversed_at })
            .filter(|_| amount > 0)
    }

    /// The operation that a fault of the settlement leg hits: the reversal where there is one.
    fn faulty_slot(&self) -> u64 {
        if self.reversal == Extent::None { self.capture_slot(self.line) } else { SLOT_REVERSAL }
    }

    fn is_hit(&self, operation: &Operation, fault: Fault) -> bool {
        self.has(fault) && operation.slot == self.faulty_slot()
    }

    /// A sum that looks like money but belongs to no line.
    fn odd_amount(&self) -> u64 {
        100 + self.gross(self.line) / 3
    }

    fn transaction(&self, slot: u64) -> u64 {
        TRANSACTION_FIRST + self.number * SLOTS_AN_ORDER + slot
    }

    fn rows(&self) -> u64 {
        let orders = if self.has(OrderUnknown) { 0 } else { self.lines };
        let captures = self.lines().filter(|line| self.captured(*line) > 0).count();
        let reversals = self.lines().filter(|line| self.reversed(*line) > 0).count();
        let operations =
            self.lines().filter(|slot| self.capture(*slot).is_some()).count() + usize::from(self.reversal().is_some());
        let extra = match self.fault {
            Some(Unsettled) => return orders + count(captures + reversals + operations) - 1,
            Some(SettledUnknown | SettledTwice | RepeatedOrder | RepeatedOperation) => 1,
            Some(LineUnknown) => 2,
            _ => 0,
        };
        orders + count(captures + reversals + operations) + extra
    }
}

/// All orders, and which of them are faulty; every row follows from it.
struct Shop {
    seed: u64,
    orders: u64,
    faults: u64,
    /// Rows of kind `fee`, which fill the settlement files up to the asked number of rows.
    fees: u64,
    /// Maps the number of a fault to the order that has it.
    faulty: Shuffle,
}

impl Shop {
    fn new(seed: u64, orders: u64, faults_ppm: u64) -> Self {
        let faults = orders * faults_ppm / 1_000_000;
        Self { seed, orders, faults, fees: 0, faulty: Shuffle::new(orders, mix(seed ^ 0xfa)) }
    }

    /// As many orders as fit, and at least one fee row a day, so that every batch stands on some row.
    fn with_rows(options: &Options) -> Outcome<Self> {
        let mut groups = options.rows * 10 / ROWS_TEN_GROUPS;
        while groups > 0 {
            let shop = Self::new(options.seed, groups * ORDERS_A_GROUP, options.faults_ppm);
            let rows: u64 = (0..shop.orders).map(|number| shop.order(number).rows()).sum();
            if rows + DAYS <= options.rows {
                return Ok(Self { fees: options.rows - rows, ..shop });
            }
            groups -= 1 + (rows + DAYS - options.rows) * 10 / ROWS_TEN_GROUPS;
        }
        Err("too few rows for one group of orders".into())
    }

    fn lines(&self) -> u64 {
        self.orders / ORDERS_A_GROUP * LINES_A_GROUP
    }

    fn line(&self, number: u64) -> (Order, u64) {
        let (order, line) = LINE_IN_GROUP[index(number % LINES_A_GROUP)];
        (self.order(number / LINES_A_GROUP * ORDERS_A_GROUP + order), line)
    }

    fn fault(&self, order: u64) -> Option<Fault> {
        let number = self.faulty.index_of(order);
        (number < self.faults).then(|| FAULTS[index(number) % FAULTS.len()])
    }

    fn faulty_order(&self, fault: u64) -> Order {
        self.order(self.faulty.place_of(fault))
    }

    fn order(&self, number: u64) -> Order {
        let mut draw = Draw::about(self.seed, number);
        let lines = 1 + number % ORDERS_A_GROUP;
        let (currency, vat_rate) = match draw.below(100) {
            0..=3 => (b"EUR", 2_500),
            4..=9 => (b"NOK", 2_500),
            10..=24 => (b"SEK", 1_200),
            _ => (b"SEK", 2_500),
        };
        let captured_at = Instant { day: draw.below(DAYS), second: 3_600 + draw.below(80_000) };
        let fault = self.fault(number);
        let reversal = match draw.below(20) {
            _ if fault.is_some_and(Fault::is_about_captured) => Extent::None,
            0 => Extent::Half,
            1 => Extent::Full,
            _ => Extent::None,
        };
        let reversed_day = (captured_at.day + draw.below(8)).min(DAYS - 1);
        Order {
            number,
            lines,
            currency,
            captured_at,
            is_spread: draw.below(2) == 0,
            reversal,
            reversed_at: Instant { day: reversed_day, second: captured_at.second + 1 + draw.below(2_000) },
            fault,
            line: draw.below(lines),
            gross: std::array::from_fn(|_| price(&mut draw)),
            vat_rate,
        }
    }
}

/// From 10.00 to 5 109.99, most of them small.
fn price(draw: &mut Draw) -> u64 {
    let limit = [20_000, 50_000, 100_000, 510_000][index(draw.below(4))];
    1_000 + draw.below(limit)
}

// ---------------------------------------------------------------------------------------------------------------------
// Files

fn write_orders(shop: &Shop, path: &Path) -> Outcome<u64> {
    let header = "order_id,line_id,gross_amount,currency,created_at,provider,vat_amount,vat_rate";
    let mut file = Table::create(path, header)?;
    let shuffle = Shuffle::new(shop.lines() + shop.faults, mix(shop.seed ^ 1));
    for place in 0..shuffle.size {
        let number = shuffle.place_of(place);
        if number < shop.lines() {
            let (order, line) = shop.line(number);
            if !order.has(OrderUnknown) {
                order_row(&mut file, &order, line)?;
            }
        } else {
            let order = shop.faulty_order(number - shop.lines());
            if order.has(RepeatedOrder) {
                order_row(&mut file, &order, order.line)?;
            }
        }
    }
    file.finish()
}

fn order_row(file: &mut Table, order: &Order, line: u64) -> io::Result<()> {
    // Ordered an hour before it is captured.
    let ordered_at = Instant { second: order.captured_at.second - 3_600, ..order.captured_at };
    file.order_id(order).number(line + 1).number(order.gross(line)).text(order.currency);
    file.instant(ordered_at).text(PROVIDER).number(order.vat(line)).number(order.vat_rate);
    file.end_row()
}

const OPERATION_HEADER: &str = "order_id,line_id,amount,currency,created_at,provider,\
    payee_reference,transaction_number,state,reconciliation_number";

fn write_captures(shop: &Shop, path: &Path) -> Outcome<u64> {
    let mut file = Table::create(path, OPERATION_HEADER)?;
    let shuffle = Shuffle::new(shop.lines() + shop.faults, mix(shop.seed ^ 2));
    for place in 0..shuffle.size {
        let number = shuffle.place_of(place);
        if number < shop.lines() {
            let (order, line) = shop.line(number);
            capture_row(&mut file, &order, line)?;
        } else {
            capture_extra(&mut file, &shop.faulty_order(number - shop.lines()))?;
        }
    }
    file.finish()
}

fn capture_row(file: &mut Table, order: &Order, line: u64) -> io::Result<()> {
    let amount = order.captured(line);
    if amount == 0 {
        return Ok(());
    }
    operation_row(file, order, line + 1, amount, order.capture_slot(line), order.captured_at)
}

fn capture_extra(file: &mut Table, order: &Order) -> io::Result<()> {
    if order.has(LineUnknown) {
        operation_row(file, order, LINE_UNKNOWN, order.odd_amount(), SLOT_UNKNOWN_LINE, order.captured_at)
    } else if order.has(RepeatedOperation) && order.reversal == Extent::None {
        capture_row(file, order, order.line)
    } else {
        Ok(())
    }
}

fn write_reversals(shop: &Shop, path: &Path) -> Outcome<u64> {
    let mut file = Table::create(path, OPERATION_HEADER)?;
    let shuffle = Shuffle::new(shop.lines() + shop.faults, mix(shop.seed ^ 3));
    for place in 0..shuffle.size {
        let number = shuffle.place_of(place);
        if number < shop.lines() {
            let (order, line) = shop.line(number);
            reversal_row(&mut file, &order, line)?;
        } else {
            let order = shop.faulty_order(number - shop.lines());
            if order.has(RepeatedOperation) {
                reversal_row(&mut file, &order, order.line)?;
            }
        }
    }
    file.finish()
}

fn reversal_row(file: &mut Table, order: &Order, line: u64) -> io::Result<()> {
    let amount = order.reversed(line);
    if amount == 0 {
        return Ok(());
    }
    operation_row(file, order, line + 1, amount, SLOT_REVERSAL, order.reversed_at)
}

fn operation_row(file: &mut Table, order: &Order, line_id: u64, amount: u64, slot: u64, at: Instant) -> io::Result<()> {
    file.order_id(order).number(line_id).number(amount).text(order.currency).instant(at).text(PROVIDER);
    file.payee_reference(order, slot).number(order.transaction(slot)).text(b"Completed").number(BATCH_FIRST + at.day);
    file.end_row()
}

fn write_settlements(shop: &Shop, path: &Path) -> Outcome<u64> {
    let header = "gross_amount,currency,provider,settlement_id,reconciliation_number,\
        transaction_number,payee_reference,kind,created_at";
    let mut file = Table::create(path, header)?;
    let captures = shop.lines();
    let reversals = captures + shop.orders;
    let extras = reversals + shop.faults;
    let shuffle = Shuffle::new(extras + shop.fees, mix(shop.seed ^ 4));
    for place in 0..shuffle.size {
        let number = shuffle.place_of(place);
        if number < captures {
            let (order, line) = shop.line(number);
            settled(&mut file, &order, order.capture(line))?;
        } else if number < reversals {
            let order = shop.order(number - captures);
            settled(&mut file, &order, order.reversal())?;
        } else if number < extras {
            settled_extra(&mut file, &shop.faulty_order(number - reversals))?;
        } else {
            fee_row(&mut file, number - extras)?;
        }
    }
    file.finish()
}

fn settled(file: &mut Table, order: &Order, operation: Option<Operation>) -> io::Result<()> {
    let Some(operation) = operation else {
        return Ok(());
    };
    if order.is_hit(&operation, Unsettled) {
        return Ok(());
    }
    let amount = operation.amount + if order.is_hit(&operation, SettledAmount) { 1 + order.vat(order.line) } else { 0 };
    let days_off = u64::from(order.is_hit(&operation, WrongBatch));
    settlement_row(file, order, &Operation { amount, ..operation }, days_off)
}

fn settled_extra(file: &mut Table, order: &Order) -> io::Result<()> {
    let odd = |slot| Operation { kind: Kind::Capture, slot, amount: order.odd_amount(), at: order.captured_at };
    match order.fault {
        Some(LineUnknown) => settlement_row(file, order, &odd(SLOT_UNKNOWN_LINE), 0),
        Some(SettledUnknown) => settlement_row(file, order, &odd(SLOT_UNKNOWN_ROW), 0),
        Some(SettledTwice) => {
            let operation = order.reversal().or_else(|| order.capture(order.faulty_slot()));
            // Every other one again in the same file, the rest in the file of the next day.
            operation.map_or(Ok(()), |operation| settlement_row(file, order, &operation, order.number / 4 % 2))
        }
        _ => Ok(()),
    }
}

fn settlement_row(file: &mut Table, order: &Order, operation: &Operation, days_off: u64) -> io::Result<()> {
    let (sign, kind): (&[u8], &[u8]) = match operation.kind {
        Kind::Capture => (b"", b"capture"),
        Kind::Reversal => (b"-", b"reversal"),
    };
    file.signed(sign, operation.amount).text(order.currency).text(PROVIDER);
    file.batch((operation.at.day + days_off) % DAYS).number(order.transaction(operation.slot));
    file.payee_reference(order, operation.slot).text(kind).instant(operation.at);
    file.end_row()
}

/// What the provider charges for a day: in the file, but no movement of an order.
fn fee_row(file: &mut Table, number: u64) -> io::Result<()> {
    let day = number % DAYS;
    file.signed(b"-", 100 + number % 900).text(b"SEK").text(PROVIDER).batch(day).text(b"").text(b"").text(b"fee");
    file.instant(Instant { day, second: 86_399 });
    file.end_row()
}

/// What a checker must find: `repeated` is no finding, but is counted all the same.
fn write_labels(shop: &Shop, path: &Path) -> Outcome<u64> {
    let mut file = Table::create(path, "code,order_id,line_id,transaction_number")?;
    for number in 0..shop.faults {
        let order = shop.faulty_order(number);
        let Some(fault) = order.fault else { continue };
        file.text(fault.code()).order_id(&order);
        match fault {
            LineUncaptured | LineUndercaptured | LineOvercaptured | RepeatedOrder => {
                file.number(order.line + 1).text(b"");
            }
            LineUnknown => {
                file.number(LINE_UNKNOWN).number(order.transaction(SLOT_UNKNOWN_LINE));
            }
            RepeatedOperation => {
                file.number(order.line + 1).number(order.transaction(order.faulty_slot()));
            }
            OrderUnknown => {
                file.text(b"").text(b"");
            }
            SettledUnknown => {
                file.text(b"").number(order.transaction(SLOT_UNKNOWN_ROW));
            }
            Unsettled | SettledAmount | SettledTwice | WrongBatch => {
                file.text(b"").number(order.transaction(order.faulty_slot()));
            }
        }
        file.end_row()?;
    }
    file.finish()
}

// ---------------------------------------------------------------------------------------------------------------------
// Bytes

/// A CSV file under way. Fields are digits and plain letters, so none needs quotes.
struct Table {
    out: BufWriter<File>,
    row: Vec<u8>,
    rows: u64,
}

impl Table {
    fn create(path: &Path, header: &str) -> Outcome<Self> {
        let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
        writeln!(out, "{header}")?;
        Ok(Self { out, row: Vec::with_capacity(256), rows: 0 })
    }

    fn text(&mut self, text: &[u8]) -> &mut Self {
        self.row.extend_from_slice(text);
        self.comma()
    }

    fn number(&mut self, number: u64) -> &mut Self {
        self.digits(number, 1);
        self.comma()
    }

    fn signed(&mut self, sign: &[u8], number: u64) -> &mut Self {
        self.row.extend_from_slice(sign);
        self.number(number)
    }

    fn order_id(&mut self, order: &Order) -> &mut Self {
        self.row.push(b'W');
        self.number(ORDER_FIRST + order.number)
    }

    fn payee_reference(&mut self, order: &Order, slot: u64) -> &mut Self {
        self.row.push(b'P');
        self.digits(ORDER_FIRST + order.number, 1);
        self.number(slot)
    }

    /// The settlement file of a day and the reconciliation number that goes with it.
    fn batch(&mut self, day: u64) -> &mut Self {
        self.row.extend_from_slice(b"R1234-");
        self.digits(day + 1, 4);
        self.comma().number(BATCH_FIRST + day)
    }

    fn instant(&mut self, at: Instant) -> &mut Self {
        self.row.extend_from_slice(b"2026-10-");
        self.digits(at.day + 1, 2);
        for (mark, part) in [(b'T', at.second / 3_600), (b':', at.second / 60 % 60), (b':', at.second % 60)] {
            self.row.push(mark);
            self.digits(part, 2);
        }
        self.row.push(b'Z');
        self.comma()
    }

    fn digits(&mut self, mut number: u64, width_min: usize) {
        let mut digits = [b'0'; 20];
        let mut start = digits.len();
        while number > 0 || digits.len() - start < width_min {
            start -= 1;
            digits[start] = b"0123456789"[index(number % 10)];
            number /= 10;
        }
        self.row.extend_from_slice(&digits[start..]);
    }

    fn comma(&mut self) -> &mut Self {
        self.row.push(b',');
        self
    }

    fn end_row(&mut self) -> io::Result<()> {
        // The comma after the last field.
        self.row.pop();
        self.row.push(b'\n');
        self.out.write_all(&self.row)?;
        self.row.clear();
        self.rows += 1;
        Ok(())
    }

    fn finish(mut self) -> Outcome<u64> {
        self.out.flush()?;
        Ok(self.rows)
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).expect("an index fits the address space")
}

fn count(number: usize) -> u64 {
    u64::try_from(number).expect("a count fits 64 bits")
}
