//! JSON values as they stand in a document: texts borrowed from it, numbers as their digits, and the line of each.
//!
//! A number never becomes a floating one on its way: it is kept as its text and read by the grammar of amounts.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::ingest::canonical::Reject;
use crate::ingest::field::{VAT_RATE_BP_MAX, shown};
use crate::model::money::parse_minor;

/// The value of a key as it stands; `null` is absent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Field<'a>(pub Option<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Field<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&'de RawValue>::deserialize(deserializer)?.get();
        Ok(Self((text != "null").then_some(text)))
    }
}

/// The elements of a list as they stand; `null` is absent.
#[derive(Debug, Clone, Default)]
pub struct List<'a>(pub Option<Vec<&'a str>>);

impl<'de: 'a, 'a> Deserialize<'de> for List<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements;
        impl<'de> Visitor<'de> for Elements {
            type Value = Option<Vec<&'de str>>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a list")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = list.next_element::<&'de RawValue>()? {
                    elements.push(element.get());
                }
                Ok(Some(elements))
            }
        }
        deserializer.deserialize_any(Elements).map(Self)
    }
}

impl<'a> List<'a> {
    /// The elements; none where the list is absent.
    pub fn elements(&self) -> &[&'a str] {
        self.0.as_deref().unwrap_or_default()
    }
}

/// Why a text is not the object that it should be.
#[derive(Debug)]
pub struct NoObject {
    /// Line inside the text, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// Reads an object. A key that is known and stands twice can be read in two ways, and is an error.
///
/// # Errors
/// It is none, or a key that is known stands twice or has a value of another type.
pub fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, NoObject> {
    // A list would be taken for an object whose values stand in the order of its keys.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(NoObject { line: 1, reason: "an object stands here at the provider, in braces".to_owned() });
    }
    serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        // What the parser says of a wrong value quotes it, and it may be the name of a person.
        let reason = match (error.classify(), said.strip_prefix("duplicate field ")) {
            (Category::Data, Some(rest)) => {
                let key = rest.split(" at line ").next().unwrap_or_default();
                format!("the key {key} stands twice in one object")
            }
            (Category::Data, None) => "a key has a value of another type than at the provider".to_owned(),
            _ => {
                let what = said.split(" at line ").next().unwrap_or_default();
                format!("not well-formed JSON: {what} (column {})", error.column())
            }
        };
        NoObject { line: u64::try_from(error.line()).unwrap_or(1).max(1), reason }
    })
}

/// A reject of a field.
pub fn refused(column: &str, raw: &str, reason: impl Into<String>) -> Reject {
    // Objects are not shown: they may hold more than the field that is to blame.
    let value = match raw.as_bytes().first() {
        Some(b'{') => "{...}".to_owned(),
        Some(b'[') => "[...]".to_owned(),
        Some(b'"') => shown(raw.trim_matches('"').as_bytes()),
        _ => shown(raw.as_bytes()),
    };
    Reject { column: column.to_owned(), value, reason: reason.into() }
}

impl<'a> Field<'a> {
    /// A text, or a number as its digits; trimmed, empty is absent.
    ///
    /// # Errors
    /// It is something else.
    pub fn text(self, column: &str) -> Result<Option<Cow<'a, str>>, Reject> {
        let Some(raw) = self.0 else { return Ok(None) };
        let text = match raw.as_bytes() {
            [b'"', ..] => unescaped(raw).ok_or_else(|| refused(column, raw, "the text has an escape that is none"))?,
            [b'-' | b'0'..=b'9', ..] => Cow::Borrowed(raw),
            _ => return Err(refused(column, raw, "a text or a number is expected")),
        };
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// As [`Field::text`], owned.
    ///
    /// # Errors
    /// As [`Field::text`].
    pub fn owned(self, column: &str) -> Result<Option<String>, Reject> {
        Ok(self.text(column)?.map(Cow::into_owned))
    }

    /// An amount in minor units. A number that misses a whole one by less than a millionth is that one: a shop's
    /// plugin computes amounts in floating point before it sends them.
    ///
    /// # Errors
    /// It is none.
    pub fn minor(self, column: &str) -> Result<Option<i64>, Reject> {
        let Some(raw) = self.0 else { return Ok(None) };
        let text = match raw.as_bytes() {
            [b'"', ..] => unescaped(raw).unwrap_or_default(),
            [b'-' | b'0'..=b'9', ..] => Cow::Borrowed(raw),
            _ => return Err(refused(column, raw, "an amount is a whole number of minor units")),
        };
        match whole(&text) {
            Ok(value) => Ok(Some(value)),
            Err(reason) => Err(refused(column, raw, reason)),
        }
    }

