//! One call, and the steps that all operations share: the policy's question, the inputs, the clock,
//! the audit, and the limits.

use alloc::borrow::ToOwned;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell, RefCell};

use super::{Request, transaction};
use crate::collection::Collection;
use crate::error::{Error, ErrorKind, Fault};
use crate::host::{
    AccessRequest, AuditEvent, Callback, Check, Decision, Host, InputKind, Millis, Outcome, State,
};
use crate::input::{CheckedInput, Inputs, OpenedInput};
use crate::json::Json;
use crate::request::Common;
use crate::sealing::{Envelopes, make_event_id};
use crate::vault::Vault;

/// The latest time a clock may tell (the year 9892): any expiry after it can still be written.
const MAX_CLOCK: Millis = 250_000_000_000_000;

/// What an operation asks of the policy.
pub(super) struct Access {
    pub(super) capabilities: &'static [&'static str],
    pub(super) input: InputKind,
    /// None where the properties show only after opening something: then the policy is asked twice.
    pub(super) checks: Option<Vec<Check>>,
    /// What must be allowed on each property of the data.
    pub(super) on_each_property: &'static [&'static str],
    /// Whether it writes to the store.
    pub(super) effect: Effect,
}

impl Access {
    /// To the tokens of a collection as such.
    pub(super) fn to_tokens(
        capabilities: &'static [&'static str],
        check: Check,
        effect: Effect,
    ) -> Self {
        let checks = Some(vec![check]);
        Self { capabilities, input: InputKind::None, checks, on_each_property: &[], effect }
    }
}

/// Whether an operation needs `store.write`.
#[derive(PartialEq, Eq)]
pub(super) enum Effect {
    Reads,
    Writes,
}

/// One call: what it was given, and what has happened in it so far.
pub(super) struct Call<'a, H> {
    pub(super) vault: &'a Vault,
    pub(super) host: &'a H,
    pub(super) action: &'static str,
    pub(super) common: Common<'a>,
    pub(super) collection: Rc<Collection>,
    pub(super) reason: &'static str,
    pub(super) transaction_id: Option<&'a str>,
    /// What a changing call with a transaction ID is known by.
    pub(super) transaction: Option<transaction::Identity>,
    /// What the policy was last asked.
    pub(super) checks: RefCell<Vec<Check>>,
    /// How many tokens the call turned out to concern.
    pub(super) tokens: Cell<usize>,
    pub(super) audited: Cell<bool>,
    pub(super) event_id: OnceCell<String>,
    /// The clock as it was last read.
    pub(super) time: Cell<Option<Millis>>,
}

impl<'a, H: Host> Call<'a, H> {
    pub(super) fn new(
        vault: &'a Vault,
        host: &'a H,
        action: &'static str,
        common: Common<'a>,
        collection: Rc<Collection>,
        reason: &'static str,
    ) -> Self {
        Self {
            vault,
            host,
            action,
            common,
            collection,
            reason,
            transaction_id: None,
            transaction: None,
            checks: RefCell::default(),
            tokens: Cell::new(0),
            audited: Cell::new(false),
            event_id: OnceCell::new(),
            time: Cell::new(None),
        }
    }

    /// `whole` is the request's JSON.
    pub(super) fn identify_transaction(&mut self, request: &Request<'a>, whole: &Json) {
        self.transaction_id = request.transaction_id();
        if let (Request::Changing(_), Some(id)) = (request, self.transaction_id) {
            self.transaction = Some(transaction::Identity::derive(self, id, whole));
        }
    }

    /// Step 4, and what follows it: the reload, and the refusal of a store that cannot be written.
    pub(super) async fn authorize(&self, access: &Access) -> Result<(), Error> {
        self.ask(access, access.checks.as_deref().unwrap_or_default()).await?;
        if self.common.reload_cache {
            let answer =
                self.host.reload().await.map_err(|fault| Callback::Reload.failed(fault))?;
            if let Some(collections) = answer {
                self.vault.replace_collections(&collections)?;
            }
        }
        if access.effect == Effect::Writes && !self.vault.store.writable {
            return Err(ErrorKind::ReadOnly.into());
        }
        Ok(())
    }

