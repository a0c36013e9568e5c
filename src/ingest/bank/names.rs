//! Which provider a bank's text names: the payer of a transfer writes its name in some form, and nothing else says who
//! paid.

use std::collections::BTreeMap;

/// Names that transfers of known providers carry, unless the configuration says otherwise.
const KNOWN: [(&str, &[&str]); 2] = [("dintero", &["dintero"]), ("swedbank_pay", &["swedbank pay", "payex"])];
/// A name that is longer, without its spaces, is found nowhere: no statement prints as many characters of a party.
const NAME_CHARS_MAX: usize = 140;

/// The texts by which transfers of providers are known (`[providers.NAME] bank_names`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankNames {
    /// Folded name and provider; sorted, each once.
    names: Vec<(String, String)>,
}

impl BankNames {
    /// The names of each provider as configured, in any letter case. A provider that is not named here keeps its known
    /// names: `swedbank_pay` is found as `swedbank pay` and `payex`, `dintero` as `dintero`. A name without a letter or
    /// digit is none.
    #[must_use]
    pub fn new(configured: BTreeMap<String, Vec<String>>) -> Self {
        let known = KNOWN.iter().filter(|(provider, _)| !configured.contains_key(*provider));
        let known = known.flat_map(|(provider, names)| names.iter().map(|name| (folded(name), (*provider).to_owned())));
        let given =
            configured.iter().flat_map(|(provider, names)| names.iter().map(|name| (folded(name), provider.clone())));
        let mut names: Vec<_> = known.chain(given).filter(|(name, _)| !name.is_empty()).collect();
        names.sort_unstable();
        names.dedup();
        Self { names }
    }

    /// The provider one of whose names stands in one of the texts as whole words; letter case and what stands between
    /// the words do not count, so `SWEDBANKPAY AB` and `Swedbank-Pay` name what `swedbank pay` does. `None` where none is
    /// named, and where two are: nothing says which of them paid.
    #[must_use]
    pub fn provider_of(&self, texts: &[impl AsRef<str>]) -> Option<&str> {
        let mut found: Option<&str> = None;
        for text in texts {
            let words = words(text.as_ref());
            for (name, provider) in &self.names {
                if found != Some(provider.as_str()) && stands_in(name, &words) {
                    if found.is_some() {
                        return None;
                    }
                    found = Some(provider);
                }
            }
        }
        found
    }
}

impl Default for BankNames {
    fn default() -> Self {
        Self::new(BTreeMap::new())
    }
}

fn folded(name: &str) -> String {
    words(name).concat()
}

/// Runs of letters and digits, in small letters.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Whether some words that follow each other make up a name.
fn stands_in(name: &str, words: &[String]) -> bool {
    name.chars().count() <= NAME_CHARS_MAX
        && (0..words.len()).any(|first| {
            let mut rest = name;
            for word in words.iter().skip(first) {
                match rest.strip_prefix(word.as_str()) {
                    Some("") => return true,
                    Some(left) => rest = left,
                    None => return false,
                }
            }
            false
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_named_by_whole_words() {
        let configured = BTreeMap::from([("klarna".to_owned(), vec!["Klarna Bank".to_owned(), " - ".to_owned()])]);
        let names = BankNames::new(configured);
        let cases: [(&[&str], Option<&str>); 14] = [
            (&["Swedbank Pay"], Some("swedbank_pay")),
            (&["SWEDBANK  PAY AB"], Some("swedbank_pay")),
            (&["SwedbankPay AB"], Some("swedbank_pay")),
            (&["utbetalning", "från PayEx/R1234-0001"], Some("swedbank_pay")),
            (&["Swedbank AB", "Pay"], None),
            (&["Payexpress"], None),
            (&["Bank of Dintero AS"], Some("dintero")),
            (&["dintero", "DINTERO"], Some("dintero")),
            (&["dintero", "payex"], None),
            (&["Dintero payex"], None),
            (&["klarna bank"], Some("klarna")),
            (&["klarna"], None),
            (&[""], None),
            (&[], None),
        ];
        for (texts, provider) in cases {
            assert_eq!(names.provider_of(texts), provider, "{texts:?}");
        }
    }

    #[test]
    fn configured_names_stand_for_the_known_ones() {
        let configured = BTreeMap::from([("dintero".to_owned(), vec!["ÅÄÖ Betaling".to_owned()])]);
        let names = BankNames::new(configured);
        assert_eq!(names.provider_of(&["Dintero"]), None);
        assert_eq!(names.provider_of(&["åäö betaling as"]), Some("dintero"));
        assert_eq!(BankNames::default().provider_of(&["payex"]), Some("swedbank_pay"));
        let shared = BTreeMap::from(["a", "b"].map(|provider| (provider.to_owned(), vec!["both".to_owned()])));
        assert_eq!(BankNames::new(shared).provider_of(&["both"]), None);
    }
}
