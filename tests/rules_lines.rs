//! RULES section 3, the table: order lines against captures and reversals, both sides of every edge.

mod cases;

use cases::{Case, case};

/// An order line of 1000 and captures on it; the settlement leg is skipped in all cases here.
fn sold(name: &str, captures: &[&str]) -> Case {
    case(name).orders("line_id,gross_amount", &["1,1000"]).captures("line_id,amount", captures)
}

#[test]
fn a_line_that_was_captured_is_matched() {
    sold("in one", &["1,1000"]).finds(&[]).verdicts("orders", "matched 1").verdicts("captures", "skipped 1");
    sold("in two", &["1,600", "1,400"]).finds(&[]).verdicts("orders", "matched 1");
    sold("a part taken back and captured again", &["1,1000", "1,-200", "1,200"])
        .finds(&[])
        .verdicts("orders", "matched 1");
    sold("and given back", &["1,1000"])
        .reversals("line_id,amount", &["1,300", "1,700"])
        .finds(&[])
        .verdicts("orders", "matched 1");
    case("a free line needs no capture")
        .orders("line_id,gross_amount", &["1,0", "2,0"])
        .captures("line_id,amount", &["2,0"])
        .finds(&[])
        .verdicts("orders", "matched 2");
    case("a discount is captured negative")
        .orders("line_id,gross_amount", &["1,-50"])
        .captures("line_id,amount", &["1,-50"])
        .finds(&[])
        .verdicts("orders", "matched 1");
    case("a discount taken by a reversal that is signed already")
        .orders("line_id,gross_amount", &["1,-50"])
        .reversals("line_id,amount", &["1,-50"])
        .finds(&[])
        .verdicts("orders", "matched 1");
    case("a discount given back with the line that it was given on")
        .orders("line_id,gross_amount", &["1,1000", "2,-50"])
        .captures("line_id,amount", &["1,1000", "2,-50"])
        .reversals("line_id,amount,operation_id", &["1,1000,R", "2,-50,R"])
        .finds(&[])
        .verdicts("orders", "matched 2");
    case("more than 64 bits in a sum")
        .orders("line_id,gross_amount", &["1,9223372036854775807"])
        .captures("line_id,amount", &["1,9223372036854775807", "1,9223372036854775807"])
        .finds(&["line-overcaptured open order A line 1 SEK 9223372036854775807 18446744073709551614 of 1"]);
}

#[test]
fn without_order_lines_of_a_provider_the_leg_is_skipped() {
    case("no orders at all")
        .captures("line_id,amount", &["1,1000"])
        .finds(&[])
        .verdicts("captures", "skipped 1")
        .skips(&["order lines default", "settlements default"]);
    case("orders of another provider")
        .orders("line_id,gross_amount,provider", &["1,1000,there"])
        .captures("line_id,amount,provider", &["1,1000,here"])
        .finds(&["line-uncaptured open at there order A line 1 SEK 1000 0 of 1"])
        .skips(&["order lines here", "settlements here"]);
    case("only a rejected line")
        .orders("line_id,gross_amount", &["1,10.00"])
        .captures("line_id,amount", &["1,1000"])
        .finds(&[])
        .rejects(&["0:2 gross_amount=10.00"])
        .skips(&["order lines default", "settlements default"]);
}

#[test]
fn only_completed_operations_count() {
    case("states")
        .orders("line_id,gross_amount", &["1,1000"])
        .captures("line_id,amount,state", &["1,1000,Failed"])
        .finds(&["line-uncaptured open order A line 1 SEK 1000 0 of 1"]);
    for state in ["", "completed", "Completed", "SUCCESS", "success", "true", "TRUE"] {
        let row = format!("1,1000,{state}");
        case(state).orders("line_id,gross_amount", &["1,1000"]).captures("line_id,amount,state", &[&row]).finds(&[]);
    }
    for state in ["false", "pending", "AwaitingActivity", "completed?", "1", "yes"] {
        let row = format!("9,500,{state}");
        // On an unknown line: nothing either, as no money moved.
        case(state)
            .orders("line_id,gross_amount", &["1,0"])
            .captures("line_id,amount,state", &[&row])
            .finds(&[])
            .verdicts("orders", "matched 1");
    }
}

