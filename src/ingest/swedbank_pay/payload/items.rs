//! Order items: the lines of an order, or what an operation moved on each.
//!
//! `amount` is the total of the item; it is taken as stated, and not compared with quantity x price, which the
//! published examples do not keep either. A discount is an item with a negative amount. It names no item that it takes
//! back, so in RULES.md 2 it is an ordinary line and no reversal line.
//!
//! `reference` is the id of the line. Where a document has two items with one reference, no operation could tell them
//! apart, so they are one line of their sum: nothing of an amount is lost, and captures are put together the same way.
//! Their VAT is known where both state it, their rate where it is one.

use compact_str::ToCompactString;

use super::Reader;
use super::fields::fields;
use crate::ingest::canonical::Reject;
use crate::ingest::payload::fact::{ItemFact, PartFact};
use crate::ingest::payload::json::{Node, Shape};
use crate::ingest::payload::scalar::{id, minor, missing, quantity, rejected, text};
use crate::model::text::Text;

/// The items that `orderItems` holds: an array, or the list of the expanded resource; `None` where it is a mere link.
pub fn item_list<'d>(order_items: Option<Node<'d>>) -> Result<Option<Node<'d>>, Reject> {
    let Some(order_items) = order_items else { return Ok(None) };
    match order_items.shape() {
        Shape::Array => Ok(Some(order_items)),
        Shape::Object => {
            let [list] = fields(&order_items, ["orderItemList"])?;
            match list {
                Some(list) if list.shape() == Shape::Array => Ok(Some(list)),
                Some(list) if list.shape() != Shape::Null => {
                    Err(rejected("orderItemList", &list, "a list of order items must stand here"))
                }
                _ => Ok(None),
            }
        }
        Shape::Null => Ok(None),
        _ => Err(rejected("orderItems", &order_items, "a list of order items must stand here")),
    }
}

const TOO_LARGE: &str = "the items with this reference sum to more than 64 bits of minor units";

fn read_item(item: &Node<'_>, line: u64) -> Result<ItemFact, Reject> {
    if item.shape() != Shape::Object {
        return Err(rejected("orderItems", item, "an order item is an object"));
    }
    let [reference, name, quantity_is, vat_percent, amount, vat_amount] =
        fields(item, ["reference", "name", "quantity", "vatPercent", "amount", "vatAmount"])?;
    Ok(ItemFact {
        line,
        line_id: id("reference", reference)?
            .ok_or_else(|| missing("reference", "an order item without a reference cannot be told from others"))?,
        description: text("name", name)?,
        quantity: quantity("quantity", quantity_is)?,
        gross_minor: minor("amount", amount)?.ok_or_else(|| missing("amount", "an order item states no amount"))?,
        vat_minor: minor("vatAmount", vat_amount)?,
        vat_rate_bp: minor("vatPercent", vat_percent)?,
        ..ItemFact::default()
    })
}

/// The sum of two quantities; `None` where one is unknown or they are too large.
fn quantity_sum(one: Option<&str>, other: Option<&str>) -> Option<Text> {
    let read = |text: Option<&str>| crate::ingest::field::quantity(text?.as_bytes()).ok();
    Some(read(one)?.checked_add(read(other)?)?.to_compact_string())
}

fn vat_sum(item: &Node<'_>, one: Option<i64>, other: Option<i64>) -> Result<Option<i64>, Reject> {
    let both = one.zip(other);
    let sum = both.map(|(one, other)| one.checked_add(other).ok_or_else(|| rejected("vatAmount", item, TOO_LARGE)));
    sum.transpose()
}

fn add_item(known: &mut ItemFact, more: &ItemFact, item: &Node<'_>) -> Result<(), Reject> {
    let gross_minor = known.gross_minor.checked_add(more.gross_minor);
    let gross_minor = gross_minor.ok_or_else(|| rejected("amount", item, TOO_LARGE))?;
    let vat_minor = vat_sum(item, known.vat_minor, more.vat_minor)?;
    known.gross_minor = gross_minor;
    known.vat_minor = vat_minor;
    known.quantity = quantity_sum(known.quantity.as_deref(), more.quantity.as_deref());
    known.vat_rate_bp = known.vat_rate_bp.filter(|rate| more.vat_rate_bp == Some(*rate));
    Ok(())
}

impl Reader<'_> {
    /// The lines of an order. An item that cannot be read is a reject of its own; the others stand.
    pub(super) fn items(&mut self, list: &Node<'_>) -> Vec<ItemFact> {
        let mut places: std::collections::HashMap<Text, usize> = std::collections::HashMap::new();
        let mut items: Vec<ItemFact> = Vec::new();
        for item in list.values() {
            let line = self.document.line_of(&item);
            let read = read_item(&item, line).and_then(|read| {
                match places.get(&read.line_id).and_then(|place| items.get_mut(*place)) {
                    Some(known) => add_item(known, &read, &item),
                    None => {
                        places.insert(read.line_id.clone(), items.len());
                        items.push(read);
                        Ok(())
                    }
                }
            });
            if let Err(reject) = read {
                self.heard.rejects.push((line, reject));
            }
        }
        items
    }

    /// What an operation moved on each line. They are its particulars, so one that cannot be read refuses all of it.
    pub(super) fn parts(&self, list: Option<Node<'_>>) -> Result<Vec<PartFact>, Reject> {
        let mut places: std::collections::HashMap<Text, usize> = std::collections::HashMap::new();
        let mut parts: Vec<PartFact> = Vec::new();
        for item in list.iter().flat_map(Node::values) {
            let ItemFact { line_id, gross_minor, vat_minor, .. } = read_item(&item, 0)?;
            match places.get(&line_id).and_then(|place| parts.get_mut(*place)) {
                Some(known) => {
                    let amount_minor = known.amount_minor.checked_add(gross_minor);
                    known.amount_minor = amount_minor.ok_or_else(|| rejected("amount", &item, TOO_LARGE))?;
                    known.vat_minor = vat_sum(&item, known.vat_minor, vat_minor)?;
                }
                None => {
                    places.insert(line_id.clone(), parts.len());
                    parts.push(PartFact { line_id, amount_minor: gross_minor, vat_minor });
                }
            }
        }
        Ok(parts)
    }
}
