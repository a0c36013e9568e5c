//! A table as one sheet, or as several where it has more rows than one holds.

use std::borrow::Cow;
use std::rc::Rc;

use super::cell::Cell;
use super::sheet::{LINE_HEIGHT, Row, Sheet, Tab};
use super::styles::Style;

/// What one sheet holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// Rows, the headings among them.
    pub(super) rows_max: u32,
    /// Bytes of XML after which no further row is begun.
    pub(super) bytes_max: u64,
}

impl Limits {
    /// Those of the format. Beyond 4 GiB of XML the package would be of a kind that spreadsheets complain about.
    pub(super) const FORMAT: Self = Self { rows_max: 1_048_576, bytes_max: 4_000_000_000 };
}

/// Texts take as many lines as they need in tables of up to so many rows; a spreadsheet would measure every one of more.
const WRAPPED_ROWS_MAX: usize = 20_000;
/// Room beside a text, in characters.
const ROOM: usize = 2;
/// A column is at least so wide, in characters: the button of its filter needs room too.
const WIDTH_MIN: usize = 7;
/// The height of the headings, in points.
const HEAD_HEIGHT: u16 = 32;
/// The height of a further line of a text, in points.
const NEXT_LINE_HEIGHT: u16 = 13;
/// A row shows so many lines of a long text; the cell has them all.
const LINES_MAX: usize = 8;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// Its heading.
    pub(super) title: Cow<'static, str>,
    /// How its texts look.
    pub(super) style: Style,
    /// The most characters that it is wide.
    pub(super) width_max: u16,
    /// It is that wide whatever it holds.
    pub(super) wide: bool,
}

impl Column {
    /// A column.
    pub(super) fn new(title: impl Into<Cow<'static, str>>, style: Style, width_max: u16) -> Self {
        Self { title: title.into(), style, width_max, wide: false }
    }

    /// The same with room to write in.
    pub(super) fn wide(self) -> Self {
        Self { wide: true, ..self }
    }
}

/// A table.
pub(super) struct Table<'a> {
    /// The name of its sheet.
    pub(super) name: &'static str,
    /// The colour of its tab.
    pub(super) tab: Tab,
    /// Its columns.
    pub(super) columns: Vec<Column>,
    /// So many of them are printed.
    pub(super) printed: usize,
    /// So many of them stay at the left.
    pub(super) frozen: u16,
    /// The column in which people say how far they are.
    pub(super) work: Option<u16>,
    /// So many rows, the headings apart.
    pub(super) rows: usize,
    /// A cell, by row and column.
    pub(super) cell: Box<dyn Fn(usize, usize) -> Cell<'a> + 'a>,
}

/// What became of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Laid {
    /// Its sheets.
    pub(super) names: Vec<String>,
    /// Its rows.
    pub(super) rows: usize,
    /// So many of its numbers have too many digits for a cell and are texts.
    pub(super) digits: u64,
}

impl<'a> Table<'a> {
    /// Lays the table out on as many sheets as it takes.
    pub(super) fn lay(self, limits: Limits, sheets: &mut Vec<Sheet<'a>>) -> Laid {
        let page_rows = usize::try_from(limits.rows_max).unwrap_or(usize::MAX).saturating_sub(1).max(1);
        let mut laid = Laid { names: Vec::new(), rows: self.rows, digits: 0 };
        let table = Rc::new(self);
        let mut first = 0;
        loop {
            let rows = table.rows.saturating_sub(first).min(page_rows);
            let name = match laid.names.len() {
                0 => table.name.to_owned(),
                before => format!("{} {}", table.name, before.saturating_add(1)),
            };
            laid.names.push(name.clone());
            let page = page(&table, name, (first, rows), limits.bytes_max, &mut laid.digits);
            first = first.saturating_add(usize::try_from(page.rows).unwrap_or(usize::MAX).saturating_sub(1));
            sheets.push(page);
            if first >= table.rows {
                return laid;
            }
        }
    }

    fn style(&self, column: &Column, cell: &Cell<'_>) -> Style {
        match (cell.style(column.style), cell) {
            (Style::Status, Cell::Text(status)) => Style::of_status(status),
            (Style::Wrapped, _) if self.rows > WRAPPED_ROWS_MAX => Style::Text,
            (style, _) => style,
        }
    }

    fn head(&self) -> Row<'a> {
        let head = |(column, place): (&Column, u16)| (place, Cell::Text(column.title.clone()), Style::Filter);
        Row { height: HEAD_HEIGHT, fixed: true, cells: self.columns.iter().zip(0_u16..).map(head).collect() }
    }

    fn row(&self, row: usize, widths: &[usize]) -> Row<'a> {
        let mut cells = Vec::with_capacity(self.columns.len());
        let mut lines = 1;
        for ((index, column), place) in self.columns.iter().enumerate().zip(0_u16..) {
            let cell = (self.cell)(row, index);
            if cell != Cell::Empty {
                let style = self.style(column, &cell);
                if let (Style::Wrapped, Cell::Text(text), Some(width)) = (style, &cell, widths.get(index)) {
                    lines = lines.max(lines_of(text, *width)).min(LINES_MAX);
                }
                cells.push((place, cell, style));
            }
        }
        let more = u16::try_from(lines.saturating_sub(1)).unwrap_or(0);
        Row { height: LINE_HEIGHT.saturating_add(more.saturating_mul(NEXT_LINE_HEIGHT)), fixed: false, cells }
    }
}

/// So many lines a text takes in a column of this width.
fn lines_of(text: &str, width: usize) -> usize {
    // Letters are narrower than the digits that widths are counted in: six fit where five digits do.
    let line_max = width.saturating_mul(6).max(6) / 5;
    text.lines().map(|line| line.chars().count().div_ceil(line_max).max(1)).sum()
}

