//! Which resource of one snapshot is which of the other: by id, and what was made anew by the role that it has.
//!
//! A role is what a person would recognise it by: a subnet by its VPC and block, a group by its VPC and name, an interface
//! by its address or by its `Name` beside its subnet and groups, others by their `Name` tag or by saying the same. Only
//! roles that one resource has in each snapshot count, except for interfaces: of a fleet that was replaced it does not
//! matter which is which.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Side;
use super::content::renamed;
use crate::model::{Model, ResourceKind};

/// No counterpart.
pub(super) const NONE: u32 = u32::MAX;

/// The counterparts of the resources of one kind.
#[derive(Debug, Clone, Default)]
pub(super) struct OfKind {
    /// The row in the new snapshot, by the row in the old one.
    pub to_new: Vec<u32>,
    /// The row in the old snapshot, by the row in the new one.
    pub to_old: Vec<u32>,
}

/// The counterparts of all resources.
#[derive(Debug, Clone)]
pub(super) struct Alignment {
    kinds: Vec<OfKind>,
    /// The old id of what has another one now, by the new one.
    pub renames: FxHashMap<String, String>,
}

impl Alignment {
    /// Aligns two snapshots. O(n) in resources that keep their id.
    pub fn new(old: Side<'_>, new: Side<'_>) -> Alignment {
        let by_id = |kind: &ResourceKind| by_id(*kind, old.model, new.model);
        let kinds: Vec<OfKind> = ResourceKind::ALL.par_iter().map(by_id).collect();
        let mut alignment = Alignment { kinds, renames: FxHashMap::default() };
        // What others are recognised by comes first.
        let first = [
            ResourceKind::Vpc,
            ResourceKind::Subnet,
            ResourceKind::SecurityGroup,
            ResourceKind::NetworkInterface,
            ResourceKind::Instance,
        ];
        for kind in first {
            alignment.by_role(kind, old.model, new.model);
        }
        for kind in ResourceKind::ALL.iter().filter(|it| !first.contains(it)) {
            alignment.by_role(*kind, old.model, new.model);
        }
        alignment
    }

    /// The counterparts of a kind.
    pub fn of(&self, kind: ResourceKind) -> &OfKind {
        &self.kinds[kind as usize]
    }

    /// Finds who has the same role, among those without a counterpart.
    fn by_role(&mut self, kind: ResourceKind, old: &Model, new: &Model) {
        for role in 0..ROLES {
            let lone = |rows: &[u32]| -> Vec<u32> {
                (0..).zip(rows).filter(|(_, it)| **it == NONE).map(|(row, _)| row).collect()
            };
            let left = [lone(&self.kinds[kind as usize].to_new), lone(&self.kinds[kind as usize].to_old)];
            if left.iter().any(Vec::is_empty) {
                return;
            }
            let roles = |model: &Model, rows: &[u32], is_new: bool| {
                let mut found: FxHashMap<String, Vec<u32>> = FxHashMap::default();
                for row in rows {
                    if let Some(text) = self.role(kind, model, *row as usize, role, is_new) {
                        found.entry(text).or_default().push(*row);
                    }
                }
                found
            };
            let (ours, theirs) = (roles(old, &left[0], false), roles(new, &left[1], true));
            let mut pairs: Vec<(u32, u32)> = Vec::new();
            let mut texts: Vec<&String> = ours.keys().collect();
            texts.sort_unstable();
            let is_fleet = kind == ResourceKind::NetworkInterface;
            for text in texts {
                let (ours, theirs) = (&ours[text], theirs.get(text).map_or(&[][..], Vec::as_slice));
                if is_fleet || (ours.len() == 1 && theirs.len() == 1) {
                    pairs.extend(ours.iter().copied().zip(theirs.iter().copied()));
                }
            }
            for (one, other) in pairs {
                self.join(kind, (one, other), old, new);
            }
        }
    }

    fn join(&mut self, kind: ResourceKind, (one, other): (u32, u32), old: &Model, new: &Model) {
        let of_kind = &mut self.kinds[kind as usize];
        of_kind.to_new[one as usize] = other;
        of_kind.to_old[other as usize] = one;
        let texts = (kind.id_text(new, other as usize), kind.id_text(old, one as usize));
        if let (Some(new_id), Some(old_id)) = texts
            && new_id != old_id
        {
            self.renames.insert(new_id.to_owned(), old_id.to_owned());
        }
    }

