//! One JSON document, checked whole and laid out flat: every value with its place in the text, so that lines are
//! known, numbers stay the digits that were written, and no key stands twice. Nothing is copied but what was escaped.

mod node;

use std::borrow::Cow;

pub use node::Node;
use node::unescaped;

/// How deep objects and arrays may be nested.
pub const DEPTH_MAX: usize = 128;

/// How many values one document may hold.
pub const VALUES_MAX: usize = 1 << 23;

/// Objects with at most so many keys are looked through key by key for one that stands twice; larger ones are sorted.
const FEW_KEYS: usize = 64;

/// Few documents have more keys in the objects that are open at once.
const KEYS_OPEN: usize = 64;

/// Why a text is not the JSON that is read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Where, in bytes from the start of the text.
    pub offset: usize,
    /// What is wrong.
    pub problem: String,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// A value: its key, its place, and where the next value beside it stands in the tape.
#[derive(Debug, Clone, Copy)]
struct Entry {
    shape: Shape,
    escaped: bool,
    key_escaped: bool,
    key: (u32, u32),
    place: (u32, u32),
    next: u32,
}

/// A document's values, each container before what it holds.
#[derive(Debug, Clone)]
pub struct Tape {
    entries: Vec<Entry>,
}

fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

fn wide(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

struct Parser<'d> {
    text: &'d str,
    bytes: &'d [u8],
    at: usize,
    entries: Vec<Entry>,
    /// The keys of the objects that are open, of the outermost first.
    keys: Vec<Cow<'d, str>>,
    /// Which kinds of keys the innermost open object has, a bit a kind: most keys are told apart by it alone.
    kinds: u64,
}

/// The kind of a key, one of 64: by its length, its first and its last byte.
fn kind_of(key: &str) -> u64 {
    let bytes = key.as_bytes();
    let [first, last] = [bytes.first(), bytes.last()].map(|byte| u64::from(byte.copied().unwrap_or_default()));
    let len = u64::from(narrow(bytes.len()));
    1 << (first.wrapping_mul(7).wrapping_add(last.wrapping_mul(3)).wrapping_add(len.wrapping_mul(11)) % 64)
}

impl Tape {
    /// Reads a text that holds one value and nothing else but white space.
    ///
    /// # Errors
    /// It is not JSON (RFC 8259), a key stands twice in one object, or it is nested too deep or too large.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        if u32::try_from(text.len()).is_err() {
            return Err(Flaw { offset: 0, problem: "a document is larger than 4 GiB".to_owned() });
        }
        // About as many as there are, and as keys that are open at once: neither grows in ordinary documents.
        let (entries, keys) = (Vec::with_capacity(text.len() / 12), Vec::with_capacity(KEYS_OPEN));
        let mut parser = Parser { text, bytes: text.as_bytes(), at: 0, entries, keys, kinds: 0 };
        parser.value((0, 0), false, 0)?;
        parser.space();
        match parser.bytes.get(parser.at) {
            None => Ok(Self { entries: parser.entries }),
            Some(_) => Err(parser.unexpected("the end of the document")),
        }
    }
}

/// Bytes that end a run inside a text: the quote, the backslash, and control characters, which must be escaped.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 32 {
        special[byte] = true;
        byte += 1;
    }
    special[0x22] = true;
    special[0x5c] = true;
    special
};

impl<'d> Parser<'d> {
    fn flaw<T>(&self, offset: usize, problem: impl Into<String>) -> Result<T, Flaw> {
        Err(Flaw { offset, problem: problem.into() })
    }

    /// The flaw that something else stands here than what was expected.
    fn unexpected(&self, expected: &str) -> Flaw {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            None => "the document ends".to_owned(),
            Some('\0') => "a NUL byte stands".to_owned(),
            Some(found) if found.is_control() => format!("the control character U+{:04X} stands", u32::from(found)),
            Some(found) => format!("{found:?} stands"),
        };
        Flaw { offset: self.at, problem: format!("{found} where {expected} must stand") }
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn push(&mut self, shape: Shape, key: (u32, u32), key_escaped: bool, start: usize) -> Result<usize, Flaw> {
        let index = self.entries.len();
        if index >= VALUES_MAX {
            return self.flaw(start, format!("a document of more than {VALUES_MAX} values"));
        }
        let place = (narrow(start), narrow(self.at));
        let next = narrow(index.saturating_add(1));
        self.entries.push(Entry { shape, escaped: false, key_escaped, key, place, next });
        Ok(index)
    }

    /// Closes a container: it ends here, and so do its values.
    fn close(&mut self, index: usize) {
        let next = narrow(self.entries.len());
        let end = narrow(self.at);
        if let Some(entry) = self.entries.get_mut(index) {
            entry.next = next;
            entry.place.1 = end;
        }
    }

