//! RULES sections 4 and 5, on top of the matches: tolerance, wrong batches, reused references, item totals, and what
//! batches.csv attributes and explains.

mod cases;

use avstem::model::record::Dataset;
use avstem::rules::settings::ProviderSettings;
use cases::{Case, Done, case};

/// Captures and rows of the operations of one group T, by amount.
fn group(name: &str, captures: &[i64], rows: &[i64]) -> Case {
    let captures: Vec<String> = captures.iter().enumerate().map(|(at, amount)| format!("{at},{amount},T")).collect();
    let rows: Vec<String> = rows.iter().map(|amount| format!("{amount},T")).collect();
    let captures: Vec<&str> = captures.iter().map(String::as_str).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    case(name)
        .captures("operation_id,amount,transaction_number", &captures)
        .settlements("gross_amount,transaction_number", &rows)
}

#[test]
fn a_pair_within_the_tolerance_is_matched() {
    let within = |name: &str, captures: &[i64], rows: &[i64]| group(name, captures, rows).tolerance("SEK", 2, 100);
    for row in [98, 99, 101, 102] {
        within("up to the tolerance", &[100], &[row])
            .finds(&[])
            .verdicts("captures", "matched (with tolerance) 1")
            .verdicts("settlements", "matched (with tolerance) 1")
            .matches(&["1:1 within tolerance, 1:1"]);
    }
    for row in [97, 103] {
        within("beyond it", &[100], &[row])
            .finds(&[&format!("settled-amount open order A transaction T SEK 100 {row} of 2")]);
    }
    within("exact pairs first", &[100, 101], &[101, 99]).finds(&[]).matches(&["1:1 within tolerance, 1:1", "1:1, 1:1"]);
    // 103 is 2 away and 100 only 1: the nearer one is paired, and 103 is left.
    within("then the smallest difference", &[103, 100], &[101])
        .finds(&["unsettled open order A transaction T SEK 103 0 of 1"])
        .matches(&["1:1 within tolerance, 1:1"]);
    within("pairs before groups", &[100, 50], &[99, 51])
        .finds(&[])
        .matches(&["1:1 within tolerance, 1:1", "1:1 within tolerance, 1:1"]);
    within("a group has none", &[100, 50], &[149]).finds(&["ambiguous open order A transaction T SEK 150 149 of 3"]);
    case("of its currency only")
        .captures("operation_id,amount,currency", &["X,100,EUR", "Y,100,SEK"])
        .settlements("operation_id,gross_amount,currency", &["X,99,EUR", "Y,99,SEK"])
        .tolerance("SEK", 2, 100)
        .finds(&["settled-amount open order A EUR 100 99 of 2"]);
}

#[test]
fn tolerance_budget() {
    let of = |budget: i64| group("three", &[1000, 2000, 3000], &[999, 2002, 2999]).tolerance("SEK", 2, budget);
    of(4).finds(&[]);
    of(3).finds(&["tolerance-budget open SEK 3 4 of 3"]);
    of(0).finds(&["tolerance-budget open SEK 0 4 of 3"]);
    group("without a budget there is none", &[100], &[99])
        .set(|settings| {
            settings.amount_tolerance_minor.insert("SEK".to_owned(), 1);
        })
        .finds(&["tolerance-budget open SEK 0 1 of 1"]);
    case("a budget a currency")
        .captures("operation_id,amount,currency", &["X,100,EUR", "Y,100,SEK"])
        .settlements("operation_id,gross_amount,currency", &["X,99,EUR", "Y,99,SEK"])
        .tolerance("SEK", 2, 1)
        .tolerance("EUR", 2, 0)
        .finds(&["tolerance-budget open EUR 0 1 of 1"]);
    let tolerated = of(4).finds(&[]).report.summary.tolerated;
    let listed: Vec<_> =
        tolerated.iter().map(|row| (row.currency.as_str(), row.pairs, row.size_sum, row.budget)).collect();
    assert_eq!(listed, [("SEK", 3, 4, 4)]);
}

/// Captures `ID,AMOUNT,CURRENCY,BATCH` and rows of one transaction with a batch each.
fn numbered(name: &str, captures: &[&str], rows: &[&str]) -> Case {
    let captures: Vec<String> = captures.iter().map(|row| format!("{row},T")).collect();
    let rows: Vec<String> = rows.iter().map(|row| format!("{row},T")).collect();
    let captures: Vec<&str> = captures.iter().map(String::as_str).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    case(name)
        .captures("operation_id,amount,currency,reconciliation_number,transaction_number", &captures)
        .settlements("gross_amount,currency,reconciliation_number,transaction_number", &rows)
}

