//! Items of orders and of checkout transactions, and what an operation moved on each.
//!
//! The orders API writes `line_id` as a number and the checkout API as a text: both are texts here.

use rust_decimal::Decimal;

use super::facts::{Telling, lacks, list, object};
use crate::ingest::canonical::Reject;
use crate::ingest::field::VAT_RATE_BP_MAX;
use crate::ingest::payload::fact::{ItemFact, PartFact};
use crate::ingest::payload::json::{Node, Shape};
use crate::ingest::payload::scalar::{id, minor_near, quantity, rejected, text};

/// Which API wrote an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ledger {
    /// Orders: `gross_amount`, `tax_lines`, `related_item`.
    Orders,
    /// Checkout: `amount` with VAT and discounts, `vat_amount`, `vat`. Its `gross_amount` is the one before discounts.
    Checkout,
}

/// The items of an order that can be read, each of the others rejected; `None` where there is no list of them.
pub(super) fn items(telling: &mut Telling<'_>, value: Option<Node<'_>>, ledger: Ledger) -> Option<Vec<ItemFact>> {
    match list("items", value) {
        Ok(elements) => {
            elements.map(|elements| elements.filter_map(|element| item(telling, &element, ledger)).collect())
        }
        Err(reject) => {
            if let Some(value) = value {
                telling.refuse(&value, reject);
            }
            None
        }
    }
}

/// One item; `None` where it cannot be read, which is rejected.
pub(super) fn item(telling: &mut Telling<'_>, value: &Node<'_>, ledger: Ledger) -> Option<ItemFact> {
    let line = telling.place(value).line;
    // 0 says that the item stands where its document does.
    let line = if line == telling.line() { 0 } else { line };
    match fact(value, ledger) {
        Ok(fact) => Some(ItemFact { line, ..fact }),
        Err(reject) => {
            telling.refuse(value, reject);
            None
        }
    }
}

fn fact(item: &Node<'_>, ledger: Ledger) -> Result<ItemFact, Reject> {
    let mut fact = ItemFact::default();
    let (mut line_id, mut gross_minor) = (None, None);
    for value in object("items", Some(*item))? {
        let field = Some(value);
        match (&*value.key(), ledger) {
            ("line_id", _) => line_id = id("line_id", field)?,
            ("id", _) => fact.item_id = id("id", field)?,
            ("description", _) => fact.description = text("description", field)?,
            ("quantity", _) => fact.quantity = quantity("quantity", field)?,
            ("gross_amount", Ledger::Orders) => gross_minor = minor_near("gross_amount", field)?,
            ("tax_lines", Ledger::Orders) => (fact.vat_minor, fact.vat_rate_bp) = taxes(field)?,
            ("reversed_reason", Ledger::Orders) => fact.reversed_reason = text("reversed_reason", field)?,
            ("related_item", Ledger::Orders) => {
                for related in object("related_item", field)? {
                    match &*related.key() {
                        "line_id" => fact.related_line_id = id("related_item.line_id", Some(related))?,
                        "type" => fact.relation = text("related_item.type", Some(related))?,
                        _ => {}
                    }
                }
            }
            ("amount", Ledger::Checkout) => gross_minor = minor_near("amount", field)?,
            ("vat_amount", Ledger::Checkout) => fact.vat_minor = minor_near("vat_amount", field)?,
            ("vat", Ledger::Checkout) => fact.vat_rate_bp = percent_bp("vat", field)?,
            _ => {}
        }
    }
    let amount = if ledger == Ledger::Orders { "gross_amount" } else { "amount" };
    let reason = "the item has none, so it is no order line";
    fact.line_id = line_id.ok_or_else(|| lacks("line_id", reason))?;
    fact.gross_minor = gross_minor.ok_or_else(|| lacks(amount, reason))?;
    Ok(fact)
}

/// VAT and rate of tax lines: their sum, unknown where there are none or one of them states no amount; the rate of
/// the only one.
fn taxes(value: Option<Node<'_>>) -> Result<(Option<i64>, Option<i64>), Reject> {
    let (mut count, mut sum, mut rate) = (0_u64, Some(0_i64), None);
    for line in list("tax_lines", value)?.into_iter().flatten() {
        count += 1;
        let mut amount = None;
        for value in object("tax_lines", Some(line))? {
            match &*value.key() {
                "amount" => amount = minor_near("tax_lines.amount", Some(value))?,
                "percentage" => rate = percent_bp("tax_lines.percentage", Some(value))?,
                _ => {}
            }
        }
        let too_large = || rejected("tax_lines", &line, "the sum of the tax lines is too large");
        sum = match sum.zip(amount) {
            Some((sum, amount)) => Some(sum.checked_add(amount).ok_or_else(too_large)?),
            None => None,
        };
    }
    Ok((sum.filter(|_| count > 0), rate.filter(|_| count == 1)))
}

/// A VAT rate in percent, as percent x 100. `None` also for a rate between 0 and 1, which may be a fraction (0.2 for
/// 20 %: a shop's plugin writes fees so), and for one with more than two decimals.
fn percent_bp(column: &str, value: Option<Node<'_>>) -> Result<Option<i64>, Reject> {
    let Some(value) = value else { return Ok(None) };
    let refused = || rejected(column, &value, "a VAT rate is a number of percent, from 0 to 10000");
    let rate = match value.shape() {
        Shape::Null => return Ok(None),
        Shape::Number => Decimal::from_str_exact(value.raw()),
        Shape::Text => Decimal::from_str_exact(value.text().unwrap_or_default().trim()),
        _ => return Err(refused()),
    };
    let rate = rate.map_err(|_| refused())?;
    if rate > Decimal::ZERO && rate < Decimal::ONE {
        return Ok(None);
    }
    let bp = rate.checked_mul(Decimal::ONE_HUNDRED).ok_or_else(refused)?.normalize();
    if !(Decimal::ZERO..=Decimal::from(VAT_RATE_BP_MAX)).contains(&bp) {
        return Err(refused());
    }
    if bp.scale() > 0 {
        return Ok(None);
    }
    i64::try_from(bp.mantissa()).map(Some).map_err(|_| refused())
}

/// What an operation moved on each line. Empty also where one of the items has no line or no amount: then only the
/// operation as a whole can be told.
///
/// # Errors
/// An item states something that is no amount or no text.
pub(super) fn parts(value: Option<Node<'_>>) -> Result<Vec<PartFact>, Reject> {
    let mut parts = Vec::new();
    let mut whole = true;
    for item in list("items", value)?.into_iter().flatten() {
        let (mut line_id, mut amount, mut vat_minor) = (None, None, None);
        for value in object("items", Some(item))? {
            match &*value.key() {
                "line_id" => line_id = id("items.line_id", Some(value))?,
                "amount" => amount = minor_near("items.amount", Some(value))?,
                "vat_amount" => vat_minor = minor_near("items.vat_amount", Some(value))?,
                _ => {}
            }
        }
        match (line_id, amount) {
            (Some(line_id), Some(amount_minor)) => parts.push(PartFact { line_id, amount_minor, vat_minor }),
            _ => whole = false,
        }
    }
    Ok(if whole { parts } else { Vec::new() })
}
