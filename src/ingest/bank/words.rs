//! Words of a text that may be the reference of a payout.
