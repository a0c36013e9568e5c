//! A stream of XML tags and texts with their places: one item at a time, in bounded memory, and nothing but
//! well-formed UTF-8.
//!
//! What quick-xml leaves to its caller is checked here: one root, end tags that match, nothing beside the root, an end
//! of file only after it. A DOCTYPE is refused, so nothing can be expanded.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesDecl, Event};

use super::encoding::Decoding;

/// A tag, a text or a comment may be this long, and so may an attribute.
const ITEM_BYTES_MAX: usize = 1 << 20;
/// Elements inside each other; what providers send has five.
const DEPTH_MAX: usize = 32;

const HELP_DAMAGED: &str = "the file is damaged or was cut off: fetch it again from the provider";
const HELP_UTF8: &str = "save the file as UTF-8, or fetch the original again";

/// Why a file cannot be read at all, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}; {help}")]
pub struct XmlError {
    /// Physical line, from 1.
    pub line: u64,
    /// Byte in that line, from 1.
    pub column: u64,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub help: String,
}

/// Where an item begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Physical line, from 1.
    pub line: u64,
    /// Byte in that line, from 1.
    pub column: u64,
}

impl Place {
    /// An error at this place.
    pub fn error(self, problem: impl Into<String>, help: impl Into<String>) -> XmlError {
        XmlError { line: self.line, column: self.column, problem: problem.into(), help: help.into() }
    }

    /// The error of what is not well formed.
    pub fn damaged(self, problem: &str) -> XmlError {
        self.error(format!("not well formed: {problem}"), HELP_DAMAGED)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a tag or text is longer than {ITEM_BYTES_MAX} bytes")]
struct TooLong;

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Why a stream under a document cannot be read, in words for whoever gave the file.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
pub struct Refusal {
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub help: String,
}

/// Counts lines while the parser consumes, and hands out no more than one item may have.
struct Source<R> {
    inner: Decoding<R>,
    item_bytes: usize,
    line: u64,
    column: u64,
}

impl<R: BufRead> Source<R> {
    fn begin_item(&mut self) -> Place {
        self.item_bytes = 0;
        Place { line: self.line, column: self.column }
    }
}

impl<R: BufRead> Read for Source<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let left = ITEM_BYTES_MAX.saturating_sub(self.item_bytes);
        let chunk = self.inner.fill_buf()?;
        if left == 0 && !chunk.is_empty() {
            return Err(io::Error::other(TooLong));
        }
        Ok(chunk.get(..left).unwrap_or(chunk))
    }

    fn consume(&mut self, count: usize) {
        // What is consumed was in the buffer a moment ago, so this reads nothing and cannot fail.
        let used = self.inner.fill_buf().ok().and_then(|chunk| chunk.get(..count)).unwrap_or_default();
        match memchr::memrchr(b'\n', used) {
            None => self.column += wide(count),
            Some(last) => {
                self.line += wide(memchr::memchr_iter(b'\n', used).count());
                self.column = wide(count - last);
            }
        }
        self.item_bytes += count;
        self.inner.consume(count);
    }
}

/// A start tag or an empty one.
#[derive(Debug, Clone)]
pub struct Tag<'a> {
    /// The name without a namespace prefix.
    pub name: &'a str,
    /// The element has no content and no end tag.
    pub empty: bool,
    /// Bytes that are not UTF-8 were replaced by U+FFFD.
    pub damaged: bool,
    /// Where the tag begins.
    pub place: Place,
    content: &'a str,
    name_len: usize,
}

impl<'a> Tag<'a> {
    fn new(item: &'a [u8], place: Place, damaged: bool) -> Result<Self, XmlError> {
        let whole = std::str::from_utf8(item).ok().and_then(|text| text.strip_prefix('<'));
        let Some(inner) = whole.and_then(|text| text.strip_suffix('>')) else {
            return Err(place.damaged("a tag without an end"));
        };
        let (content, empty) = inner.strip_suffix('/').map_or((inner, false), |rest| (rest, true));
        let name_len = content.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(content.len());
        let (full, rest) = content.split_at(name_len);
        if full.is_empty() || memchr::memchr(b'<', rest.as_bytes()).is_some() {
            return Err(place.damaged("a tag inside a tag, or a tag without a name"));
        }
        Ok(Self { name: local(full), empty, damaged, place, content, name_len })
    }

