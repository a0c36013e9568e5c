//! Payment orders, as sent (`Purchase`, `UpdateOrder`) and as returned, and the payments of version 1.

use super::fields::{fields, last_segment};
use super::items::item_list;
use super::{Owner, Reader};
use crate::ingest::canonical::Reject;
use crate::ingest::payload::fact::{Fact, OrderFact};
use crate::ingest::payload::json::Node;
use crate::ingest::payload::scalar::{id, minor, text};

impl Reader<'_> {
    /// An order: what it says of itself, then the resources that are expanded in it. Gives whose they are.
    pub(super) fn order(&mut self, order: &Node<'_>) -> Result<Owner, Reject> {
        let [url, currency, status] = fields(order, ["id", "currency", "status"])?;
        let order_id = id("id", url)?.as_deref().and_then(last_segment);
        let owner = Owner { currency: text("currency", currency)?, ..self.owner(order_id) };
        let status = text("status", status)?;
        let [created, updated, amount, order_items, remaining_capture, remaining_reversal] = fields(
            order,
            ["created", "updated", "amount", "orderItems", "remainingCaptureAmount", "remainingReversalAmount"],
        )?;
        let order_amount_minor = minor("amount", amount)?;
        let remaining_capture_minor = minor("remainingCaptureAmount", remaining_capture)?;
        let remaining_reversal_minor = minor("remainingReversalAmount", remaining_reversal)?;
        let created_at = text("created", created)?;
        let updated_at = text("updated", updated)?;
        // `Cancelled` is said only where the whole authorization was cancelled and nothing was captured.
        let is_cancelled =
            status.is_some_and(|status| ["cancelled", "canceled"].iter().any(|word| status.eq_ignore_ascii_case(word)));
        let line = self.document.line_of(order);
        let list = item_list(order_items)?;
        let items = list.map(|list| self.items(&list));
        let fact = OrderFact {
            place: self.context.place(line),
            order_id: owner.order_id.clone(),
            currency: owner.currency.clone(),
            created_at,
            updated_at,
            whole: items.is_some(),
            items,
            order_amount_minor,
            cancelled_minor: order_amount_minor.filter(|_| is_cancelled),
            remaining_capture_minor,
            remaining_reversal_minor,
            ..OrderFact::default()
        };
        // A callback names the order and says nothing of it.
        if fact.items.is_some()
            || [order_amount_minor, remaining_capture_minor, remaining_reversal_minor].iter().any(Option::is_some)
        {
            (self.out)(Fact::Order(fact));
        }
        self.resources(order, &owner)?;
        Ok(owner)
    }
}
