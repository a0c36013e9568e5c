//! What several tests share: a day of files on disk, and a run of the library over it.
#![allow(dead_code)]

pub mod agree;
pub mod said;

use std::ops::Range;
use std::path::Path;

use avstem::model::compact::KeyKind;
use avstem::model::day::Zone;
use avstem::model::record::Dataset;
use avstem::pipeline::plan::{Input, Plan};
use avstem::rules::calendar::Country;
use avstem::rules::settings::{ProviderSettings, Settings};

use crate::reference;

/// How the engine is set, which must never show in a report.
#[derive(Debug, Clone, Copy)]
pub struct Engine {
    pub threads: usize,
    pub chunk_bytes: usize,
    pub shard_count: usize,
    pub memory_bytes: Option<u64>,
}

impl Default for Engine {
    fn default() -> Self {
        Self { threads: 2, chunk_bytes: 4 << 20, shard_count: 256, memory_bytes: None }
    }
}

/// Writes the files of a day and plans a run over them.
pub fn plan(folder: &Path, files: &[reference::InputFile], settings: &reference::Settings, engine: Engine) -> Plan {
    let inputs = files
        .iter()
        .enumerate()
        .map(|(number, file)| {
            let shown = format!("{number:03}-{}.csv", file.dataset.name());
            let path = folder.join(&shown);
            std::fs::write(&path, &file.bytes).unwrap();
            let dataset = Dataset::from_name(file.dataset.name());
            Input { shown, path: Some(path), dataset, provider: file.provider.clone(), profile: None }
        })
        .collect();
    plan_of(inputs, settings_of(settings), folder, engine)
}

/// Plans a run over files that stand already.
pub fn plan_of(inputs: Vec<Input>, settings: Settings, folder: &Path, engine: Engine) -> Plan {
    Plan {
        inputs,
        as_of: settings.as_of,
        settings,
        out: folder.join("out"),
        state: None,
        retain_days: 800,
        matches: true,
        parquet: false,
        workbook: false,
        ages: false,
        page: false,
        journals: Vec::new(),
        journal_folder: None,
        lang: avstem::report::words::Lang::En,
        threads: Some(engine.threads),
        memory_bytes: engine.memory_bytes,
        chunk_bytes: engine.chunk_bytes,
        shard_count: engine.shard_count,
    }
}

/// A number from the environment.
pub fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The seeds of random days: as many as are asked for, or what `AVSTEM_SEED` and `AVSTEM_DAYS` say.
pub fn seeds(days: u64) -> Range<u64> {
    match number("AVSTEM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("AVSTEM_DAYS").unwrap_or(days),
    }
}

fn settings_of(theirs: &reference::Settings) -> Settings {
    let mut settings = Settings::new(theirs.as_of);
    settings.zone = Zone(theirs.zone);
    settings.capture_days = theirs.capture_days;
    settings.settlement_days = theirs.settlement_days;
    let country = |code: &Option<String>| {
        code.as_ref().map(|code| Country::ALL.into_iter().find(|country| country.code() == code).unwrap())
    };
    settings.capture_calendar = country(&theirs.capture_calendar);
    settings.settlement_calendar = country(&theirs.settlement_calendar);
    settings.vat_tolerance_minor = theirs.vat_tolerance;
    settings.amount_tolerance_minor = theirs.amount_tolerance.clone();
    settings.tolerance_budget_minor = theirs.tolerance_budget.clone();
    settings.default_provider = theirs.default_provider.clone();
    settings.providers = theirs
        .providers
        .iter()
        .map(|(name, ways)| {
            let key = |column: &String| KeyKind::ALL.into_iter().find(|kind| kind.column() == column).unwrap();
            let keys = ways.keys.as_ref().map(|keys| keys.iter().map(key).collect());
            (
                name.clone(),
                ProviderSettings { keys, unique_reference: ways.unique_reference, ..ProviderSettings::default() },
            )
        })
        .collect();
    settings
}
