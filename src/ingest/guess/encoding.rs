//! Which characters the bytes of a file stand for.

use super::sample::Sample;
use crate::ingest::profile::Encoding;

/// What an encoding is known from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The encoding.
    pub encoding: Encoding,
    /// Bytes of its byte order mark.
    pub mark_len: usize,
    /// Why it is taken; `None` where the byte order mark says so.
    pub guess: Option<String>,
    /// Whether any letter beyond ASCII was seen: where none was, another encoding would read the same.
    pub is_plain: bool,
    /// What does not fit and should be looked at.
    pub doubt: Option<String>,
}

/// Tells the encoding of a file from parts of it.
#[must_use]
pub fn encoding(sample: &Sample) -> Told {
    let head = sample.head.as_slice();
    let told = |encoding, mark_len, guess: Option<&str>| Told {
        encoding,
        mark_len,
        guess: guess.map(str::to_owned),
        is_plain: false,
        doubt: None,
    };
    match head {
        [0xef, 0xbb, 0xbf, ..] => return told(Encoding::Utf8, 3, None),
        [0xff, 0xfe, ..] => return told(Encoding::Utf16, 2, None),
        [0xfe, 0xff, ..] => return told(Encoding::Utf16Be, 2, None),
        _ => {}
    }
    if let Some(encoding) = without_mark(head) {
        return told(encoding, 0, Some("every other byte is 0, as in UTF-16, and there is no byte order mark"));
    }
    let parts = || std::iter::once(head).chain(sample.later.iter().map(Vec::as_slice));
    let count = |wanted: &dyn Fn(&u8) -> bool| parts().flatten().filter(|byte| wanted(byte)).count();
    let beyond = count(&|byte| *byte >= 0x80);
    if beyond == 0 {
        let reason = "only letters of ASCII were seen, which most encodings write alike";
        return Told { is_plain: true, ..told(Encoding::Utf8, 0, Some(reason)) };
    }
    if parts().enumerate().all(|(number, part)| is_utf8(part, number > 0)) {
        return told(Encoding::Utf8, 0, Some("all letters beyond ASCII are valid UTF-8"));
    }
    single(beyond, &count)
}

/// Counts the bytes of a file of which something holds.
type Count<'c> = dyn Fn(&dyn Fn(&u8) -> bool) -> usize + 'c;

/// One byte a letter: which of the three, by the bytes in which they differ.
fn single(beyond: usize, count: &Count<'_>) -> Told {
    let high = count(&|byte| (0x80..0xa0).contains(byte));
    let none = count(&|byte| matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d));
    let letters = count(&|byte| matches!(byte, 0xc0..=0xff));
    let told =
        |encoding, guess: String| Told { encoding, mark_len: 0, guess: Some(guess), is_plain: false, doubt: None };
    if high > 0 {
        let guess = format!(
            "not valid UTF-8, and {high} of {beyond} bytes beyond ASCII are of those that only Windows-1252 has"
        );
        let mut told = told(Encoding::Windows1252, guess);
        // å, ä and ö of the code pages of DOS are punctuation in Windows-1252.
        let of_dos = count(&|byte| matches!(byte, 0x84 | 0x86 | 0x94 | 0x8e | 0x8f | 0x99 | 0x91 | 0x9b));
        if none > 0 || of_dos > letters {
            told.doubt = Some(
                "the letters beyond ASCII look like those of a code page of DOS (CP437, CP850), which is not read: look at å, ä, ö, æ \
                 and ø in the headers, or export the file as UTF-8"
                    .to_owned(),
            );
        }
        return told;
    }
    let euros = count(&|byte| *byte == 0xa4);
    if euros > 0 {
        let guess = format!(
            "not valid UTF-8; {euros} bytes are the euro sign of ISO 8859-15, and none is of Windows-1252 alone"
        );
        return told(Encoding::Iso8859_15, guess);
    }
    let guess = format!(
        "not valid UTF-8; the {beyond} bytes beyond ASCII that were seen read the same in iso-8859-1 and, the rarest signs aside, iso-8859-15"
    );
    told(Encoding::Windows1252, guess)
}

/// Whether a part is UTF-8, its cut ends aside.
fn is_utf8(part: &[u8], is_later: bool) -> bool {
    let continued = part.iter().take(3).take_while(|byte| (0x80..0xc0).contains(*byte)).count();
    let part = if is_later { part.get(continued..).unwrap_or_default() } else { part };
    match std::str::from_utf8(part) {
        Ok(_) => true,
        // A character that the part ends in.
        Err(error) => error.error_len().is_none(),
    }
}

/// UTF-16 of western text has a 0 in nearly every pair of bytes, always on the same side.
fn without_mark(head: &[u8]) -> Option<Encoding> {
    const PAIRS_MAX: usize = 2_000;
    let (mut pairs, mut left, mut right) = (0_usize, 0_usize, 0_usize);
    for pair in head.chunks_exact(2).take(PAIRS_MAX) {
        pairs += 1;
        left += usize::from(pair.first() == Some(&0));
        right += usize::from(pair.last() == Some(&0));
    }
    let most = pairs - pairs / 5;
    match (left, right) {
        _ if pairs < 2 => None,
        (left, right) if right >= most && left * 20 <= pairs => Some(Encoding::Utf16Le),
        (left, right) if left >= most && right * 20 <= pairs => Some(Encoding::Utf16Be),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(raw: &[u8]) -> Told {
        encoding(&Sample { head: raw.to_vec(), later: Vec::new(), is_whole: true })
    }

    #[test]
    fn encodings_are_told_by_their_bytes() {
        let utf_16 = |text: &str, of: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(of).collect::<Vec<u8>>();
        let table: [(&[u8], &str, bool, bool); 12] = [
            (b"a;b\n1;2\n", "utf-8", true, true),
            ("Beløp;Dato\n".as_bytes(), "utf-8", true, false),
            ("\u{feff}Ordernr".as_bytes(), "utf-8", false, false),
            (b"Bel\xf8p;Dato\n", "windows-1252", true, false),
            (b"Bel\xf8p (\x80);Dato\n", "windows-1252", true, false),
            (b"Bel\xf8p (\xa4);Dato\n", "iso-8859-15", true, false),
            (&utf_16("Ordernr;Belopp å\n1;2\n", u16::to_le_bytes), "utf-16le", true, false),
            (&utf_16("Ordernr;Belopp å\n1;2\n", u16::to_be_bytes), "utf-16be", true, false),
            (&utf_16("\u{feff}Ordernr", u16::to_le_bytes), "utf-16", false, false),
            (&utf_16("\u{feff}Ordernr", u16::to_be_bytes), "utf-16be", false, false),
            (b"", "utf-8", true, true),
            (b"\0", "utf-8", true, true),
        ];
        for (raw, name, is_guess, is_plain) in table {
            let told = told(raw);
            assert_eq!(
                (told.encoding.name(), told.guess.is_some(), told.is_plain),
                (name, is_guess, is_plain),
                "{raw:?}"
            );
            assert_eq!(told.doubt, None, "{raw:?}");
        }
        // å and ö of CP850.
        assert!(told(b"Best\x84llning;F\x94rfallodag;Bel\x9bp").doubt.is_some());
    }

    #[test]
    fn parts_may_be_cut_inside_a_letter() {
        let raw = "å".repeat(9).into_bytes();
        let cut = raw.get(1..).unwrap().to_vec();
        let sample = Sample { head: raw.get(..9).unwrap().to_vec(), later: vec![cut], is_whole: false };
        assert_eq!(encoding(&sample).encoding, Encoding::Utf8);
    }
}
