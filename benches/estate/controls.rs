//! What the security groups, network ACLs and prefix lists of a VPC say.
//!
//! Of the groups with rules 60 % come from a company template and say the same in every VPC; the rest name
//! subnets, neighbours, hosts and other groups. A group has about a dozen rules, three quarters let everything out.

use std::fmt;
use std::net::Ipv4Addr;

use super::interfaces::{BASE_GROUP, WEB_GROUP, custom_groups};
use super::plan::{Acl, Ipv4Network, Vpc, block};
use super::random::{Id, Random};
use super::{Estate, VPCS_PER_MESH};

pub struct Group {
    pub number: usize,
    pub name: String,
    pub inbound: Vec<Rule>,
    pub outbound: Vec<Rule>,
}

pub struct Rule {
    pub ports: Ports,
    pub peer: Peer,
}

/// A protocol with its ports or its type and code, and the word people use for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    pub name: &'static str,
    pub protocol: &'static str,
    pub from: i32,
    pub to: i32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    Ipv4(Ipv4Network),
    AnyIpv6,
    PrefixList(PrefixList),
    Group { vpc: usize, number: usize },
}

/// The prefix lists that rules and routes name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrefixList {
    Offices,
    Internal,
    Partners,
    S3,
    DynamoDb,
}

pub struct AclEntry {
    pub number: u32,
    pub outbound: bool,
    pub allow: bool,
    pub ports: Ports,
    pub network: AclNetwork,
}

pub enum AclNetwork {
    Ipv4(Ipv4Network),
    AnyIpv6,
}

const fn ports(name: &'static str, protocol: &'static str, from: i32, to: i32) -> Ports {
    Ports { name, protocol, from, to }
}

const ANY: Ports = ports("Everything", "-1", -1, -1);
const HTTPS: Ports = ports("HTTPS", "tcp", 443, 443);
const HTTP: Ports = ports("HTTP", "tcp", 80, 80);
const SSH: Ports = ports("SSH", "tcp", 22, 22);
const PING: Ports = ports("Echo request", "icmp", 8, 0);
const METRICS: Ports = ports("Node metrics", "tcp", 9100, 9100);
const APPLICATION: Ports = ports("Application", "tcp", 8080, 8080);
const POSTGRES: Ports = ports("PostgreSQL", "tcp", 5432, 5432);
const MYSQL: Ports = ports("MySQL", "tcp", 3306, 3306);
const REDIS: Ports = ports("Redis", "tcp", 6379, 6379);
const DNS: Ports = ports("DNS", "udp", 53, 53);
const HIGH_TCP: Ports = ports("Replies", "tcp", 1024, 65535);
const LINUX_TCP: Ports = ports("Replies", "tcp", 32768, 60999);
const HIGH_UDP: Ports = ports("Replies", "udp", 1024, 65535);
const ICMP: Ports = ports("ICMP", "icmp", -1, -1);

const SERVICES: [Ports; 28] = [
    HTTPS,
    HTTP,
    SSH,
    PING,
    METRICS,
    APPLICATION,
    POSTGRES,
    MYSQL,
    REDIS,
    DNS,
    ICMP,
    ports("Alternate HTTPS", "tcp", 8443, 8443),
    ports("Application range", "tcp", 8000, 8100),
    ports("Kafka brokers", "tcp", 9092, 9094),
    ports("ZooKeeper", "tcp", 2181, 2181),
    ports("Search cluster", "tcp", 9200, 9300),
    ports("Document store", "tcp", 27017, 27019),
    ports("Remote desktop", "tcp", 3389, 3389),
    ports("SQL Server", "tcp", 1433, 1433),
    ports("Shared files", "tcp", 2049, 2049),
    ports("Kubelet", "tcp", 10250, 10250),
    ports("Node ports", "tcp", 30000, 32767),
    ports("Remote procedure calls", "tcp", 50051, 50051),
    ports("DNS over TCP", "tcp", 53, 53),
    ports("Time", "udp", 123, 123),
    ports("System log", "udp", 514, 514),
    ports("Traces", "udp", 4317, 4318),
    ports("Secure LDAP", "tcp", 636, 636),
];

