//! A database that the internet reaches, or that its clients would lose with a zone.
//!
//! `PubliclyAccessible` alone exposes nothing: packets need a route, an ACL and a group that let them in. With all of them the
//! database is on the internet. Without, the flag is one change away from it, and makes the name resolve to a public address.
//!
//! A database moves between the subnets of its subnet group. When these stand in one zone, it has nowhere to go; when the ACL
//! of another subnet keeps out clients that today's admits, they lose it with the failover, and find out then.
//!
//! | severity | when |
//! |---|---|
//! | critical | packets of the internet get to its port |
//! | medium | its subnets are in one zone, or the ACL of another subnet would keep clients out |
//! | low | it is publicly accessible by its flag, and nothing gets there |
//!
//! ## On the internet
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! eni     eni-db      10.0.1.10     in subnet-a  sg sg-db  public 198.51.100.10  detached
//! set     eni-db      Description RDSNetworkInterface
//! set     eni-db      Status in-use
//! allow   sg-db       inbound tcp 5432 from 0.0.0.0/0
//! element db-instances orders {"DBInstanceIdentifier":"orders","AvailabilityZone":"eu-west-1a","PubliclyAccessible":true,"Endpoint":{"Address":"orders.x.rds.amazonaws.com","Port":5432},"VpcSecurityGroups":[{"VpcSecurityGroupId":"sg-db","Status":"active"}],"DBSubnetGroup":{"VpcId":"vpc-a","Subnets":[{"SubnetIdentifier":"subnet-a"},{"SubnetIdentifier":"subnet-b"}]}}
//! ```
//!
//! ```findings
//! critical orders: tcp 5432
//! ```
//!
//! ## A failover behind another ACL
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! acl     acl-b       in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b  acl acl-b
//! entry   acl-b       inbound  100 allow tcp 5432 from 10.0.2.0/24
//! entry   acl-b       outbound 100 allow all to 0.0.0.0/0
//! eni     eni-db      10.0.1.10     in subnet-a  sg sg-db  detached
//! set     eni-db      Description RDSNetworkInterface
//! set     eni-db      Status in-use
//! allow   sg-db       inbound tcp 5432 from 10.0.0.0/16
//! element db-instances orders {"DBInstanceIdentifier":"orders","AvailabilityZone":"eu-west-1a","PubliclyAccessible":false,"Endpoint":{"Address":"orders.x.rds.amazonaws.com","Port":5432},"VpcSecurityGroups":[{"VpcSecurityGroupId":"sg-db","Status":"active"}],"DBSubnetGroup":{"VpcId":"vpc-a","Subnets":[{"SubnetIdentifier":"subnet-a"},{"SubnetIdentifier":"subnet-b"}]}}
//! ```
//!
//! ```findings
//! medium orders: subnet-b
//! ```
//!
//! ## Private, in two zones
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! eni     eni-db      10.0.1.10     in subnet-a  sg sg-db  detached
//! set     eni-db      Description RDSNetworkInterface
//! set     eni-db      Status in-use
//! allow   sg-db       inbound tcp 5432 from 10.0.0.0/16
//! element db-instances orders {"DBInstanceIdentifier":"orders","AvailabilityZone":"eu-west-1a","PubliclyAccessible":false,"Endpoint":{"Address":"orders.x.rds.amazonaws.com","Port":5432},"VpcSecurityGroups":[{"VpcSecurityGroupId":"sg-db","Status":"active"}],"DBSubnetGroup":{"VpcId":"vpc-a","Subnets":[{"SubnetIdentifier":"subnet-a"},{"SubnetIdentifier":"subnet-b"}]}}
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeSet;

use super::balancers::{rows_of, subnet_rows};
use super::data_stores::{DataStore, admitted, data_stores};
use super::finding::{Claim, Witness};
use super::run::Missing;
use super::sentence::sentence;
use super::world::tcp;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{ManagedService, ResourceKind};
use crate::network::{SubnetIndex, ZoneIndex};
use crate::packet::{AddressSet, Family, Interval};
use crate::solver::{Destination, Source, Traffic};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP030",
    name: "db-exposure-ha",
    pillars: &[Pillar::Security, Pillar::Reliability],
    severity: Severity::Critical,
    confidence: Confidence::Certain,
    controls: &[
        Control::fsbp("RDS.2"),
        Control::pci_dss("1.4.4"),
        Control::nist("AC-4"),
        Control::nist("SC-7"),
        Control::hipaa("164.312(a)(1)"),
    ],
    needs: &[ResourceKind::NetworkInterface, ResourceKind::Subnet, ResourceKind::RouteTable],
    source: include_str!("db_exposure_ha.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let stores = data_stores(context);
    findings.looked_at(stores.len(), "data store", "data stores");
    say_missing(context, findings);
    let rows = subnet_rows(context);
    for store in &stores {
        findings.found.extend(exposed(context, store));
        let subnets = rows_of(&rows, &store.service.subnets);
        findings.found.extend(one_zone(context, store, &subnets));
        findings.found.extend(after_failover(context, store, &subnets));
    }
}

