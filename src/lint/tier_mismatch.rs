//! A subnet is not what its name or tags say.
//!
//! What a subnet is follows from its routes: *public* when its own table leads to an attached internet gateway, *private*
//! when the internet is reached another way (NAT, egress-only, a transit gateway), *isolated* when it is not. What it is
//! meant to be stands in `netpath.toml` (`public`, `private`, `isolated` under `[lint]`), in tags such as
//! `aws-cdk:subnet-type` or `kubernetes.io/role/elb`, or in its name. `MapPublicIpOnLaunch` says nothing about either.
//! That an isolated subnet leaks is told by `isolated-leak`.
//!
//! A database in a public subnet is reported too: it stands one open group away from the internet.
//!
//! | severity | when |
//! |---|---|
//! | high | declared private, and an internet gateway is one hop away |
//! | medium | declared public, and no internet gateway is; a database in a public subnet |
//! | low | `private` in `netpath.toml`, and nothing leads to the internet; in a name, the word often means no more than *not public* |
//!
//! ## Private by name
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-app  10.0.1.0/24   in vpc-a
//! subnet  subnet-web  10.0.2.0/24   in vpc-a
//! route   subnet-app  0.0.0.0/0 -> igw-a
//! set     subnet-app  Tags [{"Key":"Name","Value":"prod-private-1a"}]
//! set     subnet-web  Tags [{"Key":"kubernetes.io/role/elb","Value":"1"}]
//! set     subnet-web  MapPublicIpOnLaunch true
//! ```
//!
//! ```findings
//! high subnet-app: prod-private-1a
//! medium subnet-web: kubernetes.io/role/elb
//! ```
//!
//! ## As declared
//!
//! Another VPC's main table leads to the internet; this one's does not, and its subnet without a table of its own is
//! isolated. Two default routes by NAT make a subnet private, not public.
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a1   10.0.1.0/24   in vpc-a
//! subnet  subnet-b1   10.1.1.0/24   in vpc-b
//! subnet  subnet-a2   10.0.2.0/24   in vpc-a
//! subnet  subnet-a3   10.0.3.0/24   in vpc-a
//! route   vpc-a       0.0.0.0/0 -> igw-a
//! route   subnet-a2   0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.2.5      in subnet-a2  public 198.51.100.9
//! route   subnet-a3   0.0.0.0/0 -> nat-a
//! set     subnet-a1   Tags [{"Key":"Tier","Value":"public"}]
//! set     subnet-b1   Tags [{"Key":"Tier","Value":"isolated"}]
//! set     subnet-a3   Tags [{"Key":"Tier","Value":"private"}]
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::tiers::{SETTINGS, Tier, declared};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::{ResourceKind, ServiceFamily};
use crate::network::{Component, SubnetIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP008",
    name: "tier-mismatch",
    pillars: &[Pillar::Security],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[Control::pci_dss("1.4.4"), Control::nist("SC-7"), Control::soc2("CC6.6")],
    needs: &[ResourceKind::Subnet, ResourceKind::RouteTable],
    source: include_str!("tier_mismatch.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let mut count = 0;
    for (index, row, subnet) in context.subnets() {
        if !covered[row.vpc.index()] {
            continue;
        }
        count += 1;
        let is = context.tier(index);
        let said = declared(context, subnet)
            .filter(|it| it.0 != Tier::Private || is != Tier::Isolated || it.1.ends_with(SETTINGS));
        if let Some((meant, by)) = said {
            findings.found.extend(mismatch(row.component, meant, is, by));
        }
        if is == Tier::Public {
            findings.found.extend(databases(context, index));
        }
    }
    findings.looked_at(count, "subnet", "subnets");
}

fn mismatch(subnet: Component, meant: Tier, is: Tier, by: String) -> Option<Finding> {
    let severity = match (meant, is) {
        (Tier::Private, Tier::Public) => Severity::High,
        (Tier::Public, Tier::Private | Tier::Isolated) => Severity::Medium,
        (Tier::Private, Tier::Isolated) => Severity::Low,
        // The rest agrees, is unknown, or is what `isolated-leak` is about.
        (Tier::Public, Tier::Public | Tier::Unknown)
        | (Tier::Private, Tier::Private | Tier::Unknown)
        | (Tier::Isolated | Tier::Unknown, _) => return None,
    };
    let message =
        sentence!["is meant to be ", meant.as_text(), " by ", by, ", and its routes make it ", is.as_text()];
    let mut finding = Finding::new(&LINT, subnet, message);
    finding.key = "tier".to_owned();
    finding.severity = severity;
    finding.remedy = match (meant, is) {
        (Tier::Private, Tier::Public) => {
            sentence!["send its default route to a NAT gateway, or say that it is public"]
        }
        _ => sentence!["give it the routes of its tier, or another name"],
    };
    Some(finding)
}

fn databases(context: &Context<'_>, subnet: SubnetIndex) -> Option<Finding> {
    let network = context.network;
    let is_store = |row: &u32| {
        context.model.managed_services.get_row(*row as usize).is_some_and(|it| {
            matches!(
                it.family,
                ServiceFamily::Rds
                    | ServiceFamily::ElastiCache
                    | ServiceFamily::Redshift
                    | ServiceFamily::OpenSearch
            )
        })
    };
    let stores: Vec<Component> = context
        .interfaces_of(subnet)
        .filter(|it| network.owners_of(*it).any(|row| is_store(&row)))
        .map(|it| network.interfaces[it.index()].component)
        .collect();
    if stores.is_empty() {
        return None;
    }
    let message = sentence!["is public by its routes, and holds "]
        .and(counted(stores.len(), "interface", "interfaces"))
        .and(sentence![" of databases: "])
        .and(Sentence::list(&stores, 3));
    let mut finding = Finding::new(&LINT, network.subnets[subnet.index()].component, message);
    finding.key = "databases".to_owned();
    finding.severity = Severity::Medium;
    finding.related = stores;
    finding.remedy = sentence!["move them to a subnet group of private or isolated subnets"];
    Some(finding)
}
