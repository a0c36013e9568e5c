//! The tables of a report as CSV (RULES.md 8): RFC 4180 with `\n`, a header always, numbers in minor units.
//!
//! A spreadsheet runs a text that begins like a formula, so such a text gets a leading `'`; numbers stay numbers.

use std::io::{self, Write};
use std::sync::mpsc;

use rayon::prelude::*;

use crate::engine::join::{is_plain, push_field, push_number};
use crate::model::found::FoundRow;
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
    // They stand in memory as they were found, and are written in another order: first the rows are asked for, then the
    // texts to which they lead.
    const CACHE_LINE: usize = 64;
    let touch = |some: &[FoundRow]| {
        let rows = some.iter().fold(0, |all, row| all ^ row.touch());
        let texts = some.iter().flat_map(|row| row.packed.joined().as_bytes().iter().step_by(CACHE_LINE));
        texts.fold(rows, |all, byte| all ^ usize::from(*byte))
    };
    table_with(&DISCREPANCIES, rows, out, touch, |row, line| {
        line.is_plain = is_plain(row.packed.without_sentences());
        line.text(row.id());
        line.text(row.code.name());
        line.text(row.status.name());
        line.text(row.code.leg().name());
        line.text(row.provider());
        line.text(row.order_id());
        line.text(row.line_id());
        line.text(row.payee_reference());
        line.text(row.transaction_number());
        line.text(row.reconciliation_number());
        line.text(row.settlement_id());
        line.text(row.currency());
        line.amount(row.expected_minor);
        line.amount(row.actual_minor);
        line.amount(row.difference_minor);
        line.number(row.count);
        line.maybe(row.age_days);
        line.text(row.first_seen());
        line.sentence(row.explanation());
        line.text(row.sources());
        line.sentence(row.hint());
        line.text(row.hint_key());
    })
}

/// Writes `cleared.csv`.
///
/// # Errors
/// `out` cannot be written.
pub fn cleared(rows: &[ClearedRow], out: impl Write) -> io::Result<()> {
    table(&CLEARED, rows, out, |row, line| {
        line.text(&row.id);
        line.text(&row.code);
        line.text(&row.leg);
        line.text(&row.provider);
        line.text(&row.order_id);
        line.text(&row.line_id);
        line.text(&row.payee_reference);
        line.text(&row.transaction_number);
        line.text(&row.reconciliation_number);
        line.text(&row.settlement_id);
        line.text(&row.currency);
        line.number(row.difference_minor);
        line.text(&row.first_seen);
        line.text(&row.cleared_on);
        line.text(&row.closed_by);
        line.text(&row.explanation);
    })
}

/// Writes the bridge of a closed month: provider and currency; opening, captured, reversed, settled, closing.
///
/// # Errors
/// `out` cannot be written.
pub fn closing_bridge(rows: &[([String; 2], [i128; 5])], out: impl Write) -> io::Result<()> {
    let header = ["provider", "currency", "opening", "captured", "reversed", "settled", "closing"];
    table(&header, rows, out, |([provider, currency], amounts), line| {
        line.text(provider);
        line.text(currency);
        amounts.iter().for_each(|amount| line.number(*amount));
    })
}

/// Writes the balances of a closed month: account, name and currency; opening, closing, in vouchers, in later vouchers.
///
/// # Errors
/// `out` cannot be written.
pub fn closing_accounts(rows: &[([String; 3], [i128; 4])], out: impl Write) -> io::Result<()> {
    let header = ["account", "name", "currency", "opening", "closing", "vouchers", "later"];
    table(&header, rows, out, |([account, name, currency], amounts), line| {
        [account, name, currency].into_iter().for_each(|field| line.text(field));
        amounts.iter().for_each(|amount| line.number(*amount));
    })
}

