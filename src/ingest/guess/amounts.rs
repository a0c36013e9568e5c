//! Amounts, rates and quantities of a table: how they are written, and what they count.

use super::build::{Draft, says_minor};
use super::dataset::is_negative;
use super::examples;
use super::number::{Numbers, Reading, Written, numbers};
use crate::ingest::profile::amount::{quantity, vat_rate_bp};
use crate::ingest::profile::number::Dialect;
use crate::ingest::profile::{AmountUnit, Grouping, RateUnit};
use crate::model::record::{ColumnKind, Dataset};

/// Currencies of a table, at most.
const CODES_MAX: usize = 20;

/// Guesses everything about numbers.
pub fn amounts(draft: &mut Draft<'_>) {
    let names: Vec<&'static str> = draft
        .found
        .iter()
        .filter(|found| found.column.kind == ColumnKind::Minor)
        .map(|found| found.column.name)
        .collect();
    // Of a payout no amount must be there, and any tells how they are written.
    let first = if draft.dataset == Dataset::Payouts { names.first().copied() } else { None };
    let wanted = draft.dataset.amount_column();
    let Some(main) = draft.found(wanted).map(|found| found.column.name).or(first) else { return };
    let mut all = of_columns(draft, &names);
    if all.readings.is_empty() && all.count > 0 && names.len() > 1 {
        // One column that is written otherwise must not spoil the others.
        let alone = of_columns(draft, &[main]);
        let others: Vec<&'static str> = names.iter().copied().filter(|name| *name != main).collect();
        for name in others {
            let both = of_columns(draft, &[main, name]);
            if both.readings.is_empty() && both.count > 0 {
                draft.leave_out(name, "its numbers are not written as those of the amount are");
            }
        }
        all = if alone.readings.is_empty() { alone } else { of_columns(draft, &names) };
    }
    let Some(mut reading) = choose(draft, main, &all) else { return };
    let own: usize = names
        .iter()
        .map(|name| {
            draft.all_cells(name).into_iter().filter(|text| draft.is_own_number(text) && text.contains('.')).count()
        })
        .sum();
    reading.with_decimals += own;
    draft.profile.decimal = reading.dialect.decimal;
    draft.profile.grouping = reading.dialect.grouping;
    unit(draft, main, &names, &reading);
    others(draft, reading.dialect);
    signs(draft, main, reading.dialect);
}

/// The readings of some columns together.
fn of_columns(draft: &Draft<'_>, names: &[&str]) -> Numbers {
    let codes = Codes::new(draft);
    let mut written = Vec::new();
    for name in names {
        let Some(place) = draft.found(name).map(|found| found.place) else { continue };
        for row in draft.all {
            let Some(text) = row.get(place).map(String::as_str).filter(|text| !text.is_empty()) else { continue };
            if draft.is_own_number(text) {
                continue;
            }
            let (code, exponent) = codes.of(row);
            written.push(Written { text, code, exponent });
        }
    }
    numbers(&written)
}

/// The currency of rows.
struct Codes<'d> {
    place: Option<usize>,
    known: Vec<(&'d str, &'d str, u32)>,
    constant: Option<(&'d str, u32)>,
}

impl<'d> Codes<'d> {
    fn new(draft: &'d Draft<'_>) -> Self {
        let exponent =
            |code: &str| draft.currencies.find(code.as_bytes()).map(|currency| draft.currencies.exponent(currency));
        let constant = draft.profile.constants.get("currency").and_then(|code| Some((code.as_str(), exponent(code)?)));
        let words = draft.profile.values.get("currency");
        let mut known: Vec<(&str, &str, u32)> = Vec::new();
        for text in draft.all_cells("currency") {
            if known.len() < CODES_MAX && !known.iter().any(|(word, ..)| *word == text) {
                let code = words.and_then(|words| words.get(text)).map_or(text, String::as_str);
                known.extend(exponent(code).map(|exponent| (text, code, exponent)));
            }
        }
        Self { place: draft.found("currency").map(|found| found.place), known, constant }
    }

