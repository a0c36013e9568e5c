//! Texts and whole numbers out of documents, read from the characters that stand there: no number passes a float.

use std::borrow::Cow;

use super::json::{Node, Shape};
use crate::ingest::canonical::Reject;
use crate::ingest::field::shown;
use crate::model::text::Text;

/// Numbers of more characters than this are no amount and no id.
const LEN_MAX: usize = 64;

/// A reject of a value, shown as it is written.
#[must_use]
pub fn rejected(column: &str, value: &Node<'_>, reason: impl Into<String>) -> Reject {
    let written = match value.shape() {
        Shape::Object => "{...}",
        Shape::Array => "[...]",
        _ => value.raw(),
    };
    Reject { column: column.to_owned(), value: shown(written.as_bytes()), reason: reason.into() }
}

/// A reject of a value that is not there.
#[must_use]
pub fn missing(column: &str, reason: impl Into<String>) -> Reject {
    Reject { column: column.to_owned(), value: String::new(), reason: reason.into() }
}

/// A text, or a whole number as its digits, trimmed; `None` where it is absent, `null` or empty.
///
/// # Errors
/// It is something else.
pub fn id(column: &str, value: Option<Node<'_>>) -> Result<Option<Text>, Reject> {
    let Some(value) = value else { return Ok(None) };
    id_of(column, &value).map(|text| text.map(Text::from))
}

/// As [`id`], of a value that is there, where it stands as it is written.
///
/// # Errors
/// As [`id`].
pub fn id_of<'d>(column: &str, value: &Node<'d>) -> Result<Option<Cow<'d, str>>, Reject> {
    let text = match value.shape() {
        Shape::Null => return Ok(None),
        Shape::Text => value.text().unwrap_or_default(),
        Shape::Number if is_whole(value.raw()) => value.raw().into(),
        _ => return Err(rejected(column, value, "a text or a whole number must stand here")),
    };
    Ok(Some(trimmed(text)).filter(|text| !text.is_empty()))
}

/// A text without the white space around it.
pub(super) fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// A text, trimmed; `None` where it is absent, `null` or empty.
///
/// # Errors
/// It is something else.
pub fn text(column: &str, value: Option<Node<'_>>) -> Result<Option<Text>, Reject> {
    let Some(value) = value else { return Ok(None) };
    text_of(column, &value).map(|text| text.map(Text::from))
}

/// As [`text`], of a value that is there, where it stands as it is written.
///
/// # Errors
/// As [`text`].
pub fn text_of<'d>(column: &str, value: &Node<'d>) -> Result<Option<Cow<'d, str>>, Reject> {
    match value.shape() {
        Shape::Null => Ok(None),
        Shape::Text => Ok(Some(trimmed(value.text().unwrap_or_default())).filter(|text| !text.is_empty())),
        _ => Err(rejected(column, value, "a text must stand here")),
    }
}

fn is_whole(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    number.len() <= LEN_MAX && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The characters of a number, or of a text that holds one.
fn numeral<'d>(column: &str, value: &Node<'d>) -> Result<Option<Cow<'d, str>>, Reject> {
    match value.shape() {
        Shape::Null => Ok(None),
        Shape::Number => Ok(Some(value.raw().into())),
        Shape::Text => match value.text().unwrap_or_default() {
            text if text.trim().is_empty() => Ok(None),
            text => Ok(Some(trimmed(text))),
        },
        _ => Err(rejected(column, value, "a whole number of minor units must stand here")),
    }
}

const NOT_WHOLE: &str = "an amount is a whole number of minor units, without decimals or an exponent";
const TOO_LARGE: &str = "the amount does not fit 64 bits of minor units";

/// Minor units: a whole number, or a text that holds one; `None` where it is absent or `null`.
///
/// # Errors
/// It is something else: `1500.0` could be meant as major units.
pub fn minor(column: &str, value: Option<Node<'_>>) -> Result<Option<i64>, Reject> {
    let Some(value) = value else { return Ok(None) };
    let Some(numeral) = numeral(column, &value)? else { return Ok(None) };
    if !is_whole(&numeral) {
        return Err(rejected(column, &value, NOT_WHOLE));
    }
    numeral.parse().map(Some).map_err(|_| rejected(column, &value, TOO_LARGE))
}

/// Minor units as some writers of Dintero's plugins have them, who multiply by 100 in binary fractions: also a number
/// whose decimals are no more than a millionth away from a whole one, such as `65989.99999999999`.
///
/// # Errors
/// It is something else.
pub fn minor_near(column: &str, value: Option<Node<'_>>) -> Result<Option<i64>, Reject> {
    let Some(value) = value else { return Ok(None) };
    let Some(numeral) = numeral(column, &value)? else { return Ok(None) };
    if is_whole(&numeral) {
        return numeral.parse().map(Some).map_err(|_| rejected(column, &value, TOO_LARGE));
    }
    let not_whole = || rejected(column, &value, "an amount is a whole number of minor units, to a millionth");
    let (whole, fraction) = numeral.split_once('.').ok_or_else(not_whole)?;
    if !is_whole(whole)
        || !(1..=LEN_MAX).contains(&fraction.len())
        || !fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Err(not_whole());
    }
    // Six zeros, or six nines, behind the point: nearer than a millionth to the one below, or above, in size. Exactly
    // a millionth away is six digits 000001 or 999999.
    let six: String = fraction.chars().chain(std::iter::repeat('0')).take(6).collect();
    let rest_is_zero = fraction.bytes().skip(6).all(|byte| byte == b'0');
    let up = match six.as_str() {
        "000000" => false,
        "000001" if rest_is_zero => false,
        "999999" => true,
        _ => return Err(not_whole()),
    };
    let units: i64 = whole.parse().map_err(|_| rejected(column, &value, TOO_LARGE))?;
    let step = match (up, whole.starts_with('-')) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => -1,
    };
    units.checked_add(step).map(Some).ok_or_else(|| rejected(column, &value, TOO_LARGE))
}

