//! Words of a table that stand for canonical ones: currencies, states, kinds, providers.

use std::collections::BTreeMap;

use super::build::{Draft, quoted};
use super::dataset::{distinct, is_negative};
use super::headers;
use super::kinds::{self, RowKind};
use crate::model::record::Dataset;

/// Words of a column, at most.
const WORDS_MAX: usize = 60;

/// The currency of rows: a column, else what headers or cells say, else a question.
pub fn currency(draft: &mut Draft<'_>) {
    if draft.found("currency").is_some() {
        let known = |code: &str| draft.currencies.find(code.as_bytes()).is_some();
        let words = distinct(draft.all_cells("currency").into_iter(), WORDS_MAX).unwrap_or_default();
        let mut map = BTreeMap::new();
        let mut unknown = Vec::new();
        for (word, _) in words {
            let code = word.to_uppercase();
            match () {
                () if known(&word) => {}
                () if known(&code) => {
                    map.insert(word, code);
                }
                () if word == "€" => {
                    map.insert(word, "EUR".to_owned());
                }
                () => unknown.push(word),
            }
        }
        if !map.is_empty() {
            draft.remarks.guess("values.currency", "codes are written in capitals");
            draft.profile.values.insert("currency".to_owned(), map);
        }
        if !unknown.is_empty() {
            let choices = unknown.iter().take(5).map(|word| format!("{} = \"SEK\"", quoted(word))).collect();
            draft.remarks.block(
                "values.currency",
                "these words are no currency codes; which do they stand for?",
                choices,
            );
        }
        return;
    }
    let amount = draft.dataset.amount_column();
    let by_header = draft
        .found
        .iter()
        .filter(|found| found.column.name == amount)
        .find_map(|found| headers::currency(&found.header));
    let by_header = by_header.or_else(|| draft.found.iter().find_map(|found| headers::currency(&found.header)));
    let at = "constants.currency";
    if let Some(code) = by_header {
        draft.remarks.guess(at, "a header of an amount names it");
        draft.profile.constants.insert("currency".to_owned(), code);
        return;
    }
    if let Some(code) = by_cells(draft) {
        draft.remarks.guess(at, "it stands beside every amount");
        draft.profile.constants.insert("currency".to_owned(), code);
        return;
    }
    let choices = ["SEK", "NOK", "DKK", "EUR"].map(|code| format!("currency = \"{code}\"")).to_vec();
    draft.remarks.block(at, "no column holds a currency; which one are the amounts in?", choices);
}

/// A code or sign that stands beside all amounts.
fn by_cells(draft: &Draft<'_>) -> Option<String> {
    let mut code: Option<String> = None;
    for text in draft.cells(draft.dataset.amount_column()) {
        let word: String = text.chars().filter(|letter| letter.is_alphabetic() || *letter == '€').collect();
        let word = if word == "€" { "EUR".to_owned() } else { word.to_uppercase() };
        draft.currencies.find(word.as_bytes())?;
        if code.get_or_insert_with(|| word.clone()) != &word {
            return None;
        }
    }
    code
}

/// Words of states, kinds and providers.
pub fn words(draft: &mut Draft<'_>) {
    states(draft);
    row_kinds(draft);
    providers(draft);
}

fn states(draft: &mut Draft<'_>) {
    if draft.found("state").is_none() {
        return;
    }
    let Some(words) = distinct(draft.cells("state").into_iter(), WORDS_MAX) else {
        return draft.leave_out("state", "these are no words of a state: there are too many of them");
    };
    let is_canonical =
        |word: &str| ["completed", "success", "true"].iter().any(|known| word.eq_ignore_ascii_case(known));
    let done: Vec<&String> =
        words.iter().map(|(word, _)| word).filter(|word| kinds::is_done(word) == Some(true)).collect();
    let unknown: Vec<String> = words
        .iter()
        .map(|(word, _)| word)
        .filter(|word| kinds::is_done(word).is_none())
        .map(|word| quoted(word))
        .collect();
    if done.is_empty() && !unknown.is_empty() {
        let reason = format!(
            "none of the words {} is known to say that money moved, and every row would count as one that did not",
            short(&unknown)
        );
        return draft.leave_out("state", &reason);
    }
    let map: BTreeMap<String, String> = done
        .into_iter()
        .filter(|word| !is_canonical(word))
        .map(|word| (word.clone(), "completed".to_owned()))
        .collect();
    if !map.is_empty() {
        draft
            .remarks
            .guess("values.state", "these words seem to say that money moved; any other word says that it did not");
        draft.profile.values.insert("state".to_owned(), map);
    }
    if !unknown.is_empty() {
        let choices = unknown.iter().take(5).map(|word| format!("{word} = \"completed\"")).collect();
        draft.remarks.ask(
            "values.state",
            "these words are not known; as it stands, money did not move where they are",
            choices,
        );
    }
}

fn row_kinds(draft: &mut Draft<'_>) {
    if draft.dataset != Dataset::Settlements || draft.found("kind").is_none() {
        return;
    }
    let Some(words) = distinct(draft.cells("kind").into_iter(), WORDS_MAX) else {
        return draft.leave_out("kind", "these are no words of a kind: there are too many of them");
    };
    let mut map = BTreeMap::new();
    let mut unknown = Vec::new();
    for (word, _) in &words {
        match kinds::row_kind(word).and_then(RowKind::canonical) {
            Some(kind) if word.eq_ignore_ascii_case(kind) => {}
            Some(kind) => {
                map.insert(word.clone(), kind.to_owned());
            }
            None => unknown.push(quoted(word)),
        }
    }
    if !map.is_empty() {
        draft
            .remarks
            .guess("values.kind", "what these words seem to stand for; only captures and reversals are matched");
        draft.profile.values.insert("kind".to_owned(), map.clone());
    }
    if !unknown.is_empty() {
        let choices = unknown.iter().take(5).map(|word| format!("{word} = \"capture\"")).collect();
        let text =
            "these words are not known; as it stands, such rows are summed by their word and take no part in matching";
        draft.remarks.ask("values.kind", text, choices);
    }
    let (Some(kind), Some(gross)) = (draft.found("kind"), draft.found("gross_amount")) else { return };
    let reversals: Vec<&str> = draft
        .rows
        .iter()
        .filter(|row| row.get(kind.place).is_some_and(|word| kinds::row_kind(word) == Some(RowKind::Reversal)))
        .filter_map(|row| row.get(gross.place))
        .map(String::as_str)
        .collect();
    if !reversals.is_empty() && !reversals.iter().any(|text| is_negative(text)) {
        let text = format!(
            "all {} reversals stand without a minus, but in a settlement they are negative, and a profile turns the sign of all rows or of \
             none: ask for an export with signs",
            reversals.len()
        );
        draft.remarks.block("columns.gross_amount", text, Vec::new());
    }
}

fn providers(draft: &mut Draft<'_>) {
    let Some(words) = distinct(draft.cells("provider").into_iter(), WORDS_MAX) else {
        return draft.leave_out("provider", "these are no names of providers: there are too many of them");
    };
    let named = words.iter().filter_map(|(word, _)| Some((word.clone(), kinds::provider(word)?.to_owned())));
    let map: BTreeMap<String, String> = named.filter(|(word, name)| word != name).collect();
    if !map.is_empty() {
        draft.remarks.guess("values.provider", "what is compared has one name of its provider everywhere");
        draft.profile.values.insert("provider".to_owned(), map);
    }
}

fn short(words: &[String]) -> String {
    words.iter().take(5).cloned().collect::<Vec<_>>().join(", ")
}
