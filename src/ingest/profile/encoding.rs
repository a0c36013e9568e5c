//! Bytes in any encoding to UTF-8, while they stream. What stands for no character becomes a byte that UTF-8 does not
//! know, so that exactly the field which holds it is refused and the file is not.

use std::io::{self, Read};

use super::Encoding;
use crate::engine::source::Bytes;
use crate::ingest::source::{FileError, Sequential};

/// A byte that stands in no UTF-8 text.
const NO_CHARACTER: u8 = 0xff;
/// Bytes that are decoded in one go.
const RAW_LEN: usize = 1 << 16;

impl Encoding {
    /// The name, as the configuration has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
            Self::Iso8859_1 => "iso-8859-1",
            Self::Iso8859_15 => "iso-8859-15",
        }
    }

    /// The encoding of a name or one of its other names, letter case ignored.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Self::Utf8,
            "utf-16" | "utf16" => Self::Utf16,
            "utf-16le" | "utf16le" => Self::Utf16Le,
            "utf-16be" | "utf16be" => Self::Utf16Be,
            "windows-1252" | "cp1252" | "ansi" => Self::Windows1252,
            "iso-8859-1" | "latin1" => Self::Iso8859_1,
            "iso-8859-15" | "latin9" => Self::Iso8859_15,
            _ => return None,
        })
    }
}

enum Decoder {
    /// Nothing to do: what is no UTF-8 is found where it is read.
    Utf8,
    /// What the upper 128 bytes stand for.
    Single(Box<[Vec<u8>; 128]>),
    Utf16(encoding_rs::Decoder),
}

impl Decoder {
    fn new(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Utf8 => Self::Utf8,
            Encoding::Utf16 | Encoding::Utf16Le => {
                Self::Utf16(encoding_rs::UTF_16LE.new_decoder_without_bom_handling())
            }
            Encoding::Utf16Be => Self::Utf16(encoding_rs::UTF_16BE.new_decoder_without_bom_handling()),
            Encoding::Windows1252 | Encoding::Iso8859_1 | Encoding::Iso8859_15 => {
                Self::Single(Box::new(std::array::from_fn(|place| {
                    // The array has 128 places.
                    let byte = 0x80 | u8::try_from(place).unwrap_or_default();
                    single(encoding, byte).map_or(vec![NO_CHARACTER], |character| character.to_string().into_bytes())
                })))
            }
        }
    }
}

/// The character of a byte from 0x80; `None` where the encoding has none.
fn single(encoding: Encoding, byte: u8) -> Option<char> {
    let from = |table: &'static encoding_rs::Encoding| {
        table
            .decode_without_bom_handling(&[byte])
            .0
            .chars()
            .next()
            .filter(|first| *first != char::REPLACEMENT_CHARACTER)
    };
    match encoding {
        // The library takes the five bytes without a character for control characters, as browsers do.
        Encoding::Windows1252 => from(encoding_rs::WINDOWS_1252).filter(|first| !first.is_control()),
        Encoding::Iso8859_15 => from(encoding_rs::ISO_8859_15),
        _ => Some(char::from(byte)),
    }
}

/// The encoding of a file and the length of its byte order mark.
///
/// # Errors
/// The file begins as one of another encoding than was said, or cannot be read.
pub fn recognised(shown: &str, bytes: &Bytes, said: Option<Encoding>) -> Result<(Encoding, usize), FileError> {
    let mut first = Vec::new();
    bytes
        .read_at_most(0, &mut first, 4)
        .map_err(|error| FileError::new(shown, format!("cannot be read: {error}"), "run again"))?;
    let marked = match first.as_slice() {
        [0xef, 0xbb, 0xbf, ..] => Some((Encoding::Utf8, 3)),
        [0xff, 0xfe, ..] => Some((Encoding::Utf16Le, 2)),
        [0xfe, 0xff, ..] => Some((Encoding::Utf16Be, 2)),
        _ => None,
    };
    // Without a mark, the zeros beside the letters of a header tell the order.
    let zeros = match first.as_slice() {
        [a, 0, b, 0] if *a != 0 && *b != 0 => Some(Encoding::Utf16Le),
        [0, a, 0, b] if *a != 0 && *b != 0 => Some(Encoding::Utf16Be),
        _ => None,
    };
    let contradiction = |is: &str, said: Encoding| {
        let problem = format!("{is}, but its profile says encoding = \"{}\"", said.name());
        Err(FileError::new(
            shown,
            problem,
            "correct the encoding in the profile, or leave it out where the file has a byte order mark",
        ))
    };
    match (said, marked) {
        (None, marked) => Ok(marked.unwrap_or((zeros.unwrap_or(Encoding::Utf8), 0))),
        (Some(Encoding::Utf16), None) if zeros.is_some() => Ok((zeros.unwrap_or(Encoding::Utf16Le), 0)),
        (Some(said), Some((found, len))) => {
            let same = said == found || said == Encoding::Utf16 && found != Encoding::Utf8;
            if same {
                Ok((found, len))
            } else {
                contradiction(&format!("the file begins with the byte order mark of {}", found.name()), said)
            }
        }
        (Some(said @ (Encoding::Utf16 | Encoding::Utf16Le | Encoding::Utf16Be)), None) => match first.as_slice() {
            // A header has a letter, a quote or a delimiter in its first place; of these UTF-16 has one byte that is 0.
            [high, low, ..] if *high != 0 && *low != 0 => contradiction("the file is no UTF-16", said),
            _ => Ok((said, 0)),
        },
        (Some(said), None) if first.contains(&0) => contradiction("the file seems to be UTF-16", said),
        (Some(said), None) => Ok((said, 0)),
    }
}

