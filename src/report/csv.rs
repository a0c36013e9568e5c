//! The tables of a report as CSV (RULES.md 8): RFC 4180 with `\n`, a header always, numbers in minor units.
//!
//! A spreadsheet runs a text that begins like a formula, so such a text gets a leading `'`; numbers stay numbers.

use std::io::{self, Write};
use std::ops::Deref;

use compact_str::{ToCompactString, format_compact};
use rayon::prelude::*;

use crate::model::finding::FoundRow;
use crate::model::text::Text;
use crate::report::books::PayoutRow;
use crate::report::view::{BatchRow, ClearedRow, MatchRow, RejectRow};

/// Name of the table of findings.
pub const DISCREPANCIES_FILE: &str = "discrepancies.csv";
/// Name of the table of batches.
pub const BATCHES_FILE: &str = "batches.csv";
/// Name of the table of rejected rows.
pub const REJECTS_FILE: &str = "rejects.csv";
/// Name of the table of what is gone since the night before, in the report of a run with a state.
pub const CLEARED_FILE: &str = "cleared.csv";
/// Name of the table of matches.
pub const MATCHES_FILE: &str = "matches.csv";

/// The columns of `discrepancies.csv`.
#[rustfmt::skip]
pub const DISCREPANCIES: [&str; 22] = [
    "id", "code", "status", "leg", "provider", "order_id", "line_id", "payee_reference", "transaction_number",
    "reconciliation_number", "settlement_id", "currency", "expected", "actual", "difference", "count", "age_days",
    "first_seen", "explanation", "sources", "hint", "hint_key",
];

/// The columns of `batches.csv`.
#[rustfmt::skip]
pub const BATCHES: [&str; 13] = [
    "provider", "reconciliation_number", "currency", "operation_count", "operation_sum", "row_count", "row_sum",
    "fee_sum", "net_sum", "net_deviation", "difference", "explained_by", "residual",
];

/// The columns of `rejects.csv`.
pub const REJECTS: [&str; 5] = ["file", "line", "column", "value", "reason"];

/// The name of the table of payouts.
pub const PAYOUTS_FILE: &str = "payouts.csv";

/// The columns of `payouts.csv`.
pub const PAYOUTS: [&str; 15] = [
    "provider",
    "settlement_id",
    "currency",
    "settled_on",
    "gross",
    "acquirer",
    "fee",
    "fee_vat",
    "fees_from",
    "brought_forward",
    "computed",
    "stated",
    "paid_on",
    "received",
    "state",
];

/// The columns of `cleared.csv`.
#[rustfmt::skip]
pub const CLEARED: [&str; 16] = [
    "id", "code", "leg", "provider", "order_id", "line_id", "payee_reference", "transaction_number",
    "reconciliation_number", "settlement_id", "currency", "difference", "first_seen", "cleared_on", "closed_by",
    "explanation",
];

/// The columns of `matches.csv`.
#[rustfmt::skip]
pub const MATCHES: [&str; 14] = [
    "provider", "match_id", "kind", "side", "order_id", "operation_id", "transaction_number", "payee_reference",
    "transaction_id", "reconciliation_number", "settlement_id", "currency", "effect_minor", "sources",
];

/// Writes `discrepancies.csv`.
///
/// # Errors
/// `out` cannot be written.
pub fn discrepancies(rows: &[FoundRow], out: impl Write) -> io::Result<()> {
    table(&DISCREPANCIES, rows, out, |row| {
        [
            text(&row.id),
            text(row.code.name()),
            text(row.status.name()),
            text(row.code.leg().name()),
            text(&row.provider),
            text(&row.order_id),
            text(&row.line_id),
            text(&row.payee_reference),
            text(&row.transaction_number),
            text(&row.reconciliation_number),
            text(&row.settlement_id),
            text(&row.currency),
            number(row.expected_minor),
            number(row.actual_minor),
            number(row.difference_minor),
            number(row.count),
            row.age_days.map_or(NOTHING, number),
            text(&row.first_seen),
            text(&row.explanation),
            text(&row.sources),
            text(&row.hint),
            text(&row.hint_key),
        ]
    })
}

/// Writes `cleared.csv`.
///
/// # Errors
/// `out` cannot be written.
pub fn cleared(rows: &[ClearedRow], out: impl Write) -> io::Result<()> {
    table(&CLEARED, rows, out, |row| {
        [
            text(&row.id),
            text(&row.code),
            text(&row.leg),
            text(&row.provider),
            text(&row.order_id),
            text(&row.line_id),
            text(&row.payee_reference),
            text(&row.transaction_number),
            text(&row.reconciliation_number),
            text(&row.settlement_id),
            text(&row.currency),
            number(row.difference_minor),
            text(&row.first_seen),
            text(&row.cleared_on),
            text(&row.closed_by),
            text(&row.explanation),
        ]
    })
}

