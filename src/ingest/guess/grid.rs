//! What delimits the fields of a text, what stands around them, and on which line its header stands.

use super::headers;
use crate::ingest::profile::Quote;

/// Lines from the first among which the header is looked for.
const HEADER_LINES_MAX: usize = 40;
/// Rows by which a way of delimiting is judged.
const JUDGED_ROWS: usize = 200;
/// Rows that are kept of a file.
const ROWS_MAX: usize = 20_000;
/// Columns of a file that are looked at; more are no export.
const COLUMNS_MAX: usize = 500;

/// A table with a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// The byte between fields; `None` for a sheet.
    pub delimiter: Option<u8>,
    /// What stands around fields, where that is not `"` or nothing was seen.
    pub quote: Option<Quote>,
    /// The line of the header, from 1, where it is not the first that is not empty.
    pub header_row: Option<u64>,
    /// Its names, trimmed.
    pub header: Vec<String>,
    /// Headers of it that are known.
    pub known: usize,
    /// Rows of as many fields, trimmed.
    pub rows: Vec<Vec<String>>,
    /// Rows of another number of fields, which would be rejects.
    pub odd_rows: usize,
}

const DELIMITERS: [u8; 4] = [b';', b'\t', b',', b'|'];
const QUOTES: [Quote; 3] = [Quote::Byte(b'"'), Quote::Never, Quote::Byte(b'\'')];

/// A way to read a text, and how well it fits.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Way {
    delimiter: u8,
    quote: Quote,
    line: usize,
    /// Known headers, then rows in a thousand with as many fields as the header, then fields.
    fit: (usize, usize, usize),
}

/// Finds the table in the parts of a text; `None` where there is none of two columns.
#[must_use]
pub fn grid(texts: &[String]) -> Option<Grid> {
    let head = texts.first()?;
    let lines = lines(head);
    let mut best: Option<Way> = None;
    for delimiter in DELIMITERS {
        for quote in QUOTES {
            // Without a quote in it a text is the same either way.
            let stands = |byte| memchr::memchr(byte, head.as_bytes()).is_some();
            let is_needless = match quote {
                Quote::Never => !stands(b'"'),
                Quote::Byte(byte) => byte != b'"' && !stands(byte),
            };
            if is_needless {
                continue;
            }
            let Some(way) = way(head, &lines, delimiter, quote) else { continue };
            if best.as_ref().is_none_or(|best| way.fit > best.fit) {
                best = Some(way);
            }
        }
    }
    let best = best?;
    let start = lines.get(best.line).copied().unwrap_or_default();
    let mut records = records(head.get(start..).unwrap_or_default(), best.delimiter, best.quote, ROWS_MAX);
    let header = (!records.is_empty()).then(|| records.remove(0))?;
    for text in texts.iter().skip(1) {
        records.extend(self::records(text, best.delimiter, best.quote, ROWS_MAX));
    }
    let is_filled = |row: &Vec<String>| row.iter().any(|cell| !cell.is_empty());
    let filled = records.iter().filter(|row| is_filled(row)).count();
    let rows: Vec<Vec<String>> =
        records.into_iter().filter(|row| row.len() == header.len() && is_filled(row)).collect();
    let odd_rows = filled.saturating_sub(rows.len());
    let first = lines.iter().position(|start| !line_at(head, *start).trim().is_empty()).unwrap_or_default();
    Some(Grid {
        delimiter: Some(best.delimiter),
        quote: (best.quote != Quote::Byte(b'"')).then_some(best.quote),
        header_row: (best.line != first).then(|| u64::try_from(best.line).unwrap_or(u64::MAX).saturating_add(1)),
        known: best.fit.0,
        header,
        rows,
        odd_rows,
    })
}

