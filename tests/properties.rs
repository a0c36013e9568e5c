//! RULES section 7 as properties, over random days and over the samples: what must never show in a report, and what
//! one record more or less does to it.
//!
//! A failure prints the seed; `AVSTEM_SEED=N cargo test --test properties` runs that day alone, and `AVSTEM_DAYS=N`
//! runs more days than the default.

mod common;
#[path = "cases/conserved.rs"]
mod conserved;
mod reference;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use avstem::pipeline::plan::Plan;
use avstem::pipeline::{self, RunError};
use avstem::report::view::{Report, Summary};
use common::said::{assert_same, said, said_without_places};
use common::{Engine, number, plan, plan_of, seeds};
use reference::rng::Rng;
use reference::{Dataset, InputFile, Settings};

fn run(what: &str, files: &[InputFile], settings: &Settings, engine: Engine) -> Result<Report, RunError> {
    let folder = tempfile::tempdir().unwrap();
    let report = pipeline::run(&plan(folder.path(), files, settings, engine), &|_| {})?;
    conserved::assert_conserved(what, &report);
    conserved::assert_no_double_use(what, &report);
    Ok(report)
}

/// Lines are counted by line feeds, so records of a file without any cannot be told apart by their places.
fn with_line_feeds(file: &mut InputFile) {
    let end = file.bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(0);
    if file.bytes.get(end) == Some(&b'\r') && file.bytes.get(end + 1) != Some(&b'\n') {
        file.bytes.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
    }
}

/// Runs a property over random days; days that stop before anything is written say nothing.
fn on_days(days: u64, property: impl Fn(u64, &[InputFile], &Settings, &Report)) {
    for seed in seeds(days) {
        let (mut files, settings) = reference::random_day::random_day(seed);
        files.iter_mut().for_each(with_line_feeds);
        if let Ok(report) = run(&format!("seed {seed}"), &files, &settings, Engine::default()) {
            property(seed, &files, &settings, &report);
        }
    }
}

/// Settings of the engine that must not show.
fn engines() -> Vec<Engine> {
    let base = Engine::default();
    vec![
        Engine { threads: 1, ..base },
        Engine { threads: 8, ..base },
        Engine { chunk_bytes: 1, ..base },
        Engine { chunk_bytes: 97, threads: 8, ..base },
        Engine { chunk_bytes: usize::MAX, ..base },
        Engine { shard_count: 1, ..base },
        Engine { shard_count: 7, threads: 1, ..base },
        Engine { memory_bytes: Some(0), ..base },
        Engine { shard_count: 1, memory_bytes: Some(0), chunk_bytes: 64, threads: 8 },
    ]
}

#[test]
fn threads_chunks_shards_and_memory_do_not_show() {
    on_days(80, |seed, files, settings, report| {
        let expected = said(report);
        for engine in engines() {
            let what = format!("seed {seed}, {engine:?}");
            assert_same(&what, &said(&run(&what, files, settings, engine).unwrap()), &expected);
        }
    });
}

/// Files given twice are read once, but their parts need not be: without them.
fn without_repeated(files: &[InputFile], settings: &Settings) -> Vec<InputFile> {
    let mut seen = BTreeSet::new();
    files.iter().filter(|file| seen.insert(fingerprint(file, settings))).cloned().collect()
}

fn fingerprint(file: &InputFile, settings: &Settings) -> (Dataset, String, Vec<u8>) {
    (file.dataset, file.provider.clone().unwrap_or_else(|| settings.default_provider.clone()), file.bytes.clone())
}

/// A record in canonical quotes.
fn written(record: &[Vec<u8>]) -> Vec<u8> {
    let mut line = Vec::new();
    for (at, field) in record.iter().enumerate() {
        line.extend_from_slice(if at > 0 { b",\"" } else { b"\"" });
        line.extend(field.iter().flat_map(|byte| if *byte == b'"' { vec![b'"'; 2] } else { vec![*byte] }));
        line.push(b'"');
    }
    line.push(b'\n');
    line
}

