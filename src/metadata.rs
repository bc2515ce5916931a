//! What an answer says of a token, or of a ciphertext, beside its data.

use alloc::string::String;

use time::OffsetDateTime;

use crate::error::Error;
use crate::host::Millis;
use crate::json::{Json, Writer};
use crate::sealing::{Ciphertext, Head};

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
    writer: &mut Writer,
    head: &Head,
    expires_at: Option<Millis>,
    detail: Detail,
) -> Result<(), Error> {
    let expiration = expires_at.map(rfc3339).transpose()?;
    writer.begin('{');
    writer.member("type", head.token_type.name());
    writer.member("scope", &head.scope);
    writer.member("token_id", &head.token_id);
    writer.key("tokens");
    writer.begin('[');
    writer.begin('{');
    writer.member("creation_time", &rfc3339(head.created_at)?);
    write_time(writer, "expiration_time", expiration.as_deref());
    write_time(writer, "effective_expiration_time", expiration.as_deref());
    writer.optional("effective_tenant_id", head.tenant.as_deref());
    writer.texts("tags", &head.tags);
    writer.end('}');
    writer.end(']');
    if detail == Detail::Aggregated {
        writer.key("agg");
        writer.begin('{');
        write_time(writer, "max_effective_expiration_time", expiration.as_deref());
        writer.end('}');
    }
    writer.end('}');
    Ok(())
}

/// `{type, scope, expiration, tags}`
pub(crate) fn describe_ciphertext(
    writer: &mut Writer,
    ciphertext: &Ciphertext,
) -> Result<(), Error> {
    writer.begin('{');
    writer.member("type", ciphertext.encryption_type.name());
    writer.member("scope", &ciphertext.scope);
    let expiration = ciphertext.expires_at.map(rfc3339).transpose()?;
    write_time(writer, "expiration", expiration.as_deref());
    writer.texts("tags", &ciphertext.tags);
    writer.end('}');
    Ok(())
}

/// A member that is a time, or null.
fn write_time(writer: &mut Writer, name: &str, time: Option<&str>) {
    match time {
        Some(time) => writer.member(name, time),
        None => {
            writer.key(name);
            writer.value(&Json::Null);
        }
    }
}

/// Milliseconds as far as they are not zero: the shortest text of the moment.
fn rfc3339(time: Millis) -> Result<String, Error> {
    let moment = OffsetDateTime::from_unix_timestamp(time.div_euclid(1_000));
    let moment = moment.ok().filter(|moment| moment.year() >= 0);
    let moment = moment.ok_or_else(|| Error::internal("a time could not be written"))?;
    let mut text = String::with_capacity(24);
    push_digits(&mut text, moment.year().unsigned_abs(), 1_000);
    for (before, number) in [
        ('-', u8::from(moment.month())),
        ('-', moment.day()),
        ('T', moment.hour()),
        (':', moment.minute()),
        (':', moment.second()),
    ] {
        text.push(before);
        push_digits(&mut text, number.into(), 10);
    }
    if let Ok(fraction @ 1..) = u32::try_from(time.rem_euclid(1_000)) {
        text.push('.');
        push_digits(&mut text, fraction, 100);
        while text.ends_with('0') {
            text.pop();
        }
    }
    text.push('Z');
    Ok(text)
}

/// Writes a number from the digit that has this value on.
fn push_digits(text: &mut String, number: u32, first: u32) {
    let mut value = first;
    while value > 0 {
        text.extend(char::from_digit(number / value % 10, 10));
        value /= 10;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::format_description::well_known::Rfc3339;

    use super::*;

    #[test]
    fn years_before_0_and_after_9999_have_no_text() {
        for (time, text) in [
            (-62_167_219_200_001, None),
            (-62_167_219_200_000, Some("0000-01-01T00:00:00Z")),
            (-1, Some("1969-12-31T23:59:59.999Z")),
            (0, Some("1970-01-01T00:00:00Z")),
            (1_078_012_800_120, Some("2004-02-29T00:00:00.12Z")),
            (253_402_300_799_999, Some("9999-12-31T23:59:59.999Z")),
            (253_402_300_800_000, None),
            (Millis::MIN, None),
            (Millis::MAX, None),
        ] {
            assert_eq!(rfc3339(time).ok().as_deref(), text, "{time}");
        }
    }

    proptest! {
        #[test]
        fn the_text_is_the_one_a_library_writes(time in -62_167_219_200_000..253_402_300_800_000_i64) {
            let library = OffsetDateTime::from_unix_timestamp_nanos(i128::from(time) * 1_000_000);
            let library = library.ok().and_then(|time| time.format(&Rfc3339).ok());
            prop_assert_eq!(rfc3339(time).ok(), library);
        }
    }
}
