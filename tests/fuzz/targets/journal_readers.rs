//! Journals as `verify` and the once-and-only-once folder read them back: files that a person may have changed.
#![no_main]

use std::collections::BTreeMap;

use avstem::report::journal::JournalFormat;
use avstem::report::journal::read::{is_imported, prove};

const FILES: [&str; 6] = [
    "journal-SEK.si",
    "journal-NOK.si",
    "journal.hledger",
    "journal.beancount",
    "journal-gbat10-NOK.csv",
    "journal-gbat10-SEK.csv",
];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = is_imported(data);
    for name in FILES {
        let format = JournalFormat::of_file(name).expect("the name of a journal");
        match prove(format, name, data) {
            Ok(proved) => {
                let mut by_account: BTreeMap<(String, String), i128> = BTreeMap::new();
                let mut by_currency: BTreeMap<String, i128> = BTreeMap::new();
                for line in &proved.lines {
                    assert!(line.amount_minor != 0 && !line.account.is_empty() && !line.voucher.is_empty());
                    *by_account.entry((line.account.clone(), line.currency.clone())).or_default() += line.amount_minor;
                    *by_currency.entry(line.currency.clone()).or_default() += line.amount_minor;
                }
                assert_eq!(by_account, proved.sums_by_account, "{name}");
                assert!(by_currency.values().all(|sum| *sum == 0), "{name}: {by_currency:?}");
                assert!(proved.vouchers > 0 && !proved.lines.is_empty(), "{name}");
            }
            Err(fault) => {
                assert_eq!(fault.file, name);
                assert!(!fault.problem.is_empty() && fault.problem.chars().count() <= 400, "{}", fault.problem);
            }
        }
    }
});
