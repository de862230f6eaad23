//! Packets of a subnet go to a NAT gateway in another zone.
//!
//! Each byte is then paid for twice, as traffic between zones and as traffic of the gateway, and the subnet loses the
//! internet when the gateway's zone is lost. Where a gateway of the subnet's own zone is there, changing one route is
//! all that is needed; where there is none, `nat-missing-in-az` says what that means for the zone.
//!
//! What counts is where the packets come to, not what the subnet's own table names: a central egress VPC behind a
//! transit gateway keeps each zone's traffic in the zone only if it has a gateway there and its tables say so. A regional
//! NAT gateway is never in another zone.
//!
//! | severity | when |
//! |---|---|
//! | medium | a working gateway stands in the subnet's own zone |
//! | low | there is none |
//!
//! ## A table that serves two zones
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pa   10.0.0.0/25   in vpc-a  zone a
//! subnet  subnet-pb   10.0.0.128/25 in vpc-a  zone b
//! table   rtb-private in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a  table rtb-private
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b  table rtb-private
//! route   subnet-pa   0.0.0.0/0 -> igw-a
//! route   subnet-pb   0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pa  public 198.51.100.1
//! nat     nat-b       10.0.0.133    in subnet-pb  public 198.51.100.2
//! route   rtb-private 0.0.0.0/0 -> nat-a
//! eni     eni-b       10.0.2.10     in subnet-b
//! ```
//!
//! ```findings
//! medium subnet-b: nat-a
//! ```
//!
//! ## Egress by a central VPC
//!
//! ```topology
//! vpc     vpc-spoke   10.1.0.0/16
//! subnet  subnet-s    10.1.1.0/24   in vpc-spoke  zone b
//! vpc     vpc-egress  10.9.0.0/16
//! subnet  subnet-out  10.9.0.0/24   in vpc-egress zone a
//! subnet  subnet-ta   10.9.1.0/28   in vpc-egress zone a
//! subnet  subnet-tb   10.9.1.16/28  in vpc-egress zone b
//! tgw     tgw-x
//! tgw-attachment tgw-attach-s vpc-spoke  to tgw-x in subnet-s
//! tgw-attachment tgw-attach-e vpc-egress to tgw-x in subnet-ta,subnet-tb
//! route   subnet-s    0.0.0.0/0 -> tgw-x
//! tgw-route tgw-rtb-x 0.0.0.0/0 -> tgw-attach-e
//! route   subnet-out  0.0.0.0/0 -> igw-e
//! route   subnet-out  10.0.0.0/8 -> tgw-x
//! nat     nat-e       10.9.0.5      in subnet-out  public 198.51.100.3
//! route   subnet-ta   0.0.0.0/0 -> nat-e
//! route   subnet-tb   0.0.0.0/0 -> nat-e
//! eni     eni-s       10.1.1.10     in subnet-s
//! ```
//!
//! The spoke names a transit gateway, and its packets come to a gateway of another zone all the same.
//!
//! ```findings
//! low subnet-s: nat-e
//! low subnet-tb: nat-e
//! ```
//!
//! ## Each zone by its own
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pa   10.0.0.0/25   in vpc-a  zone a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! route   subnet-pa   0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pa  public 198.51.100.4
//! route   subnet-a    0.0.0.0/0 -> nat-a
//! ```
//!
//! ```findings
//! none
//! ```

