//! Attributes by name and in any spelling: letter case, spaces and separators do not count, nor does a namespace.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::attributes::Attribute;

use super::document::{Place, Tag, XmlError, local};

/// Longer names are unknown ones.
const NAME_BYTES_MAX: usize = 40;

/// A name in small letters, without separators.
pub struct Folded {
    bytes: [u8; NAME_BYTES_MAX],
    len: usize,
}

impl Folded {
    /// `None` for a namespace declaration, and for a name that is too long to be a known one.
    pub fn new(name: &str) -> Option<Self> {
        if name.starts_with("xmlns") && matches!(name.as_bytes().get(5), None | Some(b':')) {
            return None;
        }
        let mut folded = Self { bytes: [0; NAME_BYTES_MAX], len: 0 };
        for byte in local(name).bytes().filter(|byte| !b" _-.".contains(byte)) {
            *folded.bytes.get_mut(folded.len)? = byte.to_ascii_lowercase();
            folded.len += 1;
        }
        Some(folded)
    }

    /// The folded name.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// The value of an attribute, references resolved, trimmed.
///
/// # Errors
/// The reason why it has none: an entity that nothing declares, or a character that XML does not know.
pub fn decoded<'a>(attribute: &Attribute<'a>) -> Result<Cow<'a, str>, String> {
    let value = if attribute.value.bytes().all(|byte| byte >= b' ' && byte != b'&') {
        attribute.value.clone()
    } else {
        let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|error| error.to_string())?;
        if value.bytes().any(|byte| byte < b' ' && !b"\t\n\r".contains(&byte)) {
            return Err("a control character that XML does not allow".to_owned());
        }
        value
    };
    Ok(match value {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    })
}

/// The attributes of one of the few elements that are not rows.
pub struct Header {
    place: Place,
    element: String,
    values: Vec<(Vec<u8>, String)>,
}

impl Header {
    /// Reads all attributes.
    ///
    /// # Errors
    /// One of them cannot be read, or two spellings of one name contradict each other.
    pub fn new(tag: &Tag<'_>) -> Result<Self, XmlError> {
        let mut header = Self { place: tag.place, element: tag.name.to_owned(), values: Vec::new() };
        if tag.damaged {
            return Err(
                header.error("holds bytes that are not UTF-8", "save the file as UTF-8, or fetch the original again")
            );
        }
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| tag.place.damaged(&error.to_string()))?;
            let Some(name) = Folded::new(attribute.key.as_ref()) else { continue };
            let value = decoded(&attribute).map_err(|reason| {
                header.error(
                    &format!("has an unreadable {}: {reason}", attribute.key.as_ref()),
                    "fetch the file again from the provider",
                )
            })?;
            if header.values.iter().any(|(known, other)| known == name.as_bytes() && *other != value) {
                let problem = format!("states {} twice, with different values", attribute.key.as_ref());
                return Err(header.error(&problem, "ask the provider which one holds"));
            }
            header.values.push((name.as_bytes().to_vec(), value.into_owned()));
        }
        Ok(header)
    }

    /// The value of an attribute by its folded name; `None` where it is absent or empty.
    pub fn get(&self, folded: &str) -> Option<&str> {
        let found = self.values.iter().find(|(name, value)| name == folded.as_bytes() && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// The value of an attribute as text, empty where it is absent.
    pub fn text(&self, folded: &str) -> String {
        self.get(folded).unwrap_or_default().to_owned()
    }

    /// A stated count.
    ///
    /// # Errors
    /// It is stated and is no count.
    pub fn count(&self, folded: &str, shown: &str) -> Result<Option<u64>, XmlError> {
        let Some(text) = self.get(folded) else { return Ok(None) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(count) if digits => Ok(Some(count)),
            _ => Err(self.unreadable(shown, text, "a count is digits, nothing else")),
        }
    }

    /// The error of a stated total that cannot be read.
    pub fn unreadable(&self, shown: &str, text: &str, reason: &str) -> XmlError {
        self.error(
            &format!("has an unreadable {shown} {text:?}: {reason}"),
            "fetch the file again, or ask the provider",
        )
    }

    /// An error at this element.
    pub fn error(&self, problem: &str, help: &str) -> XmlError {
        self.place.error(format!("<{}> {problem}", self.element), help)
    }
}
