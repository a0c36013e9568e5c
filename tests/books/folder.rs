//! A folder with the inputs of nights, a state and reports, and the program run in it.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::story::{File, Night};

pub struct Folder {
    folder: TempDir,
    sources: Vec<String>,
}

impl Folder {
    pub fn new() -> Self {
        // In memory where there is such a place: a night syncs what it writes.
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = tempfile::Builder::new().prefix("books-").tempdir_in(place).unwrap();
        Self { folder, sources: Vec::new() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the files of a night.
    pub fn take(&mut self, files: &[File]) -> usize {
        let before = self.sources.len();
        for file in files {
            let path = self.path().join(&file.path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            assert!(!path.exists(), "the generator gives every path once: {}", file.path);
            std::fs::write(path, &file.text).unwrap();
            let mut source = format!("[[source]]\npath = \"{}\"\n", file.path);
            if !file.dataset.is_empty() {
                source.push_str(&format!("dataset = \"{}\"\n", file.dataset));
            }
            if !file.provider.is_empty() {
                source.push_str(&format!("provider = \"{}\"\n", file.provider));
            }
            self.sources.push(source);
        }
        before
    }

    /// Runs a night with the state over the sources from this one on.
    pub fn night(&self, night: &Night, from: usize) -> Result<(), String> {
        self.run(night, from, &["--out", "out", "--state", "state.db"])
    }

    /// One run without a state over all sources.
    pub fn whole(&self, night: &Night) -> Result<(), String> {
        self.run(night, 0, &["--out", "whole"])
    }

    fn run(&self, night: &Night, from: usize, more: &[&str]) -> Result<(), String> {
        let config = format!("{}{}", night.settings.toml(), self.sources[from..].concat());
        std::fs::write(self.path().join("avstem.toml"), config).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_avstem"))
            .args(["run", "--config", "avstem.toml", "--as-of", &night.as_of.to_string(), "--threads", "1"])
            .args(["--quiet", "--no-progress", "--reports", "hledger,sie,beancount,gbat10"])
            .args(more)
            .current_dir(self.path())
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(0 | 1) => Ok(()),
            code => {
                let summary =
                    std::fs::read_to_string(self.path().join(more[1]).join("summary.json")).unwrap_or_default();
                let summary: serde_json::Value = serde_json::from_str(&summary).unwrap_or_default();
                Err(format!("status {code:?}: {stderr}{}", summary["incomplete"]))
            }
        }
    }

    /// The files of a report, by name.
    pub fn report(&self, out: &str) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(self.path().join(out))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
            .collect();
        files.sort();
        files
    }

    /// Keeps the folder for a person to look at, and says where it is.
    pub fn kept(self) -> String {
        self.folder.keep().display().to_string()
    }
}
