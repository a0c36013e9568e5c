//! 64 bytes at a time as words with a bit for each byte, by comparisons of sixteen bytes at once.

use wide::u8x16;

/// The byte that quotes a field.
pub(super) const QUOTE: u8 = b'"';

/// The place of the lowest bit.
#[inline]
pub(super) fn place_of_lowest(marks: u64) -> usize {
    usize::try_from(marks.trailing_zeros()).expect("a bit of 64 is a small number")
}

/// The quotes of 64 bytes, a bit for each.
#[inline]
pub(super) fn quotes_of(block: &[u8; 64]) -> u64 {
    let [first, second, third, fourth] = sixteens(block).map(|bytes| bits(bytes.simd_eq(u8x16::splat(QUOTE))));
    join(first, second, third, fourth)
}

/// Four times sixteen bytes.
#[inline(always)]
fn sixteens(block: &[u8; 64]) -> [u8x16; 4] {
    let (all, _) = block.as_chunks::<16>();
    [0, 1, 2, 3].map(|place| u8x16::new(all[place]))
}

/// A bit for each of sixteen bytes.
#[inline(always)]
fn bits(mask: u8x16) -> u64 {
    u64::from(mask.to_bitmask())
}

/// Four times sixteen bits as one word, the first lowest.
#[inline(always)]
fn join(first: u64, second: u64, third: u64, fourth: u64) -> u64 {
    (first | second << 16) | (third | fourth << 16) << 32
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
    /// The marks of a block, which has a `\r` only with `RETURNS`.
    #[inline(always)]
    pub(super) fn of<const RETURNS: bool>(block: &[u8; 64], delimiter: u8) -> Self {
        let [delimiter, line_feed, carriage_return, first, span] =
            [delimiter, b'\n', b'\r', b'!', b'~' - b'!'].map(u8x16::splat);
        let delimiters = |bytes: u8x16| bits(bytes.simd_eq(delimiter));
        let terminators = |bytes: u8x16| {
            let line_feeds = bytes.simd_eq(line_feed);
            bits(if RETURNS { line_feeds | bytes.simd_eq(carriage_return) } else { line_feeds })
        };
        let plains = |bytes: u8x16| {
            let from_first = bytes - first;
            bits(from_first.min(span).simd_eq(from_first))
        };
        let [a, b, c, d] = sixteens(block);
        let delimiters = join(delimiters(a), delimiters(b), delimiters(c), delimiters(d));
        let terminators = join(terminators(a), terminators(b), terminators(c), terminators(d));
        let plains = join(plains(a), plains(b), plains(c), plains(d));
        Self { delimiters, terminators, odd: !(plains | delimiters | terminators) }
    }
}
