//! The values of arguments as typed: formats, languages, days, sizes.

use chrono::NaiveDate;
use clap::ValueEnum;

use crate::report::journal::JournalFormat;
use crate::report::words::Lang;

/// What standard output shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people
    #[default]
    Text,
    /// The summary as JSON
    Json,
}

/// How warnings, notes and errors are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people
    #[default]
    Text,
    /// An object a line
    Json,
}

/// A stage of a distributed run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StageName {
    /// Driver: begin a job with its inputs
    Plan,
    /// Worker: open inputs and find where they can be cut
    Files,
    /// Driver: put the opened files together
    Job,
    /// Worker: read splits of files to rows
    Read,
    /// Driver: put together what the splits have shown
    Facts,
    /// Worker: judge whole orders
    Lines,
    /// Worker: judge what has the key of a round
    Operations,
    /// Worker: judge operations that share a payee reference
    References,
    /// Worker: judge what no key has brought together
    Batches,
    /// Driver: write the report
    Report,
}

/// A format that this version writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// Always written.
    Csv,
    /// Always written.
    Json,
    /// The page.
    Html,
    /// The workbook.
    Xlsx,
    /// The canonical rows.
    Parquet,
    /// The journal, in one of its forms.
    Journal(JournalFormat),
}

pub(super) fn report_format(text: &str) -> Result<ReportFormat, String> {
    match text.trim() {
        "csv" => Ok(ReportFormat::Csv),
        "json" => Ok(ReportFormat::Json),
        "html" => Ok(ReportFormat::Html),
        "xlsx" => Ok(ReportFormat::Xlsx),
        "parquet" => Ok(ReportFormat::Parquet),
        other => JournalFormat::from_name(other).map(ReportFormat::Journal).ok_or_else(|| {
            "no such report; there are csv and json (always), html, xlsx, parquet, sie, hledger, beancount and gbat10"
                .to_owned()
        }),
    }
}

/// Reads the tag of a language.
pub(super) fn language(text: &str) -> Result<Lang, String> {
    let known = Lang::ALL.map(Lang::tag).join(", ");
    Lang::from_tag(text.trim()).ok_or_else(|| format!("no such language: `{text}`; the page is written in {known}"))
}

pub(super) fn name(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("a provider's name is not empty".to_owned()),
        name => Ok(name.to_owned()),
    }
}

/// Reads a day, `YYYY-MM-DD` and nothing else.
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|day| day.format("%Y-%m-%d").to_string() == text)
        .ok_or_else(|| "a day is written YYYY-MM-DD, such as 2026-10-31".to_owned())
}

/// Units of sizes, in small letters. Without a `B` they are binary, as `sort -S` and `java -Xmx` read them.
const UNITS: [(&str, u64); 14] = [
    ("", 1),
    ("b", 1),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
    ("t", 1 << 40),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
];

pub(super) fn size(text: &str) -> Result<u64, String> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = UNITS.iter().find(|(name, _)| *name == unit.trim_start());
    let (false, Some((_, factor))) = (number.is_empty(), unit) else {
        return Err("a size is a whole number of bytes, or of a unit such as 512MiB, 2GiB, 1GB".to_owned());
    };
    match number.parse::<u64>().ok().and_then(|number| number.checked_mul(*factor)) {
        None => Err("the size does not fit 64 bits of bytes".to_owned()),
        Some(0) => Err("the size is 0; leave the option out for no limit".to_owned()),
        Some(bytes) => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_decimal_and_binary_units() {
        let cases = [
            ("1", Ok(1)),
            ("4096", Ok(4_096)),
            ("12B", Ok(12)),
            ("512MiB", Ok(536_870_912)),
            ("512 mib", Ok(536_870_912)),
            ("2GiB", Ok(2_147_483_648)),
            ("2g", Ok(2_147_483_648)),
            ("1GB", Ok(1_000_000_000)),
            ("64k", Ok(65_536)),
            ("1TiB", Ok(1_099_511_627_776)),
            ("0", Err("the size is 0; leave the option out for no limit")),
            ("0GiB", Err("the size is 0; leave the option out for no limit")),
            ("99999999999999999999", Err("the size does not fit 64 bits of bytes")),
            ("99999999TiB", Err("the size does not fit 64 bits of bytes")),
        ];
        for (text, expected) in cases {
            assert_eq!(size(text), expected.map_err(str::to_owned), "{text}");
        }
        for text in ["", "GiB", "1.5GiB", "-1", "1 5", "1XB", "1 000", "½GiB"] {
            assert!(size(text).is_err_and(|error| error.starts_with("a size is")), "{text}");
        }
    }

    #[test]
    fn days_are_written_in_full() {
        assert_eq!(day("2026-10-31"), NaiveDate::from_ymd_opt(2026, 10, 31).ok_or(String::new()));
        for text in ["", "2026-1-5", "2026-02-30", "20261031", " 2026-10-31", "31/10/2026", "+2026-10-31"] {
            assert!(day(text).is_err(), "{text}");
        }
    }

    #[test]
    fn languages_are_known_by_their_tags() {
        assert_eq!(language(" sv "), Ok(Lang::Sv));
        let refused = "no such language: `no`; the page is written in en, sv, nb, da, fi";
        assert_eq!(language("no"), Err(refused.to_owned()));
    }

    #[test]
    fn reports_of_later_versions_are_refused_by_name() {
        assert_eq!(report_format(" parquet"), Ok(ReportFormat::Parquet));
        assert_eq!(report_format("xlsx"), Ok(ReportFormat::Xlsx));
        assert_eq!(report_format("html"), Ok(ReportFormat::Html));
        for format in JournalFormat::ALL {
            assert_eq!(report_format(format.name()), Ok(ReportFormat::Journal(format)));
        }
        assert!(report_format("pdf").is_err_and(|error| error.starts_with("no such report")));
        assert!(report_format("").is_err());
    }
}
