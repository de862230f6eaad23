//! Random networks in the topology shorthand: small, of everything that is modelled, and full of edges.
//!
//! Not every line is something that AWS would accept; what a file can say, it says sometimes.

mod vpcs;
mod routes;
mod hybrid;
mod transit;
mod controls;
mod oddities;
mod appliances;
mod balancers;
mod firewalls;
mod clients;
mod wide;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use super::random::Random;
use crate::shorthand::Topology;

/// Ports at which rules begin and end.
pub const PORTS: &[u16] = &[0, 22, 80, 443, 1023, 1024, 8080, 32767, 32768, 60999, 61000, 65535];

const ACCOUNTS: &[&str] = &["111111111111", "222222222222"];
const REGIONS: &[&str] = &["eu-west-1", "us-east-1"];
const ZONES: &[&str] = &["a", "b", "c"];

/// Whether a network has something, decided before anything is written.
struct Features {
    internet: bool,
    nat: bool,
    ipv6: bool,
    peering: bool,
    transit: bool,
    hybrid: bool,
    endpoints: bool,
    block_public_access: bool,
    accounts: bool,
    regions: bool,
    lists: bool,
    acls: bool,
    overlaps: bool,
    missing: bool,
    odd: bool,
    appliances: bool,
    firewalls: bool,
    clients: bool,
    wide: bool,
}

struct Vpc {
    id: String,
    letter: char,
    account: &'static str,
    region: &'static str,
    blocks: Vec<Ipv4Net>,
    ipv6: Option<Ipv6Net>,
    subnets: Vec<Subnet>,
    groups: Vec<String>,
    acls: Vec<String>,
    igw: Option<String>,
    eigw: Option<String>,
    nats: Vec<String>,
    /// Tables of subnets that NAT gateways stand in.
    nat_tables: BTreeSet<String>,
    /// Whether other VPCs go to the internet by way of this one.
    is_hub: bool,
    attachments: Vec<(String, String)>,
    /// Interfaces that routes send to, with the tables of their subnets.
    appliances: Vec<(String, String)>,
    taken: BTreeSet<Ipv4Addr>,
}

struct Subnet {
    id: String,
    block: Ipv4Net,
    ipv6: Option<Ipv6Net>,
    zone: &'static str,
    /// What its routes are written for: itself, its VPC, or a table of several subnets.
    table: String,
    interfaces: Vec<Interface>,
}

struct Interface {
    id: String,
    ipv4: Vec<Ipv4Addr>,
    ipv6: Vec<Ipv6Addr>,
}

/// A network under construction.
struct Maker<'r> {
    random: &'r mut Random,
    topology: Topology,
    features: Features,
    vpcs: Vec<Vpc>,
    lists: Vec<String>,
    lists_ipv6: Vec<String>,
    publics: u8,
    vpcs_have_hub: bool,
    /// What each table has a route for: AWS takes no second one.
    routed: BTreeMap<String, BTreeSet<String>>,
    /// Every IPv4 block that rules and routes may mention.
    blocks: Vec<String>,
    blocks_ipv6: Vec<String>,
}

/// A random network.
pub fn topology(random: &mut Random) -> Topology {
    let features = Features {
        internet: random.chance(70),
        nat: random.chance(50),
        ipv6: random.chance(35),
        peering: random.chance(40),
        transit: random.chance(40),
        hybrid: random.chance(35),
        endpoints: random.chance(25),
        block_public_access: random.chance(12),
        accounts: random.chance(30),
        regions: random.chance(12),
        lists: random.chance(35),
        acls: random.chance(55),
        overlaps: random.chance(15),
        missing: random.chance(12),
        odd: random.chance(15),
        appliances: random.chance(35),
        // By a stream of its own: networks without firewalls stay what they were.
        firewalls: Random::new(random.clone().number() ^ 0xf12e).chance(30),
        clients: Random::new(random.clone().number() ^ 0xc1e7).chance(15),
        wide: Random::new(random.clone().number() ^ 0x31de).chance(12),
    };
    let mut maker = Maker {
        random,
        topology: Topology::default(),
        features,
        vpcs: Vec::new(),
        lists: Vec::new(),
        lists_ipv6: Vec::new(),
        publics: 10,
        vpcs_have_hub: false,
        routed: BTreeMap::new(),
        blocks: vec![
            "0.0.0.0/0".into(),
            "10.0.0.0/8".into(),
            "203.0.113.0/24".into(),
            "203.0.113.7/32".into(),
        ],
        blocks_ipv6: vec!["::/0".into(), "2600::/16".into()],
    };
    maker.plan();
    maker.write();
    maker.topology
}

