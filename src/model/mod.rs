//! Plain data, the lowest floor: money, currencies, days, ids, origins, records, findings.
//! No input or output, no clock, no threads.

pub mod bank;
pub mod codec;
pub mod compact;
pub mod currency;
pub mod day;
pub mod encoding;
pub mod finding;
pub mod found;
pub mod money;
pub mod names;
pub mod origin;
pub mod payout;
pub mod record;
pub mod reference;
pub mod reject;
pub mod text;
pub mod voucher;
