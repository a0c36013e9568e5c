//! Statements of a bank in MT940.
#![no_main]

use avstem::engine::source::Bytes;
use avstem::ingest::bank::{is_mt940, read_mt940};
use avstem::ingest::source::Shape;
use avstem::model::record::Dataset;
use avstem_fuzz::{SHOWN, bank, read};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = is_mt940(data);
    let bytes = Bytes::from_vec(data.to_vec());
    bank::check(bank::with_ways(|ways| read_mt940(SHOWN, &bytes, ways)));
    // As a run meets it, where the first bytes decide.
    read(data, Shape::Text, Some(Dataset::Bank), None);
});
