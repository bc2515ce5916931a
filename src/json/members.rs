//! How a JSON object is read: member by member, strictly, and with one question at the end.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Json, Member, digits};
use crate::error::Error;

/// The members of one JSON object, taken out one by one; what is left over is unknown.
///
/// The first refusal is kept and ends the reading: nothing is left to take, so whatever is asked for
/// after it is absent. Hence a member is taken without looking whether the one before it was right;
/// what was taken counts once a method that can fail succeeds, [`finish`](Self::finish) at the
/// latest. Each of those fails with the refusal that came first.
///
/// `null` is a wrong type for every member, the optional ones included: absent and null differ.
pub(crate) struct Members<'a> {
    path: String,
    left: Vec<&'a Member>,
    refusal: Option<Error>,
}

impl<'a> Members<'a> {
    /// `path` is empty for the whole request.
    pub(crate) fn of(value: &'a Json, path: &str) -> Self {
        let mut members = Self { path: path.to_owned(), left: Vec::new(), refusal: None };
        match value {
            Json::Object(entries) => members.left.extend(entries),
            _ => {
                let whole = if path.is_empty() { "request" } else { path };
                members.refuse_with(Error::bad_request(whole, "must be an object"));
            }
        }
        members
    }

    /// The path of one member, as the caller wrote it.
    pub(crate) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { [&self.path, ".", name].concat() }
    }

    /// The path of the object itself.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Refuses a member.
    pub(crate) fn refuse(&mut self, name: &str, problem: &'static str) {
        self.refuse_with(Error::bad_request(self.path_of(name), problem));
    }

    /// Refuses the object for any other reason.
    pub(crate) fn refuse_with(&mut self, error: Error) {
        self.refusal.get_or_insert(error);
        self.left.clear();
    }

    /// The first refusal: the one that was kept, or else this one, of a member.
    pub(crate) fn refusal(&mut self, name: &str, problem: &'static str) -> Error {
        let error = Error::bad_request(self.path_of(name), problem);
        self.refusal.take().unwrap_or(error)
    }

    /// Takes a member that may be absent.
    pub(crate) fn optional(&mut self, name: &str) -> Option<&'a Json> {
        let position = self.left.iter().position(|(key, _)| key == name)?;
        // Not `swap_remove`: what is left keeps the order written, which is the order of the checks.
        let (_, value) = self.left.remove(position);
        Some(value)
    }

    /// Takes a member that must be there, for a reader that looks into it at once.
    pub(crate) fn required(&mut self, name: &str) -> Result<&'a Json, Error> {
        self.optional(name).ok_or_else(|| self.refusal(name, "is missing"))
    }

    /// Takes a text that may be absent.
    pub(crate) fn optional_text(&mut self, name: &str, form: &Form<'_>) -> Option<&'a str> {
        match form.read(self.optional(name)?) {
            Ok(text) => Some(text),
            Err(problem) => {
                self.refuse(name, problem);
                None
            }
        }
    }

    /// Takes a text that must be there; it is empty after a refusal.
    pub(crate) fn text(&mut self, name: &str, form: &Form<'_>) -> &'a str {
        let text = self.optional_text(name, form);
        if text.is_none() {
            self.refuse(name, "is missing");
        }
        text.unwrap_or_default()
    }

    /// Takes true or false.
    pub(crate) fn flag(&mut self, name: &str, default: bool) -> bool {
        match self.optional(name) {
            None => default,
            Some(Json::Bool(value)) => *value,
            Some(_) => {
                self.refuse(name, "must be true or false");
                default
            }
        }
    }

    /// Takes a list of texts that may be absent.
    pub(crate) fn optional_texts(&mut self, name: &str, form: &Form<'_>) -> Option<Vec<&'a str>> {
        let Json::List(items) = self.optional(name)? else {
            self.refuse(name, NO_LIST);
            return None;
        };
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match form.read(item) {
                Ok(text) => texts.push(text),
                Err(problem) => {
                    self.refuse(&path_of_item(name, index), problem);
                    return None;
                }
            }
        }
        Some(texts)
    }

    /// Takes a list of texts that must be there; it is empty after a refusal.
    pub(crate) fn texts(&mut self, name: &str, form: &Form<'_>) -> Vec<&'a str> {
        let texts = self.optional_texts(name, form);
        if texts.is_none() {
            self.refuse(name, "is missing");
        }
        texts.unwrap_or_default()
    }

    /// Takes a list that must be there, and not empty: the members of each of its objects.
    pub(crate) fn objects(
        &mut self,
        name: &str,
    ) -> Result<impl Iterator<Item = Self> + use<'a>, Error> {
        let problem = match self.required(name)? {
            Json::List(items) if items.is_empty() => "must not be an empty list",
            Json::List(items) => {
                let path = self.path_of(name);
                let items = items.iter().enumerate();
                return Ok(
                    items.map(move |(index, item)| Self::of(item, &path_of_item(&path, index)))
                );
            }
            _ => NO_LIST,
        };
        Err(self.refusal(name, problem))
    }

    /// Takes what is left, in the order written.
    pub(crate) fn rest(mut self) -> Result<Vec<&'a Member>, Error> {
        self.check()?;
        Ok(self.left)
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        if let Some((name, _)) = self.left.first() {
            self.refuse(name, "is not a known key");
        }
        self.check()
    }

    /// Fails with the first refusal, for a reader that needs what it took before the end.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        self.refusal.take().map_or(Ok(()), Err)
    }
}

