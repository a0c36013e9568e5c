//! Bank statements as such: each must lead from its opening to its closing balance, and each must follow on the one
//! before (RULES.md 9, `statement-gap`). What is booked counts once, however often it is told.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::bank::{Balance, Entry, REFERENCES_MAX, Statement, StatementKind};
use crate::model::currency::Currencies;
use crate::model::finding::{BooksNote, Code, Finding, Note};
use crate::model::money::{Major, add};
use crate::model::origin::Origins;

/// An entry of a bank account that counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BookedEntry {
    /// ISO 4217 code.
    pub currency: String,
    /// The account as the bank writes it.
    pub account: String,
    /// The entry.
    pub entry: Entry,
}

/// A statement with both its balances.
struct Proven<'a> {
    statement: &'a Statement,
    opening: Balance,
    closing: Balance,
}

/// `statement-gap`: statements whose entries do not lead from their opening to their closing balance (expected = as
/// computed, actual = as stated), and statements that do not begin where the one before ended (expected = its closing
/// balance, actual = the opening one). An exact repetition of a statement counts once; advice and lists without balances
/// take no part.
///
/// Statements of an account and currency stand in the order of their opening day, number and closing day; among those of
/// one place that one comes first which follows on the one before. Statements of an account and lists of it are two
/// series, because they may cover the same days.
#[must_use]
pub fn chain(statements: &[Statement], currencies: &Currencies) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut series: BTreeMap<(&str, &str, StatementKind), Vec<Proven<'_>>> = BTreeMap::new();
    for statement in once(statements) {
        let (Some(opening), Some(closing)) = (statement.opening, statement.closing) else { continue };
        if statement.kind == StatementKind::Advice {
            continue;
        }
        let proven = Proven { statement, opening, closing };
        findings.extend(proven.own_gap(currencies));
        series.entry((&statement.account, &statement.currency, statement.kind)).or_default().push(proven);
    }
    for statements in series.into_values() {
        let ordered = in_order(statements);
        for pair in ordered.windows(2) {
            let [before, after] = pair else { continue };
            findings.extend(after.gap_behind(before, currencies));
        }
    }
    findings
}

impl Proven<'_> {
    fn place(&self) -> (NaiveDate, Option<u64>, NaiveDate) {
        (self.opening.on, self.statement.number, self.closing.on)
    }

    fn name(&self) -> String {
        let Statement { statement_id, account, number, .. } = self.statement;
        let mut name = "Statement".to_owned();
        for part in [statement_id.clone(), number.map(|number| format!("no. {number}")).unwrap_or_default()] {
            if !part.is_empty() {
                name.push_str(&format!(" {part}"));
            }
        }
        if !account.is_empty() {
            name.push_str(&format!(" of account {account}"));
        }
        format!("{name} from {} to {}", self.opening.on, self.closing.on)
    }

    fn own_gap(&self, currencies: &Currencies) -> Option<Finding> {
        let mut computed = self.statement.entry_sum_minor;
        add(&mut computed, self.opening.amount_minor);
        let stated = i128::from(self.closing.amount_minor);
        let money = |amount_minor| money(amount_minor, &self.statement.currency, currencies);
        let explanation = || {
            format!(
                "{} opens with {}, and its entries lead to {}, but it states {} as its closing balance: entries are \
                 missing or changed; fetch it again from the bank",
                self.name(),
                money(self.opening.amount_minor.into()),
                money(computed),
                money(stated)
            )
        };
        let sources = &self.statement.source;
        (computed != stated)
            .then(|| self.finding((computed, stated, 1), "closing", explanation(), sources.clone(), currencies))
    }

    fn gap_behind(&self, before: &Self, currencies: &Currencies) -> Option<Finding> {
        let (ended, begins) = (before.closing.amount_minor.into(), self.opening.amount_minor.into());
        let money = |amount_minor| money(amount_minor, &self.statement.currency, currencies);
        let explanation = || {
            format!(
                "{} opens with {}, but the one before ended with {} on {}: a statement between them was not given, or \
                 one of them was changed",
                self.name(),
                money(begins),
                money(ended),
                before.closing.on
            )
        };
        let sources = format!("{}; {}", before.statement.source, self.statement.source);
        (ended != begins).then(|| self.finding((ended, begins, 2), "opening", explanation(), sources, currencies))
    }

    /// A finding with what was expected, what is, and how many statements it is about.
    fn finding(
        &self,
        (expected_minor, actual_minor, count): (i128, i128, u64),
        which: &str,
        explanation: String,
        sources: String,
        currencies: &Currencies,
    ) -> Finding {
        let on = if which == "opening" { self.opening.on } else { self.closing.on };
        Finding {
            code: Code::StatementGap,
            provider: None,
            currency: currencies.find(self.statement.currency.as_bytes()),
            expected_minor,
            actual_minor,
            count,
            rows: Origins::new(),
            whole_order: false,
            note: Note::Books(Box::new(BooksNote {
                settlement_id: self.statement.statement_id.clone(),
                bank_reference: String::new(),
                which: format!("{which} {} {on}", self.statement.account),
                since: Some(on),
                is_pending: false,
                explanation,
                sources,
            })),
        }
    }
}

