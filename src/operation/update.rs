//! Update: new data, new tags, a new expiry, or all of them, under the same token ID.
//!
//! Tags and expiry may change on any number of tokens of any type, and no personal data is
//! decrypted for it. Data may change on one token, from `fields` or from `encrypted` ciphertext, and
//! replaces all that the token held. Both land together or not at all.
//!
//! A plan reads the store as if it answered at once; `reads.rs` says how.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::batch::{Batch, NewRow};
use super::pass::{Pass, Plan, Token};
use super::reads::Stop;
use super::selection::select;
use super::token_id::follow_card;
use super::unique_tags::{self, Claimant};
use super::{Access, Call, Effect, tokens_check};
use crate::error::{Error, ErrorKind};
use crate::host::{Host, InputKind, Label, Millis, State, sorted};
use crate::input::{CheckedInput, Input, Inputs, OpenedInput};
use crate::json::Members;
use crate::request::{Expiry, Tags, TokenQuery, owned, take_options, take_transaction_id};
use crate::sealing::{Body, Head, TokenType};
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 1] = ["tokenize"];

pub(super) struct Request<'a> {
    query: TokenQuery<'a>,
    changes: Changes<'a>,
    inputs: Inputs<'a>,
    pub(super) transaction_id: Option<&'a str>,
}

/// What an update says of a token's metadata.
struct Changes<'a> {
    tags: Tags<'a>,
    /// None leaves the expiry as it is.
    expiry: Option<Expiry>,
}

impl<'a> Request<'a> {
    pub(super) fn take(members: &mut Members<'a>, settings: &Settings) -> Result<Self, Error> {
        let mut query = TokenQuery::take(members);
        if take_options(members, &["archived"]).contains(&"archived") {
            query.state = State::Archived;
        }
        let expiry = Expiry::take(members);
        let transaction_id = take_transaction_id(members);
        let mut body = Members::of(members.required("requestBody")?, "requestBody");
        let tags = Tags::take(&mut body, settings.max_tags);
        let input = Input::take_optional(&mut body)?;
        body.finish()?;
        let inputs = Inputs::of_token(input)?;
        Ok(Self { query, changes: Changes { tags, expiry }, inputs, transaction_id })
    }
}

/// For metadata alone, the right to write tokens; as soon as there is data, the right to tokenize
/// each of its properties instead.
pub(super) fn access<'a, H: Host>(
    call: &Call<'_, H>,
    request: &'a Request<'a>,
) -> Result<(Access, Vec<CheckedInput<'a>>), Error> {
    let inputs = call.check_inputs(&request.inputs)?;
    let (input, checks) = if inputs.is_empty() {
        let check = tokens_check(&call.collection, "write", request.query.state);
        (InputKind::None, Some(vec![check]))
    } else {
        let checks = CheckedInput::checks(&inputs, &ON_EACH_PROPERTY, &call.collection)?;
        (CheckedInput::kind(&inputs), checks)
    };
    let access = Access {
        capabilities: &["CapTokensWriter"],
        input,
        checks,
        on_each_property: &ON_EACH_PROPERTY,
        effect: Effect::Writes,
    };
    Ok((access, inputs))
}

pub(super) fn plan<H: Host>(
    pass: &mut Pass<'_, H>,
    request: &Request<'_>,
    data: Option<&OpenedInput>,
) -> Result<Plan, Stop> {
    let Request { query, changes, .. } = request;
    let tokens = select(pass, query)?;
    if tokens.is_empty() {
        return Err(ErrorKind::TokenNotFound.into());
    }
    let data = match data {
        Some(data) => Some(NewData::claim(pass, &tokens, &data.canonical)?),
        None => None,
    };
    let unique_claims = unique_claims(pass, &tokens, &changes.tags)?;
    Ok(put(pass, &tokens, changes, &unique_claims, data.as_ref())?)
}

/// New data for the one token that the query matches. Its ID, type, scope, tenant and creation time
/// stay; for the types that reuse an ID for equal data, the reuse follows the data.
struct NewData<'a> {
    canonical: &'a str,
    claim: Option<Label>,
}

