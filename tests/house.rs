//! The rules of the house, read from its source: a room uses lower floors only, and a file is read in one sitting.

use std::path::{Path, PathBuf};

/// The rooms by floor; `main.rs` and `lib.rs` stand above all.
const FLOORS: [&[&str]; 5] =
    [&["model", "engine"], &["ingest", "rules", "state"], &["report"], &["pipeline"], &["cli"]];

/// The most lines that a source file has.
const LINES_MAX: usize = 500;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["src", "tests", "benches"] {
        files(&root.join(folder), &mut found);
    }
    found.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        (name, std::fs::read_to_string(path).unwrap())
    };
    found.into_iter().map(read).collect()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The rooms that a text names as `crate::room`, also inside `use crate::{a::.., b::..}`.
fn rooms_used(text: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for rest in text.split("crate::").skip(1) {
        let word = |text: &str| text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>();
        match rest.strip_prefix('{') {
            Some(group) => {
                let group = group.split('}').next().unwrap_or_default();
                rooms.extend(group.split(',').map(|part| word(part.trim())));
            }
            None => rooms.push(word(rest)),
        }
    }
    rooms
}

#[test]
fn a_room_uses_lower_floors_only() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (name, text) in sources() {
        let Some(room) = name.strip_prefix("src/").and_then(|rest| rest.split_once('/')).map(|(room, _)| room) else {
            continue;
        };
        let own = floor(room).unwrap_or_else(|| panic!("{name}: the room {room} has no floor"));
        for used in rooms_used(&text) {
            let Some(theirs) = floor(&used) else { continue };
            seen += 1;
            if used != room && theirs >= own {
                wrong.push(format!("{name} (floor {}) uses {used} (floor {})", own + 1, theirs + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 50, "the test finds the `use` lines at all: {seen}");
}

#[test]
fn a_file_is_read_in_one_sitting() {
    let long: Vec<String> = sources()
        .iter()
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(name, lines)| format!("{name}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "longer than {LINES_MAX} lines:\n{}", long.join("\n"));
}

#[test]
fn money_meets_no_float_and_the_code_no_unfinished_mark() {
    let mut wrong = Vec::new();
    for (name, text) in sources().iter().filter(|(name, _)| name.starts_with("src/")) {
        // The number of a workbook's cell is a float in the file: there it is made a text, and never calculated with.
        let cells = name == "src/ingest/workbook/number.rs";
        for mark in [if cells { "f32" } else { "f64" }, "f32", "todo!", "unimplemented!", "dbg!", "FIXME", "unsafe "] {
            for (number, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                if code
                    .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '!' || c == ' '))
                    .any(|word| word == mark || word.split(' ').any(|part| part == mark.trim()))
                {
                    wrong.push(format!("{name}:{}: {mark}", number + 1));
                }
            }
        }
    }
    // A workbook holds binary numbers: one place writes them in the fewest digits that tell them apart, and none
    // calculates with them.
    let mut binary = wrong.extract_if(.., |found| found.starts_with("src/ingest/workbook/number.rs:"));
    assert!(binary.next().is_none_or(|found| found.ends_with(": f64")) && binary.next().is_none());
    drop(binary);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_top_level_holds_what_it_should() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let known = [
        ".ci",
        ".git",
        ".gitignore",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "benches",
        "clippy.toml",
        "rustfmt.toml",
        "samples",
        "src",
        "target",
        "tests",
        "avstem-out",
    ];
    for entry in std::fs::read_dir(root).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(known.contains(&name.as_str()), "{name} does not belong at the top level");
    }
}