pub(super) fn money(amount_minor: i128, code: &str, currencies: &Currencies) -> String {
    let exponent = currencies.find(code.as_bytes()).map_or(0, |currency| currencies.exponent(currency));
    format!("{} {code}", Major { amount_minor, exponent })
}

/// Statements of one series in their order.
fn in_order(mut statements: Vec<Proven<'_>>) -> Vec<Proven<'_>> {
    statements
        .sort_by(|one, other| one.place().cmp(&other.place()).then_with(|| by_rest(one.statement, other.statement)));
    let mut ordered: Vec<Proven<'_>> = Vec::with_capacity(statements.len());
    let mut rest = std::collections::VecDeque::from(statements);
    while let Some(first) = rest.front() {
        let place = first.place();
        let ended = ordered.last().map(|last| last.closing.amount_minor);
        let tied = rest.iter().take_while(|statement| statement.place() == place);
        // Nothing else tells the order of several short statements of one day.
        let next = tied.map(|statement| statement.opening.amount_minor).position(|opens| Some(opens) == ended);
        ordered.extend(rest.remove(next.unwrap_or(0)));
    }
    ordered
}

fn by_rest(one: &Statement, other: &Statement) -> std::cmp::Ordering {
    let key = |statement: &Statement| {
        (
            statement.statement_id.clone(),
            statement.opening,
            statement.closing,
            statement.entry_count,
            statement.entry_sum_minor,
            statement.source.clone(),
        )
    };
    key(one).cmp(&key(other))
}

/// Statements without exact repetitions, in an order that does not depend on that of the files.
fn once(statements: &[Statement]) -> Vec<&Statement> {
    let mut sorted: Vec<&Statement> = statements.iter().collect();
    sorted.sort_by(|one, other| {
        let first = (one.kind, &one.account, &one.currency, one.number, one.booked);
        let second = (other.kind, &other.account, &other.currency, other.number, other.booked);
        first.cmp(&second).then_with(|| by_rest(one, other))
    });
    let mut kept: Vec<&Statement> = Vec::with_capacity(sorted.len());
    for statement in sorted {
        // Equal ones differ in their source alone, which sorts last, so they stand together.
        if !kept.last().is_some_and(|before| repeats(before, statement)) {
            kept.push(statement);
        }
    }
    kept
}

/// Whether two statements are one: all but their places is the same.
fn repeats(one: &Statement, other: &Statement) -> bool {
    let head = |statement: &Statement| {
        let Statement { kind, number, opening, closing, entry_count, entry_sum_minor, booked, .. } = *statement;
        (kind, number, opening, closing, entry_count, entry_sum_minor, booked)
    };
    let texts = |statement: &'_ Statement| {
        [&statement.account, &statement.currency, &statement.statement_id].map(String::clone)
    };
    let alike = |one: &Entry, other: &Entry| {
        (one.booked_on, one.amount_minor, &one.provider, &one.references, &one.bank_reference)
            == (other.booked_on, other.amount_minor, &other.provider, &other.references, &other.bank_reference)
    };
    head(one) == head(other)
        && texts(one) == texts(other)
        && one.entries.len() == other.entries.len()
        && one.entries.iter().zip(&other.entries).all(|(one, other)| alike(one, other))
}

/// What is booked, each once, in an order that does not depend on that of the files.
///
/// Exact repetitions of a statement count once. An entry of an advice (camt.054) that is an entry of a statement (the
/// same account, currency, amount and day, and where both have references one in common) only adds its references to it.
/// Entries of an advice with one bank's reference that sum to the entry of a statement with that reference are its
/// details, and stand for it. Of several pieces of advice of one entry, which the bank's reference tells, one counts.
#[must_use]
pub fn booked(statements: &[Statement]) -> Vec<BookedEntry> {
    let mut counted = Counted::default();
    let (advice, others): (Vec<&Statement>, Vec<&Statement>) =
        once(statements).into_iter().partition(|statement| statement.kind == StatementKind::Advice);
    for statement in others {
        statement.entries.iter().for_each(|entry| counted.push(statement, entry, true));
    }
    for statement in advice {
        counted.advise(statement);
    }
    let mut entries: Vec<BookedEntry> =
        counted.entries.into_iter().filter(|known| !known.replaced).map(|known| known.booked).collect();
    entries.sort_unstable();
    entries
}

/// An entry that counts so far.
struct Known {
    booked: BookedEntry,
    on_statement: bool,
    /// Its details stand for it.
    replaced: bool,
}

