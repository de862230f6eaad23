//! A transit gateway sends through something that has to see both directions, and may send each through another zone.
//!
//! Without appliance mode, a transit gateway keeps packets in the zone that they came from. An answer comes from another
//! zone than the question, so that it passes the firewall's endpoint of that zone, which does not know the conversation and
//! drops it. It shows between hosts in different zones only, which makes it hard to find. An inspection VPC whose attachment
//! stands in one zone is not concerned.
//!
//! ## An inspection VPC without appliance mode
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-i       10.9.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-ta   10.9.0.0/28   in vpc-i  zone a
//! subnet  subnet-tb   10.9.0.16/28  in vpc-i  zone b
//! subnet  subnet-fa   10.9.1.0/28   in vpc-i  zone a
//! subnet  subnet-fb   10.9.1.16/28  in vpc-i  zone b
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
//! tgw-attachment tgw-attach-i vpc-i to tgw-x in subnet-ta,subnet-tb
//! endpoint vpce-fa    com.amazonaws.vpce.eu-west-1.vpce-svc-fw 10.9.1.4 in subnet-fa  type GatewayLoadBalancer
//! endpoint vpce-fb    com.amazonaws.vpce.eu-west-1.vpce-svc-fw 10.9.1.20 in subnet-fb  type GatewayLoadBalancer
//! route   subnet-ta   0.0.0.0/0 -> vpce-fa
//! route   subnet-tb   0.0.0.0/0 -> vpce-fb
//! ```
//!
//! ```findings
//! high tgw-attach-i: appliance mode
//! ```
//!
//! ## With appliance mode
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-i       10.9.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-ta   10.9.0.0/28   in vpc-i  zone a
//! subnet  subnet-tb   10.9.0.16/28  in vpc-i  zone b
//! subnet  subnet-fa   10.9.1.0/28   in vpc-i  zone a
//! subnet  subnet-fb   10.9.1.16/28  in vpc-i  zone b
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
//! tgw-attachment tgw-attach-i vpc-i to tgw-x in subnet-ta,subnet-tb  appliance-mode enable
//! endpoint vpce-fa    com.amazonaws.vpce.eu-west-1.vpce-svc-fw 10.9.1.4 in subnet-fa  type GatewayLoadBalancer
//! endpoint vpce-fb    com.amazonaws.vpce.eu-west-1.vpce-svc-fw 10.9.1.20 in subnet-fb  type GatewayLoadBalancer
//! route   subnet-ta   0.0.0.0/0 -> vpce-fa
//! route   subnet-tb   0.0.0.0/0 -> vpce-fb
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::sentence::sentence;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::{AttachmentState, ResourceKind, Support};
use crate::network::{Component, LocationKind, SubnetIndex, ZoneIndex};
use crate::packet::{AddressSet, Family};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP024",
    name: "tgw-asymmetry",
    pillars: &[Pillar::Reliability],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::TransitGatewayVpcAttachment, ResourceKind::Subnet, ResourceKind::RouteTable],
    source: include_str!("tgw_asymmetry.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    let subnets: FxHashMap<&str, SubnetIndex> =
        context.subnets().map(|it| (it.2.id.as_str(), it.0)).collect();
    let attachments = &model.transit_gateway_vpc_attachments;
    findings.looked_at(attachments.len(), "VPC attachment", "VPC attachments");
    for (row, attachment) in attachments.iter().enumerate() {
        let works = matches!(attachment.state, None | Some(AttachmentState::Available));
        if !works || matches!(attachment.appliance_mode, Some(Support::Enable)) {
            continue;
        }
        let own = attachment.subnets.iter().filter_map(|it| subnets.get(it.as_str()).copied());
        // By zone, the middleboxes that packets from the transit gateway go through.
        let mut zones: BTreeMap<ZoneIndex, BTreeSet<Component>> = BTreeMap::new();
        for subnet in own {
            let zone = context.network.subnets[subnet.index()].zone;
            zones.entry(zone).or_default().extend(middleboxes(context, subnet));
        }
        zones.retain(|_, boxes| !boxes.is_empty());
        let boxes: BTreeSet<Component> = zones.values().flatten().copied().collect();
        // One middlebox for all zones sees everything.
        if zones.len() < 2 || boxes.len() < 2 {
            continue;
        }
        // An appliance mode that nobody shows is not off.
        if attachment.appliance_mode.is_none() {
            findings.skipped.push(super::Missing {
                call: ResourceKind::TransitGatewayVpcAttachment.call(),
                account: attachment.about.account.clone(),
                region: attachment.about.region.clone(),
            });
            continue;
        }
        let subject = Component::Resource(ResourceKind::TransitGatewayVpcAttachment, row as u32);
        let boxes: Vec<Component> = boxes.into_iter().collect();
        let names: Vec<String> = zones.keys().map(|it| context.zone(*it).to_owned()).collect();
        let message = sentence!["has appliance mode off, and leads through "]
            .and(Sentence::list(&boxes, 4))
            .and(sentence![" in "])
            .and(Sentence::list(&names, 4));
        let mut finding = Finding::new(&LINT, subject, message);
        finding.related = boxes;
        finding.flows = vec![sentence![
            "conversations between hosts of different zones pass one of them there and another one back, and are lost"
        ]];
        finding.remedy = sentence!["turn appliance mode on for this attachment"];
        findings.found.push(finding);
    }
}

/// What packets that come out of the transit gateway in a subnet go through next.
fn middleboxes(context: &Context<'_>, subnet: SubnetIndex) -> Vec<Component> {
    let ways = context.ways(subnet, &AddressSet::all(Family::V4));
    let stops = ways.filter_map(|it| it.stops.get(1).copied());
    let is_middlebox = |kind: LocationKind| {
        matches!(kind, LocationKind::GatewayLoadBalancerEndpoint | LocationKind::Forwarder)
    };
    stops.filter(|it| is_middlebox(it.kind)).map(|it| it.component).collect()
}
