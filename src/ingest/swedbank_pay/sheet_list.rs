//! The transaction list as a workbook (formats/swedbank_pay.md 3.2 and 4), known by its labels: neither the name of the
//! sheet nor the number of a row says anything, for names get stale and rows move.
//!
//! ```text
//! version 2                                              version 1
//! ContractingParty AccountingNo ... (labels)             company, accounting number, number of rows (no labels)
//! ...their values
//! Subsite ... Currency ServiceType ServiceName ...       Prefix Currency ServiceType Service ...
//! ...a row a service                                     ...a row a service
//! PayExAccountNo ... (23 labels)                         PayEx Batch Number ... (21 labels)
//! ...a row a transaction                                 ...a row a transaction
//! ```

use std::borrow::Cow;

use super::amount::minor_units;
use super::body::{Body, TooManyNames};
use super::row::{About, Given, ListRow, read_row};
use super::totals::{ServiceTotals, TransactionList};
use super::transaction_list::day;
use super::version::{Field, Known, Version};
use crate::ingest::source::FileError;
use crate::ingest::table::Table;
use crate::ingest::workbook::{Workbook, is_no_value};
use crate::ingest::xml::Folded;
use crate::model::currency::{Currencies, Currency};

/// The labels of the summary stand within so many rows, or the sheet is no list.
const LABEL_ROWS_MAX: usize = 20;

const HELP_FETCH: &str = "fetch the file again from the provider, or give the list as XML";

/// What a row of a sheet is.
enum Kind {
    /// Labels of the header of version 2.
    HeaderLabels,
    /// Labels of the summary.
    SummaryLabels(Version),
    /// Labels of the transactions.
    BodyLabels(Version),
    Other,
}

fn folded(cell: &str) -> Vec<u8> {
    Folded::new(cell.trim()).map(|name| name.as_bytes().to_vec()).unwrap_or_default()
}

fn kind(cells: &[String]) -> Kind {
    let names: Vec<Vec<u8>> = cells.iter().map(|cell| folded(cell)).collect();
    let has = |name: &str| names.iter().any(|known| known == name.as_bytes());
    for version in [Version::Two, Version::One] {
        let labels = |wanted: Field| {
            let mut fields = cells.iter().filter_map(|cell| version.field(cell.trim()));
            fields.any(|known| known.field == wanted)
        };
        if [Field::Amount, Field::Currency, Field::Number, Field::Batch, Field::Created].into_iter().all(labels) {
            return Kind::BodyLabels(version);
        }
    }
    if has("servicetype") && has("noofcredit") && has("amount") {
        return Kind::SummaryLabels(if has("servicename") { Version::Two } else { Version::One });
    }
    if has("accountingno") && has("contractingparty") { Kind::HeaderLabels } else { Kind::Other }
}

/// The sheet that holds a transaction list, where one does.
///
/// # Errors
/// A sheet is damaged, or several hold a list.
pub fn find(shown: &str, book: &mut Workbook<'_>) -> Result<Option<String>, FileError> {
    let names: Vec<String> = book.sheet_names().map(str::to_owned).collect();
    let mut found: Option<String> = None;
    for name in names {
        let mut sheet = book.sheet(Some(&name))?;
        let mut cells = Vec::new();
        let mut is_list = false;
        for _ in 0..LABEL_ROWS_MAX {
            if sheet.row(&mut cells)?.is_none() {
                break;
            }
            is_list |= matches!(kind(&cells), Kind::SummaryLabels(_) | Kind::BodyLabels(_));
        }
        match &found {
            Some(first) if is_list => {
                let problem = format!("the sheets {first:?} and {name:?} each hold a transaction list");
                return Err(FileError::new(shown, problem, "save each list as a workbook of its own"));
            }
            _ if is_list => found = Some(name),
            _ => {}
        }
    }
    Ok(found)
}

/// Reads a list from its sheet, row by row, in bounded memory.
///
/// # Errors
/// The sheet is damaged, has no accounting number or no labels of transactions, or states a total that cannot be read.
pub fn read(
    shown: &str,
    table: &mut dyn Table,
    currencies: &Currencies,
    row: &mut dyn FnMut(ListRow),
) -> Result<(TransactionList, Version), FileError> {
    let mut reading = Reading {
        shown,
        currencies,
        list: TransactionList::default(),
        body: Body::default(),
        stage: Stage::Before { labels: None, first: None },
    };
    let mut cells = Vec::new();
    while let Some(line) = table.row(&mut cells)? {
        if let Some(found) = reading.row(line, &cells)? {
            row(found);
        }
    }
    match reading.stage {
        Stage::Body { version, .. } => Ok((reading.list, version)),
        _ => Err(FileError::new(shown, "the transaction list has no row of labels above its transactions", HELP_FETCH)),
    }
}