const fn network(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Network {
    Ipv4Network { first: Ipv4Addr::new(a, b, c, d).to_bits(), length }
}

const ANYWHERE: Ipv4Network = network(0, 0, 0, 0, 0);
const COMPANY: Ipv4Network = network(10, 0, 0, 0, 8);

pub fn group_id(estate: &Estate, vpc: usize, number: usize) -> Id {
    estate.id("sg", vpc, number)
}

/// What a group is called: it stands beside its id wherever an interface names it.
pub fn group_name(vpc: &Vpc, number: usize) -> String {
    const ROLES: [&str; 9] =
        ["frontend", "workers", "cache", "queue", "database", "batch", "bastion", "gateway", "monitoring"];
    match number {
        0 => "default".to_owned(),
        WEB_GROUP => format!("{}-web", vpc.name()),
        BASE_GROUP => format!("{}-base", vpc.name()),
        _ => format!("{}-{}-{number}", vpc.name(), ROLES[(vpc.number + number) % ROLES.len()]),
    }
}

pub fn groups(vpc: &Vpc) -> Vec<Group> {
    let mut random = Random::new(vpc.estate.seed, "rules", vpc.number);
    let mut groups = vec![default_group(vpc)];
    for number in 1..=custom_groups(vpc) {
        let mut inbound = match number {
            WEB_GROUP => web_rules(),
            BASE_GROUP => base_rules(),
            _ if random.chance(57) => template_rules(vpc.estate, random.below(30)),
            _ => own_rules(vpc, number, &mut random),
        };
        if random.chance(15) {
            let peer = Peer::Group { vpc: vpc.number, number };
            inbound.push(Rule { ports: ANY, peer });
        }
        let outbound = if random.chance(75) { open_rules(vpc) } else { outbound_rules(vpc, &mut random) };
        let name = group_name(vpc, number);
        let mut inbound = distinct(inbound);
        if vpc.estate.is_edited(vpc.number, number) {
            edit(vpc, number, &mut inbound);
        }
        groups.push(Group { number, name, inbound, outbound: distinct(outbound) });
    }
    groups
}

/// Somebody takes a rule away, or lets a port in from a neighbour.
fn edit(vpc: &Vpc, number: usize, rules: &mut Vec<Rule>) {
    let mut random = Random::new(vpc.estate.seed, "edits", (vpc.number << 8) | number);
    if random.chance(50) && !rules.is_empty() {
        rules.remove(random.below(rules.len()));
    } else {
        let ports = ports("New service", "tcp", 7000 + random.below(100) as i32, 7200);
        rules.push(Rule { ports, peer: Peer::Ipv4(neighbour(vpc, &mut random)) });
    }
}

fn default_group(vpc: &Vpc) -> Group {
    let itself = Peer::Group { vpc: vpc.number, number: 0 };
    Group {
        number: 0,
        name: group_name(vpc, 0),
        inbound: vec![Rule { ports: ANY, peer: itself }],
        outbound: open_rules(vpc),
    }
}

fn open_rules(vpc: &Vpc) -> Vec<Rule> {
    let mut rules = vec![Rule { ports: ANY, peer: Peer::Ipv4(ANYWHERE) }];
    if vpc.dual_stack {
        rules.push(Rule { ports: ANY, peer: Peer::AnyIpv6 });
    }
    rules
}

fn web_rules() -> Vec<Rule> {
    let mut rules = Vec::new();
    for ports in [HTTPS, HTTP] {
        rules.push(Rule { ports, peer: Peer::Ipv4(ANYWHERE) });
        rules.push(Rule { ports, peer: Peer::AnyIpv6 });
    }
    rules.push(Rule { ports: SSH, peer: Peer::PrefixList(PrefixList::Offices) });
    rules.push(Rule { ports: PING, peer: Peer::Ipv4(ANYWHERE) });
    rules
}

fn base_rules() -> Vec<Rule> {
    let mut rules: Vec<Rule> = [SSH, PING, METRICS, HTTPS, APPLICATION, DNS]
        .into_iter()
        .map(|ports| Rule { ports, peer: Peer::Ipv4(COMPANY) })
        .collect();
    rules.push(Rule { ports: SSH, peer: Peer::PrefixList(PrefixList::Offices) });
    rules
}

/// A template of the company: the same rules wherever it is used.
fn template_rules(estate: &Estate, template: usize) -> Vec<Rule> {
    let mut random = Random::new(estate.seed, "template", template);
    let mut rules = Vec::new();
    for _ in 0..random.between(7, 18) {
        let peer = match random.below(100) {
            0..35 => Peer::Ipv4(COMPANY),
            35..50 => Peer::Ipv4(*random.pick(&[network(172, 16, 0, 0, 12), network(192, 168, 0, 0, 16)])),
            50..65 => Peer::Ipv4(block(random.below(VPCS_PER_MESH))),
            65..75 => Peer::Ipv4(office(&mut random)),
            75..85 => Peer::PrefixList(PrefixList::Internal),
            85..92 => Peer::PrefixList(*random.pick(&[PrefixList::Offices, PrefixList::Partners])),
            _ => Peer::Ipv4(ANYWHERE),
        };
        rules.push(Rule { ports: *random.pick(&SERVICES), peer });
    }
    rules
}

/// Rules that make sense in this VPC alone.
fn own_rules(vpc: &Vpc, number: usize, random: &mut Random) -> Vec<Rule> {
    let mut rules = Vec::new();
    for _ in 0..random.between(6, 19) {
        let peer = match random.below(100) {
            0..30 => Peer::Group { vpc: vpc.number, number: random.below(custom_groups(vpc) + 1) },
            30..34 => foreign_group(vpc, random).unwrap_or(Peer::Group { vpc: vpc.number, number }),
            34..42 => Peer::PrefixList(PrefixList::Internal),
            42..60 => Peer::Ipv4(random.pick(&vpc.subnets).network),
            60..80 => Peer::Ipv4(neighbour(vpc, random)),
            80..90 => Peer::Ipv4(host(vpc, random)),
            90..93 => Peer::Ipv4(office(random)),
            93..97 if vpc.dual_stack => Peer::AnyIpv6,
            _ => Peer::Ipv4(COMPANY),
        };
        rules.push(Rule { ports: *random.pick(&SERVICES), peer });
    }
    rules
}

fn outbound_rules(vpc: &Vpc, random: &mut Random) -> Vec<Rule> {
    let mut rules = vec![Rule { ports: HTTPS, peer: Peer::Ipv4(ANYWHERE) }];
    for _ in 0..random.between(3, 8) {
        let peer = match random.below(100) {
            0..30 => Peer::Group { vpc: vpc.number, number: random.below(custom_groups(vpc) + 1) },
            30..60 => Peer::Ipv4(COMPANY),
            60..80 => Peer::Ipv4(vpc.block()),
            80..90 => Peer::PrefixList(PrefixList::S3),
            _ => Peer::Ipv4(neighbour(vpc, random)),
        };
        rules.push(Rule { ports: *random.pick(&SERVICES), peer });
    }
    rules
}

/// A group at the other end of a peering connection in the same Region, or of a VPC of the mesh.
fn foreign_group(vpc: &Vpc, random: &mut Random) -> Option<Peer> {
    let near = vpc.peerings.iter().find(|it| it.other / VPCS_PER_MESH == vpc.mesh());
    let other = match near {
        Some(peering) => peering.other,
        None => {
            let mesh = vpc.estate.vpcs_in(vpc.mesh());
            mesh.start + random.below(mesh.len())
        }
    };
    (other != vpc.number).then_some(Peer::Group { vpc: other, number: BASE_GROUP })
}

fn neighbour(vpc: &Vpc, random: &mut Random) -> Ipv4Network {
    let mesh = vpc.estate.vpcs_in(vpc.mesh());
    let whole = block(mesh.start + random.below(mesh.len()));
    match random.below(3) {
        0 => whole,
        1 => Ipv4Network { first: whole.first + (32 << 8) + ((random.below(3) as u32) << 12), length: 20 },
        _ => Ipv4Network { first: whole.first + (16 << 8) + ((random.below(3) as u32) << 10), length: 22 },
    }
}

fn host(vpc: &Vpc, random: &mut Random) -> Ipv4Network {
    let mesh = vpc.estate.vpcs_in(vpc.mesh());
    let first = block(mesh.start + random.below(mesh.len())).first + (32 << 8) + random.below(48 << 8) as u32;
    Ipv4Network { first, length: 32 }
}

/// A block of public addresses that nobody in the estate owns.
fn office(random: &mut Random) -> Ipv4Network {
    let length = *random.pick(&[24, 28, 29, 32]);
    let first = network(185, 64, 0, 0, 10).first + random.below(1 << 22) as u32;
    Ipv4Network { first: first & (u32::MAX << (32 - length)), length }
}

/// AWS refuses a rule that is there already.
fn distinct(rules: Vec<Rule>) -> Vec<Rule> {
    let mut kept: Vec<Rule> = Vec::new();
    for rule in rules {
        if !kept.iter().any(|it| it.ports == rule.ports && it.peer == rule.peer) {
            kept.push(rule);
        }
    }
    kept
}

impl PrefixList {
    pub const ALL: [PrefixList; 5] = [
        PrefixList::Offices,
        PrefixList::Internal,
        PrefixList::Partners,
        PrefixList::S3,
        PrefixList::DynamoDb,
    ];

    pub fn name(self) -> &'static str {
        match self {
            PrefixList::Offices => "offices",
            PrefixList::Internal => "internal-networks",
            PrefixList::Partners => "partners",
            PrefixList::S3 => "s3",
            PrefixList::DynamoDb => "dynamodb",
        }
    }

    pub fn is_of_aws(self) -> bool {
        match self {
            PrefixList::S3 | PrefixList::DynamoDb => true,
            PrefixList::Offices | PrefixList::Internal | PrefixList::Partners => false,
        }
    }

    /// The id in a mesh: the company's lists are shared by the owner of the transit gateway.
    pub fn id(self, estate: &Estate, mesh: usize) -> String {
        let index = match self {
            PrefixList::Offices => 0,
            PrefixList::Internal => 1,
            PrefixList::Partners => 2,
            PrefixList::S3 => return estate.region(mesh).s3_prefix_list.to_owned(),
            PrefixList::DynamoDb => return estate.region(mesh).dynamodb_prefix_list.to_owned(),
        };
        estate.id("pl", mesh, index).to_string()
    }

    pub fn entries(self, estate: &Estate) -> Vec<Ipv4Network> {
        let mut random = Random::new(estate.seed, "prefix list", self as usize);
        match self {
            PrefixList::Offices => (0..12).map(|_| office(&mut random)).collect(),
            PrefixList::Partners => (0..20).map(|_| office(&mut random)).collect(),
            PrefixList::Internal => {
                vec![
                    COMPANY,
                    network(100, 64, 0, 0, 10),
                    network(172, 16, 0, 0, 12),
                    network(192, 168, 0, 0, 16),
                ]
            }
            PrefixList::S3 => vec![
                network(3, 5, 0, 0, 19),
                network(16, 182, 0, 0, 16),
                network(18, 34, 0, 0, 19),
                network(52, 216, 0, 0, 15),
                network(54, 231, 0, 0, 16),
            ],
            PrefixList::DynamoDb => {
                vec![network(3, 218, 180, 0, 22), network(52, 94, 0, 0, 22), network(52, 119, 224, 0, 20)]
            }
        }
    }
}

