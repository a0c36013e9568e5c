//! What the path of a file says of the documents in it: a folder that mirrors an API (`orders/<order_id>/captures.json`)
//! says whose they are and what they tell of, where they do not say it themselves.

use crate::model::record::Dataset;
use crate::model::text::Text;

/// A collection of an API, as a path names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Collection {
    /// Captures.
    Captures,
    /// Sales: a capture without an authorization before it.
    Sales,
    /// Reversals (Swedbank Pay).
    Reversals,
    /// Refunds (Dintero).
    Refunds,
    /// Authorizations.
    Authorizations,
    /// Cancellations.
    Cancellations,
}

/// What a path says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathHints {
    /// The folder below `orders`, `paymentorders` or `payments`; of several the last.
    pub order_id: Option<Text>,
    /// The collection that the file's name or, where it names none, its nearest folder names. `None` also where one
    /// name holds two of them: that can be read in two ways.
    pub collection: Option<Collection>,
}

/// Folders whose folders are named by the id of an order.
const ORDERS: [&str; 3] = ["orders", "paymentorders", "payments"];

/// Words of a name and what they say.
const WORDS: [(&str, Collection); 14] = [
    ("capture", Collection::Captures),
    ("captures", Collection::Captures),
    ("sale", Collection::Sales),
    ("sales", Collection::Sales),
    ("reversal", Collection::Reversals),
    ("reversals", Collection::Reversals),
    ("refund", Collection::Refunds),
    ("refunds", Collection::Refunds),
    ("authorization", Collection::Authorizations),
    ("authorizations", Collection::Authorizations),
    ("cancellation", Collection::Cancellations),
    ("cancellations", Collection::Cancellations),
    ("cancel", Collection::Cancellations),
    ("cancels", Collection::Cancellations),
];

impl PathHints {
    /// The same, where the user says what the file holds: that counts where the path names no collection. A path that
    /// names another one is not overruled: what comes of it does not hold what was said, and is refused.
    #[must_use]
    pub fn said(self, dataset: Option<Dataset>) -> Self {
        let said = match dataset {
            Some(Dataset::Captures) => Some(Collection::Captures),
            Some(Dataset::Reversals) => Some(Collection::Reversals),
            Some(Dataset::Orders | Dataset::Settlements | Dataset::Bank | Dataset::Payouts) | None => None,
        };
        Self { collection: self.collection.or(said), ..self }
    }

    /// Reads a path as configured or typed.
    #[must_use]
    pub fn new(path: &str) -> Self {
        let parts: Vec<&str> = path.split(['/', '\\']).collect();
        let mut order_id = None;
        for (place, part) in parts.iter().enumerate() {
            // The last part is the file: it is named by what it holds, or by chance.
            let folder = parts.get(place.saturating_add(1)).filter(|_| place.saturating_add(2) < parts.len());
            if ORDERS.iter().any(|known| part.eq_ignore_ascii_case(known))
                && let Some(folder) = folder.filter(|folder| !matches!(folder.trim(), "" | "." | ".."))
            {
                order_id = Some(folder.trim().into());
            }
        }
        let collection = parts.iter().rev().map(|part| collections(part)).find(|found| !found.is_empty());
        let collection = match collection.as_deref() {
            Some([only]) => Some(*only),
            _ => None,
        };
        Self { order_id, collection }
    }
}

/// The different collections that one name holds.
fn collections(name: &str) -> Vec<Collection> {
    let mut found = Vec::new();
    for token in name.split(|c: char| !c.is_alphanumeric()) {
        let word = WORDS.iter().find(|(word, _)| token.eq_ignore_ascii_case(word));
        if let Some((_, collection)) = word
            && !found.contains(collection)
        {
            found.push(*collection);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_mirror_the_api() {
        use Collection::{Authorizations, Cancellations, Captures, Refunds, Reversals, Sales};
        let table = [
            ("orders/A-1/captures.json", Some("A-1"), Some(Captures)),
            ("export/Orders/A-1/Refunds.json", Some("A-1"), Some(Refunds)),
            ("paymentorders/8be3/captures/0001.json", Some("8be3"), Some(Captures)),
            ("psp/paymentorders/payments/5adc/reversals/0001-request.json", Some("5adc"), Some(Reversals)),
            ("psp\\paymentorders\\8be3\\sales.json", Some("8be3"), Some(Sales)),
            ("payments/77/cancellations/1.json", Some("77"), Some(Cancellations)),
            ("orders/A/orders/B/authorizations.json", Some("B"), Some(Authorizations)),
            ("v30_v2_capture_00_request.json", None, Some(Captures)),
            ("captures/v2_reversal_00_request.json", None, Some(Reversals)),
            ("captures/2024.ndjson", None, Some(Captures)),
            ("cancel-7.json", None, Some(Cancellations)),
            // A file below `orders` is not an order's folder.
            ("orders/2024.json", None, None),
            ("orders/../captures.json", None, Some(Captures)),
            ("orders//captures.json", None, Some(Captures)),
            // Two collections in one name say nothing, and what stands above does not decide.
            ("captures/capture_and_refund.json", None, None),
            // Words stand alone.
            ("recaptures.json", None, None),
            ("", None, None),
            ("-", None, None),
        ];
        for (path, order_id, collection) in table {
            let expected = PathHints { order_id: order_id.map(Text::from), collection };
            assert_eq!(PathHints::new(path), expected, "{path}");
        }
    }
}
