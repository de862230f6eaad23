//! Blocks of addresses that are used twice, by what can meet.
//!
//! Two VPCs with the same addresses do no harm as long as nothing has to tell them apart. They do where they meet: at a
//! transit gateway that both are attached to, in a VPC that is peered with both, or on premises. There a route sends the
//! shared addresses to one of them, and hosts of the other cannot be reached, nor answered. netpath says which of them
//! gets the packets today.
//!
//! | severity | when |
//! |---|---|
//! | high | they meet, and a route sends addresses to one of them at which another has subnets; or a VPC overlaps with what it has on premises |
//! | medium | they meet, and no route leads to the shared addresses yet |
//! | low | they meet, and routes tell them apart: narrow ones, each to the VPC whose subnets are there |
//! | low | hosts that run Docker keep `172.17.0.0/16` for themselves, and a subnet uses it |
//! | info | they do not meet; they could not be peered, nor share a transit gateway's table |
//!
//! ## Two spokes of one transit gateway
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! vpc     vpc-c       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! subnet  subnet-b    10.1.1.0/24  in vpc-b
//! subnet  subnet-c    10.1.1.0/24  in vpc-c
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
//! tgw-attachment tgw-attach-b vpc-b to tgw-x in subnet-b
//! tgw-attachment tgw-attach-c vpc-c to tgw-x in subnet-c
//! route   subnet-a    10.1.0.0/16 -> tgw-x
//! eni     eni-a       10.0.1.10    in subnet-a
//! eni     eni-c       10.1.1.10    in subnet-c
//! ```
//!
//! ```findings
//! high tgw-x: vpc-c
//! ```
//!
//! ## Two peers of one VPC
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! vpc     vpc-c       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! subnet  subnet-b    10.1.1.0/24  in vpc-b
//! subnet  subnet-c    10.1.1.0/24  in vpc-c
//! pcx     pcx-ab      vpc-a vpc-b
//! pcx     pcx-ac      vpc-a vpc-c
//! route   subnet-a    10.1.0.0/16 -> pcx-ab
//! ```
//!
//! ```findings
//! high vpc-a: never to vpc-c
//! ```
//!
//! Routes for the blocks of single subnets would tell them apart, had these subnets other addresses:
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! vpc     vpc-c       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! subnet  subnet-b    10.1.1.0/24  in vpc-b
//! subnet  subnet-c    10.1.2.0/24  in vpc-c
//! pcx     pcx-ab      vpc-a vpc-b
//! pcx     pcx-ac      vpc-a vpc-c
//! route   subnet-a    10.1.1.0/24 -> pcx-ab
//! route   subnet-a    10.1.2.0/24 -> pcx-ac
//! ```
//!
//! ```findings
//! low vpc-a: tell them apart
//! ```
//!
//! ## On premises
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! vgw     vgw-a       in vpc-a
//! ```
//!
//! ```settings
//! [lint]
//! on-premises = ["10.0.0.0/12"]
//! ```
//!
//! ```findings
//! high vpc-a: 10.0.0.0/16
//! ```
//!
//! ## Strangers
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.0.0.0/20
//! vpc     vpc-c       10.2.0.0/16
//! ```
//!
//! ```findings
//! info vpc-a: vpc-b
//! ```
//!
//! ## Nothing twice
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! pcx     pcx-ab      vpc-a vpc-b
//! ```
//!
//! ```findings
//! none
//! ```

use super::overlaps::{Shared, TableUse, clusters, meetings, on_premises};
use super::sentence::{counted, sentence};
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, VpcIndex};
use crate::packet::AddressSet;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP010",
    name: "cidr-overlap",
    pillars: &[Pillar::Operations],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::Vpc],
    source: include_str!("cidr_overlap.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    findings.looked_at(context.model.vpcs.len(), "VPC", "VPCs");
    let met = meetings(context);
    findings.found.extend(met.iter().map(|it| meeting(context, it)));
    findings.found.extend(on_premises(context).into_iter().map(|it| premises(context, it.0, &it.1)));
    findings.found.extend(bridges(context));
    for cluster in clusters(context) {
        let is_told = |it: &Shared| cluster.vpcs.iter().all(|vpc| it.vpcs.contains(vpc));
        if !met.iter().any(is_told) {
            findings.found.push(strangers(context, &cluster));
        }
    }
}

fn vpc(context: &Context<'_>, index: VpcIndex) -> Component {
    context.network.vpcs[index.index()].component
}

fn names(context: &Context<'_>, vpcs: &[VpcIndex]) -> Vec<Component> {
    vpcs.iter().map(|it| vpc(context, *it)).collect()
}

