//! `shard`: a stage of a distributed run, from standard input to standard output.

use std::io;

use chrono::Utc;

use super::args::{InputArgs, RunArgs, ShardArgs};
use super::config::Config;
use super::console::Console;
use super::fault::Fault;
use super::typed::StageName;
use super::watch::Done;
use super::{plan, shown, tell};
use crate::pipeline::RunError;
use crate::pipeline::plan::Plan;
use crate::pipeline::shard::job::{Job, Typed};
use crate::pipeline::shard::{self, Stage};
use crate::report::folder;

/// Splits of a file have about so many bytes unless something else is said: some hundred thousand rows.
const SPLIT_BYTES: u64 = 64 << 20;

/// Runs a stage; gives the exit status.
///
/// # Errors
/// What was given cannot be used; what went out until then is of no use.
pub fn run(args: &ShardArgs, console: Console) -> Result<u8, Fault> {
    let given = || io::stdin().lock();
    let out = || io::BufWriter::new(io::stdout());
    if args.stage == StageName::Plan {
        let config = plan::config(&args.inputs)?;
        let planned = plan::of_shards(&run_args(args), &config, Utc::now())?;
        let typed = Typed {
            config: args.inputs.config.as_ref().map(|path| (path.display().to_string(), config.text().to_owned())),
            provider: args.inputs.provider.clone(),
            as_of: planned.as_of,
            capture_days: args.capture_days,
            settlement_days: args.settlement_days,
            fail_on: args.fail_on.clone(),
        };
        shard::plan(&planned, typed, args.split_size.unwrap_or(SPLIT_BYTES), out())?;
        return Ok(0);
    }
    let job = job(args)?;
    let stage = match args.stage {
        StageName::Plan | StageName::Job => {
            shard::job(&job, &planned(&job, args)?, given(), out())?;
            return Ok(0);
        }
        StageName::Facts => {
            shard::facts(&job, &planned(&job, args)?, given(), out())?;
            return Ok(0);
        }
        StageName::Report => return report(&job, args, console),
        StageName::Files => Stage::Files,
        StageName::Read => Stage::Read,
        StageName::Lines => Stage::Lines,
        StageName::Operations => {
            let missing = || Fault::new("--stage operations needs --round").help("give the round, from 0");
            Stage::Operations { round: args.round.ok_or_else(missing)? }
        }
        StageName::References => Stage::References,
        StageName::Batches => Stage::Batches,
    };
    let planned = planned(&job, args)?;
    // The engine runs a worker a core.
    let plan = Plan { threads: planned.threads.or(Some(1)), shard_count: SHARDS_OF_A_WORKER, ..planned };
    shard::work(stage, &job, &job.planned(plan), io::stdin(), out())?;
    Ok(0)
}

/// A partition is small beside a whole run.
const SHARDS_OF_A_WORKER: usize = 16;

fn job(args: &ShardArgs) -> Result<Job, Fault> {
    let missing =
        || Fault::new("this stage needs --job").help("give the job that --stage plan, job or facts has written");
    let path = args.job.as_ref().ok_or_else(missing)?;
    let text = std::fs::read_to_string(path)
        .map_err(|error| Fault::of_file(&path.display().to_string(), error.to_string()))?;
    Job::read(&text).map_err(|error| RunError::from(error).into())
}

/// The plan of a job: what was typed when it was begun.
fn planned(job: &Job, args: &ShardArgs) -> Result<Plan, Fault> {
    let config = match &job.typed.config {
        Some((shown, text)) => Config::of_text(shown, text)?,
        None => Config::default(),
    };
    let typed = &job.typed;
    let run = RunArgs {
        inputs: InputArgs { provider: typed.provider.clone(), threads: args.inputs.threads, ..InputArgs::default() },
        as_of: Some(typed.as_of),
        capture_days: typed.capture_days,
        settlement_days: typed.settlement_days,
        fail_on: typed.fail_on.clone(),
        out: args.out.clone(),
        ..RunArgs::default()
    };
    plan::of_job(&run, &config, typed.as_of)
}

/// What `run` would be given.
fn run_args(args: &ShardArgs) -> RunArgs {
    let inputs = &args.inputs;
    RunArgs {
        inputs: InputArgs {
            orders: inputs.orders.clone(),
            captures: inputs.captures.clone(),
            reversals: inputs.reversals.clone(),
            settlements: inputs.settlements.clone(),
            bank: inputs.bank.clone(),
            payouts: inputs.payouts.clone(),
            input: inputs.input.clone(),
            config: inputs.config.clone(),
            provider: inputs.provider.clone(),
            threads: inputs.threads,
        },
        as_of: args.as_of,
        capture_days: args.capture_days,
        settlement_days: args.settlement_days,
        fail_on: args.fail_on.clone(),
        out: args.out.clone(),
        ..RunArgs::default()
    }
}

/// Writes the report of the whole run, as `run` writes its own.
fn report(job: &Job, args: &ShardArgs, console: Console) -> Result<u8, Fault> {
    let plan = planned(job, args)?;
    let refused = |error: folder::PublishError| Fault::new(error.to_string());
    let staging = folder::Staging::begin(&plan.out).map_err(refused)?;
    let report = shard::report(job, &plan, io::stdin())?;
    staging.commit(&report, &[]).map_err(refused)?;
    tell(&report.summary, console);
    let Done { status, .. } = shown(&plan, &report, &run_args(args), console)?;
    Ok(status)
}
