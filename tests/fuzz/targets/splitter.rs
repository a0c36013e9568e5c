//! Records and chunks against the csv crate: whatever the bytes, both see the same fields.
#![no_main]

use avstem::engine::chunk::{ChunkError, plan_chunks_within};
use avstem::engine::source::Bytes;
use avstem::engine::split::{Dialect, Scratch, split_records};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let [how, len, data @ ..] = data else { return };
    if data.starts_with(b"\xef\xbb\xbf") {
        // The reference would skip the mark; here it belongs to the caller.
        return;
    }
    let line_end = if how & 1 == 0 { b'\n' } else { b'\r' };
    let dialect = Dialect { delimiter: [b',', b';', b'\t', b'|'][usize::from(how >> 6)], line_end };
    let bytes = Bytes::from_vec(data.to_vec());
    let expected: Vec<Vec<Vec<u8>>> = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(dialect.delimiter)
        .from_reader(data)
        .byte_records()
        .map(|record| record.expect("bytes in memory can be read").iter().map(<[u8]>::to_vec).collect())
        .collect();
    for record_len_max in [u64::from(*len), u64::MAX] {
        let chunks = match plan_chunks_within(&bytes, 0, 1, &dialect, usize::from(*len), record_len_max) {
            Ok(chunks) => chunks,
            Err(ChunkError::RecordTooLong { .. }) => continue,
            Err(error) => panic!("{error}"),
        };
        let mut found = Vec::new();
        let (mut buffer, mut scratch, mut end) = (Vec::new(), Scratch::new(), 0);
        for chunk in chunks {
            assert_eq!(chunk.start, end);
            end = chunk.end;
            chunk.read(&bytes, &mut buffer).expect("bytes in memory can be read");
            split_records(&buffer, chunk.start, chunk.first_line, &dialect, &mut scratch, &mut |record| {
                let before = &data[..usize::try_from(record.offset).expect("small")];
                let line = before.iter().filter(|byte| **byte == line_end).count() + 1;
                assert_eq!(record.line, u64::try_from(line).expect("small"));
                found.push(record.fields().map(<[u8]>::to_vec).collect::<Vec<_>>());
            });
        }
        assert_eq!(end, bytes.len());
        assert_eq!(found, expected);
    }
});
