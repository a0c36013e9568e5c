//! The keys of the `line` leg and what is captured and reversed on them (RULES section 3, before the table).

use super::Dataset;
use super::operations::{Movement, Operation};
use super::rows::Row;

/// What a key is, which decides what its `captured` sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line with gross 0 or more.
    Ordinary,
    /// A negative line that takes nothing back.
    Discount,
    /// A line that takes back its related line, of either sign.
    ReversalLine,
    /// An order compared as a whole, in one currency.
    Whole,
}

/// One key: a line, or all lines of an order in one currency.
#[derive(Debug)]
pub struct Key<'a> {
    /// `*` for a whole order.
    pub line_id: String,
    /// That of its lines.
    pub currency: String,
    /// What it is.
    pub kind: Kind,
    /// Its lines.
    pub lines: Vec<&'a Row>,
    /// What completed operations moved on it in its currency.
    pub movements: Vec<&'a Movement>,
    /// Whether a completed operation moved another currency on it.
    pub other_currency: bool,
}

impl Key<'_> {
    /// The amount of its lines.
    pub fn gross(&self) -> i128 {
        self.lines.iter().map(|l| l.amount()).sum()
    }

    /// The amount of its reversal lines, `None` where it holds none.
    pub fn gross_of_reversal_lines(&self) -> Option<i128> {
        let reversal: Vec<&&Row> = self.lines.iter().filter(|l| l.is_reversal_line()).collect();
        if reversal.is_empty() { None } else { Some(reversal.iter().map(|l| l.amount()).sum()) }
    }

    /// `captured` of section 3: captures, and the reversals that are net in it already.
    pub fn captured(&self) -> i128 {
        self.movements.iter().filter(|m| self.counts_as_captured(m)).map(|m| m.effect).sum()
    }

    /// Captures alone, whatever the key is.
    pub fn captures_alone(&self) -> i128 {
        self.movements.iter().filter(|m| m.row.dataset == Dataset::Captures).map(|m| m.effect).sum()
    }

    /// captured - reversed, nothing reduced twice: every effect once.
    pub fn net(&self) -> i128 {
        self.movements.iter().map(|m| m.effect).sum()
    }

    /// The VAT of its lines, if each states it.
    pub fn line_vat(&self) -> Option<i128> {
        self.lines.iter().map(|l| l.number("vat_amount")).sum()
    }

    /// The VAT of what `captured` sums, if each of these states it and one is a capture.
    pub fn captured_vat(&self) -> Option<i128> {
        let counted: Vec<_> = self.movements.iter().filter(|m| self.counts_as_captured(m)).collect();
        if !counted.iter().any(|m| m.row.dataset == Dataset::Captures) {
            return None;
        }
        counted.iter().map(|m| m.vat).sum()
    }

    fn counts_as_captured(&self, movement: &Movement) -> bool {
        if movement.row.dataset == Dataset::Captures {
            return true;
        }
        match self.kind {
            Kind::Ordinary => false,
            Kind::Discount => movement.effect < 0,
            Kind::ReversalLine => true,
            Kind::Whole => self.gross_of_reversal_lines().is_some() || self.gross() < 0,
        }
    }
}

/// An order with its keys.
#[derive(Debug)]
pub struct Order<'a> {
    /// Its accepted lines, in every currency.
    pub lines: Vec<&'a Row>,
    /// Its completed operations.
    pub operations: Vec<&'a Operation>,
    /// Whether it is compared as a whole: something completed has no line.
    pub whole: bool,
    /// The keys of its lines.
    pub keys: Vec<Key<'a>>,
}

impl<'a> Order<'a> {
    /// The order that these lines and completed operations are.
    pub fn new(lines: Vec<&'a Row>, operations: Vec<&'a Operation>) -> Order<'a> {
        let mut order = Order { lines, operations, whole: false, keys: Vec::new() };
        order.whole = order.movements().iter().any(|m| m.row.text("line_id").is_empty());
        order.keys = if order.whole { order.whole_keys() } else { order.line_keys() };
        order
    }

    /// All rows of its completed operations.
    pub fn movements(&self) -> Vec<&'a Movement> {
        self.operations.iter().flat_map(|o| &o.movements).collect()
    }

    fn whole_keys(&self) -> Vec<Key<'a>> {
        let mut currencies: Vec<String> = self.lines.iter().map(|l| l.text("currency")).collect();
        currencies.sort();
        currencies.dedup();
        let key = |currency: String| Key {
            line_id: "*".to_string(),
            kind: Kind::Whole,
            lines: self.lines.iter().copied().filter(|l| l.text("currency") == currency).collect(),
            movements: in_currency(self.movements(), &currency),
            // Where its currency has no line, what moved is `line-unknown`.
            other_currency: false,
            currency,
        };
        currencies.into_iter().map(key).collect()
    }

    fn line_keys(&self) -> Vec<Key<'a>> {
        let key = |line: &&'a Row| {
            let (line_id, currency) = (line.text("line_id"), line.text("currency"));
            let on_line: Vec<&Movement> =
                self.movements().into_iter().filter(|m| m.row.text("line_id") == line_id).collect();
            let kind = match line {
                line if line.is_reversal_line() => Kind::ReversalLine,
                line if line.amount() < 0 => Kind::Discount,
                _ => Kind::Ordinary,
            };
            Key {
                kind,
                lines: vec![*line],
                other_currency: on_line.iter().any(|m| m.row.text("currency") != currency),
                movements: in_currency(on_line, &currency),
                line_id,
                currency,
            }
        };
        self.lines.iter().map(key).collect()
    }

    /// The key that a reversal line takes back. `None` where its related line is not named, not in the order in the
    /// same currency, itself, a reversal line, or of the same sign; gross 0 has the same sign as none.
    pub fn original(&self, reversal: &Key) -> Option<&Key<'a>> {
        let related = reversal.lines[0].text("related_line_id");
        let candidate = self.keys.iter().find(|k| !related.is_empty() && k.line_id == related)?;
        let same_sign = candidate.gross() * reversal.gross() > 0;
        let linked = candidate.currency == reversal.currency
            && candidate.line_id != reversal.line_id
            && candidate.kind != Kind::ReversalLine
            && !same_sign;
        linked.then_some(candidate)
    }

    /// The reversal lines of a line; none for a whole order.
    pub fn reversal_lines_of(&self, original: &Key) -> Vec<&Key<'a>> {
        let of =
            |k: &&Key| k.kind == Kind::ReversalLine && self.original(k).is_some_and(|o| o.line_id == original.line_id);
        self.keys.iter().filter(of).collect()
    }

    /// captured - reversed of the key, and the captured of its reversal lines.
    pub fn position(&self, key: &Key) -> i128 {
        key.net() + self.reversal_lines_of(key).iter().map(|r| r.captured()).sum::<i128>()
    }
}

/// Those that moved one currency.
pub fn in_currency<'a>(movements: Vec<&'a Movement>, currency: &str) -> Vec<&'a Movement> {
    movements.into_iter().filter(|m| m.row.text("currency") == currency).collect()
}
