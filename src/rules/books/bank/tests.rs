//! Tests of the bank leg.
