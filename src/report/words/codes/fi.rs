//! The codes in Finnish.

use super::CodeWords;
use crate::model::finding::Code;

pub(super) fn words(code: Code) -> CodeWords {
    match code {
        Code::RecordConflict => CodeWords {
            title: "Ristiriitaisia versioita tietueesta",
            meaning: "Sama tietue on vienneissä useaan kertaan eri sisällöllä, eikä mikään kerro, mikä versio on uusin. Niistä käytettiin yhtä.",
            action: "Tarkista tietue lähteestä, korjaa vienti ja suorita ajo uudelleen.",
        },
        Code::OrderUnknown => CodeWords {
            title: "Tilausta ei ole vienneissä",
            meaning: "Veloitus tai hyvitys tehtiin tilaukselle, jota missään tilausviennissä ei ole.",
            action: "Vie tilaus; jos kauppa ei tunne sitä, selvitä, kuka maksun otti.",
        },
        Code::LineUnknown => CodeWords {
            title: "Tilausriviä ei ole tilauksessa",
            meaning: "Veloitus tai hyvitys tehtiin riville, jota tilauksessa ei ole.",
            action: "Vertaa kaupan tilaukseen: rivi on lisätty myöhemmin tai vienti on puutteellinen.",
        },
        Code::LineCurrency => CodeWords {
            title: "Veloitettu eri valuutassa",
            meaning: "Tilausrivillä on yksi valuutta ja sen veloituksella tai hyvityksellä toinen.",
            action: "Selvitä, missä valuutassa asiakas maksoi; korjaa tilaus, tai hyvitä ja veloita uudelleen.",
        },
        Code::LineWrongDirection => CodeWords {
            title: "Veloitettu väärällä etumerkillä",
            meaning: "Alennus veloitettiin maksuna tai maksu alennuksena.",
            action: "Vertaa siihen, mitä asiakkaan piti maksaa, ja hyvitä tai veloita erotus.",
        },
        Code::ReversalLineUnlinked => CodeWords {
            title: "Palautus ilman alkuperäistä riviä",
            meaning: "Palautusrivi ei kerro, minkä rivin se peruu, tai nimeää rivin, joka ei sovi.",
            action: "Merkitse alkuperäinen rivi tilaukseen, tai varmista, että palautus on aito.",
        },
        Code::ReversalLineExceedsOriginal => CodeWords {
            title: "Palautettu enemmän kuin tilattu",
            meaning: "Tilausrivin palautusrivit peruvat enemmän kuin rivin itsensä.",
            action: "Tarkista palautukset: jokin voi olla kahdesti tai väärällä rivillä.",
        },
        Code::ReversalExceedsCapture => CodeWords {
            title: "Hyvitetty enemmän kuin veloitettu",
            meaning: "Tilausriville maksettiin takaisin enemmän rahaa kuin veloitettiin.",
            action: "Tarkista hyvitykset; liiallinen hyvitys peritään takaisin tai kirjataan tappioksi.",
        },
        Code::LineOvercaptured => CodeWords {
            title: "Veloitettu enemmän kuin tilattu",
            meaning: "Tilausriviltä veloitettiin enemmän rahaa kuin tilattiin.",
            action: "Hyvitä ylimäärä, tai korjaa tilaus, jos asiakas on sen hyväksynyt.",
        },
        Code::LineUncaptured => CodeWords {
            title: "Tilattu, mutta ei veloitettu",
            meaning: "Tilausriviltä ei ole veloitettu mitään. Se odottaa niin kauan kuin veloitus voi vielä ehtiä ajoissa.",
            action: "Veloita, jos tavara on toimitettu; muuten peru rivi.",
        },
        Code::LineUndercaptured => CodeWords {
            title: "Veloitettu vähemmän kuin tilattu",
            meaning: "Tilausrivistä on veloitettu vain osa. Se odottaa niin kauan kuin loppu voi vielä ehtiä ajoissa.",
            action: "Veloita loppu, jos tavara on toimitettu; muuten peru se.",
        },
        Code::LineVat => CodeWords {
            title: "Veloitettu arvonlisävero poikkeaa",
            meaning: "Veloitettu summa on oikein, mutta sen arvonlisävero ei ole tilausrivin.",
            action: "Korjaa arvonlisävero kaupassa tai maksupalvelussa ennen arvonlisäveroilmoitusta.",
        },
        Code::VatRate => CodeWords {
            title: "Arvonlisävero ei vastaa verokantaa",
            meaning: "Tilausrivin summa, arvonlisävero ja verokanta eivät täsmää.",
            action: "Tarkista tuotteen arvonlisäveroasetukset ja korjaa ne.",
        },
        Code::OrderTotal => CodeWords {
            title: "Tilauksen summa ei ole rivien summa",
            meaning: "Tilaus ilmoittaa summan, joka ei ole sen rivien summa.",
            action: "Tarkista, että viennissä ovat kaikki tilauksen rivit.",
        },
        Code::OrderRemainingCapture => CodeWords {
            title: "Veloittamatta eri summa",
            meaning: "Tilaus ilmoittaa veloittamatta olevan summan, joka ei seuraa sen riveistä ja veloituksista.",
            action: "Tarkista, että kaikki veloitukset ovat vienneissä; muuten kysy, miksi tilauksen saldo poikkeaa.",
        },
        Code::OrderRemainingReversal => CodeWords {
            title: "Hyvitettävissä eri summa",
            meaning: "Tilaus ilmoittaa hyvitettävissä olevan summan, joka ei seuraa sen veloituksista ja hyvityksistä.",
            action: "Tarkista, että kaikki hyvitykset ovat vienneissä; muuten kysy, miksi tilauksen saldo poikkeaa.",
        },
        Code::Unsettled => CodeWords {
            title: "Ei tilitetty",
            meaning: "Veloitus tai hyvitys on toteutunut, mutta mikään tilitysrivi ei vastaa sitä. Se odottaa niin kauan kuin tilitys voi vielä ehtiä ajoissa.",
            action: "Tarkista se maksupalvelusta; jos tilitys on myöhässä, pyydä sitä.",
        },
        Code::SettledUnknown => CodeWords {
            title: "Tilitetty, ei kirjanpidossamme",
            meaning: "Maksupalvelu tilitti jotain, jota mikään vientien veloitus tai hyvitys ei vastaa.",
            action: "Tarkista, että kaikki viennit ovat mukana; kysy sitten maksupalvelulta, mikä rivi on.",
        },
        Code::SettledTwice => CodeWords {
            title: "Tilitetty kahdesti",
            meaning: "Tilityksessä on rivi, jota veloitukset ja hyvitykset eivät selitä.",
            action: "Pyydä maksupalvelua korjaamaan se, ja kirjaa erotus siihen asti velaksi maksupalvelulle tai saatavaksi siltä.",
        },
        Code::SettledNotCompleted => CodeWords {
            title: "Tilitetty, mutta ei toteutunut",
            meaning: "Maksupalvelu tilitti veloituksen tai hyvityksen, joka ei vientien mukaan toteutunut.",
            action: "Tarkista sen tila maksupalvelusta: korjaa kirjanpito tai pyydä korjattu tilitys.",
        },
        Code::SettledAmount => CodeWords {
            title: "Tilitetty eri summalla",
            meaning: "Tilitetty summa ei ole se, joka veloitettiin tai hyvitettiin.",
            action: "Vertaa niitä: bruttosummasta vähennetty palkkio, näppäilyvirhe tai maksupalvelun virhe.",
        },
        Code::SettledDirection => CodeWords {
            title: "Tilitetty väärään suuntaan",
            meaning: "Hyvitys tilitettiin myyntinä tai myynti hyvityksenä.",
            action: "Pyydä maksupalvelulta korjattu tilitys.",
        },
        Code::SettledCurrency => CodeWords {
            title: "Tilitetty eri valuutassa",
            meaning: "Tilitysrivillä on eri valuutta kuin veloituksella tai hyvityksellä.",
            action: "Kysy maksupalvelulta, mikä valuutta on oikea, ja korjaa kirjanpito tai tilitys.",
        },
        Code::Ambiguous => CodeWords {
            title: "Useita mahdollisia vastineita",
            meaning: "Usealla veloituksella tai hyvityksellä ja tilitysrivillä on sama viite, eivätkä summat täsmää erikseen eivätkä yhteensä. Mitään paria ei arvattu.",
            action: "Yhdistä ne käsin tässä lueteltujen tietueiden perusteella.",
        },
        Code::WrongBatch => CodeWords {
            title: "Tilitetty eri erässä",
            meaning: "Kirjanpidossa on yksi erä, tilitysrivillä toinen.",
            action: "Korjaa täsmäytysnumero kirjanpitoon, tai kysy maksupalvelulta, mikä erä on oikea.",
        },
        Code::ReferenceReused => CodeWords {
            title: "Viitettä käytetty useasti",
            meaning: "Usealla veloituksella tai hyvityksellä on sama maksunsaajan viite, jonka on oltava yksilöllinen.",
            action: "Anna kauppajärjestelmän luoda jokaiselle veloitukselle ja hyvitykselle oma viite.",
        },
        Code::ItemsTotal => CodeWords {
            title: "Rivit eivät vastaa summaa",
            meaning: "Veloituksen tai hyvityksen rivien summa ei ole sen ilmoittama summa.",
            action: "Tarkista, että viennissä ovat kaikki sen rivit.",
        },
        Code::ReferenceFormat => CodeWords {
            title: "Viite on väärässä muodossa",
            meaning: "Maksunsaajan viite ei ole palveluntarjoajan dokumentoimassa muodossa. Tämä on huomautus: mikään summa ei poikkea.",
            action: "Anna kauppajärjestelmän luoda viitteet palveluntarjoajan muodossa.",
        },
        Code::RecordedOnly => CodeWords {
            title: "Kirjattu, mutta ei toteutettu",
            meaning: "Tilaukseen on kirjattu veloitus tai hyvitys, mutta palveluntarjoajalla ei ole tapahtumaa, joka osoittaisi sen toteutuneen.",
            action: "Tarkista maksupalvelusta, siirtyikö rahaa; muuten veloita tai hyvitä uudelleen.",
        },
        Code::ToleranceBudget => CodeWords {
            title: "Toleranssi on käytetty",
            meaning: "Hyväksytyt pienet erotukset ovat yhteensä enemmän kuin niiden budjetti.",
            action: "Tarkista hyväksytyt parit (aja valinnalla --matches), etsi syy tai aseta toinen budjetti.",
        },
        Code::BatchMissing => CodeWords {
            title: "Koko erä tilittämättä",
            meaning: "Veloitukset tai hyvitykset nimeävät erän, josta ei ole tullut yhtään tilitysriviä. Se odottaa niin kauan kuin tilitys voi vielä ehtiä ajoissa.",
            action: "Hae erän tilitystiedosto, tai pyydä sitä maksupalvelulta.",
        },
        Code::FileTotal => CodeWords {
            title: "Tiedoston summa ei täsmää",
            meaning: "Tilitystiedosto ilmoittaa summan tai lukumäärän, jota sen omat rivit eivät vastaa.",
            action: "Hae tiedosto uudelleen; jos se on sama, pyydä maksupalvelulta korjattu tiedosto.",
        },
        Code::FileNet => CodeWords {
            title: "Netto ei ole brutto miinus palkkio",
            meaning: "Tilitysrivi tai tiedosto ilmoittaa nettosumman, joka ei ole brutto miinus palkkio.",
            action: "Kysy maksupalvelulta, miten netto on laskettu, ja tarkista, missä sarakkeessa palkkio on.",
        },
        Code::FileRepeated => CodeWords {
            title: "Tiedosto annettu useasti",
            meaning: "Tiedoston sisältö oli jo luettu; se laskettiin kerran.",
            action: "Mitään ei tarvitse tehdä.",
        },
        Code::FileRestated => CodeWords {
            title: "Tiedosto korvattu uudemmalla",
            meaning: "Maksupalvelu julkaisi tilitystiedoston uudelleen eri sisällöllä. Uudempi on voimassa.",
            action: "Korjaa aiemmasta tiedostosta tehdyt kirjaukset; summat ennen ja jälkeen ovat selityksessä.",
        },
        Code::FileGap => CodeWords {
            title: "Tilitystiedosto puuttuu sarjasta",
            meaning: "Sarjan ensimmäisen ja viimeisen tilitystiedoston välistä puuttuu numeroita.",
            action: "Hae puuttuvat tiedostot maksupalvelusta.",
        },
        Code::FileMissing => CodeWords {
            title: "Odotettu tiedosto ei ole tullut",
            meaning: "Tiedosto, jota asetusten mukaan odotetaan, ei ole tullut määräpäivään mennessä.",
            action: "Hae tiedosto, tai korjaa asetukset, jos sitä ei enää odoteta.",
        },
        Code::FeeTariff => CodeWords {
            title: "Palkkiot poikkeavat hinnastosta",
            meaning: "Palveluntarjoaja veloitti muut palkkiot kuin ilmoitettu hinnasto antaa, yli sallitun eron.",
            action: "Vertaa sopimusta palveluntarjoajan raporttiin; vaadi erotus takaisin tai korjaa hinnasto.",
        },
        Code::PayoutNet => CodeWords {
            title: "Tilitys ei täsmää",
            meaning: "Ilmoitettu tilitys ei ole brutto vähennettynä palkkioilla ja niiden arvonlisäverolla, siirretty saldo mukaan lukien.",
            action: "Tarkista luvut saldoraportista; jos ne ovat oikein, kysy palveluntarjoajalta.",
        },
        Code::PayoutMissing => CodeWords {
            title: "Tilitys puuttuu pankkitililtä",
            meaning: "Tilityksellä ei ole tapahtumaa pankkitilillä. Se odottaa niin kauan kuin se voi vielä tulla ajoissa.",
            action: "Kysy palveluntarjoajalta, missä rahat ovat, ja tarkista, että luetaan oikeaa tiliä.",
        },
        Code::PayoutAmount => CodeWords {
            title: "Pankkiin tuli eri summa",
            meaning: "Pankkitapahtumalla on tilityksen viite mutta eri summa.",
            action: "Etsi palveluntarjoajan kuittaama saldo tai pankin palkkio.",
        },
        Code::PayoutUnknown => CodeWords {
            title: "Maksu ilman tilitystä",
            meaning: "Palveluntarjoaja maksoi rahaa, jota mikään tunnettu tilitys ei selitä.",
            action: "Hae maksun tilitystiedosto tai saldoraportti.",
        },
        Code::PayoutAmbiguous => CodeWords {
            title: "Tilityksiä ei voi erottaa",
            meaning: "Useat tilitykset ja pankkitapahtumat sopivat toisiinsa yhtä hyvin.",
            action: "Vertaa päiviä ja viitteitä käsin; anna kunkin tilityksen viite.",
        },
        Code::StatementGap => CodeWords {
            title: "Aukko tiliotteissa",
            meaning: "Tiliote ei jatku edellisestä, tai tapahtumat eivät johda loppusaldoon.",
            action: "Hae puuttuva tai täydellinen tiliote pankista.",
        },
    }
}
