//! Texts that come back from row to row (reconciliation numbers, settlement ids, kinds) and what they stand for, found again without
//! hashing them anew or asking what other threads share.

use rustc_hash::FxHashMap;

use super::short::Short;
use crate::model::names::NameId;

/// How many short texts are remembered, each in the one slot that its bytes decide; a power of two.
const SLOTS_LEN: usize = 512;

/// The slot of a text.
#[inline]
fn slot(short: Short) -> usize {
    let mixed = (short.first ^ short.last.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> 55).unwrap_or(0)
}

/// How many longer texts are remembered: enough for the ids of a month, so that a file with one a row does not fill the memory.
const LONG_MAX: usize = 1 << 12;

/// What a task remembers of one kind of text.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    slots: Vec<(Short, NameId)>,
    long: FxHashMap<Vec<u8>, NameId>,
}

impl Remembered {
    /// What a text stands for: as remembered, else as `find` says.
    #[inline]
    pub(super) fn get(&mut self, text: &[u8], find: impl FnOnce() -> NameId) -> NameId {
        let Some(short) = Short::new(text) else { return self.get_long(text, find) };
        if let Some((known, id)) = self.slots.get(slot(short))
            && *known == short
        {
            return *id;
        }
        let id = find();
        if self.slots.is_empty() {
            // No text is so short.
            self.slots.resize(SLOTS_LEN, (Short::default(), NameId(0)));
        }
        if let Some(slot) = self.slots.get_mut(slot(short)) {
            *slot = (short, id);
        }
        id
    }

    fn get_long(&mut self, text: &[u8], find: impl FnOnce() -> NameId) -> NameId {
        if let Some(id) = self.long.get(text) {
            return *id;
        }
        let id = find();
        if self.long.len() >= LONG_MAX {
            self.long.clear();
        }
        self.long.insert(text.to_vec(), id);
        id
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_text_keeps_its_own_id() {
        let mut remembered = Remembered::default();
        let mut ids: BTreeMap<Vec<u8>, NameId> = BTreeMap::new();
        let mut texts: Vec<Vec<u8>> = Vec::new();
        for len in 1..=40 {
            for place in 0..len {
                for byte in [b'a', b'b', 0, b'0'] {
                    let mut text = vec![b'a'; len];
                    text[place] = byte;
                    texts.push(text);
                }
            }
        }
        // Twice, forwards and backwards, so that slots are both filled and overwritten.
        for text in texts.iter().chain(texts.iter().rev()) {
            let next = NameId(u32::try_from(ids.len()).unwrap());
            let id = *ids.entry(text.clone()).or_insert(next);
            assert_eq!(remembered.get(text, || id), id, "{text:?}");
        }
    }
}
