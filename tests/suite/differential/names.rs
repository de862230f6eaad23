//! Names in random VPCs: what the selector makes of one, and what the interpreter does.

use std::collections::BTreeSet;
use std::net::IpAddr;

use netpath::model::{Model, VpcId};
use netpath::network::{self, Network};
use netpath::packet::{AddressSet, ip};
use netpath::selector::{Arguments, Index, resolve};
use netpath::solver::Destination;

use super::random::Random;
use crate::interpreter::{Meaning, meaning};
use crate::shorthand::Topology;

/// Networks of an ordinary run.
const NETWORKS: u64 = 400;
/// Domains of zones and rules, and names that are in them.
const DOMAINS: &[&str] = &[
    "example.internal",
    "x.example.internal",
    "internal",
    "corp.example",
    "example",
    "amazonaws.com",
    "eu-west-1.amazonaws.com",
    "dkr.ecr.eu-west-1.amazonaws.com",
    "1.dkr.ecr.eu-west-1.amazonaws.com",
    "eu-west-1.compute.internal",
    "eu-west-1.compute.amazonaws.com",
    "",
];
const NAMES: &[&str] = &[
    "db.example.internal",
    "one.x.example.internal",
    "two.one.x.example.internal",
    "x.example.internal",
    "www.corp.example",
    "ssm.eu-west-1.amazonaws.com",
    "sts.eu-west-1.amazonaws.com",
    "ssm.us-east-1.amazonaws.com",
    "dkr.ecr.eu-west-1.amazonaws.com",
    "1.dkr.ecr.eu-west-1.amazonaws.com",
    "api.ecr.eu-west-1.amazonaws.com",
    "ip-10-0-0-10.eu-west-1.compute.internal",
    "ip-10-1-0-10.eu-west-1.compute.internal",
    "ec2-198-51-100-10.eu-west-1.compute.amazonaws.com",
    "ec2-198-51-100-11.eu-west-1.compute.amazonaws.com",
    "ec2-203-0-113-9.eu-west-1.compute.amazonaws.com",
];
const SERVICES: &[&str] = &["ssm", "ecr.dkr", "ecr.api", "sts"];
const VALUES: &[&str] = &["10.0.0.10", "10.1.0.10", "10.0.0.30", "192.168.0.9", "203.0.113.9"];

#[test]
fn names_stand_for_the_same_in_random_vpcs() {
    let networks = super::number("NETPATH_DIFFERENTIAL_NAMES").unwrap_or(NETWORKS);
    let seed = super::number("NETPATH_DIFFERENTIAL_SEED").unwrap_or(1);
    for seed in seed..seed + networks {
        let topology = topology(&mut Random::new(seed)).to_string();
        let model = super::model(&topology).unwrap_or_else(|error| panic!("{error}\n{topology}"));
        let network = network::compile(&model);
        for vpc in ["a", "b"] {
            for name in NAMES {
                let expected = meaning(&model, &VpcId::from(format!("vpc-{vpc}").as_str()), name);
                let found = asked(&model, &network, &format!("eni-{vpc}"), name);
                assert_eq!(found, expected, "`{name}` in vpc-{vpc}, seed {seed}, of\n{topology}");
            }
        }
    }
}

/// What the selector takes a name for.
fn asked(model: &Model, network: &Network, source: &str, name: &str) -> Meaning {
    let index = Index::new(model, network);
    let arguments = Arguments { source, destination: name, traffic: "all", ..Arguments::default() };
    let Ok(query) = resolve(&index, &arguments) else { return Meaning::Nothing };
    let mut addresses: BTreeSet<IpAddr> = BTreeSet::new();
    for destination in &query.destinations {
        match destination {
            Destination::Interface(interface, _) => {
                let own = &model.network_interfaces[interface.index()].addresses;
                addresses.extend(own.iter().map(|it| IpAddr::V4(it.private)));
            }
            Destination::Addresses(set) | Destination::OnPremises(set) => match single(set) {
                Some(all) => addresses.extend(all),
                None => return Meaning::Public,
            },
        }
    }
    Meaning::Addresses(addresses)
}

/// The addresses of a set of a few.
fn single(set: &AddressSet) -> Option<Vec<IpAddr>> {
    let all = set.ranges().iter().map(|(low, high)| (low == high).then(|| ip(set.family(), *low)));
    all.collect()
}

