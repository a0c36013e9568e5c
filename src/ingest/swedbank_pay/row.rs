//! One `Transaction` as the canonical settlement columns of RULES.md 2, texts ready for the canonical reader.

use std::borrow::Cow;

use super::amount::minor_units;
pub use crate::ingest::canonical::Reject;
use crate::ingest::field::shown;
use crate::ingest::xml::{Folded, Tag, XmlError, decoded};
use crate::model::currency::{Currencies, Currency};

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// Physical line of the start tag, from 1.
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
    /// `PayexTransactionNo`.
    pub transaction_number: String,
    /// `TransactionIdentity` where it is not a GUID.
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
}

impl RowFields {
    /// The columns by name, in the order of RULES.md 2.
    #[must_use]
    pub fn columns(&self) -> [(&'static str, &str); 12] {
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
        ]
    }
}

/// A reject of an attribute; names come from the file too, so they are shortened as values are.
fn rejected(column: &str, value: &str, reason: impl Into<String>) -> Reject {
    Reject { column: shown(column.as_bytes()), value: shown(value.as_bytes()), reason: reason.into() }
}

/// Known attributes: the name without case and separators, the name to show, the canonical column.
const ATTRIBUTES: [(&[u8], &str, &str); 12] = [
    (b"amount", "Amount", "gross_amount"),
    (b"currency", "Currency", "currency"),
    (b"vatamount", "VATAmount", "vat_amount"),
    (b"payexbatchno", "PayexBatchNo", "reconciliation_number"),
    (b"payextransactionno", "PayexTransactionNo", "transaction_number"),
    (b"transactionidentity", "TransactionIdentity", "transaction_id"),
    (b"orderidentity", "OrderIdentity", "order_id"),
    (b"datecreated", "DateCreated", "created_at"),
    (b"datemodified", "DateModified", "settled_at"),
    (b"referencedtransaction", "ReferencedTransaction", "referenced_transaction"),
    (b"subsite", "Subsite", ""),
    (b"servicename", "ServiceName", ""),
];

/// The place of an attribute in [`ATTRIBUTES`]. Nearly all stand as documented, which is quicker to see.
fn place_of(name: &str) -> Option<usize> {
    let documented = ATTRIBUTES.iter().position(|(_, shown, _)| *shown == name);
    documented.or_else(|| {
        let folded = Folded::new(name)?;
        ATTRIBUTES.iter().position(|(known, ..)| *known == folded.as_bytes())
    })
}

/// The attribute that a canonical column is read from, for those who have only the list before them.
#[must_use]
pub fn source_attribute(column: &str) -> Option<&'static str> {
    match column {
        "settlement_id" => Some("AccountingNo"),
        "payee_reference" => Some("TransactionIdentity"),
        _ => ATTRIBUTES.iter().find(|(_, _, canonical)| *canonical == column).map(|(_, shown, _)| *shown),
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

/// Reads a row.
///
/// # Errors
/// The tag is not well formed; everything else is a [`Reject`].
pub fn read_row<'a>(
    tag: &Tag<'a>,
    enclosing_currency: &str,
    settlement_id: &str,
    currencies: &Currencies,
) -> Result<Row<'a>, XmlError> {
    let mut reject: Option<Reject> = None;
    let mut values: [Option<Cow<'a, str>>; ATTRIBUTES.len()] = Default::default();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| tag.place.damaged(&error.to_string()))?;
        let raw_name = attribute.key.as_ref();
        if tag.damaged && (attribute.value.contains('\u{fffd}') || raw_name.contains('\u{fffd}')) {
            reject.get_or_insert_with(|| rejected(raw_name, &attribute.value, "bytes that are not UTF-8"));
        }
        let Some(place) = place_of(raw_name) else { continue };
        let (Some((_, shown, _)), Some(value)) = (ATTRIBUTES.get(place), values.get_mut(place)) else { continue };
        match (decoded(&attribute), &*value) {
            (Ok(text), Some(other)) if text != *other => {
                let reason = format!("the row states it twice: here, and as {other:?}");
                reject.get_or_insert_with(|| rejected(shown, &text, reason));
            }
            (Ok(text), _) => *value = Some(text),
            (Err(reason), _) => {
                reject.get_or_insert_with(|| rejected(shown, &attribute.value, reason));
            }
        }
    }
    let [amount, currency, vat, batch, number, identity, order, created, modified, referenced, subsite, service_name] =
        values.map(Option::unwrap_or_default);

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

    let (transaction_id, payee_reference) =
        if is_guid(&identity) { (identity, Cow::default()) } else { (Cow::default(), identity) };
    let text = |amount_minor: Option<i64>| amount_minor.map(|units| units.to_string()).unwrap_or_default();
    let fields = match reject {
        Some(reject) => Err(reject),
        None => Ok(RowFields {
            gross_amount: text(gross_minor),
            currency: code.to_owned(),
            settlement_id: settlement_id.to_owned(),
            reconciliation_number: batch.into_owned(),
            transaction_number: number.into_owned(),
            payee_reference: payee_reference.into_owned(),
            order_id: order.into_owned(),
            transaction_id: transaction_id.into_owned(),
            vat_amount: text(vat_minor),
            created_at: created.into_owned(),
            settled_at: modified.into_owned(),
            referenced_transaction: referenced.into_owned(),
        }),
    };
    Ok(Row { found: ListRow { line: tag.place.line, fields }, subsite, service_name, amount: known.zip(gross_minor) })
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

    #[test]
    fn every_column_names_its_attribute() {
        for (column, _) in RowFields::default().columns() {
            assert!(source_attribute(column).is_some(), "{column}");
        }
        assert_eq!(source_attribute("kind"), None);
    }
}
