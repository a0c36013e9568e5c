//! The elements of a settlement report in XML, put together: a settlement, its periods, and its rows, each with the
//! texts of the elements in it.

use std::collections::HashMap;
use std::io::BufRead;

use crate::ingest::xml::{Document, Folded, Item, Leaf, Place, XmlError, local};

/// The text of one element may be this long, in pieces.
const TEXT_BYTES_MAX: usize = 1 << 16;
/// So many different elements a record may have.
const FIELDS_MAX: usize = 256;

const HELP: &str = "check which file this is, and fetch it again from the provider";

/// The columns that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// `DinteroSettlementId`.
    SettlementId,
    /// `ReportReferenceNum`, which has the same value.
    ReportReference,
    /// `SettlementCurrencyCode`.
    Currency,
    /// `SettlementDate`.
    SettlementDate,
    /// `SettlementReference`.
    SettlementReference,
    /// `TransactionAmount`: the net.
    Amount,
    /// `TransactionCapture`.
    Capture,
    /// `TransactionRefund`.
    Refund,
    /// `TransactionFee`.
    Fee,
    /// `TransactionChargeback`.
    Chargeback,
    /// `TransactionVatAmount`.
    Vat,
    /// `TransactionID`.
    TransactionId,
    /// `Reference`.
    Reference,
    /// `EventReference`.
    EventReference,
    /// `TransactionTime`.
    Time,
    /// `TransactionType`.
    Type,
    /// Any other that could hold an amount.
    MayBeMoney,
    /// Any other.
    Other,
}

/// Their names without case and separators.
const COLUMNS: [(&[u8], Column); 16] = [
    (b"dinterosettlementid", Column::SettlementId),
    (b"reportreferencenum", Column::ReportReference),
    (b"settlementcurrencycode", Column::Currency),
    (b"settlementdate", Column::SettlementDate),
    (b"settlementreference", Column::SettlementReference),
    (b"transactionamount", Column::Amount),
    (b"transactioncapture", Column::Capture),
    (b"transactionrefund", Column::Refund),
    (b"transactionfee", Column::Fee),
    (b"transactionchargeback", Column::Chargeback),
    (b"transactionvatamount", Column::Vat),
    (b"transactionid", Column::TransactionId),
    (b"reference", Column::Reference),
    (b"eventreference", Column::EventReference),
    (b"transactiontime", Column::Time),
    (b"transactiontype", Column::Type),
];

/// Endings of names of columns that are no money, whatever digits they hold.
const NO_MONEY: [&[u8]; 9] = [b"id", b"num", b"number", b"reference", b"date", b"time", b"type", b"count", b"rate"];

impl Column {
    fn of(folded: &[u8]) -> Self {
        let known = COLUMNS.iter().find(|(name, _)| *name == folded).map(|(_, column)| *column);
        known.unwrap_or_else(|| {
            let is_money = folded.starts_with(b"transaction") && !NO_MONEY.iter().any(|end| folded.ends_with(end));
            if is_money { Self::MayBeMoney } else { Self::Other }
        })
    }
}

/// A name of elements.
struct Name {
    /// As it stands, without namespace.
    shown: String,
    /// Without case and separators; empty where it is too long to be known.
    folded: Vec<u8>,
    column: Column,
    level: Option<Level>,
    /// The place of the first name with the same folded one.
    same: usize,
    /// The name that came next the last time.
    next: usize,
}

/// Names of elements that one file may have.
const NAMES_MAX: usize = 1 << 12;

/// The names of a file's elements, each kept once: nearly all come in the order of the row before.
#[derive(Default)]
struct Names {
    all: Vec<Name>,
    places: HashMap<String, usize>,
    last: usize,
}

impl Names {
    /// The place of a name; `None` where there are too many.
    fn place(&mut self, name: &str) -> Option<usize> {
        let expected = self.all.get(self.last).map_or(0, |last| last.next);
        if self.all.get(expected).is_some_and(|known| known.shown == name) {
            self.last = expected;
            return Some(expected);
        }
        let place = match self.places.get(name) {
            Some(place) => *place,
            None => self.add(name)?,
        };
        if let Some(last) = self.all.get_mut(self.last) {
            last.next = place;
        }
        self.last = place;
        Some(place)
    }

    fn add(&mut self, name: &str) -> Option<usize> {
        let place = self.all.len();
        if place == NAMES_MAX {
            return None;
        }
        let folded = Folded::new(name).map(|folded| folded.as_bytes().to_vec()).unwrap_or_default();
        let same = self.all.iter().position(|known| known.folded == folded).unwrap_or(place);
        let level = match folded.as_slice() {
            b"paymentsinfo" => Some(Level::Settlement),
            b"settlementinfo" => Some(Level::Info),
            b"transactioninfo" => Some(Level::Row),
            _ => None,
        };
        let column = Column::of(&folded);
        self.all.push(Name { shown: name.to_owned(), folded, column, level, same, next: 0 });
        self.places.insert(name.to_owned(), place);
        Some(place)
    }
}

