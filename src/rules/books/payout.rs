//! What a settlement pays out: gross - fees - VAT on fees + what is brought forward, from what its rows, its header, its
//! balance report and the tariff say (RULES.md 9, `fee-tariff` and `payout-net`).

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::settings::BooksSettings;
use super::tariff::{self, Fee};
use crate::model::bank::{hidden, reference_key};
use crate::model::currency::Currencies;
use crate::model::finding::{BooksNote, Code, Finding, Note};
use crate::model::money::{Major, add};
use crate::model::names::Names;
use crate::model::origin::Origins;
use crate::model::payout::{DuePayout, SettledSum, SettlementKey, StatedPayout};

/// From where the fees of a settlement are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeesFrom {
    /// The balance report, or the header of the file.
    Stated,
    /// The rows of the settlement.
    Rows,
    /// The tariff, because nothing else says.
    Tariff,
    /// Nothing says what they are.
    Nowhere,
}

/// A settlement in one currency, as it is booked. Minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Which it is.
    pub key: SettlementKey,
    /// The day of the settlement.
    pub day: NaiveDate,
    /// What its rows sum to, by service and kind; none where only its payout is stated.
    pub sums: Vec<SettledSum>,
    /// What the provider itself pays out of these, before fees.
    pub gross_minor: i128,
    /// What the merchant's own acquirer pays out.
    pub acquirer_minor: i128,
    /// Fees without VAT; a cost is positive. 0 where nothing says what they are.
    pub fee_minor: i128,
    /// VAT on them.
    pub fee_vat_minor: i128,
    /// From where they are known.
    pub fees_from: FeesFrom,
    /// The balance brought forward.
    pub brought_forward_minor: i128,
    /// The payout as stated.
    pub stated_minor: Option<i128>,
    /// Nothing is paid out now: it is carried over.
    pub is_postponed: bool,
    /// The day of the payout, where it is stated.
    pub paid_on: Option<NaiveDate>,
    /// The reference on the bank transfer, where it is stated.
    pub reference: Option<String>,
    /// Where it is stated: `file:line`, several joined by `; `.
    pub source: String,
}

impl Settlement {
    /// What it comes to.
    #[must_use]
    pub fn computed_minor(&self) -> i128 {
        self.gross_minor - self.fee_minor - self.fee_vat_minor + self.brought_forward_minor
    }

    /// What it is worth by itself, without what is brought forward.
    #[must_use]
    pub fn net_minor(&self) -> i128 {
        self.gross_minor - self.fee_minor - self.fee_vat_minor
    }

    /// The payout that should be on the bank account: as stated, else as computed where the fees are known.
    #[must_use]
    pub fn due(&self, currencies: &Currencies) -> Option<DuePayout> {
        if self.is_postponed {
            return None;
        }
        let amount_minor = match (self.stated_minor, self.fees_from) {
            (Some(stated_minor), _) => stated_minor,
            (None, FeesFrom::Nowhere) => return None,
            (None, _) => self.computed_minor(),
        };
        let mut references: Vec<String> = [Some(self.key.settlement_id.as_str()), self.reference.as_deref()]
            .into_iter()
            .flatten()
            .filter_map(reference_key)
            .collect();
        // Entries of which no provider is known have theirs hidden.
        let hidden_ones: Vec<String> = references.iter().map(|reference| hidden(reference)).collect();
        references.extend(hidden_ones);
        references.sort();
        references.dedup();
        Some(DuePayout {
            key: self.key.clone(),
            exponent: currencies.find(self.key.currency.as_bytes()).map_or(0, |code| currencies.exponent(code)),
            amount_minor,
            paid_on: self.paid_on.unwrap_or(self.day),
            references,
            source: self.source.clone(),
        })
    }
}

