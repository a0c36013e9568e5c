//! What a file is by its first bytes, never by its name: what can be read, and a clear word for what cannot.
//!
//! Only what is told apart for certain is named; everything else is text, and its reader says what is wrong with it.

use std::io;

use super::archive::{Held, held};
use crate::engine::source::Bytes;

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Delimited text, or nothing that is told by its first bytes.
    Text,
    /// UTF-16 text, with its mark or by the zeros in it.
    Utf16,
    /// XML.
    Xml,
    /// JSON: an object, an array, or one such value a line.
    Json,
    /// Apache Parquet.
    Parquet,
    /// A workbook of Excel 2007 or later (.xlsx).
    Workbook,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
    /// A zip archive that is no document of an office program.
    Zip,
    /// Something that is not read.
    Unread(Unread),
}

/// A kind of file that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread {
    /// What it is, for people: `a PDF`.
    pub what: &'static str,
    /// What to do instead.
    pub help: &'static str,
}

const HELP_EXPORT: &str = "export the data as CSV, XML, JSON, XLSX or Parquet and give that file";
const HELP_PACKED: &str = "unpack it, or pack it as zip, gzip or zstd";
const HELP_SAVE_AS: &str = "open it and save it as XLSX or CSV, then give that file";

const fn unread(what: &'static str, help: &'static str) -> Shape {
    Shape::Unread(Unread { what, help })
}

const PICTURE: Shape = unread("a picture", HELP_EXPORT);
const TAR: Shape = unread("a tar archive", HELP_PACKED);
const PROGRAM: Shape = unread("a program", "check which file this is");
const BINARY: Shape = unread("binary data of no known kind", "check which file this is");
const UTF_32: Shape = unread("UTF-32 text", "save the file as UTF-8");
const PGP: Shape = unread("a file encrypted with PGP", "decrypt it and give the plain file");
const OPEN_DOCUMENT: Shape = unread("an OpenDocument file", HELP_SAVE_AS);
const WEB_PAGE: Shape = unread(
    "a web page (HTML)",
    "it is probably a login or error page that was saved in place of the file: fetch the file again",
);

/// First bytes of what is told by them alone.
const BEGINNINGS: [(&[u8], Shape); 26] = [
    (b"PAR1", Shape::Parquet),
    (b"\x1f\x8b", Shape::Gzip),
    (b"\x28\xb5\x2f\xfd", Shape::Zstd),
    (b"PK\x03\x04", Shape::Zip),
    (b"PK\x05\x06", Shape::Zip),
    (b"PK\x07\x08", unread("a part of a zip archive in several parts", "put the parts together again")),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        unread(
            "an Excel file of before 2007 (.xls), or a workbook with a password",
            "open it and save it as XLSX without a password, then give that file",
        ),
    ),
    (b"%PDF-", unread("a PDF", "the provider also sends the list as XML and XLSX: give one of those")),
    (b"\x89PNG", PICTURE),
    (b"\xff\xd8\xff", PICTURE),
    (b"GIF8", PICTURE),
    (b"II*\0", PICTURE),
    (b"MM\0*", PICTURE),
    (b"\x7fELF", PROGRAM),
    (b"SQLite format 3\0", unread("a SQLite database", HELP_EXPORT)),
    (b"\xfd7zXZ\0", unread("an xz file", HELP_PACKED)),
    (b"BZh", unread("a bzip2 file", HELP_PACKED)),
    (b"7z\xbc\xaf\x27\x1c", unread("a 7z archive", HELP_PACKED)),
    (b"Rar!\x1a\x07", unread("a RAR archive", HELP_PACKED)),
    (b"\x1f\x9d", unread("a file of compress (.Z)", HELP_PACKED)),
    (b"\x04\x22\x4d\x18", unread("an lz4 file", HELP_PACKED)),
    (b"ARROW1\0\0", unread("an Arrow file", HELP_EXPORT)),
    (b"Obj\x01", unread("an Avro file", HELP_EXPORT)),
    (b"{\\rtf", unread("a rich text document (RTF)", HELP_EXPORT)),
    (b"-----BEGIN PGP MESSAGE-----", PGP),
    (b"-----BEGIN PKCS7-----", unread("an encrypted message", "decrypt it and give the plain file")),
];

/// How much of a file is looked at.
const HEAD_LEN: usize = 4096;

