//! Zip archives under a mutator: a changed byte of a compressed entry is found out by its checksum, so that nothing behind
//! it would ever be tried. Here an archive is taken apart, one of its parts is changed, and it is put together again.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// What a part may have, so that a mutator does not unpack a bomb.
const PART_LEN_MAX: u64 = 1 << 16;

fn parts_of(data: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut archive = ZipArchive::new(Cursor::new(data)).ok()?;
    let mut parts = Vec::new();
    for index in 0..archive.len().min(64) {
        let entry = archive.by_index(index).ok()?;
        let name = entry.name().ok()?.into_owned();
        let mut part = Vec::new();
        entry.take(PART_LEN_MAX).read_to_end(&mut part).ok()?;
        parts.push((name, part));
    }
    (!parts.is_empty()).then_some(parts)
}

fn put_together(parts: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in parts {
        out.start_file(name.as_str(), SimpleFileOptions::default().compression_method(CompressionMethod::Stored))
            .ok()?;
        out.write_all(part).ok()?;
    }
    Some(out.finish().ok()?.into_inner())
}

/// Changes one part of an archive, in place; gives the new length, or nothing where the data is no archive.
pub fn mutate_part(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    change: fn(&mut [u8], usize, usize) -> usize,
) -> Option<usize> {
    let mut parts = parts_of(data.get(..size)?)?;
    let chosen = usize::try_from(seed).ok()?.checked_rem(parts.len())?;
    let (_, part) = parts.get_mut(chosen)?;
    let len = part.len();
    // Room to grow, but not so much that the archive no longer fits.
    let room = len.saturating_add(256).min(max_size / 2);
    part.resize(room.max(len), 0);
    let most = part.len();
    let new_len = change(part, len, most);
    part.truncate(new_len);
    let whole = put_together(&parts)?;
    data.get_mut(..whole.len()).filter(|_| whole.len() <= max_size)?.copy_from_slice(&whole);
    Some(whole.len())
}
