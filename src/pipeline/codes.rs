//! Findings counted and summed by code, status and currency.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::model::finding::{Code, Status};
use crate::model::found::FoundRow;
use crate::model::money;
use crate::model::text::Text;
use crate::report::view::CodeRow;

/// Findings, records and the sum of differences, minor units.
type Sums = FxHashMap<(Code, Status, Text), (u64, u64, i128)>;

fn add(sums: &mut Sums, key: (Code, Status, Text), (findings, records, difference_minor): (u64, u64, i128)) {
    let known = sums.entry(key).or_default();
    known.0 += findings;
    known.1 = known.1.saturating_add(records);
    money::add(&mut known.2, difference_minor);
}

/// The sums of findings that stand as they will in the report, but need not be in its order.
#[must_use]
pub fn code_rows(findings: &[FoundRow]) -> Vec<CodeRow> {
    let parts = findings.par_iter().fold(Sums::default, |mut sums, finding| {
        let key = (finding.code, finding.status, Text::from(finding.currency()));
        add(&mut sums, key, (1, finding.count, finding.difference_minor));
        sums
    });
    let sums = parts.reduce(Sums::default, |mut all, part| {
        part.into_iter().for_each(|(key, sums)| add(&mut all, key, sums));
        all
    });
    let named = |((code, status, currency), sums): (&(Code, Status, Text), &_)| {
        ([code.leg().name(), code.name(), status.name(), currency.as_str()].map(str::to_owned), *sums)
    };
    let codes: BTreeMap<[String; 4], (u64, u64, i128)> = sums.iter().map(named).collect();
    codes
        .into_iter()
        .map(|([leg, code, status, currency], (findings, records, difference))| CodeRow {
            code,
            leg,
            status,
            currency,
            findings,
            records,
            difference,
        })
        .collect()
}
