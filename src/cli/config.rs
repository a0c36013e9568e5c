//! The configuration file of CLI.md: what it may hold, and errors that point at the key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use super::books::{Books, DimensionTable, JournalTable, PayoutEntry, Periods, TariffEntry};
use super::expectations::{self, Expectation};
use super::fail_on;
use super::fault::Fault;
use super::paths;
use super::profiles::ProfileTable;
use super::typed::LogFormat;
use super::values::{
    CountryCode, CurrencyCode, DatasetName, Decimals, FormName, KeyList, LangName, LogName, Text, Whole, ZoneName,
    nearest,
};
use crate::model::currency::Currencies;
use crate::model::day::Zone;
use crate::pipeline::plan::Input;
use crate::report::words::Lang;
use crate::rules::books::settings::BooksSettings;
use crate::rules::fail_on::FailOn;
use crate::rules::settings::{ProviderSettings, Settings};

/// A configuration file, read. The default is that of no file.
#[derive(Debug, Default)]
pub struct Config {
    shown: String,
    text: String,
    folder: PathBuf,
    file: File,
    fail_on: FailOn,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
struct File {
    out: Option<Text>,
    state: Option<Text>,
    timezone: Option<ZoneName>,
    provider: Option<Text>,
    log_format: Option<LogName>,
    metrics: Option<Text>,
    lang: Option<LangName>,
    fail_on: Option<Spanned<String>>,
    #[serde(default)]
    currencies: BTreeMap<CurrencyCode, Decimals>,
    #[serde(default)]
    rules: Rules,
    #[serde(default)]
    providers: BTreeMap<Text, Provider>,
    #[serde(default)]
    source: Vec<Source>,
    #[serde(default)]
    expect: Vec<Expectation>,
    #[serde(default)]
    profiles: BTreeMap<Text, ProfileTable>,
    journal: Option<JournalTable>,
    accounts: Option<BTreeMap<Spanned<String>, Spanned<String>>>,
    account_names: Option<BTreeMap<String, Text>>,
    dimensions: Option<BTreeMap<Text, DimensionTable>>,
    periods: Option<Periods>,
    #[serde(default)]
    tariff: Vec<TariffEntry>,
    #[serde(default)]
    payouts: Vec<PayoutEntry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
struct Rules {
    retain_days: Option<Whole>,
    capture_days: Option<Whole>,
    settlement_days: Option<Whole>,
    capture_calendar: Option<CountryCode>,
    settlement_calendar: Option<CountryCode>,
    payout_days: Option<Whole>,
    payout_calendar: Option<CountryCode>,
    vat_tolerance: Option<Whole>,
    #[serde(default)]
    amount_tolerance: BTreeMap<Spanned<String>, Whole>,
    #[serde(default)]
    tolerance_budget: BTreeMap<Spanned<String>, Whole>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
struct Provider {
    keys: Option<KeyList>,
    unique_reference: Option<bool>,
    reference_form: Option<FormName>,
    bank_names: Option<Vec<Text>>,
    #[serde(default)]
    acquirer_services: Vec<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
struct Source {
    path: Spanned<Text>,
    dataset: Option<DatasetName>,
    provider: Option<Text>,
    profile: Option<Spanned<Text>>,
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// It cannot be read, or does not hold what it may.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| Fault::new(format!("{shown}: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|_| Fault::new(format!("{shown}: the file is not UTF-8")))?;
        Self::parse(shown, text, path.parent().unwrap_or(Path::new("")))
    }

