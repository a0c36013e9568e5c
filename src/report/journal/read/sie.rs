//! SIE type 4I, byte by byte: characters, records and their order, lengths, dates, balance. It knows which records of
//! SIE have no place in a file of vouchers.

use std::collections::{BTreeMap, BTreeSet};

use super::Proved;
use super::book::{Book, Wrong, check_text, date};
use crate::report::journal::sie::{TEXT_LENGTH_MAX, currency_of};
use crate::report::journal::{cp437, is_code, is_number};

/// The records of the file in their order: label, whether there must be one, and whether there may be several.
const RECORDS: [(&str, bool, bool); 13] = [
    ("#FLAGGA", true, false),
    ("#PROGRAM", true, false),
    ("#FORMAT", true, false),
    ("#GEN", true, false),
    ("#SIETYP", true, false),
    ("#ORGNR", false, false),
    ("#FNAMN", true, false),
    ("#KPTYP", false, false),
    ("#VALUTA", false, false),
    ("#KONTO", true, true),
    ("#DIM", false, true),
    ("#OBJEKT", false, true),
    ("#VER", true, true),
];

/// Records of SIE 4 that a file of type 4I must not have, or that change what it means.
#[rustfmt::skip]
const FORBIDDEN: [&str; 13] = [
    "#RAR", "#TAXAR", "#OMFATTN", "#IB", "#UB", "#OIB", "#OUB", "#RES", "#PSALDO", "#PBUDGET", "#RTRANS", "#BTRANS", "#KSUMMA",
];

/// Numbers of dimensions and codes of objects.
type Objects = Vec<(String, String)>;

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    Bare(String),
    Quoted(String),
    Objects(Objects),
}

/// What the file has declared so far.
#[derive(Debug, Default)]
struct File {
    book: Book,
    /// Position in [`RECORDS`] of the last record.
    rank: usize,
    seen: BTreeSet<usize>,
    currency: Option<String>,
    accounts: Vec<String>,
    dimensions: BTreeSet<String>,
    objects: BTreeSet<(String, String)>,
    objects_used: BTreeSet<(String, String)>,
    /// A `#VER` was read, and its `{` was not.
    brace_due: bool,
}

/// Proves a SIE file.
pub(super) fn prove(name: &str, bytes: &[u8]) -> Result<Proved, Wrong> {
    let mut file = File::default();
    for (number, line) in lines(bytes)? {
        file.line(&line).map_err(|problem| (number, problem))?;
    }
    for (index, (label, must, _)) in RECORDS.iter().enumerate() {
        if *must && !file.seen.contains(&index) {
            return Err((0, format!("the record {label} is missing")));
        }
    }
    if file.brace_due {
        return Err((0, "the file ends inside of a voucher".to_owned()));
    }
    if let Some((number, code)) = file.objects.difference(&file.objects_used).next() {
        return Err((0, format!("the object {code:?} of dimension {number} is declared, and no posting names it")));
    }
    let currency = file.currency();
    if currency_of(name) != Some(&currency) {
        return Err((0, format!("the file is in {currency}, and its name says something else")));
    }
    file.book.finish(file.accounts.iter().map(String::as_str))
}

/// The lines of the file as text, with their numbers; each ends in `\r\n`.
fn lines(bytes: &[u8]) -> Result<Vec<(u64, String)>, Wrong> {
    let mut lines = Vec::new();
    let mut pieces = (1_u64..).zip(bytes.split(|byte| *byte == b'\n')).peekable();
    while let Some((number, piece)) = pieces.next() {
        if pieces.peek().is_none() {
            if !piece.is_empty() {
                return Err((number, "the last line does not end with CR and LF".to_owned()));
            }
            break;
        }
        let Some(line) = piece.strip_suffix(b"\r") else {
            return Err((number, "a line ends with LF alone, not with CR and LF".to_owned()));
        };
        let letters: Option<String> = line.iter().map(|byte| cp437::letter(*byte)).collect();
        let Some(text) = letters else {
            return Err((number, "a line has a control character".to_owned()));
        };
        if text.is_empty() {
            return Err((number, "a line is empty".to_owned()));
        }
        lines.push((number, text));
    }
    Ok(lines)
}