#[test]
fn operations_on_what_no_export_holds() {
    case("order-unknown: one an order and currency")
        .orders("line_id,gross_amount", &["1,0"])
        .captures("order_id,line_id,amount,currency", &["B,1,300,SEK", "B,2,200,SEK", "B,1,70,EUR", "C,,5,SEK"])
        .reversals("order_id,line_id,amount", &["B,1,100"])
        .finds(&[
            "order-unknown open order B SEK 0 400 of 3",
            "order-unknown open order B line 1 EUR 0 70 of 1",
            "order-unknown open order C SEK 0 5 of 1",
        ]);
    case("order-unknown: an operation counts once however many rows it has")
        .orders("line_id,gross_amount", &["1,0"])
        .captures("order_id,line_id,amount,operation_id,payee_reference", &["B,1,300,X,P", "B,2,200,X,P"])
        .finds(&["order-unknown open order B reference P SEK 0 500 of 1"]);
    case("an order of another provider is another order")
        .orders("line_id,gross_amount,provider", &["1,0,here", "1,0,there"])
        .captures("order_id,line_id,amount,provider", &["A,1,0,here", "B,1,100,there"])
        .finds(&["order-unknown open at there order B line 1 SEK 0 100 of 1"]);
    case("ids are text: zeros and case count")
        .orders("order_id,line_id,gross_amount", &["a1,01,100"])
        .captures("order_id,line_id,amount", &["A1,01,100", "a1,1,100"])
        .finds(&[
            "line-uncaptured open order a1 line 01 SEK 100 0 of 1",
            "line-unknown open order a1 line 1 SEK 0 100 of 1",
            "order-unknown open order A1 line 01 SEK 0 100 of 1",
        ]);
    sold("line-unknown: one a line and currency", &["1,1000", "9,300", "9,200", "8,5"])
        .captures("line_id,amount,currency", &["9,70,EUR"])
        .reversals("line_id,amount", &["9,100"])
        .finds(&[
            "line-unknown open order A line 8 SEK 0 5 of 1",
            "line-unknown open order A line 9 EUR 0 70 of 1",
            "line-unknown open order A line 9 SEK 0 400 of 3",
        ]);
}

#[test]
fn line_currency_comes_first() {
    let sold = |name: &str, captures: &[&str]| {
        case(name).orders("line_id,gross_amount", &["1,1000"]).captures("line_id,amount,currency", captures)
    };
    sold("only in another", &["1,1000,EUR"]).finds(&["line-currency open order A line 1 SEK 1000 0 of 1"]);
    sold("also in its own", &["1,1000,SEK", "1,1,EUR"])
        .finds(&["line-currency open order A line 1 SEK 1000 1000 of 1"]);
    sold("before the direction", &["1,-1000,SEK", "1,1,EUR"])
        .finds(&["line-currency open order A line 1 SEK 1000 -1000 of 1"]);
    sold("a reversal", &["1,1000,SEK"])
        .reversals("line_id,amount,currency", &["1,10,EUR"])
        .finds(&["line-currency open order A line 1 SEK 1000 1000 of 1"]);
}

#[test]
fn line_wrong_direction() {
    sold("a sale captured negative", &["1,-1000"])
        .finds(&["line-wrong-direction open order A line 1 SEK 1000 -1000 of 1"]);
    case("a discount captured positive")
        .orders("line_id,gross_amount", &["1,-50"])
        .captures("line_id,amount", &["1,50"])
        .finds(&["line-wrong-direction open order A line 1 SEK -50 50 of 1"]);
    case("before unlinked")
        .orders("line_id,gross_amount,relation", &["1,-50,RETURN"])
        .captures("line_id,amount", &["1,50"])
        .finds(&["line-wrong-direction open order A line 1 SEK -50 50 of 1"]);
    // A gross or a captured of 0 has no direction.
    case("nothing ordered")
        .orders("line_id,gross_amount", &["1,0"])
        .captures("line_id,amount", &["1,50"])
        .finds(&["line-overcaptured open order A line 1 SEK 0 50 of 1"]);
}

