//! `close-month` and `journal`: what a state says of the books.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{Months, NaiveDate};
use serde_json::json;

use super::args::{CloseMonthArgs, JournalArgs};
use super::console::Console;
use super::fault::Fault;
use super::ledger::look;
use super::plan;
use super::show::major;
use super::table::{Align, Colour, Table};
use super::typed::{Format, ReportFormat};
use crate::model::currency::Currencies;
use crate::model::finding::{AGE_BUCKETS, age_bucket};
use crate::pipeline::night::closing::{self, Closing};
use crate::pipeline::night::journal;
use crate::pipeline::night::kept::last_day;
use crate::report::csv as tables;

/// The names of the files of a closing.
const FILES: [&str; 3] = ["accounts.csv", "bridge.csv", "open-items.csv"];

/// Closes a month: prints the bridge and the balances, and writes them with the aged list. The status is 1 where something
/// does not tie.
///
/// # Errors
/// There is no such state, or a file cannot be written.
pub(super) fn close_month(args: &CloseMonthArgs, console: Console) -> Result<(String, u8), Fault> {
    let config = plan::config_of(args.config.as_deref())?;
    let first = args.month.0;
    let last = first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(first);
    let store = look(&args.state)?;
    let known_until = last_day(&store)?;
    let mut plan = plan::of_books(&config, last);
    if let Some(provider) = &args.provider {
        plan.settings.default_provider.clone_from(provider);
    }
    let currencies = Currencies::new(&plan.settings.extra_currencies);
    let closed = closing::close(&plan, &store, (first, last), &|_| {})?;
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("closing-{}", first.format("%Y-%m"))));
    write(&out, &closed)?;
    for fault in &closed.faults {
        console.warning(fault);
    }
    if known_until < last {
        console.warning(format_args!("the last night of the state is {known_until}: the month is not over for it"));
    }
    let status = u8::from(!closed.faults.is_empty() || closed.accounts.iter().any(|row| !ties(&closed, row)));
    let text = match args.format {
        Format::Text => shown(&closed, &currencies, &out, console.out_colours()),
        Format::Json => as_json(&closed, &out)?,
    };
    Ok((text, status))
}

/// Whether the vouchers that were written say of an account what is known of it. Where none was written, nothing is said.
fn ties(closed: &Closing, row: &closing::AccountBalance) -> bool {
    closed.accounts.iter().all(|row| row.written_minor == 0 && row.late_minor == 0)
        || row.closing_minor == row.written_minor + row.late_minor
}

fn shown(closed: &Closing, currencies: &Currencies, out: &Path, colours: bool) -> String {
    let money = |amount_minor: i128, code: &str| major(amount_minor, code, currencies);
    let (first, last) = closed.days;
    let mut text = format!("The month from {first} to {last}: captured and not yet settled\n\n");
    let mut bridge = Table::new([
        ("provider", Align::Left),
        ("currency", Align::Left),
        ("opening", Align::Right),
        ("+ captured", Align::Right),
        ("- reversed", Align::Right),
        ("- settled", Align::Right),
        ("= closing", Align::Right),
    ]);
    for row in &closed.bridge {
        let amounts = [row.opening_minor, row.captured_minor, row.reversed_minor, row.settled_minor, row.closing_minor];
        let [opening, captured, reversed, settled, closing] = amounts.map(|amount| money(amount, &row.currency));
        let cells = [row.provider.clone(), row.currency.clone(), opening, captured, reversed, settled, closing];
        bridge.row(cells, Colour::Plain);
    }
    text.push_str(&bridge.render(colours));

    text.push_str("\nBalances of the accounts\n\n");
    let mut accounts = Table::new([
        ("account", Align::Left),
        ("name", Align::Left),
        ("currency", Align::Left),
        ("opening", Align::Right),
        ("closing", Align::Right),
        ("vouchers", Align::Right),
        ("later", Align::Right),
        ("", Align::Left),
    ]);
    for row in &closed.accounts {
        let amounts = [row.opening_minor, row.closing_minor, row.written_minor, row.late_minor];
        let [opening, closing, written, late] = amounts.map(|amount| money(amount, &row.currency));
        let is_tied = ties(closed, row);
        let cells = [
            row.account.clone(),
            row.name.clone(),
            row.currency.clone(),
            opening,
            closing,
            written,
            late,
            if is_tied { "" } else { "does not tie" }.to_owned(),
        ];
        accounts.row(cells, if is_tied { Colour::Plain } else { Colour::Red });
    }
    text.push_str(&accounts.render(colours));

    text.push_str("\nOpen and pending, by age in days\n\n");
    let mut ages = Table::new([
        ("provider", Align::Left),
        ("code", Align::Left),
        ("currency", Align::Left),
        ("0-7", Align::Right),
        ("8-30", Align::Right),
        ("31-90", Align::Right),
        ("91 and more", Align::Right),
    ]);
    let mut sums: BTreeMap<[&str; 3], [i128; AGE_BUCKETS.len()]> = BTreeMap::new();
    for finding in &closed.open {
        let sums = sums.entry([finding.provider(), finding.code.name(), finding.currency()]).or_default();
        let bucket = age_bucket(finding.age_days.unwrap_or(0));
        crate::model::money::add(&mut sums[bucket], finding.difference_minor);
    }
    for ([provider, code, currency], sums) in sums {
        let [a, b, c, d] = sums.map(|sum| money(sum, currency));
        ages.row([provider.to_owned(), code.to_owned(), currency.to_owned(), a, b, c, d], Colour::Plain);
    }
    text.push_str(&ages.render(colours));
    text.push_str(&format!("\nwritten: {}\n", out.display()));
    text
}

