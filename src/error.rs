//! Every way a call can fail. The variant alone decides code, status, message and context.
//!
//! `PV` codes are the public token API's and keep their public meaning; `VL` codes are Vaultlet's
//! own, for cases whose public code is not known. No message or context ever holds a value of
//! personal data or key material.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use serde::{Serialize, Serializer};
use strum::IntoStaticStr;

/// The setting that says how many bytes of rows a call may read, and write.
pub(crate) const MAX_BYTES: &str = "settings.maxBytes";

/// Where the error codes are described, relative to the package.
const DOCUMENTATION: &str = "docs/errors.md";

/// The callbacks, by the name an error gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
pub enum Callback {
    /// `store.read`
    #[strum(serialize = "store.read")]
    Read,
    /// `store.write`
    #[strum(serialize = "store.write")]
    Write,
    /// `policy`
    #[strum(serialize = "policy")]
    Policy,
    /// `audit`
    #[strum(serialize = "audit")]
    Audit,
    /// `clock`
    #[strum(serialize = "clock")]
    Clock,
    /// `reload`
    #[strum(serialize = "reload")]
    Reload,
}

impl Callback {
    /// As the host spells it.
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub(crate) fn failed(self, fault: Fault) -> Error {
        match fault {
            Fault::OverLimit(value) => ErrorKind::LimitExceeded { limit: MAX_BYTES, value }.into(),
            fault => ErrorKind::Callback { callback: self, fault, outcome_unknown: false }.into(),
        }
    }
}

/// What the host threw, carried through the core untouched and never looked into.
#[derive(Clone)]
pub struct Cause(pub Rc<dyn Any>);

impl fmt::Debug for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Cause(..)")
    }
}

/// Why a callback gave no answer that can be used.
#[derive(Debug, Clone)]
pub enum Fault {
    /// It threw or rejected, with this.
    Threw(Cause),
    /// It answered something else than the contract says.
    WrongShape,
    /// The same, with what was wrong where, and nothing of the answer.
    WrongShapeAt(String),
    /// It answered more bytes of rows than the call may read, which are so many.
    OverLimit(u64),
    /// It did not answer within `timeoutMs`.
    TimedOut,
}

/// A failed call: what the caller sees. One pointer wide, for most of the core's functions answer it.
#[derive(Debug, Clone)]
pub struct Error(Box<Failure>);

#[derive(Debug, Clone)]
struct Failure {
    kind: ErrorKind,
    /// The place in the request, as the caller wrote it, where the kind does not say it.
    place: Option<String>,
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(Failure { kind, place: None }))
    }
}

