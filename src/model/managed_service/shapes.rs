//! Where each call's answer says what is wanted of a service: a row a call, paths into its elements.
//!
//! A path is members with dots between them; `[]` goes through a list, `[name=x]` through its elements whose member
//! `name` is `x`. Names are joined by slashes; of an ARN in a name, its last part counts.

use super::ServiceFamily;

/// Where a call's answer says what. An empty list of paths: it does not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// The top-level key.
    pub key: &'static str,
    /// The aws-cli call.
    pub call: &'static str,
    /// The family of what it lists.
    pub family: ServiceFamily,
    /// The parts of the name.
    pub name: &'static [&'static str],
    /// Names that the service gives beside it, for reports: the first there is.
    pub title: &'static str,
    pub arn: &'static str,
    /// The parts of the name of what it is a part of.
    pub part_of: &'static [&'static str],
    pub members: &'static str,
    pub dns_names: &'static [&'static str],
    pub ports: &'static [&'static str],
    pub is_public: &'static str,
    /// Whether its name stands for private addresses in its VPC.
    pub is_private: &'static str,
    pub vpc: &'static str,
    pub subnets: &'static str,
    pub zones: &'static [&'static str],
    pub groups: &'static str,
    pub interfaces: &'static str,
    pub addresses: &'static [&'static str],
}

const NOTHING: Shape = Shape {
    key: "",
    call: "",
    family: ServiceFamily::Rds,
    name: &[],
    title: "",
    arn: "",
    part_of: &[],
    members: "",
    dns_names: &[],
    ports: &[],
    is_public: "",
    is_private: "",
    vpc: "",
    subnets: "",
    zones: &[],
    groups: "",
    interfaces: "",
    addresses: &[],
};

/// The shape of a key's elements.
pub(super) fn of_key(key: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.key == key)
}

