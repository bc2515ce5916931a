//! A vault over the memory host, and the calls that tests make most.

use std::rc::Rc;

use serde_json::{Value, json};
use vaultlet::host::{Label, Row};
use vaultlet::{Error, Vault};

use super::{Asked, MemoryHost};

/// What a vault is opened with; every part has a default.
pub(crate) struct Setup {
    pub(crate) primary: &'static str,
    pub(crate) data: &'static [&'static str],
    pub(crate) settings: Value,
    pub(crate) store: Value,
    pub(crate) collections: Value,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            primary: "2026",
            data: &["2026"],
            settings: json!({}),
            store: json!({}),
            collections: json!({
                "customers": {"properties": {
                    "email": {"type": "EMAIL"},
                    "name": {"type": "NAME"},
                    "ssn": {"type": "SSN"},
                    "phone": {"type": "PHONE_NUMBER"},
                    "card": {"type": "CC_NUMBER"},
                    "nickname": {"type": "STRING", "nullable": true},
                    "age": {"type": "INTEGER"},
                    "score": {"type": "DOUBLE"},
                    "notes": {"type": "JSON"},
                }},
                "partners": {"properties": {"email": {"type": "EMAIL"}, "name": {"type": "NAME"}}},
            }),
        }
    }
}

impl Setup {
    pub(crate) fn settings(settings: Value) -> Self {
        Self { settings, ..Self::default() }
    }

    pub(crate) fn store(store: Value) -> Self {
        Self { store, ..Self::default() }
    }

    pub(crate) fn keys(primary: &'static str, data: &'static [&'static str]) -> Self {
        Self { primary, data, ..Self::default() }
    }

    fn open(&self) -> Vault {
        let configuration = json!({
            "primary": self.primary,
            "data": self.data,
            "collections": self.collections,
            "settings": self.settings,
            "store": self.store,
            "audits": true,
        });
        let names = std::iter::once(&"index").chain(self.data);
        let secrets: Vec<u8> = names.flat_map(|name| secret(name)).collect();
        Vault::open(&configuration.to_string(), &secrets)
            .map_err(|error| serde_json::to_string(&error).unwrap())
            .unwrap()
    }
}

/// The same 32 bytes for the same name.
fn secret(name: &str) -> [u8; 32] {
    let mut bytes = [7; 32];
    for (to, from) in bytes.iter_mut().zip(name.bytes()) {
        *to = from;
    }
    bytes
}

/// A vault and its host.
pub(crate) struct TestVault {
    pub(crate) vault: Vault,
    pub(crate) host: Rc<MemoryHost>,
}

impl TestVault {
    pub(crate) fn open() -> Rc<Self> {
        Self::with(&Setup::default())
    }

    pub(crate) fn with(setup: &Setup) -> Rc<Self> {
        Rc::new(Self { vault: setup.open(), host: Rc::new(MemoryHost::new()) })
    }

    /// Another vault over the same host: other keys, settings or collections.
    pub(crate) fn beside(&self, setup: &Setup) -> Rc<Self> {
        Rc::new(Self { vault: setup.open(), host: Rc::clone(&self.host) })
    }

    /// Runs an operation on request text as it is.
    pub(crate) async fn call_text(&self, operation: &str, request: &str) -> Result<Value, Error> {
        let answer = self.vault.call(&*self.host, operation, request).await?;
        Ok(if answer.is_empty() { Value::Null } else { serde_json::from_str(&answer).unwrap() })
    }

    /// Runs an operation of the collection `customers` for `AppFunctionality`, unless the request
    /// says otherwise.
    pub(crate) fn call(&self, operation: &str, request: Value) -> Result<Value, Error> {
        let request = with_defaults(request).to_string();
        pollster::block_on(self.call_text(operation, &request))
    }

    pub(crate) fn update(&self, request: Value) -> Result<Value, Error> {
        self.call("tokens.update", request)
    }

    pub(crate) fn rotate(&self, request: Value) -> Result<Value, Error> {
        self.call("tokens.rotate", request)
    }

    pub(crate) fn tokenize(&self, request: Value) -> Result<Value, Error> {
        self.call("tokens.tokenize", request)
    }

