//! The sheets of the books: payouts, each from gross to what came to the bank, and what the journal posts.

use super::amount::Amounts;
use super::cell::Cell;
use super::others::{columns, of_rows};
use super::sheet::Tab;
use super::styles::Style;
use super::table::Table;
use crate::report::books::{AccountRow, PayoutRow};

/// Payouts as in `payouts.csv`.
pub(super) fn payouts<'a>(rows: &'a [PayoutRow], amounts: Amounts<'a>) -> Table<'a> {
    let columns = columns(&[
        ("Provider", Style::Text, 20),
        ("Settlement id", Style::Id, 24),
        ("Currency", Style::Text, 11),
        ("Settled on", Style::Day, 12),
        ("State", Style::Text, 16),
        ("Gross", Style::Text, 24),
        ("Paid by the acquirer", Style::Text, 24),
        ("Fees", Style::Text, 24),
        ("VAT on fees", Style::Text, 24),
        ("Fees from", Style::Text, 12),
        ("Brought forward", Style::Text, 24),
        ("Computed payout", Style::Text, 24),
        ("Stated payout", Style::Text, 24),
        ("Paid on", Style::Day, 12),
        ("Received", Style::Text, 24),
    ]);
    let cell = move |row: &'a PayoutRow, column| {
        let amount = |amount_minor| amounts.cell(amount_minor, &row.currency);
        let known = |amount_minor: Option<i128>| amount_minor.map_or(Cell::Empty, amount);
        let day = |text: &'a str| if text.is_empty() { Cell::Empty } else { Cell::day(text) };
        match column {
            0 => Cell::text(row.provider.as_str()),
            1 => Cell::text(row.settlement_id.as_str()),
            2 => Cell::text(row.currency.as_str()),
            3 => day(&row.settled_on),
            4 => Cell::text(row.state.as_str()),
            5 => amount(row.gross_minor),
            6 => amount(row.acquirer_minor),
            7 => known(row.fee_minor),
            8 => known(row.fee_vat_minor),
            9 => Cell::text(row.fees_from.as_str()),
            10 => amount(row.brought_forward_minor),
            11 => known(row.computed_minor),
            12 => known(row.stated_minor),
            13 => day(&row.paid_on),
            _ => known(row.received_minor),
        }
    };
    of_rows("Payouts", Tab::Detail, columns, 15, rows, cell)
}

/// What the journal posts, an account and currency a row.
pub(super) fn accounts<'a>(rows: &'a [AccountRow], amounts: Amounts<'a>) -> Table<'a> {
    let columns = columns(&[
        ("Account", Style::Id, 12),
        ("Name", Style::Text, 40),
        ("Currency", Style::Text, 11),
        ("Posted", Style::Text, 24),
    ]);
    of_rows("Journal", Tab::Detail, columns, 4, rows, move |row, column| match column {
        0 => Cell::text(row.account.as_str()),
        1 => Cell::text(row.name.as_str()),
        2 => Cell::text(row.currency.as_str()),
        _ => amounts.cell(row.amount, &row.currency),
    })
}
