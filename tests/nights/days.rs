//! The random days of the second implementation, dealt out to a few nights in any order.

use chrono::Duration;

use crate::night::{File, Night, Story};
use crate::reference::Settings;
use crate::reference::random_day::random_day;
use crate::reference::rng::Rng;

/// Two to six nights whose files together are one random day.
pub fn story(seed: u64) -> Story {
    let (files, settings) = random_day(seed);
    let mut rng = Rng::new(seed.wrapping_mul(0x9E6C_63D0_876A_3F6B).wrapping_add(7));
    let mut as_of = settings.as_of - Duration::days(rng.range(0, 12));
    let mut nights = Vec::new();
    for _ in 0..rng.range(2, 6) {
        nights.push(Night {
            as_of,
            files: Vec::new(),
            growing: rng.percent(25),
            again: rng.percent(20),
            settings: None,
        });
        as_of += Duration::days(rng.pick(&[0, 1, 1, 2, 5]));
    }
    for (number, file) in files.into_iter().enumerate() {
        let count = nights.len();
        let night = &mut nights[rng.below(count)];
        // The order of the paths is not the order in which they come.
        let path = format!("in/{:02}-{number:02}-{}.csv", rng.below(100), file.dataset.name());
        night.files.push(File { path, dataset: file.dataset.name(), provider: file.provider, bytes: file.bytes });
    }
    // Now and then everything is configured in another way from some night on; but a file keeps the provider that it was
    // given for.
    if rng.percent(20) {
        let (_, mut other) = random_day(rng.next() % 10_000);
        other.default_provider.clone_from(&settings.default_provider);
        let count = nights.len();
        nights[rng.below(count)].settings = Some(toml(&other));
    }
    // A state begins with something.
    let first = nights.iter().position(|night| !night.files.is_empty()).unwrap_or(0);
    Story { settings: toml(&settings), nights: nights.split_off(first) }
}

/// The settings of a day as a configuration.
fn toml(settings: &Settings) -> String {
    let amounts = |amounts: &std::collections::BTreeMap<String, i64>| {
        amounts.iter().map(|(code, amount)| format!("{code} = {amount}")).collect::<Vec<_>>().join(", ")
    };
    let mut text = format!(
        "timezone = \"{}\"\nprovider = \"{}\"\n\n[rules]\ncapture_days = {}\nsettlement_days = {}\nvat_tolerance = {}\n\
         amount_tolerance = {{ {} }}\ntolerance_budget = {{ {} }}\n",
        settings.zone,
        settings.default_provider,
        settings.capture_days,
        settings.settlement_days,
        settings.vat_tolerance,
        amounts(&settings.amount_tolerance),
        amounts(&settings.tolerance_budget),
    );
    for (name, provider) in &settings.providers {
        text.push_str(&format!("\n[providers.{name}]\n"));
        if let Some(keys) = &provider.keys {
            text.push_str(&format!("keys = {keys:?}\n"));
        }
        if let Some(unique) = provider.unique_reference {
            text.push_str(&format!("unique_reference = {unique}\n"));
        }
    }
    text
}
