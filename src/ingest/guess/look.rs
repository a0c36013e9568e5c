//! A first look at a file: a provider's own format, or a table of which the dialect is told.

use super::encoding::{Told, encoding};
use super::grid::{Grid, grid, grid_of_sheet};
use super::sample::sample;
use crate::ingest::bank::{self, HEAD_BYTES, Kind as BankKind};
use crate::ingest::dintero::settlement::is_settlement_xml;
use crate::ingest::payload::documents::{Documents, first_kind};
use crate::ingest::payload::recognise::{Dintero, Kind};
use crate::ingest::source::{FileError, Opened, Shape};
use crate::ingest::swedbank_pay::convert::list_sheet;
use crate::ingest::swedbank_pay::transaction_list::is_transaction_list;
use crate::ingest::table::Table as _;
use crate::ingest::workbook;
use crate::ingest::xml;
use crate::model::record::Dataset;

/// What a file seems to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// A format that needs no profile.
    Plain(Plain),
    /// A table.
    Table(Box<Table>),
}

/// A format that needs no profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain {
    /// Its name, for people.
    pub what: &'static str,
    /// What it holds, where the file does not say so itself.
    pub dataset: Option<Dataset>,
    /// Whether somebody must say what it holds.
    pub needs_dataset: bool,
    /// The provider whose format it is.
    pub provider: Option<&'static str>,
}

/// A table, and how its text is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its encoding; `None` for a sheet.
    pub told: Option<Told>,
    /// Its sheet, where it is not the first.
    pub sheet: Option<String>,
    /// Its fields.
    pub grid: Grid,
}

const HELP: &str = "give CSV, XML, JSON, XLSX or Parquet files as a provider or a shop exports them";

/// Looks at a file.
///
/// # Errors
/// It cannot be read, or is nothing that is known.
pub fn look(shown: &str, opened: &Opened) -> Result<Look, FileError> {
    let bytes = &opened.bytes;
    let unreadable = |error: std::io::Error| FileError::new(shown, format!("cannot be read: {error}"), "run again");
    match bank::recognised(shown, bytes, opened.shape)? {
        Some(BankKind::Camt) => return Ok(statement("statement of a bank, camt.053 or camt.054")),
        Some(BankKind::Mt940) => return Ok(statement("statement of a bank, MT940")),
        None => {}
    }
    match opened.shape {
        Shape::Parquet => {
            let dataset = super::dataset::of_name(shown);
            Ok(Look::Plain(Plain { what: "Parquet", dataset, needs_dataset: false, provider: None }))
        }
        Shape::Xml => {
            let head = xml::head(bytes, HEAD_BYTES).map_err(unreadable)?;
            if is_transaction_list(&head) {
                return Ok(plain("transaction list of Swedbank Pay, XML", Some("swedbank_pay")));
            }
            if is_settlement_xml(&head) {
                return Ok(plain("settlement of Dintero, XML", Some("dintero")));
            }
            Err(FileError::new(shown, "this XML is of no known format", HELP))
        }
        Shape::Json => json(shown, opened),
        Shape::Text | Shape::Utf16 => {
            let sample = sample(bytes).map_err(unreadable)?;
            if sample.head.is_empty() {
                return Err(FileError::new(shown, "the file is empty", "a file without rows still has its header"));
            }
            let told = encoding(&sample);
            let texts = sample.texts(told.encoding, told.mark_len);
            match grid(&texts) {
                Some(grid) => Ok(Look::Table(Box::new(Table { told: Some(told), sheet: None, grid }))),
                None => {
                    Err(FileError::new(shown, "no header with two columns or more was found in its first lines", HELP))
                }
            }
        }
        Shape::Unread(kind) => Err(FileError::new(shown, format!("{} cannot be read", kind.what), kind.help)),
        Shape::Workbook => sheets(shown, opened),
        Shape::Gzip | Shape::Zstd | Shape::Zip => {
            Err(FileError::new(shown, "a packed file in a packed file is not read", "unpack it, and give its files"))
        }
    }
}

