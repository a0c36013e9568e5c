//! Random journals in every format: each is proved by its reader with the balances of the journal itself, SIE files also by
//! the `sie-parser` crate. Seeds are printed; `AVSTEM_SEED=N` runs one alone.
//!
//! `cargo test --test journals -- --ignored` writes such journals for `tests/readers/journal.py`, which has hledger, ledger
//! and beancount read them: a folder each below `AVSTEM_JOURNALS` (`target/journals`), with their balances.

#[path = "reference/rng.rs"]
#[allow(dead_code)]
mod rng;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use avstem::model::payout::SettlementKey;
use avstem::model::voucher::{Account, AccountClass, Dimension, Entity, Journal, Posting, Unit, Voucher, VoucherKind};
use avstem::report::journal::read::{Proved, prove};
use avstem::report::journal::{JournalFile, JournalFormat, files};
use chrono::{Days, NaiveDate};
use rng::Rng;

/// Texts as a file may bring them, most of which mean something to a program that is not careful.
const TEXTS: [&str; 40] = [
    "Settlement R1234-0001",
    "",
    " ",
    "  two  spaces  ",
    "a;b",
    "a\nb",
    "a\r\n#VER \"\" \"\" 20260101 \"x\"\r\n{",
    "}",
    "{1 \"a\"}",
    "\"quoted\"",
    "\\",
    "ends in \\",
    "a\\\"b",
    "=cmd()",
    "+1",
    "-1",
    "@a",
    "'=1",
    "; comment",
    "key: value",
    "date: 2011-01-01",
    "[2011-01-01]",
    "[=2011-01-01]",
    ":tag:",
    "payee | note",
    "(code) text",
    "* ! text",
    "a  1000.00 SEK",
    "Åäö Ææ Øø Üü Ðð Þþ",
    "Zażółć gęślą jaźń – €",
    "“curly” ‘quotes’ …",
    "日本語 Привет",
    "🙂\u{200b}\u{202e}\u{feff}",
    "A\u{30a}ngstro\u{308}m",
    "\0\u{1}\u{7f}\u{85}\u{2028}",
    "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"",
    "%x @ @@ == {{1 SEK}} ~ ^l #t",
    "include /etc/passwd",
    "a long text of more than fifty characters, which is cut somewhere in the middle of it",
    "\tplugin \"x\"",
];

fn text(rng: &mut Rng) -> String {
    let mut text = rng.pick(&TEXTS).to_owned();
    if rng.percent(30) {
        text.push_str(rng.pick(&TEXTS));
    }
    text
}

fn day(number: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(u64::try_from(number).unwrap())
}

