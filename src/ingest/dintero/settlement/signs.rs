//! The signs of refund, fee and chargeback, which differ from file to file: Dintero's pages take them off
//! (`amount = capture - refund - fee`), its live interface writes them negative and adds them.
//!
//! The identity of the header decides. Where it holds either way, or neither way, or is not stated, the rows decide by
//! their own identity; what they leave open stays open, and is refused where it matters. A sign is never guessed from
//! the look of a number: a returned fee is a fee with the other sign.

/// What a header or a row states, in one unit, as it stands; `None` for what it does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Amounts {
    /// `amount` of a header, `net_amount` of a row: what is paid out.
    pub net: Option<i64>,
    /// `capture`.
    pub capture: Option<i64>,
    /// `refund`.
    pub refund: Option<i64>,
    /// `fee`.
    pub fee: Option<i64>,
    /// `chargeback`.
    pub chargeback: Option<i64>,
}

/// Whether a number is added to what the merchant gets, or taken off it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Added.
    Added,
    /// Taken off.
    TakenOff,
}

impl Sign {
    /// What a number gives the merchant.
    pub fn toward_merchant(self, value: i64) -> i128 {
        match self {
            Self::Added => i128::from(value),
            Self::TakenOff => -i128::from(value),
        }
    }
}

/// The signs of refund, fee and chargeback.
type Trial = [Sign; 3];

/// The two conventions in circulation.
const TAKEN_OFF: Trial = [Sign::TakenOff; 3];
const ADDED: Trial = [Sign::Added; 3];

/// All that rows can tell of.
const TRIALS: [Trial; 8] = {
    use Sign::{Added, TakenOff};
    [
        TAKEN_OFF,
        ADDED,
        [TakenOff, TakenOff, Added],
        [TakenOff, Added, TakenOff],
        [TakenOff, Added, Added],
        [Added, TakenOff, TakenOff],
        [Added, TakenOff, Added],
        [Added, Added, TakenOff],
    ]
};

impl Amounts {
    /// What capture, refund, fee and chargeback give under some signs.
    fn computed(&self, trial: Trial) -> i128 {
        let parts = [self.refund, self.fee, self.chargeback];
        let signed = parts.into_iter().zip(trial).map(|(value, sign)| sign.toward_merchant(value.unwrap_or(0)));
        signed.fold(i128::from(self.capture.unwrap_or(0)), |sum, value| sum.saturating_add(value))
    }

    fn holds(&self, trial: Trial) -> bool {
        self.net.is_some_and(|net| self.computed(trial) == i128::from(net))
    }
}

/// What a header says of its own identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken {
    /// The amount where refund, fee and chargeback are taken off.
    pub taken_off: i128,
    /// The amount where they are signed, and added.
    pub added: i128,
    /// The amount as stated.
    pub stated: i128,
}

/// What is still possible after a header and rows were looked at.
#[derive(Debug, Clone)]
pub(super) struct Survey {
    possible: Vec<Trial>,
    decided: bool,
    broken: Option<Broken>,
}

impl Survey {
    /// Starts with a header; one that does not state its amount decides nothing.
    pub fn new(header: &Amounts) -> Self {
        let fitting: Vec<Trial> = [TAKEN_OFF, ADDED].into_iter().filter(|trial| header.holds(*trial)).collect();
        let broken = header.net.filter(|_| fitting.is_empty() && header.capture.is_some()).map(|net| Broken {
            taken_off: header.computed(TAKEN_OFF),
            added: header.computed(ADDED),
            stated: i128::from(net),
        });
        let decided = fitting.len() == 1;
        let possible = if fitting.is_empty() { TRIALS.to_vec() } else { fitting };
        Self { possible, decided, broken }
    }

    /// Whether the header decided, so that rows need not be looked at.
    pub fn is_decided(&self) -> bool {
        self.decided
    }

    /// Takes a row into account. One whose identity holds in no way says nothing: it is off by itself.
    pub fn row(&mut self, row: &Amounts) {
        if !self.decided && TRIALS.iter().any(|trial| row.holds(*trial)) {
            self.possible.retain(|trial| row.holds(*trial));
        }
    }

    /// The header whose identity holds under neither convention.
    pub fn broken(&self) -> Option<Broken> {
        self.broken
    }