/// What went wrong.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A callback threw, or answered the wrong shape, or did not answer in time.
    Callback {
        /// Which one.
        callback: Callback,
        /// How it failed.
        fault: Fault,
        /// The write may or may not have landed, and the store could not be asked.
        outcome_unknown: bool,
    },
    /// The platform gave no randomness.
    Randomness,
    /// A defect of Vaultlet itself; the text names no data.
    Internal(&'static str),
    /// No access reason, and the vault insists on one.
    ReasonMissing,
    /// An access reason that is not on the list.
    ReasonUnknown {
        /// All that there are.
        known: &'static [&'static str],
    },
    /// `Other` without an ad-hoc reason.
    AdhocReasonMissing,
    /// No collection of that name.
    CollectionUnknown {
        /// Its name.
        collection: String,
    },
    /// Not the form of a collection name.
    CollectionName,
    /// The policy refused, or a tenant is outside the request's list.
    Denied {
        /// The policy's own words, if it gave any.
        because: Option<String>,
    },
    /// The policy says that the caller lacks a capability.
    CapabilityMissing {
        /// The policy's own words, if it gave any.
        because: Option<String>,
    },
    /// A tenant outside the request's tenant list.
    TenantOutside,
    /// The request is not of the API's form.
    BadRequest {
        /// The path as the caller wrote it, such as `requestBody.object.fields`.
        field: String,
        /// What it must be.
        problem: Cow<'static, str>,
    },
    /// A changing operation on a store without `write`.
    ReadOnly,
    /// A named token is archived.
    TokenArchived,
    /// Not part of a vault that stores no objects, or not built yet.
    NotImplemented {
        /// What was asked for.
        feature: &'static str,
    },
    /// A value that its property's type does not accept.
    ValueRefused {
        /// The property.
        property: String,
        /// Its type.
        data_type: &'static str,
    },
    /// Null, for a property that is not nullable.
    ValueNull {
        /// The property.
        property: String,
        /// Its type.
        data_type: &'static str,
    },
    /// A property of another type, where one of type `BLOB` must be.
    PropertyNotBlob {
        /// The property.
        property: String,
        /// Its type.
        data_type: &'static str,
    },
    /// A property that the collection does not have.
    PropertyUnknown {
        /// The name, as the caller wrote it.
        property: String,
    },
    /// The query matched no token.
    TokenNotFound,
    /// Some of the named tokens do not exist.
    TokenIdsNotFound {
        /// Those, by comma.
        token_ids: String,
    },
    /// Somebody else kept writing the same tokens.
    Conflict,
    /// The ciphertext's own expiry has come.
    CiphertextArchived,
    /// The configuration given to `openVault` cannot be used.
    Configuration {
        /// The place, such as `settings.maxTags`.
        place: String,
        /// What is wrong with it.
        problem: Cow<'static, str>,
    },
    /// More than the vault or its store takes in one call.
    LimitExceeded {
        /// The setting that limits it.
        limit: &'static str,
        /// Its value.
        value: u64,
    },
    /// A data update whose query matched several tokens.
    DataUpdateOfSeveral,
    /// A data update of a token whose type keeps its data for life.
    DataUpdateOfType {
        /// The token's type.
        token_type: &'static str,
    },
    /// A ciphertext that does not open here, for whatever reason.
    CiphertextRefused,
    /// A ciphertext sealed with another scope than the one given.
    ScopeMismatch,
    /// Another token already holds the new data in that scope.
    DataTaken,
    /// A tag that must be unique is on another token of the tenant.
    TagNotUnique,
    /// A one-way token was named for detokenizing.
    OneWay,
    /// The transaction ID was used with another request.
    TransactionReused,
    /// The given token ID is another token's, or not the one this data has.
    TokenIdTaken,
    /// The card-number template does not fit: not one property of type `CC_NUMBER` among those
    /// tokenized, or no ID is free.
    CardTemplate {
        /// What is wrong.
        problem: &'static str,
    },
    /// Only archived ciphertexts were asked for, and this one is active.
    CiphertextActive,
    /// A transformer that the property's type does not have.
    TransformerUnknown {
        /// The property.
        property: String,
    },
    /// A row that was altered, put together from others, or does not answer the question.
    Integrity,
}

/// What the caller is told of a failure.
struct Description {
    code: &'static str,
    status: u16,
    message: String,
    context: Vec<(&'static str, String)>,
}

#[derive(Serialize)]
struct Body {
    error_code: &'static str,
    message: String,
    #[serde(serialize_with = "as_object")]
    context: Vec<(&'static str, String)>,
    error_url: String,
}

fn as_object<S: Serializer>(
    context: &[(&'static str, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(context.iter().map(|(name, value)| (name, value)))
}

impl Error {
    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Says which part of the request it is about, such as `requestBody[57].object`, if it is about the request and
    /// does not say so yet.
    pub(crate) fn at(mut self, place: &str) -> Self {
        if self.0.kind.is_about_a_part() && self.0.place.is_none() {
            self.0.place = Some(place.to_owned());
        }
        self
    }

    fn describe(&self) -> Description {
        let Failure { kind, place } = &*self.0;
        let mut description = kind.describe();
        description.context.extend(place.clone().map(|place| ("field", place)));
        description
    }

    /// A defect of Vaultlet itself.
    pub(crate) fn internal(problem: &'static str) -> Self {
        ErrorKind::Internal(problem).into()
    }

    /// A request that is not of the API's form, at `field`.
    pub(crate) fn bad_request(
        field: impl Into<String>,
        problem: impl Into<Cow<'static, str>>,
    ) -> Self {
        ErrorKind::BadRequest { field: field.into(), problem: problem.into() }.into()
    }

    /// The stable code: `PV…` as in the public API, `VL…` Vaultlet's own.
    pub fn code(&self) -> &'static str {
        self.describe().code
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.describe().status
    }

    /// Names of what went wrong, for programs: never null, never personal data.
    pub fn context(&self) -> Vec<(&'static str, String)> {
        self.describe().context
    }

    /// The host's own error, where a callback threw one.
    pub fn cause(&self) -> Option<&Cause> {
        match &self.0.kind {
            ErrorKind::Callback { fault: Fault::Threw(cause), .. } => Some(cause),
            _ => None,
        }
    }
}

/// The body of the public API: `{"error_code","message","context","error_url"}`.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Description { code, message, context, .. } = self.describe();
        let error_url = format!("{DOCUMENTATION}#{code}");
        Body { error_code: code, message, context, error_url }.serialize(serializer)
    }
}

impl ErrorKind {
    /// Whether it is about one part of a request, which may have many.
    fn is_about_a_part(&self) -> bool {
        matches!(
            self,
            Self::TokenArchived
                | Self::ValueRefused { .. }
                | Self::ValueNull { .. }
                | Self::PropertyUnknown { .. }
                | Self::CiphertextArchived
                | Self::CiphertextRefused
                | Self::ScopeMismatch
                | Self::TagNotUnique
                | Self::OneWay
                | Self::TokenIdTaken
                | Self::CardTemplate { .. }
                | Self::CiphertextActive
                | Self::TransformerUnknown { .. }
        )
    }

