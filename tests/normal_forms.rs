//! Normal forms: one card, one phone number, one name is one, however it was typed and whichever way it
//! came in. What each type's form is: `src/schema/normal_form/`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::collections::BTreeSet;
use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, succeeds};
use serde_json::{Value, json};

/// The same data in several spellings; the first is the normal form.
fn spellings() -> [Value; 4] {
    let spelling = |name: &str, email: &str, card: &str, phone: &str| {
        let notes = json!({"e\u{301}": "e\u{301}"});
        json!({"name": name, "email": email, "card": card, "phone": phone, "notes": notes})
    };
    [
        spelling("Jos\u{e9}", "j\u{fc}rgen@example.de", "4111111111111111", "+972541234567"),
        spelling("Jose\u{301}", "j\u{fc}rgen@example.de", "4111 1111 1111 1111", "+972-54-1234567"),
        spelling("Jos\u{e9}", "ju\u{308}rgen@example.de", "4111-1111-1111-1111", "+972541234567"),
        spelling("Jose\u{301}", "ju\u{308}rgen@example.de", "4111111111111111", "+9-7-2541234567"),
    ]
}

fn normal() -> Value {
    spellings()[0].clone()
}

fn fields(fields: &Value) -> Value {
    json!({"fields": fields})
}

fn encrypted(ciphertext: &str) -> Value {
    json!({"encrypted": {"ciphertext": ciphertext}})
}

fn hash(vault: &TestVault, object: &Value) -> Value {
    succeeds(vault.call("crypto.hash", json!({"requestBody": [{"object": object}]})))[0]["token_id"]
        .clone()
}

fn decrypted(vault: &TestVault, ciphertext: &str) -> Value {
    let request = json!({"requestBody": [{"encrypted_object": {"ciphertext": ciphertext}}]});
    succeeds(vault.call("crypto.decrypt", request))[0]["fields"].clone()
}

fn update_encrypted(vault: &TestVault, ciphertext: &str, fields: &Value) -> String {
    let one = json!({"encrypted_object": {"ciphertext": ciphertext}, "fields": fields});
    let answer = succeeds(vault.call("crypto.updateEncrypted", json!({"requestBody": [one]})));
    answer[0]["ciphertext"].as_str().unwrap().to_owned()
}

/// A vault over the same store that keeps these values as they are given: what it seals is as a vault
/// sealed it before there were normal forms.
fn before(vault: &TestVault) -> Rc<TestVault> {
    let property = json!({"type": "JSON"});
    let properties = json!({"name": property, "email": property, "card": property, "phone": property, "notes": property});
    vault.beside(&Setup {
        collections: json!({"customers": {"properties": properties}}),
        ..Setup::default()
    })
}

#[test]
fn one_value_is_one_token_and_one_ciphertext_however_it_was_typed() {
    let vault = TestVault::open();
    for token_type in ["pci", "pci_oneway", "deterministic"] {
        let ids = spellings().map(|data| vault.token_of(token_type, data));
        assert_eq!(BTreeSet::from(ids).len(), 1, "{token_type}");
    }
    let ids = spellings().map(|data| hash(&vault, &fields(&data)).to_string());
    assert_eq!(BTreeSet::from(ids).len(), 1);
    let ciphertexts = spellings()
        .map(|data| vault.ciphertext(json!({"type": "deterministic", "object": fields(&data)})));
    assert_eq!(BTreeSet::from(ciphertexts).len(), 1);
}

#[test]
fn a_value_comes_back_in_its_normal_form() {
    let vault = TestVault::open();
    for data in spellings() {
        let token = vault.token_of("randomized", data.clone());
        assert_eq!(vault.fields(&token), normal());

        let other = vault.token_of("randomized", json!({"name": "Jo"}));
        succeeds(
            vault.update(json!({"tokenIds": [other], "requestBody": {"object": fields(&data)}})),
        );
        assert_eq!(vault.fields(&other), normal());

        let ciphertext = vault.ciphertext(json!({"object": fields(&data)}));
        assert_eq!(decrypted(&vault, &ciphertext), normal());

        let other = vault.ciphertext(json!({"object": {"fields": {"name": "Jo"}}}));
        assert_eq!(decrypted(&vault, &update_encrypted(&vault, &other, &data)), normal());
    }
}

#[test]
fn the_input_of_another_request_is_taken_in_its_normal_form() {
    let vault = TestVault::open();
    let [first, second, ..] = spellings();
    let request = |data: &Value| {
        json!({"requestBody": [
            {"type": "randomized", "object": fields(data)},
            {"type": "deterministic", "object": {"request_index": 0}},
        ]})
    };
    let [one, other] =
        [&first, &second].map(|data| succeeds(vault.tokenize(request(data)))[1].clone());
    assert_eq!(one, other);
    assert_eq!(vault.fields(other["token_id"].as_str().unwrap()), normal());
}

