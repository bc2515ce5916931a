//! The head of a token: everything about it that is neither a column of its row nor its data.

use super::Unopened;
use super::codec::{Reader, Writer};
use crate::error::Error;
use crate::host::{Label, Millis};
use zeroize::Zeroizing;

/// The types of tokens that need no stored object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenType {
    /// One ID for equal data in one scope.
    Pci = 1,
    /// The same, keeping no data.
    PciOneway = 2,
    /// A new ID each time.
    Randomized = 3,
    /// The ID is derived from the data.
    Deterministic = 4,
}

impl TokenType {
    const ALL: [Self; 4] = [Self::Pci, Self::PciOneway, Self::Randomized, Self::Deterministic];

    /// As the API spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pci => "pci",
            Self::PciOneway => "pci_oneway",
            Self::Randomized => "randomized",
            Self::Deterministic => "deterministic",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|token_type| token_type.name() == name)
    }

    fn from_byte(byte: u8) -> Result<Self, Unopened> {
        Self::ALL.into_iter().find(|token_type| *token_type as u8 == byte).ok_or(Unopened)
    }
}

const HAS_TENANT: u8 = 1;
const HAS_DATA_CLAIM: u8 = 2;

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
}

impl Head {
    pub(super) fn encode(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut writer = Writer::new();
        writer.u8(self.token_type as u8);
        let tenant = if self.tenant.is_some() { HAS_TENANT } else { 0 };
        let claim = if self.data_claim.is_some() { HAS_DATA_CLAIM } else { 0 };
        writer.u8(tenant | claim);
        writer.time(self.created_at);
        writer.text(&self.token_id)?;
        writer.text(&self.collection)?;
        writer.text(&self.scope)?;
        if let Some(tenant) = &self.tenant {
            writer.text(tenant)?;
        }
        if let Some(claim) = &self.data_claim {
            writer.label(claim);
        }
        writer.count(self.tags.len())?;
        for tag in &self.tags {
            writer.text(tag)?;
        }
        Ok(writer.finish())
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Unopened> {
        let mut reader = Reader::new(bytes);
        let token_type = TokenType::from_byte(reader.u8()?)?;
        let flags = reader.u8()?;
        if flags & !(HAS_TENANT | HAS_DATA_CLAIM) != 0 {
            return Err(Unopened);
        }
        let created_at = reader.time()?;
        let token_id = reader.text()?.to_owned();
        let collection = reader.text()?.to_owned();
        let scope = reader.text()?.to_owned();
        let tenant = if flags & HAS_TENANT == 0 { None } else { Some(reader.text()?.to_owned()) };
        let data_claim = if flags & HAS_DATA_CLAIM == 0 { None } else { Some(reader.label()?) };
        let tags = reader.list(|reader| reader.text().map(str::to_owned))?;
        reader.finish()?;
        Ok(Self { token_type, token_id, collection, scope, tenant, tags, created_at, data_claim })
    }
}
