//! The shop of these tests: two nights that open and close findings, and how a night is run.

use std::path::Path;

use crate::harness::{Case, Ran, names, rows};

/// The inputs are folders that grow.
pub const RUN: &str = "run --state night.db --orders orders --captures captures --settlements settlements";

const ORDERS: &str = "\
order_id,line_id,gross_amount,currency,created_at
A,1,10000,SEK,2026-03-01
B,1,5000,SEK,2026-03-02
C,1,7000,NOK,2026-03-28
D,1,120000,SEK,2025-12-01
";
const CAPTURES: &str = "order_id,line_id,amount,currency,created_at,operation_id\nB,1,4000,SEK,2026-03-02,op-b\n";
const SETTLED: &str = "gross_amount,currency,operation_id,kind,settlement_id\n100,SEK,op-x,capture,S1\n";
const CAPTURES_2: &str = "\
order_id,line_id,amount,currency,created_at,operation_id
A,1,10000,SEK,2026-04-01,op-a
C,1,7000,NOK,2026-04-01,op-c
";
const SETTLED_2: &str = "gross_amount,currency,operation_id,kind,settlement_id\n4000,SEK,op-b,capture,S2\n";

/// The columns of `discrepancies.csv` and of `cleared.csv`.
pub const FOUND: &str = "id,code,status,leg,provider,order_id,line_id,payee_reference,transaction_number,\
    reconciliation_number,settlement_id,currency,expected,actual,difference,count,age_days,first_seen,explanation,sources,\
    hint,hint_key\n";
pub const CLEARED: &str = "id,code,leg,provider,order_id,line_id,payee_reference,transaction_number,\
    reconciliation_number,settlement_id,currency,difference,first_seen,cleared_on,closed_by,explanation\n";

/// The inputs of the first night: three lines without a capture, one with too little, a row that answers nothing.
pub fn inputs() -> Case {
    Case::new().file("orders/1.csv", ORDERS).file("captures/1.csv", CAPTURES).file("settlements/1.csv", SETTLED)
}

/// Runs a night on what is there; nothing is printed.
pub fn night(case: Case, day: &str, status: i32) -> Ran {
    case.args(RUN).arg("--as-of").arg(day).arg("--quiet").status(status).run()
}

/// After the first night.
pub fn one_night() -> Ran {
    night(inputs(), "2026-03-31", 1)
}

/// What comes on the second night: two of the captures, and the settlement of the one that was there.
pub fn second(ran: Ran) -> Case {
    Case::after(ran).file("captures/2.csv", CAPTURES_2).file("settlements/2.csv", SETTLED_2)
}

/// After two nights.
pub fn two_nights() -> Ran {
    night(second(one_night()), "2026-04-01", 1)
}

/// All files of the report and the state, with their bytes.
pub fn marks(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let is_of_it = |name: &String| !name.ends_with('/') && (name.starts_with("avstem-out") || name.contains(".db"));
    let of = |name: String| {
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        (name, bytes)
    };
    // The lock says which process had it last.
    names(folder).into_iter().filter(is_of_it).filter(|name| !name.ends_with(".lock")).map(of).collect()
}

/// Some columns of a table of the report, a text a row.
pub fn columns(ran: &Ran, table: &str, wanted: &str) -> Vec<String> {
    let text = ran.text(&format!("avstem-out/{table}"));
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let places: Vec<usize> =
        wanted.split(' ').map(|name| header.iter().position(|column| *column == name).unwrap()).collect();
    let row = |row: Vec<String>| places.iter().map(|place| row[*place].as_str()).collect::<Vec<_>>().join(" ");
    rows(text.as_bytes()).into_iter().map(row).collect()
}

/// The findings: code, status, order and the rest of what tells them apart, first seen.
pub fn found(ran: &Ran) -> Vec<String> {
    columns(ran, "discrepancies.csv", "code status order_id settlement_id first_seen")
}

/// The id of the finding of a code in the report.
pub fn id_of(ran: &Ran, code: &str) -> String {
    let ids = columns(ran, "discrepancies.csv", "code id");
    let id = ids.iter().find_map(|row| row.strip_prefix(&format!("{code} ")));
    id.unwrap_or_else(|| panic!("there is no {code}: {ids:?}")).to_owned()
}

/// Changes the state by SQL, as somebody might with `sqlite3`.
pub fn sql(ran: &Ran, text: &str) {
    rusqlite::Connection::open(ran.folder.path().join("night.db")).unwrap().execute_batch(text).unwrap();
}
