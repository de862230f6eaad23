//! Rules of firewalls: from what is written to the packets that match (NFW-3, NFW-6, NFW-8, NFW-9).

use std::net::IpAddr;

use compact_str::CompactString;
use ipnet::IpNet;

use super::compiler::Compiler;
use super::inspection::{InspectionAction, InspectionRule, InspectionSide};
use super::location::{AssumptionIndex, Origin};
use crate::model::{
    FirewallRuleGroup, Pattern, PrefixListId, RuleHeader, RuleSide, StatefulRule, StatelessMatch,
    address_set, port_set,
};
use crate::packet::{AddressSet, Family, Interval, Packets, bits, protocol, range_of};

/// What a rule does, where it stands, and what is said of it where nobody can tell whether it matches.
pub(super) struct Made {
    pub origin: Origin,
    pub action: InspectionAction,
    pub gap: AssumptionIndex,
}

/// What names stand for in a group's rules.
pub(super) struct Names<'a> {
    pub group: &'a FirewallRuleGroup,
    /// `HOME_NET` of the policy.
    pub home: Option<&'a [CompactString]>,
}

/// Addresses of both families.
type Addresses = [AddressSet; 2];
/// Ports, sorted and apart.
type Ports = Vec<(u16, u16)>;

const ALL_PORTS: &[(u16, u16)] = &[(0, u16::MAX)];

fn everywhere() -> Addresses {
    Family::BOTH.map(AddressSet::all)
}

/// Packets of both families; none of a family where an end has no address of it.
fn packets(
    source: &Addresses,
    destination: &Addresses,
    transport: &[Interval],
    ports: &Ports,
) -> [Option<Packets>; 2] {
    let narrowed = |set: &AddressSet| (*set != AddressSet::all(set.family())).then(|| set.clone());
    [0, 1].map(|family| {
        let (source, destination) = (&source[family], &destination[family]);
        let is_any = *transport == [(0, (1 << 24) - 1)];
        (!source.is_empty() && !destination.is_empty() && !transport.is_empty()).then(|| Packets {
            source: narrowed(source),
            destination: narrowed(destination),
            transport: (!is_any).then(|| transport.to_vec()),
            source_ports: (ports != ALL_PORTS).then(|| ports.clone()),
        })
    })
}

/// Protocols and ports: what has ports, and what has none and so cannot have the wrong ones.
struct Lines {
    ported: Vec<Interval>,
    others: Vec<Interval>,
}

/// No protocols are all of them.
fn lines(protocols: &[u8], ports: &Ports) -> Lines {
    let mut lines = Lines { ported: Vec::new(), others: Vec::new() };
    for number in 0..=u8::MAX {
        if !protocols.is_empty() && !protocols.contains(&number) {
            continue;
        }
        let start = u32::from(number) << 16;
        if matches!(number, protocol::TCP | protocol::UDP) {
            lines
                .ported
                .extend(ports.iter().map(|(low, high)| (start | u32::from(*low), start | u32::from(*high))));
        } else {
            lines.others.push((start, start | 0xffff));
        }
    }
    for list in [&mut lines.ported, &mut lines.others] {
        joined(list);
    }
    lines
}

/// Sorted intervals that touch become one.
fn joined(list: &mut Vec<Interval>) {
    list.sort_unstable();
    list.dedup_by(|next, kept| {
        let touches = next.0 <= kept.1.saturating_add(1);
        if touches {
            kept.1 = kept.1.max(next.1);
        }
        touches
    });
}

