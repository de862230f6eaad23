//! Firewalls behind their endpoints (section 24): one packet, rule by rule.

use std::net::IpAddr;

use netpath::model::{
    DomainListKind, Firewall, FirewallPolicy, FirewallRuleGroup, FirewallRules, Model, Pattern, RuleHeader,
    RuleOrder, RuleSide, StatefulAction, StatefulDefault, StatefulRule, StatelessAction, StatelessMatch,
    StatelessRule, StreamException, TransitGatewayAttachmentId, VpcEndpoint, VpcEndpointId, address_set,
    port_set,
};

use super::addresses::within;
use super::filters::Direction;
use super::walk::{Arrival, Crossing, Origin, Step, Walk, dropped, unknown};
use super::{Packet, Transport};

/// What a firewall remembers of a conversation that it let begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// A rule passed it: all of it passes (NFW-6).
    Passed,
    /// No rule spoke of it.
    ByDefault,
    /// It passes until it is answered (`drop_established`, NFW-5).
    Unanswered,
}

/// What the stateful rules say.
enum Said {
    Pass,
    Drop(String),
    Nothing,
}

const SYN: u8 = 2;
const SYN_ACK: u8 = 18;
const ACK: u8 = 16;

impl<'m> Walk<'_, 'm> {
    /// Section 22: into the endpoint, whose subnet's ACL judges also its own subnet (GWLB-3), through what stands
    /// behind it, and on by the endpoint's subnet (GWLB-1, NFW-12).
    pub fn bump(&mut self, endpoint: &'m VpcEndpoint, packet: Packet, origin: Origin) -> Step<Arrival> {
        self.hop()?;
        let Some(subnet) = endpoint.subnets.first() else {
            return unknown(format!("{} is in no subnet", endpoint.id));
        };
        let subnet = self.subnet(subnet)?;
        self.network_acl(subnet, Direction::Inbound, &packet)?;
        let is_behind = |it: &&Firewall| it.endpoints.iter().any(|it| it.endpoint == endpoint.id);
        match self.model.firewalls.iter().find(is_behind) {
            Some(firewall) => self.by_firewall(endpoint, firewall, packet)?,
            None if endpoint.about.tags.has("AWSNetworkFirewallManaged", None) => {
                return unknown(format!("the firewall of {} is not in the snapshot", endpoint.id));
            }
            None => self.behind_endpoint(endpoint, subnet)?,
        }
        self.say(|| format!("{} gives back {packet}", endpoint.id));
        let vpc = self.vpc(&endpoint.vpc)?;
        self.encryption(vpc)?;
        self.network_acl(subnet, Direction::Outbound, &packet)?;
        if within(&subnet.associated_cidrs(), packet.destination) {
            return self.deliver(vpc, None, packet);
        }
        self.by_table(vpc, subnet, packet, origin)
    }

    /// NFW-13: the firewall that an attachment of a transit gateway stands for.
    pub fn by_firewall_of_gateway(
        &mut self,
        attachment: &TransitGatewayAttachmentId,
        packet: Packet,
    ) -> Step {
        let is_behind = |it: &&Firewall| it.attachment.as_ref() == Some(attachment);
        let Some(firewall) = self.model.firewalls.iter().find(is_behind) else {
            return unknown(format!("the firewall of {attachment} is not in the snapshot"));
        };
        if !self.is_reply && self.receiver_must_be_in.is_some() {
            self.suppose_or_drop(format!("the sender's rules name groups beyond {}", firewall.name))?;
        }
        self.crossings.push(Crossing::Appliance);
        self.inspect(&VpcEndpointId::from(attachment.as_str()), firewall, packet)
    }

    fn by_firewall(&mut self, endpoint: &VpcEndpoint, firewall: &'m Firewall, packet: Packet) -> Step {
        // SG-15.
        if !self.is_reply && self.receiver_must_be_in.is_some() {
            self.suppose_or_drop(format!("the sender's rules name groups beyond {}", firewall.name))?;
        }
        self.crossings.push(Crossing::Appliance);
        self.inspect(&endpoint.id, firewall, packet)
    }

    fn inspect(&mut self, at: &VpcEndpointId, firewall: &'m Firewall, packet: Packet) -> Step {
        let policy = firewall.policy.as_ref().and_then(|id| self.model.firewall_policies.get(id));
        let Some(policy) = policy else {
            return unknown(format!("the policy of {} is not in the snapshot", firewall.name));
        };
        // NFW-2, NFW-7: each packet by itself; NFW-3: a connection needs its first packet and those that follow.
        let first = if self.is_reply { SYN_ACK } else { SYN };
        let action = self.stateless(policy, packet, first)?;
        self.stateless(policy, packet, ACK)?;
        match action {
            StatelessAction::Pass => Ok(()),
            StatelessAction::Drop => dropped(format!("a stateless rule of {} drops it", policy.name)),
            StatelessAction::Forward => self.stateful(at, firewall, policy, packet),
            StatelessAction::Unknown(word) => unknown(format!("{word} is no known action")),
        }
    }

    /// The first rule of the first group that matches, else the default.
    fn stateless(&mut self, policy: &FirewallPolicy, packet: Packet, flags: u8) -> Step<StatelessAction> {
        for reference in &policy.stateless_groups {
            let Some(group) = self.model.firewall_rule_groups.get(&reference.id) else {
                return unknown(format!("{} is not in the snapshot", reference.id));
            };
            let FirewallRules::Stateless(rules) = &group.rules else {
                return unknown(format!("the rules of {} are not in the snapshot", group.name));
            };
            for rule in rules {
                let (Some(matches), Some(action)) = (&rule.matches, &rule.action) else {
                    return unknown(format!("a rule of {} cannot be read", group.name));
                };
                if self.stateless_matches(group, rule, matches, packet, flags) {
                    return of_drop(action, policy);
                }
            }
        }
        match &policy.stateless_default {
            Some(action) => of_drop(action, policy),
            None => unknown(format!("the default of {} is no known action", policy.name)),
        }
    }

    fn stateless_matches(
        &self,
        group: &FirewallRuleGroup,
        rule: &StatelessRule,
        matches: &StatelessMatch,
        packet: Packet,
        flags: u8,
    ) -> bool {
        let holds = |nets: &[ipnet::IpNet], address: IpAddr| nets.is_empty() || within(nets, address);
        let number = packet.transport.protocol();
        if !holds(&matches.sources, packet.source)
            || !holds(&matches.destinations, packet.destination)
            || !(matches.protocols.is_empty() || matches.protocols.contains(&number))
        {
            return false;
        }
        if !matches.flags.is_empty() {
            let are_set = matches.flags.iter().any(|(wanted, mask)| flags & mask == wanted & mask);
            if number != 6 || !are_set {
                return false;
            }
        }
        let is_in = |ports: &[(u16, u16)], port: u16| {
            ports.is_empty() || ports.iter().any(|(from, to)| (*from..=*to).contains(&port))
        };
        match packet.transport {
            Transport::Ports { source, destination, .. } => {
                is_in(&matches.source_ports, source) && is_in(&matches.destination_ports, destination)
            }
            Transport::Icmp { .. } | Transport::Other { .. } => {
                let names_ports = !(matches.source_ports.is_empty() && matches.destination_ports.is_empty());
                !names_ports
                    || self
                        .choices
                        .suppose(format!("{} {} is for protocol {number}", group.name, rule.priority))
            }
        }
    }

    /// NFW-6, NFW-10: what is known here, or what the rules say.
    fn stateful(
        &mut self,
        at: &VpcEndpointId,
        firewall: &'m Firewall,
        policy: &'m FirewallPolicy,
        packet: Packet,
    ) -> Step {
        let memory = self.inspections.iter().find(|(known, _)| known == at).map(|(_, memory)| *memory);
        if !self.is_reply {
            let memory = match self.rules_say(firewall, policy, packet)? {
                Said::Pass => Memory::Passed,
                Said::Drop(why) => return dropped(why),
                Said::Nothing => self.default(policy, packet)?,
            };
            self.inspections.push((at.clone(), memory));
            return Ok(());
        }
        self.inspected_replies.push(at.clone());
        match memory {
            Some(Memory::Passed) => Ok(()),
            Some(Memory::Unanswered) => dropped(format!("{} drops what is established", policy.name)),
            Some(Memory::ByDefault) => match self.rules_say(firewall, policy, packet)? {
                Said::Pass | Said::Nothing => Ok(()),
                Said::Drop(why) => dropped(why),
            },
            None => {
                let goes_on = matches!(policy.stream_exception, Some(StreamException::Continue));
                if packet.transport.protocol() == 6 && !goes_on {
                    return dropped(format!("{} has not seen the connection (NFW-10)", firewall.name));
                }
                self.suppose_or_drop(format!("{} takes {packet} for a conversation", firewall.name))?;
                match self.rules_say(firewall, policy, packet)? {
                    Said::Pass => Ok(()),
                    Said::Drop(why) => dropped(why),
                    Said::Nothing => self.default(policy, packet).map(|_| ()),
                }
            }
        }
    }

    /// NFW-5.
    fn default(&self, policy: &FirewallPolicy, packet: Packet) -> Step<Memory> {
        if policy.order == RuleOrder::DefaultActionOrder {
            return Ok(Memory::ByDefault);
        }
        for default in &policy.stateful_defaults {
            match default {
                StatefulDefault::DropStrict => return dropped(format!("{} drops the rest", policy.name)),
                StatefulDefault::DropEstablished if packet.transport.protocol() == 6 => {
                    return dropped(format!("{} drops established connections", policy.name));
                }
                StatefulDefault::DropEstablished => return Ok(Memory::Unanswered),
                StatefulDefault::AlertStrict
                | StatefulDefault::AlertEstablished
                | StatefulDefault::AlertEstablishedAppLayer => {}
                StatefulDefault::Unknown(word) => self.suppose_or_drop(format!("{word} passes"))?,
            }
        }
        Ok(Memory::ByDefault)
    }

    /// NFW-4, NFW-5: all rules in their order.
    fn rules_say(
        &mut self,
        firewall: &'m Firewall,
        policy: &'m FirewallPolicy,
        packet: Packet,
    ) -> Step<Said> {
        let actions: &[Option<StatefulAction>] = match &policy.order {
            RuleOrder::StrictOrder => &[None],
            RuleOrder::DefaultActionOrder => {
                &[Some(StatefulAction::Pass), Some(StatefulAction::Drop), Some(StatefulAction::Reject)]
            }
            RuleOrder::Unknown(word) => return unknown(format!("{word} is no known order")),
        };
        for wanted in actions {
            for reference in &policy.stateful_groups {
                let group = self.model.firewall_rule_groups.get(&reference.id);
                let names = Names { walk: self, firewall, policy, group };
                match names.group_says(&reference.id, reference.only_alerts, wanted.as_ref(), packet) {
                    Said::Nothing => {}
                    said @ (Said::Pass | Said::Drop(_)) => return Ok(said),
                }
            }
        }
        Ok(Said::Nothing)
    }

    /// NFW-10: a TCP connection of which a firewall has not seen the answer does not come about.
    pub fn both_ways_seen(&self, packet: Packet) -> Step {
        for (at, _) in &self.inspections {
            if packet.transport.protocol() != 6 || self.inspected_replies.contains(at) {
                continue;
            }
            let firewall = self.model.firewalls.iter();
            let policy = firewall
                .filter(|it| it.endpoints.iter().any(|it| it.endpoint == *at))
                .find_map(|it| self.model.firewall_policies.get(it.policy.as_ref()?));
            match policy.and_then(|policy| policy.stream_exception.as_ref()) {
                Some(StreamException::Continue) => {
                    self.suppose_or_drop(format!("{at} goes on with half of a connection"))?;
                }
                None | Some(_) => return dropped(format!("{at} does not see the reply (NFW-10)")),
            }
        }
        Ok(())
    }
}

