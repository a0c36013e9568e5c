//! Bytes that many threads write at the same time, a piece each: whoever has made a piece writes it where there is room, and the order of the
//! pieces is said when all of them are there.
//!
//! So no thread waits for another one, and the bytes are the same whatever their number. Each piece holds whole records, and how many lines it
//! has is known, so that nobody has to look for places to cut at.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use super::chunk::{Chunk, RECORD_LEN_MAX};
use super::source::{Bytes, to_u64};
use super::spill::{Extent, Spill};

/// Pieces while they are written: in memory as long as they are small together, else in one temporary file.
#[derive(Debug)]
pub struct Loose {
    memory_left: AtomicU64,
    spill: Spill,
}

/// A piece that was written.
#[derive(Debug)]
pub struct Piece {
    line_ends: u64,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Memory(Bytes),
    File(Extent),
}

impl Piece {
    fn len(&self) -> u64 {
        match &self.place {
            Place::Memory(bytes) => bytes.len(),
            Place::File(extent) => to_u64(extent.len()),
        }
    }
}

impl Loose {
    /// No piece yet; as many bytes stay in memory.
    #[must_use]
    pub const fn new(memory_len: u64) -> Self {
        Self { memory_left: AtomicU64::new(memory_len), spill: Spill::new(None) }
    }

    /// Writes a piece, which is whole records; so many lines end in it.
    ///
    /// # Errors
    ///
    /// When the temporary file cannot be made or written.
    pub fn write(&self, bytes: &[u8], line_ends: u64) -> io::Result<Piece> {
        let len = to_u64(bytes.len());
        // Relaxed: the number guards no other memory.
        let fits = self.memory_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(len));
        let place = match fits {
            Ok(_) => Place::Memory(Bytes::from_vec(bytes.to_vec())),
            Err(_) => Place::File(self.spill.write(bytes)?),
        };
        Ok(Piece { line_ends, place })
    }

    /// The bytes of pieces that were written here, in this order.
    #[must_use]
    pub fn bind(self, pieces: Vec<Piece>) -> Bytes {
        let (mut offset, mut lines_before) = (0_u64, 0_u64);
        let placed = pieces.into_iter().map(|piece| {
            let placed = Placed { offset, lines_before, piece };
            offset += placed.piece.len();
            lines_before += placed.piece.line_ends;
            placed
        });
        let pieces = placed.collect();
        Bytes::of_pieces(Bound { pieces, spill: self.spill }, offset)
    }
}

/// Pieces in their order.
#[derive(Debug)]
pub(super) struct Bound {
    pieces: Vec<Placed>,
    spill: Spill,
}

#[derive(Debug)]
struct Placed {
    offset: u64,
    lines_before: u64,
    piece: Piece,
}

impl Bound {
    /// Reads until the buffer is full or the bytes end; returns how many it got.
    pub(super) fn read_full_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let after = self.pieces.partition_point(|placed| placed.offset <= offset);
        let first = after.saturating_sub(1);
        let mut filled = 0;
        for Placed { offset: start, piece, .. } in self.pieces.iter().skip(first) {
            if filled == buffer.len() {
                break;
            }
            let from = (offset + to_u64(filled)).saturating_sub(*start);
            filled += self.read_piece(piece, from, &mut buffer[filled..])?;
        }
        Ok(filled)
    }

    fn read_piece(&self, piece: &Piece, from: u64, buffer: &mut [u8]) -> io::Result<usize> {
        match &piece.place {
            Place::Memory(bytes) => bytes.read_full_at(from, buffer),
            Place::File(extent) => {
                let left = piece.len().saturating_sub(from);
                let wanted = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
                self.spill.read_within(*extent, from, &mut buffer[..wanted])?;
                Ok(wanted)
            }
        }
    }

    /// Chunks of whole pieces, each as short as may be but no shorter than the wanted length. The body begins with a piece.
    ///
    /// Nothing where it does not, or a chunk is longer than a record may be: then it must be looked through.
    pub(super) fn chunks(&self, body_start: u64, first_line: u64, target_len: usize) -> Option<Vec<Chunk>> {
        let body = self.pieces.partition_point(|placed| placed.offset < body_start);
        let body = self.pieces.get(body..)?;
        let Some(first) = body.first() else { return Some(Vec::new()) };
        if first.offset != body_start {
            return None;
        }
        let mut chunks: Vec<Chunk> = Vec::new();
        for Placed { offset, lines_before, piece } in body {
            let end = offset + piece.len();
            match chunks.last_mut() {
                Some(chunk) if chunk.end - chunk.start < to_u64(target_len) => chunk.end = end,
                _ => chunks.push(Chunk {
                    start: *offset,
                    end,
                    first_line: first_line + (lines_before - first.lines_before),
                }),
            }
        }
        let is_long = |chunk: &Chunk| chunk.end - chunk.start > RECORD_LEN_MAX;
        (!chunks.iter().any(is_long)).then_some(chunks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts as pieces, written backwards, with memory for so many bytes.
    fn bound(texts: &[String], memory_len: u64) -> Bytes {
        let loose = Loose::new(memory_len);
        let lines = |text: &String| to_u64(text.matches('\n').count());
        let mut pieces: Vec<Piece> =
            texts.iter().rev().map(|text| loose.write(text.as_bytes(), lines(text)).unwrap()).collect();
        pieces.reverse();
        loose.bind(pieces)
    }

    fn texts() -> Vec<String> {
        (0..40).map(|piece| (0..piece % 7).map(|row| format!("{piece},{row}\n")).collect()).collect()
    }

    #[test]
    fn pieces_are_read_in_their_order_wherever_they_lie() {
        let texts = texts();
        let whole = texts.concat();
        for memory_len in [0, 100, u64::MAX] {
            let bytes = bound(&texts, memory_len);
            assert_eq!(bytes.len(), to_u64(whole.len()));
            for start in 0..=whole.len() + 1 {
                for len in [0, 1, 3, 50, 10_000] {
                    let mut read = Vec::new();
                    bytes.read_at_most(to_u64(start), &mut read, len).unwrap();
                    let rest = whole.as_bytes().get(start..).unwrap_or_default();
                    assert_eq!(read, rest[..len.min(rest.len())], "{len} at {start}, {memory_len} in memory");
                }
            }
        }
    }

    #[test]
    fn chunks_are_whole_pieces_and_know_their_lines() {
        let texts = [vec!["head\n".to_owned()], texts()].concat();
        let whole = texts.concat();
        for target_len in [1, 30, 1 << 20] {
            let chunks = bound(&texts, 0).chunks(5, 2, target_len).unwrap();
            let mut at = 5;
            for (place, chunk) in chunks.iter().enumerate() {
                let before = &whole[..usize::try_from(chunk.start).unwrap()];
                assert_eq!(chunk.first_line, 1 + to_u64(before.matches('\n').count()));
                assert!(before.ends_with('\n') && chunk.start == at);
                assert!(place + 1 == chunks.len() || chunk.end - chunk.start >= to_u64(target_len));
                at = chunk.end;
            }
            assert_eq!(at, to_u64(whole.len()));
        }
        assert_eq!(bound(&texts, 0).chunks(6, 2, 1), None, "no piece begins there");
        assert_eq!(bound(&texts[..1], 0).chunks(5, 2, 1), Some(Vec::new()));
        assert_eq!(Bytes::from_vec(whole.into_bytes()).chunks(5, 2, 1), None, "nobody has cut these");
    }
}
