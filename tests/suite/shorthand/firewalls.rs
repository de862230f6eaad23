//! Firewalls, their policies and rule groups.

use serde_json::{Value, json};

use super::estate::{Estate, push, text};
use super::parse::{Line, ShorthandError};

type Expanded = Result<(), ShorthandError>;

fn arn(line: &Line, kind: &str, name: &str) -> String {
    format!("arn:aws:network-firewall:{}:{}:{kind}/{name}", line.home.region, line.home.account)
}

/// `firewall fw-a fp-a in subnet-a,subnet-b`: the endpoints are `vpce-fw-a`, `vpce-fw-a-2`.
pub fn firewall(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, policy) = (line.id(), line.words[1]);
    let mut states = json!({});
    let mut mappings = Vec::new();
    let mut vpc = String::new();
    for (position, subnet) in line.list("in").into_iter().enumerate() {
        let found = estate.need(line, "subnets", subnet)?;
        vpc = text(found, "VpcId").to_owned();
        let zone = text(found, "AvailabilityZone").to_owned();
        let number = if position == 0 { String::new() } else { format!("-{}", position + 1) };
        let endpoint = format!("vpce-{id}{number}");
        let home = estate.home(line, "subnets", subnet)?;
        let value = json!({ "VpcEndpointId": endpoint, "VpcEndpointType": "GatewayLoadBalancer", "VpcId": vpc,
            "ServiceName": format!("com.amazonaws.vpce.{}.vpce-svc-{id}", home.region), "State": "available",
            "OwnerId": home.account, "RouteTableIds": [], "SubnetIds": [subnet], "NetworkInterfaceIds": [],
            "Groups": [], "DnsEntries": [], "PrivateDnsEnabled": false,
            "Tags": [{ "Key": "AWSNetworkFirewallManaged", "Value": "true" }] });
        estate.add(line, "vpc-endpoints", &endpoint, &[&home], value)?;
        let attachment = json!({ "SubnetId": subnet, "EndpointId": endpoint, "Status": "READY" });
        states[zone] = json!({ "Attachment": attachment });
        mappings.push(json!({ "SubnetId": subnet }));
    }
    if line.has("unread") {
        return Ok(());
    }
    let mut value = json!({ "UpdateToken": "1",
        "Firewall": { "FirewallName": id, "FirewallArn": arn(line, "firewall", id), "VpcId": vpc,
            "FirewallPolicyArn": arn(line, "firewall-policy", policy), "SubnetMappings": mappings, "Tags": [] },
        "FirewallStatus": { "Status": "READY", "ConfigurationSyncStateSummary": "IN_SYNC", "SyncStates": states } });
    if let Some(attachment) = line.option("at") {
        value["FirewallStatus"]["TransitGatewayAttachmentSyncState"] =
            json!({ "AttachmentId": attachment, "TransitGatewayAttachmentStatus": "READY" });
    }
    estate.add(line, "firewall", id, &[&line.home], value)
}

/// `firewall-policy fp-a order strict default drop_strict`
pub fn policy(estate: &mut Estate, line: &Line) -> Expanded {
    let id = line.id();
    let stateless = match line.option_or("stateless", "forward") {
        "forward" => "aws:forward_to_sfe",
        "pass" => "aws:pass",
        "drop" => "aws:drop",
        word => return Err(line.unknown(word)),
    };
    let mut policy = json!({ "StatelessDefaultActions": [stateless],
        "StatelessFragmentDefaultActions": [stateless], "StatelessRuleGroupReferences": [],
        "StatefulRuleGroupReferences": [] });
    if line.option("order").is_some() || line.option("stream").is_some() {
        let order =
            if line.option("order") == Some("strict") { "STRICT_ORDER" } else { "DEFAULT_ACTION_ORDER" };
        let stream = line.option_or("stream", "drop").to_ascii_uppercase();
        policy["StatefulEngineOptions"] = json!({ "RuleOrder": order, "StreamExceptionPolicy": stream });
    }
    let defaults: Vec<String> = line.list("default").iter().map(|it| format!("aws:{it}")).collect();
    if !defaults.is_empty() {
        policy["StatefulDefaultActions"] = json!(defaults);
    }
    if line.option("home").is_some() {
        policy["PolicyVariables"] =
            json!({ "RuleVariables": { "HOME_NET": { "Definition": line.list("home") } } });
    }
    let value = json!({ "UpdateToken": "1", "FirewallPolicy": policy,
        "FirewallPolicyResponse": { "FirewallPolicyName": id,
            "FirewallPolicyArn": arn(line, "firewall-policy", id), "FirewallPolicyStatus": "ACTIVE", "Tags": [] } });
    estate.add(line, "firewall-policy", id, &[&line.home], value)
}

