//! The arguments as typed. Nothing here is resolved: that is the work of [`super::plan`].

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::builder::ValueParser;
use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

use super::closing::{Month, month};
use super::help;
use super::typed::{Format, LogFormat, ReportFormat, StageName, day, language, name, report_format, size};
use crate::report::words::Lang;

/// Reconciles orders, captures, reversals and settlements, to the last minor unit.
#[derive(Debug, Parser)]
#[command(name = "avstem", version, about, long_about = help::ABOUT, after_help = help::AFTER)]
#[command(arg_required_else_help = true, disable_help_subcommand = true, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands of this version.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Reconcile and write the reports
    #[command(long_about = help::RUN, after_long_help = help::AFTER_RUN)]
    Run(RunArgs),
    /// Read the inputs only and show what they hold
    #[command(long_about = help::CHECK, after_long_help = help::AFTER_CHECK)]
    Check(CheckArgs),
    /// Tell everything known of an order, line, reference, number, batch or discrepancy
    #[command(long_about = help::EXPLAIN, after_long_help = help::AFTER_EXPLAIN)]
    Explain(ExplainArgs),
    /// Prove a report folder from its files alone
    #[command(long_about = help::VERIFY, after_long_help = help::AFTER_VERIFY)]
    Verify(VerifyArgs),
    /// Propose a configuration for files as they are
    #[command(long_about = help::INIT, after_long_help = help::AFTER_INIT)]
    Init(InitArgs),
    /// List the nights of a state, or one of them with what it opened and cleared
    #[command(long_about = help::HISTORY, after_long_help = help::AFTER_HISTORY)]
    History(HistoryArgs),
    /// List what is open in a state, by age
    #[command(long_about = help::OPEN, after_long_help = help::AFTER_OPEN)]
    Open(OpenArgs),
    /// Close a month: what was open, what moved, what is open, and the balances of the accounts
    #[command(name = "close-month", long_about = help::CLOSE_MONTH, after_long_help = help::AFTER_CLOSE_MONTH)]
    CloseMonth(CloseMonthArgs),
    /// List the vouchers of a state, or write those of a settlement again
    #[command(long_about = help::JOURNAL, after_long_help = help::AFTER_JOURNAL)]
    Journal(JournalArgs),
    /// Say something of a finding, for whoever looks at it next
    #[command(long_about = help::NOTE, after_long_help = help::AFTER_DECIDE)]
    Note(DecideArgs),
    /// Close a finding: it is open no more while it stays what it is
    #[command(long_about = help::CLOSE, after_long_help = help::AFTER_DECIDE)]
    Close(DecideArgs),
    /// Work on one partition of a distributed run, from standard input to standard output (Arrow IPC)
    #[command(long_about = help::SHARD, after_long_help = help::AFTER_SHARD)]
    Shard(ShardArgs),
    /// Print a completion script for a shell
    #[command(after_long_help = help::AFTER_COMPLETIONS)]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    #[command(after_long_help = help::AFTER_MAN)]
    Man {
        /// A command with a page of its own, such as `run`
        #[arg(value_name = "COMMAND")]
        page: Option<String>,
    },
}

/// Where the records come from.
#[derive(Debug, Default, Args)]
pub struct InputArgs {
    /// Order lines: a file, a folder, a quoted glob, or `-`
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath, help_heading = "Inputs")]
    pub orders: Vec<PathBuf>,
    /// Captures: a file, a folder, a quoted glob, or `-`
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath, help_heading = "Inputs")]
    pub captures: Vec<PathBuf>,
    /// Reversals: a file, a folder, a quoted glob, or `-`
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath, help_heading = "Inputs")]
    pub reversals: Vec<PathBuf>,
    /// Settlements: a file, a folder, a quoted glob, or `-`
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath, help_heading = "Inputs")]
    pub settlements: Vec<PathBuf>,
    /// Bank statements: camt.053, camt.054, MT940, or CSV
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath, help_heading = "Inputs")]
    pub bank: Vec<PathBuf>,
    /// Payouts as balance reports state them: CSV with fees, VAT on fees and the payout
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath, help_heading = "Inputs")]
    pub payouts: Vec<PathBuf>,
    /// Files that say themselves what they hold, such as a provider's settlement file
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath, help_heading = "Inputs")]
    pub input: Vec<PathBuf>,
    /// Read settings and, where no input is given here, the inputs from this TOML file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Inputs")]
    pub config: Option<PathBuf>,
    /// Provider of rows and inputs that name none [default: default]
    #[arg(long, value_name = "NAME", value_parser = ValueParser::new(name), help_heading = "Inputs")]
    pub provider: Option<String>,
    /// Worker threads, 1 to 512 [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512), allow_negative_numbers = true)]
    pub threads: Option<u16>,
}

