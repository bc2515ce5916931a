//! Rust's text as words, each with its line. What names nothing is not among them: comments and
//! blanks are dropped, and a text, a character or a lifetime is one word with its quotes.

/// A name, a sign, a number, or a quoted text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) word: &'a str,
    pub(crate) line: usize,
}

/// The tokens of a source whose first line is this.
pub(crate) fn tokens(source: &str, first_line: usize) -> Vec<Token<'_>> {
    let (mut tokens, mut rest, mut line) = (Vec::new(), source, first_line);
    while !rest.is_empty() {
        let (word, after) = rest.split_at(word_length(rest));
        if !is_blank(word) {
            tokens.push(Token { word, line });
        }
        line += word.matches('\n').count();
        rest = after;
    }
    tokens
}

/// Whether these are the next words.
pub(crate) fn starts(tokens: &[Token<'_>], words: &[&str]) -> bool {
    let next = tokens.iter().map(|token| token.word).take(words.len());
    next.eq(words.iter().copied())
}

/// Whether a word is an identifier or a keyword.
pub(crate) fn is_name(word: &str) -> bool {
    word.starts_with(begins_name) && word.chars().all(continues_name)
}

/// How many tokens there are up to the one that closes the first bracket.
pub(crate) fn group_length(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_usize;
    for (length, token) in (1..).zip(tokens) {
        match token.word {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return length;
        }
    }
    tokens.len()
}

fn is_blank(word: &str) -> bool {
    word.trim().is_empty() || word.starts_with("//") || word.starts_with("/*")
}

fn begins_name(letter: char) -> bool {
    letter == '_' || letter.is_alphabetic()
}

fn continues_name(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric()
}

fn word_length(rest: &str) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return comment_length(rest);
    }
    if let Some(length) = text_length(rest) {
        return length;
    }
    if rest.starts_with('\'') {
        return character_length(rest);
    }
    // A keyword that is meant as a name.
    if let Some(name) = rest.strip_prefix("r#") {
        return 2 + run_length(name, continues_name).unwrap_or(0);
    }
    if ["::", "->", "=>"].iter().any(|sign| rest.starts_with(sign)) {
        return 2;
    }
    run_length(rest, continues_name)
        .or_else(|| run_length(rest, char::is_whitespace))
        .unwrap_or_else(|| rest.chars().next().map_or(0, char::len_utf8))
}

fn run_length(rest: &str, belongs: impl Fn(char) -> bool) -> Option<usize> {
    let length = rest.find(|letter| !belongs(letter)).unwrap_or(rest.len());
    (length > 0).then_some(length)
}

/// A comment between signs, with those inside it.
fn comment_length(rest: &str) -> usize {
    let (mut depth, mut inside) = (0_usize, rest);
    while let Some(at) = inside.find(['/', '*']) {
        let here = inside.split_at(at).1;
        let sign = if here.starts_with("/*") {
            depth += 1;
            2
        } else if here.starts_with("*/") {
            depth = depth.saturating_sub(1);
            2
        } else {
            1
        };
        inside = here.split_at(sign).1;
        if depth == 0 {
            break;
        }
    }
    let is_open = depth > 0;
    if is_open { rest.len() } else { rest.len() - inside.len() }
}

/// A text in quotes, of any kind; nothing where none begins.
fn text_length(rest: &str) -> Option<usize> {
    let start = rest.strip_prefix(['b', 'c']).unwrap_or(rest);
    if let Some(inside) = start.strip_prefix('"') {
        return Some(rest.len() - after_quote(inside, '"').len());
    }
    let raw = start.strip_prefix('r')?;
    let inside = raw.trim_start_matches('#').strip_prefix('"')?;
    let hashes = raw.chars().take_while(|letter| *letter == '#').count();
    let end = format!("\"{}", "#".repeat(hashes));
    let after = inside.split_once(&end).map_or("", |(_, after)| after);
    Some(rest.len() - after.len())
}

/// A character, or a lifetime.
fn character_length(rest: &str) -> usize {
    let inside = rest.split_at(1).1;
    let mut letters = inside.chars();
    let first = letters.next();
    if first == Some('\\') || letters.next() == Some('\'') {
        return rest.len() - after_quote(inside, '\'').len();
    }
    1 + run_length(inside, continues_name).unwrap_or(0)
}

/// What follows the quote that ends this; a backslash takes the letter after it along.
fn after_quote(inside: &str, quote: char) -> &str {
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        if letter == quote {
            break;
        }
        if letter == '\\' {
            letters.next();
        }
    }
    letters.as_str()
}