use super::finding::Claim;
use super::nat_use::{Gateway, NatUse, serves};
use super::prices::{Item, dollars, measured, prices};
use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, SubnetIndex, ZoneIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP006",
    name: "nat-cross-az",
    pillars: &[Pillar::Reliability, Pillar::Cost],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CP-10"), Control::soc2("A1.2")],
    needs: &[ResourceKind::Subnet, ResourceKind::RouteTable, ResourceKind::NatGateway],
    source: include_str!("nat_cross_az.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let mut uses = context.nat_uses().to_vec();
    uses.retain(|it| covered[it.vpc.index()]);
    let count = uses.iter().map(|it| it.subnets.len()).sum();
    findings.looked_at(count, "subnet with NAT", "subnets with NAT");
    for used in &uses {
        let foreign = |it: &&Gateway| it.fault.is_none() && !serves(context, it.zone, used.zone);
        let Some(gateway) = used.gateways.iter().find(foreign) else { continue };
        for subnet in &used.subnets {
            findings.found.push(one(context, used, gateway, *subnet));
        }
    }
}

fn one(context: &Context<'_>, used: &NatUse, gateway: &Gateway, subnet: SubnetIndex) -> Finding {
    let subject = context.network.subnets[subnet.index()].component;
    let near = near(context, gateway, used.zone);
    let far = gateway.zone.map_or("", |it| context.zone(it)).to_owned();
    let message = sentence![
        "leaves zone ",
        context.zone(used.zone).to_owned(),
        " by ",
        gateway.component,
        " in zone ",
        far.clone(),
    ];
    let mut finding = Finding::new(&LINT, subject, message);
    finding.severity = if near.is_some() { Severity::Medium } else { Severity::Low };
    finding.related = std::iter::once(gateway.component).chain(gateway.through).chain(near).collect();
    finding.rules = gateway.route.into_iter().collect();
    let hosts = context.interfaces_of(subnet).count();
    finding.flows = vec![
        counted(hosts, "interface of it pays", "interfaces of it pay")
            .and(sentence![" for crossing zones on each byte; all lose the internet with zone ", far,]),
    ];
    finding.notes = cost(context, subject);
    finding.witness = context.witness_from(subnet, |interface| context.https_out(interface, Claim::Passes));
    finding.remedy = match (near, gateway.through) {
        (Some(near), None) => sentence!["send its default route to ", near, ", in a table of its zone's own"],
        (Some(near), Some(_)) => {
            sentence!["in the VPC of ", near, ", send what comes from this zone to it"]
        }
        (None, _) => sentence!["put a NAT gateway into this zone, or use a regional one"],
    };
    finding
}

/// What crossing zones costs, and from how much traffic on a gateway of the zone's own costs less.
fn cost(context: &Context<'_>, subnet: Component) -> Vec<Sentence> {
    let prices = prices(context.about(subnet).and_then(|it| it.region.as_ref()));
    // Each byte leaves one zone and enters another, and is paid for twice.
    let each = prices.of(Item::CrossZoneGigabyte) * 2.0;
    let own = prices.month(Item::NatHour);
    let even = (own / each).ceil();
    let first = match measured(context, &[subnet]) {
        Some(figure) => format!(
            "{figure} GB a month across zones cost {}, a gateway of the zone's own {}",
            dollars(figure * each),
            dollars(own)
        ),
        None => format!(
            "a gateway of the zone's own costs {} a month, as much as {even} GB across zones",
            dollars(own)
        ),
    };
    vec![sentence![first], prices.source()]
}

/// A NAT gateway of a zone in the same VPC as another.
fn near(context: &Context<'_>, gateway: &Gateway, zone: ZoneIndex) -> Option<Component> {
    let network = context.network;
    let stands = |it: &&crate::network::NatRow| {
        it.vpc == gateway.vpc && it.subnet.is_some_and(|it| network.subnets[it.index()].zone == zone)
    };
    let works = |it: &&crate::network::NatRow| match it.component {
        Component::Resource(ResourceKind::NatGateway, row) => {
            let state = context.model.nat_gateways.get_row(row as usize).and_then(|it| it.state.as_ref());
            matches!(state, None | Some(crate::model::NatGatewayState::Available))
        }
        Component::Resource(..) | Component::Internet | Component::Service(_) | Component::OnPremises => {
            false
        }
    };
    network.nat_gateways.iter().filter(stands).find(works).map(|it| it.component)
}
