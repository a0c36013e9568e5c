//! Files read back, and refused with every amount moved by one minor unit.

use super::*;
use crate::report::journal::read::{Line, prove};

/// The postings of the journal as a reader should find them, with the voucher named as the format can.
fn lines_of(format: JournalFormat, name: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut vouchers = journal().vouchers;
    let by_day = matches!(format, JournalFormat::Hledger | JournalFormat::Beancount);
    vouchers.sort_by_key(|voucher| if by_day { voucher.dated } else { day(1) });
    for (number, voucher) in (1..).zip(&vouchers) {
        if !by_day && !name.contains(&voucher.of.currency) {
            continue;
        }
        for posting in &voucher.postings {
            let named = match format {
                JournalFormat::Sie => sie::title_of(voucher),
                JournalFormat::Gbat10 => format!("{number}"),
                JournalFormat::Hledger | JournalFormat::Beancount => voucher.id.clone(),
            };
            lines.push(Line {
                dated: voucher.dated,
                voucher: named,
                account: posting.account.clone(),
                amount_minor: posting.amount_minor,
                currency: voucher.of.currency.clone(),
            });
        }
    }
    lines
}

#[test]
fn every_file_is_read_back_and_a_minor_unit_moved_is_refused() {
    for format in JournalFormat::ALL {
        assert_eq!(JournalFormat::from_name(format.name()), Some(format));
        for file in files(&journal(), format).unwrap() {
            assert_eq!(JournalFormat::of_file(&file.name), Some(format));
            let proved = prove(format, &file.name, &file.bytes).unwrap();
            assert_eq!(proved.lines, lines_of(format, &file.name), "{}", file.name);
            let mut moved = 0;
            // Every digit at the end of an amount, one up or down.
            let text: Vec<char> = file.bytes.iter().map(|byte| char::from(*byte)).collect();
            for (at, amount) in amounts(format, &text) {
                let mut bytes = file.bytes.clone();
                bytes[at] = if bytes[at] == b'0' { b'1' } else { bytes[at] - 1 };
                let fault = prove(format, &file.name, &bytes).expect_err(&amount);
                let told = ["does not balance", "net is not gross"].iter().any(|told| fault.problem.contains(told));
                assert!(told, "{}: {amount}: {fault}", file.name);
                moved += 1;
            }
            let each = if format == JournalFormat::Gbat10 { 2 } else { 1 };
            assert_eq!(moved, proved.lines.len() * each, "{}", file.name);
        }
    }
}

/// Where the last digit of each amount stands.
fn amounts(format: JournalFormat, text: &[char]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(|letter| *letter == '\n') {
        let line_text: String = line.iter().collect();
        let pieces: Vec<&str> = line_text.split(if format == JournalFormat::Gbat10 { ';' } else { ' ' }).collect();
        let mut at = start;
        for (index, piece) in pieces.iter().enumerate() {
            let next = pieces.get(index + 1).copied().unwrap_or("");
            let is_amount = match format {
                JournalFormat::Sie => line_text.starts_with("#TRANS") && next == "\"\"",
                JournalFormat::Gbat10 => index == 8 || index == 9,
                JournalFormat::Hledger | JournalFormat::Beancount => {
                    line_text.starts_with("  ")
                        && !line_text.contains("format ")
                        && matches!(next.trim(), "SEK" | "ISK")
                }
            };
            if is_amount {
                found.push((at + piece.chars().count() - 1, format!("{line_text:?}")));
            }
            at += piece.chars().count() + 1;
        }
        start += line.len();
    }
    found
}
