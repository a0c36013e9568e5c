//! The configuration file of CLI.md: what it may hold, and errors that point at the key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use super::expectations::{self, Expectation};
use super::fault::Fault;
use super::paths;
use super::profiles::ProfileTable;
use super::values::{
    CountryCode, CurrencyCode, DatasetName, Decimals, FormName, KeyList, Text, Whole, ZoneName, nearest,
};
use crate::model::currency::Currencies;
use crate::model::day::Zone;
use crate::pipeline::plan::Input;
use crate::rules::settings::{ProviderSettings, Settings};

/// A configuration file, read. The default is that of no file.
#[derive(Debug, Default)]
pub struct Config {
    shown: String,
    text: String,
    folder: PathBuf,
    file: File,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
struct File {
    out: Option<Text>,
    state: Option<Text>,
    timezone: Option<ZoneName>,
    provider: Option<Text>,
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
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
struct Rules {
    capture_days: Option<Whole>,
    settlement_days: Option<Whole>,
    capture_calendar: Option<CountryCode>,
    settlement_calendar: Option<CountryCode>,
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
        let config = Self { shown, text, folder: folder.to_owned(), file };
        config.check_currencies()?;
        config.check_profiles()?;
        config.check_expectations()?;
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

    fn check_expectations(&self) -> Result<(), Fault> {
        expectations::check(&self.file.expect)
            .map_err(|wrong| Fault::at(&self.shown, &self.text, wrong.span, &wrong.what).help(wrong.help))
    }

    fn currencies(&self) -> BTreeMap<String, u32> {
        self.file.currencies.iter().map(|(code, decimals)| (code.0.clone(), decimals.0)).collect()
    }

    /// The zone of timestamps without one.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.file.timezone.map_or_else(Zone::default, |zone| Zone(zone.0))
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
            expected: self.file.expect.iter().map(Expectation::expect).collect(),
            default_provider: self.file.provider.as_ref().map_or(defaults.default_provider, |name| name.0.clone()),
            ..Settings::new(as_of)
        }
    }