/// A journal that the seed alone decides. `decimals` are the most of its currencies.
fn journal(seed: u64, decimals: u32) -> Journal {
    let mut rng = Rng::new(seed.wrapping_mul(0x9E37_79B9).wrapping_add(7));
    let units: Vec<Unit> = [("EUR", 2), ("ISK", 0), ("KWD", 3), ("NOK", 2), ("SEK", 2)]
        .into_iter()
        .filter(|(_, exponent)| *exponent <= decimals)
        .map(|(code, exponent)| Unit { code: code.to_owned(), exponent })
        .collect();
    let classes = [AccountClass::Asset, AccountClass::Liability, AccountClass::Income, AccountClass::Expense];
    let mut accounts: Vec<Account> = ["1580", "1920", "1930", "2440", "2640", "3740", "6570", "65700"]
        .into_iter()
        .map(|number| Account { number: number.to_owned(), name: text(&mut rng), class: rng.pick(&classes) })
        .collect();
    let dimensions = [1, 6].into_iter().map(|number| Dimension {
        number,
        name: text(&mut rng),
        objects: ["10", "A å", "x-1"].into_iter().map(|code| (code.to_owned(), text(&mut rng))).collect(),
    });
    let dimensions: Vec<Dimension> = dimensions.collect();
    let mut vouchers = Vec::new();
    for number in 0..rng.range(1, 12) {
        let unit = rng.pick(&units);
        let mut postings: Vec<Posting> = Vec::new();
        for _ in 0..rng.range(1, 6) {
            let mut objects: Vec<(u32, String)> = Vec::new();
            for dimension in [1, 6] {
                if rng.percent(20) {
                    objects.push((dimension, rng.pick(&["10", "A å", "x-1"]).to_owned()));
                }
            }
            let size = rng.pick(&[9, 5_000, 12_345_678, 99_999_999_999_999]);
            let sign = rng.pick(&[-1, 1]);
            postings.push(Posting {
                account: rng.pick(&accounts).number,
                amount_minor: i128::from(rng.range(1, size) * sign),
                text: text(&mut rng),
                dimensions: objects,
            });
        }
        let sum: i128 = postings.iter().map(|posting| posting.amount_minor).sum();
        let closing =
            Posting { account: "1580".to_owned(), amount_minor: -sum, text: text(&mut rng), dimensions: Vec::new() };
        postings.push(closing);
        let of = SettlementKey {
            provider: rng.pick(&["swedbank_pay", "dintero", "a: b"]).to_owned(),
            settlement_id: text(&mut rng),
            currency: unit.code.clone(),
        };
        let voucher = Voucher {
            id: format!("v-{seed}-{number}"),
            kind: VoucherKind::Settlement,
            of,
            corrects: rng.percent(20).then(|| format!("v-{seed}-0")),
            dated: day(rng.range(0, 364)),
            text: text(&mut rng),
            is_copy: rng.percent(10),
            postings,
        };
        vouchers.extend(voucher.balanced());
    }
    vouchers.sort_by_key(|voucher| (voucher.of.currency.clone(), voucher.dated, voucher.id.clone()));
    let named: BTreeSet<&String> =
        vouchers.iter().flat_map(|voucher| &voucher.postings).map(|line| &line.account).collect();
    accounts.retain(|account| named.contains(&account.number));
    Journal {
        entity: Entity {
            name: format!("AB {}", text(&mut rng)),
            organisation_number: rng.pick(&["", "5566778899", "556677-8899", "987 654 321"]).to_owned(),
            plan: rng.pick(&["", "BAS2026", "BAS95", "NS4102"]).to_owned(),
            series: rng.pick(&["", "A", "å;\n"]).to_owned(),
            year_begins: u32::try_from(rng.range(1, 12)).unwrap(),
        },
        as_of: day(364),
        program: "avstem 0.1.0".to_owned(),
        units,
        accounts,
        dimensions,
        vouchers,
    }
}

/// Minor units by account and currency, added up from the journal itself.
fn balances(journal: &Journal) -> BTreeMap<(String, String), i128> {
    let mut sums = BTreeMap::new();
    for voucher in &journal.vouchers {
        for posting in &voucher.postings {
            *sums.entry((posting.account.clone(), voucher.of.currency.clone())).or_default() += posting.amount_minor;
        }
    }
    sums
}

fn seeds(count: u64) -> Vec<u64> {
    match std::env::var("AVSTEM_SEED") {
        Ok(seed) => vec![seed.parse().unwrap()],
        Err(_) => (0..count).collect(),
    }
}

fn written(journal: &Journal, format: JournalFormat, seed: u64) -> Vec<JournalFile> {
    let written = files(journal, format).unwrap_or_else(|problem| panic!("seed {seed}, {format:?}: {problem}"));
    assert_eq!(files(journal, format), Ok(written.clone()), "seed {seed}: the same bytes again");
    written
}

#[test]
fn every_format_is_proved_with_the_balances_of_the_journal() {
    for seed in seeds(400) {
        for (format, decimals) in [
            (JournalFormat::Sie, 2),
            (JournalFormat::Gbat10, 2),
            (JournalFormat::Hledger, 3),
            (JournalFormat::Beancount, 3),
        ] {
            let journal = journal(seed, decimals);
            let mut all = Proved::default();
            for file in written(&journal, format, seed) {
                let proved = prove(format, &file.name, &file.bytes)
                    .unwrap_or_else(|fault| panic!("seed {seed}: {fault}\n{}", String::from_utf8_lossy(&file.bytes)));
                all.vouchers += proved.vouchers;
                all.lines.extend(proved.lines);
                for (key, sum) in proved.sums_by_account {
                    *all.sums_by_account.entry(key).or_default() += sum;
                }
            }
            assert_eq!(all.sums_by_account, balances(&journal), "seed {seed}, {format:?}");
            assert_eq!(usize::try_from(all.vouchers).unwrap(), journal.vouchers.len(), "seed {seed}, {format:?}");
            let mut found: Vec<(NaiveDate, String, i128, String)> = all
                .lines
                .into_iter()
                .map(|line| (line.dated, line.account, line.amount_minor, line.currency))
                .collect();
            let mut wanted = Vec::new();
            for voucher in &journal.vouchers {
                for posting in &voucher.postings {
                    let currency = voucher.of.currency.clone();
                    wanted.push((voucher.dated, posting.account.clone(), posting.amount_minor, currency));
                }
            }
            found.sort();
            wanted.sort();
            assert_eq!(found, wanted, "seed {seed}, {format:?}");
        }
    }
}

