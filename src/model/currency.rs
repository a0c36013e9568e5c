//! The currencies that a run knows: active ISO 4217 codes and those that the configuration adds.

use std::collections::{BTreeMap, HashMap};

use iso_currency::IntoEnumIterator;

/// A currency of one [`Currencies`] table; orders as its code does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(pub u16);

/// Codes that the library still lists but that ISO 4217 has withdrawn.
const WITHDRAWN: [&str; 4] = ["CUC", "HRK", "SLL", "ZWL"];

/// The table of known currencies, sorted by code.
#[derive(Debug)]
pub struct Currencies {
    entries: Vec<(String, u32)>,
    by_code: HashMap<Vec<u8>, Currency>,
}

impl Currencies {
    /// The active ISO 4217 codes, with those that the configuration adds (code and decimals).
    #[must_use]
    pub fn new(extra: &BTreeMap<String, u32>) -> Self {
        let mut exponents: BTreeMap<String, u32> = iso_currency::Currency::iter()
            .map(|currency| (currency.code().to_owned(), currency.exponent().map_or(0, u32::from)))
            .filter(|(code, _)| !WITHDRAWN.contains(&code.as_str()))
            .collect();
        exponents.extend(extra.iter().map(|(code, exponent)| (code.clone(), *exponent)));
        let entries: Vec<(String, u32)> = exponents.into_iter().collect();
        let by_code =
            entries.iter().zip(0_u16..).map(|((code, _), index)| (code.as_bytes().to_vec(), Currency(index))).collect();
        Self { entries, by_code }
    }

    /// The currency with this code, in capitals; `None` where there is none.
    #[must_use]
    pub fn find(&self, code: &[u8]) -> Option<Currency> {
        self.by_code.get(code).copied()
    }

    /// The code, such as `SEK`.
    #[must_use]
    pub fn code(&self, currency: Currency) -> &str {
        self.entries.get(usize::from(currency.0)).map_or("", |(code, _)| code)
    }

    /// How many decimals the major unit has (ISO 4217 exponent): 2 for SEK, 0 for ISK.
    #[must_use]
    pub fn exponent(&self, currency: Currency) -> u32 {
        self.entries.get(usize::from(currency.0)).map_or(0, |(_, exponent)| *exponent)
    }
}

impl Default for Currencies {
    fn default() -> Self {
        Self::new(&BTreeMap::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_active_codes_and_their_decimals() {
        let table = Currencies::new(&BTreeMap::from([("PTS".to_owned(), 1)]));
        for (code, exponent) in
            [("SEK", 2), ("NOK", 2), ("DKK", 2), ("EUR", 2), ("ISK", 0), ("JPY", 0), ("KWD", 3), ("PTS", 1)]
        {
            let currency = table.find(code.as_bytes()).unwrap_or_else(|| panic!("{code} is known"));
            assert_eq!((table.code(currency), table.exponent(currency)), (code, exponent));
        }
        for code in ["sek", "HRK", "SE", "", "XYZ", "SLL"] {
            assert_eq!(table.find(code.as_bytes()), None, "{code}");
        }
        assert!(table.find(b"EUR") < table.find(b"SEK"));
    }
}
