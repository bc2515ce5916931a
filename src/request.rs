//! What every request has in common, and the forms its members take. Parse, don't validate: past
//! this door a token ID, a tag or an expiry that could be wrong cannot be built.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Error, ErrorKind};
use crate::host::{Millis, State};
use crate::json::{self, Item, Json, Members, firsts};
use crate::sealing::EncryptionType;
use crate::settings::MAX_LIFE_SECS;

const MAX_TOKEN_ID: usize = 128;
const MAX_NAME: usize = 256;
const MAX_NOTE: usize = 1_024;
/// Tenants or tags in one query.
const MAX_QUERY_ITEMS: usize = 100;

const REASONS: [&str; 10] = [
    "AppFunctionality",
    "Analytics",
    "Notifications",
    "Marketing",
    "ThirdPartyMarketing",
    "FraudPreventionSecurityAndCompliance",
    "AccountManagement",
    "Maintenance",
    "DataSubjectRequest",
    OTHER,
];
const OTHER: &str = "Other";

/// The parameters that every operation takes.
pub(crate) struct Common {
    pub(crate) collection: String,
    reason: Option<String>,
    pub(crate) adhoc_reason: Option<String>,
    pub(crate) custom_audit: Option<String>,
    pub(crate) reload_cache: bool,
    /// The tenants that confine the request, each once; none: unconfined.
    pub(crate) tenants: Vec<String>,
    /// One more list of tenants, of one.
    tenant_too: Option<String>,
}

impl Common {
    pub(crate) fn take(members: &mut Members) -> Result<Self, Error> {
        let collection_path = members.path_of("collection");
        let collection = json::text(members.required("collection")?, &collection_path)?;
        let reason = members.optional_text("reason")?;
        let adhoc_reason = short_text(members, "adhocReason", MAX_NOTE)?;
        let custom_audit = short_text(members, "customAudit", MAX_NOTE)?;
        let reload_cache = members.optional_bool("reloadCache")?.unwrap_or(false);
        let tenants = query_list(members, "xTenantId", &mut name)?.unwrap_or_default();
        let tenant_too = None;
        Ok(Self {
            collection,
            reason,
            adhoc_reason,
            custom_audit,
            reload_cache,
            tenants,
            tenant_too,
        })
    }

    /// Confines the request to this tenant as well.
    pub(crate) fn confine_to(&mut self, tenant: String) {
        if self.tenants.is_empty() {
            self.tenants.push(tenant);
        } else {
            self.tenant_too = Some(tenant);
        }
    }

    /// Step 3 of every operation.
    pub(crate) fn reason(&self, forced: bool) -> Result<&'static str, Error> {
        let reason = match self.reason.as_deref().unwrap_or_default() {
            "" if forced => return Err(ErrorKind::ReasonMissing.into()),
            "" => "AppFunctionality",
            given => REASONS
                .into_iter()
                .find(|reason| *reason == given)
                .ok_or(ErrorKind::ReasonUnknown)?,
        };
        if reason == OTHER && self.adhoc_reason.as_deref().unwrap_or_default().is_empty() {
            return Err(ErrorKind::AdhocReasonMissing.into());
        }
        Ok(reason)
    }

    /// Whether the request's tenant list, where it has one, holds this tenant.
    pub(crate) fn admits(&self, tenant: Option<&str>) -> bool {
        self.tenants.is_empty() || tenant.is_some_and(|tenant| self.admitted(tenant))
    }

    /// The tenants whose tokens a query may match; none: it matches those of all, and of none.
    pub(crate) fn confinement(&self) -> Option<Vec<&str>> {
        let tenants = self.tenants.iter().map(String::as_str);
        (!self.tenants.is_empty()).then(|| tenants.filter(|tenant| self.admitted(tenant)).collect())
    }

    fn admitted(&self, tenant: &str) -> bool {
        self.tenants.iter().any(|listed| listed == tenant)
            && self.tenant_too.as_deref().is_none_or(|too| too == tenant)
    }
}

/// Which tokens a query means.
pub(crate) struct TokenQuery {
    /// By ID, each once, in the order asked.
    pub(crate) token_ids: Option<Vec<String>>,
    /// All of these tags.
    pub(crate) tags: Option<Vec<String>>,
    /// Active ones, or archived ones.
    pub(crate) state: State,
}

