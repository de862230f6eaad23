//! Who is in a subnet: interfaces by what they are of and by their security groups.

use std::collections::BTreeMap;

use super::depth::Depth;
use super::estate::{Estate, SubnetFacts};
use crate::model::words::Word;
use crate::model::{About, InterfaceKind, NatGateway, NatGatewayId, NetworkInterface, Peer, VpcEndpoint};
use crate::network::InterfaceIndex;
use crate::report::diagram::picture::{Member, Paint, Shape};
use crate::report::groups::given_name;
use crate::report::show::ports_text;
use crate::report::span;

/// A subnet has no more groups than this in a picture.
const MOST_GROUPS: usize = 8;
/// More rules of a group in one direction are counted.
const MOST_RULES: usize = 10;

/// Interfaces of one kind.
struct Group<'a> {
    /// What they have in common.
    role: String,
    members: Vec<&'a NetworkInterface>,
    rows: Vec<u32>,
}

/// Which endpoint an interface is of.
pub(super) type Endpoints<'a> = BTreeMap<&'a str, &'a VpcEndpoint>;

/// The endpoints of VPCs by their interfaces.
pub(super) fn endpoints<'a>(estate: &Estate<'a>) -> Endpoints<'a> {
    let rows = estate.vpcs.iter().flat_map(|it| &it.endpoints);
    let endpoints = rows.map(|row| &estate.model.vpc_endpoints[*row]);
    endpoints.flat_map(|it| it.interfaces.iter().map(move |id| (id.as_str(), it))).collect()
}

/// The boxes of who is in a subnet.
pub(super) fn hosts(
    estate: &Estate<'_>,
    endpoints: &Endpoints<'_>,
    subnet: &SubnetFacts<'_>,
    depth: Depth,
    collapse: Option<&str>,
) -> Vec<Shape> {
    let mut groups: BTreeMap<(u8, String), Group<'_>> = BTreeMap::new();
    for row in &subnet.interfaces {
        let interface = &estate.model.network_interfaces[*row as usize];
        let (rank, role) = role(estate, endpoints, interface, *row, collapse);
        let own = if depth == Depth::Host { format!("{role}\0{}", interface.id) } else { role.clone() };
        let group =
            groups.entry((rank, own)).or_insert(Group { role, members: Vec::new(), rows: Vec::new() });
        group.members.push(interface);
        group.rows.push(*row);
    }
    let mut groups: Vec<Group<'_>> = groups.into_values().collect();
    let most = if depth == Depth::Host { usize::MAX } else { MOST_GROUPS };
    let rest = if groups.len() > most { groups.split_off(most - 1) } else { Vec::new() };
    let mut shapes: Vec<Shape> = groups.iter().map(|it| shape(estate, subnet, it)).collect();
    if !rest.is_empty() {
        let count: usize = rest.iter().map(|it| it.members.len()).sum();
        let names: Vec<String> =
            rest.iter().map(|it| format!("{} × {}", it.role, it.members.len())).collect();
        let more =
            Shape::new(format!("{}/more", subnet.id), Paint::Host, format!("{} more groups", rest.len()));
        let mut more = more.says(format!("{count} interfaces")).tells(names.join("\n"));
        let all = rest.iter().flat_map(|it| &it.members);
        more.members = all.map(|it| member(estate, it)).collect();
        shapes.push(more);
    }
    shapes
}

