//! What the rows of a table are: by its headers, the names of its files and the words of its cells.

use std::collections::{BTreeMap, BTreeSet};

use super::concept::Concept as C;
use super::headers;
use super::kinds::{self, RowKind};
use super::words::words;
use crate::model::record::Dataset;

/// Rows of one dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What they are; `None` where that cannot be told.
    pub dataset: Option<Dataset>,
    /// What they are most likely, by which the columns are named.
    pub likely: Dataset,
    /// What they may be, where that cannot be told.
    pub choices: Vec<Dataset>,
    /// Why.
    pub reason: String,
    /// The column and the words of it that these rows have, where others are something else.
    pub only: Option<(usize, Vec<String>)>,
    /// Whether captures, or reversals, were not seen at all where a column tells them apart.
    pub is_alone: bool,
    /// Words of that column that are no part of any dataset, or that nobody knows.
    pub left: Vec<String>,
    /// Words of that column that nobody knows.
    pub unknown: Vec<String>,
}

impl Part {
    fn whole(dataset: Option<Dataset>, likely: Dataset, reason: &str) -> Self {
        Self {
            dataset,
            likely,
            choices: Dataset::OF_FILES.to_vec(),
            reason: reason.to_owned(),
            only: None,
            is_alone: false,
            left: Vec::new(),
            unknown: Vec::new(),
        }
    }
}

/// Words that a column of kinds has, at most.
const WORDS_MAX: usize = 40;

/// The dataset that the name of a file or its folder says.
#[must_use]
pub fn of_name(path: &str) -> Option<Dataset> {
    let mut parts = path.rsplit(['/', '\\']);
    let file = parts.next().unwrap_or_default();
    of_words(file).or_else(|| parts.next().and_then(of_words))
}

fn of_words(name: &str) -> Option<Dataset> {
    let words = words(name);
    let has = |stems: &[&str]| words.iter().any(|word| stems.iter().any(|stem| word.starts_with(stem)));
    if has(&[
        "settle",
        "avrakning",
        "avregning",
        "oppgjor",
        "afregning",
        "utbetal",
        "udbetal",
        "payout",
        "redovisning",
        "reconcil",
        "tilitys",
    ]) {
        return Some(Dataset::Settlements);
    }
    if has(&[
        "reversal",
        "refund",
        "retur",
        "kreditering",
        "aterbetal",
        "tilbakebetal",
        "tilbagebetal",
        "refus",
        "credit",
        "palautus",
    ]) {
        return Some(Dataset::Reversals);
    }
    if has(&["capture", "debiter", "belast", "trekk", "haev", "veloitu"]) {
        return Some(Dataset::Captures);
    }
    if has(&["bank", "kontout", "kontoud", "kontohand", "kontohend", "statement", "tiliote"]) {
        return Some(Dataset::Bank);
    }
    has(&["order", "ordrar", "ordre", "bestall", "bestill", "tilau"]).then_some(Dataset::Orders)
}

