//! Firewalls with their policies and rule groups.

use super::{Cell, Document, Source};
use crate::model::words::Word;
use crate::model::{FirewallPolicy, FirewallRules, RuleGroupReference, StatelessRule};
use crate::report::firewall_rule;

fn word(word: Option<&impl Word>) -> Cell {
    word.map_or(Cell::Absent, |it| Cell::text(it.as_text()))
}

pub(super) fn firewall(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let firewall = &model.firewalls[row];
    document.fact("called", Cell::text(firewall.name.as_str()));
    let vpc = firewall.vpc.as_ref();
    let about = vpc.and_then(|id| model.vpcs.get(id)).map(|it| &it.about);
    document.fact("vpc", vpc.map_or(Cell::Absent, |id| Cell::named(id, about)));
    let policy = firewall.policy.as_ref();
    let found = policy.and_then(|id| model.firewall_policies.get(id));
    let named = policy.map(|id| Cell::Named(id.to_string(), found.map(|it| it.name.to_string())));
    document.fact("policy", named.unwrap_or(Cell::Absent));
    let rows = firewall.endpoints.iter().map(|it| {
        let subnet = it.subnet.as_ref();
        let about = subnet.and_then(|id| model.subnets.get(id)).map(|it| &it.about);
        let subnet = subnet.map_or(Cell::Absent, |id| Cell::named(id, about));
        vec![Cell::shown(&it.zone), Cell::shown(&it.endpoint), subnet]
    });
    document.table("endpoints", "endpoints", &["zone", "endpoint", "subnet"], rows.collect());
    if let Some(policy) = found {
        rules_of(document, source, policy);
    }
}

pub(super) fn policy(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let policy = &model.firewall_policies[row];
    document.fact("called", Cell::text(policy.name.as_str()));
    let users = model.firewalls.iter().filter(|it| it.policy.as_ref() == Some(&policy.id));
    document.fact("firewalls", Cell::list(users.map(|it| &it.name)));
    rules_of(document, source, policy);
}

/// What a policy asks in which order, and what it does with the rest.
fn rules_of(document: &mut Document, source: Source<'_>, policy: &FirewallPolicy) {
    document.fact("stateless_default", word(policy.stateless_default.as_ref()));
    document.fact("rule_order", Cell::text(policy.order.as_text()));
    let defaults = policy.stateful_defaults.iter().map(Word::as_text);
    let defaults: Vec<&str> = defaults.collect();
    let passes = Cell::text("pass");
    document.fact("stateful_default", if defaults.is_empty() { passes } else { Cell::list(defaults) });
    document.fact("stream_exception", word(policy.stream_exception.as_ref()));
    document.fact("home_net", policy.home_net.as_ref().map_or(Cell::Absent, |it| Cell::list(it.iter())));
    let columns = &["group", "priority", "rules"];
    let row = |it: &RuleGroupReference| {
        let group = source.model.firewall_rule_groups.get(&it.id);
        let count = group.map(|it| match &it.rules {
            FirewallRules::Stateless(rules) => Cell::count(rules.len()),
            FirewallRules::Stateful(rules, _) => Cell::count(rules.len()),
            FirewallRules::Domains(kind) => Cell::text(format!("domains, {}", kind.as_text())),
            FirewallRules::Unseen => Cell::text("AWS does not show them"),
        });
        let named = Cell::Named(it.id.to_string(), group.map(|it| it.name.to_string()));
        vec![named, Cell::shown(&it.priority), count.unwrap_or(Cell::text(super::UNKNOWN))]
    };
    let rows = policy.stateless_groups.iter().map(row).collect();
    document.table("stateless_groups", "stateless rule groups, asked first", columns, rows);
    let rows = policy.stateful_groups.iter().map(row).collect();
    document.table("stateful_groups", "stateful rule groups", columns, rows);
}

pub(super) fn rule_group(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let group = &model.firewall_rule_groups[row];
    document.fact("called", Cell::text(group.name.as_str()));
    let is_own = |it: &RuleGroupReference| it.id == group.id;
    let users = model
        .firewall_policies
        .iter()
        .filter(|it| it.stateless_groups.iter().any(is_own) || it.stateful_groups.iter().any(is_own));
    document.fact("policies", Cell::list(users.map(|it| &it.name)));
    let sets = |sets: &[(compact_str::CompactString, Vec<compact_str::CompactString>)]| {
        Cell::list(sets.iter().map(|(name, values)| format!("{name} = {}", values.join(" "))))
    };
    document.fact("address_sets", sets(&group.address_sets));
    document.fact("port_sets", sets(&group.port_sets));
    let references = group.references.iter().map(|(name, arn)| format!("{name} = {arn}"));
    document.fact("prefix_lists", Cell::list(references));
    match &group.rules {
        FirewallRules::Stateless(rules) => {
            let row = |it: &StatelessRule| {
                vec![Cell::shown(&it.priority), Cell::text(firewall_rule::stateless_words(it))]
            };
            let rows = rules.iter().map(row).collect();
            document.table("rules", "rules, by priority", &["priority", "rule"], rows);
        }
        FirewallRules::Stateful(rules, _) => {
            let rows = rules.iter().map(|it| {
                let beyond = Cell::list(it.beyond.iter());
                vec![Cell::text(it.label()), Cell::text(&*it.text), beyond]
            });
            let columns = &["rule", "header", "looks_further"];
            document.table("rules", "rules", columns, rows.collect());
        }
        FirewallRules::Domains(kind) => document.fact("domains", Cell::text(kind.as_text())),
        FirewallRules::Unseen => document.fact("rules", Cell::text("AWS does not show them")),
    }
}
