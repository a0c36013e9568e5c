//! Two nights: what they show, what is carried over, and that the same night again changes nothing.

use serde_json::{Value, json};

use crate::harness::{Case, Ran};
use crate::shop::{CLEARED, FOUND, RUN, columns, found, inputs, marks, night, one_night, second, two_nights};

/// What a command on the state shows.
fn shown(ran: Ran, command: &str) -> (Ran, String) {
    let ran = Case::after(ran).args(command).args("--state night.db").any_stdout().run();
    let shown = ran.stdout.clone();
    (ran, shown)
}

fn json_of(ran: Ran, command: &str) -> (Ran, Value) {
    let (ran, text) = shown(ran, &format!("{command} --format json"));
    (ran, serde_json::from_str(&text).unwrap())
}

#[test]
fn a_night_says_what_is_new_and_what_is_gone() {
    let first = "\
code                status   currency  findings  difference
line-uncaptured     open     SEK              2   -1 300.00
line-undercaptured  open     SEK              1      -10.00
settled-unknown     open     SEK              1        1.00
unsettled           open     SEK              1      -40.00

line-uncaptured     pending  NOK              1      -70.00

night 1: 6 new, 0 cleared
control totals: 4 order lines, 1 capture, 1 settlement row read = 0 rejected + 0 repeated + 0 superseded + 6 accepted: close
report: avstem-out
";
    let second_night = "\
code                status   currency  findings  difference
line-uncaptured     open     SEK              1   -1 200.00
line-undercaptured  open     SEK              1      -10.00
settled-unknown     open     SEK              1        1.00

unsettled           pending  NOK              1      -70.00
unsettled           pending  SEK              1     -100.00

night 2: 2 new, 3 cleared
control totals: 4 order lines, 3 captures, 2 settlement rows read = 0 rejected + 0 repeated + 0 superseded + 9 accepted: close
report: avstem-out
";
    let ran = inputs().args(RUN).args("--as-of 2026-03-31").status(1).stdout(first).run();
    second(ran).args(RUN).args("--as-of 2026-04-01").status(1).stdout(second_night).run();
}

#[test]
fn what_stays_keeps_its_day_and_what_goes_says_what_closed_it() {
    let first = one_night();
    let empty = first.text("avstem-out/cleared.csv");
    assert_eq!(empty, CLEARED);
    let ran = night(second(first), "2026-04-01", 1);
    let discrepancies = "\
c2b4a22fdffae57a,line-uncaptured,open,line,default,D,1,,,,,SEK,120000,0,-120000,1,121,2026-03-31,\"Nothing of the 1 200.00 SEK of line 1 of order D was captured, 121 days after it was made\",orders/1.csv:5,,
34b3f442021c02a8,line-undercaptured,open,line,default,B,1,,,,,SEK,5000,4000,-1000,1,30,2026-03-31,\"Of the 50.00 SEK of line 1 of order B only 40.00 SEK was captured, 30 days after it was made\",orders/1.csv:3,,
589dbcd6d4b83ecd,settled-unknown,open,operation,default,,,,,,S1,SEK,0,100,100,1,,2026-03-31,Settlement row op-x of 1.00 SEK in settlement S1 answers no capture or reversal given,settlements/1.csv:2,,
9ddc5d63d0386a26,unsettled,pending,operation,default,A,1,,,,,SEK,10000,0,-10000,1,0,2026-04-01,\"Capture op-a of 100.00 SEK on order A is not in any settlement file given, made today; it counts as open after 5 days\",captures/2.csv:2,,
cac2642d75451c52,unsettled,pending,operation,default,C,1,,,,,NOK,7000,0,-7000,1,0,2026-04-01,\"Capture op-c of 70.00 NOK on order C is not in any settlement file given, made today; it counts as open after 5 days\",captures/2.csv:3,,
";
    assert_eq!(ran.text("avstem-out/discrepancies.csv"), format!("{FOUND}{discrepancies}"));
    let cleared = "\
81199b4eb5339506,line-uncaptured,line,default,A,1,,,,,SEK,-10000,2026-03-31,2026-04-01,captures/2.csv:2,\"Nothing of the 100.00 SEK of line 1 of order A was captured, 30 days after it was made\"
c8d80887e424c19f,line-uncaptured,line,default,C,1,,,,,NOK,-7000,2026-03-31,2026-04-01,captures/2.csv:3,\"Nothing of the 70.00 NOK of line 1 of order C was captured, 3 days after it was made; it counts as open after 7 days\"
a7b31a6dab44e3a1,unsettled,operation,default,B,1,,,,,SEK,-4000,2026-03-31,2026-04-01,settlements/2.csv:2,\"Capture op-b of 40.00 SEK on order B is not in any settlement file given, 29 days after it was made\"
";
    assert_eq!(ran.text("avstem-out/cleared.csv"), format!("{CLEARED}{cleared}"));
    let proved = "avstem-out: proved from its 5 files: 5 findings, 2 batches\n";
    let ran = Case::after(ran).args("verify avstem-out").stdout(proved).run();

    // A week later nothing has come: what was pending is open, and nothing is new or gone.
    let ran = night(Case::after(ran), "2026-04-08", 1);
    let stays = [
        "line-uncaptured open 128 2026-03-31",
        "line-undercaptured open 37 2026-03-31",
        "settled-unknown open  2026-03-31",
        "unsettled open 7 2026-04-01",
        "unsettled open 7 2026-04-01",
    ];
    assert_eq!(columns(&ran, "discrepancies.csv", "code status age_days first_seen"), stays);
    assert_eq!(ran.text("avstem-out/cleared.csv"), CLEARED);
}

