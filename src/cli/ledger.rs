//! The commands that look into a state: `history`, `open`, `note`, `close`, and the proof of its log.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::args::{DecideArgs, HistoryArgs, OpenArgs};
use super::fault::Fault;
use super::show::{count, major};
use super::table::{Align, Colour, Table};
use super::typed::Format;
use crate::model::currency::Currencies;
use crate::model::day;
use crate::model::finding::{AGE_BUCKETS, age_bucket};
use crate::state::log::{CLOSE, NOTE};
use crate::state::schema::{FINDING_COLUMNS, column};
use crate::state::store::Store;
use crate::state::write::Night;
use crate::state::{StoredCleared, StoredFinding};

/// The names of the age buckets.
const BUCKETS: [&str; AGE_BUCKETS.len()] = ["0-7", "8-30", "31-90", "91 and more"];

fn of_state(state: &Path, problem: impl Into<String>) -> Fault {
    Fault::of_file(&state.display().to_string(), problem)
}

/// Opens a state to look into it.
///
/// # Errors
/// There is none, or it cannot be read.
pub(super) fn look(state: &Path) -> Result<Store, Fault> {
    if !state.is_file() {
        return Err(of_state(state, "no such state").help("`avstem run --state FILE` makes one"));
    }
    Ok(Store::look(state)?)
}

/// Looks, before the lock makes a file, whether a state can stand where it is said to.
///
/// # Errors
/// It cannot: there is no such folder, something else has the name, or the report is written there.
pub fn ready(state: &Path, out: &Path) -> Result<(), Fault> {
    let folder = state.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let fault = of_state(state, format!("there is no folder {}", folder.display()));
        return Err(fault.help("make the folder, or name another file"));
    }
    if state.exists() && !state.is_file() {
        return Err(of_state(state, "is no regular file").help("name a file of its own for the state"));
    }
    // A folder that is not there yet holds no state.
    if let (Ok(folder), Ok(out)) = (folder.canonicalize(), out.canonicalize())
        && folder.starts_with(out)
    {
        let problem = "the state cannot be in the folder of the report, which is replaced as a whole";
        return Err(of_state(state, problem).help("name a file beside that folder"));
    }
    Ok(())
}

/// What `avstem history` shows.
///
/// # Errors
/// The state cannot be read, or has no such night.
pub fn history(args: &HistoryArgs, colours: bool) -> Result<String, Fault> {
    let store = look(&args.state)?;
    let nights = store.history()?;
    let Some(number) = args.night else {
        return Ok(match args.format {
            Format::Json => pretty(&json!({ "nights": nights.iter().map(night_json).collect::<Vec<_>>() })),
            Format::Text => nights_table(&nights, colours),
        });
    };
    let number = i64::from(number);
    let Some(night) = nights.iter().find(|night| night.number == number) else {
        let fault = of_state(&args.state, format!("there is no night {number}"));
        return Err(fault.help("avstem history lists the nights"));
    };
    let mut files = store.files()?;
    files.retain(|file| file.night == number);
    let cleared = store.cleared(Some(&night.as_of))?;
    let mut opened = store.findings()?;
    opened.retain(|finding| column(&finding.columns, "first_seen") == night.as_of);
    if args.format == Format::Json {
        let file = |file: &crate::state::StoredFile| {
            json!({ "path": file.path, "dataset": file.dataset, "provider": file.provider, "rows": file.rows,
                    "rejected": file.rejected, "state": file.state, "sha256": file.sha256 })
        };
        let mut value = night_json(night);
        value["inputs"] = files.iter().map(file).collect();
        value["opened_and_still_there"] = opened.iter().map(|finding| finding_json(&finding.columns)).collect();
        value["gone"] = cleared.iter().map(cleared_json).collect();
        return Ok(pretty(&value));
    }
    let mut text = nights_table(std::slice::from_ref(night), colours);
    let mut table = Table::new([
        ("input", Align::Left),
        ("dataset", Align::Left),
        ("provider", Align::Left),
        ("state", Align::Left),
        ("rows", Align::Right),
        ("rejected", Align::Right),
    ]);
    for file in &files {
        let cells = [
            file.path.clone(),
            file.dataset.clone(),
            file.provider.clone(),
            file.state.clone(),
            file.rows.to_string(),
            file.rejected.to_string(),
        ];
        table.row(cells, Colour::Plain);
    }
    text.push('\n');
    text.push_str(&table.render(colours));
    text.push_str("\nfirst seen on its day and still there:\n");
    let opened: Vec<&[String]> = opened.iter().map(|finding| finding.columns.as_slice()).collect();
    text.push_str(&findings_table(&opened, None, colours));
    text.push_str("\ngone on its day:\n");
    let gone: Vec<&[String]> = cleared.iter().map(|cleared| cleared.columns.as_slice()).collect();
    let closed_by = |id: &str| {
        let known = cleared.iter().find(|cleared| column(&cleared.columns, "id") == id);
        known.map(|known| known.closed_by.clone()).unwrap_or_default()
    };
    text.push_str(&findings_table(&gone, Some(("closed by", &closed_by)), colours));
    Ok(text)
}

