//! A zone has subnets that leave by NAT gateways, and none that serves it.
//!
//! A zonal NAT gateway stands in one zone. Subnets of other zones may use it, and then everything that they ask of the
//! internet goes across: it stops when the gateway's zone does, although their own zone is well. Worse is a zone whose
//! only gateway does not work: it failed, it was deleted, or its own subnet has no way to an internet gateway.
//!
//! netpath follows the routes from each subnet to the gateway that its packets come to, through transit gateways and
//! inspection as well, so that a central egress VPC counts and a route in some unrelated table does not. A regional NAT
//! gateway serves every zone. Two gateways in one zone are one point of failure.
//!
//! | severity | when |
//! |---|---|
//! | high | no NAT gateway that these subnets use works: nothing gets out today |
//! | medium | they leave by a gateway of another zone only |
//!
//! ## A zone that leans on another
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a  zone a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.1
//! nat     nat-b       10.0.0.6      in subnet-pub  public 198.51.100.2
//! route   subnet-a    0.0.0.0/0 -> nat-a
//! route   subnet-b    0.0.0.0/0 -> nat-b
//! eni     eni-b       10.0.2.10     in subnet-b
//! ```
//!
//! Two gateways, and both are in zone a.
//!
//! ```findings
//! medium vpc-a: nat-b
//! ```
//!
//! ## A gateway that failed, and one without a way out
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a  zone a
//! subnet  subnet-dark 10.0.3.0/24   in vpc-a  zone b
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.3  state failed
//! nat     nat-b       10.0.3.5      in subnet-dark  public 198.51.100.4
//! route   subnet-a    0.0.0.0/0 -> nat-a
//! route   subnet-b    0.0.0.0/0 -> nat-b
//! ```
//!
//! ```findings
//! high vpc-a: nat-a
//! high vpc-a: nat-b
//! ```
//!
//! ## A gateway in each zone, or one for all
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pa   10.0.0.0/25   in vpc-a  zone a
//! subnet  subnet-pb   10.0.0.128/25 in vpc-a  zone b
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! route   subnet-pa   0.0.0.0/0 -> igw-a
//! route   subnet-pb   0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pa  public 198.51.100.5
//! nat     nat-b       10.0.0.133    in subnet-pb  public 198.51.100.6
//! route   subnet-a    0.0.0.0/0 -> nat-a
//! route   subnet-b    0.0.0.0/0 -> nat-b
//! ```
//!
//! ```findings
//! none
//! ```

use super::finding::{Claim, Witness};
use super::nat_use::{Gateway, NatUse, serves};
use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, SubnetIndex, VpcIndex, ZoneIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP005",
    name: "nat-missing-in-az",
    pillars: &[Pillar::Reliability],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CP-10"), Control::nist("SC-5(2)"), Control::soc2("A1.2")],
    needs: &[ResourceKind::Subnet, ResourceKind::RouteTable, ResourceKind::NatGateway],
    source: include_str!("nat_missing_in_az.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let mut uses = context.nat_uses().to_vec();
    uses.retain(|it| covered[it.vpc.index()]);
    let mut zones: Vec<(VpcIndex, ZoneIndex)> = uses.iter().map(|it| (it.vpc, it.zone)).collect();
    zones.sort_unstable();
    zones.dedup();
    findings.looked_at(zones.len(), "zone with NAT", "zones with NAT");
    for (vpc, zone) in zones {
        let own: Vec<&NatUse> = uses.iter().filter(|it| it.vpc == vpc && it.zone == zone).collect();
        findings.found.extend(one(context, vpc, zone, &own));
    }
}

fn one(context: &Context<'_>, vpc: VpcIndex, zone: ZoneIndex, uses: &[&NatUse]) -> Option<Finding> {
    let gateways: Vec<&Gateway> = uses.iter().flat_map(|it| &it.gateways).collect();
    let works = |it: &&&Gateway| it.fault.is_none();
    // A gateway of the zone that nobody there uses would help after a change of a route: that is NP006.
    if gateways.iter().filter(works).any(|it| serves(context, it.zone, zone))
        || uses.iter().any(|it| it.is_unknown)
        || has_own(context, &gateways, zone)
    {
        return None;
    }
    let subnets: Vec<SubnetIndex> = uses.iter().flat_map(|it| it.subnets.iter().copied()).collect();
    let names: Vec<Component> =
        subnets.iter().map(|it| context.network.subnets[it.index()].component).collect();
    let subject = context.network.vpcs[vpc.index()].component;
    let used = gateways.iter().find(|it| it.fault.is_none()).copied();
    let first = used.or(gateways.first().copied())?;
    let message = match (used, first.fault) {
        (Some(gateway), _) => sentence![
            "has no NAT gateway that serves zone ",
            context.zone(zone).to_owned(),
            ": its subnets leave by ",
            gateway.component,
            " in zone ",
            gateway.zone.map_or("", |it| context.zone(it)).to_owned(),
        ],
        (None, Some(code)) => sentence![
            "gets nothing out of zone ",
            context.zone(zone).to_owned(),
            " by NAT: ",
            first.component,
            " drops it with ",
            code,
        ],
        (None, None) => return None,
    };
    let hosts: usize = subnets.iter().map(|it| context.interfaces_of(*it).count()).sum();
    let mut finding = Finding::new(&LINT, subject, message);
    finding.key = context.zone(zone).to_owned();
    finding.severity = if used.is_some() { Severity::Medium } else { Severity::High };
    finding.related = gateways.iter().map(|it| it.component).chain(names.iter().copied()).collect();
    finding.rules = gateways.iter().filter_map(|it| it.route).collect();
    finding.flows = vec![flows(context, used, hosts, &names)];
    finding.witness = witness(context, &subnets, used.is_some());
    finding.remedy = match used {
        Some(_) => sentence![
            "put a NAT gateway into a public subnet of zone ",
            context.zone(zone).to_owned(),
            " and send the default route of these subnets there, or use a regional NAT gateway",
        ],
        None => sentence![
            "replace ",
            first.component,
            ", or give its subnet a route to an attached internet gateway",
        ],
    };
    Some(finding)
}

/// Whether a working gateway stands in the zone, in a VPC where one of these stands, that nobody of the zone uses.
fn has_own(context: &Context<'_>, used: &[&Gateway], zone: ZoneIndex) -> bool {
    let network = context.network;
    network.nat_gateways.iter().any(|row| {
        let stands = row.subnet.is_some_and(|it| network.subnets[it.index()].zone == zone);
        let is_near = used.iter().any(|it| it.vpc == row.vpc && it.component != row.component);
        let is_broken = used.iter().any(|it| it.component == row.component && it.fault.is_some());
        stands && is_near && !is_broken && used.iter().any(|it| it.fault.is_none())
    })
}

fn flows(context: &Context<'_>, used: Option<&Gateway>, hosts: usize, subnets: &[Component]) -> Sentence {
    let who =
        counted(hosts, "interface", "interfaces").and(sentence![" in "]).and(Sentence::list(subnets, 3));
    match used.and_then(|it| it.zone) {
        Some(zone) => who.and(sentence![
            " would lose the internet with zone ",
            context.zone(zone).to_owned(),
            ", though theirs is well",
        ]),
        None => who.and(sentence![" cannot ask anything of the internet"]),
    }
}

fn witness(context: &Context<'_>, subnets: &[SubnetIndex], passes: bool) -> Option<Witness> {
    let claim = if passes { Claim::Passes } else { Claim::Blocked };
    subnets
        .iter()
        .find_map(|subnet| context.witness_from(*subnet, |interface| context.https_out(interface, claim)))
}
