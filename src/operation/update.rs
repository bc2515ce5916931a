//! Update: new data, new tags, a new expiry, or all of them, under the same token ID.
//!
//! Tags and expiry may change on any number of tokens of any type, and no personal data is
//! decrypted for it, but where it lies under an old data key. Data may change on one token, from
//! `fields` or from `encrypted` ciphertext, and replaces all that the token held. Both land together
//! or not at all.

use serde::Deserialize;

use crate::error::{Error, ErrorKind};
use crate::host::{Host, Millis};
use crate::json::strict::Parameters;
use crate::kinds::TokenType;
use crate::label::{Label, sorted};
use crate::operation::batch::{Batch, NewRow, Plan};
use crate::operation::call::{Access, Call, Effect};
use crate::operation::card::follow_card;
use crate::operation::checks::tokens_check;
use crate::operation::commit::commit;
use crate::operation::definition::Operation;
use crate::operation::inputs::{NamedInputs, Unopened};
use crate::operation::pass::{Pass, Token};
use crate::operation::selection::select;
use crate::operation::unique_tags::{self, Claimant, Claimed};
use crate::request::common::Common;
use crate::request::expiry::Expiry;
use crate::request::input::{Inputs, ObjectForm, Props};
use crate::request::name::Name;
use crate::request::query::{ArchivedOptions, TokenQuery, state_of};
use crate::request::tags::Tags;
use crate::sealing::head::Head;
use crate::sealing::row::Body;
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 1] = ["tokenize"];

/// What the API takes beside the query.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    options: ArchivedOptions,
    expiration_secs: Option<Expiry>,
    #[serde(borrow)]
    transaction_id: Option<Name<'a>>,
    request_body: GivenBody<'a>,
}

#[derive(Deserialize)]
struct GivenBody<'a> {
    #[serde(borrow)]
    tags: Option<Vec<Name<'a>>>,
    ensure_unique_tenant_tags: Option<Vec<Name<'a>>>,
    object: Option<ObjectForm<'a>>,
    props: Props<'a>,
}

pub(crate) struct Update<'a> {
    query: TokenQuery<'a>,
    changes: Changes<'a>,
    inputs: Inputs<'a>,
    transaction_id: Option<&'a str>,
}

/// What an update says of a token's metadata.
struct Changes<'a> {
    tags: Tags<'a>,
    /// None leaves the expiry as it is.
    expiry: Option<Expiry>,
}

impl<'a> Operation<'a> for Update<'a> {
    const ACTION: &'static str = "tokens.update";
    const EFFECT: Effect = Effect::Writes;

    fn take(
        parameters: &mut Parameters<'a>,
        _: &mut Common<'a>,
        settings: &Settings,
    ) -> Result<Self, Error> {
        let Given { options, expiration_secs, transaction_id, request_body: body } =
            parameters.take()?;
        let query = TokenQuery::take(parameters, state_of(&options))?;
        let GivenBody { tags, ensure_unique_tenant_tags: unique, object, props } = body;
        let tags = Tags::new(tags, unique, "requestBody", settings.max_tags())?;
        Ok(Self {
            query,
            changes: Changes { tags, expiry: expiration_secs },
            inputs: Inputs::of_token(object, props)?,
            transaction_id: transaction_id.map(|id| id.0),
        })
    }

    fn transaction_id(&self) -> Option<&'a str> {
        self.transaction_id
    }

    fn property_names(&self) -> Vec<&str> {
        self.inputs.property_names().collect()
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let Self { query, changes, inputs, .. } = &self;
        let (access, mut inputs) = authorize(call, query, inputs).await?;
        if query.is_of_nothing() {
            // The store is not asked; the data given is looked at as ever.
            inputs.open(call, &access, call.now()?).await?;
            return Err(ErrorKind::TokenNotFound.into());
        }
        commit(call, &access, inputs, async |pass, data| {
            let tokens = select(pass, query).await?;
            if tokens.is_empty() {
                return Err(ErrorKind::TokenNotFound.into());
            }
            let data = match data.first() {
                Some(data) => Some(NewData::claim(pass, &tokens, &data.canonical).await?),
                None => None,
            };
            let unique_claims = unique_claims(pass, &tokens, &changes.tags).await?;
            put(pass, &tokens, changes, &unique_claims, data.as_ref())
        })
        .await
    }
}