pub(super) const SHAPES: &[Shape] = &[
    Shape {
        key: "DBInstances",
        call: "rds describe-db-instances",
        name: &["DBInstanceIdentifier"],
        arn: "DBInstanceArn",
        part_of: &["DBClusterIdentifier"],
        dns_names: &["Endpoint.Address"],
        ports: &["Endpoint.Port", "DbInstancePort"],
        is_public: "PubliclyAccessible",
        vpc: "DBSubnetGroup.VpcId",
        subnets: "DBSubnetGroup.Subnets[].SubnetIdentifier",
        zones: &["AvailabilityZone", "SecondaryAvailabilityZone"],
        groups: "VpcSecurityGroups[].VpcSecurityGroupId",
        ..NOTHING
    },
    Shape {
        key: "DBClusters",
        call: "rds describe-db-clusters",
        name: &["DBClusterIdentifier"],
        arn: "DBClusterArn",
        members: "DBClusterMembers[].DBInstanceIdentifier",
        dns_names: &["Endpoint", "ReaderEndpoint"],
        ports: &["Port"],
        is_public: "PubliclyAccessible",
        ..NOTHING
    },
    Shape {
        key: "DBProxies",
        call: "rds describe-db-proxies",
        name: &["DBProxyName"],
        arn: "DBProxyArn",
        dns_names: &["Endpoint"],
        vpc: "VpcId",
        subnets: "VpcSubnetIds[]",
        groups: "VpcSecurityGroupIds[]",
        ..NOTHING
    },
    Shape {
        key: "CacheClusters",
        call: "elasticache describe-cache-clusters --show-cache-node-info",
        family: ServiceFamily::ElastiCache,
        name: &["CacheClusterId"],
        arn: "ARN",
        part_of: &["ReplicationGroupId"],
        dns_names: &["ConfigurationEndpoint.Address", "CacheNodes[].Endpoint.Address"],
        ports: &["ConfigurationEndpoint.Port", "CacheNodes[].Endpoint.Port"],
        groups: "SecurityGroups[].SecurityGroupId",
        ..NOTHING
    },
    Shape {
        key: "ReplicationGroups",
        call: "elasticache describe-replication-groups",
        family: ServiceFamily::ElastiCache,
        name: &["ReplicationGroupId"],
        arn: "ARN",
        members: "MemberClusters[]",
        dns_names: &[
            "ConfigurationEndpoint.Address",
            "NodeGroups[].PrimaryEndpoint.Address",
            "NodeGroups[].ReaderEndpoint.Address",
        ],
        ports: &["ConfigurationEndpoint.Port", "NodeGroups[].PrimaryEndpoint.Port"],
        ..NOTHING
    },
    Shape {
        key: "DomainStatusList",
        call: "opensearch describe-domains",
        family: ServiceFamily::OpenSearch,
        name: &["DomainName"],
        arn: "ARN",
        dns_names: &["Endpoints.vpc", "Endpoint"],
        vpc: "VPCOptions.VPCId",
        subnets: "VPCOptions.SubnetIds[]",
        groups: "VPCOptions.SecurityGroupIds[]",
        ..NOTHING
    },
    Shape {
        key: "FileSystems",
        call: "efs describe-file-systems",
        family: ServiceFamily::Efs,
        name: &["FileSystemId"],
        title: "Name",
        arn: "FileSystemArn",
        ..NOTHING
    },
    Shape {
        key: "MountTargets",
        call: "efs describe-mount-targets",
        family: ServiceFamily::Efs,
        name: &["MountTargetId"],
        part_of: &["FileSystemId"],
        vpc: "VpcId",
        subnets: "SubnetId",
        interfaces: "NetworkInterfaceId",
        addresses: &["IpAddress", "Ipv6Address"],
        ..NOTHING
    },
    Shape {
        key: "Functions",
        call: "lambda list-functions",
        family: ServiceFamily::Lambda,
        name: &["FunctionName"],
        arn: "FunctionArn",
        vpc: "VpcConfig.VpcId",
        subnets: "VpcConfig.SubnetIds[]",
        groups: "VpcConfig.SecurityGroupIds[]",
        ..NOTHING
    },
    Shape {
        key: "tasks",
        call: "ecs describe-tasks",
        family: ServiceFamily::Ecs,
        name: &["clusterArn", "taskArn"],
        arn: "taskArn",
        part_of: &["clusterArn", "group"],
        interfaces: "attachments[].details[name=networkInterfaceId].value",
        ..NOTHING
    },
    Shape {
        key: "services",
        call: "ecs describe-services",
        family: ServiceFamily::Ecs,
        name: &["clusterArn", "serviceName"],
        arn: "serviceArn",
        ports: &["loadBalancers[].containerPort"],
        ..NOTHING
    },
    Shape {
        key: "cluster",
        call: "eks describe-cluster",
        family: ServiceFamily::Eks,
        name: &["name"],
        arn: "arn",
        dns_names: &["endpoint"],
        is_public: "resourcesVpcConfig.endpointPublicAccess",
        is_private: "resourcesVpcConfig.endpointPrivateAccess",
        vpc: "resourcesVpcConfig.vpcId",
        subnets: "resourcesVpcConfig.subnetIds[]",
        groups: "resourcesVpcConfig.securityGroupIds[]",
        ..NOTHING
    },
    Shape {
        key: "ClusterInfoList",
        call: "kafka list-clusters-v2",
        family: ServiceFamily::Msk,
        name: &["ClusterName"],
        arn: "ClusterArn",
        ..NOTHING
    },
    Shape {
        key: "Clusters",
        call: "redshift describe-clusters",
        family: ServiceFamily::Redshift,
        name: &["ClusterIdentifier"],
        arn: "ClusterNamespaceArn",
        dns_names: &["Endpoint.Address"],
        ports: &["Endpoint.Port"],
        is_public: "PubliclyAccessible",
        vpc: "VpcId",
        groups: "VpcSecurityGroups[].VpcSecurityGroupId",
        zones: &["AvailabilityZone"],
        addresses: &["ClusterNodes[].PrivateIPAddress"],
        ..NOTHING
    },
    Shape {
        key: "ReplicationInstances",
        call: "dms describe-replication-instances",
        family: ServiceFamily::Dms,
        name: &["ReplicationInstanceIdentifier"],
        arn: "ReplicationInstanceArn",
        is_public: "PubliclyAccessible",
        vpc: "ReplicationSubnetGroup.VpcId",
        subnets: "ReplicationSubnetGroup.Subnets[].SubnetIdentifier",
        zones: &["AvailabilityZone", "SecondaryAvailabilityZone"],
        groups: "VpcSecurityGroups[].VpcSecurityGroupId",
        addresses: &["ReplicationInstancePrivateIpAddresses[]", "ReplicationInstancePrivateIpAddress"],
        ..NOTHING
    },
    Shape {
        key: "ResolverEndpoints",
        call: "route53resolver list-resolver-endpoints",
        family: ServiceFamily::Resolver,
        name: &["Id"],
        title: "Name",
        arn: "Arn",
        vpc: "HostVPCId",
        groups: "SecurityGroupIds[]",
        ..NOTHING
    },
];
