//! See `tests/fuzz/targets/request.rs`.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use vaultlet_fuzz::{mutate_request, prepare, run};

fuzz_target!(init: prepare(), |data: &[u8]| run("request", data));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate_request(data, size, max_size, seed)
});
