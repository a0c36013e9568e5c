//! Runs that nobody watches: the log for machines, metrics, what makes exit status 1, windows of business days, and the
//! samples for cron and systemd.

mod harness;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use harness::{Case, Ran, project};
use serde_json::{Value, json};

const ORDERS: &str = "\
order_id,line_id,gross_amount,currency,created_at,shelf
A,1,10000,SEK,2026-03-30,b
B,1,5000,EUR,2026-03-02,b
C,1,250050,SEK,2026-03-02,b
";
const CAPTURES: &str = "order_id,line_id,amount,currency,created_at\nB,1,5000,EUR,2026-03-02\n";
const RUN: &str = "run --as-of 2026-03-31 --orders orders.csv --captures captures.csv";

/// Order A is pending, C open with 2 500.50 SEK.
fn night() -> Case {
    Case::new().file("orders.csv", ORDERS).file("captures.csv", CAPTURES).any_stdout().any_stderr()
}

/// A line of the log: its time is checked and taken out, and so is how long the run took.
fn line(text: &str) -> Value {
    let mut line: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let object = line.as_object_mut().unwrap();
    let time = object.remove("time").unwrap();
    let time = time.as_str().unwrap();
    assert!(time.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(time).is_ok(), "{time}");
    if let Some(took) = object.get_mut("duration_ms") {
        assert!(took.is_u64());
        *took = json!("some");
    }
    line
}

fn log(ran: &Ran) -> Vec<Value> {
    ran.stderr.lines().map(line).collect()
}

fn began() -> Value {
    json!({"level": "note", "message": "began", "version": env!("CARGO_PKG_VERSION")})
}

fn ended(rows: u64, open: u64, pending: u64, status: u8) -> Value {
    json!({"level": "note", "message": "ended", "rows": rows, "open": open, "pending": pending, "duration_ms": "some",
           "status": status})
}

#[test]
fn the_log_for_machines_is_an_object_a_line() {
    let json_log = |args: &str| night().args(RUN).args("--log-format json").args(args);
    assert_eq!(log(&json_log("").status(1).run()), [began(), ended(4, 1, 1, 1)]);
    // For people nothing is said of an ordinary run, and with --quiet to machines neither.
    let silent = night().args(RUN).status(1).run();
    assert_eq!(silent.stderr, "");
    assert_eq!(log(&json_log("--quiet").status(1).run()), Vec::<Value>::new());
    let verbose = log(&json_log("--verbose").status(1).run());
    assert!(
        verbose
            .contains(&json!({"level": "note", "message": "columns that no rule knows: shelf", "file": "orders.csv"}))
    );
    assert!(verbose.len() > 5);

    let check = night().args("check --orders orders.csv --log-format=json").run();
    let unknown = json!({"level": "warning", "message": "columns that no rule knows: shelf", "file": "orders.csv"});
    assert_eq!(log(&check), [began(), unknown, ended(3, 0, 0, 0)]);

    // Rejected rows.
    let rejected = json_log("").file("captures.csv", CAPTURES.replace("5000", "50,00")).status(3).run();
    let incomplete = json!({"level": "warning", "message": "incomplete: 1 row could not be read"});
    assert_eq!(log(&rejected), [began(), incomplete, ended(4, 2, 1, 3)]);
}

#[test]
fn what_stops_a_run_is_said_to_machines_with_its_place() {
    let stopped = |case: Case| log(&case.any_stderr().status(2).run());
    let end = json!({"level": "note", "message": "ended", "duration_ms": "some", "status": 2});
    let said = stopped(night().args(RUN).args("--log-format json").file("orders.csv", "line_id,gross_amount\n1,5\n"));
    let [first, error, last] = said.as_slice() else { panic!("{said:?}") };
    assert_eq!((first, last), (&began(), &end));
    assert_eq!((&error["level"], &error["file"], &error["line"]), (&json!("error"), &json!("orders.csv"), &json!(1)));
    assert!(error["message"].as_str().unwrap().contains("order_id") && error["help"].is_string(), "{error}");

    // The configuration says the form of the log, too; what is wrong with the inputs is said in it.
    let config = "log_format = \"json\"\n[[source]]\npath = \"nothing.csv\"\n";
    let error = json!({"level": "error", "message": "nothing.csv: no such file or folder", "file": "avstem.toml", "line": 3,
                       "column": 8, "help": "paths are relative to the configuration file"});
    assert_eq!(
        stopped(Case::new().args("run --config avstem.toml").file("avstem.toml", config)),
        [began(), error, end.clone()]
    );
    // An argument wins over it, and a variable over the file.
    let text = Case::new().args("run --config avstem.toml --log-format text").file("avstem.toml", config);
    text.stops(
        "avstem: error: avstem.toml:3:8: nothing.csv: no such file or folder\n 3 | path = \"nothing.csv\"\n   |        \
         ^^^^^^^^^^^^^\n  help: paths are relative to the configuration file\n",
    );
    let variable = Case::new().args("run").variable("AVSTEM_LOG_FORMAT", "json");
    let said = stopped(variable);
    assert_eq!(said[1]["message"], json!("no inputs"));
    // What is typed wrong never comes to a run.
    let said = stopped(Case::new().args("run --log-format json --thread 2"));
    assert_eq!(said.len(), 1);
    assert!(said[0]["message"].as_str().unwrap().starts_with("unexpected argument '--thread' found"), "{said:?}");
}

