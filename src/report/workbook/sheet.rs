//! A sheet as a value: its name, what it is like, and its rows one by one.

use rust_xlsxwriter::{
    Chart, Color, ConditionalFormatCell, ConditionalFormatCellRule, ConditionalFormatFormula, DataValidation, Format,
    IgnoreError, Workbook, Worksheet, XlsxError,
};

use super::cell::{Cell, letters};
use super::styles::{Style, done, line, of_work};

/// What is to be done with a finding, in the order in which it goes on.
pub(super) const WORK: [&str; 4] = ["To do", "Doing", "Waiting", "Done"];
/// The longest name that a sheet may have.
const NAME_MAX: usize = 31;
/// The colour of a tab.
pub(super) const TABS: [u32; 4] = [0x1F_3A4D, 0xC2_410C, 0x0E_7490, 0x6B_7280];

/// The colour of a tab, by what the sheet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    /// To read first.
    Overview,
    /// To work through.
    Work,
    /// To look at.
    Detail,
    /// To look up.
    Reference,
}

/// A row: its height and its cells from left to right.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// Points.
    pub(super) height: u16,
    /// It stays so high, whatever people write into it.
    pub(super) fixed: bool,
    /// Column, what it holds, how it looks.
    pub(super) cells: Vec<(u16, Cell<'a>, Style)>,
}

/// A sheet; rows and columns are counted from 0.
pub(super) struct Sheet<'a> {
    /// Its name.
    pub(super) name: String,
    /// Its colour.
    pub(super) tab: Tab,
    /// The widths of its columns, in characters.
    pub(super) widths: Vec<u16>,
    /// Rows that stay at the top, and are printed on every page; columns that stay at the left.
    pub(super) frozen: (u32, u16),
    /// The first row of its table, the one with the headings, and the last one; over all columns.
    pub(super) table: Option<(u32, u32)>,
    /// The last column that is printed.
    pub(super) printed: u16,
    /// The column in which people say how far they are.
    pub(super) work: Option<u16>,
    /// Cells that lead to other sheets, by their names.
    pub(super) links: Vec<(u32, u16, String)>,
    /// A chart, which stands to the right of the table.
    pub(super) chart: Option<Box<Chart>>,
    /// The number of rows.
    pub(super) rows: u32,
    /// A row.
    pub(super) row: Box<dyn Fn(u32) -> Row<'a> + 'a>,
}

impl Sheet<'_> {
    /// Adds the sheet to a workbook, without its rows: in their place stands one that has a cell of each style.
    ///
    /// # Errors
    /// The library refuses, such as a name that is there already.
    pub(super) fn outline(&self, workbook: &mut Workbook, styles: &[Format], head: &str) -> Result<(), XlsxError> {
        debug_assert!(self.name.len() <= NAME_MAX, "{}", self.name);
        let sheet = workbook.add_worksheet();
        sheet.set_name(&self.name)?;
        let tab = match self.tab {
            Tab::Overview => TABS[0],
            Tab::Work => TABS[1],
            Tab::Detail => TABS[2],
            Tab::Reference => TABS[3],
        };
        sheet.set_tab_color(Color::RGB(tab));
        for (format, column) in styles.iter().zip(0_u16..) {
            sheet.write_blank(0, column, format)?;
        }
        for (width, column) in self.widths.iter().zip(0_u16..) {
            sheet.set_column_width(column, *width)?;
        }
        let (rows, columns) = self.frozen;
        sheet.set_freeze_panes(rows, columns)?;
        for (row, column, name) in &self.links {
            sheet.write_url(*row, *column, format!("internal:'{name}'!A1").as_str())?;
        }
        self.outline_table(sheet)?;
        if let Some(chart) = &self.chart {
            sheet.insert_chart(1, self.printed.saturating_add(2), chart)?;
        }
        self.outline_print(sheet, head)
    }

    fn outline_table(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let Some((first, last)) = self.table else {
            sheet.set_screen_gridlines(false);
            return Ok(());
        };
        let last_column = u16::try_from(self.widths.len()).unwrap_or(u16::MAX).saturating_sub(1);
        sheet.autofilter(first, 0, last, last_column)?;
        // Ids of digits are texts on purpose.
        sheet.ignore_error_range(first, 0, last, last_column, IgnoreError::NumberStoredAsText)?;
        if last == first {
            return Ok(());
        }
        let top = first.saturating_add(1);
        let always = ConditionalFormatFormula::new().set_rule("=TRUE").set_format(line());
        sheet.add_conditional_format(top, 0, last, last_column, &always)?;
        if let Some(column) = self.work {
            let choice = DataValidation::new()
                .allow_list_strings(&WORK)?
                .set_error_title("Status")?
                .set_error_message("Choose To do, Doing, Waiting or Done. Other words go into the column Note.")?;
            sheet.add_data_validation(top, column, last, column, &choice)?;
            for (word, format) in of_work() {
                let look =
                    ConditionalFormatCell::new().set_rule(ConditionalFormatCellRule::EqualTo(word)).set_format(format);
                sheet.add_conditional_format(top, column, last, column, &look)?;
            }
            let rule = format!("=${}{}=\"Done\"", letters(column), top.saturating_add(1));
            let look = ConditionalFormatFormula::new().set_rule(rule.as_str()).set_format(done());
            sheet.add_conditional_format(top, 0, last, last_column, &look)?;
        }
        Ok(())
    }

    fn outline_print(&self, sheet: &mut Worksheet, head: &str) -> Result<(), XlsxError> {
        // 9 is A4; margins are inches: left, right, top, bottom, header, footer.
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.4, 0.4, 0.7, 0.6, 0.3, 0.3);
        sheet.set_header(format!("&L&\"-,Bold\"&A&R{head}")).set_footer("&C&P / &N");
        let last_row = self.rows.saturating_sub(1);
        let (last_row, last_column) = match self.chart {
            // It is printed too.
            Some(_) => (last_row.max(CHART_ROWS), self.printed.saturating_add(CHART_COLUMNS)),
            None => (last_row, self.printed),
        };
        sheet.set_print_area(0, 0, last_row, last_column)?;
        if let Some((first, _)) = self.table {
            sheet.set_repeat_rows(0, first)?;
        }
        Ok(())
    }
}

/// The height of a row of one line, in points.
pub(super) const LINE_HEIGHT: u16 = 15;
/// So many rows a chart takes, and so many columns behind the table, an empty one among them.
const CHART_ROWS: u32 = 22;
const CHART_COLUMNS: u16 = 12;
/// Its size in pixels, which is that of those cells.
pub(super) const CHART_SIZE: (u32, u32) = (680, 380);
