//! Into the books (RULES.md 9): what providers charge and pay out, what came to the bank account, and the vouchers that
//! book it.

pub mod bank;
pub mod statements;
