//! Hints of made-up records.
