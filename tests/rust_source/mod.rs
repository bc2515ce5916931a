//! What a Rust file names: every path in it, the items it defines and the modules it declares.
//!
//! It reads words and not the language, so it knows no types: `value.method()` names nothing. Test
//! modules are left out. The texts of `#[serde(…)]` count as code, for serde makes code of them.

pub(crate) mod tokens;

use std::collections::BTreeSet;

use tokens::{Token, group_length, is_name, starts, tokens};

/// A path as it is written, its group resolved: `use a::{b, c}` is `a::b` and `a::c`.
#[derive(Debug)]
pub(crate) struct Path<'a> {
    pub(crate) segments: Vec<&'a str>,
    pub(crate) line: usize,
    /// `pub use`, of whatever visibility.
    pub(crate) is_reexport: bool,
}

impl<'a> Path<'a> {
    fn plain(segments: Vec<&'a str>, line: usize) -> Self {
        Self { segments, line, is_reexport: false }
    }
}

/// A file of Rust.
pub(crate) struct Source<'a> {
    pub(crate) paths: Vec<Path<'a>>,
    /// The items outside any block.
    pub(crate) defined: BTreeSet<&'a str>,
    /// `mod name;`
    pub(crate) children: BTreeSet<&'a str>,
}

impl<'a> Source<'a> {
    pub(crate) fn read(text: &'a str) -> Self {
        let tokens = production(&tokens(text, 1));
        let (children, defined) = items(&tokens);
        Self { paths: paths(&tokens), defined, children }
    }
}

/// Without test modules, and with the code in serde's texts.
fn production<'a>(mut rest: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut kept = Vec::new();
    while let Some(first) = rest.first() {
        let test_module = test_module_length(rest);
        let length = if test_module > 0 {
            test_module
        } else if starts(rest, &["#", "[", "serde"]) {
            let length = 1 + group_length(after(rest, 1));
            kept.extend(rest.iter().take(length).flat_map(unquoted));
            length
        } else {
            kept.push(*first);
            1
        };
        rest = after(rest, length);
    }
    kept
}

/// `#[cfg(test)]`, then any attributes and visibility, then `mod name` with its end; else 0.
fn test_module_length(tokens: &[Token<'_>]) -> usize {
    if !starts(tokens, &["#", "[", "cfg", "(", "test", ")", "]"]) {
        return 0;
    }
    let mut rest = tokens;
    while starts(rest, &["#"]) {
        rest = after(rest, 1 + group_length(after(rest, 1)));
    }
    if starts(rest, &["pub"]) {
        rest = after(rest, 1);
    }
    if starts(rest, &["("]) {
        rest = after(rest, group_length(rest));
    }
    if !starts(rest, &["mod"]) {
        return 0;
    }
    let body = after(rest, 2);
    let end = if starts(body, &["{"]) { group_length(body) } else { 1 };
    tokens.len() - after(body, end).len()
}

/// A text as the tokens in it; any other token as it is.
fn unquoted<'a>(token: &Token<'a>) -> Vec<Token<'a>> {
    match token.word.split_once('"').and_then(|(_, inside)| inside.rsplit_once('"')) {
        Some((inside, _)) => tokens(inside, token.line),
        None => vec![*token],
    }
}

/// The modules a file declares, and the items it defines.
fn items<'a>(tokens: &[Token<'a>]) -> (BTreeSet<&'a str>, BTreeSet<&'a str>) {
    let (mut children, mut defined) = (BTreeSet::new(), BTreeSet::new());
    let mut rest = tokens;
    while let Some((first, following)) = rest.split_first() {
        rest = match (first.word, following) {
            ("{", _) => after(rest, group_length(rest)),
            ("mod", [name, end, ..]) if end.word == ";" => {
                children.insert(name.word);
                following
            }
            (
                "struct" | "enum" | "union" | "trait" | "type" | "fn" | "const" | "static" | "mod",
                [name, ..],
            ) => {
                defined.insert(name.word);
                following
            }
            _ => following,
        };
    }
    (children, defined)
}

fn paths<'a>(tokens: &[Token<'a>]) -> Vec<Path<'a>> {
    let mut paths = Vec::new();
    let (mut rest, mut before) = (tokens, "");
    while let Some((first, following)) = rest.split_first() {
        let length = match first.word {
            // Not the `use<'a>` of a type.
            "use" if !starts(following, &["<"]) => {
                let is_reexport = before == "pub" || before == ")";
                let mut tree = following;
                read_use(&mut tree, &Vec::new(), is_reexport, &mut paths);
                rest.len() - tree.len()
            }
            "extern" if starts(following, &["crate"]) => {
                let name = following.get(1).filter(|name| name.word != "self");
                paths.extend(name.map(|name| Path::plain(vec![name.word], name.line)));
                3
            }
            // What follows the `>` of a type belongs to that type.
            "::" if before == ">" => (2 * segments(following).len()).max(1),
            word if is_name(word) => {
                let segments = segments(rest);
                let length = 2 * segments.len() - 1;
                if segments.len() > 1 {
                    paths.push(Path::plain(segments, first.line));
                }
                length
            }
            _ => 1,
        };
        before = rest.get(length - 1).map_or("", |token| token.word);
        rest = after(rest, length);
    }
    paths
}

/// The names that `::` joins, from the first token on.
fn segments<'a>(tokens: &[Token<'a>]) -> Vec<&'a str> {
    let mut segments = Vec::new();
    let mut rest = tokens;
    while let Some(name) = rest.first().filter(|token| is_name(token.word)) {
        segments.push(name.word);
        if !starts(after(rest, 1), &["::"]) {
            break;
        }
        rest = after(rest, 2);
    }
    segments
}

/// Reads one branch of a `use`, up to the sign that ends it.
fn read_use<'a>(
    rest: &mut &[Token<'a>],
    prefix: &[&'a str],
    is_reexport: bool,
    paths: &mut Vec<Path<'a>>,
) {
    let mut segments = prefix.to_vec();
    let mut line = 0;
    while let Some(token) = rest.first() {
        match token.word {
            ";" | "," | "}" => break,
            "{" => return read_group(rest, &segments, is_reexport, paths),
            "as" => *rest = after(rest, 1),
            "::" => (),
            // In a group it is what stands before the group.
            "self" if !segments.is_empty() => line = token.line,
            word => {
                line = token.line;
                segments.push(word);
            }
        }
        *rest = after(rest, 1);
    }
    paths.push(Path { segments, line, is_reexport });
}

fn read_group<'a>(
    rest: &mut &[Token<'a>],
    prefix: &[&'a str],
    is_reexport: bool,
    paths: &mut Vec<Path<'a>>,
) {
    while !starts(rest, &["}"]) && !rest.is_empty() {
        *rest = after(rest, 1);
        if !starts(rest, &["}"]) {
            read_use(rest, prefix, is_reexport, paths);
        }
    }
    *rest = after(rest, 1);
}

/// Without the first so many.
fn after<'a, 'b>(tokens: &'b [Token<'a>], count: usize) -> &'b [Token<'a>] {
    tokens.get(count..).unwrap_or_default()
}
