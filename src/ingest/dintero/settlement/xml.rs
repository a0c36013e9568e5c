//! Settlement reports as XML, read twice: for headers, signs and units, then for rows.
//!
//! ```text
//! Report
//!   PaymentsInfo: DinteroSettlementId, SettlementCurrencyCode
//!     SettlementInfo: SettlementDate, SettlementReference, SettlementCurrencyCode
//!       TransactionInfo: TransactionAmount, TransactionCapture, TransactionRefund, TransactionFee, ...
//! ```
//!
//! No page says whether amounts are kroner or øre. Decimals say that they are kroner; without any, the configuration
//! must say it.

use std::borrow::Cow;
use std::io::BufReader;

use super::elements::{Column, Field, Fields, Found, walk};
use super::rows::{Header, Row, Writer};
use super::signs::{Amounts, Survey};
use crate::engine::source::Bytes;
use crate::ingest::canonical::Reject;
use crate::ingest::copy::Converted;
use crate::ingest::field::shown;
use crate::ingest::profile::{AmountUnit, Profile};
use crate::ingest::source::{FileError, Sequential};
use crate::ingest::swedbank_pay::amount::minor_units;
use crate::ingest::xml::{Document, Folded, Item, XmlError};
use crate::model::currency::{Currencies, Currency};
use crate::model::money::parse_minor;

/// Whether a file is a settlement report, from its first bytes in UTF-8: `Report` with a `PaymentsInfo` in it.
#[must_use]
pub fn is_settlement_xml(head: &[u8]) -> bool {
    // The declaration tells of the encoding in the file, and these bytes are decoded already.
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let declaration = if head.starts_with(b"<?xml") { memchr::memmem::find(head, b"?>") } else { None };
    let mut document = Document::new(head.get(declaration.map_or(0, |at| at + 2)..).unwrap_or_default());
    let mut expected = [&b"report"[..], b"paymentsinfo"].into_iter();
    let Some(mut name) = expected.next() else { return false };
    loop {
        match document.item() {
            Ok(Item::Open(tag)) if Folded::new(tag.name).is_some_and(|found| found.as_bytes() == name) => {
                match expected.next() {
                    Some(next) => name = next,
                    None => return true,
                }
            }
            Ok(Item::Text(_)) => {}
            _ => return false,
        }
    }
}

/// What the first reading finds of a settlement.
struct Settlement {
    header: Header,
    infos: Vec<Info>,
    survey: Survey,
}

/// A `SettlementInfo`.
#[derive(Default)]
struct Info {
    settled_at: String,
    reference: String,
    currency: String,
}

/// Settlements that one file may hold.
const SETTLEMENTS_MAX: usize = 1 << 16;

/// Columns of amounts.
const AMOUNTS: [Column; 6] =
    [Column::Amount, Column::Capture, Column::Refund, Column::Fee, Column::Chargeback, Column::Vat];

/// Converts a settlement report: a part a settlement.
///
/// # Errors
/// The file is damaged, does not say which settlement it is or what its amounts count, or there is no room.
pub fn convert_settlement_xml(
    shown: &str,
    bytes: &Bytes,
    profile: Option<&Profile>,
    currencies: &Currencies,
) -> Result<Vec<Converted>, FileError> {
    let damaged = |error: XmlError| FileError::new(shown, error.problem, error.help).at(error.line, Some(error.column));
    let input = || BufReader::with_capacity(1 << 16, Sequential::new(bytes));
    let mut first = First { currencies, settlements: Vec::new(), decimals: false, matters: false, infos: 0 };
    walk(input(), &mut |found| first.take(found)).map_err(damaged)?;
    let unit = unit(shown, &first, profile.and_then(|profile| profile.amount_unit))?;
    let settlements = first.settlements;
    let mut writers = Vec::with_capacity(settlements.len());
    for Settlement { header, survey, .. } in &settlements {
        writers.push(Writer::new(shown, header, survey, currencies)?);
    }
    let mut failed = None;
    walk(input(), &mut |found| {
        if let Found::Row { settlement, info, line, fields } = found
            && let (Some(of), Some(writer)) = (settlements.get(settlement), writers.get_mut(settlement))
        {
            match row(fields, &of.header, info.and_then(|info| of.infos.get(info)), line, unit, currencies) {
                Ok(row) => {
                    if let Err(error) = writer.row(&row) {
                        failed.get_or_insert(error);
                    }
                }
                Err(reject) => writer.reject(line, reject),
            }
        }
        Ok(())
    })
    .map_err(damaged)?;
    if let Some(error) = failed {
        return Err(error);
    }
    writers.into_iter().map(|writer| writer.finish("dintero settlement report xml")).collect()
}

