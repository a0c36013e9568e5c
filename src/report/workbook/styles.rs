//! How cells look: few styles, the same on every sheet, and colour only beside a text that says the same.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatUnderline};

/// The look of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Style {
    /// A text on one line.
    Text,
    /// A text that takes as many lines as it needs.
    Wrapped,
    /// An id: text, even where somebody types over it.
    Id,
    /// A count.
    Whole,
    /// A day.
    Day,
    /// An amount with so many decimals.
    Amount(u32),
    /// A number that is written as text, for its many digits.
    Digits,
    /// The word for what becomes of a finding; [`Style::of_status`] has its colour.
    Status,
    /// `open`.
    Open,
    /// `pending`.
    Pending,
    /// `listed` and `closed`.
    Settled,
    /// The choice of how far somebody is with a finding.
    Work,
    /// The heading of a column of texts.
    Head,
    /// The heading of a column of numbers.
    HeadRight,
    /// The heading of a column with a filter, whose button stands below the words.
    Filter,
    /// The name of the workbook.
    Title,
    /// The heading of a part of a sheet.
    Section,
    /// A remark.
    Remark,
    /// What a value is.
    Label,
    /// A sentence that says all is well.
    Good,
    /// A sentence that says there is something to do.
    Warn,
    /// A sentence that says not to rely on this.
    Bad,
    /// A leap to another sheet.
    Link,
    /// A hash.
    Hash,
    /// A text in a line of sums.
    SumText,
    /// A count in a line of sums.
    SumWhole,
    /// An amount in a line of sums.
    SumAmount(u32),
}

/// The colours of the house.
const INK: u32 = 0x1F_2A37;
const NIGHT: u32 = 0x1F_3A4D;
const GREY: u32 = 0x6B_7280;
const LINE: u32 = 0xD1_D5DB;
const RED: (u32, u32) = (0x9B_1C1C, 0xFD_E8E8);
const AMBER: (u32, u32) = (0x8A_4B08, 0xFD_F2D0);
const GREEN: (u32, u32) = (0x03_543F, 0xDE_F7EC);

impl Style {
    /// All styles, with amounts of these decimals.
    pub(super) fn all(exponents: &[u32]) -> Vec<Self> {
        let mut all = vec![
            Self::Text,
            Self::Wrapped,
            Self::Id,
            Self::Whole,
            Self::Day,
            Self::Digits,
            Self::Status,
            Self::Open,
            Self::Pending,
            Self::Settled,
            Self::Work,
            Self::Head,
            Self::HeadRight,
            Self::Filter,
            Self::Title,
            Self::Section,
            Self::Remark,
            Self::Label,
            Self::Good,
            Self::Warn,
            Self::Bad,
            Self::Link,
            Self::Hash,
            Self::SumText,
            Self::SumWhole,
        ];
        all.extend(exponents.iter().flat_map(|exponent| [Self::Amount(*exponent), Self::SumAmount(*exponent)]));
        all
    }

    /// The look of a status.
    pub(super) fn of_status(status: &str) -> Self {
        match status {
            "open" => Self::Open,
            "pending" => Self::Pending,
            _ => Self::Settled,
        }
    }

    /// The same in a line of sums.
    pub(super) fn summed(self) -> Self {
        match self {
            Self::Whole => Self::SumWhole,
            Self::Amount(exponent) => Self::SumAmount(exponent),
            Self::Digits => Self::Digits,
            _ => Self::SumText,
        }
    }