/// Finds the header in the rows of a sheet, given with their numbers.
#[must_use]
pub fn grid_of_sheet(sheet: &[(u64, Vec<String>)]) -> Option<Grid> {
    let trimmed = |row: &[String]| -> Vec<String> { row.iter().map(|cell| cell.trim().to_owned()).collect() };
    let candidates = sheet.iter().take(HEADER_LINES_MAX).enumerate();
    let mut best: Option<(usize, usize)> = None;
    for (place, (_, row)) in candidates {
        let known = header_fit(&trimmed(row));
        if known.is_some_and(|known| best.is_none_or(|(_, most)| known > most)) {
            best = known.map(|known| (place, known));
        }
    }
    let (place, known) = best?;
    let (number, header) = sheet.get(place)?;
    let mut header = trimmed(header);
    header.truncate(header.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1));
    let rows = sheet.iter().skip(place + 1).take(ROWS_MAX).map(|(_, row)| {
        let mut row = trimmed(row);
        row.resize(header.len(), String::new());
        row
    });
    let rows = rows.filter(|row| row.iter().any(|cell| !cell.is_empty())).collect();
    let is_first = sheet.iter().take(place).all(|(_, row)| row.iter().all(|cell| cell.trim().is_empty()));
    Some(Grid {
        delimiter: None,
        quote: None,
        header_row: (!is_first).then_some(*number),
        known,
        header,
        rows,
        odd_rows: 0,
    })
}

/// The best line for a header, and how well the rows below it fit.
fn way(head: &str, lines: &[usize], delimiter: u8, quote: Quote) -> Option<Way> {
    let mut best: Option<(usize, usize, usize)> = None;
    for (line, start) in lines.iter().enumerate().take(HEADER_LINES_MAX) {
        let first = records(head.get(*start..).unwrap_or_default(), delimiter, quote, 1);
        let Some(cells) = first.first() else { continue };
        let Some(known) = header_fit(cells) else { continue };
        // The line itself must be the row: the reader leaves out empty ones.
        if line_at(head, *start).trim().is_empty() {
            continue;
        }
        if best.is_none_or(|(_, most, _)| known > most) {
            best = Some((line, known, cells.len()));
        }
    }
    let (line, known, fields) = best?;
    let start = lines.get(line).copied().unwrap_or_default();
    let rows = records(head.get(start..).unwrap_or_default(), delimiter, quote, JUDGED_ROWS);
    let below = rows.len().saturating_sub(1);
    // A cell over several lines with fields in it is one whose quote was never meant.
    let swallows = |cell: &String| cell.contains(['\n', '\r']) && cell.contains(char::from(delimiter));
    let even = rows.iter().skip(1).filter(|row| row.len() == fields && !row.iter().any(swallows)).count();
    let share = (even * 1_000).checked_div(below).unwrap_or(1_000);
    Some(Way { delimiter, quote, line, fit: (known, share, fields) })
}

/// How many headers of a row are known; `None` where it is no header: one cell, too many, or numbers in it.
fn header_fit(cells: &[String]) -> Option<usize> {
    let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
    let numbers = cells.iter().filter(|cell| is_number(cell)).count();
    if filled < 2 || cells.len() > COLUMNS_MAX || numbers * 2 > filled {
        return None;
    }
    let mut concepts: Vec<_> =
        cells.iter().filter_map(|cell| headers::meaning(cell)).map(|meaning| meaning.concept).collect();
    concepts.sort();
    concepts.dedup();
    let canonical = cells.iter().filter(|cell| is_canonical(cell)).count();
    Some(concepts.len().max(canonical).saturating_sub(numbers))
}

/// Whether a cell is the name of a canonical column.
#[must_use]
pub fn is_canonical(cell: &str) -> bool {
    crate::model::record::Dataset::OF_FILES.into_iter().any(|dataset| dataset.column(cell).is_some())
}

fn is_number(cell: &str) -> bool {
    cell.chars().any(|letter| letter.is_ascii_digit())
        && cell.chars().all(|letter| {
            letter.is_ascii_digit() || matches!(letter, '.' | ',' | '-' | '/' | ':' | '+' | ' ' | '\u{a0}')
        })
}

