//! Runs the program in a folder of its own and compares all that it says: standard output, standard error, exit
//! status and the files that it leaves. What a case does not name must be empty.
#![allow(dead_code)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A run of the program and what it must say.
pub struct Case {
    folder: TempDir,
    args: Vec<String>,
    variables: Vec<(String, String)>,
    stdin: Vec<u8>,
    stdout: String,
    stderr: String,
    status: i32,
    any_stdout: bool,
    any_stderr: bool,
}

/// A run that said what it must, with its folder.
pub struct Ran {
    pub folder: TempDir,
    pub stdout: String,
    pub stderr: String,
}

/// The project's own folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A published file, which is no part of the project: `AVSTEM_SAMPLES` names their folder where it is not beside it.
/// Where it is not there at all, what needs it is not tested, and says so.
pub fn published(name: &str) -> Option<Vec<u8>> {
    let folder = match std::env::var_os("AVSTEM_SAMPLES") {
        Some(folder) => PathBuf::from(folder),
        None => project().join("../shared/samples"),
    };
    if std::env::var_os("AVSTEM_SAMPLES").is_none() && !folder.is_dir() {
        println!("not tested: {name} is not there; AVSTEM_SAMPLES names the folder of published samples");
        return None;
    }
    Some(std::fs::read(folder.join(name)).expect("the published sample is there"))
}

impl Case {
    /// A case with an empty folder, of status 0.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            args: Vec::new(),
            variables: Vec::new(),
            stdin: Vec::new(),
            stdout: String::new(),
            stderr: String::new(),
            status: 0,
            any_stdout: false,
            any_stderr: false,
        }
    }

    /// A case in the folder that another run left.
    pub fn after(ran: Ran) -> Self {
        Self { folder: ran.folder, ..Self::new() }
    }

    pub fn arg(mut self, arg: &str) -> Self {
        self.args.push(arg.to_owned());
        self
    }

    /// Arguments separated by blanks.
    pub fn args(self, args: &str) -> Self {
        args.split_whitespace().fold(self, Self::arg)
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub fn folder(self, name: &str) -> Self {
        std::fs::create_dir_all(self.folder.path().join(name)).unwrap();
        self
    }

    pub fn stdin(mut self, content: impl AsRef<[u8]>) -> Self {
        self.stdin = content.as_ref().to_vec();
        self
    }

    pub fn stdout(mut self, text: &str) -> Self {
        self.stdout = text.to_owned();
        self
    }

    /// Standard output is looked at by the caller.
    pub fn any_stdout(mut self) -> Self {
        self.any_stdout = true;
        self
    }

    /// Standard error is looked at by the caller.
    pub fn any_stderr(mut self) -> Self {
        self.any_stderr = true;
        self
    }

    pub fn stderr(mut self, text: &str) -> Self {
        self.stderr = text.to_owned();
        self
    }

    pub fn status(mut self, status: i32) -> Self {
        self.status = status;
        self
    }

    /// Runs the program.
    pub fn run(self) -> Ran {
        let (stdout, stderr) = (self.stdout.clone(), self.stderr.clone());
        let (any_stdout, any_stderr) = (self.any_stdout, self.any_stderr);
        let ran = self.output();
        assert!(any_stderr || ran.stderr == stderr, "standard error:\n{}\nand not:\n{stderr}", ran.stderr);
        assert!(any_stdout || ran.stdout == stdout, "standard output:\n{}\nand not:\n{stdout}", ran.stdout);
        ran
    }

    /// Runs the program, compares its status and gives what it said.
    fn output(self) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_avstem"))
            .args(&self.args)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that reads no standard input may be gone before it is written.
        let _ = child.stdin.take().unwrap().write_all(&self.stdin);
        let output = child.wait_with_output().unwrap();
        let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert_eq!(output.status.code(), Some(self.status), "status of {:?}\n{stdout}{stderr}", self.args);
        Ran { folder: self.folder, stdout, stderr }
    }

    /// Runs the program, which must stop before it writes anything.
    pub fn stops(self, stderr: &str) {
        assert_eq!(self.stopped(), stderr);
    }

    fn stopped(self) -> String {
        let before = names(self.folder.path());
        let ran = self.status(2).output();
        assert_eq!((ran.stdout.as_str(), names(ran.folder.path())), ("", before), "a run that stopped");
        ran.stderr
    }
}

impl Ran {
    /// A file that the run left.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(name)).unwrap()
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    /// The names of all files below a folder.
    pub fn names(&self, folder: &str) -> Vec<String> {
        names(&self.folder.path().join(folder))
    }
}

/// All that lies below a folder, folders with a slash, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(names(&path).into_iter().map(|below| format!("{name}/{below}")));
            found.push(format!("{name}/"));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

/// The rows of a CSV table, without its header.
pub fn rows(table: &[u8]) -> Vec<Vec<String>> {
    let reader = csv::ReaderBuilder::new().flexible(true).from_reader(table);
    reader.into_records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}
