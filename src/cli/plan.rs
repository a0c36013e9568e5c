//! From arguments as typed to a [`Plan`]: arguments win over the configuration, the configuration over the defaults.
//! (Variables of the environment are among the arguments already, see [`super::environment`].)

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};

use super::args::{CheckArgs, ExplainArgs, InputArgs, RunArgs};
use super::config::Config;
use super::fail_on;
use super::fault::Fault;
use super::paths;
use super::typed::ReportFormat;
use crate::engine::shard::SHARD_COUNT;
use crate::model::currency::Currencies;
use crate::model::origin::FILE_COUNT_MAX;
use crate::model::record::Dataset;
use crate::pipeline::plan::{Input, Plan};
use crate::report::words::Lang;

/// For so many days after its last row a group stays in the state, unless something else is said.
const RETAIN_DAYS: u64 = 800;
/// Where reports go unless something else is said.
const OUT: &str = "avstem-out";
/// Chunks are large enough that a thread rarely asks for the next one, and small enough that all cores have one.
const CHUNK_BYTES: usize = 4 << 20;

/// The configuration, which is that of no file where none is named.
///
/// # Errors
/// It cannot be used.
pub fn config(args: &InputArgs) -> Result<Config, Fault> {
    config_of(args.config.as_deref())
}

/// The configuration at a path, which is that of no file where there is none.
///
/// # Errors
/// It cannot be used.
pub fn config_of(path: Option<&Path>) -> Result<Config, Fault> {
    path.map(Config::read).transpose().map(Option::unwrap_or_default)
}

/// The plan of those who ask a state for its books.
#[must_use]
pub fn of_books(config: &Config, day: NaiveDate) -> Plan {
    planned(&InputArgs::default(), config, Vec::new(), day)
}

/// The plan of `run`.
///
/// # Errors
/// An argument or an input cannot be used.
pub fn of_run(args: &RunArgs, config: &Config, now: DateTime<Utc>) -> Result<Plan, Fault> {
    let state = args.state.clone().or_else(|| config.state());
    let plan = of_inputs(&args.inputs, config, state.is_some(), now)?;
    finished(plan, args, config, state)
}

/// The plan of a run that several workers share; it has no state.
///
/// # Errors
/// As [`of_run`].
pub fn of_shards(args: &RunArgs, config: &Config, now: DateTime<Utc>) -> Result<Plan, Fault> {
    finished(of_inputs(&args.inputs, config, false, now)?, args, config, None)
}

/// The same for one of its workers, which is told what to read.
///
/// # Errors
/// An argument cannot be used.
pub fn of_job(args: &RunArgs, config: &Config, day: NaiveDate) -> Result<Plan, Fault> {
    finished(planned(&args.inputs, config, Vec::new(), day), args, config, None)
}

fn finished(mut plan: Plan, args: &RunArgs, config: &Config, state: Option<PathBuf>) -> Result<Plan, Fault> {
    if let Some(text) = &args.fail_on {
        let currencies = Currencies::new(&plan.settings.extra_currencies);
        let wrong = |what| Fault::new(format!("--fail-on {text}: {what}"));
        plan.settings.fail_on = fail_on::parse(text, &currencies).map_err(wrong)?;
    }
    plan.as_of = args.as_of.unwrap_or(plan.as_of);
    plan.settings.as_of = plan.as_of;
    plan.settings.capture_days = args.capture_days.unwrap_or(plan.settings.capture_days);
    plan.settings.settlement_days = args.settlement_days.unwrap_or(plan.settings.settlement_days);
    plan.out = args.out.clone().or_else(|| config.out()).unwrap_or(plan.out);
    plan.retain_days = config.retain_days().unwrap_or(RETAIN_DAYS);
    plan.matches = args.matches;
    plan.state = state;
    let refused = |option: &str| {
        Fault::new(format!("{option} cannot be given together with --state"))
            .help("with a state only the groups that have changed are judged again; run without --state for it")
    };
    if plan.state.is_some() && plan.matches {
        return Err(refused("--matches"));
    }
    if plan.state.is_some() && args.reports.contains(&ReportFormat::Parquet) {
        return Err(refused("--reports parquet"));
    }
    plan.parquet = args.reports.contains(&ReportFormat::Parquet);
    plan.workbook = args.reports.contains(&ReportFormat::Xlsx);
    plan.ages = args.metrics.is_some() || config.metrics().is_some();
    plan.page = args.reports.contains(&ReportFormat::Html);
    let journal = |format: &ReportFormat| match format {
        ReportFormat::Journal(format) => Some(*format),
        _ => None,
    };
    plan.journals = args.reports.iter().filter_map(journal).collect();
    plan.journals.sort();
    plan.journals.dedup();
    plan.journal_folder = config.journal_folder();
    let holds_books = |input: &Input| input.dataset.is_some_and(|dataset| !dataset.is_reconciled());
    plan.settings.books.is_asked |= plan.writes_journals() || plan.inputs.iter().any(holds_books);
    plan.lang = args.lang.or_else(|| config.lang()).unwrap_or_default();
    plan.memory_bytes = args.memory;
    Ok(plan)
}

