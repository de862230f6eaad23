//! One control alone keeps the internet from something sensitive.
//!
//! Everybody makes a mistake some day. Where a route, a missing public address, an ACL and a group all stand between the
//! internet and a database, one mistake exposes nothing; where it is one of them alone, that one does. For each kind of
//! sensitive host every control on the way of the internet's packets is counted, past the ones that stop them already. What
//! is exposed today is for `sg-world-open`, `db-exposure-ha` and their like.
//!
//! Sensitive is what `sensitive` under `[lint]` in `netpath.toml` names; else data stores, and hosts in subnets that are
//! declared isolated.
//!
//! ## Nothing but the group
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! eni     eni-db      10.0.1.10     in subnet-a  sg sg-db  public 198.51.100.10
//! allow   sg-db       inbound tcp 5432 from 10.0.0.0/16
//! ```
//!
//! ```settings
//! [lint]
//! sensitive = ["subnet-a"]
//! ```
//!
//! ```findings
//! medium eni-db: sg-db
//! ```
//!
//! ## Several
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! igw     igw-a       in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-db      10.0.1.10     in subnet-a  sg sg-db  public 198.51.100.10
//! allow   sg-db       inbound tcp 5432 from 10.0.0.0/16
//! ```
//!
//! ```settings
//! [lint]
//! sensitive = ["subnet-a"]
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeSet;

use super::data_stores::{classes, sensitive};
use super::finding::{Claim, Witness};
use super::sentence::{counted, sentence};
use super::trace::End;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, ExplanationCode};
use crate::packet::{Family, protocol};
use crate::solver::{Destination, Source, Traffic, Verdict};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP050",
    name: "single-control",
    pillars: &[Pillar::Security],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::nist("SC-7"), Control::nist("PL-8"), Control::soc2("CC6.6")],
    needs: &[
        ResourceKind::NetworkInterface,
        ResourceKind::SecurityGroup,
        ResourceKind::NetworkAcl,
        ResourceKind::RouteTable,
    ],
    source: include_str!("single_control.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let hosts = sensitive(context);
    findings.looked_at(hosts.len(), "sensitive interface", "sensitive interfaces");
    for class in classes(context, hosts.iter().copied()) {
        for family in Family::BOTH {
            let row = &context.network.interfaces[class[0].index()];
            if row.primary(family).is_none() {
                continue;
            }
            let witness = Witness::new(
                Source::Outside(context.internet(family).clone()),
                Destination::Interface(class[0], None),
                Traffic::ports(protocol::TCP, 0, 65_535),
                family,
                Claim::Blocked,
            );
            // Without a route out, no answer would get back: that is a control, too.
            let mut ways = context.ways(row.subnet, context.outside(family));
            let leads_out = ways.any(|it| it.end == End::Internet);
            if !leads_out || context.verdict(&witness) != Verdict::Blocked {
                continue;
            }
            let answer = context.blockers(&witness.query);
            let controls: BTreeSet<(Component, ExplanationCode)> =
                answer.pairs.iter().flat_map(|it| &it.blockers).map(|it| (it.component, it.code)).collect();
            let alone: Vec<&(Component, ExplanationCode)> = controls.iter().collect();
            let [(control, code)] = alone[..] else { continue };
            let message = sentence!["is kept from the internet by ", *control, " alone (", *code, ")"];
            let mut finding = Finding::new(&LINT, row.component, message);
            finding.key = format!("{family:?}");
            finding.related = std::iter::once(*control)
                .chain(class.iter().skip(1).map(|it| context.network.interfaces[it.index()].component))
                .collect();
            finding.flows = vec![
                counted(class.len(), "interface", "interfaces")
                    .and(sentence![" would be exposed with one change of it"]),
            ];
            finding.witness = Some(witness);
            finding.remedy =
                sentence!["take the public address or the route to the internet gateway away as well"];
            findings.found.push(finding);
        }
    }
}
