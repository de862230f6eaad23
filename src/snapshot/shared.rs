//! Keys that several calls print, and lists without a key: recognised by the members of parent and element.

use std::borrow::Cow;

use super::keys::{Meaning, Whole};
use super::scope::PathHints;
use crate::model::ResourceKind;

/// What is known about a list whose key does not decide.
pub(super) struct Clues<'c> {
    /// The keys that stand beside it.
    pub beside: &'c [&'c str],
    /// The members of its first element; none for an empty list.
    pub members: &'c [Cow<'c, str>],
    /// The path.
    pub hints: &'c PathHints,
}

impl Clues<'_> {
    fn has(&self, member: &str) -> bool {
        self.members.iter().any(|it| it == member)
    }

    fn is_beside(&self, key: &str) -> bool {
        self.beside.contains(&key)
    }

    fn is_of_transit_gateway_table(&self, call: &str) -> bool {
        self.is_beside("TransitGatewayRouteTableId")
            || self.members.is_empty() && (self.hints.mentions(call) || self.hints.id("tgw-rtb-").is_some())
    }
}

/// Whose list it is; nothing when it cannot be told.
pub(super) fn decide(key: &str, clues: &Clues<'_>) -> Option<Meaning> {
    match key {
        "Routes" => routes(clues),
        "Associations" => associations(clues),
        "Entries" => entries(clues),
        "Rules" => Some(rules(clues)),
        "Listeners" => Some(listeners(clues)),
        "Attributes" => Some(attributes(clues)),
        "LoadBalancerAttributes" => Some(load_balancer_attributes(clues)),
        "Firewalls" => Some(answers(clues, "Firewall", ResourceKind::Firewall)),
        "FirewallPolicies" => Some(answers(clues, "FirewallPolicyResponse", ResourceKind::FirewallPolicy)),
        "items" => Some(items(clues)),
        "RuleGroups" => Some(answers(clues, "RuleGroupResponse", ResourceKind::FirewallRuleGroup)),
        _ => None,
    }
}

fn routes(clues: &Clues<'_>) -> Option<Meaning> {
    let of_client_vpn = Meaning::List(ResourceKind::ClientVpnRoute);
    if clues.has("ClientVpnEndpointId") {
        return Some(of_client_vpn);
    }
    let others = ["LocalGatewayRouteTableId", "LocalGatewayRouteTableArn", "RouteServerEndpointId"];
    let transit = Some(Meaning::Whole(Whole::Routes));
    if others.iter().any(|it| clues.has(it)) || clues.is_beside("AreRoutesPersisted") {
        return Some(Meaning::Aside);
    }
    if clues.is_beside("AdditionalRoutesAvailable")
        || clues.is_of_transit_gateway_table("search-transit-gateway-routes")
        || clues.has("TransitGatewayAttachments")
    {
        return transit;
    }
    // A static blackhole names no attachment.
    if clues.has("DestinationCidrBlock") && clues.has("Type") && clues.has("State") {
        return transit;
    }
    if clues.members.is_empty() && clues.hints.mentions("client-vpn-routes") {
        return Some(of_client_vpn);
    }
    let mentioned = |calls: [&str; 2]| calls.iter().any(|call| clues.hints.mentions(call));
    let others = ["local-gateway-routes", "route-server-routing-database"];
    (clues.members.is_empty() && mentioned(others)).then_some(Meaning::Aside)
}

fn associations(clues: &Clues<'_>) -> Option<Meaning> {
    if clues.has("TransitGatewayPolicyTableId") || clues.is_beside("TransitGatewayPolicyTableId") {
        return Some(Meaning::Aside);
    }
    let is_of_table = clues.is_of_transit_gateway_table("get-transit-gateway-route-table-associations");
    (clues.has("TransitGatewayAttachmentId") || is_of_table).then_some(Meaning::Whole(Whole::Associations))
}

