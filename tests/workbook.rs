//! The workbook of the demonstration month, read back with nothing but a package and an XML reader.

mod harness;

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::path::Path;

use harness::{Case, project};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// A cell: its text, and whether it is a number.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cell {
    Text(String),
    Number(String),
}

impl Cell {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
        }
    }
}

/// A sheet: its rows by their columns, and its elements outside the rows with their attributes.
#[derive(Debug, Default)]
struct Sheet {
    rows: Vec<BTreeMap<String, Cell>>,
    elements: Vec<(String, BTreeMap<String, String>)>,
}

impl Sheet {
    fn has(&self, element: &str, attributes: &[(&str, &str)]) -> bool {
        self.elements.iter().any(|(name, found)| {
            let same = |(key, value): &(&str, &str)| found.get(*key).is_some_and(|found| found == value);
            name == element && attributes.iter().all(same)
        })
    }

    /// The rows of a table by their headings.
    fn table(&self) -> Vec<BTreeMap<String, Cell>> {
        let head = &self.rows[0];
        let named = |row: &BTreeMap<String, Cell>| {
            row.iter().map(|(column, cell)| (head[column].text().to_owned(), cell.clone())).collect()
        };
        self.rows[1..].iter().map(named).collect()
    }
}

fn attributes(element: &BytesStart<'_>) -> BTreeMap<String, String> {
    let text = |text: &str| text.to_owned();
    element
        .attributes()
        .map(|found| found.unwrap())
        .map(|found| (text(found.key.as_ref()), text(&found.value)))
        .collect()
}

fn sheet(xml: &str) -> Sheet {
    let mut sheet = Sheet::default();
    let mut reader = Reader::from_str(xml);
    let (mut place, mut kind, mut text, mut inside) = (String::new(), String::new(), String::new(), false);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                let (name, found) = (element.name().as_ref().to_owned(), attributes(&element));
                match name.as_str() {
                    "row" => sheet.rows.push(BTreeMap::new()),
                    "c" => {
                        place = found["r"].trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
                        assert_eq!(found["r"][place.len()..], sheet.rows.len().to_string(), "rows are in their places");
                        kind = found.get("t").cloned().unwrap_or_default();
                    }
                    "t" | "v" => {
                        inside = true;
                        text.clear();
                    }
                    _ => {}
                }
                sheet.elements.push((name, found));
            }
            Event::Text(part) if inside => text.push_str(&part),
            Event::GeneralRef(name) if inside => {
                text.push_str(match &*name {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    other => panic!("&{other:?};"),
                });
            }
            Event::End(element) if matches!(element.name().as_ref(), "t" | "v") => {
                inside = false;
                let cell = if kind == "inlineStr" { Cell::Text(text.clone()) } else { Cell::Number(text.clone()) };
                sheet.rows.last_mut().unwrap().insert(place.clone(), cell);
            }
            Event::Eof => return sheet,
            _ => {}
        }
    }
}

/// The sheets of a workbook by name, in their order.
fn sheets(bytes: &[u8]) -> Vec<(String, Sheet)> {
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        package.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let workbook = part("xl/workbook.xml");
    let names = workbook.split("<sheet name=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    names.zip(1..).map(|(name, number)| (name, sheet(&part(&format!("xl/worksheets/sheet{number}.xml"))))).collect()
}

fn month(out: &Path, threads: &str) -> Vec<u8> {
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_avstem"))
        .args(["run", "--config", "samples/october-2026/avstem.toml", "--as-of", "2026-10-31", "--reports", "xlsx"])
        .args(["--quiet", "--threads", threads, "--out"])
        .arg(out)
        .current_dir(project())
        .env_clear()
        .output()
        .unwrap();
    assert_eq!((ran.status.code(), ran.stdout, ran.stderr), (Some(1), Vec::new(), Vec::new()));
    std::fs::read(out.join("report.xlsx")).unwrap()
}

/// Minor units of a number in major units: all its digits.
fn minor(number: &str, decimals: usize) -> i128 {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    assert_eq!(fraction.len(), decimals, "{number}");
    format!("{whole}{fraction}").parse().unwrap()
}

/// Findings and the sum of their differences, by code, status and currency.
type Sums = BTreeMap<(String, String, String), (u64, i128)>;

/// The sums of tables of findings; `status` where their column says something else.
fn sums<'a>(tables: impl Iterator<Item = &'a Sheet>, status: Option<&str>) -> Sums {
    let mut sums = Sums::new();
    for row in tables.flat_map(Sheet::table) {
        let text = |name: &str| row.get(name).map_or(String::new(), |cell| cell.text().to_owned());
        let status = status.map_or_else(|| text("Status"), str::to_owned);
        let difference = match row.get("Difference") {
            Some(Cell::Number(number)) => minor(number, 2),
            None => 0,
            Some(Cell::Text(text)) => panic!("{text} is no number"),
        };
        let sum = sums.entry((text("Code"), status, text("Currency"))).or_default();
        *sum = (sum.0 + 1, sum.1 + difference);
    }
    sums
}

