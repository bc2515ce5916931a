//! Texts, where the standard library's way is made for long ones and would be a kilobyte of wasm.

/// What stands before the first of these, and what begins with it.
pub(crate) fn split_before<'a>(text: &'a str, ends: &[u8]) -> (&'a str, &'a str) {
    let end = text.bytes().position(|byte| ends.contains(&byte));
    end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, ""))
}
