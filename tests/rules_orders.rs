//! RULES section 3, around the table: the sum rule, cancelled lines, whole orders, VAT rates and an order's statements.

mod cases;

use cases::{Case, case};

/// A line of 500 with a reversal line of -200, nothing else said.
fn reduced(name: &str, captures: &[&str], reversals: &[&str]) -> Case {
    case(name)
        .orders("line_id,gross_amount,related_line_id", &["1,500,", "2,-200,1"])
        .captures("line_id,amount", captures)
        .reversals("line_id,amount", reversals)
}

#[test]
fn the_sum_rule_matches_what_was_reduced_reversed_or_refunded() {
    let summed = "matched (with reversal lines)";
    reduced("line by line", &["1,500", "2,-200"], &[]).finds(&[]).verdicts("orders", "matched 2");
    reduced("reduced before capture", &["1,300"], &[]).finds(&[]).verdicts("orders", &format!("{summed} 2"));
    reduced("reversed by naming the original", &["1,500"], &["1,200"])
        .finds(&[])
        .verdicts("orders", &format!("matched 1, {summed} 1"));
    reduced("reversed by naming the reversal line", &["1,500"], &["2,200"]).finds(&[]).verdicts("orders", "matched 2");
    reduced("partly one way, partly the other", &["1,400"], &["1,100"])
        .finds(&[])
        .verdicts("orders", &format!("{summed} 2"));
    reduced("reduced, and all refunded later", &["1,300"], &["1,300"])
        .finds(&[])
        .verdicts("orders", &format!("{summed} 2"));
    case("cancelled before capture")
        .orders("line_id,gross_amount,related_line_id", &["1,500,", "2,-500,1"])
        .finds(&[])
        .verdicts("orders", &format!("{summed} 2"));
    case("two reversal lines, a discount reduced")
        .orders("line_id,gross_amount,related_line_id", &["1,-500,", "2,100,1", "3,100,1"])
        .captures("line_id,amount", &["1,-300"])
        .finds(&[])
        .verdicts("orders", &format!("{summed} 3"));
}

#[test]
fn the_sum_rule_holds_to_its_edges() {
    let line_2 = "line-uncaptured open order A line 2 SEK -200 0 of 1";
    reduced("one below what is left", &["1,299"], &[])
        .finds(&["line-undercaptured open order A line 1 SEK 500 299 of 1", line_2]);
    reduced("all captured, nothing reversed", &["1,500"], &[]).finds(&[line_2]);
    reduced("one short of reversed", &["1,500"], &["1,199"]).finds(&[line_2]);
    reduced("one over captured", &["1,501"], &["1,201"])
        .finds(&["line-overcaptured open order A line 1 SEK 500 501 of 1", line_2]);
    // Captured and theirs: 300 and -200 are below what is left, whatever line 2 says for itself.
    reduced("reduced twice", &["1,300", "2,-200"], &[])
        .finds(&["line-undercaptured open order A line 1 SEK 500 300 of 1"]);
    reduced("refunded one more than captured", &["1,300"], &["1,301"])
        .finds(&["reversal-exceeds-capture open order A line 1 SEK 300 301 of 1", line_2]);
    // Captured is 250, below what is left, although with theirs it is 350.
    reduced("made up for on the wrong line", &["1,250", "2,100"], &["1,100"]).finds(&[
        "line-undercaptured open order A line 1 SEK 500 250 of 1",
        "line-wrong-direction open order A line 2 SEK -200 100 of 1",
    ]);
    // The rule is about line 1 whatever row took it, and takes those that no earlier row took.
    case("the original taken by another row")
        .orders("line_id,gross_amount,related_line_id", &["1,500,", "2,-200,1"])
        .captures("line_id,amount,currency", &["1,300,SEK", "1,10,EUR"])
        .finds(&["line-currency open order A line 1 SEK 500 300 of 1"])
        .verdicts("orders", "line-currency 1, matched (with reversal lines) 1");
    case("a reversal line taken by another row")
        .orders("line_id,gross_amount,related_line_id", &["1,500,", "2,-200,1"])
        .captures("line_id,amount,currency", &["1,300,SEK", "2,-10,EUR"])
        .finds(&["line-currency open order A line 2 SEK -200 0 of 1"])
        .verdicts("orders", "line-currency 1, matched (with reversal lines) 1");
    case("an unlinked one has no original")
        .orders("line_id,gross_amount,relation", &["1,500,", "2,-200,RETURN"])
        .captures("line_id,amount", &["1,300"])
        .finds(&[
            "line-undercaptured open order A line 1 SEK 500 300 of 1",
            "reversal-line-unlinked open order A line 2 SEK 0 -200 of 1",
        ]);
}

