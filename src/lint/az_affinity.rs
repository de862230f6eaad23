//! Two groups of hosts that talk to each other stand in different zones, so that each byte crosses.
//!
//! A rule that names a group says who talks to whom. Where all members of the one stand in one zone and all of the other in
//! another, every packet between them goes from zone to zone, and is paid for in both directions; and it takes longer.
//! How much that costs depends on the traffic, which a snapshot does not have: with a figure in `netpath.toml`
//! (`[[lint.traffic]]`, for either group) the finding says what it comes to, else what a gigabyte costs.
//!
//! | severity | when |
//! |---|---|
//! | low | a figure says that it costs something |
//! | info | otherwise |
//!
//! ## Apart
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! eni     eni-web     10.0.1.10     in subnet-a  sg sg-web
//! eni     eni-db      10.0.2.10     in subnet-b  sg sg-db
//! allow   sg-db       inbound tcp 5432 from sg-web
//! ```
//!
//! ```settings
//! [[lint.traffic]]
//! resource = "sg-db"
//! gigabytes-per-month = 1000
//! ```
//!
//! ```findings
//! low sg-db: $20.00
//! ```
//!
//! ## Side by side
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! eni     eni-web     10.0.1.10     in subnet-a  sg sg-web
//! eni     eni-db      10.0.1.20     in subnet-a  sg sg-db
//! eni     eni-web2    10.0.2.10     in subnet-b  sg sg-web
//! allow   sg-db       inbound tcp 5432 from sg-web
//! ```
//!
//! ```findings
//! none
//! ```

use super::finding::{Claim, Witness};
use super::prices::{Item, dollars, measured, prices};
use super::references::naming_others;
use super::sentence::sentence;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{GroupIndex, InterfaceIndex, Rule, VpcIndex, ZoneIndex};
use crate::packet::Family;
use crate::solver::{Destination, Source, Traffic};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP044",
    name: "az-affinity",
    pillars: &[Pillar::Cost, Pillar::Performance],
    severity: Severity::Low,
    confidence: Confidence::Likely,
    controls: &[],
    needs: &[ResourceKind::SecurityGroup, ResourceKind::NetworkInterface, ResourceKind::Subnet],
    source: include_str!("az_affinity.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut count = 0;
    let mut known = rustc_hash::FxHashMap::default();
    for (group, peer, rule) in naming_others(context.network) {
        count += 1;
        let mut place = |group: GroupIndex| *known.entry(group).or_insert_with(|| place(context, group));
        let (Some(here), Some(there)) = (place(group), place(peer)) else { continue };
        if here.0 == there.0 && here.1 != there.1 {
            findings.found.extend(one(context, group, peer, rule, (here.1, there.1)));
        }
    }
    findings.looked_at(count, "rule that names a group", "rules that name groups");
}

/// The one VPC and zone that all members of a group stand in.
fn place(context: &Context<'_>, group: GroupIndex) -> Option<(VpcIndex, ZoneIndex)> {
    let network = context.network;
    let mut found = None;
    for member in network.members(group).iter() {
        let row = &network.interfaces[InterfaceIndex(*member).index()];
        let own = (row.vpc, network.subnets[row.subnet.index()].zone);
        match found {
            None => found = Some(own),
            Some(known) if known == own => {}
            Some(_) => return None,
        }
    }
    found
}

fn one(
    context: &Context<'_>,
    group: GroupIndex,
    peer: GroupIndex,
    rule: &Rule,
    (here, there): (ZoneIndex, ZoneIndex),
) -> Option<Finding> {
    let network = context.network;
    let (subject, other) = (network.groups[group.index()].component, network.groups[peer.index()].component);
    let traffic =
        Traffic { intervals: network.transport.intervals(rule.transport).to_vec(), ..Traffic::default() };
    let sender = InterfaceIndex(*network.members(peer).first()?);
    let receiver = InterfaceIndex(*network.members(group).first()?);
    let source = Source::Interface(sender, None);
    let destination = Destination::Interface(receiver, None);
    // Groups whose members do not reach each other cost nothing.
    let witness = context.confirmed(Witness::new(source, destination, traffic, Family::V4, Claim::Passes))?;
    let message = sentence![
        "has its members in zone ",
        context.zone(here).to_owned(),
        ", and those of ",
        other,
        ", which talk to them, are all in zone ",
        context.zone(there).to_owned()
    ];
    let mut finding = Finding::new(&LINT, subject, message);
    finding.key = context.id(other).to_owned();
    let prices = prices(context.about(subject).and_then(|it| it.region.as_ref()));
    // Each gigabyte is paid for where it leaves and where it arrives.
    let each = prices.of(Item::CrossZoneGigabyte) * 2.0;
    let figure = measured(context, &[subject, other]);
    finding.severity = if figure.is_some_and(|it| it > 0.0) { Severity::Low } else { Severity::Info };
    finding.flows = vec![match figure {
        Some(figure) => sentence![format!(
            "{figure} GB a month between the zones cost {} a month",
            dollars(figure * each)
        )],
        None => sentence![
            format!("each gigabyte between the zones costs {}", dollars(each)),
            "; how many there are, the snapshot does not say"
        ],
    }];
    finding.notes = vec![prices.source()];
    finding.rules = vec![rule.origin];
    finding.related = vec![other];
    finding.witness = Some(witness);
    finding.remedy =
        sentence!["run a part of each in every zone, and let those of a zone talk to each other first"];
    Some(finding)
}
