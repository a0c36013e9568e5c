//! Options from `AVSTEM_*` variables: what is not on the command line is put there before it is parsed for good.
//!
//! clap can read variables itself, but takes an empty one for a value and does not name the variable in its errors.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, ValueEnum as _};

use super::fault::Fault;
use super::typed::LogFormat;

/// Options that no variable gives: the inputs, and what is no setting.
const NEVER: [&str; 7] = ["orders", "captures", "reversals", "settlements", "input", "help", "version"];

/// The arguments with the options that variables add, right after the command's name.
///
/// # Errors
/// A variable holds what its option does not take. (That the arguments parse is not checked: the caller parses.)
pub fn add(
    definition: &Command,
    mut typed: Vec<OsString>,
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Vec<OsString>, Fault> {
    let Ok(matches) = definition.clone().try_get_matches_from(&typed) else { return Ok(typed) };
    let Some((command, given)) = matches.subcommand() else { return Ok(typed) };
    // Its `--out` is a file, and that of the others a folder which a variable may name.
    let Some(command) = definition.find_subcommand(command).filter(|command| command.get_name() != "init") else {
        return Ok(typed);
    };
    for option in command.get_arguments() {
        let Some(long) = option.get_long().filter(|long| !NEVER.contains(long)) else { continue };
        let name = format!("AVSTEM_{}", long.to_ascii_uppercase().replace('-', "_"));
        let Some(value) = variable(&name).filter(|value| !value.is_empty()) else { continue };
        if is_typed(given, option) {
            continue;
        }
        if let Some(argument) =
            argument(definition, command, option, long, &value).map_err(|what| Fault::new(format!("{name}: {what}")))?
        {
            typed.insert(2, argument);
        }
    }
    Ok(typed)
}

/// The form of the log before the arguments are parsed, so that what is wrong with them is said in it too; `None` where
/// neither an argument nor a variable says it.
pub fn log_format(typed: &[OsString], variable: &dyn Fn(&str) -> Option<OsString>) -> Option<LogFormat> {
    let named = |text: &OsString| text.to_str().and_then(|text| LogFormat::from_str(text, false).ok());
    let mut found = variable("AVSTEM_LOG_FORMAT").as_ref().and_then(named);
    for (place, argument) in typed.iter().enumerate() {
        let joined = argument.to_str().and_then(|text| text.strip_prefix("--log-format="));
        found = match joined {
            Some(name) => named(&name.into()).or(found),
            None if argument == "--log-format" => typed.get(place.saturating_add(1)).and_then(named).or(found),
            None => found,
        };
    }
    found
}

fn is_typed(given: &ArgMatches, option: &Arg) -> bool {
    given.value_source(option.get_id().as_str()) == Some(ValueSource::CommandLine)
}

/// The variable as an argument; `None` for a switch that it turns off.
fn argument(
    definition: &Command,
    command: &Command,
    option: &Arg,
    long: &str,
    value: &OsString,
) -> Result<Option<OsString>, String> {
    if !option.get_action().takes_values() {
        return match value.to_str().map(str::to_ascii_lowercase).as_deref() {
            Some("1" | "true" | "yes" | "on") => Ok(Some(format!("--{long}").into())),
            Some("0" | "false" | "no" | "off") => Ok(None),
            _ => Err(format!("a switch is 1 or 0 (true or false, yes or no, on or off), not {value:?}")),
        };
    }
    let mut argument = OsString::from(format!("--{long}="));
    argument.push(value);
    let alone = [definition.get_name().into(), command.get_name().into(), argument.clone()];
    match definition.clone().try_get_matches_from(alone) {
        Ok(_) => Ok(Some(argument)),
        Err(error) => {
            let text = error.render().to_string();
            Err(text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::args::Cli;
    use super::*;
    use clap::CommandFactory as _;

    fn added(typed: &str, variables: &[&str]) -> Result<String, String> {
        let variable = |name: &str| {
            let value = variables.iter().find_map(|variable| variable.strip_prefix(name)?.strip_prefix('='));
            value.map(OsString::from)
        };
        let typed = typed.split(' ').map(OsString::from).collect();
        add(&Cli::command(), typed, &variable)
            .map(|all| all.iter().map(|one| one.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" "))
            .map_err(|fault| fault.to_string())
    }

    #[test]
    fn variables_fill_in_what_was_not_typed() {
        let cases: [(&str, &[&str], &str); 9] = [
            ("avstem run", &["AVSTEM_OUT=a b"], "avstem run --out=a b"),
            ("avstem run --out x", &["AVSTEM_OUT=y"], "avstem run --out x"),
            ("avstem run", &["AVSTEM_OUT="], "avstem run"),
            ("avstem run", &["AVSTEM_MATCHES=Yes", "AVSTEM_QUIET=0"], "avstem run --matches"),
            ("avstem run", &["AVSTEM_ORDERS=x", "AVSTEM_HELP=1"], "avstem run"),
            ("avstem check", &["AVSTEM_OUT=x", "AVSTEM_FORMAT=json"], "avstem check --format=json"),
            ("avstem verify d", &["AVSTEM_QUIET=1"], "avstem verify --quiet d"),
            ("avstem init x", &["AVSTEM_OUT=y", "AVSTEM_FORCE=1"], "avstem init x"),
            ("avstem run --wrong", &["AVSTEM_THREADS=x"], "avstem run --wrong"),
        ];
        for (typed, variables, expected) in cases {
            assert_eq!(added(typed, variables).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn the_form_of_the_log_is_known_before_anything_else() {
        let cases = [
            ("avstem run", "", None),
            ("avstem run", "json", Some(LogFormat::Json)),
            ("avstem run", "xml", None),
            ("avstem run --log-format json --wrong", "", Some(LogFormat::Json)),
            ("avstem run --log-format=text", "json", Some(LogFormat::Text)),
            ("avstem run --log-format", "json", Some(LogFormat::Json)),
        ];
        for (typed, value, expected) in cases {
            let typed: Vec<OsString> = typed.split(' ').map(OsString::from).collect();
            let variable = |name: &str| (name == "AVSTEM_LOG_FORMAT").then(|| OsString::from(value));
            assert_eq!(log_format(&typed, &variable), expected, "{typed:?} {value}");
        }
    }

    #[test]
    fn a_wrong_variable_is_named() {
        let cases = [
            (
                "AVSTEM_THREADS=many",
                "AVSTEM_THREADS: invalid value 'many' for '--threads <N>': invalid digit found in string",
            ),
            (
                "AVSTEM_MEMORY=0",
                "AVSTEM_MEMORY: invalid value '0' for '--memory <SIZE>': the size is 0; leave the option out for no limit",
            ),
            (
                "AVSTEM_MATCHES=perhaps",
                "AVSTEM_MATCHES: a switch is 1 or 0 (true or false, yes or no, on or off), not \"perhaps\"",
            ),
        ];
        for (variable, expected) in cases {
            assert_eq!(added("avstem run", &[variable]), Err(expected.to_owned()));
        }
    }
}
