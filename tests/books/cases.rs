//! Small nights of our own, each about one thing that books must get right, worked out by hand.

use crate::harness::{Case, Ran};
use crate::told::{night, same};

const OPERATIONS: &str = "order_id,amount,currency,created_at,provider,operation_id\n";
const ROWS: &str =
    "gross_amount,currency,provider,settlement_id,operation_id,kind,fee_amount,net_amount,settled_at,service\n";
const PAYOUTS: &str = "provider,settlement_id,currency,fee_amount,fee_vat_amount,brought_forward_amount,payout_amount,\
                       paid_at\n";
const BANK: &str = "amount,currency,booked_on,account,text,balance\n";

/// A night of a case: the day, further arguments, and the files that come, by name and rows. The name says the dataset.
type Night<'a> = (&'a str, &'a [(&'a str, &'a str)]);

/// Runs nights with a state; gives what each leaves, one after the other.
fn told(config: &str, nights: &[Night<'_>]) -> String {
    let mut out = String::new();
    let mut before: Option<Ran> = None;
    for (number, (as_of, files)) in nights.iter().enumerate() {
        let mut case = before.take().map_or_else(Case::new, Case::after).file("avstem.toml", config);
        let mut args = format!("--config avstem.toml --state state.db --as-of {as_of}");
        for (dataset, rows) in *files {
            let header = match *dataset {
                "captures" | "reversals" => OPERATIONS,
                "settlements" => ROWS,
                "payouts" => PAYOUTS,
                _ => BANK,
            };
            let name = format!("{number}-{dataset}");
            case = case.file(&name, format!("{header}{rows}"));
            args.push_str(&format!(" --{dataset} {name}"));
        }
        let (told, ran) = night(case, &args);
        out.push_str(&format!("night of {as_of}\n{told}"));
        before = Some(ran);
    }
    out
}

const PLAIN: &str = "[journal]\ncompany = \"Shop\"\n";

/// One capture that is settled with the fees of its row.
const ONE: [(&str, &str); 2] = [
    ("captures", "A,10000,SEK,2026-03-02,dintero,a\n"),
    ("settlements", "10000,SEK,dintero,S77-0001,a,,300,9700,2026-03-04,Card\n"),
];

#[test]
fn a_service_that_the_own_acquirer_pays_out() {
    let config = "[journal]\ncompany = \"Shop\"\n[providers.swedbank_pay]\nacquirer_services = [\"Faktura\"]\n";
    let files = [
        ("captures", "A,10000,SEK,2026-03-02,swedbank_pay,a\nB,5000,SEK,2026-03-02,swedbank_pay,b\n"),
        (
            "settlements",
            "10000,SEK,swedbank_pay,S77-0001,a,,,,2026-03-04,Card\n5000,SEK,swedbank_pay,S77-0001,b,,,,2026-03-04,Faktura\n",
        ),
        ("payouts", "swedbank_pay,S77-0001,SEK,200,50,,9750,2026-03-05\n"),
        ("bank", "9750,SEK,2026-03-05,A1,PayEx S77-0001,9750\n"),
    ];
    same("acquirer", &told(config, &[("2026-03-06", &files)]), include_str!("expected/acquirer.txt"));
    let config = "[journal]\ncompany = \"Shop\"\n[[tariff]]\nprovider = \"swedbank_pay\"\nservice = \"Faktura\"\n\
                  currency = \"SEK\"\nsettled_by = \"acquirer\"\n";
    same("acquirer", &told(config, &[("2026-03-06", &files)]), include_str!("expected/acquirer.txt"));
}

#[test]
fn a_balance_that_is_brought_forward_over_two_settlements() {
    let first = [
        ("reversals", "A,3000,SEK,2026-03-02,dintero,a\n"),
        (
            "settlements",
            "-3000,SEK,dintero,S77-0001,a,,100,-3100,2026-03-04,Card\n-3100,SEK,dintero,S77-0001,,postponed,,,2026-03-04,\n",
        ),
    ];
    let second = [
        ("captures", "B,10000,SEK,2026-03-09,dintero,b\n"),
        ("settlements", "10000,SEK,dintero,S77-0002,b,,300,9700,2026-03-11,Card\n"),
        ("payouts", "dintero,S77-0002,SEK,,,-3100,6600,2026-03-12\n"),
        ("bank", "6600,SEK,2026-03-12,A1,Dintero S77-0002,6600\n"),
    ];
    let nights: [Night<'_>; 2] = [("2026-03-05", &first), ("2026-03-12", &second)];
    same("brought-forward", &told(PLAIN, &nights), include_str!("expected/brought-forward.txt"));
}

/// A transaction list of one row.
fn list(made: &str, amount: &str) -> String {
    format!(
        "<SalesAccountedTransactions AccountingNo=\"R1-0001\" TotalNoOfTransactions=\"1\" AccountingDate=\"{made}\" \
         Version=\"2.0\">\n<Currency Sum=\"{amount}\" Currency=\"SEK\">\n<Transaction TransactionIdentity=\"a\" \
         Amount=\"{amount}\" Currency=\"SEK\" DateCreated=\"2026-03-02 09:00:00\" DateModified=\"2026-03-02 10:00:00\" \
         ServiceName=\"Card\" PayexTransactionNo=\"1\" PayexBatchNo=\"7\" />\n</Currency>\n\
         </SalesAccountedTransactions>\n"
    )
}

#[test]
fn a_settlement_that_is_sent_again_is_taken_back_and_booked_anew() {
    let captures =
        "order_id,amount,currency,created_at,provider,transaction_number\nA,10000,SEK,2026-03-02,swedbank_pay,1\n";
    let (wrong, right) = (list("2026-03-04", "95.00"), list("2026-03-05", "100.00"));
    let mut case = Case::new().file("captures.csv", captures).file("1.xml", wrong).file("2.xml", right);
    let mut out = String::new();
    let nights = [
        ("2026-03-05", "--captures captures.csv --settlements 1.xml"),
        ("2026-03-06", "--settlements 2.xml"),
        ("2026-03-07", "--settlements 2.xml"),
    ];
    for (as_of, args) in nights {
        let args = format!("{args} --provider swedbank_pay --state state.db --as-of {as_of}");
        let (told, ran) = night(case, &args);
        out.push_str(&format!("night of {as_of}\n{told}"));
        case = Case::after(ran);
    }
    same("sent-again", &out, include_str!("expected/sent-again.txt"));
}

#[test]
fn what_comes_late_is_booked_on_the_first_open_day() {
    let config = "[journal]\ncompany = \"Shop\"\ncaptures = true\n[periods]\nclosed_until = 2026-03-31\n";
    let first = [
        ("captures", "A,10000,SEK,2026-04-01,dintero,a\n"),
        ("settlements", "10000,SEK,dintero,S77-0001,a,,300,9700,2026-04-02,Card\n"),
    ];
    let second = [("captures", "B,2500,SEK,2026-03-30,dintero,b\n")];
    let nights: [Night<'_>; 2] = [("2026-04-03", &first), ("2026-04-04", &second)];
    same("late", &told(config, &nights), include_str!("expected/late.txt"));
}

#[test]
fn what_is_found_late_moves_from_suspense() {
    let first = [ONE[1], ("captures", "B,2500,SEK,2026-03-02,dintero,b\n")];
    let nights: [Night<'_>; 2] = [("2026-03-05", &first), ("2026-03-06", &[ONE[0]])];
    same("found-late", &told(PLAIN, &nights), include_str!("expected/found-late.txt"));
}

#[test]
fn every_code_of_payouts_and_the_bank_once() {
    let tariff =
        "[journal]\ncompany = \"Shop\"\n[[tariff]]\nprovider = \"dintero\"\ncurrency = \"SEK\"\npercent = \"2\"\n";
    let two = "10000,SEK,dintero,S77-0001,a,,300,9700,2026-03-04,Card\n10000,SEK,dintero,S77-0002,b,,300,9700,2026-03-04,Card\n";
    let of_two = ("captures", "A,10000,SEK,2026-03-02,dintero,a\nB,10000,SEK,2026-03-02,dintero,b\n");
    let payout = ("payouts", "dintero,S77-0001,SEK,,,,9800,2026-03-04\n");
    let cases: [(&str, &str, Night<'_>); 8] = [
        ("fee-tariff", tariff, ("2026-03-05", &ONE)),
        ("payout-net", PLAIN, ("2026-03-05", &[ONE[0], ONE[1], payout])),
        (
            "payout-missing, pending",
            PLAIN,
            ("2026-03-09", &[ONE[0], ONE[1], ("bank", "-5,SEK,2026-03-01,A1,Charge,95\n")]),
        ),
        (
            "payout-missing, open",
            PLAIN,
            ("2026-03-10", &[ONE[0], ONE[1], ("bank", "-5,SEK,2026-03-01,A1,Charge,95\n")]),
        ),
        (
            "payout-amount",
            PLAIN,
            ("2026-03-05", &[ONE[0], ONE[1], ("bank", "9690,SEK,2026-03-04,A1,Dintero S77-0001,9690\n")]),
        ),
        (
            "payout-unknown",
            PLAIN,
            (
                "2026-03-05",
                &[
                    ONE[0],
                    ONE[1],
                    ("bank", "9700,SEK,2026-03-04,A1,Dintero S77-0001,9700\n77,SEK,2026-03-05,A1,Dintero,9777\n"),
                ],
            ),
        ),
        (
            "payout-ambiguous",
            PLAIN,
            ("2026-03-05", &[of_two, ("settlements", two), ("bank", "9700,SEK,2026-03-04,A1,Dintero,9700\n")]),
        ),
        (
            "statement-gap",
            PLAIN,
            (
                "2026-03-05",
                &[
                    ONE[0],
                    ONE[1],
                    ("bank", "9700,SEK,2026-03-04,A1,Dintero S77-0001,9700\n-100,SEK,2026-03-05,A1,Rent,9500\n"),
                ],
            ),
        ),
    ];
    let out: String =
        cases.iter().map(|(name, config, night)| format!("{name}: {}", told(config, &[*night]))).collect();
    same("codes", &out, include_str!("expected/codes.txt"));
}