#[test]
fn the_sums_of_the_month_are_those_of_its_summary() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let bytes = month(&out, "1");
    assert_eq!(month(&out, "8"), bytes, "the same bytes again");
    let summary: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("summary.json")).unwrap()).unwrap();
    let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap().to_owned();
    let mut expected = Sums::new();
    for row in summary["codes"].as_array().unwrap() {
        let key = (text(row, "code"), text(row, "status"), text(row, "currency"));
        expected.insert(key, (row["findings"].as_u64().unwrap(), row["difference"].as_i64().unwrap().into()));
    }
    let of = |status: &str| -> Sums {
        expected.iter().filter(|(key, _)| key.1 == status).map(|(key, sum)| (key.clone(), *sum)).collect()
    };

    let sheets = sheets(&bytes);
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    let legs = ["Lines", "Operations", "Batch findings", "Files", "Records"];
    let all =
        [&["Summary", "To do", "Pending", "Causes", "Batches", "Ageing"][..], &legs, &["Rejects", "Legend"]].concat();
    assert_eq!(names, all);
    let named = |name: &str| &sheets.iter().find(|(found, _)| found == name).unwrap().1;
    assert_eq!(sums(legs.iter().map(|name| named(name)), None), expected);
    assert_eq!(sums([named("To do")].into_iter(), Some("open")), of("open"));
    assert_eq!(sums([named("Pending")].into_iter(), Some("pending")), of("pending"));
    assert!(named("To do").table().iter().all(|row| row["Status"] == Cell::Text("To do".to_owned())));

    // The bridge of each batch closes.
    for row in named("Batches").table() {
        let amount = |name: &str| row.get(name).map_or(0, |cell| minor(cell.text(), 2));
        let codes = row.keys().filter(|name| {
            name.contains('-') || ["ambiguous", "matched", "tolerance", "unsettled"].contains(&name.as_str())
        });
        let explained: i128 = codes.map(|name| amount(name)).sum();
        assert_eq!(
            amount("Captured less reversed") + explained + amount("Not explained"),
            amount("Settled"),
            "{row:?}"
        );
        assert_eq!(amount("Settled") - amount("Fees") + amount("Net differs by"), amount("Net"), "{row:?}");
    }

    // The summary shows the same by code.
    let mut shown = Sums::new();
    for row in &named("Summary").rows {
        let text = |column: &str| row.get(column).map_or(String::new(), |cell| cell.text().to_owned());
        let key = (text("A"), text("C"), text("D"));
        if expected.contains_key(&key) {
            let difference = row.get("G").map_or(0, |cell| minor(cell.text(), 2));
            assert_eq!(shown.insert(key, (text("E").parse().unwrap(), difference)), None);
        }
    }
    assert_eq!(shown, expected);

    for (name, sheet) in &sheets {
        assert!(sheet.has("pageSetup", &[("orientation", "landscape"), ("fitToHeight", "0")]), "{name}");
        assert!(sheet.has("headerFooter", &[]) || name.is_empty(), "{name}");
        if name != "Summary" {
            let filter = sheet.elements.iter().find(|(element, _)| element == "autoFilter");
            let range = &filter.unwrap_or_else(|| panic!("{name} has no filter")).1["ref"];
            assert!(range.starts_with("A1:") && range.ends_with(&sheet.rows.len().to_string()), "{name}: {range}");
            assert!(sheet.has("pane", &[("state", "frozen"), ("ySplit", "1")]), "{name}");
        }
    }
    assert!(named("To do").has("dataValidation", &[("type", "list"), ("sqref", "A2:A41")]));
}

#[test]
fn texts_that_look_like_formulas_are_texts_and_verify_knows_the_workbook() {
    let orders = "order_id,line_id,gross_amount,currency,created_at\n=cmd|' /C calc'!A0,1,100,SEK,2026-03-02\n+1,1,200,SEK,2026-03-02\n\
                  -2,1,300,SEK,2026-03-02\n@x,1,400,SEK,2026-03-02\n0012,1,500,SEK,2026-03-02\n";
    let args = "run --orders orders.csv --as-of 2026-03-31 --reports xlsx --quiet --out out";
    for state in ["", " --state night.db"] {
        let ran = Case::new().args(&format!("{args}{state}")).file("orders.csv", orders).status(1).run();
        let sheets = sheets(&ran.bytes("out/report.xlsx"));
        let to_do = &sheets.iter().find(|(name, _)| name == "To do").unwrap().1;
        let ids: Vec<Cell> = to_do.table().iter().map(|row| row["Order id"].clone()).collect();
        let texts = ["0012", "@x", "-2", "+1", "=cmd|' /C calc'!A0"].map(|text| Cell::Text(text.to_owned()));
        assert_eq!(ids, texts, "the largest first");
        assert!(sheets.iter().all(|(_, sheet)| !sheet.has("f", &[])), "no formula");
        let summary = ran.text("out/summary.json");
        assert!(summary.contains("\"report.xlsx\""), "{summary}");
        let ran = Case::after(ran).args("verify out").any_stdout().run();
        // One changed byte is found.
        let path = ran.folder.path().join("out/report.xlsx");
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        Case::after(ran).args("verify out").any_stdout().any_stderr().status(1).run();
    }
}