/// What an interface is there for, with where such ones stand.
pub(super) fn role(
    estate: &Estate<'_>,
    endpoints: &Endpoints<'_>,
    interface: &NetworkInterface,
    row: u32,
    collapse: Option<&str>,
) -> (u8, String) {
    if let Some(key) = collapse {
        let tags = [instance_about(estate, interface), Some(&interface.about)];
        let value = tags.into_iter().flatten().find_map(|about| {
            about.tags.iter().find(|(known, _)| *known == key).map(|(_, value)| value.to_owned())
        });
        if let Some(value) = value {
            return (1, format!("{key} {value}"));
        }
    }
    if let Some(endpoint) = endpoints.get(interface.id.as_str()) {
        return (4, format!("endpoint {}", service(&endpoint.service_name)));
    }
    match &interface.kind {
        InterfaceKind::NatGateway => (0, nat_role(estate, interface)),
        InterfaceKind::TransitGateway => (5, "transit gateway attachment".to_owned()),
        InterfaceKind::LoadBalancer
        | InterfaceKind::NetworkLoadBalancer
        | InterfaceKind::GatewayLoadBalancer => (1, balancer(interface)),
        InterfaceKind::Interface
        | InterfaceKind::Efa
        | InterfaceKind::Trunk
        | InterfaceKind::Branch
        | InterfaceKind::GatewayLoadBalancerEndpoint
        | InterfaceKind::VpcEndpoint
        | InterfaceKind::Lambda
        | InterfaceKind::GlobalAccelerator
        | InterfaceKind::ApiGateway
        | InterfaceKind::QuickSight
        | InterfaceKind::IotRules
        | InterfaceKind::ElasticFileSystem
        | InterfaceKind::InstanceConnectEndpoint
        | InterfaceKind::ElasticVmwareService
        | InterfaceKind::CodestarConnections
        | InterfaceKind::Unknown(_) => ordinary(estate, interface, row),
    }
}

/// Hosts by their groups, services by their name.
fn ordinary(estate: &Estate<'_>, interface: &NetworkInterface, row: u32) -> (u8, String) {
    let owner = estate.network.owners_of(InterfaceIndex(row)).next();
    if let Some(owner) = owner {
        return (3, estate.model.managed_services[owner as usize].label.to_string());
    }
    if interface.description.starts_with("ELB ") {
        return (1, balancer(interface));
    }
    let names = interface.groups.iter().map(|id| {
        let group = estate.model.security_groups.get(id);
        let tag = group.and_then(|it| it.about.name());
        tag.or(group.map(|it| it.name.as_str()).filter(|it| !it.is_empty())).unwrap_or(id.as_str())
    });
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    let role = if names.is_empty() { "no security group".to_owned() } else { names.join(" + ") };
    (2, role)
}

/// `com.amazonaws.eu-west-1.ssm` is `ssm` to people.
pub(super) fn service(name: &str) -> String {
    let Some(rest) = name.strip_prefix("com.amazonaws.") else { return name.to_owned() };
    rest.split_once('.').map_or(rest, |(_, service)| service).to_owned()
}

fn balancer(interface: &NetworkInterface) -> String {
    let words = interface.description.strip_prefix("ELB ").unwrap_or(&interface.description);
    let parts: Vec<&str> = words.split('/').collect();
    match parts.as_slice() {
        [kind @ ("app" | "net" | "gwy"), name, ..] => {
            let kind = match *kind {
                "app" => "ALB",
                "net" => "NLB",
                _ => "GWLB",
            };
            format!("{kind} {name}")
        }
        _ => format!("load balancer {words}"),
    }
}

fn nat_role(estate: &Estate<'_>, interface: &NetworkInterface) -> String {
    let gateway = nat_gateway(estate, interface);
    gateway.map_or_else(
        || "NAT gateway".to_owned(),
        |it| format!("NAT {}", it.about.name().unwrap_or(it.id.as_str())),
    )
}

fn instance_about<'a>(estate: &Estate<'a>, interface: &NetworkInterface) -> Option<&'a About> {
    let id = interface.attachment.as_ref()?.instance.as_ref()?;
    estate.model.instances.get(id).map(|it| &it.about)
}

