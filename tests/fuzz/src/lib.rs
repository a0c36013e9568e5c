//! What all fuzz targets share: bytes are read as a file of some shape, and then as the canonical rows that it becomes.
//!
//! A file may be refused and a row rejected, both with a message. What may never happen: a panic, an overflow, a hang,
//! memory without bound, a canonical copy that its own reader refuses, or a row that reads as a record in one way and
//! not in the other.

use avstem::engine::source::Bytes;
use avstem::engine::split::{Record, Scratch, split_records};
use avstem::ingest::bank::rows::lists;
use avstem::ingest::canonical::{Context, Memory, Sink, Ways, compact};
use avstem::ingest::cited::typed;
use avstem::ingest::copy::Converted;
use avstem::ingest::formats::{self, Format, Given};
use avstem::ingest::library::Volume;
use avstem::ingest::profile::Profile;
use avstem::ingest::source::{FileError, Opened, Shape};
use avstem::model::compact::{LineRec, OperationRow, SettlementRec};
use avstem::model::currency::Currencies;
use avstem::model::day::Zone;
use avstem::model::names::{NameId, Names};
use avstem::model::origin::Origin;
use avstem::model::record::Dataset;
use avstem::pipeline::header::{Head, canonical_header, chunks};
use avstem::pipeline::payloads::{self, Documents};
use avstem::pipeline::plan::{Input, Plan};
use avstem::rules::settings::Settings;

pub mod bank;
pub mod documents;
pub mod parts;

/// The path under which a file is shown: it says whose order and which operations documents are of.
pub const SHOWN: &str = "orders/A1/captures.json";

/// Chunks are so short that there are several.
const CHUNK_BYTES: usize = 64;

/// A file as if it had been opened.
pub fn opened(data: &[u8], shape: Shape) -> Opened {
    let bytes = Bytes::from_vec(data.to_vec());
    Opened { given_len: bytes.len(), bytes, given_sha256: None, shape }
}

/// Reads a file to the end, whatever it turns out to be.
pub fn read(data: &[u8], shape: Shape, dataset: Option<Dataset>, profile: Option<&Profile>) {
    let opened = opened(data, shape);
    let currencies = Currencies::default();
    let bank_names = avstem::ingest::bank::BankNames::default();
    match formats::read(&opened, &Given { shown: SHOWN, dataset, profile, currencies: &currencies, bank_names: &bank_names }) {
        Ok(Format::Canonical(dataset)) => read_canonical(opened.bytes, dataset),
        Ok(Format::Rows(parts)) => read_parts(parts),
        Ok(Format::Payload) => read_payloads(&opened.bytes),
        Ok(Format::Bank(file)) => bank::check(Ok(file)),
        Err(error) => is_explained(&error),
    }
}

/// Reads the parts of a conversion: their copies are canonical by construction.
pub fn read_parts(parts: Vec<Converted>) {
    for Converted { bytes, dataset, rejects, format, .. } in parts {
        assert!(!format.is_empty());
        for reject in rejects {
            is_short(&reject.value);
            assert!(!reject.reason.is_empty());
        }
        let head = canonical_header(SHOWN, &bytes, dataset, "p").expect("a copy has a header that can be read");
        assert!(head.layout.line_field.is_some(), "a copy says where its rows stood");
        rows(bytes, head);
    }
}

/// Reads documents of an API as a run does: to facts, put together, to rows.
pub fn read_payloads(bytes: &Bytes) {
    let input = Input { shown: SHOWN.to_owned(), path: None, dataset: None, provider: None, profile: None };
    let plan = plan(vec![input.clone()]);
    let mut copy = Vec::new();
    bytes.read_at_most(0, &mut copy, usize::MAX).expect("bytes in memory are read");
    let bytes = Some(std::sync::Arc::new(Bytes::from_vec(copy)));
    match payloads::convert(vec![Documents { input, bytes }], &plan) {
        Ok(files) => files.into_iter().for_each(|file| read_parts(file.parts)),
        Err(error) => assert!(!error.to_string().contains("working files"), "{error}"),
    }
}

