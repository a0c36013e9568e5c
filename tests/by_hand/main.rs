//! Days worked out by hand from the rules page: both implementations must find what the hand found.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::as_conversions,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::float_arithmetic,
    missing_docs,
    reason = "a test may end in a panic, says on standard output what it saw, and handles no money of its own"
)]

#[path = "../common/mod.rs"]
mod common;
mod day;
mod lines;
mod random;
mod records;
#[path = "../reference/mod.rs"]
mod reference;
mod settle;
