//! Where the records of a chunk go as they are read: each to its shard, and its amount into the totals.

use std::io;

use super::read::{Means, Read, Shards};
use super::routes::Route;
use crate::engine::shard::{Partitions, Writer};
use crate::ingest::canonical::Sink;
use crate::model::compact::{LineRec, OperationRow, SettlementKind, SettlementRec};
use crate::model::currency::Currency;
use crate::model::encoding::key_bits;
use crate::model::names::NameId;
use crate::model::record::Dataset;
use crate::rules::books::settled::SettledRows;
use crate::rules::control::{Fate, FileKey, Sum, Verdict};
use crate::rules::files::net_off;

/// Deals records out to their shards, from one chunk.
pub(super) struct Desk<'a> {
    means: &'a Means<'a>,
    shards: &'a Shards<'a>,
    file: usize,
    orders: Option<(&'a Partitions, Writer<'a>)>,
    rounds: Vec<Writer<'a>>,
    route: Route,
    read: Read,
    settled: SettledRows,
    dataset: Dataset,
    /// The rows of the chunk by currency, of which there are few.
    rows: Vec<(Currency, Sum)>,
    /// The provider of the last row.
    last: Option<NameId>,
    /// The keys that its settlement rows have, as [`key_bits`] gives them.
    last_keys: u8,
}

impl<'a> Desk<'a> {
    pub(super) fn new(file: usize, dataset: Dataset, shards: &'a Shards<'a>, means: &'a Means<'a>) -> Self {
        let settlements = dataset == Dataset::Settlements;
        Self {
            means,
            shards,
            file,
            orders: shards.orders.filter(|_| !settlements).map(|orders| (orders, orders.writer())),
            rounds: if settlements { shards.rounds.iter().map(Partitions::writer).collect() } else { Vec::new() },
            route: Route::default(),
            read: Read::default(),
            settled: SettledRows::default(),
            dataset,
            rows: Vec::new(),
            last: None,
            last_keys: 0,
        }
    }

    /// Gives what was found on the way.
    pub(super) fn finish(mut self) -> io::Result<Read> {
        for (currency, rows) in &self.rows {
            let key: FileKey = (self.dataset, self.file, *currency);
            self.read.tally.fates_of(Fate::Read, key, *rows);
            if self.dataset == Dataset::Settlements {
                // Settlement rows are never merged.
                self.read.tally.fates_of(Fate::Accepted, key, *rows);
            }
        }
        self.read.batches.settlements(self.settled);
        for writer in self.orders.map(|(_, writer)| writer).into_iter().chain(self.rounds) {
            writer.finish()?;
        }
        Ok(self.read)
    }

    /// Counts a row as read.
    #[inline]
    fn count(&mut self, currency: Currency, amount_minor: i64) {
        match self.rows.iter_mut().find(|(known, _)| *known == currency) {
            Some((_, rows)) => rows.row(amount_minor),
            None => {
                let mut rows = Sum::default();
                rows.row(amount_minor);
                self.rows.push((currency, rows));
            }
        }
    }
}

impl Sink for Desk<'_> {
    #[inline(always)]
    fn line(&mut self, line: &LineRec) {
        self.count(line.currency, line.gross_minor);
        if self.last != Some(line.provider) {
            self.last = Some(line.provider);
            self.read.line_providers.insert(line.provider);
        }
        if let Some((orders, writer)) = &mut self.orders {
            writer.put(orders.shard_of(line.order), |out| line.put(out));
        }
    }

    #[inline(always)]
    fn operation(&mut self, row: &OperationRow) {
        self.count(row.currency, row.amount_minor);
        if self.last != Some(row.provider) {
            self.last = Some(row.provider);
            self.read.operation_providers.insert(row.provider);
        }
        if let Some((orders, writer)) = &mut self.orders {
            writer.put(orders.shard_of(row.order), |out| row.put(out));
        }
    }

    #[inline(always)]
    fn settlement(&mut self, record: &SettlementRec) {
        let row = &record.row;
        self.count(row.currency, row.gross_minor);
        self.settled.row(record);
        if let Some(finding) = net_off(record) {
            self.read.findings.push(finding);
        }
        if self.last != Some(row.provider) {
            self.last = Some(row.provider);
            let known = self.read.settled_keys.entry(row.provider).or_default();
            self.last_keys = known.iter().zip([1, 2, 4, 8]).map(|(has, bit)| if *has { bit } else { 0 }).sum();
        }
        if let SettlementKind::Other(_) = record.kind {
            let sum = Sum { count: 1, sum_minor: i128::from(row.gross_minor) };
            self.read.tally.verdict(Dataset::Settlements, row.provider, row.currency, Verdict::OtherKind, sum);
            return;
        }
        let key_bits = key_bits(&row.keys);
        if key_bits & !self.last_keys != 0 {
            self.last_keys |= key_bits;
            let has = [1, 2, 4, 8].map(|bit| self.last_keys & bit != 0);
            self.read.settled_keys.insert(row.provider, has);
        }
        let (round, key) = self.route.next_of(self.means.routes, row.provider, &row.keys, 0);
        if let (Some(writer), Some(partitions)) = (self.rounds.get_mut(round), self.shards.rounds.get(round)) {
            writer.put(partitions.shard_of(key), |out| row.put(out));
        }
    }
}