/// The same rows in another order, in other files, with other names, in another order.
fn another_way(rng: &mut Rng, files: &[InputFile]) -> Vec<InputFile> {
    let mut others = Vec::new();
    for file in files {
        let mut records = reference::csv::records(&file.bytes).into_iter();
        let Some(header) = records.next() else { continue };
        let mut rows: Vec<Vec<Vec<u8>>> = records.collect();
        rng.shuffle(&mut rows);
        let mut parts = vec![written(&header); 1 + rng.below(3)];
        for row in rows {
            let at = rng.below(parts.len());
            parts[at].extend(written(&row));
        }
        let part = |bytes| InputFile { dataset: file.dataset, provider: file.provider.clone(), bytes };
        others.extend(parts.into_iter().map(part));
    }
    rng.shuffle(&mut others);
    others
}

#[test]
fn the_order_of_rows_and_files_does_not_show() {
    on_days(150, |seed, files, settings, _| {
        let files = without_repeated(files, settings);
        let expected = said_without_places(&run("whole files", &files, settings, Engine::default()).unwrap());
        let mut rng = Rng::new(seed);
        for turn in 0..4 {
            let others = another_way(&mut rng, &files);
            // Equal parts would be one file given twice, which is another input.
            if without_repeated(&others, settings).len() == others.len() {
                let what = format!("seed {seed}, turn {turn}");
                let report = run(&what, &others, settings, Engine::default()).unwrap();
                assert_same(&what, &said_without_places(&report), &expected);
            }
        }
    });
}

#[test]
fn whether_matches_are_listed_does_not_show() {
    on_days(400, |seed, files, settings, _| {
        let files = without_repeated(files, settings);
        let mut expected = run("with matches", &files, settings, Engine::default()).unwrap();
        expected.matches = None;
        let expected = said_without_places(&expected);
        let mut rng = Rng::new(seed);
        for turn in 0..3 {
            let others = if turn == 0 { files.clone() } else { another_way(&mut rng, &files) };
            if without_repeated(&others, settings).len() == others.len() {
                let folder = tempfile::tempdir().unwrap();
                let unlisted = Plan { matches: false, ..plan(folder.path(), &others, settings, Engine::default()) };
                let unlisted = said_without_places(&pipeline::run(&unlisted, &|_| {}).unwrap());
                assert_same(&format!("seed {seed}, turn {turn}"), &unlisted, &expected);
            }
        }
    });
}

#[test]
fn an_id_is_the_same_the_next_night() {
    on_days(100, |seed, files, settings, report| {
        let as_of = settings.as_of + chrono::Days::new(3);
        let later =
            run(&format!("seed {seed}"), files, &Settings { as_of, ..settings.clone() }, Engine::default()).unwrap();
        let ids = |report: &Report| -> Vec<(String, &str)> {
            report.findings.iter().map(|finding| (finding.id().to_string(), finding.code.name())).collect()
        };
        assert_eq!(ids(&later), ids(report), "seed {seed}");
        let unique: BTreeSet<_> = ids(report).into_iter().map(|(id, _)| id).collect();
        assert_eq!(unique.len(), report.findings.len(), "seed {seed}");
    });
}

fn file(dataset: Dataset, provider: &str, text: String) -> InputFile {
    InputFile { dataset, provider: Some(provider.to_owned()), bytes: text.into_bytes() }
}

/// The providers of which order lines and settlement rows were accepted: adding to them skips no leg less.
fn compared(summary: &Summary) -> Vec<String> {
    let of = |dataset: &str| -> BTreeSet<&str> {
        summary.verdicts.iter().filter(|row| row.dataset == dataset).map(|row| row.provider.as_str()).collect()
    };
    of("orders").intersection(&of("settlements")).map(|provider| (*provider).to_owned()).collect()
}