/// The plan of `check`.
///
/// # Errors
/// An input cannot be used.
pub fn of_check(args: &CheckArgs, config: &Config, now: DateTime<Utc>) -> Result<Plan, Fault> {
    of_inputs(&args.inputs, config, false, now)
}

/// The plan of `explain` over inputs.
///
/// # Errors
/// An input cannot be used.
pub fn of_explain(args: &ExplainArgs, config: &Config, now: DateTime<Utc>) -> Result<Plan, Fault> {
    Ok(explaining(args, of_inputs(&args.inputs, config, false, now)?))
}

/// The plan of `explain` over a state, the last night of which was on a day.
#[must_use]
pub fn of_state(args: &ExplainArgs, config: &Config, day: NaiveDate) -> Plan {
    explaining(args, planned(&args.inputs, config, Vec::new(), day))
}

fn explaining(args: &ExplainArgs, mut plan: Plan) -> Plan {
    plan.as_of = args.as_of.unwrap_or(plan.as_of);
    plan.settings.as_of = plan.as_of;
    plan.settings.capture_days = args.capture_days.unwrap_or(plan.settings.capture_days);
    plan.settings.settlement_days = args.settlement_days.unwrap_or(plan.settings.settlement_days);
    plan
}

/// Whether the command line names any input.
#[must_use]
pub fn names_inputs(args: &InputArgs) -> bool {
    [&args.orders, &args.captures, &args.reversals, &args.settlements, &args.bank, &args.payouts, &args.input]
        .iter()
        .any(|paths| !paths.is_empty())
}

fn of_inputs(args: &InputArgs, config: &Config, nightly: bool, now: DateTime<Utc>) -> Result<Plan, Fault> {
    Ok(planned(args, config, inputs(args, config, nightly)?, config.zone().day(now)))
}

fn planned(args: &InputArgs, config: &Config, inputs: Vec<Input>, as_of: NaiveDate) -> Plan {
    let mut settings = config.settings(as_of);
    if let Some(provider) = &args.provider {
        settings.default_provider.clone_from(provider);
    }
    Plan {
        inputs,
        settings,
        out: PathBuf::from(OUT),
        state: None,
        retain_days: RETAIN_DAYS,
        matches: false,
        parquet: false,
        workbook: false,
        ages: false,
        page: false,
        journals: Vec::new(),
        journal_folder: None,
        lang: Lang::default(),
        threads: args.threads.map(usize::from),
        memory_bytes: None,
        chunk_bytes: CHUNK_BYTES,
        shard_count: SHARD_COUNT,
        as_of,
    }
}

