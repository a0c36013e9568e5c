//! Rows of a bank's CSV or workbook, typed, as lists of entries. A profile has turned them into the canonical columns of
//! [`crate::model::record::Dataset::Bank`] before.

use std::collections::BTreeMap;

use super::BankWays;
use super::collect::{begun, enter};
use super::words::{References, own_id};
use crate::model::bank::{Balance, Entry, Statement, StatementKind};
use crate::model::day::Zone;
use crate::model::record::Row;

/// One row while its list is collected.
struct Booked {
    entry: Entry,
    /// The balance after it.
    balance_minor: Option<i64>,
}

/// The lists that rows are, one a file, account and currency, in this order. Every row comes with its place,
/// `file:line`, in the order of its file. A file that runs backwards in time is turned round.
///
/// The provider of a row is the one in its `provider`, unless that is `default_provider`, which rows have that name none;
/// else the one that its text, name or reference names. Where the first and the last row of a list state a balance, it
/// has an opening and a closing one: what was there before the first row, and after the last.
#[must_use]
pub fn lists(
    rows: impl IntoIterator<Item = (Row, String)>,
    default_provider: &str,
    zone: Zone,
    ways: &BankWays<'_>,
) -> Vec<Statement> {
    let mut lists: BTreeMap<(String, String, String), Vec<Booked>> = BTreeMap::new();
    for (row, place) in rows {
        let Some(booked_at) = row.instant("booked_on") else { continue };
        let text = |column: &str| row.text(column).unwrap_or_default().to_owned();
        let mut references = References::default();
        references.id(&text("reference"));
        references.id(&text("bank_reference"));
        references.words(&text("text"));
        let given = row.text("provider").filter(|provider| *provider != default_provider);
        let named = ways.names.provider_of(&[text("text"), text("name"), text("reference")]);
        let file = place.rsplit_once(':').map_or(place.as_str(), |(file, _)| file).to_owned();
        let account: String = text("account").split_whitespace().collect();
        let key = (file, account, ways.currencies.code(row.currency).to_owned());
        let entry = Entry {
            booked_on: zone.day(booked_at),
            amount_minor: row.amount_minor(),
            provider: given.or(named).map(str::to_owned),
            references: references.into_keys(),
            bank_reference: own_id(&text("bank_reference")),
            source: place,
        };
        lists.entry(key).or_default().push(Booked { entry, balance_minor: row.minor("balance") });
    }
    lists.into_iter().map(|((_, account, currency), rows)| list(account, currency, rows)).collect()
}

fn list(account: String, currency: String, mut rows: Vec<Booked>) -> Statement {
    let source = rows.first().map(|row| row.entry.source.clone()).unwrap_or_default();
    if runs_backwards(&rows) {
        rows.reverse();
    }
    let mut list = begun(StatementKind::List, source);
    (list.account, list.currency) = (account, currency);
    let balance = |amount_minor: Option<i64>, row: &Booked| {
        Some(Balance { amount_minor: amount_minor?, on: row.entry.booked_on })
    };
    list.opening = rows.first().and_then(|row| balance(row.balance_minor?.checked_sub(row.entry.amount_minor), row));
    list.closing = rows.last().and_then(|row| balance(row.balance_minor, row));
    rows.into_iter().for_each(|row| enter(&mut list, row.entry));
    list
}

