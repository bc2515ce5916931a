//! The blind index: what the store sees instead of names, IDs and data.
//!
//! Each entry is the first 16 bytes of HMAC-SHA-256 under the index key over one byte of kind and
//! the parts. A text part is its length in four bytes (big-endian) and its bytes; an absent one is
//! four bytes of 255; a list is its count in four bytes and its texts.

use uuid::Builder;

use crate::kinds::TokenType;
use crate::label::Label;
use crate::sealing::mac::Mac;

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

/// A part of what an entry is derived from.
enum Part<'a> {
    Text(&'a str),
    Optional(Option<&'a str>),
    List(&'a [&'a str]),
    Number(u32),
}

use Part::{List, Number, Optional, Text};

/// Derives terms, claims and deterministic token IDs.
pub(crate) struct BlindIndex {
    mac: Mac,
}

impl BlindIndex {
    pub(crate) fn new(mac: Mac) -> Self {
        Self { mac }
    }

    /// The claim of every token.
    pub(crate) fn derive_token_claim(&self, collection: &str, token_id: &str) -> Label {
        self.label(Kind::Token, &[Text(collection), Text(token_id)])
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
        let parts = [Text(collection), Optional(tenant), Text(scope), Text(canonical)];
        Some(self.label(kind, &parts))
    }

    /// The claim of a tag that was made unique in its tenant.
    pub(crate) fn derive_unique_tag_claim(
        &self,
        collection: &str,
        tenant: Option<&str>,
        tag: &str,
    ) -> Label {
        self.label(Kind::UniqueTag, &[Text(collection), Optional(tenant), Text(tag)])
    }

    /// The claim of a transaction's row; `tenants` are sorted.
    pub(crate) fn derive_transaction_claim(
        &self,
        operation: &str,
        collection: &str,
        tenants: &[&str],
        transaction_id: &str,
    ) -> Label {
        let parts = [Text(operation), Text(collection), List(tenants), Text(transaction_id)];
        self.label(Kind::Transaction, &parts)
    }

    /// The term of every row.
    pub(crate) fn derive_all_term(&self) -> Label {
        self.label(Kind::All, &[])
    }

    /// The term of every token of a collection.
    pub(crate) fn derive_collection_term(&self, collection: &str) -> Label {
        self.label(Kind::Collection, &[Text(collection)])
    }

    /// The term of the tokens of a tenant, or of those that have none.
    pub(crate) fn derive_tenant_term(&self, collection: &str, tenant: Option<&str>) -> Label {
        self.label(Kind::Tenant, &[Text(collection), Optional(tenant)])
    }

    /// The term of the tokens that have a tag.
    pub(crate) fn derive_tag_term(&self, collection: &str, tag: &str) -> Label {
        self.label(Kind::Tag, &[Text(collection), Text(tag)])
    }

    /// The ID of a `deterministic` token: a version 8 UUID. `collection` is absent for global scopes.
    pub(crate) fn derive_token_id(
        &self,
        collection: Option<&str>,
        tenant: Option<&str>,
        scope: &str,
        canonical: &str,
    ) -> String {
        let parts = [Optional(collection), Optional(tenant), Text(scope), Text(canonical)];
        Builder::from_custom_bytes(self.derive(Kind::Id, &parts)).into_uuid().to_string()
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
        let [a, b, c, d, ..] = self.derive(
            Kind::CardId,
            &[
                Optional(collection),
                Optional(tenant),
                Text(scope),
                Text(canonical),
                Number(attempt),
            ],
        );
        u32::from_be_bytes([a, b, c, d])
    }

    /// A blind hash of a card's number, so that an ID in its shape can be told from it.
    pub(crate) fn derive_card_number_hash(&self, collection: &str, digits: &str) -> Label {
        self.label(Kind::CardNumber, &[Text(collection), Text(digits)])
    }

    /// A blind hash of a request, to tell a repeated one from another under one transaction ID.
    pub(crate) fn derive_request_hash(&self, canonical: &str) -> Label {
        self.label(Kind::Request, &[Text(canonical)])
    }

    fn label(&self, kind: Kind, parts: &[Part<'_>]) -> Label {
        Label::encode(&self.derive(kind, parts))
    }

    /// The first 16 bytes. The parts go straight into the MAC, which wipes itself: no copy of them
    /// stays behind.
    fn derive(&self, kind: Kind, parts: &[Part<'_>]) -> [u8; 16] {
        let mut mac = self.mac.clone();
        mac.update(&[kind as u8]);
        for part in parts {
            match part {
                Text(text) | Optional(Some(text)) => add_text(&mut mac, text),
                Optional(None) => add_number(&mut mac, ABSENT),
                List(texts) => {
                    add_count(&mut mac, texts.len());
                    texts.iter().for_each(|text| add_text(&mut mac, text));
                }
                Number(number) => add_number(&mut mac, *number),
            }
        }
        mac.finish().first_chunk().copied().unwrap_or_default()
    }
}

fn add_text(mac: &mut Mac, text: &str) {
    add_count(mac, text.len());
    mac.update(text.as_bytes());
}

fn add_count(mac: &mut Mac, count: usize) {
    // The longest is the text of a request. A wasm has no room for one of so many bytes: no count reaches the one that
    // means absent.
    add_number(mac, u32::try_from(count).unwrap_or(ABSENT - 1));
}

fn add_number(mac: &mut Mac, number: u32) {
    mac.update(&number.to_be_bytes());
}
