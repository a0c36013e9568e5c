//! The codes in Norwegian (bokmål).

use super::CodeWords;
use crate::model::finding::Code;

pub(super) fn words(code: Code) -> CodeWords {
    match code {
        Code::RecordConflict => CodeWords {
            title: "Motstridende versjoner av en post",
            meaning: "Eksportene inneholder samme post flere ganger med ulikt innhold, og ingenting sier hvilken versjon som er den seneste. En av dem ble brukt.",
            action: "Slå opp posten i kilden, rett eksporten og kjør på nytt.",
        },
        Code::OrderUnknown => CodeWords {
            title: "Ordren finnes ikke i eksportene",
            meaning: "Et trekk eller en refusjon ble gjort på en ordre som ingen ordreeksport inneholder.",
            action: "Eksporter ordren; hvis butikken ikke kjenner den, finn ut hvem som tok betalt.",
        },
        Code::LineUnknown => CodeWords {
            title: "Ordrelinjen finnes ikke i ordren",
            meaning: "Et trekk eller en refusjon ble gjort på en linje som ordren ikke inneholder.",
            action: "Sammenlign med ordren i butikken: linjen kom til senere, eller eksporten er ufullstendig.",
        },
        Code::LineCurrency => CodeWords {
            title: "Trukket i annen valuta",
            meaning: "Ordrelinjen har én valuta, og trekket eller refusjonen en annen.",
            action: "Finn ut hvilken valuta kunden betalte i; rett ordren, eller refunder og trekk på nytt.",
        },
        Code::LineWrongDirection => CodeWords {
            title: "Trukket med feil fortegn",
            meaning: "En rabatt ble trukket som en belastning, eller en belastning som en rabatt.",
            action: "Sammenlign med det kunden skulle betale, og refunder eller trekk differansen.",
        },
        Code::ReversalLineUnlinked => CodeWords {
            title: "Retur uten opprinnelig linje",
            meaning: "En returlinje sier ikke hvilken linje den tar tilbake, eller viser til en som ikke passer.",
            action: "Oppgi den opprinnelige linjen i ordren, eller kontroller at returen er reell.",
        },
        Code::ReversalLineExceedsOriginal => CodeWords {
            title: "Mer returnert enn bestilt",
            meaning: "Returlinjene til en ordrelinje tar tilbake mer enn selve linjen.",
            action: "Kontroller returene: en av dem kan stå to ganger eller på feil linje.",
        },
        Code::ReversalExceedsCapture => CodeWords {
            title: "Mer refundert enn trukket",
            meaning: "Mer penger ble betalt tilbake på en ordrelinje enn det som ble trukket.",
            action: "Kontroller refusjonene; en for mye skal kreves tilbake eller føres som tap.",
        },
        Code::LineOvercaptured => CodeWords {
            title: "Mer trukket enn bestilt",
            meaning: "Mer penger ble trukket på en ordrelinje enn det som ble bestilt.",
            action: "Refunder det overskytende, eller rett ordren hvis kunden har godtatt det.",
        },
        Code::LineUncaptured => CodeWords {
            title: "Bestilt, men ikke trukket",
            meaning: "Ingenting er trukket på en ordrelinje. Den venter så lenge trekket ennå kan komme i tide.",
            action: "Trekk beløpet hvis varen er levert; kanseller ellers linjen.",
        },
        Code::LineUndercaptured => CodeWords {
            title: "Mindre trukket enn bestilt",
            meaning: "Bare en del av en ordrelinje er trukket. Den venter så lenge resten ennå kan komme i tide.",
            action: "Trekk resten hvis varen er levert; kanseller den ellers.",
        },
        Code::LineVat => CodeWords {
            title: "Trukket mva. avviker",
            meaning: "Beløpet som er trukket, stemmer, men merverdiavgiften er ikke ordrelinjens.",
            action: "Rett merverdiavgiften i butikken eller hos betalingsleverandøren før mva-meldingen leveres.",
        },
        Code::VatRate => CodeWords {
            title: "Mva. følger ikke av satsen",
            meaning: "Beløp, merverdiavgift og mva-sats på en ordrelinje stemmer ikke overens.",
            action: "Kontroller hvordan merverdiavgiften er satt opp for varen, og rett den.",
        },
        Code::OrderTotal => CodeWords {
            title: "Ordresummen er ikke summen av linjene",
            meaning: "Ordren oppgir en sum som linjene ikke utgjør.",
            action: "Kontroller at eksporten inneholder alle linjene i ordren.",
        },
        Code::OrderRemainingCapture => CodeWords {
            title: "Annet beløp igjen å trekke",
            meaning: "Ordren oppgir et annet beløp igjen å trekke enn det som følger av linjene og trekkene.",
            action: "Kontroller at alle trekk er med i eksportene; spør ellers hvorfor ordrens saldo avviker.",
        },
        Code::OrderRemainingReversal => CodeWords {
            title: "Annet beløp igjen å refundere",
            meaning: "Ordren oppgir et annet beløp som kan refunderes, enn det som følger av trekk og refusjoner.",
            action: "Kontroller at alle refusjoner er med i eksportene; spør ellers hvorfor ordrens saldo avviker.",
        },
        Code::Unsettled => CodeWords {
            title: "Ikke oppgjort",
            meaning: "Et trekk eller en refusjon er gjennomført, men ingen oppgjørslinje svarer til det. Det venter så lenge oppgjøret ennå kan komme i tide.",
            action: "Slå det opp hos betalingsleverandøren; hvis oppgjøret er forsinket, etterlys det.",
        },
        Code::SettledUnknown => CodeWords {
            title: "Oppgjort, men ukjent i bøkene",
            meaning: "Betalingsleverandøren gjorde opp noe som ikke noe trekk eller noen refusjon i eksportene svarer til.",
            action: "Kontroller at alle eksporter er med; spør så betalingsleverandøren hva linjen gjelder.",
        },
        Code::SettledTwice => CodeWords {
            title: "Oppgjort to ganger",
            meaning: "Oppgjøret inneholder en linje ut over det trekkene og refusjonene forklarer.",
            action: "Be betalingsleverandøren rette den, og før differansen som gjeld til eller fordring på leverandøren inntil videre.",
        },
        Code::SettledNotCompleted => CodeWords {
            title: "Oppgjort, men ikke gjennomført",
            meaning: "Betalingsleverandøren gjorde opp et trekk eller en refusjon som ifølge eksportene ikke ble gjennomført.",
            action: "Kontroller statusen hos betalingsleverandøren: rett bøkene, eller be om et rettet oppgjør.",
        },
        Code::SettledAmount => CodeWords {
            title: "Oppgjort med annet beløp",
            meaning: "Beløpet i oppgjøret er ikke det som ble trukket eller refundert.",
            action: "Sammenlign dem: et gebyr trukket fra bruttobeløpet, en skrivefeil eller en feil hos betalingsleverandøren.",
        },
        Code::SettledDirection => CodeWords {
            title: "Oppgjort i feil retning",
            meaning: "En refusjon ble gjort opp som et salg, eller et salg som en refusjon.",
            action: "Be betalingsleverandøren om et rettet oppgjør.",
        },
        Code::SettledCurrency => CodeWords {
            title: "Oppgjort i annen valuta",
            meaning: "Oppgjørslinjen har en annen valuta enn trekket eller refusjonen.",
            action: "Spør betalingsleverandøren hvilken valuta som er riktig, og rett bøkene eller oppgjøret.",
        },
        Code::Ambiguous => CodeWords {
            title: "Flere mulige motposter",
            meaning: "Flere trekk eller refusjoner og oppgjørslinjer deler en referanse, og verken beløpene eller summene stemmer. Ingen par ble gjettet.",
            action: "Par dem for hånd ut fra postene som er listet her.",
        },
        Code::WrongBatch => CodeWords {
            title: "Oppgjort i en annen bunt",
            meaning: "Bøkene oppgir én bunt, oppgjørslinjen en annen.",
            action: "Rett avstemmingsnummeret i bøkene, eller spør betalingsleverandøren hvilken bunt som er riktig.",
        },
        Code::ReferenceReused => CodeWords {
            title: "Referanse brukt mer enn én gang",
            meaning: "Flere trekk eller refusjoner har samme betalingsmottakerreferanse, som må være unik.",
            action: "La butikksystemet gi hvert trekk og hver refusjon en egen referanse.",
        },
        Code::ItemsTotal => CodeWords {
            title: "Linjene utgjør ikke summen",
            meaning: "Linjene i et trekk eller en refusjon utgjør ikke summen som er oppgitt.",
            action: "Kontroller at eksporten inneholder alle linjene.",
        },
        Code::ReferenceFormat => CodeWords {
            title: "Referanse i ugyldig format",
            meaning: "En betalingsmottakerreferanse bryter formatet som leverandøren dokumenterer. Dette er en merknad: ingen beløp avviker.",
            action: "La butikksystemet lage referanser i leverandørens format.",
        },
        Code::RecordedOnly => CodeWords {
            title: "Registrert, men ikke utført",
            meaning: "Ordren registrerer et trekk eller en refusjon, men leverandøren har ingen hendelse som viser at det ble utført.",
            action: "Kontroller hos betalingsleverandøren om penger ble flyttet; trekk eller refunder ellers på nytt.",
        },
        Code::ToleranceBudget => CodeWords {
            title: "Toleransen er brukt opp",
            meaning: "De små differansene som ble tolerert, utgjør til sammen mer enn budsjettet.",
            action: "Se på de tolererte parene (kjør med --matches), finn årsaken, eller sett et annet budsjett.",
        },
        Code::BatchMissing => CodeWords {
            title: "Hel bunt ikke oppgjort",
            meaning: "Trekk eller refusjoner oppgir en bunt som ingen oppgjørslinje har kommet for. Den venter så lenge oppgjøret ennå kan komme i tide.",
            action: "Hent oppgjørsfilen for bunten, eller etterlys den hos betalingsleverandøren.",
        },
        Code::FileTotal => CodeWords {
            title: "Filens sum stemmer ikke",
            meaning: "En oppgjørsfil oppgir en sum eller et antall som dens egne linjer ikke utgjør.",
            action: "Hent filen på nytt; hvis den er lik, be betalingsleverandøren om en rettet fil.",
        },
        Code::FileNet => CodeWords {
            title: "Netto er ikke brutto minus gebyr",
            meaning: "En oppgjørslinje eller fil oppgir et nettobeløp som ikke er brutto minus gebyr.",
            action: "Spør betalingsleverandøren hvordan nettobeløpet er regnet ut, og kontroller hvilken kolonne som inneholder gebyret.",
        },
        Code::FileRepeated => CodeWords {
            title: "Filen er gitt mer enn én gang",
            meaning: "Innholdet i filen var allerede lest; det ble talt med én gang.",
            action: "Ingenting trenger å gjøres.",
        },
        Code::FileRestated => CodeWords {
            title: "Filen er erstattet av en senere",
            meaning: "Betalingsleverandøren ga ut en oppgjørsfil på nytt med annet innhold. Den siste gjelder.",
            action: "Rett det som ble ført fra den første filen; summene før og etter står i forklaringen.",
        },
        Code::FileGap => CodeWords {
            title: "Oppgjørsfil mangler i en serie",
            meaning: "Numre mangler mellom den første og den siste oppgjørsfilen i en serie.",
            action: "Hent de manglende filene hos betalingsleverandøren.",
        },
        Code::FileMissing => CodeWords {
            title: "Ventet fil har ikke kommet",
            meaning: "En fil som konfigurasjonen venter, har ikke kommet innen siste frist.",
            action: "Hent filen, eller rett konfigurasjonen hvis den ikke lenger skal komme.",
        },
        Code::FeeTariff => CodeWords {
            title: "Gebyrer avviker fra tariffen",
            meaning: "Leverandøren har tatt andre gebyrer enn den oppgitte tariffen gir, utover toleransen.",
            action: "Sammenlign avtalen med leverandørens rapport; krev differansen, eller rett tariffen.",
        },
        Code::PayoutNet => CodeWords {
            title: "Utbetalingen går ikke opp",
            meaning: "Den oppgitte utbetalingen er ikke brutto minus gebyrer og mva. på gebyrer, med inngående saldo.",
            action: "Kontroller tallene mot saldorapporten; stemmer de, spør leverandøren.",
        },
        Code::PayoutMissing => CodeWords {
            title: "Utbetaling mangler i banken",
            meaning: "En utbetaling har ingen post på bankkontoen. Den er ventende så lenge den kan komme i tide.",
            action: "Spør leverandøren hvor pengene er, og kontroller at riktig konto leses.",
        },
        Code::PayoutAmount => CodeWords {
            title: "Banken fikk et annet beløp",
            meaning: "En bankpost har utbetalingens referanse, men et annet beløp.",
            action: "Se etter en saldo som leverandøren har motregnet, eller et bankgebyr.",
        },
        Code::PayoutUnknown => CodeWords {
            title: "Innbetaling uten utbetaling",
            meaning: "En leverandør har betalt penger som ingen kjent utbetaling forklarer.",
            action: "Hent oppgjørsfilen eller saldorapporten for betalingen.",
        },
        Code::PayoutAmbiguous => CodeWords {
            title: "Utbetalinger kan ikke skilles",
            meaning: "Flere utbetalinger og bankposter passer like godt til hverandre.",
            action: "Sammenlign datoer og referanser for hånd; oppgi referansen til hver utbetaling.",
        },
        Code::StatementGap => CodeWords {
            title: "Hull i kontoutskriftene",
            meaning: "En kontoutskrift følger ikke på den forrige, eller postene leder ikke til utgående saldo.",
            action: "Hent den manglende eller fullstendige kontoutskriften fra banken.",
        },
    }
}
