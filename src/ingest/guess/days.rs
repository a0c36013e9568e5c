//! Days and times of a table: one format for all its columns of them.

use super::build::Draft;
use super::date::{self, Days};
use super::examples;
use crate::model::record::ColumnKind;

/// Guesses the format of days.
pub fn days(draft: &mut Draft<'_>) {
    let names: Vec<&'static str> = draft
        .found
        .iter()
        .filter(|found| found.column.kind == ColumnKind::Stamp)
        .map(|found| found.column.name)
        .collect();
    // The first that rows must have decides; the others follow or are left out.
    let Some(main) = names.first().copied() else { return };
    let Days { formats, count, unread, nearest } = date::days(&draft.written_cells(main));
    let at = "date_format";
    let mut formats = formats;
    for name in names.iter().skip(1) {
        let texts = draft.written_cells(name);
        let fitting: Vec<String> = formats.iter().filter(|format| date::reads(format, &texts)).cloned().collect();
        if !fitting.is_empty() {
            formats = fitting;
        }
    }
    let column = format!("columns.{main}");
    match formats.as_slice() {
        [] if count == 0 => {
            if !draft.written_cells(main).is_empty() {
                draft.remarks.block(column, "no cell of this column is a day in a form that is known", Vec::new());
            }
        }
        [] => {
            let sample = examples(draft.written_cells(main).into_iter(), 3);
            let text = format!("no one form reads all {count} days, such as {sample}: are several mixed?");
            draft.remarks.block(at, text, Vec::new());
        }
        [format] => {
            if !format.is_empty() {
                draft.profile.date_format = Some(format.clone());
                let sample = examples(draft.written_cells(main).into_iter(), 3);
                let other = match nearest {
                    Some((other, some)) => format!("; {some} would also read as {other}"),
                    None => String::new(),
                };
                draft.remarks.guess(
                    at,
                    format!("{count} of {} values read as days in this form, such as {sample}{other}", count + unread),
                );
            }
            if unread > 0 {
                let text = format!("{unread} texts of {main} are no day; their rows would be rejects");
                draft.remarks.note("columns", text);
            }
            others(draft, &names, format);
        }
        several => {
            let sample = examples(draft.written_cells(main).into_iter(), 3);
            let text = format!(
                "{count} of {count} values, such as {sample}, read as days in each of the forms {}; which is it?",
                several.join(" and ")
            );
            let choices = several.iter().map(|format| format!("date_format = \"{format}\"")).collect();
            draft.remarks.block(at, text, choices);
        }
    }
    let has_time =
        draft.profile.date_format.as_deref().is_some_and(|format| format.contains("%H") || format.contains("%I"))
            && !draft.profile.date_format.as_deref().is_some_and(|format| format.contains("%z"));
    if has_time {
        let text = "times without a zone are read in the zone of this configuration; where they are in another, such as UTC, say so";
        draft.remarks.note("timezone", text);
    }
}

/// Columns that are written otherwise are left out.
fn others(draft: &mut Draft<'_>, names: &[&'static str], format: &str) {
    for name in names.iter().skip(1) {
        if !date::reads(format, &draft.written_cells(name)) {
            draft.leave_out(name, "some of its days are not written in the same form");
        }
    }
}
