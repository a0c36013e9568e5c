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
use crate::ingest::payload::scalar::{id, id_of, minor_near, rejected, text, text_of};
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
    if !survey.is_decided() {
        for value in transactions() {
            if let Ok(amounts) = amounts(&value) {
                survey.row(&amounts);
            }
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
    let own = |column: &str| text(column, root.get(column)).map(|text| text.unwrap_or_default().into());
    let Some(settlement_id) = id("dintero_settlement_id", root.get("dintero_settlement_id"))? else {
        let (column, reason) = ("dintero_settlement_id".to_owned(), "it is empty".to_owned());
        return Err(Reject { column, value: String::new(), reason });
    };
    Ok(Header {
        settlement_id: settlement_id.into(),
        currency: own("currency")?,
        settled_at: own("settlement_date")?,
        reference: own("settlement_reference")?,
        amounts: amounts(&root)?,
        line: document.line(),
    })
}

/// The amounts of a header or a row. A row may state its own amount, and its net: that is what is paid out.
fn amounts(value: &Node<'_>) -> Result<Amounts, Reject> {
    let (mut amounts, mut own) = (Amounts::default(), None);
    for value in value.values() {
        let slot = match &*value.key() {
            "net_amount" => &mut amounts.net,
            "capture" => &mut amounts.capture,
            "refund" => &mut amounts.refund,
            "fee" => &mut amounts.fee,
            "chargeback" => &mut amounts.chargeback,
            "amount" => {
                own = Some(value);
                continue;
            }
            _ => continue,
        };
        *slot = minor_near(&value.key(), Some(value))?;
    }
    if amounts.net.is_none() {
        amounts.net = minor_near("amount", own)?;
    }
    Ok(amounts)
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
        match &*value.key() {
            "transaction_id" => row.transaction_id = id_of("transaction_id", &value)?.unwrap_or_default(),
            "reference" => row.order_id = id_of("reference", &value)?.unwrap_or_default(),
            "event_reference" => row.payee_reference = id_of("event_reference", &value)?.unwrap_or_default(),
            "transaction_date" => row.created_at = text_of("transaction_date", &value)?.unwrap_or_default(),
            "type" | "transaction_type" => {
                row.word = Row::telling_word(text_of("transaction_type", &value)?.unwrap_or_default());
            }
            "vat_amount" => row.vat_minor = minor_near("vat_amount", field)?,
            "currency" => {
                if let Some(currency) = text_of("currency", &value)? {
                    row.currency = currency;
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
