//! Writes the rows of a dataset as canonical CSV files in many shapes, some of them faulty.

use super::random_day::{Fields, PROVIDERS};
use super::rng::Rng;
use super::{Dataset, InputFile, rows};

/// One to three files of a dataset, and now and then one of them a second time.
pub fn files(rng: &mut Rng, dataset: Dataset, mut all: Vec<Fields>, noise: bool) -> Vec<InputFile> {
    if rng.percent(60) {
        rng.shuffle(&mut all);
    }
    let mut parts: Vec<Vec<Fields>> = vec![Vec::new(); rng.range(1, 3) as usize];
    let by_provider = rng.percent(40);
    let count = parts.len();
    for row in all {
        let provider = row.get("provider").map_or("", String::as_str);
        let of_provider = PROVIDERS.iter().position(|p| *p == provider).unwrap_or(0) % count;
        let at = if by_provider { of_provider } else { rng.below(count) };
        parts[at].push(row);
    }
    let mut files = Vec::new();
    for part in parts {
        let file = file(rng, dataset, part, noise);
        if rng.percent(5) {
            let mut again = file.clone();
            if rng.percent(25) {
                again.provider = Some(rng.pick(&["swedbank_pay", "default", "shop"]).to_string());
            }
            files.push(again);
        }
        files.push(file);
    }
    files
}

fn file(rng: &mut Rng, dataset: Dataset, mut part: Vec<Fields>, noise: bool) -> InputFile {
    let mut provider = None;
    let mut dropped: Vec<&str> = Vec::new();
    let providers: Vec<&str> = part.iter().map(|row| row.get("provider").map_or("", String::as_str)).collect();
    let one = providers.first().copied().filter(|first| providers.iter().all(|p| p == first));
    match one {
        // The source can say it instead of a column.
        Some(one) if rng.percent(60) => {
            dropped.push("provider");
            provider = Some(one.to_string()).filter(|p| !p.is_empty());
        }
        _ if rng.percent(if noise { 15 } else { 2 }) => {
            provider = Some(rng.pick(&["swedbank_pay", "dintero"]).to_string())
        }
        _ => {}
    }
    let faulty = rng.percent(if noise { 20 } else { 10 });
    for row in &mut part {
        if faulty && rng.percent(4) {
            spoil(rng, row);
        }
    }
    let mut columns: Vec<&str> = Vec::new();
    for (name, required) in rows::column_names(dataset) {
        let unused = !part.iter().any(|row| row.contains_key(name));
        let drop = if required {
            noise && rng.below(10_000) < 4
        } else {
            dropped.contains(&name) || (unused && rng.percent(70)) || rng.below(1000) < if noise { 50 } else { 4 }
        };
        if !drop {
            columns.push(name);
        }
    }
    if rng.percent(70) {
        rng.shuffle(&mut columns);
    }
    if rng.percent(15) {
        columns.insert(rng.below(columns.len() + 1), "note");
    }
    if rng.percent(4) {
        let twice = rng.pick(&columns);
        columns.push(twice);
    }
    InputFile { dataset, provider, bytes: text(rng, &columns, &part, noise) }
}

/// Puts text into one field that cannot be read there.
fn spoil(rng: &mut Rng, row: &mut Fields) {
    let faults: &[(&str, &[&str])] = &[
        ("amount", &["", "12.50", "1 000", "9223372036854775808", "+", "1e3"]),
        ("gross_amount", &["", "10,00", "0x10", "--5"]),
        ("currency", &["", "sek", "ZZZ", "SE", "kr"]),
        ("created_at", &["", "2024-02-30", "20240401", "2024-04-01T10:00", "yesterday", "2024-04-01T25:00:00Z"]),
        ("order_id", &["", "   "]),
        ("line_id", &[""]),
        ("vat_rate", &["1000001", "-1", "25%"]),
        ("quantity", &["1.23456", ".5", "1.", "1,5"]),
        ("vat_amount", &["x", "1.0"]),
        ("updated_at", &["2024-13-01", "now"]),
        ("fee_amount", &["2%"]),
        ("net_amount", &["-"]),
    ];
    let known: Vec<_> = faults.iter().filter(|(name, _)| row.contains_key(name)).collect();
    if !known.is_empty() {
        let (name, texts) = rng.pick(&known);
        row.insert(name, rng.pick(texts).to_string());
    }
}

fn text(rng: &mut Rng, columns: &[&str], part: &[Fields], noise: bool) -> Vec<u8> {
    let end = rng.pick(&["\n", "\n", "\r\n", "\r"]);
    let quote_all = rng.percent(10);
    let mut bytes = Vec::new();
    if rng.percent(10) {
        bytes.extend_from_slice(b"\xEF\xBB\xBF");
    }
    bytes.extend_from_slice(columns.join(",").as_bytes());
    for row in part {
        bytes.extend_from_slice(end.as_bytes());
        if rng.percent(2) {
            bytes.extend_from_slice(end.as_bytes());
        }
        for (at, name) in columns.iter().enumerate() {
            if at > 0 {
                bytes.push(b',');
            }
            // The second of two columns with one name must not count.
            let second = columns[..at].contains(name);
            let value = match *name {
                _ if second => rng.pick(&["77", "second", ""]).to_string(),
                "note" => rng
                    .pick(&["", "plain", "a, b", "say \"no\"", "two\nlines", "r\u{e4}ksm\u{f6}rg\u{e5}s"])
                    .to_string(),
                name => row.get(name).cloned().unwrap_or_default(),
            };
            bytes.extend_from_slice(written(rng, &value, quote_all).as_bytes());
        }
        match rng.below(if noise { 400 } else { 2000 }) {
            0 => bytes.extend_from_slice(b",one more"),
            1 => bytes.push(0xE9),
            _ => {}
        }
    }
    if rng.percent(80) {
        bytes.extend_from_slice(end.as_bytes());
    }
    bytes
}

/// A field, quoted where it must be and sometimes where it need not, with spaces around it now and then.
fn written(rng: &mut Rng, value: &str, quote_all: bool) -> String {
    let padded = if rng.percent(1) { format!(" {value} ") } else { value.to_string() };
    // A quote that does not start the field needs no quoting.
    let lone_quote = padded.find('"').is_some_and(|at| at == 0 || rng.percent(50));
    let must = lone_quote || padded.contains([',', '\n', '\r']);
    if must || quote_all || rng.percent(1) { format!("\"{}\"", padded.replace('"', "\"\"")) } else { padded }
}
