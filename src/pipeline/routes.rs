//! Which key of a record is tried in which round (RULES.md 4).

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use crate::model::compact::{KeyHash, KeyKind, Keys};
use crate::model::names::{NameId, Names};
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

    /// The key that is tried in a round; records get there only where there is one.
    ///
    /// # Panics
    /// The provider has fewer keys: a defect of the program.
    #[must_use]
    pub fn kind(&self, provider: NameId, round: usize) -> KeyKind {
        *self.keys(provider).get(round).expect("a round of the provider")
    }
}

/// The keys of the last provider asked for, so that a task looks them up once.
#[derive(Debug, Default)]
pub struct Route {
    known: Option<(NameId, Arc<[KeyKind]>)>,
}

impl Route {
    /// The first round, from this one on, for which a record has the key, and that key; after the last round, the
    /// round behind it.
    #[inline]
    pub fn next(
        &mut self,
        routes: &Routes,
        provider: NameId,
        key: impl Fn(KeyKind) -> Option<u128>,
        from: usize,
    ) -> (usize, u128) {
        let tried = match &self.known {
            Some((known, tried)) if *known == provider => tried,
            _ => &self.known.insert((provider, routes.keys(provider))).1,
        };
        let mut rounds = tried.iter().enumerate().skip(from.max(routes.first_round));
        let next = rounds.find_map(|(round, kind)| Some((round, key(*kind)?)));
        next.unwrap_or_else(|| (routes.round_count, KeyKind::ALL.into_iter().find_map(key).unwrap_or(0)))
    }

    /// As [`Route::next`], of a decoded record.
    #[inline]
    pub fn next_of(&mut self, routes: &Routes, provider: NameId, keys: &Keys, from: usize) -> (usize, u128) {
        self.next(routes, provider, |kind| keys[kind.index()].map(KeyHash::get), from)
    }
}
