//! Dintero: orders, checkout transactions and settlements.
//!
//! Orders only record what was done elsewhere; checkout transactions are where money moves; settlements are what was
//! paid out. [`facts`] reads documents of the first two as facts, [`settlement`] the last as canonical rows.

pub mod facts;
mod items;
mod orders;
mod records;
pub mod settlement;
mod transactions;

#[cfg(test)]
mod tests;
