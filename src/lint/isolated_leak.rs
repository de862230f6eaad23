//! A subnet that is meant to be isolated has a way out.
//!
//! A subnet is meant to be isolated when `netpath.toml` says so (`isolated = ["tag:Tier=isolated"]` under `[lint]`), or
//! when its tags or its name do: `aws-cdk:subnet-type=Isolated`, `Tier: isolated`, the word `isolated` or `intra` in its
//! name. One that looks isolated by its routes in one address family and leads to the internet in the other is reported
//! too: nobody opens half a subnet on purpose.
//!
//! netpath follows every route of the subnet's table to where packets end, over as many hops as it takes, for IPv4 and
//! IPv6, and asks whether packets of the hosts that are there really get along it.
//!
//! | severity | when |
//! |---|---|
//! | critical | the internet reaches a host in it |
//! | high | its hosts reach the internet: by an internet gateway, NAT, a NAT instance, a transit gateway |
//! | medium | it leads to other VPCs or to premises, or to the internet with nobody there to use it |
//! | low | routes lead to the internet, and nothing but security groups or ACLs keeps its hosts from using them |
//! | info | it leads to a service by a gateway endpoint whose policy lets everything pass |
//!
//! ## A forgotten default route over IPv6
//!
//! ```topology
//! vpc     vpc-a        10.0.0.0/16 2600:1f18::/56
//! subnet  subnet-isolated-a  10.0.1.0/24 2600:1f18:0:1::/64  in vpc-a
//! eni     eni-db       10.0.1.10 2600:1f18:0:1::10  in subnet-isolated-a
//! route   subnet-isolated-a  ::/0 -> eigw-a
//! set     subnet-isolated-a  Tags [{"Key":"Name","Value":"prod-isolated-a"}]
//! ```
//!
//! ```findings
//! high subnet-isolated-a: eigw-a
//! ```
//!
//! ## Five hops and out
//!
//! ```topology
//! vpc     vpc-spoke   10.1.0.0/16
//! subnet  subnet-s    10.1.1.0/24   in vpc-spoke
//! vpc     vpc-egress  10.9.0.0/16
//! subnet  subnet-out  10.9.0.0/24   in vpc-egress
//! subnet  subnet-t    10.9.1.0/28   in vpc-egress
//! tgw     tgw-x
//! tgw-attachment tgw-attach-s vpc-spoke  to tgw-x in subnet-s
//! tgw-attachment tgw-attach-e vpc-egress to tgw-x in subnet-t
//! route   subnet-s    0.0.0.0/0 -> tgw-x
//! tgw-route tgw-rtb-x 0.0.0.0/0 -> tgw-attach-e
//! route   subnet-out  0.0.0.0/0 -> igw-e
//! route   subnet-out  10.0.0.0/8 -> tgw-x
//! nat     nat-e       10.9.0.5      in subnet-out  public 198.51.100.1
//! route   subnet-t    0.0.0.0/0 -> nat-e
//! eni     eni-s       10.1.1.10     in subnet-s
//! ```
//!
//! ```settings
//! [lint]
//! isolated = ["subnet-s"]
//! ```
//!
//! ```findings
//! high subnet-s: tgw-x
//! ```
//!
//! ## Reached from the internet
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-db   10.0.1.0/24   in vpc-a
//! route   subnet-db   0.0.0.0/0 -> igw-a
//! eni     eni-db      10.0.1.10     in subnet-db  sg sg-db  public 198.51.100.10
//! allow   sg-db       inbound  tcp 5432  from 0.0.0.0/0
//! set     subnet-db   Tags [{"Key":"Tier","Value":"isolated"}]
//! ```
//!
//! ```findings
//! critical subnet-db: igw-a
//! ```
//!
//! ## An endpoint that lets everything pass
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-db   10.0.1.0/24   in vpc-a  table rtb-db
//! table   rtb-db      in vpc-a
//! prefix-list pl-s3   3.5.0.0/16  service s3
//! endpoint vpce-s3    s3 in vpc-a  list pl-s3 tables rtb-db
//! eni     eni-db      10.0.1.10     in subnet-db
//! set     subnet-db   Tags [{"Key":"Tier","Value":"isolated"}]
//! ```
//!
//! ```findings
//! info subnet-db: vpce-s3
//! ```
//!
//! ## Isolated
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-db   10.0.1.0/24   in vpc-a
//! subnet  subnet-web  10.0.2.0/24   in vpc-a
//! route   subnet-web  0.0.0.0/0 -> igw-a
//! eni     eni-db      10.0.1.10     in subnet-db
//! set     subnet-db   Tags [{"Key":"Tier","Value":"isolated"}]
//! ```
//!
//! ```findings
//! none
//! ```

