//! Decoded columns as rows of canonical CSV.

use std::ops::Range;

use super::cells::Cells;
use super::wide;
use crate::engine::join::push_number;

/// So many rows are one text: about as much as a core's cache holds.
pub(super) const ROWS_OF_A_TEXT: usize = 1 << 13;

/// Writes rows of a slice over what a text held, each with columns that are empty and its number in the file; `before` rows of it are in
/// earlier slices. Gives the number of lines that end in it.
pub(super) fn write_rows(
    columns: &[Cells],
    rows: Range<usize>,
    empty_count: usize,
    before: u64,
    out: &mut Vec<u8>,
) -> u64 {
    let commas = rows.len().saturating_mul(columns.len().saturating_add(empty_count));
    out.clear();
    push_rows(columns, rows.clone(), empty_count, before, Cells::push_bare, out);
    // Hardly any field has what must be quoted. Whether one has is seen in all of them at once: where there are no more commas
    // and line ends than between the fields, and no quote, none does.
    let count = |byte: u8, out: &[u8]| memchr::memchr_iter(byte, out).count();
    let is_plain =
        count(b',', out) == commas && count(b'\n', out) == rows.len() && memchr::memchr2(b'"', b'\r', out).is_none();
    let line_ends = if is_plain {
        rows.len()
    } else {
        out.clear();
        push_rows(columns, rows, empty_count, before, Cells::push, out);
        count(b'\n', out)
    };
    wide(line_ends)
}

#[inline(always)]
fn push_rows(
    columns: &[Cells],
    rows: Range<usize>,
    empty_count: usize,
    before: u64,
    push: impl Fn(&Cells, usize, &mut Vec<u8>),
    out: &mut Vec<u8>,
) {
    let mut number = Counter::new(before.saturating_add(wide(rows.start)));
    for row in rows {
        for cells in columns {
            push(cells, row, out);
            out.push(b',');
        }
        out.extend(std::iter::repeat_n(b',', empty_count));
        number.push_next(out);
        out.push(b'\n');
    }
}

/// A number as its digits, which are counted up where they stand.
struct Counter {
    digits: [u8; Self::LEN],
    len: usize,
}

impl Counter {
    /// As many as the largest number has.
    const LEN: usize = 20;

    fn new(number: u64) -> Self {
        let mut digits = Vec::with_capacity(Self::LEN);
        push_number(number, &mut digits);
        let len = digits.len();
        digits.resize(Self::LEN, b'0');
        Self { digits: digits.try_into().unwrap_or([b'0'; Self::LEN]), len }
    }

    /// Counts one up and appends the number.
    #[inline(always)]
    fn push_next(&mut self, out: &mut Vec<u8>) {
        self.step();
        let end = out.len().saturating_add(self.len);
        // All of them: see [`Cells::push_bare`].
        out.extend_from_slice(&self.digits);
        out.truncate(end);
    }

    #[inline(always)]
    fn step(&mut self) {
        for digit in self.digits.iter_mut().take(self.len).rev() {
            if *digit < b'9' {
                *digit += 1;
                return;
            }
            *digit = b'0';
        }
        // All were nines. The digits behind the first are zeros, as many as may be.
        self.digits[0] = b'1';
        self.len = Self::LEN.min(self.len + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_up() {
        for start in [0, 7, 98, 999, 12_345, 99_999, 1_099_999, u64::MAX - 20] {
            let mut counter = Counter::new(start);
            for step in 1..=20 {
                let mut out = b"x".to_vec();
                counter.push_next(&mut out);
                assert_eq!(String::from_utf8(out).unwrap(), format!("x{}", start + step));
            }
        }
    }
}
