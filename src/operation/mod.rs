//! The operations, one file each, and the order of steps that they share.
//!
//! | step | what |
//! |---|---|
//! | 1, 2, 3 | parse strictly, find the collection, check the reason |
//! | 4 | ask the policy |
//! | 5, 6 | read rows and open them, compute the new rows |
//! | 7 | tell the audit |
//! | 8, 9 | write, answer |
//!
//! Steps 1 to 4 and 7 are here; 5 to 8, which repeat when somebody else writes first, are in
//! `pass.rs`.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

mod batch;
mod detokenize;
mod encrypt;
mod pass;
mod rotate;
mod selection;
mod tokenize;
mod transaction;
mod unique_tags;
mod update;

use alloc::rc::Rc;
use core::cell::{Cell, RefCell};

use zeroize::Zeroizing;

use crate::collection::Collection;
use crate::error::{Error, ErrorKind, Fault};
use crate::host::{
    AccessRequest, AuditEvent, Callback, Check, Decision, Host, InputKind, Millis, Outcome, State,
};
use crate::input::{CheckedInput, OpenedInput, SharedInput};
use crate::json::{Json, Members};
use crate::request::Common;
use crate::sealing::{Envelopes, make_event_id};
use crate::vault::Vault;

use self::pass::{Pass, Plan};

/// The latest time a clock may tell (the year 9892): any expiry after it can still be written.
const MAX_CLOCK: Millis = 250_000_000_000_000;

/// An operation's own part of a request, parsed.
enum Request {
    Changing(Changing),
    Detokenize(detokenize::Request),
    Encrypt(encrypt::Request),
}

/// The operations that write to the store.
enum Changing {
    Tokenize(tokenize::Request),
    Update(update::Request),
    Rotate(rotate::Request),
}

impl Request {
    fn parse(vault: &Vault, action: &'static str, members: &mut Members) -> Result<Self, Error> {
        let settings = &vault.settings;
        Ok(match action {
            "tokens.tokenize" => {
                Self::Changing(Changing::Tokenize(tokenize::Request::take(members, settings)?))
            }
            "tokens.update" => {
                Self::Changing(Changing::Update(update::Request::take(members, settings)?))
            }
            "tokens.rotate" => Self::Changing(Changing::Rotate(rotate::Request::take(members)?)),
            "tokens.detokenize" => Self::Detokenize(detokenize::Request::take(members)?),
            "crypto.encrypt" => Self::Encrypt(encrypt::Request::take(members, settings)?),
            unbuilt => return Err(ErrorKind::NotImplemented { feature: unbuilt }.into()),
        })
    }

    /// The transaction ID, for the operations that take one.
    fn transaction_id(&self) -> Option<&str> {
        match self {
            Self::Changing(Changing::Tokenize(request)) => request.transaction_id.as_deref(),
            Self::Changing(Changing::Update(request)) => request.transaction_id.as_deref(),
            Self::Changing(Changing::Rotate(request)) => request.transaction_id.as_deref(),
            Self::Detokenize(_) | Self::Encrypt(_) => None,
        }
    }
}

impl Changing {
    /// What the request brings, as far as it shows, and what it asks of the policy.
    fn access<H: Host>(&self, call: &Call<'_, H>) -> Result<(Access, Vec<CheckedInput>), Error> {
        match self {
            Self::Tokenize(request) => tokenize::access(call, request),
            Self::Update(request) => update::access(call, request),
            Self::Rotate(_) => Ok((rotate::access(call), Vec::new())),
        }
    }

    /// Steps 5 and 6.
    async fn plan<H: Host>(
        &self,
        pass: &mut Pass<'_, H>,
        inputs: &[OpenedInput],
    ) -> Result<Plan, Error> {
        match self {
            Self::Tokenize(request) => tokenize::plan(pass, request, inputs).await,
            Self::Update(request) => update::plan(pass, request, inputs.first()).await,
            Self::Rotate(request) => rotate::plan(pass, request).await,
        }
    }
}

