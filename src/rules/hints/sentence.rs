//! A hint in a sentence, for a bookkeeper: the field in which the likely counterpart differs, and what agrees.

use super::compare::{Amounts, Likeness, Shared};
use super::ids::{Id, IdColumn, Slip, is_blank};
use super::{Candidate, Hint};
use crate::model::currency::Currencies;
use crate::model::money::Major;

/// Longer ids are cut in a sentence, in characters.
const SHOWN: usize = 64;

/// The sentence of a hint: what differs "there" is the counterpart's.
#[must_use]
pub fn sentence(hint: &Hint, candidates: &[Candidate], currencies: &Currencies) -> String {
    let (Some(own), Some(other)) = (candidates.get(hint.own), candidates.get(hint.counterpart)) else {
        return String::new();
    };
    let Likeness { shared, amounts, other: contradicting, .. } = hint.likeness;
    let money = |of: &Candidate| {
        let exponent = currencies.exponent(of.currency);
        format!("{} {}", Major { amount_minor: of.amount_minor, exponent }, currencies.code(of.currency))
    };
    let amounts = match amounts {
        Amounts::Equal => "amount and currency agree".to_owned(),
        Amounts::Sign => format!("the sign differs, {} here and {} there", money(own), money(other)),
        Amounts::Currency => format!("the currency differs, {} here and {} there", money(own), money(other)),
        Amounts::Factor { times, second_is_greater } => {
            let size = if second_is_greater { "great" } else { "small" };
            format!("the amount is {times} times as {size} there, {} here and {} there", money(own), money(other))
        }
        Amounts::Unlike => format!("the amount differs, {} here and {} there", money(own), money(other)),
    };
    let days = match (own.day, other.day) {
        (Some(here), Some(there)) if here == there => Ok(()),
        (Some(here), Some(there)) => Err(Some(format!("the day differs, {here} here and {there} there"))),
        _ => Err(None),
    };
    let id =
        |of: &Candidate, column: IdColumn| of.ids.iter().find(|id| id.column == column).map(shown).unwrap_or_default();
    let mut parts = Vec::new();
    match shared {
        Shared::Id { first, second, slip } => parts.push(format!(
            "{} {}{}",
            first.name(),
            id(own, first),
            slipped(slip, [first, second], &id(other, second))
        )),
        Shared::Order => parts.push(format!("order_id {} agrees", id(own, IdColumn::OrderId))),
        Shared::Nothing => {}
    }
    parts.push(amounts);
    match days {
        Ok(()) if shared == Shared::Nothing => parts.push("the day agrees".to_owned()),
        Err(Some(differ)) => parts.push(differ),
        _ => {}
    }
    if shared == Shared::Nothing {
        parts.push("no id stands on both".to_owned());
    } else if let Some(column) = contradicting {
        parts.push(format!("{} differs, {} here and {} there", column.name(), id(own, column), id(other, column)));
    }
    match hint.more {
        0 => {}
        1 => parts.push("1 more of these records has such a counterpart".to_owned()),
        more => parts.push(format!("{more} more of these records have such a counterpart")),
    }
    parts.join("; ")
}

/// What follows on the id of the finding's record.
fn slipped(slip: Slip, [own, other]: [IdColumn; 2], there: &str) -> String {
    if own != other {
        let column = other.name();
        return match slip {
            Slip::None => format!(" is the {column} there: the same id in another column"),
            _ => format!(" is the {column} {there} there: the same id in another column, {}", way_of_writing(slip)),
        };
    }
    match slip {
        Slip::None => " is the same there, but does not bring records of this provider together".to_owned(),
        Slip::Written { .. } => format!(" is {there} there: {}", way_of_writing(slip)),
        Slip::Exchanged { .. } => format!(" is {there} there: two characters are exchanged"),
        Slip::Missing { in_first: true, .. } => format!(" is {there} there: one character more"),
        Slip::Missing { in_first: false, .. } => format!(" is {there} there: one character is missing"),
        Slip::Changed { .. } => format!(" is {there} there: one character differs"),
    }
}

fn way_of_writing(slip: Slip) -> String {
    let Slip::Written { case, white_space, leading_zeros } = slip else { return String::new() };
    let differ = [(case, "capital letters"), (white_space, "white space"), (leading_zeros, "leading zeros")];
    let differ: Vec<&str> = differ.into_iter().filter(|(differs, _)| *differs).map(|(_, what)| what).collect();
    let verb = if differ == ["white space"] { "differs" } else { "differ" };
    format!("only {} {verb}", differ.join(" and "))
}

/// An id as a sentence shows it: one with white space between quotes.
fn shown(id: &Id) -> String {
    let mut text: String = id.text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if id.text.chars().nth(SHOWN).is_some() {
        text.push('\u{2026}');
    }
    if id.text.contains(is_blank) { format!("\"{text}\"") } else { text }
}
