//! The data that a request brings, through its stages. Named: nothing but names was looked at, and the
//! policy can be asked. Unopened: it has allowed, as far as it can be asked. Opened: the data is there,
//! and right.
//!
//! Where names show only in a ciphertext, the policy is asked twice, and what the request writes is looked
//! at after the second question: a caller whom it refuses learns nothing of the collection.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::error::{Error, ErrorKind};
use crate::host::{Check, Host, InputKind, Millis, State};
use crate::json::tree::{Json, Member};
use crate::operation::call::{Access, Call};
use crate::operation::checks::{PropertyChecks, as_of_today};
use crate::request::common::Common;
use crate::request::input::{
    EncryptedObject, Fields, Input, Inputs, Object, TENANT_FIELD, Tenancy,
};
use crate::request::name::Name;
use crate::schema::collection::Collection;
use crate::schema::data::{Data, parse_unsealed};
use crate::sealing::ciphertext::Ciphertext;
use crate::sealing::envelope::Envelopes;

/// The inputs of a call, as the request names them.
pub(crate) struct NamedInputs<'i> {
    all: Vec<NamedInput<'i>>,
    tenancy: Tenancy,
}

struct NamedInput<'i> {
    input: &'i Input<'i>,
    /// The input that holds its object: itself, or the one that it names.
    source: &'i Input<'i>,
    /// The place of that one.
    written_at: usize,
    /// What must be allowed on each of its properties.
    operations: &'static [&'static str],
}

