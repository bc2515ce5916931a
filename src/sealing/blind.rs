//! The blind index: what the store sees instead of names, IDs and data.
//!
//! Each entry is the first 16 bytes of HMAC-SHA-256 under the index key over one byte of kind and
//! the parts. A text part is its length in four bytes (big-endian) and its bytes; an absent one is
//! four bytes of 255; a list is its count in four bytes and its texts.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::head::TokenType;
use crate::error::{Error, ErrorKind};
use crate::host::Label;

const ABSENT: u32 = u32::MAX;

#[derive(Clone, Copy)]
enum Kind {
    Token = 1,
    Pci = 2,
    PciOneway = 3,
    UniqueTag = 4,
    Transaction = 5,
    All = 6,
    Collection = 7,
    Tenant = 8,
    Tag = 9,
    Id = 10,
    Request = 11,
}

/// Derives terms, claims and deterministic token IDs.
pub(crate) struct BlindIndex {
    mac: Hmac<Sha256>,
}

impl BlindIndex {
    pub(super) fn new(mac: Hmac<Sha256>) -> Self {
        Self { mac }
    }

    /// The claim of every token.
    pub(crate) fn derive_token_claim(&self, collection: &str, token_id: &str) -> Result<Label, Error> {
        self.derive(Message::of(Kind::Token).text(collection)?.text(token_id)?)
    }

    /// The claim by which a `pci` or `pci_oneway` token is found by its data; other types have none.
    pub(crate) fn derive_data_claim(
        &self,
        token_type: TokenType,
        collection: &str,
        tenant: Option<&str>,
        scope: &str,
        canonical: &str,
    ) -> Result<Option<Label>, Error> {
        let kind = match token_type {
            TokenType::Pci => Kind::Pci,
            TokenType::PciOneway => Kind::PciOneway,
            TokenType::Randomized | TokenType::Deterministic => return Ok(None),
        };
        let message =
            Message::of(kind).text(collection)?.optional(tenant)?.text(scope)?.text(canonical)?;
        self.derive(message).map(Some)
    }

    /// The claim of a tag that was made unique in its tenant.
    pub(crate) fn derive_unique_tag_claim(
        &self,
        collection: &str,
        tenant: Option<&str>,
        tag: &str,
    ) -> Result<Label, Error> {
        self.derive(Message::of(Kind::UniqueTag).text(collection)?.optional(tenant)?.text(tag)?)
    }

    /// The claim of a transaction's row; `tenants` are sorted.
    pub(crate) fn derive_transaction_claim(
        &self,
        operation: &str,
        collection: &str,
        tenants: &[&str],
        transaction_id: &str,
    ) -> Result<Label, Error> {
        let message = Message::of(Kind::Transaction)
            .text(operation)?
            .text(collection)?
            .list(tenants)?
            .text(transaction_id)?;
        self.derive(message)
    }

    /// The term of every row.
    pub(crate) fn derive_all_term(&self) -> Result<Label, Error> {
        self.derive(Message::of(Kind::All))
    }

    /// The term of every token of a collection.
    pub(crate) fn derive_collection_term(&self, collection: &str) -> Result<Label, Error> {
        self.derive(Message::of(Kind::Collection).text(collection)?)
    }

    /// The term of the tokens of a tenant, or of those that have none.
    pub(crate) fn derive_tenant_term(
        &self,
        collection: &str,
        tenant: Option<&str>,
    ) -> Result<Label, Error> {
        self.derive(Message::of(Kind::Tenant).text(collection)?.optional(tenant)?)
    }

    /// The term of the tokens that have a tag.
    pub(crate) fn derive_tag_term(&self, collection: &str, tag: &str) -> Result<Label, Error> {
        self.derive(Message::of(Kind::Tag).text(collection)?.text(tag)?)
    }

    /// The ID of a `deterministic` token: a version 8 UUID. `collection` is absent for global scopes.
    pub(crate) fn derive_token_id(
        &self,
        collection: Option<&str>,
        tenant: Option<&str>,
        scope: &str,
        canonical: &str,
    ) -> Result<String, Error> {
        let message = Message::of(Kind::Id)
            .optional(collection)?
            .optional(tenant)?
            .text(scope)?
            .text(canonical)?;
        let bytes = self.digest(&message);
        Ok(uuid::Builder::from_custom_bytes(bytes).into_uuid().hyphenated().to_string())
    }

    /// A blind hash of a request, to tell a repeated one from another under one transaction ID.
    pub(crate) fn derive_request_hash(&self, canonical: &str) -> Result<Label, Error> {
        self.derive(Message::of(Kind::Request).text(canonical)?)
    }

    fn derive(&self, message: Message) -> Result<Label, Error> {
        label(&self.digest(&message))
    }

    fn digest(&self, message: &Message) -> [u8; 16] {
        let mut mac = self.mac.clone();
        mac.update(&message.0);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let mut first = [0; 16];
        for (to, from) in first.iter_mut().zip(digest) {
            *to = from;
        }
        first
    }
}

/// Sixteen bytes as a label.
pub(super) fn label(bytes: &[u8; 16]) -> Result<Label, Error> {
    let mut text = [0; Label::LENGTH];
    Base64UrlUnpadded::encode(bytes, &mut text)
        .ok()
        .and_then(|text| Label::from_bytes(text.as_bytes()))
        .ok_or_else(|| Error::internal("a label could not be written"))
}

/// What is hashed; wiped, for it may hold personal data.
struct Message(Zeroizing<Vec<u8>>);

impl Message {
    fn of(kind: Kind) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(128));
        bytes.push(kind as u8);
        Self(bytes)
    }

    fn text(mut self, text: &str) -> Result<Self, Error> {
        self.length(text.len())?;
        self.0.extend_from_slice(text.as_bytes());
        Ok(self)
    }

    fn optional(mut self, text: Option<&str>) -> Result<Self, Error> {
        match text {
            Some(text) => self.text(text),
            None => {
                self.0.extend_from_slice(&ABSENT.to_be_bytes());
                Ok(self)
            }
        }
    }

    fn list(mut self, texts: &[&str]) -> Result<Self, Error> {
        self.length(texts.len())?;
        texts.iter().try_fold(self, |message, text| message.text(text))
    }

    fn length(&mut self, length: usize) -> Result<(), Error> {
        let length = u32::try_from(length)
            .ok()
            .filter(|length| *length != ABSENT)
            .ok_or(ErrorKind::Internal("a part of the blind index is too long"))?;
        self.0.extend_from_slice(&length.to_be_bytes());
        Ok(())
    }
}
