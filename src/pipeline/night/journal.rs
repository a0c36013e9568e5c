//! The vouchers of a state, for whoever asks for them again.

use std::sync::Arc;

use crate::model::currency::Currencies;
use crate::model::names::Names;
use crate::model::voucher::Voucher;
use crate::pipeline::plan::Plan;
use crate::pipeline::read::Means;
use crate::pipeline::routes::Routes;
use crate::pipeline::{RunError, books};
use crate::report::journal::{JournalFile, JournalFormat};
use crate::rules::books::once::Written;
use crate::state::store::Store;

/// All vouchers that were written, by day and id.
///
/// # Errors
/// The state cannot be read.
pub fn written(store: &Store) -> Result<Vec<Written>, RunError> {
    let mut written: Vec<Written> =
        store.vouchers()?.iter().filter_map(|one| serde_json::from_str(&one.text).ok()).collect();
    written.sort_by(|a, b| (a.voucher.dated, &a.voucher.id).cmp(&(b.voucher.dated, &b.voucher.id)));
    Ok(written)
}

/// Vouchers as files once more, marked as copies.
///
/// # Errors
/// A form cannot hold them.
pub fn copies(plan: &Plan, written: Vec<Written>, formats: Vec<JournalFormat>) -> Result<Vec<JournalFile>, RunError> {
    let plan = Plan { journals: formats, ..plan.clone() };
    let names = Arc::new(Names::default());
    let currencies = Currencies::new(&plan.settings.extra_currencies);
    let routes = Routes::new(&plan.settings, Arc::clone(&names));
    let means = Means { plan: &plan, names: &names, currencies: &currencies, routes: &routes, on: &|_| {} };
    let vouchers = written.into_iter().map(|one| Voucher { is_copy: true, ..one.voucher }).collect();
    books::as_files(vouchers, &means)
}
