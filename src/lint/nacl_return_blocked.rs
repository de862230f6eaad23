//! Packets get there, and a network ACL drops the answers.
//!
//! ACLs remember nothing: an ACL that lets a conversation begin has to let its answers out too, to the client's ports,
//! which are any from 1024 on. Tools that look at the way there only call such a path open. netpath walks the answer as
//! well, by its own tables and ACLs.
//!
//! For each pair of ACLs of a VPC, and for the internet, hosts behind them are asked about, one for each set of groups.
//! What an ACL lets pass by an entry for the ports of clients (from 1024 on, ten thousand of them or more) is an answer, not
//! the beginning of a conversation, and is not asked about.
//!
//! | severity | when |
//! |---|---|
//! | medium | no answer gets back, or hardly any: the path does not work, though it looks open |
//! | low | answers get back to some client ports only |
//!
//! ## Answers have no rule
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! acl     acl-db      in vpc-a
//! subnet  subnet-web  10.0.1.0/24   in vpc-a
//! subnet  subnet-db   10.0.2.0/24   in vpc-a  acl acl-db
//! entry   acl-db      inbound  100 allow tcp 5432 from 10.0.0.0/16
//! entry   acl-db      outbound 100 allow tcp 443  to 0.0.0.0/0
//! eni     eni-web     10.0.1.10     in subnet-web  sg sg-any
//! eni     eni-db      10.0.2.10     in subnet-db   sg sg-any
//! allow   sg-any      inbound  all  from 0.0.0.0/0
//! ```
//!
//! What comes in is not answered, nor is what goes out.
//!
//! ```findings
//! medium acl-db: outbound
//! medium acl-db: inbound
//! ```
//!
//! ## Answers to some ports
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! acl     acl-db      in vpc-a
//! subnet  subnet-web  10.0.1.0/24   in vpc-a
//! subnet  subnet-db   10.0.2.0/24   in vpc-a  acl acl-db
//! entry   acl-db      inbound  100 allow tcp 5432 from 10.0.0.0/16
//! entry   acl-db      outbound 100 allow tcp 32768-60999 to 10.0.0.0/16
//! eni     eni-web     10.0.1.10     in subnet-web  sg sg-any
//! eni     eni-db      10.0.2.10     in subnet-db   sg sg-any
//! allow   sg-any      inbound  all  from 0.0.0.0/0
//! ```
//!
//! ```findings
//! low acl-db: outbound
//! ```
//!
//! ## Answers get back
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! acl     acl-db      in vpc-a
//! subnet  subnet-web  10.0.1.0/24   in vpc-a
//! subnet  subnet-db   10.0.2.0/24   in vpc-a  acl acl-db
//! entry   acl-db      inbound  100 allow tcp 5432 from 10.0.0.0/16
//! entry   acl-db      outbound 100 allow tcp 1024-65535 to 10.0.0.0/16
//! eni     eni-web     10.0.1.10     in subnet-web  sg sg-any
//! eni     eni-db      10.0.2.10     in subnet-db   sg sg-any
//! allow   sg-any      inbound  all  from 0.0.0.0/0
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Claim, Witness};
use super::sentence::{counted, sentence};
use super::world::{common, united};
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{
    Component, ExplanationCode, FilterId, InterfaceIndex, Judge, Origin, PeerSide, VpcIndex,
};
use crate::packet::{Family, Interval};
use crate::solver::{Destination, Direction, Source, Traffic, Verdict};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP003",
    name: "nacl-return-blocked",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::NetworkAcl, ResourceKind::NetworkInterface, ResourceKind::Subnet],
    source: include_str!("nacl_return_blocked.rs"),
    check,
};

/// How many hosts stand for an ACL: one for each set of groups.
const MOST_HOSTS: usize = 4;
/// How many pairs of hosts of a VPC are asked about.
const MOST_PAIRS: usize = 512;

