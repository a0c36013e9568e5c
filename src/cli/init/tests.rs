mod whole;

use proptest::prelude::*;

use super::*;

/// The configuration for files of a folder, or why there is none.
fn proposed(files: &[(&str, &[u8])]) -> Result<String, String> {
    let root = tempfile::tempdir().unwrap();
    let listed: Vec<Listed> = files
        .iter()
        .map(|(name, content)| {
            let path = root.path().join(name);
            std::fs::write(&path, content).unwrap();
            Listed { shown: (*name).to_owned(), path: Some(path) }
        })
        .collect();
    configuration(&listed, None).map(|written| written.text).map_err(|fault| fault.to_string())
}

/// The exit status of `check` with the configuration that is proposed for files.
fn checked(files: &[(&str, &[u8])]) -> u8 {
    let root = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(root.path().join(name), content).unwrap();
    }
    let config = root.path().join("avstem.toml");
    std::fs::write(&config, proposed(files).unwrap()).unwrap();
    let args = ["avstem".into(), "check".into(), "--quiet".into(), "--config".into(), config.into_os_string()];
    crate::cli::run(args)
}

/// The lines of a configuration that are no comment and not empty.
fn keys(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split("  #").next().unwrap_or(line))
        .collect()
}

#[test]
fn provider_formats_need_no_profile() {
    let text = proposed(&[
        ("a.json", br#"{"payment": "/psp/1", "capture": {"transaction": {"id": "1"}}}"#),
        ("b.json", br#"{"dintero_settlement_id": "1", "amount": 1, "currency": "NOK", "transactions": []}"#),
        ("captures.csv", b"order_id,amount,currency,created_at\nA,100,SEK,2026-03-01\n"),
    ])
    .unwrap();
    assert_eq!(
        keys(&text),
        [
            "[[source]]",
            "path = \"a.json\"",
            "[[source]]",
            "path = \"b.json\"",
            "[[source]]",
            "path = \"captures.csv\"",
            "dataset = \"captures\"",
        ]
    );
}

#[test]
fn what_the_books_need_is_recognised() {
    let camt = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt><Id>1</Id>\
                <Acct><Id><IBAN>SE1</IBAN></Id><Ccy>SEK</Ccy></Acct></Stmt></BkToCstmrStmt></Document>";
    let swift = ":20:A\n:25:1\n:28C:1\n:60F:C261004SEK1,\n:62F:C261004SEK1,\n";
    let bank = "Bokf\u{f6}ringsdag;Text;Motpart;Belopp;Valuta;Saldo\n\
                2026-10-05;R1234-0001;Payex;121 222,74;SEK;121 322,74\n2026-10-06;Hyra;Anna;-100,00;SEK;121 222,74\n";
    let payouts = "settlement_id,currency,provider,gross_amount,fee_amount,fee_vat_amount,payout_amount,paid_at\n\
                   R1234-0001,SEK,swedbank_pay,12495000,298180,74546,12122274,2026-10-05\n";
    let typed = "Avr\u{e4}kning;Bruttobelopp;Avgift;Moms p\u{e5} avgift;Utbetalt belopp;Utbetalningsdag;Valuta\n\
                 R1234-0001;124950,00;-2981,80;-745,46;121222,74;2026-10-05;SEK\n";
    let files = [
        ("a.xml", camt.as_bytes()),
        ("b.sta", swift.as_bytes()),
        ("swedbank-konto.csv", bank.as_bytes()),
        ("p.csv", payouts.as_bytes()),
        ("payex.csv", typed.as_bytes()),
    ];
    let text = proposed(&files).unwrap();
    let source = |path: &str, dataset: &str| {
        ["[[source]]".to_owned(), format!("path = \"{path}\""), format!("dataset = \"{dataset}\"")]
    };
    let of_account = ["profile = \"swedbank-konto\""].map(str::to_owned);
    let payex = ["provider = \"swedbank_pay\"", "profile = \"payex\""].map(str::to_owned);
    // Who paid is told by the entries of an account, so its sources have no provider.
    let sources: Vec<String> = [
        &source("a.xml", "bank")[..],
        &source("b.sta", "bank"),
        &source("swedbank-konto.csv", "bank"),
        &of_account,
        &source("p.csv", "payouts"),
        &payex[..1],
        &source("payex.csv", "payouts"),
        &payex,
    ]
    .concat();
    assert_eq!(keys(&text)[..sources.len()], sources, "{text}");
    let columns = [
        "amount = \"Belopp\"",
        "currency = \"Valuta\"",
        "booked_on = \"Bokf\u{f6}ringsdag\"",
        "text = \"Text\"",
        "name = \"Motpart\"",
        "balance = \"Saldo\"",
        "negate = [\"fee_amount\", \"fee_vat_amount\"]",
        "settlement_id = \"Avr\u{e4}kning\"",
        "fee_vat_amount = \"Moms p\u{e5} avgift\"",
        "payout_amount = \"Utbetalt belopp\"",
        "paid_at = \"Utbetalningsdag\"",
    ];
    assert!(columns.iter().all(|line| keys(&text).contains(line)), "{text}");
    assert_eq!(checked(&files), 0, "{text}");
}

#[test]
fn what_could_be_read_in_two_ways_is_switched_off_and_both_are_named() {
    let table: [(&str, &str, &[&str]); 9] = [
        (
            "captures.csv",
            "Ordernr;Belopp;Datum;Valuta\n1;100;2026-03-01;SEK\n2;24900;2026-03-01;SEK\n",
            &["whole numbers: does the largest, `24900`,", "#amount_unit = \"major\"", "#amount_unit = \"minor\""],
        ),
        (
            "captures.csv",
            "Ordernr;Belopp;Datum;Valuta\n1;1.500;2026-03-01;SEK\n",
            &["can be read with groups by dot or with a decimal point", "#grouping = \".\"", "#decimal = \".\""],
        ),
        (
            "captures.csv",
            "Ordernr;Belopp;Datum;Valuta\n1;1,50;01/02/2026;SEK\n",
            &["read as days in each of the forms", "#date_format = \"%d/%m/%Y\"", "#date_format = \"%m/%d/%Y\""],
        ),
        (
            "captures.csv",
            "Ordernr;Belopp;Datum\n1;1,50;2026-03-01\n",
            &["no column holds a currency", "#currency = \"SEK\"", "#currency = \"NOK\""],
        ),
        (
            "x.csv",
            "Ordernr;Belopp;Datum;Valuta;Transaktionsnr\n1;1,50;2026-03-01;SEK;7\n",
            &["these are captures or reversals", "##dataset = \"captures\"", "##dataset = \"reversals\""],
        ),
        ("captures.csv", "Belopp;Datum;Valuta;Transaktionsnr\n1,50;2026-03-01;SEK;7\n", &["#order_id = \"...\""]),
        (
            "captures.csv",
            "Ordernr;Belopp;Datum;Valuta\n1;1,50;2026-03-01;SEK\n2;1.50;2026-03-01;SEK\n",
            &["no one way reads all of the 2 amounts, such as `1,50`, `1.50`"],
        ),
        (
            "captures.csv",
            "Ordernr;Belopp;Datum;Valuta;Typ\n1;1,50;2026-03-01;SEK;Köp\n2;1,50;2026-03-01;SEK;Hokus\n",
            &["are rows of \"Hokus\" captures too?", "#\"Typ\" = [\"Köp\", \"Hokus\"]"],
        ),
        (
            "settlement.csv",
            "Transaktionsnr;Typ;Brutto;Avgift;Valuta\n1;Köp;5,00;1,00;SEK\n2;Retur;5,00;0,00;SEK\n",
            &["all 1 reversals stand without a minus"],
        ),
    ];
    for (name, content, expected) in table {
        let text = proposed(&[(name, content.as_bytes())]).unwrap();
        let joined = text.replace("\n#  ", "");
        for part in expected {
            assert!(joined.contains(part), "{content}\n{text}\n{part}");
        }
        assert!(keys(&text).iter().all(|line| *line != "[[source]]"), "{text}");
        assert!(joined.contains("# TODO: this source is switched off"), "{text}");
    }
}

/// What orders of one line, of lines named by articles, and of lines within the order's number give.
#[test]
fn lines_of_orders_are_found_where_no_header_names_them() {
    let table: [(&str, &[&str]); 4] = [
        ("Ordernr;Belopp;Orderdatum;Valuta\n1;1,50;2026-03-01;SEK\n2;1,50;2026-03-01;SEK\n", &["line_id = \"1\""]),
        (
            "Ordernr;SKU;Belopp;Orderdatum;Valuta\n1;A;1,50;2026-03-01;SEK\n1;B;1,50;2026-03-01;SEK\n",
            &["order_id = \"Ordernr\"", "line_id = \"SKU\""],
        ),
        (
            "Ordernr;Belopp;Orderdatum;Valuta\n1001/1;1,50;2026-03-01;SEK\n1001/2;1,50;2026-03-01;SEK\n",
            &["column = \"Ordernr\"", "pattern = \"^(?<order_id>.+)[/:](?<line_id>[^/:]+)$\""],
        ),
        ("Ordernr;Belopp;Orderdatum;Valuta\n1;1,50;2026-03-01;SEK\n1;1,50;2026-03-01;SEK\n", &[]),
    ];
    for (content, expected) in table {
        let text = proposed(&[("ordrar.csv", content.as_bytes())]).unwrap();
        assert!(expected.iter().all(|line| keys(&text).contains(line)), "{text}");
        if expected.is_empty() {
            assert!(text.contains("#line_id = \"...\"\n"), "{text}");
        } else {
            assert_eq!(checked(&[("ordrar.csv", content.as_bytes())]), 0, "{text}");
        }
    }
}

#[test]
fn fields_that_are_written_otherwise_are_left_out_and_said() {
    let content = "Ordernr;Belopp;Moms;Antal;Radnr;Orderdatum;\u{c4}ndrad;Valuta\n\
        1;1.234,50;12.30;1.5;1;14.03.2026;2026-03-15;SEK\n\
        2;99,00;1.20;2;1;15.03.2026;2026-03-15;SEK\n";
    let text = proposed(&[("ordrar.csv", content.as_bytes())]).unwrap();
    for left_out in ["#vat_amount = \"Moms\"", "#quantity = \"Antal\"", "#updated_at = \"\u{c4}ndrad\""] {
        assert!(text.contains(left_out), "{left_out}\n{text}");
    }
    assert_eq!(checked(&[("ordrar.csv", content.as_bytes())]), 0, "{text}");
}

#[test]
fn published_files_need_no_profile() {
    let samples = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/samples"));
    if !samples.is_dir() {
        return;
    }
    let names = [
        "swedbank_pay/settlement/R1234-0001-Redovisningsservice.xml",
        "swedbank_pay/settlement/R1234-0001-Redovisningsservice.xlsx",
        "swedbank_pay/settlement/R1005-0001-v1.xml",
        "swedbank_pay/settlement/R1005-0001-v1.xlsx",
        "swedbank_pay/api/v31_capture_01_response.json",
        "dintero/settlement/settlement_report_thirdparty_fixture.json",
        "dintero/orders/01_draft_create.json",
        "dintero/transactions/checkout_transaction.json",
    ];
    for name in names {
        let content = std::fs::read(samples.join(name)).unwrap();
        let file = name.rsplit('/').next().unwrap();
        let text = proposed(&[(file, &content)]).unwrap();
        assert_eq!(keys(&text), ["[[source]]".to_owned(), format!("path = \"{file}\"")], "{name}");
    }
}

/// Texts on which a careless guess would take a minute.
#[test]
fn hostile_texts_end_soon() {
    let large = |piece: &str| piece.repeat((1 << 18) / piece.len());
    for content in [
        large("\""),
        large(";"),
        large("Belopp;"),
        large("Belopp\n"),
        large("Ordernr;Belopp\n\""),
        format!("Ordernr;Belopp;Datum;Valuta\n{}", large("1;1 1 1;1;\n")),
        format!("Ordernr;Belopp;Datum;Valuta\n{}", large("01-01-01")),
        large("Order nr "),
    ] {
        let _ = proposed(&[("captures.csv", content.as_bytes())]);
    }
}

#[test]
fn files_that_are_alike_share_what_they_tell() {
    // Only the second tells days from months, and only the first has letters beyond ASCII.
    let text = proposed(&[
        ("c-01.csv", b"Ordernr;Belopp;Datum;Valuta;H\xe4mtad\n1;1,50;01/02/2026;SEK;\xe5\n"),
        ("c-02.csv", b"Ordernr;Belopp;Datum;Valuta;H\xe4mtad\n2;1,50;14/02/2026;SEK;x\n"),
        ("captures-3.csv", b"Ordernr;Belopp;Datum;Valuta;H\xe4mtad\n2;1,50;14/02/2026;SEK;x\n"),
    ])
    .unwrap();
    let profiles: Vec<&str> = keys(&text)
        .into_iter()
        .filter(|line| line.starts_with("[profiles.") && line.matches('.').count() == 1)
        .collect();
    // The third says by its name that it holds captures.
    assert_eq!(profiles, ["[profiles.c]", "[profiles.captures]"], "{text}");
    assert_eq!(text.matches("date_format = \"%d/%m/%Y\"").count(), 2, "{text}");
}

#[test]
fn texts_of_people_are_not_shown() {
    let secrets = ["Anna Andersson", "anna@example.com", "070-123 45 67", "19800101-1234", "Storgatan 1"];
    let [name, mail, phone, number, street] = secrets;
    let content = format!(
        "Ordernr;Belopp;Datum;Valuta;Kund;E-post;Telefon;Personnummer;Adress;Fritext\n\
         1;1,50;14/02/2026;SEK;{name};{mail};{phone};{number};{street};{name}\n"
    );
    for file in ["captures.csv", "x.csv"] {
        let text = proposed(&[(file, content.as_bytes())]).unwrap();
        for secret in secrets {
            assert!(!text.contains(secret), "{secret}\n{text}");
        }
        assert!(text.contains("not used: \"Kund\", \"E-post\""), "{text}");
    }
    // Without a header the first row is one of data, and is not shown either.
    let text = proposed(&[("x.csv", format!("{name};{mail};{phone}\n{name};{mail};{phone}\n").as_bytes())]).unwrap();
    assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
}

#[test]
fn what_cannot_be_read_says_why() {
    assert_eq!(
        proposed(&[("a.csv", b""), ("b.png", b"\x89PNG\r\n\x1a\n")]).unwrap_err(),
        "a.csv: the file is empty\n  help: a file without rows still has its header\n\
         b.png: a picture cannot be read\n  help: export the data as CSV, XML, JSON, XLSX or Parquet and give that file"
    );
    let text =
        proposed(&[("a.csv", b""), ("captures.csv", b"order_id,amount,currency,created_at\nA,1,SEK,2026-03-01\n")])
            .unwrap();
    assert!(
        text.contains("# TODO: not read: a.csv: the file is empty; a file without rows still has its header\n"),
        "{text}"
    );
}

/// Headers, separators and cells of exports, in any order.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("Ordernr"),
        Just("Radnr"),
        Just("Belopp"),
        Just("Beløp inkl. mva"),
        Just("Datum"),
        Just("Valuta"),
        Just("Typ"),
        Just("Moms %"),
        Just("order_id"),
        Just("amount"),
        Just("currency"),
        Just("created_at"),
        Just("gross_amount"),
        Just("line_id"),
        Just("Avgift"),
        Just("Netto"),
        Just("Status"),
        Just("Retur"),
        Just("Köp"),
        Just("SEK"),
        Just("sek"),
        Just("kr"),
        Just("1"),
        Just("1.234"),
        Just("1 234,50"),
        Just("-5,00"),
        Just("2026-03-01"),
        Just("01/02/2026"),
        Just("31.12.26"),
        Just(";"),
        Just(";"),
        Just(";"),
        Just(","),
        Just("\t"),
        Just("|"),
        Just("\n"),
        Just("\n"),
        Just("\r\n"),
        Just("\""),
        Just("'"),
        Just("\\"),
        Just("\u{0}"),
        Just("\u{7f}"),
        Just("\u{2028}"),
        Just("\u{feff}"),
        Just("]"),
        Just("#"),
        Just("="),
        Just("å"),
    ];
    (prop::collection::vec(piece, 0..120), 0..3_u8).prop_map(|(pieces, encoding)| {
        let text = pieces.concat();
        match encoding {
            0 => text.into_bytes(),
            1 => text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect(),
            _ => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_bytes_what_is_written_can_be_read(
        first in prop_oneof![prop::collection::vec(any::<u8>(), 0..300), pieces(), pieces()],
        second in pieces(),
        name in "[a-z0-9 \"\\\\#\\[\\]å-]{1,12}",
    ) {
        let one = format!("{name}.csv");
        if let Ok(text) = proposed(&[(&one, &first), ("refunds-1.csv", &second)]) {
            prop_assert!(toml::from_str::<toml::Table>(&text).is_ok(), "{}", text);
            prop_assert!(Config::checked("c.toml", &text).is_ok(), "{}", text);
            // What is switched off can be read too, once it is switched on.
            let on: String = text.lines().map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with([' ', '#'])).map_or_else(|| line.to_owned(), |rest| {
                if rest.starts_with("[[source]]") || rest.starts_with("path =") || rest.starts_with("profile =") { rest.to_owned() } else { line.to_owned() }
            }) + "\n").collect();
            prop_assert!(Config::checked("c.toml", &on).is_ok(), "{}", on);
        }
    }
}
