//! The interfaces of one VPC: the gateways' own first, then what runs there.

use std::net::Ipv4Addr;

use super::plan::{Tier, Vpc};
use super::random::{Id, Random};

pub struct Interface {
    pub number: usize,
    pub kind: Kind,
    pub subnet: usize,
    pub address: Ipv4Addr,
    pub secondary: Vec<Ipv4Addr>,
    pub public: Option<Public>,
    /// Numbers of the VPC's security groups.
    pub groups: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    NatGateway {
        zone: usize,
    },
    Attachment,
    Endpoint,
    Instance {
        number: usize,
        device: usize,
        running: bool,
    },
    /// An interface that nothing uses.
    Spare,
    Task,
    Function,
    Database,
}

#[derive(Clone, Copy, Debug)]
pub struct Public {
    pub address: Ipv4Addr,
    /// An Elastic IP, not an address lent at launch.
    pub elastic: bool,
}

/// What several interfaces of a VPC have in common: a service, its tier and its groups.
struct Role {
    service: Service,
    tier: Tier,
    groups: Vec<usize>,
    weight: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Service {
    Instances,
    Tasks,
    Functions,
    Databases,
}

/// How many addresses of each subnet and public addresses of the VPC are taken.
struct Taken {
    hosts: Vec<usize>,
    public: usize,
}

impl Interface {
    pub fn id(&self, vpc: &Vpc) -> Id {
        vpc.estate.id("eni", vpc.number, self.number)
    }