#[test]
fn what_a_run_fails_on_can_be_chosen() {
    let cases = [
        ("any", 1),
        ("none", 0),
        ("line-uncaptured", 1),
        ("settled-twice, unsettled", 0),
        ("2500.50SEK", 1),
        ("2500.51 SEK", 0),
        ("1EUR", 0),
        ("settled-twice,2500SEK", 1),
    ];
    for (fail_on, status) in cases {
        let ran = night().args(RUN).arg("--fail-on").arg(fail_on).status(status).run();
        let summary: Value = serde_json::from_slice(&ran.bytes("avstem-out/summary.json")).unwrap();
        assert_eq!(summary["exit_status"], json!(status), "{fail_on}");
        assert_eq!(summary.get("fail_on").is_none(), fail_on == "any", "{fail_on}");
        Case::after(ran).args("verify avstem-out").any_stdout().run();
    }
    // Rejected rows end with 3 in any case, and what cannot be read with 2.
    let bad = CAPTURES.replace("5000", "50,00");
    night().args(RUN).args("--fail-on none").file("captures.csv", bad).status(3).run();
    let config = "fail_on = \"none\"\n[[source]]\npath = \"*.csv\"\ndataset = \"orders\"\n";
    let of_file = |args: &str| {
        Case::new()
            .args("run --as-of 2026-03-31 --config avstem.toml")
            .args(args)
            .file("avstem.toml", config)
            .any_stdout()
    };
    of_file("").file("orders.csv", ORDERS).run();
    of_file("--fail-on any --orders orders.csv --captures more/c.csv")
        .file("orders.csv", ORDERS)
        .file("more/c.csv", CAPTURES)
        .status(1)
        .run();
    night().args(RUN).args("--fail-on unsetled").any_stderr().status(2).run();
    Case::new()
        .args(RUN)
        .args("--fail-on unsetled")
        .file("orders.csv", ORDERS)
        .file("captures.csv", CAPTURES)
        .stops("avstem: error: --fail-on unsetled: no such code: `unsetled`; the nearest is `unsettled`\n");
}

/// A sample: its name, its labels by name, its value as text.
type Sample = (String, BTreeMap<String, String>, String);

/// Reads the text format of Prometheus, strictly: every family has HELP and TYPE, and its samples stand together.
fn parse(text: &str) -> Vec<Sample> {
    let (mut samples, mut family, mut seen) = (Vec::new(), String::new(), Vec::new());
    let mut lines = text.lines();
    assert!(text.ends_with('\n'));
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            family = help.split(' ').next().unwrap().to_owned();
            assert!(help.len() > family.len() + 1, "{line}");
            assert!(!seen.contains(&family), "{family} comes twice");
            seen.push(family.clone());
            let kind = lines.next().unwrap();
            let of = |kind: &str| format!("# TYPE {family} {kind}");
            assert!(kind == of(if family.ends_with("_total") { "counter" } else { "gauge" }), "{kind}");
            continue;
        }
        let mut rest = line.strip_prefix(family.as_str()).unwrap_or_else(|| panic!("{line} is not of {family}"));
        let mut labels = BTreeMap::new();
        if let Some(inner) = rest.strip_prefix('{') {
            rest = inner;
            loop {
                let (name, after) = rest.split_once("=\"").unwrap();
                assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{line}");
                let (mut value, mut chars) = (String::new(), after.chars());
                loop {
                    match chars.next().unwrap() {
                        '"' => break,
                        '\\' => value.push(match chars.next().unwrap() {
                            'n' => '\n',
                            other @ ('"' | '\\') => other,
                            other => panic!("\\{other} in {line}"),
                        }),
                        other => value.push(other),
                    }
                }
                assert!(labels.insert(name.to_owned(), value).is_none(), "{line}");
                rest = chars.as_str();
                match rest.strip_prefix(',') {
                    Some(more) => rest = more,
                    None => break,
                }
            }
            rest = rest.strip_prefix('}').unwrap();
        }
        let value = rest.strip_prefix(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
        let sample = (family.clone(), labels, value.to_owned());
        assert!(
            !samples.iter().any(|(name, labels, _)| (name, labels) == (&sample.0, &sample.1)),
            "{line} comes twice"
        );
        samples.push(sample);
    }
    samples
}

