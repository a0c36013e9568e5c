use super::*;

#[test]
fn examples_are_numbers_days_and_codes() {
    let texts = [
        "1,50",
        "1,50",
        "2026-03-01",
        "SEK 5",
        "Anna",
        "a1@x.se",
        "Anna Andersson 7",
        "14 mars 2026",
        "\u{1}7",
        "2",
        "3",
    ];
    assert_eq!(examples(texts.into_iter(), 4), "`1,50`, `2026-03-01`, `SEK 5`, `14 mars 2026`");
    assert_eq!(examples(["Anna"].into_iter(), 3), "");
}
