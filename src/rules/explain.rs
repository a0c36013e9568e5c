//! The sentence of a finding, for a bookkeeper who never saw the page of rules.
//!
//! It uses only what all records of the finding agree on, so it does not depend on the order of files and rows.

use std::fmt::{Display, Write, from_fn};

use compact_str::ToCompactString;

use super::settings::{Settings, Window};
use super::side::{Said, Side};
use crate::model::finding::{Code, Note, Status};
use crate::model::found::{FoundColumns, FoundTexts};
use crate::model::money::Major;
use crate::model::reference::ReferenceForm;
use crate::model::text::Text;

/// What a sentence can be made of.
pub struct Facts<'a> {
    /// The row of the report, its amounts.
    pub row: &'a FoundColumns,
    /// Its ids, which it need not have yet.
    pub texts: &'a FoundTexts<'a>,
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
    fn money(&self, amount_minor: i128) -> impl Display {
        let amount = Major { amount_minor, exponent: self.exponent };
        from_fn(move |out| write!(out, "{amount} {}", self.texts.currency))
    }

    fn expected(&self) -> impl Display {
        self.money(self.row.expected_minor)
    }

    fn actual(&self) -> impl Display {
        self.money(self.row.actual_minor)
    }

    fn difference(&self) -> impl Display {
        self.money(self.row.difference_minor)
    }

    /// The size of an amount, where the words around it say the direction.
    fn size(&self, amount_minor: i128) -> impl Display {
        self.money(amount_minor.abs())
    }

    /// `order 1001`.
    fn order(&self) -> impl Display {
        from_fn(|out| match self.texts.order_id {
            "" => out.write_str("several orders"),
            order => write!(out, "order {order}"),
        })
    }

    /// `line 2 of order 1001`, or the order as a whole.
    fn line(&self) -> impl Display {
        from_fn(|out| match self.texts.line_id {
            "*" | "" => write!(out, "{} as a whole", self.order()),
            line => write!(out, "line {line} of {}", self.order()),
        })
    }

    /// `Capture 10728489593 of 1 495.00 SEK on order 1001`.
    fn operation(&self, amount_minor: i128) -> impl Display {
        from_fn(move |out| {
            let id = named(self.operations.id());
            write!(out, "{}{id} of {}", capital(self.operations.noun()), self.size(amount_minor))?;
            match self.operations.text(Said::OrderId) {
                "" => Ok(()),
                order => write!(out, " on order {order}"),
            }
        })
    }

    /// `Settlement row 10728489593 of 1 495.00 SEK in settlement R1234-0001, batch 738482`.
    fn settlement_row(&self, amount_minor: i128) -> impl Display {
        from_fn(move |out| {
            write!(out, "Settlement row{} of {}", named(self.settlements.id()), self.money(amount_minor))?;
            if !self.settlements.text(Said::SettlementId).is_empty() {
                write!(out, " in settlement {}", self.settlements.text(Said::SettlementId))?;
            }
            if !self.settlements.text(Said::ReconciliationNumber).is_empty() {
                write!(out, ", batch {}", self.settlements.text(Said::ReconciliationNumber))?;
            }
            Ok(())
        })
    }

    fn since(&self) -> impl Display {
        from_fn(|out| match self.row.age_days {
            None => Ok(()),
            Some(0) => out.write_str(", made today"),
            Some(1) => out.write_str(", 1 day after it was made"),
            Some(days) => write!(out, ", {days} days after it was made"),
        })
    }

    /// How long a pending item may still wait.
    fn waits(&self, window: Window) -> impl Display {
        from_fn(move |out| match self.row.status {
            Status::Pending => write!(out, "; it counts as open after {window}"),
            _ => Ok(()),
        })
    }

    fn group(&self) -> impl Display {
        from_fn(|out| match self.note {
            Note::Group { operations, rows } => {
                write!(out, "{} and {}", count(*operations, "operation"), count(*rows, "settlement row"))
            }
            _ => write!(out, "{}", count(self.row.count, "record")),
        })
    }
}

/// Begins a text with a capital letter.
fn capital(text: impl Display) -> impl Display {
    recased(text, |first| first.to_uppercase().collect())
}

/// Begins a text with a small letter.
fn uncapital(text: impl Display) -> impl Display {
    recased(text, |first| first.to_lowercase().collect())
}