/// Writes the bridge of a closed month: provider and currency; opening, captured, reversed, settled, closing.
///
/// # Errors
/// `out` cannot be written.
pub fn closing_bridge(rows: &[([String; 2], [i128; 5])], out: impl Write) -> io::Result<()> {
    let header = ["provider", "currency", "opening", "captured", "reversed", "settled", "closing"];
    table(&header, rows, out, |([provider, currency], amounts)| {
        let [opening, captured, reversed, settled, closing] = amounts.map(number);
        [text(provider), text(currency), opening, captured, reversed, settled, closing]
    })
}

/// Writes the balances of a closed month: account, name and currency; opening, closing, in vouchers, in later vouchers.
///
/// # Errors
/// `out` cannot be written.
pub fn closing_accounts(rows: &[([String; 3], [i128; 4])], out: impl Write) -> io::Result<()> {
    let header = ["account", "name", "currency", "opening", "closing", "vouchers", "later"];
    table(&header, rows, out, |([account, name, currency], amounts)| {
        let [opening, closing, vouchers, later] = amounts.map(number);
        [text(account), text(name), text(currency), opening, closing, vouchers, later]
    })
}

/// Writes `payouts.csv`.
///
/// # Errors
/// `out` cannot be written.
pub fn payouts(rows: &[PayoutRow], out: impl Write) -> io::Result<()> {
    let known = |amount: Option<i128>| amount.map_or(NOTHING, number);
    table(&PAYOUTS, rows, out, |row| {
        [
            text(&row.provider),
            text(&row.settlement_id),
            text(&row.currency),
            text(&row.settled_on),
            number(row.gross_minor),
            number(row.acquirer_minor),
            known(row.fee_minor),
            known(row.fee_vat_minor),
            text(&row.fees_from),
            number(row.brought_forward_minor),
            known(row.computed_minor),
            known(row.stated_minor),
            text(&row.paid_on),
            known(row.received_minor),
            text(&row.state),
        ]
    })
}

/// Writes `batches.csv`.
///
/// # Errors
/// `out` cannot be written.
pub fn batches(rows: &[BatchRow], out: impl Write) -> io::Result<()> {
    table(&BATCHES, rows, out, |row| {
        let explained: Vec<String> = row.explained.iter().map(|(code, sum)| format!("{code}={sum}")).collect();
        [
            text(&row.provider),
            text(&row.reconciliation_number),
            text(&row.currency),
            number(row.operation_count),
            number(row.operation_sum),
            number(row.row_count),
            number(row.row_sum),
            number(row.fee_sum),
            number(row.net_sum),
            number(row.net_deviation),
            number(row.difference),
            Field::Own(explained.join(";").into()),
            number(row.residual),
        ]
    })
}

/// Writes `rejects.csv`.
///
/// # Errors
/// `out` cannot be written.
pub fn rejects(rows: &[RejectRow], out: impl Write) -> io::Result<()> {
    table(&REJECTS, rows, out, |row| {
        [text(&row.file), number(row.line), text(&row.column), text(&row.value), text(&row.reason)]
    })
}

/// Writes `matches.csv`.
///
/// # Errors
/// `out` cannot be written.
pub fn matches(rows: &[MatchRow], out: impl Write) -> io::Result<()> {
    table(&MATCHES, rows, out, |row| {
        [
            text(&row.provider),
            text(&row.match_id),
            text(&row.kind),
            text(&row.side),
            text(&row.order_id),
            text(&row.operation_id),
            text(&row.transaction_number),
            text(&row.payee_reference),
            text(&row.transaction_id),
            text(&row.reconciliation_number),
            text(&row.settlement_id),
            text(&row.currency),
            number(row.effect_minor),
            text(&row.sources),
        ]
    })
}

/// So many rows are made into text by one task.
const ROWS_OF_A_TASK: usize = 1 << 10;
/// So many tasks are made before what they made is written: it bounds the text that waits.
const TASKS_AT_ONCE: usize = 16;

/// One header and one record a row. While this thread writes one stretch of rows, the next is made into text on all
/// others: of a million findings that text is most of the work.
fn table<Row: Sync, const N: usize>(
    header: &[&str; N],
    rows: &[Row],
    mut out: impl Write,
    fields: impl Fn(&Row) -> [Field<'_>; N] + Sync,
) -> io::Result<()> {
    let mut ready = vec![records(std::iter::once(header.map(Field::Borrowed)))?];
    let make = |some: &[Row]| records(some.iter().map(&fields));
    for stretch in rows.chunks(ROWS_OF_A_TASK * TASKS_AT_ONCE) {
        if rows.len() <= ROWS_OF_A_TASK {
            ready.push(make(stretch)?);
            continue;
        }
        ready = std::thread::scope(|scope| {
            let made = scope.spawn(|| stretch.par_chunks(ROWS_OF_A_TASK).map(make).collect::<io::Result<Vec<_>>>());
            ready.iter().try_for_each(|text| out.write_all(text))?;
            made.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })?;
    }
    ready.iter().try_for_each(|text| out.write_all(text))?;
    out.flush()
}

/// Records as text.
fn records<'a, const N: usize>(records: impl Iterator<Item = [Field<'a>; N]>) -> io::Result<Vec<u8>> {
    let mut writer = ::csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(Vec::new());
    for record in records {
        for field in record {
            writer.write_field(field.as_bytes()).map_err(plain)?;
        }
        writer.write_record(None::<&[u8]>).map_err(plain)?;
    }
    writer.into_inner().map_err(::csv::IntoInnerError::into_error)
}

