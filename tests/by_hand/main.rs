//! Days worked out by hand from the rules page: both implementations must find what the hand found.

#[path = "../common/mod.rs"]
mod common;
mod day;
mod lines;
mod random;
mod records;
#[path = "../reference/mod.rs"]
mod reference;
mod settle;
