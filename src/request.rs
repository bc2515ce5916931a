//! What every request has in common, and the forms its members take. Parse, don't validate: past
//! this door a token ID, a tag or an expiry that could be wrong cannot be built.

use alloc::string::String;
use alloc::vec::Vec;

use crate::datatype::character_count;
use crate::error::{Error, ErrorKind};
use crate::host::{Millis, State};
use crate::json::{ANY_TEXT, Form, Members, firsts_of};
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
pub(crate) struct Common<'a> {
    pub(crate) collection: &'a str,
    reason: Option<&'a str>,
    pub(crate) adhoc_reason: Option<&'a str>,
    pub(crate) custom_audit: Option<&'a str>,
    pub(crate) reload_cache: bool,
    /// The tenants that confine the request, each once; none: unconfined.
    pub(crate) tenants: Vec<&'a str>,
    /// One more list of tenants, of one.
    tenant_too: Option<&'a str>,
}

impl<'a> Common<'a> {
    pub(crate) fn take(members: &mut Members<'a>) -> Self {
        Self {
            collection: members.text("collection", &ANY_TEXT),
            reason: members.optional_text("reason", &ANY_TEXT),
            adhoc_reason: members.optional_text("adhocReason", &NOTE),
            custom_audit: members.optional_text("customAudit", &NOTE),
            reload_cache: members.flag("reloadCache", false),
            tenants: query_list(members, "xTenantId", &NAME).unwrap_or_default(),
            tenant_too: None,
        }
    }

    /// Confines the request to this tenant as well.
    pub(crate) fn confine_to(&mut self, tenant: &'a str) {
        if self.tenants.is_empty() {
            self.tenants.push(tenant);
        } else {
            self.tenant_too = Some(tenant);
        }
    }

    /// Step 3 of every operation.
    pub(crate) fn reason(&self, forced: bool) -> Result<&'static str, Error> {
        let reason = match self.reason.unwrap_or_default() {
            "" if forced => return Err(ErrorKind::ReasonMissing.into()),
            "" => "AppFunctionality",
            given => REASONS
                .into_iter()
                .find(|reason| *reason == given)
                .ok_or(ErrorKind::ReasonUnknown)?,
        };
        if reason == OTHER && self.adhoc_reason.unwrap_or_default().is_empty() {
            return Err(ErrorKind::AdhocReasonMissing.into());
        }
        Ok(reason)
    }

    /// Whether the request's tenant list, where it has one, holds this tenant.
    pub(crate) fn admits(&self, tenant: Option<&str>) -> bool {
        self.tenants.is_empty() || tenant.is_some_and(|tenant| self.admitted(tenant))
    }

    /// The tenants whose tokens a query may match; none: it matches those of all, and of none.
    pub(crate) fn confinement(&self) -> Option<Vec<&'a str>> {
        if self.tenants.is_empty() {
            return None;
        }
        let mut admitted = Vec::with_capacity(self.tenants.len());
        for tenant in &self.tenants {
            if self.admitted(tenant) {
                admitted.push(*tenant);
            }
        }
        Some(admitted)
    }

    fn admitted(&self, tenant: &str) -> bool {
        self.tenants.contains(&tenant) && self.tenant_too.is_none_or(|too| too == tenant)
    }
}

/// Which tokens a query means.
pub(crate) struct TokenQuery<'a> {
    /// By ID, each once, in the order asked.
    pub(crate) token_ids: Option<Vec<&'a str>>,
    /// All of these tags.
    pub(crate) tags: Option<Vec<&'a str>>,
    /// Active ones, or archived ones.
    pub(crate) state: State,
}

impl<'a> TokenQuery<'a> {
    /// Takes `tokenIds`, `tags` and `objectIds`; the state is the operation's to set.
    pub(crate) fn take(members: &mut Members<'a>) -> Self {
        Self::take_named(members, "tokenIds", "objectIds")
    }

    /// Takes the same from a body, where the names are REST's.
    pub(crate) fn take_body(members: &mut Members<'a>) -> Result<Self, Error> {
        let mut body = Members::of(members.required("requestBody")?, "requestBody");
        let query = Self::take_named(&mut body, "token_ids", "object_ids");
        body.finish()?;
        Ok(query)
    }

    fn take_named(members: &mut Members<'a>, token_ids: &str, object_ids: &'static str) -> Self {
        let token_ids = take_token_ids(members, token_ids);
        let tags = query_list(members, "tags", &NAME);
        if query_list(members, object_ids, &ANY_TEXT).is_some() {
            members.refuse_with(ErrorKind::NotImplemented { feature: object_ids }.into());
        }
        Self { token_ids, tags, state: State::Active }
    }
}

/// Token IDs, each once, in the order asked.
pub(crate) fn take_token_ids<'a>(members: &mut Members<'a>, member: &str) -> Option<Vec<&'a str>> {
    let ids = members.optional_texts(member, &TOKEN_ID);
    filled(members, member, ids).map(without_repeats)
}

/// `options`, of which the operation knows these.
pub(crate) fn take_options<'a>(members: &mut Members<'a>, known: &[&str]) -> Vec<&'a str> {
    let form =
        Form { fits: &|text| known.contains(&text), problem: "is not an option of this operation" };
    let options = members.optional_texts("options", &form);
    filled(members, "options", options).unwrap_or_default()
}

