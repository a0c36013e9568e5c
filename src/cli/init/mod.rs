//! `avstem init`: looks at files and writes a configuration with everything that was guessed marked, for a person to
//! confirm. The text goes to standard output or, as a whole, to a new file.

mod paths;
mod text;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::args::InitArgs;
use super::config::Config;
use super::console::Console;
use super::fault::Fault;
use crate::ingest::guess::Mark;
use crate::ingest::guess::group::{Given, propose};
use crate::ingest::guess::look::{Look, Plain, look};
use crate::ingest::source::{FileError, open_all};
use crate::model::currency::Currencies;
use paths::{Listed, listed};
use text::Unread;

/// What is written, and how much of it is to be looked at.
#[derive(Debug)]
pub struct Written {
    /// The configuration.
    pub text: String,
    /// One line about it.
    pub summary: String,
    /// Whether anything is left to answer.
    pub is_open: bool,
    /// Files that could not be read, with the reason.
    pub warnings: Vec<String>,
}

/// Looks at the files and writes the configuration.
///
/// # Errors
/// No file can be read, or there is a file already where it is to be written.
pub fn init(args: &InitArgs, console: Console) -> Result<String, Fault> {
    if let Some(out) = args.out.as_deref().filter(|out| out.exists() && !args.force) {
        return Err(Fault::new(format!("{}: there is a file already", out.display()))
            .help("give another name with --out, or --force to replace it"));
    }
    let files = listed(&args.files)?;
    let written = configuration(&files, args.out.as_deref())?;
    for warning in &written.warnings {
        console.warning(warning);
    }
    match &args.out {
        None => {
            if written.is_open {
                console.warning(&written.summary);
            }
            Ok(written.text)
        }
        Some(out) => {
            write(out, &written.text, args.force).map_err(|error| Fault::new(format!("{}: {error}", out.display())))?;
            Ok(format!("{}: {}\n", out.display(), written.summary))
        }
    }
}

/// All or nothing: a file that is there is replaced by a whole one.
fn write(out: &Path, text: &str, force: bool) -> std::io::Result<()> {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".avstem-init").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    readable(file.as_file())?;
    file.as_file().sync_all()?;
    let kept = if force { file.persist(out).map(drop) } else { file.persist_noclobber(out).map(drop) };
    kept.map_err(|error| error.error)
}

/// A configuration is read by others too; a temporary file is its owner's alone.
#[cfg(unix)]
fn readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