fn entries(clues: &Clues<'_>) -> Option<Meaning> {
    let is_mentioned =
        || clues.hints.mentions("managed-prefix-list-entries") || clues.hints.id("pl-").is_some();
    (clues.has("Cidr") || clues.is_beside("PrefixListId") || clues.members.is_empty() && is_mentioned())
        .then_some(Meaning::Whole(Whole::Entries))
}

/// Other services have rules too.
fn rules(clues: &Clues<'_>) -> Meaning {
    let is_of_listener = clues.has("RuleArn") && (clues.has("Actions") || clues.has("Conditions"));
    let is_mentioned = || clues.hints.mentions("elbv2") || clues.hints.mentions("describe-rules");
    if is_of_listener || clues.members.is_empty() && is_mentioned() {
        Meaning::List(ResourceKind::ListenerRule)
    } else {
        Meaning::Aside
    }
}

fn listeners(clues: &Clues<'_>) -> Meaning {
    let is_of_accelerator = clues.is_beside("AcceleratorArn")
        || clues.has("PortRanges") && !clues.has("LoadBalancerArn")
        || clues.members.is_empty() && clues.hints.mentions("globalaccelerator");
    if is_of_accelerator { Meaning::Aside } else { Meaning::List(ResourceKind::Listener) }
}

fn attributes(clues: &Clues<'_>) -> Meaning {
    let mentioned = |call: &str| clues.hints.mentions(call);
    if clues.is_beside("ListenerArn") {
        Meaning::Aside
    } else if clues.is_beside("TargetGroupArn") || mentioned("target-group-attributes") {
        Meaning::Whole(Whole::TargetGroupAttributes)
    } else if clues.is_beside("LoadBalancerArn") || mentioned("load-balancer-attributes") {
        Meaning::Whole(Whole::LoadBalancerAttributes)
    } else {
        Meaning::Aside
    }
}

/// The lists of VPC Lattice share a key, and have it with other services.
fn items(clues: &Clues<'_>) -> Meaning {
    let is_association = clues.has("vpcId") && clues.has("serviceNetworkId");
    let is_mentioned = || clues.hints.mentions("service-network-vpc-associations");
    if is_association || clues.members.is_empty() && is_mentioned() {
        Meaning::List(ResourceKind::ServiceNetworkVpcAssociation)
    } else {
        Meaning::Aside
    }
}

/// Lists that keep each answer with its parent, or the one object that classic load balancers have.
fn load_balancer_attributes(clues: &Clues<'_>) -> Meaning {
    let is_classic = !clues.members.is_empty() && !clues.has("LoadBalancerArn");
    if is_classic {
        Meaning::Whole(Whole::ClassicAttributes)
    } else {
        Meaning::List(ResourceKind::LoadBalancerAttributes)
    }
}

/// Whole answers in a list; what `list-…` prints says no more than that there is one.
fn answers(clues: &Clues<'_>, member: &str, kind: ResourceKind) -> Meaning {
    if clues.has(member) { Meaning::List(kind) } else { Meaning::Aside }
}

