//! The sentence of a finding, for a bookkeeper who never saw the page of rules.
//!
//! It uses only what all records of the finding agree on, so it does not depend on the order of files and rows.

use super::say::{Say, Saying, behind, capital, count, named, quoted, say, shown, uncapital};
use super::settings::{Settings, Window};
use super::side::{Said, Side};
use crate::model::finding::{Code, Note, Status};
use crate::model::found::{FoundColumns, FoundTexts};
use crate::model::money::Major;
use crate::model::reference::ReferenceForm;

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
    fn money(&self, amount_minor: i128) -> impl Say {
        let amount = Major { amount_minor, exponent: self.exponent };
        Saying(move |text: &mut String| say!(text, amount, " ", self.texts.currency))
    }

    fn expected(&self) -> impl Say {
        self.money(self.row.expected_minor)
    }

    fn actual(&self) -> impl Say {
        self.money(self.row.actual_minor)
    }

    fn difference(&self) -> impl Say {
        self.money(self.row.difference_minor)
    }

    /// The size of an amount, where the words around it say the direction.
    fn size(&self, amount_minor: i128) -> impl Say {
        self.money(amount_minor.abs())
    }

    /// `order 1001`.
    fn order(&self) -> impl Say {
        Saying(|text: &mut String| match self.texts.order_id {
            "" => say!(text, "several orders"),
            order => say!(text, "order ", order),
        })
    }

    /// `line 2 of order 1001`, or the order as a whole.
    fn line(&self) -> impl Say {
        Saying(|text: &mut String| match self.texts.line_id {
            "*" | "" => say!(text, self.order(), " as a whole"),
            line => say!(text, "line ", line, " of ", self.order()),
        })
    }

    /// `capture 10728489593`.
    fn operation_name(&self) -> impl Say {
        Saying(|text: &mut String| say!(text, self.operations.noun(), named(self.operations.id())))
    }

    /// `Capture 10728489593 of 1 495.00 SEK on order 1001`.
    fn operation(&self, amount_minor: i128) -> impl Say {
        Saying(move |text: &mut String| {
            say!(text, capital(self.operation_name()), " of ", self.size(amount_minor));
            say!(text, behind(" on order ", self.operations.text(Said::OrderId)));
        })
    }

    /// `Capture 10728489593 on order 1001`.
    fn operation_id(&self) -> impl Say {
        Saying(|text: &mut String| say!(text, self.operation_name(), " on ", self.order()))
    }

    /// `1 capture 10728489593`, `3 operations`.
    fn moved(&self) -> impl Say {
        Saying(|text: &mut String| {
            let moved = count(self.row.count, self.operations.noun());
            say!(text, moved, named(self.operations.id()));
        })
    }

    /// `Settlement row 10728489593 of 1 495.00 SEK in settlement R1234-0001, batch 738482`.
    fn settlement_row(&self, amount_minor: i128) -> impl Say {
        Saying(move |text: &mut String| {
            say!(text, "Settlement row", named(self.settlements.id()), " of ", self.money(amount_minor));
            say!(text, self.in_settlement(), behind(", batch ", self.settlements.text(Said::ReconciliationNumber)));
        })
    }

    /// `Settlement row 10728489593 in settlement R1234-0001`.
    fn settlement_row_id(&self) -> impl Say {
        Saying(|text: &mut String| {
            say!(text, "Settlement row", named(self.settlements.id()), self.in_settlement());
        })
    }

    fn in_settlement(&self) -> impl Say {
        behind(" in settlement ", self.settlements.text(Said::SettlementId))
    }

    fn since(&self) -> impl Say {
        self.age(", ", " after it was made")
    }

    /// The age of the newest of several.
    fn newest(&self) -> impl Say {
        self.age(" ", " old")
    }

    /// What stands before an age, and what behind days.
    fn age(&self, before: &'static str, behind: &'static str) -> impl Say {
        Saying(move |text: &mut String| match self.row.age_days {
            None => {}
            Some(0) => say!(text, before, "made today"),
            Some(1) => say!(text, before, "1 day", behind),
            Some(days) => say!(text, before, days, " days", behind),
        })
    }

    /// How long a pending item may still wait.
    fn waits(&self, window: Window) -> impl Say {
        Saying(move |text: &mut String| {
            if self.row.status == Status::Pending {
                say!(text, "; it counts as open after ", shown(window));
            }
        })
    }

    fn group(&self) -> impl Say {
        Saying(|text: &mut String| match self.note {
            Note::Group { operations, rows } => {
                say!(text, count(*operations, "operation"), " and ", count(*rows, "settlement row"));
            }
            _ => count(self.row.count, "record").say(text),
        })
    }

    /// What has two versions.
    fn conflicting(&self) -> impl Say {
        Saying(|text: &mut String| {
            if self.lines.rows() > 0 {
                return say!(text, self.line());
            }
            say!(text, self.operation_id(), behind(", line ", self.operations.text(Said::LineId)));
        })
    }
}

