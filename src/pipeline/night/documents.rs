//! Documents of an API over several nights (RULES.md 6). Their facts are remembered in the groups that their rows are in;
//! those that tonight's documents may meet are put together with tonight's, and where rows of earlier files become others
//! thereby, these take the place of what the state holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Before;
use super::past::stored_reject;
use super::scan::{self, Fresh};
use crate::ingest::copy::Converted;
use crate::ingest::payload::fact::{Fact, Told as HowTold};
use crate::ingest::payload::references::reference;
use crate::ingest::payload::sighting::Sighting;
use crate::model::compact::KeyKind;
use crate::model::reject::RejectRow;
use crate::pipeline::RunError;
use crate::pipeline::inputs::{Loaded, Openings};
use crate::pipeline::payloads::hear::Hearing;
use crate::pipeline::payloads::{DATASETS, FORMAT, Parts, listed_as, orders_given};
use crate::pipeline::plan::Input;
use crate::pipeline::read::Means;
use crate::pipeline::repeats::Repeats;
use crate::state::store::Store;
use crate::state::{IdKind, Key, StoredFact, StoredFile, StoredReject, StoredRow};

/// A fact of tonight, or of an earlier night.
#[derive(Debug)]
pub(super) struct Remembered {
    /// Its file.
    pub file: OfFile,
    /// The group that it was in.
    pub component: Option<i64>,
    /// As it is kept.
    pub text: String,
    /// What brings it together with other facts and with its rows.
    pub keys: Vec<Key>,
}

/// The file of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfFile {
    /// One that the state knows: the number of its first part.
    Known(i64),
    /// One that came tonight: its place among the files as given.
    Given(usize),
}

/// What documents tell tonight.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The parts of tonight's files.
    pub parts: Vec<Parts>,
    /// The facts of tonight.
    pub facts: Vec<Remembered>,
    /// What becomes of rows of earlier files.
    pub retold: Retold,
}

/// Rows of earlier files that tonight's documents change.
#[derive(Debug, Default)]
pub(super) struct Retold {
    /// The parts of files, by their numbers in the state, of which other rows are told now.
    files: BTreeSet<i64>,
    /// The groups within which all rows of these files give way.
    components: BTreeSet<i64>,
    /// The rows that take their place, each with the number of its file in the state.
    pub added: Vec<(i64, Fresh)>,
    /// Rows that could not be read, and are no longer told.
    pub rejects_gone: Vec<StoredReject>,
    /// Rows that are told now, and cannot be read.
    pub rejects: Vec<StoredReject>,
    /// Of each of these files the data rows, and those that could not be read.
    pub amended: Vec<(i64, i64, i64)>,
    /// Why all rows are judged anew.
    pub anew: Option<String>,
}

impl Retold {
    /// Whether a row of the state gives way.
    pub(super) fn replaces(&self, row: &StoredRow) -> bool {
        self.files.contains(&row.file) && self.components.contains(&row.component)
    }

    /// Rows of the state as they are now; `places` has the group and the place of each that is added.
    pub(super) fn now(&self, mut rows: Vec<StoredRow>, places: impl Iterator<Item = (i64, i64)>) -> Vec<StoredRow> {
        rows.retain(|row| !self.replaces(row));
        let added = self.added.iter().zip(places).map(|((file, row), (component, seq))| StoredRow {
            component,
            seq,
            file: *file,
            line: i64::try_from(row.line).unwrap_or(i64::MAX),
            text: row.text.clone(),
        });
        rows.extend(added);
        rows
    }
}

/// A file of documents whose facts the state keeps.
struct PastFile<'b> {
    /// The place of its first part among the files of the state.
    first: usize,
    /// Its parts, one a dataset of [`DATASETS`].
    parts: &'b [StoredFile],
    /// It repeats a file of tonight now.
    is_repeated: bool,
}

impl PastFile<'_> {
    fn input(&self, past: &[Loaded]) -> Input {
        past[self.first].0.input.clone()
    }
}

