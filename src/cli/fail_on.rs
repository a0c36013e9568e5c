//! `--fail-on CODES|AMOUNT` and `fail_on` of the configuration, as text: a list of codes and amounts.

use std::collections::{BTreeMap, BTreeSet};

use super::values::nearest;
use crate::model::currency::Currencies;
use crate::model::finding::Code;
use crate::rules::fail_on::FailOn;

/// Reads the list: `any`, `none`, or codes and amounts such as `settled-twice,10000SEK`, separated by commas. Amounts are
/// in major units with a decimal point.
///
/// # Errors
/// What is wrong, and what may stand there.
pub fn parse(text: &str, currencies: &Currencies) -> Result<FailOn, String> {
    let items: Vec<&str> = text.split(',').map(str::trim).collect();
    match items.as_slice() {
        ["any"] => return Ok(FailOn::Any),
        ["none"] => return Ok(FailOn::These { codes: BTreeSet::new(), sizes_minor: BTreeMap::new() }),
        _ => {}
    }
    let (mut codes, mut sizes_minor) = (BTreeSet::new(), BTreeMap::new());
    for item in items {
        match item {
            "" => {
                return Err("an item is empty: write codes and amounts with commas between, `any` or `none`".to_owned());
            }
            "any" | "none" => return Err(format!("`{item}` stands alone")),
            amount if amount.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) => {
                let (currency, size_minor) = size(amount, currencies)?;
                if sizes_minor.insert(currency.to_owned(), size_minor).is_some() {
                    return Err(format!("two amounts in {currency}"));
                }
            }
            name => drop(codes.insert(code(name)?)),
        }
    }
    Ok(FailOn::These { codes, sizes_minor })
}

fn code(name: &str) -> Result<Code, String> {
    let known = Code::ALL.iter().find(|code| code.name() == name).copied();
    known.ok_or_else(|| {
        let nearest = nearest(name, Code::ALL.iter().map(|code| code.name()));
        format!("no such code: `{name}`; the nearest is `{nearest}`")
    })
}

/// `10000SEK`, `99.50 EUR`: a currency and an amount in its minor units, more than 0.
fn size<'a>(text: &'a str, currencies: &Currencies) -> Result<(&'a str, i128), String> {
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, currency) = text.split_at(digits);
    let currency = currency.trim_start();
    let wrong = || format!("`{text}` is no amount: write digits and a currency, such as 10000SEK or 99.50EUR");
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(part) || currency.is_empty() {
        return Err(wrong());
    }
    let known = currencies.find(currency.as_bytes()).ok_or_else(|| format!("no such currency: `{currency}`"))?;
    let exponent = usize::try_from(currencies.exponent(known)).map_err(|_| wrong())?;
    let part = part.trim_end_matches('0');
    if part.len() > exponent {
        return Err(format!("`{text}` has more decimals than {currency}, which has {exponent}"));
    }
    match format!("{whole}{part:0<exponent$}").parse::<i128>() {
        Ok(0) => Err(format!("`{text}` is always reached; name the codes that matter, or `any`")),
        Ok(size_minor) => Ok((currency, size_minor)),
        Err(_) => Err(format!("`{text}` is too large")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_amounts_are_read() {
        let currencies = Currencies::new(&BTreeMap::from([("PTS3".to_owned(), 3)]));
        let these = |codes: &[Code], sizes: &[(&str, i128)]| {
            let sizes_minor = sizes.iter().map(|(currency, size)| ((*currency).to_owned(), *size)).collect();
            Ok(FailOn::These { codes: codes.iter().copied().collect(), sizes_minor })
        };
        let wrong = |text: &str| Err(text.to_owned());
        let cases = [
            ("any", Ok(FailOn::Any)),
            (" none ", these(&[], &[])),
            ("settled-twice", these(&[Code::SettledTwice], &[])),
            ("settled-twice, file-gap,10000SEK", these(&[Code::SettledTwice, Code::FileGap], &[("SEK", 1_000_000)])),
            ("0.5 EUR,100 ISK,1.25PTS3,7.00JPY", these(&[], &[("EUR", 50), ("ISK", 100), ("PTS3", 1_250), ("JPY", 7)])),
            ("", wrong("an item is empty: write codes and amounts with commas between, `any` or `none`")),
            ("unsettled,", wrong("an item is empty: write codes and amounts with commas between, `any` or `none`")),
            ("none,unsettled", wrong("`none` stands alone")),
            ("setled-twice", wrong("no such code: `setled-twice`; the nearest is `settled-twice`")),
            ("-5SEK", wrong("`-5SEK` is no amount: write digits and a currency, such as 10000SEK or 99.50EUR")),
            ("5", wrong("`5` is no amount: write digits and a currency, such as 10000SEK or 99.50EUR")),
            ("5.SEK", wrong("`5.SEK` is no amount: write digits and a currency, such as 10000SEK or 99.50EUR")),
            ("5.0.0SEK", wrong("`5.0.0SEK` is no amount: write digits and a currency, such as 10000SEK or 99.50EUR")),
            ("5 sek", wrong("no such currency: `sek`")),
            ("0.00SEK", wrong("`0.00SEK` is always reached; name the codes that matter, or `any`")),
            ("1.001SEK", wrong("`1.001SEK` has more decimals than SEK, which has 2")),
            ("1.5JPY", wrong("`1.5JPY` has more decimals than JPY, which has 0")),
            ("1SEK,2SEK", wrong("two amounts in SEK")),
            (
                "9999999999999999999999999999999999999999SEK",
                wrong("`9999999999999999999999999999999999999999SEK` is too large"),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text, &currencies), expected, "{text}");
        }
    }
}