    /// The attributes, values as they stand; a name that stands twice is an error of the iterator.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes::new(self.content, self.name_len)
    }
}

/// A name without its namespace prefix.
pub fn local(name: &str) -> &str {
    memchr::memrchr(b':', name.as_bytes()).and_then(|at| name.get(at + 1..)).unwrap_or(name)
}

/// What a reader sees of a document.
#[derive(Debug)]
pub enum Item<'a> {
    /// A start tag or an empty one.
    Open(Tag<'a>),
    /// A piece of the text inside the innermost open element, white space as it stands; a text is in several pieces
    /// where it holds references, comments or elements.
    Text(Cow<'a, str>),
    /// The end of the innermost open element.
    Close,
    /// The end of the document, after its root.
    End,
}

#[derive(Clone, Copy)]
enum Step {
    Open { damaged: bool },
    Text,
    CData,
    Reference(char),
    Close,
    End,
}

/// A document as a stream of items.
pub struct Document<R> {
    source: Source<R>,
    item: Vec<u8>,
    /// Names of the open elements, one after the other, and where each begins.
    open_names: String,
    open_starts: Vec<usize>,
    root_seen: bool,
    begun: bool,
}

impl<R: BufRead> Document<R> {
    /// A document from its first byte.
    pub fn new(inner: R) -> Self {
        let source = Source { inner: Decoding::new(inner), item_bytes: 0, line: 1, column: 1 };
        Self {
            source,
            item: Vec::new(),
            open_names: String::new(),
            open_starts: Vec::new(),
            root_seen: false,
            begun: false,
        }
    }

    /// The next tag or end.
    pub fn next(&mut self) -> Result<Item<'_>, XmlError> {
        let (step, place) = self.advance()?;
        let damaged = match step {
            Step::Open { damaged } => damaged,
            Step::Text => return Ok(Item::Text(Cow::Borrowed(self.item_text()))),
            Step::CData => {
                let text = self.item_text();
                let inner = text.strip_prefix("<![CDATA[").and_then(|text| text.strip_suffix("]]>"));
                return Ok(Item::Text(Cow::Borrowed(inner.unwrap_or(text))));
            }
            Step::Reference(character) => return Ok(Item::Text(Cow::Owned(character.to_string()))),
            Step::Close => return Ok(Item::Close),
            Step::End => return Ok(Item::End),
        };
        let tag = Tag::new(&self.item, place, damaged)?;
        let outside = self.open_starts.is_empty();
        if outside && self.root_seen {
            return Err(place.damaged("a second root element"));
        }
        self.root_seen = true;
        if !tag.empty {
            if self.open_starts.len() == DEPTH_MAX {
                return Err(place.error(format!("more than {DEPTH_MAX} elements inside each other"), HELP_DAMAGED));
            }
            self.open_starts.push(self.open_names.len());
            self.open_names.push_str(tag.content.get(..tag.name_len).unwrap_or_default());
        }
        Ok(Item::Open(tag))
    }

    fn item_text(&self) -> &str {
        std::str::from_utf8(&self.item).unwrap_or_default()
    }

    /// A tag with bytes that are not UTF-8 is still a tag; any other error is the end.
    fn survive(&mut self, error: &quick_xml::Error, place: Place) -> Result<(Step, Place), XmlError> {
        if !matches!((error, self.item.as_slice()), (quick_xml::Error::Encoding(_), [b'<', second, .., b'>']) if !b"!?/".contains(second))
        {
            return Err(refused(error, place));
        }
        self.item = String::from_utf8_lossy(&self.item).into_owned().into_bytes();
        Ok((Step::Open { damaged: true }, place))
    }

    fn advance(&mut self) -> Result<(Step, Place), XmlError> {
        loop {
            let place = self.source.begin_item();
            let begun = std::mem::replace(&mut self.begun, true);
            self.item.clear();
            // What quick-xml takes for a byte order mark, at the start of any item, and passes over.
            if matches!(self.source.fill_buf(), Ok([0xff, 0xfe, ..] | [0xfe, 0xff, ..])) {
                return Err(place.error("bytes that are not UTF-8", HELP_UTF8));
            }
            // A reader an item: it keeps nothing between items that is needed, and an item with damaged bytes,
            // after which it would stop, is survived.
            let mut reader = Reader::from_reader(&mut self.source);
            reader.config_mut().check_end_names = false;
            reader.config_mut().allow_unmatched_ends = true;
            let outside = self.open_starts.is_empty();
            let event = match reader.read_event_into(&mut self.item) {
                Ok(event) => event,
                Err(error) => return self.survive(&error, place),
            };
            match event {
                Event::Start(_) | Event::Empty(_) => return Ok((Step::Open { damaged: false }, place)),
                Event::End(end) => {
                    let start = self.open_starts.pop().unwrap_or(0);
                    let expected = self.open_names.get(start..).unwrap_or_default();
                    if outside || expected != end.name().as_ref() {
                        let problem = format!("</{}> where {} ends", end.name().as_ref(), element(expected));
                        return Err(place.damaged(&problem));
                    }
                    self.open_names.truncate(start);
                    return Ok((Step::Close, place));
                }
                Event::Eof if outside && self.root_seen => return Ok((Step::End, place)),
                Event::Eof if outside => return Err(place.damaged("the file holds no element")),
                Event::Eof => {
                    let innermost = self.open_starts.last().and_then(|start| self.open_names.get(*start..));
                    let problem = format!("the file ends inside {}", element(innermost.unwrap_or_default()));
                    return Err(place.damaged(&problem));
                }
                Event::Text(text) => {
                    let text = text.into_inner();
                    let blank = text.trim_start_matches('\u{feff}').trim_ascii().is_empty();
                    if outside && !blank {
                        return Err(place.damaged("text outside the root element"));
                    }
                    // A byte order mark and blank lines may stand before the declaration.
                    self.begun = begun || !blank;
                    if !outside {
                        return Ok((Step::Text, place));
                    }
                }
                // What was turned into UTF-8 declares what it was, or, by mistake, what it should have been.
                Event::Decl(_) if !begun && self.source.inner.turned() => {}
                Event::Decl(declaration) if !begun => check_encoding(&declaration, place)?,
                Event::Decl(_) => return Err(place.damaged("a declaration after the beginning of the file")),
                Event::CData(_) if outside => return Err(place.damaged("text outside the root element")),
                Event::GeneralRef(name) => {
                    let named = || resolve_xml_entity(&name).and_then(|text| text.chars().next());
                    match name.resolve_char_ref().ok().flatten().or_else(named) {
                        Some(character) if !outside => return Ok((Step::Reference(character), place)),
                        _ => return Err(place.damaged(&format!("the entity &{};, which nothing declares", &*name))),
                    }
                }
                Event::DocType(_) => {
                    let help =
                        "no file of a provider has one, and none is expanded: fetch the file again from the provider";
                    return Err(place.error("a DOCTYPE", help));
                }
                Event::CData(_) => return Ok((Step::CData, place)),
                Event::Comment(_) | Event::PI(_) => {}
            }
        }
    }
}

