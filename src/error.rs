//! Every way a call can fail. The variant alone decides code, status, message and context.
//!
//! `PV` codes are the public token API's and keep their public meaning; `VL` codes are Vaultlet's
//! own, for cases whose public code is not known. No message or context ever holds a value of
//! personal data or key material.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::any::Any;
use core::fmt;

use crate::host::Callback;
use crate::json::{self, Writer};

/// Where the error codes are described, relative to the package.
const DOCUMENTATION: &str = "docs/errors.md";

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
    /// It did not answer within `timeoutMs`.
    TimedOut,
}

/// A failed call: what the caller sees. One pointer wide: most of the core's functions answer it, and
/// a wide one would double the wasm.
#[derive(Debug, Clone)]
pub struct Error(Box<ErrorKind>);

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
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
    ReasonUnknown,
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
        problem: &'static str,
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
        problem: &'static str,
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
    /// `props` names a property that the input does not hold.
    PropertyNotInInput {
        /// The property.
        property: String,
    },
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

impl Error {
    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// A defect of Vaultlet itself.
    pub(crate) fn internal(problem: &'static str) -> Self {
        ErrorKind::Internal(problem).into()
    }

    /// A request that is not of the API's form, at `field`.
    pub(crate) fn bad_request(field: impl Into<String>, problem: &'static str) -> Self {
        ErrorKind::BadRequest { field: field.into(), problem }.into()
    }

    /// The stable code: `PV…` as in the public API, `VL…` Vaultlet's own.
    pub fn code(&self) -> &'static str {
        self.0.describe().code
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.0.describe().status
    }

    /// Names of what went wrong, for programs: never null, never personal data.
    pub fn context(&self) -> Vec<(&'static str, String)> {
        self.0.describe().context
    }

    /// The host's own error, where a callback threw one.
    pub fn cause(&self) -> Option<&Cause> {
        match &*self.0 {
            ErrorKind::Callback { fault: Fault::Threw(cause), .. } => Some(cause),
            _ => None,
        }
    }

    /// The body of the public API: `{"error_code","message","context","error_url"}`.
    pub fn to_json(&self) -> String {
        let Description { code, message, context, .. } = self.0.describe();
        let mut writer = Writer::new();
        writer.begin('{');
        writer.member("error_code", code);
        writer.member("message", &message);
        writer.key("context");
        writer.begin('{');
        for (key, value) in &context {
            writer.member(key, value);
        }
        writer.end('}');
        writer.member("error_url", &[DOCUMENTATION, "#", code].concat());
        writer.end('}');
        writer.finish().as_str().to_owned()
    }
}

