//! All or nothing: whatever stops the program, the folder holds one whole report, the earlier one or the new.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use super::{PublishError, Replace, Staging, Step, check_out, publish, recover};
use crate::model::found::{FoundTexts, Packed};
use crate::report::sample::report;
use crate::report::verify::verify;
use crate::report::view::Report;

const STEPS: [Step; 7] =
    [Step::Begun, Step::TablesWritten, Step::AllWritten, Step::Synced, Step::SetAside, Step::Renamed, Step::Exchanged];

fn report_as_of(day: &str) -> Report {
    let mut report = report();
    report.summary.as_of = day.to_owned();
    report
}

/// The day of the report in this folder, which must be whole.
fn day(out: &Path) -> String {
    verify(out).unwrap();
    let bytes = fs::read(out.join("summary.json")).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    value["as_of"].as_str().unwrap().to_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn contents(out: &Path) -> Vec<(String, Vec<u8>)> {
    names(out).into_iter().map(|name| (name.clone(), fs::read(out.join(name)).unwrap())).collect()
}

#[test]
fn the_same_report_is_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (dir.path().join("a/b/first"), dir.path().join("second"));
    publish(&report(), &first, &[]).unwrap();
    publish(&report(), &second, &[]).unwrap();
    assert_eq!(contents(&first), contents(&second));
    let before = contents(&second);
    publish(&report(), &second, &[]).unwrap();
    assert_eq!(contents(&second), before);
    assert_eq!(names(&second), ["batches.csv", "discrepancies.csv", "matches.csv", "rejects.csv", "summary.json"]);
    assert_eq!(names(dir.path()), ["a", "second"], "nothing is left beside");
}

#[test]
fn an_earlier_report_is_replaced_as_a_whole_with_its_further_files() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let parquet = dir.path().join("made.parquet");
    fs::write(&parquet, b"PAR1\0\0PAR1").unwrap();
    publish(&report_as_of("2026-11-01"), &out, &[("findings.parquet".into(), parquet.clone())]).unwrap();
    assert!(!parquet.exists());
    assert_eq!(verify(&out).unwrap().files, 6);
    let mut later = report_as_of("2026-11-02");
    later.matches = None;
    let staging = Staging::begin(&out).unwrap();
    fs::write(staging.path().join("report.html"), "<html>\n").unwrap();
    staging.commit(&later, &[]).unwrap();
    assert_eq!(day(&out), "2026-11-02");
    assert_eq!(names(&out), ["batches.csv", "discrepancies.csv", "rejects.csv", "report.html", "summary.json"]);
    for bad in ["summary.json", "matches.csv", "../x", "a/b", "..", ""] {
        fs::write(&parquet, "x").unwrap();
        let error = publish(&later, &out, &[(bad.into(), parquet.clone())]).unwrap_err();
        assert!(matches!(error, PublishError::Name { .. }), "{bad}: {error}");
        assert_eq!((day(&out).as_str(), names(dir.path()).len()), ("2026-11-02", 2));
    }
}

#[test]
fn a_folder_that_holds_anything_else_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let refused = |part: &str| {
        let error = check_out(&out).unwrap_err().to_string();
        assert!(error.contains(part) && error.contains(&out.display().to_string()), "{error}");
        let before = names(dir.path());
        assert!(publish(&report(), &out, &[]).is_err());
        assert_eq!(names(dir.path()), before);
    };
    check_out(&out).unwrap();
    fs::write(&out, "a file").unwrap();
    refused("it is not a folder");
    fs::remove_file(&out).unwrap();
    fs::create_dir(&out).unwrap();
    check_out(&out).unwrap();
    fs::write(out.join("invoice.pdf"), "mine").unwrap();
    refused("it holds invoice.pdf and no summary.json");
    for foreign in ["{}", "no json", r#"{"program": "other 1.0", "files": []}"#] {
        fs::write(out.join("summary.json"), foreign).unwrap();
        refused("its summary.json is not one of avstem");
    }
    fs::remove_dir_all(&out).unwrap();
    publish(&report(), &out, &[]).unwrap();
    check_out(&out).unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    refused("it also holds notes.txt, which the report did not write");
    fs::remove_file(out.join("notes.txt")).unwrap();
    fs::create_dir(out.join("folder")).unwrap();
    refused("it holds folder, which is no file");
    fs::remove_dir(out.join("folder")).unwrap();
    fs::remove_file(out.join("matches.csv")).unwrap();
    check_out(&out).unwrap();
    for place in ["/", ".", ""] {
        assert!(check_out(Path::new(place)).is_err(), "{place:?}");
    }
    assert!(check_out(&out.join("summary.json/x")).is_err());
}

