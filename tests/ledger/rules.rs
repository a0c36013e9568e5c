//! Which changes of the configuration have all groups judged anew, and which do not: those that do cannot say which row
//! closed a finding.

use crate::harness::{Case, Ran};
use crate::shop::{columns, found, inputs, second};

const SOURCES: &str = "
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

fn night(case: Case, settings: &str, day: &str, status: i32) -> Ran {
    let case = case.file("avstem.toml", format!("state = \"night.db\"\n{settings}{SOURCES}"));
    case.args("run --config avstem.toml --quiet --as-of").arg(day).status(status).run()
}

/// What is said to have closed the findings of the second night, which has other settings than the first.
fn closed_by(settings: &str) -> Vec<String> {
    let first = night(inputs(), "", "2026-03-31", 1);
    let ran = night(second(first), settings, "2026-04-01", 1);
    let gone = columns(&ran, "cleared.csv", "code order_id closed_by");
    Case::after(ran).args("verify avstem-out --state night.db --quiet").run();
    gone
}

#[test]
fn what_is_judged_every_night_needs_no_group_anew() {
    let by_rows =
        ["line-uncaptured A captures/2.csv:2", "line-uncaptured C captures/2.csv:3", "unsettled B settlements/2.csv:2"];
    let expect = "[[expect]]\nprovider = \"default\"\nevery = \"day\"\nfrom = 2026-04-01\n";
    for settings in [
        "",
        "[rules]\ncapture_days = 100\nsettlement_days = 100\n",
        "[rules]\ncapture_calendar = \"SE\"\n",
        "[rules]\nsettlement_calendar = \"NO\"\n",
        "fail_on = \"unsettled, file-missing, 1 SEK\"\n",
        "[rules]\nretain_days = 900\n",
        expect,
    ] {
        assert_eq!(closed_by(settings), by_rows, "{settings}");
    }
}

#[test]
fn other_rules_judge_all_groups_anew() {
    let anew = "no row: the rules are configured in another way";
    let by_rules = ["line-uncaptured A", "line-uncaptured C", "unsettled B"].map(|finding| format!("{finding} {anew}"));
    for settings in [
        "[rules]\nvat_tolerance = 2\n",
        "[rules]\namount_tolerance = { NOK = 1 }\n",
        "timezone = \"Europe/Helsinki\"\n",
        "[providers.default]\nkeys = [\"operation_id\"]\n",
    ] {
        assert_eq!(closed_by(settings), by_rules, "{settings}");
    }
}

#[test]
fn other_rules_find_what_they_would_have_found() {
    let of = |case: Case, settings: &str, day: &str, status: i32| night(case, settings, day, status);
    let ran = of(inputs(), "", "2026-03-31", 1);
    assert!(found(&ran).contains(&"line-uncaptured pending C  2026-03-31".to_owned()));
    // Without a window the line is open at once, and first seen when it was.
    let ran = of(Case::after(ran), "[rules]\ncapture_days = 0\n", "2026-03-31", 1);
    assert!(found(&ran).contains(&"line-uncaptured open C  2026-03-31".to_owned()));
    // Settled with 2 öre too little, and closed by a person.
    let settled = "gross_amount,currency,operation_id,kind,settlement_id\n3998,SEK,op-b,capture,S2\n";
    let ran = of(Case::after(ran).file("settlements/2.csv", settled), "", "2026-04-01", 1);
    assert!(found(&ran).contains(&"settled-amount open B S2 2026-04-01".to_owned()), "{:?}", found(&ran));
    let id = crate::shop::id_of(&ran, "settled-amount");
    let close = Case::after(ran).args("close --state night.db --by anna --reason rounding").arg(&id);
    let tolerant = "[rules]\namount_tolerance = { SEK = 2 }\ntolerance_budget = { SEK = 2 }\n";
    let ran = of(Case::after(close.any_stdout().run()), tolerant, "2026-04-01", 1);
    assert!(!found(&ran).iter().any(|row| row.starts_with("settled-amount")), "{:?}", found(&ran));
    let gone = columns(&ran, "cleared.csv", "code closed_by");
    assert!(gone.contains(&"settled-amount no row: the rules are configured in another way".to_owned()), "{gone:?}");
    // And back again, as it was when it was closed: closed it stays, and it is new.
    let ran = of(Case::after(ran), "", "2026-04-02", 1);
    assert!(found(&ran).contains(&"settled-amount closed B S2 2026-04-02".to_owned()), "{:?}", found(&ran));
}
