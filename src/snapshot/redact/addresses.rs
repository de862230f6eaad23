//! Addresses that keep what they have in common: two that share so many bits share as many afterwards.
//!
//! Each bit of an address is flipped or not, as a keyed hash of the bits before it says (Xu, Fan, Ammar and Moon, Crypto-PAn).
//! That keeps which block holds which address or block, and so every match of a rule or route. Where more has a meaning,
//! nothing is flipped: on the way to private, shared and documentation blocks, which stay what they are; in link-local
//! and other blocks that only AWS gives a meaning to; and on the way to the first and last addresses of a block that the snapshot
//! names, which AWS keeps for itself (router, resolver, broadcast).
//!
//! What leads to a block's ends therefore stays visible, as does every length of a prefix.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Blocks whose insides change, and nothing else of them.
const KEPT: &[&str] = &[
    "10.0.0.0/8",
    "172.16.0.0/12",
    "172.17.0.0/16",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "192.0.2.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "2000::/3",
    "2001:db8::/32",
    "fc00::/8",
    "fd00::/8",
];

/// Blocks that say the same in every network.
const FIXED: &[&str] = &[
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/3",
    "::/8",
    "fd00:ec2::/32",
    "fe80::/10",
    "ff00::/8",
];

/// IPv4 addresses in IPv6.
const NAT64: &str = "64:ff9b::/96";

/// How many bits at the end are not flipped in the first and in the last block of so many.
const ENDS: u32 = 4;

/// The first bits of an address, and how many they are; of IPv4 at the right end of the number.
type Beginning = (bool, u32, u128);

/// The change of addresses that a key makes for a snapshot.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    key: [u8; 32],
    kept: Vec<Beginning>,
    fixed: Vec<Beginning>,
    nat64: Beginning,
    /// The blocks that the snapshot names.
    blocks: BTreeSet<Beginning>,
}

fn parse(text: &str) -> Beginning {
    beginning(text.parse().expect("a block of the lists above is one"))
}

fn beginning(block: IpNet) -> Beginning {
    let (is_v6, width, bits) = number(block.addr());
    let length = u32::from(block.prefix_len());
    (is_v6, length, first(bits, width, length))
}

fn number(address: IpAddr) -> (bool, u32, u128) {
    match address {
        IpAddr::V4(address) => (false, 32, u128::from(u32::from(address))),
        IpAddr::V6(address) => (true, 128, u128::from(address)),
    }
}

/// The first bits of a number that is so wide.
fn first(bits: u128, width: u32, length: u32) -> u128 {
    if length == 0 { 0 } else { bits >> (width - length) }
}

impl Addresses {
    /// With a key, and before any block is known.
    pub(super) fn new(key: [u8; 32]) -> Addresses {
        let all = |texts: &[&str]| texts.iter().map(|it| parse(it)).collect();
        Addresses { key, kept: all(KEPT), fixed: all(FIXED), nat64: parse(NAT64), blocks: BTreeSet::new() }
    }

    /// Notes a block of the snapshot: all of them before the first address is asked for.
    pub(super) fn note(&mut self, block: IpNet) {
        self.blocks.insert(beginning(block.trunc()));
    }

    /// What an address becomes.
    pub(super) fn address(&self, address: IpAddr) -> IpAddr {
        self.change(address, None)
    }

    /// What a block becomes. Bits behind its prefix stay zero where they are.
    pub(super) fn block(&self, block: IpNet) -> IpNet {
        let (_, width, bits) = number(block.addr());
        let length = u32::from(block.prefix_len());
        let has_host = first(bits, width, length) << (width - length).min(127) != bits && length < width;
        let limit = if has_host { None } else { Some(length) };
        let changed = self.change(block.addr(), limit);
        IpNet::new(changed, block.prefix_len()).expect("the length is that of a block of the same family")
    }

    fn change(&self, address: IpAddr, limit: Option<u32>) -> IpAddr {
        let (is_v6, width, bits) = number(address);
        let limit = limit.unwrap_or(width);
        let (_, nat64, prefix) = self.nat64;
        if is_v6 && limit >= nat64 && first(bits, width, nat64) == prefix {
            let inner = Ipv4Addr::from(bits as u32);
            let (_, _, inner) = number(self.change(inner.into(), Some(limit - nat64)));
            return Ipv6Addr::from(prefix << 32 | inner).into();
        }
        let mut changed = bits;
        for depth in 0..limit {
            if self.flips((is_v6, depth, first(bits, width, depth)), width) {
                changed ^= 1 << (width - 1 - depth);
            }
        }
        if is_v6 { Ipv6Addr::from(changed).into() } else { Ipv4Addr::from(changed as u32).into() }
    }

