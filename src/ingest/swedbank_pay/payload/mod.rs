//! Documents of Swedbank Pay's API, versions 1 to 3.1, to facts: what was asked for, what was done, and what payment
//! orders say of themselves.
//!
//! One reader goes through all of them, because each version wraps the same few objects in another way: a
//! *transaction* (a capture, a reversal, ...), alone, in a list, or inside the resource of its kind; and a *payment
//! order* with whatever of it is expanded. Names are compared without case, since the API writes them in several.
//! Only the keys that are named here are read: no card data, no payer, no address.

mod fields;
mod items;
mod order;
mod transaction;

use crate::ingest::canonical::Reject;
use crate::ingest::payload::document::{DocContext, Document};
use crate::ingest::payload::heard::{Heard, Silent};
use crate::ingest::payload::json::{Node, Shape};
use crate::ingest::payload::recognise::SwedbankPay;
use crate::ingest::payload::scalar::{rejected, text};
use crate::model::text::Text;
use fields::{fields, last_segment, order_of_url};
use transaction::Way;

#[cfg(test)]
mod tests;

/// What is known of a document's order while its transactions are read.
#[derive(Debug, Clone, Default)]
struct Owner {
    order_id: Option<Text>,
    currency: Option<Text>,
}

struct Reader<'r> {
    document: &'r Document<'r>,
    context: &'r DocContext,
    heard: &'r mut Heard,
}

/// Adds what a document of a kind tells of, what in it cannot be read, and what moves no money, with its line.
pub fn facts(document: &Document<'_>, kind: SwedbankPay, context: &DocContext, heard: &mut Heard) {
    heard.document(document.line(), |heard| {
        let mut reader = Reader { document, context, heard };
        let root = document.root();
        let read = match kind {
            SwedbankPay::Enveloped => reader.enveloped(&root),
            SwedbankPay::Order => reader.order(&root).map(|_| ()),
            SwedbankPay::List => reader.bare_list(&root),
            SwedbankPay::Transaction => reader.bare_transaction(&root),
            SwedbankPay::Problem => {
                reader.note(Silent::Problem, &root);
                Ok(())
            }
        };
        if let Err(reject) = read {
            reader.refuse(&root, reject);
        }
    });
}

