//! Texts as a format can hold them: characters that it lacks, or that mean something to it, are spelled with others.
//!
//! Nothing becomes `?`, and nothing is replaced silently: what was written otherwise is noted. The order for a character
//! is: spaces of all kinds are one space, what has no shape is left out, what the format takes stays, what has a spelling
//! in the table gets it, any other letter is `x`, and the rest is the stand-in of the format or left out.

use std::collections::BTreeSet;

/// Which characters a format takes.
#[derive(Clone, Copy)]
pub(super) struct Letters {
    /// It takes this one, which is neither a space nor without a shape.
    pub takes: fn(char) -> bool,
    /// What stands for a sign that has no spelling; `None` leaves it out.
    pub stand_in: Option<char>,
}

/// Texts that were written otherwise.
#[derive(Debug, Default)]
pub(super) struct Notes(BTreeSet<String>);

/// So many characters of a text are shown in a note.
const SHOWN_MAX: usize = 200;
/// A spelling may itself have to be spelled, so often at most: `ø` is `ö` and then `o`.
const DEPTH_MAX: usize = 4;

impl Notes {
    /// Compares a text with what was written for it.
    pub fn compare(&mut self, given: &str, written: &str) {
        if given != written {
            let given: String = given.chars().take(SHOWN_MAX).collect();
            self.0.insert(format!("{given:?} is written {written:?}"));
        }
    }

    /// All of them, sorted.
    pub fn into_list(self) -> Vec<String> {
        self.0.into_iter().collect()
    }
}

impl Letters {
    /// A text in these letters on one line, without spaces at its ends and with single ones in it.
    pub fn spell(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut letters = text.chars().peekable();
        while let Some(mut letter) = letters.next() {
            while let Some(whole) = letters.peek().and_then(|mark| composed(letter, *mark)) {
                letter = whole;
                letters.next();
            }
            self.push(letter, &mut out, 0);
        }
        let mut line = String::with_capacity(out.len());
        for word in out.split(' ').filter(|word| !word.is_empty()) {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        line
    }

    /// [`Letters::spell`], noted where it differs.
    pub fn noted(self, text: &str, notes: &mut Notes) -> String {
        let written = self.spell(text);
        notes.compare(text, &written);
        written
    }

    fn push(self, letter: char, out: &mut String, depth: usize) {
        if letter.is_whitespace() {
            out.push(' ');
        } else if is_shapeless(letter) {
            // Left out.
        } else if (self.takes)(letter) {
            out.push(letter);
        } else if let (Some(plain), true) = (narrow(letter), depth < DEPTH_MAX) {
            self.push(plain, out, depth.saturating_add(1));
        } else if let (Some(spelling), true) = (spelling(letter), depth < DEPTH_MAX) {
            spelling.chars().for_each(|letter| self.push(letter, out, depth.saturating_add(1)));
        } else if letter.is_alphanumeric() {
            out.push('x');
        } else if let Some(stand_in) = self.stand_in.filter(|_| !is_mark(letter)) {
            out.push(stand_in);
        }
    }
}

/// It has no shape of its own: a control character, or one that only steers how others are shown.
pub(super) fn is_shapeless(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{70f}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// It changes the letter before it.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}')
}

/// The full-width form of ASCII as ASCII.
fn narrow(letter: char) -> Option<char> {
    let code = u32::from(letter);
    (0xff01..=0xff5e).contains(&code).then(|| char::from_u32(code.saturating_sub(0xfee0))).flatten()
}

/// A letter and a mark as the one letter that they are, for the letters of the Nordic, German and French languages.
fn composed(letter: char, mark: char) -> Option<char> {
    let (bases, wholes) = match mark {
        '\u{300}' => ("aeiouAEIOU", "àèìòùÀÈÌÒÙ"),
        '\u{301}' => ("aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ"),
        '\u{302}' => ("aeiouAEIOU", "âêîôûÂÊÎÔÛ"),
        '\u{303}' => ("anoANO", "ãñõÃÑÕ"),
        '\u{308}' => ("aeiouyAEIOU", "äëïöüÿÄËÏÖÜ"),
        '\u{30a}' => ("aA", "åÅ"),
        '\u{30c}' => ("cszCSZ", "čšžČŠŽ"),
        '\u{327}' => ("cC", "çÇ"),
        _ => return None,
    };
    bases.chars().zip(wholes.chars()).find(|(base, _)| *base == letter).map(|(_, whole)| whole)
}

/// How a character is spelled where it is not taken. Nothing leads back to itself.
#[rustfmt::skip]
const SPELLINGS: &[(&str, &str)] = &[
    // Signs that mean something to some format.
    (";", ","), ("\"“”„‟″〃", "'"), ("`´‘’‚‛′ʹʼ", "'"), ("\\|¦", "/"), ("{[", "("), ("}]", ")"), ("«‹", "<"), ("»›", ">"),
    // Signs.
    ("‐‑‒–—―−﹣", "-"), ("…", "..."), ("•·‧∙", "*"), ("€", "EUR"), ("£", "GBP"), ("¥", "JPY"), ("¢", "c"), ("©", "(c)"),
    ("®", "(r)"), ("™", "TM"), ("×", "x"), ("÷", "/"), ("⁄", "/"), ("§", "S"), ("¶", "P"), ("†‡", "+"), ("‰", "o/oo"),
    ("№", "Nr"), ("°º", "o"), ("ª", "a"), ("±", "+/-"), ("¹", "1"), ("²", "2"), ("³", "3"), ("¼", "1/4"), ("½", "1/2"),
    ("¾", "3/4"), ("¡", "!"), ("¿", "."), ("µ", "u"), ("→", "->"), ("←", "<-"), ("≤", "<="), ("≥", ">="), ("≈", "~"),
    ("≠", "/="),
    // The Nordic letters, first as their neighbours write them.
    ("ø", "ö"), ("Ø", "Ö"), ("ö", "o"), ("Ö", "O"), ("æǽ", "ae"), ("ÆǼ", "AE"), ("þ", "th"), ("Þ", "Th"), ("œ", "oe"),
    ("Œ", "OE"), ("ß", "ss"), ("ẞ", "SS"), ("ĳ", "ij"), ("Ĳ", "IJ"), ("ﬁ", "fi"), ("ﬂ", "fl"),
    // Latin letters without their marks.
    ("àáâãäåāăąǎǻạảấầ", "a"), ("ÀÁÂÃÄÅĀĂĄǍǺẠ", "A"), ("çćĉċč", "c"), ("ÇĆĈĊČ", "C"), ("ďđð", "d"), ("ĎĐÐ", "D"),
    ("èéêëēĕėęěẹẽếề", "e"), ("ÈÉÊËĒĔĖĘĚẸẼ", "E"), ("ĝğġģǧ", "g"), ("ĜĞĠĢǦ", "G"), ("ĥħ", "h"), ("ĤĦ", "H"),
    ("ìíîïĩīĭįıịǐ", "i"), ("ÌÍÎÏĨĪĬĮİỊǏ", "I"), ("ĵ", "j"), ("Ĵ", "J"), ("ķĸǩ", "k"), ("ĶǨ", "K"), ("ĺļľŀł", "l"),
    ("ĹĻĽĿŁ", "L"), ("ñńņňŉŋ", "n"), ("ÑŃŅŇŊ", "N"), ("òóôõōŏőơǒọốồ", "o"), ("ÒÓÔÕŌŎŐƠǑỌ", "O"), ("ŕŗř", "r"),
    ("ŔŖŘ", "R"), ("śŝşšș", "s"), ("ŚŜŞŠȘ", "S"), ("ţťŧț", "t"), ("ŢŤŦȚ", "T"), ("ùúûüũūŭůűųưǔụ", "u"),
    ("ÙÚÛÜŨŪŬŮŰŲƯǓỤ", "U"), ("ýÿŷỳ", "y"), ("ÝŸŶỲ", "Y"), ("źżž", "z"), ("ŹŻŽ", "Z"),
];

fn spelling(letter: char) -> Option<&'static str> {
    SPELLINGS.iter().find(|(letters, _)| letters.contains(letter)).map(|(_, spelling)| *spelling)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASCII: Letters = Letters { takes: |letter| letter.is_ascii_alphanumeric(), stand_in: None };

