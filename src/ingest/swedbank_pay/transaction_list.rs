//! The transaction list, version 2, as XML: rows as canonical settlement columns, and what the list states of itself.
//!
//! ```text
//! SalesAccountedTransactions AccountingNo AccountingDate TotalNoOfTransactions
//!   Summary Subsite / Currency Currency / ServiceType ServiceType / Service ServiceName NoOfDebit NoOfCredit Amount
//!   Currency Currency Sum
//!     Transaction ...
//! ```
//!
//! A row that cannot be read is a [`Reject`] and the reading goes on; only what concerns the whole file is an error.
//! Rows handed out before an error are void. A `Transaction` is a row wherever it stands, so that none is dropped.

use std::collections::HashMap;
use std::io::BufRead;

use chrono::NaiveDate;

use super::amount::minor_units;
pub use super::row::{ListRow, Reject, RowFields, source_attribute};
use super::row::{Row, read_row};
pub use super::totals::{CurrencySum, CurrencyTotals, ServiceSum, ServiceTotals, TransactionList};
use crate::ingest::xml::{Document, Folded, Header, Item, Place, Tag, XmlError, local};
use crate::model::currency::{Currencies, Currency};
use crate::model::day::parse_stamp;
use crate::model::money;

/// What the names of services and subsites may take in memory; a list has a handful.
const NAMES_BYTES_MAX: usize = 64 << 20;
/// What an entry takes beside its names.
const ENTRY_BYTES: usize = 256;

const HELP_ROOT: &str = "a transaction list begins with <SalesAccountedTransactions>: check which file this is";

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
                return name
                    .and_then(Folded::new)
                    .is_some_and(|name| matches!(name.as_bytes(), ROOT | ROOT_OF_VERSION_1));
            }
            _ => return false,
        };
        let Some(at) = memchr::memmem::find(rest, end) else { return false };
        rest = rest.get(at + end.len()..).unwrap_or_default();
    }
}

const ROOT: &[u8] = b"salesaccountedtransactions";
const ROOT_OF_VERSION_1: &[u8] = b"sales";

