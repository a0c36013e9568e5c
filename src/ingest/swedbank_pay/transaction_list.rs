//! The transaction list as XML: rows as canonical settlement columns, and what the list states of itself.
//!
//! ```text
//! version 2                                                      version 1
//! SalesAccountedTransactions AccountingNo AccountingDate ...     SALES AccountingNo
//!   Summary Subsite                                                SUMMARY Prefix
//!     Currency Currency                                              CURRENCY Name
//!       ServiceType ServiceType                                        SERVICETYPE Name
//!         Service ServiceName NoOfDebit NoOfCredit Amount                SERVICE Name NoOfDebet NoOfCredit Amount
//!   Currency Currency Sum                                          CURRENCY Name Sum
//!     Transaction ...                                                TRAN ...
//! ```
//!
//! A row that cannot be read is a [`Reject`] and the reading goes on; only what concerns the whole file is an error.
//! Rows handed out before an error are void. A row is one wherever it stands, so that none is dropped.

use std::io::BufRead;

use chrono::NaiveDate;

use super::amount::minor_units;
use super::body::{Body, TooManyNames};
use super::row::{About, Memory, given_by_tag, read_row};
pub use super::row::{ListRow, Reject, RowFields};
pub use super::totals::{CurrencySum, CurrencyTotals, ServiceSum, ServiceTotals, TransactionList};
use super::version::Version;
use crate::ingest::xml::{Document, Folded, Header, Item, Place, Tag, XmlError, local};
use crate::model::currency::{Currencies, Currency};
use crate::model::day::parse_stamp;

const HELP_ROOT: &str =
    "a transaction list begins with <SalesAccountedTransactions> or <SALES>: check which file this is";

/// Whether a file is a transaction list, of version 1 or 2, from its first KiB: the root element decides.
#[must_use]
pub fn is_transaction_list(head: &[u8]) -> bool {
    let mut rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    loop {
        rest = rest.trim_ascii_start();
        let end: &[u8] = match rest {
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            // A DOCTYPE with declarations of its own ends after them.
            [b'<', b'!', ..] if memchr::memchr2(b'[', b'>', rest).is_some_and(|at| rest.get(at) == Some(&b'[')) => {
                b"]>"
            }
            [b'<', b'!', ..] => b">",
            [b'<', name @ ..] => {
                let len = name.iter().position(|byte| byte.is_ascii_whitespace() || b"/>".contains(byte));
                let name = len.and_then(|len| name.get(..len)).and_then(|name| std::str::from_utf8(name).ok());
                return name.and_then(Folded::new).is_some_and(|name| Version::of_root(name.as_bytes()).is_some());
            }
            _ => return false,
        };
        let Some(at) = memchr::memmem::find(rest, end) else { return false };
        rest = rest.get(at + end.len()..).unwrap_or_default();
    }
}

/// Reads a list, row by row, in bounded memory.
///
/// # Errors
/// The file is not a well-formed list, has no `AccountingNo`, or states a total that cannot be read.
pub fn read(
    input: impl BufRead,
    currencies: &Currencies,
    row: &mut dyn FnMut(ListRow),
) -> Result<(TransactionList, Version), XmlError> {
    let mut document = Document::new(input);
    let mut reading = Reading {
        currencies,
        version: Version::Two,
        list: TransactionList::default(),
        frames: Vec::new(),
        body: Body::default(),
        memory: Memory::default(),
    };
    loop {
        match document.item()? {
            Item::Open(tag) => {
                let empty = tag.empty;
                let (frame, found) = reading.open(&tag)?;
                if let Some(found) = found {
                    row(found);
                }
                if !empty {
                    reading.frames.push(frame);
                }
            }
            Item::Close => {
                reading.frames.pop();
            }
            // A list has no texts: whatever stands there is of no known meaning.
            Item::Text(_) => {}
            Item::End => return Ok((reading.list, reading.version)),
        }
    }
}

/// What an open element says about those inside it.
enum Frame {
    Summary { subsite: String },
    SummaryCurrency(String),
    ServiceType(String),
    BodyCurrency(String),
    Other,
}

struct Reading<'c> {
    currencies: &'c Currencies,
    version: Version,
    list: TransactionList,
    frames: Vec<Frame>,
    body: Body,
    memory: Memory,
}

