//! A VPC has a gateway endpoint, and a subnet's route table lacks it.
//!
//! A gateway endpoint is a route: only subnets whose table has it use it. The others go on through NAT, and pay for each
//! byte, though the endpoint is there.
//!
//! ## A forgotten table
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  table rtb-a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  table rtb-b
//! table   rtb-a       in vpc-a
//! table   rtb-b       in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.9
//! route   rtb-a       0.0.0.0/0 -> nat-a
//! route   rtb-b       0.0.0.0/0 -> nat-a
//! prefix-list pl-s3   3.5.0.0/16    service s3
//! endpoint vpce-s3    s3 in vpc-a   list pl-s3  tables rtb-a
//! ```
//!
//! ```findings
//! low rtb-b: vpce-s3
//! ```
//!
//! ## In every table
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  table rtb-a
//! table   rtb-a       in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.9
//! route   rtb-a       0.0.0.0/0 -> nat-a
//! prefix-list pl-s3   3.5.0.0/16    service s3
//! endpoint vpce-s3    s3 in vpc-a   list pl-s3  tables rtb-a
//! ```
//!
//! ```findings
//! none
//! ```

use super::endpoints::endpoints;
use super::sentence::{counted, sentence};
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::{EndpointKind, ResourceKind, RouteTableId};
use crate::network::Component;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP014",
    name: "gw-endpoint-rt-gap",
    pillars: &[Pillar::Cost],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[
        ResourceKind::Subnet,
        ResourceKind::RouteTable,
        ResourceKind::NatGateway,
        ResourceKind::VpcEndpoint,
    ],
    source: include_str!("gw_endpoint_rt_gap.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let own = endpoints(context, &EndpointKind::Gateway);
    let uses = context.nat_uses();
    findings.looked_at(own.len(), "gateway endpoint", "gateway endpoints");
    let mut told: std::collections::BTreeSet<(u32, Component)> = std::collections::BTreeSet::new();
    for used in uses.iter().filter(|it| covered[it.vpc.index()]) {
        let row = &context.network.subnets[used.subnets[0].index()];
        let Some(table) = context.table_at(row.route_table) else { continue };
        let id: &RouteTableId = &context.model.route_tables[table as usize].id;
        let Some(gateway) = used.gateways.iter().find(|it| it.fault.is_none()) else { continue };
        for endpoint in own.iter().filter(|it| it.vpc == used.vpc && !it.found.route_tables.contains(id)) {
            if !told.insert((table, endpoint.component)) {
                continue;
            }
            let subject = Component::Resource(ResourceKind::RouteTable, table);
            let service = endpoint.found.service_name.to_string();
            let message = sentence![
                "lacks ",
                endpoint.component,
                ": its subnets get to ",
                service,
                " by ",
                gateway.component
            ];
            let mut finding = Finding::new(&LINT, subject, message);
            finding.key = endpoint.found.id.to_string();
            let names: Vec<Component> =
                used.subnets.iter().map(|it| context.network.subnets[it.index()].component).collect();
            finding.flows = vec![
                counted(names.len(), "subnet", "subnets").and(sentence![": "]).and(Sentence::list(&names, 3)),
            ];
            finding.related = [endpoint.component, gateway.component].into_iter().chain(names).collect();
            finding.rules = gateway.route.into_iter().collect();
            finding.remedy = sentence!["associate ", endpoint.component, " with the table"];
            findings.found.push(finding);
        }
    }
}
