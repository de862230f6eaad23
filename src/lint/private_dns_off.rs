//! An interface endpoint is there, and the service's own name does not lead to it.
//!
//! Without private DNS, `ssm.eu-west-1.amazonaws.com` stands for public addresses in the VPC as everywhere: programs go
//! out by NAT, or fail where there is none, while the endpoint is paid for. Private DNS needs the VPC's DNS support and DNS
//! host names as well. Endpoints of S3 and DynamoDB are left out, whose names gateway endpoints serve, and so are those of
//! services that are not AWS's, whose names are their owners' affair.
//!
//! ## Off
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! endpoint vpce-ssm   ssm 10.0.1.5 in subnet-a
//! set     vpce-ssm    PrivateDnsEnabled false
//! ```
//!
//! ```findings
//! medium vpce-ssm: private DNS is off
//! ```
//!
//! ## On
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! endpoint vpce-ssm   ssm 10.0.1.5 in subnet-a
//! set     vpce-ssm    PrivateDnsEnabled true
//! ```
//!
//! ```findings
//! none
//! ```

use super::endpoints::{endpoints, service_of};
use super::sentence::sentence;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{EndpointKind, ResourceKind};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP017",
    name: "private-dns-off",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Likely,
    controls: &[],
    needs: &[ResourceKind::VpcEndpoint],
    source: include_str!("private_dns_off.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let own = endpoints(context, &EndpointKind::Interface);
    let mut count = 0;
    for endpoint in own.iter().filter(|it| covered[it.vpc.index()]) {
        let service = service_of(&endpoint.found.service_name);
        let Some(service) = service.filter(|it| !matches!(*it, "s3" | "dynamodb") && !it.contains("vpce"))
        else {
            continue;
        };
        count += 1;
        let vpc = &context.network.vpcs[endpoint.vpc.index()];
        let attributes = context.model.vpc_dns_attributes.get(&vpc.id);
        let cause = if !endpoint.found.has_private_dns {
            sentence!["private DNS is off"]
        } else if attributes.is_some_and(|it| it.support == Some(false)) {
            sentence!["the DNS support of ", vpc.component, " is off"]
        } else if attributes.is_some_and(|it| it.hostnames == Some(false)) {
            sentence!["the DNS host names of ", vpc.component, " are off"]
        } else {
            continue;
        };
        let message = sentence!["is not what the name of ", service.to_owned(), " leads to: "].and(cause);
        let mut finding = Finding::new(&LINT, endpoint.component, message);
        finding.related = vec![vpc.component];
        finding.remedy = sentence![
            "turn it on; a VPC can have one endpoint of a service with private DNS, and a hosted zone of your own does it for others"
        ];
        findings.found.push(finding);
    }
    findings.looked_at(count, "interface endpoint", "interface endpoints");
}
