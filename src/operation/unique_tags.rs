//! Tags that must be unique in their tenant.

use alloc::string::String;
use alloc::vec::Vec;

use super::pass::Pass;
use crate::error::{Error, ErrorKind};
use crate::host::{Host, Label, State};

/// The claims of these tags for a token of this tenant, which has the row key `own` if it exists.
/// A tag that is on another token of the tenant, active or archived, refuses; of several requests
/// that claim one tag at once, the store lets one succeed.
pub(super) async fn claim<H: Host>(
    pass: &mut Pass<'_, H>,
    tenant: Option<&str>,
    tags: &[String],
    own: Option<&Label>,
) -> Result<Vec<Label>, Error> {
    let mut claims = Vec::with_capacity(tags.len());
    for tag in tags {
        let terms = [pass.derive_tag_term(tag), pass.derive_tenant_term(tenant)];
        // Two are enough to find one that is not the token itself.
        let tagged = pass.read_terms(&terms, State::Any, Some(2)).await?;
        if tagged.iter().any(|other| Some(&other.row.key) != own) {
            return Err(ErrorKind::TagNotUnique.into());
        }
        claims.push(pass.index().derive_unique_tag_claim(&pass.call.collection.name, tenant, tag));
    }
    // A claim can outlive its tag's term on no row; this is the store's own word on it.
    let holders = pass.read_tokens(&claims).await?;
    if holders.iter().any(|holder| Some(&holder.row.key) != own) {
        return Err(ErrorKind::TagNotUnique.into());
    }
    Ok(claims)
}