/// The unit of the amounts: decimals tell, else the configuration must; where all are 0, or no currency has decimals,
/// there is nothing to tell.
fn unit(shown: &str, first: &First<'_>, said: Option<AmountUnit>) -> Result<AmountUnit, FileError> {
    match (first.decimals, said) {
        (true, Some(AmountUnit::Minor)) => Err(FileError::new(
            shown,
            "the profile says that amounts are in minor units, but some have decimals",
            "write amount_unit = \"major\" in the profile, or take it out",
        )),
        (true, _) => Ok(AmountUnit::Major),
        (false, Some(unit)) => Ok(unit),
        (false, None) if !first.matters => Ok(AmountUnit::Minor),
        (false, None) => Err(FileError::new(
            shown,
            "no amount has decimals, so nothing says whether amounts are in major units (kroner) or minor units (øre)",
            "compare one with the bank, then say it in the configuration: a [[source]] with this path and profile = \
             \"dintero_xml\", and a table [profiles.dintero_xml] with amount_unit = \"major\" or amount_unit = \
             \"minor\"",
        )),
    }
}

/// The first reading.
struct First<'c> {
    currencies: &'c Currencies,
    settlements: Vec<Settlement>,
    infos: usize,
    /// An amount has decimals.
    decimals: bool,
    /// There is an amount other than 0 in a currency that has decimals.
    matters: bool,
}

impl First<'_> {
    fn take(&mut self, found: Found<'_>) -> Result<(), XmlError> {
        match found {
            Found::Settlement { place, fields } => {
                let id = fields.get(Column::SettlementId).or_else(|| fields.get(Column::ReportReference));
                let missing = || {
                    let help = "fetch the report again: nothing else says which settlement this is";
                    place.error("a <PaymentsInfo> without a DinteroSettlementId", help)
                };
                let settlement_id = id.ok_or_else(missing)?.to_owned();
                if let Some(settlement) = self.settlements.last_mut() {
                    settlement.header.settlement_id = settlement_id;
                    settlement.header.currency = fields.get(Column::Currency).unwrap_or_default().to_owned();
                    if let Some(info) = settlement.infos.first() {
                        settlement.header.settled_at.clone_from(&info.settled_at);
                        settlement.header.reference.clone_from(&info.reference);
                    }
                }
                Ok(())
            }
            Found::Begin { place } => {
                if self.settlements.len() == SETTLEMENTS_MAX {
                    let problem = format!("more than {SETTLEMENTS_MAX} settlements in one file");
                    return Err(place.error(problem, "check which file this is"));
                }
                let (header, survey) =
                    (Header { line: place.line, ..Header::default() }, Survey::new(&Amounts::default()));
                self.settlements.push(Settlement { header, infos: Vec::new(), survey });
                Ok(())
            }
            Found::Info { place, fields } => {
                self.infos += 1;
                if self.infos > SETTLEMENTS_MAX {
                    let problem = format!("more than {SETTLEMENTS_MAX} <SettlementInfo> in one file");
                    return Err(place.error(problem, "check which file this is"));
                }
                let own = |column| fields.get(column).unwrap_or_default().to_owned();
                let info = Info {
                    settled_at: own(Column::SettlementDate),
                    reference: own(Column::SettlementReference),
                    currency: own(Column::Currency),
                };
                if let Some(settlement) = self.settlements.last_mut() {
                    settlement.infos.push(info);
                }
                Ok(())
            }
            Found::Row { fields, .. } => {
                self.row(fields);
                Ok(())
            }
        }
    }

    fn row(&mut self, fields: Fields<'_>) {
        let currency = fields.get(Column::Currency).and_then(|code| self.currencies.find(code.as_bytes()));
        // A row's own currency, or any other: only one without decimals makes the unit not matter.
        let has_decimals = currency.is_none_or(|currency| self.currencies.exponent(currency) > 0);
        for text in AMOUNTS.into_iter().filter_map(|column| fields.get(column)) {
            self.decimals |= text.contains('.');
            self.matters |= has_decimals && text.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
        }
        // The identity holds in any unit.
        const SCALE: u32 = 4;
        let scaled = |text: &str| minor_units(text, SCALE).ok().and_then(|value| i64::try_from(value).ok());
        if let (Ok(amounts), Some(settlement)) =
            (amounts(fields, |_, text| scaled(text).ok_or(())), self.settlements.last_mut())
        {
            settlement.survey.row(&amounts);
        }
    }
}

