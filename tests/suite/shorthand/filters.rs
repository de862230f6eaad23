//! Security groups, network ACLs, and the prefix lists that they name.

use serde_json::{Value, json};

use super::estate::{Estate, push, stem, text};
use super::parse::{Block, Home, Line, ShorthandError};

type Expanded = Result<(), ShorthandError>;

/// `prefix-list pl-office 203.0.113.0/24 198.51.100.0/24`
pub fn prefix_list(estate: &mut Estate, line: &Line) -> Expanded {
    let id = line.id();
    let blocks = &line.words[1..];
    let mut family = "IPv4";
    for word in blocks {
        if let Block::V6(_) = line.cidr(word)? {
            family = "IPv6";
        }
    }
    let (owner, name) = match line.option("service") {
        Some(service) => ("AWS", format!("com.amazonaws.{}.{service}", line.home.region)),
        None => (line.home.account.as_str(), stem(id).to_owned()),
    };
    if line.has("old-call") {
        let value = json!({ "PrefixListId": id, "PrefixListName": name, "Cidrs": blocks });
        return estate.add(line, "prefix-lists", id, &[&line.home], value);
    }
    let value = json!({ "PrefixListId": id, "PrefixListName": name, "AddressFamily": family, "OwnerId": owner,
        "State": "create-complete", "MaxEntries": blocks.len().max(1), "Version": 1, "Tags": [] });
    estate.add(line, "managed-prefix-lists", id, &[&line.home], value)?;
    if line.has("unread") {
        return Ok(());
    }
    let entries: Vec<Value> = blocks.iter().map(|block| json!({ "Cidr": block })).collect();
    let value = json!({ "PrefixListId": id, "Entries": entries });
    estate.add(line, "managed-prefix-list-entries", id, &[&line.home], value)
}

/// `sg sg-web in vpc-a`
pub fn sg(estate: &mut Estate, line: &Line) -> Expanded {
    let vpc = line.required("in")?;
    let mut home = estate.home(line, "vpcs", vpc)?;
    if let Some(account) = line.option("account") {
        account.clone_into(&mut home.account);
    }
    group(estate, line, line.id(), vpc, &home)
}

/// A new group: nothing in, everything out (SG-4). A VPC with IPv6 gets the IPv6 rule with it.
pub fn group(estate: &mut Estate, line: &Line, id: &str, vpc: &str, home: &Home) -> Expanded {
    let sixes = estate.need(line, "vpcs", vpc)?["Ipv6CidrBlockAssociationSet"] != json!([]);
    let sixes = if sixes { json!([{ "CidrIpv6": "::/0" }]) } else { json!([]) };
    let arn = format!("arn:aws:ec2:{}:{}:security-group/{id}", home.region, home.account);
    let value = json!({ "GroupId": id, "GroupName": stem(id), "SecurityGroupArn": arn, "VpcId": vpc,
        "OwnerId": home.account, "Description": "", "Tags": [], "IpPermissions": [],
        "IpPermissionsEgress": [{ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }],
            "Ipv6Ranges": sixes, "PrefixListIds": [], "UserIdGroupPairs": [] }] });
    estate.open_egress.insert(id.to_owned());
    estate.add(line, "security-groups", id, &[home], value)
}

/// The group that interfaces of a VPC get when nobody names one: it lets its own members in (SG-5).
pub fn default_group(estate: &mut Estate, line: &Line, vpc: &str) -> Expanded {
    let id = format!("sg-default-{}", stem(vpc));
    group(estate, line, &id, vpc, &line.home)?;
    let value = estate.change(line, "security-groups", &id)?;
    value["GroupName"] = json!("default");
    let pair = json!({ "GroupId": id, "UserId": line.home.account });
    push(
        value,
        "IpPermissions",
        json!({ "IpProtocol": "-1", "IpRanges": [], "Ipv6Ranges": [],
        "PrefixListIds": [], "UserIdGroupPairs": [pair] }),
    );
    Ok(())
}