fn night_json(night: &Night) -> Value {
    json!({ "number": night.number, "as_of": night.as_of, "files": night.files, "rows": night.rows,
            "rejected": night.rejected, "opened": night.opened, "cleared": night.cleared, "open": night.open,
            "pending": night.pending, "exit_status": night.exit_status })
}

/// A finding as an object. What is a number in `discrepancies.csv` is one here, as in `summary.json`; one beyond 64 bits
/// is a text, and a day that is not known is null.
fn finding_json(columns: &[String]) -> Value {
    let pair = |(name, text): (&&str, &String)| {
        let value = match *name {
            "newest" if text.is_empty() => Value::Null,
            "expected" | "actual" | "difference" | "count" => {
                text.parse::<i64>().map_or_else(|_| Value::from(text.as_str()), Value::from)
            }
            _ => Value::from(text.as_str()),
        };
        ((*name).to_owned(), value)
    };
    Value::Object(FINDING_COLUMNS.iter().zip(columns).map(pair).collect())
}

fn cleared_json(cleared: &StoredCleared) -> Value {
    let mut value = finding_json(&cleared.columns);
    value["cleared_on"] = cleared.cleared_on.clone().into();
    value["closed_by"] = cleared.closed_by.clone().into();
    value
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn nights_table(nights: &[Night], colours: bool) -> String {
    let mut table = Table::new([
        ("night", Align::Right),
        ("as of", Align::Left),
        ("files", Align::Right),
        ("rows", Align::Right),
        ("rejected", Align::Right),
        ("opened", Align::Right),
        ("cleared", Align::Right),
        ("open", Align::Right),
        ("pending", Align::Right),
        ("status", Align::Right),
    ]);
    for night in nights {
        let number = |number: i64| count(u64::try_from(number).unwrap_or(0));
        let cells = [
            number(night.number),
            night.as_of.clone(),
            number(night.files),
            number(night.rows),
            number(night.rejected),
            number(night.opened),
            number(night.cleared),
            number(night.open),
            number(night.pending),
            night.exit_status.to_string(),
        ];
        table.row(cells, if night.rejected > 0 { Colour::Red } else { Colour::Plain });
    }
    table.render(colours)
}

/// What `avstem open` shows.
///
/// # Errors
/// The state cannot be read.
pub fn open(args: &OpenArgs, colours: bool) -> Result<String, Fault> {
    let store = look(&args.state)?;
    let Some(last) = store.last_night()? else {
        return Ok("no night yet\n".to_owned());
    };
    let mut findings = store.findings()?;
    let notes = store.log()?;
    findings.retain(|finding| args.all || column(&finding.columns, "status") == "open");
    let aged = |finding: &StoredFinding| (age_days(&finding.columns, &last.as_of), finding.columns.clone());
    let mut aged: Vec<(i64, Vec<String>)> = findings.iter().map(aged).collect();
    // The oldest first, then as in the report.
    let of_report = |columns: &[String]| {
        let names = ["leg", "code"].iter().chain(&FINDING_COLUMNS[4..12]).chain(&["id"]);
        names.map(|name| column(columns, name).to_owned()).collect::<Vec<_>>()
    };
    aged.sort_by_cached_key(|(age, columns)| (std::cmp::Reverse(*age), of_report(columns)));
    if args.format == Format::Json {
        let one = |(age, columns): &(i64, Vec<String>)| {
            let mut value = finding_json(columns);
            value["age_days"] = (*age).into();
            value["bucket"] = bucket(*age).into();
            let of_finding = notes.iter().filter(|entry| entry.finding == column(columns, "id"));
            let note = |entry: &crate::state::log::Entry| json!({ "at": entry.at, "who": entry.who, "action": entry.action, "text": entry.text });
            value["log"] = of_finding.map(note).collect();
            value
        };
        let items: Vec<Value> = aged.iter().map(one).collect();
        return Ok(pretty(&json!({ "as_of": last.as_of, "night": last.number, "items": items })));
    }
    if aged.is_empty() {
        return Ok(format!("as of {}: nothing is open\n", last.as_of));
    }
    let mut text = format!("as of {}:\n\n{}", last.as_of, buckets_table(&aged, colours));
    for (first, name) in AGE_BUCKETS.iter().zip(BUCKETS).rev() {
        let of_bucket: Vec<&[String]> =
            aged.iter().filter(|(age, _)| bucket(*age) == name).map(|(_, columns)| columns.as_slice()).collect();
        if of_bucket.is_empty() {
            continue;
        }
        let days = if *first == 0 { "0 to 7".to_owned() } else { (*name).replace('-', " to ") };
        text.push_str(&format!("\n{days} days\n"));
        let last_note = |id: &str| {
            let entry = notes.iter().rev().find(|entry| entry.finding == id);
            entry.map(|entry| format!("{}: {}", entry.who, entry.text)).unwrap_or_default()
        };
        text.push_str(&findings_table(&of_bucket, Some(("note", &last_note)), colours));
    }
    Ok(text)
}

/// Days since the newest record of a finding was made, else since the finding was first seen.
fn age_days(columns: &[String], as_of: &str) -> i64 {
    let parsed = |text: &str| text.parse::<NaiveDate>().ok();
    let since = parsed(column(columns, "newest")).or_else(|| parsed(column(columns, "first_seen")));
    since.zip(parsed(as_of)).map_or(0, |(since, as_of)| day::age_days(since, as_of))
}

fn bucket(age_days: i64) -> &'static str {
    BUCKETS[age_bucket(age_days)]
}

