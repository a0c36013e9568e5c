//! Short numbers for texts that come back often: providers, reconciliation numbers, settlement ids.
//!
//! The numbers depend on which thread came first, so they are only ever compared for equality; every order is made
//! on the texts.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// The number of a text in one [`Names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(pub u32);

/// A table of texts, shared by all threads of a run.
#[derive(Debug, Default)]
pub struct Names {
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    ids: HashMap<Arc<str>, NameId>,
    texts: Vec<Arc<str>>,
}

impl Names {
    /// The number of this text, new or known.
    ///
    /// # Panics
    /// More than 2^32 different texts, or a thread panicked while it held the table.
    pub fn intern(&self, text: &str) -> NameId {
        if let Some(id) = self.inner.read().expect("no thread panics while it holds the table").ids.get(text) {
            return *id;
        }
        let mut inner = self.inner.write().expect("no thread panics while it holds the table");
        if let Some(id) = inner.ids.get(text) {
            return *id;
        }
        let id = NameId(u32::try_from(inner.texts.len()).expect("fewer than 2^32 different names"));
        let text: Arc<str> = Arc::from(text);
        inner.texts.push(Arc::clone(&text));
        inner.ids.insert(text, id);
        id
    }

    /// The text of a number that this table gave.
    ///
    /// # Panics
    /// The number is from another table.
    pub fn text(&self, id: NameId) -> Arc<str> {
        let inner = self.inner.read().expect("no thread panics while it holds the table");
        let index = usize::try_from(id.0).expect("u32 fits usize");
        Arc::clone(inner.texts.get(index).expect("the number is from this table"))
    }

    /// The texts of all numbers so far, for whoever asks for them again and again.
    ///
    /// # Panics
    /// A thread panicked while it held the table.
    pub fn texts(&self) -> Vec<Arc<str>> {
        self.inner.read().expect("no thread panics while it holds the table").texts.clone()
    }
}
