//! Which column of a table is which canonical column.

use super::concept::{Concept, wishes};
use super::headers::{self, Meaning};
use crate::model::record::{Column, Dataset};

/// A canonical column that was found in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The canonical column.
    pub column: &'static Column,
    /// Its place in the header.
    pub place: usize,
    /// The header.
    pub header: String,
    /// Whether the header is the canonical name.
    pub is_canonical: bool,
    /// Whether only a part of the header says so.
    pub is_part: bool,
    /// Headers that would be the same column.
    pub others: Vec<String>,
}

/// Finds the canonical columns of a dataset. Columns that are empty throughout are none.
#[must_use]
pub fn find(dataset: Dataset, header: &[String], rows: &[&Vec<String>]) -> Vec<Found> {
    let is_first = |place: usize, name: &str| header.iter().position(|known| known == name) == Some(place);
    let cells = |place: usize| rows.iter().filter_map(move |row| row.get(place)).filter(|cell| !cell.is_empty());
    let named: Vec<(usize, &String, Option<Meaning>)> = header
        .iter()
        .enumerate()
        .filter(|(place, name)| !name.is_empty() && is_first(*place, name))
        .filter(|(place, _)| rows.is_empty() || cells(*place).next().is_some())
        .map(|(place, name)| (place, name, headers::meaning(name)))
        .collect();
    let mut found = Vec::new();
    for column in dataset.columns() {
        let wanted =
            wishes(dataset).iter().find(|(name, _)| *name == column.name).map_or(&[][..], |(_, wanted)| wanted);
        let mut candidates = Vec::new();
        for (place, name, meaning) in &named {
            if name.as_str() == column.name {
                candidates.push((0, false, 0, *place, *name));
                continue;
            }
            // The canonical name of another column is that column.
            let Some(meaning) = meaning.filter(|_| dataset.column(name).is_none()) else { continue };
            let concept = match meaning.concept {
                Concept::Payout => payout(cells(*place)),
                concept => concept,
            };
            if let Some(rank) = wanted.iter().position(|known| *known == concept) {
                candidates.push((rank + 1, !meaning.whole, usize::MAX - meaning.len, *place, *name));
            }
        }
        candidates.sort();
        let mut candidates = candidates.into_iter();
        if let Some((rank, is_part, _, place, name)) = candidates.next() {
            let others = candidates.map(|(.., name)| name.clone()).collect();
            found.push(Found { column, place, header: name.clone(), is_canonical: rank == 0, is_part, others });
        }
    }
    found
}

/// What a column is that is called payout alone: its amounts, or its numbers.
fn payout<'c>(cells: impl Iterator<Item = &'c String>) -> Concept {
    let (mut amounts, mut count) = (0_usize, 0_usize);
    for cell in cells.take(1_000) {
        count += 1;
        let decimals = cell.rsplit_once([',', '.']).map(|(_, behind)| behind);
        amounts += usize::from(
            decimals.is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit())),
        );
    }
    if amounts > 0 && amounts * 2 >= count { Concept::Net } else { Concept::SettlementId }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(dataset: Dataset, header: &str, rows: &[&str]) -> String {
        let split = |text: &str| text.split(';').map(str::to_owned).collect::<Vec<_>>();
        let rows: Vec<Vec<String>> = rows.iter().map(|row| split(row)).collect();
        let rows: Vec<&Vec<String>> = rows.iter().collect();
        let one = |found: Found| {
            let others =
                if found.others.is_empty() { String::new() } else { format!(" (not {})", found.others.join(", ")) };
            format!("{}={}{others}", found.column.name, found.header)
        };
        find(dataset, &split(header), &rows).into_iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_better_of_two_headers_is_taken_and_the_other_named() {
        let table = [
            (
                Dataset::Orders,
                "Ordernr;Radnr;Belopp;Radbelopp inkl moms;Belopp exkl moms;Moms;Datum;Orderdatum;Kund",
                "order_id=Ordernr line_id=Radnr gross_amount=Radbelopp inkl moms (not Belopp) created_at=Orderdatum (not Datum) vat_amount=Moms",
            ),
            (
                Dataset::Captures,
                "Ordernummer butik;Ordernummer;Belopp;Datum",
                "order_id=Ordernummer (not Ordernummer butik) amount=Belopp created_at=Datum",
            ),
            (
                Dataset::Captures,
                "order_id;Ordernr;amount;created_at",
                "order_id=order_id (not Ordernr) amount=amount created_at=created_at",
            ),
            (Dataset::Captures, "Belopp;Belopp;Status", "amount=Belopp state=Status"),
            (Dataset::Orders, "operation_id;colour", ""),
        ];
        for (dataset, header, expected) in table {
            assert_eq!(shown(dataset, header, &[]), expected, "{header}");
        }
    }

    #[test]
    fn cells_tell_what_a_payout_is_and_empty_columns_are_none() {
        let settlements = |header, rows: &[&str]| shown(Dataset::Settlements, header, rows);
        assert_eq!(settlements("Brutto;Utbetalning", &["100,00;98,50"]), "gross_amount=Brutto net_amount=Utbetalning");
        assert_eq!(
            settlements("Brutto;Utbetalning", &["100,00;20260301"]),
            "gross_amount=Brutto settlement_id=Utbetalning"
        );
        assert_eq!(settlements("Brutto;Avgift;Gebyr", &["100,00;;1,50"]), "gross_amount=Brutto fee_amount=Gebyr");
    }
}