fn as_json(closed: &Closing, out: &Path) -> Result<String, Fault> {
    let (first, last) = closed.days;
    let bridge = closed.bridge.iter().map(|row| {
        json!({
            "provider": row.provider, "currency": row.currency, "opening": number(row.opening_minor),
            "captured": number(row.captured_minor), "reversed": number(row.reversed_minor),
            "settled": number(row.settled_minor), "closing": number(row.closing_minor),
        })
    });
    let accounts = closed.accounts.iter().map(|row| {
        json!({
            "account": row.account, "name": row.name, "currency": row.currency, "opening": number(row.opening_minor),
            "closing": number(row.closing_minor), "vouchers": number(row.written_minor),
            "later": number(row.late_minor), "ties": ties(closed, row),
        })
    });
    let value = json!({
        "from": first.to_string(), "to": last.to_string(), "bridge": bridge.collect::<Vec<_>>(),
        "accounts": accounts.collect::<Vec<_>>(), "open_items": closed.open.len(), "faults": closed.faults,
        "out": out.display().to_string(),
    });
    let text = serde_json::to_string_pretty(&value).map_err(|error| Fault::new(format!("the closing: {error}")))?;
    Ok(text + "\n")
}

/// A sum as JSON: a number of any size.
fn number(amount_minor: i128) -> serde_json::Value {
    serde_json::to_value(amount_minor).unwrap_or_default()
}

/// Writes the three tables, each whole.
fn write(out: &Path, closed: &Closing) -> Result<(), Fault> {
    let failed =
        |error: std::io::Error| Fault::of_file(&out.display().to_string(), format!("cannot be written: {error}"));
    if let Ok(entries) = std::fs::read_dir(out) {
        for entry in entries.flatten() {
            if !FILES.iter().any(|name| entry.file_name() == *name) {
                let problem = format!("holds {}, which is no part of a closing", entry.file_name().to_string_lossy());
                return Err(Fault::of_file(&out.display().to_string(), problem).help("give another folder with --out"));
            }
        }
    }
    std::fs::create_dir_all(out).map_err(failed)?;
    let put = |name: &str, write: &dyn Fn(&mut Vec<u8>) -> std::io::Result<()>| {
        let mut bytes = Vec::new();
        write(&mut bytes)?;
        let mut file = tempfile::NamedTempFile::new_in(out)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        file.persist(out.join(name)).map(drop).map_err(|error| error.error)
    };
    put(FILES[0], &|out| tables::closing_accounts(&closed.accounts.iter().map(account_cells).collect::<Vec<_>>(), out))
        .and_then(|()| {
            put(FILES[1], &|out| {
                tables::closing_bridge(&closed.bridge.iter().map(bridge_cells).collect::<Vec<_>>(), out)
            })
        })
        .and_then(|()| put(FILES[2], &|out| tables::discrepancies(&closed.open, out)))
        .map_err(failed)
}

