//! A state of an earlier version: brought up to date by the next night, with a copy of it kept.

use crate::harness::Case;
use crate::shop::{columns, found, night, second, sql, two_nights};

/// What made version 1 is what is there without the log; later steps are taken back by those who add them.
const TO_VERSION_1: &str = "DROP TABLE log; DROP TABLE fact; DROP TABLE unsettled; DROP TABLE settled; ALTER TABLE file DROP COLUMN constants; ALTER TABLE file DROP COLUMN books; DROP TABLE voucher; PRAGMA user_version = 1;";

#[test]
fn an_older_state_is_brought_up_to_date_and_kept() {
    let ran = two_nights();
    let findings = ran.bytes("avstem-out/discrepancies.csv");
    sql(&ran, TO_VERSION_1);
    let old = ran.bytes("night.db");
    let help = "  help: the next run brings it up to date\n";
    let said = format!("avstem: error: night.db: the state has version 1, an older one\n{help}");
    let mut ran = ran;
    for command in ["open", "history", "verify", "note 0 text --by x"] {
        ran = Case::after(ran).args(command).args("--state night.db").status(2).stderr(&said).run();
    }
    assert!(ran.bytes("night.db") == old, "who only looks changes nothing");

    let ran = night(Case::after(ran), "2026-04-01", 1);
    assert!(ran.bytes("night.db.version-1") == old, "the copy is what was there");
    assert!(ran.bytes("avstem-out/discrepancies.csv") == findings);
    let proved = "night.db: proved; 0 entries in its log, in an unbroken chain\n";
    let ran = Case::after(ran).args("verify --state night.db").stdout(proved).run();
    let names: Vec<String> = ran.names("").into_iter().filter(|name| name.starts_with("night.db")).collect();
    assert_eq!(names, ["night.db", "night.db.lock", "night.db.version-1"]);

    // It goes on as if it had always been of this version.
    let ran = night(Case::after(ran), "2026-04-08", 1);
    let other = night(Case::after(two_nights()), "2026-04-08", 1);
    assert_eq!(found(&ran), found(&other));
    let tables = ["discrepancies.csv", "cleared.csv", "batches.csv", "rejects.csv", "summary.json"];
    for table in tables.map(|table| format!("avstem-out/{table}")) {
        assert!(table.ends_with("summary.json") || ran.bytes(&table) == other.bytes(&table), "{table}");
    }
    assert_eq!(columns(&ran, "discrepancies.csv", "code first_seen").len(), 5);
}

#[test]
fn a_night_that_is_refused_after_it_leaves_the_copy_and_a_state_that_works() {
    let ran = night(second(crate::shop::one_night()), "2026-04-01", 1);
    sql(&ran, TO_VERSION_1);
    let old = ran.bytes("night.db");
    let ran = Case::after(ran).args(crate::shop::RUN).args("--as-of 2026-03-01").any_stderr().status(2).run();
    assert!(ran.stderr.contains("its last night was 2026-04-01"), "{}", ran.stderr);
    assert!(ran.bytes("night.db.version-1") == old);
    night(Case::after(ran), "2026-04-02", 1);
}
