//! How the page writes what it shows: numbers, names and bars, in its language.

use crate::model::currency::Currencies;
use crate::model::finding::Code;
use crate::report::words::{self, Counted, Lang, PageWords, fill};

/// The length of the longest bar, in units of its picture.
pub(super) const BAR: i128 = 1_000;

/// What every part of the page writes with.
pub(super) struct Pen<'a> {
    pub(super) lang: Lang,
    pub(super) words: &'static PageWords,
    pub(super) currencies: &'a Currencies,
}

impl Pen<'_> {
    /// How many decimals a currency has; one that is not known is shown in minor units.
    pub(super) fn exponent(&self, currency: &str) -> u32 {
        self.currencies.find(currency.as_bytes()).map_or(0, |found| self.currencies.exponent(found))
    }

    /// An amount in major units, without its currency.
    pub(super) fn amount(&self, amount_minor: &i128, currency: &str) -> String {
        self.lang.amount(*amount_minor, self.exponent(currency))
    }

    /// An amount with its currency; a dash where there is no currency.
    pub(super) fn money(&self, amount_minor: &i128, currency: &str) -> String {
        match currency {
            "" => "–".to_owned(),
            // U+00A0: an amount is not parted from its currency.
            _ => format!("{}\u{a0}{currency}", self.amount(amount_minor, currency)),
        }
    }

    pub(super) fn count(&self, count: &u64) -> String {
        self.lang.count(*count)
    }

    pub(super) fn counted(&self, words: &Counted, count: &u64) -> String {
        words.of(self.lang, *count)
    }

    pub(super) fn len(&self, count: usize) -> String {
        self.lang.count(whole(count))
    }

    pub(super) fn day(&self, iso: &str) -> String {
        self.lang.day(iso)
    }

    /// The name of a provider as it writes it itself, where that is known.
    pub(super) fn provider<'b>(&self, name: &'b str) -> &'b str {
        match name {
            "swedbank_pay" => "Swedbank Pay",
            "dintero" => "Dintero",
            other => other,
        }
    }

    /// A code, or what else explains a batch, in plain words.
    pub(super) fn code_title<'b>(&self, name: &'b str) -> &'b str {
        match (name, Code::ALL.iter().find(|code| code.name() == name)) {
            (_, Some(code)) => words::code(self.lang, *code).title,
            ("matched", None) => self.words.matched_elsewhere,
            ("tolerance", None) => self.words.tolerated,
            (other, None) => other,
        }
    }

    pub(super) fn dataset<'b>(&self, name: &'b str) -> &'b str {
        match name {
            "orders" => self.words.orders,
            "captures" => self.words.captures,
            "reversals" => self.words.reversals,
            "settlements" => self.words.settlements,
            "bank" => self.words.bank,
            "payouts" => self.words.payouts,
            other => other,
        }
    }

    pub(super) fn input_state<'b>(&self, name: &'b str) -> &'b str {
        match name {
            "read" => self.words.file_read,
            "repeated" => self.words.file_repeated,
            "restated" => self.words.file_restated,
            other => other,
        }
    }

    /// The state of a payout, as `payouts.csv` has it.
    pub(super) fn payout_state<'b>(&self, name: &'b str) -> &'b str {
        match name {
            "received" => self.words.received,
            "pending" => self.words.on_its_way,
            "missing" => self.words.missing,
            "other amount" => self.words.another_amount,
            "ambiguous" => self.words.ambiguous,
            "nothing due" => self.words.nothing_due,
            "postponed" => self.words.postponed,
            other => other,
        }
    }

    /// An amount where it is known.
    pub(super) fn known_amount(&self, amount_minor: Option<i128>, currency: &str) -> String {
        amount_minor.map_or_else(String::new, |amount_minor| self.amount(&amount_minor, currency))
    }

    /// Says where rows stand that are not shown.
    pub(super) fn rest(&self, left_out: &u64, file: &str) -> String {
        fill(self.words.rest, &[("n", &self.lang.count(*left_out)), ("file", file)])
    }
}

/// A length as a count.
pub(super) fn whole(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// How long a bar is for a part of the largest; what is not 0 can be seen.
pub(super) fn bar(part: i128, largest: i128) -> i128 {
    const SEEN: i128 = 6;
    if part <= 0 || largest <= 0 {
        return 0;
    }
    scaled(part, largest).clamp(SEEN, BAR)
}

/// `part` of `largest` in units of the picture. What does not fit the multiplication is divided first: a picture needs
/// no more.
pub(super) fn scaled(part: i128, largest: i128) -> i128 {
    if largest == 0 {
        return 0;
    }
    part.checked_mul(BAR).map_or_else(|| part / (largest / BAR).max(1), |times| times / largest)
}
