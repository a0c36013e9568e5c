//! A bank's rows and the payouts of balance reports as they should not be: canonical columns, and a bank's CSV by a
//! profile that does not fit it.

use super::{Malformed, file};

const BANK: &str = "--bank b.csv";
const PAYOUTS: &str = "--payouts p.csv";
const GIVEN: &str = "--config avstem.toml";

const HEADER: &str = "amount,currency,booked_on,account,reference,text,bank_reference,balance";
const ROW: &str = "12122274,SEK,2026-10-05,SE35500,,PayEx utbetalning R1234-0001,SVC-77,12132274";
const PAYOUT_HEADER: &str =
    "settlement_id,currency,provider,gross_amount,fee_amount,fee_vat_amount,payout_amount,paid_at";
const PAYOUT: &str = "R1234-0001,SEK,swedbank_pay,12495000,298180,74546,12122274,2026-10-05";

/// A bank's rows of these lines.
fn bank(name: &'static str, lines: &str) -> Malformed {
    file(name, BANK, format!("{HEADER}\n{lines}"))
}

/// Payouts of these lines.
fn payouts(name: &'static str, lines: &str) -> Malformed {
    file(name, PAYOUTS, format!("{PAYOUT_HEADER}\n{lines}"))
}

/// A bank's own CSV, and how its profile says that it is written.
fn profile(name: &'static str, says: &str, export: impl AsRef<[u8]>) -> Malformed {
    let columns =
        "columns = { amount = \"Belopp\", booked_on = \"Bokföringsdag\", text = \"Text\", balance = \"Saldo\" }";
    let config = format!(
        "[[source]]\npath = \"b.csv\"\ndataset = \"bank\"\nprofile = \"bank\"\n[profiles.bank]\n{columns}\n\
         constants = {{ currency = \"SEK\" }}\n{says}"
    );
    file(name, GIVEN, config).beside("b.csv", export)
}

