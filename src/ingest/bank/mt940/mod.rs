//! SWIFT MT940, with or without its blocks `{1:..}{2:..}{4:`, several statements a file.
//!
//! ```text
//! :20:  reference            :60F: opening balance, first page (:60M: of a further page)
//! :25:  account              :61:  an entry, :86: its text
//! :28C: number/page          :62F: closing balance, last page (:62M: of an earlier page), :64: :65: :86:
//! ```
//!
//! Banks disagree on the characters of a text: it is read as UTF-8, else as Windows-1252, and as UTF-16 where the file
//! begins so. All that counts is ASCII.

mod fields;
mod line;
mod text;

use std::io::BufReader;

use super::collect::{HELP_SPLIT, Room, STATEMENTS_MAX, begun, enter, join, name};
use super::words::{References, own_id};
use super::{BankFile, BankWays};
use crate::engine::source::Bytes;
use crate::ingest::profile::encoding::{Decoded, recognised};
use crate::ingest::source::FileError;
use crate::model::bank::{Balance, Entry, REFERENCES_MAX, Statement, StatementKind};
use crate::model::currency::Currency;
use fields::{Field, Fields, tag_of};
use line::Line;

const HELP_BANK: &str = "fetch the file again from the bank; if it is the same, ask the bank";
const HELP_CUT: &str = "the file is damaged or was cut off: fetch it again from the bank";
/// Before the first field stand at most so many lines of headers.
const HEADER_LINES_MAX: usize = 8;

/// Whether a file is MT940, or a damaged one or another message of SWIFT, which its reader says: by its first bytes,
/// which begin with `:20:`, or hold fields of a statement behind a few lines of headers.
#[must_use]
pub fn is_mt940(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head));
    let lines = || {
        let lines = head.split(['\n', '\r']).filter_map(fields::without_blocks);
        lines.filter(|line| !line.trim().is_empty()).map(|line| tag_of(line).map_or("", |(tag, _)| tag))
    };
    lines().next() == Some("20")
        || lines().take(HEADER_LINES_MAX).any(|tag| !tag.is_empty()) && lines().any(is_of_statements)
}

fn is_of_statements(tag: &str) -> bool {
    matches!(tag, "60F" | "60M" | "61" | "62F" | "62M")
}

/// A file as UTF-8, or as the bytes that it has where it begins neither as UTF-16 nor with a mark.
///
/// # Errors
/// It cannot be read.
pub fn decoded<'b>(shown: &str, bytes: &'b Bytes) -> Result<Decoded<'b>, FileError> {
    let (encoding, mark_len) = recognised(shown, bytes, None)?;
    Decoded::new(bytes, encoding, mark_len)
        .map_err(|error| FileError::new(shown, format!("cannot be read: {error}"), "run again"))
}

/// Reads MT940. `shown` is the path as given.
///
/// # Errors
/// The file is damaged or cut off, or holds an entry or a balance that cannot be read.
pub fn read_mt940(shown: &str, bytes: &Bytes, ways: &BankWays<'_>) -> Result<BankFile, FileError> {
    let fault = |fault: Fault| FileError::new(shown, fault.problem, fault.help).at(fault.line, None);
    let mut reading = Reading { shown, ways: *ways, room: Room::default(), open: None, done: Vec::new() };
    let mut fields = Fields::new(BufReader::new(decoded(shown, bytes)?));
    while let Some(field) = fields.next().map_err(fault)? {
        reading.field(&field).map_err(fault)?;
    }
    reading.end().map_err(fault)?;
    let mut notes = Vec::new();
    if reading.room.cut > 0 {
        notes.push(format!(
            "{} entries have more than {REFERENCES_MAX} references, of which the first {REFERENCES_MAX} are kept",
            reading.room.cut
        ));
    }
    let statements: Vec<Statement> = reading.done.into_iter().map(|page| page.statement).collect();
    if statements.is_empty() {
        return Err(FileError::new(shown, "holds no statement", HELP_CUT));
    }
    Ok(BankFile { format: "mt940".to_owned(), statements, notes })
}

/// What is wrong in a line.
#[derive(Debug)]
struct Fault {
    line: u64,
    problem: String,
    help: &'static str,
}

/// A statement, or a page of one.
struct Page {
    statement: Statement,
    line: u64,
    currency: Option<Currency>,
    /// It goes on an earlier page (`:60M:`), and a later page goes on it (`:62M:`).
    goes_on: bool,
    is_gone_on: bool,
}

impl Page {
    /// A balance, in the currency of the statement.
    fn balance(&mut self, field: &Field, ways: &BankWays<'_>) -> Result<Balance, Fault> {
        let fault = |problem: String| Fault { line: field.line, problem, help: HELP_BANK };
        let (currency, balance) = line::balance(field.first_line(), ways.currencies)
            .map_err(|reason| fault(format!(":{}: cannot be read: {reason}", field.tag)))?;
        let code = ways.currencies.code(currency);
        match self.currency {
            None => {
                self.currency = Some(currency);
                self.statement.currency = code.to_owned();
            }
            Some(known) if known != currency => {
                return Err(fault(format!("the balances of a statement in {} and {code}", self.statement.currency)));
            }
            Some(_) => {}
        }
        Ok(balance)
    }
}

struct Reading<'a> {
    shown: &'a str,
    ways: BankWays<'a>,
    room: Room,
    open: Option<(Page, Option<(Line, u64)>)>,
    done: Vec<Page>,
}

