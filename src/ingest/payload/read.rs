//! A file of documents to facts: batches are read one after the other, the documents of one in parallel.

use std::io;

use rayon::prelude::*;

use super::document::DocContext;
use super::documents::Documents;
use super::fact::Api;
use super::heard::Heard;
use super::path::PathHints;
use super::recognise::{Dintero, Kind};
use crate::engine::source::Bytes;
use crate::ingest::dintero::facts::facts as dintero_facts;
use crate::ingest::source::FileError;
use crate::ingest::swedbank_pay::payload::facts as swedbank_pay_facts;

/// What some documents of one API tell.
#[derive(Debug)]
pub struct Found {
    /// Whose API it is; `None` of documents that are of none that is known.
    pub api: Option<Api>,
    /// What they give.
    pub heard: Heard,
}

/// Documents that one task reads before it hands over what it found.
const DOCUMENTS_AT_ONCE: usize = 256;

/// Reads all documents of a file and hands over what they tell, from several threads at once and in any order.
///
/// # Errors
/// The file is damaged, or what is handed over cannot be kept.
pub fn file(
    shown: &str,
    bytes: &Bytes,
    file: u32,
    path: &PathHints,
    emit: &(dyn Fn(Found) -> io::Result<()> + Sync),
) -> Result<(), FileError> {
    let context = DocContext { file, path: path.clone() };
    let mut documents = Documents::new(shown, bytes)?;
    while let Some(batch) = documents.next_batch()? {
        batch.spans().par_chunks(DOCUMENTS_AT_ONCE).try_for_each(|spans| {
            let apis = [Some(Api::SwedbankPay), Some(Api::Dintero), None];
            let mut found = apis.map(|api| Found { api, heard: Heard::default() });
            for span in spans {
                let document = batch.document(*span)?;
                let [swedbank_pay, dintero, nobody] = &mut found;
                match document.kind() {
                    // Settlements are read whole and by themselves; passed by here, their money would be missing unseen.
                    Some(Kind::Dintero(Dintero::SettlementReport | Dintero::SettlementList)) => {
                        let help = "put settlements and other documents in files of their own";
                        return Err(FileError::new(
                            shown,
                            "a settlement of Dintero stands among other documents",
                            help,
                        )
                        .at(document.line(), None));
                    }
                    Some(Kind::SwedbankPay(kind)) => {
                        swedbank_pay_facts(&document, kind, &context, &mut swedbank_pay.heard);
                    }
                    Some(Kind::Dintero(kind)) => dintero_facts(&document, kind, &context, &mut dintero.heard),
                    Some(Kind::CanonicalRow) => nobody.heard.rejects.push((document.line(), document.canonical_row())),
                    None => nobody.heard.rejects.push((document.line(), document.unknown())),
                }
            }
            for found in found.into_iter().filter(|found| found.heard != Heard::default()) {
                emit(found).map_err(|error| {
                    FileError::new(
                        shown,
                        format!("working files: {error}"),
                        "make room for temporary files (TMPDIR), then run again",
                    )
                })?;
            }
            Ok::<(), FileError>(())
        })?;
    }
    Ok(())
}
