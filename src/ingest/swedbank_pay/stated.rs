//! The totals that a list states against those of its body (RULES.md 5, `file-total`).

use std::collections::BTreeMap;

use super::totals::TransactionList;
pub use crate::ingest::native::Stated;
use crate::model::currency::{Currencies, Currency};
use crate::model::money;

/// Debits, credits and amount: as stated (`None` where any part is not), and of the body.
struct Service {
    stated: [Option<i128>; 3],
    actual: [i128; 3],
    line: u64,
}

fn add(sums: &mut [Option<i128>; 3], more: [Option<i128>; 3]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum = sum.zip(more).map(|(mut sum, more)| {
            money::add(&mut sum, more);
            sum
        });
    }
}

/// Every stated total of a list, in an order that does not depend on the list's: rows, sums by currency, services by
/// subsite, currency and name. What the list does not state is not listed; a service or currency that stands only in
/// the body is listed as stated 0, where the list states services or sums at all.
///
/// Services are compared by subsite where both the summary and the rows name subsites, else over all of them. Counts
/// have no currency; where services span several currencies their code is in `what`.
#[must_use]
pub fn stated_totals(list: &TransactionList, currencies: &Currencies) -> Vec<Stated> {
    let rows = list.stated_rows.map(|(stated, line)| Stated {
        what: "rows".to_owned(),
        currency: None,
        stated: stated.into(),
        actual: list.rows.into(),
        line,
    });
    rows.into_iter().chain(currency_sums(list)).chain(service_totals(list, currencies)).collect()
}

fn currency_sums(list: &TransactionList) -> Vec<Stated> {
    if list.currencies.iter().all(|totals| totals.stated_sum_minor.is_none()) {
        return Vec::new();
    }
    let mut sums: BTreeMap<Currency, ([Option<i128>; 3], u64)> = BTreeMap::new();
    for totals in &list.currencies {
        let (sum, _) = sums.entry(totals.currency).or_insert(([Some(0); 3], totals.line));
        add(sum, [totals.stated_sum_minor; 3]);
    }
    for (currency, found) in &list.body_currencies {
        sums.entry(*currency).or_insert(([Some(0); 3], found.line));
    }
    let actual = |currency| list.body_currencies.get(&currency).map_or(0, |found| found.sum_minor);
    let stated = sums.into_iter().filter_map(|(currency, ([sum, ..], line))| {
        let (what, actual) = ("sum".to_owned(), actual(currency));
        Some(Stated { what, currency: Some(currency), stated: sum?, actual, line })
    });
    stated.collect()
}

fn service_totals(list: &TransactionList, currencies: &Currencies) -> Vec<Stated> {
    if !list.has_summary {
        return Vec::new();
    }
    let by_subsite = list.services.iter().any(|service| !service.subsite.is_empty())
        && list.body_services.iter().any(|service| !service.subsite.is_empty());
    let subsite = |name: &str| if by_subsite { name.to_owned() } else { String::new() };
    let mut services: BTreeMap<(String, Currency, &str), Service> = BTreeMap::new();
    for stated in &list.services {
        let key = (subsite(&stated.subsite), stated.currency, stated.service_name.as_str());
        let service =
            services.entry(key).or_insert(Service { stated: [Some(0); 3], actual: [0; 3], line: stated.line });
        add(&mut service.stated, [stated.debits.map(i128::from), stated.credits.map(i128::from), stated.amount_minor]);
    }
    for found in &list.body_services {
        let key = (subsite(&found.subsite), found.currency, found.service_name.as_str());
        let service = services.entry(key).or_insert(Service { stated: [Some(0); 3], actual: [0; 3], line: found.line });
        let more = [found.debits.into(), found.credits.into(), found.amount_minor];
        for (sum, more) in service.actual.iter_mut().zip::<[i128; 3]>(more) {
            money::add(sum, more);
        }
    }
    let several_currencies =
        services.keys().any(|(_, currency, _)| services.keys().any(|(_, other, _)| other != currency));
    let mut totals = Vec::new();
    for ((subsite, currency, name), service) in &services {
        let mut which = if name.is_empty() { "unnamed service".to_owned() } else { (*name).to_owned() };
        if !subsite.is_empty() {
            which.push_str(&format!(" of subsite {subsite}"));
        } else if by_subsite {
            which.push_str(" of no subsite");
        }
        if several_currencies {
            which.push_str(&format!(" in {}", currencies.code(*currency)));
        }
        let parts = [("debits", None), ("credits", None), ("amount", Some(*currency))];
        for (((part, currency), stated), actual) in parts.into_iter().zip(service.stated).zip(service.actual) {
            let Some(stated) = stated else { continue };
            totals.push(Stated { what: format!("{which} {part}"), currency, stated, actual, line: service.line });
        }
    }
    totals
}
