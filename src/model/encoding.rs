//! Compact records as bytes, on their way to a shard: flags, what every record has at fixed places, then what the flags announce.
//!
//! The records of the order shards are here, those of the key shards in `keyed`. An operation is written from its parts, and an order
//! record of the usual form is read in parts too ([`parts`]).
//!
//! Amounts take four bytes where all of a record fit them, as nearly all do, and eight otherwise; a sum may take sixteen.

pub mod parts;

use super::codec::Reader;
use super::compact::{KeyHash, Keys, LineRec, OperationRow, Statements, identity_of, identity_of_keys};
use super::currency::Currency;
use super::names::NameId;
use super::origin::Origin;
use super::record::Dataset;

mod keyed;
mod keys;
pub use keyed::{KeyHead, is_settled, pass_key_record, read_key_record};
pub use keys::{KEY_ROOM_LEN, KeyBytes};

const REVERSALS: u8 = 1;
/// Provider and currency of an order record take a byte each.
const SHORT_NAMES: u8 = 2;
const LINE: u8 = 4;
const COMPLETED: u8 = 8;
const HAS_VAT: u8 = 16;
const HAS_RECONCILIATION: u8 = 32;
const HAS_TOTAL: u8 = 64;
const HAS_LINE: u8 = 128;

const IS_REVERSAL: u8 = 1;
const HAS_RATE: u8 = 2;
const HAS_RELATED: u8 = 4;
const WIDE_LINE: u8 = 8;
/// The first of four bits, one a statement.
const FIRST_STATEMENT: u8 = 16;

/// The bits below are the keys, one each.
const HAS_IDENTITY: u8 = 16;
/// The key that names the operation is its identity too, which is made of it again.
const KEY_IS_IDENTITY: u8 = 32;
const WIDE: u8 = 64;
/// A byte of marks ends the record.
const MARKED: u8 = 128;
const REFERENCE_MALFORMED: u8 = 1;
const RECORDED_ONLY: u8 = 2;

fn flag(on: bool, bit: u8) -> u8 {
    if on { bit } else { 0 }
}

/// Which of the four keys are there: a bit each, by [`super::compact::KeyKind::index`].
#[inline(always)]
#[must_use]
pub fn key_bits(keys: &Keys) -> u8 {
    // By hand, as below: a loop over four makes a list of them in memory.
    let [a, b, c, d] = keys;
    flag(a.is_some(), 1) | flag(b.is_some(), 2) | flag(c.is_some(), 4) | flag(d.is_some(), 8)
}

#[inline(always)]
fn put_keys(out: &mut Vec<u8>, keys: &Keys) {
    let mut put = |key: &Option<KeyHash>| {
        if let Some(key) = key {
            out.extend_from_slice(&key.get().to_le_bytes());
        }
    };
    let [a, b, c, d] = keys;
    put(a);
    put(b);
    put(c);
    put(d);
}

fn is_wide(amount: i64) -> bool {
    i32::try_from(amount).is_err()
}

/// Appends an amount, in eight bytes where the record is wide; otherwise all of its amounts fit four.
#[inline(always)]
fn put_amount(out: &mut Vec<u8>, amount: i64, wide: bool) {
    if wide {
        out.extend_from_slice(&amount.to_le_bytes());
    } else {
        out.extend_from_slice(&narrow(amount));
    }
}

/// The bytes of an amount that fits four.
#[inline(always)]
fn narrow(amount: i64) -> [u8; 4] {
    let [a, b, c, d, ..] = amount.to_le_bytes();
    [a, b, c, d]
}

#[inline]
fn read_amount(reader: &mut Reader<'_>, wide: bool) -> i64 {
    if wide { reader.fixed_u64().cast_signed() } else { i64::from(reader.fixed_u32().cast_signed()) }
}

/// Provider and currency as a byte each, where they are short: a run has few providers, and most currencies are.
#[inline]
fn short_names(provider: NameId, currency: Currency) -> Option<[u8; 2]> {
    Some([u8::try_from(provider.0).ok()?, u8::try_from(currency.0).ok()?])
}

