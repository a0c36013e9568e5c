//! A document cut into its tokens: tags, texts, references, comments. Each stands whole in the buffer, no longer than
//! an item may be, so that reading a document takes a bounded place whatever it holds.

use std::io::{self, BufRead};

use super::document::{Place, XmlError};
use super::encoding::Decoding;

/// A tag, a text or a comment may be this long, and so may an attribute.
const ITEM_BYTES_MAX: usize = 1 << 20;
/// Read at once, at least, while the document goes on.
const FILL_BYTES: usize = 1 << 16;
/// White space before an element that is looked past.
const SPACE_BYTES_MAX: usize = 256;
/// Names of references are shorter.
const REFERENCE_BYTES_MAX: usize = 64;

/// Why a stream under a document cannot be read, in words for whoever gave the file.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
pub struct Refusal {
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub help: String,
}

/// What a stretch of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// A start tag or an empty one.
    Open,
    /// An end tag.
    Close,
    /// Text up to the next tag or reference.
    Text,
    /// `&name;`, or an `&` that begins none.
    Reference,
    /// `<![CDATA[...]]>`.
    CData,
    /// `<!--...-->`.
    Comment,
    /// `<?...?>`, the declaration too.
    Instruction,
    /// `<!` and anything else.
    Markup,
    /// The end of the document.
    Eof,
}

/// The tokens of a document.
pub struct Tokens<R> {
    inner: Decoding<R>,
    buffer: Vec<u8>,
    /// Where the token stands in the buffer.
    start: usize,
    end: usize,
    ended: bool,
    place: Place,
    /// Where the first NUL byte stands in the buffer.
    nul: Option<usize>,
}

impl<R: BufRead> Tokens<R> {
    /// The tokens from the first byte on.
    pub fn new(inner: R) -> Self {
        let place = Place { line: 1, column: 1 };
        Self { inner: Decoding::new(inner), buffer: Vec::new(), start: 0, end: 0, ended: false, place, nul: None }
    }

    /// The bytes of the last token.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Where the last token begins.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Whether the document was written in another encoding than UTF-8.
    pub fn turned(&self) -> bool {
        self.inner.turned()
    }

    /// Passes an element that is nothing but a plain name around a text, with the white space before it, where all of
    /// it was read already; gives the length of the name. It is what three tokens would tell, and most of a report.
    pub fn leaf(&mut self) -> Option<usize> {
        self.pass();
        let rest = self.buffer.get(self.start..)?;
        let space = rest.iter().take(SPACE_BYTES_MAX).position(|byte| !byte.is_ascii_whitespace())?;
        let element = rest.get(space..)?;
        let name_len = leaf_name_len(element.strip_prefix(b"<")?)?;
        let name = element.get(1..=name_len)?;
        let inner = element.get(name_len + 2..)?;
        let text_len = memchr::memchr2(b'<', b'&', inner)?;
        let (text, end) = inner.split_at_checked(text_len)?;
        let closes = end.strip_prefix(b"</")?.strip_prefix(name)?.first() == Some(&b'>');
        let len = 2 * name_len + text_len + 5;
        let is_clean = self.nul.is_none_or(|at| at >= self.start + space + len);
        if !closes || !is_clean || text_len > ITEM_BYTES_MAX || std::str::from_utf8(text).is_err() {
            return None;
        }
        self.place = self.place.behind(rest.get(..space)?);
        self.start += space;
        self.end = self.start + len;
        Some(name_len)
    }

    /// The next token.
    pub fn next(&mut self) -> Result<Token, XmlError> {
        self.pass();
        loop {
            let rest = self.buffer.get(self.start..).unwrap_or_default();
            match cut(rest) {
                Some((_, len)) if len > ITEM_BYTES_MAX => return Err(too_long(self.place)),
                Some((token, len)) => {
                    self.end = self.start + len;
                    return if self.nul.is_some_and(|at| at < self.end) { Err(self.nul_error()) } else { Ok(token) };
                }
                // It stands in what goes on here.
                None if self.nul.is_some() => return Err(self.nul_error()),
                None if rest.len() > ITEM_BYTES_MAX => return Err(too_long(self.place)),
                None if !self.ended => self.fill()?,
                None if rest.is_empty() => return Ok(Token::Eof),
                None if !matches!(rest, [b'<' | b'&', ..]) => {
                    self.end = self.buffer.len();
                    return Ok(Token::Text);
                }
                None => return Err(self.place.damaged("the file ends inside a tag, a comment or a reference")),
            }
        }
    }

