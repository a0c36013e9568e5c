//! Groups of rows judged alone: by what judges a run, and by the slow way that can be told.

use std::sync::{Arc, OnceLock};

use super::Reading;
use crate::engine::source::Bytes;
use crate::ingest::layout::LINE_COLUMN;
use crate::ingest::library::Volume;
use crate::model::origin::Origin;
use crate::model::record::ReadBack as _;
use crate::pipeline::error::RunError;
use crate::pipeline::header::{Head, canonical_header};
use crate::pipeline::inputs::{File, Inputs};
use crate::pipeline::night::scan::columns;
use crate::pipeline::plan::Plan;
use crate::pipeline::read::Means;
use crate::pipeline::{Beside, reconcile_inputs, seen, with_library};
use crate::report::view::Report;
use crate::rules::path::{Decision, Source, World, decide};

/// Groups judged alone.
pub(super) struct Alone {
    /// Where the rows stand in this small run.
    pub(super) origins: Vec<Origin>,
    /// The rows with their places as given.
    pub(super) sources: Vec<Source>,
    /// What the small run found, with its matches; a row stands at `:` and its place among all rows.
    pub(super) report: Report,
    /// The ways of all records.
    pub(super) decisions: Vec<Decision>,
}

/// Judges whole groups of rows; `places` are theirs, ascending.
pub(super) fn alone(reading: &Reading, places: &[usize]) -> Result<Alone, RunError> {
    let (mut inputs, origins) = small(reading, places)?;
    let plan = Plan { matches: true, shard_count: 1, memory_bytes: None, ..reading.plan.clone() };
    let means = Means { plan: &plan, ..reading.means() };
    let beside = Beside { seen: reading.seen.clone(), ..Beside::default() };
    let report = reconcile_inputs(&mut inputs, &means, None, &beside)?.report;
    let sources: Vec<Source> = with_library(&inputs, &means, |library| {
        let source = |(origin, place): (&Origin, &usize)| {
            let fresh = &reading.rows[*place];
            let place = format!("{}:{}", reading.inputs.volumes[fresh.file].shown, fresh.line);
            Ok::<_, RunError>(Source { row: library.row(*origin)?, place })
        };
        origins.iter().zip(places).map(source).collect::<Result<_, _>>()
    })?;
    let of = |what: &'static str| {
        let those = reading.seen.iter().filter(move |(kind, ..)| kind == what);
        those.map(|(_, provider, value)| (provider.clone(), value.clone()))
    };
    let world = World {
        settings: &reading.plan.settings,
        currencies: &reading.currencies,
        line_providers: of(seen::LINES).map(|(provider, _)| provider).collect(),
        settled_providers: of(seen::SETTLEMENTS).map(|(provider, _)| provider).collect(),
        numbers: of(seen::NUMBER).collect(),
    };
    let decisions = decide(&sources, &world);
    Ok(Alone { origins, sources, report, decisions })
}

/// Inputs that hold these rows only, each on a line that is its place among all rows, of a file without a name.
fn small(reading: &Reading, places: &[usize]) -> Result<(Inputs, Vec<Origin>), RunError> {
    let mut inputs = Inputs::default();
    let mut origins = Vec::with_capacity(places.len());
    for of_file in places.chunk_by(|a, b| reading.rows[*a].file == reading.rows[*b].file) {
        let Some(first) = of_file.first() else { continue };
        let number = reading.rows[*first].file;
        let (entry, volume) = (&reading.inputs.files[number], &reading.inputs.volumes[number]);
        let mut body = format!("{},{LINE_COLUMN}\n", columns(volume).join(",")).into_bytes();
        for place in of_file {
            let row = &reading.rows[*place];
            let offset = u64::try_from(body.len()).unwrap_or(u64::MAX);
            origins.extend(Origin::new(inputs.files.len(), offset));
            // Lines of a file need not be different, and these are.
            body.extend_from_slice(format!("{},{place}\n", row.text).as_bytes());
        }
        let bytes = Bytes::from_vec(body);
        let head = canonical_header(&volume.shown, &bytes, volume.layout.dataset, &entry.provider)?;
        let Head { mut layout, dialect, body } = head;
        layout.reference_form = volume.layout.reference_form;
        // What a file says of itself as a whole is no matter of these rows.
        let (input, provider, format) = (entry.input.clone(), entry.provider.clone(), entry.format.clone());
        inputs.files.push(File {
            sha256: OnceLock::from(String::new()),
            given: inputs.files.len(),
            ..File::read(input, provider, format, bytes.len(), body)
        });
        inputs.volumes.push(Volume {
            shown: String::new(),
            bytes: Arc::new(bytes),
            layout,
            dialect,
            lines: Vec::new(),
        });
    }
    Ok((inputs, origins))
}
