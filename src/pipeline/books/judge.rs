//! What a run finds about payouts and the bank, and what should stand in the books after it.

use std::collections::{BTreeMap, BTreeSet};

use crate::ingest::library::Library;
use crate::model::bank::Statement;
use crate::model::finding::{Code, Finding, Note};
use crate::model::found::FoundRow;
use crate::model::names::Names;
use crate::model::payout::{DuePayout, SettledSum, SettlementKey, StatedPayout};
use crate::model::record::{Dataset, ReadBack as _, Row};
use crate::pipeline::Beside;
use crate::pipeline::error::RunError;
use crate::pipeline::inputs::Inputs;
use crate::pipeline::read::{Means, Read};
use crate::report::books::{BooksSums, PayoutRow};
use crate::report::view::SkippedRow;
use crate::rules::books::bank::{BankOutcome, BankRules, Verdict, settle};
use crate::rules::books::once::Booking;
use crate::rules::books::payout::{self, FeesFrom, Said, Settlement, settlements};
use crate::rules::books::posting::{
    Aside, Flow, Receipt, flow_voucher, receipt_voucher, receipts_by_day, settlement_voucher,
};
use crate::rules::books::settings::BooksSettings;
use crate::rules::books::statements::{booked, chain};
use crate::rules::control::Tally;
use crate::rules::operations::Outcome;

/// What the books make of a run.
#[derive(Debug, Default)]
pub(in crate::pipeline) struct Judged {
    /// Findings about fees, payouts, the bank and its statements.
    pub(in crate::pipeline) findings: Vec<Finding>,
    /// What settlements and operations of this run sum to, other nights' apart.
    pub(in crate::pipeline) own: BooksSums,
    /// The settlements with their payouts, where they are asked for.
    pub(in crate::pipeline) payouts: Option<Vec<PayoutRow>>,
    /// What should stand in the books.
    pub(in crate::pipeline) bookings: Vec<Booking>,
    /// What was not checked.
    pub(in crate::pipeline) skipped: Vec<SkippedRow>,
}

/// What the other legs of a run have found.
pub(in crate::pipeline) struct Legs<'a> {
    /// What reading counted.
    pub(in crate::pipeline) read: &'a Read,
    /// What the operation leg yields.
    pub(in crate::pipeline) outcome: &'a Outcome,
    /// The findings of single records.
    pub(in crate::pipeline) found: &'a [FoundRow],
    /// What was captured and reversed, by day.
    pub(in crate::pipeline) flows: Vec<Flow>,
}

/// Judges payouts and the bank, and says what should stand in the books.
///
/// # Errors
/// A row cannot be read back.
pub(in crate::pipeline) fn judge(
    inputs: &Inputs,
    legs: Legs<'_>,
    library: &Library<'_>,
    means: &Means<'_>,
    Beside { totals: beside, counts_only, .. }: &Beside,
) -> Result<Judged, RunError> {
    let own = BooksSums { settled: own_sums(&legs, library, means)?, flows: legs.flows };
    let settings = &means.settings().books;
    let is_asked = settings.is_asked || of_books(inputs).any(|file| !file.books.is_empty());
    // A state keeps the sums for the night on which the books are asked for.
    if !is_asked || *counts_only {
        return Ok(Judged { own, ..Judged::default() });
    }
    let BooksSums { settled, flows } = own.clone().plus(&beside.books());
    let stated = stated(inputs, settings, means);
    let made = made(inputs);
    let said = Said { payouts: &stated, made: &made, as_of: means.settings().as_of };
    let settlements = settlements(&settled, &said, settings);
    let payout::Judged { mut findings, without_fees } =
        payout::judge(&settlements, settings, means.names, means.currencies);
    let mut skipped: Vec<SkippedRow> =
        without_fees.into_iter().map(|(provider, count)| without_fees_row(provider, count)).collect();

    let statements: Vec<Statement> = of_books(inputs).flat_map(|file| file.books.statements.iter().cloned()).collect();
    let due: Vec<(usize, DuePayout)> = settlements
        .iter()
        .enumerate()
        .filter_map(|(place, settlement)| Some((place, settlement.due(means.currencies)?)))
        .collect();
    let payouts: Vec<DuePayout> = due.iter().map(|(_, due)| due.clone()).collect();
    let bank = if statements.is_empty() {
        if !payouts.is_empty() {
            skipped.push(skip("payouts on the bank account", "", "no bank statements were given"));
        }
        None
    } else {
        findings.extend(chain(&statements, means.currencies));
        let rules = BankRules {
            as_of: means.settings().as_of,
            window: settings.payout_window(),
            names: means.names,
            currencies: means.currencies,
        };
        let mut outcome = settle(&payouts, &booked(&statements), &statements, &rules);
        findings.append(&mut outcome.findings);
        if outcome.not_judged > 0 {
            let reason = format!("{} before the first day of any statement", payouts_text(outcome.not_judged));
            skipped.push(skip("payouts on the bank account", "", &reason));
        }
        Some(outcome)
    };

    let asides = asides(legs.found, library, means)?;
    let reissued = reissued(&inputs.findings, means.names);
    let bookings = bookings(&settlements, &asides, &flows, bank.as_ref(), &due, &reissued, settings);
    let payouts = rows(&settlements, bank.as_ref(), &due);
    Ok(Judged { findings, own, payouts: Some(payouts), bookings, skipped })
}