    /// `true` or `false`, also as text.
    ///
    /// # Errors
    /// It is neither.
    pub fn flag(self, column: &str) -> Result<Option<bool>, Reject> {
        match self.0 {
            None => Ok(None),
            Some("true" | "\"true\"") => Ok(Some(true)),
            Some("false" | "\"false\"") => Ok(Some(false)),
            Some(raw) => Err(refused(column, raw, "true or false is expected")),
        }
    }

    /// A VAT rate in percent, as percent x 100. `None` also for a rate between 0 and 1, which may be a fraction
    /// (0.2 for 20 %), and for one with more than two decimals.
    ///
    /// # Errors
    /// It is no number, or beyond any rate.
    pub fn percent_bp(self, column: &str) -> Result<Option<i64>, Reject> {
        let Some(text) = self.text(column)? else { return Ok(None) };
        let refused = || refused(column, &text, "a VAT rate is a number of percent, from 0 to 10000");
        let rate = Decimal::from_str_exact(&text).map_err(|_| refused())?;
        if rate > Decimal::ZERO && rate < Decimal::ONE {
            return Ok(None);
        }
        let bp = rate.checked_mul(Decimal::ONE_HUNDRED).ok_or_else(refused)?.normalize();
        if bp.is_sign_negative() && !bp.is_zero() {
            return Err(refused());
        }
        if bp.scale() > 0 {
            return Ok(None);
        }
        let bp = i64::try_from(bp.mantissa()).ok().filter(|bp| *bp <= VAT_RATE_BP_MAX);
        bp.map(Some).ok_or_else(refused)
    }
}

/// The characters of a text in quotes, trimmed.
fn unescaped(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner.trim()));
    }
    let text: String = serde_json::from_str(raw).ok()?;
    Some(Cow::Owned(text.trim().to_owned()))
}

/// A whole number from its text.
fn whole(text: &str) -> Result<i64, String> {
    let Some((digits, fraction)) = text.split_once('.') else {
        return parse_minor(text.as_bytes()).map_err(|error| error.reason().to_owned());
    };
    let near = |digit: u8| {
        let run = fraction.bytes().take_while(|byte| *byte == digit).count();
        run >= 6 || (run == fraction.len() && digit == b'0')
    };
    let reason = "an amount is a whole number of minor units, and this one has decimals";
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(reason.to_owned());
    }
    let value = parse_minor(digits.as_bytes()).map_err(|error| error.reason().to_owned())?;
    let away = if digits.starts_with('-') { -1 } else { 1 };
    match (near(b'0'), near(b'9')) {
        (true, _) => Ok(value),
        (_, true) => value.checked_add(away).ok_or_else(|| reason.to_owned()),
        _ => Err(reason.to_owned()),
    }
}