#[test]
fn wrong_batch() {
    let found = |currency: &str, sum: i64, count: u64| {
        format!("wrong-batch open order A transaction T {currency} {sum} {sum} of {count}")
    };
    numbered("the same", &["X,100,SEK,7"], &["100,SEK,7"]).finds(&[]);
    numbered("another", &["X,100,SEK,7"], &["100,SEK,8"])
        .finds(&[&found("SEK", 100, 2)])
        .verdicts("captures", "matched 1")
        .batches(&[
            "7 SEK operations 1 100, rows 0 0, fees 0, net 0: wrong-batch=-100",
            "8 SEK operations 0 0, rows 1 100, fees 0, net 100: wrong-batch=100",
        ]);
    numbered("not said by the row", &["X,100,SEK,7"], &["100,SEK,"]).finds(&[]);
    numbered("not said by the operation", &["X,100,SEK,"], &["100,SEK,8"]).finds(&[]);
    numbered("over the whole match: one set", &["X,100,SEK,7", "Y,50,SEK,8"], &["70,SEK,8", "80,SEK,7"]).finds(&[]);
    numbered("one row of it elsewhere", &["X,150,SEK,7"], &["70,SEK,7", "80,SEK,8"]).finds(&[&found("SEK", 150, 3)]);
    numbered(
        "one a match and currency",
        &["X,90,SEK,7", "Y,10,SEK,7", "Z,5,EUR,7"],
        &["100,SEK,8", "2,EUR,8", "3,EUR,8"],
    )
    .finds(&[&found("SEK", 100, 6), &found("EUR", 5, 6)]);
    numbered("in a match only", &["X,100,SEK,7"], &["99,SEK,8"])
        .finds(&["settled-amount open order A transaction T SEK 100 99 of 2"])
        .matches(&[]);
    numbered("within the tolerance too", &["X,100,SEK,7"], &["99,SEK,8"])
        .tolerance("SEK", 1, 1)
        .finds(&["wrong-batch open order A transaction T SEK 100 99 of 2"]);
    case("an operation's number is the smallest on its rows")
        .captures("operation_id,line_id,amount,reconciliation_number", &["X,1,60,8", "X,2,40,7"])
        .settlements("operation_id,gross_amount,reconciliation_number", &["X,100,7"])
        .finds(&[]);
}

#[test]
fn reference_reused() {
    let captured = |name: &str, provider: &str, rows: &[&str]| {
        case(name).rows_of(
            provider,
            Dataset::Captures,
            "operation_id,amount,currency,created_at,payee_reference,state",
            rows,
        )
    };
    let two = ["X,200,SEK,2026-03-02,R,", "Y,150,SEK,2026-03-03,R,"];
    let found = "reference-reused open at shop order A reference R SEK 200 350 of 2";
    captured("two captures, also without a settlement leg", "shop", &two).finds(&[found]);
    captured("the first by time comes first", "shop", &["X,200,SEK,2026-03-04,R,", "Y,150,SEK,2026-03-03,R,"])
        .finds(&["reference-reused open at shop order A reference R SEK 150 350 of 2"]);
    captured("then by identity", "shop", &["Y,150,SEK,2026-03-02,R,", "X,200,SEK,2026-03-02,R,"]).finds(&[found]);
    captured("a capture and a reversal", "shop", &two[..1])
        .rows_of("shop", Dataset::Reversals, "operation_id,amount,payee_reference,created_at", &["Z,50,R,2026-03-03"])
        .finds(&["reference-reused open at shop order A reference R SEK 200 150 of 2"]);
    captured("in the currency of the first", "shop", &["X,200,SEK,2026-03-02,R,", "Y,150,EUR,2026-03-03,R,"])
        .finds(&["reference-reused open at shop order A reference R SEK 200 200 of 2"]);
    captured("a failed one is none", "shop", &["X,200,SEK,2026-03-02,R,", "Y,150,SEK,2026-03-03,R,failed"]).finds(&[]);
    captured("rows of one operation", "shop", &["X,200,SEK,2026-03-02,R,", "X,200,SEK,2026-03-02,R,"]).finds(&[]);
    captured("other references", "shop", &["X,200,SEK,2026-03-02,R,", "Y,150,SEK,2026-03-03,r,"]).finds(&[]);
    captured("not at dintero", "dintero", &two).finds(&[]).skips(&[
        "order lines dintero",
        "reference-reused dintero",
        "settlements dintero",
    ]);
    let not_unique = ProviderSettings { unique_reference: Some(false), ..ProviderSettings::default() };
    captured("not where it is configured", "shop", &two)
        .set(|settings| drop(settings.providers.insert("shop".into(), not_unique)))
        .finds(&[]);
    let unique = ProviderSettings { unique_reference: Some(true), ..ProviderSettings::default() };
    captured("where it is configured", "dintero", &two)
        .set(|settings| drop(settings.providers.insert("dintero".into(), unique)))
        .finds(&["reference-reused open at dintero order A reference R SEK 200 350 of 2"]);
    captured("providers apart", "shop", &two[..1])
        .rows_of("other", Dataset::Captures, "operation_id,amount,payee_reference", &["X,200,R"])
        .finds(&[]);
    case("two orders that have only the reference")
        .captures("order_id,amount,payee_reference", &["A,200,R", "B,150,R"])
        .finds(&["reference-reused open reference R SEK 200 350 of 2"]);
}

