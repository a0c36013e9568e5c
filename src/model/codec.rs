//! Reads the compact bytes of records that come from a shard.

use std::ops::Deref;

/// Reads bytes one part after the other. The bytes never leave the process (or its own unlinked spill file), so a
/// short read is a defect of the program and ends it.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    len: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    #[inline]
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, len: bytes.len() }
    }

    /// Whether all bytes are read.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes that are left.
    #[inline]
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// A reader of the next bytes alone, which are passed over.
    ///
    /// # Panics
    /// There are fewer.
    #[inline]
    pub fn take(&mut self, len: usize) -> Self {
        let (head, rest) = self.bytes.split_at_checked(len).expect("a record is whole");
        self.bytes = rest;
        Self::new(head)
    }

    /// The bytes from here to where another reader of the same bytes goes on.
    ///
    /// # Panics
    /// It is one of other bytes: a defect of the program.
    #[must_use]
    #[inline]
    pub fn until(&self, later: &Self) -> &'a [u8] {
        let len = self.bytes.len().checked_sub(later.bytes.len());
        len.and_then(|len| self.bytes.get(..len)).expect("a reader that went on from this one")
    }

    /// The next byte.
    ///
    /// # Panics
    /// There is none.
    #[inline]
    pub fn byte(&mut self) -> u8 {
        let (first, rest) = self.bytes.split_first().expect("a record is whole");
        self.bytes = rest;
        *first
    }

    /// The next bytes, so many.
    ///
    /// # Panics
    /// There are fewer.
    #[inline]
    pub fn fixed<const N: usize>(&mut self) -> [u8; N] {
        *self.fixed_in_place()
    }

    /// The next bytes, so many, where they are.
    ///
    /// # Panics
    /// There are fewer.
    #[inline]
    pub fn fixed_in_place<const N: usize>(&mut self) -> &'a [u8; N] {
        let (head, rest) = self.bytes.split_first_chunk().expect("a record is whole");
        self.bytes = rest;
        head
    }

    /// The next two bytes.
    #[inline]
    pub fn fixed_u16(&mut self) -> u16 {
        u16::from_le_bytes(self.fixed())
    }

    /// The next four bytes.
    #[inline]
    pub fn fixed_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.fixed())
    }

    /// The next eight bytes.
    #[inline]
    pub fn fixed_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.fixed())
    }

    /// The next sixteen bytes.
    #[inline]
    pub fn fixed_u128(&mut self) -> u128 {
        u128::from_le_bytes(self.fixed())
    }
}

/// Where a record lies among blocks, each below 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    block: u32,
    offset: u32,
}

impl Place {
    /// The place of the next byte of a reader that started with the first of this block.
    ///
    /// # Panics
    /// There are 2^32 blocks, or the block has so many bytes.
    #[must_use]
    #[inline]
    pub fn new(block: usize, reader: &Reader<'_>) -> Self {
        let narrow = |number: usize| u32::try_from(number).expect("a shard of fewer blocks, and shorter ones");
        Self { block: narrow(block), offset: narrow(reader.len - reader.bytes.len()) }
    }

    /// A reader that starts here.
    ///
    /// # Panics
    /// The blocks are others than then: a defect of the program.
    #[must_use]
    #[inline]
    pub fn reader<B: Deref<Target = [u8]>>(self, blocks: &[B]) -> Reader<'_> {
        let wide = |number: u32| usize::try_from(number).expect("a number of something in memory");
        let bytes = blocks.get(wide(self.block)).and_then(|block| block.get(wide(self.offset)..));
        Reader::new(bytes.expect("a place in these blocks"))
    }

    /// Reads a byte of the record that lies here, and of what follows one line of the cache later.
    #[inline]
    #[must_use]
    pub fn touched<B: Deref<Target = [u8]>>(self, blocks: &[B]) -> u8 {
        const CACHE_LINE: usize = 64;
        let bytes = self.reader(blocks).bytes;
        bytes.first().unwrap_or(&0) ^ bytes.get(CACHE_LINE).unwrap_or(&0)
    }
}

/// Touches records at some places, so that the memory is asked for all of them at once.
#[inline]
pub fn touch<B: Deref<Target = [u8]>>(places: &[(u64, Place)], blocks: &[B]) {
    std::hint::black_box(places.iter().fold(0, |sum, (_, place)| sum ^ place.touched(blocks)));
}
