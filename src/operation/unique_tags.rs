//! Tags that must be unique in their tenant.

use crate::error::{Error, ErrorKind};
use crate::host::Host;
use crate::label::Label;
use crate::operation::pass::{Pass, Token};

/// The token for which tags are claimed, as far as it is known.
pub(crate) struct Claimant<'a> {
    pub(crate) tenant: Option<&'a str>,
    /// Its row's key, if it exists.
    pub(crate) key: Option<&'a Label>,
    /// The claims that a row can hold only if it is this token.
    pub(crate) own_claims: &'a [Label],
}

impl Claimant<'_> {
    /// Refuses if one of these is another token. One that has become this token since the pass looked
    /// is no other: then the pass has seen two moments, and has to be made anew.
    fn refuse_others(&self, found: &[Token]) -> Result<(), Error> {
        let mut others = found.iter().filter(|found| Some(&found.row.key) != self.key);
        let Some(other) = others.next() else { return Ok(()) };
        let become_it = other.row.claims.iter().any(|claim| self.own_claims.contains(claim));
        Err(if become_it { ErrorKind::Conflict } else { ErrorKind::TagNotUnique }.into())
    }
}

/// The claims of these tags for a token. A tag that is on another token of its tenant, active or
/// archived, refuses; of several requests that claim one tag at once, the store lets one succeed.
pub(crate) async fn claim<H: Host>(
    pass: &mut Pass<'_, H>,
    claimant: &Claimant<'_>,
    tags: &[&str],
) -> Result<Vec<Label>, Error> {
    let tenant = claimant.tenant;
    let mut claims = Vec::with_capacity(tags.len());
    for tag in tags {
        let terms = [pass.derive_tag_term(tag), pass.derive_tenant_term(tenant)];
        // Two are enough to find one that is not the token itself.
        claimant.refuse_others(&pass.read_two_tagged(&terms).await?)?;
        claims.push(pass.index().derive_unique_tag_claim(&pass.call.collection.name, tenant, tag));
    }
    // A claim can outlive its tag's term on no row; this is the store's own word on it.
    claimant.refuse_others(&pass.read_holders(&claims).await?)?;
    Ok(claims)
}