    /// Whether the bit behind a beginning is flipped.
    fn flips(&self, before: Beginning, width: u32) -> bool {
        let (is_v6, depth, bits) = before;
        let leads_to = |block: &Beginning| {
            let (family, length, prefix) = *block;
            family == is_v6 && depth < length && prefix >> (length - depth) == bits
        };
        let lies_in = |block: &Beginning| {
            let (family, length, prefix) = *block;
            family == is_v6 && depth >= length && shifted(bits, depth - length) == prefix
        };
        let has_meaning = self.kept.iter().any(leads_to)
            || self.fixed.iter().any(|it| leads_to(it) || lies_in(it))
            || leads_to(&self.nat64)
            || self.leads_to_an_end(before, width);
        if has_meaning {
            return false;
        }
        let mut message = [0; 18];
        message[0] = u8::from(is_v6);
        message[1] = depth as u8;
        message[2..].copy_from_slice(&bits.to_be_bytes());
        blake3::keyed_hash(&self.key, &message).as_bytes()[0] & 1 == 1
    }

    /// Whether a beginning is that of the first or the last addresses of a block of the snapshot.
    fn leads_to_an_end(&self, (is_v6, depth, bits): Beginning, width: u32) -> bool {
        let deepest = depth.min(width - ENDS);
        let bits = shifted(bits, depth - deepest);
        let named = |length: u32| self.blocks.contains(&(is_v6, length, shifted(bits, deepest - length)));
        let ones = bits.trailing_ones().min(deepest);
        let zeros = bits.trailing_zeros().min(deepest);
        (deepest - zeros.max(ones)..=deepest).any(named)
    }
}

fn shifted(bits: u128, by: u32) -> u128 {
    bits.checked_shr(by).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(blocks: &[&str]) -> Addresses {
        let mut addresses = Addresses::new([7; 32]);
        for block in blocks {
            addresses.note(block.parse().expect("a block"));
        }
        addresses
    }

    fn common(left: IpAddr, right: IpAddr) -> u32 {
        let ((_, width, left), (_, _, right)) = (number(left), number(right));
        ((left ^ right) << (128 - width)).leading_zeros().min(width)
    }

    #[test]
    fn addresses_share_as_many_bits_as_before() {
        let addresses = addresses(&["10.1.0.0/16", "2a05:d018:1::/48"]);
        let texts = [
            "10.1.2.3",
            "10.1.2.4",
            "10.1.200.1",
            "10.9.0.1",
            "52.1.2.3",
            "52.1.2.130",
            "8.8.8.8",
            "172.20.1.1",
            "2a05:d018:1:2::5",
            "2a05:d018:1:2::6",
            "2a05:d018:9::1",
            "fd12::1",
        ];
        let all: Vec<IpAddr> = texts.iter().map(|it| it.parse().expect("an address")).collect();
        for left in &all {
            for right in all.iter().filter(|it| it.is_ipv4() == left.is_ipv4()) {
                let changed = common(addresses.address(*left), addresses.address(*right));
                assert_eq!(changed, common(*left, *right), "{left} {right}");
            }
        }
        assert!(all.iter().filter(|it| addresses.address(**it) != **it).count() > 8);
    }

    #[test]
    fn what_has_a_meaning_keeps_it() {
        let addresses = addresses(&["10.1.16.0/20", "10.1.16.64/28", "2a05:d018:1:2::/64"]);
        for text in
            ["169.254.169.254", "0.0.0.0", "127.0.0.1", "fd00:ec2::253", "fe80::1", "::1", "255.255.255.252"]
        {
            let address: IpAddr = text.parse().expect("an address");
            assert_eq!(addresses.address(address), address);
        }
        let inside =
            [("10.9.9.9", "10.0.0.0/8"), ("192.168.7.1", "192.168.0.0/16"), ("100.99.1.2", "100.64.0.0/10")];
        for (address, block) in inside {
            let block: IpNet = block.parse().expect("a block");
            assert!(block.contains(&addresses.address(address.parse().expect("an address"))), "{address}");
        }
        let block: IpNet = "52.1.0.0/0".parse().expect("a block");
        assert_eq!(addresses.block(block.trunc()).to_string(), "0.0.0.0/0");
    }

    #[test]
    fn the_first_and_last_addresses_of_a_block_stay_that() {
        for text in ["10.1.16.0/20", "10.1.16.64/28", "52.1.2.0/24", "2a05:d018:1:2::/64"] {
            let block: IpNet = text.parse().expect("a block");
            let addresses = addresses(&[text]);
            let changed = addresses.block(block);
            assert_eq!(changed.trunc(), changed);
            let (is_v6, _, base) = number(block.addr());
            let (_, _, changed_base) = number(changed.addr());
            let (_, _, last) = number(block.broadcast());
            for at in [base, base + 1, base + 2, base + 3, base + 10, last, last - 1] {
                let address: IpAddr =
                    if is_v6 { Ipv6Addr::from(at).into() } else { Ipv4Addr::from(at as u32).into() };
                let (_, _, after) = number(addresses.address(address));
                assert_eq!(after - changed_base, at - base, "{text} {address}");
            }
        }
    }

    #[test]
    fn an_ipv4_address_in_ipv6_changes_as_it_does_alone() {
        let addresses = addresses(&[]);
        let alone = addresses.address("52.1.2.3".parse().expect("an address"));
        let inside = addresses.address("64:ff9b::3401:203".parse().expect("an address"));
        let (_, _, inside) = number(inside);
        assert_eq!(IpAddr::from(Ipv4Addr::from(inside as u32)), alone);
    }
}
