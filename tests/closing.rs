//! Nights of the sample month of the books: vouchers once and only once, what is handed out for import, late entries after a
//! closing, and the month's closing itself.

mod harness;

use std::path::Path;
use std::process::Command;

use harness::{names, project};

/// Runs the program in a folder: status, standard output, standard error.
fn run(folder: &Path, args: &str) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_avstem"))
        .args(args.split(' '))
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// The month of the books in a folder of its own, whose journals are kept for import.
fn month() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = project().join("samples/books");
    for name in names(&from) {
        std::fs::copy(from.join(&name), folder.path().join(&name)).unwrap();
    }
    configure(folder.path(), "series = \"P\"", "series = \"P\"\nfolder = \"to-import\"\ncaptures = true");
    configure(folder.path(), "out = \"../avstem-out-books\"", "out = \"out\"");
    folder
}

fn configure(folder: &Path, from: &str, to: &str) {
    let path = folder.join("avstem.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
}

const NIGHT: &str = "run --config avstem.toml --state n.db --reports sie,hledger --quiet --as-of";

fn night(folder: &Path, as_of: &str) {
    assert_eq!(run(folder, &format!("{NIGHT} {as_of}")), (Some(1), String::new(), String::new()), "{as_of}");
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The capture that the settlement of 199.00 answers, which no export held on the first night.
const LATE: &str = "provider,order_id,line_id,amount,currency,created_at,operation_id,transaction_number,payee_reference,reconciliation_number\n\
    swedbank_pay,B-1015,1,19900,SEK,2026-10-24T11:45:00+02:00,,46000118785,B1015C1,739915\n";

#[test]
fn a_settlement_is_booked_once_and_what_comes_late_goes_to_the_first_open_day() {
    let folder = month();
    let folder = folder.path();
    night(folder, "2026-10-31");
    let first = names(&folder.join("to-import"));
    assert_eq!(first.len(), 3, "{first:?}");
    let journal = read(folder, "out/journal.hledger");
    assert!(journal.contains("liabilities:2421 Okända inbetalningar  -199.00 SEK"), "{journal}");

    // The same night again changes nothing, and hands nothing out again.
    let files: Vec<Vec<u8>> =
        names(&folder.join("out")).iter().map(|name| std::fs::read(folder.join("out").join(name)).unwrap()).collect();
    night(folder, "2026-10-31");
    let again: Vec<Vec<u8>> =
        names(&folder.join("out")).iter().map(|name| std::fs::read(folder.join("out").join(name)).unwrap()).collect();
    assert!(files == again && names(&folder.join("to-import")) == first);

    // October is closed, and then the missing capture comes.
    configure(folder, "# What is not named here", "[periods]\nclosed_until = 2026-10-31\n\n# What is not named here");
    std::fs::write(folder.join("late.csv"), LATE).unwrap();
    configure(
        folder,
        "path = \"captures.csv\"",
        "path = \"late.csv\"\ndataset = \"captures\"\n\n[[source]]\npath = \"captures.csv\"",
    );
    night(folder, "2026-11-03");
    let journal = read(folder, "out/journal.hledger");
    let dates: Vec<&str> = journal.lines().filter(|line| line.starts_with("2026-")).collect();
    assert_eq!(dates.len(), 2, "{journal}");
    assert!(dates.iter().all(|line| line.starts_with("2026-11-01 ")), "{journal}");
    for posting in [
        "liabilities:2421 Okända inbetalningar  199.00 SEK",
        "assets:1580 Captured, not settled  -199.00 SEK",
        "assets:1580 Captured, not settled  199.00 SEK",
    ] {
        assert!(journal.contains(posting), "{posting} in {journal}");
    }
    assert_eq!(names(&folder.join("to-import")).len(), 5, "two more, for SEK alone");
    assert!(first.iter().all(|name| names(&folder.join("to-import")).contains(name)));

    // The closing knows the late capture as of October, and where its vouchers went.
    let (status, out, problems) = run(folder, "close-month 2026-10 --state n.db --config avstem.toml");
    assert_eq!((status, problems.as_str()), (Some(0), ""), "{out}");
    let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = out.lines().map(squeezed).collect();
    for line in [
        "dintero NOK 0.00 3 719.00 150.00 3 569.00 0.00",
        "swedbank_pay SEK 0.00 10 258.00 249.00 9 109.00 900.00",
        "1580 Captured, not settled SEK 0.00 900.00 900.00 0.00",
        "2421 Okända inbetalningar SEK 0.00 0.00 -199.00 199.00",
        "3999 Captured sales SEK 0.00 -10 009.00 -9 810.00 -199.00",
        "swedbank_pay unsettled SEK -900.00 0.00 0.00 0.00",
        "written: closing-2026-10",
    ] {
        assert!(lines.iter().any(|known| known == line), "{line} in {out}");
    }
    assert_eq!(
        read(folder, "closing-2026-10/bridge.csv"),
        "provider,currency,opening,captured,reversed,settled,closing\n\
         dintero,NOK,0,371900,15000,356900,0\nswedbank_pay,SEK,0,1025800,24900,910900,90000\n"
    );
    let (_, next, _) = run(folder, "close-month 2026-11 --state n.db --config avstem.toml --out next");
    let opening = "swedbank_pay SEK 900.00 0.00 0.00 0.00 900.00";
    assert!(next.lines().map(squeezed).any(|line| line == opening), "{next}");
}

#[test]
fn vouchers_are_listed_and_written_again_as_copies() {
    let folder = month();
    let folder = folder.path();
    night(folder, "2026-10-31");
    let (status, listed, _) = run(folder, "journal --state n.db");
    assert_eq!(status, Some(0));
    assert!(listed.contains("R5001-0001"), "{listed}");
    let copy = "journal --state n.db --config avstem.toml --settlement R5001-0001 --reports sie,hledger --out copies";
    let copies = "copies/copy-journal-SEK.si\ncopies/copy-journal.hledger\n";
    assert_eq!(run(folder, copy), (Some(0), copies.to_owned(), String::new()));
    let text = read(folder, "copies/copy-journal.hledger");
    assert!(text.contains("COPY swedbank_pay R5001-0001") && text.contains("; copy: yes"), "{text}");
    // A copy does not replace one, a settlement that was never booked has none, and a form is asked for.
    let cases = [
        (copy, "copies/copy-journal-SEK.si: cannot be written: File exists (os error 17)"),
        ("journal --state n.db --settlement R9 --reports sie", "no voucher of settlement R9 was written"),
        ("journal --state n.db --settlement R5001-0001", "in which form?"),
        ("close-month 2026-1 --state n.db", "a month is written YYYY-MM, such as 2026-10"),
        ("close-month 2026-10 --state none.db", "none.db: no such state"),
        ("close-month 2026-10 --state n.db --out .", ".: holds "),
    ];
    for (args, problem) in cases {
        let (status, out, said) = run(folder, args);
        assert_eq!((status, out.as_str()), (Some(2), ""), "{args}");
        assert!(said.contains(problem), "{args}: {said}");
    }
}
