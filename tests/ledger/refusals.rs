//! What a night refuses before it changes anything: an earlier day, options that need all rows, and files that are no
//! state, of another version, or damaged.

use serde_json::Value;

use crate::harness::{Case, Ran};
use crate::shop::{RUN, found, inputs, marks, night, one_night, two_nights};

/// Runs a night that is refused; gives what it said, and the folder in which nothing has changed.
fn refused(ran: Ran, args: &str) -> (Ran, String) {
    let before = marks(ran.folder.path());
    let ran = Case::after(ran).args(RUN).args(args).any_stderr().status(2).run();
    assert!(marks(ran.folder.path()) == before, "what is refused changes nothing: {args}");
    let said = ran.stderr.clone();
    (ran, said)
}

#[test]
fn an_earlier_day_is_refused() {
    let (ran, said) = refused(two_nights(), "--as-of 2026-03-31");
    let help =
        "give --as-of that day or a later one, or --replay to set this state aside and begin a new one with this night";
    let text = format!(
        "avstem: error: night.db: its last night was 2026-04-01, and this run is as of 2026-03-31\n  help: {help}\n"
    );
    assert_eq!(said, text);
    // For machines the file stands by itself.
    let (_, said) = refused(ran, "--as-of 2026-03-31 --log-format json");
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3, "{said}");
    let of = |name: &str| lines[1][name].as_str();
    assert_eq!((of("level"), of("file"), of("help")), (Some("error"), Some("night.db"), Some(help)));
    assert_eq!(of("message"), Some("its last night was 2026-04-01, and this run is as of 2026-03-31"));
}

#[test]
fn replay_sets_a_later_state_aside_and_begins_a_new_one() {
    let ran = two_nights();
    let state = ran.bytes("night.db");
    let warning = "avstem: warning: night.db: the state was set aside, and a new one is begun\n";
    let replay =
        |ran: Ran, day: &str| Case::after(ran).args(RUN).args("--replay --as-of").arg(day).any_stdout().status(1);
    // As of a day before C and the captures of April; all files are there now.
    let ran = replay(ran, "2026-03-31").stderr(warning).run();
    assert!(ran.bytes("night.db.until-2026-04-01") == state, "the old state is kept as it was");
    let in_one = [
        "line-uncaptured open D  2026-03-31",
        "line-undercaptured open B  2026-03-31",
        "settled-unknown open  S1 2026-03-31",
        "unsettled pending A  2026-03-31",
        "unsettled pending C  2026-03-31",
    ];
    assert_eq!(found(&ran), in_one);
    let history = |ran: Ran| {
        let ran = Case::after(ran).args("history --state night.db").any_stdout().run();
        let nights: Vec<String> = ran.stdout.lines().skip(1).map(|line| line.trim()[..13].to_owned()).collect();
        (ran, nights)
    };
    let (ran, nights) = history(ran);
    assert_eq!(nights, ["1  2026-03-31"]);
    // Where the day is not earlier there is nothing to set aside.
    let ran = replay(ran, "2026-04-01").run();
    let (ran, nights) = history(ran);
    assert_eq!(nights, ["1  2026-03-31", "2  2026-04-01"]);
    // A second one does not take the place of the first.
    let ran = replay(ran, "2026-03-01").stderr(warning).run();
    let names: Vec<String> = ran.names("").into_iter().filter(|name| name.contains("until")).collect();
    assert_eq!(names, ["night.db.until-2026-04-01", "night.db.until-2026-04-01-1"]);
    assert!(ran.bytes("night.db.until-2026-04-01") == state);
    // Without a state there is nothing to replay.
    Case::after(ran)
        .args("run --orders orders --replay")
        .stderr(
            "avstem: error: the following required arguments were not provided:\n  --state <FILE>\n\nUsage: avstem run \
             --state <FILE> --orders <PATH> --replay\n\nFor more information, try '--help'.\n",
        )
        .status(2)
        .run();
}

#[test]
fn reports_that_need_all_rows_are_refused() {
    for option in ["--matches", "--reports parquet"] {
        let said = format!(
            "avstem: error: {option} cannot be given together with --state\n  help: with a state only the groups that have \
             changed are judged again; run without --state for it\n"
        );
        inputs().args(RUN).args(option).stops(&said);
        // Wherever the state is named.
        let config = "state = \"night.db\"\n[[source]]\npath = \"orders\"\ndataset = \"orders\"\n";
        inputs().file("avstem.toml", config).args("run --config avstem.toml").args(option).stops(&said);
    }
}

#[test]
fn the_state_may_be_named_by_the_configuration_or_a_variable() {
    let config = "state = \"books/night.db\"\n[[source]]\npath = \"orders\"\ndataset = \"orders\"\n";
    let case = inputs().folder("books").file("avstem.toml", config);
    let ran = case.args("run --config avstem.toml --as-of 2026-03-31 --quiet").status(1).run();
    assert_eq!(ran.names("books"), ["night.db", "night.db.lock"]);
    let case = Case::after(ran).args("run --config avstem.toml --as-of 2026-03-31 --quiet");
    let ran = case.variable("AVSTEM_STATE", "other.db").status(1).run();
    assert!(ran.names("").contains(&"other.db".to_owned()));
}