/// Reads tonight's documents and puts them together with what earlier nights were told; `past` are the files of the
/// state, in its order.
///
/// # Errors
/// A file is damaged or cannot be read, working files cannot be written, or the state cannot be read.
pub(super) fn told(
    opened: &Openings,
    repeats: &Repeats,
    store: &Store,
    before: &Before,
    past: &mut [Loaded],
    means: &Means<'_>,
) -> Result<Told, RunError> {
    let mut hearing = Hearing::of(opened.documents(&repeats.of_openings), means.plan, true)?;
    let given = opened.given_documents(&repeats.of_openings);
    let count = hearing.files().len();
    let facts: Vec<Remembered> = hearing.kept().iter().map(|sighting| of_tonight(sighting, &given, means)).collect();

    let documents: Vec<&str> =
        before.files.iter().filter(|file| file.format.ends_with(FORMAT)).map(|file| file.path.as_str()).collect();
    let orders_before = before.orders_given();
    let orders_now = orders_before || orders_given(means.plan, hearing.files(), &documents);
    let files = past_files(before, repeats);
    let stored = recalled(&facts, &files, orders_before == orders_now, store)?;
    if stored.is_empty() {
        return Ok(Told { parts: hearing.parts(orders_now)?, facts, retold: Retold::default() });
    }
    let mut of_file: BTreeMap<i64, Vec<Sighting>> = BTreeMap::new();
    for fact in &stored {
        of_file.entry(fact.file).or_default().push(sighting(fact, store, before)?);
    }
    let mut then = Hearing::of(Vec::new(), means.plan, false)?;
    let mut concerned = Vec::new();
    for file in &files {
        let Some(sightings) = file.parts.first().and_then(|part| of_file.remove(&part.id)) else { continue };
        then.remember(file.input(past), sightings.clone())?;
        let still = if file.is_repeated { Vec::new() } else { sightings };
        hearing.remember(file.input(past), still)?;
        concerned.push(file);
    }
    let (then, mut now) = (then.parts(orders_before)?, hearing.parts(orders_now)?);
    let of_past = now.split_off(count);
    let mut retold = Retold { components: stored.iter().map(|fact| fact.component).collect(), ..Retold::default() };
    let mut providers = [BTreeSet::new(), BTreeSet::new()];
    for (file, (then, now)) in concerned.into_iter().zip(then.into_iter().zip(of_past)) {
        let [then, now] = [by_dataset(then, file, means)?, by_dataset(now, file, means)?];
        for (place, (then, now)) in then.into_iter().zip(now).enumerate() {
            providers[0].extend(then.providers(place));
            providers[1].extend(now.providers(place));
            retold.part(then, now, &file.parts[place], &mut past[file.first + place]);
        }
    }
    if orders_before != orders_now {
        retold.anew = Some("no row: the shop's orders are given by themselves now".to_owned());
    } else if !providers[0].is_subset(&providers[1]) {
        retold.anew = Some("no row: what documents tell is another provider's now".to_owned());
    }
    Ok(Told { parts: now, facts, retold })
}

fn of_tonight(sighting: &Sighting, given: &[usize], means: &Means<'_>) -> Remembered {
    let file = usize::try_from(sighting.place().file).ok().and_then(|number| given.get(number)).copied();
    let mut kept = sighting.clone();
    kept.set_file(0);
    Remembered {
        file: OfFile::Given(file.unwrap_or(usize::MAX)),
        component: None,
        text: kept.to_text(),
        keys: keys(sighting, means),
    }
}

/// Facts of the state, to be grouped again.
///
/// # Errors
/// The state holds what no night has written.
pub(super) fn of_state(
    facts: Vec<StoredFact>,
    store: &Store,
    before: &Before,
    means: &Means<'_>,
) -> Result<Vec<Remembered>, RunError> {
    let one = |fact: StoredFact| {
        let keys = keys(&sighting(&fact, store, before)?, means);
        Ok(Remembered { file: OfFile::Known(fact.file), component: Some(fact.component), text: fact.text, keys })
    };
    facts.into_iter().map(one).collect()
}

fn sighting(fact: &StoredFact, store: &Store, before: &Before) -> Result<Sighting, RunError> {
    Sighting::of_text(&fact.text).ok_or_else(|| before.strange(store, "fact"))
}

