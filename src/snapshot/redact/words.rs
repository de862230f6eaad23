//! What AWS writes itself, and what says nothing of whose network it is.

use std::collections::{BTreeMap, BTreeSet};

use super::text::region_length;

/// What `words.txt` has, which `words.py` makes of AWS's service models.
#[derive(Debug)]
pub(super) struct Words {
    values: BTreeMap<&'static str, BTreeSet<String>>,
    services: BTreeSet<&'static str>,
    maps: BTreeSet<&'static str>,
}

/// Members whose values are AWS's words, though no list of them is published.
const KEPT: &[&str] = &[
    "Action",
    "Architecture",
    "AvailabilityZone",
    "AvailabilityZoneId",
    "AvailabilityZones",
    "CacheNodeType",
    "Category",
    "Code",
    "DBInstanceClass",
    "Domain",
    "Effect",
    "Engine",
    "EngineVersion",
    "Field",
    "HealthCheckPort",
    "HealthCheckProtocol",
    "HttpCode",
    "Hypervisor",
    "InstanceClass",
    "InstanceLifecycle",
    "InstanceType",
    "InterfaceType",
    "IpProtocol",
    "Keyword",
    "NetworkBorderGroup",
    "NodeType",
    "OptInStatus",
    "Origin",
    "Platform",
    "PlatformDetails",
    "PlatformVersion",
    "Protocol",
    "Protocols",
    "RegionName",
    "ResourceType",
    "RuleAction",
    "SslPolicy",
    "State",
    "Status",
    "TargetType",
    "Tenancy",
    "Type",
    "Version",
    "VirtualizationType",
    "ZoneId",
    "ZoneIds",
    "ZoneName",
    "ZoneType",
    "association-method",
    "condition-logic",
    "mode",
    "operator",
    "state",
    "status",
    "type",
    "version",
    "virtualInterfaceType",
];

/// Members of the manifest of a collected snapshot.
const KEPT_IN_MANIFEST: &[&str] = &["code", "needs", "operation", "service"];

/// Members that hold secrets, keys and programs, which no answer needs.
const WIPED: &[&str] = &["CustomerGatewayConfiguration", "PreSharedKey", "UserData", "authKey", "sha256"];

/// How descriptions of interfaces and some names begin.
const HEADS: &[&str] = &[
    "/hostedzone/",
    "AWS Lambda VPC ENI-",
    "AWS Lambda VPC ENI: ",
    "AWS Lambda VPC ENI",
    "Amazon EKS ",
    "ClientVPN Endpoint resource",
    "DMSNetworkInterface",
    "DO NOT DELETE - Amazon MSK network interface for cluster ",
    "EFS mount target for ",
    "ELB app/",
    "ELB gwy/",
    "ELB net/",
    "ELB ",
    "ES ",
    "ElastiCache ",
    "ElastiCache+",
    "Interface for NAT Gateway ",
    "Network Interface for Transit Gateway Attachment ",
    "Network interface for DBProxy ",
    "Network interface for Transit Gateway Attachment ",
    "RDSNetworkInterface",
    "RedshiftNetworkInterface",
    "Route 53 Resolver: ",
    "VPC Endpoint Interface ",
    "family:",
    "http://",
    "https://",
    "service:",
    "Interface for Amazon MSK ",
];

/// Ends of names that AWS gives out.
const DOMAINS: &[&str] = &[
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".api.aws",
    ".awsglobalaccelerator.com",
    ".cloudfront.net",
    ".compute.internal",
    ".ec2.internal",
    ".on.aws",
];

