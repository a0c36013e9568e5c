//! The files of a run as one library: rows and lines are read back from it by their origin.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;

use rayon::prelude::*;

use super::canonical::Context;
use super::cited::{Cited, typed};
use super::layout::Layout;
use super::shelf::Shelf;
use crate::engine::source::Bytes;
use crate::engine::split::{Dialect, Record, Scratch, first_raw, split_one};
use crate::model::origin::Origin;
use crate::model::record::{Columns, ReadBack, ReadBackError, Row};

/// A file in the library.
#[derive(Debug)]
pub struct Volume {
    /// The path as given.
    pub shown: String,
    /// Its plain canonical bytes.
    pub bytes: Arc<Bytes>,
    /// Where its columns stand.
    pub layout: Layout,
    /// How its rows are delimited and its lines counted.
    pub dialect: Dialect,
    /// Offsets and lines of some records, ascending: the line of any record is counted from the nearest one before.
    pub lines: Vec<(u64, u64)>,
}

/// All files of a run, by their number.
pub struct Library<'a> {
    /// The files.
    pub volumes: &'a [Volume],
    /// What typing needs.
    pub context: Context<'a>,
}

/// How canonical rows are delimited.
pub const DIALECT: Dialect = Dialect { delimiter: b',', line_end: b'\n' };

/// Memory for reading back, which a thread uses again and again: a million findings read millions of short stretches.
#[derive(Default)]
struct Reused {
    buffer: Vec<u8>,
    scratch: Scratch,
}

thread_local! {
    static REUSED: RefCell<Reused> = RefCell::default();
}

/// More than this is given back after use.
const REUSED_LEN_MAX: usize = 1 << 20;

/// Calls with the memory of this thread, or with fresh memory where a caller uses that already.
fn with_reused<T>(then: impl FnOnce(&mut Reused) -> T) -> T {
    REUSED.with(|reused| match reused.try_borrow_mut() {
        Ok(mut reused) => {
            let result = then(&mut reused);
            if reused.buffer.capacity() > REUSED_LEN_MAX {
                reused.buffer = Vec::new();
            }
            result
        }
        Err(_) => then(&mut Reused::default()),
    })
}

/// So much is read of a record at first.
const FIRST_LEN: usize = 512;

/// The bytes of the record at an offset, where they are few.
fn short_raw<'b>(bytes: &Bytes, offset: u64, buffer: &'b mut [u8; FIRST_LEN]) -> io::Result<Option<&'b [u8]>> {
    let left = usize::try_from(bytes.len().saturating_sub(offset)).unwrap_or(usize::MAX);
    let buffer = buffer.get_mut(..left.min(FIRST_LEN)).unwrap_or_default();
    let filled = bytes.read_full_at(offset, buffer)?;
    let read = buffer.get(..filled).unwrap_or_default();
    Ok(first_raw(read, &DIALECT, &mut Scratch::default()).filter(|(_, complete)| *complete).map(|(raw, _)| raw))
}

