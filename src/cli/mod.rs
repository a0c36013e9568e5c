//! The command line: arguments as typed become a validated plan, the plan runs, the result is shown. The only room
//! that prints, and the only one that knows the environment and the clock.

mod args;
mod books;
mod closing;
mod config;
mod console;
mod dialect;
mod environment;
mod expectations;
mod explain;
mod fail_on;
mod fault;
mod help;
mod init;
mod ledger;
mod night;
mod paths;
mod plan;
mod profiles;
mod progress;
mod shard;
mod show;
mod table;
mod typed;
mod values;
mod watch;

use std::ffi::OsString;
use std::io;
use std::path::Path;

use chrono::Utc;
use clap::{CommandFactory as _, Parser as _};

use crate::model::currency::Currencies;
use crate::model::record::Dataset;
use crate::pipeline::plan::Plan;
use crate::pipeline::{self, RunError};
use crate::report::json::SUMMARY_FILE;
use crate::report::metrics::Figures;
use crate::report::redact::{self, Key};
use crate::report::view::{Report, Summary};
use crate::report::{folder, page, verify, workbook};
use args::{CheckArgs, Cli, Command, RunArgs, VerifyArgs};
use config::Config;
use console::Console;
use fault::{Fault, Place};
use progress::Progress;
use typed::{Format, ReportFormat};
use watch::{Done, Watch};

/// Usage, unreadable input, bad configuration: nothing was written (RULES.md 8).
const NOTHING_WRITTEN: u8 = 2;
/// Reports were written, but what was asked for is not complete.
const INCOMPLETE: u8 = 3;

/// Runs the program on its arguments, the first of which is its name, and gives its exit status.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let variable = |name: &str| std::env::var_os(name);
    let args: Vec<OsString> = args.into_iter().collect();
    let console = Console::new(&variable).with_log(environment::log_format(&args, &variable));
    let args = match environment::add(&Cli::command(), args, &variable) {
        Ok(args) => args,
        Err(fault) => return refuse(console, &fault),
    };
    match Cli::try_parse_from(args) {
        Ok(Cli { command }) => dispatch(command, console).unwrap_or_else(|fault| refuse(console, &fault)),
        Err(error) => usage(&error, console),
    }
}

/// Checks the text of a configuration file, for tools that write one.
///
/// # Errors
/// What is wrong with it, with its place and what to do.
pub fn check_config(shown: &str, text: &str) -> Result<(), String> {
    config::Config::checked(shown, text).map_err(|fault| fault.to_string())
}

fn dispatch(command: Command, console: Console) -> Result<u8, Fault> {
    match command {
        Command::Run(args) => Ok(run_watched(&args, console.with(&args.show))),
        Command::Check(args) => Ok(check_watched(&args, console.with(&args.show))),
        Command::Explain(args) => explain::explain(&args, console.with(&args.show)),
        Command::Verify(args) => prove(&args, console.with_quiet(args.quiet)),
        Command::History(args) => {
            Ok(printed(console, &ledger::history(&args, console.out_colours())?, 0, NOTHING_WRITTEN))
        }
        Command::Open(args) => Ok(printed(console, &ledger::open(&args, console.out_colours())?, 0, NOTHING_WRITTEN)),
        Command::CloseMonth(args) => {
            let (text, status) = closing::close_month(&args, console)?;
            Ok(printed(console, &text, status, NOTHING_WRITTEN))
        }
        Command::Journal(args) => {
            Ok(printed(console, &closing::journal(&args, console.out_colours())?, 0, NOTHING_WRITTEN))
        }
        Command::Note(args) => {
            Ok(printed(console, &ledger::decide(&args, false, user(), Utc::now())?, 0, NOTHING_WRITTEN))
        }
        Command::Close(args) => {
            Ok(printed(console, &ledger::decide(&args, true, user(), Utc::now())?, 0, NOTHING_WRITTEN))
        }
        Command::Init(args) => Ok(printed(console, &init::init(&args, console)?, 0, NOTHING_WRITTEN)),
        Command::Shard(args) => shard::run(&args, console),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "avstem", &mut script);
            Ok(printed(console, &String::from_utf8_lossy(&script), 0, NOTHING_WRITTEN))
        }
        Command::Man { page } => Ok(printed(console, &manual(page.as_deref())?, 0, NOTHING_WRITTEN)),
    }
}

