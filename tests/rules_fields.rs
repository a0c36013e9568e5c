//! RULES section 2, reading: what a field may hold, what is rejected, and what a row without it stands for.

mod cases;

use avstem::model::record::Dataset;
use cases::case;

#[test]
fn every_field_is_read_or_rejected() {
    type Fields = &'static [(&'static str, &'static [&'static str], &'static [&'static str])];
    const AMOUNTS: &[&str] = &["0", "5", "+5", "-5", " 5 ", "007", "9223372036854775807", "-9223372036854775808"];
    const NO_AMOUNTS: &[&str] = &[
        "5.0",
        "5,0",
        "1 000",
        "1_000",
        "5-",
        "+-5",
        "--5",
        "+",
        "-",
        "1e3",
        "0x10",
        "kr 5",
        "−5",
        "９",
        "9223372036854775808",
    ];
    const TIMES: &[&str] = &[
        "2026-03-02",
        "2026-03-02 10:00:00",
        "2026-03-02T10:00:00",
        "2026-03-02 10:00:00.5",
        "2026-03-02T10:00:00.123456789",
        "2026-03-02T10:00:00Z",
        "2026-03-02T10:00:00+05:30",
        "2026-03-02T10:00:00.25-01:00",
        " 2026-03-02 ",
        "2024-02-29",
    ];
    const NO_TIMES: &[&str] = &[
        "2026-02-29",
        "2026-13-01",
        "2026-3-2",
        "20260302",
        "02.03.2026",
        "2026-03-02 10:00",
        "2026-03-02T10",
        "2026-03-02 24:00:01",
        "2026-03-02T10:00:00+25:00",
        "1772445600",
        "now",
    ];
    const CURRENCIES: &[&str] = &["SEK", "NOK", "DKK", "EUR", "ISK", " SEK "];
    const NO_CURRENCIES: &[&str] = &["sek", "Sek", "SE", "SEKK", "SKK", "XYZ", "kr", "752", "€"];
    let fields: [(Dataset, &str, Fields); 3] = [
        (
            Dataset::Orders,
            "gross_amount",
            &[
                ("gross_amount", AMOUNTS, NO_AMOUNTS),
                ("currency", CURRENCIES, NO_CURRENCIES),
                ("created_at", TIMES, NO_TIMES),
                ("updated_at", TIMES, NO_TIMES),
                (
                    "quantity",
                    &["1", "-1", "1.5", "351.3514", "0.0001", "+2"],
                    &["1.23456", "1,5", ".5", "1.", "two", "1e3", "1 000"],
                ),
                ("vat_amount", AMOUNTS, NO_AMOUNTS),
                ("vat_rate", &["0", "600", "2500"], &["25%", "25.00", "-1", "moms"]),
                ("order_amount", AMOUNTS, NO_AMOUNTS),
                ("cancelled_amount", AMOUNTS, NO_AMOUNTS),
                ("remaining_capture_amount", AMOUNTS, NO_AMOUNTS),
                ("remaining_reversal_amount", AMOUNTS, NO_AMOUNTS),
            ],
        ),
        (
            Dataset::Captures,
            "amount",
            &[
                ("amount", AMOUNTS, NO_AMOUNTS),
                ("currency", CURRENCIES, NO_CURRENCIES),
                ("created_at", TIMES, NO_TIMES),
                ("updated_at", TIMES, NO_TIMES),
                ("vat_amount", AMOUNTS, NO_AMOUNTS),
                ("operation_amount", AMOUNTS, NO_AMOUNTS),
            ],
        ),
        (
            Dataset::Settlements,
            "gross_amount",
            &[
                ("gross_amount", AMOUNTS, NO_AMOUNTS),
                ("currency", CURRENCIES, NO_CURRENCIES),
                ("fee_amount", AMOUNTS, NO_AMOUNTS),
                ("net_amount", AMOUNTS, NO_AMOUNTS),
                ("vat_amount", AMOUNTS, NO_AMOUNTS),
                ("created_at", TIMES, NO_TIMES),
                ("settled_at", TIMES, NO_TIMES),
            ],
        ),
    ];
    for (dataset, amount, columns) in fields {
        for (column, read, rejected) in columns {
            let header = if *column == amount { amount.to_owned() } else { format!("{amount},{column}") };
            let row = |value: &&str| if *column == amount { format!("\"{value}\"") } else { format!("0,\"{value}\"") };
            let rows: Vec<String> = read.iter().chain(rejected.iter()).map(row).collect();
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            // Order lines need keys of their own, or they would be versions of one.
            let expected: Vec<String> = (read.len() + 2..)
                .zip(rejected.iter())
                .map(|(line, value)| format!("0:{line} {column}={value}"))
                .collect();
            let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
            case(column).rows(dataset, &header, &rows).run().rejects(&expected);
        }
    }
}