impl File {
    fn currency(&self) -> String {
        self.currency.clone().unwrap_or_else(|| "SEK".to_owned())
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        if self.brace_due {
            self.brace_due = false;
            return if line == "{" { Ok(()) } else { Err("{ must stand alone on the line after #VER".to_owned()) };
        }
        if line == "}" {
            return self.book.end();
        }
        let (label, fields) = line.split_once(' ').ok_or_else(|| format!("{line:?} is no record"))?;
        if FORBIDDEN.contains(&label) {
            return Err(format!("{label} has no place in a file of type 4I"));
        }
        let fields = fields_of(fields)?;
        if self.book.is_open() || label == "#TRANS" {
            return if label == "#TRANS" {
                self.posting(&fields)
            } else {
                Err(format!("{label} stands inside of a voucher"))
            };
        }
        let Some(rank) = RECORDS.iter().position(|(known, ..)| *known == label) else {
            return Err(format!("the record {label} is unknown"));
        };
        let several = RECORDS.get(rank).is_some_and(|(_, _, several)| *several);
        if !self.seen.insert(rank) && !several {
            return Err(format!("{label} stands there twice"));
        }
        if rank < self.rank {
            return Err(format!("{label} stands too late"));
        }
        self.rank = rank;
        self.record(label, &fields)
    }

    fn record(&mut self, label: &str, fields: &[Field]) -> Result<(), String> {
        use Field::{Bare, Quoted};
        match (label, fields) {
            ("#FLAGGA", [Bare(flag)]) if flag == "0" => Ok(()),
            ("#FORMAT", [Bare(word)]) if word == "PC8" => Ok(()),
            ("#SIETYP", [Bare(word)]) if word == "4" => Ok(()),
            ("#KPTYP", [Bare(word)]) if ["BAS95", "BAS96", "EUBAS97", "NE2007"].contains(&word.as_str()) => Ok(()),
            ("#GEN", [Bare(day)]) => date(day, "").map(drop),
            ("#PROGRAM", [Quoted(program), Quoted(_)]) if !program.is_empty() => Ok(()),
            ("#ORGNR" | "#FNAMN", [Quoted(text)]) if !text.is_empty() => Ok(()),
            ("#VALUTA", [Bare(code)]) if is_code(code) && code != "SEK" => {
                self.currency = Some(code.clone());
                Ok(())
            }
            ("#KONTO", [Bare(number), Quoted(name)]) if is_number(number) && !name.is_empty() => {
                if self.accounts.last().is_some_and(|last| last >= number) {
                    return Err(format!("the account {number} is not in order, or stands there twice"));
                }
                self.accounts.push(number.clone());
                Ok(())
            }
            ("#DIM", [Bare(number), Quoted(name)]) if is_number(number) && !name.is_empty() => {
                if !self.dimensions.insert(number.clone()) {
                    return Err(format!("the dimension {number} stands there twice"));
                }
                Ok(())
            }
            ("#OBJEKT", [Bare(number), Quoted(code), Quoted(name)]) if !code.is_empty() && !name.is_empty() => {
                if !self.dimensions.contains(number) {
                    return Err(format!("the dimension {number} is not declared"));
                }
                if !self.objects.insert((number.clone(), code.clone())) {
                    return Err(format!("the object {code:?} of dimension {number} stands there twice"));
                }
                Ok(())
            }
            ("#VER", [Quoted(_), Quoted(number), Bare(day), Quoted(text)]) if !text.is_empty() => {
                if !number.is_empty() {
                    return Err("a voucher has a number, which only the receiver gives".to_owned());
                }
                self.brace_due = true;
                self.book.begin(date(day, "")?, text)
            }
            _ => Err(format!("the fields of {label} are not those of the format")),
        }
    }