    /// The format of the workbook.
    pub(super) fn format(self) -> Format {
        let plain = Format::new().set_font_size(10).set_align(FormatAlign::Top);
        let word = |(ink, fill): (u32, u32)| {
            plain.clone().set_font_color(Color::RGB(ink)).set_background_color(Color::RGB(fill))
        };
        let sentence =
            |colours| word(colours).set_font_size(12).set_bold().set_align(FormatAlign::VerticalCenter).set_indent(1);
        // A little room, so that no text touches the number to its left.
        let left = plain.clone().set_align(FormatAlign::Left).set_indent(1);
        let head = plain
            .clone()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(Color::RGB(NIGHT))
            .set_align(FormatAlign::VerticalCenter)
            .set_text_wrap();
        let sum = |format: Format| format.set_bold().set_border_top(FormatBorder::Thin).set_border_color(LINE);
        match self {
            Self::Text => left,
            Self::Wrapped => left.set_text_wrap(),
            Self::Id => left.set_num_format("@"),
            Self::Whole => plain.set_num_format("#,##0"),
            Self::Day => left.set_num_format("yyyy-mm-dd"),
            Self::Amount(exponent) => plain.set_num_format(amount(exponent)),
            Self::Digits => plain.set_num_format("@").set_align(FormatAlign::Right),
            Self::Status => plain.set_align(FormatAlign::Center),
            Self::Open => word(RED).set_align(FormatAlign::Center),
            Self::Pending => word(AMBER).set_align(FormatAlign::Center),
            Self::Settled => plain.set_font_color(Color::RGB(GREY)).set_align(FormatAlign::Center),
            Self::Work => plain.set_align(FormatAlign::Center).set_bold(),
            Self::Head => head.set_align(FormatAlign::Left).set_indent(1),
            Self::HeadRight => head.set_align(FormatAlign::Right),
            Self::Filter => head.set_align(FormatAlign::Top).set_align(FormatAlign::Left).set_indent(1),
            Self::Title => plain.set_font_size(18).set_bold().set_font_color(Color::RGB(INK)),
            Self::Section => {
                plain.set_font_size(13).set_bold().set_font_color(Color::RGB(NIGHT)).set_align(FormatAlign::Bottom)
            }
            Self::Remark => left.set_font_color(Color::RGB(GREY)),
            Self::Label => left.set_bold(),
            Self::Good => sentence(GREEN),
            Self::Warn => sentence(AMBER),
            Self::Bad => sentence(RED),
            Self::Link => left.set_font_color(Color::RGB(0x1D_4ED8)).set_underline(FormatUnderline::Single),
            Self::Hash => left.set_font_size(8).set_font_name("Consolas").set_num_format("@"),
            Self::SumText => sum(left),
            Self::SumWhole => sum(plain).set_num_format("#,##0"),
            Self::SumAmount(exponent) => sum(plain).set_num_format(amount(exponent)),
        }
    }
}

/// The form of an amount: groups of three, all decimals, negative amounts red with their minus.
fn amount(exponent: u32) -> String {
    let decimals = usize::try_from(exponent).unwrap_or(0);
    let form = if decimals == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(decimals)) };
    format!("{form};[Red]-{form}")
}

/// The thin line below every row of a table.
pub(super) fn line() -> Format {
    Format::new().set_border_bottom(FormatBorder::Thin).set_border_bottom_color(Color::RGB(0xE5_E7EB))
}

/// How a row looks that somebody is done with.
pub(super) fn done() -> Format {
    Format::new().set_font_color(Color::RGB(0x9C_A3AF))
}

/// How choices of [`Style::Work`] look: the word, ink and fill.
pub(super) fn of_work() -> [(&'static str, Format); 3] {
    let look =
        |(ink, fill): (u32, u32)| Format::new().set_font_color(Color::RGB(ink)).set_background_color(Color::RGB(fill));
    [("Doing", look((0x1E_429F, 0xE1_EFFE))), ("Waiting", look(AMBER)), ("Done", look(GREEN))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_their_decimals_and_are_red_below_0() {
        let cases = [(0, "#,##0;[Red]-#,##0"), (2, "#,##0.00;[Red]-#,##0.00"), (3, "#,##0.000;[Red]-#,##0.000")];
        for (exponent, form) in cases {
            assert_eq!(amount(exponent), form);
        }
    }

    #[test]
    fn every_style_is_one_of_all() {
        let all = Style::all(&[0, 2]);
        for style in [Style::of_status("open"), Style::of_status("closed"), Style::Amount(2).summed()] {
            assert!(all.contains(&style), "{style:?}");
        }
        assert_eq!(all.len(), 29);
    }
}
