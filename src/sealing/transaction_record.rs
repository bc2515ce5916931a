//! What a transaction's row keeps: enough to answer a repeated call without doing it again.

use crate::host::Check;
use crate::label::Label;
use crate::sealing::codec::{Reader, Writer};
use crate::sealing::format::Unopened;

/// The record of a call that landed under a transaction ID.
pub(crate) struct TransactionRecord {
    /// Tells a repeated request from another.
    pub(crate) request_hash: Label,
    /// How many tokens the call concerned, for the audit of a replay.
    pub(crate) tokens: usize,
    /// What the policy was asked, in full: a replay asks it again.
    pub(crate) checks: Vec<Check>,
    /// The answer, as JSON text.
    pub(crate) answer: String,
}

impl TransactionRecord {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.label(&self.request_hash);
        writer.count(self.tokens);
        writer.count(self.checks.len());
        for Check { operation, resource, data_type } in &self.checks {
            writer.text(operation);
            writer.text(resource);
            writer.u8(u8::from(data_type.is_some()));
            writer.text(data_type.as_deref().unwrap_or_default());
        }
        writer.text(&self.answer);
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Unopened> {
        let mut reader = Reader::new(bytes);
        // In the order of the bytes.
        let record = Self {
            request_hash: reader.label(),
            tokens: reader.count(),
            checks: reader.list(|reader| Check {
                operation: reader.owned_text().into(),
                resource: reader.owned_text(),
                data_type: match (reader.u8(), reader.text()) {
                    (0, "") => None,
                    (1, data_type) => Some(data_type.to_owned()),
                    _ => {
                        reader.refuse();
                        None
                    }
                },
            }),
            answer: reader.owned_text(),
        };
        reader.finish()?;
        Ok(record)
    }
}
