//! Names of months in Swedish, Norwegian, Danish and English, full and short.

/// The names of each month, in small letters.
const NAMES: [&[&str]; 12] = [
    &["januari", "januar", "january", "jan"],
    &["februari", "februar", "february", "feb"],
    &["mars", "marts", "march", "mar"],
    &["april", "apr"],
    &["maj", "mai", "may"],
    &["juni", "june", "jun"],
    &["juli", "july", "jul"],
    &["augusti", "august", "aug"],
    &["september", "sept", "sep"],
    &["oktober", "october", "okt", "oct"],
    &["november", "nov"],
    &["december", "desember", "dec", "des"],
];

/// The month whose name the text begins with, the longest, letter case ignored: its number, and what follows.
#[must_use]
pub fn leading(text: &str) -> Option<(u32, &str)> {
    let begins = |name: &&str| text.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
    let found = NAMES
        .iter()
        .zip(1_u32..)
        .flat_map(|(names, month)| names.iter().filter(|name| begins(name)).map(move |name| (name.len(), month)));
    let (len, month) = found.max()?;
    Some((month, text.get(len..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_month_in_four_languages() {
        let languages = [
            "januari februari mars april maj juni juli augusti september oktober november december",
            "januar februar mars april mai juni juli august september oktober november desember",
            "januar februar marts april maj juni juli august september oktober november december",
            "January February March April May June July August September October November December",
            "jan feb mar apr maj jun jul aug sept okt nov dec",
            "JAN FEB MAR APR MAI JUN JUL AUG SEP OKT NOV DES",
            "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        ];
        for names in languages {
            for (name, month) in names.split(' ').zip(1..) {
                assert_eq!(leading(name), Some((month, "")), "{name}");
                assert_eq!(leading(&format!("{name}. 2026")), Some((month, ". 2026")), "{name}");
            }
        }
        for text in ["", "ja", "ma", "xjan", "5", "å"] {
            assert_eq!(leading(text), None, "{text}");
        }
    }
}
