//! See `tests/fuzz/targets/ciphertext.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vaultlet_fuzz::{prepare, run};

fuzz_target!(init: prepare(), |data: &[u8]| run("ciphertext", data));