    /// The signs of refund, fee and chargeback; `None` for one that stayed open, or where rows contradict each other.
    pub fn signs(&self) -> [Option<Sign>; 3] {
        let Some(first) = self.possible.first() else { return [None; 3] };
        let mut signs = first.map(Some);
        for trial in &self.possible {
            for (sign, other) in signs.iter_mut().zip(trial) {
                *sign = sign.filter(|sign| sign == other);
            }
        }
        signs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Net, capture, refund, fee, chargeback.
    fn amounts([net, capture, refund, fee, chargeback]: [i64; 5]) -> Amounts {
        let [net, capture, refund, fee, chargeback] = [net, capture, refund, fee, chargeback].map(Some);
        Amounts { net, capture, refund, fee, chargeback }
    }

    /// `-` taken off, `+` added, `?` open.
    fn signs(header: &Amounts, rows: &[Amounts]) -> String {
        let mut survey = Survey::new(header);
        for row in rows {
            survey.row(row);
        }
        let letter = |sign| match sign {
            Some(Sign::TakenOff) => '-',
            Some(Sign::Added) => '+',
            None => '?',
        };
        survey.signs().map(letter).iter().collect()
    }

    #[test]
    fn the_header_decides_and_rows_where_it_does_not() {
        let none = Amounts::default();
        let cases: [(&str, Amounts, &[[i64; 5]], &str); 15] = [
            ("the pages' way", amounts([19_400, 30_000, 10_000, 600, 0]), &[], "---"),
            ("the live way", amounts([19_400, 30_000, -10_000, -600, 0]), &[], "+++"),
            ("with a chargeback", amounts([100, 900, 500, 100, 200]), &[], "---"),
            ("a fee that was returned, the pages' way", amounts([30_600, 30_000, 0, -600, 0]), &[], "---"),
            ("rows do not overrule a header", amounts([90, 100, 0, 10, 0]), &[[110, 100, 0, 10, 0]], "---"),
            ("nothing but captures, and nothing to tell", amounts([100, 100, 0, 0, 0]), &[], "???"),
            ("both hold: a row tells", amounts([100, 100, 10, -10, 0]), &[[-10, 0, 10, 0, 0]], "---"),
            ("both hold: a row tells the other", amounts([100, 100, -10, 10, 0]), &[[-10, 0, -10, 0, 0]], "+++"),
            ("no header", none, &[[49, 50, 0, 1, 0]], "?-?"),
            ("no header, and each row tells a part", none, &[[49, 50, 0, 1, 0], [-9, 0, -9, 0, 0]], "+-?"),
            ("a row that is off says nothing", none, &[[49, 50, 0, 1, 0], [7, 50, 0, 1, 0]], "?-?"),
            ("rows that contradict each other", none, &[[49, 50, 0, 1, 0], [51, 50, 0, 1, 0]], "???"),
            ("one row, two ways", none, &[[0, 0, 10, -10, 0]], "???"),
            ("a header that holds in neither way", amounts([194, 300, -100, 6, 0]), &[], "???"),
            ("and rows that tell", amounts([194, 300, -100, 6, 0]), &[[49, 50, 0, 1, 0], [-100, 0, -100, 0, 0]], "+-?"),
        ];
        for (what, header, rows, expected) in cases {
            let rows: Vec<Amounts> = rows.iter().map(|row| amounts(*row)).collect();
            assert_eq!(signs(&header, &rows), expected, "{what}");
        }
    }

    #[test]
    fn a_header_is_broken_where_neither_way_gives_its_amount() {
        let broken = |header| Survey::new(&header).broken();
        let expected = Broken { taken_off: 39_400, added: 20_600, stated: 19_400 };
        assert_eq!(broken(amounts([19_400, 30_000, -10_000, 600, 0])), Some(expected));
        assert_eq!(broken(amounts([100, 100, 0, 0, 0])), None);
        assert_eq!(broken(Amounts { net: Some(5), ..Amounts::default() }), None, "it states nothing to compute from");
        let huge = amounts([i64::MAX, i64::MIN, i64::MIN, i64::MIN, i64::MIN]);
        assert!(broken(huge).is_some(), "the largest numbers there are do not overflow");
    }
}