/// What was captured and reversed, by day.
pub(in crate::pipeline) fn flows(tally: &Tally, means: &Means<'_>) -> Vec<Flow> {
    let flow = |((provider, currency, day), [captured_minor, reversed_minor]): (&(_, _, _), &[i128; 2])| Flow {
        provider: means.names.text(*provider).to_string(),
        currency: means.currencies.code(*currency).to_owned(),
        day: *day,
        captured_minor: *captured_minor,
        reversed_minor: *reversed_minor,
    };
    let mut flows: Vec<Flow> = tally.flows.iter().map(flow).collect();
    flows.sort_by(|a, b| a.place().cmp(&b.place()));
    flows
}

fn skip(check: &str, provider: &str, reason: &str) -> SkippedRow {
    SkippedRow { check: check.to_owned(), provider: provider.to_owned(), reason: reason.to_owned() }
}

fn payouts_text(count: u64) -> String {
    if count == 1 { "1 payout".to_owned() } else { format!("{count} payouts") }
}

fn without_fees_row(provider: String, count: u64) -> SkippedRow {
    let settlements = if count == 1 { "1 settlement".to_owned() } else { format!("{count} settlements") };
    let reason = format!(
        "nothing says what the fees of {settlements} are: give its balance report with --payouts or as [[payout]], or declare a [[tariff]]"
    );
    skip("fees and payouts", &provider, &reason)
}

/// Files that take part.
fn of_books(inputs: &Inputs) -> impl Iterator<Item = &crate::pipeline::inputs::File> {
    inputs.files.iter().filter(|file| file.state == "read")
}

/// What rows sum to, tolerated differences included.
fn own_sums(legs: &Legs<'_>, library: &Library<'_>, means: &Means<'_>) -> Result<Vec<SettledSum>, RunError> {
    let mut sums = legs.read.batches.settled.named(means.names, means.currencies);
    if !legs.outcome.tolerated_rows.is_empty() {
        let mut tolerated: BTreeMap<(SettlementKey, String, String), i128> = BTreeMap::new();
        for (origin, difference_minor) in &legs.outcome.tolerated_rows {
            let row = library.row(*origin)?;
            let known = tolerated.entry((key(&row, means), text(&row, "service"), kind(&row))).or_default();
            crate::model::money::add(known, *difference_minor);
        }
        for sum in &mut sums {
            // Whatever day: days are put together before anything is booked.
            let of = (sum.key.clone(), sum.service.clone(), sum.kind.clone());
            sum.tolerance_minor = tolerated.remove(&of).unwrap_or(0);
        }
    }
    Ok(sums)
}

fn text(row: &Row, column: &str) -> String {
    row.text(column).unwrap_or_default().to_owned()
}

/// The kind of a row that takes part in matching.
fn kind(row: &Row) -> String {
    match row.text("kind") {
        Some(kind) => kind.to_owned(),
        None if row.amount_minor() < 0 => "reversal".to_owned(),
        None => "capture".to_owned(),
    }
}

