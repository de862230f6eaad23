//! Security groups that serve another VPC than their own (SG-16).

use compact_str::{CompactString, format_compact};
use serde::Deserialize;

use super::about::Absent;
use super::{
    About, ElementError, Reading, Resource, ResourceKind, SecurityGroupId, SecurityGroupVpcAssociationId,
    VpcId,
};

/// A group and a VPC that it serves besides its own.
#[derive(Debug, Clone)]
pub struct SecurityGroupVpcAssociation {
    /// Place, owner, tags.
    pub about: About,
    /// Group and VPC.
    pub id: SecurityGroupVpcAssociationId,
    /// The group.
    pub group: SecurityGroupId,
    /// The VPC.
    pub vpc: VpcId,
}

/// The element of `SecurityGroupVpcAssociations`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    group_id: Option<CompactString>,
    vpc_id: Option<CompactString>,
    vpc_owner_id: Option<CompactString>,
}

impl Resource for SecurityGroupVpcAssociation {
    type Wire = Wire;
    type Id = SecurityGroupVpcAssociationId;
    const KIND: ResourceKind = ResourceKind::SecurityGroupVpcAssociation;
    const WORD: &'static str = "security-group-vpc-association";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<SecurityGroupVpcAssociation, ElementError> {
        let group = wire.group_id.or_missing("GroupId")?;
        let vpc = wire.vpc_id.or_missing("VpcId")?;
        Ok(SecurityGroupVpcAssociation {
            about: reading.about(wire.vpc_owner_id, None, None),
            id: SecurityGroupVpcAssociationId(format_compact!("{group}/{vpc}")),
            group: SecurityGroupId(group),
            vpc: VpcId(vpc),
        })
    }

    fn id(&self) -> &SecurityGroupVpcAssociationId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (Some(self.vpc.as_str()), None)
    }
}
