//! The fuzz targets on the inputs that are kept: the seeds, the corpora, and every input that once
//! failed. `fuzz/README.md` says where they come from.
//!
//! This is a part of the unit tests although it stands outside of `src`: the doors that the targets go
//! through are open for those and for `cargo fuzz` only.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lines;
mod targets;

use std::fs;
use std::panic::catch_unwind;
use std::path::PathBuf;

use targets::{TARGETS, Target};

/// Fewer inputs than this, and a corpus has been lost.
const FEWEST: usize = 100;

/// The inputs of a target, each with the place where it is kept.
fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut inputs = Vec::new();
    for kind in ["seeds", "corpus"] {
        let file = folder.join(kind).join(target).with_extension("txt");
        for (line, input) in lines::parse(&fs::read_to_string(file).unwrap()) {
            inputs.push((format!("fuzz/{kind}/{target}.txt, line {line}"), input));
        }
    }
    let Ok(regressions) = fs::read_dir(folder.join("regressions").join(target)) else {
        return inputs;
    };
    for file in regressions.map(Result::unwrap) {
        inputs.push((file.path().display().to_string(), fs::read(file.path()).unwrap()));
    }
    inputs
}

fn replay(target: &str) {
    let run: Target = TARGETS.into_iter().find(|(name, _)| *name == target).unwrap().1;
    let inputs = inputs(target);
    assert!(inputs.len() >= FEWEST, "{} inputs of `{target}` are too few", inputs.len());
    // Each input's own panic says what does not hold; this says of which input.
    let failed: Vec<String> = inputs
        .into_iter()
        .filter(|(_, input)| catch_unwind(|| run(input)).is_err())
        .map(|(place, _)| place)
        .collect();
    assert!(failed.is_empty(), "`{target}` does not hold of these inputs: {failed:#?}");
}

#[test]
fn requests_hold() {
    replay("request");
}

#[test]
fn rows_hold() {
    replay("row");
}

#[test]
fn ciphertexts_hold() {
    replay("ciphertext");
}
