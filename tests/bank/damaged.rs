//! Files that are damaged in every way are refused with a line and a help, or read; nothing else happens.

use avstem::engine::source::Bytes;
use avstem::ingest::bank::{BankNames, BankWays, is_camt, is_mt940, read_camt, read_mt940};
use avstem::model::currency::Currencies;

use crate::rng::Rng;

const CAMT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.04\"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>
<Stmt><Id>S</Id><ElctrncSeqNb>7</ElctrncSeqNb><Acct><Id><IBAN>SE3550000000054910000003</IBAN></Id><Ccy>SEK</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"SEK\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-10-05</Dt></Dt></Bal>
<Ntry><Amt Ccy=\"SEK\">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-10-05</Dt></BookgDt>
<AcctSvcrRef>B-1000</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>R1234-0001</EndToEndId></Refs>
<Amt Ccy=\"SEK\">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Nm>Payex &amp; Co</Nm></Dbtr></RltdPties></TxDtls>
<TxDtls><Amt Ccy=\"SEK\">20.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>
";

const MT940: &str = "{1:F01X}{2:I940X}{4:
:20:ST261005
:25:SE35500
:28C:278/1
:60F:C261004SEK100,50
:61:2610051005C121222,74NTRFNONREF//SVC-77
PayEx
:86:166?00CREDIT?20EREF+R1234-0001?21SVWZ+pay?32Payex
:61:2512310102RD8000,00NMSCA//B
:86:/NAME/Payex/REMI/R1234-0002
:62F:C261005SEK113323,24
-}
";

/// Bytes that mean something in either format, put where they do not belong.
const PIECES: [&str; 22] = [
    "<",
    ">",
    "</",
    "\"",
    "&",
    "&#0;",
    "<!--",
    "]]>",
    "<Ntry>",
    "</Ntry>",
    "<TxDtls/>",
    "\0",
    "\n",
    "\r\n-\r\n",
    ":20:",
    ":61:",
    ":86:",
    ":62F:",
    "?20",
    "é",
    "9999999999999999999999999",
    "\u{feff}",
];

fn damage(bytes: &mut Vec<u8>, rng: &mut Rng) {
    for _ in 0..=rng.below(4) {
        if bytes.is_empty() {
            return;
        }
        let at = rng.below(bytes.len());
        match rng.below(6) {
            0 => bytes[at] = u8::try_from(rng.below(256)).unwrap(),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..(at + rng.below(40)).min(bytes.len()))),
            3 => drop(bytes.splice(at..at, rng.maybe(90, &PIECES).bytes())),
            4 => {
                let end = (at + rng.below(200)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            _ => {
                let other = rng.below(bytes.len());
                bytes.swap(at, other);
            }
        }
    }
}

fn read(bytes: Vec<u8>) -> [usize; 2] {
    let (names, currencies) = (BankNames::default(), Currencies::default());
    let ways = BankWays { names: &names, currencies: &currencies };
    let _ = (is_camt(&bytes), is_mt940(&bytes));
    let mut results = [0, 0];
    let bytes = Bytes::from_vec(bytes);
    for (place, file) in [read_camt("f", &bytes, &ways), read_mt940("f", &bytes, &ways)].into_iter().enumerate() {
        match file {
            Ok(file) => {
                results[place] = 1;
                for statement in &file.statements {
                    let kept: i128 = statement.entries.iter().map(|entry| i128::from(entry.amount_minor)).sum();
                    let count = u64::try_from(statement.entries.len()).unwrap();
                    assert!(count <= statement.entry_count && !statement.currency.is_empty());
                    assert!(count < statement.entry_count || kept == statement.entry_sum_minor);
                    for entry in &statement.entries {
                        assert!(entry.references.is_sorted() && entry.references.len() <= 64);
                    }
                }
            }
            Err(error) => {
                assert!(!error.problem.is_empty() && !error.help.is_empty(), "{error:?}");
                assert!(!error.problem.contains("Payex"), "{error:?}");
            }
        }
    }
    results
}

#[test]
fn damaged_files_are_refused_or_read() {
    const CASES: u64 = 20_000;
    let mut results = [0, 0];
    for (document, seeds) in [(CAMT, 0..CASES), (MT940, CASES..2 * CASES)] {
        for seed in seeds {
            let rng = &mut Rng::new(seed);
            let mut bytes = document.as_bytes().to_vec();
            damage(&mut bytes, rng);
            let found = read(bytes);
            results = [results[0] + found[0], results[1] + found[1]];
        }
    }
    println!("seeds 0 to {}: read {results:?}", 2 * CASES - 1);
    assert!(results.iter().all(|count| *count > 100), "some damage concerns nothing that counts: {results:?}");
    assert_eq!(read(CAMT.as_bytes().to_vec()), [1, 0]);
    assert_eq!(read(MT940.as_bytes().to_vec()), [0, 1]);
}

#[test]
fn random_bytes_are_refused() {
    for seed in 0..5_000 {
        let rng = &mut Rng::new(seed);
        let bytes: Vec<u8> = (0..rng.below(400)).map(|_| u8::try_from(rng.below(256)).unwrap()).collect();
        assert_eq!(read(bytes), [0, 0], "seed {seed}");
    }
}

#[test]
fn what_is_nested_long_or_many_is_bounded() {
    let (names, currencies) = (BankNames::default(), Currencies::default());
    let ways = BankWays { names: &names, currencies: &currencies };
    let camt = |text: String| read_camt("f", &Bytes::from_vec(text.into_bytes()), &ways).unwrap_err().problem;
    let deep = CAMT.replace("<Sts>", &format!("{}<Sts>", "<a>".repeat(40)));
    assert_eq!(camt(deep), "more than 32 elements inside each other");
    let long = CAMT.replace("R1234-0001", &"x".repeat(20_000));
    assert_eq!(camt(long), "a text is longer than 16384 bytes");
    let texts = format!("<RmtInf>{}</RmtInf>", format!("<Ustrd>{}</Ustrd>", "x".repeat(10_000)).repeat(120));
    assert_eq!(
        camt(CAMT.replace("</RltdPties>", &format!("</RltdPties>{texts}"))),
        "the texts of an entry are longer than 1048576 bytes"
    );
    let many = "<TxDtls><Refs/></TxDtls>".repeat((1 << 17) + 1);
    assert_eq!(
        camt(CAMT.replace("<NtryDtls>", &format!("<NtryDtls>{many}"))),
        "an entry of more than 131072 transactions"
    );
}
