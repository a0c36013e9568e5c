//! How likely an operation and a settlement row that nothing has matched are each other's counterpart, and in what they
//! differ. An id that is nearly the same counts more than amounts; what both ids and amounts deny is no counterpart.

use super::Candidate;
use super::ids::{Id, IdColumn, SHORT, Slip, slip};

/// How the amounts of two records stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Amounts {
    /// In no way that says anything.
    Unlike,
    /// The same currency, and the second is so many times the first, or the first so many times the second.
    Factor {
        /// 10 or 100.
        times: u8,
        /// The second is the greater.
        second_is_greater: bool,
    },
    /// The same number in another currency.
    Currency,
    /// The same currency and size, the other sign.
    Sign,
    /// The same amount of the same currency.
    Equal,
}

impl Amounts {
    /// How two amounts stand to each other. Amounts of 0 say nothing.
    #[must_use]
    pub fn of(first: &Candidate, second: &Candidate) -> Self {
        let (a, b) = (first.amount_minor, second.amount_minor);
        if a == 0 || b == 0 {
            return Self::Unlike;
        }
        if first.currency != second.currency {
            return if a == b { Self::Currency } else { Self::Unlike };
        }
        if a == b {
            return Self::Equal;
        }
        if a.checked_neg() == Some(b) {
            return Self::Sign;
        }
        for times in [10_u8, 100] {
            if a.checked_mul(i128::from(times)) == Some(b) {
                return Self::Factor { times, second_is_greater: true };
            }
            if b.checked_mul(i128::from(times)) == Some(a) {
                return Self::Factor { times, second_is_greater: false };
            }
        }
        Self::Unlike
    }

    /// From 0, where they say nothing.
    pub(super) fn rank(self) -> u32 {
        match self {
            Self::Unlike => 0,
            Self::Factor { .. } => 1,
            Self::Currency => 2,
            Self::Sign => 3,
            Self::Equal => 4,
        }
    }
}

/// What the ids of two records have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// Nothing: no column stands on both, and no id of one is one of the other.
    Nothing,
    /// The order, and no more.
    Order,
    /// An id: its column in the first and in the second record, and how it differs.
    Id {
        /// Column in the first record.
        first: IdColumn,
        /// Column in the second record.
        second: IdColumn,
        /// How the id of the first differs from that of the second.
        slip: Slip,
    },
}

/// Two records that may be each other's counterpart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likeness {
    /// What their ids have to do with each other.
    pub shared: Shared,
    /// What their amounts have.
    pub amounts: Amounts,
    /// A column in which both state an id and the ids are different ones.
    pub other: Option<IdColumn>,
    /// How likely it is: the greater, the likelier; the same in both directions.
    pub score: u32,
}

/// Without an id, records whose days are farther apart are not each other's counterpart.
const DAYS_MAX: u64 = 31;
/// The same where the amounts are not equal either.
const DAYS_MAX_UNEQUAL: u64 = 7;

/// Ranks of what is shared. An equal id weighs more than a slip, and the order alone less.
const NOTHING: u32 = 1;
const ORDER: u32 = 2;
const CHANGED: u32 = 3;
const MISSING: u32 = 4;
const EXCHANGED: u32 = 5;
const OTHER_COLUMN: u32 = 6;
const SAME: u32 = 7;

/// A score of its parts, the weightiest first.
fn score(rank: u32, amounts: Amounts, same_order: bool, contradictions: u32, day: u32) -> u32 {
    (rank << 16) | (amounts.rank() << 12) | (u32::from(same_order) << 8) | ((15 - contradictions.min(15)) << 4) | day
}

/// A score just above those of all pairs that share nothing and whose amounts have this rank.
pub(super) fn above_amounts(rank: u32) -> u32 {
    (NOTHING << 16) | (rank << 12) | 0xfff
}

