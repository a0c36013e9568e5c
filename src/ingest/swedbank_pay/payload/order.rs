//! Payment orders, as sent (`Purchase`, `UpdateOrder`) and as returned, and the payments of version 1.

use super::fields::{fields, last_segment};
use super::items::item_list;
use super::{Owner, Reader};
use crate::ingest::canonical::Reject;
use crate::ingest::payload::fact::{Fact, OrderFact};
use crate::ingest::payload::json::Node;
use crate::ingest::payload::scalar::{id, minor, text};

/// States of an order of which nothing will be captured.
const ENDED_UNPAID: [&str; 4] = ["cancelled", "canceled", "aborted", "failed"];

/// The status of an order that its payer has not paid yet, and perhaps never will.
const NOT_YET_PAID: &str = "initialized";

impl Reader<'_> {
    /// An order: what it says of itself, then the resources that are expanded in it. Gives whose they are.
    pub(super) fn order(&mut self, order: &Node<'_>) -> Result<Owner, Reject> {
        let [url, currency] = fields(order, ["id", "currency"])?;
        let order_id = id("id", url)?.as_deref().and_then(last_segment);
        let owner = Owner { currency: text("currency", currency)?, ..self.owner(order_id) };
        // What was captured of it stands, whatever it says of itself.
        if let Err(reject) = self.statement(order, &owner) {
            self.refuse(order, reject);
        }
        self.resources(order, &owner);
        Ok(owner)
    }

    fn statement(&mut self, order: &Node<'_>, owner: &Owner) -> Result<(), Reject> {
        let [status, state, created, updated, amount, order_items, remaining_capture, remaining_reversal] = fields(
            order,
            [
                "status",
                "state",
                "created",
                "updated",
                "amount",
                "orderItems",
                "remainingCaptureAmount",
                "remainingReversalAmount",
            ],
        )?;
        let status = text("status", status.or(state))?.unwrap_or_default();
        let created_at = text("created", created)?;
        let updated_at = text("updated", updated)?;
        let order_amount_minor = minor("amount", amount)?;
        let remaining_capture_minor = minor("remainingCaptureAmount", remaining_capture)?;
        let remaining_reversal_minor = minor("remainingReversalAmount", remaining_reversal)?;
        let list = item_list(order_items)?;
        let place = self.context.place(self.document.line_of(order));
        let items = list.map(|list| self.items(&list));
        // A callback names the order and says nothing of it.
        if items.is_none()
            && [order_amount_minor, remaining_capture_minor, remaining_reversal_minor].iter().all(Option::is_none)
        {
            return Ok(());
        }
        // `Cancelled` is said only where the whole authorization was cancelled and nothing was captured; what was
        // aborted or failed was never paid. Either way nothing of the order is left to be captured.
        let is_cancelled = ENDED_UNPAID.iter().any(|word| status.eq_ignore_ascii_case(word));
        let fact = OrderFact {
            place,
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
            unpaid: status.eq_ignore_ascii_case(NOT_YET_PAID) && remaining_capture_minor.unwrap_or(0) == 0,
            ..OrderFact::default()
        };
        self.heard.facts.push(Fact::Order(fact));
        Ok(())
    }
}
