//! Sealing the ciphertexts that a call answers.

use serde::Serialize;

use crate::error::Error;
use crate::host::Host;
use crate::json::text::write;
use crate::operation::pass::Pass;
use crate::sealing::ciphertext::Ciphertext;
use crate::sealing::fresh::Fresh;

#[derive(Serialize)]
struct Sealed {
    ciphertext: String,
}

/// Seals new ciphertexts, and answers them.
pub(crate) async fn seal<H: Host>(
    pass: &mut Pass<'_, H>,
    ciphertexts: &[Ciphertext],
) -> Result<String, Error> {
    let mut fresh = Fresh::fill(0)?;
    let mut answer = Vec::with_capacity(ciphertexts.len());
    for ciphertext in ciphertexts {
        let collection = &pass.call.collection.name;
        let ciphertext = ciphertext.seal(&mut pass.envelopes, &mut fresh, collection)?;
        answer.push(Sealed { ciphertext });
    }
    pass.call.audit(answer.len()).await?;
    write(&answer)
}
