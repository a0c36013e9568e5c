//! The page from outside: the same bytes in every run, the numbers of the other files, and texts that stay texts.

mod harness;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use harness::{Case, project, rows};
use serde_json::Value;

const LANGUAGES: [&str; 5] = ["en", "sv", "nb", "da", "fi"];

fn month(out: &Path, more: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_avstem"))
        .args(["run", "--config", "samples/october-2026/avstem.toml", "--as-of", "2026-10-31", "--reports", "html"])
        .args(["--quiet", "--out"])
        .arg(out)
        .args(more)
        .current_dir(project())
        .env_clear()
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stdout, output.stderr), (Some(1), Vec::new(), Vec::new()));
    std::fs::read_to_string(out.join("report.html")).unwrap()
}

/// The attributes `data-...` of every element that has the first of them, in the order of the page.
fn data(page: &str, first: &str) -> Vec<BTreeMap<String, String>> {
    let mark = format!(" data-{first}=\"");
    let elements = page.split('<').filter_map(|rest| rest.split_once('>')).filter(|(tag, _)| tag.contains(&mark));
    let of = |tag: &str| {
        let parts = tag.split(" data-").skip(1);
        parts
            .filter_map(|part| part.split_once("=\""))
            .map(|(name, value)| (name.to_owned(), value.split('"').next().unwrap().to_owned()))
            .collect()
    };
    elements.map(|(tag, _)| of(tag)).collect()
}

fn number(value: &Value) -> i128 {
    value.to_string().parse().unwrap()
}

