//! The records of the key shards as bytes: a head of fixed places, the keys, then a tail.
//!
//! The head of a usual record says all of it but its keys and its rows beyond the first, which are its tail. An amount or a name
//! that does not fit the head, or a count of rows, makes a record unusual: its tail says first what stands in it instead.

use super::keys::{KEY_BITS, KEY_LEN, KEY_ROOM_LEN, KEYS_LEN, KeyBytes};
use super::parts::OperationParts;
use super::{flag, short_names};
use crate::model::codec::Reader;
use crate::model::compact::{Half, KeyKind, KeyRecord, Keys, Operation, SettledRow};
use crate::model::currency::Currency;
use crate::model::names::NameId;
use crate::model::origin::{Origin, Origins};
use crate::model::record::Dataset;

/// Flags, keys and rows, reconciliation number, provider, currency, effect, first row.
const HEAD_LEN: usize = 1 + 1 + 4 + 1 + 1 + 4 + 8;

const SETTLED: u8 = 1;
const REVERSALS: u8 = 2;
const COMPLETED: u8 = 4;
/// The effect of an operation is its stated sum, negated.
const NEGATED: u8 = 8;
const HAS_RECONCILIATION: u8 = 16;
const UNUSUAL: u8 = 32;

/// Four bits of the second byte are the keys, four the count of rows.
const FIRST_ROW_BIT: u32 = 4;
const ROWS_MAX: u8 = 15;

// What the tail of an unusual record has: the first byte of it.
const WIDE: u8 = 1;
const VERY_WIDE: u8 = 2;
const LONG_NAMES: u8 = 4;
const MANY_ROWS: u8 = 8;

/// The bytes of a usual record by its keys and its rows.
const USUAL_LEN: [u8; 256] = {
    let mut lens = [0; 256];
    let mut keys_and_rows = 0;
    while keys_and_rows < lens.len() {
        let row_count = keys_and_rows >> FIRST_ROW_BIT;
        let len = HEAD_LEN + KEYS_LEN[keys_and_rows % KEYS_LEN.len()] + 8 * row_count.saturating_sub(1);
        assert!(len < 256, "a usual record is short");
        lens[keys_and_rows] = len.to_le_bytes()[0];
        keys_and_rows += 1;
    }
    lens
};

/// What stands at the beginning of a record; of an unusual one some of it is not meant.
#[derive(Debug, Clone, Copy)]
struct Head {
    flags: u8,
    keys_and_rows: u8,
    number: u32,
    names: [u8; 2],
    effect_minor: i32,
    first: u64,
}

/// What a record says beside its keys.
#[derive(Debug, Clone, Copy)]
struct Parts<'a> {
    flags: u8,
    provider: NameId,
    currency: Currency,
    reconciliation: Option<NameId>,
    effect_minor: i128,
    rows: &'a [Origin],
}

