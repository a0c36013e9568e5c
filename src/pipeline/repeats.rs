//! Files given more than once, and settlement files that replace others (RULES.md 2 and 5): which of them count.

use std::collections::HashMap;
use std::hash::Hash;

use super::error::RunError;
use super::inputs::{File, Inputs, Opening};
use crate::ingest::library::Volume;
use crate::model::currency::Currencies;
use crate::model::finding::{Code, FileNote, Finding, Note};
use crate::model::names::Names;
use crate::model::origin::Origins;
use crate::rules::files::{Fate, NativeFile, resolve};

/// For each key the place of the first that is equal and has the same bytes, where that is another. The length belongs
/// to the key, so that only bytes of which there are as many are hashed.
fn firsts<K: Eq + Hash>(
    keys: &[Option<K>],
    sha256: impl Fn(usize) -> Result<String, RunError>,
) -> Result<Vec<Option<usize>>, RunError> {
    let mut alike: HashMap<&K, usize> = HashMap::new();
    keys.iter().flatten().for_each(|key| *alike.entry(key).or_default() += 1);
    let mut known: HashMap<(&K, String), usize> = HashMap::new();
    let mut firsts = Vec::with_capacity(keys.len());
    for (place, key) in keys.iter().enumerate() {
        let first = match key {
            Some(key) if alike.get(key).is_some_and(|count| *count > 1) => {
                Some(*known.entry((key, sha256(place)?)).or_insert(place))
            }
            _ => None,
        };
        firsts.push(first.filter(|first| *first != place));
    }
    Ok(firsts)
}

/// Which files of documents repeat an earlier one: the paths of those that they repeat.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// Of the files of earlier nights, in their order.
    pub(super) of_past: Vec<Option<String>>,
    /// Of the files of tonight.
    pub(super) of_openings: Vec<Option<String>>,
}

/// A file of documents that an earlier night was given.
#[derive(Debug, Clone, Copy)]
pub(super) struct PastDocuments<'p> {
    /// Its number in the state.
    pub(super) id: i64,
    /// Its path.
    pub(super) path: &'p str,
    /// The provider configured for it.
    pub(super) provider: Option<&'p str>,
    /// Size of its plain bytes.
    pub(super) plain_len: u64,
    /// SHA-256 of these.
    pub(super) sha256: &'p str,
}

/// For every file of documents whose bytes were given already for the same provider: the first such file.
pub(super) fn repeated_payloads(past: &[PastDocuments<'_>], openings: &[Opening]) -> Result<Repeats, RunError> {
    enum Given<'g> {
        Past(usize, &'g PastDocuments<'g>),
        Tonight(usize, &'g Opening),
    }
    impl Given<'_> {
        /// Where it would stand had all been given at once; of one path, what came earlier stands first.
        fn place(&self) -> (&str, bool, i64) {
            match self {
                Self::Past(_, file) => (file.path, false, file.id),
                Self::Tonight(_, opening) => (&opening.input.shown, true, 0),
            }
        }

        fn sha256(&self) -> Result<String, RunError> {
            match self {
                Self::Past(_, file) => Ok(file.sha256.to_owned()),
                Self::Tonight(_, opening) => opening.sha256().map(str::to_owned),
            }
        }
    }
    let documents = openings.iter().enumerate().filter(|(_, opening)| opening.holds_documents());
    let mut all: Vec<Given<'_>> = past.iter().enumerate().map(|(number, file)| Given::Past(number, file)).collect();
    all.extend(documents.map(|(number, opening)| Given::Tonight(number, opening)));
    all.sort_by(|a, b| a.place().cmp(&b.place()));
    let key = |given: &Given<'_>| match given {
        Given::Past(_, file) => Some((file.provider.map(str::to_owned), file.plain_len)),
        Given::Tonight(_, opening) => Some((opening.input.provider.clone(), opening.bytes.len())),
    };
    let keys: Vec<_> = all.iter().map(key).collect();
    let mut repeats = Repeats { of_past: vec![None; past.len()], of_openings: vec![None; openings.len()] };
    for (given, first) in all.iter().zip(firsts(&keys, |place| all[place].sha256())?) {
        let first = first.map(|first| all[first].place().0.to_owned());
        match given {
            Given::Past(number, _) => repeats.of_past[*number] = first,
            Given::Tonight(number, _) => repeats.of_openings[*number] = first,
        }
    }
    Ok(repeats)
}

