//! Damage by script: bytes become edits of JSON documents, so that what is mutated is values, not syntax.
//!
//! Most edits take a value from where the same key stands elsewhere: references that dangle, cross or form circles are
//! where a network's meaning breaks, and random text never gets there.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::topologies::{Document, Files, bases};

/// Bytes that are read from the front; zeros when there are no more.
#[derive(Debug, Clone)]
pub struct Script<'b>(&'b [u8]);

impl<'b> Script<'b> {
    pub fn new(bytes: &'b [u8]) -> Script<'b> {
        Script(bytes)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        match self.0 {
            [first, rest @ ..] => {
                self.0 = rest;
                *first
            }
            [] => 0,
        }
    }

    pub fn below(&mut self, limit: usize) -> usize {
        let number = usize::from(self.byte()) << 8 | usize::from(self.byte());
        number % limit.max(1)
    }

    fn text(&mut self) -> String {
        let length = usize::from(self.byte() % 32).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }
}

/// How many edits one script makes at most.
const EDITS: usize = 24;

/// The files of one network or two, edited as a script says.
pub fn damaged(script: &mut Script<'_>) -> Files {
    let bases = bases();
    let first = script.below(2 * bases.len());
    let mut documents = bases[first % bases.len()].clone();
    if first >= bases.len() {
        documents.extend(bases[script.below(bases.len())].iter().cloned());
    }
    // Ends: the script gets shorter, and the edits are counted.
    for _ in 0..EDITS {
        if script.is_empty() {
            break;
        }
        edit(&mut documents, script);
    }
    let is_indented = script.byte() & 1 == 1;
    let mut files: Files = Vec::with_capacity(documents.len());
    for Document { path, value } in documents {
        let text = if is_indented { serde_json::to_vec_pretty(&value) } else { serde_json::to_vec(&value) };
        files.push((path, text.expect("a value is JSON")));
    }
    files
}

fn edit(documents: &mut Vec<Document>, script: &mut Script<'_>) {
    let number = script.below(documents.len());
    let how = script.byte() % 32;
    if how == 31 {
        documents.swap_remove(number);
        if documents.is_empty() {
            documents.push(Document { path: "empty.json".to_owned(), value: json!({}) });
        }
        return;
    }
    let document = &mut documents[number];
    let count = slots(&document.value);
    if count == 0 {
        return;
    }
    let mut wanted = script.below(count);
    at(&mut document.value, &mut wanted, "", &mut |slot| change(slot, how, script));
}

/// Where a value stands.
enum Slot<'v> {
    Member(&'v mut Map<String, Value>, String),
    /// With the key of the list.
    Element(&'v mut Vec<Value>, usize, &'v str),
}

/// How many values are inside of one.
fn slots(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(|it| 1 + slots(it)).sum(),
        Value::Array(elements) => elements.iter().map(|it| 1 + slots(it)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// Goes to the wanted slot of a value; whether it was there.
fn at(value: &mut Value, wanted: &mut usize, key: &str, edit: &mut dyn FnMut(Slot<'_>)) -> bool {
    match value {
        Value::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            for name in names {
                if *wanted == 0 {
                    edit(Slot::Member(members, name));
                    return true;
                }
                *wanted -= 1;
                let inside = members.get_mut(&name).is_some_and(|inside| at(inside, wanted, &name, edit));
                if inside {
                    return true;
                }
            }
            false
        }
        Value::Array(elements) => {
            for index in 0..elements.len() {
                if *wanted == 0 {
                    edit(Slot::Element(elements, index, key));
                    return true;
                }
                *wanted -= 1;
                if at(&mut elements[index], wanted, key, edit) {
                    return true;
                }
            }
            false
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn change(slot: Slot<'_>, how: u8, script: &mut Script<'_>) {
    match slot {
        Slot::Member(members, name) => match how {
            0 | 1 => drop(members.remove(&name)),
            2 => {
                let value = members.remove(&name).unwrap_or_default();
                let names: Vec<&String> = words().keys().collect();
                members.insert(names[script.below(names.len())].clone(), value);
            }
            _ => {
                let value = members.entry(name.clone()).or_insert(Value::Null);
                replace(value, &name, how, script);
            }
        },
        Slot::Element(elements, index, key) => match how {
            0 => drop(elements.remove(index)),
            1 | 2 => {
                let copy = elements[index].clone();
                elements.insert(script.below(elements.len()), copy);
            }
            3 => {
                let other = script.below(elements.len());
                elements.swap(index, other);
            }
            _ => replace(&mut elements[index], key, how, script),
        },
    }
}

fn replace(value: &mut Value, key: &str, how: u8, script: &mut Script<'_>) {
    match how {
        // Another value of the same key: the usual edit.
        3..=14 => {
            if let Some(known) = words().get(key) {
                *value = known[script.below(known.len())].clone();
            }
        }
        15..=18 => *value = odd()[script.below(odd().len())].clone(),
        19..=25 => nudge(value, script),
        26 => *value = Value::String(script.text()),
        27 => *value = json!([value.take()]),
        28 => {
            for _ in 0..script.byte() {
                *value = json!([value.take()]);
            }
        }
        29 => *value = json!({ key: value.take() }),
        // Anything from anywhere.
        _ => {
            let all: Vec<&Vec<Value>> = words().values().collect();
            let known = all[script.below(all.len())];
            *value = known[script.below(known.len())].clone();
        }
    }
}

/// A little less or more of the same.
fn nudge(value: &mut Value, script: &mut Script<'_>) {
    match value {
        Value::Null => *value = Value::Bool(true),
        Value::Bool(flag) => *value = Value::Bool(!*flag),
        Value::Number(number) => {
            let number = number.as_i64().unwrap_or_default();
            let numbers = [number.wrapping_add(1), number.wrapping_sub(1), -number, number << 8, 0, 65535];
            *value = json!(numbers[script.below(numbers.len())]);
        }
        Value::String(text) => {
            let mut bytes = std::mem::take(text).into_bytes();
            let position = script.below(bytes.len());
            match (bytes.get_mut(position), script.byte()) {
                (None, byte) => bytes.push(byte),
                // Digits become digits: addresses stay addresses.
                (Some(digit @ b'0'..=b'9'), byte @ 0..=200) => *digit = b'0' + byte % 10,
                (Some(_), 201..=220) => bytes.truncate(position),
                (Some(letter), byte) => *letter = byte,
            }
            *value = Value::String(String::from_utf8_lossy(&bytes).into_owned());
        }
        Value::Array(elements) => elements.truncate(script.below(elements.len() + 1)),
        Value::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            if let Some(name) = names.get(script.below(names.len())) {
                members.remove(name);
            }
        }
    }
}

/// Every value that stands under a key in any of the networks, once.
fn words() -> &'static BTreeMap<String, Vec<Value>> {
    static WORDS: OnceLock<BTreeMap<String, Vec<Value>>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words = BTreeMap::new();
        for document in bases().iter().flatten() {
            collect(&document.value, &mut words);
        }
        words
    })
}

fn collect(value: &Value, words: &mut BTreeMap<String, Vec<Value>>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let known = words.entry(name.clone()).or_default();
                if !known.contains(value) {
                    known.push(value.clone());
                }
                collect(value, words);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|it| collect(it, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Texts that nobody expects, and some that are at the edge of what is expected.
const ODD_TEXTS: &[&str] = &[
    "",
    " ",
    "-1",
    "0",
    "all",
    "*",
    "/",
    ":",
    "-",
    "é",
    "\u{0}",
    "\u{1b}[31m",
    "\u{85}",
    "\u{202e}",
    "0.0.0.0",
    "0.0.0.0/0",
    "255.255.255.255/32",
    "10.0.0.0/8",
    "10.0.0.1/0",
    "10.0.0.0/33",
    "128.0.0.0/1",
    "169.254.169.254",
    "224.0.0.1",
    "127.0.0.1",
    "100.64.0.0/10",
    "198.51.100.10",
    "::",
    "::/0",
    "::1",
    "64:ff9b::/96",
    "64:ff9b::1",
    "2001:db8::/32",
    "fe80::1",
    "ff02::1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
    "::ffff:10.0.0.1",
    "local",
    "pl-",
    "igw-",
    "nat-",
    "tgw-",
    "eni-",
    "vgw-1",
    "sg-",
    "i-",
    "vpce-1",
    "pcx-",
    "eigw-",
    "lgw-1",
    "cagw-1",
    "active",
    "blackhole",
    "deleted",
    "pending",
    "available",
    "tcp",
    "udp",
    "icmp",
    "58",
    "6",
    "17",
    "256",
    "enable",
    "disable",
    "off",
    "block-bidirectional",
    "block-ingress",
    "allow-egress",
    "us-east-1",
    "eu-west-1a",
    "use1-az1",
    "111122223333",
    "com.amazonaws.eu-west-1.s3",
    "true",
];

/// The same of all values.
fn odd() -> &'static [Value] {
    static ODD: OnceLock<Vec<Value>> = OnceLock::new();
    ODD.get_or_init(|| {
        let mut odd: Vec<Value> = ODD_TEXTS.iter().map(|text| json!(text)).collect();
        odd.extend(
            [0_i64, 1, -1, 6, 255, 256, 32766, 32767, 65535, 65536, i64::MAX, i64::MIN].map(Value::from),
        );
        odd.extend([
            json!(null),
            json!(true),
            json!(false),
            json!([]),
            json!({}),
            json!(1.5),
            json!(u64::MAX),
        ]);
        odd.extend([json!([null]), json!([[]]), json!([{}]), json!("a".repeat(5000))]);
        odd
    })
}
