//! Records and lines that are longer than any should be: memory stays bounded, and what is too long is an error with its line.

use avstem::engine::chunk::{ChunkError, header_end_within, plan_chunks_within};
use avstem::engine::source::Bytes;
use avstem::engine::split::{Dialect, Scratch, split_records};

const TARGET_LEN: usize = 100_000;
/// Little, so that tests are quick; more than the window in which a file is gone through.
const RECORD_LEN_MAX: u64 = 500_000;

/// A file of these stretches, one behind the other: a text and how often it stands there.
fn file_of(stretches: &[(&str, usize)]) -> Bytes {
    let mut data = Vec::new();
    for (text, times) in stretches {
        data.extend_from_slice(&text.as_bytes().repeat(*times));
    }
    Bytes::from_vec(data)
}

/// The number of records, the line of the last, and the length of the longest chunk.
fn split(bytes: &Bytes, dialect: Dialect) -> Result<(u64, u64, u64), (u64, bool)> {
    let chunks = match plan_chunks_within(bytes, 0, 1, &dialect, TARGET_LEN, RECORD_LEN_MAX) {
        Ok(chunks) => chunks,
        Err(ChunkError::RecordTooLong { line, quoted }) => return Err((line, quoted)),
        Err(ChunkError::Io(error)) => panic!("{error}"),
    };
    let (mut count, mut last_line, mut longest, mut end) = (0, 0, 0, 0);
    let (mut buffer, mut scratch) = (Vec::new(), Scratch::new());
    for chunk in chunks {
        assert_eq!(chunk.start, end, "the chunks leave nothing out");
        end = chunk.end;
        longest = longest.max(chunk.end - chunk.start);
        chunk.read(bytes, &mut buffer).unwrap();
        split_records(&buffer, chunk.start, chunk.first_line, &dialect, &mut scratch, &mut |record| {
            assert_eq!(record.len(), 2, "at {}", record.offset);
            count += 1;
            last_line = record.line;
        });
    }
    assert_eq!(end, bytes.len());
    Ok((count, last_line, longest))
}

#[test]
fn what_offers_nothing_to_cut_after_is_cut_record_by_record() {
    let many = 150_000;
    let returns = file_of(&[("abc,def\r", many)]);
    // Counted in the other byte there is one line, and nothing to cut after; the chunks are of the wanted length all the same.
    let (target, longest) = (TARGET_LEN as u64, TARGET_LEN as u64 + 7);
    assert_eq!(split(&returns, Dialect::default()), Ok((many as u64, 1, target)));
    assert_eq!(
        split(&returns, Dialect { line_end: b'\r', ..Dialect::default() }),
        Ok((many as u64, many as u64, target))
    );
    // Line ends inside quotes only, so that every piece is joined to the one before; the records end in a lone return.
    let quoted = file_of(&[("\"a\n\",\"\n\"\"\"\r", many)]);
    let (count, line, len) = split(&quoted, Dialect::default()).unwrap();
    assert_eq!((count, line), (many as u64, 2 * (many as u64 - 1) + 1));
    assert!(len <= longest + 4, "{len}");
}

#[test]
fn a_record_may_be_long_but_not_longer_than_the_bound() {
    let max = usize::try_from(RECORD_LEN_MAX).unwrap();
    let rows = ("a,b\n", 1000);
    // Within the bound, whatever it is made of.
    for long in ["x", "\n", "\r\n", "\"\""] {
        let bytes = file_of(&[rows, ("\"", 1), (long, (max - 1000) / long.len()), ("\",b\n", 1), rows]);
        assert_eq!(split(&bytes, Dialect::default()).map(|(count, ..)| count), Ok(2001), "{long:?}");
    }
    // Beyond it; a file is gone through in windows, so that it is found within one.
    let beyond = max + (150_000);
    for (begins, long, quoted) in [("\"", "x", true), ("\"", "a,b\n", true), ("\"", "a,b\r", true), ("", "x", false)] {
        let bytes = file_of(&[rows, ("c,", 1), (begins, 1), (long, beyond / long.len())]);
        assert_eq!(split(&bytes, Dialect::default()), Err((1001, quoted)), "{begins}{long:?}");
    }
    // The same for the record that is the header.
    for (begins, long, quoted) in
        [("\"", "x", true), ("\"", "a,b\n", true), ("", "x", false), ("", ",", false), ("", "\n", false)]
    {
        let bytes = file_of(&[(begins, 1), (long, 2 * beyond / long.len())]);
        match header_end_within(&bytes, &Dialect::default(), RECORD_LEN_MAX) {
            Err(ChunkError::RecordTooLong { line: 1, quoted: found }) => assert_eq!(found, quoted, "{begins}{long:?}"),
            other => panic!("{begins}{long:?}: {other:?}"),
        }
    }
}

#[test]
fn a_record_that_ends_inside_quotes_says_so() {
    let cases: [(&str, &[bool]); 9] = [
        ("a,\"b", &[true]),
        ("a,\"b\n1,2\n", &[true]),
        ("1,2\na,\"b\"\"", &[false, true]),
        ("a,\"b\"", &[false]),
        ("a,\"b\"\n", &[false]),
        ("a,\"b\"c", &[false]),
        ("a,b\"", &[false]),
        ("a,\"", &[true]),
        ("\"\"", &[false]),
    ];
    for (text, expected) in cases {
        let mut found = Vec::new();
        split_records(text.as_bytes(), 0, 1, &Dialect::default(), &mut Scratch::new(), &mut |record| {
            found.push(record.unclosed);
        });
        assert_eq!(found, expected, "{text:?}");
    }
}