fn key(row: &Row, means: &Means<'_>) -> SettlementKey {
    SettlementKey {
        provider: row.provider().to_owned(),
        settlement_id: text(row, "settlement_id"),
        currency: means.currencies.code(row.currency).to_owned(),
    }
}

/// Payouts as files, and the configuration, state them.
fn stated(inputs: &Inputs, settings: &BooksSettings, means: &Means<'_>) -> Vec<StatedPayout> {
    let mut stated = Vec::new();
    for file in of_books(inputs) {
        if let Some((native, payout)) = file.native.as_ref().and_then(|native| Some((native, native.payout.as_ref()?)))
        {
            stated.push(StatedPayout {
                key: SettlementKey {
                    provider: file.provider.clone(),
                    settlement_id: native.settlement_id.clone(),
                    currency: means.currencies.code(payout.currency).to_owned(),
                },
                gross_minor: None,
                fee_minor: None,
                fee_vat_minor: None,
                brought_forward_minor: None,
                amount_minor: payout.amount_minor,
                paid_on: native.created,
                reference: Some(payout.reference.clone()).filter(|reference| !reference.is_empty()),
                source: format!("{}:{}", file.input.shown, payout.line),
            });
        }
    }
    // What a person typed knows more than a header.
    let typed = of_books(inputs).flat_map(|file| &file.books.payouts).chain(&settings.payouts);
    for payout in typed {
        match stated.iter_mut().find(|known| known.key == payout.key) {
            Some(known) => {
                let header = known.clone();
                *known = payout.clone();
                known.amount_minor = payout.amount_minor.or(header.amount_minor);
                known.paid_on = payout.paid_on.or(header.paid_on);
                known.reference = payout.reference.clone().or(header.reference);
            }
            None => stated.push(payout.clone()),
        }
    }
    stated
}

/// The days on which native files were made.
fn made(inputs: &Inputs) -> BTreeMap<(String, String), chrono::NaiveDate> {
    let day = |file: &crate::pipeline::inputs::File| {
        let native = file.native.as_ref()?;
        Some(((file.provider.clone(), native.settlement_id.clone()), native.created?))
    };
    of_books(inputs).filter_map(day).collect()
}

/// Whether rows of a finding go to suspense or to differences.
fn is_aside(code: Code) -> bool {
    matches!(
        code,
        Code::SettledUnknown
            | Code::SettledTwice
            | Code::SettledNotCompleted
            | Code::SettledAmount
            | Code::SettledDirection
            | Code::SettledCurrency
            | Code::Ambiguous
    )
}

/// The settlement rows that findings are about. An ambiguous group has a finding a currency, each with all its rows.
fn asides(found: &[FoundRow], library: &Library<'_>, means: &Means<'_>) -> Result<Vec<Aside>, RunError> {
    let mut asides = Vec::new();
    let mut taken = BTreeSet::new();
    for finding in found.iter().filter(|finding| is_aside(finding.code)) {
        for origin in &finding.rows {
            if finding.code == Code::Ambiguous && taken.contains(origin) {
                continue;
            }
            let row = library.row(*origin)?;
            if row.dataset != Dataset::Settlements {
                continue;
            }
            if finding.code == Code::Ambiguous {
                taken.insert(*origin);
            }
            // A row with another amount settles its operation all the same.
            let cleared_minor = if finding.code == Code::SettledAmount { finding.expected_minor } else { 0 };
            asides.push(Aside {
                key: key(&row, means),
                service: text(&row, "service"),
                kind: kind(&row),
                code: finding.code,
                row_minor: i128::from(row.amount_minor()),
                cleared_minor,
            });
        }
    }
    Ok(asides)
}

/// How often settlements were sent again with other content, by provider and id.
fn reissued(found: &[Finding], names: &Names) -> BTreeMap<(String, String), u64> {
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    for finding in found.iter().filter(|finding| finding.code == Code::FileRestated) {
        if let (Some(provider), Note::File(note)) = (finding.provider, &finding.note) {
            let count = counts.entry((names.text(provider).to_string(), note.settlement_id.clone())).or_default();
            *count = count.saturating_add(1);
        }
    }
    counts
}

