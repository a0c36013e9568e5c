//! The characters of code page 437, which SIE calls PC8.

use oem_cp::code_table::{DECODING_TABLE_CP437, ENCODING_TABLE_CP437};

/// The byte of a character that code page 437 has; none for control characters.
pub(super) fn byte(letter: char) -> Option<u8> {
    match letter {
        ' '..='~' => u8::try_from(letter).ok(),
        _ => ENCODING_TABLE_CP437.get(&letter).copied().filter(|byte| *byte >= 0x80),
    }
}

/// A text of such characters as bytes; a character of another kind is left out, and the writer has replaced all of them
/// before.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    text.chars().filter_map(byte).collect()
}

/// The character of a byte; none for the bytes below a space and for 127, which are control characters in SIE.
pub(super) fn letter(byte: u8) -> Option<char> {
    match byte {
        b' '..=b'~' => Some(char::from(byte)),
        0x80.. => DECODING_TABLE_CP437.get(usize::from(byte & 0x7f)).copied(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        for byte_given in 0..=255_u8 {
            let known = (0x20..=0xff).contains(&byte_given) && byte_given != 0x7f;
            assert_eq!(letter(byte_given).is_some(), known, "{byte_given:#x}");
            assert_eq!(letter(byte_given).and_then(byte), known.then_some(byte_given), "{byte_given:#x}");
        }
    }

    /// The code page as the IBM tables have it, for the letters that matter here.
    #[test]
    fn the_nordic_letters_have_their_bytes() {
        assert_eq!(bytes("ÅÄÖåäöÆæÉéÜü"), [0x8f, 0x8e, 0x99, 0x86, 0x84, 0x94, 0x92, 0x91, 0x90, 0x82, 0x9a, 0x81]);
        for lacking in "ØøÐðÞþÁÀŠž€–’…×\u{7f}\n\0\u{1f}".chars() {
            assert_eq!(byte(lacking), None, "{lacking:?}");
        }
    }
}
