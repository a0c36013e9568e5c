//! The nearest miss by the program: what it writes into `hint` and `hint_key`, and that neither the order of rows nor the
//! names of files change what it says.

mod harness;

use harness::{Case, Ran, rows};

const CAPTURES: &str = "order_id,line_id,amount,currency,created_at,provider,transaction_number,payee_reference,receipt_reference,reconciliation_number\n";
const SETTLEMENTS: &str = "gross_amount,currency,created_at,provider,transaction_number,payee_reference,transaction_id,reconciliation_number\n";

/// Captures that no row answers.
const CAPTURED: [&str; 14] = [
    "A1,1,10100,SEK,2026-03-02,pay,,ABC123,,",
    "A2,1,10200,SEK,2026-03-02,pay,,R2-0007,,",
    "A3,1,10300,SEK,2026-03-02,pay,,R3 0007,,",
    "A4,1,10400,SEK,2026-03-02,pay,00712345,,,",
    "A5,1,10500,SEK,2026-03-02,pay,40001235,,,",
    "A6,1,10600,SEK,2026-03-02,pay,40001236,,,",
    "A7,1,10700,SEK,2026-03-02,pay,,,REC-77,",
    "A8,1,10800,SEK,2026-03-02,pay,,DEF456,,",
    // By amount alone.
    "B1,1,20100,SEK,2026-03-02,pay,,,,",
    "B2,1,20200,SEK,2026-03-02,pay,,,,",
    "B3,1,20300,SEK,2026-03-02,pay,,,,",
    // Two that are equally near to one row.
    "C1,1,30100,SEK,2026-03-02,pay,,,,",
    "C2,1,30100,SEK,2026-03-02,pay,,,,",
    // A batch of which no row came, with two lines of one operation.
    "D1,1,40000,SEK,2026-03-02,pay,50001111,,,99",
];
const MORE_OF_THE_BATCH: &str = "D1,2,2000,SEK,2026-03-02,pay,50001111,,,99";
/// The same id at another provider.
const ELSEWHERE: &str = "E1,1,10100,SEK,2026-03-02,other,,QRS999,,";

/// Rows that answer no capture, in the order of the captures.
const SETTLED: [&str; 14] = [
    "10100,SEK,2026-03-02,pay,,ABC132,,1",
    "10200,SEK,2026-03-02,pay,,r2-0007,,1",
    "10300,SEK,2026-03-02,pay,,R30007,,1",
    "10400,SEK,2026-03-02,pay,712345,,,1",
    "10500,SEK,2026-03-02,pay,4000125,,,1",
    "10600,SEK,2026-03-02,pay,40001237,,,1",
    "10700,SEK,2026-03-02,pay,,REC-77,,1",
    "108000,SEK,2026-03-02,pay,,DEX456,,1",
    "-20100,SEK,2026-03-02,pay,,,T-1,1",
    "20200,EUR,2026-03-02,pay,,,T-2,1",
    "20300,SEK,2026-03-04,pay,,,T-3,1",
    "30100,SEK,2026-03-02,pay,,,T-4,1",
    "42000,SEK,2026-03-03,pay,50001101,,,1",
    "777,SEK,2026-03-02,other,,QRS-998,,1",
];
/// Nearly the id of a capture of another provider.
const FOREIGN: &str = "10100,SEK,2026-03-02,other,,ABC124,,1";

const HINTS: [&str; 24] = [
    "batch-missing 42000 0: transaction_number 50001111 is 50001101 there: one character differs; amount and currency agree; the day differs, 2026-03-02 here and 2026-03-03 there @ 42000,SEK",
    "settled-unknown 0 -20100: the sign differs, -201.00 SEK here and 201.00 SEK there; the day agrees; no id stands on both @ B1,1",
    "settled-unknown 0 10100: payee_reference ABC132 is ABC123 there: two characters are exchanged; amount and currency agree @ A1,1",
    "settled-unknown 0 10200: payee_reference r2-0007 is R2-0007 there: only capital letters differ; amount and currency agree @ A2,1",
    "settled-unknown 0 10300: payee_reference R30007 is \"R3 0007\" there: only white space differs; amount and currency agree @ A3,1",
    "settled-unknown 0 10400: transaction_number 712345 is 00712345 there: only leading zeros differ; amount and currency agree @ A4,1",
    "settled-unknown 0 10500: transaction_number 4000125 is 40001235 there: one character more; amount and currency agree @ A5,1",
    "settled-unknown 0 10600: transaction_number 40001237 is 40001236 there: one character differs; amount and currency agree @ A6,1",
    "settled-unknown 0 10700: payee_reference REC-77 is the receipt_reference there: the same id in another column; amount and currency agree @ A7,1",
    "settled-unknown 0 108000: payee_reference DEX456 is DEF456 there: one character differs; the amount is 10 times as small there, 1 080.00 SEK here and 108.00 SEK there @ A8,1",
    "settled-unknown 0 20200: the currency differs, 202.00 EUR here and 202.00 SEK there; the day agrees; no id stands on both @ B2,1",
    "settled-unknown 0 20300: amount and currency agree; the day differs, 2026-03-04 here and 2026-03-02 there; no id stands on both @ B3,1",
    "settled-unknown 0 42000: transaction_number 50001101 is 50001111 there: one character differs; amount and currency agree; the day differs, 2026-03-03 here and 2026-03-02 there @ D1,1",
    "unsettled 10100 0: payee_reference ABC123 is ABC132 there: two characters are exchanged; amount and currency agree @ 10100,SEK",
    "unsettled 10200 0: payee_reference R2-0007 is r2-0007 there: only capital letters differ; amount and currency agree @ 10200,SEK",
    "unsettled 10300 0: payee_reference \"R3 0007\" is R30007 there: only white space differs; amount and currency agree @ 10300,SEK",
    "unsettled 10400 0: transaction_number 00712345 is 712345 there: only leading zeros differ; amount and currency agree @ 10400,SEK",
    "unsettled 10500 0: transaction_number 40001235 is 4000125 there: one character is missing; amount and currency agree @ 10500,SEK",
    "unsettled 10600 0: transaction_number 40001236 is 40001237 there: one character differs; amount and currency agree @ 10600,SEK",
    "unsettled 10700 0: receipt_reference REC-77 is the payee_reference there: the same id in another column; amount and currency agree @ 10700,SEK",
    "unsettled 10800 0: payee_reference DEF456 is DEX456 there: one character differs; the amount is 10 times as great there, 108.00 SEK here and 1 080.00 SEK there @ 108000,SEK",
    "unsettled 20100 0: the sign differs, 201.00 SEK here and -201.00 SEK there; the day agrees; no id stands on both @ -20100,SEK",
    "unsettled 20200 0: the currency differs, 202.00 SEK here and 202.00 EUR there; the day agrees; no id stands on both @ 20200,EUR",
    "unsettled 20300 0: amount and currency agree; the day differs, 2026-03-02 here and 2026-03-04 there; no id stands on both @ 20300,SEK",
];

