//! Fast parallel ground for large delimited files: it cuts a file into chunks at record boundaries, splits fields, and deals compact
//! records out to shards by key within a memory budget.
//!
//! The engine knows bytes, records and shards, and nothing of what they mean. The way through it:
//!
//! ```text
//! source::Bytes -> chunk::header_end, chunk::plan_chunks or assume_chunks -> split::split_records -> shard::Partitions
//! ```
//!
//! [`pieces`] holds bytes that were made by many threads. [`turns`] hands chunks and shards to whichever thread is free. [`wire`] carries rows
//! between processes of a distributed engine.
//!
//! What it keeps, whatever the number of threads: the records of a file are those a sequential reader would find, with the same offsets and
//! lines, and a shard holds exactly the records put into it. Only the order of records within a shard depends on timing, so whoever resolves
//! a shard sorts it or does not care.

mod block;
pub mod chunk;
pub mod ends;
pub mod group;
pub mod join;
mod marks;
pub mod pieces;
pub mod record;
pub mod shard;
pub mod source;
pub mod spill;
pub mod split;
pub mod turns;
pub mod twice;
pub mod wire;