/// The samples as `name label=value ... value`, those of clocks apart.
fn shown(text: &str) -> Vec<String> {
    let samples = parse(text).into_iter().filter(|(name, ..)| !name.ends_with("_seconds"));
    let shown = |(name, labels, value): Sample| {
        let labels: Vec<String> = labels.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        [vec![name.trim_start_matches("avstem_").to_owned()], labels, vec![value]].concat().join(" ")
    };
    samples.map(shown).collect()
}

fn number(text: &str, name: &str) -> f64 {
    let samples = parse(text);
    let found = samples.iter().find(|(family, ..)| family == name).unwrap_or_else(|| panic!("no {name}"));
    found.2.parse().unwrap()
}

#[test]
fn metrics_go_on_from_run_to_run() {
    let ran = night().args(RUN).args("--metrics avstem.prom").status(1).run();
    let figures = [
        "rows dataset=captures 1",
        "rows dataset=orders 3",
        "rows dataset=reversals 0",
        "rows dataset=settlements 0",
        "rejected_rows 0",
        "findings code=line-uncaptured currency=SEK status=open 1",
        "findings code=line-uncaptured currency=SEK status=pending 1",
        "difference_minor code=line-uncaptured currency=SEK status=open -250050",
        "difference_minor code=line-uncaptured currency=SEK status=pending -10000",
        "oldest_open_age_days 29",
    ];
    let first = ran.text("avstem.prom");
    assert_eq!(shown(&first), [&["runs_total 1", "last_exit_status 1"][..], &figures].concat());
    let ended = number(&first, "avstem_last_run_timestamp_seconds");
    assert_eq!(ended, number(&first, "avstem_last_success_timestamp_seconds"));
    assert!(ended > 1.7e9 && number(&first, "avstem_run_duration_seconds") < 600.0);

    // A run that stops keeps what it does not know; the file may come from a variable.
    let stopped = Case::after(ran).args("run --orders nothing.csv").variable("AVSTEM_METRICS", "avstem.prom");
    let ran = stopped.any_stderr().status(2).run();
    let second = ran.text("avstem.prom");
    assert_eq!(shown(&second), [&["runs_total 2", "last_exit_status 2"][..], &figures].concat());
    assert_eq!(number(&second, "avstem_last_success_timestamp_seconds"), ended);
    assert!(number(&second, "avstem_last_run_timestamp_seconds") >= ended);

    // Beside the configuration that names it; a run in which all is right has no finding left.
    let config = "metrics = \"avstem.prom\"\n[[source]]\npath = \"orders.csv\"\ndataset = \"orders\"\n[[source]]\n\
                  path = \"captures.csv\"\ndataset = \"captures\"\n";
    let case = Case::after(ran).args("run --config avstem.toml --as-of 2026-03-31").file("avstem.toml", config);
    let ran = case.file("orders.csv", ORDERS.lines().take(1).collect::<String>()).any_stdout().status(0);
    let ran = ran.file("captures.csv", CAPTURES.lines().take(1).collect::<String>()).run();
    let third = shown(&ran.text("avstem.prom"));
    assert_eq!(third[..2], ["runs_total 3", "last_exit_status 0"]);
    assert_eq!(third.last().map(String::as_str), Some("oldest_open_age_days 0"));
    assert!(!third.iter().any(|sample| sample.starts_with("findings")), "{third:?}");
    assert_eq!(ran.names("").iter().filter(|name| name.contains("metrics")).count(), 0);
}

#[test]
fn a_file_that_holds_no_metrics_is_not_overwritten() {
    let foreign = |name: &str, error: &str| {
        let case = Case::new().args(RUN).arg("--metrics").arg(name);
        case.file("orders.csv", ORDERS)
            .file("captures.csv", CAPTURES)
            .stops(&format!("avstem: error: {name}: {error}\n"));
    };
    let help = "name a file of its own for the metrics; this one would be overwritten";
    foreign("orders.csv", &format!("is no metrics file of avstem\n  help: {help}"));
    foreign(".", &format!("is no regular file\n  help: {help}"));
    foreign("no/avstem.prom", "there is no folder no\n  help: make the folder, or name another file");
}

