//! Into the books (RULES.md 9): what providers charge and pay out, what came to the bank account, and the vouchers that
//! book it.

pub mod accounts;
pub mod bank;
pub mod once;
pub mod payout;
pub mod posting;
pub mod settings;
pub mod settled;
pub mod statements;
pub mod tariff;