/// What is shown, and how.
#[derive(Debug, Default, Args)]
pub struct ShowArgs {
    /// What standard output shows
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    pub format: Format,
    /// Show nothing but errors
    #[arg(long, help_heading = "Output")]
    pub quiet: bool,
    /// Also show, on standard error, the settings, the inputs and what was not checked
    #[arg(long, help_heading = "Output")]
    pub verbose: bool,
    /// How warnings, notes and errors are written: lines of text, or of JSON [default: text]
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = "Output")]
    pub log_format: Option<LogFormat>,
    /// Show no progress bar (there is none without a terminal)
    #[arg(long, help_heading = "Output")]
    pub no_progress: bool,
}

/// The arguments of `run`.
#[derive(Debug, Default, Args)]
pub struct RunArgs {
    /// The inputs.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// The day for which ages count [default: today in the configured zone]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = ValueParser::new(day))]
    pub as_of: Option<NaiveDate>,
    /// Folder of the report; an earlier report there is replaced as a whole [default: avstem-out]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
    /// Carry what is open from night to night in this file, which is made where there is none
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: Option<PathBuf>,
    /// Where the day is earlier than the last night of the state: set that state aside and begin a new one
    #[arg(long, requires = "state")]
    pub replay: bool,
    /// Days during which an uncaptured line is pending [default: 7]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..), allow_negative_numbers = true)]
    pub capture_days: Option<i64>,
    /// Days during which an unsettled operation is pending [default: 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..), allow_negative_numbers = true)]
    pub settlement_days: Option<i64>,
    /// Formats to write, separated by commas: csv and json (always written), html, xlsx, parquet
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = ValueParser::new(report_format))]
    pub reports: Vec<ReportFormat>,
    /// Language of the page: en, sv, nb, da, fi [default: en]
    #[arg(long, value_name = "LANG", value_parser = ValueParser::new(language))]
    pub lang: Option<Lang>,
    /// Replace ids by hashes made with the secret in this file, in everything that is written
    #[arg(long, value_name = "KEYFILE", value_hint = ValueHint::FilePath)]
    pub redact: Option<PathBuf>,
    /// Also write matches.csv
    #[arg(long)]
    pub matches: bool,
    /// What makes exit status 1: codes, amounts such as 10000SEK, `none`, or `any` open finding [default: any]
    #[arg(long, value_name = "CODES|AMOUNT")]
    pub fail_on: Option<String>,
    /// Write figures for Prometheus' textfile collector to this file, also when the run fails
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub metrics: Option<PathBuf>,
    /// Memory that records may take before they go to disk, such as 512MiB [default: no limit]
    #[arg(long, value_name = "SIZE", value_parser = ValueParser::new(size), allow_negative_numbers = true)]
    pub memory: Option<u64>,
    /// What is shown.
    #[command(flatten)]
    pub show: ShowArgs,
}

/// The arguments of `check`.
#[derive(Debug, Default, Args)]
pub struct CheckArgs {
    /// The inputs.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// What is shown.
    #[command(flatten)]
    pub show: ShowArgs,
}

/// The arguments of `explain`.
#[derive(Debug, Default, Args)]
pub struct ExplainArgs {
    /// An order id, ORDER/LINE, reference, number, operation or transaction id, batch or discrepancy id
    #[arg(value_name = "KEY")]
    pub key: String,
    /// The inputs.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// The day for which ages count [default: today in the configured zone; with a state its last night]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = ValueParser::new(day))]
    pub as_of: Option<NaiveDate>,
    /// Ask what this state holds, instead of inputs
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: Option<PathBuf>,
    /// Ask only what the files of this report say
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "state")]
    pub report: Option<PathBuf>,
    /// Days during which an uncaptured line is pending [default: 7]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..), allow_negative_numbers = true)]
    pub capture_days: Option<i64>,
    /// Days during which an unsettled operation is pending [default: 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..), allow_negative_numbers = true)]
    pub settlement_days: Option<i64>,
    /// What is shown.
    #[command(flatten)]
    pub show: ShowArgs,
}

