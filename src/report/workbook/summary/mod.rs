//! The first sheet: how the run ended, where the money is, and what the figures were made of.

mod tables;

use super::amount::Amounts;
use super::cell::Cell;
use super::lines::{COLUMNS, Lines};
use super::sheet::{Sheet, Tab};
use super::styles::Style;
use super::table::Laid;
use crate::report::view::{CodeRow, Report, Summary};

/// The sheet.
pub(super) const SUMMARY: &str = "Summary";

/// The first sheet of a workbook whose other sheets are these.
pub(super) fn sheet<'a>(report: &'a Report, amounts: Amounts<'a>, laid: &[Laid]) -> Sheet<'a> {
    let summary = &report.summary;
    let mut lines = Lines::default();
    lines.sentence(format!("Reconciliation as of {}", summary.as_of), Style::Title, 30, 1);
    let (sentence, style) = verdict(summary);
    lines.sentence(sentence, style, 26, COLUMNS);
    lines.blank();
    facts(summary, &mut lines);
    tables::findings(summary, amounts, &mut lines);
    tables::money(report, amounts, &mut lines);
    tables::skipped(summary, &mut lines);
    contents(laid, &mut lines);
    tables::control_totals(summary, amounts, &mut lines);
    tables::verdicts(summary, amounts, &mut lines);
    tables::other_kinds(summary, amounts, &mut lines);
    tables::tolerated(summary, amounts, &mut lines);
    tables::stated(summary, amounts, &mut lines);
    tables::inputs(summary, &mut lines);
    digits(laid, &mut lines);
    lines.sheet(SUMMARY, Tab::Overview)
}

/// The findings of a status, by its name.
fn count(summary: &Summary, status: &str) -> u64 {
    let of_status = |row: &&CodeRow| row.status == status;
    summary.codes.iter().filter(of_status).fold(0_u64, |sum, row| sum.saturating_add(row.findings))
}

fn findings(count: u64) -> String {
    if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") }
}

/// How it ended, in a sentence.
fn verdict(summary: &Summary) -> (String, Style) {
    let (open, pending) = (count(summary, "open"), count(summary, "pending"));
    let still = match pending {
        0 => String::new(),
        _ => format!("; {pending} pending, which may still resolve"),
    };
    let open = match open {
        0 => None,
        1 => Some("1 finding is open and needs somebody".to_owned()),
        many => Some(format!("{many} findings are open and need somebody")),
    };
    match (summary.complete, open) {
        (false, open) => {
            let open = open.unwrap_or_else(|| "nothing else is open".to_owned());
            (format!("Incomplete: not every row is in these figures; {open}{still}"), Style::Bad)
        }
        (true, Some(open)) => (format!("{open}{still}"), Style::Warn),
        (true, None) => (format!("Reconciled: nothing is open{still}"), Style::Good),
    }
}

/// What an exit status says.
fn exit_status(status: u8) -> &'static str {
    match status {
        0 => "0: reconciled",
        1 => "1: open discrepancies",
        2 => "2: nothing written",
        _ => "3: incomplete",
    }
}

fn facts<'a>(summary: &'a Summary, lines: &mut Lines<'a>) {
    let mut fact = |label: &'static str, value: Cell<'a>| {
        lines.free(vec![(Cell::text(label), Style::Label), (value, Style::Text)])
    };
    fact("As of", Cell::day(&summary.as_of));
    fact("Time zone", Cell::text(summary.timezone.as_str()));
    if let Some(night) = &summary.night {
        let text = format!("night {}: {} new, {} cleared", night.number, findings(night.new), findings(night.cleared));
        fact("Night", Cell::text(text));
    }
    let asked = match (&summary.fail_on, summary.exit_status) {
        (Some(_), 0) => ", as far as was asked for (--fail-on)",
        _ => "",
    };
    fact("Exit status", Cell::text(format!("{}{asked}", exit_status(summary.exit_status))));
    let complete = "yes: every row was read, and every total closes";
    fact("Complete", Cell::text(if summary.complete { complete } else { "NO" }));
    for reason in &summary.incomplete {
        fact("", Cell::text(reason.as_str()));
    }
    fact("Program", Cell::text(summary.program.as_str()));
}

/// The other sheets, how many rows they hold, and which of them go on in a second one.
fn contents(laid: &[Laid], lines: &mut Lines<'_>) {
    lines.section("Sheets");
    lines.head(&["Sheet", "", "", ""], &["Rows"]);
    for table in laid {
        for (index, name) in table.names.iter().enumerate() {
            let rows = u64::try_from(table.rows).unwrap_or(u64::MAX);
            let count = if index == 0 { Cell::count(rows) } else { Cell::Empty };
            let remark = match (index, table.names.len().saturating_sub(1)) {
                (0, 0) => String::new(),
                (0, 1) => format!("go on in the sheet {name} 2, for one sheet does not hold so many"),
                (0, more) => format!("go on in {more} more sheets, for one sheet does not hold so many"),
                _ => "goes on from the sheet before".to_owned(),
            };
            let empty = || (Cell::Empty, Style::Text);
            let cells = vec![
                (Cell::text(name.clone()), Style::Link),
                empty(),
                empty(),
                empty(),
                (count, Style::Whole),
                (Cell::text(remark), Style::Remark),
            ];
            lines.link(name, cells);
        }
    }
}

/// Whether amounts stand as texts.
fn digits(laid: &[Laid], lines: &mut Lines<'_>) {
    let texts = laid.iter().fold(lines.digits(), |sum, table| sum.saturating_add(table.digits));
    if texts == 0 {
        return;
    }
    lines.section("Numbers as text");
    let text = format!(
        "{texts} numbers in this workbook have more than the 15 digits that a spreadsheet keeps. They are written as text with all \
         digits, and are in no sum that the spreadsheet makes."
    );
    lines.free(vec![(Cell::text(text), Style::Text)]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_sentence_says_how_the_run_ended() {
        let mut summary = sample::complete_report().summary;
        let said = |summary: &Summary| verdict(summary);
        let pending = "; 2 pending, which may still resolve";
        let two = format!("2 findings are open and need somebody{pending}");
        assert_eq!(said(&summary), (two.clone(), Style::Warn));
        let bad = Summary { complete: false, ..summary.clone() };
        assert_eq!(said(&bad), (format!("Incomplete: not every row is in these figures; {two}"), Style::Bad));
        summary.codes.retain(|row| row.status != "open");
        assert_eq!(said(&summary), (format!("Reconciled: nothing is open{pending}"), Style::Good));
        summary.codes.clear();
        assert_eq!(said(&summary), ("Reconciled: nothing is open".to_owned(), Style::Good));
        let bad = Summary { complete: false, ..summary };
        let nothing = "Incomplete: not every row is in these figures; nothing else is open";
        assert_eq!(said(&bad), (nothing.to_owned(), Style::Bad));
    }
}
