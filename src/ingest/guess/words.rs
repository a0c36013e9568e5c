//! Words of headers and cells as they are compared: without case, accents and punctuation, and without the blanks that
//! one language writes where another has none.

/// The words of a text, folded: `Order-ID`, `orderId` and `ORDER ID` are `order` and `id`. A percent sign is a word.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut small_before = false;
    for letter in text.chars() {
        let joins = letter.is_alphanumeric() && !(small_before && letter.is_uppercase());
        if !joins && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        small_before = letter.is_lowercase();
        if letter == '%' {
            words.push("%".to_owned());
        } else if letter.is_alphanumeric() {
            fold(letter, &mut word);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A text as it is compared as a whole: its words without anything between them.
#[must_use]
pub fn folded(text: &str) -> String {
    words(text).concat()
}

fn fold(letter: char, word: &mut String) {
    match letter.to_lowercase().next().unwrap_or(letter) {
        'å' | 'ä' | 'á' | 'à' | 'â' | 'ã' => word.push('a'),
        'ö' | 'ø' | 'ó' | 'ò' | 'ô' | 'õ' => word.push('o'),
        'é' | 'è' | 'ê' | 'ë' => word.push('e'),
        'ü' | 'ú' => word.push('u'),
        'æ' => word.push_str("ae"),
        other => word.push(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_without_what_differs_between_exports() {
        let table = [
            ("Ordernr", "ordernr"),
            ("Order nr.", "order nr"),
            ("order_nr", "order nr"),
            ("orderId", "order id"),
            ("OrderID", "order id"),
            ("ORDER ID", "order id"),
            ("  Beløp (inkl. MVA) ", "belop inkl mva"),
            ("Betalning/Återbetalning", "betalning aterbetalning"),
            ("À-pris", "a pris"),
            ("Moms %", "moms %"),
            ("Moms%", "moms %"),
            ("Bogført", "bogfort"),
            ("Sælger", "saelger"),
            ("Määrä", "maara"),
            ("R1234-0001", "r1234 0001"),
            ("", ""),
            (" - ", ""),
        ];
        for (text, expected) in table {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
        assert_eq!(folded("Order nr."), folded("OrderNr"));
    }
}