impl Parts<'_> {
    /// The head of a usual record, without its keys; of an unusual one nothing.
    #[inline]
    fn head(&self) -> Option<Head> {
        let names = short_names(self.provider, self.currency)?;
        let effect_minor = i32::try_from(self.effect_minor).ok()?;
        let row_count = u8::try_from(self.rows.len()).ok().filter(|count| (1..=ROWS_MAX).contains(count))?;
        Some(self.head_of(names, effect_minor, row_count))
    }

    #[inline]
    fn head_of(&self, names: [u8; 2], effect_minor: i32, row_count: u8) -> Head {
        let (has_number, number) = self.reconciliation.map_or((0, 0), |number| (HAS_RECONCILIATION, number.0));
        let first = self.rows.first().map_or(0, |first| first.0);
        let keys_and_rows = row_count << FIRST_ROW_BIT;
        Head { flags: self.flags | has_number, keys_and_rows, number, names, effect_minor, first }
    }

    #[inline]
    fn put_other_rows(&self, out: &mut Vec<u8>) {
        for row in self.rows.get(1..).unwrap_or_default() {
            out.extend_from_slice(&row.0.to_le_bytes());
        }
    }

    #[cold]
    #[inline(never)]
    fn put_unusual(&self, keys: &Keys, out: &mut Vec<u8>) {
        let names = short_names(self.provider, self.currency);
        let effect_minor = i32::try_from(self.effect_minor);
        let row_count = u8::try_from(self.rows.len()).ok().filter(|count| (1..=ROWS_MAX).contains(count));
        let mut head = self.head_of(names.unwrap_or_default(), effect_minor.unwrap_or(0), row_count.unwrap_or(0));
        head.flags |= UNUSUAL;
        head.put(keys, out);
        let start = out.len();
        out.push(0);
        let mut forms = 0;
        match i64::try_from(self.effect_minor) {
            _ if effect_minor.is_ok() => {}
            Ok(wide) => {
                forms |= WIDE;
                out.extend_from_slice(&wide.to_le_bytes());
            }
            Err(_) => {
                forms |= VERY_WIDE;
                out.extend_from_slice(&self.effect_minor.to_le_bytes());
            }
        }
        if names.is_none() {
            forms |= LONG_NAMES;
            out.extend_from_slice(&self.provider.0.to_le_bytes());
            out.extend_from_slice(&self.currency.0.to_le_bytes());
        }
        if row_count.is_none() {
            forms |= MANY_ROWS;
            let count = u32::try_from(self.rows.len()).expect("an operation has fewer than 2^32 rows");
            out.extend_from_slice(&count.to_le_bytes());
        }
        out[start] = forms;
        self.put_other_rows(out);
    }
}

impl SettledRow {
    /// Appends the record.
    #[inline]
    pub fn put(&self, out: &mut Vec<u8>) {
        match self.parts().head() {
            Some(head) => head.put(&self.keys, out),
            None => self.parts().put_unusual(&self.keys, out),
        }
    }

    #[inline]
    fn parts(&self) -> Parts<'_> {
        let Self { provider, currency, gross_minor, reconciliation, ref origin, .. } = *self;
        let (effect_minor, rows) = (i128::from(gross_minor), std::slice::from_ref(origin));
        Parts { flags: SETTLED, provider, currency, reconciliation, effect_minor, rows }
    }
}

impl OperationParts<'_> {
    /// What is written of it, with its keys or without.
    #[inline]
    #[must_use]
    pub fn form(&self) -> OperationForm<'_> {
        let flags = flag(self.dataset == Dataset::Reversals, REVERSALS)
            | flag(self.completed, COMPLETED)
            | flag(self.negated, NEGATED);
        let Self { provider, currency, reconciliation, rows, keys, .. } = *self;
        let parts = Parts { flags, provider, currency, reconciliation, effect_minor: self.effect_minor(), rows };
        OperationForm { head: parts.head(), parts, keys }
    }
}

/// An operation on its way to one or several records.
pub struct OperationForm<'a> {
    parts: Parts<'a>,
    /// What a usual record begins with.
    head: Option<Head>,
    keys: KeyBytes<'a>,
}

impl OperationForm<'_> {
    /// Appends the record.
    #[inline]
    pub fn put(&self, out: &mut Vec<u8>) {
        let Some(mut head) = self.head else { return self.parts.put_unusual(&self.keys.decoded(), out) };
        head.keys_and_rows |= self.keys.bits();
        out.extend_from_slice(&head.bytes());
        for key in self.keys.each() {
            out.extend_from_slice(key);
        }
        self.parts.put_other_rows(out);
    }

    /// Appends what `reference-reused` needs of the operation: all but its keys and its number.
    #[inline]
    pub fn put_without_keys(&self, out: &mut Vec<u8>) {
        let Some(head) = self.head else {
            return Parts { reconciliation: None, ..self.parts }.put_unusual(&[None; 4], out);
        };
        out.extend_from_slice(&Head { flags: head.flags & !HAS_RECONCILIATION, number: 0, ..head }.bytes());
        self.parts.put_other_rows(out);
    }
}

impl Operation {
    /// Appends the record.
    pub fn put(&self, out: &mut Vec<u8>) {
        self.parts(&mut [0; KEY_ROOM_LEN]).form().put(out);
    }
}