#[test]
fn the_same_night_again_changes_no_byte() {
    let ran = two_nights();
    let before = marks(ran.folder.path());
    let again = night(Case::after(ran), "2026-04-01", 1);
    assert_eq!(marks(again.folder.path()), before);
    // Nor where only what was new is given once more, in any order.
    let only =
        "run --state night.db --settlements settlements/2.csv --captures captures/2.csv --as-of 2026-04-01 --quiet";
    let again = Case::after(again).args(only).status(1).run();
    assert_eq!(marks(again.folder.path()), before);
    // And a file that comes later on the same day is a night of its own, which lists what went earlier on that day.
    let late = "gross_amount,currency,operation_id,kind,settlement_id\n10000,SEK,op-a,capture,S3\n";
    let ran = night(Case::after(again).file("settlements/3.csv", late), "2026-04-01", 1);
    let gone = ["A captures/2.csv:2", "C captures/2.csv:3", "A settlements/3.csv:2", "B settlements/2.csv:2"];
    assert_eq!(columns(&ran, "cleared.csv", "order_id closed_by"), gone);
    Case::after(ran).args("verify avstem-out --quiet").run();
}

#[test]
fn files_of_earlier_nights_are_passed_over_and_that_is_said() {
    let ran =
        second(one_night()).args(RUN).args("--as-of 2026-04-01 --verbose").any_stdout().any_stderr().status(1).run();
    let said = |file: &str| format!("avstem: note: {file}: was read on an earlier night, and is passed over\n");
    let passed_over = |ran: &Ran| {
        let lines = ran.stderr.split_inclusive('\n').filter(|line| line.contains("passed over"));
        lines.collect::<String>()
    };
    let first = ["captures/1.csv", "orders/1.csv", "settlements/1.csv"].map(said).concat();
    assert_eq!(passed_over(&ran), first);
    let again = Case::after(ran).args("run --state night.db --captures captures/2.csv --as-of 2026-04-02 --verbose");
    let again = again.any_stdout().any_stderr().status(1).run();
    assert_eq!(passed_over(&again), said("captures/2.csv"));
    // Changed, it is another file, and both count.
    let text = again.text("captures/2.csv").replace("10000", "9000");
    let ran = night(Case::after(again).file("captures/2.csv", text), "2026-04-03", 1);
    assert!(found(&ran).contains(&"record-conflict open A  2026-04-03".to_owned()), "{:?}", found(&ran));
}

