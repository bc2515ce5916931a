//! What must hold of whatever a call answers.

use serde_json::Value;
use vaultlet::Error;

use super::fixture::Fixture;

/// Personal data, in the inputs that hold it. No error and no audit event may repeat it. It has no
/// name's form: an unknown property is named, and a name is no personal data.
const MARKER: &str = "Zq7 Marker";

/// The code of a call's error, or `ok`. The answer must be JSON or nothing, an error too and without
/// personal data.
pub(super) fn code(result: &Result<String, Error>) -> String {
    match result {
        Ok(answer) if answer.is_empty() => "ok".to_owned(),
        Ok(answer) => {
            serde_json::from_str::<Value>(answer).expect("an answer is JSON");
            "ok".to_owned()
        }
        Err(error) => {
            let body: Value = serde_json::to_value(error).expect("an error is JSON");
            let members: Vec<&String> = body.as_object().unwrap().keys().collect();
            assert_eq!(members, ["context", "error_code", "error_url", "message"]);
            assert!(body["context"].as_object().unwrap().values().all(Value::is_string), "{body}");
            assert_eq!(body["error_code"], error.code());
            assert!((400..600).contains(&error.status()), "{body}");
            error.code().to_owned()
        }
    }
}

/// The same for a call whose host keeps its contract: no error may then blame the host, the store or
/// Vaultlet itself.
pub(super) fn code_of_honest(result: &Result<String, Error>) -> String {
    let code = code_under_seal(result);
    assert_ne!(code, "VL5001", "an honest store was refused");
    assert_ne!(code, "PV1000", "a defect");
    code
}

/// The same for a call that meets a plaintext which Vaultlet would never seal: a time or a version may
/// then be out of all bounds, and a row no answer to the question.
pub(super) fn code_under_seal(result: &Result<String, Error>) -> String {
    const IMPOSSIBLE: [&str; 2] = [
        "internal error: a time could not be written",
        "internal error: a row was written too often",
    ];
    let code = code(result);
    if let Err(error) = result {
        let defect = ["PV1000", "PV1009", "PV3218"].contains(&code.as_str());
        assert!(!defect || IMPOSSIBLE.contains(&error.to_string().as_str()), "a defect: {error}");
    }
    code
}

/// Personal data of the request, or of what is sealed, is in no error and in no audit event.
pub(super) fn tells_no_marker(fixture: &Fixture, request: &str, result: &Result<String, Error>) {
    if names_marker(request) {
        return;
    }
    if let Err(error) = result {
        for told in
            [serde_json::to_string(&error).unwrap(), error.to_string(), format!("{error:?}")]
        {
            assert!(!told.contains(MARKER), "{told}");
        }
    }
    for mut event in fixture.host.audit_events() {
        for words_of_the_caller in ["tenantIds", "adhocReason", "customAudit", "transactionId"] {
            event.as_object_mut().unwrap().remove(words_of_the_caller);
        }
        assert!(!event.to_string().contains(MARKER), "{event}");
    }
}

/// Personal data of what is sealed, which holds an object, is in no answer that shows transformed values
/// alone.
pub(super) fn shows_no_marker(sealed: &str, result: &Result<String, Error>) {
    let mut objects = sealed.match_indices('{').map(|(place, _)| &sealed[place..]);
    if let Ok(answer) = result {
        assert!(!answer.contains(MARKER) || objects.any(names_marker), "{answer}");
    }
}

/// Whether the marker is, somewhere in the JSON, part of a key: an unknown key is named, and a mask
/// keeps keys.
fn names_marker(json: &str) -> bool {
    fn in_a_key(value: &Value) -> bool {
        match value {
            Value::Array(items) => items.iter().any(in_a_key),
            Value::Object(members) => {
                members.iter().any(|(key, value)| key.contains(MARKER) || in_a_key(value))
            }
            _ => false,
        }
    }
    json.contains(MARKER) && serde_json::from_str(json).is_ok_and(|json| in_a_key(&json))
}
