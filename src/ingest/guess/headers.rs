//! Headers in Swedish, Norwegian, Danish, English and Finnish, and what each means. Compared without case, accents and
//! punctuation; the longest phrase that a header holds wins.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::concept::Concept::{self, *};
use super::words::{folded, words};

/// Phrases with fewer letters than this are a header only as a whole: `ordre` in `ordrestatus` is no order number.
const PART_LEN_MIN: usize = 8;
/// Words of a phrase, at most.
const WORDS_MAX: usize = 6;
/// Words of a header that are looked at.
const HEADER_WORDS_MAX: usize = 24;
/// What may stand beside a phrase that is the whole header otherwise.
const CURRENCIES: [&str; 10] = ["sek", "nok", "dkk", "eur", "usd", "gbp", "isk", "kr", "kronor", "kroner"];

/// Phrases separated by commas.
const PHRASES: &[(Concept, &str)] = &[
    (
        OrderId,
        "order, ordernr, ordernummer, order number, order no, order id, order reference, orderreferens, order ref, \
        sales order, merchant reference, merchant order id, shop order, web order, webborder, webbordernr, nätorder, beställning, \
        beställningsnr, beställningsnummer, försäljningsorder, köpnummer, ordre, ordrenr, ordrenummer, ordre id, ordrereferanse, \
        ordrereference, salgsordre, bestilling, bestillingsnr, bestillingsnummer, bestillings id, kjøpsnummer, webordre, \
        webordrenr, nettordre, tilaus, tilausnro, tilausnumero, tilaus nro, tilauksen numero",
    ),
    (
        LineId,
        "line, line id, line no, line nr, line number, line item, line item id, order line, order line id, row, row no, row nr, \
        row number, row id, pos, position, posnr, item line, rad, radnr, radnummer, rad id, orderrad, orderradnr, orderrad id, \
        orderradnummer, linje, linjenr, linjenummer, linje id, ordrelinje, ordrelinjenr, ordrelinje id, varelinje, varelinjenr, \
        rivi, rivinro, rivinumero",
    ),
    (
        ItemId,
        "item, item id, item no, item nr, item number, article, article no, article number, article id, sku, product id, \
        product no, product number, product code, ean, gtin, artikel, artikelnr, artikelnummer, artikel id, artnr, produktnr, \
        produktnummer, produkt id, varunr, varunummer, artikkel, artikkelnr, artikkelnummer, varenr, varenummer, vare id, \
        tuotenro, tuotenumero, tuotekoodi",
    ),
    (
        Description,
        "description, item name, product, product name, article name, title, beskrivning, benämning, artikelnamn, \
        artikelbenämning, produktnamn, produkt, varunamn, vara, beskrivelse, produktnavn, varenavn, varetekst, artikkelnavn, vare, \
        betegnelse, kuvaus, tuote, tuotenimi",
    ),
    (
        Quantity,
        "quantity, qty, count, pieces, number of items, antal, antal st, st, kvantitet, antall, stk, mængde, mengde, \
        määrä kpl, kpl, lukumäärä",
    ),
    (
        Amount,
        "amount, total, total amount, sum, value, belopp, summa, totalt, totalbelopp, totalsumma, beløp, sum beløp, totalbeløp, \
        beløb, i alt, totalbeløb, transaction amount, transaktionsbelopp, transaksjonsbeløp, transaktionsbeløb, payment amount, \
        betalt belopp, betalt beløp, yhteensä, maksun määrä",
    ),
    (
        Gross,
        "gross, gross amount, amount incl vat, amount including vat, amount inc vat, amount incl tax, total incl vat, \
        total including vat, total incl tax, price incl vat, brutto, bruttobelopp, belopp inkl moms, belopp ink moms, \
        summa inkl moms, totalt inkl moms, total inkl moms, pris inkl moms, bruttobeløp, beløp inkl mva, beløp inkludert mva, \
        sum inkl mva, sum inkludert mva, totalt inkl mva, total inkl mva, pris inkl mva, bruttobeløb, beløb inkl moms, \
        sum inkl moms, inkl moms, inkl mva, incl vat, bruttosumma, verollinen summa, summa sis alv",
    ),
    (
        LineGross,
        "line amount, line total, line gross, line gross amount, line value, line amount incl vat, line total incl vat, \
        row total, row amount, radbelopp, radsumma, radtotal, radvärde, radbelopp inkl moms, radsumma inkl moms, \
        radtotal inkl moms, linjebeløp, linjesum, linjetotal, linjebeløp inkl mva, linjesum inkl mva, linjetotal inkl mva, \
        linjebeløb, linjebeløb inkl moms, linjetotal inkl moms, linje i alt, rivisumma, rivin summa",
    ),
    (
        CaptureAmount,
        "captured amount, capture amount, amount captured, debiterat belopp, debiterat, belastet beløp, trukket beløp, \
        hævet beløb, trukket, hævet, veloitettu summa",
    ),
    (
        RefundAmount,
        "refund amount, refunded amount, amount refunded, reversed amount, reversal amount, credited amount, \
        återbetalt belopp, krediterat belopp, returbelopp, refundert beløp, kreditert beløp, tilbakebetalt beløp, returbeløp, \
        refunderet beløb, krediteret beløb, tilbagebetalt beløb, returbeløb, palautettu summa",
    ),
    (
        OrderAmount,
        "order amount, order total, order value, order sum, ordersumma, ordervärde, orderbelopp, ordertotal, ordresum, \
        ordretotal, ordreverdi, ordrebeløp, ordrebeløb, ordreværdi, tilaussumma, tilauksen summa",
    ),
    (
        CancelledAmount,
        "cancelled amount, canceled amount, annullerat belopp, annullerat, avbeställt belopp, kansellert beløp, \
        annullert beløp, annulleret beløb, peruutettu summa",
    ),
    (
        RemainingCapture,
        "remaining capture amount, remaining to capture, återstår att debitera, kvar att debitera, \
        gjenstår å trekke, gjenstår å belaste, mangler at hæve",
    ),
    (
        RemainingReversal,
        "remaining reversal amount, remaining to refund, återstår att kreditera, kvar att återbetala, \
        gjenstår å refundere, mangler at refundere",
    ),
    (
        VatAmount,
        "vat, vat amount, tax, tax amount, moms, momsbelopp, varav moms, moms kr, mervärdesskatt, skatt, mva, mva beløp, \
        herav mva, hvorav mva, merverdiavgift, momsbeløb, heraf moms, merværdiafgift, alv, alv määrä, veron määrä",
    ),
    (
        VatRate,
        "vat rate, vat %, vat percent, vat percentage, tax rate, tax %, tax percent, momssats, momssats %, moms %, momsprocent, \
        mva sats, mva %, mva prosent, momsprocent, alv %, alv prosentti, alv kanta, verokanta",
    ),
    (Concept::Currency, "currency, currency code, ccy, valuta, valutakod, valutakode, valuutta"),
    (
        Date,
        "date, day, date time, datum, datum tid, datum och tid, dato, dato tid, dato og tid, päivä, päivämäärä, pvm",
    ),
    (
        CreatedAt,
        "created, created at, created on, created date, date created, creation date, creation time, timestamp, time stamp, \
        skapad, skapat, skapad datum, skapad den, registrerad, registreringsdatum, tidpunkt, tidsstämpel, opprettet, opprettet dato, \
        registrert, tidspunkt, tidsstempel, oprettet, oprettet dato, oprettelsesdato, registreret, luotu, luontipäivä",
    ),
    (
        OrderDate,
        "order date, order time, ordered at, order created, order created at, purchase date, orderdatum, beställningsdatum, \
        beställd, köpdatum, ordredato, bestillingsdato, bestilt, kjøpsdato, købsdato, bestilt dato, tilauspäivä, tilauspvm, \
        tilauspäivämäärä",
    ),
    (
        TransactionDate,
        "transaction date, transaction time, transaction timestamp, payment date, paid at, transaktionsdatum, \
        transaktionstid, betalningsdatum, betalningsdag, betald den, transaksjonsdato, transaksjonstid, betalingsdato, \
        transaktionsdato, maksupäivä, tapahtumapäivä, tapahtuma pvm",
    ),
    (
        CaptureDate,
        "capture date, captured at, captured, capture time, debiteringsdatum, debiterad, debiteringsdag, belastningsdato, \
        trekkdato, belastet dato, hævedato, hævningsdato, hævet dato, veloituspäivä",
    ),
    (
        RefundDate,
        "refund date, refunded at, refunded, reversal date, reversed at, return date, returdatum, krediteringsdatum, \
        kreditdatum, återbetalningsdatum, krediterad, returdato, krediteringsdato, refusjonsdato, tilbakebetalingsdato, \
        refusionsdato, refunderingsdato, tilbagebetalingsdato, palautuspäivä",
    ),
    (
        BookingDate,
        "booking date, booked, booked at, posting date, posted, posted at, value date, entry date, bokföringsdag, \
        bokföringsdatum, bokförd, valutadag, bokføringsdato, bokført, bokført dato, bogført dato, bokføringsdag, valutadato, bogføringsdato, bogført, \
        bogføringsdag, valørdato, kirjauspäivä, kirjauspvm",
    ),
    (
        PayoutDate,
        "payout date, paid out at, settlement date, settled, settled at, settlement day, reconciliation date, \
        utbetalningsdatum, utbetalningsdag, utbetald, avräkningsdatum, avräkningsdag, avregningsdatum, avstämningsdatum, avstämningsdag, \
        redovisningsdatum, redovisningsdag, utbetalingsdato, utbetalt dato, oppgjørsdato, avregningsdato, oppgjort, \
        avstemmingsdato, udbetalingsdato, udbetalt dato, afregningsdato, afregnet, tilityspäivä, maksatuspäivä",
    ),
    (
        UpdatedAt,
        "updated, updated at, updated on, last updated, modified, modified at, last modified, changed, changed at, \
        uppdaterad, ändrad, ändringsdatum, senast ändrad, senast uppdaterad, oppdatert, endret, sist endret, sist oppdatert, \
        opdateret, ændret, senest ændret, senest opdateret, päivitetty, muokattu",
    ),
    (
        Provider,
        "provider, payment provider, payment service provider, psp, acquirer, payment gateway, betalväxel, \
        betalningsleverantör, betaltjänst, inlösare, betalingsleverandør, betalingstjeneste, innløser, betalingsudbyder, \
        betalingsgateway, indløser, maksupalvelu",
    ),
    (
        RelatedLine,
        "related line, related line id, original line, original line id, original row, parent line, relaterad rad, \
        ursprunglig rad, ursprungsrad, gäller rad, relatert linje, opprinnelig linje, gjelder linje, relateret linje, \
        oprindelig linje, vedrører linje, alkuperäinen rivi",
    ),
    (
        ReversedReason,
        "reversed reason, reversal reason, refund reason, return reason, reason for return, returorsak, \
        krediteringsorsak, återbetalningsorsak, returårsak, årsak til retur, krediteringsårsak, returårsag, årsag til retur, \
        krediteringsårsag, palautuksen syy",
    ),
    (
        OperationId,
        "operation id, operation number, capture id, refund id, reversal id, event id, return id, debiterings id, krediterings id, \
        återbetalnings id, händelse id, trekk id, belastnings id, refusjons id, hendelse id, hæve id, refusions id, hændelse id",
    ),
    (
        PayeeReference,
        "payee reference, payee ref, payment reference, payment ref, reference, ref, reference number, \
        betalningsreferens, betalningsref, betalreferens, mottagarreferens, referens, referensnummer, betalingsreferanse, \
        betalingsref, mottakerreferanse, mottakers referanse, referanse, referansenummer, betalingsreference, \
        modtagerreference, referencenummer, maksuviite, viite, viitenumero",
    ),
    (
        TransactionNumber,
        "transaction number, transaction no, transaction nr, trans no, trans nr, transnr, trx no, \
        transaktionsnr, transaktionsnummer, transaksjonsnr, transaksjonsnummer, tapahtumanumero, tapahtumanro",
    ),
    (
        TransactionId,
        "transaction id, trans id, trx id, transaction identifier, transaction, transaktions id, transaktion, \
        transaksjons id, transaksjon, tapahtumatunnus, psp reference, psp ref",
    ),
    (
        ReceiptReference,
        "receipt, receipt no, receipt nr, receipt number, receipt reference, kvitto, kvittonr, kvittonummer, bongnr, \
        kvittering, kvitteringsnr, kvitteringsnummer, bilagsnr, bonnr, kuitti, kuittinumero",
    ),
    (
        PaymentId,
        "payment id, payment order id, payment number, payment no, betalnings id, betalningsnr, betalningsnummer, \
        betalings id, betalingsnr, betalingsnummer, maksutunnus, maksun tunnus",
    ),
    (
        State,
        "state, status, transaction status, transaction state, payment status, tillstånd, transaktionsstatus, \
        betalningsstatus, tilstand, transaksjonsstatus, betalingsstatus, tila",
    ),
    (
        ReconciliationNumber,
        "reconciliation number, reconciliation no, reconciliation nr, reconciliation id, recon no, batch, \
        batch no, batch nr, batch number, batch id, avstämningsnr, avstämningsnummer, avstämnings id, bunt, buntnr, buntnummer, \
        avstemmingsnr, avstemmingsnummer, avstemningsnr, avstemningsnummer, bundt, bundtnr, bundtnummer, täsmäytysnumero",
    ),
    (
        SettlementId,
        "settlement, settlement id, settlement no, settlement nr, settlement number, settlement reference, payout id, payout no, \
        payout nr, payout number, payout reference, avräkning, avräkningsnr, avräkningsnummer, avregning, avregningsnr, \
        avregningsnummer, avregnings id, redovisning, redovisningsnr, redovisningsnummer, utbetalningsnr, utbetalningsnummer, \
        utbetalnings id, utbetalningsreferens, oppgjør, oppgjørsnr, oppgjørsnummer, oppgjørs id, utbetalingsnr, utbetalingsnummer, \
        utbetalings id, utbetalingsreferanse, afregning, afregningsnr, afregningsnummer, afregnings id, udbetalingsnr, \
        udbetalingsnummer, udbetalings id, udbetalingsreference, tilitys, tilitysnro, tilitysnumero",
    ),
    (Payout, "payout, utbetalning, utbetaling, udbetaling, maksatus"),
    (
        Concept::Kind,
        "kind, type, transaction type, event, event type, entry type, row type, operation, operation type, payment type, \
        typ, transaktionstyp, händelse, händelsetyp, posttyp, radtyp, transaksjonstype, hendelse, hendelsestype, posttype, \
        transaktionstype, hændelse, hændelsestype, posteringstype, tyyppi, tapahtumatyyppi, tapahtumalaji",
    ),
    (
        Fee,
        "fee, fees, fee amount, transaction fee, commission, charge, charges, avgift, avgifter, avgiftsbelopp, \
        transaktionsavgift, provision, kommission, gebyr, gebyrer, gebyrbeløp, transaksjonsgebyr, provisjon, kommisjon, \
        gebyrbeløb, transaktionsgebyr, kulu, kulut, palvelumaksu, provisio",
    ),
    (
        Net,
        "net, net amount, net total, net payout, payout amount, netto, nettobelopp, nettosumma, utbetalt belopp, \
        utbetalningsbelopp, att utbetala, nettobeløp, utbetalt beløp, utbetalingsbeløp, til utbetaling, nettobeløb, \
        udbetalt beløb, udbetalingsbeløb, til udbetaling, nettosumma, tilitettävä, tilitettävä summa",
    ),
    (
        ReferencedTransaction,
        "referenced transaction, original transaction, original transaction id, original transaction number, \
        parent transaction, ursprunglig transaktion, ursprungstransaktion, gäller transaktion, opprinnelig transaksjon, \
        gjelder transaksjon, oprindelig transaktion, vedrører transaktion, alkuperäinen tapahtuma",
    ),
    (
        FeeVat,
        "fee vat, fee vat amount, vat on fee, vat on fees, vat on charges, moms på avgift, moms på avgifter, avgiftsmoms, \
        moms avgift, moms avgifter, mva på gebyr, mva av gebyr, mva gebyr, gebyr mva, moms af gebyr, moms på gebyr, gebyrmoms, \
        kulun alv, kulujen alv",
    ),
    (
        BroughtForward,
        "brought forward, balance brought forward, brought forward amount, carried over, previous balance, \
        ingående saldo, ingående balans, överfört, överfört saldo, tidigare saldo, inngående saldo, overført, overført saldo, \
        tidligere saldo, indgående saldo, edellinen saldo, siirtynyt saldo",
    ),
    (
        Account,
        "account, account no, account nr, account number, iban, bank account, konto, kontonr, kontonummer, bankkonto, \
        tili, tilinro, tilinumero",
    ),
    (
        Balance,
        "balance, booked balance, account balance, running balance, balance after, saldo, bokfört saldo, kontosaldo, \
        bokført saldo, bogført saldo, saldo efter, saldo etter",
    ),
    (
        EntryText,
        "text, details, narrative, message, transaction text, remittance information, tekst, posteringstekst, meddelande, \
        transaktionstext, bokföringstext, rubrik, specifikation, melding, forklaring, forklarende tekst, transaksjonstekst, \
        meddelelse, besked, viesti, selite, selitys",
    ),
    (
        Counterparty,
        "counterparty, counterparty name, payer, payer name, payee, payee name, sender, motpart, motpartens namn, betalare, \
        avsändare, mottagare, avsender, mottaker, betaler, modpart, modtager, afsender, maksaja, saaja, saaja maksaja",
    ),
    (
        BankReference,
        "bank reference, archive reference, archive id, bankreferens, arkivreferens, verifikation, verifikationsnr, \
        verifikationsnummer, bankreferanse, arkivreferanse, arkivref, bankreference, arkivreference, arkistointitunnus, \
        pankin viite",
    ),
    (
        Nothing,
        "unit price, price, price each, price per unit, à pris, styckpris, enhetspris, pris, pris per st, listpris, \
        pris pr stk, stykkpris, stykpris, enhedspris, yksikköhinta, hinta, discount, rabatt, rabat, alennus, \
        customer, customer name, customer no, customer number, customer id, name, first name, last name, email, e mail, mail, phone, \
        telephone, mobile, address, street, postal code, zip, city, card number, card no, pan, kund, kundnamn, kundnr, kundnummer, \
        kund id, namn, förnamn, efternamn, e post, epost, e postadress, telefon, telefonnummer, mobil, adress, postnr, postnummer, ort, personnummer, \
        kortnummer, kortnr, kunde, kundenavn, kundenr, kundenummer, kunde id, navn, fornavn, etternavn, efternavn, adresse, by, poststed, \
        fødselsnummer, cpr, cpr nummer, asiakas, asiakkaan nimi, nimi, sähköposti, puhelin, osoite, order status, ordrestatus, \
        orderstatus, line type, line status, payment method, betalningssätt, betalingsmetode, betalingsmåte",
    ),
];

