//! Documents of providers' APIs, over all files of a run: read to facts in parallel, dealt out by reference and then
//! by order, put together, and written as canonical rows, a part a file and dataset.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::error::RunError;
use super::plan::{Input, Plan};
use crate::engine::shard::Partitions;
use crate::engine::source::Bytes;
use crate::engine::spill::Budget;
use crate::ingest::canonical::Reject;
use crate::ingest::copy::{Converted, Copy};
use crate::ingest::field::shown;
use crate::ingest::payload::fact::{Api, Fact, Told};
use crate::ingest::payload::heard::{Heard, Notes, tells};
use crate::ingest::payload::order::{Joined, join};
use crate::ingest::payload::path::PathHints;
use crate::ingest::payload::read::{self, Found};
use crate::ingest::payload::references::{complete, reference};
use crate::ingest::payload::rows::Row;
use crate::ingest::payload::sighting::{Sighting, key};
use crate::ingest::source::FileError;
use crate::model::record::Dataset;

/// A file of documents.
#[derive(Debug)]
pub struct Documents<'a> {
    /// What was planned.
    pub input: &'a Input,
    /// Its plain bytes.
    pub bytes: &'a Bytes,
}

/// A file's parts, and whose API they are from, where all are of one.
#[derive(Debug)]
pub struct Parts {
    /// A part a dataset; one without rows where the file holds none.
    pub parts: Vec<Converted>,
    /// The provider of the rows; empty of a file that holds no document of a known API.
    pub provider: String,
    /// The API.
    pub api: Option<Api>,
    /// What was understood and gives no row, for people.
    pub notes: Vec<String>,
    /// Nothing of it can give a row, and nothing is rejected.
    pub tells_nothing: bool,
}

/// More shards than for records: what one of them holds is in memory as facts, which take many times as much as their bytes.
const SHARD_COUNT: usize = 512;

/// Shards whose rows are in memory at once.
const SHARDS_AT_ONCE: usize = 8;

/// The datasets that documents hold.
const DATASETS: [Dataset; 3] = [Dataset::Orders, Dataset::Captures, Dataset::Reversals];

/// Which order a checkout transaction belongs to, as the order's own records say; `None` where they contradict.
type OrderOfPayment = HashMap<u128, Option<String>>;

