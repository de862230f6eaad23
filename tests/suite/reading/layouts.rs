//! Every shape in which answers are kept: by key, by member, by name, wrapped, bare, packed.

use netpath::model::{AccountId, Region, ResourceKind, Scope};
use netpath::snapshot::{ReadOptions, Snapshot, read_documents};

use super::{counts, holds, read, try_read, warnings};

const VPC: &str = r#"{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "111111111111"}"#;
const SUBNET: &str = r#"{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "eu-west-1a"}"#;
const ROUTE: &str = r#"{"DestinationCidrBlock": "10.1.0.0/16", "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-1"}], "Type": "static", "State": "active"}"#;

fn check(path: &str, text: &str, expected: &str) -> Snapshot {
    let snapshot = read(&[(path, text)]);
    assert_eq!(counts(&snapshot), expected, "{text}");
    assert_eq!(warnings(&snapshot), Vec::<String>::new(), "{text}");
    snapshot
}

#[test]
fn keys_and_members_decide_not_names() {
    check("anything.json", &format!(r#"{{"Vpcs": [{VPC}]}}"#), "Vpc 1");
    check("describe-subnets.json", &format!(r#"{{"Vpcs": [{VPC}]}}"#), "Vpc 1");
    check("a.json", &format!(r#"{{"vpcs": [{VPC}], "subnets": [{SUBNET}]}}"#), "Vpc 1, Subnet 1");
    check("a.json", &format!("[{VPC}]"), "Vpc 1");
    check("a.json", VPC, "Vpc 1");
    check("a.json", &format!("[[{VPC}]]"), "Vpc 1");
    check("a.json", &format!("\u{feff}{{\"Vpcs\": [{VPC}], \"Subnets\": null}}"), "Vpc 1");
    check("a.json", &format!(r#"{{"Vpcs": {VPC}}}"#), "Vpc 1");
    check("vpcs.json", "[]", "");
}

#[test]
fn instances_come_with_and_without_reservations() {
    let instance = r#"{"InstanceId": "i-1", "ImageId": "ami-1", "State": {"Name": "running"}}"#;
    let reservation = format!(r#"{{"Instances": [{instance}], "OwnerId": "222222222222"}}"#);
    let snapshot = check("a.json", &format!(r#"{{"Reservations": [{reservation}]}}"#), "Instance 1");
    assert_eq!(snapshot.accounts, [AccountId::from("222222222222")]);
    assert_eq!(
        snapshot.locate(snapshot.model.instances[0].about.place).element,
        "Reservations[0].Instances[0]"
    );
    check("a.json", &format!(r#"{{"Instances": [{instance}]}}"#), "Instance 1");
    check("a.json", &format!("[{instance}]"), "Instance 1");
}

#[test]
fn answers_find_their_parent_beside_around_or_in_the_path() {
    let name = "search-transit-gateway-routes-tgw-rtb-0123456789abcdef0.json";
    for (path, text) in [
        (name, format!(r#"{{"Routes": [{ROUTE}], "AdditionalRoutesAvailable": false}}"#)),
        ("tgw-rtb-0123456789abcdef0/routes.json", format!(r#"{{"Routes": [{ROUTE}]}}"#)),
        (
            "a.json",
            format!(r#"{{"Routes": [{ROUTE}], "TransitGatewayRouteTableId": "tgw-rtb-0123456789abcdef0"}}"#),
        ),
        (
            "a.json",
            format!(
                r#"[{{"Routes": [{ROUTE}], "TransitGatewayRouteTableId": "tgw-rtb-0123456789abcdef0"}}]"#
            ),
        ),
        (
            "a.json",
            format!(
                r#"{{"TransitGatewayStaticRoutes": [{{"TransitGatewayRouteTableId": "tgw-rtb-0123456789abcdef0", "Routes": [{ROUTE}]}}]}}"#
            ),
        ),
    ] {
        let snapshot = check(path, &text, "TransitGatewayRoutes 1");
        let routes = &snapshot.model.transit_gateway_routes[0];
        assert_eq!(routes.id.as_str(), "tgw-rtb-0123456789abcdef0");
        assert_eq!(routes.routes.len(), 1);
        assert_eq!(routes.is_static_only, text.contains("Static"));
    }
    let entries = r#"{"Entries": [{"Cidr": "10.0.0.0/8"}], "PrefixListId": "pl-1"}"#;
    check("a.json", entries, "PrefixListEntries 1");
    check(
        "get-managed-prefix-list-entries/pl-0123456789abcdef0",
        r#"{"Entries": []}"#,
        "PrefixListEntries 1",
    );
    let propagations = r#"{"TransitGatewayRouteTablePropagations": [{"TransitGatewayAttachmentId": "tgw-attach-1", "State": "enabled"}], "TransitGatewayRouteTableId": "tgw-rtb-1"}"#;
    check("a.json", propagations, "TransitGatewayPropagations 1");
}

#[test]
fn an_answer_without_its_parent_is_said() {
    let snapshot = read(&[("routes.json", &format!(r#"{{"Routes": [{ROUTE}]}}"#))]);
    assert_eq!(
        warnings(&snapshot),
        ["routes.json: Routes: left out: neither the answer nor the file's name says which \
          `TransitGatewayRouteTableId` it is of"]
    );
    assert!(!holds(&snapshot, ResourceKind::TransitGatewayRoutes));
}

#[test]
fn an_empty_list_that_several_calls_print_is_counted_and_named() {
    let snapshot = read(&[("a.json", r#"{"Routes": []}"#)]);
    assert_eq!(
        warnings(&snapshot),
        ["a.json: the empty list `Routes` may be the answer of several calls, so it answers none"]
    );
    assert_eq!(snapshot.counts.ambiguous_empty["Routes"], 1);
    check("describe-client-vpn-routes.json", r#"{"Routes": []}"#, "");
}

#[test]
fn a_call_with_an_empty_list_is_held_and_one_that_is_absent_is_not() {
    let snapshot = check("a.json", r#"{"NatGateways": [], "Vpcs": null}"#, "");
    assert!(holds(&snapshot, ResourceKind::NatGateway));
    assert!(holds(&snapshot, ResourceKind::Vpc));
    assert!(!holds(&snapshot, ResourceKind::Subnet));
}

#[test]
fn the_older_call_for_prefix_lists_does_not_answer_for_customers_lists() {
    let older =
        r#"{"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "s3", "Cidrs": ["3.5.0.0/16"]}]}"#;
    assert!(!holds(&check("a.json", older, "PrefixList 1"), ResourceKind::PrefixList));
    let managed =
        r#"{"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "s3", "State": "create-complete"}]}"#;
    assert!(holds(&check("a.json", managed, "PrefixList 1"), ResourceKind::PrefixList));
}

#[test]
fn a_token_means_that_an_answer_was_cut_off() {
    let cut = format!(r#"{{"Vpcs": [{VPC}], "NextToken": "abc"}}"#);
    let snapshot = read(&[("a.json", &cut)]);
    assert_eq!(warnings(&snapshot), ["a.json: the answer was cut off: it has `NextToken`"]);
    assert!(!holds(&snapshot, ResourceKind::Vpc));
    assert!(snapshot.model.coverage.holds_any(ResourceKind::Vpc));
    check("a.json", &format!(r#"{{"Vpcs": [{VPC}], "NextToken": null}}"#), "Vpc 1");
    // Pages in one file: the last one has none.
    let snapshot = check("a.json", &format!("{cut}\n{{\"Vpcs\": []}}"), "Vpc 1");
    assert!(holds(&snapshot, ResourceKind::Vpc));
}

#[test]
fn content_says_account_and_region_before_path_and_options() {
    let options = ReadOptions {
        account: Some("999999999999".into()),
        region: Some("us-east-1".into()),
        ..ReadOptions::default()
    };
    let vpc = r#"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}"#;
    let subnets = format!(r#"{{"Subnets": [{SUBNET}]}}"#);
    let about = |files: &[(&str, &str)]| {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        let snapshot = try_read(&files, &options).expect("readable");
        let about = snapshot.model.vpcs[0].about.clone();
        (about.account.map(|it| it.to_string()), about.region.map(|it| it.to_string()))
    };
    let some = |account: &str, region: &str| (Some(account.to_owned()), Some(region.to_owned()));
    assert_eq!(about(&[("a.json", vpc)]), some("999999999999", "us-east-1"));
    assert_eq!(about(&[("accounts/111111111111/us-west-2/a.json", vpc)]), some("111111111111", "us-west-2"));
    assert_eq!(
        about(&[("us-west-2/a.json", vpc), ("us-west-2/b.json", &subnets)]),
        some("999999999999", "eu-west-1")
    );
}

#[test]
fn what_the_path_does_not_say_stays_open() {
    let snapshot = check("a.json", &format!(r#"{{"Vpcs": [{VPC}]}}"#), "Vpc 1");
    let scopes: Vec<_> = snapshot.model.coverage.scopes().collect();
    assert_eq!(scopes, [(ResourceKind::Vpc, [Scope::default()].as_slice())]);
    let snapshot = check("Vpcs-eu-west-3.json", &format!(r#"{{"Vpcs": [{VPC}]}}"#), "Vpc 1");
    let scope = Scope { account: None, region: Some(Region::from("eu-west-3")) };
    assert_eq!(snapshot.model.coverage.scopes().next(), Some((ResourceKind::Vpc, [scope].as_slice())));
}

#[test]
fn owners_and_regions_follow_the_vpc() {
    let gateway = r#"{"InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}]}"#;
    let subnets = format!(r#"{{"Subnets": [{SUBNET}]}}"#);
    let snapshot =
        read(&[("a.json", gateway), ("b.json", &subnets), ("c.json", &format!(r#"{{"Vpcs": [{VPC}]}}"#))]);
    let about = &snapshot.model.internet_gateways[0].about;
    assert_eq!(about.account, Some(AccountId::from("111111111111")));
    assert_eq!(about.region, Some(Region::from("eu-west-1")));
}

#[test]
fn the_owners_view_of_a_shared_subnet_comes_first() {
    let seen = |zone: &str, name: &str| {
        format!(
            r#"{{"Subnets": [{{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "{zone}", "OwnerId": "111111111111", "Tags": [{{"Key": "Name", "Value": "{name}"}}]}}]}}"#
        )
    };
    for (first, second) in [("111111111111", "222222222222"), ("222222222222", "111111111111")] {
        let of = |account: &str| {
            if account == "111111111111" {
                seen("eu-west-1a", "owner")
            } else {
                seen("eu-west-1b", "participant")
            }
        };
        let (path_a, path_b) = (format!("accounts/{first}/a.json"), format!("accounts/{second}/b.json"));
        let snapshot = read(&[(&path_a, &of(first)), (&path_b, &of(second))]);
        assert_eq!(counts(&snapshot), "Subnet 1");
        assert_eq!(snapshot.model.subnets[0].about.name(), Some("owner"));
    }
}

#[test]
fn interfaces_are_read_from_instances_where_they_have_no_answer_of_their_own() {
    let interface = r#"{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "SubnetId": "subnet-1", "PrivateIpAddress": "10.0.1.5", "Groups": [{"GroupId": "sg-1"}], "Attachment": {"DeviceIndex": 0, "Status": "attached"}}"#;
    let instances = format!(
        r#"{{"Reservations": [{{"OwnerId": "111111111111", "Instances": [{{"InstanceId": "i-1", "NetworkInterfaces": [{interface}]}}]}}]}}"#
    );
    let snapshot = read(&[("a.json", &instances)]);
    assert_eq!(counts(&snapshot), "NetworkInterface 1, Instance 1");
    assert_eq!(
        warnings(&snapshot),
        [
            "1 interfaces were read from instances; those of gateways, load balancers and endpoints are unknown"
        ]
    );
    assert!(!holds(&snapshot, ResourceKind::NetworkInterface));
    let read_interface = &snapshot.model.network_interfaces[0];
    let attachment = read_interface.attachment.as_ref().expect("attached");
    assert_eq!(attachment.instance.as_ref().map(ToString::to_string), Some("i-1".to_owned()));
    assert_eq!(read_interface.about.account, Some(AccountId::from("111111111111")));
    let listed = read(&[("a.json", &instances), ("b.json", r#"{"NetworkInterfaces": []}"#)]);
    assert_eq!(counts(&listed), "Instance 1");
}

#[test]
fn groups_are_put_together_from_flat_rules_where_they_have_no_answer_of_their_own() {
    let rule = |id: &str, out: bool| {
        format!(
            r#"{{"SecurityGroupRuleId": "{id}", "GroupId": "sg-1", "IsEgress": {out}, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "10.0.0.0/8"}}"#
        )
    };
    let rules = format!(r#"{{"SecurityGroupRules": [{}, {}]}}"#, rule("sgr-1", true), rule("sgr-2", false));
    let snapshot = read(&[("a.json", &rules)]);
    assert_eq!(counts(&snapshot), "SecurityGroup 1, SecurityGroupRule 2");
    let group = &snapshot.model.security_groups[0];
    assert_eq!((group.inbound.len(), group.outbound.len()), (1, 1));
    assert_eq!(warnings(&snapshot), ["1 security groups were put together from their rules"]);
}

#[test]
fn what_is_not_known_is_counted() {
    let text = r#"{"Vpcs": [{"VpcId": "vpc-1", "State": "melting"}], "Novelties": [1], "CarrierGateways": [{"CarrierGatewayId": "cagw-1"}]}"#;
    let snapshot = check("a.json", text, "Vpc 1, Unmodelled 1");
    assert_eq!(snapshot.counts.unknown_keys["Novelties"], 1);
    assert_eq!(snapshot.counts.unknown_words["VpcState melting"], 1);
    assert_eq!(snapshot.counts.unmodelled["CarrierGateways"], 1);
}

#[test]
fn lists_of_aws_belong_to_no_account_and_to_the_region_of_their_arn() {
    let text = r#"{"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "com.amazonaws.us-west-1.s3", "State": "create-complete", "OwnerId": "AWS", "PrefixListArn": "arn:aws:ec2:us-west-1:aws:prefix-list/pl-1"}]}"#;
    let snapshot = check("a.json", text, "PrefixList 1");
    assert_eq!(snapshot.accounts, []);
    assert_eq!(snapshot.regions, [Region::from("us-west-1")]);
}

#[test]
fn both_names_of_an_interfaces_tags_are_read() {
    for (set, tags) in [
        ("", r#""Tags": [{"Key": "Name", "Value": "web"}]"#),
        (r#""TagSet": [],"#, r#""Tags": [{"Key": "Name", "Value": "web"}]"#),
        (r#""TagSet": [{"Key": "Name", "Value": "web"}]"#, ""),
    ] {
        let text = format!(
            r#"{{"NetworkInterfaces": [{{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "SubnetId": "subnet-1", {set} {tags}}}]}}"#
        );
        assert_eq!(
            check("a.json", &text, "NetworkInterface 1").model.network_interfaces[0].about.name(),
            Some("web")
        );
    }
}

#[test]
fn names_with_odd_bytes_do_no_harm() {
    let files = vec![("%zz%e2%28/\u{0}.json".to_owned(), format!(r#"{{"Vpcs": [{VPC}]}}"#).into_bytes())];
    assert!(read_documents(files, &ReadOptions::default()).is_ok());
}
