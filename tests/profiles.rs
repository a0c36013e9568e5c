//! Exports of shops read through profiles, from outside: the same day in several hands gives one and the same report,
//! and what cannot be read stands where the shop's own file has it.

mod harness;

use std::fmt::Write as _;

use harness::{Case, Ran, rows};

/// Letters of files that are not UTF-8.
type Encode = fn(&str) -> Vec<u8>;

fn windows_1252(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
}

fn utf_16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn utf_8(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

/// A line of an order: number, gross in minor units, VAT, days after the first of October, currency.
struct Line {
    number: i64,
    gross: i64,
    vat: i64,
    day: i64,
    currency: &'static str,
}

/// A month of order lines, some of which are captured short, twice or never.
fn month() -> Vec<Line> {
    (0..240)
        .map(|number| Line {
            number,
            gross: 999_900 + number * 1_237,
            vat: (999_900 + number * 1_237) / 5,
            day: number % 28,
            currency: if number % 9 == 0 { "ISK" } else { "SEK" },
        })
        .collect()
}

/// How an export writes a month.
struct Dialect {
    keys: &'static str,
    header: [&'static str; 3],
    delimiter: char,
    encode: Encode,
    amount: fn(i64, &str) -> String,
    day: fn(i64) -> String,
    captured: &'static str,
    returned: &'static str,
}

fn canonical_amount(minor: i64, _: &str) -> String {
    minor.to_string()
}

fn canonical_day(day: i64) -> String {
    format!("2026-10-{:02}", day + 1)
}

/// Digits in groups of three.
fn grouped(number: i64, mark: char) -> String {
    let digits = number.abs().to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

/// `1 234,50-`, without decimals where the currency has none.
fn swedish_amount(minor: i64, currency: &str) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    match currency {
        "ISK" => format!("{}{sign}", grouped(minor, '\u{a0}')),
        _ => format!("{},{:02}{sign}", grouped(minor / 100, '\u{a0}'), (minor % 100).abs()),
    }
}

fn norwegian_day(day: i64) -> String {
    format!("{}. oktober 2026", day + 1)
}

/// `(1.234,50) kr`.
fn danish_amount(minor: i64, currency: &str) -> String {
    let (whole, decimals) = match currency {
        "ISK" => (minor, "00".to_owned()),
        _ => (minor / 100, format!("{:02}", (minor % 100).abs())),
    };
    let text = format!("{},{decimals} kr", grouped(whole, '.'));
    if minor < 0 { format!("({text})") } else { text }
}

fn danish_day(day: i64) -> String {
    format!("{:02}-OKT-26", day + 1)
}

/// `\u{2212}1234.50`.
fn english_amount(minor: i64, currency: &str) -> String {
    let sign = if minor < 0 { "\u{2212}" } else { "" };
    match currency {
        "ISK" => format!("{sign}{}", grouped(minor, ',')),
        _ => format!("{sign}{}.{:02}", grouped(minor / 100, ','), (minor % 100).abs()),
    }
}

fn english_day(day: i64) -> String {
    format!("10/{:02}/2026 12:00 AM", day + 1)
}

impl Dialect {
    /// The three files: order lines, captures, and settled rows of captures and reversals.
    fn files(&self) -> [Vec<u8>; 3] {
        let mut texts = self.header.map(|header| format!("{header}\r\n"));
        let [orders, captures, settled] = &mut texts;
        let d = self.delimiter;
        for Line { number, gross, vat, day, currency } in month() {
            let [amount, vat] = [gross, vat].map(|minor| (self.amount)(minor, currency));
            let at = (self.day)(day);
            writeln!(orders, "Ö{number}/1{d}{amount}{d}{vat}{d}{currency}{d}{at}\r").unwrap();
            if number % 11 == 0 {
                continue;
            }
            let short = if number % 13 == 0 { gross - 100 } else { gross };
            let amount = (self.amount)(short, currency);
            writeln!(captures, "Ö{number}/1{d}{amount}{d}{currency}{d}{at}{d}T{number}\r").unwrap();
            let word = self.captured;
            writeln!(settled, "T{number}{d}{amount}{d}{currency}{d}{at}{d}{word}\r").unwrap();
            if number % 17 == 0 {
                let (amount, word) = ((self.amount)(-500, currency), self.returned);
                writeln!(settled, "R{number}{d}{amount}{d}{currency}{d}{at}{d}{word}\r").unwrap();
            }
        }
        texts.map(|text| (self.encode)(&text))
    }

    fn run(&self) -> Ran {
        let config = format!(
            "[[source]]\npath = \"o.txt\"\ndataset = \"orders\"\nprofile = \"orders\"\n\
             [[source]]\npath = \"c.txt\"\ndataset = \"captures\"\nprofile = \"captures\"\n\
             [[source]]\npath = \"s.txt\"\ndataset = \"settlements\"\nprofile = \"settled\"\n{}",
            ["orders", "captures", "settled"]
                .map(|name| format!("[profiles.{name}]\n{}{}", self.keys, self.columns(name)))
                .concat()
        );
        let [orders, captures, settled] = self.files();
        Case::new()
            .args("run --quiet --matches --as-of 2026-10-31 --config c.toml")
            .file("c.toml", config)
            .file("o.txt", orders)
            .file("c.txt", captures)
            .file("s.txt", settled)
            .status(1)
            .run()
    }

    /// The columns of a file, by its header.
    fn columns(&self, file: &str) -> String {
        let names = |place: usize| self.header[place].split(self.delimiter).collect::<Vec<_>>();
        let split = |column: &str| {
            format!("split = [{{ column = \"{column}\", pattern = '^(?<order_id>[^/]+)/(?<line_id>.+)$' }}]\n")
        };
        match file {
            "orders" => {
                let names = names(0);
                let [key, gross, vat, currency, at] = names.as_slice() else { panic!("{names:?}") };
                split(key)
                    + &format!(
                        "columns = {{ gross_amount = \"{gross}\", vat_amount = \"{vat}\", currency = \"{currency}\", created_at = \"{at}\" }}\n"
                    )
            }
            "captures" => {
                let names = names(1);
                let [key, amount, currency, at, id] = names.as_slice() else { panic!("{names:?}") };
                split(key)
                    + &format!(
                        "constants = {{ state = \"completed\" }}\ncolumns = {{ amount = \"{amount}\", currency = \"{currency}\", created_at = \"{at}\", operation_id = \"{id}\" }}\n"
                    )
            }
            _ => {
                let names = names(2);
                let [id, gross, currency, at, kind] = names.as_slice() else { panic!("{names:?}") };
                let words = format!(
                    "values.kind = {{ \"{}\" = \"capture\", \"{}\" = \"reversal\" }}\n",
                    self.captured, self.returned
                );
                words
                    + &format!(
                        "columns = {{ operation_id = \"{id}\", gross_amount = \"{gross}\", currency = \"{currency}\", created_at = \"{at}\", kind = \"{kind}\" }}\n"
                    )
            }
        }
    }
}

/// The canonical files of the same month.
fn canonical() -> Ran {
    let plain = Dialect {
        keys: "",
        header: ["", "", ""],
        delimiter: ',',
        encode: utf_8,
        amount: canonical_amount,
        day: canonical_day,
        captured: "capture",
        returned: "reversal",
    };
    let [orders, captures, settled] = plain.files().map(|bytes| String::from_utf8(bytes).unwrap());
    let files = [
        ("o.txt", "order_id,line_id,gross_amount,vat_amount,currency,created_at", orders.replace("/1,", ",1,")),
        (
            "c.txt",
            "order_id,line_id,amount,currency,created_at,operation_id,state",
            captures.replace("/1,", ",1,").replace("\r\n", ",true\r\n").replacen(",true", "", 1),
        ),
        ("s.txt", "operation_id,gross_amount,currency,created_at,kind", settled),
    ];
    let case = Case::new()
        .args("run --quiet --matches --as-of 2026-10-31 --orders o.txt --captures c.txt --settlements s.txt");
    files
        .into_iter()
        .fold(case, |case, (name, header, text)| case.file(name, format!("{header}{text}")))
        .status(1)
        .run()
}

/// Hashes of what stands beside them, `sources` included.
const HASHES: [&str; 4] = ["files", "line_checks", "content_line_check", "content_sha256"];

/// All that a report says but for the place, format and hash of its files.
fn said(ran: &Ran) -> String {
    let findings = rows(&ran.bytes("avstem-out/discrepancies.csv"));
    let findings: String = findings.iter().map(|row| row[..19].join("|") + "|" + &row[20] + "\n").collect();
    let matches = rows(&ran.bytes("avstem-out/matches.csv"));
    let matches: String = matches.iter().map(|row| row[..13].join("|") + "\n").collect();
    let mut summary: serde_json::Value = serde_json::from_slice(&ran.bytes("avstem-out/summary.json")).unwrap();
    summary.as_object_mut().unwrap().retain(|key, _| !HASHES.contains(&key.as_str()));
    for input in summary["inputs"].as_array_mut().unwrap() {
        input
            .as_object_mut()
            .unwrap()
            .retain(|key, _| !["format", "bytes", "sha256", "content_sha256"].contains(&key.as_str()));
    }
    [findings, matches, ran.text("avstem-out/batches.csv"), ran.text("avstem-out/rejects.csv"), summary.to_string()]
        .concat()
}

#[test]
fn one_month_in_four_hands_gives_one_report() {
    let expected = said(&canonical());
    assert!(expected.lines().count() > 300, "the month has findings and matches");
    let dialects = [
        Dialect {
            keys: "delimiter = \";\"\nencoding = \"windows-1252\"\ndecimal = \",\"\ngrouping = \"space\"\namount_unit = \"major\"\n\
                   date_format = \"%d. %B %Y\"\n",
            header: [
                "Rad;Belopp;Moms;Valuta;Datum",
                "Rad;Belopp;Valuta;Datum;Händelse",
                "Händelse;Belopp;Valuta;Datum;Typ",
            ],
            delimiter: ';',
            encode: windows_1252,
            amount: swedish_amount,
            day: norwegian_day,
            captured: "Köp",
            returned: "Återköp",
        },
        Dialect {
            keys: "delimiter = \"tab\"\nencoding = \"utf-16\"\nquote = \"none\"\ndecimal = \",\"\ngrouping = \".\"\n\
                   amount_unit = \"major\"\ndate_format = \"%d-%b-%y\"\n",
            header: [
                "Linje\tBeløb\tMoms\tValuta\tDato",
                "Linje\tBeløb\tValuta\tDato\tId",
                "Id\tBeløb\tValuta\tDato\tArt",
            ],
            delimiter: '\t',
            encode: utf_16,
            amount: danish_amount,
            day: danish_day,
            captured: "Salg",
            returned: "Refusion",
        },
        Dialect {
            keys: "delimiter = \"|\"\ndecimal = \".\"\ngrouping = \",\"\namount_unit = \"major\"\ndate_format = \"%m/%d/%Y %I:%M %p\"\n\
                   timezone = \"Europe/Stockholm\"\n",
            header: ["line|gross|vat|currency|date", "line|amount|currency|date|id", "id|amount|currency|date|type"],
            delimiter: '|',
            encode: utf_8,
            amount: english_amount,
            day: english_day,
            captured: "Sale",
            returned: "Refund",
        },
    ];
    for dialect in dialects {
        let found = said(&dialect.run());
        for (found, expected) in found.lines().zip(expected.lines()) {
            assert_eq!(found, expected, "{}", dialect.keys);
        }
        assert_eq!(found.len(), expected.len(), "{}", dialect.keys);
    }
}

#[test]
fn rows_that_cannot_be_read_stand_where_the_shop_has_them() {
    let captures = "Export från kassan\r\n\r\nOrdernr;Belopp;Datum;Typ\r\nA;10,50;2026-10-05;Köp\r\nB;1.234;2026-10-05;Köp\r\n\
                    C;5,00;2026-10-05;Retur\r\nD;5,00;5/10;Köp\r\nE;5,00;2026-10-05;Köp;\r\n";
    let config = "[[source]]\npath = \"c.csv\"\ndataset = \"captures\"\nprofile = \"shop\"\n[profiles.shop]\ndelimiter = \";\"\n\
                  encoding = \"cp1252\"\ndecimal = \",\"\namount_unit = \"major\"\nheader_row = 3\ndate_format = \"%Y-%m-%d\"\n\
                  columns = { order_id = \"Ordernr\", amount = \"Belopp\", created_at = \"Datum\" }\n\
                  constants = { currency = \"SEK\" }\nonly = { Typ = [\"köp\"] }\n";
    let case = |args: &str| Case::new().args(args).file("c.toml", config).file("c.csv", windows_1252(captures));
    case("check --config c.toml")
        .stdout(
            "file   format                                                 dataset   provider  state  rows  rejected  sum        stated totals\n\
             c.csv  profile shop (windows-1252, ;), 1 row left out by Typ  captures  default   read      4         3  SEK 10.50  -\n",
        )
        .status(3)
        .run();
    let ran = case("run --quiet --as-of 2026-10-31 --config c.toml").any_stdout().status(3).run();
    let ambiguous = "1.234 can be read as 1234 and as 1 with decimals 234: say in the profile whether the dot is its grouping or its \
                     decimal sign";
    assert_eq!(
        rows(&ran.bytes("avstem-out/rejects.csv")),
        [
            ["c.csv", "5", "amount", "1.234", ambiguous],
            ["c.csv", "7", "created_at", "5/10", "a timestamp of this profile is %Y-%m-%d, and a day that exists"],
            ["c.csv", "8", "", "E | 5,00 | 2026-10-05 | Köp | ", "5 fields where the header has 4"],
        ]
    );
    let stops = |config: &str, said: &str| case("check --config d.toml").file("d.toml", config).stops(said);
    stops(
        &config.replace("\"Belopp\"", "\"Summa\""),
        "avstem: error: c.csv:3: the column `Summa` (amount of profile shop) is not there\n  \
         help: the nearest is `Datum`; the header has: Ordernr, Belopp, Datum, Typ\n",
    );
    stops(
        &config.replace("cp1252", "utf-16"),
        "avstem: error: c.csv: the file is no UTF-16, but its profile says encoding = \"utf-16\"\n  help: correct the encoding in the \
         profile, or leave it out where the file has a byte order mark\n",
    );
    stops(
        &config.replace("profile = \"shop\"", "profile = \"shoppe\""),
        "avstem: error: d.toml:4:11: no such profile: `shoppe`; the nearest is `shop`\n 4 | profile = \"shoppe\"\n   |           ^^^^^^^^\n  \
         help: describe it in a table [profiles.shoppe]\n",
    );
}
