//! Groups that nothing has happened to for a long time: into an archive beside the state, and their totals stay.

use crate::harness::{Case, Ran, rows};
use crate::shop::{columns, found};

const CONFIG: &str = "\
state = \"night.db\"
[rules]
retain_days = 30
[[source]]
path = \"orders\"
dataset = \"orders\"
[[source]]
path = \"captures\"
dataset = \"captures\"
[[source]]
path = \"settlements\"
dataset = \"settlements\"
";

/// Order A is captured and settled in January; B waits for its settlement; C is captured and settled in February.
fn inputs() -> Case {
    Case::new()
        .file("avstem.toml", CONFIG)
        .file(
            "orders/1.csv",
            "order_id,line_id,gross_amount,currency,created_at\nA,1,100,SEK,2026-01-05\nB,1,70,SEK,2026-01-05\n\
             C,1,30,SEK,2026-02-20\n",
        )
        .file(
            "captures/1.csv",
            "order_id,line_id,amount,currency,created_at,operation_id,reconciliation_number\nA,1,100,SEK,2026-01-06,op-a,R1\n\
             B,1,70,SEK,2026-01-06,op-b,R1\nC,1,30,SEK,2026-02-21,op-c,R2\n",
        )
        .file(
            "settlements/1.csv",
            "gross_amount,currency,operation_id,reconciliation_number,created_at\n100,SEK,op-a,R1,2026-01-08\n\
             30,SEK,op-c,R2,2026-02-23\n",
        )
}

fn night(case: Case, day: &str) -> Ran {
    case.args("run --config avstem.toml --as-of").arg(day).any_stdout().status(1).run()
}

fn control_totals(ran: &Ran) -> String {
    ran.stdout.lines().find(|line| line.starts_with("control totals: ")).unwrap().to_owned()
}

/// What is archived: the folders and files beside the state.
fn archive(ran: &Ran) -> Vec<String> {
    ran.names("").into_iter().filter(|name| name.starts_with("night.db.archive")).collect()
}

#[test]
fn closed_groups_leave_the_state_and_their_totals_stay() {
    let first = night(inputs(), "2026-02-24");
    let batches = first.text("avstem-out/batches.csv");
    assert_eq!(rows(batches.as_bytes()).len(), 2, "{batches}");
    let (totals, before) = (control_totals(&first), found(&first));
    assert_eq!(before, ["unsettled open B  2026-02-24"]);
    // The last row of the group of A is 48 days old by then, and that of C 2 days.
    let second = night(Case::after(first), "2026-02-25");
    assert!(archive(&second).is_empty() || cfg!(feature = "parquet"));
    let third = night(Case::after(second), "2026-03-20");
    let parquet = archive(&third);
    if cfg!(feature = "parquet") {
        let files = ["captures.parquet", "orders.parquet", "settlements.parquet"];
        for name in files {
            assert_eq!(parquet.iter().filter(|archived| archived.ends_with(name)).count(), 1, "{parquet:?}");
        }
        assert!(!parquet.iter().any(|name| name.contains(".new")), "{parquet:?}");
    } else {
        assert_eq!(parquet, Vec::<String>::new(), "without Parquet they stay");
    }
    assert_eq!(third.text("avstem-out/batches.csv"), batches);
    assert_eq!((control_totals(&third), found(&third)), (totals, before));
    let third = Case::after(third).args("verify avstem-out --state night.db --quiet").run();

    // What is open is never archived, however old: its settlement closes it.
    let late = "gross_amount,currency,operation_id,reconciliation_number,created_at\n70,SEK,op-b,R1,2026-03-21\n";
    let ran = Case::after(third).file("settlements/2.csv", late);
    let ran = ran.args("run --config avstem.toml --as-of 2026-03-22 --quiet").run();
    assert_eq!(columns(&ran, "cleared.csv", "code order_id closed_by"), ["unsettled B settlements/2.csv:2"]);
    let of_r1 = rows(&ran.bytes("avstem-out/batches.csv")).remove(0);
    assert_eq!(of_r1[1..7], ["R1", "SEK", "2", "170", "2", "170"].map(str::to_owned));

    // A row of an archived group finds nobody there; of a group that stayed it is settled twice.
    let twice = "gross_amount,currency,operation_id,reconciliation_number,created_at\n100,SEK,op-a,R3,2026-03-22\n";
    let ran = night(Case::after(ran).file("settlements/3.csv", twice), "2026-03-23");
    let code = if cfg!(feature = "parquet") { "settled-unknown" } else { "settled-twice" };
    let codes = columns(&ran, "discrepancies.csv", "code status");
    assert_eq!(codes, [format!("{code} open")]);
    Case::after(ran).args("verify avstem-out --state night.db --quiet").run();
}

#[test]
fn the_same_night_again_archives_nothing_more() {
    let ran = night(inputs(), "2026-02-24");
    let ran = night(Case::after(ran), "2026-03-20");
    let before = (archive(&ran), ran.bytes("night.db"));
    let ran = night(Case::after(ran), "2026-03-20");
    assert!((archive(&ran), ran.bytes("night.db")) == before);
    // The state is whole without what has left it.
    Case::after(ran).args("verify --state night.db --quiet").run();
}
