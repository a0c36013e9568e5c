//! What providers' APIs return and are sent, as JSON: documents to facts, facts of one order put together, and these
//! to canonical rows.
//!
//! One operation is often told of several times (a request and its response, a list, an event), each time with other
//! particulars. So a document becomes [`fact::Fact`]s first; [`references`] and [`order`] put together what belongs
//! together, and every document that tells of an operation gives rows for it with all that is known, which RULES.md 2
//! then counts once and lists as repeated.

mod attempts;
pub mod canonical_rows;
mod cluster;
pub mod document;
pub mod documents;
pub mod fact;
pub mod heard;
pub mod json;
pub mod order;
pub mod path;
pub mod read;
pub mod recognise;
mod recorded;
pub mod references;
pub mod rows;
pub mod scalar;
pub mod sighting;

#[cfg(test)]
mod tests;
