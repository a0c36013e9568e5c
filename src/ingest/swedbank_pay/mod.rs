//! stub
/// stub
pub fn is_transaction_list(_: &[u8]) -> bool { true }