#[test]
fn every_language_gives_the_same_bytes_twice_and_the_numbers_of_the_summary() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for lang in LANGUAGES {
        let page = month(&out, &["--lang", lang, "--threads", "1"]);
        assert!(page.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{lang}\">")));
        let summary: Value = serde_json::from_slice(&std::fs::read(out.join("summary.json")).unwrap()).unwrap();
        let named: Vec<&str> =
            summary["files"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
        assert_eq!(named, ["batches.csv", "discrepancies.csv", "rejects.csv", "report.html"]);

        // By code, status and currency.
        let of_page: Vec<[String; 5]> = data(&page, "difference")
            .into_iter()
            .filter(|row| row.contains_key("findings"))
            .map(|mut row| {
                ["code", "status", "currency", "findings", "difference"].map(|name| row.remove(name).unwrap())
            })
            .collect();
        let text = |row: &Value, name: &str| match &row[name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let mut of_summary: Vec<[String; 5]> = summary["codes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| ["code", "status", "currency", "findings", "difference"].map(|name| text(row, name)))
            .collect();
        let mut sorted = of_page.clone();
        sorted.sort();
        of_summary.sort();
        assert_eq!(sorted, of_summary, "{lang}");
        assert!(of_page[0][1] == "open" && of_page.last().unwrap()[1] == "listed", "open ones first");

        // The findings, one by one.
        let found = rows(&std::fs::read(out.join("discrepancies.csv")).unwrap());
        let mut wanted: Vec<[String; 4]> = found.iter().map(|row| [1, 2, 11, 14].map(|at| row[at].clone())).collect();
        let mut listed: Vec<[String; 4]> = data(&page, "size")
            .into_iter()
            .map(|mut row| ["code", "status", "currency", "difference"].map(|name| row.remove(name).unwrap()))
            .collect();
        wanted.sort();
        listed.sort();
        assert_eq!(listed, wanted, "{lang}");
        let [body] = data(&page, "as-of").try_into().unwrap();
        let open = found.iter().filter(|row| row[2] == "open").count();
        assert_eq!((body["open"].as_str(), body["pending"].as_str()), (open.to_string().as_str(), "6"));

        // The control totals.
        let read: Vec<(i128, i128)> = data(&page, "read")
            .iter()
            .map(|row| (row["read"].parse().unwrap(), row["read-sum"].parse().unwrap()))
            .collect();
        let stated: Vec<(i128, i128)> = summary["control_totals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (number(&row["read"]["count"]), number(&row["read"]["sum"])))
            .collect();
        assert_eq!(read, stated, "{lang}");

        assert_eq!(month(&out, &["--lang", lang, "--threads", "3"]), page, "{lang}");
        assert_eq!(Case::new().args(&format!("verify {}", out.display())).any_stdout().run().stderr, "");
    }
}

#[test]
fn bridges_are_the_sums_of_the_batches() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let page = month(&out, &[]);
    let mut of_batches: BTreeMap<(String, String), BTreeMap<String, i128>> = BTreeMap::new();
    for row in rows(&std::fs::read(out.join("batches.csv")).unwrap()) {
        let sums = of_batches.entry((row[0].clone(), row[2].clone())).or_default();
        let mut add =
            |name: &str, part: &str| *sums.entry(name.to_owned()).or_default() += part.parse::<i128>().unwrap();
        add("operations", &row[4]);
        add("settled", &row[6]);
        for part in row[11].split(';').filter(|part| !part.is_empty()) {
            let (code, sum) = part.split_once('=').unwrap();
            add(code, sum);
        }
    }
    of_batches
        .values_mut()
        .for_each(|sums| sums.retain(|name, sum| *sum != 0 || name == "operations" || name == "settled"));
    let mut of_page: BTreeMap<(String, String), BTreeMap<String, i128>> = BTreeMap::new();
    for table in page.split("<table class=\"bridge\"").skip(1).map(|rest| rest.split("</tbody>").next().unwrap()) {
        let tag = format!("<table{}", table.split_inclusive('>').next().unwrap());
        let [head] = data(&tag, "provider").try_into().unwrap();
        let steps = data(table, "minor").into_iter().map(|row| (row["code"].clone(), row["minor"].parse().unwrap()));
        of_page.insert((head["provider"].clone(), head["currency"].clone()), steps.collect());
    }
    assert_eq!(of_page, of_batches);
    assert_eq!(of_page.len(), 5);
}

#[test]
fn texts_of_the_files_stay_texts_and_a_state_has_a_page_too() {
    let orders = "order_id,line_id,gross_amount,currency,created_at,description\n\
        \"<script>alert(1)</script>\",1,10000,SEK,2026-03-02,x\n\"a\"\"b'c&d\",1,5000,SEK,2026-03-02,=1+1\n=1+1,1,7,SEK,2026-03-02,\n\
        r,1,<img src=x>,SEK,2026-03-02,\n";
    let case = || {
        Case::new()
            .args("run --as-of 2026-03-31 --orders orders.csv --reports html --lang da --quiet")
            .file("orders.csv", orders)
            .status(3)
    };
    let ran = case().run();
    let page = ran.text("avstem-out/report.html");
    for escaped in [
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "a&#34;b&#39;c&#38;d",
        "data-order=\"=1+1\"",
        "&#60;img src=x&#62;",
    ] {
        assert!(page.contains(escaped), "{escaped}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert!(!page.contains("<img") && !page.contains("'=1+1"), "a page runs no formula: nothing is put before one");
    assert!(page.contains("Afstemningen er ufuldstændig: 1 række kunne ikke læses; 3 sager kræver handling"), "{page}");

    let nightly = case().args("--state night.db").run();
    assert!(nightly.names("avstem-out").contains(&"report.html".to_owned()));
    Case::after(nightly).args("verify avstem-out").any_stdout().run();
}

#[test]
fn the_language_is_typed_or_configured() {
    let orders = "order_id,line_id,gross_amount,currency,created_at\nA,1,100,SEK,2026-03-02\n";
    let case = |config: &str| {
        Case::new()
            .args("run --as-of 2026-03-03 --config c.toml --reports html --quiet")
            .file("c.toml", format!("{config}\n[[source]]\npath = \"orders.csv\"\ndataset = \"orders\"\n"))
            .file("orders.csv", orders)
    };
    let title = |case: Case| {
        let page = case.run().text("avstem-out/report.html");
        page.split("<title>").nth(1).unwrap().split("</title>").next().unwrap().to_owned()
    };
    assert_eq!(title(case("")), "Reconciliation as of 3 Mar 2026");
    assert_eq!(title(case("lang = \"fi\"")), "Täsmäytys 3.3.2026");
    assert_eq!(title(case("lang = \"fi\"").args("--lang nb")), "Avstemming per 03.03.2026");
    assert_eq!(title(case("").variable("AVSTEM_LANG", "sv")), "Avstämning per 2026-03-03");
}