/// The arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Folder of a report
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath, required_unless_present = "state")]
    pub folder: Option<PathBuf>,
    /// Also, or only, prove a state: every page of it, and that nothing was changed in its log
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: Option<PathBuf>,
    /// Show nothing but errors
    #[arg(long)]
    pub quiet: bool,
}

/// The arguments of `history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// The state
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: PathBuf,
    /// Show one night: its inputs, what it opened, what it cleared
    #[arg(long, value_name = "N")]
    pub night: Option<u32>,
    /// What standard output shows
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// The arguments of `open`.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// The state
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: PathBuf,
    /// Also what is pending, listed, and closed
    #[arg(long)]
    pub all: bool,
    /// What standard output shows
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// The arguments of `note` and `close`.
#[derive(Debug, Args)]
pub struct DecideArgs {
    /// The finding, as in the column `id`
    #[arg(value_name = "ID")]
    pub id: String,
    /// What there is to say of it
    #[arg(value_name = "TEXT")]
    pub text: Option<String>,
    /// Why it is closed
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Who decides [default: the user who is logged in]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// The state
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: PathBuf,
}

/// The arguments of `close-month`.
#[derive(Debug, Args)]
pub struct CloseMonthArgs {
    /// The month, such as 2026-10
    #[arg(value_name = "YYYY-MM", value_parser = ValueParser::new(month))]
    pub month: Month,
    /// The state
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: PathBuf,
    /// The configuration of its nights
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Provider of rows that name none [default: default]
    #[arg(long, value_name = "NAME", value_parser = ValueParser::new(name))]
    pub provider: Option<String>,
    /// Folder of the tables [default: closing-YYYY-MM]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
    /// What standard output shows
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// The arguments of `journal`.
#[derive(Debug, Args)]
pub struct JournalArgs {
    /// The state
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: PathBuf,
    /// Write the vouchers of this settlement again, marked as copies
    #[arg(long, value_name = "ID")]
    pub settlement: Option<String>,
    /// Their forms: sie, hledger, beancount, gbat10
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = ValueParser::new(report_format))]
    pub reports: Vec<ReportFormat>,
    /// The configuration of the nights
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Folder of the files [default: the current one]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
}

/// The arguments of `shard`.
#[derive(Debug, Args)]
pub struct ShardArgs {
    /// What to do with the partition
    #[arg(long, value_enum, value_name = "STAGE")]
    pub stage: StageName,
    /// Of --stage operations: the round of keys, from 0
    #[arg(long, value_name = "K")]
    pub round: Option<usize>,
    /// The job, as --stage plan, job or facts has written it; its settings hold
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub job: Option<PathBuf>,
    /// Of --stage plan: the inputs of the job.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Of --stage plan: the day for which ages count [default: today in the configured zone]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = ValueParser::new(day))]
    pub as_of: Option<NaiveDate>,
    /// Of --stage plan: days during which an uncaptured line is pending [default: 7]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..), allow_negative_numbers = true)]
    pub capture_days: Option<i64>,
    /// Of --stage plan: days during which an unsettled operation is pending [default: 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..), allow_negative_numbers = true)]
    pub settlement_days: Option<i64>,
    /// Of --stage plan: what makes exit status 1
    #[arg(long, value_name = "CODES|AMOUNT")]
    pub fail_on: Option<String>,
    /// Of --stage plan: about so many bytes of a file are one split [default: 64MiB]
    #[arg(long, value_name = "SIZE", value_parser = ValueParser::new(size), allow_negative_numbers = true)]
    pub split_size: Option<u64>,
    /// Of --stage report: folder of the report [default: avstem-out]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
}

/// The arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Files as they are: a file, a folder, a quoted glob, or `-`
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
    /// Write the configuration to this new file [default: standard output]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// Replace the file of --out where there is one
    #[arg(long)]
    pub force: bool,
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
