//! The fingerprint of a file: its size, its SHA-256, and a check that tells which one line of it changed.
//!
//! The SHA-256 proves; the [`LineCheck`] locates. It is the code that corrects one error, cut down to finding it: with
//! `h(i)` a hash of line `i`, a file states the sum of all `h(i)` and the sum of all `i * h(i)`, modulo a prime. If one
//! line changes, the first sum moves by some `d` and the second by `i * d`, so the quotient of both is its number. Two
//! numbers a file, however long the file is.

use std::fmt;
use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

/// The prime 2^61 - 1.
const PRIME: u64 = (1 << 61) - 1;

/// The fingerprint of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seal {
    /// Size.
    pub(super) bytes: u64,
    /// SHA-256 in hex.
    pub(super) sha256: String,
    /// The check of its lines; absent for a file with a NUL byte, which has none.
    pub(super) lines: Option<LineCheck>,
}

impl Seal {
    /// The fingerprint of these bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut sealer = Sealer::default();
        sealer.update(bytes);
        sealer.finish()
    }

    /// The fingerprint of all that can be read.
    pub(super) fn read(mut from: impl Read) -> io::Result<Self> {
        let mut sealer = Sealer::default();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return Ok(sealer.finish()),
                Ok(length) => sealer.update(buffer.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// How many lines a file has, and what tells one changed line from all others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct LineCheck {
    /// Lines.
    lines: u64,
    /// The sum of the lines' hashes, modulo [`PRIME`].
    sum: u64,
    /// The sum of the lines' hashes, each times its line's number, modulo [`PRIME`].
    moment: u64,
}

/// What differs between a file and the check that it once had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changed {
    /// No line.
    None,
    /// Exactly this line.
    Line(u64),
    /// There were that many lines, now there are others.
    Count(u64),
    /// More than one line, or the check itself.
    Several,
}

/// Length of a check as text.
pub(super) const LINE_CHECK_LENGTH: usize = 48;

impl fmt::Display for LineCheck {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}{:016x}{:016x}", self.lines, self.sum, self.moment)
    }
}

impl LineCheck {
    /// Reads the text that `Display` writes.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let part = |from: usize, to: usize| u64::from_str_radix(text.get(from..to)?, 16).ok();
        let check = Self { lines: part(0, 16)?, sum: part(16, 32)?, moment: part(32, 48)? };
        (check.to_string() == text).then_some(check)
    }

    /// What has changed since `self` was made of a file that now has `found`.
    pub(super) fn changed(self, found: Self) -> Changed {
        if self == found {
            return Changed::None;
        }
        if self.lines != found.lines {
            return Changed::Count(self.lines);
        }
        if self.sum >= PRIME || self.moment >= PRIME {
            return Changed::Several;
        }
        let by = subtract(found.sum, self.sum);
        let line = multiply(subtract(found.moment, self.moment), inverse(by));
        if by == 0 || line == 0 || line > self.lines { Changed::Several } else { Changed::Line(line) }
    }

    fn add_line(&mut self, line: &[u8]) {
        let hash = xxhash_rust::xxh3::xxh3_64(line) % PRIME;
        self.lines = self.lines.saturating_add(1);
        self.sum = add(self.sum, hash);
        self.moment = add(self.moment, multiply(hash, self.lines % PRIME));
    }
}

/// Adds two numbers below the prime.
fn add(left: u64, right: u64) -> u64 {
    (left + right) % PRIME
}

/// Subtracts two numbers below the prime.
fn subtract(left: u64, right: u64) -> u64 {
    (left + (PRIME - right)) % PRIME
}

/// Multiplies two numbers below the prime.
fn multiply(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right) % u128::from(PRIME);
    u64::try_from(product).unwrap_or_default()
}

/// The number that times `of` is 1; 0 for 0. By Fermat, `of` to the power of the prime minus 2.
fn inverse(of: u64) -> u64 {
    let (mut power, mut base, mut exponent) = (1, of, PRIME - 2);
    while exponent > 0 {
        if exponent % 2 == 1 {
            power = multiply(power, base);
        }
        base = multiply(base, base);
        exponent /= 2;
    }
    power
}