fn plain(what: &'static str, provider: Option<&'static str>) -> Look {
    Look::Plain(Plain { what, dataset: None, needs_dataset: false, provider })
}

/// What a bank says itself, whose entries tell which provider paid.
fn statement(what: &'static str) -> Look {
    Look::Plain(Plain { what, dataset: Some(Dataset::Bank), needs_dataset: false, provider: None })
}

fn json(shown: &str, opened: &Opened) -> Result<Look, FileError> {
    match first_kind(shown, &opened.bytes)? {
        Some(Kind::Dintero(Dintero::SettlementReport | Dintero::SettlementList)) => {
            Ok(plain("settlement of Dintero, JSON", Some("dintero")))
        }
        Some(Kind::Dintero(_)) => Ok(plain("documents of Dintero's API, JSON", Some("dintero"))),
        Some(Kind::SwedbankPay(_)) => Ok(plain("documents of Swedbank Pay's API, JSON", Some("swedbank_pay"))),
        Some(Kind::CanonicalRow) => {
            let needs_dataset = needs_dataset(shown, opened)?;
            let dataset = super::dataset::of_name(shown).filter(|_| needs_dataset);
            Ok(Look::Plain(Plain { what: "canonical rows, JSON", dataset, needs_dataset, provider: None }))
        }
        None => Err(FileError::new(shown, "the first document of this JSON is of no known kind", HELP)),
    }
}

/// Whether canonical rows do not say themselves what they are: by a key, or because one dataset alone fits.
fn needs_dataset(shown: &str, opened: &Opened) -> Result<bool, FileError> {
    let batch = Documents::new(shown, &opened.bytes)?.next_batch()?;
    let Some((batch, span)) = batch.as_ref().and_then(|batch| Some((batch, *batch.spans().first()?))) else {
        return Ok(true);
    };
    let document = batch.document(span)?;
    let keys: Vec<String> = document.root().values().map(|value| value.key().into_owned()).collect();
    let has = |name: &str| keys.iter().any(|key| key == name);
    let fits = |dataset: &Dataset| dataset.columns().iter().all(|column| !column.required || has(column.name));
    Ok(!has("dataset") && Dataset::ALL.into_iter().filter(fits).count() != 1)
}

/// Sheets that are looked at.
const SHEETS_MAX: usize = 20;
/// Rows of a sheet that are looked at.
const SHEET_ROWS_MAX: usize = 5_000;

/// The sheet of a workbook with the most known headers; of equals the one that is read without a name.
fn sheets(shown: &str, opened: &Opened) -> Result<Look, FileError> {
    let mut book = workbook::open(shown, &opened.bytes)?;
    if list_sheet(shown, &mut book)?.is_some() {
        return Ok(plain("transaction list of Swedbank Pay, XLSX", Some("swedbank_pay")));
    }
    let names: Vec<String> = book.sheet_names().take(SHEETS_MAX).map(str::to_owned).collect();
    let mut best: Option<(Option<String>, Grid)> = None;
    for name in std::iter::once(None).chain(names.into_iter().map(Some)) {
        let mut sheet = book.sheet(name.as_deref())?;
        let mut rows = Vec::new();
        let mut cells = Vec::new();
        while rows.len() < SHEET_ROWS_MAX {
            let Some(number) = sheet.row(&mut cells)? else { break };
            rows.push((number, cells.clone()));
        }
        let Some(grid) = grid_of_sheet(&rows) else { continue };
        if best.as_ref().is_none_or(|(_, best)| grid.known > best.known) {
            best = Some((name, grid));
        }
    }
    match best {
        Some((sheet, grid)) => Ok(Look::Table(Box::new(Table { told: None, sheet, grid }))),
        None => Err(FileError::new(shown, "no sheet has a header with two columns or more in its first rows", HELP)),
    }
}
