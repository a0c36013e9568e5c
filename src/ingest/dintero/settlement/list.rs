//! The list of settlements: a row a settlement and currency, what was paid out or carried over to the next.

use compact_str::ToCompactString;

use crate::ingest::canonical::Reject;
use crate::ingest::copy::{Converted, Copy};
use crate::ingest::payload::document::Document;
use crate::ingest::payload::json::{Node, Shape};
use crate::ingest::payload::scalar::{id, minor_near, rejected, text};
use crate::ingest::source::FileError;
use crate::model::record::Dataset;
use crate::model::text::Text;

/// Pages of the list while they are converted.
pub(super) struct Payouts<'a> {
    copy: Copy<'a>,
}

/// What all amounts of a settlement have in common.
struct Payout {
    settlement_id: Text,
    created_at: Text,
    settled_at: Text,
    kind: &'static str,
}

impl<'a> Payouts<'a> {
    /// Starts without a page.
    ///
    /// # Errors
    /// There is no room for the copy.
    pub fn new(shown: &'a str) -> Result<Self, FileError> {
        Ok(Self { copy: Copy::new(shown, Dataset::Settlements)? })
    }

    /// Adds the settlements of a page.
    ///
    /// # Errors
    /// There is no room for them.
    pub fn page(&mut self, document: &Document<'_>) -> Result<(), FileError> {
        let items = document.root().get("items");
        if let Some(other) = items.filter(|items| items.shape() != Shape::Array) {
            self.copy.reject(document.line_of(&other), rejected("items", &other, "a list must stand here"));
            return Ok(());
        }
        for item in items.into_iter().flat_map(|items| items.values()) {
            let amounts = match payout(&item) {
                Ok(found) => found,
                Err(reject) => {
                    self.copy.reject(document.line_of(&item), reject);
                    continue;
                }
            };
            let (payout, amounts) = amounts;
            for amount in amounts.values() {
                let line = document.line_of(&amount);
                match paid(&amount) {
                    Ok((gross, currency)) => self.copy.row(
                        line,
                        &[
                            ("gross_amount", &gross),
                            ("currency", &currency),
                            ("settlement_id", &payout.settlement_id),
                            ("reconciliation_number", &payout.settlement_id),
                            ("kind", payout.kind),
                            ("created_at", &payout.created_at),
                            ("settled_at", &payout.settled_at),
                        ],
                    )?,
                    Err(reject) => self.copy.reject(line, reject),
                }
            }
        }
        Ok(())
    }

    /// The converted list.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn finish(self) -> Result<Converted, FileError> {
        self.copy.finish("dintero settlement list json", None)
    }
}

fn lacks(column: &str, reason: &str) -> Reject {
    Reject { column: column.to_owned(), value: String::new(), reason: reason.to_owned() }
}

/// A settlement and its list of amounts. What is postponed was not paid: it is carried over.
fn payout<'d>(item: &Node<'d>) -> Result<(Payout, Node<'d>), Reject> {
    if item.shape() != Shape::Object {
        return Err(rejected("items", item, "an object must stand here"));
    }
    let no_id = || lacks("id", "the settlement has no id");
    let status = text("payment_status", item.get("payment_status"))?.unwrap_or_default();
    let payout = Payout {
        settlement_id: id("id", item.get("id"))?.ok_or_else(no_id)?,
        created_at: text("created_at", item.get("created_at"))?.unwrap_or_default(),
        settled_at: text("settled_at", item.get("settled_at"))?.unwrap_or_default(),
        kind: if status.eq_ignore_ascii_case("postponed") { "postponed" } else { "payout" },
    };
    match item.get("amounts") {
        Some(amounts) if amounts.shape() == Shape::Array && amounts.values().next().is_some() => Ok((payout, amounts)),
        Some(amounts) if amounts.shape() == Shape::Array => Err(lacks("amounts", "the settlement states no amounts")),
        Some(other) => Err(rejected("amounts", &other, "a list must stand here")),
        None => Err(lacks("amounts", "the settlement states no amounts")),
    }
}

fn paid(amount: &Node<'_>) -> Result<(Text, Text), Reject> {
    if amount.shape() != Shape::Object {
        return Err(rejected("amounts", amount, "an object must stand here"));
    }
    let no_amount = || lacks("amount", "the settlement states none in this currency");
    let gross = minor_near("amount", amount.get("amount"))?.ok_or_else(no_amount)?;
    Ok((gross.to_compact_string(), text("currency", amount.get("currency"))?.unwrap_or_default()))
}
