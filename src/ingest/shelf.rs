//! Rows that are to be read back together: each stretch of a file that holds some of them is read once, in the order in
//! which it stands there, and not a row at a time. Of a million findings that is most of the reading.

use std::io;
use std::ops::Range;

use rayon::prelude::*;

use super::library::{DIALECT, LEAD_LEN_MAX, Library, Volume};
use crate::engine::split::{Scratch, first_raw, split_one};
use crate::model::origin::Origin;
use crate::model::record::{Columns, ReadBack, ReadBackError, Row};

/// Rows whose bytes are at hand; others are read back from the library.
pub struct Shelf<'a> {
    library: &'a Library<'a>,
    guides: Vec<Guide>,
    /// What each task has read: [`ROWS_OF_A_TASK`] of the origins.
    parts: Vec<Part>,
}

/// What one task has read.
#[derive(Default)]
struct Part {
    /// One for each of its origins.
    held: Vec<Held>,
    bytes: Vec<u8>,
}

/// A row at hand; one that is not has no bytes.
struct Held {
    origin: Origin,
    line: u64,
    /// Where its bytes end in those of the part; they begin where the ones before end.
    end: usize,
}

/// Where among the origins those of a file stand. They are spread over the file about evenly, so that its bytes, cut
/// into equal spans, lead nearly straight to one of them: looked for by halves, each is a dozen misses of the cache.
struct Guide {
    file: usize,
    first_offset: u64,
    span_bits: u32,
    /// Of each span the place of its first origin, and at last the place after all.
    starts: Vec<u32>,
}

/// So many rows are read by one task.
const ROWS_OF_A_TASK: usize = 1 << 11;
/// Rows that are farther apart are not read in one stretch.
const GAP_LEN_MAX: u64 = 1 << 13;
/// No stretch is longer, but for the row that it ends with.
const STRETCH_LEN_MAX: u64 = 1 << 18;
/// What a row takes, about.
const ROW_LEN_USUAL: usize = 128;
/// So much is read of the last row of a stretch; one that is longer is left to the library.
const ROW_LEN: usize = 512;

impl<'a> Shelf<'a> {
    /// Reads the rows at these origins, which are sorted and differ, each once.
    ///
    /// # Errors
    /// A file cannot be read any more.
    pub fn of(library: &'a Library<'a>, origins: Vec<Origin>) -> Result<Self, ReadBackError> {
        let read = |reused: &mut (Vec<u8>, Scratch), some| Part::of(library, some, reused);
        let parts = origins.par_chunks(ROWS_OF_A_TASK).map_init(Default::default, read);
        let parts = parts.collect::<Result<_, _>>()?;
        let mut place = 0;
        let of_files = origins.chunk_by(|a, b| a.file() == b.file()).map(|of_file| {
            let first = place;
            place += of_file.len();
            (of_file, first)
        });
        let of_files: Vec<(&[Origin], usize)> = of_files.collect();
        let guides = of_files.into_par_iter().filter_map(|(of_file, first)| Guide::of(of_file, first)).collect();
        Ok(Self { library, guides, parts })
    }

    fn guide(&self, origin: Origin) -> Option<&Guide> {
        let place = self.guides.binary_search_by_key(&origin.file(), |guide| guide.file).ok()?;
        self.guides.get(place)
    }

    /// The part in which an origin stands, the row there, and where its bytes begin.
    fn part(&self, place: usize) -> Option<(&Part, &Held, usize)> {
        let (part, place) = (self.parts.get(place / ROWS_OF_A_TASK)?, place % ROWS_OF_A_TASK);
        let begin = place.checked_sub(1).and_then(|before| part.held.get(before)).map_or(0, |before| before.end);
        Some((part, part.held.get(place)?, begin))
    }

    /// The bytes of a row, and its line.
    fn held(&self, origin: Origin) -> Option<(&[u8], u64)> {
        self.held_near(origin, self.guide(origin)?.near(origin.offset())?)
    }

    /// The same, of a row that stands at one of these places, if anywhere.
    fn held_near(&self, origin: Origin, mut near: Range<usize>) -> Option<(&[u8], u64)> {
        // They are few where origins are spread evenly, and may stand in two parts.
        while near.len() > 1 {
            let middle = usize::midpoint(near.start, near.end);
            if self.part(middle)?.1.origin <= origin { near.start = middle } else { near.end = middle }
        }
        let (part, held, begin) = self.part(near.next()?).filter(|(_, held, _)| held.origin == origin)?;
        Some((part.bytes.get(begin..held.end).filter(|bytes| !bytes.is_empty())?, held.line))
    }
}

