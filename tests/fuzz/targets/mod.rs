//! What each fuzz target does with one input. `cargo fuzz` runs it on inputs that it makes up
//! (`fuzz/`); the replay (`tests/fuzz/replay.rs`) on those that are kept. A target ends in a panic
//! where something does not hold.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "a target fails by panicking"
)]

mod calls;
mod edits;
mod fixture;
mod input;
#[expect(dead_code, reason = "the targets use their part")]
#[path = "../../memory_host/mod.rs"]
mod memory_host;
mod outcome;

pub(crate) mod ciphertext;
pub(crate) mod request;
pub(crate) mod row;

/// Runs a target on one input.
pub(crate) type Target = fn(&[u8]);

/// The targets, by name.
pub(crate) const TARGETS: [(&str, Target); 3] =
    [("request", request::run), ("row", row::run), ("ciphertext", ciphertext::run)];
