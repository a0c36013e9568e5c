//! Compact records as bytes, on their way to a shard: two bytes of flags, then what the flags announce.

use super::codec::{Reader, put_i64, put_i128, put_u64};
use super::compact::{KeyHash, KeyRecord, Keys, LineRec, Operation, OperationRow, OrderRecord, SettledRow, Statements};
use super::currency::Currency;
use super::names::NameId;
use super::origin::Origin;
use super::record::Dataset;

const REVERSALS: u8 = 1;
const SETTLED: u8 = 2;
const LINE: u8 = 4;
const COMPLETED: u8 = 8;
const HAS_VAT: u8 = 16;
const HAS_RECONCILIATION: u8 = 32;
const HAS_TOTAL: u8 = 64;
const HAS_LINE: u8 = 128;

const IS_REVERSAL: u8 = 1;
const HAS_RATE: u8 = 2;
const HAS_RELATED: u8 = 4;
/// The first of four bits, one a statement.
const FIRST_STATEMENT: u8 = 16;

const HAS_IDENTITY: u8 = 16;
const REFERENCE_MALFORMED: u8 = 32;
const RECORDED_ONLY: u8 = 64;

fn flag(on: bool, bit: u8) -> u8 {
    if on { bit } else { 0 }
}

fn key_bits(keys: &Keys) -> u8 {
    keys.iter().zip([1_u8, 2, 4, 8]).fold(0, |bits, (key, bit)| bits | flag(key.is_some(), bit))
}

fn put_keys(out: &mut Vec<u8>, keys: &Keys) {
    for key in keys.iter().flatten() {
        out.extend_from_slice(&key.get().to_le_bytes());
    }
}

fn read_keys(reader: &mut Reader<'_>, bits: u8) -> Keys {
    [1_u8, 2, 4, 8].map(|bit| if bits & bit == 0 { None } else { KeyHash::new(reader.fixed_u128()) })
}

/// Writes the length of an order record, without its own byte, into the byte that was left for it at its start.
fn put_len(out: &mut [u8], start: usize) {
    // The longest has 2 + 16 + 8 + 8 + 8 + 8 + 64 bytes of hashes and flags, and at most ten a number.
    let len = u8::try_from(out.len() - start - 1).expect("an order record is shorter than 256 bytes");
    out[start] = len;
}

/// The order of the next record of an order shard, which is passed over.
pub fn pass_order_record(reader: &mut Reader<'_>) -> u128 {
    let len = usize::from(reader.byte());
    let mut record = reader.take(len);
    record.take(2);
    record.fixed_u128()
}

fn put_optional(out: &mut Vec<u8>, value: Option<i64>) {
    if let Some(value) = value {
        put_i64(out, value);
    }
}

impl LineRec {
    /// Appends the record.
    #[inline]
    pub fn put(&self, out: &mut Vec<u8>) {
        let head = LINE | flag(self.vat_minor.is_some(), HAS_VAT);
        let mut more = flag(self.is_reversal, IS_REVERSAL)
            | flag(self.vat_rate_bp.is_some(), HAS_RATE)
            | flag(self.related.is_some(), HAS_RELATED);
        for (bit, statement) in self.statements.fields().iter().enumerate() {
            more |= flag(statement.is_some(), FIRST_STATEMENT << bit);
        }
        let start = out.len();
        out.extend_from_slice(&[0, head, more]);
        out.extend_from_slice(&self.order.to_le_bytes());
        out.extend_from_slice(&self.line.to_le_bytes());
        out.extend_from_slice(&self.content.to_le_bytes());
        out.extend_from_slice(&self.origin.0.to_le_bytes());
        put_i64(out, self.gross_minor);
        put_u64(out, u64::from(self.currency.0));
        put_u64(out, u64::from(self.provider.0));
        put_optional(out, self.vat_minor);
        if let Some(related) = self.related {
            out.extend_from_slice(&related.to_le_bytes());
        }
        put_optional(out, self.vat_rate_bp);
        for statement in self.statements.fields() {
            put_optional(out, statement);
        }
        put_len(out, start);
    }
}

