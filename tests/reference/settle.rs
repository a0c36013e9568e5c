//! Operations against settlement rows (RULES section 4, leg `operation`).

use std::collections::{BTreeMap, BTreeSet};

use super::operations::Operation;
use super::pairing::{Left, Verdict, equal, number_of, resolve, sort_operations, take_pairs, tolerated};
use super::rows::Row;
use super::{FoundRow, Settings};

/// Compares every provider that has an accepted settlement row; the leg is skipped for the others. The findings that
/// are no verdict of a record are found for all.
pub fn compare<'a>(
    operations: &'a [Operation],
    settlement_rows: &'a [Row],
    settings: &Settings,
    findings: &mut Vec<FoundRow>,
) -> Vec<Verdict<'a>> {
    let providers: BTreeSet<String> = settlement_rows.iter().map(|r| r.text("provider")).collect();
    let mut verdicts = Vec::new();
    for provider in providers {
        let operations: Vec<&Operation> = operations.iter().filter(|o| o.identity.provider == provider).collect();
        let rows: Vec<&Row> = settlement_rows.iter().filter(|r| r.text("provider") == provider).collect();
        verdicts.extend(rounds(&provider, &operations, &rows, settings));
    }
    for verdict in &verdicts {
        report(verdict, settings, findings);
    }
    batch_missing(&verdicts, settings, findings);
    wrong_batch(&verdicts, findings);
    tolerance_budget(&verdicts, settings, findings);
    reference_reused(operations, settings, findings);
    items_total(operations, findings);
    verdicts
}

/// Whether a settlement row takes part in section 4: kind capture or reversal, or none at all.
pub fn takes_part(row: &Row) -> bool {
    matches!(row.text("kind").as_str(), "" | "capture" | "reversal")
}

/// All rounds of one provider, and what is left after the last.
fn rounds<'a>(provider: &str, operations: &[&'a Operation], rows: &[&'a Row], settings: &Settings) -> Vec<Verdict<'a>> {
    let (mut unused, mut failed): (Vec<&Operation>, Vec<&Operation>) =
        operations.iter().copied().partition(|o| o.completed);
    let mut unused_rows: Vec<&Row> = rows.iter().copied().filter(|r| takes_part(r)).collect();
    let mut past_the_rounds: Vec<&Operation> = Vec::new();
    let mut verdicts = Vec::new();

    for column in settings.keys(provider) {
        let values: BTreeSet<String> = unused_rows.iter().map(|r| r.text(&column)).collect();
        for value in values.into_iter().filter(|v| !v.is_empty()) {
            let group = take(&mut unused, |o| o.key(&column) == value);
            let group_rows = take(&mut unused_rows, |r| r.text(&column) == value);
            let resolved = !group.is_empty();
            let mut left = if resolved {
                resolve(group, group_rows, settings, &mut verdicts)
            } else {
                Left { operations: group, rows: group_rows }
            };
            past_the_rounds.append(&mut left.operations);

            // Operations that are not completed take what no completed operation of the group uses.
            let mut group_failed = take(&mut failed, |o| o.key(&column) == value);
            for (operation, row) in take_pairs(&mut group_failed, &mut left.rows, &equal) {
                verdicts.push(Verdict { code: "settled-not-completed", operations: vec![operation], rows: vec![row] });
            }
            failed.append(&mut group_failed);
            if resolved {
                verdicts.extend(left.rows.into_iter().map(|row| row_alone("settled-twice", row)));
            } else {
                unused_rows.append(&mut left.rows);
            }
        }
    }
    verdicts.extend(unused_rows.into_iter().map(|row| row_alone("settled-unknown", row)));
    past_the_rounds.append(&mut unused);
    verdicts.extend(past_the_rounds.into_iter().map(|o| operation_alone(o, rows)));
    verdicts
}

/// Takes what is wanted out of a vector.
fn take<T: Copy>(from: &mut Vec<T>, wanted: impl Fn(T) -> bool) -> Vec<T> {
    let (taken, left) = from.iter().partition(|item| wanted(**item));
    *from = left;
    taken
}

fn row_alone<'a>(code: &'static str, row: &'a Row) -> Verdict<'a> {
    Verdict { code, operations: Vec::new(), rows: vec![row] }
}

/// After the last round: an operation without a row. `rows` are all of its provider, of any kind.
fn operation_alone<'a>(operation: &'a Operation, rows: &[&Row]) -> Verdict<'a> {
    let number = number_of(operation);
    let number_is_settled = rows.iter().any(|r| r.text("reconciliation_number") == number);
    let code = if operation.effect() == 0 {
        "matched"
    } else if !number.is_empty() && !number_is_settled {
        "batch-missing"
    } else {
        "unsettled"
    };
    Verdict { code, operations: vec![operation], rows: Vec::new() }
}

/// The operations with all their rows, and the settlement rows; and how many records these are.
fn records<'a>(verdict: &Verdict<'a>) -> (Vec<&'a Row>, usize) {
    let of_operations = verdict.operations.iter().flat_map(|o| o.rows());
    let records = of_operations.chain(verdict.rows.iter().copied()).collect();
    (records, verdict.operations.len() + verdict.rows.len())
}