/// The rule for some ends: where it names ports and is for protocols that have none, nobody documents what it does
/// with those.
fn rules(
    made: &Made,
    ends: (&Addresses, &Addresses),
    protocols: &[u8],
    ports: (&Ports, &Ports),
    gap: Option<AssumptionIndex>,
) -> Vec<InspectionRule> {
    let (source_ports, destination_ports) = ports;
    let rule = |transport: &[Interval], ports: &Ports, gap: Option<AssumptionIndex>| InspectionRule {
        origin: made.origin,
        packets: packets(ends.0, ends.1, transport, ports),
        action: made.action,
        gap,
        side: InspectionSide::Both,
        flags: Box::default(),
    };
    let lines = lines(protocols, destination_ports);
    let open = ALL_PORTS.to_vec();
    let names_ports = *source_ports != open || *destination_ports != open;
    if !names_ports {
        let mut whole = [lines.ported, lines.others].concat();
        joined(&mut whole);
        return vec![rule(&whole, &open, gap)];
    }
    let mut rules = vec![rule(&lines.ported, source_ports, gap)];
    if !lines.others.is_empty() {
        rules.push(rule(&lines.others, &open, Some(made.gap)));
    }
    rules
}

/// Perhaps handed on is perhaps passed, perhaps dropped.
fn settled(rules: Vec<InspectionRule>) -> Vec<InspectionRule> {
    let each = rules.into_iter().flat_map(|rule| {
        if rule.gap.is_some() && rule.action == InspectionAction::Inspect {
            let pass = InspectionRule { action: InspectionAction::Pass, ..rule.clone() };
            vec![pass, InspectionRule { action: InspectionAction::Drop, ..rule }]
        } else {
            vec![rule]
        }
    });
    each.collect()
}

/// A rule of the stateless engine (NFW-3).
pub(super) fn stateless(made: &Made, matches: &StatelessMatch) -> Vec<InspectionRule> {
    let source = of_blocks(&matches.sources);
    let destination = of_blocks(&matches.destinations);
    let ports = |list: &Ports| if list.is_empty() { ALL_PORTS.to_vec() } else { sorted(list) };
    let tcp = [protocol::TCP];
    let is_of_tcp = !matches.flags.is_empty();
    let is_tcp = matches.protocols.is_empty() || matches.protocols.contains(&protocol::TCP);
    let protocols = if is_of_tcp && is_tcp { &tcp[..] } else { &matches.protocols };
    let ports = (&ports(&matches.source_ports), &ports(&matches.destination_ports));
    let mut rules = settled(rules(made, (&source, &destination), protocols, ports, None));
    for rule in &mut rules {
        rule.flags = matches.flags.clone().into();
    }
    rules
}

/// No blocks are all addresses.
fn of_blocks(blocks: &[IpNet]) -> Addresses {
    if blocks.is_empty() {
        return everywhere();
    }
    Family::BOTH.map(|family| {
        let own = blocks.iter().filter(|net| Family::of(net.addr()) == family);
        AddressSet::of(family, own.map(|net| range_of(*net)))
    })
}

fn sorted(list: &[(u16, u16)]) -> Ports {
    let wide = list.iter().map(|(low, high)| (u128::from(*low), u128::from(*high)));
    let set = AddressSet::of(Family::V6, wide);
    set.ranges().iter().map(|(low, high)| (*low as u16, *high as u16)).collect()
}

/// What a list of domains looks at: TCP from inside to outside, of which requests and handshakes for names are some.
pub(super) fn domains(compiler: &mut Compiler<'_>, names: &Names<'_>, made: &Made) -> Vec<InspectionRule> {
    let home = variable(compiler, names, "HOME_NET", 0).unwrap_or_else(|_| everywhere());
    let outside = variable(compiler, names, "EXTERNAL_NET", 0).unwrap_or_else(|_| everywhere());
    let open = ALL_PORTS.to_vec();
    rules(made, (&home, &outside), &[protocol::TCP], (&open, &open), Some(made.gap))
}

