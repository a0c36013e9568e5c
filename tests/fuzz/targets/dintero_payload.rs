//! Documents of Dintero's API: as a run reads them, and each read as every kind of document, whatever its keys say.
#![no_main]

use avstem::engine::source::Bytes;
use avstem::ingest::dintero::facts::facts;
use avstem::ingest::payload::document::DocContext;
use avstem::ingest::payload::documents::Documents;
use avstem::ingest::payload::heard::Heard;
use avstem::ingest::payload::path::PathHints;
use avstem::ingest::payload::recognise::Dintero;
use avstem_fuzz::{SHOWN, is_explained, read_payloads};

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
    let bytes = Bytes::from_vec(data.to_vec());
    read_payloads(&bytes);
    let contexts = [SHOWN, "f.json"].map(|path| DocContext { file: 0, path: PathHints::new(path) });
    let mut documents = match Documents::new(SHOWN, &bytes) {
        Ok(documents) => documents,
        Err(error) => return is_explained(&error),
    };
    while let Ok(Some(batch)) = documents.next_batch() {
        for span in batch.spans() {
            let document = match batch.document(*span) {
                Ok(document) => document,
                Err(error) => return is_explained(&error),
            };
            for kind in KINDS {
                for context in &contexts {
                    let mut heard = Heard::default();
                    facts(&document, *kind, context, &mut heard);
                    for (line, reject) in heard.rejects {
                        assert!(line > 0 && !reject.reason.is_empty());
                        assert!(reject.value.chars().count() <= 130, "{}", reject.value);
                    }
                }
            }
        }
    }
});
