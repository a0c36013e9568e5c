//! RULES section 2, records: which rows are one record, and which version of it counts.

mod cases;

use avstem::model::record::Dataset;
use cases::{Case, case};

/// Captures whose fates are counted; each has its line.
fn versions(name: &str, header: &str, rows: &[&str]) -> Case {
    case(name).captures(header, rows)
}

#[test]
fn equal_rows_are_one() {
    let equal = |name: &str, header: &str, rows: &[&str]| {
        versions(name, header, rows).finds(&[]).totals("captures", [2, 0, 1, 0, 1])
    };
    for id in ["operation_id", "transaction_id", "transaction_number", "payee_reference"] {
        equal(id, &format!("amount,line_id,{id}"), &["100,1,X", "100,1,X"]);
    }
    equal("numbers", "amount,operation_id,vat_amount", &["100,X,+20", "0100,X,20"]);
    equal("instants", "amount,operation_id,created_at", &["1,X,2026-03-02T10:00:00Z", "1,X,2026-03-02 11:00:00"]);
    equal(
        "and their fractions",
        "amount,operation_id,created_at",
        &["1,X,2026-03-02 11:00:00.50", "1,X,2026-03-02 11:00:00.5"],
    );
    equal("states", "amount,operation_id,state", &["1,X,", "1,X,SUCCESS"]);
    equal("trimmed", "amount,operation_id,receipt_reference", &["1,X, a ", "1, X,a"]);
    equal("columns that nobody knows", "amount,operation_id,note", &["1,X,a", "1,X,b"]);
    // The first of a doubled hour; the winter offset in a missing one.
    equal("doubled", "amount,operation_id,created_at", &["1,X,2025-10-26 02:30:00", "1,X,2025-10-26T02:30:00+02:00"]);
    equal("missing", "amount,operation_id,created_at", &["1,X,2026-03-29 02:30:00", "1,X,2026-03-29T02:30:00+01:00"]);
    case("in two files")
        .captures("amount,operation_id", &["1,X", "2,Y"])
        .captures("operation_id,amount", &["Y,2", "Z,3"])
        .finds(&[])
        .totals("captures", [4, 0, 1, 0, 3]);
    case("order lines by their key")
        .orders("gross_amount,quantity", &["0,1", "0,1.0", "0,1.0000"])
        .finds(&[])
        .totals("orders", [3, 0, 2, 0, 1]);
    case("settlement rows are never merged")
        .captures("amount,operation_id", &["1,X"])
        .settlements("gross_amount,operation_id", &["1,X", "1,X"])
        .finds(&["settled-twice open SEK 0 1 of 1"])
        .totals("settlements", [2, 0, 0, 0, 2]);
}

#[test]
fn what_belongs_to_an_identity() {
    let two = |name: &str, header: &str, rows: &[&str]| {
        versions(name, header, rows).finds(&[]).totals("captures", [2, 0, 0, 0, 2])
    };
    two("order", "amount,operation_id,order_id", &["1,X,A", "1,X,B"]);
    two("currency", "amount,operation_id,currency", &["1,X,SEK", "1,X,NOK"]);
    two("provider", "amount,operation_id,provider", &["1,X,here", "1,X,there"]);
    two("line", "amount,operation_id,line_id", &["1,X,1", "1,X,2"]);
    two("no line is another line", "amount,operation_id,line_id", &["1,X,1", "1,X,"]);
    two("id", "amount,operation_id", &["1,X", "1,x"]);
    two("which id", "amount,transaction_id,transaction_number", &["1,5,", "1,,5"]);
    case("dataset")
        .captures("amount,operation_id", &["1,X"])
        .reversals("amount,operation_id", &["1,X"])
        .finds(&[])
        .totals("captures", [1, 0, 0, 0, 1])
        .totals("reversals", [1, 0, 0, 0, 1]);
    // operation_id before transaction_id before transaction_number before payee_reference; a later one is content.
    let conflict = "record-conflict open order A";
    let ids = "amount,operation_id,transaction_id,transaction_number,payee_reference";
    versions("operation_id", ids, &["1,X,a,1,r", "1,X,b,1,r"])
        .finds(&[&format!("{conflict} reference r transaction 1 SEK 1 1 of 2")]);
    versions("transaction_id", ids, &["1,,a,1,r", "1,,a,2,r"])
        .finds(&[&format!("{conflict} reference r SEK 1 1 of 2")])
        .totals("captures", [2, 0, 0, 1, 1]);
    versions("transaction_number", ids, &["1,,,1,r", "1,,,1,s"])
        .finds(&[&format!("{conflict} transaction 1 SEK 1 1 of 2")]);
    case("an operation's rows on several lines are one operation")
        .captures("amount,operation_id,line_id", &["60,X,1", "40,X,2"])
        .settlements("gross_amount,operation_id", &["100,X"])
        .finds(&[])
        .verdicts("captures", "matched 1")
        .matches(&["1:1, 1:1"]);
}

