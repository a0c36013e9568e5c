//! Where a record stands: the file of a run and the byte where the record begins.

use smallvec::SmallVec;

/// A record's place, packed into 64 bits: 20 bits of file number, 44 bits of byte offset in the file's plain
/// (decompressed, converted) bytes. Orders by file, then offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(pub u64);

/// Origins of the rows of a record or a finding; one or two, as nearly always, need no memory of their own.
pub type Origins = SmallVec<[Origin; 2]>;

const OFFSET_BITS: u32 = 44;

/// The most files that one run reads, those of all its nights together.
pub const FILE_COUNT_MAX: usize = 1 << 20;

impl Origin {
    /// The place of a record; `None` where the file number or the offset is too large to pack.
    #[must_use]
    pub fn new(file: usize, offset: u64) -> Option<Self> {
        if file >= FILE_COUNT_MAX || offset >> OFFSET_BITS != 0 {
            return None;
        }
        Some(Self((u64::try_from(file).ok()? << OFFSET_BITS) | offset))
    }

    /// The number of the file in the run's list of files.
    #[must_use]
    pub fn file(self) -> usize {
        usize::try_from(self.0 >> OFFSET_BITS).unwrap_or(usize::MAX)
    }

    /// The byte in the file where the record begins.
    #[must_use]
    pub fn offset(self) -> u64 {
        self.0 & ((1 << OFFSET_BITS) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_both_parts_and_refuses_what_does_not_fit() {
        let origin = Origin::new(FILE_COUNT_MAX - 1, (1 << 44) - 1).unwrap();
        assert_eq!((origin.file(), origin.offset()), (FILE_COUNT_MAX - 1, (1 << 44) - 1));
        assert_eq!(Origin::new(FILE_COUNT_MAX, 0), None);
        assert_eq!(Origin::new(0, 1 << 44), None);
        assert!(Origin::new(1, 0).unwrap() > Origin::new(0, 99).unwrap());
    }
}
