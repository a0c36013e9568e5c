//! Short texts: ids, codes, days.

/// A text that takes no memory of its own as long as it has at most 24 bytes, as nearly all ids have: a run reads back
/// millions of them, and says them again.
pub type Text = compact_str::CompactString;
