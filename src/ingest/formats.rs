//! The formats that are read, each recognised by what it holds, never by trying one reader after another: from an
//! opened file to canonical rows, or to the word that it holds documents of a provider's API, which are put together
//! over all files first.

use super::bank::{self, BankFile, BankNames, BankWays};
use super::copy::Converted;
use super::dintero::settlement::{convert_settlement_json, convert_settlement_xml, is_settlement_xml};
use super::parquet::convert_parquet;
use super::payload::canonical_rows::convert_canonical_json;
use super::payload::documents::first_kind;
use super::payload::fact::Api;
use super::payload::recognise::{Dintero, Kind};
use super::profile::Profile;
use super::profile::convert::{Task, convert_table, convert_text};
use super::profile::utf16::convert_utf16;
use super::source::{FileError, Opened, Shape};
use super::swedbank_pay::convert::{convert_transaction_list, convert_workbook_list};
use super::swedbank_pay::transaction_list::is_transaction_list;
use super::workbook;
use super::xml;
use crate::engine::source::Bytes;
use crate::model::currency::Currencies;
use crate::model::record::Dataset;

/// What is known of a file beside its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The path as configured or typed.
    pub shown: &'a str,
    /// What it holds, where that is said.
    pub dataset: Option<Dataset>,
    /// How it is written, where that is said.
    pub profile: Option<&'a Profile>,
    /// Known currencies.
    pub currencies: &'a Currencies,
    /// By which names providers pay.
    pub bank_names: &'a BankNames,
}

impl Given<'_> {
    fn bank_ways(&self) -> BankWays<'_> {
        BankWays { names: self.bank_names, currencies: self.currencies }
    }
}

/// What a file turned out to be.
#[derive(Debug)]
pub enum Format {
    /// Canonical CSV, which is read where it stands.
    Canonical(Dataset),
    /// Anything else that holds rows: a part a dataset or settlement file, at least one.
    Rows(Vec<Converted>),
    /// Documents of a provider's API.
    Payload,
    /// Statements of a bank.
    Bank(BankFile),
}

/// Tells what a file is, and converts it where it is not canonical CSV.
///
/// # Errors
/// The file is of no known format, is damaged, or holds something else than was said.
pub fn read(opened: &Opened, given: &Given<'_>) -> Result<Format, FileError> {
    let bytes = &opened.bytes;
    // A profile says how a bank's CSV is written; its own formats need none.
    if let Some(kind) = bank::recognised(given.shown, bytes, opened.shape)? {
        bank_only(given)?;
        return Ok(Format::Bank(kind.read(given.shown, bytes, &given.bank_ways())?));
    }
    match opened.shape {
        Shape::Text | Shape::Utf16 => text(opened, given),
        Shape::Xml => xml_format(bytes, given),
        Shape::Parquet => Ok(Format::Rows(vec![convert_parquet(given.shown, bytes, given.dataset)?])),
        Shape::Json => json(bytes, given),
        Shape::Workbook => workbook_format(bytes, given),
        Shape::Gzip | Shape::Zstd | Shape::Zip => Err(not_yet("a packed file in a packed file", given)),
        Shape::Unread(kind) => Err(FileError::new(given.shown, format!("{} cannot be read", kind.what), kind.help)),
    }
}

fn not_yet(what: &str, given: &Given<'_>) -> FileError {
    FileError::new(
        given.shown,
        format!("{what} is not read by this version"),
        "export CSV with the canonical columns, Parquet, or Swedbank Pay's transaction list as XML",
    )
}

/// JSON, by its first document: settlements of Dintero, canonical rows (also where nothing is known in a file that was
/// given as a dataset), else documents of a provider's API.
fn json(bytes: &Bytes, given: &Given<'_>) -> Result<Format, FileError> {
    match (first_kind(given.shown, bytes)?, given.dataset) {
        (Some(Kind::Dintero(Dintero::SettlementReport | Dintero::SettlementList)), _) => {
            settlements_only(given, "a settlement of Dintero")?;
            Ok(Format::Rows(convert_settlement_json(given.shown, bytes, given.currencies)?))
        }
        (Some(Kind::CanonicalRow), dataset) | (None, dataset @ Some(_)) => {
            Ok(Format::Rows(convert_canonical_json(given.shown, bytes, dataset)?))
        }
        (_, Some(Dataset::Settlements)) => {
            let problem = "documents of a provider's API hold orders, captures and reversals, and this file was given \
                           as settlements";
            Err(FileError::new(given.shown, problem, "give it with --input, or without a dataset in its [[source]]"))
        }
        _ => Ok(Format::Payload),
    }
}

