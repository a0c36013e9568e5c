//! Reports that people read, which are written where they are asked for.

use crate::model::currency::Currencies;
use crate::pipeline::plan::Plan;
use crate::report::folder::{PublishError, Staging};
use crate::report::view::Report;
use crate::report::workbook;

/// Writes what the plan asks for into the folder in the making.
///
/// # Errors
/// The file system refuses.
pub(super) fn add(plan: &Plan, report: &Report, staging: &Staging) -> Result<(), PublishError> {
    if plan.workbook {
        let currencies = Currencies::new(&plan.settings.extra_currencies);
        staging.add(workbook::WORKBOOK_FILE, |file| workbook::write(report, &currencies, file))?;
    }
    Ok(())
}