/// What headers say for a dataset, and how strongly.
const SIGNS: [(Dataset, &[(C, i32)]); 5] = [
    (
        Dataset::Orders,
        &[
            (C::LineId, 3),
            (C::ItemId, 2),
            (C::Quantity, 2),
            (C::VatRate, 2),
            (C::OrderAmount, 3),
            (C::OrderDate, 3),
            (C::Description, 1),
            (C::LineGross, 1),
            (C::CancelledAmount, 3),
            (C::RemainingCapture, 3),
            (C::RemainingReversal, 3),
            (C::RelatedLine, 3),
            (C::ReversedReason, 2),
        ],
    ),
    (
        Dataset::Captures,
        &[
            (C::TransactionNumber, 2),
            (C::TransactionId, 2),
            (C::OperationId, 4),
            (C::PayeeReference, 2),
            (C::CaptureAmount, 4),
            (C::RefundAmount, 4),
            (C::CaptureDate, 4),
            (C::RefundDate, 4),
            (C::State, 1),
            (C::ReconciliationNumber, 1),
            (C::TransactionDate, 2),
            (C::ReceiptReference, 1),
            (C::PaymentId, 1),
            (C::Kind, 1),
        ],
    ),
    (
        Dataset::Settlements,
        &[
            (C::Fee, 5),
            (C::Net, 4),
            (C::SettlementId, 5),
            (C::Payout, 4),
            (C::PayoutDate, 3),
            (C::ReconciliationNumber, 2),
            (C::Kind, 1),
            (C::TransactionNumber, 1),
            (C::PayeeReference, 1),
            (C::TransactionId, 1),
            (C::ReferencedTransaction, 2),
            (C::BookingDate, 1),
            (C::TransactionDate, 1),
        ],
    ),
    (
        Dataset::Bank,
        &[
            (C::Balance, 5),
            (C::BankReference, 4),
            (C::BookingDate, 3),
            (C::EntryText, 3),
            (C::Counterparty, 3),
            (C::Account, 3),
            (C::PayeeReference, 1),
            // A statement knows of no orders, transactions and fees.
            (C::OrderId, -4),
            (C::TransactionNumber, -4),
            (C::Fee, -4),
        ],
    ),
    (
        Dataset::Payouts,
        &[
            (C::FeeVat, 9),
            (C::BroughtForward, 9),
            (C::Fee, 4),
            (C::Net, 4),
            (C::SettlementId, 4),
            (C::Payout, 3),
            (C::PayoutDate, 3),
            // Whole settlements have none of what their transactions have.
            (C::OrderId, -4),
            (C::TransactionNumber, -4),
            (C::TransactionId, -4),
            (C::Kind, -4),
        ],
    ),
];
/// What the canonical name of a column weighs that no other dataset has.
const OWN_NAME_WEIGHT: i32 = 4;
/// What a name weighs.
const NAME_WEIGHT: i32 = 6;
/// What a required column weighs that is not there.
const MISSING_WEIGHT: i32 = 8;

/// Tells what the rows of a table are. `path` is the name of one of its files.
#[must_use]
pub fn parts(path: &str, header: &[String], rows: &[Vec<String>]) -> Vec<Part> {
    let concepts: BTreeSet<C> =
        header.iter().filter_map(|name| headers::meaning(name)).map(|meaning| meaning.concept).collect();
    let named = of_name(path);
    let all: Vec<&Vec<String>> = rows.iter().collect();
    let mut fits: Vec<(i32, Dataset)> = Vec::new();
    let mut lacking = false;
    for (dataset, signs) in SIGNS {
        let said: i32 = signs.iter().filter(|(concept, _)| concepts.contains(concept)).map(|(_, weight)| weight).sum();
        let is_named = named.is_some_and(|named| can_be(named, dataset));
        let found = super::columns::find(dataset, header, &all);
        // A currency may be a constant, and an order of one line has no number for it.
        let missing = dataset.columns().iter().filter(|column| {
            column.required
                && !matches!(column.name, "currency" | "line_id")
                && !found.iter().any(|found| found.column.name == column.name)
        });
        let missing = i32::try_from(missing.count()).unwrap_or(i32::MAX / MISSING_WEIGHT);
        let canonical = found.iter().filter(|found| found.is_canonical);
        let canonical: i32 =
            canonical.map(|found| if is_own(dataset, found.column.name) { OWN_NAME_WEIGHT } else { 1 }).sum();
        let name = if is_named { NAME_WEIGHT } else { 0 };
        fits.push((said + canonical + name - missing * MISSING_WEIGHT, dataset));
        lacking |= missing > 0;
    }
    fits.sort();
    let [.., second, first] = fits.as_slice() else { return Vec::new() };
    let whole = |dataset, reason: &str| vec![Part::whole(dataset, first.1, reason)];
    if first.0 <= 0 && lacking {
        return whole(None, "no dataset has its required columns among these headers");
    }
    if first.0 == second.0 {
        return whole(None, "its headers fit more than one dataset equally well");
    }
    let own = of_words(path.rsplit(['/', '\\']).next().unwrap_or_default());
    if let Some(own) = own.filter(|own| !can_be(*own, first.1)) {
        let reason = format!("its headers seem to be of {}, but its name says {}", first.1.name(), own.name());
        return vec![Part { choices: vec![first.1, own], ..Part::whole(None, family(own), &reason) }];
    }
    let by = if named.is_some_and(|named| named == first.1) {
        "by its headers and the name of the file"
    } else {
        "by its headers"
    };
    match first.1 {
        Dataset::Captures | Dataset::Reversals => operations(named, &concepts, header, rows),
        dataset => whole(Some(dataset), by),
    }
}