/// The configuration for files; `out` is where it will stand, to which its paths are relative.
fn configuration(files: &[Listed], out: Option<&Path>) -> Result<Written, Fault> {
    let mut given = Vec::new();
    let mut unread = Vec::new();
    for (number, file) in files.iter().enumerate() {
        match looked(file) {
            Ok(look) => given.push(Given { number, path: file.shown.clone(), look }),
            Err(error) => unread.push(Unread { problem: error.to_string(), help: error.help }),
        }
    }
    let warnings: Vec<String> =
        unread.iter().map(|unread| format!("{}\n  help: {}", unread.problem, unread.help)).collect();
    if given.is_empty() {
        let [rest @ .., last] = unread.as_slice() else { return Err(Fault::new("no files")) };
        let all: String = rest.iter().map(|unread| format!("{}\n  help: {}\n", unread.problem, unread.help)).collect();
        return Err(Fault::new(format!("{all}{}", last.problem)).help(last.help.clone()));
    }
    let proposals = propose(given, &Currencies::default());
    let folder = out.and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
    let text = text::text(&proposals, files, &folder, &unread);
    let marks =
        |mark| proposals.iter().flat_map(|proposal| &proposal.remarks).filter(|remark| remark.mark == mark).count();
    let (guesses, todos) = (marks(Mark::Guess), marks(Mark::Todo));
    let off = proposals.iter().filter(|proposal| proposal.is_blocked()).count();
    let off = if off == 0 {
        String::new()
    } else {
        format!("; {} switched off until they are answered", plural(off, "source is", "sources are"))
    };
    let summary = format!(
        "{}, {} to confirm, {} to answer{off}",
        plural(proposals.len(), "source", "sources"),
        plural(guesses, "guess", "guesses"),
        plural(todos, "TODO", "TODO")
    );
    // What was written is read as any configuration is: a program's own file must not be refused by it.
    Config::checked("configuration", &text)?;
    Ok(Written { text, summary, is_open: todos > 0, warnings })
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Looks at a file. The files of an archive are read by one source: alike, or each of a format that says itself what
/// it is.
fn looked(file: &Listed) -> Result<Look, FileError> {
    let path: Option<PathBuf> = file.path.clone();
    let mut looks = Vec::new();
    for (shown, opened) in open_all(&file.shown, path.as_deref())? {
        let look = look(&shown, &opened)?;
        looks.push((shown, look));
    }
    if let Some(one) = says_itself(&looks) {
        return Ok(one);
    }
    let kinds = kinds(&file.shown, &looks);
    let mut looks = looks.into_iter().map(|(_, look)| look);
    let Some(mut first) = looks.next() else {
        return Err(FileError::new(&file.shown, "the archive holds no file", "give the files that it should hold"));
    };
    for other in looks {
        match (&mut first, other) {
            (Look::Plain(one), Look::Plain(other)) if *one == other => {}
            (Look::Table(one), Look::Table(other))
                if one.grid.header == other.grid.header && one.grid.delimiter == other.grid.delimiter =>
            {
                one.grid.rows.extend(other.grid.rows);
                one.grid.odd_rows += other.grid.odd_rows;
            }
            _ => {
                let problem =
                    format!("the archive holds files of several kinds, which one source cannot describe: {kinds}");
                let help = format!(
                    "unpack it into a folder (unzip {} -d FOLDER), then avstem init FOLDER: it proposes a source for each \
                     kind",
                    file.shown
                );
                return Err(FileError::new(&file.shown, problem, help));
            }
        }
    }
    Ok(first)
}

/// Files of several formats, each of which says itself what it holds: one source without a dataset or profile reads
/// them all.
fn says_itself(looks: &[(String, Look)]) -> Option<Look> {
    let plain = |(_, look): &(String, Look)| match look {
        Look::Plain(plain) if plain.dataset.is_none() && !plain.needs_dataset => Some(plain.clone()),
        _ => None,
    };
    let all: Vec<Plain> = looks.iter().map(plain).collect::<Option<_>>()?;
    let [first, rest @ ..] = all.as_slice() else { return None };
    if rest.iter().all(|other| other == first) {
        return None;
    }
    let provider = first.provider.filter(|_| rest.iter().all(|other| other.provider == first.provider));
    Some(Look::Plain(Plain { what: "archive of formats that say themselves what they are", provider, ..first.clone() }))
}

/// The files of an archive and what each seems to be, for people.
fn kinds(archive: &str, looks: &[(String, Look)]) -> String {
    const LISTED_MAX: usize = 10;
    let inside = |name: &str| name.strip_prefix(archive).unwrap_or(name).trim_start_matches('/').to_owned();
    let kind = |(name, look): &(String, Look)| {
        let what = match look {
            Look::Plain(plain) => plain.what.to_owned(),
            Look::Table(table) => {
                let headers: Vec<&str> = table.grid.header.iter().take(3).map(String::as_str).collect();
                format!("a table of {}, ...", headers.join(", "))
            }
        };
        format!("{} ({what})", inside(name))
    };
    let mut listed: Vec<String> = looks.iter().take(LISTED_MAX).map(kind).collect();
    if looks.len() > LISTED_MAX {
        listed.push(format!("and {} more", looks.len().saturating_sub(LISTED_MAX)));
    }
    listed.join("; ")
}

#[cfg(test)]
mod tests;