fn shape(estate: &Estate<'_>, subnet: &SubnetFacts<'_>, group: &Group<'_>) -> Shape {
    let (first, count) = (group.members[0], group.members.len());
    let public =
        group.members.iter().flat_map(|it| it.addresses.iter()).filter(|it| it.public.is_some()).count();
    let own_name = given_name(estate.model, first);
    let is_plain = group.rows.len() == 1 && !matches!(first.kind, InterfaceKind::NatGateway);
    let name = match own_name.filter(|_| is_plain) {
        Some(name) => name.to_owned(),
        None if count == 1 => group.role.clone(),
        None => format!("{} × {count}", group.role),
    };
    let nat = nat_gateway(estate, first).filter(|_| matches!(first.kind, InterfaceKind::NatGateway));
    let key = match nat {
        Some(gateway) => gateway.id.to_string(),
        None if count == 1 => first.id.to_string(),
        None => format!("{}/{}", subnet.id, group.role),
    };
    let mut shape = Shape::new(key, Paint::Host, name).says(span::own(group.members.iter().copied(), None));
    shape.ask = Some(first.id.to_string());
    shape.members = group.members.iter().map(|it| member(estate, it)).collect();
    if public > 0 {
        let only = first.addresses.iter().find_map(|it| it.public).filter(|_| count == 1 && public == 1);
        shape = shape.says(only.map_or(format!("{public} public addresses"), |it| format!("public {it}")));
    }
    for member in group.members.iter().take(12) {
        let name = given_name(estate.model, member).unwrap_or_default();
        let address = span::own([*member].into_iter(), None);
        let words = [member.id.as_str(), name, &address, member.kind.as_text()];
        let words: Vec<&str> = words.into_iter().filter(|it| !it.is_empty()).collect();
        shape = shape.tells(words.join("  "));
    }
    if count > 12 {
        shape = shape.tells(format!("and {} more", count - 12));
    }
    rules(estate, first).into_iter().fold(shape, Shape::tells)
}

/// The rules of an interface's security groups, in words.
fn rules(estate: &Estate<'_>, interface: &NetworkInterface) -> Vec<String> {
    let mut lines = Vec::new();
    for id in &interface.groups {
        let Some(group) = estate.model.security_groups.get(id) else {
            lines.push(format!("{id}: not in the snapshot"));
            continue;
        };
        lines.push(format!("security group {} {}", group.name, group.id));
        for (direction, word, rules) in [("in", "from", &group.inbound), ("out", "to", &group.outbound)] {
            lines.extend(rules.iter().take(MOST_RULES).map(|rule| {
                let peers: Vec<String> = rule.peers.iter().take(4).map(|it| peer(estate, it)).collect();
                let more = rule.peers.len().saturating_sub(4);
                let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!("  {direction}: {} {word} {}{rest}", ports_text(rule.ports), peers.join(", "))
            }));
            if rules.len() > MOST_RULES {
                lines.push(format!("  {direction}: and {} more rules", rules.len() - MOST_RULES));
            }
        }
    }
    lines
}

fn peer(estate: &Estate<'_>, peer: &Peer) -> String {
    match peer {
        Peer::Cidr(net) => net.to_string(),
        Peer::PrefixList(id) => {
            let name = estate.model.prefix_lists.get(id).map(|it| it.name.as_str());
            name.filter(|it| !it.is_empty()).unwrap_or(id.as_str()).to_owned()
        }
        Peer::Group(group) => {
            let found = estate.model.security_groups.get(&group.id);
            found.map_or_else(|| group.id.to_string(), |it| it.about.name().unwrap_or(&it.name).to_owned())
        }
    }
}

fn nat_gateway<'a>(estate: &Estate<'a>, interface: &NetworkInterface) -> Option<&'a NatGateway> {
    let id = interface.description.rsplit(' ').next().unwrap_or_default();
    estate.model.nat_gateways.get(&NatGatewayId::from(id))
}

fn member(estate: &Estate<'_>, interface: &NetworkInterface) -> Member {
    Member { id: interface.id.to_string(), name: name_of(estate, interface).to_owned() }
}

/// What an interface is called.
pub(super) fn name_of<'a>(estate: &Estate<'a>, interface: &'a NetworkInterface) -> &'a str {
    given_name(estate.model, interface).unwrap_or(interface.id.as_str())
}
