//! Words of a bank's texts that may be the reference of a payout.
//!
//! A word is taken only where [`reference_key`] makes something of it, so words without a digit, which names are, never
//! are. Left out too are what holds an `@`, what may be the number of a card (13 to 19 digits with a right check digit,
//! also in groups), and numbers of accounts (IBAN). Two words that stand beside each other are never joined.

use crate::model::bank::{REFERENCES_MAX, reference_key};

/// A longer word is no reference; banks print at most 35 characters of one.
const KEY_CHARS_MAX: usize = 70;
/// What separates the parts of a word; the word as a whole is taken too.
const SEPARATORS: [char; 17] = [':', ';', ',', '=', '/', '(', ')', '[', ']', '"', '\'', '+', '?', '<', '>', '|', '*'];

/// References under collection, each once; the first [`REFERENCES_MAX`] are kept.
#[derive(Debug, Clone, Default)]
pub struct References {
    keys: Vec<String>,
    cut: bool,
}

impl References {
    /// Takes a field that is a reference: as a whole, whatever spaces it holds, and its words.
    pub fn id(&mut self, text: &str) {
        if text.chars().any(char::is_whitespace) && text.len() <= 4 * KEY_CHARS_MAX && !text.contains('@') {
            self.candidate(text);
        }
        self.words(text);
    }

    /// Takes the words of a free text.
    pub fn words(&mut self, text: &str) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut of_cards = vec![false; words.len()];
        mark_cards(&words, &mut of_cards);
        for (word, of_card) in words.into_iter().zip(of_cards) {
            if !of_card && !word.contains('@') {
                self.word(word);
            }
        }
    }

    /// Takes what others have taken.
    pub fn extend(&mut self, other: &Self) {
        self.cut |= other.cut;
        other.keys.iter().for_each(|key| self.push(key.clone()));
    }

    /// How many bytes the keys take.
    pub fn bytes(&self) -> usize {
        self.keys.iter().map(String::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether there were more than are kept.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// The keys, sorted.
    pub fn into_keys(mut self) -> Vec<String> {
        self.keys.sort_unstable();
        self.keys
    }

    fn word(&mut self, word: &str) {
        let parts = || word.split(SEPARATORS).filter(|part| part.len() < word.len());
        if holds_card(word) && !parts().any(holds_card) && !is_creditor_reference(word) {
            // The number stands across its parts.
            return;
        }
        self.candidate(word);
        parts().for_each(|part| self.candidate(part));
    }

    fn candidate(&mut self, text: &str) {
        let Some(key) = reference_key(text).filter(|key| key.chars().count() <= KEY_CHARS_MAX) else { return };
        if is_creditor_reference(&key) || !(has_check_digits(&key) || holds_card(&key)) {
            self.push(key);
        }
    }

    fn push(&mut self, key: String) {
        if self.keys.contains(&key) {
            return;
        }
        if self.keys.len() == REFERENCES_MAX {
            self.cut = true;
        } else {
            self.keys.push(key);
        }
    }
}

/// The bank's own id of an entry, as it is shown to people; empty where the text is too long to be one, has control
/// characters, or may be an address or the number of a card.
pub fn own_id(text: &str) -> String {
    let text = text.trim();
    let is_id = text.chars().count() <= KEY_CHARS_MAX
        && !text.contains(|c: char| c == '@' || c.is_control())
        && !holds_card(text);
    if is_id { text.to_owned() } else { String::new() }
}

/// Whether digits have the length and the check digit (Luhn's) of a card number.
fn is_card(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit.wrapping_sub(b'0'));
            if place % 2 == 0 { value } else { 2 * value / 10 + 2 * value % 10 }
        })
        .sum();
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10)
}

/// Whether a run of digits in a text, seen without what is neither letter nor digit, may be the number of a card.
fn holds_card(text: &str) -> bool {
    let key: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    key.split(|c: char| !c.is_ascii_digit()).any(|digits| is_card(digits.as_bytes()))
}

