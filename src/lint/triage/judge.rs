//! What packets of the internet can do about a scanner's finding.

use std::collections::BTreeSet;

use super::{Foreign, wanted};
use crate::lint::Sentence;
use crate::lint::data_stores::classes;
use crate::lint::finding::{Claim, Witness};
use crate::lint::sentence::{counted, sentence};
use crate::lint::world::{answered, common, united};
use crate::lint::{Context, Settings};
use crate::model::{
    ElasticAddressId, InstanceId, LoadBalancerId, Model, NetworkAclId, NetworkInterfaceId, ResourceKind,
    SecurityGroupId, SubnetId, VpcId,
};
use crate::network::{Component, GroupIndex, InterfaceIndex, Network, Origin, RulePeer};
use crate::packet::{Family, Interval};
use crate::solver::{Destination, Direction, Source, Traffic, Verdict};

/// What packets can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// They get there, and answers get back.
    Reachable,
    /// The snapshot does not say enough.
    Unknown,
    /// They do not.
    Unreachable,
    /// The finding is not about packets, or the scanner found nothing wrong.
    LeftOut,
}

impl State {
    /// The word that users read.
    pub fn as_text(self) -> &'static str {
        match self {
            State::Reachable => "reachable",
            State::Unknown => "unknown",
            State::Unreachable => "unreachable",
            State::LeftOut => "left-out",
        }
    }
}

/// Why.
#[derive(Debug, Clone, Default)]
pub struct Reason {
    /// In a sentence.
    pub words: Sentence,
    /// Rules, entries and routes that make it so.
    pub rules: Vec<Origin>,
    /// The calls that would settle it.
    pub needs: Vec<&'static str>,
}

/// A finding, and what packets can do about it.
#[derive(Debug, Clone)]
pub struct Sorted {
    /// The finding.
    pub foreign: Foreign,
    /// What packets can do.
    pub state: State,
    /// What it is about in the snapshot.
    pub subject: Option<Component>,
    /// Why.
    pub reason: Reason,
    /// The packet that gets there, or is stopped.
    pub witness: Option<Witness>,
}

/// Sorts findings, in their order.
pub fn triage(model: &Model, network: &Network, findings: Vec<Foreign>) -> Vec<Sorted> {
    let settings = Settings::default();
    let context = Context::new(model, network, &settings);
    findings.into_iter().map(|it| one(&context, it)).collect()
}

/// What a finding is about in the snapshot.
struct Subject {
    component: Component,
    interfaces: Vec<InterfaceIndex>,
    group: Option<GroupIndex>,
}

fn one(context: &Context<'_>, foreign: Foreign) -> Sorted {
    let mut names = wanted::names(&foreign.resources.join(" "));
    names.extend(wanted::names(&foreign.text));
    let of = |state, subject, words: Sentence| Sorted {
        foreign: foreign.clone(),
        state,
        subject,
        reason: Reason { words, ..Reason::default() },
        witness: None,
    };
    if !foreign.has_failed {
        return of(State::LeftOut, None, sentence!["the scanner found nothing wrong"]);
    }
    let subject = names.iter().find_map(|it| subject(context, it));
    let Some(subject) = subject else {
        let is_ours = |it: &&String| {
            ["sg-", "acl-", "eni-", "i-", "subnet-"].iter().any(|prefix| it.starts_with(prefix))
        };
        return match names.iter().find(is_ours) {
            Some(name) => of(State::Unknown, None, sentence![name.clone(), " is not in the snapshot"]),
            None => of(State::LeftOut, None, sentence!["not about groups, ACLs, addresses or interfaces"]),
        };
    };
    if subject.interfaces.is_empty() {
        let words = match subject.group {
            Some(_) => sentence!["no interface has the group"],
            None => sentence!["no interface stands behind it"],
        };
        return of(State::Unreachable, Some(subject.component), words);
    }
    judged(context, foreign, &subject)
}

/// Asks about each kind of interface and family; the worst of the answers counts.
fn judged(context: &Context<'_>, foreign: Foreign, subject: &Subject) -> Sorted {
    let wanted = wanted::traffic(&foreign);
    let mut worst: Option<(State, Reason, Witness)> = None;
    for class in classes(context, subject.interfaces.iter().copied()) {
        for family in Family::BOTH {
            if context.network.interfaces[class[0].index()].primary(family).is_none() {
                continue;
            }
            for interface in members(&class) {
                let found = ask(context, *interface, family, &wanted, subject.group);
                if worst.as_ref().is_none_or(|it| found.0 < it.0) {
                    worst = Some(found);
                }
            }
        }
    }
    let Some((state, reason, witness)) = worst else {
        let words = sentence!["its interfaces have no address"];
        let reason = Reason { words, ..Reason::default() };
        return Sorted {
            foreign,
            state: State::Unreachable,
            subject: Some(subject.component),
            reason,
            witness: None,
        };
    };
    Sorted { foreign, state, subject: Some(subject.component), reason, witness: Some(witness) }
}

