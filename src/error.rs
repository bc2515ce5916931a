//! Every way a call can fail. The variant alone decides code, status, message and context.
//!
//! `PV` codes are the public token API's and keep their public meaning; `VL` codes are Vaultlet's
//! own, for cases whose public code is not known. No message or context ever holds a value of
//! personal data or key material.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::any::Any;
use core::fmt;

use crate::host::Callback;
use crate::json::{self, Json, object};

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
        self.0.code_and_status().0
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.0.code_and_status().1
    }

    /// Names of what went wrong, for programs: never null, never personal data.
    pub fn context(&self) -> Vec<(&'static str, String)> {
        self.0.context()
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
        let context = self.context();
        let context = context.iter().map(|(key, value)| ((*key).to_owned(), Json::text(value)));
        let body = object([
            ("error_code", Json::text(self.code())),
            ("message", Json::text(&self.0.message())),
            ("context", Json::Object(context.collect())),
            ("error_url", Json::text(&[DOCUMENTATION, "#", self.code()].concat())),
        ]);
        body.to_text().as_str().to_owned()
    }
}

impl ErrorKind {
    fn code_and_status(&self) -> (&'static str, u16) {
        match self {
            Self::Callback { fault: Fault::TimedOut, .. } => ("PV1009", 503),
            Self::Callback { .. } | Self::Randomness | Self::Internal(_) => ("PV1000", 500),
            Self::ReasonMissing => ("PV1001", 400),
            Self::ReasonUnknown => ("PV1002", 400),
            Self::CollectionUnknown { .. } => ("PV1004", 404),
            Self::Denied { .. } | Self::TenantOutside => ("PV1006", 403),
            Self::CapabilityMissing { .. } => ("PV1007", 403),
            Self::CollectionName => ("PV1008", 400),
            Self::BadRequest { .. } => ("PV1012", 400),
            Self::ReadOnly => ("PV1026", 405),
            Self::TokenArchived => ("PV1033", 410),
            Self::NotImplemented { .. } => ("PV2001", 501),
            Self::ValueRefused { .. } => ("PV3002", 400),
            Self::PropertyUnknown { .. } => ("PV3004", 404),
            Self::TokenNotFound => ("PV3009", 404),
            Self::TokenIdsNotFound { .. } => ("PV3087", 404),
            Self::Conflict => ("PV3218", 409),
            Self::CiphertextArchived => ("PV3233", 400),
            Self::Configuration { .. } => ("VL1000", 400),
            Self::LimitExceeded { .. } => ("VL1001", 400),
            Self::AdhocReasonMissing => ("VL1003", 404),
            Self::DataUpdateOfSeveral => ("VL3001", 400),
            Self::DataUpdateOfType { .. } => ("VL3002", 400),
            Self::CiphertextRefused => ("VL3003", 400),
            Self::ScopeMismatch => ("VL3004", 400),
            Self::PropertyNotInInput { .. } => ("VL3005", 400),
            Self::DataTaken => ("VL3006", 409),
            Self::TagNotUnique => ("VL3007", 409),
            Self::OneWay => ("VL3008", 400),
            Self::TransactionReused => ("VL3009", 409),
            Self::TokenIdTaken => ("VL3010", 409),
            Self::CardTemplate { .. } => ("VL3011", 400),
            Self::CiphertextActive => ("VL3012", 400),
            Self::TransformerUnknown { .. } => ("VL3013", 400),
            Self::Integrity => ("VL5001", 500),
        }
    }

    fn context(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Callback { callback, outcome_unknown, .. } => {
                let mut context = vec![("callback", callback.name().to_owned())];
                if *outcome_unknown {
                    context.push(("outcome", "unknown".to_owned()));
                }
                context
            }
            Self::ReasonMissing => vec![("reason", String::new())],
            Self::CollectionUnknown { collection } => vec![("collection", collection.clone())],
            Self::Denied { because: Some(text) }
            | Self::CapabilityMissing { because: Some(text) } => {
                vec![("because", text.clone())]
            }
            Self::BadRequest { field, .. } => vec![("field", field.clone())],
            Self::NotImplemented { feature } => vec![("feature", (*feature).to_owned())],
            Self::ValueRefused { property, data_type } => {
                vec![("property", property.clone()), ("type", (*data_type).to_owned())]
            }
            Self::PropertyUnknown { property }
            | Self::PropertyNotInInput { property }
            | Self::TransformerUnknown { property } => {
                vec![("property", property.clone())]
            }
            Self::TokenIdsNotFound { token_ids } => vec![("token_ids", token_ids.clone())],
            Self::Configuration { place, .. } => vec![("place", place.clone())],
            Self::LimitExceeded { limit, value } => {
                vec![("limit", (*limit).to_owned()), ("value", json::digits(*value))]
            }
            Self::DataUpdateOfType { token_type } => vec![("type", (*token_type).to_owned())],
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message())
    }
}

