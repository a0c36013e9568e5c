//! Short texts as numbers: two of them are compared without a look at their bytes one by one.

/// A text of at most sixteen bytes as two numbers and its length, which together are the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Short {
    /// Its first bytes: eight, four, or all of fewer.
    pub(super) first: u64,
    /// Its last bytes, where it has four or more: as many.
    pub(super) last: u64,
    /// How many bytes it has.
    pub(super) len: usize,
}

impl Short {
    /// The numbers of a text; none where it is empty or longer.
    #[inline]
    pub(super) fn new(text: &[u8]) -> Option<Self> {
        let len = text.len();
        let (first, last) = match len {
            // The two parts overlap, which does no harm where the length is known.
            8..=16 => (u64::from_le_bytes(*text.first_chunk()?), u64::from_le_bytes(*text.last_chunk()?)),
            4..=7 => (u32::from_le_bytes(*text.first_chunk()?).into(), u32::from_le_bytes(*text.last_chunk()?).into()),
            1..=3 => {
                let (first, middle, last) = (*text.first()?, *text.get(len / 2)?, *text.last()?);
                (u64::from_le_bytes([first, middle, last, 0, 0, 0, 0, 0]), 0)
            }
            _ => return None,
        };
        Some(Self { first, last, len })
    }
}

/// Whether two texts are the same.
#[inline]
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let ends = |text: &[u8]| Some([*text.first_chunk::<8>()?, *text.last_chunk()?].map(u64::from_le_bytes));
    match (ends(a), ends(b)) {
        (Some(a_ends), Some(b_ends)) if a.len() <= 16 => a_ends == b_ends,
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_of_at_most_sixteen_bytes_are_short() {
        for len in 0..40 {
            assert_eq!(Short::new(&vec![b'x'; len]).is_some(), (1..=16).contains(&len), "{len}");
        }
    }

    #[test]
    fn texts_are_the_same_where_every_byte_is() {
        for len in 0..40 {
            let text: Vec<u8> = (0..len).collect();
            assert!(same(&text, &text.clone()));
            assert!(!same(&text, &[&text[..], b"x"].concat()));
            for place in 0..text.len() {
                let mut other = text.clone();
                other[place] ^= 1;
                assert!(
                    !same(&text, &other) && Short::new(&text).is_none_or(|short| Short::new(&other) != Some(short))
                );
            }
        }
    }
}