#[test]
fn reversal_line_unlinked() {
    let order = |name: &str, lines: &[&str]| {
        case(name)
            .orders("line_id,gross_amount,currency,related_line_id,relation,reversed_reason", lines)
            .captures("line_id,amount,currency", &["1,500,SEK", "5,500,EUR"])
    };
    let found = "reversal-line-unlinked open order A line 2 SEK 0 -200 of 1";
    let base = ["1,500,SEK,,,", "5,500,EUR,,,"];
    for (name, line) in [
        ("not named, a relation", "2,-200,SEK,,RETURN,"),
        ("not named, a reason", "2,-200,SEK,,,too small"),
        ("not in the order", "2,-200,SEK,9,,"),
        ("in another currency", "2,-200,SEK,5,,"),
        ("itself", "2,-200,SEK,2,,"),
    ] {
        order(name, &[base[0], base[1], line]).finds(&[found]);
    }
    order("a reversal line", &[base[0], base[1], "2,-200,SEK,1,,", "3,100,SEK,2,,"])
        .captures("line_id,amount", &["2,-200", "3,100"])
        .finds(&["reversal-line-unlinked open order A line 3 SEK 0 100 of 1"]);
    order("of the same sign", &[base[0], base[1], "2,200,SEK,1,,"])
        .captures("line_id,amount", &["2,200"])
        .finds(&["reversal-line-unlinked open order A line 2 SEK 0 200 of 1"]);
    order("linked", &[base[0], base[1], "2,-200,SEK,1,,"]).captures("line_id,amount", &["2,-200"]).finds(&[]);
    // Gross 0 has the same sign as none.
    order("of a free line", &[base[0], base[1], "2,0,SEK,1,,"]).finds(&[]).verdicts("orders", "matched 3");
    order("a negative line that says nothing is a discount", &[base[0], base[1], "2,-200,SEK,,,"])
        .finds(&["line-uncaptured open order A line 2 SEK -200 0 of 1"]);
}

#[test]
fn reversal_line_exceeds_original() {
    let order = |name: &str, lines: &[&str], captures: &[&str]| {
        case(name).orders("line_id,gross_amount,related_line_id", lines).captures("line_id,amount", captures)
    };
    order("350 of 300", &["1,300,", "2,-200,1", "3,-150,1"], &["1,300", "2,-200", "3,-150"])
        .finds(&["reversal-line-exceeds-original open order A line 1 SEK 300 350 of 1"])
        .verdicts("orders", "matched 2, reversal-line-exceeds-original 1");
    order("300 of 300", &["1,300,", "2,-200,1", "3,-100,1"], &["1,300", "2,-200", "3,-100"]).finds(&[]);
    order("301 of 300", &["1,300,", "2,-301,1"], &["1,300", "2,-301"])
        .finds(&["reversal-line-exceeds-original open order A line 1 SEK 300 301 of 1"]);
    order("anything of a free line", &["1,0,", "2,-200,1"], &["2,-200"])
        .finds(&["reversal-line-exceeds-original open order A line 1 SEK 0 200 of 1"]);
    order("a discount", &["1,-50,", "2,60,1"], &["1,-50", "2,60"])
        .finds(&["reversal-line-exceeds-original open order A line 1 SEK -50 -60 of 1"]);
}