/// Whether rows that a name says to be of one dataset can be of another: captures stand for reversals too, and a
/// provider's word for a settlement is often that for its payout.
fn can_be(named: Dataset, dataset: Dataset) -> bool {
    family(named) == dataset || (named, dataset) == (Dataset::Settlements, Dataset::Payouts)
}

/// Whether no other dataset has a column of this name.
fn is_own(dataset: Dataset, name: &str) -> bool {
    SIGNS.into_iter().all(|(other, _)| other == dataset || other.column(name).is_none())
}

/// Captures stand for reversals too, whose headers are the same.
fn family(dataset: Dataset) -> Dataset {
    if dataset == Dataset::Reversals { Dataset::Captures } else { dataset }
}

/// Captures, reversals, or both in one table.
fn operations(named: Option<Dataset>, concepts: &BTreeSet<C>, header: &[String], rows: &[Vec<String>]) -> Vec<Part> {
    if let Some(parts) = by_words(header, rows) {
        return parts;
    }
    let whole = |dataset: Option<Dataset>, reason: String| {
        vec![Part::whole(dataset, dataset.unwrap_or(Dataset::Captures), &reason)]
    };
    if let Some(dataset @ (Dataset::Captures | Dataset::Reversals)) = named {
        return whole(Some(dataset), "by its headers and the name of the file".to_owned());
    }
    let captures = concepts.contains(&C::CaptureAmount) || concepts.contains(&C::CaptureDate);
    let reversals = concepts.contains(&C::RefundAmount) || concepts.contains(&C::RefundDate);
    match (captures, reversals) {
        (true, false) => return whole(Some(Dataset::Captures), "by its headers".to_owned()),
        (false, true) => return whole(Some(Dataset::Reversals), "by its headers".to_owned()),
        _ => {}
    }
    let all: Vec<&Vec<String>> = rows.iter().collect();
    let found = super::columns::find(Dataset::Captures, header, &all);
    let amounts = found.iter().find(|found| found.column.name == "amount").map(|found| found.place);
    let amounts: Vec<&str> = amounts
        .into_iter()
        .flat_map(|place| rows.iter().filter_map(move |row| row.get(place)))
        .map(String::as_str)
        .collect();
    let negative = amounts.iter().filter(|text| is_negative(text)).count();
    let count = amounts.iter().filter(|text| !text.is_empty()).count();
    if negative > 0 && negative == count {
        return whole(Some(Dataset::Reversals), format!("all {count} amounts are negative"));
    }
    if negative > 0 {
        let reason = format!(
            "{negative} of {count} amounts are negative and no column says what a row is: such a row stays in captures and takes back. Where \
             reversals can be exported apart, give them as reversals"
        );
        return whole(Some(Dataset::Captures), reason);
    }
    let reason =
        "these are captures or reversals: neither the headers, nor the name of the file, nor a sign tells which";
    vec![Part { choices: vec![Dataset::Captures, Dataset::Reversals], ..Part::whole(None, Dataset::Captures, reason) }]
}

