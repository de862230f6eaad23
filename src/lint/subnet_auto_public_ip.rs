//! A subnet gives each new interface a public address.
//!
//! With a route to an internet gateway, whatever is launched there is on the internet without anybody having asked for it.
//! Without such a route the setting does nothing, but for the cost of the addresses; it is not what makes a subnet public.
//!
//! | severity | when |
//! |---|---|
//! | low | the subnet's own routes lead to an internet gateway |
//! | info | they do not: the addresses are of no use |
//!
//! ## In a public subnet
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! set     subnet-a    MapPublicIpOnLaunch true
//! ```
//!
//! ```findings
//! low subnet-a: launched
//! ```
//!
//! ## Off
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity, Tier};
use crate::model::ResourceKind;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP053",
    name: "subnet-auto-public-ip",
    pillars: &[Pillar::Security],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[Control::fsbp("EC2.15"), Control::nist("SC-7"), Control::nist("AC-4")],
    needs: &[ResourceKind::Subnet, ResourceKind::RouteTable],
    source: include_str!("subnet_auto_public_ip.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut count = 0;
    for (index, row, subnet) in context.subnets() {
        count += 1;
        if subnet.maps_public_address != Some(true) {
            continue;
        }
        let tier = context.tier(index);
        let message = match tier {
            Tier::Public => {
                sentence!["puts whatever is launched in it on the internet, with a public address"]
            }
            Tier::Private | Tier::Isolated => {
                sentence!["gives whatever is launched in it a public address that no route makes use of"]
            }
            Tier::Unknown => sentence!["gives whatever is launched in it a public address"],
        };
        let mut finding = Finding::new(&LINT, row.component, message);
        finding.severity = if tier == Tier::Public { Severity::Low } else { Severity::Info };
        let interfaces = context.interfaces_of(index).count();
        finding.flows = vec![counted(interfaces, "interface", "interfaces").and(sentence![" in it today"])];
        finding.remedy = sentence!["turn it off, and ask for public addresses where they are meant"];
        findings.found.push(finding);
    }
    findings.looked_at(count, "subnet", "subnets");
}