    /// Whether somebody could send packets from here or to here.
    pub fn is_workload(&self) -> bool {
        match self.kind {
            Kind::Instance { .. } | Kind::Task | Kind::Database => true,
            Kind::NatGateway { .. } | Kind::Attachment | Kind::Endpoint | Kind::Spare | Kind::Function => {
                false
            }
        }
    }
}

/// Security groups of a VPC besides its default group, which is number 0.
pub fn custom_groups(vpc: &Vpc) -> usize {
    Random::new(vpc.estate.seed, "groups", vpc.number).between(8, 11)
}

/// The group for what faces the internet, and the one for what every host allows.
pub const WEB_GROUP: usize = 1;
pub const BASE_GROUP: usize = 2;

pub fn interfaces(vpc: &Vpc) -> Vec<Interface> {
    let mut random = Random::new(vpc.estate.seed, "interfaces", vpc.number);
    let mut taken = Taken { hosts: vec![0; vpc.subnets.len()], public: 0 };
    let mut interfaces = gateway_interfaces(vpc, &mut taken);
    let roles = roles(vpc, &mut random);
    let weights: usize = roles.iter().map(|it| it.weight).sum();
    let size = vpc.estate.size_of(vpc.number);
    let mut instances = 0;
    while interfaces.len() < size {
        let mut ticket = random.below(weights);
        let chosen = roles.iter().find(|it| {
            let found = ticket < it.weight;
            ticket = ticket.saturating_sub(it.weight);
            found
        });
        let role = chosen.expect("the ticket is below the sum of weights");
        let mut interface = workload(vpc, role, interfaces.len(), &mut taken, &mut random);
        if role.service == Service::Instances {
            let running = !random.chance(3);
            interface.kind = match random.below(100) {
                0 => Kind::Spare,
                _ => Kind::Instance { number: instances, device: 0, running },
            };
            let second = interface.kind != Kind::Spare && random.chance(4) && interfaces.len() + 1 < size;
            interfaces.push(interface);
            if second {
                let mut interface = workload(vpc, role, interfaces.len(), &mut taken, &mut random);
                interface.kind = Kind::Instance { number: instances, device: 1, running };
                interfaces.push(interface);
            }
            instances += 1;
        } else {
            interfaces.push(interface);
        }
    }
    interfaces
}

fn gateway_interfaces(vpc: &Vpc, taken: &mut Taken) -> Vec<Interface> {
    let mut wanted = Vec::new();
    for zone in 0..vpc.nat_gateways {
        wanted.push((Kind::NatGateway { zone }, Tier::Public, zone));
    }
    for zone in 0..vpc.attachment_zones {
        wanted.push((Kind::Attachment, Tier::Attachment, zone));
    }
    for zone in 0..if vpc.interface_endpoint { 2 } else { 0 } {
        wanted.push((Kind::Endpoint, Tier::App, zone));
    }
    let mut interfaces = Vec::new();
    for (kind, tier, zone) in wanted {
        let subnet = vpc.subnet_in(tier, zone).expect("gateways are planned where their tier has a subnet");
        let is_nat = matches!(kind, Kind::NatGateway { .. });
        interfaces.push(Interface {
            number: interfaces.len(),
            kind,
            subnet,
            address: taken.host(vpc, subnet),
            secondary: Vec::new(),
            public: is_nat.then(|| taken.public(vpc, true)),
            groups: if kind == Kind::Endpoint { vec![BASE_GROUP] } else { Vec::new() },
        });
    }
    interfaces
}

fn workload(vpc: &Vpc, role: &Role, number: usize, taken: &mut Taken, random: &mut Random) -> Interface {
    let subnet = vpc.subnet_in(role.tier, random.below(vpc.zones)).expect("roles name tiers the VPC has");
    let (kind, secondary) = match role.service {
        // Nodes of a cluster hold an address for each pod, others now and then a second one.
        Service::Instances if role.tier == Tier::App && random.chance(4) => {
            (Kind::Spare, random.between(4, 9))
        }
        Service::Instances if role.tier == Tier::App && random.chance(4) => (Kind::Spare, 1),
        Service::Instances => (Kind::Spare, 0),
        Service::Tasks => (Kind::Task, 0),
        Service::Functions => (Kind::Function, 0),
        Service::Databases => (Kind::Database, 0),
    };
    let is_public = role.tier == Tier::Public && random.chance(60) && taken.public < 128;
    Interface {
        number,
        kind,
        subnet,
        address: taken.host(vpc, subnet),
        secondary: (0..secondary).map(|_| taken.host(vpc, subnet)).collect(),
        public: is_public.then(|| {
            let elastic = random.chance(30);
            taken.public(vpc, elastic)
        }),
        groups: role.groups.clone(),
    }
}

fn roles(vpc: &Vpc, random: &mut Random) -> Vec<Role> {
    use Service::{Databases, Functions, Instances, Tasks};
    let public = if vpc.internet { Tier::Public } else { Tier::App };
    let pods = if vpc.second_block { Tier::Pods } else { Tier::App };
    let mut wanted = vec![
        (Instances, public),
        (Instances, Tier::App),
        (Instances, Tier::App),
        (Tasks, pods),
        (Functions, Tier::App),
        (Databases, Tier::Data),
    ];
    for _ in 0..random.between(7, 11) {
        wanted.push(match random.below(100) {
            0..10 => (Instances, public),
            10..48 => (Instances, Tier::App),
            48..58 => (Instances, Tier::Data),
            58..78 => (Tasks, pods),
            78..88 => (Functions, Tier::App),
            _ => (Databases, Tier::Data),
        });
    }
    let last_group = custom_groups(vpc);
    let mut roles = Vec::new();
    for (service, tier) in wanted {
        let groups = role_groups(tier, last_group, random);
        roles.push(Role { service, tier, groups, weight: random.between(1, 9) });
    }
    roles
}

fn role_groups(tier: Tier, last_group: usize, random: &mut Random) -> Vec<usize> {
    if random.chance(3) {
        return vec![0];
    }
    let mut groups = Vec::new();
    if tier == Tier::Public {
        groups.push(WEB_GROUP);
    }
    if random.chance(60) {
        groups.push(BASE_GROUP);
    }
    for _ in 0..*random.pick(&[1, 1, 1, 2, 2, 3]) {
        let group = random.between(BASE_GROUP + 1, last_group);
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups
}

impl Taken {
    fn host(&mut self, vpc: &Vpc, subnet: usize) -> Ipv4Addr {
        let number = self.hosts[subnet];
        self.hosts[subnet] += 1;
        vpc.subnets[subnet].network.host(number)
    }

    fn public(&mut self, vpc: &Vpc, elastic: bool) -> Public {
        let slot = self.public;
        self.public += 1;
        Public { address: vpc.public_address(slot), elastic }
    }
}
