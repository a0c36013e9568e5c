//! Columns of the canonical exports and rows of typed values (RULES section 2).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Dataset, InputFile, Settings, csv, currencies, parse};

/// A typed value. Derived order is the order of section 2: absent first, text by its bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// The field is empty or its column is not there.
    Absent,
    /// An amount, a rate, or a quantity in ten-thousandths.
    Number(i128),
    /// Whether a state is completed.
    Flag(bool),
    /// A timestamp.
    Instant(DateTime<Utc>),
    /// An id or any other text, trimmed.
    Text(String),
}

/// How a column is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    Word,
    State,
    Currency,
    Amount,
    Quantity,
    Rate,
    Time,
}

use Form::{Amount, Currency, Quantity, Rate, State, Text, Time, Word};

/// Name, form and whether it is required, in the order of section 2.
type Column = (&'static str, Form, bool);

const ORDERS: &[Column] = &[
    ("order_id", Text, true),
    ("line_id", Text, true),
    ("gross_amount", Amount, true),
    ("currency", Currency, true),
    ("created_at", Time, true),
    ("provider", Text, false),
    ("item_id", Text, false),
    ("description", Text, false),
    ("quantity", Quantity, false),
    ("vat_amount", Amount, false),
    ("vat_rate", Rate, false),
    ("related_line_id", Text, false),
    ("relation", Text, false),
    ("reversed_reason", Text, false),
    ("updated_at", Time, false),
    ("order_amount", Amount, false),
    ("cancelled_amount", Amount, false),
    ("remaining_capture_amount", Amount, false),
    ("remaining_reversal_amount", Amount, false),
];

const OPERATIONS: &[Column] = &[
    ("order_id", Text, true),
    ("amount", Amount, true),
    ("currency", Currency, true),
    ("created_at", Time, true),
    ("provider", Text, false),
    ("line_id", Text, false),
    ("operation_id", Text, false),
    ("payee_reference", Text, false),
    ("transaction_number", Text, false),
    ("transaction_id", Text, false),
    ("receipt_reference", Text, false),
    ("payment_id", Text, false),
    ("vat_amount", Amount, false),
    ("state", State, false),
    ("updated_at", Time, false),
    ("reconciliation_number", Text, false),
    ("operation_amount", Amount, false),
];

const SETTLEMENTS: &[Column] = &[
    ("gross_amount", Amount, true),
    ("currency", Currency, true),
    ("provider", Text, false),
    ("settlement_id", Text, false),
    ("reconciliation_number", Text, false),
    ("operation_id", Text, false),
    ("transaction_number", Text, false),
    ("payee_reference", Text, false),
    ("order_id", Text, false),
    ("transaction_id", Text, false),
    ("kind", Word, false),
    ("fee_amount", Amount, false),
    ("net_amount", Amount, false),
    ("vat_amount", Amount, false),
    ("created_at", Time, false),
    ("settled_at", Time, false),
    ("referenced_transaction", Text, false),
];

fn columns(dataset: Dataset) -> &'static [Column] {
    match dataset {
        Dataset::Orders => ORDERS,
        Dataset::Captures | Dataset::Reversals => OPERATIONS,
        Dataset::Settlements => SETTLEMENTS,
    }
}

/// The names of the columns of a dataset, in the order of section 2, and whether each is required.
pub fn column_names(dataset: Dataset) -> Vec<(&'static str, bool)> {
    columns(dataset).iter().map(|(name, _, required)| (*name, *required)).collect()
}

/// A row of an export, every known column typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is a row of.
    pub dataset: Dataset,
    values: BTreeMap<&'static str, Value>,
}

impl Row {
    /// The value of a column; absent for a column that the dataset does not have.
    pub fn value(&self, column: &str) -> Value {
        self.values.get(column).cloned().unwrap_or(Value::Absent)
    }

    /// The text of a column, empty when absent.
    pub fn text(&self, column: &str) -> String {
        match self.value(column) {
            Value::Text(text) => text,
            _ => String::new(),
        }
    }