/// An element that holds a text, in the record that it is of.
#[derive(Debug, Clone, Copy)]
struct Slot {
    column: Column,
    name: usize,
    same: usize,
    text: (usize, usize),
    /// It stands in its record once more, with another text.
    differs: bool,
}

/// The elements of a record that hold texts.
#[derive(Clone, Copy)]
pub(super) struct Fields<'w> {
    names: &'w [Name],
    slots: &'w [Slot],
    texts: &'w str,
}

/// One of them.
#[derive(Clone, Copy)]
pub(super) struct Field<'w> {
    /// What it is.
    pub column: Column,
    /// Its name as it stands, without namespace.
    pub name: &'w str,
    /// Its text, trimmed.
    pub text: &'w str,
    /// It stands in its record once more, with another text.
    pub differs: bool,
}

impl<'w> Fields<'w> {
    /// All of them, in their order.
    pub fn iter(self) -> impl Iterator<Item = Field<'w>> {
        self.slots.iter().map(move |slot| self.field(slot))
    }

    fn field(self, slot: &Slot) -> Field<'w> {
        let name = self.names.get(slot.name).map(|name| name.shown.as_str()).unwrap_or_default();
        let text = self.texts.get(slot.text.0..slot.text.1).unwrap_or_default();
        Field { column: slot.column, name, text, differs: slot.differs }
    }

    /// The text of a column; `None` where it is absent or empty.
    pub fn get(self, column: Column) -> Option<&'w str> {
        let slot = self.slots.iter().find(|slot| slot.column == column)?;
        Some(self.texts.get(slot.text.0..slot.text.1).unwrap_or_default()).filter(|text| !text.is_empty())
    }

    /// The name of a column as it stands.
    pub fn name(self, column: Column) -> &'w str {
        let slot = self.slots.iter().find(|slot| slot.column == column);
        slot.map(|slot| self.field(slot).name).unwrap_or_default()
    }
}

/// What is found, in the order in which it ends; settlements and infos are numbered from 0.
pub(super) enum Found<'w> {
    /// A `PaymentsInfo` begins.
    Begin {
        /// Where.
        place: Place,
    },
    /// A `TransactionInfo`.
    Row {
        /// The settlement in the file.
        settlement: usize,
        /// The `SettlementInfo` in the settlement, where there is one around it.
        info: Option<usize>,
        /// The line on which it begins.
        line: u64,
        /// What it holds.
        fields: Fields<'w>,
    },
    /// A `SettlementInfo`, without its rows.
    Info {
        /// Where it begins.
        place: Place,
        /// What it holds.
        fields: Fields<'w>,
    },
    /// A `PaymentsInfo`, without what is inside its parts.
    Settlement {
        /// Where it begins.
        place: Place,
        /// What it holds.
        fields: Fields<'w>,
    },
}

/// The elements that are records, from outside in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Settlement,
    Info,
    Row,
}

/// A record that is open.
struct Record {
    level: Level,
    place: Place,
    /// How many elements are open outside of it.
    depth: usize,
    texts: Texts,
}

/// The texts of a record, one behind the other.
#[derive(Default)]
struct Texts {
    slots: Vec<Slot>,
    text: String,
}

/// An element that is open.
struct Open {
    name: usize,
    place: Place,
    text: String,
    /// An element stands in it, so it holds no text of its own.
    parent: bool,
}

struct Walk<'w> {
    found: &'w mut dyn FnMut(Found<'_>) -> Result<(), XmlError>,
    names: Names,
    opens: Vec<Open>,
    records: Vec<Record>,
    /// Texts of the last row, whose room the next one takes.
    spare: Texts,
    settlements: usize,
    infos: usize,
}

