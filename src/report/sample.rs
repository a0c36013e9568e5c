//! A small report that closes, for the tests of this floor.

use std::collections::BTreeMap;

use crate::model::finding::{Code, Status};
use crate::model::found::{FoundColumns, FoundRow, FoundTexts, Packed};
use crate::model::origin::Origins;
use crate::report::books::{AccountRow, Books, JournalSummary, PayoutRow};
use crate::report::insight::Insight;
use crate::report::view::{
    BatchRow, CodeRow, ControlRow, CountRow, InputRow, KindRow, MatchRow, RejectRow, Report, SkippedRow, StatedRow,
    Summary, ToleratedRow, Total, VerdictRow,
};

const PROVIDER: &str = "swedbank_pay";

/// Four operations of one batch, one of them settled short and one within the tolerance; a reversal that waits; an
/// order line that waits; and a row that could not be read, so the run is incomplete.
pub(super) fn report() -> Report {
    let findings = vec![
        finding("f4", Code::FileNet, Status::Open, "", 100, 95),
        finding("f3", Code::LineUncaptured, Status::Pending, "-77", 25_000, 0),
        finding("f1", Code::SettledAmount, Status::Open, "1002", 25_000, 24_000),
        finding("f2", Code::Unsettled, Status::Pending, "1001", -5_000, 0),
    ];
    Report {
        summary: summary(&findings),
        findings,
        batches: batches(),
        rejects: rejects(),
        matches: Some(matches()),
        cleared: None,
        insight: Insight::default(),
        books: Books::default(),
    }
}

/// The same with two settlements of the books: one that was paid out, and one whose fees nobody knows; and what the
/// journal posts.
pub(super) fn report_with_books() -> Report {
    let mut report = report();
    let paid = PayoutRow {
        provider: PROVIDER.into(),
        settlement_id: "R1-0001".into(),
        currency: "SEK".into(),
        settled_on: "2026-10-30".to_owned(),
        gross_minor: 49_000,
        acquirer_minor: 0,
        fee_minor: Some(500),
        fee_vat_minor: Some(125),
        fees_from: "stated".to_owned(),
        brought_forward_minor: -1_000,
        computed_minor: Some(47_375),
        stated_minor: Some(47_375),
        paid_on: "2026-11-01".to_owned(),
        received_minor: Some(47_375),
        state: "received".to_owned(),
    };
    let unknown = PayoutRow {
        settlement_id: "=R1-0002".into(),
        gross_minor: -7_000,
        fee_minor: None,
        fee_vat_minor: None,
        fees_from: String::new(),
        computed_minor: None,
        stated_minor: Some(-7_000),
        paid_on: String::new(),
        received_minor: None,
        state: "missing".to_owned(),
        ..paid.clone()
    };
    let account = |account: &str, name: &str, amount| AccountRow {
        account: account.to_owned(),
        name: name.to_owned(),
        currency: "SEK".into(),
        amount,
    };
    report.books.payouts = Some(vec![paid, unknown]);
    report.summary.journal = Some(JournalSummary {
        vouchers: 1,
        accounts: vec![account("1580", "Fordringar", -49_000), account("1930", "Företagskonto", 49_000)],
    });
    report
}

/// The same run without the row that could not be read.
pub(super) fn complete_report() -> Report {
    let mut report = report();
    report.rejects.clear();
    report.summary.inputs[0].rows -= 1;
    report.summary.inputs[0].rejected = 0;
    report.summary.complete = true;
    report.summary.incomplete.clear();
    report.summary.exit_status = 1;
    report
}

fn finding(id: &str, code: Code, status: Status, order_id: &str, expected_minor: i128, actual_minor: i128) -> FoundRow {
    let texts = FoundTexts {
        id,
        provider: PROVIDER,
        order_id,
        transaction_number: "=40001",
        reconciliation_number: "101",
        settlement_id: "S1",
        currency: "SEK",
        first_seen: "2026-10-31",
        explanation: "A sentence, with a comma\nand \"two\" lines.",
        sources: "in/captures.csv:3",
        ..FoundTexts::default()
    };
    Box::new(FoundColumns {
        code,
        status,
        expected_minor,
        actual_minor,
        difference_minor: actual_minor - expected_minor,
        count: 2,
        age_days: (status == Status::Pending).then_some(3),
        rows: Origins::new(),
        packed: Packed::of(&texts),
    })
}

