//! Statements of a message while they are read: their pages put together.

use super::balance::{BalanceDraft, Balances, minor, short};
use super::entry::{EntryDraft, Finished};
use super::{HELP_BANK, Leaf};
use crate::ingest::bank::BankWays;
use crate::ingest::bank::collect::{HELP_SPLIT, Room, STATEMENTS_MAX, begun, enter, join, name};
use crate::ingest::xml::{Place, XmlError};
use crate::model::bank::{REFERENCES_MAX, Statement, StatementKind};

/// A `Stmt` or `Ntfctn`: a statement, or a page of one.
struct Page {
    statement: Statement,
    place: Place,
    number: Option<u64>,
    legal_number: Option<u64>,
    balances: Balances,
}

/// The statements of a message.
pub struct Reading<'w> {
    shown: &'w str,
    kind: StatementKind,
    ways: BankWays<'w>,
    room: Room,
    page: Option<Page>,
    balance: Option<BalanceDraft>,
    entry: Option<EntryDraft>,
    done: Vec<Page>,
    not_booked: u64,
    passed_over: u64,
}

impl<'w> Reading<'w> {
    pub fn new(shown: &'w str, kind: StatementKind, ways: BankWays<'w>, room: Room) -> Self {
        Self {
            shown,
            kind,
            ways,
            room,
            page: None,
            balance: None,
            entry: None,
            done: Vec::new(),
            not_booked: 0,
            passed_over: 0,
        }
    }

