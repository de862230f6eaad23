//! A core network of Cloud WAN between VPCs, and services of VPC Lattice.

use super::super::random::Random;
use super::{Maker, Vpc};

const CORE: &str = "arn:aws:networkmanager::111111111111:core-network/core-network-1";

impl Maker<'_> {
    /// By a stream of its own: other networks stay what they were.
    pub(super) fn write_wide(&mut self, vpcs: &[Vpc], random: &mut Random) {
        if random.chance(60) {
            self.write_core_network(vpcs, random);
        }
        if random.chance(60) {
            self.write_lattice(vpcs, random);
        }
    }

    fn write_core_network(&mut self, vpcs: &[Vpc], random: &mut Random) {
        let mut attached: Vec<String> = Vec::new();
        for vpc in vpcs {
            for subnet in &vpc.subnets {
                if random.chance(60) {
                    let block = match random.below(3) {
                        0 => "0.0.0.0/0".to_owned(),
                        1 => random.pick(&self.blocks).clone(),
                        _ => "10.0.0.0/8".to_owned(),
                    };
                    self.route(&subnet.table.clone(), &block, CORE, "");
                }
            }
            if random.chance(80) {
                self.write_core_attachment(vpc, random);
                attached.push(vpc.id.clone());
            }
        }
        for segment in ["prod", "test"] {
            if random.chance(80) {
                self.write_core_routes(vpcs, segment, &attached, random);
            }
        }
    }

    fn write_core_attachment(&mut self, vpc: &Vpc, random: &mut Random) {
        let (letter, region) = (vpc.letter, vpc.region);
        let state = *random.pick(&["AVAILABLE", "AVAILABLE", "AVAILABLE", "AVAILABLE", "UPDATING", "FAILED"]);
        let segment = match random.below(10) {
            0 => String::new(),
            1..=3 => r#","SegmentName":"test""#.to_owned(),
            _ => r#","SegmentName":"prod""#.to_owned(),
        };
        self.line(format!(
            r#"element attachments at-{letter} {{"AttachmentId":"attachment-{letter}","CoreNetworkId":"core-network-1","AttachmentType":"VPC","State":"{state}","EdgeLocation":"{region}","ResourceArn":"arn:aws:ec2:{region}:{}:vpc/{}"{segment}}}"#,
            vpc.account, vpc.id
        ));
        if random.chance(92) {
            let mut zones: Vec<&str> = Vec::new();
            let mut arns: Vec<String> = Vec::new();
            for subnet in &vpc.subnets {
                if !zones.contains(&subnet.zone) && random.chance(85) {
                    zones.push(subnet.zone);
                    arns.push(format!(r#""arn:aws:ec2:{region}:{}:subnet/{}""#, vpc.account, subnet.id));
                }
            }
            let (ipv6, appliance) = (random.chance(50), random.chance(20));
            self.line(format!(
                r#"element vpc-attachment one-{letter} {{"Attachment":{{"AttachmentId":"attachment-{letter}"}},"SubnetArns":[{}],"Options":{{"Ipv6Support":{ipv6},"ApplianceModeSupport":{appliance}}}}}"#,
                arns.join(",")
            ));
        }
    }

    fn write_core_routes(&mut self, vpcs: &[Vpc], segment: &str, attached: &[String], random: &mut Random) {
        let regions: std::collections::BTreeSet<&str> = vpcs.iter().map(|it| it.region).collect();
        for region in regions {
            let mut routes: Vec<String> = Vec::new();
            for vpc in vpcs.iter().filter(|it| attached.contains(&it.id)) {
                let blocks = vpc.blocks.iter().map(ToString::to_string);
                for block in blocks.chain(vpc.ipv6.map(|it| it.to_string())) {
                    // One route for each block, as AWS shows them.
                    let is_new = !routes.iter().any(|it| it.contains(&format!("\"{block}\"")));
                    if is_new && random.chance(85) {
                        let to = format!(r#"[{{"CoreNetworkAttachmentId":"attachment-{}"}}]"#, vpc.letter);
                        routes.push(route(&block, &to, "ACTIVE", "PROPAGATED"));
                    }
                }
            }
            let block = random.pick(&self.blocks).clone();
            let is_new = !routes.iter().any(|it| it.contains(&format!("\"{block}\"")));
            if is_new && random.chance(30) {
                routes.push(match random.below(3) {
                    0 => route(&block, "[]", "BLACKHOLE", "STATIC"),
                    1 => route(
                        &block,
                        r#"[{"TransitGatewayAttachmentId":"tgw-attach-x"}]"#,
                        "ACTIVE",
                        "PROPAGATED",
                    ),
                    _ => route(&block, r#"[{"CoreNetworkAttachmentId":"attachment-a"}]"#, "ACTIVE", "STATIC"),
                });
            }
            self.line(format!(
                r#"element network-routes {segment}-{region} {{"RouteTableArn":"arn:aws:networkmanager::111111111111:{segment}-{region}","CoreNetworkSegmentEdge":{{"CoreNetworkId":"core-network-1","SegmentName":"{segment}","EdgeLocation":"{region}"}},"NetworkRoutes":[{}]}}"#,
                routes.join(",")
            ));
        }
    }

    fn write_lattice(&mut self, vpcs: &[Vpc], random: &mut Random) {
        self.line("prefix-list pl-lattice 169.254.171.0/24 service vpc-lattice");
        for vpc in vpcs {
            for subnet in &vpc.subnets {
                if random.chance(70) {
                    self.route(&subnet.table.clone(), "pl-lattice", "VpcLattice", "");
                }
            }
            if random.chance(75) {
                let groups = match random.below(4) {
                    0 => String::new(),
                    1 => r#","securityGroupIds":[]"#.to_owned(),
                    _ => format!(r#","securityGroupIds":["{}"]"#, random.pick(&vpc.groups)),
                };
                let state = *random.pick(&["ACTIVE", "ACTIVE", "ACTIVE", "CREATE_IN_PROGRESS"]);
                let letter = vpc.letter;
                self.line(format!(
                    r#"element service-network-vpc-associations snva-{letter} {{"id":"snva-{letter}","serviceNetworkId":"sn-1","vpcId":"{}","status":"{state}"{groups}}}"#,
                    vpc.id
                ));
            }
        }
    }
}

fn route(block: &str, to: &str, state: &str, kind: &str) -> String {
    format!(r#"{{"DestinationCidrBlock":"{block}","Destinations":{to},"State":"{state}","Type":"{kind}"}}"#)
}
