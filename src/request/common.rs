//! The parameters that every operation takes.

use serde::Deserialize;

use crate::error::{Error, ErrorKind};
use crate::json::strict::Parameters;
use crate::request::list::TenantList;
use crate::request::name::{Name, Note};

const REASONS: [&str; 10] = [
    APP_FUNCTIONALITY,
    "Analytics",
    "Notifications",
    "Marketing",
    "ThirdPartyMarketing",
    "FraudPreventionSecurityAndCompliance",
    "AccountManagement",
    "Maintenance",
    "DataSubjectRequest",
    OTHER,
];
/// The reason where none is given, and none must be.
pub(crate) const APP_FUNCTIONALITY: &str = "AppFunctionality";
const OTHER: &str = "Other";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    collection: &'a str,
    reason: Option<&'a str>,
    #[serde(borrow)]
    adhoc_reason: Option<Note<'a>>,
    custom_audit: Option<Note<'a>>,
    #[serde(default)]
    reload_cache: bool,
    x_tenant_id: Option<TenantList<Name<'a>>>,
}

/// What every operation is told.
pub(crate) struct Common<'a> {
    pub(crate) collection: &'a str,
    reason: Option<&'a str>,
    pub(crate) adhoc_reason: Option<&'a str>,
    pub(crate) custom_audit: Option<&'a str>,
    pub(crate) reload_cache: bool,
    /// The tenants that confine the request, each once; none: unconfined.
    pub(crate) tenants: Vec<&'a str>,
    /// One more list of tenants, of one.
    tenant_too: Option<&'a str>,
}

impl<'a> Common<'a> {
    pub(crate) fn take(parameters: &mut Parameters<'a>) -> Result<Self, Error> {
        let given: Given<'a> = parameters.take()?;
        let tenants = given.x_tenant_id.into_iter().flat_map(|tenants| tenants.0);
        Ok(Self {
            collection: given.collection,
            reason: given.reason,
            adhoc_reason: given.adhoc_reason.map(|note| note.0),
            custom_audit: given.custom_audit.map(|note| note.0),
            reload_cache: given.reload_cache,
            tenants: tenants.map(|tenant| tenant.0).collect(),
            tenant_too: None,
        })
    }

    /// Confines the request to this tenant as well.
    pub(crate) fn confine_to(&mut self, tenant: &'a str) {
        if self.tenants.is_empty() {
            self.tenants.push(tenant);
        } else {
            self.tenant_too = Some(tenant);
        }
    }

    /// Step 3 of every operation. `default` is the reason of a request that gives none; none: it must give one.
    pub(crate) fn reason(&self, default: Option<&'static str>) -> Result<&'static str, Error> {
        let reason = match self.reason.unwrap_or_default() {
            "" => default.ok_or(ErrorKind::ReasonMissing)?,
            given => REASONS
                .into_iter()
                .find(|reason| *reason == given)
                .ok_or(ErrorKind::ReasonUnknown { known: &REASONS })?,
        };
        if reason == OTHER && self.adhoc_reason.unwrap_or_default().is_empty() {
            return Err(ErrorKind::AdhocReasonMissing.into());
        }
        Ok(reason)
    }

    /// Whether the request's tenant list, where it has one, holds this tenant.
    pub(crate) fn admits(&self, tenant: Option<&str>) -> bool {
        self.tenants.is_empty() || tenant.is_some_and(|tenant| self.lists(tenant))
    }

    /// The tenants whose tokens a query may match; none: it matches those of all, and of none.
    pub(crate) fn confinement(&self) -> Option<Vec<&'a str>> {
        if self.tenants.is_empty() {
            return None;
        }
        let listed = self.tenants.iter().copied().filter(|tenant| self.lists(tenant));
        Some(listed.collect())
    }

    fn lists(&self, tenant: &str) -> bool {
        self.tenants.contains(&tenant) && self.tenant_too.is_none_or(|too| too == tenant)
    }
}