/// Any byte changed, cut off or doubled: an error or the same journal, and never a panic.
#[test]
fn broken_bytes_are_refused_or_change_no_amount() {
    for seed in seeds(60) {
        let mut rng = Rng::new(seed);
        for format in JournalFormat::ALL {
            let journal = journal(seed, 2);
            for file in written(&journal, format, seed) {
                let good = prove(format, &file.name, &file.bytes).unwrap();
                for _ in 0..60 {
                    let mut bytes = file.bytes.clone();
                    let at = rng.below(bytes.len());
                    match rng.below(4) {
                        0 => bytes[at] = u8::try_from(rng.below(256)).unwrap(),
                        1 => bytes.truncate(at),
                        2 => drop(bytes.remove(at)),
                        _ => bytes.insert(at, rng.pick(b" \"{}\\\n\r;:0.-")),
                    }
                    // One byte cannot move money from an account to another in a voucher that still balances.
                    if let Ok(proved) = prove(format, &file.name, &bytes) {
                        let sums = |proved: &Proved| {
                            let mut sums: Vec<i128> = proved.lines.iter().map(|line| line.amount_minor).collect();
                            sums.sort_unstable();
                            sums
                        };
                        let cut = proved.vouchers < good.vouchers;
                        assert!(cut || sums(&proved) == sums(&good), "seed {seed}, {}, byte {at}", file.name);
                    }
                }
            }
        }
    }
}

#[test]
fn sie_files_have_no_diagnostics_of_another_reader() {
    for seed in seeds(400) {
        let journal = journal(seed, 2);
        for file in written(&journal, JournalFormat::Sie, seed) {
            let text = sie_parser::decode_cp437(&file.bytes);
            let read = sie_parser::parse(&text);
            assert!(read.diagnostics.is_empty(), "seed {seed}, {}: {:#?}\n{text}", file.name, read.diagnostics);
            // The document of that crate wants numbers of vouchers, which a file of type 4I leaves to its receiver; so the
            // balances are added up from its records. Amounts have two decimals, or none.
            let mut sums: BTreeMap<(String, String), i128> = BTreeMap::new();
            let currency = file.name[8..11].to_owned();
            for item in read.items.iter().filter(|item| item.label == "#VER") {
                for posting in &item.children {
                    let field = |index: usize| posting.fields[index].value.as_str().unwrap();
                    let amount: i128 = field(2).replace('.', "").parse().unwrap();
                    *sums.entry((field(0).to_owned(), currency.clone())).or_default() += amount;
                }
            }
            let mut wanted = balances(&journal);
            wanted.retain(|(_, code), _| *code == currency);
            assert_eq!(sums, wanted, "seed {seed}, {}", file.name);
        }
    }
}

/// Writes random journals for the programs that are not Rust.
#[test]
#[ignore = "writes folders for tests/readers/journal.py"]
fn random_journals_as_folders() {
    let root = std::env::var("AVSTEM_JOURNALS")
        .map_or_else(|_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/journals")), PathBuf::from);
    for seed in seeds(25) {
        let journal = journal(seed, if seed % 2 == 0 { 2 } else { 3 });
        let folder = root.join(format!("random-{seed}"));
        std::fs::create_dir_all(&folder).unwrap();
        for format in [JournalFormat::Hledger, JournalFormat::Beancount] {
            for file in written(&journal, format, seed) {
                std::fs::write(folder.join(file.name), file.bytes).unwrap();
            }
        }
        let mut table = "account,currency,amount_minor\n".to_owned();
        for ((account, currency), amount_minor) in balances(&journal) {
            writeln!(table, "{account},{currency},{amount_minor}").unwrap();
        }
        std::fs::write(folder.join("balances.csv"), table).unwrap();
    }
}