/// `rule-group rg-a stateful in fp-a priority 10`
pub fn group(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, form) = (line.id(), line.words[1]);
    let (kind, source) = match form {
        "stateless" => (
            "stateless",
            json!({ "StatelessRulesAndCustomActions": { "StatelessRules": [], "CustomActions": [] } }),
        ),
        "stateful" => ("stateful", json!({ "RulesString": "" })),
        "tuples" => ("stateful", json!({ "StatefulRules": [] })),
        "allow-domains" | "deny-domains" => {
            let list = if form == "allow-domains" { "ALLOWLIST" } else { "DENYLIST" };
            (
                "stateful",
                json!({ "RulesSourceList": { "Targets": [".example.com"],
                "TargetTypes": ["HTTP_HOST", "TLS_SNI"], "GeneratedRulesType": list } }),
            )
        }
        word => return Err(line.unknown(word)),
    };
    let group = format!("{kind}-rulegroup");
    let arn = match line.has("managed") {
        true => format!("arn:aws:network-firewall:{}:aws-managed:{group}/{id}", line.home.region),
        false => arn(line, &group, id),
    };
    let member =
        if kind == "stateless" { "StatelessRuleGroupReferences" } else { "StatefulRuleGroupReferences" };
    for policy in line.list("in") {
        let mut reference = json!({ "ResourceArn": arn });
        if let Some(priority) = line.option("priority") {
            reference["Priority"] = json!(line.number_of(priority)?);
        }
        if line.has("only-alerts") {
            reference["Override"] = json!({ "Action": "DROP_TO_ALERT" });
        }
        push(&mut estate.change(line, "firewall-policy", policy)?["FirewallPolicy"], member, reference);
    }
    if line.has("unread") || line.has("managed") {
        return Ok(());
    }
    let value = json!({ "UpdateToken": "1",
        "RuleGroup": { "RuleVariables": { "IPSets": {}, "PortSets": {} },
            "ReferenceSets": { "IPSetReferences": {} }, "RulesSource": source },
        "RuleGroupResponse": { "RuleGroupName": id, "RuleGroupArn": arn,
            "Type": kind.to_ascii_uppercase(), "RuleGroupStatus": "ACTIVE", "Tags": [] } });
    estate.add(line, "rule-group", id, &[&line.home], value)
}

/// `fw-set rg-a SERVERS 10.0.1.0/24,10.0.2.0/24`, `fw-set rg-a WEB 80,443`, `fw-set rg-a LIST pl-a`
pub fn set(estate: &mut Estate, line: &Line) -> Expanded {
    let (name, values) = (line.words[1], line.words[2]);
    let reference = format!("arn:aws:ec2:{}:{}:prefix-list/{values}", line.home.region, line.home.account);
    let group = &mut estate.change(line, "rule-group", line.id())?["RuleGroup"];
    if values.starts_with("pl-") {
        group["ReferenceSets"]["IPSetReferences"][name] = json!({ "ReferenceArn": reference });
        return Ok(());
    }
    let is_ports = values
        .split(',')
        .all(|value| value.trim_start_matches('!').split(':').all(|it| it.parse::<u16>().is_ok()));
    let kind = if is_ports { "PortSets" } else { "IPSets" };
    group["RuleVariables"][kind][name] = json!({ "Definition": values.split(',').collect::<Vec<_>>() });
    Ok(())
}

