//! The stream of items as every reader of a provider's format sees it.

use super::*;

/// The items of a document, as short texts.
fn items(bytes: &[u8]) -> Result<Vec<String>, XmlError> {
    let mut document = Document::new(bytes);
    let mut items = Vec::new();
    loop {
        items.push(match document.item()? {
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

/// The items of a document where leaves are asked for first, put as the items that they are.
fn items_by_leaves(bytes: &[u8]) -> Result<Vec<String>, XmlError> {
    let mut document = Document::new(bytes);
    let mut items = Vec::new();
    loop {
        if let Some(leaf) = document.leaf() {
            items.push(format!("<{}", leaf.name));
            if !leaf.text.is_empty() {
                items.push(format!("{:?}", leaf.text));
            }
            items.push(">".to_owned());
            continue;
        }
        items.push(match document.item()? {
            Item::Open(tag) => format!("<{}{}", tag.name, if tag.empty { "/" } else { "" }),
            Item::Text(text) => format!("{text:?}"),
            Item::Close => ">".to_owned(),
            Item::End => return Ok(items),
        });
    }
}

#[test]
fn leaves_are_what_their_items_are() {
    let long = format!("<r><a>{}</a><b>x</b></r>", "y".repeat(200_000));
    let deep = format!("{}<a>x</a>{}", "<r>".repeat(32), "</r>".repeat(32));
    let documents: [&str; 16] = [
        "<r><a>x</a>\n  <b></b> <c-1.2_3>y > z</c-1.2_3></r>",
        "<a>x</a>",
        "<r>\n<a>x</a>\n<a>x</b></r>",
        "<r><a>x</ a></r>",
        "<r><a>x</a >\n<b>\n</b></r>",
        "<r><a b='1'>x</a><n:a>x</n:a><\u{e5}>x</\u{e5}></r>",
        "<r><a>x&amp;y</a><a>x<b/>y</a><a><![CDATA[x]]></a><a/></r>",
        "<r> text <a>x</a> more </r>",
        "<r><a>x</a",
        "<r><a>x",
        "<r><a>\u{e5}\n\u{20ac}</a></r>",
        "<r><!-- <a>x</a> --><a>x</a></r><a>x</a>",
        "<r><>x</></r>",
        "<r><a>\0</a></r>",
        &long,
        &deep,
    ];
    let is_space = |item: &String| item.starts_with('"') && item.replace("\\n", "").trim_matches('"').trim().is_empty();
    for document in documents {
        let without_space = |items: Result<Vec<String>, XmlError>| {
            items.map(|items| items.into_iter().filter(|item| !is_space(item)).collect::<Vec<_>>())
        };
        let expected = without_space(items(document.as_bytes()));
        assert_eq!(without_space(items_by_leaves(document.as_bytes())), expected, "{document}");
    }
    let damaged = b"<r>\n<a>\xff</a></r>";
    assert_eq!(items_by_leaves(damaged), items(damaged));
    let mut document = Document::new(&b"<r>\n\n  <a>x\n</a> <b>y</b></r>"[..]);
    document.item().expect("the root");
    let places: Vec<Place> = (0..2).map(|_| document.leaf().expect("a leaf").place).collect();
    assert_eq!(places, [Place { line: 3, column: 3 }, Place { line: 4, column: 6 }]);
}

#[test]
fn a_nul_byte_is_refused_where_it_stands() {
    let long = format!("<a>\n{}\n  <b/>\0</a>", " ".repeat(200_000));
    let cases: [(&[u8], u64, u64); 9] = [
        (b"<a\0/>", 1, 3),
        (b"<a>\n<b c='x\0y'/></a>", 2, 8),
        (b"<a>\n\n x\0 </a>", 3, 3),
        (b"<a><!-- \0 --></a>", 1, 9),
        (b"<a><![CDATA[\n\0]]></a>", 2, 1),
        (b"<a/>\n\0", 2, 1),
        // Cut off behind it, all the same.
        (b"<a><b c='\0", 1, 10),
        (b"<a>\0", 1, 4),
        (long.as_bytes(), 3, 7),
    ];
    for (bytes, line, column) in cases {
        let error = items(bytes).expect_err("refused");
        let expected = "not well formed: a NUL byte, which XML does not allow";
        assert_eq!((error.line, error.column, error.problem.as_str()), (line, column, expected), "{bytes:?}");
    }
    // A zero is half of most characters of UTF-16.
    assert_eq!(items(&wide("<a>x</a>", true)), Ok(["<a", "\"x\"", ">"].map(str::to_owned).to_vec()));
}

/// A text in UTF-16.
fn wide(text: &str, little: bool) -> Vec<u8> {
    let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn other_encodings_become_utf_8() {
    let text = |declared: &str| {
        format!("<?xml version='1.0' encoding='{declared}'?>\n<a>sm\u{f6}r \u{20ac}{}</a>", "\u{e5}".repeat(70_000))
    };
    let expected = items(text("UTF-8").as_bytes()).expect("UTF-8");
    assert_eq!(expected.len(), 3);
    // A byte order mark counts more than what is declared; without one, the declaration itself shows the width.
    for (declared, mark) in [("UTF-16", "\u{feff}"), ("utf-8", "\u{feff}"), ("utf-16", "")] {
        for little in [true, false] {
            assert_eq!(
                items(&wide(&format!("{mark}{}", text(declared)), little)).as_ref(),
                Ok(&expected),
                "{declared}"
            );
        }
    }
    for declared in ["ISO-8859-1", "windows-1252", "Latin1"] {
        let bytes: Vec<u8> = text(declared)
            .chars()
            .map(|character| if character == '\u{20ac}' { 0x80 } else { u8::try_from(u32::from(character)).unwrap() })
            .collect();
        assert_eq!(items(&bytes).as_ref(), Ok(&expected), "{declared}");
    }
    let error = |bytes: &[u8]| items(bytes).expect_err("refused").problem;
    assert_eq!(error(&[&wide("\u{feff}<a>", true)[..], &[0, 0xd8, b'x', 0]].concat()), "bytes that are not UTF-8");
    assert_eq!(error(&wide("\u{feff}<a>x", true)[..9]), "bytes that are not UTF-8");
    assert_eq!(
        error(text("UTF-16").as_bytes()),
        "the file declares the encoding UTF-16, and only UTF-8, UTF-16, ISO-8859-1 and Windows-1252 are read"
    );
    assert_eq!(items(&wide("<a/>", false)), Ok(vec!["<a/".to_owned()]));
}
