//! Settings, with their defaults and bounds.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};

use crate::error::Error;
use crate::json::tree::as_count;

/// A hundred years: the longest life an expiry can give.
pub(crate) const MAX_LIFE_SECS: u64 = 3_153_600_000;

/// Far above what any store takes; a number that JavaScript still carries exactly.
const MAX_STORE_LIMIT: u64 = 9_007_199_254_740_991;

/// What the host may set; the names are those of `settings`.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Settings {
    /// Whether a request must give an access reason.
    pub(crate) force_access_reason: bool,
    /// The life of a token whose request says nothing; none: for ever.
    pub(crate) token_ttl_secs: Nullable<0, MAX_LIFE_SECS>,
    max_tags: Whole<1, 60>,
    /// Tokens named, matched or made in one call.
    pub(crate) max_tokens: Whole<1, 10_000_000>,
    /// Bytes of sealed rows read, and sealed, in one pass.
    pub(crate) max_bytes: Whole<1, { 1 << 31 }>,
    /// How long a transaction ID is remembered.
    pub(crate) transaction_ttl_secs: Whole<1, MAX_LIFE_SECS>,
    /// How long after its expiry a store may delete a token; none: never.
    pub(crate) archived_retention_secs: Nullable<0, MAX_LIFE_SECS>,
    /// How long a callback may take, and how long a call begins passes. The package holds the timers.
    pub(crate) timeout_ms: Whole<1, 2_147_483_647>,
    /// Bytes of a request's text. Kept by the package too, before anything crosses, as the next one is.
    max_request_bytes: Whole<1, { 1 << 31 }>,
    /// Bytes of the requests that are under way.
    max_pending_bytes: Whole<1, { 1 << 31 }>,
}

impl Settings {
    /// What no member says alone.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.max_pending_bytes.0 < self.max_request_bytes.0 {
            let problem = "must not be less than `settings.maxRequestBytes`";
            return Err(Error::bad_request("settings.maxPendingBytes", problem));
        }
        Ok(())
    }

    /// Tags a token.
    pub(crate) fn max_tags(&self) -> usize {
        usize::try_from(self.max_tags.0).unwrap_or(usize::MAX)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            force_access_reason: true,
            token_ttl_secs: Nullable(None),
            max_tags: Whole(10),
            max_tokens: Whole(10_000),
            max_bytes: Whole(16 << 20),
            transaction_ttl_secs: Whole(86_400),
            archived_retention_secs: Nullable(None),
            timeout_ms: Whole(30_000),
            max_request_bytes: Whole(8 << 20),
            max_pending_bytes: Whole(64 << 20),
        }
    }
}

/// What the store can do, as the package read it off the host's store.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StoreLimits {
    /// Whether it has `write`.
    pub(crate) writable: bool,
    /// Most keys, terms and claims one write may touch.
    pub(crate) max_writes: Nullable<1, MAX_STORE_LIMIT>,
    /// Most bytes of `sealed` in one row.
    pub(crate) max_row_bytes: Nullable<1, MAX_STORE_LIMIT>,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self { writable: true, max_writes: Nullable(None), max_row_bytes: Nullable(None) }
    }
}

/// A whole number within bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole<const MIN: u64, const MAX: u64>(pub(crate) u64);

/// The same, or null.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nullable<const MIN: u64, const MAX: u64>(pub(crate) Option<u64>);

impl<'de, const MIN: u64, const MAX: u64> Deserialize<'de> for Whole<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = deserializer.deserialize_any(Bounded::<MIN, MAX>)?;
        number
            .map(Self)
            .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Unit, &Bounded::<MIN, MAX>))
    }
}

impl<'de, const MIN: u64, const MAX: u64> Deserialize<'de> for Nullable<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Bounded::<MIN, MAX>).map(Self)
    }
}

/// Reads a whole number within bounds, or null.
struct Bounded<const MIN: u64, const MAX: u64>;

impl<const MIN: u64, const MAX: u64> Visitor<'_> for Bounded<MIN, MAX> {
    type Value = Option<u64>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a whole number from {MIN} to {MAX}")
    }

    fn visit_unit<E>(self) -> Result<Option<u64>, E> {
        Ok(None)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Option<u64>, E> {
        match as_count(number).filter(|whole| (MIN..=MAX).contains(whole)) {
            Some(whole) => Ok(Some(whole)),
            None => Err(E::invalid_value(de::Unexpected::Float(number), &self)),
        }
    }
}
