//! The `file-*` codes that canonical CSV can carry (RULES section 5).

use std::collections::{BTreeMap, BTreeSet};

use super::rows::Row;
use super::{FoundRow, InputFile, Settings};

/// `file-repeated`: the files to read. One whose bytes came before as the same dataset of the same provider is skipped
/// and listed.
pub fn without_repeated<'a>(
    files: &'a [InputFile],
    settings: &Settings,
    findings: &mut Vec<FoundRow>,
) -> Vec<&'a InputFile> {
    let provider = |file: &InputFile| file.provider.clone().unwrap_or(settings.default_provider.clone());
    let mut kept: Vec<&InputFile> = Vec::new();
    for file in files {
        let same = |k: &&InputFile| k.bytes == file.bytes && k.dataset == file.dataset && provider(k) == provider(file);
        if kept.iter().any(same) {
            findings.push(FoundRow {
                leg: "file".to_string(),
                code: "file-repeated".to_string(),
                status: "listed".to_string(),
                provider: provider(file),
                count: 1,
                ..FoundRow::default()
            });
        } else {
            kept.push(file);
        }
    }
    kept
}

/// `file-net`: a settlement row of any kind that states fee and net, and whose net is not gross - fee.
pub fn net(settlement_rows: &[Row], findings: &mut Vec<FoundRow>) {
    for row in settlement_rows {
        if let (Some(fee), Some(net)) = (row.number("fee_amount"), row.number("net_amount")) {
            let expected = row.amount() - fee;
            if net != expected {
                let currency = row.text("currency");
                findings.push(FoundRow::about("file", "file-net", "open", &currency, expected, net, &[row], 1));
            }
        }
    }
}

/// `file-gap`: the runs of numbers missing between the lowest and the highest of a provider's series.
pub fn gaps(settlement_rows: &[Row], findings: &mut Vec<FoundRow>) {
    // The texts of a number, by (provider, prefix) and number.
    let mut series: BTreeMap<(String, String), BTreeMap<u64, BTreeSet<String>>> = BTreeMap::new();
    for row in settlement_rows {
        if let Some((prefix, digits)) = series_and_number(&row.text("settlement_id")) {
            let number = digits.parse().expect("at most nine digits");
            let numbers = series.entry((row.text("provider"), prefix)).or_default();
            numbers.entry(number).or_default().insert(digits);
        }
    }
    for ((provider, prefix), numbers) in series {
        let width = numbers.values().next().and_then(|texts| texts.first()).map_or(0, String::len);
        let present: Vec<u64> = numbers.keys().copied().collect();
        for pair in present.windows(2) {
            let (first, missing) = (pair[0] + 1, pair[1] - pair[0] - 1);
            if missing > 0 {
                findings.push(FoundRow {
                    leg: "file".to_string(),
                    code: "file-gap".to_string(),
                    status: "open".to_string(),
                    provider: provider.clone(),
                    settlement_id: format!("{prefix}-{first:0width$}"),
                    count: missing,
                    ..FoundRow::default()
                });
            }
        }
    }
}

/// `PREFIX-DIGITS`, where the prefix has a letter and the digits are at most nine.
fn series_and_number(settlement_id: &str) -> Option<(String, String)> {
    let (prefix, digits) = settlement_id.rsplit_once('-')?;
    let number = (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let letter = prefix.chars().any(char::is_alphabetic);
    (number && letter).then(|| (prefix.to_string(), digits.to_string()))
}

impl FoundRow {
    /// A finding whose id columns come from its records: each holds a value where all that have one agree (section 8).
    #[allow(clippy::too_many_arguments)]
    pub(super) fn about(
        leg: &str,
        code: &str,
        status: &str,
        currency: &str,
        expected: i128,
        actual: i128,
        records: &[&Row],
        count: usize,
    ) -> FoundRow {
        FoundRow {
            leg: leg.to_string(),
            code: code.to_string(),
            status: status.to_string(),
            provider: agreed(records, "provider"),
            order_id: agreed(records, "order_id"),
            line_id: agreed(records, "line_id"),
            payee_reference: agreed(records, "payee_reference"),
            transaction_number: agreed(records, "transaction_number"),
            reconciliation_number: agreed(records, "reconciliation_number"),
            settlement_id: agreed(records, "settlement_id"),
            currency: currency.to_string(),
            expected,
            actual,
            difference: actual - expected,
            count: count as u64,
        }
    }
}

fn agreed(records: &[&Row], column: &str) -> String {
    let mut stated: Vec<String> = records.iter().map(|r| r.text(column)).filter(|t| !t.is_empty()).collect();
    stated.sort();
    stated.dedup();
    if stated.len() == 1 { stated.remove(0) } else { String::new() }
}
