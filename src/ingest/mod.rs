//! From bytes to records and rejects: a file a format, no decisions. The readers never see a verdict.

pub(crate) mod archive;
pub mod bank;
pub mod canonical;
pub mod cited;
pub mod copy;
pub mod digest;
pub mod dintero;
pub mod expand;
pub mod field;
mod fields;
pub mod formats;
pub mod guess;
mod hash;
pub mod layout;
pub mod library;
pub mod native;
#[cfg(feature = "parquet")]
pub mod parquet;
#[cfg(not(feature = "parquet"))]
#[path = "without_parquet.rs"]
pub mod parquet;
pub mod payload;
pub mod profile;
mod remembered;
pub mod shape;
pub mod shelf;
mod short;
pub mod source;
pub mod swedbank_pay;
pub mod table;
pub mod workbook;
pub mod xml;