/// A drop stops here and now.
fn of_drop(action: &StatelessAction, policy: &FirewallPolicy) -> Step<StatelessAction> {
    match action {
        StatelessAction::Drop => dropped(format!("a stateless rule of {} drops it", policy.name)),
        StatelessAction::Pass | StatelessAction::Forward | StatelessAction::Unknown(_) => Ok(action.clone()),
    }
}

/// Where names in rules are looked up.
struct Names<'w, 'v, 'm> {
    walk: &'w Walk<'v, 'm>,
    firewall: &'m Firewall,
    policy: &'m FirewallPolicy,
    group: Option<&'m FirewallRuleGroup>,
}

impl Names<'_, '_, '_> {
    fn group_says(
        &self,
        id: &netpath::model::FirewallRuleGroupId,
        only_alerts: bool,
        wanted: Option<&StatefulAction>,
        packet: Packet,
    ) -> Said {
        let is_wanted = |action: &StatefulAction| wanted.is_none_or(|wanted| wanted == action);
        let drops = |name: &str| !only_alerts && self.walk.choices.suppose(format!("{name} drops"));
        let passes = |name: &str| self.walk.choices.suppose(format!("{name} passes"));
        let open = |name: &str, may_pass: bool, may_drop: bool| {
            if may_pass && is_wanted(&StatefulAction::Pass) && passes(name) {
                return Said::Pass;
            }
            if may_drop && is_wanted(&StatefulAction::Drop) && drops(name) {
                return Said::Drop(format!("{name} drops"));
            }
            Said::Nothing
        };
        let is_of_aws = id.as_str().contains(":aws-managed:");
        let Some(group) = self.group else { return open(id.as_str(), !is_of_aws, true) };
        match &group.rules {
            FirewallRules::Stateless(_) | FirewallRules::Unseen => open(&group.name, !is_of_aws, true),
            FirewallRules::Domains(kind) => {
                let is_home = self.name("HOME_NET", packet.source).unwrap_or(true);
                let is_outside = self.name("EXTERNAL_NET", packet.destination).unwrap_or(true);
                if packet.transport.protocol() != 6 || !is_home || !is_outside {
                    return Said::Nothing;
                }
                match kind {
                    DomainListKind::AllowList | DomainListKind::Unknown(_) => open(&group.name, true, true),
                    DomainListKind::DenyList | DomainListKind::RejectList => open(&group.name, false, true),
                    DomainListKind::AlertList => Said::Nothing,
                }
            }
            FirewallRules::Stateful(rules, _) => {
                for rule in rules {
                    let label = format!("{} {} of {packet}", group.name, rule.index);
                    let (Some(action), Some(header)) = (&rule.action, &rule.header) else {
                        match open(&label, true, true) {
                            Said::Nothing => continue,
                            said @ (Said::Pass | Said::Drop(_)) => return said,
                        }
                    };
                    if !is_wanted(action) || !self.rule_matches(rule, header, &label, packet) {
                        continue;
                    }
                    match action {
                        StatefulAction::Pass => return Said::Pass,
                        StatefulAction::Drop | StatefulAction::Reject if !only_alerts => {
                            return Said::Drop(format!("{label} drops"));
                        }
                        StatefulAction::Drop
                        | StatefulAction::Reject
                        | StatefulAction::Alert
                        | StatefulAction::Unknown(_) => {}
                    }
                }
                Said::Nothing
            }
        }
    }

    fn rule_matches(&self, rule: &StatefulRule, header: &RuleHeader, label: &str, packet: Packet) -> bool {
        let is_side = match rule.side {
            None => true,
            Some(RuleSide::ToServer) => !self.walk.is_reply,
            Some(RuleSide::ToClient) => self.walk.is_reply,
        };
        let number = packet.transport.protocol();
        let (is_of_protocol, looks_inside) = match header.protocol.as_str() {
            "ip" => (true, false),
            "tcp" => (number == 6, false),
            "udp" => (number == 17, false),
            "icmp" => (matches!(number, 1 | 58), false),
            "http" | "tls" | "ssh" | "smtp" | "ftp" => (number == 6, true),
            "dns" => (matches!(number, 6 | 17), true),
            _ => (true, true),
        };
        if !is_side || !is_of_protocol {
            return false;
        }
        let ends = self.ends(header, packet, false);
        let ends = if header.is_both { ends.or(self.ends(header, packet, true)) } else { ends };
        match ends {
            Match::No => false,
            Match::Yes if rule.beyond.is_empty() && !looks_inside => true,
            Match::Yes | Match::Perhaps => self.walk.choices.suppose(format!("{label} matches")),
        }
    }

    fn ends(&self, header: &RuleHeader, packet: Packet, is_swapped: bool) -> Match {
        let (from, to) = match is_swapped {
            false => (packet.source, packet.destination),
            true => (packet.destination, packet.source),
        };
        let addresses = self.address(&header.source, from).and(self.address(&header.destination, to));
        let ports = match packet.transport {
            Transport::Ports { source, destination, .. } => {
                let (from, to) = if is_swapped { (destination, source) } else { (source, destination) };
                self.port(&header.source_ports, from).and(self.port(&header.destination_ports, to))
            }
            Transport::Icmp { .. } | Transport::Other { .. } => {
                let is_any = |pattern: &Pattern<u16>| *pattern == Pattern::Any;
                match is_any(&header.source_ports) && is_any(&header.destination_ports) {
                    true => Match::Yes,
                    false => Match::Perhaps,
                }
            }
        };
        addresses.and(ports)
    }

    fn address(&self, pattern: &Pattern<IpAddr>, address: IpAddr) -> Match {
        Match::of(holds(
            pattern,
            &|first, last| *first <= address && address <= *last && first.is_ipv4() == address.is_ipv4(),
            &|name| self.name(name, address),
        ))
    }

    fn port(&self, pattern: &Pattern<u16>, port: u16) -> Match {
        Match::of(holds(pattern, &|first, last| (*first..=*last).contains(&port), &|name| {
            let group = self.group?;
            let (_, definition) = group.port_sets.iter().find(|(known, _)| known == name)?;
            holds(&port_set(definition)?, &|first, last| (*first..=*last).contains(&port), &|_| None)
        }))
    }

    /// NFW-9: whether an address goes by a name; nothing where nobody knows.
    fn name(&self, name: &str, address: IpAddr) -> Option<bool> {
        let group = self.group?;
        let is_in = |definition: &[compact_str::CompactString]| {
            let pattern = address_set(definition)?;
            holds(
                &pattern,
                &|first, last| *first <= address && address <= *last && first.is_ipv4() == address.is_ipv4(),
                &|name| self.name(name, address),
            )
        };
        if let Some((_, definition)) = group.address_sets.iter().find(|(known, _)| known == name) {
            return is_in(definition);
        }
        let is_home = || match &self.policy.home_net {
            Some(definition) => is_in(definition),
            None => {
                let vpc = self.walk.model.vpcs.get(self.firewall.vpc.as_ref()?)?;
                Some(within(&vpc.associated_cidrs(), address))
            }
        };
        match name {
            "HOME_NET" => is_home(),
            "EXTERNAL_NET" => is_home().map(|is_home| !is_home),
            _ => {
                let (_, arn) = group.references.iter().find(|(known, _)| known == name)?;
                let id = arn.rsplit('/').next()?;
                let list = self.walk.model.prefix_list_entries.iter().find(|it| it.id.as_str() == id)?;
                Some(within(&list.cidrs, address))
            }
        }
    }
}

