//! What `show` says of links to on premises, firewalls, core networks and service networks.

use std::process::Command;

use super::shorthand;

const TOPOLOGY: &str = r#"
vpc     vpc-a     10.0.0.0/16
subnet  subnet-a  10.0.1.0/24  in vpc-a
subnet  subnet-w  10.0.9.0/24  in vpc-a
eni     eni-a     10.0.1.10    in subnet-a
sg      sg-cvpn   in vpc-a
vgw     vgw-a     in vpc-a
vpn     vpn-a     to vgw-a  routes 192.168.0.0/16  tunnels UP,DOWN  customer 192.168.0.0/16
dx      dxgw-a    to vgw-a  prefixes 10.0.0.0/16
vif     dxvif-a   to dxgw-a  bgp up
cvpn    cvpn-endpoint-a 10.99.0.0/16 in subnet-a  sg sg-cvpn
cvpn-rule  cvpn-endpoint-a 10.0.1.0/24 group staff
firewall fw-a fp-a in subnet-w
firewall-policy fp-a  stateless forward  order strict  default aws:drop_strict
rule-group rg-a stateless in fp-a priority 1
rule-group rg-b stateful in fp-a priority 2
fw-stateless rg-a 10 drop tcp 23
fw-rule rg-b pass tcp 10.0.0.0/16 any -> any 443 (sid:7;)
element attachments at-a {"AttachmentId":"attachment-a","CoreNetworkId":"core-network-1","AttachmentType":"VPC","State":"AVAILABLE","EdgeLocation":"eu-west-1","ResourceArn":"arn:aws:ec2:eu-west-1:111111111111:vpc/vpc-a","SegmentName":"prod"}
element network-routes prod {"CoreNetworkSegmentEdge":{"CoreNetworkId":"core-network-1","SegmentName":"prod","EdgeLocation":"eu-west-1"},"NetworkRoutes":[{"DestinationCidrBlock":"10.7.0.0/16","Destinations":[{"CoreNetworkAttachmentId":"attachment-b"}],"State":"ACTIVE","Type":"STATIC"}]}
element service-network-vpc-associations snva-a {"id":"snva-a","serviceNetworkId":"sn-1","serviceNetworkName":"shop","vpcId":"vpc-a","status":"ACTIVE","securityGroupIds":["sg-cvpn"]}
"#;

#[test]
fn links_firewalls_and_wide_networks_have_pages() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    shorthand::write(TOPOLOGY, folder.path()).expect("the topology is right");
    let shown = |name: &str| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_netpath"));
        let program = program.arg("--snapshot").arg(folder.path()).args(["show", name]);
        let output = program.output().expect("the program can be started");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text is UTF-8")
    };
    for (name, words) in [
        ("vgw-a", &["vpc-a", "attached", "vpn-a", "1 of 2 up", "dxgw-a", "10.0.0.0/16"][..]),
        ("vpn-a", &["vgw-a", "static", "192.168.0.0/16", "UP", "DOWN", "0.0.0.0/0"]),
        ("dxgw-a", &["vgw-a", "associated", "10.0.0.0/16", "dxvif-a", "up"]),
        ("dxvif-a", &["dxgw-a", "available", "up"]),
        ("cvpn-endpoint-a", &["10.99.0.0/16", "subnet-a", "staff", "10.0.1.0/24", "sg-cvpn"]),
        ("firewall:fw-a", &["vpc-a", "fp-a", "subnet-w", "STRICT_ORDER", "aws:drop_strict", "rg-a", "rg-b"]),
        ("firewall-policy:fp-a", &["fw-a", "aws:forward_to_sfe", "rg-a", "rg-b"]),
        ("rule-group:rg-a", &["fp-a", "10", "tcp", "23"]),
        ("rule-group:rg-b", &["fp-a", "sid 7", "pass tcp 10.0.0.0/16 any -> any 443"]),
        ("attachment-a", &["core-network-1", "prod", "AVAILABLE", "10.7.0.0/16", "attachment-b", "static"]),
        ("snva-a", &["shop", "vpc-a", "ACTIVE", "sg-cvpn"]),
    ] {
        let text = shown(name);
        let missing: Vec<&&str> = words.iter().filter(|it| !text.contains(**it)).collect();
        assert!(missing.is_empty(), "{name} lacks {missing:?}:\n{text}");
    }
}
