//! What the journals of all nights must come to, by the tables of the last night's report.

use std::collections::{BTreeMap, BTreeSet};

use avstem::report::journal::JournalFormat;
use avstem::report::journal::read::{Line, Proved, prove};
use chrono::NaiveDate;
use serde_json::Value;

use crate::settings::Settings;

/// Minor units by account and currency; none of 0.
pub type Balances = BTreeMap<(String, String), i128>;

type Report = [(String, Vec<u8>)];

/// The journal of a report, which is the same in all forms.
pub struct Journal {
    pub proved: Proved,
    /// Day and id of every voucher.
    pub vouchers: BTreeSet<(NaiveDate, String)>,
}

/// Reads the journal in all its forms.
pub fn journal(report: &Report) -> Result<Journal, String> {
    let mut by_format: BTreeMap<JournalFormat, Vec<Proved>> = BTreeMap::new();
    for (name, bytes) in report {
        if let Some(format) = JournalFormat::of_file(name) {
            let proved = prove(format, name, bytes).map_err(|fault| format!("{name}: {fault:?}"))?;
            by_format.entry(format).or_default().push(proved);
        }
    }
    let Some(of_hledger) = by_format.get(&JournalFormat::Hledger) else {
        let none = by_format.is_empty();
        return if none {
            Ok(Journal { proved: Proved::default(), vouchers: BTreeSet::new() })
        } else {
            Err("there are journals, but not one for hledger".to_owned())
        };
    };
    let [proved] = of_hledger.as_slice() else { return Err("several journals for hledger".to_owned()) };
    let wanted = (proved.vouchers, postings(&proved.lines));
    for (format, files) in &by_format {
        let vouchers = files.iter().map(|file| file.vouchers).sum::<u64>();
        let lines: Vec<Line> = files.iter().flat_map(|file| file.lines.clone()).collect();
        if (vouchers, postings(&lines)) != wanted {
            return Err(format!("the journals for hledger and {} differ", format.name()));
        }
    }
    if by_format.len() != JournalFormat::ALL.len() {
        return Err(format!("journals of {:?} only", by_format.keys()));
    }
    let vouchers: BTreeSet<_> = proved.lines.iter().map(|line| (line.dated, line.voucher.clone())).collect();
    let ids: BTreeSet<&String> = vouchers.iter().map(|(_, id)| id).collect();
    if ids.len() != vouchers.len() || u64::try_from(ids.len()) != Ok(proved.vouchers) {
        return Err("a voucher stands in the journal twice".to_owned());
    }
    Ok(Journal { proved: proved.clone(), vouchers })
}

/// Postings without what names their voucher, which is not the same in all forms.
fn postings(lines: &[Line]) -> Vec<(NaiveDate, String, i128, String)> {
    let of = |line: &Line| (line.dated, line.account.clone(), line.amount_minor, line.currency.clone());
    let mut postings: Vec<_> = lines.iter().map(of).collect();
    postings.sort();
    postings
}

/// All journals together.
pub fn balances<'p>(journals: impl Iterator<Item = &'p Proved>) -> Balances {
    let mut balances = Balances::new();
    for proved in journals {
        for (key, amount_minor) in &proved.sums_by_account {
            *balances.entry(key.clone()).or_default() += amount_minor;
        }
    }
    balances.retain(|_, amount_minor| *amount_minor != 0);
    balances
}

