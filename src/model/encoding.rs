//! Compact records as bytes, on their way to a shard: flags, what every record has at fixed places, then what the flags announce.
//!
//! Amounts take four bytes where all of a record fit them, as nearly all do, and eight otherwise; a sum may take sixteen.

use super::codec::Reader;
use super::compact::{
    KeyHash, KeyKind, KeyRecord, Keys, LineRec, Operation, OperationRow, SettledRow, Statements, identity_of_keys,
};
use super::currency::Currency;
use super::names::NameId;
use super::origin::{Origin, Origins};
use super::record::Dataset;

const REVERSALS: u8 = 1;
const SETTLED: u8 = 2;
/// Provider and currency of an order record take a byte each.
const SHORT_NAMES: u8 = 2;
const LINE: u8 = 4;
const COMPLETED: u8 = 8;
const HAS_VAT: u8 = 16;
const HAS_RECONCILIATION: u8 = 32;
const HAS_TOTAL: u8 = 64;
const HAS_LINE: u8 = 128;

/// The effect of an operation is its stated sum, negated.
const NEGATED: u8 = 16;
/// An operation of several rows.
const MANY_ROWS: u8 = 64;
/// Provider and currency of a key record take a byte each.
const SHORT_NAMES_OF_KEY: u8 = 128;

const IS_REVERSAL: u8 = 1;
const HAS_RATE: u8 = 2;
const HAS_RELATED: u8 = 4;
const WIDE_LINE: u8 = 8;
/// The first of four bits, one a statement.
const FIRST_STATEMENT: u8 = 16;

/// Four bits, one a key.
const KEY_BITS: u8 = 15;
const HAS_IDENTITY: u8 = 16;
/// The key that names the operation is its identity too, which is made of it again.
const KEY_IS_IDENTITY: u8 = 32;
const WIDE: u8 = 64;
const VERY_WIDE: u8 = 128;
/// A byte of marks ends the record.
const MARKED: u8 = 128;
const REFERENCE_MALFORMED: u8 = 1;
const RECORDED_ONLY: u8 = 2;

fn flag(on: bool, bit: u8) -> u8 {
    if on { bit } else { 0 }
}

