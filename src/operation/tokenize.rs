//! Tokenize: IDs that stand for data. An array of requests, answered in order, all or nothing.

use alloc::borrow::ToOwned;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::batch::{Batch, NewRow};
use super::pass::{Pass, Plan, Token};
use super::{Access, Call, Effect, unique_tags};
use crate::error::{Error, ErrorKind};
use crate::host::{Host, Label, LabelMap, Millis, Row, into_set};
use crate::input::{CheckedInput, Input, OpenedInput, SharedInput};
use crate::json::{self, Json, Members, firsts};
use crate::request::{Expiry, Tags, take_name, take_transaction_id, token_id};
use crate::sealing::{Body, Head, TokenType};
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 1] = ["tokenize"];
const DEFAULT_SCOPE: &str = "default";
/// A scope that begins so reaches over all collections.
const GLOBAL_SCOPE: &str = "global:";

pub(super) struct Request {
    tokens: Vec<TokenRequest>,
    inputs: Vec<SharedInput>,
    expiry: Option<Expiry>,
    pub(super) transaction_id: Option<String>,
}

/// One of the array, without its object.
struct TokenRequest {
    token_type: TokenType,
    scope: String,
    tags: Tags,
    token_id: Option<String>,
    /// `requestBody[i]`
    path: String,
}

impl Request {
    pub(super) fn take(members: &mut Members, settings: &Settings) -> Result<Self, Error> {
        let expiry = Expiry::take(members)?;
        let transaction_id = take_transaction_id(members)?;
        let body = members.required("requestBody")?;
        let requests = json::list(body, "requestBody", &mut |value, path| {
            TokenRequest::take(Members::of(value, path)?, settings)
        })?;
        if requests.is_empty() {
            return Err(Error::bad_request("requestBody", "must not be an empty list"));
        }
        let (tokens, inputs) = requests.into_iter().unzip();
        Ok(Self { tokens, inputs: Input::resolve_indexes(inputs)?, expiry, transaction_id })
    }
}

impl TokenRequest {
    fn take(mut members: Members, settings: &Settings) -> Result<(Self, Input), Error> {
        let type_path = members.path_of("type");
        let type_name = json::text(members.required("type")?, &type_path)?;
        let input = Input::take(&mut members)?;
        let scope = take_name(&mut members, "scope")?.unwrap_or_else(|| DEFAULT_SCOPE.to_owned());
        let tags = Tags::take(&mut members, settings.max_tags)?;
        let id_path = members.path_of("token_id");
        let given_id =
            members.optional("token_id").map(|value| token_id(value, &id_path)).transpose()?;
        let store_object = members.optional_bool("store_object")?.unwrap_or(false);
        let template_path = members.path_of("fptemplate");
        let template = members.optional_text("fptemplate")?;
        let template_props = members.optional_list("fpprops", &mut json::text)?;
        let path = members.path().to_owned();
        members.finish()?;

        if type_name == "pointer" {
            return Err(ErrorKind::NotImplemented { feature: "type: pointer" }.into());
        }
        if store_object {
            return Err(ErrorKind::NotImplemented { feature: "store_object" }.into());
        }
        if template.is_some() != template_props.is_some() {
            return Err(Error::bad_request(template_path, "and `fpprops` need each other"));
        }
        if template.is_some() && given_id.is_some() {
            return Err(Error::bad_request(template_path, "and `token_id` exclude each other"));
        }
        if template.is_some() {
            return Err(ErrorKind::NotImplemented { feature: "fptemplate" }.into());
        }
        let token_type = TokenType::parse(&type_name)
            .ok_or_else(|| Error::bad_request(type_path, "is not a token type"))?;
        if scope.starts_with(GLOBAL_SCOPE)
            && matches!(token_type, TokenType::Pci | TokenType::PciOneway)
        {
            return Err(
                ErrorKind::NotImplemented { feature: "a global scope for pci tokens" }.into()
            );
        }
        let reserved = given_id.as_deref().is_some_and(is_derived_form);
        if reserved && token_type != TokenType::Deterministic {
            return Err(Error::bad_request(
                id_path,
                "must not be a version 8 UUID, the form of deterministic token IDs",
            ));
        }
        Ok((Self { token_type, scope, tags, token_id: given_id, path }, input))
    }
}

