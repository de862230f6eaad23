//! Two hosts with a firewall between them that has so many rules of five parts each: what a pair costs then.

use netpath::snapshot::{ReadOptions, Snapshot, read_documents};
use serde_json::{Value, json};

/// Ports that are asked about in turn.
pub const PORTS: u16 = 64;

/// A snapshot of it. Each rule is for a block, a block, a port and a range of client ports of its own; a few are for the
/// two hosts.
pub fn snapshot(rules: usize) -> Snapshot {
    let files = [
        (
            "describe-vpcs.json",
            json!({ "Vpcs": [{ "VpcId": "vpc-a", "CidrBlock": "10.0.0.0/16",
            "CidrBlockAssociationSet": [{ "CidrBlock": "10.0.0.0/16", "CidrBlockState": { "State": "associated" } }] }] }),
        ),
        ("describe-subnets.json", json!({ "Subnets": [subnet("a", 1), subnet("b", 2), subnet("fw", 9)] })),
        (
            "describe-route-tables.json",
            json!({ "RouteTables": [
            table("a", Some("10.0.2.0/24")), table("b", Some("10.0.1.0/24")), table("fw", None)] }),
        ),
        ("describe-network-acls.json", json!({ "NetworkAcls": [acl()] })),
        (
            "describe-security-groups.json",
            json!({ "SecurityGroups": [{ "GroupId": "sg-a", "GroupName": "a", "VpcId": "vpc-a",
            "IpPermissions": [everything()], "IpPermissionsEgress": [everything()] }] }),
        ),
        (
            "describe-network-interfaces.json",
            json!({ "NetworkInterfaces": [interface("a", "10.0.1.10"), interface("b", "10.0.2.10")] }),
        ),
        (
            "describe-vpc-endpoints.json",
            json!({ "VpcEndpoints": [{ "VpcEndpointId": "vpce-fw", "VpcId": "vpc-a",
            "VpcEndpointType": "GatewayLoadBalancer", "State": "available", "SubnetIds": ["subnet-fw"] }] }),
        ),
        (
            "describe-firewall.json",
            json!({
            "Firewall": { "FirewallName": "fw", "FirewallArn": arn("firewall/fw"), "VpcId": "vpc-a",
                "FirewallPolicyArn": arn("firewall-policy/fp") },
            "FirewallStatus": { "SyncStates": { "eu-west-1a": {
                "Attachment": { "SubnetId": "subnet-fw", "EndpointId": "vpce-fw" } } } } }),
        ),
        (
            "describe-firewall-policy.json",
            json!({
            "FirewallPolicyResponse": { "FirewallPolicyName": "fp", "FirewallPolicyArn": arn("firewall-policy/fp") },
            "FirewallPolicy": { "StatelessDefaultActions": ["aws:forward_to_sfe"],
                "StatefulRuleGroupReferences": [{ "ResourceArn": arn("stateful-rulegroup/rg"), "Priority": 1 }],
                "StatefulEngineOptions": { "RuleOrder": "STRICT_ORDER" },
                "StatefulDefaultActions": ["aws:drop_strict"] } }),
        ),
        (
            "describe-rule-group.json",
            json!({
            "RuleGroupResponse": { "RuleGroupName": "rg", "RuleGroupArn": arn("stateful-rulegroup/rg"), "Type": "STATEFUL" },
            "RuleGroup": { "RulesSource": { "StatefulRules": (0..rules).map(rule).collect::<Vec<Value>>() } } }),
        ),
    ];
    let files =
        files.into_iter().map(|(name, document)| (name.to_owned(), document.to_string().into_bytes()));
    read_documents(files.collect(), &ReadOptions::default()).expect("a made-up network can be read")
}

fn arn(rest: &str) -> String {
    format!("arn:aws:network-firewall:eu-west-1:111111111111:{rest}")
}

fn subnet(name: &str, number: u8) -> Value {
    json!({ "SubnetId": format!("subnet-{name}"), "VpcId": "vpc-a", "CidrBlock": format!("10.0.{number}.0/24"),
        "AvailabilityZone": "eu-west-1a", "AvailabilityZoneId": "euw1-az1" })
}

fn table(name: &str, inspected: Option<&str>) -> Value {
    let mut routes = vec![json!({ "DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local",
        "Origin": "CreateRouteTable", "State": "active" })];
    routes.extend(inspected.map(|block| {
        json!({ "DestinationCidrBlock": block, "GatewayId": "vpce-fw", "Origin": "CreateRoute", "State": "active" })
    }));
    json!({ "RouteTableId": format!("rtb-{name}"), "VpcId": "vpc-a", "Routes": routes,
        "Associations": [{ "SubnetId": format!("subnet-{name}"), "Main": false }] })
}

fn acl() -> Value {
    let entry = |is_outbound: bool| json!({ "RuleNumber": 100, "Egress": is_outbound, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0" });
    let associations = ["a", "b", "fw"].map(|name| json!({ "SubnetId": format!("subnet-{name}") }));
    json!({ "NetworkAclId": "acl-a", "VpcId": "vpc-a", "IsDefault": true, "Entries": [entry(true), entry(false)],
        "Associations": associations })
}

fn everything() -> Value {
    json!({ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] })
}

fn interface(name: &str, address: &str) -> Value {
    json!({ "NetworkInterfaceId": format!("eni-{name}"), "SubnetId": format!("subnet-{name}"), "VpcId": "vpc-a",
        "InterfaceType": "interface", "Status": "in-use", "SourceDestCheck": true, "PrivateIpAddress": address,
        "PrivateIpAddresses": [{ "Primary": true, "PrivateIpAddress": address }], "Groups": [{ "GroupId": "sg-a" }] })
}

/// Every eighth is for the hosts that are asked about.
fn rule(number: usize) -> Value {
    let near = number.is_multiple_of(8);
    let block = |host: u8| match near {
        true => format!("10.0.{host}.0/24"),
        false => format!("10.{}.{}.0/24", 1 + number / 256, number % 256),
    };
    let port = 1000 + number % usize::from(PORTS);
    let first = 1024 + number * 7 % 30_000;
    json!({ "Action": if number.is_multiple_of(3) { "DROP" } else { "PASS" },
        "Header": { "Protocol": "TCP", "Source": block(1), "SourcePort": format!("{first}:{}", first + 20_000),
            "Direction": "FORWARD", "Destination": block(2), "DestinationPort": port.to_string() },
        "RuleOptions": [{ "Keyword": "sid", "Settings": [number.to_string()] }] })
}
