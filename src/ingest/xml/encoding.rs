//! The characters of a document: UTF-16 and Windows-1252 become UTF-8 on the way in, a buffer at a time.
//!
//! A byte order mark decides first, then the declaration (XML 1.0, appendix F). Windows-1252 stands for ISO-8859-1 too,
//! as everywhere outside of standards: the two differ only in control characters that no document has. What is no
//! character becomes a byte that UTF-8 never has, so that whoever reads on refuses just what holds it.

use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::engine::source::Bytes;
use crate::ingest::source::Sequential;

/// The declaration ends within so many bytes, or it is not looked for.
const HEAD_BYTES: usize = 512;
/// Decoded at once.
const OUT_BYTES: usize = 1 << 16;
/// No UTF-8 has this byte.
const NO_CHARACTER: u8 = 0xff;

/// Bytes of a document as UTF-8.
pub struct Decoding<R> {
    inner: R,
    /// The first bytes, while they are still to be told apart or handed out.
    head: Vec<u8>,
    head_at: usize,
    begun: bool,
    turning: Option<Turning>,
}

/// Another encoding being turned into UTF-8.
struct Turning {
    decoder: Decoder,
    out: Vec<u8>,
    out_at: usize,
    ended: bool,
}

/// The first bytes of a document as UTF-8, at most `len` of them, to tell what it is.
///
/// # Errors
/// The bytes cannot be read.
pub fn head(bytes: &Bytes, len: u64) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    Decoding::new(BufReader::new(Sequential::new(bytes))).take(len).read_to_end(&mut head)?;
    Ok(head)
}

/// The encoding that a document is decoded from, by its first bytes, where no NUL can be but in UTF-16; `None` for UTF-8 and for what is refused.
fn foreign(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xff, 0xfe, ..] | [b'<', 0, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] | [0, b'<', ..] => return Some(UTF_16BE),
        _ => {}
    }
    let declaration = head.strip_prefix(b"<?xml")?;
    let declaration = declaration.get(..memchr::memmem::find(declaration, b"?>")?)?;
    let value = declaration.get(memchr::memmem::find(declaration, b"encoding")? + b"encoding".len()..)?;
    let value = value.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let name = value.get(..memchr::memchr(*quote, value)?)?;
    let turned = [&b"iso-8859-1"[..], b"iso8859-1", b"iso_8859-1", b"latin1", b"windows-1252", b"cp1252"];
    turned.iter().any(|known| name.eq_ignore_ascii_case(known)).then_some(WINDOWS_1252)
}

impl<R: BufRead> Decoding<R> {
    /// Decodes a document from its first byte.
    pub fn new(inner: R) -> Self {
        Self { inner, head: Vec::new(), head_at: 0, begun: false, turning: None }
    }

    /// Whether the characters come from another encoding, so that UTF-8 need not be declared.
    pub fn turned(&self) -> bool {
        self.turning.is_some()
    }

    fn begin(&mut self) -> io::Result<()> {
        self.begun = true;
        let limit = u64::try_from(HEAD_BYTES).unwrap_or(u64::MAX);
        Read::take(&mut self.inner, limit).read_to_end(&mut self.head)?;
        self.turning = foreign(&self.head).map(|encoding| Turning {
            decoder: encoding.new_decoder_with_bom_removal(),
            out: Vec::new(),
            out_at: 0,
            ended: false,
        });
        Ok(())
    }

    /// Decodes until there is something to hand out, or nothing more.
    fn turn(&mut self) -> io::Result<()> {
        let Some(turning) = &mut self.turning else { return Ok(()) };
        while turning.out_at == turning.out.len() && !turning.ended {
            turning.out.resize(OUT_BYTES, 0);
            turning.out_at = 0;
            let from_head = self.head_at < self.head.len();
            let input =
                if from_head { self.head.get(self.head_at..).unwrap_or_default() } else { self.inner.fill_buf()? };
            let last = input.is_empty();
            // A byte is left for what is no character.
            let room = turning.out.get_mut(..OUT_BYTES - 1).unwrap_or_default();
            let (result, read, mut written) = turning.decoder.decode_to_utf8_without_replacement(input, room, last);
            if from_head {
                self.head_at += read;
            } else {
                self.inner.consume(read);
            }
            match result {
                DecoderResult::Malformed(..) => {
                    if let Some(byte) = turning.out.get_mut(written) {
                        *byte = NO_CHARACTER;
                        written += 1;
                    }
                }
                DecoderResult::InputEmpty => turning.ended = last,
                DecoderResult::OutputFull => {}
            }
            turning.out.truncate(written);
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Decoding<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Decoding<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if !self.begun {
            self.begin()?;
        }
        if self.turning.is_some() {
            self.turn()?;
        }
        match &self.turning {
            Some(turning) => Ok(turning.out.get(turning.out_at..).unwrap_or_default()),
            None if self.head_at < self.head.len() => Ok(self.head.get(self.head_at..).unwrap_or_default()),
            None => self.inner.fill_buf(),
        }
    }

    fn consume(&mut self, count: usize) {
        match &mut self.turning {
            Some(turning) => turning.out_at += count,
            None if self.head_at < self.head.len() => self.head_at += count,
            None => self.inner.consume(count),
        }
    }
}