    fn of(&self, row: &[String]) -> (&'d str, Option<u32>) {
        let text = self.place.and_then(|place| row.get(place)).map(String::as_str).unwrap_or_default();
        let known = self.known.iter().find(|(word, ..)| *word == text).map(|(_, code, exponent)| (*code, *exponent));
        known.or(self.constant).map_or(("", None), |(code, exponent)| (code, Some(exponent)))
    }
}

/// The one reading there is, or a question.
fn choose(draft: &mut Draft<'_>, main: &'static str, all: &Numbers) -> Option<Reading> {
    let at = "decimal";
    let texts = draft.all_cells(main);
    match all.readings.as_slice() {
        [reading] => {
            let Reading { dialect, with_decimals, grouped, .. } = reading;
            if let Some(sign) = dialect.decimal {
                let sample = examples(texts.iter().copied().filter(|text| text.contains(sign)), 3);
                draft
                    .remarks
                    .guess(at, format!("{with_decimals} of {} amounts have decimals, such as {sample}", all.count));
            }
            if dialect.grouping.is_some() {
                let text =
                    format!("{grouped} of {} amounts have groups of three digits, and all can be read so", all.count);
                draft.remarks.guess("grouping", text);
            }
            if all.unread > 0 {
                let text = format!("{} texts are no amount in any way; their rows would be rejects", all.unread);
                draft.remarks.note("columns", text);
            }
            Some(reading.clone())
        }
        // The numbers of a workbook are written in no way.
        [] if all.count == 0 && texts.iter().any(|text| draft.is_own_number(text)) => Some(Reading {
            dialect: Dialect { decimal: None, grouping: None },
            with_decimals: 0,
            grouped: 0,
            values: Vec::new(),
        }),
        [] if all.count == 0 => {
            if !draft.all.is_empty() {
                draft.remarks.block(format!("columns.{main}"), "no cell of this column is an amount", Vec::new());
            }
            None
        }
        [] => {
            let sample = examples(texts.iter().copied().filter(|text| text.contains([',', '.'])), 3);
            let text = format!(
                "no one way reads all of the {} amounts, such as {sample}: are several ways of writing mixed?",
                all.count
            );
            draft.remarks.block(at, text, vec!["decimal = \",\"".to_owned(), "decimal = \".\"".to_owned()]);
            None
        }
        several => {
            let places = several.first().map_or(0, |first| first.values.len());
            let differs = |place: &usize| {
                let values: Vec<_> = several.iter().map(|reading| reading.values.get(*place)).collect();
                values.windows(2).any(|pair| pair.first() != pair.last())
            };
            let differing = (0..places).filter(differs).count();
            let sample = examples(texts.iter().copied().filter(|text| text.contains([',', '.'])), 3);
            let shown: Vec<String> = several.iter().map(|reading| described(reading.dialect)).collect();
            let choices = several.iter().map(|reading| lines(reading.dialect)).collect();
            let text =
                format!("{differing} of {} amounts, such as {sample}, can be read {}", all.count, shown.join(" or "));
            draft.remarks.block(at, text, choices);
            None
        }
    }
}

/// A dialect in words.
fn described(dialect: Dialect) -> String {
    let sign = |sign: char| if sign == ',' { "a decimal comma" } else { "a decimal point" };
    let grouping = match dialect.grouping {
        None => "",
        Some(Grouping::Space) => "groups by space",
        Some(Grouping::Dot) => "groups by dot",
        Some(Grouping::Comma) => "groups by comma",
        Some(Grouping::Apostrophe) => "groups by apostrophe",
    };
    match (dialect.decimal, grouping) {
        (Some(decimal), "") => format!("with {}", sign(decimal)),
        (Some(decimal), grouping) => format!("with {} and {grouping}", sign(decimal)),
        (None, "") => "as whole numbers".to_owned(),
        (None, grouping) => format!("with {grouping}"),
    }
}

