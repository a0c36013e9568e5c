//! Files of kinds that are not read, each recognised by its first bytes.

use super::packed::{stored, zip};
use super::{Malformed, file};

const GIVEN: &str = "--input f";

pub fn all() -> Vec<Malformed> {
    let mut tar = b"c.csv".to_vec();
    tar.resize(257, 0);
    tar.extend_from_slice(b"ustar\x0000");
    tar.resize(512, 0);
    let types = || stored("[Content_Types].xml", b"<Types/>");
    vec![
        file("kind_pdf", GIVEN, "%PDF-1.7\n"),
        file("kind_xls", GIVEN, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"),
        file("kind_xlsb", GIVEN, zip(&[types(), stored("xl/workbook.bin", b"")])),
        file("kind_docx", GIVEN, zip(&[types(), stored("word/document.xml", b"<w/>")])),
        file("kind_ods", GIVEN, zip(&[stored("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")])),
        file("kind_picture", GIVEN, b"\x89PNG\r\n\x1a\n"),
        file("kind_program", GIVEN, b"\x7fELF\x02\x01\x01"),
        file("kind_sqlite", GIVEN, b"SQLite format 3\0"),
        file("kind_tar", GIVEN, tar),
        file("kind_7z", GIVEN, b"7z\xbc\xaf\x27\x1c"),
        file("kind_rar", GIVEN, b"Rar!\x1a\x07\x01\0"),
        file("kind_bzip2", GIVEN, b"BZh91AY&SY"),
        file("kind_xz", GIVEN, b"\xfd7zXZ\0"),
        file("kind_web_page", GIVEN, "<!DOCTYPE html>\n<html><body>Sign in</body></html>\n"),
        file("kind_pgp", GIVEN, "-----BEGIN PGP MESSAGE-----\n"),
        file("kind_binary", GIVEN, b"\x01\0\0\0\x02"),
    ]
}
