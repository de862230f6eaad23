//! A way carries smaller packets than hosts send, and the message that says so does not come back.
//!
//! Hosts in a VPC send packets of up to 9001 bytes. What leads to another VPC, Region or network carries less, drops what is
//! too big and says so by ICMP (type 3 code 4, for IPv6 type 2), which network ACLs judge like anything else. Where the
//! ACL of the sender's subnet drops that message, connections open, and hang with the first full packet.
//!
//! ## An ACL without ICMP
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! acl     acl-a       in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  acl acl-a
//! subnet  subnet-b    10.1.1.0/24   in vpc-b
//! entry   acl-a       inbound  100 allow tcp 0-65535 from 0.0.0.0/0
//! entry   acl-a       outbound 100 allow all to 0.0.0.0/0
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
//! tgw-attachment tgw-attach-b vpc-b to tgw-x in subnet-b
//! route   subnet-a    10.1.0.0/16 -> tgw-x
//! route   subnet-b    10.0.0.0/16 -> tgw-x
//! eni     eni-a       10.0.1.10     in subnet-a
//! eni     eni-b       10.1.1.10     in subnet-b  sg sg-b
//! allow   sg-b        inbound tcp 443 from 10.0.0.0/8
//! ```
//!
//! ```findings
//! medium acl-a: 8500
//! ```
//!
//! ## Two networks beyond
//!
//! The same subnet does not hear of it, whichever of them its packets are for.
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! vpc     vpc-c       10.2.0.0/16
//! acl     acl-a       in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  acl acl-a
//! subnet  subnet-b    10.1.1.0/24   in vpc-b
//! subnet  subnet-c    10.2.1.0/24   in vpc-c
//! entry   acl-a       inbound  100 allow tcp 0-65535 from 0.0.0.0/0
//! entry   acl-a       outbound 100 allow all to 0.0.0.0/0
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
//! tgw-attachment tgw-attach-b vpc-b to tgw-x in subnet-b
//! tgw-attachment tgw-attach-c vpc-c to tgw-x in subnet-c
//! route   subnet-a    10.0.0.0/8 -> tgw-x
//! route   subnet-b    10.0.0.0/8 -> tgw-x
//! route   subnet-c    10.0.0.0/8 -> tgw-x
//! eni     eni-a       10.0.1.10     in subnet-a
//! eni     eni-b       10.1.1.10     in subnet-b  sg sg-b
//! eni     eni-c       10.2.1.10     in subnet-c  sg sg-c
//! allow   sg-b        inbound tcp 443 from 10.0.0.0/8
//! allow   sg-c        inbound tcp 443 from 10.0.0.0/8
//! ```
//!
//! ```findings
//! medium acl-a: 1 subnet's connections open
//! ```
//!
//! ## The message comes back
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! subnet  subnet-b    10.1.1.0/24   in vpc-b
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
//! tgw-attachment tgw-attach-b vpc-b to tgw-x in subnet-b
//! route   subnet-a    10.1.0.0/16 -> tgw-x
//! route   subnet-b    10.0.0.0/16 -> tgw-x
//! eni     eni-a       10.0.1.10     in subnet-a
//! eni     eni-b       10.1.1.10     in subnet-b  sg sg-b
//! allow   sg-b        inbound tcp 443 from 10.0.0.0/8
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::data_stores::admitted;
use super::finding::{Claim, Witness};
use super::sentence::{counted, sentence};
use super::trace::{End, Way};
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, InterfaceIndex, LocationKind, SubnetIndex, VpcIndex};
use crate::packet::{AddressSet, Family, Interval, protocol};
use crate::solver::{Destination, Direction, Source, StepDown, Traffic, Verdict};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP037",
    name: "mtu-step-down",
    pillars: &[Pillar::Performance],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::NetworkAcl, ResourceKind::Subnet, ResourceKind::RouteTable],
    source: include_str!("mtu_step_down.rs"),
    check,
};

/// How many hosts at the other end are asked about for each two VPCs.
const MOST_TRIED: usize = 4;

