//! Virtual private clouds (`VPC`).

use compact_str::CompactString;
use ipnet::{IpNet, Ipv6Net};
use serde::Deserialize;

use super::about::{Absent, cidr};
use super::words::words;
use super::{About, BlockMode, ElementError, Reading, Resource, ResourceKind, Tags, VpcId};

words! {
    /// The state of a VPC.
    VpcState { Available = "available", Pending = "pending", }
}

words! {
    /// The state of a CIDR's association with a VPC or subnet.
    BlockState {
        Associated = "associated",
        Associating = "associating",
        Disassociating = "disassociating",
        Disassociated = "disassociated",
        Failing = "failing",
        Failed = "failed",
    }
}

/// A VPC.
#[derive(Debug, Clone)]
pub struct Vpc {
    /// Place, owner, tags.
    pub about: About,
    /// `vpc-…`
    pub id: VpcId,
    /// Its state, when said (VPC-7).
    pub state: Option<VpcState>,
    /// The primary block, when said.
    pub primary_cidr: Option<IpNet>,
    /// IPv4 blocks, the primary one included.
    pub cidrs: Vec<CidrAssociation>,
    /// IPv6 blocks.
    pub ipv6_cidrs: Vec<Ipv6CidrAssociation>,
    /// Block Public Access as the VPC itself reports it, where it does (BPA-8).
    pub internet_gateway_block_mode: Option<BlockMode>,
    /// Whether encryption is enforced (ENC-2).
    pub encryption_enforced: bool,
    /// Whether it is the account's default VPC.
    pub is_default: bool,
}

impl Vpc {
    /// The blocks in force, of both families (VPC-1, VPC-4). AWS lists the primary block among the associations;
    /// it counts by itself only where that list is absent.
    pub fn associated_cidrs(&self) -> Vec<IpNet> {
        let in_force = |state: &Option<BlockState>| matches!(state, None | Some(BlockState::Associated));
        let mut cidrs: Vec<IpNet> =
            self.cidrs.iter().filter(|it| in_force(&it.state)).map(|it| it.cidr).collect();
        if self.cidrs.is_empty() {
            cidrs.extend(self.primary_cidr);
        }
        cidrs.extend(self.ipv6_cidrs.iter().filter(|it| in_force(&it.state)).map(|it| IpNet::V6(it.cidr)));
        cidrs.sort();
        cidrs.dedup();
        cidrs
    }
}

/// An IPv4 block of a VPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CidrAssociation {
    /// The block.
    pub cidr: IpNet,
    /// The association's state; absent counts as associated.
    pub state: Option<BlockState>,
}

/// An IPv6 block of a VPC or subnet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ipv6CidrAssociation {
    /// The block.
    pub cidr: Ipv6Net,
    /// The association's state; absent counts as associated.
    pub state: Option<BlockState>,
    /// Whether the block is private and so cannot use an internet gateway (VPC-5).
    pub is_private: bool,
}

/// The element of `Vpcs`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    vpc_id: Option<CompactString>,
    cidr_block: Option<CompactString>,
    cidr_block_association_set: Option<Vec<CidrWire>>,
    ipv6_cidr_block_association_set: Option<Vec<Ipv6CidrWire>>,
    state: Option<CompactString>,
    owner_id: Option<CompactString>,
    region: Option<CompactString>,
    is_default: Option<bool>,
    tags: Option<Tags>,
    block_public_access_states: Option<BlockPublicAccessStatesWire>,
    encryption_control: Option<EncryptionControlWire>,
}

/// `CidrBlockAssociationSet[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct CidrWire {
    cidr_block: Option<CompactString>,
    cidr_block_state: Option<StateWire>,
}

/// `Ipv6CidrBlockAssociationSet[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Ipv6CidrWire {
    ipv6_cidr_block: Option<CompactString>,
    ipv6_cidr_block_state: Option<StateWire>,
    ipv6_address_attribute: Option<CompactString>,
}

/// A state inside an object of its own.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct StateWire {
    pub(super) state: Option<CompactString>,
}

/// `BlockPublicAccessStates`, on VPCs and subnets.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct BlockPublicAccessStatesWire {
    pub(super) internet_gateway_block_mode: Option<CompactString>,
}

/// `EncryptionControl`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct EncryptionControlWire {
    mode: Option<CompactString>,
}

/// The IPv6 blocks of a VPC or subnet.
pub(super) fn ipv6_cidrs(
    wires: Option<Vec<Ipv6CidrWire>>,
    reading: &mut Reading,
) -> Result<Vec<Ipv6CidrAssociation>, ElementError> {
    let mut cidrs = Vec::new();
    for wire in wires.unwrap_or_default() {
        let Some(text) = super::about::present(wire.ipv6_cidr_block) else { continue };
        let IpNet::V6(block) = cidr("Ipv6CidrBlock", &text)? else {
            return Err(ElementError::Malformed {
                member: "Ipv6CidrBlock",
                text: text.into(),
                expected: "an IPv6 CIDR",
            });
        };
        cidrs.push(Ipv6CidrAssociation {
            cidr: block,
            state: reading.word(wire.ipv6_cidr_block_state.and_then(|it| it.state)),
            is_private: wire.ipv6_address_attribute.is_some_and(|it| it.eq_ignore_ascii_case("private")),
        });
    }
    Ok(cidrs)
}

impl Resource for Vpc {
    type Wire = Wire;
    type Id = VpcId;
    const KIND: ResourceKind = ResourceKind::Vpc;
    const WORD: &'static str = "vpc";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<Vpc, ElementError> {
        let mut about = reading.about(wire.owner_id, None, wire.tags);
        // Some collectors note the Region beside AWS's members.
        about.region = wire.region.map(super::Region).or(about.region);
        let mut cidrs = Vec::new();
        for association in wire.cidr_block_association_set.unwrap_or_default() {
            let Some(text) = super::about::present(association.cidr_block) else { continue };
            cidrs.push(CidrAssociation {
                cidr: cidr("CidrBlock", &text)?,
                state: reading.word(association.cidr_block_state.and_then(|it| it.state)),
            });
        }
        Ok(Vpc {
            about,
            id: VpcId(wire.vpc_id.or_missing("VpcId")?),
            state: reading.word(wire.state),
            primary_cidr: super::about::present(wire.cidr_block)
                .map(|text| cidr("CidrBlock", &text))
                .transpose()?,
            cidrs,
            ipv6_cidrs: ipv6_cidrs(wire.ipv6_cidr_block_association_set, reading)?,
            internet_gateway_block_mode: wire
                .block_public_access_states
                .and_then(|it| reading.word(it.internet_gateway_block_mode)),
            encryption_enforced: wire
                .encryption_control
                .and_then(|it| it.mode)
                .is_some_and(|mode| mode.eq_ignore_ascii_case("enforce")),
            is_default: wire.is_default.unwrap_or(false),
        })
    }

    fn id(&self) -> &VpcId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (Some(self.id.as_str()), None)
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
