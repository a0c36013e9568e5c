//! What a report adds up, as numbers by name: two runs over records that have nothing to do with each other have together
//! the sum of both (RULES.md 6). Counts of findings are no part of it, nor what follows from other numbers.

use std::collections::BTreeMap;

use crate::model::money::add;
use crate::model::payout::{SettledSum, SettlementKey};
use crate::model::record::Dataset;
use crate::report::books::BooksSums;
use crate::report::view::{BatchRow, ControlRow, CountRow, KindRow, Report, Total, VerdictRow};
use crate::rules::books::posting::Flow;

/// Numbers by section, key (a JSON list of texts) and name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals(pub BTreeMap<(String, String, String), i128>);

/// Sections of the books.
const SETTLED: &str = "settled";
const FLOW: &str = "flow";

/// What has the name `explained` in a batch, and then the code.
const EXPLAINED: &str = "explained ";

impl Totals {
    /// The numbers of a report.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let mut totals = Self::default();
        let summary = &report.summary;
        // What files hold for the books is told by the files themselves, every night.
        let reconciled = |name: &str| Dataset::ALL.iter().any(|dataset| dataset.name() == name);
        for row in summary.control_totals.iter().filter(|row| reconciled(&row.dataset)) {
            let key = key(&[&row.dataset, &row.file, &row.currency]);
            let fates = [
                ("read", row.read),
                ("repeated", row.repeated),
                ("superseded", row.superseded),
                ("accepted", row.accepted),
            ];
            for (name, total) in fates {
                totals.total("control", &key, name, total);
            }
        }
        for row in summary.verdicts.iter().filter(|row| reconciled(&row.dataset)) {
            let key = key(&[&row.dataset, &row.provider, &row.currency, &row.verdict]);
            totals.number("verdict", &key, "records", row.records.into());
            totals.total("verdict", &key, "rows", row.rows);
        }
        for row in &summary.other_kinds {
            let key = key(&[&row.provider, &row.kind, &row.currency]);
            totals.total("other kind", &key, "gross", row.gross);
            totals.number("other kind", &key, "fee_sum", row.fee_sum);
            totals.number("other kind", &key, "net_sum", row.net_sum);
        }
        for row in &summary.equal_rows_without_id {
            totals.number("equal without id", &key(&[&row.dataset]), "count", row.count.into());
        }
        for row in &summary.tolerated {
            let key = key(&[&row.currency]);
            totals.number("tolerated", &key, "pairs", row.pairs.into());
            totals.number("tolerated", &key, "size_sum", row.size_sum);
        }
        for row in &report.batches {
            totals.batch(row);
        }
        totals.put_books(&report.books.sums);
        totals
    }

    /// Adds what settlements and operations sum to.
    fn put_books(&mut self, sums: &BooksSums) {
        for sum in &sums.settled {
            let SettlementKey { provider, settlement_id, currency } = &sum.key;
            let day = sum.day.map(|day| day.to_string()).unwrap_or_default();
            let key = key(&[provider, settlement_id, currency, &sum.service, &sum.kind, &day]);
            self.number(SETTLED, &key, "rows", sum.rows.into());
            self.number(SETTLED, &key, "gross", sum.gross_minor);
            self.number(SETTLED, &key, "fee_rows", sum.fee_rows.into());
            self.number(SETTLED, &key, "fee", sum.fee_minor);
            self.number(SETTLED, &key, "tolerance", sum.tolerance_minor);
        }
        for flow in &sums.flows {
            let key = key(&[&flow.provider, &flow.currency, &flow.day.to_string()]);
            self.number(FLOW, &key, "captured", flow.captured_minor);
            self.number(FLOW, &key, "reversed", flow.reversed_minor);
        }
    }

    /// What settlements and operations sum to.
    #[must_use]
    pub fn books(&self) -> BooksSums {
        let mut sums = BooksSums {
            settled: self.section(SETTLED).into_iter().filter_map(settled).collect(),
            flows: self.section(FLOW).into_iter().filter_map(flow).collect(),
        };
        sums.settled.sort_by(|a, b| a.place().cmp(&b.place()));
        sums.flows.sort_by(|a, b| a.place().cmp(&b.place()));
        sums
    }

    fn batch(&mut self, row: &BatchRow) {
        let key = key(&[&row.provider, &row.reconciliation_number, &row.currency]);
        let counts =
            [("operation_count", row.operation_count), ("row_count", row.row_count), ("other_count", row.other_count)];
        for (name, count) in counts {
            self.number("batch", &key, name, count.into());
        }
        let sums = [
            ("operation_sum", row.operation_sum),
            ("row_sum", row.row_sum),
            ("fee_sum", row.fee_sum),
            ("net_sum", row.net_sum),
        ];
        for (name, sum) in sums {
            self.number("batch", &key, name, sum);
        }
        for (code, sum) in &row.explained {
            self.number("batch", &key, &format!("{EXPLAINED}{code}"), *sum);
        }
    }

    fn number(&mut self, section: &str, key: &str, name: &str, value: i128) {
        if value != 0 {
            add(self.0.entry((section.to_owned(), key.to_owned(), name.to_owned())).or_default(), value);
        }
    }

    fn total(&mut self, section: &str, key: &str, name: &str, total: Total) {
        self.number(section, key, &format!("{name}_count"), total.count.into());
        self.number(section, key, &format!("{name}_sum"), total.sum);
    }

    /// These and others together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        for (key, value) in &other.0 {
            add(self.0.entry(key.clone()).or_default(), *value);
        }
        self.0.retain(|_, value| *value != 0);
        self
    }

    /// These without others, which are a part of them.
    #[must_use]
    pub fn minus(self, other: &Self) -> Self {
        self.plus(&Self(other.0.iter().map(|(key, value)| (key.clone(), -*value)).collect()))
    }

    /// The numbers of a section, by key.
    fn section(&self, section: &str) -> BTreeMap<Vec<String>, Numbers<'_>> {
        let mut keys: BTreeMap<Vec<String>, Numbers<'_>> = BTreeMap::new();
        for ((_, key, name), value) in self.0.iter().filter(|((of, ..), _)| of == section) {
            let parts: Vec<String> = serde_json::from_str(key).unwrap_or_default();
            keys.entry(parts).or_default().0.insert(name, *value);
        }
        keys
    }

    /// Tolerated pairs and the sum of their sizes, by currency code.
    #[must_use]
    pub fn tolerated(&self) -> BTreeMap<String, (u64, i128)> {
        let of = |(key, numbers): (Vec<String>, Numbers<'_>)| {
            (key.concat(), (numbers.count("pairs"), numbers.number("size_sum")))
        };
        self.section("tolerated").into_iter().map(of).collect()
    }

    /// Puts the numbers into a report, in place of its own; what is tolerated apart.
    pub fn put_into(&self, report: &mut Report) {
        let summary = &mut report.summary;
        summary.control_totals = self.section("control").into_iter().filter_map(control).collect();
        summary.verdicts = self.section("verdict").into_iter().filter_map(verdict).collect();
        summary.other_kinds = self.section("other kind").into_iter().filter_map(other_kind).collect();
        summary.equal_rows_without_id = self
            .section("equal without id")
            .into_iter()
            .map(|(key, numbers)| CountRow { dataset: key.concat(), count: numbers.count("count") })
            .collect();
        report.batches = self.section("batch").into_iter().filter_map(batch).collect();
        report.books.sums = self.books();
    }
}

