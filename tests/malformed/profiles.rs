//! Exports by a profile that does not fit them, and configurations as they should not be.

use super::{Malformed, file};

const GIVEN: &str = "--config avstem.toml";
const SOURCE: &str = "[[source]]\npath = \"shop.csv\"\ndataset = \"captures\"\nprofile = \"shop\"\n";
const COLUMNS: &str =
    "columns = { order_id = \"Order\", amount = \"Belopp\", currency = \"Valuta\", created_at = \"Datum\" }\n";

/// A shop's export and how its profile says that it is written.
fn of(name: &'static str, says: &str, export: impl AsRef<[u8]>) -> Malformed {
    file(name, GIVEN, format!("{SOURCE}[profiles.shop]\n{COLUMNS}{says}")).beside("shop.csv", export)
}

pub fn all() -> Vec<Malformed> {
    let shop = "Order;Belopp;Valuta;Datum\nA;100,50;SEK;2026-10-02\n";
    let says = "delimiter = \";\"\ndecimal = \",\"\namount_unit = \"major\"\n";
    let windows = [shop.as_bytes(), b"\xe5\x81;1,00;SEK;2026-10-02\n"].concat();
    vec![
        of("profile_that_fits", says, shop),
        of("profile_of_an_empty_file", says, ""),
        of("profile_with_another_delimiter", "decimal = \",\"\namount_unit = \"major\"\n", shop),
        of("profile_without_a_decimal_sign", "delimiter = \";\"\namount_unit = \"major\"\n", shop),
        of("profile_with_another_decimal_sign", &says.replace(",\"\n", ".\"\n"), shop),
        of("profile_without_a_unit", "delimiter = \";\"\ndecimal = \",\"\n", shop),
        of("profile_without_a_column", says, shop.replace("Valuta", "Currency")),
        of("profile_with_a_column_twice", says, shop.replace("Valuta", "Belopp")),
        of(
            "profile_amounts_that_can_be_read_in_two_ways",
            "delimiter = \";\"\namount_unit = \"major\"\n",
            "Order;Belopp;Valuta;Datum\nA;1.234;SEK;2026-10-02\nA;1,234;SEK;2026-10-02\nA;1 234;SEK;2026-10-02\n",
        ),
        of("profile_days_of_another_form", says, shop.replace("2026-10-02", "02.10.2026")),
        of("profile_rows_that_are_too_short", says, format!("{shop}B;1,00\n\n;;;\nSumma;101,50\n")),
        of("profile_quote_not_closed", says, format!("{shop}\"B;1,00;SEK;2026-10-02\n{}", shop.repeat(3))),
        of("profile_bytes_that_are_no_utf_8", says, &windows),
        of("profile_bytes_that_are_no_windows_1252", &format!("{says}encoding = \"windows-1252\"\n"), &windows),
        of("profile_utf_16_that_is_none", &format!("{says}encoding = \"utf-16\"\n"), shop),
        of("profile_lone_returns", says, format!("{shop}B;x;SEK;2026-10-02\n").replace('\n', "\r")),
        of("profile_nul_bytes", says, shop.replace(";100,50", "\0;100\0,50")),
        of("profile_a_row_of_5_mib", says, format!("{shop}{};1,00;SEK;2026-10-02\n", "x".repeat(5 << 20))),
        of("profile_a_pdf", says, "%PDF-1.7\n"),
        file("config_empty", GIVEN, ""),
        file("config_not_utf_8", GIVEN, b"out = \"\xe5\"\n"),
        file("config_no_toml", GIVEN, "out = \n"),
        file("config_a_key_twice", GIVEN, "out = \"a\"\nout = \"b\"\n"),
        file("config_deep_nesting", GIVEN, format!("out = {}", "[".repeat(100_000))),
        file("config_a_source_that_is_not_there", GIVEN, SOURCE),
        file("config_a_profile_that_is_not_there", GIVEN, SOURCE).beside("shop.csv", shop),
        file(
            "config_a_bad_pattern",
            GIVEN,
            format!("{SOURCE}[profiles.shop]\nsplit = [{{ column = \"a\", pattern = \"(\" }}]\n"),
        )
        .beside("shop.csv", shop),
    ]
}
