//! What `init` proposes for a file of any kind.
#![no_main]

use avstem::engine::source::Bytes;
use avstem::ingest::expand::Bounds;
use avstem::ingest::guess::group::{Given, propose};
use avstem::ingest::guess::look::look;
use avstem::ingest::source::unpacked;
use avstem::model::currency::Currencies;
use avstem_fuzz::is_explained;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let bounds = Bounds { plain_bytes_max: 1 << 20, ratio_max: 100, free_bytes: 1 << 16 };
    let files = match unpacked("shop/ordrar.csv", Bytes::from_vec(data.to_vec()), bounds) {
        Ok(files) => files,
        Err(error) => return is_explained(&error),
    };
    let mut given = Vec::new();
    for (number, (path, file)) in files.into_iter().enumerate() {
        match look(&path, &file) {
            Ok(look) => given.push(Given { number, path, look }),
            Err(error) => is_explained(&error),
        }
    }
    drop(propose(given, &Currencies::default()));
});
