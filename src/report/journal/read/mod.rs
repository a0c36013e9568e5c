//! Journals back from their bytes, strictly: what the writers of this program cannot have written is refused, and so is a
//! voucher that does not balance. One module a format; `book` is what they share.

mod beancount;
mod book;
mod gbat10;
mod hledger;
mod sie;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::JournalFormat;
use crate::report::verify::Fault;

/// A posting as a file has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The day of its voucher.
    pub dated: NaiveDate,
    /// Id of the voucher; in SIE, which has no place for it, the text of the voucher, and in GBAT10 its number.
    pub voucher: String,
    /// Number of the account.
    pub account: String,
    /// Minor units; a debit is positive.
    pub amount_minor: i128,
    /// ISO 4217 code.
    pub currency: String,
}

/// A journal that balances, voucher by voucher.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proved {
    /// Its vouchers.
    pub vouchers: u64,
    /// Its postings, in the order of the file.
    pub lines: Vec<Line>,
    /// Minor units by account and currency.
    pub sums_by_account: BTreeMap<(String, String), i128>,
}

/// Proves a file of a journal from its bytes and its name, which has the currency where the format has no place for it.
///
/// # Errors
/// The first line that is not as the format wants it, and what is wrong with it.
pub fn prove(format: JournalFormat, name: &str, bytes: &[u8]) -> Result<Proved, Fault> {
    let proved = match format {
        JournalFormat::Sie => sie::prove(name, bytes),
        JournalFormat::Hledger => hledger::prove(bytes),
        JournalFormat::Beancount => beancount::prove(bytes),
        JournalFormat::Gbat10 => gbat10::prove(name, bytes),
    };
    proved.map_err(|(line, problem)| Fault {
        file: name.to_owned(),
        line: (line > 0).then_some(line),
        problem: shortened(problem),
    })
}

/// A problem names what stands in the file, and a line that somebody else has written may be of any length.
fn shortened(problem: String) -> String {
    const CHARS_MAX: usize = 300;
    match problem.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}...", problem.get(..end).unwrap_or_default()),
        None => problem,
    }
}

/// Whether a SIE file was imported by the system that it is for, which says so in its first record. `None` where the
/// first record is not `#FLAGGA` with 0 or 1.
#[must_use]
pub fn is_imported(bytes: &[u8]) -> Option<bool> {
    match bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next()?.trim_ascii() {
        b"#FLAGGA 0" => Some(false),
        b"#FLAGGA 1" => Some(true),
        _ => None,
    }
}
