//! Words of cells in four languages: what kind a row is, and whether it was done.

use super::words::folded;

/// What a word says that a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKind {
    /// Money taken from the customer.
    Capture,
    /// Money given back.
    Reversal,
    /// What the provider takes.
    Fee,
    /// Money that the bank took back.
    Chargeback,
    /// A correction.
    Adjustment,
    /// Money sent to the merchant.
    Payout,
    /// Money that did not move: an authorization or a cancellation.
    NoMoney,
}

impl RowKind {
    /// The canonical word of `kind`; `None` for what has none.
    #[must_use]
    pub fn canonical(self) -> Option<&'static str> {
        match self {
            Self::Capture => Some("capture"),
            Self::Reversal => Some("reversal"),
            Self::Fee => Some("fee"),
            Self::Chargeback => Some("chargeback"),
            Self::Adjustment => Some("adjustment"),
            Self::Payout => Some("payout"),
            Self::NoMoney => None,
        }
    }
}

/// Parts of words, folded, in the order in which they decide: `återbetalning` holds `betalning`.
const STEMS: &[(RowKind, &[&str])] = &[
    (RowKind::Chargeback, &["chargeback", "reklamation", "reklamasjon", "indsigelse", "tvist", "dispute"]),
    (RowKind::Payout, &["utbetal", "udbetal", "payout", "tilitys"]),
    (
        RowKind::NoMoney,
        &["auktoris", "autoris", "authori", "reserv", "annull", "cancel", "kanseller", "makul", "void", "avbest"],
    ),
    (RowKind::Fee, &["avgift", "gebyr", "provision", "provisjon", "commission", "kommission", "palvelumaksu"]),
    (
        RowKind::Reversal,
        &[
            "retur",
            "refund",
            "refus",
            "kredit",
            "credit",
            "revers",
            "aterbetal",
            "tilbakebetal",
            "tilbagebetal",
            "aterkop",
            "palautus",
            "hyvitys",
            "refunder",
        ],
    ),
    (RowKind::Adjustment, &["juster", "adjust", "korrig", "korrek", "correction", "rattelse"]),
    (
        RowKind::Capture,
        &[
            "capture",
            "debit",
            "debet",
            "kortkop",
            "kjop",
            "forsaljning",
            "forsaelg",
            "salg",
            "sale",
            "purchase",
            "trekk",
            "belast",
            "betalning",
            "betaling",
            "payment",
            "haev",
            "veloitus",
            "osto",
            "maksu",
        ],
    ),
];
/// Words that count only as a whole.
const WHOLE: &[(RowKind, &[&str])] =
    &[(RowKind::Capture, &["kop", "kob", "salj", "myynti"]), (RowKind::Fee, &["fee", "fees", "kulu"])];

/// What a word says that a row is; `None` where it is no known word.
#[must_use]
pub fn row_kind(word: &str) -> Option<RowKind> {
    let word = folded(word);
    if let Some((kind, _)) = WHOLE.iter().find(|(_, known)| known.contains(&word.as_str())) {
        return Some(*kind);
    }
    // A card is no direction.
    let plain = ["kreditkort", "kredittkort", "creditcard", "debetkort", "debitkort", "debitcard"]
        .iter()
        .fold(word, |word, card| word.replace(card, ""));
    STEMS.iter().find(|(_, stems)| stems.iter().any(|stem| plain.contains(stem))).map(|(kind, _)| *kind)
}