impl<'i> NamedInputs<'i> {
    /// `operations` says what must be allowed on the properties of an input, by its place in the array
    /// and where its data comes from.
    pub(crate) fn of(
        inputs: &'i Inputs<'i>,
        operations: impl Fn(usize, InputKind) -> &'static [&'static str],
    ) -> Result<Self, Error> {
        let mut all = Vec::with_capacity(inputs.all.len());
        for (index, input) in inputs.all.iter().enumerate() {
            let written_at = if let Object::SameAs(named) = input.object { named } else { index };
            let Some(source) = inputs.source_of(input) else {
                return Err(Error::internal("an input was not resolved"));
            };
            let operations = operations(index, kind_of(source));
            all.push(NamedInput { input, source, written_at, operations });
        }
        Ok(Self { all, tenancy: inputs.tenancy })
    }

    /// Whether this must be allowed on properties of any of them.
    pub(crate) fn need(&self, operation: &str) -> bool {
        self.all.iter().any(|input| input.operations.contains(&operation))
    }

    /// Step 4: asks the policy and, unless it is to be asked again, looks at what the request writes.
    pub(crate) async fn authorize<H: Host>(
        self,
        call: &Call<'_, H>,
        capabilities: &'static [&'static str],
    ) -> Result<(Access, Unopened<'i>), Error> {
        let all_show = self.all.iter().all(NamedInput::shows_names);
        let checks = all_show.then(|| self.checks(&call.collection, &[]));
        let access = Access { capabilities, input: self.kind(), checks };
        call.authorize(&access).await?;
        let written = match access.checks {
            Some(_) => Some(self.check_written(call, &[])?),
            None => None,
        };
        Ok((access, Unopened { inputs: self, written, is_asked_again: false }))
    }

    /// Where the data of these comes from.
    fn kind(&self) -> InputKind {
        let mut kinds = self.all.iter().map(|input| kind_of(input.source));
        if self.all.is_empty() {
            InputKind::None
        } else if kinds.any(|kind| kind == InputKind::Encrypted) {
            InputKind::Encrypted
        } else {
            InputKind::Fields
        }
    }

    /// What must be allowed on the properties of all of them; `held` has the names in the ciphertext that
    /// is written at each place.
    fn checks(&self, collection: &Collection, held: &[Vec<&str>]) -> Rc<[Check]> {
        let mut checks = PropertyChecks::default();
        // Of those that share an object and mean all of it, one is enough.
        let mut whole = BTreeSet::new();
        for input in &self.all {
            if input.input.props.is_none() && !whole.insert((input.written_at, input.operations)) {
                continue;
            }
            let held = held.get(input.written_at).into_iter().flatten().copied();
            let names = input.names().unwrap_or_else(|| held.collect());
            for name in names {
                checks.add(input.operations, name);
            }
        }
        checks.on(collection)
    }

    /// Opens the ciphertexts, each where it is written: of those that share it nobody opens it again.
    fn open_ciphertexts<H: Host>(&self, call: &Call<'_, H>) -> Result<Ciphertexts, Error> {
        let mut envelopes = Envelopes::new(&call.vault.keyring);
        let mut ciphertexts = Vec::with_capacity(self.all.len());
        for NamedInput { input, .. } in &self.all {
            ciphertexts.push(match &input.object {
                Object::Encrypted(object) => {
                    let opened = open_ciphertext(object, &mut envelopes, call);
                    Some(opened.map_err(|error| error.at(&input.path))?)
                }
                Object::Fields(_) | Object::SameAs(_) => None,
            });
        }
        Ok(ciphertexts)
    }

    /// Asks the policy again, now that it shows what the ciphertexts hold, and looks at what the request writes.
    async fn ask_of_held<H: Host>(
        &self,
        call: &Call<'_, H>,
        access: &Access,
        fields: &[Vec<Member<'_>>],
    ) -> Result<Vec<Option<OpenedInput>>, Error> {
        let held: Vec<Vec<&str>> =
            fields.iter().map(|fields| fields.iter().map(|(name, _)| &**name).collect()).collect();
        call.ask(access, &self.checks(&call.collection, &held)).await?;
        self.check_written(call, &held)
    }

    /// Looks at what the request writes, after the policy has allowed: at all names first, then at the
    /// values, then at the tenants. Answers the data of `fields`.
    fn check_written<H: Host>(
        &self,
        call: &Call<'_, H>,
        held: &[Vec<&str>],
    ) -> Result<Vec<Option<OpenedInput>>, Error> {
        call.limit_tokens(self.all.len())?;
        self.check_names(&call.collection, held)?;
        let canonicals = self.check_values(call)?;
        let mut written = Vec::with_capacity(self.all.len());
        for (NamedInput { source, .. }, canonical) in self.all.iter().zip(canonicals) {
            let Some(canonical) = canonical else {
                written.push(None);
                continue;
            };
            let tenant = match self.tenancy {
                Tenancy::OfTheRequest => tenant_of_fields(&call.common, source)?,
                Tenancy::OfTheToken => None,
            };
            written.push(Some(OpenedInput { canonical, tenant }));
        }
        Ok(written)
    }

    /// Refuses a name that the collection lacks: of those that are written, and then of those in ciphertexts that are
    /// meant whole.
    fn check_names(&self, collection: &Collection, held: &[Vec<&str>]) -> Result<(), Error> {
        for input in self.all.iter().map(|input| input.input) {
            for name in input.property_names() {
                collection.property(name).map_err(|error| error.at(&input.path))?;
            }
        }
        let hidden = self.all.iter().filter(|input| !input.shows_names());
        let hidden: BTreeSet<usize> = hidden.map(|input| input.written_at).collect();
        for place in hidden {
            let Some((named, held)) = self.all.get(place).zip(held.get(place)) else { continue };
            for name in held {
                collection.property(name).map_err(|error| error.at(&named.input.path))?;
            }
        }
        Ok(())
    }

    /// The data of `fields`, each as canonical JSON of the properties that are meant.
    fn check_values<H: Host>(&self, call: &Call<'_, H>) -> Result<Vec<Option<String>>, Error> {
        let mut canonicals = Vec::with_capacity(self.all.len());
        let mut total = 0;
        // The data of each place: what several requests share is checked once.
        let mut checked = BTreeMap::new();
        for NamedInput { input, source, written_at, .. } in &self.all {
            let Object::Fields(Fields { values, .. }) = &source.object else {
                canonicals.push(None);
                continue;
            };
            let data = match checked.entry(*written_at) {
                Entry::Occupied(data) => data.into_mut(),
                Entry::Vacant(place) => {
                    let data = Data::check(&call.collection, values);
                    place.insert(data.map_err(|error| error.at(&source.path))?)
                }
            };
            let data = data.select(input.props.as_deref(), &input.path)?;
            let canonical = data.canonical(&input.path)?;
            // An object that several requests share counts for each.
            total += canonical.len();
            call.limit_bytes(total)?;
            canonicals.push(Some(canonical));
        }
        Ok(canonicals)
    }
}

