//! What a night refuses, and leaves as it was: an earlier day, a state that is damaged, newer or no state at all. And a
//! file that is written anew every night under one path.

use std::path::PathBuf;

use crate::books::{Books, Ran};
use crate::compare;
use crate::night::{File, Night};
use crate::shop;

/// Where SQLite keeps the size of its pages, as two bytes, and the version that a program gives its tables, as four.
const PAGE_SIZE_AT: usize = 16;
const USER_VERSION_AT: usize = 60;

/// Books after some nights of the shop, and the night that comes next.
fn after_nights(count: usize) -> (Books, Night) {
    let mut story = shop::story(1, shop::WEEKS);
    let mut books = Books::new(&story.settings, "manners");
    let next = Night { growing: false, again: false, ..story.nights.remove(count) };
    for night in &story.nights[..count] {
        books.take(night);
        let ran = books.night(night, &[]);
        assert!([0, 1, 3].contains(&ran.status), "{ran:?}");
    }
    books.take(&next);
    (books, next)
}

fn state(books: &Books) -> PathBuf {
    books.path().join("state.db")
}

/// The night is refused, changes nothing, and says so with these words.
fn refused(books: &Books, night: &Night, words: &[&str]) {
    let before = books.marks();
    let Ran { status, stderr } = books.night(night, &[]);
    assert_eq!(status, 2, "{stderr}");
    assert!(before == books.marks(), "what is refused changes nothing: {stderr}");
    for word in words {
        assert!(stderr.contains(word), "{word:?} is not said: {stderr}");
    }
}

#[test]
fn an_earlier_day_is_refused() {
    let (books, next) = after_nights(6);
    let ran = books.night(&next, &[]);
    assert!([0, 1, 3].contains(&ran.status), "{ran:?}");
    let earlier = Night { as_of: next.as_of - chrono::Duration::days(1), ..next.clone() };
    refused(&books, &earlier, &[&next.as_of.to_string(), "--replay"]);
    // The day itself is not refused.
    let ran = books.night(&next, &[]);
    assert!([0, 1, 3].contains(&ran.status), "{ran:?}");
}

#[test]
fn a_newer_state_is_refused() {
    let (books, next) = after_nights(2);
    let mut bytes = std::fs::read(state(&books)).unwrap();
    bytes[USER_VERSION_AT..USER_VERSION_AT + 4].copy_from_slice(&9_999_u32.to_be_bytes());
    std::fs::write(state(&books), bytes).unwrap();
    refused(&books, &next, &["state.db", "9999", "newer"]);
}

#[test]
fn what_is_no_state_is_refused() {
    let (books, next) = after_nights(2);
    let whole = std::fs::read(state(&books)).unwrap();
    let damaged: [(&str, Vec<u8>); 4] = [
        ("half of it", whole[..whole.len() / 2].to_vec()),
        ("its first page", whole[..4096].to_vec()),
        ("a text", b"order_id,line_id\nA1,1\n".repeat(400)),
        ("a byte more in every place", whole.iter().map(|byte| byte.wrapping_add(1)).collect()),
    ];
    for (what, bytes) in damaged {
        println!("{what}");
        std::fs::write(state(&books), bytes).unwrap();
        refused(&books, &next, &["state.db"]);
    }
    std::fs::write(state(&books), whole).unwrap();
    let ran = books.night(&next, &[]);
    assert!([0, 1, 3].contains(&ran.status), "{ran:?}");
}

/// A page that was lost is found before anything is written, whichever it is.
#[test]
fn a_lost_page_is_found() {
    let (books, next) = after_nights(4);
    let whole = std::fs::read(state(&books)).unwrap();
    let size = usize::from(u16::from_be_bytes([whole[PAGE_SIZE_AT], whole[PAGE_SIZE_AT + 1]]));
    let pages = whole.len() / size;
    // The first page is no state without its header; all others lose half of their bytes.
    for page in (1..pages).step_by(1 + pages / 60) {
        let mut bytes = whole.clone();
        let half = page * size..page * size + size / 2;
        if bytes[half.clone()].iter().all(|byte| *byte == 0) {
            continue;
        }
        bytes[half].fill(0);
        std::fs::write(state(&books), bytes).unwrap();
        refused(&books, &next, &["state.db"]);
    }
}

/// One path whose content is another every night: every content counts, as if each had a path of its own.
#[test]
fn a_file_written_anew_under_one_path_counts_every_night() {
    let header = "order_id,line_id,gross_amount,currency,created_at\n";
    let night = |day: u32, path: &str, rows: &str| Night {
        as_of: chrono::NaiveDate::from_ymd_opt(2026, 1, day).unwrap(),
        files: vec![File {
            path: path.to_owned(),
            dataset: "orders",
            provider: None,
            bytes: format!("{header}{rows}").into_bytes(),
        }],
        growing: false,
        again: false,
        settings: None,
    };
    let contents =
        [(3, "A1,1,100,SEK,2026-01-02\n"), (4, "A1,1,200,SEK,2026-01-02\n"), (5, "B1,1,300,SEK,2026-01-02\n")];
    let mut ways = Vec::new();
    for same_path in [true, false] {
        let mut books = Books::new("", "anew");
        for (day, rows) in contents {
            let path = if same_path { "in/orders.csv".to_owned() } else { format!("in/orders-{day}.csv") };
            let _ = std::fs::remove_file(books.path().join(&path));
            let night = night(day, &path, rows);
            books.take(&night);
            let ran = books.night(&night, &[]);
            assert!([0, 1].contains(&ran.status), "{ran:?}");
        }
        let mut findings = compare::table(&books.out().join("discrepancies.csv")).unwrap();
        for row in &mut findings {
            drop((row.remove("sources"), row.remove("hint_key")));
        }
        ways.push(findings);
    }
    assert_eq!(ways[0], ways[1]);
    assert!(!ways[0].is_empty(), "orders that nothing is given of would be said: captures are missing");
}
