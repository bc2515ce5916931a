//! The frozen vectors: sealing the inputs gives these bytes, and these bytes open to the inputs.

use core::iter::once;
use std::collections::HashMap;

use super::hex::Hex;
use super::vector_file::{
    BlindEntries, BlindEntry, BlindPart, Ciphertexts, DerivedCardId, DerivedId, EncryptCall,
    IdFrom, Keys, OlderBody, Pass, Rows, Token, Transaction, hold, label_text, read,
};
use crate::host::{Check, Row};
use crate::kinds::TokenType;
use crate::label::Label;
use crate::schema::data_type::is_luhn;
use crate::sealing::blind::BlindIndex;
use crate::sealing::ciphertext::Ciphertext;
use crate::sealing::envelope::Envelopes;
use crate::sealing::fresh::Fresh;
use crate::sealing::fresh::Nonce;
use crate::sealing::head::Head;
use crate::sealing::keyring::Keyring;
use crate::sealing::row::{
    Body, open_body, open_head, open_transaction, seal_token, seal_transaction, unsealed_row,
};
use crate::sealing::transaction_record::TransactionRecord;
use crate::sealing::xaes::Xaes;

/// The keyring of the vectors, sealing under this key.
pub(super) fn keyring(primary: &str) -> Keyring {
    let Keys { index, data, .. } = read("keys");
    let names: Vec<&str> = data.iter().map(|key| key.name.as_str()).collect();
    let secrets: Vec<u8> = once(&index.secret)
        .chain(data.iter().map(|key| &key.secret))
        .flat_map(|secret| secret.0.clone())
        .collect();
    Keyring::derive(primary, &names, &secrets).unwrap()
}

#[test]
fn keys_are_derived_as_frozen() {
    use hkdf::Hkdf;
    use sha2::Sha256;

    fn derive(secret: &Hex, info: &str, length: usize) -> Hex {
        let mut bytes = vec![0; length];
        Hkdf::<Sha256>::new(None, &secret.0).expand(info.as_bytes(), &mut bytes).unwrap();
        Hex(bytes)
    }
    hold("keys", |mut keys: Keys| {
        keys.index.blind_index = derive(&keys.index.secret, "vaultlet 1 blind index", 32);
        for key in &mut keys.data {
            key.key_id = derive(&key.secret, "vaultlet 1 key id", 8);
            key.xaes = derive(&key.secret, "vaultlet 1 xaes-256-gcm", 32);
            key.synthetic_nonce = derive(&key.secret, "vaultlet 1 synthetic nonce", 32);
        }
        keys
    });
}

/// The keyring holds the very keys of the file: they do the same.
#[test]
fn the_keyring_has_the_frozen_keys() {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    fn mac(key: &Hex, message: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).unwrap();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
    let keys: Keys = read("keys");
    for key in keys.data {
        let keyring = keyring(&key.name);
        let primary = keyring.primary();
        assert_eq!(primary.id.as_slice(), key.key_id.0);

        let xaes = Xaes::new(&key.xaes.0.try_into().unwrap());
        let (mut ours, mut theirs) = (*b"plaintext", *b"plaintext");
        let our_tag = primary.xaes.derive(&[7; 12]).seal(&[8; 12], b"", &mut ours);
        assert_eq!(our_tag, xaes.derive(&[7; 12]).seal(&[8; 12], b"", &mut theirs));
        assert_eq!(ours, theirs);

        let message = b"\0\0\0\0\0\0\0\x02ad\0\0\0\0\0\0\0\x09plaintext";
        let nonce = primary.derive_nonce(b"ad", b"plaintext");
        assert_eq!(nonce, mac(&key.synthetic_nonce, message)[..24]);
    }
    let all = keyring("2026").index().derive_all_term();
    let digest = mac(&keys.index.blind_index, &[6]);
    assert_eq!(all, crate::label::Label::encode(digest.first_chunk().unwrap()));
}

#[test]
fn rows_are_sealed_as_frozen() {
    hold("rows", |mut rows: Rows| {
        let mut sealed = HashMap::new();
        for pass in &mut rows.passes {
            seal_pass(pass, &mut sealed);
        }
        seal_over_older_body(&mut rows.older_body, &sealed);
        rows
    });
}

