//! Packed files made by hand, byte by byte, so that they can also be wrong.
#![allow(dead_code)]

use std::io::Write;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};

/// One member of gzip.
pub fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(plain).unwrap();
    out.finish().unwrap()
}

/// One frame of zstd with its checksum.
pub fn zstd(plain: &[u8]) -> Vec<u8> {
    let mut out = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
    out.include_checksum(true).unwrap();
    out.write_all(plain).unwrap();
    out.finish().unwrap()
}

/// A gzip file of so many bytes of one value, made in small memory.
pub fn gzip_of_one_byte(byte: u8, len: u64) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    std::io::copy(&mut std::io::Read::take(std::io::repeat(byte), len), &mut out).unwrap();
    out.finish().unwrap()
}

/// An entry of a zip archive, as it is written: any of it may be untrue.
pub struct Entry {
    pub name: Vec<u8>,
    pub packed: Vec<u8>,
    pub plain_len: u64,
    pub crc: u32,
    pub method: u16,
    pub flags: u16,
    /// The mode of a file system, in the upper half.
    pub attributes: u32,
    /// Sizes and offset in the extra field, as large archives have them.
    pub zip64: bool,
    /// The header of an earlier entry instead of one of its own.
    pub at: Option<u64>,
}

pub fn stored(name: impl AsRef<[u8]>, plain: &[u8]) -> Entry {
    let mut crc = Crc::new();
    crc.update(plain);
    Entry {
        name: name.as_ref().to_vec(),
        packed: plain.to_vec(),
        plain_len: plain.len() as u64,
        crc: crc.sum(),
        method: 0,
        flags: 0,
        attributes: 0,
        zip64: false,
        at: None,
    }
}

pub fn deflated(name: impl AsRef<[u8]>, plain: &[u8]) -> Entry {
    let mut out = DeflateEncoder::new(Vec::new(), Compression::default());
    out.write_all(plain).unwrap();
    Entry { packed: out.finish().unwrap(), method: 8, ..stored(name, plain) }
}

/// A zip archive of these entries.
pub fn zip(entries: &[Entry]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let offset = entry.at.unwrap_or(out.len() as u64);
        if entry.at.is_none() {
            out.extend_from_slice(b"PK\x03\x04");
            out.extend_from_slice(&head(entry));
            out.extend_from_slice(&(entry.name.len() as u16).to_le_bytes());
            let extra = extra(entry, None);
            out.extend_from_slice(&(extra.len() as u16).to_le_bytes());
            out.extend_from_slice(&entry.name);
            out.extend_from_slice(&extra);
            out.extend_from_slice(&entry.packed);
        }
        directory.extend_from_slice(b"PK\x01\x02\x2d\x03");
        directory.extend_from_slice(&head(entry));
        directory.extend_from_slice(&(entry.name.len() as u16).to_le_bytes());
        let extra = extra(entry, Some(offset));
        directory.extend_from_slice(&(extra.len() as u16).to_le_bytes());
        // Comment, disk and the kind of content.
        directory.extend_from_slice(&[0; 6]);
        directory.extend_from_slice(&entry.attributes.to_le_bytes());
        directory.extend_from_slice(&narrow(offset, entry.zip64).to_le_bytes());
        directory.extend_from_slice(&entry.name);
        directory.extend_from_slice(&extra);
    }
    let (start, len) = (out.len() as u32, directory.len() as u32);
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        out.extend_from_slice(&(entries.len() as u16).to_le_bytes());
    }
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out
}

fn narrow(value: u64, zip64: bool) -> u32 {
    if zip64 { u32::MAX } else { value as u32 }
}

/// Version needed, flags, method, time, checksum and sizes, which both headers have.
fn head(entry: &Entry) -> Vec<u8> {
    let mut out = Vec::new();
    for field in [45, entry.flags, entry.method, 0, 0x21] {
        out.extend_from_slice(&field.to_le_bytes());
    }
    out.extend_from_slice(&entry.crc.to_le_bytes());
    for len in [entry.packed.len() as u64, entry.plain_len] {
        out.extend_from_slice(&narrow(len, entry.zip64).to_le_bytes());
    }
    out
}

fn extra(entry: &Entry, offset: Option<u64>) -> Vec<u8> {
    if !entry.zip64 {
        return Vec::new();
    }
    let mut fields = vec![entry.plain_len, entry.packed.len() as u64];
    fields.extend(offset);
    let mut out = 1_u16.to_le_bytes().to_vec();
    out.extend_from_slice(&((fields.len() * 8) as u16).to_le_bytes());
    fields.iter().for_each(|field| out.extend_from_slice(&field.to_le_bytes()));
    out
}
