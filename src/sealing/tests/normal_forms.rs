//! The frozen vectors of normal forms: every spelling of a value gives the same bytes.

use serde::{Deserialize, Serialize};

use super::vector_file::{hold, label_text};
use super::vectors::keyring;
use crate::json::strict::read;
use crate::json::tree::Json;
use crate::kinds::{EncryptionType, TokenType};
use crate::schema::collection::Collections;
use crate::schema::data::Data;
use crate::sealing::ciphertext::Ciphertext;
use crate::sealing::envelope::Envelopes;
use crate::sealing::fresh::Fresh;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: String,
    entries: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    #[serde(rename = "type")]
    data_type: String,
    spellings: Vec<String>,
    data: String,
    token_id: String,
    claim: String,
    ciphertext: String,
}

const SCOPE: &str = "default";

#[test]
fn every_spelling_of_a_value_is_sealed_as_frozen() {
    hold("normal-forms", |mut file: File| {
        for entry in &mut file.entries {
            let [first, ..] = entry.spellings.as_slice() else { continue };
            let data = canonical(&entry.data_type, first);
            for spelling in &entry.spellings {
                assert_eq!(canonical(&entry.data_type, spelling), data, "{spelling:?}");
            }
            seal(entry, data);
        }
        file
    });
}

/// As an operation has it that was given this value.
fn canonical(data_type: &str, spelling: &str) -> String {
    let configured =
        format!(r#"{{"customers": {{"properties": {{"value": {{"type": "{data_type}"}}}}}}}}"#);
    let configured = Json::parse(&configured, "collections").unwrap();
    let collections: Collections = read(&configured, "collections").unwrap();
    let field = [("value".into(), spelling.into())];
    let data = Data::check(&collections.get("customers").unwrap(), &field).unwrap();
    data.canonical("object").unwrap()
}

fn seal(entry: &mut Entry, data: String) {
    let keyring = keyring("2026");
    let index = keyring.index();
    entry.token_id = index.derive_token_id(Some("customers"), None, SCOPE, &data);
    let claim = index.derive_data_claim(TokenType::Pci, "customers", None, SCOPE, &data);
    entry.claim = label_text(&claim.unwrap());
    entry.data.clone_from(&data);
    let ciphertext = Ciphertext {
        encryption_type: EncryptionType::Deterministic,
        scope: SCOPE.to_owned(),
        tenant: None,
        tags: Vec::new(),
        expires_at: None,
        canonical: data,
    };
    let mut fresh = Fresh::given(vec![0; 24]).unwrap();
    entry.ciphertext =
        ciphertext.seal(&mut Envelopes::new(&keyring), &mut fresh, "customers").unwrap();
}