/// Whether a rule's end is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    No,
    Perhaps,
    Yes,
}

impl Match {
    fn of(holds: Option<bool>) -> Match {
        match holds {
            Some(true) => Match::Yes,
            Some(false) => Match::No,
            None => Match::Perhaps,
        }
    }

    fn and(self, other: Match) -> Match {
        match (self, other) {
            (Match::No, _) | (_, Match::No) => Match::No,
            (Match::Yes, Match::Yes) => Match::Yes,
            (Match::Perhaps, _) | (_, Match::Perhaps) => Match::Perhaps,
        }
    }

    fn or(self, other: Match) -> Match {
        match (self, other) {
            (Match::Yes, _) | (_, Match::Yes) => Match::Yes,
            (Match::No, Match::No) => Match::No,
            (Match::Perhaps, _) | (_, Match::Perhaps) => Match::Perhaps,
        }
    }
}

/// Suricata's lists: one of what is wanted, or anything where only exclusions stand; none of what is excluded.
fn holds<T>(
    pattern: &Pattern<T>,
    is_between: &dyn Fn(&T, &T) -> bool,
    name: &dyn Fn(&str) -> Option<bool>,
) -> Option<bool> {
    match pattern {
        Pattern::Any => Some(true),
        Pattern::Range(first, last) => Some(is_between(first, last)),
        Pattern::Not(inside) => holds(inside, is_between, name).map(|it| !it),
        Pattern::Each(parts) => {
            let mut is_wanted = None;
            let mut is_excluded = false;
            for part in parts {
                match part {
                    Pattern::Not(inside) => is_excluded |= holds(inside, is_between, name)?,
                    Pattern::Any | Pattern::Range(..) | Pattern::Each(_) | Pattern::Variable(_) => {
                        is_wanted = Some(is_wanted.unwrap_or(false) | holds(part, is_between, name)?);
                    }
                }
            }
            Some(is_wanted.unwrap_or(true) && !is_excluded)
        }
        Pattern::Variable(known) => name(known),
    }
}