/// Reads the record at an offset, however long it is.
fn with_record<T>(bytes: &Bytes, offset: u64, then: impl FnOnce(&Record<'_>) -> T) -> io::Result<T> {
    with_record_from(bytes, offset, offset, |_, record| then(record))
}

/// The same, with the bytes from an earlier offset on.
fn with_record_from<T>(
    bytes: &Bytes,
    from: u64,
    offset: u64,
    then: impl FnOnce(&[u8], &Record<'_>) -> T,
) -> io::Result<T> {
    let lead = usize::try_from(offset.saturating_sub(from)).unwrap_or(usize::MAX);
    with_reused(|Reused { buffer, scratch }| {
        let mut len = FIRST_LEN;
        loop {
            let wanted = lead.saturating_add(len);
            let read = bytes.read_into(from, buffer, wanted)?;
            let all = read.len() < wanted;
            let (before, read) = read.split_at_checked(lead).unwrap_or_default();
            match split_one(read, &DIALECT, scratch) {
                Some(first) if first.complete || all => return Ok(then(before, &first.record)),
                None if all => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the record is gone")),
                _ => len = len.saturating_mul(4),
            }
        }
    })
}

impl Volume {
    /// The line on which a record begins; of a converted file, the line in the original.
    ///
    /// # Errors
    /// The file cannot be read any more.
    pub fn line(&self, offset: u64) -> io::Result<u64> {
        if self.layout.line_field.is_some() {
            return with_record(&self.bytes, offset, |record| self.stated_line(record));
        }
        let (start, first_line) = self.known_line(offset);
        let len = usize::try_from(offset.saturating_sub(start)).unwrap_or(usize::MAX);
        with_reused(|Reused { buffer, .. }| {
            let between = self.bytes.read_into(start, buffer, len)?;
            Ok(self.line_after(first_line, between))
        })
    }

    /// The line that a record of a converted file states.
    pub(super) fn stated_line(&self, record: &Record<'_>) -> u64 {
        let text = self.layout.line_field.and_then(|field| std::str::from_utf8(record.field(field)).ok());
        text.and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Where a line is, for people.
    pub(super) fn place(&self, line: u64) -> String {
        format!("{}:{line}", self.shown)
    }

    /// The nearest offset at or before this one whose line is known, and that line.
    pub(super) fn known_line(&self, offset: u64) -> (u64, u64) {
        let place = self.lines.partition_point(|(known, _)| *known <= offset);
        place.checked_sub(1).and_then(|before| self.lines.get(before)).copied().unwrap_or((0, 1))
    }

    /// The line that follows on these bytes, which begin on a known one.
    pub(super) fn line_after(&self, first_line: u64, between: &[u8]) -> u64 {
        let newlines = memchr::memchr_iter(self.dialect.line_end, between).count();
        first_line.saturating_add(u64::try_from(newlines).unwrap_or(u64::MAX))
    }
}

impl Library<'_> {
    pub(super) fn volume(&self, origin: Origin) -> Result<&Volume, ReadBackError> {
        self.volumes.get(origin.file()).ok_or_else(|| ReadBackError {
            file: format!("file number {}", origin.file()),
            reason: "it is not part of this run".to_owned(),
        })
    }
}

fn changed(volume: &Volume, reason: &str) -> ReadBackError {
    ReadBackError { file: volume.shown.clone(), reason: reason.to_owned() }
}

impl Library<'_> {
    /// The typed row of these bytes, which stand at an origin.
    pub(super) fn row_of(&self, origin: Origin, bytes: &[u8]) -> Result<Row, ReadBackError> {
        let volume = self.volume(origin)?;
        with_reused(|Reused { scratch, .. }| match split_one(bytes, &DIALECT, scratch) {
            Some(first) => self.typed(volume, &first.record, origin),
            None => Err(changed(volume, "the record is gone")),
        })
    }

    fn line(&self, origin: Origin) -> Result<u64, ReadBackError> {
        let volume = self.volume(origin)?;
        volume.line(origin.offset()).map_err(|error| changed(volume, &error.to_string()))
    }

    /// Shows the row of these bytes, which stand at an origin.
    pub(super) fn with_cited(
        &self,
        origin: Origin,
        bytes: &[u8],
        show: impl FnOnce(&dyn Columns),
    ) -> Result<(), ReadBackError> {
        let volume = self.volume(origin)?;
        with_reused(|Reused { scratch, .. }| match split_one(bytes, &DIALECT, scratch) {
            Some(first) => self.cited(volume, &first.record, show),
            None => Err(changed(volume, "the record is gone")),
        })
    }

    fn cited(
        &self,
        volume: &Volume,
        record: &Record<'_>,
        show: impl FnOnce(&dyn Columns),
    ) -> Result<(), ReadBackError> {
        let cited = Cited::new(&volume.layout, record, &self.context).ok_or_else(|| changed(volume, "not a row"))?;
        show(&cited);
        Ok(())
    }

    fn typed(&self, volume: &Volume, record: &Record<'_>, origin: Origin) -> Result<Row, ReadBackError> {
        if std::str::from_utf8(record.raw).is_err() {
            return Err(changed(volume, "not UTF-8"));
        }
        typed(&volume.layout, record, origin, &self.context).map_err(|reject| changed(volume, &reject.reason))
    }
}

/// From farther away than this, the line is not read together with the row.
pub(super) const LEAD_LEN_MAX: u64 = 1 << 16;

impl ReadBack for Library<'_> {
    fn row(&self, origin: Origin) -> Result<Row, ReadBackError> {
        let volume = self.volume(origin)?;
        with_record(&volume.bytes, origin.offset(), |record| self.typed(volume, record, origin))
            .unwrap_or_else(|error| Err(changed(volume, &error.to_string())))
    }

    fn place(&self, origin: Origin) -> Result<String, ReadBackError> {
        Ok(self.volume(origin)?.place(self.line(origin)?))
    }

    fn are_same(&self, a: Origin, b: Origin) -> Result<bool, ReadBackError> {
        let volume = self.volume(a)?;
        // Of a converted file each row has its own line.
        if a.file() != b.file() || volume.layout.line_field.is_some() {
            return Ok(false);
        }
        let mut buffers = [[0; FIRST_LEN]; 2];
        let [of_a, of_b] = &mut buffers;
        let raw = |origin: Origin, buffer| {
            short_raw(&volume.bytes, origin.offset(), buffer).map_err(|error| changed(volume, &error.to_string()))
        };
        let (a, b) = (raw(a, of_a)?, raw(b, of_b)?);
        Ok(a.is_some() && a == b)
    }

    fn file_name(&self, origin: Origin) -> Result<&str, ReadBackError> {
        Ok(&self.volume(origin)?.shown)
    }

    fn at_hand(&self, origins: &dyn Fn() -> Vec<Origin>) -> Result<Option<Box<dyn ReadBack + '_>>, ReadBackError> {
        let mut origins = origins();
        origins.par_sort_unstable();
        origins.dedup();
        Ok(Some(Box::new(Shelf::of(self, origins)?)))
    }

    fn cite(&self, origin: Origin, show: &mut dyn FnMut(&dyn Columns, u64)) -> Result<(), ReadBackError> {
        let volume = self.volume(origin)?;
        let offset = origin.offset();
        let states_line = volume.layout.line_field.is_some();
        let (from, first_line) = if states_line { (offset, 0) } else { volume.known_line(offset) };
        if offset.saturating_sub(from) > LEAD_LEN_MAX {
            let line = self.line(origin)?;
            let shown = with_record(&volume.bytes, offset, |record| self.cited(volume, record, |row| show(row, line)));
            return shown.unwrap_or_else(|error| Err(changed(volume, &error.to_string())));
        }
        let shown = with_record_from(&volume.bytes, from, offset, |before, record| {
            let line = if states_line { volume.stated_line(record) } else { volume.line_after(first_line, before) };
            self.cited(volume, record, |row| show(row, line))
        });
        shown.unwrap_or_else(|error| Err(changed(volume, &error.to_string())))
    }
}