impl Head {
    /// Appends the head and the keys.
    #[inline]
    fn put(mut self, keys: &Keys, out: &mut Vec<u8>) {
        const KEY_COUNT: usize = KeyKind::ALL.len();
        const LEN_MAX: usize = HEAD_LEN + KEY_COUNT * KEY_LEN;
        let start = out.len();
        // All the room that they may need at once, of which what stays unused is given back.
        out.extend_from_slice(&[0; LEN_MAX]);
        let record: &mut [u8; LEN_MAX] = out.last_chunk_mut().expect("what was just appended");
        let (head, room) = record.split_at_mut(HEAD_LEN);
        let (room, _) = room.as_chunks_mut::<KEY_LEN>();
        let mut key_count = 0;
        for (key, bit) in keys.iter().zip([1_u8, 2, 4, 8]) {
            if let Some(key) = key {
                room[key_count % KEY_COUNT] = key.get().to_le_bytes();
                self.keys_and_rows |= bit;
                key_count += 1;
            }
        }
        head.copy_from_slice(&self.bytes());
        out.truncate(start + HEAD_LEN + key_count * KEY_LEN);
    }

    #[inline]
    fn bytes(self) -> [u8; HEAD_LEN] {
        let Self { flags, keys_and_rows, number, names, effect_minor, first } = self;
        let mut bytes = [0; HEAD_LEN];
        bytes[0] = flags;
        bytes[1] = keys_and_rows;
        bytes[2..6].copy_from_slice(&number.to_le_bytes());
        bytes[6..8].copy_from_slice(&names);
        bytes[8..12].copy_from_slice(&effect_minor.to_le_bytes());
        bytes[12..].copy_from_slice(&first.to_le_bytes());
        bytes
    }

    #[inline]
    fn of(bytes: &[u8; HEAD_LEN]) -> Self {
        let mut fields = Reader::new(bytes);
        Self {
            flags: fields.byte(),
            keys_and_rows: fields.byte(),
            number: fields.fixed_u32(),
            names: fields.fixed(),
            effect_minor: fields.fixed_u32().cast_signed(),
            first: fields.fixed_u64(),
        }
    }

    #[inline]
    fn is(&self, bit: u8) -> bool {
        self.flags & bit != 0
    }

    #[inline]
    fn reconciliation(&self) -> Option<NameId> {
        self.is(HAS_RECONCILIATION).then_some(NameId(self.number))
    }

    #[inline]
    fn dataset(&self) -> Dataset {
        if self.is(REVERSALS) { Dataset::Reversals } else { Dataset::Captures }
    }

    /// What the head says itself where the record is usual.
    #[inline]
    fn said(&self) -> Said {
        let [provider, currency] = self.names;
        Said {
            provider: NameId(provider.into()),
            currency: Currency(currency.into()),
            effect_minor: self.effect_minor.into(),
            row_count: u32::from(self.keys_and_rows >> FIRST_ROW_BIT),
        }
    }

    /// The same of any record, with a reader of its tail.
    #[inline]
    fn said_with(&self, tail: &mut Reader<'_>) -> Said {
        if self.is(UNUSUAL) { self.said_unusually(tail) } else { self.said() }
    }

    #[cold]
    fn said_unusually(&self, tail: &mut Reader<'_>) -> Said {
        let mut said = self.said();
        let forms = tail.byte();
        if forms & WIDE != 0 {
            said.effect_minor = i128::from(tail.fixed_u64().cast_signed());
        }
        if forms & VERY_WIDE != 0 {
            said.effect_minor = tail.fixed_u128().cast_signed();
        }
        if forms & LONG_NAMES != 0 {
            (said.provider, said.currency) = (NameId(tail.fixed_u32()), Currency(tail.fixed_u16()));
        }
        if forms & MANY_ROWS != 0 {
            said.row_count = tail.fixed_u32();
        }
        said
    }
}

/// What the head says, or else the tail.
struct Said {
    provider: NameId,
    currency: Currency,
    effect_minor: i128,
    row_count: u32,
}

/// What deals a key record out: its provider and its keys; and what it says of itself, where it is a usual one.
#[derive(Debug, Clone, Copy)]
pub struct KeyHead<'a> {
    /// The provider.
    pub provider: NameId,
    bytes: &'a [u8; HEAD_LEN],
    /// The keys and the tail.
    rest: &'a [u8],
}

