//! Transaction lists in XML, of both versions.
#![no_main]

use avstem::ingest::source::Shape;
use avstem_fuzz::read;

libfuzzer_sys::fuzz_target!(|data: &[u8]| read(data, Shape::Xml, None, None));
