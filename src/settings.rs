//! Settings, with their defaults and bounds.

use crate::error::Error;
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
    pub(crate) fn parse(value: &Json) -> Result<Self, Error> {
        let mut members = Members::of(value, "settings");
        let settings = Self {
            force_access_reason: members.flag("forceAccessReason", true),
            token_ttl_secs: nullable(&mut members, "tokenTtlSecs", 0, MAX_LIFE_SECS),
            max_tags: size(&mut members, "maxTags", 10, 1_000),
            max_tokens: size(&mut members, "maxTokens", 10_000, 10_000_000),
            max_bytes: whole(&mut members, "maxBytes", 1, 1 << 31).unwrap_or(16 << 20),
            transaction_ttl_secs: whole(&mut members, "transactionTtlSecs", 1, MAX_LIFE_SECS)
                .unwrap_or(86_400),
            archived_retention_secs: nullable(
                &mut members,
                "archivedRetentionSecs",
                0,
                MAX_LIFE_SECS,
            ),
        };
        // Kept by the package, which holds the timers; checked here with the others.
        whole(&mut members, "timeoutMs", 1, 2_147_483_647);
        members.finish()?;
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
    pub(crate) fn parse(value: &Json) -> Result<Self, Error> {
        let mut members = Members::of(value, "store");
        let limits = Self {
            writable: members.flag("writable", true),
            max_writes: nullable(&mut members, "maxWrites", 1, MAX_STORE_LIMIT),
            max_row_bytes: nullable(&mut members, "maxRowBytes", 1, MAX_STORE_LIMIT),
        };
        members.finish()?;
        Ok(limits)
    }
}

/// A whole number within bounds; null and absent both mean none.
fn nullable(members: &mut Members<'_>, name: &str, min: u64, max: u64) -> Option<u64> {
    match members.optional(name)? {
        Json::Null => None,
        value => number(members, name, value, min, max),
    }
}

fn whole(members: &mut Members<'_>, name: &str, min: u64, max: u64) -> Option<u64> {
    let value = members.optional(name)?;
    number(members, name, value, min, max)
}

/// A count, at least 1.
fn size(members: &mut Members<'_>, name: &str, default: usize, max: u64) -> usize {
    let size = whole(members, name, 1, max).and_then(|size| usize::try_from(size).ok());
    size.unwrap_or(default)
}

fn number(members: &mut Members<'_>, name: &str, value: &Json, min: u64, max: u64) -> Option<u64> {
    let number = match *value {
        Json::Number(number) => as_whole(number).and_then(|number| u64::try_from(number).ok()),
        _ => None,
    };
    let number = number.filter(|number| (min..=max).contains(number));
    if number.is_none() {
        members.refuse(name, "is not a whole number within its bounds");
    }
    number
}
