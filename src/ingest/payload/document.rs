//! One document and what surrounds it: its values, the lines on which they stand, and what its file's path says.

use std::cell::Cell;

use super::fact::Place;
use super::json::{Flaw, Node, Shape, Tape};
use super::path::PathHints;
use super::recognise::{Kind, recognise, recognise_items};
use crate::ingest::canonical::Reject;
use crate::ingest::field::shown;

/// What a reader of documents knows beside the document.
#[derive(Debug, Clone, Default)]
pub struct DocContext {
    /// Number of the file among those read together.
    pub file: u32,
    /// What the file's path says.
    pub path: PathHints,
    /// Which of a checkout transaction's references its order is known by.
    pub order_reference: OrderReference,
}

/// A reference of Dintero's checkout transactions. A shop names its order in the first when it makes the transaction; shops
/// whose plugin makes that one up have the number that people see in the second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OrderReference {
    /// `merchant_reference`.
    #[default]
    First,
    /// `merchant_reference_2`, else `merchant_reference`.
    Second,
}

impl OrderReference {
    /// The reference of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "merchant_reference" => Some(Self::First),
            "merchant_reference_2" => Some(Self::Second),
            _ => None,
        }
    }
}

impl DocContext {
    /// A place in the file.
    #[must_use]
    pub fn place(&self, line: u64) -> Place {
        Place { file: self.file, line }
    }
}

/// One JSON object of a file.
#[derive(Debug)]
pub struct Document<'d> {
    text: &'d str,
    line: u64,
    tape: Tape,
    /// Bytes looked through for line breaks so far, and the line there: values are asked for in their order, so that
    /// a large document is gone through once.
    counted: Cell<(usize, u64)>,
}

impl<'d> Document<'d> {
    /// Reads the text of a document that begins on a line, from 1.
    ///
    /// # Errors
    /// It is no JSON object that is read here, as [`Tape::parse`] has it.
    pub fn parse(text: &'d str, line: u64) -> Result<Self, Flaw> {
        let tape = Tape::parse(text)?;
        let document = Self { text, line, tape, counted: Cell::new((0, line)) };
        if document.root().shape() == Shape::Object {
            return Ok(document);
        }
        Err(Flaw { offset: 0, problem: "a document is a JSON object, but here stands another value".to_owned() })
    }

    /// The object.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        Node::root(self.text, &self.tape)
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &'d str {
        self.text
    }

    /// The line on which it begins, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The line on which one of its values begins, from 1.
    #[must_use]
    pub fn line_of(&self, value: &Node<'_>) -> u64 {
        let offset = value.offset();
        let (from, line) = Some(self.counted.get()).filter(|(from, _)| *from <= offset).unwrap_or((0, self.line));
        let passed = self.text.as_bytes().get(from..offset).unwrap_or_default();
        let breaks = memchr::memchr_iter(b'\n', passed).count();
        let line = line.saturating_add(u64::try_from(breaks).unwrap_or(u64::MAX));
        self.counted.set((offset, line));
        line
    }

    /// What it is, by its keys, and by those of its items where its own are too few to tell.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        let keys: Vec<_> = self.root().values().map(|value| value.key()).collect();
        let keys: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
        recognise(&keys).or_else(|| {
            let items = self.root().get("items").filter(|items| items.shape() == Shape::Array)?;
            let first: Vec<_> = items.values().next()?.values().map(|value| value.key()).collect();
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            recognise_items(&keys, &first)
        })
    }

    /// The reject of a canonical row among documents of an API.
    #[must_use]
    pub fn canonical_row(&self) -> Reject {
        let reason = "a row with canonical columns stands among documents of an API: put rows into a file of their own";
        Reject { reason: reason.to_owned(), ..self.unknown() }
    }

    /// The reject of a document that is nothing known: it names the keys.
    #[must_use]
    pub fn unknown(&self) -> Reject {
        if self.root().values().next().is_none() {
            let reason = "the document is empty: an object without a key tells nothing";
            return Reject { column: String::new(), value: "{}".to_owned(), reason: reason.to_owned() };
        }
        let keys: Vec<String> = self.root().values().take(40).map(|value| value.key().into_owned()).collect();
        Reject {
            column: String::new(),
            value: shown(keys.join(", ").as_bytes()),
            reason: "a document with these keys is none of Swedbank Pay's or Dintero's APIs that is read here, and no \
                     row with canonical columns"
                .to_owned(),
        }
    }
}
