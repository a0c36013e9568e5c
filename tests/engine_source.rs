//! Sources of bytes and the header: what is read is what was there on opening, and the body begins behind the first whole record.

use std::io::Write;

use avstem::engine::chunk::{Chunk, header_end, plan_chunks};
use avstem::engine::source::Bytes;
use avstem::engine::split::Dialect;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

#[test]
fn a_header_is_found_however_long() {
    // Around the size of the first read, for every way to end the line.
    for len in (16_370..16_400).chain(32_755..32_775) {
        for line_end in ["\n", "\r\n", "\r"] {
            let mut data = vec![b'h'; len];
            data.extend_from_slice(line_end.as_bytes());
            data.extend_from_slice(b"body\n");
            let header = header_end(&Bytes::from_vec(data), &Dialect::default()).expect("read").expect("there");
            let len = u64::try_from(len).expect("small");
            let line_end_len = u64::try_from(line_end.len()).expect("small");
            assert_eq!((header.start, header.end, header.line), (0, len, 1));
            assert_eq!(header.body_start, len + line_end_len);
            assert_eq!((header.body_line, header.line_end), (2, if line_end == "\r" { b'\r' } else { b'\n' }));
        }
    }
}

#[test]
fn a_header_stands_behind_a_mark_and_empty_lines() {
    let header = |text: &[u8]| header_end(&Bytes::from_vec(text.to_vec()), &Dialect::default()).expect("read");
    for nothing in [&b""[..], b"\n\r\n\r", BYTE_ORDER_MARK, b"\xEF\xBB\xBF\r\n\n"] {
        assert_eq!(header(nothing), None);
    }
    let found = header(b"\xEF\xBB\xBF\r\n\n\"a\nb\",c\r\nbody").expect("there");
    assert_eq!((found.start, found.end, found.line), (6, 13, 3));
    assert_eq!((found.body_start, found.body_line), (15, 5));
    let found = header(b"\r\r\"a\nb\rc\",d\rbody").expect("there");
    assert_eq!((found.start, found.end, found.line), (2, 11, 3));
    assert_eq!((found.body_start, found.body_line), (12, 5));
}

#[test]
fn a_source_keeps_to_its_length() {
    let text = b"0123456789";
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(text).expect("written");
    let on_disk = Bytes::open(file.path()).expect("a plain file");
    // What comes later is not seen.
    file.write_all(b"later").expect("written");
    let whole = Chunk { start: 0, end: 10, first_line: 1 };
    for bytes in [on_disk, Bytes::from_vec(text.to_vec())] {
        assert_eq!((bytes.len(), bytes.is_empty()), (10, false));
        let mut buffer = b"old content, which is longer".to_vec();
        for (offset, len, expected) in
            [(0, 4, &b"0123"[..]), (8, 4, b"89"), (10, 4, b""), (u64::MAX, 4, b""), (3, 0, b""), (0, usize::MAX, text)]
        {
            bytes.read_at_most(offset, &mut buffer, len).expect("read");
            assert_eq!(buffer, expected);
        }
        let mut exact = [0; 3];
        bytes.read_exact_at(7, &mut exact).expect("read");
        assert_eq!(&exact, b"789");
        for beyond in [8, 11, u64::MAX] {
            let error = bytes.read_exact_at(beyond, &mut exact).expect_err("too short");
            assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
        }
        whole.read(&bytes, &mut buffer).expect("read");
        assert_eq!(buffer, text);
        let beyond = Chunk { end: 11, ..whole };
        assert_eq!(beyond.read(&bytes, &mut buffer).expect_err("too short").kind(), std::io::ErrorKind::UnexpectedEof);
        assert_eq!(plan_chunks(&bytes, 10, 1, &Dialect::default(), 4).expect("planned"), []);
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    assert!(Bytes::open(directory.path()).is_err());
}
