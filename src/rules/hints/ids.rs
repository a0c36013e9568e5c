//! Ids that are nearly the same: how two of them differ, where they differ by no more than one slip of the hand.

use crate::model::text::Text;

/// The columns whose ids are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdColumn {
    /// The id of this one capture or reversal.
    OperationId,
    /// The provider's transaction number.
    TransactionNumber,
    /// The merchant's reference.
    PayeeReference,
    /// The provider's transaction.
    TransactionId,
    /// The order. Several operations may share it, so alone it says little.
    OrderId,
    /// Operations only: the reference of the receipt.
    ReceiptReference,
    /// Operations only: the provider's payment.
    PaymentId,
}

impl IdColumn {
    /// All columns, those that say most first.
    pub const ALL: [Self; 7] = [
        Self::OperationId,
        Self::TransactionNumber,
        Self::PayeeReference,
        Self::TransactionId,
        Self::OrderId,
        Self::ReceiptReference,
        Self::PaymentId,
    ];

    /// The canonical column (RULES.md 2).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OperationId => "operation_id",
            Self::TransactionNumber => "transaction_number",
            Self::PayeeReference => "payee_reference",
            Self::TransactionId => "transaction_id",
            Self::OrderId => "order_id",
            Self::ReceiptReference => "receipt_reference",
            Self::PaymentId => "payment_id",
        }
    }
}

/// Ids shorter than this, in characters, are alike only where they are the same but for the way of writing.
pub const SHORT: usize = 5;

/// Ids longer than this are not searched for slips: no provider's id is.
pub const LONG: usize = 64;

/// An id of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Id {
    /// Where it stands.
    pub column: IdColumn,
    /// As it stands there.
    pub text: Text,
    /// Without white space, in small letters; `None` where that is the text itself.
    normal: Option<Text>,
}

impl Id {
    /// An id; `None` for an empty text.
    #[must_use]
    pub fn new(column: IdColumn, text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        // Nearly all ids are: digits, small letters and signs.
        let is_normal = text.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase());
        let normal = (!is_normal).then(|| normal(text)).filter(|normal| normal != text);
        Some(Self { column, text: text.into(), normal })
    }

    /// The id without white space, in small letters. Leading zeros stay: a digit that changes places with them is a slip.
    #[must_use]
    pub fn normal(&self) -> &str {
        self.normal.as_deref().unwrap_or(&self.text)
    }

    /// What is left of it without any way of writing: without leading zeros too.
    #[must_use]
    pub fn bare(&self) -> &str {
        let normal = self.normal();
        normal.get(leading_zeros(normal)..).unwrap_or_default()
    }

    /// Whether it is a plain number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        self.normal().bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// White space, and characters that take no place on a screen.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

fn normal(text: &str) -> Text {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let mut normal = Text::from(text);
        normal.make_ascii_lowercase();
        return normal;
    }
    text.chars().filter(|c| !is_blank(*c)).flat_map(char::to_lowercase).collect()
}

/// How many zeros stand before a number; one that is the whole number counts as its digit.
fn leading_zeros(text: &str) -> usize {
    let zeros = text.bytes().take_while(|byte| *byte == b'0').count();
    let goes_on = text.as_bytes().get(zeros).is_some_and(u8::is_ascii_digit);
    if goes_on { zeros } else { zeros.saturating_sub(1) }
}

/// How often letters and digits take turns in a random id, at least.
pub(super) const TURNS: usize = 5;

/// Shorter ids are not taken for random ones.
pub(super) const RANDOM_LEN: usize = 16;

/// Whether an id is drawn by chance (a UUID, a hash) and not counted up: a neighbour of such an id is no other record.
#[must_use]
pub fn is_random(normal: &str) -> bool {
    normal.len() >= RANDOM_LEN && turns(normal) >= TURNS
}

/// How often letters and digits take turns.
pub(super) fn turns(normal: &str) -> usize {
    let mut last = None;
    let mut turns = 0;
    for byte in normal.bytes().filter(u8::is_ascii_alphanumeric) {
        let digit = byte.is_ascii_digit();
        turns += usize::from(last.is_some_and(|last: bool| last != digit));
        last = Some(digit);
    }
    turns
}

/// How two ids differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// Not at all.
    None,
    /// In nothing but the way of writing.
    Written {
        /// In capital and small letters.
        case: bool,
        /// In white space.
        white_space: bool,
        /// In leading zeros.
        leading_zeros: bool,
    },
    /// Two neighbours are exchanged.
    Exchanged {
        /// Both ids are numbers of a series, in which the other one exists as well.
        serial: bool,
    },
    /// One has a character that the other lacks.
    Missing {
        /// It is the first of both that lacks it.
        in_first: bool,
        /// As for `Exchanged`.
        serial: bool,
    },
    /// One character is another one.
    Changed {
        /// As for `Exchanged`.
        serial: bool,
    },
}

/// How two ids differ; `None` where they are different ids.
#[must_use]
pub fn slip(first: &Id, second: &Id) -> Option<Slip> {
    if first.text == second.text {
        return Some(Slip::None);
    }
    if first.bare() == second.bare() {
        return Some(written(&first.text, &second.text));
    }
    edit(first.normal(), second.normal())
}

fn written(first: &str, second: &str) -> Slip {
    let dense = |text: &str| text.chars().filter(|c| !is_blank(*c)).collect::<String>();
    let blanks = |text: &str| text.chars().filter(|c| is_blank(*c)).count();
    let (a, b) = (dense(first), dense(second));
    let without_zeros = |text: &str| text.get(leading_zeros(text)..).unwrap_or_default().to_owned();
    Slip::Written {
        case: without_zeros(&a) != without_zeros(&b),
        // Blanks at other places, or other blanks, are a difference too.
        white_space: blanks(first) != blanks(second) || (a == b),
        leading_zeros: leading_zeros(&a) != leading_zeros(&b),
    }
}