impl TokenQuery {
    /// Takes `tokenIds`, `tags` and `objectIds`; the state is the operation's to set.
    pub(crate) fn take(members: &mut Members) -> Result<Self, Error> {
        Self::take_named(members, "tokenIds", "objectIds")
    }

    /// Takes the same from a body, where the names are REST's.
    pub(crate) fn take_body(members: &mut Members) -> Result<Self, Error> {
        let mut body = Members::of(members.required("requestBody")?, "requestBody")?;
        let query = Self::take_named(&mut body, "token_ids", "object_ids")?;
        body.finish()?;
        Ok(query)
    }

    fn take_named(
        members: &mut Members,
        token_ids: &str,
        object_ids: &'static str,
    ) -> Result<Self, Error> {
        let token_ids = take_token_ids(members, token_ids)?;
        let tags = query_list(members, "tags", &mut name)?;
        if query_list(members, object_ids, &mut json::text)?.is_some() {
            return Err(ErrorKind::NotImplemented { feature: object_ids }.into());
        }
        Ok(Self { token_ids, tags, state: State::Active })
    }
}

/// Token IDs, each once, in the order asked.
pub(crate) fn take_token_ids(
    members: &mut Members,
    member: &str,
) -> Result<Option<Vec<String>>, Error> {
    let path = members.path_of(member);
    let Some(ids) = members.optional_list(member, &mut token_id)? else { return Ok(None) };
    if ids.is_empty() {
        return Err(Error::bad_request(path, "must not be an empty list"));
    }
    Ok(Some(without_repeats(ids)))
}

/// `options`, of which the operation knows these.
pub(crate) fn take_options(
    members: &mut Members,
    known: &[&'static str],
) -> Result<Vec<&'static str>, Error> {
    let path = members.path_of("options");
    let options = members.optional_list("options", &mut |value, path| {
        let option = json::text(value, path)?;
        let position = known.iter().find(|name| **name == option);
        position
            .copied()
            .ok_or_else(|| Error::bad_request(path, "is not an option of this operation"))
    })?;
    match options {
        Some(options) if options.is_empty() => {
            Err(Error::bad_request(path, "must not be an empty list"))
        }
        options => Ok(options.unwrap_or_default()),
    }
}

/// `props`: names of properties, each once. Whether the collection has them is checked later.
pub(crate) fn take_props(members: &mut Members) -> Result<Option<Vec<String>>, Error> {
    let path = members.path_of("props");
    let Some(props) = members.optional_list("props", &mut json::text)? else { return Ok(None) };
    if props.is_empty() {
        return Err(Error::bad_request(path, "must not be an empty list"));
    }
    Ok(Some(without_repeats(props)))
}

/// The tags that a request gives a token, and those that must be unique.
#[derive(Clone, Default)]
pub(crate) struct Tags {
    /// None: the request says nothing of tags.
    pub(crate) tags: Option<Vec<String>>,
    /// A subset of `tags`.
    pub(crate) unique: Vec<String>,
}

impl Tags {
    pub(crate) fn take(members: &mut Members, max_tags: usize) -> Result<Self, Error> {
        let tags = take_tags(members, "tags", max_tags)?;
        let unique_path = members.path_of("ensure_unique_tenant_tags");
        let unique = take_tags(members, "ensure_unique_tenant_tags", max_tags)?.unwrap_or_default();
        let known = tags.as_deref().unwrap_or_default();
        if !unique.iter().all(|tag| known.contains(tag)) {
            return Err(Error::bad_request(unique_path, "must be a subset of `tags`"));
        }
        Ok(Self { tags, unique })
    }
}

/// A body's list of tags; it may be empty.
pub(crate) fn take_tags(
    members: &mut Members,
    member: &str,
    max_tags: usize,
) -> Result<Option<Vec<String>>, Error> {
    let path = members.path_of(member);
    let Some(tags) = members.optional_list(member, &mut name)? else { return Ok(None) };
    let tags = without_repeats(tags);
    if tags.len() > max_tags {
        return Err(Error::bad_request(path, "must be at most `settings.maxTags` tags"));
    }
    Ok(Some(tags))
}

