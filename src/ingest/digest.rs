//! SHA-256 of files, two at a time on each thread.
//!
//! Every step of the hash waits for the one before it, and half of the core is idle meanwhile: the steps of another file fit in
//! between. A little of the one and a little of the other, again and again, takes three quarters of the time that one after the
//! other does.

use std::cell::Cell;
use std::io;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::engine::source::Bytes;

/// So much of a file is read at once.
const WINDOW_LEN: usize = 1 << 18;
/// So much of a file is hashed before some of the other is: so little that the core is at both at once.
const STEP_LEN: usize = 128;

/// SHA-256 of all bytes, in hex.
///
/// # Errors
/// The bytes cannot be read.
pub fn sha256(bytes: &Bytes) -> io::Result<String> {
    let file = Cell::new(Some((0, bytes)));
    Ok(two_at_a_time(&|| file.take())?.into_iter().map(|(_, hash)| hash).collect())
}

/// SHA-256 of each of some files, in hex.
///
/// # Errors
/// One of them cannot be read.
pub fn sha256_of_all(files: &[&Bytes]) -> io::Result<Vec<String>> {
    let mut numbered: Vec<(usize, &Bytes)> = files.iter().copied().enumerate().collect();
    // The longest one first, so that none is left alone at the end for long.
    numbered.sort_by_key(|(_, bytes)| std::cmp::Reverse(bytes.len()));
    let next = Mutex::new(numbered.into_iter());
    let take = || next.lock().unwrap_or_else(PoisonError::into_inner).next();
    let hashed = (0..files.len().div_ceil(2)).into_par_iter().map(|_| two_at_a_time(&take));
    let mut hashes = vec![String::new(); files.len()];
    for (number, hash) in hashed.collect::<io::Result<Vec<_>>>()?.into_iter().flatten() {
        hashes[number] = hash;
    }
    Ok(hashes)
}

/// Hashes files until there are no more, and gives their hashes by their numbers.
fn two_at_a_time<'b>(take: &impl Fn() -> Option<(usize, &'b Bytes)>) -> io::Result<Vec<(usize, String)>> {
    let mut done = Vec::new();
    let mut lanes = [(); 2].map(|()| take().map(Lane::new));
    loop {
        for lane in &mut lanes {
            while let Some(hashing) = lane
                && !hashing.look()?
            {
                if let Some(ended) = std::mem::replace(lane, take().map(Lane::new)) {
                    done.push((ended.number, hex(&ended.hash.finalize())));
                }
            }
        }
        match &mut lanes {
            [Some(a), Some(b)] => {
                let len = a.left_len().min(b.left_len());
                let ((hash_a, of_a), (hash_b, of_b)) = (a.next(len), b.next(len));
                for (some_of_a, some_of_b) in of_a.chunks(STEP_LEN).zip(of_b.chunks(STEP_LEN)) {
                    hash_a.update(some_of_a);
                    hash_b.update(some_of_b);
                }
            }
            [Some(lane), None] | [None, Some(lane)] => {
                let (hash, bytes) = lane.next(lane.left_len());
                hash.update(bytes);
            }
            [None, None] => return Ok(done),
        }
    }
}

/// A file that is being hashed.
struct Lane<'b> {
    number: usize,
    bytes: &'b Bytes,
    hash: Sha256,
    /// What was read of it last, and how much of that is hashed.
    window: Vec<u8>,
    used: usize,
    /// Where its bytes go on behind the window.
    offset: u64,
}

impl<'b> Lane<'b> {
    fn new((number, bytes): (usize, &'b Bytes)) -> Self {
        Self { number, bytes, hash: Sha256::new(), window: Vec::new(), used: 0, offset: 0 }
    }

    /// Reads on where all that was read is hashed. No at the end of the file.
    fn look(&mut self) -> io::Result<bool> {
        if self.left_len() == 0 && self.offset < self.bytes.len() {
            self.bytes.read_at_most(self.offset, &mut self.window, WINDOW_LEN)?;
            if self.window.is_empty() {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter while it was read"));
            }
            self.used = 0;
            self.offset = self.offset.saturating_add(u64::try_from(self.window.len()).unwrap_or(u64::MAX));
        }
        Ok(self.left_len() > 0)
    }

    fn left_len(&self) -> usize {
        self.window.len() - self.used
    }

    /// The hash, and the next bytes that go into it.
    fn next(&mut self, len: usize) -> (&mut Sha256, &[u8]) {
        let start = self.used;
        self.used += len;
        (&mut self.hash, &self.window[start..self.used])
    }
}

/// Bytes in hexadecimal, small letters.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_one_file_after_the_other() {
        let lens = [0, 1, 63, 64, 127, 128, 129, 1000, WINDOW_LEN - 1, WINDOW_LEN, WINDOW_LEN + 1, 3 * WINDOW_LEN + 77];
        let contents: Vec<Vec<u8>> = lens
            .iter()
            .enumerate()
            .map(|(file, len)| (0..*len).map(|at| (at * (file + 3) + at / 251).to_le_bytes()[0]).collect())
            .collect();
        let files: Vec<Bytes> = contents.iter().cloned().map(Bytes::from_vec).collect();
        let expected: Vec<String> = contents.iter().map(|content| hex(&Sha256::digest(content))).collect();
        for threads in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            for count in 0..=files.len() {
                // From each end, so that the longer one of two is once the first and once the second.
                for (files, expected) in [
                    (&files[..count], &expected[..count]),
                    (&files[files.len() - count..], &expected[files.len() - count..]),
                ] {
                    let files: Vec<&Bytes> = files.iter().collect();
                    assert_eq!(pool.install(|| sha256_of_all(&files)).unwrap(), expected, "{count} on {threads}");
                }
            }
        }
        assert_eq!(
            sha256(&Bytes::from_vec(b"abc".to_vec())).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_file_that_became_shorter_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), vec![7; 3 * WINDOW_LEN]).unwrap();
        let (short, whole) = (Bytes::open(file.path()).unwrap(), Bytes::from_vec(vec![1; 5]));
        std::fs::write(file.path(), b"gone").unwrap();
        assert_eq!(sha256_of_all(&[&whole, &short]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