#[test]
fn reversal_exceeds_capture() {
    let found = "reversal-exceeds-capture open order A line 1 SEK";
    let given_back = |name: &str, amounts: &[&str]| sold(name, &["1,1000"]).reversals("line_id,amount", amounts);
    given_back("all", &["1,600", "1,400"]).finds(&[]);
    given_back("one more", &["1,600", "1,401"]).finds(&[&format!("{found} 1000 1001 of 1")]);
    sold("of nothing", &[]).reversals("line_id,amount", &["1,1"]).finds(&[&format!("{found} 0 1 of 1")]);
    case("before overcaptured: a free line captured negative")
        .orders("line_id,gross_amount", &["1,0"])
        .captures("line_id,amount", &["1,-1"])
        .finds(&[&format!("{found} -1 0 of 1")]);
    // The reversal sums to 9940, so its second row gives a discount back: 60 of the 50 that were given.
    let discount = |name: &str, back: &str| {
        case(name)
            .orders("line_id,gross_amount", &["1,10000", "2,-50"])
            .captures("line_id,amount", &["1,10000", "2,-50"])
            .reversals("line_id,amount,operation_id", &["1,10000,R", back])
    };
    discount("all of a discount", "2,-50,R").finds(&[]);
    discount("more than the discount", "2,-60,R")
        .finds(&["reversal-exceeds-capture open order A line 2 SEK -50 -60 of 1"]);
    // By way of its reversal line and by name: 700 + 400 of 1000.
    case("both ways")
        .orders("line_id,gross_amount,related_line_id", &["1,1000,", "2,-700,1"])
        .captures("line_id,amount", &["1,1000", "2,-700"])
        .reversals("line_id,amount", &["1,400"])
        .finds(&[&format!("{found} 1000 1100 of 1")]);
}

#[test]
fn line_overcaptured_and_undercaptured() {
    sold("one beyond", &["1,1001"]).finds(&["line-overcaptured open order A line 1 SEK 1000 1001 of 1"]);
    sold("one less", &["1,999"]).finds(&["line-undercaptured open order A line 1 SEK 1000 999 of 1"]);
    sold("the least", &["1,1"]).finds(&["line-undercaptured open order A line 1 SEK 1000 1 of 1"]);
    // A refund does not reduce what was captured.
    sold("refunded", &["1,1001"])
        .reversals("line_id,amount", &["1,1"])
        .finds(&["line-overcaptured open order A line 1 SEK 1000 1001 of 1"]);
    let discount = |name: &str, captures: &[&str]| {
        case(name).orders("line_id,gross_amount", &["1,-50"]).captures("line_id,amount", captures)
    };
    discount("a discount too far", &["1,-51"]).finds(&["line-overcaptured open order A line 1 SEK -50 -51 of 1"]);
    discount("a discount in part", &["1,-49"]).finds(&["line-undercaptured open order A line 1 SEK -50 -49 of 1"]);
    discount("a discount not at all", &[]).finds(&["line-uncaptured open order A line 1 SEK -50 0 of 1"]);
    // An operation that only gives a discount back reads as one that is signed already.
    discount("a discount alone given back", &["1,-50"])
        .reversals("line_id,amount", &["1,-50"])
        .finds(&["line-overcaptured open order A line 1 SEK -50 -100 of 1"]);
}

