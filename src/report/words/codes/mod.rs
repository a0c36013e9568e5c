//! Every code in plain words, for the page and the legend of the workbook. A code without words does not compile.

mod da;
mod en;
mod fi;
mod nb;
mod sv;

use super::Lang;
use crate::model::finding::Code;

/// A code in plain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeWords {
    /// A few words, such as `Not settled`.
    pub title: &'static str,
    /// What it means, in one or two sentences.
    pub meaning: &'static str,
    /// What to do, in a sentence or two.
    pub action: &'static str,
}

/// A code in the words of a language.
#[must_use]
pub fn code(lang: Lang, code: Code) -> CodeWords {
    match lang {
        Lang::En => en::words(code),
        Lang::Sv => sv::words(code),
        Lang::Nb => nb::words(code),
        Lang::Da => da::words(code),
        Lang::Fi => fi::words(code),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn titles_are_short_and_tell_codes_apart_and_sentences_are_whole() {
        for lang in Lang::ALL {
            let mut titles = HashSet::new();
            for one in Code::ALL {
                let CodeWords { title, meaning, action } = code(lang, *one);
                let which = format!("{} {}: {title}", lang.tag(), one.name());
                assert!(titles.insert(title) && (4..=48).contains(&title.chars().count()), "{which}");
                assert!(title.chars().next().is_some_and(char::is_uppercase) && !title.ends_with('.'), "{which}");
                for sentence in [meaning, action] {
                    assert!(sentence.ends_with('.') && !sentence.contains("  "), "{which}: {sentence}");
                    assert!(sentence.chars().next().is_some_and(char::is_uppercase), "{which}: {sentence}");
                }
            }
        }
    }
}
