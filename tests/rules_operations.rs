//! RULES section 4: operations against settlement rows, both sides of every edge. No orders, so no line leg.

mod cases;

use avstem::model::compact::KeyKind;
use avstem::model::record::Dataset;
use cases::{Case, case};

/// Captures with an operation id and settlement rows with one, `ID,AMOUNT`.
fn settled(name: &str, captures: &[&str], rows: &[&str]) -> Case {
    case(name).captures("operation_id,amount", captures).settlements("operation_id,gross_amount", rows)
}

/// Captures `ID,AMOUNT` that share the transaction number T, and rows `AMOUNT` of it: one group.
fn grouped(name: &str, captures: &[&str], rows: &[&str]) -> Case {
    let captures: Vec<String> = captures.iter().map(|row| format!("{row},T")).collect();
    let rows: Vec<String> = rows.iter().map(|row| format!("{row},T")).collect();
    let captures: Vec<&str> = captures.iter().map(String::as_str).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    case(name)
        .captures("operation_id,amount,currency,transaction_number", &captures)
        .settlements("gross_amount,currency,transaction_number", &rows)
}

#[test]
fn every_key_brings_both_sides_together() {
    for key in ["operation_id", "transaction_number", "payee_reference", "transaction_id"] {
        case(key)
            .captures(&format!("{key},amount"), &["X,100"])
            .reversals(&format!("{key},amount"), &["Y,40"])
            .settlements(&format!("{key},gross_amount"), &["X,100", "Y,-40"])
            .finds(&[])
            .verdicts("captures", "matched 1")
            .verdicts("reversals", "matched 1")
            .verdicts("settlements", "matched 2")
            .matches(&["1:1, 1:1", "1:1, 1:1"]);
    }
    case("an id of one kind is none of another")
        .captures("transaction_id,amount", &["5,100"])
        .settlements("transaction_number,gross_amount", &["5,100"])
        .finds(&["settled-unknown open transaction 5 SEK 0 100 of 1", "unsettled open order A SEK 100 0 of 1"]);
    case("nor of another provider")
        .captures("operation_id,amount,provider", &["X,100,here"])
        .settlements("operation_id,gross_amount,provider", &["X,100,there", "Z,0,here"])
        .finds(&[
            "settled-unknown open at here SEK 0 0 of 1",
            "settled-unknown open at there SEK 0 100 of 1",
            "unsettled open at here order A SEK 100 0 of 1",
        ]);
    case("reversals that are exported with their sign")
        .reversals("operation_id,amount", &["Y,-40"])
        .settlements("operation_id,gross_amount", &["Y,-40"])
        .finds(&[]);
    case("an operation is summed over its lines")
        .captures("operation_id,line_id,amount", &["X,1,70", "X,2,30"])
        .settlements("operation_id,gross_amount", &["X,100"])
        .finds(&[])
        .verdicts("captures", "matched 1");
}

#[test]
fn keys_are_tried_in_the_order_of_the_provider() {
    let keys = "operation_id,transaction_number,payee_reference,transaction_id";
    case("what an earlier key used up is gone")
        .captures(&format!("{keys},amount"), &["X,1,R,I,100"])
        .settlements(&format!("{keys},gross_amount"), &["X,2,,,100", ",1,,,100"])
        .finds(&["settled-unknown open transaction 1 SEK 0 100 of 1"]);
    case("a group of one side goes on to the next key")
        .captures(&format!("{keys},amount"), &["X,1,R,I,100"])
        .settlements(&format!("{keys},gross_amount"), &["Y,2,S,I,100"])
        .finds(&[]);
    case("an operation's key is the smallest on its rows")
        .captures("operation_id,line_id,amount,payee_reference", &["X,1,70,b", "X,2,30,a"])
        .settlements("payee_reference,gross_amount", &["a,100"])
        .finds(&[]);
    let numbered = |name: &str, provider: &str, key: &str| {
        case(name).rows_of(provider, Dataset::Captures, &format!("{key},amount"), &["X,100"]).rows_of(
            provider,
            Dataset::Settlements,
            &format!("{key},gross_amount"),
            &["X,100"],
        )
    };
    for key in ["operation_id", "transaction_id", "payee_reference"] {
        numbered("tried at dintero", "dintero", key).finds(&[]);
    }
    numbered("not tried at dintero", "dintero", "transaction_number").finds(&[
        "settled-unknown open at dintero transaction X SEK 0 100 of 1",
        "unsettled open at dintero order A transaction X SEK 100 0 of 1",
    ]);
    numbered("configured", "dintero", "transaction_number").keys("dintero", &[KeyKind::TransactionNumber]).finds(&[]);
    numbered("configured away", "shop", "payee_reference").keys("shop", &[KeyKind::OperationId]).finds(&[
        "settled-unknown open at shop reference X SEK 0 100 of 1",
        "unsettled open at shop order A reference X SEK 100 0 of 1",
    ]);
}

