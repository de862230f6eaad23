//! Managed services as ends: the selector and the interpreter have to find the same interfaces.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use netpath::model::ServiceFamily;
use netpath::selector::{Arguments, Index, resolve};
use netpath::solver::Source;

use super::model;
use super::random::Random;
use crate::interpreter::interfaces_of;

const SUBNETS: &[(&str, &str)] = &[("subnet-a", "a"), ("subnet-b", "b"), ("subnet-c", "a")];
const GROUPS: &[&str] = &["sg-one", "sg-two"];
const UUID: &str = "6f1c0a52-7a2e-4b67-9a57-3f6f7f1b8a10";

#[test]
fn the_selector_and_the_interpreter_find_the_same_interfaces_of_services() {
    let (mut found, mut asked) = (0, 0);
    for seed in 0..150 {
        let text = network(&mut Random::new(seed));
        let model = model(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let compiled = netpath::network::compile(&model);
        let index = Index::new(&model, &compiled);
        for (prefix, family) in [
            ("rds", ServiceFamily::Rds),
            ("lambda", ServiceFamily::Lambda),
            ("elasticache", ServiceFamily::ElastiCache),
            ("ecs", ServiceFamily::Ecs),
        ] {
            let services = model.managed_services.iter().filter(|it| it.family == family);
            let names: BTreeSet<&str> =
                services.flat_map(|it| [Some(it.name.as_str()), it.part_of.as_deref()]).flatten().collect();
            for name in names {
                let end = format!("{prefix}:{name}");
                let arguments = Arguments {
                    source: &end,
                    destination: "10.0.9.9",
                    traffic: "tcp/443",
                    ..Arguments::default()
                };
                let sources = resolve(&index, &arguments).map(|query| query.sources).unwrap_or_default();
                let chosen: BTreeSet<String> = sources
                    .iter()
                    .map(|source| match source {
                        Source::Interface(row, _) => model.network_interfaces[row.index()].id.to_string(),
                        Source::Outside(_)
                        | Source::OnPremises(_)
                        | Source::Clients(_)
                        | Source::Nobody(_) => {
                            panic!("{end} is {source:?}")
                        }
                    })
                    .collect();
                assert_eq!(chosen, interfaces_of(&model, family, name), "{end} in\n{text}");
                found += chosen.len();
                asked += 1;
            }
        }
    }
    assert!(found > asked / 2 && asked > 300, "{found} interfaces of {asked} services");
}

/// A network of interfaces that services write their texts on, and services that may be theirs.
fn network(random: &mut Random) -> String {
    let mut text = String::from("vpc vpc-a 10.0.0.0/16\nsg sg-one in vpc-a\nsg sg-two in vpc-a\n");
    for (number, (subnet, zone)) in SUBNETS.iter().enumerate() {
        let _ = writeln!(text, "subnet {subnet} 10.0.{number}.0/24 in vpc-a zone {zone}");
    }
    let texts = [
        "RDSNetworkInterface".to_owned(),
        "RDSNetworkInterface".to_owned(),
        format!("AWS Lambda VPC ENI-first-{UUID}"),
        "AWS Lambda VPC ENI: 3f6f7f1b".to_owned(),
        "ElastiCache cache-001".to_owned(),
        "ElastiCache cache-002".to_owned(),
        "something of ours".to_owned(),
    ];
    for number in 0..6 + random.below(5) {
        let position = random.below(SUBNETS.len());
        let said = random.pick(&texts);
        let kind = match said.starts_with("AWS Lambda") {
            true if random.chance(80) => " type lambda",
            true | false => " detached",
        };
        // An instance's own interface may say what it likes.
        let kind = if random.chance(8) { "" } else { kind };
        let _ = writeln!(
            text,
            "eni eni-{number} 10.0.{position}.{} in {} sg {}{kind}\nset eni-{number} Description \"{said}\"\nset eni-{number} Status in-use",
            20 + number,
            SUBNETS[position].0,
            some(random, GROUPS).join(","),
        );
    }
    write_databases(&mut text, random);
    for name in some(random, &["first", "second"]) {
        let _ = writeln!(
            text,
            "element functions {name} {{\"FunctionName\":\"{name}\",\"VpcConfig\":{{\"VpcId\":\"vpc-a\",\"SubnetIds\":[{}],\"SecurityGroupIds\":[{}]}}}}",
            quoted(&some(random, &["subnet-a", "subnet-b", "subnet-c"])),
            quoted(&some(random, GROUPS)),
        );
    }
    for name in some(random, &["cache-001", "cache-002", "cache-003"]) {
        let _ = writeln!(
            text,
            "element cache-clusters {name} {{\"CacheClusterId\":\"{name}\",\"ReplicationGroupId\":\"cache\",\"CacheNodes\":[]}}"
        );
    }
    for number in 0..random.below(3) {
        let _ = writeln!(
            text,
            "element tasks t{number} {{\"taskArn\":\"arn:aws:ecs:eu-west-1:111111111111:task/shop/t{number}\",\"clusterArn\":\"arn:aws:ecs:eu-west-1:111111111111:cluster/shop\",\"group\":\"service:web\",\"attachments\":[{{\"type\":\"ElasticNetworkInterface\",\"details\":[{{\"name\":\"networkInterfaceId\",\"value\":\"eni-{}\"}}]}}]}}",
            random.below(6)
        );
    }
    text
}

/// Databases with groups, subnets and zones of their own.
fn write_databases(text: &mut String, random: &mut Random) {
    for number in 0..1 + random.below(3) {
        let groups: Vec<String> =
            some(random, GROUPS).iter().map(|it| format!("{{\"VpcSecurityGroupId\":\"{it}\"}}")).collect();
        let subnets: Vec<String> = some(random, &["subnet-a", "subnet-b", "subnet-c"])
            .iter()
            .map(|it| format!("{{\"SubnetIdentifier\":\"{it}\"}}"))
            .collect();
        let zone = match random.below(3) {
            0 => String::new(),
            1 => "\"AvailabilityZone\":\"eu-west-1a\",".to_owned(),
            _ => "\"AvailabilityZone\":\"eu-west-1b\",".to_owned(),
        };
        let _ = writeln!(
            text,
            "element db-instances db-{number} {{\"DBInstanceIdentifier\":\"db-{number}\",{zone}\"Endpoint\":{{\"Port\":5432}},\"VpcSecurityGroups\":[{}],\"DBSubnetGroup\":{{\"VpcId\":\"vpc-a\",\"Subnets\":[{}]}}}}",
            groups.join(","),
            subnets.join(",")
        );
    }
}

/// Some of several, at least one.
fn some<'l>(random: &mut Random, list: &[&'l str]) -> Vec<&'l str> {
    let mut chosen: Vec<&str> = list.iter().copied().filter(|_| random.chance(60)).collect();
    if chosen.is_empty() {
        chosen.push(list[random.below(list.len())]);
    }
    chosen
}

fn quoted(list: &[&str]) -> String {
    list.iter().map(|it| format!("\"{it}\"")).collect::<Vec<String>>().join(",")
}