fn amounts<E>(fields: Fields<'_>, parse: impl Fn(Column, &str) -> Result<i64, E>) -> Result<Amounts, E> {
    let amount = |column| fields.get(column).map(|text| parse(column, text)).transpose();
    Ok(Amounts {
        net: amount(Column::Amount)?,
        capture: amount(Column::Capture)?,
        refund: amount(Column::Refund)?,
        fee: amount(Column::Fee)?,
        chargeback: amount(Column::Chargeback)?,
    })
}

fn row<'r>(
    fields: Fields<'r>,
    header: &'r Header,
    info: Option<&'r Info>,
    line: u64,
    unit: AmountUnit,
    currencies: &Currencies,
) -> Result<Row<'r>, Reject> {
    let twice = fields.iter().find(|field| field.differs);
    if let Some(Field { name, text, .. }) = twice {
        let reason = "the element stands twice, with different texts".to_owned();
        return Err(Reject { column: name.to_owned(), value: shown(text.as_bytes()), reason });
    }
    let texts = [fields.get(Column::Currency), info.map(|info| &*info.currency), Some(&*header.currency)];
    let code = texts.into_iter().flatten().find(|code| !code.is_empty()).unwrap_or_default();
    let currency = currencies.find(code.as_bytes());
    let minor = |name: &str, text: &str| {
        in_minor_units(text, unit, currency, currencies).map_err(|reason| Reject {
            column: name.to_owned(),
            value: shown(text.as_bytes()),
            reason,
        })
    };
    let amount = |column, text: &str| minor(fields.name(column), text);
    let text = |column| Cow::Borrowed(fields.get(column).unwrap_or_default());
    let vat_minor = fields.get(Column::Vat).map(|text| amount(Column::Vat, text)).transpose()?;
    let mut row = Row {
        line,
        currency: Cow::Borrowed(code),
        transaction_id: text(Column::TransactionId),
        order_id: text(Column::Reference),
        payee_reference: text(Column::EventReference),
        created_at: text(Column::Time),
        settled_at: Cow::Borrowed(info.map_or("", |info| &*info.settled_at)),
        word: Row::telling_word(text(Column::Type)),
        amounts: amounts(fields, amount)?,
        vat_minor,
        others: Vec::new(),
    };
    for field in fields.iter().filter(|field| field.column == Column::MayBeMoney) {
        if minor_units(field.text, 4).is_ok_and(|value| value != 0) {
            row.others.push((Cow::Borrowed(field.name), minor(field.name, field.text)?));
        }
    }
    Ok(row)
}

fn in_minor_units(
    text: &str,
    unit: AmountUnit,
    currency: Option<Currency>,
    currencies: &Currencies,
) -> Result<i64, String> {
    match (unit, currency) {
        (AmountUnit::Minor, _) => parse_minor(text.as_bytes()).map_err(|error| error.reason().to_owned()),
        (AmountUnit::Major, Some(currency)) => {
            let amount = minor_units(text, currencies.exponent(currency))?;
            i64::try_from(amount).map_err(|_| "the amount is too large".to_owned())
        }
        (AmountUnit::Major, None) => {
            Err("the row has no currency that is an active ISO 4217 code, so its decimals are not known".to_owned())
        }
    }
}