#[test]
fn a_state_stands_in_a_folder_of_its_own_name() {
    let named = |state: &str, problem: &str| {
        let case = inputs().folder("avstem-out").folder("folder").args("run --orders orders --state").arg(state);
        case.stops(&format!("avstem: error: {state}: {problem}\n"));
    };
    named("no/night.db", "there is no folder no\n  help: make the folder, or name another file");
    named("folder", "is no regular file\n  help: name a file of its own for the state");
    let in_report = "the state cannot be in the folder of the report, which is replaced as a whole\n  \
                     help: name a file beside that folder";
    named("avstem-out/night.db", in_report);
    named("folder/../avstem-out/night.db", in_report);
    let look = inputs().folder("folder").args("open --state folder");
    look.stops("avstem: error: folder: no such state\n  help: `avstem run --state FILE` makes one\n");
}

/// The state is replaced by these bytes, and every command refuses it with these words.
fn no_state(ran: Ran, bytes: &[u8], problem: &str, help: &str) -> Ran {
    std::fs::write(ran.folder.path().join("night.db"), bytes).unwrap();
    let (mut ran, said) = refused(ran, "--as-of 2026-04-02");
    let expected = format!("avstem: error: night.db: {problem}\n  help: {help}\n");
    assert_eq!(said, expected);
    for command in ["history", "open", "verify", "note 0 text --by x", "close 0 --reason text --by x"] {
        ran = Case::after(ran).args(command).args("--state night.db").any_stderr().status(2).run();
        assert!(ran.stderr == expected, "{command}: {}", ran.stderr);
    }
    ran
}

const NO_STATE: &str = "give the path of a state, or of no file";

#[test]
fn what_is_no_state_is_refused() {
    let ran = one_night();
    let state = ran.bytes("night.db");
    let no_database = "this is no state, or it is damaged: file is not a database";
    let text = "order_id,line_id,gross_amount,currency,created_at\n".repeat(300);
    let ran = no_state(ran, text.as_bytes(), no_database, NO_STATE);
    // Another database.
    let other = tempfile::tempdir().unwrap();
    let path = other.path().join("other.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE shop (name TEXT);").unwrap();
    let other = std::fs::read(path).unwrap();
    let ran = no_state(ran, &other, "this SQLite file is no state of avstem", NO_STATE);
    // One of a program that is not written yet; its version stands in the header.
    let mut newer = state.clone();
    newer[60..64].copy_from_slice(&1_000_i32.to_be_bytes());
    let ran = no_state(
        ran,
        &newer,
        &format!("this state has version 1000, and this program knows versions up to {}", version(&state)),
        "use the newer program that wrote it",
    );
    // As it was it is taken again.
    std::fs::write(ran.folder.path().join("night.db"), state).unwrap();
    night(Case::after(ran), "2026-04-02", 1);
}

/// The version of a state, from its header.
fn version(state: &[u8]) -> i32 {
    i32::from_be_bytes(state[60..64].try_into().unwrap())
}

#[test]
fn a_damaged_state_is_found_before_anything_is_written() {
    let mut ran = two_nights();
    let state = ran.bytes("night.db");
    let cases: [(&str, Vec<u8>); 3] = [
        ("cut short", state[..state.len() / 2].to_vec()),
        ("cut in a page", state[..state.len() - 100].to_vec()),
        ("zeros from the middle on", [&state[..state.len() / 2], &vec![0; state.len() - state.len() / 2]].concat()),
    ];
    for (what, bytes) in cases {
        std::fs::write(ran.folder.path().join("night.db"), bytes).unwrap();
        let said;
        (ran, said) = refused(ran, "--as-of 2026-04-02");
        assert!(said.starts_with("avstem: error: night.db: "), "{what}: {said}");
        assert!(said.contains("damaged") && said.contains("\n  help: "), "{what}: {said}");
    }
}

#[test]
fn flipped_bits_of_the_header_of_any_page_are_found() {
    let mut ran = two_nights();
    let state = ran.bytes("night.db");
    let page = usize::from(u16::from_be_bytes([state[16], state[17]]));
    let pages = state.len() / page;
    assert!(pages > 10, "{pages}");
    for number in (1..pages).step_by(1 + pages / 12) {
        let mut bytes = state.clone();
        // What kind of page it is, and where its cells are.
        for byte in &mut bytes[number * page..number * page + 8] {
            *byte ^= 0x55;
        }
        std::fs::write(ran.folder.path().join("night.db"), bytes).unwrap();
        let said;
        (ran, said) = refused(ran, "--as-of 2026-04-02");
        assert!(said.contains("the state is damaged: "), "page {number}: {said}");
    }
}