impl ErrorKind {
    /// All that the variant decides, each variant in one place.
    fn describe(&self) -> Description {
        const FORBIDDEN: &str = "the operation is forbidden due to a policy violation";
        const INCAPABLE: &str = "the operation is forbidden due to missing capabilities";

        let digits;
        // In the message each `%` is the next value; the context has those that have a name.
        let (code, status, message, values): (_, _, &str, &[(&'static str, &str)]) = match self {
            Self::Callback { callback, fault, outcome_unknown } => {
                let (code, status, how) = match fault {
                    Fault::Threw(_) => ("PV1000", 500, "failed"),
                    Fault::WrongShape => ("PV1000", 500, "answered the wrong shape"),
                    Fault::TimedOut => ("PV1009", 503, "did not answer in time"),
                };
                if *outcome_unknown {
                    (
                        code,
                        status,
                        "the host's `%` %, and whether the write has landed is unknown",
                        &[("callback", callback.name()), ("", how), ("outcome", "unknown")],
                    )
                } else {
                    (code, status, "the host's `%` %", &[("callback", callback.name()), ("", how)])
                }
            }
            Self::Randomness => ("PV1000", 500, "the platform gave no randomness", &[]),
            Self::Internal(problem) => ("PV1000", 500, "internal error: %", &[("", problem)]),
            Self::ReasonMissing => {
                ("PV1001", 400, "the access reason is missing", &[("reason", "")])
            }
            Self::ReasonUnknown => {
                ("PV1002", 400, "the access reason is not one of the known reasons", &[])
            }
            Self::AdhocReasonMissing => {
                ("VL1003", 404, "the reason `Other` needs an ad-hoc reason", &[])
            }
            Self::CollectionUnknown { collection } => {
                ("PV1004", 404, "the collection `%` is not found", &[("collection", collection)])
            }
            Self::CollectionName => (
                "PV1008",
                400,
                "the collection name is not a letter followed by at most 39 letters, digits or underscores",
                &[],
            ),
            Self::Denied { because: Some(text) } => {
                ("PV1006", 403, FORBIDDEN, &[("because", text)])
            }
            Self::Denied { because: None } => ("PV1006", 403, FORBIDDEN, &[]),
            Self::TenantOutside => (
                "PV1006",
                403,
                "the operation is forbidden for a tenant outside the request's list",
                &[],
            ),
            Self::CapabilityMissing { because: Some(text) } => {
                ("PV1007", 403, INCAPABLE, &[("because", text)])
            }
            Self::CapabilityMissing { because: None } => ("PV1007", 403, INCAPABLE, &[]),
            Self::BadRequest { field, problem } => {
                ("PV1012", 400, "`%` %", &[("field", field), ("", problem)])
            }
            Self::ReadOnly => {
                ("PV1026", 405, "the operation is not allowed: the store has no `write`", &[])
            }
            Self::TokenArchived => ("PV1033", 410, "a named token is archived", &[]),
            Self::NotImplemented { feature } => {
                ("PV2001", 501, "`%` is not implemented", &[("feature", feature)])
            }
            Self::ValueRefused { property, data_type } => (
                "PV3002",
                400,
                "the value of `%` is not of the type `%`",
                &[("property", property), ("type", data_type)],
            ),
            Self::PropertyUnknown { property } => {
                ("PV3004", 404, "the collection has no property `%`", &[("property", property)])
            }
            Self::TokenNotFound => ("PV3009", 404, "the token is not found", &[]),
            Self::TokenIdsNotFound { token_ids } => {
                ("PV3087", 404, "one or more token IDs not found", &[("token_ids", token_ids)])
            }
            Self::Conflict => {
                ("PV3218", 409, "concurrent conflicting updates to the same tokens", &[])
            }
            Self::CiphertextArchived => ("PV3233", 400, "the encrypted object is archived", &[]),
            Self::Configuration { place, problem } => {
                ("VL1000", 400, "`%` %", &[("place", place), ("", problem)])
            }
            Self::LimitExceeded { limit, value } => {
                digits = json::digits(*value);
                (
                    "VL1001",
                    400,
                    "the request is over the limit `%` of %",
                    &[("limit", limit), ("value", &digits)],
                )
            }
            Self::DataUpdateOfSeveral => {
                ("VL3001", 400, "a data update must match exactly one token ID", &[])
            }
            Self::DataUpdateOfType { token_type } => (
                "VL3002",
                400,
                "the data of a token of type `%` cannot be updated",
                &[("type", token_type)],
            ),
            Self::CiphertextRefused => ("VL3003", 400, "the ciphertext does not open", &[]),
            Self::ScopeMismatch => {
                ("VL3004", 400, "the ciphertext was sealed with another scope than `scope`", &[])
            }
            Self::PropertyNotInInput { property } => (
                "VL3005",
                400,
                "`props` names `%`, which the input does not hold",
                &[("property", property)],
            ),
            Self::DataTaken => {
                ("VL3006", 409, "another token already holds this data in the token's scope", &[])
            }
            Self::TagNotUnique => {
                ("VL3007", 409, "a tag of `ensure_unique_tenant_tags` is on another token", &[])
            }
            Self::OneWay => ("VL3008", 400, "a `pci_oneway` token cannot be detokenized", &[]),
            Self::TransactionReused => {
                ("VL3009", 409, "the transaction ID was used with another request", &[])
            }
            Self::TokenIdTaken => (
                "VL3010",
                409,
                "`token_id` is another token's, or not the one that this data has",
                &[],
            ),
            Self::CardTemplate { problem } => ("VL3011", 400, "`fptemplate` %", &[("", problem)]),
            Self::CiphertextActive => ("VL3012", 400, "the encrypted object is not archived", &[]),
            Self::TransformerUnknown { property } => (
                "VL3013",
                400,
                "`props` names a transformer that the type of `%` does not have",
                &[("property", property)],
            ),
            Self::Integrity => ("VL5001", 500, "stored token failed its integrity check", &[]),
        };
        let named = values.iter().filter(|(name, _)| !name.is_empty());
        Description {
            code,
            status,
            message: fill_in(message, values),
            context: named.map(|(name, value)| (*name, (*value).to_owned())).collect(),
        }
    }
}

/// Without `format!`: its machinery is two kilobytes of wasm.
fn fill_in(template: &str, values: &[(&str, &str)]) -> String {
    let mut values = values.iter();
    let mut text = String::new();
    for character in template.chars() {
        match character {
            '%' => text.push_str(values.next().map_or("", |(_, value)| value)),
            other => text.push(other),
        }
    }
    text
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.describe().message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl core::error::Error for Error {}
