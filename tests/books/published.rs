//! Published files into the books: the list R1234-0001 with the figures of its balance report, and a report of Dintero.

use std::fmt::Write as _;

use crate::harness::{Case, published};
use crate::told::{night, same};

const R1234: &str = "swedbank_pay/settlement/R1234-0001-Redovisningsservice.xml";
const DINTERO: &str = "dintero/settlement/settlement_report_thirdparty_fixture.json";

/// The operations behind a list, as the shop knows them: captures and reversals.
fn operations(list: &str) -> [String; 2] {
    let header = "order_id,amount,currency,created_at,provider,transaction_number\n";
    let mut files = [header.to_owned(), header.to_owned()];
    for tag in list.split("<Transaction ").skip(1) {
        let value = |name: &str| tag.split_once(&format!("{name}=\"")).unwrap().1.split('"').next().unwrap();
        let (amount, number) = (value("Amount"), value("PayexTransactionNo"));
        let minor: i64 = amount.replace('.', "").parse().unwrap();
        let file = &mut files[usize::from(minor < 0)];
        writeln!(file, "O{number},{},SEK,2022-11-25,swedbank_pay,{number}", minor.abs()).unwrap();
    }
    files
}

/// A night with the published list and all that the shop knows of it.
fn list() -> Option<Case> {
    let list = String::from_utf8(published(R1234)?).unwrap();
    let [captures, reversals] = operations(&list);
    let case = Case::new().file("R1234.xml", &list).file("captures.csv", captures).file("reversals.csv", reversals);
    Some(case.file("payouts.csv", PAYOUTS).file("avstem.toml", TARIFF))
}

/// What the balance report states: 124 950.00 - 2 981.80 - 745.46 = 121 222.74.
const PAYOUTS: &str = "provider,settlement_id,currency,fee_amount,fee_vat_amount,payout_amount,paid_at\n\
                       swedbank_pay,R1234-0001,SEK,298180,74546,12122274,2022-12-02\n";

const ARGS: &str = "--as-of 2022-12-06 --provider swedbank_pay --settlements R1234.xml --captures captures.csv \
                    --reversals reversals.csv";

const CAMT: &str = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">
<BkToCstmrStmt><GrpHdr><MsgId>m</MsgId></GrpHdr>
<Stmt><Id>S1</Id><Acct><Id><IBAN>SE3550000000054910000003</IBAN></Id><Ccy>SEK</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"SEK\">100.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2022-12-01</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"SEK\">121323.24</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2022-12-05</Dt></Dt></Bal>
<Ntry><Amt Ccy=\"SEK\">121222.74</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2022-12-05</Dt></BookgDt>
<NtryDtls><TxDtls><RmtInf><Ustrd>PayEx R1234-0001</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>
";

const MT940: &str = ":20:ST221205
:25:SE3550000000054910000003
:28C:1/1
:60F:C221201SEK100,50
:61:2212051205C121222,74NTRFNONREF
:86:PayEx R1234-0001
:62F:C221205SEK121323,24
-
";

#[test]
fn the_published_figures_become_a_voucher_and_a_payout() {
    let cases = [
        ("r1234-stated", "--payouts payouts.csv", include_str!("expected/r1234-stated.txt")),
        // The tariff agrees with the published fees, and its VAT within 0.01 a line.
        ("r1234-stated", "--payouts payouts.csv --config avstem.toml", include_str!("expected/r1234-stated.txt")),
        ("r1234-tariff", "--config avstem.toml", include_str!("expected/r1234-tariff.txt")),
    ];
    for (name, args, expected) in cases {
        let Some(case) = list() else { return };
        same(name, &night(case, &format!("{ARGS} {args}")).0, expected);
    }
}

#[test]
fn the_published_payout_ties_to_the_bank_in_both_forms() {
    for (name, statement) in [("bank.xml", CAMT), ("bank.sta", MT940)] {
        let Some(case) = list() else { return };
        let args = format!("{ARGS} --payouts payouts.csv --bank {name}");
        same(name, &night(case.file(name, statement), &args).0, include_str!("expected/r1234-bank.txt"));
    }
}

/// Unit prices and percentages that give 2 981.80 in four lines: 125.77 + 37.65 + 2 620.38 + 198.00, and VAT of
/// 31.44 + 9.41 + 655.10 + 49.50 = 745.45.
const TARIFF: &str = "[[tariff]]
provider = \"swedbank_pay\"
service = \"Consumer Credit Card EU\"
currency = \"SEK\"
fixed = 100
percent = \"1.5\"
vat = 25
[[tariff]]
provider = \"swedbank_pay\"
service = \"Consumer Debit Card EU\"
currency = \"SEK\"
fixed = 102
percent = \"0.9\"
vat = 25
[[tariff]]
provider = \"swedbank_pay\"
service = \"Faktura SE\"
currency = \"SEK\"
fixed = 12478
vat = 25
[[tariff]]
provider = \"swedbank_pay\"
service = \"Swish\"
currency = \"SEK\"
fixed = 200
vat = 25
";

/// The report is a fixture of which the head does not tie with its rows: their fees are booked, and the payout is doubted.
#[test]
fn a_report_of_dintero_with_its_fees() {
    let Some(report) = published(DINTERO) else { return };
    let operations = "order_id,amount,currency,created_at,provider,operation_id,transaction_id\n";
    let case = Case::new()
        .file("report.json", report)
        .file("captures.csv", format!("{operations}A,5000,NOK,2026-08-18,dintero,c1,P12345678.abc\n"))
        .file("reversals.csv", format!("{operations}B,10000,NOK,2026-08-19,dintero,r1,P12345678.def\n"));
    let args = "--as-of 2026-08-29 --provider dintero --settlements report.json --captures captures.csv --reversals \
                reversals.csv";
    same("dintero", &night(case, args).0, include_str!("expected/dintero.txt"));
}