/// Marks words of digits that make up the number of a card together, as `4111 1111 1111 1111` does.
fn mark_cards(words: &[&str], of_cards: &mut [bool]) {
    const DIGITS_MAX: usize = 19;
    for first in 0..words.len() {
        let mut digits = Vec::new();
        for (place, word) in words.iter().enumerate().skip(first) {
            let before = digits.len();
            digits.extend(word.bytes().filter(u8::is_ascii_digit));
            let is_group = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') && digits.len() > before;
            if !is_group || digits.len() > DIGITS_MAX {
                break;
            }
            if is_card(&digits) {
                of_cards.iter_mut().take(place + 1).skip(first).for_each(|mark| *mark = true);
            }
        }
    }
}

/// Whether a word is a creditor reference (ISO 11649), which begins with `RF` and else looks like the number of an
/// account.
fn is_creditor_reference(word: &str) -> bool {
    word.starts_with("RF") && has_check_digits(word)
}

/// Whether a key is built as the number of an account is (ISO 13616: letters as numbers, rest 1 of 97).
fn has_check_digits(key: &str) -> bool {
    let bytes = key.as_bytes();
    let (Some(country), Some(check)) = (bytes.get(..2), bytes.get(2..4)) else { return false };
    if !(15..=34).contains(&bytes.len())
        || !bytes.iter().all(u8::is_ascii_alphanumeric)
        || !country.iter().all(u8::is_ascii_uppercase)
        || !check.iter().all(u8::is_ascii_digit)
    {
        return false;
    }
    let turned = bytes.iter().skip(4).chain(bytes.iter().take(4));
    let rest = turned.fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter.wrapping_sub(b'A')) + 10) % 97,
    });
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_may_be_references() {
        let cases: [(&str, &[&str]); 15] = [
            ("Utbetalning R1234-0001", &["R12340001"]),
            ("EREF+R1234-0001", &["EREFR12340001", "R12340001"]),
            ("/REMI/r1234-0001/2026", &["2026", "R12340001", "REMIR123400012026"]),
            ("Ref:R1234-0001,", &["R12340001", "REFR12340001"]),
            ("R1234 0001", &["0001", "R1234"]),
            ("NOTPROVIDED Anna Andersson", &[]),
            ("anna1990@example.com", &[]),
            ("4111111111111111", &[]),
            ("4111-1111-1111-1111", &[]),
            ("X4111111111111111", &[]),
            ("card 4111 1111 1111 1111 paid1234", &["PAID1234"]),
            ("4111/1111/1111/1111", &[]),
            ("4111111111111112", &["4111111111111112"]),
            ("SE3550000000054910000003", &[]),
            ("RF18539007547034", &["RF18539007547034"]),
        ];
        for (text, keys) in cases {
            let mut references = References::default();
            references.words(text);
            assert_eq!(references.into_keys(), keys, "{text}");
        }
    }

    #[test]
    fn a_field_that_is_a_reference_is_one_with_its_spaces() {
        let mut references = References::default();
        references.id("R1234 0001");
        assert_eq!(references.into_keys(), ["0001", "R1234", "R12340001"]);
        let mut card = References::default();
        card.id("4111 1111 1111 1111");
        card.id("a1b2 c@d.se");
        assert_eq!(card.into_keys(), ["A1B2"]);
    }

    #[test]
    fn ids_of_the_bank_are_shown_as_they_stand() {
        let long = "1".repeat(KEY_CHARS_MAX + 1);
        let cases = [
            (" SVC-77/2 ", "SVC-77/2"),
            ("", ""),
            ("4111 1111 1111 1111", ""),
            ("a1@b.se", ""),
            ("\0", ""),
            (&long, ""),
        ];
        for (text, id) in cases {
            assert_eq!(own_id(text), id, "{text}");
        }
    }

    #[test]
    fn the_first_references_are_kept() {
        let text: Vec<String> = (1000..1100).map(|number| format!("R{number}")).collect();
        let mut references = References::default();
        references.words(&text.join(" "));
        assert!(references.is_cut());
        let keys = references.into_keys();
        assert_eq!((keys.len(), keys.first().map(String::as_str)), (REFERENCES_MAX, Some("R1000")));
        let mut long = References::default();
        long.words(&"1".repeat(KEY_CHARS_MAX + 1));
        assert_eq!(long.into_keys(), [""; 0]);
    }
}
