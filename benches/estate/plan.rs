//! What one VPC has, before its interfaces: addresses, zones, subnets, tables, gateways, neighbours.
//!
//! The address plan of a VPC `10.k.0.0/16`, one subnet a zone and tier:
//! public `/24` from `10.k.0`, attachment `/28` in `10.k.8`, data `/22` from `10.k.16`, app `/20` from `10.k.32`;
//! some VPCs have a second block out of `100.64.0.0/10` with a pod subnet a zone.

use std::fmt;
use std::net::Ipv4Addr;

use super::random::{Id, Random};
use super::{Account, Estate, Region, VPCS_PER_MESH};

/// The plan of one VPC.
pub struct Vpc<'a> {
    pub estate: &'a Estate,
    pub number: usize,
    pub environment: Environment,
    pub zones: usize,
    /// Zones with a subnet for the transit gateway; fewer than `zones` in some VPCs.
    pub attachment_zones: usize,
    pub internet: bool,
    pub nat_gateways: usize,
    pub dual_stack: bool,
    pub second_block: bool,
    pub s3_endpoint: bool,
    pub interface_endpoint: bool,
    pub propagates: bool,
    pub subnets: Vec<Subnet>,
    pub peerings: Vec<Peering>,
}

/// Who may talk to whom over the transit gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    Production,
    Staging,
    Shared,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    Public,
    Attachment,
    Data,
    App,
    Pods,
}

pub struct Subnet {
    pub tier: Tier,
    pub zone: usize,
    pub network: Ipv4Network,
    pub acl: Acl,
    pub table: Table,
}

/// An IPv4 block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4Network {
    pub first: u32,
    pub length: u8,
}

/// Which network ACL of the VPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acl {
    Default,
    Data,
    Public,
}

/// Which route table of the VPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Main,
    Public,
    Data,
    /// For what leaves the transit gateway towards the shared NAT gateways.
    Egress,
    Private(usize),
}

/// A peering connection as one of its ends sees it.
pub struct Peering {
    pub id: Id,
    pub other: usize,
    pub requester: bool,
    /// Whether this end has a route to the other; some were forgotten.
    pub routed: bool,
}

impl<'a> Vpc<'a> {
    pub fn plan(estate: &'a Estate, number: usize) -> Vpc<'a> {
        let mut random = Random::new(estate.seed, "vpc", number);
        let shared_egress = number.is_multiple_of(VPCS_PER_MESH);
        let zones = if shared_egress || random.chance(60) { 3 } else { 2 };
        let internet = shared_egress || random.chance(80);
        let mut vpc = Vpc {
            estate,
            number,
            environment: Environment::of(number),
            zones,
            attachment_zones: if zones == 3 && random.chance(12) { 2 } else { zones },
            internet,
            nat_gateways: if !internet {
                0
            } else if shared_egress || random.chance(80) {
                zones
            } else {
                1
            },
            dual_stack: number % 7 == 3,
            second_block: random.chance(20),
            s3_endpoint: random.chance(50),
            interface_endpoint: random.chance(25),
            propagates: shared_egress || !random.chance(3),
            subnets: Vec::new(),
            peerings: peerings(estate, number),
        };
        vpc.subnets = vpc.plan_subnets(&mut random);
        vpc
    }

    pub fn mesh(&self) -> usize {
        self.number / VPCS_PER_MESH
    }

    /// The place of the VPC in its mesh: the `k` of its addresses.
    pub fn slot(&self) -> usize {
        self.number % VPCS_PER_MESH
    }

    /// Whether this VPC is the way out for VPCs of the mesh that have none.
    pub fn shared_egress(&self) -> bool {
        self.slot() == 0
    }

    pub fn region(&self) -> &'static Region {
        self.estate.region(self.mesh())
    }

    pub fn account(&self) -> Account {
        self.estate.account_of(self.number)
    }

    pub fn id(&self) -> Id {
        vpc_id(self.estate, self.number)
    }

    pub fn name(&self) -> String {
        const SYSTEMS: [&str; 12] = [
            "billing",
            "catalog",
            "identity",
            "ledger",
            "search",
            "media",
            "orders",
            "pricing",
            "risk",
            "claims",
            "archive",
            "telemetry",
        ];
        if self.shared_egress() {
            return format!("egress-{:02}", self.mesh());
        }
        format!("{}-{}-{:03}", SYSTEMS[self.number % SYSTEMS.len()], self.environment, self.slot())
    }

    pub fn subnet_id(&self, index: usize) -> Id {
        self.estate.id("subnet", self.number, index)
    }

    pub fn subnet_name(&self, subnet: &Subnet) -> String {
        format!("{}-{}-{}", self.name(), subnet.tier, (b'a' + subnet.zone as u8) as char)
    }

    /// Subnet of a tier in a zone.
    pub fn subnet_in(&self, tier: Tier, zone: usize) -> Option<usize> {
        self.subnets.iter().position(|it| it.tier == tier && it.zone == zone)
    }

    pub fn block(&self) -> Ipv4Network {
        block(self.number)
    }