/// Reads and puts together all documents of a run.
///
/// # Errors
/// A file is damaged or cannot be read, or working files cannot be written.
pub fn convert(files: &[Documents<'_>], plan: &Plan) -> Result<Vec<Parts>, RunError> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    // Half of the memory is for the facts of the shards that are being put together, and for their rows.
    let budget = plan.memory_bytes.map_or_else(Budget::unlimited, |memory| Budget::new(memory / 2));
    let (by_reference, by_order) = (
        Partitions::new(SHARD_COUNT, Arc::clone(&budget), None),
        Partitions::new(SHARD_COUNT, Arc::clone(&budget), None),
    );
    let payments = Mutex::new(OrderOfPayment::new());
    let seen: Vec<Seen> = files
        .par_iter()
        .enumerate()
        .map(|(number, file)| read_file(number, file, plan, &by_reference, &payments))
        .collect::<Result<_, RunError>>()?;
    let payments = payments.into_inner().unwrap_or_else(PoisonError::into_inner);
    (0..SHARD_COUNT).into_par_iter().try_for_each(|shard| deal(shard, &by_reference, &by_order, &payments))?;
    write(files, seen, &by_order, plan)
}

/// What reading a file yields beside its facts.
#[derive(Default)]
struct Seen {
    apis: Vec<Api>,
    rejects: Vec<(u64, Reject)>,
    notes: Notes,
    /// Whether any of its facts can give a row or say something of one.
    told: bool,
}

/// The provider of a document's rows: configured for the source or for all, else named after its API.
#[must_use]
pub fn provider_of(input: &Input, plan: &Plan, api: Api) -> String {
    let default = &plan.settings.default_provider;
    let configured = input.provider.clone().or_else(|| (default != "default").then(|| default.clone()));
    configured.unwrap_or_else(|| api.provider().to_owned())
}

fn read_file(
    number: usize,
    file: &Documents<'_>,
    plan: &Plan,
    by_reference: &Partitions,
    payments: &Mutex<OrderOfPayment>,
) -> Result<Seen, RunError> {
    let number = u32::try_from(number).map_err(|_| too_many(file.input))?;
    let hints = PathHints::new(&file.input.shown).said(file.input.dataset);
    let constant = |name: &str| file.input.profile.as_ref().and_then(|profile| profile.constants.get(name).cloned());
    let order_id = constant("order_id");
    let seen = Mutex::new(Seen::default());
    let emit = |Found { api, heard: Heard { facts, rejects, notes } }: Found| -> std::io::Result<()> {
        // What is of no known API tells no facts.
        let provider = api.map(|api| provider_of(file.input, plan, api)).unwrap_or_default();
        let told = facts.iter().any(tells);
        let mut writer = by_reference.writer();
        for fact in facts {
            let mut sighting = Sighting { provider: provider.clone(), fact };
            if let (None, Some(order_id)) = (sighting.order_id(), &order_id) {
                sighting.set_order_id(order_id.clone());
            }
            note_payment(&sighting, payments);
            let key = match &sighting.fact {
                Fact::Operation(operation) if reference(operation).is_some() => {
                    key(&["reference", reference(operation).unwrap_or_default()])
                }
                _ => key(&["order", &sighting.provider, sighting.order_id().unwrap_or_default()]),
            };
            writer.put(by_reference.shard_of(key), |out| sighting.put(key, out));
        }
        writer.finish()?;
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(api) = api.filter(|api| !seen.apis.contains(api)) {
            seen.apis.push(api);
        }
        seen.rejects.extend(rejects);
        seen.notes.join(notes);
        seen.told |= told;
        Ok(())
    };
    read::file(&file.input.shown, file.bytes, number, &hints, &emit)?;
    Ok(seen.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn too_many(input: &Input) -> FileError {
    FileError::new(&input.shown, "one file too many", "put the exports of a day together")
}

/// Remembers which order a recorded operation's payment belongs to.
fn note_payment(sighting: &Sighting, payments: &Mutex<OrderOfPayment>) {
    if let Fact::Operation(operation) = &sighting.fact
        && operation.told == Told::Recorded
        && let (Some(payment), Some(order)) = (&operation.payment_id, &operation.order_id)
    {
        let mut payments = payments.lock().unwrap_or_else(PoisonError::into_inner);
        let known = payments.entry(key(&[&sighting.provider, payment])).or_insert_with(|| Some(order.clone()));
        if known.as_ref() != Some(order) {
            *known = None;
        }
    }
}

/// The order that the records name for a checkout transaction, whatever the transaction itself calls it.
fn order_of_payment(sighting: &Sighting, payments: &OrderOfPayment) -> Option<String> {
    let transaction_id = match &sighting.fact {
        Fact::Order(order) => order.transaction_id.as_deref(),
        Fact::Operation(operation) if operation.told == Told::Executed => operation.transaction_id.as_deref(),
        Fact::Operation(_) => None,
        Fact::Transaction(transaction) => Some(transaction.transaction_id.as_str()),
    };
    payments.get(&key(&[&sighting.provider, transaction_id?]))?.clone()
}

/// Completes the facts of each reference, and deals them out by order.
fn deal(
    shard: usize,
    by_reference: &Partitions,
    by_order: &Partitions,
    payments: &OrderOfPayment,
) -> Result<(), RunError> {
    let taken = by_reference.take_blocks(shard)?;
    let groups = Sighting::read_all(taken.blocks().iter().map(|block| &**block)).map_err(damaged)?;
    drop(taken);
    let mut writer = by_order.writer();
    for group in groups.into_values() {
        let of_reference =
            group.iter().any(|sighting| matches!(&sighting.fact, Fact::Operation(fact) if reference(fact).is_some()));
        let group = if of_reference { complete(group) } else { group };
        for (place, mut sighting) in group.into_iter().enumerate() {
            if let Some(order_id) = order_of_payment(&sighting, payments) {
                sighting.set_order_id(order_id);
            }
            // What names no order stands alone.
            let alone = || format!("{:?} {place}", sighting.fact);
            let key = match sighting.order_id() {
                Some(order_id) => key(&["order", &sighting.provider, order_id]),
                None => key(&["alone", &sighting.provider, &alone()]),
            };
            writer.put(by_order.shard_of(key), |out| sighting.put(key, out));
        }
    }
    writer.finish()?;
    Ok(())
}

fn damaged(problem: String) -> RunError {
    std::io::Error::new(std::io::ErrorKind::InvalidData, problem).into()
}

/// Puts the facts of every order together, and writes their rows to the copies of their files.
fn write(files: &[Documents<'_>], seen: Vec<Seen>, by_order: &Partitions, plan: &Plan) -> Result<Vec<Parts>, RunError> {
    let orders_given = orders_given(files, plan);
    let constants = |number: u32| file_of(files, number)?.input.profile.as_ref().map(|profile| &profile.constants);
    let mut copies: BTreeMap<(u32, Dataset), Copy<'_>> = BTreeMap::new();
    let shards: Vec<usize> = (0..by_order.shard_count()).collect();
    for some in shards.chunks(SHARDS_AT_ONCE) {
        let joined: Vec<Vec<Joined>> = some
            .par_iter()
            .map(|shard| {
                let taken = by_order.take_blocks(*shard)?;
                let orders = Sighting::read_all(taken.blocks().iter().map(|block| &**block)).map_err(damaged)?;
                drop(taken);
                Ok(orders.into_values().map(|sightings| join(sightings, orders_given, &constants)).collect())
            })
            .collect::<Result<_, RunError>>()?;
        for Joined { rows, refused } in joined.into_iter().flatten() {
            for row in rows {
                let said = file_of(files, row.place.file).and_then(|file| file.input.dataset);
                if let Some(said) = said.filter(|said| *said != row.dataset) {
                    let reject = not_as_said(&row, said);
                    copy_of(&mut copies, files, row.place.file, said)?.reject(row.place.line, reject);
                    continue;
                }
                let fields: Vec<(&str, &str)> = row.fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
                copy_of(&mut copies, files, row.place.file, row.dataset)?.row(row.place.line, &fields)?;
            }
            for refused in refused {
                let copy = copy_of(&mut copies, files, refused.place.file, refused.dataset)?;
                copy.reject(refused.place.line, refused.reject);
            }
        }
    }
    let mut all = Vec::with_capacity(files.len());
    for (number, (file, seen)) in (0_u32..).zip(files.iter().zip(seen)) {
        let (api, format) = match seen.apis.as_slice() {
            [Api::SwedbankPay] => (Some(Api::SwedbankPay), "swedbank pay payloads json"),
            [Api::Dintero] => (Some(Api::Dintero), "dintero payloads json"),
            _ => (None, "payloads json"),
        };
        // Every file is listed, also one whose documents tell of no money.
        if DATASETS.iter().all(|dataset| !copies.contains_key(&(number, *dataset))) {
            copy_of(&mut copies, files, number, file.input.dataset.unwrap_or(Dataset::Captures))?;
        }
        let mut rejects = seen.rejects;
        let mut parts = Vec::new();
        for dataset in DATASETS {
            let Some(mut copy) = copies.remove(&(number, dataset)) else { continue };
            // What could not be told apart stands with the first part.
            rejects.drain(..).for_each(|(line, reject)| copy.reject(line, reject));
            parts.push(copy.finish(format, None)?);
        }
        let provider = seen.apis.iter().min().map(|api| provider_of(file.input, plan, *api)).unwrap_or_default();
        let tells_nothing = !seen.told && parts.iter().all(|part| part.rejects.is_empty());
        let mut notes = seen.notes.sentences();
        if tells_nothing && notes.is_empty() {
            notes.push("the file holds no document".to_owned());
        }
        all.push(Parts { parts, provider, api, notes, tells_nothing });
    }
    Ok(all)
}

fn file_of<'f, 'd>(files: &'f [Documents<'d>], number: u32) -> Option<&'f Documents<'d>> {
    files.get(usize::try_from(number).ok()?)
}

/// Whether other files than documents bring the shop's own orders.
fn orders_given(files: &[Documents<'_>], plan: &Plan) -> bool {
    let of_documents: HashSet<_> = files.iter().map(|file| &file.input.path).collect();
    let orders = plan.inputs.iter().filter(|input| input.dataset == Some(Dataset::Orders));
    orders.map(|input| &input.path).any(|path| !of_documents.contains(path))
}

/// The reject of a row of another dataset than its file was given as.
fn not_as_said(row: &Row, said: Dataset) -> Reject {
    let id = |name: &str| row.fields.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str());
    let value = ["payee_reference", "operation_id", "line_id", "order_id"].into_iter().find_map(id);
    let (own, said) = (row.dataset.name(), said.name());
    let reason = format!(
        "the document tells of {own}, but its file was given as {said}: give it with --input, or without a dataset in \
         its [[source]]"
    );
    Reject { column: String::new(), value: shown(value.unwrap_or_default().as_bytes()), reason }
}

fn copy_of<'c, 'f>(
    copies: &'c mut BTreeMap<(u32, Dataset), Copy<'f>>,
    files: &'f [Documents<'_>],
    number: u32,
    dataset: Dataset,
) -> Result<&'c mut Copy<'f>, FileError> {
    use std::collections::btree_map::Entry;
    let shown = file_of(files, number).map_or("", |file| file.input.shown.as_str());
    match copies.entry((number, dataset)) {
        Entry::Occupied(copy) => Ok(copy.into_mut()),
        Entry::Vacant(place) => Ok(place.insert(Copy::small(shown, dataset)?)),
    }
}