#[test]
fn rows_without_an_identity_are_operations_each() {
    let equal = |name: &str, provider: &str, header: &str, row: &str| {
        let done = case(name).rows_of(provider, Dataset::Captures, header, &[row, row, row]).finds(&[]);
        let equal: Vec<_> =
            done.report.summary.equal_rows_without_id.iter().map(|row| (row.dataset.as_str(), row.count)).collect();
        assert_eq!(equal, [("captures", 2)], "{name}");
        done.totals("captures", [3, 0, 0, 0, 3]);
    };
    equal("no id at all", "shop", "amount", "1");
    equal(
        "at dintero the transaction spans many",
        "dintero",
        "amount,transaction_id,transaction_number,payee_reference",
        "1,a,1,r",
    );
    case("but its operation_id names one")
        .rows_of("dintero", Dataset::Captures, "amount,operation_id", &["1,X", "1,X"])
        .finds(&[])
        .totals("captures", [2, 0, 1, 0, 1]);
}

#[test]
fn the_latest_version_counts() {
    let settled = |name: &str, rows: &[&str], gross: &str| {
        case(name)
            .captures("operation_id,amount,updated_at,state", rows)
            .settlements("operation_id,gross_amount", &[&format!("X,{gross}")])
            .finds(&[])
            .totals("captures", [u64::try_from(rows.len()).unwrap(), 0, 0, u64::try_from(rows.len()).unwrap() - 1, 1]);
    };
    settled("later", &["X,100,2026-03-03,", "X,90,2026-03-04,"], "90");
    settled("whatever the order", &["X,90,2026-03-04,", "X,100,2026-03-03,", "X,80,2026-03-02,"], "90");
    settled("absent is earliest", &["X,100,,", "X,90,2026-03-04,"], "90");
    settled("at one time the completed one", &["X,100,2026-03-04,failed", "X,90,2026-03-04,completed"], "90");
    settled("also where it is the greater", &["X,80,,failed", "X,90,,"], "90");
    case("a later one that failed")
        .captures("operation_id,amount,updated_at,state", &["X,90,2026-03-05,failed", "X,90,2026-03-04,completed"])
        .settlements("operation_id,gross_amount", &["X,90"])
        .finds(&["settled-not-completed open order A SEK 0 90 of 2"])
        .totals("captures", [2, 0, 0, 1, 1]);
    case("order lines: a later export overwrites")
        .orders("gross_amount,updated_at", &["450,2026-03-02T08:00:00Z", "390,2026-03-02T10:00:00Z"])
        .captures("line_id,amount", &["1,390"])
        .finds(&[])
        .totals("orders", [2, 0, 0, 1, 1]);
    case("equal ones of an earlier version are superseded, those of the one that counts repeated")
        .captures(
            "operation_id,amount,updated_at",
            &["X,9,2026-03-02", "X,9,2026-03-02", "X,8,2026-03-03", "X,8,2026-03-03"],
        )
        .finds(&[])
        .totals("captures", [4, 0, 2, 1, 1]);
}

