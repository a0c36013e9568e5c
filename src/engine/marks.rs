//! 64 bytes at a time as words with a bit for each byte, by comparisons of sixteen bytes at once.

use wide::u8x16;

use super::split::QUOTE;

/// The place of the lowest bit.
#[inline]
pub(super) fn place_of_lowest(marks: u64) -> usize {
    usize::try_from(marks.trailing_zeros()).expect("a bit of 64 is a small number")
}

/// The quotes of 64 bytes, a bit for each.
#[inline]
pub(super) fn quotes_of(block: &[u8; 64]) -> u64 {
    let mut words = [0_u16; 4];
    for (sixteen, quotes) in block.as_chunks::<16>().0.iter().zip(&mut words) {
        *quotes = word(u8x16::new(*sixteen).simd_eq(u8x16::splat(QUOTE)));
    }
    join(words)
}

#[inline]
fn word(mask: u8x16) -> u16 {
    u16::try_from(mask.to_bitmask()).expect("a bit for each of sixteen bytes")
}

/// Four words as one, the first lowest.
#[inline]
fn join(words: [u16; 4]) -> u64 {
    let [first, second, third, fourth] = words.map(u64::from);
    first | second << 16 | third << 32 | fourth << 48
}

/// What stands in 64 bytes, a bit for each, the first lowest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks {
    pub(super) delimiters: u64,
    /// `\n` and `\r`.
    pub(super) terminators: u64,
    /// What is neither of these nor one of `!` to `~`.
    pub(super) odd: u64,
}

impl Marks {
    #[inline]
    pub(super) fn of(block: &[u8; 64], delimiter: u8) -> Self {
        let [delimiter, line_feed, carriage_return, first, span] =
            [delimiter, b'\n', b'\r', b'!', b'~' - b'!'].map(u8x16::splat);
        let mut words = [[0_u16; 4]; 3];
        let [delimiters, terminators, plains] = &mut words;
        for (index, sixteen) in block.as_chunks::<16>().0.iter().enumerate() {
            let bytes = u8x16::new(*sixteen);
            let from_first = bytes - first;
            delimiters[index] = word(bytes.simd_eq(delimiter));
            terminators[index] = word(bytes.simd_eq(line_feed) | bytes.simd_eq(carriage_return));
            plains[index] = word(from_first.min(span).simd_eq(from_first));
        }
        let [delimiters, terminators, plains] = words.map(join);
        Self { delimiters, terminators, odd: !(plains | delimiters | terminators) }
    }
}