#[test]
fn what_an_order_states_as_cancelled_is_matched() {
    let order = |name: &str, cancelled: &str, captures: &[&str]| {
        let lines = ["1,1000", "2,500", "3,300"].map(|line| format!("{line},{cancelled}"));
        case(name)
            .orders("line_id,gross_amount,cancelled_amount", &lines.each_ref().map(String::as_str))
            .captures("line_id,amount", captures)
    };
    let (line_2, line_3) =
        ("line-uncaptured open order A line 2 SEK 500 0 of 1", "line-uncaptured open order A line 3 SEK 300 0 of 1");
    order("two lines", "800", &["1,1000"]).finds(&[]).verdicts("orders", "matched 1, matched (cancelled) 2");
    order("a part of a line", "250", &["1,1000", "2,250", "3,300"])
        .finds(&[])
        .verdicts("orders", "matched 2, matched (cancelled) 1");
    order("pending ones too", "800", &["1,1000"]).as_of("2026-03-03").finds(&[]);
    // On all of them together or on none.
    order("one of two", "500", &["1,1000"]).finds(&[line_2, line_3]);
    order("one less", "799", &["1,1000"]).finds(&[line_2, line_3]);
    order("one more", "801", &["1,1000"]).finds(&[line_2, line_3]);
    order("nothing", "0", &["1,1000"]).finds(&[line_2, line_3]);
    order("not said", "", &["1,1000"]).finds(&[line_2, line_3]);
    order("what was captured too much is not missing", "800", &["1,1001"])
        .finds(&["line-overcaptured open order A line 1 SEK 1000 1001 of 1"])
        .verdicts("orders", "line-overcaptured 1, matched (cancelled) 2");
    // Signed: a discount of -50 that was not captured either reduces what is missing.
    case("signed")
        .orders("line_id,gross_amount,cancelled_amount", &["1,500,450", "2,-50,450"])
        .finds(&[])
        .verdicts("orders", "matched (cancelled) 2");
    case("above 0 only, also where nothing is missing in sum")
        .orders("line_id,gross_amount,cancelled_amount", &["1,50,0", "2,-50,0"])
        .finds(&[
            "line-uncaptured open order A line 1 SEK 50 0 of 1",
            "line-uncaptured open order A line 2 SEK -50 0 of 1",
        ]);
    case("only in the currency of the line that states it")
        .orders("line_id,gross_amount,currency,cancelled_amount", &["1,500,SEK,500", "2,300,EUR,"])
        .finds(&["line-uncaptured open order A line 2 EUR 300 0 of 1"])
        .verdicts("orders", "line-uncaptured 1, matched (cancelled) 1");
    let stated =
        |name: &str, lines: &[&str]| case(name).orders("line_id,gross_amount,updated_at,cancelled_amount", lines);
    stated("the latest line speaks", &["1,500,2026-03-03,0", "2,0,2026-03-04,500"]).finds(&[]);
    stated("then the first by its id", &["2,0,2026-03-04,0", "1,500,2026-03-04,500"]).finds(&[]);
    stated("text by its bytes", &["2,500,,0", "10,0,,500"]).finds(&[]);
    stated("absent is earliest", &["1,500,,500", "2,0,2026-03-01,0"])
        .finds(&["line-uncaptured open order A line 1 SEK 500 0 of 1"]);
}

/// An order of 100 and 80.
fn two_lines(name: &str) -> Case {
    case(name).orders("line_id,gross_amount,created_at", &["1,100,2026-03-02", "2,80,2026-03-05"])
}

