//! The workers of a distributed run: whatever the partitions, the report is that of one run.

mod harness;
mod workers;

use std::path::{Path, PathBuf};
use std::process::Command;

use harness::project;
use workers::Engine;

/// The files of a report that are the same to the last byte.
const SAME: [&str; 3] = ["discrepancies.csv", "batches.csv", "rejects.csv"];

fn samples() -> PathBuf {
    project().join("samples")
}

/// What `run` writes.
fn run(folder: &Path, plan: &[&str], out: &Path) -> i32 {
    let output = Command::new(env!("CARGO_BIN_EXE_avstem"))
        .args(["run", "--quiet", "--out", out.to_str().unwrap()])
        .args(plan)
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    output.status.code().unwrap()
}

fn summary(folder: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(folder.join("summary.json")).unwrap()).unwrap()
}

/// Compares a run over many workers with one run.
fn compare(folder: &Path, plan: &[&str], partitions: &[usize]) {
    let root = tempfile::tempdir().unwrap();
    let whole = root.path().join("whole");
    let status = run(folder, plan, &whole);
    for count in partitions {
        let out = root.path().join(format!("of-{count}"));
        let ended = Engine::new(folder, *count).run(plan, &out);
        assert_eq!((ended.status, ended.stderr.as_str()), (status, ""), "{count} partitions");
        for name in SAME {
            let [expected, found] = [&whole, &out].map(|folder| std::fs::read_to_string(folder.join(name)).unwrap());
            assert!(found == expected, "{name} of {count} partitions:\n{found}\nand not:\n{expected}");
        }
        let [expected, found] = [&whole, &out].map(|folder| summary(folder));
        assert_eq!(found, expected, "{count} partitions");
    }
}

#[test]
fn the_sample_month_is_the_same_whatever_the_partitions() {
    let plan = ["--config", "october-2026/avstem.toml", "--as-of", "2026-10-31"];
    compare(&samples(), &plan, &[1, 7]);
}
