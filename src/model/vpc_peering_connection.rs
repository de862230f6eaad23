//! VPC peering connections (`PCX`).

use compact_str::CompactString;
use ipnet::IpNet;
use serde::Deserialize;

use super::about::{Absent, cidr, present};
use super::words::words;
use super::{
    About, AccountId, ElementError, Reading, Region, Resource, ResourceKind, Tags, VpcId,
    VpcPeeringConnectionId,
};

words! {
    /// The state of a peering connection; only an active one carries packets (PCX-1).
    PeeringStatus {
        Active = "active",
        InitiatingRequest = "initiating-request",
        PendingAcceptance = "pending-acceptance",
        Provisioning = "provisioning",
        Deleting = "deleting",
        Deleted = "deleted",
        Rejected = "rejected",
        Failed = "failed",
        Expired = "expired",
    }
}

/// A peering connection.
#[derive(Debug, Clone)]
pub struct VpcPeeringConnection {
    /// Place, owner, tags.
    pub about: About,
    /// `pcx-…`
    pub id: VpcPeeringConnectionId,
    /// Its state.
    pub status: Option<PeeringStatus>,
    /// Who asked for it.
    pub requester: PeeringSide,
    /// Who was asked.
    pub accepter: PeeringSide,
}

/// One side of a peering connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeeringSide {
    /// The VPC.
    pub vpc: Option<VpcId>,
    /// Its owner.
    pub account: Option<AccountId>,
    /// Its Region.
    pub region: Option<Region>,
    /// Its blocks, as the connection knows them; filled only while it is active (PCX-1).
    pub cidrs: Vec<IpNet>,
}

/// The element of `VpcPeeringConnections`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    vpc_peering_connection_id: Option<CompactString>,
    status: Option<StatusWire>,
    requester_vpc_info: Option<SideWire>,
    accepter_vpc_info: Option<SideWire>,
    tags: Option<Tags>,
}

/// `Status`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StatusWire {
    code: Option<CompactString>,
}

/// `RequesterVpcInfo` and `AccepterVpcInfo`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct SideWire {
    vpc_id: Option<CompactString>,
    owner_id: Option<CompactString>,
    region: Option<CompactString>,
    cidr_block: Option<CompactString>,
    cidr_block_set: Option<Vec<CidrWire>>,
    ipv6_cidr_block_set: Option<Vec<Ipv6CidrWire>>,
}

/// `CidrBlockSet[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct CidrWire {
    cidr_block: Option<CompactString>,
}

/// `Ipv6CidrBlockSet[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Ipv6CidrWire {
    ipv6_cidr_block: Option<CompactString>,
}

impl SideWire {
    fn convert(self) -> Result<PeeringSide, ElementError> {
        let sets = self.cidr_block_set.unwrap_or_default().into_iter().map(|it| it.cidr_block);
        let ipv6 = self.ipv6_cidr_block_set.unwrap_or_default().into_iter().map(|it| it.ipv6_cidr_block);
        let texts = sets.chain(ipv6).chain([self.cidr_block]).filter_map(present);
        let mut cidrs = texts.map(|text| cidr("CidrBlock", &text)).collect::<Result<Vec<IpNet>, _>>()?;
        cidrs.sort();
        cidrs.dedup();
        Ok(PeeringSide {
            vpc: present(self.vpc_id).map(VpcId),
            account: present(self.owner_id).map(AccountId),
            region: present(self.region).map(Region),
            cidrs,
        })
    }
}

impl Resource for VpcPeeringConnection {
    type Wire = Wire;
    type Id = VpcPeeringConnectionId;
    const KIND: ResourceKind = ResourceKind::VpcPeeringConnection;
    const WORD: &'static str = "vpc-peering-connection";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<VpcPeeringConnection, ElementError> {
        let requester = wire.requester_vpc_info.unwrap_or_default().convert()?;
        Ok(VpcPeeringConnection {
            about: reading.about(requester.account.clone().map(|it| it.0), None, wire.tags),
            id: VpcPeeringConnectionId(wire.vpc_peering_connection_id.or_missing("VpcPeeringConnectionId")?),
            status: reading.word(wire.status.and_then(|it| it.code)),
            requester,
            accepter: wire.accepter_vpc_info.unwrap_or_default().convert()?,
        })
    }

    fn id(&self) -> &VpcPeeringConnectionId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.status.as_ref())
    }
}
