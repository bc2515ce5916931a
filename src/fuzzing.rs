//! The doors of the fuzz targets: what lies behind a seal, which no mutation of sealed bytes gets
//! past, and the JSON reader. Compiled for `cargo fuzz` and for the tests, and for nothing else.

use base64ct::{Base64, Encoding};

use crate::error::Error;
use crate::host::Row;
use crate::json::text::{write, write_canonical};
use crate::json::tree::Json;
use crate::kinds::EncryptionType;
use crate::sealing::ciphertext::{Ciphertext, decode_base64};
use crate::sealing::envelope::{Envelopes, Part};
use crate::sealing::format::{FORMAT, Purpose};
use crate::sealing::fresh::{Fresh, Nonce};
use crate::sealing::head::Head;
use crate::sealing::row::{Body, seal_token, seal_transaction};
use crate::sealing::transaction_record::TransactionRecord;
use crate::vault::Vault;

/// What was sealed, and its plaintext as it is after it was decoded and encoded again.
pub type SealedAnew<Sealed> = (Sealed, Vec<u8>);

/// The row of a token with this plaintext of a head; none where it is no head's.
///
/// # Errors
/// What decodes can be sealed: an error is a defect.
pub fn seal_head(
    vault: &Vault,
    unsealed: Row,
    plaintext: &[u8],
    body: Option<&str>,
) -> Result<Option<SealedAnew<Row>>, Error> {
    let Ok(head) = Head::decode(plaintext) else { return Ok(None) };
    let body = body.map_or(Body::None, Body::New);
    let mut envelopes = Envelopes::new(&vault.keyring);
    let row = seal_token(&mut envelopes, &mut Fresh::fill(0)?, unsealed, &head, &body)?;
    Ok(Some((row, head.encode())))
}

/// The row of a transaction with this plaintext of a record; none where it is no record's.
///
/// # Errors
/// What decodes can be sealed: an error is a defect.
pub fn seal_record(
    vault: &Vault,
    unsealed: Row,
    plaintext: &[u8],
) -> Result<Option<SealedAnew<Row>>, Error> {
    let Ok(record) = TransactionRecord::decode(plaintext) else { return Ok(None) };
    let mut envelopes = Envelopes::new(&vault.keyring);
    let row = seal_transaction(&mut envelopes, &mut Fresh::fill(0)?, unsealed, &record)?;
    Ok(Some((row, record.encode())))
}

/// The ciphertext of this plaintext; none where it is no ciphertext's.
///
/// # Errors
/// What decodes can be sealed: an error is a defect.
pub fn seal_ciphertext(
    vault: &Vault,
    collection: &str,
    plaintext: &[u8],
) -> Result<Option<SealedAnew<String>>, Error> {
    let associated_data = Purpose::Ciphertext.associated_data(collection);
    let mut envelopes = Envelopes::new(&vault.keyring);
    let deterministic = plaintext.first() == Some(&(EncryptionType::Deterministic as u8));
    let mut fresh = Fresh::fill(0)?;
    let nonce = if deterministic {
        Nonce(vault.keyring.primary().derive_nonce(&associated_data, plaintext))
    } else {
        fresh.next_nonce()
    };
    let mut sealed = vec![FORMAT];
    envelopes.seal(&nonce, &associated_data, plaintext, &mut sealed)?;
    let text = Base64::encode_string(&sealed);
    let Ok(opened) = Ciphertext::open(&mut envelopes, &text, collection) else { return Ok(None) };

    let again = decode_base64(&opened.seal(&mut envelopes, &mut fresh, collection)?);
    let refused = || Error::internal("a ciphertext that was sealed anew does not open");
    let again = again.ok_or_else(refused)?;
    let part = again.split_first().map(|(_, part)| part).unwrap_or_default();
    let part = Part::split(part).map_err(|_| refused())?;
    let again = envelopes.open(&part, &associated_data).map_err(|_| refused())?;
    Ok(Some((text, again)))
}

/// JSON text, read and written: in canonical form, and in the order written.
///
/// # Errors
/// [`ErrorKind::BadRequest`](crate::error::ErrorKind::BadRequest) where it is not JSON, repeats a
/// key, or holds a number that is another one once it is read.
pub fn rewrite_json(text: &str) -> Result<[String; 2], Error> {
    let json = Json::parse(text, "text")?;
    if json.holds_rounded_number() {
        return Err(Error::bad_request("text", "must not have its numbers rounded"));
    }
    Ok([write_canonical(&json)?, write(&json)?])
}
