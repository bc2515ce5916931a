//! What an operation is.

use std::rc::Rc;

use crate::error::Error;
use crate::host::Host;
use crate::json::strict::Parameters;
use crate::operation::call::{Call, Effect};
use crate::request::common::{APP_FUNCTIONALITY, Common};
use crate::schema::collection::{Collection, Collections};
use crate::settings::Settings;

/// One operation: its own part of a request, parsed, and what it does.
pub(crate) trait Operation<'a>: Sized {
    /// The name by which the policy and the audit know it.
    const ACTION: &'static str;
    /// Whether it needs `store.write`.
    const EFFECT: Effect = Effect::Reads;

    /// Takes its parameters out of a request.
    fn take(
        parameters: &mut Parameters<'a>,
        common: &mut Common<'a>,
        settings: &Settings,
    ) -> Result<Self, Error>;

    /// The collection that it is about.
    fn collection(collections: &Collections, name: &str) -> Result<Rc<Collection>, Error> {
        collections.get(name)
    }

    /// The access reason of a request that gives none. None: it must give one.
    fn default_reason(settings: &Settings) -> Option<&'static str> {
        (!settings.force_access_reason).then_some(APP_FUNCTIONALITY)
    }

    /// The names of properties that it was given, in `fields`, `props`, `prop` and `fpprops`.
    fn property_names(&self) -> Vec<&str> {
        Vec::new()
    }

    /// The transaction ID that it takes, or asks for.
    fn transaction_id(&self) -> Option<&'a str> {
        None
    }

    /// From the policy's question to the answer, as JSON text; empty where it answers nothing.
    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error>;
}

/// The scope of a request that names none.
pub(crate) const DEFAULT_SCOPE: &str = "default";
