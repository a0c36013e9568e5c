//! The page: a report as one HTML file, `report.html`, that a browser opens from the disk and that asks for nothing else.
//!
//! All numbers are those of the other files; what is added up here is shown as a picture only. The page can be read
//! without its script, which adds search, filters, sorting and pages to the list of findings. Its bytes follow from the
//! report alone. It is written as it is made, and what it shows of each table is bounded, so that a report of a million
//! findings needs no more memory than one of a thousand; where rows are left out the page says where they stand.

mod ageing;
mod bridge;
mod causes;
mod head;
mod list;
mod pen;
mod tables;
#[cfg(test)]
mod tests;
mod trend;

use std::io::{self, BufWriter, Write};
use std::path::Path;

use askama::Template;

use self::ageing::{Bucket, CodeLine};
use self::bridge::Bridge;
use self::causes::Causes;
use self::head::Head;
use self::list::List;
use self::pen::Pen;
use self::tables::Tables;
use self::trend::Trend;
use crate::model::currency::Currencies;
use crate::report::json::SUMMARY_FILE;
use crate::report::view::Report;
use crate::report::words::{Lang, PageWords, page};

/// The name of the page in the folder of a report.
pub const PAGE_FILE: &str = "report.html";

const STYLE: &str = include_str!("templates/page.css");
const SCRIPT: &str = include_str!("templates/page.js");

/// The page as its template sees it.
#[derive(Template)]
#[template(path = "page.html", config = "src/report/page/askama.toml")]
struct Page<'a> {
    report: &'a Report,
    pen: &'a Pen<'a>,
    words: &'a PageWords,
    style: &'static str,
    script: &'static str,
    head: Head,
    bridges: Vec<Bridge>,
    bridges_left_out: u64,
    buckets: Vec<Bucket>,
    codes: Vec<CodeLine>,
    causes: &'a Causes,
    trend: Trend,
    list: List<'a>,
    tables: Tables<'a>,
    made_by: String,
}

/// Writes the page.
///
/// # Errors
/// `out` cannot be written.
pub fn write(report: &Report, currencies: &Currencies, lang: Lang, out: impl Write) -> io::Result<()> {
    let words = page(lang);
    let pen = Pen { lang, words, currencies };
    let causes = Causes::of(report, &pen);
    let (bridges, bridges_left_out) = bridge::bridges(&report.batches, &pen);
    let status = report.summary.exit_status.to_string();
    let page = Page {
        report,
        pen: &pen,
        words,
        style: STYLE,
        script: SCRIPT,
        head: Head::of(report, &causes, &pen),
        bridges,
        bridges_left_out,
        buckets: ageing::buckets(report, &pen),
        codes: ageing::codes(report, &pen),
        causes: &causes,
        trend: Trend::of(&report.insight, &pen),
        list: List::of(report, &causes, &pen),
        tables: Tables { report, pen: &pen },
        made_by: crate::report::words::fill(
            words.made_by,
            &[
                ("program", &report.summary.program),
                ("zone", &report.summary.timezone),
                ("status", &status),
                ("file", SUMMARY_FILE),
            ],
        ),
    };
    let mut out = BufWriter::with_capacity(1 << 16, out);
    page.write_into(&mut out)?;
    out.flush()
}

/// Writes the page as `report.html` into a folder that has none.
///
/// # Errors
/// The file cannot be written.
pub fn write_file(folder: &Path, report: &Report, currencies: &Currencies, lang: Lang) -> io::Result<()> {
    write(report, currencies, lang, std::fs::File::create_new(folder.join(PAGE_FILE))?)
}