/// A file as a stream of UTF-8.
pub struct Decoded<'a> {
    source: Sequential<'a>,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_from: usize,
    raw_end: usize,
    ready: Vec<u8>,
    ready_from: usize,
    at_end: bool,
    finished: bool,
}

impl<'a> Decoded<'a> {
    /// Starts behind a byte order mark of so many bytes.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn new(bytes: &'a Bytes, encoding: Encoding, mark_len: usize) -> io::Result<Self> {
        let mut source = Sequential::new(bytes);
        source.read_exact(&mut vec![0; mark_len])?;
        Ok(Self {
            source,
            decoder: Decoder::new(encoding),
            raw: vec![0; RAW_LEN],
            raw_from: 0,
            raw_end: 0,
            ready: Vec::with_capacity(RAW_LEN),
            ready_from: 0,
            at_end: false,
            finished: false,
        })
    }

    /// Decodes the next part; nothing is added at the end.
    fn refill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.ready_from = 0;
        while self.ready.is_empty() && !self.finished {
            if self.raw_from >= self.raw_end && !self.at_end {
                self.raw_from = 0;
                self.raw_end = self.source.read(&mut self.raw)?;
                self.at_end = self.raw_end == 0;
            }
            let raw = self.raw.get(self.raw_from..self.raw_end).unwrap_or_default();
            let used = match &mut self.decoder {
                Decoder::Utf8 => {
                    self.ready.extend_from_slice(raw);
                    self.finished = self.at_end;
                    raw.len()
                }
                Decoder::Single(table) => {
                    decode_single(raw, table, &mut self.ready);
                    self.finished = self.at_end;
                    raw.len()
                }
                Decoder::Utf16(decoder) => {
                    let (used, finished) = decode_utf16(decoder, raw, self.at_end, &mut self.ready);
                    self.finished = finished;
                    used
                }
            };
            self.raw_from = self.raw_from.saturating_add(used);
        }
        Ok(())
    }
}

fn decode_single(mut raw: &[u8], table: &[Vec<u8>; 128], ready: &mut Vec<u8>) {
    loop {
        let (ascii, rest) = raw.split_at(encoding_rs::Encoding::ascii_valid_up_to(raw));
        ready.extend_from_slice(ascii);
        let Some((byte, rest)) = rest.split_first() else { return };
        if let Some(character) = table.get(usize::from(byte & 0x7f)) {
            ready.extend_from_slice(character);
        }
        raw = rest;
    }
}

