//! A finished reconciliation as files: one [`view::Report`], one module a file format, a folder that appears whole or
//! not at all, and the proof of such a folder from its files alone.

pub mod books;
pub mod csv;
pub mod folder;
pub mod insight;
pub mod journal;
pub mod json;
pub mod metrics;
pub mod page;
#[cfg(feature = "parquet")]
pub mod parquet;
#[cfg(not(feature = "parquet"))]
#[path = "without_parquet.rs"]
pub mod parquet;
pub mod redact;
#[cfg(test)]
mod sample;
mod seal;
pub mod verify;
pub mod view;
pub mod words;
pub mod workbook;