/// The error below, whose kind says whether the disk is full.
fn plain(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A field of a table: most stand in the row already, and a number needs no memory of its own.
#[derive(Debug, PartialEq, Eq)]
enum Field<'a> {
    Borrowed(&'a str),
    Own(Text),
}

const NOTHING: Field<'static> = Field::Borrowed("");

impl Deref for Field<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Own(text) => text,
        }
    }
}

fn number(value: impl ToCompactString) -> Field<'static> {
    Field::Own(value.to_compact_string())
}

/// A text as it stands in a table: with a leading `'` where it begins like a formula.
fn text(value: &str) -> Field<'_> {
    if begins_like_a_formula(value) { Field::Own(format_compact!("'{value}")) } else { Field::Borrowed(value) }
}

fn begins_like_a_formula(value: &str) -> bool {
    matches!(value.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'))
}

/// What a text in a table was before it was escaped: the likely reading, and a second one where there are two. (A text that
/// itself begins with `'=` is written as it is, and looks like the escape of `=`.)
#[must_use]
pub fn readings(field: &str) -> (&str, Option<&str>) {
    match field.strip_prefix('\'') {
        Some(inner) if begins_like_a_formula(inner) => (inner, Some(field)),
        _ => (field, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn an_empty_table_has_its_header() {
        assert_eq!(
            written(|out| discrepancies(&[], out)),
            "id,code,status,leg,provider,order_id,line_id,payee_reference,transaction_number,reconciliation_number,\
             settlement_id,currency,expected,actual,difference,count,age_days,first_seen,explanation,sources,\
             hint,hint_key\n"
        );
        assert_eq!(
            written(|out| batches(&[], out)),
            "provider,reconciliation_number,currency,operation_count,operation_sum,row_count,row_sum,fee_sum,net_sum,\
             net_deviation,difference,explained_by,residual\n"
        );
        assert_eq!(written(|out| rejects(&[], out)), "file,line,column,value,reason\n");
        assert_eq!(
            written(|out| matches(&[], out)),
            "provider,match_id,kind,side,order_id,operation_id,transaction_number,payee_reference,transaction_id,\
             reconciliation_number,settlement_id,currency,effect_minor,sources\n"
        );
    }

    #[test]
    fn formulas_are_escaped_in_every_text_column_and_numbers_are_not() {
        for begin in ["=", "+", "-", "@", "\t", "\r"] {
            let evil = format!("{begin}1");
            let mut row = sample::report().findings.swap_remove(0);
            for field in [
                &mut row.id,
                &mut row.provider,
                &mut row.order_id,
                &mut row.line_id,
                &mut row.payee_reference,
                &mut row.transaction_number,
                &mut row.reconciliation_number,
                &mut row.settlement_id,
                &mut row.currency,
                &mut row.first_seen,
            ] {
                *field = (&evil).into();
            }
            for field in [&mut row.explanation, &mut row.sources, &mut row.hint, &mut row.hint_key] {
                field.clone_from(&evil);
            }
            (row.expected_minor, row.actual_minor, row.difference_minor) = (5, -3, -8);
            let table = written(|out| discrepancies(&[row], out));
            let mut reader = ::csv::Reader::from_reader(table.as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            let texts = DISCREPANCIES.iter().zip(&record).filter(|(_, field)| **field == format!("'{evil}")).count();
            assert_eq!(texts, 14, "{table}");
            assert_eq!((&record[12], &record[13], &record[14]), ("5", "-3", "-8"));
        }
        assert_eq!(&*text("a=1"), "a=1");
        assert_eq!(readings("'=1"), ("=1", Some("'=1")));
        assert_eq!(readings("'x"), ("'x", None));
    }

    #[test]
    fn a_reject_keeps_what_was_read() {
        let row = RejectRow {
            file: "a, b.csv".into(),
            line: 7,
            column: "amount".into(),
            value: "-1\n\"2\"".into(),
            reason: "not digits".into(),
        };
        let table = written(|out| rejects(&[row], out));
        assert_eq!(table, "file,line,column,value,reason\n\"a, b.csv\",7,amount,\"'-1\n\"\"2\"\"\",not digits\n");
    }
}
