//! Runs the fuzz targets of `tests/fuzz/targets/`, so that one input always does the same.

mod mutation;
mod randomness;
#[path = "../../tests/fuzz/targets/mod.rs"]
mod targets;

pub use mutation::mutate_request;

use targets::TARGETS;

/// Makes what the targets need, before the first input.
pub fn prepare() {
    for (_, target) in TARGETS {
        target(&[]);
    }
}

/// Runs a target on one input; a panic means that something does not hold.
pub fn run(name: &str, input: &[u8]) {
    randomness::restart();
    let (_, target) =
        TARGETS.into_iter().find(|(known, _)| *known == name).expect("a known target");
    target(input);
}