#[test]
fn a_matched_pair_more_changes_totals_only() {
    on_days(150, |seed, files, settings, before| {
        for provider in compared(&before.summary).iter().map(String::as_str).chain(["another"]) {
            let keys = "operation_id,transaction_number,payee_reference,transaction_id";
            let ids = "new-1,new-2,new-3,new-4";
            let mut more = files.to_vec();
            more.push(file(
                Dataset::Orders,
                provider,
                "order_id,line_id,gross_amount,currency,created_at\nnew,1,777,SEK,2024-03-01\n".to_owned(),
            ));
            more.push(file(
                Dataset::Captures,
                provider,
                format!("order_id,line_id,amount,currency,created_at,{keys}\nnew,1,777,SEK,2024-03-01,{ids}\n"),
            ));
            more.push(file(Dataset::Settlements, provider, format!("gross_amount,currency,{keys}\n777,SEK,{ids}\n")));
            let what = format!("seed {seed}, {provider}");
            let after = run(&what, &more, settings, Engine::default()).unwrap();
            assert_eq!(said(&after).discrepancies, said(before).discrepancies, "{what}");
            assert_eq!(after.summary.exit_status, before.summary.exit_status, "{what}");

            let sums = |report: &Report| {
                let sum = |of: fn(&avstem::report::view::BatchRow) -> i128| report.batches.iter().map(of).sum::<i128>();
                let count: u64 = report.batches.iter().map(|batch| batch.operation_count + batch.row_count).sum();
                (sum(|batch| batch.difference), sum(|batch| batch.operation_sum), sum(|batch| batch.row_sum), count)
            };
            let (difference, operations, rows, count) = sums(before);
            assert_eq!(sums(&after), (difference, operations + 777, rows + 777, count + 2), "{what}");
            let matches = |report: &Report| report.matches.as_ref().map_or(0, Vec::len);
            assert_eq!(matches(&after), matches(before) + 2, "{what}");
        }
    });
}

/// A day on which everything is right: an operation a row, or several rows of one batch.
fn matched_day(rng: &mut Rng) -> (Vec<InputFile>, Vec<String>, Settings) {
    let (mut orders, mut captures) = (String::new(), String::new());
    let mut rows = Vec::new();
    for order in 0..rng.range(3, 9) {
        let parts = [rng.range(1, 500), rng.range(1, 500), rng.range(1, 500)];
        let parts = &parts[..1 + rng.below(3)];
        let (gross, batch) = (parts.iter().sum::<i64>(), rng.range(1, 3));
        let day = rng.range(10, 28);
        writeln!(orders, "{order},1,{gross},SEK,2026-03-{day}").unwrap();
        writeln!(captures, "{order},1,{gross},SEK,2026-03-{day},T{order},{batch}").unwrap();
        rows.extend(parts.iter().map(|part| format!("{part},SEK,T{order},{batch}")));
    }
    let files = vec![
        file(Dataset::Orders, "shop", format!("order_id,line_id,gross_amount,currency,created_at\n{orders}")),
        file(
            Dataset::Captures,
            "shop",
            format!("order_id,line_id,amount,currency,created_at,transaction_number,reconciliation_number\n{captures}"),
        ),
    ];
    let as_of = chrono::NaiveDate::from_ymd_opt(2026, 3, 28).unwrap();
    (files, rows, Settings { as_of, ..Settings::default() })
}

#[test]
fn a_settlement_row_less_is_one_finding_more() {
    for seed in 0..number("AVSTEM_DAYS").unwrap_or(30) {
        let (files, rows, settings) = matched_day(&mut Rng::new(seed));
        let with = |rows: &[String]| {
            let mut all = files.clone();
            let header = "gross_amount,currency,transaction_number,reconciliation_number\n";
            all.push(file(Dataset::Settlements, "shop", format!("{header}{}\n", rows.join("\n"))));
            run(&format!("seed {seed}"), &all, &settings, Engine::default()).unwrap()
        };
        let whole = with(&rows);
        assert_eq!((whole.findings.len(), whole.summary.exit_status), (0, 0), "seed {seed}: {:?}", whole.findings);
        for less in 0..rows.len() {
            let mut left = rows.clone();
            let gone = left.remove(less);
            let report = with(&left);
            assert_eq!(report.findings.len(), 1, "seed {seed}, without {gone}: {:?}", report.findings);
            let amount: i128 = gone.split(',').next().unwrap().parse().unwrap();
            assert_eq!(report.findings[0].difference_minor, -amount, "seed {seed}, without {gone}");
        }
    }
}

mod samples {
    use std::path::PathBuf;