#[test]
fn equal_ones_are_paired_and_equal_sums_are_a_group() {
    grouped("two equal and two equal", &["P,100,SEK", "Q,100,SEK"], &["100,SEK", "100,SEK"])
        .finds(&[])
        .verdicts("captures", "matched 2")
        .matches(&["1:1, 1:1", "1:1, 1:1"]);
    grouped("a currency each", &["P,100,SEK", "Q,100,EUR"], &["100,EUR", "100,SEK"])
        .finds(&[])
        .matches(&["1:1, 1:1", "1:1, 1:1"]);
    grouped("1:N", &["P,1200,SEK"], &["800,SEK", "400,SEK"])
        .finds(&[])
        .verdicts("captures", "matched (group) 1")
        .verdicts("settlements", "matched (group) 2")
        .matches(&["1:N, 1:2"]);
    grouped("N:1", &["P,150,SEK", "Q,250,SEK"], &["400,SEK"]).finds(&[]).matches(&["N:1, 2:1"]);
    grouped("N:M", &["P,100,SEK", "Q,200,SEK"], &["180,SEK", "120,SEK"]).finds(&[]).matches(&["N:M, 2:2"]);
    grouped("N:M over two currencies", &["P,100,SEK", "Q,200,SEK", "R,9,EUR"], &["300,SEK", "4,EUR", "5,EUR"])
        .finds(&[])
        .matches(&["N:M, 3:3"]);
    grouped(
        "pairs first, the rest is a group",
        &["P,100,SEK", "Q,70,SEK", "R,30,SEK", "S,5,SEK"],
        &["100,SEK", "105,SEK"],
    )
    .finds(&[])
    .matches(&["1:1, 1:1", "N:1, 3:1"]);
    case("a sale and its return settled as one row of 0")
        .captures("operation_id,amount,payee_reference", &["P,100,T", "Q,-100,T"])
        .set(|settings| {
            drop(settings.providers.insert(
                "default".into(),
                avstem::rules::settings::ProviderSettings { unique_reference: Some(false), ..Default::default() },
            ))
        })
        .settlements("gross_amount,payee_reference", &["0,T"])
        .finds(&[])
        .matches(&["N:1, 2:1"]);
}

