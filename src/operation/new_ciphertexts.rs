//! Sealing the ciphertexts that a call answers.

use serde::Serialize;

use crate::error::Error;
use crate::host::Host;
use crate::json::text::write;
use crate::kinds::EncryptionType;
use crate::operation::pass::Pass;
use crate::request::expiry::Expiry;
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
    let sealed = seal_all(pass, ciphertexts).await?;
    let answer = sealed.into_iter().map(|ciphertext| Sealed { ciphertext });
    write(&answer.collect::<Vec<_>>())
}

/// Seals new ciphertexts, each as base64, and tells the audit.
pub(crate) async fn seal_all<H: Host>(
    pass: &mut Pass<'_, H>,
    ciphertexts: &[Ciphertext],
) -> Result<Vec<String>, Error> {
    let mut fresh = Fresh::fill(0)?;
    let mut sealed = Vec::with_capacity(ciphertexts.len());
    for ciphertext in ciphertexts {
        let collection = &pass.call.collection.name;
        sealed.push(ciphertext.seal(&mut pass.envelopes, &mut fresh, collection)?);
    }
    pass.call.audit(sealed.len()).await?;
    Ok(sealed)
}

/// A ciphertext of the type `deterministic` has neither tags nor an expiry. `field` names the tags.
pub(crate) fn check_deterministic(
    encryption_type: EncryptionType,
    tags: &[&str],
    field: &str,
    expiry: Option<Expiry>,
) -> Result<(), Error> {
    if encryption_type == EncryptionType::Deterministic && !tags.is_empty() {
        return Err(Error::bad_request(field, "are not possible with the type `deterministic`"));
    }
    check_expiry(encryption_type, expiry)
}

/// The half of it that says nothing of tags.
pub(crate) fn check_expiry(
    encryption_type: EncryptionType,
    expiry: Option<Expiry>,
) -> Result<(), Error> {
    if encryption_type == EncryptionType::Deterministic && expiry.is_some() {
        let problem = "is not possible with the type `deterministic`";
        return Err(Error::bad_request("expirationSecs", problem));
    }
    Ok(())
}