impl Reading<'_> {
    fn field(&mut self, field: &Field) -> Result<(), Fault> {
        fn fault<T>(field: &Field, problem: String) -> Result<T, Fault> {
            Err(Fault { line: field.line, problem, help: HELP_BANK })
        }
        if field.tag == "20" {
            self.end()?;
            if self.done.len() == STATEMENTS_MAX {
                let problem = format!("the file holds more than {STATEMENTS_MAX} statements");
                return Err(Fault { line: field.line, problem, help: HELP_SPLIT });
            }
            let mut statement = begun(StatementKind::Statement, format!("{}:{}", self.shown, field.line));
            statement.statement_id =
                name(field.first_line(), "the id of a statement (:20:)").or_else(|problem| fault(field, problem))?;
            let page = Page { statement, line: field.line, currency: None, goes_on: false, is_gone_on: false };
            self.open = Some((page, None));
            return Ok(());
        }
        let Some((page, _)) = &mut self.open else {
            return fault(field, format!("field :{}: before any :20:, which begins a statement", field.tag));
        };
        let statement = &mut page.statement;
        match field.tag.as_str() {
            "25" | "25P" => {
                let account: String = field.first_line().split_whitespace().collect();
                statement.account =
                    name(&account, "the number of an account (:25:)").or_else(|problem| fault(field, problem))?;
            }
            "28C" | "28" => {
                let number = field.first_line().split('/').next().unwrap_or_default();
                statement.number = Some(number.trim().parse().or_else(|_| {
                    fault(field, format!(":{}: does not begin with the number of the statement", field.tag))
                })?);
            }
            "34F" | "13D" | "90C" | "90D" if statement.opening.is_none() => {
                let problem = "is an intraday report (MT942), which may still change".to_owned();
                let help = "ask the bank for the statement of the day (MT940)";
                return Err(Fault { line: field.line, problem, help });
            }
            "60F" | "60M" if statement.opening.is_some() => {
                return fault(field, "a second opening balance (:60F:) in one statement".to_owned());
            }
            "60F" | "60M" => {
                page.statement.opening = Some(page.balance(field, &self.ways)?);
                page.goes_on = field.tag == "60M";
            }
            "62F" | "62M" if statement.closing.is_some() => {
                return fault(field, "a second closing balance (:62F:) in one statement".to_owned());
            }
            "62F" | "62M" => {
                page.statement.closing = Some(page.balance(field, &self.ways)?);
                page.is_gone_on = field.tag == "62M";
                self.close_entry("")?;
            }
            "61" if statement.opening.is_none() || statement.closing.is_some() => {
                return fault(field, "an entry (:61:) that does not stand between :60F: and :62F:".to_owned());
            }
            "61" => {
                self.close_entry("")?;
                self.entry(field)?;
            }
            // After the closing balance it is a text of the statement.
            "86" => self.close_entry(&field.text)?,
            _ => {}
        }
        Ok(())
    }

    fn entry(&mut self, field: &Field) -> Result<(), Fault> {
        let Some((page, entry)) = &mut self.open else { return Ok(()) };
        let exponent = page.currency.map_or(0, |currency| self.ways.currencies.exponent(currency));
        let read = line::entry(&field.text, exponent).map_err(|reason| Fault {
            line: field.line,
            problem: format!("an entry (:61:) cannot be read: {reason}"),
            help: HELP_BANK,
        })?;
        *entry = Some((read, field.line));
        Ok(())
    }

    /// Counts the entry before, with its text.
    fn close_entry(&mut self, described: &str) -> Result<(), Fault> {
        let Some((page, entry)) = &mut self.open else { return Ok(()) };
        let Some((entry, line)) = entry.take() else { return Ok(()) };
        let mut references = References::default();
        references.id(&entry.customer_reference);
        references.id(&entry.bank_reference);
        references.words(&entry.details);
        let mut texts = vec![entry.details.clone()];
        text::describe(described, &mut references, &mut texts);
        let full = |problem| Fault { line, problem, help: HELP_SPLIT };
        let provider = self.ways.names.provider_of(&texts).map(str::to_owned);
        self.room.take(provider.is_some(), &references).map_err(full)?;
        let entry = Entry {
            booked_on: entry.booked_on,
            amount_minor: entry.amount_minor,
            provider,
            references: references.into_keys(),
            bank_reference: own_id(&entry.bank_reference),
            source: format!("{}:{line}", self.shown),
        };
        enter(&mut page.statement, entry);
        Ok(())
    }

    /// The end of a statement: at the next one, and at the end of the file.
    fn end(&mut self) -> Result<(), Fault> {
        self.close_entry("")?;
        let Some((page, _)) = self.open.take() else { return Ok(()) };
        let lacks = [
            (page.statement.account.is_empty(), "an account (:25:)"),
            (page.statement.opening.is_none(), "an opening balance (:60F:)"),
            (page.statement.closing.is_none(), "a closing balance (:62F:)"),
        ];
        if let Some((_, what)) = lacks.iter().find(|(lacks, _)| *lacks) {
            return Err(Fault { line: page.line, problem: format!("a statement without {what}"), help: HELP_CUT });
        }
        match self.done.last_mut() {
            Some(before) if before.is_gone_on && page.goes_on && is_one(&before.statement, &page.statement) => {
                before.is_gone_on = page.is_gone_on;
                join(&mut before.statement, page.statement);
            }
            _ => self.done.push(page),
        }
        Ok(())
    }
}

/// Whether two pages are of one statement.
fn is_one(one: &Statement, other: &Statement) -> bool {
    one.number.is_some() && (one.number, &one.account, &one.currency) == (other.number, &other.account, &other.currency)
}

#[cfg(test)]
mod tests;