/// Puts the sentence of a finding into a text, in place of what it held.
pub fn explain(facts: &Facts<'_>, text: &mut String) {
    text.clear();
    // Bound to the text, so that each arm is what it says.
    macro_rules! said {
        ($($part:tt)*) => {
            say!(text, $($part)*)
        };
    }
    let row = facts.row;
    let settings = facts.settings;
    match row.code {
        Code::RecordConflict => said!(
            "Two versions of ",
            facts.conflicting(),
            " state different things with nothing to tell which is later: ",
            facts.expected(),
            " is used, the other says ",
            facts.actual()
        ),
        Code::OrderUnknown => said!(
            facts.moved(),
            " on ",
            facts.order(),
            ", net ",
            facts.actual(),
            ", but no order export given holds this order"
        ),
        Code::LineUnknown => {
            said!(facts.moved(), " on ", facts.line(), ", net ", facts.actual(), ", but the order has no such line")
        }
        Code::LineCurrency => said!(
            capital(facts.line()),
            " is ",
            facts.expected(),
            ", but something was captured or reversed on it in another currency; ",
            facts.actual(),
            " was captured in its own"
        ),
        Code::LineWrongDirection => said!(
            capital(facts.line()),
            " is ",
            facts.expected(),
            ", but ",
            facts.actual(),
            " was captured: the opposite direction"
        ),
        Code::ReversalLineUnlinked => said!(
            capital(facts.line()),
            " takes back ",
            facts.size(row.actual_minor),
            ", but names no line of the order that it could take back"
        ),
        Code::ReversalLineExceedsOriginal => said!(
            "The reversal lines of ",
            facts.line(),
            " take back ",
            facts.size(row.actual_minor),
            ", more than its ",
            facts.size(row.expected_minor)
        ),
        Code::ReversalExceedsCapture => said!(
            "On ",
            facts.line(),
            " ",
            facts.expected(),
            " was captured and ",
            facts.actual(),
            " taken back: ",
            facts.size(row.difference_minor),
            " too much"
        ),
        Code::LineOvercaptured => said!(
            capital(facts.line()),
            " is ",
            facts.expected(),
            ", but ",
            facts.actual(),
            " was captured: ",
            facts.size(row.difference_minor),
            " too much"
        ),
        Code::LineUncaptured => said!(
            "Nothing of the ",
            facts.expected(),
            " of ",
            facts.line(),
            " was captured",
            facts.since(),
            facts.waits(settings.capture_window())
        ),
        Code::LineUndercaptured => said!(
            "Of the ",
            facts.expected(),
            " of ",
            facts.line(),
            " only ",
            facts.actual(),
            " was captured",
            facts.since(),
            facts.waits(settings.capture_window())
        ),
        Code::LineVat => said!(
            capital(facts.line()),
            " was captured in full, but with ",
            facts.actual(),
            " VAT instead of ",
            facts.expected()
        ),
        Code::VatRate => said!(
            "The VAT stated on ",
            facts.line(),
            " is ",
            facts.actual(),
            ", but its amount and rate give ",
            facts.expected()
        ),
        Code::OrderTotal => {
            said!(capital(facts.order()), " states ", facts.actual(), ", but its lines sum to ", facts.expected())
        }
        Code::OrderRemainingCapture => said!(
            capital(facts.order()),
            " states that ",
            facts.actual(),
            " may still be captured, but its captures leave ",
            facts.expected()
        ),
        Code::OrderRemainingReversal => said!(
            capital(facts.order()),
            " states that ",
            facts.actual(),
            " may still be reversed, but its captures and reversals leave ",
            facts.expected()
        ),
        Code::Unsettled => said!(
            facts.operation(row.expected_minor),
            " is not in any settlement file given",
            facts.since(),
            facts.waits(settings.settlement_window())
        ),
        Code::BatchMissing => said!(
            "No settlement row of batch ",
            facts.texts.reconciliation_number,
            " came: ",
            count(row.count, "operation"),
            " of it, together ",
            facts.expected(),
            ", the newest",
            facts.newest(),
            facts.waits(settings.settlement_window())
        ),
        Code::SettledUnknown => {
            said!(facts.settlement_row(row.actual_minor), " answers no capture or reversal given")
        }
        Code::SettledTwice => said!(
            facts.settlement_row(row.actual_minor),
            " comes on top of what its capture or reversal explains: it was settled before"
        ),
        Code::SettledNotCompleted => {
            said!(facts.settlement_row(row.actual_minor), " settles ", facts.operation_name(), " that did not complete")
        }
        Code::SettledAmount => said!(
            facts.operation(row.expected_minor),
            " was settled with ",
            facts.size(row.actual_minor),
            ": ",
            facts.size(row.actual_minor.abs() - row.expected_minor.abs()),
            " too ",
            if row.actual_minor.abs() < row.expected_minor.abs() { "little" } else { "much" }
        ),
        Code::SettledDirection => said!(
            facts.operation(row.expected_minor),
            " was settled in the opposite direction: ",
            facts.actual(),
            " instead of ",
            facts.expected()
        ),
        Code::SettledCurrency => said!(
            facts.operation(row.expected_minor),
            " was settled in ",
            or_other(facts.settlements.text(Said::Currency), "another currency")
        ),
        Code::Ambiguous => said!(
            facts.group(),
            " share an id, but neither pair up nor sum to the same: ",
            facts.expected(),
            " against ",
            facts.actual(),
            ", ",
            facts.difference(),
            " between them"
        ),
        Code::WrongBatch => said!(
            facts.operation(row.expected_minor),
            " names batch ",
            or_several(facts.operations.text(Said::ReconciliationNumber)),
            ", but was settled in batch ",
            or_several(facts.settlements.text(Said::ReconciliationNumber))
        ),
        Code::ReferenceReused => said!(
            "Payee reference ",
            facts.texts.payee_reference,
            " stands on ",
            count(row.count, "operation"),
            ", but must name one: the first is ",
            facts.expected(),
            ", all together ",
            facts.actual()
        ),
        Code::ItemsTotal => said!(
            capital(facts.operation_name()),
            " states ",
            facts.expected(),
            " in all, but its rows sum to ",
            facts.actual()
        ),
        Code::ReferenceFormat => said!(
            "Payee reference ",
            quoted(facts.operations.text(Said::PayeeReference)),
            " of ",
            uncapital(facts.operation_id()),
            " is not of the form that the provider documents: ",
            settings.reference_form(facts.texts.provider).unwrap_or(ReferenceForm::Alphanumeric).in_words()
        ),
        Code::RecordedOnly => said!(
            facts.operation(row.actual_minor),
            " was recorded on the order, but no event of its checkout transaction moved the money"
        ),
        Code::ToleranceBudget => said!(
            count(row.count, "pair"),
            " matched within the tolerance differ by ",
            facts.actual(),
            " in all, more than the budget of ",
            facts.expected()
        ),
        Code::FileNet => said!(
            "The net of ",
            uncapital(facts.settlement_row_id()),
            " is ",
            facts.actual(),
            ", but gross less fee gives ",
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

fn or_several(text: &str) -> &str {
    or_other(text, "several")
}

fn or_other<'a>(text: &'a str, other: &'a str) -> &'a str {
    if text.is_empty() { other } else { text }
}
