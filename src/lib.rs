//! avstem: stub map
pub mod cli;
pub mod engine;
pub mod ingest;
pub mod model;
pub mod pipeline;
pub mod report;
pub mod rules;