/// What the summary says that the journal of the night comes to.
pub fn control_totals(report: &Report) -> Balances {
    let summary: Value = serde_json::from_slice(bytes(report, "summary.json")).unwrap();
    let rows = summary["journal"]["accounts"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let row = |row: &Value| ((text(&row["account"]), text(&row["currency"])), whole(&row["amount"]));
    let mut totals: Balances = rows.iter().map(row).collect();
    totals.retain(|_, amount_minor| *amount_minor != 0);
    totals
}

/// What the balances must be, by the tables of a report.
pub fn expected(report: &Report, settings: &Settings) -> Balances {
    let mut balances = Balances::new();
    let mut post = |account: &str, currency: &str, amount_minor: i128| {
        *balances.entry((account.to_owned(), currency.to_owned())).or_default() += amount_minor;
    };
    let summary: Value = serde_json::from_slice(bytes(report, "summary.json")).unwrap();

    // What was captured and is not settled, as far as the findings say.
    for row in table(report, "discrepancies.csv") {
        let (code, currency) = (row["code"].as_str(), row["currency"].as_str());
        match code {
            "unsettled" | "batch-missing" | "settled-direction" | "settled-currency" | "ambiguous"
                if settings.captures =>
            {
                post("1580", currency, number(&row["expected"]));
            }
            // The row settles its operation, and the difference is booked as such.
            "settled-amount" => post("6999", currency, -number(&row["difference"])),
            _ => {}
        }
    }

    // Rows by their verdicts, and operations.
    for row in summary["verdicts"].as_array().unwrap() {
        let [dataset, currency, verdict] = ["dataset", "currency", "verdict"].map(|key| row[key].as_str().unwrap());
        let sum = whole(&row["rows"]["sum"]);
        let is_settled = dataset == "settlements";
        // The captures of these stories are signed as their effects are, reversals the other way.
        let effect = match dataset {
            "captures" => sum,
            "reversals" => -sum,
            _ => 0,
        };
        match verdict {
            "settled-unknown"
            | "settled-twice"
            | "settled-not-completed"
            | "settled-direction"
            | "settled-currency"
            | "ambiguous"
                if is_settled =>
            {
                post(settings.suspense(), currency, -sum);
            }
            "matched (with tolerance)" => post("3740", currency, if is_settled { -sum } else { effect }),
            _ => {}
        }
        if !is_settled && settings.captures && !matches!(verdict, "not completed" | "settled-not-completed" | "skipped")
        {
            post("3999", currency, -effect);
        }
        if !is_settled && !settings.captures && is_cleared(verdict) {
            post("1580", currency, -effect);
        }
    }
    for row in summary["other_kinds"].as_array().unwrap() {
        let gross = whole(&row["gross"]["sum"]);
        let account = match row["kind"].as_str().unwrap() {
            "fee" | "payout" | "postponed" => continue,
            "chargeback" => "6351",
            _ => settings.suspense(),
        };
        post(account, row["currency"].as_str().unwrap(), -gross);
    }

    for row in table(report, "payouts.csv") {
        let currency = row["currency"].as_str();
        let of = |column: &str| if row[column].is_empty() { 0 } else { number(&row[column]) };
        post("6040", currency, of("fee"));
        post("2641", currency, of("fee_vat"));
        post("1688", currency, of("acquirer"));
        post("1689", currency, of("gross") - of("fee") - of("fee_vat") - of("received"));
        post("1930", currency, of("received"));
    }
    balances.retain(|_, amount_minor| *amount_minor != 0);
    balances
}

/// Whether operations with this verdict are off the clearing account.
fn is_cleared(verdict: &str) -> bool {
    verdict.starts_with("matched") || verdict == "settled-amount"
}

/// What differs between two balances, a line each.
pub fn differences(wanted: &Balances, found: &Balances) -> Vec<String> {
    let keys: BTreeSet<_> = wanted.keys().chain(found.keys()).collect();
    let of = |balances: &Balances, key| balances.get(key).copied().unwrap_or(0);
    let differ = keys.into_iter().filter(|key| of(wanted, *key) != of(found, *key));
    differ.map(|key| format!("{} {}: {} and not {}", key.0, key.1, of(found, key), of(wanted, key))).collect()
}

pub fn bytes<'r>(report: &'r Report, name: &str) -> &'r [u8] {
    &report.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{name} is there")).1
}

/// The rows of a table by the names of their columns.
pub fn table(report: &Report, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(bytes(report, name));
    let header = reader.headers().unwrap().clone();
    let row = |row: csv::StringRecord| header.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect();
    reader.records().map(|found| row(found.unwrap())).collect()
}

fn number(text: &str) -> i128 {
    text.parse().unwrap()
}

fn whole(value: &Value) -> i128 {
    value.as_i64().map(i128::from).unwrap_or_else(|| panic!("{value} is a whole number"))
}