/// Whether a line is about what comes in, by its second word.
fn inbound(line: &Line) -> Result<bool, ShorthandError> {
    match line.words[1] {
        "inbound" => Ok(true),
        "outbound" => Ok(false),
        word => Err(line.unknown(word)),
    }
}

/// `allow sg-web inbound tcp 443 from 0.0.0.0/0`
pub fn allow(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, inbound) = (line.id(), inbound(line)?);
    let mut value = permission(line, line.words[2], line.words.get(3).copied())?;
    for member in ["IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"] {
        value[member] = json!([]);
    }
    line.required(if inbound { "from" } else { "to" })?;
    for peer in line.list(if inbound { "from" } else { "to" }) {
        if peer.starts_with("pl-") {
            push(&mut value, "PrefixListIds", json!({ "PrefixListId": peer }));
        } else if peer.starts_with("sg-") {
            let (peer, account) = peer.split_once('@').unwrap_or((peer, ""));
            let owner = estate.get("security-groups", peer).map(|group| text(group, "OwnerId"));
            let account = if account.is_empty() { owner.unwrap_or(&line.home.account) } else { account };
            let pair = json!({ "GroupId": peer, "UserId": account });
            push(&mut value, "UserIdGroupPairs", pair);
        } else {
            match line.cidr(peer)? {
                Block::V4(block) => push(&mut value, "IpRanges", json!({ "CidrIp": block })),
                Block::V6(block) => push(&mut value, "Ipv6Ranges", json!({ "CidrIpv6": block })),
            }
        }
    }
    let open = !inbound && estate.open_egress.remove(id);
    let group = estate.change(line, "security-groups", id)?;
    let member = if inbound { "IpPermissions" } else { "IpPermissionsEgress" };
    if open {
        group[member] = json!([]);
    }
    push(group, member, value);
    Ok(())
}

/// `egress sg-web none`
pub fn egress(estate: &mut Estate, line: &Line) -> Expanded {
    if line.words[1] != "none" {
        return Err(line.unknown(line.words[1]));
    }
    estate.open_egress.remove(line.id());
    estate.change(line, "security-groups", line.id())?["IpPermissionsEgress"] = json!([]);
    Ok(())
}

/// Protocol and ports as security groups have them (SG-8 … SG-11).
fn permission(line: &Line, protocol: &str, ports: Option<&str>) -> Result<Value, ShorthandError> {
    let number = if protocol == "all" { "-1" } else { protocol };
    let range = match (protocol, ports) {
        ("tcp" | "udp", None) => Some((0, 65535)),
        ("icmp", None) => Some((-1, -1)),
        ("icmp" | "icmpv6" | "1" | "58", Some(word)) => Some(kind_and_code(line, word)?),
        (_, Some(word)) => Some(range(line, word)?),
        (_, None) => None,
    };
    protocol_number(line, protocol)?;
    Ok(match range {
        Some((from, to)) => json!({ "IpProtocol": number, "FromPort": from, "ToPort": to }),
        None => json!({ "IpProtocol": number }),
    })
}

fn protocol_number(line: &Line, protocol: &str) -> Result<i32, ShorthandError> {
    match protocol {
        "all" => Ok(-1),
        "tcp" => Ok(6),
        "udp" => Ok(17),
        "icmp" => Ok(1),
        "icmpv6" => Ok(58),
        number => number.parse::<u8>().map(i32::from).map_err(|_| line.unknown(number)),
    }
}

/// `443` or `8000-8100`.
fn range(line: &Line, word: &str) -> Result<(i32, i32), ShorthandError> {
    let (from, to) = word.split_once('-').unwrap_or((word, word));
    let port = |text: &str| text.parse::<u16>().map(i32::from).map_err(|_| line.unknown(word));
    Ok((port(from)?, port(to)?))
}

