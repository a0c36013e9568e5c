//! Documents that are read, and those that are not, with the exact reason.

use super::*;

/// A document as its tape has it, written again without spaces.
fn written(node: &Node<'_>) -> String {
    match node.shape() {
        Shape::Object => {
            let parts: Vec<String> =
                node.values().map(|value| format!("{:?}:{}", value.key(), written(&value))).collect();
            format!("{{{}}}", parts.join(","))
        }
        Shape::Array => {
            let parts: Vec<String> = node.values().map(|value| written(&value)).collect();
            format!("[{}]", parts.join(","))
        }
        Shape::Text => format!("{:?}", node.text().unwrap()),
        _ => node.raw().to_owned(),
    }
}

#[test]
fn documents_are_laid_out_flat() {
    let table = [
        ("{}", "{}"),
        (" [ ] ", "[]"),
        (
            r#"{"a":1,"b":[1,-2.50,1e5,[]],"c":{"d":null,"e":true},"f":"x"}"#,
            r#"{"a":1,"b":[1,-2.50,1e5,[]],"c":{"d":null,"e":true},"f":"x"}"#,
        ),
        ("\r\n{ \"a\" :\t0 , \"b\" : false }\n", r#"{"a":0,"b":false}"#),
        (r#"{"\u0061\"\\":"\n\t\/ å \u00e5 \ud83d\ude00"}"#, "{\"a\\\"\\\\\":\"\\n\\t/ å å 😀\"}"),
        (r#""""#, r#""""#),
        ("0", "0"),
        (
            "123456789012345678901234567890.123456789012345678901234567890",
            "123456789012345678901234567890.123456789012345678901234567890",
        ),
    ];
    for (text, expected) in table {
        let tape = Tape::parse(text).unwrap();
        assert_eq!(written(&Node::root(text, &tape)), expected, "{text}");
    }
}

#[test]
fn values_are_found_by_key_and_place() {
    let text = "{\"a\":{\"x\":[1,{\"b\":2}]},\n \"b\":3}";
    let tape = Tape::parse(text).unwrap();
    let root = Node::root(text, &tape);
    let b = root.get("b").unwrap();
    assert_eq!((b.raw(), b.offset(), b.shape()), ("3", text.rfind('3').unwrap(), Shape::Number));
    assert_eq!(root.get("a").unwrap().raw(), "{\"x\":[1,{\"b\":2}]}");
    assert!(root.get("x").is_none());
    assert!(b.get("x").is_none());
    assert_eq!(b.values().count(), 0);
    assert_eq!(b.text(), None);
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let table = [
        ("", 0, "the document ends where a value must stand"),
        ("{", 1, "the document ends where a key must stand"),
        (r#"{"a""#, 4, "the document ends where a colon must stand"),
        (r#"{"a":"#, 5, "the document ends where a value must stand"),
        (r#"{"a":1"#, 6, "the document ends where a comma or the end of the object must stand"),
        (r#"{"a":1,}"#, 7, "'}' stands where a key must stand"),
        ("[1,]", 3, "']' stands where a value must stand"),
        ("[1 2]", 3, "'2' stands where a comma or the end of the array must stand"),
        ("{a:1}", 1, "'a' stands where a key must stand"),
        ("{'a':1}", 1, "'\\'' stands where a key must stand"),
        ("{} x", 3, "'x' stands where the end of the document must stand"),
        ("{}{}", 2, "'{' stands where the end of the document must stand"),
        ("[nul]", 1, "'n' stands where a value must stand"),
        ("[nulls]", 5, "'s' stands where a comma or the end of the array must stand"),
        ("[NaN]", 1, "'N' stands where a value must stand"),
        ("[1.]", 3, "']' stands where a digit must stand"),
        ("[.5]", 1, "'.' stands where a value must stand"),
        ("[-]", 2, "']' stands where a digit must stand"),
        ("[+1]", 1, "'+' stands where a value must stand"),
        ("[1e]", 3, "']' stands where a digit must stand"),
        ("[007]", 2, "a number with a leading zero; an id that has one must be a text"),
        ("[0x1]", 2, "'x' stands where a comma or the end of the array must stand"),
        ("[\"a", 3, "the document ends inside a text"),
        ("[\"a\nb\"]", 3, "the control character U+000A stands where a character of a text, or its end, must stand"),
        ("[\"a\0b\"]", 3, "a NUL byte stands where a character of a text, or its end, must stand"),
        ("[\0]", 1, "a NUL byte stands where a value must stand"),
        (r#"["\x"]"#, 2, "an escape that JSON does not have"),
        (r#"["\"#, 2, "an escape that JSON does not have"),
        (r#"["\u12g4"]"#, 2, "an escape \\u must have four hexadecimal digits"),
        (r#"["\u12"]"#, 2, "an escape \\u must have four hexadecimal digits"),
        (r#"["\ud800"]"#, 2, "half of a surrogate pair stands alone"),
        (r#"["\ud800\u0041"]"#, 2, "half of a surrogate pair stands alone"),
        (r#"["\udc00"]"#, 2, "half of a surrogate pair stands alone"),
        (r#"{"a":1,"b":2,"a":1}"#, 13, "the key \"a\" stands twice in one object"),
        (r#"{"a":1,"\u0061":1}"#, 7, "the key \"a\" stands twice in one object"),
        (r#"{"x":{"a":1,"a":null}}"#, 12, "the key \"a\" stands twice in one object"),
    ];
    for (text, offset, problem) in table {
        let flaw = Tape::parse(text).map(|_| ()).unwrap_err();
        assert_eq!((flaw.offset, flaw.problem.as_str()), (offset, problem), "{text}");
    }
    // One key in two objects is none twice.
    assert!(Tape::parse(r#"{"a":{"a":[{"a":1},{"a":2}]},"A":1}"#).is_ok());
}

#[test]
fn a_key_twice_among_many_is_found() {
    let mut parts: Vec<String> = (0..1_000).map(|number| format!("\"k{number}\":1")).collect();
    assert!(Tape::parse(&format!("{{{}}}", parts.join(","))).is_ok());
    parts.push("\"k998\":2".to_owned());
    let flaw = Tape::parse(&format!("{{{}}}", parts.join(","))).map(|_| ()).unwrap_err();
    assert_eq!(flaw, Flaw { offset: 0, problem: "the key \"k998\" stands twice in one object".to_owned() });
}

#[test]
fn nesting_is_bound() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Tape::parse(&nested(DEPTH_MAX)).is_ok());
    let flaw = Tape::parse(&nested(DEPTH_MAX + 1)).map(|_| ()).unwrap_err();
    assert_eq!(flaw, Flaw { offset: DEPTH_MAX, problem: "objects and arrays are nested deeper than 128".to_owned() });
    assert!(Tape::parse(&"[".repeat(1_000_000)).is_err());
}

#[test]
fn values_are_bound() {
    let many = |count: usize| format!("[{}1]", "1,".repeat(count - 2));
    assert!(Tape::parse(&many(VALUES_MAX)).is_ok());
    let flaw = Tape::parse(&many(VALUES_MAX + 1)).map(|_| ()).unwrap_err();
    assert_eq!(flaw.problem, "a document of more than 8388608 values");
}

proptest::proptest! {
    /// What serde_json reads this reads too, and the other way round, but for keys that stand twice.
    #[test]
    fn it_agrees_with_another_reader(text in "[\\[\\]{}:,\"\\\\0-9eE.+\\-u/ntrfals\n x\u{0}å]{0,24}") {
        let other: Result<serde_json::Value, _> = serde_json::from_str(&text);
        match (Tape::parse(&text), other) {
            (Ok(_), Ok(_)) | (Err(_), Err(_)) => {}
            (Ok(_), Err(error)) => proptest::prop_assert!(error.to_string().contains("out of range"), "{error}"),
            (Err(flaw), Ok(_)) => proptest::prop_assert!(flaw.problem.contains("twice"), "{flaw:?}"),
        }
    }
}
