//! The stages of a run by themselves: `cargo bench`. Compare figures of one run only; machines differ, and so do days.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;

use avstem::engine::split::{Dialect, Scratch, split_records};
use avstem::ingest::canonical::{Context, Memory, Sink, Ways, compact};
use avstem::ingest::layout::Layout;
use avstem::model::compact::{LineRec, OperationRow, SettlementRec};
use avstem::model::currency::Currencies;
use avstem::model::day::Zone;
use avstem::model::names::{NameId, Names};
use avstem::model::origin::Origin;
use avstem::model::record::Dataset;
use avstem::pipeline::plan::{Input, Plan};
use avstem::pipeline::run;
use avstem::rules::settings::Settings;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const HEADER: &str =
    "order_id,line_id,amount,currency,created_at,payee_reference,transaction_number,state,reconciliation_number";

/// So many captures of one line each, all of which agree with their order line and settlement row.
fn captures(rows: u64) -> String {
    let mut text = format!("{HEADER}\n");
    for row in 0..rows {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{},1,{},SEK,2026-10-{:02} 10:00:00,ref{row},{},completed,{}",
            1_000_000 + row,
            100 + row % 90_000,
            1 + row % 28,
            40_000_000_000 + row,
            738_000 + row % 28
        );
    }
    text
}

fn orders(rows: u64) -> String {
    let mut text = "order_id,line_id,gross_amount,currency,created_at,vat_amount,vat_rate\n".to_owned();
    for row in 0..rows {
        let gross = 100 + row % 90_000;
        let vat = (gross * 2 + 5) / 10;
        let _ = writeln!(text, "{},1,{gross},SEK,2026-10-{:02},{vat},2500", 1_000_000 + row, 1 + row % 28);
    }
    text
}

fn settlements(rows: u64) -> String {
    let mut text = "gross_amount,currency,transaction_number,reconciliation_number,settlement_id\n".to_owned();
    for row in 0..rows {
        let _ = writeln!(text, "{},SEK,{},{},R1-0001", 100 + row % 90_000, 40_000_000_000 + row, 738_000 + row % 28);
    }
    text
}

/// Takes records and forgets them.
struct Nowhere;

impl Sink for Nowhere {
    fn line(&mut self, line: &LineRec) {
        black_box(line);
    }
    fn operation(&mut self, row: &OperationRow) {
        black_box(row);
    }
    fn settlement(&mut self, record: &SettlementRec) {
        black_box(record);
    }
}

fn split(criterion: &mut Criterion) {
    let text = captures(100_000);
    let dialect = Dialect::default();
    let mut group = criterion.benchmark_group("one core");
    group.throughput(Throughput::Bytes(u64::try_from(text.len()).unwrap_or(0)));
    group.bench_function("split fields", |bencher| {
        let mut scratch = Scratch::new();
        bencher.iter(|| {
            let mut fields = 0;
            split_records(text.as_bytes(), 0, 1, &dialect, &mut scratch, &mut |record| fields += record.len());
            black_box(fields)
        });
    });

    let names = Names::default();
    let currencies = Currencies::default();
    let ways = |_: NameId, _: &str| Ways { unique_reference: true, hashed: [true; 4], reference_form: None };
    let context = Context { names: &names, currencies: &currencies, zone: Zone::default(), dated: false, ways: &ways };
    let header: Vec<String> = HEADER.split(',').map(str::to_owned).collect();
    if let Ok(layout) = Layout::new(Dataset::Captures, &header, "swedbank_pay") {
        group.bench_function("fields to compact records", |bencher| {
            let mut scratch = Scratch::new();
            bencher.iter(|| {
                let (mut memory, mut bytes) = (Memory::default(), 0);
                split_records(text.as_bytes(), 0, 1, &dialect, &mut scratch, &mut |record| {
                    let origin = Origin::new(0, record.offset).unwrap_or(Origin(0));
                    bytes += usize::from(compact(&layout, record, origin, &context, &mut memory, &mut Nowhere).is_ok());
                });
                black_box(bytes)
            });
        });
    }
    group.finish();
}

fn plan(folder: &Path, rows: u64) -> std::io::Result<Plan> {
    let mut inputs = Vec::new();
    for (dataset, text) in [
        (Dataset::Orders, orders(rows)),
        (Dataset::Captures, captures(rows)),
        (Dataset::Settlements, settlements(rows)),
    ] {
        let shown = format!("{}.csv", dataset.name());
        let path = folder.join(&shown);
        std::fs::write(&path, text)?;
        inputs.push(Input {
            shown,
            path: Some(path),
            dataset: Some(dataset),
            provider: Some("swedbank_pay".to_owned()),
            profile: None,
        });
    }
    let as_of = chrono::NaiveDate::from_ymd_opt(2026, 11, 30).unwrap_or_default();
    Ok(Plan {
        inputs,
        settings: Settings::new(as_of),
        out: folder.join("out"),
        matches: false,
        parquet: false,
        workbook: false,
        ages: false,
        page: false,
        journals: Vec::new(),
        journal_folder: None,
        lang: avstem::report::words::Lang::En,
        threads: None,
        memory_bytes: None,
        chunk_bytes: 4 << 20,
        shard_count: 256,
        state: None,
        retain_days: 800,
        as_of,
    })
}

fn whole(criterion: &mut Criterion) {
    const ROWS: u64 = 100_000;
    let Ok(folder) = tempfile::tempdir() else { return };
    let Ok(plan) = plan(folder.path(), ROWS) else { return };
    let mut group = criterion.benchmark_group("all cores");
    group.throughput(Throughput::Elements(3 * ROWS));
    group.sample_size(20);
    group.bench_function("a run, report value included", |bencher| {
        bencher.iter_batched(|| plan.clone(), |plan| black_box(run(&plan, &|_| {}).is_ok()), BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(stages, split, whole);
criterion_main!(stages);