    /// Asks the policy one question.
    pub(super) async fn ask(&self, access: &Access, checks: &[Check]) -> Result<(), Error> {
        self.checks.replace(checks.to_vec());
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

    /// Checks what the request shows of its inputs, and that they are not too many or too large:
    /// an object that several requests share counts for each.
    pub(super) fn check_inputs<'i>(
        &self,
        inputs: &'i Inputs<'i>,
    ) -> Result<Vec<CheckedInput<'i>>, Error> {
        self.limit_tokens(inputs.all().len())?;
        let mut total = 0;
        let mut all = Vec::with_capacity(inputs.all().len());
        for input in inputs.all() {
            let checked = inputs.check(input, &self.collection, &self.common)?;
            if let CheckedInput::Shown { opened, .. } = &checked {
                total += opened.canonical.len();
                self.limit_bytes(total)?;
            }
            all.push(checked);
        }
        Ok(all)
    }

    /// Opens the inputs and, where what they hold was not known before, asks the policy again.
    pub(super) async fn open_inputs(
        &self,
        access: &Access,
        inputs: Vec<CheckedInput<'_>>,
        now: Millis,
    ) -> Result<Vec<OpenedInput>, Error> {
        let mut checks = Vec::new();
        let mut envelopes = Envelopes::new(&self.vault.keyring);
        let opened = self.open_each(access, inputs, &mut envelopes, now, &mut checks)?;
        if access.checks.is_none() {
            self.ask(access, &checks).await?;
        }
        Ok(opened)
    }

    /// Opens the inputs, and adds what must be allowed on what they hold to `checks`.
    pub(super) fn open_each(
        &self,
        access: &Access,
        inputs: Vec<CheckedInput<'_>>,
        envelopes: &mut Envelopes<'_>,
        now: Millis,
        checks: &mut Vec<Check>,
    ) -> Result<Vec<OpenedInput>, Error> {
        let mut opened = Vec::with_capacity(inputs.len());
        let mut total = 0;
        for input in inputs {
            let input = input.open(
                envelopes,
                &self.collection,
                &self.common,
                now,
                access.on_each_property,
                checks,
            )?;
            total += input.canonical.len();
            self.limit_bytes(total)?;
            opened.push(input);
        }
        Ok(opened)
    }

    /// Reads the clock.
    pub(super) fn now(&self) -> Result<Millis, Error> {
        let time = self.host.now().map_err(|fault| Callback::Clock.failed(fault))?;
        if !(0..=MAX_CLOCK).contains(&time) {
            return Err(Callback::Clock.failed(Fault::WrongShape));
        }
        self.time.set(Some(time));
        Ok(time)
    }

    /// Step 7: once for each call, before any effect. If it fails, nothing happens.
    pub(super) async fn audit(&self, tokens: usize) -> Result<(), Error> {
        self.tokens.set(tokens);
        if self.audited.replace(true) {
            return Ok(());
        }
        self.tell(Outcome::Allowed, None).await
    }

    /// Tells the audit of a call that ends in an error; if that fails too, the first error stands.
    pub(super) async fn audit_failure(&self, error: &Error) {
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
                let id = make_event_id()?;
                self.event_id.get_or_init(|| id)
            }
        };
        let checks = self.checks.borrow().clone();
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

    pub(super) fn limit_tokens(&self, tokens: usize) -> Result<(), Error> {
        limit("settings.maxTokens", tokens as u64, self.vault.settings.max_tokens as u64)
    }

    pub(super) fn limit_bytes(&self, bytes: usize) -> Result<(), Error> {
        limit("settings.maxBytes", bytes as u64, self.vault.settings.max_bytes)
    }
}

pub(super) fn limit(name: &'static str, actual: u64, most: u64) -> Result<(), Error> {
    if actual > most {
        return Err(ErrorKind::LimitExceeded { limit: name, value: most }.into());
    }
    Ok(())
}

/// What must be allowed on the tokens of a collection as such.
pub(super) fn tokens_check(collection: &Collection, operation: &str, state: State) -> Check {
    let tokens = if state == State::Archived { "archived/tokens" } else { "tokens" };
    Check {
        operation: operation.to_owned(),
        resource: [&collection.name, "/", tokens].concat(),
        data_type: None,
    }
}
