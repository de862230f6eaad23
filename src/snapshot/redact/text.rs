//! What a text becomes: its addresses, ids, numbers and words, one by one.
//!
//! A word is changed wherever it stands, and to the same word, so that a name is found again in an ARN, in the name that DNS
//! has for it, in the description of an interface, in a rule about a tag. What stands between words stays, and what AWS wrote itself:
//! Regions, zones, kinds of ids, kinds of resources in ARNs, names of its services, beginnings of descriptions.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use super::super::scope;
use super::addresses::Addresses;
use super::words::{self, Words};

/// What a key makes of texts.
#[derive(Debug)]
pub(super) struct Texts {
    key: [u8; 32],
    pub addresses: Addresses,
    pub words: Words,
    /// Every address, id, number and word that was changed.
    pub changed: BTreeMap<String, String>,
}

/// How long the numbers of ids are.
const ID: std::ops::RangeInclusive<usize> = 8..=17;

/// Numbers of so few digits are ports, years, counts.
const SHORT: usize = 4;

impl Texts {
    pub(super) fn new(key: [u8; 32]) -> Texts {
        Texts { key, addresses: Addresses::new(key), words: Words::read(), changed: BTreeMap::new() }
    }

    /// What a text becomes.
    pub(super) fn text(&mut self, text: &str) -> String {
        if words::is_time(text) || words::is_owner(text) {
            return text.to_owned();
        }
        if text.starts_with("com.amazonaws.") && !text.contains(".vpce.") || text.starts_with("aws.") {
            return text.to_owned();
        }
        let (head, rest) = text.split_at(words::head(text));
        let name = self.amazon_name(rest);
        format!("{head}{}", name.unwrap_or_else(|| self.pieces(rest)))
    }

    /// A name that DNS has for something of AWS: its labels, where AWS did not make them.
    fn amazon_name(&mut self, text: &str) -> Option<String> {
        let is_name = |it: char| it.is_ascii_alphanumeric() || "-._*".contains(it);
        if !text.chars().all(is_name) {
            return None;
        }
        let name = text.trim_end_matches('.');
        let tail = words::amazon_domain(name)?;
        let labels = name[..name.len() - tail.len()].split('.');
        let labels: Vec<String> = labels
            .map(|label| if self.words.is_service(label) { label.to_owned() } else { self.pieces(label) })
            .collect();
        Some(format!("{}{tail}{}", labels.join("."), &text[name.len()..]))
    }