impl Reading<'_> {
    fn innermost<'f, T>(&'f self, wanted: impl Fn(&'f Frame) -> Option<T>) -> Option<T> {
        self.frames.iter().rev().find_map(wanted)
    }

    fn in_summary(&self) -> bool {
        self.frames.iter().any(|frame| matches!(frame, Frame::Summary { .. }))
    }

    fn open(&mut self, tag: &Tag<'_>) -> Result<(Frame, Option<ListRow>), XmlError> {
        let folded = Folded::new(tag.name);
        let name = folded.as_ref().map_or(&b""[..], Folded::as_bytes);
        if self.list.accounting_no.is_empty() {
            self.root(name, tag)?;
            return Ok((Frame::Other, None));
        }
        let words = self.version.words();
        if name == words.row {
            return Ok((Frame::Other, Some(self.transaction(tag)?)));
        }
        // Unknown elements are passed by, with whatever attributes they have.
        let frame = match name {
            b"summary" => {
                self.list.has_summary = true;
                Frame::Summary { subsite: Header::new(tag)?.text(words.subsite) }
            }
            b"currency" if self.in_summary() => Frame::SummaryCurrency(Header::new(tag)?.text(words.currency)),
            b"currency" => self.body_currency(&Header::new(tag)?, tag.place)?,
            b"servicetype" => Frame::ServiceType(Header::new(tag)?.text(words.service_type)),
            b"service" if self.in_summary() => {
                self.service(&Header::new(tag)?, tag.place)?;
                Frame::Other
            }
            _ => Frame::Other,
        };
        Ok((frame, None))
    }

    fn root(&mut self, name: &[u8], tag: &Tag<'_>) -> Result<(), XmlError> {
        let Some(root) = Version::of_root(name) else {
            return Err(tag.place.error(format!("the root element is <{}>", local(tag.name)), HELP_ROOT));
        };
        self.version = root;
        let header = Header::new(tag)?;
        let other = |version: &&str| root == Version::Two && *version != "2" && !version.starts_with("2.");
        if let Some(version) = header.get("version").filter(other) {
            let problem = format!("version {version} of the transaction list is not read by this version");
            return Err(tag.place.error(problem, "ask the provider for the list in version 2"));
        }
        let missing = || {
            header
                .error("has no AccountingNo", "fetch the file again: without it nothing says which settlement this is")
        };
        self.list.accounting_no = header.get("accountingno").ok_or_else(missing)?.to_owned();
        self.list.stated_rows =
            header.count("totalnooftransactions", "TotalNoOfTransactions")?.map(|rows| (rows, tag.place.line));
        self.list.accounting_date = match header.get("accountingdate") {
            None => None,
            Some(text) => {
                Some(day(text).ok_or_else(|| header.unreadable("AccountingDate", text, "a day is YYYY-MM-DD"))?)
            }
        };
        Ok(())
    }

    fn known_currency(&self, code: &str, header: &Header) -> Result<Currency, XmlError> {
        self.currencies.find(code.as_bytes()).ok_or_else(|| {
            let problem = format!("states a total in the currency {code:?}, which is not an active ISO 4217 code");
            header.error(&problem, "if it is right, add it with its decimals in [currencies]")
        })
    }

    fn stated_amount(
        &self,
        header: &Header,
        folded: &str,
        shown: &str,
        currency: Currency,
    ) -> Result<Option<i128>, XmlError> {
        let Some(text) = header.get(folded) else { return Ok(None) };
        let amount = minor_units(text, self.currencies.exponent(currency));
        amount.map(Some).map_err(|reason| header.unreadable(shown, text, &reason))
    }

    fn body_currency(&mut self, header: &Header, place: Place) -> Result<Frame, XmlError> {
        let code = header.text(self.version.words().currency);
        // Without a sum, an unknown currency concerns only the rows that have it.
        if header.get("sum").is_some() || self.currencies.find(code.as_bytes()).is_some() {
            let currency = self.known_currency(&code, header)?;
            let stated_sum_minor = self.stated_amount(header, "sum", "Sum", currency)?;
            self.body.hold(0).map_err(|error| too_many(error, place))?;
            self.list.currencies.push(CurrencyTotals { currency, stated_sum_minor, line: place.line });
        }
        Ok(Frame::BodyCurrency(code))
    }

    fn service(&mut self, header: &Header, place: Place) -> Result<(), XmlError> {
        let text = |found: Option<&String>| found.cloned().unwrap_or_default();
        let code = text(self.innermost(|frame| match frame {
            Frame::SummaryCurrency(code) => Some(code),
            _ => None,
        }));
        let currency = self.known_currency(&code, header)?;
        let debits = header.count("noofdebit", "NoOfDebit")?.or(header.count("noofdebet", "NoOfDebet")?);
        let service = ServiceTotals {
            subsite: text(self.innermost(|frame| match frame {
                Frame::Summary { subsite } => Some(subsite),
                _ => None,
            })),
            currency,
            service_type: text(self.innermost(|frame| match frame {
                Frame::ServiceType(name) => Some(name),
                _ => None,
            })),
            service_name: header.text(self.version.words().service),
            debits,
            credits: header.count("noofcredit", "NoOfCredit")?,
            amount_minor: self.stated_amount(header, "amount", "Amount", currency)?,
            line: place.line,
        };
        let name_bytes = service.subsite.len() + service.service_type.len() + service.service_name.len();
        self.body.hold(name_bytes).map_err(|error| too_many(error, place))?;
        self.list.services.push(service);
        Ok(())
    }

    fn transaction(&mut self, tag: &Tag<'_>) -> Result<ListRow, XmlError> {
        let given = given_by_tag(tag, self.version, &mut self.memory)?;
        let enclosing = self.innermost(|frame| match frame {
            Frame::BodyCurrency(code) => Some(code.as_str()),
            _ => None,
        });
        let about = About {
            version: self.version,
            enclosing_currency: enclosing.unwrap_or_default(),
            settlement_id: &self.list.accounting_no,
            currencies: self.currencies,
        };
        let row = read_row(given, about);
        self.body.add(&mut self.list, &row).map_err(|error| too_many(error, tag.place))?;
        Ok(row.found)
    }
}

fn too_many(_: TooManyNames, place: Place) -> XmlError {
    place.error(TooManyNames::PROBLEM, TooManyNames::HELP)
}

/// The day of a date or timestamp.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let day = text.get(..10).filter(|_| parse_stamp(text.as_bytes()).is_some())?;
    NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()
}
