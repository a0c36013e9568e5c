//! Parquet with canonical columns. The reader is a library's; its panics are errors of the file, and memory is bounded.
#![no_main]

use avstem::ingest::source::Shape;
use avstem_fuzz::{dataset, read};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    read(data, Shape::Parquet, None, None);
    if let Some(last) = data.last() {
        read(data, Shape::Parquet, Some(dataset(*last)), None);
    }
});
