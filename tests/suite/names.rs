//! Names of things: what a person's words stand for, in topologies that make them hard to tell.

use netpath::network::{self, InterfaceIndex, Network};
use netpath::packet::{AddressSet, ip};
use netpath::selector::{Arguments, Index, SelectorError, resolve};
use netpath::snapshot::Snapshot;
use netpath::solver::{Destination, Query, Source};

use crate::shorthand;

struct Case {
    snapshot: Snapshot,
    network: Network,
}

fn case(topology: &str) -> Case {
    let snapshot = shorthand::snapshot(topology).expect("the topology is right");
    let network = network::compile(&snapshot.model);
    Case { snapshot, network }
}

impl Case {
    fn resolve(&self, arguments: &Arguments<'_>) -> Result<Query, SelectorError> {
        let index = Index::new(&self.snapshot.model, &self.network);
        let ready = Index::new(&self.snapshot.model, &self.network).prepare();
        let answer = resolve(&index, arguments);
        let again = resolve(&ready, arguments);
        assert_eq!(format!("{answer:?}"), format!("{again:?}"), "a prepared index finds the same");
        answer
    }

    /// The codes of what an answer leans on.
    fn notes(&self, source: &str, destination: &str, traffic: &str) -> Vec<&'static str> {
        let arguments = Arguments { source, destination, traffic, ..Arguments::default() };
        let query = self.resolve(&arguments).expect("both are there");
        let answer = netpath::solver::solve(&self.network, &query);
        let words = netpath::report::Question::default();
        let report = netpath::report::Report::new(&words, &query, &answer, &self.network, &self.snapshot);
        report.assumptions.iter().map(|it| it.code).collect()
    }

    /// Both ends as text: `eni-a`, `eni-a 10.0.0.5`, `outside 203.0.113.0/24`; or the error.
    fn ends(&self, source: &str, destination: &str) -> String {
        let arguments = Arguments { source, destination, traffic: "all", ..Arguments::default() };
        self.ends_of(&arguments)
    }

    fn ends_of(&self, arguments: &Arguments<'_>) -> String {
        let query = match self.resolve(arguments) {
            Ok(query) => query,
            Err(error) => return error.to_string(),
        };
        let sources: Vec<String> = query.sources.iter().map(|it| self.source(it)).collect();
        let destinations: Vec<String> = query.destinations.iter().map(|it| self.destination(it)).collect();
        format!("{} -> {}", sources.join(", "), destinations.join(", "))
    }

    fn source(&self, source: &Source) -> String {
        match source {
            Source::Interface(interface, named) => self.interface(*interface, *named),
            Source::Outside(set) => format!("outside {}", self.set(set)),
            Source::OnPremises(set) => format!("on premises {}", self.set(set)),
            Source::Clients(row) => format!("clients {row}"),
            Source::Nobody(set) => format!("nobody {}", self.set(set)),
        }
    }

    fn destination(&self, destination: &Destination) -> String {
        match destination {
            Destination::Interface(interface, named) => self.interface(*interface, *named),
            Destination::Addresses(set) => self.set(set),
            Destination::OnPremises(set) => format!("on premises {}", self.set(set)),
        }
    }

    fn interface(&self, interface: InterfaceIndex, named: Option<u128>) -> String {
        let id = &self.snapshot.model.network_interfaces[interface.index()].id;
        match named {
            Some(bits) => {
                let family = if bits > u128::from(u32::MAX) { 1 } else { 0 };
                format!("{id} {}", ip(netpath::packet::Family::BOTH[family], bits))
            }
            None => id.to_string(),
        }
    }

    fn set(&self, set: &AddressSet) -> String {
        if set == self.network.internet(set.family()) {
            return format!("internet {:?}", set.family());
        }
        set.blocks().iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
    }
}