/// Who does not hear of what.
struct Deaf {
    step: StepDown,
    subnets: Vec<Component>,
    witness: Witness,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let mut deaf: BTreeMap<(u32, Component), Deaf> = BTreeMap::new();
    let mut count = 0;
    for (index, row, _) in context.subnets() {
        if !covered[row.vpc.index()] || hears_all(context, index) {
            continue;
        }
        let mut seen = FxHashSet::default();
        // What narrows the subnet's ways, as far as it is known that its hosts do not hear of it.
        let mut told = FxHashSet::default();
        for way in context.ways(index, &AddressSet::all(Family::V4)) {
            let End::Vpc(to) = way.end else { continue };
            if to == row.vpc || !seen.insert(to) {
                continue;
            }
            count += 1;
            if narrow(&way).is_some_and(|it| told.contains(&it)) {
                continue;
            }
            let found = questions(context, index, to, &way.destinations)
                .into_iter()
                .find_map(|it| Some((lost(context, &it)?, it)));
            if let Some((step, witness)) = found
                && told.insert(step.at)
            {
                let known = deaf.entry((step.acl, step.at));
                known
                    .or_insert_with(|| Deaf { step, subnets: Vec::new(), witness })
                    .subnets
                    .push(row.component);
            }
        }
    }
    findings.looked_at(count, "way from a subnet with a narrow ACL", "ways from subnets with narrow ACLs");
    findings.found.extend(deaf.into_values().map(|it| one(context, it)));
}

/// The first place of a way that may carry less than a VPC does.
fn narrow(way: &Way) -> Option<Component> {
    let is_narrow = |kind| {
        matches!(
            kind,
            LocationKind::TransitIn
                | LocationKind::Peering
                | LocationKind::NatGateway
                | LocationKind::InternetGatewayOut
        )
    };
    way.stops.iter().find(|it| is_narrow(it.kind)).map(|it| it.component)
}

/// Whether a subnet's ACL lets in the message from everywhere.
fn hears_all(context: &Context<'_>, subnet: SubnetIndex) -> bool {
    let message: Interval = {
        let start = u32::from(protocol::ICMP) << 16 | 3 << 8 | 4;
        (start, start)
    };
    let acl = context.network.subnets[subnet.index()].acl[0];
    admitted(context, acl, message, Family::V4).is_none_or(|it| it == AddressSet::all(Family::V4))
}

/// Questions from hosts of a subnet to hosts of another VPC.
fn questions(context: &Context<'_>, subnet: SubnetIndex, to: VpcIndex, there: &AddressSet) -> Vec<Witness> {
    let pieces = context.network.vpcs[to.index()].interfaces.split(there);
    let owners = pieces.into_iter().map(|it| it.1).filter(|it| *it != u32::MAX).map(InterfaceIndex);
    let far: Vec<InterfaceIndex> = owners.filter(|it| context.is_host(*it)).take(MOST_TRIED).collect();
    let mut near = context.interfaces_of(subnet).filter(|it| context.is_host(*it));
    let Some(near) = near.next() else { return Vec::new() };
    far.into_iter()
        .map(|far| {
            Witness::new(
                Source::Interface(near, None),
                Destination::Interface(far, None),
                Traffic::default(),
                Family::V4,
                Claim::Passes,
            )
        })
        .collect()
}

/// What the sender does not hear of, where packets of the question get there.
fn lost(context: &Context<'_>, witness: &Witness) -> Option<StepDown> {
    if !matches!(context.verdict(witness), Verdict::Reachable | Verdict::Partial) {
        return None;
    }
    let answer = context.explained(&witness.query);
    let steps = answer.pairs.iter().flat_map(|it| &it.step_downs);
    steps.copied().find(|it| it.direction == Direction::Forward)
}

fn one(context: &Context<'_>, deaf: Deaf) -> Finding {
    let acl = Component::Resource(ResourceKind::NetworkAcl, deaf.step.acl);
    let which = if deaf.step.hears_some { "some of the messages" } else { "the messages" };
    let message = sentence![
        "drops ",
        which,
        " that say that packets are too big for ",
        deaf.step.at,
        ", which carries ",
        deaf.step.to as usize,
        " bytes of the ",
        deaf.step.from as usize,
        " that hosts send"
    ];
    let mut finding = Finding::new(&LINT, acl, message);
    finding.key = context.id(deaf.step.at).to_owned();
    finding.severity = if deaf.step.hears_some { Severity::Low } else { Severity::Medium };
    finding.flows = vec![
        counted(deaf.subnets.len(), "subnet's connections", "subnets' connections")
            .and(sentence![" open, and hang with the first full packet, unless hosts are set to less"]),
    ];
    finding.related = std::iter::once(deaf.step.at).chain(deaf.subnets).collect();
    finding.witness = Some(deaf.witness);
    finding.remedy = sentence!["let ICMP type 3 code 4 in (for IPv6, type 2), or set a smaller MTU on hosts"];
    finding
}