#[inline]
fn put_names(out: &mut Vec<u8>, provider: NameId, currency: Currency) {
    match short_names(provider, currency) {
        Some(short) => out.extend_from_slice(&short),
        None => {
            out.extend_from_slice(&provider.0.to_le_bytes());
            out.extend_from_slice(&currency.0.to_le_bytes());
        }
    }
}

#[inline]
fn read_names(reader: &mut Reader<'_>, short: bool) -> (NameId, Currency) {
    if short {
        let [provider, currency] = reader.fixed();
        return (NameId(provider.into()), Currency(currency.into()));
    }
    (NameId(reader.fixed_u32()), Currency(reader.fixed_u16()))
}

/// Length, flags, order, content and origin of an order record.
const ORDER_HEAD_LEN: usize = 3 + 16 + 8 + 8;

/// Appends what every order record begins with: length, flags, order, content, origin, provider, currency, and the line that most
/// records have.
#[inline(always)]
fn put_order_head(
    out: &mut Vec<u8>,
    (head, more): (u8, u8),
    order: u128,
    (content, origin): (u64, Origin),
    (provider, currency): (NameId, Currency),
    line: Option<u64>,
) {
    let short = short_names(provider, currency);
    let mut bytes = [0; ORDER_HEAD_LEN + 2 + 8];
    bytes[1] = head | flag(short.is_some(), SHORT_NAMES);
    bytes[2] = more;
    bytes[3..19].copy_from_slice(&order.to_le_bytes());
    bytes[19..27].copy_from_slice(&content.to_le_bytes());
    bytes[27..35].copy_from_slice(&origin.0.to_le_bytes());
    if let (Some(short), Some(line)) = (short, line) {
        // As nearly all records are: in one piece.
        bytes[ORDER_HEAD_LEN..ORDER_HEAD_LEN + 2].copy_from_slice(&short);
        bytes[ORDER_HEAD_LEN + 2..].copy_from_slice(&line.to_le_bytes());
        out.extend_from_slice(&bytes);
        return;
    }
    out.extend_from_slice(&bytes[..ORDER_HEAD_LEN]);
    put_names(out, provider, currency);
    if let Some(line) = line {
        out.extend_from_slice(&line.to_le_bytes());
    }
}

/// Writes the length of an order record, without its own byte, into the byte that was left for it at its start.
#[inline(always)]
fn put_len(out: &mut [u8], start: usize) {
    // The longest has 43 bytes of head, 80 of hashes and 56 of amounts.
    let len = u8::try_from(out.len() - start - 1).expect("an order record is shorter than 256 bytes");
    out[start] = len;
}

/// The order of the next record of an order shard, which is passed over.
#[inline]
pub fn pass_order_record(reader: &mut Reader<'_>) -> u128 {
    let len = usize::from(reader.byte());
    let mut record = reader.take(len);
    record.take(2);
    record.fixed_u128()
}

impl LineRec {
    /// Appends the record.
    #[inline(always)]
    pub fn put(&self, out: &mut Vec<u8>) {
        let wide = [self.gross_minor, self.vat_minor.unwrap_or(0), self.vat_rate_bp.unwrap_or(0)].map(is_wide);
        let mut wide = wide[0] | wide[1] | wide[2];
        let has_statements = !self.statements.is_empty();
        let statements = self.statements.fields();
        if has_statements {
            wide |= statements.iter().flatten().any(|amount| is_wide(*amount));
        }
        let head = LINE | flag(self.vat_minor.is_some(), HAS_VAT);
        let mut more = flag(self.is_reversal, IS_REVERSAL)
            | flag(self.vat_rate_bp.is_some(), HAS_RATE)
            | flag(self.related.is_some(), HAS_RELATED)
            | flag(wide, WIDE_LINE);
        if has_statements {
            for (bit, statement) in statements.iter().enumerate() {
                more |= flag(statement.is_some(), FIRST_STATEMENT << bit);
            }
        }
        let start = out.len();
        let place = (self.content, self.origin);
        put_order_head(out, (head, more), self.order, place, (self.provider, self.currency), Some(self.line));
        if let Some(related) = self.related {
            out.extend_from_slice(&related.to_le_bytes());
        }
        if let (Some(vat_minor), Some(vat_rate_bp), false) = (self.vat_minor, self.vat_rate_bp, wide) {
            // As most lines are: in one piece.
            out.extend_from_slice([self.gross_minor, vat_minor, vat_rate_bp].map(narrow).as_flattened());
        } else {
            put_amount(out, self.gross_minor, wide);
            for amount in [self.vat_minor, self.vat_rate_bp].into_iter().flatten() {
                put_amount(out, amount, wide);
            }
        }
        if has_statements {
            for amount in statements.into_iter().flatten() {
                put_amount(out, amount, wide);
            }
        }
        put_len(out, start);
    }
}

