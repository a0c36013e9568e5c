//! Documents of an API that belong together and come on different nights.

use crate::harness::{Case, Ran};
use crate::shop::{columns, sql};

const ORDER: &str = r#"{"paymentOrder":{"id":"/psp/paymentorders/A","created":"2026-03-01T10:00:00Z","updated":"2026-03-01T10:00:00Z",
"operation":"Purchase","currency":"SEK","amount":5000,"vatAmount":1000,"orderItems":{"orderItemList":[
{"reference":"P1","name":"Kettle","quantity":1,"amount":5000,"vatAmount":1000,"vatPercent":2500}]}}}"#;
const REQUEST: &str = r#"{"transaction":{"description":"all of it","amount":5000,"vatAmount":1000,"payeeReference":"R1",
"orderItems":[{"reference":"P1","name":"Kettle","quantity":1,"amount":5000,"vatAmount":1000,"vatPercent":2500}]}}"#;
const ANSWER: &str = r#"{"payment":"/psp/paymentorders/A","capture":{"id":"/c/1","transaction":{"id":"/t/1","type":"Capture",
"created":"2026-03-02T09:00:00Z","updated":"2026-03-02T09:00:00Z","state":"Completed","number":71,"amount":5000,
"vatAmount":1000,"payeeReference":"R1"}}}"#;

fn night(case: Case, day: &str, status: i32) -> Ran {
    let case = case.args("run --state night.db --input api --as-of").arg(day).arg("--quiet");
    case.any_stderr().status(status).run()
}

fn first() -> Case {
    Case::new().file("api/paymentorders/A/order.json", ORDER).file("api/paymentorders/A/captures/request.json", REQUEST)
}

fn input_rows(ran: &Ran) -> Vec<String> {
    let summary: serde_json::Value = serde_json::from_slice(&ran.bytes("avstem-out/summary.json")).unwrap();
    let text = |row: &serde_json::Value| {
        format!("{} {} {}", row["path"].as_str().unwrap(), row["dataset"].as_str().unwrap(), row["rows"])
    };
    summary["inputs"].as_array().unwrap().iter().map(text).collect()
}

/// What one run without a state over everything so far says.
fn whole(ran: Ran, day: &str, status: i32) -> Ran {
    Case::after(ran).args("run --input api --out whole --quiet --as-of").arg(day).any_stderr().status(status).run()
}

#[test]
fn an_answer_on_a_later_night_completes_its_request() {
    let ran = night(first(), "2026-03-31", 1);
    assert_eq!(columns(&ran, "discrepancies.csv", "code order_id line_id actual"), ["line-uncaptured A P1 0"]);
    let ran = night(Case::after(ran).file("api/paymentorders/A/captures/answer.json", ANSWER), "2026-04-01", 0);
    assert!(columns(&ran, "discrepancies.csv", "code").is_empty());
    let cleared = columns(&ran, "cleared.csv", "code line_id closed_by");
    assert_eq!(cleared, ["line-uncaptured P1 api/paymentorders/A/captures/answer.json:1"]);
    let rows = [
        "api/paymentorders/A/captures/answer.json captures 1",
        "api/paymentorders/A/captures/request.json captures 1",
        "api/paymentorders/A/order.json orders 1",
    ];
    assert_eq!(input_rows(&ran), rows);
    let ran = whole(ran, "2026-04-01", 0);
    for table in ["discrepancies.csv", "batches.csv", "rejects.csv"] {
        assert_eq!(ran.text(&format!("avstem-out/{table}")), ran.text(&format!("whole/{table}")), "{table}");
    }
}

#[test]
fn a_part_of_a_file_is_listed_once_something_tells_what_it_is() {
    // Nothing says of the answer which order it belongs to, so its request alone is rejected; then the order comes.
    let request = Case::new().file("api/sent.json", REQUEST);
    let ran = night(request, "2026-03-31", 3);
    assert_eq!(input_rows(&ran), ["api/sent.json captures 1"]);
    let reason = ran.text("avstem-out/rejects.csv");
    assert!(reason.contains("api/sent.json,1,payee_reference,R1,\"nothing says whether"), "{reason}");
    let later = Case::after(ran).file("api/order.json", ORDER).file("api/answer.json", ANSWER);
    let ran = night(later, "2026-04-01", 0);
    assert_eq!(ran.text("avstem-out/rejects.csv"), "file,line,column,value,reason\n");
    assert_eq!(input_rows(&ran), ["api/answer.json captures 1", "api/order.json orders 1", "api/sent.json captures 1"]);
}

/// Facts of nights before version 3 were not kept: what these nights took from documents stays as it is.
#[test]
fn documents_of_a_state_that_kept_no_facts_stay_as_they_are() {
    let ran = night(first(), "2026-03-31", 1);
    sql(
        &ran,
        "DELETE FROM file WHERE rows = 0; UPDATE file SET part = 0; DROP TABLE fact; DROP TABLE unsettled; DROP TABLE settled; ALTER TABLE file DROP COLUMN constants; ALTER TABLE file DROP COLUMN books; DROP TABLE voucher; PRAGMA user_version = 2;",
    );
    let before = input_rows(&ran);
    let ran = night(Case::after(ran), "2026-03-31", 1);
    assert_eq!(input_rows(&ran), before);
    // The answer stands alone, and alone it does not say its currency.
    let ran = night(Case::after(ran).file("api/paymentorders/A/captures/answer.json", ANSWER), "2026-04-01", 3);
    assert_eq!(input_rows(&ran)[1..], before);
    assert!(ran.text("avstem-out/rejects.csv").contains("answer.json,1,currency,,"));
}