    /// Reads the text of a configuration file that was found at a path.
    ///
    /// # Errors
    /// It does not hold what it may.
    pub fn of_text(shown: &str, text: &str) -> Result<Self, Fault> {
        Self::parse(shown.to_owned(), text.to_owned(), Path::new(shown).parent().unwrap_or(Path::new("")))
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Checks a text that is to become a configuration file.
    ///
    /// # Errors
    /// It does not hold what it may.
    pub fn checked(shown: &str, text: &str) -> Result<(), Fault> {
        Self::parse(shown.to_owned(), text.to_owned(), Path::new("")).map(drop)
    }

    fn parse(shown: String, text: String, folder: &Path) -> Result<Self, Fault> {
        let file = toml::from_str(&text).map_err(|error| {
            let (what, help) = in_words(error.message());
            Fault { help, ..Fault::at(&shown, &text, error.span().unwrap_or(0..0), &what) }
        })?;
        let mut config = Self { shown, text, folder: folder.to_owned(), file, fail_on: FailOn::default() };
        config.fail_on = config.checked_fail_on()?;
        config.check_currencies()?;
        config.check_profiles()?;
        config.check_expectations()?;
        config.check_books()?;
        Ok(config)
    }

    /// Tolerances of currencies that nothing else knows would never apply.
    fn check_currencies(&self) -> Result<(), Fault> {
        let known = Currencies::new(&self.currencies());
        let rules = &self.file.rules;
        for code in rules.amount_tolerance.keys().chain(rules.tolerance_budget.keys()) {
            if known.find(code.get_ref().as_bytes()).is_none() {
                let what = format!("no such currency: `{}`", code.get_ref());
                let help =
                    "an ISO 4217 code in capitals, or one that `currencies` adds, such as currencies = { XYZ = 2 }";
                return Err(Fault::at(&self.shown, &self.text, code.span(), &what).help(help));
            }
        }
        Ok(())
    }

    /// Every profile can be used, and every one that a source names is there.
    fn check_profiles(&self) -> Result<(), Fault> {
        let known = Currencies::new(&self.currencies());
        for table in self.file.profiles.values() {
            table.check(&known).map_err(|wrong| Fault {
                help: wrong.help,
                ..Fault::at(&self.shown, &self.text, wrong.span, &wrong.what)
            })?;
        }
        for name in self.file.source.iter().filter_map(|source| source.profile.as_ref()) {
            if self.file.profiles.contains_key(name.get_ref()) {
                continue;
            }
            let typed = &name.get_ref().0;
            let names = self.file.profiles.keys().map(|known| known.0.as_str());
            let (what, help) = match nearest(typed, names) {
                "" => (
                    format!("no such profile: `{typed}`"),
                    format!("describe it in a table [profiles.{typed}]; `avstem init FILE` proposes one"),
                ),
                near => (
                    format!("no such profile: `{typed}`; the nearest is `{near}`"),
                    format!("describe it in a table [profiles.{typed}]"),
                ),
            };
            return Err(Fault::at(&self.shown, &self.text, name.span(), &what).help(help));
        }
        Ok(())
    }

    fn checked_fail_on(&self) -> Result<FailOn, Fault> {
        let Some(written) = &self.file.fail_on else { return Ok(FailOn::default()) };
        fail_on::parse(written.get_ref(), &Currencies::new(&self.currencies()))
            .map_err(|what| Fault::at(&self.shown, &self.text, written.span(), &what))
    }

    fn check_expectations(&self) -> Result<(), Fault> {
        expectations::check(&self.file.expect)
            .map_err(|wrong| Fault::at(&self.shown, &self.text, wrong.span, &wrong.what).help(wrong.help))
    }

    fn books_tables(&self) -> Books<'_> {
        let file = &self.file;
        Books {
            journal: file.journal.as_ref(),
            accounts: file.accounts.as_ref(),
            account_names: file.account_names.as_ref(),
            dimensions: file.dimensions.as_ref(),
            periods: file.periods.as_ref(),
            tariffs: &file.tariff,
            payouts: &file.payouts,
        }
    }

    fn check_books(&self) -> Result<(), Fault> {
        self.books_tables()
            .check(&Currencies::new(&self.currencies()))
            .map_err(|wrong| Fault::at(&self.shown, &self.text, wrong.span, &wrong.what).help(wrong.help))
    }

    /// What the books need to know.
    fn books(&self) -> BooksSettings {
        let rules = &self.file.rules;
        let mut books = self.books_tables().settings();
        books.payout_days = rules.payout_days.map_or(books.payout_days, |days| days.0);
        books.payout_calendar = rules.payout_calendar.map(|country| country.0);
        for (name, provider) in &self.file.providers {
            if let Some(names) = &provider.bank_names {
                books.bank_names.insert(name.0.clone(), names.iter().map(|name| name.0.clone()).collect());
            }
            let services = provider.acquirer_services.iter().map(|service| (name.0.clone(), service.0.clone()));
            books.acquirer_services.extend(services);
        }
        books.is_asked = !self.file.tariff.is_empty() || !books.payouts.is_empty() || self.file.journal.is_some();
        books
    }

    /// Where journals are kept until they are imported.
    #[must_use]
    pub fn journal_folder(&self) -> Option<PathBuf> {
        let folder = self.file.journal.as_ref().and_then(|journal| journal.folder.as_ref());
        folder.map(|folder| self.folder.join(&folder.0))
    }

    fn currencies(&self) -> BTreeMap<String, u32> {
        self.file.currencies.iter().map(|(code, decimals)| (code.0.clone(), decimals.0)).collect()
    }

    /// The zone of timestamps without one.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.file.timezone.map_or_else(Zone::default, |zone| Zone(zone.0))
    }

    /// For how many days after its last row a group stays in the state.
    #[must_use]
    pub fn retain_days(&self) -> Option<u64> {
        self.file.rules.retain_days.as_ref().and_then(|days| u64::try_from(days.0).ok())
    }

    /// Whether inputs are configured.
    #[must_use]
    pub fn has_sources(&self) -> bool {
        !self.file.source.is_empty()
    }

