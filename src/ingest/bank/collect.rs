//! Statements under construction.
