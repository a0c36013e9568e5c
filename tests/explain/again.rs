//! Walks the printed way of a record again, from its JSON alone.

use std::collections::BTreeMap;

use serde_json::Value;

fn number(value: &Value) -> i128 {
    value.as_i64().map(i128::from).unwrap_or_else(|| panic!("{value} is no number"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The verdict to which the steps lead; `None` where a step does not list all that it looked at.
pub fn verdict(record: &Value) -> Option<String> {
    let steps = record["path"].as_array().unwrap();
    match text(&record["record"]) {
        "order line" => Some(of_line(steps)),
        which => of_rounds(steps, which == "settlement row", record),
    }
}

fn step<'s>(steps: &'s [Value], name: &str) -> Option<&'s Value> {
    steps.iter().find(|step| step["step"] == name)
}

fn rule<'s>(steps: &'s [Value], name: &str) -> Option<&'s Value> {
    steps.iter().find(|step| step["step"] == "compared" && step["rule"] == name)
}

/// The table of RULES.md 3 on the numbers that were printed.
fn of_line(steps: &[Value]) -> String {
    let Some(ordered) = step(steps, "ordered") else { return "skipped".to_owned() };
    let moved = step(steps, "moved").unwrap();
    let gross = number(&ordered["gross_minor"]);
    let [captured, reversed, position] =
        ["captured_minor", "reversed_minor", "position_minor"].map(|name| number(&moved[name]));
    let role = text(&ordered["role"]);
    let theirs = ordered["reversal_lines_minor"].as_i64().map(i128::from);
    let their_captured = moved["reversal_lines_captured_minor"].as_i64().map_or(0, i128::from);
    if moved["more"] == 0 {
        let sum =
            |name: &str| moved[name].as_array().unwrap().iter().map(|one| number(&one["effect_minor"])).sum::<i128>();
        let (captures, reversals) = (sum("captures"), sum("reversals"));
        assert_eq!(-reversals, reversed);
        assert!([captures, captures + reversals].contains(&captured) || role == "discount");
        assert_eq!(captures + reversals + if role == "whole order" { 0 } else { their_captured }, position);
    }
    let lies = |value: i128, a: i128, b: i128| a.min(b) <= value && value <= a.max(b);
    let rest = gross + theirs.unwrap_or(0);
    let (code, expected, actual) = if moved["other_currency"] == true {
        ("line-currency", gross, captured)
    } else if captured.signum() * gross.signum() < 0 {
        ("line-wrong-direction", gross, captured)
    } else if role == "reversal line" && ordered["takes_back"].is_null() {
        ("reversal-line-unlinked", 0, gross)
    } else if role != "whole order" && theirs.is_some_and(|theirs| theirs.abs() > gross.abs()) {
        ("reversal-line-exceeds-original", gross, -theirs.unwrap())
    } else if role != "reversal line" && ((gross >= 0 && position < 0) || (gross < 0 && position > 0)) {
        ("reversal-exceeds-capture", captured, captured - position)
    } else if (gross == 0 && captured != 0) || captured * gross.signum() > gross.abs() {
        ("line-overcaptured", gross, captured)
    } else if captured != gross
        && match (role, theirs) {
            // A reversal line goes with its original, and a whole order with its captures, both printed elsewhere.
            ("reversal line" | "whole order", _) => rule(steps, "sum rule").is_some_and(|rule| rule["holds"] == true),
            (_, Some(_)) => {
                lies(captured, rest, gross) && lies(captured + their_captured, rest, gross) && lies(position, 0, rest)
            }
            _ => false,
        }
    {
        ("matched (with reversal lines)", gross, captured)
    } else if captured != gross {
        if let Some(cancelled) = rule(steps, "cancelled")
            && cancelled["expected_minor"] == cancelled["actual_minor"]
        {
            return "matched (cancelled)".to_owned();
        }
        (if captured == 0 { "line-uncaptured" } else { "line-undercaptured" }, gross, captured)
    } else {
        let vat = rule(steps, "line-vat").unwrap();
        let (expected, actual) = (number(&vat["expected_minor"]), number(&vat["actual_minor"]));
        if (actual - expected).abs() <= number(&vat["allowed_minor"]) {
            return "matched".to_owned();
        }
        ("line-vat", expected, actual)
    };
    let held = steps.iter().rfind(|step| step["step"] == "compared" && step["rule"] != "cancelled").unwrap();
    assert_eq!((number(&held["expected_minor"]), number(&held["actual_minor"])), (expected, actual), "{code}");
    code.to_owned()
}

/// A printed party: currency, effect, number.
type Party<'v> = (&'v str, i128, Option<&'v str>, &'v str);

fn parties(value: &Value, completed: bool) -> Vec<Party<'_>> {
    let all = value.as_array().unwrap().iter().filter(|party| party["completed"] == completed);
    all.map(|party| {
        let number_of = party["reconciliation_number"].as_str();
        (text(&party["currency"]), number(&party["effect_minor"]), number_of, text(&party["source"]))
    })
    .collect()
}

