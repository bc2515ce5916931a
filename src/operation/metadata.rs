//! What an answer says of a token, or of a ciphertext, beside its data.

use std::num::NonZero;

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;
use time::format_description::well_known::iso8601::{Config, EncodedConfig, TimePrecision};

use crate::error::Error;
use crate::host::Millis;
use crate::sealing::ciphertext::Ciphertext;
use crate::sealing::head::Head;

/// How much is said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Type, scope, times and tags.
    Plain,
    /// That, and `agg`.
    Aggregated,
}

/// What is known of a token. Times are RFC 3339 in UTC, or null.
#[derive(Serialize)]
pub(crate) struct TokenMetadata<'a> {
    #[serde(rename = "type")]
    token_type: &'static str,
    scope: &'a str,
    token_id: &'a str,
    tokens: [TokenState<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    agg: Option<Aggregate>,
}

#[derive(Serialize)]
struct TokenState<'a> {
    creation_time: String,
    expiration_time: Option<String>,
    effective_expiration_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_tenant_id: Option<&'a str>,
    tags: &'a [String],
}

#[derive(Serialize)]
struct Aggregate {
    max_effective_expiration_time: Option<String>,
}

impl<'a> TokenMetadata<'a> {
    pub(crate) fn new(
        head: &'a Head,
        expires_at: Option<Millis>,
        detail: Detail,
    ) -> Result<Self, Error> {
        let expiration = expires_at.map(rfc3339).transpose()?;
        Ok(Self {
            token_type: head.token_type.name(),
            scope: &head.scope,
            token_id: &head.token_id,
            tokens: [TokenState {
                creation_time: rfc3339(head.created_at)?,
                expiration_time: expiration.clone(),
                effective_expiration_time: expiration.clone(),
                effective_tenant_id: head.tenant.as_deref(),
                tags: &head.tags,
            }],
            agg: (detail == Detail::Aggregated)
                .then_some(Aggregate { max_effective_expiration_time: expiration }),
        })
    }
}

/// What is known of a ciphertext.
#[derive(Serialize)]
pub(crate) struct CiphertextMetadata<'a> {
    #[serde(rename = "type")]
    encryption_type: &'static str,
    scope: &'a str,
    expiration: Option<String>,
    tags: &'a [String],
}

impl<'a> CiphertextMetadata<'a> {
    pub(crate) fn new(ciphertext: &'a Ciphertext) -> Result<Self, Error> {
        Ok(Self {
            encryption_type: ciphertext.encryption_type.name(),
            scope: &ciphertext.scope,
            expiration: ciphertext.expires_at.map(rfc3339).transpose()?,
            tags: &ciphertext.tags,
        })
    }
}

/// RFC 3339, always with three digits of a second: texts of times sort as the times do. (The library's
/// `Rfc3339` leaves zeros out.)
const MILLISECONDS: EncodedConfig = Config::DEFAULT
    .set_time_precision(TimePrecision::Second { decimal_digits: NonZero::new(3) })
    .encode();

fn rfc3339(time: Millis) -> Result<String, Error> {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(time) * 1_000_000);
    let text = moment.ok().and_then(|moment| moment.format(&Iso8601::<MILLISECONDS>).ok());
    text.ok_or_else(|| Error::internal("a time could not be written"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_times_sort_as_the_times_do() {
        let texts = |times: [Millis; 6]| times.map(|time| rfc3339(time).ok());
        let texts = texts([0, 1, 99, 100, 150, 1_000]);
        assert!(texts.is_sorted(), "{texts:?}");
        assert!(texts.iter().flatten().all(|text| text.len() == 24), "{texts:?}");
    }

    #[test]
    fn years_before_0_and_after_9999_have_no_text() {
        for (time, text) in [
            (-62_167_219_200_001, None),
            (-62_167_219_200_000, Some("0000-01-01T00:00:00.000Z")),
            (-1, Some("1969-12-31T23:59:59.999Z")),
            (0, Some("1970-01-01T00:00:00.000Z")),
            (1_078_012_800_120, Some("2004-02-29T00:00:00.120Z")),
            (253_402_300_799_999, Some("9999-12-31T23:59:59.999Z")),
            (253_402_300_800_000, None),
            (Millis::MIN, None),
            (Millis::MAX, None),
        ] {
            assert_eq!(rfc3339(time).ok().as_deref(), text, "{time}");
        }
    }
}
