//! The core compiled natively: rotate and update at 1, 10, 100 and 1,000 tokens, the shapes that
//! `npm run bench` measures in wasm. One iteration is one call.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark may stop at a surprise")]

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use vaultlet::Vault;
use vaultlet::error::Fault;
use vaultlet::host::{
    AccessRequest, AuditEvent, Change, Decision, Host, Label, Millis, Row, TermsQuery,
};

const FIELDS: &str = r#"{"name":"Patricia Farrington","email":"patfar@example.com","phone_number":"+11011010101","ssn":"123-12-1234","date_of_birth":"1993-02-22"}"#;
const CONFIGURATION: &str = r#"{"primary":"k","data":["k"],"audits":false,
    "collections":{"customers":{"properties":{
        "name":{"type":"NAME"},"email":{"type":"EMAIL"},"phone_number":{"type":"PHONE_NUMBER"},
        "ssn":{"type":"SSN"},"date_of_birth":{"type":"DATE_OF_BIRTH"}}}},
    "store":{"writable":true,"maxWrites":null,"maxRowBytes":null}}"#;

/// Rows by key, and the key of each claim: what the calls measured here need of a store.
#[derive(Default)]
struct Memory {
    rows: RefCell<HashMap<Label, Row>>,
    holders: RefCell<HashMap<Label, Label>>,
}

impl Host for Memory {
    async fn read_claims(&self, claims: &[Label]) -> Result<Vec<Option<Row>>, Fault> {
        let (rows, holders) = (self.rows.borrow(), self.holders.borrow());
        let keys = claims.iter().filter_map(|claim| holders.get(claim));
        Ok(keys.map(|key| rows.get(key).cloned()).collect())
    }

    async fn read_terms(&self, _: &TermsQuery) -> Result<Vec<Option<Row>>, Fault> {
        Ok(Vec::new())
    }

    async fn write(&self, changes: &[Change]) -> Result<bool, Fault> {
        let (mut rows, mut holders) = (self.rows.borrow_mut(), self.holders.borrow_mut());
        for Change { key, row, .. } in changes {
            for claim in rows.get(key).iter().flat_map(|row| &row.claims) {
                holders.remove(claim);
            }
            let row = row.clone().expect("nothing is deleted here");
            holders.extend(row.claims.iter().map(|claim| (*claim, *key)));
            rows.insert(*key, row);
        }
        Ok(true)
    }

    async fn decide(&self, _: &AccessRequest<'_>) -> Result<Decision, Fault> {
        Ok(Decision::Allow)
    }

    async fn audit(&self, _: &AuditEvent<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn now(&self) -> Result<Millis, Fault> {
        Ok(1_800_000_000_000)
    }

    fn elapsed(&self) -> u64 {
        0
    }

    async fn wait(&self, _: u64) {}

    async fn reload(&self) -> Result<Option<String>, Fault> {
        Ok(None)
    }
}

/// A vault with so many tokens, and their IDs.
struct Bench {
    vault: Vault,
    host: Memory,
    token_ids: RefCell<Vec<String>>,
    calls: Cell<usize>,
}

impl Bench {
    fn new(count: usize) -> Self {
        let secrets: Vec<u8> = (0..64).collect();
        let vault = Vault::open(CONFIGURATION, &secrets).unwrap();
        let bench = Self {
            vault,
            host: Memory::default(),
            token_ids: RefCell::default(),
            calls: Cell::new(0),
        };
        let one = format!(
            r#"{{"type":"randomized","object":{{"fields":{FIELDS}}},"tags":["newsletter","paying"]}}"#
        );
        let body = vec![one; count].join(",");
        let answer = bench.call("tokens.tokenize", &format!(r#""requestBody":[{body}]"#));
        let made: Vec<HashMap<String, String>> = serde_json::from_str(&answer).unwrap();
        bench.token_ids.replace(made.into_iter().flat_map(HashMap::into_values).collect());
        bench
    }

    fn call(&self, operation: &str, parameters: &str) -> String {
        let request =
            format!(r#"{{"collection":"customers","reason":"AppFunctionality",{parameters}}}"#);
        let call = self.vault.call(&self.host, operation, &request);
        pollster::block_on(call).unwrap().to_string()
    }

    fn named(&self) -> String {
        serde_json::to_string(&*self.token_ids.borrow()).unwrap()
    }

    fn rotate(&self) {
        let answer = self.call("tokens.rotate", &format!(r#""tokenIds":{}"#, self.named()));
        let rotated: HashMap<String, String> = serde_json::from_str(&answer).unwrap();
        self.token_ids.replace(rotated.into_values().collect());
    }

    /// Tags and expiry, other ones each time, so that each call writes.
    fn update(&self) {
        let call = self.calls.replace(self.calls.get() + 1);
        let tag = if call.is_multiple_of(2) { "trial" } else { "paying" };
        let parameters = format!(
            r#""tokenIds":{},"expirationSecs":"{}","requestBody":{{"tags":["newsletter","{tag}"]}}"#,
            self.named(),
            3_600 + call % 1_000,
        );
        self.call("tokens.update", &parameters);
    }
}

fn operations(criterion: &mut Criterion) {
    for (name, operation) in [("rotate", Bench::rotate as fn(&Bench)), ("update", Bench::update)] {
        let mut group = criterion.benchmark_group(name);
        for count in [1, 10, 100, 1_000] {
            let bench = Bench::new(count);
            group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
                bencher.iter(|| operation(&bench));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, operations);
criterion_main!(benches);
