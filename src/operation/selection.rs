//! Which tokens a query means: IDs are OR'd, tags are AND'd, and the two groups are AND'd.

use alloc::vec::Vec;

use super::pass::{Pass, Token};
use crate::error::{Error, ErrorKind};
use crate::host::{Host, LabelMap};
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
    let named = select_named(pass, token_ids).await?;
    let mut matched = Vec::with_capacity(named.len());
    for token in named.into_iter().flatten() {
        if !pass.call.common.admits(token.head.tenant.as_deref()) {
            return Err(ErrorKind::TenantOutside.into());
        }
        let tagged = tags.unwrap_or_default().iter().all(|tag| token.head.has_tag(tag));
        if tagged && query.state.holds(token.row.expires_at, pass.now) {
            matched.push(token);
        }
    }
    Ok(matched)
}

/// The token of each ID, in the order asked; none for an ID that is unknown.
pub(super) async fn select_named<H: Host>(
    pass: &mut Pass<'_, H>,
    token_ids: &[&str],
) -> Result<Vec<Option<Token>>, Error> {
    pass.call.limit_tokens(token_ids.len())?;
    let mut claims = Vec::with_capacity(token_ids.len());
    let mut positions = LabelMap::with_capacity(token_ids.len());
    for (position, token_id) in token_ids.iter().enumerate() {
        let claim = pass.derive_token_claim(token_id);
        positions.insert(claim, position);
        claims.push(claim);
    }
    let mut tokens = Vec::new();
    tokens.resize_with(token_ids.len(), || None);
    for row in pass.read_claims(&claims).await? {
        let named = row.claims.iter().find_map(|claim| Some((*claim, *positions.get(claim)?)));
        let (claim, position) = named.ok_or(ErrorKind::Integrity)?;
        let token = pass.open(row, Some(claim))?;
        if token_ids.get(position).is_none_or(|asked| *asked != token.head.token_id) {
            return Err(ErrorKind::Integrity.into());
        }
        if let Some(place) = tokens.get_mut(position) {
            *place = Some(token);
        }
    }
    Ok(tokens)
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
    let mut tokens = Vec::new();
    for tenant in tenants {
        let mut terms = tag_terms.clone();
        terms.push(pass.derive_tenant_term(Some(tenant)));
        let more = pass.read_terms(&terms, query.state, None).await?;
        tokens = merge(tokens, more);
        pass.call.limit_tokens(tokens.len())?;
    }
    Ok(tokens)
}

/// Two lists by row key as one.
fn merge(one: Vec<Token>, other: Vec<Token>) -> Vec<Token> {
    let mut merged = Vec::with_capacity(one.len() + other.len());
    let mut other = other.into_iter().peekable();
    for token in one {
        while let Some(earlier) = other.next_if(|other| other.row.key < token.row.key) {
            merged.push(earlier);
        }
        merged.push(token);
    }
    merged.extend(other);
    merged
}
