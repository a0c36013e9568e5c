//! A night: one run with a state, from the lock to the report in its place.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::Utc;

use super::args::RunArgs;
use super::console::Console;
use super::fault::Fault;
use super::watch::Done;
use super::{key, ledger, redacted, shown, tell, watched, write_for_people};
use crate::pipeline;
use crate::pipeline::night::archive::archive_path;
use crate::pipeline::plan::Plan;
use crate::report::folder;
use crate::report::journal::JournalFile;
use crate::state::store::Store;

/// Works a night. The state is written first and the report put in its place at once after it: should the program die between
/// the two, the same night again finds the state as it should be, and puts the report in its place.
pub(super) fn night(plan: &Plan, state: &Path, args: &RunArgs, console: Console) -> Result<Done, Fault> {
    let started = Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    ledger::ready(state, &plan.out)?;
    let mut store = Store::open(state, &started)?;
    let aside = if args.replay { store.set_aside_if_later(&plan.as_of.to_string())? } else { None };
    let done = work(plan, &mut store, args, console);
    match (&done, aside) {
        (Err(_), Some(aside)) => store.put_back(&aside)?,
        (Ok(_), Some(aside)) => {
            move_archive(state, &aside)?;
            console.warning_of(&state.display().to_string(), "the state was set aside, and a new one is begun");
        }
        (_, None) => {}
    }
    done
}

fn work(plan: &Plan, store: &mut Store, args: &RunArgs, console: Console) -> Result<Done, Fault> {
    let key = key(args)?;
    let refused = |error: folder::PublishError| Fault::new(error.to_string());
    let staging = folder::Staging::begin(&plan.out).map_err(refused)?;
    let mut worked = watched(console, |on| pipeline::night::run(plan, store, on))?;
    redacted(&mut worked.report, key.as_ref());
    for file in &worked.passed_over {
        console.note_of(file, "was read on an earlier night, and is passed over");
    }
    write_for_people(plan, &worked.report, staging.path())?;
    let ready = staging.write(&worked.report, &[]).map_err(refused)?;
    if let Some((new, named)) = &worked.archive {
        keep_archive(new, named)
            .map_err(|error| Fault::of_file(&named.display().to_string(), format!("cannot be written: {error}")))?;
        console.note_of(&named.display().to_string(), "holds what has left the state");
    }
    store.write(&worked.change)?;
    ready.put_in_place().map_err(|error| {
        let problem = format!("the night is in the state, but its report is not in place: {error}");
        Fault::new(problem).help("run the same night again: it puts the report in its place")
    })?;
    if let Some(folder) = plan.journal_folder.as_ref().filter(|_| !worked.handout.is_empty()) {
        hand_out(folder, &worked.handout, console)?;
        store.handed_out()?;
    }
    tell(&worked.report.summary, console);
    shown(plan, &worked.report, args, console)
}

/// Puts journals into the folder from which they are imported. A file that is there is never touched: one of the same name
/// holds the same vouchers.
fn hand_out(folder: &Path, files: &[JournalFile], console: Console) -> Result<(), Fault> {
    let failed = |path: &Path, error: &io::Error| {
        Fault::of_file(&path.display().to_string(), format!("cannot be written: {error}"))
            .help("the night is in the state and its report in place; the next run hands out what is due")
    };
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    for file in files {
        let path = folder.join(&file.name);
        if path.exists() {
            continue;
        }
        let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut new| {
            new.write_all(&file.bytes)?;
            new.as_file().sync_all()?;
            new.persist_noclobber(&path).map(drop).map_err(|error| error.error)
        });
        written.map_err(|error| failed(&path, &error))?;
        console.note_of(&path.display().to_string(), "is to be imported");
    }
    #[cfg(unix)]
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(folder, &error))?;
    Ok(())
}

/// What has left a state that was set aside belongs to it: the new one writes folders of the same names.
fn move_archive(state: &Path, aside: &Path) -> Result<(), Fault> {
    let [archive, kept]: [PathBuf; 2] = [state, aside].map(archive_path);
    if !archive.exists() {
        return Ok(());
    }
    std::fs::rename(&archive, kept)
        .map_err(|error| Fault::of_file(&archive.display().to_string(), format!("cannot be set aside: {error}")))
}

/// Gives a folder of the archive its name. One of the same name is from a run that died before the state was written, and
/// holds the same.
fn keep_archive(new: &Path, named: &Path) -> io::Result<()> {
    if named.exists() {
        std::fs::remove_dir_all(named)?;
    }
    std::fs::rename(new, named)?;
    #[cfg(unix)]
    if let Some(parent) = named.parent() {
        std::fs::File::open(parent)?.sync_all()?;
    }
    Ok(())
}
