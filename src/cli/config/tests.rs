//! What a configuration may hold, and what its errors say.

use super::*;
use crate::model::compact::KeyKind;
use crate::model::finding::Code;
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
             help: keys known here: retain_days, capture_days, settlement_days, capture_calendar, settlement_calendar, payout_days, payout_calendar, vat_tolerance, amount_tolerance, tolerance_budget",
        ),
        (
            "sources = 1",
            "c.toml:1:1: unknown key `sources`; the nearest known one is `source`\n 1 | sources = 1\n   | ^^^^^^^\n  \
             help: keys known here: out, state, timezone, provider, log_format, metrics, lang, fail_on, currencies, rules, providers, source, expect, profiles, journal, accounts, account_names, dimensions, periods, tariff, payouts",
        ),
        (
            "[providers.x]\nunique_refrence = true",
            "c.toml:2:1: unknown key `unique_refrence`; the nearest known one is `unique_reference`\n \
             2 | unique_refrence = true\n   | ^^^^^^^^^^^^^^^\n  help: keys known here: keys, unique_reference, reference_form, bank_names, acquirer_services",
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
            "[[source]]\npath = \"a\"\ndataset = \"banks\"",
            "c.toml:3:11: no such dataset: `banks`; the nearest is `bank`\n 3 | dataset = \"banks\"\n   |           ^^^^^^^",
        ),
        (
            "[rules]\ncapture_calendar = \"se\"",
            "c.toml:2:20: no calendar of bank holidays is known for `se`, only for SE, NO, DK, FI\n \
             2 | capture_calendar = \"se\"\n   |                    ^^^^",
        ),
        (
            "lang = \"no\"",
            "c.toml:1:8: no such language: `no`; the page is written in en, sv, nb, da, fi\n 1 | lang = \"no\"\n   |        ^^^^",
        ),
        (
            "log_format = \"xml\"",
            "c.toml:1:14: no such form of the log: `xml`; it is `text` or `json`\n 1 | log_format = \"xml\"\n   |              ^^^^^",
        ),
        (
            "out = \"r\"\nfail_on = \"unsetled\"",
            "c.toml:2:11: no such code: `unsetled`; the nearest is `unsettled`\n 2 | fail_on = \"unsetled\"\n   |           ^^^^^^^^^^",
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
        log_format = "json"
        lang = "nb"
        metrics = "prom/avstem.prom"
        fail_on = "settled-twice, 1.5XYZ"
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
    assert_eq!(config.log_format(), Some(LogFormat::Json));
    assert_eq!(config.lang(), Some(Lang::Nb));
    assert_eq!(config.metrics(), Some(Path::new("dir").join("prom/avstem.prom")));
    let fail_on =
        FailOn::These { codes: [Code::SettledTwice].into(), sizes_minor: BTreeMap::from([("XYZ".to_owned(), 1_500)]) };
    assert_eq!(settings.fail_on, fail_on);
    let stdin = Input {
        shown: "-".to_owned(),
        path: None,
        dataset: Some(Dataset::Captures),
        provider: Some("swedbank_pay".to_owned()),
        profile: None,
    };
    assert_eq!(config.inputs(false).map_err(|fault| fault.to_string())?, [stdin]);

    let silent = parse("")?.settings(NaiveDate::MIN);
    assert_eq!((silent.capture_days, silent.settlement_days, silent.vat_tolerance_minor), (7, 5, 1));
    assert_eq!((silent.zone.0, silent.default_provider.as_str()), (chrono_tz::Europe::Stockholm, "default"));
    Ok(())
}

#[test]
fn a_source_without_files_points_at_its_path() -> Result<(), String> {
    let config = parse("[[source]]\npath = \"nothing-*.csv\"")?;
    assert_eq!(
        config.inputs(false).map_err(|fault| fault.to_string()),
        Err("c.toml:2:8: nothing-*.csv: no file matches this glob\n 2 | path = \"nothing-*.csv\"\n   |        ^^^^^^^^^^^^^^^\n  \
             help: paths are relative to the configuration file"
            .to_owned())
    );
    Ok(())
}

/// The README shows every key; each must be one that is known.
#[test]
fn the_configuration_in_the_readme_is_read() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, section) = readme.split_once("\n## Configuration\n").unwrap();
    // A profile has either a sheet or a delimiter, as its line says.
    let lines = section.lines().take_while(|line| !line.starts_with('-')).filter_map(|line| line.strip_prefix("    "));
    let text: String = lines.filter(|line| !line.starts_with("sheet =")).map(|line| format!("{line}\n")).collect();
    assert!(text.contains("[[payouts]]"), "{text}");
    Config::checked("README.md", &text).map_err(|fault| fault.to_string()).unwrap();
}