/// The inputs of the command line, else those of the configuration.
fn inputs(args: &InputArgs, config: &Config, nightly: bool) -> Result<Vec<Input>, Fault> {
    let options = [
        ("--orders", &args.orders, Some(Dataset::Orders)),
        ("--captures", &args.captures, Some(Dataset::Captures)),
        ("--reversals", &args.reversals, Some(Dataset::Reversals)),
        ("--settlements", &args.settlements, Some(Dataset::Settlements)),
        ("--bank", &args.bank, Some(Dataset::Bank)),
        ("--payouts", &args.payouts, Some(Dataset::Payouts)),
        ("--input", &args.input, None),
    ];
    let mut inputs = Vec::new();
    for (option, paths, dataset) in options {
        for path in paths {
            inputs.extend(
                typed(path, dataset, nightly)
                    .map_err(|what| Fault::new(format!("{option} {}: {what}", path.display())))?,
            );
        }
    }
    let named = options.iter().any(|(_, paths, _)| !paths.is_empty());
    if !named {
        inputs = config.inputs(nightly)?;
    }
    // A night on which nothing came is one too, where it is said from where it could have come.
    if inputs.is_empty() && !(nightly && (named || config.has_sources())) {
        let help = "name files with --orders, --captures, --reversals, --settlements, --bank, --payouts or --input, or list them as [[source]] in a file given with --config";
        return Err(Fault::new("no inputs").help(help));
    }
    if inputs.iter().filter(|input| input.path.is_none()).count() > 1 {
        return Err(Fault::new("- is given more than once, but standard input can be read only once"));
    }
    if inputs.len() > FILE_COUNT_MAX {
        return Err(Fault::new(format!("{} input files, but one run reads {FILE_COUNT_MAX} at most", inputs.len())));
    }
    Ok(inputs)
}