fn recased(text: impl Display, letter: fn(char) -> Text) -> impl Display {
    from_fn(move |out| {
        let text = text.to_compact_string();
        let mut chars = text.chars();
        let first = chars.next().map(letter).unwrap_or_default();
        write!(out, "{first}{}", chars.as_str())
    })
}

fn named(id: &str) -> impl Display {
    from_fn(move |out| if id.is_empty() { Ok(()) } else { write!(out, " {id}") })
}

fn count(number: u64, noun: &str) -> impl Display {
    from_fn(move |out| if number == 1 { write!(out, "1 {noun}") } else { write!(out, "{number} {noun}s") })
}

/// Puts the sentence of a finding into a text, in place of what it held.
pub fn explain(facts: &Facts<'_>, text: &mut String) {
    text.clear();
    // As `write!`, which does not fail into a text.
    macro_rules! said {
        ($($part:tt)*) => {{
            let _ = write!(text, $($part)*);
        }};
    }
    let row = facts.row;
    let settings = facts.settings;
    match row.code {
        Code::RecordConflict => said!(
            "Two versions of {} state different things with nothing to tell which is later: {} is used, the other says {}",
            conflicting(facts),
            facts.expected(),
            facts.actual()
        ),
        Code::OrderUnknown => said!(
            "{} on {}, net {}, but no order export given holds this order",
            moved(facts),
            facts.order(),
            facts.actual()
        ),
        Code::LineUnknown => {
            said!("{} on {}, net {}, but the order has no such line", moved(facts), facts.line(), facts.actual())
        }
        Code::LineCurrency => said!(
            "{} is {}, but something was captured or reversed on it in another currency; {} was captured in its own",
            capital(&facts.line()),
            facts.expected(),
            facts.actual()
        ),
        Code::LineWrongDirection => said!(
            "{} is {}, but {} was captured: the opposite direction",
            capital(&facts.line()),
            facts.expected(),
            facts.actual()
        ),
        Code::ReversalLineUnlinked => said!(
            "{} takes back {}, but names no line of the order that it could take back",
            capital(&facts.line()),
            facts.size(row.actual_minor)
        ),
        Code::ReversalLineExceedsOriginal => said!(
            "The reversal lines of {} take back {}, more than its {}",
            facts.line(),
            facts.size(row.actual_minor),
            facts.size(row.expected_minor)
        ),
        Code::ReversalExceedsCapture => said!(
            "On {} {} was captured and {} taken back: {} too much",
            facts.line(),
            facts.expected(),
            facts.actual(),
            facts.size(row.difference_minor)
        ),
        Code::LineOvercaptured => said!(
            "{} is {}, but {} was captured: {} too much",
            capital(&facts.line()),
            facts.expected(),
            facts.actual(),
            facts.size(row.difference_minor)
        ),
        Code::LineUncaptured => said!(
            "Nothing of the {} of {} was captured{}{}",
            facts.expected(),
            facts.line(),
            facts.since(),
            facts.waits(settings.capture_window())
        ),
        Code::LineUndercaptured => said!(
            "Of the {} of {} only {} was captured{}{}",
            facts.expected(),
            facts.line(),
            facts.actual(),
            facts.since(),
            facts.waits(settings.capture_window())
        ),
        Code::LineVat => said!(
            "{} was captured in full, but with {} VAT instead of {}",
            capital(&facts.line()),
            facts.actual(),
            facts.expected()
        ),
        Code::VatRate => said!(
            "The VAT stated on {} is {}, but its amount and rate give {}",
            facts.line(),
            facts.actual(),
            facts.expected()
        ),
        Code::OrderTotal => {
            said!("{} states {}, but its lines sum to {}", capital(&facts.order()), facts.actual(), facts.expected())
        }
        Code::OrderRemainingCapture => said!(
            "{} states that {} may still be captured, but its captures leave {}",
            capital(&facts.order()),
            facts.actual(),
            facts.expected()
        ),
        Code::OrderRemainingReversal => said!(
            "{} states that {} may still be reversed, but its captures and reversals leave {}",
            capital(&facts.order()),
            facts.actual(),
            facts.expected()
        ),
        Code::Unsettled => said!(
            "{} is not in any settlement file given{}{}",
            facts.operation(row.expected_minor),
            facts.since(),
            facts.waits(settings.settlement_window())
        ),
        Code::BatchMissing => said!(
            "No settlement row of batch {} came: {} of it, together {}, the newest{}{}",
            facts.texts.reconciliation_number,
            count(row.count, "operation"),
            facts.expected(),
            facts.since().to_compact_string().replace(", ", " ").replace("after it was made", "old"),
            facts.waits(settings.settlement_window())
        ),
        Code::SettledUnknown => {
            said!("{} answers no capture or reversal given", facts.settlement_row(row.actual_minor))
        }
        Code::SettledTwice => said!(
            "{} comes on top of what its capture or reversal explains: it was settled before",
            facts.settlement_row(row.actual_minor)
        ),
        Code::SettledNotCompleted => said!(
            "{} settles {} that did not complete",
            facts.settlement_row(row.actual_minor),
            format_args!("{}{}", facts.operations.noun(), named(facts.operations.id()))
        ),
        Code::SettledAmount => said!(
            "{} was settled with {}: {} too {}",
            facts.operation(row.expected_minor),
            facts.size(row.actual_minor),
            facts.size(row.actual_minor.abs() - row.expected_minor.abs()),
            if row.actual_minor.abs() < row.expected_minor.abs() { "little" } else { "much" }
        ),
        Code::SettledDirection => said!(
            "{} was settled in the opposite direction: {} instead of {}",
            facts.operation(row.expected_minor),
            facts.actual(),
            facts.expected()
        ),
        Code::SettledCurrency => said!(
            "{} was settled in {}",
            facts.operation(row.expected_minor),
            or_other(facts.settlements.text(Said::Currency), "another currency")
        ),
        Code::Ambiguous => said!(
            "{} share an id, but neither pair up nor sum to the same: {} against {}, {} between them",
            capital(&facts.group()),
            facts.expected(),
            facts.actual(),
            facts.difference()
        ),
        Code::WrongBatch => said!(
            "{} names batch {}, but was settled in batch {}",
            facts.operation(row.expected_minor),
            or_several(facts.operations.text(Said::ReconciliationNumber)),
            or_several(facts.settlements.text(Said::ReconciliationNumber))
        ),
        Code::ReferenceReused => said!(
            "Payee reference {} stands on {}, but must name one: the first is {}, all together {}",
            facts.texts.payee_reference,
            count(row.count, "operation"),
            facts.expected(),
            facts.actual()
        ),
        Code::ItemsTotal => said!(
            "{} states {} in all, but its rows sum to {}",
            capital(&format!("{}{}", facts.operations.noun(), named(facts.operations.id()))),
            facts.expected(),
            facts.actual()
        ),
        Code::ReferenceFormat => said!(
            "Payee reference {} of {} is not of the form that the provider documents: {}",
            quoted(facts.operations.text(Said::PayeeReference)),
            uncapital(&facts.operation_id()),
            settings.reference_form(facts.texts.provider).unwrap_or(ReferenceForm::Alphanumeric).in_words()
        ),
        Code::RecordedOnly => said!(
            "{} was recorded on the order, but no event of its checkout transaction moved the money",
            facts.operation(row.actual_minor)
        ),
        Code::ToleranceBudget => said!(
            "{} matched within the tolerance differ by {} in all, more than the budget of {}",
            capital(&count(row.count, "pair")),
            facts.actual(),
            facts.expected()
        ),
        Code::FileNet => said!(
            "The net of {} is {}, but gross less fee gives {}",
            uncapital(&facts.settlement_row_id()),
            facts.actual(),
            facts.expected()
        ),
        // Findings about files bring their own sentence.
        Code::FileTotal | Code::FileRepeated | Code::FileRestated | Code::FileGap | Code::FileMissing => {}
        // What is said of fees, payouts and the bank stands in the note.
        Code::FeeTariff
        | Code::PayoutNet
        | Code::PayoutMissing
        | Code::PayoutAmount
        | Code::PayoutUnknown
        | Code::PayoutAmbiguous
        | Code::StatementGap => {}
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
        let settlement = match self.settlements.text(Said::SettlementId) {
            "" => String::new(),
            id => format!(" in settlement {id}"),
        };
        format!("Settlement row{}{settlement}", named(self.settlements.id()))
    }
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

fn conflicting(facts: &Facts<'_>) -> impl Display {
    from_fn(|out| {
        if facts.lines.rows() > 0 {
            return write!(out, "{}", facts.line());
        }
        let id = named(facts.operations.id());
        write!(out, "{}{id} on {}", facts.operations.noun(), facts.order())?;
        match facts.operations.text(Said::LineId) {
            "" => Ok(()),
            line => write!(out, ", line {line}"),
        }
    })
}
