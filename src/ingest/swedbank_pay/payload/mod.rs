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
use crate::ingest::payload::fact::Fact;
use crate::ingest::payload::json::{Node, Shape};
use crate::ingest::payload::recognise::SwedbankPay;
use crate::ingest::payload::scalar::{rejected, text};
use fields::{fields, last_segment, order_of_url};
use transaction::Way;

#[cfg(test)]
mod tests;

/// What is known of a document's order while its transactions are read.
#[derive(Debug, Clone, Default)]
struct Owner {
    order_id: Option<String>,
    currency: Option<String>,
}

struct Reader<'r> {
    document: &'r Document<'r>,
    context: &'r DocContext,
    out: &'r mut dyn FnMut(Fact),
    reject: &'r mut dyn FnMut(u64, Reject),
}

/// Hands out what a document of a kind tells of, and what in it cannot be read, with its line.
pub fn facts(
    document: &Document<'_>,
    kind: SwedbankPay,
    context: &DocContext,
    out: &mut dyn FnMut(Fact),
    reject: &mut dyn FnMut(u64, Reject),
) {
    let mut reader = Reader { document, context, out, reject };
    let root = document.root();
    let read = match kind {
        SwedbankPay::Enveloped => reader.enveloped(&root),
        SwedbankPay::Order => reader.order(&root).map(|_| ()),
        SwedbankPay::List => reader.bare_list(&root),
        SwedbankPay::Transaction => reader.bare_transaction(&root),
        SwedbankPay::Problem => Ok(()),
    };
    if let Err(reject) = read {
        reader.refuse(&root, reject);
    }
}

impl Reader<'_> {
    fn refuse(&mut self, value: &Node<'_>, reject: Reject) {
        (self.reject)(self.document.line_of(value), reject);
    }

    /// `payment` or `paymentOrder`: the URL of what stands beside it, or the object.
    fn enveloped(&mut self, root: &Node<'_>) -> Result<(), Reject> {
        let [payment_order, payment] = fields(root, ["paymentOrder", "payment"])?;
        let Some(envelope) = payment_order.or(payment) else { return Ok(()) };
        match envelope.shape() {
            Shape::Object => {
                let owner = self.order(&envelope)?;
                self.resources(root, &owner);
                Ok(())
            }
            Shape::Text => {
                let url = envelope.text();
                let order_id = url.as_deref().and_then(last_segment);
                // Version 2 answers with the URL of a payment, which is another than the payment order's: where the
                // file lies in the folder of a payment order, that is the order.
                let of_order = url.is_some_and(|url| url.to_ascii_lowercase().contains("/paymentorders/"));
                let of_path = self.context.path.order_id.clone().filter(|_| !of_order);
                self.resources(root, &self.owner(of_path.or(order_id)));
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
    fn owner(&self, order_id: Option<String>) -> Owner {
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
        for value in object.values().filter(|value| matches!(value.shape(), Shape::Object | Shape::Array)) {
            let key = value.key().to_ascii_lowercase();
            match key.as_str() {
                "capture" | "reversal" | "cancellation" | "authorization" | "sale" | "verification" => {
                    self.element(&value, Some(&key), Way::Single, owner);
                }
                "transaction" => self.element(&value, None, Way::Single, owner),
                "captures" | "reversals" | "cancellations" | "authorizations" | "sales" | "verifications" => {
                    self.list(&value, key.strip_suffix('s'), Way::Listed, owner);
                }
                "transactions" | "financialtransactions" => self.list(&value, None, Way::Listed, owner),
                "failedattempts" | "postpurchasefailedattempts" => self.list(&value, None, Way::Failed, owner),
                "paid" | "reversed" | "cancelled" | "canceled" => self.outcome(&value, &key, owner),
                "currentpayment" => match fields(&value, ["payment"]) {
                    Ok([Some(payment)]) if payment.shape() == Shape::Object => self.resources(&payment, owner),
                    Ok(_) => {}
                    Err(reject) => self.refuse(&value, reject),
                },
                // Not a resource that has a name here, yet a list of transactions all the same.
                _ if is_transaction_list(&value) => self.list(&value, None, Way::Listed, owner),
                _ => {}
            }
        }
    }
}

/// Whether a resource of an unknown name holds transactions: a list whose first element has one inside, or is one.
fn is_transaction_list(resource: &Node<'_>) -> bool {
    let first = lists(resource).next().and_then(|list| list.values().next());
    first.is_some_and(|first| {
        let has = |name: &str| first.values().find(|value| value.key().eq_ignore_ascii_case(name));
        has("transaction").is_some_and(|inside| inside.shape() == Shape::Object)
            || (has("amount").is_some() && has("payeeReference").is_some())
    })
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