/// Texts as one that tells them apart and can be read.
fn key(parts: &[&str]) -> String {
    serde_json::to_string(parts).unwrap_or_default()
}

/// The numbers of one key, by name.
#[derive(Default)]
struct Numbers<'t>(BTreeMap<&'t str, i128>);

impl Numbers<'_> {
    fn number(&self, name: &str) -> i128 {
        self.0.get(name).copied().unwrap_or(0)
    }

    fn count(&self, name: &str) -> u64 {
        u64::try_from(self.number(name)).unwrap_or(0)
    }

    fn total(&self, name: &str) -> Total {
        Total { count: self.count(&format!("{name}_count")), sum: self.number(&format!("{name}_sum")) }
    }
}

fn control((key, numbers): (Vec<String>, Numbers<'_>)) -> Option<ControlRow> {
    let [dataset, file, currency] = <[String; 3]>::try_from(key).ok()?;
    let [read, repeated, superseded, accepted] =
        ["read", "repeated", "superseded", "accepted"].map(|name| numbers.total(name));
    Some(ControlRow { dataset, file, currency, read, repeated, superseded, accepted })
}

fn verdict((key, numbers): (Vec<String>, Numbers<'_>)) -> Option<VerdictRow> {
    let [dataset, provider, currency, verdict] = <[String; 4]>::try_from(key).ok()?;
    let (records, rows) = (numbers.count("records"), numbers.total("rows"));
    Some(VerdictRow { dataset, provider, currency, verdict, records, rows })
}

fn other_kind((key, numbers): (Vec<String>, Numbers<'_>)) -> Option<KindRow> {
    let [provider, kind, currency] = <[String; 3]>::try_from(key).ok()?;
    let [fee_sum, net_sum] = ["fee_sum", "net_sum"].map(|name| numbers.number(name));
    Some(KindRow { provider, kind, currency, gross: numbers.total("gross"), fee_sum, net_sum })
}

fn settled((key, numbers): (Vec<String>, Numbers<'_>)) -> Option<SettledSum> {
    let [provider, settlement_id, currency, service, kind, day] = <[String; 6]>::try_from(key).ok()?;
    Some(SettledSum {
        key: SettlementKey { provider, settlement_id, currency },
        service,
        kind,
        rows: numbers.count("rows"),
        gross_minor: numbers.number("gross"),
        fee_rows: numbers.count("fee_rows"),
        fee_minor: numbers.number("fee"),
        tolerance_minor: numbers.number("tolerance"),
        day: day.parse().ok(),
    })
}

fn flow((key, numbers): (Vec<String>, Numbers<'_>)) -> Option<Flow> {
    let [provider, currency, day] = <[String; 3]>::try_from(key).ok()?;
    let [captured_minor, reversed_minor] = ["captured", "reversed"].map(|name| numbers.number(name));
    Some(Flow { provider, currency, day: day.parse().ok()?, captured_minor, reversed_minor })
}

fn batch((key, numbers): (Vec<String>, Numbers<'_>)) -> Option<BatchRow> {
    let [provider, reconciliation_number, currency] = <[String; 3]>::try_from(key).ok()?;
    let [operation_count, row_count, other_count] =
        ["operation_count", "row_count", "other_count"].map(|name| numbers.count(name));
    let [operation_sum, row_sum, fee_sum, net_sum] =
        ["operation_sum", "row_sum", "fee_sum", "net_sum"].map(|name| numbers.number(name));
    let of_code = |(name, sum): (&&str, &i128)| Some((name.strip_prefix(EXPLAINED)?.to_owned(), *sum));
    let explained: Vec<(String, i128)> = numbers.0.iter().filter_map(of_code).collect();
    let difference = row_sum - operation_sum;
    let residual = difference - explained.iter().map(|(_, sum)| sum).sum::<i128>();
    Some(BatchRow {
        provider,
        reconciliation_number,
        currency,
        operation_count,
        operation_sum,
        row_count,
        row_sum,
        other_count,
        fee_sum,
        net_sum,
        net_deviation: net_sum - (row_sum - fee_sum),
        difference,
        explained,
        residual,
    })
}