/// A dialect as lines of a profile, separated by line ends.
fn lines(dialect: Dialect) -> String {
    let decimal = dialect.decimal.map(|sign| format!("decimal = \"{sign}\""));
    let grouping = dialect.grouping.map(|grouping| format!("grouping = \"{}\"", grouping_name(grouping)));
    [decimal, grouping].into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// The name of a grouping in the configuration.
#[must_use]
pub fn grouping_name(grouping: Grouping) -> &'static str {
    match grouping {
        Grouping::Space => "space",
        Grouping::Dot => ".",
        Grouping::Comma => ",",
        Grouping::Apostrophe => "'",
    }
}

/// Major or minor units.
fn unit(draft: &mut Draft<'_>, main: &'static str, names: &[&'static str], reading: &Reading) {
    let said: Vec<Option<bool>> = names.iter().filter_map(|name| draft.found(name)).map(says_minor).collect();
    let at = "amount_unit";
    let choices = || vec!["amount_unit = \"major\"".to_owned(), "amount_unit = \"minor\"".to_owned()];
    let says_minor = said.contains(&Some(true));
    if reading.with_decimals > 0 {
        let is_canonical = names.iter().filter_map(|name| draft.found(name)).all(|found| found.is_canonical);
        if says_minor && !is_canonical {
            draft.remarks.block(at, "a header says minor units, but amounts have decimals", choices());
        } else {
            draft.profile.amount_unit = Some(AmountUnit::Major);
            draft.remarks.guess(at, "amounts have decimals, so they count the major unit (kronor, euros)");
        }
        return;
    }
    let codes = Codes::new(draft);
    let without_decimals = !codes.known.is_empty() && codes.known.iter().all(|(.., exponent)| *exponent == 0)
        || codes.known.is_empty() && codes.constant.is_some_and(|(_, exponent)| exponent == 0);
    if without_decimals {
        return;
    }
    match (says_minor, said.contains(&Some(false))) {
        (true, false) => {
            if draft.found(main).is_some_and(|found| !found.is_canonical) {
                draft.profile.amount_unit = Some(AmountUnit::Minor);
                draft.remarks.guess(at, "a header says minor units, and no amount has decimals");
            }
        }
        (false, true) => {
            draft.profile.amount_unit = Some(AmountUnit::Major);
            draft.remarks.guess(at, "a header names the major unit; no amount has decimals, so look at a few");
        }
        _ => {
            let texts = draft.all_cells(main);
            let longest =
                texts.iter().copied().max_by_key(|text| (text.chars().filter(char::is_ascii_digit).count(), *text));
            let sample = examples(longest.into_iter(), 1);
            let text = format!(
                "{0} of {0} amounts are whole numbers: does the largest, {sample}, count kronor or euros (major), or ören or cents \
                 (minor)?",
                texts.len()
            );
            draft.remarks.block(at, text, choices());
        }
    }
}

/// Quantities and rates have the dialect of the amounts, or are left out.
fn others(draft: &mut Draft<'_>, dialect: Dialect) {
    if draft.cells("quantity").iter().any(|text| quantity(text, draft.dialect_of(text, dialect)).is_err()) {
        draft.leave_out("quantity", "some quantities are not written as the amounts are; their rows would be rejects");
    }
    let rates = draft.cells("vat_rate");
    if rates.is_empty() {
        return;
    }
    let is_percent = rates.iter().all(|text| text.ends_with('%'));
    let of = |unit: RateUnit| -> Option<Vec<i64>> {
        rates.iter().map(|text| vat_rate_bp(text, draft.dialect_of(text, dialect), unit).ok()).collect()
    };
    let likely = |unit: &RateUnit| {
        of(*unit).is_some_and(|rates| {
            let largest = rates.iter().copied().max().unwrap_or(0);
            let smallest = rates.iter().copied().filter(|rate| *rate > 0).min().unwrap_or(0);
            largest <= 5_000 && (smallest >= 100 || largest == 0)
        })
    };
    let fitting: Vec<RateUnit> =
        [RateUnit::Percent, RateUnit::BasisPoints, RateUnit::Fraction].into_iter().filter(likely).collect();
    let sample = examples(rates.iter().copied(), 3);
    match fitting.as_slice() {
        [] => draft.leave_out("vat_rate", "some rates cannot be read, or are none; their rows would be rejects"),
        _ if is_percent || rates.iter().all(|text| text.chars().all(|letter| matches!(letter, '0' | ',' | '.'))) => {}
        [unit, ..] => {
            draft.profile.vat_rate_unit = Some(*unit);
            let text = format!("rates such as {sample} are then from 1 to 50 %");
            draft.remarks.guess("vat_rate_unit", text);
        }
    }
}

/// Signs that stand the other way than canonical ones.
fn signs(draft: &mut Draft<'_>, main: &'static str, dialect: Dialect) {
    match draft.dataset {
        Dataset::Reversals => {
            let (below, all) = negative(draft, main);
            if below * 2 > all {
                draft.profile.negate.push(main.to_owned());
                let (vat_below, vat_all) = negative(draft, "vat_amount");
                if vat_all > 0 && vat_below * 2 > vat_all {
                    draft.profile.negate.push("vat_amount".to_owned());
                }
                draft.remarks.guess(
                    "negate",
                    format!("{below} of {all} amounts are negative; in canonical reversals they are positive"),
                );
            }
        }
        Dataset::Settlements => fees(draft, dialect),
        Dataset::Payouts => costs(draft),
        Dataset::Orders | Dataset::Captures | Dataset::Bank => {}
    }
}

/// How many texts of a column are negative, and how many there are.
fn negative(draft: &Draft<'_>, name: &str) -> (usize, usize) {
    let texts = draft.cells(name);
    (texts.iter().filter(|text| is_negative(text)).count(), texts.len())
}

/// Costs of a payout are positive.
fn costs(draft: &mut Draft<'_>) {
    for name in ["fee_amount", "fee_vat_amount"] {
        let (below, all) = negative(draft, name);
        if below * 2 > all {
            draft.profile.negate.push(name.to_owned());
            let text =
                format!("{below} of {all} amounts of {name} are negative; in canonical payouts a cost is positive");
            draft.remarks.guess("negate", text);
        }
    }
}

/// A fee is a cost where it is positive: net = gross - fee.
fn fees(draft: &mut Draft<'_>, dialect: Dialect) {
    let places = ["gross_amount", "fee_amount", "net_amount"].map(|name| draft.found(name).map(|found| found.place));
    let [Some(gross), Some(fee), net] = places else { return };
    let codes = Codes::new(draft);
    let value = |row: &[String], place: usize| {
        let (code, exponent) = codes.of(row);
        let text = row.get(place).map(String::as_str).filter(|text| !text.is_empty())?;
        let currency = crate::ingest::profile::amount::RowCurrency { code, exponent: Some(exponent.unwrap_or(4)) };
        crate::ingest::profile::amount::minor(text, draft.dialect_of(text, dialect), AmountUnit::Major, currency).ok()
    };
    let (mut as_cost, mut as_movement, mut rows) = (0_usize, 0_usize, 0_usize);
    let (mut below, mut fees) = (0_usize, 0_usize);
    for row in &draft.rows {
        let Some(fee) = value(row, fee).filter(|fee| *fee != 0) else { continue };
        fees += 1;
        below += usize::from(fee < 0);
        let (Some(gross), Some(net)) = (value(row, gross), net.and_then(|net| value(row, net))) else { continue };
        rows += 1;
        as_cost += usize::from(gross.checked_sub(fee) == Some(net));
        as_movement += usize::from(gross.checked_add(fee) == Some(net));
    }
    let negate = if rows > 0 { as_movement > as_cost } else { below * 2 > fees };
    let holds = as_cost.max(as_movement);
    if negate {
        draft.profile.negate.push("fee_amount".to_owned());
        let text = if rows > 0 {
            format!("net = gross + fee on {holds} of {rows} rows; in canonical files net = gross - fee")
        } else {
            format!("{below} of {fees} fees are negative; in canonical files a cost is positive")
        };
        draft.remarks.guess("negate", text);
    }
    if holds < rows {
        let text =
            format!("net is gross less the fee on {holds} of {rows} rows only; the others would be found as file-net");
        draft.remarks.note("columns", text);
    }
}