/// Where the first lines begin, whatever ends them.
fn lines(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    let mut at = 0;
    while starts.len() < HEADER_LINES_MAX + 1 {
        let Some(end) = memchr::memchr2(b'\r', b'\n', bytes.get(at..).unwrap_or_default()) else { break };
        let end = at + end;
        let both = bytes.get(end) == Some(&b'\r') && bytes.get(end + 1) == Some(&b'\n');
        at = end + if both { 2 } else { 1 };
        if at >= bytes.len() {
            break;
        }
        starts.push(at);
    }
    starts
}

fn line_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    rest.split(['\r', '\n']).next().unwrap_or_default()
}

/// The first rows of a text.
fn records(text: &str, delimiter: u8, quote: Quote, most: usize) -> Vec<Vec<String>> {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter);
    match quote {
        Quote::Byte(quote) => builder.quote(quote),
        Quote::Never => builder.quoting(false),
    };
    let mut reader = builder.from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut rows = Vec::new();
    while rows.len() < most && reader.read_record(&mut record).is_ok_and(|more| more) {
        rows.push(record.iter().take(COLUMNS_MAX + 1).map(|cell| cell.trim().to_owned()).collect());
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let Some(grid) = grid(&[text.to_owned()]) else { return "none".to_owned() };
        let quote = match grid.quote {
            None => "",
            Some(Quote::Never) => " unquoted",
            Some(Quote::Byte(_)) => " quoted otherwise",
        };
        let delimiter = grid.delimiter.map_or(' ', char::from);
        let row = grid.header_row.map(|row| format!(" line {row}")).unwrap_or_default();
        let odd = if grid.odd_rows == 0 { String::new() } else { format!(" odd {}", grid.odd_rows) };
        let rows: Vec<String> = grid.rows.iter().map(|row| row.join("|")).collect();
        format!("{delimiter}{quote}{row}{odd}: {} = {}", grid.header.join("|"), rows.join(" "))
    }

    #[test]
    fn delimiters_quotes_and_headers() {
        let table = [
            ("Ordernr;Belopp\n1;2,50\n2;3,50\n", ";: Ordernr|Belopp = 1|2,50 2|3,50"),
            ("Ordernr,Belopp\n1,\"2,50\"\n", ",: Ordernr|Belopp = 1|2,50"),
            ("Ordernr\tBelopp\r\n1\t2,50\r\n", "\t: Ordernr|Belopp = 1|2,50"),
            ("Ordernr|Belopp\r1|5\r", "|: Ordernr|Belopp = 1|5"),
            (
                "Rapport;mars\nSkapad av;butik\n\nOrdernr;Belopp;Valuta\n1;5;SEK\n",
                "; line 4: Ordernr|Belopp|Valuta = 1|5|SEK",
            ),
            ("\n\nOrdernr;Belopp\n1;5\n", ";: Ordernr|Belopp = 1|5"),
            ("Ordernr;Belopp\n1;5\nTotalt\n", "; odd 1: Ordernr|Belopp = 1|5"),
            ("Ordernr;Belopp;Text\n1;5;\"8\n2;6;10\"\n", "; unquoted: Ordernr|Belopp|Text = 1|5|\"8 2|6|10\""),
            ("'Ordernr';'Belopp'\n'1';'5;0'\n", "; quoted otherwise: Ordernr|Belopp = 1|5;0"),
            ("a;b\n1;2\n", ";: a|b = 1|2"),
            ("1;2\n3;4\n", "none"),
            ("hello\n", "none"),
            ("", "none"),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn sheets_have_headers_too() {
        let row = |cells: &str| cells.split(';').map(str::to_owned).collect::<Vec<_>>();
        let sheet = [(1, row("Rapport;;")), (3, row("Ordernr;Belopp;")), (4, row("1;5;")), (5, row(";;"))];
        let grid = grid_of_sheet(&sheet).unwrap();
        assert_eq!((grid.header_row, grid.header, grid.rows), (Some(3), row("Ordernr;Belopp"), vec![row("1;5")]));
        assert_eq!(grid_of_sheet(&[]), None);
    }
}
