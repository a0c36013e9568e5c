//! Documents of SwedbankPay's API: as a run reads them, and each read as every kind of document, whatever its keys say.
#![no_main]

use avstem::engine::source::Bytes;
use avstem::ingest::payload::recognise::SwedbankPay;
use avstem::ingest::swedbank_pay::payload::facts;
use avstem_fuzz::documents::read_documents;
use avstem_fuzz::read_payloads;

const KINDS: &[SwedbankPay] =
    &[SwedbankPay::Enveloped, SwedbankPay::Order, SwedbankPay::List, SwedbankPay::Transaction, SwedbankPay::Problem];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    read_payloads(&Bytes::from_vec(data.to_vec()));
    read_documents(data, KINDS, facts);
});
