//! One call, and the steps that all operations share: the policy's question, the clock, the audit, and
//! the limits.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use crate::error::{Callback, Error, ErrorKind, Fault, MAX_BYTES};
use crate::host::{AccessRequest, AuditEvent, Check, Decision, Host, InputKind, Millis, Outcome};
use crate::json::tree::Json;
use crate::operation::transaction_id::Identity;
use crate::request::common::Common;
use crate::schema::collection::Collection;
use crate::vault::Vault;

/// The latest time a clock may tell (the year 9892): any expiry after it can still be written.
const MAX_CLOCK: Millis = 250_000_000_000_000;

/// What an operation asks of the policy.
pub(crate) struct Access {
    pub(crate) capabilities: &'static [&'static str],
    pub(crate) input: InputKind,
    /// None where the properties show only after opening something: then the policy is asked twice.
    pub(crate) checks: Option<Rc<[Check]>>,
}

impl Access {
    /// To the tokens of a collection as such.
    pub(crate) fn to_tokens(capabilities: &'static [&'static str], check: Check) -> Self {
        Self { capabilities, input: InputKind::None, checks: Some(Rc::from([check])) }
    }
}

/// Whether an operation needs `store.write`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Reads,
    Writes,
}

/// One call: what it was given, and what has happened in it so far.
pub(crate) struct Call<'a, H> {
    pub(crate) vault: &'a Vault,
    pub(crate) host: &'a H,
    pub(crate) action: &'static str,
    effect: Effect,
    pub(crate) common: Common<'a>,
    pub(crate) collection: Rc<Collection>,
    pub(crate) reason: &'static str,
    pub(crate) transaction_id: Option<&'a str>,
    /// What a changing call with a transaction ID is known by.
    pub(crate) transaction: Option<Identity>,
    /// What the policy was last asked.
    pub(crate) checks: RefCell<Rc<[Check]>>,
    /// How many tokens the call turned out to concern.
    pub(crate) tokens: Cell<usize>,
    /// How many card-shaped IDs it has drawn.
    pub(crate) card_draws: Cell<usize>,
    /// What the audit was told of that number.
    told: Cell<Option<usize>>,
    pub(crate) event_id: OnceCell<String>,
    /// The clock as it was last read.
    pub(crate) time: Cell<Option<Millis>>,
}

impl<'a, H: Host> Call<'a, H> {
    pub(crate) fn new(
        vault: &'a Vault,
        host: &'a H,
        action: &'static str,
        effect: Effect,
        common: Common<'a>,
        collection: Rc<Collection>,
        reason: &'static str,
    ) -> Self {
        Self {
            vault,
            host,
            action,
            effect,
            common,
            collection,
            reason,
            transaction_id: None,
            transaction: None,
            checks: RefCell::default(),
            tokens: Cell::new(0),
            card_draws: Cell::new(0),
            told: Cell::new(None),
            event_id: OnceCell::new(),
            time: Cell::new(None),
        }
    }

    /// `request` is the whole of it.
    pub(crate) fn identify_transaction(
        &mut self,
        id: Option<&'a str>,
        request: &Json<'_>,
    ) -> Result<(), Error> {
        self.transaction_id = id;
        if let (Effect::Writes, Some(id)) = (self.effect, id) {
            let (index, name) = (self.vault.keyring.index(), &self.collection.name);
            let tenants = &self.common.tenants;
            let identity = Identity::derive(index, self.action, name, tenants, id, request)?;
            self.transaction = Some(identity);
        }
        Ok(())
    }

    /// Step 4, and what follows it: the reload, and the refusal of a store that cannot be written.
    pub(crate) async fn authorize(&self, access: &Access) -> Result<(), Error> {
        self.ask(access, &access.checks.clone().unwrap_or_default()).await?;
        if self.common.reload_cache {
            let answer =
                self.host.reload().await.map_err(|fault| Callback::Reload.failed(fault))?;
            if let Some(collections) = answer {
                self.vault.replace_collections(&collections)?;
            }
        }
        if self.effect == Effect::Writes && !self.vault.store.writable {
            return Err(ErrorKind::ReadOnly.into());
        }
        Ok(())
    }

