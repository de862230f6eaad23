//! Rules of the stateful engine, which are Suricata's: action, protocol, addresses, ports, direction and which options
//! look further (NFW-6, NFW-8, NFW-9).
//!
//! A rule is read as far as its header goes. What its options look for in streams and requests is not evaluated, only
//! that they look; a rule that cannot be read at all is kept as text. *Suricata User Guide*, "Rules Format".

use std::net::IpAddr;

use compact_str::CompactString;
use ipnet::IpNet;

use super::words::{Word, words};

words! {
    /// What a rule of the stateful engine does (NFW-4).
    StatefulAction {
        Pass = "pass",
        Drop = "drop",
        Reject = "reject",
        Alert = "alert",
    }
}

/// Addresses or ports of a rule, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern<T> {
    /// `any`.
    Any,
    /// From one to another.
    Range(T, T),
    /// `!…`
    Not(Box<Pattern<T>>),
    /// `[…, …]`: what one of them matches and none with a `!` in front of it excludes.
    Each(Vec<Pattern<T>>),
    /// `$NAME`, or `@NAME` of a prefix list.
    Variable(CompactString),
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatefulRule {
    /// Its index in the list, or the number of its line, from nought.
    pub index: u32,
    /// What it does; none where it cannot be read.
    pub action: Option<StatefulAction>,
    /// The packets that it looks at; none where it cannot be read.
    pub header: Option<RuleHeader>,
    /// Its header in words.
    pub text: Box<str>,
    /// Its number.
    pub sid: Option<u32>,
    /// The keywords of options that look beyond the header.
    pub beyond: Vec<CompactString>,
    /// Whose packets it is for, where it says so.
    pub side: Option<RuleSide>,
}

/// Packets that a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleSide {
    /// Those of whoever began the conversation.
    ToServer,
    /// The answers.
    ToClient,
}

/// What a rule looks at before its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleHeader {
    /// `tcp`, `ip`, `tls`: lower case.
    pub protocol: CompactString,
    /// Sources.
    pub source: Pattern<IpAddr>,
    /// Source ports.
    pub source_ports: Pattern<u16>,
    /// Whether it is for both directions.
    pub is_both: bool,
    /// Destinations.
    pub destination: Pattern<IpAddr>,
    /// Destination ports.
    pub destination_ports: Pattern<u16>,
}

/// Options that match nothing: they name, number and sort.
const NEUTRAL: &[&str] =
    &["msg", "sid", "rev", "gid", "classtype", "reference", "priority", "metadata", "target", "noalert"];

impl StatefulRule {
    /// A rule of text: `drop tcp 10.0.0.0/8 any -> any 22 (sid:1;)`.
    pub fn of_text(index: u32, text: &str) -> StatefulRule {
        let (header, options) = match text.split_once('(') {
            Some((header, rest)) => (header, rest.trim_end().strip_suffix(')').unwrap_or(rest)),
            None => (text, ""),
        };
        let words = words_of(header);
        let read = match words.as_slice() {
            [action, protocol, source, source_ports, direction, destination, destination_ports] => {
                let parts = HeaderText {
                    protocol,
                    source,
                    source_ports,
                    is_both: match *direction {
                        "->" => Some(false),
                        "<>" => Some(true),
                        _ => None,
                    },
                    destination,
                    destination_ports,
                };
                Some(StatefulAction::from_text(action)).zip(parts.read())
            }
            _ => None,
        };
        let read = read.filter(|(action, _)| !action.is_unknown());
        let mut rule = StatefulRule {
            index,
            action: None,
            header: None,
            text: words.join(" ").into(),
            sid: None,
            beyond: Vec::new(),
            side: None,
        };
        for option in options_of(options) {
            let (keyword, value) = option.split_once(':').unwrap_or((option, ""));
            rule.note(keyword.trim(), value.trim());
        }
        (rule.action, rule.header) = read.unzip();
        rule
    }

    /// How an answer names it in its group.
    pub fn label(&self) -> String {
        match self.sid {
            Some(sid) => format!("sid {sid}"),
            None => format!("rule {}", self.index),
        }
    }