/// The pairs of RULES.md 4, step 1, in which two differ by no more than a size; what is left stays.
fn pairs<'v>(a: &mut Vec<Party<'v>>, b: &mut Vec<Party<'v>>, size: i128) -> Vec<(&'v str, &'v str)> {
    let mut pairs = Vec::new();
    for own in [true, false] {
        let mut place = 0;
        while place < a.len() {
            let one = a[place];
            let fits = |other: &Party<'_>| {
                one.0 == other.0 && (one.1 - other.1).abs() == size && (!own || (one.2.is_some() && one.2 == other.2))
            };
            match b.iter().position(fits) {
                Some(other) => {
                    pairs.push((one.3, b.remove(other).3));
                    a.remove(place);
                }
                None => place += 1,
            }
        }
    }
    pairs
}

/// Whether a finding of the verdict still waits, from the days that were printed; `None` where nothing waits.
pub fn pending(record: &Value) -> Option<bool> {
    let window = step(record["path"].as_array().unwrap(), "window")?;
    let days = text(&window["window"]).strip_suffix(" days")?.parse::<i64>().unwrap();
    Some(window["age_days"].as_i64().is_some_and(|age| age <= days))
}

/// The rounds of RULES.md 4, from the shares, sums and windows that were printed.
fn of_rounds(steps: &[Value], is_row: bool, record: &Value) -> Option<String> {
    if record["verdict"] == "other kind" || step(steps, "skipped").is_some() {
        return Some(text(&record["verdict"]).to_owned());
    }
    let mut own: Vec<&str> = record["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["fate"] == "used")
        .map(|row| text(&row["source"]))
        .collect();
    own.sort_unstable();
    let is_own = |source: &str| {
        let mut places: Vec<&str> = source.split("; ").collect();
        places.sort_unstable();
        places == own
    };
    for round in steps.iter().filter(|step| step["step"] == "round" && !step["value"].is_null()) {
        if round["more"] != 0 {
            return None;
        }
        let (mut completed, mut failed) = (parties(&round["operations"], true), parties(&round["operations"], false));
        let mut rows = parties(&round["rows"], true);
        if rows.is_empty() || (completed.is_empty() && failed.is_empty()) {
            continue;
        }
        let some_completed = !completed.is_empty();
        let met = |pairs: &[(&str, &str)]| pairs.iter().any(|(a, b)| is_own(if is_row { b } else { a }));
        if some_completed {
            if met(&pairs(&mut completed, &mut rows, 0)) {
                return Some("matched".to_owned());
            }
            let tolerance = number(&round["tolerance_minor"]);
            let currency = text(&record["currency"]);
            let (mut a, mut b): (Vec<Party<'_>>, Vec<Party<'_>>) = (completed.clone(), rows.clone());
            a.retain(|party| party.0 == currency);
            b.retain(|party| party.0 == currency);
            let mut used: Vec<(&str, &str)> = Vec::new();
            for size in 1..=tolerance {
                used.extend(pairs(&mut a, &mut b, size));
            }
            if met(&used) {
                return Some("matched (with tolerance)".to_owned());
            }
            completed.retain(|party| !used.iter().any(|(one, _)| *one == party.3));
            rows.retain(|party| !used.iter().any(|(_, other)| *other == party.3));
            if !completed.is_empty() && !rows.is_empty() {
                let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
                completed.iter().for_each(|party| *sums.entry(party.0).or_default() += party.1);
                rows.iter().for_each(|party| *sums.entry(party.0).or_default() -= party.1);
                let verdict = if sums.values().all(|sum| *sum == 0) {
                    "matched (group)"
                } else if completed.len() > 1 || rows.len() > 1 {
                    "ambiguous"
                } else if completed[0].0 != rows[0].0 {
                    "settled-currency"
                } else if completed[0].1.signum() * rows[0].1.signum() < 0 {
                    "settled-direction"
                } else {
                    "settled-amount"
                };
                if completed.iter().chain(&rows).any(|party| is_own(party.3)) {
                    return Some(verdict.to_owned());
                }
                rows.clear();
            }
            if completed.iter().any(|party| is_own(party.3)) {
                break;
            }
        }
        if met(&pairs(&mut failed, &mut rows, 0)) {
            return Some("settled-not-completed".to_owned());
        }
        if is_row && some_completed {
            return Some("settled-twice".to_owned());
        }
    }
    if is_row {
        return Some("settled-unknown".to_owned());
    }
    let summed = step(steps, "summed").unwrap();
    Some(
        match (summed["completed"] == true, number(&summed["effect_minor"]), step(steps, "batch")) {
            (false, ..) => "not completed",
            (_, 0, _) => "matched (no row needed)",
            (_, _, Some(batch)) if batch["known"] == false => "batch-missing",
            _ => "unsettled",
        }
        .to_owned(),
    )
}
