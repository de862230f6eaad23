//! What the path of a file says: whose answer it is, and about what.
//!
//! Names only fill in what the content leaves open: account and Region (`accounts/<id>/<region>/`, `<region>/`,
//! `describe-vpcs-eu-west-1.json`), the id of a parent that an answer does not name
//! (`search-transit-gateway-routes-tgw-rtb-….json`), and the call behind an empty list that several calls print.
//! The innermost mention counts. Percent-encoded folders (Cloudmapper's arguments) are decoded first.

use compact_str::CompactString;

use crate::model::{AccountId, Region, Scope};

/// What a path says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PathHints {
    /// Account and Region.
    pub scope: Scope,
    /// The decoded path.
    path: String,
}

impl PathHints {
    /// Reads a path, relative to what the user gave.
    pub(super) fn new(path: &str) -> PathHints {
        let path = decoded(path);
        let scope = Scope {
            account: last_word(&path, is_account).map(AccountId::from),
            region: last_region(&path).map(Region::from),
        };
        PathHints { scope, path }
    }

    /// The innermost id with a prefix (`tgw-rtb-`).
    pub(super) fn id(&self, prefix: &str) -> Option<CompactString> {
        let starts = self.path.rmatch_indices(prefix).map(|(start, _)| start);
        starts.into_iter().find_map(|start| {
            let is_boundary = !self.path[..start].ends_with(|it: char| it.is_ascii_alphanumeric());
            let rest = &self.path[start + prefix.len()..];
            let length = rest.find(|it: char| !it.is_ascii_alphanumeric()).unwrap_or(rest.len());
            let is_id = length >= 8 && is_boundary && rest[..length].bytes().any(|it| it.is_ascii_digit());
            is_id.then(|| CompactString::from(&self.path[start..start + prefix.len() + length]))
        })
    }

    /// The innermost ARN of a kind of resource whose ids end with a name and a number (`targetgroup/`).
    pub(super) fn arn(&self, kind: &str) -> Option<CompactString> {
        let start = self.path.rfind("arn:")?;
        let text = &self.path[start..];
        let names = text.find(kind)? + kind.len();
        // `net/NAME/NUMBER` or `NAME/NUMBER`: as far as the number goes.
        let slashes = if kind == "targetgroup/" { 1 } else { 2 };
        let (last, _) = text[names..].match_indices('/').nth(slashes - 1)?;
        let number = names + last + 1;
        let length = text[number..].bytes().take_while(u8::is_ascii_alphanumeric).count();
        (length > 0).then(|| CompactString::from(&text[..number + length]))
    }

    /// Whether file or folder names mention a call, written in whatever case and with whatever between its words.
    pub(super) fn mentions(&self, words: &str) -> bool {
        let letters = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphabetic).map(|it| it.to_ascii_lowercase()).collect()
        };
        letters(&self.path).contains(&letters(words))
    }
}

/// The Region of a zone: `us-east-1` of `us-east-1a` and of `us-east-1-bos-1a`.
pub(super) fn region_of_zone(zone: &str) -> Option<Region> {
    regions(zone).find(|(start, _)| *start == 0).map(|(_, region)| Region::from(region))
}

pub(super) fn decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut text = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while position < bytes.len() {
        let digits = bytes.get(position + 1..position + 3).and_then(|it| std::str::from_utf8(it).ok());
        let byte = digits.and_then(|it| u8::from_str_radix(it, 16).ok());
        match (bytes[position], byte) {
            (b'%', Some(byte)) => {
                text.push(byte);
                position += 3;
            }
            (byte, _) => {
                text.push(byte);
                position += 1;
            }
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn is_account(word: &str) -> bool {
    word.len() == 12 && word.bytes().all(|it| it.is_ascii_digit())
}

fn last_word(path: &str, is_wanted: fn(&str) -> bool) -> Option<&str> {
    path.split(|it: char| !it.is_ascii_alphanumeric()).rfind(|word| is_wanted(word))
}

fn last_region(path: &str) -> Option<&str> {
    regions(path).map(|(_, region)| region).last()
}

const DIRECTIONS: &[&str] =
    &["northeast", "northwest", "southeast", "southwest", "central", "north", "south", "east", "west"];

/// Every Region that a text mentions, with where it begins.
fn regions(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let boundaries = text
        .char_indices()
        .filter(|(position, _)| !text[..*position].ends_with(|it: char| it.is_ascii_alphanumeric()));
    boundaries.filter_map(|(start, _)| Some((start, &text[start..start + region_length(&text[start..])?])))
}

/// How long the Region is that a text begins with: two letters, maybe a partition, a direction, a number.
pub(super) fn region_length(text: &str) -> Option<usize> {
    let (country, rest) = text.split_once('-')?;
    if country.len() != 2 || !country.bytes().all(|it| it.is_ascii_lowercase()) {
        return None;
    }
    let (word, after) = rest.split_once('-')?;
    let (direction, rest) =
        if word == "gov" || word.starts_with("iso") { after.split_once('-')? } else { (word, after) };
    if !DIRECTIONS.contains(&direction) {
        return None;
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    (1..=2).contains(&digits).then(|| text.len() - rest.len() + digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, account: Option<&str>, region: Option<&str>) {
        let hints = PathHints::new(path);
        assert_eq!(hints.scope.account, account.map(AccountId::from), "{path}");
        assert_eq!(hints.scope.region, region.map(Region::from), "{path}");
    }

    #[test]
    fn folders_and_suffixes_name_account_and_region() {
        check("accounts/028403472736/us-east-1/Vpcs.json", Some("028403472736"), Some("us-east-1"));
        check("eu-west-1/Vpcs.json", None, Some("eu-west-1"));
        check("Vpcs-us-gov-west-1.json", None, Some("us-gov-west-1"));
        check("describe_vpcs.ap-southeast-2.json", None, Some("ap-southeast-2"));
        check("028403472736_cn-north-1_vpcs.json", Some("028403472736"), Some("cn-north-1"));
        check("eu-west-1/peering-of-us-east-2.json", None, Some("us-east-2"));
        check("us-isob-east-1/x.json", None, Some("us-isob-east-1"));
    }

    #[test]
    fn other_words_name_neither() {
        check("my-east-coast/vpcs-1.json", None, None);
        check("us-east/vpcs.json", None, None);
        check("1234567890123/x.json", None, None);
        check("bus-east-1/x.json", None, None);
        check("ä-us-east-1é/x.json", None, Some("us-east-1"));
    }

    #[test]
    fn zones_lie_in_regions() {
        for (zone, region) in [
            ("us-east-1a", "us-east-1"),
            ("us-west-2-lax-1a", "us-west-2"),
            ("us-gov-west-1b", "us-gov-west-1"),
        ] {
            assert_eq!(region_of_zone(zone), Some(Region::from(region)));
        }
        assert_eq!(region_of_zone("use1-az1"), None);
    }

    #[test]
    fn the_innermost_id_is_the_parent() {
        let hints =
            PathHints::new("tgw-rtb-0aaaaaaaa1/search-transit-gateway-routes-tgw-rtb-0954551fe41f4869d.json");
        assert_eq!(hints.id("tgw-rtb-").as_deref(), Some("tgw-rtb-0954551fe41f4869d"));
        assert_eq!(hints.id("pl-"), None);
        assert!(hints.mentions("search-transit-gateway-routes"));
        let hints = PathHints::new("ec2-get-managed-prefix-list-entries/arn%3Aaws%3Apl-0123456789abcdef0");
        assert_eq!(hints.id("pl-").as_deref(), Some("pl-0123456789abcdef0"));
    }
}
