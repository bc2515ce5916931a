//! Settings, with their defaults and bounds.

use crate::collection::as_configuration;
use crate::error::{Error, ErrorKind};
use crate::json::{Json, Members, as_whole};

/// A hundred years: the longest life an expiry can give.
pub(crate) const MAX_LIFE_SECS: u64 = 3_153_600_000;

/// Far above what any store takes; a number that JavaScript still carries exactly.
const MAX_STORE_LIMIT: u64 = 9_007_199_254_740_991;

/// What the host may set; the names are those of `settings`.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Whether a request must give an access reason.
    pub(crate) force_access_reason: bool,
    /// The life of a token whose request says nothing; none: for ever.
    pub(crate) token_ttl_secs: Option<u64>,
    /// Tags a token.
    pub(crate) max_tags: usize,
    /// Tokens named, matched or made in one call.
    pub(crate) max_tokens: usize,
    /// Bytes of sealed rows read, and sealed, in one pass.
    pub(crate) max_bytes: u64,
    /// How long a transaction ID is remembered.
    pub(crate) transaction_ttl_secs: u64,
    /// How long after its expiry a store may delete a token; none: never.
    pub(crate) archived_retention_secs: Option<u64>,
}

impl Settings {
    pub(crate) fn parse(value: Json) -> Result<Self, Error> {
        let mut members = Members::of(value, "settings").map_err(as_configuration)?;
        let force_access_reason =
            members.optional_bool("forceAccessReason").map_err(as_configuration)?.unwrap_or(true);
        let settings = Self {
            force_access_reason,
            token_ttl_secs: nullable(&mut members, "tokenTtlSecs", 0, MAX_LIFE_SECS)?,
            max_tags: size(&mut members, "maxTags", 10, 1, 1_000)?,
            max_tokens: size(&mut members, "maxTokens", 10_000, 1, 10_000_000)?,
            max_bytes: whole(&mut members, "maxBytes", 1, 1 << 31)?.unwrap_or(16 << 20),
            transaction_ttl_secs: whole(&mut members, "transactionTtlSecs", 1, MAX_LIFE_SECS)?
                .unwrap_or(86_400),
            archived_retention_secs: nullable(
                &mut members,
                "archivedRetentionSecs",
                0,
                MAX_LIFE_SECS,
            )?,
        };
        // Kept by the package, which holds the timers; checked here with the others.
        whole(&mut members, "timeoutMs", 1, 2_147_483_647)?;
        members.finish().map_err(as_configuration)?;
        Ok(settings)
    }
}

/// What the store can do, as the package read it off the host's store.
#[derive(Debug)]
pub(crate) struct StoreLimits {
    /// Whether it has `write`.
    pub(crate) writable: bool,
    /// Most keys, terms and claims one write may touch.
    pub(crate) max_writes: Option<u64>,
    /// Most bytes of `sealed` in one row.
    pub(crate) max_row_bytes: Option<u64>,
}

impl StoreLimits {
    pub(crate) fn parse(value: Json) -> Result<Self, Error> {
        let mut members = Members::of(value, "store").map_err(as_configuration)?;
        let writable = members.optional_bool("writable").map_err(as_configuration)?;
        let limits = Self {
            writable: writable.unwrap_or(true),
            max_writes: nullable(&mut members, "maxWrites", 1, MAX_STORE_LIMIT)?,
            max_row_bytes: nullable(&mut members, "maxRowBytes", 1, MAX_STORE_LIMIT)?,
        };
        members.finish().map_err(as_configuration)?;
        Ok(limits)
    }
}

/// A whole number within bounds; null and absent both mean none.
fn nullable(members: &mut Members, name: &str, min: u64, max: u64) -> Result<Option<u64>, Error> {
    match members.optional(name) {
        None | Some(Json::Null) => Ok(None),
        Some(value) => number(&value, min, max).map(Some).ok_or_else(|| refused(members, name)),
    }
}

fn whole(members: &mut Members, name: &str, min: u64, max: u64) -> Result<Option<u64>, Error> {
    match members.optional(name) {
        None => Ok(None),
        Some(value) => number(&value, min, max).map(Some).ok_or_else(|| refused(members, name)),
    }
}

fn size(
    members: &mut Members,
    name: &str,
    default: usize,
    min: u64,
    max: u64,
) -> Result<usize, Error> {
    match whole(members, name, min, max)? {
        None => Ok(default),
        Some(value) => usize::try_from(value).map_err(|_| refused(members, name)),
    }
}

fn number(value: &Json, min: u64, max: u64) -> Option<u64> {
    let Json::Number(number) = *value else { return None };
    let number = u64::try_from(as_whole(number)?).ok()?;
    (min..=max).contains(&number).then_some(number)
}

fn refused(members: &Members, name: &str) -> Error {
    ErrorKind::Configuration {
        place: members.path_of(name),
        problem: "is not a whole number within its bounds",
    }
    .into()
}