/// `fw-stateless rg-a 10 drop tcp 22,8000-8100 from 10.0.0.0/8 to 10.1.0.0/16 source-ports 1024-65535`
pub fn stateless(estate: &mut Estate, line: &Line) -> Expanded {
    let priority = line.number_of(line.words[1])?;
    let action = match line.words[2] {
        "pass" => "aws:pass",
        "drop" => "aws:drop",
        "forward" => "aws:forward_to_sfe",
        word => return Err(line.unknown(word)),
    };
    let mut matches = json!({});
    if line.words[3] != "all" {
        let number = |word: &str| match word {
            "tcp" => Ok(6),
            "udp" => Ok(17),
            "icmp" => Ok(1),
            other => line.number_of(other),
        };
        let numbers: Result<Vec<u16>, ShorthandError> = line.words[3].split(',').map(number).collect();
        matches["Protocols"] = json!(numbers?);
    }
    let ports = |text: &str| -> Result<Value, ShorthandError> {
        let range = |part: &str| {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            Ok(json!({ "FromPort": line.number_of(from)?, "ToPort": line.number_of(to)? }))
        };
        text.split(',').map(range).collect::<Result<Vec<Value>, ShorthandError>>().map(Value::Array)
    };
    if let Some(text) = line.words.get(4) {
        matches["DestinationPorts"] = ports(text)?;
    }
    if let Some(text) = line.option("source-ports") {
        matches["SourcePorts"] = ports(text)?;
    }
    for (option, member) in [("from", "Sources"), ("to", "Destinations")] {
        let blocks: Vec<Value> =
            line.list(option).iter().map(|it| json!({ "AddressDefinition": it })).collect();
        if !blocks.is_empty() {
            matches[member] = json!(blocks);
        }
    }
    if let Some(text) = line.option("flags") {
        let (flags, masks) = text.split_once('/').ok_or_else(|| line.unknown(text))?;
        let names = |text: &str| text.split(',').map(str::to_ascii_uppercase).collect::<Vec<_>>();
        matches["TCPFlags"] = json!([{ "Flags": names(flags), "Masks": names(masks) }]);
    }
    let mut actions = vec![action];
    if line.has("metric") {
        actions.push("count-it");
    }
    let rule = json!({ "Priority": priority,
        "RuleDefinition": { "MatchAttributes": matches, "Actions": actions } });
    let group = estate.change(line, "rule-group", line.id())?;
    push(&mut group["RuleGroup"]["RulesSource"]["StatelessRulesAndCustomActions"], "StatelessRules", rule);
    Ok(())
}

/// `fw-rule rg-a drop tcp 10.0.0.0/8 any -> any 22 (sid:1;)`; of a group of tuples, options are `sid:1 flow:to_server`.
pub fn rule(estate: &mut Estate, line: &Line) -> Expanded {
    let words = &line.words[1..];
    let source = &mut estate.change(line, "rule-group", line.id())?["RuleGroup"]["RulesSource"];
    if let Some(known) = source["RulesString"].as_str() {
        source["RulesString"] = json!(format!("{known}{}\n", words.join(" ")));
        return Ok(());
    }
    let [action, protocol, from, from_ports, direction, to, to_ports, options @ ..] = words else {
        return Err(line.error("a tuple has seven words and then options"));
    };
    let direction = if *direction == "<>" { "ANY" } else { "FORWARD" };
    let upper = |word: &&str| word.to_ascii_uppercase();
    let option = |word: &&str| {
        let (keyword, value) = word.split_once(':').unwrap_or((word, ""));
        json!({ "Keyword": keyword, "Settings": [value] })
    };
    let rule = json!({ "Action": upper(action),
        "Header": { "Protocol": upper(protocol), "Source": from, "SourcePort": upper(from_ports),
            "Direction": direction, "Destination": to, "DestinationPort": upper(to_ports) },
        "RuleOptions": options.iter().map(option).collect::<Vec<Value>>() });
    push(source, "StatefulRules", rule);
    Ok(())
}
