//! How the program is configured, and how that changes from night to night.

use chrono::{Days, NaiveDate};

use crate::rng::Rng;
use crate::story::ACQUIRER_SERVICE;

#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub tolerance: bool,
    pub captures: bool,
    pub tariff: bool,
    pub acquirer: bool,
    pub other_suspense: bool,
    pub closed_until: Option<NaiveDate>,
}

impl Settings {
    /// The settings of each night.
    pub fn over_nights(days: &[NaiveDate], acquirer: bool, rng: &mut Rng) -> Vec<Self> {
        let tolerance = rng.percent(60);
        let tariff_from = if rng.percent(40) { rng.below(days.len()) } else { days.len() };
        let captures_from = if rng.percent(25) { rng.below(days.len()) } else { 0 };
        let renamed_from = if rng.percent(15) { rng.below(days.len()) } else { days.len() };
        let closes = rng.percent(60);
        let mut closed_until: Option<NaiveDate> = None;
        let settings = days.iter().enumerate().map(|(at, day)| {
            if closes && rng.percent(50) {
                let until = *day - Days::new(1 + rng.below(10) as u64);
                closed_until = closed_until.max(Some(until));
            }
            Self {
                tolerance,
                captures: at >= captures_from,
                tariff: at >= tariff_from,
                acquirer,
                other_suspense: at >= renamed_from,
                closed_until,
            }
        });
        settings.collect()
    }

    pub fn suspense(&self) -> &'static str {
        if self.other_suspense { "2421" } else { "2999" }
    }

    pub fn toml(&self) -> String {
        let mut text = "timezone = \"Europe/Stockholm\"\n[journal]\ncompany = \"Shop AB\"\n".to_owned();
        text.push_str(&format!("captures = {}\n", self.captures));
        if self.tolerance {
            text.push_str("[rules]\namount_tolerance = { SEK = 2, NOK = 1 }\n");
        }
        if self.other_suspense {
            text.push_str("[accounts]\nsuspense = \"2421\"\n");
        }
        if let Some(day) = self.closed_until {
            text.push_str(&format!("[periods]\nclosed_until = {day}\n"));
        }
        text.push_str("[providers.default]\nbank_names = [\"Kassa Betal\"]\n");
        if self.acquirer {
            text.push_str(&format!("[providers.swedbank_pay]\nacquirer_services = [\"{ACQUIRER_SERVICE}\"]\n"));
        }
        if self.tariff {
            for currency in ["SEK", "EUR", "NOK"] {
                text.push_str(&format!(
                    "[[tariff]]\nprovider = \"swedbank_pay\"\ncurrency = \"{currency}\"\nfixed = 100\npercent = \
                     \"1.25\"\nvat = 25\n"
                ));
            }
        }
        text
    }
}
