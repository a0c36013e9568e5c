//! The text of an entry (`:86:`), in the forms in which banks write it: plain, with fields `?20` to `?33`, or with marks
//! like `/REMI/` and `/NAME/`. What names a party is looked at for names of providers alone.
//!
//! Banks break a text wherever a line is full, in the middle of a word too; so words are taken from the lines set
//! together both with a space and without.

use crate::ingest::bank::words::References;

/// Marks of names and addresses.
const PARTY_MARKS: [&str; 8] = ["NAME", "CNTP", "ORDP", "BENM", "UDTR", "UCRD", "ADDR", "ABWA"];
/// Signs that begin the fields of a structured text.
const FIELD_SIGNS: [char; 6] = ['?', '<', '>', '~', '^', '|'];

/// Takes references and texts out of a `:86:`.
pub fn describe(text: &str, references: &mut References, texts: &mut Vec<String>) {
    let lines: Vec<&str> = text.lines().collect();
    if let Some(sign) = sign_of(text) {
        return structured(&lines.concat(), sign, references, texts);
    }
    for joint in [" ", ""] {
        let text = lines.join(joint);
        references.words(&without_parties(&text));
        texts.push(text);
        if lines.len() < 2 {
            break;
        }
    }
}

/// The sign of a structured text: three digits, then the sign with the first field's number.
fn sign_of(text: &str) -> Option<char> {
    let (code, rest) = text.split_at_checked(3)?;
    let sign = rest.chars().next().filter(|sign| FIELD_SIGNS.contains(sign))?;
    let number = rest.get(1..3)?;
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (all_digits(code) && all_digits(number)).then_some(sign)
}

fn structured(text: &str, sign: char, references: &mut References, texts: &mut Vec<String>) {
    let mut remittance: Vec<&str> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let mut others: Vec<&str> = Vec::new();
    let mut rest = text.get(3..).unwrap_or_default();
    while let Some((number, more)) = rest.strip_prefix(sign).and_then(|rest| rest.split_at_checked(2)) {
        // A sign that no number follows is part of the text.
        let end = more.match_indices(sign).map(|(at, _)| at).find(|at| {
            let number = more.get(at + 1..at + 3);
            number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        });
        let (value, left) = more.split_at_checked(end.unwrap_or(more.len())).unwrap_or((more, ""));
        match number.parse::<u8>() {
            Ok(20..=29 | 60..=63) => remittance.push(value),
            Ok(32 | 33) => names.push(value),
            // The bank and account of who paid.
            Ok(30 | 31) => {}
            _ => others.push(value),
        }
        rest = left;
    }
    for joint in [" ", ""] {
        let text = remittance.join(joint);
        references.words(&without_parties(&text));
        texts.extend([text, names.join(joint)]);
    }
    texts.extend(others.into_iter().map(str::to_owned));
}

/// A text without what stands behind marks of parties, up to the next mark.
fn without_parties(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut in_party = false;
    for (place, part) in text.split('/').enumerate() {
        let part_without_breaks: String = part.split_whitespace().collect();
        let is_mark = (3..=5).contains(&part_without_breaks.len())
            && part_without_breaks.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_mark && place > 0 {
            in_party = PARTY_MARKS.contains(&part_without_breaks.as_str());
            kept.push(' ');
        } else if !in_party {
            // A slash inside a reference stays.
            if !kept.is_empty() && !kept.ends_with(' ') {
                kept.push('/');
            }
            kept.push_str(part);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(text: &str) -> (Vec<String>, Vec<String>) {
        let (mut references, mut texts) = (References::default(), Vec::new());
        describe(text, &mut references, &mut texts);
        (references.into_keys(), texts)
    }

    #[test]
    fn forms_of_a_text() {
        let cases: [(&str, &[&str], &[&str]); 8] = [
            ("", &[], &[""]),
            ("Payout R1234-0001", &["R12340001"], &["Payout R1234-0001"]),
            ("Payout R12\n34-0001", &["340001", "R12340001"], &["Payout R12 34-0001", "Payout R1234-0001"]),
            (
                "/EREF/R1234-0001/NAME/PayEx 2000/REMI/Oct 2026",
                &["2026", "R12340001"],
                &["/EREF/R1234-0001/NAME/PayEx 2000/REMI/Oct 2026"],
            ),
            ("/REMI/R1234/0001", &["0001", "R1234", "R12340001"], &["/REMI/R1234/0001"]),
            (
                "166?00GUTSCHRIFT?20EREF+R1234-\n0001?21SVWZ+Pay?30BANK1234?31987654321?32Payex 1999?33 AB",
                &[
                    "0001SVWZ",
                    "EREFR1234",
                    "EREFR12340001",
                    "EREFR12340001SVWZPAY",
                    "R1234",
                    "R12340001",
                    "R12340001SVWZ",
                ],
                &[
                    "EREF+R1234-0001 SVWZ+Pay",
                    "Payex 1999  AB",
                    "EREF+R1234-0001SVWZ+Pay",
                    "Payex 1999 AB",
                    "GUTSCHRIFT",
                ],
            ),
            ("051<00x<20ab12? c<32N", &["AB12"], &["ab12? c", "N", "ab12? c", "N", "x"]),
            ("?20ab12", &["20AB12"], &["?20ab12"]),
        ];
        for (text, keys, texts) in cases {
            let (found_keys, found_texts) = described(text);
            assert_eq!(found_texts, texts, "{text}");
            if !text.starts_with("166") {
                assert_eq!(found_keys, keys, "{text}");
            } else {
                assert!(found_keys.contains(&"R12340001".to_owned()), "{found_keys:?}");
            }
        }
    }
}
