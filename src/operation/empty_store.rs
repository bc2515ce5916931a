//! For tests: a pass over a store that has no rows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop at that line")]

use crate::error::Fault;
use crate::host::{AccessRequest, AuditEvent, Change, Decision, Host, Millis, Row, TermsQuery};
use crate::json::strict::Parameters;
use crate::json::tree::Json;
use crate::label::Label;
use crate::operation::call::{Call, Effect};
use crate::operation::pass::Pass;
use crate::request::common::Common;
use crate::vault::Vault;

/// A store without rows.
pub(crate) struct EmptyStore;

impl Host for EmptyStore {
    async fn read_claims(&self, _: &[Label]) -> Result<Vec<Option<Row>>, Fault> {
        Ok(Vec::new())
    }

    async fn read_terms(&self, _: &TermsQuery) -> Result<Vec<Option<Row>>, Fault> {
        Ok(Vec::new())
    }

    async fn write(&self, _: &[Change]) -> Result<bool, Fault> {
        Ok(true)
    }

    async fn decide(&self, _: &AccessRequest<'_>) -> Result<Decision, Fault> {
        Ok(Decision::Allow)
    }

    async fn audit(&self, _: &AuditEvent<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn now(&self) -> Result<Millis, Fault> {
        Ok(0)
    }

    fn elapsed(&self) -> u64 {
        0
    }

    async fn wait(&self, _: u64) {}

    async fn reload(&self) -> Result<Option<String>, Fault> {
        Ok(None)
    }
}

pub(crate) fn vault() -> Vault {
    let configuration = r#"{"primary": "k", "data": ["k"], "store": {}, "collections": {"c": {
        "properties": {"card": {"type": "CC_NUMBER"}, "more": {"type": "CC_NUMBER"}, "name": {"type": "NAME"}}
    }}}"#;
    let secrets = [[1; 32], [2; 32]].concat();
    Vault::open(configuration, &secrets).unwrap()
}

/// Runs something in a pass over an empty store.
pub(crate) fn in_a_pass<Answer>(
    run: impl AsyncFnOnce(&mut Pass<'_, EmptyStore>) -> Answer,
) -> Answer {
    let vault = vault();
    let request = Json::parse(r#"{"collection": "c"}"#, "request").unwrap();
    let common = Common::take(&mut Parameters::of(&request).unwrap()).unwrap();
    let collection = vault.collections().get("c").unwrap();
    let call =
        Call::new(&vault, &EmptyStore, "action", Effect::Reads, common, collection, "reason");
    let mut pass = Pass::begin(&call).unwrap();
    pollster::block_on(run(&mut pass))
}