    fn value(&mut self, key: (u32, u32), key_escaped: bool, depth: usize) -> Result<(), Flaw> {
        self.space();
        let start = self.at;
        match self.bytes.get(start) {
            Some(b'"') => {
                let (place, escaped) = self.text()?;
                let index = self.push(Shape::Text, key, key_escaped, start)?;
                if let Some(entry) = self.entries.get_mut(index) {
                    (entry.place, entry.escaped) = (place, escaped);
                }
                Ok(())
            }
            Some(b'{') => self.object(key, key_escaped, depth),
            Some(b'[') => self.array(key, key_escaped, depth),
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                self.push(Shape::Number, key, key_escaped, start).map(|_| ())
            }
            _ => {
                let rest = self.bytes.get(start..).unwrap_or_default();
                let words = [(&b"null"[..], Shape::Null), (&b"true"[..], Shape::Bool), (&b"false"[..], Shape::Bool)];
                let Some((word, shape)) = words.into_iter().find(|(word, _)| rest.starts_with(word)) else {
                    return Err(self.unexpected("a value"));
                };
                self.at += word.len();
                self.push(shape, key, key_escaped, start).map(|_| ())
            }
        }
    }

    fn deeper(&self, depth: usize) -> Result<usize, Flaw> {
        if depth >= DEPTH_MAX {
            return self.flaw(self.at, format!("objects and arrays are nested deeper than {DEPTH_MAX}"));
        }
        Ok(depth + 1)
    }

    fn array(&mut self, key: (u32, u32), key_escaped: bool, depth: usize) -> Result<(), Flaw> {
        let depth = self.deeper(depth)?;
        let index = self.push(Shape::Array, key, key_escaped, self.at)?;
        self.at += 1;
        self.space();
        if self.bytes.get(self.at) == Some(&b']') {
            self.at += 1;
            self.close(index);
            return Ok(());
        }
        loop {
            self.value((0, 0), false, depth)?;
            self.space();
            match self.bytes.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    self.close(index);
                    return Ok(());
                }
                _ => return Err(self.unexpected("a comma or the end of the array")),
            }
        }
    }

    fn object(&mut self, key: (u32, u32), key_escaped: bool, depth: usize) -> Result<(), Flaw> {
        let depth = self.deeper(depth)?;
        let start = self.at;
        let index = self.push(Shape::Object, key, key_escaped, start)?;
        let (base, kinds) = (self.keys.len(), std::mem::take(&mut self.kinds));
        self.at += 1;
        self.space();
        if self.bytes.get(self.at) == Some(&b'}') {
            self.at += 1;
            self.close(index);
            self.kinds = kinds;
            return Ok(());
        }
        loop {
            self.space();
            if self.bytes.get(self.at) != Some(&b'"') {
                return Err(self.unexpected("a key"));
            }
            let key_at = self.at;
            let (key, escaped) = self.text()?;
            self.key(key, escaped, base, key_at)?;
            self.space();
            if self.bytes.get(self.at) != Some(&b':') {
                return Err(self.unexpected("a colon"));
            }
            self.at += 1;
            self.value(key, escaped, depth)?;
            self.space();
            match self.bytes.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                _ => return Err(self.unexpected("a comma or the end of the object")),
            }
        }
        self.close(index);
        if self.keys.len() - base > FEW_KEYS {
            let mut keys: Vec<&str> = self.keys.iter().skip(base).map(AsRef::as_ref).collect();
            keys.sort_unstable();
            if let Some([twice, _]) = keys.array_windows().find(|[one, other]| one == other) {
                return self.flaw(start, twice_problem(twice));
            }
        }
        self.keys.truncate(base);
        self.kinds = kinds;
        Ok(())
    }

    /// Keeps a key of the open object, which must not have it yet.
    fn key(&mut self, (start, end): (u32, u32), escaped: bool, base: usize, key_at: usize) -> Result<(), Flaw> {
        let raw = self.text.get(wide(start)..wide(end)).unwrap_or_default();
        let key = if escaped { Cow::Owned(unescaped(raw)) } else { Cow::Borrowed(raw) };
        let kind = kind_of(&key);
        let open = self.keys.get(base..).unwrap_or_default();
        if self.kinds & kind != 0 && open.len() < FEW_KEYS && open.contains(&key) {
            return self.flaw(key_at, twice_problem(&key));
        }
        self.kinds |= kind;
        self.keys.push(key);
        Ok(())
    }

    /// Passes a text; gives the place of what stands between its quotes, and whether anything there is escaped.
    fn text(&mut self) -> Result<((u32, u32), bool), Flaw> {
        let start = self.at + 1;
        let mut escaped = false;
        self.at = start;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let run = rest.iter().position(|byte| SPECIAL[usize::from(*byte)]).unwrap_or(rest.len());
            self.at += run;
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    let place = (narrow(start), narrow(self.at));
                    self.at += 1;
                    return Ok((place, escaped));
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                None => return self.flaw(self.at, "the document ends inside a text"),
                Some(_) => return Err(self.unexpected("a character of a text, or its end,")),
            }
        }
    }

    /// Passes one escape; of a surrogate pair both halves.
    fn escape(&mut self) -> Result<(), Flaw> {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let unit = |rest: &[u8]| match rest {
            [b'\\', b'u', a, b, c, d, ..] => hex([*a, *b, *c, *d]),
            _ => None,
        };
        match rest {
            [_, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => self.at += 2,
            [_, b'u', ..] => match unit(rest) {
                Some(0xd800..0xdc00) => {
                    let low = unit(rest.get(6..).unwrap_or_default());
                    if !matches!(low, Some(0xdc00..0xe000)) {
                        return self.flaw(start, "half of a surrogate pair stands alone");
                    }
                    self.at += 12;
                }
                Some(0xdc00..0xe000) => return self.flaw(start, "half of a surrogate pair stands alone"),
                Some(_) => self.at += 6,
                None => return self.flaw(start, "an escape \\u must have four hexadecimal digits"),
            },
            _ => return self.flaw(start, "an escape that JSON does not have"),
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Flaw> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected("a digit")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<(), Flaw> {
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
            if self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
                return self.flaw(self.at, "a number with a leading zero; an id that has one must be a text");
            }
        } else {
            self.digits()?;
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }
}

fn twice_problem(key: &str) -> String {
    format!("the key {:?} stands twice in one object", crate::ingest::field::shown(key.as_bytes()))
}

fn hex(digits: [u8; 4]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests;