/// Protocols of a rule's first word, whether it looks into them, and the family where it has one.
fn protocols(word: &str) -> (&'static [u8], bool, Option<Family>) {
    match word {
        "ip" | "any" => (&[], false, None),
        "ipv4" | "ip4" => (&[], false, Some(Family::V4)),
        "ipv6" | "ip6" => (&[], false, Some(Family::V6)),
        "tcp" => (&[protocol::TCP], false, None),
        "udp" => (&[protocol::UDP], false, None),
        "icmp" => (&[protocol::ICMP, protocol::ICMPV6], false, None),
        "icmpv4" => (&[protocol::ICMP], false, None),
        "icmpv6" => (&[protocol::ICMPV6], false, None),
        "http" | "http1" | "http2" | "tls" | "ssl" | "ssh" | "ftp" | "ftp-data" | "smtp" | "imap" | "smb"
        | "msn" | "rdp" | "tcp-pkt" | "tcp-stream" | "mqtt" | "rfb" => (&[protocol::TCP], true, None),
        "dns" | "krb5" | "dcerpc" | "sip" | "nfs" => (&[protocol::TCP, protocol::UDP], true, None),
        "tftp" | "ntp" | "dhcp" | "quic" | "snmp" | "ike" | "ikev2" => (&[protocol::UDP], true, None),
        _ => (&[], true, None),
    }
}

/// A rule of the stateful engine, as far as headers go (NFW-8); both ways where it is for both (NFW-6).
pub(super) fn stateful(
    compiler: &mut Compiler<'_>,
    names: &Names<'_>,
    made: &Made,
    rule: &StatefulRule,
    header: &RuleHeader,
) -> Vec<InspectionRule> {
    let (numbers, is_beyond, family) = protocols(&header.protocol);
    let mut gap = (is_beyond || !rule.beyond.is_empty()).then_some(made.gap);
    let mut ends = |pattern: &Pattern<IpAddr>| {
        let found = addresses(compiler, names, pattern, 0);
        let mut set = found.unwrap_or_else(|unknown| {
            gap = Some(unknown.unwrap_or(made.gap));
            everywhere()
        });
        if let Some(family) = family {
            let other = usize::from(family == Family::V4);
            set[other] = AddressSet::empty(Family::BOTH[other]);
        }
        set
    };
    let (source, destination) = (ends(&header.source), ends(&header.destination));
    let mut ports = |pattern: &Pattern<u16>| {
        ports_of(names, pattern, 0).unwrap_or_else(|| {
            gap = Some(made.gap);
            ALL_PORTS.to_vec()
        })
    };
    let (source_ports, destination_ports) = (ports(&header.source_ports), ports(&header.destination_ports));
    let mut found = rules(made, (&source, &destination), numbers, (&source_ports, &destination_ports), gap);
    if header.is_both {
        let back = (&destination_ports, &source_ports);
        found.extend(rules(made, (&destination, &source), numbers, back, gap));
    }
    for it in &mut found {
        it.side = match rule.side {
            None => InspectionSide::Both,
            Some(RuleSide::ToServer) => InspectionSide::Client,
            Some(RuleSide::ToClient) => InspectionSide::Server,
        };
    }
    found
}

/// Names in names deeper than this are not followed.
const DEEPEST: usize = 8;

/// The addresses of a pattern; what is missing where that keeps them unknown.
fn addresses(
    compiler: &mut Compiler<'_>,
    names: &Names<'_>,
    pattern: &Pattern<IpAddr>,
    depth: usize,
) -> Result<Addresses, Option<AssumptionIndex>> {
    match pattern {
        Pattern::Any => Ok(everywhere()),
        Pattern::Range(first, last) => Ok(Family::BOTH.map(|family| {
            let own = (Family::of(*first) == family).then(|| (bits(*first), bits(*last)));
            AddressSet::of(family, own)
        })),
        Pattern::Not(inside) => {
            let inside = addresses(compiler, names, inside, depth + 1)?;
            Ok(inside.map(|set| set.complement()))
        }
        Pattern::Each(parts) => {
            let mut wanted: Option<Addresses> = None;
            let mut unwanted = Family::BOTH.map(AddressSet::empty);
            for part in parts {
                if let Pattern::Not(inside) = part {
                    let [v4, v6] = addresses(compiler, names, inside, depth + 1)?;
                    unwanted = [unwanted[0].union(&v4), unwanted[1].union(&v6)];
                } else {
                    let [v4, v6] = addresses(compiler, names, part, depth + 1)?;
                    wanted = Some(match wanted {
                        Some([known4, known6]) => [known4.union(&v4), known6.union(&v6)],
                        None => [v4, v6],
                    });
                }
            }
            let [v4, v6] = wanted.unwrap_or_else(everywhere);
            Ok([v4.difference(&unwanted[0]), v6.difference(&unwanted[1])])
        }
        Pattern::Variable(name) => variable(compiler, names, name, depth + 1),
    }
}

