//! The world reaches the ports by which hosts are administered.
//!
//! SSH (22) and RDP (3389), or the ports that `admin-ports` in `netpath.toml` names. Only what really arrives counts:
//! there is a public address, a route, an ACL that lets packets in and answers out, and a rule of TCP. A rule for UDP, an
//! ACL that denies the port before it allows everything, a public address in a subnet without a way to an internet
//! gateway: none of these is exposed, and an ACL that allows two halves of the internet is as open as one that allows all.
//!
//! ## SSH from everywhere
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! acl     acl-halves  in vpc-a
//! subnet  subnet-web  10.0.1.0/24   in vpc-a  acl acl-halves
//! entry   acl-halves  inbound  100 allow all from 0.0.0.0/1
//! entry   acl-halves  inbound  110 allow all from 128.0.0.0/1
//! entry   acl-halves  outbound 100 allow all to 0.0.0.0/0
//! eni     eni-web     10.0.1.10     in subnet-web  sg sg-web  public 198.51.100.10
//! allow   sg-web      inbound  tcp 22  from 0.0.0.0/0
//! route   subnet-web  0.0.0.0/0 -> igw-a
//! ```
//!
//! ```findings
//! critical sg-web: tcp 22
//! ```
//!
//! ## The ACL denies it first; UDP is not SSH
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! acl     acl-web     in vpc-a
//! subnet  subnet-web  10.0.1.0/24   in vpc-a  acl acl-web
//! subnet  subnet-udp  10.0.2.0/24   in vpc-a
//! entry   acl-web     inbound  90  deny  tcp 22 from 0.0.0.0/0
//! entry   acl-web     inbound  100 allow all from 0.0.0.0/0
//! entry   acl-web     outbound 100 allow all to 0.0.0.0/0
//! eni     eni-web     10.0.1.10     in subnet-web  sg sg-web  public 198.51.100.10
//! eni     eni-udp     10.0.2.10     in subnet-udp  sg sg-udp  public 198.51.100.11
//! allow   sg-web      inbound  tcp 22  from 0.0.0.0/0
//! allow   sg-udp      inbound  udp 0-65535  from 0.0.0.0/0
//! route   subnet-web  0.0.0.0/0 -> igw-a
//! route   subnet-udp  0.0.0.0/0 -> igw-a
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::world::{common, tcp};
use super::world_open::{open, say_gaps};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::ResourceKind;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP002",
    name: "sg-admin-world",
    pillars: &[Pillar::Security],
    severity: Severity::Critical,
    confidence: Confidence::Certain,
    controls: &[
        Control::fsbp("EC2.13"),
        Control::fsbp("EC2.14"),
        Control::cis("5.2"),
        Control::cis("5.3"),
        Control::pci_dss("1.3.1"),
        Control::nist("SC-7"),
        Control::nist("AC-17"),
        Control::soc2("CC6.6"),
        Control::hipaa("164.312(a)(1)"),
    ],
    needs: &[ResourceKind::SecurityGroup, ResourceKind::NetworkInterface],
    source: include_str!("sg_admin_world.rs"),
    check,
};

/// How many interfaces a finding names beside its sentence.
const MOST_NAMED: usize = 50;

fn check(context: &Context<'_>, findings: &mut Findings) {
    findings.looked_at(
        context.world().count,
        "interface with a public address",
        "interfaces with a public address",
    );
    say_gaps(context, findings);
    let admin = tcp(&context.settings.admin_ports);
    for open in open(context, |_, traffic| common(&traffic, &admin)) {
        let traffic = open.traffic();
        let interfaces = open.interfaces(context);
        let message = sentence!["lets the world administer "]
            .and(counted(interfaces.len(), "interface", "interfaces"))
            .and(sentence![" by ", traffic.clone(), ": "])
            .and(Sentence::list(&interfaces, 3));
        let mut finding = Finding::new(&LINT, open.component, message);
        finding.related = interfaces.into_iter().take(MOST_NAMED).collect();
        finding.witness =
            open.reached.first().map(|(exposure, traffic)| exposure.witness(context, traffic.clone()));
        finding.flows = vec![sentence!["the internet gets to ", traffic, ", and the answers get back"]];
        finding.rules = open.rules;
        finding.remedy = sentence![
            "take the rule away and go by Session Manager or an instance connect endpoint, or name who comes"
        ];
        findings.found.push(finding);
    }
}
