//! From bytes to records and rejects: a file a format, no decisions. The readers never see a verdict.

pub mod canonical;
pub mod convert;
pub mod field;
mod fields;
pub mod layout;
pub mod library;
pub mod parquet;
pub mod source;
pub mod swedbank_pay;