/// Reads a list, row by row, in bounded memory.
///
/// # Errors
/// The file is not a well-formed list of version 2, has no `AccountingNo`, or states a total that cannot be read.
pub fn read(
    input: impl BufRead,
    currencies: &Currencies,
    row: &mut dyn FnMut(ListRow),
) -> Result<TransactionList, XmlError> {
    let mut document = Document::new(input);
    let mut reading = Reading {
        currencies,
        list: TransactionList::default(),
        frames: Vec::new(),
        places: HashMap::new(),
        key: Vec::new(),
        held_bytes: 0,
    };
    loop {
        match document.next()? {
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
            Item::End => return Ok(reading.list),
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
    list: TransactionList,
    frames: Vec<Frame>,
    /// Places in `body_services` by subsite, currency and service.
    places: HashMap<Vec<u8>, usize>,
    key: Vec<u8>,
    held_bytes: usize,
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
        if name == b"transaction" {
            return Ok((Frame::Other, Some(self.transaction(tag)?)));
        }
        // Unknown elements are passed by, with whatever attributes they have.
        let frame = match name {
            b"summary" => {
                self.list.has_summary = true;
                Frame::Summary { subsite: Header::new(tag)?.text("subsite") }
            }
            b"currency" if self.in_summary() => Frame::SummaryCurrency(Header::new(tag)?.text("currency")),
            b"currency" => self.body_currency(&Header::new(tag)?, tag.place.line)?,
            b"servicetype" => Frame::ServiceType(Header::new(tag)?.text("servicetype")),
            b"service" if self.in_summary() => {
                self.service(&Header::new(tag)?, tag.place)?;
                Frame::Other
            }
            _ => Frame::Other,
        };
        Ok((frame, None))
    }

    fn root(&mut self, name: &[u8], tag: &Tag<'_>) -> Result<(), XmlError> {
        match name {
            ROOT => {}
            ROOT_OF_VERSION_1 => {
                let problem = "version 1 of the transaction list is not read by this version";
                return Err(tag.place.error(problem, "ask the provider for the list in version 2"));
            }
            _ => return Err(tag.place.error(format!("the root element is <{}>", local(tag.name)), HELP_ROOT)),
        }
        let header = Header::new(tag)?;
        if let Some(version) = header.get("version").filter(|version| *version != "2" && !version.starts_with("2.")) {
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
                let day = text.get(..10).filter(|_| parse_stamp(text.as_bytes()).is_some());
                let day = day.and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
                Some(day.ok_or_else(|| header.unreadable("AccountingDate", text, "a day is YYYY-MM-DD"))?)
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

    fn body_currency(&mut self, header: &Header, line: u64) -> Result<Frame, XmlError> {
        let code = header.text("currency");
        // Without a sum, an unknown currency concerns only the rows that have it.
        if header.get("sum").is_some() || self.currencies.find(code.as_bytes()).is_some() {
            let currency = self.known_currency(&code, header)?;
            let stated_sum_minor = self.stated_amount(header, "sum", "Sum", currency)?;
            self.hold(0, line)?;
            self.list.currencies.push(CurrencyTotals { currency, stated_sum_minor, line });
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
            service_name: header.text("servicename"),
            debits,
            credits: header.count("noofcredit", "NoOfCredit")?,
            amount_minor: self.stated_amount(header, "amount", "Amount", currency)?,
            line: place.line,
        };
        self.hold(service.subsite.len() + service.service_type.len() + service.service_name.len(), place.line)?;
        self.list.services.push(service);
        Ok(())
    }

    fn transaction(&mut self, tag: &Tag<'_>) -> Result<ListRow, XmlError> {
        let enclosing = self.innermost(|frame| match frame {
            Frame::BodyCurrency(code) => Some(code.as_str()),
            _ => None,
        });
        let Row { found, subsite, service_name, amount } =
            read_row(tag, enclosing.unwrap_or_default(), &self.list.accounting_no, self.currencies)?;
        self.list.rows += 1;
        match amount {
            Some((currency, amount_minor)) => {
                self.tally(&subsite, currency, &service_name, amount_minor, found.line)?
            }
            None => self.list.rows_without_amount += 1,
        }
        Ok(found)
    }

    fn tally(
        &mut self,
        subsite: &str,
        currency: Currency,
        service_name: &str,
        amount_minor: i64,
        line: u64,
    ) -> Result<(), XmlError> {
        let sum = self.list.body_currencies.entry(currency).or_insert(CurrencySum { line, ..CurrencySum::default() });
        sum.rows += 1;
        money::add(&mut sum.sum_minor, amount_minor);
        // No name holds a NUL, so it separates.
        self.key.clear();
        self.key.extend_from_slice(subsite.as_bytes());
        self.key.extend_from_slice(&[0]);
        self.key.extend_from_slice(&currency.0.to_be_bytes());
        self.key.extend_from_slice(service_name.as_bytes());
        let place = match self.places.get(&self.key) {
            Some(place) => *place,
            None => {
                self.hold(2 * self.key.len(), line)?;
                let (subsite, service_name) = (subsite.to_owned(), service_name.to_owned());
                self.places.insert(self.key.clone(), self.list.body_services.len());
                let sum = ServiceSum { subsite, currency, service_name, debits: 0, credits: 0, amount_minor: 0, line };
                self.list.body_services.push(sum);
                self.list.body_services.len() - 1
            }
        };
        if let Some(sum) = self.list.body_services.get_mut(place) {
            money::add(&mut sum.amount_minor, amount_minor);
            *(if amount_minor < 0 { &mut sum.credits } else { &mut sum.debits }) += 1;
        }
        Ok(())
    }

    /// Counts what is kept until the end of the list.
    fn hold(&mut self, name_bytes: usize, line: u64) -> Result<(), XmlError> {
        self.held_bytes += name_bytes + ENTRY_BYTES;
        if self.held_bytes <= NAMES_BYTES_MAX {
            return Ok(());
        }
        let problem = "the list names more services, subsites or currencies than any real one";
        Err(Place { line, column: 1 }.error(problem, "check which file this is"))
    }
}
