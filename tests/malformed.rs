//! Files as they should not be: every one is read by the program itself, by `check` and by `run`, in bounded memory,
//! and what it says is compared, to the letter, with `malformed/expected/NAME.txt`.
//!
//! The files are made when the test runs, each by a function of its own, so that none has to be kept; large ones
//! have holes.

#[path = "malformed/bank.rs"]
mod bank_files;
#[path = "malformed/bank_rows.rs"]
mod bank_rows;
#[path = "malformed/csv.rs"]
mod csv_files;
#[path = "malformed/json.rs"]
mod json_files;
#[path = "malformed/kinds.rs"]
mod kinds;
mod packed;
#[path = "malformed/packed_files.rs"]
mod packed_files;
#[path = "malformed/profiles.rs"]
mod profiles;
#[path = "malformed/workbooks.rs"]
mod workbooks;
#[path = "malformed/xml.rs"]
mod xml_files;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rayon::prelude::*;

/// The address space that the program may take, in KiB: 1 GiB, which threads and libraries are part of.
const MEMORY_KIB: u64 = 1 << 20;

/// A file as it should not be.
pub struct Malformed {
    /// The name of the case and of its golden file.
    pub name: &'static str,
    /// How it is given: an option and the name of the file.
    pub given: &'static str,
    content: Content,
    /// A file beside it that it names.
    beside: Option<(&'static str, Vec<u8>)>,
}

enum Content {
    Whole(Vec<u8>),
    /// Stretches of bytes at their places, holes between them, and the length.
    Holes(Vec<(u64, Vec<u8>)>, u64),
}

/// A file of these bytes.
pub fn file(name: &'static str, given: &'static str, content: impl AsRef<[u8]>) -> Malformed {
    Malformed { name, given, content: Content::Whole(content.as_ref().to_vec()), beside: None }
}

/// A file with holes, which read as zeros and take no room.
pub fn with_holes(name: &'static str, given: &'static str, parts: &[(u64, &[u8])], len: u64) -> Malformed {
    let parts = parts.iter().map(|(at, bytes)| (*at, bytes.to_vec())).collect();
    Malformed { name, given, content: Content::Holes(parts, len), beside: None }
}

impl Malformed {
    /// The same with a file beside it.
    pub fn beside(mut self, name: &'static str, content: impl AsRef<[u8]>) -> Self {
        self.beside = Some((name, content.as_ref().to_vec()));
        self
    }

    fn make(&self, folder: &Path) {
        if let Some((name, content)) = &self.beside {
            std::fs::write(folder.join(name), content).unwrap();
        }
        let mut out = std::fs::File::create(folder.join(self.given.split_once(' ').unwrap().1)).unwrap();
        match &self.content {
            Content::Whole(bytes) => out.write_all(bytes).unwrap(),
            Content::Holes(parts, len) => {
                out.set_len(*len).unwrap();
                for (at, bytes) in parts {
                    out.seek(SeekFrom::Start(*at)).unwrap();
                    out.write_all(bytes).unwrap();
                }
            }
        }
    }

    /// All that the program says of the file, and the rows that it rejects.
    fn said(&self) -> String {
        let folder = tempfile::tempdir().unwrap();
        self.make(folder.path());
        let mut said = String::new();
        for command in ["check", "run --as-of 2026-10-31 --out out"] {
            let output = bounded(&format!("{command} {}", self.given), folder.path());
            let status = output.status.code().map_or_else(|| output.status.to_string(), |code| code.to_string());
            writeln!(said, "$ avstem {command} {}\nstatus {status}", self.given).unwrap();
            for (what, text) in [("output", &output.stdout), ("error", &output.stderr)] {
                if !text.is_empty() {
                    writeln!(said, "-- standard {what}\n{}", visible(text)).unwrap();
                }
            }
        }
        if let Ok(rejects) = std::fs::read(folder.path().join("out/rejects.csv")) {
            writeln!(said, "-- out/rejects.csv\n{}", visible(&rejects)).unwrap();
        }
        said
    }
}

/// A text as it is kept: no character that an editor would change or not show.
fn visible(text: &[u8]) -> String {
    let text = std::str::from_utf8(text).expect("what is said is UTF-8");
    let shown = |c: char| {
        if (c.is_control() && c != '\n') || c == '\u{feff}' { c.escape_default().to_string() } else { c.to_string() }
    };
    text.trim_end_matches('\n').chars().map(shown).collect()
}

#[cfg(unix)]
fn bounded(args: &str, folder: &Path) -> Output {
    let script = format!("ulimit -v {MEMORY_KIB}; exec \"$0\" {args}");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_avstem")]);
    command.current_dir(folder).env_clear().env("AVSTEM_THREADS", "2").output().unwrap()
}

#[cfg(not(unix))]
fn bounded(args: &str, folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_avstem"));
    command.args(args.split(' ')).current_dir(folder).env("AVSTEM_THREADS", "2").output().unwrap()
}

fn all() -> Vec<Malformed> {
    let of_kinds = [csv_files::all(), xml_files::all(), json_files::all(), workbooks::all(), profiles::all()];
    let of_books = [bank_files::all(), bank_rows::all()];
    of_kinds.into_iter().chain([packed_files::all(), kinds::all()]).chain(of_books).flatten().collect()
}

fn expected(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/malformed/expected").join(format!("{name}.txt"))
}

#[test]
fn every_malformed_file_is_answered_with_its_message() {
    let mut wrong = Vec::new();
    let files = all();
    let said: Vec<String> = files.par_iter().map(Malformed::said).collect();
    for (file, found) in files.iter().zip(said) {
        let wanted = std::fs::read_to_string(expected(file.name)).unwrap_or_default();
        if found != wanted {
            wrong.push(format!("== {}\n{found}-- and not\n{wanted}", file.name));
        }
        // Whatever a file holds, the program ends by itself and says what it means.
        assert!(!found.contains("panicked") && !found.contains("signal"), "{}\n{found}", file.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let names: BTreeSet<String> = files.iter().map(|file| format!("{}.txt", file.name)).collect();
    assert_eq!(names.len(), files.len(), "two cases have one name");
    let kept = std::fs::read_dir(expected("x").parent().unwrap()).unwrap();
    let kept: BTreeSet<String> = kept.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(kept, names, "expected messages, and files that are made");
}

/// Writes the expected messages again, after a change that is meant: look at the difference before it is kept.
#[test]
#[ignore = "a tool: cargo test --test malformed -- --ignored"]
fn write_the_expected_messages_again() {
    let folder = expected("x").parent().unwrap().to_owned();
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    all().par_iter().for_each(|file| std::fs::write(expected(file.name), file.said()).unwrap());
}
