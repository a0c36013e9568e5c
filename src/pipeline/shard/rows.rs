//! The rows of a partition as files of a run: what belongs to one file stands in the order of its lines, so that places
//! compare as they do in one run over whole files.

use std::io::Read;
use std::sync::Arc;

use super::job::Job;
use super::{kind, refused};
use crate::engine::source::Bytes;
use crate::engine::wire::{self, WireRow};
use crate::ingest::library::Volume;
use crate::model::currency::Currencies;
use crate::model::origin::Origin;
use crate::pipeline::RunError;
use crate::pipeline::inputs::{File, Inputs};

/// Rows, sorted into the files that they are from.
#[derive(Default)]
pub(super) struct Given {
    /// The files that have rows here, in the order of the job.
    pub(super) inputs: Inputs,
    /// Their numbers in the job.
    numbers: Vec<usize>,
    /// Where their rows begin, ascending.
    starts: Vec<Vec<u64>>,
}

/// Rows as they come.
#[derive(Default)]
pub(super) struct Gathering {
    bytes: Vec<u8>,
    places: Vec<Place>,
}

/// File, line, start, end.
type Place = (usize, u64, usize, usize);

impl Gathering {
    /// Takes a row, the last field of which is its line.
    ///
    /// # Errors
    /// It names no file, or no line.
    pub(super) fn take(&mut self, file: Option<usize>, text: &str) -> Result<(), RunError> {
        let line = text.rsplit_once(',').and_then(|(_, line)| line.parse().ok());
        let (Some(file), Some(line)) = (file, line) else {
            return Err(
                refused("a row names no file, or no line", "give the rows that a stage before has written").into()
            );
        };
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text.as_bytes());
        self.places.push((file, line, start, self.bytes.len()));
        Ok(())
    }

    /// Puts the rows into their files; of several that are the same, and stand on one line, one with `once`.
    ///
    /// # Errors
    /// The job does not have such files.
    pub(super) fn sorted(self, job: &Job, once: bool, currencies: &Currencies) -> Result<Given, RunError> {
        let Self { bytes, mut places } = self;
        let text = |place: &Place| bytes.get(place.2..place.3).unwrap_or_default();
        places.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| text(a).cmp(text(b))));
        if once {
            places.dedup_by(|a, b| (a.0, a.1) == (b.0, b.1) && text(a) == text(b));
        }
        let by_file: Vec<&[Place]> = places.chunk_by(|a, b| a.0 == b.0).collect();
        let numbers: Vec<usize> = by_file.iter().filter_map(|of_file| Some(of_file.first()?.0)).collect();
        let mut given = Given { numbers, ..Given::default() };
        for ((file, volume, _), rows) in job.loaded(&given.numbers, false, currencies)?.into_iter().zip(by_file) {
            let (volume, starts) = filled(&file, volume, rows.iter().map(text))?;
            given.inputs.files.push(File { known_rows: None, ..file });
            given.inputs.volumes.push(volume);
            given.starts.push(starts);
        }
        Ok(given)
    }
}

/// A file with its rows, and where each of them begins.
fn filled<'r>(
    file: &File,
    volume: Volume,
    rows: impl Iterator<Item = &'r [u8]> + Clone,
) -> Result<(Volume, Vec<u64>), RunError> {
    let mut body = Vec::new();
    let head = usize::try_from(file.body.0).unwrap_or(usize::MAX);
    volume.bytes.read_at_most(0, &mut body, head)?;
    body.reserve_exact(rows.clone().map(|row| row.len().saturating_add(1)).sum());
    let mut starts = Vec::new();
    for row in rows {
        starts.push(u64::try_from(body.len()).unwrap_or(u64::MAX));
        body.extend_from_slice(row);
        body.push(b'\n');
    }
    Ok((Volume { bytes: Arc::new(Bytes::from_vec(body)), ..volume }, starts))
}

impl Given {
    /// Reads the rows of a partition.
    ///
    /// # Errors
    /// The stream cannot be read, or holds something else.
    pub(super) fn read(input: impl Read, job: &Job, currencies: &Currencies) -> Result<Self, RunError> {
        let mut rows = Gathering::default();
        wire::read(input, |row: WireRow<'_>| {
            if row.kind != kind::ROW {
                let problem = format!("a stage that judges rows was given a {:?}", row.kind);
                return Err(RunError::from(refused(problem, "give it the rows that a stage before has written")));
            }
            rows.take(row.file.and_then(|file| usize::try_from(file).ok()), row.text)
        })?;
        rows.sorted(job, false, currencies)
    }

    /// The number in the job of the file that a row is from, and where it ends there.
    fn extent(&self, origin: Origin) -> Option<(usize, &Volume, usize)> {
        let (volume, starts) = (self.inputs.volumes.get(origin.file())?, self.starts.get(origin.file())?);
        let place = starts.binary_search(&origin.offset()).ok()?;
        let end = starts.get(place + 1).copied().unwrap_or(volume.bytes.len());
        // Without the end of the line.
        let len = usize::try_from(end.checked_sub(origin.offset())?.checked_sub(1)?).ok()?;
        Some((*self.numbers.get(origin.file())?, volume, len))
    }

    /// The number in the job of the file that a row is from; its text replaces what is in the buffer.
    ///
    /// # Errors
    /// No row stands there: an error of the program.
    pub(super) fn text<'b>(&self, origin: Origin, buffer: &'b mut Vec<u8>) -> Result<(usize, &'b str), RunError> {
        let gone = || RunError::Differs("a record of no row".to_owned());
        let (number, volume, len) = self.extent(origin).ok_or_else(gone)?;
        volume.bytes.read_at_most(origin.offset(), buffer, len)?;
        Ok((number, std::str::from_utf8(buffer).map_err(|_| gone())?))
    }

    /// File and text of rows.
    ///
    /// # Errors
    /// As [`Given::text`].
    pub(super) fn cited(&self, origins: &[Origin]) -> Result<Vec<(usize, String)>, RunError> {
        let mut buffer = Vec::new();
        let one = |origin: &Origin| self.text(*origin, &mut buffer).map(|(file, text)| (file, text.to_owned()));
        origins.iter().map(one).collect()
    }

    /// The files with their numbers in the job.
    pub(super) fn take_volumes(&mut self) -> impl Iterator<Item = (usize, Volume)> {
        std::mem::take(&mut self.numbers).into_iter().zip(std::mem::take(&mut self.inputs.volumes))
    }

    /// The place of a row of a file of the job, by its text.
    pub(super) fn origin(&self, file: usize, text: &str) -> Option<Origin> {
        let local = self.numbers.binary_search(&file).ok()?;
        let line = |text: &str| text.rsplit_once(',').and_then(|(_, line)| line.parse::<u64>().ok());
        let wanted = line(text)?;
        let starts = self.starts.get(local)?;
        let mut buffer = Vec::new();
        let mut at = |place: usize| -> Option<(Origin, String)> {
            let origin = Origin::new(local, *starts.get(place)?)?;
            Some((origin, self.text(origin, &mut buffer).ok()?.1.to_owned()))
        };
        // Rows stand in the order of (line, text).
        let (mut low, mut high) = (0, starts.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let (origin, found) = at(middle)?;
            match (line(&found)?, found.as_bytes()).cmp(&(wanted, text.as_bytes())) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(origin),
            }
        }
        None
    }
}
