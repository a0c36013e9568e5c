//! Settlements: the report of one, as JSON or XML, and the list of them, converted to canonical settlement rows.
//!
//! A report is a settlement file of RULES.md 5: its header's totals are compared with its rows. The list is none: a
//! payout in it is a row of its own kind and takes no part in section 4, so that list and report of one settlement do
//! not meet as a restatement.
//!
//! What refund and fee look like is not the same in every file: `signs` finds it out, `rows` applies it.

mod elements;
mod json;
mod list;
mod rows;
mod signs;
mod xml;

pub use json::convert_settlement_json;
pub use xml::{convert_settlement_xml, is_settlement_xml};

#[cfg(test)]
mod tests;
