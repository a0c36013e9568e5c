//! Rows of text cells, whatever file they stand in: delimited text in any encoding, or a sheet of a workbook.

use super::source::FileError;

/// A table that is read from top to bottom.
pub trait Table {
    /// Reads the next row into `cells`, which is emptied before, and says on which line or sheet row it begins, from
    /// 1; `None` behind the last. Cells are as they stand, not trimmed. A number of a workbook is the shortest decimal
    /// text that stands for it, without grouping, with `.`; its dates are `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS`.
    ///
    /// # Errors
    /// The file is damaged: nothing of it counts.
    fn row(&mut self, cells: &mut Vec<String>) -> Result<Option<u64>, FileError>;

    /// Whether a cell of the row that was read last, from 0, is a number and not a text: a number has a point whatever
    /// the decimal sign of its profile is, and `1.234` is no two things.
    fn is_number(&self, _cell: usize) -> bool {
        false
    }
}