#[test]
fn one_and_one_that_differ() {
    settled("settled-amount: one less", &["X,100"], &["X,99"]).finds(&["settled-amount open order A SEK 100 99 of 2"]);
    settled("one more", &["X,100"], &["X,101"]).finds(&["settled-amount open order A SEK 100 101 of 2"]);
    settled("0 differs from no sign: a row", &["X,100"], &["X,0"])
        .finds(&["settled-amount open order A SEK 100 0 of 2"]);
    settled("an operation", &["X,0"], &["X,-100"]).finds(&["settled-amount open order A SEK 0 -100 of 2"]);
    settled("settled-direction", &["X,100"], &["X,-99"]).finds(&["settled-direction open order A SEK 100 -99 of 2"]);
    case("a reversal settled as a sale")
        .reversals("operation_id,amount", &["X,100"])
        .settlements("operation_id,gross_amount", &["X,100"])
        .finds(&["settled-direction open order A SEK -100 100 of 2"])
        .verdicts("reversals", "settled-direction 1")
        .verdicts("settlements", "settled-direction 1");
    case("settled-currency")
        .captures("operation_id,amount", &["X,100"])
        .settlements("operation_id,gross_amount,currency", &["X,100,EUR"])
        .finds(&["settled-currency open order A SEK 100 0 of 2"])
        .verdicts("captures", "settled-currency 1")
        .verdicts("settlements", "settled-currency 1");
    case("before the direction")
        .captures("operation_id,amount", &["X,100"])
        .settlements("operation_id,gross_amount,currency", &["X,-100,EUR"])
        .finds(&["settled-currency open order A SEK 100 0 of 2"]);
}

#[test]
fn ambiguous_is_never_guessed() {
    grouped("two and two", &["P,100,SEK", "Q,200,SEK"], &["120,SEK", "170,SEK"])
        .finds(&["ambiguous open order A transaction T SEK 300 290 of 4"])
        .verdicts("captures", "ambiguous 2")
        .verdicts("settlements", "ambiguous 2")
        .matches(&[]);
    grouped("one and two", &["P,100,SEK"], &["60,SEK", "41,SEK"])
        .finds(&["ambiguous open order A transaction T SEK 100 101 of 3"]);
    grouped("what was paired is no candidate", &["P,100,SEK", "Q,200,SEK"], &["100,SEK", "120,SEK", "70,SEK"])
        .finds(&["ambiguous open order A transaction T SEK 200 190 of 3"])
        .matches(&["1:1, 1:1"]);
    grouped(
        "one finding a currency, also where its sums agree",
        &["P,100,SEK", "Q,200,SEK", "R,9,EUR"],
        &["300,SEK", "10,EUR"],
    )
    .finds(&[
        "ambiguous open order A transaction T EUR 9 10 of 5",
        "ambiguous open order A transaction T SEK 300 300 of 5",
    ]);
    grouped("a currency of one side only", &["P,100,SEK", "Q,200,SEK"], &["300,NOK"]).finds(&[
        "ambiguous open order A transaction T NOK 0 300 of 3",
        "ambiguous open order A transaction T SEK 300 0 of 3",
    ]);
}

#[test]
fn what_is_left_on_one_side() {
    grouped("settled-twice", &["P,100,SEK"], &["100,SEK", "100,SEK"])
        .finds(&["settled-twice open transaction T SEK 0 100 of 1"])
        .verdicts("settlements", "matched 1, settled-twice 1");
    grouped("another amount beside the right one", &["P,100,SEK"], &["100,SEK", "-30,SEK"])
        .finds(&["settled-twice open transaction T SEK 0 -30 of 1"]);
    grouped("an operation is left", &["P,100,SEK", "Q,100,SEK"], &["100,SEK"])
        .finds(&["unsettled open order A transaction T SEK 100 0 of 1"])
        .verdicts("captures", "matched 1, unsettled 1");
    // The first by (created_at, identity) is paired. The other is used up as well: no later key is asked for it.
    for (p, q, left) in
        [("2026-03-02", "2026-03-03", "b"), ("2026-03-03", "2026-03-02", "a"), ("2026-03-02", "2026-03-02", "b")]
    {
        case("the earlier one is paired")
            .captures(
                "operation_id,amount,transaction_number,payee_reference,created_at",
                &[&format!("Q,100,T,b,{q}"), &format!("P,100,T,a,{p}")],
            )
            .settlements("gross_amount,transaction_number,payee_reference", &["100,T,", "100,,b"])
            .finds(&[
                "settled-unknown open reference b SEK 0 100 of 1",
                &format!("unsettled open order A reference {left} transaction T SEK 100 0 of 1"),
            ]);
    }
    // Its own batch goes before the order of the rows.
    case("own reconciliation number first")
        .captures("operation_id,amount,transaction_number,reconciliation_number", &["P,100,T,2", "Q,100,T,1"])
        .settlements("gross_amount,transaction_number,reconciliation_number,settlement_id", &["100,T,1,a", "100,T,2,b"])
        .finds(&[]);
    // Rows by their settlement_id, then their reconciliation number: the first is paired, the other is too much.
    for (rows, left) in [
        (["100,T,,b", "100,T,,a"], "file b"),
        (["100,T,7,a", "100,T,,b"], "file b"),
        (["100,T,8,a", "100,T,7,a"], "batch 8 file a"),
    ] {
        case("the first row is paired")
            .captures("operation_id,amount,transaction_number", &["P,100,T"])
            .settlements("gross_amount,transaction_number,reconciliation_number,settlement_id", &rows)
            .finds(&[&format!("settled-twice open transaction T {left} SEK 0 100 of 1")]);
    }
    case("settled-unknown")
        .captures("operation_id,amount", &["X,1"])
        .settlements("operation_id,gross_amount", &["X,1", "Y,7", ",8"])
        .finds(&["settled-unknown open SEK 0 7 of 1", "settled-unknown open SEK 0 8 of 1"]);
}

