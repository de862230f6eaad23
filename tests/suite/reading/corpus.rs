//! Public snapshots that nobody in this project wrote: every answer is recognised, nothing is lost.

use netpath::snapshot::{ReadOptions, strict_problems};

use super::{counts, warnings};
use crate::corpus::corpus;

/// What a path of the corpus gives.
struct Expected<'e> {
    path: &'e str,
    counts: &'e str,
    unmodelled: &'e str,
    warnings: &'e [&'e str],
    dangling: usize,
}

fn check(expected: &Expected<'_>) {
    let Some(corpus) = corpus() else { return };
    let path = expected.path;
    let snapshot = netpath::snapshot::read(&[corpus.join(path)], &ReadOptions::default());
    let snapshot = snapshot.unwrap_or_else(|cause| panic!("{path}: {cause}"));
    assert_eq!(counts(&snapshot), expected.counts, "{path}");
    let unmodelled = snapshot.counts.unmodelled.iter().filter(|(_, count)| **count > 0);
    let unmodelled: Vec<String> = unmodelled.map(|(key, count)| format!("{key} {count}")).collect();
    assert_eq!(unmodelled.join(", "), expected.unmodelled, "{path}");
    assert_eq!(warnings(&snapshot), expected.warnings, "{path}");
    assert!(snapshot.counts.unknown_words.is_empty(), "{path}: {:?}", snapshot.counts.unknown_words);
    assert!(snapshot.counts.ambiguous_empty.is_empty(), "{path}");
    let dangling = strict_problems(&snapshot).into_iter().filter(|it| it.contains("referred to"));
    assert_eq!(dangling.count(), expected.dangling, "{path}");
}

/// The oracle files stand beside the answers; they are named, and do no harm.
const ORACLE: &str =
    "expected.json: not recognised as the answer of a call by its keys `about`, `checks`, `oracle`";
const MEASURED: &str = "measured.json: not recognised as the answer of a call by its keys `lab_facts`, `probes`, `reading`, `source`";

#[test]
fn batfish_flat_folders() {
    check(&Expected {
        path: "batfish/test-public-private-subnet",
        counts: "Vpc 1, Subnet 2, RouteTable 2, NetworkInterface 2, Instance 2, SecurityGroup 3, NetworkAcl 1, \
         InternetGateway 1, VpnGateway 1, VpnConnection 1, CustomerGateway 1, AvailabilityZone 3",
        unmodelled: "",
        warnings: &[ORACLE],
        dangling: 0,
    });
    check(&Expected {
        path: "batfish/test-transit-gateway",
        counts: "Vpc 2, Subnet 3, RouteTable 2, NetworkInterface 5, Instance 4, SecurityGroup 5, NetworkAcl 2, \
         InternetGateway 1, ElasticAddress 1, TransitGateway 1, TransitGatewayAttachment 3, \
         TransitGatewayVpcAttachment 2, TransitGatewayRouteTable 1, TransitGatewayRoutes 1, \
         TransitGatewayPropagations 1, VpnConnection 1, CustomerGateway 1, AvailabilityZone 3",
        unmodelled: "",
        warnings: &[ORACLE],
        dangling: 0,
    });
    check(&Expected {
        path: "batfish/test-vpc-peering",
        counts: "Vpc 3, Subnet 3, RouteTable 3, NetworkInterface 3, Instance 3, SecurityGroup 6, NetworkAcl 3, \
         VpcPeeringConnection 2, AvailabilityZone 3",
        unmodelled: "",
        warnings: &[ORACLE],
        dangling: 1,
    });
}

#[test]
fn batfish_region_folders() {
    check(&Expected {
        path: "batfish/test-vpc-endpoint-gateway",
        counts: "Vpc 1, Subnet 2, RouteTable 3, NetworkInterface 2, Instance 2, SecurityGroup 2, NetworkAcl 2, \
         PrefixList 2, InternetGateway 1, VpcEndpoint 1, AvailabilityZone 6",
        unmodelled: "ServiceDetails 77, ServiceNames 77",
        warnings: &[ORACLE],
        dangling: 0,
    });
}