impl Guide {
    /// The guide to origins of one file, the first of which has that place.
    fn of(origins: &[Origin], place: usize) -> Option<Self> {
        let place = u32::try_from(place).ok()?;
        let (first, last) = (origins.first()?, origins.last()?);
        let len = last.offset() - first.offset();
        // As few spans as there are origins, or fewer.
        let count = u64::try_from(origins.len()).ok()?;
        let span_bits = (0..u64::BITS).find(|bits| len >> bits < count)?;
        let mut guide = Self { file: first.file(), first_offset: first.offset(), span_bits, starts: vec![place] };
        let mut at = place;
        for origin in origins {
            let span = guide.span(origin.offset())?;
            while guide.starts.len() <= span {
                guide.starts.push(at);
            }
            at = at.checked_add(1)?;
        }
        guide.starts.push(at);
        Some(guide)
    }

    fn span(&self, offset: u64) -> Option<usize> {
        usize::try_from(offset.checked_sub(self.first_offset)? >> self.span_bits).ok()
    }

    /// The places of the origins that are in one span with this offset.
    fn near(&self, offset: u64) -> Option<Range<usize>> {
        let span = self.span(offset)?;
        let [first, last] = [*self.starts.get(span)?, *self.starts.get(span + 1)?];
        Some(usize::try_from(first).ok()?..usize::try_from(last).ok()?)
    }
}

impl Part {
    /// Reads rows into memory of its own, by way of memory that is used again.
    fn of(
        library: &Library<'_>,
        origins: &[Origin],
        (buffer, scratch): &mut (Vec<u8>, Scratch),
    ) -> Result<Self, ReadBackError> {
        let bytes = Vec::with_capacity(origins.len().saturating_mul(ROW_LEN_USUAL));
        let mut part = Self { held: Vec::with_capacity(origins.len()), bytes };
        let mut rest = origins;
        while let Some(first) = rest.first() {
            let volume = library.volume(*first)?;
            let (stretch, others) = rest.split_at(stretch_len(rest));
            part.read(volume, stretch, buffer, scratch)
                .map_err(|error| ReadBackError { file: volume.shown.clone(), reason: error.to_string() })?;
            rest = others;
        }
        Ok(part)
    }

    /// Reads rows of one file that stand close to each other.
    fn read(
        &mut self,
        volume: &Volume,
        origins: &[Origin],
        buffer: &mut Vec<u8>,
        scratch: &mut Scratch,
    ) -> io::Result<()> {
        let (Some(first), Some(last)) = (origins.first(), origins.last()) else { return Ok(()) };
        let states_line = volume.layout.line_field.is_some();
        // From the nearest place whose line is known, where lines are to be counted.
        let (from, mut line) = if states_line { (first.offset(), 0) } else { volume.known_line(first.offset()) };
        if first.offset().saturating_sub(from) > LEAD_LEN_MAX {
            origins.iter().for_each(|origin| self.hold(*origin, &[], 0));
            return Ok(());
        }
        let wanted = usize::try_from(last.offset().saturating_sub(from)).unwrap_or(usize::MAX).saturating_add(ROW_LEN);
        let buffer = volume.bytes.read_into(from, buffer, wanted)?;
        let is_all = buffer.len() < wanted;
        let mut counted = 0;
        for origin in origins {
            let begin = usize::try_from(origin.offset().saturating_sub(from)).unwrap_or(usize::MAX);
            let (Some(between), Some(read)) = (buffer.get(counted..begin), buffer.get(begin..)) else {
                self.hold(*origin, &[], 0);
                continue;
            };
            line = volume.line_after(line, between);
            counted = begin;
            // No more is looked at than one row needs. One that is cut off is left to the library.
            let head = read.get(..ROW_LEN).unwrap_or(read);
            let is_cut = !is_all || head.len() < read.len();
            let raw = first_raw(head, &DIALECT, scratch).filter(|(_, complete)| *complete || !is_cut);
            let raw = raw.map_or(&[][..], |(raw, _)| raw);
            let line = if states_line { stated_line(volume, raw, scratch) } else { line };
            self.hold(*origin, raw, line);
        }
        Ok(())
    }

    fn hold(&mut self, origin: Origin, bytes: &[u8], line: u64) {
        self.bytes.extend_from_slice(bytes);
        self.held.push(Held { origin, line, end: self.bytes.len() });
    }
}

