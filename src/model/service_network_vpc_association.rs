//! Associations of VPCs with service networks of VPC Lattice, which two calls tell of: the list of all, and the groups of
//! each (`LAT`).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::words::words;
use super::{
    About, ElementError, Reading, Resource, ResourceKind, SecurityGroupId, ServiceNetworkVpcAssociationId,
    VpcId,
};

words! {
    /// The state of an association; an active one lets clients in.
    ServiceNetworkAssociationState {
        Active = "ACTIVE",
        UpdateInProgress = "UPDATE_IN_PROGRESS",
        UpdateFailed = "UPDATE_FAILED",
        CreateInProgress = "CREATE_IN_PROGRESS",
        CreateFailed = "CREATE_FAILED",
        DeleteInProgress = "DELETE_IN_PROGRESS",
        DeleteFailed = "DELETE_FAILED",
    }
}

/// An association.
#[derive(Debug, Clone)]
pub struct ServiceNetworkVpcAssociation {
    /// Place and owner.
    pub about: About,
    /// `snva-…`
    pub id: ServiceNetworkVpcAssociationId,
    /// `sn-…`
    pub network: Option<CompactString>,
    /// The name of the service network.
    pub network_name: Option<CompactString>,
    /// Its VPC.
    pub vpc: Option<VpcId>,
    /// Its state.
    pub state: Option<ServiceNetworkAssociationState>,
    /// The groups that judge clients, where somebody asked for it alone.
    pub groups: Option<Vec<SecurityGroupId>>,
}

/// The element of `items`, or the answer that is one association.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Wire {
    arn: Option<CompactString>,
    id: Option<CompactString>,
    service_network_id: Option<CompactString>,
    service_network_name: Option<CompactString>,
    vpc_id: Option<CompactString>,
    status: Option<CompactString>,
    security_group_ids: Option<Vec<CompactString>>,
}

impl Resource for ServiceNetworkVpcAssociation {
    type Wire = Wire;
    type Id = ServiceNetworkVpcAssociationId;
    const KIND: ResourceKind = ResourceKind::ServiceNetworkVpcAssociation;
    const WORD: &'static str = "service-network-vpc-association";
    const IS_JOINED: bool = true;

    fn convert(wire: Wire, reading: &mut Reading) -> Result<ServiceNetworkVpcAssociation, ElementError> {
        let arn = present(wire.arn);
        let groups = wire.security_group_ids;
        Ok(ServiceNetworkVpcAssociation {
            about: reading.about(None, arn.as_deref(), None),
            id: ServiceNetworkVpcAssociationId(wire.id.or_missing("id")?),
            network: present(wire.service_network_id),
            network_name: present(wire.service_network_name),
            vpc: present(wire.vpc_id).map(VpcId),
            state: reading.word(wire.status),
            groups: groups.map(|ids| ids.into_iter().map(SecurityGroupId).collect()),
        })
    }

    fn id(&self) -> &ServiceNetworkVpcAssociationId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    /// What both calls tell of one association.
    fn merge(&mut self, other: ServiceNetworkVpcAssociation) {
        self.network = self.network.take().or(other.network);
        self.network_name = self.network_name.take().or(other.network_name);
        self.vpc = self.vpc.take().or(other.vpc);
        self.state = self.state.take().or(other.state);
        self.groups = self.groups.take().or(other.groups);
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (self.vpc.as_ref().map(|it| it.as_str()), None)
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
