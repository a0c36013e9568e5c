//! What gives no row is noted, and collections of an unknown name are refused.

use super::*;

fn notes(path: &str, text: &str) -> Vec<String> {
    let document = Document::parse(text, 1).unwrap();
    let Some(Kind::Dintero(kind)) = document.kind() else { panic!("{path}: {:?}", document.kind()) };
    let context = DocContext { file: 7, path: PathHints::new(path), ..DocContext::default() };
    let mut heard = Heard::default();
    facts(&document, kind, &context, &mut heard);
    assert_eq!(heard.rejects, [], "{text}");
    heard.notes.sentences()
}

#[test]
fn what_moves_no_money_is_noted() {
    let moneyless = "authorizations and verifications, which move no money: 1, on line 1";
    let not_cancelled = "cancellations that were only asked for or did not succeed: 1, on line 1";
    let nothing = "documents that tell of no order line, capture, reversal or cancellation: 1, on line 1";
    let operation = r#"{"success":false,"items":[{"line_id":1,"amount":5}],"payment_details":{"payment_id":"P"}}"#;
    let with_events =
        |events: &str| format!(r#"{{"id":"T","merchant_reference":"O","session_id":"s","events":[{events}]}}"#);
    let table = [
        ("orders/O/authorizations/1.json", operation.to_owned(), moneyless),
        ("orders/O/cancellations/1.json", operation.to_owned(), not_cancelled),
        ("o.json", format!("{{\"authorizations\":[{operation}]}}"), moneyless),
        ("o.json", format!("{{\"cancellations\":[{operation}]}}"), not_cancelled),
        ("o.json", r#"{"captures":[]}"#.to_owned(), nothing),
        ("o.json", r#"{"order":{"currency":"NOK"}}"#.to_owned(), nothing),
        (
            "o.json",
            r#"{"events":[{"id":"e"}],"state":"success"}"#.to_owned(),
            "logs of an order's events, which repeat what its captures and refunds tell: 1, on line 1",
        ),
        ("t.json", with_events(""), nothing),
        ("t.json", with_events(r#"{"event":"AUTHORIZE","amount":5,"success":true}"#), nothing),
        ("t.json", with_events(r#"{"event":"VOID","amount":5,"success":false}"#), not_cancelled),
        ("t.json", with_events(r#"{"event":"NEWS"}"#), "events of an unknown name without an amount: 1, on line 1"),
    ];
    for (path, document, expected) in table {
        assert_eq!(notes(path, &document), [expected], "{document}");
    }
}

#[test]
fn collections_of_an_unknown_name_are_refused() {
    let reason = "a collection of this name is not known, and it states amounts: it was not used";
    let payback = r#""paybacks":[{"note":"n"},{"amount":5,"success":true},{"amount":6,"success":true}]"#;
    for document in [
        format!("{{\"captures\":[],{payback}}}"),
        format!("{{\"id\":\"O\",\"items\":[],\"captures\":[],{payback}}}"),
        format!("{{\"id\":\"T\",\"session_id\":\"s\",\"events\":[],{payback}}}"),
    ] {
        assert_eq!(read("x.json", &document).1, [rejected(1, "paybacks", "[...]", reason)], "{document}");
    }
    let settlements = r#"{"id":"T","session_id":"s","events":[{"event":"CAPTURE","amount":5,"settlements":7}]}"#;
    assert_eq!(read("t.json", settlements).1, [rejected(1, "settlements", "7", "an object must stand here")]);
}

#[test]
fn an_operation_is_known_by_its_items_alone() {
    let items = r#"{"items":[{"line_id":1,"amount":500}]}"#;
    let expected = recorded(1, Moved::Capture, "O", vec![part("1", 500)]);
    assert_eq!(read("orders/O/captures/1.json", items), (vec![Fact::Operation(expected)], vec![]));
    let whole = r#"{"id":"r1","created_at":"2026-01-02","amount":500,"success":true}"#;
    let expected = OperationFact {
        operation_id: text("r1"),
        amount_minor: Some(500),
        created_at: text("2026-01-02"),
        state: text("completed"),
        ..recorded(1, Moved::Reversal, "O", vec![])
    };
    assert_eq!(read("orders/O/refunds/1.json", whole), (vec![Fact::Operation(expected)], vec![]));
}