#[test]
fn items_total() {
    let rows = |name: &str, rows: &[&str]| case(name).captures("operation_id,line_id,amount,operation_amount", rows);
    rows("agrees", &["X,1,100,150", "X,2,50,150"]).finds(&[]);
    rows("not stated", &["X,1,100,", "X,2,50,"]).finds(&[]);
    rows("one more", &["X,1,100,151", "X,2,50,151"]).finds(&["items-total open order A SEK 151 150 of 1"]);
    rows("one less", &["X,1,100,149", "X,2,50,149"]).finds(&["items-total open order A SEK 149 150 of 1"]);
    rows("the smallest stated counts", &["X,1,100,150", "X,2,50,160"]).finds(&[]);
    rows("sizes: a negative capture", &["X,1,-100,100"]).finds(&[]);
    rows("without an id each row is an operation", &[",1,100,150", ",2,50,150"]).finds(&[
        "items-total open order A line 1 SEK 150 100 of 1",
        "items-total open order A line 2 SEK 150 50 of 1",
    ]);
    case("a reversal")
        .reversals("operation_id,amount,operation_amount", &["X,100,120"])
        .finds(&["items-total open order A SEK 120 100 of 1"]);
    case("not of a failed one")
        .captures("operation_id,amount,operation_amount,state", &["X,100,120,failed"])
        .finds(&[]);
    case("beside the verdict")
        .captures("operation_id,amount,operation_amount", &["X,100,120"])
        .settlements("operation_id,gross_amount", &["X,100"])
        .finds(&["items-total open order A SEK 120 100 of 1"])
        .verdicts("captures", "matched 1");
}

/// Captures `ID,AMOUNT,BATCH` and rows `ID,GROSS,BATCH,FEE,NET,KIND`.
fn batches(name: &str, captures: &[&str], rows: &[&str]) -> Case {
    case(name)
        .captures("operation_id,amount,reconciliation_number", captures)
        .settlements("operation_id,gross_amount,reconciliation_number,fee_amount,net_amount,kind", rows)
}

