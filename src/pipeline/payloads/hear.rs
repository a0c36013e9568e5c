//! What documents tell, as facts dealt out by the reference that brings them together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::{Documents, Parts, provider_of, rows};
use crate::engine::shard::{Partitions, Writer};
use crate::engine::source::Bytes;
use crate::engine::spill::Budget;
use crate::ingest::canonical::Reject;
use crate::ingest::payload::document::{DocContext, OrderReference};
use crate::ingest::payload::fact::{Api, Fact, Told};
use crate::ingest::payload::heard::{Heard, Notes, tells};
use crate::ingest::payload::path::PathHints;
use crate::ingest::payload::read::{self, Found};
use crate::ingest::payload::references::reference;
use crate::ingest::payload::sighting::{Sighting, key, order_key};
use crate::ingest::source::FileError;
use crate::model::text::Text;
use crate::pipeline::error::RunError;
use crate::pipeline::plan::{Input, Plan, open_blocks};

/// More shards than for records: what one of them holds is in memory as facts, which take many times as much as their bytes.
const SHARD_COUNT: usize = 512;

/// How many sets of shards each thread has open blocks for at once: those by reference and by order, or those by order anew.
const OPEN_AT_ONCE: u64 = 2;

/// Which order a checkout transaction belongs to, as the order's own records say; `None` where they contradict.
pub(super) type OrderOfPayment = HashMap<u128, Option<Text>>;

/// What reading a file yields beside its facts.
#[derive(Default)]
pub(super) struct Seen {
    pub apis: Vec<Api>,
    pub rejects: Vec<(u64, Reject)>,
    pub notes: Notes,
    /// Whether any of its facts can give a row or say something of one.
    pub told: bool,
}

/// Documents that were read, and facts that are remembered, before they are put together.
pub struct Hearing<'p> {
    plan: &'p Plan,
    files: Vec<Documents>,
    seen: Vec<Seen>,
    budget: Arc<Budget>,
    dealt: Dealt,
    payments: OrderOfPayment,
    /// What was read tonight, where it is to be remembered, sorted.
    kept: Vec<Sighting>,
}

/// Facts that are told, dealt out.
struct Dealt {
    /// What others may complete, and what names no order.
    by_reference: Partitions,
    /// What names its order, and is completed by nothing but the records of its payment.
    by_order: Partitions,
}

impl Dealt {
    fn new(budget: &Arc<Budget>) -> Self {
        let partitions = || Partitions::new(SHARD_COUNT, Arc::clone(budget), None);
        Self { by_reference: partitions(), by_order: partitions() }
    }
}

impl<'p> Hearing<'p> {
    /// Reads all documents; `keep` says that their facts are wanted by themselves too.
    ///
    /// # Errors
    /// A file is damaged or cannot be read, or working files cannot be written.
    pub fn of(files: Vec<Documents>, plan: &'p Plan, keep: bool) -> Result<Self, RunError> {
        // Half of the memory is for the facts of the shards that are being put together, and for their rows.
        let budget = plan.memory_bytes.map_or_else(Budget::unlimited, |memory| {
            let (block_len, _) = open_blocks(memory, SHARD_COUNT, OPEN_AT_ONCE);
            Budget::of_blocks(memory / 2, block_len)
        });
        let dealt = Dealt::new(&budget);
        let payments = Mutex::new(OrderOfPayment::new());
        let kept = keep.then(Mutex::default);
        let told = Telling { plan, dealt: &dealt, payments: &payments, kept: kept.as_ref() };
        let seen: Vec<Seen> = files
            .par_iter()
            .enumerate()
            .map(|(number, file)| match &file.bytes {
                Some(bytes) => told.read_file(number, &file.input, bytes),
                None => Ok(Seen::default()),
            })
            .collect::<Result<_, RunError>>()?;
        let payments = payments.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut kept = kept.map_or_else(Vec::new, |kept| kept.into_inner().unwrap_or_else(PoisonError::into_inner));
        kept.sort_by(|a, b| (a.place().file, a).cmp(&(b.place().file, b)));
        Ok(Self { plan, files, seen, budget, dealt, payments, kept })
    }

    /// The files.
    #[must_use]
    pub fn files(&self) -> &[Documents] {
        &self.files
    }

    /// What was read, where it is to be remembered: by file, then as it sorts.
    #[must_use]
    pub fn kept(&self) -> &[Sighting] {
        &self.kept
    }

    /// Adds a file of an earlier night with facts that are remembered of it.
    ///
    /// # Errors
    /// Working files cannot be written.
    pub fn remember(&mut self, input: Input, sightings: Vec<Sighting>) -> Result<(), RunError> {
        let number = file_number(self.files.len(), &input)?;
        let mut writers = Writers::of(&self.dealt);
        for mut sighting in sightings {
            sighting.set_file(number);
            note_payment(&sighting, &mut self.payments);
            writers.put(&sighting);
        }
        writers.finish()?;
        self.files.push(Documents { input, bytes: None });
        self.seen.push(Seen::default());
        Ok(())
    }

    /// Puts all facts together: the parts of each file. `orders_given` says that the shop's own orders are given too.
    ///
    /// # Errors
    /// Working files cannot be written.
    pub fn parts(self, orders_given: bool) -> Result<Vec<Parts>, RunError> {
        let Self { plan, files, seen, budget, dealt: Dealt { by_reference, by_order }, payments, .. } = self;
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let deal = |from: &Partitions, by_order: &Partitions| {
            (0..SHARD_COUNT).into_par_iter().try_for_each(|shard| rows::deal(shard, from, by_order, &payments))
        };
        let by_order = if payments.is_empty() {
            by_order
        } else {
            // Records may say of any of them that it belongs to another order.
            let anew = Partitions::new(SHARD_COUNT, budget, None);
            deal(&by_order, &anew)?;
            anew
        };
        deal(&by_reference, &by_order)?;
        rows::write(&files, seen, &by_order, orders_given, plan)
    }
}

