//! Which tokens a query means: IDs are OR'd, tags are AND'd, and the two groups are AND'd.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::pass::{Pass, Token};
use super::reads::{Stop, Tokens};
use crate::error::{Error, ErrorKind};
use crate::host::{Host, LabelMap, into_set};
use crate::request::TokenQuery;

/// The tokens that a query matches: in the order of the IDs asked for, or by row key where only
/// tags were given. Unknown IDs match nothing; one of a tenant outside the list refuses everything.
pub(super) fn select<H: Host>(
    pass: &mut Pass<'_, H>,
    query: &TokenQuery<'_>,
) -> Result<Tokens, Stop> {
    let tags = query.tags.as_deref();
    let Some(token_ids) = &query.token_ids else {
        return match tags {
            Some(tags) => select_by_tags(pass, tags, query),
            None => Ok(Vec::new()),
        };
    };
    let mut named = select_named(pass, token_ids)?;
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
    tokens: &[Rc<Token>],
) -> Result<(), Error> {
    if !tokens.iter().all(|token| pass.call.common.admits(token.head.tenant.as_deref())) {
        return Err(ErrorKind::TenantOutside.into());
    }
    Ok(())
}

/// The tokens of these IDs, in the order asked; an ID that is unknown has none.
pub(super) fn select_named<H: Host>(
    pass: &mut Pass<'_, H>,
    token_ids: &[&str],
) -> Result<Tokens, Stop> {
    pass.call.limit_tokens(token_ids.len())?;
    let tokens = pass.read_named(token_ids)?;
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
fn select_by_tags<H: Host>(
    pass: &mut Pass<'_, H>,
    tags: &[&str],
    query: &TokenQuery<'_>,
) -> Result<Tokens, Stop> {
    let mut tag_terms = Vec::with_capacity(tags.len());
    for tag in tags {
        tag_terms.push(pass.derive_tag_term(tag));
    }
    let Some(tenants) = pass.call.common.confinement() else {
        return pass.read_tagged(&tag_terms, query.state);
    };
    let mut tokens = Vec::new();
    for tenant in tenants {
        let mut terms = tag_terms.clone();
        terms.push(pass.derive_tenant_term(Some(tenant)));
        tokens.extend(pass.read_tagged(&terms, query.state)?);
        pass.call.limit_tokens(tokens.len())?;
    }
    Ok(by_key(&tokens))
}

/// The tokens in the order of their rows' keys, each once.
fn by_key(tokens: &[Rc<Token>]) -> Tokens {
    let mut positions = LabelMap::with_capacity(tokens.len());
    let mut keys = Vec::with_capacity(tokens.len());
    for (position, token) in tokens.iter().enumerate() {
        positions.insert(token.row.key, position);
        keys.push(token.row.key);
    }
    let mut sorted = Vec::with_capacity(tokens.len());
    for key in into_set(keys) {
        sorted.extend(positions.get(&key).and_then(|position| tokens.get(*position)).cloned());
    }
    sorted
}