/// The entries of a network ACL, the implicit denials at the end included.
pub fn acl_entries(vpc: &Vpc, acl: Acl) -> Vec<AclEntry> {
    let rows = match acl {
        Acl::Default => vec![(100, true, ANY, ANYWHERE), (100, true, ANY, ANYWHERE)],
        Acl::Data => data_rows(vpc),
        Acl::Public => public_rows(vpc),
    };
    // Rows stand in pairs of the same number: outbound, then inbound.
    let mut entries = Vec::new();
    for (place, (number, allow, ports, network)) in rows.into_iter().enumerate() {
        let network = AclNetwork::Ipv4(network);
        entries.push(AclEntry { number, outbound: place % 2 == 0, allow, ports, network });
    }
    entries.sort_by_key(|it| (!it.outbound, it.number));
    for outbound in [true, false] {
        let end = |number, network| AclEntry { number, outbound, allow: false, ports: ANY, network };
        if vpc.dual_stack {
            let allow = AclNetwork::AnyIpv6;
            let all = AclEntry { number: 101, outbound, allow: true, ports: ANY, network: allow };
            entries.push(all);
            entries.push(end(32768, AclNetwork::AnyIpv6));
        }
        entries.push(end(32767, AclNetwork::Ipv4(ANYWHERE)));
    }
    entries.sort_by_key(|it| (!it.outbound, it.number));
    entries
}