impl EncryptionType {
    /// `type`, where it is given.
    pub(crate) fn take(members: &mut Members) -> Result<Option<Self>, Error> {
        let path = members.path_of("type");
        let Some(name) = members.optional_text("type")? else { return Ok(None) };
        let known =
            [Self::Randomized, Self::Deterministic].into_iter().find(|it| it.name() == name);
        known.map(Some).ok_or_else(|| Error::bad_request(path, "is not an encryption type"))
    }
}

/// When something expires, counted from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// Never.
    Never,
    /// So many seconds from now; 0 is at once.
    After(u64),
}

impl Expiry {
    /// `expirationSecs`: absent, `""` for never, or seconds.
    pub(crate) fn take(members: &mut Members) -> Result<Option<Self>, Error> {
        let Some(text) = members.optional_text("expirationSecs")? else { return Ok(None) };
        if text.is_empty() {
            return Ok(Some(Self::Never));
        }
        let digits = text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = text.parse().ok().filter(|seconds| digits && *seconds <= MAX_LIFE_SECS);
        seconds.map(|seconds| Some(Self::After(seconds))).ok_or_else(|| {
            Error::bad_request(
                members.path_of("expirationSecs"),
                "must be empty, or a whole number of seconds from 0 to 3153600000, as text",
            )
        })
    }

    /// A setting in which none means never.
    pub(crate) fn from_setting(seconds: Option<u64>) -> Self {
        seconds.map_or(Self::Never, Self::After)
    }

    pub(crate) fn at(self, now: Millis) -> Option<Millis> {
        match self {
            Self::Never => None,
            Self::After(seconds) => Some(after(now, seconds)),
        }
    }
}

/// So many seconds after a time.
pub(crate) fn after(time: Millis, seconds: u64) -> Millis {
    time.saturating_add_unsigned(seconds.saturating_mul(1_000))
}

/// `transactionId`.
pub(crate) fn take_transaction_id(members: &mut Members) -> Result<Option<String>, Error> {
    take_name(members, "transactionId")
}

/// An optional member of 1 to 256 characters: a scope, a tenant, a transaction ID.
pub(crate) fn take_name(members: &mut Members, member: &str) -> Result<Option<String>, Error> {
    let path = members.path_of(member);
    members.optional(member).map(|value| name(value, &path)).transpose()
}

/// A text of 1 to 256 characters.
pub(crate) fn name(value: Json, path: &str) -> Result<String, Error> {
    let text = json::text(value, path)?;
    if text.is_empty() || text.chars().count() > MAX_NAME {
        return Err(Error::bad_request(path, "must be text of 1 to 256 characters"));
    }
    Ok(text)
}

/// A token ID: 1 to 128 of `[A-Za-z0-9_-]`.
pub(crate) fn token_id(value: Json, path: &str) -> Result<String, Error> {
    let text = json::text(value, path)?;
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if text.is_empty() || text.len() > MAX_TOKEN_ID || !text.bytes().all(legal) {
        return Err(Error::bad_request(
            path,
            "must be 1 to 128 letters, digits, hyphens or underscores",
        ));
    }
    Ok(text)
}

/// A list in a query: not empty, at most 100 items, each once.
fn query_list(
    members: &mut Members,
    member: &str,
    item: Item<'_, String>,
) -> Result<Option<Vec<String>>, Error> {
    let path = members.path_of(member);
    let Some(items) = members.optional_list(member, item)? else { return Ok(None) };
    if items.is_empty() || items.len() > MAX_QUERY_ITEMS {
        return Err(Error::bad_request(path, "must be a list of 1 to 100 items"));
    }
    Ok(Some(without_repeats(items)))
}

fn short_text(members: &mut Members, member: &str, max: usize) -> Result<Option<String>, Error> {
    let path = members.path_of(member);
    let text = members.optional_text(member)?;
    if text.as_ref().is_some_and(|text| text.chars().count() > max) {
        return Err(Error::bad_request(path, "must be text of at most 1024 characters"));
    }
    Ok(text)
}

fn without_repeats(mut items: Vec<String>) -> Vec<String> {
    let mut firsts = firsts(items.iter().map(String::as_str)).into_iter();
    items.retain(|_| firsts.next().unwrap_or(true));
    items
}
