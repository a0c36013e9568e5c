//! Two runs at once, and a holder that died.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::books::Books;
use crate::night::{File, Night};

const CAPTURES: &str = "order_id,amount,currency,created_at,operation_id\nA1,100,SEK,2026-01-02,op1\n";

/// Far more than a start takes on a busy machine: a run that waits for another one is found, slowness is not judged.
const PATIENCE: Duration = Duration::from_secs(20);

/// A night as of a day with one file of captures.
fn night(day: u32) -> Night {
    let file = File {
        path: format!("in/{day}.csv"),
        dataset: "captures",
        provider: None,
        bytes: CAPTURES.replace("A1", &format!("A{day}")).replace("op1", &format!("op{day}")).into_bytes(),
    };
    Night {
        as_of: chrono::NaiveDate::from_ymd_opt(2026, 1, day).unwrap(),
        files: vec![file],
        growing: false,
        again: false,
        settings: None,
    }
}

/// A run that holds the state, since it waits for its standard input.
fn holder(books: &Books) -> Child {
    let mut holder = Command::new(env!("CARGO_BIN_EXE_avstem"))
        .args("run --captures - --as-of 2026-01-09 --state state.db --out out --quiet --no-progress".split(' '))
        .current_dir(books.path())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let until = Instant::now() + PATIENCE;
    let says = || std::fs::read_to_string(books.path().join("state.db.lock")).unwrap_or_default();
    while !says().contains(&format!("process {},", holder.id())) {
        assert_eq!(holder.try_wait().unwrap(), None, "the holder waits for its input");
        assert!(Instant::now() < until, "the lock does not name its holder {}: {}", holder.id(), says());
        std::thread::sleep(Duration::from_millis(20));
    }
    holder
}

/// A night is refused because of the holder, soon, and changes nothing; gives what is said.
fn refused(books: &Books, holder: &mut Child, night: &Night) -> String {
    let before = books.marks();
    let until = Instant::now() + PATIENCE;
    let ran = std::thread::scope(|scope| {
        let second = scope.spawn(|| books.night(night, &[]));
        while !second.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        if !second.is_finished() {
            // It waits for the holder: without one it goes on, and its status is not the one below.
            holder.kill().unwrap();
        }
        second.join().unwrap()
    });
    assert_eq!(ran.status, 2, "{ran:?}");
    assert_eq!(before, books.marks(), "who is refused changes nothing");
    assert_eq!(holder.try_wait().unwrap(), None, "the holder waits for its input");
    ran.stderr
}

/// Books with one night, and a second night to run.
fn after_one_night() -> (Books, Night) {
    let mut books = Books::new("", "alone");
    let first = night(3);
    books.take(&first);
    let ran = books.night(&first, &[]);
    assert!([0, 1].contains(&ran.status), "{ran:?}");
    let second = night(4);
    books.take(&second);
    (books, second)
}

#[test]
fn the_second_of_two_runs_says_who_works() {
    let (books, second) = after_one_night();
    let mut holder = holder(&books);
    let said = refused(&books, &mut holder, &second);
    println!("{said}");
    assert!(said.contains(&holder.id().to_string()), "the message names the process {}: {said}", holder.id());
    holder.stdin.take().unwrap().write_all(CAPTURES.as_bytes()).unwrap();
    let output = holder.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "the holder goes on: {said}");
    let third = Night { as_of: chrono::NaiveDate::from_ymd_opt(2026, 1, 10).unwrap(), ..second };
    let ran = books.night(&third, &[]);
    assert!([0, 1].contains(&ran.status), "{ran:?}");
}

#[test]
fn the_state_of_a_dead_holder_is_taken_over() {
    let (books, second) = after_one_night();
    let mut holder = holder(&books);
    refused(&books, &mut holder, &second);
    holder.kill().unwrap();
    holder.wait().unwrap();
    let ran = books.night(&second, &[]);
    assert!([0, 1].contains(&ran.status), "{ran:?}");
    let names: Vec<String> =
        books.marks().into_iter().map(|(name, _)| name).filter(|name| !name.starts_with("out/")).collect();
    println!("left beside the report: {names:?}");
}
