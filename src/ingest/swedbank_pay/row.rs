//! One row of a list as the canonical settlement columns of RULES.md 2, texts ready for the canonical reader.

use std::borrow::Cow;

use super::amount::minor_units;
use super::version::{FIELDS, Field, Known, Version};
pub use crate::ingest::canonical::Reject;
use crate::ingest::field::shown;
use crate::ingest::xml::{Tag, XmlError, decoded};
use crate::model::currency::{Currencies, Currency};

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// The version of its list.
    pub version: Version,
    /// Physical line of the start tag, or row of the sheet, from 1.
    pub line: u64,
    /// The fields, or why the row cannot be read.
    pub fields: Result<RowFields, Reject>,
}

/// The canonical settlement columns of a row; an absent one is empty. There is no `kind`: the sign decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowFields {
    /// `Amount` in minor units, signed.
    pub gross_amount: String,
    /// `Currency`, else that of the enclosing element.
    pub currency: String,
    /// `AccountingNo` of the list.
    pub settlement_id: String,
    /// `PayexBatchNo`.
    pub reconciliation_number: String,
    /// `PayexTransactionNo`; in version 1 `TransactionNo`.
    pub transaction_number: String,
    /// `TransactionIdentity` where it is not a GUID; in version 1 `OrderId`, which is documented to be the
    /// `payeeReference`.
    pub payee_reference: String,
    /// `OrderIdentity`.
    pub order_id: String,
    /// `TransactionIdentity` where it is a GUID.
    pub transaction_id: String,
    /// `VATAmount` in minor units, signed as stated.
    pub vat_amount: String,
    /// `DateCreated`.
    pub created_at: String,
    /// `DateModified`.
    pub settled_at: String,
    /// `ReferencedTransaction`.
    pub referenced_transaction: String,
    /// `ServiceName`.
    pub service: String,
}

impl RowFields {
    /// The columns by name, in the order of RULES.md 2.
    #[must_use]
    pub fn columns(&self) -> [(&'static str, &str); 13] {
        [
            ("gross_amount", &self.gross_amount),
            ("currency", &self.currency),
            ("settlement_id", &self.settlement_id),
            ("reconciliation_number", &self.reconciliation_number),
            ("transaction_number", &self.transaction_number),
            ("payee_reference", &self.payee_reference),
            ("order_id", &self.order_id),
            ("transaction_id", &self.transaction_id),
            ("vat_amount", &self.vat_amount),
            ("created_at", &self.created_at),
            ("settled_at", &self.settled_at),
            ("referenced_transaction", &self.referenced_transaction),
            ("service", &self.service),
        ]
    }
}

/// A reject of an attribute; names come from the file too, so they are shortened as values are.
fn rejected(column: &str, value: &str, reason: impl Into<String>) -> Reject {
    Reject { column: shown(column.as_bytes()), value: shown(value.as_bytes()), reason: reason.into() }
}

/// A row as its file states it.
#[derive(Debug, Default)]
pub struct Given<'a> {
    /// Its line or sheet row, from 1.
    pub line: u64,
    /// Its values by [`Field::place`], trimmed.
    pub values: [Option<Cow<'a, str>>; FIELDS],
    /// What is wrong with them, as texts.
    pub reject: Option<Reject>,
}

impl<'a> Given<'a> {
    /// Keeps the first reject.
    pub fn refuse(&mut self, column: &str, value: &str, reason: impl Into<String>) {
        if self.reject.is_none() {
            self.reject = Some(rejected(column, value, reason));
        }
    }

    /// Takes a value; of two that differ neither counts.
    pub fn state(&mut self, known: &Known, text: Cow<'a, str>) {
        match self.values.get_mut(known.field.place()) {
            Some(value @ None) => *value = Some(text),
            Some(Some(other)) if *other != text => {
                let reason = format!("the row states it twice: here, and as {other:?}");
                self.refuse(known.shown, &text, reason);
            }
            _ => {}
        }
    }

    /// Takes a value back.
    pub fn forget(&mut self, field: Field) {
        self.take(field);
    }

    fn take(&mut self, field: Field) -> Cow<'a, str> {
        self.values.get_mut(field.place()).and_then(Option::take).unwrap_or_default()
    }
}

/// A row, and what the sums of the list need of it.
pub struct Row<'a> {
    /// The row as it is handed out.
    pub found: ListRow,
    /// Its subsite, empty where it names none.
    pub subsite: Cow<'a, str>,
    /// Its service, empty where it names none.
    pub service_name: Cow<'a, str>,
    /// Its currency and amount, where both are readable, also in a rejected row.
    pub amount: Option<(Currency, i64)>,
}

/// What is known of all rows of a list.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// How rows are named.
    pub version: Version,
    /// The currency around the row, empty where there is none.
    pub enclosing_currency: &'a str,
    /// `AccountingNo`.
    pub settlement_id: &'a str,
    /// Known currencies.
    pub currencies: &'a Currencies,
}