/// For metadata alone, the right to write tokens; as soon as there is data, the right to tokenize
/// each of its properties instead.
async fn authorize<'i, H: Host>(
    call: &Call<'_, H>,
    query: &TokenQuery<'_>,
    inputs: &'i Inputs<'i>,
) -> Result<(Access, Unopened<'i>), Error> {
    const CAPABILITIES: &[&str] = &["CapTokensWriter"];
    if !inputs.all.is_empty() {
        let inputs = NamedInputs::of(inputs, |_, _| &ON_EACH_PROPERTY)?;
        return inputs.authorize(call, CAPABILITIES).await;
    }
    let check = tokens_check(&call.collection, "write", query.state);
    let access = Access::to_tokens(CAPABILITIES, check);
    call.authorize(&access).await?;
    Ok((access, Unopened::none()))
}

/// New data for the one token that the query matches. Its ID, type, scope, tenant and creation time
/// stay; for the types that reuse an ID for equal data, the reuse follows the data.
struct NewData<'a> {
    canonical: &'a str,
    claim: Option<Label>,
}

impl<'a> NewData<'a> {
    async fn claim<H: Host>(
        pass: &mut Pass<'_, H>,
        tokens: &[Token],
        canonical: &'a str,
    ) -> Result<Self, Error> {
        let [token] = tokens else { return Err(ErrorKind::DataUpdateOfSeveral.into()) };
        let Head { token_type, collection, tenant, scope, .. } = &token.head;
        if *token_type == TokenType::Deterministic {
            return Err(ErrorKind::DataUpdateOfType { token_type: token_type.name() }.into());
        }
        let index = pass.index();
        let claim =
            index.derive_data_claim(*token_type, collection, tenant.as_deref(), scope, canonical);
        let holders = pass.read_holders(claim.as_slice()).await?;
        if holders.iter().any(|holder| holder.row.key != token.row.key) {
            return Err(ErrorKind::DataTaken.into());
        }
        Ok(Self { canonical, claim })
    }
}

/// The claims of the tags that must be unique, after making sure that they can be.
async fn unique_claims<H: Host>(
    pass: &mut Pass<'_, H>,
    tokens: &[Token],
    tags: &Tags<'_>,
) -> Result<Vec<Label>, Error> {
    match tokens {
        _ if tags.unique.is_empty() => Ok(Vec::new()),
        [token] => {
            let claimant = Claimant {
                tenant: token.head.tenant.as_deref(),
                key: Some(&token.row.key),
                own_claims: [token.claim, token.head.data_claim.unwrap_or(token.claim)],
            };
            let claimed = Claimed { claimant, tags: &tags.unique, path: "requestBody" };
            let holders = unique_tags::read_holders(pass, &claimed).await?;
            Ok(unique_tags::claim(pass, &[claimed], &holders).await?.concat())
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
        let unique_claims = if changes.tags.tags.is_some() {
            head.tags = changes.tags.to_owned();
            unique_claims.to_vec()
        } else {
            token.unique_claims()
        };
        Self { head, unique_claims, expires_at }
    }

    fn differs_from(&self, token: &Token) -> bool {
        self.head != token.head
            || self.expires_at != token.row.expires_at
            || sorted(self.unique_claims.clone()) != sorted(token.unique_claims())
    }
}

/// The data, unless the token has it already: its claim stands for it.
fn new_data<'d>(data: Option<&'d NewData<'d>>, token: &Token) -> Option<&'d NewData<'d>> {
    data.filter(|data| data.claim.is_none() || data.claim != token.head.data_claim)
}

/// The batch: nothing where all tokens stay as they are. As soon as one changes, all are written, also those that stay, for
/// with its row goes the check of its version: two updates at once could else each leave out what the other changes, and
/// land as if neither had come first.
fn put<H: Host>(
    pass: &mut Pass<'_, H>,
    tokens: &[Token],
    changes: &Changes<'_>,
    unique_claims: &[Label],
    data: Option<&NewData<'_>>,
) -> Result<Plan, Error> {
    let nexts: Vec<Next> =
        tokens.iter().map(|token| Next::of(pass, token, changes, unique_claims)).collect();
    let changes_one = tokens
        .iter()
        .zip(&nexts)
        .any(|(token, next)| next.differs_from(token) || new_data(data, token).is_some());
    let mut batch = Batch::new(0)?;
    if !changes_one {
        return Ok(batch.answering(String::new(), tokens.len()));
    }
    for (token, mut next) in tokens.iter().zip(nexts) {
        let mut body = Body::Kept(&token.row);
        if let Some(NewData { canonical, claim }) = new_data(data, token) {
            next.head.data_claim = *claim;
            follow_card(pass, &mut next.head, canonical)?;
            body = match next.head.token_type {
                TokenType::PciOneway => Body::None,
                _ => Body::New(canonical),
            };
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
    Ok(batch.answering(String::new(), tokens.len()))
}