impl<'i> NamedInput<'i> {
    /// Whether the request names its properties.
    fn shows_names(&self) -> bool {
        self.input.props.is_some() || matches!(self.source.object, Object::Fields(_))
    }

    /// The properties that are meant, if the request names them. A null counts as absent.
    fn names(&self) -> Option<Vec<&'i str>> {
        if let Some(props) = &self.input.props {
            return Some(props.clone());
        }
        let Object::Fields(Fields { values, .. }) = &self.source.object else { return None };
        let given = values.iter().filter(|(_, value)| *value != Json::Null);
        Some(given.map(|(name, _)| &**name).collect())
    }
}

fn kind_of(source: &Input<'_>) -> InputKind {
    match source.object {
        Object::Encrypted(_) => InputKind::Encrypted,
        Object::Fields(_) | Object::SameAs(_) => InputKind::Fields,
    }
}

/// One tenant listed gives the object to that tenant; of several, the fields must name one; where
/// none is listed, the fields may.
fn tenant_of_fields(common: &Common<'_>, source: &Input<'_>) -> Result<Option<String>, Error> {
    let Object::Fields(Fields { tenant: given, .. }) = &source.object else { return Ok(None) };
    match (common.tenants.as_slice(), given.as_ref().map(|Name(tenant)| *tenant)) {
        ([], given) => Ok(given.map(str::to_owned)),
        ([only], None) => Ok(Some((*only).to_owned())),
        (_, Some(given)) if common.admits(Some(given)) => Ok(Some(given.to_owned())),
        (_, Some(_)) => Err(ErrorKind::TenantOutside.into()),
        (_, None) => Err(Error::bad_request(
            format!("{}.fields.{TENANT_FIELD}", source.path),
            "must name one of the tenants in `xTenantId`",
        )),
    }
}

/// The inputs of a call that the policy has allowed, as far as it can be asked.
pub(crate) struct Unopened<'i> {
    inputs: NamedInputs<'i>,
    /// The data of `fields`; none where the policy is to be asked again before anything is looked at.
    written: Option<Vec<Option<OpenedInput>>>,
    /// Whether it has been asked again.
    is_asked_again: bool,
}

/// The ciphertexts of a call, each where it is written.
type Ciphertexts = Vec<Option<Ciphertext>>;

impl Unopened<'_> {
    /// Of a call that brings no data.
    pub(crate) fn none() -> Self {
        let inputs = NamedInputs { all: Vec::new(), tenancy: Tenancy::OfTheToken };
        Self { inputs, written: Some(Vec::new()), is_asked_again: false }
    }

    /// Asks the policy the second question of a transaction that has landed: what was asked then, with the
    /// types of today. No ciphertext is opened.
    pub(crate) async fn ask_again<H: Host>(
        &self,
        call: &Call<'_, H>,
        access: &Access,
        asked: &[Check],
    ) -> Result<(), Error> {
        call.ask(access, &as_of_today(asked, &call.collection)).await?;
        self.inputs.check_written(call, &[]).map(|_| ())
    }

    /// Before a request is told that another has its transaction: asks the policy what is to be asked of this one.
    pub(crate) async fn ask_of_another<H: Host>(
        &self,
        call: &Call<'_, H>,
        access: &Access,
    ) -> Result<(), Error> {
        if access.checks.is_some() || self.is_asked_again {
            return Ok(());
        }
        let ciphertexts = self.inputs.open_ciphertexts(call)?;
        self.inputs.ask_of_held(call, access, &fields_in_each(&ciphertexts)?).await.map(|_| ())
    }

    /// Opens the ciphertexts and, where what they hold was not known before, asks the policy again.
    pub(crate) async fn open<H: Host>(
        &mut self,
        call: &Call<'_, H>,
        access: &Access,
        now: Millis,
    ) -> Result<Vec<OpenedInput>, Error> {
        let Self { inputs, written, is_asked_again } = self;
        let all = &inputs.all;
        let ciphertexts = inputs.open_ciphertexts(call)?;
        let fields = fields_in_each(&ciphertexts)?;
        let written = match written.take() {
            Some(written) => written,
            None => {
                let written = inputs.ask_of_held(call, access, &fields).await?;
                *is_asked_again = true;
                written
            }
        };
        let mut opened = Vec::with_capacity(all.len());
        let mut total = 0;
        for (input, written) in all.iter().zip(written) {
            let at = input.written_at;
            let one = match (written, ciphertexts.get(at), fields.get(at)) {
                (Some(written), ..) => written,
                (None, Some(Some(ciphertext)), Some(fields)) => input
                    .take_from(ciphertext, fields, &call.collection)
                    .map_err(|error| error.at(&input.input.path))?,
                _ => return Err(Error::internal("an input was not opened")),
            };
            total += one.canonical.len();
            call.limit_bytes(total)?;
            opened.push(one);
        }
        for (NamedInput { input, .. }, ciphertext) in all.iter().zip(&ciphertexts) {
            if let (Object::Encrypted(object), Some(ciphertext)) = (&input.object, ciphertext) {
                check_ciphertext(object, ciphertext, State::Active, now)
                    .map_err(|error| error.at(&input.path))?;
            }
        }
        Ok(opened)
    }
}

