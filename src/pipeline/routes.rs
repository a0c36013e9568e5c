//! Which key of a record is tried in which round (RULES.md 4).

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use crate::model::compact::{KeyHash, KeyKind, Keys};
use crate::model::encoding::key_bits;
use crate::model::names::{NameId, Names};
use crate::rules::counted::Counted;
use crate::rules::settings::Settings;

/// The rounds of every provider.
#[derive(Debug)]
pub struct Routes {
    settings: Settings,
    names: Arc<Names>,
    known: RwLock<HashMap<NameId, Arc<[KeyKind]>>>,
    /// The most keys that any provider has.
    pub round_count: usize,
    /// The round from which keys are tried; those before it are behind the records.
    first_round: usize,
}

impl Routes {
    /// The rounds that these settings ask for.
    #[must_use]
    pub fn new(settings: &Settings, names: Arc<Names>) -> Self {
        let configured = settings.providers.values().filter_map(|ways| ways.keys.as_ref().map(Vec::len));
        let round_count = configured.max().unwrap_or(0).max(KeyKind::ALL.len());
        Self { settings: settings.clone(), names, known: RwLock::default(), round_count, first_round: 0 }
    }

    /// The same for records that the rounds before one have left.
    #[must_use]
    pub fn from(self, first_round: usize) -> Self {
        Self { first_round, ..self }
    }

    fn keys(&self, provider: NameId) -> Arc<[KeyKind]> {
        if let Ok(known) = self.known.read()
            && let Some(keys) = known.get(&provider)
        {
            return Arc::clone(keys);
        }
        let keys: Arc<[KeyKind]> = self.settings.keys(&self.names.text(provider)).into();
        if let Ok(mut known) = self.known.write() {
            known.insert(provider, Arc::clone(&keys));
        }
        keys
    }

    /// The first round, from this one on, for which a record with some keys has the key, and that key.
    #[cold]
    fn next(&self, provider: NameId, key_bits: u8, from: usize) -> Way {
        let has = |kind: &KeyKind| (key_bits >> kind.index()) & 1 == 1;
        let keys = self.keys(provider);
        let mut rounds = keys.iter().copied().enumerate().skip(from.max(self.first_round));
        let next = rounds.find(|(_, kind)| has(kind)).map(|(round, kind)| (round, Some(kind)));
        next.unwrap_or_else(|| (self.round_count, KeyKind::ALL.into_iter().find(has)))
    }

    /// The key that is tried in a round; records get there only where there is one.
    ///
    /// # Panics
    /// The provider has fewer keys: a defect of the program.
    #[must_use]
    pub fn kind(&self, provider: NameId, round: usize) -> KeyKind {
        *self.keys(provider).get(round).expect("a round of the provider")
    }
}

/// The rounds of records, by provider and by which keys they have: a task looks each up once.
#[derive(Debug, Default)]
pub struct Route {
    /// By provider and the round to begin with: where each set of keys that was asked for goes.
    known: Ways,
    /// What was asked last, which most often is asked again: provider, keys, the round to begin with.
    last: Option<((NameId, u8, usize), Way)>,
}

/// A round, and the key that is tried in it.
type Way = (usize, Option<KeyKind>);
type Ways = Counted<(NameId, usize), [Option<Way>; 16]>;

impl Route {
    /// The first round, from this one on, for which a record has the key, and that key; after the last round, the
    /// round behind it. The keys that it has are given as [`key_bits`] does.
    #[inline]
    pub fn next(
        &mut self,
        routes: &Routes,
        provider: NameId,
        key_bits: u8,
        key: impl Fn(KeyKind) -> Option<u128>,
        from: usize,
    ) -> (usize, u128) {
        let asked = (provider, key_bits, from);
        let (round, kind) = match self.last {
            Some((last, way)) if last == asked => way,
            _ => self.last.insert((asked, Self::way(&mut self.known, routes, asked))).1,
        };
        (round, kind.and_then(key).unwrap_or(0))
    }

    #[cold]
    #[inline(never)]
    fn way(known: &mut Ways, routes: &Routes, (provider, key_bits, from): (NameId, u8, usize)) -> Way {
        let ways = known.of((provider, from));
        let way = &mut ways[usize::from(key_bits) % ways.len()];
        *way.get_or_insert_with(|| routes.next(provider, key_bits, from))
    }

    /// As [`Route::next`], of a decoded record.
    #[inline]
    pub fn next_of(&mut self, routes: &Routes, provider: NameId, keys: &Keys, from: usize) -> (usize, u128) {
        self.next(routes, provider, key_bits(keys), |kind| keys[kind.index()].map(KeyHash::get), from)
    }
}
