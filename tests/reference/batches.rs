//! batches.csv (RULES section 5): both sides of every batch, and what explains the difference.

use std::collections::BTreeMap;

use super::BatchRow;
use super::operations::Operation;
use super::pairing::{Verdict, number_of};
use super::rows::Row;
use super::settle::takes_part;

/// Provider, reconciliation number and currency.
type Batch = (String, String, String);

/// A row a batch, sorted. The verdicts cover the providers whose leg is not skipped, and hold every completed
/// operation and every row of kind capture and reversal of these exactly once.
pub fn rows(operations: &[Operation], settlement_rows: &[Row], verdicts: &[Verdict]) -> Vec<BatchRow> {
    let mut batches: BTreeMap<Batch, BatchRow> = BTreeMap::new();
    for row in settlement_rows {
        let batch = batches.entry(batch_of_row(row)).or_default();
        if takes_part(row) {
            let fee = row.number("fee_amount").unwrap_or(0);
            batch.row_count += 1;
            batch.row_sum += row.amount();
            batch.fee_sum += fee;
            batch.net_sum += row.number("net_amount").unwrap_or(row.amount() - fee);
        }
    }
    let compared =
        |o: &&Operation| o.completed && settlement_rows.iter().any(|r| r.text("provider") == o.identity.provider);
    for operation in operations.iter().filter(compared) {
        let batch = batches.entry(batch_of_operation(operation, verdicts)).or_default();
        batch.operation_count += 1;
        batch.operation_sum += operation.effect();
    }
    explain(&mut batches, verdicts);
    batches.into_iter().map(finish).collect()
}

fn batch_of_row(row: &Row) -> Batch {
    (row.text("provider"), row.text("reconciliation_number"), row.text("currency"))
}

/// The batch that an operation states, else that of the first row that it is matched with, else the empty number.
fn batch_of_operation(operation: &Operation, verdicts: &[Verdict]) -> Batch {
    let mut number = number_of(operation);
    if number.is_empty() {
        let holds = |v: &&Verdict| v.is_match() && v.operations.iter().any(|o| std::ptr::eq(*o, operation));
        let first = verdicts.iter().find(holds).and_then(|v| v.rows.first());
        number = first.map(|row| row.text("reconciliation_number")).unwrap_or_default();
    }
    (operation.identity.provider.clone(), number, operation.identity.currency.clone())
}

/// A code explains, in a batch, its rows' effects there minus its operations' effects there.
fn explain(batches: &mut BTreeMap<Batch, BatchRow>, verdicts: &[Verdict]) {
    for verdict in verdicts {
        let code = if verdict.is_wrong_batch() { "wrong-batch" } else { verdict.code };
        let mut add = |batch: Batch, amount: i128| {
            let explained = &mut batches.entry(batch).or_default().explained;
            *explained.entry(code.to_string()).or_default() += amount;
        };
        for row in &verdict.rows {
            add(batch_of_row(row), row.amount());
        }
        for operation in verdict.operations.iter().filter(|o| o.completed) {
            add(batch_of_operation(operation, verdicts), -operation.effect());
        }
    }
}

fn finish((key, mut batch): (Batch, BatchRow)) -> BatchRow {
    (batch.provider, batch.reconciliation_number, batch.currency) = key;
    batch.difference = batch.row_sum - batch.operation_sum;
    batch.explained.retain(|_, amount| *amount != 0);
    batch.residual = batch.difference - batch.explained.values().sum::<i128>();
    batch
}