#[test]
fn an_address_in_two_vpcs_is_the_one_of_the_other_end() {
    let case = case(
        "vpc vpc-a 10.0.0.0/16
         vpc vpc-b 10.0.0.0/16
         vpc vpc-c 10.1.0.0/16
         subnet subnet-a 10.0.1.0/24 in vpc-a
         subnet subnet-b 10.0.1.0/24 in vpc-b
         subnet subnet-c 10.1.1.0/24 in vpc-c
         eni eni-a1 10.0.1.10 in subnet-a
         eni eni-a2 10.0.1.20 in subnet-a
         eni eni-b1 10.0.1.10 in subnet-b
         eni eni-c1 10.1.1.10 in subnet-c",
    );
    assert_eq!(case.ends("10.0.1.10", "eni-a2"), "eni-a1 10.0.1.10 -> eni-a2");
    assert_eq!(case.ends("10.0.1.10", "eni-b1"), "eni-b1 10.0.1.10 -> eni-b1");
    assert_eq!(case.ends("10.0.1.10", "10.0.1.20"), "eni-a1 10.0.1.10 -> 10.0.1.20/32");
    assert_eq!(case.ends("10.0.1.20", "10.0.1.10"), "eni-a2 10.0.1.20 -> 10.0.1.10/32");
    assert_eq!(
        case.ends("10.0.1.10", "eni-c1"),
        "`10.0.1.10` is ambiguous: eni-a1 (network interface in vpc-a of account 111111111111), \
         eni-b1 (network interface in vpc-b of account 111111111111)"
    );
    // Whom a header's address reaches is for the routes to say; a block is what the other end's VPC has of it.
    assert_eq!(case.ends("eni-c1", "10.0.1.0/24"), "eni-c1 -> 10.0.1.10/32, eni-a2 10.0.1.20");
    assert_eq!(case.ends("eni-b1", "10.0.1.0/24"), "eni-b1 -> eni-b1 10.0.1.10");
}

#[test]
fn addresses_are_somebodys_or_outside_or_nobodys() {
    let case = case(
        "vpc vpc-a 10.0.0.0/16 2600:f00d::/56
         subnet subnet-a 10.0.1.0/24 2600:f00d::/64 in vpc-a
         eni eni-a 10.0.1.10 10.0.1.11 2600:f00d::10 10.0.1.32/28 in subnet-a public 198.51.100.10
         eip 198.51.100.99
         nat nat-a 10.0.1.5 in subnet-a public 198.51.100.5",
    );
    assert_eq!(case.ends("10.0.1.10", "internet"), "eni-a 10.0.1.10 -> internet V4, internet V6");
    assert_eq!(case.ends("10.0.1.11", "8.8.8.8"), "eni-a 10.0.1.11 -> 8.8.8.8/32");
    assert_eq!(case.ends("10.0.1.40", "8.8.8.8"), "eni-a 10.0.1.40 -> 8.8.8.8/32");
    assert_eq!(case.ends("198.51.100.10", "8.8.8.8"), "eni-a 10.0.1.10 -> 8.8.8.8/32");
    assert_eq!(case.ends("2600:f00d::10", "2600:1::1"), "eni-a 2600:f00d::10 -> 2600:1::1/128");
    assert_eq!(case.ends("10.0.1.99", "8.8.8.8"), "nobody 10.0.1.99/32 -> 8.8.8.8/32");
    assert_eq!(case.ends("192.168.7.7", "eni-a"), "nobody 192.168.7.7/32 -> eni-a");
    assert_eq!(case.ends("2600:f00d::99", "eni-a"), "nobody 2600:f00d::99/128 -> eni-a");
    assert_eq!(case.ends("198.51.100.99", "eni-a"), "nobody 198.51.100.99/32 -> eni-a");
    assert_eq!(case.ends("8.8.8.8", "198.51.100.10"), "outside 8.8.8.8/32 -> 198.51.100.10/32");
    assert_eq!(case.ends("nat-a", "eni-a"), "eni-nat-a -> eni-a");
    assert_eq!(
        case.ends("8.8.8.8", "2600:f00d::10"),
        "`8.8.8.8` and `2600:f00d::10` have no address family in common"
    );
    let all = Arguments {
        source: "eni-a",
        destination: "i-a",
        traffic: "all",
        all_addresses: true,
        ..Arguments::default()
    };
    let each = "eni-a 10.0.1.10, eni-a 10.0.1.11, eni-a 2600:f00d::10";
    assert_eq!(case.ends_of(&all), format!("{each} -> {each}"));
}