#[test]
fn labs_with_regions_and_accounts() {
    check(&Expected {
        path: "lab-validation/aws_instance_multiple_interface",
        counts: "Vpc 1, Subnet 3, RouteTable 3, NetworkInterface 6, Instance 4, SecurityGroup 6, NetworkAcl 2, \
         PrefixList 2, InternetGateway 1, ElasticAddress 2, AvailabilityZone 6",
        unmodelled: "",
        warnings: &[MEASURED],
        dangling: 0,
    });
    check(&Expected {
        path: "lab-validation/aws_nlb_targets_ip",
        counts: "Vpc 2, Subnet 3, RouteTable 5, NetworkInterface 10, Instance 5, SecurityGroup 7, NetworkAcl 4, \
         PrefixList 2, InternetGateway 2, NatGateway 1, ElasticAddress 5, VpcPeeringConnection 2, \
         LoadBalancer 4, LoadBalancerAttributes 4, Listener 4, TargetGroup 4, TargetHealth 4, \
         AvailabilityZone 6",
        unmodelled: "ServiceDetails 77, ServiceNames 77",
        warnings: &[MEASURED],
        dangling: 0,
    });
    check(&Expected {
        path: "lab-validation/aws_multi_account_vpc_peering",
        counts: "Vpc 2, Subnet 2, RouteTable 4, NetworkInterface 2, Instance 3, SecurityGroup 4, NetworkAcl 4, \
         PrefixList 2, InternetGateway 2, VpcPeeringConnection 3, AvailabilityZone 12",
        unmodelled: "ServiceDetails 148, ServiceNames 148",
        warnings: &[MEASURED],
        dangling: 0,
    });
    check(&Expected {
        path: "lab-validation/aws_tgw_multi_az_intra_region",
        counts: "Vpc 2, Subnet 14, RouteTable 6, NetworkInterface 14, Instance 7, SecurityGroup 6, \
         NetworkAcl 9, PrefixList 4, InternetGateway 2, NatGateway 2, ElasticAddress 2, \
         TransitGateway 1, TransitGatewayAttachment 2, TransitGatewayVpcAttachment 2, \
         TransitGatewayRouteTable 1, TransitGatewayRoutes 1, TransitGatewayPropagations 1, \
         AvailabilityZone 9",
        unmodelled: "",
        warnings: &[MEASURED],
        dangling: 0,
    });
}

#[test]
fn cloudmapper_service_prefixes() {
    check(&Expected {
        path: "cloudmapper/demo",
        counts: "Vpc 1, Subnet 4, NetworkInterface 1, Instance 3, SecurityGroup 8, VpcEndpoint 2, \
         LoadBalancer 1, ClassicLoadBalancer 1, AvailabilityZone 6, ManagedService 2",
        unmodelled: "ClusterSubnetGroups 1, Regions 1",
        warnings: &[],
        dangling: 5,
    });
}

#[test]
fn np_guard_single_files() {
    check(&Expected {
        path: "np-guard/input_aws_acl_1.json",
        counts: "Vpc 2, Subnet 7, NetworkInterface 6, Instance 6, SecurityGroup 3, NetworkAcl 5, \
         InternetGateway 2",
        unmodelled: "",
        warnings: &[
            "6 interfaces were read from instances; those of gateways, load balancers and endpoints are unknown",
        ],
        dangling: 0,
    });
    check(&Expected {
        path: "np-guard/input_basic_config_with_sg.json",
        counts: "Vpc 2, Subnet 5, NetworkInterface 2, Instance 2, SecurityGroup 3, NetworkAcl 2, \
         InternetGateway 2",
        unmodelled: "",
        warnings: &[
            "2 interfaces were read from instances; those of gateways, load balancers and endpoints are unknown",
        ],
        dangling: 0,
    });
}