#[test]
fn a_report_that_was_lost_is_written_again() {
    let ran = two_nights();
    let before = marks(ran.folder.path());
    std::fs::remove_dir_all(ran.folder.path().join("avstem-out")).unwrap();
    let ran = night(Case::after(ran), "2026-04-01", 1);
    assert!(marks(ran.folder.path()) == before);
}

#[test]
fn a_file_that_comes_late_counts_on_the_night_on_which_it_comes() {
    // The second settlement file is a week late; until then its capture is open.
    let ran = one_night();
    let late = second(ran);
    let moved = "gross_amount,currency,operation_id,kind,settlement_id\n4000,SEK,op-b,capture,S2\n";
    let case = late.file("settlements/2.csv", "gross_amount,currency,operation_id,kind,settlement_id\n");
    let ran = night(case, "2026-04-01", 1);
    assert!(found(&ran).contains(&"unsettled open B  2026-03-31".to_owned()), "{:?}", found(&ran));
    let ran = night(Case::after(ran).file("settlements/of-april.csv", moved), "2026-04-08", 1);
    assert!(!found(&ran).iter().any(|row| row.starts_with("unsettled open B")), "{:?}", found(&ran));
    assert_eq!(
        columns(&ran, "cleared.csv", "code order_id first_seen cleared_on closed_by"),
        ["unsettled B 2026-03-31 2026-04-08 settlements/of-april.csv:2"]
    );
}

#[test]
fn history_lists_nights() {
    let text = "\
night  as of       files  rows  rejected  opened  cleared  open  pending  status
    1  2026-03-31      3     6         0       6        0     5        1       1
    2  2026-04-01      2     3         0       2        3     3        2       1
";
    let (ran, shown) = shown(two_nights(), "history");
    assert_eq!(shown, text);
    let (_, value) = json_of(ran, "history");
    let nights = json!({"nights": [
        {"number": 1, "as_of": "2026-03-31", "files": 3, "rows": 6, "rejected": 0, "opened": 6, "cleared": 0, "open": 5,
         "pending": 1, "exit_status": 1},
        {"number": 2, "as_of": "2026-04-01", "files": 2, "rows": 3, "rejected": 0, "opened": 2, "cleared": 3, "open": 3,
         "pending": 2, "exit_status": 1},
    ]});
    assert_eq!(value, nights);
}

