//! stub
#![allow(missing_docs)]
pub struct Proof { pub files: u64, pub findings: u64, pub batches: u64, pub matches: u64 }
pub struct Fault { pub file: String, pub line: Option<u64>, pub problem: String }
pub fn verify(_: &std::path::Path) -> Result<Proof, Vec<Fault>> { Err(Vec::new()) }