/// Decodes what there is; says how many bytes it took, and whether that was the last.
fn decode_utf16(decoder: &mut encoding_rs::Decoder, raw: &[u8], last: bool, ready: &mut Vec<u8>) -> (usize, bool) {
    // Two bytes give three at most, and one more may be left over from before.
    ready.resize(raw.len().saturating_mul(2).saturating_add(16), 0);
    let (result, used, written) = decoder.decode_to_utf8_without_replacement(raw, ready, last);
    ready.truncate(written);
    match result {
        encoding_rs::DecoderResult::InputEmpty => (used, last),
        encoding_rs::DecoderResult::OutputFull => (used, false),
        encoding_rs::DecoderResult::Malformed(..) => {
            ready.push(NO_CHARACTER);
            (used, false)
        }
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ready_from >= self.ready.len() {
            self.refill()?;
        }
        let ready = self.ready.get(self.ready_from..).unwrap_or_default();
        let count = ready.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.ready_from = self.ready_from.saturating_add(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(raw: &[u8], encoding: Encoding, mark_len: usize) -> Vec<u8> {
        let bytes = Bytes::from_vec(raw.to_vec());
        let mut all = Vec::new();
        Decoded::new(&bytes, encoding, mark_len).unwrap().read_to_end(&mut all).unwrap();
        all
    }

    #[test]
    fn letters_of_the_north_in_every_encoding() {
        let text = "åäö;ÅÄÖ;øæ€;é\r\n";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let cases: [(&[u8], Encoding); 7] = [
            (text.as_bytes(), Encoding::Utf8),
            (&le, Encoding::Utf16),
            (&le, Encoding::Utf16Le),
            (&be, Encoding::Utf16Be),
            (b"\xe5\xe4\xf6;\xc5\xc4\xd6;\xf8\xe6\x80;\xe9\r\n", Encoding::Windows1252),
            (b"\xe5\xe4\xf6;\xc5\xc4\xd6;\xf8\xe6\xa4;\xe9\r\n", Encoding::Iso8859_15),
            (b"\xe5\xe4\xf6;\xc5\xc4\xd6;\xf8\xe6\x80;\xe9\r\n", Encoding::Iso8859_1),
        ];
        for (raw, encoding) in cases {
            let expected =
                if encoding == Encoding::Iso8859_1 { text.replace('€', "\u{80}") } else { text.to_owned() };
            assert_eq!(decoded(raw, encoding, 0), expected.as_bytes(), "{encoding:?}");
        }
    }

    #[test]
    fn what_is_no_character_is_one_byte_that_is_no_utf_8() {
        assert_eq!(decoded(b"a\x81;b\x9d", Encoding::Windows1252, 0), b"a\xff;b\xff");
        // A lone high surrogate, a lone low one, and a byte too many.
        let raw = b"a\0\x3d\xd8;\0\0\xdcb\0;\0c";
        assert_eq!(decoded(raw, Encoding::Utf16, 0), b"a\xff;\xffb;\xff");
        assert_eq!(decoded(b"\xff\xfea\0\xff", Encoding::Utf16Le, 2), b"a\xff");
        assert_eq!(decoded(b"", Encoding::Utf16Le, 0), b"");
        assert_eq!(decoded(b"a\xffb", Encoding::Utf8, 0), b"a\xffb");
    }

    #[test]
    fn parts_meet_without_a_seam() {
        let text = "å€𝄞\n".repeat(RAW_LEN / 3);
        for shift in ["", "x", "xy"] {
            let text = format!("{shift}{text}");
            let raw: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert!(decoded(&raw, Encoding::Utf16Be, 0) == text.as_bytes(), "{shift}");
        }
        let raw = vec![0x80; RAW_LEN + 7];
        assert!(decoded(&raw, Encoding::Windows1252, 0) == "€".repeat(RAW_LEN + 7).as_bytes());
    }

    #[test]
    fn marks_decide_and_contradictions_are_told() {
        let found =
            |raw: &[u8], said| recognised("f", &Bytes::from_vec(raw.to_vec()), said).map_err(|error| error.problem);
        assert_eq!(found(b"ab", None), Ok((Encoding::Utf8, 0)));
        assert_eq!(found(b"\xef\xbb\xbfab", None), Ok((Encoding::Utf8, 3)));
        assert_eq!(found(b"\xff\xfea\0", Some(Encoding::Utf16)), Ok((Encoding::Utf16Le, 2)));
        assert_eq!(found(b"\xfe\xff\0a", Some(Encoding::Utf16)), Ok((Encoding::Utf16Be, 2)));
        assert_eq!(found(b"a\0b\0", Some(Encoding::Utf16)), Ok((Encoding::Utf16Le, 0)));
        assert_eq!(found(b"\0a\0b", Some(Encoding::Utf16)), Ok((Encoding::Utf16Be, 0)));
        assert_eq!(found(b"a\0b\0", None), Ok((Encoding::Utf16Le, 0)));
        assert_eq!(found(b"\0a\0b", Some(Encoding::Utf16Be)), Ok((Encoding::Utf16Be, 0)));
        assert_eq!(found(b"", Some(Encoding::Utf16)), Ok((Encoding::Utf16, 0)));
        let refused: [(&[u8], _, _); 5] = [
            (
                b"\xef\xbb\xbfab",
                Encoding::Windows1252,
                "the file begins with the byte order mark of utf-8, but its profile says encoding = \"windows-1252\"",
            ),
            (
                b"\xff\xfea\0",
                Encoding::Utf16Be,
                "the file begins with the byte order mark of utf-16le, but its profile says encoding = \"utf-16be\"",
            ),
            (
                b"\xfe\xff\0a",
                Encoding::Utf8,
                "the file begins with the byte order mark of utf-16be, but its profile says encoding = \"utf-8\"",
            ),
            (b"ab", Encoding::Utf16, "the file is no UTF-16, but its profile says encoding = \"utf-16\""),
            (
                b"a\0b\0",
                Encoding::Windows1252,
                "the file seems to be UTF-16, but its profile says encoding = \"windows-1252\"",
            ),
        ];
        for (raw, said, problem) in refused {
            assert_eq!(found(raw, Some(said)), Err(problem.to_owned()));
        }
    }
}
