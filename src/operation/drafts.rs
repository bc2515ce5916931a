//! The tokens that a tokenize call makes or finds: which requests mean the same token, and what each
//! token becomes.

use std::rc::Rc;

use crate::error::{Error, ErrorKind};
use crate::host::{Host, Millis, Row};
use crate::kinds::TokenType;
use crate::label::{Label, LabelMap, into_set};
use crate::operation::batch::{Batch, NewRow};
use crate::operation::card::CardNumber;
use crate::operation::card_draw::{Draw, draw_card_shaped};
use crate::operation::inputs::OpenedInput;
use crate::operation::pass::{Pass, Token};
use crate::operation::token_id::{ClaimedId, Derivation};
use crate::operation::unique_tags::{self, Claimant, Claimed};
use crate::request::card_template::CardTemplate;
use crate::request::expiry::Expiry;
use crate::request::tags::Tags;
use crate::sealing::head::Head;
use crate::sealing::row::{Body, open_body};

/// One request for a token, without its object.
pub(crate) struct TokenRequest<'a> {
    pub(crate) token_type: TokenType,
    pub(crate) scope: &'a str,
    pub(crate) tags: Tags<'a>,
    pub(crate) token_id: Option<&'a str>,
    pub(crate) card: Option<CardTemplate<'a>>,
    /// `requestBody[i]`
    pub(crate) path: String,
}

/// A request together with what its data derives.
pub(crate) struct Wanted<'a> {
    request: &'a TokenRequest<'a>,
    input: &'a OpenedInput,
    data_claim: Option<Label>,
    /// The ID that the request or its data determines.
    fixed_id: Option<ClaimedId>,
    /// The card whose shape the ID shall have, and the blind hash of its number.
    card: Option<(CardNumber, Label)>,
    /// An ID of that shape, for a token that is new.
    drawn_id: Option<ClaimedId>,
}

impl<'a> Wanted<'a> {
    pub(crate) fn derive<H: Host>(
        pass: &Pass<'_, H>,
        request: &'a TokenRequest<'a>,
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
        );
        let card =
            request.card.as_ref().map(|card| CardNumber::of(card, &input.canonical)).transpose()?;
        let mut fixed_id = token_id.map(str::to_owned);
        if *token_type == TokenType::Deterministic {
            let derivation = Derivation { collection, tenant, scope, canonical: &input.canonical };
            let derived = derivation.token_id(pass.index(), card.as_ref())?;
            if token_id.is_some_and(|given| given != derived) {
                return Err(ErrorKind::TokenIdTaken.into());
            }
            fixed_id = Some(derived);
        }
        let fixed_id = fixed_id.map(|id| ClaimedId::new(pass, id));
        let card = card.map(|card| {
            let hash = card.hash(pass.index(), collection);
            (card, hash)
        });
        Ok(Self { request, input, data_claim, fixed_id, card, drawn_id: None })
    }
}

/// Every claim that the batch would add, but those of fresh random IDs.
pub(crate) fn claims_of<H: Host>(pass: &Pass<'_, H>, wanted: &[Wanted<'_>]) -> Vec<Label> {
    let mut claims = Vec::new();
    for Wanted { request, input, fixed_id, data_claim, .. } in wanted {
        claims.extend(fixed_id.as_ref().map(|id| id.claim));
        claims.extend(*data_claim);
        let tags = &request.tags.unique;
        claims.extend(unique_tags::derive_claims(pass, input.tenant.as_deref(), tags));
    }
    into_set(claims)
}

/// A token that the batch makes or may change.
pub(crate) struct Draft<'a> {
    /// The row as it is, if it exists.
    before: Option<Rc<Row>>,
    pub(crate) head: Head,
    claim: Label,
    unique_claims: Vec<Label>,
    expires_at: Option<Millis>,
    /// The data of a token that is new.
    canonical: &'a str,
    changed: bool,
    /// Whether a request means it.
    is_meant: bool,
}

impl Draft<'_> {
    /// Whether this is its data.
    fn holds<H: Host>(&self, pass: &mut Pass<'_, H>, canonical: &str) -> Result<bool, Error> {
        let Some(row) = &self.before else { return Ok(self.canonical == canonical) };
        let body = open_body(&mut pass.envelopes, row, &self.head.collection);
        let body = body.map_err(|_| ErrorKind::Integrity)?;
        Ok(body.is_some_and(|body| body == canonical))
    }

    fn put<H: Host>(&self, pass: &mut Pass<'_, H>, batch: &mut Batch) -> Result<(), Error> {
        let terms = pass.derive_terms(&self.head);
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

/// The tokens that the batch may change and those that it makes, found by the claims that make two
/// requests mean the same one.
pub(crate) struct Drafts<'a> {
    pub(crate) list: Vec<Draft<'a>>,
    by_claim: LabelMap<usize>,
}