    pub fn second_block(&self) -> Option<Ipv4Network> {
        let slot = self.slot() as u32;
        let first = u32::from(Ipv4Addr::new(100, 64, 0, 0)) + (slot << 12);
        self.second_block.then_some(Ipv4Network { first, length: 20 })
    }

    /// The first six bytes of the VPC's IPv6 block and the two digits before its subnets' own.
    pub fn ipv6_block(&self) -> Option<Ipv6Network> {
        self.dual_stack.then(|| Ipv6Network { vpc: self.number, region: self.region(), subnet: None })
    }

    pub fn ipv6_subnet(&self, index: usize) -> Option<Ipv6Network> {
        self.dual_stack.then(|| Ipv6Network { vpc: self.number, region: self.region(), subnet: Some(index) })
    }

    pub fn zone_name(&self, zone: usize) -> String {
        format!("{}{}", self.region().name, (b'a' + zone as u8) as char)
    }

    /// Zone ids are the same place for everybody, zone names are each account's own.
    pub fn zone_id(&self, zone: usize) -> String {
        format!("{}-az{}", self.region().zone_prefix, (zone + self.account().number) % 6 + 1)
    }

    pub fn internet_gateway(&self) -> Option<Id> {
        self.internet.then(|| self.estate.id("igw", self.number, 0))
    }

    pub fn egress_only_gateway(&self) -> Option<Id> {
        (self.internet && self.dual_stack).then(|| self.estate.id("eigw", self.number, 0))
    }

    pub fn nat_gateway(&self, zone: usize) -> Id {
        self.estate.id("nat", self.number, zone)
    }

    pub fn attachment(&self) -> Id {
        self.estate.id("tgw-attach", self.number, 0)
    }

    pub fn s3_endpoint_id(&self) -> Id {
        self.estate.id("vpce", self.number, 0)
    }

    pub fn interface_endpoint_id(&self) -> Id {
        self.estate.id("vpce", self.number, 1)
    }

    /// One of 128 public addresses of this VPC; no other VPC has it.
    pub fn public_address(&self, slot: usize) -> Ipv4Addr {
        const POOLS: [Ipv4Addr; 4] = [
            Ipv4Addr::new(3, 208, 0, 0),
            Ipv4Addr::new(18, 192, 0, 0),
            Ipv4Addr::new(44, 192, 0, 0),
            Ipv4Addr::new(54, 144, 0, 0),
        ];
        let number = (self.number << 7 | slot) as u32;
        // An odd factor permutes the 22 bits: four blocks of twenty.
        let place = number.wrapping_mul(0x002d_1657) & 0x003f_ffff;
        Ipv4Addr::from(u32::from(POOLS[(place >> 20) as usize]) + (place & 0x000f_ffff))
    }

    pub fn tables(&self) -> Vec<Table> {
        let mut tables = vec![Table::Main];
        for subnet in &self.subnets {
            if !tables.contains(&subnet.table) {
                tables.push(subnet.table);
            }
        }
        tables
    }

    pub fn table_id(&self, table: Table) -> Id {
        let index = match table {
            Table::Main => 0,
            Table::Public => 1,
            Table::Data => 2,
            Table::Egress => 3,
            Table::Private(zone) => 4 + zone,
        };
        self.estate.id("rtb", self.number, index)
    }

    pub fn acls(&self) -> Vec<Acl> {
        let mut acls = vec![Acl::Default];
        for subnet in &self.subnets {
            if !acls.contains(&subnet.acl) {
                acls.push(subnet.acl);
            }
        }
        acls
    }

    pub fn acl_id(&self, acl: Acl) -> Id {
        let index = match acl {
            Acl::Default => 0,
            Acl::Data => 1,
            Acl::Public => 2,
        };
        self.estate.id("acl", self.number, index)
    }

    fn plan_subnets(&self, random: &mut Random) -> Vec<Subnet> {
        let custom_data = random.chance(40);
        let custom_public = custom_data && random.chance(60);
        let mut subnets = Vec::new();
        for tier in [Tier::Public, Tier::Attachment, Tier::Data, Tier::App, Tier::Pods] {
            let zones = match tier {
                Tier::Public if !self.internet => 0,
                Tier::Pods if !self.second_block => 0,
                Tier::Attachment => self.attachment_zones,
                Tier::Public | Tier::Pods | Tier::Data | Tier::App => self.zones,
            };
            for zone in 0..zones {
                let acl = match tier {
                    Tier::Data if custom_data => Acl::Data,
                    Tier::Public if custom_public => Acl::Public,
                    Tier::Public | Tier::Attachment | Tier::Data | Tier::App | Tier::Pods => Acl::Default,
                };
                let table = self.table_for(tier, zone);
                subnets.push(Subnet { tier, zone, network: self.network(tier, zone), acl, table });
            }
        }
        subnets
    }

    fn table_for(&self, tier: Tier, zone: usize) -> Table {
        match tier {
            Tier::Public => Table::Public,
            Tier::Attachment if self.shared_egress() => Table::Egress,
            Tier::Attachment => Table::Main,
            Tier::Data => Table::Data,
            Tier::App | Tier::Pods => Table::Private(zone),
        }
    }

