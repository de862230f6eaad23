//! Which ends a change could concern: only those are asked about again.
//!
//! A rule of a group concerns the members of the group, in its direction; what an interface says concerns the interface;
//! whatever else changes concerns every interface that it has any connection with, over however many resources that name
//! each other ([`Parts`]). What stands for others (targets of load balancers, appliances) concerns those too. Better too
//! many than one too few: who is not asked about is known to answer as before.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Context;
use super::align::NONE;
use super::change::{Change, PartKind, Version};
use super::content::{quoted, renamed};
use super::ends::Joints;
use crate::model::{Model, Peer, ResourceKind};
use crate::network::{GroupIndex, InterfaceIndex, Network, Origin, RelayTo, RulePeer, Step, Translation};
use crate::packet::{AddressSet, Family};

/// What is to be asked about an end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Bits(u8);

impl Bits {
    /// What it gets may pass other rules of its groups.
    pub const INBOUND: Bits = Bits(1);
    /// What it sends may.
    pub const OUTBOUND: Bits = Bits(2);
    /// The same for what lies outside of the VPCs.
    pub const OUTSIDE: Bits = Bits(4);
    /// Anything may have changed.
    pub const ALL: Bits = Bits(15);
    /// Itself is another one than before.
    pub const SELF: Bits = Bits(31);

    pub fn holds(self, other: Bits) -> bool {
        self.0 & other.0 == other.0
    }

    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Whether more than rules of its own groups may have changed.
    pub fn is_more_than_rules(self) -> bool {
        self.0 & 8 != 0
    }

    fn with(self, other: Bits) -> Bits {
        Bits(self.0 | other.0)
    }
}

/// What is to be asked about each interface.
#[derive(Debug)]
pub(super) struct Dirt {
    of: Vec<Bits>,
}

impl Dirt {
    /// Of an interface, by number.
    pub fn of(&self, joint: u32) -> Bits {
        self.of[joint as usize]
    }

    /// Whether nothing needs to be asked.
    pub fn is_clean(&self) -> bool {
        self.of.iter().all(|it| it.is_none())
    }

    fn add(&mut self, joints: &Joints, version: Version, row: u32, bits: Bits) {
        let joint = joints.of[version as usize][row as usize] as usize;
        self.of[joint] = self.of[joint].with(bits);
    }

    fn everything(&mut self) {
        self.of.iter_mut().for_each(|it| *it = it.with(Bits::ALL));
    }
}

/// Finds them. O(n) in interfaces and groups; where more than rules and interfaces changed, in all resources.
pub(super) fn find(context: &Context<'_>, joints: &Joints) -> Dirt {
    let mut dirt = Dirt { of: vec![Bits::default(); joints.rows.len()] };
    let [old, new] = context.sides;
    if format!("{:?}", old.model.coverage) != format!("{:?}", new.model.coverage) {
        dirt.everything();
        return dirt;
    }
    let special = Version::BOTH.map(|version| Special::new(context.network(version)));
    let mut wide: Vec<&Change> = Vec::new();
    let mut rules: Vec<&Change> = Vec::new();
    for change in context.changes {
        let kind = Version::BOTH.iter().find_map(|it| change.row(*it)).map(|(kind, _)| kind);
        if kind == Some(ResourceKind::SecurityGroup) {
            rules.push(change);
        } else if kind == Some(ResourceKind::NetworkInterface) || kind == Some(ResourceKind::Instance) {
            if own(context, joints, change, &special, &mut dirt) {
                wide.push(change);
            }
        } else if !kind.is_some_and(names_only) {
            wide.push(change);
        }
    }
    groups(context, joints, &rules, &special, &mut dirt, &mut wide);
    let named = namers(context);
    spread(context, joints, &wide, &named, &mut dirt);
    for version in Version::BOTH {
        stand_ins(context.network(version), joints, version, &mut dirt);
    }
    dirt
}