/// `8`, any code, or `3:4`.
fn kind_and_code(line: &Line, word: &str) -> Result<(i32, i32), ShorthandError> {
    let (kind, code) = word.split_once(':').unwrap_or((word, "-1"));
    let number = |text: &str| text.parse::<i32>().map_err(|_| line.unknown(word));
    Ok((number(kind)?, number(code)?))
}

/// `acl acl-a in vpc-a`
pub fn acl(estate: &mut Estate, line: &Line) -> Expanded {
    new_acl(estate, line, line.id(), line.required("in")?, false)
}

/// A network ACL; the default one lets everything through (ACL-14), any other nothing. Both end with the
/// rows of the implicit deny (ACL-3).
pub fn new_acl(estate: &mut Estate, line: &Line, id: &str, vpc: &str, default: bool) -> Expanded {
    let home = estate.home(line, "vpcs", vpc)?;
    let sixes = estate.need(line, "vpcs", vpc)?["Ipv6CidrBlockAssociationSet"] != json!([]);
    let mut entries = Vec::new();
    for egress in [true, false] {
        let mut row = |number: u16, member: &str, block: &str, action: &str| {
            entries.push(json!({ "RuleNumber": number, "Egress": egress, "Protocol": "-1",
                "RuleAction": action, member: block }));
        };
        if default {
            row(100, "CidrBlock", "0.0.0.0/0", "allow");
        }
        row(32767, "CidrBlock", "0.0.0.0/0", "deny");
        if default && sixes {
            row(101, "Ipv6CidrBlock", "::/0", "allow");
        }
        if sixes {
            row(32768, "Ipv6CidrBlock", "::/0", "deny");
        }
    }
    let value = json!({ "NetworkAclId": id, "VpcId": vpc, "OwnerId": home.account, "IsDefault": default,
        "Associations": [], "Entries": entries, "Tags": [] });
    estate.add(line, "network-acls", id, &[&home], value)
}

/// `entry acl-a inbound 100 allow tcp 443 from 0.0.0.0/0`
pub fn entry(estate: &mut Estate, line: &Line) -> Expanded {
    let (inbound, action, protocol) = (inbound(line)?, line.words[3], line.words[4]);
    let number: u16 = line.words[2].parse().map_err(|_| line.unknown(line.words[2]))?;
    if !["allow", "deny"].contains(&action) {
        return Err(line.unknown(action));
    }
    let peer = line.required(if inbound { "from" } else { "to" })?;
    let member = if let Block::V4(_) = line.cidr(peer)? { "CidrBlock" } else { "Ipv6CidrBlock" };
    let code = protocol_number(line, protocol)?;
    let mut value = json!({ "RuleNumber": number, "Egress": !inbound, "RuleAction": action,
        "Protocol": code.to_string(), member: peer });
    match (code, line.words.get(5)) {
        (1 | 58, ports) => {
            let (kind, code) = ports.map_or(Ok((-1, -1)), |word| kind_and_code(line, word))?;
            value["IcmpTypeCode"] = json!({ "Type": kind, "Code": code });
        }
        (_, Some(word)) => {
            let (from, to) = range(line, word)?;
            value["PortRange"] = json!({ "From": from, "To": to });
        }
        (6 | 17, None) => value["PortRange"] = json!({ "From": 0, "To": 65535 }),
        (_, None) => {}
    }
    push(estate.change(line, "network-acls", line.id())?, "Entries", value);
    Ok(())
}

/// `sg-vpc sg-web vpc-b`
pub fn sg_vpc(estate: &mut Estate, line: &Line) -> Expanded {
    let (group, vpc) = (line.id(), line.words[1]);
    let home = estate.home(line, "security-groups", group)?;
    let owner = text(estate.need(line, "vpcs", vpc)?, "OwnerId").to_owned();
    let value = json!({ "GroupId": group, "VpcId": vpc, "VpcOwnerId": owner, "GroupOwnerId": home.account,
        "State": line.option_or("state", "associated") });
    estate.add(line, "security-group-vpc-associations", &format!("{group}/{vpc}"), &[&home], value)
}
