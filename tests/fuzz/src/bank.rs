//! What every statement of a bank must be, however it was read.

use std::collections::BTreeSet;

use avstem::ingest::bank::{BankFile, BankNames, BankWays};
use avstem::ingest::source::FileError;
use avstem::model::bank::{REFERENCES_MAX, Statement, StatementKind, reference_key};
use avstem::model::currency::Currencies;

use crate::is_explained;

/// Calls a reader with the names and currencies that a run has without a configuration.
pub fn with_ways<T>(reader: impl FnOnce(&BankWays<'_>) -> T) -> T {
    let (names, currencies) = (BankNames::default(), Currencies::default());
    reader(&BankWays { names: &names, currencies: &currencies })
}

/// A file was read, or refused with a message.
pub fn check(read: Result<BankFile, FileError>) {
    match read {
        Ok(file) => {
            assert!(!file.format.is_empty() && !(file.statements.is_empty() && file.notes.is_empty()), "{file:?}");
            file.statements.iter().for_each(statement);
        }
        Err(error) => is_explained(&error),
    }
}

/// Entries are kept only where they may be a payout, none is counted twice, and what is not kept is counted all the same.
pub fn statement(statement: &Statement) {
    let kept: i128 = statement.entries.iter().map(|entry| i128::from(entry.amount_minor)).sum();
    let count = u64::try_from(statement.entries.len()).expect("a length");
    assert!(count <= statement.entry_count, "{statement:?}");
    assert!(count < statement.entry_count || kept == statement.entry_sum_minor, "{statement:?}");
    assert_eq!(statement.booked.is_none(), statement.entry_count == 0, "{statement:?}");
    assert_eq!(statement.currency.len(), 3, "{statement:?}");
    assert!(statement.account.chars().all(|c| !c.is_whitespace()), "{statement:?}");
    if statement.kind == StatementKind::List {
        assert_eq!(statement.number, None);
    }
    for entry in &statement.entries {
        let (first, last) = statement.booked.expect("an entry is kept");
        assert!((first..=last).contains(&entry.booked_on));
        assert!(entry.provider.is_some() || !entry.references.is_empty(), "{entry:?}");
        let each_once: BTreeSet<&String> = entry.references.iter().collect();
        assert!(entry.references.is_sorted() && each_once.len() == entry.references.len(), "{entry:?}");
        assert!(entry.references.len() <= REFERENCES_MAX, "{entry:?}");
        for reference in &entry.references {
            assert!(reference_key(reference).is_some() && !reference.contains('@'), "{entry:?}");
            assert!(reference.chars().count() <= 70, "{entry:?}");
        }
    }
}
