//! The profiles of a configuration file: what `[profiles.NAME]` may hold, checked as it is read, and errors that point
//! at the key.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::dialect::{
    AmountUnitName, DecimalSign, Delimiter, EncodingName, Format, GroupingName, QuoteName, RateUnitName, RowNumber,
};
use super::values::{Text, ZoneName, nearest};
use crate::ingest::field::{minor, quantity, vat_rate_bp};
use crate::ingest::profile::columns::pattern;
use crate::ingest::profile::{Grouping, Profile, Quote, Split};
use crate::model::currency::Currencies;
use crate::model::day::parse_stamp;
use crate::model::record::{Column, ColumnKind, Dataset};

/// A profile as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct ProfileTable {
    delimiter: Option<Spanned<Delimiter>>,
    quote: Option<Spanned<QuoteName>>,
    encoding: Option<Spanned<EncodingName>>,
    decimal: Option<DecimalSign>,
    grouping: Option<Spanned<GroupingName>>,
    amount_unit: Option<AmountUnitName>,
    vat_rate_unit: Option<RateUnitName>,
    date_format: Option<Format>,
    timezone: Option<ZoneName>,
    sheet: Option<Text>,
    header_row: Option<RowNumber>,
    #[serde(default)]
    columns: BTreeMap<Spanned<String>, Text>,
    #[serde(default)]
    constants: BTreeMap<Spanned<String>, Spanned<Text>>,
    #[serde(default)]
    values: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, String>>,
    #[serde(default)]
    split: Vec<SplitTable>,
    #[serde(default)]
    join: BTreeMap<Spanned<String>, Spanned<Vec<Text>>>,
    #[serde(default)]
    negate: Vec<Spanned<String>>,
    #[serde(default)]
    negate_kinds: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    #[serde(default)]
    only: BTreeMap<Text, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
struct SplitTable {
    column: Text,
    pattern: Spanned<String>,
}

/// What is wrong with a profile, and where.
#[derive(Debug)]
pub struct Wrong {
    /// The part of the file.
    pub span: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub help: Option<String>,
}

fn wrong<T>(at: &Spanned<T>, what: impl Into<String>) -> Wrong {
    Wrong { span: at.span(), what: what.into(), help: None }
}

impl Wrong {
    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// The canonical column of a name, of whatever dataset.
fn column(name: &str) -> Option<&'static Column> {
    Dataset::OF_FILES.into_iter().flat_map(Dataset::columns).find(|column| column.name == name)
}

fn known(name: &Spanned<String>, shown: &str) -> Result<&'static Column, Wrong> {
    column(shown).ok_or_else(|| {
        let names = Dataset::OF_FILES.into_iter().flat_map(Dataset::columns).map(|column| column.name);
        wrong(name, format!("no such canonical column: `{shown}`; the nearest is `{}`", nearest(shown, names)))
    })
}

impl ProfileTable {
    /// Refuses what no file could be read by, or what says two things at once.
    ///
    /// # Errors
    /// The first such thing.
    pub fn check(&self, currencies: &Currencies) -> Result<(), Wrong> {
        self.check_signs()?;
        for name in self.columns.keys().chain(self.constants.keys()).chain(self.values.keys()) {
            known(name, name.get_ref())?;
        }
        for (name, text) in &self.constants {
            check_constant(name.get_ref(), text, currencies)?;
        }
        for words in self.values.values() {
            check_words(words)?;
        }
        self.check_splits()?;
        self.check_joins()?;
        self.check_negate()
    }