#[test]
fn unsettled_is_pending_for_settlement_days() {
    let found = |status: &str| format!("unsettled {status} order A SEK 100 0 of 1");
    let open = |name: &str| settled(name, &["X,100", "Y,5"], &["Y,5"]);
    for (day, status) in
        [("2026-03-02", "pending"), ("2026-03-07", "pending"), ("2026-03-08", "open"), ("2026-02-01", "pending")]
    {
        open(day).as_of(day).finds(&[&found(status)]);
        // The verdicts about amounts are open at once.
        settled(day, &["X,100"], &["X,99"]).as_of(day).finds(&["settled-amount open order A SEK 100 99 of 2"]);
    }
    open("other days").set(|settings| settings.settlement_days = 0).as_of("2026-03-03").finds(&[&found("open")]);
    open("other days").set(|settings| settings.settlement_days = 30).as_of("2026-04-01").finds(&[&found("pending")]);
    open("other days").set(|settings| settings.settlement_days = 30).as_of("2026-04-02").finds(&[&found("open")]);
    for (day, status) in [("2026-03-09", "pending"), ("2026-03-10", "open")] {
        case("the newest of its rows")
            .captures("operation_id,line_id,amount,created_at", &["X,1,60,2026-03-02", "X,2,40,2026-03-04"])
            .settlements("gross_amount,kind", &["1,fee"])
            .as_of(day)
            .finds(&[&format!("unsettled {status} order A SEK 100 0 of 1")]);
    }
    settled("nothing moved, so no row is needed", &["X,0", "Y,5"], &["Y,5"])
        .finds(&[])
        .verdicts("captures", "matched 1, matched (no row needed) 1");
    case("without settlements the leg is skipped")
        .captures("operation_id,amount", &["X,100"])
        .finds(&[])
        .verdicts("captures", "skipped 1")
        .skips(&["order lines default", "settlements default"])
        .batches(&[]);
}