/// Hosts behind an ACL.
struct Behind {
    acl: u32,
    is_plain: bool,
    hosts: Vec<InterfaceIndex>,
}

/// What loses answers.
struct Loss {
    origin: Option<Origin>,
    is_whole: bool,
    pairs: usize,
    witness: Witness,
    traffic: Vec<Interval>,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let vpcs = behind(context);
    let mut pairs = 0;
    let mut losses: BTreeMap<(Component, bool, bool), Loss> = BTreeMap::new();
    for (vpc, all) in vpcs.iter().filter(|it| covered[it.0.index()]) {
        if all.iter().all(|it| it.is_plain) {
            continue;
        }
        let asked = questions(context, *vpc, all);
        pairs += asked.len();
        for witness in asked {
            ask(context, witness, &mut losses);
        }
    }
    findings.looked_at(pairs, "pair of hosts behind different ACLs", "pairs of hosts behind different ACLs");
    findings
        .found
        .extend(losses.into_iter().map(|((acl, is_outbound, _), loss)| one(acl, is_outbound, loss)));
}

/// Hosts by VPC and ACL.
fn behind(context: &Context<'_>) -> BTreeMap<VpcIndex, Vec<Behind>> {
    let mut vpcs: BTreeMap<VpcIndex, Vec<Behind>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (index, row, _) in context.subnets() {
        let FilterId::Acl(filter) = row.acl[0] else { continue };
        let Judge::Acl { acl: Some(acl), .. } = context.network.acl_filters[filter as usize].judge else {
            continue;
        };
        let own = vpcs.entry(row.vpc).or_default();
        let position = own.iter().position(|it| it.acl == acl).unwrap_or_else(|| {
            own.push(Behind { acl, is_plain: is_plain(context, acl), hosts: Vec::new() });
            own.len() - 1
        });
        let behind = &mut own[position];
        for host in context.interfaces_of(index).take(256) {
            if behind.hosts.len() == MOST_HOSTS {
                break;
            }
            let groups = context.network.interfaces[host.index()].groups;
            if context.is_host(host) && seen.insert((row.vpc, acl, groups)) {
                behind.hosts.push(host);
            }
        }
    }
    vpcs
}

/// Whether an ACL lets everything pass in both directions by its first entry.
fn is_plain(context: &Context<'_>, acl: u32) -> bool {
    let rules = &context.network.acl_rules[acl as usize];
    [false, true].into_iter().all(|is_outbound| {
        rules.direction(is_outbound).first().is_some_and(|first| {
            let is_all = matches!(&first.peer, crate::network::RulePeer::Cidr(it) if it.prefix_len() == 0);
            first.admits && is_all && first.transport == crate::packet::TransportSet::ALL
        })
    })
}

/// The internet for hosts behind ACLs that judge, and pairs of hosts of which one at least is behind such a one.
fn questions(context: &Context<'_>, vpc: VpcIndex, all: &[Behind]) -> Vec<Witness> {
    let internet = context.internet(Family::V4);
    let of = |source, destination, intervals: Vec<Interval>| {
        let traffic = Traffic { intervals, ..Traffic::default() };
        Witness::new(source, destination, traffic, Family::V4, Claim::LosesAnswers)
    };
    let mut asked = Vec::new();
    for behind in all.iter().filter(|it| !it.is_plain) {
        let (inward, outward) = (meant(context, behind.acl, false), meant(context, behind.acl, true));
        for host in &behind.hosts {
            let outside = Destination::Addresses(internet.clone());
            asked.push(of(Source::Interface(*host, None), outside, outward.clone()));
            if has_public(context, vpc, *host) {
                let outside = Source::Outside(internet.clone());
                asked.push(of(outside, Destination::Interface(*host, None), inward.clone()));
            }
        }
    }
    for one in all {
        for other in all.iter().filter(|it| it.acl != one.acl && !(it.is_plain && one.is_plain)) {
            let traffic = common(&meant(context, one.acl, true), &meant(context, other.acl, false));
            for source in &one.hosts {
                let source = Source::Interface(*source, None);
                let others = other.hosts.iter().map(|it| Destination::Interface(*it, None));
                asked.extend(others.map(|it| of(source.clone(), it, traffic.clone())));
            }
            // A VPC with very many ACLs: the first of them stand for it.
            if asked.len() >= MOST_PAIRS {
                return asked;
            }
        }
    }
    asked.retain(|it| !it.query.traffic.intervals.is_empty());
    asked
}