/// As an operation does: IDs first, then row by row, the transaction's last.
fn seal_pass(pass: &mut Pass, sealed: &mut HashMap<String, Row>) {
    let keyring = keyring(&pass.primary);
    let mut envelopes = Envelopes::new(&keyring);
    let mut fresh = Fresh::given(pass.fresh.0.clone()).unwrap();
    for token in &mut pass.tokens {
        match token.id_from {
            IdFrom::Request => {}
            IdFrom::Fresh => token.token_id = fresh.make_token_id().unwrap(),
            IdFrom::Drawn => {
                fresh.make_numbers().unwrap();
                let card = token.card.as_ref().unwrap();
                let five = token.token_id.split_at(6).1.split_at(5).0.parse().unwrap();
                assert_eq!(token.token_id, card_shaped(card, five));
            }
            IdFrom::Data => token.token_id = derive_token_id(keyring.index(), token),
        }
    }
    for token in &mut pass.tokens {
        let before = token.replaces.as_ref().map(|name| &sealed[name]);
        let (key, version) = match before {
            Some(row) => (row.key, row.version + 1),
            None => (fresh.make_row_key().unwrap(), 1),
        };
        let body = match before {
            Some(row) => Body::Kept(row),
            None if token.token_type() == TokenType::PciOneway => Body::None,
            None => Body::New(&token.data),
        };
        let unsealed = unsealed(keyring.index(), token, key, version);
        let head = head(keyring.index(), token);
        let row = seal_token(&mut envelopes, &mut fresh, unsealed, &head, &body).unwrap();
        token.row = row.clone().into();
        assert!(
            sealed.insert(token.name.clone(), row).is_none(),
            "{} has a name of its own",
            token.name
        );
    }
    if let Some(transaction) = &mut pass.transaction {
        let key = fresh.make_row_key().unwrap();
        let (term, claim) = transaction_labels(keyring.index(), transaction);
        let unsealed =
            unsealed_row(key, 1, vec![term], vec![claim], None, Some(transaction.prune_at));
        let record = record(keyring.index(), transaction);
        let row = seal_transaction(&mut envelopes, &mut fresh, unsealed, &record).unwrap();
        transaction.row = row.into();
    }
}

/// Sealing never makes such a row, but would read it: it is put together here by hand.
fn seal_over_older_body(vector: &mut OlderBody, sealed: &HashMap<String, Row>) {
    let keyring = keyring(&vector.primary);
    let token = &mut vector.token;
    let before = &sealed[token.replaces.as_ref().unwrap()];
    token.token_id = open_head(&mut Envelopes::new(&keyring), before).unwrap().token_id;
    let mut row = unsealed(keyring.index(), token, before.key, before.version + 1);
    let length = u32::from_be_bytes(*before.sealed[2..].first_chunk().unwrap());
    let body = &before.sealed[6 + usize::try_from(length).unwrap()..];

    let mut associated_data = vec![1, 1];
    associated_data.extend_from_slice(row.key.as_bytes());
    associated_data.extend_from_slice(&row.version.to_be_bytes());
    associated_data.extend_from_slice(&[0; 18]);
    for labels in [&row.terms, &row.claims] {
        associated_data.push(u8::try_from(labels.len()).unwrap());
        labels.iter().for_each(|label| associated_data.extend_from_slice(label.as_bytes()));
    }
    associated_data.push(1);
    associated_data.extend_from_slice(&body[..32]);
    associated_data.extend_from_slice(body.last_chunk::<16>().unwrap());

    let mut part = Vec::new();
    let nonce = Nonce(*vector.fresh.0.first_chunk().unwrap());
    let plaintext = head(keyring.index(), token).encode();
    Envelopes::new(&keyring).seal(&nonce, &associated_data, &plaintext, &mut part).unwrap();
    row.sealed = vec![1, 1];
    row.sealed.extend_from_slice(&u32::try_from(part.len()).unwrap().to_be_bytes());
    row.sealed.extend_from_slice(&part);
    row.sealed.extend_from_slice(body);
    token.row = row.into();
}

