//! Items of orders and of checkout transactions, and what an operation moved on each.
//!
//! The orders API writes `line_id` as a number and the checkout API as a text: both are texts here.

use serde::Deserialize;

use super::facts::Telling;
use super::json::{Field, List, object, refused};
use crate::ingest::canonical::Reject;
use crate::ingest::payload::fact::{ItemFact, PartFact};

/// An item in either shape.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Item<'a> {
    #[serde(borrow)]
    id: Field<'a>,
    line_id: Field<'a>,
    quantity: Field<'a>,
    description: Field<'a>,
    gross_amount: Field<'a>,
    tax_lines: List<'a>,
    related_item: Field<'a>,
    reversed_reason: Field<'a>,
    amount: Field<'a>,
    vat_amount: Field<'a>,
    vat: Field<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TaxLine<'a> {
    #[serde(borrow)]
    amount: Field<'a>,
    percentage: Field<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RelatedItem<'a> {
    #[serde(borrow)]
    line_id: Field<'a>,
    r#type: Field<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Part<'a> {
    #[serde(borrow)]
    line_id: Field<'a>,
    amount: Field<'a>,
    vat_amount: Field<'a>,
}

/// Which API wrote an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Orders: `gross_amount`, `tax_lines`, `related_item`.
    Order,
    /// Checkout: `amount` with VAT and discounts, `vat_amount`, `vat`. Its `gross_amount` is the one before discounts.
    Checkout,
}

/// The items of an order that can be read; each of the others is rejected.
pub(super) fn items<'a>(telling: &mut Telling<'a, '_>, elements: &[&'a str], shape: Shape) -> Vec<ItemFact> {
    let mut items = Vec::with_capacity(elements.len());
    for element in elements {
        items.extend(item(telling, element, shape));
    }
    items
}

/// One item; `None` where it cannot be read, which is rejected.
pub(super) fn item<'a>(telling: &mut Telling<'a, '_>, element: &'a str, shape: Shape) -> Option<ItemFact> {
    let read: Item<'_> = telling.object(element, "items")?;
    let line = telling.place_of(element).line;
    // 0 says that the item stands where its document does.
    let line = if line == telling.place.line { 0 } else { line };
    match fact(&read, shape) {
        Ok(fact) => Some(ItemFact { line, ..fact }),
        Err(reject) => {
            telling.refuse(element, reject);
            None
        }
    }
}

fn fact(item: &Item<'_>, shape: Shape) -> Result<ItemFact, Reject> {
    let (amount, gross_minor) = match shape {
        Shape::Order => ("gross_amount", item.gross_amount.minor("gross_amount")?),
        Shape::Checkout => ("amount", item.amount.minor("amount")?),
    };
    let (vat_minor, vat_rate_bp) = match shape {
        Shape::Order => taxes(item.tax_lines.elements())?,
        Shape::Checkout => (item.vat_amount.minor("vat_amount")?, item.vat.percent_bp("vat")?),
    };
    let related = match item.related_item.0 {
        None => RelatedItem::default(),
        Some(raw) => object(raw).map_err(|error| refused("related_item", raw, error.reason))?,
    };
    let lacks = |column| refused(column, "", "the item has none, so it is no order line");
    Ok(ItemFact {
        line: 0,
        line_id: item.line_id.owned("line_id")?.ok_or_else(|| lacks("line_id"))?,
        item_id: item.id.owned("id")?,
        description: item.description.owned("description")?,
        quantity: item.quantity.owned("quantity")?,
        gross_minor: gross_minor.ok_or_else(|| lacks(amount))?,
        vat_minor,
        vat_rate_bp,
        related_line_id: related.line_id.owned("related_item.line_id")?,
        relation: related.r#type.owned("related_item.type")?,
        reversed_reason: item.reversed_reason.owned("reversed_reason")?,
    })
}

/// VAT and rate of tax lines: their sum, unknown where there are none or one of them states no amount; the rate of
/// the only one.
fn taxes(lines: &[&str]) -> Result<(Option<i64>, Option<i64>), Reject> {
    let mut sum = (!lines.is_empty()).then_some(0_i64);
    let mut rate = None;
    for raw in lines {
        let line: TaxLine<'_> = object(raw).map_err(|error| refused("tax_lines", raw, error.reason))?;
        let amount = line.amount.minor("tax_lines.amount")?;
        sum = match (sum, amount) {
            (Some(sum), Some(amount)) => {
                let too_large =
                    || refused("tax_lines.amount", line.amount.0.unwrap_or_default(), "the sum is too large");
                Some(sum.checked_add(amount).ok_or_else(too_large)?)
            }
            _ => None,
        };
        rate = line.percentage.percent_bp("tax_lines.percentage")?;
    }
    Ok((sum, rate.filter(|_| lines.len() == 1)))
}

/// What an operation moved on each line. Empty also where one of the items has no line or no amount: then only the
/// operation as a whole can be told.
///
/// # Errors
/// An item states something that is no amount or no text.
pub(super) fn parts(elements: &[&str]) -> Result<Vec<PartFact>, Reject> {
    let mut parts = Vec::with_capacity(elements.len());
    let mut whole = true;
    for raw in elements {
        let part: Part<'_> = object(raw).map_err(|error| refused("items", raw, error.reason))?;
        let line_id = part.line_id.owned("items.line_id")?;
        let amount_minor = part.amount.minor("items.amount")?;
        let vat_minor = part.vat_amount.minor("items.vat_amount")?;
        match (line_id, amount_minor) {
            (Some(line_id), Some(amount_minor)) => parts.push(PartFact { line_id, amount_minor, vat_minor }),
            _ => whole = false,
        }
    }
    Ok(if whole { parts } else { Vec::new() })
}
