//! The operations that need no store, for what they work on is in the request: encrypt, decrypt,
//! update encrypted and hash. Arrays of requests, all or nothing, and one order of steps for all.

use alloc::vec::Vec;

use super::pass::Pass;
use super::{Access, Answer, Call, decrypt, encrypt, hash, update_encrypted};
use crate::data::Data;
use crate::error::Error;
use crate::host::{Check, Host};
use crate::input::{CheckedInput, OpenedInput};
use crate::json::Members;
use crate::projection::Projection;
use crate::request::Common;
use crate::sealing::{Ciphertext, Fresh};
use crate::vault::Vault;

pub(super) enum Request<'a> {
    Encrypt(encrypt::Request<'a>),
    Decrypt(decrypt::Request<'a>),
    UpdateEncrypted(update_encrypted::Request<'a>),
    Hash(hash::Request<'a>),
}

/// A request, and what it shows of its data, checked: the policy can be asked.
pub(super) enum Checked<'r> {
    Encrypt(&'r encrypt::Request<'r>, Vec<CheckedInput<'r>>),
    Decrypt(&'r decrypt::Request<'r>, Vec<Projection<'r>>),
    UpdateEncrypted(&'r update_encrypted::Request<'r>, Vec<Data<'r>>),
    Hash(&'r hash::Request<'r>, Vec<CheckedInput<'r>>),
}

/// What is left to do once all data is open, and known to be allowed.
pub(super) enum Opened<'r> {
    Seal(Vec<Ciphertext>),
    Hash(&'r hash::Request<'r>, Vec<OpenedInput>),
    Answer(Answer),
}

impl<'a> Request<'a> {
    pub(super) fn parse(
        vault: &Vault,
        action: &'static str,
        members: &mut Members<'a>,
        common: &Common<'a>,
    ) -> Result<Self, Error> {
        Ok(match action {
            "crypto.encrypt" => Self::Encrypt(encrypt::Request::take(members, &vault.settings)?),
            "crypto.decrypt" => Self::Decrypt(decrypt::Request::take(members)?),
            "crypto.updateEncrypted" => {
                Self::UpdateEncrypted(update_encrypted::Request::take(members)?)
            }
            _ => Self::Hash(hash::Request::take(members, common)?),
        })
    }

    /// Checks what the request shows; with that, what it asks of the policy.
    pub(super) fn check<H: Host>(
        &self,
        call: &Call<'_, H>,
    ) -> Result<(Access, Checked<'_>), Error> {
        Ok(match self {
            Self::Encrypt(request) => {
                let (access, inputs) = encrypt::access(call, request)?;
                (access, Checked::Encrypt(request, inputs))
            }
            Self::Decrypt(request) => {
                let (access, projections) = decrypt::access(call, request)?;
                (access, Checked::Decrypt(request, projections))
            }
            Self::UpdateEncrypted(request) => {
                let (access, news) = update_encrypted::access(call, request)?;
                (access, Checked::UpdateEncrypted(request, news))
            }
            Self::Hash(request) => {
                let (access, inputs) = hash::access(call, request)?;
                (access, Checked::Hash(request, inputs))
            }
        })
    }
}

impl<'r> Checked<'r> {
    /// Opens what is sealed, and adds what must be allowed on all that is open to `checks`.
    pub(super) fn open<H: Host>(
        self,
        pass: &mut Pass<'_, H>,
        access: &Access,
        checks: &mut Vec<Check>,
    ) -> Result<Opened<'r>, Error> {
        let Pass { call, now, envelopes, .. } = pass;
        Ok(match self {
            Self::Encrypt(request, inputs) => {
                let inputs = call.open_each(access, inputs, envelopes, *now, checks)?;
                Opened::Seal(encrypt::ciphertexts(request, inputs, *now))
            }
            Self::Decrypt(request, projections) => {
                Opened::Answer(decrypt::answer(pass, request, &projections, checks)?)
            }
            Self::UpdateEncrypted(request, news) => {
                Opened::Seal(update_encrypted::ciphertexts(pass, request, news, checks)?)
            }
            Self::Hash(request, inputs) => {
                Opened::Hash(request, call.open_each(access, inputs, envelopes, *now, checks)?)
            }
        })
    }
}

impl Opened<'_> {
    pub(super) fn answer<H: Host>(self, pass: &mut Pass<'_, H>) -> Result<Answer, Error> {
        match self {
            Self::Seal(ciphertexts) => seal(pass, &ciphertexts),
            Self::Hash(request, inputs) => hash::answer(pass.call, request, &inputs),
            Self::Answer(answer) => Ok(answer),
        }
    }
}

fn seal<H: Host>(pass: &mut Pass<'_, H>, ciphertexts: &[Ciphertext]) -> Result<Answer, Error> {
    let mut fresh = Fresh::fill(0)?;
    let mut answer = Vec::with_capacity(ciphertexts.len());
    for ciphertext in ciphertexts {
        let collection = &pass.call.collection.name;
        answer.push(ciphertext.seal(&mut pass.envelopes, &mut fresh, collection)?);
    }
    Ok(Answer::list_of("ciphertext", &answer))
}