/// Kinds that say what things are called and nothing that a packet meets.
fn names_only(kind: ResourceKind) -> bool {
    [ResourceKind::HostedZone, ResourceKind::ResolverRule, ResourceKind::SecurityGroupRule].contains(&kind)
}

/// Interfaces whose own rules and state concern others.
struct Special {
    rows: FxHashSet<u32>,
}

impl Special {
    fn new(network: &Network) -> Special {
        let mut rows: FxHashSet<u32> = FxHashSet::default();
        for step in &network.steps {
            // Interfaces whose groups packets of others meet on their way.
            if let Step::SecurityGroups { interface, .. }
            | Step::Translate(Translation::ClientToInterface(_, interface)) = step
            {
                rows.insert(interface.0);
            }
        }
        for box_row in &network.middleboxes {
            rows.extend(box_row.exits.iter().map(|exit| exit.interface.0));
            rows.extend(box_row.carried.iter().map(|it| it.node.0));
            let choices = box_row.carried.iter().flat_map(|it| &it.choices);
            for choice in choices {
                rows.extend(owners(network, &choice.to));
            }
        }
        for (number, row) in (0..).zip(&network.interfaces) {
            let manner = network.manners.get(row.manner as usize);
            let acts = |steps: &[Step]| {
                steps.iter().any(|step| {
                    !matches!(
                        step,
                        Step::Guard(_) | Step::ArriveInterface(_) | Step::OwnTargets(_) | Step::Relay(_)
                    )
                })
            };
            if manner.is_some_and(|it| acts(&it.outward) || acts(&it.inward)) {
                rows.insert(number);
            }
        }
        Special { rows }
    }
}

/// The interfaces that have the address that something hands packets on to, in whichever VPC.
fn owners(network: &Network, to: &RelayTo) -> Vec<u32> {
    let RelayTo::Address { family, address, .. } = to else { return Vec::new() };
    let found = network.vpcs.iter().map(|vpc| vpc.interfaces.at(*family, *address));
    found.filter(|row| *row != NONE).collect()
}

/// A change of an interface or of its instance. Says whether others than the interface are concerned.
fn own(
    context: &Context<'_>,
    joints: &Joints,
    change: &Change,
    special: &[Special; 2],
    dirt: &mut Dirt,
) -> bool {
    let mut is_wide = false;
    for version in Version::BOTH {
        let Some((kind, row)) = change.row(version) else { continue };
        let model = context.side(version).model;
        let rows: Vec<u32> = if kind == ResourceKind::NetworkInterface {
            vec![row]
        } else {
            let id = &model.instances[row as usize].id;
            let attached = (0..).zip(model.network_interfaces.iter()).filter(|(_, it)| {
                it.attachment.as_ref().is_some_and(|attachment| attachment.instance.as_ref() == Some(id))
            });
            attached.map(|(row, _)| row).collect()
        };
        for row in rows {
            dirt.add(joints, version, row, Bits::SELF);
            is_wide |= special[version as usize].rows.contains(&row);
            // What a NAT gateway, a load balancer or an endpoint stands on carries others' packets.
            let interface = &model.network_interfaces[row as usize];
            let is_plain = [&crate::model::InterfaceKind::Interface, &crate::model::InterfaceKind::Lambda]
                .contains(&&interface.kind);
            is_wide |= !is_plain;
        }
    }
    is_wide
}