fn account_cells(row: &closing::AccountBalance) -> ([String; 3], [i128; 4]) {
    (
        [row.account.clone(), row.name.clone(), row.currency.clone()],
        [row.opening_minor, row.closing_minor, row.written_minor, row.late_minor],
    )
}

fn bridge_cells(row: &closing::BridgeRow) -> ([String; 2], [i128; 5]) {
    (
        [row.provider.clone(), row.currency.clone()],
        [row.opening_minor, row.captured_minor, row.reversed_minor, row.settled_minor, row.closing_minor],
    )
}

/// Lists the vouchers that a state has written, or writes those of a settlement again, as copies.
///
/// # Errors
/// There is no such state or settlement, or a file cannot be written.
pub(super) fn journal(args: &JournalArgs, colours: bool) -> Result<String, Fault> {
    let config = plan::config_of(args.config.as_deref())?;
    let store = look(&args.state)?;
    let plan = plan::of_books(&config, last_day(&store)?);
    let currencies = Currencies::new(&plan.settings.extra_currencies);
    let written = journal::written(&store)?;
    let Some(settlement) = &args.settlement else {
        let mut table = Table::new([
            ("dated", Align::Left),
            ("written", Align::Left),
            ("settlement", Align::Left),
            ("currency", Align::Left),
            ("debits", Align::Right),
            ("voucher", Align::Left),
        ]);
        for one in &written {
            let voucher = &one.voucher;
            let mut debits = 0;
            let of_debit = voucher.postings.iter().filter(|posting| posting.amount_minor > 0);
            of_debit.for_each(|posting| crate::model::money::add(&mut debits, posting.amount_minor));
            table.row(
                [
                    voucher.dated.to_string(),
                    one.night.to_string(),
                    voucher.of.settlement_id.clone(),
                    voucher.of.currency.clone(),
                    major(debits, &voucher.of.currency, &currencies),
                    voucher.id.clone(),
                ],
                Colour::Plain,
            );
        }
        return Ok(table.render(colours));
    };
    let wanted: Vec<_> = written.into_iter().filter(|one| one.voucher.of.settlement_id == *settlement).collect();
    if wanted.is_empty() {
        let fault = Fault::new(format!("no voucher of settlement {settlement} was written"));
        return Err(fault.help("`avstem journal --state FILE` lists those that were"));
    }
    let formats: BTreeSet<_> = args
        .reports
        .iter()
        .filter_map(|format| match format {
            ReportFormat::Journal(format) => Some(*format),
            _ => None,
        })
        .collect();
    if formats.is_empty() {
        return Err(Fault::new("in which form?").help("name one: --reports sie, hledger, beancount or gbat10"));
    }
    let files = journal::copies(&plan, wanted, formats.into_iter().collect())?;
    let out = args.out.clone().unwrap_or_default();
    let mut text = String::new();
    for file in files {
        let path = out.join(format!("copy-{}", file.name));
        let failed = |error: std::io::Error| {
            Fault::of_file(&path.display().to_string(), format!("cannot be written: {error}"))
                .help("give another folder with --out; a file that is there is not replaced")
        };
        if !out.as_os_str().is_empty() {
            std::fs::create_dir_all(&out).map_err(failed)?;
        }
        let mut new = std::fs::File::create_new(&path).map_err(failed)?;
        new.write_all(&file.bytes).and_then(|()| new.sync_all()).map_err(failed)?;
        text.push_str(&format!("{}\n", path.display()));
    }
    Ok(text)
}

/// A month, `YYYY-MM`, by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(pub NaiveDate);

/// Reads a month.
pub(super) fn month(text: &str) -> Result<Month, String> {
    NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d")
        .ok()
        .filter(|day| day.format("%Y-%m").to_string() == text)
        .map(Month)
        .ok_or_else(|| "a month is written YYYY-MM, such as 2026-10".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_written_in_one_way() {
        assert_eq!(month("2026-10").map(|month| month.0.to_string()), Ok("2026-10-01".to_owned()));
        for text in ["2026-1", "2026-13", "10-2026", "2026-10-01", ""] {
            assert!(month(text).is_err(), "{text}");
        }
    }
}
