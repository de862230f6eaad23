//! Packets get to the internet, or to another segment, past the firewall that they are to pass.
//!
//! `inspected` under `[lint]` in `netpath.toml` names the VPCs and subnets whose packets have to pass a firewall (a Network
//! Firewall, a Gateway Load Balancer's endpoint, or an appliance that routes lead to). Where nothing is named, habit speaks: in
//! a VPC of which some subnets' packets pass a Network Firewall or a Gateway Load Balancer's endpoint on their way to the
//! internet, the others are expected to; so is IPv6 where IPv4 does. An appliance makes no habit: most are NAT instances.
//! Every way is followed through peering and transit gateways.
//!
//! | severity | when |
//! |---|---|
//! | high | the subnet or its VPC is declared `inspected`, and packets of a host get past |
//! | medium | by habit; or declared, and no packet gets past today |
//!
//! ## A declared VPC with a second way
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-fw   10.0.9.0/28   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a
//! firewall-policy fp-a
//! firewall fw-a fp-a in subnet-fw
//! route   subnet-fw   0.0.0.0/0 -> igw-a
//! route   subnet-a    0.0.0.0/0 -> vpce-fw-a
//! route   subnet-b    0.0.0.0/0 -> igw-a
//! eni     eni-a       10.0.1.10     in subnet-a  public 198.51.100.10
//! eni     eni-b       10.0.2.10     in subnet-b  public 198.51.100.11
//! ```
//!
//! ```settings
//! [lint]
//! inspected = ["vpc-a"]
//! ```
//!
//! ```findings
//! high subnet-b: igw-a
//! ```
//!
//! ## A NAT instance is no firewall
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-nat  10.0.0.0/24   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-nat  0.0.0.0/0 -> igw-a
//! route   subnet-a    0.0.0.0/0 -> eni-nat
//! eni     eni-nat     10.0.0.10     in subnet-nat  no-check  public 198.51.100.10
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! none
//! ```
//!
//! ## All through the firewall
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-fw   10.0.9.0/28   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! firewall-policy fp-a
//! firewall fw-a fp-a in subnet-fw
//! route   subnet-fw   0.0.0.0/0 -> igw-a
//! route   subnet-a    0.0.0.0/0 -> vpce-fw-a
//! eni     eni-a       10.0.1.10     in subnet-a  public 198.51.100.10
//! ```
//!
//! ```settings
//! [lint]
//! inspected = ["vpc-a"]
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeMap;

use super::finding::Claim;
use super::segments;
use super::sentence::{counted, sentence};
use super::trace::{End, Way};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::{Resource, ResourceKind};
use crate::network::{Component, LocationKind, SubnetIndex, VpcIndex};
use crate::packet::Family;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP043",
    name: "inspection-bypass",
    pillars: &[Pillar::Security],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[
        Control::pci_dss("1.2.1"),
        Control::nist("SC-7(8)"),
        Control::nist("AC-4"),
        Control::soc2("CC6.6"),
    ],
    needs: &[ResourceKind::Subnet, ResourceKind::RouteTable, ResourceKind::VpcEndpoint],
    source: include_str!("inspection_bypass.rs"),
    check,
};

/// How packets of a subnet get to the internet past everything that looks at them.
struct Out {
    subnet: SubnetIndex,
    family: Family,
    way: Way,
}

/// How packets of a VPC get to the internet.
#[derive(Default)]
struct Outs {
    /// Whether some way passes something that is there to look at packets.
    is_habit: bool,
    /// Ways that do not.
    past: Vec<Out>,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let mut vpcs: BTreeMap<VpcIndex, Outs> = BTreeMap::new();
    let mut known = rustc_hash::FxHashMap::default();
    let mut count = 0;
    for (index, row, _) in context.subnets() {
        if !covered[row.vpc.index()] || !context.interfaces_of(index).any(|it| context.is_host(it)) {
            continue;
        }
        count += 1;
        for family in Family::BOTH {
            // Subnets with one table in one zone leave alike.
            let outs = known.entry((row.route_table, row.zone, family)).or_insert_with(|| {
                let ways = context.ways(index, context.outside(family));
                let (seen, past): (Vec<Way>, Vec<Way>) =
                    ways.filter(|it| it.end == End::Internet).partition(is_inspected);
                (seen.iter().any(is_filtered), past.into_iter().next())
            });
            let own = vpcs.entry(row.vpc).or_default();
            own.is_habit |= outs.0;
            own.past.extend(outs.1.clone().map(|way| Out { subnet: index, family, way }));
        }
    }
    findings.looked_at(count, "subnet with hosts", "subnets with hosts");
    for (vpc, outs) in &vpcs {
        for out in &outs.past {
            let is_declared = is_declared(context, *vpc, out.subnet);
            if is_declared || outs.is_habit {
                findings.found.push(one(context, out, is_declared));
            }
        }
    }
    between_segments(context, findings);
}