fn buckets_table(aged: &[(i64, Vec<String>)], colours: bool) -> String {
    let mut sums: std::collections::BTreeMap<(&str, &str), [(u64, i128); 4]> = std::collections::BTreeMap::new();
    for (age, columns) in aged {
        let row = sums.entry((column(columns, "code"), column(columns, "currency"))).or_default();
        if let Some((findings, difference)) = row.get_mut(age_bucket(*age)) {
            *findings = findings.saturating_add(1);
            *difference = difference.saturating_add(column(columns, "difference").parse().unwrap_or(0));
        }
    }
    let mut table = Table::new([
        ("code", Align::Left),
        ("currency", Align::Left),
        ("0-7 days", Align::Right),
        ("8-30", Align::Right),
        ("31-90", Align::Right),
        ("91 and more", Align::Right),
        ("difference", Align::Right),
    ]);
    let currencies = Currencies::default();
    for ((code, currency), buckets) in sums {
        let [a, b, c, d] = buckets.map(|(findings, _)| if findings == 0 { String::new() } else { count(findings) });
        let difference = buckets.iter().fold(0_i128, |sum, (_, difference)| sum.saturating_add(*difference));
        let difference = if currency.is_empty() { String::new() } else { major(difference, currency, &currencies) };
        table.row([code.to_owned(), currency.to_owned(), a, b, c, d, difference], Colour::Plain);
    }
    table.render(colours)
}