/// Members that tell a resource's kind, the more particular kinds first: all of a row must be there.
const OBJECTS: &[(&[&str], &str)] = &[
    (&["SecurityGroupRuleId", "IsEgress"], "SecurityGroupRules"),
    (&["RouteTableId", "Routes"], "RouteTables"),
    (&["NetworkAclId", "Entries"], "NetworkAcls"),
    (&["ReservationId", "Instances"], "Reservations"),
    (&["InstanceId", "State", "InstanceType"], "Instances"),
    (&["InstanceId", "ImageId"], "Instances"),
    (&["NetworkInterfaceId", "PrivateIpAddresses"], "NetworkInterfaces"),
    (&["NetworkInterfaceId", "InterfaceType"], "NetworkInterfaces"),
    (&["NatGatewayId", "NatGatewayAddresses"], "NatGateways"),
    (&["NatGatewayId", "State"], "NatGateways"),
    (&["VpcEndpointId", "ServiceName"], "VpcEndpoints"),
    (&["VpcPeeringConnectionId", "RequesterVpcInfo"], "VpcPeeringConnections"),
    (&["InternetGatewayId"], "InternetGateways"),
    (&["EgressOnlyInternetGatewayId"], "EgressOnlyInternetGateways"),
    (&["TransitGatewayAttachmentId", "RequesterTgwInfo"], "TransitGatewayPeeringAttachments"),
    (&["TransitGatewayAttachmentId", "TransitGatewayId", "SubnetIds"], "TransitGatewayVpcAttachments"),
    (&["TransitGatewayAttachmentId", "TransitGatewayId", "ResourceType"], "TransitGatewayAttachments"),
    (&["TransitGatewayRouteTableId", "PrefixListId"], "TransitGatewayPrefixListReferences"),
    (&["TransitGatewayRouteTableId", "TransitGatewayId"], "TransitGatewayRouteTables"),
    (&["TransitGatewayId", "TransitGatewayArn"], "TransitGateways"),
    (&["PrefixListId", "PrefixListName"], "PrefixLists"),
    (&["SubnetId", "CidrBlock"], "Subnets"),
    (&["SubnetId", "AvailabilityZone", "VpcId"], "Subnets"),
    (&["GroupId", "GroupName", "IpPermissions"], "SecurityGroups"),
    (&["GroupId", "VpcOwnerId"], "SecurityGroupVpcAssociations"),
    (&["VpcId", "CidrBlock"], "Vpcs"),
    (&["PublicIp", "AllocationId"], "Addresses"),
    (&["ExclusionId", "ResourceArn"], "VpcBlockPublicAccessExclusions"),
    (&["AwsAccountId", "InternetGatewayBlockMode"], "VpcBlockPublicAccessOptions"),
    (&["ZoneName", "RegionName"], "AvailabilityZones"),
    (&["LoadBalancerArn", "Scheme"], "LoadBalancers"),
    (&["TargetGroupArn", "TargetType"], "TargetGroups"),
    (&["ListenerArn", "DefaultActions"], "Listeners"),
    (&["LoadBalancerName", "ListenerDescriptions"], "LoadBalancerDescriptions"),
    (&["RuleArn", "Conditions"], "Rules"),
    (&["Firewall"], "Firewall"),
    (&["FirewallPolicyResponse"], "FirewallPolicyResponse"),
    (&["RuleGroupResponse"], "RuleGroupResponse"),
    (&["VpnConnectionId", "CustomerGatewayId"], "VpnConnections"),
    (&["VpnGatewayId", "VpcAttachments"], "VpnGateways"),
    (&["CustomerGatewayId", "BgpAsn"], "CustomerGateways"),
    (&["NetworkRoutes", "CoreNetworkSegmentEdge"], "NetworkRoutes"),
    (&["NetworkRoutes", "CoreNetworkNetworkFunctionGroup"], "NetworkRoutes"),
    (&["NetworkRoutes", "RouteTableArn"], "NetworkRoutes"),
    (&["serviceNetworkId", "vpcId", "status"], "items"),
    (&["AttachmentId", "CoreNetworkId", "AttachmentType"], "Attachments"),
];

/// Members that tell what a list without a key is made of, where an object with them would be an answer of its own.
const ELEMENTS: &[(&[&str], &str)] = &[
    (&["TransitGatewayRouteTableId", "TransitGatewayRouteTablePropagations"], "TransitGatewayPropagations"),
    (&["TransitGatewayRouteTableId", "Associations"], "TransitGatewayAssociations"),
    (&["TransitGatewayRouteTableId", "Routes"], "TransitGatewayRoutes"),
    (&["PrefixListId", "Entries"], "PrefixListEntries"),
    (&["DestinationCidrBlock", "TransitGatewayAttachments"], "Routes"),
    (&["Cidr"], "Entries"),
];

/// The key under which an object with such members would be an element.
pub(super) fn key_of_object<'m>(members: impl AsRef<[Cow<'m, str>]>) -> Option<&'static str> {
    row(OBJECTS, members.as_ref())
}

/// The key under which elements with such members stand, where [`key_of_object`] does not say it.
pub(super) fn key_of_element<'m>(members: impl AsRef<[Cow<'m, str>]>) -> Option<&'static str> {
    row(ELEMENTS, members.as_ref())
}

