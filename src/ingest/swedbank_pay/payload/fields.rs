//! Keys without regard to case, and the ids in URLs.

use crate::ingest::canonical::Reject;
use crate::ingest::payload::json::Node;
use crate::ingest::payload::scalar::rejected;
use crate::model::text::Text;

/// The values of some keys of an object, which are compared without case.
///
/// # Errors
/// Two keys differ in their case alone.
pub fn fields<'d, const N: usize>(object: &Node<'d>, names: [&str; N]) -> Result<[Option<Node<'d>>; N], Reject> {
    let mut found = [None; N];
    for value in object.values() {
        let key = value.key();
        let place = names.iter().position(|name| name.len() == key.len() && name.eq_ignore_ascii_case(&key));
        let Some(slot) = place.and_then(|place| found.get_mut(place)) else { continue };
        if slot.is_some() {
            return Err(rejected(&key, &value, "the key stands twice in one object, in another case"));
        }
        *slot = Some(value);
    }
    Ok(found)
}

/// A URL without what follows its path.
fn path_of(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// The last segment of a URL: the id of what it names.
pub fn last_segment(url: &str) -> Option<Text> {
    path_of(url).rsplit('/').map(str::trim).find(|segment| !segment.is_empty()).map(Text::from)
}

/// The id of the payment order or payment that a URL of something of it goes through.
pub fn order_of_url(url: &str) -> Option<Text> {
    let segments: Vec<&str> = path_of(url).split('/').collect();
    let mut owners = segments.array_windows().filter(|[owner, id]| {
        let is_owner = ["paymentorders", "payments"].iter().any(|known| owner.eq_ignore_ascii_case(known));
        is_owner && !id.trim().is_empty()
    });
    owners.next_back().map(|[_, id]| id.trim().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_their_order() {
        let table = [
            ("/psp/paymentorders/8be3", Some("8be3"), Some("8be3")),
            ("/psp/creditcard/payments/5adc/", Some("5adc"), Some("5adc")),
            ("/psp/paymentorders/payments/5adc?$expand=paid", Some("5adc"), Some("5adc")),
            ("https://api.example.com/psp/paymentOrders/8be3/paid#x", Some("paid"), Some("8be3")),
            ("/psp/creditcard/payments/5adc/captures/7e6c", Some("7e6c"), Some("5adc")),
            ("8be3", Some("8be3"), None),
            ("/psp/paymentorders/", Some("paymentorders"), None),
            ("/", None, None),
            ("", None, None),
        ];
        for (url, last, order) in table {
            assert_eq!(last_segment(url).as_deref(), last, "{url}");
            assert_eq!(order_of_url(url).as_deref(), order, "{url}");
        }
    }
}