/// Changed rules concern who has the group, in their direction.
fn groups<'c>(
    context: &Context<'_>,
    joints: &Joints,
    rules: &[&'c Change],
    special: &[Special; 2],
    dirt: &mut Dirt,
    wide: &mut Vec<&'c Change>,
) {
    for version in Version::BOTH {
        let side = context.side(version);
        let network = side.network;
        let mut bits: FxHashMap<GroupIndex, Bits> = FxHashMap::default();
        for change in rules {
            let Some((_, row)) = change.row(version) else { continue };
            let found = match change.part {
                Some(part) if part.kind == PartKind::Rule => {
                    let origins = [part.old, part.new];
                    let is_outbound = origins
                        .iter()
                        .flatten()
                        .any(|it| matches!(it, Origin::SecurityGroupRule { is_outbound: true, .. }));
                    let own = if is_outbound { Bits::OUTBOUND } else { Bits::INBOUND };
                    if is_about_outside(context, &part) { own.with(Bits::OUTSIDE) } else { own }
                }
                Some(_) | None => {
                    // A group that came, went or moved: rules that name it mean something else.
                    for group in naming(side.model, side.model.security_groups[row as usize].id.as_str()) {
                        let known = bits.entry(GroupIndex(group)).or_default();
                        *known = known.with(Bits::ALL);
                    }
                    Bits::ALL
                }
            };
            let known = bits.entry(GroupIndex(row)).or_default();
            *known = known.with(found);
        }
        let of_set = |set: &[GroupIndex]| {
            set.iter().filter_map(|it| bits.get(it)).fold(Bits::default(), |sum, it| sum.with(*it))
        };
        let sets: Vec<Bits> = network.group_sets.iter().map(|set| of_set(set)).collect();
        for (number, row) in (0..).zip(&network.interfaces) {
            let found = sets[row.groups.index()];
            if found.is_none() {
                continue;
            }
            dirt.add(joints, version, number, found);
            if special[version as usize].rows.contains(&number) {
                let groups = &network.group_sets[row.groups.index()];
                let own = rules.iter().filter(|change| {
                    change.row(version).is_some_and(|(_, row)| groups.contains(&GroupIndex(row)))
                });
                wide.extend(own.copied());
            }
        }
    }
}

/// The groups whose rules name one.
fn naming(model: &Model, id: &str) -> Vec<u32> {
    let names = |peer: &Peer| matches!(peer, Peer::Group(group) if group.id.as_str() == id);
    let found = (0..).zip(model.security_groups.iter()).filter(|(_, group)| {
        let permissions = group.inbound.iter().chain(&group.outbound);
        permissions.flat_map(|it| &it.peers).any(names)
    });
    found.map(|(row, _)| row).collect()
}

/// Whether a rule may be about others than interfaces of the snapshot.
fn is_about_outside(context: &Context<'_>, part: &super::change::Part) -> bool {
    Version::BOTH.iter().any(|version| {
        let origin = match version {
            Version::Old => part.old,
            Version::New => part.new,
        };
        let Some(Origin::SecurityGroupRule { group, is_outbound, .. }) = origin else { return false };
        let network = context.network(*version);
        let rules = network.group_rules[group as usize].direction(is_outbound);
        let Some(rule) = rules.iter().find(|it| Some(it.origin) == origin) else { return true };
        match &rule.peer {
            RulePeer::Cidr(net) => {
                let family = Family::of(net.addr());
                let block = AddressSet::block(*net);
                let outside = [network.internet(family), network.on_premises(family)];
                outside.iter().any(|it| !it.intersection(&block).is_empty()) || !network.clients.is_empty()
            }
            RulePeer::Group(_) => false,
            RulePeer::List(_)
            | RulePeer::UnknownList(_)
            | RulePeer::AbsentGroup
            | RulePeer::UnknownGroup(_) => true,
        }
    })
}

/// Whatever hands packets on to an end is concerned as that end is.
fn stand_ins(network: &Network, joints: &Joints, version: Version, dirt: &mut Dirt) {
    // Ends: each round concerns at least one relay more, or is the last.
    loop {
        let mut has_more = false;
        for relay in &network.relays {
            let joint = |row: InterfaceIndex| joints.of[version as usize][row.index()];
            let choices = relay.ports.iter().flat_map(|port| &port.choices);
            let targets = choices.flat_map(|choice| owners(network, &choice.to));
            let behind = targets.chain([relay.sender.0, relay.interface.0]);
            let is_concerned =
                behind.into_iter().any(|row| !dirt.of(joints.of[version as usize][row as usize]).is_none());
            if is_concerned && !dirt.of(joint(relay.interface)).holds(Bits::ALL) {
                dirt.add(joints, version, relay.interface.0, Bits::ALL);
                has_more = true;
            }
        }
        if !has_more {
            return;
        }
    }
}

