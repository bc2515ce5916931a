//! A configured vault: parsed once, and then the same for every call.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use serde::Deserialize;

use crate::error::{Callback, Error, ErrorKind, Fault};
use crate::json::strict::{Parameters, read};
use crate::json::tree::Json;
use crate::label::{LabelHasher, LabelMap};
use crate::schema::collection::Collections;
use crate::sealing::fresh::{EventIds, make_label_hasher};
use crate::sealing::keyring::Keyring;
use crate::settings::{Settings, StoreLimits};

/// Keys, collections and settings. One serves any number of calls at once.
#[derive(Debug)]
pub struct Vault {
    pub(crate) keyring: Keyring,
    pub(crate) settings: Settings,
    pub(crate) store: StoreLimits,
    /// Whether the host has an audit; if not, no event is made.
    pub(crate) audits: bool,
    pub(crate) event_ids: EventIds,
    collections: RefCell<Rc<Collections>>,
    label_hasher: OnceCell<LabelHasher>,
}

#[derive(Deserialize)]
struct Configuration<'a> {
    primary: &'a str,
    #[serde(borrow)]
    data: Vec<&'a str>,
    collections: Collections,
    #[serde(default)]
    settings: Settings,
    store: StoreLimits,
    #[serde(default)]
    audits: bool,
}

impl Vault {
    /// `configuration` is JSON: `{primary, data: [names], collections, settings, store, audits}`
    /// (`docs/boundary.md`). `secrets` is the index secret and then that of each name in `data`, 32
    /// bytes each.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] naming the place.
    pub fn open(configuration: &str, secrets: &[u8]) -> Result<Self, Error> {
        Self::parse(configuration, secrets).map_err(as_configuration)
    }

    fn parse(configuration: &str, secrets: &[u8]) -> Result<Self, Error> {
        let configuration = Json::parse(configuration, "configuration")?;
        let mut members = Parameters::of(&configuration)?;
        let Configuration { primary, data, collections, settings, store, audits } =
            members.take()?;
        members.finish()?;
        settings.check()?;
        Ok(Self {
            keyring: Keyring::derive(primary, &data, secrets)?,
            settings,
            store,
            audits,
            event_ids: EventIds::default(),
            collections: RefCell::new(Rc::new(collections)),
            label_hasher: OnceCell::new(),
        })
    }

    /// The collections as they are now: a reload holds from the next call.
    pub(crate) fn collections(&self) -> Rc<Collections> {
        Rc::clone(&self.collections.borrow())
    }

    /// Takes the collections that the host's `reload` answered.
    pub(crate) fn replace_collections(&self, answer: &str) -> Result<(), Error> {
        let collections = Json::parse(answer, "collections")
            .and_then(|answer| read::<Collections>(&answer, "collections"))
            .map_err(|error| Callback::Reload.failed(as_wrong_shape(&error)))?;
        *self.collections.borrow_mut() = Rc::new(collections);
        Ok(())
    }

    /// A map for so many labels. Its secret key is made when the first map is: a vault can be opened where
    /// the platform gives no randomness yet.
    pub(crate) fn label_map<Value>(&self, capacity: usize) -> Result<LabelMap<Value>, Error> {
        let hasher = match self.label_hasher.get() {
            Some(hasher) => hasher,
            None => {
                let hasher = make_label_hasher()?;
                self.label_hasher.get_or_init(|| hasher)
            }
        };
        Ok(LabelMap::with_capacity_and_hasher(capacity, hasher.clone()))
    }
}

/// The same reader serves what `reload` answers.
fn as_wrong_shape(error: &Error) -> Fault {
    match error.kind() {
        ErrorKind::BadRequest { field, problem } => {
            Fault::WrongShapeAt(format!("{field} {problem}"))
        }
        _ => Fault::WrongShape,
    }
}

/// The same reader serves requests and configurations; only the error differs.
fn as_configuration(error: Error) -> Error {
    match error.kind() {
        ErrorKind::BadRequest { field, problem } => {
            ErrorKind::Configuration { place: field.clone(), problem: problem.clone() }.into()
        }
        _ => error,
    }
}
