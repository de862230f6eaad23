//! Security groups and network ACLs as elements of their `describe-*` answers.

use super::answers::tags;
use super::controls::{AclEntry, AclNetwork, Group, Peer, Rule, acl_entries, group_id};
use super::json::Json;
use super::plan::{Acl, Vpc, vpc_id};

pub fn network_acl(json: &mut Json, vpc: &Vpc, acl: Acl) {
    let id = vpc.acl_id(acl);
    json.object(|json| {
        json.list("Associations", |json| {
            for (index, _) in vpc.subnets.iter().enumerate().filter(|(_, it)| it.acl == acl) {
                json.object(|json| {
                    json.text("NetworkAclAssociationId", vpc.estate.id("aclassoc", vpc.number, index));
                    json.text("NetworkAclId", id);
                    json.text("SubnetId", vpc.subnet_id(index));
                });
            }
        });
        json.list("Entries", |json| acl_entries(vpc, acl).iter().for_each(|it| acl_entry(json, it)));
        json.plain("IsDefault", acl == Acl::Default);
        json.text("NetworkAclId", id);
        if acl == Acl::Default {
            json.empty_list("Tags");
        } else {
            tags(json, vpc, &format!("{}-{acl:?}", vpc.name()));
        }
        json.text("VpcId", vpc.id());
        json.text("OwnerId", vpc.account());
    });
}

fn acl_entry(json: &mut Json, entry: &AclEntry) {
    json.object(|json| {
        if let AclNetwork::Ipv4(network) = entry.network {
            json.text("CidrBlock", network);
        }
        json.plain("Egress", entry.outbound);
        if entry.ports.protocol == "icmp" {
            json.member("IcmpTypeCode", |json| {
                json.plain("Code", entry.ports.to);
                json.plain("Type", entry.ports.from);
            });
        }
        if let AclNetwork::AnyIpv6 = entry.network {
            json.text("Ipv6CidrBlock", "::/0");
        }
        if matches!(entry.ports.protocol, "tcp" | "udp") {
            json.member("PortRange", |json| {
                json.plain("From", entry.ports.from);
                json.plain("To", entry.ports.to);
            });
        }
        json.text("Protocol", entry.ports.number());
        json.text("RuleAction", if entry.allow { "allow" } else { "deny" });
        json.plain("RuleNumber", entry.number);
    });
}

pub fn security_group(json: &mut Json, vpc: &Vpc, group: &Group) {
    let id = group_id(vpc.estate, vpc.number, group.number);
    json.object(|json| {
        json.text("GroupId", id);
        json.list("IpPermissionsEgress", |json| permissions(json, vpc, &group.outbound));
        if group.number > 0 {
            tags(json, vpc, &group.name);
        }
        json.text("VpcId", vpc.id());
        let (region, account) = (vpc.region().name, vpc.account());
        json.text("SecurityGroupArn", format_args!("arn:aws:ec2:{region}:{account}:security-group/{id}"));
        json.text("OwnerId", account);
        json.text("GroupName", &group.name);
        let description =
            if group.number == 0 { "default VPC security group" } else { "Managed by Terraform" };
        json.text("Description", description);
        json.list("IpPermissions", |json| permissions(json, vpc, &group.inbound));
    });
}

/// Rules with the same protocol and ports come out as one permission.
fn permissions(json: &mut Json, vpc: &Vpc, rules: &[Rule]) {
    for (place, rule) in rules.iter().enumerate() {
        if rules[..place].iter().all(|it| it.ports != rule.ports) {
            let same: Vec<&Rule> = rules.iter().filter(|it| it.ports == rule.ports).collect();
            permission(json, vpc, &same);
        }
    }
}

fn permission(json: &mut Json, vpc: &Vpc, rules: &[&Rule]) {
    let ports = rules[0].ports;
    json.object(|json| {
        json.text("IpProtocol", ports.protocol);
        if !ports.is_everything() {
            json.plain("FromPort", ports.from);
            json.plain("ToPort", ports.to);
        }
        json.list("UserIdGroupPairs", |json| {
            for rule in rules {
                if let Peer::Group { vpc: owner, number } = rule.peer {
                    group_pair(json, vpc, rule, owner, number);
                }
            }
        });
        json.list("IpRanges", |json| {
            for rule in rules {
                if let Peer::Ipv4(network) = rule.peer {
                    described(json, rule, |json| json.text("CidrIp", network));
                }
            }
        });
        json.list("Ipv6Ranges", |json| {
            for rule in rules.iter().filter(|it| it.peer == Peer::AnyIpv6) {
                described(json, rule, |json| json.text("CidrIpv6", "::/0"));
            }
        });
        json.list("PrefixListIds", |json| {
            for rule in rules {
                if let Peer::PrefixList(list) = rule.peer {
                    described(json, rule, |json| json.text("PrefixListId", list.id(vpc.estate, vpc.mesh())));
                }
            }
        });
    });
}

fn group_pair(json: &mut Json, vpc: &Vpc, rule: &Rule, owner: usize, number: usize) {
    described(json, rule, |json| {
        json.text("UserId", vpc.estate.account_of(owner));
        json.text("GroupId", group_id(vpc.estate, owner, number));
        if owner != vpc.number {
            json.text("VpcId", vpc_id(vpc.estate, owner));
        }
        if let Some(peering) = vpc.peerings.iter().find(|it| it.other == owner) {
            json.text("VpcPeeringConnectionId", peering.id);
            json.text("PeeringStatus", "active");
        }
    });
}

fn described(json: &mut Json, rule: &Rule, peer: impl FnOnce(&mut Json)) {
    json.object(|json| {
        // What lets everything out is AWS's own rule, which has no description.
        if !rule.ports.is_everything() {
            json.text("Description", format_args!("{} from or to {}", rule.ports.name, rule.peer));
        }
        peer(json);
    });
}
