//! Packets of the world get to ports where nothing is encrypted, or where nobody outside has any business.
//!
//! File transfer, Telnet, mail, DNS, SNMP, LDAP, Salt and the second ports of web servers: protocols of inner networks, most of
//! them without encryption. An open rule alone is no exposure; the finding is that packets of the internet arrive. Load
//! balancers are left out at the web's second ports, which are theirs.
//!
//! ## LDAP
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a  public 198.51.100.10
//! allow   sg-a        inbound tcp 389 from 0.0.0.0/0
//! ```
//!
//! ```findings
//! high sg-a: tcp 389
//! ```
//!
//! ## The same rule without a way
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! igw     igw-a       in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a  public 198.51.100.10
//! allow   sg-a        inbound tcp 389 from 0.0.0.0/0
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::world::{common, tcp, united};
use super::world_open::{open, say_gaps};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::packet::{Interval, protocol};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP051",
    name: "sg-plaintext-world",
    pillars: &[Pillar::Security],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[
        Control::pci_dss("2.2.7"),
        Control::nist("SC-8"),
        Control::nist("SC-7"),
        Control::soc2("CC6.7"),
    ],
    needs: &[
        ResourceKind::NetworkInterface,
        ResourceKind::RouteTable,
        ResourceKind::SecurityGroup,
        ResourceKind::NetworkAcl,
    ],
    source: include_str!("sg_plaintext_world.rs"),
    check,
};

/// TCP ports of such protocols.
const TCP: &[u16] = &[20, 21, 23, 25, 53, 110, 143, 161, 389, 445, 4505, 4506];
/// The web's second ports.
const WEB: &[u16] = &[8000, 8008, 8080, 8888];
/// UDP ports of such protocols.
const UDP: &[u16] = &[53, 69, 123, 161, 162, 389];

fn check(context: &Context<'_>, findings: &mut Findings) {
    findings.looked_at(
        context.world().count,
        "interface with a public address",
        "interfaces with public addresses",
    );
    say_gaps(context, findings);
    let udp: Vec<Interval> = UDP
        .iter()
        .map(|it| {
            (u32::from(protocol::UDP) << 16 | u32::from(*it), u32::from(protocol::UDP) << 16 | u32::from(*it))
        })
        .collect();
    let plain = united([tcp(TCP), udp].concat());
    let all = united([plain.clone(), tcp(WEB)].concat());
    let found = open(context, |exposure, traffic| {
        common(&traffic, if exposure.is_balancer(context) { &plain } else { &all })
    });
    for open in &found {
        let traffic = open.traffic();
        let interfaces = open.interfaces(context);
        let message = sentence!["lets the world in to ", traffic, " of "].and(Sentence::list(&interfaces, 3));
        let mut finding = Finding::new(&LINT, open.component, message);
        finding.rules = open.rules.clone();
        finding.flows = vec![
            counted(interfaces.len(), "interface takes", "interfaces take")
                .and(sentence![" it from the internet"]),
        ];
        finding.witness =
            open.reached.first().map(|(exposure, traffic)| exposure.witness(context, traffic.clone()));
        finding.related = interfaces;
        finding.remedy = sentence!["admit known addresses only, or put an encrypted protocol in its place"];
        findings.found.push(finding);
    }
}