fn element(name: &str) -> String {
    if name.is_empty() { "nothing".to_owned() } else { format!("<{name}>") }
}

fn check_encoding(declaration: &BytesDecl<'_>, place: Place) -> Result<(), XmlError> {
    match declaration.encoding() {
        None => Ok(()),
        Some(Ok(name)) if name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("utf8") => Ok(()),
        Some(Ok(name)) => {
            let problem = format!(
                "the file declares the encoding {name}, and only UTF-8, UTF-16, ISO-8859-1 and Windows-1252 are read"
            );
            Err(place.error(problem, HELP_UTF8))
        }
        Some(Err(error)) => Err(place.damaged(&error.to_string())),
    }
}

fn refused(error: &quick_xml::Error, place: Place) -> XmlError {
    match error {
        quick_xml::Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<TooLong>()) => {
            place.error(error.to_string(), HELP_DAMAGED)
        }
        quick_xml::Error::Io(error) => {
            if let Some(told) = error.get_ref().and_then(|inner| inner.downcast_ref::<Refusal>()) {
                return place.error(&told.problem, &told.help);
            }
            place.error(format!("cannot be read: {error}"), "check the file and the disk it is on")
        }
        quick_xml::Error::Encoding(_) => place.error("bytes that are not UTF-8", HELP_UTF8),
        other => place.damaged(&other.to_string()),
    }
}
