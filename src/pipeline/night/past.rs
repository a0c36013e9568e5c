//! Files of earlier nights as the inputs of tonight: what they say of themselves, and those of their rows that take part.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::engine::source::Bytes;
use crate::ingest::layout::LINE_COLUMN;
use crate::ingest::library::Volume;
use crate::ingest::native::{HeaderNet, Native, NativePayout, Stated};
use crate::ingest::source::FileError;
use crate::model::currency::Currencies;
use crate::model::record::Dataset;
use crate::model::reference::ReferenceForm;
use crate::model::reject::RejectRow;
use crate::pipeline::header::{Head, canonical_header};
use crate::pipeline::inputs::{File, Loaded};
use crate::pipeline::plan::Input;
use crate::state::{StoredFile, StoredReject, StoredRow};

/// The states that a file can have.
const STATES: [&str; 3] = ["read", "repeated", "restated"];

/// The files of earlier nights, without rows, in the order of their numbers.
///
/// # Errors
/// The state holds what no night has written.
pub(in crate::pipeline) fn files(
    stored: &[StoredFile],
    rejects: &[StoredReject],
    days: &BTreeMap<i64, NaiveDate>,
    currencies: &Currencies,
) -> Result<Vec<Loaded>, FileError> {
    let mut of_file: BTreeMap<i64, Vec<&StoredReject>> = BTreeMap::new();
    rejects.iter().for_each(|reject| of_file.entry(reject.file).or_default().push(reject));
    let mut given = 0;
    let mut loaded = Vec::with_capacity(stored.len());
    for (number, file) in stored.iter().enumerate() {
        // Parts of one file follow each other.
        if file.part == 0 {
            given = number;
        }
        let rejects = of_file.remove(&file.id).unwrap_or_default();
        let (mut file, volume, rejects) = one(file, given, &rejects, currencies)?;
        file.came_on = days.get(&stored[number].night).copied();
        loaded.push((file, volume, rejects));
    }
    Ok(loaded)
}

fn one(
    stored: &StoredFile,
    given: usize,
    rejects: &[&StoredReject],
    currencies: &Currencies,
) -> Result<Loaded, FileError> {
    let strange = |what: &str| FileError::new(&stored.path, format!("the state knows no such {what}"), HELP);
    let dataset = Dataset::from_name;
    let header = header(stored);
    let bytes = Bytes::from_vec(header);
    let held = dataset(&stored.dataset).ok_or_else(|| strange("dataset"))?;
    let Head { mut layout, dialect, body } = canonical_header(&stored.path, &bytes, held, &stored.provider)?;
    layout.ignored.clone_from(&stored.ignored);
    let form = |name: &String| ReferenceForm::ALL.into_iter().find(|form| form.name() == name);
    layout.reference_form = stored.reference_form.as_ref().and_then(form);
    let native = stored.native.as_deref().map(|text| native(text, currencies).ok_or_else(|| strange("settlement")));
    let file = File {
        input: Input {
            shown: stored.path.clone(),
            path: None,
            dataset: stored.given_dataset.as_deref().and_then(dataset),
            provider: stored.given_provider.clone(),
            profile: None,
        },
        provider: stored.provider.clone(),
        format: stored.format.clone(),
        given_len: u64::try_from(stored.given_bytes).unwrap_or(0),
        given_sha256: stored.given_sha256.clone(),
        plain_len: u64::try_from(stored.plain_bytes).unwrap_or(0),
        sha256: OnceLock::from(stored.sha256.clone()),
        given,
        repeats: stored.repeats.clone(),
        known_rows: u64::try_from(stored.rows).ok(),
        came_on: None,
        known: Some(stored.id),
        books: stored.books.as_deref().map(|text| serde_json::from_str(text).unwrap_or_default()).unwrap_or_default(),
        constants: stored.constants.as_deref().map(|text| serde_json::from_str(text).unwrap_or_default()),
        native: native.transpose()?,
        body,
        state: STATES.into_iter().find(|state| *state == stored.state).ok_or_else(|| strange("state"))?,
        notes: stored.notes.clone(),
        tells_nothing: stored.tells_nothing,
        original: None,
    };
    let reject = |reject: &&StoredReject| RejectRow {
        file: stored.path.clone(),
        line: u64::try_from(reject.line).unwrap_or(0),
        column: reject.column.clone(),
        value: reject.value.clone(),
        reason: reject.reason.clone(),
    };
    let rejects = rejects.iter().map(reject).collect();
    let volume = Volume { shown: stored.path.clone(), bytes: Arc::new(bytes), layout, dialect, lines: Vec::new() };
    Ok((file, volume, rejects))
}

pub(super) const HELP: &str =
    "put a copy of the state from before in its place, or replay the nights into a new one (--replay)";

fn header(file: &StoredFile) -> Vec<u8> {
    let mut header = file.columns.join(",").into_bytes();
    header.extend_from_slice(format!(",{LINE_COLUMN}\n").as_bytes());
    header
}

/// A row that could not be read, as the state keeps it; `file` is the number of its file there.
pub(in crate::pipeline) fn stored_reject(file: i64, reject: &RejectRow) -> StoredReject {
    StoredReject {
        file,
        line: i64::try_from(reject.line).unwrap_or(i64::MAX),
        column: reject.column.clone(),
        value: reject.value.clone(),
        reason: reject.reason.clone(),
    }
}

/// Where the rows of a file stand, ascending, and their groups.
pub(super) type RowPlaces = Vec<(u64, i64)>;