#[test]
fn blocks_are_who_is_inside_and_what_is_outside() {
    let case = case(
        "vpc vpc-a 10.0.0.0/16
         subnet subnet-a 10.0.1.0/24 in vpc-a
         subnet subnet-b 10.0.2.0/24 in vpc-a
         eni eni-a 10.0.1.10 10.0.1.11 in subnet-a
         eni eni-b 10.0.2.10 in subnet-b
         nat nat-a 10.0.1.5 in subnet-a public 198.51.100.5",
    );
    assert_eq!(case.ends("10.0.1.0/24", "eni-b"), "eni-a 10.0.1.10, eni-a 10.0.1.11 -> eni-b");
    assert_eq!(case.ends("203.0.113.0/24", "eni-b"), "outside 203.0.113.0/24 -> eni-b");
    assert_eq!(case.ends("198.51.100.4/31", "eni-b"), "outside 198.51.100.4/32 -> eni-b");
    assert_eq!(case.ends("10.0.9.0/24", "eni-b"), "nobody 10.0.9.0/24 -> eni-b");
    assert_eq!(case.ends("eni-b", "10.0.1.0/24"), "eni-b -> eni-a 10.0.1.10, eni-a 10.0.1.11");
    assert_eq!(case.ends("eni-b", "10.0.9.0/24"), "eni-b -> 10.0.9.0/24");
    assert_eq!(case.ends("eni-b", "203.0.113.0/24"), "eni-b -> 203.0.113.0/24");
    // Gateways' own interfaces are ways, not hosts.
    assert_eq!(case.ends("subnet-a", "vpc-a"), "eni-a -> eni-a, eni-b");
}

#[test]
fn the_whole_line_of_addresses_is_the_internet() {
    let case = case(
        "vpc vpc-a 10.0.0.0/16
         subnet subnet-a 10.0.1.0/24 in vpc-a
         eni eni-a 10.0.1.10 in subnet-a
         eni eni-b 10.0.1.11 in subnet-a",
    );
    assert_eq!(case.ends("eni-a", "0.0.0.0/0"), "eni-a -> internet V4");
    assert_eq!(case.ends("10.0.1.10", "::/0"), "`10.0.1.10` and `::/0` have no address family in common");
    assert_eq!(case.ends("eni-a", "169.0.0.0/8"), "eni-a -> 169.0.0.0/8");
    assert_eq!(case.ends("eni-a", "169.254.171.0/24"), "eni-a -> 169.254.171.0/24");
}