    /// A role of a resource, in the ids of the old snapshot; the most telling one first.
    fn role(
        &self,
        kind: ResourceKind,
        model: &Model,
        row: usize,
        role: usize,
        is_new: bool,
    ) -> Option<String> {
        let known = |id: &str| self.known(id, is_new);
        let name = || kind.about(model, row).and_then(|it| it.name()).map(str::to_owned);
        match (kind, role) {
            (ResourceKind::Subnet, 0) => {
                let subnet = &model.subnets[row];
                Some(format!("{} {:?} {:?}", known(subnet.vpc.as_str()), subnet.cidr, subnet.ipv6_cidrs))
            }
            (ResourceKind::SecurityGroup, 0) => {
                let group = &model.security_groups[row];
                let vpc = group.vpc.as_ref().map(|it| known(it.as_str()));
                (!group.name.is_empty()).then(|| format!("{vpc:?} {}", group.name))
            }
            (ResourceKind::NetworkInterface, 0 | 1) => self.interface_role(model, row, role, is_new),
            // An instance is the host of interfaces that are known by now.
            (ResourceKind::Instance, 0) => {
                let interfaces = &model.instances[row].interfaces;
                interfaces.first().map(|it| known(it.as_str()))
            }
            (ResourceKind::InternetGateway, 0) => {
                model.internet_gateways[row].attachments.first().map(|it| known(it.vpc.as_str()))
            }
            (ResourceKind::NatGateway, 0) => {
                let gateway = &model.nat_gateways[row];
                let subnet = gateway.subnet.as_ref().map(|it| known(it.as_str()));
                Some(format!("{subnet:?} {:?}", name()))
            }
            (_, 1) => {
                let about = kind.about(model, row)?;
                let (account, region) = (&about.account, &about.region);
                name().map(|name| format!("{account:?} {region:?} {name}"))
            }
            // Whoever says the same.
            (_, 2) => {
                let own = kind.id_text(model, row)?;
                let mut text = String::new();
                kind.write_content(model, row, &mut text);
                let masked = text.replace(own, "itself");
                Some(if is_new { renamed(&masked, &self.renames) } else { masked })
            }
            (_, _) => None,
        }
    }

    /// An id in the words of the old snapshot.
    fn known(&self, id: &str, is_new: bool) -> String {
        let name = if is_new { self.renames.get(id) } else { None };
        name.map_or(id, String::as_str).to_owned()
    }

    /// An interface is known by its address, else by its name beside its subnet and groups.
    fn interface_role(&self, model: &Model, row: usize, role: usize, is_new: bool) -> Option<String> {
        let known = |id: &str| self.known(id, is_new);
        let interface = &model.network_interfaces[row];
        if role == 0 {
            let address = interface.addresses.first().map(|it| it.private.to_string());
            let address = address.or_else(|| interface.ipv6_addresses.first().map(ToString::to_string));
            return address.map(|address| format!("{} {address}", known(interface.vpc.as_str())));
        }
        let instance = interface.attachment.as_ref().and_then(|it| it.instance.as_ref());
        let of_instance = || model.instances.get(instance?)?.about.name().map(str::to_owned);
        let mut groups: Vec<String> = interface.groups.iter().map(|it| known(it.as_str())).collect();
        groups.sort_unstable();
        let name = interface.about.name().map(str::to_owned).or_else(of_instance)?;
        Some(format!("{} {groups:?} {:?} {name}", known(interface.subnet.as_str()), interface.kind))
    }
}

/// How many roles are tried, one after the other.
const ROLES: usize = 3;

/// Same id, same thing.
fn by_id(kind: ResourceKind, old: &Model, new: &Model) -> OfKind {
    let (ours, theirs) = (kind.count(old), kind.count(new));
    let mut found = OfKind { to_new: vec![NONE; ours], to_old: vec![NONE; theirs] };
    let mut rest: Vec<u32> = Vec::new();
    // Collections are sorted, mostly by what is compared here: who stands at the next place needs no search.
    let mut next = 0;
    for row in 0..ours {
        let id = kind.id_text(old, row);
        // Ends: the place only moves on.
        while next < theirs && kind.id_text(new, next) < id {
            next += 1;
        }
        if next < theirs && kind.id_text(new, next) == id {
            found.to_new[row] = next as u32;
            found.to_old[next] = row as u32;
            next += 1;
        } else {
            rest.push(row as u32);
        }
    }
    let lone = (0..theirs as u32).filter(|row| found.to_old[*row as usize] == NONE);
    let by_text: FxHashMap<&str, u32> =
        lone.filter_map(|row| kind.id_text(new, row as usize).map(|text| (text, row))).collect();
    for row in rest {
        let Some(other) = kind.id_text(old, row as usize).and_then(|id| by_text.get(id)) else { continue };
        if found.to_old[*other as usize] == NONE {
            found.to_new[row as usize] = *other;
            found.to_old[*other as usize] = row;
        }
    }
    found
}