    #[test]
    fn no_character_has_two_spellings_and_none_leads_back() {
        let all: Vec<char> = SPELLINGS.iter().flat_map(|(letters, _)| letters.chars()).collect();
        for (index, letter) in all.iter().enumerate() {
            assert!(!all[..index].contains(letter), "{letter} stands twice");
            assert!(!is_shapeless(*letter) && !letter.is_whitespace(), "{letter:?}");
            let mut seen = vec![letter.to_string()];
            while let Some(next) = seen.last().unwrap().chars().find_map(spelling) {
                assert!(seen.len() <= DEPTH_MAX, "{seen:?}");
                seen.push(next.to_owned());
            }
        }
    }

    #[test]
    fn letters_lose_their_marks_and_signs_are_left_out() {
        for (given, written) in [
            ("Zażółć gęślą jaźń", "Zazolc gesla jazn"),
            ("Rīga – Šiauliai", "Riga Siauliai"),
            ("Søren Ærø", "Soren AEro"),
            ("A\u{30a}ngstro\u{308}m e\u{301}t\u{330}", "Angstrom et"),
            ("Ｆｕｌｌ ｗｉｄｔｈ", "Full width"),
            ("Привет 東京", "xxxxxx xx"),
            ("100 €", "100 EUR"),
            ("a\u{200b}b\u{202e}c\0d\u{feff}", "abcd"),
            ("\t a \r\n\u{a0}\u{2028} b ", "a b"),
            ("🙂 ;=!", ""),
        ] {
            assert_eq!(ASCII.spell(given), written, "{given:?}");
        }
    }

    #[test]
    fn what_is_written_otherwise_is_noted_once() {
        let mut notes = Notes::default();
        for text in ["b\nc", "a", "ø", "b\nc"] {
            ASCII.noted(text, &mut notes);
        }
        assert_eq!(notes.into_list(), [r#""b\nc" is written "b c""#, r#""ø" is written "o""#]);
    }
}