#[test]
fn what_was_put_in_while_the_run_worked_is_not_lost() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    publish(&report(), &out, &[]).unwrap();
    let staging = Staging::begin(&out).unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    assert!(matches!(staging.commit(&report(), &[]), Err(PublishError::Foreign { .. })));
    assert_eq!(fs::read_to_string(out.join("notes.txt")).unwrap(), "mine");
    assert_eq!(names(dir.path()), ["out"]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_permissions_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = tempfile::tempdir().unwrap();
    let (real, link) = (dir.path().join("real"), dir.path().join("link"));
    publish(&report_as_of("2026-11-01"), &real, &[]).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o750)).unwrap();
    symlink("real", &link).unwrap();
    publish(&report_as_of("2026-11-02"), &link, &[]).unwrap();
    assert!(link.is_symlink());
    assert_eq!(day(&real), "2026-11-02");
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o750);
    assert_eq!(names(dir.path()), ["link", "real"]);
    symlink("nowhere", dir.path().join("broken")).unwrap();
    let error = check_out(&dir.path().join("broken")).unwrap_err().to_string();
    assert!(error.contains("it is a link to nothing"), "{error}");
}

#[cfg(unix)]
#[test]
fn two_runs_at_once_leave_each_other_alone() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let slow = Staging::begin(&out).unwrap();
    publish(&report_as_of("2026-11-01"), &out, &[]).unwrap();
    recover(&out).unwrap();
    assert_eq!(day(&out), "2026-11-01");
    slow.commit(&report_as_of("2026-11-02"), &[]).unwrap();
    assert_eq!(day(&out), "2026-11-02");
    assert_eq!(names(dir.path()), ["out"]);
    let threads: Vec<_> = (10..20)
        .map(|number| {
            let out = out.clone();
            std::thread::spawn(move || publish(&report_as_of(&format!("2026-11-{number}")), &out, &[]))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap().unwrap();
    }
    assert!(day(&out).starts_with("2026-11-1"));
    recover(&out).unwrap();
    assert_eq!(names(dir.path()), ["out"]);
}

#[test]
fn recover_touches_nothing_that_is_not_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    for name in
        [".out.tmp-", ".out.tmp-abc", ".out.tmp-abc_12", ".out.tmp-abcdefg", ".other.tmp-abc123", "out.tmp-abc123"]
    {
        fs::create_dir(dir.path().join(name)).unwrap();
    }
    fs::create_dir_all(dir.path().join(".out.tmp-abc123/folder")).unwrap();
    fs::write(dir.path().join(".out.tmp-123abc"), "a file").unwrap();
    let before = names(dir.path());
    recover(&out).unwrap();
    assert_eq!(names(dir.path()), before);
}

/// The name of the test that the tests below run as a program of its own, to let it die.
const PROGRAM: &str = "report::folder::tests::a_program_that_dies";

