//! Where some interfaces are, in a line: their address, or the first and the last of their addresses.

use std::net::IpAddr;

use crate::model::NetworkInterface;
use crate::packet::Family;

/// The first address of each; of IPv4 where it has one, unless a family is asked for.
pub(super) fn own<'a>(
    interfaces: impl Iterator<Item = &'a NetworkInterface>,
    family: Option<Family>,
) -> String {
    let address = |it: &NetworkInterface| {
        let ipv4 = it.addresses.first().map(|it| IpAddr::from(it.private));
        let ipv6 = it.ipv6_addresses.first().map(|it| IpAddr::from(*it));
        match family {
            Some(Family::V4) => ipv4,
            Some(Family::V6) => ipv6,
            None => ipv4.or(ipv6),
        }
    };
    line(interfaces.filter_map(address).collect())
}

/// The public addresses of all.
pub(super) fn public<'a>(interfaces: impl Iterator<Item = &'a NetworkInterface>) -> String {
    line(interfaces.flat_map(|it| it.addresses.iter().filter_map(|it| it.public)).map(IpAddr::from).collect())
}

/// One address, two, or the first and the last.
fn line(mut all: Vec<IpAddr>) -> String {
    all.sort_unstable();
    match all.as_slice() {
        [] => String::new(),
        [one] => one.to_string(),
        [one, other] => format!("{one}, {other}"),
        [first, .., last] => format!("{first} … {last}"),
    }
}