/// What is said of settlements beside their rows.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Payouts as stated, in any order.
    pub payouts: &'a [StatedPayout],
    /// Days on which native files were made, by provider and settlement id.
    pub made: &'a BTreeMap<(String, String), NaiveDate>,
    /// The day of the run, for what says no day.
    pub as_of: NaiveDate,
}

/// Puts settlements together, sorted by their keys. What is stated more than once counts as the last by source.
#[must_use]
pub fn settlements(sums: &[SettledSum], said: &Said<'_>, settings: &BooksSettings) -> Vec<Settlement> {
    let mut by_key: BTreeMap<SettlementKey, (Vec<SettledSum>, Option<&StatedPayout>)> = BTreeMap::new();
    for sum in sums {
        by_key.entry(sum.key.clone()).or_default().0.push(sum.clone());
    }
    for payout in said.payouts {
        let stated = &mut by_key.entry(payout.key.clone()).or_default().1;
        *stated = Some(stated.map_or(payout, |known| if known.source <= payout.source { payout } else { known }));
    }
    by_key.into_iter().map(|(key, (sums, stated))| settlement(key, sums, stated, said, settings)).collect()
}

fn settlement(
    key: SettlementKey,
    sums: Vec<SettledSum>,
    stated: Option<&StatedPayout>,
    said: &Said<'_>,
    settings: &BooksSettings,
) -> Settlement {
    let made = || said.made.get(&(key.provider.clone(), key.settlement_id.clone())).copied();
    let last_day = sums.iter().filter_map(|sum| sum.day).max();
    let sums = over_days(sums);
    let paid_on = stated.and_then(|stated| stated.paid_on);
    let day = made().or(last_day).or(paid_on).unwrap_or(said.as_of);

    let mut is_postponed = false;
    let (mut gross_minor, mut acquirer_minor, mut row_fee_minor, mut payout_minor) = (0, 0, 0, None);
    let (mut has_fees, mut by_tariff, mut lacks_tariff) = (false, Fee::default(), false);
    for sum in &sums {
        match sum.kind.as_str() {
            // A payout row says what was paid; which sign it has is the provider's way of writing.
            "payout" => add(payout_minor.get_or_insert(0), sum.gross_minor),
            // The payout waits, and is a part of a later one's balance.
            "postponed" => is_postponed = true,
            "fee" => {
                has_fees = true;
                add(&mut row_fee_minor, sum.fee_minor - sum.gross_minor);
            }
            _ => {
                let pays = settings.pays_out(&key.provider, &sum.service);
                add(if pays { &mut gross_minor } else { &mut acquirer_minor }, sum.gross_minor);
                has_fees |= sum.fee_rows > 0;
                add(&mut row_fee_minor, sum.fee_minor);
                match tariff::fee(&settings.tariffs, sum, day) {
                    Some(fee) => {
                        add(&mut by_tariff.fee_minor, fee.fee_minor);
                        add(&mut by_tariff.vat_minor, fee.vat_minor);
                        by_tariff.lines += 1;
                    }
                    None => lacks_tariff |= sum.kind == "capture",
                }
            }
        }
    }
    let wide = |amount: Option<i64>| amount.map(i128::from);
    let stated_fee = stated.and_then(|stated| wide(stated.fee_minor));
    let stated_vat = stated.and_then(|stated| wide(stated.fee_vat_minor));
    let (fee_minor, fee_vat_minor, fees_from) = match (stated_fee, has_fees) {
        (Some(fee_minor), _) => (fee_minor, stated_vat.unwrap_or(0), FeesFrom::Stated),
        (None, true) => (row_fee_minor, stated_vat.unwrap_or(0), FeesFrom::Rows),
        (None, false) if by_tariff.lines > 0 && !lacks_tariff => {
            (by_tariff.fee_minor, stated_vat.unwrap_or(by_tariff.vat_minor), FeesFrom::Tariff)
        }
        (None, false) => (0, stated_vat.unwrap_or(0), FeesFrom::Nowhere),
    };
    if sums.is_empty() {
        gross_minor = stated.and_then(|stated| wide(stated.gross_minor)).unwrap_or(0);
    }
    let brought_forward_minor = stated.and_then(|stated| wide(stated.brought_forward_minor)).unwrap_or(0);
    let computed_minor = gross_minor - fee_minor - fee_vat_minor + brought_forward_minor;
    // Who paid is told by what the settlement comes to.
    let of_rows = payout_minor.map(|paid: i128| if computed_minor < 0 { -paid.abs() } else { paid.abs() });
    Settlement {
        day,
        gross_minor,
        acquirer_minor,
        fee_minor,
        fee_vat_minor,
        fees_from,
        brought_forward_minor,
        stated_minor: stated.and_then(|stated| wide(stated.amount_minor)).or(of_rows),
        is_postponed,
        paid_on,
        reference: stated.and_then(|stated| stated.reference.clone()),
        source: stated.map(|stated| stated.source.clone()).unwrap_or_default(),
        key,
        sums,
    }
}

