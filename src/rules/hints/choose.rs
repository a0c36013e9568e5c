//! Which pairs are hinted: the likeliest first, and none among equals. A record is in one hint at most, so two operations
//! never point at the same row.

use super::index::Edge;

/// The pairs to hint. `crowded` are scores and records: at that score a record has too many equals.
pub(super) fn choose(edges: &mut [Edge], crowded: &mut [(u32, u32)], records: usize) -> Vec<Edge> {
    edges.sort_unstable_by(|a, b| b.cmp(a));
    crowded.sort_unstable_by(|a, b| b.cmp(a));
    let mut crowded = crowded.iter().peekable();
    // Records that are in a hint, or for which there are equals.
    let mut done = vec![false; records];
    let mut chosen = Vec::new();
    let place = |record: u32| usize::try_from(record).unwrap_or(usize::MAX);
    let mut meets = vec![0_u32; records];
    for level in edges.chunk_by(|a, b| a.score == b.score) {
        let score = level.first().map_or(0, |edge| edge.score);
        while let Some((_, record)) = crowded.next_if(|(of, _)| *of >= score) {
            done[place(*record)] = true;
        }
        let free = |edge: &&Edge| !done[place(edge.operation)] && !done[place(edge.row)];
        let free: Vec<Edge> = level.iter().filter(free).copied().collect();
        for edge in &free {
            for record in [edge.operation, edge.row] {
                meets[place(record)] = meets[place(record)].saturating_add(1);
            }
        }
        for edge in &free {
            if meets[place(edge.operation)] == 1 && meets[place(edge.row)] == 1 {
                chosen.push(*edge);
            }
        }
        for edge in &free {
            for record in [edge.operation, edge.row] {
                meets[place(record)] = 0;
                done[place(record)] = true;
            }
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_pair_goes_first_and_equals_give_none() {
        let pairs = |edges: &[(u32, u32, u32)], crowded: &[(u32, u32)]| -> Vec<(u32, u32)> {
            let mut edges: Vec<Edge> = edges
                .iter()
                .map(|(score, operation, row)| Edge { score: *score, operation: *operation, row: *row })
                .collect();
            let mut crowded = crowded.to_vec();
            let mut chosen: Vec<(u32, u32)> =
                choose(&mut edges, &mut crowded, 8).iter().map(|edge| (edge.operation, edge.row)).collect();
            chosen.sort_unstable();
            chosen
        };
        assert_eq!(pairs(&[], &[]), []);
        assert_eq!(pairs(&[(5, 0, 4)], &[]), [(0, 4)]);
        // What is taken by a likelier one leaves the others free for each other.
        assert_eq!(pairs(&[(5, 0, 4), (3, 1, 4), (3, 1, 5)], &[]), [(0, 4), (1, 5)]);
        // Two equals: neither of them, and nobody falls back on a lesser one.
        assert_eq!(pairs(&[(5, 0, 4), (5, 0, 5), (3, 1, 4), (2, 0, 6)], &[]), []);
        assert_eq!(pairs(&[(5, 0, 4), (5, 1, 4), (5, 2, 6)], &[]), [(2, 6)]);
        // A crowd at 4 stops what is below.
        assert_eq!(pairs(&[(5, 0, 4), (3, 1, 5)], &[(4, 1), (4, 0)]), [(0, 4)]);
        assert_eq!(pairs(&[(4, 1, 5)], &[(4, 5)]), []);
    }
}