    pub(crate) fn detokenize(&self, request: Value) -> Result<Value, Error> {
        self.call("tokens.detokenize", request)
    }

    pub(crate) fn search(&self, request: Value) -> Result<Value, Error> {
        self.call("tokens.search", request)
    }

    pub(crate) fn delete(&self, request: Value) -> Result<Value, Error> {
        self.call("tokens.delete", request)
    }

    pub(crate) fn count(&self, request: Value) -> Result<Value, Error> {
        self.call("tokens.count", request)
    }

    pub(crate) fn get_by_transaction_id(&self, request: Value) -> Result<Value, Error> {
        self.call("tokens.transaction", request)
    }

    pub(crate) fn encrypt(&self, request: Value) -> Result<Value, Error> {
        self.call("crypto.encrypt", request)
    }

    /// Tokenizes one request of the array, and answers the token ID.
    pub(crate) fn token(&self, one: Value) -> String {
        let answer = succeeds(self.tokenize(json!({"requestBody": [one]})));
        answer[0]["token_id"].as_str().unwrap().to_owned()
    }

    /// A token of this type with these fields.
    pub(crate) fn token_of(&self, token_type: &str, fields: Value) -> String {
        self.token(json!({"type": token_type, "object": {"fields": fields}}))
    }

    /// A token of this type with an e-mail address.
    pub(crate) fn email_token(&self, token_type: &str) -> String {
        self.token_of(token_type, json!({"email": "jane@example.com"}))
    }

    /// Encrypts one request of the array, and answers the ciphertext.
    pub(crate) fn ciphertext(&self, one: Value) -> String {
        let answer = succeeds(self.encrypt(json!({"requestBody": [one]})));
        answer[0]["ciphertext"].as_str().unwrap().to_owned()
    }

    /// The data of a token; null where there is no such active token.
    pub(crate) fn fields(&self, token_id: &str) -> Value {
        succeeds(self.detokenize(json!({"tokenIds": [token_id]})))[0]["fields"].clone()
    }

    /// What detokenize says of a token beside its data.
    pub(crate) fn metadata(&self, token_id: &str) -> Value {
        let request = json!({"tokenIds": [token_id], "options": ["include_metadata"]});
        succeeds(self.detokenize(request))[0]["metadata"].clone()
    }

    pub(crate) fn tags(&self, token_id: &str) -> Value {
        self.metadata(token_id)["tokens"][0]["tags"].clone()
    }

    /// The row of a token, found by what a call that names it asks the store.
    pub(crate) fn row(&self, token_id: &str) -> Row {
        let claims = vec![self.claim(token_id)];
        self.host.store.answer(&Asked::Claims(claims)).pop().unwrap()
    }

    /// The claim of a token ID of `customers`.
    pub(crate) fn claim(&self, token_id: &str) -> Label {
        let before = self.host.take_events();
        let _ = self.detokenize(json!({"tokenIds": [token_id]}));
        let asked = self.host.reads();
        self.host.restore_events(before);
        let claims = asked.first().and_then(Asked::claims).unwrap();
        *claims.first().unwrap()
    }
}

fn with_defaults(mut request: Value) -> Value {
    let members = request.as_object_mut().unwrap();
    members.entry("collection").or_insert_with(|| "customers".into());
    members.entry("reason").or_insert_with(|| "AppFunctionality".into());
    request
}

/// The answer of a call that must not fail.
pub(crate) fn succeeds(result: Result<Value, Error>) -> Value {
    result.map_err(|error| serde_json::to_string(&error).unwrap()).unwrap()
}

/// The code of a call's error, or `ok`.
pub(crate) fn code<T>(result: &Result<T, Error>) -> &'static str {
    result.as_ref().err().map_or("ok", Error::code)
}

/// A member of the error's context; empty where there is no error or no such member.
pub(crate) fn context<T>(result: &Result<T, Error>, member: &str) -> String {
    let members = result.as_ref().err().map(Error::context).unwrap_or_default();
    members
        .into_iter()
        .find(|(name, _)| *name == member)
        .map(|(_, value)| value)
        .unwrap_or_default()
}
