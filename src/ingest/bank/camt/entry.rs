//! One `Ntry` while it is read, with its `TxDtls`.

use super::balance::{day, is_credit, is_true, minor};
use super::{HELP_BANK, Leaf};
use crate::ingest::bank::BankWays;
use crate::ingest::bank::collect::{HELP_SPLIT, Room};
use crate::ingest::bank::words::{References, own_id};
use crate::ingest::xml::{Place, XmlError};
use crate::model::bank::Entry;

/// Bytes of the texts that one entry, or one transaction in it, has at once.
const TEXTS_BYTES_MAX: usize = 1 << 20;
/// Bytes of the references of all transactions in one entry.
const INNER_BYTES_MAX: usize = 64 << 20;
/// The most transactions in one entry.
const TRANSACTIONS_MAX: usize = 1 << 17;

/// What an entry or a transaction says of where it is from.
#[derive(Debug, Default)]
struct Told {
    references: References,
    /// Texts that may name a provider, and the names of both sides.
    texts: Vec<String>,
    debtors: Vec<String>,
    creditors: Vec<String>,
    bytes: usize,
}

impl Told {
    fn hold(&mut self, leaf: Leaf<'_>) -> Result<String, XmlError> {
        self.bytes += leaf.text.len();
        if self.bytes > TEXTS_BYTES_MAX {
            let problem = format!("the texts of an entry are longer than {TEXTS_BYTES_MAX} bytes");
            return Err(leaf.place.error(problem, HELP_BANK));
        }
        Ok(leaf.text.to_owned())
    }

    /// A free text.
    fn text(&mut self, leaf: Leaf<'_>) -> Result<(), XmlError> {
        self.references.words(leaf.text);
        let text = self.hold(leaf)?;
        self.texts.push(text);
        Ok(())
    }

    /// The provider that is named by the texts or by who paid, or was paid. Who has the account names none: a shop may
    /// be called anything. A transfer taken back has its sides turned.
    fn provider(&self, is_credit: bool, is_reversal: bool, ways: &BankWays<'_>) -> Option<String> {
        let names = if is_credit != is_reversal { &self.debtors } else { &self.creditors };
        let texts: Vec<&str> = self.texts.iter().chain(names).map(String::as_str).collect();
        ways.names.provider_of(&texts).map(str::to_owned)
    }
}

/// A transaction in an entry, read.
#[derive(Debug)]
struct Transaction {
    place: Place,
    /// Signed, in the currency of the account; `None` where it is stated in another, or not at all.
    amount_minor: Option<i64>,
    provider: Option<String>,
    references: References,
    bank_reference: String,
}

/// A transaction while it is read.
#[derive(Debug)]
struct TransactionDraft {
    place: Place,
    /// Amount and currency.
    amount: Option<(String, String)>,
    amount_of_details: Option<(String, String)>,
    direction: Option<bool>,
    bank_reference: String,
    told: Told,
}

/// An entry while it is read.
#[derive(Debug)]
pub struct EntryDraft {
    place: Place,
    amount: Option<(String, String)>,
    direction: Option<bool>,
    is_reversal: bool,
    status: String,
    booked_on: String,
    value_on: String,
    bank_reference: String,
    told: Told,
    inner: Option<TransactionDraft>,
    transactions: Vec<Transaction>,
    /// Bytes of the references of its transactions.
    inner_bytes: usize,
}

/// What an entry turned out to be.
pub enum Finished {
    /// Booked: its parts, which sum to it.
    Booked(Vec<Entry>),
    /// Not booked, or not yet.
    NotBooked,
}

impl EntryDraft {
    pub fn new(place: Place) -> Self {
        Self {
            place,
            amount: None,
            direction: None,
            is_reversal: false,
            status: String::new(),
            booked_on: String::new(),
            value_on: String::new(),
            bank_reference: String::new(),
            told: Told::default(),
            inner: None,
            transactions: Vec::new(),
            inner_bytes: 0,
        }
    }

    /// The beginning of an element inside `Ntry`.
    pub fn open(&mut self, path: &str, place: Place) {
        if path == "/NtryDtls/TxDtls" {
            self.inner = Some(TransactionDraft {
                place,
                amount: None,
                amount_of_details: None,
                direction: None,
                bank_reference: String::new(),
                told: Told::default(),
            });
        }
    }

