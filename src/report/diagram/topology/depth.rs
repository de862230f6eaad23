//! How deep boxes are opened.

use super::estate::Estate;

/// How deep boxes are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Accounts, with what they hold counted.
    Account,
    /// Regions.
    Region,
    /// VPCs that are alike as one, VPCs that are alone by themselves.
    Kind,
    /// VPCs.
    Vpc,
    /// Zones, tiers and subnets.
    Subnet,
    /// Groups of hosts.
    Group,
    /// Each host.
    Host,
}

/// Boxes that a page can hold.
const MOST_BOXES: usize = 250;

/// The deepest that stays readable.
pub(super) fn readable(estate: &Estate<'_>) -> Depth {
    let vpcs = estate.vpcs.len();
    let subnets: usize = estate.vpcs.iter().map(|it| it.subnets.len()).sum();
    let hosts = estate
        .interface_count
        .min(estate.vpcs.iter().map(|it| it.host_count.min(4 * it.subnets.len())).sum());
    if hosts + subnets <= MOST_BOXES {
        Depth::Group
    } else if subnets <= MOST_BOXES {
        Depth::Subnet
    } else if vpcs <= 60 {
        Depth::Vpc
    } else if estate.place_count() <= 250 {
        Depth::Kind
    } else {
        Depth::Account
    }
}
