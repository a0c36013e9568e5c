//! The state from outside: what `history`, `open`, `note`, `close` and `verify --state` say, what a night carries over, and
//! what it refuses. Whole outputs are compared; the tables of the state are not looked at but to damage them.

mod decisions;
mod documents;
mod files;
#[path = "../harness/mod.rs"]
mod harness;
mod nights;
mod proof;
mod refusals;
mod retain;
mod rules;
mod shop;
mod upgrade;
