//! Parts of a file that are looked at: its head, something of its middle and its end, never the whole of a large one.

use std::io::{self, Read as _};

use crate::engine::source::Bytes;
use crate::ingest::profile::Encoding;
use crate::ingest::profile::encoding::Decoded;

/// Bytes of the head.
const HEAD_LEN: usize = 1 << 20;
/// Bytes of the middle, and of the end.
const LATER_LEN: usize = 1 << 18;

/// Parts of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The first bytes.
    pub head: Vec<u8>,
    /// Bytes of the middle and of the end, where the head is not all: they begin and end anywhere.
    pub later: Vec<Vec<u8>>,
    /// Whether this is the whole file.
    pub is_whole: bool,
}

/// Takes the parts of a file.
///
/// # Errors
/// It cannot be read.
pub fn sample(bytes: &Bytes) -> io::Result<Sample> {
    let mut head = Vec::new();
    bytes.read_at_most(0, &mut head, HEAD_LEN)?;
    let (head_len, later_len) = (len_of(HEAD_LEN), len_of(LATER_LEN));
    let is_whole = bytes.len() <= head_len;
    let mut later = Vec::new();
    if !is_whole {
        let last = bytes.len().saturating_sub(later_len).max(head_len);
        let middle = bytes.len() / 2;
        let mut starts = vec![last];
        if middle >= head_len && middle.saturating_add(later_len) <= last {
            starts.insert(0, middle);
        }
        for start in starts {
            let mut part = Vec::new();
            // UTF-16 has two bytes a letter.
            bytes.read_at_most(start & !1, &mut part, LATER_LEN)?;
            later.push(part);
        }
    }
    Ok(Sample { head, later, is_whole })
}

fn len_of(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

impl Sample {
    /// The parts as text: the head without a byte order mark and without its last line where that is cut off, the
    /// others without their first and last line. What stands for no character is U+FFFD.
    #[must_use]
    pub fn texts(&self, encoding: Encoding, mark_len: usize) -> Vec<String> {
        let mut texts = Vec::new();
        let head = decoded(&self.head, encoding, mark_len);
        texts.push(if self.is_whole { head } else { without_last_line(&head).to_owned() });
        let last = self.later.len().saturating_sub(1);
        for (number, part) in self.later.iter().enumerate() {
            let text = decoded(part, encoding, 0);
            let whole = text.find('\n').map_or("", |end| text.get(end.saturating_add(1)..).unwrap_or_default());
            texts.push(if number == last { whole.to_owned() } else { without_last_line(whole).to_owned() });
        }
        texts
    }
}

fn without_last_line(text: &str) -> &str {
    // A line that is longer than the part is all there is.
    text.rfind(['\n', '\r']).and_then(|end| text.get(..=end)).unwrap_or(text)
}

fn decoded(part: &[u8], encoding: Encoding, mark_len: usize) -> String {
    let bytes = Bytes::from_vec(part.to_vec());
    let mut text = Vec::new();
    // Bytes in memory can be read.
    let _ = Decoded::new(&bytes, encoding, mark_len).and_then(|mut decoded| decoded.read_to_end(&mut text));
    String::from_utf8(text).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_file_is_taken_whole_and_a_large_one_in_three_parts() {
        let small = sample(&Bytes::from_vec(b"a;b\n1;2".to_vec())).unwrap();
        assert_eq!(small, Sample { head: b"a;b\n1;2".to_vec(), later: Vec::new(), is_whole: true });
        assert_eq!(small.texts(Encoding::Utf8, 0), ["a;b\n1;2"]);
        let line = "0123456789abcdef\n";
        for (lines, parts) in [(70_000, 2), (1_000_000, 3)] {
            let large = sample(&Bytes::from_vec(line.repeat(lines).into_bytes())).unwrap();
            assert!(!large.is_whole);
            let texts = large.texts(Encoding::Utf8, 0);
            assert_eq!(texts.len(), parts);
            for text in texts {
                assert!(text.lines().count() > 1_000 && text.lines().all(|found| found == line.trim_end()));
            }
        }
    }

    #[test]
    fn parts_of_utf_16_begin_with_a_whole_letter() {
        let text = "åäö;1\n".repeat(200_000);
        let raw: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let large = sample(&Bytes::from_vec(raw)).unwrap();
        for text in large.texts(Encoding::Utf16Be, 0) {
            assert!(text.lines().all(|line| line == "åäö;1"));
        }
        assert_eq!(sample(&Bytes::from_vec(Vec::new())).unwrap().texts(Encoding::Utf8, 0), [""]);
    }
}
