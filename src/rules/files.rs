//! RULES.md 5, files: nets, gaps in series, and the tolerance budget of RULES.md 4, as findings.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use smallvec::smallvec;

use super::settings::Settings;
use crate::model::compact::SettlementRec;
use crate::model::currency::{Currencies, Currency};
use crate::model::finding::{Code, FileNote, Finding, Note};
use crate::model::names::{NameId, Names};
use crate::model::origin::Origins;

pub use super::native::{Fate, Gap, NativeFile, gaps, resolve};

/// `file-net`: a row that states both fee and net, and whose net is not gross - fee.
#[inline]
#[must_use]
pub fn net_off(record: &SettlementRec) -> Option<Finding> {
    let (fee_minor, net_minor) = (record.fee_minor?, record.net_minor?);
    let expected_minor = i128::from(record.row.gross_minor) - i128::from(fee_minor);
    (expected_minor != i128::from(net_minor)).then(|| Finding {
        code: Code::FileNet,
        provider: Some(record.row.provider),
        currency: Some(record.row.currency),
        expected_minor,
        actual_minor: i128::from(net_minor),
        count: 1,
        rows: smallvec![record.row.origin],
        whole_order: false,
        note: Note::None,
    })
}

/// `file-gap`: a finding a run of numbers missing in a series of a provider's settlement ids, whether they stand on
/// rows or name native files.
#[must_use]
pub fn gap_findings(
    on_rows: &FxHashSet<(NameId, NameId)>,
    of_files: &[(NameId, NameId)],
    names: &Names,
) -> Vec<Finding> {
    let mut ids: BTreeMap<NameId, BTreeSet<String>> = BTreeMap::new();
    for (provider, settlement) in on_rows.iter().chain(of_files) {
        ids.entry(*provider).or_default().insert(names.text(*settlement).to_string());
    }
    let mut findings = Vec::new();
    for (provider, ids) in ids {
        for gap in gaps(&ids) {
            let missing = if gap.count == 1 {
                format!("{} is missing", gap.first_missing)
            } else {
                format!(
                    "{} settlement files are missing, from {} to {}",
                    gap.count, gap.first_missing, gap.last_missing
                )
            };
            findings.push(Finding {
                code: Code::FileGap,
                provider: Some(provider),
                currency: None,
                expected_minor: 0,
                actual_minor: 0,
                count: gap.count,
                rows: Origins::new(),
                whole_order: false,
                note: Note::File(Box::new(FileNote {
                    explanation: format!(
                        "Of the series of settlement files {missing}: {} and {} are there",
                        gap.before, gap.after
                    ),
                    settlement_id: gap.first_missing,
                    sources: String::new(),
                })),
            });
        }
    }
    findings
}

/// `tolerance-budget`: a currency whose tolerated differences sum past their budget.
#[must_use]
pub fn budget_findings(
    tolerated: &BTreeMap<Currency, (u64, i128)>,
    settings: &Settings,
    currencies: &Currencies,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (currency, (pairs, actual_minor)) in tolerated {
        let budget = settings.tolerance_budget_minor.get(currencies.code(*currency)).copied().unwrap_or(0);
        let expected_minor = i128::from(budget);
        if *actual_minor > expected_minor {
            findings.push(Finding {
                code: Code::ToleranceBudget,
                provider: None,
                currency: Some(*currency),
                expected_minor,
                actual_minor: *actual_minor,
                count: *pairs,
                rows: Origins::new(),
                whole_order: false,
                note: Note::None,
            });
        }
    }
    findings
}