    fn posting(&mut self, fields: &[Field]) -> Result<(), String> {
        let [Field::Bare(account), Field::Objects(objects), Field::Bare(amount), Field::Quoted(day), Field::Quoted(_)] =
            fields
        else {
            return Err("the fields of #TRANS are not those of the format".to_owned());
        };
        if !day.is_empty() {
            return Err("a posting has a day besides that of its voucher".to_owned());
        }
        if !self.accounts.contains(account) {
            return Err(format!("the account {account} is not declared"));
        }
        let mut dimensions = BTreeMap::new();
        for (number, code) in objects {
            if !self.objects.contains(&(number.clone(), code.clone())) {
                return Err(format!("the object {code:?} of dimension {number} is not declared"));
            }
            if dimensions.insert(number, code).is_some() {
                return Err(format!("a posting has two objects of dimension {number}"));
            }
            self.objects_used.insert((number.clone(), code.clone()));
        }
        if amount.split_once('.').is_some_and(|(_, decimals)| decimals.len() > 2) {
            return Err(format!("the amount {amount} has more than two decimals"));
        }
        let currency = self.currency();
        self.book.post(account, amount, &currency).map(drop)
    }
}

/// The fields of a record, apart by one space.
fn fields_of(line: &str) -> Result<Vec<Field>, String> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = match rest.strip_prefix('{') {
            Some(inside) => {
                let (objects, after) = objects(inside)?;
                (Field::Objects(objects), after)
            }
            None => one_field(rest)?,
        };
        fields.push(field);
        if after.is_empty() {
            return Ok(fields);
        }
        rest = after.strip_prefix(' ').ok_or("two fields are not apart by a space")?;
    }
}

/// A field in quotes or without them, and what follows.
fn one_field(text: &str) -> Result<(Field, &str), String> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([' ', '}']).unwrap_or(text.len());
        let (bare, after) = text.split_at_checked(end).unwrap_or((text, ""));
        if bare.is_empty() || bare.contains(['"', '{', '\\']) {
            return Err(format!("{bare:?} is no field"));
        }
        return Ok((Field::Bare(bare.to_owned()), after));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                if at > TEXT_LENGTH_MAX && quoted.get(..at).is_some_and(|text| text.chars().count() > TEXT_LENGTH_MAX) {
                    return Err(format!("the text {value:?} is longer than {TEXT_LENGTH_MAX} characters"));
                }
                check_text(&value, |letter| !matches!(letter, '{' | '}' | '\\'))?;
                let after = quoted.get(at..).and_then(|rest| rest.strip_prefix('"')).unwrap_or("");
                return Ok((Field::Quoted(value), after));
            }
            '\\' => match letters.next() {
                Some((_, '"')) => value.push('"'),
                _ => return Err("a backslash stands before something that is no quote".to_owned()),
            },
            _ => value.push(letter),
        }
    }
    Err("a quote is not closed".to_owned())
}

/// The objects of a posting up to their `}`, and what follows.
fn objects(mut text: &str) -> Result<(Objects, &str), String> {
    let mut objects = Objects::new();
    loop {
        if let (Some(after), true) = (text.strip_prefix('}'), objects.is_empty()) {
            return Ok((objects, after));
        }
        let (number, after) = one_field(text)?;
        let (code, after) = one_field(after.strip_prefix(' ').ok_or("a dimension has no object")?)?;
        let (Field::Bare(number), Field::Quoted(code)) = (number, code) else {
            return Err("an object is not the number of a dimension and a code in quotes".to_owned());
        };
        objects.push((number, code));
        if let Some(after) = after.strip_prefix('}') {
            return Ok((objects, after));
        }
        text = after.strip_prefix(' ').ok_or("a list of objects is not closed")?;
    }
}