fn utf_16(text: &str) -> Vec<u8> {
    b"\xff\xfe".iter().copied().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

pub fn all() -> Vec<Malformed> {
    let whole = format!("{HEADER}\n{ROW}\n");
    let stated = format!("{PAYOUT_HEADER}\n{PAYOUT}\n");
    let export = "Bokföringsdag;Text;Belopp;Saldo\n2026-10-05;PayEx utbetalning R1234-0001;121 222,74;121 322,74\n";
    let says = "delimiter = \";\"\ndecimal = \",\"\ngrouping = \"space\"\namount_unit = \"major\"\n";
    let windows: Vec<u8> = export.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let captures = "order_id,amount,currency,created_at\nA,10050,SEK,2026-10-02\n";
    vec![
        file("bank_rows_as_they_should_be", BANK, &whole),
        file("bank_rows_empty", BANK, ""),
        file("bank_rows_header_only", BANK, HEADER),
        bank("bank_rows_cut_off_in_a_row", &format!("{ROW}\n-10000,SE")),
        bank("bank_rows_cut_off_in_quotes", &format!("{ROW}\n-10000,SEK,2026-10-06,SE35500,,\"hyra")),
        file("bank_rows_without_a_day", BANK, whole.replace("booked_on", "Bokföringsdag")),
        file("bank_rows_of_captures", BANK, captures),
        file("bank_rows_given_as_settlements", "--settlements b.csv", &whole),
        file("bank_rows_given_as_payouts", "--payouts b.csv", &whole),
        file("bank_rows_given_as_input", "--input b.csv", &whole),
        bank(
            "bank_rows_amounts",
            &["1,5", "121222.74", "1e3", "+1", "", "٧", "9223372036854775808"]
                .map(|amount| ROW.replacen("12122274", &format!("\"{amount}\""), 1))
                .join("\n"),
        ),
        bank(
            "bank_rows_days",
            &["2026-02-30", "05.10.2026", "", "2026-10-05T25:00:00Z"]
                .map(|day| ROW.replace("2026-10-05", day))
                .join("\n"),
        ),
        bank(
            "bank_rows_currencies",
            &["XQX", "kr", "sek", ""].map(|code| ROW.replace("SEK,", &format!("{code},"))).join("\n"),
        ),
        bank("bank_rows_a_balance_that_is_none", &ROW.replace(",12132274", ",121 322")),
        bank("bank_rows_an_entry_twice", &format!("{ROW}\n{ROW}\n")),
        bank(
            "bank_rows_balances_that_do_not_follow",
            &format!("{ROW}\n-10000,SEK,2026-10-06,SE35500,,hyra,,12132274\n"),
        ),
        bank("bank_rows_a_field_of_100_000_characters", &ROW.replace("utbetalning", &"x".repeat(100_000))),
        file("bank_rows_crlf", BANK, format!("{HEADER}\n{ROW}\nx{ROW}\n").replace('\n', "\r\n")),
        file("bank_rows_with_mark", BANK, format!("\u{feff}{HEADER}\nx{ROW}\n")),
        file("bank_rows_utf_16", BANK, utf_16(&format!("{HEADER}\nx{ROW}\n"))),
        bank("bank_rows_nul_bytes", &ROW.replace("SVC-77", "\0")),
        profile("bank_profile_that_fits", says, export),
        profile("bank_profile_of_an_empty_file", says, ""),
        profile("bank_profile_with_another_delimiter", &says.replace(';', ","), export),
        profile("bank_profile_without_a_column", says, export.replace("Belopp", "Summa")),
        profile("bank_profile_with_another_decimal_sign", &says.replace("\",\"", "\".\""), export),
        profile("bank_profile_days_of_another_form", says, export.replace("2026-10-05", "5/10 2026")),
        profile("bank_profile_bytes_that_are_no_utf_8", says, &windows),
        profile(
            "bank_profile_a_bank_statement_of_its_own_format",
            says,
            ":20:A\n:25:1\n:28C:1\n:60F:C261004SEK1,\n:62F:C261004SEK1,\n",
        ),
        file("payouts_as_they_should_be", PAYOUTS, &stated),
        file("payouts_empty", PAYOUTS, ""),
        file("payouts_header_only", PAYOUTS, PAYOUT_HEADER),
        payouts("payouts_cut_off_in_a_row", &format!("{PAYOUT}\nR1234-0002,SE")),
        file("payouts_without_a_currency", PAYOUTS, stated.replacen("currency", "valuta", 1)),
        file("payouts_another_header", PAYOUTS, "Avräkning;Belopp\nR1;1,00\n"),
        file("payouts_semicolons", PAYOUTS, stated.replace(',', ";")),
        payouts(
            "payouts_amounts",
            &["1,5", "121222.74", "many", "1e3"]
                .map(|amount| PAYOUT.replace("298180", &format!("\"{amount}\"")))
                .join("\n"),
        ),
        payouts(
            "payouts_days",
            &["2026-02-30", "5/10", "20261005"].map(|day| PAYOUT.replace("2026-10-05", day)).join("\n"),
        ),
        payouts("payouts_currencies", &["XQX", "kr", ""].map(|code| PAYOUT.replace("SEK", code)).join("\n")),
        payouts("payouts_without_a_settlement", &PAYOUT.replace("R1234-0001", "")),
        payouts("payouts_that_state_nothing", "R1234-0001,SEK,swedbank_pay,,,,,\n"),
        payouts("payouts_twice", &format!("{PAYOUT}\n{PAYOUT}\n")),
        payouts(
            "payouts_twice_with_different_amounts",
            &format!("{PAYOUT}\n{}\n", PAYOUT.replace("12122274", "12122275")),
        ),
        payouts("payouts_that_do_not_tie", &PAYOUT.replace("12122274", "12122275")),
        file(
            "payouts_crlf",
            PAYOUTS,
            format!("{PAYOUT_HEADER}\n{}\n", PAYOUT.replace("74546", "x")).replace('\n', "\r\n"),
        ),
        file("payouts_with_mark", PAYOUTS, format!("\u{feff}{PAYOUT_HEADER}\n{}\n", PAYOUT.replace("74546", "x"))),
        file("payouts_utf_16", PAYOUTS, utf_16(&format!("{PAYOUT_HEADER}\n{}\n", PAYOUT.replace("74546", "x")))),
        file("payouts_windows_1252", PAYOUTS, [stated.as_bytes(), b"R\xe5,SEK,,,,,,\n"].concat()),
        file("payouts_of_captures", PAYOUTS, captures),
        file("payouts_given_as_bank", "--bank p.csv", &stated),
        file("payouts_given_as_settlements", "--settlements p.csv", &stated),
        file(
            "payouts_in_the_configuration",
            GIVEN,
            "[[payouts]]\nprovider = \"swedbank_pay\"\nsettlement_id = \"R1234-0001\"\ncurrency = \"SEK\"\nfee = 2981.80\n",
        ),
    ]
}
