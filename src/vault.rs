//! A configured vault: parsed once, then it runs operations and keeps nothing between them.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use zeroize::Zeroizing;

use crate::collection::Collections;
use crate::error::{Error, ErrorKind, Fault};
use crate::host::{Callback, Host};
use crate::json::{ANY_TEXT, Json, Members};
use crate::operation;
use crate::sealing::Keyring;
use crate::settings::{Settings, StoreLimits};

/// Keys, collections and settings. One serves any number of calls at once.
#[derive(Debug)]
pub struct Vault {
    pub(crate) keyring: Keyring,
    pub(crate) settings: Settings,
    pub(crate) store: StoreLimits,
    /// Whether the host has an audit; if not, no event is made.
    pub(crate) audits: bool,
    collections: RefCell<Rc<Collections>>,
}

impl Vault {
    /// `configuration` is JSON: `{primary, data: [names], collections, settings, store, audits}`
    /// (`docs/boundary.md`). `secrets` is the index secret and then that of each name in `data`, 32
    /// bytes each.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] naming the place.
    pub fn open(configuration: &str, secrets: &[u8]) -> Result<Self, Error> {
        Json::parse(configuration, "configuration")
            .and_then(|configuration| Self::parse(&configuration, secrets))
            .map_err(as_configuration)
    }

    fn parse(configuration: &Json, secrets: &[u8]) -> Result<Self, Error> {
        let mut members = Members::of(configuration, "");
        let primary = members.text("primary", &ANY_TEXT);
        let names = members.texts("data", &ANY_TEXT);
        members.check()?;
        let keyring = Keyring::derive(primary, &names, secrets)?;
        let collections = Collections::parse(members.required("collections")?)?;
        let defaults = Json::Object(Vec::new());
        let settings = Settings::parse(members.optional("settings").unwrap_or(&defaults))?;
        let store = StoreLimits::parse(members.required("store")?)?;
        let audits = members.flag("audits", false);
        members.finish()?;
        let collections = RefCell::new(Rc::new(collections));
        Ok(Self { keyring, settings, store, audits, collections })
    }

    /// Runs one operation, named as the policy sees it (`tokens.update`), on the JSON text of its
    /// parameter object. Answers JSON text; empty where the operation answers nothing.
    ///
    /// # Errors
    /// Any [`Error`]; what was not answered did not happen, unless the context says that the outcome
    /// is unknown.
    pub async fn call<H: Host>(
        &self,
        host: &H,
        operation: &str,
        request: &str,
    ) -> Result<Zeroizing<String>, Error> {
        operation::run(self, host, operation, request).await
    }

    /// The collections as they are now: a reload holds from the next call.
    pub(crate) fn collections(&self) -> Rc<Collections> {
        Rc::clone(&self.collections.borrow())
    }

    /// Takes the collections that the host's `reload` answered.
    pub(crate) fn replace_collections(&self, answer: &str) -> Result<(), Error> {
        let collections = Json::parse(answer, "collections");
        let collections = collections.and_then(|collections| Collections::parse(&collections));
        let collections = collections.map_err(|_| Callback::Reload.failed(Fault::WrongShape))?;
        *self.collections.borrow_mut() = Rc::new(collections);
        Ok(())
    }
}

/// The same reader serves requests and configurations; only the error differs.
fn as_configuration(error: Error) -> Error {
    match error.kind() {
        ErrorKind::BadRequest { field, problem } => {
            ErrorKind::Configuration { place: field.clone(), problem }.into()
        }
        _ => error,
    }
}