type AclRow = (u32, bool, Ports, Ipv4Network);

fn data_rows(vpc: &Vpc) -> Vec<AclRow> {
    let mut random = Random::new(vpc.estate.seed, "data acl", vpc.number);
    let replies = if random.chance(30) { LINUX_TCP } else { HIGH_TCP };
    let quarantined = neighbour(vpc, &mut random);
    vec![
        (50, false, ANY, quarantined),
        (50, false, ANY, quarantined),
        (100, true, replies, COMPANY),
        (100, true, POSTGRES, vpc.block()),
        (110, true, HTTPS, ANYWHERE),
        (110, true, MYSQL, vpc.block()),
        (120, true, DNS, COMPANY),
        (120, true, REDIS, vpc.block()),
        (130, true, POSTGRES, vpc.block()),
        (130, true, SSH, COMPANY),
        (140, true, MYSQL, vpc.block()),
        (140, true, HTTPS, COMPANY),
        (150, true, ICMP, COMPANY),
        (150, true, ICMP, COMPANY),
        (160, true, HIGH_UDP, COMPANY),
        (160, true, METRICS, COMPANY),
        (200, true, REDIS, vpc.block()),
        (200, true, HIGH_TCP, ANYWHERE),
        (210, false, SSH, ANYWHERE),
        (210, true, HIGH_UDP, ANYWHERE),
    ]
}

