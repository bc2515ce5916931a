//! One pass over the store: its time, the keys that it opens with, and the terms that it derived.

use std::rc::Rc;

use crate::error::Error;
use crate::host::{Host, Millis, Row};
use crate::label::Label;
use crate::operation::call::Call;
use crate::sealing::blind::BlindIndex;
use crate::sealing::envelope::Envelopes;
use crate::sealing::head::Head;

/// A row whose head was opened.
pub(crate) struct Token {
    pub(crate) row: Rc<Row>,
    pub(crate) head: Head,
    /// Which of the row's claims is the one of its token ID.
    pub(crate) claim: Label,
}

impl Token {
    /// The claims of the tags that were made unique: those that are neither the token's own nor its
    /// data's.
    pub(crate) fn unique_claims(&self) -> Vec<Label> {
        let others = self.row.claims.iter().copied();
        others
            .filter(|claim| *claim != self.claim && Some(*claim) != self.head.data_claim)
            .collect()
    }
}

/// Terms kept for the tokens to come. A batch with more tags and tenants than this derives some of them
/// again, which costs little more than to find them would.
const KNOWN_TERMS: usize = 32;

#[derive(Clone, Copy, PartialEq, Eq)]
enum TermKind {
    Tenant,
    Tag,
}

struct KnownTerm {
    kind: TermKind,
    name: Option<String>,
    term: Label,
}

/// One pass: its time, and what it has read.
pub(crate) struct Pass<'a, H> {
    pub(crate) call: &'a Call<'a, H>,
    pub(crate) now: Millis,
    pub(crate) envelopes: Envelopes<'a>,
    /// The terms that every token of the collection has.
    shared_terms: Option<[Label; 2]>,
    /// Terms derived lately: a batch shares most of them.
    known_terms: Vec<KnownTerm>,
    /// Bytes of sealed rows that it has read.
    pub(crate) bytes_read: usize,
}

impl<'a, H: Host> Pass<'a, H> {
    /// Reads the clock, once for the pass.
    pub(crate) fn begin(call: &'a Call<'a, H>) -> Result<Self, Error> {
        let envelopes = Envelopes::new(&call.vault.keyring);
        Ok(Self {
            call,
            now: call.now()?,
            envelopes,
            shared_terms: None,
            known_terms: Vec::new(),
            bytes_read: 0,
        })
    }

    /// The claim of a token ID in the call's collection.
    pub(crate) fn derive_token_claim(&self, token_id: &str) -> Label {
        self.index().derive_token_claim(&self.call.collection.name, token_id)
    }

    /// The terms of a token that says this of itself.
    pub(crate) fn derive_terms(&mut self, head: &Head) -> Vec<Label> {
        let mut terms = Vec::with_capacity(3 + head.tags.len());
        terms.extend(match self.shared_terms {
            Some(terms) => terms,
            None => {
                let collection = &self.call.collection.name;
                let index = self.index();
                *self
                    .shared_terms
                    .insert([index.derive_all_term(), index.derive_collection_term(collection)])
            }
        });
        terms.push(self.derive_tenant_term(head.tenant.as_deref()));
        for tag in &head.tags {
            terms.push(self.derive_tag_term(tag));
        }
        terms
    }

    pub(crate) fn derive_tenant_term(&mut self, tenant: Option<&str>) -> Label {
        self.derive_once(TermKind::Tenant, tenant)
    }

    pub(crate) fn derive_tag_term(&mut self, tag: &str) -> Label {
        self.derive_once(TermKind::Tag, Some(tag))
    }

    fn derive_once(&mut self, kind: TermKind, name: Option<&str>) -> Label {
        let mut known = self.known_terms.iter();
        if let Some(known) = known.find(|known| known.kind == kind && known.name.as_deref() == name)
        {
            return known.term;
        }
        let collection = &self.call.collection.name;
        let term = match (kind, name) {
            (TermKind::Tag, Some(tag)) => self.index().derive_tag_term(collection, tag),
            (_, tenant) => self.index().derive_tenant_term(collection, tenant),
        };
        if self.known_terms.len() == KNOWN_TERMS {
            self.known_terms.clear();
        }
        self.known_terms.push(KnownTerm { kind, name: name.map(str::to_owned), term });
        term
    }

    pub(crate) fn index(&self) -> &'a BlindIndex {
        self.call.vault.keyring.index()
    }
}