impl OperationRow {
    /// Appends the record.
    #[inline]
    pub fn put(&self, out: &mut Vec<u8>) {
        let head = flag(self.dataset == Dataset::Reversals, REVERSALS)
            | flag(self.completed, COMPLETED)
            | flag(self.vat_minor.is_some(), HAS_VAT)
            | flag(self.reconciliation.is_some(), HAS_RECONCILIATION)
            | flag(self.stated_total_minor.is_some(), HAS_TOTAL)
            | flag(self.line.is_some(), HAS_LINE);
        let more = key_bits(&self.keys)
            | flag(self.identity.is_some(), HAS_IDENTITY)
            | flag(self.reference_malformed, REFERENCE_MALFORMED)
            | flag(self.recorded_only, RECORDED_ONLY);
        let start = out.len();
        out.extend_from_slice(&[0, head, more]);
        out.extend_from_slice(&self.order.to_le_bytes());
        out.extend_from_slice(&self.content.to_le_bytes());
        out.extend_from_slice(&self.origin.0.to_le_bytes());
        for hash in [self.line, self.identity].into_iter().flatten() {
            out.extend_from_slice(&hash.to_le_bytes());
        }
        put_keys(out, &self.keys);
        put_i64(out, self.amount_minor);
        put_u64(out, u64::from(self.currency.0));
        put_u64(out, u64::from(self.provider.0));
        put_optional(out, self.vat_minor);
        if let Some(NameId(number)) = self.reconciliation {
            put_u64(out, u64::from(number));
        }
        put_optional(out, self.stated_total_minor);
        put_len(out, start);
    }
}

impl SettledRow {
    /// Appends the record.
    #[inline]
    pub fn put(&self, out: &mut Vec<u8>) {
        let start = begin(out);
        out.extend_from_slice(&[
            SETTLED | flag(self.reconciliation.is_some(), HAS_RECONCILIATION),
            key_bits(&self.keys),
        ]);
        out.extend_from_slice(&self.origin.0.to_le_bytes());
        put_keys(out, &self.keys);
        put_i64(out, self.gross_minor);
        put_u64(out, u64::from(self.currency.0));
        put_u64(out, u64::from(self.provider.0));
        if let Some(NameId(number)) = self.reconciliation {
            put_u64(out, u64::from(number));
        }
        end(out, start);
    }
}

impl Operation {
    /// Appends the record.
    #[inline]
    pub fn put(&self, out: &mut Vec<u8>) {
        let head = flag(self.dataset == Dataset::Reversals, REVERSALS)
            | flag(self.completed, COMPLETED)
            | flag(self.reconciliation.is_some(), HAS_RECONCILIATION);
        let start = begin(out);
        out.extend_from_slice(&[head, key_bits(&self.keys)]);
        put_keys(out, &self.keys);
        put_u64(out, u64::from(self.currency.0));
        put_u64(out, u64::from(self.provider.0));
        put_i128(out, self.effect_minor);
        put_i128(out, self.stated_minor);
        if let Some(NameId(number)) = self.reconciliation {
            put_u64(out, u64::from(number));
        }
        // A row count always fits 64 bits.
        put_u64(out, u64::try_from(self.rows.len()).unwrap_or(u64::MAX));
        for row in &self.rows {
            out.extend_from_slice(&row.0.to_le_bytes());
        }
        end(out, start);
    }
}

/// Room for the length of a key record.
const LEN_BYTES: usize = 4;

/// Leaves room for the length of a key record: an operation may have many rows.
fn begin(out: &mut Vec<u8>) -> usize {
    let start = out.len();
    out.extend_from_slice(&[0; LEN_BYTES]);
    start
}

