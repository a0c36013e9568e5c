//! The fast splitter against the `csv` crate: whatever the bytes and wherever they are cut, the records are those of the reference, and each
//! says truly where it stands.

use std::io::Write;

use avstem::engine::chunk::{Chunk, ChunkError, assume_chunks, header_end, plan_chunks, plan_chunks_within};
use avstem::engine::ends::FieldPlace;
use avstem::engine::source::Bytes;
use avstem::engine::split::{Dialect, Record, Scratch, split_one, split_records};
use proptest::prelude::*;

type Fields = Vec<Vec<u8>>;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What a record said about itself, in a form that outlives it.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    offset: u64,
    line: u64,
    raw: Vec<u8>,
    fields: Fields,
}

impl Seen {
    fn new(record: &Record<'_>) -> Self {
        assert!(!record.is_empty());
        assert_eq!(record.get(record.len()), None);
        assert_eq!(record.field(record.len()), b"");
        let is_plain = |byte: &u8| (b'!'..=b'~').contains(byte) && *byte != b'"';
        if record.plain {
            assert!(record.fields().flatten().all(is_plain), "{record:?}");
            assert!((0..record.len()).all(|index| record.plain_field(FieldPlace::of(index)) == record.field(index)));
            assert_eq!(record.plain_field(FieldPlace::NOWHERE), b"");
        }
        Self {
            offset: record.offset,
            line: record.line,
            raw: record.raw.to_vec(),
            fields: record.fields().map(<[u8]>::to_vec).collect(),
        }
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).expect("offsets of a test fit memory")
}

fn line_at(data: &[u8], offset: u64, line_end: u8) -> u64 {
    data[..index(offset)].iter().map(|&byte| u64::from(byte == line_end)).sum::<u64>() + 1
}

fn reference(data: &[u8], dialect: Dialect) -> Vec<Fields> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(dialect.delimiter)
        .from_reader(data)
        .byte_records()
        .map(|record| record.expect("bytes in memory can be read").iter().map(<[u8]>::to_vec).collect())
        .collect()
}

fn split_chunks(bytes: &Bytes, chunks: &[Chunk], dialect: Dialect) -> Vec<Seen> {
    let mut seen = Vec::new();
    let mut buffer = Vec::new();
    let mut scratch = Scratch::new();
    for chunk in chunks {
        chunk.read(bytes, &mut buffer).expect("the chunk is there");
        split_records(&buffer, chunk.start, chunk.first_line, &dialect, &mut scratch, &mut |record| {
            seen.push(Seen::new(record));
        });
    }
    seen
}

/// Chunks that are assumed are those that are proven, unless one of them but the last ends inside quotes, and lines add up.
fn check_assumed(
    bytes: &Bytes,
    (body_start, first_line): (u64, u64),
    dialect: Dialect,
    target_len: usize,
    (proven, expected): (&[Chunk], &[Seen]),
) {
    let assumed = assume_chunks(bytes, body_start, first_line, &dialect, target_len).expect("planned").expect("short");
    let (mut seen, mut line, mut cut_in_quotes) = (Vec::new(), first_line, false);
    let (mut buffer, mut scratch) = (Vec::new(), Scratch::new());
    for chunk in &assumed {
        assert_eq!(chunk.first_line, first_line);
        chunk.read(bytes, &mut buffer).expect("the chunk is there");
        let ended = split_records(&buffer, chunk.start, line, &dialect, &mut scratch, &mut |record| {
            seen.push(Seen::new(record));
        });
        line += ended.line_ends;
        cut_in_quotes |= ended.within_quotes && chunk.end < bytes.len();
    }
    if cut_in_quotes {
        assert!(assumed.len() > proven.len());
    } else {
        let ends = |chunks: &[Chunk]| chunks.iter().map(|chunk| (chunk.start, chunk.end)).collect::<Vec<_>>();
        assert_eq!(ends(&assumed), ends(proven));
        assert_eq!(seen, expected);
    }
}

