//! Once and only once: what is to be written tonight, given what should stand in the books and what was written before.
//!
//! A booking is named by its first voucher's id. What was never written is written as it is. What was written and has
//! changed since gets another voucher: the difference where more is known of it, or, where its provider sent it again with
//! other content, the whole of it taken back and written anew. Whatever happens in between, the sum of all vouchers is what
//! should stand.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::model::money::add;
use crate::model::voucher::{Posting, Voucher, VoucherKind};

/// What should stand in the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// As it would be written if it never was.
    pub voucher: Voucher,
    /// How often the provider has sent the settlement again with other content.
    pub reissued: u64,
}

/// A voucher that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The booking: the id of its first voucher.
    pub booking: String,
    /// How often its settlement had been sent again then.
    pub reissued: u64,
    /// The day of the run that wrote it.
    pub night: NaiveDate,
    /// The voucher.
    pub voucher: Voucher,
}

/// What postings come to, by what tells them apart.
type Sums = BTreeMap<(String, String, Vec<(u32, String)>), i128>;

fn sums<'p>(postings: impl Iterator<Item = &'p Posting>) -> Sums {
    let mut sums = Sums::new();
    for posting in postings {
        let key = (posting.account.clone(), posting.text.clone(), posting.dimensions.clone());
        add(sums.entry(key).or_default(), posting.amount_minor);
    }
    sums.retain(|_, amount_minor| *amount_minor != 0);
    sums
}

fn postings(sums: Sums) -> Vec<Posting> {
    let posting = |((account, text, dimensions), amount_minor)| Posting { account, amount_minor, text, dimensions };
    sums.into_iter().map(posting).collect()
}

/// What a posting that takes back is called, so that it is told from the new one.
const TAKEN_BACK: &str = "Taken back - ";

