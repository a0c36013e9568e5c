//! The elements of a settlement report in XML, put together: a settlement, its periods, and its rows, each with the
//! texts of the elements in it.

use std::io::BufRead;

use crate::ingest::xml::{Document, Folded, Item, Place, XmlError, local};

/// The text of one element may be this long, in pieces.
const TEXT_BYTES_MAX: usize = 1 << 16;
/// So many different elements a record may have.
const FIELDS_MAX: usize = 256;

const HELP: &str = "check which file this is, and fetch it again from the provider";

/// An element that holds a text.
#[derive(Debug, Clone, Default)]
pub(super) struct Field {
    /// Its name without case, separators and namespace.
    pub folded: Vec<u8>,
    /// Its name as it stands, without namespace.
    pub name: String,
    /// Its text, trimmed.
    pub text: String,
    /// It stands in its record once more, with another text.
    pub differs: bool,
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
        fields: &'w [Field],
    },
    /// A `SettlementInfo`, without its rows.
    Info {
        /// Where it begins.
        place: Place,
        /// What it holds.
        fields: &'w [Field],
    },
    /// A `PaymentsInfo`, without what is inside its parts.
    Settlement {
        /// Where it begins.
        place: Place,
        /// What it holds.
        fields: &'w [Field],
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
    fields: Vec<Field>,
}

/// An element that is open.
struct Open {
    name: String,
    place: Place,
    text: String,
    /// An element stands in it, so it holds no text of its own.
    parent: bool,
}

struct Walk<'w> {
    found: &'w mut dyn FnMut(Found<'_>) -> Result<(), XmlError>,
    opens: Vec<Open>,
    records: Vec<Record>,
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
    let mut walk = Walk { found, opens: Vec::new(), records: Vec::new(), settlements: 0, infos: 0 };
    loop {
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
    fn open(&mut self, name: &str, place: Place) -> Result<(), XmlError> {
        if let Some(outer) = self.opens.last_mut() {
            outer.parent = true;
            outer.text.clear();
        }
        let folded = Folded::new(name);
        let level = match folded.as_ref().map_or(&b""[..], Folded::as_bytes) {
            b"paymentsinfo" => Some(Level::Settlement),
            b"settlementinfo" => Some(Level::Info),
            b"transactioninfo" => Some(Level::Row),
            _ => None,
        };
        if let Some(level) = level {
            let outer = self.records.last().map(|record| record.level);
            if outer.map_or(level != Level::Settlement, |outer| outer >= level) {
                let problem = format!("<{name}> stands where a settlement report has none");
                return Err(place.error(problem, HELP));
            }
            if level == Level::Settlement {
                (self.found)(Found::Begin { place })?;
            }
            self.records.push(Record { level, place, depth: self.opens.len(), fields: Vec::new() });
        }
        self.opens.push(Open { name: name.to_owned(), place, text: String::new(), parent: false });
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        let Some(open) = self.opens.last_mut().filter(|open| !open.parent) else { return Ok(()) };
        if open.text.len().saturating_add(text.len()) > TEXT_BYTES_MAX {
            let problem = format!("the text of <{}> is longer than {TEXT_BYTES_MAX} bytes", open.name);
            return Err(open.place.error(problem, HELP));
        }
        open.text.push_str(text);
        Ok(())
    }

    fn close(&mut self) -> Result<(), XmlError> {
        let Some(open) = self.opens.pop() else { return Ok(()) };
        match self.records.pop_if(|record| record.depth == self.opens.len()) {
            Some(record) => self.record(&record),
            None if open.parent => Ok(()),
            None => self.field(open),
        }
    }

    fn field(&mut self, open: Open) -> Result<(), XmlError> {
        let (Some(record), Some(folded)) = (self.records.last_mut(), Folded::new(&open.name)) else { return Ok(()) };
        let text = open.text.trim();
        if let Some(known) = record.fields.iter_mut().find(|field| field.folded == folded.as_bytes()) {
            known.differs |= known.text != text;
            return Ok(());
        }
        if record.fields.len() == FIELDS_MAX {
            let problem = format!("more than {FIELDS_MAX} different elements in one record");
            return Err(open.place.error(problem, HELP));
        }
        let (folded, text) = (folded.as_bytes().to_vec(), text.to_owned());
        record.fields.push(Field { folded, name: open.name, text, differs: false });
        Ok(())
    }

    fn record(&mut self, record: &Record) -> Result<(), XmlError> {
        let Record { place, fields, .. } = record;
        if record.level != Level::Row
            && let Some(field) = fields.iter().find(|field| field.differs)
        {
            let problem = format!("<{}> stands twice in one record, with different texts", field.name);
            return Err(place.error(problem, HELP));
        }
        match record.level {
            Level::Row => {
                let in_info = self.records.last().is_some_and(|record| record.level == Level::Info);
                let (settlement, info) = (self.settlements, in_info.then_some(self.infos));
                (self.found)(Found::Row { settlement, info, line: place.line, fields })
            }
            Level::Info => {
                self.infos += 1;
                (self.found)(Found::Info { place: *place, fields })
            }
            Level::Settlement => {
                self.settlements += 1;
                self.infos = 0;
                (self.found)(Found::Settlement { place: *place, fields })
            }
        }
    }
}