/// Of interfaces that no rule tells apart, only some may have a public address: a few are asked about.
fn members(class: &[InterfaceIndex]) -> impl Iterator<Item = &InterfaceIndex> {
    class.iter().take(16)
}

fn ask(
    context: &Context<'_>,
    interface: InterfaceIndex,
    family: Family,
    wanted: &[Interval],
    group: Option<GroupIndex>,
) -> (State, Reason, Witness) {
    let traffic = match wanted.is_empty() {
        true => Traffic::default(),
        false => Traffic { intervals: wanted.to_vec(), ..Traffic::default() },
    };
    let witness = Witness::new(
        Source::Outside(context.internet(family).clone()),
        Destination::Interface(interface, None),
        traffic,
        family,
        Claim::Passes,
    );
    let answer = context.blockers(&witness.query);
    if answer.verdict == Verdict::Unknown {
        let gaps = answer.pairs.iter().flat_map(|it| &it.assumptions);
        let gaps: BTreeSet<&'static str> =
            gaps.filter_map(|it| context.network.assumptions[it.index()].needs).collect();
        let words = sentence!["the snapshot does not say enough"];
        return (
            State::Unknown,
            Reason { words, rules: Vec::new(), needs: gaps.into_iter().collect() },
            witness,
        );
    }
    let passes: Vec<Interval> = answer
        .pairs
        .iter()
        .filter(|it| matches!(it.verdict, Verdict::Reachable | Verdict::Partial))
        .flat_map(|it| it.parts.iter().flat_map(|it| it.forward.clone()))
        .collect();
    let passes = answered(united(passes));
    let component = context.network.interfaces[interface.index()].component;
    if passes.is_empty() {
        return blocked(&answer, component, witness);
    }
    let (through, rules) = match group {
        Some(group) => by_rules(context, group, &passes),
        None => (passes.clone(), Vec::new()),
    };
    if through.is_empty() {
        let words =
            sentence!["what gets to ", component, " from the internet, other groups than this let in"];
        return (State::Unreachable, Reason { words, ..Reason::default() }, witness);
    }
    let words = sentence![through.clone(), " of the internet gets to ", component];
    let mut witness = witness;
    witness.query.traffic.intervals = through;
    (State::Reachable, Reason { words, rules, needs: Vec::new() }, witness)
}

/// What stops packets first; where packets get there and answers do not get back, what stops those.
fn blocked(
    answer: &crate::solver::Answer,
    component: Component,
    witness: Witness,
) -> (State, Reason, Witness) {
    let arrives = answer.pairs.iter().any(|it| it.verdict == Verdict::ForwardOnly);
    let wanted = if arrives { Direction::Return } else { Direction::Forward };
    let all = || answer.pairs.iter().flat_map(|it| &it.blockers).filter(|it| it.direction == wanted);
    let first = all().find(|it| !it.is_later);
    let intro = match arrives {
        true => sentence!["packets get to ", component, ", and no answer gets back"],
        false => sentence!["nothing of it gets to ", component],
    };
    let mut words = match first {
        Some(it) => intro.and(sentence![": ", it.component, " drops it with ", it.code]),
        None => intro,
    };
    let later: BTreeSet<_> = all().map(|it| (it.component, it.code)).collect();
    if later.len() > 1 {
        words = words
            .and(sentence![", and "])
            .and(counted(later.len() - 1, "more control", "more controls"))
            .and(sentence![" would"]);
    }
    let rules = first.and_then(|it| it.by).into_iter().collect();
    let claim = if arrives { Claim::LosesAnswers } else { Claim::Blocked };
    (State::Unreachable, Reason { words, rules, needs: Vec::new() }, Witness { claim, ..witness })
}

