//! What an answer says of a token beside its data.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::Error;
use crate::host::Millis;
use crate::json::Json;
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
    let mut token = vec![
        member("creation_time", Json::text(&rfc3339(head.created_at)?)),
        member("expiration_time", expiration.clone()),
        member("effective_expiration_time", expiration.clone()),
    ];
    if let Some(tenant) = &head.tenant {
        token.push(member("effective_tenant_id", Json::text(tenant)));
    }
    token.push(member("tags", Json::List(head.tags.iter().map(|tag| Json::text(tag)).collect())));
    let mut metadata = vec![
        member("type", Json::text(head.token_type.name())),
        member("scope", Json::text(&head.scope)),
        member("token_id", Json::text(&head.token_id)),
        member("tokens", Json::List(vec![Json::Object(token)])),
    ];
    if detail == Detail::Aggregated {
        let aggregated = vec![member("max_effective_expiration_time", expiration)];
        metadata.push(member("agg", Json::Object(aggregated)));
    }
    Ok(Json::Object(metadata))
}

fn member(name: &str, value: Json) -> (String, Json) {
    (name.to_owned(), value)
}

fn rfc3339(time: Millis) -> Result<String, Error> {
    let nanoseconds = i128::from(time) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .ok_or(Error::Internal("a time could not be written"))
}