/// What ids begin with; those that others begin with come after them.
pub(super) const KINDS_OF_IDS: &[&str] = &[
    "acl",
    "aclassoc",
    "ami",
    "attachment",
    "cagw",
    "cgw",
    "core-network",
    "cvpn-assoc",
    "cvpn-authorization",
    "cvpn-endpoint",
    "device",
    "dopt",
    "dxcon",
    "dxlag",
    "dxvif",
    "eice",
    "eigw",
    "eipalloc",
    "eipassoc",
    "ela-attach",
    "eni",
    "eni-attach",
    "eks",
    "fl",
    "fs",
    "fsap",
    "fsmt",
    "global-network",
    "i",
    "igw",
    "ipam",
    "ipam-pool",
    "ipv4pool-ec2",
    "lgw",
    "lgw-rtb",
    "link",
    "lt",
    "lsvc",
    "nat",
    "nia",
    "nip",
    "nis",
    "nisa",
    "pcx",
    "pl",
    "r",
    "rcfg",
    "rgw",
    "rni",
    "rs",
    "rse",
    "rslvr-in",
    "rslvr-out",
    "rslvr-rr",
    "rslvr-rrassoc",
    "rsp",
    "rtb",
    "rtbassoc",
    "sg",
    "sgr",
    "site",
    "sn",
    "snap",
    "snsa",
    "snva",
    "subnet",
    "subnet-cidr-assoc",
    "svc",
    "tg",
    "tgw",
    "tgw-attach",
    "tgw-connect-peer",
    "tgw-ptb",
    "tgw-rtb",
    "vae",
    "vagr",
    "vai",
    "vatp",
    "vgw",
    "vol",
    "vpc",
    "vpc-cidr-assoc",
    "vpcbpa-exclude",
    "vpce",
    "vpce-rsc",
    "vpce-svc",
    "vpcec",
    "vpn",
];

/// Words that say nothing: what AWS calls things that nobody named, and how it begins names of hosts.
const PLAIN: &[&str] = &["amazonaws", "default", "ec2", "false", "http", "https", "ip", "true", "vpce"];

/// Ends of domains: some of them nobody outside knows.
const LAST_LABELS: &[&str] = &[
    "arpa",
    "cloud",
    "com",
    "corp",
    "dev",
    "home",
    "internal",
    "intranet",
    "io",
    "lan",
    "local",
    "localdomain",
    "net",
    "org",
    "private",
];

/// AWS's names for itself, where somebody's account could stand, and for a route's target that is the VPC itself.
const OWNERS: &[&str] = &[
    "amazon",
    "amazon-aws",
    "amazon-elasticache",
    "amazon-elasticsearch",
    "amazon-elb",
    "amazon-rds",
    "amazon-redshift",
    "ANY",
    "any",
    "aws",
    "aws-marketplace",
    "local",
];

/// The beginnings of Regions.
const COUNTRIES: &[&str] = &["af", "ap", "ca", "cn", "eu", "il", "me", "mx", "sa", "us"];

/// Keys of tags that AWS or Kubernetes reads, up to where somebody's name begins.
const TAGS: &[&str] = &[
    "AWSNetworkFirewallManaged",
    "Name",
    "aws:",
    "cluster.k8s.amazonaws.com/name",
    "eks:cluster-name",
    "kubernetes.io/cluster/",
    "kubernetes.io/role/",
];

impl Words {
    pub(super) fn read() -> Words {
        let (mut values, mut services, mut maps) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        for line in include_str!("words.txt").lines() {
            let mut words = line.split(' ');
            match words.next() {
                Some("names") => services.extend(words),
                Some("maps") => maps.extend(words.filter(|it| *it != "Endpoints")),
                Some(member) => drop(values.insert(member, words.map(str::to_lowercase).collect())),
                None => {}
            }
        }
        Words { values, services, maps }
    }

    /// Whether the value of a member is a word of AWS.
    pub(super) fn keeps(&self, member: &str, value: &str, is_manifest: bool) -> bool {
        let is_listed = || self.values.get(member).is_some_and(|it| it.contains(&value.to_lowercase()));
        let is_short = value.len() <= 40 && !value.contains(['@', '=']) && !value.contains("arn:");
        let has_number = || value.split(|it: char| !it.is_ascii_digit()).any(|it| it.len() > 4);
        let is_kept = KEPT.contains(&member) || is_manifest && KEPT_IN_MANIFEST.contains(&member);
        let is_port =
            member.contains("Port") && value.bytes().all(|it| it.is_ascii_digit() || b"-:, ".contains(&it));
        let is_default = member.ends_with("Actions") && value.starts_with("aws:");
        is_port
            || is_default
            || is_listed()
            || is_kept && is_short && !has_number() && value.parse::<std::net::IpAddr>().is_err()
    }

