//! Vaultlet's core: a PII token vault that has never heard of JavaScript.
//!
//! Requests go in as JSON text, answers come out as JSON text; between them the core asks a
//! [`Host`](host::Host) for rows, decisions and the time. A reader who wants to understand the
//! system starts with `operation/update.rs`.
//!
//! | module | what it is for |
//! |---|---|
//! | [`vault`] | a configured vault: parse once, then run operations |
//! | [`host`] | what the host supplies: the [`Host`](host::Host) trait, rows, queries, decisions |
//! | [`error`] | every way a call can fail |
//! | `operation` | one file for each operation, and the order of steps that they share |
//! | `request`, `input`, `json` | strict parsing: past it, nothing malformed can be built |
//! | `collection`, `datatype`, `data` | typed properties, and data that was checked against them |
//! | `projection` | what a caller asks to see of an object: properties, masks |
//! | `text` | what texts need beyond the standard library |
//! | `sealing` | keyring, envelopes, blind index: the only place that names a crypto crate |
//! | `wasm` | the boundary to JavaScript, for wasm32 only |
//! | `runtime` | memory, and the end of a panic, in the place of `std`, for wasm32 only |

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod error;
pub mod host;
pub mod vault;

mod base64;
mod collection;
mod data;
mod datatype;
mod input;
mod json;
mod metadata;
mod operation;
mod projection;
mod request;
#[cfg(target_arch = "wasm32")]
mod runtime;
mod sealing;
mod settings;
mod text;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use error::Error;
#[cfg(any(fuzzing, test))]
pub use sealing::fuzzing;
pub use vault::Vault;

// The replay of the fuzz corpora stands beside the other tests, and names this crate as they do.
#[cfg(test)]
extern crate self as vaultlet;
#[cfg(test)]
#[path = "../tests/fuzz/replay.rs"]
mod fuzz_replay;