#[test]
fn batch_missing() {
    let batch = |name: &str, rows: &[&str]| {
        case(name)
            .captures(
                "operation_id,amount,reconciliation_number,created_at,currency",
                &["X,100,7,2026-03-02,SEK", "Y,50,7,2026-03-05,SEK", "Z,9,7,2026-03-02,EUR"],
            )
            .reversals("operation_id,amount,reconciliation_number", &["W,30,7"])
            .settlements("gross_amount,kind,reconciliation_number", rows)
    };
    let found = |status: &str| format!("batch-missing {status} order A batch 7 SEK 120 0 of 3");
    let euro = |status: &str| format!("batch-missing {status} order A batch 7 EUR 9 0 of 1");
    batch("one finding a batch and currency", &["1,fee,8"]).finds(&[&found("open"), &euro("open")]);
    batch("the number stands on a row of any kind", &["1,payout,7"]).finds(&[
        "unsettled open order A batch 7 EUR 9 0 of 1",
        "unsettled open order A batch 7 SEK -30 0 of 1",
        "unsettled open order A batch 7 SEK 100 0 of 1",
        "unsettled open order A batch 7 SEK 50 0 of 1",
    ]);
    // Pending by its newest operation, of 5 March in SEK and 2 March in EUR.
    batch("pending", &["1,fee,8"]).as_of("2026-03-10").finds(&[&found("pending"), &euro("open")]);
    batch("no more", &["1,fee,8"]).as_of("2026-03-11").finds(&[&found("open"), &euro("open")]);
    case("a number of another provider")
        .captures("amount,reconciliation_number,provider", &["100,7,here"])
        .settlements("gross_amount,kind,reconciliation_number,provider", &["1,fee,7,there", "1,fee,8,here"])
        .finds(&["batch-missing open at here order A batch 7 SEK 100 0 of 1"]);
}

#[test]
fn settled_not_completed() {
    let tried = |name: &str, captures: &[&str], rows: &[&str]| {
        case(name)
            .captures("operation_id,amount,state,transaction_number", captures)
            .settlements("gross_amount,transaction_number", rows)
    };
    let found = "settled-not-completed open order A transaction T SEK 0 100 of 2";
    tried("the row is all that there is", &["P,100,failed,T"], &["100,T"])
        .finds(&[found])
        .verdicts("captures", "settled-not-completed 1")
        .verdicts("settlements", "settled-not-completed 1");
    tried("the second try went through, both were settled", &["P,100,failed,T", "Q,100,,T"], &["100,T", "100,T"])
        .finds(&[found])
        .verdicts("settlements", "matched 1, settled-not-completed 1");
    tried("only the second try was settled", &["P,100,failed,T", "Q,100,,T"], &["100,T"])
        .finds(&[])
        .verdicts("captures", "matched 1, not completed 1");
    tried("nothing was settled", &["P,100,failed,T"], &["100,U"])
        .finds(&["settled-unknown open transaction U SEK 0 100 of 1"]);
    tried("another amount", &["P,100,failed,T"], &["99,T"])
        .finds(&["settled-unknown open transaction T SEK 0 99 of 1"]);
    tried("another amount beside a completed one", &["P,100,failed,T", "Q,50,,T"], &["50,T", "99,T"])
        .finds(&["settled-twice open transaction T SEK 0 99 of 1"]);
    tried("one row an operation", &["P,100,failed,T"], &["100,T", "100,T"])
        .finds(&[found, "settled-unknown open transaction T SEK 0 100 of 1"]);
    case("in a later round")
        .captures("operation_id,amount,state,payee_reference", &["P,100,failed,R"])
        .settlements("operation_id,gross_amount,payee_reference", &["Z,100,R"])
        .finds(&["settled-not-completed open order A reference R SEK 0 100 of 2"]);
}

#[test]
fn only_captures_and_reversals_are_compared() {
    case("kinds")
        .captures("operation_id,amount", &["X,100"])
        .settlements(
            "operation_id,gross_amount,kind",
            &["X,100,Capture", "X,100,fee", "X,-100,chargeback", "X,5,adjustment", "X,-9,PAYOUT", "X,1,own word"],
        )
        .finds(&[])
        .verdicts("settlements", "matched 1, other kind 5");
    case("without a kind the sign decides, and a reversal with a positive gross keeps its sign")
        .captures("operation_id,amount", &["X,100", "Z,0"])
        .reversals("operation_id,amount", &["Y,40"])
        .settlements("operation_id,gross_amount,kind", &["X,100,", "Y,40,reversal", "Z,0,"])
        .finds(&["settled-direction open order A SEK -40 40 of 2"]);
}