/// Databases have interfaces that tell of them; that there are none, only their own list says.
fn say_missing(context: &Context<'_>, findings: &mut Findings) {
    let coverage = &context.model.coverage;
    let is_there = ManagedService::calls_of(crate::model::ServiceFamily::Rds)
        .any(|(key, _)| coverage.has_service_list(key, None, None));
    let has_interfaces =
        context.model.network_interfaces.iter().any(|it| &*it.description == "RDSNetworkInterface");
    if !is_there && has_interfaces {
        let call = ResourceKind::ManagedService.call();
        findings.skipped.push(Missing { call, account: None, region: None });
    }
}

/// The port as an interval; all of TCP where it is not said.
fn port(service: &ManagedService) -> Vec<Interval> {
    match service.port.or(service.family.port()) {
        Some(port) => tcp(&[port]),
        None => vec![(6 << 16, 6 << 16 | 0xffff)],
    }
}

fn exposed(context: &Context<'_>, store: &DataStore<'_>) -> Option<Finding> {
    let traffic = port(store.service);
    let ask = |interface: &crate::network::InterfaceIndex, claim| {
        let asked = Traffic { intervals: traffic.clone(), ..Traffic::default() };
        let source = Source::Outside(context.internet(Family::V4).clone());
        Witness::new(source, Destination::Interface(*interface, None), asked, Family::V4, claim)
    };
    let mut own = store.interfaces.iter().take(16);
    if let Some(witness) = own.find_map(|it| context.confirmed(ask(it, Claim::Passes))) {
        let message = sentence!["takes requests from the internet on ", traffic.clone()];
        let mut finding = Finding::new(&LINT, store.component, message);
        finding.key = "internet".to_owned();
        finding.related =
            store.interfaces.iter().map(|it| context.network.interfaces[it.index()].component).collect();
        finding.witness = Some(witness);
        finding.remedy = sentence!["turn its public access off, and admit the groups of its clients only"];
        return Some(finding);
    }
    if store.service.is_public != Some(true) {
        return None;
    }
    let message = sentence!["is publicly accessible by its own setting, and nothing gets there"];
    let mut finding = Finding::new(&LINT, store.component, message);
    finding.key = "flag".to_owned();
    finding.severity = Severity::Low;
    finding.witness = store.interfaces.first().and_then(|it| context.confirmed(ask(it, Claim::Blocked)));
    finding.remedy = sentence!["turn its public access off: its name would be private then, too"];
    Some(finding)
}

fn one_zone(context: &Context<'_>, store: &DataStore<'_>, subnets: &[SubnetIndex]) -> Option<Finding> {
    let zones: BTreeSet<ZoneIndex> =
        subnets.iter().map(|it| context.network.subnets[it.index()].zone).collect();
    // Subnets that the snapshot lacks may stand anywhere.
    if zones.len() != 1 || subnets.len() != store.service.subnets.len() || context.settings.zones < 2 {
        return None;
    }
    let zone = zones.first().map(|it| context.zone(*it)).unwrap_or_default();
    let message = sentence!["has subnets in zone ", zone.to_owned(), " only, and stops with it"];
    let mut finding = Finding::new(&LINT, store.component, message);
    finding.key = "zone".to_owned();
    finding.severity = Severity::Medium;
    finding.related = subnets.iter().map(|it| context.network.subnets[it.index()].component).collect();
    finding.remedy = sentence!["add subnets of another zone to its subnet group"];
    Some(finding)
}

/// Clients that today's ACL admits and that of another subnet does not.
fn after_failover(context: &Context<'_>, store: &DataStore<'_>, subnets: &[SubnetIndex]) -> Option<Finding> {
    let network = context.network;
    let wanted = *port(store.service).first()?;
    let first = network.interfaces[store.interfaces.first()?.index()].subnet;
    let row = &network.subnets[first.index()];
    let known = row.cidrs.first()?;
    let family = Family::of(known.addr());
    let today = admitted(context, row.acl[0], wanted, family)?;
    let blocks = network.vpcs[row.vpc.index()].cidrs.iter().filter(|it| Family::of(it.addr()) == family);
    let own = blocks.fold(AddressSet::empty(family), |sum, it| sum.union(&AddressSet::block(*it)));
    for subnet in subnets.iter().filter(|it| **it != first) {
        let other = &network.subnets[subnet.index()];
        let Some(then) = admitted(context, other.acl[0], wanted, family) else { continue };
        let lost = today.difference(&then).intersection(&own);
        if lost.is_empty() {
            continue;
        }
        let message = sentence![
            "would lose clients with a failover to ",
            other.component,
            ", whose ACL keeps ",
            lost,
            " from its port"
        ];
        let mut finding = Finding::new(&LINT, store.component, message);
        finding.key = format!("failover {}", other.id);
        finding.severity = Severity::Medium;
        finding.related = vec![other.component, row.component];
        finding.remedy = sentence!["give all subnets of its subnet group ACLs that admit the same clients"];
        return Some(finding);
    }
    None
}
