//! XML for every reader of a provider's format: a stream of tags and texts in bounded memory, and attributes by name
//! in any spelling. Nothing is expanded, and what is not well formed is an error with its place.

mod attributes;
mod document;
mod encoding;

pub use attributes::{Folded, Header, decoded};
pub use document::{Document, Item, Place, Refusal, Tag, XmlError, local};
pub use encoding::{Decoding, head};

#[cfg(test)]
mod tests;
