//! Delete: every rule of the specification, by name. Who else may be at work at the same time, and what
//! goes wrong with a write, is in `delete_at_once.rs`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod form;
mod limits;
mod lying_store;
mod matches;
#[expect(dead_code, reason = "each test file uses its part")]
#[path = "../memory_host/mod.rs"]
mod memory_host;
mod policy_and_audit;
mod tenants;
mod what_is_left;

use std::rc::Rc;

use memory_host::named_tokens::{archive, left, named, of_tenant, vault_with_three};
use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::{Event, START, WriteFault, honest, thrown};
use serde_json::{Value, json};
use vaultlet::error::Fault;
use vaultlet::host::{Decision, Row};

const ALL_TYPES: [&str; 4] = ["pci", "pci_oneway", "randomized", "deterministic"];
const INTEGRITY: &str = "VL5001";

/// Tokens `a` of acme, `b` of bolt, `c` of core, and `d` of none.
fn vault_with_tenants() -> Rc<TestVault> {
    let vault = TestVault::open();
    for (name, tenant) in [("a", "acme"), ("b", "bolt"), ("c", "core"), ("d", "")] {
        of_tenant(&vault, name, tenant);
    }
    vault.host.take_events();
    vault
}

fn delete_confined(vault: &TestVault, query: &Value, lists: &Value) -> &'static str {
    let mut request = query.clone();
    for (member, value) in lists.as_object().unwrap() {
        request[member] = value.clone();
    }
    code(&vault.delete(request))
}