#[test]
fn history_shows_one_night() {
    let text = "\
night  as of       files  rows  rejected  opened  cleared  open  pending  status
    2  2026-04-01      2     3         0       2        3     3        2       1

input              dataset      provider  state  rows  rejected
captures/2.csv     captures     default   read      2         0
settlements/2.csv  settlements  default   read      1         0

first seen on its day and still there:
id                code       status   provider  order or batch  currency  difference  first seen
9ddc5d63d0386a26  unsettled  pending  default   A               SEK          -100.00  2026-04-01
cac2642d75451c52  unsettled  pending  default   C               NOK           -70.00  2026-04-01

gone on its day:
id                code             status   provider  order or batch  currency  difference  first seen  closed by
81199b4eb5339506  line-uncaptured  open     default   A               SEK          -100.00  2026-03-31  captures/2.csv:2
a7b31a6dab44e3a1  unsettled        open     default   B               SEK           -40.00  2026-03-31  settlements/2.csv:2
c8d80887e424c19f  line-uncaptured  pending  default   C               NOK           -70.00  2026-03-31  captures/2.csv:3
";
    let (ran, shown) = shown(two_nights(), "history --night 2");
    assert_eq!(shown, text);
    let (ran, value) = json_of(ran, "history --night 2");
    let ids = |name: &str| value[name].as_array().unwrap().iter().map(|item| item["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids("opened_and_still_there"), ["9ddc5d63d0386a26", "cac2642d75451c52"]);
    assert_eq!(ids("gone"), ["81199b4eb5339506", "a7b31a6dab44e3a1", "c8d80887e424c19f"]);
    let gone = json!({"id": "a7b31a6dab44e3a1", "code": "unsettled", "status": "open", "leg": "operation",
        "provider": "default", "order_id": "B", "line_id": "1", "payee_reference": "", "transaction_number": "",
        "reconciliation_number": "", "settlement_id": "", "currency": "SEK", "expected": 4000, "actual": 0,
        "difference": -4000, "count": 1, "newest": "2026-03-02", "first_seen": "2026-03-31",
        "explanation": "Capture op-b of 40.00 SEK on order B is not in any settlement file given, 29 days after it was made",
        "sources": "captures/1.csv:2", "cleared_on": "2026-04-01", "closed_by": "settlements/2.csv:2"});
    assert_eq!(value["gone"][1], gone);
    let input = &value["inputs"][1];
    assert_eq!(
        (&input["path"], &input["rows"], &input["state"]),
        (&json!("settlements/2.csv"), &json!(1), &json!("read"))
    );
    let night = Case::after(ran).args("history --state night.db --night 3");
    night.stops("avstem: error: night.db: there is no night 3\n  help: avstem history lists the nights\n");
}

#[test]
fn open_is_by_age_and_the_oldest_comes_first() {
    let text = "\
as of 2026-04-01:

code                currency  0-7 days  8-30  31-90  91 and more  difference
line-uncaptured     SEK                                        1   -1 200.00
line-undercaptured  SEK                    1                          -10.00
settled-unknown     SEK              1                                  1.00

91 and more days
id                code             status  provider  order or batch  currency  difference  first seen  note
c2b4a22fdffae57a  line-uncaptured  open    default   D               SEK        -1 200.00  2026-03-31

8 to 30 days
id                code                status  provider  order or batch  currency  difference  first seen  note
34b3f442021c02a8  line-undercaptured  open    default   B               SEK           -10.00  2026-03-31

0 to 7 days
id                code             status  provider  order or batch  currency  difference  first seen  note
589dbcd6d4b83ecd  settled-unknown  open    default   S1              SEK             1.00  2026-03-31
";
    let pending = "\
9ddc5d63d0386a26  unsettled        pending  default   A               SEK          -100.00  2026-04-01
cac2642d75451c52  unsettled        pending  default   C               NOK           -70.00  2026-04-01
";
    let (ran, open) = shown(two_nights(), "open");
    assert_eq!(open, text);
    let (ran, all) = shown(ran, "open --all");
    assert!(all.ends_with(pending) && all.contains("\nunsettled           NOK              1"), "{all}");
    let (ran, value) = json_of(ran, "open");
    assert_eq!((&value["as_of"], &value["night"]), (&json!("2026-04-01"), &json!(2)));
    let items = value["items"].as_array().unwrap();
    let short = |item: &Value| format!("{} {} {}", item["code"], item["bucket"], item["age_days"]);
    assert_eq!(
        items.iter().map(short).collect::<Vec<_>>(),
        [
            "\"line-uncaptured\" \"91 and more\" 121",
            "\"line-undercaptured\" \"8-30\" 30",
            "\"settled-unknown\" \"0-7\" 1"
        ]
    );
    // What has no record's age ages since it was first seen.
    let ran = night(Case::after(ran), "2026-05-15", 1);
    let (ran, value) = json_of(ran, "open");
    let of = |code: &str| {
        value["items"].as_array().unwrap().iter().find(|item| item["code"] == *code).unwrap()["bucket"].clone()
    };
    assert_eq!((of("settled-unknown"), of("unsettled")), (json!("31-90"), json!("31-90")));
    drop(ran);
}

#[test]
fn a_state_in_which_nothing_is_open_says_so() {
    let case = Case::new()
        .file("orders/1.csv", "order_id,line_id,gross_amount,currency,created_at\nA,1,100,SEK,2026-03-30\n")
        .file("captures/1.csv", "order_id,line_id,amount,currency,created_at,operation_id\n")
        .file("settlements/1.csv", "gross_amount,currency,operation_id\n");
    let (ran, text) = shown(night(case, "2026-03-31", 0), "open");
    assert_eq!(text, "as of 2026-03-31: nothing is open\n");
    let (_, value) = json_of(ran, "open");
    assert_eq!(value, json!({"as_of": "2026-03-31", "night": 1, "items": []}));
}
