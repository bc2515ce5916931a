//! Ciphertext opening: any text, a genuine ciphertext that was altered, and a ciphertext that is
//! rightly sealed over a plaintext of any bytes, in every call that takes one.

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};
use serde_json::Value;
use vaultlet::Error;
use vaultlet::fuzzing::seal_ciphertext;

use super::calls::{about, on_ciphertexts, shows_nothing_plain};
use super::edits::edit;
use super::fixture::Fixture;
use super::input::Input;
use super::outcome::{code_under_seal, shows_no_marker, tells_no_marker};

const MOST_ALTERATIONS: usize = 4;

/// Runs the target on one input. Its first byte says which of the three, the next which call.
pub(crate) fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let kind = input.u8();
    let place = usize::from(input.u8());
    Fixture::with(|fixture| match kind % 3 {
        0 => {
            if let Ok(text) = core::str::from_utf8(input.rest()) {
                assert_refused(&use_ciphertext(fixture, place, text));
            }
        }
        1 => altered(fixture, place, &mut input),
        _ => over_any_plaintext(fixture, place, &mut input),
    });
}

fn altered(fixture: &Fixture, place: usize, input: &mut Input<'_>) {
    let form = input.u8();
    let genuine = Base64::decode_vec(&fixture.ciphertext).unwrap();
    let mut bytes = genuine.clone();
    for _ in 0..MOST_ALTERATIONS {
        if input.is_empty() {
            break;
        }
        edit(&mut bytes, input);
    }
    let text = match form % 4 {
        0 => Base64::encode_string(&bytes),
        1 => Base64Unpadded::encode_string(&bytes),
        2 => Base64Url::encode_string(&bytes),
        _ => Base64UrlUnpadded::encode_string(&bytes),
    };
    let code = use_ciphertext(fixture, place, &text);
    if bytes == genuine {
        assert_eq!(code, use_ciphertext(fixture, place, &fixture.ciphertext), "{text}");
    } else {
        assert_refused(&code);
    }
}

fn over_any_plaintext(fixture: &Fixture, place: usize, input: &mut Input<'_>) {
    let length = input.u8().into();
    let scope = core::str::from_utf8(input.take(length)).ok().filter(|scope| !scope.is_empty());
    let plaintext = input.rest();
    let sealed = seal_ciphertext(&fixture.vault, "customers", plaintext);
    let Some((text, again)) = sealed.expect("what decodes can be sealed") else { return };
    assert_eq!(again, plaintext, "a plaintext has another form than its own");
    let (parameters, result) = call(fixture, place, &text, scope);
    code_under_seal(&result);
    if shows_nothing_plain(&parameters) {
        shows_no_marker(&String::from_utf8_lossy(plaintext), &result);
    }
}

fn assert_refused(code: &str) {
    assert_eq!(code, "VL3003", "a ciphertext that nobody made opens");
}

/// The code of a call in which the ciphertext is used.
fn use_ciphertext(fixture: &Fixture, place: usize, text: &str) -> String {
    code_under_seal(&call(fixture, place, text, None).1)
}

fn call(
    fixture: &Fixture,
    place: usize,
    text: &str,
    scope: Option<&str>,
) -> (Value, Result<String, Error>) {
    let mut calls = on_ciphertexts(text, scope);
    let (operation, parameters) = calls.swap_remove(place % calls.len());
    let request = about(parameters.clone());
    let result = fixture.call(operation, &request);
    let unfit = ["PV2001", "VL3013"];
    assert!(
        !unfit.contains(&result.as_ref().err().map_or("ok", Error::code)),
        "the call itself is wrong: {request}"
    );
    tells_no_marker(fixture, &request, &result);
    (parameters, result)
}
