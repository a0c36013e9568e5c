//! The closing of a month from a state: what stood open at its beginning and its end, and what moved in between.
//!
//! Both days are runs over what the state knows today, cut off at the day: operations that were made later, settlements
//! that are dated later and bank entries that were booked later have no part in them. So a file that came late counts in
//! the month that it belongs to, and what is open at the end of the month is judged by the same rules as every night.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::before::Before;
use super::{fill, past};
use crate::model::currency::Currencies;
use crate::model::day::parse_stamp;
use crate::model::finding::{Code, Status};
use crate::model::found::FoundRow;
use crate::model::money::add;
use crate::model::names::Names;
use crate::model::record::Dataset;
use crate::model::voucher::VoucherKind;
use crate::pipeline::inputs::Inputs;
use crate::pipeline::plan::{Event, Plan};
use crate::pipeline::read::Means;
use crate::pipeline::routes::Routes;
use crate::pipeline::{Beside, Done, RunError, reconcile_inputs};
use crate::report::view::Report;
use crate::rules::books::accounts::Role;
use crate::rules::books::once::Written;
use crate::state::store::Store;
use crate::state::{StoredFile, StoredRow};

/// A month that is closed. Minor units; per provider and currency, or per account and currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Its first and last day.
    pub days: (NaiveDate, NaiveDate),
    /// From what was open to what is open, sorted by provider and currency.
    pub bridge: Vec<BridgeRow>,
    /// Balances of the accounts, sorted.
    pub accounts: Vec<AccountBalance>,
    /// What is open or pending at the end, in the order of a report.
    pub open: Vec<FoundRow>,
    /// What does not hold; empty where all does.
    pub faults: Vec<String>,
}

/// The bridge of a provider and currency: opening + captured - reversed - settled = closing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BridgeRow {
    /// Provider.
    pub provider: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Captured and not settled at the beginning.
    pub opening_minor: i128,
    /// Captured in the month.
    pub captured_minor: i128,
    /// Reversed in the month; positive where it takes back.
    pub reversed_minor: i128,
    /// Settled in the month.
    pub settled_minor: i128,
    /// Captured and not settled at the end: the open and pending items.
    pub closing_minor: i128,
}

/// The balance of an account, as far as settlements, receipts and (where they are booked) operations go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountBalance {
    /// Number.
    pub account: String,
    /// Name.
    pub name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// At the beginning of the month.
    pub opening_minor: i128,
    /// At its end.
    pub closing_minor: i128,
    /// What the vouchers that were written, dated to the end of the month, come to.
    pub written_minor: i128,
    /// What later vouchers book for settlements and receipts of this month or before: late entries to a closed period.
    pub late_minor: i128,
}

/// Codes whose operations stay on the clearing account.
fn stays_open(code: Code) -> bool {
    matches!(
        code,
        Code::Unsettled | Code::BatchMissing | Code::SettledDirection | Code::SettledCurrency | Code::Ambiguous
    )
}

/// Closes a month.
///
/// # Errors
/// The state cannot be read.
pub fn close(
    plan: &Plan,
    store: &Store,
    days: (NaiveDate, NaiveDate),
    on: &(dyn Fn(Event) + Sync),
) -> Result<Closing, RunError> {
    let before = Before::of(store)?;
    let rows = store.rows(None)?;
    let written: Vec<Written> =
        store.vouchers()?.iter().filter_map(|one| serde_json::from_str(&one.text).ok()).collect();
    let (first, last) = days;
    let eve = first.pred_opt().unwrap_or(first);
    let opening = Cut { plan, before: &before, rows: &rows, until: eve }.judged(on)?;
    let closing = Cut { plan, before: &before, rows: &rows, until: last }.judged(on)?;

    let mut faults = Vec::new();
    let [at_eve, at_end] = [(&opening, eve), (&closing, last)].map(|(done, day)| {
        let figures = Figures::of(done, plan);
        faults.extend(figures.faults(day));
        faults.extend(done.report.summary.incomplete.iter().map(|reason| format!("as of {day}: {reason}")));
        figures
    });
    let keys: BTreeSet<&(String, String)> = at_eve.open.keys().chain(at_end.open.keys()).collect();
    let none = Sums::default();
    let bridge = keys.into_iter().map(|key| {
        let [from, to] = [&at_eve, &at_end].map(|figures| figures.open.get(key).unwrap_or(&none));
        BridgeRow {
            provider: key.0.clone(),
            currency: key.1.clone(),
            opening_minor: from.open_minor,
            captured_minor: to.captured_minor - from.captured_minor,
            reversed_minor: to.reversed_minor() - from.reversed_minor(),
            settled_minor: to.settled_minor - from.settled_minor,
            closing_minor: to.open_minor,
        }
    });
    let bridge: Vec<BridgeRow> = bridge
        .filter(|row| {
            *row != BridgeRow { provider: row.provider.clone(), currency: row.currency.clone(), ..BridgeRow::default() }
        })
        .collect();
    for row in &bridge {
        let moved = row.opening_minor + row.captured_minor - row.reversed_minor - row.settled_minor;
        if moved != row.closing_minor {
            faults.push(format!(
                "the bridge of {} in {} comes to {moved}, but {} is open",
                row.provider, row.currency, row.closing_minor
            ));
        }
    }
    let accounts = balances(&opening, &closing, &written, last, plan);
    let is_open = |finding: &&FoundRow| matches!(finding.status, Status::Open | Status::Pending);
    let open = closing.report.findings.iter().filter(is_open).cloned().collect();
    Ok(Closing { days, bridge, accounts, open, faults })
}