/// Checks all that is promised of the chunks and records of a body that begins at `body_start`.
fn check(data: &[u8], bytes: &Bytes, body_start: u64, dialect: Dialect, target_len: usize) {
    let first_line = line_at(data, body_start, dialect.line_end);
    let chunks = plan_chunks(bytes, body_start, first_line, &dialect, target_len).expect("planned");
    let again = plan_chunks(bytes, body_start, first_line, &dialect, target_len).expect("planned");
    assert_eq!(chunks, again);

    // The chunks cover the body without a gap, and each but the first begins after a line end.
    let mut end = body_start;
    for chunk in &chunks {
        assert_eq!(chunk.start, end);
        assert!(chunk.end > chunk.start);
        assert_eq!(chunk.first_line, line_at(data, chunk.start, dialect.line_end));
        assert!(chunk.start == body_start || data[index(chunk.start) - 1] == dialect.line_end);
        end = chunk.end;
    }
    assert!(end == bytes.len() || (chunks.is_empty() && body_start >= bytes.len()));

    let seen = split_chunks(bytes, &chunks, dialect);
    if target_len <= 1 {
        // As many cuts as there can be: after every line end that is not within a record.
        let mut places: Vec<usize> = (index(body_start)..data.len())
            .filter(|&at| at == index(body_start) || data[at - 1] == dialect.line_end)
            .collect();
        for record in &seen {
            let start = index(record.offset);
            places.retain(|&at| at <= start || at > start + record.raw.len());
        }
        let starts: Vec<usize> = chunks.iter().map(|chunk| index(chunk.start)).collect();
        assert_eq!(starts, places);
    }
    check_assumed(bytes, (body_start, first_line), dialect, target_len, (&chunks, &seen));
    // With the longest record as the bound, chunks longer than that are cut otherwise, and hold the same records.
    let longest = seen.iter().map(|record| record.raw.len()).max().unwrap_or_default();
    let within = |len: usize| {
        let len = u64::try_from(len).expect("small");
        plan_chunks_within(bytes, body_start, first_line, &dialect, target_len, len)
    };
    assert_eq!(split_chunks(bytes, &within(longest).expect("no record is longer"), dialect), seen);
    if let Some(len) = longest.checked_sub(1) {
        let of_that_len = |line| seen.iter().any(|record| record.line == line && record.raw.len() == longest);
        match within(len) {
            Err(ChunkError::RecordTooLong { line, .. }) => assert!(of_that_len(line), "line {line}"),
            other => panic!("{other:?}"),
        }
    }
    let fields: Vec<&Fields> = seen.iter().map(|record| &record.fields).collect();
    let expected = reference(&data[index(body_start)..], dialect);
    assert_eq!(fields, expected.iter().collect::<Vec<_>>());

    let mut scratch = Scratch::new();
    let mut behind = index(body_start);
    for record in &seen {
        let start = index(record.offset);
        let end = start + record.raw.len();
        assert_eq!(record.raw, &data[start..end]);
        assert_eq!(record.line, line_at(data, record.offset, dialect.line_end));
        assert!(data[behind..start].iter().all(|byte| b"\r\n".contains(byte)));
        behind = end;

        // Read back alone: with all that follows, and with no byte too many.
        let first = split_one(&data[start..], &dialect, &mut scratch).expect("a record begins here");
        assert_eq!(first.complete, end < data.len());
        assert_eq!((first.record.offset, first.record.line), (0, 1));
        assert_eq!(first.record.raw, record.raw);
        assert_eq!(first.record.fields().map(<[u8]>::to_vec).collect::<Fields>(), record.fields);
        let first = split_one(&record.raw, &dialect, &mut scratch).expect("a record begins here");
        assert!(!first.complete);
        assert_eq!(first.record.fields().map(<[u8]>::to_vec).collect::<Fields>(), record.fields);
    }
    assert!(data[behind..].iter().all(|byte| b"\r\n".contains(byte)));
}

