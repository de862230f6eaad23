//! Subnets (`SN`).

use compact_str::CompactString;
use ipnet::IpNet;
use serde::Deserialize;

use super::about::{Absent, cidr, present};
use super::vpc::{BlockPublicAccessStatesWire, BlockState, Ipv6CidrAssociation, Ipv6CidrWire, ipv6_cidrs};
use super::{About, BlockMode, ElementError, Reading, Resource, ResourceKind, SubnetId, Tags, VpcId};

/// A subnet: one zone, at most one IPv4 block, any number of IPv6 blocks (SN-1).
#[derive(Debug, Clone)]
pub struct Subnet {
    /// Place, owner, tags.
    pub about: About,
    /// `subnet-…`
    pub id: SubnetId,
    /// The VPC that it is a part of.
    pub vpc: VpcId,
    /// The IPv4 block; absent when the subnet is IPv6-only (SN-5).
    pub cidr: Option<IpNet>,
    /// The IPv6 blocks.
    pub ipv6_cidrs: Vec<Ipv6CidrAssociation>,
    /// Its availability zone.
    pub zone: Zone,
    /// Block Public Access as the subnet itself reports it, where it does (BPA-8).
    pub internet_gateway_block_mode: Option<BlockMode>,
    /// Whether interfaces that are launched in it get a public IPv4 address, where the snapshot says.
    pub maps_public_address: Option<bool>,
}

impl Subnet {
    /// The blocks in force, of both families.
    pub fn associated_cidrs(&self) -> Vec<IpNet> {
        let ipv6 = self
            .ipv6_cidrs
            .iter()
            .filter(|it| matches!(it.state, None | Some(BlockState::Associated)))
            .map(|it| IpNet::V6(it.cidr));
        self.cidr.into_iter().chain(ipv6).collect()
    }
}

/// An availability zone as a resource names it. Names are aliases of an account: ids tell zones apart (JS-8).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zone {
    /// `eu-west-1a`, which is another place in another account.
    pub name: Option<CompactString>,
    /// `euw1-az1`, which is the same place for everybody.
    pub id: Option<CompactString>,
}

/// The element of `Subnets`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    subnet_id: Option<CompactString>,
    vpc_id: Option<CompactString>,
    cidr_block: Option<CompactString>,
    ipv6_cidr_block_association_set: Option<Vec<Ipv6CidrWire>>,
    availability_zone: Option<CompactString>,
    availability_zone_id: Option<CompactString>,
    owner_id: Option<CompactString>,
    subnet_arn: Option<CompactString>,
    tags: Option<Tags>,
    block_public_access_states: Option<BlockPublicAccessStatesWire>,
    map_public_ip_on_launch: Option<bool>,
}

impl Resource for Subnet {
    type Wire = Wire;
    type Id = SubnetId;
    const KIND: ResourceKind = ResourceKind::Subnet;
    const WORD: &'static str = "subnet";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<Subnet, ElementError> {
        Ok(Subnet {
            maps_public_address: wire.map_public_ip_on_launch,
            about: reading.about(wire.owner_id, wire.subnet_arn.as_deref(), wire.tags),
            id: SubnetId(wire.subnet_id.or_missing("SubnetId")?),
            vpc: VpcId(wire.vpc_id.or_missing("VpcId")?),
            cidr: present(wire.cidr_block).map(|text| cidr("CidrBlock", &text)).transpose()?,
            ipv6_cidrs: ipv6_cidrs(wire.ipv6_cidr_block_association_set, reading)?,
            zone: Zone { name: present(wire.availability_zone), id: present(wire.availability_zone_id) },
            internet_gateway_block_mode: wire
                .block_public_access_states
                .and_then(|it| reading.word(it.internet_gateway_block_mode)),
        })
    }

    fn id(&self) -> &SubnetId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (Some(self.vpc.as_str()), Some(self.id.as_str()))
    }
}