/// Takes the fingerprint of bytes that come piece by piece.
#[derive(Debug, Default)]
struct Sealer {
    bytes: u64,
    sha: Sha256,
    lines: LineCheck,
    begun: Vec<u8>,
    binary: bool,
}

impl Sealer {
    fn update(&mut self, bytes: &[u8]) {
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.sha.update(bytes);
        if self.binary || memchr::memchr(0, bytes).is_some() {
            self.binary = true;
            self.begun = Vec::new();
            return;
        }
        let mut rest = bytes;
        while let Some((line, after)) = memchr::memchr(b'\n', rest).and_then(|end| rest.split_at_checked(end)) {
            if self.begun.is_empty() {
                self.lines.add_line(line);
            } else {
                self.begun.extend_from_slice(line);
                self.lines.add_line(&self.begun);
                self.begun.clear();
            }
            rest = after.get(1..).unwrap_or_default();
        }
        self.begun.extend_from_slice(rest);
    }

    fn finish(mut self) -> Seal {
        if !self.begun.is_empty() {
            self.lines.add_line(&self.begun);
        }
        let sha256 = self.sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Seal { bytes: self.bytes, sha256, lines: (!self.binary).then_some(self.lines) }
    }
}

/// A writer that takes the fingerprint of what passes through it.
#[derive(Debug)]
pub(super) struct Sealing<W> {
    inner: W,
    sealer: Sealer,
}

impl<W: Write> Sealing<W> {
    /// Writes on to `inner`.
    pub(super) fn new(inner: W) -> Self {
        Self { inner, sealer: Sealer::default() }
    }

    /// The writer below and the fingerprint of all that was written.
    pub(super) fn finish(self) -> (W, Seal) {
        (self.inner, self.sealer.finish())
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sealer.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> LineCheck {
        Seal::of(text.as_bytes()).lines.unwrap()
    }

    #[test]
    fn names_the_one_line_that_changed() {
        let lines: Vec<String> = (0..500).map(|number| format!("line {number}")).collect();
        let before = check(&lines.join("\n"));
        for index in 0..lines.len() {
            let mut changed = lines.clone();
            changed[index].push('!');
            let number = u64::try_from(index).unwrap() + 1;
            assert_eq!(before.changed(check(&changed.join("\n"))), Changed::Line(number));
        }
        let mut two = lines.clone();
        two.swap(3, 7);
        assert_eq!(before.changed(check(&two.join("\n"))), Changed::Several);
        assert_eq!(before.changed(check(&lines[1..].join("\n"))), Changed::Count(500));
        assert_eq!(before.changed(before), Changed::None);
        assert_eq!(before.changed(LineCheck { sum: before.sum ^ 1, ..before }), Changed::Several);
        assert_eq!(before.changed(LineCheck { moment: before.moment ^ 1, ..before }), Changed::Several);
    }

    #[test]
    fn pieces_do_not_matter_and_the_text_reads_back() {
        let text = "one\n\ntwo, longer\nlast without an end";
        let whole = Seal::of(text.as_bytes());
        assert_eq!(whole.lines.unwrap().lines, 4);
        for size in 1..text.len() {
            let mut writer = Sealing::new(Vec::new());
            for piece in text.as_bytes().chunks(size) {
                writer.write_all(piece).unwrap();
            }
            assert_eq!(writer.finish(), (text.as_bytes().to_vec(), whole.clone()));
        }
        let check = whole.lines.unwrap();
        assert_eq!(LineCheck::parse(&check.to_string()), Some(check));
        assert_eq!(check.to_string().len(), LINE_CHECK_LENGTH);
        assert_eq!(LineCheck::parse(&check.to_string().to_uppercase()), None);
    }

    #[test]
    fn the_hash_is_the_known_one_and_binary_files_have_no_lines() {
        let empty = Seal::of(b"");
        assert_eq!(empty.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(empty.lines, Some(LineCheck::default()));
        assert_eq!(Seal::of(b"PAR1\0\n").lines, None);
        assert_eq!(Seal::read(&b"a\nb"[..]).unwrap(), Seal::of(b"a\nb"));
    }
}
