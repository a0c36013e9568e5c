//! Packed files as they should not be.

use super::packed::{Entry, deflated, gzip, gzip_of_one_byte, stored, zip, zstd};
use super::{Malformed, file};

const CAPTURES: &str = "order_id,amount,currency,created_at\nA,10050,SEK,2026-10-02\n";
const GZ: &str = "--captures c.csv.gz";
const ZST: &str = "--captures c.csv.zst";
const ZIP: &str = "--captures c.zip";

/// Entries that all unpack the same few bytes: 1000 times 10 MB of zeros from some 80 kB.
fn overlapping() -> Vec<u8> {
    let first = deflated("0.csv", &vec![0; 10_000_000]);
    let over = |number: usize| Entry {
        name: format!("{number}.csv").into_bytes(),
        packed: first.packed.clone(),
        at: Some(0),
        ..first
    };
    let others: Vec<Entry> = (1..1000).map(over).collect();
    zip(&std::iter::once(first).chain(others).collect::<Vec<_>>())
}

pub fn all() -> Vec<Malformed> {
    let (gz, zst) = (gzip(CAPTURES.as_bytes()), zstd(CAPTURES.as_bytes()));
    let c = || deflated("c.csv", CAPTURES.as_bytes());
    let mut damaged = gz.clone();
    damaged[30] ^= 0xff;
    let mut unsummed = zst.clone();
    *unsummed.last_mut().unwrap() ^= 1;
    let archive = zip(&[c()]);
    let mut nested = zip(&[c()]);
    for _ in 0..5 {
        nested = zip(&[stored("n.zip", &nested)]);
    }
    vec![
        file("gzip_bomb", GZ, gzip_of_one_byte(0, 70_000_000)),
        file("gzip_bomb_in_gzip", GZ, gzip(&gzip_of_one_byte(b'\n', 70_000_000))),
        file("gzip_cut_off", GZ, &gz[..gz.len() - 10]),
        file("gzip_damaged", GZ, damaged),
        file("gzip_with_something_behind", GZ, [&gz[..], CAPTURES.as_bytes()].concat()),
        file("gzip_of_nothing", GZ, gzip(b"")),
        file("gzip_of_a_pdf", GZ, gzip(b"%PDF-1.7\n")),
        file("zstd_bomb", ZST, zstd(&vec![0; 70_000_000])),
        file("zstd_cut_off", ZST, &zst[..zst.len() - 10]),
        file("zstd_with_another_sum", ZST, unsummed),
        file("zstd_with_something_behind", ZST, [&zst[..], CAPTURES.as_bytes()].concat()),
        file("zip_bomb", ZIP, zip(&[deflated("c.csv", &vec![0; 70_000_000])])),
        file("zip_bomb_of_entries_over_each_other", ZIP, overlapping()),
        file("zip_cut_off", ZIP, &archive[..archive.len() - 20]),
        file("zip_cut_off_in_an_entry", ZIP, [&archive[..50], &archive[60..]].concat()),
        file("zip_empty", ZIP, zip(&[])),
        file("zip_of_folders", ZIP, zip(&[stored("a/", b""), stored("__MACOSX/._c.csv", b"x")])),
        file("zip_encrypted", ZIP, zip(&[Entry { flags: 1, ..c() }])),
        file("zip_with_bzip2", ZIP, zip(&[Entry { method: 12, ..c() }])),
        file("zip_with_lzma", ZIP, zip(&[Entry { method: 14, ..c() }])),
        file("zip_with_deflate64", ZIP, zip(&[Entry { method: 9, ..c() }])),
        file("zip_with_another_sum", ZIP, zip(&[Entry { crc: 0, ..c() }])),
        file("zip_with_a_link", ZIP, zip(&[Entry { attributes: 0o120_777 << 16, ..stored("l", b"/etc/passwd") }])),
        file("zip_nested_deep", ZIP, nested),
        file("zip_of_a_readme", ZIP, zip(&[c(), stored("readme.txt", b"Hello.\n")])),
        file(
            "zip_with_names_that_lead_elsewhere",
            ZIP,
            zip(&[
                stored("../../c.csv", CAPTURES.replace("10050", "x").as_bytes()),
                stored("/c.csv", CAPTURES.replace("10050", "y").as_bytes()),
                stored("c.csv\u{1b}[2J\n", CAPTURES.replace("10050", "z").as_bytes()),
            ]),
        ),
    ]
}