fn plan(inputs: Vec<Input>) -> Plan {
    let as_of = chrono::NaiveDate::from_ymd_opt(2026, 10, 31).expect("a day");
    Plan {
        inputs,
        settings: Settings::new(as_of),
        out: "out".into(),
        state: None,
        retain_days: 800,
        matches: false,
        parquet: false,
        workbook: false,
        ages: false,
        page: false,
        journals: Vec::new(),
        journal_folder: None,
        lang: avstem::report::words::Lang::En,
        threads: Some(1),
        memory_bytes: None,
        chunk_bytes: CHUNK_BYTES,
        shard_count: 4,
        as_of,
    }
}

/// Where the records of a row go: nowhere, but a row that is read gives one, and a rejected one gives none.
#[derive(Default)]
struct Taken(u64);

impl Sink for Taken {
    fn line(&mut self, _: &LineRec) {
        self.0 += 1;
    }

    fn operation(&mut self, _: &OperationRow) {
        self.0 += 1;
    }

    fn settlement(&mut self, _: &SettlementRec) {
        self.0 += 1;
    }
}

/// Reads canonical CSV that somebody else wrote.
pub fn read_canonical(bytes: Bytes, dataset: Dataset) {
    match canonical_header(SHOWN, &bytes, dataset, "p") {
        Ok(head) => rows(bytes, head),
        Err(error) => is_explained(&error),
    }
}

fn rows(bytes: Bytes, head: Head) {
    let Head { layout, dialect, body } = head;
    let volume = Volume { shown: SHOWN.to_owned(), bytes: bytes.into(), layout, dialect, lines: Vec::new() };
    let chunks = match chunks(&volume, body, CHUNK_BYTES) {
        Ok(chunks) => chunks,
        Err(error) => return is_explained(&error),
    };
    let (names, currencies) = (Names::default(), Currencies::default());
    let ways = |_: NameId, _: &str| Ways { unique_reference: true, hashed: [true; 4], reference_form: None };
    let context = Context { names: &names, currencies: &currencies, zone: Zone::default(), dated: false, ways: &ways };
    let mut memory = Memory::default();
    let (mut buffer, mut scratch) = (Vec::new(), Scratch::new());
    let dataset = volume.layout.dataset;
    let mut booked = Vec::new();
    for chunk in chunks {
        chunk.read(&volume.bytes, &mut buffer).expect("bytes in memory can be read");
        split_records(&buffer, chunk.start, chunk.first_line, &volume.dialect, &mut scratch, &mut |record: &Record<
            '_,
        >| {
            if std::str::from_utf8(record.raw).is_err() {
                return;
            }
            let origin = Origin::new(0, record.offset).expect("a place in a small file");
            let mut taken = Taken::default();
            let fast = compact(&volume.layout, record, origin, &context, &mut memory, &mut taken);
            // Rows of the books give no record: they are read typed alone.
            assert_eq!(taken.0, u64::from(fast.is_ok() && dataset.is_reconciled()));
            let slow = typed(&volume.layout, record, origin, &context);
            match (fast, slow) {
                (Ok(()), Ok(row)) if dataset == Dataset::Bank => {
                    booked.push((row, format!("{SHOWN}:{}", record.line)));
                }
                (Ok(()), Ok(_)) => {}
                (Err(fast), Err(slow)) => {
                    assert_eq!(fast, slow);
                    is_short(&fast.value);
                }
                (fast, slow) => panic!("{:?} and {:?}", fast, slow.map(|_| ())),
            }
        });
    }
    let statements = bank::with_ways(|ways| lists(booked, "p", Zone::default(), ways));
    statements.iter().for_each(bank::statement);
}

/// A refused file says what is wrong and what to do.
pub fn is_explained(error: &FileError) {
    assert!(!error.problem.is_empty() && !error.help.is_empty() && !error.file.is_empty(), "{error:?}");
    assert!(error.to_string().len() < 100_000, "a message that nobody reads to its end");
}

fn is_short(value: &str) {
    assert!(value.chars().count() <= 130, "{} characters of a rejected field", value.chars().count());
}

/// The dataset that a byte chooses.
pub fn dataset(byte: u8) -> Dataset {
    Dataset::OF_FILES[usize::from(byte) % Dataset::OF_FILES.len()]
}
