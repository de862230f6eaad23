//! Ends of flows as both snapshots know them: interfaces with their counterparts, and what lies outside.
//!
//! Classes of interfaces are what is asked about once; here each interface is a class.

use compact_str::CompactString;

use super::align::NONE;
use super::change::Version;
use super::dirty::{Bits, Dirt};
use super::{Chosen, Context};
use crate::model::ResourceKind;
use crate::network::{Component, InterfaceIndex};

/// Interfaces of both snapshots.
#[derive(Debug, Default)]
pub struct Joints {
    /// The row in each network; `u32::MAX` where it is not there.
    pub rows: Vec<[u32; 2]>,
    /// The number of each row, by network.
    pub of: [Vec<u32>; 2],
    /// Numbers of interfaces, one class's after the other's.
    members: Vec<u32>,
    /// Where each class begins, and the end of the last.
    starts: Vec<u32>,
    /// What is to be asked about each class.
    bits: Vec<Bits>,
    /// Whether flows that begin there and that end there are asked about, by class.
    is_chosen: Vec<[bool; 2]>,
}

impl Joints {
    /// Pairs the interfaces up.
    pub(super) fn new(context: &Context<'_>) -> Joints {
        let counts = context.sides.map(|side| side.network.interfaces.len());
        let mut joints = Joints { of: counts.map(|count| vec![NONE; count]), ..Joints::default() };
        for row in 0..counts[0] as u32 {
            let other = counterpart(context, row);
            joints.of[0][row as usize] = joints.rows.len() as u32;
            if other != NONE {
                joints.of[1][other as usize] = joints.rows.len() as u32;
            }
            joints.rows.push([row, other]);
        }
        for row in 0..counts[1] as u32 {
            if joints.of[1][row as usize] == NONE {
                joints.of[1][row as usize] = joints.rows.len() as u32;
                joints.rows.push([NONE, row]);
            }
        }
        joints
    }

    /// Says of each interface what is to be asked about it.
    pub(super) fn classify(&mut self, context: &Context<'_>, dirt: &Dirt) {
        let chosen = |ends: &Option<[Chosen; 2]>, rows: &[u32; 2]| match ends {
            None => true,
            Some(sides) => (0..2).any(|side| sides[side].interfaces.binary_search(&rows[side]).is_ok()),
        };
        for joint in 0..self.rows.len() as u32 {
            let rows = &self.rows[joint as usize];
            self.is_chosen.push([chosen(&context.scope.from, rows), chosen(&context.scope.to, rows)]);
            self.bits.push(dirt.of(joint));
            self.starts.push(joint);
            self.members.push(joint);
        }
        self.starts.push(self.rows.len() as u32);
    }

    /// How many classes there are.
    pub fn class_count(&self) -> usize {
        self.bits.len()
    }

    /// The interfaces of a class, by number.
    pub fn members(&self, class: u32) -> &[u32] {
        &self.members[self.starts[class as usize] as usize..self.starts[class as usize + 1] as usize]
    }

    /// One interface of a class in one of the networks.
    pub(super) fn representative(&self, class: u32, version: Version) -> Option<InterfaceIndex> {
        let row = self.rows[self.members(class)[0] as usize][version as usize];
        (row != NONE).then_some(InterfaceIndex(row))
    }

    /// Two interfaces of one class, where it has two.
    pub(super) fn second(&self, class: u32, version: Version) -> Option<InterfaceIndex> {
        let joint = *self.members(class).get(1)?;
        let row = self.rows[joint as usize][version as usize];
        (row != NONE).then_some(InterfaceIndex(row))
    }

    pub(super) fn bits(&self, class: u32) -> Bits {
        self.bits[class as usize]
    }

    /// Whether flows that begin there are asked about, and those that end there.
    pub(super) fn is_chosen(&self, class: u32) -> [bool; 2] {
        self.is_chosen[class as usize]
    }
}

/// The row of an interface in the new network, by that in the old one.
fn counterpart(context: &Context<'_>, row: u32) -> u32 {
    let [old, new] = context.sides;
    let own = old.model.network_interfaces.len() as u32;
    if row < own {
        return context.alignment.of(ResourceKind::NetworkInterface).to_new[row as usize];
    }
    // Rows of NAT gateways whose interfaces the snapshot lacks stand behind the others.
    let Component::Resource(kind, position) = old.network.interfaces[row as usize].component else {
        return NONE;
    };
    let same = context.alignment.of(kind).to_new.get(position as usize).copied().unwrap_or(NONE);
    let address = old.network.interfaces[row as usize].primary_v4;
    let first = new.model.network_interfaces.len();
    let others = new.network.interfaces.iter().enumerate().skip(first);
    let wanted = Component::Resource(kind, same);
    let mut found = others.filter(|(_, it)| same != NONE && it.component == wanted);
    let exact = found.clone().find(|(_, it)| it.primary_v4 == address);
    exact.or_else(|| found.next()).map_or(NONE, |(position, _)| position as u32)
}

/// What lies outside of the VPCs of the snapshots.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outside {
    /// The internet.
    Internet,
    /// Networks on premises.
    OnPremises,
    /// A service of AWS, by its name.
    Service(String),
    /// Clients of a Client VPN endpoint, of a group of users: its row in the old network, and in the new one.
    Clients([Option<u32>; 2], Option<CompactString>),
}

/// Ends of a flow on one side.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ends {
    /// Classes of interfaces, ascending; see [`Joints::members`].
    Interfaces(Vec<u32>),
    /// Something outside, with the addresses where it is not all of them.
    Outside(Outside, Option<Vec<ipnet::IpNet>>),
}
