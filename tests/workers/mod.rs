//! Drives the stages of `avstem shard` as an engine does: rows are shuffled, dealt out by `shard` to so many partitions,
//! and every worker is a process of its own that knows nothing but its partition and the job.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use avstem::engine::wire::{Wire, WireError, WireRow, read};
use avstem::pipeline::RunError;
use avstem::pipeline::plan::Plan;
use avstem::pipeline::shard::job::{Job, Typed};
use avstem::pipeline::shard::{self, Stage};
use avstem::report::view::Report;

/// A row of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    pub kind: String,
    pub shard: Option<i64>,
    pub round: Option<i32>,
    pub reference: Option<i64>,
    pub file: Option<i32>,
    pub text: String,
}

impl Row {
    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// A row of a round; `None` for those that stand before any.
    fn is_row_of(&self, round: Option<i32>) -> bool {
        self.is("row") && self.round == round
    }
}

pub fn encoded(rows: &[Row]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut wire = Wire::new(&mut bytes).unwrap();
    for Row { kind, shard, round, reference, file, text } in rows {
        let (shard, round, reference, file) = (*shard, *round, *reference, *file);
        wire.put(&WireRow { kind, shard, round, reference, file, text }).unwrap();
    }
    wire.finish().unwrap();
    bytes
}

pub fn decoded(bytes: &[u8]) -> Vec<Row> {
    let mut rows = Vec::new();
    read(bytes, |row| {
        let WireRow { kind, shard, round, reference, file, text } = row;
        rows.push(Row { kind: kind.to_owned(), shard, round, reference, file, text: text.to_owned() });
        Ok::<_, WireError>(())
    })
    .unwrap();
    rows
}

/// How a worker ended.
pub struct Ended {
    pub status: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

/// Numbers without a pattern, the same on every run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            items.swap(place, self.below(place + 1));
        }
    }
}

/// What a worker is.
pub enum Program {
    /// A process.
    Binary,
    /// A call of the library, with this plan, of which only `plan` reads the inputs.
    Inside(Box<Plan>, u64),
}

/// A run over many workers.
pub struct Engine {
    pub program: Program,
    /// Where paths begin.
    pub folder: PathBuf,
    /// How many partitions a shuffle makes.
    pub partitions: usize,
    pub random: Random,
    job: tempfile::NamedTempFile,
    /// What went between two stages, in rows.
    pub shuffled: usize,
}

impl Engine {
    pub fn new(folder: &Path, partitions: usize) -> Self {
        let seed = 0x9E37_79B9_7F4A_7C15 ^ u64::try_from(partitions).unwrap();
        let job = tempfile::NamedTempFile::new().unwrap();
        Self { program: Program::Binary, folder: folder.to_owned(), partitions, random: Random(seed), job, shuffled: 0 }
    }

    /// One whose workers are calls of the library; files are cut into splits of so many bytes.
    pub fn inside(plan: Plan, split_bytes: u64, folder: &Path, partitions: usize) -> Self {
        Self { program: Program::Inside(Box::new(plan), split_bytes), ..Self::new(folder, partitions) }
    }

    /// Runs a worker.
    pub fn worker(&self, args: &[&str], input: &[u8]) -> Ended {
        if let Program::Inside(plan, split_bytes) = &self.program {
            let mut stdout = Vec::new();
            let called = self.call(args, plan, *split_bytes, input, &mut stdout);
            let (status, stderr) = called.map_or_else(|error| (2, error.to_string()), |()| (0, String::new()));
            return Ended { status, stdout, stderr };
        }
        // What is written before all is read may fill the pipe: a file takes it all.
        let given = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(given.path(), input).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_avstem"))
            .arg("shard")
            .args(args)
            .current_dir(&self.folder)
            .env_clear()
            .stdin(Stdio::from(given.reopen().unwrap()))
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        Ended { status: output.status.code().unwrap(), stdout: output.stdout, stderr }
    }

