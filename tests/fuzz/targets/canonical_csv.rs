//! Canonical CSV; the first byte says of which dataset.
#![no_main]

use avstem::engine::source::Bytes;
use avstem_fuzz::{dataset, read_canonical};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some((first, file)) = data.split_first() {
        read_canonical(Bytes::from_vec(file.to_vec()), dataset(*first));
    }
});