/// By a column whose words say what a row is.
fn by_words(header: &[String], rows: &[Vec<String>]) -> Option<Vec<Part>> {
    let place =
        header.iter().position(|name| headers::meaning(name).is_some_and(|meaning| meaning.concept == C::Kind))?;
    let words = distinct(rows.iter().filter_map(|row| row.get(place)).map(String::as_str), WORDS_MAX)?;
    let of = |wanted: &[Option<RowKind>]| -> Vec<String> {
        words.iter().filter(|(word, _)| wanted.contains(&kinds::row_kind(word))).map(|(word, _)| word.clone()).collect()
    };
    let (captures, reversals) = (of(&[Some(RowKind::Capture)]), of(&[Some(RowKind::Reversal)]));
    if captures.is_empty() && reversals.is_empty() {
        return None;
    }
    let unknown = of(&[None]);
    let other = [RowKind::Fee, RowKind::Chargeback, RowKind::Adjustment, RowKind::Payout, RowKind::NoMoney].map(Some);
    let mut left = of(&other);
    left.extend(unknown.iter().cloned());
    let column = header.get(place).cloned().unwrap_or_default();
    let part = |dataset, words: &Vec<String>| Part {
        dataset: Some(dataset),
        likely: dataset,
        choices: Vec::new(),
        reason: format!("by its headers, and by the words of `{column}`"),
        only: Some((place, words.clone())),
        is_alone: captures.is_empty() || reversals.is_empty(),
        left: left.clone(),
        unknown: unknown.clone(),
    };
    let both = [(Dataset::Captures, &captures), (Dataset::Reversals, &reversals)];
    Some(both.into_iter().filter(|(_, words)| !words.is_empty()).map(|(dataset, words)| part(dataset, words)).collect())
}

/// The words of cells with how often each stands there, letter case ignored; `None` where there are too many or too
/// long ones for words, or one that could be of a person.
#[must_use]
pub fn distinct<'c>(cells: impl Iterator<Item = &'c str>, most: usize) -> Option<Vec<(String, usize)>> {
    const LEN_MAX: usize = 40;
    let mut words: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for cell in cells.filter(|cell| !cell.is_empty()) {
        if cell.len() > LEN_MAX || cell.contains('@') || cell.chars().any(char::is_control) {
            return None;
        }
        let entry = words.entry(cell.to_lowercase()).or_insert_with(|| (cell.to_owned(), 0));
        entry.1 += 1;
        if words.len() > most {
            return None;
        }
    }
    Some(words.into_values().collect())
}

