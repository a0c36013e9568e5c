//! A JSON file to its documents, in bounded memory: one object, an array of objects, a value a line, or values one
//! after another. Only quotes and brackets are looked at here; a batch of documents is then read in parallel.

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};

use super::document::Document;
use super::json::DEPTH_MAX;
use super::recognise::Kind;
use crate::engine::source::Bytes;
use crate::ingest::source::FileError;

/// The most bytes that one document has.
pub const DOCUMENT_LEN_MAX: usize = 64 << 20;

/// A batch is handed out once it has this many bytes.
const BATCH_LEN: usize = 4 << 20;

/// Bytes that are read at once.
const READ_LEN: usize = 1 << 20;

/// Where one document stands in its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first byte.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
    /// The line in the file on which it begins, from 1.
    pub line: u64,
}

/// Documents that stand one after another in a file.
#[derive(Debug)]
pub struct Batch {
    shown: String,
    text: String,
    /// The column in the file of the first byte, from 1.
    column: u64,
    spans: Vec<Span>,
}

impl Batch {
    /// Where the documents stand.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Reads one of its documents.
    ///
    /// # Errors
    /// It is not JSON, or a key stands twice in one of its objects.
    pub fn document(&self, span: Span) -> Result<Document<'_>, FileError> {
        let text = self.text.get(span.start..span.end).unwrap_or_default();
        Document::parse(text, span.line).map_err(|flaw| {
            let before = text.as_bytes().get(..flaw.offset).unwrap_or_default();
            let line = span.line.saturating_add(breaks(before));
            let all = self.text.as_bytes().get(..span.start.saturating_add(flaw.offset)).unwrap_or_default();
            let column = column_behind(all, self.column);
            FileError::new(&self.shown, flaw.problem, "the file is damaged or was edited: fetch or export it again")
                .at(line, Some(column))
        })
    }
}

fn breaks(bytes: &[u8]) -> u64 {
    u64::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u64::MAX)
}

/// The column behind some bytes, in characters from 1, where their first stands in column `first`.
fn column_behind(bytes: &[u8], first: u64) -> u64 {
    let (line, first) = match memchr::memrchr(b'\n', bytes) {
        Some(last) => (bytes.get(last.saturating_add(1)..).unwrap_or_default(), 1),
        None => (bytes, first),
    };
    let characters = line.iter().filter(|byte| !matches!(byte, 0x80..0xc0)).count();
    first.saturating_add(u64::try_from(characters).unwrap_or(u64::MAX))
}

/// What may come next outside of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outside {
    /// A document or an array of them.
    Top,
    /// Behind the `[` of an array: a document or the end.
    ArrayStart,
    /// Behind a comma of an array: a document.
    ArrayComma,
    /// Behind a document of an array: a comma or the end.
    ArrayDocument,
}

/// Where a document ends: its brackets that are open, and whether a text is.
#[derive(Debug, Clone, Copy, Default)]
struct Inside {
    start: usize,
    depth: usize,
    /// One bit a level, the innermost lowest: an object, else an array.
    objects: u128,
    in_text: bool,
}

/// The documents of a file, batch after batch.
pub struct Documents<'a> {
    shown: &'a str,
    bytes: &'a Bytes,
    /// How much of the bytes was read.
    read: u64,
    decoder: Option<Decoder>,
    /// Text that no batch has taken yet, and how far it was looked through.
    buffer: Vec<u8>,
    at: usize,
    /// Line and column of the buffer's first byte.
    line: u64,
    column: u64,
    outside: Outside,
    inside: Option<Inside>,
    batch_len: usize,
}

