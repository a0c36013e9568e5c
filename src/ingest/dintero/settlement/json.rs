//! Settlements as JSON: reports, and pages of the list.

use std::borrow::Cow;

use super::list::Payouts;
use super::rows::{Header, Row, Writer};
use super::signs::{Amounts, Survey};
use crate::engine::source::Bytes;
use crate::ingest::canonical::Reject;
use crate::ingest::copy::Converted;
use crate::ingest::payload::document::Document;
use crate::ingest::payload::documents::Documents;
use crate::ingest::payload::json::{Node, Shape};
use crate::ingest::payload::recognise::{Dintero, Kind};
use crate::ingest::payload::scalar::{id, minor_near, rejected, text};
use crate::ingest::source::FileError;
use crate::model::currency::Currencies;

/// Converts a JSON file of settlement reports, of pages of the settlement list, or both: a part a report, and one for
/// the pages together.
///
/// # Errors
/// The file is damaged or holds something else, or there is no room for the copy.
pub fn convert_settlement_json(
    shown: &str,
    bytes: &Bytes,
    currencies: &Currencies,
) -> Result<Vec<Converted>, FileError> {
    let mut parts = Vec::new();
    let mut payouts: Option<Payouts<'_>> = None;
    let mut documents = Documents::new(shown, bytes)?;
    while let Some(batch) = documents.next_batch()? {
        for span in batch.spans() {
            let document = batch.document(*span)?;
            match document.kind() {
                Some(Kind::Dintero(Dintero::SettlementReport)) => parts.push(report(shown, &document, currencies)?),
                Some(Kind::Dintero(Dintero::SettlementList)) => {
                    let payouts = match &mut payouts {
                        Some(payouts) => payouts,
                        none => none.insert(Payouts::new(shown)?),
                    };
                    payouts.page(&document)?;
                }
                _ => {
                    let problem = "a file of Dintero's settlements holds a document that is none";
                    let help = "put settlements and other documents in files of their own";
                    return Err(FileError::new(shown, problem, help).at(document.line(), None));
                }
            }
        }
    }
    if let Some(payouts) = payouts {
        parts.push(payouts.finish()?);
    }
    Ok(parts)
}

fn report(shown: &str, document: &Document<'_>, currencies: &Currencies) -> Result<Converted, FileError> {
    let header = header(document).map_err(|reject| {
        let problem = format!("the report's {} cannot be read: {}", reject.column, reject.reason);
        let help = "fetch the report again: without its header nothing in it can be checked";
        FileError::new(shown, problem, help).at(document.line(), None)
    })?;
    let transactions = document.root().get("transactions");
    if let Some(other) = transactions.filter(|value| !matches!(value.shape(), Shape::Array | Shape::Null)) {
        let problem = "the report's transactions are no list";
        return Err(FileError::new(shown, problem, "fetch the report again").at(document.line_of(&other), None));
    }
    let transactions = || transactions.into_iter().flat_map(|transactions| transactions.values());
    let mut survey = Survey::new(&header.amounts);
    for value in transactions() {
        if let Ok(amounts) = amounts(&value) {
            survey.row(&amounts);
        }
    }
    let mut writer = Writer::new(shown, &header, &survey, currencies)?;
    for value in transactions() {
        let line = document.line_of(&value);
        match row(&value, &header, line) {
            Ok(row) => writer.row(&row)?,
            Err(reject) => writer.reject(line, reject),
        }
    }
    writer.finish("dintero settlement report json")
}

/// The header. Nothing in the file means anything without its id.
fn header(document: &Document<'_>) -> Result<Header, Reject> {
    let root = document.root();
    let own = |column: &str| text(column, root.get(column)).map(Option::unwrap_or_default);
    let Some(settlement_id) = id("dintero_settlement_id", root.get("dintero_settlement_id"))? else {
        let (column, reason) = ("dintero_settlement_id".to_owned(), "it is empty".to_owned());
        return Err(Reject { column, value: String::new(), reason });
    };
    Ok(Header {
        settlement_id,
        currency: own("currency")?,
        settled_at: own("settlement_date")?,
        amounts: amounts(&root)?,
        line: document.line(),
    })
}

/// The amounts of a header or a row. A row may state its own amount, and its net: that is what is paid out.
fn amounts(value: &Node<'_>) -> Result<Amounts, Reject> {
    let minor = |column: &str| minor_near(column, value.get(column));
    let net = minor("net_amount")?.map_or_else(|| minor("amount"), |net| Ok(Some(net)))?;
    let (capture, refund) = (minor("capture")?, minor("refund")?);
    Ok(Amounts { net, capture, refund, fee: minor("fee")?, chargeback: minor("chargeback")? })
}

/// Endings of names of numbers that are no money.
const NO_MONEY: [&str; 5] = ["_id", "_number", "_count", "_ppm", "_rate"];

fn row<'d>(value: &Node<'d>, header: &'d Header, line: u64) -> Result<Row<'d>, Reject> {
    if value.shape() != Shape::Object {
        return Err(rejected("transactions", value, "an object must stand here"));
    }
    let mut row = Row { line, amounts: amounts(value)?, currency: Cow::Borrowed(&header.currency), ..Row::default() };
    for value in value.values() {
        let field = Some(value);
        let owned = |text: Option<String>| text.map_or(Cow::Borrowed(""), Cow::Owned);
        match &*value.key() {
            "transaction_id" => row.transaction_id = owned(id("transaction_id", field)?),
            "reference" => row.order_id = owned(id("reference", field)?),
            "event_reference" => row.payee_reference = owned(id("event_reference", field)?),
            "transaction_date" => row.created_at = owned(text("transaction_date", field)?),
            "type" | "transaction_type" => row.word = Row::telling_word(owned(text("transaction_type", field)?)),
            "vat_amount" => row.vat_minor = minor_near("vat_amount", field)?,
            "currency" => {
                if let Some(currency) = text("currency", field)? {
                    row.currency = Cow::Owned(currency);
                }
            }
            "amount" | "net_amount" | "capture" | "refund" | "fee" | "chargeback" => {}
            other => {
                let money = value.shape() == Shape::Number && !NO_MONEY.iter().any(|end| other.ends_with(end));
                // A number with decimals is no amount of minor units, so it is none that could be lost.
                if let Some(amount) = minor_near(other, field.filter(|_| money)).unwrap_or_default()
                    && amount != 0
                {
                    row.others.push((value.key(), amount));
                }
            }
        }
    }
    Ok(row)
}
