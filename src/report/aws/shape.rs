//! The shapes of the EC2 API that an analysis is made of; members that do not apply are left out.

use serde::Serialize;

/// `NetworkInsightsAnalysis`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Analysis<'r> {
    pub network_insights_analysis_id: String,
    pub network_insights_analysis_arn: String,
    pub network_insights_path_id: String,
    pub status: Status,
    pub status_message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning_message: Option<String>,
    pub network_path_found: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forward_path_components: Vec<PathComponent<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub return_path_components: Vec<PathComponent<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub explanations: Vec<Explanation<'r>>,
}

/// `AnalysisStatus`, of which an answer needs two.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Succeeded,
    Failed,
}

/// `PathComponent`.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PathComponent<'r> {
    pub sequence_number: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acl_rule: Option<AclRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attached_to: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbound_header: Option<PacketHeader>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound_header: Option<PacketHeader>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_table_route: Option<Route>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_group_rule: Option<GroupRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transit_gateway_route_table_route: Option<TransitRoute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elastic_load_balancer_listener: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewall_stateless_rule: Option<StatelessRule<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewall_stateful_rule: Option<StatefulRule<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_name: Option<&'r str>,
}

/// `FirewallStatelessRule`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StatelessRule<'r> {
    pub rule_group_arn: &'r str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destinations: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source_ports: Vec<PortRange>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destination_ports: Vec<PortRange>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protocols: Vec<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_action: Option<&'r str>,
    pub priority: i64,
}

/// `FirewallStatefulRule`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StatefulRule<'r> {
    pub rule_group_arn: &'r str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destinations: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source_ports: Vec<PortRange>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destination_ports: Vec<PortRange>,
    pub protocol: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_action: Option<&'r str>,
    pub direction: &'static str,
}

/// `AnalysisLoadBalancerListener`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ClassicListener {
    pub load_balancer_port: u16,
    pub instance_port: u16,
}

/// `AnalysisComponent`.
#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Component<'r> {
    pub id: &'r str,
    pub arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'r str>,
}

/// `AnalysisAclRule`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AclRule {
    pub cidr: String,
    pub egress: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port_range: Option<PortRange>,
    pub protocol: String,
    pub rule_action: String,
    pub rule_number: u32,
}

/// `AnalysisSecurityGroupRule`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GroupRule {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cidr: Option<String>,
    pub direction: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_group_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port_range: Option<PortRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_list_id: Option<String>,
    pub protocol: String,
}

/// `AnalysisRouteTableRoute`.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Route {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_cidr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_prefix_list_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress_only_internet_gateway_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_gateway_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_interface_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transit_gateway_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_peering_connection_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier_gateway_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub core_network_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_gateway_id: Option<String>,
}

/// `TransitGatewayRouteTableRoute`.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TransitRoute {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_cidr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_origin: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_list_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment_id: Option<String>,
}

/// `AnalysisPacketHeader`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PacketHeader {
    pub destination_addresses: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destination_port_ranges: Vec<PortRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    pub source_addresses: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source_port_ranges: Vec<PortRange>,
}

/// `PortRange`.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PortRange {
    pub from: u16,
    pub to: u16,
}

/// `Explanation`.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Explanation<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acl: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acl_rule: Option<AclRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attached_to: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_gateway: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<&'static str>,
    pub explanation_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress_route_table: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internet_gateway: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_balancer_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classic_load_balancer_listener: Option<ClassicListener>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_balancer_listener_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_balancer_target_group: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elastic_load_balancer_listener: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_component: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_gateway: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_interface: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packet_field: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_peering_connection: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub port_ranges: Vec<PortRange>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protocols: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_table_route: Option<Route>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_table: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_group: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_group_rule: Option<GroupRule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_endpoint: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpn_connection: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpn_gateway: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transit_gateway: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transit_gateway_route_table: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transit_gateway_route_table_route: Option<TransitRoute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transit_gateway_attachment: Option<Component<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component_account: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component_region: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewall_stateless_rule: Option<StatelessRule<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewall_stateful_rule: Option<StatefulRule<'r>>,
}
