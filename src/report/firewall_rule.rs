//! Rules of firewalls in words: which group, which rule by priority or number, and where it stands.

use super::Context;
use super::rule::{RuleSource, place_text};
use super::view::RuleView;
use crate::model::words::Word;
use crate::model::{FirewallRules, Place, RuleForm, StatelessMatch, StatelessRule, suricata::StatefulRule};

/// A rule of the stateless engine: `rg-a stateless 10`.
pub(super) fn stateless(context: Context<'_>, group: u32, rule: u32) -> Option<RuleView<'_>> {
    let group = context.snapshot.model.firewall_rule_groups.get_row(group as usize)?;
    let FirewallRules::Stateless(rules) = &group.rules else { return None };
    let rule = rules.get(rule as usize)?;
    let list = "RuleGroup.RulesSource.StatelessRulesAndCustomActions.StatelessRules";
    Some(RuleView {
        rule: format!("{} stateless {}", group.name, rule.priority),
        words: stateless_words(rule),
        id: None,
        place: Some(place_in(context, group.about.place, &format!("{list}[{}]", rule.index))),
        also: Vec::new(),
        source: RuleSource::Stateless { group, rule },
    })
}

/// A rule of the stateful engine: `rg-a sid 7`.
pub(super) fn stateful(context: Context<'_>, group: u32, rule: u32) -> Option<RuleView<'_>> {
    let group = context.snapshot.model.firewall_rule_groups.get_row(group as usize)?;
    let FirewallRules::Stateful(rules, form) = &group.rules else { return None };
    let rule = rules.get(rule as usize)?;
    let inside = match form {
        RuleForm::List => format!("RuleGroup.RulesSource.StatefulRules[{}]", rule.index),
        RuleForm::Text => format!("RuleGroup.RulesSource.RulesString line {}", rule.index + 1),
    };
    Some(RuleView {
        rule: format!("{} {}", group.name, rule.label()),
        words: stateful_words(rule),
        id: None,
        place: Some(place_in(context, group.about.place, &inside)),
        also: Vec::new(),
        source: RuleSource::Stateful { group, rule },
    })
}

/// A group as a whole: `rg-a`.
pub(super) fn group(context: Context<'_>, group: u32) -> Option<RuleView<'_>> {
    let group = context.snapshot.model.firewall_rule_groups.get_row(group as usize)?;
    let words = match &group.rules {
        FirewallRules::Domains(kind) => format!("a list of domains ({})", kind.as_text()),
        FirewallRules::Stateless(_) | FirewallRules::Stateful(..) | FirewallRules::Unseen => {
            "rules that the answer does not show".to_owned()
        }
    };
    Some(RuleView {
        rule: group.name.to_string(),
        words,
        id: None,
        place: Some(place_in(context, group.about.place, "RuleGroup.RulesSource")),
        also: Vec::new(),
        source: RuleSource::Firewall,
    })
}

/// What a policy does with the rest: `fp-a stateful default`.
pub(super) fn default(context: Context<'_>, policy: u32, is_stateful: bool) -> Option<RuleView<'_>> {
    let policy = context.snapshot.model.firewall_policies.get_row(policy as usize)?;
    let (engine, member, words) = if is_stateful {
        let actions: Vec<&str> = policy.stateful_defaults.iter().map(Word::as_text).collect();
        let words = if actions.is_empty() { "pass".to_owned() } else { actions.join(", ") };
        ("stateful", "StatefulDefaultActions", words)
    } else {
        let words = policy.stateless_default.as_ref().map_or("nothing known", Word::as_text);
        ("stateless", "StatelessDefaultActions", words.to_owned())
    };
    let place = place_in(context, policy.about.place, &format!("FirewallPolicy.{member}"));
    Some(RuleView {
        rule: format!("{} {engine} default", policy.name),
        words: format!("{words} where no {engine} rule matches"),
        id: None,
        place: Some(place),
        also: Vec::new(),
        source: RuleSource::Firewall,
    })
}

/// The answer is one resource as a whole; its key is that of its name, the rules stand beside it.
fn place_in(context: Context<'_>, place: Place, inside: &str) -> String {
    let text = place_text(context, place, format_args!(""));
    let keys = ["FirewallPolicyResponse", "RuleGroupResponse"];
    match keys.iter().find_map(|key| text.strip_suffix(key)) {
        Some(rest) => format!("{rest}{inside}"),
        None => format!("{text}.{inside}"),
    }
}

/// A rule of the stateless engine in words.
pub(super) fn stateless_words(rule: &StatelessRule) -> String {
    let action = rule.action.as_ref().map_or("an action that nobody knows", Word::as_text);
    match &rule.matches {
        Some(matches) => format!("{action} {}", match_words(matches)),
        None => format!("{action} packets that cannot be read"),
    }
}

fn match_words(matches: &StatelessMatch) -> String {
    let list = |texts: Vec<String>| if texts.is_empty() { "any".to_owned() } else { texts.join(",") };
    let nets = |nets: &[ipnet::IpNet]| list(nets.iter().map(ToString::to_string).collect());
    let ports = |ports: &[(u16, u16)]| {
        let text = |(low, high): &(u16, u16)| {
            if low == high { low.to_string() } else { format!("{low}-{high}") }
        };
        if ports.is_empty() {
            String::new()
        } else {
            format!(" port {}", ports.iter().map(text).collect::<Vec<_>>().join(","))
        }
    };
    let protocols = matches.protocols.iter().map(|number| super::traffic::protocol_text(*number).to_string());
    format!(
        "{} from {}{} to {}{}{}",
        list(protocols.collect()),
        nets(&matches.sources),
        ports(&matches.source_ports),
        nets(&matches.destinations),
        ports(&matches.destination_ports),
        if matches.flags.is_empty() { "" } else { " by flags" },
    )
}

fn stateful_words(rule: &StatefulRule) -> String {
    if rule.beyond.is_empty() {
        return rule.text.to_string();
    }
    let keywords: Vec<&str> = rule.beyond.iter().map(|keyword| keyword.as_str()).collect();
    format!("{} ({})", rule.text, keywords.join(", "))
}