/// The names by which the policy and the audit know the operations.
const ACTIONS: [&str; 12] = [
    "tokens.tokenize",
    "tokens.detokenize",
    "tokens.update",
    "tokens.rotate",
    "tokens.search",
    "tokens.delete",
    "tokens.count",
    "tokens.transaction",
    "crypto.encrypt",
    "crypto.decrypt",
    "crypto.updateEncrypted",
    "crypto.hash",
];

/// Runs an operation from its text to its answer.
pub(crate) async fn run<H: Host>(
    vault: &Vault,
    host: &H,
    operation: &str,
    request: &str,
) -> Result<Zeroizing<String>, Error> {
    let action = ACTIONS.into_iter().find(|action| *action == operation);
    let action = action.ok_or(ErrorKind::Internal("an operation of that name does not exist"))?;

    let parsed = Json::parse(request, "request")?;
    let transaction_request = transaction::Request::of(&parsed, action)?;
    let mut members = Members::of(parsed, "")?;
    let common = Common::take(&mut members)?;
    let request = Request::parse(vault, action, &mut members)?;
    members.finish()?;
    let collection = vault.collections().get(&common.collection)?;
    let reason = common.reason(vault.settings.force_access_reason)?;

    let mut call = Call::new(vault, host, action, common, collection, reason);
    let answer = match call.identify_transaction(&request, transaction_request.as_ref()) {
        Err(error) => Err(error),
        Ok(()) => match request {
            Request::Changing(request) => change(&call, &request).await,
            Request::Detokenize(request) => detokenize::run(&call, request).await,
            Request::Encrypt(request) => encrypt::run(&call, request).await,
        },
    };
    if let Err(error) = &answer {
        call.audit_failure(error).await;
    }
    answer
}

async fn change<H: Host>(
    call: &Call<'_, H>,
    request: &Changing,
) -> Result<Zeroizing<String>, Error> {
    let (access, inputs) = request.access(call)?;
    call.authorize(&access).await?;
    pass::run(call, &access, inputs, request).await
}

/// What an operation asks of the policy.
struct Access {
    capabilities: &'static [&'static str],
    input: InputKind,
    /// None where the properties show only after opening something: then the policy is asked twice.
    checks: Option<Vec<Check>>,
    /// What must be allowed on each property of the data.
    on_each_property: &'static [&'static str],
    /// Whether it writes to the store.
    effect: Effect,
}

/// Whether an operation needs `store.write`.
#[derive(PartialEq, Eq)]
enum Effect {
    Reads,
    Writes,
}

/// One call: what it was given, and what has happened in it so far.
struct Call<'a, H> {
    vault: &'a Vault,
    host: &'a H,
    action: &'static str,
    common: Common,
    collection: Rc<Collection>,
    reason: &'static str,
    transaction: Option<transaction::Identity>,
    /// What the policy was last asked.
    checks: RefCell<Vec<Check>>,
    /// How many tokens the call turned out to concern.
    tokens: Cell<usize>,
    audited: Cell<bool>,
    event_id: RefCell<Option<String>>,
    /// The clock as it was last read.
    time: Cell<Option<Millis>>,
}

