//! Matches as rows of `matches.csv`: their texts read back, named by what they are made of.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::error::RunError;
use super::inputs::Inputs;
use super::read::Means;
use super::with_library;
use crate::model::compact::Operation;
use crate::model::currency::Currency;
use crate::model::names::NameId;
use crate::model::origin::Origin;
use crate::model::record::{ID_COLUMNS, ReadBack, ReadBackError};
use crate::report::view::MatchRow;
use crate::rules::operations::{Match, MatchKind};

/// The rows of `matches.csv`, sorted.
///
/// # Errors
/// A file cannot be read any more.
pub fn match_rows(matches: &[Match], inputs: &Inputs, means: &Means<'_>) -> Result<Vec<MatchRow>, RunError> {
    let rows: Vec<Vec<MatchRow>> = with_library(inputs, means, |library| {
        matches.par_iter().map(|one| rows_of_match(one, library, means)).collect::<Result<_, ReadBackError>>()
    })?;
    Ok(number_twins(rows))
}

/// Sorts matches, and numbers those that nothing but their place tells apart.
fn number_twins(mut matches: Vec<Vec<MatchRow>>) -> Vec<MatchRow> {
    let key = |rows: &Vec<MatchRow>| rows.first().map(|row| (row.match_id.clone(), row.sources.clone()));
    matches.sort_by_cached_key(key);
    for twins in matches.chunk_by_mut(|a, b| a.first().map(|row| &row.match_id) == b.first().map(|row| &row.match_id)) {
        for (rows, number) in twins.iter_mut().zip(1_u64..).skip(1) {
            rows.iter_mut().for_each(|row| row.match_id = format!("{}-{number}", row.match_id));
        }
    }
    let mut rows: Vec<MatchRow> = matches.into_iter().flatten().collect();
    rows.par_sort_unstable();
    rows
}

fn rows_of_match(one: &Match, library: &dyn ReadBack, means: &Means<'_>) -> Result<Vec<MatchRow>, ReadBackError> {
    let kind = match (one.kind, one.operations.len(), one.rows.len()) {
        (MatchKind::Tolerated, ..) => "1:1 within tolerance",
        (MatchKind::WithoutRow, ..) => "no row needed",
        (_, 1, 1) => "1:1",
        (_, 1, _) => "1:N",
        (_, _, 1) => "N:1",
        _ => "N:M",
    };
    let mut rows = Vec::with_capacity(one.operations.len() + one.rows.len());
    for Operation { provider, currency, effect_minor, rows: origins, .. } in &one.operations {
        rows.push(match_row("operation", (*provider, *currency), *effect_minor, origins, library, means)?);
    }
    for row in &one.rows {
        rows.push(match_row(
            "settlement",
            (row.provider, row.currency),
            i128::from(row.gross_minor),
            &[row.origin],
            library,
            means,
        )?);
    }
    rows.sort();
    // Named by its records, the sources apart, so that the name is the same wherever the files stand.
    let described: Vec<String> =
        rows.iter().map(|row| format!("{:?}", MatchRow { sources: String::new(), ..row.clone() })).collect();
    let match_id: String =
        format!("{:032x}", xxhash_rust::xxh3::xxh3_128(described.join("\n").as_bytes())).chars().take(16).collect();
    for row in &mut rows {
        row.match_id.clone_from(&match_id);
        row.kind = kind.to_owned();
    }
    Ok(rows)
}

fn match_row(
    side: &str,
    (provider, currency): (NameId, Currency),
    effect_minor: i128,
    origins: &[Origin],
    library: &dyn ReadBack,
    means: &Means<'_>,
) -> Result<MatchRow, ReadBackError> {
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    let mut sources = Vec::with_capacity(origins.len());
    for origin in origins {
        let mut line = 0;
        library.cite(*origin, &mut |row, its_line| {
            line = its_line;
            for column in ID_COLUMNS {
                // Of several rows of an operation the smallest text, as its keys are (RULES.md 4).
                if let Some(text) = row.id(column)
                    && texts.get(column).is_none_or(|known| text < known.as_str())
                {
                    texts.insert(column, text.to_owned());
                }
            }
        })?;
        sources.push((origin.file(), line, library.file_name(*origin)?));
    }
    sources.sort_unstable();
    let sources: Vec<String> = sources.into_iter().map(|(_, line, file)| format!("{file}:{line}")).collect();
    let mut take = |column: &str| texts.remove(column).unwrap_or_default();
    Ok(MatchRow {
        provider: means.names.text(provider).to_string(),
        match_id: String::new(),
        kind: String::new(),
        side: side.to_owned(),
        order_id: take("order_id"),
        operation_id: take("operation_id"),
        transaction_number: take("transaction_number"),
        payee_reference: take("payee_reference"),
        transaction_id: take("transaction_id"),
        reconciliation_number: take("reconciliation_number"),
        settlement_id: take("settlement_id"),
        currency: means.currencies.code(currency).to_owned(),
        effect_minor,
        sources: sources.join("; "),
    })
}