#[test]
fn the_configuration_may_add_a_currency() {
    let paid = || case("points").captures("amount,currency", &["100,PTS", "100,SEK"]);
    paid().finds(&[]).rejects(&["0:2 currency=PTS"]);
    paid().set(|settings| settings.extra_currencies = [("PTS".to_owned(), 0)].into()).finds(&[]).rejects(&[]);
}

#[test]
fn required_fields_are_there() {
    for (dataset, required) in [
        (Dataset::Orders, &["order_id", "line_id", "gross_amount", "currency", "created_at"][..]),
        (Dataset::Captures, &["order_id", "amount", "currency", "created_at"]),
        (Dataset::Reversals, &["order_id", "amount", "currency", "created_at"]),
        (Dataset::Settlements, &["gross_amount", "currency"]),
    ] {
        let value = |column: &str| match column {
            "created_at" => "2026-03-02",
            "currency" => "SEK",
            _ => "1",
        };
        for column in required {
            let fields: Vec<&str> =
                required.iter().map(|other| if other == column { "" } else { value(other) }).collect();
            let text = format!("{}\n{}\n", required.join(","), fields.join(","));
            let done = case(column).file(Some(dataset), None, text).run().rejects(&[&format!("0:2 {column}=")]);
            assert_eq!((done.report.summary.complete, done.report.summary.exit_status), (false, 3));

            let others: Vec<&str> = required.iter().filter(|other| *other != column).copied().collect();
            let what = format!("0:1: a required column is missing for {}: {column}", dataset.name());
            case(column).file(Some(dataset), None, format!("{}\n", others.join(","))).stops(&what);
        }
    }
}

#[test]
fn rows_that_are_no_rows() {
    let file = |bytes: &[u8]| case("a file").file(Some(Dataset::Settlements), None, bytes);
    file(b"gross_amount,currency\n1,SEK\n1\n1,SEK,x\n2,SEK\n")
        .run()
        .rejects(&["0:3 =1", "0:4 =1,SEK,x"])
        .totals("settlements", [4, 2, 0, 0, 2]);
    file(b"gross_amount,currency,order_id\n1,SEK,\xe5\n2,SEK,\xc3\xa5\n").run().rejects(&["0:2 order_id=\u{fffd}"]);
    // Also where the column is one that nobody knows.
    file(b"gross_amount,currency,note\n1,SEK,\xe5\n").run().totals("settlements", [1, 1, 0, 0, 0]);
    file(b"gross_amount,currency\n\n1,SEK\n\r\n2,SEK\n\n").run().rejects(&[]).totals("settlements", [2, 0, 0, 0, 2]);
    file(b"\xef\xbb\xbfcurrency, gross_amount \r\nSEK,1\r\nSEK,2")
        .run()
        .rejects(&[])
        .totals("settlements", [2, 0, 0, 0, 2]);
    file(b"gross_amount,currency,gross_amount,note\n1,SEK,x,\"a, b\nc\"\n2,SEK,,\n")
        .run()
        .rejects(&[])
        .totals("settlements", [2, 0, 0, 0, 2]);
    let done = file(b"gross_amount,currency,note,Currency\n1,SEK,,\n").run();
    assert_eq!(done.report.summary.inputs[0].ignored_columns, ["note", "Currency"]);
}

#[test]
fn the_provider_of_a_row() {
    case("column, else source, else default")
        .rows_of("source", Dataset::Captures, "amount,provider", &["1, column ", "2,"])
        .captures("amount", &["3"])
        .settlements("gross_amount,kind,provider", &["0,fee,column", "0,fee,source", "0,fee,default"])
        .finds(&[
            "unsettled open at column order A SEK 1 0 of 1",
            "unsettled open at source order A SEK 2 0 of 1",
            "unsettled open order A SEK 3 0 of 1",
        ]);
    case("another default")
        .captures("amount", &["3"])
        .settlements("gross_amount,kind", &["0,fee"])
        .set(|settings| settings.default_provider = "shop".to_owned())
        .finds(&["unsettled open at shop order A SEK 3 0 of 1"]);
}

#[test]
fn amounts_of_reversals_are_positive_or_signed() {
    let settled = |name: &str, rows: &[&str], gross: &str| {
        case(name).reversals("operation_id,line_id,amount", rows).settlements("operation_id,gross_amount", &[gross])
    };
    settled("positive", &["X,1,100", "X,2,50"], "X,-150").finds(&[]);
    settled("a discount given back", &["X,1,100", "X,2,-20"], "X,-80").finds(&[]);
    settled("signed already: the sum is below 0", &["X,1,-100", "X,2,20"], "X,-80").finds(&[]);
    settled("a sum of 0 is not", &["X,1,-100", "X,2,100"], "X,0").finds(&[]);
    settled("each operation by itself", &["X,1,100", "Y,1,-100"], "X,-100")
        .finds(&["unsettled open order A line 1 SEK -100 0 of 1"]);
}
