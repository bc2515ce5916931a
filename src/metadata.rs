//! What an answer says of a token beside its data.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::Error;
use crate::host::Millis;
use crate::json::{Json, object};
use crate::sealing::Head;

/// How much is said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Type, scope, times and tags.
    Plain,
    /// That, and `agg`.
    Aggregated,
}

/// `{type, scope, token_id, tokens: [{creation_time, expiration_time, …}]}`: one entry in `tokens`,
/// times in RFC 3339 and UTC, or null.
pub(crate) fn describe(
    head: &Head,
    expires_at: Option<Millis>,
    detail: Detail,
) -> Result<Json, Error> {
    let expiration = match expires_at {
        Some(time) => Json::text(&rfc3339(time)?),
        None => Json::Null,
    };
    let mut token = object([
        ("creation_time", Json::text(&rfc3339(head.created_at)?)),
        ("expiration_time", expiration.clone()),
        ("effective_expiration_time", expiration.clone()),
    ]);
    token.add("effective_tenant_id", head.tenant.as_deref());
    token.push("tags", Json::texts(&head.tags));
    let mut metadata = object([
        ("type", Json::text(head.token_type.name())),
        ("scope", Json::text(&head.scope)),
        ("token_id", Json::text(&head.token_id)),
        ("tokens", Json::List(vec![token])),
    ]);
    if detail == Detail::Aggregated {
        metadata.push("agg", object([("max_effective_expiration_time", expiration)]));
    }
    Ok(metadata)
}

fn rfc3339(time: Millis) -> Result<String, Error> {
    let nanoseconds = i128::from(time) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .ok_or_else(|| Error::internal("a time could not be written"))
}
