//! UUIDs as token IDs have them: hyphenated, in lower case.

use alloc::borrow::ToOwned;
use alloc::string::String;

use uuid::Uuid;

pub(super) fn written(uuid: Uuid) -> String {
    uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()).to_owned()
}

/// The UUID that an ID is, if its text is the one that the UUID has.
pub(super) fn read(token_id: &str) -> Option<Uuid> {
    let hyphenated = token_id.len() == 36;
    let lower = !token_id.bytes().any(|byte| byte.is_ascii_uppercase());
    if hyphenated && lower { Uuid::try_parse(token_id).ok() } else { None }
}