    /// The element of a statement in a message of this kind.
    fn name(&self) -> &'static str {
        if self.kind == StatementKind::Advice { "/Ntfctn" } else { "/Stmt" }
    }

    /// The beginning of an element; the path is that from the body of the message on.
    pub fn open(&mut self, path: &str, place: Place) -> Result<(), XmlError> {
        let Some(path) = path.strip_prefix(self.name()) else { return Ok(()) };
        match path {
            "" => {
                if self.done.len() == STATEMENTS_MAX {
                    return Err(
                        place.error(format!("the file holds more than {STATEMENTS_MAX} statements"), HELP_SPLIT)
                    );
                }
                let statement = begun(self.kind, format!("{}:{}", self.shown, place.line));
                self.page =
                    Some(Page { statement, place, number: None, legal_number: None, balances: Balances::default() });
            }
            "/Bal" => self.balance = Some(BalanceDraft::new(place)),
            "/Ntry" => self.entry = Some(EntryDraft::new(place)),
            path => {
                if let (Some(entry), Some(path)) = (&mut self.entry, path.strip_prefix("/Ntry")) {
                    entry.open(path, place);
                }
            }
        }
        Ok(())
    }

    /// The end of an element, with the text that stands in it.
    pub fn close(&mut self, path: &str, leaf: Leaf<'_>) -> Result<(), XmlError> {
        let Some(path) = path.strip_prefix(self.name()) else { return Ok(()) };
        let Some(page) = &mut self.page else { return Ok(()) };
        if let Some(entry) = &mut self.entry {
            let Some(inside) = path.strip_prefix("/Ntry") else { return Ok(()) };
            if inside.is_empty() {
                return self.close_entry();
            }
            if inside == "/Amt" && !leaf.currency.is_empty() {
                page.currency(leaf.currency, leaf.place)?;
            }
            return entry.close(inside, leaf, &page.statement.currency, &self.ways);
        }
        if let (Some(balance), Some(inside)) = (&mut self.balance, path.strip_prefix("/Bal")) {
            if !inside.is_empty() {
                return balance.leaf(inside, leaf);
            }
            let Some(balance) = self.balance.take() else { return Ok(()) };
            if let Some((code, currency, balance)) = balance.finish(&self.ways)? {
                page.currency(&currency, leaf.place)?;
                page.balances.take(code, balance, leaf.place)?;
            }
            return Ok(());
        }
        let statement = &mut page.statement;
        let error = |problem: String| leaf.place.error(problem, HELP_BANK);
        match path {
            "" => self.close_page(leaf.place)?,
            "/Id" => statement.statement_id = name(leaf.text, "the id of a statement (Id)").map_err(error)?,
            "/StmtPgntn/PgNb" | "/NtfctnPgntn/PgNb" => page.number = Some(whole(leaf, "PgNb")?),
            "/ElctrncSeqNb" => statement.number = Some(whole(leaf, "ElctrncSeqNb")?),
            "/LglSeqNb" => page.legal_number = Some(whole(leaf, "LglSeqNb")?),
            "/Acct/Id/IBAN" | "/Acct/Id/Othr/Id" => {
                let account: String = leaf.text.split_whitespace().collect();
                statement.account = name(&account, "the number of an account (Acct)").map_err(error)?;
            }
            "/Acct/Ccy" => page.currency(leaf.text, leaf.place)?,
            _ => {}
        }
        Ok(())
    }

    fn close_entry(&mut self) -> Result<(), XmlError> {
        let (Some(entry), Some(page)) = (self.entry.take(), &mut self.page) else { return Ok(()) };
        match entry.finish(self.shown, &self.ways, &mut self.room)? {
            Finished::Booked(parts) => parts.into_iter().for_each(|part| enter(&mut page.statement, part)),
            Finished::NotBooked => self.not_booked += 1,
        }
        Ok(())
    }

    fn close_page(&mut self, place: Place) -> Result<(), XmlError> {
        let Some(mut page) = self.page.take() else { return Ok(()) };
        if page.statement.currency.is_empty() {
            // It holds neither a balance nor an entry.
            self.passed_over += 1;
            return Ok(());
        }
        // Of an account without balances and entries no amount was read.
        minor("0", &page.statement.currency, &self.ways, place)?;
        (page.statement.opening, page.statement.closing) = page.balances.outer();
        page.statement.number = page.statement.number.or(page.legal_number);
        match self.done.last_mut() {
            Some(before) if page.goes_on(before) => {
                before.number = page.number;
                before.balances = page.balances;
                join(&mut before.statement, page.statement);
            }
            _ => self.done.push(page),
        }
        Ok(())
    }

    /// The statements, and what is to be said of them.
    pub fn finish(self) -> (Vec<Statement>, Vec<String>) {
        let mut notes = Vec::new();
        let mut note = |count: u64, one: &str, many: &str| match count {
            0 => {}
            1 => notes.push(one.to_owned()),
            count => notes.push(format!("{count} {many}")),
        };
        note(
            self.not_booked,
            "1 entry is not booked (status PDNG, INFO or FUTR) and does not count",
            "entries are not booked (status PDNG, INFO or FUTR) and do not count",
        );
        note(
            self.passed_over,
            "1 statement holds neither a balance nor an entry and is passed over",
            "statements hold neither a balance nor an entry and are passed over",
        );
        note(
            self.room.cut,
            &format!("1 entry has more than {REFERENCES_MAX} references, of which the first {REFERENCES_MAX} are kept"),
            &format!(
                "entries have more than {REFERENCES_MAX} references, of which the first {REFERENCES_MAX} are kept"
            ),
        );
        let lacks = |page: &&Page| page.statement.opening.is_none() || page.statement.closing.is_none();
        let unproven = if self.kind == StatementKind::Statement { self.done.iter().filter(lacks).count() } else { 0 };
        note(
            u64::try_from(unproven).unwrap_or(u64::MAX),
            "1 statement lacks its opening or closing balance, so nothing proves that it is whole",
            "statements lack their opening or closing balance, so nothing proves that they are whole",
        );
        (self.done.into_iter().map(|page| page.statement).collect(), notes)
    }
}

/// The number of a statement or a page.
fn whole(leaf: Leaf<'_>, element: &str) -> Result<u64, XmlError> {
    let text = leaf.text;
    text.parse()
        .map_err(|_| leaf.place.error(format!("{element} is {:?}, which is no whole number", short(text)), HELP_BANK))
}

impl Page {
    /// A currency that is stated: all of a statement have one.
    fn currency(&mut self, code: &str, place: Place) -> Result<(), XmlError> {
        let known = &mut self.statement.currency;
        if known.is_empty() {
            known.push_str(code);
        }
        if known == code {
            return Ok(());
        }
        let problem = format!(
            "a balance or entry in {:?} on the statement of line {}, which is in {known}",
            short(code),
            self.place.line
        );
        Err(place.error(problem, HELP_BANK))
    }

    /// Whether this is a further page of the statement before: of the same account, currency and id, and with a later
    /// page number, or, where pages have none, with neither a closing balance there nor an opening one here.
    fn goes_on(&self, before: &Self) -> bool {
        let (here, there) = (&self.statement, &before.statement);
        let is_one = !here.statement_id.is_empty()
            && (&here.statement_id, &here.account, &here.currency)
                == (&there.statement_id, &there.account, &there.currency);
        is_one
            && match (before.number, self.number) {
                (Some(before), Some(here)) => here > before,
                _ => !before.balances.ends().1 && !self.balances.ends().0,
            }
    }
}
