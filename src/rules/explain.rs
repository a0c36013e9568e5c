//! The sentence of a finding, for a bookkeeper who never saw the page of rules.
//!
//! It uses only what all records of the finding agree on, so it does not depend on the order of files and rows.

use super::settings::{Settings, Window};
use super::side::Side;
use crate::model::finding::{Code, FoundRow, Note, Status};
use crate::model::money::Major;
use crate::model::reference::ReferenceForm;

/// What a sentence can be made of.
pub struct Facts<'a> {
    /// The row of the report, its ids and amounts.
    pub row: &'a FoundRow,
    /// Decimals of the currency.
    pub exponent: u32,
    /// Order lines among its records.
    pub lines: &'a Side,
    /// Captures and reversals among its records.
    pub operations: &'a Side,
    /// Settlement rows among its records.
    pub settlements: &'a Side,
    /// How many records a group has.
    pub note: &'a Note,
    /// Windows and tolerances.
    pub settings: &'a Settings,
}

impl Facts<'_> {
    fn money(&self, amount_minor: i128) -> String {
        format!("{} {}", Major { amount_minor, exponent: self.exponent }, self.row.currency)
    }

    fn expected(&self) -> String {
        self.money(self.row.expected_minor)
    }

    fn actual(&self) -> String {
        self.money(self.row.actual_minor)
    }

    fn difference(&self) -> String {
        self.money(self.row.difference_minor)
    }

    /// The size of an amount, where the words around it say the direction.
    fn size(&self, amount_minor: i128) -> String {
        self.money(amount_minor.abs())
    }

    /// `order 1001`.
    fn order(&self) -> String {
        if self.row.order_id.is_empty() { "several orders".to_owned() } else { format!("order {}", self.row.order_id) }
    }

    /// `line 2 of order 1001`, or the order as a whole.
    fn line(&self) -> String {
        match self.row.line_id.as_str() {
            "*" | "" => format!("{} as a whole", self.order()),
            line => format!("line {line} of {}", self.order()),
        }
    }

    /// `Capture 10728489593 of 1 495.00 SEK on order 1001`.
    fn operation(&self, amount_minor: i128) -> String {
        let noun = capital(self.operations.noun());
        let id = named(self.operations.id());
        let order = match self.operations.text("order_id") {
            "" => String::new(),
            order => format!(" on order {order}"),
        };
        format!("{noun}{id} of {}{order}", self.size(amount_minor))
    }

    /// `Settlement row 10728489593 of 1 495.00 SEK in settlement R1234-0001, batch 738482`.
    fn settlement_row(&self, amount_minor: i128) -> String {
        let id = named(self.settlements.id());
        let mut text = format!("Settlement row{id} of {}", self.money(amount_minor));
        if !self.settlements.text("settlement_id").is_empty() {
            text.push_str(&format!(" in settlement {}", self.settlements.text("settlement_id")));
        }
        if !self.settlements.text("reconciliation_number").is_empty() {
            text.push_str(&format!(", batch {}", self.settlements.text("reconciliation_number")));
        }
        text
    }

    fn since(&self) -> String {
        match self.row.age_days {
            None => String::new(),
            Some(0) => ", made today".to_owned(),
            Some(1) => ", 1 day after it was made".to_owned(),
            Some(days) => format!(", {days} days after it was made"),
        }
    }

    /// How long a pending item may still wait.
    fn waits(&self, window: Window) -> String {
        if self.row.status == Status::Pending { format!("; it counts as open after {window}") } else { String::new() }
    }

    fn group(&self) -> String {
        match self.note {
            Note::Group { operations, rows } => {
                format!("{} and {}", count(*operations, "operation"), count(*rows, "settlement row"))
            }
            _ => count(self.row.count, "record"),
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn named(id: &str) -> String {
    if id.is_empty() { String::new() } else { format!(" {id}") }
}

fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The sentence of a finding.
#[must_use]
pub fn explain(facts: &Facts<'_>) -> String {
    let row = facts.row;
    let settings = facts.settings;
    match row.code {
        Code::RecordConflict => format!(
            "Two versions of {} state different things with nothing to tell which is later: {} is used, the other says {}",
            conflicting(facts),
            facts.expected(),
            facts.actual()
        ),
        Code::OrderUnknown => format!(
            "{} on {}, net {}, but no order export given holds this order",
            moved(facts),
            facts.order(),
            facts.actual()
        ),
        Code::LineUnknown => {
            format!("{} on {}, net {}, but the order has no such line", moved(facts), facts.line(), facts.actual())
        }
        Code::LineCurrency => format!(
            "{} is {}, but something was captured or reversed on it in another currency; {} was captured in its own",
            capital(&facts.line()),
            facts.expected(),
            facts.actual()
        ),
        Code::LineWrongDirection => format!(
            "{} is {}, but {} was captured: the opposite direction",
            capital(&facts.line()),
            facts.expected(),
            facts.actual()
        ),
        Code::ReversalLineUnlinked => format!(
            "{} takes back {}, but names no line of the order that it could take back",
            capital(&facts.line()),
            facts.size(row.actual_minor)
        ),
        Code::ReversalLineExceedsOriginal => format!(
            "The reversal lines of {} take back {}, more than its {}",
            facts.line(),
            facts.size(row.actual_minor),
            facts.size(row.expected_minor)
        ),
        Code::ReversalExceedsCapture => format!(
            "On {} {} was captured and {} taken back: {} too much",
            facts.line(),
            facts.expected(),
            facts.actual(),
            facts.size(row.difference_minor)
        ),
        Code::LineOvercaptured => format!(
            "{} is {}, but {} was captured: {} too much",
            capital(&facts.line()),
            facts.expected(),
            facts.actual(),
            facts.size(row.difference_minor)
        ),
        Code::LineUncaptured => format!(
            "Nothing of the {} of {} was captured{}{}",
            facts.expected(),
            facts.line(),
            facts.since(),
            facts.waits(settings.capture_window())
        ),
        Code::LineUndercaptured => format!(
            "Of the {} of {} only {} was captured{}{}",
            facts.expected(),
            facts.line(),
            facts.actual(),
            facts.since(),
            facts.waits(settings.capture_window())
        ),
        Code::LineVat => format!(
            "{} was captured in full, but with {} VAT instead of {}",
            capital(&facts.line()),
            facts.actual(),
            facts.expected()
        ),
        Code::VatRate => format!(
            "The VAT stated on {} is {}, but its amount and rate give {}",
            facts.line(),
            facts.actual(),
            facts.expected()
        ),
        Code::OrderTotal => {
            format!("{} states {}, but its lines sum to {}", capital(&facts.order()), facts.actual(), facts.expected())
        }
        Code::OrderRemainingCapture => format!(
            "{} states that {} may still be captured, but its captures leave {}",
            capital(&facts.order()),
            facts.actual(),
            facts.expected()
        ),
        Code::OrderRemainingReversal => format!(
            "{} states that {} may still be reversed, but its captures and reversals leave {}",
            capital(&facts.order()),
            facts.actual(),
            facts.expected()
        ),
        Code::Unsettled => format!(
            "{} is not in any settlement file given{}{}",
            facts.operation(row.expected_minor),
            facts.since(),
            facts.waits(settings.settlement_window())
        ),
        Code::BatchMissing => format!(
            "No settlement row of batch {} came: {} of it, together {}, the newest{}{}",
            row.reconciliation_number,
            count(row.count, "operation"),
            facts.expected(),
            facts.since().replace(", ", " ").replace("after it was made", "old"),
            facts.waits(settings.settlement_window())
        ),
        Code::SettledUnknown => {
            format!("{} answers no capture or reversal given", facts.settlement_row(row.actual_minor))
        }
        Code::SettledTwice => format!(
            "{} comes on top of what its capture or reversal explains: it was settled before",
            facts.settlement_row(row.actual_minor)
        ),
        Code::SettledNotCompleted => format!(
            "{} settles {} that did not complete",
            facts.settlement_row(row.actual_minor),
            format_args!("{}{}", facts.operations.noun(), named(facts.operations.id()))
        ),
        Code::SettledAmount => format!(
            "{} was settled with {}: {} too {}",
            facts.operation(row.expected_minor),
            facts.size(row.actual_minor),
            facts.size(row.actual_minor.abs() - row.expected_minor.abs()),
            if row.actual_minor.abs() < row.expected_minor.abs() { "little" } else { "much" }
        ),
        Code::SettledDirection => format!(
            "{} was settled in the opposite direction: {} instead of {}",
            facts.operation(row.expected_minor),
            facts.actual(),
            facts.expected()
        ),
        Code::SettledCurrency => format!(
            "{} was settled in {}",
            facts.operation(row.expected_minor),
            or_other(facts.settlements.text("currency"), "another currency")
        ),
        Code::Ambiguous => format!(
            "{} share an id, but neither pair up nor sum to the same: {} against {}, {} between them",
            capital(&facts.group()),
            facts.expected(),
            facts.actual(),
            facts.difference()
        ),
        Code::WrongBatch => format!(
            "{} names batch {}, but was settled in batch {}",
            facts.operation(row.expected_minor),
            or_several(facts.operations.text("reconciliation_number")),
            or_several(facts.settlements.text("reconciliation_number"))
        ),
        Code::ReferenceReused => format!(
            "Payee reference {} stands on {}, but must name one: the first is {}, all together {}",
            row.payee_reference,
            count(row.count, "operation"),
            facts.expected(),
            facts.actual()
        ),
        Code::ItemsTotal => format!(
            "{} states {} in all, but its rows sum to {}",
            capital(&format!("{}{}", facts.operations.noun(), named(facts.operations.id()))),
            facts.expected(),
            facts.actual()
        ),
        Code::ReferenceFormat => format!(
            "Payee reference {} of {} is not of the form that the provider documents: {}",
            quoted(facts.operations.text("payee_reference")),
            uncapital(&facts.operation_id()),
            settings.reference_form(&row.provider).unwrap_or(ReferenceForm::Alphanumeric).in_words()
        ),
        Code::RecordedOnly => format!(
            "{} was recorded on the order, but no event of its checkout transaction moved the money",
            facts.operation(row.actual_minor)
        ),
        Code::ToleranceBudget => format!(
            "{} matched within the tolerance differ by {} in all, more than the budget of {}",
            capital(&count(row.count, "pair")),
            facts.actual(),
            facts.expected()
        ),
        Code::FileNet => format!(
            "The net of {} is {}, but gross less fee gives {}",
            uncapital(&facts.settlement_row_id()),
            facts.actual(),
            facts.expected()
        ),
        // Findings about files bring their own sentence.
        Code::FileTotal | Code::FileRepeated | Code::FileRestated | Code::FileGap | Code::FileMissing => String::new(),
        // What is said of fees, payouts and the bank stands in the note.
        Code::FeeTariff
        | Code::PayoutNet
        | Code::PayoutMissing
        | Code::PayoutAmount
        | Code::PayoutUnknown
        | Code::PayoutAmbiguous
        | Code::StatementGap => String::new(),
    }
}

/// A text that may hold spaces or nothing, between quotes.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

impl Facts<'_> {
    /// `Capture 10728489593 on order 1001`.
    fn operation_id(&self) -> String {
        format!("{}{} on {}", self.operations.noun(), named(self.operations.id()), self.order())
    }

    fn settlement_row_id(&self) -> String {
        let settlement = match self.settlements.text("settlement_id") {
            "" => String::new(),
            id => format!(" in settlement {id}"),
        };
        format!("Settlement row{}{settlement}", named(self.settlements.id()))
    }
}

fn uncapital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

fn or_several(text: &str) -> &str {
    or_other(text, "several")
}

fn or_other<'a>(text: &'a str, other: &'a str) -> &'a str {
    if text.is_empty() { other } else { text }
}

/// `1 capture`, `3 operations`.
fn moved(facts: &Facts<'_>) -> String {
    let noun = if facts.operations.noun() == "operation" { "operation" } else { facts.operations.noun() };
    format!("{}{}", capital(&count(facts.row.count, noun)), named(facts.operations.id()))
}

fn conflicting(facts: &Facts<'_>) -> String {
    if facts.lines.rows() > 0 {
        return facts.line();
    }
    let line = match facts.operations.text("line_id") {
        "" => String::new(),
        line => format!(", line {line}"),
    };
    format!("{}{} on {}{line}", facts.operations.noun(), named(facts.operations.id()), facts.order())
}
