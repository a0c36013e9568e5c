//! A small journal, its files as wholes, what no journal and no file may have, and every posting moved by a minor unit.

mod forms;
mod moved;
mod refused;
mod written;

use chrono::NaiveDate;

use super::*;
use crate::model::payout::SettlementKey;
use crate::model::voucher::{Dimension, Entity, VoucherKind};

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, day).unwrap()
}

fn posting(account: &str, amount_minor: i128, text: &str, dimensions: &[(u32, &str)]) -> Posting {
    let dimensions = dimensions.iter().map(|(number, code)| (*number, (*code).to_owned())).collect();
    Posting { account: account.to_owned(), amount_minor, text: text.to_owned(), dimensions }
}

fn account(number: &str, name: &str, class: AccountClass) -> Account {
    Account { number: number.to_owned(), name: name.to_owned(), class }
}

/// The published figures of the settlement R1234-0001, a correction in a currency without decimals, and a copy.
fn journal() -> Journal {
    let key = |text: &str| text.to_owned();
    let voucher = |id: &str, currency: &str, dated, text: &str, postings| Voucher {
        id: key(id),
        kind: VoucherKind::Settlement,
        of: SettlementKey { provider: key("swedbank_pay"), settlement_id: key("R1234-0001"), currency: key(currency) },
        corrects: None,
        dated: day(dated),
        text: key(text),
        is_copy: false,
        postings,
    };
    let mut correction = voucher(
        "swedbank-pay-R1234-0001-ISK-2",
        "ISK",
        21,
        "Settlement R1234-0001; =cmd()",
        vec![posting("1580", 7, "", &[]), posting("1920", -7, "=1+1", &[])],
    );
    correction.corrects = Some(key("swedbank-pay-R1234-0001-ISK"));
    correction.is_copy = true;
    Journal {
        entity: Entity {
            name: key("Søren \"Ångström\" AB"),
            organisation_number: key("5566778899"),
            plan: key("BAS2026"),
            series: key("A"),
            year_begins: 1,
        },
        as_of: day(31),
        program: key("avstem 0.1.0"),
        units: vec![Unit { code: key("ISK"), exponent: 0 }, Unit { code: key("SEK"), exponent: 2 }],
        accounts: vec![
            account("1580", "Receivables: cards", AccountClass::Asset),
            account("1920", "Bank", AccountClass::Asset),
            account("2640", "", AccountClass::Liability),
            account("6570", "Gebühren – Złoty", AccountClass::Expense),
        ],
        dimensions: vec![Dimension {
            number: 1,
            name: key("Kostnadsställe"),
            objects: vec![(key("S1"), key("Storgatan")), (key("S2"), key(""))],
        }],
        vouchers: vec![
            correction,
            voucher(
                "swedbank-pay-R1234-0001-SEK",
                "SEK",
                20,
                "Settlement R1234-0001 of Swedbank Pay, all services\n#VER {2}",
                vec![
                    posting("1920", 12_122_274, "Payout", &[]),
                    posting("2640", 74_546, "", &[]),
                    posting("6570", 298_180, "Fees", &[(1, "S2")]),
                    posting("1580", -12_495_000, "Sales \\ \u{202e}cards", &[]),
                ],
            ),
        ],
    }
}

fn file(format: JournalFormat, name: &str) -> JournalFile {
    files(&journal(), format).unwrap().into_iter().find(|file| file.name == name).unwrap()
}

fn cp437_text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| cp437::letter(*byte).unwrap_or(char::from(*byte))).collect()
}