    fn check_signs(&self) -> Result<(), Wrong> {
        if let (Some(decimal), Some(grouping)) = (self.decimal, &self.grouping) {
            let same = match grouping.get_ref().0 {
                Grouping::Dot => decimal.0 == '.',
                Grouping::Comma => decimal.0 == ',',
                Grouping::Space | Grouping::Apostrophe => false,
            };
            if same {
                let what = format!("`{}` cannot be the decimal sign and separate groups of digits", decimal.0);
                return Err(wrong(grouping, what));
            }
        }
        if let (Some(delimiter), Some(quote)) = (&self.delimiter, &self.quote)
            && quote.get_ref().0 == Quote::Byte(delimiter.get_ref().0)
        {
            return Err(wrong(quote, "the quote cannot be the delimiter"));
        }
        if self.sheet.is_some() {
            let of_text = [
                self.delimiter.as_ref().map(|at| (at.span(), "delimiter")),
                self.quote.as_ref().map(|at| (at.span(), "quote")),
                self.encoding.as_ref().map(|at| (at.span(), "encoding")),
            ];
            if let Some((span, key)) = of_text.into_iter().flatten().next() {
                let what = format!("a sheet of a workbook has no {key}");
                return Err(Wrong { span, what, help: Some(format!("leave out sheet or {key}")) });
            }
        }
        Ok(())
    }

    fn check_splits(&self) -> Result<(), Wrong> {
        let mut given: BTreeSet<&str> = self.columns.keys().map(|name| name.get_ref().as_str()).collect();
        let patterns: Vec<_> = self
            .split
            .iter()
            .map(|split| {
                let read = pattern(split.pattern.get_ref());
                Ok((split, read.map_err(|(what, help)| wrong(&split.pattern, what).help(help))?))
            })
            .collect::<Result<_, Wrong>>()?;
        for (split, pattern) in &patterns {
            for name in pattern.capture_names().flatten() {
                known(&split.pattern, name)?;
                if !given.insert(name) {
                    return Err(wrong(&split.pattern, format!("`{name}` is given twice, by this pattern and before")));
                }
            }
        }
        Ok(())
    }

    fn check_joins(&self) -> Result<(), Wrong> {
        for (name, parts) in &self.join {
            known(name, name.get_ref())?;
            let given = |names: &BTreeMap<Spanned<String>, Text>| names.keys().any(|known| known == name);
            let in_split = |split: &SplitTable| {
                pattern(split.pattern.get_ref())
                    .is_ok_and(|pattern| pattern.capture_names().flatten().any(|known| known == name.get_ref()))
            };
            if given(&self.columns) || self.split.iter().any(in_split) {
                return Err(wrong(name, format!("`{}` is given twice, here and in columns or split", name.get_ref())));
            }
            if parts.get_ref().len() < 2 {
                let what = format!("`{}` is put together from two columns or more", name.get_ref());
                return Err(wrong(parts, what).help("a single column stands in columns"));
            }
        }
        Ok(())
    }

    fn check_negate(&self) -> Result<(), Wrong> {
        let mut given = BTreeSet::new();
        for name in &self.negate {
            check_turned(name, &mut given)?;
        }
        let mut kinds = BTreeSet::new();
        for (kind, names) in &self.negate_kinds {
            if !kinds.insert(kind.get_ref().trim().to_lowercase()) {
                return Err(wrong(kind, format!("`{}` is given twice; letter case does not count", kind.get_ref())));
            }
            // An amount may be turned in rows of several kinds, but not twice in one row.
            let mut given = given.clone();
            for name in names {
                check_turned(name, &mut given)?;
            }
        }
        Ok(())
    }