impl<'a> Drafts<'a> {
    /// Those that exist.
    pub(crate) fn of<H: Host>(pass: &Pass<'_, H>, existing: &[Token]) -> Result<Self, Error> {
        let mut drafts = Self { list: Vec::new(), by_claim: pass.call.vault.label_map(0)? };
        for token in existing {
            for claim in &token.row.claims {
                drafts.by_claim.insert(*claim, drafts.list.len());
            }
            drafts.list.push(Draft {
                unique_claims: token.unique_claims(),
                expires_at: token.row.expires_at,
                head: token.head.clone(),
                claim: token.claim,
                before: Some(Rc::clone(&token.row)),
                canonical: "",
                changed: false,
                is_meant: false,
            });
        }
        Ok(drafts)
    }

    /// Draws the IDs of the tokens that shall look like a card's number and do not exist yet.
    pub(crate) async fn draw_card_shaped_ids<H: Host>(
        &self,
        pass: &mut Pass<'_, H>,
        batch: &mut Batch,
        wanted: &mut [Wanted<'a>],
    ) -> Result<(), Error> {
        let mut taken: LabelMap<()> = pass.call.vault.label_map(0)?;
        for id in wanted.iter().filter_map(|wanted| wanted.fixed_id.as_ref()) {
            taken.insert(id.claim, ());
        }
        let mut draws = Vec::new();
        let mut drawing = Vec::new();
        let mut made: LabelMap<()> = pass.call.vault.label_map(0)?;
        for wanted in wanted {
            let again = wanted.data_claim.is_some_and(|it| made.insert(it, ()).is_some());
            let exists = wanted.data_claim.is_some_and(|it| self.by_claim.contains_key(&it));
            let Some((card, hash)) = &wanted.card else { continue };
            if wanted.fixed_id.is_none() && !again && !exists {
                draws.push(Draw::new(&mut batch.fresh, card.shape.clone(), *hash)?);
                drawing.push(wanted);
            }
        }
        draw_card_shaped(pass, &mut draws, taken).await?;
        for (wanted, draw) in drawing.into_iter().zip(draws) {
            wanted.drawn_id = draw.drawn;
        }
        Ok(())
    }

    /// Finds the token that a request means, or makes it, and gives it the request's tags and
    /// expiry. Answers its place in the list.
    pub(crate) fn apply<H: Host>(
        &mut self,
        pass: &mut Pass<'_, H>,
        batch: &mut Batch,
        wanted: &Wanted<'a>,
        expiry: Option<Expiry>,
    ) -> Result<usize, Error> {
        let request = wanted.request;
        let held_by_data = wanted.data_claim.and_then(|claim| self.find(&claim));
        let held_by_id = wanted.fixed_id.as_ref().and_then(|id| self.find(&id.claim));
        let found = match request.token_type {
            // Its data finds it; a given ID must be the one it has.
            TokenType::Pci | TokenType::PciOneway => {
                if wanted.fixed_id.is_some() && held_by_id != held_by_data {
                    return Err(ErrorKind::TokenIdTaken.into());
                }
                held_by_data
            }
            // The ID is its data's; no token of another type may sit there, nor one of other data:
            // the few digits that are free in a card's shape may fall twice.
            TokenType::Deterministic => {
                if let Some(holder) = held_by_id.and_then(|index| self.list.get(index)) {
                    let Head { token_type, scope, tenant, .. } = &holder.head;
                    let same = *token_type == TokenType::Deterministic
                        && *scope == request.scope
                        && *tenant == wanted.input.tenant;
                    let other = !same
                        || wanted.card.is_some() && !holder.holds(pass, &wanted.input.canonical)?;
                    if other {
                        return Err(ErrorKind::TokenIdTaken.into());
                    }
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
                draft.is_meant = true;
                reuse(pass, draft, request, expiry)?;
                Ok(index)
            }
            None => self.make(pass, batch, wanted, expiry),
        }
    }

    /// Puts what is new or has changed. As soon as a token that exists changes, all that are meant are written, as in an
    /// update: two calls at once could else each leave out what the other changes.
    pub(crate) fn put<H: Host>(
        &self,
        pass: &mut Pass<'_, H>,
        batch: &mut Batch,
    ) -> Result<(), Error> {
        let changes_one = self.list.iter().any(|draft| draft.changed && draft.before.is_some());
        for draft in &self.list {
            if draft.changed || changes_one && draft.is_meant {
                draft.put(pass, batch)?;
            }
        }
        Ok(())
    }

    /// The draft that holds a claim.
    fn find(&self, claim: &Label) -> Option<usize> {
        self.by_claim.get(claim).copied()
    }

    fn make<H: Host>(
        &mut self,
        pass: &Pass<'_, H>,
        batch: &mut Batch,
        wanted: &Wanted<'a>,
        expiry: Option<Expiry>,
    ) -> Result<usize, Error> {
        let request = wanted.request;
        let ClaimedId { token_id, claim } =
            match wanted.fixed_id.as_ref().or(wanted.drawn_id.as_ref()) {
                Some(id) => id.clone(),
                None => ClaimedId::random(pass, &mut batch.fresh)?,
            };
        let expiry =
            expiry.unwrap_or(Expiry::from_setting(pass.call.vault.settings.token_ttl_secs.0));
        let head = Head {
            token_type: request.token_type,
            token_id,
            collection: pass.call.collection.name.clone(),
            scope: request.scope.to_owned(),
            tenant: wanted.input.tenant.clone(),
            tags: request.tags.to_owned(),
            created_at: pass.now,
            data_claim: wanted.data_claim,
            card_number: wanted.card.as_ref().map(|(_, hash)| *hash),
        };
        let index = self.list.len();
        self.by_claim.insert(claim, index);
        if let Some(claim) = wanted.data_claim {
            self.by_claim.insert(claim, index);
        }
        self.list.push(Draft {
            before: None,
            head,
            claim,
            unique_claims: Vec::new(),
            expires_at: expiry.at(pass.now),
            canonical: &wanted.input.canonical,
            changed: true,
            is_meant: true,
        });
        Ok(index)
    }

    /// Claims the tags that must be unique. One that is ensured for one token and given to another of the
    /// same tenant is not.
    pub(crate) async fn claim_unique_tags<H: Host>(
        &mut self,
        pass: &mut Pass<'_, H>,
        wanted: &[Wanted<'a>],
        chosen: &[usize],
        existing: &[Token],
    ) -> Result<(), Error> {
        if wanted.iter().all(|wanted| wanted.request.tags.unique.is_empty()) {
            return Ok(());
        }
        let mut ensuring = Vec::new();
        let mut claimed = Vec::new();
        for (wanted, index) in wanted.iter().zip(chosen) {
            let tags = &wanted.request.tags.unique;
            if tags.is_empty() {
                continue;
            }
            let draft = self.list.get(*index).ok_or_else(lost)?;
            let claimant = Claimant {
                tenant: draft.head.tenant.as_deref(),
                key: draft.before.as_ref().map(|row| &row.key),
                own_claims: [draft.claim, wanted.data_claim.unwrap_or(draft.claim)],
            };
            let path = &wanted.request.path;
            ensuring.push((*index, path));
            claimed.push(Claimed { claimant, tags, path });
        }
        let claimed = unique_tags::claim(pass, &claimed, existing).await?;
        let holders = self.count_holders(pass)?;
        for ((index, path), claims) in ensuring.into_iter().zip(claimed) {
            let draft = self.list.get_mut(index).ok_or_else(lost)?;
            for claim in claims {
                if holders.get(&claim).is_some_and(|tokens| *tokens > 1) {
                    return Err(Error::from(ErrorKind::TagNotUnique).at(path));
                }
                if !draft.unique_claims.contains(&claim) {
                    draft.unique_claims.push(claim);
                    draft.changed = true;
                }
            }
        }
        Ok(())
    }

    /// How many tokens of the batch have a tag, by the claim that the tag has in their tenant.
    fn count_holders<H: Host>(&self, pass: &Pass<'_, H>) -> Result<LabelMap<usize>, Error> {
        let mut holders: LabelMap<usize> = pass.call.vault.label_map(0)?;
        for Draft { head, .. } in &self.list {
            for tag in &head.tags {
                let tenant = head.tenant.as_deref();
                let claim = pass.index().derive_unique_tag_claim(&head.collection, tenant, tag);
                *holders.entry(claim).or_default() += 1;
            }
        }
        Ok(holders)
    }
}

fn lost() -> Error {
    Error::internal("a token of the batch was lost")
}

/// A token that exists gains the tags, and the expiry given; or the default one, if that is later.
fn reuse<H: Host>(
    pass: &Pass<'_, H>,
    draft: &mut Draft<'_>,
    request: &TokenRequest<'_>,
    expiry: Option<Expiry>,
) -> Result<(), Error> {
    let settings = &pass.call.vault.settings;
    let tags_before = draft.head.tags.len();
    for tag in request.tags.tags.iter().flatten() {
        if !draft.head.has_tag(tag) {
            draft.head.tags.push((*tag).to_owned());
            draft.changed = true;
        }
    }
    let tags = draft.head.tags.len();
    // One that gains none may have more, from when the setting was higher.
    if tags > tags_before && tags > settings.max_tags() {
        return Err(Error::bad_request(
            format!("{}.tags", request.path),
            "would give the token more than `settings.maxTags` tags",
        ));
    }
    let expires_at = match expiry {
        Some(given) => given.at(pass.now),
        None => {
            let default = Expiry::from_setting(settings.token_ttl_secs.0).at(pass.now);
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