#[test]
fn pending_for_capture_days_and_open_after() {
    let found = |status: &str| format!("line-uncaptured {status} order A line 1 SEK 1000 0 of 1");
    for (day, status) in
        [("2026-03-02", "pending"), ("2026-03-09", "pending"), ("2026-03-10", "open"), ("2026-03-01", "pending")]
    {
        sold(day, &[]).as_of(day).finds(&[&found(status)]);
        let part = found(status).replace("uncaptured", "undercaptured").replace("1000 0", "1000 1");
        sold(day, &["1,1"]).as_of(day).finds(&[&part]);
        // All others are open at once.
        sold(day, &["1,1001"]).as_of(day).finds(&["line-overcaptured open order A line 1 SEK 1000 1001 of 1"]);
    }
    for (days, day, status) in [
        (0, "2026-03-02", "pending"),
        (0, "2026-03-03", "open"),
        (30, "2026-04-01", "pending"),
        (30, "2026-04-02", "open"),
    ] {
        sold("other days", &[]).set(|settings| settings.capture_days = days).as_of(day).finds(&[&found(status)]);
    }
    // 23:30 UTC is the next day in Stockholm; an age counts calendar days there.
    for (at, day, status) in [
        ("2026-03-01T23:30:00Z", "2026-03-09", "pending"),
        ("2026-03-01T23:30:00Z", "2026-03-10", "open"),
        ("2026-03-01T22:59:59Z", "2026-03-09", "open"),
        ("2026-03-01 23:59:59", "2026-03-09", "open"),
        ("2026-03-02", "2026-03-09", "pending"),
    ] {
        let line = format!("1,1000,{at}");
        case(at).orders("line_id,gross_amount,created_at", &[&line]).as_of(day).finds(&[&found(status)]);
    }
}

#[test]
fn line_vat() {
    let order = |name: &str, captures: &[&str]| {
        case(name)
            .orders("line_id,gross_amount,vat_amount", &["1,1000,200"])
            .captures("line_id,amount,vat_amount", captures)
    };
    let found = |actual: i64| format!("line-vat open order A line 1 SEK 200 {actual} of 1");
    for vat in [199, 200, 201] {
        order("within the tolerance", &[&format!("1,1000,{vat}")]).finds(&[]);
    }
    for vat in [198, 202, -200] {
        order("beyond it", &[&format!("1,1000,{vat}")]).finds(&[&found(vat)]);
    }
    order("summed", &["1,600,121", "1,400,81"]).finds(&[&found(202)]);
    order("not known of one", &["1,600,120", "1,400,"]).finds(&[]);
    order("not of a part", &["1,999,100"]).finds(&["line-undercaptured open order A line 1 SEK 1000 999 of 1"]);
    order("no tolerance", &["1,1000,201"]).set(|settings| settings.vat_tolerance_minor = 0).finds(&[&found(201)]);
    order("a wide tolerance", &["1,1000,205"]).set(|settings| settings.vat_tolerance_minor = 5).finds(&[]);
    order("a refund is no part of it", &["1,1000,200"])
        .reversals("line_id,amount,vat_amount", &["1,500,100"])
        .finds(&[]);
    let free = |captures: &[&str]| {
        case("free")
            .orders("line_id,gross_amount,vat_amount", &["1,0,0"])
            .captures("line_id,amount,vat_amount", captures)
    };
    free(&["1,0,2"]).finds(&["line-vat open order A line 1 SEK 0 2 of 1"]);
    free(&[]).finds(&[]);
    // On a reversal line it is net of reversals: -20 captured and -10 taken back, each with the sign of its effect.
    let taken_back = |captures: &[&str], reversals: &[&str]| {
        case("net")
            .orders("line_id,gross_amount,vat_amount,related_line_id", &["1,1000,200,", "2,-200,-40,1"])
            .captures("line_id,amount,vat_amount", captures)
            .reversals("line_id,amount,vat_amount", reversals)
    };
    taken_back(&["1,1000,200", "2,-100,-20"], &["2,100,10"]).finds(&["line-vat open order A line 2 SEK -40 -30 of 1"]);
    taken_back(&["1,1000,200", "2,-100,-20"], &["2,100,20"]).finds(&[]);
    // Without a capture on it there is nothing to compare.
    taken_back(&["1,1000,200"], &["2,200,10"]).finds(&[]);
    // A reversal row without effect gives nothing back and takes nothing: its VAT need not be known.
    case("a discount and a reversal row of 0")
        .orders("line_id,gross_amount,vat_amount", &["1,-50,-10"])
        .captures("line_id,amount,vat_amount", &["1,-50,-5"])
        .reversals("line_id,amount,vat_amount", &["1,0,"])
        .finds(&["line-vat open order A line 1 SEK -10 -5 of 1"]);
}
