//! A function or a search domain stands in no VPC.
//!
//! Outside of a VPC there are no groups, no routes and no flow logs: a function there sends to the whole internet, and a domain
//! is asked over it, kept by its policy alone. Functions that need nothing of a VPC are often meant to be outside: the finding
//! says which there are. Databases always have a VPC.
//!
//! | severity | when |
//! |---|---|
//! | low | a search domain |
//! | info | a function |
//!
//! ## Outside
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! element functions   f {"FunctionName":"worker","FunctionArn":"arn:aws:lambda:eu-west-1:111111111111:function:worker"}
//! ```
//!
//! ```findings
//! info worker: no VPC
//! ```
//!
//! ## Inside
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! sg      sg-f        in vpc-a
//! element functions   f {"FunctionName":"worker","FunctionArn":"arn:aws:lambda:eu-west-1:111111111111:function:worker","VpcConfig":{"VpcId":"vpc-a","SubnetIds":["subnet-a"],"SecurityGroupIds":["sg-f"]}}
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{ResourceKind, ServiceFamily};
use crate::network::Component;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP080",
    name: "in-vpc",
    pillars: &[Pillar::Security],
    severity: Severity::Low,
    confidence: Confidence::Likely,
    controls: &[
        Control::fsbp("Lambda.3"),
        Control::fsbp("Opensearch.2"),
        Control::nist("SC-7"),
        Control::nist("AC-4"),
    ],
    needs: &[ResourceKind::Vpc],
    source: include_str!("in_vpc.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut count = 0;
    for (row, service) in context.model.managed_services.iter().enumerate() {
        let severity = match service.family {
            ServiceFamily::OpenSearch => Severity::Low,
            ServiceFamily::Lambda => Severity::Info,
            ServiceFamily::Rds
            | ServiceFamily::ElastiCache
            | ServiceFamily::Efs
            | ServiceFamily::Ecs
            | ServiceFamily::Eks
            | ServiceFamily::Msk
            | ServiceFamily::Redshift
            | ServiceFamily::Dms
            | ServiceFamily::Resolver => continue,
        };
        count += 1;
        if service.vpc.is_some() || !service.subnets.is_empty() || !service.interfaces.is_empty() {
            continue;
        }
        let subject = Component::Resource(ResourceKind::ManagedService, row as u32);
        let mut finding = Finding::new(&LINT, subject, sentence!["stands in no VPC"]);
        finding.severity = severity;
        finding.remedy = sentence!["give it subnets and groups of a VPC, unless it is meant to be outside"];
        findings.found.push(finding);
    }
    findings.looked_at(count, "function or search domain", "functions and search domains");
}