#[inline(always)]
fn key_bits(keys: &Keys) -> u8 {
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

#[inline]
fn read_keys(reader: &mut Reader<'_>, bits: u8) -> Keys {
    [1_u8, 2, 4, 8].map(|bit| if bits & bit == 0 { None } else { KeyHash::new(reader.fixed_u128()) })
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
    let mut bytes = [0; 3 + 16 + 8 + 8 + 2 + 8];
    bytes[1] = head | flag(short.is_some(), SHORT_NAMES);
    bytes[2] = more;
    bytes[3..19].copy_from_slice(&order.to_le_bytes());
    bytes[19..27].copy_from_slice(&content.to_le_bytes());
    bytes[27..35].copy_from_slice(&origin.0.to_le_bytes());
    if let (Some(short), Some(line)) = (short, line) {
        // As nearly all records are: in one piece.
        bytes[35..37].copy_from_slice(&short);
        bytes[37..].copy_from_slice(&line.to_le_bytes());
        out.extend_from_slice(&bytes);
        return;
    }
    out.extend_from_slice(&bytes[..35]);
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

/// Appends what every key record begins with: flags, reconciliation number, provider, currency.
#[inline]
fn put_key_head(
    out: &mut Vec<u8>,
    (head, more): (u8, u8),
    (provider, currency): (NameId, Currency),
    reconciliation: Option<NameId>,
) {
    let short = short_names(provider, currency).is_some();
    let head = head | flag(reconciliation.is_some(), HAS_RECONCILIATION) | flag(short, SHORT_NAMES_OF_KEY);
    out.extend_from_slice(&[head, more]);
    out.extend_from_slice(&reconciliation.unwrap_or(NameId(0)).0.to_le_bytes());
    put_names(out, provider, currency);
}

impl SettledRow {
    /// Appends the record.
    #[inline(always)]
    pub fn put(&self, out: &mut Vec<u8>) {
        let wide = is_wide(self.gross_minor);
        let flags = (SETTLED, key_bits(&self.keys) | flag(wide, WIDE));
        put_key_head(out, flags, (self.provider, self.currency), self.reconciliation);
        put_keys(out, &self.keys);
        put_amount(out, self.gross_minor, wide);
        out.extend_from_slice(&self.origin.0.to_le_bytes());
    }
}

impl Operation {
    /// Appends the record.
    #[inline(always)]
    pub fn put(&self, out: &mut Vec<u8>) {
        self.put_with(&self.keys, self.reconciliation, out);
    }

    /// Appends what `reference-reused` needs of the operation: all but its keys and its number.
    #[inline]
    pub fn put_without_keys(&self, out: &mut Vec<u8>) {
        self.put_with(&[None; 4], None, out);
    }

    #[inline]
    fn put_with(&self, keys: &Keys, reconciliation: Option<NameId>, out: &mut Vec<u8>) {
        let stated = i64::try_from(self.stated_minor);
        let wide = stated.is_ok_and(is_wide);
        let negated = self.effect_minor != self.stated_minor;
        let effect_minor = if negated { self.stated_minor.checked_neg() } else { Some(self.stated_minor) };
        assert_eq!(effect_minor, Some(self.effect_minor), "an effect is what is stated, or the same taken back");
        let head = flag(self.dataset == Dataset::Reversals, REVERSALS)
            | flag(self.completed, COMPLETED)
            | flag(negated, NEGATED)
            | flag(self.rows.len() != 1, MANY_ROWS);
        let more = key_bits(keys) | flag(wide, WIDE) | flag(stated.is_err(), VERY_WIDE);
        put_key_head(out, (head, more), (self.provider, self.currency), reconciliation);
        put_keys(out, keys);
        match stated {
            Ok(stated) => put_amount(out, stated, wide),
            Err(_) => out.extend_from_slice(&self.stated_minor.to_le_bytes()),
        }
        if self.rows.len() != 1 {
            let count = u32::try_from(self.rows.len()).expect("an operation has fewer than 2^32 rows");
            out.extend_from_slice(&count.to_le_bytes());
        }
        for row in &self.rows {
            out.extend_from_slice(&row.0.to_le_bytes());
        }
    }
}

/// The bytes of the keys that four bits announce.
const KEYS_LEN: [usize; 16] = [0, 16, 16, 32, 16, 32, 32, 48, 16, 32, 32, 48, 32, 48, 48, 64];

/// What deals a key record out: its provider and its keys.
#[derive(Debug, Clone, Copy)]
pub struct KeyHead<'a> {
    /// The provider.
    pub provider: NameId,
    /// It is a settlement row, and not an operation.
    pub is_settled: bool,
    bits: u8,
    keys: Reader<'a>,
}

impl KeyHead<'_> {
    /// The hash of one of its ids.
    #[inline]
    #[must_use]
    pub fn key(&self, kind: KeyKind) -> Option<u128> {
        let bit = 1_u8 << kind.index();
        if self.bits & bit == 0 {
            return None;
        }
        let mut keys = self.keys;
        keys.take(KEYS_LEN[usize::from(self.bits & (bit - 1))]);
        Some(keys.fixed_u128())
    }
}