#[test]
fn frozen_rows_open() {
    let Rows { passes, older_body, .. } = read("rows");
    for primary in ["2025", "2026"] {
        let keyring = keyring(primary);
        let mut envelopes = Envelopes::new(&keyring);
        for token in passes.iter().flat_map(|pass| &pass.tokens).chain(once(&older_body.token)) {
            let name = &token.name;
            let row = token.row.clone().into();
            let opened = open_head(&mut envelopes, &row).unwrap();
            assert!(opened == head(keyring.index(), token), "the head of {name}");
            let body = open_body(&mut envelopes, &row, &token.collection).unwrap();
            let kept = (token.token_type() != TokenType::PciOneway).then_some(token.data.as_str());
            assert_eq!(body.as_deref(), kept, "the body of {name}");
            assert!(open_transaction(&mut envelopes, &row).is_err(), "{name} is no transaction");
        }
        for transaction in passes.iter().filter_map(|pass| pass.transaction.as_ref()) {
            let row = transaction.row.clone().into();
            let opened = open_transaction(&mut envelopes, &row).unwrap();
            let expected = record(keyring.index(), transaction);
            assert_eq!(opened.request_hash, expected.request_hash);
            assert_eq!(opened.tokens, expected.tokens);
            assert_eq!(opened.checks, expected.checks);
            assert_eq!(opened.answer, expected.answer);
            assert!(open_head(&mut envelopes, &row).is_err());
        }
    }
}

#[test]
fn ciphertexts_are_sealed_as_frozen() {
    hold("ciphertexts", |mut file: Ciphertexts| {
        for EncryptCall { primary, fresh, ciphertexts, .. } in &mut file.calls {
            let keyring = keyring(primary);
            let mut envelopes = Envelopes::new(&keyring);
            let mut fresh = Fresh::given(fresh.0.clone()).unwrap();
            for vector in ciphertexts {
                let content = vector.content();
                vector.ciphertext =
                    content.seal(&mut envelopes, &mut fresh, &vector.collection).unwrap();
            }
        }
        file
    });
}

#[test]
fn frozen_ciphertexts_open() {
    let Ciphertexts { calls, .. } = read("ciphertexts");
    for primary in ["2025", "2026"] {
        let keyring = keyring(primary);
        let mut envelopes = Envelopes::new(&keyring);
        for vector in calls.iter().flat_map(|call| &call.ciphertexts) {
            let opened =
                Ciphertext::open(&mut envelopes, &vector.ciphertext, &vector.collection).unwrap();
            super::ciphertexts::assert_same(&opened, &vector.content());
        }
    }
}

#[test]
fn blind_entries_are_derived_as_frozen() {
    hold("blind-index", |mut file: BlindEntries| {
        let keyring = keyring("2026");
        for entry in &mut file.entries {
            entry.label = label_text(&derive_entry(keyring.index(), entry));
        }
        for DerivedId { parts: [collection, tenant, scope, data], token_id } in &mut file.token_ids
        {
            let (scope, data) = (scope.as_ref().unwrap(), data.as_ref().unwrap());
            *token_id = keyring.index().derive_token_id(
                collection.as_deref(),
                tenant.as_deref(),
                scope,
                data,
            );
        }
        for DerivedCardId { parts, card, attempt, token_id } in &mut file.card_ids {
            let [collection, tenant, scope, data] = parts.each_ref().map(Option::as_deref);
            let (scope, data) = (scope.unwrap(), data.unwrap());
            (*attempt, *token_id) =
                derive_card_id(keyring.index(), collection, tenant, scope, data, card);
        }
        assert!(file.card_ids.iter().any(|id| id.attempt > 0), "one is the card's own at first");
        file
    });
}

#[test]
fn no_two_frozen_blind_entries_are_equal() {
    let BlindEntries { entries, token_ids, card_ids, .. } = read("blind-index");
    let labels = entries.iter().map(|entry| &entry.label);
    let ids = token_ids.iter().map(|id| &id.token_id);
    let all: Vec<&String> =
        labels.chain(ids).chain(card_ids.iter().map(|id| &id.token_id)).collect();
    let unequal: std::collections::HashSet<_> = all.iter().collect();
    assert_eq!(unequal.len(), all.len());
}

fn derive_entry(index: &BlindIndex, entry: &BlindEntry) -> Label {
    let optional = |position: usize| match &entry.parts[position] {
        BlindPart::Text(text) => text.as_deref(),
        BlindPart::List(_) => unreached(entry),
    };
    let text = |position| optional(position).unwrap();
    match entry.kind.as_str() {
        "token" => index.derive_token_claim(text(0), text(1)),
        kind @ ("pci" | "pci_oneway") => {
            let token_type = kind.parse().unwrap();
            let claim = index.derive_data_claim(token_type, text(0), optional(1), text(2), text(3));
            claim.unwrap()
        }
        "unique-tag" => index.derive_unique_tag_claim(text(0), optional(1), text(2)),
        "transaction" => match &entry.parts[2] {
            BlindPart::List(tenants) => {
                index.derive_transaction_claim(text(0), text(1), &borrowed(tenants), text(3))
            }
            BlindPart::Text(_) => unreached(entry),
        },
        "all" => index.derive_all_term(),
        "collection" => index.derive_collection_term(text(0)),
        "tenant" => index.derive_tenant_term(text(0), optional(1)),
        "tag" => index.derive_tag_term(text(0), text(1)),
        "request" => index.derive_request_hash(text(0)),
        "card-number" => index.derive_card_number_hash(text(0), text(1)),
        _ => unreached(entry),
    }
}

