//! JSON as a run reads it: canonical rows, settlements, or documents that are put together.
#![no_main]

use avstem::ingest::source::Shape;
use avstem_fuzz::{dataset, read};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    read(data, Shape::Json, None, None);
    if let Some(last) = data.last() {
        read(data, Shape::Json, Some(dataset(*last)), None);
    }
});