/// Publishes and dies at a step; does nothing unless another test asks for it.
#[test]
fn a_program_that_dies() {
    let Ok(out) = env::var("REPORT_TEST_OUT") else { return };
    let step = env::var("REPORT_TEST_STEP").unwrap();
    let replace = if env::var("REPORT_TEST_TWO").is_ok() { Replace::InTwoSteps } else { Replace::AtOnce };
    let mut report = report_as_of("2026-11-02");
    for row in &mut report.findings {
        row.packed = Packed::of(&FoundTexts { explanation: &"long ".repeat(100_000), ..row.texts() });
    }
    let done = Staging::begin(Path::new(&out)).and_then(|staging| {
        staging.commit_by(&report, &[], replace, &mut |reached| {
            if format!("{reached:?}") == step {
                std::process::exit(70);
            }
        })
    });
    if let Err(error) = done {
        fs::write(PathBuf::from(out).with_extension("error"), error.to_string()).unwrap();
        std::process::exit(71);
    }
    std::process::exit(72);
}

fn die(out: &Path, step: &str, replace: Replace, before: &str) -> ExitStatus {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{before} exec \"$0\" --exact {PROGRAM}")).arg(env::current_exe().unwrap());
    command.env("REPORT_TEST_OUT", out).env("REPORT_TEST_STEP", step);
    if replace == Replace::InTwoSteps {
        command.env("REPORT_TEST_TWO", "1");
    }
    command.output().unwrap().status
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_dies_leaves_one_whole_report() {
    for replace in [Replace::AtOnce, Replace::InTwoSteps] {
        for step in STEPS {
            for is_earlier in [true, false] {
                let dir = tempfile::tempdir().unwrap();
                let out = dir.path().join("out");
                if is_earlier {
                    publish(&report_as_of("2026-11-01"), &out, &[]).unwrap();
                }
                let case = format!("{replace:?} {step:?} {is_earlier}");
                let is_reached = match step {
                    Step::Exchanged => is_earlier && replace == Replace::AtOnce,
                    Step::SetAside => is_earlier && replace == Replace::InTwoSteps,
                    Step::Renamed => !is_earlier || replace == Replace::InTwoSteps,
                    _ => true,
                };
                let status = die(&out, &format!("{step:?}"), replace, "");
                assert_eq!(status.code(), Some(if is_reached { 70 } else { 72 }), "{case}");
                let is_new = !is_reached || matches!(step, Step::Renamed | Step::Exchanged);
                if step == Step::SetAside && is_reached {
                    assert!(!out.exists(), "{case}");
                    // A scheduler may have made the folder meanwhile.
                    fs::create_dir(&out).unwrap();
                } else if is_earlier || is_new {
                    assert_eq!(day(&out), if is_new { "2026-11-02" } else { "2026-11-01" }, "{case}");
                }
                recover(&out).unwrap();
                if is_earlier || is_new {
                    assert_eq!(day(&out), if is_new { "2026-11-02" } else { "2026-11-01" }, "{case}");
                    assert_eq!(names(dir.path()), ["out"], "{case}");
                } else {
                    assert_eq!(names(dir.path()), [""; 0], "{case}");
                }
                publish(&report_as_of("2026-11-03"), &out, &[]).unwrap();
                assert_eq!(day(&out), "2026-11-03", "{case}");
                assert_eq!(names(dir.path()), ["out"], "{case}");
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_space_and_a_kill_while_writing_leave_the_earlier_report() {
    // The signal for a file beyond its limit kills in the middle of a write; ignored, the write fails instead.
    for (before, code) in [("ulimit -f 64;", None), ("trap '' XFSZ; ulimit -f 64;", Some(71))] {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        publish(&report_as_of("2026-11-01"), &out, &[]).unwrap();
        assert_eq!(die(&out, "never", Replace::AtOnce, before).code(), code);
        assert_eq!(day(&out), "2026-11-01");
        if code.is_some() {
            let error = fs::read_to_string(dir.path().join("out.error")).unwrap();
            assert!(error.contains("discrepancies.csv") && error.contains("free some space"), "{error}");
            fs::remove_file(dir.path().join("out.error")).unwrap();
            assert_eq!(names(dir.path()), ["out"]);
        } else {
            assert_eq!(names(dir.path()).len(), 2);
            recover(&out).unwrap();
            assert_eq!(names(dir.path()), ["out"]);
        }
    }
}