/// Runs over these rows, in files of these names.
fn run(captures: &[&str], settlements: &[&str], [captured, settled]: [&str; 2], more: &str) -> Ran {
    let lines = |header: &str, rows: &[&str]| format!("{header}{}\n", rows.join("\n"));
    Case::new()
        .file(captured, lines(CAPTURES, captures))
        .file(settled, lines(SETTLEMENTS, settlements))
        .args(&format!("run --captures {captured} --settlements {settled} --as-of 2026-03-31 --quiet {more}"))
        .status(1)
        .run()
}

/// Code, both sides, hint, and the line that `hint_key` names, up to its second comma; sorted.
fn told(ran: &Ran) -> Vec<String> {
    let table = ran.bytes("avstem-out/discrepancies.csv");
    let header = String::from_utf8(table.clone()).unwrap().lines().next().unwrap().to_owned();
    let names: Vec<&str> = header.split(',').collect();
    assert_eq!(names[names.len() - 3..], ["sources", "hint", "hint_key"]);
    let mut told = Vec::new();
    for row in rows(&table) {
        let field = |name: &str| row[names.iter().position(|known| *known == name).unwrap()].as_str();
        assert_eq!(field("hint").is_empty(), field("hint_key").is_empty());
        let Some((file, line)) = field("hint_key").rsplit_once(':') else { continue };
        let line = ran.text(file).lines().nth(line.parse::<usize>().unwrap() - 1).unwrap().to_owned();
        let named: Vec<&str> = line.split(',').take(2).collect();
        told.push(format!(
            "{} {} {}: {} @ {}",
            field("code"),
            field("expected"),
            field("actual"),
            field("hint"),
            named.join(",")
        ));
    }
    told.sort();
    told
}

fn wanted() -> Vec<String> {
    let mut wanted: Vec<String> = HINTS.iter().map(|hint| (*hint).to_owned()).collect();
    wanted.sort();
    wanted
}

#[test]
fn each_kind_of_near_miss_is_told_with_its_place() {
    let captures = [&CAPTURED[..], &[MORE_OF_THE_BATCH, ELSEWHERE]].concat();
    let settlements = [&SETTLED[..], &[FOREIGN]].concat();
    let ran = run(&captures, &settlements, ["captures.csv", "settlements.csv"], "");
    assert_eq!(told(&ran), wanted());
    // What is told is proved with the rest.
    Case::after(ran).args("verify avstem-out").any_stdout().run();
}

#[test]
fn the_order_of_rows_and_the_names_of_files_change_nothing() {
    let mut captures = [&CAPTURED[..], &[MORE_OF_THE_BATCH, ELSEWHERE]].concat();
    let mut settlements = [&SETTLED[..], &[FOREIGN]].concat();
    for (turn, files) in
        [["captures.csv", "settlements.csv"], ["z/1.csv", "a/2.csv"], ["b.csv", "a.csv"]].into_iter().enumerate()
    {
        captures.rotate_left(turn * 5);
        settlements.rotate_left(turn * 3);
        if turn == 1 {
            captures.reverse();
        }
        for threads in ["--threads 1", "--threads 3 --memory 1"] {
            assert_eq!(told(&run(&captures, &settlements, files, threads)), wanted(), "{files:?} {threads}");
        }
    }
}

#[test]
fn where_one_side_has_nothing_no_hint_is_given() {
    let nothing: Vec<String> = Vec::new();
    // The only unknown row is another provider's.
    let ran =
        run(&CAPTURED, &[FOREIGN, "1,SEK,2026-03-02,pay,1,,,1", "-1,SEK,2026-03-02,pay,2,,,1"], ["c.csv", "s.csv"], "");
    assert_eq!(told(&ran), nothing);
}