use super::finding::{Claim, Witness};
use super::sentence::{counted, sentence};
use super::tiers::{Tier, declared};
use super::trace::{End, Way};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Part, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, InterfaceIndex, LocationKind, SubnetIndex};
use crate::packet::{AddressSet, Family};
use crate::solver::{Destination, Source, Traffic};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP007",
    name: "isolated-leak",
    pillars: &[Pillar::Security],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[
        Control::pci_dss("1.4.4"),
        Control::nist("SC-7"),
        Control::nist("AC-4"),
        Control::soc2("CC6.6"),
        Control::hipaa("164.312(e)(1)"),
    ],
    needs: &[ResourceKind::Subnet, ResourceKind::RouteTable],
    source: include_str!("isolated_leak.rs"),
    check,
};

/// Where a way out of a subnet leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Leads {
    Internet,
    Vpc,
    OnPremises,
    Clients,
    Service,
    Unknown,
}

/// A way out.
struct Leak {
    leads: Leads,
    family: Family,
    way: Way,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let mut count = 0;
    for (index, row, subnet) in context.subnets() {
        if !covered[row.vpc.index()] {
            continue;
        }
        match declared(context, subnet) {
            Some((Tier::Isolated, by)) => {
                count += 1;
                findings.found.extend(one(
                    context,
                    index,
                    sentence!["is meant to be isolated by ", by],
                    Confidence::Certain,
                ));
            }
            Some((Tier::Private | Tier::Public | Tier::Unknown, _)) => {}
            None => findings.found.extend(half(context, index)),
        }
    }
    findings.looked_at(count, "subnet meant to be isolated", "subnets meant to be isolated");
}

/// A subnet that is closed in one family and open in the other.
fn half(context: &Context<'_>, subnet: SubnetIndex) -> Option<Finding> {
    let row = &context.network.subnets[subnet.index()];
    let has = |family| row.cidrs.iter().any(|it| Family::of(it.addr()) == family);
    if !(has(Family::V4) && has(Family::V6)) {
        return None;
    }
    let leads = |family: Family| {
        let ways: Vec<Way> = context.ways(subnet, context.outside(family)).collect();
        (
            ways.iter().any(|it| it.end == End::Internet),
            ways.iter().any(|it| matches!(it.end, End::Unknown(_))),
        )
    };
    let (v4, v6) = (leads(Family::V4), leads(Family::V6));
    if v4.1 || v6.1 || v4.0 || !v6.0 {
        // IPv4 alone is what most subnets with an IPv6 block have: that is no sign of isolation.
        return None;
    }
    let mut finding =
        one(context, subnet, sentence!["is isolated over IPv4 by its routes"], Confidence::Likely)?;
    finding.severity = finding.severity.min(Severity::High);
    Some(finding)
}

fn one(
    context: &Context<'_>,
    subnet: SubnetIndex,
    intro: Sentence,
    confidence: Confidence,
) -> Option<Finding> {
    let leaks = leaks(context, subnet);
    let worst = leaks
        .iter()
        .filter(|it| it.leads != Leads::Unknown)
        .min_by_key(|it| (it.leads, it.way.stops.len()))?;
    let subject = context.network.subnets[subnet.index()].component;
    let (severity, witness) = grade(context, subnet, worst, &leaks);
    let hosts = context.interfaces_of(subnet).filter(|it| context.is_host(*it)).count();
    let message = intro.and(sentence![", and "]).and(words(context, worst));
    let mut finding = Finding::new(&LINT, subject, message);
    finding.severity = severity;
    finding.confidence = confidence;
    for leak in &leaks {
        if !std::ptr::eq(leak, worst) {
            finding.notes.push(sentence!["it also "].and(words(context, leak)));
        }
        finding.rules.extend(leak.way.first_route());
        finding.related.extend(through(&leak.way));
    }
    finding.rules.sort_unstable();
    finding.rules.dedup();
    finding.related.sort_unstable();
    finding.related.dedup();
    finding.flows = vec![match (severity, hosts) {
        (_, 0) => sentence!["no interface stands in it yet"],
        (Severity::Low, _) => counted(hosts, "interface", "interfaces")
            .and(sentence![" in it, which groups and ACLs keep from the internet today"]),
        _ => counted(hosts, "interface", "interfaces").and(sentence![" in it"]),
    }];
    finding.witness = witness;
    finding.remedy = match worst.leads {
        Leads::Service => {
            sentence!["give the endpoint a policy that names the buckets or tables that are needed"]
        }
        Leads::Internet | Leads::Vpc | Leads::OnPremises | Leads::Clients | Leads::Unknown => {
            sentence!["take the route out of the subnet's table, or give the subnet a table of its own"]
        }
    };
    Some(finding)
}

/// Every way out of a subnet, one for each first route and kind of end.
fn leaks(context: &Context<'_>, subnet: SubnetIndex) -> Vec<Leak> {
    let own = context.network.subnets[subnet.index()].vpc;
    let mut leaks: Vec<Leak> = Vec::new();
    for family in Family::BOTH {
        for way in context.ways(subnet, &AddressSet::all(family)) {
            let leads = match way.end {
                End::Internet => Leads::Internet,
                End::Vpc(vpc) if vpc != own => Leads::Vpc,
                End::OnPremises => Leads::OnPremises,
                End::Clients => Leads::Clients,
                End::Service(_) if is_open(context, &way) => Leads::Service,
                End::Unknown(_) => Leads::Unknown,
                End::Vpc(_) | End::Service(_) | End::Dropped(_) => continue,
            };
            let known = |it: &Leak| {
                it.leads == leads && it.family == family && it.way.first_route() == way.first_route()
            };
            if !leaks.iter().any(known) {
                leaks.push(Leak { leads, family, way });
            }
        }
    }
    leaks.sort_by_key(|it| (it.leads, it.family == Family::V6, it.way.stops.len()));
    leaks
}