fn past_files<'b>(before: &'b Before, repeats: &Repeats) -> Vec<PastFile<'b>> {
    let mut files = Vec::new();
    let mut documents = 0;
    for (first, file) in before.files.iter().enumerate() {
        if !is_first_of_documents(file) {
            continue;
        }
        let repeats = repeats.of_past.get(documents).and_then(Option::as_ref);
        documents += 1;
        if let (Some(parts), Some(_)) = (before.files.get(first..first + DATASETS.len()), &file.constants) {
            files.push(PastFile { first, parts, is_repeated: repeats.is_some() && file.state == READ });
        }
    }
    files
}

const READ: &str = "read";

/// Whether a file is the first part of one of documents.
pub(super) fn is_first_of_documents(file: &StoredFile) -> bool {
    file.part == 0 && file.format.ends_with(FORMAT)
}

/// The facts of earlier nights that may become other rows: those in the groups of tonight's facts, those of a file that
/// no longer counts, or all, where the shop's orders are given for the first time.
fn recalled(
    facts: &[Remembered],
    files: &[PastFile<'_>],
    same_orders: bool,
    store: &Store,
) -> Result<Vec<StoredFact>, RunError> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    if !same_orders {
        return Ok(store.facts(None)?);
    }
    let keys: BTreeSet<&Key> = facts.iter().flat_map(|fact| &fact.keys).collect();
    let keys: Vec<&Key> = keys.into_iter().collect();
    let mut components: BTreeSet<i64> = store.components_of(&keys)?.into_iter().flatten().collect();
    let repeated: BTreeSet<i64> =
        files.iter().filter(|file| file.is_repeated).flat_map(|file| file.parts.iter().map(|part| part.id)).collect();
    if !repeated.is_empty() {
        let of_repeated = store.facts(None)?.into_iter().filter(|fact| repeated.contains(&fact.file));
        components.extend(of_repeated.map(|fact| fact.component));
    }
    Ok(store.facts(Some(&components.into_iter().collect::<Vec<_>>()))?)
}

/// What brings a fact together with others, and with the rows that it gives.
fn keys(sighting: &Sighting, means: &Means<'_>) -> Vec<Key> {
    let provider: Arc<str> = sighting.provider.as_str().into();
    let key = |kind: IdKind, text: &str| Key { provider: Arc::clone(&provider), kind, text: text.into() };
    let mut keys: Vec<Key> = sighting.order_id().map(|id| key(IdKind::Order, id)).into_iter().collect();
    keys.extend(sighting.checkout_transaction().map(|id| key(IdKind::DocumentPayment, id)));
    if let Fact::Operation(operation) = &sighting.fact {
        if operation.told == HowTold::Recorded {
            keys.extend(operation.payment_id.as_deref().map(|id| key(IdKind::DocumentPayment, id)));
        }
        // Whosever the document is.
        let shared = reference(operation);
        keys.extend(shared.map(|id| Key { provider: "".into(), kind: IdKind::DocumentReference, text: id.into() }));
        let tried = scan::kinds(&provider, means);
        let ids = tried.into_iter().filter_map(|kind| {
            let id = match kind {
                KeyKind::OperationId => &operation.operation_id,
                KeyKind::TransactionNumber => &operation.transaction_number,
                KeyKind::PayeeReference => &operation.payee_reference,
                KeyKind::TransactionId => &operation.transaction_id,
            };
            Some(key(scan::id_kind(kind), id.as_deref()?))
        });
        keys.extend(ids);
    }
    keys
}

/// What a part of a file tells.
#[derive(Default)]
struct Part {
    rows: Vec<Fresh>,
    rejects: Vec<RejectRow>,
}

impl Part {
    /// The legs that it has rows of: the dataset's place, and the provider.
    fn providers(&self, place: usize) -> BTreeSet<(bool, Arc<str>)> {
        self.rows.iter().map(|row| (place == 0, Arc::clone(&row.provider))).collect()
    }