#[test]
fn versions_that_contradict_each_other() {
    let found = "record-conflict open order A";
    let captured = |name: &str, header: &str, rows: &[&str], losers: u64| {
        let (rows, read) = (rows.to_vec(), u64::try_from(rows.len()).unwrap());
        (case(name).captures(header, &rows), [read, 0, 0, losers, read - losers])
    };
    let (amounts, totals) = captured("the least is used", "operation_id,amount", &["X,185", "X,180", "X,190"], 2);
    amounts
        .settlements("operation_id,gross_amount", &["X,180"])
        .finds(&[&format!("{found} SEK 180 185 of 2"), &format!("{found} SEK 180 190 of 2")])
        .totals("captures", totals);
    let (signs, _) = captured("as numbers", "operation_id,amount", &["X,-20", "X,-3", "X,1"], 2);
    signs.finds(&[&format!("{found} SEK -20 -3 of 2"), &format!("{found} SEK -20 1 of 2")]);
    let (latest, totals) = captured(
        "among the latest",
        "operation_id,amount,updated_at",
        &["X,1,", "X,20,2026-03-03", "X,30,2026-03-03"],
        2,
    );
    latest.finds(&[&format!("{found} SEK 20 30 of 2")]).totals("captures", totals);
    // Amounts equal: the other columns in the order of section 2, absent first, text by its bytes.
    let (text, _) =
        captured("absent first", "operation_id,amount,payee_reference,operation_amount", &["X,1,b,1", "X,1,,1"], 1);
    text.settlements("payee_reference,gross_amount", &["b,1"]).finds(&[
        &format!("{found} reference b SEK 1 1 of 2"),
        "settled-unknown open reference b SEK 0 1 of 1",
        "unsettled open order A SEK 1 0 of 1",
    ]);
    let (bytes, _) = captured("by its bytes", "operation_id,amount,payee_reference", &["X,1,a", "X,1,Z", "X,1,9"], 2);
    bytes
        .settlements("payee_reference,gross_amount", &["9,1"])
        .finds(&[&format!("{found} SEK 1 1 of 2"), &format!("{found} SEK 1 1 of 2")]);
    let (order, _) = captured(
        "payee_reference before transaction_number",
        "operation_id,amount,transaction_number,payee_reference",
        &["X,1,1,b", "X,1,2,a"],
        1,
    );
    order.settlements("transaction_number,gross_amount", &["2,1"]).finds(&[&format!("{found} SEK 1 1 of 2")]);
    case("reversals as stated")
        .reversals("operation_id,amount", &["X,180", "X,185"])
        .finds(&[&format!("{found} SEK 180 185 of 2")])
        .totals("reversals", [2, 0, 0, 1, 1]);
    case("order lines")
        .orders("gross_amount", &["359", "349"])
        .captures("line_id,amount", &["1,349"])
        .finds(&["record-conflict open order A line 1 SEK 349 359 of 2"])
        .totals("orders", [2, 0, 0, 1, 1]);
    case("order lines in two currencies: the amount decides")
        .orders("gross_amount,currency", &["0,SEK", "1,NOK"])
        .finds(&["record-conflict open order A line 1 SEK 0 1 of 2"]);
    case("failed ones among themselves")
        .captures("operation_id,amount,state", &["X,1,failed", "X,2,failed"])
        .finds(&[&format!("{found} SEK 1 2 of 2")])
        .verdicts("captures", "not completed 1");
}

#[test]
fn of_completed_and_not_completed_rows_the_completed_are_the_operation() {
    case("lines")
        .orders("line_id,gross_amount", &["1,60", "2,40"])
        .captures("operation_id,line_id,amount,state", &["X,1,60,", "X,2,40,failed"])
        .settlements("operation_id,gross_amount", &["X,60"])
        .finds(&["line-uncaptured open order A line 2 SEK 40 0 of 1"])
        .verdicts("captures", "matched 1, no part 1");
    // They say nothing of its time, keys or total either.
    case("nothing of it")
        .captures(
            "operation_id,line_id,amount,state,operation_amount,payee_reference,created_at",
            &["X,1,60,,60,r,2026-03-02", "X,2,40,failed,40,a,2026-03-30"],
        )
        .settlements("payee_reference,gross_amount", &["z,60"])
        .finds(&[
            "settled-unknown open reference z SEK 0 60 of 1",
            "unsettled open order A line 1 reference r SEK 60 0 of 1",
        ]);
}