/// NFW-9: a name of the group, then one of the policy.
fn variable(
    compiler: &mut Compiler<'_>,
    names: &Names<'_>,
    name: &str,
    depth: usize,
) -> Result<Addresses, Option<AssumptionIndex>> {
    if depth > DEEPEST {
        return Err(None);
    }
    let own = names.group.address_sets.iter().find(|(known, _)| known == name);
    let home = || names.home.and_then(address_set);
    let pattern = match own {
        Some((_, definition)) => address_set(definition),
        None => match name {
            "HOME_NET" => home(),
            "EXTERNAL_NET" => home().map(|home| Pattern::Not(Box::new(home))),
            _ => return reference(compiler, names, name),
        },
    };
    match pattern {
        Some(pattern) => addresses(compiler, names, &pattern, depth),
        None => Err(None),
    }
}

/// A prefix list that goes by a name.
fn reference(
    compiler: &mut Compiler<'_>,
    names: &Names<'_>,
    name: &str,
) -> Result<Addresses, Option<AssumptionIndex>> {
    let arn = names.group.references.iter().find(|(known, _)| known == name).map(|(_, arn)| arn);
    let id = arn.and_then(|arn| arn.rsplit('/').next()).filter(|id| id.starts_with("pl-"));
    let Some(id) = id else { return Err(None) };
    let list = super::prefix_list::entries(compiler, &PrefixListId::from(id)).map_err(Some)?;
    let blocks = &compiler.lists[list as usize];
    Ok(Family::BOTH.map(|family| {
        let own = blocks.iter().filter(|net| Family::of(net.addr()) == family);
        AddressSet::of(family, own.map(|net| range_of(*net)))
    }))
}

/// The ports of a pattern; none where a name in it says nothing.
fn ports_of(names: &Names<'_>, pattern: &Pattern<u16>, depth: usize) -> Option<Ports> {
    let line = |ports: &Ports| {
        AddressSet::of(Family::V4, ports.iter().map(|(low, high)| (u128::from(*low), u128::from(*high))))
    };
    let back = |set: AddressSet| -> Ports {
        let all = set.intersection(&AddressSet::of(Family::V4, [(0, u128::from(u16::MAX))]));
        all.ranges().iter().map(|(low, high)| (*low as u16, *high as u16)).collect()
    };
    match pattern {
        Pattern::Any => Some(ALL_PORTS.to_vec()),
        Pattern::Range(first, last) => Some(vec![(*first, *last)]),
        Pattern::Not(inside) => Some(back(line(&ports_of(names, inside, depth + 1)?).complement())),
        Pattern::Each(parts) => {
            let mut wanted: Option<AddressSet> = None;
            let mut unwanted = AddressSet::empty(Family::V4);
            for part in parts {
                if let Pattern::Not(inside) = part {
                    unwanted = unwanted.union(&line(&ports_of(names, inside, depth + 1)?));
                } else {
                    let set = line(&ports_of(names, part, depth + 1)?);
                    wanted = Some(wanted.map_or(set.clone(), |known| known.union(&set)));
                }
            }
            let wanted = wanted.unwrap_or_else(|| AddressSet::all(Family::V4));
            Some(back(wanted.difference(&unwanted)))
        }
        Pattern::Variable(_) if depth > DEEPEST => None,
        Pattern::Variable(name) => {
            let own = names.group.port_sets.iter().find(|(known, _)| known == name)?;
            ports_of(names, &port_set(&own.1)?, depth + 1)
        }
    }
}
