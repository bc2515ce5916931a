//! Tests of sealing: the frozen vectors, the published vectors of what lies below, and what must
//! hold of any input.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on shall stop at that line"
)]

mod blind_index;
mod ciphertexts;
mod codec;
mod hex;
mod keyring;
mod nonces;
mod normal_forms;
mod published;
mod rows;
mod samples;
mod vector_file;
mod vectors;
mod xaes;
