//! The demonstration month and the broken folder, as their README tells them.

mod harness;

use std::process::Command;

use harness::{project, rows};

const TABLES: [&str; 5] = ["discrepancies.csv", "batches.csv", "rejects.csv", "matches.csv", "summary.json"];

/// Runs over a folder of samples, from the project's own folder.
fn reconcile(configuration: &str, out: &std::path::Path, more: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_avstem"))
        .args(["run", "--config", configuration, "--as-of", "2026-10-31", "--matches", "--out"])
        .arg(out)
        .args(more)
        .current_dir(project())
        .env_clear()
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn month(out: &std::path::Path, more: &[&str]) {
    assert_eq!(reconcile("samples/october-2026/avstem.toml", out, more), (Some(1), String::new(), String::new()));
}

#[test]
fn the_month_gives_its_expected_report_at_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for more in
        [&["--threads", "1"][..], &["--threads", "2"], &["--threads", "8"], &["--threads", "2", "--memory", "1"]]
    {
        month(&out, &[&["--quiet"], more].concat());
        assert_eq!(harness::names(&out).len(), TABLES.len());
        for table in TABLES {
            let expected = std::fs::read_to_string(project().join("samples/expected").join(table)).unwrap();
            let found = std::fs::read_to_string(out.join(table)).unwrap();
            let differs = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
            if let Some(at) = differs {
                panic!(
                    "{more:?}: {table}, line {}:\n  {:?}\n  {:?}",
                    at + 1,
                    found.lines().nth(at),
                    expected.lines().nth(at)
                );
            }
            assert_eq!(found.len(), expected.len(), "{more:?}: {table}");
        }
    }
}

/// The month of the books, with every form of journal.
fn books(out: &std::path::Path, more: &[&str]) {
    let journals = [&["--reports", "sie,hledger,beancount,gbat10", "--quiet"][..], more].concat();
    assert_eq!(reconcile("samples/books/avstem.toml", out, &journals), (Some(1), String::new(), String::new()));
}

#[test]
fn the_month_of_the_books_gives_its_expected_report_and_proves_itself() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for more in [&["--threads", "1"][..], &["--threads", "8", "--memory", "1"]] {
        books(&out, more);
        let names = harness::names(&out);
        assert_eq!(names.len(), 12, "{names:?}");
        for name in names {
            let expected = std::fs::read(project().join("samples/expected-books").join(&name)).unwrap();
            assert!(std::fs::read(out.join(&name)).unwrap() == expected, "{name} with {more:?}");
        }
    }
    let verified = Command::new(env!("CARGO_BIN_EXE_avstem"))
        .args(["verify", "samples/expected-books"])
        .current_dir(project())
        .output()
        .unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// Writes the expected report again, after a change that is meant: look at the difference before it is kept.
#[test]
#[ignore = "a tool: cargo test --test samples -- --ignored"]
fn write_the_expected_report_again() {
    month(&project().join("samples/expected"), &["--quiet"]);
    books(&project().join("samples/expected-books"), &[]);
}

#[test]
fn the_month_holds_what_was_planted_and_nothing_else() {
    let table = |name: &str| std::fs::read(project().join("samples").join(name)).unwrap();
    let columns = |bytes: &[u8]| -> Vec<String> {
        String::from_utf8(bytes.to_vec()).unwrap().lines().next().unwrap().split(',').map(str::to_owned).collect()
    };
    let (found, planted) = (table("expected/discrepancies.csv"), table("planted.csv"));
    let (all, wanted) = (columns(&found), columns(&planted));
    assert_eq!(wanted.len(), 13, "{wanted:?}");
    let places: Vec<usize> = wanted.iter().map(|name| all.iter().position(|column| column == name).unwrap()).collect();
    let mut found: Vec<Vec<String>> =
        rows(&found).into_iter().map(|row| places.iter().map(|place| row[*place].clone()).collect()).collect();
    let mut planted = rows(&planted);
    found.sort();
    planted.sort();
    assert_eq!(found, planted);
}

#[test]
fn the_expected_report_proves_itself() {
    let output = Command::new(env!("CARGO_BIN_EXE_avstem"))
        .args(["verify", "samples/expected"])
        .current_dir(project())
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    let batches = rows(&std::fs::read(project().join("samples/expected/batches.csv")).unwrap()).len();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!("samples/expected: proved from its 5 files: 48 findings, {batches} batches\n")
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_broken_folder_is_rejected_row_by_row() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let (status, stdout, stderr) = reconcile("samples/broken/avstem.toml", &out, &[]);
    assert_eq!(
        stdout,
        format!(
            "no discrepancies\n\ncontrol totals: 22 order lines, 6 captures, 3 reversals, 8 settlement rows read = 30 rejected + \
             0 repeated + 0 superseded + 9 accepted: close, incomplete\nreport: {}\n",
            out.display()
        )
    );
    assert_eq!(stderr, "avstem: warning: incomplete: 30 rows could not be read\n");
    assert_eq!(status, Some(3));

    // File, line, column and value; where the row as a whole is refused the value is the row, else the trimmed field.
    let broken = project().join("samples/broken");
    let line_of = |file: &str, line: &str| {
        let text = String::from_utf8_lossy(&std::fs::read(broken.join(file)).unwrap()).into_owned();
        text.lines().nth(line.parse::<usize>().unwrap() - 1).unwrap().to_owned()
    };
    let mut expected: Vec<Vec<String>> = rows(&std::fs::read(broken.join("rejects-expected.csv")).unwrap())
        .into_iter()
        .map(|row| {
            let value = if row[2].is_empty() { line_of(&row[0], &row[1]) } else { row[3].clone() };
            vec![row[0].clone(), row[1].clone(), row[2].clone(), value]
        })
        .collect();
    let mut found: Vec<Vec<String>> = rows(&std::fs::read(out.join("rejects.csv")).unwrap())
        .into_iter()
        .map(|row| {
            // A text that begins like a formula is written with a leading quote.
            let value = row[3].strip_prefix('\'').unwrap_or(&row[3]).trim();
            vec![row[0].clone(), row[1].clone(), row[2].clone(), value.to_owned()]
        })
        .collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}