    fn len(&self) -> u64 {
        u64::try_from(self.rows.len().saturating_add(self.rejects.len())).unwrap_or(u64::MAX)
    }

    fn tells_as(&self, other: &Self) -> bool {
        let row = |row: &Fresh| (row.line, row.text.clone());
        self.rejects == other.rejects && self.rows.iter().map(row).eq(other.rows.iter().map(row))
    }
}

fn by_dataset(parts: Parts, file: &PastFile<'_>, means: &Means<'_>) -> Result<[Part; DATASETS.len()], RunError> {
    let mut all: [Part; DATASETS.len()] = Default::default();
    for part in parts.parts {
        let Some(place) = DATASETS.iter().position(|dataset| *dataset == part.dataset) else { continue };
        let Converted { bytes, dataset, rejects, .. } = part;
        let stored = &file.parts[place];
        let (rows, unreadable) = scan::copy(&stored.path, bytes, dataset, &stored.provider, means)?;
        let rejects = rejects.into_iter().chain(unreadable).collect();
        all[place] = Part { rows, rejects };
    }
    Ok(all)
}

impl Retold {
    /// Puts what a part tells now in the place of what it told.
    fn part(&mut self, then: Part, now: Part, stored: &StoredFile, loaded: &mut Loaded) {
        if then.tells_as(&now) {
            return;
        }
        let (file, _, rejects) = loaded;
        let rows = file.known_rows.unwrap_or(0).saturating_add(now.len()).saturating_sub(then.len());
        file.known_rows = Some(rows);
        let kept = |reject: &RejectRow| stored_reject(stored.id, reject);
        self.rejects_gone.extend(then.rejects.iter().map(kept));
        self.rejects.extend(now.rejects.iter().map(kept));
        for gone in &then.rejects {
            if let Some(place) = rejects.iter().position(|reject| reject == gone) {
                rejects.remove(place);
            }
        }
        rejects.extend(now.rejects);
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let rejected = u64::try_from(rejects.len()).unwrap_or(u64::MAX);
        self.amended.push((stored.id, whole(rows), whole(rejected)));
        self.files.insert(stored.id);
        self.added.extend(now.rows.into_iter().map(|row| (stored.id, row)));
    }
}

/// Leaves out the parts of documents that nothing is told of: a file is listed with the datasets that it has rows of, or
/// under one of them where it has none.
pub(super) fn listed(past: Vec<Loaded>, default_provider: &str) -> Vec<Loaded> {
    let mut listed: Vec<Loaded> = Vec::with_capacity(past.len());
    let mut parts: Vec<Loaded> = Vec::new();
    for loaded in past {
        if parts.first().is_some_and(|(file, ..)| file.given != loaded.0.given) {
            listed.extend(of_documents(std::mem::take(&mut parts), default_provider));
        }
        if loaded.0.constants.is_some() { parts.push(loaded) } else { listed.push(loaded) }
    }
    listed.extend(of_documents(parts, default_provider));
    listed
}

fn of_documents(mut parts: Vec<Loaded>, default_provider: &str) -> Vec<Loaded> {
    let Some((first, ..)) = parts.first() else { return parts };
    let as_dataset = if first.state == READ { listed_as(&first.input) } else { DATASETS[1] };
    let (notes, tells_nothing) = (first.notes.clone(), first.tells_nothing);
    let counts =
        |(file, _, rejects): &Loaded| file.state == READ && (file.known_rows.unwrap_or(0) > 0 || !rejects.is_empty());
    if parts.iter().any(counts) {
        parts.retain(counts);
    } else {
        parts.retain(|(_, volume, _)| volume.layout.dataset == as_dataset);
    }
    for (file, ..) in &mut parts {
        (file.notes, file.tells_nothing) = (Vec::new(), false);
        if file.state != READ {
            file.format = FORMAT.to_owned();
            file.provider = file.input.provider.clone().unwrap_or_else(|| default_provider.to_owned());
        }
    }
    if let Some((file, ..)) = parts.first_mut().filter(|(file, ..)| file.state == READ) {
        (file.notes, file.tells_nothing) = (notes, tells_nothing);
    }
    parts
}
