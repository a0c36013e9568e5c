//! What the state holds before tonight.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;

use super::documents::is_first_of_documents;
use super::past;
use super::tonight::RULES;
use crate::ingest::formats;
use crate::ingest::payload::fact::Api;
use crate::model::currency::Currencies;
use crate::model::record::Dataset;
use crate::pipeline::RunError;
use crate::pipeline::inputs::{KnownFile, Past};
use crate::pipeline::payloads::{FORMAT, named_provider};
use crate::pipeline::plan::Plan;
use crate::pipeline::repeats::{PastDocuments, Repeats};
use crate::pipeline::seen::Seen;
use crate::pipeline::totals::Totals;
use crate::state::store::{LastNight, Store};
use crate::state::{Mark, StateError, StoredFile, StoredReject};

/// What the state holds before tonight.
pub(super) struct Before {
    pub last: Option<LastNight>,
    pub files: Vec<StoredFile>,
    rejects: Vec<StoredReject>,
    pub seen: BTreeSet<Seen>,
    pub totals: Totals,
    /// What the groups came to that have left the state, a part of the totals.
    pub archived: Totals,
    /// Its findings, by id.
    pub marks: HashMap<String, Mark>,
    pub rules: Option<String>,
    /// The days of the nights.
    pub days: BTreeMap<i64, NaiveDate>,
    /// The numbers of the next file, group and row.
    pub next: [i64; 3],
}

/// How the sections of totals begin that stand for what has left the state.
pub(super) const ARCHIVED: &str = "archived ";

impl Before {
    pub(super) fn of(store: &Store) -> Result<Self, RunError> {
        let totals = store.totals()?;
        let archived = totals.iter().filter_map(|((section, key, name), value)| {
            Some(((section.strip_prefix(ARCHIVED)?.to_owned(), key.clone(), name.clone()), *value))
        });
        Ok(Self {
            last: store.last_night()?,
            files: store.files()?,
            rejects: store.rejects()?,
            seen: store.seen()?.into_iter().collect(),
            archived: Totals(archived.collect()),
            totals: Totals(totals.into_iter().filter(|((section, ..), _)| !section.starts_with(ARCHIVED)).collect()),
            marks: store.marks()?,
            rules: store.setting(RULES)?,
            days: store
                .nights()?
                .into_iter()
                .filter_map(|night| Some((night.number, night.as_of.parse().ok()?)))
                .collect(),
            next: store.next_numbers()?,
        })
    }

    /// The files that are not read again.
    pub(super) fn known(&self) -> HashSet<KnownFile> {
        let known = |file: &StoredFile| -> KnownFile {
            let given = file.given_dataset.as_deref().and_then(Dataset::from_name);
            (file.path.clone(), given, file.given_provider.clone(), file.sha256.clone())
        };
        self.files.iter().map(known).collect()
    }

    /// The files of documents, whether they count or repeat another one.
    pub(super) fn documents(&self) -> Vec<PastDocuments<'_>> {
        let documents = self.files.iter().filter(|file| is_first_of_documents(file));
        documents
            .map(|file| PastDocuments {
                id: file.id,
                path: &file.path,
                provider: file.given_provider.as_deref(),
                plain_len: u64::try_from(file.plain_bytes).unwrap_or(0),
                sha256: &file.sha256,
            })
            .collect()
    }

    fn any_payload(&self) -> bool {
        self.files.iter().any(|file| file.format.ends_with(FORMAT))
    }

    /// Whether files other than documents have brought the shop's own orders.
    pub(super) fn orders_given(&self) -> bool {
        let brings = |file: &StoredFile| {
            file.given_dataset.as_deref() == Some(Dataset::Orders.name()) && !file.format.ends_with(FORMAT)
        };
        self.files.iter().any(brings)
    }

    /// The first documents bring the names of their providers with them, for the settlement files of earlier nights too:
    /// the files that are another provider's now.
    pub(super) fn rename(&mut self, documents_came: bool, plan: &Plan) -> Vec<(i64, String)> {
        if !documents_came || self.any_payload() {
            return Vec::new();
        }
        let mut renamed = Vec::new();
        for file in &mut self.files {
            let api: Option<Api> = formats::api(&file.format);
            let provider = api.map(|api| named_provider(file.given_provider.as_deref(), plan, api));
            if let Some(provider) = provider.filter(|provider| *provider != file.provider) {
                file.provider.clone_from(&provider);
                renamed.push((file.id, provider));
            }
        }
        renamed
    }

    /// The files of earlier nights as inputs of tonight; which of them count is found again among all of them.
    pub(super) fn past(&self, repeats: &Repeats, currencies: &Currencies) -> Result<Past, RunError> {
        let mut files = past::files(&self.files, &self.rejects, &self.days, currencies)?;
        let mut documents = repeats.of_past.iter();
        let mut of_documents = None;
        for ((file, ..), stored) in files.iter_mut().zip(&self.files) {
            if is_first_of_documents(stored) {
                of_documents = documents.next().cloned().flatten();
            }
            file.repeats = of_documents.clone().filter(|_| stored.format.ends_with(FORMAT));
            file.state = if file.repeats.is_some() { "repeated" } else { "read" };
        }
        Ok(Past { files, any_payload: self.any_payload() })
    }

    /// What a file of the state holds.
    pub(super) fn dataset(&self, id: i64) -> Option<Dataset> {
        let place = self.files.binary_search_by_key(&id, |file| file.id).ok()?;
        Dataset::from_name(&self.files.get(place)?.dataset)
    }

    /// The parts of the file that one of the state is the first part of.
    pub(super) fn parts_of(&self, first: i64) -> impl Iterator<Item = i64> {
        let place = self.files.binary_search_by_key(&first, |file| file.id).unwrap_or(self.files.len());
        let mut after = self.files.iter().skip(place);
        let first = after.next().map(|file| file.id);
        first.into_iter().chain(after.take_while(|file| file.part > 0).map(|file| file.id))
    }

    /// The state holds what no night has written.
    pub(super) fn strange(&self, store: &Store, what: &str) -> RunError {
        StateError::Unusable {
            path: store.path().to_owned(),
            problem: format!("the state knows no such {what}"),
            help: past::HELP,
        }
        .into()
    }
}
