//! A stream of XML tags and texts with their places: one item at a time, in bounded memory, and nothing but
//! well-formed UTF-8.
//!
//! The tokens are our own, because quick-xml's reader gives up at bytes that are not UTF-8 and bounds nothing; its
//! attributes and references are used. Checked here: one root, end tags that match, nothing beside the root, an end of
//! file only after it. A DOCTYPE is refused, so nothing can be expanded.

use std::borrow::Cow;
use std::io::BufRead;

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart};

use super::token::{Token, Tokens};

/// So few bytes are faster looked at one by one.
const SHORT_BYTES: usize = 24;
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
    /// The place behind some bytes that begin here.
    #[must_use]
    pub fn behind(self, bytes: &[u8]) -> Self {
        let wide = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        if bytes.len() <= SHORT_BYTES {
            let step = |place: Self, byte: &u8| match byte {
                b'\n' => Self { line: place.line.saturating_add(1), column: 1 },
                _ => Self { column: place.column.saturating_add(1), ..place },
            };
            return bytes.iter().fold(self, step);
        }
        match memchr::memrchr(b'\n', bytes) {
            None => Self { column: self.column.saturating_add(wide(bytes.len())), ..self },
            Some(last) => Self {
                line: self.line.saturating_add(wide(memchr::memchr_iter(b'\n', bytes).count())),
                column: wide(bytes.len() - last),
            },
        }
    }

    /// An error at this place.
    pub fn error(self, problem: impl Into<String>, help: impl Into<String>) -> XmlError {
        XmlError { line: self.line, column: self.column, problem: problem.into(), help: help.into() }
    }

    /// The error of what is not well formed.
    pub fn damaged(self, problem: &str) -> XmlError {
        self.error(format!("not well formed: {problem}"), HELP_DAMAGED)
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
    fn new(item: &'a str, place: Place, damaged: bool) -> Result<Self, XmlError> {
        let Some(inner) = item.strip_prefix('<').and_then(|text| text.strip_suffix('>')) else {
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

/// An element that holds nothing but a text.
#[derive(Debug, Clone, Copy)]
pub struct Leaf<'a> {
    /// Its name; it has no namespace prefix and no attributes.
    pub name: &'a str,
    /// Its text as it stands, without references.
    pub text: &'a str,
    /// Where it begins.
    pub place: Place,
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

/// A document as a stream of items.
pub struct Document<R> {
    tokens: Tokens<R>,
    /// A tag whose bytes are not UTF-8, with those replaced.
    mended: String,
    /// Names of the open elements, one after the other, and where each begins.
    open_names: String,
    open_starts: Vec<usize>,
    root_seen: bool,
    begun: bool,
}

impl<R: BufRead> Document<R> {
    /// A document from its first byte.
    pub fn new(inner: R) -> Self {
        Self {
            tokens: Tokens::new(inner),
            mended: String::new(),
            open_names: String::new(),
            open_starts: Vec::new(),
            root_seen: false,
            begun: false,
        }
    }

    /// The next element, where it is a [`Leaf`] inside the root and all of it is in memory; white space before it is
    /// passed by. Else [`Document::item`] gives what comes next.
    pub fn leaf(&mut self) -> Option<Leaf<'_>> {
        if self.open_starts.is_empty() || self.open_starts.len() >= DEPTH_MAX {
            return None;
        }
        let name_len = self.tokens.leaf()?;
        let bytes = self.tokens.bytes();
        let part = |from: usize, to: usize| bytes.get(from..to).and_then(|part| std::str::from_utf8(part).ok());
        let name = part(1, 1 + name_len)?;
        let text = part(name_len + 2, bytes.len().checked_sub(name_len + 3)?)?;
        Some(Leaf { name, text, place: self.tokens.place() })
    }

    /// The next tag, text or end.
    ///
    /// # Errors
    /// The document is not well formed here, or cannot be read.
    pub fn item(&mut self) -> Result<Item<'_>, XmlError> {
        let token = self.advance()?;
        let place = self.tokens.place();
        match token {
            Token::Close => return self.close(place),
            Token::Eof => return self.end(place),
            _ => {}
        }
        let bytes = self.tokens.bytes();
        match token {
            Token::Open => {}
            Token::Reference => {
                return Ok(Item::Text(Cow::Owned(referenced(text_of(bytes, place)?, place)?.to_string())));
            }
            _ => {
                let text = text_of(bytes, place)?;
                let inner = text.strip_prefix("<![CDATA[").and_then(|text| text.strip_suffix("]]>"));
                return Ok(Item::Text(Cow::Borrowed(inner.unwrap_or(text))));
            }
        }
        let tag = match std::str::from_utf8(bytes) {
            Ok(text) => Tag::new(text, place, false)?,
            Err(_) => {
                // Still a tag: whoever reads it decides what the damage concerns.
                self.mended = String::from_utf8_lossy(bytes).into_owned();
                Tag::new(&self.mended, place, true)?
            }
        };
        if self.open_starts.is_empty() && self.root_seen {
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

    /// The next token that is an item; those that are none are checked and passed by.
    fn advance(&mut self) -> Result<Token, XmlError> {
        loop {
            let token = self.tokens.next()?;
            let place = self.tokens.place();
            let outside = self.open_starts.is_empty();
            let begun = std::mem::replace(&mut self.begun, true);
            match token {
                Token::Open | Token::Close | Token::Eof => return Ok(token),
                Token::Text | Token::CData | Token::Reference if !outside => return Ok(token),
                Token::Text => {
                    let text = text_of(self.tokens.bytes(), place)?;
                    if !text.trim_start_matches('\u{feff}').trim_ascii().is_empty() {
                        return Err(place.damaged("text outside the root element"));
                    }
                    // A byte order mark and blank lines may stand before the declaration.
                    self.begun = begun;
                }
                Token::CData => return Err(place.damaged("text outside the root element")),
                Token::Reference => {
                    referenced(text_of(self.tokens.bytes(), place)?, place)?;
                    return Err(place.damaged("text outside the root element"));
                }
                Token::Comment => {}
                Token::Instruction => self.instruction(begun, place)?,
                Token::Markup => {
                    let help =
                        "no file of a provider has one, and none is expanded: fetch the file again from the provider";
                    return Err(place.error("a DOCTYPE", help));
                }
            }
        }
    }

    fn close(&mut self, place: Place) -> Result<Item<'_>, XmlError> {
        let outside = self.open_starts.is_empty();
        let start = self.open_starts.pop().unwrap_or(0);
        let expected = self.open_names.get(start..).unwrap_or_default();
        let text = text_of(self.tokens.bytes(), place)?;
        let name = text.strip_prefix("</").and_then(|text| text.strip_suffix('>')).unwrap_or(text).trim_ascii_end();
        if outside || expected != name {
            let expected = if expected.is_empty() { "nothing".to_owned() } else { format!("<{}>", shown(expected)) };
            return Err(place.damaged(&format!("</{}> where {expected} ends", shown(name))));
        }
        self.open_names.truncate(start);
        Ok(Item::Close)
    }

    fn end(&mut self, place: Place) -> Result<Item<'_>, XmlError> {
        match self.open_starts.last() {
            None if self.root_seen => Ok(Item::End),
            None => Err(place.damaged("the file holds no element")),
            Some(start) => {
                let innermost = self.open_names.get(*start..).unwrap_or_default();
                Err(place.damaged(&format!("the file ends inside <{innermost}>")))
            }
        }
    }

    /// Checks the declaration; other instructions are for other programs.
    fn instruction(&self, begun: bool, place: Place) -> Result<(), XmlError> {
        let text = text_of(self.tokens.bytes(), place)?;
        let content = text.strip_prefix("<?").and_then(|text| text.strip_suffix("?>")).unwrap_or_default();
        if !content.strip_prefix("xml").is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace)) {
            return Ok(());
        }
        if begun {
            return Err(place.damaged("a declaration after the beginning of the file"));
        }
        // What was turned into UTF-8 declares what it was, or, by mistake, what it should have been.
        match BytesDecl::from_start(BytesStart::from_content(content, "xml".len())).encoding() {
            _ if self.tokens.turned() => Ok(()),
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
}

fn text_of(bytes: &[u8], place: Place) -> Result<&str, XmlError> {
    std::str::from_utf8(bytes).map_err(|_| place.error("bytes that are not UTF-8", HELP_UTF8))
}

/// A name as a message shows it. In a damaged file texts may stand where names should, and they are nobody's business.
fn shown(name: &str) -> &str {
    const NAME_BYTES_MAX: usize = 60;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '#');
    if name.len() <= NAME_BYTES_MAX && name.chars().all(is_name) { name } else { "..." }
}

/// The character that a reference stands for: one of the five that XML declares, or one by its number.
fn referenced(text: &str, place: Place) -> Result<char, XmlError> {
    let Some(name) = text.strip_prefix('&').and_then(|text| text.strip_suffix(';')) else {
        return Err(place.damaged("an & that begins no reference"));
    };
    let named = || resolve_xml_entity(name).and_then(|text| text.chars().next());
    let character = BytesRef::new(name).resolve_char_ref().ok().flatten().or_else(named);
    character.ok_or_else(|| place.damaged(&format!("the entity &{};, which nothing declares", shown(name))))
}
