//! Tests of MT940.