    /// The end of an element inside `Ntry`. The currency is the account's.
    pub fn close(&mut self, path: &str, leaf: Leaf<'_>, currency: &str, ways: &BankWays<'_>) -> Result<(), XmlError> {
        if path == "/NtryDtls/TxDtls" {
            return self.close_transaction(currency, ways);
        }
        if let (Some(inner), Some(path)) = (&mut self.inner, path.strip_prefix("/NtryDtls/TxDtls")) {
            return inner.leaf(path, leaf);
        }
        match path {
            "/Amt" => self.amount = Some((leaf.text.to_owned(), leaf.currency.to_owned())),
            "/CdtDbtInd" => self.direction = Some(is_credit(leaf)?),
            "/RvslInd" => self.is_reversal = is_true(leaf)?,
            "/Sts" if leaf.text.is_empty() => {}
            "/Sts" | "/Sts/Cd" => self.status = leaf.text.to_owned(),
            "/BookgDt/Dt" | "/BookgDt/DtTm" => self.booked_on = leaf.text.to_owned(),
            "/ValDt/Dt" | "/ValDt/DtTm" => self.value_on = leaf.text.to_owned(),
            "/AcctSvcrRef" => {
                self.bank_reference = own_id(leaf.text);
                self.told.references.id(leaf.text);
            }
            "/NtryDtls/Btch/MsgId" | "/NtryDtls/Btch/PmtInfId" => self.told.references.id(leaf.text),
            "/AddtlNtryInf" => self.told.text(leaf)?,
            _ => {}
        }
        Ok(())
    }

    fn close_transaction(&mut self, currency: &str, ways: &BankWays<'_>) -> Result<(), XmlError> {
        let Some(inner) = self.inner.take() else { return Ok(()) };
        let is_credit =
            inner.direction.or(self.direction).ok_or_else(|| self.without("CdtDbtInd before its details"))?;
        let stated = inner.amount.or(inner.amount_of_details).filter(|(_, code)| code == currency);
        let amount_minor = match stated {
            Some((text, code)) => {
                let amount_minor = minor(&text, &code, ways, inner.place)?;
                Some(if is_credit { amount_minor } else { -amount_minor })
            }
            None => None,
        };
        self.inner_bytes += inner.told.references.bytes();
        if self.transactions.len() == TRANSACTIONS_MAX || self.inner_bytes > INNER_BYTES_MAX {
            let problem = if self.inner_bytes > INNER_BYTES_MAX {
                format!("the references of an entry take more than {INNER_BYTES_MAX} bytes")
            } else {
                format!("an entry of more than {TRANSACTIONS_MAX} transactions")
            };
            return Err(inner.place.error(problem, "ask the bank for a file with fewer transactions an entry"));
        }
        self.transactions.push(Transaction {
            place: inner.place,
            amount_minor,
            provider: inner.told.provider(is_credit, self.is_reversal, ways),
            references: inner.told.references,
            bank_reference: inner.bank_reference,
        });
        Ok(())
    }

    fn without(&self, what: &str) -> XmlError {
        self.place.error(format!("an entry without {what}"), HELP_BANK)
    }

