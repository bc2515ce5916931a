//! Vaultlet's core: a PII token vault that has never heard of JavaScript.
//!
//! Requests go in as JSON text, answers come out as JSON text; between them the core asks a
//! [`Host`](host::Host) for rows, decisions and the time. A reader who wants to understand the
//! system starts with `operation/update.rs`.
//!
//! Each module may use those above it, and none below; `tests/layers.rs` holds it to that.
//!
//! | module | what it is for |
//! |---|---|
//! | `label`, `kinds` | blind labels; the types of tokens and ciphertexts |
//! | [`error`] | every way a call can fail |
//! | `json` | a strict tree, requests out of it, answers into text |
//! | [`host`] | what the host supplies: the [`Host`](host::Host) trait, rows, queries, decisions |
//! | `schema` | collections, typed properties, masks, and data that was checked against them |
//! | `sealing` | keyring, envelopes, blind index: the only place that names a crypto crate |
//! | `request`, `settings` | strict parsing: past it, nothing malformed can be built |
//! | [`vault`] | a configured vault |
//! | `operation` | one file for each operation, and the order of steps that they share |
//! | `columns`, `wasm` | the boundary to JavaScript, for wasm32 only |

pub mod error;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
pub mod host;
pub mod vault;

#[cfg(any(target_arch = "wasm32", test))]
mod columns;
mod json;
mod kinds;
mod label;
mod operation;
mod request;
mod schema;
mod sealing;
mod settings;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use error::Error;
pub use vault::Vault;

/// Wipes what is freed: texts and plaintexts are personal data, and the libraries' buffers with them. It covers the
/// heap and not the stack, so keys wipe themselves.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

// The replay of the fuzz corpora stands beside the other tests, and names this crate as they do.
#[cfg(test)]
extern crate self as vaultlet;
#[cfg(test)]
#[path = "../tests/fuzz/replay.rs"]
mod fuzz_replay;