impl OperationRow {
    /// Appends the record.
    #[inline(always)]
    pub fn put(&self, out: &mut Vec<u8>) {
        let wide = [self.amount_minor, self.vat_minor.unwrap_or(0), self.stated_total_minor.unwrap_or(0)].map(is_wide);
        let wide = wide[0] | wide[1] | wide[2];
        let head = flag(self.dataset == Dataset::Reversals, REVERSALS)
            | flag(self.completed, COMPLETED)
            | flag(self.vat_minor.is_some(), HAS_VAT)
            | flag(self.reconciliation.is_some(), HAS_RECONCILIATION)
            | flag(self.stated_total_minor.is_some(), HAS_TOTAL)
            | flag(self.line.is_some(), HAS_LINE);
        let marks = flag(self.reference_malformed, REFERENCE_MALFORMED) | flag(self.recorded_only, RECORDED_ONLY);
        let implied = self.identity.is_some() && self.identity == identity_of_keys(&self.keys);
        let identity = self.identity.filter(|_| !implied);
        let more = key_bits(&self.keys)
            | flag(identity.is_some(), HAS_IDENTITY)
            | flag(implied, KEY_IS_IDENTITY)
            | flag(wide, WIDE)
            | flag(marks != 0, MARKED);
        let start = out.len();
        let place = (self.content, self.origin);
        put_order_head(out, (head, more), self.order, place, (self.provider, self.currency), self.line);
        if let Some(identity) = identity {
            out.extend_from_slice(&identity.to_le_bytes());
        }
        put_keys(out, &self.keys);
        if let Some(number) = self.reconciliation {
            out.extend_from_slice(&number.0.to_le_bytes());
        }
        put_amount(out, self.amount_minor, wide);
        for amount in [self.vat_minor, self.stated_total_minor].into_iter().flatten() {
            put_amount(out, amount, wide);
        }
        if marks != 0 {
            out.push(marks);
        }
        put_len(out, start);
    }
}

fn read_dataset(head: u8) -> Dataset {
    if head & REVERSALS == 0 { Dataset::Captures } else { Dataset::Reversals }
}

#[inline]
fn read_statements(reader: &mut Reader<'_>, more: u8) -> Statements {
    if more < FIRST_STATEMENT {
        return Statements::default();
    }
    let [order_amount_minor, cancelled_minor, remaining_capture_minor, remaining_reversal_minor] = [0, 1, 2, 3]
        .map(|bit| (more & (FIRST_STATEMENT << bit) != 0).then(|| read_amount(reader, more & WIDE_LINE != 0)));
    Statements { order_amount_minor, cancelled_minor, remaining_capture_minor, remaining_reversal_minor }
}

/// What [`put_order_head`] wrote.
#[derive(Debug, Clone, Copy)]
struct OrderHead {
    head: u8,
    more: u8,
    order: u128,
    content: u64,
    origin: Origin,
    provider: NameId,
    currency: Currency,
}