impl Maker<'_> {
    fn line(&mut self, line: impl Into<String>) {
        self.topology.line(line);
    }

    fn next_public(&mut self) -> String {
        self.publics += 1;
        format!("198.51.100.{}", self.publics)
    }

    fn plan(&mut self) {
        let count = 1 + self.random.below(3) + usize::from(self.features.peering || self.features.transit);
        for index in 0..count {
            let vpc = self.plan_vpc(index);
            for block in &vpc.blocks {
                self.blocks.push(block.to_string());
            }
            self.blocks_ipv6.extend(vpc.ipv6.map(|it| it.to_string()));
            for subnet in &vpc.subnets {
                self.blocks.push(subnet.block.to_string());
                self.blocks_ipv6.extend(subnet.ipv6.map(|it| it.to_string()));
                for interface in &subnet.interfaces {
                    self.blocks.extend(interface.ipv4.iter().map(|it| format!("{it}/32")));
                    self.blocks_ipv6.extend(interface.ipv6.iter().map(|it| format!("{it}/128")));
                }
            }
            self.vpcs.push(vpc);
        }
        self.vpcs[0].is_hub =
            self.features.transit && self.features.nat && self.features.internet && self.random.chance(60);
        self.vpcs_have_hub = self.vpcs[0].is_hub;
    }

    fn plan_vpc(&mut self, index: usize) -> Vpc {
        let letter = char::from(b'a' + index as u8);
        let account = if self.features.accounts { *self.random.pick(ACCOUNTS) } else { ACCOUNTS[0] };
        let region = if self.features.regions { *self.random.pick(REGIONS) } else { REGIONS[0] };
        let third = index * 16;
        let block = match self.random.below(10) {
            _ if self.features.overlaps => "10.0.0.0/16".to_owned(),
            0 => format!("192.168.{third}.0/24"),
            1 => format!("100.64.{third}.0/20"),
            2 => format!("52.10.{third}.0/24"),
            3 => format!("10.{index}.0.0/22"),
            _ => format!("10.{index}.0.0/16"),
        };
        let mut blocks: Vec<Ipv4Net> = vec![block.parse().expect("a block")];
        if self.random.chance(12) {
            blocks.push(format!("10.{}.0.0/16", 100 + index).parse().expect("a block"));
        }
        let is_ipv6 = self.features.ipv6 && self.random.chance(80);
        let ipv6: Option<Ipv6Net> = is_ipv6.then(|| {
            let prefix = if self.random.chance(12) { "fd00:1" } else { "2001:db8" };
            format!("{prefix}:{index}00::/56").parse().expect("a block")
        });
        let mut vpc = Vpc {
            id: format!("vpc-{letter}"),
            letter,
            account,
            region,
            blocks,
            ipv6,
            subnets: Vec::new(),
            groups: (0..1 + self.random.below(3)).map(|number| format!("sg-{letter}{number}")).collect(),
            acls: Vec::new(),
            igw: None,
            eigw: None,
            nats: Vec::new(),
            nat_tables: BTreeSet::new(),
            is_hub: false,
            attachments: Vec::new(),
            appliances: Vec::new(),
            taken: BTreeSet::new(),
        };
        for number in 0..1 + self.random.below(4) {
            self.plan_subnet(&mut vpc, number);
        }
        vpc
    }

    fn plan_subnet(&mut self, vpc: &mut Vpc, number: usize) {
        let block = *self.random.pick(&vpc.blocks);
        let length = if block.prefix_len() == 16 { 24 } else { block.prefix_len() + 2 };
        let block = block.subnets(length).expect("longer than the block").nth(number).expect("four fit in");
        let is_ipv6 = self.random.chance(85);
        let ipv6 = vpc
            .ipv6
            .filter(|_| is_ipv6)
            .map(|net| net.subnets(64).expect("longer than the block").nth(number).expect("256 fit in"));
        let id = format!("subnet-{}{number}", vpc.letter);
        let table = match self.random.below(10) {
            0 | 1 => vpc.id.clone(),
            2 | 3 => format!("rtb-{}x", vpc.letter),
            _ => id.clone(),
        };
        let zone = *self.random.pick(ZONES);
        let mut subnet = Subnet { id, block, ipv6, zone, table, interfaces: Vec::new() };
        for position in 0..self.random.below(4) {
            let Some(first) = self.free_address(vpc, block) else { continue };
            let mut interface = Interface {
                id: format!("eni-{}{number}{position}", vpc.letter),
                ipv4: vec![first],
                ipv6: Vec::new(),
            };
            if self.random.chance(20) {
                interface.ipv4.extend(self.free_address(vpc, block));
            }
            if let Some(net) = ipv6 {
                let base = u128::from(net.network());
                let low = 16 * (position as u128 + 1) + 4;
                interface.ipv6.push(Ipv6Addr::from(base + low));
                if self.random.chance(10) {
                    interface.ipv6.push(Ipv6Addr::from(base + low + 1));
                }
            }
            subnet.interfaces.push(interface);
        }
        vpc.subnets.push(subnet);
    }

    /// An address that AWS gives to interfaces (SN-2), at an edge more often than not.
    fn free_address(&mut self, vpc: &mut Vpc, block: Ipv4Net) -> Option<Ipv4Addr> {
        let first = u32::from(block.network()) + 4;
        let last = u32::from(block.broadcast()) - 1;
        for _ in 0..8 {
            let address = match self.random.below(5) {
                0 => first,
                1 => last,
                2 => first + 1,
                _ => first + self.random.below((last - first) as usize + 1) as u32,
            };
            // Where an interface may have a prefix of its own, nobody else has an address.
            let broadcast = u32::from(block.broadcast());
            if block.prefix_len() <= 24 && (broadcast - 31..broadcast - 15).contains(&address) {
                continue;
            }
            let address = Ipv4Addr::from(address);
            if vpc.taken.insert(address) {
                return Some(address);
            }
        }
        None
    }

    fn write(&mut self) {
        self.write_lists();
        let mut vpcs = std::mem::take(&mut self.vpcs);
        let mut home = (ACCOUNTS[0], REGIONS[0]);
        for vpc in &mut vpcs {
            if home.0 != vpc.account {
                self.line(format!("account {}", vpc.account));
            }
            if home.1 != vpc.region {
                self.line(format!("region {}", vpc.region));
            }
            home = (vpc.account, vpc.region);
            self.write_vpc(vpc);
        }
        self.write_transit(&mut vpcs);
        let peerings = self.write_peerings(&vpcs);
        self.write_gateways(&vpcs);
        for vpc in &vpcs {
            self.write_routes(vpc, &peerings);
        }
        self.write_rules(&vpcs);
        self.write_endpoints(&mut vpcs);
        self.write_block_public_access(&vpcs);
        if self.features.odd {
            for _ in 0..1 + self.random.below(3) {
                self.write_odd(&vpcs);
            }
        }
        if self.features.missing {
            self.write_missing(&vpcs);
        }
        self.write_balancers(&mut vpcs);
        if self.features.clients {
            let mut random = Random::new(self.random.clone().number() ^ 0xc1e7);
            self.write_clients(&mut vpcs, &mut random);
        }
        if self.features.wide {
            let mut random = Random::new(self.random.clone().number() ^ 0x31de);
            self.write_wide(&vpcs, &mut random);
        }
    }
}
