//! A table of text: columns as wide as their widest cell, colour around what is padded already.

use std::fmt::Write as _;

/// To which side a column's cells go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// A terminal colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colour {
    /// The terminal's own.
    #[default]
    Plain,
    /// For headings.
    Bold,
    /// For what needs somebody.
    Red,
    /// For what may resolve itself.
    Yellow,
    /// For what is in order.
    Green,
}

impl Colour {
    /// The text in this colour, or plain where colours are off.
    #[must_use]
    pub fn paint(self, text: &str, on: bool) -> String {
        let code = match self {
            _ if !on => return text.to_owned(),
            Self::Plain => return text.to_owned(),
            Self::Bold => "1",
            Self::Red => "31",
            Self::Yellow => "33",
            Self::Green => "32",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// A table in the making.
#[derive(Debug)]
pub struct Table<const N: usize> {
    align: [Align; N],
    rows: Vec<([String; N], Colour)>,
}

impl<const N: usize> Table<N> {
    /// A table with these headings.
    #[must_use]
    pub fn new(columns: [(&str, Align); N]) -> Self {
        Self {
            align: columns.map(|(_, align)| align),
            rows: vec![(columns.map(|(name, _)| name.to_owned()), Colour::Bold)],
        }
    }

    /// Adds a row; all cells empty makes an empty line. Names come from files: what would steer the terminal is replaced.
    pub fn row(&mut self, cells: [String; N], colour: Colour) {
        self.rows.push((cells.map(|cell| cell.replace(char::is_control, "\u{fffd}")), colour));
    }

    /// The lines, without blanks at their ends.
    #[must_use]
    pub fn render(&self, colours: bool) -> String {
        let mut widths = [0_usize; N];
        for (cells, _) in &self.rows {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut text = String::new();
        for (cells, colour) in &self.rows {
            let mut line = String::new();
            for ((cell, width), align) in cells.iter().zip(widths).zip(self.align) {
                let _ = match align {
                    Align::Left => write!(line, "{cell:<width$}  "),
                    Align::Right => write!(line, "{cell:>width$}  "),
                };
            }
            text.push_str(&if line.trim_end().is_empty() {
                String::new()
            } else {
                colour.paint(line.trim_end(), colours)
            });
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_names_cannot_steer_the_terminal() {
        let mut table = Table::new([("name", Align::Left), ("count", Align::Right), ("note", Align::Left)]);
        table.row(["å".into(), "1 000".into(), String::new()], Colour::Plain);
        table.row([String::new(), String::new(), String::new()], Colour::Red);
        table.row(["b\u{1b}[2J".into(), "7".into(), "x".into()], Colour::Red);
        let plain = "name   count  note\nå      1 000\n\nb\u{fffd}[2J      7  x\n";
        assert_eq!(table.render(false), plain);
        let coloured =
            "\u{1b}[1mname   count  note\u{1b}[0m\nå      1 000\n\n\u{1b}[31mb\u{fffd}[2J      7  x\u{1b}[0m\n";
        assert_eq!(table.render(true), coloured);
    }
}