/// What the state knows, up to a day.
struct Cut<'a> {
    plan: &'a Plan,
    before: &'a Before,
    rows: &'a [StoredRow],
    until: NaiveDate,
}

impl Cut<'_> {
    fn judged(&self, on: &(dyn Fn(Event) + Sync)) -> Result<Done, RunError> {
        let mut plan = Plan { matches: false, parquet: false, workbook: false, page: false, ..self.plan.clone() };
        plan.as_of = self.until;
        plan.settings.as_of = self.until;
        plan.settings.books.is_asked = true;
        // Files are looked for on the night itself.
        plan.settings.expected.clear();
        let names = Arc::new(Names::default());
        let currencies = Currencies::new(&plan.settings.extra_currencies);
        let routes = Routes::new(&plan.settings, Arc::clone(&names));
        let means = Means { plan: &plan, names: &names, currencies: &currencies, routes: &routes, on };
        let mut inputs = Inputs::default();
        inputs.put_among(past::files(&self.before.files, &[], &self.before.days, &currencies)?);
        let rows = self.kept_rows();
        fill(&mut inputs, self.before, &rows);
        for file in &mut inputs.files {
            for statement in &mut file.books.statements {
                statement.entries.retain(|entry| entry.booked_on <= self.until);
            }
            file.books.statements.retain(|statement| statement.booked.is_none_or(|(from, _)| from <= self.until));
            file.books.payouts.retain(|payout| payout.paid_on.is_none_or(|day| day <= self.until));
            let is_later = |native: &crate::ingest::native::Native| native.created.is_some_and(|day| day > self.until);
            if file.native.as_ref().is_some_and(is_later) {
                file.native = None;
            }
        }
        let seen = self.before.seen.clone();
        let beside = Beside { seen, totals: self.before.archived.clone(), ..Beside::default() };
        reconcile_inputs(&mut inputs, &means, None, &beside)
    }

    /// The rows that are not later. A settlement is as late as the last of its rows, or as its file says.
    fn kept_rows(&self) -> Vec<StoredRow> {
        let files: BTreeMap<i64, &StoredFile> = self.before.files.iter().map(|file| (file.id, file)).collect();
        let mut last_day: BTreeMap<(String, String, String), NaiveDate> = BTreeMap::new();
        for sum in self.before.totals.books().settled {
            if let Some(day) = sum.day {
                let key = (sum.key.provider, sum.key.settlement_id, sum.key.currency);
                let known = last_day.entry(key).or_insert(day);
                *known = day.max(*known);
            }
        }
        let keeps = |row: &&StoredRow| {
            let Some(file) = files.get(&row.file) else { return true };
            let fields = Fields::of(file, row);
            let day = |column: &str| {
                let stamp = parse_stamp(fields.get(column)?.as_bytes())?;
                let zone = self.plan.settings.zone;
                Some(if stamp.has_offset() { zone.day(zone.instant(stamp)) } else { stamp.local().date() })
            };
            let dated = match Dataset::from_name(&file.dataset) {
                Some(Dataset::Settlements) => made(file).or_else(|| {
                    let provider = fields.get("provider").unwrap_or(&file.provider).to_owned();
                    let text = |column: &str| fields.get(column).unwrap_or_default().to_owned();
                    last_day.get(&(provider, text("settlement_id"), text("currency"))).copied()
                }),
                _ => day("created_at"),
            };
            dated.is_none_or(|dated| dated <= self.until)
        };
        self.rows.iter().filter(keeps).cloned().collect()
    }
}

/// The day on which a native file says that it was made.
fn made(file: &StoredFile) -> Option<NaiveDate> {
    let native: serde_json::Value = serde_json::from_str(file.native.as_deref()?).ok()?;
    native.get("created")?.as_str()?.parse().ok()
}

/// The fields of a row of the state.
struct Fields<'f> {
    columns: &'f [String],
    record: csv::StringRecord,
}

