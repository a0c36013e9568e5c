//! Random days for comparing two implementations: small and adversarial, over tiny pools of ids.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::rng::Rng;
use super::{Dataset, InputFile, ProviderSettings, Settings, random_file, random_noise, random_story, random_tight};

/// A row that is not yet written: text by column, absent columns left out.
pub type Fields = BTreeMap<&'static str, String>;

/// The rows of a day.
pub type Day = BTreeMap<Dataset, Vec<Fields>>;

/// Providers; the empty one is what neither a column nor a source names.
pub const PROVIDERS: [&str; 3] = ["swedbank_pay", "dintero", ""];

/// The inputs and the configuration of a day. Even seeds tell a consistent story with a few faults, odd seeds are noise,
/// free (1, 5, 9, ..) or close to the borders of the rules (3, 7, 11, ..). About one noise day in a hundred has a file
/// without a required column, so that nothing is written (exit 2).
pub fn random_day(seed: u64) -> (Vec<InputFile>, Settings) {
    // The low bits of neighbouring seeds must not give neighbouring days.
    let mut rng = Rng::new(seed.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(1));
    let noise = seed % 2 == 1;
    let mut settings = settings(&mut rng);
    // A generator of its own, so that the days without calendars are those of before.
    count_business_days(&mut Rng::new(seed.wrapping_mul(0xA076_1D64_78BD_642F)), &mut settings);
    let clock = Clock::new(&mut rng, &settings);
    let day = match seed % 4 {
        1 => random_noise::day(&mut rng, &clock),
        3 => random_tight::day(&mut rng, &clock),
        _ => random_story::day(&mut rng, &clock),
    };
    let mut files = Vec::new();
    for (dataset, rows) in day {
        // A leg without input is a case of its own.
        if !rng.percent(2) {
            files.extend(random_file::files(&mut rng, dataset, rows, noise));
        }
    }
    rng.shuffle(&mut files);
    (files, settings)
}

/// Fields out of pairs; empty text is left out.
pub fn fields(pairs: &[(&'static str, &str)]) -> Fields {
    pairs.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (*name, text.to_string())).collect()
}

fn settings(rng: &mut Rng) -> Settings {
    let mut settings = Settings::default();
    // Two of these days have a change of the clock shortly before them.
    let (year, month, day) = rng.pick(&[(2024, 4, 3), (2024, 10, 30), (2025, 2, 10)]);
    settings.as_of = NaiveDate::from_ymd_opt(year, month, day).expect("a date that exists");
    if rng.percent(15) {
        settings.zone = rng.pick(&[Tz::UTC, Tz::America__New_York, Tz::Asia__Tokyo, Tz::Europe__London]);
    }
    if rng.percent(20) {
        settings.capture_days = rng.range(0, 9);
        settings.settlement_days = rng.range(0, 9);
        settings.vat_tolerance = rng.range(0, 4);
    }
    if rng.percent(35) {
        for currency in ["SEK", "EUR"] {
            settings.amount_tolerance.insert(currency.to_string(), rng.range(0, 3));
            if rng.percent(70) {
                settings.tolerance_budget.insert(currency.to_string(), rng.range(0, 6));
            }
        }
    }
    if rng.percent(20) {
        let mut keys: Vec<String> =
            ["operation_id", "transaction_number", "payee_reference", "transaction_id"].map(String::from).to_vec();
        rng.shuffle(&mut keys);
        keys.truncate(rng.range(1, 4) as usize);
        let changed = ProviderSettings {
            keys: rng.percent(60).then_some(keys),
            unique_reference: rng.percent(60).then(|| rng.percent(40)),
        };
        settings.providers.insert(rng.pick(&["swedbank_pay", "dintero", "default"]).to_string(), changed);
    }
    if rng.percent(10) {
        settings.default_provider = rng.pick(&["swedbank_pay", "dintero", "shop"]).to_string();
    }
    settings
}

/// On one day in four one or both windows count business days, mostly shortly after days on which banks are closed.
fn count_business_days(rng: &mut Rng, settings: &mut Settings) {
    if !rng.percent(25) {
        return;
    }
    // Easter, the last Store Bededag, Ascension, Whitsun and Constitution Day, Midsummer, the turn of the year.
    let days = [(2026, 4, 9), (2023, 5, 10), (2024, 5, 15), (2025, 6, 11), (2026, 6, 24), (2024, 12, 30), (2027, 1, 7)];
    if rng.percent(80) {
        let (year, month, day) = rng.pick(&days);
        settings.as_of = NaiveDate::from_ymd_opt(year, month, day).expect("a date that exists");
    }
    let countries = ["SE", "NO", "DK", "FI"];
    settings.capture_calendar = rng.percent(70).then(|| rng.pick(&countries).to_string());
    settings.settlement_calendar = rng.percent(70).then(|| rng.pick(&countries).to_string());
}

/// The few instants of a day, so that equal ones occur, and the ways to write them.
pub struct Clock {
    zone: Tz,
    instants: Vec<DateTime<Utc>>,
}

impl Clock {
    fn new(rng: &mut Rng, settings: &Settings) -> Clock {
        let times = [(0, 0, 0), (2, 30, 0), (9, 15, 30), (23, 45, 0)];
        let mut instants = Vec::new();
        for _ in 0..rng.range(4, 9) {
            let day = settings.as_of - Duration::days(rng.range(-1, 13));
            let (hour, minute, second) = rng.pick(&times);
            let time = NaiveTime::from_hms_opt(hour, minute, second).expect("a time that exists");
            let local = day.and_time(time);
            let instant = settings.zone.from_local_datetime(&local).latest().map(|t| t.with_timezone(&Utc));
            instants.push(instant.unwrap_or(local.and_utc()));
        }
        Clock { zone: settings.zone, instants }
    }

    /// One of the instants, in any spelling that the rules allow.
    pub fn text(&self, rng: &mut Rng) -> String {
        let instant = rng.pick(&self.instants);
        let fraction = rng.maybe(10, &[".5", ".000", ".123456"]);
        let local = instant.with_timezone(&self.zone).naive_local();
        match rng.below(6) {
            0 => format!("{}{fraction}Z", instant.naive_utc().format("%Y-%m-%dT%H:%M:%S")),
            1 => {
                format!("{}{fraction}", instant.with_timezone(&self.zone).format("%Y-%m-%dT%H:%M:%S"))
                    + &instant.with_timezone(&self.zone).format("%:z").to_string()
            }
            2 => {
                let shifted = instant.naive_utc() - Duration::minutes(210);
                format!("{}{fraction}-03:30", shifted.format("%Y-%m-%dT%H:%M:%S"))
            }
            3 => format!("{}{fraction}", local.format("%Y-%m-%d %H:%M:%S")),
            4 => format!("{}{fraction}", local.format("%Y-%m-%dT%H:%M:%S")),
            // A missing or a doubled hour, or a day alone.
            _ => {
                let gap = ["2024-03-31 02:30:00", "2024-10-27 02:30:00", "2024-10-27T02:30:00+01:00"];
                if rng.percent(30) { rng.pick(&gap).to_string() } else { local.format("%Y-%m-%d").to_string() }
            }
        }
    }

    /// One of the instants so many times in a hundred, else empty.
    pub fn maybe(&self, rng: &mut Rng, percent: usize) -> String {
        if rng.percent(percent) { self.text(rng) } else { String::new() }
    }
}
