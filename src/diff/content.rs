//! What resources say, compared without regard to where it stands and to ids that only changed by re-creation.

use rustc_hash::FxHashMap;

use super::Side;
use super::align::{Alignment, NONE};
use crate::model::{Instance, NetworkInterface, ResourceKind};

/// A text with the ids of what was made anew replaced by those that it had before.
pub(super) fn renamed(text: &str, renames: &FxHashMap<String, String>) -> String {
    if renames.is_empty() {
        return text.to_owned();
    }
    // Ids stand in quotes, whole.
    let parts = text.split('"').map(|part| renames.get(part).map_or(part, String::as_str));
    parts.collect::<Vec<_>>().join("\"")
}

/// Every id that a text names, as far as ids stand in quotes.
pub(super) fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

/// What is compared, and the room to do so.
pub(super) struct Comparison<'a> {
    pub old: Side<'a>,
    pub new: Side<'a>,
    pub alignment: &'a Alignment,
    ours: String,
    theirs: String,
}

impl<'a> Comparison<'a> {
    pub fn new(old: Side<'a>, new: Side<'a>, alignment: &'a Alignment) -> Comparison<'a> {
        Comparison { old, new, alignment, ours: String::new(), theirs: String::new() }
    }

    /// Whether a resource says the same in both snapshots. One that only one of them has does not.
    pub fn is_same(&mut self, kind: ResourceKind, row: u32) -> bool {
        let other = self.alignment.of(kind).to_new[row as usize];
        if other == NONE {
            return false;
        }
        let (row, other) = (row as usize, other as usize);
        let (old, new) = (self.old.model, self.new.model);
        // There are a million of these two.
        let is_alike = if kind == ResourceKind::NetworkInterface {
            alike_interfaces(&old.network_interfaces[row], &new.network_interfaces[other])
        } else if kind == ResourceKind::Instance {
            alike_instances(&old.instances[row], &new.instances[other])
        } else {
            false
        };
        if is_alike {
            return true;
        }
        self.ours.clear();
        self.theirs.clear();
        kind.write_content(old, row, &mut self.ours);
        kind.write_content(new, other, &mut self.theirs);
        self.ours == self.theirs || self.ours == renamed(&self.theirs, &self.alignment.renames)
    }
}

fn alike_interfaces(one: &NetworkInterface, other: &NetworkInterface) -> bool {
    let NetworkInterface {
        about,
        id,
        vpc,
        subnet,
        kind,
        description,
        requester_managed,
        source_destination_check,
        deny_all_igw_traffic,
        in_use,
        groups,
        addresses,
        ipv6_addresses,
        ipv4_prefixes,
        ipv6_prefixes,
        attachment,
    } = one;
    *id == other.id
        && about.account == other.about.account
        && about.region == other.about.region
        && *vpc == other.vpc
        && *subnet == other.subnet
        && *kind == other.kind
        && *description == other.description
        && *requester_managed == other.requester_managed
        && *source_destination_check == other.source_destination_check
        && *deny_all_igw_traffic == other.deny_all_igw_traffic
        && *in_use == other.in_use
        && *groups == other.groups
        && *addresses == other.addresses
        && *ipv6_addresses == other.ipv6_addresses
        && *ipv4_prefixes == other.ipv4_prefixes
        && *ipv6_prefixes == other.ipv6_prefixes
        && *attachment == other.attachment
}

fn alike_instances(one: &Instance, other: &Instance) -> bool {
    let Instance { about, id, state, subnet, interfaces } = one;
    *id == other.id
        && about.account == other.about.account
        && about.region == other.about.region
        && *state == other.state
        && *subnet == other.subnet
        && *interfaces == other.interfaces
}