    /// Takes in an option.
    pub(super) fn note(&mut self, keyword: &str, value: &str) {
        if keyword.eq_ignore_ascii_case("sid") {
            self.sid = value.parse().ok();
        }
        if NEUTRAL.iter().any(|it| keyword.eq_ignore_ascii_case(it)) {
            return;
        }
        if keyword.eq_ignore_ascii_case("flow") {
            let side = match value.trim() {
                "to_server" | "from_client" => Some(RuleSide::ToServer),
                "to_client" | "from_server" => Some(RuleSide::ToClient),
                _ => None,
            };
            if side.is_some() {
                self.side = side;
                return;
            }
        }
        self.beyond.push(CompactString::from(keyword));
    }
}

/// The parts of a header.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeaderText<'t> {
    pub protocol: &'t str,
    pub source: &'t str,
    pub source_ports: &'t str,
    pub is_both: Option<bool>,
    pub destination: &'t str,
    pub destination_ports: &'t str,
}

impl HeaderText<'_> {
    /// What they say, where all of them say something.
    pub fn read(&self) -> Option<RuleHeader> {
        Some(RuleHeader {
            protocol: CompactString::from(self.protocol.to_ascii_lowercase()),
            source: addresses(self.source)?,
            source_ports: ports(self.source_ports)?,
            is_both: self.is_both?,
            destination: addresses(self.destination)?,
            destination_ports: ports(self.destination_ports)?,
        })
    }
}

/// The rules of a text, one a line; a backslash at its end goes on with the next.
pub fn rules_of_text(text: &str) -> Vec<StatefulRule> {
    let mut rules = Vec::new();
    let mut open: Option<(u32, String)> = None;
    for (number, line) in text.lines().enumerate() {
        let (first, mut whole) = open.take().unwrap_or((number as u32, String::new()));
        let line = line.trim();
        if let Some(part) = line.strip_suffix('\\') {
            whole.push_str(part);
            whole.push(' ');
            open = Some((first, whole));
            continue;
        }
        whole.push_str(line);
        if !whole.is_empty() && !whole.starts_with('#') {
            rules.push(StatefulRule::of_text(first, &whole));
        }
    }
    rules.extend(open.map(|(first, whole)| StatefulRule::of_text(first, &whole)));
    rules
}

/// Addresses: `any`, blocks, ranges, `!`, `[…]`, `$NAME`, `@NAME`.
pub fn addresses(text: &str) -> Option<Pattern<IpAddr>> {
    pattern(text, 0, &|item| {
        if let Some((first, last)) = item.split_once('-') {
            let (first, last): (IpAddr, IpAddr) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
            return (first.is_ipv4() == last.is_ipv4() && first <= last).then_some((first, last));
        }
        let net: IpNet = item.parse().or_else(|_| item.parse::<IpAddr>().map(IpNet::from)).ok()?;
        Some((net.network(), net.broadcast()))
    })
}

/// Ports: `any`, `22`, `1024:65535`, `1024:`, `!`, `[…]`, `$NAME`.
pub fn ports(text: &str) -> Option<Pattern<u16>> {
    pattern(text, 0, &|item| match item.split_once(':') {
        Some((first, last)) => {
            let end = |text: &str, open: u16| match text.trim() {
                "" => Some(open),
                text => text.parse::<u16>().ok(),
            };
            let (first, last) = (end(first, 0)?, end(last, u16::MAX)?);
            (first <= last).then_some((first, last))
        }
        None => item.parse::<u16>().ok().map(|port| (port, port)),
    })
}

/// Deeper than this nobody writes, and nobody shall make us go.
const DEEPEST: usize = 16;