/// Compares an operation and a settlement row of one provider; `None` where nothing speaks for them.
#[must_use]
pub fn compare(first: &Candidate, second: &Candidate) -> Option<Likeness> {
    let amounts = Amounts::of(first, second);
    let mut best: (u32, Shared) = (0, Shared::Nothing);
    let mut contradictions = 0;
    let mut other = None;
    let mut same_order = false;
    // A slip by which a number of a series becomes another one is believed only where nothing speaks against it.
    let mut serial: Option<(u32, Shared)> = None;
    let mut serial_columns = 0;
    for a in &first.ids {
        for b in &second.ids {
            let same_column = a.column == b.column;
            let Some(slip) = slip_between(a, b) else {
                if same_column {
                    contradictions += 1;
                    other = other.or(Some(a.column));
                }
                continue;
            };
            if (a.column, b.column, slip) == (IdColumn::OrderId, IdColumn::OrderId, Slip::None) {
                same_order = true;
                continue;
            }
            let (rank, is_serial) = rank(a, b, slip);
            let shared = Shared::Id { first: a.column, second: b.column, slip };
            if is_serial {
                serial_columns += 1;
                serial = serial.filter(|(known, _)| *known >= rank).or(Some((rank, shared)));
            } else if rank > best.0 && (amounts != Amounts::Unlike || !needs_amounts(a, b)) {
                best = (rank, shared);
            }
        }
    }
    match serial {
        Some(serial) if contradictions == 0 && amounts == Amounts::Equal => {
            best = if serial.0 > best.0 { serial } else { best };
        }
        // Then it is another number.
        _ => contradictions += serial_columns,
    }
    if best.0 == 0 && same_order {
        best = (ORDER, Shared::Order);
    }
    let (rank, shared) = best;
    let day = match (first.day, second.day) {
        (Some(a), Some(b)) => Some(a.signed_duration_since(b).num_days().unsigned_abs()),
        _ => None,
    };
    let holds = match rank {
        0 => amounts != Amounts::Unlike && contradictions == 0 && near(amounts, day),
        ORDER => amounts != Amounts::Unlike,
        CHANGED | MISSING | EXCHANGED => contradictions == 0 || amounts != Amounts::Unlike,
        _ => true,
    };
    if !holds {
        return None;
    }
    let day_rank = match day {
        // Among numbers of a series the day must not choose one.
        _ if rank == CHANGED => 0,
        Some(0) => 2,
        None => 1,
        Some(_) => 0,
    };
    let score = score(rank.max(NOTHING), amounts, same_order, contradictions, day_rank);
    Some(Likeness { shared, amounts, other, score })
}

fn near(amounts: Amounts, days_apart: Option<u64>) -> bool {
    match days_apart {
        // Without id and day an amount must be the same to say anything.
        None => amounts == Amounts::Equal,
        Some(days) => days <= if amounts == Amounts::Equal { DAYS_MAX } else { DAYS_MAX_UNEQUAL },
    }
}

/// How two ids differ, if they are alike; in different columns only the way of writing may differ.
fn slip_between(a: &Id, b: &Id) -> Option<Slip> {
    if a.column == b.column || a.bare() == b.bare() { slip(a, b) } else { None }
}

/// Ids that say nothing alone: of an order, which holds several records, and in two columns numbers of two series and
/// short ids, which meet by chance.
fn needs_amounts(a: &Id, b: &Id) -> bool {
    let of_order = [a, b].iter().any(|id| id.column == IdColumn::OrderId);
    of_order || (a.column != b.column && (a.is_number() || a.normal().chars().count() < SHORT))
}

/// How much two ids that are alike say, and whether their slip is one that makes another number of a series.
fn rank(a: &Id, b: &Id, slip: Slip) -> (u32, bool) {
    match slip {
        _ if a.column != b.column => (OTHER_COLUMN, false),
        Slip::None | Slip::Written { .. } => (SAME, false),
        Slip::Exchanged { serial } => (EXCHANGED, serial),
        Slip::Missing { serial, .. } => (MISSING, serial),
        Slip::Changed { serial } => (CHANGED, serial),
    }
}
