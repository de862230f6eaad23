//! A security group's rule is open to the world, and packets of the world get through it.
//!
//! An open rule is no exposure by itself: without a public address, a route to an attached internet gateway, an ACL that
//! lets packets in and answers out, nothing arrives, and this lint is silent. Where packets do arrive, it says at which
//! interfaces, and shows one. IPv4 and IPv6 are judged apart.
//!
//! Ports 80 and 443 of load balancers are what load balancers are for, and are left out; ports by which hosts are
//! administered are told by `sg-admin-world`. A rule counts as open to the world from blocks wider than an IPv4 `/8` or an
//! IPv6 `/16`, so that two halves are as open as the whole.
//!
//! | severity | when |
//! |---|---|
//! | high | anything but web traffic gets through |
//! | medium | ports 80 or 443 of something that is no load balancer |
//! | low | ICMP only |
//!
//! ## A database's port
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-web  10.0.1.0/24   in vpc-a
//! eni     eni-web     10.0.1.10     in subnet-web  sg sg-web  public 198.51.100.10
//! allow   sg-web      inbound  tcp 5432  from 0.0.0.0/1,128.0.0.0/1
//! route   subnet-web  0.0.0.0/0 -> igw-a
//! ```
//!
//! ```findings
//! high sg-web: tcp 5432
//! ```
//!
//! ## A web server, and a load balancer
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-web  10.0.1.0/24   in vpc-a
//! eni     eni-web     10.0.1.10     in subnet-web  sg sg-web  public 198.51.100.10
//! allow   sg-web      inbound  tcp 443  from 0.0.0.0/0
//! lb      front       application 10.0.1.20 in subnet-web  sg sg-lb  public 198.51.100.20
//! target-group web    ip HTTP 80 in vpc-a to 10.0.1.10
//! listener front HTTP 80 -> web
//! allow   sg-lb       inbound  tcp 80   from 0.0.0.0/0
//! allow   sg-web      inbound  tcp 80   from sg-lb
//! route   subnet-web  0.0.0.0/0 -> igw-a
//! ```
//!
//! ```findings
//! medium sg-web: tcp 443
//! ```
//!
//! ## Open rules that nothing gets to
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-web  10.0.1.0/24   in vpc-a
//! subnet  subnet-db   10.0.2.0/24   in vpc-a
//! eni     eni-web     10.0.1.10     in subnet-web  sg sg-web
//! eni     eni-db      10.0.2.10     in subnet-db   sg sg-db  public 198.51.100.11
//! allow   sg-web      inbound  tcp 8080  from 0.0.0.0/0
//! allow   sg-db       inbound  tcp 5432  from 0.0.0.0/0
//! route   subnet-web  0.0.0.0/0 -> igw-a
//! ```
//!
//! One has no public address, the other no route: a public address in a private subnet exposes nothing.
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::world::{common, tcp, without};
use super::world_open::{open, say_gaps};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::packet::{Interval, protocol};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP001",
    name: "sg-world-open",
    pillars: &[Pillar::Security],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[
        Control::fsbp("EC2.18"),
        Control::pci_dss("1.3.1"),
        Control::nist("AC-4"),
        Control::nist("SC-7"),
        Control::soc2("CC6.6"),
        Control::hipaa("164.312(e)(1)"),
    ],
    needs: &[ResourceKind::SecurityGroup, ResourceKind::NetworkInterface],
    source: include_str!("sg_world_open.rs"),
    check,
};

/// How many interfaces a finding names beside its sentence.
const MOST_NAMED: usize = 50;

fn check(context: &Context<'_>, findings: &mut Findings) {
    findings.looked_at(context.network.groups.len(), "security group", "security groups");
    say_gaps(context, findings);
    let admin = tcp(&context.settings.admin_ports);
    let web = tcp(&[80, 443]);
    let found = open(context, |exposure, traffic| {
        let left = without(&traffic, &admin);
        if exposure.is_balancer(context) { without(&left, &web) } else { left }
    });
    for open in found {
        let traffic = open.traffic();
        let interfaces = open.interfaces(context);
        let message = sentence!["lets the world in to ", traffic.clone(), " of "]
            .and(counted(interfaces.len(), "interface", "interfaces"))
            .and(sentence![": "])
            .and(Sentence::list(&interfaces, 3));
        let mut finding = Finding::new(&LINT, open.component, message);
        finding.severity = grade(&traffic, &web);
        finding.related = interfaces.into_iter().take(MOST_NAMED).collect();
        finding.witness =
            open.reached.first().map(|(exposure, traffic)| exposure.witness(context, traffic.clone()));
        finding.flows = vec![sentence!["the internet gets to ", traffic, ", and the answers get back"]];
        finding.rules = open.rules;
        finding.remedy =
            sentence!["name who has business there: a block, a prefix list, a load balancer's group"];
        findings.found.push(finding);
    }
}

fn grade(traffic: &[Interval], web: &[Interval]) -> Severity {
    let block = |number: u8| (u32::from(number) << 16, (u32::from(number) << 16) | 0xffff);
    let ping = [block(protocol::ICMP), block(protocol::ICMPV6)];
    let rest = without(traffic, &ping);
    if rest.is_empty() {
        Severity::Low
    } else if without(&rest, web).is_empty() && !common(&rest, web).is_empty() {
        Severity::Medium
    } else {
        Severity::High
    }
}