/// Whether two entries of one account, currency, amount and day are one.
type Test<'a> = &'a dyn Fn(&Entry, &Entry) -> bool;

/// Account, currency, day.
type DayKey = (String, String, NaiveDate);

#[derive(Default)]
struct Counted {
    entries: Vec<Known>,
    by_day: BTreeMap<DayKey, BTreeMap<i64, Vec<usize>>>,
}

impl Counted {
    fn push(&mut self, statement: &Statement, entry: &Entry, on_statement: bool) {
        let booked = BookedEntry {
            currency: statement.currency.clone(),
            account: statement.account.clone(),
            entry: entry.clone(),
        };
        let day = self.by_day.entry(day_of(statement, entry)).or_default();
        day.entry(entry.amount_minor).or_default().push(self.entries.len());
        self.entries.push(Known { booked, on_statement, replaced: false });
    }

    fn advise(&mut self, advice: &Statement) {
        let mut entries: Vec<&Entry> = advice.entries.iter().collect();
        entries.sort_unstable();
        let mut taken = vec![false; self.entries.len()];
        let mut left = self.details(advice, entries, &mut taken);
        let same_id =
            |one: &Entry, other: &Entry| !one.bank_reference.is_empty() && one.bank_reference == other.bank_reference;
        let share = |one: &Entry, other: &Entry| one.references.iter().any(|key| other.references.contains(key));
        let silent = |one: &Entry, other: &Entry| one.references.is_empty() || other.references.is_empty();
        // What tells most comes first.
        let tests: [(Test<'_>, bool); 3] = [(&same_id, false), (&share, true), (&silent, true)];
        for (test, on_statement_only) in tests {
            left.retain(|entry| {
                let of_day = self.by_day.get(&day_of(advice, entry)).and_then(|day| day.get(&entry.amount_minor));
                let found = of_day.into_iter().flatten().copied().find(|at| {
                    let known = self.entries.get(*at);
                    !taken.get(*at).is_some_and(|taken| *taken)
                        && known.is_some_and(|known| {
                            !known.replaced
                                && (known.on_statement || !on_statement_only)
                                && test(&known.booked.entry, entry)
                        })
                });
                let Some(known) = found.and_then(|at| self.entries.get_mut(at)) else { return true };
                merge(&mut known.booked.entry, entry);
                found.and_then(|at| taken.get_mut(at)).into_iter().for_each(|slot| *slot = true);
                false
            });
        }
        left.into_iter().for_each(|entry| self.push(advice, entry, false));
    }

    /// Puts details in the place of the entry of a statement that they sum to; gives the entries that are none.
    fn details<'a>(&mut self, advice: &Statement, entries: Vec<&'a Entry>, taken: &mut Vec<bool>) -> Vec<&'a Entry> {
        let mut groups: BTreeMap<(NaiveDate, &str), Vec<&Entry>> = BTreeMap::new();
        for entry in entries {
            groups.entry((entry.booked_on, &entry.bank_reference)).or_default().push(entry);
        }
        let mut left = Vec::new();
        for ((_, id), group) in groups {
            let mut sum_minor = 0_i128;
            group.iter().for_each(|entry| add(&mut sum_minor, entry.amount_minor));
            let day = group.first().and_then(|entry| self.by_day.get(&day_of(advice, entry)));
            let of_sum = i64::try_from(sum_minor).ok().and_then(|sum| day?.get(&sum));
            let whole = of_sum.into_iter().flatten().copied().find(|at| {
                let known = self.entries.get(*at);
                known.is_some_and(|known| {
                    known.on_statement && !known.replaced && known.booked.entry.bank_reference == id
                })
            });
            match whole.and_then(|at| self.entries.get_mut(at)) {
                Some(known) if group.len() > 1 && !id.is_empty() => {
                    known.replaced = true;
                    let of_statement = known.booked.entry.source.clone();
                    for detail in group {
                        let source = format!("{of_statement}; {}", detail.source);
                        taken.push(true);
                        self.push(advice, &Entry { source, ..detail.clone() }, true);
                    }
                }
                _ => left.extend(group),
            }
        }
        left
    }
}

fn day_of(statement: &Statement, entry: &Entry) -> DayKey {
    (statement.account.clone(), statement.currency.clone(), entry.booked_on)
}

/// Adds to an entry what an advice tells of it.
fn merge(known: &mut Entry, advised: &Entry) {
    known.provider = match (known.provider.take(), &advised.provider) {
        (Some(one), Some(other)) if one != *other => None,
        (one, other) => one.or_else(|| other.clone()),
    };
    known.references.extend(advised.references.iter().cloned());
    known.references.sort_unstable();
    known.references.dedup();
    known.references.truncate(REFERENCES_MAX);
    if known.bank_reference.is_empty() {
        known.bank_reference.clone_from(&advised.bank_reference);
    }
    known.source = format!("{}; {}", known.source, advised.source);
}

#[cfg(test)]
mod tests;
