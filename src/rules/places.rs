//! Places of an order's lines by the hash of their id, for orders of millions of lines as well as of two.

use crate::model::compact::LineRec;

/// In fewer lines than this the place is looked for by halves.
const FEW: usize = 64;

/// The places of lines that are sorted by the hash of their id.
pub(super) struct Places<'a> {
    order_lines: &'a [LineRec],
    /// Of many lines: by the first bits of a hash the place of the first line with these, and at last the place after all.
    /// Hashes are spread evenly, so that each holds a line or two: by halves each search would miss the cache twenty times.
    starts: Vec<usize>,
    bits: u32,
}

impl<'a> Places<'a> {
    pub(super) fn of(order_lines: &'a [LineRec]) -> Self {
        let mut places = Self { order_lines, starts: Vec::new(), bits: 0 };
        if order_lines.len() >= FEW {
            places.bits = order_lines.len().ilog2();
            for (place, line) in order_lines.iter().enumerate() {
                let bucket = places.bucket(line.line);
                while places.starts.len() <= bucket {
                    places.starts.push(place);
                }
            }
            places.starts.resize((1 << places.bits) + 1, order_lines.len());
        }
        places
    }

    fn bucket(&self, hash: u64) -> usize {
        usize::try_from(hash >> (u64::BITS - self.bits)).unwrap_or(usize::MAX)
    }

    /// The place of the line with this hash.
    pub(super) fn find(&self, hash: u64) -> Option<usize> {
        let within = |lines: &[LineRec]| lines.binary_search_by_key(&hash, |line| line.line).ok();
        if self.starts.is_empty() {
            return within(self.order_lines);
        }
        let bucket = self.bucket(hash);
        let (begin, end) = (*self.starts.get(bucket)?, *self.starts.get(bucket + 1)?);
        Some(begin + within(self.order_lines.get(begin..end)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compact::Statements;
    use crate::model::currency::Currency;
    use crate::model::names::NameId;
    use crate::model::origin::Origin;

    fn line(hash: u64) -> LineRec {
        LineRec {
            order: 1,
            line: hash,
            gross_minor: 1,
            currency: Currency(1),
            provider: NameId(1),
            vat_minor: None,
            related: None,
            is_reversal: false,
            statements: Statements::default(),
            vat_rate_bp: None,
            content: 0,
            origin: Origin(0),
        }
    }

    #[test]
    fn every_line_is_found_and_no_other() {
        for count in [0, 1, 2, FEW - 1, FEW, FEW + 1, 1000, 4096] {
            for spread in [0x9e37_79b9_7f4a_7c15_u64, 3, 1 << 40] {
                let mut hashes: Vec<u64> =
                    (1..=count).map(|n| u64::try_from(n).unwrap().wrapping_mul(spread)).collect();
                if count > 2 {
                    hashes.extend([0, u64::MAX]);
                }
                hashes.sort_unstable();
                hashes.dedup();
                let lines: Vec<LineRec> = hashes.iter().map(|hash| line(*hash)).collect();
                let places = Places::of(&lines);
                for (place, hash) in hashes.iter().enumerate() {
                    assert_eq!(places.find(*hash), Some(place));
                    let other = hash.wrapping_add(1);
                    assert_eq!(places.find(other), hashes.binary_search(&other).ok());
                }
            }
        }
    }
}
