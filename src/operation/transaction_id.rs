//! What a call with a transaction ID is known by.

use std::borrow::Cow;

use crate::error::Error;
use crate::json::text::write_canonical;
use crate::json::tree::{Json, Member, Members};
use crate::label::Label;
use crate::sealing::blind::BlindIndex;

/// What makes two requests the same: query, body, `expirationSecs`, `options`, tenants sorted, and
/// token IDs as a set. Who asks, and why, does not.
const IDENTITY: [&str; 7] =
    ["expirationSecs", "objectIds", "options", "requestBody", "tags", "tokenIds", "xTenantId"];
const SETS: [&str; 2] = ["tokenIds", "xTenantId"];

/// A transaction ID as the store knows it. It belongs to the operation, the collection and the
/// request's tenants: others cannot find it.
pub(crate) struct Identity {
    pub(crate) claim: Label,
    pub(crate) request_hash: Label,
}

impl Identity {
    /// Of the ID that a call's whole request has.
    pub(crate) fn derive(
        index: &BlindIndex,
        operation: &str,
        collection: &str,
        tenants: &[&str],
        id: &str,
        request: &Json<'_>,
    ) -> Result<Self, Error> {
        let claim = derive_claim(index, operation, collection, tenants, id);
        let text = canonical_text(request, operation)?;
        Ok(Self { claim, request_hash: index.derive_request_hash(&text) })
    }
}

/// The claim of a transaction of this operation, in the collection and of these tenants.
pub(crate) fn derive_claim(
    index: &BlindIndex,
    operation: &str,
    collection: &str,
    tenants: &[&str],
    id: &str,
) -> Label {
    let mut tenants = tenants.to_vec();
    tenants.sort_unstable();
    index.derive_transaction_claim(operation, collection, &tenants, id)
}

/// The canonical text of a request.
fn canonical_text(request: &Json<'_>, operation: &str) -> Result<String, Error> {
    let given = if let Json::Object(members) = request { members.as_slice() } else { &[] };
    let mut made: Vec<Member<'_>> = vec![("operation".into(), operation.into())];
    let mut identity = Vec::new();
    for member in given {
        let (name, value) = member;
        if SETS.contains(&&**name) {
            made.push((name.clone(), as_set(value)));
        } else if IDENTITY.contains(&&**name) {
            identity.push(member);
        }
    }
    identity.extend(&made);
    write_canonical(&Members(identity))
}

/// A list of texts, sorted as bytes and without repeats.
fn as_set<'a>(list: &'a Json<'_>) -> Json<'a> {
    let Json::List(items) = list else { return Json::Null };
    let mut texts: Vec<&str> = items
        .iter()
        .filter_map(|item| if let Json::Text(text) = item { Some(&**text) } else { None })
        .collect();
    texts.sort_unstable();
    texts.dedup();
    Json::List(texts.into_iter().map(|text| Json::Text(Cow::Borrowed(text))).collect())
}

/// The operation whose transactions can be asked for by their IDs.
pub(crate) const TOKENIZE: &str = "tokens.tokenize";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::empty_store::vault;

    /// In the order of their bytes; by their UTF-16 units it would be the other one.
    const IN_ORDER: [&str; 2] = ["\u{e000}", "\u{10000}"];

    #[test]
    fn tenants_are_in_the_order_that_the_format_gives_however_they_are_listed() {
        let vault = vault();
        let index = vault.keyring.index();
        let [first, second] = IN_ORDER;
        let expected = index.derive_transaction_claim(TOKENIZE, "c", &IN_ORDER, "t");
        assert_eq!(derive_claim(index, TOKENIZE, "c", &[second, first], "t"), expected);

        let given = format!(r#"{{"xTenantId":["{second}","{first}","{second}"]}}"#);
        let expected = format!(r#"{{"operation":"o","xTenantId":["{first}","{second}"]}}"#);
        let text = Json::parse(&given, "request").and_then(|it| canonical_text(&it, "o"));
        assert_eq!(text.ok(), Some(expected));
    }
}
