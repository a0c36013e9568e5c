//! From facts that are put together to canonical rows, with what a row cannot do without.

use std::collections::{BTreeMap, HashMap};

use compact_str::ToCompactString;

use super::fact::{ItemFact, Moved, OperationFact, OrderFact, Place, Told};
use super::recorded::is_done;
use crate::ingest::canonical::Reject;
use crate::ingest::field::shown;
use crate::model::record::Dataset;
use crate::model::text::Text;

/// A canonical row on its way to the copy of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is a row of.
    pub dataset: Dataset,
    /// Where the document stands that tells it.
    pub place: Place,
    /// Its columns that are not empty.
    pub fields: Vec<(&'static str, Text)>,
}

/// A row that cannot be made, with what lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What it would have been a row of.
    pub dataset: Dataset,
    /// Where the document stands.
    pub place: Place,
    /// Why.
    pub reject: Reject,
}

/// What the order as a whole says, for all its rows.
#[derive(Debug, Clone, Default)]
pub struct Whole {
    /// The provider of the rows.
    pub provider: Text,
    /// The order.
    pub order_id: Option<Text>,
    /// The order's only currency.
    pub currency: Option<Text>,
    /// When the order was made.
    pub created_at: Option<Text>,
    /// Its own statements, minor units: amount, cancelled, remaining capture, remaining reversal.
    pub statements: [Option<i64>; 4],
}