/// Which attributes the last row had: those of the next are nearly always the same, so nothing is looked up then.
#[derive(Debug, Default)]
pub struct Memory(Vec<(String, Option<&'static Known>)>);

impl Memory {
    fn field(&mut self, version: Version, at: usize, name: &str) -> Option<&'static Known> {
        if let Some((known, field)) = self.0.get(at)
            && known == name
        {
            return *field;
        }
        let field = version.field(name);
        if at < MEMORY_MAX && name.len() < MEMORY_MAX {
            if self.0.len() <= at {
                self.0.resize_with(at + 1, Default::default);
            }
            if let Some(entry) = self.0.get_mut(at) {
                *entry = (name.to_owned(), field);
            }
        }
        field
    }
}

/// A row has a score of attributes.
const MEMORY_MAX: usize = 64;

/// The row of a tag as it stands.
///
/// # Errors
/// The tag is not well formed.
pub fn given_by_tag<'a>(tag: &Tag<'a>, version: Version, memory: &mut Memory) -> Result<Given<'a>, XmlError> {
    let mut given = Given { line: tag.place.line, ..Given::default() };
    for (at, attribute) in tag.attributes().enumerate() {
        let attribute = attribute.map_err(|error| tag.place.damaged(&error.to_string()))?;
        let raw_name = attribute.key.as_ref();
        if tag.damaged && (attribute.value.contains('\u{fffd}') || raw_name.contains('\u{fffd}')) {
            given.refuse(raw_name, &attribute.value, "bytes that are not UTF-8");
        }
        let Some(known) = memory.field(version, at, raw_name) else { continue };
        match decoded(&attribute) {
            Ok(text) => given.state(known, text),
            Err(reason) => given.refuse(known.shown, &attribute.value, reason),
        }
    }
    Ok(given)
}

/// Reads a row; what cannot be read is a [`Reject`].
#[must_use]
pub fn read_row<'a>(mut given: Given<'a>, about: About<'_>) -> Row<'a> {
    let About { version, enclosing_currency, settlement_id, currencies } = about;
    let [amount, currency, vat, identity, order] =
        [Field::Amount, Field::Currency, Field::Vat, Field::Identity, Field::Order].map(|field| given.take(field));
    let [batch, number, created, modified, referenced] =
        [Field::Batch, Field::Number, Field::Created, Field::Modified, Field::Referenced]
            .map(|field| given.take(field).into_owned());
    let [subsite, service_name] = [Field::Subsite, Field::Service].map(|field| given.take(field));
    let Given { line, mut reject, .. } = given;

    let code = if currency.is_empty() { enclosing_currency } else { &*currency };
    let known = currencies.find(code.as_bytes());
    if known.is_none() {
        let reason =
            "a currency is an active ISO 4217 code in capitals; the configuration may add others in [currencies]";
        reject.get_or_insert_with(|| rejected("Currency", code, reason));
    }
    let mut minor = |name: &str, text: &str| {
        let read = minor_units(text, currencies.exponent(known?));
        let read = read.and_then(|units| {
            i64::try_from(units).map_err(|_| "the amount does not fit 64 bits of minor units".to_owned())
        });
        read.map_err(|reason| reject.get_or_insert_with(|| rejected(name, text, reason))).ok()
    };
    let gross_minor = minor("Amount", &amount);
    let vat_minor = if vat.is_empty() { None } else { minor("VATAmount", &vat) };

    let (transaction_id, payee_reference, order_id) = match version {
        Version::One => (Cow::default(), order, Cow::default()),
        Version::Two if is_guid(&identity) => (identity, Cow::default(), order),
        Version::Two => (Cow::default(), identity, order),
    };
    let text = |amount_minor: Option<i64>| amount_minor.map(|units| units.to_string()).unwrap_or_default();
    let fields = match reject {
        Some(reject) => Err(reject),
        None => Ok(RowFields {
            gross_amount: text(gross_minor),
            currency: code.to_owned(),
            settlement_id: settlement_id.to_owned(),
            reconciliation_number: batch,
            transaction_number: number,
            payee_reference: payee_reference.into_owned(),
            order_id: order_id.into_owned(),
            transaction_id: transaction_id.into_owned(),
            vat_amount: text(vat_minor),
            created_at: created,
            settled_at: modified,
            referenced_transaction: referenced,
            service: service_name.to_string(),
        }),
    };
    Row { found: ListRow { version, line, fields }, subsite, service_name, amount: known.zip(gross_minor) }
}

/// Whether a text is a GUID: 32 hexadecimal digits, bare or dashed 8-4-4-4-12.
fn is_guid(text: &str) -> bool {
    let hex = |part: &str, len: usize| part.len() == len && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut parts = text.split('-');
    hex(text, 32)
        || ([8, 4, 4, 4, 12].iter().all(|len| parts.next().is_some_and(|part| hex(part, *len)))
            && parts.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_bare_or_dashed() {
        for text in [
            "a05bae9f426e4aa4840c246bf2264f99",
            "A05BAE9F426E4AA4840C246BF2264F99",
            "a05bae9f-426e-4aa4-840c-246bf2264f99",
        ] {
            assert!(is_guid(text), "{text}");
        }
        for text in [
            "",
            "476298",
            "bp2xpc7tpbs",
            "a05bae9f426e4aa4840c246bf2264f9",
            "a05bae9f426e4aa4840c246bf2264f999",
            "g05bae9f426e4aa4840c246bf2264f99",
            "a05bae9f426e-4aa4-840c-246bf2264f99",
            "a05bae9f-426e-4aa4-840c-246bf2264f99-",
            "{a05bae9f-426e-4aa4-840c-246bf2264f99}",
            "-----",
            "a05bae9f-426e-4aa4-840c246bf2264f99-0000",
        ] {
            assert!(!is_guid(text), "{text}");
        }
    }
}