impl NamedInput<'_> {
    /// What it means of the data that a ciphertext holds.
    fn take_from(
        &self,
        ciphertext: &Ciphertext,
        fields: &[Member<'_>],
        collection: &Collection,
    ) -> Result<OpenedInput, Error> {
        let Input { props, path, .. } = self.input;
        let data = Data::reopen(collection, fields, props.as_deref())?;
        let canonical = data.select(props.as_deref(), path)?.canonical(path)?;
        Ok(OpenedInput { canonical, tenant: ciphertext.tenant.clone() })
    }
}

/// What the ciphertexts hold, each where it is written: parsed once, however many take of it.
fn fields_in_each(ciphertexts: &[Option<Ciphertext>]) -> Result<Vec<Vec<Member<'_>>>, Error> {
    let mut fields = Vec::with_capacity(ciphertexts.len());
    for ciphertext in ciphertexts {
        fields.push(match ciphertext {
            Some(held) => parse_unsealed(&held.canonical, ErrorKind::CiphertextRefused)?,
            None => Vec::new(),
        });
    }
    Ok(fields)
}

/// Opens a ciphertext. Whatever is wrong with it itself is one error; so is another tenant's.
pub(crate) fn open_ciphertext<H: Host>(
    object: &EncryptedObject<'_>,
    envelopes: &mut Envelopes<'_>,
    call: &Call<'_, H>,
) -> Result<Ciphertext, Error> {
    let opened = Ciphertext::open(envelopes, object.ciphertext, &call.collection.name)
        .map_err(|_| ErrorKind::CiphertextRefused)?;
    if !call.common.admits(opened.tenant.as_deref()) {
        return Err(ErrorKind::CiphertextRefused.into());
    }
    Ok(opened)
}

/// Refuses a ciphertext of another scope than the one asked for, and one that is not in the state.
pub(crate) fn check_ciphertext(
    object: &EncryptedObject<'_>,
    opened: &Ciphertext,
    state: State,
    now: Millis,
) -> Result<(), Error> {
    if object.scope.is_some_and(|Name(scope)| scope != opened.scope) {
        return Err(ErrorKind::ScopeMismatch.into());
    }
    match state.holds(opened.expires_at, now) {
        true => Ok(()),
        false if state == State::Archived => Err(ErrorKind::CiphertextActive.into()),
        false => Err(ErrorKind::CiphertextArchived.into()),
    }
}

/// Data that a request brought, ready to be sealed.
pub(crate) struct OpenedInput {
    /// RFC 8785 text.
    pub(crate) canonical: String,
    /// The tenant it belongs to.
    pub(crate) tenant: Option<String>,
}