/// `props`: names of properties, each once. Whether the collection has them is checked later.
pub(crate) fn take_props<'a>(members: &mut Members<'a>) -> Option<Vec<&'a str>> {
    let props = members.optional_texts("props", &ANY_TEXT);
    filled(members, "props", props).map(without_repeats)
}

/// The tags that a request gives a token, and those that must be unique.
#[derive(Clone, Default)]
pub(crate) struct Tags<'a> {
    /// None: the request says nothing of tags.
    pub(crate) tags: Option<Vec<&'a str>>,
    /// A subset of `tags`.
    pub(crate) unique: Vec<&'a str>,
}

impl<'a> Tags<'a> {
    pub(crate) fn take(members: &mut Members<'a>, max_tags: usize) -> Self {
        const UNIQUE: &str = "ensure_unique_tenant_tags";
        let tags = take_tags(members, "tags", max_tags);
        let unique = take_tags(members, UNIQUE, max_tags).unwrap_or_default();
        let known = tags.as_deref().unwrap_or_default();
        if !unique.iter().all(|tag| known.contains(tag)) {
            members.refuse(UNIQUE, "must be a subset of `tags`");
        }
        Self { tags, unique }
    }
}

/// A body's list of tags; it may be empty.
pub(crate) fn take_tags<'a>(
    members: &mut Members<'a>,
    member: &str,
    max_tags: usize,
) -> Option<Vec<&'a str>> {
    let tags = without_repeats(members.optional_texts(member, &NAME)?);
    if tags.len() > max_tags {
        members.refuse(member, "must be at most `settings.maxTags` tags");
    }
    Some(tags)
}

impl EncryptionType {
    /// `type`, where it is given.
    pub(crate) fn take(members: &mut Members<'_>) -> Option<Self> {
        let name = members.optional_text("type", &ANY_TEXT)?;
        let known =
            [Self::Randomized, Self::Deterministic].into_iter().find(|it| it.name() == name);
        if known.is_none() {
            members.refuse("type", "is not an encryption type");
        }
        known
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
    pub(crate) fn take(members: &mut Members<'_>) -> Option<Self> {
        let text = members.optional_text("expirationSecs", &ANY_TEXT)?;
        if text.is_empty() {
            return Some(Self::Never);
        }
        let is_number = text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit());
        let mut seconds = 0;
        for digit in text.bytes().take(10) {
            seconds = seconds * 10 + u64::from(digit.wrapping_sub(b'0'));
        }
        if !is_number || seconds > MAX_LIFE_SECS {
            members.refuse(
                "expirationSecs",
                "must be empty, or a whole number of seconds from 0 to 3153600000, as text",
            );
            return None;
        }
        Some(Self::After(seconds))
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
pub(crate) fn take_transaction_id<'a>(members: &mut Members<'a>) -> Option<&'a str> {
    take_name(members, "transactionId")
}

/// An optional member that is a name.
pub(crate) fn take_name<'a>(members: &mut Members<'a>, member: &str) -> Option<&'a str> {
    members.optional_text(member, &NAME)
}

/// A scope, a tenant, a tag, a transaction ID.
pub(crate) const NAME: Form<'static> = Form {
    fits: &|text| !text.is_empty() && character_count(text) <= MAX_NAME,
    problem: "must be text of 1 to 256 characters",
};

/// A token ID: `[A-Za-z0-9_-]{1,128}`.
pub(crate) const TOKEN_ID: Form<'static> = Form {
    fits: &|text| {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        !text.is_empty() && text.len() <= MAX_TOKEN_ID && text.bytes().all(legal)
    },
    problem: "must be 1 to 128 letters, digits, hyphens or underscores",
};

const NOTE: Form<'static> = Form {
    fits: &|text| character_count(text) <= MAX_NOTE,
    problem: "must be text of at most 1024 characters",
};

/// A list in a query: not empty, at most 100 items, each once.
fn query_list<'a>(
    members: &mut Members<'a>,
    member: &str,
    form: &Form<'_>,
) -> Option<Vec<&'a str>> {
    let items = members.optional_texts(member, form)?;
    if items.is_empty() || items.len() > MAX_QUERY_ITEMS {
        members.refuse(member, "must be a list of 1 to 100 items");
    }
    Some(without_repeats(items))
}

/// A list, if it is there, that is not empty.
fn filled<'a>(
    members: &mut Members<'_>,
    member: &str,
    items: Option<Vec<&'a str>>,
) -> Option<Vec<&'a str>> {
    if items.as_ref().is_some_and(Vec::is_empty) {
        members.refuse(member, "must not be an empty list");
    }
    items
}

fn without_repeats(items: Vec<&str>) -> Vec<&str> {
    let mut kept = Vec::with_capacity(items.len());
    for (item, is_first) in items.iter().zip(firsts_of(&items)) {
        if is_first {
            kept.push(*item);
        }
    }
    kept
}

/// The texts as copies of their own.
pub(crate) fn owned(texts: &[&str]) -> Vec<String> {
    let mut owned = Vec::with_capacity(texts.len());
    for text in texts {
        owned.push(String::from(*text));
    }
    owned
}