    use avstem::model::record::Dataset;
    use avstem::pipeline::plan::Input;
    use avstem::rules::settings::Settings;

    use super::*;

    /// The files of the demonstration month as its configuration names them, without the copies of CSV files.
    fn files() -> Vec<(String, Dataset, &'static str, Vec<u8>)> {
        let month = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples/october-2026");
        let mut files = Vec::new();
        for provider in ["dintero", "swedbank_pay"] {
            for entry in std::fs::read_dir(month.join(provider)).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let dataset = Dataset::ALL.into_iter().find(|dataset| name.starts_with(dataset.name()));
                if !name.contains("unpacked") {
                    let name = format!("{provider}/{name}");
                    files.push((
                        name,
                        dataset.unwrap_or(Dataset::Settlements),
                        provider,
                        std::fs::read(&path).unwrap(),
                    ));
                }
            }
        }
        files.sort();
        files
    }

    fn report(files: &[(String, Dataset, &str, Vec<u8>)], engine: Engine) -> Report {
        let folder = tempfile::tempdir().unwrap();
        let inputs = files.iter().enumerate().map(|(number, (name, dataset, provider, bytes))| {
            let path = folder.path().join(number.to_string());
            std::fs::write(&path, bytes).unwrap();
            Input {
                shown: name.clone(),
                path: Some(path),
                dataset: Some(*dataset),
                provider: Some((*provider).to_owned()),
                profile: None,
            }
        });
        let mut settings = Settings::new(chrono::NaiveDate::from_ymd_opt(2026, 10, 31).unwrap());
        settings.amount_tolerance_minor = [("EUR".to_owned(), 2), ("DKK".to_owned(), 1)].into();
        settings.tolerance_budget_minor = [("EUR".to_owned(), 3), ("DKK".to_owned(), 5)].into();
        let plan = plan_of(inputs.collect(), settings, folder.path(), engine);
        let report = pipeline::run(&plan, &|_| {}).unwrap();
        conserved::assert_conserved("the samples", &report);
        conserved::assert_no_double_use("the samples", &report);
        report
    }

    #[test]
    fn the_engine_does_not_show() {
        let files = files();
        let expected = said(&report(&files, Engine::default()));
        for engine in engines() {
            // A chunk a byte is for small days.
            let engine = Engine { chunk_bytes: engine.chunk_bytes.max(64), ..engine };
            assert_same(&format!("{engine:?}"), &said(&report(&files, engine)), &expected);
        }
    }

    #[test]
    fn the_order_does_not_show() {
        let files = files();
        let expected = said_without_places(&report(&files, Engine::default()));
        for seed in 0..3 {
            let mut rng = Rng::new(seed);
            let mut others = Vec::new();
            for (name, dataset, provider, bytes) in &files {
                if name.ends_with(".xml") {
                    others.push((format!("x{}-{name}", rng.below(1000)), *dataset, *provider, turned(&mut rng, bytes)));
                    continue;
                }
                let mut plain = Vec::new();
                if name.ends_with(".gz") {
                    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes.as_slice()), &mut plain)
                        .unwrap();
                } else {
                    plain.clone_from(bytes);
                }
                let theirs =
                    reference::Dataset::ALL.into_iter().find(|theirs| theirs.name() == dataset.name()).unwrap();
                let whole = InputFile { dataset: theirs, provider: None, bytes: plain };
                for part in another_way(&mut rng, &[whole]) {
                    others.push((format!("{}-{name}", rng.below(100_000)), *dataset, *provider, part.bytes));
                }
            }
            rng.shuffle(&mut others);
            assert_same(&format!("seed {seed}"), &said_without_places(&report(&others, Engine::default())), &expected);
        }
    }

    /// A transaction list with its rows in another order.
    fn turned(rng: &mut Rng, bytes: &[u8]) -> Vec<u8> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let mut lines: Vec<&str> = text.split('\n').collect();
        let at: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].contains("<Transaction ")).collect();
        let mut rows: Vec<&str> = at.iter().map(|at| lines[*at]).collect();
        rng.shuffle(&mut rows);
        at.into_iter().zip(rows).for_each(|(at, row)| lines[at] = row);
        lines.join("\n").into_bytes()
    }
}