    fn call(
        &self,
        args: &[&str],
        plan: &Plan,
        split_bytes: u64,
        input: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<(), RunError> {
        let value = |name: &str| args.iter().position(|arg| *arg == name).map(|place| args[place + 1]);
        if value("--stage") == Some("plan") {
            return shard::plan(plan, Typed::default(), split_bytes, output);
        }
        let job = self.read_job();
        let stage = match value("--stage").unwrap() {
            "job" => return shard::job(&job, plan, input, output),
            "facts" => return shard::facts(&job, plan, input, output),
            "files" => Stage::Files,
            "read" => Stage::Read,
            "lines" => Stage::Lines,
            "operations" => Stage::Operations { round: value("--round").unwrap().parse().unwrap() },
            "references" => Stage::References,
            "batches" => Stage::Batches,
            other => panic!("no stage {other}"),
        };
        let plan = Plan { inputs: Vec::new(), threads: Some(1), ..plan.clone() };
        shard::work(stage, &job, &job.planned(plan), input, output)
    }

    pub fn read_job(&self) -> Job {
        Job::read(&std::fs::read_to_string(self.job.path()).unwrap()).unwrap()
    }

    /// What the first worker says that stops.
    pub fn stopped(&self) -> String {
        let planned = decoded(&self.worker(&["--stage", "plan"], &encoded(&[])).stdout);
        self.keep_job(&planned);
        let inputs: Vec<Row> = planned.into_iter().filter(|row| row.is("input")).collect();
        self.worker(&["--stage", "files"], &encoded(&inputs)).stderr
    }

    /// The report of a run inside.
    pub fn report(&mut self) -> Result<Report, RunError> {
        let said = self.judge(&[]);
        let Program::Inside(plan, _) = &self.program else { panic!("not inside") };
        shard::report(&self.read_job(), plan, &encoded(&said)[..])
    }

    /// Runs a worker that must succeed.
    pub fn rows(&self, args: &[&str], input: &[Row]) -> Vec<Row> {
        let ended = self.worker(args, &encoded(input));
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{args:?}");
        decoded(&ended.stdout)
    }

    /// Lets workers work on rows, dealt out by a key.
    pub fn stage(&mut self, args: &[&str], mut rows: Vec<Row>, key: impl Fn(&Row) -> i64) -> Vec<Row> {
        self.shuffled += rows.len();
        self.random.shuffle(&mut rows);
        let mut partitions: Vec<Vec<Row>> = (0..self.partitions).map(|_| Vec::new()).collect();
        let count = i64::try_from(self.partitions).unwrap();
        for row in rows {
            let place = usize::try_from(key(&row).rem_euclid(count)).unwrap();
            partitions[place].push(row);
        }
        let mut job = vec!["--job", self.job()];
        job.extend(args);
        partitions.iter().flat_map(|rows| self.rows(&job, rows)).collect()
    }

    pub fn keep_job(&self, rows: &[Row]) {
        let job = rows.iter().find(|row| row.is("job")).expect("a stage of the driver writes the job");
        std::fs::write(self.job.path(), &job.text).unwrap();
    }

    pub fn job(&self) -> &str {
        self.job.path().to_str().unwrap()
    }

    /// Begins a run: the rows of all files, and what was said beside them.
    pub fn begin(&mut self, plan: &[&str]) -> (Vec<Row>, Vec<Row>) {
        let shard = |row: &Row| row.shard.unwrap_or(0);
        let mut args = vec!["--stage", "plan"];
        args.extend(plan);
        let mut planned = self.rows(&args, &[]);
        self.keep_job(&planned);
        planned.retain(|row| row.is("input"));
        let files = self.stage(&["--stage", "files"], planned, shard);
        let job = self.job().to_owned();
        let mut read = self.rows(&["--stage", "job", "--job", &job], &files);
        self.keep_job(&read);
        read.retain(|row| row.is("split"));
        let (rows, said): (Vec<Row>, Vec<Row>) =
            self.stage(&["--stage", "read"], read, shard).into_iter().partition(|row| row.is("row"));
        let facts = self.rows(&["--stage", "facts", "--job", &job], &said);
        self.keep_job(&facts);
        (rows, said)
    }

    /// Does a whole run; gives how the report ended.
    pub fn run(&mut self, plan: &[&str], out: &Path) -> Ended {
        let said = self.judge(plan);
        let args = ["--stage", "report", "--job", self.job(), "--out", out.to_str().unwrap()];
        self.worker(&args, &encoded(&said))
    }

    /// All stages up to the report; gives what it is made of.
    pub fn judge(&mut self, plan: &[&str]) -> Vec<Row> {
        let shard = |row: &Row| row.shard.expect("a row is dealt out");
        let (mut rows, mut said) = self.begin(plan);
        let lines: Vec<Row> = rows.extract_if(.., |row| row.is_row_of(None)).collect();
        let mut take = |out: Vec<Row>, rows: &mut Vec<Row>| {
            let (more, told): (Vec<Row>, Vec<Row>) = out.into_iter().partition(|row| row.is("row"));
            rows.extend(more);
            said.extend(told);
        };
        let judged = self.stage(&["--stage", "lines"], lines, shard);
        let referred: Vec<Row> = judged.iter().filter(|row| row.reference.is_some()).cloned().collect();
        take(judged, &mut rows);
        rows.retain(|row| row.round.is_some());
        let job = self.read_job();
        let number = |round: usize| i32::try_from(round).unwrap();
        for round in job.used_rounds.into_iter().map(number) {
            let of_round: Vec<Row> = rows.extract_if(.., |row| row.is_row_of(Some(round))).collect();
            let judged = self.stage(&["--stage", "operations", "--round", &round.to_string()], of_round, shard);
            take(judged, &mut rows);
        }
        let judged = self.stage(&["--stage", "references"], referred, |row| row.reference.unwrap());
        take(judged, &mut rows);
        assert!(rows.iter().all(|row| row.is_row_of(Some(number(job.rounds)))));
        let judged = self.stage(&["--stage", "batches"], std::mem::take(&mut rows), shard);
        take(judged, &mut rows);
        assert_eq!(rows, []);
        self.random.shuffle(&mut said);
        said
    }
}
