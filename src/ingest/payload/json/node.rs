//! A value of a document: what it is, how it is written, and what it holds.

use std::borrow::Cow;

use super::{Entry, Shape, Tape, wide};

/// A value of a document.
#[derive(Debug, Clone, Copy)]
pub struct Node<'d> {
    text: &'d str,
    entries: &'d [Entry],
    index: usize,
}

impl<'d> Node<'d> {
    /// The outermost value of a document.
    #[must_use]
    pub fn root(text: &'d str, tape: &'d Tape) -> Self {
        Self { text, entries: &tape.entries, index: 0 }
    }

    fn entry(&self) -> Option<&'d Entry> {
        self.entries.get(self.index)
    }

    /// What it is.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.entry().map_or(Shape::Null, |entry| entry.shape)
    }

    /// The bytes from the start of the document to this value.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.entry().map_or(0, |entry| wide(entry.place.0))
    }

    /// As it is written; of a text what stands between its quotes.
    #[must_use]
    pub fn raw(&self) -> &'d str {
        let place = self.entry().map_or((0, 0), |entry| entry.place);
        self.text.get(wide(place.0)..wide(place.1)).unwrap_or_default()
    }

    /// Its key, where it stands in an object; empty elsewhere.
    #[must_use]
    pub fn key(&self) -> Cow<'d, str> {
        let Some(entry) = self.entry() else { return Cow::default() };
        let raw = self.text.get(wide(entry.key.0)..wide(entry.key.1)).unwrap_or_default();
        if entry.key_escaped { Cow::Owned(unescaped(raw)) } else { Cow::Borrowed(raw) }
    }

    /// The text, where it is one.
    #[must_use]
    pub fn text(&self) -> Option<Cow<'d, str>> {
        let entry = self.entry().filter(|entry| entry.shape == Shape::Text)?;
        Some(if entry.escaped { Cow::Owned(unescaped(self.raw())) } else { Cow::Borrowed(self.raw()) })
    }

    /// The values in it, in their order; none where it is neither an array nor an object.
    pub fn values(&self) -> impl Iterator<Item = Node<'d>> + use<'d> {
        let Self { text, entries, index } = *self;
        let container = matches!(self.shape(), Shape::Array | Shape::Object);
        let end = self.entry().filter(|_| container).map_or(0, |entry| wide(entry.next));
        let mut next = index + 1;
        std::iter::from_fn(move || {
            let entry = entries.get(next).filter(|_| next < end)?;
            let node = Node { text, entries, index: next };
            next = wide(entry.next);
            Some(node)
        })
    }

    /// Whether its key is a name.
    #[inline]
    #[must_use]
    pub fn is_at(&self, name: &str) -> bool {
        let Some(entry) = self.entry() else { return false };
        if entry.key_escaped {
            return self.key() == name;
        }
        let (start, end) = (wide(entry.key.0), wide(entry.key.1));
        end.saturating_sub(start) == name.len() && self.text.as_bytes().get(start..end) == Some(name.as_bytes())
    }

    /// The value of a key, where it is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Node<'d>> {
        if self.shape() != Shape::Object {
            return None;
        }
        self.values().find(|value| value.is_at(key))
    }
}

/// A text without its escapes, which the parser has checked.
pub(super) fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let mut chars = after.chars();
        let escape = chars.next().unwrap_or('\\');
        rest = chars.as_str();
        let plain = match escape {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let unit = |text: &str| u32::from_str_radix(text.get(..4)?, 16).ok();
                let first = unit(rest).unwrap_or(0xfffd);
                rest = rest.get(4..).unwrap_or_default();
                let code = match (first, rest.strip_prefix("\\u")) {
                    (0xd800..0xdc00, Some(low)) => {
                        rest = low.get(4..).unwrap_or_default();
                        let low = unit(low).unwrap_or(0xdc00);
                        0x1_0000 + ((first - 0xd800) << 10) + low.saturating_sub(0xdc00)
                    }
                    _ => first,
                };
                char::from_u32(code).unwrap_or('\u{fffd}')
            }
            other => other,
        };
        text.push(plain);
    }
    text.push_str(rest);
    text
}