/// Who is logged in.
fn user() -> Option<String> {
    ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok())
}

fn run_watched(args: &RunArgs, console: Console) -> u8 {
    let config = plan::config(&args.inputs);
    let of_config = config.as_ref().ok();
    let console = console.with_log(args.show.log_format.or(of_config.and_then(Config::log_format)));
    let metrics = args.metrics.clone().or(of_config.and_then(Config::metrics));
    let mut watch = Watch::begin(console, metrics);
    let done = config.and_then(|config| {
        watch.ready()?;
        reconcile(args, &config, console)
    });
    watch.end(done)
}

fn check_watched(args: &CheckArgs, console: Console) -> u8 {
    let config = plan::config(&args.inputs);
    let of_config = config.as_ref().ok().and_then(Config::log_format);
    let console = console.with_log(args.show.log_format.or(of_config));
    let watch = Watch::begin(console, None);
    watch.end(config.and_then(|config| check(args, &config, console)))
}

fn reconcile(args: &RunArgs, config: &Config, console: Console) -> Result<Done, Fault> {
    let plan = plan::of_run(args, config, Utc::now())?;
    announce(&plan, console);
    if let Some(threads) = plan.threads {
        // For what is parallel beside the pipeline, the making of tables. Only the first run of a process can say it.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    if let Some(state) = &plan.state {
        return night::night(&plan, state, args, console);
    }
    let key = key(args)?;
    let refused = |error: folder::PublishError| Fault::new(error.to_string());
    // Before the work: a folder that cannot be replaced is refused now, and what a dead run left is mended.
    let staging = folder::Staging::begin(&plan.out).map_err(refused)?;
    let datasets = plan.parquet.then(|| staging.path());
    let mut report = watched(console, |on| pipeline::run_with_datasets(&plan, datasets, on))?;
    redacted(&mut report, key.as_ref());
    write_for_people(&plan, &report, staging.path())?;
    staging.commit(&report, &[]).map_err(refused)?;
    tell(&report.summary, console);
    tell_journals(&report, console);
    let done = shown(&plan, &report, args, console);
    // The program ends here: to give back the memory of a million findings one by one would cost a second.
    std::mem::forget(report);
    done
}

/// The key that ids are hidden with, where that is asked for.
fn key(args: &RunArgs) -> Result<Option<Key>, Fault> {
    let Some(path) = &args.redact else { return Ok(None) };
    if args.reports.contains(&ReportFormat::Parquet) {
        let fault = Fault::new("--redact cannot be given together with --reports parquet");
        return Err(fault.help("the Parquet files hold the rows as they were given"));
    }
    let unusable = |error: std::io::Error| Fault::of_file(&path.display().to_string(), error.to_string());
    Key::read(path).map(Some).map_err(unusable)
}

fn redacted(report: &mut Report, key: Option<&Key>) {
    if let Some(key) = key {
        redact::redact(report, key);
    }
}

/// Writes what people read into the folder of a report that is in the making.
fn write_for_people(plan: &Plan, report: &Report, folder: &Path) -> Result<(), Fault> {
    let currencies = Currencies::new(&plan.settings.extra_currencies);
    if plan.page {
        page::write_file(folder, report, &currencies, plan.lang)
            .map_err(|error| Fault::new(format!("{} cannot be written: {error}", page::PAGE_FILE)))?;
    }
    if plan.workbook {
        workbook::write_file(folder, report, &currencies)
            .map_err(|error| Fault::new(format!("{} cannot be written: {error}", workbook::WORKBOOK_FILE)))?;
    }
    Ok(())
}

