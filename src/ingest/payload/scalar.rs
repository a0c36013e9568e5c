//! Texts and whole numbers out of documents, read from the characters that stand there: no number passes a float.

use super::json::{Node, Shape};
use crate::ingest::canonical::Reject;
use crate::ingest::field::shown;

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

/// A text, or a whole number as its digits, trimmed; `None` where it is absent, `null` or empty.
///
/// # Errors
/// It is something else.
pub fn id(column: &str, value: Option<Node<'_>>) -> Result<Option<String>, Reject> {
    let Some(value) = value else { return Ok(None) };
    let text = match value.shape() {
        Shape::Null => return Ok(None),
        Shape::Text => value.text().unwrap_or_default(),
        Shape::Number if is_whole(value.raw()) => value.raw().into(),
        _ => return Err(rejected(column, &value, "a text or a whole number must stand here")),
    };
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// A text, trimmed; `None` where it is absent, `null` or empty.
///
/// # Errors
/// It is something else.
pub fn text(column: &str, value: Option<Node<'_>>) -> Result<Option<String>, Reject> {
    let Some(value) = value else { return Ok(None) };
    match value.shape() {
        Shape::Null => Ok(None),
        Shape::Text => {
            let text = value.text().unwrap_or_default();
            Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
        }
        _ => Err(rejected(column, &value, "a text must stand here")),
    }
}

fn is_whole(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    number.len() <= LEN_MAX && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The characters of a number, or of a text that holds one.
fn numeral<'d>(column: &str, value: &Node<'d>) -> Result<Option<std::borrow::Cow<'d, str>>, Reject> {
    match value.shape() {
        Shape::Null => Ok(None),
        Shape::Number => Ok(Some(value.raw().into())),
        Shape::Text => match value.text().unwrap_or_default() {
            text if text.trim().is_empty() => Ok(None),
            text => Ok(Some(text.trim().to_owned().into())),
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
    if !is_whole(whole) || fraction.len() > LEN_MAX || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
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
pub fn quantity(column: &str, value: Option<Node<'_>>) -> Result<Option<String>, Reject> {
    let Some(value) = value else { return Ok(None) };
    if !matches!(value.shape(), Shape::Null | Shape::Number | Shape::Text) {
        return Err(rejected(column, &value, "a number must stand here"));
    }
    let Some(numeral) = numeral(column, &value)? else { return Ok(None) };
    match crate::ingest::field::quantity(numeral.as_bytes()) {
        Ok(_) => Ok(Some(numeral.into_owned())),
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
