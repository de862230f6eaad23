//! Load balancers, what they listen on and what stands behind them.

use serde_json::{Value, json};

use super::estate::{Estate, push, text};
use super::interfaces::{self, Front};
use super::parse::{Line, ShorthandError};

type Expanded = Result<(), ShorthandError>;

fn arn(line: &Line, rest: &str) -> String {
    format!("arn:aws:elasticloadbalancing:{}:{}:{rest}", line.home.region, line.home.account)
}

/// `lb front network 10.0.1.5 10.0.2.5 in subnet-a,subnet-b sg sg-lb public 198.51.100.5,198.51.100.6`
pub fn lb(estate: &mut Estate, line: &Line) -> Expanded {
    let (name, kind) = (line.id(), line.words[1]);
    let short = match kind {
        "network" => "net",
        "application" => "app",
        "gateway" => "gwy",
        _ => return Err(line.unknown(kind)),
    };
    let path = format!("{short}/{name}/0123456789abcdef");
    let interface = match kind {
        "network" => "network_load_balancer",
        "gateway" => "gateway_load_balancer",
        _ => "interface",
    };
    let front = Front { name, first_word: 2, kind: interface, description: format!("ELB {path}") };
    let vpc = interfaces::front(estate, line, &front)?;
    let mut zones = Vec::new();
    for subnet in line.list("in") {
        let zone = estate.need(line, "subnets", subnet)?["AvailabilityZone"].clone();
        zones.push(json!({ "ZoneName": zone, "SubnetId": subnet, "LoadBalancerAddresses": [] }));
    }
    let id = arn(line, &format!("loadbalancer/{path}"));
    let mut value = json!({ "LoadBalancerArn": id, "LoadBalancerName": name, "Type": kind, "VpcId": vpc,
        "DNSName": format!("{name}.elb.{}.amazonaws.com", line.home.region),
        "Scheme": if line.list("public").is_empty() { "internal" } else { "internet-facing" },
        "State": { "Code": line.option_or("state", "active") }, "AvailabilityZones": zones });
    if let Some(word) = line.option("private-link") {
        value["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] = json!(word);
    }
    estate.add(line, "load-balancers", name, &[&line.home], value)?;
    if !line.has("unread") {
        let crosses = if line.has("cross-zone") { "true" } else { "false" };
        let value = json!({ "LoadBalancerArn": id,
            "Attributes": [{ "Key": "load_balancing.cross_zone.enabled", "Value": crosses }] });
        estate.add(line, "load-balancer-attributes", &format!("{name}-attributes"), &[&line.home], value)?;
    }
    Ok(())
}

/// `classic-lb old 10.0.1.5 in subnet-a instances i-web,i-app sg sg-lb`
pub fn classic(estate: &mut Estate, line: &Line) -> Expanded {
    let name = line.id();
    let front = Front { name, first_word: 1, kind: "interface", description: format!("ELB {name}") };
    let vpc = interfaces::front(estate, line, &front)?;
    let instances: Vec<Value> =
        line.list("instances").into_iter().map(|it| json!({ "InstanceId": it })).collect();
    let value = json!({ "LoadBalancerName": name, "VPCId": vpc, "Subnets": line.list("in"),
        "DNSName": format!("{name}.elb.{}.amazonaws.com", line.home.region),
        "Scheme": if line.list("public").is_empty() { "internal" } else { "internet-facing" },
        "ListenerDescriptions": [], "Instances": instances });
    estate.add(line, "classic-load-balancers", name, &[&line.home], value)?;
    if let Some(crosses) = line.option("cross-zone") {
        let value = json!({ "LoadBalancerName": name,
            "LoadBalancerAttributes": { "CrossZoneLoadBalancing": { "Enabled": crosses == "on" } } });
        estate.add(line, "load-balancer-attributes", &format!("{name}-attributes"), &[&line.home], value)?;
    }
    Ok(())
}

/// `target-group web instance TCP 8080 in vpc-a to i-web,i-app:9090=unhealthy preserve off`
pub fn target_group(estate: &mut Estate, line: &Line) -> Expanded {
    let (name, kind) = (line.id(), line.words[1]);
    let port = line.words.get(3).map(|it| line.number_of(it)).transpose()?;
    let id = arn(line, &format!("targetgroup/{name}/0123456789abcdef"));
    let mut value = json!({ "TargetGroupArn": id, "TargetGroupName": name, "TargetType": kind,
        "Protocol": line.words[2], "Port": port, "VpcId": line.required("in")?, "LoadBalancerArns": [],
        "HealthCheckPort": line.option_or("health", "traffic-port") });
    if let Some(family) = line.option("family") {
        value["IpAddressType"] = json!(family);
    }
    estate.add(line, "target-groups", name, &[&line.home], value)?;
    let mut targets = Vec::new();
    for word in line.list("to") {
        let (target, state) = word.split_once('=').unwrap_or((word, "healthy"));
        let (target, zone) = target.split_once('@').map_or((target, None), |(it, zone)| (it, Some(zone)));
        let (target, port) = match target.rsplit_once(':') {
            Some((target, port)) if !target.contains(':') => (target, Some(line.number_of(port)?)),
            _ => (target, port),
        };
        let target = match estate.get("load-balancers", target) {
            Some(balancer) => balancer["LoadBalancerArn"].clone(),
            None => json!(target),
        };
        targets.push(json!({ "Target": { "Id": target, "Port": port, "AvailabilityZone": zone },
            "TargetHealth": { "State": state } }));
    }
    if line.option("to").is_some() {
        let value = json!({ "TargetGroupArn": id, "TargetHealthDescriptions": targets });
        estate.add(line, "target-health", &format!("{name}-health"), &[&line.home], value)?;
    }
    if line.has("unread") {
        return Ok(());
    }
    let mut attributes = Vec::new();
    let options =
        [("preserve", "preserve_client_ip.enabled"), ("cross-zone", "load_balancing.cross_zone.enabled")];
    for (option, key) in options {
        if let Some(word) = line.option(option) {
            attributes.push(json!({ "Key": key, "Value": if word == "on" { "true" } else { "false" } }));
        }
    }
    let value = json!({ "TargetGroupArn": id, "Attributes": attributes });
    estate.add(line, "target-group-attributes", &format!("{name}-attributes-of-group"), &[&line.home], value)
}

fn actions(estate: &Estate, line: &Line) -> Result<Value, ShorthandError> {
    let words = line.list("->");
    if let [one @ ("redirect" | "fixed-response")] = words.as_slice() {
        return Ok(json!([{ "Type": one, "Order": 1 }]));
    }
    let mut groups = Vec::new();
    for word in words {
        groups.push(json!({ "TargetGroupArn": estate.need(line, "target-groups", word)?["TargetGroupArn"] }));
    }
    Ok(json!([{ "Type": "forward", "Order": 1, "ForwardConfig": { "TargetGroups": groups } }]))
}

/// `listener front TCP 443 -> web,app`, or of a Classic Load Balancer `listener old HTTP 80 -> 8080`
pub fn listener(estate: &mut Estate, line: &Line) -> Expanded {
    let (balancer, protocol) = (line.id(), line.words[1]);
    let port = line.number_of(line.words[2])?;
    if estate.get("classic-load-balancers", balancer).is_some() {
        let inside = line.number_of(line.required("->")?)?;
        let value = json!({ "Listener": { "Protocol": protocol, "LoadBalancerPort": port,
            "InstanceProtocol": protocol, "InstancePort": inside }, "PolicyNames": [] });
        push(estate.change(line, "classic-load-balancers", balancer)?, "ListenerDescriptions", value);
        return Ok(());
    }
    let owner = text(estate.need(line, "load-balancers", balancer)?, "LoadBalancerArn").to_owned();
    let id = format!("{}/{port:016}", owner.replacen(":loadbalancer/", ":listener/", 1));
    let value = json!({ "ListenerArn": id, "LoadBalancerArn": owner, "Port": port, "Protocol": protocol,
        "DefaultActions": actions(estate, line)? });
    estate.add(line, "listeners", &format!("{balancer}-{port}"), &[&line.home], value)
}

/// `rule front-443 10 -> app source 10.0.0.0/16`; unless it says `path /*`, it asks for a path
pub fn rule(estate: &mut Estate, line: &Line) -> Expanded {
    let (listener, number) = (line.id(), line.words[1]);
    let owner = text(estate.need(line, "listeners", listener)?, "ListenerArn").to_owned();
    let id = format!("{}/{number:0>16}", owner.replacen(":listener/", ":listener-rule/", 1));
    let path = line.option_or("path", "/app/*");
    let mut conditions = vec![json!({ "Field": "path-pattern", "Values": [path],
        "PathPatternConfig": { "Values": [path] } })];
    for option in ["source", "and-source"] {
        if line.option(option).is_some() {
            let values = json!({ "Values": line.list(option) });
            conditions.push(json!({ "Field": "source-ip", "SourceIpConfig": values }));
        }
    }
    let value = json!({ "RuleArn": id, "Priority": number, "IsDefault": false, "Conditions": conditions,
        "Actions": actions(estate, line)? });
    estate.add(line, "rules", &format!("{listener}-{number}"), &[&line.home], value)
}

/// `endpoint-service vpce-svc-shop lbs front`; a load balancer that no line makes is one that the snapshot lacks.
pub fn service(estate: &mut Estate, line: &Line) -> Expanded {
    let id = line.id();
    let names = line.list("lbs");
    let arn_of = |name: &&str| match estate.get("load-balancers", name) {
        Some(balancer) => balancer["LoadBalancerArn"].clone(),
        None => json!(arn(line, &format!("loadbalancer/net/{name}/0123456789abcdef"))),
    };
    let balancers: Vec<Value> = names.iter().map(arn_of).collect();
    let (gateways, balancers): (Vec<Value>, Vec<Value>) =
        balancers.into_iter().partition(|it| text_of(it).contains(":loadbalancer/gwy/"));
    let kind = if gateways.is_empty() { "Interface" } else { "GatewayLoadBalancer" };
    let value = json!({ "ServiceId": id, "ServiceName": service_name(line, id),
        "ServiceType": [{ "ServiceType": kind }], "ServiceState": line.option_or("state", "Available"),
        "AvailabilityZoneIds": line.list("zones"), "AcceptanceRequired": line.has("acceptance"),
        "NetworkLoadBalancerArns": balancers, "GatewayLoadBalancerArns": gateways });
    estate.add(line, "vpc-endpoint-service-configurations", id, &[&line.home], value)
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The name that endpoints use for somebody's service.
pub fn service_name(line: &Line, id: &str) -> String {
    format!("com.amazonaws.vpce.{}.{id}", line.home.region)
}

/// `endpoint-connection vpce-svc-shop vpce-shop state rejected`
pub fn connection(estate: &mut Estate, line: &Line) -> Expanded {
    let (service, endpoint) = (line.id(), line.words[1]);
    let owner = estate.need(line, "vpc-endpoints", endpoint)?["OwnerId"].clone();
    let value = json!({ "ServiceId": service, "VpcEndpointId": endpoint, "VpcEndpointOwner": owner,
        "VpcEndpointState": line.option_or("state", "available") });
    estate.add(line, "vpc-endpoint-connections", &format!("{service}/{endpoint}"), &[&line.home], value)
}