/// Whether something looks at what goes along a way, or may: an appliance is trusted to.
fn is_inspected(way: &Way) -> bool {
    is_filtered(way) || way.stops.iter().any(|it| it.kind == LocationKind::Forwarder)
}

/// Whether something on a way is there to look at packets.
fn is_filtered(way: &Way) -> bool {
    !way.firewalls.is_empty()
        || way.stops.iter().any(|it| it.kind == LocationKind::GatewayLoadBalancerEndpoint)
}

fn is_declared(context: &Context<'_>, vpc: VpcIndex, subnet: SubnetIndex) -> bool {
    let patterns = &context.settings.inspected;
    let row = &context.network.subnets[subnet.index()];
    let of_subnet =
        context.subnet(row).is_some_and(|own| patterns.iter().any(|it| it.fits(own.id.as_str(), &own.about)));
    of_subnet
        || context.vpc(vpc).is_some_and(|own| patterns.iter().any(|it| it.fits(own.id.as_str(), own.about())))
}

fn one(context: &Context<'_>, out: &Out, is_declared: bool) -> Finding {
    let row = &context.network.subnets[out.subnet.index()];
    let by: Vec<Component> = out
        .way
        .stops
        .iter()
        .filter(|it| {
            matches!(
                it.kind,
                LocationKind::NatGateway
                    | LocationKind::InternetGatewayOut
                    | LocationKind::EgressOnlyGateway
                    | LocationKind::TransitIn
            )
        })
        .map(|it| it.component)
        .collect();
    let family = if out.family == Family::V4 { "IPv4" } else { "IPv6" };
    let message = sentence!["gets to the internet over ", family, " past any firewall, by "]
        .and(Sentence::list(&by, 3));
    let mut finding = Finding::new(&LINT, row.component, message);
    finding.key = family.to_owned();
    finding.witness = context.sent(
        out.subnet,
        &out.way.destinations.intersection(context.internet(out.family)),
        Claim::Arrives,
    );
    let is_real = is_declared && finding.witness.is_some();
    finding.severity = if is_real { Severity::High } else { Severity::Medium };
    if !is_declared {
        finding.confidence = Confidence::Likely;
        finding.notes = vec![sentence!["other ways out of the VPC pass one"]];
    }
    finding.rules = out.way.routes();
    finding.related = by;
    let hosts = context.interfaces_of(out.subnet).filter(|it| context.is_host(*it)).count();
    finding.flows = vec![counted(hosts, "interface", "interfaces").and(sentence![" in it"])];
    finding.remedy = sentence!["send the route through the firewall's endpoint of the zone"];
    finding
}

/// Ways between declared segments that nothing looks at, from members that are declared `inspected`.
fn between_segments(context: &Context<'_>, findings: &mut Findings) {
    for crossing in segments::crossings(context) {
        if is_inspected(&crossing.way) || !is_declared(context, crossing.from, crossing.subnet) {
            continue;
        }
        let (from, to) = (crossing.from, crossing.to);
        let name = |segment: usize| context.settings.segments[segment].name.clone();
        let message = sentence![
            "gets to ",
            context.network.vpcs[to.index()].component,
            " of segment ",
            name(crossing.segments.1),
            " past any firewall"
        ];
        let mut finding = Finding::new(&LINT, context.network.vpcs[from.index()].component, message);
        finding.key = context.network.vpcs[to.index()].id.to_string();
        finding.witness = crossing.witness(context);
        finding.severity = if finding.witness.is_some() { Severity::High } else { Severity::Medium };
        finding.rules = crossing.way.routes();
        finding.related = vec![context.network.vpcs[to.index()].component];
        finding.remedy = sentence!["lead the way between the segments through the firewall"];
        findings.found.push(finding);
    }
}
