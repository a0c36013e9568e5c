//! RULES section 7 on a finished report: every row has one fate, every accepted one a verdict, every sum is the inputs'.
#![allow(dead_code)]

use std::collections::BTreeMap;

use avstem::report::view::Report;

/// Count and sum by dataset and currency.
type Totals = BTreeMap<(String, String), (u64, i128)>;

fn add(totals: &mut Totals, dataset: &str, currency: &str, count: u64, sum: i128) {
    let total = totals.entry((dataset.to_owned(), currency.to_owned())).or_default();
    total.0 += count;
    total.1 += sum;
}

/// Fails where a total of a report does not close. `name` says which report.
pub fn assert_conserved(name: &str, report: &Report) {
    let summary = &report.summary;
    let mut accepted = Totals::new();
    let mut readable: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for row in &summary.control_totals {
        let parts = [row.repeated, row.superseded, row.accepted];
        let counted: u64 = parts.iter().map(|part| part.count).sum();
        let summed: i128 = parts.iter().map(|part| part.sum).sum();
        assert_eq!((counted, summed), (row.read.count, row.read.sum), "{name}: {row:?} does not close");
        if row.accepted.count > 0 {
            add(&mut accepted, &row.dataset, &row.currency, row.accepted.count, row.accepted.sum);
        }
        *readable.entry((&row.dataset, &row.file)).or_default() += row.read.count;
    }
    // By file, since a file may be given as two datasets.
    for input in summary.inputs.iter().filter(|input| input.state == "read") {
        let readable = readable.get(&(input.dataset.as_str(), input.path.as_str())).copied().unwrap_or(0);
        assert_eq!(input.rows, readable + input.rejected, "{name}: rows of {}", input.path);
    }
    let mut judged = Totals::new();
    for row in &summary.verdicts {
        add(&mut judged, &row.dataset, &row.currency, row.rows.count, row.rows.sum);
    }
    assert_eq!(judged, accepted, "{name}: rows with a verdict against rows accepted");

    let rejected: u64 = summary.inputs.iter().filter(|input| input.state == "read").map(|input| input.rejected).sum();
    assert_eq!(u64::try_from(report.rejects.len()).unwrap(), rejected, "{name}: rejects");
    for batch in &report.batches {
        let explained: i128 = batch.explained.iter().map(|(_, sum)| sum).sum();
        assert_eq!(batch.difference, batch.row_sum - batch.operation_sum, "{name}: {batch:?}");
        assert_eq!((explained, batch.residual), (batch.difference, 0), "{name}: {batch:?}");
        assert_eq!(batch.net_deviation, batch.net_sum - (batch.row_sum - batch.fee_sum), "{name}: {batch:?}");
    }
    assert_eq!(summary.complete, summary.incomplete.is_empty(), "{name}");
    assert_eq!(summary.complete, rejected == 0, "{name}: {:?}", summary.incomplete);

    let mut by_code: BTreeMap<(&str, &str, &str), (u64, u64, i128)> = BTreeMap::new();
    for finding in &report.findings {
        assert_eq!(finding.difference_minor, finding.actual_minor - finding.expected_minor, "{name}: {finding:?}");
        let sums = by_code.entry((finding.code.name(), finding.status.name(), finding.currency())).or_default();
        *sums = (sums.0 + 1, sums.1 + finding.count, sums.2 + finding.difference_minor);
    }
    let stated: BTreeMap<_, _> = summary
        .codes
        .iter()
        .map(|row| {
            (
                (row.code.as_str(), row.status.as_str(), row.currency.as_str()),
                (row.findings, row.records, row.difference),
            )
        })
        .collect();
    assert_eq!(by_code, stated, "{name}: sums by code");
    let open = report.findings.iter().any(|finding| finding.status.name() == "open");
    let earned = if summary.complete { u8::from(open) } else { 3 };
    assert_eq!(summary.exit_status, earned, "{name}: exit status");
    assert!(
        report.findings.is_sorted_by(|a, b| a.cmp_for_report(b).is_lt()),
        "{name}: findings are sorted and no two of them are one"
    );
}

/// RULES section 7.2: fails where a record is in two matches. A record is told by its places, which stand in `sources`.
pub fn assert_no_double_use(name: &str, report: &Report) {
    let mut used: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for row in report.matches.iter().flatten() {
        for place in row.sources.split("; ") {
            let other = used.insert((row.side.as_str(), place), &row.match_id);
            assert!(other.is_none(), "{name}: {place} is in {} and in {other:?}", row.match_id);
        }
    }
}