/// The finding of a verdict, if it is one by itself.
fn report(verdict: &Verdict, settings: &Settings, findings: &mut Vec<FoundRow>) {
    let (rows, count) = records(verdict);
    let mut push = |status: &str, currency: &str, expected: i128, actual: i128| {
        let code = verdict.code;
        findings.push(FoundRow::about("operation", code, status, currency, expected, actual, &rows, count));
    };
    match verdict.code {
        "unsettled" => {
            let operation = verdict.operations[0];
            let status = settings.pending_or_open(
                operation.created_at(),
                settings.settlement_days,
                &settings.settlement_calendar,
            );
            push(status, &operation.identity.currency, operation.effect(), 0);
        }
        "settled-unknown" | "settled-twice" | "settled-not-completed" => {
            push("open", &verdict.rows[0].text("currency"), 0, verdict.rows[0].amount());
        }
        "settled-currency" => {
            let operation = verdict.operations[0];
            push("open", &operation.identity.currency, operation.effect(), 0);
        }
        "settled-amount" | "settled-direction" | "ambiguous" => {
            for currency in verdict.currencies() {
                push("open", &currency, verdict.operation_sum(&currency), verdict.row_sum(&currency));
            }
        }
        // `batch-missing` has one finding for many of them.
        _ => {}
    }
}

/// `batch-missing`: one finding a batch and currency, as old as its newest operation.
fn batch_missing(verdicts: &[Verdict], settings: &Settings, findings: &mut Vec<FoundRow>) {
    let mut batches: BTreeMap<(String, String, String), Vec<&Operation>> = BTreeMap::new();
    for operation in verdicts.iter().filter(|v| v.code == "batch-missing").flat_map(|v| &v.operations) {
        let identity = &operation.identity;
        let batch = (identity.provider.clone(), number_of(operation), identity.currency.clone());
        batches.entry(batch).or_default().push(operation);
    }
    for ((_, _, currency), operations) in batches {
        let newest = operations.iter().map(|o| o.created_at()).max().expect("a batch has an operation");
        let status = settings.pending_or_open(newest, settings.settlement_days, &settings.settlement_calendar);
        let expected = operations.iter().map(|o| o.effect()).sum();
        let rows: Vec<&Row> = operations.iter().flat_map(|o| o.rows()).collect();
        let count = operations.len();
        findings.push(FoundRow::about("batch", "batch-missing", status, &currency, expected, 0, &rows, count));
    }
}

/// `wrong-batch`: one finding a match and currency.
fn wrong_batch(verdicts: &[Verdict], findings: &mut Vec<FoundRow>) {
    for verdict in verdicts.iter().filter(|v| v.is_wrong_batch()) {
        let (rows, count) = records(verdict);
        for currency in verdict.currencies() {
            let (expected, actual) = (verdict.operation_sum(&currency), verdict.row_sum(&currency));
            let found = FoundRow::about("operation", "wrong-batch", "open", &currency, expected, actual, &rows, count);
            findings.push(FoundRow { reconciliation_number: String::new(), ..found });
        }
    }
}

/// `tolerance-budget`: a currency whose tolerated differences sum past its budget.
fn tolerance_budget(verdicts: &[Verdict], settings: &Settings, findings: &mut Vec<FoundRow>) {
    for (currency, (pairs, sum)) in tolerated(verdicts) {
        let budget = i128::from(settings.tolerance_budget.get(&currency).copied().unwrap_or(0));
        if sum > budget {
            let code = "tolerance-budget";
            findings.push(FoundRow::about("operation", code, "open", &currency, budget, sum, &[], pairs));
        }
    }
}

/// `reference-reused`: one payee reference on completed operations of different identities.
fn reference_reused(operations: &[Operation], settings: &Settings, findings: &mut Vec<FoundRow>) {
    let mut references: BTreeMap<(String, String), Vec<&Operation>> = BTreeMap::new();
    for operation in operations.iter().filter(|o| o.completed) {
        let (provider, reference) = (operation.identity.provider.clone(), operation.key("payee_reference"));
        if settings.unique_reference(&provider) && !reference.is_empty() {
            references.entry((provider, reference)).or_default().push(operation);
        }
    }
    for mut users in references.into_values().filter(|users| users.len() > 1) {
        sort_operations(&mut users);
        let currency = users[0].identity.currency.clone();
        let actual = users.iter().filter(|o| o.identity.currency == currency).map(|o| o.effect()).sum();
        let rows: Vec<&Row> = users.iter().flat_map(|o| o.rows()).collect();
        let (code, first, count) = ("reference-reused", users[0].effect(), users.len());
        findings.push(FoundRow::about("operation", code, "open", &currency, first, actual, &rows, count));
    }
}

/// `items-total`: the rows of a completed operation do not sum to its stated total, in size.
fn items_total(operations: &[Operation], findings: &mut Vec<FoundRow>) {
    for operation in operations.iter().filter(|o| o.completed) {
        let Some(expected) = operation.stated_total().map(i128::abs) else {
            continue;
        };
        let actual = operation.effect().abs();
        if actual != expected {
            let (currency, rows) = (&operation.identity.currency, operation.rows());
            let code = "items-total";
            findings.push(FoundRow::about("operation", code, "open", currency, expected, actual, &rows, 1));
        }
    }
}