/// Bytes of which most mean something to the grammar.
fn grammar_bytes(len_max: usize) -> impl Strategy<Value = Vec<u8>> {
    bytes_of(b"\"\"\"\"\",,,;;;\r\r\n\n\nab\t \xC3\0", len_max)
}

fn bytes_of(alphabet: &'static [u8], len_max: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(alphabet), 0..len_max)
}

/// Rows as programs write them, with fields that need quotes among those that do not.
fn ordinary_rows() -> impl Strategy<Value = Vec<u8>> {
    let field = prop_oneof![
        4 => bytes_of(b"abcdefgh0123456789", 12),
        1 => bytes_of(b"abcdefgh,,;;\n\r\"", 30).prop_map(|content| {
            let mut field = vec![b'"'];
            for byte in content {
                field.push(byte);
                if byte == b'"' {
                    field.push(byte);
                }
            }
            field.push(b'"');
            field
        }),
    ];
    let rows = prop::collection::vec(prop::collection::vec(field, 1..6), 0..12);
    let line_end = prop::sample::select(vec![&b"\n"[..], b"\r\n", b"\r"]);
    (rows, line_end, any::<bool>()).prop_map(|(rows, line_end, ended)| {
        let rows: Vec<Vec<u8>> = rows.iter().map(|row| row.join(&b","[..])).collect();
        let mut text = rows.join(line_end);
        if ended {
            text.extend_from_slice(line_end);
        }
        text
    })
}

fn any_data() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => grammar_bytes(200),
        2 => ordinary_rows(),
        1 => prop::collection::vec(any::<u8>(), 0..300),
    ]
}

fn any_dialect() -> impl Strategy<Value = Dialect> {
    let delimiter = prop::sample::select(b",,,;;\t\0a".to_vec());
    let line_end = prop::sample::select(b"\n\n\r".to_vec());
    (delimiter, line_end).prop_map(|(delimiter, line_end)| Dialect { delimiter, line_end })
}

fn any_target_len() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 0..65_usize, 2 => Just(1), 1 => Just(1 << 20), 1 => Just(usize::MAX)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn records_are_those_of_the_reference(data in any_data(), dialect in any_dialect(), target_len in any_target_len()) {
        // The reference would skip the mark; here it belongs to the caller.
        prop_assume!(!data.starts_with(BYTE_ORDER_MARK));
        check(&data, &Bytes::from_vec(data.clone()), 0, dialect, target_len);
    }

    #[test]
    fn header_and_body_are_those_of_the_reference(
        data in any_data(), marked in any::<bool>(), dialect in any_dialect(), target_len in any_target_len(),
    ) {
        let data = if marked { [BYTE_ORDER_MARK, &data].concat() } else { data };
        let expected = reference(&data, dialect);
        let bytes = Bytes::from_vec(data.clone());
        let header = header_end(&bytes, &dialect).expect("read");
        prop_assert_eq!(header.is_some(), !expected.is_empty());
        if let Some(header) = header {
            let mut scratch = Scratch::new();
            let first = split_one(&data[index(header.start)..index(header.end)], &dialect, &mut scratch);
            let fields: Option<Fields> = first.map(|first| first.record.fields().map(<[u8]>::to_vec).collect());
            prop_assert_eq!(fields.as_ref(), expected.first());
            prop_assert_eq!(header.line, line_at(&data, header.start, header.line_end));
            prop_assert_eq!(header.body_line, line_at(&data, header.body_start, header.line_end));
            prop_assert!(header.body_start >= header.end);
            prop_assert!(header.body_start - header.end <= 2);
            // A terminator is not left in half.
            let body = &data[index(header.body_start)..];
            prop_assert!(!(data[..index(header.body_start)].ends_with(b"\r") && body.starts_with(b"\n")));

            // As the pipeline reads on: lines are counted as the header's ended.
            let lone_return = header.body_start == header.end + 1 && data[index(header.end)] == b'\r';
            prop_assert_eq!(header.line_end, if lone_return { b'\r' } else { b'\n' });
            let dialect = Dialect { line_end: header.line_end, ..dialect };
            let body_expected = reference(body, dialect);
            prop_assume!(!body.starts_with(BYTE_ORDER_MARK));
            prop_assert_eq!(&expected[1..], &body_expected[..]);
            check(&data, &bytes, header.body_start, dialect, target_len);
        }
    }

    #[test]
    fn an_incomplete_record_says_so(data in any_data(), cut in any::<prop::sample::Index>(), dialect in any_dialect()) {
        let whole = split_chunks(
            &Bytes::from_vec(data.clone()),
            &[Chunk { start: 0, end: u64::try_from(data.len()).expect("small"), first_line: 1 }],
            dialect,
        );
        let short = &data[..cut.index(data.len() + 1)];
        let mut scratch = Scratch::new();
        if let Some(first) = split_one(short, &dialect, &mut scratch) && first.complete {
            // What counts as complete does not change when more bytes are seen.
            let fields: Fields = first.record.fields().map(<[u8]>::to_vec).collect();
            prop_assert_eq!(Some(&fields), whole.first().map(|record| &record.fields));
            prop_assert_eq!(first.record.offset, whole[0].offset);
            prop_assert_eq!(first.record.line, whole[0].line);
        }
    }
}