/// Whether a way ends at a gateway endpoint that lets everything pass (GEP-7).
fn is_open(context: &Context<'_>, way: &Way) -> bool {
    way.stops.iter().any(|it| match it.component {
        Component::Resource(ResourceKind::VpcEndpoint, row) => {
            context.model.vpc_endpoints.get_row(row as usize).is_some_and(|it| !it.has_policy)
        }
        Component::Resource(..) | Component::Internet | Component::Service(_) | Component::OnPremises => {
            false
        }
    })
}

/// What lies on a way besides tables and subnets.
fn through(way: &Way) -> Vec<Component> {
    let is_telling = |it: &Component| match it {
        Component::Resource(kind, _) => !matches!(
            kind,
            ResourceKind::RouteTable
                | ResourceKind::Subnet
                | ResourceKind::Vpc
                | ResourceKind::TransitGatewayRouteTable
        ),
        Component::Internet | Component::Service(_) | Component::OnPremises => false,
    };
    let mut found: Vec<Component> = Vec::new();
    for stop in &way.stops {
        if is_telling(&stop.component) && !found.contains(&stop.component) {
            found.push(stop.component);
        }
    }
    found
}

fn words(context: &Context<'_>, leak: &Leak) -> Sentence {
    let end: Part = match (leak.leads, leak.way.end) {
        (Leads::Internet, _) => "the internet".into(),
        (_, End::Vpc(vpc)) => context.network.vpcs[vpc.index()].component.into(),
        (Leads::OnPremises, _) => "premises".into(),
        (Leads::Clients, _) => "VPN clients".into(),
        (Leads::Service, End::Service(service)) => {
            context.network.services[service.index()].name.clone().into()
        }
        (Leads::Unknown, _) => "where nobody can tell".into(),
        (Leads::Vpc | Leads::Service, _) => "elsewhere".into(),
    };
    let family = match leak.family {
        Family::V4 => "IPv4",
        Family::V6 => "IPv6",
    };
    let through: Vec<Component> = through(&leak.way);
    sentence!["leads to ", end, " over ", family, " by "].and(Sentence::list(&through, 5))
}

/// How bad the worst way is, by what hosts really do along it.
fn grade(
    context: &Context<'_>,
    subnet: SubnetIndex,
    worst: &Leak,
    leaks: &[Leak],
) -> (Severity, Option<Witness>) {
    match worst.leads {
        Leads::Service => return (Severity::Info, None),
        Leads::Vpc | Leads::OnPremises | Leads::Clients | Leads::Unknown => {
            return (Severity::Medium, outward(context, subnet, worst));
        }
        Leads::Internet => {}
    }
    let is_gateway = |it: &&Leak| it.way.stop(LocationKind::InternetGatewayOut).is_some();
    for leak in leaks.iter().filter(|it| it.leads == Leads::Internet).filter(is_gateway) {
        if let Some(witness) = inward(context, subnet, leak.family) {
            return (Severity::Critical, Some(witness));
        }
    }
    for leak in leaks.iter().filter(|it| it.leads == Leads::Internet) {
        if let Some(witness) = outward(context, subnet, leak) {
            return (Severity::High, Some(witness));
        }
    }
    let has_hosts = context.interfaces_of(subnet).any(|it| context.is_host(it));
    (if has_hosts { Severity::Low } else { Severity::Medium }, None)
}

fn outward(context: &Context<'_>, subnet: SubnetIndex, leak: &Leak) -> Option<Witness> {
    let inside = context.internet(leak.family);
    let destinations = match leak.leads {
        Leads::Internet => leak.way.destinations.intersection(inside),
        Leads::Vpc | Leads::OnPremises | Leads::Clients | Leads::Service | Leads::Unknown => {
            leak.way.destinations.clone()
        }
    };
    context.sent(subnet, &destinations, Claim::Arrives)
}

/// A packet from the internet that arrives at a host of the subnet.
fn inward(context: &Context<'_>, subnet: SubnetIndex, family: Family) -> Option<Witness> {
    let has_public = |it: &InterfaceIndex| {
        context.interface(*it).is_some_and(|it| match family {
            Family::V4 => it.addresses.iter().any(|it| it.public.is_some()),
            Family::V6 => !it.ipv6_addresses.is_empty(),
        })
    };
    let source = context.internet(family).clone();
    context.interfaces_of(subnet).filter(has_public).take(64).find_map(|interface| {
        context.arrives(
            Source::Outside(source.clone()),
            Destination::Interface(interface, None),
            Traffic::default(),
            family,
        )
    })
}
