//! The head of a token: everything about it that is neither a column of its row nor its data.

use uuid::Uuid;

use crate::host::Millis;
use crate::kinds::TokenType;
use crate::label::Label;
use crate::sealing::codec::{Reader, Writer};
use crate::sealing::format::{HEAD_PADDING, Unopened};

/// The first byte: the type in its three lowest bits, and what follows.
const TYPE: u8 = 0b111;
const HAS_TENANT: u8 = 1 << 3;
const HAS_DATA_CLAIM: u8 = 1 << 4;
/// The token ID is a UUID, kept as its 16 bytes.
const HAS_UUID: u8 = 1 << 5;
const HAS_CARD_NUMBER: u8 = 1 << 6;
const KNOWN: u8 = TYPE | HAS_TENANT | HAS_DATA_CLAIM | HAS_UUID | HAS_CARD_NUMBER;

/// What a token's head says.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) token_type: TokenType,
    pub(crate) token_id: String,
    pub(crate) collection: String,
    pub(crate) scope: String,
    pub(crate) tenant: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) created_at: Millis,
    /// Which of the row's claims is the one of its data.
    pub(crate) data_claim: Option<Label>,
    /// The blind hash of the card's number, for an ID that has the shape of one.
    pub(crate) card_number: Option<Label>,
}

impl Head {
    pub(crate) fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|held| held == tag)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let uuid = as_uuid(&self.token_id);
        let mut first = self.token_type as u8;
        for (flag, is_set) in [
            (HAS_TENANT, self.tenant.is_some()),
            (HAS_DATA_CLAIM, self.data_claim.is_some()),
            (HAS_UUID, uuid.is_some()),
            (HAS_CARD_NUMBER, self.card_number.is_some()),
        ] {
            first |= if is_set { flag } else { 0 };
        }
        let mut writer = Writer::new();
        writer.u8(first);
        writer.time(self.created_at);
        match uuid {
            Some(uuid) => writer.raw(uuid.as_bytes()),
            None => writer.text(&self.token_id),
        }
        writer.text(&self.collection);
        writer.text(&self.scope);
        if let Some(tenant) = &self.tenant {
            writer.text(tenant);
        }
        if let Some(claim) = &self.data_claim {
            writer.label(claim);
        }
        if let Some(hash) = &self.card_number {
            writer.label(hash);
        }
        writer.texts(&self.tags);
        writer.pad(HEAD_PADDING);
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Unopened> {
        let mut reader = Reader::new(bytes);
        let first = reader.u8();
        let has = |flag| first & flag != 0;
        if first & !KNOWN != 0 || !bytes.len().is_multiple_of(HEAD_PADDING) {
            return Err(Unopened);
        }
        // In the order of the bytes.
        let head = Self {
            token_type: TokenType::from_repr(first & TYPE).ok_or(Unopened)?,
            created_at: reader.time(),
            token_id: if has(HAS_UUID) {
                Uuid::from_bytes(reader.array()).to_string()
            } else {
                reader.owned_text()
            },
            collection: reader.owned_text(),
            scope: reader.owned_text(),
            tenant: has(HAS_TENANT).then(|| reader.owned_text()),
            data_claim: has(HAS_DATA_CLAIM).then(|| reader.label()),
            card_number: has(HAS_CARD_NUMBER).then(|| reader.label()),
            tags: reader.texts(),
        };
        reader.padding(HEAD_PADDING);
        reader.finish()?;
        // A UUID has one encoding: its bytes.
        let is_spelt_out = !has(HAS_UUID) && as_uuid(&head.token_id).is_some();
        if is_spelt_out { Err(Unopened) } else { Ok(head) }
    }
}

/// The UUID that an ID is, if its text is the one that the UUID has: hyphenated, in lower case.
fn as_uuid(token_id: &str) -> Option<Uuid> {
    let uuid = Uuid::try_parse(token_id).ok()?;
    let is_its_text = uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == token_id;
    is_its_text.then_some(uuid)
}