fn bookings(
    settlements: &[Settlement],
    asides: &[Aside],
    flows: &[Flow],
    bank: Option<&BankOutcome>,
    due: &[(usize, DuePayout)],
    reissued: &BTreeMap<(String, String), u64>,
    settings: &BooksSettings,
) -> Vec<Booking> {
    let mut by_settlement: BTreeMap<&SettlementKey, Vec<Aside>> = BTreeMap::new();
    for aside in asides {
        by_settlement.entry(&aside.key).or_default().push(aside.clone());
    }
    let mut bookings = Vec::new();
    for settlement in settlements {
        let asides = by_settlement.get(&settlement.key).map(Vec::as_slice).unwrap_or_default();
        let id = (settlement.key.provider.clone(), settlement.key.settlement_id.clone());
        let reissued = reissued.get(&id).copied().unwrap_or(0);
        let voucher = settlement_voucher(settlement, asides, settings);
        bookings.extend(voucher.map(|voucher| Booking { voucher, reissued }));
    }
    let receipt = |received: &crate::rules::books::bank::Received| {
        let (_, payout) = due.get(received.due)?;
        Some(Receipt {
            key: payout.key.clone(),
            amount_minor: received.amount_minor,
            booked_on: received.booked_on,
            source: received.source.clone(),
        })
    };
    let receipts: Vec<Receipt> = bank.iter().flat_map(|bank| &bank.received).filter_map(receipt).collect();
    let vouchers = receipts_by_day(&receipts).into_iter().filter_map(|receipt| receipt_voucher(&receipt, settings));
    let flows = flows.iter().filter(|_| settings.books_operations).filter_map(|flow| flow_voucher(flow, settings));
    bookings.extend(vouchers.chain(flows).map(|voucher| Booking { voucher, reissued: 0 }));
    bookings
}

/// The table of payouts.
fn rows(settlements: &[Settlement], bank: Option<&BankOutcome>, due: &[(usize, DuePayout)]) -> Vec<PayoutRow> {
    let mut of_settlement: BTreeMap<usize, (Option<Verdict>, Option<i128>)> = BTreeMap::new();
    for (number, (place, _)) in due.iter().enumerate() {
        let verdict = bank.and_then(|bank| bank.verdicts.get(number)).copied();
        let received = bank.map(|bank| {
            let mut sum = 0;
            let of = bank.received.iter().filter(|received| received.due == number);
            of.for_each(|received| crate::model::money::add(&mut sum, received.amount_minor));
            sum
        });
        of_settlement.insert(*place, (verdict, received));
    }
    let row = |(place, settlement): (usize, &Settlement)| {
        let (verdict, received_minor) = of_settlement.get(&place).copied().unwrap_or_default();
        let is_known = settlement.fees_from != FeesFrom::Nowhere;
        PayoutRow {
            provider: settlement.key.provider.clone(),
            settlement_id: settlement.key.settlement_id.clone(),
            currency: settlement.key.currency.clone(),
            settled_on: settlement.day.to_string(),
            gross_minor: settlement.gross_minor,
            acquirer_minor: settlement.acquirer_minor,
            fee_minor: is_known.then_some(settlement.fee_minor),
            // VAT may be stated where the fees are not, and is booked then.
            fee_vat_minor: (is_known || settlement.fee_vat_minor != 0).then_some(settlement.fee_vat_minor),
            fees_from: match settlement.fees_from {
                FeesFrom::Stated => "stated",
                FeesFrom::Rows => "rows",
                FeesFrom::Tariff => "tariff",
                FeesFrom::Nowhere => "",
            }
            .to_owned(),
            brought_forward_minor: settlement.brought_forward_minor,
            computed_minor: is_known.then(|| settlement.computed_minor()),
            stated_minor: settlement.stated_minor,
            paid_on: settlement.paid_on.map(|day| day.to_string()).unwrap_or_default(),
            received_minor,
            state: match verdict {
                _ if settlement.is_postponed => "postponed",
                Some(Verdict::Matched) => "received",
                Some(Verdict::Nothing) => "nothing due",
                Some(Verdict::Amount) => "other amount",
                Some(Verdict::Ambiguous) => "ambiguous",
                Some(Verdict::Pending) => "pending",
                Some(Verdict::Missing) => "missing",
                Some(Verdict::NotJudged) | None => "",
            }
            .to_owned(),
        }
    };
    settlements.iter().enumerate().map(row).collect()
}
