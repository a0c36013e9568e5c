//! `avstem explain KEY`: why something is as it is, from inputs, a state or the folder of a report.

mod text;

use std::path::Path;

use chrono::Utc;
use serde::Serialize;

use super::args::ExplainArgs;
use super::config::Config;
use super::console::Console;
use super::fault::Fault;
use super::typed::Format;
use super::{NOTHING_WRITTEN, announce, ledger, plan, printed, watched};
use crate::model::currency::Currencies;
use crate::pipeline::explain::folder::said;
use crate::pipeline::explain::{Asked, Reading};
use crate::pipeline::night::kept::last_day;

/// No such key.
const NOT_FOUND: u8 = 1;

/// Tells what is known of a key.
///
/// # Errors
/// What is to be read cannot be used.
pub fn explain(args: &ExplainArgs, console: Console) -> Result<u8, Fault> {
    if args.key.trim().is_empty() {
        return Err(Fault::new("the KEY is empty")
            .help("name an order, a line, a reference, a number, a batch or a discrepancy"));
    }
    let key = args.key.trim();
    if let Some(folder) = &args.report {
        return of_folder(folder, key, args, console);
    }
    let config = plan::config(&args.inputs)?;
    let named = plan::names_inputs(&args.inputs);
    let state = args.state.clone().or_else(|| config.state().filter(|_| !named));
    if let (Some(state), true) = (&state, named) {
        let fault = Fault::new(format!("inputs and the state {} are both given", state.display()));
        return Err(fault.help("give one of them: a state holds the rows of all its nights"));
    }
    let reading = match &state {
        Some(state) => of_state(state, args, &config, console)?,
        None => {
            let plan = plan::of_explain(args, &config, Utc::now())?;
            announce(&plan, console);
            watched(console, |on| Reading::of_inputs(&plan, on))?
        }
    };
    match reading.explain(key)? {
        Asked::Known(answer) => {
            let shown = match args.show.format {
                Format::Json => json(&answer)?,
                Format::Text => text::answer(&answer, reading.currencies(), console.out_colours()),
            };
            Ok(printed(console, &shown, 0, NOTHING_WRITTEN))
        }
        Asked::Unknown(near) => {
            let inputs = reading.report().summary.inputs.len();
            let files = if inputs == 1 { "1 file".to_owned() } else { format!("{inputs} files") };
            let place = state.map_or(files.clone(), |state| format!("{} ({files})", state.display()));
            Ok(unknown(key, &place, &near, console))
        }
    }
}

fn of_state(state: &Path, args: &ExplainArgs, config: &Config, console: Console) -> Result<Reading, Fault> {
    let store = ledger::look(state)?;
    let day = last_day(&store)?;
    if let Some(as_of) = args.as_of.filter(|as_of| *as_of < day) {
        return Err(Fault::new(format!("--as-of {as_of} is before {day}, the last night of the state")));
    }
    let plan = plan::of_state(args, config, day);
    announce(&plan, console);
    watched(console, |on| Reading::of_state(&plan, &store, on))
}

fn of_folder(folder: &Path, key: &str, args: &ExplainArgs, console: Console) -> Result<u8, Fault> {
    if !folder.is_dir() {
        return Err(Fault::new(format!("{}: no such folder", folder.display())));
    }
    let said = said(folder, key)?;
    if said.is_nothing() {
        return Ok(unknown(key, &format!("the report {}", folder.display()), &[], console));
    }
    let shown = match args.show.format {
        Format::Json => json(&said)?,
        Format::Text => text::said(&said, &Currencies::default(), console.out_colours()),
    };
    Ok(printed(console, &shown, 0, NOTHING_WRITTEN))
}

fn unknown(key: &str, place: &str, near: &[String], console: Console) -> u8 {
    let help = match near {
        [] => "a KEY is an order id, ORDER/LINE, a payee reference, a transaction number, an operation or transaction id, \
               a reconciliation number, a settlement id, or the id of a discrepancy"
            .to_owned(),
        near => format!("there is {}", near.join(", ")),
    };
    console.fault(&Fault::new(format!("no row, batch or discrepancy of {place} has the key `{key}`")).help(help));
    NOT_FOUND
}

fn json(value: &impl Serialize) -> Result<String, Fault> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| Fault::new(format!("the answer as JSON: {error}")))?;
    Ok(text + "\n")
}
