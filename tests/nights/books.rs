//! A folder with inputs, a state and a report, and the program run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chrono::NaiveDate;
use tempfile::TempDir;

use crate::night::{File, Night};

const STATE: &str = "state.db";

/// The folder of a story.
pub struct Books {
    folder: TempDir,
    settings: String,
    /// The sources of all nights so far, as TOML.
    sources: Vec<String>,
    tonight: usize,
}

/// What a run said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    pub status: i32,
    pub stderr: String,
}

impl Books {
    pub fn new(settings: &str, name: &str) -> Self {
        // In memory where there is such a place: a night syncs what it writes.
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = tempfile::Builder::new().prefix(&format!("nights-{name}-")).tempdir_in(place).unwrap();
        Self { folder, settings: settings.to_owned(), sources: Vec::new(), tonight: 0 }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn out(&self) -> PathBuf {
        self.path().join("out")
    }

    pub fn whole_out(&self) -> PathBuf {
        self.path().join("whole")
    }

    /// How many sources were given so far.
    pub fn known(&self) -> usize {
        self.sources.len()
    }

    /// Writes the files of a night; gives how many sources there were before.
    pub fn take(&mut self, night: &Night) -> usize {
        if let Some(settings) = &night.settings {
            self.settings.clone_from(settings);
        }
        self.tonight = self.sources.len();
        for file in &night.files {
            self.write(file);
        }
        self.tonight
    }

    fn write(&mut self, file: &File) {
        let path = self.path().join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        assert!(!path.exists(), "the generator gives every path once: {}", file.path);
        std::fs::write(path, &file.bytes).unwrap();
        let mut source = format!("[[source]]\npath = \"{}\"\n", file.path);
        if !file.dataset.is_empty() {
            source.push_str(&format!("dataset = \"{}\"\n", file.dataset));
        }
        if let Some(provider) = &file.provider {
            source.push_str(&format!("provider = \"{provider}\"\n"));
        }
        self.sources.push(source);
    }

    /// Forgets all sources but the first so many.
    pub fn forget(&mut self, kept: usize) {
        self.sources.truncate(kept);
    }

    /// Runs a night with the state.
    pub fn night(&self, night: &Night, more: &[&str]) -> Ran {
        // Where nothing came, what is known already is given: a run without any input is a mistake of the caller's.
        let first = if night.growing || night.files.is_empty() { 0 } else { self.tonight };
        let config = self.config("night.toml", &self.sources[first..]);
        self.run(&config, night.as_of, "out", &[&["--state", STATE][..], more].concat())
    }

    /// One run without a state over all files so far.
    pub fn whole(&self, as_of: NaiveDate) -> Ran {
        let config = self.config("whole.toml", &self.sources);
        self.run(&config, as_of, "whole", &[])
    }

    fn config(&self, name: &str, sources: &[String]) -> String {
        std::fs::write(self.path().join(name), format!("{}\n{}", self.settings, sources.join("\n"))).unwrap();
        name.to_owned()
    }

    fn run(&self, config: &str, as_of: NaiveDate, out: &str, more: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_avstem"))
            .args(["run", "--config", config, "--as-of", &as_of.to_string(), "--out", out, "--threads", "1"])
            .args(["--quiet", "--no-progress"])
            .args(more)
            .current_dir(self.path())
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        Ran { status: output.status.code().unwrap_or(-1), stderr }
    }

    /// Everything but the inputs, the configurations and the one run: what a night leaves, with its bytes.
    pub fn marks(&self) -> Vec<(String, Vec<u8>)> {
        let mut marks = Vec::new();
        collect(self.path(), "", &mut marks);
        marks.retain(|(name, _)| {
            !["in/", "whole/"].iter().any(|folder| name.starts_with(folder)) && !name.ends_with(".toml")
        });
        // Who works, or worked last, is another process every time.
        marks.iter_mut().filter(|(name, _)| name.ends_with(".lock")).for_each(|(_, bytes)| bytes.clear());
        marks.sort();
        marks
    }

    /// The state as SQL text, in the order of its tables.
    pub fn dump(&self) -> Vec<u8> {
        dump(&self.path().join(STATE))
    }
}

/// A database as text: what makes its tables, then every row.
pub fn dump(path: &Path) -> Vec<u8> {
    let script = "import sqlite3, sys\nfor line in sqlite3.connect(sys.argv[1]).iterdump(): print(line)";
    let output = Command::new("python3").args(["-c", script]).arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), found);
        } else {
            found.push((name, std::fs::read(&path).unwrap()));
        }
    }
}