fn topology(random: &mut Random) -> Topology {
    let mut topology = Topology::default();
    for (letter, number) in [("a", 0), ("b", 1)] {
        topology.line(format!("vpc vpc-{letter} 10.{number}.0.0/16"));
        topology.line(format!("subnet subnet-{letter} 10.{number}.0.0/24 in vpc-{letter}"));
        let public = 10 + number;
        topology
            .line(format!("eni eni-{letter} 10.{number}.0.10 in subnet-{letter} public 198.51.100.{public}"));
        for (row, service) in SERVICES.iter().enumerate() {
            if random.chance(50) {
                continue;
            }
            let id = format!("vpce-{letter}{row}");
            let address = format!("10.{number}.0.{}", 20 + row);
            let service = format!("com.amazonaws.eu-west-1.{service}");
            topology.line(format!("endpoint {id} {service} {address} in subnet-{letter}"));
            topology.line(format!("set {id} PrivateDnsEnabled {}", random.chance(75)));
        }
        for attribute in ["EnableDnsSupport", "EnableDnsHostnames"] {
            if random.chance(25) {
                let value = random.chance(50);
                let vpc = format!("vpc-{letter}");
                topology.line(format!(
                    r#"element vpc-attribute {letter}{attribute} {{"VpcId":"{vpc}","{attribute}":{{"Value":{value}}}}}"#
                ));
            }
        }
    }
    zones(random, &mut topology);
    rules(random, &mut topology);
    topology
}

fn zones(random: &mut Random, topology: &mut Topology) {
    // What stands for the names of an endpoint, AWS takes no second zone for.
    let domains = DOMAINS.iter().filter(|it| !it.is_empty() && **it != "dkr.ecr.eu-west-1.amazonaws.com");
    for (row, domain) in domains.enumerate().filter(|_| random.chance(30)).collect::<Vec<_>>() {
        let base = format!(r#""Id":"/hostedzone/Z{row}","Name":"{domain}.","Config":{{"PrivateZone":true}}"#);
        topology.line(format!("element hosted-zones z{row} {{{base}}}"));
        if random.chance(85) {
            let vpcs = ["a", "b"].into_iter().filter(|_| random.chance(60));
            let vpcs: Vec<String> = vpcs.map(|it| format!(r#"{{"VPCId":"vpc-{it}"}}"#)).collect();
            topology.line(format!(
                r#"element hosted-zone z{row} {{"HostedZone":{{{base}}},"VPCs":[{}]}}"#,
                vpcs.join(",")
            ));
        }
        if random.chance(90) {
            let own = NAMES.iter().filter(|it| it.ends_with(&format!(".{domain}")));
            let mut names: Vec<String> =
                own.filter(|_| random.chance(50)).map(|it| format!("{it}.")).collect();
            names.extend(random.chance(30).then(|| format!("\\\\052.{domain}.")));
            let records: Vec<String> = names.iter().map(|it| record(random, it)).collect();
            topology.line(format!(
                r#"element resource-record-sets z{row} {{"HostedZoneId":"Z{row}","ResourceRecordSets":[{}]}}"#,
                records.join(",")
            ));
        }
    }
}

fn record(random: &mut Random, name: &str) -> String {
    match random.below(4) {
        0 => {
            let other = random.pick(NAMES);
            format!(r#"{{"Name":"{name}","Type":"CNAME","ResourceRecords":[{{"Value":"{other}."}}]}}"#)
        }
        1 => format!(r#"{{"Name":"{name}","Type":"TXT","ResourceRecords":[{{"Value":"text"}}]}}"#),
        _ => {
            let value = random.pick(VALUES);
            format!(r#"{{"Name":"{name}","Type":"A","ResourceRecords":[{{"Value":"{value}"}}]}}"#)
        }
    }
}

fn rules(random: &mut Random, topology: &mut Topology) {
    for (row, domain) in DOMAINS.iter().enumerate().filter(|_| random.chance(15)).collect::<Vec<_>>() {
        let kind = if random.chance(65) { "FORWARD" } else { "SYSTEM" };
        topology.line(format!(
            r#"element resolver-rules r{row} {{"Id":"rslvr-rr-{row}","DomainName":"{domain}.","RuleType":"{kind}","TargetIps":[{{"Ip":"192.168.0.53","Port":53}}],"ResolverEndpointId":"rslvr-out-1"}}"#
        ));
        for vpc in ["a", "b"].into_iter().filter(|_| random.chance(60)).collect::<Vec<_>>() {
            topology.line(format!(
                r#"element resolver-rule-associations {row}{vpc} {{"Id":"rslvr-rrassoc-{row}{vpc}","ResolverRuleId":"rslvr-rr-{row}","VPCId":"vpc-{vpc}"}}"#
            ));
        }
    }
}