impl ErrorKind {
    /// Put together without `format!`: its machinery is two kilobytes of wasm.
    fn message(&self) -> String {
        let value;
        let parts: &[&str] = match self {
            Self::Callback { callback, fault, outcome_unknown } => &[
                "the host's `",
                callback.name(),
                match fault {
                    Fault::Threw(_) => "` failed",
                    Fault::WrongShape => "` answered the wrong shape",
                    Fault::TimedOut => "` did not answer in time",
                },
                if *outcome_unknown { ", and whether the write has landed is unknown" } else { "" },
            ],
            Self::Randomness => &["the platform gave no randomness"],
            Self::Internal(problem) => &["internal error: ", problem],
            Self::ReasonMissing => &["the access reason is missing"],
            Self::ReasonUnknown => &["the access reason is not one of the known reasons"],
            Self::AdhocReasonMissing => &["the reason `Other` needs an ad-hoc reason"],
            Self::CollectionUnknown { collection } => {
                &["the collection `", collection, "` is not found"]
            }
            Self::CollectionName => &[
                "the collection name is not a letter followed by at most 39 letters, digits or underscores",
            ],
            Self::Denied { .. } => &["the operation is forbidden due to a policy violation"],
            Self::TenantOutside => {
                &["the operation is forbidden for a tenant outside the request's list"]
            }
            Self::CapabilityMissing { .. } => {
                &["the operation is forbidden due to missing capabilities"]
            }
            Self::BadRequest { field, problem } => &["`", field, "` ", problem],
            Self::ReadOnly => &["the operation is not allowed: the store has no `write`"],
            Self::TokenArchived => &["a named token is archived"],
            Self::NotImplemented { feature } => &["`", feature, "` is not implemented"],
            Self::ValueRefused { property, data_type } => {
                &["the value of `", property, "` is not of the type `", data_type, "`"]
            }
            Self::PropertyUnknown { property } => {
                &["the collection has no property `", property, "`"]
            }
            Self::TokenNotFound => &["the token is not found"],
            Self::TokenIdsNotFound { .. } => &["one or more token IDs not found"],
            Self::Conflict => &["concurrent conflicting updates to the same tokens"],
            Self::CiphertextArchived => &["the encrypted object is archived"],
            Self::Configuration { place, problem } => &["`", place, "` ", problem],
            Self::LimitExceeded { limit, value: most } => {
                value = json::digits(*most);
                &["the request is over the limit `", limit, "` of ", &value]
            }
            Self::DataUpdateOfSeveral => &["a data update must match exactly one token ID"],
            Self::DataUpdateOfType { token_type } => {
                &["the data of a token of type `", token_type, "` cannot be updated"]
            }
            Self::CiphertextRefused => &["the ciphertext does not open"],
            Self::ScopeMismatch => &["the ciphertext was sealed with another scope than `scope`"],
            Self::PropertyNotInInput { property } => {
                &["`props` names `", property, "`, which the input does not hold"]
            }
            Self::DataTaken => &["another token already holds this data in the token's scope"],
            Self::TagNotUnique => &["a tag of `ensure_unique_tenant_tags` is on another token"],
            Self::OneWay => &["a `pci_oneway` token cannot be detokenized"],
            Self::TransactionReused => &["the transaction ID was used with another request"],
            Self::TokenIdTaken => {
                &["`token_id` is another token's, or not the one that this data has"]
            }
            Self::CardTemplate { problem } => &["`fptemplate` ", problem],
            Self::CiphertextActive => &["the encrypted object is not archived"],
            Self::TransformerUnknown { property } => {
                &["`props` names a transformer that the type of `", property, "` does not have"]
            }
            Self::Integrity => &["stored token failed its integrity check"],
        };
        parts.concat()
    }
}

impl core::error::Error for Error {}
