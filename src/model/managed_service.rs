//! Services of AWS that have interfaces in a VPC: databases, functions, tasks, caches and the rest (`SVC`).
//!
//! They are all the same to packets: an interface of a service is an interface. What a person wants is its name, so one
//! type holds whatever tells the interfaces of any of them: their ids or addresses where the service says them, else its
//! name, groups, subnets and zones. `shapes.rs` says where each call's answer has these, `read.rs` reads them,
//! `description.rs` knows what the services write into the description of an interface.

mod family;
mod shapes;
mod read;
mod description;

use std::net::IpAddr;

use compact_str::{CompactString, format_compact};

use super::{
    About, ElementError, ManagedServiceId, NetworkInterface, NetworkInterfaceId, Reading, Resource,
    ResourceKind, SecurityGroupId, SubnetId, VpcId,
};

pub use description::described;
pub use family::ServiceFamily;

/// A service with interfaces in a VPC.
#[derive(Debug, Clone)]
pub struct ManagedService {
    /// Place, owner, tags.
    pub about: About,
    /// Family, account, Region and name: names repeat.
    pub id: ManagedServiceId,
    /// Which service of AWS it is of.
    pub family: ServiceFamily,
    /// Its name: `orders`; of a task or service of ECS with its cluster: `shop/web`.
    pub name: CompactString,
    /// What reports call it: `RDS orders`.
    pub label: CompactString,
    /// Its ARN, when said.
    pub arn: Option<CompactString>,
    /// The name of the cluster, file system or service that it is a part of.
    pub part_of: Option<CompactString>,
    /// The names of its parts, where it lists them.
    pub members: Box<[CompactString]>,
    /// The names that DNS has for it.
    pub dns_names: Box<[CompactString]>,
    /// The TCP port that it takes requests at; none where it takes none, or does not say.
    pub port: Option<u16>,
    /// Whether it has a public address, and its name resolves to that from outside.
    pub is_public: Option<bool>,
    /// Whether its name resolves to its private addresses in its VPC, where that is a setting.
    pub is_private: Option<bool>,
    /// Its VPC, when said.
    pub vpc: Option<VpcId>,
    /// The subnets that its interfaces may be in.
    pub subnets: Box<[SubnetId]>,
    /// The names of the zones that it is in; none where it does not say.
    pub zones: Box<[CompactString]>,
    /// The groups of its interfaces.
    pub groups: Box<[SecurityGroupId]>,
    /// Its interfaces, where it names them.
    pub interfaces: Box<[NetworkInterfaceId]>,
    /// Its private addresses, where it says them.
    pub addresses: Box<[IpAddr]>,
}

/// An object with whatever members it has; the table of shapes says which are read.
pub type Wire = serde_json::Map<String, serde_json::Value>;

impl ManagedService {
    /// The top-level keys of the calls that describe such services, each with its call.
    pub fn calls() -> impl Iterator<Item = (&'static str, &'static str)> {
        shapes::SHAPES.iter().map(|shape| (shape.key, shape.call))
    }

    /// The calls that name services of a family.
    pub fn calls_of(family: ServiceFamily) -> impl Iterator<Item = (&'static str, &'static str)> {
        shapes::SHAPES.iter().filter(move |it| it.family == family).map(|it| (it.key, it.call))
    }

    /// A service that only an interface of its own tells of, by its description.
    pub fn of_interface(interface: &NetworkInterface, family: ServiceFamily, name: &str) -> ManagedService {
        let about = About { tags: super::Tags::default(), ..interface.about.clone() };
        let name = CompactString::from(name);
        ManagedService {
            id: id_of(family, &name, &about),
            about,
            family,
            label: label(family, &name),
            name,
            arn: None,
            part_of: None,
            members: Box::default(),
            dns_names: Box::default(),
            port: family.port(),
            is_public: None,
            is_private: None,
            vpc: Some(interface.vpc.clone()),
            subnets: Box::default(),
            zones: Box::default(),
            groups: Box::default(),
            interfaces: [interface.id.clone()].into(),
            addresses: Box::default(),
        }
    }
}

fn id_of(family: ServiceFamily, name: &str, about: &About) -> ManagedServiceId {
    let account = about.account.as_ref().map_or("", |it| it.as_str());
    let region = about.region.as_ref().map_or("", |it| it.as_str());
    ManagedServiceId(format_compact!("{}/{account}/{region}/{name}", family.prefix()))
}

fn label(family: ServiceFamily, name: &str) -> CompactString {
    format_compact!("{} {name}", family.words())
}

impl Resource for ManagedService {
    type Wire = Wire;
    type Id = ManagedServiceId;
    const KIND: ResourceKind = ResourceKind::ManagedService;
    const WORD: &'static str = "managed-service";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<ManagedService, ElementError> {
        // The reader says the key in the parent's place.
        let key = reading.parent.clone().unwrap_or_default();
        let shape = shapes::of_key(&key).ok_or(ElementError::Missing("key"))?;
        read::read(shape, &wire, reading)
    }

    fn id(&self) -> &ManagedServiceId {
        &self.id
    }

    fn id_text(&self) -> &str {
        &self.name
    }

    fn about(&self) -> &About {
        &self.about
    }

    /// Parts of one service that several interfaces tell of.
    fn merge(&mut self, other: ManagedService) {
        let all = self.interfaces.iter().chain(&other.interfaces);
        let mut interfaces: Vec<NetworkInterfaceId> = all.cloned().collect();
        interfaces.sort();
        interfaces.dedup();
        self.interfaces = interfaces.into();
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (self.vpc.as_ref().map(|it| it.as_str()), None)
    }
}