/// Words of a state that money moved.
const DONE: &[&str] = &[
    "completed",
    "complete",
    "success",
    "successful",
    "succeeded",
    "true",
    "ok",
    "done",
    "paid",
    "captured",
    "settled",
    "refunded",
    "genomford",
    "klar",
    "klart",
    "slutford",
    "utford",
    "betald",
    "betalt",
    "debiterad",
    "krediterad",
    "aterbetald",
    "gjennomfort",
    "fullfort",
    "utfort",
    "belastet",
    "trukket",
    "refundert",
    "kreditert",
    "gennemfort",
    "udfort",
    "haevet",
    "refunderet",
    "krediteret",
    "faerdig",
    "ferdig",
    "valmis",
    "suoritettu",
    "maksettu",
    "onnistui",
];
/// Words of a state that it did not.
const NOT_DONE: &[&str] = &[
    "failed",
    "failure",
    "false",
    "pending",
    "declined",
    "rejected",
    "cancelled",
    "canceled",
    "aborted",
    "expired",
    "initialized",
    "initiated",
    "authorized",
    "authorised",
    "misslyckad",
    "misslyckades",
    "nekad",
    "avvisad",
    "avbruten",
    "vantar",
    "vantande",
    "annullerad",
    "reserverad",
    "feilet",
    "mislyktes",
    "avvist",
    "avbrutt",
    "venter",
    "kansellert",
    "annullert",
    "reservert",
    "fejlet",
    "mislykket",
    "afvist",
    "afbrudt",
    "afventer",
    "annulleret",
    "reserveret",
    "hylatty",
    "peruutettu",
    "odottaa",
];

/// Whether a word says that money moved; `None` where it is no known word.
#[must_use]
pub fn is_done(word: &str) -> Option<bool> {
    let word = folded(word);
    match (DONE.contains(&word.as_str()), NOT_DONE.contains(&word.as_str())) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// The provider that a text names.
#[must_use]
pub fn provider(text: &str) -> Option<&'static str> {
    const NAMES: [(&str, &[&str]); 12] = [
        ("swedbank_pay", &["swedbank", "payex"]),
        ("dintero", &["dintero"]),
        ("klarna", &["klarna"]),
        ("nets", &["nets easy", "netseasy", "nexi"]),
        ("adyen", &["adyen"]),
        ("stripe", &["stripe"]),
        ("svea", &["svea"]),
        ("qliro", &["qliro"]),
        ("walley", &["walley"]),
        ("vipps", &["vipps", "mobilepay"]),
        ("worldline", &["worldline", "bambora"]),
        ("paypal", &["paypal"]),
    ];
    let text = folded(text);
    NAMES.iter().find(|(_, words)| words.iter().any(|word| text.contains(&folded(word)))).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_rows() {
        use RowKind as K;
        let table = [
            (
                "Köp Kortköp Kjøp Køb Salg Sale Purchase Capture Debitering Debet Betalning Betaling Trekk Belastning CAPTURED",
                Some(K::Capture),
            ),
            (
                "Retur Refund Refusjon Refusion Kreditering Credit Återbetalning Tilbakebetaling Tilbagebetaling Reversal",
                Some(K::Reversal),
            ),
            ("Avgift Gebyr Fee Provision Transaktionsavgift", Some(K::Fee)),
            ("Utbetalning Utbetaling Udbetaling Payout", Some(K::Payout)),
            ("Justering Adjustment Korrigering", Some(K::Adjustment)),
            ("Chargeback Reklamation", Some(K::Chargeback)),
            ("Auktorisering Reservation Annullering Cancellation VOID", Some(K::NoMoney)),
            ("Kreditkort Debitcard Visa Swish Övrigt", None),
        ];
        for (words, kind) in table {
            for word in words.split(' ') {
                assert_eq!(row_kind(word), kind, "{word}");
            }
        }
        assert_eq!(row_kind("Köp, kreditkort"), None);
        assert_eq!(row_kind("Betalning kreditkort"), Some(K::Capture));
    }

    #[test]
    fn words_of_states_and_providers() {
        for (words, done) in [
            ("Genomförd Gjennomført Gennemført Completed SUCCESS ok Betald", Some(true)),
            ("Misslyckad Feilet Fejlet Failed Pending Nekad", Some(false)),
            ("Kanske Övrig", None),
        ] {
            for word in words.split(' ') {
                assert_eq!(is_done(word), done, "{word}");
            }
        }
        let table = [
            ("Swedbank Pay", Some("swedbank_pay")),
            ("PayEx-captures-2026.csv", Some("swedbank_pay")),
            ("exports/dintero/x.csv", Some("dintero")),
            ("Nets Easy", Some("nets")),
            ("Customer", None),
            ("internetshop", None),
        ];
        for (text, name) in table {
            assert_eq!(provider(text), name, "{text}");
        }
    }
}
