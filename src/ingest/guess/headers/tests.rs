use super::*;

/// Header and what it means; `-` for nothing that is known.
fn check(table: &[(&str, &str)]) {
    for (header, expected) in table {
        let found = meaning(header).map_or_else(|| "-".to_owned(), |found| format!("{:?}", found.concept));
        assert_eq!(found, *expected, "{header}");
    }
}

#[test]
fn headers_in_swedish() {
    check(&[
        ("Ordernr", "OrderId"),
        ("Ordernummer", "OrderId"),
        ("Beställningsnummer", "OrderId"),
        ("Orderrad", "LineId"),
        ("Radnr", "LineId"),
        ("Artikelnr.", "ItemId"),
        ("Benämning", "Description"),
        ("Antal", "Quantity"),
        ("Belopp", "Amount"),
        ("Belopp (SEK)", "Amount"),
        ("Belopp inkl. moms", "Gross"),
        ("Radbelopp inkl moms", "LineGross"),
        ("Radbelopp exkl moms", "Nothing"),
        ("Belopp exkl. moms", "Nothing"),
        ("Moms", "VatAmount"),
        ("Moms kr", "VatAmount"),
        ("Moms %", "VatRate"),
        ("Momssats", "VatRate"),
        ("Valuta", "Currency"),
        ("Datum", "Date"),
        ("Orderdatum", "OrderDate"),
        ("Bokföringsdag", "BookingDate"),
        ("Transaktionsdatum", "TransactionDate"),
        ("Utbetalningsdatum", "PayoutDate"),
        ("Transaktionsnr", "TransactionNumber"),
        ("Transaktions-ID", "TransactionId"),
        ("Betalningsreferens", "PayeeReference"),
        ("Referens", "PayeeReference"),
        ("Avstämningsnummer", "ReconciliationNumber"),
        ("Avräkning", "SettlementId"),
        ("Utbetalning", "Payout"),
        ("Avgift", "Fee"),
        ("Netto", "Net"),
        ("Typ", "Kind"),
        ("Status", "State"),
        ("Orderstatus", "Nothing"),
        ("À-pris", "Nothing"),
        ("Kund", "Nothing"),
        ("E-post", "Nothing"),
        ("Ordersumma", "OrderAmount"),
        ("Återbetalt belopp", "RefundAmount"),
        ("Returorsak", "ReversedReason"),
        ("Lagerplats", "-"),
    ]);
}

#[test]
fn headers_in_norwegian_and_danish() {
    check(&[
        ("Ordrenummer", "OrderId"),
        ("Bestilling", "OrderId"),
        ("Bestillingsnr", "OrderId"),
        ("Linje", "LineId"),
        ("Ordrelinje", "LineId"),
        ("Varenummer", "ItemId"),
        ("Varenavn", "Description"),
        ("Antall", "Quantity"),
        ("Beløp", "Amount"),
        ("BELOP", "Amount"),
        ("Beløp inkl. mva", "Gross"),
        ("Beløp inkl. MVA (NOK)", "Gross"),
        ("Sum eks. mva", "Nothing"),
        ("Mva", "VatAmount"),
        ("MVA %", "VatRate"),
        ("Mva-sats", "VatRate"),
        ("Dato", "Date"),
        ("Ordredato", "OrderDate"),
        ("Transaksjonsdato", "TransactionDate"),
        ("Transaksjonsnummer", "TransactionNumber"),
        ("Betalingsreferanse", "PayeeReference"),
        ("Avstemmingsnummer", "ReconciliationNumber"),
        ("Oppgjør", "SettlementId"),
        ("Oppgjørsdato", "PayoutDate"),
        ("Gebyr", "Fee"),
        ("Utbetalt beløp", "Net"),
        ("Beløb", "Amount"),
        ("Beløb inkl. moms", "Gross"),
        ("Beløb ekskl. moms", "Nothing"),
        ("Antal", "Quantity"),
        ("Købsdato", "OrderDate"),
        ("Bogføringsdato", "BookingDate"),
        ("Transaktionsnummer", "TransactionNumber"),
        ("Betalingsreference", "PayeeReference"),
        ("Afregning", "SettlementId"),
        ("Udbetaling", "Payout"),
        ("Kundenavn", "Nothing"),
        ("Fødselsnummer", "Nothing"),
    ]);
}

#[test]
fn headers_in_english_and_finnish() {
    check(&[
        ("Order number", "OrderId"),
        ("order_id", "OrderId"),
        ("OrderID", "OrderId"),
        ("Order", "OrderId"),
        ("Order number (web)", "OrderId"),
        ("Order status", "Nothing"),
        ("Order date", "OrderDate"),
        ("Line no.", "LineId"),
        ("SKU", "ItemId"),
        ("Qty", "Quantity"),
        ("Amount", "Amount"),
        ("Amount incl. VAT", "Gross"),
        ("Amount excl. VAT", "Nothing"),
        ("Line total excl. VAT", "Nothing"),
        ("Total (EUR)", "Amount"),
        ("VAT", "VatAmount"),
        ("VAT rate", "VatRate"),
        ("VAT%", "VatRate"),
        ("Currency", "Currency"),
        ("Created at", "CreatedAt"),
        ("createdAt", "CreatedAt"),
        ("Transaction number", "TransactionNumber"),
        ("Transaction ID", "TransactionId"),
        ("Payee reference", "PayeeReference"),
        ("Capture ID", "OperationId"),
        ("Settlement ID", "SettlementId"),
        ("Reconciliation number", "ReconciliationNumber"),
        ("Fee", "Fee"),
        ("Net amount", "Net"),
        ("Type", "Kind"),
        ("Customer email", "Nothing"),
        ("Email", "Nothing"),
        ("Unit price", "Nothing"),
        ("Tilausnumero", "OrderId"),
        ("Rivinumero", "LineId"),
        ("Päivämäärä", "Date"),
        ("Valuutta", "Currency"),
        ("", "-"),
        ("%", "-"),
    ]);
}

#[test]
fn the_longest_phrase_wins_and_a_whole_header_is_told_from_a_part() {
    let found = |header: &str| meaning(header).map(|found| (found.concept, found.whole));
    assert_eq!(found("Ordernummer butik"), Some((OrderId, false)));
    assert_eq!(found("Ordernummer"), Some((OrderId, true)));
    assert_eq!(found("Ursprunglig transaktion Transaktionsnummer"), Some((ReferencedTransaction, false)));
    assert_eq!(found(&"x ".repeat(100_000)), None);
}

#[test]
fn no_phrase_means_two_things() {
    let mut seen: HashMap<String, Concept> = HashMap::new();
    for (concept, text) in PHRASES {
        for phrase in phrases(text) {
            if let Some(other) = seen.insert(folded(phrase), *concept) {
                assert_eq!(other, *concept, "{phrase}");
            }
        }
    }
    assert!(seen.len() > 800, "{}", seen.len());
}

#[test]
fn headers_name_currencies_and_units() {
    let table = [
        ("Belopp (SEK)", Some("SEK"), None),
        ("Beløp NOK", Some("NOK"), None),
        ("Belopp (öre)", None, Some(true)),
        ("Beløb i øre", None, Some(true)),
        ("Amount (minor units)", None, Some(true)),
        ("Belopp kr", None, Some(false)),
        ("Belopp", None, None),
    ];
    for (header, code, minor) in table {
        assert_eq!((currency(header).as_deref(), is_minor(header)), (code, minor), "{header}");
    }
}