// Always: who asks for a few of the fields does not decode the others then.
#[inline(always)]
fn read_order_head(reader: &mut Reader<'_>) -> OrderHead {
    // At once: whether there are so many bytes is asked once.
    let mut fixed = reader.take(ORDER_HEAD_LEN);
    let [_len, head, more] = fixed.fixed();
    let (order, content, origin) = (fixed.fixed_u128(), fixed.fixed_u64(), Origin(fixed.fixed_u64()));
    let (provider, currency) = read_names(reader, head & SHORT_NAMES != 0);
    OrderHead { head, more, order, content, origin, provider, currency }
}

// Always: who asks for a few of the fields does not decode the others then.
#[inline(always)]
fn read_line(head: &OrderHead, reader: &mut Reader<'_>) -> LineRec {
    let OrderHead { head, more, order, content, origin, provider, currency } = *head;
    let wide = more & WIDE_LINE != 0;
    LineRec {
        order,
        content,
        origin,
        provider,
        currency,
        line: reader.fixed_u64(),
        related: (more & HAS_RELATED != 0).then(|| reader.fixed_u64()),
        is_reversal: more & IS_REVERSAL != 0,
        gross_minor: read_amount(reader, wide),
        vat_minor: (head & HAS_VAT != 0).then(|| read_amount(reader, wide)),
        vat_rate_bp: (more & HAS_RATE != 0).then(|| read_amount(reader, wide)),
        statements: read_statements(reader, more),
    }
}

/// What a row has behind its head; of its keys the bytes.
struct RowParts<'a> {
    line: Option<u64>,
    identity: Option<u64>,
    keys: KeyBytes<'a>,
    reconciliation: Option<NameId>,
    amount_minor: i64,
    vat_minor: Option<i64>,
    stated_total_minor: Option<i64>,
    marks: u8,
}

// Always: who asks for a few of the fields does not decode the others then.
#[inline(always)]
fn read_row_parts<'a>(head: &OrderHead, reader: &mut Reader<'a>) -> RowParts<'a> {
    let OrderHead { head, more, .. } = *head;
    let wide = more & WIDE != 0;
    let line = (head & HAS_LINE != 0).then(|| reader.fixed_u64());
    let stated = (more & HAS_IDENTITY != 0).then(|| reader.fixed_u64());
    let keys = KeyBytes::read(more, reader);
    RowParts {
        line,
        identity: if more & KEY_IS_IDENTITY == 0 { stated } else { identity_of(|kind| keys.key(kind)) },
        keys,
        reconciliation: (head & HAS_RECONCILIATION != 0).then(|| NameId(reader.fixed_u32())),
        amount_minor: read_amount(reader, wide),
        vat_minor: (head & HAS_VAT != 0).then(|| read_amount(reader, wide)),
        stated_total_minor: (head & HAS_TOTAL != 0).then(|| read_amount(reader, wide)),
        marks: if more & MARKED == 0 { 0 } else { reader.byte() },
    }
}

#[inline]
fn read_row(head: &OrderHead, reader: &mut Reader<'_>) -> OperationRow {
    let parts = read_row_parts(head, reader);
    OperationRow {
        order: head.order,
        content: head.content,
        origin: head.origin,
        provider: head.provider,
        currency: head.currency,
        dataset: read_dataset(head.head),
        line: parts.line,
        identity: parts.identity,
        completed: head.head & COMPLETED != 0,
        keys: parts.keys.decoded(),
        reconciliation: parts.reconciliation,
        amount_minor: parts.amount_minor,
        vat_minor: parts.vat_minor,
        stated_total_minor: parts.stated_total_minor,
        reference_malformed: parts.marks & REFERENCE_MALFORMED != 0,
        recorded_only: parts.marks & RECORDED_ONLY != 0,
    }
}

/// Reads the next record of an order shard to the others of its side: a record is large, and is made where it stays.
#[inline]
pub fn read_order_record(reader: &mut Reader<'_>, lines: &mut Vec<LineRec>, rows: &mut Vec<OperationRow>) {
    let head = read_order_head(reader);
    if head.head & LINE == 0 {
        rows.push(read_row(&head, reader));
    } else {
        lines.push(read_line(&head, reader));
    }
}

#[cfg(test)]
mod tests;
