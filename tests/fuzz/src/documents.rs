//! The documents of a file, each read as every kind of document that an API knows.

use avstem::engine::source::Bytes;
use avstem::ingest::payload::document::{DocContext, Document};
use avstem::ingest::payload::documents::Documents;
use avstem::ingest::payload::heard::Heard;
use avstem::ingest::payload::path::PathHints;

use crate::{SHOWN, is_explained, is_short};

/// What an API's documents tell of.
type Facts<K> = fn(&Document<'_>, K, &DocContext, &mut Heard);

/// Reads every document as every kind, with and without what a path says.
pub fn read_documents<K: Copy>(data: &[u8], kinds: &[K], facts: Facts<K>) {
    let bytes = Bytes::from_vec(data.to_vec());
    let contexts = [SHOWN, "f.json"].map(|path| DocContext { path: PathHints::new(path), ..DocContext::default() });
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
            for (kind, context) in kinds.iter().flat_map(|kind| contexts.iter().map(|context| (*kind, context))) {
                let mut heard = Heard::default();
                facts(&document, kind, context, &mut heard);
                for (line, reject) in heard.rejects {
                    assert!(line > 0 && !reject.reason.is_empty());
                    is_short(&reject.value);
                }
            }
        }
    }
}