    /// Whether the keys below a member are somebody's words.
    pub(super) fn is_map(&self, member: &str) -> bool {
        self.maps.contains(member)
    }

    /// Whether a label of a name is that of a service, a Region or one of AWS's own.
    pub(super) fn is_service(&self, label: &str) -> bool {
        let is_place = place(label) == Some(label.len());
        is_place
            || self.services.contains(label)
            || matches!(label, "*" | "compute-1" | "compute" | "dualstack" | "elb" | "vpce" | "cache")
    }
}

/// Whether what a member holds is not shown at all.
pub(super) fn is_wiped(member: &str) -> bool {
    WIPED.contains(&member)
}

/// How much of a text AWS wrote before it comes to a name.
pub(super) fn head(text: &str) -> usize {
    HEADS.iter().find(|head| text.starts_with(**head)).map_or(0, |head| head.len())
}

/// How much of a tag's key others than its owner read.
pub(super) fn tag_head(key: &str) -> usize {
    // What stands behind `aws:` is AWS's as well.
    let head =
        TAGS.iter().find(|head| if head.ends_with(['/']) { key.starts_with(**head) } else { key == **head });
    if key.starts_with("aws:") { key.len() } else { head.map_or(0, |head| head.len()) }
}

/// The end of a name, where it is a domain of AWS.
pub(super) fn amazon_domain(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    DOMAINS.iter().find(|domain| name.ends_with(**domain)).copied()
}

/// How much of a resource in an ARN says what kind of thing it is: `loadbalancer/app/`.
pub(super) fn kind_of_resource(service: &str, resource: &str) -> usize {
    // Their resources begin with a name.
    if matches!(service, "s3" | "sns" | "sqs") {
        return 0;
    }
    let is_kind =
        |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_lowercase() || it == b'-');
    let Some(end) = resource.find(['/', ':']).filter(|end| is_kind(&resource[..*end])) else { return 0 };
    let rest = &resource[end + 1..];
    let balancer = ["app/", "net/", "gwy/"].iter().any(|it| rest.starts_with(it));
    let has_more = rest.matches('/').count() > 1;
    end + 1 + if service == "elasticloadbalancing" && balancer && has_more { 4 } else { 0 }
}

/// How long the Region or zone is that a text begins with.
pub(super) fn place(text: &str) -> Option<usize> {
    let length = text.find(|it: char| !it.is_ascii_alphanumeric() && it != '-').unwrap_or(text.len());
    let word = &text[..length];
    if let Some((region, zone)) = word.split_once("-az")
        && (1..=2).contains(&zone.len())
        && zone.bytes().all(|it| it.is_ascii_digit())
        && region.len() <= 7
        && COUNTRIES.iter().any(|it| region.starts_with(it))
        && region.ends_with(|it: char| it.is_ascii_digit())
    {
        return Some(length);
    }
    let region = region_length(text)?;
    let rest = &text[region..];
    let letters = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    (letters <= 1 && !rest.starts_with(|it: char| it.is_ascii_digit())).then_some(region + letters)
}

/// Whether a word behind something else says nothing.
pub(super) fn is_plain(word: &str, before: &str, after: &str) -> bool {
    let is_end = before.ends_with('.') && !after.starts_with(['-', '.'])
        || before.ends_with('.') && matches!(after, ".");
    PLAIN.contains(&word) || is_end && LAST_LABELS.contains(&word)
}

/// Whether a text is AWS's own, where somebody's account or an id could stand.
pub(super) fn is_owner(text: &str) -> bool {
    OWNERS.contains(&text)
}

/// Whether a text is a time: `2020-05-06 18:43:16+00:00`.
pub(super) fn is_time(text: &str) -> bool {
    let shape: String = text.chars().take(16).map(|it| if it.is_ascii_digit() { '0' } else { it }).collect();
    let is_clock = |it: char| it.is_ascii_digit() || "-+:.TZ ".contains(it);
    (shape == "0000-00-00T00:00" || shape == "0000-00-00 00:00")
        && text.len() <= 35
        && text.chars().all(is_clock)
}