#[test]
fn an_order_with_an_operation_without_a_line_is_compared_as_a_whole() {
    let under = |status: &str| format!("line-undercaptured {status} order A line * SEK 180 150 of 2");
    two_lines("all").captures("amount", &["180"]).finds(&[]).verdicts("orders", "matched 2");
    two_lines("with one that names a line").captures("line_id,amount", &["1,100", ",80"]).finds(&[]);
    two_lines("lines do not matter then").captures("line_id,amount", &["9,100", ",80"]).finds(&[]);
    two_lines("in part").captures("amount", &["150"]).finds(&[&under("open")]);
    two_lines("nothing but a failed one").captures("amount,state", &["180,failed"]).finds(&[
        "line-uncaptured open order A line 1 SEK 100 0 of 1",
        "line-uncaptured open order A line 2 SEK 80 0 of 1",
    ]);
    // The newest line decides.
    two_lines("the last day").captures("amount", &["150"]).as_of("2026-03-12").finds(&[&under("pending")]);
    two_lines("the day after").captures("amount", &["150"]).as_of("2026-03-13").finds(&[&under("open")]);
    two_lines("nothing at all")
        .captures("amount", &["0"])
        .finds(&["line-uncaptured open order A line * SEK 180 0 of 2"]);
    two_lines("too much")
        .captures("amount", &["181"])
        .finds(&["line-overcaptured open order A line * SEK 180 181 of 2"]);
    two_lines("wrong direction")
        .captures("amount", &["-180"])
        .finds(&["line-wrong-direction open order A line * SEK 180 -180 of 2"]);
    two_lines("all refunded").captures("amount", &["180"]).reversals("amount", &["180"]).finds(&[]);
    two_lines("refunded too much")
        .captures("amount", &["180"])
        .reversals("amount", &["181"])
        .finds(&["reversal-exceeds-capture open order A line * SEK 180 181 of 2"]);
    two_lines("in a currency without a line")
        .captures("amount,currency", &["180,SEK", "7,EUR"])
        .reversals("line_id,amount,currency", &["1,2,EUR"])
        .finds(&["line-unknown open order A line * EUR 0 5 of 2"]);
    case("a key a currency")
        .orders("line_id,gross_amount,currency", &["1,100,SEK", "2,80,EUR"])
        .captures("amount,currency", &["100,SEK", "79,EUR"])
        .finds(&["line-undercaptured open order A line * EUR 80 79 of 1"]);
    two_lines("this order only")
        .orders("order_id,line_id,gross_amount", &["B,1,10", "B,2,20"])
        .captures("order_id,line_id,amount", &["A,,180", "B,1,30"])
        .finds(&[
            "line-overcaptured open order B line 1 SEK 10 30 of 1",
            "line-uncaptured open order B line 2 SEK 20 0 of 1",
        ]);
    case("cancelled")
        .orders("line_id,gross_amount,cancelled_amount", &["1,100,30", "2,80,30"])
        .captures("amount", &["150"])
        .finds(&[])
        .verdicts("orders", "matched (cancelled) 2");
    let vat = |captured: &str| {
        case("VAT is summed")
            .orders("line_id,gross_amount,vat_amount", &["1,100,20", "2,80,16"])
            .captures("amount,vat_amount", &[captured])
    };
    vat("180,37").finds(&[]);
    vat("180,38").finds(&["line-vat open order A line * SEK 36 38 of 2"]);
}

#[test]
fn a_whole_order_with_reversal_lines_is_net() {
    let order = |name: &str, captured: &str, reversals: &[&str]| {
        case(name)
            .orders("line_id,gross_amount,related_line_id", &["1,500,", "2,-200,1"])
            .captures("amount", &[captured])
            .reversals("amount", reversals)
    };
    let over = "line-overcaptured open order A line * SEK 300";
    order("reduced", "300", &[]).finds(&[]).verdicts("orders", "matched 2");
    order("given back", "500", &["200"]).finds(&[]).verdicts("orders", "matched 2");
    order("not given back", "500", &[]).finds(&[&format!("{over} 500 of 2")]);
    order("one too little given back", "500", &["199"]).finds(&[&format!("{over} 301 of 2")]);
    // The sum rule: captured from 300 to 500, and what is left of it from 0 to 300.
    order("refunded later", "500", &["300"]).finds(&[]).verdicts("orders", "matched (with reversal lines) 2");
    order("all of it", "400", &["400"]).finds(&[]).verdicts("orders", "matched (with reversal lines) 2");
    order("captured too little", "299", &[]).finds(&["line-undercaptured open order A line * SEK 300 299 of 2"]);
    order("and refunded", "299", &["299"]).finds(&["line-uncaptured open order A line * SEK 300 0 of 2"]);
    order("captured too much", "501", &["301"]).finds(&["line-undercaptured open order A line * SEK 300 200 of 2"]);
    order("refunded too much", "500", &["501"]).finds(&["line-wrong-direction open order A line * SEK 300 -1 of 2"]);
    case("the two codes of reversal lines do not apply")
        .orders("line_id,gross_amount,relation", &["1,500,", "2,-200,RETURN"])
        .captures("amount", &["300"])
        .finds(&[]);
    case("negative gross is net, too")
        .orders("line_id,gross_amount", &["1,-100"])
        .reversals("amount", &["100"])
        .finds(&[])
        .verdicts("orders", "matched 1");
}