impl<'f> Fields<'f> {
    fn of(file: &'f StoredFile, row: &StoredRow) -> Self {
        let mut record = csv::StringRecord::new();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(row.text.as_bytes());
        // A row of the state was written by this program; one that is not whole has no field.
        let _ = reader.read_record(&mut record);
        Self { columns: &file.columns, record }
    }

    fn get(&self, column: &str) -> Option<&str> {
        let place = self.columns.iter().position(|known| known == column)?;
        self.record.get(place).filter(|text| !text.is_empty())
    }
}

/// What is captured, settled and open of a provider and currency.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    captured_minor: i128,
    net_minor: i128,
    settled_minor: i128,
    open_minor: i128,
}

impl Sums {
    fn reversed_minor(&self) -> i128 {
        self.captured_minor - self.net_minor
    }
}

/// The figures of a day.
struct Figures {
    open: BTreeMap<(String, String), Sums>,
}

impl Figures {
    fn of(done: &Done, plan: &Plan) -> Self {
        let mut open: BTreeMap<(String, String), Sums> = BTreeMap::new();
        let report: &Report = &done.report;
        let key = |provider: &str, currency: &str| (provider.to_owned(), currency.to_owned());
        for batch in &report.batches {
            add(&mut open.entry(key(&batch.provider, &batch.currency)).or_default().net_minor, batch.operation_sum);
        }
        for row in report.summary.verdicts.iter().filter(|row| row.dataset == Dataset::Captures.name()) {
            // What did not complete moved no money; of a provider without settlements nothing is compared.
            if row.verdict != "not completed" && open.contains_key(&key(&row.provider, &row.currency)) {
                add(&mut open.entry(key(&row.provider, &row.currency)).or_default().captured_minor, row.rows.sum);
            }
        }
        let clearing = plan.settings.books.accounts.number(Role::Clearing);
        for booking in &done.bookings {
            let voucher = &booking.voucher;
            if voucher.kind != VoucherKind::Settlement {
                continue;
            }
            let sums = open.entry(key(&voucher.of.provider, &voucher.of.currency)).or_default();
            for posting in voucher.postings.iter().filter(|posting| posting.account == clearing) {
                add(&mut sums.settled_minor, -posting.amount_minor);
            }
        }
        for finding in report.findings.iter().filter(|finding| stays_open(finding.code)) {
            let sums = open.entry(key(finding.provider(), finding.currency())).or_default();
            add(&mut sums.open_minor, finding.expected_minor);
        }
        Self { open }
    }

    /// Providers and currencies in which what was captured and is not settled is not what is open.
    fn faults(&self, day: NaiveDate) -> Vec<String> {
        let off = |((provider, currency), sums): (&(String, String), &Sums)| {
            let expected = sums.net_minor - sums.settled_minor;
            (expected != sums.open_minor).then(|| {
                format!(
                    "as of {day}, {provider} in {currency}: {expected} was captured and is not settled, but {} is open",
                    sums.open_minor
                )
            })
        };
        self.open.iter().filter_map(off).collect()
    }
}

/// A column of a balance.
type Column = fn(&mut AccountBalance) -> &mut i128;

fn balances(opening: &Done, closing: &Done, written: &[Written], last: NaiveDate, plan: &Plan) -> Vec<AccountBalance> {
    let mut balances: BTreeMap<(String, String), AccountBalance> = BTreeMap::new();
    let mut put = |account: &str, currency: &str, amount_minor: i128, of: Column| {
        let balance = balances.entry((account.to_owned(), currency.to_owned())).or_insert_with(|| AccountBalance {
            account: account.to_owned(),
            name: plan.settings.books.accounts.account(account).name,
            currency: currency.to_owned(),
            ..AccountBalance::default()
        });
        add(of(balance), amount_minor);
    };
    let columns: [(&Done, Column); 2] =
        [(opening, |balance| &mut balance.opening_minor), (closing, |balance| &mut balance.closing_minor)];
    for (done, of) in columns {
        for voucher in done.bookings.iter().map(|booking| &booking.voucher) {
            for posting in &voucher.postings {
                put(&posting.account, &voucher.of.currency, posting.amount_minor, of);
            }
        }
    }
    let of_month: BTreeSet<&str> = closing.bookings.iter().map(|booking| booking.voucher.id.as_str()).collect();
    for one in written {
        let of: Column = if one.voucher.dated <= last {
            |balance| &mut balance.written_minor
        } else if of_month.contains(one.booking.as_str()) {
            |balance| &mut balance.late_minor
        } else {
            continue;
        };
        for posting in &one.voucher.postings {
            put(&posting.account, &one.voucher.of.currency, posting.amount_minor, of);
        }
    }
    balances.into_values().collect()
}