/// Goes through a report.
///
/// # Errors
/// It is not well formed, a row stands outside of a settlement, or what is found is refused.
pub(super) fn walk(
    input: impl BufRead,
    found: &mut dyn FnMut(Found<'_>) -> Result<(), XmlError>,
) -> Result<(), XmlError> {
    let mut document = Document::new(input);
    let (opens, records, spare) = (Vec::new(), Vec::new(), Texts::default());
    let mut walk = Walk { found, names: Names::default(), opens, records, spare, settlements: 0, infos: 0 };
    loop {
        if let Some(leaf) = document.leaf() {
            walk.leaf(&leaf)?;
            continue;
        }
        match document.item()? {
            Item::Open(tag) => {
                if tag.damaged {
                    return Err(tag.place.error("a tag holds bytes that are not UTF-8", HELP));
                }
                let empty = tag.empty;
                walk.open(local(tag.name), tag.place)?;
                if empty {
                    walk.close()?;
                }
            }
            Item::Text(text) => walk.text(&text)?,
            Item::Close => walk.close()?,
            Item::End => return Ok(()),
        }
    }
}

impl Walk<'_> {
    fn name(&mut self, name: &str, place: Place) -> Result<usize, XmlError> {
        self.names
            .place(name)
            .ok_or_else(|| place.error(format!("more than {NAMES_MAX} different names of elements in one file"), HELP))
    }

    /// An element around which and in which no other begins.
    fn leaf(&mut self, leaf: &Leaf<'_>) -> Result<(), XmlError> {
        let name = self.name(leaf.name, leaf.place)?;
        let is_record = self.names.all.get(name).is_some_and(|name| name.level.is_some());
        if is_record || leaf.text.len() > TEXT_BYTES_MAX {
            self.open(leaf.name, leaf.place)?;
            self.text(leaf.text)?;
            return self.close();
        }
        self.inside();
        self.field(name, leaf.text, leaf.place)
    }

    /// An element begins in the innermost one, which so holds no text of its own.
    fn inside(&mut self) {
        if let Some(outer) = self.opens.last_mut() {
            outer.parent = true;
            outer.text.clear();
        }
    }

    fn open(&mut self, name: &str, place: Place) -> Result<(), XmlError> {
        self.inside();
        let known = self.name(name, place)?;
        if let Some(level) = self.names.all.get(known).and_then(|name| name.level) {
            let outer = self.records.last().map(|record| record.level);
            if outer.map_or(level != Level::Settlement, |outer| outer >= level) {
                let problem = format!("<{name}> stands where a settlement report has none");
                return Err(place.error(problem, HELP));
            }
            if level == Level::Settlement {
                (self.found)(Found::Begin { place })?;
            }
            let texts = std::mem::take(&mut self.spare);
            self.records.push(Record { level, place, depth: self.opens.len(), texts });
        }
        self.opens.push(Open { name: known, place, text: String::new(), parent: false });
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        let Some(open) = self.opens.last_mut().filter(|open| !open.parent) else { return Ok(()) };
        if open.text.len().saturating_add(text.len()) > TEXT_BYTES_MAX {
            let name = self.names.all.get(open.name).map(|name| name.shown.as_str()).unwrap_or_default();
            let problem = format!("the text of <{name}> is longer than {TEXT_BYTES_MAX} bytes");
            return Err(open.place.error(problem, HELP));
        }
        open.text.push_str(text);
        Ok(())
    }

    fn close(&mut self) -> Result<(), XmlError> {
        let Some(open) = self.opens.pop() else { return Ok(()) };
        match self.records.pop_if(|record| record.depth == self.opens.len()) {
            Some(record) => self.record(record),
            None if open.parent => Ok(()),
            None => self.field(open.name, &open.text, open.place),
        }
    }

    fn field(&mut self, name: usize, text: &str, place: Place) -> Result<(), XmlError> {
        let (Some(record), Some(known)) = (self.records.last_mut(), self.names.all.get(name)) else { return Ok(()) };
        // A namespace declaration, or a name that is too long to be a known one.
        if known.folded.is_empty() {
            return Ok(());
        }
        let Texts { slots, text: texts } = &mut record.texts;
        let text = text.trim();
        if let Some(slot) = slots.iter_mut().find(|slot| slot.same == known.same) {
            slot.differs |= texts.get(slot.text.0..slot.text.1) != Some(text);
            return Ok(());
        }
        if slots.len() == FIELDS_MAX {
            let problem = format!("more than {FIELDS_MAX} different elements in one record");
            return Err(place.error(problem, HELP));
        }
        let start = texts.len();
        texts.push_str(text);
        let text = (start, texts.len());
        slots.push(Slot { column: known.column, name, same: known.same, text, differs: false });
        Ok(())
    }

    fn record(&mut self, record: Record) -> Result<(), XmlError> {
        let Record { place, texts, level, .. } = record;
        let fields = Fields { names: &self.names.all, slots: &texts.slots, texts: &texts.text };
        if level != Level::Row
            && let Some(field) = fields.iter().find(|field| field.differs)
        {
            let problem = format!("<{}> stands twice in one record, with different texts", field.name);
            return Err(place.error(problem, HELP));
        }
        match level {
            Level::Row => {
                let in_info = self.records.last().is_some_and(|record| record.level == Level::Info);
                let (settlement, info) = (self.settlements, in_info.then_some(self.infos));
                (self.found)(Found::Row { settlement, info, line: place.line, fields })?;
            }
            Level::Info => {
                self.infos += 1;
                (self.found)(Found::Info { place, fields })?;
            }
            Level::Settlement => {
                self.settlements += 1;
                self.infos = 0;
                (self.found)(Found::Settlement { place, fields })?;
            }
        }
        self.spare = texts;
        self.spare.slots.clear();
        self.spare.text.clear();
        Ok(())
    }
}
