//! Interfaces put together: by tag, VPC, subnet, security group, account, or because they answer alike; and what such a
//! group is called.

use std::collections::BTreeMap;

use serde::Serialize;

use super::span;
use crate::model::{Model, NetworkInterface, Vpc};
use crate::network::{InterfaceIndex, Network};
use crate::snapshot::Snapshot;
use crate::solver::estate::Labels;

/// How many members of a group are listed.
const MOST_LISTED: usize = 20;

/// By what interfaces are put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Those that answer alike.
    Alike,
    /// The value of a tag: the interface's own, or that of its instance, subnet or VPC.
    Tag(String),
    /// The VPC.
    Vpc,
    /// The subnet.
    Subnet,
    /// The security group; an interface may be in several.
    SecurityGroup,
    /// The account.
    Account,
}

impl By {
    /// As people write it.
    pub fn text(&self) -> String {
        match self {
            By::Alike => "alike".to_owned(),
            By::Tag(key) => format!("tag:{key}"),
            By::Vpc => "vpc".to_owned(),
            By::Subnet => "subnet".to_owned(),
            By::SecurityGroup => "sg".to_owned(),
            By::Account => "account".to_owned(),
        }
    }
}

/// A group of interfaces.
#[derive(Debug, Clone, Serialize)]
pub struct GroupView {
    /// What it is called; different for each.
    pub name: String,
    /// The id of what it stands for, where it is one thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How many interfaces it has.
    pub interfaces: u64,
    /// The first of them.
    pub members: Vec<String>,
    /// Where they are: the blocks of what they stand for, or their addresses.
    #[serde(skip)]
    pub(super) place: String,
}

/// Labels for interfaces, and what they stand for.
#[derive(Debug)]
pub struct Groups {
    /// The labels.
    pub labels: Labels,
    /// The groups, by label.
    pub views: Vec<GroupView>,
}

impl Groups {
    /// Groups of interfaces by what a person said. Those that answer alike come as labels.
    pub fn new(snapshot: &Snapshot, network: &Network, by: &By, alike: Option<Labels>) -> Groups {
        let model = &snapshot.model;
        if let Some(labels) = alike {
            return Groups::named((snapshot, by), network, labels, |members| {
                (common_name(snapshot, members), None)
            });
        }
        let mut names: BTreeMap<(String, Option<String>), u32> = BTreeMap::new();
        let mut each: Vec<Vec<u32>> = Vec::with_capacity(network.interfaces.len());
        for row in 0..network.interfaces.len() {
            let own = model.network_interfaces.get_row(row);
            let keys = own.map_or_else(Vec::new, |it| keys(snapshot, it, by));
            each.push(
                keys.into_iter()
                    .map(|key| {
                        let next = names.len() as u32;
                        *names.entry(key).or_insert(next)
                    })
                    .collect(),
            );
        }
        let mut by_label: Vec<(String, Option<String>)> = vec![(String::new(), None); names.len()];
        for (key, label) in names {
            by_label[label as usize] = key;
        }
        let labels = Labels::of_each(each);
        let mut next = by_label.into_iter();
        Groups::named((snapshot, by), network, labels, |_| next.next().unwrap_or_default())
    }

    fn named(
        (snapshot, by): (&Snapshot, &By),
        network: &Network,
        labels: Labels,
        mut name: impl FnMut(&[InterfaceIndex]) -> (String, Option<String>),
    ) -> Groups {
        let mut members: BTreeMap<u32, Vec<InterfaceIndex>> = BTreeMap::new();
        for row in 0..network.interfaces.len() as u32 {
            for label in labels.of(InterfaceIndex(row)) {
                members.entry(*label).or_default().push(InterfaceIndex(row));
            }
        }
        let mut taken: BTreeMap<String, u32> = BTreeMap::new();
        let mut views = Vec::new();
        for members in members.values() {
            let (name, id) = name(members);
            // Different groups have different names.
            let times = taken.entry(name.clone()).or_default();
            *times += 1;
            let name = if *times > 1 { format!("{name} ({times})") } else { name };
            let listed = members.iter().take(MOST_LISTED).map(|it| interface_id(snapshot, *it));
            let interfaces = members.len() as u64;
            let place = place(snapshot, by, members);
            views.push(GroupView { name, id, interfaces, members: listed.collect(), place });
        }
        Groups { labels, views }
    }
}

/// Where the interfaces of a group are.
fn place(snapshot: &Snapshot, by: &By, members: &[InterfaceIndex]) -> String {
    let model = &snapshot.model;
    let own = |it: &InterfaceIndex| model.network_interfaces.get_row(it.index());
    let first = members.first().and_then(own);
    let blocks: Vec<String> = match by {
        By::Alike | By::Tag(_) | By::SecurityGroup => return span::own(members.iter().filter_map(own), None),
        By::Vpc => {
            let vpc = first.and_then(|it| model.vpcs.get(&it.vpc));
            vpc.map(Vpc::associated_cidrs).unwrap_or_default().iter().map(ToString::to_string).collect()
        }
        By::Subnet => {
            let subnet = first.and_then(|it| model.subnets.get(&it.subnet));
            subnet.and_then(|it| it.cidr).iter().map(ToString::to_string).collect()
        }
        By::Account => Vec::new(),
    };
    blocks.join(", ")
}