    /// Passes over the last token and counts its lines.
    fn pass(&mut self) {
        let passed = self.buffer.get(self.start..self.end).unwrap_or_default();
        self.place = self.place.behind(passed);
        self.start = self.end;
    }

    /// The error of the first NUL byte, which stands behind nothing that was not handed out but its own token.
    fn nul_error(&self) -> XmlError {
        let before = self.nul.and_then(|at| self.buffer.get(self.start..at)).unwrap_or_default();
        self.place.behind(before).damaged("a NUL byte, which XML does not allow")
    }

    /// Reads on. What is not passed yet moves to the front.
    fn fill(&mut self) -> Result<(), XmlError> {
        self.buffer.drain(..self.start);
        self.nul = self.nul.and_then(|at| at.checked_sub(self.start));
        (self.start, self.end) = (0, 0);
        let enough = self.buffer.len() + FILL_BYTES;
        while self.buffer.len() < enough && !self.ended {
            let chunk = match self.inner.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(&error, self.place)),
            };
            let count = chunk.len().min(FILL_BYTES);
            let nul = chunk.get(..count).and_then(|chunk| memchr::memchr(0, chunk));
            self.nul = self.nul.or_else(|| nul.map(|at| self.buffer.len() + at));
            self.buffer.extend_from_slice(chunk.get(..count).unwrap_or_default());
            self.ended = count == 0;
            self.inner.consume(count);
        }
        Ok(())
    }
}

/// The length of a name of ASCII letters, digits, `_`, `-` and `.` that a `>` ends.
fn leaf_name_len(name: &[u8]) -> Option<usize> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let len = name.iter().position(|byte| !is_name(byte))?;
    (len > 0 && name.get(len) == Some(&b'>')).then_some(len)
}

fn too_long(place: Place) -> XmlError {
    place.error(
        format!("a tag or text is longer than {ITEM_BYTES_MAX} bytes"),
        "the file is damaged or was cut off: fetch it again from the provider",
    )
}

fn unreadable(error: &io::Error, place: Place) -> XmlError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Refusal>()) {
        Some(told) => place.error(&told.problem, &told.help),
        None => place.error(format!("cannot be read: {error}"), "check the file and the disk it is on"),
    }
}

/// The token at the beginning and its length; `None` where its end is not to be seen yet.
fn cut(rest: &[u8]) -> Option<(Token, usize)> {
    let until = |token: Token, from: usize, end: &[u8]| {
        let at = memchr::memmem::find(rest.get(from..)?, end)?;
        Some((token, from + at + end.len()))
    };
    match rest {
        [] | [b'<'] => None,
        [b'<', b'/', more @ ..] => memchr::memchr(b'>', more).map(|at| (Token::Close, at + 3)),
        [b'<', b'?', ..] => until(Token::Instruction, 2, b"?>"),
        [b'<', b'!', b'-', b'-', ..] => until(Token::Comment, 4, b"-->"),
        [b'<', b'!', more @ ..] => {
            const CDATA: &[u8] = b"[CDATA[";
            match more.get(..CDATA.len()) {
                Some(CDATA) => until(Token::CData, 2 + CDATA.len(), b"]]>"),
                None if CDATA.starts_with(more) || more == b"-" => None,
                _ => Some((Token::Markup, 2)),
            }
        }
        [b'<', more @ ..] => tag_len(more).map(|len| (Token::Open, 1 + len)),
        [b'&', more @ ..] => {
            let near = more.get(..REFERENCE_BYTES_MAX).unwrap_or(more);
            match memchr::memchr(b';', near) {
                Some(at) => Some((Token::Reference, at + 2)),
                None => (more.len() >= REFERENCE_BYTES_MAX).then_some((Token::Reference, 1)),
            }
        }
        _ => memchr::memchr2(b'<', b'&', rest).map(|len| (Token::Text, len)),
    }
}

/// The length of a tag behind its `<`. A `>` inside quotes is part of a value.
fn tag_len(more: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = at + memchr::memchr3(b'>', b'"', b'\'', more.get(at..)?)?;
        match more.get(found)? {
            b'>' => return Some(found + 1),
            quote => at = found + 2 + memchr::memchr(*quote, more.get(found + 1..)?)?,
        }
    }
}
