//! The body of a list while it is read: its sums by currency and by service, whatever file the rows stand in.

use std::collections::HashMap;

use super::row::Row;
use super::totals::{CurrencySum, ServiceSum, TransactionList};
use crate::model::money;

/// What the names of services and subsites may take in memory; a list has a handful.
const NAMES_BYTES_MAX: usize = 64 << 20;
/// What an entry takes beside its names.
const ENTRY_BYTES: usize = 256;

/// The list names more services, subsites or currencies than fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyNames;

impl TooManyNames {
    /// What is wrong.
    pub const PROBLEM: &str = "the list names more services, subsites or currencies than any real one";
    /// What to do.
    pub const HELP: &str = "check which file this is";
}

/// What is remembered of the rows while they are added.
#[derive(Debug, Default)]
pub struct Body {
    /// Places in `body_services` by subsite, currency and service.
    places: HashMap<Vec<u8>, usize>,
    key: Vec<u8>,
    held_bytes: usize,
}

impl Body {
    /// Counts what is kept until the end of the list.
    ///
    /// # Errors
    /// It is more than any list has.
    pub fn hold(&mut self, name_bytes: usize) -> Result<(), TooManyNames> {
        self.held_bytes += name_bytes + ENTRY_BYTES;
        if self.held_bytes <= NAMES_BYTES_MAX { Ok(()) } else { Err(TooManyNames) }
    }

    /// Adds a row to the sums of the list.
    ///
    /// # Errors
    /// There are more services than any list has.
    pub fn add(&mut self, list: &mut TransactionList, row: &Row<'_>) -> Result<(), TooManyNames> {
        list.rows += 1;
        let line = row.found.line;
        let Some((currency, amount_minor)) = row.amount else {
            list.rows_without_amount += 1;
            return Ok(());
        };
        let sum = list.body_currencies.entry(currency).or_insert(CurrencySum { line, ..CurrencySum::default() });
        sum.rows += 1;
        money::add(&mut sum.sum_minor, amount_minor);
        // No name holds a NUL, so it separates.
        self.key.clear();
        self.key.extend_from_slice(row.subsite.as_bytes());
        self.key.extend_from_slice(&[0]);
        self.key.extend_from_slice(&currency.0.to_be_bytes());
        self.key.extend_from_slice(row.service_name.as_bytes());
        let place = match self.places.get(&self.key) {
            Some(place) => *place,
            None => {
                self.hold(2 * self.key.len())?;
                let (subsite, service_name) = (row.subsite.to_string(), row.service_name.to_string());
                self.places.insert(self.key.clone(), list.body_services.len());
                let sum = ServiceSum { subsite, currency, service_name, debits: 0, credits: 0, amount_minor: 0, line };
                list.body_services.push(sum);
                list.body_services.len() - 1
            }
        };
        if let Some(sum) = list.body_services.get_mut(place) {
            money::add(&mut sum.amount_minor, amount_minor);
            *(if amount_minor < 0 { &mut sum.credits } else { &mut sum.debits }) += 1;
        }
        Ok(())
    }
}
