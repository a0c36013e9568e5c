//! The readable rows of the files that take part, once more, into a file a dataset (`--reports parquet`).

use std::path::Path;

use rayon::prelude::*;

use super::error::RunError;
use super::header::chunks;
use super::inputs::Inputs;
use super::plan::Event;
use super::read::Means;
use super::with_library;
use crate::engine::chunk::Chunk;
use crate::engine::split::{Record, Scratch, split_records};
use crate::ingest::canonical::Context;
use crate::ingest::cited::typed;
use crate::ingest::library::{Library, Volume};
use crate::model::origin::Origin;
use crate::model::record::Dataset;
use crate::report::parquet::{DatasetFile, Rows};

/// Chunks that are typed at once, so many whatever the number of threads: what is in memory is then known.
const CHUNKS_AT_ONCE: usize = 8;

/// Writes the rows into a folder, by file in the order of the inputs, then as they stand; a dataset
/// without files has none.
///
/// # Errors
/// An input cannot be read any more, or the folder cannot be written.
pub fn write(inputs: &Inputs, means: &Means<'_>, folder: &Path) -> Result<(), RunError> {
    let takes_part = |file: &usize| inputs.files.get(*file).is_some_and(|file| file.state == "read");
    let files: Vec<usize> = (0..inputs.volumes.len()).filter(takes_part).collect();
    let total = files.iter().map(|file| inputs.volumes[*file].bytes.len()).fold(0, u64::saturating_add);
    (means.on)(Event::Stage { name: "writing Parquet", total });
    with_library(inputs, means, |library| {
        for dataset in Dataset::ALL {
            let of_dataset = files.iter().filter(|file| inputs.volumes[**file].layout.dataset == dataset);
            let mut of_dataset = of_dataset.copied().peekable();
            if of_dataset.peek().is_some() {
                let mut out = DatasetFile::create(folder, dataset)?;
                of_dataset.try_for_each(|file| write_file(inputs, file, library, means, &mut out))?;
                out.finish()?;
            }
        }
        Ok(())
    })
}

fn write_file(
    inputs: &Inputs,
    file: usize,
    library: &Library<'_>,
    means: &Means<'_>,
    out: &mut DatasetFile,
) -> Result<(), RunError> {
    let volume = &inputs.volumes[file];
    let chunks = chunks(volume, inputs.files[file].body, means.plan.chunk_bytes)?;
    for chunks in chunks.chunks(CHUNKS_AT_ONCE) {
        let rows: Vec<Rows> = chunks
            .par_iter()
            .map(|chunk| rows_of(file, volume, chunk, &library.context))
            .collect::<Result<_, RunError>>()?;
        for (rows, chunk) in rows.into_iter().zip(chunks) {
            out.write(rows)?;
            (means.on)(Event::Advance { by: chunk.end.saturating_sub(chunk.start) });
        }
    }
    Ok(())
}

fn rows_of(file: usize, volume: &Volume, chunk: &Chunk, context: &Context<'_>) -> Result<Rows, RunError> {
    let mut buffer = Vec::new();
    chunk.read(&volume.bytes, &mut buffer)?;
    let mut rows = Rows::new(volume.layout.dataset);
    let all_utf8 = std::str::from_utf8(&buffer).is_ok();
    split_records(
        &buffer,
        chunk.start,
        chunk.first_line,
        &volume.dialect,
        &mut Scratch::new(),
        &mut |record: &Record<'_>| {
            // What was rejected before is left out.
            if (all_utf8 || std::str::from_utf8(record.raw).is_ok())
                && let Some(origin) = Origin::new(file, record.offset)
                && let Ok(row) = typed(&volume.layout, record, origin, context)
            {
                rows.push(&row, volume.layout.text(record, "state"));
            }
        },
    );
    Ok(rows)
}