/// Writes the length of a key record into the room left for it.
fn end(out: &mut [u8], start: usize) {
    let len = u32::try_from(out.len() - start - LEN_BYTES).expect("an operation has fewer than 2^28 rows");
    if let Some(room) = out.get_mut(start..start + LEN_BYTES) {
        room.copy_from_slice(&len.to_le_bytes());
    }
}

/// The provider and the keys of the next record of a key shard, which is passed over.
pub fn pass_key_record(reader: &mut Reader<'_>) -> (NameId, Keys) {
    let len = usize::try_from(reader.fixed_u32()).expect("a record that is in memory");
    let mut record = reader.take(len);
    let (head, more) = (record.byte(), record.byte());
    if head & SETTLED != 0 {
        record.take(8);
        let keys = read_keys(&mut record, more);
        record.i64();
        record.u16();
        return (NameId(record.u32()), keys);
    }
    let keys = read_keys(&mut record, more);
    record.u16();
    (NameId(record.u32()), keys)
}

fn read_dataset(head: u8) -> Dataset {
    if head & REVERSALS == 0 { Dataset::Captures } else { Dataset::Reversals }
}

fn read_statements(reader: &mut Reader<'_>, more: u8) -> Statements {
    let [order_amount_minor, cancelled_minor, remaining_capture_minor, remaining_reversal_minor] =
        [0, 1, 2, 3].map(|bit| (more & (FIRST_STATEMENT << bit) != 0).then(|| reader.i64()));
    Statements { order_amount_minor, cancelled_minor, remaining_capture_minor, remaining_reversal_minor }
}

/// Reads the next record of an order shard.
pub fn read_order_record(reader: &mut Reader<'_>) -> OrderRecord {
    let (_len, head, more) = (reader.byte(), reader.byte(), reader.byte());
    let order = reader.fixed_u128();
    if head & LINE != 0 {
        let (line, content, origin) = (reader.fixed_u64(), reader.fixed_u64(), Origin(reader.fixed_u64()));
        let (gross_minor, currency, provider) = (reader.i64(), Currency(reader.u16()), NameId(reader.u32()));
        return OrderRecord::Line(LineRec {
            order,
            line,
            gross_minor,
            currency,
            provider,
            vat_minor: (head & HAS_VAT != 0).then(|| reader.i64()),
            related: (more & HAS_RELATED != 0).then(|| reader.fixed_u64()),
            is_reversal: more & IS_REVERSAL != 0,
            vat_rate_bp: (more & HAS_RATE != 0).then(|| reader.i64()),
            statements: read_statements(reader, more),
            content,
            origin,
        });
    }
    let (content, origin) = (reader.fixed_u64(), Origin(reader.fixed_u64()));
    let line = (head & HAS_LINE != 0).then(|| reader.fixed_u64());
    let identity = (more & HAS_IDENTITY != 0).then(|| reader.fixed_u64());
    let keys = read_keys(reader, more);
    let (amount_minor, currency, provider) = (reader.i64(), Currency(reader.u16()), NameId(reader.u32()));
    OrderRecord::Operation(OperationRow {
        order,
        dataset: read_dataset(head),
        line,
        identity,
        completed: head & COMPLETED != 0,
        amount_minor,
        currency,
        provider,
        vat_minor: (head & HAS_VAT != 0).then(|| reader.i64()),
        reconciliation: (head & HAS_RECONCILIATION != 0).then(|| NameId(reader.u32())),
        stated_total_minor: (head & HAS_TOTAL != 0).then(|| reader.i64()),
        keys,
        reference_malformed: more & REFERENCE_MALFORMED != 0,
        recorded_only: more & RECORDED_ONLY != 0,
        content,
        origin,
    })
}

