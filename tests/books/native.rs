//! Transaction lists of Swedbank Pay, version 2.

use std::fmt::Write as _;

use chrono::NaiveDate;

use crate::bank::major;
use crate::story::{CURRENCIES, Row};

/// A list of these rows.
pub fn list(id: &str, made: NaiveDate, rows: &[Row]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<SalesAccountedTransactions ContractingParty=\"P\" \
         AccountingNo=\"{id}\" TotalNoOfTransactions=\"{}\" AccountingDate=\"{made}\" Version=\"2.0\">\n",
        rows.len()
    );
    for currency in CURRENCIES {
        let of: Vec<&Row> = rows.iter().filter(|row| row.currency == currency).collect();
        if of.is_empty() {
            continue;
        }
        let sum: i64 = of.iter().map(|row| row.gross_minor).sum();
        writeln!(text, "<Currency Sum=\"{}\" Currency=\"{currency}\">", major(sum, currency, '.')).unwrap();
        for row in of {
            let Row { gross_minor, batch, number, reference, service, .. } = row;
            let amount = major(*gross_minor, currency, '.');
            writeln!(
                text,
                "<Transaction TransactionIdentity=\"{reference}\" Amount=\"{amount}\" Currency=\"{currency}\" \
                 DateCreated=\"{made} 09:00:00\" DateModified=\"{made} 10:00:00\" ServiceName=\"{service}\" \
                 PayexTransactionNo=\"{number}\" PayexBatchNo=\"{batch}\" />"
            )
            .unwrap();
        }
        text.push_str("</Currency>\n");
    }
    text + "</SalesAccountedTransactions>\n"
}