/// Whether an amount has a minus before or behind it, or parentheses around it.
#[must_use]
pub fn is_negative(text: &str) -> bool {
    let text = text.trim_matches(|letter: char| letter.is_alphabetic() || letter.is_whitespace());
    let dash = [",-", ".-", ":-"].iter().any(|end| text.ends_with(end));
    text.starts_with(['-', '\u{2212}', '(']) || text.ends_with(['-', '\u{2212}']) && !dash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str, header: &str, rows: &[&str]) -> String {
        let split = |text: &str| text.split(';').map(str::to_owned).collect::<Vec<_>>();
        let rows: Vec<Vec<String>> = rows.iter().map(|row| split(row)).collect();
        let one = |part: Part| {
            let only = part.only.map(|(_, words)| format!(" only {}", words.join(","))).unwrap_or_default();
            let unknown =
                if part.unknown.is_empty() { String::new() } else { format!(" unknown {}", part.unknown.join(",")) };
            format!("{}{only}{unknown}", part.dataset.map_or("?", Dataset::name))
        };
        parts(path, &split(header), &rows).into_iter().map(one).collect::<Vec<_>>().join(" + ")
    }

    #[test]
    fn datasets_are_told_by_headers_names_and_words() {
        let ops = "Ordernr;Belopp;Datum;Transaktionsnr;Typ";
        let table: [(&str, &str, &[&str], &str); 24] = [
            ("x.csv", "Ordernr;Radnr;Artikelnr;Antal;Belopp;Datum", &["1;1;A;1;5,00;2026-03-01"], "orders"),
            ("x.csv", "Transaktionsnr;Brutto;Avgift;Netto;Valuta", &["1;5,00;1,00;4,00;SEK"], "settlements"),
            ("captures.csv", "Transaktionsnr;Brutto;Avgift;Netto;Valuta", &["1;5,00;1,00;4,00;SEK"], "?"),
            ("captures.csv", "Ordernr;Belopp;Datum;Transaktionsnr", &["1;5,00;2026-03-01;7"], "captures"),
            ("returer.csv", "Ordernr;Belopp;Datum;Transaktionsnr", &["1;5,00;2026-03-01;7"], "reversals"),
            ("returer/1.csv", "Ordernr;Belopp;Datum;Transaktionsnr", &["1;5,00;2026-03-01;7"], "reversals"),
            ("x.csv", "Ordernr;Belopp;Datum;Transaktionsnr", &["1;5,00;2026-03-01;7"], "?"),
            ("x.csv", "Ordernr;Belopp;Datum;Transaktionsnr", &["1;-5,00;2026-03-01;7"], "reversals"),
            (
                "x.csv",
                "Ordernr;Belopp;Datum;Transaktionsnr",
                &["1;-5,00;2026-03-01;7", "2;5,00;2026-03-01;8"],
                "captures",
            ),
            ("x.csv", "Ordernr;Debiterat belopp;Datum;Transaktionsnr", &["1;5,00;2026-03-01;7"], "captures"),
            (
                "x.csv",
                ops,
                &["1;5,00;2026-03-01;7;Debitering", "1;5,00;2026-03-01;8;Retur"],
                "captures only Debitering + reversals only Retur",
            ),
            (
                "x.csv",
                ops,
                &["1;5,00;2026-03-01;7;Debitering", "1;5,00;2026-03-01;8;Auktorisering"],
                "captures only Debitering",
            ),
            (
                "x.csv",
                ops,
                &["1;5,00;2026-03-01;7;Köp", "1;5,00;2026-03-01;8;Hokus"],
                "captures only Köp unknown Hokus",
            ),
            ("x.csv", "Bokföringsdag;Text;Belopp;Saldo", &["2026-10-05;Hyra;-5,00;95,00"], "bank"),
            ("x.csv", "Bokført dato;Forklaring;Beløp;Arkivref", &["05.10.2026;Leie;-5,00;77"], "bank"),
            ("kontoutdrag.csv", "Datum;Belopp;Meddelande", &["2026-10-05;-5,00;Hyra"], "bank"),
            ("captures.csv", "Bokföringsdag;Text;Belopp;Saldo", &["2026-10-05;Hyra;-5,00;95,00"], "?"),
            ("x.csv", "amount;currency;booked_on;text", &["500;SEK;2026-10-05;x"], "bank"),
            ("x.csv", "settlement_id;currency;payout_amount;paid_at", &["R1;SEK;500;2026-10-05"], "payouts"),
            (
                "utbetalningar.csv",
                "Avräkning;Brutto;Avgift;Moms på avgift;Utbetalt belopp;Valuta",
                &["R1;5,00;1,00;0,25;3,75;SEK"],
                "payouts",
            ),
            ("x.csv", "Avräkning;Brutto;Avgift;Netto;Valuta", &["R1;5,00;1,00;4,00;SEK"], "settlements"),
            (
                "settlements.csv",
                "settlement_id;currency;gross_amount;fee_amount;fee_vat_amount;payout_amount",
                &["R1;SEK;500;100;25;375"],
                "payouts",
            ),
            ("x.csv", "Namn;Telefon;Ort", &["a;b;c"], "?"),
            ("x.csv", "Ordernr;Belopp;Datum", &["1;5,00;2026-03-01"], "?"),
        ];
        for (path, header, rows, expected) in table {
            assert_eq!(shown(path, header, rows), expected, "{path} {header}");
        }
    }

    #[test]
    fn signs_stand_before_and_behind() {
        for text in ["-5,00", "5,00-", "\u{2212}5", "(5,00)", "kr -5,00", "-5,00 SEK"] {
            assert!(is_negative(text), "{text}");
        }
        for text in ["5,00", "5,-", "kr 5,-", "5:-", ""] {
            assert!(!is_negative(text), "{text}");
        }
    }
}
