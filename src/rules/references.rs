//! RULES.md 4, `reference-reused`: one payee reference on operations of different identities.

use super::orders::Context;
use super::rank;
use crate::model::compact::Operation;
use crate::model::finding::{Code, Finding, Note};
use crate::model::origin::Origins;
use crate::model::record::ReadBackError;

/// Judges all completed operations with one payee reference, at a provider whose references are unique: the sum of
/// those in the currency of the first against the first.
///
/// # Errors
/// A row cannot be read back.
pub fn reused(operations: &[Operation], context: &Context<'_>) -> Result<Option<Finding>, ReadBackError> {
    if operations.len() < 2 {
        return Ok(None);
    }
    let mut places: Vec<usize> = (0..operations.len()).collect();
    rank::sort(&mut places, operations, context)?;
    let Some(first) = places.first().and_then(|place| operations.get(*place)) else { return Ok(None) };
    let in_currency = operations.iter().filter(|operation| operation.currency == first.currency);
    Ok(Some(Finding {
        code: Code::ReferenceReused,
        provider: Some(first.provider),
        currency: Some(first.currency),
        expected_minor: first.effect_minor,
        actual_minor: in_currency.map(|operation| operation.effect_minor).sum(),
        count: u64::try_from(operations.len()).unwrap_or(u64::MAX),
        rows: places.iter().flat_map(|place| operations[*place].rows.iter().copied()).collect::<Origins>(),
        whole_order: false,
        note: Note::None,
    }))
}
