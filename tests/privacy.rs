//! What never reaches a report, a log or a state: what stands in columns that no rule names, and, where ids are hidden, ids.

mod harness;

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _};
use std::path::Path;

use harness::{Case, Ran, names, rows};

/// Card numbers of the schemes' test ranges, e-mail addresses of reserved domains, names that nobody has.
fn canaries() -> Vec<String> {
    let number = |n: usize| match n % 3 {
        0 => format!("41111111111111{n:02}"),
        1 => format!("canary{n}@example.com"),
        _ => format!("Zyxw{n} Vutsdottir"),
    };
    (0..20).map(number).collect()
}

/// Every format, with the canaries in columns, attributes and members that no rule asks for.
fn planted() -> Case {
    let all = canaries();
    let of = |n: usize| all[n].as_str();
    let orders = format!(
        "order_id,line_id,gross_amount,currency,created_at,customer_name,customer_email,card\n\
         A-100,1,5000,SEK,2026-03-01,{},{},{}\nA-101,1,x,SEK,2026-03-01,{},{},{}\n",
        of(2),
        of(1),
        of(0),
        of(5),
        of(4),
        of(3)
    );
    let captures = format!(
        "order_id,line_id,amount,currency,created_at,payee_reference,masked_pan,email\n\
         A-100,1,4000,SEK,2026-03-02,REF-100,{},{}\nA-100,1,4000,SEK,2026-03-02,REF-100,{},{}\n",
        of(6),
        of(7),
        of(9),
        of(10)
    );
    let settled = format!(
        "gross_amount,currency,settlement_id,payee_reference,payer\n3900,SEK,S1,REF-100,{}\n100,SEK,S1,REF-999,{}\n",
        of(8),
        of(11)
    );
    let order = format!(
        r#"{{"paymentOrder":{{"id":"/psp/paymentorders/B-1","created":"2026-03-01T10:00:00Z","operation":"Purchase","currency":"SEK",
        "amount":5000,"vatAmount":0,"payer":{{"name":"{}","email":"{}","cardPan":"{}"}},"orderItems":{{"orderItemList":[
        {{"reference":"P1","name":"Kettle","quantity":1,"amount":5000,"vatAmount":0,"vatPercent":0}}]}}}}}}"#,
        of(14),
        of(13),
        of(12)
    );
    let transaction = format!(
        r#"{{"id":"T1","merchant_reference":"B-2","currency":"SEK","amount":700,"items":[{{"line_id":1,"amount":700}}],"events":[],
        "settlement_status":"PENDING","billing_address":{{"first_name":"{}","email":"{}"}},"card":{{"number":"{}"}}}}"#,
        of(17),
        of(16),
        of(15)
    );
    let list = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<SalesAccountedTransactions ContractingParty=\"Kiosk AB\" AccountingNo=\"R1-0001\" \
         TotalNoOfTransactions=\"1\" AccountingDate=\"2026-03-05\" Version=\"2.0\">\n<Currency Sum=\"-1.00\" Currency=\"SEK\">\n\
         <Transaction TransactionIdentity=\"REF-1\" Currency=\"SEK\" DateModified=\"2026-03-04\" ServiceName=\"Kiosk card\" Amount=\"-1.00\" \
         Email=\"{}\" CardNumber=\"{}\" /></Currency></SalesAccountedTransactions>\n",
        of(19),
        of(18)
    );
    Case::new()
        .file("in/orders.csv", orders)
        .file("in/captures.csv", captures)
        .file("in/settled.csv", settled)
        .file("api/paymentorders/B-1/order.json", order)
        .file("api/transactions/T1.json", transaction)
        .file("xml/list.xml", list)
}

const INPUTS: &str =
    "run --orders in/orders.csv --captures in/captures.csv --settlements in/settled.csv --input api --as-of 2026-03-31";

