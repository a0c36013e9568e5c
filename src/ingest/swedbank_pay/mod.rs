//! Swedbank Pay: the transaction list of a settlement, and what its API returns.
//!
//! The list states its own totals; [`stated`] compares them with the body. Fees and the payout stand only in the
//! balance report, which no program can read, so they are not looked for here.

pub(super) mod amount;
mod body;
pub mod convert;
pub mod payload;
mod row;
mod sheet_list;
pub mod stated;
mod totals;
pub mod transaction_list;
pub mod version;

#[cfg(test)]
mod sheet_tests;
#[cfg(test)]
mod tests;
