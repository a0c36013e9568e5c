//! From a path as typed or configured to the files that it means: a file, a folder, a glob.

use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};
use walkdir::WalkDir;

/// A file that a path means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// As typed, with what a folder or glob adds; `/` between the parts on every system.
    pub shown: String,
    /// The path to open.
    pub path: PathBuf,
}

/// Shell rules: `*` stops at `/` and does not take hidden names.
const GLOB: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// The files of a path that is relative to a folder (empty for the working directory), sorted, each once.
///
/// # Errors
/// There is none, or one cannot be looked at. The text names no path.
pub fn expand(typed: &Path, folder: &Path) -> Result<Vec<Found>, String> {
    let (found, none) = look(typed, folder)?;
    if found.is_empty() { Err(none.to_owned()) } else { Ok(found) }
}

/// The same of a night, on which a folder or a glob may hold nothing.
///
/// # Errors
/// As [`expand`]; that there is none only where one file is named.
pub fn expand_tonight(typed: &Path, folder: &Path) -> Result<Vec<Found>, String> {
    Ok(look(typed, folder)?.0)
}

/// The files, and what to say where there is none.
fn look(typed: &Path, folder: &Path) -> Result<(Vec<Found>, &'static str), String> {
    if typed.as_os_str().is_empty() {
        return Err("the path is empty".to_owned());
    }
    let full = folder.join(typed);
    let (mut found, none) = match std::fs::metadata(&full) {
        Ok(data) if data.is_dir() => (files_below(typed, &full)?, "no file in this folder (hidden ones are left out)"),
        Ok(_) => (vec![found(typed, full)], ""),
        Err(_) if is_glob(typed) => (matches(typed, folder)?, "no file matches this glob"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err("no such file or folder".to_owned()),
        Err(error) => return Err(error.to_string()),
    };
    found.sort();
    found.dedup();
    Ok((found, none))
}

fn found(typed: &Path, path: PathBuf) -> Found {
    let shown = typed.to_string_lossy();
    let shown = if std::path::MAIN_SEPARATOR == '/' { shown.into_owned() } else { shown.replace('\\', "/") };
    Found { shown, path }
}

fn is_glob(typed: &Path) -> bool {
    typed.to_str().is_some_and(|text| text.contains(['*', '?', '[']))
}

fn files_below(typed: &Path, full: &Path) -> Result<Vec<Found>, String> {
    let hidden =
        |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".");
    let mut files = Vec::new();
    for entry in WalkDir::new(full).follow_links(true).into_iter().filter_entry(|entry| !hidden(entry)) {
        let entry = entry.map_err(|error| error.to_string())?;
        if !entry.file_type().is_dir() {
            let below = entry.path().strip_prefix(full).unwrap_or(entry.path());
            // Where the reader of a report stands need not be said.
            let shown = if typed == Path::new(".") { below.to_owned() } else { typed.join(below) };
            files.push(found(&shown, entry.path().to_owned()));
        }
    }
    Ok(files)
}

fn matches(typed: &Path, folder: &Path) -> Result<Vec<Found>, String> {
    // The glob library drops `./`; dropped here too, the folder is a prefix of what it finds.
    let folder = plain(folder);
    let (Some(prefix), Some(typed)) = (folder.to_str(), plain(typed).to_str().map(str::to_owned)) else {
        return Err("a glob and its folder must be UTF-8".to_owned());
    };
    let pattern = Path::new(&Pattern::escape(prefix)).join(typed);
    let paths =
        glob::glob_with(&pattern.to_string_lossy(), GLOB).map_err(|error| format!("bad glob: {}", error.msg))?;
    let mut files = Vec::new();
    for path in paths {
        let path = path.map_err(|error| format!("{}: {}", error.path().display(), error.error()))?;
        let below = path.strip_prefix(&folder).unwrap_or(&path).to_owned();
        if path.is_dir() {
            files.extend(files_below(&below, &path)?);
        } else {
            files.push(found(&below, path));
        }
    }
    Ok(files)
}