#[test]
fn values_out_of_a_ciphertext_are_brought_to_their_form() {
    let vault = TestVault::open();
    let id = vault.token_of("pci", normal());
    for data in spellings() {
        let old = before(&vault).ciphertext(json!({"object": fields(&data)}));
        // It is answered as it was sealed, and used in its normal form.
        assert_eq!(decrypted(&vault, &old), data);
        assert_eq!(vault.token(json!({"type": "pci", "object": encrypted(&old)})), id);
        assert_eq!(hash(&vault, &encrypted(&old)), hash(&vault, &fields(&normal())));
        assert_eq!(
            decrypted(&vault, &vault.ciphertext(json!({"object": encrypted(&old)}))),
            normal()
        );
        let mut wanted = normal();
        wanted["name"] = json!("Jo");
        let updated = update_encrypted(&vault, &old, &json!({"name": "Jo"}));
        assert_eq!(decrypted(&vault, &updated), wanted);

        let token = vault.token_of("randomized", json!({"name": "Jo"}));
        succeeds(
            vault.update(json!({"tokenIds": [token], "requestBody": {"object": encrypted(&old)}})),
        );
        assert_eq!(vault.fields(&token), normal());
    }
    // What is not of its type once it is out is refused as it is on every way in.
    let old =
        before(&vault).ciphertext(json!({"object": {"fields": {"card": "4111111111111112"}}}));
    let request = json!({"requestBody": [{"type": "pci", "object": encrypted(&old)}]});
    assert_eq!(code(&vault.tokenize(request)), "PV3002");
}

#[test]
fn what_was_sealed_before_is_answered_as_it_was_stored() {
    let vault = TestVault::open();
    let [_, old, ..] = spellings();
    let id = before(&vault).token_of("pci", old.clone());
    assert_eq!(vault.fields(&id), old);
    // The new spelling is other data to the store; there is no migration.
    assert_ne!(vault.token_of("pci", old.clone()), id);
    let rotated =
        succeeds(vault.rotate(json!({"tokenIds": [id]})))[&id].as_str().unwrap().to_owned();
    assert_eq!(vault.fields(&rotated), old);
    succeeds(vault.update(json!({"tokenIds": [rotated], "requestBody": {"tags": ["a"]}})));
    assert_eq!(vault.fields(&rotated), old);
    let props = ["name.mask", "email.mask", "card.mask", "phone.mask"];
    let shown = succeeds(vault.detokenize(json!({"tokenIds": [rotated], "props": props})));
    let masks = json!({"name.mask": "J****", "email.mask": "j*****@example.de",
        "card.mask": "************1111", "phone.mask": "*********4567"});
    assert_eq!(shown[0]["fields"], masks);
    // New data is in its form.
    succeeds(vault.update(json!({"tokenIds": [rotated], "requestBody": {"object": fields(&json!({"card": old["card"]}))}})));
    assert_eq!(vault.fields(&rotated), json!({"card": "4111111111111111"}));
}

#[test]
fn the_reuse_of_a_token_knows_every_spelling_of_its_data() {
    let vault = TestVault::open();
    let [first, second, third, _] = spellings();
    let id = vault.token_of("pci", first);
    let other = vault.token_of("pci", json!({"name": "Jo"}));
    let update = |id: &str, data: &Value| {
        vault.update(json!({"tokenIds": [id], "requestBody": {"object": fields(data)}}))
    };
    assert_eq!(code(&update(&other, &second)), "VL3006");
    succeeds(update(&id, &third));
    assert_eq!(vault.fields(&id), normal());
    assert_eq!(vault.token_of("pci", second), id);
}

#[test]
fn names_that_a_caller_gives_are_compared_as_given() {
    let vault = TestVault::open();
    let [composed, decomposed] = ["\u{e9}", "e\u{301}"];
    let token = |member: &str, value: Value| {
        let mut one = json!({"type": "pci", "object": {"fields": {"name": "Jo"}}});
        one[member] = value;
        vault.token(one)
    };
    assert_ne!(token("scope", json!(composed)), token("scope", json!(decomposed)));
    let id = token("tags", json!([decomposed]));
    assert_eq!(succeeds(vault.detokenize(json!({"tags": [composed]}))), json!([]));
    assert_eq!(vault.tags(&id), json!([decomposed]));
    let tenants = [composed, decomposed].map(|tenant| {
        let one = json!({"type": "deterministic", "object": {"fields": {"name": "Jo"}}});
        succeeds(vault.tokenize(json!({"xTenantId": [tenant], "requestBody": [one]})))[0].clone()
    });
    assert_ne!(tenants[0], tenants[1]);
    // So are values whose type has no other form than the given one, and what is inside of JSON.
    for [one, other] in [
        [json!({"ssn": "123-45-6789"}), json!({"ssn": "123456789"})],
        [json!({"notes": composed}), json!({"notes": decomposed})],
        [json!({"notes": {composed: 1}}), json!({"notes": {decomposed: 1}})],
        [json!({"name": "Jo"}), json!({"name": "Jo "})],
        [json!({"email": "jo@example.com"}), json!({"email": "Jo@example.com"})],
    ] {
        assert_ne!(vault.token_of("pci", one), vault.token_of("pci", other));
    }
}

#[test]
fn a_repetition_is_one_of_what_was_given() {
    let vault = TestVault::open();
    let [first, second, ..] = spellings();
    let request = |data: &Value| json!({"transactionId": "t", "requestBody": [{"type": "pci", "object": fields(data)}]});
    let answer = succeeds(vault.tokenize(request(&second)));
    assert_eq!(succeeds(vault.tokenize(request(&second))), answer);
    assert_eq!(code(&vault.tokenize(request(&first))), "VL3009");
}