/// Where what is read goes.
struct Telling<'t> {
    plan: &'t Plan,
    dealt: &'t Dealt,
    payments: &'t Mutex<OrderOfPayment>,
    kept: Option<&'t Mutex<Vec<Sighting>>>,
}

impl Telling<'_> {
    fn read_file(&self, number: usize, input: &Input, bytes: &Bytes) -> Result<Seen, RunError> {
        let number = file_number(number, input)?;
        let path = PathHints::new(&input.shown).said(input.dataset);
        let context = DocContext { file: number, path, order_reference: order_reference(input)? };
        let constant = |name: &str| input.profile.as_ref().and_then(|profile| profile.constants.get(name).cloned());
        let order_id = constant("order_id").map(Text::from);
        let seen = Mutex::new(Seen::default());
        let emit = |Found { api, heard: Heard { facts, rejects, notes } }: Found| -> std::io::Result<()> {
            // What is of no known API tells no facts.
            let provider: Text = api.map(|api| provider_of(input, self.plan, api).into()).unwrap_or_default();
            let told = facts.iter().any(tells);
            let mut writers = Writers::of(self.dealt);
            let mut kept = Vec::new();
            for fact in facts {
                let mut sighting = Sighting { provider: provider.clone(), fact };
                if let (None, Some(order_id)) = (sighting.order_id(), &order_id) {
                    sighting.set_order_id(order_id.clone());
                }
                if paid(&sighting).is_some() {
                    note_payment(&sighting, &mut self.payments.lock().unwrap_or_else(PoisonError::into_inner));
                }
                writers.put(&sighting);
                if self.kept.is_some() {
                    kept.push(sighting);
                }
            }
            writers.finish()?;
            if let Some(all) = self.kept {
                all.lock().unwrap_or_else(PoisonError::into_inner).append(&mut kept);
            }
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(api) = api.filter(|api| !seen.apis.contains(api)) {
                seen.apis.push(api);
            }
            seen.rejects.extend(rejects);
            seen.notes.join(notes);
            seen.told |= told;
            Ok(())
        };
        read::file(&input.shown, bytes, &context, &emit)?;
        Ok(seen.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Deals facts out, of one task.
struct Writers<'d> {
    dealt: &'d Dealt,
    by_reference: Writer<'d>,
    by_order: Writer<'d>,
}

impl<'d> Writers<'d> {
    fn of(dealt: &'d Dealt) -> Self {
        Self { dealt, by_reference: dealt.by_reference.writer(), by_order: dealt.by_order.writer() }
    }

    /// Under what brings it together with others first: the reference of its operation, else its order.
    fn put(&mut self, sighting: &Sighting) {
        let reference = match &sighting.fact {
            Fact::Operation(operation) => reference(operation),
            _ => None,
        };
        let (key, partitions, writer) = match (reference, sighting.order_id()) {
            (None, Some(order_id)) => {
                (order_key(&sighting.provider, order_id), &self.dealt.by_order, &mut self.by_order)
            }
            (reference, _) => {
                let key = match reference {
                    Some(reference) => key(&["reference", reference]),
                    None => order_key(&sighting.provider, ""),
                };
                (key, &self.dealt.by_reference, &mut self.by_reference)
            }
        };
        writer.put(partitions.shard_of(key), |out| sighting.put(key, out));
    }

    fn finish(self) -> std::io::Result<()> {
        self.by_reference.finish()?;
        self.by_order.finish()
    }
}

/// By which reference the profile of a source says that orders are known.
fn order_reference(input: &Input) -> Result<OrderReference, FileError> {
    let Some(name) = input.profile.as_ref().and_then(|profile| profile.columns.get("order_id")) else {
        return Ok(OrderReference::default());
    };
    OrderReference::from_name(name).ok_or_else(|| {
        let problem = format!("its profile takes order_id from `{name}`, which no document of an API has");
        let help = "of Dintero's transactions it can be `merchant_reference` or `merchant_reference_2`; of other documents \
                    leave it out";
        FileError::new(&input.shown, problem, help)
    })
}

fn file_number(number: usize, input: &Input) -> Result<u32, FileError> {
    let too_many = |_| FileError::new(&input.shown, "one file too many", "put the exports of a day together");
    u32::try_from(number).map_err(too_many)
}

/// The payment and the order that a recorded operation names.
fn paid(sighting: &Sighting) -> Option<(&str, &str)> {
    match &sighting.fact {
        Fact::Operation(operation) if operation.told == Told::Recorded => {
            Some((operation.payment_id.as_deref()?, operation.order_id.as_deref()?))
        }
        _ => None,
    }
}

/// Remembers which order a recorded operation's payment belongs to.
fn note_payment(sighting: &Sighting, payments: &mut OrderOfPayment) {
    if let Some((payment, order)) = paid(sighting) {
        let known = payments.entry(key(&[&sighting.provider, payment])).or_insert_with(|| Some(order.into()));
        if known.as_deref() != Some(order) {
            *known = None;
        }
    }
}

/// The order that the records name for a checkout transaction, whatever the transaction itself calls it.
pub(super) fn order_of_payment(sighting: &Sighting, payments: &OrderOfPayment) -> Option<Text> {
    payments.get(&key(&[&sighting.provider, sighting.checkout_transaction()?]))?.clone()
}