#[test]
fn vat_rate() {
    let line = |gross: &str, vat: &str, rate: &str| {
        let row = format!("1,{gross},{vat},{rate}");
        case(&row)
            .orders("line_id,gross_amount,vat_amount,vat_rate", &[&row])
            .captures("line_id,amount", &[&format!("1,{gross}")])
    };
    let found = |expected: i64, actual: i64| format!("vat-rate open order A line 1 SEK {expected} {actual} of 1");
    for vat in ["24", "25", "26", ""] {
        line("125", vat, "2500").finds(&[]);
    }
    line("125", "27", "").finds(&[]);
    line("125", "27", "2500").finds(&[&found(25, 27)]).verdicts("orders", "matched 1");
    line("125", "23", "2500").finds(&[&found(25, 23)]);
    line("-125", "-27", "2500").finds(&[&found(-25, -27)]);
    line("125", "27", "2500").set(|settings| settings.vat_tolerance_minor = 2).finds(&[]);
    // 3 x 10000 / 20000 is 1.5: halves go away from zero.
    for (gross, vat, expected) in [("3", "1", 2), ("-3", "-1", -2), ("100", "1", 0)] {
        let rate = if gross == "100" { "0" } else { "10000" };
        line(gross, vat, rate)
            .set(|settings| settings.vat_tolerance_minor = 0)
            .finds(&[&found(expected, vat.parse().unwrap())]);
        line(gross, &expected.to_string(), rate).set(|settings| settings.vat_tolerance_minor = 0).finds(&[]);
    }
    case("beside the verdict of the line")
        .orders("line_id,gross_amount,vat_amount,vat_rate", &["1,125,27,2500"])
        .finds(&["line-uncaptured open order A line 1 SEK 125 0 of 1", &found(25, 27)])
        .verdicts("orders", "line-uncaptured 1");
}

#[test]
fn order_total() {
    let order = |name: &str, stated: &str| {
        let lines = ["1,100", "2,50"].map(|line| format!("{line},{stated}"));
        case(name)
            .orders("line_id,gross_amount,order_amount", &lines.each_ref().map(String::as_str))
            .captures("line_id,amount", &["1,100", "2,50"])
    };
    order("agrees", "150").finds(&[]);
    order("not stated", "").finds(&[]);
    order("one more", "151").finds(&["order-total open order A SEK 150 151 of 2"]).verdicts("orders", "matched 2");
    case("of one line")
        .orders("line_id,gross_amount,order_amount", &["1,0,1"])
        .finds(&["order-total open order A line 1 SEK 0 1 of 1"]);
    case("in the currency of the line that states it")
        .orders("line_id,gross_amount,currency,order_amount", &["1,0,SEK,7", "2,0,EUR,", "3,0,SEK,"])
        .finds(&["order-total open order A SEK 0 7 of 2"]);
    case("the statements are those of the latest line")
        .orders("line_id,gross_amount,updated_at,order_amount", &["1,0,2026-03-03,9", "2,0,2026-03-04,7", "3,0,,8"])
        .finds(&["order-total open order A SEK 0 7 of 3"]);
}