/// Writes `payouts.csv`.
///
/// # Errors
/// `out` cannot be written.
pub fn payouts(rows: &[PayoutRow], out: impl Write) -> io::Result<()> {
    table(&PAYOUTS, rows, out, |row, line| {
        line.text(&row.provider);
        line.text(&row.settlement_id);
        line.text(&row.currency);
        line.text(&row.settled_on);
        line.number(row.gross_minor);
        line.number(row.acquirer_minor);
        line.maybe(row.fee_minor);
        line.maybe(row.fee_vat_minor);
        line.text(&row.fees_from);
        line.number(row.brought_forward_minor);
        line.maybe(row.computed_minor);
        line.maybe(row.stated_minor);
        line.text(&row.paid_on);
        line.maybe(row.received_minor);
        line.text(&row.state);
    })
}

/// Writes `batches.csv`.
///
/// # Errors
/// `out` cannot be written.
pub fn batches(rows: &[BatchRow], out: impl Write) -> io::Result<()> {
    table(&BATCHES, rows, out, |row, line| {
        let explained: Vec<String> = row.explained.iter().map(|(code, sum)| format!("{code}={sum}")).collect();
        line.text(&row.provider);
        line.text(&row.reconciliation_number);
        line.text(&row.currency);
        line.number(row.operation_count);
        line.number(row.operation_sum);
        line.number(row.row_count);
        line.number(row.row_sum);
        line.number(row.fee_sum);
        line.number(row.net_sum);
        line.number(row.net_deviation);
        line.number(row.difference);
        line.text(&explained.join(";"));
        line.number(row.residual);
    })
}

/// Writes `rejects.csv`.
///
/// # Errors
/// `out` cannot be written.
pub fn rejects(rows: &[RejectRow], out: impl Write) -> io::Result<()> {
    table(&REJECTS, rows, out, |row, line| {
        line.text(&row.file);
        line.number(row.line);
        line.text(&row.column);
        line.text(&row.value);
        line.text(&row.reason);
    })
}

/// Writes `matches.csv`.
///
/// # Errors
/// `out` cannot be written.
pub fn matches(rows: &[MatchRow], out: impl Write) -> io::Result<()> {
    table(&MATCHES, rows, out, |row, line| {
        line.text(&row.provider);
        line.text(&row.match_id);
        line.text(&row.kind);
        line.text(&row.side);
        line.text(&row.order_id);
        line.text(&row.operation_id);
        line.text(&row.transaction_number);
        line.text(&row.payee_reference);
        line.text(&row.transaction_id);
        line.text(&row.reconciliation_number);
        line.text(&row.settlement_id);
        line.text(&row.currency);
        line.number(row.effect_minor);
        line.text(&row.sources);
    })
}

/// So many rows are made into text by one task.
const ROWS_OF_A_TASK: usize = 1 << 10;
/// So many tasks are made before what they made is written: it bounds the text that waits.
const TASKS_AT_ONCE: usize = 16;

