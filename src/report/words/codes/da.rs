//! The codes in Danish.

use super::CodeWords;
use crate::model::finding::Code;

pub(super) fn words(code: Code) -> CodeWords {
    match code {
        Code::RecordConflict => CodeWords {
            title: "Modstridende versioner af en post",
            meaning: "Eksporterne indeholder samme post flere gange med forskelligt indhold, og intet siger, hvilken version der er den seneste. En af dem blev brugt.",
            action: "Slå posten op i kilden, ret eksporten, og kør igen.",
        },
        Code::OrderUnknown => CodeWords {
            title: "Ordren findes ikke i eksporterne",
            meaning: "En hævning eller refundering blev foretaget på en ordre, som ingen ordreeksport indeholder.",
            action: "Eksportér ordren; hvis butikken ikke kender den, så find ud af, hvem der tog imod betalingen.",
        },
        Code::LineUnknown => CodeWords {
            title: "Ordrelinjen findes ikke i ordren",
            meaning: "En hævning eller refundering blev foretaget på en linje, som ordren ikke indeholder.",
            action: "Sammenlign med ordren i butikken: linjen er kommet til senere, eller eksporten er ufuldstændig.",
        },
        Code::LineCurrency => CodeWords {
            title: "Hævet i en anden valuta",
            meaning: "Ordrelinjen har én valuta, og dens hævning eller refundering en anden.",
            action: "Find ud af, hvilken valuta kunden betalte i; ret ordren, eller refundér og hæv igen.",
        },
        Code::LineWrongDirection => CodeWords {
            title: "Hævet med forkert fortegn",
            meaning: "En rabat blev hævet som et gebyr, eller et gebyr som en rabat.",
            action: "Sammenlign med det, kunden skulle betale, og refundér eller hæv forskellen.",
        },
        Code::ReversalLineUnlinked => CodeWords {
            title: "Retur uden oprindelig linje",
            meaning: "En returlinje angiver ikke, hvilken linje den tager tilbage, eller angiver en, der ikke passer.",
            action: "Angiv den oprindelige linje i ordren, eller kontrollér, at returneringen er reel.",
        },
        Code::ReversalLineExceedsOriginal => CodeWords {
            title: "Mere returneret end bestilt",
            meaning: "Returlinjerne til en ordrelinje tager mere tilbage end selve linjen.",
            action: "Kontrollér returneringerne: en af dem kan stå to gange eller på en forkert linje.",
        },
        Code::ReversalExceedsCapture => CodeWords {
            title: "Mere refunderet end hævet",
            meaning: "Der blev betalt flere penge tilbage på en ordrelinje, end der blev hævet.",
            action: "Kontrollér refunderingerne; en for meget skal kræves tilbage eller bogføres som tab.",
        },
        Code::LineOvercaptured => CodeWords {
            title: "Mere hævet end bestilt",
            meaning: "Der blev hævet flere penge på en ordrelinje, end der blev bestilt for.",
            action: "Refundér det overskydende, eller ret ordren, hvis kunden har godkendt det.",
        },
        Code::LineUncaptured => CodeWords {
            title: "Bestilt, men ikke hævet",
            meaning: "Intet er hævet på en ordrelinje. Den afventer, så længe hævningen endnu kan nå at komme i tide.",
            action: "Hæv beløbet, hvis varen er leveret; annullér ellers linjen.",
        },
        Code::LineUndercaptured => CodeWords {
            title: "Mindre hævet end bestilt",
            meaning: "Kun en del af en ordrelinje er hævet. Den afventer, så længe resten endnu kan nå at komme i tide.",
            action: "Hæv resten, hvis varen er leveret; annullér den ellers.",
        },
        Code::LineVat => CodeWords {
            title: "Hævet moms afviger",
            meaning: "Det hævede beløb er rigtigt, men momsen er ikke ordrelinjens.",
            action: "Ret momsen i butikken eller hos betalingsudbyderen, inden momsangivelsen indsendes.",
        },
        Code::VatRate => CodeWords {
            title: "Momsen følger ikke af satsen",
            meaning: "Beløb, moms og momssats på en ordrelinje stemmer ikke overens.",
            action: "Kontrollér, hvordan varens moms er sat op, og ret den.",
        },
        Code::OrderTotal => CodeWords {
            title: "Ordresummen er ikke linjernes sum",
            meaning: "Ordren angiver en sum, som dens linjer ikke giver.",
            action: "Kontrollér, at eksporten indeholder alle ordrens linjer.",
        },
        Code::OrderRemainingCapture => CodeWords {
            title: "Et andet beløb tilbage at hæve",
            meaning: "Ordren angiver et andet beløb tilbage at hæve end det, der følger af dens linjer og hævninger.",
            action: "Kontrollér, at alle hævninger er med i eksporterne; spørg ellers, hvorfor ordrens saldo afviger.",
        },
        Code::OrderRemainingReversal => CodeWords {
            title: "Et andet beløb tilbage at refundere",
            meaning: "Ordren angiver et andet beløb, der kan refunderes, end det, der følger af dens hævninger og refunderinger.",
            action: "Kontrollér, at alle refunderinger er med i eksporterne; spørg ellers, hvorfor ordrens saldo afviger.",
        },
        Code::Unsettled => CodeWords {
            title: "Ikke afregnet",
            meaning: "En hævning eller refundering er gennemført, men ingen afregningslinje svarer til den. Den afventer, så længe afregningen endnu kan nå at komme i tide.",
            action: "Slå den op hos betalingsudbyderen; hvis afregningen er forsinket, så efterlys den.",
        },
        Code::SettledUnknown => CodeWords {
            title: "Afregnet, men ukendt i bøgerne",
            meaning: "Betalingsudbyderen afregnede noget, som ingen hævning eller refundering i eksporterne svarer til.",
            action: "Kontrollér, at alle eksporter er med; spørg derefter betalingsudbyderen, hvad linjen vedrører.",
        },
        Code::SettledTwice => CodeWords {
            title: "Afregnet to gange",
            meaning: "Afregningen indeholder en linje ud over det, hævningerne og refunderingerne forklarer.",
            action: "Bed betalingsudbyderen rette den, og bogfør indtil da forskellen som gæld til eller tilgodehavende hos udbyderen.",
        },
        Code::SettledNotCompleted => CodeWords {
            title: "Afregnet, men ikke gennemført",
            meaning: "Betalingsudbyderen afregnede en hævning eller refundering, som ifølge eksporterne ikke blev gennemført.",
            action: "Kontrollér dens status hos betalingsudbyderen: ret bøgerne, eller bed om en rettet afregning.",
        },
        Code::SettledAmount => CodeWords {
            title: "Afregnet med et andet beløb",
            meaning: "Det afregnede beløb er ikke det, der blev hævet eller refunderet.",
            action: "Sammenlign dem: et gebyr trukket fra bruttobeløbet, en tastefejl eller en fejl hos betalingsudbyderen.",
        },
        Code::SettledDirection => CodeWords {
            title: "Afregnet i den forkerte retning",
            meaning: "En refundering blev afregnet som et salg, eller et salg som en refundering.",
            action: "Bed betalingsudbyderen om en rettet afregning.",
        },
        Code::SettledCurrency => CodeWords {
            title: "Afregnet i en anden valuta",
            meaning: "Afregningslinjen har en anden valuta end hævningen eller refunderingen.",
            action: "Spørg betalingsudbyderen, hvilken valuta der er rigtig, og ret bøgerne eller afregningen.",
        },
        Code::Ambiguous => CodeWords {
            title: "Flere mulige modposter",
            meaning: "Flere hævninger eller refunderinger og afregningslinjer deler en reference, og hverken beløbene eller summerne stemmer. Intet par er gættet.",
            action: "Par dem i hånden ud fra de poster, der er anført her.",
        },
        Code::WrongBatch => CodeWords {
            title: "Afregnet i et andet bundt",
            meaning: "Bøgerne angiver ét bundt, afregningslinjen et andet.",
            action: "Ret afstemningsnummeret i bøgerne, eller spørg betalingsudbyderen, hvilket bundt der er rigtigt.",
        },
        Code::ReferenceReused => CodeWords {
            title: "Reference brugt mere end én gang",
            meaning: "Flere hævninger eller refunderinger har samme betalingsmodtagerreference, som skal være unik.",
            action: "Lad butikssystemet give hver hævning og refundering sin egen reference.",
        },
        Code::ItemsTotal => CodeWords {
            title: "Linjerne giver ikke summen",
            meaning: "Linjerne i en hævning eller refundering giver ikke den sum, den angiver.",
            action: "Kontrollér, at eksporten indeholder alle dens linjer.",
        },
        Code::ReferenceFormat => CodeWords {
            title: "Reference i ugyldigt format",
            meaning: "En betalingsmodtagerreference bryder det format, udbyderen dokumenterer. Dette er en bemærkning: intet beløb afviger.",
            action: "Lad butikssystemet danne referencer i udbyderens format.",
        },
        Code::RecordedOnly => CodeWords {
            title: "Registreret, men ikke udført",
            meaning: "Ordren registrerer en hævning eller refundering, men udbyderen har ingen hændelse, der viser, at den blev udført.",
            action: "Kontrollér hos betalingsudbyderen, om penge blev flyttet; hæv eller refundér ellers igen.",
        },
        Code::ToleranceBudget => CodeWords {
            title: "Tolerancen er brugt op",
            meaning: "De små forskelle, der blev tolereret, giver tilsammen mere end deres budget.",
            action: "Se på de tolererede par (kør med --matches), find årsagen, eller sæt et andet budget.",
        },
        Code::BatchMissing => CodeWords {
            title: "Helt bundt ikke afregnet",
            meaning: "Hævninger eller refunderinger angiver et bundt, som der ikke er kommet nogen afregningslinje for. Det afventer, så længe afregningen endnu kan nå at komme i tide.",
            action: "Hent bundtets afregningsfil, eller efterlys den hos betalingsudbyderen.",
        },
        Code::FileTotal => CodeWords {
            title: "Filens sum stemmer ikke",
            meaning: "En afregningsfil angiver en sum eller et antal, som dens egne linjer ikke giver.",
            action: "Hent filen igen; hvis den er den samme, så bed betalingsudbyderen om en rettet fil.",
        },
        Code::FileNet => CodeWords {
            title: "Netto er ikke brutto minus gebyr",
            meaning: "En afregningslinje eller fil angiver et nettobeløb, som ikke er brutto minus gebyr.",
            action: "Spørg betalingsudbyderen, hvordan nettobeløbet er beregnet, og kontrollér, hvilken kolonne der indeholder gebyret.",
        },
        Code::FileRepeated => CodeWords {
            title: "Filen er givet mere end én gang",
            meaning: "Filens indhold var allerede læst; det blev talt med én gang.",
            action: "Intet behøver at blive gjort.",
        },
        Code::FileRestated => CodeWords {
            title: "Filen er erstattet af en senere",
            meaning: "Betalingsudbyderen udstedte en afregningsfil igen med andet indhold. Den senere gælder.",
            action: "Ret det, der er bogført fra den tidligere fil; summerne før og efter står i forklaringen.",
        },
        Code::FileGap => CodeWords {
            title: "Afregningsfil mangler i en serie",
            meaning: "Der mangler numre mellem den første og den sidste afregningsfil i en serie.",
            action: "Hent de manglende filer hos betalingsudbyderen.",
        },
        Code::FileMissing => CodeWords {
            title: "Ventet fil er ikke kommet",
            meaning: "En fil, som konfigurationen venter, er ikke kommet inden sidste frist.",
            action: "Hent filen, eller ret konfigurationen, hvis den ikke længere skal komme.",
        },
        Code::FeeTariff => CodeWords {
            title: "Gebyrer afviger fra tariffen",
            meaning: "Udbyderen har taget andre gebyrer, end den angivne tarif giver, ud over tolerancen.",
            action: "Sammenlign aftalen med udbyderens rapport; kræv forskellen, eller ret tariffen.",
        },
        Code::PayoutNet => CodeWords {
            title: "Udbetalingen stemmer ikke",
            meaning: "Den angivne udbetaling er ikke brutto minus gebyrer og moms af gebyrer, med overført saldo.",
            action: "Kontrollér tallene mod saldorapporten; passer de, så spørg udbyderen.",
        },
        Code::PayoutMissing => CodeWords {
            title: "Udbetaling mangler i banken",
            meaning: "En udbetaling har ingen post på bankkontoen. Den er afventende, så længe den kan nå frem i tide.",
            action: "Spørg udbyderen, hvor pengene er, og kontrollér, at den rigtige konto læses.",
        },
        Code::PayoutAmount => CodeWords {
            title: "Banken fik et andet beløb",
            meaning: "En bankpost har udbetalingens reference, men et andet beløb.",
            action: "Se efter en saldo, som udbyderen har modregnet, eller et bankgebyr.",
        },
        Code::PayoutUnknown => CodeWords {
            title: "Indbetaling uden udbetaling",
            meaning: "En udbyder har betalt penge, som ingen kendt udbetaling forklarer.",
            action: "Hent afregningsfilen eller saldorapporten for betalingen.",
        },
        Code::PayoutAmbiguous => CodeWords {
            title: "Udbetalinger kan ikke skelnes",
            meaning: "Flere udbetalinger og bankposter passer lige godt til hinanden.",
            action: "Sammenlign datoer og referencer i hånden; angiv hver udbetalings reference.",
        },
        Code::StatementGap => CodeWords {
            title: "Hul i kontoudtogene",
            meaning: "Et kontoudtog følger ikke på det forrige, eller posterne fører ikke til slutsaldoen.",
            action: "Hent det manglende eller det fuldstændige kontoudtog fra banken.",
        },
    }
}
