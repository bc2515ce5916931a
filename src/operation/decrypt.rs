//! Decrypt: what ciphertexts hold. An array of requests, all or nothing.

use alloc::vec::Vec;

use super::pass::Pass;
use super::{Access, Answer, Call, Effect};
use crate::data::parse_unsealed;
use crate::error::{Error, ErrorKind};
use crate::host::{Check, Host, InputKind, State};
use crate::input::EncryptedObject;
use crate::json::{Members, Writer};
use crate::metadata::describe_ciphertext;
use crate::projection::Projection;
use crate::request::{take_options, take_props};

const ON_EACH_PROPERTY: [&str; 1] = ["decrypt"];

pub(super) struct Request<'a> {
    objects: Vec<(EncryptedObject<'a>, Option<Vec<&'a str>>)>,
    state: State,
    metadata: Metadata,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Metadata {
    Included,
    LeftOut,
}

impl<'a> Request<'a> {
    pub(super) fn take(members: &mut Members<'a>) -> Result<Self, Error> {
        let options = take_options(members, &["archived", "include_metadata"]);
        let archived = options.contains(&"archived");
        let included = options.contains(&"include_metadata");
        let mut objects = Vec::new();
        for mut members in members.objects("requestBody")? {
            let object = EncryptedObject::take(&mut members)?;
            let props = take_props(&mut members);
            members.finish()?;
            objects.push((object, props));
        }
        Ok(Self {
            objects,
            state: if archived { State::Archived } else { State::Active },
            metadata: if included { Metadata::Included } else { Metadata::LeftOut },
        })
    }
}

pub(super) fn access<'r, H: Host>(
    call: &Call<'_, H>,
    request: &'r Request<'r>,
) -> Result<(Access, Vec<Projection<'r>>), Error> {
    call.limit_tokens(request.objects.len())?;
    let mut projections = Vec::with_capacity(request.objects.len());
    let mut checks = Vec::new();
    for (_, props) in &request.objects {
        let projection = Projection::resolve(&call.collection, props.as_deref())?;
        projection.add_checks(&mut checks, &ON_EACH_PROPERTY, &call.collection, &[])?;
        projections.push(projection);
    }
    let known = !projections.iter().any(Projection::shows_all);
    let access = Access {
        capabilities: &["CapCryptoDecrypter"],
        input: InputKind::Encrypted,
        checks: known.then_some(checks),
        on_each_property: &ON_EACH_PROPERTY,
        effect: Effect::Reads,
    };
    Ok((access, projections))
}

/// Adds what must be allowed for the answer to `checks`.
pub(super) fn answer<H: Host>(
    pass: &mut Pass<'_, H>,
    request: &Request<'_>,
    projections: &[Projection<'_>],
    checks: &mut Vec<Check>,
) -> Result<Answer, Error> {
    let Request { objects, state, metadata } = request;
    let Pass { call, now, envelopes, .. } = pass;
    let mut answer = Writer::new();
    answer.begin('[');
    let mut total = 0;
    for ((sealed, _), projection) in objects.iter().zip(projections) {
        let opened = sealed.open(envelopes, &call.collection, &call.common, *state, *now)?;
        total += opened.canonical.len();
        call.limit_bytes(total)?;
        let fields = parse_unsealed(&opened.canonical, ErrorKind::CiphertextRefused)?;
        projection.add_checks(checks, &ON_EACH_PROPERTY, &call.collection, &fields)?;
        answer.item();
        answer.begin('{');
        answer.key("fields");
        projection.write(&mut answer, &fields, *now);
        if *metadata == Metadata::Included {
            answer.key("metadata");
            describe_ciphertext(&mut answer, &opened)?;
        }
        answer.end('}');
    }
    answer.end(']');
    Ok(Answer { text: answer.finish(), tokens: objects.len() })
}
