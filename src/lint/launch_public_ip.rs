//! A launch template gives instances public addresses, in subnets that lead to the internet.
//!
//! What it comes to depends on where instances are launched: the template may name a subnet, and groups of Auto Scaling that
//! use it name theirs. In subnets without a route to an internet gateway the address is of no use, and nothing is found.
//!
//! | severity | when |
//! |---|---|
//! | medium | a subnet that it launches into is public |
//! | info | nobody knows the subnets, or their routes |
//!
//! ## Into a public subnet
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! element launch-template-versions lt-1 {"LaunchTemplateId":"lt-1","VersionNumber":1,"DefaultVersion":true,"LaunchTemplateData":{"NetworkInterfaces":[{"DeviceIndex":0,"AssociatePublicIpAddress":true}]}}
//! element auto-scaling-groups web {"AutoScalingGroupARN":"arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/web","VPCZoneIdentifier":"subnet-a","LaunchTemplate":{"LaunchTemplateId":"lt-1"}}
//! ```
//!
//! ```findings
//! medium lt-1: subnet-a
//! ```
//!
//! ## Into a private one
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! element launch-template-versions lt-1 {"LaunchTemplateId":"lt-1","VersionNumber":1,"DefaultVersion":true,"LaunchTemplateData":{"NetworkInterfaces":[{"DeviceIndex":0,"AssociatePublicIpAddress":true}]}}
//! element auto-scaling-groups web {"AutoScalingGroupARN":"arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/web","VPCZoneIdentifier":"subnet-a","LaunchTemplate":{"LaunchTemplateId":"lt-1"}}
//! ```
//!
//! ```findings
//! none
//! ```
//!
//! ## Nobody knows
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! ```
//!
//! ```findings
//! skipped: ec2 describe-launch-template-versions
//! ```

use super::balancers::subnet_rows;
use super::run::Missing;
use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity, Tier};
use crate::model::{ResourceKind, Unmodelled};
use crate::network::{Component, SubnetIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP054",
    name: "launch-public-ip",
    pillars: &[Pillar::Security],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::fsbp("EC2.25"), Control::nist("SC-7")],
    needs: &[ResourceKind::Subnet, ResourceKind::RouteTable],
    source: include_str!("launch_public_ip.rs"),
    check,
};

/// Where a template says that interfaces get public addresses, and where they stand.
const PUBLIC: &str = "LaunchTemplateData.NetworkInterfaces.AssociatePublicIpAddress";
const SUBNET: &str = "LaunchTemplateData.NetworkInterfaces.SubnetId";

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    if !model.coverage.has_service_list("LaunchTemplateVersions", None, None) {
        let call = "ec2 describe-launch-template-versions";
        findings.skipped.push(Missing { call, account: None, region: None });
        return;
    }
    let rows = subnet_rows(context);
    let templates = model.unmodelled.iter().enumerate().filter(|it| it.1.key == "LaunchTemplateVersions");
    let mut count = 0;
    for (row, template) in templates {
        count += 1;
        let is_public = template.texts(PUBLIC).any(|it| it == "true");
        if !is_public || template.texts("DefaultVersion").any(|it| it == "false") {
            continue;
        }
        let subnets: Vec<SubnetIndex> =
            subnets_of(context, template).into_iter().filter_map(|it| rows.get(it).copied()).collect();
        let public: Vec<Component> = subnets
            .iter()
            .filter(|it| context.tier(**it) == Tier::Public)
            .map(|it| context.network.subnets[it.index()].component)
            .collect();
        let is_known = !subnets.is_empty() && subnets.iter().all(|it| context.tier(*it) != Tier::Unknown);
        if public.is_empty() && is_known {
            continue;
        }
        let message = match public.is_empty() {
            true => sentence!["gives instances public addresses, in subnets that nobody names"],
            false => sentence!["gives instances public addresses, in "].and(Sentence::list(&public, 3)),
        };
        let subject = Component::Resource(ResourceKind::Unmodelled, row as u32);
        let mut finding = Finding::new(&LINT, subject, message);
        finding.severity = if public.is_empty() { Severity::Info } else { Severity::Medium };
        finding.related = public;
        finding.remedy =
            sentence!["launch into private subnets behind a load balancer, without public addresses"];
        findings.found.push(finding);
    }
    findings.looked_at(count, "version of a launch template", "versions of launch templates");
}

/// The subnets that a template launches into: its own, and those of the groups that use it.
fn subnets_of<'a>(context: &Context<'a>, template: &'a Unmodelled) -> Vec<&'a str> {
    let mut subnets: Vec<&str> = template.texts(SUBNET).collect();
    for group in context.model.unmodelled.iter().filter(|it| it.key == "AutoScalingGroups") {
        if group.texts("LaunchTemplate.LaunchTemplateId").any(|it| it == template.resource) {
            subnets.extend(group.texts("VPCZoneIdentifier").flat_map(|it| it.split(',')).map(str::trim));
        }
    }
    subnets
}
