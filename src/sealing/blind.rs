//! The blind index: what the store sees instead of names, IDs and data.
//!
//! Each entry is the first 16 bytes of HMAC-SHA-256 under the index key over one byte of kind and
//! the parts. A text part is its length in four bytes (big-endian) and its bytes; an absent one is
//! four bytes of 255; a list is its count in four bytes and its texts.

use alloc::borrow::ToOwned;
use alloc::string::String;

use base64ct::{Base64UrlUnpadded, Encoding};
use vaultlet_primitives::Mac;

use super::head::TokenType;
use crate::error::Error;
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
    CardNumber = 12,
    CardId = 13,
}

/// Derives terms, claims and deterministic token IDs.
pub(crate) struct BlindIndex {
    mac: Mac,
}

impl BlindIndex {
    pub(super) fn new(mac: Mac) -> Self {
        Self { mac }
    }

    /// The claim of every token.
    pub(crate) fn derive_token_claim(&self, collection: &str, token_id: &str) -> Label {
        self.start(Kind::Token).text(collection).text(token_id).label()
    }

    /// The claim by which a `pci` or `pci_oneway` token is found by its data; other types have none.
    pub(crate) fn derive_data_claim(
        &self,
        token_type: TokenType,
        collection: &str,
        tenant: Option<&str>,
        scope: &str,
        canonical: &str,
    ) -> Option<Label> {
        let kind = match token_type {
            TokenType::Pci => Kind::Pci,
            TokenType::PciOneway => Kind::PciOneway,
            TokenType::Randomized | TokenType::Deterministic => return None,
        };
        let entry = self.start(kind).text(collection).optional(tenant).text(scope).text(canonical);
        Some(entry.label())
    }

    /// The claim of a tag that was made unique in its tenant.
    pub(crate) fn derive_unique_tag_claim(
        &self,
        collection: &str,
        tenant: Option<&str>,
        tag: &str,
    ) -> Label {
        self.start(Kind::UniqueTag).text(collection).optional(tenant).text(tag).label()
    }

    /// The claim of a transaction's row; `tenants` are sorted.
    pub(crate) fn derive_transaction_claim(
        &self,
        operation: &str,
        collection: &str,
        tenants: &[&str],
        transaction_id: &str,
    ) -> Label {
        let entry = self.start(Kind::Transaction).text(operation).text(collection);
        entry.list(tenants).text(transaction_id).label()
    }

    /// The term of every row.
    pub(crate) fn derive_all_term(&self) -> Label {
        self.start(Kind::All).label()
    }

    /// The term of every token of a collection.
    pub(crate) fn derive_collection_term(&self, collection: &str) -> Label {
        self.start(Kind::Collection).text(collection).label()
    }

    /// The term of the tokens of a tenant, or of those that have none.
    pub(crate) fn derive_tenant_term(&self, collection: &str, tenant: Option<&str>) -> Label {
        self.start(Kind::Tenant).text(collection).optional(tenant).label()
    }

    /// The term of the tokens that have a tag.
    pub(crate) fn derive_tag_term(&self, collection: &str, tag: &str) -> Label {
        self.start(Kind::Tag).text(collection).text(tag).label()
    }

    /// The ID of a `deterministic` token: a version 8 UUID. `collection` is absent for global scopes.
    pub(crate) fn derive_token_id(
        &self,
        collection: Option<&str>,
        tenant: Option<&str>,
        scope: &str,
        canonical: &str,
    ) -> Result<String, Error> {
        let entry = self.start(Kind::Id).optional(collection).optional(tenant);
        let bytes = entry.text(scope).text(canonical).bytes();
        Ok(uuid::Builder::from_custom_bytes(bytes)
            .into_uuid()
            .hyphenated()
            .encode_lower(&mut uuid::Uuid::encode_buffer())
            .to_owned())
    }

    /// A number from which the ID of a `deterministic` token gets its six digits between those of the
    /// card. Each attempt is another one.
    pub(crate) fn derive_card_id(
        &self,
        collection: Option<&str>,
        tenant: Option<&str>,
        scope: &str,
        canonical: &str,
        attempt: u32,
    ) -> u32 {
        let entry = self.start(Kind::CardId).optional(collection).optional(tenant);
        let mut entry = entry.text(scope).text(canonical);
        entry.count(attempt as usize);
        let [a, b, c, d, ..] = entry.bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// A blind hash of a card's number, so that an ID in its shape can be told from it.
    pub(crate) fn derive_card_number_hash(&self, collection: &str, digits: &str) -> Label {
        self.start(Kind::CardNumber).text(collection).text(digits).label()
    }

    /// A blind hash of a request, to tell a repeated one from another under one transaction ID.
    pub(crate) fn derive_request_hash(&self, canonical: &str) -> Label {
        self.start(Kind::Request).text(canonical).label()
    }

    fn start(&self, kind: Kind) -> Derivation {
        let mut mac = self.mac.clone();
        mac.update(&[kind as u8]);
        Derivation(mac)
    }
}

/// Sixteen bytes as a label.
pub(super) fn label(bytes: &[u8; 16]) -> Label {
    let mut text = [0; Label::LENGTH];
    let written = Base64UrlUnpadded::encode(bytes, &mut text);
    debug_assert!(written.is_ok_and(|text| text.len() == Label::LENGTH));
    Label::new(text)
}

/// An entry in the making. The parts go straight into the MAC, which wipes itself: no copy of them
/// stays behind.
struct Derivation(Mac);

impl Derivation {
    fn text(mut self, text: &str) -> Self {
        self.count(text.len());
        self.0.update(text.as_bytes());
        self
    }

    fn optional(mut self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(text),
            None => {
                self.0.update(&ABSENT.to_be_bytes());
                self
            }
        }
    }

    fn list(mut self, texts: &[&str]) -> Self {
        self.count(texts.len());
        texts.iter().fold(self, |derivation, text| derivation.text(text))
    }

    fn count(&mut self, count: usize) {
        // Nothing is longer than the 1 MiB of an object: no count reaches the one that means absent.
        let count = u32::try_from(count).unwrap_or(ABSENT - 1);
        self.0.update(&count.to_be_bytes());
    }

    /// The first 16 bytes.
    fn bytes(self) -> [u8; 16] {
        let mut first = [0; 16];
        for (to, from) in first.iter_mut().zip(&self.0.finish()) {
            *to = *from;
        }
        first
    }

    fn label(self) -> Label {
        label(&self.bytes())
    }
}
