//! Where the fields of an ordinary record end: a list of fixed length, which is written and read without asking each time how long it is.

/// The length of the list: a byte is a place in it, and so is the next one, whatever the byte.
const LEN: usize = 257;

/// The end of a field that no record has, which is the start of it too, and what is before it.
const NOTHING: usize = 255;

/// The most fields that an ordinary record has.
pub(super) const FIELDS_MAX: usize = NOTHING - 2;

/// Where a field stands among those of an ordinary record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldPlace(u8);

impl FieldPlace {
    /// A field that no record has: it is empty.
    pub const NOWHERE: Self = Self(254);

    /// The place of a field, by its number from 0. One that ordinary records do not have is nowhere.
    #[must_use]
    pub fn of(field: usize) -> Self {
        u8::try_from(field).ok().filter(|_| field < FIELDS_MAX).map_or(Self::NOWHERE, Self)
    }
}

/// The ends of the fields of one record, counted from its first byte; the first is that of what is before them.
#[derive(Debug)]
pub(super) struct Ends([usize; LEN]);

impl Ends {
    pub(super) const fn new() -> Self {
        let mut ends = [0; LEN];
        // The first field begins one behind this.
        ends[0] = usize::MAX;
        ends[NOTHING] = 1;
        Self(ends)
    }

    /// Notes the end of a field by its number. Once there were more than [`FIELDS_MAX`] the list is of no use and has to be made anew.
    #[inline(always)]
    pub(super) fn set(&mut self, field: usize, end: usize) {
        self.0[(field + 1) % (LEN - 1)] = end;
    }

    /// The ends of the first fields, so many.
    #[inline]
    pub(super) fn first(&self, count: usize) -> &[usize] {
        &self.0[1..=count]
    }

    /// Where a field of the record begins, and where it ends. Of a field that it does not have: anything.
    #[inline(always)]
    pub(super) fn span(&self, place: FieldPlace) -> (usize, usize) {
        let place = usize::from(place.0);
        (self.0[place].wrapping_add(1), self.0[place + 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_between_their_ends() {
        let mut ends = Ends::new();
        for field in 0..FIELDS_MAX {
            ends.set(field, 3 * field + 2);
        }
        for field in 0..FIELDS_MAX {
            assert_eq!(ends.span(FieldPlace::of(field)), (3 * field, 3 * field + 2));
        }
        assert_eq!(ends.first(2), [2, 5]);
        for none in [FieldPlace::NOWHERE, FieldPlace::of(FIELDS_MAX), FieldPlace::of(300)] {
            assert_eq!(ends.span(none), (1, 1));
        }
    }
}
