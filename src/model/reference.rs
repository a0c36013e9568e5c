//! The documented forms of payee references (RULES.md 9, `reference-format`).

/// What a payee reference may look like at a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceForm {
    /// `A-Z a-z 0-9`, at most 30: Swedbank Pay, where it settles itself.
    Alphanumeric,
    /// Digits, at most 12: Swedbank Pay, where the merchant's own acquirer settles.
    Digits,
    /// Anything.
    Any,
}

impl ReferenceForm {
    /// All forms.
    pub const ALL: [Self; 3] = [Self::Alphanumeric, Self::Digits, Self::Any];

    /// The name in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Alphanumeric => "alphanumeric",
            Self::Digits => "digits",
            Self::Any => "any",
        }
    }

    /// What the form asks for, for people.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Alphanumeric => "at most 30 letters A-Z a-z and digits",
            Self::Digits => "at most 12 digits",
            Self::Any => "any text",
        }
    }

    /// Whether a reference has this form.
    #[must_use]
    pub fn admits(self, reference: &[u8]) -> bool {
        match self {
            Self::Alphanumeric => reference.len() <= 30 && reference.iter().all(u8::is_ascii_alphanumeric),
            Self::Digits => reference.len() <= 12 && reference.iter().all(u8::is_ascii_digit),
            Self::Any => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_edges_of_every_form() {
        let thirty = "A".repeat(30);
        let cases = [
            (ReferenceForm::Alphanumeric, "AB832", true),
            (ReferenceForm::Alphanumeric, thirty.as_str(), true),
            (ReferenceForm::Alphanumeric, "A23456789012345678901234567890z", false),
            (ReferenceForm::Alphanumeric, "AB-832", false),
            (ReferenceForm::Alphanumeric, "ÅB", false),
            (ReferenceForm::Digits, "123456789012", true),
            (ReferenceForm::Digits, "1234567890123", false),
            (ReferenceForm::Digits, "12A", false),
            (ReferenceForm::Any, "å - 1", true),
        ];
        for (form, reference, admitted) in cases {
            assert_eq!(form.admits(reference.as_bytes()), admitted, "{form:?} {reference}");
        }
    }
}