impl<'a, H: Host> Call<'a, H> {
    fn new(
        vault: &'a Vault,
        host: &'a H,
        action: &'static str,
        common: Common,
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
            transaction: None,
            checks: RefCell::default(),
            tokens: Cell::new(0),
            audited: Cell::new(false),
            event_id: RefCell::default(),
            time: Cell::new(None),
        }
    }

    fn identify_transaction(
        &mut self,
        request: &Request,
        whole: Option<&transaction::Request>,
    ) -> Result<(), Error> {
        if let (Some(id), Some(whole)) = (request.transaction_id(), whole) {
            self.transaction = Some(transaction::Identity::derive(self, id, whole)?);
        }
        Ok(())
    }

    /// Step 4, and what follows it: the reload, and the refusal of a store that cannot be written.
    async fn authorize(&self, access: &Access) -> Result<(), Error> {
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
    async fn ask(&self, access: &Access, checks: &[Check]) -> Result<(), Error> {
        self.checks.replace(checks.to_vec());
        let request = AccessRequest {
            action: self.action,
            capabilities: access.capabilities,
            checks,
            input: access.input,
            collection: &self.collection.name,
            tenant_ids: &self.common.tenants,
            reason: self.reason,
            adhoc_reason: self.common.adhoc_reason.as_deref(),
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
    fn check_inputs(&self, inputs: &[SharedInput]) -> Result<Vec<CheckedInput>, Error> {
        self.limit_tokens(inputs.len())?;
        let mut total = 0;
        inputs
            .iter()
            .map(|input| {
                let checked = input.check(&self.collection, &self.common)?;
                if let CheckedInput::Shown { opened, .. } = &checked {
                    total += opened.canonical.len();
                    self.limit_bytes(total)?;
                }
                Ok(checked)
            })
            .collect()
    }

    /// Opens the inputs and, where what they hold was not known before, asks the policy again.
    async fn open_inputs(
        &self,
        access: &Access,
        inputs: Vec<CheckedInput>,
        now: Millis,
    ) -> Result<Vec<OpenedInput>, Error> {
        let mut envelopes = Envelopes::new(&self.vault.keyring);
        let mut checks = Vec::new();
        let mut opened = Vec::with_capacity(inputs.len());
        let mut total = 0;
        for input in inputs {
            let input = input.open(
                &mut envelopes,
                &self.collection,
                &self.common,
                now,
                access.on_each_property,
                &mut checks,
            )?;
            total += input.canonical.len();
            self.limit_bytes(total)?;
            opened.push(input);
        }
        if access.checks.is_none() {
            self.ask(access, &checks).await?;
        }
        Ok(opened)
    }

    /// Reads the clock.
    fn now(&self) -> Result<Millis, Error> {
        let time = self.host.now().map_err(|fault| Callback::Clock.failed(fault))?;
        if !(0..=MAX_CLOCK).contains(&time) {
            return Err(Callback::Clock.failed(Fault::WrongShape));
        }
        self.time.set(Some(time));
        Ok(time)
    }

    /// Step 7: once for each call, before any effect. If it fails, nothing happens.
    async fn audit(&self, tokens: usize) -> Result<(), Error> {
        self.tokens.set(tokens);
        if self.audited.replace(true) {
            return Ok(());
        }
        self.tell(Outcome::Allowed, None).await
    }

    /// Tells the audit of a call that ends in an error; if that fails too, the first error stands.
    async fn audit_failure(&self, error: &Error) {
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
        let id = self.event_id.take().map_or_else(make_event_id, Ok)?;
        self.event_id.replace(Some(id.clone()));
        let checks = self.checks.borrow().clone();
        let event = AuditEvent {
            id: &id,
            time,
            action: self.action,
            collection: &self.collection.name,
            tenant_ids: &self.common.tenants,
            reason: self.reason,
            adhoc_reason: self.common.adhoc_reason.as_deref(),
            custom_audit: self.common.custom_audit.as_deref(),
            transaction_id: self.transaction.as_ref().map(transaction::Identity::id),
            decision,
            code,
            checks: &checks,
            tokens: self.tokens.get(),
        };
        self.host.audit(&event).await.map_err(|fault| Callback::Audit.failed(fault))
    }

    fn limit_tokens(&self, tokens: usize) -> Result<(), Error> {
        limit("settings.maxTokens", tokens as u64, self.vault.settings.max_tokens as u64)
    }

    fn limit_bytes(&self, bytes: usize) -> Result<(), Error> {
        limit("settings.maxBytes", bytes as u64, self.vault.settings.max_bytes)
    }
}

fn limit(name: &'static str, actual: u64, most: u64) -> Result<(), Error> {
    if actual > most {
        return Err(ErrorKind::LimitExceeded { limit: name, value: most }.into());
    }
    Ok(())
}

/// What must be allowed on the tokens of a collection as such.
fn tokens_check(collection: &Collection, operation: &str, state: State) -> Check {
    let tokens = if state == State::Archived { "archived/tokens" } else { "tokens" };
    Check {
        operation: operation.to_owned(),
        resource: [&collection.name, "/", tokens].concat(),
        data_type: None,
    }
}