fn public_rows(vpc: &Vpc) -> Vec<AclRow> {
    let mut random = Random::new(vpc.estate.seed, "public acl", vpc.number);
    let hostile = office(&mut random);
    vec![
        (40, false, ANY, hostile),
        (40, false, ANY, hostile),
        (100, true, HIGH_TCP, ANYWHERE),
        (100, true, HTTPS, ANYWHERE),
        (110, true, HTTPS, ANYWHERE),
        (110, true, HTTP, ANYWHERE),
        (120, true, HTTP, ANYWHERE),
        (120, true, SSH, office(&mut random)),
        (130, true, DNS, ANYWHERE),
        (130, true, SSH, COMPANY),
        (140, true, ANY, vpc.block()),
        (140, true, ANY, vpc.block()),
        (150, true, ICMP, ANYWHERE),
        (150, true, ICMP, ANYWHERE),
        (160, true, HIGH_UDP, ANYWHERE),
        (160, true, HIGH_UDP, ANYWHERE),
        (170, true, SSH, COMPANY),
        (170, true, HIGH_TCP, ANYWHERE),
    ]
}

impl Ports {
    pub fn is_everything(&self) -> bool {
        *self == ANY
    }

    /// The protocol as network ACLs print it.
    pub fn number(&self) -> &'static str {
        match self.protocol {
            "tcp" => "6",
            "udp" => "17",
            "icmp" => "1",
            _ => "-1",
        }
    }
}

impl fmt::Display for Peer {
    /// What the rule's description calls the peer.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Ipv4(network) if network.length == 0 => formatter.write_str("anywhere"),
            Peer::Ipv4(network) if *network == COMPANY => formatter.write_str("the company network"),
            Peer::Ipv4(network) if network.length == 32 => formatter.write_str("a single host"),
            Peer::Ipv4(_) => formatter.write_str("a known network"),
            Peer::AnyIpv6 => formatter.write_str("anywhere over IPv6"),
            Peer::PrefixList(list) => write!(formatter, "the list {}", list.name()),
            Peer::Group { .. } => formatter.write_str("hosts with that group"),
        }
    }
}
