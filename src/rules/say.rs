//! Sentences put together from parts, each of which writes itself straight into the text: a night may have a million of
//! them, and formatting them would take longer than to find what they say.

use std::fmt::Write;

use crate::engine::join::push_digits;
use crate::model::money::Major;
use crate::model::text::Text;

/// A part of a sentence.
pub trait Say {
    /// Appends it.
    fn say(&self, text: &mut String);
}

impl Say for str {
    fn say(&self, text: &mut String) {
        text.push_str(self);
    }
}

impl Say for u64 {
    fn say(&self, text: &mut String) {
        push_digits(*self, text);
    }
}

impl Say for i64 {
    fn say(&self, text: &mut String) {
        push_digits(*self, text);
    }
}

impl Say for Major {
    fn say(&self, text: &mut String) {
        // Into a text nothing fails.
        let _ = self.put(text);
    }
}

impl<S: Say + ?Sized> Say for &S {
    fn say(&self, text: &mut String) {
        S::say(self, text);
    }
}

/// A part that appends what it likes.
pub struct Saying<F>(pub F);

impl<F: Fn(&mut String)> Say for Saying<F> {
    fn say(&self, text: &mut String) {
        (self.0)(text);
    }
}

/// Appends parts, one after the other.
macro_rules! say {
    ($text:expr, $($part:expr),+ $(,)?) => {{
        let text: &mut String = $text;
        $($crate::rules::say::Say::say(&$part, text);)+
    }};
}
pub(super) use say;

/// What has a form for people of its own, and is rare.
pub fn shown(value: impl std::fmt::Display) -> impl Say {
    Saying(move |text: &mut String| {
        // Into a text nothing fails.
        let _ = write!(text, "{value}");
    })
}

/// Begins a part with a capital letter.
pub fn capital(part: impl Say) -> impl Say {
    recased(part, |first| first.to_uppercase().collect())
}

/// Begins a part with a small letter.
pub fn uncapital(part: impl Say) -> impl Say {
    recased(part, |first| first.to_lowercase().collect())
}

fn recased(part: impl Say, letter: fn(char) -> Text) -> impl Say {
    Saying(move |text: &mut String| {
        let start = text.len();
        part.say(text);
        if let Some(first) = text.get(start..).and_then(|part| part.chars().next()) {
            text.replace_range(start..start + first.len_utf8(), &letter(first));
        }
    })
}

/// A part behind what leads to it; nothing at all where it is empty.
pub fn behind(lead: &'static str, part: &str) -> impl Say {
    Saying(move |text: &mut String| {
        if !part.is_empty() {
            say!(text, lead, part);
        }
    })
}

/// An id behind what it names; nothing where there is none.
pub fn named(id: &str) -> impl Say {
    behind(" ", id)
}

/// `1 record`, `2 records`.
pub fn count(number: u64, noun: &str) -> impl Say {
    Saying(move |text: &mut String| say!(text, number, " ", noun, if number == 1 { "" } else { "s" }))
}

/// A text that may hold spaces or nothing, between quotes.
pub fn quoted(part: &str) -> impl Say {
    Saying(move |text: &mut String| say!(text, "\"", part, "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_and_the_first_letter_is_another_one() {
        type Part = fn(&mut String);
        let said = |part: Part| {
            let mut text = "Here: ".to_owned();
            part(&mut text);
            text
        };
        let cases: [(Part, &str); 8] = [
            (|text| say!(text, "a", 7_u64, "b", -2_i64), "Here: a7b-2"),
            (|text| say!(text, capital("order 1"), uncapital("Order 2")), "Here: Order 1order 2"),
            (
                |text| say!(text, capital("\u{e5}re"), uncapital("\u{c5}RE"), capital("\u{df}")),
                "Here: \u{c5}re\u{e5}RESS",
            ),
            (|text| say!(text, capital("")), "Here: "),
            (|text| say!(text, count(1, "pair"), "; ", count(0, "pair")), "Here: 1 pair; 0 pairs"),
            (|text| say!(text, "row", named("7"), named("")), "Here: row 7"),
            (|text| say!(text, quoted("")), "Here: \"\""),
            (|text| say!(text, Major { amount_minor: -149_500, exponent: 2 }, shown('!')), "Here: -1 495.00!"),
        ];
        for (part, expected) in cases {
            assert_eq!(said(part), expected);
        }
    }
}