/// Columns with the text that the source's profile gives them in every row, by the number of the file.
pub type Constants<'a> = &'a (dyn Fn(u32) -> Option<&'a BTreeMap<String, String>> + Sync);

fn refused(dataset: Dataset, place: Place, column: &str, value: &str, reason: String) -> Refused {
    Refused { dataset, place, reject: Reject { column: column.to_owned(), value: shown(value.as_bytes()), reason } }
}

/// Fills what the profile states, and refuses a row that lacks what every row must have.
fn finish(mut row: Row, whole: &Whole, constants: Constants<'_>) -> Result<Row, Refused> {
    for (column, text) in constants(row.place.file).into_iter().flatten() {
        let known = row.dataset.columns().iter().find(|known| known.name == column);
        if let Some(known) = known
            && !row.fields.iter().any(|(name, _)| *name == known.name)
        {
            row.fields.push((known.name, text.into()));
        }
    }
    // What says nothing of its time was made with its order.
    if let (Some(created_at), false) = (&whole.created_at, row.fields.iter().any(|(name, _)| *name == "created_at")) {
        row.fields.push(("created_at", created_at.clone()));
    }
    let lacks = row.dataset.columns().iter().find(|column| {
        column.required && !row.fields.iter().any(|(name, text)| *name == column.name && !text.is_empty())
    });
    match lacks {
        None => Ok(row),
        Some(column) => {
            let what = match column.name {
                "currency" => "no document given states its currency",
                "created_at" => "no document given says when it was made",
                "order_id" => {
                    "no document given says which order it belongs to: name the folder after it, as in orders/ORDER/captures.json"
                }
                "line_id" => "the item has no id",
                _ => "the document does not state it",
            };
            let reason =
                format!("{what}; a profile of the source may give it: constants = {{ {} = \"...\" }}", column.name);
            Err(refused(row.dataset, row.place, column.name, "", reason))
        }
    }
}

fn push(fields: &mut Vec<(&'static str, Text)>, name: &'static str, value: Option<impl ToCompactString>) {
    if let Some(value) = value {
        fields.push((name, value.to_compact_string()));
    }
}

/// The row of an order line.
///
/// # Errors
/// It lacks what a row must have.
pub fn line(whole: &Whole, order: &OrderFact, item: &ItemFact, constants: Constants<'_>) -> Result<Row, Refused> {
    let mut fields = Vec::with_capacity(16);
    push(&mut fields, "order_id", whole.order_id.as_ref());
    fields.push(("line_id", item.line_id.clone()));
    fields.push(("gross_amount", item.gross_minor.to_compact_string()));
    push(&mut fields, "currency", order.currency.as_ref().or(whole.currency.as_ref()));
    push(&mut fields, "created_at", order.created_at.as_ref());
    fields.push(("provider", whole.provider.clone()));
    push(&mut fields, "item_id", item.item_id.as_ref());
    push(&mut fields, "description", item.description.as_ref());
    push(&mut fields, "quantity", item.quantity.as_ref());
    push(&mut fields, "vat_amount", item.vat_minor);
    push(&mut fields, "vat_rate", item.vat_rate_bp);
    push(&mut fields, "related_line_id", item.related_line_id.as_ref());
    push(&mut fields, "relation", item.relation.as_ref());
    push(&mut fields, "reversed_reason", item.reversed_reason.as_ref());
    push(&mut fields, "updated_at", order.updated_at.as_ref());
    let names = ["order_amount", "cancelled_amount", "remaining_capture_amount", "remaining_reversal_amount"];
    for (name, statement) in names.into_iter().zip(whole.statements) {
        push(&mut fields, name, statement);
    }
    let place = if item.line == 0 { order.place } else { Place { line: item.line, ..order.place } };
    finish(Row { dataset: Dataset::Orders, place, fields }, whole, constants)
}

/// The rows of an operation: one a line, or one where it names none. Parts of one line are summed: a line has one row.
///
/// # Errors
/// It lacks what a row must have.
pub fn operation(whole: &Whole, fact: &OperationFact, constants: Constants<'_>) -> Result<Vec<Row>, Refused> {
    let dataset = match fact.moved {
        Some(Moved::Capture) => Dataset::Captures,
        Some(Moved::Reversal) => Dataset::Reversals,
        None => {
            let reason = "nothing says whether this request was to capture or to reverse: give its response too, or name its file or folder captures or reversals";
            let id = fact.payee_reference.as_deref().unwrap_or_default();
            return Err(refused(Dataset::Captures, fact.place, "payee_reference", id, reason.to_owned()));
        }
    };
    let mut common = Vec::with_capacity(16);
    push(&mut common, "order_id", fact.order_id.as_ref().or(whole.order_id.as_ref()));
    push(&mut common, "currency", fact.currency.as_ref().or(whole.currency.as_ref()));
    push(&mut common, "created_at", fact.created_at.as_ref());
    common.push(("provider", whole.provider.clone()));
    push(&mut common, "operation_id", fact.operation_id.as_ref());
    push(&mut common, "payee_reference", fact.payee_reference.as_ref());
    push(&mut common, "transaction_number", fact.transaction_number.as_ref());
    push(&mut common, "transaction_id", fact.transaction_id.as_ref());
    push(&mut common, "receipt_reference", fact.receipt_reference.as_ref());
    push(&mut common, "payment_id", fact.payment_id.as_ref());
    push(&mut common, "state", fact.state.as_ref());
    push(&mut common, "updated_at", fact.updated_at.as_ref());
    push(&mut common, "reconciliation_number", fact.reconciliation_number.as_ref());
    if fact.parts.is_empty() && fact.amount_minor.is_none() && fact.told == Told::Executed && !is_done(fact) {
        // A list of attempts names what failed and states no amounts; no money is looked for.
        return Ok(Vec::new());
    }
    if fact.parts.is_empty() {
        push(&mut common, "amount", fact.amount_minor);
        push(&mut common, "vat_amount", fact.vat_minor);
        return Ok(vec![finish(Row { dataset, place: fact.place, fields: common }, whole, constants)?]);
    }
    push(&mut common, "operation_amount", fact.amount_minor);
    let mut sums: Vec<(&str, i128, Option<i128>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for part in &fact.parts {
        let (amount, vat) = (i128::from(part.amount_minor), part.vat_minor.map(i128::from));
        let place = *places.entry(&part.line_id).or_insert(sums.len());
        match sums.get_mut(place) {
            Some((_, sum, vat_sum)) => {
                *sum += amount;
                *vat_sum = vat_sum.zip(vat).map(|(sum, vat)| sum + vat);
            }
            None => sums.push((&part.line_id, amount, vat)),
        }
    }
    let one = sums.len() == 1;
    let rows = sums.into_iter().map(|(line_id, amount, vat)| {
        let mut fields = common.clone();
        fields.push(("amount", amount.to_compact_string()));
        fields.push(("line_id", line_id.into()));
        // A single line has all of the operation's VAT.
        push(&mut fields, "vat_amount", vat.or(fact.vat_minor.filter(|_| one).map(i128::from)));
        finish(Row { dataset, place: fact.place, fields }, whole, constants)
    });
    rows.collect()
}
