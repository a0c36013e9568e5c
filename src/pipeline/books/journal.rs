//! The journal of a run: what is written tonight, with everything that it names.

use std::collections::{BTreeMap, BTreeSet};

use xxhash_rust::xxh3::xxh3_64;

use crate::model::voucher::{Account, Dimension, Journal, Unit, Voucher};
use crate::pipeline::error::RunError;
use crate::pipeline::read::Means;
use crate::report::books::JournalSummary;
use crate::report::journal::{JournalFile, files};
use crate::report::view::Report;
use crate::rules::books::once::{Booking, Written, to_write};
use crate::rules::books::settings::BooksSettings;

/// What is written tonight, given what was written before.
pub(in crate::pipeline) fn due(bookings: &[Booking], written: &[Written], means: &Means<'_>) -> Vec<Written> {
    let closed_until = means.settings().books.closed_until;
    to_write(bookings, written, means.plan.as_of, closed_until)
}

/// Vouchers with the accounts, currencies and dimensions that they name.
fn journal(mut vouchers: Vec<Voucher>, means: &Means<'_>) -> Journal {
    let settings = &means.settings().books;
    vouchers.sort_by(|a, b| (&a.of.currency, a.dated, &a.id).cmp(&(&b.of.currency, b.dated, &b.id)));
    let units: BTreeSet<&str> = vouchers.iter().map(|voucher| voucher.of.currency.as_str()).collect();
    let postings = || vouchers.iter().flat_map(|voucher| &voucher.postings);
    let accounts: BTreeSet<&str> = postings().map(|posting| posting.account.as_str()).collect();
    let used: BTreeSet<&(u32, String)> = postings().flat_map(|posting| &posting.dimensions).collect();
    let unit = |code: &str| Unit {
        code: code.to_owned(),
        exponent: means.currencies.find(code.as_bytes()).map_or(0, |currency| means.currencies.exponent(currency)),
    };
    Journal {
        entity: settings.entity.clone(),
        as_of: means.plan.as_of,
        program: format!("avstem {}", env!("CARGO_PKG_VERSION")),
        units: units.into_iter().map(unit).collect(),
        accounts: accounts.into_iter().map(|number| account(number, settings)).collect(),
        dimensions: dimensions(&used, settings),
        vouchers,
    }
}

/// Puts a journal and its files into a report.
///
/// # Errors
/// A form cannot hold the journal.
pub(in crate::pipeline) fn put(report: &mut Report, vouchers: Vec<Voucher>, means: &Means<'_>) -> Result<(), RunError> {
    let journal = journal(vouchers, means);
    for format in &means.plan.journals {
        report.books.journal_files.extend(files(&journal, *format).map_err(RunError::Journal)?);
    }
    report.summary.journal = Some(JournalSummary::of(&journal));
    report.books.journal = Some(journal);
    Ok(())
}

/// Vouchers as files to be imported. What they are called and hold depends on the vouchers alone, so that the same vouchers
/// are never handed out in two files.
///
/// # Errors
/// A form cannot hold the journal.
pub(in crate::pipeline) fn handout(due: Vec<Written>, means: &Means<'_>) -> Result<Vec<JournalFile>, RunError> {
    let Some(night) = due.iter().map(|one| one.night).max() else { return Ok(Vec::new()) };
    let ids: Vec<&str> = due.iter().map(|one| one.voucher.id.as_str()).collect();
    let hash = xxh3_64(ids.join("\n").as_bytes());
    let vouchers = due.into_iter().map(|one| one.voucher).collect();
    let journal = Journal { as_of: night, ..journal(vouchers, means) };
    let mut handout = Vec::new();
    for format in &means.plan.journals {
        for file in files(&journal, *format).map_err(RunError::Journal)? {
            handout.push(JournalFile { name: format!("{night}-{hash:016x}-{}", file.name), ..file });
        }
    }
    Ok(handout)
}

fn account(number: &str, settings: &BooksSettings) -> Account {
    settings.accounts.account(number)
}

fn dimensions(used: &BTreeSet<&(u32, String)>, settings: &BooksSettings) -> Vec<Dimension> {
    let mut by_number: BTreeMap<u32, Dimension> = BTreeMap::new();
    for (number, code) in used {
        let known = settings.dimension_names.iter().find(|dimension| dimension.number == *number);
        let name = known.map_or_else(|| format!("Dimension {number}"), |dimension| dimension.name.clone());
        let object = known.and_then(|dimension| dimension.objects.iter().find(|(known, _)| known == code));
        let object = object.map_or_else(|| (code.clone(), code.clone()), Clone::clone);
        let dimension =
            by_number.entry(*number).or_insert_with(|| Dimension { number: *number, name, objects: Vec::new() });
        dimension.objects.push(object);
    }
    by_number.into_values().collect()
}