/// What an ACL admits in a direction by entries that are not for answers.
fn meant(context: &Context<'_>, acl: u32, is_outbound: bool) -> Vec<Interval> {
    let network = context.network;
    let rules = network.acl_rules[acl as usize].direction(is_outbound).iter();
    let admitted = rules.filter(|it| it.admits).map(|it| network.transport.intervals(it.transport));
    united(admitted.flatten().copied().filter(|it| !is_for_answers(*it)).collect())
}

/// Whether hardly any port of a client is left to answer to: those that are get answers by chance.
fn is_nearly_all(lost: &[Interval]) -> bool {
    lost.iter().any(|(low, high)| high - low >= 58_000)
}

/// Ports of clients, and many of them.
fn is_for_answers((low, high): Interval) -> bool {
    low >> 16 == high >> 16 && low & 0xffff >= 1024 && high - low >= 10_000
}

fn has_public(context: &Context<'_>, vpc: VpcIndex, host: InterfaceIndex) -> bool {
    let own = context.network.interfaces[host.index()].primary_v4;
    context.network.vpcs[vpc.index()].public_addresses.iter().any(|it| Some(it.0) == own)
}

fn ask(context: &Context<'_>, witness: Witness, losses: &mut BTreeMap<(Component, bool, bool), Loss>) {
    let verdict = context.verdict(&witness);
    if !matches!(verdict, Verdict::ForwardOnly | Verdict::Partial) {
        return;
    }
    let answer = context.blockers(&witness.query);
    for pair in &answer.pairs {
        let lost = pair.blockers.iter().filter(|it| {
            it.direction == Direction::Return
                && it.code == ExplanationCode::SubnetAclRestriction
                && !it.is_later
        });
        for blocker in lost {
            let Some(side) = blocker.rule.filtered_peer() else { continue };
            let is_outbound = side == PeerSide::Destination;
            let is_whole = pair.verdict == Verdict::ForwardOnly || is_nearly_all(&blocker.transport);
            let known = losses.entry((blocker.component, is_outbound, is_whole)).or_insert_with(|| Loss {
                origin: blocker.by,
                is_whole,
                pairs: 0,
                witness: witness.clone(),
                traffic: blocker.transport.clone(),
            });
            known.pairs += 1;
        }
    }
}

fn one(acl: Component, is_outbound: bool, loss: Loss) -> Finding {
    let way = if is_outbound { "outbound" } else { "inbound" };
    let message = if loss.is_whole {
        sentence![
            "drops ",
            way,
            " the answers (",
            loss.traffic,
            ") of conversations that it and others let begin"
        ]
    } else {
        sentence!["drops ", way, " some answers (", loss.traffic, "): those to some client ports"]
    };
    let mut finding = Finding::new(&LINT, acl, message);
    finding.key = format!("{way} {}", loss.is_whole);
    finding.severity = if loss.is_whole { Severity::Medium } else { Severity::Low };
    finding.rules = loss.origin.into_iter().collect();
    finding.flows = vec![
        counted(loss.pairs, "pair of hosts", "pairs of hosts")
            .and(sentence![" of those that were asked about lose answers so"]),
    ];
    finding.witness = Some(loss.witness);
    finding.remedy = sentence!["let answers pass ", way, ": tcp and udp 1024-65535 to or from those who ask"];
    finding
}
