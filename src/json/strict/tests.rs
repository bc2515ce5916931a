//! The reader itself; what it makes of real requests is in `tests/requests.rs`.

#![expect(clippy::unwrap_used, reason = "a test may stop at a surprise")]

use super::*;
use crate::error::ErrorKind;

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Request<'a> {
    text: &'a str,
    #[serde(default)]
    flag: bool,
    number: Option<u64>,
    list: Option<Vec<&'a str>>,
    choice: Option<Choice<'a>>,
    word: Option<Word>,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Choice<'a> {
    #[serde(borrow)]
    Inner(Inner<'a>),
    Other(&'a str),
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Inner<'a> {
    name: &'a str,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(variant_identifier, rename_all = "snake_case")]
enum Word {
    OneWord,
    Another,
}

/// Path and problem of what is refused.
fn refused(text: &str) -> (String, String) {
    let json = Json::parse(text, "text").unwrap();
    let error = read::<Request<'_>>(&json, "body").unwrap_err();
    match error.kind() {
        ErrorKind::BadRequest { field, problem } => {
            let within = field.strip_prefix("body").unwrap();
            (within.trim_start_matches('.').to_owned(), problem.to_string())
        }
        kind => (String::new(), kind.to_string()),
    }
}

#[test]
fn what_is_right_is_read_and_texts_are_borrowed_or_unescaped() {
    let text = r#"{"list": ["a", "\u0062"], "number": 7, "text": "t\n", "choice": {"inner": {"name": "n"}},
        "word": "one_word", "flag": true}"#;
    let json = Json::parse(text, "text").unwrap();
    let request: Request<'_> = read(&json, "").unwrap();
    let choice = Some(Choice::Inner(Inner { name: "n" }));
    let list = Some(vec!["a", "b"]);
    let word = Some(Word::OneWord);
    let right = Request { text: "t\n", flag: true, number: Some(7), list, choice, word };
    assert_eq!(request, right);
}

#[test]
fn a_refusal_has_the_path_as_it_was_written_and_says_what_must_be_there() {
    for (text, path, problem) in [
        ("[]", "", "must be an object"),
        ("{}", "text", "is missing"),
        (r#"{"text": null}"#, "text", "must be text"),
        (r#"{"text": "", "flag": null}"#, "flag", "must be true or false"),
        (r#"{"text": "", "flag": 1}"#, "flag", "must be true or false"),
        (r#"{"text": "", "number": -1}"#, "number", "must be a whole number"),
        (r#"{"text": "", "number": 1.5}"#, "number", "must be a whole number"),
        (r#"{"text": "", "number": "1"}"#, "number", "must be a whole number"),
        (r#"{"text": "", "number": null}"#, "number", "must be a whole number"),
        (r#"{"text": "", "list": {}}"#, "list", "must be a list"),
        (r#"{"text": "", "list": ["a", null]}"#, "list[1]", "must be text"),
        (r#"{"text": "", "unknown": 1}"#, "unknown", "is not a known key"),
        (r#"{"text": "", "choice": {"": 1}}"#, "choice", "must not have an unknown key"),
        (r#"{"text": "", "word": "no"}"#, "word", "must be one of `one_word`, `another`"),
        (r#"{"text": "", "word": 7}"#, "word", "must be text"),
        (r#"{"text": "", "word": {"one_word": 1}}"#, "word", "must be text"),
        (r#"{"text": "", "choice": "other"}"#, "choice", "must be an object"),
        (r#"{"text": "", "choice": {"a": 1}}"#, "choice.a", "is not a known key"),
        (r#"{"text": "", "choice": {"other": 1}}"#, "choice.other", "must be text"),
        (r#"{"text": "", "choice": {"inner": {}}}"#, "choice.inner.name", "is missing"),
        (
            r#"{"text": "", "choice": {"inner": {"name": "", "more": 1}}}"#,
            "choice.inner.more",
            "is not a known key",
        ),
    ] {
        assert_eq!(refused(text), (path.to_owned(), problem.to_owned()), "{text}");
    }
    let exactly_one = "must have exactly one of `inner`, `other`".to_owned();
    for choice in ["{}", r#"{"inner": {"name": ""}, "other": ""}"#] {
        let text = format!(r#"{{"text": "", "choice": {choice}}}"#);
        assert_eq!(refused(&text), ("choice".to_owned(), exactly_one.clone()));
    }
}

#[test]
fn no_refusal_repeats_a_value() {
    for value in ["\"Zq7 Marker\"", "424242.5", "[7, \"Zq7 Marker\"]", "{\"name\": \"Zq7 Marker\"}"]
    {
        for member in ["flag", "number", "list", "choice", "word"] {
            let (path, problem) = refused(&format!(r#"{{"text": "", "{member}": {value}}}"#));
            let told = format!("{path} {problem}");
            assert!(!told.contains("Zq7") && !told.contains("4242"), "{told}");
        }
    }
}

#[test]
fn what_no_struct_takes_is_unknown_in_the_order_written() {
    let json = Json::parse(r#"{"z": 1, "name": "n", "a": 2}"#, "text").unwrap();
    let mut parameters = Parameters::of(&json).unwrap();
    assert_eq!(parameters.take::<Inner<'_>>().unwrap(), Inner { name: "n" });
    assert_eq!(parameters.finish().unwrap_err().to_string(), "`z` is not a known key");
}