/// The line that a row of a converted file states.
fn stated_line(volume: &Volume, raw: &[u8], scratch: &mut Scratch) -> u64 {
    split_one(raw, &DIALECT, scratch).map_or(0, |row| volume.stated_line(&row.record))
}

/// How many of the first origins are read in one stretch.
fn stretch_len(origins: &[Origin]) -> usize {
    let Some(first) = origins.first() else { return 0 };
    let mut before = *first;
    let is_near = |origin: &&Origin| {
        let is_near = origin.file() == first.file()
            && origin.offset().saturating_sub(before.offset()) <= GAP_LEN_MAX
            && origin.offset().saturating_sub(first.offset()) <= STRETCH_LEN_MAX;
        before = **origin;
        is_near
    };
    origins.iter().take_while(is_near).count()
}

impl ReadBack for Shelf<'_> {
    fn row(&self, origin: Origin) -> Result<Row, ReadBackError> {
        match self.held(origin) {
            Some((bytes, _)) => self.library.row_of(origin, bytes),
            None => self.library.row(origin),
        }
    }

    fn place(&self, origin: Origin) -> Result<String, ReadBackError> {
        match self.held(origin) {
            Some((_, line)) => Ok(self.library.volume(origin)?.place(line)),
            None => self.library.place(origin),
        }
    }

    fn cite(&self, origin: Origin, show: &mut dyn FnMut(&dyn Columns, u64)) -> Result<(), ReadBackError> {
        match self.held(origin) {
            Some((bytes, line)) => self.library.with_cited(origin, bytes, |cited| show(cited, line)),
            None => self.library.cite(origin, show),
        }
    }

    fn touch(&self, origins: &[Origin]) {
        const CACHE_LINE: usize = 64;
        // Step by step: in none of them does an answer of the memory decide where the next row is looked for.
        let near = |origin: &Origin| self.guide(*origin)?.near(origin.offset());
        let near: Vec<Range<usize>> = origins.iter().map(|origin| near(origin).unwrap_or_default()).collect();
        let first = |near: &Range<usize>| Some(self.part(near.start)?.1.end);
        std::hint::black_box(near.iter().filter_map(first).fold(0, |sum, end| sum ^ end));
        let touched = |bytes: &[u8]| bytes.first().unwrap_or(&0) ^ bytes.get(CACHE_LINE).unwrap_or(&0);
        let held = origins.iter().zip(near).filter_map(|(origin, near)| self.held_near(*origin, near));
        std::hint::black_box(held.fold(0, |sum, (bytes, _)| sum ^ touched(bytes)));
    }

    fn are_same(&self, a: Origin, b: Origin) -> Result<bool, ReadBackError> {
        self.library.are_same(a, b)
    }

    fn file_name(&self, origin: Origin) -> Result<&str, ReadBackError> {
        self.library.file_name(origin)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::source::Bytes;
    use crate::ingest::canonical::{Context, Ways};
    use crate::ingest::layout::{LINE_COLUMN, Layout};
    use crate::model::currency::Currencies;
    use crate::model::day::Zone;
    use crate::model::names::{NameId, Names};
    use crate::model::record::{ColumnKind, Dataset};

    fn no_ways(_: NameId, _: &str) -> Ways {
        Ways { unique_reference: false, hashed: [false; 4], reference_form: None }
    }

    fn next(state: &mut u64, below: u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) % below
    }

    /// A file of rows, some with quotes, lines within them, and more bytes than are read of one at first; and the origins
    /// of its rows.
    fn volume(file: usize, is_converted: bool, state: &mut u64) -> (Volume, Vec<Origin>) {
        let mut header =
            vec!["order_id".to_owned(), "amount".to_owned(), "currency".to_owned(), "created_at".to_owned()];
        if is_converted {
            header.push(LINE_COLUMN.to_owned());
        }
        let mut text = format!("{}\n", header.join(","));
        let (mut line, mut origins, mut lines) = (2, Vec::new(), Vec::new());
        for row in 0..3_000 {
            for _ in 0..(next(state, 40) == 0).into() {
                text.push('\n');
                line += 1;
            }
            let offset = u64::try_from(text.len()).unwrap();
            origins.push(Origin::new(file, offset).unwrap());
            if row % 64 == 0 {
                lines.push((offset, line));
            }
            let id = match next(state, 50) {
                0 => format!("\"{row}\"\"\n,quoted\""),
                1 => format!("\"{}\n\"", "long ".repeat(300)),
                2 => "x".repeat(700),
                _ => format!("W{row}"),
            };
            line += u64::try_from(id.matches('\n').count()).unwrap() + 1;
            text.push_str(&format!("{id},{row},SEK,2026-10-01"));
            if is_converted {
                text.push_str(&format!(",{}", 9_000 - row));
            }
            text.push('\n');
        }
        if file == 2 {
            text.pop();
        }
        let layout = Layout::new(Dataset::Captures, &header, "p").unwrap();
        let bytes = Arc::new(Bytes::from_vec(text.into_bytes()));
        (Volume { shown: format!("{file}.csv"), bytes, layout, dialect: DIALECT, lines }, origins)
    }

    #[test]
    fn rows_that_are_said_to_be_the_same_are() {
        let header = ["order_id", "amount", "currency", "created_at"].map(str::to_owned);
        let rows = [
            "a,1,SEK,2026-10-01",
            "a,1,SEK,2026-10-01",
            "\"a\n\",1,SEK,2026-10-01",
            "\"a\n\",1,SEK,2026-10-01",
            "a,1,SEK,2026-10-02",
        ];
        let text = format!("{}\n{}\n", header.join(","), rows.join("\n"));
        let mut offset = header.join(",").len() + 1;
        let origins: Vec<Origin> = rows
            .iter()
            .map(|row| {
                offset += row.len() + 1;
                Origin::new(0, u64::try_from(offset - row.len() - 1).unwrap()).unwrap()
            })
            .collect();
        let bytes = Arc::new(Bytes::from_vec(text.into_bytes()));
        let layout = Layout::new(Dataset::Captures, &header, "p").unwrap();
        let volume = Volume { shown: "0.csv".to_owned(), bytes, layout, dialect: DIALECT, lines: Vec::new() };
        let (names, currencies) = (Names::default(), Currencies::default());
        let context =
            Context { names: &names, currencies: &currencies, zone: Zone::default(), dated: false, ways: &no_ways };
        let library = Library { volumes: &[volume], context };
        for (a, b) in (0..rows.len()).flat_map(|a| (0..rows.len()).map(move |b| (a, b))) {
            let are_same = library.are_same(origins[a], origins[b]).unwrap();
            assert_eq!(are_same, rows[a] == rows[b], "{a} {b}");
            let values = |place: usize| library.row(origins[place]).unwrap().values;
            assert!(!are_same || values(a) == values(b), "{a} {b}");
        }
    }

    #[test]
    fn rows_and_places_are_those_of_the_library() {
        let mut state = 5;
        let (volumes, origins): (Vec<Volume>, Vec<Vec<Origin>>) =
            (0..3).map(|file| volume(file, file == 1, &mut state)).unzip();
        let (names, currencies) = (Names::default(), Currencies::default());
        let context =
            Context { names: &names, currencies: &currencies, zone: Zone::default(), dated: false, ways: &no_ways };
        let library = Library { volumes: &volumes, context };
        let all: Vec<Origin> = origins.concat();
        for share in [1, 2, 30, 700] {
            let wanted: Vec<Origin> = all.iter().copied().filter(|_| next(&mut state, share) == 0).collect();
            let shelf = Shelf::of(&library, wanted.clone()).unwrap();
            let held = wanted.iter().filter(|origin| shelf.held(**origin).is_some()).count();
            assert!(held * 4 > wanted.len() * 3, "{held} of {}", wanted.len());
            // One that nobody asked for is read back all the same.
            for origin in wanted.iter().chain(all.iter().take(9)) {
                let of = |rows: &dyn ReadBack| {
                    let row = rows.row(*origin).unwrap();
                    let mut cited = None;
                    rows.cite(*origin, &mut |columns, line| {
                        let of_row = |place| (columns.text_at(place).map(str::to_owned), columns.value_at(place));
                        let columns: Vec<_> = (0..row.values.len()).map(of_row).collect();
                        cited = Some((columns, format!("{}:{line}", rows.file_name(*origin).unwrap())));
                    })
                    .unwrap();
                    let (columns, place) = cited.unwrap();
                    for (known, (text, value)) in row.dataset.columns().iter().zip(&columns) {
                        assert_eq!(value, row.value(known.name));
                        if known.kind == ColumnKind::Text {
                            assert_eq!(text.as_deref(), row.text(known.name));
                        }
                    }
                    (columns, place, row.values, rows.place(*origin).unwrap())
                };
                assert_eq!(of(&shelf), of(&library));
            }
        }
        assert!(Shelf::of(&library, Vec::new()).is_ok());
        assert!(Shelf::of(&library, vec![Origin::new(3, 0).unwrap()]).is_err());
    }
}
