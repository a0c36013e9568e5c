//! RULES.md as pure functions, a file a section. The rules never see a file: they get compact records, and a way to
//! read a row back where a text decides.

pub mod batches;
pub mod books;
pub mod calendar;
pub mod control;
pub mod counted;
pub mod describe;
pub mod expect;
pub mod explain;
pub mod fail_on;
pub mod files;
pub mod finish;
mod first;
mod flow;
pub mod hints;
pub mod identity;
pub mod lines;
pub mod native;
pub mod operations;
pub mod orders;
pub mod pairing;
pub mod path;
mod places;
pub mod plain;
mod rank;
pub mod references;
mod say;
pub mod settings;
pub mod side;
pub mod statements;
pub mod vat;
