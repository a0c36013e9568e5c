//! Swedbank Pay: the transaction list of a settlement, and what its API returns.
//!
//! The list states its own totals; [`stated`] compares them with the body. Fees and the payout stand only in the
//! balance report, which no program can read, so they are not looked for here.

pub(super) mod amount;
pub mod convert;
pub mod payload;
mod row;
pub mod stated;
mod totals;
pub mod transaction_list;

#[cfg(test)]
mod tests;
