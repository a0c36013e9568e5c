//! Files of documents in every shape, and those that are damaged, with the exact error.

use super::*;

/// The documents of a file as text with their lines; small reads and batches find the same.
fn documents(bytes: &[u8]) -> Result<Vec<(u64, String)>, FileError> {
    let bytes = Bytes::from_vec(bytes.to_vec());
    let mut found = Vec::new();
    let mut documents = Documents::new("x.json", &bytes)?;
    while let Some(batch) = documents.next_batch()? {
        for span in batch.spans() {
            let document = batch.document(*span)?;
            found.push((document.line(), document.text().to_owned()));
        }
    }
    let mut again = Vec::new();
    let mut documents = Documents::new("x.json", &bytes)?;
    documents.batch_len = 1;
    while let Some(batch) = documents.next_batch()? {
        assert_eq!(batch.spans().len(), 1);
        let document = batch.document(batch.spans()[0])?;
        again.push((document.line(), document.text().to_owned()));
    }
    assert_eq!(found, again, "batches do not matter");
    Ok(found)
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

#[test]
fn documents_stand_in_many_ways() {
    let one = vec![(1, r#"{"a":1}"#)];
    let table: [(&str, Vec<(u64, &str)>); 14] = [
        ("", vec![]),
        (" \n", vec![]),
        ("[]", vec![]),
        ("[ ]\n[]", vec![]),
        (r#"{"a":1}"#, one.clone()),
        ("\u{feff}{\"a\":1}\n", one.clone()),
        (r#"[{"a":1}]"#, one.clone()),
        ("[{\"a\":1},\n{\"b\":[{}]}\n,\n\n{}]\n", vec![(1, r#"{"a":1}"#), (2, "{\"b\":[{}]}"), (5, "{}")]),
        ("{\"a\":1}\n{\"b\":2}\n\n{}\n", vec![(1, r#"{"a":1}"#), (2, "{\"b\":2}"), (4, "{}")]),
        ("{\"a\":1}\r\n{\"b\":2}\r\n", vec![(1, r#"{"a":1}"#), (2, "{\"b\":2}")]),
        ("{\"a\":1}{}  {}", vec![(1, r#"{"a":1}"#), (1, "{}"), (1, "{}")]),
        ("{\n\"a\":\n1}\n{}", vec![(1, "{\n\"a\":\n1}"), (4, "{}")]),
        (r#"{"a}\"]":"[{\\"}{}"#, vec![(1, r#"{"a}\"]":"[{\\"}"#), (1, "{}")]),
        ("[{}]\n{}\n[{},{}]", vec![(1, "{}"), (2, "{}"), (3, "{}"), (3, "{}")]),
    ];
    for (text, expected) in table {
        let expected: Vec<(u64, String)> = expected.into_iter().map(|(line, text)| (line, text.to_owned())).collect();
        assert_eq!(documents(text.as_bytes()).unwrap(), expected, "{text}");
        let text = text.trim_start_matches('\u{feff}');
        for little in [true, false] {
            let bytes = utf16(text, little);
            assert_eq!(documents(&bytes).unwrap(), expected, "UTF-16: {text}");
            assert_eq!(documents(bytes.get(2..).unwrap()).unwrap(), expected, "UTF-16 without its mark: {text}");
        }
    }
}

#[test]
fn damaged_files_say_where() {
    let cut_off = "the file is cut off inside the document that begins here";
    let table: [(&[u8], &str); 22] = [
        (b"{", &format!("x.json:1:1: {cut_off}")),
        (b"{}\n {\"a\":\"", &format!("x.json:2:2: {cut_off}")),
        (b"{}\n {\"a\":\"\\", &format!("x.json:2:2: {cut_off}")),
        (b"[{}", "x.json:1:4: the file is cut off inside its array of documents"),
        (b"[{},\n", "x.json:2:1: the file is cut off inside its array of documents"),
        (b"{} x", "x.json:1:4: 'x' stands where a document, `{`, or an array of documents, `[`, must stand"),
        (b"{},{}", "x.json:1:3: ',' stands where a document, `{`, or an array of documents, `[`, must stand"),
        (b"{}]", "x.json:1:3: ']' stands where a document, `{`, or an array of documents, `[`, must stand"),
        (b"[{},]", "x.json:1:5: ']' stands where a document, `{`, must stand"),
        (b"[,{}]", "x.json:1:2: ',' stands where a document, `{`, or the end of the array must stand"),
        (b"[{} {}]", "x.json:1:5: '{' stands where a comma or the end of the array must stand"),
        (b"[[{}]]", "x.json:1:2: '[' stands where a document, `{`, or the end of the array must stand"),
        (b"[1]", "x.json:1:2: '1' stands where a document, `{`, or the end of the array must stand"),
        (b"{}\n\0", "x.json:2:1: a NUL byte stands where a document, `{`, or an array of documents, `[`, must stand"),
        (
            b"{}\xe9",
            "x.json:1:3: the byte 0xe9 stands where a document, `{`, or an array of documents, `[`, must stand",
        ),
        (b"{\"a\":[}", "x.json:1:7: '}' closes an array"),
        (b"{}\n{\"a\":1]}", "x.json:2:7: ']' closes an object"),
        (b"{}\n[{},\n {\"a\":01}]", "x.json:3:8: a number with a leading zero; an id that has one must be a text"),
        (b"{}\n{\"\xc3\xa5\":\"\xe5\"}", "x.json:2:7: bytes that are not UTF-8"),
        (b"{}\n{\"a\":1,\"b\":2,\n \"a\":3}", "x.json:3:2: the key \"a\" stands twice in one object"),
        (b"{\"a\":\"\0\"}", "x.json:1:7: a NUL byte stands where a character of a text, or its end, must stand"),
        (b"\xff\xfe{\0}\0x", "x.json:1:3: half of a surrogate pair, or half a character at the end, in a UTF-16 file"),
    ];
    for (bytes, expected) in table {
        let error = documents(bytes).unwrap_err();
        assert_eq!(error.to_string(), expected, "{}", String::from_utf8_lossy(bytes));
        assert!(!error.help.is_empty());
    }
}

#[test]
fn nesting_and_size_are_bound() {
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert_eq!(documents(nested(DEPTH_MAX).as_bytes()).unwrap().len(), 1);
    let error = documents(nested(DEPTH_MAX + 1).as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "x.json:1:133: objects and arrays are nested deeper than 128");
    let large = format!("{{}}\n{{\"a\":\"{}\"}}", "x".repeat(DOCUMENT_LEN_MAX));
    let error = documents(large.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "x.json:2:1: a document of more than 64 MiB begins here");
}

#[test]
fn long_files_come_in_batches_with_their_lines() {
    let line = format!("{{\"number\":1,\"text\":\"{}\"}}", "å\\\"".repeat(200));
    let count = 20_000;
    let text = format!("{line}\n").repeat(count);
    let array = format!("[\n{}]", format!("{line},\n").repeat(count).trim_end_matches(",\n"));
    for (text, first) in [(text, 1_u64), (array, 2)] {
        let bytes = Bytes::from_vec(text.into_bytes());
        let mut documents = Documents::new("x.json", &bytes).unwrap();
        let (mut lines, mut batches) = (Vec::new(), 0);
        while let Some(batch) = documents.next_batch().unwrap() {
            assert!(batch.text.len() < BATCH_LEN + 2 * READ_LEN, "{}", batch.text.len());
            batches += 1;
            for span in batch.spans() {
                let document = batch.document(*span).unwrap();
                assert_eq!(document.text(), line);
                lines.push(document.line());
            }
        }
        assert!(batches > 2, "{batches}");
        assert!(lines.into_iter().eq((0..).map(|n| n + first).take(count)));
    }
}

#[test]
fn an_error_behind_many_batches_knows_its_place() {
    let good = "{\"a\":\"å\"}\n".repeat(600_000);
    let bytes = Bytes::from_vec(format!("{good}{{\"a\":\"å\",}}").into_bytes());
    let mut documents = Documents::new("x.json", &bytes).unwrap();
    let mut error = None;
    while let Some(batch) = documents.next_batch().unwrap() {
        error = batch.spans().iter().find_map(|span| batch.document(*span).err()).or(error);
    }
    assert_eq!(error.unwrap().to_string(), "x.json:600001:10: '}' stands where a key must stand");
    // Many documents on one line: the column goes on behind a batch.
    let bytes = Bytes::from_vec(format!("{}x", "{\"a\":\"å\"}".repeat(600_000)).into_bytes());
    let mut documents = Documents::new("x.json", &bytes).unwrap();
    let error = loop {
        match documents.next_batch() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the file has an error"),
            Err(error) => break error,
        }
    };
    assert_eq!((error.line, error.column), (Some(1), Some(600_000 * 9 + 1)));
}

#[test]
fn values_know_their_lines() {
    let text = "\n{\"a\":[\n{\"b\":1},\n{\n\"b\":2}],\n\"c\":{}}";
    let bytes = Bytes::from_vec(text.as_bytes().to_vec());
    let mut documents = Documents::new("x.json", &bytes).unwrap();
    let batch = documents.next_batch().unwrap().unwrap();
    let document = batch.document(batch.spans()[0]).unwrap();
    let root = document.root();
    let elements: Vec<u64> = root.get("a").unwrap().values().map(|value| document.line_of(&value)).collect();
    assert_eq!(elements, [3, 4]);
    assert_eq!(document.line_of(&root.get("c").unwrap()), 6);
    assert_eq!(document.line_of(&root), 2, "also when asked backwards");
}

#[test]
fn the_first_document_tells_what_a_file_is() {
    use super::super::recognise::{Dintero, SwedbankPay};
    let table = [
        ("", None),
        ("[]", None),
        ("{\"a\":1}", None),
        ("{\"payment\":\"\"}\n{\"broken", Some(Kind::SwedbankPay(SwedbankPay::Enveloped))),
        ("[{\"captures\":[]}", Some(Kind::Dintero(Dintero::Collection))),
        ("{\"order_id\":1,\"amount\":2,\"currency\":\"SEK\"}", Some(Kind::CanonicalRow)),
    ];
    for (text, expected) in table {
        let bytes = Bytes::from_vec(text.as_bytes().to_vec());
        assert_eq!(first_kind("x.json", &bytes).unwrap(), expected, "{text}");
    }
}
