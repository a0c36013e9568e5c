//! Dintero's settlements in JSON, whatever the first document says that it is.
#![no_main]

use avstem::engine::source::Bytes;
use avstem::ingest::dintero::settlement::convert_settlement_json;
use avstem::model::currency::Currencies;
use avstem_fuzz::{SHOWN, is_explained, read_parts};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    match convert_settlement_json(SHOWN, &Bytes::from_vec(data.to_vec()), &Currencies::default()) {
        Ok(parts) => read_parts(parts),
        Err(error) => is_explained(&error),
    }
});