/// Puts rows into the files that they are from, and gives for each file the places and groups of its rows.
///
/// `stored` are the files in the order of `volumes`; `rows` are in the order of their places.
pub(super) fn fill(volumes: &mut [(&StoredFile, &mut Volume)], rows: &[StoredRow]) -> Vec<RowPlaces> {
    let numbers: BTreeMap<i64, usize> =
        volumes.iter().enumerate().map(|(number, (file, _))| (file.id, number)).collect();
    let mut bodies: Vec<(Vec<u8>, RowPlaces)> = volumes.iter().map(|(file, _)| (header(file), Vec::new())).collect();
    for row in rows {
        let Some((body, places)) = numbers.get(&row.file).and_then(|number| bodies.get_mut(*number)) else { continue };
        places.push((u64::try_from(body.len()).unwrap_or(u64::MAX), row.component));
        body.extend_from_slice(row.text.as_bytes());
        body.extend_from_slice(format!(",{}\n", row.line).as_bytes());
    }
    let filled = volumes.iter_mut().zip(bodies).map(|((_, volume), (body, places))| {
        volume.bytes = Arc::new(Bytes::from_vec(body));
        places
    });
    filled.collect()
}

/// What a settlement file says of itself, as it is kept. Currencies by their codes, numbers as texts where they may be
/// larger than 64 bits.
#[derive(Serialize, Deserialize)]
struct StoredNative {
    settlement_id: String,
    created: Option<String>,
    content_hash: String,
    rows: u64,
    sums_minor: Vec<(String, String)>,
    stated: Vec<StoredStated>,
    header_net: Option<StoredNet>,
    /// States of earlier versions have none.
    #[serde(default)]
    payout: Option<StoredPayout>,
}

#[derive(Serialize, Deserialize)]
struct StoredPayout {
    currency: String,
    amount_minor: Option<i64>,
    reference: String,
    line: u64,
}

#[derive(Serialize, Deserialize)]
struct StoredStated {
    what: String,
    currency: Option<String>,
    stated: String,
    actual: String,
    line: u64,
}

#[derive(Serialize, Deserialize)]
struct StoredNet {
    currency: String,
    taken_off_minor: String,
    added_minor: String,
    actual_minor: String,
    line: u64,
}

/// What a settlement file says of itself, as text.
pub(super) fn native_text(native: &Native, currencies: &Currencies) -> String {
    let code = |currency| currencies.code(currency).to_owned();
    let stated = |stated: &Stated| StoredStated {
        what: stated.what.clone(),
        currency: stated.currency.map(code),
        stated: stated.stated.to_string(),
        actual: stated.actual.to_string(),
        line: stated.line,
    };
    let net = |net: &HeaderNet| StoredNet {
        currency: code(net.currency),
        taken_off_minor: net.taken_off_minor.to_string(),
        added_minor: net.added_minor.to_string(),
        actual_minor: net.actual_minor.to_string(),
        line: net.line,
    };
    let stored = StoredNative {
        settlement_id: native.settlement_id.clone(),
        created: native.created.map(|day| day.to_string()),
        content_hash: native.content_hash.to_string(),
        rows: native.rows,
        sums_minor: native.sums_minor.iter().map(|(currency, sum)| (code(*currency), sum.to_string())).collect(),
        stated: native.stated.iter().map(stated).collect(),
        header_net: native.header_net.as_ref().map(net),
        payout: native.payout.as_ref().map(|payout| StoredPayout {
            currency: code(payout.currency),
            amount_minor: payout.amount_minor,
            reference: payout.reference.clone(),
            line: payout.line,
        }),
    };
    serde_json::to_string(&stored).unwrap_or_default()
}

fn native(text: &str, currencies: &Currencies) -> Option<Native> {
    let stored: StoredNative = serde_json::from_str(text).ok()?;
    let currency = |code: &str| currencies.find(code.as_bytes());
    let stated = |stated: StoredStated| {
        Some(Stated {
            what: stated.what,
            currency: match stated.currency {
                Some(code) => Some(currency(&code)?),
                None => None,
            },
            stated: stated.stated.parse().ok()?,
            actual: stated.actual.parse().ok()?,
            line: stated.line,
        })
    };
    let net = |net: StoredNet| {
        Some(HeaderNet {
            currency: currency(&net.currency)?,
            taken_off_minor: net.taken_off_minor.parse().ok()?,
            added_minor: net.added_minor.parse().ok()?,
            actual_minor: net.actual_minor.parse().ok()?,
            line: net.line,
        })
    };
    let sums = stored.sums_minor.into_iter();
    Some(Native {
        settlement_id: stored.settlement_id,
        created: match stored.created {
            Some(day) => Some(day.parse::<NaiveDate>().ok()?),
            None => None,
        },
        content_hash: stored.content_hash.parse().ok()?,
        rows: stored.rows,
        sums_minor: sums.map(|(code, sum)| Some((currency(&code)?, sum.parse().ok()?))).collect::<Option<_>>()?,
        stated: stored.stated.into_iter().map(stated).collect::<Option<_>>()?,
        payout: match stored.payout {
            Some(StoredPayout { currency: code, amount_minor, reference, line }) => {
                Some(NativePayout { currency: currency(&code)?, amount_minor, reference, line })
            }
            None => None,
        },
        header_net: match stored.header_net {
            Some(header) => Some(net(header)?),
            None => None,
        },
    })
}