/// What the last column says of a finding, by its id, under a name.
type Said<'s> = (&'static str, &'s dyn Fn(&str) -> String);

fn findings_table(findings: &[&[String]], said: Option<Said<'_>>, colours: bool) -> String {
    if findings.is_empty() {
        return "none\n".to_owned();
    }
    let currencies = Currencies::default();
    let mut table = Table::new([
        ("id", Align::Left),
        ("code", Align::Left),
        ("status", Align::Left),
        ("provider", Align::Left),
        ("order or batch", Align::Left),
        ("currency", Align::Left),
        ("difference", Align::Right),
        ("first seen", Align::Left),
        (said.map_or("", |(name, _)| name), Align::Left),
    ]);
    for columns in findings {
        let text = |name: &str| column(columns, name).to_owned();
        let named = ["order_id", "settlement_id", "reconciliation_number", "transaction_number", "payee_reference"];
        let named = named.into_iter().map(text).find(|text| !text.is_empty()).unwrap_or_default();
        let currency = text("currency");
        let difference = if currency.is_empty() {
            String::new()
        } else {
            major(text("difference").parse().unwrap_or(0), &currency, &currencies)
        };
        let status = text("status");
        let colour = if status == "open" { Colour::Red } else { Colour::Plain };
        let id = text("id");
        let said = said.map(|(_, of)| of(&id)).unwrap_or_default();
        let cells = [id, text("code"), status, text("provider"), named, currency, difference, text("first_seen"), said];
        table.row(cells, colour);
    }
    table.render(colours)
}

/// The most characters of what is said in an entry of the log, and of who says it.
const SAID_MAX: usize = 1_000;

/// An entry of the log is one line of a table, and its hash takes its texts apart at control characters.
fn fits(what: &str, text: &str) -> Result<(), Fault> {
    if text.chars().any(char::is_control) {
        let problem = format!("{what} holds a line break or another control character");
        return Err(Fault::new(problem).help("write it in one line"));
    }
    let length = text.chars().count();
    if length > SAID_MAX {
        let problem = format!("{what} has {length} characters, and at most {SAID_MAX} are kept");
        return Err(Fault::new(problem).help("keep the long text elsewhere, and say where"));
    }
    Ok(())
}

/// Writes a note on a finding into the log, or closes it.
///
/// # Errors
/// There is no such finding, or the state cannot be written.
pub fn decide(args: &DecideArgs, close: bool, user: Option<String>, now: DateTime<Utc>) -> Result<String, Fault> {
    let action = if close { CLOSE } else { NOTE };
    let said = if close { args.reason.as_deref() } else { args.text.as_deref() };
    let said = said.map(str::trim).filter(|text| !text.is_empty());
    let Some(said) = said else {
        let help = if close { "say why with --reason \"text\"" } else { "say what after the id" };
        return Err(Fault::new("nothing was said").help(help));
    };
    let by = args.by.clone().or(user);
    let Some(who) = by.as_deref().map(str::trim).filter(|who| !who.is_empty()) else {
        return Err(Fault::new("nobody is named").help("say who decides with --by NAME, or set USER"));
    };
    fits("what is said", said)?;
    fits("the name", who)?;
    // Before the lock makes a file beside it.
    drop(look(&args.state)?);
    let at = now.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut store = Store::open(&args.state, &at)?;
    let entry = store.decide(&args.id, action, said, who, &at)?;
    let done = if close { "closed; it stays so while its amounts stay what they are" } else { "noted" };
    Ok(format!("{} {done} (entry {} of the log, {})\n", args.id, entry.number, entry.hash))
}

/// Proves a state: every page, and the chain of its log.
///
/// # Errors
/// The state cannot be read.
pub fn prove(state: &Path) -> Result<(usize, Vec<String>), Fault> {
    Ok(look(state)?.prove()?)
}
