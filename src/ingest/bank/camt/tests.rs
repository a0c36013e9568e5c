//! Tests of camt.
