//! A file of documents to facts: batches are read one after the other, the documents of one in parallel.

use std::io;

use rayon::prelude::*;

use super::document::DocContext;
use super::documents::{Batch, Documents, Span};
use super::fact::Api;
use super::heard::Heard;
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
    context: &DocContext,
    emit: &(dyn Fn(Found) -> io::Result<()> + Sync),
) -> Result<(), FileError> {
    let mut documents = Documents::new(shown, bytes)?;
    let mut next = documents.next_batch()?;
    // While the documents of one batch are read, those of the next are looked for.
    while let Some(batch) = next {
        let read = || -> Result<(), FileError> {
            let of_parts: Vec<Result<(), FileError>> = batch
                .spans()
                .par_chunks(DOCUMENTS_AT_ONCE)
                .map(|spans| some(shown, &batch, spans, context, emit))
                .collect();
            // Of several flaws the first in the file is said.
            of_parts.into_iter().collect()
        };
        let (read, following) = rayon::join(read, || documents.next_batch());
        read?;
        next = following?;
    }
    Ok(())
}

/// Reads some documents of a batch.
fn some(
    shown: &str,
    batch: &Batch,
    spans: &[Span],
    context: &DocContext,
    emit: &(dyn Fn(Found) -> io::Result<()> + Sync),
) -> Result<(), FileError> {
    let apis = [Some(Api::SwedbankPay), Some(Api::Dintero), None];
    let mut found = apis.map(|api| Found { api, heard: Heard::default() });
    for span in spans {
        let document = batch.document(*span)?;
        let [swedbank_pay, dintero, nobody] = &mut found;
        match document.kind() {
            // Settlements are read whole and by themselves; passed by here, their money would be missing unseen.
            Some(Kind::Dintero(Dintero::SettlementReport | Dintero::SettlementList)) => {
                let help = "put settlements and other documents in files of their own";
                let problem = "a settlement of Dintero stands among other documents";
                return Err(FileError::new(shown, problem, help).at(document.line(), None));
            }
            Some(Kind::SwedbankPay(kind)) => {
                swedbank_pay_facts(&document, kind, context, &mut swedbank_pay.heard);
            }
            Some(Kind::Dintero(kind)) => dintero_facts(&document, kind, context, &mut dintero.heard),
            Some(Kind::CanonicalRow) => nobody.heard.rejects.push((document.line(), document.canonical_row())),
            None => nobody.heard.rejects.push((document.line(), document.unknown())),
        }
    }
    found.into_iter().filter(|found| found.heard != Heard::default()).try_for_each(|found| {
        emit(found).map_err(|error| {
            let help = "make room for temporary files (TMPDIR), then run again";
            FileError::new(shown, format!("working files: {error}"), help)
        })
    })
}