    /// The profile.
    #[must_use]
    pub fn profile(&self, name: &str) -> Profile {
        let texts = |table: &BTreeMap<Spanned<String>, Text>| {
            table.iter().map(|(name, text)| (name.get_ref().clone(), text.0.clone())).collect()
        };
        let words = |words: &BTreeMap<Spanned<String>, String>| {
            words.iter().map(|(word, text)| (word.get_ref().clone(), text.trim().to_owned())).collect()
        };
        Profile {
            name: name.to_owned(),
            delimiter: self.delimiter.as_ref().map(|delimiter| delimiter.get_ref().0),
            quote: self.quote.as_ref().map(|quote| quote.get_ref().0),
            encoding: self.encoding.as_ref().map(|encoding| encoding.get_ref().0),
            decimal: self.decimal.map(|decimal| decimal.0),
            grouping: self.grouping.as_ref().map(|grouping| grouping.get_ref().0),
            amount_unit: self.amount_unit.map(|unit| unit.0),
            vat_rate_unit: self.vat_rate_unit.map(|unit| unit.0),
            date_format: self.date_format.as_ref().map(|format| format.0.clone()),
            timezone: self.timezone.map(|zone| zone.0.name().to_owned()),
            sheet: self.sheet.as_ref().map(|sheet| sheet.0.clone()),
            header_row: self.header_row.map(|row| row.0),
            columns: texts(&self.columns),
            constants: self
                .constants
                .iter()
                .map(|(name, text)| (name.get_ref().clone(), text.get_ref().0.clone()))
                .collect(),
            values: self.values.iter().map(|(name, table)| (name.get_ref().clone(), words(table))).collect(),
            split: self
                .split
                .iter()
                .map(|split| Split { column: split.column.0.clone(), pattern: split.pattern.get_ref().clone() })
                .collect(),
            join: self
                .join
                .iter()
                .map(|(name, parts)| {
                    (name.get_ref().clone(), parts.get_ref().iter().map(|part| part.0.clone()).collect())
                })
                .collect(),
            negate: self.negate.iter().map(|name| name.get_ref().clone()).collect(),
            negate_kinds: self
                .negate_kinds
                .iter()
                .map(|(kind, names)| {
                    (kind.get_ref().clone(), names.iter().map(|name| name.get_ref().clone()).collect())
                })
                .collect(),
            only: self.only.iter().map(|(name, words)| (name.0.clone(), words.clone())).collect(),
        }
    }
}

/// A column whose sign is turned is an amount, and is turned once.
fn check_turned<'n>(name: &'n Spanned<String>, given: &mut BTreeSet<&'n String>) -> Result<(), Wrong> {
    if known(name, name.get_ref())?.kind != ColumnKind::Minor {
        return Err(wrong(name, format!("`{}` is no amount, and has no sign to turn", name.get_ref())));
    }
    if !given.insert(name.get_ref()) {
        return Err(wrong(name, format!("`{}` is listed twice", name.get_ref())));
    }
    Ok(())
}

/// A constant is canonical text: every row would be rejected for one that is not.
fn check_constant(name: &str, text: &Spanned<Text>, currencies: &Currencies) -> Result<(), Wrong> {
    let bytes = text.get_ref().0.as_bytes();
    let checked = match column(name).map(|column| column.kind) {
        Some(ColumnKind::Minor) => minor(bytes).map(|_| ()),
        Some(ColumnKind::Rate) => vat_rate_bp(bytes).map(|_| ()),
        Some(ColumnKind::Quantity) => quantity(bytes).map(|_| ()),
        Some(ColumnKind::Currency) if currencies.find(bytes).is_none() => {
            Err(format!("no such currency: `{}`", text.get_ref().0))
        }
        Some(ColumnKind::Stamp) if parse_stamp(bytes).is_none() => {
            Err("a timestamp is RFC 3339, YYYY-MM-DD HH:MM:SS or YYYY-MM-DD, and a day that exists".to_owned())
        }
        _ => Ok(()),
    };
    checked.map_err(|what| wrong(text, what).help("a constant is written as in canonical files"))
}

/// Words are compared without case, so two that differ in case alone are one.
fn check_words(words: &BTreeMap<Spanned<String>, String>) -> Result<(), Wrong> {
    let mut given = BTreeSet::new();
    for word in words.keys() {
        if !given.insert(word.get_ref().trim().to_lowercase()) {
            return Err(wrong(word, format!("`{}` is given twice; letter case does not count", word.get_ref())));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
