//! What holds data may send anything to anywhere, and can.
//!
//! The rule that AWS gives every new group lets everything out. Where a database, or a host that is declared sensitive, has a
//! way to the internet besides, whoever gets into it carries the data off. The finding is about packets: every protocol, to
//! the internet, from that very host. A host without a way out is no finding, whatever its group says.
//!
//! Sensitive is what `sensitive` under `[lint]` in `netpath.toml` names; else data stores, and hosts in subnets that are
//! declared isolated.
//!
//! ## A database behind NAT
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.9
//! route   subnet-a    0.0.0.0/0 -> nat-a
//! eni     eni-db      10.0.1.10     in subnet-a  sg sg-db
//! allow   sg-db       inbound tcp 5432 from 10.0.0.0/16
//! ```
//!
//! ```settings
//! [lint]
//! sensitive = ["subnet-a"]
//! ```
//!
//! ```findings
//! medium sg-db: nat-a
//! ```
//!
//! ## No way out, or only what is needed
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.9
//! route   subnet-b    0.0.0.0/0 -> nat-a
//! eni     eni-1       10.0.1.10     in subnet-a  sg sg-1
//! eni     eni-2       10.0.2.10     in subnet-b  sg sg-2
//! allow   sg-2        outbound tcp 443 to 0.0.0.0/0
//! ```
//!
//! ```settings
//! [lint]
//! sensitive = ["subnet-a", "subnet-b"]
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeMap;

use super::data_stores::{classes, sensitive};
use super::finding::{Claim, Witness};
use super::sentence::{counted, sentence};
use super::world::is_wide;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, GroupIndex, InterfaceIndex, LocationKind, Origin, RulePeer};
use crate::packet::{Family, TransportSet};
use crate::solver::{Destination, Source, Traffic};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP041",
    name: "egress-unrestricted",
    pillars: &[Pillar::Security],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[
        Control::pci_dss("1.3.2"),
        Control::nist("SC-7(5)"),
        Control::nist("AC-4"),
        Control::soc2("CC6.6"),
    ],
    needs: &[ResourceKind::NetworkInterface, ResourceKind::SecurityGroup, ResourceKind::RouteTable],
    source: include_str!("egress_unrestricted.rs"),
    check,
};

/// A group by whose rule sensitive hosts get everything out.
struct Open {
    rule: Origin,
    hosts: Vec<InterfaceIndex>,
    witness: Witness,
    by: Option<Component>,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let hosts = sensitive(context);
    findings.looked_at(hosts.len(), "sensitive interface", "sensitive interfaces");
    let mut open: BTreeMap<(GroupIndex, Family), Open> = BTreeMap::new();
    for class in classes(context, hosts.iter().copied()) {
        for family in Family::BOTH {
            let Some((group, rule)) = open_rule(context, class[0], family) else { continue };
            let witness = Witness::new(
                Source::Interface(class[0], None),
                Destination::Addresses(context.internet(family).clone()),
                Traffic::default(),
                family,
                Claim::Passes,
            );
            if !context.holds(&witness) {
                continue;
            }
            let by = way_out(context, class[0], family);
            let known = open.entry((group, family)).or_insert(Open { rule, hosts: Vec::new(), witness, by });
            known.hosts.extend(&class);
        }
    }
    findings.found.extend(open.into_iter().map(|((group, family), open)| one(context, group, family, open)));
}

/// A rule of an interface's groups that lets everything out to the internet.
fn open_rule(
    context: &Context<'_>,
    interface: InterfaceIndex,
    family: Family,
) -> Option<(GroupIndex, Origin)> {
    let network = context.network;
    let groups = &network.group_sets[network.interfaces[interface.index()].groups.index()];
    groups.iter().find_map(|group| {
        let rules = network.group_rules.get(group.index())?;
        let is_open = |it: &&crate::network::Rule| {
            it.transport == TransportSet::ALL
                && matches!(&it.peer, RulePeer::Cidr(block) if is_wide(*block) && Family::of(block.addr()) == family)
        };
        rules.outbound.iter().find(is_open).map(|it| (*group, it.origin))
    })
}

/// What packets leave by.
fn way_out(context: &Context<'_>, interface: InterfaceIndex, family: Family) -> Option<Component> {
    let subnet = context.network.interfaces[interface.index()].subnet;
    let way =
        context.ways(subnet, context.outside(family)).find(|it| it.end == super::trace::End::Internet)?;
    let kinds = [LocationKind::NatGateway, LocationKind::EgressOnlyGateway, LocationKind::InternetGatewayOut];
    kinds.iter().find_map(|it| way.stop(*it)).map(|it| it.component)
}

fn one(context: &Context<'_>, group: GroupIndex, family: Family, open: Open) -> Finding {
    let mut message = sentence!["lets everything out, by ", open.rule, ", and its hosts get to the internet"];
    if let Some(by) = open.by {
        message = message.and(sentence![" by ", by]);
    }
    let mut finding = Finding::new(&LINT, context.network.groups[group.index()].component, message);
    finding.key = format!("{family:?}");
    finding.rules = vec![open.rule];
    finding.related = open.hosts.iter().map(|it| context.network.interfaces[it.index()].component).collect();
    finding.flows = vec![
        counted(open.hosts.len(), "sensitive interface", "sensitive interfaces")
            .and(sentence![" may send anything to anybody"]),
    ];
    finding.witness = Some(open.witness);
    finding.remedy =
        sentence!["let out what they need, to endpoints and to groups; or take their way to the internet"];
    finding
}
