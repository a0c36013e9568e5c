//! Statements of a bank in three forms.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::NaiveDate;

use crate::story::{CURRENCIES, exponent};

/// An entry of an account in its currency.
#[derive(Clone, Debug)]
pub struct Entry {
    pub amount_minor: i64,
    pub currency: &'static str,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Csv,
    Camt,
    Mt940,
}

impl Form {
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Camt => "xml",
            Self::Mt940 => "sta",
        }
    }
}

/// An amount with its decimals.
pub fn major(amount_minor: i64, currency: &str, point: char) -> String {
    let decimals = exponent(currency);
    let digits = format!("{:0>width$}", amount_minor.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let sign = if amount_minor < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}{point}{fraction}") }
}

/// The statements of a night, one a currency; they follow on those before.
pub fn statements(
    form: Form,
    night: usize,
    on: NaiveDate,
    entries: &[Entry],
    balances: &mut BTreeMap<&'static str, i64>,
) -> String {
    let mut text = match form {
        Form::Csv => "amount,currency,booked_on,account,text,balance\n".to_owned(),
        Form::Camt => "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr>\
                       <MsgId>m</MsgId></GrpHdr>\n"
            .to_owned(),
        Form::Mt940 => String::new(),
    };
    for currency in CURRENCIES {
        let of: Vec<&Entry> = entries.iter().filter(|entry| entry.currency == currency).collect();
        if of.is_empty() {
            continue;
        }
        let balance = balances.entry(currency).or_insert(1_000_000);
        let opening = *balance;
        *balance += of.iter().map(|entry| entry.amount_minor).sum::<i64>();
        match form {
            Form::Csv => rows(&of, on, opening, &mut text),
            Form::Camt => camt(&of, (night, on, currency), (opening, *balance), &mut text),
            Form::Mt940 => mt940(&of, (night, on, currency), (opening, *balance), &mut text),
        }
    }
    if form == Form::Camt {
        text.push_str("</BkToCstmrStmt></Document>\n");
    }
    text
}

fn rows(entries: &[&Entry], on: NaiveDate, mut balance: i64, text: &mut String) {
    for Entry { amount_minor, currency, text: said } in entries {
        balance += amount_minor;
        writeln!(text, "{amount_minor},{currency},{on},ACC{currency},{said},{balance}").unwrap();
    }
}

fn camt(entries: &[&Entry], (night, on, currency): (usize, NaiveDate, &str), balances: (i64, i64), text: &mut String) {
    let sized = |amount: i64| (major(amount.abs(), currency, '.'), if amount < 0 { "DBIT" } else { "CRDT" });
    writeln!(
        text,
        "<Stmt><Id>S{night}{currency}</Id><Acct><Id><Othr><Id>ACC{currency}</Id></Othr></Id><Ccy>{currency}</Ccy></Acct>"
    )
    .unwrap();
    for (code, balance) in [("OPBD", balances.0), ("CLBD", balances.1)] {
        let (amount, side) = sized(balance);
        writeln!(
            text,
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"{currency}\">{amount}</Amt>\
             <CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
        )
        .unwrap();
    }
    for entry in entries {
        let (amount, side) = sized(entry.amount_minor);
        writeln!(
            text,
            "<Ntry><Amt Ccy=\"{currency}\">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
             <BookgDt><Dt>{on}</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>{}</Ustrd></RmtInf></TxDtls></NtryDtls>\
             </Ntry>",
            entry.text
        )
        .unwrap();
    }
    text.push_str("</Stmt>\n");
}

fn mt940(entries: &[&Entry], (night, on, currency): (usize, NaiveDate, &str), balances: (i64, i64), text: &mut String) {
    let day = on.format("%y%m%d");
    let sized = |amount: i64| {
        let size = major(amount.abs(), currency, ',');
        let size = if size.contains(',') { size } else { format!("{size},") };
        (if amount < 0 { "D" } else { "C" }, size)
    };
    let (side, opening) = sized(balances.0);
    write!(text, ":20:ST{night}\n:25:ACC{currency}\n:28C:{}/1\n:60F:{side}{day}{currency}{opening}\n", night + 1)
        .unwrap();
    for entry in entries {
        let (side, amount) = sized(entry.amount_minor);
        write!(text, ":61:{day}{}{side}{amount}NTRFNONREF\n:86:{}\n", on.format("%m%d"), entry.text).unwrap();
    }
    let (side, closing) = sized(balances.1);
    write!(text, ":62F:{side}{day}{currency}{closing}\n-\n").unwrap();
}