    /// The state of earlier nights.
    #[must_use]
    pub fn state(&self) -> Option<PathBuf> {
        self.file.state.as_ref().map(|state| self.folder.join(&state.0))
    }

    /// The folder of the report.
    #[must_use]
    pub fn out(&self) -> Option<PathBuf> {
        self.file.out.as_ref().map(|out| self.folder.join(&out.0))
    }

    /// The file of the metrics.
    #[must_use]
    pub fn metrics(&self) -> Option<PathBuf> {
        self.file.metrics.as_ref().map(|metrics| self.folder.join(&metrics.0))
    }

    /// The language of reports that people read.
    #[must_use]
    pub fn lang(&self) -> Option<Lang> {
        self.file.lang.map(|name| name.0)
    }

    /// The form of the log.
    #[must_use]
    pub fn log_format(&self) -> Option<LogFormat> {
        self.file.log_format.map(|name| name.0)
    }

    /// The settings, with the defaults where the file is silent.
    #[must_use]
    pub fn settings(&self, as_of: NaiveDate) -> Settings {
        let (defaults, rules) = (Settings::new(as_of), &self.file.rules);
        let by_currency = |table: &BTreeMap<Spanned<String>, Whole>| {
            table.iter().map(|(code, amount)| (code.get_ref().clone(), amount.0)).collect()
        };
        let provider = |ways: &Provider| ProviderSettings {
            keys: ways.keys.as_ref().map(|keys| keys.0.clone()),
            unique_reference: ways.unique_reference,
            reference_form: ways.reference_form.map(|form| form.0),
        };
        Settings {
            zone: self.zone(),
            capture_days: rules.capture_days.map_or(defaults.capture_days, |days| days.0),
            settlement_days: rules.settlement_days.map_or(defaults.settlement_days, |days| days.0),
            capture_calendar: rules.capture_calendar.map(|country| country.0),
            settlement_calendar: rules.settlement_calendar.map(|country| country.0),
            vat_tolerance_minor: rules.vat_tolerance.map_or(defaults.vat_tolerance_minor, |amount| amount.0),
            amount_tolerance_minor: by_currency(&rules.amount_tolerance),
            tolerance_budget_minor: by_currency(&rules.tolerance_budget),
            extra_currencies: self.currencies(),
            providers: self.file.providers.iter().map(|(name, ways)| (name.0.clone(), provider(ways))).collect(),
            fail_on: self.fail_on.clone(),
            expected: self.file.expect.iter().map(Expectation::expect).collect(),
            default_provider: self.file.provider.as_ref().map_or(defaults.default_provider, |name| name.0.clone()),
            books: self.books(),
            ..Settings::new(as_of)
        }
    }

    /// The files of the `[[source]]` entries.
    ///
    /// # Errors
    /// An entry means no file.
    pub fn inputs(&self, nightly: bool) -> Result<Vec<Input>, Fault> {
        let expand = if nightly { paths::expand_tonight } else { paths::expand };
        let profile = |(name, table): (&Text, &ProfileTable)| (name.clone(), Arc::new(table.profile(&name.0)));
        let profiles: BTreeMap<Text, _> = self.file.profiles.iter().map(profile).collect();
        let mut inputs = Vec::new();
        for source in &self.file.source {
            let typed = &source.path.get_ref().0;
            let input = |shown, path| Input {
                shown,
                path,
                dataset: source.dataset.map(|dataset| dataset.0),
                provider: source.provider.as_ref().map(|provider| provider.0.clone()),
                profile: source.profile.as_ref().and_then(|name| profiles.get(name.get_ref())).cloned(),
            };
            if typed == "-" {
                inputs.push(input(typed.clone(), None));
                continue;
            }
            let found = expand(Path::new(typed), &self.folder).map_err(|what| {
                let what = format!("{typed}: {what}");
                Fault::at(&self.shown, &self.text, source.path.span(), &what)
                    .help("paths are relative to the configuration file")
            })?;
            inputs.extend(found.into_iter().map(|file| input(file.shown, Some(file.path))));
        }
        Ok(inputs)
    }
}

/// The library's message in words for people, and what to do.
fn in_words(message: &str) -> (String, Option<String>) {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    if let (true, [key, known @ ..]) = (message.starts_with("unknown field"), quoted.as_slice()) {
        let nearest = nearest(key, known.iter().copied());
        return (
            format!("unknown key `{key}`; the nearest known one is `{nearest}`"),
            Some(format!("keys known here: {}", known.join(", "))),
        );
    }
    let what = message
        .replace("missing field", "missing key")
        .replace("invalid type: ", "wrong type: ")
        .replace("expected i64", "expected a whole number")
        .replace("as i128, expected", "is too large, expected")
        .replace("expected a sequence", "expected an array");
    let help = message.contains("map, expected a sequence").then(|| "write [[source]], in double brackets".to_owned());
    (what, help)
}

#[cfg(test)]
mod tests;