/// Whether the newest row stands first: by the days of the first and the last, and where these are one, by balances that
/// follow on each other only from the last row to the first.
fn runs_backwards(rows: &[Booked]) -> bool {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return false };
    if first.entry.booked_on != last.entry.booked_on {
        return first.entry.booked_on > last.entry.booked_on;
    }
    let follows = |before: &Booked, after: &Booked| {
        before
            .balance_minor
            .zip(after.balance_minor)
            .is_some_and(|(before, balance)| before.checked_add(after.entry.amount_minor) == Some(balance))
    };
    let pairs = || rows.windows(2).filter_map(|pair| <&[Booked; 2]>::try_from(pair).ok());
    rows.len() > 1
        && pairs().all(|[one, other]| follows(other, one))
        && !pairs().all(|[one, other]| follows(one, other))
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;
    use crate::ingest::bank::BankNames;
    use crate::model::currency::Currencies;
    use crate::model::day::parse_stamp;
    use crate::model::origin::Origin;
    use crate::model::record::{ColumnKind, Dataset, Value};

    /// A row of `column=value` fields.
    fn row(fields: &str) -> Row {
        let currencies = Currencies::default();
        let mut values = vec![Value::Absent; Dataset::Bank.columns().len()];
        let mut currency = currencies.find(b"SEK").unwrap();
        for (name, text) in fields.split(' ').filter_map(|field| field.split_once('=')) {
            let column = Dataset::Bank.column(name).unwrap();
            let text = text.replace('_', " ");
            values[column] = match Dataset::Bank.columns()[column].kind {
                ColumnKind::Minor => Value::Int(i64::from_str(&text).unwrap()),
                ColumnKind::Stamp => Value::At(Zone::default().instant(parse_stamp(text.as_bytes()).unwrap())),
                ColumnKind::Currency => {
                    currency = currencies.find(text.as_bytes()).unwrap();
                    Value::Text(text.into())
                }
                _ => Value::Text(text.into()),
            };
        }
        Row { dataset: Dataset::Bank, currency, values, origin: Origin(0) }
    }

    fn lists_of(rows: &[(&str, &str)]) -> Vec<Statement> {
        let names = BankNames::default();
        let currencies = Currencies::default();
        let ways = BankWays { names: &names, currencies: &currencies };
        let rows = rows.iter().map(|(fields, place)| (row(fields), (*place).to_owned()));
        lists(rows, "default", Zone::default(), &ways)
    }

    fn entry(booked_on: &str, amount_minor: i64, provider: Option<&str>, references: &[&str], line: u64) -> Entry {
        Entry {
            booked_on: booked_on.parse().unwrap(),
            amount_minor,
            provider: provider.map(str::to_owned),
            references: references.iter().map(|key| (*key).to_owned()).collect(),
            bank_reference: String::new(),
            source: format!("b.csv:{line}"),
        }
    }

    #[test]
    fn rows_become_a_list_an_account_and_currency() {
        let found = lists_of(&[
            ("amount=100 booked_on=2026-10-05 account=SE_1 provider=default text=PAYEX_R1-0001 balance=600", "b.csv:2"),
            ("amount=-50 booked_on=2026-10-06 account=SE_1 provider=default text=rent balance=550", "b.csv:3"),
            ("amount=7 booked_on=2026-10-06 account=SE_2 provider=klarna", "b.csv:4"),
            ("amount=9 booked_on=2026-10-07 account=SE_1 currency=EUR provider=default name=Dintero", "b.csv:5"),
        ]);
        let on = |day: &str, amount_minor: i64| Some(Balance { amount_minor, on: day.parse().unwrap() });
        let mut eur = begun(StatementKind::List, "b.csv:5".to_owned());
        (eur.account, eur.currency) = ("SE1".to_owned(), "EUR".to_owned());
        enter(&mut eur, entry("2026-10-07", 9, Some("dintero"), &[], 5));
        let mut sek = begun(StatementKind::List, "b.csv:2".to_owned());
        (sek.account, sek.currency) = ("SE1".to_owned(), "SEK".to_owned());
        (sek.opening, sek.closing) = (on("2026-10-05", 500), on("2026-10-06", 550));
        enter(&mut sek, entry("2026-10-05", 100, Some("swedbank_pay"), &["R10001"], 2));
        enter(&mut sek, entry("2026-10-06", -50, None, &[], 3));
        let mut other = begun(StatementKind::List, "b.csv:4".to_owned());
        (other.account, other.currency) = ("SE2".to_owned(), "SEK".to_owned());
        enter(&mut other, entry("2026-10-06", 7, Some("klarna"), &[], 4));
        assert_eq!(found, [eur, sek, other]);
        assert_eq!((found[1].entry_count, found[1].entries.len()), (2, 1));
    }

    #[test]
    fn a_file_that_runs_backwards_is_turned_round() {
        let days = [
            ("amount=-50 booked_on=2026-10-06 balance=550", "b.csv:2"),
            ("amount=100 booked_on=2026-10-05 balance=600", "b.csv:3"),
        ];
        let one_day = [
            ("amount=-50 booked_on=2026-10-05 balance=550", "b.csv:2"),
            ("amount=100 booked_on=2026-10-05 balance=600", "b.csv:3"),
        ];
        for rows in [days, one_day] {
            let found = lists_of(&rows);
            let amounts = |balance: Option<Balance>| balance.map(|balance| balance.amount_minor);
            assert_eq!((amounts(found[0].opening), amounts(found[0].closing)), (Some(500), Some(550)));
        }
        let forwards = lists_of(&[
            ("amount=100 booked_on=2026-10-05 balance=600", "b.csv:2"),
            ("amount=-50 booked_on=2026-10-05 balance=550", "b.csv:3"),
        ]);
        assert_eq!(forwards[0].opening.map(|balance| balance.amount_minor), Some(500));
        let without = lists_of(&[("amount=100 booked_on=2026-10-05", "b.csv:2")]);
        assert_eq!((without[0].opening, without[0].closing), (None, None));
    }
}
