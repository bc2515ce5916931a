//! Mutations of requests that stay JSON: of bytes alone, few inputs would get past the reader.

use std::sync::LazyLock;

use libfuzzer_sys::fuzzer_mutate;
use serde_json::Value;

use crate::randomness::SplitMix;

/// What parts the calls of an input of the target `request`.
const SEPARATOR: u8 = 0xff;

/// The entries of the dictionary that are keys, and those that are values.
static KNOWN: LazyLock<(Vec<String>, Vec<Value>)> = LazyLock::new(|| {
    let dictionary = include_str!("../dictionaries/request.dict").lines();
    // An entry is written like a text of JSON, but for `\x`.
    let entries = dictionary.filter_map(|line| serde_json::from_str::<String>(line).ok());
    let (keys, others): (Vec<String>, Vec<String>) =
        entries.partition(|entry| entry.ends_with("\":"));
    let keys = keys.iter().filter_map(|key| serde_json::from_str(key.strip_suffix(':')?).ok());
    let values = others.iter().filter_map(|value| serde_json::from_str(value).ok());
    (keys.collect(), values.collect())
});

/// Changes an input of the target `request`: twice in three the JSON of one of its calls, else bytes.
/// Answers the new length; see [`libfuzzer_sys::fuzz_mutator`].
pub fn mutate_request(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = SplitMix(seed.into());
    let input = data.get(..size).unwrap_or_default();
    match mutate_one_call(input, &mut random) {
        Some(mutated) if random.below(3) > 0 && mutated.len() <= max_size.min(data.len()) => {
            data[..mutated.len()].copy_from_slice(&mutated);
            mutated.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
}

fn mutate_one_call(input: &[u8], random: &mut SplitMix) -> Option<Vec<u8>> {
    let mut calls: Vec<Vec<u8>> =
        input.split(|byte| *byte == SEPARATOR).map(<[u8]>::to_vec).collect();
    let place = random.below(calls.len());
    let call = calls.get_mut(place)?;
    let (first, json) = call.split_first()?;
    let mut value: Value = serde_json::from_slice(json).ok()?;
    let whole = value.clone();
    for _ in 0..=random.below(3) {
        let place = random.below(count(&value));
        if let Some(node) = find(&mut value, &mut { place }) {
            mutate(node, &whole, random);
        }
    }
    *call = [vec![*first], serde_json::to_vec(&value).ok()?].concat();
    Some(calls.join(&SEPARATOR))
}

fn mutate(node: &mut Value, whole: &Value, random: &mut SplitMix) {
    let (keys, values) = &*KNOWN;
    let some_value = |random: &mut SplitMix| {
        if random.below(2) == 0 {
            let place = random.below(count(whole));
            find(&mut whole.clone(), &mut { place }).cloned().unwrap_or_default()
        } else {
            random.choose(values).cloned().unwrap_or_default()
        }
    };
    let way = random.below(4);
    match node {
        Value::Object(members) if way > 0 => {
            let key = members.keys().nth(random.below(members.len())).cloned();
            let known = random.choose(keys).cloned().unwrap_or_default();
            match way {
                1 => members.insert(known, some_value(random)),
                2 => key.and_then(|key| members.remove(&key)),
                _ => {
                    let removed = key.and_then(|key| members.remove(&key));
                    removed.and_then(|value| members.insert(known, value))
                }
            };
        }
        Value::Array(items) if way > 0 => {
            let place = random.below(items.len());
            match way {
                1 => items.push(some_value(random)),
                2 if !items.is_empty() => drop(items.remove(place)),
                _ => items.extend(items.get(place).cloned()),
            }
        }
        Value::String(text) if way > 1 => {
            let character = char::from_u32(random.below(0x1_0000) as u32).unwrap_or('0');
            let place = text.char_indices().map(|(place, _)| place).nth(random.below(text.len()));
            match (way, place) {
                (2, Some(place)) => drop(text.remove(place)),
                (_, place) => text.insert(place.unwrap_or(0), character),
            }
        }
        _ => *node = some_value(random),
    }
}

/// A value and all that it holds.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// The value at a place, counted as [`count`] does.
fn find<'a>(value: &'a mut Value, place: &mut usize) -> Option<&'a mut Value> {
    if *place == 0 {
        return Some(value);
    }
    *place -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| find(item, place)),
        Value::Object(members) => members.values_mut().find_map(|value| find(value, place)),
        _ => None,
    }
}