    /// Asks the policy one question.
    pub(crate) async fn ask(&self, access: &Access, checks: &Rc<[Check]>) -> Result<(), Error> {
        self.checks.replace(Rc::clone(checks));
        let request = AccessRequest {
            action: self.action,
            capabilities: access.capabilities,
            checks,
            input: access.input,
            collection: &self.collection.name,
            tenant_ids: &self.common.tenants,
            reason: self.reason,
            adhoc_reason: self.common.adhoc_reason,
        };
        match self.host.decide(&request).await.map_err(|fault| Callback::Policy.failed(fault))? {
            Decision::Allow => Ok(()),
            Decision::MissingCapability(because) => {
                Err(ErrorKind::CapabilityMissing { because }.into())
            }
            Decision::Denied(because) => Err(ErrorKind::Denied { because }.into()),
        }
    }

    /// Asks the policy again, now that the properties show. Without any it would be the first question again.
    pub(crate) async fn ask_again(
        &self,
        access: &Access,
        checks: &Rc<[Check]>,
    ) -> Result<(), Error> {
        if checks.is_empty() {
            return Ok(());
        }
        self.ask(access, checks).await
    }

    /// Reads the clock.
    pub(crate) fn now(&self) -> Result<Millis, Error> {
        let time = self.host.now().map_err(|fault| Callback::Clock.failed(fault))?;
        if !(0..=MAX_CLOCK).contains(&time) {
            let problem = format!("the answer must be from 0 to {MAX_CLOCK}");
            return Err(Callback::Clock.failed(Fault::WrongShapeAt(problem)));
        }
        self.time.set(Some(time));
        Ok(time)
    }

    /// Step 7: once for each call, before any effect, and again where a later pass concerns another
    /// number of tokens. If it fails, nothing happens.
    pub(crate) async fn audit(&self, tokens: usize) -> Result<(), Error> {
        self.tokens.set(tokens);
        if self.told.replace(Some(tokens)) == Some(tokens) {
            return Ok(());
        }
        self.tell(Outcome::Allowed, None).await
    }

    /// Tells the audit of a call that ends in an error; if that fails too, the first error stands.
    pub(crate) async fn audit_failure(&self, error: &Error) {
        let outcome = if error.status() == 403 { Outcome::Denied } else { Outcome::Failed };
        let _ = self.tell(outcome, Some(error.code())).await;
    }

    async fn tell(&self, decision: Outcome, code: Option<&'static str>) -> Result<(), Error> {
        if !self.vault.audits {
            return Ok(());
        }
        let time = match self.time.get() {
            Some(time) => time,
            None => self.now()?,
        };
        let id = match self.event_id.get() {
            Some(id) => id,
            None => {
                let id = self.vault.event_ids.make()?;
                self.event_id.get_or_init(|| id)
            }
        };
        let checks = Rc::clone(&self.checks.borrow());
        let event = AuditEvent {
            id,
            time,
            action: self.action,
            collection: &self.collection.name,
            tenant_ids: &self.common.tenants,
            reason: self.reason,
            adhoc_reason: self.common.adhoc_reason,
            custom_audit: self.common.custom_audit,
            transaction_id: self.transaction_id,
            decision,
            code,
            checks: &checks,
            tokens: self.tokens.get(),
        };
        self.host.audit(&event).await.map_err(|fault| Callback::Audit.failed(fault))
    }

    pub(crate) fn limit_tokens(&self, tokens: usize) -> Result<(), Error> {
        limit("settings.maxTokens", tokens as u64, self.vault.settings.max_tokens.0)
    }

    pub(crate) fn limit_bytes(&self, bytes: usize) -> Result<(), Error> {
        limit(MAX_BYTES, bytes as u64, self.vault.settings.max_bytes.0)
    }
}

pub(crate) fn limit(name: &'static str, actual: u64, most: u64) -> Result<(), Error> {
    if actual > most {
        return Err(ErrorKind::LimitExceeded { limit: name, value: most }.into());
    }
    Ok(())
}
