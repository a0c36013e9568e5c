//! A report that can be handed on: ids are replaced by keyed hashes. Whoever has the key can still find an order by its
//! id, and the same id is the same hash in every report that was made with the key; without it nobody can say what it was.
//!
//! Orders, references, transaction and operation numbers are ids. Batch numbers, settlement ids, line ids and the paths
//! of files stay: bank and provider name money by them, and they name no customer.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::view::Report;
use super::words::{Lang, code};
use crate::model::finding::{Code, Leg};
use crate::model::found::{FoundRow, FoundTexts, Packed};

/// The secret that hashes are made with.
pub struct Key(Hmac<Sha256>);

/// A shorter secret could be found by trying.
const KEY_LEN_MIN: usize = 16;

impl Key {
    /// Reads the secret: all bytes of a file but white space at its end.
    ///
    /// # Errors
    /// The file cannot be read, or holds fewer than 16 bytes.
    pub fn read(path: &Path) -> io::Result<Self> {
        let bytes = std::fs::read(path)?;
        let bytes = bytes.trim_ascii_end();
        if bytes.len() < KEY_LEN_MIN {
            let problem = format!("a key has at least {KEY_LEN_MIN} bytes, and this one has {}", bytes.len());
            return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        }
        let key = Hmac::new_from_slice(bytes).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Self(key))
    }

    /// The hash that stands for an id: `id-` and 80 bits in hex; nothing stays nothing.
    #[must_use]
    pub fn hash(&self, id: &str) -> String {
        if id.is_empty() {
            return String::new();
        }
        let mut hash = self.0.clone();
        hash.update(id.as_bytes());
        let mut text = "id-".to_owned();
        for byte in hash.finalize().into_bytes().iter().take(10) {
            // Writing into a text does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    fn hide(&self, ids: &mut [&mut String]) {
        ids.iter_mut().for_each(|id| **id = self.hash(id));
    }
}

/// Replaces the ids of a report, and all sentences that name some by what their code means. Rows are sorted again.
pub fn redact(report: &mut Report, key: &Key) {
    for row in &mut report.findings {
        let texts = row.texts();
        let [order_id, payee_reference, transaction_number] =
            [texts.order_id, texts.payee_reference, texts.transaction_number].map(|id| key.hash(id));
        row.packed = Packed::of(&FoundTexts {
            order_id: &order_id,
            payee_reference: &payee_reference,
            transaction_number: &transaction_number,
            explanation: told(row.code, texts.explanation),
            hint: "",
            ..texts
        });
    }
    sort_findings(report);
    for row in report.cleared.iter_mut().flatten() {
        if let Some(of) = Code::ALL.iter().find(|of| of.name() == row.code) {
            row.explanation = told(*of, &row.explanation).to_owned();
        }
        key.hide(&mut [&mut row.order_id, &mut row.payee_reference, &mut row.transaction_number]);
    }
    for row in report.matches.iter_mut().flatten() {
        key.hide(&mut [
            &mut row.order_id,
            &mut row.operation_id,
            &mut row.transaction_number,
            &mut row.payee_reference,
            &mut row.transaction_id,
        ]);
    }
    for row in &mut report.rejects {
        let hash = key.hash(&row.value);
        if !row.value.is_empty() {
            row.reason = row.reason.replace(&row.value, &hash);
        }
        row.value = hash;
    }
    report.cleared.iter_mut().for_each(|rows| rows.sort());
    report.matches.iter_mut().for_each(|rows| rows.sort());
    report.rejects.sort();
}

/// A sentence about files names no id of an order; any other one may.
fn told(of: Code, explanation: &str) -> &str {
    if of.leg() == Leg::File && of != Code::FileNet { explanation } else { code(Lang::En, of).meaning }
}

fn sort_findings(report: &mut Report) {
    let mut rows: Vec<(usize, FoundRow)> = std::mem::take(&mut report.findings).into_iter().enumerate().collect();
    rows.sort_by(|(_, a), (_, b)| a.cmp_for_report(b));
    let mut now = vec![0; rows.len()];
    for (place, (before, _)) in rows.iter().enumerate() {
        now[*before] = place;
    }
    report.findings = rows.into_iter().map(|(_, row)| row).collect();
    for cause in &mut report.insight.causes {
        cause.findings.iter_mut().for_each(|place| *place = now[*place]);
        cause.findings.sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> io::Result<Key> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Key::read(file.path())
    }

    #[test]
    fn a_key_is_long_enough_and_decides_the_hashes() {
        let [one, same, other] =
            ["0123456789abcdef", "0123456789abcdef\n", "0123456789abcdeg"].map(|text| key(text).unwrap());
        assert_eq!(one.hash("A-1"), same.hash("A-1"));
        assert_ne!(one.hash("A-1"), other.hash("A-1"));
        assert_ne!(one.hash("A-1"), one.hash("A-2"));
        assert_eq!(one.hash(""), "");
        // HMAC-SHA-256 of RFC 4231 is the library's; this is its first 80 bits under our key.
        assert_eq!(one.hash("A-1").len(), 23);
        let problem = key("short").err().unwrap().to_string();
        assert_eq!(problem, "a key has at least 16 bytes, and this one has 5");
    }
}