/// One edit between two texts, if that is all.
fn edit(first: &str, second: &str) -> Option<Slip> {
    if first.len().abs_diff(second.len()) > 4 {
        return None;
    }
    let prefix = first.bytes().zip(second.bytes()).take_while(|(a, b)| a == b).count();
    let prefix = (0..=prefix).rev().find(|at| first.is_char_boundary(*at) && second.is_char_boundary(*at))?;
    let (a, b) = (first.get(prefix..)?, second.get(prefix..)?);
    let (mut from_a, mut from_b) = (a.chars(), b.chars());
    let (next_a, next_b) = (from_a.next(), from_b.next());
    let (rest_a, rest_b) = (from_a.as_str(), from_b.as_str());
    let both = [first, second];
    let touched = |chars: &[Option<char>]| chars.iter().flatten().all(char::is_ascii_digit);
    let serial = |chars: &[Option<char>]| touched(chars) && !both.iter().all(|id| is_random(id));
    let found = if a == rest_b {
        Slip::Missing { in_first: true, serial: serial(&[next_b]) }
    } else if rest_a == b {
        Slip::Missing { in_first: false, serial: serial(&[next_a]) }
    } else if rest_a == rest_b {
        Slip::Changed { serial: serial(&[next_a, next_b]) }
    } else {
        let (second_a, second_b) = (from_a.next(), from_b.next());
        let exchanged = second_a.is_some() && next_a == second_b && next_b == second_a;
        if !exchanged || from_a.as_str() != from_b.as_str() {
            return None;
        }
        Slip::Exchanged { serial: serial(&[next_a, next_b]) }
    };
    let fits = |text: &&str| (SHORT..=LONG).contains(&text.chars().count());
    both.iter().all(fits).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(first: &str, second: &str) -> Option<Slip> {
        let id = |text| Id::new(IdColumn::PayeeReference, text).unwrap();
        slip(&id(first), &id(second))
    }

    #[test]
    fn ids_are_alike_by_one_slip_and_not_by_two() {
        let written = |case, white_space, leading_zeros| Some(Slip::Written { case, white_space, leading_zeros });
        let missing = |in_first, serial| Some(Slip::Missing { in_first, serial });
        let cases = [
            ("ABC123", "ABC123", Some(Slip::None)),
            ("ABC123", "abc123", written(true, false, false)),
            ("ABC 123", "ABC123", written(false, true, false)),
            ("ABC\u{a0}123", "ABC 123", written(false, true, false)),
            ("A BC123", "AB C123", written(false, true, false)),
            ("ABC123\u{200b}", "ABC123", written(false, true, false)),
            ("00123", "123", written(false, false, true)),
            ("0", "000", written(false, false, true)),
            ("00 1a", "1A", written(true, true, true)),
            ("R1", "r1", written(true, false, false)),
            ("ABC123", "ABC132", Some(Slip::Exchanged { serial: true })),
            ("ABC123", "BAC123", Some(Slip::Exchanged { serial: false })),
            ("4000123", "4000132", Some(Slip::Exchanged { serial: true })),
            ("ABC123", "ABC13", missing(false, true)),
            ("ABC13", "ABC123", missing(true, true)),
            ("ABC12", "ABC12X", missing(true, false)),
            ("XABC12", "ABC12", missing(false, false)),
            ("4000123", "4000124", Some(Slip::Changed { serial: true })),
            ("ABC123", "ABD123", Some(Slip::Changed { serial: false })),
            ("ABC12O", "ABC120", Some(Slip::Changed { serial: false })),
            ("blåbär", "blabär", Some(Slip::Changed { serial: false })),
            ("blåbär", "blåbræ", None),
            ("blåbär", "blåbrä", Some(Slip::Exchanged { serial: false })),
            ("aåäöa", "aäåöa", Some(Slip::Exchanged { serial: false })),
            (
                "3f2c9a10-1b7d-4e52-9c31-5d8e7f60a1b2",
                "3f2c9a10-1b7d-4e52-9c31-5d8e7f60a1b3",
                Some(Slip::Changed { serial: false }),
            ),
            ("MERCHANT-SHOP-0000123", "MERCHANT-SHOP-0000124", Some(Slip::Changed { serial: true })),
            // Two slips, too short, something else.
            ("ABC123", "ACB132", None),
            ("ABCD", "ABDC", None),
            ("ABC123", "ABC12345", None),
            ("ABCDE", "ABCD", None),
            ("ABC123", "XYZ987", None),
            ("ABCDEF", "CBADEF", None),
        ];
        for (first, second, expected) in cases {
            assert_eq!(of(first, second), expected, "{first} {second}");
            let turned = match expected {
                Some(Slip::Missing { in_first, serial }) => Some(Slip::Missing { in_first: !in_first, serial }),
                same => same,
            };
            assert_eq!(of(second, first), turned, "{second} {first}");
        }
        let long = "x".repeat(LONG + 1);
        assert_eq!(of(&long, &format!("{}y", &long[1..])), None);
        assert_eq!(Id::new(IdColumn::OrderId, ""), None);
    }

    #[test]
    fn a_uuid_is_random_and_a_reference_is_not() {
        for (id, random) in [
            ("3f2c9a10-1b7d-4e52-9c31-5d8e7f60a1b2", true),
            ("t12345678.4gh7kq2mnp9", true),
            ("r1-04711", false),
            ("10728489593", false),
            ("merchant-shop-0000123", false),
            ("00000000000000000000123", false),
        ] {
            assert_eq!(is_random(id), random, "{id}");
        }
    }
}
