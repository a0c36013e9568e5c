//! Canonical CSV as it should not be.

use super::{Malformed, file, with_holes};

const GIVEN: &str = "--captures c.csv";
const HEADER: &str = "order_id,amount,currency,created_at,payment_id";
const ROW: &str = "A,10050,SEK,2026-10-02,p1";

/// A file of the header and these lines.
fn of(name: &'static str, lines: &str) -> Malformed {
    file(name, GIVEN, format!("{HEADER}\n{lines}"))
}

fn utf_16(text: &str, mark: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    mark.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect()
}

pub fn all() -> Vec<Malformed> {
    let rows = format!("{ROW}\nB,1,SEK,2026-10-03,p2\n");
    let whole = format!("{HEADER}\n{rows}");
    let mut files = vec![
        file("csv_empty", GIVEN, ""),
        file("csv_only_a_byte_order_mark", GIVEN, "\u{feff}"),
        file("csv_only_blank_lines", GIVEN, "\n\r\n\r\n"),
        file("csv_header_only", GIVEN, HEADER),
        of("csv_no_final_newline", ROW),
        of("csv_cut_off_in_a_row", &format!("{ROW}\nB,1,SE")),
        of("csv_cut_off_in_quotes", &format!("{ROW}\nB,1,SEK,2026-10-03,\"p2")),
        of("csv_quote_not_closed", &format!("{ROW}\nB,1,SEK,2026-10-03,\"p2\n{rows}{rows}")),
        file("csv_quote_in_the_header_not_closed", GIVEN, whole.replacen("payment_id", "\"payment_id", 1)),
        of("csv_too_few_and_too_many_fields", &format!("A\n{ROW},x\n,\n")),
        file("csv_header_twice", GIVEN, whole.replacen("payment_id", "amount", 1)),
        of("csv_header_in_the_middle", &format!("{ROW}\n{whole}")),
        file("csv_mark_in_the_middle", GIVEN, format!("\u{feff}{whole}\u{feff}{whole}")),
        file("csv_mark_before_a_quoted_name", GIVEN, format!("\u{feff}\"order_id\"{}\n{rows}", &HEADER[8..])),
        file(
            "csv_mixed_line_ends",
            GIVEN,
            format!("{HEADER}\n{ROW}\r\nB,x,SEK,2026-10-03,\rC,x,SEK,2026-10-03,\n\n\r\nD,x,SEK,2026-10-03,\n"),
        ),
        file("csv_lone_returns", GIVEN, format!("{HEADER}\r{ROW}\rB,x,SEK,2026-10-03,\rC,x,SEK,2026-10-03,\r")),
        of("csv_nul_in_a_field", "A\0,10050,SEK,2026-10-02,\0\nB,1\x000,SEK,2026-10-02,p\n"),
        file("csv_nul_in_the_header", GIVEN, whole.replacen("amount", "am\0ount", 1)),
        with_holes("csv_zeros_at_the_end", GIVEN, &[(0, whole.as_bytes())], u64::try_from(whole.len()).unwrap() + 4096),
        file("csv_utf_16_with_mark", GIVEN, utf_16(&whole, b"\xff\xfe", u16::to_le_bytes)),
        file("csv_utf_16_big_endian", GIVEN, utf_16(&whole, b"\xfe\xff", u16::to_be_bytes)),
        file("csv_utf_16_without_mark", GIVEN, utf_16(&whole, b"", u16::to_le_bytes)),
        file(
            "csv_utf_32",
            GIVEN,
            b"\xff\xfe\0\0"
                .iter()
                .copied()
                .chain(whole.chars().flat_map(|c| u32::from(c).to_le_bytes()))
                .collect::<Vec<_>>(),
        ),
        file(
            "csv_windows_1252_row",
            GIVEN,
            [whole.as_bytes(), b"C,1,SEK,2026-10-03,k\xf6p\n\xe5,1,SEK,2026-10-03,p\n"].concat(),
        ),
        file("csv_windows_1252_header", GIVEN, [&b"\xe5r,"[..], whole.as_bytes()].concat()),
        file("csv_semicolons", GIVEN, whole.replace(',', ";")),
        file("csv_tabs", GIVEN, whole.replace(',', "\t")),
        file("csv_another_header", GIVEN, "\u{1b}[31mOrdernr\u{1b}[0m,Belopp,Valuta\nA,10050,SEK\n"),
        file("csv_of_another_dataset", "--orders c.csv", &whole),
        file("csv_without_dataset", "--input c.csv", &whole),
        of(
            "csv_amounts",
            "A,1e3,SEK,2026-10-02,\nA,0x10,SEK,2026-10-02,\nA,--1,SEK,2026-10-02,\nA,99999999999999999999,SEK,2026-10-02,\nA,NaN,SEK,2026-10-02,\nA,١,SEK,2026-10-02,\n",
        ),
        of(
            "csv_days",
            "A,1,SEK,0000-00-00,\nA,1,SEK,2026-02-29,\nA,1,SEK,99999-01-01,\nA,1,SEK,2026-10-02T25:00:00Z,\n",
        ),
        of("csv_a_formula", "=1+1,x,SEK,2026-10-02,\n"),
    ];
    let columns: Vec<String> = (0..100_000).map(|column| format!("c{column}")).collect();
    files.push(file("csv_100_000_columns", GIVEN, format!("{HEADER},{}\n{ROW}\n", columns.join(","))));
    files.push(file("csv_100_000_other_columns", GIVEN, format!("{}\n", columns[..16_384].join(","))));
    files.push(of("csv_100_000_fields", &format!("{ROW}{}\n{ROW}\n", ",".repeat(100_000))));
    files.push(of("csv_100_000_quotes", &format!("{}\n{ROW}\n", "\"".repeat(100_001))));

    // A gibibyte of zeros where a field should be.
    let gib = 1_u64 << 30;
    let start = |text: &str| format!("{HEADER}\n{ROW}\n{text}");
    let (plain, quoted) = (start("B,1,SEK,2026-10-03,"), start("B,1,SEK,2026-10-03,\""));
    files.push(with_holes("csv_field_of_1_gib", GIVEN, &[(0, plain.as_bytes()), (gib, b"\n")], gib + 1));
    files.push(with_holes("csv_quoted_field_of_1_gib", GIVEN, &[(0, quoted.as_bytes()), (gib, b"\"\n")], gib + 2));
    files.push(with_holes("csv_header_of_1_gib", GIVEN, &[(0, &[b'x'; 5000])], gib));
    files.push(with_holes("csv_quote_not_closed_in_1_gib", GIVEN, &[(0, quoted.as_bytes())], gib));
    files
}