    /// Everything in a text. Ends: each step takes at least a character.
    fn pieces(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let taken = self.whole(rest, &out).or_else(|| {
                let length = word_length(rest);
                let (word, after) = rest.split_at(length);
                let is_plain = words::is_plain(word, &out, after);
                (length > 0).then(|| (if is_plain { word.to_owned() } else { self.word(word) }, length))
            });
            let (piece, length) = taken.unwrap_or_else(|| (character.to_string(), character.len_utf8()));
            out.push_str(&piece);
            rest = &rest[length..];
        }
        out
    }

    /// An address, an ARN, a Region or an id at the beginning of a text, and how long it is.
    fn whole(&mut self, text: &str, before: &str) -> Option<(String, usize)> {
        if let Some(found) = self.address(text, before) {
            return Some(found);
        }
        if text.starts_with("arn:aws") {
            return Some(self.arn(text));
        }
        if let Some(found) = self.mac_address(text) {
            return Some(found);
        }
        if let Some(length) = words::place(text) {
            return Some((text[..length].to_owned(), length));
        }
        let length = id_length(text)?;
        let (kind, number) = text[..length].rsplit_once('-')?;
        let changed = format!("{kind}-{}", self.hexadecimal(number));
        self.note(&text[..length], &changed);
        Some((changed, length))
    }

    /// An address or block. In names that AWS gives to hosts it has dashes.
    fn address(&mut self, text: &str, before: &str) -> Option<(String, usize)> {
        let is_part = |it: char| it.is_ascii_hexdigit() || it == '.' || it == ':';
        let length = text.find(|it: char| !is_part(it)).unwrap_or(text.len());
        let is_whole = !text[length..].starts_with(|it: char| it.is_ascii_alphanumeric());
        // The end of a sentence, or what stands before a port, is no part of it.
        for address in [&text[..length], text[..length].trim_end_matches(['.', ':'])] {
            if let Some(parsed) = address.parse::<IpAddr>().ok().filter(|_| is_whole) {
                return Some(self.block(text, address, parsed));
            }
        }
        let is_host = before.ends_with("ip-") || before.ends_with("ec2-");
        let length = text.find(|it: char| !it.is_ascii_digit() && it != '-').unwrap_or(text.len());
        let parsed: IpAddr = text[..length].replace('-', ".").parse().ok().filter(|_| is_host)?;
        Some((self.addresses.address(parsed).to_string().replace('.', "-"), length))
    }

    /// `02:20:8f:17:d7:47`.
    fn mac_address(&mut self, text: &str) -> Option<(String, usize)> {
        const LENGTH: usize = 17;
        let mac = text.get(..LENGTH)?;
        let is_part = |(at, it): (usize, u8)| if at % 3 == 2 { it == b':' } else { it.is_ascii_hexdigit() };
        if !mac.bytes().enumerate().all(is_part)
            || text[LENGTH..].starts_with(|it: char| it.is_alphanumeric())
        {
            return None;
        }
        let digits = self.letters(mac, b"0123456789abcdef", LENGTH);
        // The first two say that somebody gave it out, and that it is one host's.
        let each = digits.chars().enumerate().skip(2);
        let rest: String = each.map(|(at, it)| if at % 3 == 2 { ':' } else { it }).collect();
        Some((format!("02{rest}"), LENGTH))
    }

    fn block(&mut self, text: &str, address: &str, parsed: IpAddr) -> (String, usize) {
        let rest = text[address.len()..].strip_prefix('/').unwrap_or_default();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let block = IpNet::new(parsed, rest[..digits].parse().unwrap_or(u8::MAX)).ok();
        let (changed, length) = match block {
            Some(block) => (self.addresses.block(block).to_string(), address.len() + 1 + digits),
            None => (self.addresses.address(parsed).to_string(), address.len()),
        };
        self.note(&text[..length], &changed);
        (changed, length)
    }

    /// `arn:aws:SERVICE:REGION:ACCOUNT:KIND/NAME`: what kind of thing it is stays.
    fn arn(&mut self, text: &str) -> (String, usize) {
        let length =
            text.find(|it: char| it.is_whitespace() || "\"',;|[]{}()".contains(it)).unwrap_or(text.len());
        let parts: Vec<&str> = text[..length].splitn(6, ':').collect();
        let &[arn, partition, service, region, account, resource] = parts.as_slice() else {
            // Not one after all: its word as it is, the rest like any text.
            return ("arn".to_owned(), "arn".len());
        };
        let account = if words::is_owner(account) { account.to_owned() } else { self.pieces(account) };
        let kind = words::kind_of_resource(service, resource);
        let resource = format!("{}{}", &resource[..kind], self.pieces(&resource[kind..]));
        let region = self.pieces(region);
        let changed = format!("{arn}:{partition}:{service}:{region}:{account}:{resource}");
        self.note(&text[..length], &changed);
        (changed, length)
    }

    /// A word. Letters in capitals stay recognisable, so that two words that differ in that alone still do.
    fn word(&mut self, word: &str) -> String {
        let is_number = word.bytes().all(|it| it.is_ascii_digit());
        if is_number && word.len() <= SHORT {
            return word.to_owned();
        }
        let changed = if is_number {
            self.letters(word, b"0123456789", word.len())
        } else if is_hexadecimal(&word.to_lowercase()) {
            let lower = self.hexadecimal(&word.to_lowercase());
            if word.bytes().any(|it| it.is_ascii_uppercase()) { lower.to_uppercase() } else { lower }
        } else {
            let lower = word.to_lowercase();
            let letters = self.letters(&lower, b"abcdefghijklmnopqrstuvwxyz", 8);
            match (lower == word, word.to_uppercase() == word) {
                (true, _) => letters,
                (false, true) => letters.to_uppercase(),
                (false, false) => letters[..1].to_uppercase() + &letters[1..],
            }
        };
        self.note(word, &changed);
        changed
    }

    fn hexadecimal(&mut self, number: &str) -> String {
        let changed = self.letters(number, b"0123456789abcdef", number.len());
        self.note(number, &changed);
        changed
    }

    /// So many letters that follow from a word and the key.
    fn letters(&self, word: &str, alphabet: &[u8], length: usize) -> String {
        let mut bytes = vec![0; length];
        let mut hash = blake3::Hasher::new_keyed(&self.key);
        hash.update(alphabet).update(word.as_bytes()).finalize_xof().fill(&mut bytes);
        bytes.iter().map(|it| char::from(alphabet[usize::from(*it) % alphabet.len()])).collect()
    }

    /// The number of an autonomous system: one that is not private becomes a private one.
    pub(super) fn system(&self, number: u32) -> u32 {
        const PRIVATE: std::ops::RangeInclusive<u32> = 4_200_000_000..=4_294_967_294;
        if (64_512..=65_534).contains(&number) || PRIVATE.contains(&number) || number == 0 {
            return number;
        }
        let hash = blake3::keyed_hash(&self.key, &number.to_be_bytes());
        let [first, second, third, ..] = *hash.as_bytes();
        PRIVATE.start() + u32::from_be_bytes([0, first, second, third])
    }

    fn note(&mut self, text: &str, changed: &str) {
        if text != changed && !self.changed.contains_key(text) {
            self.changed.insert(text.to_owned(), changed.to_owned());
        }
    }

    /// A rule in Suricata's words: what stands in quotes and after `$` is somebody's, the rest is the rule.
    pub(super) fn suricata(&mut self, rule: &str) -> String {
        let mut out = String::with_capacity(rule.len());
        for (at, part) in rule.split('"').enumerate() {
            if at > 0 {
                out.push('"');
            }
            let is_quoted = at % 2 == 1;
            out.push_str(&if is_quoted { self.text(part) } else { self.outside_quotes(part) });
        }
        out
    }

    /// Ends: each step takes at least a character.
    fn outside_quotes(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let is_start = !out.ends_with(|it: char| it.is_ascii_alphanumeric() || it == '.' || it == ':');
            let found = if is_start { self.address(rest, "") } else { None };
            let (piece, length) = match found {
                Some(found) => found,
                None if out.ends_with('$') && word_length(rest) > 0 => {
                    let length = word_length(rest);
                    (self.variable(&rest[..length]), length)
                }
                None => (character.to_string(), character.len_utf8()),
            };
            out.push_str(&piece);
            rest = &rest[length..];
        }
        out
    }

    /// The name of a variable of rules: two of them are Suricata's own.
    pub(super) fn variable(&mut self, name: &str) -> String {
        if matches!(name, "HOME_NET" | "EXTERNAL_NET") { name.to_owned() } else { self.text(name) }
    }
}

