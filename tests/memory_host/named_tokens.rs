//! Tokens that go by names of the test's choice, and which of them are left.

use std::rc::Rc;

use serde_json::{Value, json};

use super::test_vault::{TestVault, succeeds};

pub(crate) fn named(vault: &TestVault, name: &str, tags: &Value) -> String {
    vault.token(json!({
        "type": "randomized", "token_id": name, "tags": tags, "object": {"fields": {"name": name}},
    }))
}

/// A token of a tenant, or of none, with the tag `t`.
pub(crate) fn of_tenant(vault: &TestVault, name: &str, tenant: &str) -> String {
    let mut fields = json!({"name": name});
    if !tenant.is_empty() {
        fields["_tenant_id"] = json!(tenant);
    }
    vault.token(json!({
        "type": "randomized", "token_id": name, "tags": ["t"], "object": {"fields": fields},
    }))
}

pub(crate) fn archive(vault: &TestVault, token_id: &str) {
    let request = json!({"tokenIds": [token_id], "expirationSecs": "0", "requestBody": {}});
    succeeds(vault.update(request));
}

/// A vault with the tokens `a`, `b` and `c`, which have the tag `t`, its record empty.
pub(crate) fn vault_with_three() -> Rc<TestVault> {
    let vault = TestVault::open();
    for name in ["a", "b", "c"] {
        named(&vault, name, &json!(["t"]));
    }
    vault.host.take_events();
    vault
}

/// The names of the tokens that are there, archived ones too, in order.
pub(crate) fn left(vault: &TestVault) -> Vec<String> {
    let mut names = Vec::new();
    for options in [json!(["include_aggregated_data"]), json!(["archived"])] {
        let ids = json!(["a", "b", "c", "d", "e", "mine"]);
        let request = json!({"options": options, "requestBody": {"token_ids": ids}});
        let answer = succeeds(vault.search(request));
        let id = |token: &Value| token["token_id"].as_str().unwrap().to_owned();
        names.extend(answer.as_array().unwrap().iter().map(id));
    }
    names.sort_unstable();
    names
}
