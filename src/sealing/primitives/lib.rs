//! The ciphers that sealing is made of: RustCrypto's, in the shapes that sealing needs.
//!
//! A crate of its own for one reason: it is compiled for speed and the rest of the core for size
//! (`[profile.release]` in the workspace's `Cargo.toml`), and a compiler setting holds for a crate.
//! RustCrypto's code is generic, so it is compiled where it is named.

#![no_std]

pub mod xaes;

/// Bytes from outside that are not what they should be; which check failed is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unopened;
