//! avstem (Norwegian: *reconcile!*) compares what a shop ordered, what its payment providers captured and reversed, and
//! what they settled, and says to the last minor unit what does not agree.
//!
//! # The way of the data
//!
//! ```text
//! files -> ingest -> records -> shards by key -> rules -> findings -> report
//!              \-> rejects                        \-> control totals, which must close
//! ```
//!
//! Data goes forward once. Files are cut into chunks at record boundaries and read in parallel into compact records:
//! hashed keys, amounts, small codes, and the place where the row stands. The records are dealt out to a fixed number
//! of shards, by order for the line leg and by key, round after round, for the operation leg. Every shard is judged
//! by itself. Texts that only a finding or a tie needs are read back from their place. Findings are sorted into one
//! total order, so the bytes of a report depend neither on threads nor on the order of files or rows.
//!
//! With a state a run is a night ([`pipeline::night`]): tonight's rows bring back the rows of earlier nights that they
//! share an order or an id with, those that something was found in come back too, and all others stand in the totals.
//! The report is that of one run over all nights; what it changes in the state is written in one transaction.
//!
//! Spread over many machines ([`pipeline::shard`]) a run is such a sum too: an engine that is there already deals rows
//! out by a hash, each worker lets the same functions judge its partition, and the driver adds up what they have counted.
//!
//! # The rooms, from the ground up
//!
//! | floor | room | what it is for |
//! | --- | --- | --- |
//! | 1 | [`model`] | money, currencies, days, names, origins, records, findings: plain data |
//! | 1 | [`engine`] | chunks, fields, shards, spilling: parallel work on bytes, which knows nothing of money |
//! | 2 | [`ingest`] | bytes to records and rejects, a file a format; no decisions |
//! | 2 | [`rules`] | the page of rules as pure functions, a file a section |
//! | 2 | [`state`] | what is carried from night to night: rows in groups, findings, totals, in one SQLite file |
//! | 3 | [`report`] | a report value to files, a file a format; a folder that appears whole; its proof |
//! | 4 | [`pipeline`] | the only wiring |
//! | 5 | [`cli`] | arguments to a plan; the only place that prints |
//!
//! A room uses lower floors only, and siblings do not know each other; a test reads the `use` lines.
//!
//! # What always holds
//!
//! - Money is whole minor units, `i64` a row and `i128` in sums, with checked arithmetic; two currencies are never in
//!   one sum; there is no float anywhere.
//! - Rows read = rejected + repeated + superseded + accepted, a file and currency, and every accepted record has one
//!   verdict. A run in which that does not close says incomplete.
//! - A record is in at most one match.
//! - A file that cannot be read stops the run before anything is written; a row that cannot be read is a reject.
//!
//! # What is deliberately absent
//!
//! No server, no network, no lazy data frames, no `unsafe`, no guess: what is ambiguous is reported so.

// Here and not in Cargo.toml, which speaks for tests and tools too: they may panic and print.
#![deny(clippy::unwrap_used, clippy::panic, clippy::as_conversions, clippy::float_arithmetic)]
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod cli;
pub mod engine;
pub mod ingest;
pub mod model;
pub mod pipeline;
pub mod report;
pub mod rules;
pub mod state;
