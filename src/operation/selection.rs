//! Which tokens a query means: IDs are OR'd, tags are AND'd, and the two groups are AND'd.

use alloc::vec::Vec;

use super::pass::{Pass, Token};
use crate::error::{Error, ErrorKind};
use crate::host::{Host, Label, LabelMap, into_set};
use crate::request::TokenQuery;

/// The tokens that a query matches: in the order of the IDs asked for, or by row key where only
/// tags were given. Unknown IDs match nothing; one of a tenant outside the list refuses everything.
pub(super) async fn select<H: Host>(
    pass: &mut Pass<'_, H>,
    query: &TokenQuery<'_>,
) -> Result<Vec<Token>, Error> {
    let tags = query.tags.as_deref();
    let Some(token_ids) = &query.token_ids else {
        return match tags {
            Some(tags) => select_by_tags(pass, tags, query).await,
            None => Ok(Vec::new()),
        };
    };
    let mut named = select_named(pass, token_ids).await?;
    refuse_other_tenants(pass, &named)?;
    named.retain(|token| {
        tags.unwrap_or_default().iter().all(|tag| token.head.has_tag(tag))
            && query.state.holds(token.row.expires_at, pass.now)
    });
    Ok(named)
}

/// Refuses everything if one of the tokens is of a tenant outside the request's list.
pub(super) fn refuse_other_tenants<H: Host>(
    pass: &Pass<'_, H>,
    tokens: &[Token],
) -> Result<(), Error> {
    if !tokens.iter().all(|token| pass.call.common.admits(token.head.tenant.as_deref())) {
        return Err(ErrorKind::TenantOutside.into());
    }
    Ok(())
}

/// The tokens of these IDs, in the order asked; an ID that is unknown has none.
pub(super) async fn select_named<H: Host>(
    pass: &mut Pass<'_, H>,
    token_ids: &[&str],
) -> Result<Vec<Token>, Error> {
    pass.call.limit_tokens(token_ids.len())?;
    let mut claims = Vec::with_capacity(token_ids.len());
    let mut positions = LabelMap::with_capacity(token_ids.len());
    for (position, token_id) in token_ids.iter().enumerate() {
        let claim = pass.derive_token_claim(token_id);
        positions.insert(claim, position);
        claims.push(claim);
    }
    let mut tokens = Vec::with_capacity(token_ids.len());
    for row in pass.read_claims(&claims).await? {
        let named = row.claims.iter().find_map(|claim| Some((*claim, *positions.get(claim)?)));
        let (claim, position) = named.ok_or(ErrorKind::Integrity)?;
        let token = pass.open(row, Some(claim))?;
        if token_ids.get(position).is_none_or(|asked| *asked != token.head.token_id) {
            return Err(ErrorKind::Integrity.into());
        }
        tokens.push(token);
    }
    Ok(arranged(tokens, |token| token.claim, &positions))
}

/// Of each listed tenant, or of all where none is listed. This is no snapshot: what others write
/// while it pages may or may not be in it.
async fn select_by_tags<H: Host>(
    pass: &mut Pass<'_, H>,
    tags: &[&str],
    query: &TokenQuery<'_>,
) -> Result<Vec<Token>, Error> {
    let mut tag_terms = Vec::with_capacity(tags.len());
    for tag in tags {
        tag_terms.push(pass.derive_tag_term(tag));
    }
    let Some(tenants) = pass.call.common.confinement() else {
        return pass.read_terms(&tag_terms, query.state, None).await;
    };
    let (mut tokens, mut keys) = (Vec::new(), Vec::new());
    for tenant in tenants {
        let mut terms = tag_terms.clone();
        terms.push(pass.derive_tenant_term(Some(tenant)));
        for token in pass.read_terms(&terms, query.state, None).await? {
            keys.push(token.row.key);
            tokens.push(token);
        }
        pass.call.limit_tokens(tokens.len())?;
    }
    let mut positions = LabelMap::with_capacity(keys.len());
    for (position, key) in into_set(keys).into_iter().enumerate() {
        positions.insert(key, position);
    }
    Ok(arranged(tokens, |token| token.row.key, &positions))
}

/// The tokens in the order of these positions, which have a place for the label of each.
fn arranged(tokens: Vec<Token>, label: fn(&Token) -> Label, positions: &LabelMap) -> Vec<Token> {
    let mut places = Vec::new();
    places.resize_with(positions.len(), || None);
    for token in tokens {
        let position = positions.get(&label(&token));
        if let Some(place) = position.and_then(|position| places.get_mut(*position)) {
            *place = Some(token);
        }
    }
    places.into_iter().flatten().collect()
}