/// Words that say that an amount is without VAT, whatever else its header says.
const WITHOUT_VAT: &str = "exkl moms, exklusive moms, ex moms, utan moms, eks mva, ekskl mva, ekskludert mva, uten mva, \
    eks moms, ekskl moms, eksklusive moms, uden moms, excl vat, excluding vat, exclusive of vat, ex vat, excl tax, \
    excluding tax, ex tax, before tax, net of vat, veroton, ilman alv";

/// What a header means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// What it is.
    pub concept: Concept,
    /// Letters of the phrase that says so.
    pub len: usize,
    /// Whether that is the whole header, a currency aside.
    pub whole: bool,
}

fn phrases(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|phrase| !phrase.is_empty())
}

fn known() -> &'static HashMap<String, Concept> {
    static KNOWN: OnceLock<HashMap<String, Concept>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let all =
            PHRASES.iter().flat_map(|(concept, text)| phrases(text).map(move |phrase| (folded(phrase), *concept)));
        all.collect()
    })
}

fn without_vat() -> &'static HashSet<String> {
    static WORDS: OnceLock<HashSet<String>> = OnceLock::new();
    WORDS.get_or_init(|| phrases(WITHOUT_VAT).map(folded).collect())
}

/// What a header means; `None` where it says nothing that is known.
#[must_use]
pub fn meaning(header: &str) -> Option<Meaning> {
    let mut words = words(header);
    words.truncate(HEADER_WORDS_MAX);
    let all = words.len();
    let plain: Vec<&str> = words.iter().map(String::as_str).filter(|word| !CURRENCIES.contains(word)).collect();
    let joined = plain.concat();
    if let Some(excluded) = spans(&words).map(|(_, span)| span).find(|span| without_vat().contains(span)) {
        return Some(Meaning { concept: Nothing, len: excluded.len(), whole: false });
    }
    if let Some(concept) = known().get(&joined).or_else(|| known().get(&words.concat())) {
        return Some(Meaning { concept: *concept, len: joined.len(), whole: true });
    }
    let long = spans(&words).filter(|(count, span)| *count < all && span.chars().count() >= PART_LEN_MIN);
    let found = long.filter_map(|(_, span)| Some((span.len(), *known().get(&span)?)));
    // Of two phrases of one length the first counts.
    let best = found.fold(None, |best: Option<(usize, Concept)>, next| match best {
        Some(best) if best.0 >= next.0 => Some(best),
        _ => Some(next),
    });
    best.map(|(len, concept)| Meaning { concept, len, whole: false })
}

/// Every run of a header's words, joined, with how many words it has.
fn spans(words: &[String]) -> impl Iterator<Item = (usize, String)> {
    let starts = 0..words.len();
    starts.flat_map(|start| {
        let rest = words.get(start..).unwrap_or_default();
        (1..=rest.len().min(WORDS_MAX)).map(|count| (count, rest.get(..count).unwrap_or_default().concat()))
    })
}

/// The currency that a header names, such as `Belopp (SEK)`.
#[must_use]
pub fn currency(header: &str) -> Option<String> {
    let words = words(header);
    let named = words.iter().find(|word| CURRENCIES.iter().take(7).any(|code| code == word));
    named.map(|code| code.to_uppercase())
}

/// Whether a header says that its amounts are minor units (`Some(true)`) or major ones.
#[must_use]
pub fn is_minor(header: &str) -> Option<bool> {
    const MINOR: [&str; 8] = ["ore", "cent", "cents", "penni", "minor", "minorunits", "sentti", "senttia"];
    const MAJOR: [&str; 6] = ["kronor", "kroner", "kr", "euro", "euros", "major"];
    let words = words(header);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    match (has(&MINOR), has(&MAJOR)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