fn typed(path: &Path, dataset: Option<Dataset>, nightly: bool) -> Result<Vec<Input>, String> {
    if path.as_os_str() == "-" {
        return Ok(vec![Input { shown: "-".to_owned(), path: None, dataset, provider: None, profile: None }]);
    }
    let expand = if nightly { paths::expand_tonight } else { paths::expand };
    let found = expand(path, Path::new(""))?;
    Ok(found
        .into_iter()
        .map(|file| Input { shown: file.shown, path: Some(file.path), dataset, provider: None, profile: None })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::super::args::{Cli, Command};
    use super::super::environment;
    use super::*;
    use clap::{CommandFactory as _, Parser as _};
    use std::ffi::OsString;

    /// A folder with a configuration and a source; the plan of a command line in which `@` is that folder.
    fn plan(typed: &str, variables: &[(&str, &str)], file: &str) -> Result<(Plan, String), String> {
        let root = tempfile::tempdir().map_err(|error| error.to_string())?;
        let name = root.path().to_string_lossy().into_owned();
        for (name, text) in [("c.toml", file), ("in/1.csv", "a"), ("in/2.csv", "b"), ("other.csv", "c")] {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(root.path())).map_err(|error| error.to_string())?;
            std::fs::write(path, text).map_err(|error| error.to_string())?;
        }
        let args = std::iter::once("avstem")
            .chain(typed.split(' '))
            .map(|arg| OsString::from(arg.replace('@', &name)))
            .collect();
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(*value));
        let args = environment::add(&Cli::command(), args, &variable).map_err(|fault| fault.to_string())?;
        let now = DateTime::parse_from_rfc3339("2026-10-31T23:30:00Z").map_err(|error| error.to_string())?.to_utc();
        let plan = match Cli::try_parse_from(args).map_err(|error| error.to_string())?.command {
            Command::Run(args) => config(&args.inputs).and_then(|config| of_run(&args, &config, now)),
            Command::Check(args) => config(&args.inputs).and_then(|config| of_check(&args, &config, now)),
            other => return Err(format!("{other:?} has no plan")),
        };
        plan.map(|plan| (plan, name.clone())).map_err(|fault| fault.to_string().replace(&name, "@"))
    }

    #[test]
    fn arguments_win_over_variables_over_the_file_over_the_defaults() -> Result<(), String> {
        let file = "out = \"from-file\"\nprovider = \"file\"\n[rules]\ncapture_days = 1\n[[source]]\npath = \"in\"";
        let variables = [("AVSTEM_CAPTURE_DAYS", "2"), ("AVSTEM_OUT", "from-env"), ("AVSTEM_PROVIDER", "env")];
        let typed = "run --config @/c.toml --capture-days 3 --out typed --provider typed";
        let cases = [
            (typed, &variables[..], file, 3, "typed", "typed"),
            ("run --config @/c.toml", &variables[..], file, 2, "from-env", "env"),
            ("run --config @/c.toml", &[][..], file, 1, "@/from-file", "file"),
            ("run --input @/in", &[][..], "", 7, "avstem-out", "default"),
        ];
        for (typed, variables, file, capture_days, out, provider) in cases {
            let (plan, root) = plan(typed, variables, file)?;
            let shown = plan.out.to_string_lossy().replace(&root, "@");
            let settings = plan.settings;
            assert_eq!(
                (settings.capture_days, shown.as_str(), settings.default_provider.as_str()),
                (capture_days, out, provider)
            );
        }
        Ok(())
    }

    #[test]
    fn today_is_that_of_the_configured_zone() -> Result<(), String> {
        let cases = [
            ("run --input @/in", "", "2026-11-01"),
            ("run --input @/in --config @/c.toml", "timezone = \"UTC\"", "2026-10-31"),
            ("run --input @/in --config @/c.toml --as-of 2026-01-02", "timezone = \"UTC\"", "2026-01-02"),
        ];
        for (typed, file, as_of) in cases {
            let (plan, _) = plan(typed, &[], file)?;
            assert_eq!((plan.as_of.to_string().as_str(), plan.settings.as_of), (as_of, plan.as_of));
        }
        Ok(())
    }

    #[test]
    fn inputs_of_the_command_line_replace_the_sources() -> Result<(), String> {
        let file =
            "[[source]]\npath = \"in/*.csv\"\ndataset = \"orders\"\nprovider = \"p\"\n[[source]]\npath = \"other.csv\"";
        let shown = |typed: &str| {
            plan(typed, &[], file).map(|(plan, root)| {
                let one = |input: Input| {
                    let dataset = input.dataset.map_or("?", Dataset::name);
                    let provider = input.provider.unwrap_or_default();
                    format!("{} {dataset} {provider}", input.shown.replace(&root, "@")).trim_end().to_owned()
                };
                plan.inputs.into_iter().map(one).collect::<Vec<_>>()
            })
        };
        assert_eq!(shown("check --config @/c.toml")?, ["in/1.csv orders p", "in/2.csv orders p", "other.csv ?"]);
        assert_eq!(shown("check --config @/c.toml --captures @/other.csv --input -")?, ["@/other.csv captures", "- ?"]);
        // The same file twice is no error: the rules list it as repeated.
        assert_eq!(shown("run --orders @/other.csv --orders @/other.csv")?.len(), 2);
        Ok(())
    }

    #[test]
    fn what_is_asked_for_is_planned() -> Result<(), String> {
        let (plan, _) = plan(
            "run --input - --reports csv,parquet,xlsx --matches --threads 2 --memory 1MiB --settlement-days 0",
            &[],
            "",
        )?;
        assert!(plan.matches && plan.parquet && plan.workbook);
        assert_eq!((plan.threads, plan.memory_bytes, plan.settings.settlement_days), (Some(2), Some(1 << 20), 0));
        Ok(())
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let cases = [
            ("run --out x", "no inputs\n  help: name files with --orders"),
            ("run --orders @/nothing.csv", "--orders @/nothing.csv: no such file or folder"),
            ("check --input @/n*.csv", "--input @/n*.csv: no file matches this glob"),
            ("check --input - --orders -", "- is given more than once"),
            ("check --config @/nothing.toml", "@/nothing.toml: No such file or directory"),
            ("check --config @/c.toml --input -", "@/c.toml:1:1: unknown key `x`"),
            ("run --fail-on 5 --input -", "--fail-on 5: `5` is no amount"),
            ("run --capture-days -1 --input -", "error: invalid value '-1' for '--capture-days <N>': -1 is not in 0.."),
            ("run --reports pdf --input -", "error: invalid value 'pdf' for '--reports <LIST>': no such report"),
        ];
        for (typed, expected) in cases {
            let error = plan(typed, &[], "x = 1").map(|(plan, _)| plan.inputs);
            assert!(error.as_ref().is_err_and(|error| error.starts_with(expected)), "{typed}: {error:?}");
        }
    }
}
