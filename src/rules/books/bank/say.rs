//! Findings of the bank leg in words.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Matching, Verdict};
use crate::model::finding::{BooksNote, Code, Finding, Note};
use crate::model::origin::Origins;
use crate::rules::books::statements::money;

/// So many settlements are named in a sentence.
const NAMED_MAX: usize = 5;

/// Texts joined by `; `, each once, in their order. Empty ones, as of a payout that only rows tell, are left out.
pub fn joined<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut seen = BTreeSet::new();
    texts.into_iter().filter(|text| !text.is_empty() && seen.insert(*text)).collect::<Vec<_>>().join("; ")
}

impl Matching<'_> {
    /// A finding over payouts and entries. All are of one currency, and of one provider where that is known.
    pub fn finding(&self, code: Code, payouts: &[usize], entries: &[usize]) -> Finding {
        let due: Vec<_> = payouts.iter().filter_map(|payout| self.due.get(*payout).copied()).collect();
        let booked: Vec<_> = entries.iter().filter_map(|entry| self.entries.get(*entry).copied()).collect();
        let of_due = due.iter().map(|payout| payout.key.provider.as_str());
        let of_entries = entries.iter().filter_map(|entry| self.providers.get(*entry).copied().flatten());
        let providers: BTreeSet<&str> = of_due.chain(of_entries).collect();
        let provider =
            if providers.len() == 1 { providers.first().map(|name| self.rules.names.intern(name)) } else { None };
        let code_of_currency = due
            .first()
            .map(|payout| payout.key.currency.as_str())
            .or_else(|| booked.first().map(|booked| booked.currency.as_str()))
            .unwrap_or_default();
        let (expected_minor, actual_minor) = self.sums(payouts, entries);
        let ids: BTreeSet<&str> = due.iter().map(|payout| payout.key.settlement_id.as_str()).collect();
        let references: BTreeSet<&str> = booked.iter().map(|booked| booked.entry.bank_reference.as_str()).collect();
        let only = |texts: &BTreeSet<&str>| match texts.len() {
            1 => texts.first().map(|text| (*text).to_owned()).unwrap_or_default(),
            _ => String::new(),
        };
        let paid_on = due.iter().map(|payout| payout.paid_on);
        let since = paid_on.chain(booked.iter().map(|booked| booked.entry.booked_on).filter(|_| due.is_empty())).max();
        let verdict = payouts.first().and_then(|payout| self.verdicts.get(*payout).copied().flatten());
        let sources = due
            .iter()
            .flat_map(|payout| payout.source.split("; "))
            .chain(booked.iter().flat_map(|booked| booked.entry.source.split("; ")));
        Finding {
            code,
            provider,
            currency: self.rules.currencies.find(code_of_currency.as_bytes()),
            expected_minor,
            actual_minor,
            count: u64::try_from(due.len() + booked.len()).unwrap_or(u64::MAX),
            rows: Origins::new(),
            whole_order: false,
            note: Note::Books(Box::new(BooksNote {
                settlement_id: only(&ids),
                bank_reference: only(&references),
                which: self.which(code, payouts, entries, &ids),
                since,
                is_pending: verdict == Some(Verdict::Pending),
                explanation: self.explanation(code, payouts, entries, code_of_currency),
                sources: joined(sources),
            })),
        }
    }

    /// What tells a finding from others with the same ids, from night to night: the settlements of several, the days of
    /// settlements without an id, the account and day of an entry, and the amount of one without the bank's reference.
    fn which(&self, code: Code, payouts: &[usize], entries: &[usize], ids: &BTreeSet<&str>) -> String {
        if code == Code::PayoutUnknown {
            let entry = entries.first().and_then(|entry| self.entries.get(*entry));
            return entry.map_or(String::new(), |booked| {
                let mut which = format!("{} {}", booked.account, booked.entry.booked_on);
                if booked.entry.bank_reference.is_empty() {
                    which.push_str(&format!(" {}", booked.entry.amount_minor));
                }
                which
            });
        }
        let mut which: BTreeSet<String> = ids.iter().filter(|_| ids.len() > 1).map(|id| (*id).to_owned()).collect();
        let nameless = payouts.iter().filter_map(|payout| self.due.get(*payout));
        let nameless = nameless.filter(|payout| payout.key.settlement_id.is_empty());
        which.extend(nameless.map(|payout| payout.paid_on.to_string()));
        which.into_iter().collect::<Vec<_>>().join(" ")
    }

    fn explanation(&self, code: Code, payouts: &[usize], entries: &[usize], currency: &str) -> String {
        let (paid, came) = self.sums(payouts, entries);
        let money = |amount_minor| money(amount_minor, currency, self.rules.currencies);
        let (of, on) = (self.settlements(payouts), days("on", self.paid_days(payouts)));
        let booked = days("booked on", self.booked_days(entries));
        let payout = plural(payouts.len(), "payout");
        match code {
            Code::PayoutMissing if self.verdict_is(payouts, Verdict::Pending) => {
                format!("The {payout} of {} {of} {on} is not on the bank account yet", money(paid))
            }
            Code::PayoutMissing => format!(
                "The {payout} of {} {of} {on} is not on the bank account, though more than {} have passed: ask the \
                 provider for it, or give the statement that it stands on",
                money(paid),
                self.rules.window
            ),
            Code::PayoutAmount => format!(
                "The {payout} {of} {on} should be {}, but the bank has {} under {} reference, {booked}: ask the provider \
                 about the difference of {}",
                money(paid),
                money(came),
                if payouts.len() == 1 { "its" } else { "their" },
                money(came - paid)
            ),
            Code::PayoutAmbiguous => format!(
                "{} {of} {on}, {} together, and {} of the bank, {booked}, {} together, fit each other in several ways or \
                 not at all: say which belong together by looking at the provider's reports",
                counted(payouts.len(), "payout"),
                money(paid),
                counted(entries.len(), "entry"),
                money(came)
            ),
            _ => format!(
                "The bank has a credit of {}, {booked}, that names the provider or one of its references, but no payout \
                 explains it: give the provider's report for it, or ask the provider",
                money(came)
            ),
        }
    }

    fn verdict_is(&self, payouts: &[usize], verdict: Verdict) -> bool {
        payouts.iter().all(|payout| self.verdicts.get(*payout).copied().flatten() == Some(verdict))
    }

    /// `for settlement R1234-0001`.
    fn settlements(&self, payouts: &[usize]) -> String {
        let ids = payouts.iter().filter_map(|payout| self.due.get(*payout)).map(|due| due.key.settlement_id.as_str());
        let ids: BTreeSet<&str> = ids.filter(|id| !id.is_empty()).collect();
        let named: Vec<&str> = ids.iter().copied().take(NAMED_MAX).collect();
        match ids.len() {
            0 => "for a settlement without an id".to_owned(),
            1 => format!("for settlement {}", named.join("")),
            many if many > NAMED_MAX => {
                format!("for settlements {} and {} more", named.join(", "), many - NAMED_MAX)
            }
            _ => format!("for settlements {}", named.join(", ")),
        }
    }

    fn paid_days(&self, payouts: &[usize]) -> Vec<NaiveDate> {
        payouts.iter().filter_map(|payout| self.due.get(*payout)).map(|due| due.paid_on).collect()
    }

    fn booked_days(&self, entries: &[usize]) -> Vec<NaiveDate> {
        entries.iter().filter_map(|entry| self.entries.get(*entry)).map(|booked| booked.entry.booked_on).collect()
    }
}

/// `on 2026-10-05`, `on 2026-10-05 to 2026-10-07`.
fn days(word: &str, days: Vec<NaiveDate>) -> String {
    match (days.iter().min(), days.iter().max()) {
        (Some(first), Some(last)) if first == last => format!("{word} {first}"),
        (Some(first), Some(last)) => format!("{word} {first} to {last}"),
        _ => String::new(),
    }
}

fn plural(count: usize, what: &str) -> String {
    match (count, what.strip_suffix('y')) {
        (1, _) => what.to_owned(),
        (_, Some(stem)) => format!("{stem}ies"),
        _ => format!("{what}s"),
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {}", plural(count, what))
}
