//! Which tokens a query means: IDs are OR'd, tags are AND'd, and the two groups are AND'd.

use std::collections::HashMap;

use super::pass::{Pass, Token};
use crate::error::{Error, ErrorKind};
use crate::host::{Host, Label, Row};
use crate::request::TokenQuery;

/// The tokens that a query matches: in the order of the IDs asked for, or by row key where only
/// tags were given. Unknown IDs match nothing; one of a tenant outside the list refuses everything.
pub(super) async fn select<H: Host>(
    pass: &mut Pass<'_, H>,
    query: &TokenQuery,
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
        let tagged = tags.unwrap_or_default().iter().all(|tag| token.head.tags.contains(tag));
        if tagged && query.state.holds(token.row.expires_at, pass.now) {
            matched.push(token);
        }
    }
    Ok(matched)
}

/// The token of each ID, in the order asked; none for an ID that is unknown.
pub(super) async fn select_named<H: Host>(
    pass: &mut Pass<'_, H>,
    token_ids: &[String],
) -> Result<Vec<Option<Token>>, Error> {
    pass.call.limit_tokens(token_ids.len())?;
    let claims = token_ids.iter().map(|id| pass.derive_token_claim(id));
    let claims = claims.collect::<Result<Vec<Label>, Error>>()?;
    let rows = pass.read_claims(&claims).await?;
    let mut held: HashMap<Label, Row> = HashMap::with_capacity(rows.len());
    let positions: HashMap<Label, usize> =
        claims.iter().enumerate().map(|(position, claim)| (*claim, position)).collect();
    for row in rows {
        let claim = row.claims.iter().find(|claim| positions.contains_key(*claim)).copied();
        held.insert(claim.ok_or(ErrorKind::Integrity)?, row);
    }
    let mut tokens = Vec::with_capacity(claims.len());
    for (token_id, claim) in token_ids.iter().zip(claims) {
        let token = held.remove(&claim).map(|row| pass.open(row, Some(claim))).transpose()?;
        if token.as_ref().is_some_and(|token| token.head.token_id != *token_id) {
            return Err(ErrorKind::Integrity.into());
        }
        tokens.push(token);
    }
    Ok(tokens)
}

/// Of each listed tenant, or of all where none is listed. This is no snapshot: what others write
/// while it pages may or may not be in it.
async fn select_by_tags<H: Host>(
    pass: &mut Pass<'_, H>,
    tags: &[String],
    query: &TokenQuery,
) -> Result<Vec<Token>, Error> {
    let tag_terms =
        tags.iter().map(|tag| pass.derive_tag_term(tag)).collect::<Result<Vec<Label>, Error>>()?;
    let tenants = &pass.call.common.tenants;
    if tenants.is_empty() {
        return pass.read_terms(&tag_terms, query.state, None).await;
    }
    let mut tokens = Vec::new();
    for tenant in tenants {
        let mut terms = tag_terms.clone();
        terms.push(pass.derive_tenant_term(Some(tenant))?);
        tokens.extend(pass.read_terms(&terms, query.state, None).await?);
        pass.call.limit_tokens(tokens.len())?;
    }
    tokens.sort_by_key(|token| token.row.key);
    Ok(tokens)
}