#[test]
fn a_name_is_an_id_before_a_tag_before_a_beginning() {
    let case = case(
        "vpc vpc-a 10.0.0.0/16
         subnet subnet-a 10.0.1.0/24 in vpc-a
         eni eni-abcd1 10.0.1.10 in subnet-a sg sg-one on i-one
         eni eni-abcd2 10.0.1.11 in subnet-a sg sg-two on i-two
         eni eni-solo1 10.0.1.12 in subnet-a sg sg-two on i-two
         sg sg-lone in vpc-a
         set eni-abcd1 TagSet [{\"Key\":\"Name\",\"Value\":\"eni-abcd2\"}]
         set eni-abcd2 TagSet [{\"Key\":\"Name\",\"Value\":\"front\"},{\"Key\":\"team\",\"Value\":\"a=b\"}]
         set sg-one Tags [{\"Key\":\"Name\",\"Value\":\"front\"}]
         set vpc-a Tags [{\"Key\":\"Name\",\"Value\":\"shop\"}]",
    );
    let source = |text: &str| case.ends(text, "8.8.8.8").replace(" -> 8.8.8.8/32", "");
    assert_eq!(source("eni-abcd2"), "eni-abcd2");
    assert_eq!(source("eni-solo"), "eni-solo1");
    assert_eq!(source("eni-s"), "eni-solo1");
    assert_eq!(source("eni-t"), "nothing in the snapshot is called `eni-t`");
    assert_eq!(
        source("eni-abcd"),
        "`eni-abcd` is ambiguous: eni-abcd1 (network interface `eni-abcd2` in vpc-a of account 111111111111), \
         eni-abcd2 (network interface `front` in vpc-a of account 111111111111)"
    );
    assert!(
        source("front").starts_with("`front` is ambiguous: eni-abcd2 (network interface"),
        "{}",
        source("front")
    );
    assert_eq!(source("sg:front"), "eni-abcd1");
    assert_eq!(source("shop/eni:front"), "nothing in the snapshot is called `shop/eni:front`");
    assert_eq!(source("eni:shop/front"), "eni-abcd2");
    assert_eq!(source("sg-two"), "eni-abcd2, eni-solo1");
    assert_eq!(source("i-two"), "eni-abcd2");
    assert_eq!(source("tag:team=a=b"), "eni-abcd2");
    assert_eq!(source("tag:team"), "eni-abcd2");
    assert_eq!(source("tag:team=c"), "nothing in the snapshot is called `tag:team=c`");
    assert_eq!(
        source("sg-lone"),
        "`sg-lone` stands for no network interface: the security group has no members"
    );
    assert_eq!(source(""), "nothing in the snapshot is called ``");
    assert_eq!(source("vpc:"), "nothing in the snapshot is called `vpc:`");
}

#[test]
fn a_service_is_that_of_the_sources_region() {
    let case = case(
        "region eu-west-1
         vpc vpc-a 10.0.0.0/16
         subnet subnet-a 10.0.1.0/24 in vpc-a
         eni eni-a 10.0.1.10 in subnet-a
         prefix-list pl-s3-a 52.218.0.0/17 service s3
         endpoint vpce-ssm ssm 10.0.1.50 in subnet-a
         region us-east-1
         vpc vpc-b 10.1.0.0/16
         subnet subnet-b 10.1.1.0/24 in vpc-b
         eni eni-b 10.1.1.10 in subnet-b
         prefix-list pl-s3-b 54.231.0.0/16 service s3
         prefix-list pl-dynamo service dynamodb unread",
    );
    assert_eq!(case.ends("eni-a", "svc:s3"), "eni-a -> 52.218.0.0/17");
    assert_eq!(case.ends("eni-b", "svc:s3"), "eni-b -> 54.231.0.0/16");
    assert_eq!(case.ends("eni-a", "pl-s3-b"), "eni-a -> 54.231.0.0/16");
    assert_eq!(case.ends("eni-a", "svc:ssm"), "eni-a -> eni-vpce-ssm");
    assert_eq!(case.ends("eni-a", "vpce-ssm"), "eni-a -> eni-vpce-ssm");
    assert_eq!(case.ends("eni-b", "svc:ssm"), "the addresses of `svc:ssm` are not in the snapshot");
    assert_eq!(case.ends("eni-b", "svc:dynamodb"), "the addresses of `svc:dynamodb` are not in the snapshot");
    assert_eq!(case.ends("svc:s3", "eni-a"), "`svc:s3` is a service, which begins no conversation");
}

/// Two databases with one group, two accounts with a database of one name, and a function in no VPC.
const SERVICES: &str = r#"
    vpc vpc-a 10.0.0.0/16
    subnet subnet-a 10.0.1.0/24 in vpc-a
    eni eni-a 10.0.1.10 in subnet-a
    eni eni-o 10.0.1.50 in subnet-a sg sg-db detached
    eni eni-i 10.0.1.60 in subnet-a sg sg-db detached
    set eni-o Description RDSNetworkInterface
    set eni-i Description RDSNetworkInterface
    element db-instances o {"DBInstanceIdentifier":"orders","DBInstanceArn":"arn:aws:rds:eu-west-1:111111111111:db:orders","Endpoint":{"Port":5432},"VpcSecurityGroups":[{"VpcSecurityGroupId":"sg-db"}],"DBSubnetGroup":{"VpcId":"vpc-a","Subnets":[{"SubnetIdentifier":"subnet-a"}]}}
    element db-instances i {"DBInstanceIdentifier":"invoices","VpcSecurityGroups":[{"VpcSecurityGroupId":"sg-db"}],"DBSubnetGroup":{"VpcId":"vpc-a","Subnets":[{"SubnetIdentifier":"subnet-a"}]}}
    element db-instances t1 {"DBInstanceIdentifier":"twin"}
    element functions f {"FunctionName":"free"}
    account 222222222222
    vpc vpc-b 10.1.0.0/16
    element db-instances t2 {"DBInstanceIdentifier":"twin"}
"#;

#[test]
fn a_service_is_its_interfaces_and_says_what_else_fits_them() {
    let case = case(SERVICES);
    for name in ["rds:orders", "orders", "RDS:orders", "arn:aws:rds:eu-west-1:111111111111:db:orders"] {
        assert_eq!(case.ends("eni-a", name), "eni-a -> eni-i, eni-o", "{name}");
    }
    assert_eq!(case.ends("rds:orders", "eni-a"), "eni-i, eni-o -> eni-a");
    assert_eq!(
        case.ends("eni-a", "lambda:free"),
        "`lambda:free` stands for no network interface: Lambda free is in no VPC"
    );
    assert!(case.ends("eni-a", "rds:twin").starts_with("`rds:twin` is ambiguous: twin (RDS"));
    assert!(case.ends("eni-a", "lambda:orders").starts_with("nothing in the snapshot is called"));
    assert_eq!(case.notes("eni-a", "rds:orders", "tcp/5432"), ["OWNER_AMBIGUOUS"]);
    assert_eq!(case.notes("eni-a", "rds:orders", "all"), ["OWNER_AMBIGUOUS", "SERVICE_PORT"]);
}

#[test]
fn an_instance_with_interfaces_elsewhere_may_answer_by_another() {
    let case = case(
        "vpc vpc-a 10.0.0.0/16
         subnet subnet-a 10.0.1.0/24 in vpc-a
         subnet subnet-b 10.0.2.0/24 in vpc-a
         eni eni-a 10.0.1.10 in subnet-a
         eni eni-one 10.0.1.20 in subnet-a on i-two
         eni eni-two 10.0.2.20 in subnet-b on i-two
         eni eni-x 10.0.1.30 in subnet-a on i-pods
         eni eni-y 10.0.1.31 in subnet-a on i-pods",
    );
    assert_eq!(case.notes("10.0.1.10", "eni-two", "tcp/443"), ["HOST_ROUTING_ASSUMED"]);
    assert!(case.notes("eni-two", "eni-a", "tcp/443").is_empty());
    assert!(case.notes("eni-a", "eni-y", "tcp/443").is_empty(), "both are in one subnet");
}

#[test]
fn a_policy_is_worth_a_note_where_it_says_more_than_full_access() {
    let with = |policy: &str| {
        let case = case(&format!(
            "vpc vpc-a 10.0.0.0/16
             subnet subnet-a 10.0.1.0/24 in vpc-a
             eni eni-a 10.0.1.10 in subnet-a
             endpoint vpce-ssm ssm 10.0.1.20 in subnet-a sg none
             set vpce-ssm PolicyDocument {policy}"
        ));
        case.notes("eni-a", "vpce-ssm", "tcp/443")
    };
    let quoted = |statement: &str| format!("{:?}", format!("{{\"Statement\":[{statement}]}}"));
    let full = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;
    let listed = r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["*"],"Resource":"*"}"#;
    let narrow = r#"{"Effect":"Allow","Principal":"*","Action":"ssm:*","Resource":"*"}"#;
    let limited = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}"#;
    for statement in [full, listed] {
        assert!(with(&quoted(statement)).is_empty(), "{statement}");
    }
    for statement in [narrow, limited, &format!("{full},{narrow}")] {
        assert_eq!(with(&quoted(statement)), ["POLICY_NOT_EVALUATED"], "{statement}");
    }
    assert_eq!(with("nonsense"), ["POLICY_NOT_EVALUATED"]);
}

#[test]
fn a_name_that_dns_does_not_answer_says_why() {
    let case = case(
        r#"vpc vpc-a 10.0.0.0/16
         subnet subnet-a 10.0.1.0/24 in vpc-a
         eni eni-a 10.0.1.10 in subnet-a
         element hosted-zones z1 {"Id":"/hostedzone/Z1","Name":"example.internal."}
         element hosted-zones z2 {"Id":"/hostedzone/Z2","Name":"bare.internal."}
         element hosted-zone z1 {"HostedZone":{"Id":"/hostedzone/Z1"},"VPCs":[{"VPCId":"vpc-a"}]}
         element hosted-zone z2 {"HostedZone":{"Id":"/hostedzone/Z2"},"VPCs":[{"VPCId":"vpc-a"}]}
         element resource-record-sets z1 {"HostedZoneId":"Z1","ResourceRecordSets":[{"Name":"a.example.internal.","Type":"A","ResourceRecords":[{"Value":"10.0.1.10"}]},{"Name":"loop.example.internal.","Type":"CNAME","ResourceRecords":[{"Value":"loop.example.internal"}]}]}
         element resolver-rules r {"Id":"rslvr-rr-1","DomainName":"corp.example.","RuleType":"FORWARD","TargetIps":[{"Ip":"192.168.0.53","Port":53}],"ResolverEndpointId":"rslvr-out-1"}
         element resolver-rule-associations a {"Id":"rslvr-rrassoc-1","ResolverRuleId":"rslvr-rr-1","VPCId":"vpc-a"}"#,
    );
    assert_eq!(case.ends("eni-a", "A.Example.Internal."), "eni-a -> 10.0.1.10/32");
    let said = [
        (
            "b.example.internal",
            "the hosted zone Z1 (`example.internal`) has no address for `b.example.internal`",
        ),
        ("x.bare.internal", "the records of the hosted zone Z2 (`bare.internal`) are not in the snapshot"),
        ("loop.example.internal", "`loop.example.internal` stands for one name after the other without end"),
        (
            "git.corp.example",
            "rslvr-rr-1 hands `git.corp.example` from rslvr-out-1 to 192.168.0.53, whose answers are not in the snapshot",
        ),
        ("db.other.internal", "no hosted zone of the VPC has `db.other.internal`"),
    ];
    for (name, words) in said {
        assert_eq!(case.ends("eni-a", name), words, "{name}");
    }
    assert!(case.ends("a.example.internal", "eni-a").starts_with("nothing in the snapshot is called"));
    assert_eq!(case.notes("eni-a", "api.example.com", "tcp/443"), ["DNS_RESOLVES_PUBLIC"]);
    // A private zone is nobody's business outside.
    assert!(case.ends("internet", "a.example.internal").starts_with("no hosted zone"));
}

#[test]
fn a_group_is_not_asked_whether_its_members_reach_themselves() {
    let case = case(
        "vpc vpc-a 10.0.0.0/16
         subnet subnet-a 10.0.1.0/24 in vpc-a
         eni eni-a 10.0.1.10 in subnet-a sg sg-shut
         eni eni-b 10.0.1.11 in subnet-a sg sg-shut",
    );
    let answer = |source: &str, destination: &str| {
        let arguments = Arguments { source, destination, traffic: "tcp/443", ..Arguments::default() };
        let query = case.resolve(&arguments).expect("both are there");
        netpath::solver::solve(&case.network, &query)
    };
    let group = answer("sg-shut", "sg-shut");
    assert_eq!((group.verdict.as_text(), group.pairs.len()), ("blocked", 2));
    assert_eq!(answer("eni-a", "eni-a").verdict.as_text(), "reachable");
}