/// Whether an ID has the shape of a version 8 UUID, as [`derive_token_id`] makes them.
fn is_derived_form(id: &str) -> bool {
    uuid::Uuid::try_parse(id).is_ok_and(|uuid| uuid.get_version_num() == 8)
}

pub(super) fn access<H: Host>(
    call: &Call<'_, H>,
    request: &Request,
) -> Result<(Access, Vec<CheckedInput>), Error> {
    let inputs = call.check_inputs(&request.inputs)?;
    let access = Access {
        capabilities: &["CapTokensWriter"],
        input: CheckedInput::kind(&inputs),
        checks: CheckedInput::checks(&inputs, &ON_EACH_PROPERTY, &call.collection)?,
        on_each_property: &ON_EACH_PROPERTY,
        effect: Effect::Writes,
    };
    Ok((access, inputs))
}

pub(super) async fn plan<H: Host>(
    pass: &mut Pass<'_, H>,
    request: &Request,
    inputs: &[OpenedInput],
) -> Result<Plan, Error> {
    let Request { tokens: requests, expiry, .. } = request;
    let expiry = *expiry;
    refuse_repeated_ids(requests)?;
    let mut wanted = Vec::with_capacity(requests.len());
    for (request, input) in requests.iter().zip(inputs) {
        wanted.push(Wanted::derive(pass, request, input)?);
    }
    let mut drafts = Drafts::read(pass, &wanted).await?;
    let mut batch = Batch::new(2 * requests.len())?;
    let mut chosen = Vec::with_capacity(wanted.len());
    for wanted in &wanted {
        chosen.push(drafts.apply(pass, &mut batch, wanted, expiry)?);
    }
    drafts.claim_unique_tags(pass, &wanted, &chosen).await?;

    let answer = chosen
        .iter()
        .filter_map(|index| drafts.list.get(*index))
        .map(|draft| json::object([("token_id", Json::text(&draft.head.token_id))]));
    let answer = Json::List(answer.collect()).to_text();
    for draft in &drafts.list {
        draft.put(pass, &mut batch)?;
    }
    Ok(batch.answering(answer, requests.len()))
}

/// The same given ID for two tokens of one array.
fn refuse_repeated_ids(requests: &[TokenRequest]) -> Result<(), Error> {
    let ids = requests.iter().filter_map(|request| request.token_id.as_deref());
    if firsts(ids).contains(&false) {
        return Err(ErrorKind::TokenIdTaken.into());
    }
    Ok(())
}

/// A request together with what its data derives.
struct Wanted<'a> {
    request: &'a TokenRequest,
    input: &'a OpenedInput,
    data_claim: Option<Label>,
    /// The ID that the request or its data determines, and its claim.
    fixed_id: Option<(String, Label)>,
}

impl<'a> Wanted<'a> {
    fn derive<H: Host>(
        pass: &Pass<'_, H>,
        request: &'a TokenRequest,
        input: &'a OpenedInput,
    ) -> Result<Self, Error> {
        let collection = pass.call.collection.name.as_str();
        let tenant = input.tenant.as_deref();
        let TokenRequest { token_type, scope, token_id, .. } = request;
        let data_claim = pass.index().derive_data_claim(
            *token_type,
            collection,
            tenant,
            scope,
            &input.canonical,
        )?;
        let mut fixed_id = token_id.clone();
        if *token_type == TokenType::Deterministic {
            let collection = (!scope.starts_with(GLOBAL_SCOPE)).then_some(collection);
            let derived =
                pass.index().derive_token_id(collection, tenant, scope, &input.canonical)?;
            if token_id.as_ref().is_some_and(|given| *given != derived) {
                return Err(ErrorKind::TokenIdTaken.into());
            }
            fixed_id = Some(derived);
        }
        let fixed_id =
            fixed_id.map(|id| pass.derive_token_claim(&id).map(|claim| (id, claim))).transpose()?;
        Ok(Self { request, input, data_claim, fixed_id })
    }
}

/// A token that the batch makes or changes.
struct Draft<'a> {
    /// The row as it is, if it exists.
    before: Option<Rc<Row>>,
    head: Head,
    claim: Label,
    unique_claims: Vec<Label>,
    expires_at: Option<Millis>,
    /// The data of a token that is new.
    canonical: &'a str,
    changed: bool,
}

