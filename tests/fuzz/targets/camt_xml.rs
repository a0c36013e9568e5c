//! Statements and advice of a bank, camt.053 and camt.054.
#![no_main]

use avstem::engine::source::Bytes;
use avstem::ingest::bank::{is_camt, read_camt};
use avstem::ingest::source::Shape;
use avstem_fuzz::{SHOWN, bank, read};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = is_camt(data);
    let bytes = Bytes::from_vec(data.to_vec());
    bank::check(bank::with_ways(|ways| read_camt(SHOWN, &bytes, ways)));
    // As a run meets it, where the first bytes decide.
    read(data, Shape::Xml, None, None);
});