    /// All that the variant decides, each variant in one place.
    fn describe(&self) -> Description {
        match self {
            Self::Callback { callback, fault, outcome_unknown } => {
                let (code, status, how) = match fault {
                    Fault::Threw(_) => ("PV1000", 500, "failed"),
                    Fault::WrongShape | Fault::WrongShapeAt(_) => {
                        ("PV1000", 500, "answered the wrong shape")
                    }
                    Fault::OverLimit(_) => ("PV1000", 500, "answered more than may be read"),
                    Fault::TimedOut => ("PV1009", 503, "did not answer in time"),
                };
                let name = callback.name();
                let mut message = format!("the host's `{name}` {how}");
                let mut context = vec![("callback", name)];
                if let Fault::WrongShapeAt(problem) = fault {
                    message = format!("{message}: {problem}");
                    context.push(("problem", problem));
                }
                if *outcome_unknown {
                    message.push_str(", and whether the write has landed is unknown");
                    context.push(("outcome", "unknown"));
                }
                told(code, status, message, &context)
            }
            Self::Randomness => told("PV1000", 500, "the platform gave no randomness", &[]),
            Self::Internal(problem) => {
                told("PV1000", 500, format!("internal error: {problem}"), &[])
            }
            Self::ReasonMissing => {
                told("PV1001", 400, "the access reason is missing", &[("reason", "")])
            }
            Self::ReasonUnknown { known } => told(
                "PV1002",
                400,
                format!("the access reason must be one of `{}`", known.join("`, `")),
                &[],
            ),
            Self::AdhocReasonMissing => {
                told("VL1003", 404, "the reason `Other` needs an ad-hoc reason", &[])
            }
            Self::CollectionUnknown { collection } => {
                let message = format!("the collection `{collection}` is not found");
                told("PV1004", 404, message, &[("collection", collection)])
            }
            Self::CollectionName => told(
                "PV1008",
                400,
                "the collection name is not a letter followed by at most 39 letters, digits or underscores",
                &[],
            ),
            Self::Denied { because } => {
                let message = "the operation is forbidden due to a policy violation";
                told("PV1006", 403, message, given("because", because).as_slice())
            }
            Self::TenantOutside => {
                let message = "the operation is forbidden for a tenant outside the request's list";
                told("PV1006", 403, message, &[])
            }
            Self::CapabilityMissing { because } => {
                let message = "the operation is forbidden due to missing capabilities";
                told("PV1007", 403, message, given("because", because).as_slice())
            }
            Self::BadRequest { field, problem } => {
                told("PV1012", 400, format!("`{field}` {problem}"), &[("field", field)])
            }
            Self::ReadOnly => {
                told("PV1026", 405, "the operation is not allowed: the store has no `write`", &[])
            }
            Self::TokenArchived => told("PV1033", 410, "a named token is archived", &[]),
            Self::NotImplemented { feature } => told(
                "PV2001",
                501,
                format!("`{feature}` is not implemented"),
                &[("feature", feature)],
            ),
            Self::ValueRefused { property, data_type } => told(
                "PV3002",
                400,
                format!("the value of `{property}` is not of the type `{data_type}`"),
                &[("property", property), ("type", data_type)],
            ),
            Self::ValueNull { property, data_type } => told(
                "PV3002",
                400,
                format!("the value of `{property}` is null, and the property is not nullable"),
                &[("property", property), ("type", data_type)],
            ),
            Self::PropertyNotBlob { property, data_type } => told(
                "PV3002",
                400,
                format!("`{property}` is of the type `{data_type}`, and not of the type `BLOB`"),
                &[("property", property), ("type", data_type)],
            ),
            Self::PropertyUnknown { property } => {
                let message = format!("the collection has no property `{property}`");
                told("PV3004", 404, message, &[("property", property)])
            }
            Self::TokenNotFound => told("PV3009", 404, "the token is not found", &[]),
            Self::TokenIdsNotFound { token_ids } => {
                told("PV3087", 404, "one or more token IDs not found", &[("token_ids", token_ids)])
            }
            Self::Conflict => {
                told("PV3218", 409, "concurrent conflicting updates to the same tokens", &[])
            }
            Self::CiphertextArchived => {
                told("PV3233", 400, "the encrypted object is archived", &[])
            }
            Self::Configuration { place, problem } => {
                told("VL1000", 400, format!("`{place}` {problem}"), &[("place", place)])
            }
            Self::LimitExceeded { limit, value } => told(
                "VL1001",
                400,
                format!("the request is over the limit `{limit}` of {value}"),
                &[("limit", limit), ("value", &value.to_string())],
            ),
            Self::DataUpdateOfSeveral => {
                told("VL3001", 400, "a data update must match exactly one token ID", &[])
            }
            Self::DataUpdateOfType { token_type } => told(
                "VL3002",
                400,
                format!("the data of a token of type `{token_type}` cannot be updated"),
                &[("type", token_type)],
            ),
            Self::CiphertextRefused => told("VL3003", 400, "the ciphertext does not open", &[]),
            Self::ScopeMismatch => {
                let message = "the ciphertext was sealed with another scope than `scope`";
                told("VL3004", 400, message, &[])
            }
            Self::DataTaken => {
                let message = "another token already holds this data in the token's scope";
                told("VL3006", 409, message, &[])
            }
            Self::TagNotUnique => {
                let message = "a tag of `ensure_unique_tenant_tags` is on another token";
                told("VL3007", 409, message, &[])
            }
            Self::OneWay => told("VL3008", 400, "a `pci_oneway` token cannot be detokenized", &[]),
            Self::TransactionReused => {
                told("VL3009", 409, "the transaction ID was used with another request", &[])
            }
            Self::TokenIdTaken => {
                let message = "`token_id` is another token's, or not the one that this data has";
                told("VL3010", 409, message, &[])
            }
            Self::CardTemplate { problem } => {
                told("VL3011", 400, format!("`fptemplate` {problem}"), &[])
            }
            Self::CiphertextActive => {
                told("VL3012", 400, "the encrypted object is not archived", &[])
            }
            Self::TransformerUnknown { property } => told(
                "VL3013",
                400,
                format!("`props` names a transformer that the type of `{property}` does not have"),
                &[("property", property)],
            ),
            Self::Integrity => told("VL5001", 500, "stored token failed its integrity check", &[]),
        }
    }
}

fn told(
    code: &'static str,
    status: u16,
    message: impl Into<String>,
    context: &[(&'static str, &str)],
) -> Description {
    let context = context.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Description { code, status, message: message.into(), context }
}

/// A word of the host's for the context, if it gave one.
fn given<'a>(name: &'static str, words: &'a Option<String>) -> Option<(&'static str, &'a str)> {
    words.as_deref().map(|words| (name, words))
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.describe().message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.kind, formatter)
    }
}

impl std::error::Error for Error {}