fn row(table: &[(&[&str], &'static str)], members: &[Cow<'_, str>]) -> Option<&'static str> {
    let has = |wanted: &&str| members.iter().any(|it| it == wanted);
    table.iter().find(|(wanted, _)| wanted.iter().all(has)).map(|(_, key)| *key)
}

/// The key that an empty list without one would have, by the name of its file.
pub(super) fn key_by_name(hints: &PathHints) -> Option<&'static str> {
    let kinds = ResourceKind::ALL.iter().filter(|kind| **kind != ResourceKind::Unmodelled);
    // The longest call that is mentioned: `security-group-rules` is also `security-group`.
    let mentioned = kinds.filter(|kind| {
        let call = kind.call().rsplit(' ').next().unwrap_or_default();
        let things = call.split_once('-').map_or(call, |(_, things)| things);
        hints.mentions(things) || hints.mentions(kind.key())
    });
    mentioned.max_by_key(|kind| kind.call().len()).map(|kind| kind.key())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::keys;

    fn check(key: &str, path: &str, beside: &[&str], members: &[&str], expected: Option<Meaning>) {
        let members: Vec<Cow<'_, str>> = members.iter().map(|it| Cow::Borrowed(*it)).collect();
        let clues = Clues { beside, members: &members, hints: &PathHints::new(path) };
        assert_eq!(decide(key, &clues), expected, "{key} {path} {beside:?} {members:?}");
    }

    #[test]
    fn members_come_before_names() {
        let transit = Some(Meaning::Whole(Whole::Routes));
        check(
            "Routes",
            "client-vpn-routes.json",
            &[],
            &["DestinationCidrBlock", "TransitGatewayAttachments"],
            transit,
        );
        check("Routes", "x.json", &["AdditionalRoutesAvailable"], &[], transit);
        check("Routes", "x.json", &[], &["DestinationCidrBlock", "Type", "State"], transit);
        check(
            "Routes",
            "search-transit-gateway-routes.json",
            &[],
            &["ClientVpnEndpointId"],
            Some(Meaning::List(ResourceKind::ClientVpnRoute)),
        );
        check(
            "Routes",
            "search-transit-gateway-routes.json",
            &[],
            &["RouteServerEndpointId"],
            Some(Meaning::Aside),
        );
        check("Routes", "SearchTransitGatewayRoutes.json", &[], &[], transit);
        let client_vpn = Some(Meaning::List(ResourceKind::ClientVpnRoute));
        check("Routes", "describe_client_vpn_routes.json", &[], &[], client_vpn);
        check("Routes", "routes.json", &[], &[], None);
        check("Routes", "routes.json", &[], &["GatewayId", "DestinationCidrBlock"], None);
        let associations = Some(Meaning::Whole(Whole::Associations));
        check("Associations", "x.json", &[], &["TransitGatewayAttachmentId"], associations);
        check("Associations", "x.json", &[], &["AssociationId"], None);
        check("Associations", "tgw-rtb-0123456789a/x.json", &[], &[], associations);
        let entries = Some(Meaning::Whole(Whole::Entries));
        check("Entries", "pl-0123456789a.json", &[], &[], entries);
        check("Entries", "x.json", &[], &["Cidr", "Description"], entries);
        check("Entries", "x.json", &[], &[], None);
    }

    #[test]
    fn members_name_keys_of_the_table() {
        for (_, key) in OBJECTS.iter().chain(ELEMENTS) {
            assert!(keys::look_up(key).is_some(), "{key}");
        }
    }

    #[test]
    fn names_tell_empty_lists_apart() {
        let key = |path: &str| key_by_name(&PathHints::new(path));
        assert_eq!(key("describe-vpcs.json"), Some("Vpcs"));
        assert_eq!(key("eu-west-1/ec2-describe-security-group-rules.json"), Some("SecurityGroupRules"));
        assert_eq!(key("NatGateways.json"), Some("NatGateways"));
        assert_eq!(key("x.json"), None);
    }
}
