//! JSON as it should not be: canonical rows, documents of the providers' APIs, settlements of Dintero.

use super::{Malformed, file, with_holes};

const GIVEN: &str = "--input f.json";
const ROW: &str = r#"{"dataset":"captures","order_id":"A","amount":10050,"currency":"SEK","created_at":"2026-10-02"}"#;
const CAPTURE: &str = r#"{"payment":"/psp/p/1","capture":{"transaction":{"id":"/t/1","type":"Capture","state":"Completed","number":7,"amount":100,"vatAmount":20,"payeeReference":"A1","created":"2026-10-02T10:00:00Z"}}}"#;
const REPORT: &str = r#"{"dintero_settlement_id":"S1","currency":"SEK","transactions":[{"capture":100}]}"#;

/// A row with another value for a key.
fn with(name: &'static str, key: &str, value: &str) -> Malformed {
    let keys = [("order_id", "\"A\""), ("amount", "10050"), ("currency", "\"SEK\""), ("created_at", "\"2026-10-02\"")];
    let keys = keys.map(|(known, own)| format!("\"{known}\":{}", if known == key { value } else { own }));
    file(name, GIVEN, format!("{{\"dataset\":\"captures\",{}}}\n{ROW}\n", keys.join(",")))
}

pub fn all() -> Vec<Malformed> {
    let utf_16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    vec![
        file("json_nothing_in_it", GIVEN, "{}"),
        file("json_an_empty_array", GIVEN, "[]"),
        file("json_no_objects", GIVEN, "[1, 2]"),
        file("json_cut_off", GIVEN, &ROW[..ROW.len() - 20]),
        file("json_cut_off_behind_a_row", GIVEN, format!("[{ROW},")),
        file("json_array_not_closed", GIVEN, format!("[{ROW}")),
        file("json_closed_twice", GIVEN, format!("{ROW}}}")),
        file("json_comma_too_many", GIVEN, format!("[{ROW},]")),
        file("json_comma_missing", GIVEN, format!("[{ROW} {ROW}]")),
        file("json_text_behind", GIVEN, format!("{ROW}\nEnd of file.\n")),
        file("json_a_bad_line", GIVEN, format!("{ROW}\n{{\"order_id\":}}\n{ROW}\n")),
        file("json_bad_quotes", GIVEN, ROW.replace('"', "'")),
        file("json_a_key_twice", GIVEN, ROW.replacen("\"order_id\":\"A\"", "\"order_id\":\"A\",\"order_id\":\"B\"", 1)),
        file("json_deep_arrays", GIVEN, deep("[", "]")),
        file("json_deep_objects", GIVEN, format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000))),
        file("json_deep_in_a_row", GIVEN, ROW.replacen("10050", &deep("[", "]"), 1)),
        file(
            "json_100_000_keys",
            GIVEN,
            format!("{{{}\"z\":1}}", (0..100_000).map(|key| format!("\"k{key}\":1,")).collect::<String>()),
        ),
        file(
            "json_not_utf_8",
            GIVEN,
            ROW.bytes().map(|byte| if byte == b'A' { 0xf6 } else { byte }).collect::<Vec<u8>>(),
        ),
        file("json_utf_16_cut_off", GIVEN, &utf_16(ROW)[..ROW.len() * 2 - 1]),
        file("json_half_a_surrogate", GIVEN, ROW.replacen("\"A\"", "\"\\ud83d\"", 1)),
        file("json_a_bad_escape", GIVEN, ROW.replacen("\"A\"", "\"\\x41\"", 1)),
        file("json_a_newline_in_a_text", GIVEN, ROW.replacen("\"A\"", "\"A\nB\"", 1)),
        file("json_nul_bytes", GIVEN, ROW.replacen("\"A\"", "\"A\0\"", 1)),
        file("json_a_mark_in_the_middle", GIVEN, format!("\u{feff}{ROW}\n\u{feff}{ROW}\n")),
        with("json_an_amount_with_decimals", "amount", "100.50"),
        with("json_an_amount_with_an_exponent", "amount", "1e3"),
        with("json_an_amount_too_large", "amount", "99999999999999999999999"),
        with("json_an_amount_that_is_an_object", "amount", "{\"value\":1}"),
        with("json_an_amount_that_is_no_number", "amount", "NaN"),
        with("json_an_amount_that_is_null", "amount", "null"),
        with("json_an_id_that_is_an_array", "order_id", "[\"A\"]"),
        with("json_an_id_that_is_true", "order_id", "true"),
        with("json_another_dataset", "order_id", "\"A\",\"dataset\":\"refunds\""),
        file("json_row_that_could_be_two_things", GIVEN, ROW.replacen("\"dataset\":\"captures\",", "", 1)),
        file("json_of_nobody", GIVEN, "{\"hello\":\"world\"}"),
        file("payload_without_amount", GIVEN, CAPTURE.replace("\"amount\":100,", "")),
        file("payload_amount_as_text", GIVEN, CAPTURE.replace("100,", "\"1,00\",")),
        file("payload_transaction_that_is_a_text", GIVEN, r#"{"payment":"/p/1","capture":{"transaction":"none"}}"#),
        file("payload_without_order", GIVEN, CAPTURE),
        file("payload_and_settlement_in_one_file", GIVEN, format!("{CAPTURE}\n{REPORT}\n")),
        file("payload_given_as_settlements", "--settlements f.json", CAPTURE),
        file("settlement_without_transactions", GIVEN, r#"{"dintero_settlement_id":"S1","transactions":[]}"#),
        file("settlement_with_nothing_known", GIVEN, REPORT),
        file("settlement_cut_off", GIVEN, &REPORT[..60]),
        file("settlement_given_as_captures", "--captures f.json", REPORT),
        with_holes("json_a_text_of_1_gib", GIVEN, &[(0, format!("{ROW}\n{{\"order_id\":\"").as_bytes())], 1 << 30),
        file("json_a_document_of_70_mib", "--input f.json.zst", super::packed::zstd(&large_document())),
    ]
}

/// One document that is longer than any is; a counter in it keeps it from being taken for a bomb.
fn large_document() -> Vec<u8> {
    let mut text = "{\"orders\":[".to_owned();
    let mut number = 0_u64;
    while text.len() < 70 << 20 {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push_str(&number.to_string());
        text.push_str(&",0".repeat(40));
        text.push(',');
    }
    text.push_str("1]}");
    text.into_bytes()
}