/// A sequence that looks random and is the same in every run.
struct Noise(u64);

impl Noise {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Rows of more than a million bytes, so that reads and vectors have seams; now and then a quoted field is itself longer than a read.
fn large_data(quoted: bool) -> Vec<u8> {
    let mut noise = Noise(0x9E37_79B9_7F4A_7C15);
    let mut data = Vec::new();
    while data.len() < 1_200_000 {
        for field in 0..4 {
            if field > 0 {
                data.push(b',');
            }
            match noise.below(if quoted { 40 } else { 20 }) {
                0..20 => {
                    let len = noise.below(20);
                    data.extend((0..len).map(|_| b'x'));
                }
                20..38 => {
                    data.push(b'"');
                    for _ in 0..noise.below(8) {
                        data.extend_from_slice([&b"\"\""[..], b"\n", b",", b"\r\n", b"q"][index(noise.below(5))]);
                    }
                    data.push(b'"');
                }
                38 => data.extend_from_slice(b"5\" disk"),
                _ => {
                    let len = if noise.below(3000) == 0 { 200_000 } else { 10 };
                    data.push(b'"');
                    data.extend((0..len).map(|at| if at % 50 == 0 { b'\n' } else { b'z' }));
                    data.extend_from_slice(b"\"tail");
                }
            }
        }
        data.extend_from_slice([&b"\n"[..], b"\r\n", b"\r", b"\n\n"][index(noise.below(4))]);
    }
    data
}

#[test]
fn a_record_is_plain_where_nothing_but_its_fields_stands_in_it() {
    // Long enough that records begin and end in all places of the blocks that are looked at together.
    let odd = ["a ,b", "a,\tb", "a,\u{e5}b", "a,\u{7f}", "a,\u{0}"];
    let mut data = Vec::new();
    let mut expected = Vec::new();
    for (number, odd) in odd.iter().cycle().take(400).enumerate() {
        let plain = format!("{},!~{}\r\n", "x".repeat(number % 71), "y".repeat(number % 7));
        data.extend_from_slice(plain.as_bytes());
        data.extend_from_slice(odd.as_bytes());
        data.push(b'\n');
        expected.extend([true, false]);
    }
    data.extend_from_slice(b"last,one");
    expected.push(true);
    let mut seen = Vec::new();
    split_records(&data, 0, 1, &Dialect::default(), &mut Scratch::new(), &mut |record| seen.push(record.plain));
    assert_eq!(seen, expected);
    // Between quotes nothing is plain, and in a file with a quote nothing is called so.
    data.extend_from_slice(b"\n\"q\",r\n");
    split_records(&data, 0, 1, &Dialect::default(), &mut Scratch::new(), &mut |record| assert!(!record.plain));
}

#[test]
fn a_record_may_have_any_number_of_fields() {
    // Beside those of few fields, so many that none of the lists that are used again has room for them; on each other's heels.
    let counts = [1, 2, 250, 252, 253, 254, 255, 256, 257, 3, 258, 600, 4, 5_000, 5];
    for end in ["\n", "\r\n"] {
        let record = |count: usize| (0..count).map(|field| format!("{field}")).collect::<Vec<_>>().join(",") + end;
        let data: String = counts.into_iter().chain(counts.into_iter().rev()).map(record).collect();
        let bytes = Bytes::from_vec(data.clone().into_bytes());
        for chunk_bytes in [1, 1 << 12, 1 << 20] {
            let chunks = plan_chunks(&bytes, 0, 1, &Dialect::default(), chunk_bytes).expect("records end somewhere");
            let seen = split_chunks(&bytes, &chunks, Dialect::default());
            let fields: Vec<Fields> = seen.into_iter().map(|seen| seen.fields).collect();
            assert_eq!(fields, reference(data.as_bytes(), Dialect::default()), "{chunk_bytes}");
        }
    }
    let (few, mut plain) = ("1,2,3\n", Vec::new());
    let many = ["4"; 300].join(",");
    let data = format!("{few}{many}\n{few}");
    split_records(data.as_bytes(), 0, 1, &Dialect::default(), &mut Scratch::new(), &mut |record| {
        Seen::new(record);
        plain.push(record.plain);
    });
    assert_eq!(plain, [true, false, true]);
}

#[test]
fn large_files_have_the_records_of_the_reference() {
    for quoted in [false, true] {
        let data = large_data(quoted);
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(&data).expect("written");
        let on_disk = Bytes::from_file(file).expect("a plain file");
        let in_memory = Bytes::from_vec(data.clone());
        for target_len in [500, 131_072, 300_001, usize::MAX] {
            check_large(&data, &on_disk, target_len);
            check_large(&data, &in_memory, target_len);
        }
    }
}

/// As `check`, without what takes quadratic time.
fn check_large(data: &[u8], bytes: &Bytes, target_len: usize) {
    let dialect = Dialect::default();
    let chunks = plan_chunks(bytes, 0, 1, &dialect, target_len).expect("planned");
    if target_len < 140_000 {
        assert!(chunks.len() > 2, "the file is cut at all");
    }
    let seen = split_chunks(bytes, &chunks, dialect);
    let expected = reference(data, dialect);
    assert_eq!(seen.len(), expected.len());
    let mut at = 0;
    let mut line = 1;
    for (record, fields) in seen.iter().zip(&expected) {
        assert_eq!(&record.fields, fields);
        while at < record.offset {
            line += u64::from(data[index(at)] == b'\n');
            at += 1;
        }
        assert_eq!((record.offset, record.line), (at, line));
        assert!(data[index(at)..].starts_with(&record.raw));
    }
}

#[test]
fn a_quote_at_the_seam_of_two_reads_counts() {
    // Whatever lies at the seam decides whether the line ends behind it are within quotes.
    for opening in [&b",\""[..], b"\n\"", b"\r\"", b"x\"", b",\"\"", b",\"\"\"", b",\"a\"\"", b",\"a\",\""] {
        for len in 131_066..131_074 {
            let mut data = vec![b'x'; len];
            data.extend_from_slice(opening);
            data.extend(b"y,y\n".repeat(40_000));
            data.extend_from_slice(b"\",z\nlast\n");
            let bytes = Bytes::from_vec(data.clone());
            check_large(&data, &bytes, 140_000);
        }
    }
}