impl Draft<'_> {
    fn put<H: Host>(&self, pass: &mut Pass<'_, H>, batch: &mut Batch) -> Result<(), Error> {
        if !self.changed {
            return Ok(());
        }
        let terms = pass.derive_terms(&self.head)?;
        let body = match (&self.before, self.head.token_type) {
            (Some(row), _) => Body::Kept(row),
            (None, TokenType::PciOneway) => Body::None,
            (None, _) => Body::New(self.canonical),
        };
        let new = NewRow {
            head: &self.head,
            claim: self.claim,
            terms: &terms,
            unique_claims: &self.unique_claims,
            expires_at: self.expires_at,
            body,
        };
        match &self.before {
            Some(before) => batch.replace(pass, before, &new),
            None => batch.insert(pass, &new),
        }
    }
}

/// The tokens of the batch so far, found by the claims that make two requests mean the same one.
struct Drafts<'a> {
    list: Vec<Draft<'a>>,
    /// Tokens that exist and may be met, by each of their claims; moved to `list` when they are.
    existing: LabelMap,
    tokens: Vec<Option<Token>>,
    by_claim: LabelMap,
}

impl<'a> Drafts<'a> {
    /// Looks up every claim that the batch would add, but those of fresh random IDs.
    async fn read<H: Host>(pass: &mut Pass<'_, H>, wanted: &[Wanted<'a>]) -> Result<Self, Error> {
        let fixed = wanted.iter().filter_map(|wanted| wanted.fixed_id.as_ref());
        let mut claims: Vec<Label> = fixed.map(|(_, claim)| *claim).collect();
        claims.extend(wanted.iter().filter_map(|wanted| wanted.data_claim));
        let tokens = pass.read_tokens(&into_set(claims)).await?;
        let mut existing = LabelMap::new();
        for (position, token) in tokens.iter().enumerate() {
            existing.extend(token.row.claims.iter().map(|claim| (*claim, position)));
        }
        let tokens = tokens.into_iter().map(Some).collect();
        Ok(Self { list: Vec::new(), existing, tokens, by_claim: LabelMap::new() })
    }

    /// Finds the token that a request means, or makes it, and gives it the request's tags and
    /// expiry. Answers its place in the list.
    fn apply<H: Host>(
        &mut self,
        pass: &Pass<'_, H>,
        batch: &mut Batch,
        wanted: &Wanted<'a>,
        expiry: Option<Expiry>,
    ) -> Result<usize, Error> {
        let request = wanted.request;
        let held_by_data = wanted.data_claim.and_then(|claim| self.find(&claim));
        let held_by_id = wanted.fixed_id.as_ref().and_then(|(_, claim)| self.find(claim));
        let found = match request.token_type {
            // Its data finds it; a given ID must be the one it has.
            TokenType::Pci | TokenType::PciOneway => {
                if wanted.fixed_id.is_some() && held_by_id != held_by_data {
                    return Err(ErrorKind::TokenIdTaken.into());
                }
                held_by_data
            }
            // The ID is its data's; no token of another type may sit there.
            TokenType::Deterministic => {
                let holder = held_by_id.and_then(|index| self.list.get(index));
                if holder.is_some_and(|held| held.head.token_type != TokenType::Deterministic) {
                    return Err(ErrorKind::TokenIdTaken.into());
                }
                held_by_id
            }
            TokenType::Randomized if held_by_id.is_some() => {
                return Err(ErrorKind::TokenIdTaken.into());
            }
            TokenType::Randomized => None,
        };
        match found {
            Some(index) => {
                let draft = self.list.get_mut(index).ok_or_else(lost)?;
                reuse(pass, draft, request, expiry)?;
                Ok(index)
            }
            None => self.make(pass, batch, wanted, expiry),
        }
    }

    /// The draft that holds a claim, taking up an existing token when it is first met.
    fn find(&mut self, claim: &Label) -> Option<usize> {
        if let Some(index) = self.by_claim.get(claim) {
            return Some(*index);
        }
        let position = self.existing.get(claim)?;
        let token = self.tokens.get_mut(*position)?.take()?;
        let index = self.list.len();
        self.by_claim.extend(token.row.claims.iter().map(|claim| (*claim, index)));
        self.list.push(Draft {
            unique_claims: token.unique_claims(),
            expires_at: token.row.expires_at,
            head: token.head,
            claim: token.claim,
            before: Some(token.row),
            canonical: "",
            changed: false,
        });
        Some(index)
    }

    fn make<H: Host>(
        &mut self,
        pass: &Pass<'_, H>,
        batch: &mut Batch,
        wanted: &Wanted<'a>,
        expiry: Option<Expiry>,
    ) -> Result<usize, Error> {
        let request = wanted.request;
        let (token_id, claim) = match &wanted.fixed_id {
            Some(fixed) => fixed.clone(),
            None => {
                let token_id = batch.fresh.make_token_id()?;
                let claim = pass.derive_token_claim(&token_id)?;
                (token_id, claim)
            }
        };
        let expiry =
            expiry.unwrap_or(Expiry::from_setting(pass.call.vault.settings.token_ttl_secs));
        let head = Head {
            token_type: request.token_type,
            token_id,
            collection: pass.call.collection.name.clone(),
            scope: request.scope.clone(),
            tenant: wanted.input.tenant.clone(),
            tags: request.tags.tags.clone().unwrap_or_default(),
            created_at: pass.now,
            data_claim: wanted.data_claim,
        };
        let index = self.list.len();
        self.by_claim.extend(
            [Some(claim), wanted.data_claim].into_iter().flatten().map(|claim| (claim, index)),
        );
        self.list.push(Draft {
            before: None,
            head,
            claim,
            unique_claims: Vec::new(),
            expires_at: expiry.at(pass.now),
            canonical: &wanted.input.canonical,
            changed: true,
        });
        Ok(index)
    }

    /// Claims the tags that must be unique. One tag ensured twice in an array, or ensured for one
    /// token and given to another of the same tenant, is not unique.
    async fn claim_unique_tags<H: Host>(
        &mut self,
        pass: &mut Pass<'_, H>,
        wanted: &[Wanted<'a>],
        chosen: &[usize],
    ) -> Result<(), Error> {
        let mut ensured = LabelMap::new();
        for (wanted, index) in wanted.iter().zip(chosen) {
            let tags = &wanted.request.tags.unique;
            if tags.is_empty() {
                continue;
            }
            let draft = self.list.get(*index).ok_or_else(lost)?;
            let own = draft.before.as_ref().map(|row| row.key);
            let tenant = draft.head.tenant.clone();
            let elsewhere = self.list.iter().enumerate().any(|(other, draft)| {
                other != *index
                    && draft.head.tenant == tenant
                    && tags.iter().any(|tag| draft.head.tags.contains(tag))
            });
            if elsewhere {
                return Err(ErrorKind::TagNotUnique.into());
            }
            let claims = unique_tags::claim(pass, tenant.as_deref(), tags, own.as_ref()).await?;
            let draft = self.list.get_mut(*index).ok_or_else(lost)?;
            for claim in claims {
                if ensured.insert(claim, 0).is_some() {
                    return Err(ErrorKind::TagNotUnique.into());
                }
                if !draft.unique_claims.contains(&claim) {
                    draft.unique_claims.push(claim);
                    draft.changed = true;
                }
            }
        }
        Ok(())
    }
}

fn lost() -> Error {
    Error::internal("a token of the batch was lost")
}

/// A token that exists gains the tags, and the expiry given; or the default one, if that is later.
fn reuse<H: Host>(
    pass: &Pass<'_, H>,
    draft: &mut Draft<'_>,
    request: &TokenRequest,
    expiry: Option<Expiry>,
) -> Result<(), Error> {
    let settings = &pass.call.vault.settings;
    for tag in request.tags.tags.iter().flatten() {
        if !draft.head.tags.contains(tag) {
            draft.head.tags.push(tag.clone());
            draft.changed = true;
        }
    }
    if draft.head.tags.len() > settings.max_tags {
        return Err(Error::bad_request(
            [&request.path, ".tags"].concat(),
            "would give the token more than `settings.maxTags` tags",
        ));
    }
    let expires_at = match expiry {
        Some(given) => given.at(pass.now),
        None => {
            let default = Expiry::from_setting(settings.token_ttl_secs).at(pass.now);
            // Never is later than any time.
            draft.expires_at.zip(default).map(|(current, default)| current.max(default))
        }
    };
    if expires_at != draft.expires_at {
        draft.expires_at = expires_at;
        draft.changed = true;
    }
    Ok(())
}