    /// The files of the `[[source]]` entries.
    ///
    /// # Errors
    /// An entry means no file.
    pub fn inputs(&self) -> Result<Vec<Input>, Fault> {
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
            let found = paths::expand(Path::new(typed), &self.folder).map_err(|what| {
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
mod tests {
    use super::*;
    use crate::model::compact::KeyKind;
    use crate::model::record::Dataset;
    use crate::rules::calendar::Country;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse("c.toml".to_owned(), text.to_owned(), Path::new("dir")).map_err(|fault| fault.to_string())
    }

    #[test]
    fn errors_point_at_the_key_and_say_what_to_do() {
        let cases = [
            (
                "[rules]\ncapture_day = 7\n",
                "c.toml:2:1: unknown key `capture_day`; the nearest known one is `capture_days`\n \
                 2 | capture_day = 7\n   | ^^^^^^^^^^^\n  \
                 help: keys known here: capture_days, settlement_days, capture_calendar, settlement_calendar, vat_tolerance, amount_tolerance, tolerance_budget",
            ),
            (
                "sources = 1",
                "c.toml:1:1: unknown key `sources`; the nearest known one is `source`\n 1 | sources = 1\n   | ^^^^^^^\n  \
                 help: keys known here: out, timezone, provider, currencies, rules, providers, source, expect, profiles",
            ),
            (
                "[providers.x]\nunique_refrence = true",
                "c.toml:2:1: unknown key `unique_refrence`; the nearest known one is `unique_reference`\n \
                 2 | unique_refrence = true\n   | ^^^^^^^^^^^^^^^\n  help: keys known here: keys, unique_reference, reference_form",
            ),
            (
                "[[source]]\npath = \"a\"\nkind = \"csv\"",
                "c.toml:3:1: unknown key `kind`; the nearest known one is `path`\n 3 | kind = \"csv\"\n   | ^^^^\n  \
                 help: keys known here: path, dataset, provider, profile",
            ),
            (
                "[rules]\ncapture_days = -1",
                "c.toml:2:16: must be 0 or more, not -1\n 2 | capture_days = -1\n   |                ^^",
            ),
            (
                "rules.amount_tolerance = { SEK = -5 }",
                "c.toml:1:34: must be 0 or more, not -5\n 1 | rules.amount_tolerance = { SEK = -5 }\n   |                                  ^^",
            ),
            (
                "[rules]\ntolerance_budget = { SEK = 1, sek = 5 }",
                "c.toml:2:31: no such currency: `sek`\n 2 | tolerance_budget = { SEK = 1, sek = 5 }\n   |                               ^^^\n  \
                 help: an ISO 4217 code in capitals, or one that `currencies` adds, such as currencies = { XYZ = 2 }",
            ),
            (
                "[rules]\ncapture_days = \"7\"",
                "c.toml:2:16: wrong type: string \"7\", expected a whole number\n 2 | capture_days = \"7\"\n   |                ^^^",
            ),
            ("rules = 7", "c.toml:1:9: wrong type: integer `7`, expected a table\n 1 | rules = 7\n   |         ^"),
            (
                "[source]\npath = \"a\"",
                "c.toml:1:1: wrong type: map, expected an array\n 1 | [source]\n   | ^^^^^^^^\n  \
                 help: write [[source]], in double brackets",
            ),
            ("[[source]]\n", "c.toml:1:1: missing key `path`\n 1 | [[source]]\n   | ^^^^^^^^^^"),
            ("[[source]]\npath = \" \"", "c.toml:2:8: the text is empty\n 2 | path = \" \"\n   |        ^^^"),
            (
                "[[source]]\npath = \"a\"\nprofile = \"shop\"",
                "c.toml:3:11: no such profile: `shop`\n 3 | profile = \"shop\"\n   |           ^^^^^^\n  \
                 help: describe it in a table [profiles.shop]; `avstem init FILE` proposes one",
            ),
            (
                "[[source]]\npath = \"a\"\nprofile = \"shop\"\n[profiles.shops]",
                "c.toml:3:11: no such profile: `shop`; the nearest is `shops`\n 3 | profile = \"shop\"\n   |           ^^^^^^\n  \
                 help: describe it in a table [profiles.shop]",
            ),
            (
                "[[source]]\npath = \"a\"\ndataset = \"capture\"",
                "c.toml:3:11: no such dataset: `capture`; the nearest is `captures`\n \
                 3 | dataset = \"capture\"\n   |           ^^^^^^^^^",
            ),
            (
                "[[source]]\npath = \"a\"\ndataset = \"bank\"",
                "c.toml:3:11: bank statements are not read by this version\n 3 | dataset = \"bank\"\n   |           ^^^^^^",
            ),
            (
                "[rules]\ncapture_calendar = \"se\"",
                "c.toml:2:20: no calendar of bank holidays is known for `se`, only for SE, NO, DK, FI\n \
                 2 | capture_calendar = \"se\"\n   |                    ^^^^",
            ),
            (
                "timezone = \"Stockholm\"",
                "c.toml:1:12: no such time zone: `Stockholm`; the nearest is `Europe/Stockholm`\n \
                 1 | timezone = \"Stockholm\"\n   |            ^^^^^^^^^^^",
            ),
            (
                "timezone = \"europe/helsinky\"",
                "c.toml:1:12: no such time zone: `europe/helsinky`; the nearest is `Europe/Helsinki`\n \
                 1 | timezone = \"europe/helsinky\"\n   |            ^^^^^^^^^^^^^^^^^",
            ),
            (
                "[providers.x]\nkeys = [\"operation_id\", \"payee_ref\"]",
                "c.toml:2:8: no such key: `payee_ref`; the nearest is `payee_reference`\n \
                 2 | keys = [\"operation_id\", \"payee_ref\"]\n   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
            ),
            ("[providers.x]\nkeys = []", "c.toml:2:8: at least one key is needed\n 2 | keys = []\n   |        ^^"),
            (
                "[providers.x]\nkeys = [\"operation_id\", \"operation_id\"]",
                "c.toml:2:8: `operation_id` is listed twice\n \
                 2 | keys = [\"operation_id\", \"operation_id\"]\n   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
            ),
            (
                "currencies = { SEK = 3 }",
                "c.toml:1:16: `SEK` is an active ISO 4217 currency, known with its decimals already\n \
                 1 | currencies = { SEK = 3 }\n   |                ^^^",
            ),
            (
                "[currencies]\nxyz = 2",
                "c.toml:2:1: `xyz` is no currency code: 3 to 8 capital letters or digits\n 2 | xyz = 2\n   | ^^^",
            ),
            ("[currencies]\nXYZ = 9", "c.toml:2:7: a currency has 0 to 8 decimals, not 9\n 2 | XYZ = 9\n   |       ^"),
            ("out = \"a\"\nout = \"b\"", "c.toml:2:1: duplicate key\n 2 | out = \"b\"\n   | ^^^"),
            ("out = \"a", "c.toml:1:9: invalid basic string, expected `\"`\n 1 | out = \"a\n   |         ^"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).err().as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn the_example_of_the_contract_is_read() -> Result<(), String> {
        let text = r#"
            out = "reports"
            timezone = "Europe/Oslo"
            provider = "shop"
            currencies = { XYZ = 3 }
            [rules]
            capture_days = 8
            settlement_days = 6
            settlement_calendar = "NO"
            vat_tolerance = 0
            amount_tolerance = { SEK = 1, XYZ = 2 }
            tolerance_budget = { SEK = 100 }
            [providers.swedbank_pay]
            keys = ["payee_reference", "operation_id"]
            unique_reference = false
            [[source]]
            path = "-"
            dataset = "captures"
            provider = "swedbank_pay"
        "#;
        let config = parse(text)?;
        let settings = config.settings(NaiveDate::MIN);
        assert_eq!((settings.capture_days, settings.settlement_days, settings.vat_tolerance_minor), (8, 6, 0));
        assert_eq!((settings.capture_calendar, settings.settlement_calendar), (None, Some(Country::No)));
        assert_eq!((settings.zone.0, settings.default_provider.as_str()), (chrono_tz::Europe::Oslo, "shop"));
        assert_eq!(settings.amount_tolerance_minor, BTreeMap::from([("SEK".to_owned(), 1), ("XYZ".to_owned(), 2)]));
        assert_eq!(settings.tolerance_budget_minor, BTreeMap::from([("SEK".to_owned(), 100)]));
        assert_eq!(settings.extra_currencies, BTreeMap::from([("XYZ".to_owned(), 3)]));
        assert_eq!(settings.keys("swedbank_pay"), [KeyKind::PayeeReference, KeyKind::OperationId]);
        assert!(!settings.unique_reference("swedbank_pay"));
        assert_eq!(config.out(), Some(Path::new("dir").join("reports")));
        let stdin = Input {
            shown: "-".to_owned(),
            path: None,
            dataset: Some(Dataset::Captures),
            provider: Some("swedbank_pay".to_owned()),
            profile: None,
        };
        assert_eq!(config.inputs().map_err(|fault| fault.to_string())?, [stdin]);

        let silent = parse("")?.settings(NaiveDate::MIN);
        assert_eq!((silent.capture_days, silent.settlement_days, silent.vat_tolerance_minor), (7, 5, 1));
        assert_eq!((silent.zone.0, silent.default_provider.as_str()), (chrono_tz::Europe::Stockholm, "default"));
        Ok(())
    }

    #[test]
    fn a_source_without_files_points_at_its_path() -> Result<(), String> {
        let config = parse("[[source]]\npath = \"nothing-*.csv\"")?;
        assert_eq!(
            config.inputs().map_err(|fault| fault.to_string()),
            Err("c.toml:2:8: nothing-*.csv: no file matches this glob\n 2 | path = \"nothing-*.csv\"\n   |        ^^^^^^^^^^^^^^^\n  \
                 help: paths are relative to the configuration file"
                .to_owned())
        );
        Ok(())
    }
}
