//! Writes test data of any size: a shop's orders, captures and reversals, the provider's settlement rows,
//! and `labels.csv`, which names every fault that was put in.
//!
//! Nothing is held in memory. A row is a pure function of the seed and its number, and each file visits its row
//! numbers in a shuffled order given by a permutation that is computed, not stored; so four threads write four files
//! without knowing of each other, and the same seed always gives the same bytes.

mod shop;
mod shuffle;
mod table;
mod write;

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::thread;

use shop::*;
use shuffle::*;
use table::*;
use write::*;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const USAGE: &str = "usage: generate --rows N --out DIR [--seed S] [--faults PERCENT]";
const ROWS_MIN: u64 = 1_000;
const PROVIDER: &[u8] = b"swedbank_pay";

/// October has one settlement file a day. With `--as-of 2026-11-30` everything in it is past every waiting time.
const DAYS: u64 = 31;
const BATCH_FIRST: u64 = 738_480;

/// Four orders of one to four lines: a line's number gives its order by division.
const ORDERS_A_GROUP: u64 = 4;
const LINES_A_GROUP: u64 = 10;
const LINE_IN_GROUP: [(u64, u64); 10] =
    [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (3, 0), (3, 1), (3, 2), (3, 3)];

/// Rows that a group of orders comes to, times ten: for the first guess at how many orders fill the files.
const ROWS_TEN_GROUPS: u64 = 281;

// Numbers of an order's operations: captures at 0 to 3 (by line), then these.
const SLOTS_AN_ORDER: u64 = 8;
const SLOT_REVERSAL: u64 = 4;
const SLOT_UNKNOWN_LINE: u64 = 5;
const SLOT_UNKNOWN_ROW: u64 = 6;
const TRANSACTION_FIRST: u64 = 40_000_000_000;
const ORDER_FIRST: u64 = 10_000_000;
const LINE_UNKNOWN: u64 = 9;

fn main() -> Outcome<()> {
    let options = Options::from_args(std::env::args().skip(1))?;
    let shop = Shop::with_rows(&options)?;
    fs::create_dir_all(&options.out)?;
    let rows = write_all(&shop, &options.out)?;
    let total: u64 = rows.iter().sum();
    if total != options.rows {
        return Err(format!("wrote {total} rows where {} were asked for", options.rows).into());
    }
    writeln!(io::stdout(), "{total} rows in {}, {} faults", options.out.display(), shop.faults)?;
    Ok(())
}

/// One thread a file; the labels are few and come last.
fn write_all(shop: &Shop, out: &Path) -> Outcome<Vec<u64>> {
    let rows = thread::scope(|scope| {
        let threads = [
            scope.spawn(|| write_orders(shop, &out.join("orders.csv"))),
            scope.spawn(|| write_captures(shop, &out.join("captures.csv"))),
            scope.spawn(|| write_reversals(shop, &out.join("reversals.csv"))),
            scope.spawn(|| write_settlements(shop, &out.join("settlements.csv"))),
        ];
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a writer panicked")?).collect::<Outcome<Vec<u64>>>()
    })?;
    write_labels(shop, &out.join("labels.csv"))?;
    Ok(rows)
}

struct Options {
    rows: u64,
    out: PathBuf,
    seed: u64,
    faults_ppm: u64,
}

impl Options {
    fn from_args(mut args: impl Iterator<Item = String>) -> Outcome<Self> {
        let (mut rows, mut out, mut seed, mut faults_ppm) = (None, None, 1, 10_000);
        while let Some(flag) = args.next() {
            let value = args.next().ok_or(USAGE)?;
            match flag.as_str() {
                "--rows" => rows = Some(value.parse()?),
                "--out" => out = Some(PathBuf::from(value)),
                "--seed" => seed = value.parse()?,
                "--faults" => faults_ppm = parts_per_million(&value)?,
                _ => return Err(USAGE.into()),
            }
        }
        let rows = rows.ok_or(USAGE)?;
        if rows < ROWS_MIN {
            return Err(format!("--rows must be at least {ROWS_MIN}").into());
        }
        Ok(Self { rows, out: out.ok_or(USAGE)?, seed, faults_ppm })
    }
}

/// `1.25` percent is 12 500 parts in a million: decimal text, never a float.
fn parts_per_million(percent: &str) -> Outcome<u64> {
    let (whole, fraction) = percent.split_once('.').unwrap_or((percent, ""));
    if fraction.len() > 4 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("--faults takes a percentage with at most four decimals".into());
    }
    let ppm = whole.parse::<u64>()?.checked_mul(10_000).ok_or(USAGE)? + format!("{fraction:0<4}").parse::<u64>()?;
    if ppm > 1_000_000 {
        return Err("--faults is at most 100".into());
    }
    Ok(ppm)
}
