//! From facts to canonical rows: completed by reference, dealt out and put together by order, written to the copies of
//! their files.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::hear::{OrderOfPayment, Seen, order_of_payment};
use super::{DATASETS, Documents, FORMAT, Parts, listed_as, provider_of};
use crate::engine::shard::Partitions;
use crate::ingest::canonical::Reject;
use crate::ingest::copy::{Copy, Sheaf};
use crate::ingest::field::shown;
use crate::ingest::payload::fact::{Api, Fact};
use crate::ingest::payload::order::{Joined, join};
use crate::ingest::payload::references::{complete, reference};
use crate::ingest::payload::rows::Row;
use crate::ingest::payload::sighting::{Sighting, key, order_key};
use crate::ingest::source::FileError;
use crate::model::record::Dataset;
use crate::pipeline::error::RunError;
use crate::pipeline::plan::Plan;

/// Shards whose rows are in memory at once.
const SHARDS_AT_ONCE: usize = 8;

/// Completes the facts of each reference, and deals them out by order.
pub(super) fn deal(
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
                Some(order_id) => order_key(&sighting.provider, order_id),
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

/// What the orders of a shard come to: the rows of each copy as its text, and what could not become one. Rows are made text
/// where they were made: they are many small texts, and one thread would take longer to write them than all to make them.
#[derive(Default)]
struct Told {
    rows: BTreeMap<(u32, Dataset), Sheaf>,
    rejects: Vec<((u32, Dataset), u64, Reject)>,
}

impl Told {
    fn order(&mut self, joined: Joined, files: &[Documents]) {
        for row in joined.rows {
            let (file, line) = (row.place.file, row.place.line);
            let said = file_of(files, file).and_then(|file| file.input.dataset);
            if let Some(said) = said.filter(|said| *said != row.dataset) {
                self.rejects.push(((file, said), line, not_as_said(&row, said)));
                continue;
            }
            let fields: Vec<(&str, &str)> = row.fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
            self.rows.entry((file, row.dataset)).or_insert_with(|| Sheaf::new(row.dataset)).row(line, &fields);
        }
        let refused = joined.refused.into_iter();
        self.rejects.extend(refused.map(|one| ((one.place.file, one.dataset), one.place.line, one.reject)));
    }
}

/// Puts the facts of every order together, and writes their rows to the copies of their files.
pub(super) fn write(
    files: &[Documents],
    seen: Vec<Seen>,
    by_order: &Partitions,
    orders_given: bool,
    plan: &Plan,
) -> Result<Vec<Parts>, RunError> {
    let constants = |number: u32| file_of(files, number)?.input.profile.as_ref().map(|profile| &profile.constants);
    let mut copies: BTreeMap<(u32, Dataset), Copy<'_>> = BTreeMap::new();
    let shards: Vec<usize> = (0..by_order.shard_count()).collect();
    for some in shards.chunks(SHARDS_AT_ONCE) {
        let put_together: Vec<Told> = some
            .par_iter()
            .map(|shard| {
                let taken = by_order.take_blocks(*shard)?;
                let orders = Sighting::read_all(taken.blocks().iter().map(|block| &**block)).map_err(damaged)?;
                drop(taken);
                let mut told = Told::default();
                for sightings in orders.into_values() {
                    told.order(join(sightings, orders_given, &constants), files);
                }
                Ok(told)
            })
            .collect::<Result<_, RunError>>()?;
        for Told { rows, rejects } in put_together {
            for ((file, dataset), rows) in &rows {
                copy_of(&mut copies, files, *file, *dataset)?.sheaf(rows)?;
            }
            for ((file, dataset), line, reject) in rejects {
                copy_of(&mut copies, files, file, dataset)?.reject(line, reject);
            }
        }
    }
    let mut all = Vec::with_capacity(files.len());
    for (number, (file, seen)) in (0_u32..).zip(files.iter().zip(seen)) {
        let (api, format) = match seen.apis.as_slice() {
            [Api::SwedbankPay] => (Some(Api::SwedbankPay), format!("swedbank pay {FORMAT}")),
            [Api::Dintero] => (Some(Api::Dintero), format!("dintero {FORMAT}")),
            _ => (None, FORMAT.to_owned()),
        };
        // Every file is listed, also one whose documents tell of no money.
        let none = DATASETS.iter().all(|dataset| !copies.contains_key(&(number, *dataset)));
        if none || !seen.rejects.is_empty() {
            let copy = copy_of(&mut copies, files, number, listed_as(&file.input))?;
            seen.rejects.into_iter().for_each(|(line, reject)| copy.reject(line, reject));
        }
        let mut parts = Vec::new();
        for dataset in DATASETS {
            let Some(copy) = copies.remove(&(number, dataset)) else { continue };
            parts.push(copy.finish(format.clone(), None)?);
        }
        let provider = seen.apis.iter().min().map(|api| provider_of(&file.input, plan, *api)).unwrap_or_default();
        let tells_nothing = !seen.told && parts.iter().all(|part| part.rejects.is_empty());
        let mut notes = seen.notes.sentences();
        if tells_nothing && notes.is_empty() {
            notes.push("the file holds no document".to_owned());
        }
        all.push(Parts { parts, provider, api, notes, tells_nothing });
    }
    Ok(all)
}

fn file_of(files: &[Documents], number: u32) -> Option<&Documents> {
    files.get(usize::try_from(number).ok()?)
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
    files: &'f [Documents],
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