/// A resource of one of the networks.
type Resource = (Version, ResourceKind, usize);

/// What names an interface or instance that changed: targets, routes, addresses and endpoints may do other things with it
/// now.
fn namers(context: &Context<'_>) -> Vec<Resource> {
    let mut ids: FxHashSet<&str> = FxHashSet::default();
    for change in context.changes {
        for version in Version::BOTH {
            let model = context.side(version).model;
            let Some((kind, row)) = change.row(version) else { continue };
            if kind == ResourceKind::NetworkInterface || kind == ResourceKind::Instance {
                ids.extend(kind.id_text(model, row as usize));
            }
            if kind == ResourceKind::NetworkInterface {
                let attachment = model.network_interfaces[row as usize].attachment.as_ref();
                ids.extend(attachment.and_then(|it| it.instance.as_ref()).map(|it| it.as_str()));
            }
        }
    }
    if ids.is_empty() {
        return Vec::new();
    }
    let apart = [
        ResourceKind::NetworkInterface,
        ResourceKind::Instance,
        ResourceKind::SecurityGroup,
        ResourceKind::SecurityGroupRule,
    ];
    let mut found = Vec::new();
    let mut text = String::new();
    for version in Version::BOTH {
        let model = context.side(version).model;
        for kind in ResourceKind::ALL.iter().filter(|it| !apart.contains(it)) {
            for row in 0..kind.count(model) {
                text.clear();
                kind.write_content(model, row, &mut text);
                if quoted(&text).any(|name| ids.contains(name)) {
                    found.push((version, *kind, row));
                }
            }
        }
    }
    found
}

/// Changes that concern every interface that they have a connection with.
fn spread(context: &Context<'_>, joints: &Joints, wide: &[&Change], named: &[Resource], dirt: &mut Dirt) {
    if wide.is_empty() && named.is_empty() {
        return;
    }
    let is_everybody = |kind: ResourceKind| {
        [
            ResourceKind::PrefixList,
            ResourceKind::PrefixListEntries,
            ResourceKind::BlockPublicAccessOptions,
            ResourceKind::AvailabilityZone,
            ResourceKind::ByoipCidr,
            ResourceKind::Unmodelled,
        ]
        .contains(&kind)
    };
    let kinds = wide.iter().flat_map(|change| Version::BOTH.iter().filter_map(|it| change.row(*it)));
    if kinds.clone().any(|(kind, _)| is_everybody(kind)) {
        dirt.everything();
        return;
    }
    let mut parts = Parts::default();
    for version in Version::BOTH {
        parts.add(context, version);
    }
    let mut touched: FxHashSet<u32> = FxHashSet::default();
    for change in wide {
        for version in Version::BOTH {
            let Some((kind, row)) = change.row(version) else { continue };
            for number in parts.of_resource(context, version, kind, row as usize) {
                touched.insert(number);
            }
        }
    }
    for (version, kind, row) in named {
        touched.extend(parts.of_resource(context, *version, *kind, *row));
    }
    for version in Version::BOTH {
        let network = context.network(version);
        let vpcs: Vec<bool> = network
            .vpcs
            .iter()
            .map(|vpc| touched.contains(&parts.find(&known(context, version, vpc.id.as_str()))))
            .collect();
        for (number, row) in (0..).zip(&network.interfaces) {
            if vpcs[row.vpc.index()] {
                dirt.add(joints, version, number, Bits::ALL);
            }
        }
    }
}

/// An id in the words of the old snapshot.
fn known(context: &Context<'_>, version: Version, id: &str) -> String {
    let renamed = match version {
        Version::Old => None,
        Version::New => context.alignment.renames.get(id),
    };
    renamed.map_or(id, String::as_str).to_owned()
}

/// Resources that have a connection, over however many that name each other: by whatever text both name that is not the
/// name of a place, an account or a prefix list.
#[derive(Default)]
struct Parts {
    numbers: FxHashMap<String, u32>,
    parents: Vec<u32>,
    places: FxHashSet<String>,
}