fn total(count: u64, sum: i128) -> Total {
    Total { count, sum }
}

fn input(path: &str, dataset: &str, state: &str, rows: u64, rejected: u64) -> InputRow {
    InputRow {
        path: path.into(),
        dataset: dataset.into(),
        format: "canonical csv".into(),
        provider: PROVIDER.into(),
        bytes: 1234,
        sha256: "ab".repeat(32),
        content_sha256: None,
        state: state.into(),
        rows,
        rejected,
        ignored_columns: vec!["colour {\"]".into()],
        notes: Vec::new(),
        tells_nothing: false,
    }
}

fn control(file: &str, dataset: &str, [read, repeated, superseded, accepted]: [Total; 4]) -> ControlRow {
    ControlRow {
        dataset: dataset.into(),
        file: file.into(),
        currency: "SEK".into(),
        read,
        repeated,
        superseded,
        accepted,
    }
}

fn verdict(dataset: &str, verdict: &str, records: u64, rows: Total) -> VerdictRow {
    VerdictRow {
        dataset: dataset.into(),
        provider: PROVIDER.into(),
        currency: "SEK".into(),
        verdict: verdict.into(),
        records,
        rows,
    }
}

fn stated(what: &str, currency: &str, stated: i128, actual: i128) -> StatedRow {
    StatedRow {
        file: "in/settlements.csv".into(),
        what: what.into(),
        currency: currency.into(),
        stated,
        actual,
        ties: stated == actual,
    }
}

fn codes(findings: &[FoundRow]) -> Vec<CodeRow> {
    let mut codes: BTreeMap<(&str, &str), CodeRow> = BTreeMap::new();
    for row in findings {
        let sums = codes.entry((row.code.name(), row.status.name())).or_insert_with(|| CodeRow {
            code: row.code.name().into(),
            leg: row.code.leg().name().into(),
            status: row.status.name().into(),
            currency: row.currency().to_string(),
            findings: 0,
            records: 0,
            difference: 0,
        });
        sums.findings += 1;
        sums.records += row.count;
        sums.difference += row.difference_minor;
    }
    codes.into_values().collect()
}

fn summary(findings: &[FoundRow]) -> Summary {
    let none = Total::default();
    Summary {
        program: "avstem 0.1.0".into(),
        as_of: "2026-11-03".into(),
        timezone: "Europe/Stockholm".into(),
        exit_status: 3,
        complete: false,
        incomplete: vec!["1 row could not be read".into()],
        night: None,
        fail_on: None,
        inputs: vec![
            input("@orders.csv", "orders", "read", 5, 1),
            input("in/captures.csv", "captures", "read", 5, 0),
            input("in/captures.csv", "captures", "repeated", 0, 0),
            input("in/reversals.csv", "reversals", "read", 1, 0),
            input("in/settlements.csv", "settlements", "read", 6, 0),
        ],
        control_totals: vec![
            control("in/captures.csv", "captures", [total(5, 239_003), none, total(1, 24_500), total(4, 214_503)]),
            control("@orders.csv", "orders", [total(4, 194_500), total(1, 25_000), none, total(3, 169_500)]),
            control("in/reversals.csv", "reversals", [total(1, 5_000), none, none, total(1, 5_000)]),
            control("in/settlements.csv", "settlements", [total(6, 212_300), none, none, total(6, 212_300)]),
        ],
        verdicts: vec![
            verdict("captures", "matched", 1, total(1, 149_500)),
            verdict("captures", "matched (group)", 1, total(1, 30_000)),
            verdict("captures", "matched (with tolerance)", 1, total(1, 10_003)),
            verdict("captures", "settled-amount", 1, total(1, 25_000)),
            verdict("orders", "line-uncaptured", 1, total(1, 25_000)),
            verdict("orders", "matched", 2, total(2, 144_500)),
            verdict("reversals", "unsettled", 1, total(1, 5_000)),
            verdict("settlements", "matched", 1, total(1, 149_500)),
            verdict("settlements", "matched (group)", 2, total(2, 30_000)),
            verdict("settlements", "matched (with tolerance)", 1, total(1, 10_000)),
            verdict("settlements", "other kind", 1, total(1, -1_200)),
            verdict("settlements", "settled-amount", 1, total(1, 24_000)),
        ],
        codes: codes(findings),
        other_kinds: vec![KindRow {
            provider: PROVIDER.into(),
            kind: "fee".into(),
            currency: "SEK".into(),
            gross: total(1, -1_200),
            fee_sum: 1_200,
            net_sum: -2_400,
        }],
        tolerated: vec![ToleratedRow { currency: "SEK".into(), pairs: 1, size_sum: 3, budget: 5 }],
        equal_rows_without_id: vec![CountRow { dataset: "captures".into(), count: 2 }],
        stated_totals: vec![
            stated("rows", "", 6, 6),
            stated("sum", "SEK", 213_500, 213_500),
            stated("net", "SEK", 100, 95),
        ],
        journal: None,
        skipped_checks: vec![SkippedRow {
            check: "line-vat".into(),
            provider: "".into(),
            reason: "no file of orders has the column vat_amount".into(),
        }],
        files: Vec::new(),
    }
}