#[test]
fn samples_of_the_aws_cli() {
    check(&Expected {
        path: "aws-cli-examples",
        counts: "Vpc 2, NetworkInterface 3, SecurityGroup 1, SecurityGroupRule 3, PrefixList 3, \
         EgressOnlyInternetGateway 1, NatGateway 2, InstanceConnectEndpoint 1, TransitGatewayAttachment 4, \
         TransitGatewayVpcAttachment 1, VpnConnection 1, CustomerGateway 2, DirectConnectGateway 2, \
         DirectConnectGatewayAssociation 2, VirtualInterface 2, ClientVpnEndpoint 1, ClientVpnRoute 2, \
         ClientVpnAuthorizationRule 1, VpcEndpoint 3, LoadBalancer 1, Listener 2, TargetGroup 1, \
         ClassicLoadBalancer 1, Unmodelled 1",
        unmodelled: "CarrierGateways 1, DBSubnetGroups 1, NetworkInsightsAccessScopeAnalyses 1, NetworkInsightsAccessScopeContent 1, \
         NetworkInsightsAnalyses 1, NetworkInsightsPaths 1, TransitGatewayRegistrations 1",
        warnings: &[
            "1 security groups were put together from their rules",
            "directconnect/describe-direct-connect-gateway-associations.json: the answer was cut off: it has `nextToken`",
            "ec2/get-managed-prefix-list-entries.json: Entries: left out: neither the answer nor the file's name says which `PrefixListId` it is of",
            "ec2/get-transit-gateway-route-table-associations.json: Associations: left out: neither the answer nor the file's name says which `TransitGatewayRouteTableId` it is of",
            "ec2/get-transit-gateway-route-table-propagations.json: TransitGatewayRouteTablePropagations: left out: neither the answer nor the file's name says which `TransitGatewayRouteTableId` it is of",
            "ec2/search-transit-gateway-routes.json: Routes: left out: neither the answer nor the file's name says which `TransitGatewayRouteTableId` it is of",
        ],
        dangling: 18,
    });
}

#[test]
fn recorded_answers_are_recognised_one_by_one() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("cloud-custodian");
    let options = ReadOptions::default();
    let mut failed = Vec::new();
    for recording in std::fs::read_dir(folder).expect("the corpus can be read").flatten() {
        let path = recording.path();
        if !path.is_dir() || path.ends_with("terraform") {
            continue;
        }
        let snapshot = netpath::snapshot::read(std::slice::from_ref(&path), &options);
        let said = snapshot.map_or_else(|cause| vec![cause.to_string()], |snapshot| warnings(&snapshot));
        failed.extend(
            said.into_iter()
                .filter(|it| !it.starts_with("expected.json"))
                .map(|it| format!("{}: {it}", recording.file_name().display())),
        );
    }
    failed.sort();
    assert_eq!(failed, RECORDINGS);
}

const RECORDINGS: &[&str] = &[
    "ec2_security_group_filter_multi_enis: 5 interfaces were read from instances; those of gateways, load balancers \
     and endpoints are unknown",
    "test_appelb_instance_count_non_zero: elasticloadbalancing.DescribeTargetHealth_1.json: TargetHealthDescriptions: \
     left out: neither the answer nor the file's name says which `TargetGroupArn` it is of",
    "test_asg_invalid_filter_good: elasticloadbalancing.DescribeTargetHealth_1.json: TargetHealthDescriptions: left \
     out: neither the answer nor the file's name says which `TargetGroupArn` it is of",
    "test_network_interface_filter: ec2.DescribeNetworkInterfaces_1.json: NetworkInterfaces[0]: says something else of \
     `eni-d834cdcf` than ec2.DescribeNetworkInterfaces_2.json: NetworkInterfaces[0], which counts",
    "test_prefix_list_entry: ec2.GetManagedPrefixListEntries_1.json: Entries: left out: neither the answer nor the \
     file's name says which `PrefixListId` it is of",
    "test_prefix_list_entry: ec2.GetManagedPrefixListEntries_2.json: Entries: left out: neither the answer nor the \
     file's name says which `PrefixListId` it is of",
    "test_rds_add_security_group: rds.DescribeDBInstances_1.json: DBInstances[2]: says something else of \
     `rds/644160558196/ca-central-1/test-sg-fail` than rds.DescribeDBInstances_2.json: DBInstances[2], which counts",
    "test_rds_add_security_group: rds.DescribeDBInstances_1.json: DBInstances[3]: says something else of \
     `rds/644160558196/ca-central-1/test-sg-fail-ca-central-1a` than rds.DescribeDBInstances_2.json: DBInstances[3], \
     which counts",
];