/// The id of an interface; of a NAT gateway that shows none, its own.
pub(super) fn interface_id(snapshot: &Snapshot, interface: InterfaceIndex) -> String {
    let own = snapshot.model.network_interfaces.get_row(interface.index());
    own.map_or_else(|| "(not in the snapshot)".to_owned(), |it| it.id.to_string())
}

/// What an interface is called: by its own tag, its instance's, or its description.
pub(super) fn interface_name(snapshot: &Snapshot, interface: InterfaceIndex) -> Option<String> {
    let own = snapshot.model.network_interfaces.get_row(interface.index())?;
    let name = given_name(&snapshot.model, own)
        .map(str::to_owned)
        .or_else(|| (!own.description.is_empty()).then(|| own.description.to_string()));
    name.map(|it| super::text::page::clean(&it).into_owned())
}

/// What people call an interface: by its instance, else as its own tag says.
pub(super) fn given_name<'a>(model: &'a Model, interface: &'a NetworkInterface) -> Option<&'a str> {
    let instance = interface.attachment.as_ref().and_then(|it| it.instance.as_ref());
    let instance = instance.and_then(|id| model.instances.get(id));
    instance.and_then(|it| it.about.name()).or(interface.about.name())
}

/// Names and ids of the groups that an interface is in.
fn keys(snapshot: &Snapshot, interface: &NetworkInterface, by: &By) -> Vec<(String, Option<String>)> {
    let model = &snapshot.model;
    let with_name = |id: &str, name: Option<&str>| {
        let name = name.map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"));
        (name, Some(id.to_owned()))
    };
    match by {
        By::Alike => Vec::new(),
        By::Vpc => {
            let name = model.vpcs.get(&interface.vpc).and_then(|it| it.about.name());
            vec![with_name(interface.vpc.as_str(), name)]
        }
        By::Subnet => {
            let name = model.subnets.get(&interface.subnet).and_then(|it| it.about.name());
            vec![with_name(interface.subnet.as_str(), name)]
        }
        By::SecurityGroup => {
            let name = |id| model.security_groups.get(id).map(|it| &*it.name);
            let groups = interface.groups.iter().map(|id| with_name(id.as_str(), name(id)));
            let groups: Vec<_> = groups.collect();
            if groups.is_empty() { vec![("(no security group)".to_owned(), None)] } else { groups }
        }
        By::Account => {
            let account = interface.about.account.as_ref().map_or("(unknown account)", |it| it.as_str());
            vec![(account.to_owned(), None)]
        }
        By::Tag(key) => {
            let value = tag(snapshot, interface, key).unwrap_or_else(|| format!("(no {key})"));
            vec![(value, None)]
        }
    }
}

/// The value of a tag that says something of an interface: its own first, then of what it is of.
pub(super) fn tag(snapshot: &Snapshot, interface: &NetworkInterface, key: &str) -> Option<String> {
    let model = &snapshot.model;
    let instance = interface.attachment.as_ref().and_then(|it| it.instance.as_ref());
    let abouts = [
        Some(&interface.about),
        instance.and_then(|id| model.instances.get(id)).map(|it| &it.about),
        model.subnets.get(&interface.subnet).map(|it| &it.about),
        model.vpcs.get(&interface.vpc).map(|it| &it.about),
    ];
    let mut values = abouts.into_iter().flatten().filter_map(|about| {
        about.tags.iter().find(|(name, _)| *name == key).map(|(_, value)| value.to_owned())
    });
    values.next().map(|it| super::text::page::clean(&it).into_owned())
}

/// A name for interfaces that have nothing in common but their answers: the groups that all have, else the beginning of
/// their names, else the first one and how many more.
fn common_name(snapshot: &Snapshot, members: &[InterfaceIndex]) -> String {
    let model = &snapshot.model;
    let own = |it: &InterfaceIndex| model.network_interfaces.get_row(it.index());
    let first = members.first();
    let one =
        |it: &InterfaceIndex| interface_name(snapshot, *it).unwrap_or_else(|| interface_id(snapshot, *it));
    if let [only] = members {
        return one(only);
    }
    let mut common: Vec<&crate::model::SecurityGroupId> =
        first.and_then(own).map(|it| it.groups.iter().collect()).unwrap_or_default();
    for member in members.iter().filter_map(own) {
        common.retain(|id| member.groups.contains(*id));
    }
    let names = common
        .iter()
        .map(|id| model.security_groups.get(*id).map_or_else(|| id.to_string(), |it| it.name.to_string()));
    let names: Vec<String> = names.filter(|it| it != "default").collect();
    if !names.is_empty() {
        return super::text::page::clean(&names.join("+")).into_owned();
    }
    let texts: Vec<String> = members.iter().filter_map(|it| interface_name(snapshot, *it)).collect();
    if let (Some(name), true) = (texts.first(), texts.len() == members.len()) {
        let prefix = texts.iter().fold(name.as_str(), |known, it| shared(known, it));
        let prefix = prefix.trim_end_matches(|it: char| it.is_ascii_digit() || "-_. /".contains(it));
        if prefix.chars().count() >= 3 {
            return format!("{prefix}*");
        }
    }
    first.map_or_else(String::new, |it| format!("{} and {} more", one(it), members.len() - 1))
}

/// What two texts begin with.
fn shared<'t>(one: &'t str, other: &str) -> &'t str {
    let same = one.char_indices().zip(other.chars()).take_while(|((_, left), right)| left == right);
    let end = same.last().map_or(0, |((at, letter), _)| at + letter.len_utf8());
    &one[..end]
}
