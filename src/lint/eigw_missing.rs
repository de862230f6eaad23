//! A subnet that is private over IPv4 has an IPv6 route to an internet gateway.
//!
//! An internet gateway lets packets of the internet in as well as out. What NAT is for IPv4, an egress-only internet gateway
//! is for IPv6: hosts behind it can ask and cannot be asked. A subnet whose IPv4 packets leave by NAT, or not at all, and
//! whose IPv6 default route is an internet gateway, was meant to be private and is open as far as its groups and ACLs let it.
//!
//! | severity | when |
//! |---|---|
//! | high | packets of the internet get to a host over IPv6 |
//! | medium | groups or ACLs keep them out today |
//!
//! ## Private over IPv4 only
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16  2001:db8:a::/56
//! subnet  subnet-pub  10.0.0.0/24  2001:db8:a::/64    in vpc-a
//! subnet  subnet-a    10.0.1.0/24  2001:db8:a:1::/64  in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.9
//! route   subnet-a    0.0.0.0/0 -> nat-a
//! route   subnet-a    ::/0 -> igw-a
//! eni     eni-a       10.0.1.10 2001:db8:a:1::a  in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 22 from ::/0
//! ```
//!
//! ```findings
//! high subnet-a: igw-a
//! ```
//!
//! ## An egress-only gateway
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16  2001:db8:a::/56
//! subnet  subnet-pub  10.0.0.0/24  2001:db8:a::/64    in vpc-a
//! subnet  subnet-a    10.0.1.0/24  2001:db8:a:1::/64  in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.9
//! route   subnet-a    0.0.0.0/0 -> nat-a
//! route   subnet-a    ::/0 -> eigw-a
//! eni     eni-a       10.0.1.10 2001:db8:a:1::a  in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 22 from ::/0
//! ```
//!
//! ```findings
//! none
//! ```

use super::finding::{Claim, Witness};
use super::sentence::{counted, sentence};
use super::trace::{End, Way};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{LocationKind, SubnetIndex};
use crate::packet::Family;
use crate::solver::{Destination, Source, Traffic};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP038",
    name: "eigw-missing",
    pillars: &[Pillar::Security],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[Control::pci_dss("1.3.1"), Control::nist("SC-7"), Control::soc2("CC6.6")],
    needs: &[ResourceKind::Subnet, ResourceKind::RouteTable, ResourceKind::NetworkInterface],
    source: include_str!("eigw_missing.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let mut count = 0;
    for (index, row, subnet) in context.subnets() {
        let has = |family| row.cidrs.iter().any(|it| Family::of(it.addr()) == family);
        if !covered[row.vpc.index()] || !has(Family::V6) || subnet.cidr.is_none() {
            continue;
        }
        count += 1;
        if by_gateway(context, index, Family::V4).is_some() {
            continue;
        }
        let Some(way) = by_gateway(context, index, Family::V6) else { continue };
        let witness = inward(context, index);
        let gateway = way.stop(LocationKind::InternetGatewayOut).map(|it| it.component);
        let Some(gateway) = gateway else { continue };
        let message = sentence!["is not public over IPv4, and has an IPv6 route to ", gateway];
        let mut finding = Finding::new(&LINT, row.component, message);
        finding.severity = if witness.is_some() { Severity::High } else { Severity::Medium };
        finding.rules = way.first_route().into_iter().collect();
        finding.related = vec![gateway];
        let hosts = context
            .interfaces_of(index)
            .filter(|it| context.network.interfaces[it.index()].primary_v6.is_some())
            .count();
        finding.flows =
            vec![counted(hosts, "interface has", "interfaces have").and(sentence![" an IPv6 address in it"])];
        finding.witness = witness;
        finding.remedy = sentence!["send ::/0 to an egress-only internet gateway"];
        findings.found.push(finding);
    }
    findings.looked_at(count, "subnet with both families", "subnets with both families");
}

/// The way by which a subnet's own route leads to an internet gateway.
fn by_gateway(context: &Context<'_>, subnet: SubnetIndex, family: Family) -> Option<Way> {
    context.ways(subnet, context.outside(family)).find(|it| {
        it.end == End::Internet && it.stops.len() == 3 && it.stop(LocationKind::InternetGatewayOut).is_some()
    })
}

/// A packet of the internet that gets to a host.
fn inward(context: &Context<'_>, subnet: SubnetIndex) -> Option<Witness> {
    let source = context.internet(Family::V6).clone();
    let hosts = context
        .interfaces_of(subnet)
        .filter(|it| context.network.interfaces[it.index()].primary_v6.is_some());
    hosts.take(64).find_map(|interface| {
        context.confirmed(Witness::new(
            Source::Outside(source.clone()),
            Destination::Interface(interface, None),
            Traffic::default(),
            Family::V6,
            Claim::Passes,
        ))
    })
}
