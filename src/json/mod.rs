//! JSON: text into a tree, a tree strictly into requests and configurations, answers into text.
//!
//! | module | what it is for |
//! |---|---|
//! | `tree` | JSON text as a tree, by serde_json; a repeated key is refused |
//! | `lengths` | how long the lists of a text are, so that each takes its memory once |
//! | `decimal` | numbers that no double is |
//! | `place` | where in the text it is that the reader refused |
//! | `strict` | `#[derive(Deserialize)]` over that tree: unknown keys and nulls are refused, by their path |
//! | `text` | the text of answers, and the canonical text of data (RFC 8785) |

pub(crate) mod decimal;
pub(crate) mod lengths;
pub(crate) mod place;
pub(crate) mod strict;
pub(crate) mod text;
pub(crate) mod tree;