impl<'a> NewData<'a> {
    fn claim<H: Host>(
        pass: &mut Pass<'_, H>,
        tokens: &[Rc<Token>],
        canonical: &'a str,
    ) -> Result<Self, Stop> {
        let [token] = tokens else { return Err(ErrorKind::DataUpdateOfSeveral.into()) };
        let Head { token_type, collection, tenant, scope, .. } = &token.head;
        if *token_type == TokenType::Deterministic {
            return Err(ErrorKind::DataUpdateOfType { token_type: token_type.name() }.into());
        }
        let index = pass.index();
        let claim =
            index.derive_data_claim(*token_type, collection, tenant.as_deref(), scope, canonical);
        let holders = pass.read_holders(claim.as_slice())?;
        if holders.iter().any(|holder| holder.row.key != token.row.key) {
            return Err(ErrorKind::DataTaken.into());
        }
        Ok(Self { canonical, claim })
    }
}

/// The claims of the tags that must be unique, after making sure that they can be.
fn unique_claims<H: Host>(
    pass: &mut Pass<'_, H>,
    tokens: &[Rc<Token>],
    tags: &Tags<'_>,
) -> Result<Vec<Label>, Stop> {
    match tokens {
        _ if tags.unique.is_empty() => Ok(Vec::new()),
        [token] => {
            let claimant = Claimant {
                tenant: token.head.tenant.as_deref(),
                key: Some(&token.row.key),
                own_claims: &token.row.claims,
            };
            unique_tags::claim(pass, &claimant, &tags.unique)
        }
        _ => Err(ErrorKind::TagNotUnique.into()),
    }
}

/// A token as the update leaves it.
struct Next {
    head: Head,
    unique_claims: Vec<Label>,
    expires_at: Option<Millis>,
}

impl Next {
    fn of<H: Host>(
        pass: &Pass<'_, H>,
        token: &Token,
        changes: &Changes<'_>,
        unique_claims: &[Label],
    ) -> Self {
        let expires_at = match changes.expiry {
            Some(expiry) => expiry.at(pass.now),
            None => token.row.expires_at,
        };
        let mut head = token.head.clone();
        let unique_claims = match &changes.tags.tags {
            Some(tags) => {
                head.tags = owned(tags);
                unique_claims.to_vec()
            }
            None => token.unique_claims(),
        };
        Self { head, unique_claims, expires_at }
    }

    fn differs_from(&self, token: &Token) -> bool {
        self.head != token.head
            || self.expires_at != token.row.expires_at
            || sorted(self.unique_claims.clone()) != sorted(token.unique_claims())
    }
}

/// The batch of what changes; a token that stays as it is, is not written.
fn put<H: Host>(
    pass: &mut Pass<'_, H>,
    tokens: &[Rc<Token>],
    changes: &Changes<'_>,
    unique_claims: &[Label],
    data: Option<&NewData<'_>>,
) -> Result<Plan, Error> {
    let mut batch = Batch::new(0)?;
    for token in tokens {
        let mut next = Next::of(pass, token, changes, unique_claims);
        let mut body = Body::Kept(&token.row);
        // The claim stands for the data: where it is the same, so is the data.
        let new_data =
            data.filter(|data| data.claim.is_none() || data.claim != token.head.data_claim);
        if let Some(NewData { canonical, claim }) = new_data {
            next.head.data_claim = *claim;
            follow_card(pass, &mut next.head, canonical)?;
            body = match next.head.token_type {
                TokenType::PciOneway => Body::None,
                _ => Body::New(canonical),
            };
        }
        if new_data.is_none() && !next.differs_from(token) {
            continue;
        }
        let terms = if next.head.tags == token.head.tags {
            token.row.terms.clone()
        } else {
            pass.derive_terms(&next.head)
        };
        let new = NewRow {
            head: &next.head,
            claim: token.claim,
            terms: &terms,
            unique_claims: &next.unique_claims,
            expires_at: next.expires_at,
            body,
        };
        batch.replace(pass, &token.row, &new)?;
    }
    Ok(batch.answering(Zeroizing::default(), tokens.len()))
}