impl Reader<'_> {
    fn refuse(&mut self, value: &Node<'_>, reject: Reject) {
        self.heard.rejects.push((self.document.line_of(value), reject));
    }

    fn note(&mut self, what: Silent, value: &Node<'_>) {
        self.heard.notes.add(what, self.document.line_of(value));
    }

    /// `payment` or `paymentOrder`: the URL of what stands beside it, or the object.
    fn enveloped(&mut self, root: &Node<'_>) -> Result<(), Reject> {
        let [payment_order, payment] = fields(root, ["paymentOrder", "payment"])?;
        let Some(envelope) = payment_order.or(payment) else { return Ok(()) };
        let beside = root.values().filter(|value| value.offset() != envelope.offset());
        match envelope.shape() {
            Shape::Object => {
                let owner = self.order(&envelope)?;
                beside.for_each(|value| self.resource(&value, &owner));
                Ok(())
            }
            Shape::Text => {
                let url = envelope.text();
                let order_id = url.as_deref().and_then(last_segment);
                // Version 2 answers with the URL of a payment, which is another than the payment order's: where the
                // file lies in the folder of a payment order, that is the order.
                let of_order = url.is_some_and(|url| url.to_ascii_lowercase().contains("/paymentorders/"));
                let of_path = self.context.path.order_id.clone().filter(|_| !of_order);
                let owner = self.owner(of_path.or(order_id));
                beside.for_each(|value| self.resource(&value, &owner));
                Ok(())
            }
            _ => Err(rejected(
                &envelope.key(),
                &envelope,
                "the URL of a payment, or the payment itself, must stand here",
            )),
        }
    }

    /// The order of a document; where it names none, the one that the file's path names.
    fn owner(&self, order_id: Option<Text>) -> Owner {
        Owner { order_id: order_id.or_else(|| self.context.path.order_id.clone()), currency: None }
    }

    /// A list or resource without its envelope, whose own URL says whose it is.
    fn bare_list(&mut self, root: &Node<'_>) -> Result<(), Reject> {
        let [id] = fields(root, ["id"])?;
        let owner = self.owner(text("id", id)?.as_deref().and_then(order_of_url));
        self.list(root, None, Way::Listed, &owner);
        Ok(())
    }

    /// A transaction alone: what was asked for, or an element of a list.
    fn bare_transaction(&mut self, root: &Node<'_>) -> Result<(), Reject> {
        let [transaction, id] = fields(root, ["transaction", "id"])?;
        let Some(transaction) = transaction else { return Ok(()) };
        if transaction.shape() != Shape::Object {
            return Err(rejected("transaction", &transaction, "a transaction is an object"));
        }
        let [own_id] = fields(&transaction, ["id"])?;
        let url = text("id", own_id.or(id))?;
        let owner = self.owner(url.as_deref().and_then(order_of_url));
        self.element(root, None, Way::Single, &owner);
        Ok(())
    }

    /// The resources that stand in an object beside its own fields.
    fn resources(&mut self, object: &Node<'_>, owner: &Owner) {
        object.values().for_each(|value| self.resource(&value, owner));
    }

    fn resource(&mut self, value: &Node<'_>, owner: &Owner) {
        let key = value.key().to_ascii_lowercase();
        let is_container = matches!(value.shape(), Shape::Object | Shape::Array);
        match key.as_str() {
            "capture" | "reversal" | "cancellation" | "authorization" | "sale" | "verification" => {
                self.element(value, Some(&key), Way::Single, owner);
            }
            "transaction" => self.element(value, None, Way::Single, owner),
            "captures" | "reversals" | "cancellations" | "authorizations" | "sales" | "verifications" => {
                self.list(value, key.strip_suffix('s'), Way::Listed, owner);
            }
            "transactions" | "financialtransactions" => self.list(value, None, Way::Listed, owner),
            "failedattempts" | "postpurchasefailedattempts" => self.list(value, None, Way::Failed, owner),
            "paid" | "reversed" | "cancelled" | "canceled" => self.outcome(value, &key, owner),
            "currentpayment" if is_container => match fields(value, ["payment"]) {
                Ok([Some(payment)]) if payment.shape() == Shape::Object => self.resources(&payment, owner),
                Ok(_) => self.note(Silent::Link, value),
                Err(reject) => self.refuse(value, reject),
            },
            _ if is_container && !WITHOUT_TRANSACTIONS.contains(&key.as_str()) => self.unknown(value, owner),
            _ => {}
        }
    }

    /// Something that has no name here: what of it holds transactions all the same is read, so that money under a new
    /// name is told or refused and never passed over.
    fn unknown(&mut self, value: &Node<'_>, owner: &Owner) {
        if is_transaction_list(value) {
            self.list(value, None, Way::Listed, owner);
        } else if is_transaction(value) {
            self.element(value, None, Way::Single, owner);
        } else if value.shape() == Shape::Object {
            self.resources(value, owner);
        } else {
            let objects = value.values().filter(|element| element.shape() == Shape::Object);
            objects.for_each(|element| self.resources(&element, owner));
        }
    }

    /// What stands for a resource that is not expanded: its URL alone. Anything else but an object is refused.
    fn link(&mut self, name: &str, value: &Node<'_>) {
        match value.shape() {
            Shape::Null => {}
            Shape::Text if value.text().is_some_and(|text| text.contains('/')) => self.note(Silent::Link, value),
            _ => self.refuse(value, rejected(name, value, "an object, or the URL of one, must stand here")),
        }
    }
}

/// Resources that hold no transactions: texts of the merchant's own, what is bought, whom it concerns, and the log.
const WITHOUT_TRANSACTIONS: [&str; 10] = [
    "metadata",
    "orderitems",
    "payeeinfo",
    "payer",
    "urls",
    "history",
    "prices",
    "operations",
    "problem",
    "itemdescriptions",
];

/// Whether an object is a transaction, or has one inside.
fn is_transaction(object: &Node<'_>) -> bool {
    let has = |name: &str| object.values().find(|value| value.key().eq_ignore_ascii_case(name));
    has("transaction").is_some_and(|inside| inside.shape() == Shape::Object)
        || (has("amount").is_some() && has("payeeReference").is_some())
}

/// Whether a resource of an unknown name holds a list of transactions.
fn is_transaction_list(resource: &Node<'_>) -> bool {
    lists(resource).any(|list| list.values().any(|element| is_transaction(&element)))
}

/// The lists in a resource: itself where it is an array, else the arrays under keys that end in `List`.
fn lists<'d>(resource: &Node<'d>) -> impl Iterator<Item = Node<'d>> + use<'d> {
    let itself = Some(*resource).filter(|resource| resource.shape() == Shape::Array);
    let inside = Some(*resource).filter(|resource| resource.shape() == Shape::Object);
    let inside = inside
        .into_iter()
        .flat_map(|resource| resource.values())
        .filter(|value| value.shape() == Shape::Array && value.key().to_ascii_lowercase().ends_with("list"));
    itself.into_iter().chain(inside)
}
