//! stub
#![allow(missing_docs)]
use crate::report::view::Report;
use std::path::Path;
pub fn publish(report: &Report, out: &Path, _parquet: bool) -> Result<(), std::io::Error> {
    std::fs::create_dir_all(out)?;
    let f = |n: &str| std::fs::File::create(out.join(n));
    super::csv::discrepancies(&report.findings, f("discrepancies.csv")?).map_err(std::io::Error::other)?;
    super::csv::batches(&report.batches, f("batches.csv")?).map_err(std::io::Error::other)?;
    super::csv::rejects(&report.rejects, f("rejects.csv")?).map_err(std::io::Error::other)?;
    serde_json::to_writer_pretty(f("summary.json")?, &report.summary).map_err(std::io::Error::other)?;
    Ok(())
}
