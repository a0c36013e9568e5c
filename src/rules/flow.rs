//! What moved on an order's lines (RULES.md 3): captures, what reversals took back and gave back, and which reversal
//! line takes back which line.

use super::places::Places;
use crate::model::compact::LineRec;
use crate::model::currency::Currency;
use crate::model::money::add;
use crate::model::names::NameId;
use crate::model::origin::Origin;
use crate::model::record::Dataset;

/// What a completed row of captures or reversals does.
#[derive(Debug, Clone, Copy)]
pub struct Effect {
    /// Captures or reversals.
    pub dataset: Dataset,
    /// Hash of the line id, where stated.
    pub line: Option<u64>,
    /// Hash of the id that names the operation, where it has one.
    pub identity: Option<u64>,
    /// Currency.
    pub currency: Currency,
    /// Provider.
    pub provider: NameId,
    /// Where the row stands.
    pub origin: Origin,
    /// Signed effect, minor units.
    pub effect_minor: i128,
    /// Its VAT: of a capture as stated, of a reversal with the sign of its effect.
    pub vat_minor: Option<i128>,
}

/// Sums of amounts, and of VAT as far as all rows know it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Part {
    pub(super) rows: u64,
    pub(super) sum_minor: i128,
    pub(super) vat_minor: i128,
    pub(super) vat_unknown: bool,
}

impl Part {
    fn row(&mut self, effect: &Effect) {
        self.rows += 1;
        add(&mut self.sum_minor, effect.effect_minor);
        match effect.vat_minor {
            Some(vat_minor) => add(&mut self.vat_minor, vat_minor),
            None => self.vat_unknown = true,
        }
    }

    pub(super) fn join(&mut self, other: &Self) {
        self.rows += other.rows;
        add(&mut self.sum_minor, other.sum_minor);
        add(&mut self.vat_minor, other.vat_minor);
        self.vat_unknown |= other.vat_unknown;
    }
}

/// What moved on a line or, in an order compared as a whole, in a currency.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flow {
    pub(super) captures: Part,
    /// Rows of reversals with a negative effect.
    pub(super) taken_back: Part,
    /// Rows of reversals with a positive effect (a discount given back), or none.
    pub(super) given_back: Part,
    /// An operation on the line in another currency.
    pub(super) foreign: bool,
}

impl Flow {
    pub(super) fn row(&mut self, effect: &Effect) {
        let part = match (effect.dataset, effect.effect_minor) {
            (Dataset::Reversals, ..0) => &mut self.taken_back,
            (Dataset::Reversals, _) => &mut self.given_back,
            _ => &mut self.captures,
        };
        part.row(effect);
    }

    /// Sum of the captures, signed.
    #[must_use]
    pub fn captures_minor(&self) -> i128 {
        self.captures.sum_minor
    }

    /// Sum of the reversals, positive where they take back.
    #[must_use]
    pub fn reversals_minor(&self) -> i128 {
        -(self.taken_back.sum_minor + self.given_back.sum_minor)
    }

    /// Captures less reversals.
    #[must_use]
    pub fn net_minor(&self) -> i128 {
        self.captures_minor() - self.reversals_minor()
    }
}

/// How an order line takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Something sold.
    Ordinary,
    /// A negative line that takes back no other.
    Discount,
    /// A line that takes back a part of another; where it is properly linked, the place of that one.
    Reversal(Option<usize>),
}

/// An order line with what moved on it.
#[derive(Debug, Clone)]
pub struct LineFlow<'l> {
    /// The line.
    pub line: &'l LineRec,
    /// How it takes part.
    pub role: Role,
    /// What moved.
    pub flow: Flow,
    /// Gross of its reversal lines, and what was captured on them, net; `None` where it has none.
    pub theirs: Option<Theirs>,
}

/// The reversal lines of a line, summed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Theirs {
    /// Sum of their gross.
    pub gross_minor: i128,
    /// Sum of what was captured on them, net.
    pub captured_minor: i128,
}

impl LineFlow<'_> {
    /// `captured` of RULES.md 3: net on a reversal line, with what reversals took back on a discount.
    #[must_use]
    pub fn captured_minor(&self) -> i128 {
        match self.role {
            Role::Ordinary => self.flow.captures_minor(),
            Role::Discount => self.flow.captures_minor() + self.flow.taken_back.sum_minor,
            Role::Reversal(_) => self.flow.net_minor(),
        }
    }

    /// The parts of the flow that `captured` sums, together, for their VAT.
    pub(super) fn captured_part(&self) -> Part {
        let mut part = self.flow.captures;
        if self.role != Role::Ordinary {
            part.join(&self.flow.taken_back);
        }
        if matches!(self.role, Role::Reversal(_)) {
            part.join(&self.flow.given_back);
        }
        part
    }
}

/// Puts every effect on its line, and every reversal line on the line that it takes back; gives the effects on lines that
/// the order does not hold, too.
#[must_use]
pub fn flows<'l, 'e>(order_lines: &'l [LineRec], effects: &'e [Effect]) -> (Vec<LineFlow<'l>>, Vec<&'e Effect>) {
    let places = Places::of(order_lines);
    let role = |place: usize, line: &LineRec| match (line.is_reversal, line.gross_minor) {
        (true, _) => {
            Role::Reversal(line.related.and_then(|related| original(&places, order_lines, place, line, related)))
        }
        (false, ..0) => Role::Discount,
        (false, _) => Role::Ordinary,
    };
    let mut flows: Vec<LineFlow<'_>> = order_lines
        .iter()
        .enumerate()
        .map(|(place, line)| LineFlow { line, role: role(place, line), flow: Flow::default(), theirs: None })
        .collect();
    let mut strangers = Vec::new();
    for effect in effects {
        let Some(hash) = effect.line else { continue };
        match places.find(hash).and_then(|place| flows.get_mut(place)) {
            None => strangers.push(effect),
            Some(flow) if effect.currency == flow.line.currency => flow.flow.row(effect),
            Some(flow) => flow.flow.foreign = true,
        }
    }
    for place in 0..flows.len() {
        if let Role::Reversal(Some(original)) = flows[place].role {
            let (gross, captured) = (i128::from(flows[place].line.gross_minor), flows[place].captured_minor());
            let theirs = flows[original].theirs.get_or_insert_default();
            add(&mut theirs.gross_minor, gross);
            add(&mut theirs.captured_minor, captured);
        }
    }
    (flows, strangers)
}

/// The line that a reversal line takes back, where it is one: another line of the order, in its currency, no reversal
/// line itself, and not of the same sign.
fn original(places: &Places<'_>, order_lines: &[LineRec], place: usize, line: &LineRec, related: u64) -> Option<usize> {
    let other = places.find(related)?;
    let original = order_lines.get(other)?;
    let same_sign = line.gross_minor.signum() * original.gross_minor.signum() > 0;
    (other != place && !original.is_reversal && original.currency == line.currency && !same_sign).then_some(other)
}