/// The sheet of a table from its row `first` on: of so many rows, or of fewer where these fill it.
fn page<'a>(
    table: &Rc<Table<'a>>,
    name: String,
    (first, rows): (usize, usize),
    bytes_max: u64,
    digits: &mut u64,
) -> Sheet<'a> {
    let mut widths: Vec<usize> = table.columns.iter().map(head_width).collect();
    let (mut bytes, mut held) = (0_u64, 0_usize);
    for row in first..first.saturating_add(rows) {
        if bytes > bytes_max {
            break;
        }
        held = held.saturating_add(1);
        for ((index, column), width) in table.columns.iter().enumerate().zip(&mut widths) {
            let cell = (table.cell)(row, index);
            bytes = bytes.saturating_add(cell.bytes_max());
            *digits = digits.saturating_add(u64::from(cell.is_written_as_text()));
            let widest = usize::from(column.width_max);
            if *width < widest {
                *width = (*width).max(cell.width(widest).saturating_add(ROOM)).min(widest);
            }
        }
    }
    let last_row = u32::try_from(held).unwrap_or(u32::MAX);
    let of_row = Rc::clone(table);
    Sheet {
        name,
        tab: table.tab,
        widths: widths.iter().map(|width| u16::try_from(*width).unwrap_or(u16::MAX)).collect(),
        frozen: (1, table.frozen),
        table: Some((0, last_row)),
        printed: u16::try_from(table.printed.saturating_sub(1)).unwrap_or(u16::MAX),
        work: table.work,
        links: Vec::new(),
        chart: None,
        rows: last_row.saturating_add(1),
        row: Box::new(move |index| match usize::try_from(index).unwrap_or(usize::MAX).checked_sub(1) {
            None => of_row.head(),
            Some(row) => of_row.row(first.saturating_add(row), &widths),
        }),
    }
}

/// The width of a heading, which stands on two lines where it has several words.
fn head_width(column: &Column) -> usize {
    if column.wide {
        return column.width_max.into();
    }
    let length = column.title.chars().count();
    let longest = column.title.split([' ', '-']).map(|word| word.chars().count()).max().unwrap_or(0);
    let lines = if length > 12 { length.div_ceil(2).saturating_add(1) } else { length };
    longest.max(lines).saturating_add(ROOM).max(WIDTH_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table<'a>(rows: usize) -> Table<'a> {
        Table {
            name: "Numbers",
            tab: Tab::Detail,
            columns: vec![Column::new("Id", Style::Id, 20), Column::new("Said of it", Style::Wrapped, 12)],
            printed: 2,
            frozen: 0,
            work: None,
            rows,
            cell: Box::new(|row, column| match column {
                0 => Cell::text(format!("{row:07}")),
                _ if row == 3 => Cell::Amount { amount_minor: i128::MAX, exponent: 2 },
                _ => Cell::text("a long text in this cell"),
            }),
        }
    }

    #[test]
    fn more_rows_than_a_sheet_holds_go_on_in_a_second_one() {
        for (rows, rows_max, names, ends) in [
            (0, 5, vec!["Numbers"], vec![1]),
            (4, 5, vec!["Numbers"], vec![5]),
            (5, 5, vec!["Numbers", "Numbers 2"], vec![5, 2]),
            (9, 5, vec!["Numbers", "Numbers 2", "Numbers 3"], vec![5, 5, 2]),
        ] {
            let mut sheets = Vec::new();
            let laid = table(rows).lay(Limits { rows_max, ..Limits::FORMAT }, &mut sheets);
            assert_eq!((laid.names, laid.rows), (names.into_iter().map(str::to_owned).collect(), rows));
            assert_eq!(sheets.iter().map(|sheet| sheet.rows).collect::<Vec<_>>(), ends);
            assert_eq!(laid.digits, u64::from(rows > 3));
        }
    }

    #[test]
    fn a_sheet_of_too_many_bytes_goes_on_too() {
        let mut sheets = Vec::new();
        let laid = table(5).lay(Limits { bytes_max: 500, ..Limits::FORMAT }, &mut sheets);
        assert_eq!((laid.names.len(), laid.rows), (3, 5));
        assert_eq!(sheets.iter().map(|sheet| sheet.rows).collect::<Vec<_>>(), [3, 3, 2]);
    }

    #[test]
    fn a_sheet_knows_its_rows_and_how_wide_they_are() {
        let mut sheets = Vec::new();
        table(5).lay(Limits { rows_max: 4, ..Limits::FORMAT }, &mut sheets);
        let [first, second] = sheets.as_slice() else { panic!("two sheets") };
        assert_eq!((first.widths.as_slice(), first.table, first.frozen), (&[9, 12][..], Some((0, 3)), (1, 0)));
        let cells = |sheet: &Sheet<'static>, row| {
            let row = (sheet.row)(row);
            (row.height, row.cells.into_iter().map(|(_, cell, style)| (cell, style)).collect::<Vec<_>>())
        };
        let head = vec![(Cell::text("Id"), Style::Filter), (Cell::text("Said of it"), Style::Filter)];
        assert_eq!(cells(second, 0), (HEAD_HEIGHT, head));
        let amount = Cell::Amount { amount_minor: i128::MAX, exponent: 2 };
        assert_eq!(cells(second, 1), (15, vec![(Cell::text("0000003"), Style::Id), (amount, Style::Digits)]));
        let text = Cell::text("a long text in this cell");
        assert_eq!(cells(second, 2), (28, vec![(Cell::text("0000004"), Style::Id), (text, Style::Wrapped)]));
    }
}