/// Files whose plain bytes were given already as the same dataset of the same provider are read once (RULES.md 2).
pub(super) fn skip_repeated(inputs: &mut Inputs, names: &Names) -> Result<(), RunError> {
    let key = |(file, volume): (&File, &Volume)| {
        (file.state == "read").then(|| (volume.layout.dataset, file.provider.clone(), file.plain_len))
    };
    let keys: Vec<_> = inputs.files.iter().zip(&inputs.volumes).map(key).collect();
    for (number, first) in firsts(&keys, |number| inputs.sha256(number))?.into_iter().enumerate() {
        // A file of several settlements has a part each, and none of them repeats another.
        if let Some(first) = first.filter(|first| !inputs.same_file(number, *first)) {
            repeat(inputs, number, first, names);
        }
    }
    Ok(())
}

fn repeat(inputs: &mut Inputs, number: usize, first: usize, names: &Names) {
    let first = inputs.files[first].input.shown.clone();
    let file = &mut inputs.files[number];
    file.state = "repeated";
    file.repeats = Some(first.clone());
    let finding = repeated_finding(file, &first, names);
    inputs.findings.push(finding);
}

pub(super) fn repeated_finding(file: &File, first: &str, names: &Names) -> Finding {
    let sources = format!("{}; read as {first}", file.input.shown);
    let settlement_id = file.native.as_ref().map(|native| native.settlement_id.clone()).unwrap_or_default();
    let what = if settlement_id.is_empty() { "A file".to_owned() } else { format!("Settlement file {settlement_id}") };
    let explanation = format!("{what} with the same content was given already; it was read once");
    about_file(Code::FileRepeated, &file.provider, settlement_id, explanation, sources, names)
}

fn about_file(
    code: Code,
    provider: &str,
    settlement_id: String,
    explanation: String,
    sources: String,
    names: &Names,
) -> Finding {
    Finding {
        code,
        provider: Some(names.intern(provider)),
        currency: None,
        expected_minor: 0,
        actual_minor: 0,
        count: 1,
        rows: Origins::new(),
        whole_order: false,
        note: Note::File(Box::new(FileNote { settlement_id, explanation, sources })),
    }
}

/// Native settlement files with one id: the same records are read once, of others the later one counts (RULES.md 2, 5).
pub(super) fn skip_restated(inputs: &mut Inputs, names: &Names, currencies: &Currencies) -> Result<(), RunError> {
    let mut natives = Vec::new();
    for (number, file) in inputs.files.iter().enumerate().filter(|(_, file)| file.state == "read") {
        if let Some(native) = &file.native {
            natives.push(NativeFile {
                index: number,
                provider: file.provider.clone(),
                settlement_id: native.settlement_id.clone(),
                created: native.created,
                content_hash: native.content_hash,
                sha256: inputs.sha256(number)?,
            });
        }
    }
    for (native, fate) in natives.iter().zip(resolve(&natives)) {
        match fate {
            Fate::Read => {}
            Fate::RepeatedOf(first) => repeat(inputs, native.index, first, names),
            Fate::RestatedBy(later) => {
                let sums = |file: usize| {
                    let native = inputs.files.get(file).and_then(|file| file.native.as_ref());
                    native.map(|native| native.sums_text(currencies)).unwrap_or_default()
                };
                let explanation = format!(
                    "Settlement file {} was restated: {} before, {} after; the later one counts",
                    native.settlement_id,
                    sums(native.index),
                    sums(later)
                );
                let sources = format!(
                    "{}; replaced by {}",
                    inputs.files[native.index].input.shown, inputs.files[later].input.shown
                );
                let id = native.settlement_id.clone();
                inputs.findings.push(about_file(Code::FileRestated, &native.provider, id, explanation, sources, names));
                inputs.files[native.index].state = "restated";
            }
        }
    }
    Ok(())
}