impl<'a> KeyHead<'a> {
    #[inline]
    fn head(&self) -> Head {
        Head::of(self.bytes)
    }

    /// It is a settlement row, and not an operation.
    #[inline]
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.head().is(SETTLED)
    }

    /// Its keys.
    #[inline]
    #[must_use]
    pub fn keys(&self) -> KeyBytes<'a> {
        KeyBytes::new(self.bytes[1], self.rest)
    }

    /// The hash of one of its ids.
    #[inline]
    #[must_use]
    pub fn key(&self, kind: KeyKind) -> Option<u128> {
        self.keys().key(kind)
    }

    /// The record as one of a pair, where it is a usual one.
    #[inline]
    #[must_use]
    pub fn half(&self) -> Option<Half> {
        let head = self.head();
        if head.is(UNUSUAL) {
            return None;
        }
        let effect_minor = i64::from(head.effect_minor);
        let Said { provider, currency, row_count, .. } = head.said();
        Some(Half {
            dataset: if head.is(SETTLED) { Dataset::Settlements } else { head.dataset() },
            completed: head.is(COMPLETED),
            provider,
            currency,
            effect_minor,
            stated_minor: if head.is(NEGATED) { -effect_minor } else { effect_minor },
            reconciliation: head.reconciliation(),
            row_count,
        })
    }
}

/// Whether the next record of a key shard is a settlement row, and not an operation.
#[inline]
#[must_use]
pub fn is_settled(record: &Reader<'_>) -> bool {
    record.rest().first().is_some_and(|flags| flags & SETTLED != 0)
}

/// The head of the next record of a key shard, which is passed over.
#[inline]
pub fn pass_key_record<'a>(reader: &mut Reader<'a>) -> KeyHead<'a> {
    let mut record = *reader;
    let bytes = record.fixed_in_place();
    let head = Head::of(bytes);
    let (provider, len) = if head.is(UNUSUAL) {
        pass_unusual(&head, record)
    } else {
        (head.said().provider, usize::from(USUAL_LEN[usize::from(head.keys_and_rows)]) - HEAD_LEN)
    };
    let rest = record.take(len).rest();
    *reader = record;
    KeyHead { provider, bytes, rest }
}

/// The provider of an unusual record, and how long it is behind its head.
#[cold]
fn pass_unusual(head: &Head, rest: Reader<'_>) -> (NameId, usize) {
    let mut tail = rest;
    tail.take(KEYS_LEN[usize::from(head.keys_and_rows & KEY_BITS)]);
    let Said { provider, row_count, .. } = head.said_unusually(&mut tail);
    let more_rows = usize::try_from(row_count.saturating_sub(1)).expect("rows that are in memory");
    (provider, rest.until(&tail).len() + 8 * more_rows)
}

/// Reads the next record of a key shard.
#[inline]
pub fn read_key_record(reader: &mut Reader<'_>) -> KeyRecord {
    let head = Head::of(reader.fixed_in_place());
    let keys = KeyBytes::read(head.keys_and_rows, reader).decoded();
    let Said { provider, currency, effect_minor, row_count } = head.said_with(reader);
    let (first, reconciliation) = (Origin(head.first), head.reconciliation());
    if head.is(SETTLED) {
        let gross_minor = i64::try_from(effect_minor).expect("as it was put");
        return KeyRecord::Settled(SettledRow { provider, currency, gross_minor, reconciliation, keys, origin: first });
    }
    let rows = match row_count {
        0 => Origins::new(),
        1 => Origins::from_buf_and_len([first, Origin(0)], 1),
        2 => Origins::from_buf([first, Origin(reader.fixed_u64())]),
        _ => std::iter::once(first).chain((1..row_count).map(|_| Origin(reader.fixed_u64()))).collect(),
    };
    KeyRecord::Operation(Operation {
        dataset: head.dataset(),
        provider,
        currency,
        completed: head.is(COMPLETED),
        effect_minor,
        stated_minor: if head.is(NEGATED) { -effect_minor } else { effect_minor },
        reconciliation,
        keys,
        rows,
    })
}

#[cfg(test)]
mod tests;
