//! Settlement files of the shop: canonical CSV, and Swedbank Pay's transaction list as XML of version 2.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::reference::random_day::Fields;

/// Rows as a canonical file, with the columns that they have.
pub fn csv(rows: &[Fields]) -> Vec<u8> {
    let columns: BTreeSet<&str> = rows.iter().flat_map(|row| row.keys().copied()).collect();
    let line = |fields: Vec<&str>| fields.join(",") + "\n";
    let mut text = line(columns.iter().copied().collect());
    for row in rows {
        text.push_str(&line(columns.iter().map(|name| row.get(name).map_or("", String::as_str)).collect()));
    }
    text.into_bytes()
}

/// Rows as a transaction list; `off_minor` is added to what it states as the sum of its first currency.
pub fn xml(id: &str, date: NaiveDate, rows: &[Fields], off_minor: i64) -> Vec<u8> {
    let mut by_currency: BTreeMap<&str, Vec<&Fields>> = BTreeMap::new();
    for row in rows {
        by_currency.entry(row["currency"].as_str()).or_default().push(row);
    }
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<SalesAccountedTransactions ContractingParty=\"Kiosk AB\" \
         AccountingNo=\"{id}\" TotalNoOfTransactions=\"{}\" AccountingDate=\"{date}\" Version=\"2.0\">\n<Summary Subsite=\"\">\n",
        rows.len()
    );
    for (currency, rows) in &by_currency {
        let debits = rows.iter().filter(|row| gross(row) >= 0).count();
        let sum: i64 = rows.iter().map(|row| gross(row)).sum();
        text.push_str(&format!(
            "<Currency Currency=\"{currency}\"><ServiceType ServiceType=\"Card\"><Service ServiceName=\"Kiosk card\" \
             NoOfDebit=\"{debits}\" NoOfCredit=\"{}\" Amount=\"{}\" /></ServiceType></Currency>\n",
            rows.len() - debits,
            major(sum)
        ));
    }
    text.push_str("</Summary>\n");
    let mut off_minor = off_minor;
    for (currency, rows) in &by_currency {
        let sum: i64 = rows.iter().map(|row| gross(row)).sum();
        let stated = major(sum + std::mem::take(&mut off_minor));
        text.push_str(&format!("<Currency Sum=\"{stated}\" Currency=\"{currency}\">\n"));
        for row in rows {
            text.push_str(&transaction(row));
        }
        text.push_str("</Currency>\n");
    }
    text.push_str("</SalesAccountedTransactions>\n");
    text.into_bytes()
}

fn transaction(row: &Fields) -> String {
    let attributes = [
        ("TransactionIdentity", "payee_reference"),
        ("Currency", "currency"),
        ("DateModified", "settled_at"),
        ("PayexTransactionNo", "transaction_number"),
        ("PayexBatchNo", "reconciliation_number"),
    ];
    let mut text = format!("<Transaction Amount=\"{}\" ServiceName=\"Kiosk card\"", major(gross(row)));
    for (name, column) in attributes {
        if let Some(value) = row.get(column) {
            text.push_str(&format!(" {name}=\"{value}\""));
        }
    }
    text + " />\n"
}

/// The gross of a row; what cannot be read as a number is 0 in a list, which has faults of its own.
fn gross(row: &Fields) -> i64 {
    row["gross_amount"].parse().unwrap_or(0)
}

/// Minor units as the list writes them.
fn major(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", minor.abs() / 100, minor.abs() % 100)
}