/// The sums of a settlement over its days.
fn over_days(sums: Vec<SettledSum>) -> Vec<SettledSum> {
    let mut whole: BTreeMap<(String, String), SettledSum> = BTreeMap::new();
    for sum in sums {
        let known = whole.entry((sum.service.clone(), sum.kind.clone())).or_insert_with(|| SettledSum {
            rows: 0,
            gross_minor: 0,
            fee_rows: 0,
            fee_minor: 0,
            tolerance_minor: 0,
            day: None,
            ..sum.clone()
        });
        known.rows = known.rows.saturating_add(sum.rows);
        known.fee_rows = known.fee_rows.saturating_add(sum.fee_rows);
        add(&mut known.gross_minor, sum.gross_minor);
        add(&mut known.fee_minor, sum.fee_minor);
        add(&mut known.tolerance_minor, sum.tolerance_minor);
        known.day = known.day.max(sum.day);
    }
    whole.into_values().collect()
}

/// The findings of fees and payouts, and settlements of which the fees are not known.
#[derive(Debug, Default)]
pub struct Judged {
    /// `fee-tariff` and `payout-net`.
    pub findings: Vec<Finding>,
    /// Providers of settlements whose fees nothing says, with how many there are.
    pub without_fees: BTreeMap<String, u64>,
}

/// Judges settlements by what they state and what was agreed.
#[must_use]
pub fn judge(settlements: &[Settlement], settings: &BooksSettings, names: &Names, currencies: &Currencies) -> Judged {
    let mut judged = Judged::default();
    for settlement in settlements {
        let mut found = |code, (expected_minor, actual_minor), which: &str, explanation| {
            judged.findings.push(Finding {
                code,
                provider: Some(names.intern(&settlement.key.provider)),
                currency: currencies.find(settlement.key.currency.as_bytes()),
                expected_minor,
                actual_minor,
                count: 1,
                rows: Origins::new(),
                whole_order: false,
                note: Note::Books(Box::new(BooksNote {
                    settlement_id: settlement.key.settlement_id.clone(),
                    which: which.to_owned(),
                    since: Some(settlement.day),
                    explanation,
                    sources: settlement.source.clone(),
                    ..BooksNote::default()
                })),
            });
        };
        let exponent =
            currencies.find(settlement.key.currency.as_bytes()).map_or(0, |currency| currencies.exponent(currency));
        let money = |amount_minor: i128| format!("{} {}", Major { amount_minor, exponent }, settlement.key.currency);
        let id = &settlement.key.settlement_id;
        for Charge { service, by_tariff_minor, charged_minor } in charges(settlement, settings) {
            let of = match service.as_str() {
                "" => "fees".to_owned(),
                VAT => "VAT on fees".to_owned(),
                service => format!("fees for {service}"),
            };
            let explanation = format!(
                "Settlement {id} was charged {} of {of}, but the tariff gives {}",
                money(charged_minor),
                money(by_tariff_minor)
            );
            found(Code::FeeTariff, (by_tariff_minor, charged_minor), &service, explanation);
        }
        let computed_minor = settlement.computed_minor();
        if settlement.is_postponed {
            continue;
        }
        if settlement.fees_from == FeesFrom::Nowhere {
            let of_provider = judged.without_fees.entry(settlement.key.provider.clone()).or_default();
            *of_provider = of_provider.saturating_add(1);
        } else if let Some(stated_minor) = settlement.stated_minor.filter(|stated| *stated != computed_minor) {
            let brought = match settlement.brought_forward_minor {
                0 => String::new(),
                amount => format!(" plus {} brought forward", money(amount)),
            };
            let explanation = format!(
                "Settlement {id} states a payout of {}, but {} gross less {} in fees and {} of VAT on them{brought} come to {}",
                money(stated_minor),
                money(settlement.gross_minor),
                money(settlement.fee_minor),
                money(settlement.fee_vat_minor),
                money(computed_minor)
            );
            found(Code::PayoutNet, (computed_minor, stated_minor), "", explanation);
        }
    }
    judged
}