/// Whether a program is there; where it is not, what needs it is not tested, and says so.
fn there(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_err() {
        println!("not tested: {program} is not there");
    }
    found.is_ok()
}

#[test]
fn promtool_reads_the_metrics() {
    if !there("promtool") {
        return;
    }
    let ran = night().args(RUN).args("--metrics avstem.prom").status(1).run();
    let file = std::fs::File::open(ran.folder.path().join("avstem.prom")).unwrap();
    let output = Command::new("promtool").args(["check", "metrics"]).stdin(file).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    // What it only advises: bookkeepers count ages in days.
    assert_eq!(said, "avstem_oldest_open_age_days use base unit \"seconds\" instead of \"days\"\n");
}

#[test]
fn systemd_takes_the_samples() {
    if !there("systemd-analyze") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let samples = project().join("samples/cron");
    for name in ["avstem.service", "avstem.timer"] {
        // The program need not be installed where the tests run.
        let text = std::fs::read_to_string(samples.join(name)).unwrap();
        let text = text.replace("/usr/local/bin/avstem", env!("CARGO_BIN_EXE_avstem"));
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let verify = |names: &[&str]| {
        let output =
            Command::new("systemd-analyze").arg("verify").args(names).current_dir(folder.path()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(verify(&["./avstem.service", "./avstem.timer"]), (Some(0), String::new()));
    // And it does look.
    std::fs::write(folder.path().join("wrong.service"), "[Service]\nType=once\n").unwrap();
    assert_ne!(verify(&["./wrong.service"]).0, Some(0));
}

/// The commands of the samples are such that the program understands them.
#[test]
fn the_samples_name_options_that_there_are() {
    let help = Command::new(env!("CARGO_BIN_EXE_avstem")).args(["run", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for name in ["crontab", "avstem.service"] {
        let text = std::fs::read_to_string(project().join(Path::new("samples/cron").join(name))).unwrap();
        let command = text.lines().find(|line| line.contains("avstem run")).unwrap();
        let options: Vec<&str> = command.split_whitespace().filter(|word| word.starts_with("--")).collect();
        assert!(options.len() >= 3, "{command}");
        for option in options {
            assert!(help.contains(&format!("{option} <")), "{name}: {option}");
        }
    }
}

#[test]
fn windows_count_business_days_where_a_calendar_is_named() {
    // The Wednesday before Easter: a week of business days ends on 14 April in Sweden, and a day later in Norway, where
    // Maundy Thursday is a holiday.
    let orders = "order_id,line_id,gross_amount,currency,created_at\nA,1,100,SEK,2026-04-01\n";
    let status = |calendar: &str, as_of: &str| {
        let rules =
            if calendar.is_empty() { String::new() } else { format!("[rules]\ncapture_calendar = \"{calendar}\"\n") };
        let captures = "order_id,line_id,amount,currency,created_at\nA,2,0,SEK,2026-04-01\n";
        let ran = Case::new()
            .args("run --config avstem.toml --orders orders.csv --captures captures.csv --fail-on none --as-of")
            .arg(as_of)
            .file("avstem.toml", rules)
            .file("orders.csv", orders)
            .file("captures.csv", captures)
            .any_stdout()
            .run();
        let rows = harness::rows(&ran.bytes("avstem-out/discrepancies.csv"));
        let found = rows.iter().find(|row| row[1] == "line-uncaptured").unwrap();
        // Ages are calendar days in any case.
        (found[2].clone(), found[16].clone(), found[18].clone())
    };
    let pending = |age: &str, window: &str| {
        let text = format!(
            "Nothing of the 1.00 SEK of line 1 of order A was captured, {age} days after it was made; it counts as open after {window}"
        );
        ("pending".to_owned(), age.to_owned(), text)
    };
    let open = |age: &str| {
        let text = format!("Nothing of the 1.00 SEK of line 1 of order A was captured, {age} days after it was made");
        ("open".to_owned(), age.to_owned(), text)
    };
    assert_eq!(status("", "2026-04-08"), pending("7", "7 days"));
    assert_eq!(status("", "2026-04-09"), open("8"));
    assert_eq!(status("SE", "2026-04-14"), pending("13", "7 business days (SE)"));
    assert_eq!(status("SE", "2026-04-15"), open("14"));
    assert_eq!(status("NO", "2026-04-15"), pending("14", "7 business days (NO)"));
    assert_eq!(status("NO", "2026-04-16"), open("15"));
}