/// Lines of 500 and, where it is given, -200, with what the order states of itself.
fn stating(name: &str, reversal_line: bool, statements: &str) -> Case {
    let lines = [format!("1,500,,{statements}"), format!("2,-200,1,{statements}")];
    let lines: Vec<&str> = lines.iter().take(if reversal_line { 2 } else { 1 }).map(String::as_str).collect();
    let columns = "order_amount,cancelled_amount,remaining_capture_amount,remaining_reversal_amount";
    case(name).orders(&format!("line_id,gross_amount,related_line_id,{columns}"), &lines)
}

#[test]
fn order_remaining_capture() {
    let found = |expected: i64, actual: i64| {
        format!("order-remaining-capture open order A line 1 SEK {expected} {actual} of 1")
    };
    let under = "line-undercaptured open order A line 1 SEK 500 300 of 1";
    stating("nothing", false, "500,,0,").captures("line_id,amount", &["1,500"]).finds(&[]);
    stating("stated too much", false, "500,,50,").captures("line_id,amount", &["1,500"]).finds(&[&found(0, 50)]);
    stating("what is left", false, "500,,200,").captures("line_id,amount", &["1,300"]).finds(&[under]);
    stating("less what was cancelled", false, "500,200,0,").captures("line_id,amount", &["1,300"]).finds(&[]);
    stating("cancelled 0", false, "500,0,0,").captures("line_id,amount", &["1,300"]).finds(&[under, &found(200, 0)]);
    stating("it needs the order's amount", false, ",,50,").captures("line_id,amount", &["1,500"]).finds(&[]);
    stating("unknown lines count", false, "500,,0,")
        .captures("line_id,amount", &["1,300", "9,200"])
        .finds(&[under, "line-unknown open order A line 9 SEK 0 200 of 1"]);
    stating("other currencies do not", false, "500,,0,")
        .captures("line_id,amount,currency", &["1,500,SEK", "9,200,EUR"])
        .finds(&["line-unknown open order A line 9 EUR 0 200 of 1"]);
    stating("a refund leaves nothing to capture", false, "500,,0,")
        .captures("line_id,amount", &["1,500"])
        .reversals("line_id,amount", &["1,500"])
        .finds(&[]);
}

#[test]
fn order_remaining_reversal() {
    let found = |expected: i64, actual: i64| {
        format!("order-remaining-reversal open order A line 1 SEK {expected} {actual} of 1")
    };
    let refunded = |name: &str, stated: &str| {
        stating(name, false, &format!(",,,{stated}"))
            .captures("line_id,amount", &["1,500"])
            .reversals("line_id,amount", &["1,100"])
    };
    refunded("agrees", "400").finds(&[]);
    refunded("one more", "401").finds(&[&found(400, 401)]);
    refunded("not updated", "500").finds(&[&found(400, 500)]);
    refunded("not stated", "").finds(&[]);
}

#[test]
fn what_came_back_by_way_of_reversal_lines_is_no_refund() {
    // What the order holds now is 300: 300 can be given back, nothing is left to capture.
    let order = |name: &str| stating(name, true, "300,,0,300");
    order("a reversal on the reversal line")
        .captures("line_id,amount", &["1,500"])
        .reversals("line_id,amount", &["2,200"])
        .finds(&[]);
    order("on the original").captures("line_id,amount", &["1,500"]).reversals("line_id,amount", &["1,200"]).finds(&[]);
    order("a negative capture").captures("line_id,amount", &["1,500", "2,-200"]).finds(&[]);
    order("reduced before capture").captures("line_id,amount", &["1,300"]).finds(&[]);
    order("without lines").captures("amount", &["500"]).reversals("amount", &["200"]).finds(&[]);
    // 50 more than the reversal line is a refund of what the order still holds.
    stating("more, on the original", true, "300,,0,250")
        .captures("line_id,amount", &["1,500"])
        .reversals("line_id,amount", &["1,250"])
        .finds(&[]);
    stating("more, without lines", true, "300,,0,250")
        .captures("amount", &["500"])
        .reversals("amount", &["250"])
        .finds(&[]);
    stating("reduced, then refunded", true, "300,,0,250")
        .captures("line_id,amount", &["1,300"])
        .reversals("line_id,amount", &["1,50"])
        .finds(&[]);
    stating("the order does not know of the refund", true, "300,,0,300")
        .captures("line_id,amount", &["1,300"])
        .reversals("line_id,amount", &["1,50"])
        .finds(&["order-remaining-reversal open order A SEK 250 300 of 2"]);
}