/// Reads the next record of a key shard.
pub fn read_key_record(reader: &mut Reader<'_>) -> KeyRecord {
    let _len = reader.fixed_u32();
    let (head, more) = (reader.byte(), reader.byte());
    if head & SETTLED != 0 {
        let origin = Origin(reader.fixed_u64());
        let keys = read_keys(reader, more);
        return KeyRecord::Settled(SettledRow {
            gross_minor: reader.i64(),
            currency: Currency(reader.u16()),
            provider: NameId(reader.u32()),
            reconciliation: (head & HAS_RECONCILIATION != 0).then(|| NameId(reader.u32())),
            keys,
            origin,
        });
    }
    let keys = read_keys(reader, more);
    let (currency, provider) = (Currency(reader.u16()), NameId(reader.u32()));
    let (effect_minor, stated_minor) = (reader.i128(), reader.i128());
    let reconciliation = (head & HAS_RECONCILIATION != 0).then(|| NameId(reader.u32()));
    let count = reader.u64();
    KeyRecord::Operation(Operation {
        dataset: read_dataset(head),
        provider,
        currency,
        completed: head & COMPLETED != 0,
        effect_minor,
        stated_minor,
        reconciliation,
        keys,
        rows: (0..count).map(|_| Origin(reader.fixed_u64())).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compact::Origins;

    #[test]
    fn records_come_back_whole() {
        let line = LineRec {
            order: u128::MAX - 7,
            line: 5,
            gross_minor: -39_800,
            currency: Currency(140),
            provider: NameId(300),
            vat_minor: Some(-7_960),
            related: Some(77),
            is_reversal: true,
            statements: Statements {
                cancelled_minor: Some(-3),
                remaining_reversal_minor: Some(0),
                ..Statements::default()
            },
            vat_rate_bp: Some(2_500),
            content: 9,
            origin: Origin(1 << 50),
        };
        let row = OperationRow {
            order: 3,
            dataset: Dataset::Reversals,
            line: None,
            identity: Some(8),
            completed: true,
            amount_minor: 1_000,
            currency: Currency(0),
            provider: NameId(0),
            vat_minor: None,
            reconciliation: Some(NameId(70_000)),
            stated_total_minor: Some(i64::MIN),
            keys: [None, KeyHash::new(1), None, KeyHash::new(u128::MAX)],
            reference_malformed: true,
            recorded_only: true,
            content: 1,
            origin: Origin(2),
        };
        let mut bytes = Vec::new();
        line.put(&mut bytes);
        row.put(&mut bytes);
        let bare = OperationRow {
            line: Some(4),
            identity: None,
            completed: false,
            dataset: Dataset::Captures,
            stated_total_minor: None,
            ..row
        };
        bare.put(&mut bytes);
        let mut reader = Reader::new(&bytes);
        assert_eq!(read_order_record(&mut reader), OrderRecord::Line(line));
        assert_eq!(read_order_record(&mut reader), OrderRecord::Operation(row));
        assert_eq!(read_order_record(&mut reader), OrderRecord::Operation(bare));
        assert!(reader.is_empty());

        let settled = SettledRow {
            provider: NameId(2),
            currency: Currency(3),
            gross_minor: -5,
            reconciliation: None,
            keys: [KeyHash::new(4), None, None, None],
            origin: Origin(6),
        };
        let operation = Operation {
            dataset: Dataset::Reversals,
            provider: NameId(1),
            currency: Currency(2),
            completed: true,
            effect_minor: -12,
            stated_minor: 12,
            reconciliation: Some(NameId(4)),
            keys: [None; 4],
            rows: Origins::from_slice(&[Origin(1), Origin(2)]),
        };
        let mut bytes = Vec::new();
        settled.put(&mut bytes);
        operation.put(&mut bytes);
        let mut reader = Reader::new(&bytes);
        assert_eq!(read_key_record(&mut reader), KeyRecord::Settled(settled));
        assert_eq!(read_key_record(&mut reader), KeyRecord::Operation(operation));
        assert!(reader.is_empty());
    }
}
