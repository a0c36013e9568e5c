//! The stream of items as every reader of a provider's format sees it.

use super::*;

/// The items of a document, as short texts.
fn items(bytes: &[u8]) -> Result<Vec<String>, XmlError> {
    let mut document = Document::new(bytes);
    let mut items = Vec::new();
    loop {
        items.push(match document.next()? {
            Item::Open(tag) => format!("<{}{}", tag.name, if tag.empty { "/" } else { "" }),
            Item::Text(text) => format!("{text:?}"),
            Item::Close => ">".to_owned(),
            Item::End => return Ok(items),
        });
    }
}

#[test]
fn texts_come_in_pieces_as_they_stand() {
    let text = "<?xml version='1.0'?>\n<a>\n<n:b>x &amp;&#65; y</n:b><![CDATA[<&>]]><!-- no --><c/> z\n</a>\n";
    let expected =
        ["<a", "\"\\n\"", "<b", "\"x \"", "\"&\"", "\"A\"", "\" y\"", ">", "\"<&>\"", "<c/", "\" z\\n\"", ">"];
    assert_eq!(items(text.as_bytes()), Ok(expected.map(str::to_owned).to_vec()));
}

#[test]
fn a_byte_order_mark_counts_at_the_beginning_only() {
    assert_eq!(items(b"\xef\xbb\xbf<a/>"), Ok(vec!["<a/".to_owned()]));
    for bytes in [&b"<a><b/>\xff\xfe</a>"[..], b"<a>\xfe\xff<b/></a>", b"<a>x\xff</a>"] {
        let error = items(bytes).expect_err("damaged");
        assert_eq!((error.line, error.problem.as_str()), (1, "bytes that are not UTF-8"));
    }
}
