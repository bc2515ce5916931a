//! The vaults that the targets call, and the tokens that they find there.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};
use vaultlet::host::{Label, Row};
use vaultlet::{Error, Vault};

use super::calls::{
    DATA_TYPES, Opens, about, making_mine, on_rows, property_of, shows_nothing_plain,
};
use super::memory_host::{Asked, MemoryHost};
use super::outcome::code;

/// Two vaults over one host, and what is in its store before each input: the tokens `mine`
/// (randomized), `acme` and `one-way` (of a tenant each), `old` (archived), one of the shape of a card,
/// and the transaction `landed`.
pub(super) struct Fixture {
    pub(super) host: Rc<MemoryHost>,
    /// As most would open it.
    pub(super) vault: Vault,
    /// Of the same keys, the other one primary, and with narrow settings.
    pub(super) narrow: Vault,
    /// All rows.
    pub(super) prepared: Vec<Row>,
    /// The row of `mine`.
    pub(super) token: Row,
    /// The row of `landed`.
    pub(super) transaction: Row,
    /// Of the scope `s`, with a tag, for ever.
    pub(super) ciphertext: String,
    /// See [`on_rows`].
    pub(super) on_rows: Vec<OnRow>,
}

/// A call that concerns one row.
pub(super) struct OnRow {
    pub(super) operation: &'static str,
    pub(super) request: String,
    pub(super) opens: Opens,
    /// Whether it shows transformed values alone.
    pub(super) shows_nothing_plain: bool,
    /// What the store is asked for.
    pub(super) claims: Vec<Label>,
    pub(super) terms: Vec<Label>,
}

impl Fixture {
    /// Runs something on the fixture as it was prepared; after a panic it is made anew.
    pub(super) fn with<T>(run: impl FnOnce(&mut Self) -> T) -> T {
        thread_local! {
            static FIXTURE: RefCell<Option<Fixture>> = const { RefCell::new(None) };
        }
        let mut fixture = FIXTURE.take().unwrap_or_else(Self::prepare);
        fixture.reset();
        let done = run(&mut fixture);
        FIXTURE.replace(Some(fixture));
        done
    }

    fn prepare() -> Self {
        let host = Rc::new(MemoryHost::new());
        let vault = open();
        call(&host, &vault, "tokens.tokenize", &about(making_mine())).unwrap();
        let rows = host.store.rows();
        let row_of = |purpose| rows.iter().find(|row| row.sealed[1] == purpose).unwrap().clone();
        for one in [
            json!({"type": "pci", "token_id": "acme", "tags": ["t"], "scope": "s",
                "object": {"fields": {"_tenant_id": "acme", "name": "Bob"}}}),
            json!({"type": "pci_oneway", "token_id": "one-way", "tags": ["t"],
                "object": {"fields": {"_tenant_id": "bolt", "ssn": "123-12-1234"}}}),
            json!({"type": "pci", "token_id": "old", "tags": ["t"],
                "object": {"fields": {"name": "Cleo"}}}),
            json!({"type": "deterministic", "tags": ["t"], "object": {"fields": {"cc_number": "4580458045804580"}},
                "fptemplate": "primary_account_number", "fpprops": ["cc_number"]}),
        ] {
            call(&host, &vault, "tokens.tokenize", &about(json!({"requestBody": [one]}))).unwrap();
        }
        let archive = json!({"tokenIds": ["old"], "expirationSecs": "0", "requestBody": {}});
        call(&host, &vault, "tokens.update", &about(archive)).unwrap();
        let one = json!({"scope": "s", "tags": ["t"], "object": {"fields": {"name": "Ann", "json": {"a": [1]}}}});
        let answer = call(&host, &vault, "crypto.encrypt", &about(json!({"requestBody": [one]})));
        let answer: Value = serde_json::from_str(&answer.unwrap()).unwrap();
        let mut fixture = Self {
            vault,
            narrow: open_narrow(),
            prepared: host.store.rows(),
            token: row_of(1),
            transaction: row_of(3),
            ciphertext: answer[0]["ciphertext"].as_str().unwrap().to_owned(),
            on_rows: Vec::new(),
            host,
        };
        fixture.on_rows = on_rows()
            .into_iter()
            .map(|(operation, parameters, opens)| fixture.try_on_row(operation, parameters, opens))
            .collect();
        fixture
    }

    fn try_on_row(&self, operation: &'static str, parameters: Value, opens: Opens) -> OnRow {
        let shows_nothing_plain = shows_nothing_plain(&parameters);
        let request = about(parameters);
        self.reset();
        let result = self.call(operation, &request);
        let (mut claims, mut terms) = (Vec::new(), Vec::new());
        for asked in self.host.reads() {
            match asked {
                Asked::Claims(asked) => claims.extend(asked),
                Asked::Terms(query) => terms.extend(query.terms),
            }
        }
        assert_eq!(code(&result), "ok", "{request}");
        OnRow { operation, request, opens, shows_nothing_plain, claims, terms }
    }

    /// The store as it was prepared, the host honest, and nothing on record.
    fn reset(&self) {
        self.host.store.restore(&self.prepared);
        self.host.read_honestly();
        self.host.on_reload(Ok(None));
        self.host.take_events();
    }

    /// What a reload has changed is put right.
    pub(super) fn reopen(&mut self) {
        self.vault = open();
        self.narrow = open_narrow();
    }

    pub(super) fn call(&self, operation: &str, request: &str) -> Result<String, Error> {
        call(&self.host, &self.vault, operation, request)
    }

    pub(super) fn call_narrow(&self, operation: &str, request: &str) -> Result<String, Error> {
        call(&self.host, &self.narrow, operation, request)
    }
}

fn call(host: &MemoryHost, vault: &Vault, operation: &str, request: &str) -> Result<String, Error> {
    let answer = pollster::block_on(vault.call(host, operation, request))?;
    Ok(answer.as_str().to_owned())
}

fn open() -> Vault {
    open_with("new", json!({}))
}

/// So narrow that a short request meets each limit.
fn open_narrow() -> Vault {
    let settings = json!({
        "forceAccessReason": false, "tokenTtlSecs": 60, "maxTags": 2, "maxTokens": 3, "maxBytes": 4_096,
        "archivedRetentionSecs": 60,
    });
    open_with("old", settings)
}

fn open_with(primary: &str, settings: Value) -> Vault {
    let property = |data_type: &str| {
        (property_of(data_type), json!({"type": data_type, "nullable": data_type == "STRING"}))
    };
    let configuration = json!({
        "primary": primary,
        "data": ["old", "new"],
        "collections": {
            "customers": {"properties": Value::Object(DATA_TYPES.map(property).into_iter().collect())},
            "partners": {"properties": {"name": {"type": "NAME"}}},
        },
        "settings": settings,
        "store": {},
        "audits": true,
    });
    Vault::open(&configuration.to_string(), &secrets()).unwrap()
}

/// Of the index key, the old and the new data key.
pub(super) fn secrets() -> Vec<u8> {
    [1, 2, 3].into_iter().flat_map(|byte| [byte; 32]).collect()
}