/// The API or provider of a file's format, where it is a provider's own.
#[must_use]
pub fn api(format: &str) -> Option<Api> {
    if format.starts_with("swedbank pay ") {
        Some(Api::SwedbankPay)
    } else if format.starts_with("dintero ") {
        Some(Api::Dintero)
    } else {
        None
    }
}

/// Delimited text: canonical, or as its profile says.
fn text(opened: &Opened, given: &Given<'_>) -> Result<Format, FileError> {
    let Some(dataset) = given.dataset else {
        return Err(FileError::new(
            given.shown,
            "a CSV file does not say what it holds",
            "give it with --orders, --captures, --reversals, --settlements, --bank or --payouts, or as a [[source]] with its dataset",
        ));
    };
    let task = Task { shown: given.shown, dataset, profile: given.profile, currencies: given.currencies };
    match (given.profile, opened.shape) {
        (Some(_), _) => Ok(Format::Rows(vec![convert_text(&opened.bytes, task, b',')?])),
        (None, Shape::Utf16) => Ok(Format::Rows(vec![convert_utf16(&opened.bytes, task)?])),
        (None, _) => Ok(Format::Canonical(dataset)),
    }
}

/// A workbook: as its profile says, else a transaction list by its labels, else a sheet of canonical columns.
fn workbook_format(bytes: &Bytes, given: &Given<'_>) -> Result<Format, FileError> {
    let mut book = workbook::open(given.shown, bytes)?;
    // A profile that maps no columns only says what a provider's file leaves out.
    if given.profile.is_none_or(|profile| profile.columns.is_empty())
        && let Some(list) = convert_workbook_list(given.shown, &mut book, given.currencies)?
    {
        settlements_only(given, "a transaction list")?;
        return Ok(Format::Rows(vec![list]));
    }
    let Some(dataset) = given.dataset else {
        return Err(FileError::new(
            given.shown,
            "a workbook that is no transaction list of Swedbank Pay does not say what it holds",
            "give it as a [[source]] with its dataset and profile, or with --orders, --captures, --reversals or \
             --settlements where its columns are the canonical ones",
        ));
    };
    let task = Task { shown: given.shown, dataset, profile: given.profile, currencies: given.currencies };
    let mut sheet = book.sheet(given.profile.and_then(|profile| profile.sheet.as_deref()))?;
    let of = format!("sheet {}", sheet.name());
    Ok(Format::Rows(vec![convert_table(&mut sheet, task, &of)?]))
}

fn xml_format(bytes: &Bytes, given: &Given<'_>) -> Result<Format, FileError> {
    let head = xml::head(bytes, 1 << 14)
        .map_err(|error| FileError::new(given.shown, format!("cannot be read: {error}"), "run again"))?;
    if is_settlement_xml(&head) {
        settlements_only(given, "a settlement of Dintero")?;
        return Ok(Format::Rows(convert_settlement_xml(given.shown, bytes, given.profile, given.currencies)?));
    }
    if !is_transaction_list(&head) {
        return Err(FileError::new(
            given.shown,
            "this XML is no format that this version reads",
            "it reads Swedbank Pay's transaction list (its root element is SalesAccountedTransactions or SALES), \
             Dintero's settlement report (Report), and statements of banks (camt.053, camt.054)",
        ));
    }
    settlements_only(given, "a transaction list")?;
    Ok(Format::Rows(vec![convert_transaction_list(given.shown, bytes, given.currencies)?]))
}

/// Refuses a statement of a bank that was given as something else.
fn bank_only(given: &Given<'_>) -> Result<(), FileError> {
    match given.dataset.filter(|dataset| *dataset != Dataset::Bank) {
        None => Ok(()),
        Some(dataset) => {
            let problem = format!("a statement of a bank holds no {}", dataset.name());
            Err(FileError::new(
                given.shown,
                problem,
                "give it with --bank or --input, or as a [[source]] with dataset = \"bank\"",
            ))
        }
    }
}

/// Refuses a settlement file that was given as something else.
fn settlements_only(given: &Given<'_>, what: &str) -> Result<(), FileError> {
    if given.dataset.is_some_and(|dataset| dataset != Dataset::Settlements) {
        let problem = format!("{what} holds settlements");
        return Err(FileError::new(given.shown, problem, "give it with --settlements or --input"));
    }
    Ok(())
}