/// The provider and the keys of the next record of a key shard, which is passed over.
#[inline]
pub fn pass_key_record<'a>(reader: &mut Reader<'a>) -> KeyHead<'a> {
    let [head, more, _, _, _, _] = reader.fixed();
    let (provider, _) = read_names(reader, head & SHORT_NAMES_OF_KEY != 0);
    let bits = more & KEY_BITS;
    let keys = reader.take(KEYS_LEN[usize::from(bits)]);
    reader.take(match more & (WIDE | VERY_WIDE) {
        0 => 4,
        WIDE => 8,
        _ => 16,
    });
    let rows = if head & MANY_ROWS == 0 { 1 } else { reader.fixed_u32() };
    reader.take(8 * usize::try_from(rows).expect("rows that are in memory"));
    KeyHead { provider, is_settled: head & SETTLED != 0, bits, keys }
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
struct OrderHead {
    head: u8,
    more: u8,
    order: u128,
    content: u64,
    origin: Origin,
    provider: NameId,
    currency: Currency,
}

#[inline]
fn read_order_head(reader: &mut Reader<'_>) -> OrderHead {
    let [_len, head, more] = reader.fixed();
    let (order, content, origin) = (reader.fixed_u128(), reader.fixed_u64(), Origin(reader.fixed_u64()));
    let (provider, currency) = read_names(reader, head & SHORT_NAMES != 0);
    OrderHead { head, more, order, content, origin, provider, currency }
}

#[inline]
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

#[inline]
fn read_row(head: &OrderHead, reader: &mut Reader<'_>) -> OperationRow {
    let OrderHead { head, more, order, content, origin, provider, currency } = *head;
    let wide = more & WIDE != 0;
    let line = (head & HAS_LINE != 0).then(|| reader.fixed_u64());
    let stated = (more & HAS_IDENTITY != 0).then(|| reader.fixed_u64());
    let keys = read_keys(reader, more);
    let mut row = OperationRow {
        order,
        content,
        origin,
        provider,
        currency,
        dataset: read_dataset(head),
        line,
        identity: if more & KEY_IS_IDENTITY == 0 { stated } else { identity_of_keys(&keys) },
        completed: head & COMPLETED != 0,
        keys,
        reconciliation: (head & HAS_RECONCILIATION != 0).then(|| NameId(reader.fixed_u32())),
        amount_minor: read_amount(reader, wide),
        vat_minor: (head & HAS_VAT != 0).then(|| read_amount(reader, wide)),
        stated_total_minor: (head & HAS_TOTAL != 0).then(|| read_amount(reader, wide)),
        reference_malformed: false,
        recorded_only: false,
    };
    if more & MARKED != 0 {
        let marks = reader.byte();
        row.reference_malformed = marks & REFERENCE_MALFORMED != 0;
        row.recorded_only = marks & RECORDED_ONLY != 0;
    }
    row
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

/// Reads the next record of a key shard.
#[inline]
pub fn read_key_record(reader: &mut Reader<'_>) -> KeyRecord {
    let [head, more] = reader.fixed();
    let reconciliation = Some(NameId(reader.fixed_u32())).filter(|_| head & HAS_RECONCILIATION != 0);
    let (provider, currency) = read_names(reader, head & SHORT_NAMES_OF_KEY != 0);
    let keys = read_keys(reader, more);
    let wide = more & WIDE != 0;
    if head & SETTLED != 0 {
        return KeyRecord::Settled(SettledRow {
            provider,
            currency,
            gross_minor: read_amount(reader, wide),
            reconciliation,
            keys,
            origin: Origin(reader.fixed_u64()),
        });
    }
    let stated_minor =
        if more & VERY_WIDE == 0 { i128::from(read_amount(reader, wide)) } else { reader.fixed_u128().cast_signed() };
    let rows = if head & MANY_ROWS == 0 {
        Origins::from_buf_and_len([Origin(reader.fixed_u64()), Origin(0)], 1)
    } else {
        let count = reader.fixed_u32();
        (0..count).map(|_| Origin(reader.fixed_u64())).collect()
    };
    KeyRecord::Operation(Operation {
        dataset: read_dataset(head),
        provider,
        currency,
        completed: head & COMPLETED != 0,
        effect_minor: if head & NEGATED == 0 { stated_minor } else { -stated_minor },
        stated_minor,
        reconciliation,
        keys,
        rows,
    })
}

#[cfg(test)]
mod tests;
