//! Dintero's settlement reports in XML, without a profile and with one that says what amounts count.
#![no_main]

use avstem::engine::source::Bytes;
use avstem::ingest::dintero::settlement::convert_settlement_xml;
use avstem::ingest::profile::{AmountUnit, Profile};
use avstem::model::currency::Currencies;
use avstem_fuzz::{SHOWN, is_explained, read_parts};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    for amount_unit in [None, Some(AmountUnit::Major), Some(AmountUnit::Minor)] {
        let profile = Profile { amount_unit, ..Profile::default() };
        let profile = amount_unit.map(|_| &profile);
        match convert_settlement_xml(SHOWN, &Bytes::from_vec(data.to_vec()), profile, &Currencies::default()) {
            Ok(parts) => read_parts(parts),
            Err(error) => is_explained(&error),
        }
    }
});
