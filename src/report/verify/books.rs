//! `payouts.csv` and the journals: each payout by its own figures, each journal by itself and against the sums that the
//! summary states.

use std::collections::BTreeMap;
use std::path::Path;

use super::Faults;
use super::table::{self, At, Order};
use crate::report::csv::{PAYOUTS, PAYOUTS_FILE};
use crate::report::journal::JournalFormat;
use crate::report::journal::read::prove;
use crate::report::json::SUMMARY_FILE;
use crate::report::view::Summary;

/// Checks what a report says of the books.
pub(super) fn check(dir: &Path, summary: &Summary, faults: &mut Faults) {
    if summary.files.iter().any(|file| file.name == PAYOUTS_FILE) {
        let mut order = Order::default();
        table::read(dir, PAYOUTS_FILE, &PAYOUTS, faults, |at, fields| check_payout(at, fields, &mut order));
    }
    let mut by_format: BTreeMap<JournalFormat, Posted> = BTreeMap::new();
    for file in &summary.files {
        let Some(format) = JournalFormat::of_file(&file.name) else { continue };
        let posted = by_format.entry(format).or_default();
        // What cannot be read is told with the hashes.
        let Ok(bytes) = std::fs::read(dir.join(&file.name)) else { continue };
        match prove(format, &file.name, &bytes) {
            Ok(proved) => {
                posted.vouchers = posted.vouchers.saturating_add(proved.vouchers);
                for (key, amount_minor) in proved.sums_by_account {
                    let sum = posted.sums.entry(key).or_default();
                    *sum = sum.saturating_add(amount_minor);
                }
            }
            Err(fault) => faults.list.push(fault),
        }
    }
    let Some(stated) = &summary.journal else {
        if !by_format.is_empty() {
            faults.add(SUMMARY_FILE, None, "there are journals, but the summary does not say what they come to");
        }
        return;
    };
    let mut sums: BTreeMap<(String, String), i128> = BTreeMap::new();
    let mut of_currency: BTreeMap<&str, i128> = BTreeMap::new();
    for row in &stated.accounts {
        sums.insert((row.account.clone(), row.currency.clone()), row.amount);
        let sum = of_currency.entry(&row.currency).or_default();
        *sum = sum.saturating_add(row.amount);
    }
    sums.retain(|_, amount_minor| *amount_minor != 0);
    for (currency, _) in of_currency.into_iter().filter(|(_, sum)| *sum != 0) {
        faults.add(SUMMARY_FILE, None, format!("journal: the accounts in {currency} do not sum to 0"));
    }
    for (format, mut posted) in by_format {
        posted.sums.retain(|_, amount_minor| *amount_minor != 0);
        let name = format.name();
        if posted.vouchers != stated.vouchers {
            let problem =
                format!("journal: {} vouchers are stated, the {name} journal has {}", stated.vouchers, posted.vouchers);
            faults.add(SUMMARY_FILE, None, problem);
        }
        for (key, amount_minor) in &sums {
            let found = posted.sums.remove(key).unwrap_or(0);
            if found != *amount_minor {
                let (account, currency) = key;
                let problem = format!(
                    "journal: {amount_minor} is stated on {account} in {currency}, the {name} journal posts {found}"
                );
                faults.add(SUMMARY_FILE, None, problem);
            }
        }
        for (account, currency) in posted.sums.keys() {
            let problem =
                format!("journal: nothing is stated on {account} in {currency}, but the {name} journal posts there");
            faults.add(SUMMARY_FILE, None, problem);
        }
    }
}

/// What the files of one form post.
#[derive(Default)]
struct Posted {
    vouchers: u64,
    sums: BTreeMap<(String, String), i128>,
}

fn check_payout(at: &mut At<'_>, fields: [&str; 15], order: &mut Order) {
    let [provider, settlement_id, currency, _, gross, acquirer, fee, fee_vat, from, brought, computed, ..] = fields;
    let [.., stated, _, received, _] = fields;
    if !order.follows(&[provider, settlement_id, currency]) {
        at.fault("stands out of order: it belongs before the row above");
    }
    let known = |at: &mut At<'_>, name: &str, text: &str| {
        if text.is_empty() { None } else { at.number::<i128>(name, text) }
    };
    let [gross, brought] = [("gross", gross), ("brought_forward", brought)].map(|(name, text)| at.number(name, text));
    at.number::<i128>("acquirer", acquirer);
    let [fee, fee_vat, computed] =
        [("fee", fee), ("fee_vat", fee_vat), ("computed", computed)].map(|(name, text)| known(at, name, text));
    for (name, text) in [("stated", stated), ("received", received)] {
        known(at, name, text);
    }
    if fee.is_some() == from.is_empty() {
        at.fault("a fee is known where fees_from says from where, and only there");
    }
    let parts = || -> Option<i128> { i128::checked_sub(gross?, fee?)?.checked_sub(fee_vat?)?.checked_add(brought?) };
    if fee.is_some() && (computed.is_none() || parts() != computed) {
        at.fault("computed is not gross - fee - fee_vat + brought_forward");
    }
}
