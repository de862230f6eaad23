//! What people look things up by, turned round: names, addresses, instances. Each is made when the first question needs
//! it; a network that was compiled before has them.

use std::sync::OnceLock;

use compact_str::CompactString;
use rayon::prelude::*;

use super::{InterfaceIndex, Network};
use crate::model::{InstanceId, Model, ResourceKind, Shelf};
use crate::packet::Family;

/// Lists to look things up in, each sorted by what is looked up.
#[derive(Debug, Default)]
pub struct Lookups {
    /// The resources with a `Name` tag: kind and row in the model.
    pub names: OnceLock<Shelf<(CompactString, (ResourceKind, u32))>>,
    /// The security groups with a group name, which is not their `Name` tag.
    pub group_names: OnceLock<Shelf<(CompactString, u32)>>,
    /// The interfaces of each instance, the primary one first.
    pub hosts: OnceLock<Shelf<(InstanceId, Box<[InterfaceIndex]>)>>,
    /// Which interfaces own an address, over all VPCs, IPv4 and IPv6.
    pub owned: OnceLock<[Owned; 2]>,
}

/// Which interfaces own the addresses of a family: ranges by their first address.
#[derive(Debug, Default)]
pub struct Owned {
    /// First address, last address, owner.
    pub ranges: Shelf<(u128, (u128, InterfaceIndex))>,
    /// How long the longest range is.
    pub longest: u128,
}

impl Lookups {
    /// See [`Lookups::names`].
    pub fn names(&self, model: &Model) -> &Shelf<(CompactString, (ResourceKind, u32))> {
        self.names.get_or_init(|| {
            let mut names = Vec::new();
            for kind in ResourceKind::ALL {
                names.par_extend((0..kind.count(model) as u32).into_par_iter().filter_map(|row| {
                    let name = kind.about(model, row as usize)?.name()?;
                    Some((CompactString::from(name), (*kind, row)))
                }));
            }
            names.par_sort_unstable();
            names.into()
        })
    }

    /// See [`Lookups::group_names`].
    pub fn group_names(&self, model: &Model) -> &Shelf<(CompactString, u32)> {
        self.group_names.get_or_init(|| {
            let groups = (0..).zip(model.security_groups.iter());
            let mut names: Vec<_> = groups.map(|(row, group)| (group.name.clone(), row)).collect();
            names.par_sort_unstable();
            names.into()
        })
    }

    /// See [`Lookups::hosts`].
    pub fn hosts(&self, model: &Model) -> &Shelf<(InstanceId, Box<[InterfaceIndex]>)> {
        self.hosts.get_or_init(|| {
            let attached = model.network_interfaces.par_iter().enumerate().filter_map(|(row, interface)| {
                let attachment = interface.attachment.as_ref()?;
                let instance = attachment.instance.as_ref()?;
                let device = attachment.device_index.unwrap_or(u32::MAX);
                Some((instance, device, InterfaceIndex(row as u32)))
            });
            let mut attached: Vec<_> = attached.collect();
            attached.par_sort_unstable();
            let hosts = attached.chunk_by(|left, right| left.0 == right.0);
            let hosts = hosts.map(|own| (own[0].0.clone(), own.iter().map(|it| it.2).collect()));
            hosts.collect::<Vec<_>>().into()
        })
    }

    /// See [`Lookups::owned`].
    pub fn owned(&self, network: &Network, family: Family) -> &Owned {
        let both = self.owned.get_or_init(|| Family::BOTH.map(|family| Owned::new(network, family)));
        match family {
            Family::V4 => &both[0],
            Family::V6 => &both[1],
        }
    }
}

impl Owned {
    fn new(network: &Network, family: Family) -> Owned {
        let mut ranges = Vec::new();
        for vpc in &network.vpcs {
            for (low, high, interface) in vpc.interfaces.pieces(family).filter(|it| it.2 != u32::MAX) {
                // Neighbours of one interface are one piece of the map; here each IPv4 address stands for itself.
                match family {
                    Family::V4 => ranges.extend((low..=high).map(|it| (it, (it, InterfaceIndex(interface))))),
                    Family::V6 => ranges.push((low, (high, InterfaceIndex(interface)))),
                }
            }
        }
        ranges.par_sort_unstable();
        let longest = ranges.iter().map(|(low, (high, _))| high - low).max().unwrap_or_default();
        Owned { ranges: ranges.into(), longest }
    }
}