impl Parts {
    fn add(&mut self, context: &Context<'_>, version: Version) {
        let model = context.side(version).model;
        for subnet in model.subnets.iter() {
            self.places.extend(subnet.zone.name.iter().chain(&subnet.zone.id).map(ToString::to_string));
        }
        for kind in ResourceKind::ALL {
            for row in 0..kind.count(model) {
                let region = kind.about(model, row).and_then(|it| it.region.as_ref());
                if let Some(region) = region.filter(|it| !self.places.contains(it.as_str())) {
                    self.places.insert(region.to_string());
                }
            }
        }
        // Interfaces, groups and instances hang on their VPCs and join none.
        let apart = [
            ResourceKind::NetworkInterface,
            ResourceKind::Instance,
            ResourceKind::SecurityGroup,
            ResourceKind::SecurityGroupRule,
            ResourceKind::AvailabilityZone,
            ResourceKind::ElasticAddress,
            ResourceKind::ManagedService,
            ResourceKind::Unmodelled,
        ];
        for kind in ResourceKind::ALL.iter().filter(|it| !apart.contains(it)) {
            for row in 0..kind.count(model) {
                let names = self.names(context, version, *kind, row);
                let mut numbers = names.iter().map(|name| self.number(name)).collect::<Vec<_>>().into_iter();
                let Some(first) = numbers.next() else { continue };
                numbers.for_each(|other| self.join(first, other));
            }
        }
    }

    /// What a resource is called and whom it names.
    fn names(&self, context: &Context<'_>, version: Version, kind: ResourceKind, row: usize) -> Vec<String> {
        let model = context.side(version).model;
        let mut text = String::new();
        kind.write_content(model, row, &mut text);
        let text = match version {
            Version::Old => text,
            Version::New => renamed(&text, &context.alignment.renames),
        };
        let own = kind.id_text(model, row).map(|id| known(context, version, id));
        let is_telling = |name: &&str| {
            !name.is_empty()
                && !name.bytes().all(|it| it.is_ascii_digit())
                && !name.starts_with("pl-")
                && !name.starts_with("com.amazonaws.")
                && !self.places.contains(*name)
        };
        own.into_iter().chain(quoted(&text).filter(is_telling).map(str::to_owned)).collect()
    }

    /// The parts that a resource belongs to; those of the VPCs of interfaces and groups that it names.
    fn of_resource(
        &mut self,
        context: &Context<'_>,
        version: Version,
        kind: ResourceKind,
        row: usize,
    ) -> Vec<u32> {
        let model = context.side(version).model;
        let mut names = self.names(context, version, kind, row);
        let vpcs: Vec<String> = names
            .iter()
            .filter_map(|name| {
                let interface = model.network_interfaces.get(&name.as_str().into());
                let of_instance = || {
                    let instance = model.instances.get(&name.as_str().into())?;
                    model.subnets.get(instance.subnet.as_ref()?).map(|it| &it.vpc)
                };
                interface.map(|it| &it.vpc).or_else(of_instance)
            })
            .map(|vpc| known(context, version, vpc.as_str()))
            .collect();
        names.extend(vpcs);
        names.iter().map(|name| self.find(name)).collect()
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.parents.len() as u32;
        self.parents.push(number);
        self.numbers.insert(name.to_owned(), number);
        number
    }

    fn root(&self, mut number: u32) -> u32 {
        // Ends: parents have lower numbers than their children.
        while self.parents[number as usize] != number {
            number = self.parents[number as usize];
        }
        number
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        let (low, high) = (one.min(other), one.max(other));
        self.parents[high as usize] = low;
        // Short ways: what was walked once leads straight on.
        self.parents[one as usize] = low;
        self.parents[other as usize] = low;
    }

    /// The part that a name belongs to; a number of its own for what nobody else names.
    fn find(&self, name: &str) -> u32 {
        self.numbers.get(name).map_or(NONE, |number| self.root(*number))
    }
}
