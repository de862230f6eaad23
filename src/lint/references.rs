//! Rules that name groups, and whether packets of the members of these come by them: a pair of hosts for each rule and
//! each two VPCs that members stand in.

use std::collections::BTreeSet;

use super::finding::{Claim, Witness};
use super::{Context, Findings};
use crate::network::{
    Component, ExplanationCode, GroupIndex, InterfaceIndex, Network, Origin, PeerSide, Rule, RulePeer,
};
use crate::packet::Family;
use crate::solver::{Destination, Direction, Source, Traffic, Verdict};

/// A rule for members of a group that some of them do not get by.
pub struct Refused {
    /// The group with the rule.
    pub group: GroupIndex,
    /// The group that it names.
    pub peer: GroupIndex,
    /// The rule.
    pub origin: Origin,
    /// The question, from a member of the one to a member of the other.
    pub witness: Witness,
    /// What stops packets first: why, and what.
    pub code: ExplanationCode,
    /// What does.
    pub by: Component,
    /// Whether that is one of the groups of the sender.
    pub is_of_sender: bool,
    /// Whether it is one of those of the receiver.
    pub is_of_receiver: bool,
}

/// How many members of a group are looked at.
const MOST_MEMBERS: usize = 256;
/// How many pairs of a rule are asked about.
const MOST_PAIRS: usize = 6;

/// Every rule for packets that come in that names another group, where a member of it is refused.
pub fn refused(context: &Context<'_>) -> Vec<Refused> {
    let network = context.network;
    let mut found = Vec::new();
    // One after the other: who waits for this in another thread would wait for itself.
    for (group, peer, rule) in naming_others(network) {
        let intervals = network.transport.intervals(rule.transport).to_vec();
        let traffic = Traffic { intervals, ..Traffic::default() };
        let pairs = pairs(context, peer, group);
        let asked = (group, peer, rule.origin);
        found.extend(pairs.into_iter().find_map(|pair| ask(context, asked, pair, &traffic)));
    }
    found
}

/// Every rule for packets that come in that names another group: the group with the rule, the one that it names.
pub fn naming_others(network: &Network) -> impl Iterator<Item = (GroupIndex, GroupIndex, &Rule)> {
    network.group_rules.iter().enumerate().flat_map(|(row, rules)| {
        let group = GroupIndex(row as u32);
        rules.inbound.iter().filter_map(move |rule| {
            let RulePeer::Group(peer) = rule.peer else { return None };
            (peer != group).then_some((group, peer, rule))
        })
    })
}

/// Says how many rules for packets that come in name a group, be it their own.
pub fn looked_at(context: &Context<'_>, findings: &mut Findings) {
    let rules = context.network.group_rules.iter().flat_map(|it| &it.inbound);
    let count = rules.filter(|it| matches!(it.peer, RulePeer::Group(_))).count();
    findings.looked_at(count, "rule that names a group", "rules that name groups");
}

/// Members of two groups, a pair for each two VPCs that they stand in.
fn pairs(context: &Context<'_>, from: GroupIndex, to: GroupIndex) -> Vec<(InterfaceIndex, InterfaceIndex)> {
    let by_vpc = |group: GroupIndex| {
        let mut seen = BTreeSet::new();
        let members = context.network.members(group);
        let hosts = members.iter().take(MOST_MEMBERS).map(|it| InterfaceIndex(*it));
        let hosts = hosts.filter(|it| context.is_host(*it) && !is_stopped(context, *it));
        hosts
            .filter(|it| seen.insert(context.network.interfaces[it.index()].vpc))
            .collect::<Vec<InterfaceIndex>>()
    };
    let (senders, receivers) = (by_vpc(from), by_vpc(to));
    let all = senders.iter().flat_map(|one| receivers.iter().map(move |other| (*one, *other)));
    all.filter(|(one, other)| one != other).take(MOST_PAIRS).collect()
}

/// Whether a host does not run: what it refuses says nothing of rules.
fn is_stopped(context: &Context<'_>, interface: InterfaceIndex) -> bool {
    let row = &context.network.interfaces[interface.index()];
    context.is_dead(row.out) || context.is_dead(row.inward)
}

fn ask(
    context: &Context<'_>,
    (group, peer, origin): (GroupIndex, GroupIndex, Origin),
    (sender, receiver): (InterfaceIndex, InterfaceIndex),
    traffic: &Traffic,
) -> Option<Refused> {
    let network = context.network;
    let witness = Witness::new(
        Source::Interface(sender, None),
        Destination::Interface(receiver, None),
        traffic.clone(),
        Family::V4,
        Claim::Blocked,
    );
    if context.verdict(&witness) != Verdict::Blocked {
        return None;
    }
    let answer = context.blockers(&witness.query);
    let mut blockers = answer.pairs.iter().flat_map(|it| &it.blockers);
    let first = blockers.find(|it| it.direction == Direction::Forward && !it.is_later)?;
    let has = |interface: InterfaceIndex| {
        let own = &network.group_sets[network.interfaces[interface.index()].groups.index()];
        own.iter().any(|it| network.groups[it.index()].component == first.component)
    };
    let is_filter = matches!(first.code, ExplanationCode::EniSgRulesMismatch | ExplanationCode::SgHasNoRules);
    // SG-15, SG-18: the rule would admit, did anybody know the sender's groups.
    let is_lost = matches!(
        first.code,
        ExplanationCode::SgReferencesNotPreserved | ExplanationCode::SgReferencingSupport
    );
    // A group of both ends is whichever end's filter stood in the way: packets meet the sender's first.
    let stops_out = first.rule.filtered_peer() == Some(PeerSide::Destination);
    Some(Refused {
        group,
        peer,
        origin,
        witness: witness.clone(),
        code: first.code,
        by: first.component,
        is_of_sender: is_filter && stops_out && has(sender),
        is_of_receiver: is_lost || (is_filter && !stops_out && has(receiver)),
    })
}
