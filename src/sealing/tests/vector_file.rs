//! The form of the files in `tests/vectors/`: inputs, and what sealing makes of them.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::hex::Hex;
use crate::host::Millis;
use crate::kinds::{EncryptionType, TokenType};
use crate::label::Label;

/// Reads a file.
pub(super) fn read<File: DeserializeOwned>(name: &str) -> File {
    serde_json::from_str(&text(name)).unwrap()
}

/// Holds a file to what the code makes of the inputs in it. Where they differ, what the code makes
/// is written beside the build, to be looked at; nothing here writes the file itself.
pub(super) fn hold<File>(name: &str, remake: impl FnOnce(File) -> File)
where
    File: Serialize + DeserializeOwned,
{
    let remade = serde_json::to_string_pretty(&remake(read(name))).unwrap() + "\n";
    let agrees = remade == text(name);
    if !agrees {
        let folder = format!("{}/target/vectors", env!("CARGO_MANIFEST_DIR"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(format!("{folder}/{name}.json"), remade).unwrap();
    }
    assert!(
        agrees,
        "format 1 is frozen, and the code makes other bytes than tests/vectors/{name}.json; \
         what it makes is in target/vectors/{name}.json"
    );
}

fn text(name: &str) -> String {
    let path = format!("{}/tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Keys {
    about: String,
    pub(super) index: IndexKey,
    pub(super) data: Vec<DataKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct IndexKey {
    pub(super) secret: Hex,
    pub(super) blind_index: Hex,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DataKey {
    pub(super) name: String,
    pub(super) secret: Hex,
    pub(super) key_id: Hex,
    pub(super) xaes: Hex,
    pub(super) synthetic_nonce: Hex,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Rows {
    about: String,
    pub(super) passes: Vec<Pass>,
    pub(super) older_body: OlderBody,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Pass {
    pub(super) name: String,
    pub(super) primary: String,
    pub(super) fresh: Hex,
    pub(super) tokens: Vec<Token>,
    pub(super) transaction: Option<Transaction>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct OlderBody {
    about: String,
    pub(super) primary: String,
    pub(super) fresh: Hex,
    pub(super) token: Token,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Token {
    pub(super) name: String,
    /// The token, of an earlier pass, whose row this one takes the place of.
    pub(super) replaces: Option<String>,
    #[serde(rename = "type")]
    pub(super) token_type: String,
    pub(super) collection: String,
    pub(super) scope: String,
    pub(super) tenant: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) unique_tags: Vec<String>,
    pub(super) created_at: Millis,
    pub(super) expires_at: Option<Millis>,
    pub(super) prune_at: Option<Millis>,
    pub(super) id_from: IdFrom,
    pub(super) token_id: String,
    /// The digits of the card whose shape the ID has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) card: Option<String>,
    /// Canonical JSON; a `pci_oneway` token keeps only its claim.
    pub(super) data: String,
    pub(super) row: Row,
}

impl Token {
    pub(super) fn token_type(&self) -> TokenType {
        self.token_type.parse().unwrap()
    }
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum IdFrom {
    Fresh,
    /// Drawn in the shape of a card, until it was free: which one that was is the file's to say.
    Drawn,
    Data,
    Request,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Transaction {
    pub(super) operation: String,
    pub(super) collection: String,
    pub(super) tenants: Vec<String>,
    pub(super) transaction_id: String,
    /// Canonical JSON.
    pub(super) request: String,
    pub(super) tokens: usize,
    pub(super) checks: Vec<Check>,
    pub(super) answer: String,
    pub(super) prune_at: Millis,
    pub(super) row: Row,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Check {
    pub(super) operation: String,
    pub(super) resource: String,
    #[serde(rename = "type")]
    pub(super) data_type: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Row {
    key: String,
    version: u64,
    terms: Vec<String>,
    claims: Vec<String>,
    expires_at: Option<Millis>,
    prune_at: Option<Millis>,
    sealed: Hex,
}

impl From<crate::host::Row> for Row {
    fn from(row: crate::host::Row) -> Self {
        let texts = |labels: Vec<Label>| labels.iter().map(label_text).collect();
        Self {
            key: label_text(&row.key),
            version: row.version,
            terms: texts(row.terms),
            claims: texts(row.claims),
            expires_at: row.expires_at,
            prune_at: row.prune_at,
            sealed: Hex(row.sealed),
        }
    }
}

impl From<Row> for crate::host::Row {
    fn from(row: Row) -> Self {
        let label = |text: &String| Label::from_bytes(text.as_bytes()).unwrap();
        Self {
            key: label(&row.key),
            version: row.version,
            terms: row.terms.iter().map(label).collect(),
            claims: row.claims.iter().map(label).collect(),
            expires_at: row.expires_at,
            prune_at: row.prune_at,
            sealed: row.sealed.0,
        }
    }
}

pub(super) fn label_text(label: &Label) -> String {
    String::from_utf8(label.as_bytes().to_vec()).unwrap()
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ciphertexts {
    about: String,
    pub(super) calls: Vec<EncryptCall>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EncryptCall {
    pub(super) name: String,
    pub(super) primary: String,
    pub(super) fresh: Hex,
    pub(super) ciphertexts: Vec<Ciphertext>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Ciphertext {
    pub(super) name: String,
    #[serde(rename = "type")]
    encryption_type: String,
    pub(super) collection: String,
    scope: String,
    tenant: Option<String>,
    tags: Vec<String>,
    expires_at: Option<Millis>,
    data: String,
    pub(super) ciphertext: String,
}

impl Ciphertext {
    pub(super) fn content(&self) -> crate::sealing::ciphertext::Ciphertext {
        crate::sealing::ciphertext::Ciphertext {
            encryption_type: match self.encryption_type.as_str() {
                "randomized" => EncryptionType::Randomized,
                _ => EncryptionType::Deterministic,
            },
            scope: self.scope.clone(),
            tenant: self.tenant.clone(),
            tags: self.tags.clone(),
            expires_at: self.expires_at,
            canonical: self.data.clone(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct BlindEntries {
    about: String,
    pub(super) entries: Vec<BlindEntry>,
    pub(super) token_ids: Vec<DerivedId>,
    pub(super) card_ids: Vec<DerivedCardId>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BlindEntry {
    pub(super) kind: String,
    pub(super) parts: Vec<BlindPart>,
    pub(super) label: String,
}

/// A part of a blind entry.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum BlindPart {
    Text(Option<String>),
    List(Vec<String>),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DerivedId {
    /// Collection, tenant, scope, data.
    pub(super) parts: [Option<String>; 4],
    pub(super) token_id: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DerivedCardId {
    /// Collection, tenant, scope, data.
    pub(super) parts: [Option<String>; 4],
    /// Its digits.
    pub(super) card: String,
    /// The first that does not give the card's own number.
    pub(super) attempt: u32,
    pub(super) token_id: String,
}