fn batches() -> Vec<BatchRow> {
    let batch = BatchRow {
        provider: PROVIDER.into(),
        reconciliation_number: "".into(),
        currency: "SEK".into(),
        operation_count: 1,
        operation_sum: -5_000,
        row_count: 0,
        row_sum: 0,
        other_count: 0,
        fee_sum: 0,
        net_sum: 0,
        net_deviation: 0,
        difference: 5_000,
        explained: vec![("unsettled".into(), 5_000)],
        residual: 0,
    };
    let settled = BatchRow {
        reconciliation_number: "101".into(),
        operation_count: 4,
        operation_sum: 214_503,
        row_count: 5,
        row_sum: 213_500,
        other_count: 0,
        fee_sum: 2_135,
        net_sum: 211_360,
        net_deviation: -5,
        difference: -1_003,
        explained: vec![("settled-amount".into(), -1_000), ("tolerance".into(), -3)],
        ..batch.clone()
    };
    vec![batch, settled]
}

fn rejects() -> Vec<RejectRow> {
    vec![RejectRow {
        file: "@orders.csv".into(),
        line: 4,
        column: "gross_amount".into(),
        value: "-12.50".into(),
        reason: "an amount is whole minor units".into(),
    }]
}

fn matches() -> Vec<MatchRow> {
    let row = |match_id: &str, kind: &str, side: &str, order: &str, effect_minor: i128, sources: &str| MatchRow {
        provider: PROVIDER.into(),
        match_id: match_id.into(),
        kind: kind.into(),
        side: side.into(),
        order_id: order.into(),
        operation_id: String::new(),
        transaction_number: "40001".into(),
        payee_reference: "-P1".into(),
        transaction_id: String::new(),
        reconciliation_number: "101".into(),
        settlement_id: "".into(),
        currency: "SEK".into(),
        effect_minor,
        sources: sources.into(),
    };
    vec![
        row("m1", "1:1", "operation", "1000", 149_500, "in/captures.csv:2"),
        row("m1", "1:1", "settlement", "1000", 149_500, "in/settlements.csv:2"),
        row("m2", "1:N", "operation", "1003", 30_000, "in/captures.csv:5"),
        row("m2", "1:N", "settlement", "1003", 10_000, "in/settlements.csv:5"),
        row("m2", "1:N", "settlement", "1003", 20_000, "in/settlements.csv:6"),
        row("m3", "1:1 within tolerance", "operation", "1004", 10_003, "in/captures.csv:6"),
        row("m3", "1:1 within tolerance", "settlement", "1004", 10_000, "in/settlements.csv:4"),
        row("m4", "no row needed", "operation", "1005", 0, "in/captures.csv:7; in/captures.csv:8"),
    ]
}
