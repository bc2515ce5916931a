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
//! The dispatch is here; steps 4 and 7 are in `call.rs`; 5 to 8, which repeat when somebody else
//! writes first, in `pass.rs`, and how they read the store in `reads.rs`; 5 and 6 of the operations
//! that need no store, in `crypto.rs`.

mod batch;
mod call;
mod count;
mod crypto;
mod decrypt;
mod delete;
mod detokenize;
mod drafts;
#[cfg(test)]
mod empty_store;
mod encrypt;
mod get_by_transaction_id;
mod hash;
mod pass;
mod reads;
mod rotate;
mod search;
mod selection;
mod token_id;
mod tokenize;
mod transaction;
mod unique_tags;
mod update;
mod update_encrypted;

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};
use crate::host::{Check, Host};
use crate::input::{CheckedInput, OpenedInput};
use crate::json::{Json, Members, list_of};
use crate::projection::Projection;
use crate::request::Common;
use crate::vault::Vault;

use self::call::{Access, Call, Effect, limit, tokens_check};
use self::crypto::Opened;
use self::pass::{Pass, Plan};
use self::reads::Stop;

/// An operation's own part of a request, parsed.
enum Request<'a> {
    Changing(Changing<'a>),
    Reading(Reading<'a>),
}

/// A request, and what it shows of its data, checked: the policy can be asked.
enum Checked<'r> {
    Changing(&'r Changing<'r>, Vec<CheckedInput<'r>>),
    Reading(CheckedReading<'r>),
}

/// The operations that write nothing.
enum Reading<'a> {
    Detokenize(detokenize::Request<'a>),
    Search(search::Request<'a>),
    Count,
    GetByTransactionId(get_by_transaction_id::Request<'a>),
    Crypto(crypto::Request<'a>),
}

/// One of them, checked.
enum CheckedReading<'r> {
    Stored(Stored<'r>),
    Crypto(crypto::Checked<'r>),
}

/// Those that read the store.
enum Stored<'r> {
    Detokenize(&'r detokenize::Request<'r>, Projection<'r>),
    Search(&'r search::Request<'r>),
    Count,
    GetByTransactionId(&'r get_by_transaction_id::Request<'r>),
}

/// The operations that write to the store.
enum Changing<'a> {
    Tokenize(tokenize::Request<'a>),
    Update(update::Request<'a>),
    Rotate(rotate::Request<'a>),
    Delete(delete::Request<'a>),
}

impl<'a> Request<'a> {
    fn parse(
        vault: &Vault,
        action: &'static str,
        members: &mut Members<'a>,
        common: &mut Common<'a>,
    ) -> Result<Self, Error> {
        let settings = &vault.settings;
        Ok(match action {
            TOKENIZE => {
                Self::Changing(Changing::Tokenize(tokenize::Request::take(members, settings)?))
            }
            "tokens.update" => {
                Self::Changing(Changing::Update(update::Request::take(members, settings)?))
            }
            "tokens.rotate" => Self::Changing(Changing::Rotate(rotate::Request::take(members))),
            "tokens.delete" => {
                Self::Changing(Changing::Delete(delete::Request::take(members, common)))
            }
            _ => Self::Reading(Reading::parse(vault, action, members, common)?),
        })
    }

    /// Checks what the request shows; with that, what it asks of the policy.
    fn check<H: Host>(&self, call: &Call<'_, H>) -> Result<(Access, Checked<'_>), Error> {
        Ok(match self {
            Self::Changing(request) => {
                let (access, inputs) = request.access(call)?;
                (access, Checked::Changing(request, inputs))
            }
            Self::Reading(request) => {
                let (access, reading) = request.check(call)?;
                (access, Checked::Reading(reading))
            }
        })
    }

    /// The transaction ID, for the operations that take one or ask for one.
    fn transaction_id(&self) -> Option<&'a str> {
        match self {
            Self::Changing(Changing::Tokenize(request)) => request.transaction_id,
            Self::Changing(Changing::Update(request)) => request.transaction_id,
            Self::Changing(Changing::Rotate(request)) => request.transaction_id,
            Self::Reading(Reading::GetByTransactionId(request)) => Some(request.id),
            _ => None,
        }
    }
}

impl<'a> Reading<'a> {
    fn parse(
        vault: &Vault,
        action: &'static str,
        members: &mut Members<'a>,
        common: &Common<'a>,
    ) -> Result<Self, Error> {
        Ok(match action {
            "tokens.detokenize" => Self::Detokenize(detokenize::Request::take(members)),
            "tokens.search" => Self::Search(search::Request::take(members)?),
            "tokens.count" => Self::Count,
            "tokens.transaction" => {
                Self::GetByTransactionId(get_by_transaction_id::Request::take(members))
            }
            _ => Self::Crypto(crypto::Request::parse(vault, action, members, common)?),
        })
    }

    /// Checks what the request shows; with that, what it asks of the policy.
    fn check<H: Host>(&self, call: &Call<'_, H>) -> Result<(Access, CheckedReading<'_>), Error> {
        let (access, stored) = match self {
            Self::Detokenize(request) => {
                let (access, projection) = detokenize::access(call, request)?;
                (access, Stored::Detokenize(request, projection))
            }
            Self::Search(request) => (search::access(call, request), Stored::Search(request)),
            Self::Count => (count::access(call), Stored::Count),
            Self::GetByTransactionId(request) => {
                (get_by_transaction_id::access(call), Stored::GetByTransactionId(request))
            }
            Self::Crypto(request) => {
                let (access, checked) = request.check(call)?;
                return Ok((access, CheckedReading::Crypto(checked)));
            }
        };
        Ok((access, CheckedReading::Stored(stored)))
    }
}

impl CheckedReading<'_> {
    /// Steps 5 and 6. Where the properties show only now, the policy is asked again.
    async fn answer<H: Host>(self, call: &Call<'_, H>, access: &Access) -> Result<Answer, Error> {
        let mut pass = Pass::begin(call)?;
        let mut checks = Vec::new();
        let opened = match self {
            Self::Stored(stored) => {
                Opened::Answer(pass.settle(|pass| stored.answer(pass, &mut checks)).await?)
            }
            Self::Crypto(checked) => checked.open(&mut pass, access, &mut checks)?,
        };
        if access.checks.is_none() && !checks.is_empty() {
            call.ask(access, &checks).await?;
        }
        opened.answer(&mut pass)
    }
}

impl Stored<'_> {
    /// Adds what must be allowed for the answer to `checks`, where it shows only now.
    fn answer<H: Host>(
        &self,
        pass: &mut Pass<'_, H>,
        checks: &mut Vec<Check>,
    ) -> Result<Answer, Stop> {
        match self {
            Self::Detokenize(request, projection) => {
                detokenize::answer(pass, request, projection, checks)
            }
            Self::Search(request) => search::answer(pass, request),
            Self::Count => count::answer(pass),
            Self::GetByTransactionId(request) => get_by_transaction_id::answer(pass, request),
        }
    }
}

/// What an operation that writes nothing has to say, once the audit knows of it.
struct Answer {
    /// JSON.
    text: Zeroizing<String>,
    /// How many tokens or objects it concerns.
    tokens: usize,
}

impl Answer {
    /// For each token or object, an object of one text.
    fn list_of(name: &str, texts: &[String]) -> Self {
        Self { text: list_of(name, texts), tokens: texts.len() }
    }
}

impl Changing<'_> {
    /// What the request brings, as far as it shows, and what it asks of the policy.
    fn access<H: Host>(
        &self,
        call: &Call<'_, H>,
    ) -> Result<(Access, Vec<CheckedInput<'_>>), Error> {
        match self {
            Self::Tokenize(request) => tokenize::access(call, request),
            Self::Update(request) => update::access(call, request),
            Self::Rotate(_) => Ok((rotate::access(call), Vec::new())),
            Self::Delete(request) => Ok((delete::access(call, request), Vec::new())),
        }
    }

    /// Steps 5 and 6.
    fn plan<H: Host>(&self, pass: &mut Pass<'_, H>, inputs: &[OpenedInput]) -> Result<Plan, Stop> {
        match self {
            Self::Tokenize(request) => tokenize::plan(pass, request, inputs),
            Self::Update(request) => update::plan(pass, request, inputs.first()),
            Self::Rotate(request) => rotate::plan(pass, request),
            Self::Delete(request) => delete::plan(pass, request),
        }
    }
}

/// The scope of a request that names none.
const DEFAULT_SCOPE: &str = "default";

const TOKENIZE: &str = "tokens.tokenize";

/// The names by which the policy and the audit know the operations.
const ACTIONS: [&str; 12] = [
    TOKENIZE,
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
    let mut members = Members::of(&parsed, "");
    let mut common = Common::take(&mut members);
    let request = Request::parse(vault, action, &mut members, &mut common)?;
    members.finish()?;
    let collection = vault.collections().get(common.collection)?;
    let reason = common.reason(vault.settings.force_access_reason)?;

    let mut call = Call::new(vault, host, action, common, collection, reason);
    call.identify_transaction(&request, &parsed);
    let answer = perform(&call, &request).await;
    if let Err(error) = &answer {
        call.audit_failure(error).await;
    }
    answer
}

/// Steps 4 to 9.
async fn perform<H: Host>(
    call: &Call<'_, H>,
    request: &Request<'_>,
) -> Result<Zeroizing<String>, Error> {
    let (access, checked) = request.check(call)?;
    call.authorize(&access).await?;
    match checked {
        Checked::Changing(changing, inputs) => pass::run(call, &access, inputs, changing).await,
        Checked::Reading(reading) => {
            let Answer { text, tokens } = reading.answer(call, &access).await?;
            call.audit(tokens).await?;
            Ok(text)
        }
    }
}