/// Shows a report that is in its place.
fn shown(plan: &Plan, report: &Report, args: &RunArgs, console: Console) -> Result<Done, Fault> {
    let summary = &report.summary;
    let text = match args.show.format {
        // As it was written, the hashes of the other files included.
        Format::Json => written_summary(&plan.out)?,
        Format::Text => {
            let currencies = Currencies::new(&plan.settings.extra_currencies);
            show::run(summary, &currencies, &plan.out, console.out_colours())
        }
    };
    let status = printed(console, &text, summary.exit_status, INCOMPLETE);
    let figures = if plan.ages { Figures::of(report) } else { Figures::of_summary(summary) };
    Ok(Done { status, figures })
}

fn written_summary(out: &Path) -> Result<String, Fault> {
    let path = out.join(SUMMARY_FILE);
    std::fs::read_to_string(&path).map_err(|error| Fault::new(format!("{}: cannot be read: {error}", path.display())))
}

fn check(args: &CheckArgs, config: &Config, console: Console) -> Result<Done, Fault> {
    let plan = plan::of_check(args, config, Utc::now())?;
    announce(&plan, console);
    let summary = watched(console, |on| pipeline::check(&plan, on))?;
    for input in summary.inputs.iter().filter(|input| !input.ignored_columns.is_empty()) {
        console
            .warning_of(&input.path, format_args!("columns that no rule knows: {}", input.ignored_columns.join(", ")));
    }
    tell_notes(&summary, console);
    let text = match args.show.format {
        Format::Json => json(&summary)?,
        Format::Text => show::check(&summary, &Currencies::new(&plan.settings.extra_currencies), console.out_colours()),
    };
    let status = printed(console, &text, show::check_status(&summary), NOTHING_WRITTEN);
    Ok(Done { status, figures: Figures::of_summary(&summary) })
}

fn prove(args: &VerifyArgs, console: Console) -> Result<u8, Fault> {
    let mut status = 0;
    if let Some(state) = &args.state {
        let (entries, faults) = ledger::prove(state)?;
        let place = Place { file: state.display().to_string(), line: None, column: None };
        faults.iter().for_each(|fault| console.error_at(&place, fault));
        if faults.is_empty() {
            let entries = if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") };
            let text = format!("{}: proved; {entries} in its log, in an unbroken chain\n", state.display());
            status = printed(console, &text, 0, NOTHING_WRITTEN);
        } else {
            status = 1;
        }
    }
    match &args.folder {
        Some(folder) => Ok(status.max(prove_folder(folder, console)?)),
        None => Ok(status),
    }
}

fn prove_folder(folder: &Path, console: Console) -> Result<u8, Fault> {
    if !folder.is_dir() {
        return Err(Fault::new(format!("{}: no such folder", folder.display())));
    }
    match verify::verify(folder) {
        Ok(proof) => {
            let text = show::proof(folder, &proof, console.out_colours());
            Ok(printed(console, &text, 0, NOTHING_WRITTEN))
        }
        Err(faults) => {
            for fault in faults {
                let file = folder.join(fault.file).display().to_string();
                console.error_at(&Place { file, line: fault.line, column: None }, fault.problem);
            }
            Ok(1)
        }
    }
}

/// Lets the pipeline work under a progress bar, which is gone when it is done.
fn watched<T>(
    console: Console,
    work: impl FnOnce(&(dyn Fn(pipeline::plan::Event) + Sync)) -> Result<T, RunError>,
) -> Result<T, Fault> {
    let progress = Progress::new(console.progress());
    let worked = work(&|event| progress.on(event));
    progress.done();
    worked.map_err(Fault::from)
}

