//! Which files were given, and how the configuration names them: relative to its own folder, and those whose names
//! differ in digits alone by one glob.

use std::path::{Component, Path, PathBuf};

use glob::Pattern;

use super::super::fault::Fault;
use super::super::paths::expand;

/// A file that was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// As typed, with what a folder or glob adds.
    pub shown: String,
    /// The path to open; `None` for standard input.
    pub path: Option<PathBuf>,
}

/// Files that a configuration is proposed for, at most: a person reads it.
const FILES_MAX: usize = 10_000;

/// The files that paths mean, sorted, each once.
///
/// # Errors
/// A path means no file, or there are too many.
pub fn listed(typed: &[PathBuf]) -> Result<Vec<Listed>, Fault> {
    let mut files = Vec::new();
    for path in typed {
        if path.as_os_str() == "-" {
            files.push(Listed { shown: "-".to_owned(), path: None });
            continue;
        }
        let found = expand(path, Path::new("")).map_err(|what| Fault::new(format!("{}: {what}", path.display())))?;
        files.extend(found.into_iter().map(|found| Listed { shown: found.shown, path: Some(found.path) }));
    }
    files.sort();
    files.dedup();
    if files.len() > FILES_MAX {
        return Err(Fault::new(format!("{} files, but init looks at {FILES_MAX} at most", files.len()))
            .help("give a few files of each kind; a glob in the configuration takes the others"));
    }
    Ok(files)
}

/// The paths of a source that means some of the files, as the configuration in a folder writes them.
#[must_use]
pub fn source_paths(files: &[usize], all: &[Listed], folder: &Path) -> Vec<String> {
    let mut alike: Vec<(Vec<Run>, Vec<usize>)> = Vec::new();
    for number in files {
        let Some(file) = all.get(*number) else { continue };
        let runs = runs(&file.shown);
        let is_like = |other: &Vec<Run>| file.path.is_some() && shape(other) == shape(&runs);
        match alike.iter_mut().find(|(other, _)| is_like(other)) {
            Some((_, numbers)) => numbers.push(*number),
            None => alike.push((runs, vec![*number])),
        }
    }
    let mut paths = Vec::new();
    for (_, numbers) in alike {
        let shown: Vec<&str> =
            numbers.iter().filter_map(|number| all.get(*number)).map(|file| file.shown.as_str()).collect();
        match glob(&shown, all) {
            Some(glob) => paths.push(relative(&glob, folder)),
            None => paths.extend(shown.into_iter().map(|path| relative(path, folder))),
        }
    }
    paths
}

/// Digits, or what stands between them.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Run {
    Digits(String),
    Other(String),
}

fn runs(path: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for letter in path.chars() {
        match (runs.last_mut(), letter.is_ascii_digit()) {
            (Some(Run::Digits(digits)), true) => digits.push(letter),
            (Some(Run::Other(other)), false) => other.push(letter),
            (_, true) => runs.push(Run::Digits(letter.to_string())),
            (_, false) => runs.push(Run::Other(letter.to_string())),
        }
    }
    runs
}

/// A path without what its digits are.
fn shape(runs: &[Run]) -> Vec<Option<&str>> {
    let part = |run| match run {
        &Run::Digits(_) => None,
        Run::Other(other) => Some(other.as_str()),
    };
    runs.iter().map(part).collect()
}

