//! The values that a configuration may hold, checked as they are read: what is out of range never leaves this file.

use chrono_tz::{TZ_VARIANTS, Tz};
use clap::ValueEnum as _;
use serde::Deserialize;

use super::typed::{self, LogFormat};
use crate::model::compact::KeyKind;
use crate::model::currency::Currencies;
use crate::model::record::Dataset;
use crate::model::reference::ReferenceForm;
use crate::report::words::Lang;
use crate::rules::calendar::Country;

/// Text that is not empty, trimmed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Text(pub String);

/// A whole number that is not negative: days, or minor units.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "i64")]
pub struct Whole(pub i64);

/// The name of a time zone.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct ZoneName(pub Tz);

/// A currency beyond ISO 4217.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct CurrencyCode(pub String);

/// How many decimals a currency has.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "i64")]
pub struct Decimals(pub u32);

/// A country whose bank holidays are known, by its ISO 3166 code.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct CountryCode(pub Country);

/// The name of a form of the log.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct LogName(pub LogFormat);

/// The tag of a language.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct LangName(pub Lang);

/// The name of a dataset.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct DatasetName(pub Dataset);

/// The name of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct KeyName(KeyKind);

/// Keys in the order in which they are tried, none twice.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Vec<KeyName>")]
pub struct KeyList(pub Vec<KeyKind>);

/// The name of a form of payee references.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct FormName(pub ReferenceForm);

impl TryFrom<String> for Text {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.trim() {
            "" => Err("the text is empty"),
            trimmed => Ok(Self(trimmed.to_owned())),
        }
    }
}

impl TryFrom<i64> for Whole {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        if number < 0 { Err(format!("must be 0 or more, not {number}")) } else { Ok(Self(number)) }
    }
}

impl TryFrom<String> for ZoneName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse().map(Self).map_err(|_| {
            // `Stockholm` means `Europe/Stockholm`, not the zone with the fewest letters changed.
            let names = TZ_VARIANTS.iter().map(|zone| zone.name());
            let near = names.flat_map(|full| [full, full.rsplit('/').next().unwrap_or(full)].map(|part| (part, full)));
            let nearest = near.min_by_key(|(part, _)| distance(part, &name)).map_or("", |(_, full)| full);
            format!("no such time zone: `{name}`; the nearest is `{nearest}`")
        })
    }
}

impl TryFrom<String> for CurrencyCode {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        let is_code = (3..=8).contains(&code.len())
            && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if !is_code {
            return Err(format!("`{code}` is no currency code: 3 to 8 capital letters or digits"));
        }
        if Currencies::default().find(code.as_bytes()).is_some() {
            return Err(format!("`{code}` is an active ISO 4217 currency, known with its decimals already"));
        }
        Ok(Self(code))
    }
}

impl TryFrom<i64> for Decimals {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        let decimals = u32::try_from(number).ok().filter(|decimals| *decimals <= 8);
        decimals.map(Self).ok_or_else(|| format!("a currency has 0 to 8 decimals, not {number}"))
    }
}

impl TryFrom<String> for CountryCode {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        let country = Country::ALL.into_iter().find(|country| country.code() == code);
        let known = Country::ALL.map(Country::code).join(", ");
        country.map(Self).ok_or_else(|| format!("no calendar of bank holidays is known for `{code}`, only for {known}"))
    }
}

impl TryFrom<String> for LogName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let format = LogFormat::from_str(&name, false).ok();
        format.map(Self).ok_or_else(|| format!("no such form of the log: `{name}`; it is `text` or `json`"))
    }
}

impl TryFrom<String> for LangName {
    type Error = String;

    fn try_from(tag: String) -> Result<Self, String> {
        typed::language(&tag).map(Self)
    }
}

impl TryFrom<String> for DatasetName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let nearest = nearest(&name, Dataset::OF_FILES.map(Dataset::name));
        Dataset::from_name(&name)
            .map(Self)
            .ok_or_else(|| format!("no such dataset: `{name}`; the nearest is `{nearest}`"))
    }
}

impl TryFrom<String> for KeyName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let nearest = nearest(&name, KeyKind::ALL.map(KeyKind::column));
        let kind = KeyKind::ALL.into_iter().find(|kind| kind.column() == name);
        kind.map(Self).ok_or_else(|| format!("no such key: `{name}`; the nearest is `{nearest}`"))
    }
}

impl TryFrom<String> for FormName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let nearest = nearest(&name, ReferenceForm::ALL.map(ReferenceForm::name));
        let form = ReferenceForm::ALL.into_iter().find(|form| form.name() == name);
        form.map(Self).ok_or_else(|| format!("no such form of references: `{name}`; the nearest is `{nearest}`"))
    }
}

impl TryFrom<Vec<KeyName>> for KeyList {
    type Error = String;

    fn try_from(names: Vec<KeyName>) -> Result<Self, String> {
        let mut kinds = Vec::new();
        for KeyName(kind) in names {
            if kinds.contains(&kind) {
                return Err(format!("`{}` is listed twice", kind.column()));
            }
            kinds.push(kind);
        }
        if kinds.is_empty() { Err("at least one key is needed".to_owned()) } else { Ok(Self(kinds)) }
    }
}

/// Letters to change to get from one name to the other, capitals aside.
fn distance(one: &str, other: &str) -> usize {
    strsim::osa_distance(&one.to_lowercase(), &other.to_lowercase())
}

/// The known name that is closest to one that is not known.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> &'a str {
    known.into_iter().min_by_key(|one| distance(one, name)).unwrap_or_default()
}