/// Every range of ports that some rule looks at.
pub fn ports(model: &Model) -> Vec<(u16, u16)> {
    let mut found = Vec::new();
    for group in model.firewall_rule_groups.iter() {
        match &group.rules {
            FirewallRules::Stateless(rules) => {
                for matches in rules.iter().filter_map(|rule| rule.matches.as_ref()) {
                    found.extend(matches.source_ports.iter().chain(&matches.destination_ports));
                }
            }
            FirewallRules::Stateful(rules, _) => {
                for header in rules.iter().filter_map(|rule| rule.header.as_ref()) {
                    ranges(&header.source_ports, &mut found);
                    ranges(&header.destination_ports, &mut found);
                }
            }
            FirewallRules::Domains(_) | FirewallRules::Unseen => {}
        }
        for (_, definition) in &group.port_sets {
            port_set(definition).iter().for_each(|pattern| ranges(pattern, &mut found));
        }
    }
    found
}

fn ranges(pattern: &Pattern<u16>, found: &mut Vec<(u16, u16)>) {
    match pattern {
        Pattern::Range(first, last) => found.push((*first, *last)),
        Pattern::Not(inside) => ranges(inside, found),
        Pattern::Each(parts) => parts.iter().for_each(|part| ranges(part, found)),
        Pattern::Any | Pattern::Variable(_) => {}
    }
}
