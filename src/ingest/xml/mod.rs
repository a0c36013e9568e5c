//! XML for every reader of a provider's format: a stream of tags and texts in bounded memory, and attributes by name
//! in any spelling. Nothing is expanded, and what is not well formed is an error with its place.

mod attributes;
mod document;
mod encoding;
mod token;

pub use attributes::{Folded, Header, decoded};
pub use document::{Document, Item, Leaf, Place, Tag, XmlError, local};
pub use encoding::{Decoding, head};
pub use token::Refusal;

#[cfg(test)]
mod tests;
