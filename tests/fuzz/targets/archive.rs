//! Packed files: gzip, zstd, zip, one in another. What comes out is bounded, and shown under names that are told apart.
#![no_main]

use std::collections::BTreeSet;

use avstem::engine::source::Bytes;
use avstem::ingest::expand::Bounds;
use avstem::ingest::source::unpacked;
use avstem_fuzz::{is_explained, parts::mutate_part};

const BOUNDS: Bounds = Bounds { plain_bytes_max: 1 << 20, ratio_max: 100, free_bytes: 1 << 16 };

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    match unpacked("f", Bytes::from_vec(data.to_vec()), BOUNDS) {
        Ok(files) => {
            let names: BTreeSet<&String> = files.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), files.len(), "two files of one name");
            assert!(
                names.iter().all(|name| !name.contains(char::is_control) && !name.split('/').any(|part| part == ".."))
            );
            let total: u64 = files.iter().map(|(_, file)| file.bytes.len()).sum();
            assert!(total <= BOUNDS.plain_bytes_max.max(data.len().try_into().expect("small")));
            for (_, file) in &files {
                let mut plain = Vec::new();
                file.bytes.read_at_most(0, &mut plain, usize::MAX).expect("the copy can be read");
                assert_eq!(plain.len(), usize::try_from(file.bytes.len()).expect("small"));
            }
        }
        Err(error) => is_explained(&error),
    }
});

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let apart =
        if seed % 4 == 0 { None } else { mutate_part(data, size, max_size, seed, libfuzzer_sys::fuzzer_mutate) };
    apart.unwrap_or_else(|| libfuzzer_sys::fuzzer_mutate(data, size, max_size))
});
