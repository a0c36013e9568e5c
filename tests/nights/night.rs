//! Nights as they are given, and how they are followed: night after night with a state, and in one run without.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::books::{Books, Ran};
use crate::compare::{self, Seen};

/// One input file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it stands, relative to the configuration.
    pub path: String,
    /// What its rows are; empty where the format says it.
    pub dataset: &'static str,
    /// The provider that the configuration gives to the source.
    pub provider: Option<String>,
    /// The content.
    pub bytes: Vec<u8>,
}

/// One night.
#[derive(Clone, Debug)]
pub struct Night {
    /// The day that ages are counted to; never before that of the night before.
    pub as_of: NaiveDate,
    /// What comes in.
    pub files: Vec<File>,
    /// All files of the nights before are given as well, as where a folder grows.
    pub growing: bool,
    /// The night is run a second time, which must change nothing.
    pub again: bool,
    /// From this night on the configuration is another one.
    pub settings: Option<String>,
}

/// Nights and the configuration that they have in common.
#[derive(Clone, Debug)]
pub struct Story {
    /// The configuration of the first night without its sources, as TOML.
    pub settings: String,
    /// The nights in their order.
    pub nights: Vec<Night>,
}

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct Checks {
    every_night: bool,
    replay: bool,
}

impl Checks {
    /// One run over everything after every night.
    pub const EVERY_NIGHT: Self = Self { every_night: true, replay: false };
    /// One run over everything after the last night, and the nights once more from nothing.
    pub const LAST_NIGHT_AND_REPLAY: Self = Self { every_night: false, replay: true };
}

/// Follows a story; gives the codes found on the way.
///
/// # Errors
/// The night and what is wrong on it.
pub fn followed(story: &Story, checks: Checks) -> Result<BTreeSet<String>, String> {
    if !checks.replay {
        return nights_of(story, checks.every_night).map(|(_, codes)| codes);
    }
    // The replay knows nothing of the first way, and runs beside it.
    let (first, replay) = std::thread::scope(|scope| {
        let replay = scope.spawn(|| replayed(story));
        (nights_of(story, checks.every_night), replay.join().unwrap())
    });
    let (first, codes) = first?;
    let replay = replay.map_err(|wrong| format!("replay: {wrong}"))?;
    compare::same_folder(&first.out(), &replay.out()).map_err(|wrong| format!("replay: {wrong}"))?;
    compare::same_lines("state", &first.dump(), &replay.dump()).map_err(|wrong| format!("replay: {wrong}"))?;
    Ok(codes)
}

/// Night after night, as the story tells them; gives the books and the codes found on the way.
fn nights_of(story: &Story, every_night: bool) -> Result<(Books, BTreeSet<String>), String> {
    let mut books = Books::new(&story.settings, "first");
    let mut seen = Seen::default();
    let mut codes = BTreeSet::new();
    let last = story.nights.len() - 1;
    for (at, night) in story.nights.iter().enumerate() {
        let whole = (every_night || at == last).then_some(&mut codes);
        one_night(&mut books, night, whole, &mut seen)
            .map_err(|wrong| format!("night {} as of {}: {wrong}", at + 1, night.as_of))?;
    }
    Ok((books, codes))
}

/// Runs a night with the state, again where it says so, and compares it with one run where `codes` is given.
fn one_night(
    books: &mut Books,
    night: &Night,
    codes: Option<&mut BTreeSet<String>>,
    seen: &mut Seen,
) -> Result<(), String> {
    let before = books.marks();
    let earlier = books.take(night);
    let ran = books.night(night, &[]);
    if ran.status == 2 {
        return refused(books, night, &ran, &before, earlier);
    }
    check_ran(&ran)?;
    if night.files.is_empty() && night.settings.is_none() && seen.last() == Some(night.as_of) {
        // Nothing came, on the same day: this is the night before once more.
        same_marks(&before, &books.marks()).map_err(|wrong| format!("with nothing new, {wrong}"))?;
    } else {
        seen.night(&books.out(), night.as_of)?;
    }
    if night.again {
        let marks = books.marks();
        let again = books.night(night, &[]);
        if (again.status, &again.stderr) != (ran.status, &ran.stderr) && !again.stderr.contains("known") {
            return Err(format!("run again, it says {again:?} and not {ran:?}"));
        }
        same_marks(&marks, &books.marks()).map_err(|wrong| format!("run again, {wrong}"))?;
    }
    let Some(codes) = codes else { return Ok(()) };
    let whole = books.whole(night.as_of);
    check_ran(&whole)?;
    if whole.status != ran.status {
        return Err(format!("status {} with the state, {} in one run", ran.status, whole.status));
    }
    compare::as_one_run(&books.out(), &books.whole_out())?;
    codes.extend(compare::codes(&books.out()));
    Ok(())
}

/// A night that stops: one run over the same files must stop as well, and nothing may have changed. Its files are then
/// taken away again, as a person would.
fn refused(
    books: &mut Books,
    night: &Night,
    ran: &Ran,
    before: &[(String, Vec<u8>)],
    earlier: usize,
) -> Result<(), String> {
    let nothing = books.known() == 0;
    let whole = books.whole(night.as_of);
    if whole.status != 2 && !nothing {
        return Err(format!("the night stops, one run does not: {}", ran.stderr));
    }
    books.forget(earlier);
    let mut after = books.marks();
    if before.is_empty() {
        // The first night of all leaves a state in which there is nothing yet.
        after.retain(|(name, _)| !name.starts_with("state.db"));
    }
    same_marks(before, &after).map_err(|wrong| format!("the night stopped, but {wrong}"))
}

/// The status is one of a report that was written, and nothing panicked.
fn check_ran(ran: &Ran) -> Result<(), String> {
    if [0, 1, 3].contains(&ran.status) && !ran.stderr.contains("panicked") {
        return Ok(());
    }
    Err(format!("{ran:?}"))
}

/// The files of report and state are as before, byte for byte.
fn same_marks(before: &[(String, Vec<u8>)], after: &[(String, Vec<u8>)]) -> Result<(), String> {
    let names = |marks: &[(String, Vec<u8>)]| marks.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    if names(before) != names(after) {
        return Err(format!("files changed from {:?} to {:?}", names(before), names(after)));
    }
    match before.iter().zip(after).find(|(before, after)| before != after) {
        Some(((name, before), (_, after))) => {
            Err(format!("{name} changed: {}", compare::first_difference(before, after)))
        }
        None => Ok(()),
    }
}

/// The same nights from nothing, none of them twice and none with older files: state and report must be the same.
fn replayed(story: &Story) -> Result<Books, String> {
    let mut books = Books::new(&story.settings, "replay");
    for (at, night) in story.nights.iter().enumerate() {
        let earlier = books.take(night);
        let ran = books.night(&Night { growing: false, ..night.clone() }, &["--replay"]);
        if ran.status == 2 {
            books.forget(earlier);
        } else {
            check_ran(&ran).map_err(|wrong| format!("night {}: {wrong}", at + 1))?;
        }
    }
    Ok(books)
}
