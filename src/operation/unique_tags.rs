//! Tags that must be unique in their tenant.

use crate::error::{Error, ErrorKind};
use crate::host::Host;
use crate::label::{Label, LabelMap, into_set};
use crate::operation::pass::{Pass, Token};
use crate::operation::reads::Tokens;

/// The token for which tags are claimed, as far as it is known.
pub(crate) struct Claimant<'a> {
    pub(crate) tenant: Option<&'a str>,
    /// Its row's key, if it exists.
    pub(crate) key: Option<&'a Label>,
    /// The claims of its ID and of its data: a row can hold one only if it is this token.
    pub(crate) own_claims: [Label; 2],
}

impl Claimant<'_> {
    /// Refuses if one of these is another token. One that has become this token since the pass looked
    /// is no other: then the pass has seen two moments, and has to be made anew.
    fn refuse_others<'t>(&self, found: impl IntoIterator<Item = &'t Token>) -> Result<(), Error> {
        let mut others = found.into_iter().filter(|found| Some(&found.row.key) != self.key);
        let Some(other) = others.next() else { return Ok(()) };
        let become_it = other.row.claims.iter().any(|claim| self.own_claims.contains(claim));
        Err(if become_it { ErrorKind::Conflict } else { ErrorKind::TagNotUnique }.into())
    }
}

/// A token, and the tags that it shall have alone.
pub(crate) struct Claimed<'a> {
    pub(crate) claimant: Claimant<'a>,
    pub(crate) tags: &'a [&'a str],
    /// Of what ensures them, as the caller wrote it.
    pub(crate) path: &'a str,
}

/// Tokens that hold the claims of the tags, as far as one read of claims alone tells.
pub(crate) async fn read_holders<H: Host>(
    pass: &mut Pass<'_, H>,
    claimed: &Claimed<'_>,
) -> Result<Tokens, Error> {
    pass.read_holders(&into_set(derive_claims(pass, claimed.claimant.tenant, claimed.tags))).await
}

/// What a token that has the tags alone holds.
pub(crate) fn derive_claims<H: Host>(
    pass: &Pass<'_, H>,
    tenant: Option<&str>,
    tags: &[&str],
) -> Vec<Label> {
    let collection = &pass.call.collection.name;
    tags.iter().map(|tag| pass.index().derive_unique_tag_claim(collection, tenant, tag)).collect()
}

/// The claims of the tags, for each of these in their order. A tag that is on another token of its tenant,
/// active or archived, refuses; of several requests that claim one tag at once, the store lets one succeed.
/// `holders` are the tokens that hold any of the claims; others beside them do no harm.
pub(crate) async fn claim<H: Host>(
    pass: &mut Pass<'_, H>,
    all: &[Claimed<'_>],
    holders: &[Token],
) -> Result<Vec<Vec<Label>>, Error> {
    let mut claims = Vec::with_capacity(all.len());
    let mut terms = Vec::new();
    for Claimed { claimant: Claimant { tenant, .. }, tags, .. } in all {
        claims.push(derive_claims(pass, *tenant, tags));
        for tag in *tags {
            terms.push([pass.derive_tag_term(tag), pass.derive_tenant_term(*tenant)]);
        }
    }
    let every = into_set(claims.concat());
    if every.len() < terms.len() {
        // One of them is ensured twice.
        let mut seen: LabelMap<()> = pass.call.vault.label_map(every.len())?;
        let is_again =
            |claims: &Vec<Label>| claims.iter().any(|claim| seen.insert(*claim, ()).is_some());
        let path = claims.iter().position(is_again).and_then(|again| all.get(again));
        let path = path.map_or("requestBody", |claimed| claimed.path);
        return Err(Error::from(ErrorKind::TagNotUnique).at(path));
    }
    // A claim can outlive its tag's term on no row; this is the store's own word on it.
    let mut by_claim: LabelMap<usize> = pass.call.vault.label_map(holders.len())?;
    for (index, holder) in holders.iter().enumerate() {
        by_claim.extend(holder.row.claims.iter().map(|claim| (*claim, index)));
    }
    for (Claimed { claimant, path, .. }, claims) in all.iter().zip(&claims) {
        let held = claims.iter().filter_map(|claim| holders.get(*by_claim.get(claim)?));
        claimant.refuse_others(held).map_err(|error| error.at(path))?;
    }
    // A token that has the tag without a claim to it is known by the tag's term alone. Two are enough to
    // find one that is not the claimant itself.
    let tagged = pass.read_two_of_each(&terms).await?;
    let mut tagged = tagged.iter();
    for Claimed { claimant, tags, path } in all {
        for tokens in tagged.by_ref().take(tags.len()) {
            claimant.refuse_others(tokens).map_err(|error| error.at(path))?;
        }
    }
    Ok(claims)
}