    /// The entry, whole or in its parts.
    pub fn finish(self, shown: &str, ways: &BankWays<'_>, room: &mut Room) -> Result<Finished, XmlError> {
        match self.status.as_str() {
            "BOOK" => {}
            "PDNG" | "INFO" | "FUTR" => return Ok(Finished::NotBooked),
            "" => return Err(self.without("a status (Sts) of ISO 20022, so that nothing says whether it is booked")),
            _ => return Err(self.place.error("a status (Sts) that is none of BOOK, PDNG, INFO and FUTR", HELP_BANK)),
        }
        let (text, code) = self.amount.as_ref().ok_or_else(|| self.without("an amount (Amt)"))?;
        let amount_minor = minor(text, code, ways, self.place)?;
        let is_credit = self.direction.ok_or_else(|| self.without("CdtDbtInd"))?;
        let amount_minor = if is_credit { amount_minor } else { -amount_minor };
        let stated = if self.booked_on.is_empty() { &self.value_on } else { &self.booked_on };
        if stated.is_empty() {
            return Err(self.without("a day (BookgDt)"));
        }
        let booked_on = day(stated, self.place)?;
        let own_provider = self.told.provider(is_credit, self.is_reversal, ways);
        let source = |place: Place| format!("{shown}:{}", place.line);
        let sum = self.transactions.iter().try_fold(0_i128, |sum, part| Some(sum + i128::from(part.amount_minor?)));
        if self.transactions.len() > 1 && sum == Some(i128::from(amount_minor)) {
            let part = |part: Transaction| {
                let mut references = part.references;
                references.extend(&self.told.references);
                let provider = part.provider.or_else(|| own_provider.clone());
                room.take(provider.is_some(), &references).map_err(|problem| self.place.error(problem, HELP_SPLIT))?;
                Ok(Entry {
                    booked_on,
                    amount_minor: part.amount_minor.unwrap_or(0),
                    provider,
                    references: references.into_keys(),
                    bank_reference: first_of(&self.bank_reference, part.bank_reference),
                    source: source(part.place),
                })
            };
            let parts: Result<_, XmlError> = self.transactions.into_iter().map(part).collect();
            return parts.map(Finished::Booked);
        }
        // One entry for all: it names a provider where it does so itself, or where each of its transactions does.
        let mut named = self.transactions.iter().map(|part| part.provider.clone());
        let first = named.next().flatten();
        let provider = own_provider.or_else(|| first.filter(|first| named.all(|other| other.as_ref() == Some(first))));
        let mut references = self.told.references;
        self.transactions.iter().for_each(|part| references.extend(&part.references));
        room.take(provider.is_some(), &references).map_err(|problem| self.place.error(problem, HELP_SPLIT))?;
        let only = match <[Transaction; 1]>::try_from(self.transactions) {
            Ok([only]) => only.bank_reference,
            Err(_) => String::new(),
        };
        Ok(Finished::Booked(vec![Entry {
            booked_on,
            amount_minor,
            provider,
            references: references.into_keys(),
            bank_reference: first_of(&self.bank_reference, only),
            source: source(self.place),
        }]))
    }
}

fn first_of(one: &str, other: String) -> String {
    if one.is_empty() { other } else { one.to_owned() }
}

impl TransactionDraft {
    /// A leaf inside `TxDtls`.
    fn leaf(&mut self, path: &str, leaf: Leaf<'_>) -> Result<(), XmlError> {
        let money = || Some((leaf.text.to_owned(), leaf.currency.to_owned()));
        match path {
            "/Amt" => self.amount = money(),
            "/AmtDtls/TxAmt/Amt" => self.amount_of_details = money(),
            "/CdtDbtInd" => self.direction = Some(is_credit(leaf)?),
            "/Refs/AcctSvcrRef" => {
                self.bank_reference = own_id(leaf.text);
                self.told.references.id(leaf.text);
            }
            "/Refs/MsgId"
            | "/Refs/PmtInfId"
            | "/Refs/InstrId"
            | "/Refs/EndToEndId"
            | "/Refs/TxId"
            | "/Refs/ClrSysRef"
            | "/Refs/AcctOwnrTxId"
            | "/Refs/AcctSvcrTxId"
            | "/Refs/Prtry/Ref"
            | "/RmtInf/Strd/CdtrRefInf/Ref"
            | "/RmtInf/Strd/RfrdDocInf/Nb" => self.told.references.id(leaf.text),
            "/RmtInf/Ustrd" | "/RmtInf/Strd/AddtlRmtInf" | "/AddtlTxInf" => self.told.text(leaf)?,
            "/RltdPties/Dbtr/Nm"
            | "/RltdPties/Dbtr/Pty/Nm"
            | "/RltdPties/UltmtDbtr/Nm"
            | "/RltdPties/UltmtDbtr/Pty/Nm"
            | "/RltdPties/InitgPty/Nm"
            | "/RltdPties/InitgPty/Pty/Nm" => {
                let name = self.told.hold(leaf)?;
                self.told.debtors.push(name);
            }
            "/RltdPties/Cdtr/Nm"
            | "/RltdPties/Cdtr/Pty/Nm"
            | "/RltdPties/UltmtCdtr/Nm"
            | "/RltdPties/UltmtCdtr/Pty/Nm" => {
                let name = self.told.hold(leaf)?;
                self.told.creditors.push(name);
            }
            _ => {}
        }
        Ok(())
    }
}
