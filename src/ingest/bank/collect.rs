//! What all readers of a bank share: exact amounts, entries counted into a statement, and the bounds of a file.

use super::words::References;
use crate::ingest::swedbank_pay::amount::minor_units;
use crate::model::bank::{Entry, Statement, StatementKind};
use crate::model::money::add;

/// The most entries that are kept of a file.
pub const KEPT_MAX: usize = 1_000_000;
/// The most bytes that references of a file take.
const REFERENCE_BYTES_MAX: usize = 256 << 20;
/// The most statements that a file holds.
pub const STATEMENTS_MAX: usize = 100_000;
/// The most characters of the id of a statement, and of the number of an account; ISO 20022 has 35.
const NAME_CHARS_MAX: usize = 140;
/// What to do about a file beyond its bounds.
pub const HELP_SPLIT: &str = "fetch the statements of fewer days a file from the bank";

/// An amount without a sign, in major units: digits, and after a point decimals, of which those beyond the currency's
/// must be zeros. A missing part counts as 0, as in XML.
///
/// # Errors
/// The reason why it is none.
pub fn amount(text: &str, exponent: u32) -> Result<i64, String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let refused = || "an amount is digits with at most one decimal mark, without a sign".to_owned();
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || whole.len() + fraction.len() == 0 {
        return Err(refused());
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    // 1.50000 is 1.5, and nothing else.
    let fraction = fraction.trim_end_matches('0');
    let text = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
    let minor = minor_units(&text, exponent).map_err(|_| format!("the currency has {exponent} decimals"))?;
    i64::try_from(minor).map_err(|_| "the amount is too large".to_owned())
}

/// A statement before its first entry.
pub fn begun(kind: StatementKind, source: String) -> Statement {
    Statement {
        kind,
        account: String::new(),
        currency: String::new(),
        statement_id: String::new(),
        number: None,
        opening: None,
        closing: None,
        entry_count: 0,
        entry_sum_minor: 0,
        booked: None,
        entries: Vec::new(),
        source,
    }
}

/// Counts an entry into its statement, and keeps it where it may be a payout: where it names a provider or has a
/// reference.
pub fn enter(statement: &mut Statement, entry: Entry) {
    statement.entry_count += 1;
    add(&mut statement.entry_sum_minor, entry.amount_minor);
    let day = entry.booked_on;
    let (first, last) = statement.booked.unwrap_or((day, day));
    statement.booked = Some((first.min(day), last.max(day)));
    if entry.provider.is_some() || !entry.references.is_empty() {
        statement.entries.push(entry);
    }
}

/// Appends a page to the statement that it goes on.
pub fn join(statement: &mut Statement, page: Statement) {
    statement.closing = page.closing;
    statement.entry_count += page.entry_count;
    add(&mut statement.entry_sum_minor, page.entry_sum_minor);
    statement.booked = match (statement.booked, page.booked) {
        (Some((first, last)), Some((other_first, other_last))) => Some((first.min(other_first), last.max(other_last))),
        (one, other) => one.or(other),
    };
    statement.entries.extend(page.entries);
}

/// The name of an account or a statement, which is shown wherever it is spoken of.
///
/// # Errors
/// It is longer than any bank's is.
pub fn name(text: &str, what: &str) -> Result<String, String> {
    if text.chars().count() <= NAME_CHARS_MAX {
        Ok(text.to_owned())
    } else {
        Err(format!("{what} of more than {NAME_CHARS_MAX} characters"))
    }
}

/// What a file has taken of its bounds.
#[derive(Debug, Default)]
pub struct Room {
    kept: usize,
    reference_bytes: usize,
    /// Entries of which not all references are kept.
    pub cut: u64,
}

impl Room {
    /// Takes room for an entry, which is kept where it has a provider or references.
    ///
    /// # Errors
    /// The bound that the file is beyond.
    pub fn take(&mut self, has_provider: bool, references: &References) -> Result<(), String> {
        self.kept += usize::from(has_provider || !references.is_empty());
        self.reference_bytes += references.bytes();
        self.cut += u64::from(references.is_cut());
        if self.kept > KEPT_MAX {
            return Err(format!("the file holds more than {KEPT_MAX} entries that may be a payout"));
        }
        if self.reference_bytes > REFERENCE_BYTES_MAX {
            return Err(format!("the references of the file take more than {REFERENCE_BYTES_MAX} bytes"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        let good = [
            ("121222.74", 2, 12_122_274),
            ("1.5", 2, 150),
            ("1.50000", 2, 150),
            (".5", 2, 50),
            ("5.", 2, 500),
            ("12", 0, 12),
            ("12.00", 0, 12),
            ("0", 2, 0),
            ("92233720368547758.07", 2, i64::MAX),
        ];
        for (text, exponent, minor) in good {
            assert_eq!(amount(text, exponent), Ok(minor), "{text}");
        }
        let sign = "an amount is digits with at most one decimal mark, without a sign";
        let bad = [
            ("", 2, sign),
            (".", 2, sign),
            ("-1", 2, sign),
            ("+1", 2, sign),
            ("1 000", 2, sign),
            ("1e3", 2, sign),
            ("1.2.3", 2, sign),
            ("1.005", 2, "the currency has 2 decimals"),
            ("1.5", 0, "the currency has 0 decimals"),
            ("92233720368547758.08", 2, "the amount is too large"),
        ];
        for (text, exponent, reason) in bad {
            assert_eq!(amount(text, exponent), Err(reason.to_owned()), "{text}");
        }
    }
}