#[test]
fn batches_attribute_and_explain() {
    batches("matched", &["X,100,7", "Y,50,7"], &["X,100,7,2,98,", "Y,50,7,1,,"])
        .finds(&[])
        .batches(&["7 SEK operations 2 150, rows 2 150, fees 3, net 147: "]);
    batches("an operation without a number is in its row's batch", &["X,100,"], &["X,100,7,,,"])
        .finds(&[])
        .batches(&["7 SEK operations 1 100, rows 1 100, fees 0, net 100: "]);
    batches("of several rows in the first's", &["X,100,"], &["X,60,8,,,", "X,40,7,,,"]).finds(&[]).batches(&[
        "7 SEK operations 1 100, rows 1 40, fees 0, net 40: matched=-60",
        "8 SEK operations 0 0, rows 1 60, fees 0, net 60: matched=60",
    ]);
    batches("neither has one", &["X,100,"], &["X,100,,,,"])
        .finds(&[])
        .batches(&["- SEK operations 1 100, rows 1 100, fees 0, net 100: "]);
    batches("unmatched without a number", &["X,100,"], &["Y,9,7,,,fee"])
        .finds(&["unsettled open order A SEK 100 0 of 1"])
        .batches(&[
            "- SEK operations 1 100, rows 0 0, fees 0, net 0: unsettled=-100",
            "7 SEK operations 0 0, rows 0 0, fees 0, net 0: ",
        ]);
    batches("a batch that only operations name", &["X,100,7"], &["Y,9,8,,,fee"])
        .finds(&["batch-missing open order A batch 7 SEK 100 0 of 1"])
        .batches(&[
            "7 SEK operations 1 100, rows 0 0, fees 0, net 0: batch-missing=-100",
            "8 SEK operations 0 0, rows 0 0, fees 0, net 0: ",
        ]);
    batches("every code with its sum", &["X,100,7", "Y,50,7", "Z,30,7"], &["X,100,7,,,", "X,100,7,,,", "Y,45,7,,,", "W,8,7,,,"])
        .finds(&[
            "settled-amount open order A batch 7 SEK 50 45 of 2",
            "settled-twice open batch 7 SEK 0 100 of 1",
            "settled-unknown open batch 7 SEK 0 8 of 1",
            "unsettled open order A batch 7 SEK 30 0 of 1",
        ])
        .batches(&[
            "7 SEK operations 3 180, rows 4 253, fees 0, net 253: settled-amount=-5;settled-twice=100;settled-unknown=8;unsettled=-30",
        ]);
    batches("a tolerated pair", &["X,100,7"], &["X,99,7,,,"])
        .tolerance("SEK", 1, 1)
        .finds(&[])
        .batches(&["7 SEK operations 1 100, rows 1 99, fees 0, net 99: tolerance=-1"]);
    batches("sums of 0 are left out", &["X,100,7", "Y,50,7"], &["X,99,7,,,", "Y,51,7,,,"])
        .finds(&[
            "settled-amount open order A batch 7 SEK 100 99 of 2",
            "settled-amount open order A batch 7 SEK 50 51 of 2",
        ])
        .batches(&["7 SEK operations 2 150, rows 2 150, fees 0, net 150: "]);
    // The operation goes to the batch that it states, the row to its own.
    batches("a wrong amount in another batch", &["X,100,7"], &["X,99,8,,,"])
        .finds(&["settled-amount open order A SEK 100 99 of 2"])
        .batches(&[
            "7 SEK operations 1 100, rows 0 0, fees 0, net 0: settled-amount=-100",
            "8 SEK operations 0 0, rows 1 99, fees 0, net 99: settled-amount=99",
        ]);
    case("a currency each")
        .captures("operation_id,amount,reconciliation_number", &["X,100,7"])
        .settlements("operation_id,gross_amount,currency,reconciliation_number", &["X,100,EUR,7"])
        .finds(&["settled-currency open order A batch 7 SEK 100 0 of 2"])
        .batches(&[
            "7 EUR operations 0 0, rows 1 100, fees 0, net 100: settled-currency=100",
            "7 SEK operations 1 100, rows 0 0, fees 0, net 0: settled-currency=-100",
        ]);
    case("only completed operations")
        .captures("operation_id,amount,reconciliation_number,state", &["X,100,7,", "Y,50,7,failed"])
        .settlements("operation_id,gross_amount,reconciliation_number", &["X,100,7", "Y,50,7"])
        .finds(&["settled-not-completed open order A batch 7 SEK 0 50 of 2"])
        .batches(&["7 SEK operations 1 100, rows 2 150, fees 0, net 150: settled-not-completed=50"]);
}

#[test]
fn other_kinds_are_totalled_and_not_in_batches() {
    let Done { report, .. } =
        batches("kinds", &["X,100,7"], &["X,100,7,2,,", ",-30,7,,,fee", ",-9,7,,,Fee", ",500,8,1,499,payout"])
            .finds(&[])
            .batches(&[
                "7 SEK operations 1 100, rows 1 100, fees 2, net 98: ",
                "8 SEK operations 0 0, rows 0 0, fees 0, net 0: ",
            ]);
    let kinds: Vec<_> = report
        .summary
        .other_kinds
        .iter()
        .map(|row| (row.kind.as_str(), row.currency.as_str(), row.gross.count, row.gross.sum, row.fee_sum, row.net_sum))
        .collect();
    assert_eq!(kinds, [("fee", "SEK", 2, -39, 0, -39), ("payout", "SEK", 1, 500, 1, 499)]);
}
