//! The codes in Swedish.

use super::CodeWords;
use crate::model::finding::Code;

pub(super) fn words(code: Code) -> CodeWords {
    match code {
        Code::RecordConflict => CodeWords {
            title: "Motsägande versioner av en post",
            meaning: "Exporterna innehåller samma post flera gånger med olika innehåll, och inget säger vilken version som är den senare. En av dem användes.",
            action: "Slå upp posten i källan, rätta exporten och kör igen.",
        },
        Code::OrderUnknown => CodeWords {
            title: "Ordern finns inte i exporterna",
            meaning: "En debitering eller återbetalning gjordes på en order som ingen orderexport innehåller.",
            action: "Exportera ordern; om butiken inte känner till den, ta reda på vem som tog betalt.",
        },
        Code::LineUnknown => CodeWords {
            title: "Orderraden finns inte i ordern",
            meaning: "En debitering eller återbetalning gjordes på en rad som ordern inte innehåller.",
            action: "Jämför med ordern i butiken: raden lades till senare, eller exporten är ofullständig.",
        },
        Code::LineCurrency => CodeWords {
            title: "Debiterad i annan valuta",
            meaning: "Orderraden har en valuta och dess debitering eller återbetalning en annan.",
            action: "Ta reda på vilken valuta kunden betalade i; rätta ordern, eller återbetala och debitera på nytt.",
        },
        Code::LineWrongDirection => CodeWords {
            title: "Debiterad med fel tecken",
            meaning: "En rabatt debiterades som en avgift, eller en avgift som en rabatt.",
            action: "Jämför med vad kunden skulle betala, och återbetala eller debitera skillnaden.",
        },
        Code::ReversalLineUnlinked => CodeWords {
            title: "Retur utan ursprunglig rad",
            meaning: "En returrad anger inte vilken rad den tar tillbaka, eller anger en som inte passar.",
            action: "Ange den ursprungliga raden i ordern, eller kontrollera att returen är riktig.",
        },
        Code::ReversalLineExceedsOriginal => CodeWords {
            title: "Mer returnerat än beställt",
            meaning: "En orderrads returrader tar tillbaka mer än själva raden.",
            action: "Kontrollera returerna: någon kan stå dubbelt eller på fel rad.",
        },
        Code::ReversalExceedsCapture => CodeWords {
            title: "Mer återbetalat än debiterat",
            meaning: "Mer pengar betalades tillbaka på en orderrad än vad som debiterats.",
            action: "Kontrollera återbetalningarna; en för mycket ska krävas tillbaka eller bokföras som förlust.",
        },
        Code::LineOvercaptured => CodeWords {
            title: "Mer debiterat än beställt",
            meaning: "Mer pengar debiterades på en orderrad än vad som beställts.",
            action: "Återbetala överskottet, eller rätta ordern om kunden har godkänt det.",
        },
        Code::LineUncaptured => CodeWords {
            title: "Beställt men inte debiterat",
            meaning: "Inget har debiterats på en orderrad. Den väntar så länge debiteringen ännu kan komma i tid.",
            action: "Debitera om varan är levererad; annullera annars raden.",
        },
        Code::LineUndercaptured => CodeWords {
            title: "Mindre debiterat än beställt",
            meaning: "Bara en del av en orderrad har debiterats. Den väntar så länge resten ännu kan komma i tid.",
            action: "Debitera resten om varan är levererad; annullera den annars.",
        },
        Code::LineVat => CodeWords {
            title: "Debiterad moms avviker",
            meaning: "Beloppet som debiterats stämmer, men momsen är inte orderradens.",
            action: "Rätta momsen i butiken eller hos betalleverantören innan momsdeklarationen lämnas.",
        },
        Code::VatRate => CodeWords {
            title: "Momsen följer inte av momssatsen",
            meaning: "Belopp, moms och momssats på en orderrad stämmer inte överens.",
            action: "Kontrollera hur artikelns moms är inställd, och rätta den.",
        },
        Code::OrderTotal => CodeWords {
            title: "Ordersumman är inte radernas summa",
            meaning: "Ordern anger en summa som dess rader inte uppgår till.",
            action: "Kontrollera att exporten innehåller alla rader i ordern.",
        },
        Code::OrderRemainingCapture => CodeWords {
            title: "Annat belopp kvar att debitera",
            meaning: "Ordern anger ett annat belopp kvar att debitera än vad som följer av dess rader och debiteringar.",
            action: "Kontrollera att alla debiteringar finns i exporterna; fråga annars varför orderns saldo avviker.",
        },
        Code::OrderRemainingReversal => CodeWords {
            title: "Annat belopp kvar att återbetala",
            meaning: "Ordern anger ett annat belopp som kan återbetalas än vad som följer av dess debiteringar och återbetalningar.",
            action: "Kontrollera att alla återbetalningar finns i exporterna; fråga annars varför orderns saldo avviker.",
        },
        Code::Unsettled => CodeWords {
            title: "Inte avräknad",
            meaning: "En debitering eller återbetalning är genomförd, men ingen avräkningsrad svarar mot den. Den väntar så länge avräkningen ännu kan komma i tid.",
            action: "Slå upp den hos betalleverantören; om avräkningen är sen, efterfråga den.",
        },
        Code::SettledUnknown => CodeWords {
            title: "Avräknad men okänd i våra böcker",
            meaning: "Betalleverantören avräknade något som ingen debitering eller återbetalning i exporterna svarar mot.",
            action: "Kontrollera att alla exporter är med; fråga sedan betalleverantören vad raden avser.",
        },
        Code::SettledTwice => CodeWords {
            title: "Avräknad två gånger",
            meaning: "Avräkningen innehåller en rad utöver vad debiteringarna och återbetalningarna förklarar.",
            action: "Be betalleverantören rätta den, och bokför skillnaden som skuld till eller fordran på leverantören tills dess.",
        },
        Code::SettledNotCompleted => CodeWords {
            title: "Avräknad men inte genomförd",
            meaning: "Betalleverantören avräknade en debitering eller återbetalning som enligt exporterna inte genomfördes.",
            action: "Kontrollera dess status hos betalleverantören: rätta bokföringen eller begär en rättad avräkning.",
        },
        Code::SettledAmount => CodeWords {
            title: "Avräknad med annat belopp",
            meaning: "Det avräknade beloppet är inte det som debiterades eller återbetalades.",
            action: "Jämför dem: en avgift dragen från bruttobeloppet, ett skrivfel eller ett fel hos betalleverantören.",
        },
        Code::SettledDirection => CodeWords {
            title: "Avräknad åt fel håll",
            meaning: "En återbetalning avräknades som försäljning, eller en försäljning som återbetalning.",
            action: "Begär en rättad avräkning av betalleverantören.",
        },
        Code::SettledCurrency => CodeWords {
            title: "Avräknad i annan valuta",
            meaning: "Avräkningsraden har en annan valuta än debiteringen eller återbetalningen.",
            action: "Fråga betalleverantören vilken valuta som är rätt, och rätta bokföringen eller avräkningen.",
        },
        Code::Ambiguous => CodeWords {
            title: "Flera möjliga motposter",
            meaning: "Flera debiteringar eller återbetalningar och avräkningsrader delar en referens, och varken beloppen eller summorna stämmer. Inget par gissades.",
            action: "Para ihop dem för hand utifrån posterna som listas här.",
        },
        Code::WrongBatch => CodeWords {
            title: "Avräknad i annan bunt",
            meaning: "Böckerna anger en bunt, avräkningsraden en annan.",
            action: "Rätta avstämningsnumret i bokföringen, eller fråga betalleverantören vilken bunt som är rätt.",
        },
        Code::ReferenceReused => CodeWords {
            title: "Referens använd mer än en gång",
            meaning: "Flera debiteringar eller återbetalningar har samma betalningsmottagarreferens, som måste vara unik.",
            action: "Låt butikssystemet ge varje debitering och återbetalning en egen referens.",
        },
        Code::ItemsTotal => CodeWords {
            title: "Raderna uppgår inte till summan",
            meaning: "Raderna i en debitering eller återbetalning uppgår inte till den summa som den anger.",
            action: "Kontrollera att exporten innehåller alla dess rader.",
        },
        Code::ReferenceFormat => CodeWords {
            title: "Referens i ogiltigt format",
            meaning: "En betalningsmottagarreferens bryter mot formatet som leverantören dokumenterar. Detta är en notering: inget belopp avviker.",
            action: "Låt butikssystemet skapa referenser i leverantörens format.",
        },
        Code::RecordedOnly => CodeWords {
            title: "Registrerad men inte utförd",
            meaning: "Ordern registrerar en debitering eller återbetalning, men leverantören har ingen händelse som visar att den utfördes.",
            action: "Kontrollera hos betalleverantören om pengar flyttades; debitera eller återbetala annars på nytt.",
        },
        Code::ToleranceBudget => CodeWords {
            title: "Toleransen är förbrukad",
            meaning: "De små skillnader som tolererats summerar till mer än deras budget.",
            action: "Granska de tolererade paren (kör med --matches), hitta orsaken eller ange en annan budget.",
        },
        Code::BatchMissing => CodeWords {
            title: "Hel bunt inte avräknad",
            meaning: "Debiteringar eller återbetalningar anger en bunt som ingen avräkningsrad har kommit för. Den väntar så länge avräkningen ännu kan komma i tid.",
            action: "Hämta buntens avräkningsfil, eller efterfråga den hos betalleverantören.",
        },
        Code::FileTotal => CodeWords {
            title: "Filens summa stämmer inte",
            meaning: "En avräkningsfil anger en summa eller ett antal som dess egna rader inte uppgår till.",
            action: "Hämta filen på nytt; om den är likadan, begär en rättad fil av betalleverantören.",
        },
        Code::FileNet => CodeWords {
            title: "Netto är inte brutto minus avgift",
            meaning: "En avräkningsrad eller fil anger ett nettobelopp som inte är brutto minus avgift.",
            action: "Fråga betalleverantören hur nettot räknades, och kontrollera vilken kolumn som innehåller avgiften.",
        },
        Code::FileRepeated => CodeWords {
            title: "Filen har lämnats flera gånger",
            meaning: "Filens innehåll var redan inläst; det räknades en gång.",
            action: "Inget behöver göras.",
        },
        Code::FileRestated => CodeWords {
            title: "Filen ersatt av en senare",
            meaning: "Betalleverantören gav ut en avräkningsfil på nytt med annat innehåll. Den senare gäller.",
            action: "Rätta det som bokförts från den tidigare filen; summorna före och efter står i förklaringen.",
        },
        Code::FileGap => CodeWords {
            title: "Avräkningsfil saknas i en serie",
            meaning: "Nummer saknas mellan den första och den sista avräkningsfilen i en serie.",
            action: "Hämta de filer som saknas hos betalleverantören.",
        },
        Code::FileMissing => CodeWords {
            title: "Förväntad fil har inte kommit",
            meaning: "En fil som konfigurationen förväntar sig har inte kommit senast den sista dagen.",
            action: "Hämta filen, eller rätta konfigurationen om den inte längre ska komma.",
        },
        Code::FeeTariff => CodeWords {
            title: "Avgifter avviker från tariffen",
            meaning: "Leverantören har tagit andra avgifter än den angivna tariffen ger, utöver toleransen.",
            action: "Jämför avtalet med leverantörens rapport; kräv tillbaka skillnaden eller rätta tariffen.",
        },
        Code::PayoutNet => CodeWords {
            title: "Utbetalningen går inte ihop",
            meaning: "Den angivna utbetalningen är inte brutto minus avgifter och moms på avgifter, med ingående saldo.",
            action: "Kontrollera siffrorna mot saldorapporten; stämmer de, fråga leverantören.",
        },
        Code::PayoutMissing => CodeWords {
            title: "Utbetalning saknas på banken",
            meaning: "En utbetalning har ingen post på bankkontot. Den är väntande så länge den kan komma i tid.",
            action: "Fråga leverantören var pengarna är, och kontrollera att rätt konto läses.",
        },
        Code::PayoutAmount => CodeWords {
            title: "Banken fick ett annat belopp",
            meaning: "En bankpost har utbetalningens referens men ett annat belopp.",
            action: "Leta efter ett saldo som leverantören kvittat, eller en bankavgift.",
        },
        Code::PayoutUnknown => CodeWords {
            title: "Inbetalning utan utbetalning",
            meaning: "En leverantör har betalat pengar som ingen känd utbetalning förklarar.",
            action: "Hämta avräkningsfilen eller saldorapporten för betalningen.",
        },
        Code::PayoutAmbiguous => CodeWords {
            title: "Utbetalningar går inte att skilja åt",
            meaning: "Flera utbetalningar och bankposter passar varandra lika bra.",
            action: "Jämför datum och referenser för hand; ange varje utbetalnings referens.",
        },
        Code::StatementGap => CodeWords {
            title: "Lucka i kontoutdragen",
            meaning: "Ett kontoutdrag följer inte på det förra, eller posterna leder inte till utgående saldo.",
            action: "Hämta det saknade eller fullständiga kontoutdraget från banken.",
        },
    }
}