impl<'a> Documents<'a> {
    /// Starts at the first byte; a byte order mark, or a zero beside the first character, says that the file is UTF-16.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn new(shown: &'a str, bytes: &'a Bytes) -> Result<Self, FileError> {
        let mut head = Vec::new();
        bytes.read_at_most(0, &mut head, 3).map_err(|error| unreadable(shown, &error))?;
        let (read, decoder) = match head.as_slice() {
            [0xef, 0xbb, 0xbf] => (3, None),
            [0xff, 0xfe, ..] => (2, Some(UTF_16LE.new_decoder_without_bom_handling())),
            [0xfe, 0xff, ..] => (2, Some(UTF_16BE.new_decoder_without_bom_handling())),
            // Without a mark, by the zero beside its first character.
            [b'\t' | b'\n' | b'\r' | b' '..=b'~', 0, ..] => (0, Some(UTF_16LE.new_decoder_without_bom_handling())),
            [0, b'\t' | b'\n' | b'\r' | b' '..=b'~', ..] => (0, Some(UTF_16BE.new_decoder_without_bom_handling())),
            _ => (0, None),
        };
        Ok(Self {
            shown,
            bytes,
            read,
            decoder,
            buffer: Vec::new(),
            at: 0,
            line: 1,
            column: 1,
            outside: Outside::Top,
            inside: None,
            batch_len: BATCH_LEN,
        })
    }

    /// The next documents; `None` behind the last.
    ///
    /// # Errors
    /// The file cannot be read, is no JSON, is cut off, or has a document that is too large or nested too deep.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, FileError> {
        let mut spans = Vec::new();
        let mut counted = (0, self.line);
        loop {
            self.scan(&mut spans, &mut counted)?;
            let full = spans.last().is_some_and(|last: &Span| last.end >= self.batch_len);
            if full || !self.fill()? {
                break;
            }
        }
        match spans.last() {
            Some(last) => {
                let end = last.end;
                self.cut(end, spans).map(Some)
            }
            None => self.finished().map(|()| None),
        }
    }

    /// Takes the documents up to a byte out of the buffer.
    fn cut(&mut self, end: usize, spans: Vec<Span>) -> Result<Batch, FileError> {
        let rest = self.buffer.split_off(end);
        let taken = std::mem::replace(&mut self.buffer, rest);
        let column = self.column;
        let text = String::from_utf8(taken).map_err(|error| {
            let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            self.not_utf8(good)
        })?;
        self.column = column_behind(text.as_bytes(), self.column);
        self.line = self.line.saturating_add(breaks(text.as_bytes()));
        self.at = self.at.saturating_sub(end);
        if let Some(inside) = &mut self.inside {
            inside.start = inside.start.saturating_sub(end);
        }
        Ok(Batch { shown: self.shown.to_owned(), text, column, spans })
    }

    fn not_utf8(&self, good: &[u8]) -> FileError {
        let line = self.line.saturating_add(breaks(good));
        FileError::new(self.shown, "bytes that are not UTF-8", "JSON is UTF-8: export the file again")
            .at(line, Some(column_behind(good, self.column)))
    }

    /// Reads on; `false` at the end of the file.
    fn fill(&mut self) -> Result<bool, FileError> {
        let mut more = Vec::new();
        self.bytes.read_at_most(self.read, &mut more, READ_LEN).map_err(|error| unreadable(self.shown, &error))?;
        self.read = self.read.saturating_add(u64::try_from(more.len()).unwrap_or(u64::MAX));
        let any = !more.is_empty();
        let last = self.read >= self.bytes.len() || !any;
        let Some(decoder) = &mut self.decoder else {
            self.buffer.append(&mut more);
            return Ok(any);
        };
        let room = decoder.max_utf8_buffer_length_without_replacement(more.len()).unwrap_or(more.len());
        let mut text = String::with_capacity(room);
        let (result, _) = decoder.decode_to_string_without_replacement(&more, &mut text, last);
        self.buffer.extend_from_slice(text.as_bytes());
        if result != DecoderResult::InputEmpty {
            let problem = "half of a surrogate pair, or half a character at the end, in a UTF-16 file";
            return Err(self.error_at(self.buffer.len(), problem, "save the file as UTF-8"));
        }
        if last {
            self.decoder = None;
            self.read = self.bytes.len();
        }
        Ok(any)
    }

    fn error_at(&self, at: usize, problem: impl Into<String>, help: &str) -> FileError {
        let before = self.buffer.get(..at).unwrap_or_default();
        let line = self.line.saturating_add(breaks(before));
        FileError::new(self.shown, problem, help).at(line, Some(column_behind(before, self.column)))
    }

    /// Goes through what was read, and notes the documents that end in it.
    fn scan(&mut self, spans: &mut Vec<Span>, counted: &mut (usize, u64)) -> Result<(), FileError> {
        while self.at < self.buffer.len() {
            if self.inside.is_none() && !self.scan_outside()? {
                return Ok(());
            }
            let Some(mut inside) = self.inside.take() else { continue };
            let ended = self.scan_inside(&mut inside)?;
            if self.at.saturating_sub(inside.start) > DOCUMENT_LEN_MAX {
                let problem = format!("a document of more than {} MiB begins here", DOCUMENT_LEN_MAX >> 20);
                return Err(self.error_at(inside.start, problem, "export fewer orders or days a document"));
            }
            if !ended {
                self.inside = Some(inside);
                return Ok(());
            }
            let passed = self.buffer.get(counted.0..inside.start).unwrap_or_default();
            *counted = (inside.start, counted.1.saturating_add(breaks(passed)));
            spans.push(Span { start: inside.start, end: self.at, line: counted.1 });
            if self.at >= self.batch_len {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Goes to the start of the next document; `false` where what was read ends before.
    fn scan_outside(&mut self) -> Result<bool, FileError> {
        while let Some(byte) = self.buffer.get(self.at) {
            match (byte, self.outside) {
                (b' ' | b'\t' | b'\r' | b'\n', _) => {}
                (b'[', Outside::Top) => self.outside = Outside::ArrayStart,
                (b']', Outside::ArrayStart | Outside::ArrayDocument) => self.outside = Outside::Top,
                (b',', Outside::ArrayDocument) => self.outside = Outside::ArrayComma,
                (b'{', Outside::Top | Outside::ArrayStart | Outside::ArrayComma) => {
                    if self.outside != Outside::Top {
                        self.outside = Outside::ArrayDocument;
                    }
                    self.inside = Some(Inside { start: self.at, ..Inside::default() });
                    return Ok(true);
                }
                (byte, outside) => return Err(self.stray(*byte, outside)),
            }
            self.at += 1;
        }
        Ok(false)
    }

    fn stray(&self, byte: u8, outside: Outside) -> FileError {
        let found = match byte {
            0 => "a NUL byte".to_owned(),
            b'!'..=b'~' => format!("{:?}", char::from(byte)),
            other => format!("the byte 0x{other:02x}"),
        };
        let expected = match outside {
            Outside::Top => "a document, `{`, or an array of documents, `[`,",
            Outside::ArrayStart => "a document, `{`, or the end of the array",
            Outside::ArrayComma => "a document, `{`,",
            Outside::ArrayDocument => "a comma or the end of the array",
        };
        self.error_at(
            self.at,
            format!("{found} stands where {expected} must stand"),
            "a file holds JSON objects: one, an array of them, or one a line",
        )
    }

    /// Goes on inside a document; `true` where it ends.
    fn scan_inside(&mut self, inside: &mut Inside) -> Result<bool, FileError> {
        let mut at = self.at;
        loop {
            if inside.in_text {
                let rest = self.buffer.get(at..).unwrap_or_default();
                let Some(special) = memchr::memchr2(b'"', b'\\', rest) else {
                    self.at = self.buffer.len();
                    return Ok(false);
                };
                at += special;
                if self.buffer.get(at) == Some(&b'\\') {
                    // The escape's first character may not have been read yet.
                    if at.saturating_add(1) >= self.buffer.len() {
                        self.at = at;
                        return Ok(false);
                    }
                    at += 2;
                    continue;
                }
                at += 1;
                inside.in_text = false;
            }
            let rest = self.buffer.get(at..).unwrap_or_default();
            let Some(mark) = rest.iter().position(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']')) else {
                self.at = self.buffer.len();
                return Ok(false);
            };
            at += mark;
            let byte = self.buffer.get(at).copied().unwrap_or_default();
            let object = matches!(byte, b'{' | b'}');
            match byte {
                b'"' => inside.in_text = true,
                b'{' | b'[' => {
                    if inside.depth >= DEPTH_MAX {
                        let problem = format!("objects and arrays are nested deeper than {DEPTH_MAX}");
                        return Err(self.error_at(at, problem, "no API returns this: fetch or export the file again"));
                    }
                    inside.depth += 1;
                    inside.objects = inside.objects << 1 | u128::from(object);
                }
                _ => {
                    if (inside.objects & 1 == 1) != object {
                        let problem =
                            format!("{:?} closes {}", char::from(byte), if object { "an array" } else { "an object" });
                        let help = "the file is damaged or was edited: fetch or export it again";
                        return Err(self.error_at(at, problem, help));
                    }
                    inside.depth -= 1;
                    inside.objects >>= 1;
                    if inside.depth == 0 {
                        self.at = at + 1;
                        return Ok(true);
                    }
                }
            }
            at += 1;
        }
    }

    /// Whether the file may end where it does.
    fn finished(&self) -> Result<(), FileError> {
        let help = "fetch or export the file again; nothing of it was used";
        if let Some(inside) = self.inside {
            return Err(self.error_at(inside.start, "the file is cut off inside the document that begins here", help));
        }
        match self.outside {
            Outside::Top => Ok(()),
            _ => Err(self.error_at(self.buffer.len(), "the file is cut off inside its array of documents", help)),
        }
    }
}

fn unreadable(shown: &str, error: &std::io::Error) -> FileError {
    FileError::new(shown, format!("cannot be read: {error}"), "check the path and the permissions, then run again")
}

/// What the first document of a file is; `None` where it is nothing known, or the file holds no document.
///
/// # Errors
/// The file cannot be read, or its first document is damaged.
pub fn first_kind(shown: &str, bytes: &Bytes) -> Result<Option<Kind>, FileError> {
    let mut documents = Documents::new(shown, bytes)?;
    documents.batch_len = 1;
    let Some(batch) = documents.next_batch()? else { return Ok(None) };
    match batch.spans.first() {
        Some(span) => Ok(batch.document(*span)?.kind()),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests;