/// A glob that means these paths, which differ in digits alone, and no file that is something else.
fn glob(shown: &[&str], all: &[Listed]) -> Option<String> {
    let [first, _, ..] = shown else { return None };
    let each: Vec<Vec<Run>> = shown.iter().map(|path| runs(path)).collect();
    let wild = |digits: &str, narrow: bool| if narrow { "[0-9]".repeat(digits.len()) } else { "*".to_owned() };
    let pattern = |narrow: bool| -> Option<String> {
        let mut pattern = String::new();
        for (place, run) in runs(first).iter().enumerate() {
            let same = each.iter().all(|other| other.get(place) == Some(run));
            match run {
                Run::Digits(digits) if !same => {
                    let len = |other: &Vec<Run>| matches!(other.get(place), Some(Run::Digits(other)) if other.len() == digits.len());
                    if narrow && !each.iter().all(len) {
                        return None;
                    }
                    pattern.push_str(&wild(digits, narrow));
                }
                Run::Digits(text) | Run::Other(text) => pattern.push_str(&Pattern::escape(text)),
            }
        }
        Some(pattern)
    };
    let means_these = |pattern: &String| {
        expand(Path::new(pattern), Path::new("")).is_ok_and(|found| {
            let is_like = |path: &str| shape(&runs(path)) == shape(each.first().map_or(&[][..], Vec::as_slice));
            let is_other = |path: &str| !shown.contains(&path) && all.iter().any(|file| file.shown == path);
            shown.iter().all(|path| found.iter().any(|found| found.shown == *path))
                && found.iter().all(|found| is_like(&found.shown) && !is_other(&found.shown))
        })
    };
    [false, true].into_iter().filter_map(pattern).find(|pattern| means_these(pattern))
}

/// A path that is relative to the working directory, as one that is relative to a folder.
fn relative(path: &str, folder: &Path) -> String {
    if path == "-" || Path::new(path).is_absolute() || folder.as_os_str().is_empty() {
        return path.to_owned();
    }
    let (Ok(working), Ok(folder)) = (Path::new(".").canonicalize(), folder.canonicalize()) else {
        return path.to_owned();
    };
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (folder.components().collect(), working.components().collect());
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    if common == from.len() && common == to.len() {
        return path.to_owned();
    }
    let mut parts = vec!["..".to_owned(); from.len() - common];
    parts.extend(to.iter().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned()));
    parts.push(path.to_owned());
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_that_differ_become_a_glob() {
        let root = tempfile::tempdir().unwrap();
        let names =
            ["c-2026-01.csv", "c-2026-02.csv", "c-2026-x.csv", "d1.csv", "d10.csv", "d1-1.csv", "[x]1.csv", "[x]2.csv"];
        for name in names {
            std::fs::write(root.path().join(name), "").unwrap();
        }
        let root = root.path().to_string_lossy().into_owned();
        let all: Vec<Listed> = names
            .iter()
            .map(|name| Listed { shown: format!("{root}/{name}"), path: Some(PathBuf::from(format!("{root}/{name}"))) })
            .collect();
        let table: [(&[usize], &[&str]); 6] = [
            (&[0], &["c-2026-01.csv"]),
            // `c-2026-*.csv` would mean the third too.
            (&[0, 1], &["c-2026-[0-9][0-9].csv"]),
            (&[0, 1, 2], &["c-2026-[0-9][0-9].csv", "c-2026-x.csv"]),
            // `d*.csv` would mean `d1-1.csv`, and the numbers have other lengths.
            (&[3, 4], &["d1.csv", "d10.csv"]),
            (&[6, 7], &["[[]x[]]*.csv"]),
            (&[], &[]),
        ];
        // The folder itself may have digits, or letters that a glob escapes.
        for (files, expected) in table {
            let found: Vec<String> = source_paths(files, &all, Path::new(""))
                .into_iter()
                .map(|path| path.replace(&format!("{root}/"), ""))
                .collect();
            assert_eq!(found, expected, "{files:?}");
        }
    }

    #[test]
    fn paths_are_relative_to_the_configuration() {
        assert_eq!(relative("a/b.csv", Path::new("")), "a/b.csv");
        assert_eq!(relative("a/b.csv", Path::new(".")), "a/b.csv");
        assert_eq!(relative("a/b.csv", Path::new("src")), "../a/b.csv");
        assert_eq!(relative("b.csv", Path::new("src/cli")), "../../b.csv");
        assert_eq!(relative("/a/b.csv", Path::new("src")), "/a/b.csv");
        assert_eq!(relative("-", Path::new("src")), "-");
    }
}