const NO_LIST: &str = "must be a list";

fn path_of_item(list: &str, index: usize) -> String {
    [list, "[", &digits(index as u64), "]"].concat()
}

/// What a text must be like.
pub(crate) struct Form<'a> {
    pub(crate) fits: &'a dyn Fn(&str) -> bool,
    /// What is said of a text that does not fit.
    pub(crate) problem: &'static str,
}

impl Form<'_> {
    /// The text, or what is wrong with the value; `null` is no text.
    pub(crate) fn read<'a>(&self, value: &'a Json) -> Result<&'a str, &'static str> {
        match value {
            Json::Text(text) if (self.fits)(text) => Ok(text),
            Json::Text(_) => Err(self.problem),
            _ => Err(NO_TEXT),
        }
    }
}

const NO_TEXT: &str = "must be text";

/// Any text, the empty one included.
pub(crate) const ANY_TEXT: Form<'static> = Form { fits: &|_| true, problem: NO_TEXT };

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at a surprise")]

    use alloc::string::ToString;

    use super::*;

    fn json(text: &str) -> Json {
        Json::parse(text, "text").unwrap()
    }

    fn message(result: Result<(), Error>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn the_first_refusal_stands_and_nothing_is_taken_after_it() {
        let value = json(r#"{"unknown": 1, "list": ["a", 7], "text": "b", "flag": true}"#);
        let mut members = Members::of(&value, "body");
        assert_eq!(members.texts("list", &ANY_TEXT), Vec::<&str>::new());
        assert_eq!(members.text("text", &ANY_TEXT), "");
        assert!(!members.flag("flag", false));
        members.refuse("text", "comes too late");
        let required = members.required("text").map(|_| ());
        assert_eq!(message(required), "`body.list[1]` must be text");
    }

    #[test]
    fn every_method_that_can_fail_fails_with_the_first_refusal() {
        let value = json(r#"{"text": null, "objects": [{}], "unknown": 1}"#);
        let refused = |read: &dyn Fn(Members<'_>) -> Result<(), Error>| {
            let mut members = Members::of(&value, "");
            assert_eq!(members.optional_text("text", &ANY_TEXT), None);
            assert_eq!(message(read(members)), "`text` must be text");
        };
        refused(&|mut members| members.check());
        refused(&|mut members| members.finish());
        refused(&|mut members| members.required("objects").map(|_| ()));
        refused(&|mut members| members.objects("objects").map(|_| ()));
        refused(&|mut members| Err(members.refusal("objects", "comes too late")));
        refused(&|members| members.rest().map(|_| ()));
    }

    #[test]
    fn what_nobody_took_is_unknown_in_the_order_written() {
        let value = json(r#"{"z": 1, "text": "b", "a": 2}"#);
        let mut members = Members::of(&value, "");
        assert_eq!(members.text("text", &ANY_TEXT), "b");
        assert_eq!(message(members.finish()), "`z` is not a known key");
    }
}