/// What of some traffic the rules of a group itself let in, by which of them.
fn by_rules(context: &Context<'_>, group: GroupIndex, passes: &[Interval]) -> (Vec<Interval>, Vec<Origin>) {
    let network = context.network;
    let mut through = Vec::new();
    let mut rules = Vec::new();
    for rule in network.group_rules.get(group.index()).into_iter().flat_map(|it| &it.inbound) {
        let is_block = matches!(rule.peer, RulePeer::Cidr(_) | RulePeer::List(_) | RulePeer::UnknownList(_));
        let both = common(network.transport.intervals(rule.transport), passes);
        if is_block && !both.is_empty() {
            through.extend(both);
            rules.push(rule.origin);
        }
    }
    (united(through), rules)
}

/// What a name stands for in the snapshot.
fn subject(context: &Context<'_>, name: &str) -> Option<Subject> {
    let (model, network) = (context.model, context.network);
    let of = |kind, row: usize, interfaces| Subject {
        component: Component::Resource(kind, row as u32),
        interfaces,
        group: None,
    };
    let in_subnets = |wanted: &dyn Fn(&crate::network::SubnetRow) -> bool| -> Vec<InterfaceIndex> {
        let subnets = context.subnets().filter(|it| wanted(it.1)).map(|it| it.0);
        subnets.flat_map(|it| context.interfaces_of(it).collect::<Vec<_>>()).collect()
    };
    if let Some(row) = model.security_groups.position(&SecurityGroupId::from(name)) {
        let group = GroupIndex(row as u32);
        let interfaces = network.members(group).iter().map(|it| InterfaceIndex(*it)).collect();
        let found = of(ResourceKind::SecurityGroup, row, interfaces);
        return Some(Subject { group: Some(group), ..found });
    }
    if let Some(row) = model.network_acls.position(&NetworkAclId::from(name)) {
        let own = &model.network_acls.get_row(row)?.subnets;
        return Some(of(ResourceKind::NetworkAcl, row, in_subnets(&|it| own.contains(&it.id))));
    }
    if let Some(row) = model.network_interfaces.position(&NetworkInterfaceId::from(name)) {
        return Some(of(ResourceKind::NetworkInterface, row, vec![InterfaceIndex(row as u32)]));
    }
    let instance = InstanceId::from(name);
    if let Some(row) = model.instances.position(&instance) {
        let own = model.network_interfaces.iter().enumerate();
        let own = own
            .filter(|(_, it)| it.attachment.as_ref().and_then(|it| it.instance.as_ref()) == Some(&instance));
        return Some(of(ResourceKind::Instance, row, own.map(|it| InterfaceIndex(it.0 as u32)).collect()));
    }
    if let Some(row) = model.load_balancers.position(&LoadBalancerId::from(name)) {
        let component = Component::Resource(ResourceKind::LoadBalancer, row as u32);
        return Some(of(ResourceKind::LoadBalancer, row, network.fronts_of(component).collect()));
    }
    if let Some(row) = model.subnets.position(&SubnetId::from(name)) {
        return Some(of(ResourceKind::Subnet, row, in_subnets(&|it| it.id.as_str() == name)));
    }
    if let Some(row) = model.vpcs.position(&VpcId::from(name)) {
        let inside = |it: &crate::network::SubnetRow| network.vpcs[it.vpc.index()].id.as_str() == name;
        return Some(of(ResourceKind::Vpc, row, in_subnets(&inside)));
    }
    address(context, name).or_else(|| service(context, name))
}

/// A public address, by what has it.
fn address(context: &Context<'_>, name: &str) -> Option<Subject> {
    let public: std::net::Ipv4Addr = name.parse().ok()?;
    let model = context.model;
    let has = |it: &crate::model::NetworkInterface| it.addresses.iter().any(|it| it.public == Some(public));
    let own = model.network_interfaces.iter().position(has);
    let elastic = model.elastic_addresses.position(&ElasticAddressId::from(name));
    let component = match (elastic, own) {
        (Some(row), _) => Component::Resource(ResourceKind::ElasticAddress, row as u32),
        (None, Some(row)) => Component::Resource(ResourceKind::NetworkInterface, row as u32),
        (None, None) => return None,
    };
    let interfaces = own.map(|it| InterfaceIndex(it as u32)).into_iter().collect();
    Some(Subject { component, interfaces, group: None })
}

/// A managed service, by its ARN.
fn service(context: &Context<'_>, name: &str) -> Option<Subject> {
    let row = context.model.managed_services.iter().position(|it| it.arn.as_deref() == Some(name))?;
    let owners = context.network.owners.iter().filter(|it| it.1 == row as u32);
    let component = Component::Resource(ResourceKind::ManagedService, row as u32);
    Some(Subject { component, interfaces: owners.map(|it| it.0).collect(), group: None })
}
