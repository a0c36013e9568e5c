//! Swedbank Pay's settlement files: the transaction list, version 2, as XML.
//!
//! The list states its own totals; [`stated`] compares them with the body. Fees and the payout stand only in the
//! balance report, which no program can read, so they are not looked for here.

mod amount;
mod attributes;
mod row;
pub mod stated;
mod totals;
pub mod transaction_list;
mod xml;

#[cfg(test)]
mod tests;
