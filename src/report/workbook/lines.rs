//! A sheet that is read from the top, such as the summary: headings, sentences and small tables below each other.

use super::cell::Cell;
use super::sheet::{LINE_HEIGHT, Row, Sheet, Tab};
use super::styles::Style;

/// So many columns are printed.
pub(super) const COLUMNS: u16 = 12;
/// The most characters that a column is wide.
const WIDTH_MAX: usize = 44;
/// The least.
const WIDTH_MIN: usize = 11;

/// The rows of a sheet while they come together.
#[derive(Default)]
pub(super) struct Lines<'a> {
    rows: Vec<Row<'a>>,
    links: Vec<(u32, u16, String)>,
    widths: Vec<usize>,
    digits: u64,
}

impl<'a> Lines<'a> {
    /// The number of rows, which is the place of the next one.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// So many numbers have too many digits for a cell and are texts.
    pub(super) fn digits(&self) -> u64 {
        self.digits
    }

    /// A row without anything.
    pub(super) fn blank(&mut self) {
        self.rows.push(Row { height: LINE_HEIGHT, fixed: true, cells: Vec::new() });
    }

    /// A sentence over the whole width, with its height in points.
    pub(super) fn sentence(&mut self, text: impl Into<String>, style: Style, height: u16, columns: u16) {
        let mut cells = vec![(0, Cell::text(text.into()), style)];
        // Its colour goes on to the right.
        cells.extend((1..columns).map(|column| (column, Cell::Empty, style)));
        self.rows.push(Row { height, fixed: true, cells });
    }

    /// The heading of a part, after an empty row.
    pub(super) fn section(&mut self, text: &'static str) {
        self.blank();
        self.rows.push(Row { height: 22, fixed: true, cells: vec![(0, Cell::text(text), Style::Section)] });
    }

    /// The headings of a table, first those of texts; an empty one is a column that it does not use.
    pub(super) fn head(&mut self, texts: &[&'static str], numbers: &[&'static str]) {
        let texts = texts.iter().map(|title| (*title, Style::Head));
        let numbers = numbers.iter().map(|title| (*title, Style::HeadRight));
        let mut titles: Vec<(&'static str, Style)> = texts.chain(numbers).collect();
        // All tables are as wide as the sheet.
        titles.resize(titles.len().max(usize::from(COLUMNS)), ("", Style::Head));
        self.widen(WIDTH_MIN, titles.len());
        let cells = titles.into_iter().zip(0_u16..).map(|((title, style), place)| (place, Cell::text(title), style));
        self.rows.push(Row { height: 30, fixed: true, cells: cells.collect() });
    }

    /// A row of a table.
    pub(super) fn row(&mut self, cells: Vec<(Cell<'a>, Style)>) {
        self.add(cells, true);
    }

    /// A row of sums below a table.
    pub(super) fn sums(&mut self, cells: Vec<(Cell<'a>, Style)>) {
        let summed = cells.into_iter().map(|(cell, style)| {
            let style = cell.style(style).summed();
            (cell, style)
        });
        self.add(summed.collect(), false);
    }

    /// A row whose texts may stand over the columns to their right, and so do not widen their own.
    pub(super) fn free(&mut self, cells: Vec<(Cell<'a>, Style)>) {
        let cells = (0_u16..).zip(cells).filter(|(_, (cell, _))| *cell != Cell::Empty);
        let cells = cells.map(|(place, (cell, style))| {
            let style = cell.style(style);
            (place, cell, style)
        });
        self.rows.push(Row { height: LINE_HEIGHT, fixed: true, cells: cells.collect() });
    }

    /// A row whose first cell leads to a sheet.
    pub(super) fn link(&mut self, sheet: &str, cells: Vec<(Cell<'a>, Style)>) {
        self.links.push((self.len(), 0, sheet.to_owned()));
        self.free(cells);
    }

    fn add(&mut self, cells: Vec<(Cell<'a>, Style)>, from_cell: bool) {
        self.widen(WIDTH_MIN, cells.len());
        let mut row = Row { height: LINE_HEIGHT, fixed: true, cells: Vec::new() };
        for (((cell, style), place), width) in cells.into_iter().zip(0_u16..).zip(&mut self.widths) {
            self.digits = self.digits.saturating_add(u64::from(cell.is_written_as_text()));
            if style != Style::Hash {
                *width = (*width).max(cell.width(WIDTH_MAX).saturating_add(2)).min(WIDTH_MAX);
            }
            let style = if from_cell { cell.style(style) } else { style };
            let style = match &cell {
                Cell::Text(status) if style == Style::Status => Style::of_status(status),
                _ => style,
            };
            if cell != Cell::Empty || !from_cell {
                row.cells.push((place, cell, style));
            }
        }
        self.rows.push(row);
    }

    fn widen(&mut self, width: usize, columns: usize) {
        let missing = columns.saturating_sub(self.widths.len());
        self.widths.extend(std::iter::repeat_n(width, missing));
    }

    /// The sheet.
    pub(super) fn sheet(self, name: &'static str, tab: Tab) -> Sheet<'a> {
        let mut widths = self.widths;
        widths.resize(widths.len().max(usize::from(COLUMNS)), WIDTH_MIN);
        let rows = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let kept = self.rows;
        Sheet {
            name: name.to_owned(),
            tab,
            widths: widths.iter().map(|width| u16::try_from(*width).unwrap_or(u16::MAX)).collect(),
            frozen: (0, 0),
            table: None,
            printed: COLUMNS.saturating_sub(1),
            work: None,
            links: self.links,
            chart: None,
            rows,
            row: Box::new(move |index| {
                let row = kept.get(usize::try_from(index).unwrap_or(usize::MAX));
                let cells = row.map(|row| row.cells.clone()).unwrap_or_default();
                Row { height: row.map_or(LINE_HEIGHT, |row| row.height), fixed: true, cells }
            }),
        }
    }
}
