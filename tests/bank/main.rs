//! The bank over the library: payouts against entries as a second, slow matcher sees them, and files that are damaged in
//! every way.

#[path = "../reference/rng.rs"]
mod rng;

mod damaged;
mod matching;
mod second;