    fn network(&self, tier: Tier, zone: usize) -> Ipv4Network {
        let zone = zone as u32;
        let (base, offset, length) = match tier {
            Tier::Public => (self.block().first, zone << 8, 24),
            Tier::Attachment => (self.block().first, (8 << 8) + (zone << 4), 28),
            Tier::Data => (self.block().first, (16 << 8) + (zone << 10), 22),
            Tier::App => (self.block().first, (32 << 8) + (zone << 12), 20),
            Tier::Pods => (self.second_block().map_or(0, |it| it.first), zone << 10, 22),
        };
        Ipv4Network { first: base + offset, length }
    }
}

impl Environment {
    fn of(vpc: usize) -> Environment {
        match vpc % VPCS_PER_MESH {
            0 => Environment::Shared,
            slot if slot % 10 == 1 => Environment::Shared,
            slot if (2..=5).contains(&(slot % 10)) => Environment::Staging,
            _ => Environment::Production,
        }
    }
}

impl Ipv4Network {
    /// The addresses that AWS hands out: all but the first four and the last.
    pub fn hosts(&self) -> u32 {
        (1 << (32 - self.length)) - 5
    }

    /// The `number`th address to be handed out, in an order that jumps about.
    pub fn host(&self, number: usize) -> Ipv4Addr {
        let stride = if self.length == 28 { 3 } else { 89 };
        // 11, 251, 1019 and 4091 hosts are primes, so the stride visits all of them.
        let place = (number as u64 * stride + u64::from(self.first >> 8)) % u64::from(self.hosts());
        Ipv4Addr::from(self.first + 4 + place as u32)
    }
}

pub fn vpc_id(estate: &Estate, number: usize) -> Id {
    estate.id("vpc", number, 0)
}

pub fn block(vpc: usize) -> Ipv4Network {
    let slot = (vpc % VPCS_PER_MESH) as u8;
    Ipv4Network { first: u32::from(Ipv4Addr::new(10, slot, 0, 0)), length: 16 }
}

/// An IPv6 block of a VPC or of one of its subnets.
#[derive(Clone, Copy)]
pub struct Ipv6Network {
    vpc: usize,
    region: &'static Region,
    subnet: Option<usize>,
}

impl Ipv6Network {
    /// An address of the block that no other interface of the VPC has.
    pub fn host(&self, interface: usize) -> impl fmt::Display {
        let (prefix, vpc, subnet) = (self.region.ipv6_prefix, self.vpc, self.subnet.unwrap_or(0));
        let groups = (0x4000 + (vpc >> 8), (vpc & 0xff) << 8 | subnet);
        format!("{prefix}:{:x}:{:x}:a1b2:c3d4:e5f6:{:x}", groups.0, groups.1, interface + 1)
    }
}

impl fmt::Display for Ipv6Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = if self.subnet.is_some() { 64 } else { 56 };
        let (high, low) = (0x4000 + (self.vpc >> 8), (self.vpc & 0xff) << 8 | self.subnet.unwrap_or(0));
        write!(formatter, "{}:{high:x}:{low:x}::/{length}", self.region.ipv6_prefix)
    }
}

impl fmt::Display for Ipv4Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", Ipv4Addr::from(self.first), self.length)
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Environment::Production => "production",
            Environment::Staging => "staging",
            Environment::Shared => "shared",
        })
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Tier::Public => "public",
            Tier::Attachment => "tgw",
            Tier::Data => "data",
            Tier::App => "app",
            Tier::Pods => "pods",
        })
    }
}

/// How far the other end of a peering connection is: the next VPC, or one of another mesh.
const NEAR: usize = 1;
const FAR: usize = VPCS_PER_MESH + 3;

fn peerings(estate: &Estate, number: usize) -> Vec<Peering> {
    let mut peerings = Vec::new();
    if let Some(distance) = requested_distance(estate, number) {
        peerings.push((number, number + distance, true));
    }
    for distance in [NEAR, FAR] {
        if number >= distance && requested_distance(estate, number - distance) == Some(distance) {
            peerings.push((number - distance, number - distance, false));
        }
    }
    let peering = |(requester_vpc, other, requester): (usize, usize, bool)| Peering {
        id: estate.id("pcx", requester_vpc, 0),
        other,
        requester,
        routed: requester || !Random::new(estate.seed, "peering", requester_vpc).chance(10),
    };
    peerings.into_iter().map(peering).collect()
}

fn requested_distance(estate: &Estate, number: usize) -> Option<usize> {
    let distance = match number % 12 {
        5 => NEAR,
        8 => FAR,
        _ => return None,
    };
    // Ends of one connection may not overlap, and no near neighbour lies beyond the mesh.
    let near_crosses = distance == NEAR && (number + 1).is_multiple_of(VPCS_PER_MESH);
    (number + distance < estate.vpcs() && !near_crosses).then_some(distance)
}