/// Everything that a run left beside its inputs, entries of packages by themselves, and what it said.
fn left(ran: &Ran) -> Vec<(String, Vec<u8>)> {
    let mut all = vec![
        ("standard output".to_owned(), ran.stdout.clone().into_bytes()),
        ("standard error".to_owned(), ran.stderr.clone().into_bytes()),
    ];
    let given = ["in/", "api/", "xml/", "secret"];
    let names = names(ran.folder.path()).into_iter();
    for name in names.filter(|name| !name.ends_with('/') && !given.iter().any(|given| name.starts_with(given))) {
        let bytes = ran.bytes(&name);
        if name.ends_with(".xlsx") {
            let mut package = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
            for place in 0..package.len() {
                let mut entry = package.by_index(place).unwrap();
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).unwrap();
                all.push((format!("{name} {}", entry.name().unwrap()), bytes));
            }
        } else {
            all.push((name, bytes));
        }
    }
    all
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn columns_that_no_rule_names_reach_nothing() {
    for more in ["", "--state night.db", "--verbose --log-format json --metrics avstem.prom"] {
        let case = planted().args(INPUTS).args("--reports csv,json,html,xlsx").args(more);
        let case = if more.is_empty() { case.arg("--matches") } else { case };
        let ran = case.any_stdout().any_stderr().status(3).run();
        let all = left(&ran);
        assert!(all.iter().any(|(name, _)| name.ends_with("report.html")) && all.len() > 15, "{more}");
        for (name, bytes) in &all {
            for canary in canaries() {
                assert!(!holds(bytes, &canary), "{name} holds {canary} ({more})");
            }
        }
        // The search finds what is there.
        assert!(
            all.iter().any(|(name, bytes)| name.ends_with("discrepancies.csv") && holds(bytes, "REF-999")),
            "{more}"
        );
    }
}

/// The list is refused or read, and says nothing either way.
#[test]
fn attributes_that_no_rule_names_reach_nothing() {
    let case = planted().args("run --input xml --as-of 2026-03-31 --reports csv,json,html,xlsx");
    let ended = case.any_stdout().any_stderr().ended();
    for canary in canaries() {
        assert!(!ended.ran.stdout.contains(&canary) && !ended.ran.stderr.contains(&canary), "{canary}");
    }
}

const IDS: [&str; 7] = ["A-100", "A-101", "REF-100", "REF-999", "B-1\"", "B-2", "B-1,"];

fn column(folder: &Path, table: &str, place: usize) -> Vec<String> {
    rows(&std::fs::read(folder.join(table)).unwrap()).into_iter().map(|row| row[place].clone()).collect()
}

#[test]
fn ids_are_hidden_and_stay_the_same_id() {
    let secret = "a secret of more than sixteen bytes";
    let run = |case: Case, more: &str| {
        case.args(INPUTS)
            .args("--reports csv,json,html,xlsx --matches")
            .args(more)
            .any_stdout()
            .any_stderr()
            .status(3)
            .run()
    };
    let plain = run(planted(), "--out plain");
    let ran = run(Case::after(plain).file("secret.txt", secret), "--redact secret.txt --out hidden");
    let ran = run(
        Case::after(ran).file("secret-2.txt", "another secret of that length"),
        "--redact secret-2.txt --out other",
    );
    for (name, bytes) in
        left(&ran).into_iter().filter(|(name, _)| name.starts_with("hidden") || name.starts_with("other"))
    {
        for id in IDS {
            assert!(!holds(&bytes, id), "{name} holds {id}");
        }
    }
    let [plain, hidden, other] = ["plain", "hidden", "other"].map(|name| ran.folder.path().join(name));
    // Order ids, payee references: as many different ones, the same in every table, others under another key.
    let all = |folder: &Path| -> BTreeSet<String> {
        let of_findings = [5, 7].into_iter().flat_map(|place| column(folder, "discrepancies.csv", place));
        let of_matches = [4, 7].into_iter().flat_map(|place| column(folder, "matches.csv", place));
        of_findings.chain(of_matches).filter(|id| !id.is_empty()).collect()
    };
    let [ids, hashes, others] = [&plain, &hidden, &other].map(|folder| all(folder));
    assert!(ids.contains("A-100") && ids.len() == hashes.len() && ids.len() == others.len(), "{ids:?} {hashes:?}");
    assert!(hashes.is_disjoint(&others));
    let amounts = |folder: &Path| column(folder, "discrepancies.csv", 14).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(amounts(&plain), amounts(&hidden));
    let verified = Case::after(ran).args("verify hidden").any_stdout().any_stderr().ended();
    assert_eq!(verified.status, 0, "{}", verified.ran.stdout);
}

#[test]
fn a_key_that_cannot_be_used_is_refused_before_anything_is_written() {
    let short = "avstem: error: secret.txt: a key has at least 16 bytes, and this one has 5\n";
    planted().file("secret.txt", "short\n").args(INPUTS).args("--redact secret.txt").stops(short);
    let both = "avstem: error: --redact cannot be given together with --reports parquet\n  help: the Parquet files hold the rows as they were given\n";
    planted()
        .file("secret.txt", "0123456789abcdef")
        .args(INPUTS)
        .args("--redact secret.txt --reports parquet")
        .stops(both);
}
