//! The shop: orders, their operations and their one fault at most, each made from its number alone.

use super::*;

/// What can be wrong with an order; an order has at most one fault, so each is exactly one finding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
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

pub(super) use Fault::{
    LineOvercaptured, LineUncaptured, LineUndercaptured, LineUnknown, OrderUnknown, RepeatedOperation, RepeatedOrder,
    SettledAmount, SettledTwice, SettledUnknown, Unsettled, WrongBatch,
};

pub(super) const FAULTS: [Fault; 12] = [
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
    pub(super) fn code(self) -> &'static [u8] {
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
    pub(super) fn is_about_captured(self) -> bool {
        matches!(self, LineUncaptured | LineUndercaptured | LineOvercaptured)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Capture,
    Reversal,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    None,
    Half,
    Full,
}

#[derive(Clone, Copy)]
pub(super) struct Instant {
    pub(super) day: u64,
    pub(super) second: u64,
}

pub(super) struct Order {
    pub(super) number: u64,
    pub(super) lines: u64,
    pub(super) currency: &'static [u8],
    pub(super) captured_at: Instant,
    /// One capture over all lines, with equal ids on each; otherwise each line is captured by itself.
    pub(super) is_spread: bool,
    pub(super) reversal: Extent,
    pub(super) reversed_at: Instant,
    pub(super) fault: Option<Fault>,
    /// The line that the fault or the reversal of a single line is about.
    pub(super) line: u64,
    pub(super) gross: [u64; 4],
    pub(super) vat_rate: u64,
}

/// One capture or reversal as the provider booked it: what a settlement row is made of.
pub(super) struct Operation {
    pub(super) kind: Kind,
    pub(super) slot: u64,
    pub(super) amount: u64,
    pub(super) at: Instant,
}

impl Order {
    pub(super) fn lines(&self) -> std::ops::Range<u64> {
        0..self.lines
    }

    pub(super) fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    pub(super) fn gross(&self, line: u64) -> u64 {
        self.gross[index(line)]
    }

    pub(super) fn vat(&self, line: u64) -> u64 {
        let divisor = 10_000 + self.vat_rate;
        (self.gross(line) * self.vat_rate + divisor / 2) / divisor
    }

    /// 0 is no capture at all.
    pub(super) fn captured(&self, line: u64) -> u64 {
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
    pub(super) fn reversed(&self, line: u64) -> u64 {
        match self.reversal {
            Extent::None => 0,
            _ if !self.is_spread && line != self.line => 0,
            Extent::Half => self.gross(line) / 2,
            Extent::Full => self.gross(line),
        }
    }

    pub(super) fn capture_slot(&self, line: u64) -> u64 {
        if self.is_spread { 0 } else { line }
    }

    pub(super) fn capture(&self, slot: u64) -> Option<Operation> {
        let of_slot = |line: &u64| self.capture_slot(*line) == slot;
        let amount = self.lines().filter(of_slot).map(|line| self.captured(line)).sum();
        Some(Operation { kind: Kind::Capture, slot, amount, at: self.captured_at }).filter(|_| amount > 0)
    }

    pub(super) fn reversal(&self) -> Option<Operation> {
        let amount = self.lines().map(|line| self.reversed(line)).sum();
        Some(Operation { kind: Kind::Reversal, slot: SLOT_REVERSAL, amount, at: self.reversed_at })
            .filter(|_| amount > 0)
    }

    /// The operation that a fault of the settlement leg hits: the reversal where there is one.
    pub(super) fn faulty_slot(&self) -> u64 {
        if self.reversal == Extent::None { self.capture_slot(self.line) } else { SLOT_REVERSAL }
    }

    pub(super) fn is_hit(&self, operation: &Operation, fault: Fault) -> bool {
        self.has(fault) && operation.slot == self.faulty_slot()
    }

    /// A sum that looks like money but belongs to no line.
    pub(super) fn odd_amount(&self) -> u64 {
        100 + self.gross(self.line) / 3
    }

    pub(super) fn transaction(&self, slot: u64) -> u64 {
        TRANSACTION_FIRST + self.number * SLOTS_AN_ORDER + slot
    }

    pub(super) fn rows(&self) -> u64 {
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
pub(super) struct Shop {
    pub(super) seed: u64,
    pub(super) orders: u64,
    pub(super) faults: u64,
    /// Rows of kind `fee`, which fill the settlement files up to the asked number of rows.
    pub(super) fees: u64,
    /// Maps the number of a fault to the order that has it.
    pub(super) faulty: Shuffle,
}

impl Shop {
    pub(super) fn new(seed: u64, orders: u64, faults_ppm: u64) -> Self {
        let faults = orders * faults_ppm / 1_000_000;
        Self { seed, orders, faults, fees: 0, faulty: Shuffle::new(orders, mix(seed ^ 0xfa)) }
    }

    /// As many orders as fit, and at least one fee row a day, so that every batch stands on some row.
    pub(super) fn with_rows(options: &Options) -> Outcome<Self> {
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

    pub(super) fn lines(&self) -> u64 {
        self.orders / ORDERS_A_GROUP * LINES_A_GROUP
    }

    pub(super) fn line(&self, number: u64) -> (Order, u64) {
        let (order, line) = LINE_IN_GROUP[index(number % LINES_A_GROUP)];
        (self.order(number / LINES_A_GROUP * ORDERS_A_GROUP + order), line)
    }

    pub(super) fn fault(&self, order: u64) -> Option<Fault> {
        let number = self.faulty.index_of(order);
        (number < self.faults).then(|| FAULTS[index(number) % FAULTS.len()])
    }

    pub(super) fn faulty_order(&self, fault: u64) -> Order {
        self.order(self.faulty.place_of(fault))
    }

    pub(super) fn order(&self, number: u64) -> Order {
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
pub(super) fn price(draw: &mut Draw) -> u64 {
    let limit = [20_000, 50_000, 100_000, 510_000][index(draw.below(4))];
    1_000 + draw.below(limit)
}