/// Recognises what the bytes are.
///
/// # Errors
/// They cannot be read.
pub fn shape(bytes: &Bytes) -> io::Result<Shape> {
    let mut head = Vec::new();
    bytes.read_at_most(0, &mut head, HEAD_LEN)?;
    Ok(match of_beginning(&head) {
        Shape::Zip => match held(bytes) {
            Held::Files => Shape::Zip,
            Held::Workbook => Shape::Workbook,
            Held::BinaryWorkbook => unread("a binary workbook (.xlsb)", HELP_SAVE_AS),
            Held::Document => unread("a document of Word or PowerPoint", HELP_EXPORT),
        },
        told => told,
    })
}

/// Recognises packed data, and everything else that needs no more than the first bytes; a zip archive may turn out
/// to be a workbook.
pub(super) fn of_beginning(head: &[u8]) -> Shape {
    for (beginning, shape) in BEGINNINGS {
        if head.starts_with(beginning) && (beginning != b"BZh" || is_bzip2(head)) {
            return if is_open_document(head) { OPEN_DOCUMENT } else { shape };
        }
    }
    match head {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return UTF_32,
        [0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..] => return of_utf_16(rest),
        // What the zstd program may write first: a frame that holds no data.
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => return Shape::Zstd,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => return PICTURE,
        [b'M', b'Z', rest @ ..] if memchr::memchr(0, rest).is_some() => return PROGRAM,
        [a, 0, b, 0, ..] | [0, a, 0, b, ..] if is_plain(*a) && is_plain(*b) => return of_utf_16(head),
        _ => {}
    }
    if head.get(257..262) == Some(b"ustar") {
        return TAR;
    }
    of_text(head)
}

/// UTF-16 text of either byte order: XML and JSON say so by their first sign.
fn of_utf_16(text: &[u8]) -> Shape {
    match text.iter().find(|byte| **byte != 0 && !byte.is_ascii_whitespace()) {
        Some(b'<') => Shape::Xml,
        Some(b'{' | b'[') => Shape::Json,
        _ => Shape::Utf16,
    }
}

fn is_bzip2(head: &[u8]) -> bool {
    matches!(head.get(3), Some(b'1'..=b'9')) && matches!(head.get(4..10), Some(b"1AY&SY" | b"\x17\x72\x45\x38\x50\x90"))
}

/// An OpenDocument file is a zip archive whose first file says so, uncompressed.
fn is_open_document(head: &[u8]) -> bool {
    head.get(30..).is_some_and(|rest| rest.starts_with(b"mimetypeapplication/vnd.oasis.opendocument"))
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')
}

fn of_text(head: &[u8]) -> Shape {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let told = match text {
        [b'<', rest @ ..] => of_markup(text, rest),
        [b'{', rest @ ..] if matches!(rest.trim_ascii_start(), [] | [b'"' | b'\'' | b'}', ..]) => Shape::Json,
        [b'[', rest @ ..] if begins_json_value(rest.trim_ascii_start()) => Shape::Json,
        _ => Shape::Text,
    };
    // A zero in the first line: further down it may stand in a field, which is the field's own trouble.
    let line = memchr::memchr2(b'\n', b'\r', head).and_then(|end| head.get(..end)).unwrap_or(head);
    if told == Shape::Text && memchr::memchr(0, line).is_some() { BINARY } else { told }
}

/// Whether this may follow on `[`: a column named `[Amount]` may not.
fn begins_json_value(rest: &[u8]) -> bool {
    match rest {
        [] | [b'{' | b'[' | b']' | b'"' | b'-' | b'0'..=b'9', ..] => true,
        _ => [&b"true"[..], b"false", b"null"].iter().any(|word| {
            rest.strip_prefix(*word).is_some_and(|after| !after.first().is_some_and(u8::is_ascii_alphanumeric))
        }),
    }
}