fn plain(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> std::io::Result<tempfile::TempDir> {
        let root = tempfile::tempdir()?;
        for file in
            ["a/2.csv", "a/10.csv", "a/.hidden.csv", "a/.git/x.csv", "a/b/3.csv", "a/b/note.txt", "[x].csv", "x.csv"]
        {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap_or(root.path()))?;
            std::fs::write(path, file)?;
        }
        std::fs::create_dir(root.path().join("empty"))?;
        Ok(root)
    }

    fn shown(typed: &str, folder: &Path) -> Result<Vec<String>, String> {
        let found = expand(Path::new(typed), folder)?;
        for Found { path, .. } in &found {
            assert!(path.is_file(), "{} can be opened", path.display());
        }
        Ok(found.into_iter().map(|found| found.shown).collect())
    }

    #[test]
    fn files_folders_and_globs() -> std::io::Result<()> {
        let root = tree()?;
        let cases: [(&str, Result<&[&str], &str>); 19] = [
            ("x.csv", Ok(&["x.csv"])),
            ("./x.csv", Ok(&["./x.csv"])),
            ("a/../x.csv", Ok(&["a/../x.csv"])),
            // A name that exists is taken as it is, whatever it looks like.
            ("[x].csv", Ok(&["[x].csv"])),
            ("a/.hidden.csv", Ok(&["a/.hidden.csv"])),
            ("a", Ok(&["a/10.csv", "a/2.csv", "a/b/3.csv", "a/b/note.txt"])),
            ("a/b/", Ok(&["a/b/3.csv", "a/b/note.txt"])),
            ("a/*.csv", Ok(&["a/10.csv", "a/2.csv"])),
            ("./a/?.csv", Ok(&["a/2.csv"])),
            ("a/**/*.csv", Ok(&["a/10.csv", "a/2.csv", "a/b/3.csv"])),
            ("a/[0-9].csv", Ok(&["a/2.csv"])),
            // A folder that a glob matches means its files, each once.
            ("a/*", Ok(&["a/10.csv", "a/2.csv", "a/b/3.csv", "a/b/note.txt"])),
            ("empty", Err("no file in this folder (hidden ones are left out)")),
            ("e*", Err("no file matches this glob")),
            ("nothing*.csv", Err("no file matches this glob")),
            ("a/[.csv", Err("bad glob: invalid range pattern")),
            ("nothing.csv", Err("no such file or folder")),
            ("no/thing.csv", Err("no such file or folder")),
            ("", Err("the path is empty")),
        ];
        for (typed, expected) in cases {
            let expected =
                expected.map(|paths| paths.iter().map(|path| (*path).to_owned()).collect()).map_err(str::to_owned);
            assert_eq!(shown(typed, root.path()), expected, "{typed}");
        }
        Ok(())
    }

    #[test]
    fn what_is_shown_does_not_depend_on_the_working_directory() -> std::io::Result<()> {
        let root = tree()?;
        std::fs::create_dir_all(root.path().join("odd [1]/in"))?;
        std::fs::write(root.path().join("odd [1]/in/1.csv"), "")?;
        let expected = Ok(vec!["in/1.csv".to_owned()]);
        for folder in ["odd [1]", "./odd [1]", "a/../odd [1]/.", "odd [1]/in/.."] {
            for typed in ["in", "in/*.csv", "in/1.csv"] {
                assert_eq!(shown(typed, &root.path().join(folder)), expected, "{folder} {typed}");
            }
        }
        let absolute = root.path().join("a/b");
        let found = shown(&absolute.join("*.csv").to_string_lossy(), Path::new("elsewhere"));
        assert_eq!(found, Ok(vec![absolute.join("3.csv").to_string_lossy().into_owned()]));
        Ok(())
    }
}
