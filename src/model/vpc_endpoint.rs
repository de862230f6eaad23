//! VPC endpoints of every type (`GEP`, `IEP`).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::hosted_zone::dns_name;
use super::words::words;
use super::{
    About, ElementError, NetworkInterfaceId, Reading, Resource, ResourceKind, RouteTableId, SecurityGroupId,
    SubnetId, Tags, VpcEndpointId, VpcId,
};

words! {
    /// What kind of endpoint it is (IEP-11).
    EndpointKind {
        Gateway = "Gateway",
        Interface = "Interface",
        GatewayLoadBalancer = "GatewayLoadBalancer",
        Resource = "Resource",
        ServiceNetwork = "ServiceNetwork",
        Tunnel = "Tunnel",
    }
}

words! {
    /// The state of an endpoint; only an available one carries packets (IEP-8, GEP-10).
    EndpointState {
        Available = "available",
        PendingAcceptance = "pendingAcceptance",
        Pending = "pending",
        Deleting = "deleting",
        Deleted = "deleted",
        Rejected = "rejected",
        Failed = "failed",
        Expired = "expired",
        Partial = "partial",
    }
}

/// A VPC endpoint.
#[derive(Debug, Clone)]
pub struct VpcEndpoint {
    /// Place, owner, tags.
    pub about: About,
    /// `vpce-…`
    pub id: VpcEndpointId,
    /// The VPC that it serves.
    pub vpc: VpcId,
    /// What kind it is.
    pub kind: EndpointKind,
    /// Its state.
    pub state: Option<EndpointState>,
    /// `com.amazonaws.eu-west-1.s3`
    pub service_name: CompactString,
    /// The route tables that a gateway endpoint is in (GEP-1).
    pub route_tables: Vec<RouteTableId>,
    /// The subnets that the other kinds are in.
    pub subnets: Vec<SubnetId>,
    /// The interfaces of the other kinds.
    pub interfaces: Vec<NetworkInterfaceId>,
    /// The groups of its interfaces.
    pub groups: Vec<SecurityGroupId>,
    /// Whether the names that its service has everywhere stand for its interfaces in the VPC (IEP-5).
    pub has_private_dns: bool,
    /// The names that stand for its interfaces, small and without a dot at the end.
    pub dns_names: Vec<CompactString>,
    /// Whether it has a policy that says more than the full-access default; named, never evaluated (GEP-7).
    pub has_policy: bool,
}

/// The element of `VpcEndpoints`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    vpc_endpoint_id: Option<CompactString>,
    vpc_id: Option<CompactString>,
    vpc_endpoint_type: Option<CompactString>,
    state: Option<CompactString>,
    service_name: Option<CompactString>,
    route_table_ids: Option<Vec<CompactString>>,
    subnet_ids: Option<Vec<CompactString>>,
    network_interface_ids: Option<Vec<CompactString>>,
    groups: Option<Vec<super::network_interface::GroupWire>>,
    policy_document: Option<Box<str>>,
    private_dns_enabled: Option<bool>,
    dns_entries: Option<Vec<DnsEntryWire>>,
    owner_id: Option<CompactString>,
    tags: Option<Tags>,
}

/// `DnsEntries[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DnsEntryWire {
    dns_name: Option<CompactString>,
}

/// Whether a policy is the one that an endpoint has when nobody wrote another: everything is allowed to everybody.
fn is_full_access(policy: &str) -> bool {
    let Ok(policy) = serde_json::from_str::<serde_json::Value>(policy) else {
        return policy.trim().is_empty();
    };
    let statement = &policy["Statement"];
    let statements = statement.as_array().map_or(std::slice::from_ref(statement), Vec::as_slice);
    let is_all = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text == "*",
        serde_json::Value::Array(values) => values.len() == 1 && values[0] == "*",
        serde_json::Value::Object(members) => {
            members.len() == 1 && members.get("AWS").is_some_and(|it| it == "*")
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => false,
    };
    let [only] = statements else { return false };
    let has_condition = only.get("Condition").is_some_and(|it| !it.is_null());
    only["Effect"] == "Allow"
        && ["Principal", "Action", "Resource"].iter().all(|member| is_all(&only[*member]))
        && !has_condition
}

impl Resource for VpcEndpoint {
    type Wire = Wire;
    type Id = VpcEndpointId;
    const KIND: ResourceKind = ResourceKind::VpcEndpoint;
    const WORD: &'static str = "vpc-endpoint";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<VpcEndpoint, ElementError> {
        let list =
            |ids: Option<Vec<CompactString>>| ids.unwrap_or_default().into_iter().filter(|it| !it.is_empty());
        let names = wire.dns_entries.unwrap_or_default().into_iter();
        let groups = wire.groups.unwrap_or_default().into_iter();
        Ok(VpcEndpoint {
            about: reading.about(wire.owner_id, None, wire.tags),
            id: VpcEndpointId(wire.vpc_endpoint_id.or_missing("VpcEndpointId")?),
            vpc: VpcId(wire.vpc_id.or_missing("VpcId")?),
            // Answers from before there were interface endpoints do not say.
            kind: reading.word(wire.vpc_endpoint_type).unwrap_or(EndpointKind::Gateway),
            state: reading.word(wire.state),
            service_name: wire.service_name.unwrap_or_default(),
            route_tables: list(wire.route_table_ids).map(RouteTableId).collect(),
            subnets: list(wire.subnet_ids).map(SubnetId).collect(),
            interfaces: list(wire.network_interface_ids).map(NetworkInterfaceId).collect(),
            groups: groups.filter_map(|it| present(it.group_id)).map(SecurityGroupId).collect(),
            has_private_dns: wire.private_dns_enabled.unwrap_or(false),
            dns_names: names.filter_map(|it| present(it.dns_name)).map(|it| dns_name(&it)).collect(),
            has_policy: wire.policy_document.is_some_and(|policy| !is_full_access(&policy)),
        })
    }

    fn id(&self) -> &VpcEndpointId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (Some(self.vpc.as_str()), None)
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
