//! Which tokens a query means: IDs are OR'd, tags are AND'd, and the two groups are AND'd.

use std::collections::BTreeMap;

use crate::error::{Error, ErrorKind};
use crate::host::Host;
use crate::operation::pass::{Pass, Token};
use crate::operation::reads::Tokens;
use crate::request::query::TokenQuery;

/// The tokens that a query matches: in the order of the IDs asked for, or by row key where only
/// tags were given. Unknown IDs match nothing; one of a tenant outside the list refuses everything.
pub(crate) async fn select<H: Host>(
    pass: &mut Pass<'_, H>,
    query: &TokenQuery<'_>,
) -> Result<Tokens, Error> {
    let mut tokens = find(pass, query).await?;
    refuse_other_tenants(pass, &tokens)?;
    tokens.retain(|token| matches(pass, query, token));
    Ok(tokens)
}

/// The tokens that a query names, whatever their tenant, tags and state; or those that its tags match,
/// where it names none. A query of nothing is not put to the store.
pub(crate) async fn find<H: Host>(
    pass: &mut Pass<'_, H>,
    query: &TokenQuery<'_>,
) -> Result<Tokens, Error> {
    match (&query.token_ids, &query.tags) {
        _ if query.is_of_nothing() => Ok(Vec::new()),
        (Some(token_ids), _) => select_named(pass, token_ids).await,
        (None, Some(tags)) => select_by_tags(pass, tags, query).await,
        (None, None) => Ok(Vec::new()),
    }
}

/// Whether a token that a query names has its tags and is in its state.
pub(crate) fn matches<H: Host>(pass: &Pass<'_, H>, query: &TokenQuery<'_>, token: &Token) -> bool {
    query.tags.iter().flatten().all(|tag| token.head.has_tag(tag))
        && query.state.holds(token.row.expires_at, pass.now)
}

/// Refuses everything if one of the tokens is of a tenant outside the request's list.
pub(crate) fn refuse_other_tenants<H: Host>(
    pass: &Pass<'_, H>,
    tokens: &[Token],
) -> Result<(), Error> {
    if !tokens.iter().all(|token| pass.call.common.admits(token.head.tenant.as_deref())) {
        return Err(ErrorKind::TenantOutside.into());
    }
    Ok(())
}

/// The tokens of these IDs, in the order asked; an ID that is unknown has none.
pub(crate) async fn select_named<H: Host>(
    pass: &mut Pass<'_, H>,
    token_ids: &[&str],
) -> Result<Tokens, Error> {
    pass.call.limit_tokens(token_ids.len())?;
    let tokens = pass.read_named(token_ids).await?;
    let mut asked = token_ids.iter();
    for token in &tokens {
        if !asked.any(|id| *id == token.head.token_id) {
            return Err(ErrorKind::Integrity.into());
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
) -> Result<Tokens, Error> {
    let mut tag_terms = Vec::with_capacity(tags.len());
    for tag in tags {
        tag_terms.push(pass.derive_tag_term(tag));
    }
    let Some(tenants) = pass.call.common.confinement() else {
        return pass.read_tagged(&tag_terms, query.state).await;
    };
    let mut by_key = BTreeMap::new();
    for tenant in tenants {
        let mut terms = tag_terms.clone();
        terms.push(pass.derive_tenant_term(Some(tenant)));
        for token in pass.read_tagged(&terms, query.state).await? {
            by_key.insert(token.row.key, token);
        }
        pass.call.limit_tokens(by_key.len())?;
    }
    Ok(by_key.into_values().collect())
}
