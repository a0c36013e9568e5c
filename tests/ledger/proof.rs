//! `verify --state`: every page, and the chain of the log.

use crate::harness::{Case, Ran};
use crate::shop::{id_of, sql, two_nights};

/// After two nights and three decisions.
fn decided() -> Ran {
    let mut ran = two_nights();
    let id = id_of(&ran, "line-undercaptured");
    for text in ["first", "second", "third"] {
        let case = Case::after(ran).args("note").arg(&id).arg(text).args("--by anna --state night.db");
        ran = case.any_stdout().run();
    }
    ran
}

fn restored(ran: Ran, state: &[u8]) -> Ran {
    std::fs::write(ran.folder.path().join("night.db"), state).unwrap();
    ran
}

#[test]
fn a_sound_state_is_proved_alone_or_with_a_report() {
    let proved = |entries: &str| format!("night.db: proved; {entries} in its log, in an unbroken chain\n");
    let ran = Case::after(two_nights()).args("verify --state night.db").stdout(&proved("0 entries")).run();
    let id = id_of(&ran, "line-undercaptured");
    let ran = Case::after(ran).args("note").arg(&id).args("said --by anna --state night.db").any_stdout().run();
    let both = format!("{}avstem-out: proved from its 5 files: 5 findings, 2 batches\n", proved("1 entry"));
    let ran = Case::after(ran).args("verify avstem-out --state night.db").stdout(&both).run();
    let ran = Case::after(ran).args("verify --state night.db --quiet").run();
    // One that is not sound fails both, and the other one is proved all the same.
    sql(&ran, "UPDATE log SET text = 'else'");
    let ran = Case::after(ran)
        .args("verify avstem-out --state night.db")
        .status(1)
        .stdout("avstem-out: proved from its 5 files: 5 findings, 2 batches\n")
        .stderr("avstem: error: night.db: entry 1 of the log is not what it was when it was written\n")
        .run();
    Case::after(ran)
        .args("verify --state other.db")
        .stops("avstem: error: other.db: no such state\n  help: `avstem run --state FILE` makes one\n");
}

#[test]
fn an_entry_that_was_changed_taken_out_or_put_in_is_found() {
    let mut ran = decided();
    let sound = ran.bytes("night.db");
    let copy = "SELECT 4, at, who, action, finding, about, 'forged', hash, hash FROM log WHERE number = 3";
    let cases = [
        ("UPDATE log SET text = 'other' WHERE number = 1", "entry 1 of the log is not what it was when it was written"),
        ("UPDATE log SET who = 'bo' WHERE number = 2", "entry 2 of the log is not what it was when it was written"),
        (
            "UPDATE log SET action = 'close' WHERE number = 3",
            "entry 3 of the log is not what it was when it was written",
        ),
        ("UPDATE log SET at = '2020' || substr(at, 5)", "entry 1 of the log is not what it was when it was written"),
        ("UPDATE log SET about = '' WHERE number = 3", "entry 3 of the log is not what it was when it was written"),
        ("UPDATE log SET finding = 'x' WHERE number = 2", "entry 2 of the log is not what it was when it was written"),
        (
            "UPDATE log SET hash = previous WHERE number = 2",
            "entry 2 of the log is not what it was when it was written",
        ),
        ("UPDATE log SET previous = '' WHERE number = 2", "entry 2 of the log does not follow on the one before it"),
        ("DELETE FROM log WHERE number = 1", "entry 1 of the log is missing"),
        ("DELETE FROM log WHERE number = 2", "entry 2 of the log is missing"),
        (
            "DELETE FROM log WHERE number = 1; UPDATE log SET number = number - 1",
            "entry 1 of the log does not follow on the one before it",
        ),
        (
            "UPDATE log SET number = -number; UPDATE log SET number = CASE number WHEN -1 THEN 2 WHEN -2 THEN 1 ELSE 3 END",
            "entry 1 of the log does not follow on the one before it",
        ),
        (&format!("INSERT INTO log {copy}"), "entry 4 of the log is not what it was when it was written"),
    ];
    for (change, problem) in cases {
        ran = restored(ran, &sound);
        sql(&ran, change);
        let said = format!("avstem: error: night.db: {problem}\n");
        ran = Case::after(ran).args("verify --state night.db").status(1).stderr(&said).run();
    }
    // The last entry leaves no gap: only its hash, kept elsewhere, can tell.
    ran = restored(ran, &sound);
    sql(&ran, "DELETE FROM log WHERE number = 3");
    let proved = "night.db: proved; 2 entries in its log, in an unbroken chain\n";
    Case::after(ran).args("verify --state night.db").stdout(proved).run();
}

#[test]
fn a_damaged_page_is_found() {
    let mut ran = decided();
    let sound = ran.bytes("night.db");
    let page = usize::from(u16::from_be_bytes([sound[16], sound[17]]));
    let pages = sound.len() / page;
    for number in (1..pages).step_by(1 + pages / 8) {
        let mut bytes = sound.clone();
        bytes[number * page..number * page + 8].fill(0xff);
        ran = restored(ran, &bytes);
        // Where the log itself cannot be read the state is unusable, else what is wrong is listed.
        let case = Case::after(ran).args("verify --state night.db");
        let ended = case.ended();
        ran = ended.ran;
        assert!(matches!(ended.status, 1 | 2), "page {number}: status {}", ended.status);
        assert!(ran.stderr.starts_with("avstem: error: night.db: "), "page {number}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "page {number}");
    }
}