/// [`table_with`] rows that stand in memory one after the other.
fn table<Row: Sync, const N: usize>(
    header: &[&str; N],
    rows: &[Row],
    out: impl Write,
    fields: impl Fn(&Row, &mut Line<'_>) + Sync,
) -> io::Result<()> {
    table_with(header, rows, out, |_| 0, fields)
}

/// So many rows are touched at once: more than a core can ask the memory for at a time.
const ROWS_TOUCHED: usize = 64;

/// One header and one record a row. While this thread writes, the stretches that follow are made into text on all others:
/// of a million findings that text is most of the work.
///
/// `touch` looks at rows shortly before they are written, so that the memory is asked for several at once instead of for
/// one after the other.
fn table_with<Row: Sync, const N: usize>(
    header: &[&str; N],
    rows: &[Row],
    mut out: impl Write,
    touch: impl Fn(&[Row]) -> usize + Sync,
    fields: impl Fn(&Row, &mut Line<'_>) + Sync,
) -> io::Result<()> {
    let names = |names: &[&str; N], line: &mut Line<'_>| names.iter().for_each(|name| line.text(name));
    out.write_all(&lines::<_, N>(std::slice::from_ref(header), |_| 0, names))?;
    let make = |some: &[Row]| lines::<Row, N>(some, &touch, &fields);
    if rows.len() <= ROWS_OF_A_TASK {
        out.write_all(&make(rows))?;
        return out.flush();
    }
    std::thread::scope(|scope| {
        let (sender, made) = mpsc::sync_channel(1);
        scope.spawn(move || {
            for stretch in rows.chunks(ROWS_OF_A_TASK * TASKS_AT_ONCE) {
                let texts: Vec<Vec<u8>> = stretch.par_chunks(ROWS_OF_A_TASK).map(make).collect();
                // Nobody waits for it any more where writing has failed.
                if sender.send(texts).is_err() {
                    return;
                }
            }
        });
        made.into_iter().flatten().try_for_each(|text| out.write_all(&text))
    })?;
    out.flush()
}

/// Rows as text.
fn lines<Row, const N: usize>(
    rows: &[Row],
    touch: impl Fn(&[Row]) -> usize,
    fields: impl Fn(&Row, &mut Line<'_>),
) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.len().saturating_mul(LINE_LEN));
    for some in rows.chunks(ROWS_TOUCHED) {
        std::hint::black_box(touch(some));
        for row in some {
            let mut line = Line { out: &mut out, field_count: 0, is_plain: false };
            fields(row, &mut line);
            assert_eq!(line.field_count, N, "a record has a field a column");
            out.push(b'\n');
        }
    }
    out
}

/// About as long as a line of findings.
const LINE_LEN: usize = 320;

/// A record of a table that is being written.
struct Line<'t> {
    out: &'t mut Vec<u8>,
    /// So many fields are written.
    field_count: usize,
    /// No text of the record needs quotes, its sentences apart.
    is_plain: bool,
}

impl Line<'_> {
    /// A text: with a leading `'` where it begins like a formula.
    fn text(&mut self, value: &str) {
        self.delimit();
        if begins_like_a_formula(value) {
            push_field(&format!("'{value}"), self.out);
        } else if self.is_plain {
            self.out.extend_from_slice(value.as_bytes());
        } else {
            push_field(value, self.out);
        }
    }

    /// A text that may hold commas where no other one of its record does.
    fn sentence(&mut self, value: &str) {
        let is_plain = std::mem::take(&mut self.is_plain);
        self.text(value);
        self.is_plain = is_plain;
    }

    fn number(&mut self, value: impl itoa::Integer) {
        self.delimit();
        push_number(value, self.out);
    }

    /// An amount, nearly every one of which is short enough for the fast way.
    fn amount(&mut self, amount_minor: i128) {
        match i64::try_from(amount_minor) {
            Ok(short) => self.number(short),
            Err(_) => self.number(amount_minor),
        }
    }

    /// A number, or nothing.
    fn maybe(&mut self, value: Option<impl itoa::Integer>) {
        match value {
            Some(value) => self.number(value),
            None => self.delimit(),
        }
    }

    fn delimit(&mut self) {
        if self.field_count > 0 {
            self.out.push(b',');
        }
        self.field_count += 1;
    }
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
    use crate::model::found::{FoundTexts, Packed};
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
            row.packed = Packed::of(&FoundTexts::everywhere(&evil));
            (row.expected_minor, row.actual_minor, row.difference_minor) = (5, -3, -8);
            let table = written(|out| discrepancies(&[row], out));
            let mut reader = ::csv::Reader::from_reader(table.as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            let texts = DISCREPANCIES.iter().zip(&record).filter(|(_, field)| **field == format!("'{evil}")).count();
            assert_eq!(texts, 14, "{table}");
            assert_eq!((&record[12], &record[13], &record[14]), ("5", "-3", "-8"));
        }
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