/// The vouchers to be written tonight, sorted as in a journal.
#[must_use]
pub fn to_write(
    bookings: &[Booking],
    written: &[Written],
    night: NaiveDate,
    closed_until: Option<NaiveDate>,
) -> Vec<Written> {
    let mut before: BTreeMap<&str, Vec<&Written>> = BTreeMap::new();
    for one in written {
        before.entry(&one.booking).or_default().push(one);
    }
    let wanted: BTreeSet<&str> = bookings.iter().map(|booking| booking.voucher.id.as_str()).collect();
    let mut due = Vec::new();
    for booking in bookings {
        let known = before.get(booking.voucher.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        due.extend(next(Some(booking), known, night));
    }
    // What stands in the books and should not any more, such as a receipt that was another one's.
    for (_, known) in before.iter().filter(|(id, _)| !wanted.contains(*id)) {
        due.extend(next(None, known, night));
    }
    for one in &mut due {
        move_out_of_closed(&mut one.voucher, closed_until);
    }
    due.sort_by(|a, b| order(&a.voucher).cmp(&order(&b.voucher)));
    due
}

fn order(voucher: &Voucher) -> (&str, NaiveDate, &str) {
    (&voucher.of.currency, voucher.dated, &voucher.id)
}

fn next(booking: Option<&Booking>, known: &[&Written], night: NaiveDate) -> Option<Written> {
    let Some(first) = known.iter().min_by_key(|one| (one.night, one.voucher.id.len(), &one.voucher.id)) else {
        let booking = booking?;
        let voucher = booking.voucher.clone();
        return Some(Written { booking: voucher.id.clone(), reissued: booking.reissued, night, voucher });
    };
    // On both sides, since a service may have any name.
    let plain = |posting: &Posting| Posting {
        text: posting.text.strip_prefix(TAKEN_BACK).unwrap_or(&posting.text).to_owned(),
        ..posting.clone()
    };
    let stands: Vec<Posting> = known.iter().flat_map(|one| one.voucher.postings.iter().map(plain)).collect();
    let stands = sums(stands.iter());
    let wanted: Vec<Posting> = booking.iter().flat_map(|booking| booking.voucher.postings.iter().map(plain)).collect();
    let wanted = sums(wanted.iter());
    if stands == wanted {
        return None;
    }
    let reissued = booking.map_or(first.reissued, |booking| booking.reissued);
    let is_reissued = known.iter().all(|one| one.reissued < reissued) || booking.is_none();
    let (kind, amounts, what) = if is_reissued {
        let mut amounts = Vec::new();
        for posting in postings(stands) {
            let text = format!("{TAKEN_BACK}{}", posting.text);
            amounts.push(Posting { amount_minor: -posting.amount_minor, text, ..posting });
        }
        amounts.extend(postings(wanted));
        (VoucherKind::Correction, amounts, "corrects")
    } else {
        let mut amounts = wanted;
        for (key, amount_minor) in stands {
            add(amounts.entry(key).or_default(), -amount_minor);
        }
        (VoucherKind::Transfer, postings(amounts), "adds to")
    };
    let base = booking.map_or(&first.voucher, |booking| &booking.voucher);
    let voucher = Voucher {
        id: format!("{}-{}", first.booking, known.len() + 1),
        kind,
        corrects: Some(first.booking.clone()),
        text: format!("{} ({what} {})", base.text, first.booking),
        postings: amounts,
        ..base.clone()
    };
    Some(Written { booking: first.booking.clone(), reissued, night, voucher: voucher.balanced()? })
}

/// What belongs to a closed period is booked on the first open day, and says so.
fn move_out_of_closed(voucher: &mut Voucher, closed_until: Option<NaiveDate>) {
    let Some(closed) = closed_until.filter(|closed| voucher.dated <= *closed) else { return };
    if let Some(open) = closed.succ_opt() {
        voucher.text = format!("{} (of {}, closed)", voucher.text, voucher.dated);
        voucher.dated = open;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::payout::SettlementKey;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn posting(account: &str, amount_minor: i128, text: &str) -> Posting {
        Posting { account: account.to_owned(), amount_minor, text: text.to_owned(), dimensions: Vec::new() }
    }

    fn booking(amount_minor: i128, text: &str, reissued: u64) -> Booking {
        let voucher = Voucher {
            id: "p-R1-SEK".to_owned(),
            kind: VoucherKind::Settlement,
            of: SettlementKey { provider: "p".to_owned(), settlement_id: "R1".to_owned(), currency: "SEK".to_owned() },
            corrects: None,
            dated: day("2026-03-04"),
            text: "p R1".to_owned(),
            is_copy: false,
            postings: vec![posting("1689", amount_minor, text), posting("1580", -amount_minor, "Captures")],
        };
        Booking { voucher, reissued }
    }

    /// Id, kind and postings of a voucher.
    type Told = (String, VoucherKind, Vec<(i128, String)>);

    /// What is written on a night after those before.
    fn night(written: &mut Vec<Written>, booking: Option<Booking>) -> Vec<Told> {
        let bookings: Vec<Booking> = booking.into_iter().collect();
        let due = to_write(&bookings, written, day("2026-03-05"), None);
        written.extend(due.iter().cloned());
        let told = |one: Written| {
            let postings = one.voucher.postings.into_iter().map(|posting| (posting.amount_minor, posting.text));
            (one.voucher.id, one.voucher.kind, postings.collect())
        };
        due.into_iter().map(told).collect()
    }

    #[test]
    fn what_stands_is_what_should_whatever_services_are_called() {
        for text in ["Card", "Taken back - Card"] {
            let mut written = Vec::new();
            let id = |number: &str| format!("p-R1-SEK{number}");
            let known = |texts: &[(i128, &str)]| -> Vec<(i128, String)> {
                texts.iter().map(|(amount, text)| (*amount, (*text).to_owned())).collect()
            };
            let first = night(&mut written, Some(booking(100, text, 0)));
            assert_eq!(first, [(id(""), VoucherKind::Settlement, known(&[(100, text), (-100, "Captures")]))]);
            assert_eq!(night(&mut written, Some(booking(100, text, 0))), []);
            // More is known: the difference.
            let more = night(&mut written, Some(booking(130, text, 0)));
            assert_eq!(more, [(id("-2"), VoucherKind::Transfer, known(&[(30, "Card"), (-30, "Captures")]))]);
            // It was sent again: all of it back, and anew.
            let again = night(&mut written, Some(booking(90, text, 1)));
            let all =
                known(&[(130, "Taken back - Captures"), (90, "Card"), (-90, "Captures"), (-130, "Taken back - Card")]);
            assert_eq!(again, [(id("-3"), VoucherKind::Correction, all)]);
            assert_eq!(night(&mut written, Some(booking(90, text, 1))), []);
            // It is there no more.
            let gone = night(&mut written, None);
            let all = known(&[(90, "Taken back - Captures"), (-90, "Taken back - Card")]);
            assert_eq!(gone, [(id("-4"), VoucherKind::Correction, all)]);
            assert_eq!(night(&mut written, None), []);
        }
    }
}
