//! Documents of Dintero's API: as a run reads them, and each read as every kind of document, whatever its keys say.
#![no_main]

use avstem::engine::source::Bytes;
use avstem::ingest::dintero::facts::facts;
use avstem::ingest::payload::recognise::Dintero;
use avstem_fuzz::documents::read_documents;
use avstem_fuzz::read_payloads;

const KINDS: &[Dintero] = &[
    Dintero::Draft,
    Dintero::Operation,
    Dintero::Collection,
    Dintero::Order,
    Dintero::OrderEvents,
    Dintero::Transaction,
    Dintero::Webhook,
];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    read_payloads(&Bytes::from_vec(data.to_vec()));
    read_documents(data, KINDS, facts);
});
