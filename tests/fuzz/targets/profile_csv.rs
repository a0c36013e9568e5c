//! Delimited text by a profile, which the first bytes choose.
#![no_main]

use std::collections::BTreeMap;

use avstem::ingest::profile::{AmountUnit, Encoding, Grouping, Profile, Quote, RateUnit, Split};
use avstem::ingest::source::Shape;
use avstem_fuzz::{dataset, read};

fn of<T: Clone>(choices: &[T], byte: u8) -> T {
    choices[usize::from(byte) % choices.len()].clone()
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let [a, b, c, d, e, f, g, h, file @ ..] = data else { return };
    let text = |text: &str| text.to_owned();
    let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| (text(a), text(b))).collect::<BTreeMap<_, _>>();
    let dataset = dataset(*a);
    let columns = [
        pairs(&[]),
        pairs(&[("order_id", "Ordernr"), ("amount", "Belopp"), ("currency", "Valuta"), ("created_at", "Datum")]),
        pairs(&[
            ("order_id", "o"),
            ("line_id", "l"),
            ("gross_amount", "b"),
            ("created_at", "d"),
            ("quantity", "q"),
            ("vat_rate", "m"),
        ]),
        pairs(&[("gross_amount", "b"), ("kind", "k"), ("fee_amount", "a")]),
        pairs(&[("amount", "Belopp"), ("booked_on", "Datum"), ("text", "Text"), ("balance", "Saldo")]),
        pairs(&[("settlement_id", "Ref"), ("payout_amount", "Belopp"), ("paid_at", "Datum"), ("fee_amount", "a")]),
    ];
    let formats = [
        None,
        Some("%Y-%m-%d"),
        Some("%d.%m.%Y %H:%M"),
        Some("%d %B %Y"),
        Some("%d/%m/%y"),
        Some("%Y%m%dT%H%M%S%z"),
        Some("%e. %b %Y kl. %H.%M"),
    ];
    let profile = Profile {
        name: text("p"),
        delimiter: of(&[None, Some(b';'), Some(b'\t'), Some(b'|'), Some(b',')], *b),
        quote: of(&[None, Some(Quote::Byte(b'"')), Some(Quote::Byte(b'\'')), Some(Quote::Never)], *b >> 4),
        encoding: of(
            &[
                None,
                Some(Encoding::Utf8),
                Some(Encoding::Utf16),
                Some(Encoding::Utf16Le),
                Some(Encoding::Utf16Be),
                Some(Encoding::Windows1252),
                Some(Encoding::Iso8859_1),
                Some(Encoding::Iso8859_15),
            ],
            *c,
        ),
        decimal: of(&[None, Some(','), Some('.')], *d),
        grouping: of(
            &[None, Some(Grouping::Space), Some(Grouping::Dot), Some(Grouping::Comma), Some(Grouping::Apostrophe)],
            *d >> 4,
        ),
        amount_unit: of(&[None, Some(AmountUnit::Major), Some(AmountUnit::Minor)], *e),
        vat_rate_unit: of(
            &[None, Some(RateUnit::Percent), Some(RateUnit::BasisPoints), Some(RateUnit::Fraction)],
            *e >> 4,
        ),
        date_format: of(&formats, *f).map(text),
        timezone: of(&[None, Some("Europe/Oslo"), Some("America/New_York")], *f >> 4).map(text),
        header_row: of(&[None, Some(1), Some(2), Some(9)], *g),
        columns: of(&columns, *g >> 4),
        constants: of(
            &[
                pairs(&[]),
                pairs(&[("currency", "SEK")]),
                pairs(&[("currency", "KWD"), ("line_id", "1"), ("created_at", "2026-10-01")]),
            ],
            *h,
        ),
        values: if h & 16 == 0 {
            BTreeMap::new()
        } else {
            BTreeMap::from([(text("kind"), pairs(&[("Retur", "reversal")]))])
        },
        split: if h & 32 == 0 {
            Vec::new()
        } else {
            vec![Split { column: text("ref"), pattern: text(r"^(?<order_id>\w+)/(?<line_id>\d+)$") }]
        },
        negate: if h & 64 == 0 { Vec::new() } else { vec![text("amount"), text("gross_amount")] },
        only: if h & 128 == 0 { BTreeMap::new() } else { BTreeMap::from([(text("k"), vec![text("x"), text("")])]) },
        ..Profile::default()
    };
    read(file, Shape::Text, Some(dataset), Some(&profile));
});
