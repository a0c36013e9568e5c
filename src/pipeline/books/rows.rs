//! Rows of files that are only for the books: entries of a bank's CSV, payouts as a person types them.

use std::sync::Arc;

use super::FileBooks;
use crate::engine::source::Bytes;
use crate::engine::split::{Record, Scratch, split_records};
use crate::ingest::bank::{BankWays, rows};
use crate::ingest::canonical::Context;
use crate::ingest::cited::typed;
use crate::ingest::library::Volume;
use crate::model::bank::Statement;
use crate::model::currency::Currencies;
use crate::model::names::Names;
use crate::model::origin::Origin;
use crate::model::payout::{SettlementKey, StatedPayout};
use crate::model::record::{Dataset, Row};
use crate::model::reject::RejectRow;
use crate::pipeline::error::RunError;
use crate::pipeline::header::chunks;
use crate::pipeline::inputs::Inputs;
use crate::pipeline::no_ways;
use crate::pipeline::plan::Plan;
use crate::pipeline::read::reject_row;

/// Takes the rows of such files out of the library, so that nothing else meets them.
///
/// # Errors
/// A file cannot be read any more.
pub(in crate::pipeline) fn take_rows(
    inputs: &mut Inputs,
    plan: &Plan,
    names: &Names,
    currencies: &Currencies,
) -> Result<(), RunError> {
    let bank_names = plan.bank_names();
    let ways = BankWays { names: &bank_names, currencies };
    let context = Context { names, currencies, zone: plan.settings.zone, dated: false, ways: &no_ways };
    for number in 0..inputs.files.len() {
        let (Some(file), Some(volume)) = (inputs.files.get_mut(number), inputs.volumes.get_mut(number)) else {
            continue;
        };
        let dataset = volume.layout.dataset;
        if dataset.is_reconciled() || file.known_rows.is_some() {
            continue;
        }
        let mut rejects = Vec::new();
        let rows = rows_of(volume, file.body, plan.chunk_bytes, &context, &mut rejects)?;
        let count = rows.len().saturating_add(rejects.len());
        let converted = inputs.rejects.iter().filter(|(of, _)| *of == number).count();
        file.known_rows = u64::try_from(count.saturating_add(converted)).ok();
        file.books = match dataset {
            Dataset::Bank => FileBooks {
                statements: rows::lists(rows, &file.provider, plan.settings.zone, &ways),
                payouts: Vec::new(),
            },
            _ => FileBooks { statements: Vec::new(), payouts: payouts(rows, &context) },
        };
        file.books.statements.iter_mut().for_each(Statement::hide_references);
        inputs.rejects.extend(rejects.into_iter().map(|reject| (number, reject)));
        if file.original.is_none() {
            file.original = Some(Arc::clone(&volume.bytes));
        }
        volume.bytes = Arc::new(Bytes::from_vec(Vec::new()));
        file.body = (0, 1);
    }
    Ok(())
}

/// The readable rows of a file with their places, in its order.
fn rows_of(
    volume: &Volume,
    body: (u64, u64),
    chunk_bytes: usize,
    context: &Context<'_>,
    rejects: &mut Vec<RejectRow>,
) -> Result<Vec<(Row, String)>, RunError> {
    let (mut rows, mut buffer, mut scratch) = (Vec::new(), Vec::new(), Scratch::new());
    for chunk in chunks(volume, body, chunk_bytes)? {
        chunk.read(&volume.bytes, &mut buffer)?;
        split_records(&buffer, chunk.start, chunk.first_line, &volume.dialect, &mut scratch, &mut |record: &Record<
            '_,
        >| {
            let Some(origin) = Origin::new(0, record.offset) else { return };
            let line = reject_row(volume, record, Default::default()).line;
            let row = match std::str::from_utf8(record.raw) {
                Ok(_) => typed(&volume.layout, record, origin, context),
                Err(_) => Err(crate::ingest::canonical::Reject {
                    reason: "bytes that are not UTF-8".to_owned(),
                    ..Default::default()
                }),
            };
            match row {
                Ok(row) => rows.push((row, format!("{}:{line}", volume.shown))),
                Err(reject) => rejects.push(reject_row(volume, record, reject)),
            }
        });
    }
    Ok(rows)
}

fn payouts(rows: Vec<(Row, String)>, context: &Context<'_>) -> Vec<StatedPayout> {
    let payout = |(row, source): (Row, String)| StatedPayout {
        key: SettlementKey {
            provider: row.provider().to_owned(),
            settlement_id: row.text("settlement_id").unwrap_or_default().to_owned(),
            currency: context.currencies.code(row.currency).to_owned(),
        },
        gross_minor: row.minor("gross_amount"),
        fee_minor: row.minor("fee_amount"),
        fee_vat_minor: row.minor("fee_vat_amount"),
        brought_forward_minor: row.minor("brought_forward_amount"),
        amount_minor: row.minor("payout_amount"),
        paid_on: row.instant("paid_at").map(|at| context.zone.day(at)),
        reference: row.text("reference").map(str::to_owned),
        source,
    };
    rows.into_iter().map(payout).collect()
}