/// A quantity as it is written, number or text; `None` where it is absent or `null`.
///
/// # Errors
/// It has more than four decimals, an exponent, or is no number.
pub fn quantity(column: &str, value: Option<Node<'_>>) -> Result<Option<Text>, Reject> {
    let Some(value) = value else { return Ok(None) };
    if !matches!(value.shape(), Shape::Null | Shape::Number | Shape::Text) {
        return Err(rejected(column, &value, "a number must stand here"));
    }
    let Some(numeral) = numeral(column, &value)? else { return Ok(None) };
    match crate::ingest::field::quantity(numeral.as_bytes()) {
        Ok(_) => Ok(Some(numeral.into())),
        Err(reason) => Err(rejected(column, &value, reason)),
    }
}

/// `true` or `false`; `None` where it is absent or `null`.
///
/// # Errors
/// It is something else.
pub fn boolean(column: &str, value: Option<Node<'_>>) -> Result<Option<bool>, Reject> {
    let Some(value) = value else { return Ok(None) };
    match (value.shape(), value.raw()) {
        (Shape::Null, _) => Ok(None),
        (Shape::Bool, word) => Ok(Some(word == "true")),
        _ => Err(rejected(column, &value, "true or false must stand here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::payload::json::Tape;

    /// Reads one value, written as JSON, by a reader.
    fn with<T>(json: &str, read: impl Fn(&str, Option<Node<'_>>) -> Result<T, Reject>) -> Result<T, String> {
        let tape = Tape::parse(json).unwrap();
        read("amount", Some(Node::root(json, &tape))).map_err(|reject| {
            assert_eq!(reject.column, "amount");
            format!("{}: {}", reject.value, reject.reason)
        })
    }

    #[test]
    fn amounts_are_whole_and_exact() {
        let good = [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("-1500", Some(-1500)),
            ("\" 1500 \"", Some(1500)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("null", None),
            ("\" \"", None),
        ];
        for (json, expected) in good {
            assert_eq!(with(json, minor), Ok(expected), "{json}");
            assert_eq!(with(json, minor_near), Ok(expected), "{json}");
        }
        let bad = [
            ("1500.0", NOT_WHOLE),
            ("1e3", NOT_WHOLE),
            ("\"1 500\"", NOT_WHOLE),
            ("\"+5\"", NOT_WHOLE),
            ("\"15,00\"", NOT_WHOLE),
            ("\"x\"", NOT_WHOLE),
            ("9223372036854775808", TOO_LARGE),
            ("true", "a whole number of minor units must stand here"),
            ("[1]", "a whole number of minor units must stand here"),
        ];
        for (json, reason) in bad {
            let problem = with(json, minor).unwrap_err();
            assert!(problem.ends_with(&format!(": {reason}")), "{json}: {problem}");
        }
        assert_eq!(minor("amount", None), Ok(None), "absent is not 0");
    }

    #[test]
    fn numbers_a_millionth_from_a_whole_one_are_taken_for_it() {
        let good = [
            ("1500.0", 1500),
            ("65989.99999999999", 65990),
            ("65990.00000000001", 65990),
            ("-65989.99999999999", -65990),
            ("-0.9999999", -1),
            ("0.000001", 0),
            ("0.999999", 1),
            ("\"12.0000000\"", 12),
            ("9223372036854775807.0", i64::MAX),
        ];
        for (json, expected) in good {
            assert_eq!(with(json, minor_near), Ok(Some(expected)), "{json}");
        }
        for json in ["1500.5", "0.0000011", "0.99999", "0.9999989", "1e3", "1.5e3", "\"1.\"", "\".5\"", "\"1.0.0\""] {
            let problem = with(json, minor_near).unwrap_err();
            assert!(
                problem.ends_with("an amount is a whole number of minor units, to a millionth"),
                "{json}: {problem}"
            );
        }
        for json in ["9223372036854775807.9999999", "-9223372036854775808.9999999", "9223372036854775808.0"] {
            assert!(with(json, minor_near).unwrap_err().ends_with(TOO_LARGE), "{json}");
        }
    }

    #[test]
    fn ids_are_texts_or_whole_numbers() {
        let long = "1".repeat(65);
        let good = [("\" AB 1 \"", Some("AB 1")), ("1", Some("1")), ("-7", Some("-7")), ("\"\"", None), ("null", None)];
        for (json, expected) in good {
            assert_eq!(with(json, id), Ok(expected.map(Text::from)), "{json}");
        }
        for json in ["1.0", "1e5", "true", "{}", &long] {
            assert!(with(json, id).unwrap_err().ends_with("a text or a whole number must stand here"), "{json}");
        }
        assert_eq!(with("5", text), Err("5: a text must stand here".to_owned()));
    }

    #[test]
    fn quantities_and_booleans_stand_as_written() {
        assert_eq!(with("351.3514", quantity), Ok(Some("351.3514".into())));
        assert_eq!(with("\"2.50\"", quantity), Ok(Some("2.50".into())));
        assert_eq!(with("null", quantity), Ok(None));
        assert_eq!(
            with("0.12345", quantity),
            Err("0.12345: a quantity is digits with an optional sign and at most 4 decimals after a point".to_owned())
        );
        assert_eq!(with("[]", quantity), Err("[...]: a number must stand here".to_owned()));
        assert_eq!((with("true", boolean), with("false", boolean)), (Ok(Some(true)), Ok(Some(false))));
        assert_eq!(with("\"true\"", boolean), Err("true: true or false must stand here".to_owned()));
    }
}