/// Some VPCs that a transit gateway or a VPC in their middle has to tell apart.
fn meeting(context: &Context<'_>, shared: &Shared) -> Finding {
    let all = names(context, &shared.vpcs);
    let message = sentence!["has to tell apart "]
        .and(Sentence::list(&all, 4))
        .and(sentence![", which all have ", shared.addresses.clone()]);
    let mut finding = Finding::new(&LINT, shared.at, message);
    finding.key = key(context, &shared.vpcs);
    let loses = shared.uses.iter().any(|it| !it.losers.is_empty());
    finding.severity = match (shared.uses.is_empty(), loses) {
        (true, _) => Severity::Medium,
        (false, true) => Severity::High,
        (false, false) => Severity::Low,
    };
    for used in &shared.uses {
        finding.notes.push(goes(context, used));
        finding.rules.extend(used.rule);
    }
    if !loses && !shared.uses.is_empty() {
        finding.flows = vec![sentence!["routes tell them apart: none of the others has subnets there"]];
    }
    finding.related = all;
    finding.witness = shared.witness.clone();
    finding.remedy = sentence![
        "give all but one of them other addresses; until then, a private NAT gateway or PrivateLink leads past the overlap"
    ];
    finding
}

/// Who gets packets by a table, and who does not.
fn goes(context: &Context<'_>, used: &TableUse) -> Sentence {
    let said = sentence![
        "by ",
        used.table,
        ", packets for ",
        used.destinations.clone(),
        " go to ",
        vpc(context, used.to),
    ];
    if used.losers.is_empty() {
        return said;
    }
    let losers = names(context, &used.losers);
    said.and(sentence![", and never to "])
        .and(Sentence::list(&losers, 4))
        .and(sentence![", which has subnets there too"])
}

fn premises(context: &Context<'_>, index: VpcIndex, addresses: &AddressSet) -> Finding {
    let message = sentence!["has ", addresses.clone(), ", which is in use on premises too"];
    let mut finding = Finding::new(&LINT, vpc(context, index), message);
    finding.key = "on-premises".to_owned();
    finding.flows = vec![sentence![
        "its hosts never reach these addresses on premises: the local route takes them first"
    ]];
    finding.remedy = sentence!["renumber one side, or translate between them"];
    finding
}

/// Docker's own network, which a host with Docker never leaves for.
fn bridges(context: &Context<'_>) -> Vec<Finding> {
    let Ok(bridge) = "172.17.0.0/16".parse::<ipnet::IpNet>() else { return Vec::new() };
    let bridge = AddressSet::block(bridge);
    let mut found = Vec::new();
    for (index, row) in context.network.vpcs.iter().enumerate() {
        let subnets: Vec<Component> = context
            .subnets_of(VpcIndex(index as u32))
            .filter(|it| {
                it.2.cidr.is_some_and(|it| {
                    it.addr().is_ipv4() && !AddressSet::block(it).intersection(&bridge).is_empty()
                })
            })
            .map(|it| it.1.component)
            .collect();
        if subnets.is_empty() {
            continue;
        }
        let message = Sentence::list(&subnets, 3)
            .and(sentence![" use 172.17.0.0/16, which Docker keeps for containers on each host"]);
        let mut finding = Finding::new(&LINT, row.component, message);
        finding.key = "bridge".to_owned();
        finding.severity = Severity::Low;
        finding.confidence = Confidence::Likely;
        finding.related = subnets;
        finding.flows =
            vec![sentence!["hosts that run Docker with its default bridge do not reach these subnets"]];
        finding.remedy =
            sentence!["set another bridge address (`bip`) on hosts with Docker, or renumber the subnets"];
        found.push(finding);
    }
    found
}

fn strangers(context: &Context<'_>, cluster: &Shared) -> Finding {
    let all = names(context, &cluster.vpcs);
    let message = sentence!["shares ", cluster.addresses.clone(), " with "]
        .and(Sentence::list(&all[1..], 4))
        .and(sentence![": they do not meet today, and could not be joined"]);
    let mut finding = Finding::new(&LINT, cluster.at, message);
    finding.key = "strangers".to_owned();
    finding.severity = Severity::Info;
    finding.flows = vec![
        counted(all.len(), "VPC", "VPCs")
            .and(sentence![" could not be peered with each other, nor propagate into one table"]),
    ];
    finding.related = all;
    finding.remedy = sentence!["keep it in mind before you connect them; plan blocks with IPAM"];
    finding
}

fn key(context: &Context<'_>, vpcs: &[VpcIndex]) -> String {
    let ids: Vec<&str> = vpcs.iter().map(|it| context.network.vpcs[it.index()].id.as_str()).collect();
    ids.join(",")
}