/// What stands for the service where VAT on all fees is compared.
const VAT: &str = "VAT";

/// Fees that are not those of the tariff.
struct Charge {
    service: String,
    by_tariff_minor: i128,
    charged_minor: i128,
}

/// By service where the rows state fees; else all together.
fn charges(settlement: &Settlement, settings: &BooksSettings) -> Vec<Charge> {
    if !matches!(settlement.fees_from, FeesFrom::Rows | FeesFrom::Stated) {
        return Vec::new();
    }
    let mut by_service: BTreeMap<&str, (Fee, i128, bool)> = BTreeMap::new();
    for sum in settlement.sums.iter().filter(|sum| !matches!(sum.kind.as_str(), "payout" | "postponed")) {
        let (fee, charged_minor, lacks) =
            by_service.entry(if settlement.fees_from == FeesFrom::Rows { &sum.service } else { "" }).or_default();
        add(charged_minor, sum.fee_minor - if sum.kind == "fee" { sum.gross_minor } else { 0 });
        match tariff::fee(&settings.tariffs, sum, settlement.day) {
            Some(part) => {
                add(&mut fee.fee_minor, part.fee_minor);
                add(&mut fee.vat_minor, part.vat_minor);
                fee.tolerance_minor = fee.tolerance_minor.saturating_add(part.tolerance_minor);
                fee.lines += 1;
            }
            // What no tariff prices cannot be compared; money back is mostly free.
            None => *lacks |= sum.kind == "capture",
        }
    }
    if settlement.fees_from == FeesFrom::Stated
        && let Some((_, charged_minor, _)) = by_service.get_mut("")
    {
        *charged_minor = settlement.fee_minor;
    }
    // VAT is rounded a line, so it may be off by one minor unit each beside what the fees themselves may differ by.
    let vat = by_service.get("").filter(|_| settlement.fees_from == FeesFrom::Stated).and_then(|(fee, _, lacks)| {
        let allowed = i128::from(fee.tolerance_minor) + i128::from(fee.lines);
        let is_off = (settlement.fee_vat_minor - fee.vat_minor).abs() > allowed;
        (fee.lines > 0 && !lacks && is_off).then(|| Charge {
            service: VAT.to_owned(),
            by_tariff_minor: fee.vat_minor,
            charged_minor: settlement.fee_vat_minor,
        })
    });
    let off = |(service, (fee, charged_minor, lacks)): (&str, (Fee, i128, bool))| {
        let is_off = (charged_minor - fee.fee_minor).abs() > i128::from(fee.tolerance_minor);
        (fee.lines > 0 && !lacks && is_off).then(|| Charge {
            service: service.to_owned(),
            by_tariff_minor: fee.fee_minor,
            charged_minor,
        })
    };
    by_service.into_iter().filter_map(off).chain(vat).collect()
}
