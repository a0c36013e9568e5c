//! The files, row by row in shuffled order.

use super::*;

pub(super) fn write_orders(shop: &Shop, path: &Path) -> Outcome<u64> {
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

pub(super) fn order_row(file: &mut Table, order: &Order, line: u64) -> io::Result<()> {
    // Ordered an hour before it is captured.
    let ordered_at = Instant { second: order.captured_at.second - 3_600, ..order.captured_at };
    file.order_id(order).number(line + 1).number(order.gross(line)).text(order.currency);
    file.instant(ordered_at).text(PROVIDER).number(order.vat(line)).number(order.vat_rate);
    file.end_row()
}

pub(super) const OPERATION_HEADER: &str = "order_id,line_id,amount,currency,created_at,provider,\
    payee_reference,transaction_number,state,reconciliation_number";

pub(super) fn write_captures(shop: &Shop, path: &Path) -> Outcome<u64> {
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

pub(super) fn capture_row(file: &mut Table, order: &Order, line: u64) -> io::Result<()> {
    let amount = order.captured(line);
    if amount == 0 {
        return Ok(());
    }
    operation_row(file, order, line + 1, amount, order.capture_slot(line), order.captured_at)
}

pub(super) fn capture_extra(file: &mut Table, order: &Order) -> io::Result<()> {
    if order.has(LineUnknown) {
        operation_row(file, order, LINE_UNKNOWN, order.odd_amount(), SLOT_UNKNOWN_LINE, order.captured_at)
    } else if order.has(RepeatedOperation) && order.reversal == Extent::None {
        capture_row(file, order, order.line)
    } else {
        Ok(())
    }
}

pub(super) fn write_reversals(shop: &Shop, path: &Path) -> Outcome<u64> {
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

pub(super) fn reversal_row(file: &mut Table, order: &Order, line: u64) -> io::Result<()> {
    let amount = order.reversed(line);
    if amount == 0 {
        return Ok(());
    }
    operation_row(file, order, line + 1, amount, SLOT_REVERSAL, order.reversed_at)
}

pub(super) fn operation_row(
    file: &mut Table,
    order: &Order,
    line_id: u64,
    amount: u64,
    slot: u64,
    at: Instant,
) -> io::Result<()> {
    file.order_id(order).number(line_id).number(amount).text(order.currency).instant(at).text(PROVIDER);
    file.payee_reference(order, slot).number(order.transaction(slot)).text(b"Completed").number(BATCH_FIRST + at.day);
    file.end_row()
}

pub(super) fn write_settlements(shop: &Shop, path: &Path) -> Outcome<u64> {
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

pub(super) fn settled(file: &mut Table, order: &Order, operation: Option<Operation>) -> io::Result<()> {
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

pub(super) fn settled_extra(file: &mut Table, order: &Order) -> io::Result<()> {
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

pub(super) fn settlement_row(file: &mut Table, order: &Order, operation: &Operation, days_off: u64) -> io::Result<()> {
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
pub(super) fn fee_row(file: &mut Table, number: u64) -> io::Result<()> {
    let day = number % DAYS;
    file.signed(b"-", 100 + number % 900).text(b"SEK").text(PROVIDER).batch(day).text(b"").text(b"").text(b"fee");
    file.instant(Instant { day, second: 86_399 });
    file.end_row()
}

/// What a checker must find: `repeated` is no finding, but is counted all the same.
pub(super) fn write_labels(shop: &Shop, path: &Path) -> Outcome<u64> {
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
