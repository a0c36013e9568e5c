//! What stands in the file, what stays of the one before, and what is never overwritten.

use super::text::render;
use super::*;
use crate::report::sample::report;

const FACTS: RunFacts = RunFacts { ended_at: 1_793_500_000, duration_ms: 61_042, status: 1 };

/// The file of a run with status 1 over the sample report, the first one.
const FIRST: &str = "\
# HELP avstem_runs_total Runs, failed ones too.
# TYPE avstem_runs_total counter
avstem_runs_total 1
# HELP avstem_last_run_timestamp_seconds When the last run ended.
# TYPE avstem_last_run_timestamp_seconds gauge
avstem_last_run_timestamp_seconds 1793500000
# HELP avstem_last_success_timestamp_seconds When the last run with status 0 or 1 ended; 0 where there was none.
# TYPE avstem_last_success_timestamp_seconds gauge
avstem_last_success_timestamp_seconds 1793500000
# HELP avstem_last_exit_status Exit status of the last run: 0 reconciled, 1 open discrepancies, 2 nothing written, 3 incomplete.
# TYPE avstem_last_exit_status gauge
avstem_last_exit_status 1
# HELP avstem_run_duration_seconds How long the last run took.
# TYPE avstem_run_duration_seconds gauge
avstem_run_duration_seconds 61.042
# HELP avstem_rows Data rows read by dataset.
# TYPE avstem_rows gauge
avstem_rows{dataset=\"captures\"} 7
avstem_rows{dataset=\"orders\"} 5
avstem_rows{dataset=\"reversals\"} 0
avstem_rows{dataset=\"settlements\"} 0
# HELP avstem_rejected_rows Rows that could not be read.
# TYPE avstem_rejected_rows gauge
avstem_rejected_rows 1
# HELP avstem_findings Findings by code, status and currency.
# TYPE avstem_findings gauge
avstem_findings{code=\"unsettled\",status=\"open\",currency=\"SEK\"} 2
avstem_findings{code=\"a \\\\ \\\"b\\\" \\n}\",status=\"pending\",currency=\"\"} 1
# HELP avstem_difference_minor Sum of the differences (actual - expected) of findings by code, status and currency, in minor units of the currency.
# TYPE avstem_difference_minor gauge
avstem_difference_minor{code=\"unsettled\",status=\"open\",currency=\"SEK\"} -170141183460469231731687303715884105728
avstem_difference_minor{code=\"a \\\\ \\\"b\\\" \\n}\",status=\"pending\",currency=\"\"} 0
# HELP avstem_oldest_open_age_days Age of the oldest open finding; 0 where none is open.
# TYPE avstem_oldest_open_age_days gauge
avstem_oldest_open_age_days 40
";

fn code(code: &str, status: &str, currency: &str, findings: u64, difference: i128) -> CodeRow {
    let [code, status, currency] = [code, status, currency].map(str::to_owned);
    CodeRow { code, leg: String::new(), status, currency, findings, records: findings, difference }
}

fn figures() -> Figures {
    Figures {
        rows: BTreeMap::from([("orders", 5), ("captures", 7), ("reversals", 0), ("settlements", 0)]),
        rejected: 1,
        codes: vec![code("unsettled", "open", "SEK", 2, i128::MIN), code("a \\ \"b\" \n}", "pending", "", 1, 0)],
        oldest_open_days: 40,
    }
}

#[test]
fn the_first_run_writes_all_of_it() {
    assert_eq!(render(FACTS, Some(&figures()), &Old::default()), FIRST);
}

#[test]
fn a_run_that_failed_keeps_what_it_does_not_know() {
    let old = Old::parse(FIRST).unwrap();
    let failed = RunFacts { ended_at: 1_793_586_400, duration_ms: 7, status: 2 };
    let expected = FIRST
        .replace("runs_total 1\n", "runs_total 2\n")
        .replace("last_run_timestamp_seconds 1793500000", "last_run_timestamp_seconds 1793586400")
        .replace("exit_status 1\n", "exit_status 2\n")
        .replace("61.042", "0.007");
    assert_eq!(render(failed, None, &old), expected);
    // The next one counts on, and an incomplete one is no success but has figures.
    let old = Old::parse(&expected).unwrap();
    let incomplete = RunFacts { ended_at: 1_793_672_800, duration_ms: 1_000, status: 3 };
    let text = render(incomplete, Some(&Figures::default()), &old);
    for line in [
        "avstem_runs_total 3\n",
        "avstem_last_success_timestamp_seconds 1793500000\n",
        "avstem_last_exit_status 3\n",
        "avstem_run_duration_seconds 1.000\n",
        "avstem_oldest_open_age_days 0\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    // A first run that fails has no figures at all, and there was no success.
    let text = render(failed, None, &Old::default());
    assert!(text.contains("avstem_last_success_timestamp_seconds 0\n") && !text.contains("avstem_rows"), "{text}");
}

#[test]
fn only_files_of_this_program_are_read() {
    assert_eq!(Old::parse(""), Some(Old::default()));
    assert_eq!(Old::parse("# a comment\n"), Some(Old::default()));
    for text in [
        "out = \"reports\"\n",
        "node_load1 0.5\n",
        "avstem_rows 5\nnode_load1 0.5\n",
        "avstem_rows{dataset=\"orders} 5\n",
        "avstem_rows\n",
        "avstem_rows five\n",
        "avstem_rows  5\n",
    ] {
        assert_eq!(Old::parse(text), None, "{text}");
    }
}

#[test]
fn figures_are_those_of_the_report() {
    let mut report = report();
    report.summary.as_of = "2026-12-10".to_owned();
    let figures = Figures::of(&report);
    let counts = [Status::Open, Status::Pending, Status::Listed].map(|status| figures.findings(status));
    assert_eq!((counts, figures.rejected), ([2, 2, 0], 1));
    assert_eq!(figures.all_rows(), report.summary.inputs.iter().map(|input| input.rows).sum::<u64>());
    // First seen on 31 October, longer ago than any record was made.
    assert_eq!(figures.oldest_open_days, 40);
    for finding in &mut report.findings {
        (finding.status, finding.age_days) = (Status::Pending, Some(900));
    }
    assert_eq!(Figures::of(&report).oldest_open_days, 0);
    report.findings[0].status = Status::Open;
    assert_eq!(Figures::of(&report).oldest_open_days, 900);
}

#[test]
fn the_file_is_replaced_as_a_whole_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("avstem.prom");
    publish(&path, FACTS, Some(&figures())).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), FIRST);
    publish(&path, FACTS, Some(&figures())).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), FIRST.replace("runs_total 1\n", "runs_total 2\n"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    let foreign = folder.path().join("avstem.toml");
    fs::write(&foreign, "out = \"reports\"\n").unwrap();
    let binary = folder.path().join("state");
    fs::write(&binary, [0xff, 0]).unwrap();
    let cases = [
        (foreign.clone(), "is no metrics file of avstem"),
        (binary.clone(), "is no metrics file of avstem"),
        (folder.path().to_owned(), "is no regular file"),
        (folder.path().join("nowhere/avstem.prom"), "there is no folder"),
    ];
    for (path, problem) in cases {
        let error = publish(&path, FACTS, None).unwrap_err();
        assert!(error.problem.starts_with(problem), "{error}");
    }
    assert_eq!(fs::read_to_string(&foreign).unwrap(), "out = \"reports\"\n");
    assert_eq!(fs::read(&binary).unwrap(), [0xff, 0]);
}

#[cfg(unix)]
#[test]
fn the_collector_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("avstem.prom");
    publish(&path, FACTS, None).unwrap();
    // As far as the umask of whoever runs the tests lets it.
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o700, 0o600);
    let probe = folder.path().join("probe");
    fs::write(&probe, "").unwrap();
    let usual = fs::metadata(&probe).unwrap().permissions().mode() & 0o777;
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, usual & 0o644);
}
