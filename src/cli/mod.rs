//! The command line: arguments as typed become a validated plan, the plan runs, the result is shown. The only room
//! that prints, and the only one that knows the environment and the clock.

mod args;
mod config;
mod console;
mod dialect;
mod environment;
mod expectations;
mod fault;
mod help;
mod init;
mod paths;
mod plan;
mod profiles;
mod progress;
mod show;
mod table;
mod values;

use std::ffi::OsString;
use std::io;
use std::path::Path;

use chrono::Utc;
use clap::{CommandFactory as _, Parser as _};

use crate::model::currency::Currencies;
use crate::pipeline::plan::Plan;
use crate::pipeline::{self, RunError};
use crate::report::json::SUMMARY_FILE;
use crate::report::view::Summary;
use crate::report::{folder, verify};
use crate::state::StateError;
use crate::state::store::Store;
use args::{CheckArgs, Cli, Command, Format, RunArgs, VerifyArgs};
use console::Console;
use fault::Fault;
use progress::Progress;

/// Usage, unreadable input, bad configuration: nothing was written (RULES.md 8).
const NOTHING_WRITTEN: u8 = 2;
/// Reports were written, but what was asked for is not complete.
const INCOMPLETE: u8 = 3;

/// Runs the program on its arguments, the first of which is its name, and gives its exit status.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let variable = |name: &str| std::env::var_os(name);
    let console = Console::new(&variable);
    let args = match environment::add(&Cli::command(), args.into_iter().collect(), &variable) {
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
        Command::Run(args) => reconcile(&args, console.with(&args.show)),
        Command::Check(args) => check(&args, console.with(&args.show)),
        Command::Verify(args) => prove(&args, console.with_quiet(args.quiet)),
        Command::Init(args) => Ok(printed(console, &init::init(&args, console)?, 0, NOTHING_WRITTEN)),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "avstem", &mut script);
            Ok(printed(console, &String::from_utf8_lossy(&script), 0, NOTHING_WRITTEN))
        }
        Command::Man { page } => Ok(printed(console, &manual(page.as_deref())?, 0, NOTHING_WRITTEN)),
    }
}

fn reconcile(args: &RunArgs, console: Console) -> Result<u8, Fault> {
    let plan = plan::of_run(args, Utc::now())?;
    announce(&plan, console);
    if let Some(state) = &plan.state {
        return night(&plan, state, args, console);
    }
    let refused = |error: folder::PublishError| Fault::new(error.to_string());
    // Before the work: a folder that cannot be replaced is refused now, and what a dead run left is mended.
    let staging = folder::Staging::begin(&plan.out).map_err(refused)?;
    let datasets = plan.parquet.then(|| staging.path());
    let report = watched(console, |on| pipeline::run_with_datasets(&plan, datasets, on))?;
    staging.commit(&report, &[]).map_err(refused)?;
    let summary = &report.summary;
    tell(summary, console);
    shown(&plan, summary, args, console)
}

/// Shows a report that is in its place.
fn shown(plan: &Plan, summary: &Summary, args: &RunArgs, console: Console) -> Result<u8, Fault> {
    let text = match args.show.format {
        // As it was written, the hashes of the other files included.
        Format::Json => written_summary(&plan.out)?,
        Format::Text => {
            let currencies = Currencies::new(&plan.settings.extra_currencies);
            show::run(summary, &currencies, &plan.out, console.out_colours())
        }
    };
    Ok(printed(console, &text, summary.exit_status, INCOMPLETE))
}

/// A night: the state is written first and the report put in its place at once after it. Should the program die between
/// the two, the same night again finds the state as it should be, and puts the report in its place.
fn night(plan: &Plan, state: &Path, args: &RunArgs, console: Console) -> Result<u8, Fault> {
    let refused = |error: folder::PublishError| Fault::new(error.to_string());
    let unusable = |error: StateError| Fault { help: Some(error.help().to_owned()), ..Fault::new(error.to_string()) };
    let started = Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut store = Store::open(state, &started).map_err(unusable)?;
    if args.replay && store.set_aside_if_later(&plan.as_of.to_string()).map_err(unusable)? {
        console.warning(format_args!("{}: the state was set aside, and a new one is begun", state.display()));
    }
    let staging = folder::Staging::begin(&plan.out).map_err(refused)?;
    let worked = watched(console, |on| pipeline::night::run(plan, &mut store, on))?;
    let ready = staging.write(&worked.report, &[]).map_err(refused)?;
    store.write(&worked.change).map_err(unusable)?;
    ready.put_in_place().map_err(refused)?;
    let summary = &worked.report.summary;
    tell(summary, console);
    shown(plan, summary, args, console)
}

fn written_summary(out: &Path) -> Result<String, Fault> {
    let path = out.join(SUMMARY_FILE);
    std::fs::read_to_string(&path).map_err(|error| Fault::new(format!("{}: cannot be read: {error}", path.display())))
}

fn check(args: &CheckArgs, console: Console) -> Result<u8, Fault> {
    let plan = plan::of_check(args, Utc::now())?;
    announce(&plan, console);
    let summary = watched(console, |on| pipeline::check(&plan, on))?;
    for input in summary.inputs.iter().filter(|input| !input.ignored_columns.is_empty()) {
        console.warning(format_args!(
            "{}: columns that no rule knows: {}",
            input.path,
            input.ignored_columns.join(", ")
        ));
    }
    tell_notes(&summary, console);
    let text = match args.show.format {
        Format::Json => json(&summary)?,
        Format::Text => show::check(&summary, &Currencies::new(&plan.settings.extra_currencies), console.out_colours()),
    };
    Ok(printed(console, &text, show::check_status(&summary), NOTHING_WRITTEN))
}

fn prove(args: &VerifyArgs, console: Console) -> Result<u8, Fault> {
    if !args.folder.is_dir() {
        return Err(Fault::new(format!("{}: no such folder", args.folder.display())));
    }
    match verify::verify(&args.folder) {
        Ok(proof) => {
            let text = show::proof(&args.folder, &proof, console.out_colours());
            Ok(printed(console, &text, 0, NOTHING_WRITTEN))
        }
        Err(faults) => {
            for fault in faults {
                let line = fault.line.map(|line| format!(":{line}")).unwrap_or_default();
                console.error(format_args!("{}{line}: {}", args.folder.join(fault.file).display(), fault.problem));
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
    worked.map_err(|error| Fault { help: error.help().map(str::to_owned), ..Fault::new(error.to_string()) })
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
        console.note(format_args!("{}: columns that no rule knows: {}", input.path, input.ignored_columns.join(", ")));
    }
    tell_notes(summary, console);
}

/// What was understood in files and gives no row: a warning where nothing else was read from the file.
fn tell_notes(summary: &Summary, console: Console) {
    for input in &summary.inputs {
        for note in &input.notes {
            if input.tells_nothing {
                console.warning(format_args!("{}: no row was read: {note}", input.path));
            } else {
                console.note(format_args!("{}: {note}", input.path));
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
    console.error(fault);
    NOTHING_WRITTEN
}

/// What clap has to say: help and version are results, everything else is a diagnostic.
fn usage(error: &clap::Error, console: Console) -> u8 {
    let text = error.render();
    if !error.use_stderr() {
        let text = if console.out_colours() { text.ansi().to_string() } else { text.to_string() };
        return printed(console, &text, 0, NOTHING_WRITTEN);
    }
    let name = if text.to_string().starts_with("error:") { "avstem: " } else { "" };
    let text = if console.err_colours() { text.ansi().to_string() } else { text.to_string() };
    console.plain(&format!("{name}{text}"));
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