#[expect(clippy::panic, reason = "the vector file is wrong")]
fn unreached(entry: &BlindEntry) -> ! {
    panic!("`{}` is no kind with such parts", entry.kind)
}

fn derive_token_id(index: &BlindIndex, token: &Token) -> String {
    let Token { scope, data, .. } = token;
    let collection = (!scope.starts_with("global:")).then_some(token.collection.as_str());
    let tenant = token.tenant.as_deref();
    match &token.card {
        Some(card) => derive_card_id(index, collection, tenant, scope, data, card).1,
        None => index.derive_token_id(collection, tenant, scope, data),
    }
}

/// The first attempt that does not give the card's own number, and its ID.
fn derive_card_id(
    index: &BlindIndex,
    collection: Option<&str>,
    tenant: Option<&str>,
    scope: &str,
    data: &str,
    card: &str,
) -> (u32, String) {
    let derive = |attempt| {
        let number = index.derive_card_id(collection, tenant, scope, data, attempt);
        (attempt, card_shaped(card, number % 100_000))
    };
    (0..).map(derive).find(|(_, token_id)| token_id != card).unwrap()
}

/// The card's first six digits, these five, the one that makes the Luhn sum right, its last four.
fn card_shaped(card: &str, five: u32) -> String {
    let (first, last) = (card.split_at(6).0, card.split_at(card.len() - 4).1);
    let mut ids = (0..10).map(|sixth| format!("{first}{five:05}{sixth}{last}"));
    ids.find(|id| is_luhn(id)).unwrap()
}

fn head(index: &BlindIndex, token: &Token) -> Head {
    let card = token.card.as_deref();
    Head {
        token_type: token.token_type(),
        token_id: token.token_id.clone(),
        collection: token.collection.clone(),
        scope: token.scope.clone(),
        tenant: token.tenant.clone(),
        tags: token.tags.clone(),
        created_at: token.created_at,
        data_claim: data_claim(index, token),
        card_number: card.map(|card| index.derive_card_number_hash(&token.collection, card)),
    }
}

fn data_claim(index: &BlindIndex, token: &Token) -> Option<Label> {
    let Token { collection, scope, data, .. } = token;
    let tenant = token.tenant.as_deref();
    index.derive_data_claim(token.token_type(), collection, tenant, scope, data)
}

fn unsealed(index: &BlindIndex, token: &Token, key: Label, version: u64) -> Row {
    let Token { collection, tags, unique_tags, expires_at, prune_at, .. } = token;
    let tenant = token.tenant.as_deref();
    let mut terms = vec![
        index.derive_all_term(),
        index.derive_collection_term(collection),
        index.derive_tenant_term(collection, tenant),
    ];
    terms.extend(tags.iter().map(|tag| index.derive_tag_term(collection, tag)));
    let mut claims = vec![index.derive_token_claim(collection, &token.token_id)];
    claims.extend(data_claim(index, token));
    let unique = unique_tags.iter();
    claims.extend(unique.map(|tag| index.derive_unique_tag_claim(collection, tenant, tag)));
    unsealed_row(key, version, terms, claims, *expires_at, *prune_at)
}

fn transaction_labels(index: &BlindIndex, transaction: &Transaction) -> (Label, Label) {
    let Transaction { operation, collection, tenants, transaction_id, .. } = transaction;
    let tenants = borrowed(tenants);
    let claim = index.derive_transaction_claim(operation, collection, &tenants, transaction_id);
    (index.derive_all_term(), claim)
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn record(index: &BlindIndex, transaction: &Transaction) -> TransactionRecord {
    TransactionRecord {
        request_hash: index.derive_request_hash(&transaction.request),
        tokens: transaction.tokens,
        checks: transaction
            .checks
            .iter()
            .cloned()
            .map(|check| Check {
                operation: check.operation.into(),
                resource: check.resource,
                data_type: check.data_type,
            })
            .collect(),
        answer: transaction.answer.clone(),
    }
}
