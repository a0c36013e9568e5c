//! A fact with the provider whose it is, as it travels between shards, and what one fact can learn from another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_128;

use super::fact::{Fact, OperationFact, Place, Told};
use crate::model::day::{Instant, Zone, parse_stamp};
use crate::model::text::Text;

/// So many bytes state the length of a fact in a shard.
const LEN_LEN: usize = size_of::<u64>();

/// A fact and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sighting {
    /// The provider of its rows.
    pub provider: Text,
    /// What is told.
    pub fact: Fact,
}

impl Sighting {
    /// The order that the fact is about, where it names one.
    #[must_use]
    pub fn order_id(&self) -> Option<&str> {
        match &self.fact {
            Fact::Order(order) => order.order_id.as_deref(),
            Fact::Operation(operation) => operation.order_id.as_deref(),
            Fact::Transaction(transaction) => transaction.order_id.as_deref(),
        }
    }

    /// Names another order.
    pub fn set_order_id(&mut self, order_id: Text) {
        match &mut self.fact {
            Fact::Order(order) => order.order_id = Some(order_id),
            Fact::Operation(operation) => operation.order_id = Some(order_id),
            Fact::Transaction(transaction) => transaction.order_id = Some(order_id),
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        match &self.fact {
            Fact::Order(order) => order.place,
            Fact::Operation(operation) => operation.place,
            Fact::Transaction(transaction) => transaction.place,
        }
    }

    /// Gives its file another number: that among the files that are read, or remembered, together.
    pub fn set_file(&mut self, file: u32) {
        match &mut self.fact {
            Fact::Order(order) => order.place.file = file,
            Fact::Operation(operation) => operation.place.file = file,
            Fact::Transaction(transaction) => transaction.place.file = file,
        }
    }

    /// The checkout transaction that it tells of; what an order system records names a payment instead.
    #[must_use]
    pub fn checkout_transaction(&self) -> Option<&str> {
        match &self.fact {
            Fact::Order(order) => order.transaction_id.as_deref(),
            Fact::Operation(operation) if operation.told == Told::Executed => operation.transaction_id.as_deref(),
            Fact::Operation(_) => None,
            Fact::Transaction(transaction) => Some(&transaction.transaction_id),
        }
    }

    /// As a text that is kept for years: JSON without what is absent.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut value = serde_json::to_value(self).expect("plain data with text keys is JSON");
        drop_absent(&mut value);
        value.to_string()
    }

    /// What [`Self::to_text`] wrote; `None` of any other text.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Appends the fact to a shard, under the key that brings it together with others.
    pub fn put(&self, key: u128, out: &mut Vec<u8>) {
        out.extend_from_slice(&key.to_le_bytes());
        // Its length is known when it is written, behind this place.
        let place = out.len();
        out.extend_from_slice(&[0; LEN_LEN]);
        let written = postcard::to_extend(self, std::mem::take(out));
        *out = written.expect("plain data is written to memory without fail");
        let (before, bytes) = out.split_at_mut(place + LEN_LEN);
        let len = u64::try_from(bytes.len()).expect("a length fits 64 bits");
        before[place..].copy_from_slice(&len.to_le_bytes());
    }

    /// All facts of a shard, by key; a block holds whole ones.
    ///
    /// # Errors
    /// The bytes are not those that were put.
    pub fn read_all<'b>(mut blocks: impl Iterator<Item = &'b [u8]>) -> Result<BTreeMap<u128, Vec<Self>>, String> {
        let mut all = BTreeMap::new();
        blocks.try_for_each(|block| Self::read_block(block, &mut all)).map(|()| all)
    }

    fn read_block(bytes: &[u8], all: &mut BTreeMap<u128, Vec<Self>>) -> Result<(), String> {
        let cut = || "the working file of payloads is damaged".to_owned();
        let mut rest = bytes;
        while let Some((key, more)) = rest.split_first_chunk::<16>() {
            let (len, more) = more.split_first_chunk::<LEN_LEN>().ok_or_else(cut)?;
            let len = usize::try_from(u64::from_le_bytes(*len)).map_err(|_| cut())?;
            let (one, more) = more.split_at_checked(len).ok_or_else(cut)?;
            let sighting = postcard::from_bytes(one).map_err(|error| error.to_string())?;
            all.entry(u128::from_le_bytes(*key)).or_default().push(sighting);
            rest = more;
        }
        if rest.is_empty() { Ok(()) } else { Err(cut()) }
    }
}

fn drop_absent(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_absent);
        }
        Value::Array(all) => all.iter_mut().for_each(drop_absent),
        _ => {}
    }
}

/// The hash of a key of several parts.
#[must_use]
pub fn key(parts: &[&str]) -> u128 {
    xxh3_128(parts.join("\u{1f}").as_bytes())
}

/// The key of an order, under which all that is told of it is put together.
#[must_use]
pub fn order_key(provider: &str, order_id: &str) -> u128 {
    key(&["order", provider, order_id])
}

/// The instant of a text, for putting versions in order; `None` sorts first.
#[must_use]
pub fn at(text: Option<&str>) -> Option<Instant> {
    // APIs write UTC with its Z; a text without one is only ever compared with others like it.
    Some(Zone::default().instant(parse_stamp(text?.as_bytes())?))
}

/// A fact, with what it lacks taken from another that tells of the same operation.
#[must_use]
pub fn fill(fact: OperationFact, known: &OperationFact) -> OperationFact {
    let text = |own: Option<Text>, other: &Option<Text>| own.or_else(|| other.clone());
    OperationFact {
        moved: fact.moved.or(known.moved),
        order_id: text(fact.order_id, &known.order_id),
        operation_id: text(fact.operation_id, &known.operation_id),
        transaction_number: text(fact.transaction_number, &known.transaction_number),
        payee_reference: text(fact.payee_reference, &known.payee_reference),
        transaction_id: text(fact.transaction_id, &known.transaction_id),
        receipt_reference: text(fact.receipt_reference, &known.receipt_reference),
        payment_id: text(fact.payment_id, &known.payment_id),
        amount_minor: fact.amount_minor.or(known.amount_minor),
        vat_minor: fact.vat_minor.or(known.vat_minor),
        currency: text(fact.currency, &known.currency),
        created_at: text(fact.created_at, &known.created_at),
        updated_at: text(fact.updated_at, &known.updated_at),
        state: text(fact.state, &known.state),
        reconciliation_number: text(fact.reconciliation_number, &known.reconciliation_number),
        parts: if fact.parts.is_empty() { known.parts.clone() } else { fact.parts },
        payex_reference: text(fact.payex_reference, &known.payex_reference),
        ..fact
    }
}