    /// The number in a column, if it is stated.
    pub fn number(&self, column: &str) -> Option<i128> {
        match self.value(column) {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The amount that every row has: `amount`, or `gross_amount`.
    pub fn amount(&self) -> i128 {
        self.number(self.amount_column()).expect("a required column")
    }

    /// When it was created; only for datasets in which that is required.
    pub fn created_at(&self) -> DateTime<Utc> {
        match self.value("created_at") {
            Value::Instant(instant) => instant,
            _ => unreachable!("a required column"),
        }
    }

    /// Whether the state means completed; rows of datasets without states are.
    pub fn completed(&self) -> bool {
        self.value("state") != Value::Flag(false)
    }

    /// Whether an order line takes back its related line (section 1).
    pub fn is_reversal_line(&self) -> bool {
        ["related_line_id", "relation", "reversed_reason"].iter().any(|c| self.value(c) != Value::Absent)
    }

    /// All values, the named columns first and the others in the order of section 2: the order that rows sort in.
    pub fn values_with_first(&self, first: &[&str]) -> Vec<Value> {
        let others = columns(self.dataset).iter().map(|c| c.0).filter(|name| !first.contains(name));
        first.iter().copied().chain(others).map(|name| self.value(name)).collect()
    }

    /// All values by (amount, then the other columns): the order of a record conflict.
    pub fn conflict_order(&self) -> Vec<Value> {
        self.values_with_first(&[self.amount_column()])
    }

    fn amount_column(&self) -> &'static str {
        match self.dataset {
            Dataset::Captures | Dataset::Reversals => "amount",
            Dataset::Orders | Dataset::Settlements => "gross_amount",
        }
    }
}

/// The rows of a file that could be read, and how many could not.
#[derive(Debug)]
pub struct Content {
    /// In the order of the file.
    pub rows: Vec<Row>,
    /// Counted only.
    pub rejected: u64,
}

/// Reads a file; `None` where it cannot be read at all, a missing required column included.
pub fn read_file(file: &InputFile, settings: &Settings) -> Option<Content> {
    let mut records = csv::records(&file.bytes).into_iter();
    let header = records.next()?;
    let mut names = Vec::new();
    for field in &header {
        names.push(std::str::from_utf8(field).ok()?.trim().to_string());
    }
    let missing = |c: &&Column| c.2 && !names.iter().any(|n| n == c.0);
    if columns(file.dataset).iter().any(|c| missing(&c)) {
        return None;
    }
    let mut content = Content { rows: Vec::new(), rejected: 0 };
    for record in records {
        match read_row(file, &names, &record, settings) {
            Some(row) => content.rows.push(row),
            None => content.rejected += 1,
        }
    }
    Some(content)
}

/// One row, `None` where it is rejected.
fn read_row(file: &InputFile, names: &[String], record: &[Vec<u8>], settings: &Settings) -> Option<Row> {
    if record.len() != names.len() {
        return None;
    }
    let mut fields = Vec::new();
    for field in record {
        fields.push(std::str::from_utf8(field).ok()?.trim());
    }
    let mut values = BTreeMap::new();
    for &(name, form, required) in columns(file.dataset) {
        // Of two columns with one name the first counts.
        let text = names.iter().position(|n| n == name).map_or("", |at| fields[at]);
        if text.is_empty() && required {
            return None;
        }
        values.insert(name, typed(text, form, settings)?);
    }
    if values["provider"] == Value::Absent {
        let name = file.provider.as_ref().unwrap_or(&settings.default_provider);
        values.insert("provider", Value::Text(name.clone()));
    }
    Some(Row { dataset: file.dataset, values })
}

/// A typed value, `None` where the text cannot be read as its form.
fn typed(text: &str, form: Form, settings: &Settings) -> Option<Value> {
    if form == State {
        let states = ["", "completed", "success", "true"];
        return Some(Value::Flag(states.iter().any(|s| s.eq_ignore_ascii_case(text))));
    }
    if text.is_empty() {
        return Some(Value::Absent);
    }
    match form {
        Text => Some(Value::Text(text.to_string())),
        Word => Some(Value::Text(text.to_ascii_lowercase())),
        Currency => currencies::is_active(text).then(|| Value::Text(text.to_string())),
        Amount => parse::amount(text).map(Value::Number),
        Quantity => parse::quantity(text).map(Value::Number),
        Rate => parse::vat_rate(text).map(Value::Number),
        Time => parse::timestamp(text, settings.zone).map(Value::Instant),
        State => unreachable!("read above"),
    }
}
