//! Rules of firewalls and listeners of load balancers as AWS prints them.

use std::net::IpAddr;

use super::shape::{ClassicListener, Component, PortRange, StatefulRule, StatelessRule};
use crate::model::words::Word;
use crate::model::{Pattern, StatelessAction};
use crate::packet::{AddressSet, Family, bits};
use crate::report::rule::RuleSource;
use crate::report::view::RuleView;

/// `FirewallStatelessRule`.
pub(super) fn stateless<'r>(rule: &'r RuleView<'_>) -> Option<StatelessRule<'r>> {
    let RuleSource::Stateless { group, rule } = rule.source else { return None };
    let matches = rule.matches.as_ref()?;
    let blocks = |nets: &[ipnet::IpNet]| nets.iter().map(ToString::to_string).collect();
    let ports = |ports: &[(u16, u16)]| ports.iter().map(|(from, to)| range(*from, *to)).collect();
    Some(StatelessRule {
        rule_group_arn: group.id.as_str(),
        sources: blocks(&matches.sources),
        destinations: blocks(&matches.destinations),
        source_ports: ports(&matches.source_ports),
        destination_ports: ports(&matches.destination_ports),
        protocols: matches.protocols.clone(),
        rule_action: rule.action.as_ref().map(|action| match action {
            StatelessAction::Pass => "pass",
            StatelessAction::Drop => "drop",
            // AWS spells it so.
            StatelessAction::Forward => "forward_to_site",
            StatelessAction::Unknown(word) => word,
        }),
        priority: rule.priority,
    })
}

/// `FirewallStatefulRule`. What excludes addresses or ports has no form there and is left out.
pub(super) fn stateful<'r>(rule: &'r RuleView<'_>) -> Option<StatefulRule<'r>> {
    let RuleSource::Stateful { group, rule } = rule.source else { return None };
    let header = rule.header.as_ref()?;
    let (mut sources, mut destinations) = (Vec::new(), Vec::new());
    addresses(&header.source, &mut sources);
    addresses(&header.destination, &mut destinations);
    let (mut source_ports, mut destination_ports) = (Vec::new(), Vec::new());
    ports(&header.source_ports, &mut source_ports);
    ports(&header.destination_ports, &mut destination_ports);
    Some(StatefulRule {
        rule_group_arn: group.id.as_str(),
        sources,
        destinations,
        source_ports,
        destination_ports,
        protocol: &header.protocol,
        rule_action: rule.action.as_ref().map(Word::as_text),
        direction: if header.is_both { "ANY" } else { "FORWARD" },
    })
}

/// `ElasticLoadBalancerListener`.
pub(super) fn listener<'r>(rule: &'r RuleView<'_>) -> Option<Component<'r>> {
    let RuleSource::Listener { listener } = rule.source else { return None };
    let id = listener.id.as_str();
    Some(Component { id, arn: id.to_owned(), name: None })
}

/// `ClassicLoadBalancerListener`.
pub(super) fn classic_listener(rule: &RuleView<'_>) -> Option<ClassicListener> {
    let RuleSource::ClassicListener { listener } = rule.source else { return None };
    Some(ClassicListener { load_balancer_port: listener.port, instance_port: listener.instance_port })
}

/// The port of a listener of either kind.
pub(super) fn listener_port(rule: &RuleView<'_>) -> Option<u16> {
    match rule.source {
        RuleSource::Listener { listener } => listener.port,
        RuleSource::ClassicListener { listener } => Some(listener.port),
        RuleSource::Group { .. }
        | RuleSource::Entry { .. }
        | RuleSource::Route { .. }
        | RuleSource::Local { .. }
        | RuleSource::Transit { .. }
        | RuleSource::Propagation { .. }
        | RuleSource::Vpn
        | RuleSource::CoreNetwork { .. }
        | RuleSource::Stateless { .. }
        | RuleSource::Stateful { .. }
        | RuleSource::Firewall
        | RuleSource::List { .. } => None,
    }
}

fn range(from: u16, to: u16) -> PortRange {
    PortRange { from, to }
}

fn addresses(pattern: &Pattern<IpAddr>, texts: &mut Vec<String>) {
    match pattern {
        Pattern::Any => texts.push("ANY".to_owned()),
        Pattern::Range(low, high) => {
            let set = AddressSet::of(Family::of(*low), [(bits(*low), bits(*high))]);
            texts.extend(set.blocks().iter().map(ToString::to_string));
        }
        Pattern::Not(_) => {}
        Pattern::Each(parts) => parts.iter().for_each(|part| addresses(part, texts)),
        Pattern::Variable(name) => texts.push(name.to_string()),
    }
}

fn ports(pattern: &Pattern<u16>, ranges: &mut Vec<PortRange>) {
    match pattern {
        Pattern::Any | Pattern::Not(_) | Pattern::Variable(_) => {}
        Pattern::Range(from, to) => ranges.push(range(*from, *to)),
        Pattern::Each(parts) => parts.iter().for_each(|part| ports(part, ranges)),
    }
}
