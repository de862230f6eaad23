//! A VPC with hosts has no flow log.
//!
//! Without flow logs nobody can say afterwards who talked to whom. A log of the VPC covers everything in it; one for each
//! of its subnets, or for each interface of the others, does as well. A log that is not active, or that records accepted
//! traffic only, is not enough.
//!
//! | severity | when |
//! |---|---|
//! | medium | interfaces stand in a VPC that nothing records |
//! | low | some of its subnets with interfaces are recorded, others are not; or accepted traffic only is |
//!
//! ## None
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! medium vpc-a: no flow log
//! ```
//!
//! ## For the VPC
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a
//! element flow-logs fl-1 {"FlowLogId":"fl-1","ResourceId":"vpc-a","FlowLogStatus":"ACTIVE","TrafficType":"ALL"}
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
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a
//! missing flow-logs
//! ```
//!
//! ```findings
//! skipped: ec2 describe-flow-logs
//! ```

use rustc_hash::FxHashMap;

use super::run::Missing;
use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, VpcIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP034",
    name: "flow-logs-missing",
    pillars: &[Pillar::Security],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[
        Control::fsbp("EC2.6"),
        Control::cis("3.7"),
        Control::pci_dss("10.2.1"),
        Control::nist("AU-12"),
        Control::nist("SI-4"),
        Control::hipaa("164.312(b)"),
        Control::soc2("CC7.2"),
    ],
    needs: &[ResourceKind::Vpc, ResourceKind::Subnet, ResourceKind::NetworkInterface],
    source: include_str!("flow_logs_missing.rs"),
    check,
};

const CALL: &str = "ec2 describe-flow-logs";

/// What a log records.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Records {
    Some,
    All,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    let mut logs: FxHashMap<&str, Records> = FxHashMap::default();
    for log in model.unmodelled.iter().filter(|it| it.key == "FlowLogs") {
        if log.texts("FlowLogStatus").any(|it| it != "ACTIVE") {
            continue;
        }
        let records =
            if log.texts("TrafficType").any(|it| it == "ACCEPT") { Records::Some } else { Records::All };
        for resource in log.texts("ResourceId") {
            let known = logs.entry(resource).or_insert(records);
            *known = records.max(*known);
        }
    }
    let mut count = 0;
    for (index, row) in context.network.vpcs.iter().enumerate() {
        let Some(vpc) = model.vpcs.get(&row.id) else { continue };
        let about = &vpc.about;
        if !model.coverage.has_service_list("FlowLogs", about.account.as_ref(), about.region.as_ref()) {
            findings.skipped.push(Missing {
                call: CALL,
                account: about.account.clone(),
                region: about.region.clone(),
            });
            continue;
        }
        count += 1;
        findings.found.extend(one(context, VpcIndex(index as u32), &logs));
    }
    findings.looked_at(count, "VPC", "VPCs");
}

fn one(context: &Context<'_>, vpc: VpcIndex, logs: &FxHashMap<&str, Records>) -> Option<Finding> {
    let row = &context.network.vpcs[vpc.index()];
    let of_vpc = logs.get(row.id.as_str());
    if of_vpc == Some(&Records::All) {
        return None;
    }
    let mut bare: Vec<Component> = Vec::new();
    let (mut interfaces, mut recorded) = (0, 0);
    for (index, own, subnet) in context.subnets_of(vpc) {
        let of_subnet = logs.get(subnet.id.as_str()) == Some(&Records::All);
        let logged = |it: &crate::network::InterfaceIndex| {
            context.interface(*it).is_some_and(|it| logs.get(it.id.as_str()) == Some(&Records::All))
        };
        let (with, without): (Vec<_>, Vec<_>) =
            context.interfaces_of(index).partition(|it| of_subnet || logged(it));
        interfaces += without.len();
        recorded += with.len();
        if !without.is_empty() {
            bare.push(own.component);
        }
    }
    if interfaces == 0 {
        return None;
    }
    let message = match (of_vpc, recorded) {
        (Some(Records::Some), _) => sentence!["has a flow log that leaves out what is rejected"],
        (_, 0) => sentence!["has no flow log"],
        _ => sentence!["has no flow log for all of "].and(Sentence::list(&bare, 3)),
    };
    let mut finding = Finding::new(&LINT, row.component, message);
    finding.severity = if of_vpc.is_none() && recorded == 0 { Severity::Medium } else { Severity::Low };
    finding.related = bare;
    finding.flows =
        vec![counted(interfaces, "interface", "interfaces").and(sentence![" whose traffic leaves no trace"])];
    finding.remedy = sentence!["make a flow log of the VPC for all traffic"];
    Some(finding)
}
