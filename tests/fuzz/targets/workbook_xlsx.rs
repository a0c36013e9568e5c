//! Workbooks: as a transaction list, as a sheet of canonical columns, and by a profile. Their parts are changed one at a
//! time, so that the archive around them stays whole.
#![no_main]

use avstem::ingest::profile::Profile;
use avstem::ingest::source::Shape;
use avstem_fuzz::{dataset, parts::mutate_part, read};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    read(data, Shape::Workbook, None, None);
    if let Some(last) = data.get(20) {
        let dataset = dataset(*last);
        read(data, Shape::Workbook, Some(dataset), None);
        let columns = [("order_id", "order_id"), ("amount", "amount"), ("created_at", "created_at")];
        let columns = columns.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        read(
            data,
            Shape::Workbook,
            Some(dataset),
            Some(&Profile { header_row: Some(2), columns, ..Profile::default() }),
        );
    }
});

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let apart =
        if seed % 8 == 0 { None } else { mutate_part(data, size, max_size, seed, libfuzzer_sys::fuzzer_mutate) };
    apart.unwrap_or_else(|| libfuzzer_sys::fuzzer_mutate(data, size, max_size))
});