/// Lines of the parts of a document: asked for from its start to its end, each costs the way from the one before.
#[derive(Debug)]
pub struct Lines<'a> {
    document: &'a str,
    first: u64,
    one_line: bool,
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// Lines of a document that begins on line `first`.
    pub fn new(document: &'a str, first: u64) -> Self {
        let one_line = memchr::memchr(b'\n', document.as_bytes()).is_none();
        Self { document, first, one_line, at: 0, line: first }
    }

    /// The line on which a part of the document begins; the document's for what is no part of it.
    pub fn of(&mut self, part: &str) -> u64 {
        if self.one_line {
            return self.first;
        }
        let offset = part.as_ptr().addr().wrapping_sub(self.document.as_ptr().addr());
        if offset > self.document.len() {
            return self.first;
        }
        if offset < self.at {
            (self.at, self.line) = (0, self.first);
        }
        let between = self.document.as_bytes().get(self.at..offset).unwrap_or_default();
        let breaks = memchr::memchr_iter(b'\n', between).count();
        self.line = self.line.saturating_add(u64::try_from(breaks).unwrap_or(u64::MAX));
        self.at = offset;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_whole_minor_units() {
        let good = [
            ("39800", 39_800),
            ("-39800", -39_800),
            ("\"39800\"", 39_800),
            ("0", 0),
            ("39800.0", 39_800),
            ("65989.99999999999", 65_990),
            ("-65989.99999999999", -65_990),
            ("65990.00000001", 65_990),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ];
        for (raw, minor) in good {
            assert_eq!(Field(Some(raw)).minor("amount"), Ok(Some(minor)), "{raw}");
        }
        let whole = "an amount is a whole number of minor units";
        let decimals = "an amount is a whole number of minor units, and this one has decimals";
        let digits = "an amount is whole minor units: digits with an optional sign, nothing else";
        let beyond = "the amount does not fit 64 bits of minor units";
        let bad = [
            ("398.00001", "398.00001", decimals),
            ("398.5", "398.5", decimals),
            ("0.99999", "0.99999", decimals),
            ("9223372036854775807.9999999", "9223372036854775807.9999999", decimals),
            ("3e4", "3e4", digits),
            ("3.0e4", "3.0e4", decimals),
            ("\"398,00\"", "398,00", digits),
            ("\"\"", "", digits),
            ("9223372036854775808", "9223372036854775808", beyond),
            ("true", "true", whole),
            ("{\"a\":1}", "{...}", whole),
            ("[1]", "[...]", whole),
        ];
        for (raw, value, reason) in bad {
            let reject = Reject { column: "amount".to_owned(), value: value.to_owned(), reason: reason.to_owned() };
            assert_eq!(Field(Some(raw)).minor("amount"), Err(reject), "{raw}");
        }
        assert_eq!(Field(None).minor("amount"), Ok(None));
    }

    #[test]
    fn texts_are_trimmed_and_a_number_is_its_digits() {
        let text = |raw| Field(Some(raw)).owned("id").map_err(|reject| (reject.value, reject.reason));
        let own = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(text("1"), own("1"));
        assert_eq!(text("\" 1 \""), own("1"));
        assert_eq!(text("2.5"), own("2.5"));
        assert_eq!(text(r#""a\"b\u00e5""#), own("a\"bå"));
        assert_eq!(text("\"  \""), Ok(None));
        assert_eq!(text(r#""\ud800""#), Err((r"\ud800".to_owned(), "the text has an escape that is none".to_owned())));
        assert_eq!(text("{}"), Err(("{...}".to_owned(), "a text or a number is expected".to_owned())));
    }

    #[test]
    fn rates_are_percent_and_never_a_fraction() {
        let rate = |raw| Field(Some(raw)).percent_bp("vat").map_err(|reject| reject.value);
        for (raw, bp) in [("25", 2_500), ("25.5", 2_550), ("\"12\"", 1_200), ("0", 0), ("1", 100), ("25.00", 2_500)] {
            assert_eq!(rate(raw), Ok(Some(bp)), "{raw}");
        }
        for raw in ["0.2", "0.25", "8.875"] {
            assert_eq!(rate(raw), Ok(None), "{raw}");
        }
        for raw in ["-25", "10001", "\"25 %\"", "2e1"] {
            assert_eq!(rate(raw), Err(raw.trim_matches('"').to_owned()), "{raw}");
        }
    }

    #[test]
    fn lines_of_parts() {
        let document = "{\n \"a\":\n [1,\n2]\n}";
        let mut lines = Lines::new(document, 10);
        let part = |from: usize| document.get(from..).unwrap();
        for (from, line) in [(0, 10), (3, 11), (9, 12), (13, 13), (3, 11)] {
            assert_eq!(lines.of(part(from)), line, "{from}");
        }
        assert_eq!(lines.of("elsewhere"), 10);
    }

    #[test]
    fn a_list_is_no_object_and_a_key_stands_once() {
        #[derive(Debug, Default, serde::Deserialize)]
        #[serde(default)]
        struct Both<'a> {
            #[serde(borrow)]
            a: Field<'a>,
            b: List<'a>,
        }
        let read = |text: &'static str| {
            object::<Both<'_>>(text)
                .map(|both| (both.a.0, both.b.elements().to_vec()))
                .map_err(|error| (error.line, error.reason))
        };
        let error = |line, reason: &str| Err((line, reason.to_owned()));
        assert_eq!(read(" {\"b\": [ 1 , {\"c\":2}], \"a\": null}"), Ok((None, vec!["1", "{\"c\":2}"])));
        assert_eq!(read("{\"a\":1,\"z\":[[[[]]]],\"b\":null}"), Ok((Some("1"), vec![])));
        assert_eq!(read("[1,[2]]"), error(1, "an object stands here at the provider, in braces"));
        assert_eq!(read("{\"a\":1,\n\"a\":1}"), error(2, "the key `a` stands twice in one object"));
        assert_eq!(read("{\"b\":\"Kari\"}"), error(1, "a key has a value of another type than at the provider"));
        assert_eq!(read("{\"a\":1,\n\"b\":[1}"), error(2, "not well-formed JSON: expected `,` or `]` (column 7)"));
    }
}