fn word_length(text: &str) -> usize {
    text.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(text.len())
}

fn is_hexadecimal(word: &str) -> bool {
    word.len() >= *ID.start()
        && word.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
        && word.bytes().any(|it| it.is_ascii_digit())
}

/// How long the id is that a text begins with.
fn id_length(text: &str) -> Option<usize> {
    let kinds = words::KINDS_OF_IDS
        .iter()
        .filter(|kind| text.strip_prefix(**kind).is_some_and(|rest| rest.starts_with('-')));
    // `tgw-attach-…` begins like `tgw-…`, whose number it would not have.
    kinds.into_iter().find_map(|kind| {
        let number = &text[kind.len() + 1..];
        let length = word_length(number);
        let is_number = number[..length].bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
        (ID.contains(&length) && is_number).then_some(kind.len() + 1 + length)
    })
}

/// Every block that is written in a text.
pub(super) fn blocks(text: &str) -> impl Iterator<Item = IpNet> {
    let is_part = |it: char| it.is_ascii_hexdigit() || matches!(it, '.' | ':' | '/');
    let texts = text.split(move |it: char| !is_part(it)).filter(|it| it.contains('/'));
    texts.filter_map(|it| it.trim_matches([':', '.']).parse().ok())
}

/// How long a Region is that a text begins with.
pub(super) fn region_length(text: &str) -> Option<usize> {
    scope::region_length(text)
}