/// Labels by column.
type Labels = Vec<Vec<u8>>;

enum Stage {
    /// Above the summary: the labels of the header, and the first row of all.
    Before { labels: Option<Labels>, first: Option<(u64, Vec<String>)> },
    /// Below the labels of the summary.
    Summary { version: Version, labels: Labels },
    /// Below the labels of the transactions.
    Body { version: Version, columns: Vec<Option<&'static Known>> },
}

struct Reading<'a> {
    shown: &'a str,
    currencies: &'a Currencies,
    list: TransactionList,
    body: Body,
    stage: Stage,
}

/// The trimmed cell under a label, `None` where it is empty.
fn under<'c>(labels: &[Vec<u8>], cells: &'c [String], names: &[&str]) -> Option<&'c str> {
    let places = labels.iter().enumerate().filter(|(_, label)| names.iter().any(|name| name.as_bytes() == **label));
    let mut texts = places.filter_map(|(place, _)| cells.get(place)).map(|cell| cell.trim());
    texts.find(|text| !text.is_empty())
}

impl Reading<'_> {
    fn row(&mut self, line: u64, cells: &[String]) -> Result<Option<ListRow>, FileError> {
        if let Stage::Body { version, columns } = &self.stage {
            let given = given_by_cells(line, cells, *version, columns);
            let about = About {
                version: *version,
                enclosing_currency: "",
                settlement_id: &self.list.accounting_no,
                currencies: self.currencies,
            };
            let row = read_row(given, about);
            self.body.add(&mut self.list, &row).map_err(|error| self.too_many(error, line))?;
            return Ok(Some(row.found));
        }
        let labels = || cells.iter().map(|cell| folded(cell)).collect::<Labels>();
        match (kind(cells), &mut self.stage) {
            (Kind::HeaderLabels, Stage::Before { labels: known, .. }) => *known = Some(labels()),
            (Kind::SummaryLabels(version), Stage::Before { .. }) => {
                self.header(version, line)?;
                self.list.has_summary = true;
                self.stage = Stage::Summary { version, labels: labels() };
            }
            (Kind::BodyLabels(version), stage) => {
                let without_summary = matches!(stage, Stage::Before { .. });
                if without_summary {
                    self.header(version, line)?;
                }
                let columns = self.columns(version, line, cells)?;
                self.stage = Stage::Body { version, columns };
            }
            (_, Stage::Before { labels: Some(known), .. }) if self.list.accounting_no.is_empty() => {
                let known = std::mem::take(known);
                self.header_values(line, &known, cells)?;
            }
            (_, Stage::Before { first, .. }) => {
                first.get_or_insert_with(|| (line, cells.to_vec()));
            }
            (_, Stage::Summary { version, labels }) => {
                let (version, labels) = (*version, labels.clone());
                self.service(version, line, &labels, cells)?;
            }
            (_, Stage::Body { .. }) => {}
        }
        Ok(None)
    }

    fn error(&self, line: u64, problem: impl Into<String>, help: &str) -> FileError {
        FileError::new(self.shown, problem, help).at(line, None)
    }

    fn too_many(&self, _: TooManyNames, line: u64) -> FileError {
        self.error(line, TooManyNames::PROBLEM, TooManyNames::HELP)
    }

    fn unreadable(&self, line: u64, label: &str, text: &str, reason: &str) -> FileError {
        let problem = format!("the list has an unreadable {label} {text:?}: {reason}");
        self.error(line, problem, "fetch the file again, or ask the provider")
    }

    fn count(&self, line: u64, label: &str, text: Option<&str>) -> Result<Option<u64>, FileError> {
        let Some(text) = text else { return Ok(None) };
        match text.parse() {
            Ok(count) if text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Some(count)),
            _ => Err(self.unreadable(line, label, text, "a count is digits, nothing else")),
        }
    }

    /// The header of version 2: its values stand under their labels.
    fn header_values(&mut self, line: u64, labels: &[Vec<u8>], cells: &[String]) -> Result<(), FileError> {
        let of = |name: &str| under(labels, cells, &[name]);
        if let Some(version) = of("version").filter(|version| *version != "2" && !version.starts_with("2.")) {
            let problem = format!("version {version} of the transaction list is not read by this version");
            return Err(self.error(line, problem, "ask the provider for the list in version 2"));
        }
        self.list.accounting_no = self.accounting_no(line, of("accountingno"))?;
        let rows = self.count(line, "TotalNoOfTransactions", of("totalnooftransactions"))?;
        self.list.stated_rows = rows.map(|rows| (rows, line));
        self.list.accounting_date = match of("accountingdate") {
            None => None,
            Some(text) => {
                Some(day(text).ok_or_else(|| self.unreadable(line, "AccountingDate", text, "a day is YYYY-MM-DD"))?)
            }
        };
        Ok(())
    }

    fn accounting_no(&self, line: u64, text: Option<&str>) -> Result<String, FileError> {
        let known = text.filter(|text| !is_no_value(text)).map(str::to_owned);
        let help = "fetch the file again: without it nothing says which settlement this is";
        known.ok_or_else(|| self.error(line, "the transaction list has no AccountingNo", help))
    }

    /// What the rows above the first labels below said; in version 1, which labels nothing there: company,
    /// accounting number, and number of rows.
    fn header(&mut self, version: Version, line: u64) -> Result<(), FileError> {
        let Stage::Before { labels, first } = &self.stage else { return Ok(()) };
        if version == Version::One && labels.is_none() {
            let (line, cells) = first.as_ref().map_or((line, &[][..]), |(line, cells)| (*line, cells.as_slice()));
            let cell = |place: usize| cells.get(place).map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
            let accounting_no = self.accounting_no(line, cell(1))?;
            let rows = self.count(line, "number of transactions", cell(2))?;
            self.list.accounting_no = accounting_no;
            self.list.stated_rows = rows.map(|rows| (rows, line));
        }
        if self.list.accounting_no.is_empty() {
            self.accounting_no(line, None)?;
        }
        Ok(())
    }

    fn columns(&self, version: Version, line: u64, cells: &[String]) -> Result<Vec<Option<&'static Known>>, FileError> {
        let columns: Vec<Option<&'static Known>> = cells.iter().map(|cell| version.field(cell.trim())).collect();
        for (place, known) in columns.iter().enumerate() {
            let Some(known) = known else { continue };
            let before = columns.get(..place).unwrap_or_default().iter().flatten();
            if before.filter(|other| other.field == known.field).count() > 0 {
                let problem = format!("two columns of the transactions are named {}", known.shown);
                return Err(self.error(line, problem, HELP_FETCH));
            }
        }
        Ok(columns)
    }

    fn currency(&self, line: u64, code: &str) -> Result<Currency, FileError> {
        self.currencies.find(code.as_bytes()).ok_or_else(|| {
            let problem = format!("a total is stated in the currency {code:?}, which is not an active ISO 4217 code");
            self.error(line, problem, "if it is right, add it with its decimals in [currencies]")
        })
    }

    /// A row of the summary; one without any total states nothing.
    fn service(&mut self, version: Version, line: u64, labels: &[Vec<u8>], cells: &[String]) -> Result<(), FileError> {
        let of = |names: &[&str]| under(labels, cells, names);
        let debits = self.count(line, "NoOfDebit", of(&["noofdebit", "noofdebet"]))?;
        let credits = self.count(line, "NoOfCredit", of(&["noofcredit"]))?;
        let amount = of(&["amount"]);
        if debits.is_none() && credits.is_none() && amount.is_none() {
            return Ok(());
        }
        let currency = self.currency(line, of(&["currency"]).unwrap_or_default())?;
        let amount_minor = match amount {
            None => None,
            Some(text) => Some(
                minor_units(text, self.currencies.exponent(currency))
                    .map_err(|reason| self.unreadable(line, "Amount", text, &reason))?,
            ),
        };
        let text = |names: &[&str]| of(names).unwrap_or_default().to_owned();
        let service = ServiceTotals {
            subsite: text(&[version.words().subsite]),
            currency,
            service_type: text(&["servicetype"]),
            service_name: text(&["servicename", "service"]),
            debits,
            credits,
            amount_minor,
            line,
        };
        let name_bytes = service.subsite.len() + service.service_type.len() + service.service_name.len();
        self.body.hold(name_bytes).map_err(|error| self.too_many(error, line))?;
        self.list.services.push(service);
        Ok(())
    }
}

/// A row of transactions as it stands.
fn given_by_cells<'c>(
    line: u64,
    cells: &'c [String],
    version: Version,
    columns: &[Option<&'static Known>],
) -> Given<'c> {
    let mut given = Given { line, ..Given::default() };
    let (mut vat_percentage, mut zero_vat) = (false, false);
    for (known, cell) in columns.iter().zip(cells) {
        let (Some(known), text) = (known, cell.trim()) else { continue };
        if text.is_empty() {
            continue;
        }
        if is_no_value(text) {
            given.refuse(known.shown, text, "the cell holds an error of the workbook in place of a value");
        }
        vat_percentage |= known.field == Field::VatPercentage;
        zero_vat |= known.field == Field::Vat && text.bytes().all(|byte| b"0.".contains(&byte));
        given.state(known, Cow::Borrowed(text));
    }
    // The workbook of version 1 has 0 in every row of which the XML states no VAT.
    if version == Version::One && zero_vat && !vat_percentage {
        given.forget(Field::Vat);
    }
    given
}
