//! Notes on findings, and findings that somebody closed.

use serde_json::{Value, json};

use crate::harness::{Case, Ran};
use crate::shop::{columns, found, id_of, night, one_night, second, two_nights};

/// Decides; gives the number of the entry and its hash.
fn decided(ran: Ran, action: &str, id: &str, args: &[&str], sentence: &str) -> (Ran, u64, String) {
    let case = Case::after(ran).arg(action).arg(id).args("--state night.db").variable("USER", "anna");
    let ran = args.iter().fold(case, |case, arg| case.arg(arg)).any_stdout().run();
    let rest = ran.stdout.strip_prefix(&format!("{id} {sentence} (entry ")).unwrap_or_else(|| panic!("{}", ran.stdout));
    let (number, hash) = rest.split_once(" of the log, ").unwrap();
    let (number, hash) = (number.parse().unwrap(), hash.strip_suffix(")\n").unwrap().to_owned());
    assert!(hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{hash}");
    (ran, number, hash)
}

const NOTED: &str = "noted";
const CLOSED: &str = "closed; it stays so while its amounts stay what they are";

fn open_json(ran: Ran) -> (Ran, Value) {
    let ran = Case::after(ran).args("open --all --format json --state night.db").any_stdout().run();
    let value = serde_json::from_str(&ran.stdout).unwrap();
    (ran, value)
}

/// The log of a finding, without when.
fn log_of(value: &Value, id: &str) -> Value {
    let item = value["items"].as_array().unwrap().iter().find(|item| item["id"] == *id).unwrap();
    let mut log = item["log"].clone();
    for entry in log.as_array_mut().unwrap() {
        let at = entry.as_object_mut().unwrap().remove("at").unwrap();
        let at = at.as_str().unwrap();
        assert!(at.len() == 20 && at.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(at).is_ok(), "{at}");
    }
    log
}

#[test]
fn what_is_said_of_a_finding_is_kept_with_who_and_when() {
    let ran = two_nights();
    let id = id_of(&ran, "line-undercaptured");
    let (ran, first, hash) = decided(ran, "note", &id, &["asked the shop"], NOTED);
    let (ran, second, other) = decided(ran, "note", &id, &[" they look ", "--by", "Åse, accounts"], NOTED);
    assert_eq!((first, second), (1, 2));
    assert_ne!(hash, other);
    let (ran, value) = open_json(ran);
    let log = json!([{"who": "anna", "action": "note", "text": "asked the shop"},
                     {"who": "Åse, accounts", "action": "note", "text": "they look"}]);
    assert_eq!(log_of(&value, &id), log);
    // The last one stands beside the finding, and the report of the next night knows nothing of notes.
    let ran = Case::after(ran).args("open --state night.db").any_stdout().run();
    let row = format!(
        "{id}  line-undercaptured  open    default   B               SEK           -10.00  2026-03-31  Åse, accounts: they look\n"
    );
    assert!(ran.stdout.contains(&row), "{}", ran.stdout);
    let before = ran.text("avstem-out/discrepancies.csv");
    let ran = night(Case::after(ran), "2026-04-01", 1);
    assert_eq!(ran.text("avstem-out/discrepancies.csv"), before);
}

#[test]
fn nothing_is_decided_without_a_finding_a_person_and_a_reason() {
    let ran = two_nights();
    let id = id_of(&ran, "line-undercaptured");
    let reason = "avstem: error: nothing was said\n  help: say why with --reason \"text\"\n";
    let text = "avstem: error: nothing was said\n  help: say what after the id\n";
    let unknown = "avstem: error: night.db: no finding of the last night has the id \"0000000000000000\"\n  \
                   help: avstem open lists the findings with their ids\n";
    let nobody = "avstem: error: nobody is named\n  help: say who decides with --by NAME, or set USER\n";
    let no_state = "avstem: error: other.db: no such state\n  help: `avstem run --state FILE` makes one\n";
    let control = |what: &str| {
        format!("avstem: error: {what} holds a line break or another control character\n  help: write it in one line\n")
    };
    let [in_text, in_name] = ["what is said", "the name"].map(control);
    let (long, longest) = ("å".repeat(1_001), "å".repeat(1_000));
    let too_long = "avstem: error: what is said has 1001 characters, and at most 1000 are kept\n  \
                    help: keep the long text elsewhere, and say where\n";
    let cases: [(&[&str], &str); 12] = [
        (&["close", &id, "--state", "night.db", "--by", "x"], reason),
        (&["close", &id, "--reason", " ", "--state", "night.db", "--by", "x"], reason),
        (&["close", &id, "why not", "--state", "night.db", "--by", "x"], reason),
        (&["note", &id, "--state", "night.db", "--by", "x"], text),
        (&["note", &id, "--reason", "why", "--state", "night.db", "--by", "x"], text),
        (&["note", "0000000000000000", "text", "--state", "night.db", "--by", "x"], unknown),
        (&["close", "0000000000000000", "--reason", "r", "--state", "night.db", "--by", "x"], unknown),
        (&["close", &id, "--reason", "r", "--state", "night.db"], nobody),
        (&["note", &id, "text", "--state", "other.db", "--by", "x"], no_state),
        (&["note", &id, "two\nlines", "--state", "night.db", "--by", "x"], &in_text),
        (&["close", &id, "--reason", "r", "--state", "night.db", "--by", "x\u{1f}close"], &in_name),
        (&["note", &id, &long, "--state", "night.db", "--by", "x"], too_long),
    ];
    let state = ran.bytes("night.db");
    let mut ran = ran;
    for (args, said) in cases {
        let case = args.iter().fold(Case::after(ran), |case, arg| case.arg(arg));
        ran = case.status(2).stderr(said).run();
        assert_eq!(ran.bytes("night.db"), state, "{args:?}");
        assert!(!ran.names("").contains(&"other.db.lock".to_owned()), "{args:?}");
    }
    // An id that was there and is gone.
    let gone = "81199b4eb5339506";
    let said = format!(
        "avstem: error: night.db: no finding of the last night has the id {gone:?}\n  \
         help: avstem open lists the findings with their ids\n"
    );
    let ran = Case::after(ran).arg("note").arg(gone).args("text --state night.db --by x").status(2).stderr(&said).run();
    decided(ran, "note", &id, &[&longest], NOTED);
}

#[test]
fn a_closed_finding_makes_no_run_fail_until_it_changes_or_goes() {
    // Three findings are open after the second night; all are closed.
    let mut ran = two_nights();
    for (code, by) in [("line-uncaptured", "anna"), ("line-undercaptured", "anna"), ("settled-unknown", "Bo")] {
        let id = id_of(&ran, code);
        let reason = format!("written off, {code}");
        ran = decided(ran, "close", &id, &["--reason", &reason, "--by", by], CLOSED).0;
    }
    let (ran, value) = open_json(ran);
    let at = |id: &str| {
        let item = value["items"].as_array().unwrap().iter().find(|item| item["id"] == *id).unwrap().clone();
        item["log"][0]["at"].as_str().unwrap()[..10].to_owned()
    };
    let (day, under) = (at("34b3f442021c02a8"), id_of(&ran, "line-undercaptured"));

    // The same day again is a night of its own, since something was decided.
    let ran = night(Case::after(ran), "2026-04-01", 0);
    let closed = [
        "line-uncaptured closed D  2026-03-31",
        "line-undercaptured closed B  2026-03-31",
        "settled-unknown closed  S1 2026-03-31",
        "unsettled pending A  2026-04-01",
        "unsettled pending C  2026-04-01",
    ];
    assert_eq!(found(&ran), closed);
    let sentence = format!(
        "line-undercaptured Of the 50.00 SEK of line 1 of order B only 40.00 SEK was captured, 30 days after it was made. \
         Closed on {day} by anna: written off, line-undercaptured"
    );
    assert_eq!(columns(&ran, "discrepancies.csv", "code explanation")[1], sentence);
    let proved = "avstem-out: proved from its 5 files: 5 findings, 2 batches\n";
    let ran = Case::after(ran).args("verify avstem-out").stdout(proved).run();
    let ran = Case::after(ran).args("open --state night.db").stdout("as of 2026-04-01: nothing is open\n").run();
    // It ages, and stays closed.
    let ran = night(Case::after(ran), "2026-04-02", 0);
    assert_eq!(columns(&ran, "discrepancies.csv", "status age_days")[1], "closed 31");

    // A part of what was missing comes: other amounts, so it is open again, with its day.
    let more = "order_id,line_id,amount,currency,created_at,operation_id\nB,1,400,SEK,2026-04-02,op-b2\n";
    let settled = "gross_amount,currency,operation_id,kind,settlement_id\n400,SEK,op-b2,capture,S3\n";
    let case = Case::after(ran).file("captures/3.csv", more).file("settlements/3.csv", settled);
    let ran = night(case, "2026-04-03", 1);
    assert_eq!(
        columns(&ran, "discrepancies.csv", "id code status difference first_seen explanation")[1],
        format!(
            "{under} line-undercaptured open -600 2026-03-31 Of the 50.00 SEK of line 1 of order B only 44.00 SEK was captured, \
             32 days after it was made"
        )
    );
    // Somebody closes it once more, and it goes with the rest.
    let (ran, number, _) = decided(ran, "close", &under, &["--reason", "again"], CLOSED);
    assert_eq!(number, 4);
    let ran = night(Case::after(ran), "2026-04-03", 0);
    let rest = "order_id,line_id,amount,currency,created_at,operation_id\nB,1,600,SEK,2026-04-04,op-b3\n";
    let ran = night(Case::after(ran).file("captures/4.csv", rest), "2026-04-04", 0);
    let gone = format!("{under} line-undercaptured 2026-03-31 2026-04-04 captures/4.csv:2");
    assert_eq!(columns(&ran, "cleared.csv", "id code first_seen cleared_on closed_by"), [gone]);
    let said = "night.db: proved; 4 entries in its log, in an unbroken chain\n";
    Case::after(ran).args("verify --state night.db").stdout(said).run();
}

#[test]
fn a_closed_finding_that_goes_says_what_closed_it_as_any_other() {
    let ran = one_night();
    let id = id_of(&ran, "settled-unknown");
    let ran = decided(ran, "close", &id, &["--reason", "of another shop"], CLOSED).0;
    let ran = night(second(ran), "2026-04-01", 1);
    assert!(found(&ran).contains(&"settled-unknown closed  S1 2026-03-31".to_owned()));
    // The capture that the row answers comes late.
    let capture = "order_id,line_id,amount,currency,created_at,operation_id\nD,1,100,SEK,2026-04-01,op-x\n";
    let case = Case::after(ran).file("captures/3.csv", capture);
    let ran = night(case, "2026-04-02", 1);
    assert!(!found(&ran).iter().any(|row| row.starts_with("settled-unknown")), "{:?}", found(&ran));
    assert_eq!(columns(&ran, "cleared.csv", "id closed_by")[1], format!("{id} captures/3.csv:2"));
}