/// XML, a web page, or text whose first field merely begins with `<`.
fn of_markup(text: &[u8], rest: &[u8]) -> Shape {
    let begins = |word: &[u8]| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if begins(b"<!doctype html") || begins(b"<html") {
        return WEB_PAGE;
    }
    match rest {
        [b'?' | b'!', ..] => Shape::Xml,
        [b':' | b'_' | b'A'..=b'Z' | b'a'..=b'z' | 0x80.., ..] => {
            // `<id>,<amount>` is a header line: no element has a delimiter right behind its first tag.
            let after = memchr::memchr(b'>', rest).and_then(|end| rest.get(end.saturating_add(1)));
            if matches!(after, Some(b',' | b';' | b'\t' | b'|')) { Shape::Text } else { Shape::Xml }
        }
        // Damaged, but not text: the reader of XML says what is wrong.
        [] => Shape::Xml,
        _ => Shape::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(shape: Shape) -> &'static str {
        match shape {
            Shape::Text => "text",
            Shape::Utf16 => "utf-16",
            Shape::Xml => "xml",
            Shape::Json => "json",
            Shape::Parquet => "parquet",
            Shape::Workbook => "workbook",
            Shape::Gzip => "gzip",
            Shape::Zstd => "zstd",
            Shape::Zip => "zip",
            Shape::Unread(kind) => kind.what,
        }
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let mut tar = vec![b'a'; 257];
        tar.extend_from_slice(b"ustar\x0000");
        let mut open_document = b"PK\x03\x04".to_vec();
        open_document.resize(30, 0);
        open_document.extend_from_slice(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK");
        let cases: &[(&[u8], &str)] = &[
            (b"", "text"),
            (b"order_id,amount\n", "text"),
            (b"\xef\xbb\xbforder_id\n", "text"),
            (b"\"<a>\",\"{b\"\n", "text"),
            (b"<id>,<amount>\n", "text"),
            (b"<id>;<amount>\n", "text"),
            (b"<5,1\n", "text"),
            (b"{id},amount\n", "text"),
            (b"{1},amount\n", "text"),
            (b"[Order],[Amount]\n", "text"),
            (b"[nullable],x\n", "text"),
            (b"[note],x\n", "text"),
            (b"BZh\n", "text"),
            (b"BZh9;x\n", "text"),
            (b"MZ,x\n", "text"),
            (b"a\nb\0c\n", "text"),
            (b"a\rb\0c\r", "text"),
            (b"a\0\0\0b\n", "binary data of no known kind"),
            (b"<a b='\0'/>", "xml"),
            (b"{\"a\":\"\0\"}", "json"),
            (b"o\0r\0d\0", "utf-16"),
            (b"\0o\0r\0d", "utf-16"),
            (b"\xff\xfeo\0", "utf-16"),
            (b"\xfe\xff\0o", "utf-16"),
            (b"\xff\xfe\0\0o\0\0\0", "UTF-32 text"),
            (b"<?xml version='1.0'?>", "xml"),
            (b"\xef\xbb\xbf \n<!-- x --><a/>", "xml"),
            (b"<Sales AccountingNo='1'>", "xml"),
            (b"<a><b>,</b></a>", "xml"),
            (b"<a>x</a>", "xml"),
            ("<ärende/>".as_bytes(), "xml"),
            (b"<", "xml"),
            (b"<!DOCTYPE html>\n<html>", "a web page (HTML)"),
            (b"\n<HTML lang=sv>", "a web page (HTML)"),
            (b"{\"id\":1}", "json"),
            (b"{}", "json"),
            (b"{\n  \"id\": 1\n}", "json"),
            (b"[\n", "json"),
            (b"[{}]", "json"),
            (b"[-1]", "json"),
            (b"\xef\xbb\xbf[]", "json"),
            (b"PAR1\x15", "parquet"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"\x28\xb5\x2f\xfd", "zstd"),
            (b"\x51\x2a\x4d\x18", "zstd"),
            (b"PK\x03\x04", "zip"),
            (b"PK\x05\x06", "zip"),
            (b"PK\x07\x08PK", "a part of a zip archive in several parts"),
            (&open_document, "an OpenDocument file"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel file of before 2007 (.xls), or a workbook with a password"),
            (b"%PDF-1.7", "a PDF"),
            (b"\x89PNG\r\n", "a picture"),
            (b"\xff\xd8\xff\xe0", "a picture"),
            (b"GIF89a", "a picture"),
            (b"RIFF1234WEBPVP8 ", "a picture"),
            (b"\x7fELF\x02", "a program"),
            (b"MZ\x90\0\x03", "a program"),
            (b"SQLite format 3\0\x10", "a SQLite database"),
            (b"\xfd7zXZ\0\0", "an xz file"),
            (b"BZh91AY&SY", "a bzip2 file"),
            (b"7z\xbc\xaf\x27\x1c\0", "a 7z archive"),
            (b"Rar!\x1a\x07\x01\0", "a RAR archive"),
            (&tar, "a tar archive"),
            (b"ARROW1\0\0", "an Arrow file"),
            (b"{\\rtf1", "a rich text document (RTF)"),
            (b"-----BEGIN PGP MESSAGE-----\n", "a file encrypted with PGP"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(word(of_beginning(bytes)), *expected, "{}", String::from_utf8_lossy(bytes));
            // Without a table of contents a zip archive holds files: its reader says that it is damaged.
            let whole = shape(&Bytes::from_vec(bytes.to_vec())).expect("bytes in memory can be read");
            assert_eq!(word(whole), *expected, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
