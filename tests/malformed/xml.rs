//! Transaction lists in XML as they should not be.

use super::{Malformed, file, with_holes};

const GIVEN: &str = "--input l.xml";
const ROOT: &str = "<SalesAccountedTransactions AccountingNo=\"R1-1\" Version=\"2.0\">";
const END: &str = "</SalesAccountedTransactions>";

/// A list with this inside.
fn list(name: &'static str, inside: &str) -> Malformed {
    file(name, GIVEN, format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{ROOT}\n{inside}\n{END}\n"))
}

fn laughs() -> String {
    let mut text = "<?xml version=\"1.0\"?>\n<!DOCTYPE SalesAccountedTransactions [\n<!ENTITY a0 \"ha\">\n".to_owned();
    for level in 1..10 {
        let before = format!("&a{};", level - 1);
        text.push_str(&format!("<!ENTITY a{level} \"{}\">\n", before.repeat(10)));
    }
    text + "]>\n" + ROOT + "&a9;" + END
}

pub fn all() -> Vec<Malformed> {
    let row = "<Transaction OrderId=\"A\" Amount=\"1.00\" Currency=\"SEK\" ServiceName=\"Sales\"/>";
    let body = format!("<Currency Currency=\"SEK\" Sum=\"1.00\">{row}</Currency>");
    let whole = format!("<?xml version=\"1.0\"?>\n{ROOT}\n{body}\n{END}");
    let utf_16: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        list("xml_nothing_inside", ""),
        list("xml_a_row_without_anything", "<Transaction/>"),
        file("xml_only_a_declaration", GIVEN, "<?xml version=\"1.0\"?>\n"),
        file("xml_cut_off_in_a_tag", GIVEN, &whole[..whole.len() - 60]),
        file("xml_cut_off_between_tags", GIVEN, whole.replace(END, "")),
        file("xml_cut_off_in_a_comment", GIVEN, whole.replace(END, "<!-- ")),
        file("xml_another_end_tag", GIVEN, whole.replace("</Currency>", "</Curency>")),
        file("xml_two_roots", GIVEN, format!("{whole}{ROOT}{END}")),
        file("xml_text_behind_the_root", GIVEN, format!("{whole}\n</html>")),
        file("xml_without_number", GIVEN, "<SalesAccountedTransactions Version=\"2.0\"/>"),
        file(
            "xml_another_document",
            GIVEN,
            "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso\"><CstmrCdtTrfInitn/></Document>",
        ),
        file("xml_billion_laughs", GIVEN, laughs()),
        file(
            "xml_external_entity",
            GIVEN,
            format!("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>\n{ROOT}&e;{END}"),
        ),
        list("xml_unknown_entity", "<Currency Currency=\"SEK\">&nbsp;</Currency>"),
        list("xml_deep_nesting", &"<a>".repeat(100_000)),
        list("xml_a_tag_without_end", &format!("<Transaction Amount=\"{}\"/>", "1".repeat(2 << 20))),
        list("xml_a_text_without_end", &format!("<Currency Currency=\"SEK\">{}</Currency>", "1".repeat(2 << 20))),
        list(
            "xml_100_000_attributes",
            &format!("<Transaction {}/>", (0..100_000).map(|number| format!("a{number}=\"\" ")).collect::<String>()),
        ),
        list("xml_an_attribute_twice", "<Transaction Amount=\"1.00\" Amount=\"2.00\" Currency=\"SEK\"/>"),
        list("xml_an_attribute_without_quotes", "<Transaction Amount=1.00 Currency=\"SEK\"/>"),
        file("xml_mark_in_the_middle", GIVEN, format!("{whole}\u{feff}{whole}")),
        file("xml_declared_as_latin_1", GIVEN, whole.replace("\"1.0\"?", "\"1.0\" encoding=\"ISO-8859-1\"?")),
        file("xml_utf_16_with_mark", GIVEN, [&b"\xff\xfe"[..], &utf_16].concat()),
        file("xml_utf_16_without_mark", GIVEN, &utf_16),
        file(
            "xml_bytes_that_are_not_utf_8",
            GIVEN,
            whole.bytes().map(|byte| if byte == b'A' { 0xe5 } else { byte }).collect::<Vec<u8>>(),
        ),
        file(
            "xml_a_row_not_in_utf_8",
            GIVEN,
            whole
                .replace("OrderId=\"A\"", "OrderId=\"\u{1}\"")
                .bytes()
                .map(|byte| if byte == 1 { 0xf6 } else { byte })
                .collect::<Vec<u8>>(),
        ),
        list("xml_nul_bytes", &body.replace("\"A\"", "\"A\0\"")),
        list("xml_mixed_line_ends", &format!("\r\n{row}\r{row}\n\n<Transaction Amount=\"x\" Currency=\"SEK\"/>")),
        list("xml_a_total_that_is_no_number", "<Currency Currency=\"SEK\" Sum=\"many\"/>"),
        file("xml_given_as_captures", "--captures l.xml", &whole),
        with_holes("xml_an_item_of_1_gib", GIVEN, &[(0, format!("{ROOT}\n<!-- \n").as_bytes())], 1 << 30),
    ]
}