fn pattern<T>(text: &str, depth: usize, item: &impl Fn(&str) -> Option<(T, T)>) -> Option<Pattern<T>> {
    let text = text.trim();
    if depth > DEEPEST || text.is_empty() {
        return None;
    }
    if let Some(rest) = text.strip_prefix('!') {
        return Some(Pattern::Not(Box::new(pattern(rest, depth + 1, item)?)));
    }
    if let Some(name) = text.strip_prefix('$').or_else(|| text.strip_prefix('@')) {
        return Some(Pattern::Variable(CompactString::from(name.trim())));
    }
    if let Some(inside) = text.strip_prefix('[') {
        let inside = inside.strip_suffix(']')?;
        let parts = split_outside(inside, ',').into_iter();
        let each: Option<Vec<Pattern<T>>> = parts.map(|part| pattern(part, depth + 1, item)).collect();
        return each.filter(|each| !each.is_empty()).map(Pattern::Each);
    }
    if text.eq_ignore_ascii_case("any") {
        return Some(Pattern::Any);
    }
    item(text).map(|(first, last)| Pattern::Range(first, last))
}

/// A header's words; blanks inside of brackets part none.
fn words_of(header: &str) -> Vec<&str> {
    let parts = split_outside(header, ' ').into_iter();
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Parts between separators that stand outside of brackets; any blank is a separator where one is asked for.
fn split_outside(text: &str, separator: char) -> Vec<&str> {
    let mut depth = 0usize;
    let mut parts = Vec::new();
    let mut start = 0;
    for (position, letter) in text.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 && (letter == separator || separator == ' ' && letter.is_whitespace()) => {
                parts.push(&text[start..position]);
                start = position + letter.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// The options of a rule, between semicolons that stand outside of quotes.
fn options_of(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut is_quoted, mut is_escaped) = (0, false, false);
    for (position, letter) in text.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ';' if !is_quoted => {
                parts.push(text[start..position].trim());
                start = position + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> StatefulRule {
        StatefulRule::of_text(0, text)
    }

    #[test]
    fn a_rule_is_read_as_far_as_its_header_goes() {
        let read = rule(
            "drop tcp ![10.0.0.0/8, 192.0.2.1] 1024: <> $SERVERS [22,!2222,8000:8100] (msg:\"a;b\"; sid:7;)",
        );
        assert_eq!((read.action, read.sid, read.beyond.len()), (Some(StatefulAction::Drop), Some(7), 0));
        let header = read.header.expect("a header");
        let block = |text: &str| addresses(text).expect("a block");
        let each = Pattern::Each(vec![block("10.0.0.0/8"), block("192.0.2.1")]);
        assert_eq!(header.source, Pattern::Not(Box::new(each)));
        assert_eq!(header.source_ports, Pattern::Range(1024, 65535));
        assert_eq!(header.destination, Pattern::Variable("SERVERS".into()));
        assert!(header.is_both);
        let not = Pattern::Not(Box::new(Pattern::Range(2222, 2222)));
        let ports = Pattern::Each(vec![Pattern::Range(22, 22), not, Pattern::Range(8000, 8100)]);
        assert_eq!(header.destination_ports, ports);
    }

    #[test]
    fn options_that_look_further_are_named() {
        let read = rule(
            "pass tls any any -> any 443 (tls.sni; content:\"x;y\\\"\"; flow:established, to_server; sid:1)",
        );
        assert_eq!(read.beyond, ["tls.sni", "content", "flow"]);
        let read = rule("pass tcp any any -> any any (flow:to_server; sid:2;)");
        assert_eq!((read.beyond.len(), read.side), (0, Some(RuleSide::ToServer)));
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        for text in [
            "accept:hook tcp:all any any -> any any",
            "drop tcp any -> any",
            "drop tcp 10.0.0.0/99 any -> any any",
            "drop tcp [[[ any -> any any",
            "drop tcp any 70000 -> any any",
        ] {
            let read = rule(text);
            assert!(read.header.is_none() && read.action.is_none(), "{text}");
        }
    }

    #[test]
    fn lines_are_rules_and_a_backslash_joins_two() {
        let text =
            "# nothing\n\ndrop ip any any \\\n -> any any (sid:1;)\npass tcp any any -> any any (sid:2;)\n";
        let rules = rules_of_text(text);
        let found: Vec<(u32, Option<u32>)> = rules.iter().map(|rule| (rule.index, rule.sid)).collect();
        assert_eq!(found, [(2, Some(1)), (4, Some(2))]);
        assert!(rules.iter().all(|rule| rule.header.is_some()));
    }
}