/// Before the work: what it is done with, where somebody wants to know.
fn announce(plan: &Plan, console: Console) {
    let settings = &plan.settings;
    console.note(format_args!(
        "as of {} in {}; pending for {} until captured, {} until settled; provider {} where none is named",
        plan.as_of,
        settings.zone.0.name(),
        settings.capture_window(),
        settings.settlement_window(),
        settings.default_provider
    ));
    for input in &plan.inputs {
        console.note(format_args!(
            "input {} ({})",
            input.shown,
            input.dataset.map_or("says itself", |dataset| dataset.name())
        ));
    }
}

/// After the work: why it is incomplete, and what was not checked.
fn tell(summary: &Summary, console: Console) {
    for reason in &summary.incomplete {
        console.warning(format_args!("incomplete: {reason}"));
    }
    for skipped in &summary.skipped_checks {
        let at = if skipped.provider.is_empty() { String::new() } else { format!(" at {}", skipped.provider) };
        console.note(format_args!("not checked: {}{at}: {}", skipped.check, skipped.reason));
    }
    for input in summary.inputs.iter().filter(|input| !input.ignored_columns.is_empty()) {
        let columns = input.ignored_columns.join(", ");
        console.note_of(&input.path, format_args!("columns that no rule knows: {columns}"));
    }
    tell_notes(summary, console);
}

/// What was written in another way into journals, because their forms lack the letters.
fn tell_journals(report: &Report, console: Console) {
    for file in &report.books.journal_files {
        for note in &file.notes {
            console.note_of(&file.name, note);
        }
    }
}

/// What was understood in files and gives no row: a warning where nothing else was read from the file, and of statements
/// of a bank, where it says what does not count or is not proved.
fn tell_notes(summary: &Summary, console: Console) {
    for input in &summary.inputs {
        for note in &input.notes {
            if input.tells_nothing {
                console.warning_of(&input.path, format_args!("no row was read: {note}"));
            } else if input.dataset == Dataset::Bank.name() {
                console.warning_of(&input.path, note);
            } else {
                console.note_of(&input.path, note);
            }
        }
    }
}

fn json(summary: &Summary) -> Result<String, Fault> {
    let text =
        serde_json::to_string_pretty(summary).map_err(|error| Fault::new(format!("the summary as JSON: {error}")))?;
    Ok(text + "\n")
}

/// Prints a result; the exit status is the one earned, or another where standard output cannot take it.
fn printed(console: Console, text: &str, status: u8, failed: u8) -> u8 {
    match console.result(text) {
        Ok(()) => status,
        Err(error) => {
            console.error(format_args!("standard output: {error}"));
            failed
        }
    }
}

fn refuse(console: Console, fault: &Fault) -> u8 {
    console.fault(fault);
    NOTHING_WRITTEN
}

/// What clap has to say: help and version are results, everything else is a diagnostic.
fn usage(error: &clap::Error, console: Console) -> u8 {
    let text = error.render();
    if !error.use_stderr() {
        let text = if console.out_colours() { text.ansi().to_string() } else { text.to_string() };
        return printed(console, &text, 0, NOTHING_WRITTEN);
    }
    let plain = text.to_string();
    let coloured = if console.err_colours() { text.ansi().to_string() } else { plain.clone() };
    console.usage(&plain, &coloured);
    NOTHING_WRITTEN
}

/// The manual page of the program or of one of its commands, in roff.
fn manual(page: Option<&str>) -> Result<String, Fault> {
    let mut program = Cli::command();
    program.build();
    let command = match page {
        None => program,
        Some(name) => program
            .find_subcommand(name)
            .cloned()
            .ok_or_else(|| Fault::new(format!("no such command: `{name}`")).help("avstem --help lists the commands"))?,
    };
    let mut roff = Vec::new();
    let rendered: io::Result<()> = clap_mangen::Man::new(command).render(&mut roff);
    rendered.map_err(|error| Fault::new(format!("the manual page: {error}")))?;
    Ok(String::from_utf8_lossy(&roff).into_owned())
}
